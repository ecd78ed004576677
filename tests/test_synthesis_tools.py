"""Raking, rounding, quotas, keyed columns and establishment sizes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from laborsim.market.draws import uniform
from laborsim.region import careers, employers, keyed, rake
from laborsim.scenario.parameters.registry import Parameters

POSITIVE = st.floats(0.05, 20.0)


def ipf_oracle(table, rows, columns, steps=2000):
    """Alternate scaling of rows and columns, entry by entry."""
    t = [list(map(float, r)) for r in table]
    for _ in range(steps):
        for i, want in enumerate(rows):
            have = sum(t[i])
            t[i] = [x * want / have for x in t[i]]
        for j, want in enumerate(columns):
            have = sum(r[j] for r in t)
            for r in t:
                r[j] *= want / have
    return np.array(t)


@settings(max_examples=20, deadline=None)
@given(hnp.arrays(float, (3, 4), elements=POSITIVE), hnp.arrays(float, 3, elements=POSITIVE),
       hnp.arrays(float, 4, elements=POSITIVE))
def test_ipf_equals_the_oracle_and_keeps_odds(seed, rows, columns):
    columns = columns * rows.sum() / columns.sum()
    got = rake.ipf(seed, [((0,), rows), ((1,), columns)], 1e-12, 3000)
    assert np.allclose(got, ipf_oracle(seed, rows, columns, 300), rtol=1e-4, atol=1e-6)
    odds = lambda t: t[0, 0] * t[1, 1] / (t[0, 1] * t[1, 0])  # noqa: E731
    assert odds(got) == pytest.approx(odds(seed), rel=1e-6)


def test_ipf_refuses_margins_that_cannot_agree():
    with pytest.raises(ValueError, match="sums to"):
        rake.ipf(np.ones((2, 2)), [((0,), np.array([1.0, 1.0])), ((1,), np.array([5.0, 1.0]))])
    with pytest.raises(ValueError, match="shape"):
        rake.ipf(np.ones((2, 2)), [((0,), np.ones(3))])


@given(hnp.arrays(float, st.integers(1, 60), elements=st.floats(0, 3)), st.floats(0, 0.999))
def test_systematic_keeps_every_block_to_within_one(expected, start):
    got = rake.systematic(expected, start)
    assert (got >= 0).all()
    for a in range(0, expected.size, 7):
        assert abs(got[a:].sum() - expected[a:].sum()) <= 1.0 + 1e-6


@given(hnp.arrays(float, st.integers(1, 30), elements=st.floats(0, 50)))
def test_largest_remainder_is_near_and_adds_up(expected):
    got = rake.largest_remainder(expected)
    assert got.sum() == round(float(expected.sum()))
    if expected.sum() > 1:
        scaled = expected * (got.sum() / expected.sum())
        assert np.abs(got - scaled).max() < 1.0 + 1e-6


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 40)),
       st.integers(0, 2**31))
def test_round_table_hits_both_margins(whole, salt):
    blur = np.random.default_rng(salt).uniform(0.5, 1.5, whole.shape)
    rows, columns = whole.sum(1), whole.sum(0)
    if whole.sum() == 0:
        return
    expected = rake.ipf(np.maximum(whole, 0.01) * blur, [((0,), rows.astype(float)), ((1,), columns.astype(float))])
    got = rake.round_table(expected, rows, columns)
    assert (got.sum(1) == rows).all() and (got.sum(0) == columns).all() and (got >= 0).all()


def quota_oracle(shares, group, key, order):
    owed = [0.0] * shares.shape[1]
    out = [0] * len(group)
    for i in order:
        weights = []
        for c, s in enumerate(shares[group[i]]):
            weights.append(s * (1 + owed[c] if owed[c] > 0 else 1 / (1 - owed[c])) ** 4)
            owed[c] += s
        u, c = keyed.uniforms(key, np.array([i]))[0] * sum(weights), 0
        while c < len(weights) - 1 and sum(weights[: c + 1]) <= u:
            c += 1
        owed[c] -= 1
        out[i] = c
    return out


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_quota_equals_the_oracle_and_totals_follow(salt):
    rng = np.random.default_rng(salt)
    shares = rng.dirichlet(np.ones(5), 4)
    group, order, key = rng.integers(0, 4, 300), rng.permutation(300), keyed.part_key(salt, keyed.Part.CAR)
    got = rake.quota(shares, group, key, order)
    assert got.tolist() == quota_oracle(shares, group, key, order)
    assert np.abs(np.bincount(got, minlength=5) - shares[group].sum(0)).max() < 6.0


def test_quota_keeps_what_is_rare_rare_and_never_gives_what_is_closed():
    shares = np.array([[1.0, 0.0], [0.5, 0.5], [0.999, 0.001]])
    group, key = np.tile([0, 1, 2], 3000), keyed.part_key(1, keyed.Part.CAR)
    got = rake.quota(shares, group, key)
    assert (got[group == 0] == 0).all()
    assert got[group == 2].sum() < 20 and abs(got.sum() - 1503) < 6


def test_shift_to_mean_hits_each_group():
    rng = np.random.default_rng(1)
    group = rng.integers(0, 3, 4000)
    p = rake.shift_to_mean(rng.normal(size=4000), group, np.array([0.1, 0.5, 0.93]), 3)
    assert np.allclose([p[group == g].mean() for g in range(3)], [0.1, 0.5, 0.93], atol=1e-6)


def test_shift_to_total_scales_odds_alike():
    share, weight = np.array([0.1, 0.4, 0.0]), np.array([200.0, 100.0, 50.0])
    got = rake.shift_to_total(share, weight, 90.0)
    assert (got * weight).sum() == pytest.approx(90.0) and got[2] == 0.0
    odds = got[:2] / (1 - got[:2]) / (share[:2] / (1 - share[:2]))
    assert odds[0] == pytest.approx(odds[1])


def test_pay_has_the_spread_of_the_occupation_and_keeps_ranks():
    rng = np.random.default_rng(2)
    percentiles = np.array([[9.0, 10.0, 12.0, 15.0, 21.0], [20.0, 30.0, 45.0, 70.0, 120.0]])
    occupation, pay = rng.integers(0, 2, 4000).astype(np.uint8), rng.normal(size=4000)
    made = careers.fitted_pay(percentiles, occupation, pay)
    for o in (0, 1):
        mine = occupation == o
        assert np.percentile(np.exp(made[mine]), [10, 25, 50, 75, 90]) == pytest.approx(percentiles[o], rel=0.01)
        assert (np.diff(made[mine][np.argsort(pay[mine])]) >= 0).all()


def test_keyed_columns_are_the_scalar_draws():
    key = keyed.part_key(5, keyed.Part.CAR)
    ids = np.array([0, 3, 2**40 + 1])
    assert keyed.uniforms(key, ids).tolist() == [uniform(key, i) for i in ids.astype(np.uint64)]
    assert len({int(p) for p in keyed.Part}) == len(keyed.Part)


def test_normals_are_standard_normal():
    stats = pytest.importorskip("scipy.stats")
    u = np.array([1e-6, 0.01, 0.02425, 0.3, 0.5, 0.8, 0.99, 1 - 1e-6])
    assert np.allclose([keyed.inverse_normal(x) for x in u], stats.norm.ppf(u), atol=1e-7)
    x = keyed.normals(keyed.part_key(1, keyed.Part.ABILITY), np.arange(40_000))
    assert stats.kstest(x, "norm").pvalue > 1e-3


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 50_000), st.floats(1, 3000), st.floats(0.01, 1.0))
def test_sizes_sum_to_the_jobs_at_every_scale(jobs, count, scale):
    sizes = employers.tail_sizes(jobs, count, 1.06, 9000.0)
    assert sizes.sum() == pytest.approx(jobs) and (np.diff(sizes) >= -1e-9).all()
    simulated = employers.sample_sizes(sizes, scale)
    assert simulated.sum() == round(jobs * scale) if round(jobs * scale) else simulated.size == 0
    assert (simulated >= 1).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 200), st.floats(0.02, 1.0), st.integers(0, 9))
def test_representatives_keep_what_depends_on_size(count, scale, salt):
    sizes = np.sort(np.random.default_rng(salt).pareto(1.06, count) * 4 + 1)
    n = max(1, round(count * scale))
    mean = employers.represented(sizes, n, np.log(sizes))
    jobs = employers.represented(sizes, n, np.ones(count))
    assert jobs == pytest.approx(np.ones(n))
    edges = np.linspace(0, count, n + 1)
    for k in range(n):  # plainly: each stands for a stretch of the row, of the ones at its ends in part
        part = [max(0.0, min(edges[k + 1], i + 1) - max(edges[k], i)) for i in range(count)]
        weight = [p * s for p, s in zip(part, sizes, strict=True)]
        want = sum(w * math.log(s) for w, s in zip(weight, sizes, strict=True)) / sum(weight)
        assert mean[k] == pytest.approx(want, rel=1e-6, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.floats(0.05, 0.95), st.integers(0, 99))
def test_even_choice_leaves_no_group_to_luck(n, chance, salt):
    rng = np.random.default_rng(salt)
    weight, group, u = rng.pareto(1.1, n) + 1, rng.integers(0, 4, n), rng.random(n)
    chances = np.clip(chance + 0.2 * rng.normal(size=n), 0.0, 1.0)
    order = np.argsort(-weight, kind="stable")
    chosen = employers.even_choice(chances, weight, group, order, u)
    owed = [0.0] * 4
    for i in order.tolist():  # oracle
        g = int(group[i])
        owed[g] += chances[i] * weight[i]
        assert chosen[i] == (chances[i] > 0 and u[i] * weight[i] < owed[g])
        owed[g] -= weight[i] * chosen[i]
    for g in range(4):  # what is missing or too much is at most the last few, not the largest
        mine = group == g
        if mine.sum() > 20:
            assert abs(float((weight * (chosen - chances))[mine].sum())) <= weight[mine].max()


def test_size_tail_is_near_zipf():
    groups = ((9000, 15), (4000, 9), (1500, 40), (6000, 20))
    parts = [employers.tail_sizes(n * mean, n, 1.06, 9000.0) for n, mean in groups]
    size = np.sort(np.concatenate(parts))[::-1]
    for k in (1000, 2000, 5000):
        hill = 1.0 / np.log(size[:k] / size[k]).mean()
        assert 0.9 < hill < 1.2


def test_staffing_totals_follow_the_shares():
    rng = np.random.default_rng(3)
    staffing = rng.dirichlet(np.full(30, 0.4), 2)
    size = np.sort(np.floor(1 + rng.pareto(1.06, 600) * 3).astype(np.int64).clip(1, 2000))
    zone, sector = np.repeat([0, 1], 300), np.tile(np.repeat([0, 1], 150), 2)
    s = Parameters().room("synthesis")
    est, occ, count = employers.cells(zone, sector, size, size.astype(float), staffing, 7, s)
    assert np.bincount(est, count, 600).tolist() == size.tolist()
    assert (count > 0).all() and (np.diff(est) >= 0).all()
    for s in (0, 1):
        mine = sector[est] == s
        got = np.bincount(occ[mine], count[mine], 30)
        assert np.abs(got / got.sum() - staffing[s]).max() < 0.012
    small = size[est] <= 5
    assert np.bincount(est[small], minlength=600).max() <= 5
