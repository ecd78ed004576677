"""Customized training: part of the cost of courses that employers ask for."""

from __future__ import annotations

from laborsim.market.codes import CUSTOMIZED
from laborsim.market.levers import Levers
from laborsim.policy.base import Weight
from laborsim.policy.budget import Budget
from laborsim.policy.paid_seats import SeatBuyer
from laborsim.policy.place import Setting
from laborsim.scenario.instruments import CustomizedTraining as Settings


class CustomizedTraining(SeatBuyer):
    """Levers: customized_share, program_seats, program_awareness. Employers bear what is not paid.

    The share moves all employers who ask while seats are on offer; only workers on added seats are paid for.
    """

    def __init__(self, settings: Settings, setting: Setting) -> None:
        super().__init__(settings, setting, CUSTOMIZED, "customized training")

    def unit_dollars(self) -> float:
        return float(self.settings.cost_per_seat * self.settings.share_paid)

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        asked = super().write(levers, month, budget)
        if asked:
            levers.customized_share = max(levers.customized_share, self.settings.share_paid)
        return asked
