"""What employers want answers to labor cost, to what residents earn and to prices: kernels against plain Python."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import worlds
from laborsim.market import codes, demand, hiring, labor_cost, participation, quality, spending, wages
from laborsim.market.month import Month


def ready(people: int = 3000, **kwargs) -> Month:
    """A world in its first month, with what its stages remember."""
    m = worlds.month(people=people, **kwargs)
    for stage in (demand, participation, hiring, wages):
        stage.prepare(m)
    m.index = 0
    m.scratch["sector_shock"] = np.ones((m.economy.sectors, m.economy.zones))
    return m


def mean_under_floor(r: float, s: float) -> float:
    """E[max(w, r)] of log-normal w with mean 1, by adding up a fine grid."""
    z = np.linspace(-8, 8, 200001)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return float((np.maximum(np.exp(s * z - s * s / 2), r) * density).sum() * (z[1] - z[0]))


@pytest.mark.parametrize("s", [0.05, 0.2, 0.35])
def test_mean_pay_under_a_floor_is_that_of_the_larger_of_the_two(s):
    table = labor_cost.floor_effect(np.array([s]))[0]
    for k in (16, 48, 60, 64, 80, 130, 192):
        r = k * labor_cost.MOST / labor_cost.STEPS
        assert table[k] == pytest.approx(mean_under_floor(r, s), rel=1e-4)
    assert table[0] == 1.0 and (np.diff(table) >= -1e-12).all()


def test_answers_match_plain_python():
    m = ready()
    c, est, e, q = m.world.cells, m.world.establishments, m.economy, m.room("demand")
    labor_cost.adjust(m)
    assert np.allclose(c.answer[: c.size], 1.0)
    reference = c.reference[: c.size].astype(float)
    pick = np.random.Generator(np.random.Philox(3))
    c.posted[: c.size] *= pick.uniform(0.9, 1.4, c.size).astype(np.float32)
    est.quality[: est.size] = pick.integers(40, 220, (est.size, 8))
    est.renewed[: est.size] = pick.normal(0, 0.1, est.size)
    m.levers.wage_floor[:] = [12.0, 16.0, 0.0]
    m.levers.childcare_wage_supplement[:] = 1.5
    m.index = 6
    dearer, places = labor_cost.adjust(m)
    level, spread = m.memory["demand"]["pay_level"], m.memory["demand"]["pay_spread"]
    table = labor_cost.floor_effect(spread)
    floor = np.maximum(e.minimum_wage[6], m.levers.wage_floor)
    grown = (1 + m.parameters["wages.real_growth"]) ** 0.5
    part = 1 - (1 - q["cost_adjustment"]) ** 3
    burden = quality.cost_per_worker(m) / codes.HOURS_A_MONTH
    sums, weights = np.zeros(est.size), np.zeros(est.size)
    here = np.zeros((e.sectors, e.zones))
    for k in range(c.size):
        o, z, s = c.occupation[k], c.zone[k], c.sector[k]
        r = min(floor[z] / (float(c.posted[k]) * level[o]), labor_cost.MOST)
        cost = float(c.posted[k]) * np.interp(r, np.linspace(0, labor_cost.MOST, labor_cost.STEPS + 1), table[o])
        if s == e.childcare_sector:
            cost = max(cost - 1.5, cost / 4)
        j = c.establishment[k]
        cost = max(cost + burden[j], cost / 4)
        excess = math.log(cost / (reference[k] * grown * math.exp(float(est.renewed[j]))))
        want = 1 + part * (math.exp(-q["cost_elasticity"] * excess) - 1)
        assert c.answer[k] == pytest.approx(want, rel=1e-5)
        sums[j] += c.base[k] * excess
        weights[j] += c.base[k]
        here[s, z] += c.base[k] * reference[k] * excess
    np.testing.assert_allclose(dearer, sums / np.maximum(weights, 1e-9), atol=1e-4)
    np.testing.assert_allclose(places[:, :, 0], here, rtol=1e-4, atol=1e-3)


def test_costs_are_looked_at_once_a_quarter_and_new_cells_start_at_their_own():
    m = ready()
    c = m.world.cells
    labor_cost.adjust(m)
    c.posted[: c.size] *= 1.5
    m.index = 1
    labor_cost.adjust(m)
    assert np.allclose(c.answer[: c.size], 1.0)
    c.reference[0] = 0.0  # as of a plant's cell
    m.index = 3
    labor_cost.adjust(m)
    assert c.answer[0] == 1.0 and (c.answer[1 : c.size] < 0.99).all()


def test_before_the_first_month_nothing_answers():
    m = ready()
    m.index = -3
    dearer, places = labor_cost.adjust(m)
    assert not dearer.any() and not places.any() and (spending.factor(m, places) == 1.0).all()
    assert not m.world.cells.reference[: m.world.cells.size].any()


def test_dear_small_establishments_close_more_and_nobody_takes_their_sales():
    closed, targets = [], []
    for rise in (1.0, 1.6):
        m = ready(overrides={"demand.exit_cost": 3.0, "demand.exit_small": 0.15, "demand.cost_elasticity": 0.0,
                             "spending.labor_in_price": 0.0, "spending.local_share": 0.0})  # fmt: skip
        labor_cost.adjust(m)
        m.world.cells.posted[: m.world.cells.size] *= rise
        for m.index in range(3, 9):
            demand.stage(m)
        closed.append(int((m.world.establishments.closed[: m.world.establishments.size] != codes.OPEN).sum()))
        targets.append(int(m.world.cells.target[: m.world.cells.size].sum()))
    assert closed[1] > 1.5 * closed[0]
    assert targets[1] < targets[0]


def test_earnings_are_those_of_residents_on_payrolls():
    m = ready()
    p, e = m.world.people, m.economy
    want = np.zeros(e.zones)
    for i in range(p.size):
        if p.state[i] < codes.SELF_EMPLOYED:
            want[p.zone[i]] += float(p.wage[i]) * int(p.hours[i])
    np.testing.assert_allclose(spending.earnings(m), want, rtol=1e-6)


def flat(m: Month) -> np.ndarray:
    return np.zeros((m.economy.sectors, m.economy.zones, 2))


def test_local_sectors_follow_earnings_and_traded_ones_and_the_outside_do_not():
    m = ready(overrides={"spending.growth_lag": 0.0})
    e, q = m.economy, m.room("spending")
    np.testing.assert_allclose(spending.factor(m, flat(m)), 1.0, atol=1e-9)
    p = m.world.people
    p.wage[: p.size] *= 1.2
    m.index = 3
    out = spending.factor(m, flat(m))
    grown = (1 + m.parameters["wages.real_growth"]) ** 0.25
    part = 1 - (1 - 2 / (q["smoothing_months"] + 1)) ** 3
    want = math.exp(part * q["local_share"] * math.log(1.2 / grown))
    local = np.array([s not in ("31-33",) for s in e.sector_codes])
    np.testing.assert_allclose(out[local][:, : e.outside], want, rtol=1e-6)
    assert (out[~local] == 1.0).all() and (out[:, e.outside :] == 1.0).all()


def test_earnings_in_step_with_the_indices_leave_demand_alone():
    eco = worlds.economy()
    eco = dataclasses.replace(eco, sector_index=np.linspace(1.0, 1.3, eco.months)[:, None] * np.ones(eco.sectors))
    m = ready(eco=eco, overrides={"spending.growth_lag": 0.0})
    spending.factor(m, flat(m))
    m.index = 12
    grown = (1 + m.parameters["wages.real_growth"]) * eco.sector_index[12, 0]
    m.world.people.wage[: m.world.people.size] *= grown
    np.testing.assert_allclose(spending.factor(m, flat(m)), 1.0, rtol=1e-6)


def test_higher_prices_sell_less_in_every_sector():
    m = ready(overrides={"spending.growth_lag": 0.0, "spending.local_share": 0.0})
    q = m.room("spending")
    spending.factor(m, flat(m))
    m.index = 3
    dearer = flat(m)
    dearer[2, 0] = (3.0, 30.0)
    out = spending.factor(m, dearer)
    part = 1 - (1 - 2 / (q["smoothing_months"] + 1)) ** 3
    assert out[2, 0] == pytest.approx(math.exp(-part * q["labor_in_price"] * 0.1))
    out[2, 0] = 1.0
    assert (out == 1.0).all()


def test_owners_lose_what_a_higher_wage_bill_leaves_them_less():
    m = ready(overrides={"spending.growth_lag": 0.0, "wages.real_growth": 0.0})
    e, q = m.economy, m.room("spending")
    spending.factor(m, flat(m))
    m.index = 3
    dearer = flat(m)
    dearer[:, :, 1] = 100.0
    dearer[1, : e.outside, 0] = 20.0  # a fifth dearer in one sector
    dearer[:, e.outside :, 0] = 50.0  # elsewhere is none of ours
    part = 1 - (1 - 2 / (q["smoothing_months"] + 1)) ** 3
    lost = 0.2 / e.sectors * (1 - q["labor_in_price"]) * q["profit_share"] * q["owners_here"] * q["owners_spend"]
    out = spending.factor(m, dearer)
    local = spending.local_sectors(m) & (np.arange(e.sectors) != 1)
    want = math.exp(part * q["local_share"] * math.log(1 - lost))
    np.testing.assert_allclose(out[local][:, : e.outside], want, rtol=1e-9)
    assert want < 1.0
    public = ready(overrides={"spending.without_owners": e.sector_codes[1]})
    assert spending.owners_loss(public, dearer) == 0.0


def test_money_does_not_chase_itself():
    """Residents' earnings that follow local jobs, and local jobs that follow earnings, come to rest."""
    m = ready(overrides={"spending.growth_lag": 0.0, "spending.local_share": 0.9, "wages.real_growth": 0.0})
    spending.factor(m, flat(m))
    p = m.world.people
    start = p.wage[: p.size].copy()
    local = spending.local_sectors(m)
    share = float(m.memory["spending"]["pay"][:, local].sum() / m.memory["spending"]["pay"].sum())
    gain, path = 1.1, []
    for month in range(3, 303, 3):
        m.index = month
        p.wage[: p.size] = start * gain
        m.economy = dataclasses.replace(m.economy, sector_index=np.ones((400, m.economy.sectors)), months=400)
        factor = spending.factor(m, flat(m))[local, 0].mean()
        gain = 1.1 * (1 - share) + share * factor
        path.append(factor)
    assert abs(path[-1] - path[-2]) < 1e-4 and path[-1] < 1.6
