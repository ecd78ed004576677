"""Seats a policy pays for: offered within the money, charged when somebody starts on them, with supports."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.counts import PIPELINE, Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import Flow, full_scale
from laborsim.scenario.fields import month_number

COMPLETED = PIPELINE.index("completed")
I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


class PaidSeats:
    """Seats paid for in some programs, in whole simulated units.

    Parameters
    ----------
    shares : (P,) shares of the seats by program; they move to the programs that fill them.
    what : the seats' name in the books.
    """

    def __init__(self, shares: F8, setting: Setting, what: str) -> None:
        self.shares, self.scale, self.what = shares, setting.scale, what
        self.intakes = setting.programs.intakes
        self.memory = float(setting.parameters["policy.fill_memory"])
        self.first = month_number(setting.economy.start) % 12
        self.flow = Flow(shares.size)
        self.open = np.zeros(shares.size, np.int64)  # offered and waiting for an intake
        self.given = np.zeros(shares.size, np.int64)
        self.offered, self.filled = np.zeros(shares.size), np.zeros(shares.size)
        self.supported, self.enrolled = np.zeros(shares.size), np.zeros(shares.size)
        self.support_share = 0.0

    def offer(self, levers: Levers, month: int, budget: Budget, per_year: float, cents: float) -> I8:
        """Offer a month's seats within the money; (P,) seats given.

        Parameters
        ----------
        per_year : seats a year at full scale and full size.
        cents : reserved for each simulated seat.
        """
        budget.reserve(month, float(self.open.sum()) * cents)
        weight = self.shares * (self.filled + 1.0) / (self.offered + 1.0)
        hoped = per_year / 12.0 * budget.ramp(month) * self.scale * weight / weight.sum()
        limit = budget.afford(month, cents, 10**9) if cents > 0 else None
        if limit is not None and float((self.flow.owed + hoped).sum()) >= limit + 1:
            budget.short(month, self.what, cents)
        self.given = self.flow.take(hoped, limit)
        budget.reserve(month, float(self.given.sum()) * cents)
        for g in np.flatnonzero(self.given):
            levers.program_seats[g] += full_scale(int(self.given[g]), self.scale)
        self.open = self.open + self.given
        return self.given

    def support(self, levers: Levers, month: int, budget: Budget, share: float, dollars: float) -> None:
        """Supports for those on paid seats, as far as the money goes; `dollars` a trainee and month."""
        self.support_share = 0.0
        cost = float(self.supported.sum()) / self.scale * dollars * 100.0
        if share <= 0 or not self.supported.any():
            return
        self.support_share = budget.reserve(month, cost) / cost if cost > 0 else 1.0
        cover = np.minimum(self.supported / np.maximum(self.enrolled, 1.0), 1.0)
        np.maximum(levers.program_supports, share * self.support_share * cover, out=levers.program_supports)

    def settle(self, counts: Counts, month: int, asked: Asked) -> I8:
        """(P,) starts of the month on the paid seats, simulated people."""
        starts = asked.parts("seats", counts.added_starts)
        # Seats go where they were filled: a program without employers or applicants gets fewer next time.
        now = self.intakes[:, (self.first + month) % 12] > 0
        self.offered = self.memory * self.offered + np.where(now, self.open, 0)
        self.filled = self.memory * self.filled + starts
        self.open = np.where(now, 0, self.open)
        return starts

    def charges(self, counts: Counts, starts: I8, dollars: float, item: str, support_dollars: float) -> list[Charge]:
        """Charges for starts and for supports; then those supported are carried on."""
        found = []
        if starts.any() and dollars > 0:
            units = int(starts.sum()) / self.scale
            found.append(Charge(self.what, units, round(units * dollars * 100.0)))
        if self.support_share > 0:
            units = float(self.supported.sum()) / self.scale * self.support_share
            found.append(Charge(f"{item} supports (months)", units, math.floor(units * support_dollars * 100.0)))
        # Those on paid seats leave and complete as the others of their program do.
        left = counts.dropouts + counts.pipeline[:, COMPLETED]
        stay = 1.0 - np.clip(left / np.maximum(self.enrolled, 1.0), 0.0, 1.0)
        self.supported = self.supported * stay + starts
        self.enrolled = counts.seat_months.astype(np.float64)
        return found


class SeatBuyer:
    """Base of the instruments that pay for seats of one kind of program: seats, supports, outreach.

    Parameters
    ----------
    settings : has the fields of `scenario.instruments.training.Seats`.
    kind : codes.PROGRAM_KINDS; item : its name in the books; hires : see `Setting.seats`.
    """

    def __init__(self, settings: Any, setting: Setting, kind: int, item: str, hires: bool | None = None) -> None:
        self.settings, self.scale, self.item = settings, setting.scale, item
        self.zones = setting.zones(settings.zones)
        self.shares = setting.seats(kind, settings.programs, self.zones, hires)
        self.seats = PaidSeats(self.shares, setting, f"{item} seats")
        self.outreach_cents = 0

    def unit_dollars(self) -> float:
        """What one seat costs the policy."""
        return float(self.settings.cost_per_seat)

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s = self.settings
        self.outreach_cents = 0
        if s.outreach > 0:
            wanted = s.outreach_cost * 100.0 * budget.ramp(month)
            self.outreach_cents = budget.reserve(month, wanted)
            part = self.outreach_cents / wanted if wanted > 0 else 1.0
            told = np.where(self.shares > 0, s.outreach * budget.ramp(month) * part, 0.0)
            np.maximum(levers.program_awareness, told, out=levers.program_awareness)
        self.seats.support(levers, month, budget, s.supports, s.supports_cost)
        self.seats.offer(levers, month, budget, s.seats_per_year, self.unit_dollars() * 100.0 / self.scale)
        return {"seats": self.seats.open.astype(np.float64)} if self.seats.open.any() else {}

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        charges = []
        if self.outreach_cents:
            charges.append(Charge(f"{self.item} outreach (months)", 1.0, self.outreach_cents))
        starts = self.seats.settle(counts, month, asked)
        return charges + self.seats.charges(counts, starts, self.unit_dollars(), self.item, self.settings.supports_cost)


__all__ = ["PaidSeats", "SeatBuyer"]
