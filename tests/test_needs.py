"""Family budgets, taxes, credits and benefits, and the self-sufficiency wage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

import needs_oracle as oracle
from laborsim.region.budget import Place, Rules, budget, figures, net_resources, rents, self_sufficiency_wage, taxes
from laborsim.region.budget import benefits as b
from laborsim.region.budget.federal import care_credit, eitc, federal
from laborsim.region.budget.figures import STATES, local_tax
from laborsim.region.budget.household import Household, of_ages
from laborsim.region.budget.parts import care_price, household
from laborsim.region.budget.resources import ALL_BENEFITS, NO_CREDITS, WITH_CREDITS
from laborsim.region.budget.types import ages_of, household_needs, stack
from laborsim.region.budget.zones import net_by_zone, zone_places
from laborsim.region.pack import load_pack

CARE = {"infant": 900.0, "toddler_preschool": 750.0, "school": 480.0}


def place(state: str = "MO", tax: float = 0.0, care: dict[str, float] = CARE) -> Place:
    return Place(state, tax, (760.0, 920.0, 1200.0), care, 23.0, 1, 62_000.0)


def pay(*amounts: float) -> np.ndarray:
    return np.array(amounts, np.float64)


# --- figures ---


def test_every_figure_says_where_it_comes_from_and_the_page_repeats_it() -> None:
    page = (Path(__file__).parents[1] / "docs" / "self-sufficiency.md").read_text()
    for f in figures().values():
        assert f.publisher and f.series and f.year and f.unit, f.name
        assert f"| `{f.name}` | {f.publisher} | {f.series} | {f.year} | {f.grade} | {f.note} |" in page, f.name


def test_rents_cover_the_five_states_and_meet_published_rents_of_2019() -> None:
    text = Path(__file__).parents[1] / "src" / "laborsim" / "region" / "budget" / "counties.csv"
    codes = [x.split(",")[0] for x in text.read_text().splitlines() if x[:1].isdigit()]
    assert len(codes) == len(set(codes)) == 468
    for c in codes:
        one, two, three = rents(c)
        assert 300 < one < two < three < 2500 and 0 <= local_tax(c, c) <= 0.04
    # two bedrooms, fiscal year 2019: Kansas City, Elizabethtown, Rockcastle County
    for fips, published in (("29095", 953), ("20091", 953), ("21093", 766), ("21203", 618)):
        assert rents(fips)[1] == pytest.approx(published, rel=0.01)
    assert local_tax("29095-east", "29095") == 0 and local_tax("29095-west", "29095") == 0.01


# --- federal law, by published amounts ---


@pytest.mark.parametrize(
    ("children", "most", "earned", "ends", "ends_married"),
    [(0, 529, 6_920, 15_570, 21_370), (1, 3_526, 10_370, 41_094, 46_884), (2, 5_828, 14_570, 46_703, 52_493),
     (3, 6_557, 14_570, 50_162, 55_952)],
)  # fmt: skip
def test_earned_income_credit_of_2019(children: int, most: int, earned: int, ends: int, ends_married: int) -> None:
    for adults, end in ((1, ends), (2, ends_married)):
        h = of_ages(adults, (5,) * children)
        assert float(eitc(pay(earned), h)[0]) == pytest.approx(most, abs=1)
        assert float(eitc(pay(end - 30.0), h)[0]) > 0
        assert float(eitc(pay(end), h)[0]) < 1
        assert float(eitc(pay(end + 10.0), h)[0]) == 0


def test_child_credit_is_2000_of_which_1400_are_paid_out() -> None:
    h = of_ages(1, (4, 9))
    poor, middle = federal(pay(18_000), h), federal(pay(60_000), h)
    assert poor.income[0] == 0 and poor.child[0] == pytest.approx(min(2 * 1_400, 0.15 * 15_500))
    tax = 1_385 + 0.12 * (60_000 - 18_350 - 13_850)
    assert middle.income[0] == pytest.approx(tax - 4_000) and middle.child[0] == 0
    assert federal(pay(60_000), of_ages(1, (17,))).income[0] == pytest.approx(tax - 500)
    rich = federal(pay(210_500.0), h)
    assert federal(pay(210_500.0), h, credits=False).income[0] - rich.income[0] == pytest.approx(4_000 - 50 * 11)


@pytest.mark.parametrize(("adults", "ages", "deduction"), [(1, (), 12_200), (1, (8,), 18_350), (2, (), 24_400)])
def test_no_income_tax_up_to_the_standard_deduction(adults: int, ages: tuple[int, ...], deduction: int) -> None:
    h = of_ages(adults, ages)
    assert federal(pay(deduction, deduction + 1_000.0), h, credits=False).income.tolist() == [0, 100]


def test_income_tax_of_a_worked_example() -> None:
    # single, wages 62,200: taxable 50,000, 970 + 12% of 29,775 + 22% of 10,525
    assert federal(pay(62_200), of_ages(1, ()))[1][0] == pytest.approx(6_858.50)


def test_care_credit_falls_from_35_to_20_percent() -> None:
    h = of_ages(1, (3, 7), care=9_000.0)
    assert care_credit(pay(15_000, 15_001, 43_000, 43_001, 90_000), h).tolist() == pytest.approx(
        [2_100, 2_040, 1_260, 1_200, 1_200]
    )
    assert care_credit(pay(50_000), of_ages(1, (14,), care=9_000.0))[0] == 0


# --- the whole against the slow oracle ---


@pytest.mark.parametrize("state", STATES)
def test_taxes_are_the_oracles(state: str) -> None:
    rng = np.random.default_rng(5)
    chart = 1.0 if state == "MO" else 1e-6  # the state's chart rounds each bracket to a dollar
    for _ in range(400):
        adults, n = int(rng.integers(1, 3)), int(rng.integers(0, 5))
        ages = [int(a) for a in rng.integers(0, 18, n)]
        care, rent = float(rng.uniform(0, 25_000)), float(rng.uniform(2_000, 20_000))
        gross = float(np.round(rng.choice([rng.uniform(0, 60_000), rng.uniform(0, 300_000)]), 2))
        h = of_ages(adults, tuple(ages), care=care, rent=rent)
        got = taxes(gross, h, place(state, 0.013))
        payroll, tax, _, child, earned = oracle.federal(gross, adults, ages, care)
        assert float(got.payroll) == pytest.approx(payroll)
        assert float(got.federal) == pytest.approx(tax - child - earned, abs=1.0)  # EITC tables are rounded
        want = oracle.state_tax(state, gross, adults, ages, care, rent)
        assert float(got.state) == pytest.approx(want, abs=2 * chart + 0.2), (gross, adults, ages)


@pytest.mark.parametrize("state", STATES)
def test_arrays_give_what_one_household_gives(state: str) -> None:
    kinds = [(1, ()), (1, (2,)), (2, (4, 9)), (2, (0, 3, 15)), (1, (16, 17))]
    rows = [household(a, ages, place(state))[0] for a, ages in kinds]
    wage = np.linspace(7.25, 60, 23)
    together = net_resources(wage[:, None], 2080, stack(rows), place(state), ALL_BENEFITS)
    assert together.shape == (23, 5)
    for i, h in enumerate(rows):
        alone = [float(net_resources(w, 2080, h, place(state), ALL_BENEFITS)) for w in wage]
        assert_allclose(together[:, i], alone)


# --- shapes of the law ---


def test_federal_taxes_and_credits_never_take_more_than_is_earned() -> None:
    gross = np.arange(0.0, 250_000.0, 10.0)
    for adults in (1, 2):
        for n in range(5):
            us = federal(gross, of_ages(adults, (8,) * n))
            net = gross - us.payroll - us.income + us.child + us.eitc
            assert (np.diff(net) > -50.01).all()  # the child credit falls by 50 for each 1,000 of high incomes
            assert (np.diff(net[gross < 199_000]) > 0).all()


#: Yearly wages at which the law itself makes a step.
STEPS = {"MO": (25_000, 50_000, 100_000, 125_000), "OR": (100_000, 200_000)}


@pytest.mark.parametrize("state", STATES)
def test_net_pay_rises_but_for_the_laws_own_steps(state: str) -> None:
    gross = np.arange(0.0, 160_000.0, 10.0)
    for adults, ages in ((1, ()), (1, (8,)), (2, ()), (2, (4, 9))):
        h = of_ages(adults, ages, rent=9_000.0)
        net = gross - taxes(gross, h, place(state, 0.02), credits=False).total
        falls = gross[1:][np.diff(net) <= 0]
        if state == "KS":  # nothing is due up to 2,500 dollars of taxable income, then 3.1% of all of it
            size = adults + len(ages)
            base = {1: 5_500 if ages else 3_000, 2: 7_500}[adults] + 2_250 * (size + (adults == 1 and bool(ages)))
            allowed = [base + 2_500 * adults]
        else:
            allowed = list(STEPS.get(state, ()))
        assert all(min((abs(f - a) for a in allowed), default=1e9) <= 10 for f in falls)
        assert np.diff(net).min() > -1_000


@pytest.mark.parametrize("state", STATES)
def test_credits_never_cost_and_benefits_never_take(state: str) -> None:
    wage = np.linspace(0, 60, 121)
    for adults, ages in ((1, ()), (1, (1, 4)), (2, (4, 9)), (2, (2, 5, 8))):
        h, _ = household(adults, ages, place(state))
        net = {r: net_resources(wage, 2080, h, place(state), r) for r in (NO_CREDITS, WITH_CREDITS, ALL_BENEFITS)}
        assert (net[WITH_CREDITS] >= net[NO_CREDITS] - 1e-9).all()
        assert (net[ALL_BENEFITS] >= net[WITH_CREDITS] - 1e-9).all()


# --- benefits ---


def test_snap_of_a_worked_example() -> None:
    # three persons, 1,500 a month, rent 900: 1,500 - 300 - 164 = 1,036; shelter 900 - 518 = 382; net 654; 505 - 196.2
    h = of_ages(1, (5, 8), rent=900.0 * 12)
    assert float(b.snap(pay(18_000), h, "MO")[0]) / 12 == pytest.approx(308.8)
    assert float(b.snap(pay(0.0), h, "MO")[0]) / 12 == pytest.approx(505)
    assert b.snap(pay(21_330 * 1.31), h, "MO")[0] == 0 < b.snap(pay(21_330 * 1.31), h, "OR")[0]


def test_benefits_end_at_their_limits() -> None:
    h, _ = household(1, (3,), place("KY"))
    line = 16_910.0
    just = pay(1.60 * line - 1, 1.60 * line + 1)
    subsidy = b.care_subsidy(just, h, "KY")
    assert subsidy[0] == pytest.approx(h.care - 0.07 * just[0]) and subsidy[1] == 0
    health = b.medicaid(pay(1.37 * line, 1.39 * line, 2.19 * line), h, "KY")
    assert health.tolist() == pytest.approx([h.health_adults + h.health_children, h.health_children, 0])
    assert b.medicaid(pay(1.0 * line), h, "KS")[0] == pytest.approx(h.health_children)  # no expansion: children only
    rent = b.rent_support(pay(0.0, 20_000.0, 62_000 * 0.5 * 0.8 + 1), h, 62_000.0)
    assert rent[0] == h.rent and rent[1] == pytest.approx(h.rent - 0.3 * (20_000 - 480 - h.care)) and rent[2] == 0


def test_a_cliff_can_leave_a_family_poorer_for_earning_more() -> None:
    p = place("MO")
    h, _ = household(1, (1, 4), p)
    wage = np.linspace(8, 30, 221)
    assert (np.diff(net_resources(wage, 2080, h, p, Rules(childcare_subsidy=True))) < -1_000).any()


# --- the budget and the wage ---


def test_budget_of_a_family_by_hand() -> None:
    got = budget(2, (4, 9), place("MO"))
    assert got.housing == 920
    assert got.food == pytest.approx(2 * 224.9 + 137.4 + 208.0)
    assert got.childcare == pytest.approx(750 + 0.7 * 480)
    miles = 2 * 2 * 250 * 23 / 60 * 28 + 2 * 4_500 + 2 * 1_500
    assert got.transport == pytest.approx((2 * 2_980 + 0.2 * miles) / 12)
    assert got.health == pytest.approx((5_726 + 2 * 860 + 2 * 300) / 12)
    assert got.other == pytest.approx(0.65 * (3.4 / 2.32) ** 0.7 * 12_039 / 12)


def test_care_is_dear_for_the_little_ones_and_ends_at_thirteen() -> None:
    assert [care_price(a, place()) for a in (0, 1, 2, 5, 6, 12, 13, 17)] == [900, 900, 750, 750, 336, 336, 0, 0]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("rules", [NO_CREDITS, WITH_CREDITS, ALL_BENEFITS])
def test_the_wage_covers_the_budget_and_so_does_every_higher_one(state: str, rules: Rules) -> None:
    kinds = [(a, ages) for a in (1, 2) for ages in ((), (1,), (8,), (15,), (0, 3), (4, 9), (2, 5, 8), (9, 12, 15))]
    made = [household(a, ages, place(state, 0.01)) for a, ages in kinds]
    rows, spending = stack([h for h, _ in made]), np.array([12 * x.total for _, x in made])
    wage = self_sufficiency_wage(spending, rows, place(state, 0.01), rules)
    for factor in (1.0, 1.001, 1.01, 1.05, 1.2, 1.5, 2.0):
        left = net_resources(wage * factor, 2080, rows, place(state, 0.01), rules)
        assert (left >= spending - 0.02).all(), factor
    assert (net_resources(wage - 0.01, 2080, rows, place(state, 0.01), rules) < spending).all()


def test_the_wage_is_zero_where_nothing_is_needed_and_moves_with_what_is() -> None:
    h = of_ages(1, ())
    assert self_sufficiency_wage(0.0, h, place())[0] == 0
    spending = np.array([18_000.0, 20_000.0, 24_000.0])
    wage = self_sufficiency_wage(spending, Household(*(np.repeat(x, 3) for x in h)), place())
    assert (np.diff(wage) > 0).all()
    assert (self_sufficiency_wage(20_000.0, h, place(tax=0.01)) > self_sufficiency_wage(20_000.0, h, place())).all()
    with pytest.raises(ValueError, match="tax rules are known for"):
        net_resources(20.0, 2080.0, h, place("TX"))


def test_kinds_are_means_over_the_ages_they_hold() -> None:
    assert ages_of(0, False) == ((),) and len(ages_of(1, True)) == 6 and len(ages_of(1, False)) == 12
    assert all(max(a) < 18 and min(a) >= 6 for a in ages_of(3, False))
    p = place("IN", 0.02)
    rows = household_needs(p)
    assert [(n.adults, n.children, n.young) for n in rows][:4] == [(1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 2, 0)]
    assert len(rows) == 14
    want = [household(1, ages, p) for ages in ages_of(1, True)]
    wages = [float(self_sufficiency_wage(12 * x.total, h, p)[0]) for h, x in want]
    young = rows[2]
    assert young.hourly == pytest.approx(np.mean(wages), abs=0.001)
    assert young.childcare == pytest.approx(np.mean([x.childcare for _, x in want]), abs=0.001)
    for n in rows:  # the parts and the taxes are the wage
        parts = n.housing + n.food + n.childcare + n.transport + n.health + n.other + n.taxes
        assert parts * 12 == pytest.approx(n.hourly * 2080 * n.adults, abs=2.5)  # rounded to a tenth of a cent


@pytest.mark.parametrize("name", ["kansas-city", "lane", "kentuckianaworks"])
def test_packs_hold_what_the_rules_give(name: str) -> None:
    """The wage of households without children, from the pack's own parts and the taxes of the zone."""
    pack = load_pack(name)
    rows = pack["needs"].query("children == 0").set_index(["zone", "adults"])
    for z in (z for z in pack.zones if z.county):
        for adults in (1, 2):
            n = rows.loc[(z.code, adults)]
            parts = 12 * float(n[["housing", "food", "childcare", "transport", "health", "other"]].sum())
            p = place(z.state, local_tax(z.code, z.county))
            wage = self_sufficiency_wage(parts, of_ages(adults, (), rent=12 * float(n["housing"])), p)[0]
            assert float(n["hourly"]) == pytest.approx(wage, abs=0.002), (z.code, adults)
            if z.kind in ("county", "commuting"):
                assert float(n["housing"]) == pytest.approx(rents(z.county)[0], abs=0.01)


