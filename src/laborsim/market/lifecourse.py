"""Kernels of the life course: one pass over households, one over people.

A person meets at most one event a month. Hazards of all events are laid end to end on one keyed draw (deaths
first, whatever the labor market does; retirement last), so nearly everyone is passed over after one comparison with
the largest total of their age and sex. Birthdays are looked at once a year: school, records, care for relatives,
and the moves between households.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import (
    ASSOCIATE,
    BACHELOR,
    DISABLED,
    FEMALE,
    GONE,
    GRADUATE,
    HS,
    LESS_THAN_HS,
    RETIRED,
    SOME_COLLEGE,
    STUDENT,
    TEMPORARY_LAYOFF,
    TRAIT_CARER,
    TRAIT_DISABILITY,
    TRAIT_ENROLLED,
    TRAIT_RECORD,
    UNEMPLOYED,
)
from laborsim.market.draws import bits, more_bits, to_unit, uniform

F8 = NDArray[np.float64]

# events of a person
(DEATH, MOVED, HEAD, BIRTH, RETIREMENT, DISABLING, RECOVERY, LEFT_SCHOOL, ENTERED_SCHOOL, LEAVES_HOME, SPLIT,
 SINGLE) = range(1, 13)  # fmt: skip
# marks of a household
MOVING, HEADLESS = 1, 2
SCHOOL_END = 61  # ages in the school tables
RECORD_AGES = (18, 26)  # birthdays at which a record may be acquired
MOST_CHILDREN = 6


class Hazards(NamedTuple):
    """Monthly hazards and yearly birthday probabilities; A = 121 ages, O occupations.

    bound (2, A): largest total of the monthly hazards of anyone of that sex and age.
    """

    bound: F8
    death: F8  # (2, A)
    birth: F8  # (A,)
    spacing: F8  # (10,) factor on births by years since the youngest child's birth
    onset: F8  # (A,)
    onset_exit: float
    recovery: F8  # (A,)
    disabling: F8  # (A,) someone with a limiting condition stops working or looking
    retire: F8  # (A,) in the labor force
    retire_out: F8  # (A,) out of it
    retire_disabled: F8  # (A,)
    occupation: F8  # (O,) factor on retirement
    finish: F8  # (2, 5, 61, 6) normal quantiles
    leave: F8  # (2, 5, 61, 3)
    enter: F8  # (2, 5, 61)
    ability_weight: float
    ability_center: F8  # (6,)
    record: F8  # (2, 5) yearly
    care_start: F8  # (2, 7) yearly
    care_stop: float
    home: F8  # (A,) yearly: grown child leaves
    split: F8  # (A,) yearly: couple parts
    union: F8  # (A,) yearly: single adult household looks for a partner
    fields: F8  # (6, O) cumulative distribution of occupations by education


@njit(cache=True, nogil=True)
def household_pass(lo, hi, chunk, h, p, head, month, key, out, spacing, mark, youth, adults):  # type: ignore[no-untyped-def]
    """Mark the households that move away or have lost their head; list those whose eldest turns sixteen.

    Parameters
    ----------
    out : (Z, A) monthly hazard of moving away by zone and age of the head.
    mark : (H,) written.  youth : (H,) rows written from `lo` on.  adults : (chunks, Z) people by zone.

    Returns
    -------
    int : how many rows of `youth` were written.
    """
    found = 0
    for g in range(lo, hi):
        n = h.adults[g]
        if n == 0:
            mark[g] = 0
            continue
        zone = h.zone[g]
        adults[chunk, zone] += n
        i = head[g]
        if i < 0:
            mark[g] = HEADLESS
            continue
        age = min((month - p.birth[i]) // 12, 120)
        if uniform(key, p.id[i]) < out[zone, age]:
            mark[g] = MOVING
            continue
        mark[g] = 0
        children = h.children[g]
        if children > 0 and month - h.youngest[g] + spacing * (children - 1) >= 192:
            youth[lo + found] = g
            found += 1
    return found


@njit(cache=True, inline="always")
def tilted(quantile: float, weight: float, z: float) -> float:
    """Probability whose normal quantile is `quantile` on average over a standard normal z, tilted towards high z."""
    if quantile <= -8.9:
        return 0.0
    return 0.5 * math.erfc(-(quantile + weight * z) / math.sqrt(2.0 * (1.0 - weight * weight)))


@njit(cache=True)
def school_year(p, i, age, first, t):  # type: ignore[no-untyped-def]
    """One birthday's schooling of person i: level, enrolment, field. Returns an event or 0."""
    sex, race, e = p.sex[i], p.race[i], p.education[i]
    if (p.traits[i] & TRAIT_ENROLLED) == 0:
        again = HS <= e and e < GRADUATE and to_unit(more_bits(first, 1)) < t.enter[sex, race, age]
        if again:
            p.traits[i] |= TRAIT_ENROLLED
            return ENTERED_SCHOOL if p.state[i] > STUDENT else 0
        return LEFT_SCHOOL if p.state[i] == STUDENT else 0
    z = p.ability[i] - t.ability_center[e]
    got = e
    draw = to_unit(more_bits(first, 2))
    q = t.finish[sex, race, age]
    if e == LESS_THAN_HS:
        if draw < tilted(q[HS], t.ability_weight, z):
            got = HS
    elif e == HS:
        if draw < tilted(q[SOME_COLLEGE], t.ability_weight, z):
            got = SOME_COLLEGE
    elif e == BACHELOR:
        if draw < tilted(q[GRADUATE], t.ability_weight, z):
            got = GRADUATE
    elif e < BACHELOR:
        if draw < tilted(q[BACHELOR], t.ability_weight, z):
            got = BACHELOR
        elif e == SOME_COLLEGE and to_unit(more_bits(first, 3)) < tilted(q[ASSOCIATE], t.ability_weight, z):
            got = ASSOCIATE
    which = 0
    if got > LESS_THAN_HS:
        which = 2 if got > e and got != SOME_COLLEGE else 1
    if got > e:
        p.education[i] = got
        if got >= ASSOCIATE:
            field = np.searchsorted(t.fields[got], to_unit(more_bits(first, 4)), side="right")
            field = min(field, t.fields.shape[1] - 1)
            if p.state[i] > TEMPORARY_LAYOFF:
                p.occupation[i] = field
            return -1 - field if to_unit(more_bits(first, 5)) >= t.leave[sex, race, age, which] else -1001 - field
    if to_unit(more_bits(first, 5)) < t.leave[sex, race, age, which]:
        return LEFT_SCHOOL
    return 0


