"""Wage floor, insurance rules, start-ups and attraction: levers, money, and what happens in the market."""

from __future__ import annotations

import numpy as np
import pytest

import worlds
from laborsim.market import calendar, codes, demand, hiring, insurance, participation, startups, wages
from laborsim.market.counts import SCALAR
from laborsim.market.levers import Prospect
from test_policy import Plan, neutral, run

FLOOR = {"budget": 300_000.0, "instruments": [{"type": "wage_floor", "dollars": 15.0, "start_dollars": 11.0,
                                               "phase_in_months": 10, "enforcement_cost": 10_000.0,
                                               "zones": ["10001"]}]}  # fmt: skip
RULES = {"budget": 500_000.0, "instruments": [{"type": "ui_rules", "extra_weeks": 6, "supplement": 100.0,
                                               "takeup_help": 0.5}]}  # fmt: skip
STARTUPS = {"budget": 200_000.0, "instruments": [{"type": "startup_support", "startups_per_year": 40.0,
                                                  "zones": ["10003"]}]}  # fmt: skip
ATTRACTION = {"budget": 60_000_000.0, "instruments": [{"type": "business_attraction", "prospects_per_year": 6.0,
                                                       "jobs": 100, "incentive_per_job": 20_000.0}]}  # fmt: skip
ALL = {"floor": FLOOR, "rules": RULES, "startups": STARTUPS, "attraction": ATTRACTION}


def ready(**kwargs):
    m = worlds.month(people=3000, **kwargs)
    for stage in (demand, participation, hiring, wages):
        stage.prepare(m)
    m.index = 1
    m.scratch["sector_shock"] = np.ones((m.economy.sectors, m.economy.zones))
    return m


@pytest.mark.parametrize("name", list(ALL))
def test_without_money_every_lever_stays_neutral(name):
    package, seen = run(Plan(**{name: ALL[name] | {"budget": 0.0}}), name)
    assert all(levers.is_neutral() for levers in seen)
    assert package.spending().empty


@pytest.mark.parametrize("name", list(ALL))
def test_money_is_used_moves_levers_and_never_exceeds_the_budget(name):
    package, seen = run(Plan(**{name: ALL[name]}), name)
    assert not all(levers.is_neutral() for levers in seen)
    assert package.cents(name) <= 3 * ALL[name]["budget"] * 100  # three years


def test_a_floor_is_phased_in_where_it_holds():
    _, seen = run(Plan(floor=FLOOR), "floor")
    paths = np.array([levers.wage_floor for levers in seen])
    assert paths[0, 0] == 11.0 and paths[5, 0] == pytest.approx(13.0) and paths[12, 0] == 15.0
    assert not paths[:, 1:].any()


def test_a_floor_ends_with_its_money_and_says_so():
    package, seen = run(Plan(floor=FLOOR | {"budget": 100_000.0}), "floor")
    assert seen[-1].is_neutral()
    assert any("enforce the wage floor" in text for _, _, text in package.stops())
    assert package.cents("floor") == 3 * 100_000_00


def test_a_sector_that_is_not_traded_cannot_be_courted():
    wrong = {"budget": 1.0, "instruments": [{"type": "business_attraction", "sector": "72"}]}
    with pytest.raises(ValueError, match="'72' is not traded: one of 31-33"):
        run(Plan(wrong=wrong), "wrong")


def test_prospects_come_more_the_more_is_offered_and_are_paid_only_if_they_come():
    won = []
    for incentive in (0.0, 50_000.0, 400_000.0):
        m = ready(overrides={"demand.prospect_response": 0.1})
        m.levers.prospects = tuple(Prospect(0, 1, 10, incentive, 1, 0.0, n) for n in range(200))
        calendar.stage(m)
        s = m.counts.scalars
        won.append(int(s[SCALAR["prospects_tipped_jobs"]]))
        assert s[SCALAR["prospects_won_cents"]] == s[SCALAR["prospects_won_jobs"]] * incentive * 100
        assert s[SCALAR["prospects_won_jobs"]] >= won[-1]
        assert len(m.memory.get("calendar", {}).get("won", [])) == won[-1] / 10
    assert won[0] == 0 < won[1] < won[2]


def test_a_plant_won_stands_and_grows_after_its_policy_ended():
    m = ready(overrides={"demand.prospect_anyway": 0.0, "demand.prospect_response": 0.3})
    before = m.world.establishments.size
    m.levers.prospects = (Prospect(1, 1, 50, 1e9, 4, 0.1, 7),)
    calendar.stage(m)
    m.levers.prospects = ()
    for m.index in (2, 3, 4):
        calendar.stage(m)
    assert m.world.establishments.size == before + 1
    assert m.world.establishments.base[before] == pytest.approx(50.0)
    assert m.world.establishments.zone[before] == 1


