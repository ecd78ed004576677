"""A wage floor: employers pay it at once, and answer to its cost in what they want (`market.labor_cost`)."""

from __future__ import annotations

import numpy as np

from laborsim.market.counts import Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.scenario.instruments import WageFloor as Settings


class WageFloor:
    """Lever: wage_floor. Without money for enforcement there is no floor."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings = settings
        self.zones = setting.zones(settings.zones)
        self.cents = 0

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s = self.settings
        wanted = round(s.enforcement_cost * 100.0)
        self.cents = 0
        if s.dollars <= 0.0:
            return {}
        if budget.left(month) < wanted:
            budget.stop(month, "no money to enforce the wage floor")
            return {}
        self.cents = budget.reserve(month, wanted)
        passed = min(1.0, (month - budget.start) / s.phase_in_months) if s.phase_in_months > 0 else 1.0
        first = min(s.start_dollars or s.dollars, s.dollars)
        floor = first + (s.dollars - first) * passed
        levers.wage_floor[:] = np.where(self.zones, np.maximum(levers.wage_floor, floor), levers.wage_floor)
        return {}

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        return [Charge("enforcement of the wage floor (months)", 1.0, self.cents)] if self.cents else []
