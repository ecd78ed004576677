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
    GROWN,
    HS,
    RETIRED,
    SOME_COLLEGE,
    STUDENT,
    TRAIT_CARER,
    TRAIT_DISABILITY,
    TRAIT_ENROLLED,
    TRAIT_RECORD,
    UNEMPLOYED,
)
from laborsim.market.columns import AHEAD, fetch
from laborsim.market.draws import bits, more_bits, to_unit, uniform
from laborsim.market.scan import BLOCK, bounds, draw_block

F8 = NDArray[np.float64]

# events of a person
(DEATH, MOVED, BIRTH, RETIREMENT, DISABLING, RECOVERY, LEFT_SCHOOL, ENTERED_SCHOOL, LEAVES_HOME, SPLIT,
 SINGLE) = range(1, 12)  # fmt: skip
MAYBE, BIRTHDAY = 64, 128  # not yet events
SCHOOL_END = 61  # ages in the school tables
SCHOOL_RETURN = 45  # from this age on nobody goes back to school
RECORD_AGES = (18, 26)  # birthdays at which a record may be acquired
MOST_CHILDREN = 6
KINDS = 4  # of states: in the labor force, out of it, retired, gone
AGES = 128  # places for years of age in the bounds


class Hazards(NamedTuple):
    """Monthly hazards and yearly birthday probabilities; A = 121 ages, O occupations.

    bound: see `bounds_by_age`; largest total of the monthly hazards of anyone of that condition, sex, state and age.
    """

    bound: NDArray[np.uint32]
    death: F8  # (2, A)
    birth: F8  # (A,)
    births: F8  # (3, 7, 10) factor on births, see `stationary.birth_factors`
    onset: F8  # (A,)
    onset_exit: float
    recovery: F8  # (A,)
    disabling: F8  # (A,) someone with a limiting condition stops working or looking
    retire: F8  # (A,) in the labor force
    retire_out: F8  # (A,) out of it
    retire_disabled: F8  # (A,)
    occupation: F8  # (O,) factor on retirement
    finish: F8  # (2, 5, 61, 6) normal quantiles
    return_: F8  # (2, 5, 61, 6) the same for those not enrolled
    leave: F8  # (2, 5, 61, 6)
    enter: F8  # (2, 5, 61)
    ability_weight: float
    ability_center: F8  # (6,)
    studied_skill: float
    late_leave: float  # yearly, at SCHOOL_END and over
    record: F8  # (2, 5) yearly
    care_start: F8  # (2, 7) yearly
    care_stop: float
    away: F8  # (A,) yearly: grown child at home moves away from the region
    home: F8  # (A,) yearly: grown child leaves home
    split: F8  # (A,) yearly: couple parts
    union: F8  # (2, A) yearly: single adult household looks for a partner; without children, with
    moves: F8  # (A,) largest of these
    fields: F8  # (6, O) cumulative distribution of occupations by education


