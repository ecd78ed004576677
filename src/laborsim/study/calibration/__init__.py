"""Calibration by simulated moments: what is fitted to what (`moments`), how (`estimate`), the study (`calibrate`)."""
