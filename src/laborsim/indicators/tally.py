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
    UNEMPLOYED,
)
from laborsim.market.columns import AHEAD, fetch
from laborsim.market.month import Month
from laborsim.market.scan import BLOCK
from laborsim.market.transitions import months_out

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
_CATEGORY = np.array([0] * 4 + [1] * 2 + [2] * 6 + [3], np.uint8)  # E, U, N, absent


class Given(NamedTuple):
    """What the pass over people takes as given; tables are flat."""

    need: NDArray[np.float32]  # (Z * 16,) zone, adults, children, under six
    skill: NDArray[np.uint8]  # (2 * 8 * 256,) labor force, education, occupation; unused entries are 0
    age: NDArray[np.uint8]  # (AGE_MONTHS,) by age in months: age band, and bit 3 in a parent's years
    category: NDArray[np.uint8]  # (13,) E, U, N, absent
    duration: NDArray[np.uint8]  # (256,) band of months unemployed
    good_wage: np.float32
    zones: int
    outside: int
    long_term: int
    month: int


class Tables(NamedTuple):
    """What the pass counts into, a slot per thread: as few tables as all figures follow from."""

    code: NDArray[np.int32]  # (slots, R, CODES)
    event: NDArray[np.int32]  # (slots, R, EVENTS)
    wage: NDArray[np.int32]  # (slots, R + 15, WAGE_BINS); each row of education x skill twice, the second underemployed
    job: NDArray[np.int32]  # (slots, 4, Z, S, Z) people on a payroll: SUFFICIENT and GOOD, home, sector, zone of work
    pay: NDArray[np.int64]  # (slots, S, Z) weekly cents paid, zone of work
    kept: NDArray[np.int64]  # (slots, S, Z) hired 12 months ago and still there, zone of work
    duration: NDArray[np.int64]  # (slots, 5, 4) unemployed a month ago by duration x where they are now


class Tally(NamedTuple):
    """Counts of one month."""

    code: NDArray[np.int32]  # (R, CODES)
    event: NDArray[np.int32]  # (R, EVENTS)
    wage: NDArray[np.int32]  # (R + 1, WAGE_BINS); the last row is the underemployed
    commute: NDArray[np.int64]  # (Z, S, Z) residents on a payroll: home x sector x zone of work
    pay: NDArray[np.int64]  # (S, Z) weekly cents paid, zone of work
    good_jobs: NDArray[np.int64]  # (S, Z) jobs paying the good-job wage, zone of work
    kept: NDArray[np.int64]  # (S, Z) hired 12 months ago and still there, zone of work
    sufficient: NDArray[np.int64]  # (S, Z) residents on a payroll at the self-sufficiency wage, zone of work
    duration: NDArray[np.int64]  # (5, 4) unemployed a month ago by duration x where they are now


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


class _Block(NamedTuple):
    """What is worked out of a block of people before it is counted."""

    months: NDArray[np.uint16]  # age in months
    cents: NDArray[np.int32]  # pay of a week, 0 off the payroll
    bin: NDArray[np.uint16]  # of the wage
    traits: NDArray[np.uint16]  # entry of the table of skill
    row: NDArray[np.uint16]  # (3, BLOCK) rows of the three cross-tables, before what is looked up is added
    column: NDArray[np.uint8]  # of the table of states, without facts
    facts: NDArray[np.uint8]  # GOOD and STAYED
    employed: NDArray[np.uint8]  # FACTS - 1 if employed, else 0
    paid: NDArray[np.uint8]  # on a payroll
    here: NDArray[np.uint8]  # lives in the region
    event: NDArray[np.uint8]  # something may have happened


@njit(cache=True, nogil=True)
def _household_kinds(lo, hi, chunk, h, month, out):  # type: ignore[no-untyped-def]
    """Number of each household in the table of needs: adults (8), children (2), whether one is under six (1)."""
    adults, children, youngest, into = h.adults[lo:hi], h.children[lo:hi], h.youngest[lo:hi], out[lo:hi]
    young = np.int32(month - 72)
    for k in range(into.size):
        n = children[k]
        small = np.uint8(n > 0) & np.uint8(np.int32(youngest[k]) > young)
        into[k] = np.uint8(adults[k] > 1) * np.uint8(8) + min(n, np.uint8(3)) * np.uint8(2) + small


