"""What is looked at once a year: one pass over residents at the end of every twelfth month.

Who leads, who trains, who was hired into which work, the young in exposed occupations; and where a sample of people
stood one and two years ago, for mobility. Where many are simulated every so-and-so-many-th row stands for its
neighbours, so that it costs the same whatever the scale.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.indicators.snapshot import Snapshot
from laborsim.market.codes import GONE, NO_PROGRAM, PART_TIME_INVOLUNTARY, RACES, SELF_EMPLOYED, SEXES

I8 = NDArray[np.int64]

POPULATION, EMPLOYED, LEADERS, TRAINEES = range(4)
HIRED_AGES = ("16-24", "25-54", "55+")
YOUNG = (22, 25)  # years of age of those who start out, both included
NOT_EMPLOYED = 255  # in place of a major group


class Standing(NamedTuple):
    """Where a sample of residents stood: ids, SOC major group (255 without a payroll job) and hourly wage."""

    id: NDArray[np.uint64]
    major: NDArray[np.uint8]
    wage: NDArray[np.float32]


class Census(NamedTuple):
    """A year's counts; M major groups.

    people : (sexes, races, 4) population, employed, leaders (SOC 11), trainees.
    hired : (M, 3) residents hired in the last twelve months and still there, by major group and age.
    exposure : (2, 2) employed residents: exposed less or more than the median job at the start x 22-25, older.
    now, before, long_before : standing today and one and two years ago; None where not known.
    """

    people: I8
    hired: I8
    exposure: I8
    now: Standing
    before: Standing | None
    long_before: Standing | None


@njit(cache=True, nogil=True)
def _count(p, n, stride, outside, month, major, leads, exposed, people, hired, exposure):  # type: ignore[no-untyped-def]
    for i in range(0, n, stride):
        if p.state[i] == GONE or p.zone[i] >= outside:
            continue
        row = people[p.sex[i], p.race[i]]
        row[POPULATION] += stride
        if p.program[i] != NO_PROGRAM:
            row[TRAINEES] += stride
        if p.state[i] > SELF_EMPLOYED:
            continue
        row[EMPLOYED] += stride
        o = p.occupation[i]
        row[LEADERS] += stride * leads[major[o]]
        age = (month - p.birth[i]) // 12
        if age >= YOUNG[0]:
            exposure[exposed[o], 0 if age <= YOUNG[1] else 1] += stride
        if p.state[i] <= PART_TIME_INVOLUNTARY and month - p.hired[i] < 12:
            hired[major[o], 0 if age < 25 else 1 if age < 55 else 2] += stride


def _stride(s: Snapshot, sample: str) -> int:
    """Rows from one person looked at to the next."""
    return max(1, int(s.month.world.people.size // int(s.room[sample])))


def standing(s: Snapshot) -> Standing:
    """Today's standing of the sample; those gone or living elsewhere have id 0."""
    p, eco = s.month.world.people, s.month.economy
    at = slice(0, p.size, _stride(s, "mobility_sample"))
    here = (p.state[at] != GONE) & (p.zone[at] < eco.outside)
    works = here & (p.state[at] <= PART_TIME_INVOLUNTARY) & (p.job[at] >= 0)
    return Standing(
        np.where(here, p.id[at], np.uint64(0)),
        np.where(works, eco.occ_major[p.occupation[at]], NOT_EMPLOYED).astype(np.uint8),
        p.wage[at].copy(),
    )


def census(s: Snapshot) -> Census | None:
    """This month's counts, made once; None in months that are not the twelfth of a year of the run."""
    if s.month.index % 12 != 11:
        return None
    held = s.history.setdefault("census", {})
    if held.get("month") == s.month.index:
        return held["census"]  # type: ignore[no-any-return]
    eco, p = s.month.economy, s.month.world.people
    majors = len(eco.major_codes)
    people = np.zeros((len(SEXES), len(RACES), 4), np.int64)
    hired, exposure = np.zeros((majors, len(HIRED_AGES)), np.int64), np.zeros((2, 2), np.int64)
    leads = np.array([code == "11" for code in eco.major_codes], np.int64)
    exposed = (np.asarray(eco.occ_ai) > median_exposure(s)).astype(np.int64)
    stride, month = _stride(s, "census_sample"), s.month.index
    _count(p.columns, p.size, stride, eco.outside, month, eco.occ_major, leads, exposed, people, hired, exposure)
    now = standing(s)
    past = held.setdefault("past", [])
    found = Census(people, hired, exposure, now, past[-1] if past else None, past[-2] if len(past) > 1 else None)
    held["past"] = [*past[-1:], now]
    held["month"], held["census"] = s.month.index, found
    return found


def median_exposure(s: Snapshot) -> float:
    """Exposure to AI of the median job at the start."""
    exposure, c = np.asarray(s.month.economy.occ_ai), s.month.world.cells
    jobs = np.bincount(c.occupation[: c.size], weights=c.base[: c.size], minlength=exposure.size)
    order = np.argsort(exposure, kind="stable")
    middle = int(np.searchsorted(np.cumsum(jobs[order]), 0.5 * jobs.sum()))
    return float(exposure[order[min(middle, exposure.size - 1)]])


def both(now: Standing, then: Standing) -> tuple[I8, I8]:
    """Places of the same people in two standings; the table may have grown, and the sample thinned with it."""
    if now.id.size >= then.id.size and np.count_nonzero(now.id[: then.id.size] == then.id) > then.id.size // 2:
        at = np.flatnonzero((now.id[: then.id.size] == then.id) & (then.id != 0))
        return at, at
    _, a, b = np.intersect1d(now.id, then.id, return_indices=True)
    keep = now.id[a] != 0
    return a[keep], b[keep]


__all__ = [
    "EMPLOYED", "HIRED_AGES", "LEADERS", "NOT_EMPLOYED", "POPULATION", "TRAINEES", "Census", "Standing", "both",
    "census", "median_exposure", "standing",
]  # fmt: skip
