"""Mobility: where people stand who stood elsewhere a year ago, and whose wage has risen, once a year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.census import NOT_EMPLOYED, Standing, both, census
from laborsim.indicators.row import Row
from laborsim.indicators.snapshot import Snapshot
from laborsim.market.economy import Economy

I8 = NDArray[np.int64]

QUINTILES = ("q1", "q2", "q3", "q4", "q5", "none")
# Groups of SOC major groups as the Census Bureau and BLS put them together.
OCCUPATION_GROUPS = (("management_professional", 11, 29), ("service", 31, 39), ("sales_office", 41, 43),
                     ("construction_maintenance", 45, 49), ("production_transportation", 51, 53))  # fmt: skip
CLASSES = (*(name for name, _, _ in OCCUPATION_GROUPS), "none")
MOVES = tuple(tuple(f"move:{x}>{y}" for x in labels for y in labels) for labels in (QUINTILES, CLASSES))


def occupation_classes(economy: Economy) -> I8:
    """(256,) class of each major group, the last for those without a payroll job."""
    out = np.full(256, len(OCCUPATION_GROUPS))
    for m, code in enumerate(economy.major_codes):
        for k, (_, low, high) in enumerate(OCCUPATION_GROUPS):
            if low <= int(code) <= high:
                out[m] = k
    return out


def wage_class(at: Standing) -> I8:
    """Quintile of each one's wage among those on a payroll, 5 without a job."""
    works = at.major != NOT_EMPLOYED
    out = np.full(at.id.size, 5)
    if works.any():
        edges = np.quantile(at.wage[works], (0.2, 0.4, 0.6, 0.8))
        out[works] = np.searchsorted(edges, at.wage[works], side="right")
    return out


def matrix(then: I8, now: I8, size: int) -> I8:
    """(size, size) people by where they stood and stand.

    Examples
    --------
    >>> matrix(np.array([0, 0, 1]), np.array([1, 0, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    return np.bincount(then * size + now, minlength=size * size).reshape(size, size)


def rises(now: Standing, then: Standing | None, majors: int, least: float) -> tuple[I8, I8]:
    """Those whose wage rose by `least` or more, and all on a payroll both times, by major group they started in."""
    if then is None:
        return np.zeros(majors, np.int64), np.zeros(majors, np.int64)
    a, b = both(now, then)
    works = (now.major[a] != NOT_EMPLOYED) & (then.major[b] != NOT_EMPLOYED)
    a, b = a[works], b[works]
    up = now.wage[a] >= then.wage[b] * np.float32(1.0 + least)
    return np.bincount(then.major[b][up], minlength=majors), np.bincount(then.major[b], minlength=majors)


def fill(s: Snapshot, row: Row) -> None:
    """Matrices of wage quintiles and groups of occupations; upward mobility after one and two years."""
    c, eco = census(s), s.month.economy
    majors = len(eco.major_codes)
    size = len(CLASSES)
    by_wage, by_work = np.zeros((6, 6)), np.zeros((size, size))
    if c is not None and c.before is not None:
        classes = occupation_classes(eco)
        a, b = both(c.now, c.before)
        by_wage += matrix(wage_class(c.before)[b], wage_class(c.now)[a], 6)
        by_work += matrix(classes[c.before.major[b]], classes[c.now.major[a]], size)
    for name, moves, table in zip(("mobility_wage", "mobility_occupation"), MOVES, (by_wage, by_work), strict=True):
        row.put(name, moves, table.ravel(), np.repeat(table.sum(axis=1), len(table)))
    least = float(s.room["upward_rise"])
    names = ["all", *(f"occupation:{m}" for m in eco.major_codes)]
    for name, then in (("upward_mobility_12", c and c.before), ("upward_mobility_24", c and c.long_before)):
        zeros = np.zeros(majors, np.int64)
        up, all_ = rises(c.now, then, majors, least) if c is not None else (zeros, zeros)
        row.put(name, names, np.r_[up.sum(), up], np.r_[all_.sum(), all_])


__all__ = ["CLASSES", "OCCUPATION_GROUPS", "QUINTILES", "fill", "matrix", "occupation_classes", "rises", "wage_class"]
