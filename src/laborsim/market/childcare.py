"""Childcare as a market: places need staff, prices follow cost and waiting lists, scarce places go by keyed rank.

Households whose adults all work need care for their children under 13. Some have relatives to fall back on and pay
for a place only if it is worth its price to them (a fixed keyed threshold); the others need a place. Places are what the staff
now employed by child care centres can look after, given the ages of the children, and a part in family homes and schools. Households keep their place from month to month; free places go to the others by rank. A household without place or
relatives counts as unmet: `care` is CARE_PARENT although all its adults work, and participation acts on it.

Centres aim at the staff that would restore wanted places per place of the start (`target_factor`, read by the demand stage), slowly,
and other places follow as slowly; places that a policy pays for come on top and need staff as well.

Other stages read `month.memory["childcare"]`: price (Z, 3), slots (Z,), chance (Z,) of a household that looks for a
place to get one, shortage (Z,) = 1 - chance, target_factor (Z,); and `month.scratch["childcare.cost"]` (H,): dollars a month
that care would cost the household, or costs it, with all adults at work (`net_cost`).
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, NamedTuple

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
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, bits, more_bits, to_unit, uniform
from laborsim.market.month import Month
from laborsim.market.scaling import scaled_count
from laborsim.market.transitions import gather

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
BINS = 512
UNIT = 1000  # loads are whole thousandths of a worker on duty
STAFF_HOURS = 35.0 * 52.0 / 12.0
HOME, FAMILY, WANTS, NEEDS = 0, 1, 2, 3  # plan of a household: parent at home, relatives, place or relatives, place
SEARCHES, TRAINS, CARES = 1, 2, 3
OUTPUTS = 8  # columns of the sums over households


class Terms(NamedTuple):
    """What households are offered this month; Z zones, three age groups."""

    price: F8  # (Z, 3) full price
    paid: F8  # (Z,) share of it a subsidy pays
    take: F8  # (2, Z, 3) share of those with relatives who want a place: at the full price, subsidised
    load: I8  # (3,) thousandths of a worker for a child
    family: F8  # (3,) share of households with relatives to fall back on, by age of the child
    spacing: int


@njit(cache=True, inline="always")
def net_cost(infants: int, small: int, school: int, price: F8, paid: float) -> float:
    """Dollars a month for so many children under 2, 2 to 5 and 6 to 12 at `price` (3,), `paid` of it by others."""
    return (infants * price[0] + small * price[1] + school * price[2]) * (1.0 - paid)


@njit(cache=True, nogil=True)
def busy_pass(lo, hi, chunk, p, kind_of, rows, kinds):  # type: ignore[no-untyped-def]
    """List those who search (kind 1), study or train without a job (2) or care at home (3), from `lo` on.

    kind_of : (states,) kind by state.
    """
    state, program = p.state, p.program
    n = lo
    for i in range(lo, hi):
        kind = kind_of[state[i]]
        if program[i] != NO_PROGRAM and state[i] > SELF_EMPLOYED:
            kind = TRAINS
        rows[n] = i
        kinds[n] = kind
        n += kind != 0
    return n - lo


def _kinds() -> NDArray[np.uint8]:
    out = np.zeros(16, np.uint8)
    out[[UNEMPLOYED, TEMPORARY_LAYOFF]] = SEARCHES
    out[STUDENT] = TRAINS
    out[CARER] = CARES
    return out


@njit(cache=True)
def _spread(rows, kinds, household, searching, training):  # type: ignore[no-untyped-def]
    for j in range(rows.size):
        if kinds[j] == SEARCHES:
            searching[household[rows[j]]] += 1
        elif kinds[j] == TRAINS:
            training[household[rows[j]]] += 1


@njit(cache=True, nogil=True)
def plan_pass(lo, hi, chunk, h, p, head, searching, training, selected, month, key, family_key, t, plan, rank, cost,  # type: ignore[no-untyped-def]
              places, dollars, listed, load, sums):
    """Plan of each household: who needs care, who wants a place, how much staff it takes, in what order.

    Writes plan, rank (bin), cost, children needing a place and their full price of each row; adds loads into load[chunk, zone, bin] and into sums[chunk, zone]:
    0 load wanted, 1 children wanting. `listed`, from `lo` on, are the rows with children; returns how many.
    """
    adults, earners, zones, care = h.adults, h.earners, h.zone, h.care
    kids, youngest, subsidized, ids = h.children, h.youngest, h.subsidized, p.id
    price, paid, take, weight, family, spacing = t.price, t.paid, t.take, t.load, t.family, t.spacing
    n = lo
    for g in range(lo, hi):
        listed[n] = g
        n += (kids[g] | care[g]) != 0
    for j in range(lo, n):
        g = listed[j]
        plan[g] = HOME
        age = month - youngest[g]
        if kids[g] == 0 or age >= 156:
            cost[g] = 0.0
            care[g] = CARE_NOT_NEEDED
            subsidized[g] = 0
            continue
        z = zones[g]
        first = bits(family_key, ids[max(head[g], 0)])
        u = to_unit(first)
        k = 0 if age < 24 else 1 if age < 72 else 2
        sub = 1 if selected[g] > 0 else 0
        kin = u < family[k]
        wants = not kin or to_unit(more_bits(first, 1)) < take[sub, z, k]
        infants, small, school = 0, 0, 0
        for s in range(kids[g]):
            a = age + spacing * s
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
            b = BINS // 2 + np.int64(uniform(key, ids[max(head[g], 0)]) * (BINS // 2))
        rank[g] = b
        load[chunk, z, b] += staff
        sums[chunk, z, 0] += staff
        sums[chunk, z, 1] += infants + small + school
    return n - lo


@njit(cache=True, nogil=True)
def place_pass(lo, hi, chunk, h, selected, month, cut, paid, plan, rank, places, dollars, listed, many, sums):  # type: ignore[no-untyped-def]
    """Give places below each zone's cut and write the arrangement.

    Adds into sums[chunk, zone]: 2 children placed, 3 children unmet, 4 new households that looked, 5 of them placed,
    6 children subsidised, 7 cents of subsidy.
    """
    zones, care, kids, youngest, subsidized = h.zone, h.care, h.children, h.youngest, h.subsidized
    for j in range(lo, lo + many[chunk]):
        g = listed[j]
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


@njit(cache=True)
def _kept_home(rows, p, h, head, cost, chance, month, family_key, hours, share, out):  # type: ignore[no-untyped-def]
    """Carers of a child under six kept out by childcare: no place to be had, or it would take too much of the pay."""
    for i in rows:
        g = p.household[i]
        if h.children[g] == 0 or month - h.youngest[g] >= 72 or cost[g] <= 0.0:
            continue
        z = h.zone[g]
        none = to_unit(more_bits(bits(family_key, p.id[max(head[g], 0)]), 3)) >= chance[z]
        if none or cost[g] > share * hours * p.wage[i]:
            out[z] += 1


@njit(cache=True)
def _earnings(p, size, h, total, number):  # type: ignore[no-untyped-def]
    """Sum of earners' wages in tenths of a cent, and number of earners, of households with children."""
    state, household, wage, kids = p.state, p.household, p.wage, h.children
    for i in range(size):
        if state[i] <= SELF_EMPLOYED:
            g = household[i]
            if kids[g] > 0:
                total[g] += np.int64(wage[i] * np.float32(1000.0))
                number[g] += 1


