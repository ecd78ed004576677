"""Rules of unemployment insurance: weeks, dollars on top, help to claim."""

from __future__ import annotations

import numpy as np

from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.scenario.instruments import UIRules as Settings

ITEMS = (
    ("ui_supplement", "ui_supplement_cents", "supplements to unemployment insurance"),
    ("ui_extra", "ui_extra_cents", "added weeks of unemployment insurance"),
)


class UIRules:
    """Levers: ui_extra_weeks, ui_supplement, ui_takeup.

    Before a month only last month's cost is known, so the rules hold while the money left covers as much again. Weeks
    once granted are owed also when they do not hold any more, while the policy lasts. Benefits under the region's own
    rules, also of those helped to claim, are not charged.
    """

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings, self.scale = settings, setting.scale
        self.last = 0

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s = self.settings
        asked: dict[str, Weight] = {}
        if s.extra_weeks > 0:
            asked["ui_extra"] = np.array([float(s.extra_weeks)])
        if budget.left(month) < max(self.last, 1):
            budget.stop(month, "no money for another month of insurance rules")
            return asked
        budget.reserve(month, self.last)
        if s.supplement > 0:
            levers.ui_supplement += s.supplement
            asked["ui_supplement"] = np.array([s.supplement])
        if s.extra_weeks > 0:
            levers.ui_extra_weeks += s.extra_weeks
        if s.takeup_help > 0:
            levers.ui_takeup = 1.0 - (1.0 - levers.ui_takeup) * (1.0 - s.takeup_help)
            asked["ui_help"] = np.array([s.takeup_help])
        return asked

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        charges, full = [], 1.0 / self.scale
        for name, count, item in ITEMS:
            cents = round(asked.part(name, counts.scalars[SCALAR[count]]) * full)
            if cents:
                charges.append(Charge(item, 0.0, cents))
        helped = asked.part("ui_help", counts.scalars[SCALAR["ui_helped"]])
        if helped:
            cents = round(helped * full * self.settings.cost_per_help * 100.0)
            charges.append(Charge("people helped to claim", helped * full, cents))
        self.last = sum(c.cents for c in charges)
        return charges
