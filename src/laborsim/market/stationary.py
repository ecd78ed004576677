"""What must not drift: rates taken from the residents at the start, so that the age profile they have stays.

A share P(a) that follows age and not the calendar satisfies dP/da = gains - losses. Where the statistics give one side
(onset of limiting conditions, couples parting), the other (recovery, couples forming) is solved from the region's own
profile. Everything here is computed once, before the first month, and kept in `month.memory["demography"]`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market.lifecourse import MOST_CHILDREN, RECORD_AGES
from laborsim.market.migration import companions, relative_rate
from laborsim.market.month import Month
from laborsim.market.products import product

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
AGES = 121
FERTILE = (14, 50)  # ages of births, the second excluded


def monthly(yearly: Any) -> F8:
    """Monthly hazard of a yearly probability: 1 - (1 - p)^(1/12)."""
    return np.asarray(1.0 - (1.0 - np.minimum(np.asarray(yearly, float), 0.999)) ** (1.0 / 12.0))


def by_knots(ages: Any, values: Any) -> F8:
    """A schedule by single age, shape (121,), linear between knots and flat beyond them."""
    return np.asarray(np.interp(np.arange(AGES), np.asarray(ages, float), np.asarray(values, float)))


def age_band(age: Any) -> Any:
    """Index into codes.AGE_BANDS."""
    return np.clip(np.searchsorted(k.AGE_BAND_FLOORS, age, side="right") - 1, 0, len(k.AGE_BANDS) - 1)


def profile(age: Any, has: Any) -> F8:
    """Share by single age, shape (121,), see `smoothed`; age, has : (n,) whole years, and 0 or 1."""
    count = np.bincount(age, minlength=AGES).astype(float)
    total = np.bincount(age, weights=np.asarray(has, float), minlength=AGES).astype(float)
    return smoothed(count, total)


def smoothed(count: F8, total: F8, prior: float = 5.0) -> F8:
    """Share by single age, smoothed over neighbouring ages (narrowly for the young), shape (121,).

    Parameters
    ----------
    count, total : (121,) people of each age, and those of them who have it.
    prior : people of the overall share added at every age, so that ages without people have a value.
    """
    ages = np.arange(AGES)
    width = np.where(ages < 30, 1.5, np.where(ages < 40, 2.5, 4.0))[:, None]
    weight = np.exp(-0.5 * ((ages[:, None] - ages[None, :]) / width) ** 2)
    mean = float(total.sum() / count.sum()) if count.any() else 0.0
    return np.asarray((product(weight, total) + prior * mean) / (product(weight, count) + prior))


def slope(share: F8) -> F8:
    """Change per year of age, central differences."""
    return np.asarray(np.gradient(share))


def onset_and_recovery(prevalence: F8, onset: F8) -> tuple[F8, F8]:
    """Yearly onset and recovery that keep the prevalence by age.

    Onset is as given unless prevalence rises faster with age than it allows; at least 2% recover in a year.
    """
    rise = slope(prevalence)
    least = (np.maximum(rise, 0.0) + 0.02 * prevalence) / np.maximum(1.0 - prevalence, 0.05)
    onset = np.where(np.arange(AGES) >= 16, np.clip(np.maximum(onset, least), 0.0, 0.5), 0.0)
    recovery = (onset * (1.0 - prevalence) - rise) / np.maximum(prevalence, 1e-3)
    return onset, np.clip(recovery, 0.0, 0.6)


def disabling(r: Residents, p: Any, onset: F8, recovery: F8, at_onset: float, back: float) -> F8:
    """Yearly chance that someone with a limiting condition, not retired or at school, stops for it; 0 from 65 on.

    Solved so that the share out of work for their health keeps its age profile: those who recover or go `back` to
    work all the same are replaced. `at_onset` stop as the condition begins.
    """
    state, limited = p.state[r.here], p.traits[r.here] & k.TRAIT_DISABILITY > 0
    settled = (state == k.RETIRED) | (state == k.STUDENT)
    out = profile(r.age, state == k.DISABLED)
    able, rest = profile(r.age, ~limited & ~settled), profile(r.age, limited & ~settled & (state != k.DISABLED))
    stop = (slope(out) + (recovery + back) * out - at_onset * onset * able) / np.maximum(rest, 1e-3)
    return np.where(np.arange(AGES) < 65, np.clip(stop, 0.0, 0.6), 0.0)


def leaving_home(at_home: F8) -> F8:
    """Yearly chance that a grown child leaves, so that the share at home falls with age as it does; 3% at least."""
    return np.asarray(np.clip(-slope(at_home) / np.maximum(at_home, 0.02), 0.03, 0.5))


def forming(alone: F8, inflow: F8) -> F8:
    """Yearly chance that a single adult household finds a partner, so that the share alone keeps its age profile.

    inflow : (121,) share of each age that comes to be alone in a year.
    """
    return np.asarray(np.clip((inflow - slope(alone)) / np.maximum(alone, 0.02), 0.0, 0.7))


def migrants(
    of_head: F8,
    age: Any,
    here: I8,
    at_home: F8,
    month: Month,
    head: NDArray[np.int32],
    ring: NDArray[np.int32],
) -> dict[str, F8]:
    """Who arrives and who leaves by age, so that the young ages keep their profile.

    A region that loses people at 18 and gains them at 24 goes on doing so: at ages 17 to 33, where cohorts are of like
    size, net migration by age is what keeps the profile. Losses beyond what moving households explain are grown
    children who move away alone; arrivals at other ages balance departures, in proportion, to the region's total.

    Parameters
    ----------
    of_head : (n,) relative mobility at the age of each resident's household head.
    age, here : (n,) own age, row.
    at_home : (121,) share who are grown children at home.

    Returns
    -------
    dict
        arrivals (121,): chance of a resident to be a donor of in-migrants, largest 1. Donors bring their household, so
        it is solved from who comes with whom (Richardson-Lucy steps). away (121,): yearly chance that a grown child at
        home moves away. household_moves (1,): factor on the moves of households, so that all moves are the region's.
    """
    e, p = month.economy, month.world.people
    ages = np.arange(AGES)
    count = np.bincount(age, minlength=AGES).astype(float)
    near = np.exp(-0.5 * ((ages[:, None] - ages[None, :]) / 1.2) ** 2)
    smooth = product(near, count) / product(near, (ages >= 16).astype(float))
    young = np.interp(ages, [16, 17, 33, 37], [0.0, 1.0, 1.0, 0.0])
    net = young * (slope(np.log(np.maximum(smooth, 1.0))) + e.mortality.mean(axis=0))
    zone = p.zone[here]
    total_in, total_out = float(e.in_migration[zone].sum()), float(e.out_migration[zone].sum())
    leaving = product(near, np.bincount(age, weights=of_head, minlength=AGES)) / np.maximum(product(near, count), 1e-9)
    leaving *= total_out / max(float((leaving * count).sum()), 1e-9)
    share, away, wanted = 1.0, np.zeros(AGES), leaving
    for _ in range(20):
        moving = share * leaving
        wanted = np.maximum(moving + net, 0.15 * moving)
        away = np.where((ages >= 17) & (ages < 25), wanted - moving - net, 0.0)
        share = max(0.3, 1.0 - float((away * count).sum()) / max(total_out, 1e-9))
    rest = 1.0 - young
    fixed, free = float((wanted * young * count).sum()), float((wanted * rest * count).sum())
    wanted = wanted * (young + rest * np.clip((total_in - fixed) / max(free, 1e-9), 0.3, 2.0))
    company = np.zeros((AGES, AGES))
    companions(here, p.columns, head, ring, month.index, company)
    goal = wanted * count / max(float((wanted * count).sum()), 1e-12)
    chance = (ages >= 16).astype(float)
    brought = np.maximum(company.sum(axis=1), 1e-12)
    for _ in range(60):
        got = product(company.T, chance)
        got /= max(float(got.sum()), 1e-12)
        chance *= product(company, np.divide(goal, got, out=np.zeros(AGES), where=got > 0)) / brought
        chance = product(near, chance) / near.sum(axis=1)
    # Teenagers come with their parents whether wanted or not: as many more move away alone.
    came = np.divide(got * total_in, count, out=np.zeros(AGES), where=count > 0)
    away = np.where((ages >= 17) & (ages < 25), np.maximum(away, came - share * leaving - net), 0.0)
    share = max(0.3, 1.0 - float((away * count).sum()) / max(total_out, 1e-9))
    return {
        "arrivals": chance / max(float(chance.max()), 1e-12),
        "away": np.clip(away / np.maximum(at_home, 0.2), 0.0, 0.4),
        "household_moves": np.array([share]),
    }


class Residents(NamedTuple):
    """Residents of the region (n,), and how they live."""

    here: I8  # rows
    age: I8  # years
    lead: I8  # row of the head of the household
    child: NDArray[np.bool_]  # grown child of the head
    lone: NDArray[np.bool_]  # no other adult in the household


def residents(month: Month, head: NDArray[np.int32]) -> Residents:
    """Who lives in the region this month; everyone if nobody does."""
    n, p, h = month.world.people.size, month.world.people.columns, month.world.households.columns
    here = np.flatnonzero((p.state[:n] != k.GONE) & (p.zone[:n] < month.economy.outside))
    if here.size == 0:
        here = np.flatnonzero(p.state[:n] != k.GONE)
    age = np.clip((month.index - p.birth[here].astype(np.int64)) // 12, 0, AGES - 1)
    lead = head[p.household[here]].astype(np.int64)
    child = ((p.birth[here].astype(np.int64) - p.birth[lead]) >= k.GROWN) & (lead != here)
    return Residents(here, age, lead, child, h.adults[p.household[here]] == 1)


def empty_nest(r: Residents, p: Any, h: Any, leave: F8) -> F8:
    """(n,) chance that a resident is alone within the year since the only other adult, a grown child, leaves home."""
    out, place = np.zeros(r.here.size), np.full(int(r.here.max(initial=0)) + 1, -1, np.int64)
    place[r.here] = np.arange(r.here.size)
    last = r.child & (h.adults[p.household[r.here]] == 2)
    parent = place[r.lead[last]]
    out[parent[parent >= 0]] = leave[r.age[last]][parent >= 0]
    return out


def unions(forming_: F8, parents: F8, slower: float) -> F8:
    """(2, A) chance of looking for a partner, childless and lone parents: those `slower`, others as much faster."""
    union = forming_ / (1.0 - parents + slower * parents)
    return np.minimum(np.stack([union, slower * union]), 0.7)


class Homes(NamedTuple):
    """How residents live now, by age in years (121,)."""

    people: F8
    alone: F8  # no other adult in the household
    parents: F8  # of these, with children
    women: F8  # of the ages of births
    births: F8  # sum of their factors on births


@njit(cache=True)
def _homes(n, p, h, head, month, outside, factors, out):  # type: ignore[no-untyped-def]
    for row in range(n):
        i = np.uint64(row)  # unsigned: no test for negative indices
        if p.state[i] == k.GONE or p.zone[i] >= outside:
            continue
        born, g = np.int64(p.birth[i]), np.uint64(p.household[i])
        age = min(max((month - born) // 12, 0), AGES - 1)
        alone = h.adults[g] == 1
        out.people[age] += 1.0
        if alone:
            out.alone[age] += 1.0
            out.parents[age] += h.children[g] > 0
        if p.sex[i] == k.FEMALE and FERTILE[0] <= age < FERTILE[1]:
            lead = np.int64(head[g])
            child = lead != row and born - np.int64(p.birth[lead]) >= k.GROWN
            place = 2 if child else 1 if alone else 0
            gap = min(max((month - np.int64(h.youngest[g])) // 12, 0), factors.shape[2] - 1)
            out.women[age] += 1.0
            out.births[age] += factors[place, min(h.children[g], MOST_CHILDREN), gap]


def homes(month: Month, head: NDArray[np.int32]) -> Homes:
    """How residents live this month; everyone if nobody lives in the region."""
    w, factors = month.world, birth_factors(month.room("demography"))
    for outside in (month.economy.outside, month.economy.zones):
        out = Homes(*(np.zeros(AGES) for _ in Homes._fields))
        _homes(w.people.size, w.people.columns, w.households.columns, head, month.index, outside, factors, out)
        if out.people.any():
            break
    return out


def _lone_parents(now: Homes) -> F8:
    return smoothed(now.alone, now.parents) if now.alone.any() else np.zeros(AGES)


def adjust(month: Month) -> None:
    """Once a year: fit births and new couples to the women and the single people of now.

    Births by age are the schedule's, however women's homes and children differ from those at the start. Not everyone
    who looks for a partner finds one; where more people live alone than did at that age at the start, more look.
    """
    room, memory = month.room("demography"), month.memory["demography"]
    now = homes(month, memory["head"])
    memory["birth"] = _births(now, month.economy.fertility)
    alone = smoothed(now.people, now.alone)
    more = float(room["union_answer"]) * (alone - memory["alone"]) / np.maximum(alone, 0.02)
    memory["forming"] = np.clip(memory["forming"] + more, 0.0, 0.7)
    memory["union"] = unions(memory["forming"], _lone_parents(now), float(room["union_with_children"]))


def tables(month: Month, head: NDArray[np.int32], ring: NDArray[np.int32]) -> dict[str, F8]:
    """All rates taken from the residents at the start."""
    w, e, room = month.world, month.economy, month.room("demography")
    p, h = w.people.columns, w.households.columns
    r, now = residents(month, head), homes(month, head)
    here, age, lead, child, lone = r
    at_home, alone = profile(age, child), profile(age, lone)
    leave = leaving_home(at_home)
    split = by_knots(room["split_ages"], room["split"])
    partner = (lead != here) & ~child
    pairs = np.zeros(w.households.capacity, np.uint8)
    pairs[p.household[here[partner]]] = 1
    two = (h.adults[p.household[here]] == 2) & (pairs[p.household[here]] > 0)
    # Alone after a break-up: who leaves, and who stays in a household of two; the widowed of two; parents left behind.
    parted = split * (profile(age, partner) + profile(age, two & (lead == here)))
    inflow = leave * at_home + parted + e.mortality.mean(axis=0) * profile(age, two)
    inflow += profile(age, empty_nest(r, p, h, leave))
    begin = forming(alone, inflow)
    limited = profile(age, p.traits[here] & k.TRAIT_DISABILITY > 0)
    onset, recovery = onset_and_recovery(limited, e.disability_onset * room["onset_factor"])
    mobility = relative_rate(e.migrant_age, np.bincount(age, minlength=AGES).astype(float))
    head_age = np.clip((month.index - p.birth[lead].astype(np.int64)) // 12, 0, AGES - 1)
    at_work = p.state[here] <= k.PART_TIME_INVOLUNTARY
    first, _ = _occupations(p, here[(age < 22) & at_work], e.occupations)
    _, fields = _occupations(p, here[(age < 45) & at_work], e.occupations)
    return {
        "mobility": mobility,
        **migrants(mobility[head_age], age, here, at_home, month, head, ring),
        "mobility_of_heads": np.array([max(float(mobility[head_age].mean()), 1e-6) if here.size else 1.0]),
        "leave_home": leave,
        "alone": alone,
        "forming": begin,
        "union": unions(begin, _lone_parents(now), float(room["union_with_children"])),
        "onset": onset,
        "limited_at_sixteen": np.array([limited[16]]),
        "disabling": disabling(r, p, onset, recovery, float(room["onset_exit"]), float(room["disabled_return"])),
        "recovery": recovery,
        "record": _records(p, here, age, float(room["attainment_prior"])),
        "care": _care(p, here, age),
        "claims": np.array([float(np.mean(p.traits[here] & k.TRAIT_UI_CLAIMS > 0)) if here.size else 0.5]),
        "ability_center": _center(p, here, age),
        "first_jobs": first,
        "fields": fields,
        "occupation": _retirement_by_occupation(p, here, age, e.occ_exit, float(room["occupation_power"])),
        "birth": _births(now, e.fertility),
    }


def birth_factors(room: dict[str, Any]) -> F8:
    """(3, 7, 10) factor on births: woman with others, alone, a grown child at home; children; years since the last."""
    home = np.array([1.0, room["birth_alone"], room["birth_at_home"]])
    parity = np.append(np.asarray(room["birth_parity"], float), np.zeros(7))[: MOST_CHILDREN + 1]
    parity[MOST_CHILDREN] = 0.0
    gap = np.tile(np.asarray(room["birth_spacing"], float), (MOST_CHILDREN + 1, 1))
    gap[0] = 1.0
    return np.asarray(home[:, None, None] * parity[None, :, None] * gap[None])


def _births(now: Homes, fertility: F8) -> F8:
    """Yearly births by age, divided by the mean factor at each age so that the total is the schedule's."""
    near = np.abs(np.arange(AGES)[:, None] - np.arange(AGES)[None, :]) <= 3
    count, total = product(near, now.women), product(near, now.births)
    mean = np.where(count > 0, total / np.maximum(count, 1), 1.0)
    return np.asarray(fertility / np.maximum(mean, 0.2))


