"""Job quality: coaches visit employers about practices on the Good Jobs principles; adopters may get a grant."""

from __future__ import annotations

import numpy as np

from laborsim.market.codes import PRINCIPLES
from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Coaching, Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import Flow, full_scale
from laborsim.scenario.instruments import JobQuality as Settings

REPRESENTED = {"any": None, "represented": True, "not_represented": False}


class JobQuality:
    """Lever: coaching.

    Money for a grant is set aside for every visit that is paid for, so that whoever adopts can be paid.
    """

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings, self.scale = settings, setting.scale
        self.zones = tuple(int(z) for z in setting.zones(settings.zones))
        self.sectors = setting.sectors(settings.sectors)
        self.principles = tuple(sorted({PRINCIPLES.index(p) for p in settings.principles}))
        self.flow = Flow()

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s, ramp = self.settings, budget.ramp(month)
        unit = (s.cost_per_contact + s.adoption_grant) * 100.0 / self.scale
        hoped = s.contacts_per_month * ramp * self.scale
        limit = budget.afford(month, unit, 10**9) if unit > 0 else None
        if limit is not None and float(self.flow.owed.sum()) + hoped >= limit + 1:
            budget.short(month, "employers to be coached", unit)
        contacts = int(self.flow.take([hoped], limit)[0])
        if contacts == 0:
            return {}
        budget.reserve(month, contacts * unit)
        visits = full_scale(contacts, self.scale)
        round_ = Coaching(
            contacts=visits, principles=self.principles, zones=self.zones, fidelity=s.fidelity * ramp,
            grant=s.adoption_grant, grants=visits if s.adoption_grant > 0 else 0, control_share=s.control_share,
            control_months=s.control_months, sectors=self.sectors, represented=REPRESENTED[s.workers],
        )  # fmt: skip
        levers.coaching = (*levers.coaching, round_)
        asked = {"coached": np.array([float(contacts)])}
        if s.adoption_grant > 0:
            asked["quality grants"] = np.array([float(contacts)])
        return asked

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        s, charges = self.settings, []
        visits = asked.part("coached", counts.scalars[SCALAR["quality_contacts"]])
        if "coached" in asked.own and visits < asked.own["coached"][0]:
            budget.stop(month, "fewer employers left to coach than visits planned")
        if visits:
            cents = round(visits / self.scale * s.cost_per_contact * 100.0)
            charges.append(Charge("job quality coaching", visits / self.scale, cents))
        grants = asked.part("quality grants", counts.scalars[SCALAR["quality_grants"]])
        if grants:
            cents = round(grants / self.scale * s.adoption_grant * 100.0)
            charges.append(Charge("job quality grants", grants / self.scale, cents))
        return charges
