"""Help with rent: who has it, what it pays, and what its families do with a budget that needs less pay.

Help pays what rent exceeds a share of a family's own earnings, so a dollar earned lowers it by that share: work pays
less, and less of it is needed. Its adults look for work less, ask for more, stop looking and leave work more often,
and families move away less. No good effect is assumed; the published trial of vouchers found less work (Jacob and
Ludwig 2012). Places go by ranked keyed draws among families with low earnings. Without an order nothing here holds
state or draws.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market import needs
from laborsim.market.codes import (
    PART_TIME_INVOLUNTARY,
    QUIT_TO_INACTIVE,
    UNEMPLOYED,
    WEEKS_A_MONTH,
)
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, uniforms
from laborsim.market.matching import Seekers
from laborsim.market.month import Month
from laborsim.market.scaling import scaled_count
from laborsim.market.transitions import inactive_reason, move

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


def _held(month: Month) -> dict[str, Any]:
    """Families with help: row, id of the head, order; those whose head died or left are dropped."""
    held = month.memory.get("housing")
    if held is None:
        held = {"row": np.empty(0, np.int64), "head": np.empty(0, np.uint64), "order": np.empty(0, np.int64)}
    head = month.memory["demography"]["head"][held["row"]]
    p, h = month.world.people, month.world.households
    same = (h.adults[held["row"]] > 0) & (head >= 0) & (p.id[np.maximum(head, 0)] == held["head"])
    return {name: values[same] for name, values in held.items()}


def stage(month: Month) -> None:
    """Give places, pay the rent, and let families respond; later stages read `paid`."""
    orders = month.levers.rent
    month.scratch.pop("housing.paid", None)
    if not orders:
        month.memory.pop("housing", None)
        return
    w, q, scalars = month.world, month.room("services"), month.counts.scalars
    h, heads = w.households, month.memory["demography"]["head"]
    held, earned = _held(month), needs.earned(month)
    paid = np.zeros(h.size)
    key = month.key(Stream.RENT_SUPPORT)
    for number, order in enumerate(orders):
        mine = held["order"] == number
        rent = np.maximum(order.rent - q["tenant_share"] * earned, 0.0)
        keep = ~mine | (rent[held["row"]] > 0.0)
        held = {name: values[keep] for name, values in held.items()}
        places = scaled_count(order.families, month.scale, key, (number + 1) << 33)
        mine = held["order"] == number
        over = mine & (np.cumsum(mine) > places)
        held = {name: values[~over] for name, values in held.items()}
        used = int((held["order"] == number).sum())
        free = np.ones(h.size, np.bool_)
        free[held["row"]] = False
        ask = free & (h.adults[: h.size] > 0) & (np.array(order.zones)[h.zone[: h.size]] > 0) & (heads[: h.size] >= 0)
        line = np.flatnonzero(ask & (earned < order.income_limit) & (rent > 0.0))
        ids = w.people.id[heads[line]]
        line = line[np.lexsort((ids, uniforms(key, ids)))][: max(places - used, 0)]
        new = {"row": line, "head": w.people.id[heads[line]], "order": np.full(line.size, number)}
        held = {name: np.concatenate([held[name], new[name]]) for name in held}
        paid[held["row"][held["order"] == number]] = rent[held["row"][held["order"] == number]]
    sort = np.argsort(held["row"], kind="stable")
    month.memory["housing"] = {name: values[sort] for name, values in held.items()}
    month.scratch["housing.paid"] = paid
    scalars[SCALAR["rent_families"]] += held["row"].size
    scalars[SCALAR["rent_cents"]] += int(np.rint(paid[np.sort(held["row"])] * 100.0).astype(np.int64).sum())
    _leave(month, paid)


def discouraged(month: Month, rows: I8) -> F8:
    """(n,) share of their usual looking for work that people of helped families give up; 0 without help."""
    paid = month.scratch.get("housing.paid")
    if paid is None:
        return np.zeros(rows.size)
    p, q = month.world.people, month.room("services")
    household = p.household[rows]
    inside = household < paid.size
    help_ = np.where(inside, paid[np.minimum(household, paid.size - 1)], 0.0)
    month_pay = np.maximum(p.wage[rows].astype(np.float64), month.economy.minimum_wage[month.now].min())
    share = help_ / (month_pay * q["rent_hours"] * WEEKS_A_MONTH)
    works = (1.0 - q["tenant_share"]) ** q["rent_work_pays"] * np.exp(-q["rent_income"] * share)
    return np.where(help_ > 0.0, 1.0 - works, 0.0)


def thin(month: Month, looking: I8) -> I8:
    """Those of `looking` who go on to look, rows ascending."""
    if "housing.paid" not in month.scratch:
        return looking
    gives_up = uniforms(month.key(Stream.RENT_RESPONSE), month.world.people.id[looking]) < discouraged(month, looking)
    return np.asarray(looking[~gives_up])


def raise_reservation(month: Month, rows: I8, s: Seekers) -> None:
    """People of helped families ask for more pay: less of it is needed."""
    if "housing.paid" not in month.scratch:
        return
    p = month.world.people
    less = discouraged(month, rows)
    some = np.flatnonzero((less > 0.0) & (s.reservation > 0.0))
    factor = 1.0 + month.parameters["services.rent_reservation"] * less[some]
    s.reservation[some] *= factor.astype(np.float32)
    p.reservation[rows[some]] = s.reservation[some]


def _leave(month: Month, paid: F8) -> None:
    """Some of the unemployed and of the employed of helped families stop."""
    p, n, q = month.world.people, month.world.people.size, month.room("services")
    rows = np.flatnonzero((p.state[:n] <= UNEMPLOYED) & (paid[p.household[:n]] > 0.0))
    if rows.size == 0:
        return
    hazard = np.where(p.state[rows] <= PART_TIME_INVOLUNTARY, q["rent_leave"], q["rent_stop"])
    goes = uniforms(month.key(Stream.RENT_RESPONSE) ^ np.uint64(1), p.id[rows]) < hazard * discouraged(month, rows)
    rows = rows[goes]
    h = month.world.households
    young = (h.children[p.household[rows]] > 0) & (month.index - h.youngest[p.household[rows]] < 72)
    age = (month.index - p.birth[rows].astype(np.int64)) // 12
    who = zip(p.traits[rows].tolist(), age.tolist(), young.tolist(), p.sex[rows].tolist(), strict=True)
    state = np.array([inactive_reason(*x, False) for x in who], np.uint8)
    move(month, rows, state, np.full(rows.size, QUIT_TO_INACTIVE, np.uint8))


def stay(month: Month, homes: I8) -> I8:
    """Households of `homes` that move away this month all the same; rent help keeps some here."""
    held = month.memory.get("housing")
    if held is None or homes.size == 0:
        return homes
    helped = np.isin(homes, held["row"])
    head = np.maximum(month.memory["demography"]["head"][homes], 0)
    stays = uniforms(month.key(Stream.RENT_RESPONSE) ^ np.uint64(2), month.world.people.id[head])
    return np.asarray(homes[~(helped & (stays < month.parameters["services.rent_stays"]))])


def arrivals(month: Month) -> float:
    """Factor on arrivals: cheaper rent draws people in, as far as many have it; 1 without help."""
    held = month.memory.get("housing")
    if held is None:
        return 1.0
    households = int((month.world.households.adults[: month.world.households.size] > 0).sum())
    return float(1.0 + month.parameters["services.rent_arrivals"] * held["row"].size / max(households, 1))


__all__ = ["arrivals", "discouraged", "raise_reservation", "stage", "stay", "thin"]
