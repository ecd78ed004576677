"""Instruments of services: levers within the budget, every cent booked, wrong settings named."""

from __future__ import annotations

import numpy as np
import pytest

import laborsim
import worlds
from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.policy.package import Package
from laborsim.scenario.schema import Policy

ECONOMY = worlds.economy(months=36)
PROGRAMS = worlds.programs(ECONOMY)
HERE = (1, 1, 0)
SCENARIO = "scenarios/independence-works-2025.toml"


INSTRUMENTS = {
    "job_center_services": {"places_per_month": 60.0, "cost_per_person": 290.0, "employer_contacts_per_month": 10.0,
                            "uninsured_share": 0.4},
    "transport_support": {"places": 30.0, "paid": 0.5, "rides": True},
    "awareness_outreach": {"contacts_per_month": 50.0, "fields": ("47",), "under_represented": True},
    "housing_support": {"families": 20.0},
}  # fmt: skip


def policy(kind: str, budget: float, **settings) -> Policy:
    return Policy(title=kind, owner="board", budget=budget, payer="board",
                  instruments=[{"type": kind} | INSTRUMENTS[kind] | settings])  # fmt: skip


class Plan:
    def __init__(self, **policies: Policy) -> None:
        self.policies = policies

    def package(self, name: str) -> dict[str, Policy]:
        return self.policies


def happened(levers: Levers) -> Counts:
    """Everything offered was taken up."""
    counts = Counts.empty(ECONOMY.sectors, ECONOMY.zones, ECONOMY.occupations, len(PROGRAMS))
    s = counts.scalars
    for o in levers.job_centers:
        s[SCALAR["center_served"]] += o.places
        s[SCALAR["prospect_contacts"]] += o.employer_contacts
    for t in levers.travel:
        s[SCALAR["travel_users"]] += t.places
        s[SCALAR["travel_riders"]] += t.places // 3
    s[SCALAR["outreach_contacts"]] = sum(o.contacts for o in levers.outreach)
    for r in levers.rent:
        s[SCALAR["rent_families"]] += r.families
        s[SCALAR["rent_cents"]] += int(r.families * r.rent * 60)
    return counts


def neutral() -> Levers:
    return Levers.neutral(ECONOMY.zones, len(PROGRAMS), len(ECONOMY.major_codes))


@pytest.mark.parametrize("kind", INSTRUMENTS)
@pytest.mark.parametrize("budget", [0.0, 20_000.0, 1e7])
def test_levers_stay_within_the_budget_and_every_cent_is_booked(kind, budget):
    package = Package(Plan(a=policy(kind, budget)), "a", ECONOMY, PROGRAMS)
    units = 0
    for month in range(24):
        levers = neutral()
        package.write(levers, month)
        assert levers.is_neutral() == (budget == 0.0 or not (
            levers.job_centers or levers.travel or levers.outreach or levers.rent))  # fmt: skip
        units += len(levers.job_centers) + len(levers.travel) + len(levers.outreach) + len(levers.rent)
        package.book(happened(levers), month)
    spending = package.spending()
    if budget == 0.0:
        assert spending.empty and units == 0
        return
    assert units > 0
    assert (spending["payer"].isin(["board", ""])).all(), "nothing is left for others to bear"
    money = spending[spending["dollars"] > 0]
    assert (money.groupby(money["month"].str[:4])["dollars"].sum() <= budget).all()
    cents = money["dollars"] * 100
    np.testing.assert_allclose(cents, cents.round(), atol=1e-6)
    price = {"people served at job centers": 290.0, "employers visited": 250.0, "help with travel (user months)": 75.0,
             "rides (user months)": 300.0, "outreach contacts": 40.0, "running rent help (family months)": 60.0}
    for item, dollars in price.items():
        mine = money[money["item"] == item]
        assert mine["dollars"].sum() == pytest.approx(mine["units"].sum() * dollars)
    assert any("no money" in stop[2] for stop in package.stops()) == (budget == 20_000.0)


def test_wrong_settings_say_what_is_allowed():
    with pytest.raises(ValueError, match=r"unknown field of work '4'.*one of"):
        Package(Plan(a=policy("awareness_outreach", 1.0, fields=("4",))), "a", ECONOMY, PROGRAMS)
    with pytest.raises(ValueError, match="name at least one of fields or programs"):
        policy("awareness_outreach", 1.0, fields=())


@pytest.fixture(scope="module")
def spec():
    return laborsim.load_scenario(SCENARIO)


def test_without_money_the_run_is_the_baseline_and_with_it_is_not(spec):
    def run(budget: float) -> laborsim.LaborMarket:
        policies = {k: policy(k, budget) for k in INSTRUMENTS}
        every = Policy(title="all", owner="board", budget=budget, payer="board", instruments=[
            i.model_dump() | {k: v * 50 for k, v in i.model_dump().items() if k.startswith(("places", "families"))}
            for p in policies.values() for i in p.instruments])  # fmt: skip
        with_it = spec.model_copy(update={"policies": {"all": every}})
        model = laborsim.LaborMarket(with_it, policy="all", rng=3, scale=0.01)
        model.run_for(5)
        return model

    baseline = laborsim.LaborMarket(spec, rng=3, scale=0.01)
    baseline.run_for(5)
    assert run(0.0).state_hash() == baseline.state_hash()
    model = run(5e7)
    assert model.state_hash() != baseline.state_hash()
    items = set(model.spending()["item"])
    assert {"people served at job centers", "help with travel (user months)", "outreach contacts",
            "help with rent (family months)"} <= items  # fmt: skip
    again = laborsim.LaborMarket(model.spec, policy="all", rng=3, scale=0.01, threads=2)
    again.run_for(5)
    assert again.state_hash() == model.state_hash()
