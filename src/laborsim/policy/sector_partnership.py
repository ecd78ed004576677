"""Sector partnerships: employers say what they need; curricula and seats follow."""

from __future__ import annotations

import math

import numpy as np

from laborsim.market.counts import Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.scenario.instruments import SectorPartnership as Settings


class SectorPartnership:
    """Levers: curriculum_fit, seat_shift. One partnership serves one type of program, the largest ones first."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        pr = setting.programs
        self.settings = settings
        chosen = setting.seats(None, settings.programs, setting.zones(settings.zones)) > 0
        chosen &= pr.employer_input == 0
        if not chosen.any():
            raise ValueError("no course whose curriculum could be kept up is offered in the zones named")
        size = np.bincount(pr.family, weights=pr.seats * chosen)
        first = np.argsort(-size, kind="stable")
        self.families = first[size[first] > 0][: math.ceil(settings.partnerships)]
        self.served = chosen & np.isin(pr.family, self.families)
        self.number = min(float(settings.partnerships), float(self.families.size))
        self.movable = float(size[self.families].sum() / size.sum())
        self.cents = 0

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s = self.settings
        if self.number <= 0:
            self.cents = 0
            return {}
        wanted = self.number * s.cost_per_partnership / 12.0 * 100.0 * budget.ramp(month)
        self.cents = budget.reserve(month, wanted)
        part = self.cents / wanted if wanted > 0 else 1.0
        if part < 0.999:
            budget.stop(month, "no money for all partnerships")
        if part <= 0.0:
            return {}
        heard = s.curriculum_fit * part * budget.ramp(month)
        np.maximum(levers.curriculum_fit, np.where(self.served, heard, 0.0), out=levers.curriculum_fit)
        levers.seat_shift = max(levers.seat_shift, s.demand_signal * part * budget.ramp(month) * self.movable)
        return {}

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        if not self.cents:
            return []
        units = self.cents / (self.settings.cost_per_partnership / 12.0 * 100.0)
        return [Charge("sector partnerships (months)", units, self.cents)]
