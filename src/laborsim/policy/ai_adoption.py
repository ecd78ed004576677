"""AI adoption: its speed, and cushions for those it displaces."""

from __future__ import annotations

import math

import numpy as np

from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import Flow, full_scale
from laborsim.scenario.instruments import AIAdoption as Settings

EVERYONE = 10_000_000
"""More than any region has to insure: wage insurance has no number of places."""


class AIAdoption:
    """Levers: ai_speed, work_sharing, redeployment, wage_insurance and their places.

    Money is set aside in the order speed, shared work, redeployment, wage insurance: for the most people each may
    serve, at the most each may cost. What is not used is free again after the month.
    """

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings, self.scale = settings, setting.scale
        self.speed_cents = 0
        self.sharing, self.moves = Flow(), Flow()

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s, ramp = self.settings, budget.ramp(month)
        asked: dict[str, Weight] = {}
        self.speed_cents = 0
        if s.speed != 1.0:
            wanted = s.speed_cost * 100.0
            if budget.afford(month, wanted, 1):
                self.speed_cents = budget.reserve(month, wanted)
                levers.ai_speed = max(0.0, levers.ai_speed + (s.speed - 1.0) * ramp)
            else:
                budget.stop(month, "no money to move adoption")
        if s.work_sharing > 0:
            places = self._places(budget, month, "work sharing", s.work_sharing_cost, self._wanted(self.sharing, ramp))
            if places:
                levers.work_sharing = max(levers.work_sharing, s.work_sharing)
                levers.work_sharing_places += full_scale(places, self.scale)
                asked["work sharing"] = np.array([float(places)])
        if s.redeployment > 0:
            places = self._places(budget, month, "redeployment", s.redeployment_cost, self._wanted(self.moves, ramp))
            if places:
                levers.redeployment = max(levers.redeployment, s.redeployment)
                levers.redeployment_places += full_scale(places, self.scale)
                asked["redeployment"] = np.array([float(places)])
        if s.wage_insurance > 0:
            everyone = math.ceil(EVERYONE * self.scale)
            places = self._places(budget, month, "wage insurance", s.wage_insurance_most, everyone)
            if places:
                levers.wage_insurance = max(levers.wage_insurance, s.wage_insurance)
                levers.wage_insurance_months = max(levers.wage_insurance_months, s.wage_insurance_months)
                levers.wage_insurance_most = max(levers.wage_insurance_most, s.wage_insurance_most)
                levers.wage_insurance_places += full_scale(places, self.scale)
                asked["wage insurance"] = np.array([float(places)])
        return asked

    def _wanted(self, flow: Flow, ramp: float) -> int:
        """Simulated people that this month's places stand for; a part of one is owed to the next month."""
        return int(flow.take(self.settings.places * ramp * self.scale).sum())

    def _places(self, budget: Budget, month: int, item: str, dollars: float, most: int) -> int:
        """Simulated people there is money for, at most so many; reserves it."""
        if most == 0:
            return 0
        unit = dollars * 100.0 / self.scale
        places = budget.afford(month, unit, most)
        if places == 0:
            budget.stop(month, f"no money for {item}")
        budget.reserve(month, places * unit)
        return places

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        s, charges, scalars = self.settings, [], counts.scalars
        if self.speed_cents:
            charges.append(Charge("AI adoption moved (months)", 1.0, self.speed_cents))
        for name, item, dollars in (("work sharing", "work_shared", s.work_sharing_cost),
                                    ("redeployment", "redeployed", s.redeployment_cost)):  # fmt: skip
            people = asked.part(name, scalars[SCALAR[item]])
            if people:
                units = people / self.scale
                charges.append(Charge(f"{name} (people)", units, round(units * dollars * 100.0)))
        people = asked.part("wage insurance", scalars[SCALAR["wages_insured"]])
        if people:
            cents = asked.part("wage insurance", scalars[SCALAR["wage_insurance_cents"]])
            charges.append(Charge("wage insurance (months)", people / self.scale, round(cents / self.scale)))
        return charges
