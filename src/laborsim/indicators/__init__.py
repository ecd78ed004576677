"""Figures of a run: from the tables and counts of each month to named indicators by group."""

from laborsim.indicators.frame import Frame

__all__ = ["Frame"]