@njit(cache=True)
def _candidates(h, p, head, size, month, key, family_key, t, total, number, limit, searching, training, carers, out,  # type: ignore[no-untyped-def]
                children, draw):
    """Households that would use a subsidised place: their rows, children under 13 and rank; returns how many."""
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
        first = bits(family_key, p.id[head[g]])
        k = 0 if age < 24 else 1 if age < 72 else 2
        v = to_unit(first)
        if v < t.family[k] and to_unit(more_bits(first, 1)) >= t.take[1, z, k]:
            continue
        count = 0
        for s in range(h.children[g]):
            a = age + t.spacing * s
            count += a < 72 or (a < 156 and (k == 2 or v >= t.family[2]))
        u = uniform(key, p.id[head[g]])
        keeps = h.subsidized[g] > 0 and active >= h.adults[g]
        out[n] = g
        children[n] = count
        draw[n] = 0.5 * u if keeps else 0.5 + 0.5 * u
        n += 1
    return n


def _staff(month: Month) -> tuple[F8, F8, F8]:
    """(Z,) workers with children, those aimed at, and their mean posted wage without a policy's supplement."""
    e, c, n = month.economy, month.world.cells, month.world.cells.size
    rows = np.flatnonzero(c.sector[:n] == e.childcare_sector)
    teach = np.array([code in ("25", "39") for code in e.major_codes])
    rows = rows[teach[e.occ_major[c.occupation[rows]]]]
    zone, filled, aimed = c.zone[rows], c.filled[rows].astype(float), c.target[rows].astype(float)
    weight = np.bincount(zone, aimed, minlength=e.zones)
    pay = np.bincount(zone, aimed * c.posted[rows], minlength=e.zones)
    wage = np.where(weight > 0, pay / np.maximum(weight, 1e-9), 0.0) - month.levers.childcare_wage_supplement
    return np.bincount(zone, filled, minlength=e.zones), weight, np.maximum(wage, 1.0)