@njit(cache=True, nogil=True)
def _prepare(lo, hi, p, wage_bits, g, x):  # type: ignore[no-untyped-def]
    """All about people [lo, hi) that vector instructions can work out: short loops over few columns."""
    state, last, zone, wage = p.state[lo:hi], p.last[lo:hi], p.zone[lo:hi], p.wage[lo:hi]
    hours, hired, birth, wages = p.hours[lo:hi], p.hired[lo:hi], p.birth[lo:hi], wage_bits[lo:hi]
    sex, race, education, occupation = p.sex[lo:hi], p.race[lo:hi], p.education[lo:hi], p.occupation[lo:hi]
    first, most, zero = np.int32(WAGE_FIRST), np.int32(WAGE_BINS - 1), np.int32(0)
    size, month, year_ago = hi - lo, np.int16(g.month), np.int16(g.month - 12)
    second, outside, good_wage = np.uint16(g.zones * 2), np.uint8(g.outside), g.good_wage
    cents, months, bins, traits, column, facts = x.cents, x.months, x.bin, x.traits, x.column, x.facts
    employed, pays, here, event = x.employed, x.paid, x.here, x.event
    by_zone, by_group, by_skill = x.row[0], x.row[1], x.row[2]
    for k in range(size):
        weekly = np.int32(state[k] <= PART_TIME_INVOLUNTARY) * np.int32(hours[k]) * np.int32(100)
        cents[k] = np.int32(wage[k] * np.float32(weekly) + np.float32(0.5))
    for k in range(size):
        months[k] = np.uint16(month - birth[k]) & np.uint16(AGE_MONTHS - 1)
    for k in range(size):
        bins[k] = min(max(np.int32(wages[k] >> np.uint32(WAGE_SHIFT)) - first, zero), most)
    for k in range(size):
        force = np.uint16(state[k] <= UNEMPLOYED)
        traits[k] = (((force << np.uint16(3)) + np.uint16(education[k])) << np.uint16(8)) + np.uint16(occupation[k])
    for k in range(size):
        by_zone[k] = np.uint16(zone[k]) * np.uint16(2)
    for k in range(size):
        by_group[k] = second + np.uint16(sex[k]) * np.uint16(35) + np.uint16(race[k]) * np.uint16(7)
    for k in range(size):
        by_skill[k] = second + np.uint16(70) + np.uint16(education[k]) * np.uint16(3)
    for k in range(size):
        s = state[k]
        column[k] = s * np.uint8(FACTS) if s <= SELF_EMPLOYED else (s + np.uint8(OTHERS)) * np.uint8(s != GONE)
    for k in range(size):
        employed[k] = np.uint8(state[k] <= SELF_EMPLOYED) * np.uint8(FACTS - 1)
    for k in range(size):
        here[k] = (zone[k] < outside) & (state[k] != GONE)
    for k in range(size):
        pays[k] = state[k] <= PART_TIME_INVOLUNTARY
    for k in range(size):
        stayed = np.uint8(hired[k] <= year_ago) & pays[k]
        facts[k] = np.uint8(wage[k] >= good_wage) * np.uint8(GOOD) + stayed * np.uint8(STAYED)
    for k in range(size):
        s, t = state[k], last[k]
        now = np.uint8(s > SELF_EMPLOYED) + np.uint8(s > UNEMPLOYED) + np.uint8(s == GONE)
        was = np.uint8(t > SELF_EMPLOYED) + np.uint8(t > UNEMPLOYED) + np.uint8(t == GONE)
        event[k] = (now != was) | (now == 1)
    for k in range(size):
        event[k] |= ((hired[k] == month) | (hired[k] == year_ago)) & pays[k]


