"""Labor supply: traded sectors plan less where more posts are wanted for each person, relative to the nation."""

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


def gap(m):
    """(zones inside,) tightness beyond the start's, slowly: posts within reach of those within reach."""
    e, c = m.economy, m.world.cells
    reach, inside = e.commute_weight, range(e.outside)
    posts, people = np.zeros(e.zones), labor_supply.labor_force(m)
    for k in range(c.size):
        posts[c.zone[k]] += c.target[k]
    out = []
    for j in inside:
        wanted = sum(reach[i, j] * sum(reach[i, k] * posts[k] for k in inside) for i in inside)
        out.append(math.log(wanted / sum(reach[i, j] * people[i] for i in inside)))
    return np.array(out) - m.memory["labor_supply"]["start"]


def want_more(m, factor):
    c = m.world.cells
    c.target[: c.size] = np.rint(c.target[: c.size] * factor)


def test_traded_sectors_plan_less_where_people_are_few_and_others_do_not():
    m = begun()
    e = m.economy
    drop_out(m, 0.1)
    m.index = 3
    out = labor_supply.factor(m)
    step = -m.parameters["demand.labor_response"] / 4 * gap(m)
    traded = np.asarray(e.sector_traded, bool)
    assert traded.any() and (gap(m) > 0.05).all()
    np.testing.assert_allclose(out[traded][:, : e.outside], np.exp(step)[None, :].repeat(traded.sum(), 0))
    assert (out[~traded] == 1.0).all() and (out[:, e.outside :] == 1.0).all()
    m.index = 4  # plans are looked at once a quarter
    drop_out(m, 0.5)
    np.testing.assert_array_equal(labor_supply.factor(m), out)


def test_only_zones_within_reach_see_it():
    eco = worlds.economy()
    near = np.where(np.eye(eco.zones) > 0, 1.0, 0.001)
    m = begun(eco=dataclasses.replace(eco, commute_weight=near))
    drop_out(m, 0.3, zone=0)
    for m.index in range(3, 63, 3):
        out = labor_supply.factor(m)
    traded = int(np.flatnonzero(m.economy.sector_traded)[0])
    assert out[traded, 0] == pytest.approx(0.7 ** (5 * m.parameters["demand.labor_response"]), rel=0.02)
    assert out[traded, 1] == pytest.approx(1.0, abs=0.01)


def test_what_the_nation_goes_through_changes_no_plans():
    eco = worlds.economy()
    m = begun(eco=dataclasses.replace(eco, nation_labor=np.full(eco.months, 0.9)))
    for zone in range(m.economy.zones):
        drop_out(m, 0.1, zone)
    m.index = 3
    traded = np.asarray(m.economy.sector_traded, bool)
    np.testing.assert_allclose(labor_supply.factor(m)[traded], 1.0, atol=2e-3)


def test_more_posts_and_fewer_people_are_the_same_want_and_balance_ends_it():
    m = begun()
    want_more(m, 1.25)
    m.index = 3
    first = labor_supply.factor(m)
    traded = np.asarray(m.economy.sector_traded, bool)
    assert (first[traded][:, : m.economy.outside] < 1.0).all()
    want_more(m, 0.8)  # posts and people in balance again: what was planned less stays, and nothing is added
    for m.index in range(6, 120, 3):
        out = labor_supply.factor(m)
    np.testing.assert_allclose(out, first, atol=0.01)


@given(response=st.floats(0.0, 1.0), share=st.floats(0.0, 0.9))
def test_fewer_people_never_mean_more_posts_and_no_answer_means_none(response, share):
    m = begun(overrides={"demand.labor_response": response})
    drop_out(m, share)
    m.index = 6
    out = labor_supply.factor(m)
    assert (out <= 1.0).all() and (out > 0.0).all()
    if response == 0.0:
        assert (out == 1.0).all()


def test_before_the_first_month_nothing_is_remembered():
    m = worlds.month(3000)
    for m.index in (-2, -1, 0):
        drop_out(m, 0.1)
        assert (labor_supply.factor(m) == 1.0).all()
    np.testing.assert_array_equal(m.memory["labor_supply"]["start"], labor_supply.tightness(m))
