"""Policies: levers within the money, money booked to the cent, stops that say so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import worlds
from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.package import Package
from laborsim.policy.whole import Flow, full_scale, level, split
from laborsim.scenario.schema import Policy

ECONOMY = worlds.economy(months=36)
PROGRAMS = worlds.programs(ECONOMY)


class Plan:
    """As much of a scenario as a package reads."""

    def __init__(self, **policies: dict[str, Any]) -> None:
        self.policies = {name: Policy(**({"title": name, "owner": "board"} | p)) for name, p in policies.items()}

    def package(self, policy: str) -> dict[str, Policy]:
        return {} if policy == "baseline" else self.policies if policy == "all" else {policy: self.policies[policy]}


APPRENTICES = {
    "budget": 600_000.0, "ramp_months": 6, "payer": {"federal": 0.5, "employer": 0.3, "city": 0.2},
    "instruments": [{"type": "apprenticeship_expansion", "navigators": 3.0, "grant_per_apprentice": 2000.0,
                     "seats_per_year": 60.0, "supports": 0.2}],
}  # fmt: skip
CHILDCARE = {
    "budget": 900_000.0, "ramp_months": 3, "payer": "state",
    "instruments": [{"type": "childcare_support", "subsidy_share": 0.6, "places": 100.0, "income_limit": 1.2,
                     "slots": 40.0, "wage_supplement": 1.5, "zones": ["10001"]}],
}  # fmt: skip
HIRING = {
    "budget": 120_000.0,
    "instruments": [
        {"type": "skills_based_hiring", "contacts_per_month": 20.0, "fidelity": 0.4, "second_chance": True}
    ],
}


def neutral() -> Levers:
    return Levers.neutral(ECONOMY.zones, len(PROGRAMS), len(ECONOMY.major_codes))


def happened(levers: Levers, scale: float, appetite: float = 1.0, staff: float = 200.0) -> Counts:
    """Counts of a month in which everything offered was taken up to a share, in whole simulated units."""
    counts = Counts.empty(ECONOMY.sectors, ECONOMY.zones, ECONOMY.occupations, len(PROGRAMS))

    def taken(x: float) -> int:
        return int(x * scale * appetite + 1e-9)

    s = counts.scalars
    s[SCALAR["sponsor_contacts"]] = taken(levers.sponsor_contacts)
    s[SCALAR["apprentice_starts_granted"]] = min(taken(levers.sponsor_grant_places), 4)
    s[SCALAR["screen_contacts"]] = taken(levers.screen_contacts)
    s[SCALAR["record_contacts"]] = taken(levers.record_contacts)
    counts.added_starts[:] = [taken(x) for x in levers.program_seats]
    counts.seat_months[:] = 50
    children = np.array([taken(x) for x in levers.childcare_subsidy_places])
    counts.childcare_subsidized[:] = children
    price = 700.0 * levers.childcare_subsidy_share
    s[SCALAR["childcare_subsidy_cents"]] = int((children * price * 100).sum())
    hours = staff * scale * 150.0
    s[SCALAR["childcare_supplement_cents"]] = int(hours * 100 * levers.childcare_wage_supplement.max())
    return counts


def run(plan: Plan, policy: str, scale: float = 1.0, months: int = 36, **taste: float) -> tuple[Package, list[Levers]]:
    package, seen = Package(plan, policy, ECONOMY, PROGRAMS, scale=scale), []
    for month in range(months):
        levers = neutral()
        package.write(levers, month)
        seen.append(levers)
        package.book(happened(levers, scale, **taste), month)
    return package, seen


def test_the_baseline_and_a_policy_without_money_leave_the_levers_neutral():
    plan = Plan(**{n: p | {"budget": 0.0} for n, p in (("a", APPRENTICES), ("c", CHILDCARE), ("h", HIRING))})
    for name in ("baseline", "a", "c", "h", "all"):
        package, seen = run(plan, name)
        assert all(levers.is_neutral() for levers in seen)
        assert package.spending().empty


def test_levers_do_what_the_settings_say():
    rich = {"budget": 5e6}
    _, seen = run(Plan(a=APPRENTICES | rich, c=CHILDCARE | rich, h=HIRING | rich), "all")
    assert [seen[0].sponsor_contacts, seen[11].sponsor_contacts] == [6, 36]
    assert sum(levers.program_seats.sum() for levers in seen[12:24]) == 60
    assert seen[12].program_seats[1:].sum() == 0, "seats go to apprenticeships only"
    assert seen[12].sponsor_grant == 2000.0 and seen[12].sponsor_grant_places > 0
    assert seen[12].childcare_subsidy_share.tolist() == [0.6, 0.0, 0.0]
    assert seen[12].childcare_wage_supplement[0] == pytest.approx(1.5)
    assert seen[12].childcare_slots.tolist() == [40.0, 0.0, 0.0]
    need = (ECONOMY.household_need[0, 0, 1, 1] + ECONOMY.household_need[0, 1, 2, 1]) / 2
    assert seen[12].childcare_income_limit[0] == pytest.approx(1.2 * need)
    assert seen[12].screen_contacts > 0 and seen[12].screen_fidelity == pytest.approx(0.4)
    assert seen[12].record_contacts == seen[12].screen_contacts


def test_nothing_before_the_start_nor_after_the_end():
    late = HIRING | {"start": "2018-06", "adoption_delay_months": 3, "end": "2019-05"}
    package, seen = run(Plan(h=late), "h")
    active = [i for i, levers in enumerate(seen) if not levers.is_neutral()]
    assert active == list(range(8, 17))
    assert package.spending()["month"].min() == "2018-09" and package.spending()["month"].max() == "2019-05"


def test_a_ramp_starts_small():
    _, seen = run(Plan(h=HIRING | {"ramp_months": 10, "budget": 1e9}), "h", months=12)
    contacts = [levers.screen_contacts for levers in seen]
    assert contacts[:10] == [2 * (i + 1) for i in range(10)] and contacts[10:] == [20, 20]
    assert seen[4].screen_fidelity == pytest.approx(0.2)


def test_money_runs_out_and_it_says_so():
    package, _ = run(Plan(h=HIRING | {"budget": 60_000.0}), "h", months=24)
    spending = package.spending()
    money = spending[~spending["item"].str.startswith("stopped")]
    by_year = money.groupby(money["month"].str[:4])["dollars"].sum()
    assert (by_year <= 60_000).all() and by_year.iloc[0] == 60_000
    stops = package.stops()
    for month in ("2018-01", "2019-01"):  # said once a year
        assert any(s[:2] == ("h", month) and s[2].startswith("no money for all employer contacts") for s in stops)
    assert len([s for s in stops if "no money" in s[2]]) == 2


def test_a_total_budget_is_spent_once():
    total = HIRING | {"budget": 90_000.0, "budget_per": "total", "end": "2018-06"}
    package, seen = run(Plan(h=total), "h")
    assert package.spending()["dollars"].sum() == 90_000
    assert all(levers.is_neutral() for levers in seen[6:])


def test_seats_and_employers_that_run_out_are_reported():
    package, _ = run(Plan(c=CHILDCARE | {"budget": 1e8}), "c", months=6)
    assert any("places are all taken" in s[2] for s in package.stops())
    package, _ = run(Plan(h=HIRING | {"budget": 1e8}), "h", months=6, appetite=0.5)
    assert any("fewer employers with screens left" in s[2] for s in package.stops())


def test_what_the_budget_cannot_pay_is_borne_by_someone_named():
    package, _ = run(Plan(c=CHILDCARE | {"budget": 30_000.0}), "c", months=12, staff=5_000.0)
    spending = package.spending()
    assert spending[spending["payer"] == "state"]["dollars"].sum() <= 30_000
    assert spending[spending["payer"] == "provider"]["dollars"].sum() > 0


def test_payers_bear_their_shares():
    package, _ = run(Plan(a=APPRENTICES), "a")
    by = package.spending().groupby("payer")["dollars"].sum()
    total = by[["federal", "employer", "city"]].sum()
    assert by["federal"] / total == pytest.approx(0.5, abs=1e-3)
    assert by["city"] / total == pytest.approx(0.2, abs=1e-3)
    assert round(total * 100) == package.cents("a")


def test_an_unknown_place_or_program_is_an_error_with_a_suggestion():
    wrong = {"type": "skills_based_hiring", "contacts_per_month": 5.0, "zones": ["1001"]}
    with pytest.raises(ValueError, match=r"policy h: skills_based_hiring: unknown zone '1001'.*did you mean '10001'"):
        Package(Plan(h=HIRING | {"instruments": [wrong]}), "h", ECONOMY, PROGRAMS)
    wrong = {"type": "apprenticeship_expansion", "navigators": 1.0, "programs": ["ojt_production"]}
    with pytest.raises(ValueError, match="unknown apprenticeship program 'ojt_production'"):
        Package(Plan(a=APPRENTICES | {"instruments": [wrong]}), "a", ECONOMY, PROGRAMS)


def test_booking_needs_the_months_levers():
    package = Package(Plan(h=HIRING), "h", ECONOMY, PROGRAMS)
    with pytest.raises(RuntimeError, match="before its levers"):
        package.book(happened(neutral(), 1.0), 0)


def test_two_policies_with_one_instrument_share_the_counts():
    both = Plan(h=HIRING, i=HIRING | {"budget": 360_000.0})
    package, seen = run(both, "all", months=12)
    spending = package.spending()
    units = spending[spending["item"] == "employer contacts"].groupby("policy")["units"].sum()
    assert units.sum() == pytest.approx(sum(levers.screen_contacts for levers in seen))
    assert units["h"] == 80 and units["i"] == 240


@given(
    scale=st.sampled_from([1.0, 0.2, 0.05, 0.03]),
    budget=st.floats(0, 3e6),
    appetite=st.floats(0, 1),
    seats=st.floats(0, 2000),
    navigators=st.floats(0, 20),
    grant=st.floats(0, 8000),
    per=st.sampled_from(["year", "total"]),
)
def test_never_more_than_the_budget_and_every_cent_booked(scale, budget, appetite, seats, navigators, grant, per):
    instrument = {
        "type": "apprenticeship_expansion", "navigators": navigators, "grant_per_apprentice": grant,
        "seats_per_year": seats, "supports": 0.3,
    }  # fmt: skip
    plan = Plan(a=APPRENTICES | {"budget": budget, "budget_per": per, "instruments": [instrument]})
    package, seen = run(plan, "a", scale=scale, appetite=appetite, months=30)
    spending = package.spending()
    own = spending[spending["payer"] != "provider"].copy()
    assert not (spending["payer"] == "provider").any(), "all costs of this instrument are known in advance"
    own["year"] = (
        np.arange(30)[own["month"].str[5:].astype(int) - 1] * 0 + own["month"].str[:4].astype(int)
    ).to_numpy()
    spent = own.groupby("year")["dollars"].sum() if per == "year" else own[["dollars"]].sum()
    assert (spent <= budget + 1e-6).all()
    cents = spending["dollars"] * 100
    np.testing.assert_allclose(cents, cents.round(), atol=1e-6)
    starts = own[own["item"] == "apprentice seats"]["units"].sum()
    offered = sum(levers.program_seats.sum() for levers in seen)
    assert starts <= (offered + len(seen)) * 1.001
    assert starts <= 30 / 12 * seats + 2 / scale


@given(st.lists(st.floats(0, 5), min_size=1, max_size=8), st.integers(1, 40))
def test_flows_lose_nothing(wanted: list[float], months: int):
    flow, given_out = Flow(len(wanted)), 0
    for _ in range(months):
        units = flow.take(wanted)
        assert (units >= 0).all()
        given_out += int(units.sum())
    assert abs(given_out - months * sum(wanted)) < 1.0 + 1e-6


@given(st.lists(st.floats(0, 50), min_size=1, max_size=9))
def test_levels_keep_their_total(wanted: list[float]):
    units = level(wanted)
    assert units.sum() == int(sum(wanted) + 1e-9)
    assert (np.abs(units - wanted) < 1.0 + 1e-6).all()


@given(st.integers(0, 10_000), st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_parts_sum_to_the_whole(total: int, weights: list[float]):
    everyone = sum(weights)
    parts, before = [], 0.0
    for w in weights:
        parts.append(split(total, before, w, everyone))
        before += w
    assert sum(parts) == (total if everyone > 0 else 0) and min(parts) >= 0


@given(st.integers(0, 10_000), st.floats(0.005, 1.0))
def test_full_scale_never_stands_for_more(units: int, scale: float):
    x = full_scale(units, scale)
    assert x * scale <= units + 1e-6 and (x + 1) * scale > units - 1e-6


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**8), max_size=20))
def test_money_out_is_money_booked(cents: int, charges: list[int]):
    budget = Budget("p", cents, False, 0, 12, payers={"state": 0.61, "city": 0.27, "federal": 0.12})
    for i, c in enumerate(charges):
        budget.open(i % 12)
        budget.book(i % 12, Charge("x", 1.0, c))
    assert sum(e.cents for e in budget.log) == sum(charges)
    own = sum(e.cents for e in budget.log if e.payer in ("state", "city", "federal"))
    assert own == min(cents, sum(charges)) and all(e.cents >= 0 for e in budget.log)


def test_where_one_simulated_unit_costs_more_than_is_due_it_is_said():
    budget = Budget("p", 1_200, True, 0, 24)  # 100 a month, two months ahead
    for month, unit in ((0, 500), (0, 150), (12, 150)):  # said once a year
        budget.open(month)
        budget.short(month, "seats", unit)
    assert budget.log[0].item.startswith("stopped: no money for all seats: one simulated costs more")
    assert budget.log[1].item == "stopped: no money for all seats" and len(budget.log) == 2


def test_parts_of_several_counts_are_the_parts_of_each():
    from laborsim.policy.base import Asked

    rng = np.random.Generator(np.random.PCG64(2))
    before, own, rest = rng.integers(0, 4, (3, 40)).astype(float)
    totals = rng.integers(0, 3, 40) * rng.integers(0, 9, 40)
    asked = Asked({"seats": before}, {"seats": own}, {"seats": before + own + rest})
    expected = [asked.part("seats", n, g) for g, n in enumerate(totals)]
    assert asked.parts("seats", totals).tolist() == expected and sum(expected) > 0
    assert asked.parts("grants", totals).tolist() == [0] * 40