@njit(cache=True, nogil=True)
def _tally_people(lo, hi, s, p, wage_bits, kinds, site, spell, g, t):  # type: ignore[no-untyped-def]
    """Add people [lo, hi) to slot `s`, a block at a time.

    Facts are worked out without branches, for everyone, and counted with a weight of 0 or 1: states and wages alternate
    from row to row, so that branches would be guessed wrong half the time. Tables are flat and indices unsigned,
    which spares the arithmetic of strides and of negative indices.
    """
    code, event, wage = t.code[s].reshape(-1), t.event[s].reshape(-1), t.wage[s].reshape(-1)
    pay, kept, jobs, duration = t.pay[s].reshape(-1), t.kept[s].reshape(-1), t.job[s].reshape(-1), t.duration[s]
    sites, homes, third = np.uint64(pay.size), np.uint64(t.job.shape[2]), np.uint64(g.zones * 2 + 70)
    codes, wages, zero = np.uint64(CODES), np.uint64(WAGE_BINS), np.int32(0)
    u1, u2, two = np.uint8(1), np.uint8(OVER_EDUCATED), np.uint64(2)
    x = _Block(np.empty(BLOCK, np.uint16), np.empty(BLOCK, np.int32), np.empty(BLOCK, np.uint16),
               np.empty(BLOCK, np.uint16), np.empty((3, BLOCK), np.uint16), np.empty(BLOCK, np.uint8),
               np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.uint8),
               np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.uint8))  # fmt: skip
    by_zone, by_group, by_skill = x.row[0], x.row[1], x.row[2]
    happened = np.empty(BLOCK, np.uint16)
    for start in range(lo, hi, BLOCK):
        end = min(hi, start + BLOCK)
        _prepare(start, end, p, wage_bits, g, x)
        events: Any = np.uint64(0)
        household, rate, zone, job = p.household[start:end], p.wage[start:end], p.zone[start:end], p.job[start:end]
        state = p.state[start:end]
        last = end - start - 1
        for place in range(end - start):
            k, ahead = np.uint64(place), np.uint64(min(place + AHEAD, last))
            fetch(kinds, max(household[ahead], zero))
            fetch(site, max(job[ahead], zero))
            age, kind = g.age[x.months[k]], kinds[np.uint64(max(household[k], zero))]  # those who left have none
            traits = g.skill[x.traits[k]]
            home, paid, here = np.uint64(zone[k]), x.paid[k], x.here[k]
            a = np.uint64(by_zone[k]) + np.uint64(kind & (age >> np.uint8(3)))
            b = np.uint64(by_group[k]) + np.uint64(age & np.uint8(7))
            c = np.uint64(by_skill[k]) + np.uint64(traits & np.uint8(3))
            enough = np.uint8(rate[k] >= g.need[home * np.uint64(16) + np.uint64(kind)])
            fact = (x.facts[k] | enough | (traits & u2)) & x.employed[k]
            column, bin = np.uint64(x.column[k] + fact), np.uint64(x.bin[k])
            at = np.uint64(site[np.uint64(max(job[k], zero))])  # weighted with 0 off the payroll
            under = (np.uint8(state[k] == PART_TIME_INVOLUNTARY) | (fact >> np.uint8(2))) & u1
            pay[at] += x.cents[k]
            jobs[(np.uint64(fact & np.uint8(SUFFICIENT | GOOD)) * homes + home) * sites + at] += paid
            paid &= here
            wage[a * wages + bin] += paid
            wage[b * wages + bin] += paid
            wage[(c * two - third + np.uint64(under)) * wages + bin] += paid
            code[a * codes + column] += here
            code[b * codes + column] += here
            code[c * codes + column] += here
            by_zone[k], by_group[k], by_skill[k] = a, b, c
            happened[events] = place
            events += np.uint64(x.event[k])
        for j in range(np.int64(events)):
            k = np.uint64(happened[j])
            i = np.uint64(start) + k
            now, was, hired = g.category[p.state[i]], g.category[p.last[i]], np.int64(p.hired[i])
            paid = p.state[i] <= PART_TIME_INVOLUNTARY
            if paid and hired == g.month - 12:
                kept[site[p.job[i]]] += 1
            if p.zone[i] >= g.outside:
                continue
            kind = -1
            if was != now:
                kind = int(was) * 4 + int(now)
            elif now == 0 and paid and hired == g.month:
                kind = JOB_TO_JOB
            if kind >= 0:
                for r in range(3):
                    event[np.int64(x.row[r, k]) * EVENTS + kind] += 1
            if was == 1 and (was != now or now == 1):
                duration[g.duration[spell[i]], now] += 1
            if now == 1:
                months = min(np.int64(spell[i]) + 1, 255) if was == 1 else np.int64(1)
                spell[i] = months
                # Surveys are told how long people have been without work, looking or not in between.
                if months_out(p.history[i], g.month - np.int64(p.since[i])) + 1 > g.long_term:
                    for r in range(3):
                        event[np.int64(x.row[r, k]) * EVENTS + LONG_TERM] += 1


@njit(cache=True, nogil=True)
def _tally_cells(lo, hi, s, c, quality, outside, t):  # type: ignore[no-untyped-def]
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
        category=_CATEGORY, duration=_DURATION_BAND, good_wage=np.float32(eco.good_job_wage),
        zones=eco.zones, outside=eco.outside, long_term=int(room["long_term_months"]), month=month.index,
    )  # fmt: skip


