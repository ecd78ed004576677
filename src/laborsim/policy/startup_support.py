"""Start-up support: grants and coaching bring entry of small establishments forward and help them live."""

from __future__ import annotations

import numpy as np

from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import Flow, full_scale
from laborsim.scenario.instruments import StartupSupport as Settings


class StartupSupport:
    """Levers: startup_places, startup_survival, startup_zones."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings, self.scale = settings, setting.scale
        self.zones = tuple(int(z) for z in np.flatnonzero(setting.zones(settings.zones)))
        self.flow = Flow()

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s = self.settings
        levers.startup_survival = max(levers.startup_survival, s.survival)
        unit = s.cost_per_startup * 100.0 / self.scale
        hoped = s.startups_per_year / 12.0 * budget.ramp(month) * self.scale
        limit = budget.afford(month, unit, 10**9) if unit > 0 else None
        if limit is not None and float(self.flow.owed.sum()) + hoped >= limit + 1:
            budget.short(month, "start-ups", unit)
        places = int(self.flow.take([hoped], limit)[0])
        if places == 0:
            return {}
        budget.reserve(month, places * unit)
        levers.startup_places += full_scale(places, self.scale)
        levers.startup_zones = tuple(sorted({*levers.startup_zones, *self.zones}))
        return {"startups": np.array([float(places)])}

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        n = asked.part("startups", counts.scalars[SCALAR["startups_helped"]])
        if n == 0:
            return []
        cents = round(n / self.scale * self.settings.cost_per_startup * 100.0)
        return [Charge("start-ups helped", n / self.scale, cents)]
