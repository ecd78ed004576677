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
    AGE_BAND_FLOORS,
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

AGE_MONTHS = 2048  # a power of two beyond any age in months
DURATIONS = ("0-1", "2-3", "4-6", "7-12", "12+")  # months unemployed
_DURATION_BAND = np.array([0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3] + [4] * 243, np.uint8)
_AGE_BAND = (np.searchsorted(np.array(AGE_BAND_FLOORS), np.arange(121), side="right").clip(1) - 1).astype(np.uint8)
_COLUMN = np.array([state * FACTS if state < 4 else OTHERS + state for state in range(12)] + [0], np.uint8)
_CATEGORY = np.array([0] * 4 + [1] * 2 + [2] * 6 + [3], np.uint8)  # E, U, N, absent


class Given(NamedTuple):
    """What the pass over people takes as given; tables are flat."""

    need: NDArray[np.float32]  # (Z * 16,) zone, adults, children, under six
    skill: NDArray[np.uint8]  # (2 * 8 * 256,) labor force, education, occupation; unused entries are 0
    age: NDArray[np.uint8]  # (AGE_MONTHS,) by age in months: age band, and bit 3 in a parent's years
    category: NDArray[np.uint8]  # (13,) E, U, N, absent
    column: NDArray[np.uint8]  # (13,) first column of a state in the table of states
    duration: NDArray[np.uint8]  # (256,) band of months unemployed
    good_wage: np.float32
    outside: int
    long_term: int
    month: int


class Tally(NamedTuple):
    """Counts; the first axis is one slot per thread."""

    code: NDArray[np.int32]  # (slots, R, CODES)
    event: NDArray[np.int32]  # (slots, R, EVENTS)
    wage: NDArray[np.int32]  # (slots, R + 1, WAGE_BINS); the last row is the underemployed
    commute: NDArray[np.int64]  # (slots, Z, S, Z) residents on a payroll: home x sector x zone of work
    pay: NDArray[np.int64]  # (slots, S, Z) weekly cents paid, zone of work
    good_jobs: NDArray[np.int64]  # (slots, S, Z) jobs paying the good-job wage, zone of work
    kept: NDArray[np.int64]  # (slots, S, Z) hired 12 months ago and still there, zone of work
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
def _tally_people(lo, hi, chunk, slots, p, wage_bits, h, site, spell, g, t):  # type: ignore[no-untyped-def]
    """Add people [lo, hi) to slot `chunk % slots`.

    Facts are worked out without branches, for everyone, and counted with a weight of 0 or 1: states and wages alternate
    from row to row, so that branches would be guessed wrong half the time. Tables are flat and indices unsigned,
    which spares the arithmetic of strides and of negative indices.
    """
    s = chunk % slots
    code, event, wage = t.code[s].reshape(-1), t.event[s].reshape(-1), t.wage[s].reshape(-1)
    commute, duration = t.commute[s].reshape(-1), t.duration[s]
    pay, good_jobs, kept = t.pay[s].reshape(-1), t.good_jobs[s].reshape(-1), t.kept[s].reshape(-1)
    p_state, p_last, p_zone, p_wage = p.state[lo:hi], p.last[lo:hi], p.zone[lo:hi], p.wage[lo:hi]
    p_job, p_hours, p_hired, p_birth = p.job[lo:hi], p.hours[lo:hi], p.hired[lo:hi], p.birth[lo:hi]
    p_household, p_sex, p_race = p.household[lo:hi], p.sex[lo:hi], p.race[lo:hi]
    p_education, p_occupation = p.education[lo:hi], p.occupation[lo:hi]
    p_bits, p_spell = wage_bits[lo:hi], spell[lo:hi]
    sites = np.int64(pay.size)
    second = t.commute.shape[1] * 2
    third = second + 70
    under = (t.wage.shape[1] - 1) * WAGE_BINS
    zero, three = np.int64(0), np.int64(3)
    young, year_ago = g.month - 72, g.month - 12
    for i in range(hi - lo):
        state = p_state[i]
        now, was = g.category[state], g.category[p_last[i]]
        if now == 3 and was == 3:
            continue
        home, rate, hired = np.int64(p_zone[i]), p_wage[i], np.int64(p_hired[i])
        paid = np.int64(state <= PART_TIME_INVOLUNTARY)
        at = np.uint64(site[np.uint64(p_job[i] * paid)])
        pay[at] += np.int64(rate * np.float32(paid * np.int64(p_hours[i]) * 100) + np.float32(0.5))
        good = np.int64(rate >= g.good_wage)
        good_jobs[at] += paid & good
        if hired == year_ago:
            kept[at] += paid
        if home >= g.outside:
            continue
        # the three rows of this person
        age = np.int64(g.age[np.uint64(g.month - np.int64(p_birth[i])) & np.uint64(AGE_MONTHS - 1)])
        family = np.uint64(max(np.int64(p_household[i]), zero))  # those who left have none
        children = np.int64(h.children[family])
        small = np.int64(children > 0) & np.int64(h.youngest[family] > young)
        parent = small & (age >> 3)
        education = np.int64(p_education[i])
        kind = ((np.int64(now <= 1) * 8 + education) << 8) + np.int64(p_occupation[i])
        traits = np.int64(g.skill[np.uint64(kind)])
        a = home * 2 + parent
        b = second + np.int64(p_sex[i]) * 35 + np.int64(p_race[i]) * 7 + (age & 7)
        c = third + education * 3 + (traits & 3)
        # the facts
        adults = np.int64(h.adults[family] > 1)
        need = g.need[np.uint64(home * 16 + adults * 8 + min(children, three) * 2 + small)]
        fact = np.int64(rate >= need) | (good << 1) | (traits & OVER_EDUCATED)
        fact |= (paid & np.int64(hired <= year_ago)) << 3
        commute[np.uint64(home * sites) + at] += paid
        k = np.int64(p_bits[i] >> np.uint32(WAGE_SHIFT)) - WAGE_FIRST
        k = min(max(k, zero), np.int64(WAGE_BINS - 1))
        one = np.int32(paid)
        wage[np.uint64(a * WAGE_BINS + k)] += one
        wage[np.uint64(b * WAGE_BINS + k)] += one
        wage[np.uint64(c * WAGE_BINS + k)] += one
        short = np.int64(state == PART_TIME_INVOLUNTARY) | ((fact & OVER) >> 2)
        wage[np.uint64(under + k)] += one & np.int32(short)
        column = np.int64(g.column[state]) + (fact & -np.int64(now == 0))
        here = np.int32(now != 3)
        code[np.uint64(a * CODES + column)] += here
        code[np.uint64(b * CODES + column)] += here
        code[np.uint64(c * CODES + column)] += here
        if (was != now) | (now == 1) | (paid & np.int64(hired == g.month)):
            x = np.int64(-1)
            if was != now:
                x = np.int64(was) * 4 + np.int64(now)
            elif now == 0:
                x = np.int64(JOB_TO_JOB)
            if x >= 0:
                event[a * EVENTS + x] += 1
                event[b * EVENTS + x] += 1
                event[c * EVENTS + x] += 1
            if was == 1:
                duration[g.duration[p_spell[i]], now] += 1
            if now == 1:
                months = min(np.int64(p_spell[i]) + 1, 255) if was == 1 else np.int64(1)
                p_spell[i] = months
                if months > g.long_term:
                    event[a * EVENTS + LONG_TERM] += 1
                    event[b * EVENTS + LONG_TERM] += 1
                    event[c * EVENTS + LONG_TERM] += 1


