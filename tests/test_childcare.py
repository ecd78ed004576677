"""Childcare: places against a plain oracle, subsidies within their places, prices and staffing that follow."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import worlds
from laborsim.market import childcare, demography
from laborsim.market import codes as k
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream
from laborsim.market.draws import bits as raw_bits
from laborsim.market.draws import more_bits as raw_more_bits
from laborsim.market.draws import to_unit as raw_to_unit


# Compiled functions hand 64-bit integers back as plain ints, which do not go in again as they are.
def draw(key, agent, counter=0):
    first = np.uint64(raw_bits(key, agent))
    return float(raw_to_unit(np.uint64(raw_more_bits(first, counter)) if counter else first))


def ready(people=4000, index=0, **settings):
    m = worlds.month(people, index=index, eco=worlds.economy(72), **settings)
    c, n = m.world.cells, m.world.cells.size  # the small worlds have more childcare staff than children need
    for column in (c.filled, c.target):
        column[:n][c.sector[:n] == m.economy.childcare_sector] //= 12
    demography.prepare(m)
    childcare.prepare(m)
    return m


def subsidise(m, share=0.7, places=40, limit=30.0):
    m.levers.childcare_subsidy_share[:] = share
    m.levers.childcare_subsidy_places[:] = places
    m.levers.childcare_income_limit[:] = limit


def months(m, n, before=None):
    for index in range(n):
        m.index = index
        m.counts.reset()
        if before is not None:
            before(m)
        childcare.stage(m)
    return m


def oracle(m, selected):
    """Arrangement of every household, and by zone: children placed and unmet; places go in order of rank."""
    w, t = m.world, childcare._terms(m)
    h, p, head = w.households, w.people, m.memory["demography"]["head"]
    fixed, key = m.key(Stream.CHILDCARE_FAMILY, fixed=True), m.key(Stream.CHILDCARE_PLACE)
    busy, searching = np.zeros(h.size, int), np.zeros(h.size, int)
    for i in range(p.size):
        g = p.household[i]
        if p.state[i] == k.STUDENT or (p.state[i] > k.SELF_EMPLOYED and p.program[i] != k.NO_PROGRAM):
            busy[g] += 1
        elif p.state[i] in (k.UNEMPLOYED, k.TEMPORARY_LAYOFF):
            searching[g] += 1
    workers, _, _ = childcare._staff(m)
    capacity = np.floor((m.memory["childcare"]["other"] + workers * m.room("childcare")["hours_on_duty"]) * 1000)
    care = np.zeros(h.size, int)
    queue = {z: [] for z in range(m.economy.zones)}
    for g in range(h.size):
        age = m.index - int(h.youngest[g])
        if h.children[g] == 0 or age >= 156:
            continue
        care[g] = k.CARE_PARENT
        working = int(h.earners[g]) + busy[g]
        mine = h.care[g] == k.CARE_FORMAL
        if working < h.adults[g] and not (working + searching[g] >= h.adults[g] and (working or mine)):
            continue
        ident, z = p.id[head[g]], h.zone[g]
        group = 0 if age < 24 else 1 if age < 72 else 2
        kin = draw(fixed, ident) < t.family[group]
        if kin and draw(fixed, ident, 1) >= t.take[int(selected[g] > 0), z, group]:
            care[g] = k.CARE_FAMILY
            continue
        gap = (int(h.youngest[g]) - int(h.eldest[g])) // max(int(h.children[g]) - 1, 1)
        ages = [age + gap * s for s in range(h.children[g])]
        load, count = 0, 0
        for a in ages:
            kind = 0 if a < 24 else 1 if a < 72 else 2 if a < 156 else None
            if kind == 2 and group < 2 and draw(fixed, ident) < t.family[2]:
                kind = None
            if kind is not None:
                load, count = load + int(t.load[kind]), count + 1
        rank = draw(fixed, ident, 2) if mine else 1.0 + draw(key, ident)
        queue[z].append((int(rank * childcare.BINS / 2), load, count, kin, g))
    placed, unmet = np.zeros(m.economy.zones, int), np.zeros(m.economy.zones, int)
    for z, waiting in queue.items():
        taken = 0
        for step in range(childcare.BINS):
            here = [x for x in waiting if x[0] == step]
            taken += sum(x[1] for x in here)
            for _, _, count, kin, g in here:
                if taken <= capacity[z]:
                    care[g], placed[z] = k.CARE_FORMAL, placed[z] + count
                else:
                    care[g], unmet[z] = k.CARE_FAMILY if kin else k.CARE_PARENT, unmet[z] + count
    return care, placed, unmet


@pytest.mark.parametrize("seed", [1, 2])
def test_arrangements_equal_the_oracle(seed):
    m = ready(3000, seed=seed)
    m.memory["childcare"]["other"] *= 0.8  # so that places are short
    care, placed, unmet = oracle(m, np.zeros(m.world.households.size, int))
    childcare.stage(m)
    np.testing.assert_array_equal(m.world.households.care[: care.size], care)
    np.testing.assert_array_equal(m.counts.childcare_enrolled, placed)
    np.testing.assert_array_equal(m.counts.childcare_unmet, unmet)
    assert unmet.sum() > 0 and placed.sum() > 0
    assert (m.memory["childcare"]["chance"] < 1).any()


def test_staff_make_places():
    m = months(ready(), 2)
    before = m.counts.childcare_unmet.sum(), m.memory["childcare"]["slots"].sum()
    c, n = m.world.cells, m.world.cells.size
    c.filled[:n][c.sector[:n] == m.economy.childcare_sector] //= 3
    months(m, 1)
    assert m.counts.childcare_unmet.sum() > before[0]
    assert m.memory["childcare"]["slots"].sum() < before[1]


def test_places_kept_from_month_to_month():
    m = months(ready(), 1)
    h = m.world.households
    had = h.care[: h.size] == k.CARE_FORMAL
    m.index = 1
    childcare.stage(m)
    assert np.mean(h.care[: h.size][had] == k.CARE_FORMAL) > 0.93


def test_subsidised_children_stay_within_places_and_are_paid_for():
    m = ready(6000)
    months(m, 4, lambda m: subsidise(m, places=25))
    assert 0 < m.counts.childcare_subsidized.max() <= 25
    price = m.memory["childcare"]["price"]
    cents = m.counts.scalars[SCALAR["childcare_subsidy_cents"]]
    children = m.counts.childcare_subsidized.sum()
    assert 0.6 * price.min() * children * 100 * 0.7 < cents < 1.2 * price.max() * children * 100 * 0.7
    h = m.world.households
    assert (h.subsidized[: h.size][h.children[: h.size] == 0] == 0).all()


def test_scaled_places_are_exact_on_average():
    got = []
    for index in range(12):
        m = ready(6000, index=index, scale=0.1)
        subsidise(m, places=73)
        work, t = childcare._Work(m), childcare._terms(m)
        work.select(m, t)
        zone = m.world.households.zone[: m.world.households.size]
        chosen = work.selected[: zone.size]
        for z in range(3):
            assert chosen[zone == z].sum() <= 8
        got.append(chosen[zone == 0].sum())
    assert 5.5 <= np.mean(got) <= 8


def test_income_limit_keeps_out_those_above():
    m = ready()
    subsidise(m, limit=12.0)
    work, t = childcare._Work(m), childcare._terms(m)
    work.select(m, t)
    p, h = m.world.people, m.world.households
    chosen = np.flatnonzero(work.selected[: h.size])
    assert chosen.size
    for g in chosen:
        wages = p.wage[: p.size][(p.household[: p.size] == g) & (p.state[: p.size] <= k.SELF_EMPLOYED)]
        assert wages.size == 0 or wages.mean() < 12.01


def test_neutral_levers_pay_nothing():
    m = months(ready(), 3)
    assert m.counts.childcare_subsidized.sum() == 0
    assert m.counts.scalars[SCALAR["childcare_subsidy_cents"]] == 0
    assert m.counts.scalars[SCALAR["childcare_supplement_cents"]] == 0


def test_a_family_at_home_keeps_its_place_in_the_order_for_a_year():
    m = ready()
    h, held = m.world.households, []
    for m.index in range(4):
        m.counts.reset()
        subsidise(m, places=40, limit=1000.0)
        childcare.stage(m)
        held.append(np.flatnonzero((h.subsidized[: h.size] > 0) & (h.care[: h.size] == k.CARE_PARENT)))
    kept = sum(np.isin(now, then).sum() for then, now in pairwise(held))
    assert kept > 0.6 * sum(len(rows) for rows in held[1:]) > 0


def test_demand_falls_with_price_and_rises_with_subsidy():
    def enrolled(factor=1.0, subsidy=False):
        m = ready(8000, overrides={"childcare.occupancy": 0.7})
        m.memory["childcare"]["price"] *= factor
        if subsidy:
            subsidise(m, places=10_000, limit=1000.0)
        childcare.stage(m)
        return int(m.counts.childcare_enrolled.sum())

    usual = enrolled()
    assert enrolled(1.3) < usual < enrolled(0.7)
    assert enrolled(subsidy=True) > usual


def test_prices_follow_scarcity_and_wages_within_their_bound():
    m = ready()
    start = m.memory["childcare"]["price"].copy()
    m.memory["childcare"]["other"] *= 0.3
    months(m, 8)
    up = m.memory["childcare"]["price"] / start
    most = m.room("childcare")["price_most"]
    assert (up[:2] > 1.0).all() and (up <= np.exp(8 * most) + 1e-9).all()
    cheap, dear = months(ready(), 8), ready()
    c, n = dear.world.cells, dear.world.cells.size
    c.posted[:n][c.sector[:n] == m.economy.childcare_sector] *= 1.4
    months(dear, 8)
    assert (dear.memory["childcare"]["price"][0] > cheap.memory["childcare"]["price"][0]).all()  # zone 0 has centres


def test_supplement_is_counted_and_does_not_raise_the_price():
    def price(supplement, raise_):
        m = ready()
        c, n = m.world.cells, m.world.cells.size
        c.posted[:n][c.sector[:n] == m.economy.childcare_sector] += raise_
        months(m, 6, lambda m: m.levers.childcare_wage_supplement.__setitem__(slice(None), supplement))
        return m.memory["childcare"]["price"].copy(), int(m.counts.scalars[SCALAR["childcare_supplement_cents"]])

    base, nothing = price(0.0, 0.0)
    paid, cents = price(3.0, 3.0)
    assert nothing == 0 and cents > 0
    np.testing.assert_allclose(paid, base, rtol=1e-9)


def test_waiting_lists_and_paid_places_raise_staffing_targets():
    m = ready()
    m.memory["childcare"]["other"] *= 0.4
    months(m, 10)
    assert (m.memory["childcare"]["target_factor"][:2] > 1.0).all()
    a, b = ready(), ready()
    months(a, 3)
    months(b, 3, lambda m: m.levers.childcare_slots.__setitem__(slice(None), 60.0))
    assert b.memory["childcare"]["target_factor"][0] > a.memory["childcare"]["target_factor"][0]  # zone 0 has centres


def test_paid_places_are_staffed_only_as_far_as_families_want_them():
    some, many = ready(), ready()
    months(some, 3, lambda m: m.levers.childcare_slots.__setitem__(slice(None), 1e4))
    months(many, 3, lambda m: m.levers.childcare_slots.__setitem__(slice(None), 1e6))
    np.testing.assert_array_equal(some.memory["childcare"]["target_factor"], many.memory["childcare"]["target_factor"])


def test_cost_of_care_is_known_for_households_with_children():
    m = months(ready(), 1)
    cost, h = m.scratch["childcare.cost"], m.world.households
    young = (h.children[: h.size] > 0) & (m.index - h.youngest[: h.size] < 156)
    assert (cost[: h.size][~young] == 0).all()
    paying = cost[: h.size][young] > 0
    assert 0.2 < paying.mean() < 0.7
    assert childcare.net_cost(1, 2, 1, np.array([900.0, 700.0, 400.0]), 0.5) == pytest.approx(1350.0)


def test_threads_do_not_matter():
    def after(threads):
        m = months(ready(120_000, threads=threads), 2)
        h = m.world.households
        return (
            h.care[: h.size].tobytes(),
            m.memory["childcare"]["price"].tobytes(),
            m.counts.childcare_unmet.tobytes(),
        )

    assert after(1) == after(2)