def _records(p: Any, here: I8, age: Any, prior: float) -> F8:
    """(2, 5) yearly chance of a first record at 18 to 25 that leads to the share held at 25 to 39."""
    grown = (age >= 25) & (age < 40)
    group = p.sex[here][grown].astype(np.int64) * 5 + p.race[here][grown]
    has = (p.traits[here][grown] & k.TRAIT_RECORD > 0).astype(float)
    mean = has.mean() if has.size else 0.0
    share = (np.bincount(group, has, minlength=10) + prior * mean) / (np.bincount(group, minlength=10) + prior)
    years = RECORD_AGES[1] - RECORD_AGES[0]
    return np.asarray(1.0 - (1.0 - np.minimum(share, 0.9)) ** (1.0 / years)).reshape(2, 5)


def _care(p: Any, here: I8, age: Any) -> F8:
    """(2, 7) share who look after a relative, by sex and age band."""
    group = p.sex[here].astype(np.int64) * 7 + age_band(age)
    has = (p.traits[here] & k.TRAIT_CARER > 0).astype(float)
    return np.asarray(np.bincount(group, has, minlength=14) / np.maximum(1, np.bincount(group, minlength=14))).reshape(
        2, 7
    )


def _center(p: Any, here: I8, age: Any) -> F8:
    """(6,) mean ability of the enrolled young by level of education, drawn a little to zero."""
    young = (age < 35) & (p.traits[here] & k.TRAIT_ENROLLED > 0)
    level = p.education[here][young]
    total = np.bincount(level, p.ability[here][young].astype(float), minlength=6)
    return np.asarray(total / (np.bincount(level, minlength=6) + 20.0))


def _occupations(p: Any, rows: I8, occupations: int) -> tuple[F8, F8]:
    """Cumulative distributions of the occupations of these people: of all (O,), and by education (6, O)."""
    count = np.full((6, occupations), 0.01)
    np.add.at(count, (p.education[rows], p.occupation[rows]), 1.0)
    total = count.sum(axis=0)
    return np.cumsum(total) / total.sum(), np.cumsum(count, axis=1) / count.sum(axis=1, keepdims=True)


def _retirement_by_occupation(p: Any, here: I8, age: Any, occ_exit: F8, power: float) -> F8:
    """(O,) factor on retirement, averaging one over those employed at 50 and over."""
    older = (age >= 50) & (p.state[here] <= k.SELF_EMPLOYED)
    weight = np.bincount(p.occupation[here][older], minlength=occ_exit.size).astype(float) + 1e-9
    factor = np.clip(occ_exit / max(1e-9, float(occ_exit.mean())), 0.3, 3.0) ** power
    return np.asarray(factor / ((factor * weight).sum() / weight.sum()))
