"""Net resources by zone and kind of household of a region pack: what benefit cliffs are read from."""

from __future__ import annotations

from typing import Any

import numpy as np

from laborsim.market.codes import FULL_TIME_YEAR
from laborsim.region.budget.figures import MONTHS, Place
from laborsim.region.budget.household import F8, Household, of_ages
from laborsim.region.budget.parts import care_price, health, rent
from laborsim.region.budget.resources import WITH_CREDITS, Rules, net_resources, taxes
from laborsim.region.budget.states import indiana_base
from laborsim.region.budget.types import ages_of, stack
from laborsim.region.pack import Pack


def zone_places(pack: Pack) -> dict[str, Place]:
    """Rents, prices of care, state, local tax and median income of a pack's zones, all from the pack.

    The local tax is what is left of the taxes in a lone adult's budget. Commutes are not in it: the places serve
    taxes and benefits, not budgets.
    """
    rows: Any = pack["needs"].set_index(["zone", "adults", "children", "young"])
    care: Any = pack["childcare"].pivot(index="zone", columns="age_group", values="price_month")
    income: Any = pack["income"].set_index("zone")["median_household_income"]
    people: Any = pack["age_sex"].groupby("zone")["people"].sum()
    inside = [z for z in pack.zones if z.state]
    most = max(inside, key=lambda z: float(people[z.code])).state
    out = {}
    for z in pack.zones:
        one, two, three = (float(rows.loc[(z.code, 1, n, 0), "housing"]) for n in (0, 1, 3))
        prices = {str(group): float(price) for group, price in care.loc[z.code].items()}
        state = z.state or most
        tax = _local_tax(rows.loc[(z.code, 1, 0, 0)], state)
        out[z.code] = Place(state, tax, (one, two, three), prices, median_income=float(income[z.code]))
    return out


def net_by_zone(pack: Pack, wage: F8 | list[float], rules: Rules = WITH_CREDITS, hours: float = FULL_TIME_YEAR) -> F8:
    """Dollars of 2019 a year a household of each kind has at each wage.

    Parameters
    ----------
    pack : region pack.
    wage : (W,) dollars of 2019 an hour of each adult; `hours` a year of each adult.
    rules : which credits and benefits count.

    Returns
    -------
    (Z, 2, 4, 2, W) by zone, adults - 1, children (3 for three or more), youngest under six: the mean over the ages a
    kind holds. Without children the last axis but one is the same twice.
    """
    pay = np.asarray(wage, np.float64)[:, None]
    out = np.empty((len(pack.zones), 2, 4, 2, pay.size))
    for z, place in enumerate(zone_places(pack).values()):
        for adults in (1, 2):
            for children in range(4):
                for young in (0, 1):
                    who = stack([household_of(adults, ages, place) for ages in ages_of(children, bool(young))])
                    net = net_resources(pay, hours, who, place, rules)
                    out[z, adults - 1, children, young] = net.mean(axis=1)
    return out


def household_of(adults: int, ages: tuple[int, ...], place: Place) -> Household:
    """A household with what it pays for health, care and rent there."""
    own, young = health(adults, len(ages), place.state)
    care = sum(care_price(a, place) for a in ages)
    paid = {"care": care, "rent": rent(len(ages), place), "health_adults": own, "health_children": young}
    return of_ages(adults, ages, **{k: MONTHS * v for k, v in paid.items()})


def _local_tax(row: Any, state: str) -> float:
    gross = np.array([float(row["hourly"]) * FULL_TIME_YEAR])
    who = of_ages(1, (), rent=MONTHS * float(row["housing"]))
    rest = MONTHS * float(row["taxes"]) - float(taxes(gross, who, Place(state, 0.0, (0, 0, 0), {})).total[0])
    base = indiana_base(gross, who) if state == "IN" else gross
    return max(round(rest / float(base[0]), 4), 0.0)
