"""The package of policies of one run: writes the month's levers, then books the money."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import pandas as pd

from laborsim.market.counts import Counts
from laborsim.market.economy import Economy
from laborsim.market.levers import Levers
from laborsim.market.month import Month
from laborsim.market.programs import Programs
from laborsim.policy.ai_adoption import AIAdoption
from laborsim.policy.apprenticeship_expansion import ApprenticeshipExpansion
from laborsim.policy.awareness_outreach import AwarenessOutreach
from laborsim.policy.base import Asked, Instrument, Weight
from laborsim.policy.budget import Budget
from laborsim.policy.business_attraction import BusinessAttraction
from laborsim.policy.career_pathways import CareerPathways
from laborsim.policy.childcare_support import ChildcareSupport
from laborsim.policy.classroom_training import ClassroomTraining
from laborsim.policy.cte import CTE
from laborsim.policy.customized_training import CustomizedTraining
from laborsim.policy.housing_support import HousingSupport
from laborsim.policy.job_center_services import JobCenterServices
from laborsim.policy.job_quality import JobQuality
from laborsim.policy.ojt_reimbursement import OJTReimbursement
from laborsim.policy.place import Setting
from laborsim.policy.pre_apprenticeship import PreApprenticeship
from laborsim.policy.sector_partnership import SectorPartnership
from laborsim.policy.sectoral_training import SectoralTraining
from laborsim.policy.skills_based_hiring import SkillsBasedHiring
from laborsim.policy.startup_support import StartupSupport
from laborsim.policy.transport_support import TransportSupport
from laborsim.policy.ui_rules import UIRules
from laborsim.policy.wage_floor import WageFloor
from laborsim.policy.work_experience import WorkExperience
from laborsim.scenario.fields import month_number, month_text
from laborsim.scenario.parameters import Parameters
from laborsim.scenario.schema import Policy

INSTRUMENTS: dict[str, Callable[[Any, Setting], Instrument]] = {
    "ai_adoption": AIAdoption,
    "apprenticeship_expansion": ApprenticeshipExpansion,
    "awareness_outreach": AwarenessOutreach,
    "career_pathways": CareerPathways,
    "business_attraction": BusinessAttraction,
    "childcare_support": ChildcareSupport,
    "classroom_training": ClassroomTraining,
    "cte": CTE,
    "customized_training": CustomizedTraining,
    "housing_support": HousingSupport,
    "job_center_services": JobCenterServices,
    "job_quality": JobQuality,
    "ojt_reimbursement": OJTReimbursement,
    "pre_apprenticeship": PreApprenticeship,
    "sector_partnership": SectorPartnership,
    "sectoral_training": SectoralTraining,
    "skills_based_hiring": SkillsBasedHiring,
    "transport_support": TransportSupport,
    "work_experience": WorkExperience,
    "startup_support": StartupSupport,
    "ui_rules": UIRules,
    "wage_floor": WageFloor,
}
COLUMNS = ("policy", "month", "payer", "item", "units", "dollars")


class HasPackages(Protocol):
    """A scenario, as far as policies go."""

    def package(self, policy: str) -> dict[str, Policy]:
        """The policies that run together under a name."""


class Package:
    """Policies that run together.

    Parameters
    ----------
    scenario : has `package(name)`, the policies by name that run together under it.
    policy : name of a policy of the scenario, or "baseline".
    economy, programs : of the run.
    parameters : of the run; the declared defaults if not given.
    scale : share of people simulated.

    Raises
    ------
    ValueError
        If an instrument names a zone or program the region does not have.

    Examples
    --------
    Before a month and after it::

        package.write(levers, index)      # levers start neutral
        ...                               # the month
        package.book(counts, index)
        package.spending()
    """

    def __init__(
        self,
        scenario: HasPackages,
        policy: str,
        economy: Economy,
        programs: Programs,
        parameters: Parameters | None = None,
        scale: float = 1.0,
    ) -> None:
        parameters = parameters or Parameters()
        setting = Setting(economy, programs, scale, parameters)
        self._start = month_number(economy.start)
        self._budgets: list[Budget] = []
        self._instruments: list[tuple[Budget, Instrument]] = []
        self._asked: list[dict[str, Weight]] = []
        self._month = -1
        for name, rules in scenario.package(policy).items():
            first = month_number(rules.start) - self._start if rules.start else 0
            end = month_number(rules.end) - self._start + 1 if rules.end else economy.months
            budget = Budget(
                policy=name,
                cents=math.floor((rules.budget or 0.0) * 100.0 + 1e-6),
                yearly=rules.budget_per == "year",
                start=max(0, first + rules.adoption_delay_months),
                end=min(end, economy.months),
                ramp_months=rules.ramp_months,
                payers=rules.payers,
                ahead=float(parameters["policy.spend_ahead"]),
            )
            self._budgets.append(budget)
            for settings in rules.instruments:
                try:
                    made = INSTRUMENTS[settings.type](settings, setting)
                except ValueError as error:
                    raise ValueError(f"policy {name}: {settings.type}: {error}") from None
                self._instruments.append((budget, made))

    def write(self, levers: Levers, month: int | Month) -> None:
        """Set the levers of a month, within the money of each policy; they are neutral where it has none."""
        month = month if isinstance(month, int) else month.index
        for budget in self._budgets:
            if budget.active(month):
                budget.open(month)
        self._asked = [i.write(levers, month, b) if b.active(month) else {} for b, i in self._instruments]
        self._month = month

    def book(self, counts: Counts, month: int | Month) -> None:
        """Book the money of a month, after it.

        Raises
        ------
        RuntimeError
            If the month's levers were not written first.
        """
        month = month if isinstance(month, int) else month.index
        if month != self._month:
            raise RuntimeError(f"month {month} is booked before its levers were written")
        everyone: dict[str, Weight] = {}
        for asked in self._asked:
            for name, weight in asked.items():
                everyone[name] = everyone[name] + weight if name in everyone else weight.astype(np.float64)
        before = {name: np.zeros_like(total) for name, total in everyone.items()}
        for (budget, instrument), own in zip(self._instruments, self._asked, strict=True):
            if not budget.active(month):
                continue
            shares = Asked({n: before[n].copy() for n in own}, own, {n: everyone[n] for n in own})
            for charge in instrument.book(counts, month, budget, shares):
                budget.book(month, charge)
            for name, weight in own.items():
                before[name] = before[name] + weight

    def spending(self) -> pd.DataFrame:
        """The spending log.

        Returns
        -------
        DataFrame
            policy, month (YYYY-MM), payer, item, units (full scale), dollars; a line whose item begins with "stopped:"
            has no money and says what ran out.
        """
        rows = [
            (e.policy, month_text(self._start + e.month), e.payer, e.item, e.units, e.cents / 100.0)
            for b in self._budgets
            for e in b.log
        ]
        frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"units": "float64", "dollars": "float64"})
        return frame.sort_values(["policy", "month"], kind="stable", ignore_index=True)

    def stops(self) -> list[tuple[str, str, str]]:
        """(policy, month, message) for everything that ran out, in order of time."""
        found = [(e.month, e.policy, e.item) for b in self._budgets for e in b.log if e.item.startswith("stopped:")]
        return [(p, month_text(self._start + m), item[len("stopped: ") :]) for m, p, item in sorted(found)]

    def cents(self, policy: str) -> int:
        """Cents booked so far to the payers of a policy and to those who bore what its budget could not."""
        return sum(e.cents for b in self._budgets if b.policy == policy for e in b.log)
