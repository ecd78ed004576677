"""Instruments on training: seats within the money, vouchers, contracts, partnerships; nothing where nothing is paid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import worlds
from laborsim.market import codes as k
from laborsim.market.counts import SCALAR, Counts
from laborsim.market.levers import Levers
from laborsim.market.programs import build_programs
from laborsim.policy.career_pathways import first_steps
from laborsim.policy.package import Package
from laborsim.scenario.programs import load_programs
from test_policy import Plan

ECONOMY = worlds.economy(months=36)
KINDS = {
    "classroom_training": k.CLASSROOM,
    "customized_training": k.CUSTOMIZED,
    "sectoral_training": k.SECTORAL,
    "pre_apprenticeship": k.PRE_APPRENTICESHIP,
    "career_pathways": k.PATHWAY,
    "cte": k.CTE,
    "work_experience": k.WORK_EXPERIENCE,
}


def programs(kind: int, intakes: Any = None) -> Any:
    """The worlds' programs, with the course (row 2) of a kind and perhaps with intakes."""
    pr = worlds.programs(ECONOMY)
    kinds, months = pr.kind.copy(), pr.intakes.copy()
    kinds[2] = kind
    if intakes is not None:
        months[2] = np.isin(np.arange(1, 13), intakes)
    return replace(pr, kind=kinds, intakes=months, employer_input=np.zeros(4, np.uint8))


def run(kind: int, instrument: dict[str, Any], budget: float, months: int = 24, scale: float = 1.0, **kw: Any):
    """Levers and books of a policy whose seats are filled up to a share (`appetite`), at the next intake."""
    pr = programs(kind, kw.get("intakes"))
    plan = Plan(t={"budget": budget, "ramp_months": kw.get("ramp", 0), "instruments": [instrument]})
    package, seen, waiting = Package(plan, "t", ECONOMY, pr, scale=scale), [], np.zeros(4, np.int64)
    for month in range(months):
        levers = Levers.neutral(ECONOMY.zones, 4, len(ECONOMY.major_codes))
        package.write(levers, month)
        seen.append(levers)
        counts = Counts.empty(ECONOMY.sectors, ECONOMY.zones, ECONOMY.occupations, 4)
        waiting += np.floor(levers.program_seats * scale + 1e-9).astype(np.int64)
        now = pr.intakes[:, month % 12] > 0
        counts.added_starts[:] = np.where(now, waiting * kw.get("appetite", 1.0), 0)
        waiting[now] = 0
        counts.vouchers[:] = np.floor(levers.program_price_places * scale + 1e-9)
        counts.scalars[SCALAR["ojt_wage_cents"]] = int(counts.added_starts[1]) * 1_200_000
        counts.seat_months[:] = 50
        package.book(counts, month)
    return package.spending(), seen, package


def money(spending: Any) -> Any:
    return spending[~spending["item"].str.startswith("stopped")]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_seats_go_to_the_kind_and_cost_what_they_say(name: str):
    instrument = {"type": name, "seats_per_year": 48.0, "cost_per_seat": 2000.0}
    spending, seen, _ = run(KINDS[name], instrument, 1e6)
    given = sum(levers.program_seats for levers in seen)
    assert given[programs(KINDS[name]).kind == KINDS[name]].sum() == given.sum() == 96
    paid = 0.5 if name == "customized_training" else 1.0
    by_payer = money(spending).groupby("payer")["dollars"].sum()
    assert by_payer["board"] == pytest.approx(96 * 2000 * paid)
    assert by_payer.sum() == pytest.approx(96 * 2000), "employers bear the rest"


def test_pathways_offer_the_first_step_of_their_ladder_and_no_other_course():
    found = load_programs()
    eco = replace(ECONOMY, credential_fields=tuple(sorted({t.credential for t in found} - {""})))
    types = [t.model_copy(update={"occupations": (eco.occ_codes[0][:4],)}) for t in found]
    pr = build_programs(types, eco, np.array([60_000.0, 50_000.0, 0.0]))
    codes = np.array([c.partition(":")[0] for c in pr.codes])
    first = first_steps(pr, pr.kind == k.PATHWAY)
    assert set(codes[first]) == {"class_health", "class_manufacturing"}
    assert set(codes[first_steps(pr, codes == "path_maintenance")]) == {"class_manufacturing"}
    assert not first_steps(pr, codes == "path_registered_nurse").any(), "that step follows another pathway"
    for share in (0.0, 0.6):
        plan = Plan(t={"budget": 1e7, "instruments": [
            {"type": "career_pathways", "seats_per_year": 120.0, "cost_per_seat": 100.0, "first_steps": share}
        ]})  # fmt: skip
        package, given = Package(plan, "t", eco, pr), np.zeros(len(pr))
        for month in range(24):
            levers = Levers.neutral(eco.zones, len(pr), len(eco.major_codes))
            package.write(levers, month)
            given += levers.program_seats
            counts = Counts.empty(eco.sectors, eco.zones, eco.occupations, len(pr))
            counts.added_starts[:] = levers.program_seats
            package.book(counts, month)
        assert given.sum() == 240 and given[first].sum() == pytest.approx(240 * share, abs=24)
        assert given[~first & (pr.kind != k.PATHWAY)].sum() == 0


@pytest.mark.parametrize("name", [*sorted(KINDS), "ojt_reimbursement", "sector_partnership"])
def test_without_money_the_levers_are_neutral(name: str):
    settings = {"ojt_reimbursement": {"contracts_per_year": 40.0}, "sector_partnership": {"partnerships": 2.0}}
    instrument = {"type": name} | settings.get(name, {"seats_per_year": 50.0, "cost_per_seat": 1000.0})
    spending, seen, _ = run(KINDS.get(name, k.CLASSROOM), instrument, 0.0)
    assert all(levers.is_neutral() for levers in seen) and spending.empty


