"""Job center services: people served who look for work, claimants called in, employers asked for their vacancies."""

from __future__ import annotations

import numpy as np

from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import JobCenters, Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import Flow, full_scale
from laborsim.scenario.instruments import JobCenterServices as Settings


class JobCenterServices:
    """Lever: job_centers. Money is spent on who is served and which employers are visited, not on empty places."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings, self.scale = settings, setting.scale
        self.zones = tuple(int(z) for z in setting.zones(settings.zones))
        self.centers = tuple(int(z) for z in setting.zones(settings.centers or settings.zones))
        self.places, self.visits = Flow(), Flow()

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s, ramp = self.settings, budget.ramp(month)
        places = self._afford(self.places, s.places_per_month * ramp, s.cost_per_person, "people served", month, budget)
        wanted = s.employer_contacts_per_month * ramp
        visits = self._afford(self.visits, wanted, s.cost_per_employer, "employer visits", month, budget)
        if places == 0 and visits == 0:
            return {}
        order = JobCenters(
            places=full_scale(places, self.scale), zones=self.zones, centers=self.centers,
            applications=s.applications, fields=s.fields_shown, coaching=s.coaching, referrals=s.referrals,
            uninsured_share=s.uninsured_share, called=s.called, walk_in=s.walk_in,
            review=s.review, sanction=s.sanction, months=s.months, advertising=s.advertising,
            employer_contacts=full_scale(visits, self.scale),
        )  # fmt: skip
        levers.job_centers = (*levers.job_centers, order)
        asked: dict[str, Weight] = {}
        if places:
            asked["served"] = np.array([float(places)])
        if visits:
            asked["prospected"] = np.array([float(visits)])
        return asked

    def _afford(self, flow: Flow, wanted: float, dollars: float, item: str, month: int, budget: Budget) -> int:
        """Whole simulated units for this month, with the money for them set aside."""
        unit, hoped = dollars * 100.0 / self.scale, wanted * self.scale
        limit = budget.afford(month, unit, 10**9) if unit > 0 else None
        if limit is not None and float(flow.owed.sum()) + hoped >= limit + 1:
            budget.stop(month, f"no money for all {item}")
        units = int(flow.take([hoped], limit)[0])
        budget.reserve(month, units * unit)
        return units

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        s, charges = self.settings, []
        served = asked.part("served", counts.scalars[SCALAR["center_served"]])
        if served:
            units = served / self.scale
            charges.append(Charge("people served at job centers", units, round(units * s.cost_per_person * 100.0)))
        if "served" in asked.own and served >= asked.own["served"][0]:
            budget.stop(month, "places at job centers are all taken")
        visits = asked.part("prospected", counts.scalars[SCALAR["prospect_contacts"]])
        if visits:
            units = visits / self.scale
            charges.append(Charge("employers visited", units, round(units * s.cost_per_employer * 100.0)))
        return charges
