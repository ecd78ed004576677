"""On-the-job training: part of a new worker's wage repaid to the employer."""

from __future__ import annotations

import math

import numpy as np

from laborsim.market.codes import FULL_TIME_WEEK, OJT, WEEKS_A_MONTH
from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.paid_seats import PaidSeats
from laborsim.policy.place import Setting
from laborsim.scenario.instruments import OJTReimbursement as Settings


class OJTReimbursement:
    """Levers: program_seats of OJT programs, ojt_reimbursement.

    What is repaid depends on the wages of those hired, also of people who would have been hired anyway. The money
    reserved for a contract follows what the last ones cost; a higher share also moves employers on existing contracts.
    """

    def __init__(self, settings: Settings, setting: Setting) -> None:
        pr, eco = setting.programs, setting.economy
        self.settings, self.scale = settings, setting.scale
        self.zones = setting.zones(settings.zones)
        shares = setting.seats(OJT, settings.programs, self.zones)
        self.seats = PaidSeats(shares, setting, "OJT contracts")
        wage = (pr.occupations * eco.occ_wage).sum(axis=1) / np.maximum(pr.occupations.sum(axis=1), 1)
        # Until one has been booked: the mean wage of the occupations.
        self.wages = float((shares * wage * pr.months).sum()) * FULL_TIME_WEEK * WEEKS_A_MONTH
        self.margin = float(setting.parameters["policy.price_margin"])

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s = self.settings
        cents = (self.wages * s.reimbursement * self.margin + s.cost_per_contract) * 100.0 / self.scale
        given = self.seats.offer(levers, month, budget, s.contracts_per_year, cents)
        if not given.any():
            return {}
        levers.ojt_reimbursement = max(levers.ojt_reimbursement, s.reimbursement)
        return {"seats": given.astype(np.float64)}

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        starts = self.seats.settle(counts, month, asked)
        everyone = int(counts.added_starts[self.seats.shares > 0].sum())
        charges = self.seats.charges(counts, starts, self.settings.cost_per_contract, "OJT", 0.0)
        if starts.any():
            bill = int(counts.scalars[SCALAR["ojt_wage_cents"]]) * int(starts.sum()) / everyone / self.scale
            units = int(starts.sum()) / self.scale
            self.wages = bill / 100.0 / units
            cents = math.floor(bill * self.settings.reimbursement)
            charges.append(Charge("wages reimbursed (contracts)", units, cents))
        return charges