def empty_tables(slots: int, zones: int, sectors: int) -> Tables:
    """Zero counts."""
    r = rows(zones)[2]

    def small(*shape: int) -> NDArray[np.int32]:
        return np.zeros((slots, *shape), np.int32)

    def large(*shape: int) -> NDArray[np.int64]:
        return np.zeros((slots, *shape), np.int64)

    return Tables(
        code=small(r, CODES), event=small(r, EVENTS), wage=small(r + len(EDUCATION) * 3, WAGE_BINS),
        job=small(4, zones, sectors, zones), pay=large(sectors, zones), kept=large(sectors, zones),
        duration=large(len(DURATIONS), 4),
    )  # fmt: skip


def _sums(tables: Tables, zones: int, outside: int) -> Tally:
    """Counts of all slots together."""
    t = Tables(*(array[0] if array.shape[0] == 1 else array.sum(axis=0, dtype=array.dtype) for array in tables))
    third = rows(zones)[1]
    under, job = t.wage[third + 1 :: 2], t.job.astype(np.int64)
    commute = job.sum(axis=0)
    commute[outside:] = 0
    all_under = under.sum(axis=0, keepdims=True, dtype=np.int32)
    return Tally(
        code=t.code, event=t.event, wage=np.concatenate([t.wage[:third], t.wage[third::2] + under, all_under]),
        commute=commute, pay=t.pay, good_jobs=job[GOOD:].sum(axis=(0, 1)), kept=t.kept,
        sufficient=job[SUFFICIENT::2, :outside].sum(axis=(0, 1)), duration=t.duration,
    )  # fmt: skip


def tally_people(month: Month, what: Given, spell: NDArray[np.uint8], into: Tables) -> Tally:
    """Count everyone; `spell` (capacity,) holds months unemployed so far and is brought up to date.

    Returns
    -------
    Tally. `into` is overwritten: keep it between months to save allocation; arrays of the result may be parts of it.
    """
    for array in into:
        array.fill(0)
    w = month.world
    # sector and zone of every cell in one number; a first entry even if there is no cell
    site = np.zeros(max(1, w.cells.capacity), np.uint16)
    site[: w.cells.capacity] = w.cells.sector
    site *= np.uint16(month.economy.zones)
    site[: w.cells.capacity] += w.cells.zone
    kinds = np.zeros(max(1, w.households.size), np.uint8)
    month.crew.map(_household_kinds, w.households.size, w.households.columns, month.index, kinds)
    size = -(-w.people.size // into.code.shape[0])  # a chunk for each slot
    month.crew.map(
        _tally_people, w.people.size, w.people.columns, w.people.wage.view(np.uint32), kinds, site,
        spell, what, into, size=max(size, 1),
    )  # fmt: skip
    return _sums(into, month.economy.zones, month.economy.outside)


def tally_cells(month: Month) -> CellTally:
    """Count filled jobs, vacancies and job quality over all cells."""
    eco, w, slots = month.economy, month.world, month.crew.threads
    shapes = (
        (eco.sectors, eco.zones), (eco.sectors, eco.zones), (eco.occupations,), (eco.occupations,), (eco.zones, 8),
    )  # fmt: skip
    into = CellTally(*(np.zeros((slots, *shape), np.int64) for shape in shapes))
    size = -(-w.cells.size // slots)  # a chunk for each slot
    month.crew.map(_tally_cells, w.cells.size, w.cells.columns, w.establishments.quality, eco.outside, into,
                   size=max(size, 1))  # fmt: skip
    return CellTally(*(array.sum(axis=0, dtype=array.dtype) for array in into))


assert (SUFFICIENT, GOOD) == (1, 2)  # as `_sums` reads them
assert len(SEXES) * len(RACES) * len(AGE_BANDS) == 70 and SELF_EMPLOYED == 3 and GONE == 12

__all__ = [
    "CODES", "DURATIONS", "EVENTS", "FACTS", "GOOD", "JOB_TO_JOB", "LONG_TERM", "OTHERS", "OVER", "STAYED",
    "SUFFICIENT",
    "WAGE_BINS", "WAGE_EDGES", "CellTally", "Given", "Tables", "Tally", "empty_tables", "given", "rows", "tally_cells",
    "tally_people",
]  # fmt: skip
