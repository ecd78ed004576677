"""Kernels of childcare: who needs care, who wants a place, who gets one, who may be subsidised."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import (
    CARE_FAMILY,
    CARE_FORMAL,
    CARE_NOT_NEEDED,
    CARE_PARENT,
    CARER,
    NO_PROGRAM,
    SELF_EMPLOYED,
    STUDENT,
    TEMPORARY_LAYOFF,
    UNEMPLOYED,
)
from laborsim.market.draws import bits, more_bits, to_unit, uniform

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
TERM = 12  # months for which a family's place in the order for subsidised places holds: eligibility under the CCDF
BINS = 512  # steps of the rank by which places are given
HOME, FAMILY, WANTS, NEEDS = range(4)  # plan: parent at home, relatives, place or relatives, place
SEARCHES, TRAINS, CARES = 1, 2, 3
OUTPUTS = 8  # columns of the sums over households


class Terms(NamedTuple):
    """What households are offered this month; Z zones, three age groups."""

    price: F8  # (Z, 3) full price
    paid: F8  # (Z,) share of it a subsidy pays
    take: F8  # (2, Z, 3) share of those with relatives who want a place: at the full price, subsidised
    load: I8  # (3,) thousandths of a worker for a child
    family: F8  # (3,) share of households with relatives to fall back on, by age of the child


@njit(cache=True, inline="always")
def spacing(children: int, youngest: int, eldest: int) -> int:
    """Months between siblings: those between the eldest and the youngest are spaced evenly."""
    return (youngest - eldest) // (children - 1) if children > 1 else 0


@njit(cache=True, inline="always")
def net_cost(infants: int, small: int, school: int, price: F8, paid: float) -> float:
    """Dollars a month for so many children under 2, 2 to 5 and 6 to 12 at `price` (3,), `paid` of it by others."""
    return float((infants * price[0] + small * price[1] + school * price[2]) * (1.0 - paid))


@njit(cache=True, nogil=True)
def busy_pass(lo, hi, chunk, p, kind_of, rows, kinds):  # type: ignore[no-untyped-def]
    """List those who search (kind 1), study or train without a job (2) or care at home (3), from `lo` on.

    kind_of : (states,) kind by state.
    """
    state, program = p.state, p.program
    n = np.uint64(lo)
    for row in range(lo, hi):  # most have a job: list the others first
        rows[n] = row
        n += np.uint64(state[np.uint64(row)] > SELF_EMPLOYED)
    listed = n
    n = np.uint64(lo)
    for k in range(lo, listed):
        i = np.uint64(rows[k])
        kind = TRAINS if program[i] != NO_PROGRAM else kind_of[np.uint64(state[i])]
        rows[n] = i
        kinds[n] = kind
        n += np.uint64(kind != 0)
    return np.int64(n) - lo


def kinds_of_states() -> NDArray[np.uint8]:
    """(16,) what each labor-force state asks childcare for: search, training, care."""
    out = np.zeros(16, np.uint8)
    out[[UNEMPLOYED, TEMPORARY_LAYOFF]] = SEARCHES
    out[STUDENT] = TRAINS
    out[CARER] = CARES
    return out


@njit(cache=True)
def spread(rows, kinds, household, searching, training):  # type: ignore[no-untyped-def]
    """Count the searching and training members of households, in place; rows and kinds are of people."""
    for j in range(rows.size):
        if kinds[j] == SEARCHES:
            searching[household[rows[j]]] += 1
        elif kinds[j] == TRAINS:
            training[household[rows[j]]] += 1


@njit(cache=True, nogil=True)
def plan_pass(  # type: ignore[no-untyped-def]
    lo,
    hi,
    chunk,
    h,
    p,
    head,
    searching,
    training,
    selected,
    month,
    key,
    family_key,
    t,
    plan,
    rank,
    cost,
    places,
    dollars,
    listed,
    load,
    sums,
):
    """Plan of each household: who needs care, who wants a place, how much staff it takes, in what order.

    Writes plan, rank (bin), cost, children needing a place and their full price of each row; adds loads into
    load[chunk, zone, bin] and into sums[chunk, zone]: 0 load wanted, 1 children wanting. `listed`, from `lo` on, are
    the rows with children; returns how many.
    """
    adults, earners, zones, care = h.adults, h.earners, h.zone, h.care
    kids, youngest, eldest, subsidized, ids = h.children, h.youngest, h.eldest, h.subsidized, p.id
    price, paid, take, weight, family = t.price, t.paid, t.take, t.load, t.family
    n = np.uint64(lo)
    for row in range(lo, hi):
        g = np.uint64(row)  # unsigned: no test for negative indices
        listed[n] = row
        n += np.uint64((kids[g] | care[g]) != 0)
    many = np.int64(n) - lo
    whose = np.empty(many, np.uint64)
    for j in range(many):  # on their own: heads lie far apart in memory, and many can be fetched at once
        whose[j] = ids[np.uint64(max(head[np.uint64(listed[lo + j])], 0))]
    for j in range(lo, lo + many):
        g = np.uint64(listed[j])
        plan[g] = HOME
        age = month - youngest[g]
        if kids[g] == 0 or age >= 156:
            cost[g] = 0.0
            care[g] = CARE_NOT_NEEDED
            subsidized[g] = 0
            continue
        z = zones[g]
        who = whose[j - lo]
        first = bits(family_key, who)
        u = to_unit(first)
        k = 0 if age < 24 else 1 if age < 72 else 2
        sub = 1 if selected[g] > 0 else 0
        kin = u < family[k]
        wants = not kin or to_unit(more_bits(first, 1)) < take[sub, z, k]
        infants, small, school = 0, 0, 0
        gap = spacing(kids[g], youngest[g], eldest[g])
        for s in range(kids[g]):
            a = age + gap * s
            infants += a < 24
            small += 24 <= a and a < 72
            school += 72 <= a and a < 156 and (k == 2 or u >= family[2])
        cost[g] = 0.0 if kin else net_cost(infants, small, school, price[z], paid[z] * sub)
        at_work = earners[g] + training[g]
        mine = care[g] == CARE_FORMAL
        if at_work < adults[g] and not (at_work + searching[g] >= adults[g] and (at_work > 0 or mine)):
            continue
        if not wants:
            plan[g] = FAMILY
            continue
        plan[g] = WANTS if kin else NEEDS
        places[g] = infants + small + school
        dollars[g] = net_cost(infants, small, school, price[z], 0.0)
        staff = infants * weight[0] + small * weight[1] + school * weight[2]
        if mine:
            b = np.int64(to_unit(more_bits(first, 2)) * (BINS // 2))
        else:
            b = BINS // 2 + np.int64(uniform(key, who) * (BINS // 2))
        rank[g] = b
        load[chunk, z, b] += staff
        sums[chunk, z, 0] += staff
        sums[chunk, z, 1] += infants + small + school
    return many


@njit(cache=True, nogil=True)
def place_pass(lo, hi, chunk, h, selected, month, cut, paid, plan, rank, places, dollars, listed, many, sums):  # type: ignore[no-untyped-def]
    """Give places below each zone's cut and write the arrangement.

    Adds into sums[chunk, zone]: 2 children placed, 3 children unmet, 4 new households that looked, 5 of them placed,
    6 children subsidised, 7 cents of subsidy.
    """
    zones, care, kids, youngest, subsidized = h.zone, h.care, h.children, h.youngest, h.subsidized
    for j in range(lo, lo + many[chunk]):
        g = np.uint64(listed[j])  # unsigned: no test for negative indices
        if kids[g] == 0 or month - youngest[g] >= 156:
            continue
        if plan[g] <= FAMILY:
            care[g] = CARE_FAMILY if plan[g] == FAMILY else CARE_PARENT
            subsidized[g] = selected[g] if plan[g] == HOME else 0
            continue
        z, n = zones[g], places[g]
        given = rank[g] < cut[z]
        if care[g] != CARE_FORMAL:
            sums[chunk, z, 4] += 1
            sums[chunk, z, 5] += given
        if given:
            care[g] = CARE_FORMAL
            sums[chunk, z, 2] += n
            subsidized[g] = min(selected[g], n)
            if selected[g] > 0:
                sums[chunk, z, 6] += n
                sums[chunk, z, 7] += np.int64(dollars[g] * paid[z] * 100.0)
        else:
            care[g] = CARE_FAMILY if plan[g] == WANTS else CARE_PARENT
            subsidized[g] = 0
            sums[chunk, z, 3] += n
    return 0


@njit(cache=True, nogil=True)
def kept_home(lo, hi, chunk, rows, p, h, head, cost, chance, month, family_key, hours, share, out):  # type: ignore[no-untyped-def]
    """Carers of a child under six kept out by childcare: no place to be had, or it would take too much of the pay.

    Counted into out[chunk, zone].
    """
    for k in range(lo, hi):
        i = np.uint64(rows[k])  # unsigned: no test for negative indices
        g = np.uint64(p.household[i])
        if h.children[g] == 0 or month - h.youngest[g] >= 72 or cost[g] <= 0.0:
            continue
        z = h.zone[g]
        none = to_unit(more_bits(bits(family_key, p.id[max(head[g], 0)]), 3)) >= chance[z]
        if none or cost[g] > share * hours * p.wage[i]:
            out[chunk, z] += 1


@njit(cache=True)
def earnings(p, size, h, total, number):  # type: ignore[no-untyped-def]
    """Sum of earners' wages in tenths of a cent, and number of earners, of households with children."""
    state, household, wage, kids = p.state, p.household, p.wage, h.children
    for i in range(size):
        if state[i] <= SELF_EMPLOYED:
            g = household[i]
            if kids[g] > 0:
                total[g] += np.int64(wage[i] * np.float32(1000.0))
                number[g] += 1


