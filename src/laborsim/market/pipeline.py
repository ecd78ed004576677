"""Kernels of the training pipeline: who learns of programs, who considers one, who applies, who may enter."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import (
    APPRENTICESHIP,
    CARE_PARENT,
    HOURS_A_MONTH,
    KNOWS_PROGRAM_BIT,
    NO_PROGRAM,
    PRACTICE_SPONSOR,
    SELF_EMPLOYED,
    TEMPORARY_LAYOFF,
    TRAIT_READY,
    TRAIT_RECORD,
    UNEMPLOYED,
)
from laborsim.market.columns import AHEAD, fetch
from laborsim.market.draws import bits, more_bits, to_unit, uniform
from laborsim.market.scan import KINDS, scan

# What became of an application: bits of `flags`. The last four say why it is not eligible, the first that holds.
APPLIED, ELIGIBLE = 1, 2
NO_EDUCATION, WRONG_AGE, HAS_RECORD, NO_CREDENTIAL = 8, 16, 32, 64
UNAWARE, DECLINED = 0, 1  # rows of the tally
# A third of the people get their turn each month, in blocks of rows that fill a line of memory; rates are three times
# as high then. To ask everyone every month would cost three times as much and tell the same.
TURNS = 3
BLOCK = 8
_ONE = np.uint32(1)


class Choice(NamedTuple):
    """What people know and weigh this month; Z zones, O occupations, P programs.

    attention : (13,) chance of considering a program when one's turn has come, by state.
    outreach : (32,) added chances of learning, by bit of `knows`; random : (32,) 1 for bits learnt by chance.
    visible : (Z, P) cumulative share of attention a program gets from people of a zone, by its own seats.
    added : (Z, P) cumulative chance of a second look, at a program with seats added by policy; sums to 1 at most.
    education, least_age, most_age, check, ready, requires : (P,) who may enter: least schooling (or a completed
        pre-apprenticeship where `ready`), ages, no justice record, one of the credentials in a mask (0 none). Those who
        hold that credential know of the program; of one that `recruits` people need only know the field.
    value : (P,) expected dollars a month after completion; pay : (P,) dollars a month while training, 0 unpaid.
    price : (P,) fee, weighted for having to be paid at once.
    travel : (Z, P) dollars a month by car. chance : (O,) expected share of time in work.
    care : (Z,) dollars a month for a young child.
    """

    attention: NDArray[np.float64]
    outreach: NDArray[np.float64]
    random: NDArray[np.float64]
    visible: NDArray[np.float64]
    added: NDArray[np.float64]
    kind_bit: NDArray[np.uint32]
    field_bits: NDArray[np.uint32]
    value: NDArray[np.float64]
    pay: NDArray[np.float64]
    months: NDArray[np.float64]
    time: NDArray[np.float64]
    price: NDArray[np.float64]
    education: NDArray[np.uint8]
    least_age: NDArray[np.int64]
    most_age: NDArray[np.int64]
    check: NDArray[np.uint8]
    ready: NDArray[np.uint8]
    requires: NDArray[np.uint16]
    recruits: NDArray[np.uint8]
    travel: NDArray[np.float64]
    chance: NDArray[np.float64]
    care: NDArray[np.float64]
    learn: float
    nearby: float
    outreach_total: float
    least_wage: float
    low_wage: float
    horizon: float
    scale: float
    taste: float
    no_car: float
    lock_in: float
    lock_in_employed: float
    time_in_work: float
    work_until: float
    outside: int


@njit(cache=True, inline="always")
def _pick_bit(available, draw):  # type: ignore[no-untyped-def]
    """One of the set bits, uniformly; 0 if there is none."""
    n = 0
    rest = np.uint64(available)
    while rest != np.uint64(0):
        rest &= rest - np.uint64(1)  # without its lowest bit
        n += 1
    if n == 0:
        return np.uint32(0)
    rest = np.uint64(available)
    for _ in range(int(draw * n)):
        rest &= rest - np.uint64(1)
    return np.uint32(rest ^ (rest & (rest - np.uint64(1))))


@njit(cache=True, inline="always")
def _walk(rates, total, draw):  # type: ignore[no-untyped-def]
    """Bit drawn in proportion to `rates`, which sum to `total`."""
    x = draw * total
    for k in range(rates.size):  # not a constant, which LLVM would unroll
        x -= rates[k]
        if x < 0.0:
            return _ONE << np.uint32(k)
    return np.uint32(0)


@njit(cache=True, nogil=True)
def _turn(lo, hi, p, month, key, q, reached, rows):  # type: ignore[no-untyped-def]
    """Rows of those who may learn of programs (draws from `reached` up) or consider one (the lowest draws), and of all
    the unemployed, among the people whose turn it is."""
    top = np.uint64(reached * 2.0**63) * np.uint64(2)  # from here on the draws are turned: learners come first
    learn = 1.0 - top * 2.0**-64
    bound = np.zeros(2 * KINDS, np.uint32)
    for s in range(q.attention.size):
        most = learn + q.attention[s] if q.attention[s] > 0.0 else 0.0
        if s == UNEMPLOYED or s == TEMPORARY_LAYOFF:
            most = 1.0
        bound[s] = bound[KINDS + s] = np.uint32(math.ceil(min(most * (1.0 + 1e-9), 1.0) * 2.0**31))
    n = np.uint64(lo)
    for k in range(lo, lo + scan(lo, hi, p, key, bound, rows, top)):
        rows[n] = rows[k]
        n += np.uint64((rows[k] // BLOCK - month) % TURNS == 0)
    return np.int64(n) - lo


class Applications(NamedTuple):
    """Where `consider` writes: rows, program and flags of the first look, and those of the second; flags 0 none."""

    rows: NDArray[np.int64]
    picks: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    late_picks: NDArray[np.uint8]
    late_flags: NDArray[np.uint8]


@njit(cache=True, forceinline=True)
def _entry(i, g, p, age, q):  # type: ignore[no-untyped-def]
    """ELIGIBLE, or the first rule of program `g` that keeps person `i` out."""
    schooled = p.education[i] >= q.education[g]
    if not schooled and not (q.ready[g] == 1 and (p.traits[i] & TRAIT_READY) > 0):
        return NO_EDUCATION
    if age < q.least_age[g] or age > q.most_age[g]:
        return WRONG_AGE
    if q.check[g] == 1 and (p.traits[i] & TRAIT_RECORD) > 0:
        return HAS_RECORD
    if q.requires[g] != 0 and (p.credentials[i] & q.requires[g]) == 0:
        return NO_CREDENTIAL
    return ELIGIBLE


@njit(cache=True, forceinline=True, error_model="numpy")
def _odds(i, g, p, h, month, q, now, ahead, employed):  # type: ignore[no-untyped-def]
    """Log odds of applying: what the program would bring over the horizon, less fee, travel, care and pay forgone."""
    hh = p.household[i]
    z = p.zone[i]
    burden = q.travel[z, g] * (1.0 if h.car[hh] > 0 else q.no_car)
    if h.children[hh] > 0 and month - h.youngest[hh] < 72 and h.care[hh] == CARE_PARENT:
        burden += q.care[z] * q.time[g]
    if q.pay[g] > 0.0:
        burden += now - q.pay[g]
    else:
        burden += now * q.time[g] * (q.lock_in_employed if employed else q.lock_in)
    return q.taste + (ahead * (q.value[g] - now) - q.price[g] - q.months[g] * burden) / q.scale


@njit(cache=True, nogil=True, error_model="numpy")
def consider(lo, hi, chunk, p, h, e, c, month, key, q, out, seekers, tally):  # type: ignore[no-untyped-def]
    """Learning and applying. Writes to `out` rows, programs and flags of those who apply, one entry per person.

    Everyone who considers training looks at one program by the programs' own seats. Some look at a second one, among
    those with seats added by policy: these change nobody's first look.
    `seekers` (chunks, O) counts the unemployed by occupation among those whose turn it is; `tally` (chunks, 2, P)
    looks at a program by people who do not know of it, and by those who know and do not apply.
    Returns the number of rows written.
    """
    n = 0
    rows, picks, flags, late_picks, late_flags = out
    learners = 1.0 - q.learn
    reached = learners - q.outreach_total
    last = lo + _turn(lo, hi, p, month, key, q, reached, rows) - 1
    for k in range(lo, last + 1):
        i = rows[k]
        fetch(p, rows[min(k + AHEAD, last)])
        s = p.state[i]
        if s == UNEMPLOYED or s == TEMPORARY_LAYOFF:
            seekers[chunk, p.occupation[i]] += 1
        first = bits(key, p.id[i])
        attention = q.attention[s]
        if attention == 0.0:
            continue
        u = to_unit(first)
        if attention <= u < reached:
            continue
        if u >= reached:
            if u < learners:
                p.knows[i] |= _walk(q.outreach, q.outreach_total, to_unit(more_bits(first, 1)))
            elif to_unit(more_bits(first, 1)) < q.nearby:
                b = more_bits(first, 2)
                job = p.job[i]
                sponsored = job >= 0 and (e.practices[c.establishment[job]] & PRACTICE_SPONSOR) > 0
                if sponsored and (b & np.uint64(1)) == np.uint64(1):
                    p.knows[i] |= _ONE << np.uint32(KNOWS_PROGRAM_BIT + APPRENTICESHIP)
                else:
                    # Rows of a household and of a zone lie together: a neighbouring row tells what it knows.
                    step = 1 + int((b >> np.uint64(8)) % np.uint64(3))
                    j = i - step if (b & np.uint64(2)) == np.uint64(2) else i + step
                    if lo <= j and j < hi:
                        told = p.knows[j]
                        if p.program[j] != NO_PROGRAM:
                            told |= q.kind_bit[p.program[j]] | q.field_bits[p.program[j]]
                        p.knows[i] |= _pick_bit(told & ~p.knows[i], to_unit(more_bits(first, 3)))
            else:
                p.knows[i] |= _walk(q.random, q.random.sum(), to_unit(more_bits(first, 3)))
        if u >= attention:
            continue
        z = p.zone[i]
        employed = s <= SELF_EMPLOYED
        wage = max(float(p.wage[i]), q.least_wage)
        if z >= q.outside or (employed and wage >= q.low_wage) or p.program[i] != NO_PROGRAM:
            continue
        age = (month - p.birth[i]) // 12
        now = wage * HOURS_A_MONTH * (q.time_in_work if employed else q.chance[p.occupation[i]])
        if employed and p.hours[i] < 35:
            now *= p.hours[i] / 40.0
        ahead = min(q.horizon, max(0.0, (q.work_until - age) * 12.0))
        knows = p.knows[i]
        wrote = False
        for look in range(2):
            if look == 0:
                g = np.searchsorted(q.visible[z], to_unit(more_bits(first, 4)), side="right")
            else:
                g = np.searchsorted(q.added[z], to_unit(more_bits(first, 6)), side="right")
            if g >= q.value.size or (look == 1 and wrote and picks[lo + n] == g):
                continue
            held = (p.credentials[i] & q.requires[g]) != 0
            kind = (knows & q.kind_bit[g]) != 0 or q.recruits[g] == 1
            if not held and (not kind or (knows & q.field_bits[g]) == 0):
                tally[chunk, UNAWARE, g] += 1
                continue
            odds = _odds(i, g, p, h, month, q, now, ahead, employed)
            if to_unit(more_bits(first, 5 + 2 * look)) * (1.0 + math.exp(-odds)) >= 1.0:
                tally[chunk, DECLINED, g] += 1
                continue
            if not wrote:
                rows[lo + n] = i
                picks[lo + n] = flags[lo + n] = late_picks[lo + n] = late_flags[lo + n] = 0
                wrote = True
            if look == 0:
                picks[lo + n] = g
                flags[lo + n] = APPLIED | _entry(i, g, p, age, q)
            else:
                late_picks[lo + n] = g
                late_flags[lo + n] = APPLIED | _entry(i, g, p, age, q)
        if wrote:
            n += 1
    return n


@njit(cache=True, nogil=True)
def uniforms(key, ids, out):  # type: ignore[no-untyped-def]
    """Fill `out` with the uniform draws of agents `ids` (uint64) for one decision."""
    for k in range(ids.size):
        out[k] = uniform(key, ids[k])
    return out


def draws(key: np.uint64, ids: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Uniform draws in [0, 1) of many agents for one decision, shape of `ids`."""
    return uniforms(key, np.ascontiguousarray(ids), np.empty(ids.size))  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _in_turn(order, group, before, place):  # type: ignore[no-untyped-def]
    """Number the members of each group in the order given; `before` (groups,) counts those numbered so far."""
    for k in order:
        g = group[k]
        place[k] = before[g]
        before[g] += 1


def ordinal(group: NDArray[np.int64], score: NDArray[np.float64], tie: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Place of each member within its group by ascending score, 0 first; ties go to the lower `tie`.

    Examples
    --------
    >>> ordinal(np.array([0, 1, 0]), np.array([0.9, 0.5, 0.1]), np.zeros(3, np.uint64)).tolist()
    [1, 0, 0]
    """
    place = np.empty(group.size, np.int64)
    if group.size:
        order = np.argsort(score)  # much faster than by three keys; keyed scores hardly ever tie
        sorted_score = score[order]
        if np.any(sorted_score[1:] == sorted_score[:-1]):
            order = np.lexsort((tie, score))
        _in_turn(order, group, np.zeros(int(group.max()) + 1, np.int64), place)
    return place
