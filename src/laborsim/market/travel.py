"""Help with travel: part of the fare or fuel paid for people who look for work, and rides for those without a car.

Places go by ranked keyed draws among people without a job who look; who has one keeps it while looking and for some
months in the job found. Commutes cost less then and people look further: each way of travelling is a class of the
terrain, with its own weights. Without an order nothing here holds state or draws.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import gate
from laborsim.market.codes import GONE, SELF_EMPLOYED
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, uniforms
from laborsim.market.matching import Seekers
from laborsim.market.month import Month
from laborsim.market.scaling import scaled_count

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
SERVICE = "transport_support"  # as trials name it
NO_CAR, CAR = 0, 1  # classes of travel without help, as households.car; order j has 2 + 2 j and 3 + 2 j


def tables(month: Month) -> tuple[F8, F8]:
    """Weight of vacancies and cost of commuting (log wage) by class of travel, home and work zone; (C, Z, Z) each.

    Two classes without help with travel, two more for every order: without a car and with one, part of the money paid.
    """
    e, q = month.economy, month.room("search")

    def pair(paid: float) -> tuple[F8, F8]:
        saved = q["travel_money"] * paid
        minutes = e.commute_minutes * (1.0 - saved)
        weight = e.commute_weight
        if saved > 0:
            weight = weight * np.exp((e.commute_minutes - minutes) / q["commute_decay"])
        reach = np.exp(-np.maximum(minutes - q["no_car_free_minutes"], 0.0) / q["no_car_minutes"])
        cost = q["commute_cost"] / 30.0 * minutes
        return np.stack([weight * reach, weight]), np.stack([cost, cost])

    pairs = [month.table("travel.usual", lambda: pair(0.0)), *(pair(order.paid) for order in month.levers.travel)]
    weight, cost = (np.ascontiguousarray(np.concatenate(part)) for part in zip(*pairs, strict=True))
    return weight, cost


def help_seekers(month: Month, rows: I8, s: Seekers) -> None:
    """Give this month's places and set the class of travel in `s` of those who have one; counts users."""
    orders = month.levers.travel
    if not orders:
        month.memory.pop("travel", None)
        return
    p, q, scalars = month.world.people, month.room("services"), month.counts.scalars
    held = month.memory.get("travel")
    if held is None:
        held = {"row": np.empty(0, np.int64), "id": np.empty(0, np.uint64), "order": np.empty(0, np.int64)}
    same = (p.id[held["row"]] == held["id"]) & (p.state[held["row"]] != GONE) & (held["order"] < len(orders))
    held = {name: values[same] for name, values in held.items()}
    at_work = p.state[held["row"]] <= SELF_EMPLOYED
    fresh = month.index - p.since[held["row"]] < int(q["travel_months"])
    looks = np.isin(held["row"], rows) & ~at_work
    keep = (at_work & fresh) | looks
    held = {name: values[keep] for name, values in held.items()}
    taken = np.isin(rows, held["row"])  # who loses a place is not given one in the same month
    key = month.key(Stream.TRAVEL_PLACE)
    for number, order in enumerate(orders):
        places = scaled_count(order.places, month.scale, key, (number + 1) << 33)
        mine = held["order"] == number
        over = mine & (np.cumsum(mine) > places)
        held = {name: values[~over] for name, values in held.items()}
        mine = held["order"] == number
        ask = (p.state[rows] > SELF_EMPLOYED) & (np.array(order.zones)[p.zone[rows]] > 0) & ~taken
        if order.only_without_car:
            ask &= s.travel == NO_CAR
        if order.wage_limit > 0:
            ask &= p.wage[rows] < order.wage_limit
        line = np.flatnonzero(ask)
        line = line[gate.admit(month, SERVICE, s.id[line], rows[line])]
        line = line[np.lexsort((s.id[line], uniforms(key, s.id[line])))][: max(places - int(mine.sum()), 0)]
        taken[line] = True
        gate.serve(month, SERVICE, s.id[line])
        new = {"row": rows[line], "id": p.id[rows[line]], "order": np.full(line.size, number)}
        held = {name: np.concatenate([held[name], new[name]]) for name in held}
        using = np.isin(rows, held["row"][held["order"] == number]) & (p.state[rows] > SELF_EMPLOYED)
        riders = using & (s.travel == NO_CAR) if order.rides else np.zeros(rows.size, np.bool_)
        s.travel[riders] = CAR
        if order.paid > 0:
            s.travel[using] += np.uint8(2 + 2 * number)
            _more_trips(month, np.flatnonzero(using), s, order.paid)
        scalars[SCALAR["travel_users"]] += int((held["order"] == number).sum())
        scalars[SCALAR["travel_riders"]] += int(riders.sum())
    order_of = np.lexsort((held["row"],))
    month.memory["travel"] = {name: values[order_of] for name, values in held.items()}


def _more_trips(month: Month, using: I8, s: Seekers, paid: float) -> None:
    """People whose trips cost less make more of them, and apply more: changes the applications in `s`."""
    left = 1.0 - month.room("search")["travel_money"] * paid
    more = s.applications[using] * (left ** -float(month.room("services")["trips_elasticity"]) - 1.0)
    draw = uniforms(month.key(Stream.TRAVEL_TRIPS), s.id[using])
    s.applications[using] += np.floor(more + draw).astype(s.applications.dtype)


__all__ = ["CAR", "NO_CAR", "help_seekers", "tables"]
