"""Childcare support: part of the price for eligible families, licensed places, and a supplement to staff wages."""

from __future__ import annotations

import math

import numpy as np

from laborsim.market.codes import HOURS_A_MONTH
from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import full_scale, level
from laborsim.scenario.instruments import ChildcareSupport as Settings


class ChildcareSupport:
    """Levers: childcare_subsidy_share, _places, _income_limit, childcare_slots, childcare_wage_supplement.

    The income limit is a multiple of the zone's self-sufficiency wage: the mean of that of one adult with one child
    and of two adults with two, under six.
    """

    def __init__(self, settings: Settings, setting: Setting) -> None:
        eco, rules = setting.economy, setting.parameters
        self.settings, self.scale = settings, setting.scale
        self.zones = setting.zones(settings.zones)
        self.people = setting.people(self.zones)
        need = 0.5 * (eco.household_need[:, 0, 1, 1] + eco.household_need[:, 1, 2, 1])
        self.limit = np.where(self.zones, settings.income_limit * need, 0.0)
        self.margin = float(rules["policy.price_margin"])
        # Until a month has been booked: the dearest place, and the share of staff in the labor force.
        self.child_cents = float((eco.childcare_price[self.zones] * settings.subsidy_share).max()) * 100.0
        staff = np.zeros(eco.zones)
        staff[: setting.programs.labor_force.size] = setting.programs.labor_force
        self.staff_cents = (
            float(staff[self.zones].sum()) * float(rules["policy.childcare_staff_share"]) * (HOURS_A_MONTH * 100.0)
        )  # a month for a supplement of one dollar an hour
        self.slots = 0.0
        self.places = 0
        self.supplement = 0.0

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s, ramp = self.settings, budget.ramp(month)
        asked: dict[str, Weight] = {}
        wanted = s.slots * ramp
        paid = budget.reserve(month, wanted * s.cost_per_slot * 100.0)
        self.slots = wanted if s.cost_per_slot == 0 else min(wanted, paid / (s.cost_per_slot * 100.0))
        if self.slots < wanted * 0.999:
            budget.stop(month, "no money for all added childcare places")
        if self.slots > 0:
            levers.childcare_slots += self.slots * self.people
        self.supplement = 0.0
        if s.wage_supplement > 0:
            cost = s.wage_supplement * ramp * self.staff_cents * self.margin
            part = budget.reserve(month, cost) / cost
            self.supplement = s.wage_supplement * ramp * part
            if part < 0.999:
                budget.stop(month, "no money for the whole wage supplement")
            if self.supplement > 0:
                added = np.where(self.zones, self.supplement, 0.0)
                levers.childcare_wage_supplement += added
                asked["supplement"] = np.array([float((added * self.people).sum())])
        self.places = 0
        if s.subsidy_share > 0 and s.places > 0:
            unit = self.child_cents * self.margin / self.scale
            hoped = s.places * ramp * self.scale
            number = budget.afford(month, unit, math.floor(hoped + 1e-9))
            if number < math.floor(hoped + 1e-9):
                budget.stop(month, "no money for all subsidised places")
            places = level(self.people * number)
            self.places = int(places.sum())
            budget.reserve(month, self.places * unit)
            for z in np.flatnonzero(places):
                levers.childcare_subsidy_places[z] += full_scale(int(places[z]), self.scale)
                levers.childcare_subsidy_share[z] = max(levers.childcare_subsidy_share[z], s.subsidy_share)
                levers.childcare_income_limit[z] = max(levers.childcare_income_limit[z], self.limit[z])
            if self.places:
                asked["subsidy"] = places.astype(np.float64)
        return asked

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        s, charges = self.settings, []
        if self.slots > 0:
            charges.append(
                Charge(
                    "added childcare places (months)",
                    self.slots,
                    math.floor(self.slots * s.cost_per_slot * 100.0 + 1e-6),
                )
            )
        if "supplement" in asked.own:
            cents = asked.part(
                "supplement", round(int(counts.scalars[SCALAR["childcare_supplement_cents"]]) / self.scale)
            )
            if cents:
                charges.append(Charge("childcare wage supplement (hours)", cents / 100.0 / self.supplement, cents))
                self.staff_cents = cents / self.supplement
        if "subsidy" in asked.own:
            children = asked.parts("subsidy", counts.childcare_subsidized)
            all_children = int(counts.childcare_subsidized.sum())
            own = int(children.sum())
            cents = round(
                int(counts.scalars[SCALAR["childcare_subsidy_cents"]])
                / self.scale
                * (own / all_children if all_children else 0.0)
            )
            if cents:
                charges.append(Charge("childcare subsidies (child months)", own / self.scale, cents))
                self.child_cents = cents / (own / self.scale)
            if own >= self.places:
                budget.stop(month, "subsidised childcare places are all taken")
        return charges
