"""Outreach: people of chosen or under-represented groups are told of fields of work and kinds of training."""

from __future__ import annotations

import numpy as np

from laborsim.market.codes import PROGRAM_KINDS, RACES, SEXES
from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers, Outreach
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import Flow, full_scale
from laborsim.scenario.instruments import AwarenessOutreach as Settings


class AwarenessOutreach:
    """Lever: outreach. Every contact costs money, also one that teaches nothing new."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings, self.scale = settings, setting.scale
        self.zones = tuple(int(z) for z in setting.zones(settings.zones))
        self.majors = setting.majors(settings.fields)
        self.flow = Flow()

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s = self.settings
        unit = s.cost_per_contact * 100.0 / self.scale
        hoped = s.contacts_per_month * budget.ramp(month) * self.scale
        limit = budget.afford(month, unit, 10**9) if unit > 0 else None
        if limit is not None and float(self.flow.owed.sum()) + hoped >= limit + 1:
            budget.stop(month, "no money for all outreach")
        contacts = int(self.flow.take([hoped], limit)[0])
        if contacts == 0:
            return {}
        budget.reserve(month, contacts * unit)
        order = Outreach(
            contacts=full_scale(contacts, self.scale), zones=self.zones, majors=self.majors,
            kinds=tuple(PROGRAM_KINDS.index(k) for k in s.programs), sexes=tuple(SEXES.index(x) for x in s.sexes),
            races=tuple(RACES.index(x) for x in s.races), ages=(s.age_from, s.age_to),
            under_represented=s.under_represented,
        )  # fmt: skip
        levers.outreach = (*levers.outreach, order)
        return {"outreach": np.array([float(contacts)])}

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        contacts = asked.part("outreach", counts.scalars[SCALAR["outreach_contacts"]])
        if "outreach" in asked.own and contacts < asked.own["outreach"][0]:
            budget.stop(month, "fewer people in the groups named than contacts planned")
        if contacts == 0:
            return []
        units = contacts / self.scale
        return [Charge("outreach contacts", units, round(units * self.settings.cost_per_contact * 100.0))]
