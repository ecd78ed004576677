"""Skills-based and second-chance hiring: employers are asked to drop credential and record screens."""

from __future__ import annotations

import numpy as np

from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight, close
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import Flow, full_scale
from laborsim.scenario.instruments import SkillsBasedHiring as Settings


class SkillsBasedHiring:
    """Levers: screen_contacts, screen_fidelity, record_contacts.

    Fidelity grows with the ramp: the first employers announce more than they carry out.
    """

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings, self.scale = settings, setting.scale
        self.zones = setting.zones(settings.zones)
        self.flow = Flow()

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s, ramp = self.settings, budget.ramp(month)
        unit = s.cost_per_contact * 100.0 / self.scale
        hoped = s.contacts_per_month * ramp * self.scale
        limit = budget.afford(month, unit, 10**9) if unit > 0 else None
        if limit is not None and float(self.flow.owed.sum()) + hoped >= limit + 1:
            budget.short(month, "employer contacts", unit)
        contacts = int(self.flow.take([hoped], limit)[0])
        if contacts == 0:
            return {}
        budget.reserve(month, contacts * unit)
        close(levers.screen_closed, self.zones, levers.screen_contacts == 0)
        levers.screen_contacts += full_scale(contacts, self.scale)
        levers.screen_fidelity = max(levers.screen_fidelity, s.fidelity * ramp)
        asked = {"screens": np.array([float(contacts)])}
        if s.second_chance:
            levers.record_contacts += full_scale(contacts, self.scale)
            asked["records"] = np.array([float(contacts)])
        return asked

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        # One visit covers both screens.
        visits = max(
            asked.part("screens", counts.scalars[SCALAR["screen_contacts"]]),
            asked.part("records", counts.scalars[SCALAR["record_contacts"]]),
        )
        if visits == 0:
            return []
        if "screens" in asked.own and visits < asked.own["screens"][0]:
            budget.stop(month, "fewer employers with screens left than contacts planned")
        cents = round(visits / self.scale * self.settings.cost_per_contact * 100.0)
        return [Charge("employer contacts", visits / self.scale, cents)]