@njit(cache=True, nogil=True)
def household_pass(  # type: ignore[no-untyped-def]
    lo, hi, chunk, h, p, head, month, key, out, youth, adults, mobility, due, moving, moves
):
    """List the households that move away and those whose eldest turns sixteen.

    Whether to move is decided once a year, a twelfth of the rows each month.

    Parameters
    ----------
    out : (Z, A) yearly probability of moving away by zone and age of the head.
    mobility : (A,) by age; due : (chunks, 2), its sum over adults of this month's twelfth by their head's age, adults.
    youth, moving : (H,) rows written from `lo` on; moves : (chunks,) how many of the latter.
    adults : (chunks, Z) people by zone.

    Returns
    -------
    int : how many rows of `youth` were written.
    """
    size, zones, kids, eldest = h.adults, h.zone, h.children, h.eldest
    sixteen = np.int16(max(month - GROWN, -32768))  # born by then
    birth, ids = p.birth, p.id
    n = lo
    for g in range(lo + (month - lo) % 12, hi, 12):
        ahead = max(head[min(g + 12 * AHEAD, hi - 1)], 0)
        fetch(birth, ahead)
        fetch(ids, ahead)
        if size[g] > 0:
            i = head[g]
            age = min((month - birth[i]) // 12, 120)
            due[chunk, 0] += mobility[age] * size[g]
            due[chunk, 1] += size[g]
            if uniform(key, ids[i]) < out[zones[g], age]:
                moving[n] = g
                n += 1
    moves[chunk] = n - lo
    zone, people = 0, 0
    for row in range(lo, hi):
        home = np.uint64(row)  # unsigned: no test for negative indices
        if zones[home] != zone:
            adults[chunk, zone] += people
            zone, people = zones[home], 0
        people += size[home]
    adults[chunk, zone] += people
    grown = np.uint64(lo)
    for row in range(lo, hi):
        home = np.uint64(row)
        youth[grown] = row
        grown += np.uint64(eldest[home] <= sixteen) & np.uint64(kids[home] > 0)
    return np.int64(grown) - lo


@njit(cache=True, inline="always")
def tilted(quantile: float, weight: float, z: float) -> float:
    """Probability whose normal quantile is `quantile` on average over a standard normal z, tilted towards high z."""
    if quantile <= -8.9:
        return 0.0
    return 0.5 * math.erfc(-(quantile + weight * z) / math.sqrt(2.0 * (1.0 - weight * weight)))


@njit(cache=True, nogil=True)
def people_pass(lo, hi, chunk, p, month, key, bound, rows, kinds):  # type: ignore[no-untyped-def]
    """List those who may meet an event this month; rows and kinds are written from `lo` on.

    kinds is MAYBE (the draw is below the bound of condition, sex, kind of state and age), BIRTHDAY, or both. Returns
    the length of the list. Like `scan.scan`, a block at a time: all that vector instructions can do first.
    """
    draw, place, birthday = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint16), np.empty(BLOCK, np.uint8)
    n = np.uint64(lo)
    for start in range(lo, hi, BLOCK):
        size = min(BLOCK, hi - start)
        draw_block(key, p.id, start, size, draw)
        state, sex, birth = p.state[start:start + size], p.sex[start:start + size], p.birth[start:start + size]
        traits = p.traits[start:start + size]
        for k in range(size):
            s = state[k]
            months = np.uint32(max(month - birth[k], 0))
            age = months // np.uint32(12)
            kind = np.uint8(s > UNEMPLOYED) + np.uint8(s == RETIRED) + np.uint8(s == GONE) * np.uint8(2)
            limited = np.uint8((traits[k] & np.uint8(TRAIT_DISABILITY)) != 0)
            group = limited * np.uint8(2 * KINDS) + sex[k] * np.uint8(KINDS) + kind
            place[k] = group * np.uint16(AGES) + min(age, np.uint32(AGES - 1))
            birthday[k] = np.uint8((months == age * np.uint32(12)) & (s != GONE)) * np.uint8(BIRTHDAY)
        for row in range(size):
            at = np.uint64(row)  # unsigned: no test for negative indices
            kind = birthday[at] | np.uint8(draw[at] < bound[np.uint64(place[at])]) * np.uint8(MAYBE)
            rows[n] = start + row
            kinds[n] = kind
            n += np.uint64(kind != 0)
    return np.int64(n) - lo


def bounds_by_age(most: F8) -> NDArray[np.uint32]:
    """Bounds as `people_pass` wants them, (2 * 2 * KINDS * AGES,), of largest hazards (2, 2, KINDS, A).

    By limiting condition (without, with), sex, kind of state (in the labor force, out of it, retired, gone) and age.
    """
    out = np.zeros((*most.shape[:3], AGES), np.uint32)
    size = most.shape[3]
    out[..., :size] = bounds(most * (1.0 + 1e-9))
    out[..., size:] = out[..., size - 1:size]
    return out.ravel()