def _take(room: dict[str, Any], relative: F8) -> F8:
    """(Z, 3) share of households with relatives that want a place at a price `relative` to the start's."""
    normal = NormalDist()
    at_start = np.array([normal.inv_cdf(x) for x in room["formal_with_family"]])
    z = at_start[None, :] - np.log(np.maximum(relative, 1e-6)) / room["price_spread"]
    return np.array([[normal.cdf(float(x)) for x in row] for row in z])


def _terms(month: Month) -> Terms:
    room, memory = month.room("childcare"), month.memory["childcare"]
    relative = memory["price"] / np.maximum(month.economy.childcare_price, 1e-9)
    paid = np.clip(month.levers.childcare_subsidy_share, 0.0, 1.0).astype(float)
    full = _take(room, relative)
    part = _take(room, relative * (1.0 - paid[:, None])) if paid.any() else full
    load = np.rint(UNIT / np.asarray(room["children_per_worker"], float)).astype(np.int64)
    load[2] = int(round(load[2] * room["school_age_time"]))
    return Terms(price=memory["price"], paid=paid, take=np.stack([full, part]), load=load,
                 family=np.asarray(room["family_care"], float), spacing=int(month.parameters["demography.sibling_spacing_months"]))


def prepare(month: Month) -> None:
    """Start at the given prices, with places outside centres so that wanted places per place are the usual ones."""
    e, room = month.economy, month.room("childcare")
    z = e.zones
    month.memory["childcare"] = {
        "price": e.childcare_price.astype(float).copy(), "chance": np.ones(z), "shortage": np.zeros(z),
        "slots": np.zeros(z), "own_factor": np.ones(z), "target_factor": np.ones(z), "other": np.zeros(z),
        "usual_ratio": np.full(z, float(room["occupancy"])), "usual_wage": np.ones(z),
    }  # fmt: skip
    memory = month.memory["childcare"]
    work = _Work(month)
    sums = work.plan(month, _terms(month))
    workers, _, wage = _staff(month)
    wanted = sums[:, 0] / UNIT
    centre = workers * room["hours_on_duty"]
    goal = wanted / room["occupancy"]
    memory["other"][:] = np.maximum(goal - centre, room["home_share_least"] * goal)
    memory["usual_ratio"][:] = wanted / np.maximum(memory["other"] + centre, 1e-9)
    memory["usual_wage"][:] = wage