def test_help_brings_entry_forward_and_coaching_keeps_them_open():
    m = ready()
    est = m.world.establishments
    here = np.flatnonzero(est.zone[: est.size] == 1)
    small, large = here[:5], here[5:8]
    est.stands[small], est.stands[large] = 4.0, 40.0  # whatever their size in the sample
    est.base[small], est.base[large] = 12.0, 3.0
    est.closed[small] = est.closed[large] = m.index
    m.levers.startup_places, m.levers.startup_zones, m.levers.startup_survival = 3, (1,), 0.4
    reentry = int(m.room("demand")["reentry_months"])
    startups.help_entry(m, reentry)
    assert m.counts.scalars[SCALAR["startups_helped"]] == 3
    ready_now = small[m.index >= est.closed[small] + reentry]
    assert ready_now.size == 3
    factor = startups.survival(m)
    assert np.allclose(factor[ready_now], 0.6) and np.isclose(np.delete(factor, ready_now), 1.0).all()
    m.index += int(m.room("demand")["coaching_months"])
    assert (startups.survival(m) == 1.0).all()


def test_insurance_covers_discharges_but_for_misconduct():
    m = ready(overrides={"insurance.misconduct": 0.4})
    rows = np.flatnonzero(m.world.people.state[: m.world.people.size] == codes.FULL_TIME)
    share = insurance.not_for_misconduct(m, rows).mean()
    assert share == pytest.approx(0.6, abs=5 * np.sqrt(0.24 / rows.size))


def test_help_to_claim_reaches_those_who_would_not():
    m = ready()
    p = m.world.people
    rows = np.flatnonzero(p.state[: p.size] == codes.FULL_TIME)[:400]
    p.traits[rows] &= np.uint8(255 - codes.TRAIT_UI_CLAIMS)
    p.history[rows], p.since[rows], p.hours[rows] = 0xFFFFFFFF, m.index, 40
    insurance.insure(m, rows)
    assert not p.ui_weeks[rows].any()
    m.levers.ui_takeup, m.levers.ui_extra_weeks = 0.5, 6
    insurance.insure(m, rows)
    helped = int((p.ui_weeks[rows] > 0).sum())
    assert helped == m.counts.scalars[SCALAR["ui_helped"]]
    assert helped / rows.size == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(rows.size))
    assert set(np.unique(p.ui_weeks[rows])) == {0, 26}
    np.testing.assert_array_equal(insurance.added_weeks(m)[rows], np.where(p.ui_weeks[rows] > 0, 6, 0))
    m.levers.ui_extra_weeks = 0  # those who claim from now on have no more than usual
    insurance.insure(m, rows[:200])
    assert set(np.unique(p.ui_weeks[rows[:200]])) == {0, 20}
    assert not insurance.added_weeks(m)[rows[:200]].any() and insurance.added_weeks(m)[rows[200:]].any()


def test_supplements_and_added_weeks_are_counted_to_the_cent():
    m = ready()
    p, e = m.world.people, m.economy
    rows = np.flatnonzero((p.state[: p.size] <= codes.SELF_EMPLOYED) & (p.zone[: p.size] < e.outside))[:60]
    p.state[rows], p.job[rows] = codes.UNEMPLOYED, -1
    p.ui_weeks[: p.size] = 0
    p.ui_weeks[rows], p.ui_benefit[rows] = np.arange(60) % 20 + 1, 200.0
    left = p.ui_weeks[rows].astype(int)
    m.levers.ui_extra_weeks, m.levers.ui_supplement = 6, 50.0
    granted = np.where(np.arange(60) % 3 == 0, 0, 6)  # claims of before the policy have no added weeks
    insurance.added_weeks(m)[rows] = granted
    participation.stage(m)
    used = 4 + (m.index % 3 == 2)
    paid = np.minimum(used, left)
    late = paid - np.minimum(paid, np.maximum(left - granted, 0))
    s = m.counts.scalars
    assert s[SCALAR["ui_supplement_cents"]] == int(paid.sum()) * 5000
    assert s[SCALAR["ui_extra_cents"]] == int(late.sum()) * 20000
    assert s[SCALAR["ui_cents"]] == int(paid.sum()) * 25000


def test_neutral_levers_are_neutral():
    assert neutral().is_neutral()
