"""One pass over people and one over job cells: integer counts from which every figure of stocks and flows follows.

Each person adds one to three small cross-tables (zone x parent, sex x race x age band, education x skill class), in a
column that says state and, of the employed, four yes-or-no facts. Groups are sums of rows of these tables, so the pass
costs the same however many groups are reported. Wages go into histograms on a fixed grid. Rare events
(changes of state, moves between jobs) have tables of their own. All counts are integers: sums do not depend on order.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.indicators.segments import OVER_EDUCATED
from laborsim.market.codes import (
    AGE_BANDS,
    EDUCATION,
    GONE,
    PART_TIME_INVOLUNTARY,
    RACES,
    SELF_EMPLOYED,
    SEXES,
    STATES,
)
from laborsim.market.month import Month

# Columns of the main table: employed states x 16 combinations of facts, then the other states.
FACTS = 16
SUFFICIENT, GOOD, OVER, STAYED = (
    1,
    2,
    4,
    8,
)  # wage >= need; >= good-job wage; over-educated; same employer for 12 months
CODES = 4 * FACTS + (len(STATES) - 1 - 4)
OTHERS = 4 * FACTS - 4  # column of a state that is not employed: OTHERS + state

# Columns of the table of events: last x now (employed, unemployed, not in the labor force, absent), changes only.
JOB_TO_JOB, LONG_TERM = 16, 17
EVENTS = 18

# Wage grid: 64 bins to a doubling, from $4 to $256 an hour; the bin is the top of the float's own bits.
WAGE_LOW = 4.0
WAGE_BINS = 6 * 64
WAGE_SHIFT = 17
WAGE_FIRST = int(np.float32(WAGE_LOW).view(np.uint32)) >> WAGE_SHIFT
WAGE_EDGES = WAGE_LOW * 2.0 ** (np.arange(WAGE_BINS + 1) // 64) * (1.0 + (np.arange(WAGE_BINS + 1) % 64) / 64.0)

DURATIONS = ("0-1", "2-3", "4-6", "7-12", "12+")  # months unemployed
_DURATION_BAND = np.array([0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3] + [4] * 243, np.uint8)
_CATEGORY = np.array([0] * 4 + [1] * 2 + [2] * 6 + [3], np.uint8)  # E, U, N, absent


class Given(NamedTuple):
    """What the pass over people takes as given."""

    need: NDArray[np.float32]  # (Z, 2, 4, 2)
    skill: NDArray[np.uint8]  # (2, 6, O)
    band: NDArray[np.uint8]  # (121,) age band of an age in years
    category: NDArray[np.uint8]  # (13,) E, U, N, absent
    duration: NDArray[np.uint8]  # (256,) band of months unemployed
    good_wage: float
    outside: int
    parent_low: int
    parent_high: int
    long_term: int
    month: int


class Tally(NamedTuple):
    """Counts; the first axis is one slot per thread."""

    code: NDArray[np.int32]  # (slots, R, CODES)
    event: NDArray[np.int32]  # (slots, R, EVENTS)
    wage: NDArray[np.int32]  # (slots, R + 1, WAGE_BINS); the last row is the underemployed
    commute: NDArray[np.int64]  # (slots, Z, Z) residents on a payroll, home x work
    pay: NDArray[np.int64]  # (slots, S, Z) weekly cents paid, zone of work
    hours: NDArray[np.int64]  # (slots, S, Z) weekly hours
    good_jobs: NDArray[np.int64]  # (slots, Z) jobs paying the good-job wage, zone of work
    kept: NDArray[np.int64]  # (slots, Z) hired 12 months ago and still there, zone of work
    duration: NDArray[np.int64]  # (slots, 5, 4) unemployed a month ago by duration x where they are now


class CellTally(NamedTuple):
    """Counts over job cells; the first axis is one slot per thread."""

    filled: NDArray[np.int64]  # (slots, S, Z)
    vacancies: NDArray[np.int64]  # (slots, S, Z)
    vacancies_by_occupation: NDArray[np.int64]  # (slots, O), region only
    filled_by_occupation: NDArray[np.int64]  # (slots, O), region only
    quality: NDArray[np.int64]  # (slots, Z, 8) sum of scores over filled jobs


def rows(zones: int) -> tuple[int, int, int]:
    """Where the second and third cross-tables start, and how many rows there are in all."""
    second = zones * 2
    third = second + len(SEXES) * len(RACES) * len(AGE_BANDS)
    return second, third, third + len(EDUCATION) * 3


@njit(cache=True, nogil=True)
def _tally_people(lo, hi, chunk, slots, p, wage_bits, h, job_zone, job_sector, spell, g, t):  # type: ignore[no-untyped-def]
    s = chunk % slots
    code, event, wage = t.code[s], t.event[s], t.wage[s]
    commute, pay, hours, good_jobs, kept, duration = (
        t.commute[s], t.pay[s], t.hours[s], t.good_jobs[s], t.kept[s], t.duration[s],
    )  # fmt: skip
    zones = commute.shape[0]
    second = zones * 2
    third = second + 70
    under_row = wage.shape[0] - 1
    young = g.month - 72
    year_ago = g.month - 12
    for i in range(lo, hi):
        state = np.int64(p.state[i])
        now = g.category[state]
        was = g.category[p.last[i]]
        if now == 3 and was == 3:
            continue
        home = np.int64(p.zone[i])
        work = np.int64(-1)
        rate = p.wage[i]
        if state <= PART_TIME_INVOLUNTARY:
            job = p.job[i]
            work = np.int64(job_zone[job])
            sector = job_sector[job]
            pay[sector, work] += np.int64(rate * np.float32(p.hours[i]) * np.float32(100.0) + np.float32(0.5))
            hours[sector, work] += np.int64(p.hours[i])
            if rate >= g.good_wage:
                good_jobs[work] += 1
            if p.hired[i] == year_ago:
                kept[work] += 1
        if home == g.outside:
            continue
        # the three rows of this person
        age = (g.month - np.int64(p.birth[i])) // 12
        age = min(max(age, 0), 120)
        family = p.household[i]
        children = np.int64(h.children[family])
        children = children if children < 3 else np.int64(3)
        small = np.int64(1) if children > 0 and h.youngest[family] > young else np.int64(0)
        parent = small if g.parent_low <= age <= g.parent_high else np.int64(0)
        traits = np.int64(g.skill[1 if now <= 1 else 0, p.education[i], p.occupation[i]])
        a = home * 2 + parent
        b = second + (np.int64(p.sex[i]) * 5 + np.int64(p.race[i])) * 7 + np.int64(g.band[age])
        c = third + np.int64(p.education[i]) * 3 + (traits & 3)
        if now == 0:
            fact = np.int64(0)
            adults = 1 if h.adults[family] > 1 else 0
            if rate >= g.need[home, adults, children, small]:
                fact |= SUFFICIENT
            if rate >= g.good_wage:
                fact |= GOOD
            if traits & OVER_EDUCATED:
                fact |= OVER
            if work >= 0:
                commute[home, work] += 1
                if p.hired[i] <= year_ago:
                    fact |= STAYED
                k = np.int64(wage_bits[i] >> np.uint32(WAGE_SHIFT)) - WAGE_FIRST
                k = min(max(k, np.int64(0)), np.int64(WAGE_BINS - 1))
                wage[a, k] += 1
                wage[b, k] += 1
                wage[c, k] += 1
                if state == PART_TIME_INVOLUNTARY or fact & OVER:
                    wage[under_row, k] += 1
            col = state * FACTS + fact
        else:
            col = OTHERS + state
        if now != 3:
            code[a, col] += 1
            code[b, col] += 1
            code[c, col] += 1
        if was == 1:
            duration[g.duration[spell[i]], now] += 1
        if now == 1:
            months = min(np.int64(spell[i]) + 1, 255) if was == 1 else np.int64(1)
            spell[i] = months
            if months > g.long_term:
                event[a, LONG_TERM] += 1
                event[b, LONG_TERM] += 1
                event[c, LONG_TERM] += 1
        k = np.int64(-1)
        if was != now:
            k = np.int64(was) * 4 + np.int64(now)
        elif work >= 0 and p.hired[i] == g.month:
            k = np.int64(JOB_TO_JOB)
        if k >= 0:
            event[a, k] += 1
            event[b, k] += 1
            event[c, k] += 1


@njit(cache=True, nogil=True)
def _tally_cells(lo, hi, chunk, slots, c, quality, outside, t):  # type: ignore[no-untyped-def]
    s = chunk % slots
    for j in range(lo, hi):
        filled, open_ = np.int64(c.filled[j]), np.int64(c.vacancies[j])
        zone, sector, occupation = c.zone[j], c.sector[j], c.occupation[j]
        t.filled[s, sector, zone] += filled
        t.vacancies[s, sector, zone] += open_
        if zone != outside:
            t.filled_by_occupation[s, occupation] += filled
            t.vacancies_by_occupation[s, occupation] += open_
        e = c.establishment[j]
        for q in range(8):
            t.quality[s, zone, q] += filled * np.int64(quality[e, q])


def given(month: Month, skill: NDArray[np.uint8], room: dict[str, Any]) -> Given:
    """What one month's pass takes as given."""
    from laborsim.market.codes import AGE_BAND_FLOORS

    band = np.searchsorted(np.array(AGE_BAND_FLOORS), np.arange(121), side="right").clip(1) - 1
    eco = month.economy
    return Given(
        need=eco.household_need.astype(np.float32), skill=skill, band=band.astype(np.uint8), category=_CATEGORY,
        duration=_DURATION_BAND, good_wage=float(np.float32(eco.good_job_wage)), outside=eco.outside,
        parent_low=int(room["parent_age_low"]), parent_high=int(room["parent_age_high"]),
        long_term=int(room["long_term_months"]), month=month.index,
    )  # fmt: skip


