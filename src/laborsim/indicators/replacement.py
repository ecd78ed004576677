"""Why openings arise, and who fills them, by SOC major group."""

from __future__ import annotations

import numpy as np

from laborsim.indicators.census import HIRED_AGES, census
from laborsim.indicators.row import Row
from laborsim.indicators.snapshot import Snapshot


def fill(s: Snapshot, row: Row) -> None:
    """Openings left by those who leave the labor force and by those who change occupation; hires by age, yearly."""
    eco, c, scale = s.month.economy, s.month.counts, s.scale
    majors = len(eco.major_codes)
    names = ["all", *(f"occupation:{m}" for m in eco.major_codes)]
    for name, table in (("exit_openings", c.replacement - c.transfers), ("transfer_openings", c.transfers)):
        parts = np.bincount(eco.occ_major, weights=table.astype(np.float64), minlength=majors)
        row.put(name, names, np.r_[parts.sum(), parts], scale)
    year = census(s)
    hired = np.zeros((majors, len(HIRED_AGES))) if year is None else year.hired.astype(np.float64)
    groups = [f"occupation:{m}|age:{a}" for m in eco.major_codes for a in HIRED_AGES]
    row.put("hired_within_year", groups, hired.ravel(), np.full(len(groups), np.nan if year is None else scale))


__all__ = ["fill"]
