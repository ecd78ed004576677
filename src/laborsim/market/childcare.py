"""Childcare as a market: places need staff, prices follow cost and waiting lists, scarce places go by keyed rank.

Households whose adults all work need care for their children under 13. Some have relatives to fall back on and pay
for a place only if it is worth its price to them (a fixed keyed threshold); the others need a place. Places are what
the staff now employed by child care centres can look after, given the ages of the children, and a part in family
homes and schools. Households keep their place from month to month; free places go to the others by rank. A household
without place or relatives is unmet: `care` is CARE_PARENT although all its adults work; participation acts on it.

Centres aim at the staff that would restore wanted places per place of the start (`target_factor`, read by the demand
stage), slowly, and other places follow as slowly; places that a policy pays for come on top and need staff as well.

Other stages read `month.memory["childcare"]`: price (Z, 3), slots (Z,), chance (Z,) of a household that looks for a
place to get one, shortage (Z,) = 1 - chance, target_factor (Z,); and `month.scratch["childcare.cost"]` (H,), dollars a
month that care costs the household, or would cost it, with all adults at work (`places.net_cost`).
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market import gate
from laborsim.market.codes import GONE, HOURS_A_MONTH
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream
from laborsim.market.month import FEW, Month
from laborsim.market.places import (
    BINS,
    CARES,
    OUTPUTS,
    Terms,
    busy_pass,
    candidates,
    earnings,
    kept_home,
    kinds_of_states,
    net_cost,
    place_pass,
    plan_pass,
    spread,
)
from laborsim.market.scaling import scaled_count
from laborsim.market.transitions import gather

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
UNIT = 1000  # loads are whole thousandths of a worker on duty
SERVICE = "childcare_support"  # as trials name it


def _staff(month: Month) -> tuple[F8, F8, F8]:
    """(Z,) workers with children, those aimed at, and their mean posted wage without a policy's supplement."""
    e, c, n = month.economy, month.world.cells, month.world.cells.size
    rows = np.flatnonzero(c.sector[:n] == e.childcare_sector)
    teach = np.array([code in ("25", "39") for code in e.major_codes])
    rows = rows[teach[e.occ_major[c.occupation[rows]]]]
    zone, filled, aimed = c.zone[rows], c.filled[rows].astype(float), c.target[rows].astype(float)
    weight = np.bincount(zone, aimed, minlength=e.zones)
    pay = np.bincount(zone, aimed * c.posted[rows], minlength=e.zones)
    everywhere = float(pay.sum()) / max(float(weight.sum()), 1e-9)  # stands for a zone where no centre is simulated
    wage = np.where(weight > 0, pay / np.maximum(weight, 1e-9), everywhere) - month.levers.childcare_wage_supplement
    workers = np.bincount(zone, filled, minlength=e.zones)
    return np.asarray(workers, float), np.asarray(weight, float), np.maximum(wage, 1.0)


def _take(room: dict[str, Any], relative: F8) -> F8:
    """(Z, 3) share of households with relatives that want a place at a price `relative` to the start's."""
    normal = NormalDist()
    at_start = np.array([normal.inv_cdf(x) for x in room["formal_with_family"]])
    z = at_start[None, :] - np.log(np.maximum(relative, 1e-6)) / room["price_spread"]
    return np.array([[normal.cdf(float(x)) for x in row] for row in z])


def _terms(month: Month) -> Terms:
    room, memory = month.room("childcare"), month.memory["childcare"]
    # What families would pay for care grows with what they earn.
    growth = (1.0 + month.parameters["wages.real_growth"]) ** (max(month.index, 0) / 12.0)
    relative = memory["price"] / np.maximum(month.economy.childcare_price * growth, 1e-9)
    paid = np.clip(month.levers.childcare_subsidy_share, 0.0, 1.0).astype(float)
    full = _take(room, relative)
    part = _take(room, relative * (1.0 - paid[:, None])) if paid.any() else full
    load = np.rint(UNIT / np.asarray(room["children_per_worker"], float)).astype(np.int64)
    load[2] = round(load[2] * room["school_age_time"])
    return Terms(
        price=memory["price"],
        paid=paid,
        take=np.stack([full, part]),
        load=load,
        family=np.asarray(room["family_care"], float),
    )