def empty_tally(slots: int, zones: int, sectors: int) -> Tally:
    """Zero counts."""
    r = rows(zones)[2]

    def zeros(*shape: int) -> NDArray[np.int64]:
        return np.zeros((slots, *shape), np.int64)

    return Tally(
        code=np.zeros((slots, r, CODES), np.int32), event=np.zeros((slots, r, EVENTS), np.int32),
        wage=np.zeros((slots, r + 1, WAGE_BINS), np.int32),
        commute=zeros(zones, zones), pay=zeros(sectors, zones), hours=zeros(sectors, zones), good_jobs=zeros(zones),
        kept=zeros(zones), duration=zeros(len(DURATIONS), 4),
    )  # fmt: skip


def tally_people(month: Month, what: Given, spell: NDArray[np.uint8], into: Tally) -> Tally:
    """Count everyone; `spell` (capacity,) holds months unemployed so far and is brought up to date.

    Returns
    -------
    Tally of sums without the slot axis. `into` is overwritten: keep it between months to save allocation.

    Notes
    -----
    A thread of the crew takes every `threads`-th chunk, so chunks that share a slot are never counted at once.
    """
    for array in into:
        array.fill(0)
    w = month.world
    month.crew.map(
        _tally_people, w.people.size, into.code.shape[0], w.people.columns, w.people.wage.view(np.uint32),
        w.households.columns, w.cells.zone, w.cells.sector, spell, what, into,
    )  # fmt: skip
    return Tally(*(array[0] if array.shape[0] == 1 else array.sum(axis=0, dtype=array.dtype) for array in into))


def tally_cells(month: Month) -> CellTally:
    """Count filled jobs, vacancies and job quality over all cells."""
    eco, w, slots = month.economy, month.world, month.crew.threads
    shapes = (
        (eco.sectors, eco.zones), (eco.sectors, eco.zones), (eco.occupations,), (eco.occupations,), (eco.zones, 8),
    )  # fmt: skip
    into = CellTally(*(np.zeros((slots, *shape), np.int64) for shape in shapes))
    month.crew.map(_tally_cells, w.cells.size, slots, w.cells.columns, w.establishments.quality, eco.outside, into)
    return CellTally(*(array.sum(axis=0, dtype=array.dtype) for array in into))


assert len(SEXES) * len(RACES) * len(AGE_BANDS) == 70 and SELF_EMPLOYED == 3 and GONE == 12

__all__ = [
    "CODES", "DURATIONS", "EVENTS", "FACTS", "GOOD", "JOB_TO_JOB", "LONG_TERM", "OTHERS", "OVER", "STAYED",
    "SUFFICIENT",
    "WAGE_BINS", "WAGE_EDGES", "CellTally", "Given", "Tally", "empty_tally", "given", "rows", "tally_cells",
    "tally_people",
]  # fmt: skip