@njit(cache=True, nogil=True)
def _tally_cells(lo, hi, chunk, slots, c, quality, outside, t):  # type: ignore[no-untyped-def]
    s = chunk % slots
    for j in range(lo, hi):
        filled, open_ = np.int64(c.filled[j]), np.int64(c.vacancies[j])
        zone, sector, occupation = c.zone[j], c.sector[j], c.occupation[j]
        t.filled[s, sector, zone] += filled
        t.vacancies[s, sector, zone] += open_
        if zone < outside:
            t.filled_by_occupation[s, occupation] += filled
            t.vacancies_by_occupation[s, occupation] += open_
        e = c.establishment[j]
        for q in range(8):
            t.quality[s, zone, q] += filled * np.int64(quality[e, q])


def given(month: Month, skill: NDArray[np.uint8], room: dict[str, Any]) -> Given:
    """What one month's pass takes as given."""
    eco = month.economy
    wide = np.zeros((2, 8, 256), np.uint8)
    wide[:, : len(EDUCATION), : eco.occupations] = skill
    years = np.minimum(np.arange(AGE_MONTHS) // 12, 120)
    parent = (years >= int(room["parent_age_low"])) & (years <= int(room["parent_age_high"]))
    age = _AGE_BAND[years] | (parent.astype(np.uint8) << np.uint8(3))
    return Given(
        need=eco.household_need.astype(np.float32).ravel(), skill=wide.ravel(), age=age,
        category=_CATEGORY, column=_COLUMN, duration=_DURATION_BAND, good_wage=np.float32(eco.good_job_wage),
        outside=eco.outside, long_term=int(room["long_term_months"]), month=month.index,
    )  # fmt: skip


def empty_tally(slots: int, zones: int, sectors: int) -> Tally:
    """Zero counts."""
    r = rows(zones)[2]

    def small(*shape: int) -> NDArray[np.int32]:
        return np.zeros((slots, *shape), np.int32)

    def large(*shape: int) -> NDArray[np.int64]:
        return np.zeros((slots, *shape), np.int64)

    return Tally(
        code=small(r, CODES), event=small(r, EVENTS), wage=small(r + 1, WAGE_BINS),
        commute=large(zones, sectors, zones),
        pay=large(sectors, zones), good_jobs=large(sectors, zones), kept=large(sectors, zones),
        duration=large(len(DURATIONS), 4),
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
    # sector and zone of every cell in one number; a first entry even if there is no cell
    site = np.zeros(max(1, w.cells.capacity), np.uint16)
    site[: w.cells.capacity] = w.cells.sector
    site *= np.uint16(month.economy.zones)
    site[: w.cells.capacity] += w.cells.zone
    month.crew.map(
        _tally_people, w.people.size, into.code.shape[0], w.people.columns, w.people.wage.view(np.uint32),
        w.households.columns, site, spell, what, into,
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
