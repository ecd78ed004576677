"""Classroom training: seats at providers, and vouchers for fees up to a limit."""

from __future__ import annotations

import numpy as np

from laborsim.market.codes import CLASSROOM
from laborsim.market.counts import Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.paid_seats import SeatBuyer
from laborsim.policy.place import Setting
from laborsim.policy.whole import Flow, full_scale
from laborsim.scenario.instruments import ClassroomTraining as Settings


class ClassroomTraining(SeatBuyer):
    """Levers: program_price_share and _places, program_seats, program_supports, program_awareness.

    A voucher goes to starters in need of it, whether or not they would have paid themselves: the windfall is part of
    the cost. Vouchers bring applicants, not seats; seats are bought apart.
    """

    def __init__(self, settings: Settings, setting: Setting) -> None:
        super().__init__(settings, setting, CLASSROOM, "classroom training")
        price = setting.programs.price
        self.price = price
        self.part = np.where(
            (self.shares > 0) & (price > 0), np.minimum(1.0, settings.voucher_limit / np.maximum(price, 1e-9)), 0.0
        )
        self.vouchers = Flow(price.size)
        self.handed = np.zeros(price.size, np.int64)

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        asked = super().write(levers, month, budget)
        weight = np.where(self.part > 0, self.shares, 0.0)
        if self.settings.vouchers_per_year <= 0 or not weight.any():
            return asked
        hoped = self.settings.vouchers_per_year / 12.0 * budget.ramp(month) * self.scale * weight / weight.sum()
        cents = float((self.part * self.price).max()) * 100.0 / self.scale
        limit = budget.afford(month, cents, 10**9)
        if float((self.vouchers.owed + hoped).sum()) >= limit + 1:
            budget.short(month, "vouchers", cents)
        self.handed = self.vouchers.take(hoped, limit)
        budget.reserve(month, float((self.handed * self.part * self.price).sum()) * 100.0 / self.scale)
        for g in np.flatnonzero(self.handed):
            levers.program_price_places[g] += full_scale(int(self.handed[g]), self.scale)
        if self.handed.any():
            # People hear of vouchers of the field, not of how many are left this month.
            np.maximum(levers.program_price_share, self.part, out=levers.program_price_share)
            asked["vouchers"] = self.handed.astype(np.float64)
        return asked

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        charges = super().book(counts, month, budget, asked)
        paid = asked.parts("vouchers", counts.vouchers)
        if paid.any():
            dollars = float((paid * self.part * self.price).sum()) / self.scale
            charges.append(Charge("vouchers", int(paid.sum()) / self.scale, int(dollars * 100.0)))
        return charges