class _Work:
    """Work arrays of one month's allocation."""

    def __init__(self, month: Month) -> None:
        w = month.world
        size = w.households.capacity
        held = month.scratch.get("childcare.work")
        if held is None or held[0].size < size:
            held = (*(np.zeros(size, np.uint8) for _ in range(6)), np.zeros(size, np.int16),
                    np.zeros(size, np.float32), np.zeros(size, np.int32))  # fmt: skip
            month.scratch["childcare.work"] = held
            month.scratch["childcare.cost"] = np.zeros(size, np.float32)
        self.searching, self.training, self.selected, self.carers, self.plans, self.places, *rest = held
        self.rank, self.dollars, self.listed = rest
        self.many: I8 = np.zeros(0, np.int64)
        for a in held[:4]:
            a[: w.households.size] = 0
        head = month.memory.get("demography", {}).get("head")
        if head is None or head.size < size:
            from laborsim.market import demography, families

            if "demography" not in month.memory:
                demography.prepare(month)
            families.make_room(month)
            head = month.memory["demography"]["head"]
        self.head = head
        rows, kinds, _ = month.buffers()
        found = month.crew.map(busy_pass, w.people.size, w.people.columns, _kinds(), rows, kinds)
        rows, kinds = gather(found, rows, kinds)
        _spread(rows, kinds, w.people.household, self.searching, self.training)
        self.carer_rows = rows[kinds == CARES]
        self.load: I8 = np.zeros(0, np.int64)

    def plan(self, month: Month, t: Terms) -> I8:
        """Plans of all households; leaves loads by zone and rank, returns sums (Z, OUTPUTS)."""
        w = month.world
        chunks = month.crew.chunks(w.households.size)
        month.scratch["childcare.cost"][: w.households.size] = 0.0
        load = np.zeros((chunks, month.economy.zones, BINS), np.int64)
        sums = np.zeros((chunks, month.economy.zones, OUTPUTS), np.int64)
        many = month.crew.map(plan_pass, w.households.size, w.households.columns, w.people.columns, self.head, self.searching,
                       self.training, self.selected, month.index, month.key(Stream.CHILDCARE_PLACE),
                       month.key(Stream.CHILDCARE_FAMILY, fixed=True), t, self.plans, self.rank,
                       month.scratch["childcare.cost"], self.places, self.dollars, self.listed, load, sums)  # fmt: skip
        self.many = np.asarray(many, np.int64)
        self.load = load.sum(axis=0)
        return np.asarray(sums.sum(axis=0))

    def select(self, month: Month, t: Terms) -> None:
        """Give this month's subsidised places, by rank among the eligible; those who hold one and work come first.

        Parents at home are offered one on the same terms: what care would cost them falls, and if they find work
        they keep it.
        """
        w, levers = month.world, month.levers
        zones = np.flatnonzero((levers.childcare_subsidy_places > 0) & (t.paid > 0))
        if zones.size == 0:
            return
        size = w.households.size
        total, number = np.zeros(size, np.int64), np.zeros(size, np.uint8)
        _earnings(w.people.columns, w.people.size, w.households.columns, total, number)
        self.carers[w.people.household[self.carer_rows]] = 1
        limit = np.where((levers.childcare_subsidy_places > 0) & (t.paid > 0), levers.childcare_income_limit, 0.0)
        out, children, draw = np.empty(size, np.int64), np.empty(size, np.uint8), np.empty(size)
        key = month.key(Stream.CHILDCARE_SUBSIDY)
        n = _candidates(w.households.columns, w.people.columns, self.head, size, month.index, key,
                        month.key(Stream.CHILDCARE_FAMILY, fixed=True), t, total, number, limit.astype(float),
                        self.searching, self.training, self.carers, out, children, draw)  # fmt: skip
        out, children, draw = out[:n], children[:n], draw[:n]
        zone = w.households.zone[out]
        for z in zones:
            places = scaled_count(float(levers.childcare_subsidy_places[z]), month.scale, key, 1 << 40 | int(z))
            mine = np.flatnonzero(zone == z)
            mine = mine[np.lexsort((out[mine], draw[mine]))]
            fits = np.cumsum(children[mine].astype(np.int64)) <= places
            self.selected[out[mine[fits]]] = children[mine[fits]]


