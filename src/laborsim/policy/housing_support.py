"""Help with rent for families with low earnings: what rent exceeds a share of their earnings is paid."""

from __future__ import annotations

import math

import numpy as np

from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers, RentSupport
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import full_scale
from laborsim.scenario.instruments import HousingSupport as Settings


class HousingSupport:
    """Lever: rent. Money for the whole rent is set aside; what families pay themselves goes back to the budget."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings, self.scale = settings, setting.scale
        self.zones = tuple(int(z) for z in setting.zones(settings.zones))

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s = self.settings
        unit = (s.rent + s.cost_per_family) * 100.0 / self.scale
        hoped = math.floor(s.families * budget.ramp(month) * self.scale + 1e-9)
        families = budget.afford(month, unit, hoped)
        if families < hoped:
            budget.stop(month, "no money for all families to be helped with rent")
        if families == 0 or s.rent == 0:
            return {}
        budget.reserve(month, families * unit)
        order = RentSupport(full_scale(families, self.scale), self.zones, s.rent, s.income_limit)
        levers.rent = (*levers.rent, order)
        return {"rent": np.array([families * s.rent]), "rent families": np.array([float(families)])}

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        s, charges = self.settings, []
        families = asked.part("rent families", counts.scalars[SCALAR["rent_families"]]) / self.scale
        cents = round(asked.part("rent", counts.scalars[SCALAR["rent_cents"]]) / self.scale)
        if cents:
            charges.append(Charge("help with rent (family months)", families, cents))
        if families and s.cost_per_family:
            running = round(families * s.cost_per_family * 100.0)
            charges.append(Charge("running rent help (family months)", families, running))
        return charges
