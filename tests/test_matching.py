"""The matching kernel against its oracle, and what must hold of any matching."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matching_oracle as oracle
from laborsim.market import matching as mt
from laborsim.market.month import Crew
from laborsim.market.pay import Pay, fits

KEYS = mt.Keys(np.uint64(11), np.uint64(12), np.uint64(13), np.uint64(14))
PAID = {"skill_floor": 0.25, "experience_passes": 0.6, "taste": 0.2}


def market(seed, n=40, m=25, occupations=5, zones=3, ties=False, applications=4):
    """A random small labor market."""
    rng = np.random.default_rng(seed)
    mobility = rng.dirichlet(np.full(occupations, 0.5), occupations)
    mobility[rng.random(mobility.shape) < 0.2] = 0.0
    seekers = mt.Seekers(
        id=rng.integers(1, 2**63, n).astype("u8"), occupation=rng.integers(0, occupations, n).astype("u1"),
        zone=rng.integers(0, zones, n).astype("u1"), education=rng.integers(0, 6, n).astype("u1"),
        trained=rng.integers(0, 6, n).astype("u1"), credentials=(rng.integers(0, 9, n) % 5).astype("u2"),
        applications=rng.integers(0, applications + 1, n).astype("u1"),
        knows=rng.integers(0, 16, n).astype("u4"), reservation=rng.uniform(5, 20, n).astype("f4"),
        ability=rng.uniform(-0.2, 0.3, n).astype("f4"), skill=rng.uniform(0.2, 1.1, n).astype("f4"),
        score=(np.zeros(n) if ties else rng.normal(size=n)).astype("f4"),
        record=(rng.random(n) < 0.2).astype("u1"), travel=rng.integers(0, 3, n).astype("u1"),
        hold=np.where(rng.random(n) < 0.7, -np.inf, np.log(20)).astype("f4"),
        cell=np.where(rng.random(n) < 0.7, -1, rng.integers(0, 3 * m, n)).astype("i4"),
        bias=(np.zeros(n) if ties else rng.uniform(0, 0.5, n)).astype("f4"),
        discount=(np.zeros(n) if ties else rng.uniform(0, 0.2, n)).astype("f4"),
    )
    vacancies = mt.Vacancies(
        cell=np.sort(rng.choice(3 * m, m, replace=False)).astype("i4"), open=rng.integers(1, 4, m).astype("i4"),
        posted=(np.full(m, 20.0) if ties else rng.lognormal(3, 0.4, m)).astype("f4"),
        floor=np.full(m, 12.0, "f4"), fields=rng.integers(0, 8, m).astype("u2"),
        occupation=rng.integers(0, occupations, m).astype("u1"), zone=rng.integers(0, zones, m).astype("u1"),
        needs=rng.integers(0, 4, m).astype("u1"), screens_record=(rng.random(m) < 0.5).astype("u1"),
        amenity=(np.zeros(m) if ties else rng.normal(0, 0.1, m)).astype("f4"),
        bias=rng.uniform(0.5, 1.5, m).astype("f4"), experience=(rng.random(m) * (rng.random(m) < 0.3)).astype("f4"),
    )
    terrain = mt.Terrain(
        commute_weight=rng.uniform(0, 1, (3, zones, zones)) * (rng.random((3, zones, zones)) < 0.8),
        commute_cost=np.zeros((3, zones, zones)) if ties else rng.uniform(0, 0.3, (3, zones, zones)),
        mobility=mobility, occ_major=rng.integers(0, 4, occupations).astype("u1"),
        carried=np.where(np.eye(occupations) > 0, 1.0, rng.uniform(0.3, 0.8, (occupations, occupations))).astype("f4"),
        pay=Pay(*rng.uniform(0.1, 0.6, (3, occupations)), np.zeros((2, 5))),
    )
    return seekers, vacancies, terrain


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), rounds=st.integers(1, 6), attraction=st.sampled_from([0.0, 0.5, 1.0]),
       filters=st.booleans(), ties=st.booleans(), occupations=st.sampled_from([1, 5, 18, 40]),
       zones=st.sampled_from([1, 3, 20]))
def test_equals_oracle(seed, rounds, attraction, filters, ties, occupations, zones):
    s, v, t = market(seed, occupations=occupations, zones=zones, ties=ties)
    p = mt.MatchingParameters(rounds=rounds, attraction=attraction, filters=filters, redraws=3,
                              noise=0.0 if ties else 1.0, **({} if ties else PAID))
    can = np.flatnonzero(s.applications > 0)[:4]
    sent_on = [(int(i), int(s.applications[i]) - 1, int(i) % v.cell.size) for i in can]
    index, sent, filled, received, *_ = oracle.match(s, v, t, p, KEYS, sent_on)
    got = mt.match(s, v, t, p, KEYS, referrals=mt.Referrals(*(np.array(x, int) for x in zip(*sent_on, strict=True))))
    assert got.vacancy_index.tolist() == index
    assert got.applications_sent.tolist() == sent
    assert got.filled.tolist() == filled
    assert got.applications.tolist() == received


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_full_deferred_acceptance_is_stable(seed):
    """With enough rounds no cell and applicant would both rather have each other (Gale and Shapley)."""
    s, v, t = market(seed, n=60)
    p = mt.MatchingParameters(rounds=1000, redraws=4, **PAID)
    index, *_, score, utility = oracle.match(s, v, t, p, KEYS)
    got = mt.match(s, v, t, p, KEYS)
    assert got.vacancy_index.tolist() == index
    for (w, i), worth in utility.items():
        wants = got.vacancy_index[i] < 0 or worth > utility[got.vacancy_index[i], i]
        inside = [score[w, k] for k in np.flatnonzero(got.vacancy_index == w)]
        has_room = len(inside) < v.open[w] or min(inside) < score[w, i]
        assert not (wants and has_room)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), rounds=st.integers(1, 5))
def test_no_place_twice_and_no_filter_broken(seed, rounds):
    s, v, t = market(seed, n=300, m=80)
    r = mt.match(s, v, t, mt.MatchingParameters(rounds=rounds, **(PAID | {"taste": 0.0})), KEYS)
    hired = np.flatnonzero(r.vacancy_index >= 0)
    at = r.vacancy_index[hired]
    assert np.array_equal(np.bincount(at, minlength=v.cell.size), r.filled)
    assert (r.filled <= v.open).all() and (r.filled <= r.applications).all()
    skill = s.skill[hired].astype(float) * t.carried[s.occupation[hired], v.occupation[at]]
    o = v.occupation[at]
    own = t.pay.ability[o] * s.ability[hired] + t.pay.skill[o] * (np.maximum(skill, PAID["skill_floor"]) - 1.0)
    own += t.pay.match[o] * fits(s.id[hired], v.cell[at], KEYS.taste) / 127.0 - s.discount[hired] * v.bias[at]
    pay = np.maximum(np.log(v.posted[at].astype(float)) + own, np.log(12.0))
    assert (np.exp(pay) >= s.reservation[hired] - 1e-4).all()
    passes = (v.needs[at] <= s.education[hired]) | ((skill >= 0.6) & (v.needs[at] <= s.trained[hired]))
    assert (passes | ((v.fields[at] & s.credentials[hired]) > 0) & (v.needs[at] <= 3)).all()
    assert not (v.screens_record[at] & s.record[hired]).any()
    assert (v.cell[at] != s.cell[hired]).all()
    assert ((s.knows[hired] >> t.occ_major[v.occupation[at]]) & 1).all()
    worth = pay + v.amenity[at] - t.commute_cost[s.travel[hired], s.zone[hired], v.zone[at]]
    assert (worth > s.hold[hired] - 1e-5).all()
    assert r.applications.sum() == r.applications_sent.sum()
    assert (r.applications_sent <= s.applications).all()


def test_threads_do_not_matter():
    s, v, t = market(5, n=150_000, m=20_000, occupations=30)
    p = mt.MatchingParameters()
    one = mt.match(s, v, t, p, KEYS, Crew(1))
    assert same(one, mt.match(s, v, t, p, KEYS, Crew(2)))
    assert same(one, mt.match(s, v, t, p, KEYS, Crew(3)))
    assert (one.vacancy_index >= 0).sum() > 5000


def test_order_of_seekers_does_not_matter():
    s, v, t = market(6, n=2000, m=300)
    p = mt.MatchingParameters()
    order = np.random.default_rng(0).permutation(2000)
    a = mt.match(s, v, t, p, KEYS)
    b = mt.match(mt.Seekers(*(c[order] for c in s)), v, t, p, KEYS)
    assert np.array_equal(a.vacancy_index[order], b.vacancy_index)
    assert np.array_equal(a.filled, b.filled)


def test_separate_markets_do_not_touch():
    """Occupations that nobody moves between can be emptied without changing the others."""
    s, v, t = market(7, n=3000, m=400, occupations=6)
    t = t._replace(mobility=np.kron(np.eye(2), np.full((3, 3), 1 / 3)))
    p = mt.MatchingParameters()
    both = mt.match(s, v, t, p, KEYS)
    mine, cells = s.occupation < 3, v.occupation < 3
    alone = mt.match(mt.Seekers(*(c[mine] for c in s)), mt.Vacancies(*(c[cells] for c in v)), t, p, KEYS)
    renumber = np.append(np.cumsum(cells) - 1, -1)
    assert np.array_equal(renumber[both.vacancy_index[mine]], alone.vacancy_index)
    assert np.array_equal(both.filled[cells], alone.filled)


def test_one_more_vacancy_changes_few_choices():
    """Keyed tree choices: a new vacancy draws applications to itself and leaves nearly all others alone."""
    s, v, t = market(8, n=20_000, m=5000, occupations=20)
    p = mt.MatchingParameters(filters=False)
    without = np.delete(np.arange(5000), 2500)
    few = mt.match(s, mt.Vacancies(*(c[without] for c in v)), t, p, KEYS)
    more = mt.match(s, v, t, p, KEYS)
    changed = np.abs(more.applications[without] - few.applications).sum()
    assert changed <= 25 * more.applications[2500] + 50
    assert changed < 0.02 * more.applications.sum()


def test_market_shares_follow_the_weights():
    """Chi-square of 2e5 choices of occupation and zone against mobility x commuting x vacancies."""
    from scipy.stats import chisquare

    rng = np.random.default_rng(3)
    occupations, zones, n = 20, 17, 200_000
    s, v, t = market(9, n=n, m=3000, occupations=occupations, zones=zones)
    s = s._replace(occupation=np.full(n, 2), zone=np.full(n, 1), applications=np.ones(n, "u1"),
                   knows=np.full(n, 2**32 - 1), hold=np.full(n, -np.inf), cell=np.full(n, -1),
                   travel=np.ones(n, "u1"), id=rng.integers(0, 2**63, n))
    p = mt.MatchingParameters(filters=False, attraction=0.7)
    r = mt.match(s, v, t, p, KEYS)
    pull = oracle.market_weights(v, t, p)
    weight = t.commute_weight[1, 1][:, None] * t.mobility[2][None, :] * pull
    in_market = weight[v.zone, v.occupation] / np.bincount(
        v.zone.astype(int) * occupations + v.occupation, v.open, zones * occupations
    )[v.zone.astype(int) * occupations + v.occupation]
    expected = in_market * v.open
    keep = expected > 0
    expected = expected[keep] / expected.sum() * n
    assert r.applications[~keep].sum() == 0
    assert chisquare(r.applications[keep], expected).pvalue > 1e-4


def test_nobody_and_nothing():
    s, v, t = market(1)
    p = mt.MatchingParameters()
    none = mt.match(mt.Seekers(*(c[:0] for c in s)), v, t, p, KEYS)
    assert none.vacancy_index.size == 0 and none.filled.sum() == 0
    empty = mt.match(s, mt.Vacancies(*(c[:0] for c in v)), t, p, KEYS)
    assert (empty.vacancy_index == -1).all()


def test_bad_input_is_refused():
    s, v, t = market(1)
    with pytest.raises(ValueError, match="redraws"):
        mt.match(s, v, t, mt.MatchingParameters(redraws=0), KEYS)
    with pytest.raises(ValueError, match="out of range"):
        mt.match(s._replace(occupation=s.occupation + 5), v, t, mt.MatchingParameters(), KEYS)