@njit(cache=True)
def candidates(  # type: ignore[no-untyped-def]
    h,
    p,
    head,
    size,
    month,
    key,
    family_key,
    t,
    total,
    number,
    limit,
    searching,
    training,
    carers,
    out,
    children,
    draw,
):
    """Households that would use a subsidised place: their rows, children under 13 and rank; returns how many.

    key : of a fixed stream; the rank is drawn anew every `TERM` months, in a month of the family's own.
    """
    n = 0
    for g in range(size):
        age = month - h.youngest[g]
        z = h.zone[g]
        if h.children[g] == 0 or age >= 156 or limit[z] <= 0.0 or head[g] < 0:
            continue
        if number[g] > 0 and total[g] >= limit[z] * 1000.0 * number[g]:
            continue
        active = h.earners[g] + training[g] + searching[g]
        if active < h.adults[g] and not (carers[g] > 0 and active + 1 >= h.adults[g]):
            continue
        family = bits(family_key, p.id[head[g]])
        k = 0 if age < 24 else 1 if age < 72 else 2
        v = to_unit(family)
        if v < t.family[k] and to_unit(more_bits(family, 1)) >= t.take[1, z, k]:
            continue
        count = 0
        gap = spacing(h.children[g], h.youngest[g], h.eldest[g])
        for s in range(h.children[g]):
            a = age + gap * s
            count += a < 72 or (a < 156 and (k == 2 or v >= t.family[2]))
        # The order of the list holds for a year: a family at home that is offered a place has time to find work.
        who = p.id[head[g]]
        first = bits(key, who)
        term = (month + np.int64(first % np.uint64(TERM))) // TERM
        u = to_unit(more_bits(first, np.uint64(1 + max(term, 0))))
        keeps = h.subsidized[g] > 0 and active >= h.adults[g]
        out[n] = g
        children[n] = count
        draw[n] = 0.5 * u if keeps else 0.5 + 0.5 * u
        n += 1
    return n