@njit(cache=True)
def birthday(p, h, head, i, g, age, month, first, t, occ_major):  # type: ignore[no-untyped-def]
    """What a birthday brings; writes row i of people only. Returns an event or 0."""
    sex = p.sex[i]
    event = 0
    if age < SCHOOL_END:
        event = school_year(p, i, age, first, t)
        if event < 0:  # a degree: its field is known, and school may be over
            field = -event - 1
            event = 0
            if field >= 1000:
                field -= 1000
                event = LEFT_SCHOOL
            p.knows[i] |= np.uint32(1) << np.uint32(occ_major[field])
        if event == LEFT_SCHOOL:
            p.traits[i] &= ~np.uint8(TRAIT_ENROLLED)
            if p.state[i] != STUDENT:
                event = 0
    elif p.traits[i] & TRAIT_ENROLLED and to_unit(more_bits(first, 5)) < 0.5:
        p.traits[i] &= ~np.uint8(TRAIT_ENROLLED)
        event = LEFT_SCHOOL if p.state[i] == STUDENT else 0
    if RECORD_AGES[0] <= age < RECORD_AGES[1] and (p.traits[i] & TRAIT_RECORD) == 0:
        if to_unit(more_bits(first, 6)) < t.record[sex, p.race[i]]:
            p.traits[i] |= TRAIT_RECORD
    band = 0 if age < 20 else 1 if age < 25 else min(6, (age - 5) // 10)
    if p.traits[i] & TRAIT_CARER:
        if to_unit(more_bits(first, 7)) < t.care_stop:
            p.traits[i] &= ~np.uint8(TRAIT_CARER)
    elif to_unit(more_bits(first, 7)) < t.care_start[sex, band]:
        p.traits[i] |= TRAIT_CARER
    if event != 0 or age < 18:
        return event
    k = head[g]
    draw = to_unit(more_bits(first, 8))
    if k == i:
        if h.adults[g] == 1 and draw < t.union[age]:
            return SINGLE
    elif k >= 0:
        younger = p.birth[i] - p.birth[k]
        if younger >= 192:
            if draw < t.home[age]:
                return LEAVES_HOME
        elif younger > -192 and draw < t.split[age]:
            return SPLIT
    return 0


@njit(cache=True, nogil=True)
def people_pass(lo, hi, chunk, p, h, head, mark, month, key, birthday_key, t, occ_major, rows, kinds):  # type: ignore[no-untyped-def]
    """Find this month's event of each person; rows and kinds are written from `lo` on.

    Changes only columns of the person's own row (education, traits, knows, field of study). Returns the number
    of events.
    """
    n = 0
    for i in range(lo, hi):
        s = p.state[i]
        if s == GONE:
            continue
        g = p.household[i]
        if mark[g] != 0:
            rows[lo + n] = i
            kinds[lo + n] = MOVED if mark[g] == MOVING else HEAD
            n += 1
            continue
        months = month - p.birth[i]
        age = min(months // 12, 120)
        sex = p.sex[i]
        event = 0
        u = uniform(key, p.id[i])
        if u < t.bound[sex, age]:
            event = _event(p, h, i, s, g, age, sex, month, u, key, t)
        if event == 0 and months == 12 * age:
            event = birthday(p, h, head, i, g, age, month, bits(birthday_key, p.id[i]), t, occ_major)
        if event != 0:
            rows[lo + n] = i
            kinds[lo + n] = event
            n += 1
    return n


@njit(cache=True)
def _event(p, h, i, s, g, age, sex, month, u, key, t):  # type: ignore[no-untyped-def]
    """Which event the draw u falls on; 0 for none. Sets or clears the disability trait itself."""
    edge = t.death[sex, age]
    if u < edge:
        return DEATH
    if sex == FEMALE and t.birth[age] > 0.0 and h.children[g] < MOST_CHILDREN:
        factor = 1.0
        if h.children[g] > 0:
            factor = t.spacing[min((month - h.youngest[g]) // 12, 9)]
        edge += t.birth[age] * factor
        if u < edge:
            return BIRTH
    if p.traits[i] & TRAIT_DISABILITY:
        edge += t.recovery[age]
        if u < edge:
            p.traits[i] &= ~np.uint8(TRAIT_DISABILITY)
            return RECOVERY if s == DISABLED else 0
        if s != DISABLED and s != RETIRED and s != STUDENT:
            edge += t.disabling[age]
            if u < edge:
                return DISABLING
    else:
        edge += t.onset[age]
        if u < edge:
            p.traits[i] |= TRAIT_DISABILITY
            stops = to_unit(more_bits(bits(key, p.id[i]), 1)) < t.onset_exit
            return DISABLING if stops and s != RETIRED and s != STUDENT and age < 65 else 0
    if s == RETIRED:
        return 0
    if s <= UNEMPLOYED:
        edge += t.retire[age] * t.occupation[p.occupation[i]]
    elif s == DISABLED:
        edge += t.retire_disabled[age]
    else:
        edge += t.retire_out[age]
    return RETIREMENT if u < edge else 0
