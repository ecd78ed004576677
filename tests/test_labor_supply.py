"""Labor supply: traded sectors follow the labor force within reach, beyond the one that their index goes with."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import worlds
from laborsim.market import codes, labor_supply


def begun(**kw):
    m = worlds.month(3000, **kw)
    m.index = 0
    labor_supply.factor(m)
    return m


def drop_out(m, share, zone=None):
    """Let a share of the labor force of a zone (all: None) stop looking; returns nothing."""
    p = m.world.people
    rows = np.flatnonzero((p.state[: p.size] <= codes.UNEMPLOYED) & ((p.zone[: p.size] == zone) | (zone is None)))
    p.state[rows[: round(share * rows.size)]] = codes.CARER


def test_labor_force_counts_the_employed_and_the_unemployed_by_home():
    m = worlds.month(3000)
    p = m.world.people
    want = np.zeros(m.economy.zones)
    for i in range(p.size):
        if codes.STATES[p.state[i]] in ("full_time", "part_time", "part_time_involuntary", "self_employed",
                                        "temporary_layoff", "unemployed"):  # fmt: skip
            want[p.zone[i]] += 1
    np.testing.assert_array_equal(labor_supply.labor_force(m), want)


def test_traded_sectors_follow_and_others_and_the_outside_do_not():
    m = begun()
    e, q = m.economy, m.room("demand")
    drop_out(m, 0.1)
    lead = np.log(labor_supply.within_reach(m)) - m.memory["labor_supply"]["start"]
    m.index = 3
    out = labor_supply.factor(m)
    part = 1 - (1 - 2 / (q["labor_smoothing"] + 1)) ** 3
    traded = np.asarray(e.sector_traded, bool)
    assert traded.any() and (lead < -0.05).all()
    np.testing.assert_allclose(out[traded][:, : e.outside], np.exp(q["labor_elasticity"] * part * lead)[None, :].repeat(
        traded.sum(), 0))  # fmt: skip
    assert (out[~traded] == 1.0).all() and (out[:, e.outside :] == 1.0).all()
    m.index = 4  # plans are looked at once a quarter
    drop_out(m, 0.5)
    np.testing.assert_array_equal(labor_supply.factor(m), out)


def test_only_zones_within_reach_see_it():
    eco = worlds.economy()
    near = np.where(np.eye(eco.zones) > 0, 1.0, 0.01)
    m = begun(eco=dataclasses.replace(eco, commute_weight=near))
    drop_out(m, 0.3, zone=0)
    for m.index in range(3, 300, 3):
        out = labor_supply.factor(m)
    traded = int(np.flatnonzero(m.economy.sector_traded)[0])
    assert out[traded, 0] == pytest.approx(0.7 ** m.parameters["demand.labor_elasticity"], rel=0.02)
    assert out[traded, 1] == pytest.approx(1.0, abs=0.01)


def test_the_labor_force_that_the_index_goes_with_asks_for_no_posts():
    eco = worlds.economy()
    eco = dataclasses.replace(eco, nation_labor=np.full(eco.months, 1.1), driver_lead=np.full(eco.months, 0.05))
    m = begun(eco=eco)
    for m.index in range(3, 300, 3):
        out = labor_supply.factor(m)
    want = math.exp(-m.parameters["demand.labor_elasticity"] * (math.log(1.1) + 0.05))
    traded = np.asarray(m.economy.sector_traded, bool)
    np.testing.assert_allclose(out[traded][:, : m.economy.outside], want, rtol=1e-3)


@given(elasticity=st.floats(0.0, 1.5), share=st.floats(0.0, 0.9))
def test_fewer_people_never_mean_more_posts_and_no_answer_means_none(elasticity, share):
    m = begun(overrides={"demand.labor_elasticity": elasticity})
    drop_out(m, share)
    m.index = 6
    out = labor_supply.factor(m)
    assert (out <= 1.0).all() and (out > 0.0).all()
    if elasticity == 0.0:
        assert (out == 1.0).all()


def test_before_the_first_month_nothing_is_remembered():
    m = worlds.month(3000)
    for m.index in (-2, -1, 0):
        drop_out(m, 0.1)
        assert (labor_supply.factor(m) == 1.0).all()
    np.testing.assert_array_equal(m.memory["labor_supply"]["start"], np.log(labor_supply.within_reach(m)))
