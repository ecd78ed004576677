"""Help with travel: fares or fuel paid in part for people who look for work, rides for those without a car."""

from __future__ import annotations

import math

import numpy as np

from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers, TravelSupport
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import full_scale
from laborsim.scenario.instruments import TransportSupport as Settings


class TransportSupport:
    """Lever: travel. Each user costs a sum a month, each person given rides another on top."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings, self.scale = settings, setting.scale
        self.zones = tuple(int(z) for z in setting.zones(settings.zones))

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s = self.settings
        # Who has no car is known only afterwards: money is set aside as if all had none.
        unit = (s.cost_per_user + (s.cost_per_rider if s.rides else 0.0)) * 100.0 / self.scale
        hoped = math.floor(s.places * budget.ramp(month) * self.scale + 1e-9)
        places = budget.afford(month, unit, hoped)
        if places < hoped:
            budget.stop(month, "no money for all places of help with travel")
        if places == 0 or not (s.paid > 0 or s.rides):
            return {}
        budget.reserve(month, places * unit)
        order = TravelSupport(full_scale(places, self.scale), self.zones, s.paid, s.rides, s.only_without_car,
                              s.wage_limit)  # fmt: skip
        levers.travel = (*levers.travel, order)
        asked = {"travel": np.array([float(places)])}
        if s.rides:
            asked["rides"] = np.array([float(places)])
        return asked

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        s, charges = self.settings, []
        for name, count, item, dollars in (
            ("travel", "travel_users", "help with travel (user months)", s.cost_per_user),
            ("rides", "travel_riders", "rides (user months)", s.cost_per_rider),
        ):
            users = asked.part(name, counts.scalars[SCALAR[count]]) / self.scale
            if users:
                charges.append(Charge(item, users, round(users * dollars * 100.0)))
        return charges
