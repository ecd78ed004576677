"""A policy's money: what may be spent this month, what was spent, who paid, and when it ran out.

Whole cents throughout, so that money out is money booked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Charge:
    """Money booked: an item, how many units at full scale, cents; the payer if the budget does not pay."""

    item: str
    units: float
    cents: int
    payer: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of the spending log; a line without money says that something stopped."""

    policy: str
    month: int
    payer: str
    item: str
    units: float
    cents: int


@dataclass
class Budget:
    """Money of one policy.

    Parameters
    ----------
    policy : name.
    cents : a year, or in total.
    yearly : True if `cents` is a year's money; unspent money of a year does not carry over.
    start, end : first month that can be paid for, and the month after the last.
    ramp_months : months until the policy runs at full size.
    payers : share of the cost each payer bears, summing to 1.
    ahead : months of money that may be spent before their time, so that a year is not spent in its first months.
    """

    policy: str
    cents: int
    yearly: bool
    start: int
    end: int
    ramp_months: int = 0
    payers: Mapping[str, float] = field(default_factory=lambda: {"board": 1.0})
    ahead: float = 2.0
    spent: int = 0  # of the year, or in total
    held: int = 0  # reserved this month
    log: list[Entry] = field(default_factory=list)
    _year: int = -1
    _said: set[tuple[int, str]] = field(default_factory=set)

    def active(self, month: int) -> bool:
        """True if the policy may act: it has money at all and the month lies within its time."""
        return self.cents > 0 and self.start <= month < self.end

    def ramp(self, month: int) -> float:
        """Share of full size reached."""
        return min(1.0, (month - self.start + 1) / self.ramp_months) if self.ramp_months > 0 else 1.0

    def open(self, month: int) -> None:
        """Start a month: a new year's money, and nothing reserved."""
        self.held = 0
        if self.yearly:
            year = (month - self.start) // 12
            if year != self._year:
                self._year, self.spent = year, 0

    def left(self, month: int) -> int:
        """Cents that may still be reserved this month."""
        span = 12 if self.yearly else max(1, self.end - self.start)
        passed = (month - self.start) % 12 if self.yearly else month - self.start
        due = math.floor(self.cents * min(1.0, (passed + self.ahead) / span))
        return max(0, min(self.cents, due) - self.spent - self.held)

    def afford(self, month: int, unit_cents: float, wanted: int) -> int:
        """Units out of `wanted` there is money for."""
        if unit_cents <= 0.0:
            return wanted
        return max(0, math.floor(min(float(wanted), self.left(month) / unit_cents)))

    def reserve(self, month: int, cents: float) -> int:
        """Set money aside; what is there if it is less."""
        taken = min(math.ceil(max(0.0, cents) - 1e-6), self.left(month))
        self.held += taken
        return taken

    def short(self, month: int, what: str, unit_cents: float) -> None:
        """Say that money does not reach for all; of one simulated unit, where even that costs more than is due yet."""
        one = ": one simulated costs more than the money due by then, a larger scale asks for less at a time"
        self.stop(month, f"no money for all {what}", one if unit_cents > self.left(month) else "")

    def stop(self, month: int, item: str, why: str = "") -> None:
        """Say, once a year, that money or seats ran out for an item."""
        year = (month - self.start) // 12 if self.yearly else 0
        if (year, item) not in self._said:
            self._said.add((year, item))
            self.log.append(Entry(self.policy, month, "", f"stopped: {item}{why}", 0.0, 0))

    def book(self, month: int, charge: Charge, rest: str = "provider") -> None:
        """Book a charge: the budget pays while it lasts, and `rest` bears what it cannot."""
        if charge.payer:
            self.log.append(Entry(self.policy, month, charge.payer, charge.item, charge.units, charge.cents))
            return
        total = self.cents - self.spent
        paid = max(0, min(charge.cents, total))
        self.spent += paid
        share_paid = paid / charge.cents if charge.cents else 1.0
        done, passed = 0, 0.0
        for payer, share in self.payers.items():
            passed += share
            upto = paid if passed > 1.0 - 1e-9 else math.floor(paid * passed + 0.5)
            if upto > done or charge.cents == 0:
                self.log.append(
                    Entry(self.policy, month, payer, charge.item, charge.units * share * share_paid, upto - done)
                )
            done = upto
        if charge.cents > paid:
            self.log.append(
                Entry(self.policy, month, rest, charge.item, charge.units * (1.0 - share_paid), charge.cents - paid)
            )
            self.stop(month, f"money for {charge.item} ran out")