@pytest.mark.parametrize("name", ["kansas-city", "lane", "kentuckianaworks", "missouri", "kentucky"])
def test_local_taxes_and_rents_are_found_in_the_pack(name: str) -> None:
    pack = load_pack(name)
    where = zone_places(pack)
    assert list(where) == list(pack.zone_codes)
    for z in pack.zones:
        p = where[z.code]
        if z.county:
            assert p.local_tax == pytest.approx(local_tax(z.code, z.county), abs=2e-4), z.code
        assert 0 <= p.local_tax < 0.03 and 300 < p.rent[0] < p.rent[1] < p.rent[2]
        assert set(p.care) == {"infant", "toddler_preschool", "school"} and p.median_income > 20_000


def test_resources_by_zone_meet_the_budget_at_the_self_sufficiency_wage() -> None:
    pack = load_pack("kansas-city")
    rows = pack["needs"].set_index(["zone", "adults", "children", "young"])
    wages = [8.0, 12.0, 16.0, 20.0, 30.0]
    table = net_by_zone(pack, wages)
    assert table.shape == (len(pack.zones), 2, 4, 2, 5)
    assert (table[:, :, 0, 0] == table[:, :, 0, 1]).all()
    assert (np.diff(table, axis=-1) > 0).all()
    for adults, children, young in ((1, 0, 0), (1, 2, 1), (2, 1, 0), (2, 3, 1)):
        n = rows.loc[(pack.zone_codes[0], adults, children, young)]
        parts = 12 * float(n[["housing", "food", "childcare", "transport", "health", "other"]].sum())
        net = net_by_zone(pack, [float(n["hourly"])])[0, adults - 1, children, young, 0]
        assert net == pytest.approx(parts, rel=0.02 if children else 1e-4)


def test_cliffs_show_by_zone_and_kind() -> None:
    pack = load_pack("kansas-city")
    wages = np.arange(8.0, 30.0, 0.25)
    net = net_by_zone(pack, wages, ALL_BENEFITS)
    drop = np.diff(net, axis=-1).min(axis=-1)
    assert (drop[:, 0, 2, 1] < -1_000).all()  # a lone parent of two little ones loses thousands at a limit
    assert (net >= net_by_zone(pack, wages) - 1e-9).all()
