"""Exact checks: the production matching against models whose results are known."""

from __future__ import annotations

import numpy as np
import pytest

from laborsim.exact import (
    business_cycle,
    flow_agents,
    three_state,
    two_state,
    urn_ball_agents,
    urn_ball_mean_field,
    urn_ball_steady_state,
)


def economy(people, occupations=20):
    """Employed by occupation, complete network, jobs."""
    e = np.full(occupations, people / occupations / 1.016)
    return e, np.full((occupations, occupations), 1 / occupations), e * 1.016


def rates(path):
    """Unemployment, vacancy and long-term unemployment rates of the whole economy."""
    e, u, v, ltu = (x.sum(axis=1) for x in path)
    return u / (e + u), v / (e + v), ltu / (e + u)


def rmse(a, b):
    return float(np.sqrt(np.mean((a - b) ** 2)))


def test_steady_state_published():
    s = urn_ball_steady_state()
    assert s.unemployment == pytest.approx(0.041066, abs=5e-7)
    assert s.vacancy_rate == pytest.approx(0.017219, abs=5e-7)
    assert s.job_finding == pytest.approx(0.3736, abs=5e-5)
    assert s.long_term == pytest.approx(0.010092, abs=5e-7)


def test_mean_field_settles_in_the_steady_state():
    e, a, jobs = economy(1.4e6)
    path = urn_ball_mean_field(e, a, np.tile(jobs, (600, 1)))
    steady = urn_ball_steady_state()
    u, v, ltu = (r[-1] for r in rates(path))
    assert (u, v, ltu) == pytest.approx((steady.unemployment, steady.vacancy_rate, steady.long_term), abs=1e-6)
    finding = 0.016 * path.employed[-1].sum() / path.unemployed[-1].sum()
    assert finding == pytest.approx(steady.job_finding, abs=1e-6)


def test_mean_field_business_cycle():
    e, a, jobs = economy(1.4e6)
    path = urn_ball_mean_field(e, a, business_cycle(jobs, 1500))
    u, v, _ = (r[-103:] for r in rates(path))
    assert (u.min(), u.max()) == pytest.approx((0.01850, 0.09871), abs=6e-6)
    assert (v.min(), v.max()) == pytest.approx((0.01234, 0.05305), abs=6e-6)
    assert loop_area(u, v) > 0


def loop_area(u, v):
    """Signed area of the Beveridge loop with unemployment across: positive when it runs counter-clockwise."""
    return 0.5 * float(np.sum(u * np.roll(v, -1) - np.roll(u, -1) * v))


def test_mean_field_on_a_network_conserves_people_and_jobs():
    rng = np.random.default_rng(0)
    e = rng.uniform(1e3, 1e5, 12)
    a = rng.dirichlet(np.full(12, 0.3), 12)
    path = urn_ball_mean_field(e, a, business_cycle(1.016 * e, 300))
    people = (path.employed + path.unemployed).sum(axis=1)
    assert np.allclose(people, people[0], rtol=1e-12)
    assert all((x >= 0).all() for x in path)
    assert (path.long_term <= path.unemployed + 1e-9).all()


def test_agents_follow_the_mean_field():
    """0.12 points at 140 thousand people, from the start through a fall in demand."""
    e, a, jobs = economy(140_000)
    demand = business_cycle(jobs, 300)
    expected, got = urn_ball_mean_field(e, a, demand), urn_ball_agents(e, a, demand, rng=1)
    for x, y in zip(rates(expected), rates(got), strict=True):
        assert rmse(x, y) < 0.0012
    u, v, _ = (r[-103:] for r in rates(got))
    assert loop_area(u, v) > 0


def test_agents_follow_the_mean_field_at_full_size():
    """0.05 points at 1.4 million people."""
    e, a, jobs = economy(1_400_000, 50)
    demand = np.tile(jobs, (100, 1))
    expected, got = urn_ball_mean_field(e, a, demand), urn_ball_agents(e, a, demand, rng=2)
    for x, y in zip(rates(expected), rates(got), strict=True):
        assert rmse(x, y) < 0.0005


