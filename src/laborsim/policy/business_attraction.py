"""Business attraction: employers are courted; some come for what is offered, some would have come anyway."""

from __future__ import annotations

import numpy as np

from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers, Prospect
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import Flow
from laborsim.scenario.instruments import BusinessAttraction as Settings
from laborsim.scenario.problems import nearest


class BusinessAttraction:
    """Lever: prospects. Money for the whole incentive is held while an employer is courted, and paid if it comes."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        e = setting.economy
        traded = [c for c, t in zip(e.sector_codes, e.sector_traded, strict=True) if t]
        if settings.sector not in traded:
            near = nearest(settings.sector, traded)
            hint = f"; did you mean {near!r}?" if near else ""
            raise ValueError(f"sector {settings.sector!r} is not traded: one of {', '.join(traded)}{hint}")
        self.settings = settings
        self.sector = e.sector_codes.index(settings.sector)
        self.zones = np.flatnonzero(setting.zones(settings.zones))
        self.flow = Flow()
        self.courted = 0
        self.staff = 0

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s = self.settings
        self.staff = 0
        if s.prospects_per_year <= 0.0:
            return {}
        self.staff = budget.reserve(month, s.staff_cost * 100.0 * budget.ramp(month))
        cost = s.jobs * s.incentive_per_job * 100.0
        hoped = s.prospects_per_year / 12.0 * budget.ramp(month)
        limit = budget.afford(month, cost, 10**6) if cost > 0 else None
        if limit is not None and float(self.flow.owed.sum()) + hoped >= limit + 1:
            budget.stop(month, "no money for all incentives")
        n = int(self.flow.take([hoped], limit)[0])
        if n == 0:
            return {}
        budget.reserve(month, n * cost)
        for _ in range(n):
            zone = int(self.zones[self.courted % self.zones.size])
            # Numbers of a sector's prospects in a zone: the same one decides alike whatever else is done.
            number = (self.sector * 256 + zone) * 65536 + self.courted
            self.courted += 1
            levers.prospects = (
                *levers.prospects,
                Prospect(zone, self.sector, s.jobs, s.incentive_per_job, s.ramp_months, s.wage_premium, number),
            )
        return {"prospects": np.array([n * max(cost, 1.0)])}

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        charges = [Charge("staff who court employers (months)", 1.0, self.staff)] if self.staff else []
        cents = asked.part("prospects", counts.scalars[SCALAR["prospects_won_cents"]])
        jobs = asked.part("prospects", counts.scalars[SCALAR["prospects_won_jobs"]])
        if jobs:
            charges.append(Charge("incentives to employers who come (jobs)", float(jobs), cents))
        return charges