@njit(cache=True, nogil=True)
def life_events(lo, n, p, h, head, month, key, t, rows, kinds):  # type: ignore[no-untyped-def]
    """Which event each MAYBE of one chunk's list meets, if any; sets and clears the disability trait itself."""
    state, household, birth_month, sexes, traits, ids = p.state, p.household, p.birth, p.sex, p.traits, p.id
    occupation, children, youngest, adults = p.occupation, h.children, h.youngest, h.adults
    death, birth, births, onset, recovery, disabling = (
        t.death,
        t.birth,
        t.births,
        t.onset,
        t.recovery,
        t.disabling,
    )
    retire, retire_out, retire_disabled, by_occupation = (
        t.retire,
        t.retire_out,
        t.retire_disabled,
        t.occupation,
    )
    onset_exit = t.onset_exit
    for j in range(lo, lo + n):
        if kinds[j] < MAYBE or kinds[j] == BIRTHDAY:
            continue
        i = rows[j]
        g = max(household[rows[min(j + AHEAD, lo + n - 1)]], 0)
        fetch(head, g)
        fetch(children, g)
        fetch(youngest, g)
        fetch(adults, g)
        rest = kinds[j] - MAYBE
        s, g, sex = state[i], household[i], sexes[i]
        age = min((month - birth_month[i]) // 12, 120)
        u = uniform(key, ids[i])
        event = 0
        edge = death[sex, age]
        if u < edge:
            kinds[j] = DEATH
            continue
        if sex == FEMALE and children[g] < MOST_CHILDREN:
            home = 1 if adults[g] == 1 else 0
            if head[g] != i and birth_month[i] - birth_month[head[g]] >= GROWN:
                home = 2
            factor = births[home, children[g], min((month - youngest[g]) // 12, 9)]
            edge += birth[age] * factor
            if u < edge:
                kinds[j] = BIRTH
                continue
        done = False
        if traits[i] & TRAIT_DISABILITY:
            edge += recovery[age]
            if u < edge:
                traits[i] &= ~np.uint8(TRAIT_DISABILITY)
                event = RECOVERY if s == DISABLED else 0
                done = True
            elif s != DISABLED and s != RETIRED and s != STUDENT:
                edge += disabling[age]
                if u < edge:
                    event = DISABLING
                    done = True
        else:
            edge += onset[age]
            if u < edge:
                traits[i] |= TRAIT_DISABILITY
                stops = to_unit(more_bits(bits(key, ids[i]), 1)) < onset_exit
                event = DISABLING if stops and s != RETIRED and s != STUDENT and age < 65 else 0
                done = True
        if not done and s != RETIRED:
            if s <= UNEMPLOYED:
                edge += retire[age] * by_occupation[occupation[i]]
            elif s == DISABLED:
                edge += retire_disabled[age]
            else:
                edge += retire_out[age]
            if u < edge:
                event = RETIREMENT
        kinds[j] = event if event != 0 else rest


@njit(cache=True, nogil=True)
def school_years(lo, n, p, month, key, t, occ_major, rows, kinds):  # type: ignore[no-untyped-def]
    """A birthday's schooling for each BIRTHDAY of one chunk's list: level, enrolment, field of study.

    Writes the person's own row. Students out of the labor force who leave, and others out of it who go back, become
    LEFT_SCHOOL and ENTERED_SCHOOL.
    """
    state, birth, sexes, races, level, traits = p.state, p.birth, p.sex, p.race, p.education, p.traits
    ability, occupation, knows, ids, skill = p.ability, p.occupation, p.knows, p.id, p.skill
    finish, back, leave, enter, center, fields = (
        t.finish,
        t.return_,
        t.leave,
        t.enter,
        t.ability_center,
        t.fields,
    )
    weight, last = t.ability_weight, t.fields.shape[1] - 1
    for j in range(lo, lo + n):
        if kinds[j] != BIRTHDAY:
            continue
        i = rows[j]
        age = (month - birth[i]) // 12
        inside = traits[i] & TRAIT_ENROLLED > 0
        if age >= SCHOOL_END or (not inside and age >= SCHOOL_RETURN):
            if inside and to_unit(more_bits(bits(key, ids[i]), 5)) < t.late_leave:
                traits[i] &= ~np.uint8(TRAIT_ENROLLED)
                inside = False
            if not inside and state[i] == STUDENT:
                kinds[j] = LEFT_SCHOOL
            continue
        e, sex, race = level[i], sexes[i], races[i]
        got = e
        first = bits(key, ids[i])
        if e < GRADUATE:
            q = finish if inside else back
            z = ability[i] - center[e]
            draw = to_unit(more_bits(first, 2))
            up = BACHELOR if e == SOME_COLLEGE else min(e + 1, GRADUATE)
            if draw < tilted(q[sex, race, age, up], weight, z):
                got = up
            elif e == SOME_COLLEGE and to_unit(more_bits(first, 3)) < tilted(q[sex, race, age, ASSOCIATE], weight, z):
                got = ASSOCIATE
        if got > e:
            level[i] = got
            if got >= ASSOCIATE:
                x = to_unit(more_bits(first, 4))
                field = 0
                while field < last and fields[got, field] <= x:
                    field += 1
                if occ_major[field] != occ_major[occupation[i]]:
                    skill[i] = min(skill[i], np.float32(t.studied_skill))  # a newcomer to the field studied
                occupation[i] = field
                knows[i] |= np.uint32(1) << np.uint32(occ_major[field])
        if inside:
            if to_unit(more_bits(first, 5)) < leave[sex, race, age, got]:
                traits[i] &= ~np.uint8(TRAIT_ENROLLED)
                if state[i] == STUDENT:
                    kinds[j] = LEFT_SCHOOL
        elif HS <= got and got < GRADUATE and to_unit(more_bits(first, 1)) < enter[sex, race, age]:
            traits[i] |= TRAIT_ENROLLED
            if state[i] > UNEMPLOYED and state[i] != STUDENT:
                kinds[j] = ENTERED_SCHOOL
        elif state[i] == STUDENT:
            kinds[j] = LEFT_SCHOOL


@njit(cache=True, nogil=True)
def birthdays(lo, n, p, month, key, t, rows, kinds):  # type: ignore[no-untyped-def]
    """What else a birthday brings a person: a record, care for a relative. Writes the person's own traits.

    Shortens the list to those with an event and those who may move (still BIRTHDAY); returns its length.
    """
    birth, sexes, races, traits, ids = p.birth, p.sex, p.race, p.traits, p.id
    record, care_start, care_stop, moves = t.record, t.care_start, t.care_stop, t.moves
    kept = lo
    for j in range(lo, lo + n):
        i = rows[j]
        kind = kinds[j]
        if kind == BIRTHDAY:
            age = min((month - birth[i]) // 12, 120)
            sex = sexes[i]
            first = bits(key, ids[i])
            if RECORD_AGES[0] <= age and age < RECORD_AGES[1] and traits[i] & TRAIT_RECORD == 0:
                if to_unit(more_bits(first, 6)) < record[sex, races[i]]:
                    traits[i] |= TRAIT_RECORD
            band = 0 if age < 20 else 1 if age < 25 else min(6, (age - 5) // 10)
            draw = to_unit(more_bits(first, 7))
            if traits[i] & TRAIT_CARER:
                if draw < care_stop:
                    traits[i] &= ~np.uint8(TRAIT_CARER)
            elif draw < care_start[sex, band]:
                traits[i] |= TRAIT_CARER
            if to_unit(more_bits(first, 8)) >= moves[age]:
                kind = 0
        rows[kept] = i
        kinds[kept] = kind
        kept += kind != 0
    return kept - lo


@njit(cache=True, nogil=True)
def moves_of_birthday(lo, n, p, h, head, month, key, t, rows, kinds):  # type: ignore[no-untyped-def]
    """Who leaves home or the region, parts from a partner, or looks for one; keeps only events in the list."""
    birth, household, ids, adults, children = p.birth, p.household, p.id, h.adults, h.children
    kept = lo
    for j in range(lo, lo + n):
        i = rows[j]
        kind = int(kinds[j])
        if kind == BIRTHDAY:
            kind = 0
            g = household[i]
            k = head[g]
            age = min((month - birth[i]) // 12, 120)
            draw = to_unit(more_bits(bits(key, ids[i]), 8))
            younger = birth[i] - birth[k]
            if k == i:
                if adults[g] == 1 and draw < t.union[1 if children[g] > 0 else 0, age]:
                    kind = SINGLE
            elif younger >= GROWN:
                if draw < t.away[age] + t.home[age]:
                    kind = MOVED if draw < t.away[age] else LEAVES_HOME
            elif younger > -GROWN and draw < t.split[age]:
                kind = SPLIT
        rows[kept] = i
        kinds[kept] = kind
        kept += kind != 0
    return kept - lo


@njit(cache=True, nogil=True)
def month_of_life(lo, hi, chunk, p, h, head, month, key, birthday_key, t, occ_major, rows, kinds):  # type: ignore[no-untyped-def]
    """Events of one chunk of people, in row order: rows and kinds from `lo` on; returns how many.

    Changes only columns of the person's own row (education, traits, knows, field of study).
    """
    n = people_pass(lo, hi, chunk, p, month, key, t.bound, rows, kinds)
    life_events(lo, n, p, h, head, month, key, t, rows, kinds)
    school_years(lo, n, p, month, birthday_key, t, occ_major, rows, kinds)
    n = birthdays(lo, n, p, month, birthday_key, t, rows, kinds)
    return moves_of_birthday(lo, n, p, h, head, month, birthday_key, t, rows, kinds)