def test_agents_on_a_network_follow_the_mean_field_by_occupation():
    rng = np.random.default_rng(1)
    e = rng.uniform(2e4, 6e4, 5)
    a = rng.dirichlet(np.full(5, 0.5), 5)
    demand = np.tile(1.016 * e, (150, 1))
    expected = urn_ball_mean_field(e, a, demand)
    got = np.mean([urn_ball_agents(e, a, demand, rng=k).unemployed[-50:].mean(axis=0) for k in range(3)], axis=0)
    assert got == pytest.approx(expected.unemployed[-50:].mean(axis=0), rel=0.03)


def test_agents_are_whole_and_conserved():
    e, a, jobs = economy(30_000, 7)
    path = urn_ball_agents(e, a, np.tile(jobs, (60, 1)), rng=3)
    assert all((x == np.rint(x)).all() and (x >= 0).all() for x in path)
    people = (path.employed + path.unemployed).sum(axis=1)
    assert (people == people[0]).all()
    assert (path.long_term <= path.unemployed).all()


def test_agents_do_not_depend_on_threads_but_on_the_seed():
    e, a, jobs = economy(150_000, 9)
    demand = np.tile(jobs, (5, 1))
    one = urn_ball_agents(e, a, demand, rng=4)
    assert all(np.array_equal(x, y) for x, y in zip(one, urn_ball_agents(e, a, demand, rng=4, threads=2), strict=True))
    assert not np.array_equal(one.unemployed, urn_ball_agents(e, a, demand, rng=5).unemployed)


def test_binomial_separations():
    """Mean and variance of the first change in unemployment."""
    e = np.full(1, 5000.0)
    demand = np.full((1, 1), 1e9)  # no job is ever surplus
    w = []
    for seed in range(400):
        path = urn_ball_agents(e, np.ones((1, 1)), demand, rng=seed, gamma=0.0)
        w.append(path.unemployed[1, 0] - path.unemployed[0, 0])
    # separations less hires; the hires of 80 balls in 60 urns have known moments too
    urns, balls = 60, 80
    hires = urns * (1 - (1 - 1 / urns) ** balls)
    assert np.mean(w) == pytest.approx(5000 * 0.016 - hires, abs=4 * np.sqrt((5000 * 0.016 + 10) / 400))
    spread = urns * ((1 - 1 / urns) ** balls + (urns - 1) * (1 - 2 / urns) ** balls) - (urns - hires) ** 2
    assert np.var(w) == pytest.approx(5000 * 0.016 * 0.984 + spread, rel=0.3)


def test_two_and_three_states():
    assert two_state(0.0095, 0.276) == pytest.approx(0.0095 / 0.2855)
    flows = np.array([[0.9608, 0.0095, 0.0297], [0.276, 0.480, 0.244], [0.048, 0.0175, 0.9345]])
    shares = three_state(flows)
    assert shares @ flows == pytest.approx(shares) and shares.sum() == pytest.approx(1)
    assert three_state([[0.99, 0.01], [0.3, 0.7]])[1] == pytest.approx(two_state(0.01, 0.3))


def test_agents_reach_two_and_three_state_steady_states():
    """Within 0.05 points, averaged over the last months."""
    flows = np.array([[0.9608, 0.0095, 0.0297], [0.276, 0.480, 0.244], [0.048, 0.0175, 0.9345]])
    path = flow_agents(200_000, flows, 250)
    assert path[-100:].mean(axis=0) == pytest.approx(three_state(flows), abs=0.0005)
    path = flow_agents(200_000, np.array([[0.985, 0.015], [0.3, 0.7]]), 150)
    assert path[-80:, 1].mean() == pytest.approx(two_state(0.015, 0.3), abs=0.0005)


@pytest.mark.parametrize("bad", [
    dict(employed=[1.0, 2.0]), dict(mobility=[[0.5]]), dict(demand=[1.0]), dict(du=1.5), dict(employed=[-1.0]),
])
def test_bad_input_is_refused(bad):
    given = dict(employed=[100.0], mobility=[[1.0]], demand=[[100.0]]) | bad
    with pytest.raises(ValueError):
        urn_ball_mean_field(**given)
    with pytest.raises(ValueError):
        two_state(0.0, 0.0)
    with pytest.raises(ValueError):
        three_state([[0.5, 0.2], [0.1, 0.9]])
