"""What a raise leaves: the table of a region by its own parts, and the figures of workers one after the other."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import worlds
from laborsim.indicators import Collector, raises
from laborsim.market import codes as k
from laborsim.region.budget import Place, Rules, net_resources
from laborsim.region.budget.parts import household
from laborsim.region.budget.raises import BINS, STEP, kept, raise_table
from laborsim.region.pack import load_pack

PLACE = Place("MO", 0.01, (838, 953, 1243), {"infant": 850, "toddler_preschool": 700, "school": 470}, 23.0, 1, 55_000)
WHO, _ = household(1, (2, 8), PLACE)
RISE = 2.0 * 2080


def left(wage: float, rules: Rules) -> float:
    low, high = (float(net_resources(w, 2080.0, WHO, PLACE, rules)) for w in (wage, wage + 2.0))
    return (high - low) / RISE


@pytest.mark.parametrize("wage", [9.0, 11.0, 13.5, 15.0, 19.0, 28.0])
def test_takeup_of_none_or_all_is_what_net_resources_leave(wage: float):
    for takeup, rules in ((0.0, Rules()), (1.0, Rules(True, True, True, True, True))):
        less, share = kept(np.array(wage * 2080), RISE, WHO, PLACE, [takeup] * 4)
        assert float(share) == pytest.approx(left(wage, rules), abs=1e-9)
        assert float(less) == float(left(wage, rules) < 0.5)


def test_the_end_of_one_benefit_counts_by_those_who_draw_on_it():
    wage = next(w for w in np.arange(9.0, 30.0, 0.5) if left(w, Rules(childcare_subsidy=True)) < 0.0)
    assert left(wage, Rules()) > 0.5  # taxes alone leave more than half there
    less, share = kept(np.array(wage * 2080), RISE, WHO, PLACE, (0.0, 0.15, 0.0, 0.0))
    assert float(less) == pytest.approx(0.15)
    want = 0.85 * left(wage, Rules()) + 0.15 * left(wage, Rules(childcare_subsidy=True))
    assert float(share) == pytest.approx(want)


def test_table_of_a_region():
    pack = load_pack("kansas-city")
    less, share = raise_table(pack, 2.0, (0.82, 0.15, 0.8, 0.25))
    assert less.shape == (len(pack.zones), 2, 4, 2, BINS)
    assert np.isfinite(share).all() and (less >= 0.0).all() and (less <= 1.0).all()
    assert (share <= 1.6).all()  # credits add at most a little over half of what is earned
    at = lambda dollars: int(dollars / STEP)  # noqa: E731
    lone = less[0, 0, 2, 1]  # a parent with two children, one under six
    assert lone[at(24_500)] > 0.5 > lone[at(60_500)]
    np.testing.assert_array_equal(less[:, :, 0, 0], less[:, :, 0, 1])


def test_earnings_of_couples_in_the_last_bin_are_beyond_every_limit():
    less, share = raise_table(load_pack("lane"), 2.0, (0.82, 0.15, 0.8, 0.25))  # households above are taken as in it
    assert (less[:, 1, :, :, -20:] == 0.0).all() and (share[:, 1, :, :, -20:] > 0.5).all()
    assert (less[0, 1, 0, 0, 196:200] > 0.99).all()  # Oregon's exemption credit ends at 200,000


def test_workers_one_after_the_other():
    m = worlds.month(people=2_000, seed=4, index=11)
    table = np.random.default_rng(1).random((2, m.economy.zones, 2, 4, 2, BINS))
    m.economy = dataclasses.replace(m.economy, raise_left=table)
    p, h = m.world.people, m.world.households
    found, n = raises.raises(m), 0
    for i in range(p.size):
        if p.state[i] > k.SELF_EMPLOYED or p.zone[i] >= m.economy.outside:
            continue
        g = p.household[i]
        members = [j for j in range(p.size) if p.household[j] == g and p.state[j] <= k.SELF_EMPLOYED]
        income = sum(float(p.wage[j]) * float(p.hours[j]) * 52.0 for j in members)
        adults, children = min(max(int(h.adults[g]), 1), 2), min(int(h.children[g]), 3)
        young = int(children > 0 and m.index - int(h.youngest[g]) < 72)
        less, share = table[:, p.zone[i], adults - 1, children, young, min(int(income // 1000), BINS - 1)]
        assert (found.less[n], found.left[n]) == (less, share)
        kind = ("two_adults" if adults == 2 else "one_adult") + (
            "_child_under_six" if young else "_older_children" if children else ""
        )
        assert raises.HOUSEHOLDS[found.household[n]] == f"household:{kind}"
        assert found.pay[n] == sum(float(p.wage[i]) >= x for x in raises.PAY_FLOORS[1:])
        n += 1
    assert n == found.less.size > 300


@pytest.mark.parametrize("known", [True, False])
def test_figures_are_yearly_and_by_group(known: bool):
    m = worlds.month(people=2_000, seed=4, index=11)
    table = np.random.default_rng(1).random((2, m.economy.zones, 2, 4, 2, BINS))
    m.economy = dataclasses.replace(m.economy, raise_left=table if known else np.zeros(0))
    c = Collector(m.economy, m.programs, m.parameters, 13)
    for m.index in (10, 11, 12):
        c.collect(m)
    frame = c.frame()
    series = {g: frame.series("raise_mostly_lost", g) for g in raises.GROUPS}
    assert all(np.isnan(x[[10, 12]]).all() for x in series.values())
    if not known:  # tax rules of a state of the region are not known
        assert all(np.isnan(x[11]) for x in series.values())
        return
    m.index = 11
    found = raises.raises(m)
    assert series["all"][11] == pytest.approx(found.less.mean())
    young = found.household == raises.HOUSEHOLDS.index("household:two_adults_child_under_six")
    assert series["household:two_adults_child_under_six"][11] == pytest.approx(found.less[young].mean())
    assert frame.series("raise_left", "pay:12-15")[11] == pytest.approx(found.left[found.pay == 1].mean())
    assert frame.series("raise_workers", "pay:30+")[11] == pytest.approx((found.pay == 4).sum() / m.scale)
