"""The job quality instrument: visits within the money, grants to those who adopt, nothing without a budget."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import worlds
from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.policy.package import Package
from laborsim.scenario.schema import Policy

ECONOMY = worlds.economy(months=36)
PROGRAMS = worlds.programs(ECONOMY)


class Plan:
    """As much of a scenario as a package reads."""

    def __init__(self, **changes: Any) -> None:
        settings = {"type": "job_quality", "contacts_per_month": 20.0, "cost_per_contact": 1000.0,
                    "principles": ["benefits", "pay"], "adoption_grant": 500.0} | changes  # fmt: skip
        self.policy = Policy(title="quality", owner="academy", budget=300_000.0, instruments=[settings])  # type: ignore[list-item]

    def package(self, policy: str) -> dict[str, Policy]:
        return {} if policy == "baseline" else {policy: self.policy}


def month_of(plan: Plan, scale: float = 0.5) -> tuple[Package, Levers]:
    package = Package(plan, "quality", ECONOMY, PROGRAMS, scale=scale)
    levers = Levers.neutral(ECONOMY.zones, len(PROGRAMS), len(ECONOMY.major_codes))
    package.write(levers, 0)
    return package, levers


def test_the_settings_become_the_lever():
    plan = Plan(control_share=0.4, control_months=12, sectors=["62", "23"], workers="represented", zones=["10003"])
    (r,) = month_of(plan)[1].coaching
    assert (r.contacts, r.grants, r.grant) == (20, 20, 500.0)
    assert (r.principles, r.sectors, r.zones, r.represented) == ((1, 6), (0, 3), (0, 1, 0), True)
    assert (r.control_share, r.control_months) == (0.4, 12)


def test_no_money_no_coaching():
    plan = Plan()
    plan.policy = plan.policy.model_copy(update={"budget": 0.0})
    assert month_of(plan)[1].is_neutral()


def test_grants_go_to_those_who_adopted_and_money_for_the_rest_is_free_again():
    package, levers = month_of(Plan())
    assert not levers.is_neutral()
    counts = Counts.empty(ECONOMY.sectors, ECONOMY.zones, ECONOMY.occupations, len(PROGRAMS))
    counts.scalars[SCALAR["quality_contacts"]] = 10  # 20 at full scale
    counts.scalars[SCALAR["quality_grants"]] = 3
    package.book(counts, 0)
    spent = package.spending().groupby("item")[["units", "dollars"]].sum()
    assert spent.loc["job quality coaching"].tolist() == [20.0, 20_000.0]
    assert spent.loc["job quality grants"].tolist() == [6.0, 3_000.0]


def test_visits_stop_where_the_money_does():
    package, levers = month_of(Plan(contacts_per_month=10_000.0))
    (r,) = levers.coaching
    # two months' money may be spent ahead: $50,000, at $1,500 a visit and two employers to a simulated one
    assert r.contacts == 32
    assert any("no money" in message for _, _, message in package.stops())


def test_an_unknown_sector_is_an_error_with_a_suggestion():
    with pytest.raises(ValueError, match=r"unknown sector '32-33'.*did you mean '31-33'"):
        month_of(Plan(sectors=["32-33"]))


def test_the_market_and_the_books_agree():
    package, levers = month_of(Plan(), scale=1.0)
    month = worlds.month(people=6000)
    from laborsim.market import coaching, quality

    quality.prepare(month)
    month.levers = levers
    coaching.stage(month)
    package.book(month.counts, 0)
    spent = package.spending().groupby("item")["units"].sum()
    assert spent["job quality coaching"] == month.counts.scalars[SCALAR["quality_contacts"]] == 20
    adopted = int(np.sum(month.memory["coaching"]["arm"] == coaching.ADOPTER))
    assert spent.get("job quality grants", 0.0) == adopted == month.counts.scalars[SCALAR["quality_willing"]]
