"""Apprenticeship expansion: navigators win sponsors, grants lower their cost, providers open seats."""

from __future__ import annotations

import math

import numpy as np

from laborsim.market.codes import APPRENTICESHIP
from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight, close
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.paid_seats import PaidSeats
from laborsim.policy.place import Setting
from laborsim.policy.whole import Flow, full_scale
from laborsim.scenario.instruments import ApprenticeshipExpansion as Settings


class ApprenticeshipExpansion:
    """Levers: sponsor_contacts, sponsor_grant and its places, program_seats, program_supports.

    A grant goes to every new apprentice of a sponsor while money lasts, also to those who would have started without
    it: the windfall is part of the cost. A seat is charged when an apprentice starts on it.
    """

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings, self.scale = settings, setting.scale
        self.zones = setting.zones(settings.zones)
        shares = setting.seats(APPRENTICESHIP, settings.programs, self.zones)
        self.contacts, self.seats = Flow(), PaidSeats(shares, setting, "apprentice seats")
        self.staff_cents = 0
        self.places = 0

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        s, ramp = self.settings, budget.ramp(month)
        asked: dict[str, Weight] = {}
        wanted = s.navigators * ramp * s.navigator_cost / 12.0 * 100.0
        self.staff_cents = budget.reserve(month, wanted)
        if wanted > 0 and self.staff_cents < math.floor(wanted):
            budget.stop(month, "no money for all navigators")
        at_work = s.navigators * ramp * (self.staff_cents / wanted if wanted > 0 else 1.0)
        contacts = int(self.contacts.take([at_work * s.contacts_per_month * self.scale])[0])
        first = levers.sponsor_contacts == 0 and levers.sponsor_grant_places == 0
        self.seats.support(levers, month, budget, s.supports, s.supports_cost)
        grant, seat = s.grant_per_apprentice * 100.0 / self.scale, s.cost_per_seat * 100.0 / self.scale
        seats = self.seats.offer(levers, month, budget, s.seats_per_year, seat + grant)
        # Grants of those seats are reserved already; the rest of the money is for starts on the programs' own seats.
        self.places = 0
        if s.grant_per_apprentice > 0:
            self.places = int(seats.sum()) + budget.afford(month, grant, 10**6)
            budget.reserve(month, (self.places - int(seats.sum())) * grant)
        if contacts:
            levers.sponsor_contacts += full_scale(contacts, self.scale)
            asked["contacts"] = np.array([float(contacts)])
        if self.places:
            levers.sponsor_grant = max(levers.sponsor_grant, s.grant_per_apprentice)
            levers.sponsor_grant_places += full_scale(self.places, self.scale)
            asked["grants"] = np.array([float(self.places)])
        if seats.any():
            asked["seats"] = seats.astype(np.float64)
        if contacts or self.places:
            close(levers.sponsor_closed, self.zones, first)
        return asked

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        s, charges = self.settings, []
        if self.staff_cents:
            staff = self.staff_cents / (s.navigator_cost / 12.0 * 100.0)
            charges.append(Charge("navigators (months)", staff, self.staff_cents))
        contacts = asked.part("contacts", counts.scalars[SCALAR["sponsor_contacts"]])
        if contacts:
            charges.append(Charge("sponsor contacts", contacts / self.scale, 0))
        granted = asked.part("grants", counts.scalars[SCALAR["apprentice_starts_granted"]])
        if granted:
            cents = round(granted / self.scale * s.grant_per_apprentice * 100.0)
            charges.append(Charge("apprentice grants", granted / self.scale, cents))
            if granted >= self.places:
                budget.stop(month, "apprentice grants used up for the month")
        starts = self.seats.settle(counts, month, asked)
        return charges + self.seats.charges(counts, starts, s.cost_per_seat, "apprentice", s.supports_cost)