def prepare(month: Month) -> None:
    """Start at the given prices, with places outside centres so that wanted places per place are the usual ones."""
    e, room = month.economy, month.room("childcare")
    z = e.zones
    month.memory["childcare"] = {
        "price": e.childcare_price.astype(float).copy(), "chance": np.ones(z), "shortage": np.zeros(z),
        "slots": np.zeros(z), "own_factor": np.ones(z), "target_factor": np.ones(z), "other": np.zeros(z),
        "usual_aim": np.full(z, float(room["occupancy"])),
        "usual_ratio": np.full(z, float(room["occupancy"])), "usual_wage": np.ones(z),
    }  # fmt: skip
    memory = month.memory["childcare"]
    work = _Work(month)
    sums = work.plan(month, _terms(month))
    workers, aimed, wage = _staff(month)
    wanted = sums[:, 0] / UNIT
    centre = workers * room["hours_on_duty"]
    goal = wanted / room["occupancy"]
    memory["other"][:] = np.maximum(goal - centre, room["home_share_least"] * goal)
    _remember_usual(memory, wanted, memory["other"] + centre, aimed * room["hours_on_duty"], wage)


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
        found = month.crew.map(busy_pass, w.people.size, w.people.columns, kinds_of_states(), rows, kinds)
        rows, kinds = gather(found, rows, kinds)
        spread(rows, kinds, w.people.household, self.searching, self.training)
        self.carer_rows = rows[kinds == CARES]
        self.load: I8 = np.zeros(0, np.int64)

    def plan(self, month: Month, t: Terms) -> I8:
        """Plans of all households; leaves loads by zone and rank, returns sums (Z, OUTPUTS)."""
        w = month.world
        chunks = month.crew.chunks(w.households.size)
        month.scratch["childcare.cost"][: w.households.size] = 0.0
        load = np.zeros((chunks, month.economy.zones, BINS), np.int64)
        sums = np.zeros((chunks, month.economy.zones, OUTPUTS), np.int64)
        many = month.crew.map(plan_pass, w.households.size, w.households.columns, w.people.columns, self.head,
                       self.searching, self.training, self.selected, month.index, month.key(Stream.CHILDCARE_PLACE),
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
        earnings(w.people.columns, w.people.size, w.households.columns, total, number)
        self.carers[w.people.household[self.carer_rows]] = 1
        limit = np.where((levers.childcare_subsidy_places > 0) & (t.paid > 0), levers.childcare_income_limit, 0.0)
        out, children, draw = np.empty(size, np.int64), np.empty(size, np.uint8), np.empty(size)
        key = month.key(Stream.CHILDCARE_SUBSIDY)
        order = month.key(Stream.CHILDCARE_SUBSIDY, fixed=True)
        n = candidates(w.households.columns, w.people.columns, self.head, size, month.index, order,
                        month.key(Stream.CHILDCARE_FAMILY, fixed=True), t, total, number, limit.astype(float),
                        self.searching, self.training, self.carers, out, children, draw)  # fmt: skip
        out, children, draw = out[:n], children[:n], draw[:n]
        if gate.is_open(month, SERVICE):
            allowed = self._admitted(month, out)
            out, children, draw = out[allowed], children[allowed], draw[allowed]
        zone = w.households.zone[out]
        for z in zones:
            places = scaled_count(float(levers.childcare_subsidy_places[z]), month.scale, key, 1 << 40 | int(z))
            mine = np.flatnonzero(zone == z)
            mine = mine[np.lexsort((out[mine], draw[mine]))]
            fits = np.cumsum(children[mine].astype(np.int64)) <= places
            self.selected[out[mine[fits]]] = children[mine[fits]]


    def _admitted(self, month: Month, households: I8) -> Any:
        """Which of the eligible households a trial lets in; the draw is by the head."""
        p = month.world.people
        place = np.full(month.world.households.size, -1, np.int64)
        place[households] = np.arange(households.size)
        members = np.flatnonzero((p.state[: p.size] != GONE) & (place[p.household[: p.size]] >= 0))
        return gate.admit(month, SERVICE, p.id[self.head[households]], members, place[p.household[members]])


def stage(month: Month) -> None:
    """Clear the month's childcare market: subsidies, plans, places, then price and staffing for the next."""
    if "childcare" not in month.memory:
        prepare(month)
    e, w, counts, memory, room = (
        month.economy,
        month.world,
        month.counts,
        month.memory["childcare"],
        month.room("childcare"),
    )
    work, t = _Work(month), _terms(month)
    work.select(month, t)
    sums = work.plan(month, t)
    workers, aimed, wage = _staff(month)
    capacity = memory["other"] + workers * room["hours_on_duty"]
    below = np.cumsum(work.load, axis=1) <= np.floor(capacity * UNIT)[:, None]
    cut = below.sum(axis=1).astype(np.int64)
    chunks = np.zeros((month.crew.chunks(w.households.size), e.zones, OUTPUTS), np.int64)
    month.crew.map(
        place_pass,
        w.households.size,
        w.households.columns,
        work.selected,
        month.index,
        cut,
        t.paid,
        work.plans,
        work.rank,
        work.places,
        work.dollars,
        work.listed,
        work.many,
        chunks,
    )
    sums += chunks.sum(axis=0)
    counts.childcare_enrolled += sums[:, 2]
    counts.childcare_unmet += sums[:, 3]
    counts.childcare_subsidized += sums[:, 6]
    if gate.is_open(month, SERVICE):
        served = np.flatnonzero(w.households.subsidized[: w.households.size] > 0)
        gate.serve(month, SERVICE, w.people.id[work.head[served]])
    counts.scalars[SCALAR["childcare_subsidy_cents"]] += int(sums[:, 7].sum())
    _supplement(month)
    looked, placed = sums[:, 4], sums[:, 5]
    now = (placed + 1.0) / (looked + 1.0)
    memory["chance"] += month.room("childcare")["chance_update"] * (np.clip(now, 0.0, 1.0) - memory["chance"])
    memory["shortage"][:] = 1.0 - memory["chance"]
    mean_load = sums[:, 0] / np.maximum(sums[:, 1], 1) / UNIT
    memory["slots"][:] = capacity / np.where(mean_load > 0, mean_load, float(t.load[1]) / UNIT)
    carers = work.carer_rows
    at_home = np.zeros((month.crew.chunks(carers.size, FEW), e.zones), np.int64)
    month.crew.map(kept_home, carers.size, carers, w.people.columns, w.households.columns, work.head,
                   month.scratch["childcare.cost"], memory["chance"], month.index,
                   month.key(Stream.CHILDCARE_FAMILY, fixed=True), float(room["parent_works_hours"]),
                   float(room["too_dear"]), at_home, size=FEW)  # fmt: skip
    counts.childcare_kept_home += at_home.sum(axis=0)
    # Parents at home for want of a place want one as well.
    kept_out = counts.childcare_kept_home * memory["shortage"] * mean_load
    _adjust(month, sums[:, 0] / UNIT + kept_out, mean_load, capacity, aimed, wage)


def _supplement(month: Month) -> None:
    """Cost of a policy's wage supplement: all staff of child care centres, at 35 hours a week."""
    supplement = month.levers.childcare_wage_supplement
    if not supplement.any():
        return
    e, c, n = month.economy, month.world.cells, month.world.cells.size
    rows = np.flatnonzero(c.sector[:n] == e.childcare_sector)
    staff = np.bincount(c.zone[rows], c.filled[rows].astype(float), minlength=e.zones)
    cents = round(float((staff * supplement).sum()) * HOURS_A_MONTH * 100.0)
    month.counts.scalars[SCALAR["childcare_supplement_cents"]] += cents


def _remember_usual(memory: dict[str, F8], wanted: F8, capacity: F8, aimed: F8, wage: F8) -> None:
    """What prices and staffing compare with: places wanted per place, per place aimed at, and staff's wage."""
    memory["usual_ratio"][:] = wanted / np.maximum(capacity, 1e-9)
    memory["usual_aim"][:] = wanted / np.maximum(memory["other"] + aimed, 1e-9)
    memory["usual_wage"][:] = wage


def _adjust(month: Month, wanted: F8, mean_load: F8, capacity: F8, aimed: F8, wage: F8) -> None:
    """Prices move towards cost and scarcity, staffing targets towards the places wanted per place of the start."""
    e, memory, room = month.economy, month.memory["childcare"], month.room("childcare")
    if month.index < 0:  # settling: what is usual is seen at its end
        _remember_usual(memory, wanted, capacity, aimed * room["hours_on_duty"], wage)
    ratio = wanted / np.maximum(capacity, 1e-9) / np.maximum(memory["usual_ratio"], 1e-9)
    live = wanted > 0
    goal = (
        e.childcare_price
        * (
            (wage / memory["usual_wage"]) ** room["labor_share"]
            * np.where(live, np.clip(ratio, 0.5, 2.0), 1.0) ** room["price_scarcity"]
        )[:, None]
    )
    step = room["price_speed"] * np.log(goal / memory["price"])
    memory["price"] *= np.exp(np.clip(step, -room["price_most"], room["price_most"]))
    own, duty = memory["own_factor"], float(room["hours_on_duty"])
    aimed_own = aimed * duty * own / np.maximum(memory["target_factor"], 1e-9)
    # Centres compare with the places they aim at, others with the places there are: staff that cannot be found is no
    # reason to close rooms, nor to aim at still more.
    now = ratio - 1.0
    total = memory["other"] + aimed_own
    plan = wanted / np.maximum(memory["usual_aim"] * total, 1e-9) - 1.0
    plan = np.where(now > 0, np.maximum(plan, 0.0), plan)
    speed, most = room["expand_speed"], room["expand_most"]
    if month.index > 0:  # targets of the first month are those of the start
        own *= np.where(live, np.exp(np.clip(speed * plan, -most, most)), 1.0)
        memory["other"] *= np.where(live, np.exp(np.clip(speed * now, -most, most)), 1.0)
    np.clip(own, room["expand_range"][0], room["expand_range"][1], out=own)
    each = np.where(mean_load > 0, mean_load, 1.0 / room["children_per_worker"][1])
    added = month.levers.childcare_slots * month.scale * each
    # Places that a policy pays for are staffed as far as families want them: nobody is hired for empty rooms.
    added = np.minimum(added, np.maximum(wanted * (1.0 + room["spare_places"]) - total, 0.0))
    more = np.where(aimed_own > 0, added / np.maximum(aimed_own, 1e-9), 0.0)
    memory["target_factor"][:] = own * (1.0 + np.minimum(more, 3.0))


__all__ = ["net_cost", "prepare", "stage"]
