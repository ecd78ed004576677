"""AI adoption: its path, who is still hired, who is displaced, and the cushions."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import worlds
from laborsim.market import adoption, codes, demand, hiring, layoffs, participation, search, skill, terrain, wages
from laborsim.market import pay as pay_rules
from laborsim.market.counts import SCALAR, Counts
from laborsim.market.draws import Stream
from laborsim.market.levers import Levers
from laborsim.market.month import Month
from laborsim.policy.package import Package
from laborsim.scenario.schema import Policy


def month_of(people: int = 6000, index: int = 1, **overrides: object) -> Month:
    month = worlds.month(people=people, overrides={k.replace("__", "."): v for k, v in overrides.items()})
    for stage in (demand, participation, hiring, wages):
        stage.prepare(month)
    month.economy = dataclasses.replace(month.economy, months=120)
    month.scratch["sector_shock"] = np.ones((month.economy.sectors, month.economy.zones))
    month.index = index
    return month


def exposed(month: Month, factor: float = 0.8) -> np.ndarray:
    """Technology lowers the targets of the more exposed half; layoffs do not wait."""
    memory = month.memory["demand"]
    memory["technology"] = np.where(month.economy.occ_ai >= 0.4, factor, 1.0)
    memory["slack"] = np.ones(month.economy.occupations)
    return month.economy.occ_ai >= 0.4


def test_the_path_is_the_scenarios_own_without_policy():
    month = month_of(index=80)
    adoption.stage(month)
    assert "adoption" not in month.memory
    rate = month.parameters["demand.ai_adoption_rate"]
    assert adoption.adopted(month, 84) == pytest.approx(1 - math.exp(-rate * 2.0))  # 2018-01 + 84 = 2025-01
    assert adoption.adopted(month, 59) == 0.0


def test_policy_moves_the_path_from_its_month_on_and_not_before():
    month = month_of()
    for month.index in range(100):
        month.levers.ai_speed = 3.0 if 70 <= month.index < 82 else 1.0
        adoption.stage(month)
    assert adoption.years(month, 70) == pytest.approx(10 / 12)
    assert adoption.years(month, 76) == pytest.approx(16 / 12 + 2 * 6 / 12)
    assert adoption.years(month, 99) == pytest.approx(39 / 12 + 2.0)


def test_exposed_cells_ask_for_experience_and_go_on_asking():
    month = month_of(technology__experience_share=5.0)
    cell = np.arange(month.world.cells.size, dtype=np.int32)
    month.world.cells.age[: cell.size] = 0.0
    exposure = month.economy.occ_ai[month.world.cells.occupation[cell]]
    month.index = 59
    assert not adoption.experience_asked(month, cell).any()
    month.index = 84
    some = adoption.experience_asked(month, cell) > 0
    month.index = 118
    more = adoption.experience_asked(month, cell) > 0
    assert np.all(more[some]) and more.sum() > some.sum() > 0
    want = 5.0 * adoption.adopted(month, 118) * exposure
    assert more.mean() == pytest.approx(np.minimum(want, 1).mean(), abs=4 * math.sqrt(0.25 / cell.size))


def test_posts_open_for_long_do_without_experience():
    month = month_of(technology__experience_share=5.0, technology__experience_patience=2.0)
    month.index = 118
    n = month.world.cells.size
    cell, age = np.arange(n, dtype=np.int32), month.world.cells.age
    age[:n] = 0.0
    asked = adoption.experience_asked(month, cell) > 0
    age[:n] = np.resize([2.0, 2.1], n)
    still = adoption.experience_asked(month, cell) > 0
    assert asked[::2].any() and np.array_equal(still[::2], asked[::2]) and not still[1::2].any()


def test_the_displaced_are_as_many_as_the_target_is_lower():
    month = month_of()
    hit = exposed(month)
    c, p = month.world.cells, month.world.people
    c.target[: c.size] = c.filled[: c.size] // 2
    rows = np.flatnonzero((p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY) & (p.job[: p.size] >= 0))
    found = adoption.displaced(month, rows)
    assert found.any() and np.all(hit[c.occupation[p.job[rows[found]]]])
    lost = np.bincount(p.job[rows[found]], minlength=c.size)
    want = c.target[: c.size] * (1 / 0.8 - 1) * hit[c.occupation[: c.size]]
    assert np.all(np.abs(lost - np.minimum(want, c.filled[: c.size])) <= 1.0)


def test_layoffs_remember_the_displaced_and_call_none_of_them_back():
    month = month_of(quality__hoarding=0.0, separations__temporary_base=0.6)
    exposed(month)
    c, p = month.world.cells, month.world.people
    c.target[: c.size] = c.filled[: c.size] // 2
    wage = p.wage.copy()
    layoffs.layoffs(month)
    held = month.memory["displaced"]
    assert held["id"].size == month.counts.ai_displaced.sum() > 20
    np.testing.assert_array_equal(p.id[held["row"]], held["id"])
    np.testing.assert_array_equal(wage[held["row"]], held["wage"])
    assert np.all(p.state[held["row"]] > codes.TEMPORARY_LAYOFF)
    month.index += 36
    adoption.stage(month)
    assert month.memory["displaced"]["id"].size == 0


def test_shared_work_keeps_the_share_stated_within_its_places():
    def excess(share: float, places: int) -> tuple[np.ndarray, int]:
        month = month_of(quality__hoarding=0.0)
        exposed(month, 0.5)
        c = month.world.cells
        c.target[: c.size] = c.filled[: c.size] // 2
        month.levers.work_sharing, month.levers.work_sharing_places = share, places
        return layoffs._excess(month), int(month.counts.scalars[SCALAR["work_shared"]])

    none, zero = excess(0.0, 1000)
    half, kept = excess(0.5, 10**6)
    assert zero == 0 and (none - half).sum() == kept > 0 and np.all(none >= half)
    few, counted = excess(0.5, 7)
    assert (none - few).sum() == counted == 7


def test_redeployment_moves_people_within_their_employer():
    month = month_of()
    p, c = month.world.people, month.world.cells
    c.vacancies[: c.size] = 1
    c.needs[: c.size] = 0
    month.levers.redeployment, month.levers.redeployment_places = 1.0, 10**6
    rows = np.flatnonzero((p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY) & (p.job[: p.size] >= 0))[::40]
    employer, old, pay = c.establishment[p.job[rows]].copy(), p.occupation[rows].copy(), p.wage[rows].copy()
    filled, hires = c.filled[: c.size].sum(), month.counts.hires.sum()
    p.counted[rows] = month.index - 9
    now = skill.skills(month, rows)
    moved = adoption.redeploy(month, rows)
    assert 0 < moved.sum() == month.counts.scalars[SCALAR["redeployed"]] < rows.size
    np.testing.assert_array_equal(c.establishment[p.job[rows]], employer)
    np.testing.assert_array_equal(p.wage[rows], pay)
    np.testing.assert_array_equal(p.occupation[rows] != old, moved)
    assert c.filled[: c.size].sum() == filled and month.counts.hires.sum() == hires and np.all(c.vacancies >= 0)
    worlds.check(month.world)
    there = now * terrain.carried(month)[old, p.occupation[rows]]
    there = np.maximum(there, month.parameters["search.skill_floor"])[moved]
    assert p.skill[rows[moved]] == pytest.approx(there, rel=1e-5)
    fit = pay_rules.fits(p.id[rows[moved]], p.job[rows[moved]], month.key(Stream.JOB_TASTE, fixed=True))
    np.testing.assert_array_equal(p.fit[rows[moved]], fit)


def insured(month: Month, n: int = 40) -> np.ndarray:
    p = month.world.people
    rows = np.flatnonzero(p.state[: p.size] == codes.UNEMPLOYED)[:n]
    p.wage[rows] = 30.0
    adoption.remember(month, rows)
    month.levers.wage_insurance, month.levers.wage_insurance_months = 0.5, 24
    month.levers.wage_insurance_most, month.levers.wage_insurance_places = 400.0, 10**6
    return rows


def test_insured_wages_lower_what_is_accepted_by_what_the_supplement_makes_up():
    month = month_of()
    rows = insured(month)
    seekers = search.empty_seekers(rows.size + 1)
    everyone = np.sort(np.r_[rows, rows.max() + 1])
    seekers.reservation[:] = 24.0
    adoption.insure_wages(month, everyone, seekers)
    at = np.searchsorted(everyone, rows)
    assert seekers.reservation[at] == pytest.approx(24 - (30 - 24))  # w + (30 - w) / 2 = 24
    assert seekers.reservation[-1] == 24.0


def test_supplements_are_counted_for_those_who_took_less_and_capped():
    month = month_of()
    rows, p = insured(month, 3), month.world.people
    p.state[rows], p.job[rows], p.hours[rows] = codes.FULL_TIME, 0, 40
    p.wage[rows] = [29.0, 10.0, 31.0]
    adoption.pay_supplements(month)
    scalars = month.counts.scalars
    assert scalars[SCALAR["wages_insured"]] == 2
    assert scalars[SCALAR["wage_insurance_cents"]] == round(0.5 * 1.0 * 40 * 52 / 12 * 100) + 40_000
    month.index += 24
    adoption.pay_supplements(month)
    assert scalars[SCALAR["wages_insured"]] == 2, "it ends"


def test_curricula_go_stale_faster_in_exposed_fields_and_not_before_adoption():
    month = month_of(index=50)
    assert not adoption.obsolescence(month).any()
    month.index = 90
    rate = adoption.obsolescence(month)
    news = adoption.adopted(month, 90) - adoption.adopted(month, 89)
    np.testing.assert_allclose(rate, month.parameters["technology.obsolescence"] * news * month.economy.occ_ai)


# --- the instrument ------------------------------------------------------------------------------
def package(budget: float, **settings: object) -> tuple[Package, Levers]:
    eco = worlds.economy(months=36)
    programs = worlds.programs(eco)
    policy = Policy(title="ai", owner="board", budget=budget, instruments=[{"type": "ai_adoption"} | settings])  # type: ignore[list-item]

    class Plan:
        def package(self, name: str) -> dict[str, Policy]:
            return {name: policy}

    made = Package(Plan(), "ai", eco, programs, scale=0.5)
    levers = Levers.neutral(eco.zones, len(programs), len(eco.major_codes))
    made.write(levers, 0)
    return made, levers


ALL = {"speed": 2.0, "work_sharing": 0.4, "redeployment": 0.3, "wage_insurance": 0.5, "places": 10.0}


def test_no_money_leaves_the_levers_neutral():
    assert package(0.0, **ALL)[1].is_neutral()


def test_settings_become_levers_and_what_happened_is_charged():
    made, lv = package(10e6, **ALL)
    assert (lv.ai_speed, lv.work_sharing, lv.redeployment, lv.wage_insurance) == (2.0, 0.4, 0.3, 0.5)
    assert lv.work_sharing_places == lv.redeployment_places == 10 and lv.wage_insurance_places > 1000
    eco = worlds.economy(months=36)
    counts = Counts.empty(eco.sectors, eco.zones, eco.occupations, 4)
    for name, n in (("work_shared", 3), ("redeployed", 2), ("wages_insured", 4), ("wage_insurance_cents", 50_000)):
        counts.scalars[SCALAR[name]] = n
    made.book(counts, 0)
    spent = made.spending().set_index("item")["dollars"]
    assert spent["AI adoption moved (months)"] == 20_000.0
    assert spent["work sharing (people)"] == 6 * 400.0 and spent["redeployment (people)"] == 4 * 5000.0
    assert spent["wage insurance (months)"] == 1000.0


def test_places_for_less_than_one_simulated_person_wait_until_they_make_one():
    made, lv = package(10e6, **(ALL | {"places": 0.5}))  # a quarter of a simulated person a month
    got = [lv.work_sharing_places]
    for month in range(1, 8):
        lv = Levers.neutral(lv.wage_floor.size, lv.program_seats.size, lv.awareness.size)
        made.write(lv, month)
        got.append(lv.work_sharing_places)
    assert got == [0, 0, 0, 2, 0, 0, 0, 2] and not len(made.stops())


def test_money_that_runs_out_is_said():
    made, lv = package(60_000.0, **ALL)  # two months' money: $10,000
    assert lv.ai_speed == 1.0 and lv.work_sharing_places == 10
    assert ("ai", "2018-01", "no money to move adoption") in made.stops()
