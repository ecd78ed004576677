"""Pay by place, the outlook of those at work, and the self-employed who wait: against slow counts and known cases."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import laborsim
from laborsim.loading import scenario_of_region
from laborsim.market import local_pay, own_business
from laborsim.market.codes import GONE, SELF_EMPLOYED, TEMPORARY_LAYOFF, UNEMPLOYED
from laborsim.market.leaving import outlook


@pytest.fixture(scope="module")
def market():
    return laborsim.LaborMarket(scenario_of_region("kansas-city"), rng=3, scale=0.01)


def test_unemployment_and_reach_are_those_of_a_slow_count(market):
    month, p = market.month, market.world.people
    zones = month.economy.zones
    out, force, trips = np.zeros(zones), np.zeros(zones), np.zeros((zones, zones))
    for i in range(p.size):
        force[p.zone[i]] += p.state[i] <= UNEMPLOYED
        out[p.zone[i]] += p.state[i] in (TEMPORARY_LAYOFF, UNEMPLOYED)
        if p.state[i] < SELF_EMPLOYED and p.job[i] >= 0 and p.zone[i] < month.economy.outside:
            trips[market.world.cells.zone[p.job[i]], p.zone[i]] += 1
    assert np.array_equal(local_pay.unemployment(month), np.stack([out, force]))
    inside = month.economy.outside
    share = local_pay.reach(month)
    assert np.allclose(share[:inside], trips[:inside] / trips[:inside].sum(axis=1, keepdims=True))
    assert not share[inside:].any()


def test_pay_falls_where_unemployment_round_the_place_has_risen(market):
    month, p = market.month, market.world.people
    held = p.state[: p.size].copy()
    memory = month.memory["local_pay"]
    usual = memory["usual"].copy()
    unemployed, force = local_pay.unemployment(month)
    inside = month.economy.outside
    region = unemployed[:inside].sum() / force[:inside].sum()
    memory["usual"][:inside] = (memory["reach"][:inside] @ unemployed / (memory["reach"][:inside] @ force)) / region
    before = local_pay.factor(month)
    assert np.allclose(before, 1.0)
    there = np.flatnonzero((p.zone[: p.size] == 0) & (p.state[: p.size] < SELF_EMPLOYED))
    p.state[there[: there.size // 20]] = UNEMPLOYED  # five per cent of one zone's workers more
    after = local_pay.factor(month)
    now, force = local_pay.unemployment(month)
    around = memory["reach"] @ now / np.maximum(memory["reach"] @ force, 1e-9)
    moved = around[:inside] / (now[:inside].sum() / force[:inside].sum()) / memory["usual"][:inside]
    elasticity = market.parameters["wages.local_elasticity"]
    assert np.allclose(after[:inside], np.clip(moved, 0.5, 2.0) ** -elasticity)
    assert after[0] < 0.99 and after[0] == after[:inside].min() and after[:inside].max() > 1.0
    assert (after[inside:] == 1.0).all(), "places beyond the region are left alone"
    p.state[: p.size] = held
    memory["usual"][:] = usual


def test_without_settling_the_first_month_seen_is_usual(market):
    month, p = market.month, market.world.people
    held, before = p.state[: p.size].copy(), month.memory["local_pay"]
    local_pay.prepare(month)
    assert (local_pay.factor(month) == 1.0).all() and local_pay.slack(month) == 1.0
    there = np.flatnonzero((p.zone[: p.size] == 0) & (p.state[: p.size] < SELF_EMPLOYED))
    p.state[there[: there.size // 20]] = UNEMPLOYED
    inside = month.economy.outside
    after = local_pay.factor(month)
    assert after[0] < 0.99 and after[0] == after[:inside].min() and local_pay.slack(month) > 1.05
    p.state[: p.size], month.memory["local_pay"] = held, before


def made(target, filled, unemployed, finding=0.3):
    """A month with some cells, some unemployed people and last month's chance of work."""
    cells = SimpleNamespace(target=np.array(target, np.int32), filled=np.array(filled, np.int32), size=len(target))
    state = np.full(1000, GONE, np.uint8)
    state[:unemployed] = UNEMPLOYED
    return SimpleNamespace(
        world=SimpleNamespace(cells=cells, people=SimpleNamespace(state=state, size=1000)),
        memory={"search": {"finding": np.array([finding]), "usual": np.array([0.3])}},
        room=lambda name: {"outlook_elasticity": 0.5, "outlook_range": [0.2, 2.0]},
    )


def test_outlook_falls_at_once_with_layoffs_in_sight_and_rises_with_the_chance_itself():
    month = made([10, 10], [8, 10], 99)
    assert outlook(month) == pytest.approx(1.0)
    month.world.cells.target[1] = 0  # ten people more will look for two places
    worse = outlook(month)
    assert worse == pytest.approx(((3 / 110) / (3 / 100)) ** 0.5)
    month.world.cells.target[:] = (30, 10)
    assert outlook(month) == pytest.approx(1.0), "what is easier shows in the chance itself"
    month.memory["search"]["finding"][0] = 0.45
    assert outlook(month) == pytest.approx(1.5)
    month.memory["search"]["finding"][0] = 0.01
    assert outlook(month) == 0.2


def test_what_is_regained_is_a_share_of_what_was_lacking():
    jobs = np.array([60.0, 40.0])
    path = np.ones((3, 2))
    month = SimpleNamespace(memory={"demand": {"path": path, "jobs": jobs}})
    assert own_business.regained(month) == 1.0 and own_business.fall(month) == 0.0
    path[0] = 0.8
    assert own_business.fall(month) == pytest.approx(np.log(1 / 0.8))
    own_business.regained(month)
    path[1], path[0] = 0.8, 0.85
    assert own_business.regained(month) == pytest.approx(0.25)
    path[1], path[0] = 0.85, 0.84
    assert own_business.regained(month) == 0.0


def test_the_self_employed_wait_in_a_slump_and_come_back():
    """April 2020: those who wait without an employer were self-employed; by the end of the year most have gone on."""
    market = laborsim.LaborMarket(scenario_of_region("kansas-city"), rng=3, scale=0.01)
    market.run_for(27)
    p = market.world.people
    n = p.size
    before, ids = p.state[:n].copy(), p.id[:n].copy()
    market.step()
    alone = np.flatnonzero((p.state[: p.size] == TEMPORARY_LAYOFF) & (p.job[: p.size] < 0))
    new = alone[alone < n]
    new = new[p.id[new] == ids[new]]
    assert new.size > 0.04 * np.count_nonzero(before == SELF_EMPLOYED)
    assert (before[new] == SELF_EMPLOYED).mean() > 0.8, "the rest began to wait, or to work for themselves, just before"
    assert np.isin(before[new], (SELF_EMPLOYED, TEMPORARY_LAYOFF, UNEMPLOYED)).all()
    waited, who = new.size, p.id[new].copy()
    market.run_for(8)
    still = (p.id[new] == who) & (p.state[new] == TEMPORARY_LAYOFF)
    assert np.count_nonzero(still) < 0.5 * waited
    again = (p.id[new] == who) & (p.state[new] == SELF_EMPLOYED)
    assert np.count_nonzero(again) > 0.2 * waited
