"""Apprenticeship expansion: navigators win sponsors, grants lower their cost, providers open seats."""

from __future__ import annotations

import math

import numpy as np

from laborsim.market.counts import PIPELINE, SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.policy.base import Asked, Weight, close
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.place import Setting
from laborsim.policy.whole import Flow, full_scale
from laborsim.scenario.instruments import ApprenticeshipExpansion as Settings

COMPLETED = PIPELINE.index("completed")


class ApprenticeshipExpansion:
    """Levers: sponsor_contacts, sponsor_grant and its places, program_seats, program_supports.

    A grant goes to every new apprentice of a sponsor while money lasts, also to those who would have started without
    it: the windfall is part of the cost. A seat is charged when an apprentice starts on it.
    """

    def __init__(self, settings: Settings, setting: Setting) -> None:
        self.settings, self.scale = settings, setting.scale
        self.zones = setting.zones(settings.zones)
        self.shares = setting.apprenticeships(settings.programs, self.zones)
        self.contacts, self.seats = Flow(), Flow(self.shares.size)
        self.supported = np.zeros(self.shares.size)  # simulated apprentices on paid seats
        self.enrolled = np.zeros(self.shares.size)
        self.given = np.zeros(self.shares.size, np.int64)
        self.offered = np.zeros(self.shares.size)
        self.filled = np.zeros(self.shares.size)
        self.staff_cents = 0
        self.support_share = 0.0
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
        self._supports(levers, month, budget)
        grant, seat = s.grant_per_apprentice * 100.0 / self.scale, s.cost_per_seat * 100.0 / self.scale
        weight = self.shares * (self.filled + 1.0) / (self.offered + 1.0)
        hoped = s.seats_per_year / 12.0 * ramp * self.scale * weight / weight.sum()
        limit = budget.afford(month, seat + grant, 10**9) if seat + grant > 0 else None
        if limit is not None and float((self.seats.owed + hoped).sum()) >= limit + 1:
            budget.stop(month, "no money for all apprentice seats")
        seats = self.seats.take(hoped, limit)
        self.given = seats
        budget.reserve(month, float(seats.sum()) * (seat + grant))
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
        for g in np.flatnonzero(seats):
            levers.program_seats[g] += full_scale(int(seats[g]), self.scale)
        if seats.any():
            asked["seats"] = seats.astype(np.float64)
        if contacts or self.places:
            close(levers.sponsor_closed, self.zones, first)
        return asked

    def _supports(self, levers: Levers, month: int, budget: Budget) -> None:
        """Supports for apprentices on paid seats, as far as the money goes."""
        s = self.settings
        self.support_share = 0.0
        cost = float(self.supported.sum()) / self.scale * s.supports_cost * 100.0
        if s.supports <= 0 or not self.supported.any():
            return
        self.support_share = budget.reserve(month, cost) / cost if cost > 0 else 1.0
        cover = np.minimum(self.supported / np.maximum(self.enrolled, 1.0), 1.0)
        np.maximum(levers.program_supports, s.supports * self.support_share * cover, out=levers.program_supports)

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
        starts = np.array([asked.part("seats", n, g) for g, n in enumerate(counts.added_starts)])
        # Seats go where they were filled: a program without sponsors or applicants gets fewer next time.
        self.offered = 0.9 * self.offered + self.given
        self.filled = 0.9 * self.filled + starts
        if starts.any():
            units = int(starts.sum()) / self.scale
            charges.append(Charge("apprentice seats", units, round(units * s.cost_per_seat * 100.0)))
        if self.support_share > 0:
            units = float(self.supported.sum()) / self.scale * self.support_share
            charges.append(Charge("apprentice supports (months)", units, math.floor(units * s.supports_cost * 100.0)))
        # Those on paid seats leave and complete as the others of their program do.
        left = counts.dropouts + counts.pipeline[:, COMPLETED]
        stay = 1.0 - np.clip(left / np.maximum(self.enrolled, 1.0), 0.0, 1.0)
        self.supported = self.supported * stay + starts
        self.enrolled = counts.seat_months.astype(np.float64)
        return charges
