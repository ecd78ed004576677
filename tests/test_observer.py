"""The watched model: nothing it sees changes the run; what it sees is what a slow count finds."""

from __future__ import annotations

import numpy as np
import pytest

import laborsim
from laborsim.loading import scenario_of_region
from laborsim.market.codes import GONE
from laborsim.study.validation import curves
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
    for _ in range(14):
        p = model.world.people
        before = _people(p)
        index = model.month.index if model.months == 0 else model.months
        model.step()
        now = _people(p)
        for person, (job, hired, state) in before.items():
            if state > 2 or job < 0 or person not in now:
                continue
            tenure = max(1, index - hired)
            kind = max(k for k, low in enumerate(curves.TENURE_EDGES) if low <= tenure)
            j, h, s = now[person]
            left = not ((s <= 2 or s == 4) and h == hired and j >= 0)
            risk, gone = counts.get(kind, (0, 0))
            counts[kind] = (risk + 1, gone + left)
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
    for kind, (risk, left) in counts.items():
        assert (model._tenure.risk[kind], model._tenure.left[kind]) == (risk, left)


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