def test_new_hires_have_places_a_share_and_books_of_their_own():
    pr = replace(programs(k.CUSTOMIZED), hires=np.array([0, 0, 1, 0], np.uint8))
    instrument = {"type": "customized_training", "trainees": "new_hires", "seats_per_year": 24.0,
                  "cost_per_seat": 4000.0, "share_paid": 0.75}  # fmt: skip
    for budget in (0.0, 1e6):
        package = Package(Plan(t={"budget": budget, "instruments": [instrument]}), "t", ECONOMY, pr)
        given = 0
        for month in range(12):
            levers = Levers.neutral(ECONOMY.zones, 4, len(ECONOMY.major_codes))
            package.write(levers, month)
            assert levers.is_neutral() if budget == 0 else levers.class_share == 0.75 and levers.customized_share == 0
            counts = Counts.empty(ECONOMY.sectors, ECONOMY.zones, ECONOMY.occupations, 4)
            counts.added_starts[:] = levers.program_seats
            given += int(levers.program_seats.sum())
            package.book(counts, month)
        paid = money(package.spending()).groupby("payer")["dollars"].sum()
        if budget == 0:
            assert given == 0 and paid.empty
            continue
        assert given == 24 and levers.program_seats[[0, 1, 3]].sum() == 0
        assert paid["board"] == 24 * 3000 and paid["employer"] == 24 * 1000
    with pytest.raises(ValueError, match="no customized"):
        incumbents = {key: value for key, value in instrument.items() if key != "trainees"}
        Package(Plan(t={"budget": 1e6, "instruments": [incumbents]}), "t", ECONOMY, pr)


def test_cohort_seats_are_held_until_the_intake_and_paid_then():
    instrument = {"type": "cte", "seats_per_year": 60.0, "cost_per_seat": 1000.0}
    spending, _, _ = run(k.CTE, instrument, 40_000.0, intakes=[9], months=36)
    paid = money(spending)
    assert set(paid["month"].str[5:]) == {"09"}
    by_year = paid.groupby(paid["month"].str[:4])["dollars"].sum()
    assert (by_year <= 40_000).all() and by_year.iloc[1] > 30_000
    assert (paid["payer"] == "board").all(), "no seat is promised that the budget cannot pay"


def test_vouchers_pay_fees_up_to_the_limit():
    instrument = {"type": "classroom_training", "vouchers_per_year": 36.0, "voucher_limit": 1000.0}
    spending, seen, _ = run(k.CLASSROOM, instrument, 1e6, months=12)
    assert seen[0].program_price_share[2] == pytest.approx(1000 / 1500)
    assert sum(levers.program_price_places[2] for levers in seen) == 36
    assert sum(levers.program_seats.sum() for levers in seen) == 0
    assert money(spending)["dollars"].sum() == pytest.approx(36_000)


def test_contracts_are_charged_by_the_wages_of_those_hired():
    instrument = {"type": "ojt_reimbursement", "contracts_per_year": 24.0, "reimbursement": 0.5,
                  "cost_per_contract": 300.0}  # fmt: skip
    spending, seen, _ = run(k.CLASSROOM, instrument, 1e6, months=12)
    assert sum(levers.program_seats[1] for levers in seen) == 24 == sum(x.program_seats.sum() for x in seen)
    assert seen[3].ojt_reimbursement == 0.5
    assert money(spending)["dollars"].sum() == pytest.approx(24 * (6000 + 300))


def test_a_partnership_serves_the_largest_course_first_and_shifts_no_more_than_it_serves():
    instrument = {"type": "sector_partnership", "partnerships": 1.0, "curriculum_fit": 0.1, "demand_signal": 0.4,
                  "cost_per_partnership": 60_000.0}  # fmt: skip
    spending, seen, _ = run(k.CLASSROOM, instrument, 1e6, months=12)
    assert seen[0].curriculum_fit.tolist() == [0.0, 0.0, 0.1, 0.0]
    assert seen[0].seat_shift == pytest.approx(0.4 * 8 / 22)
    assert money(spending)["dollars"].sum() == pytest.approx(60_000)
    spending, seen, package = run(k.CLASSROOM, instrument, 30_000.0, months=12)
    assert money(spending)["dollars"].sum() == 30_000 and package.stops()


@given(
    name=st.sampled_from(sorted(KINDS)),
    budget=st.floats(0, 400_000),
    seats=st.floats(0, 600),
    cost=st.floats(1, 9000),
    scale=st.sampled_from([1.0, 0.2, 0.05]),
    appetite=st.floats(0, 1),
    supports=st.floats(0, 0.5),
    intakes=st.sampled_from([None, [9], [1, 6]]),
)
def test_never_more_than_the_budget(name, budget, seats, cost, scale, appetite, supports, intakes):
    instrument = {"type": name, "seats_per_year": seats, "cost_per_seat": cost, "supports": supports, "outreach": 0.01}
    args = {"appetite": appetite, "intakes": intakes, "scale": scale, "ramp": 3}
    spending, seen, _ = run(KINDS[name], instrument, budget, **args)
    own = spending[spending["payer"] == "board"]
    assert (own.groupby(own["month"].str[:4])["dollars"].sum() <= budget + 1e-6).all()
    assert sum(levers.program_seats.sum() for levers in seen) <= 2 * seats + 2 / scale


def test_an_unknown_program_is_named():
    instrument = {"type": "cte", "seats_per_year": 5.0, "programs": ["class_health"]}
    with pytest.raises(ValueError, match=r"unknown cte program 'class_health'.*'classroom_health'"):
        run(k.CTE, instrument, 1e5, months=1)
