"""Customized training: part of the cost of courses that employers ask for, for workers they have or for new hires."""

from __future__ import annotations

from laborsim.market.codes import CUSTOMIZED
from laborsim.market.counts import Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.paid_seats import SeatBuyer
from laborsim.policy.place import Setting
from laborsim.scenario.instruments import CustomizedTraining as Settings


class CustomizedTraining(SeatBuyer):
    """Levers: customized_share or class_share, program_seats, program_awareness. Employers bear what is not paid.

    The share moves all employers who ask while seats are on offer; only people on added seats are paid for.
    """

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.new_hires = settings.trainees == "new_hires"
        item = "customized training" + (" of new hires" if self.new_hires else "")
        super().__init__(settings, setting, CUSTOMIZED, item, self.new_hires)

    def unit_dollars(self) -> float:
        return float(self.settings.cost_per_seat * self.settings.share_paid)

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        asked = super().write(levers, month, budget)
        if asked:
            name = "class_share" if self.new_hires else "customized_share"
            setattr(levers, name, max(getattr(levers, name), self.settings.share_paid))
        return asked

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        charges = super().book(counts, month, budget, asked)
        rest = self.settings.cost_per_seat - self.unit_dollars()
        for units in [c.units for c in charges if c.item == self.seats.what and rest > 0]:
            charges.append(Charge(f"{self.item}, employers' part", units, round(units * rest * 100.0), "employer"))
        return charges