def stage(month: Month) -> None:
    """Clear the month's childcare market: subsidies, plans, places, then price and staffing for the next."""
    if "childcare" not in month.memory:
        prepare(month)
    e, w, counts, memory, room = month.economy, month.world, month.counts, month.memory["childcare"], month.room("childcare")
    work, t = _Work(month), _terms(month)
    work.select(month, t)
    sums = work.plan(month, t)
    workers, aimed, wage = _staff(month)
    capacity = memory["other"] + workers * room["hours_on_duty"]
    below = np.cumsum(work.load, axis=1) <= np.floor(capacity * UNIT)[:, None]
    cut = below.sum(axis=1).astype(np.int64)
    chunks = np.zeros((month.crew.chunks(w.households.size), e.zones, OUTPUTS), np.int64)
    month.crew.map(place_pass, w.households.size, w.households.columns, work.selected, month.index, cut, t.paid,
                   work.plans, work.rank, work.places, work.dollars, work.listed, work.many, chunks)
    sums += chunks.sum(axis=0)
    counts.childcare_enrolled += sums[:, 2]
    counts.childcare_unmet += sums[:, 3]
    counts.childcare_subsidized += sums[:, 6]
    counts.scalars[SCALAR["childcare_subsidy_cents"]] += int(sums[:, 7].sum())
    _supplement(month)
    looked, placed = sums[:, 4], sums[:, 5]
    now = (placed + 1.0) / (looked + 1.0)
    memory["chance"] += 0.3 * (np.clip(now, 0.0, 1.0) - memory["chance"])
    memory["shortage"][:] = 1.0 - memory["chance"]
    mean_load = sums[:, 0] / np.maximum(sums[:, 1], 1) / UNIT
    memory["slots"][:] = capacity / np.where(mean_load > 0, mean_load, float(t.load[1]) / UNIT)
    _kept_home(work.carer_rows, w.people.columns, w.households.columns, work.head, month.scratch["childcare.cost"],
               memory["chance"], month.index, month.key(Stream.CHILDCARE_FAMILY, fixed=True),
               float(room["parent_works_hours"]), float(room["too_dear"]), counts.childcare_kept_home)  # fmt: skip
    _adjust(month, sums[:, 0] / UNIT, mean_load, capacity, aimed, wage)


def _supplement(month: Month) -> None:
    """Cost of a policy's wage supplement: everyone employed by child care centres, at the hours of the lever's price."""
    supplement = month.levers.childcare_wage_supplement
    if not supplement.any():
        return
    e, c, n = month.economy, month.world.cells, month.world.cells.size
    rows = np.flatnonzero(c.sector[:n] == e.childcare_sector)
    staff = np.bincount(c.zone[rows], c.filled[rows].astype(float), minlength=e.zones)
    cents = int(round(float((staff * supplement).sum()) * STAFF_HOURS * 100.0))
    month.counts.scalars[SCALAR["childcare_supplement_cents"]] += cents


def _adjust(month: Month, wanted: F8, mean_load: F8, capacity: F8, aimed: F8, wage: F8) -> None:
    """Prices move towards cost and scarcity, staffing targets towards the places wanted per place of the start."""
    e, memory, room = month.economy, month.memory["childcare"], month.room("childcare")
    ratio = wanted / np.maximum(capacity, 1e-9) / np.maximum(memory["usual_ratio"], 1e-9)
    live = wanted > 0
    goal = e.childcare_price * (
        (wage / memory["usual_wage"]) ** room["labor_share"]
        * np.where(live, np.clip(ratio, 0.5, 2.0), 1.0) ** room["price_scarcity"]
    )[:, None]
    step = room["price_speed"] * np.log(goal / memory["price"])
    memory["price"] *= np.exp(np.clip(step, -room["price_most"], room["price_most"]))
    own, duty = memory["own_factor"], float(room["hours_on_duty"])
    aimed_own = aimed * duty * own / np.maximum(memory["target_factor"], 1e-9)
    total = memory["other"] + aimed_own
    gap = np.where(live & (total > 0), wanted / np.maximum(memory["usual_ratio"] * total, 1e-9) - 1.0, 0.0)
    step = np.exp(np.clip(room["expand_speed"] * gap, -room["expand_most"], room["expand_most"]))
    if month.index > 0:  # targets of the first month are those of the start
        own *= step
        memory["other"] *= step
    np.clip(own, room["expand_range"][0], room["expand_range"][1], out=own)
    added = month.levers.childcare_slots * month.scale * np.where(mean_load > 0, mean_load, 1.0 / 7.5)
    more = np.where(aimed_own > 0, added / np.maximum(aimed_own, 1e-9), 0.0)
    memory["target_factor"][:] = own * (1.0 + np.minimum(more, 1.0))
