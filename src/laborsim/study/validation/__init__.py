"""Validation: what the baseline must show (`facts`), and unemployment against the statistics (`hindcast`)."""
