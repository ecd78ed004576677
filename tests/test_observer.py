"""The watched model: nothing it sees changes the run; what it sees is what a slow count finds."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import laborsim
from laborsim.loading import scenario_of_region
from laborsim.market.codes import GONE
from laborsim.study.validation import curves
from laborsim.study.validation.local import NewMatches, additive, kinds
from laborsim.study.validation.observer import CheaperCare, Followed, ObservedMarket, structure


def _people(p):
    """Job, month of hire and state of everyone here, by id."""
    columns = (a[: p.size].tolist() for a in (p.id, p.job, p.hired, p.state))
    return {i: (j, h, s) for i, j, h, s in zip(*columns, strict=True) if s != GONE}


@pytest.fixture(scope="module")
def watched():
    spec = scenario_of_region("kansas-city")
    model = ObservedMarket(spec, rng=3, scale=0.01)
    counts = {}
    changes = [0, 0]
    for _ in range(14):
        p = model.world.people
        before, trades = _people(p), dict(zip(p.id[: p.size].tolist(), p.occupation[: p.size].tolist(), strict=True))
        idle = {i for i, z in zip(p.id[: p.size].tolist(), p.zone[: p.size].tolist(), strict=True)
                if z < model.economy.outside and i in before and before[i][2] == 5}  # fmt: skip
        index = model.month.index if model.months == 0 else model.months
        model.step()
        now = _people(p)
        for person in idle & now.keys() if index >= 0 else ():
            job, since, state = now[person]
            if state <= 2 and job >= 0 and since > before[person][1]:
                major = model.economy.occ_major
                there = model.world.cells.occupation[job]
                changes = [changes[0] + 1, changes[1] + (major[there] != major[trades[person]])]
        for person, (job, hired, state) in before.items():
            if state > 2 or job < 0 or person not in now:
                continue
            tenure = max(1, index - hired)
            kind = max(k for k, low in enumerate(curves.TENURE_EDGES) if low <= tenure)
            j, h, s = now[person]
            left = not ((s <= 2 or s == 4) and h == hired and j >= 0)
            risk, gone = counts.get(kind, (0, 0))
            counts[kind] = (risk + 1, gone + left)
    counts["hired"] = changes
    return model, counts


def test_watching_changes_nothing(watched):
    model, _ = watched
    plain = laborsim.LaborMarket(model.spec, rng=3, scale=0.01)
    plain.run_for(14)
    assert plain.state_hash() == model.state_hash()
    frame = model.frame()
    shared = plain.frame()
    assert np.array_equal(frame.values[:, : len(shared.keys)], shared.values, equal_nan=True)


def test_tenure_counts_are_those_of_a_slow_count(watched):
    model, counts = watched
    for kind, (risk, left) in ((k, v) for k, v in counts.items() if k != "hired"):
        assert (model._tenure.risk[kind], model._tenure.left[kind]) == (risk, left)


def test_changes_of_occupation_are_those_of_a_slow_count(watched):
    model, counts = watched
    assert model._movers.hired.tolist() == counts["hired"] and counts["hired"][1] > 20


def test_pay_like_for_like_is_that_of_a_slow_fit(watched):
    """Effects of occupation and kind explain wages as well as least squares do; zones keep what is left."""
    draw = np.random.Generator(np.random.Philox(3))
    first, second = draw.integers(0, 5, 400), draw.integers(0, 4, 400)
    y = draw.normal(0, 1, 5)[first] + draw.normal(0, 1, 4)[second] + draw.normal(0, 0.1, 400)
    a, b = additive(y, first, second, 6, 4)
    dummies = np.column_stack([first == k for k in range(5)] + [second == k for k in range(4)]).astype(float)
    best = dummies @ np.linalg.lstsq(dummies, y, rcond=None)[0]
    assert np.allclose(a[first] + b[second], best, atol=1e-6)
    model, _ = watched
    frame = model.frame()
    zones = [f"zone:{c}" for c in model.economy.zone_codes[: model.economy.outside]]
    start = np.array([frame.series("like_pay", z)[0] for z in zones])
    jobs = np.array([frame.series("labor_force", z)[0] for z in zones])
    assert abs(float((start * jobs).sum() / jobs.sum())) < 0.02, "the first month is what the fit is of"
    p, last, slow = model.world.people, model.months - 1, {}
    for i in range(p.size):
        if p.state[i] <= 2 and p.job[i] >= 0 and p.zone[i] < model.economy.outside:
            kind = int(kinds(p, np.array([i]), last)[0])
            usual = model._pay.fit[0][p.occupation[i]] + model._pay.fit[1][kind]
            rest = float(np.log(max(float(p.wage[i]), 1.0))) - usual
            slow.setdefault(int(p.zone[i]), []).append(rest)
    assert frame.series("like_pay", zones[0])[last] == pytest.approx(np.mean(slow[0]), abs=1e-9)


def test_new_matches_leave_those_who_wait_for_recall_out():
    class People:
        id = np.array([1, 2, 3, 4, 5, 9], np.uint64)
        state = np.array([0, 5, 3, 4, 0, 0], np.uint8)
        zone = np.array([0, 0, 0, 0, 2, 0], np.uint8)
        size = 6

    month = SimpleNamespace(world=SimpleNamespace(people=People), economy=SimpleNamespace(outside=2))
    seen = NewMatches()
    # unemployed: 1 finds a job, 2 does not, 3 works on own account, 5 lives elsewhere, 6 is somebody else now; 4 waits
    seen.see(np.array([1, 2, 3, 4, 5, 6], np.uint64), np.array([5, 5, 5, 4, 5, 5], np.uint8), month)
    assert seen.found == [pytest.approx(2 / 3)]
    assert seen.rate == [pytest.approx(1 / 5)]


def test_structure_is_within_reason(watched):
    model, _ = watched
    found = structure(model.month)
    assert 0.7 < found["size_tail", "all"] < 1.5
    assert -0.2 < found["commuting_decay", "all"] < 0.0


def test_cheaper_care_is_cheaper_and_changes_the_run(watched):
    model, _ = watched
    cheap = CheaperCare(model.spec, rng=3, scale=0.01)
    cheap.run_for(3)
    assert (cheap.month.levers.childcare_subsidy_share == curves.CARE_SUBSIDY).all()
    plain = laborsim.LaborMarket(model.spec, rng=3, scale=0.01)
    plain.run_for(3)
    assert cheap.state_hash() != plain.state_hash()


def test_followed_earnings_by_calendar_year():
    """Two people: one keeps half the pay, one earns nothing in a year and is left out of it."""

    class People:
        id = np.array([7, 8], np.uint64)
        state = np.array([0, 5], np.uint8)
        wage = np.array([10.0, 20.0], np.float32)
        hours = np.array([20, 40], np.uint8)

    f = Followed()
    f.add(np.array([0, 1]), People.id.copy(), np.array([400.0, 800.0]))
    for month in range(12):
        f.see(People, month)
    assert f.kept == [pytest.approx(0.5)]
    f.drop(np.array([7], np.uint64))
    for month in range(12, 24):
        f.see(People, month)
    assert np.isnan(f.kept[1])
