"""A steady region stays as it is: ten years in which jobs grow as fast as the people who would work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import laborsim
from laborsim.market import codes as k
from laborsim.market.stationary import residents
from laborsim.scenario.schema import Assumption

SCENARIO = Path(__file__).parents[1] / "scenarios" / "independence-works-2025.toml"
# Nothing of 2020-22: from the first month on every sector grows by the trend, about as the region's labor force does.
STEADY = {"region.index_known_to": "2018-01", "region.trend_growth": 0.007}
YEARS = 10
FLOORS = np.array([16, 18, 20, 25, 30, 35, 45, 55, 60, 62, 65, 70, 75])


def look(m: laborsim.LaborMarket) -> dict[str, np.ndarray]:
    """People by sex and age, and what must not drift, by sex and age where it goes with age."""
    w, p, h = m.world, m.world.people.columns, m.world.households.columns
    m.month.index = m.months
    r = residents(m.month, m.month.memory["demography"]["head"])
    here, age = r.here, r.age
    group = p.sex[here].astype(np.int64) * FLOORS.size + np.searchsorted(FLOORS, age, side="right") - 1
    count = np.bincount(group, minlength=2 * FLOORS.size)

    def share(has: np.ndarray) -> np.ndarray:
        return np.bincount(group, has, minlength=count.size) / np.maximum(count, 1)

    state, traits = p.state[here], p.traits[here]
    lived_in = (h.adults[: w.households.size] > 0) & (h.zone[: w.households.size] < m.economy.outside)
    kids, adults = h.children[: w.households.size][lived_in].astype(int), h.adults[: w.households.size][lived_in]
    small = (kids > 0) & (m.months - h.youngest[: w.households.size][lived_in] < 72)
    grown, mothers = (age >= 25) & (age < 35), (p.sex[here] == k.FEMALE) & (age >= 20) & (age < 45)
    return {
        "people": count,
        "participation": share(state <= k.UNEMPLOYED),
        "disabled": share(state == k.DISABLED),
        "carers": share(state == k.CARER),
        "students": share(state == k.STUDENT),
        "retired": share(state == k.RETIRED),
        "self-employed": share(state == k.SELF_EMPLOYED),
        "limited": share(traits & k.TRAIT_DISABILITY > 0),
        "enrolled": share(traits & k.TRAIT_ENROLLED > 0),
        "alone": share(r.lone),
        "children per woman of 20 to 44": np.array([kids.sum() / mothers.sum()]),
        "homes with a child under six, of those with children": np.array([small.sum() / (kids > 0).sum()]),
        "lone parents, of homes with children": np.array([np.mean(adults[kids > 0] == 1)]),
        "degrees at 25 to 34": np.array([np.mean(p.education[here][grown] >= k.BACHELOR)]),
    }


@pytest.fixture(scope="module")
def decade():
    spec = laborsim.load_scenario(SCENARIO)
    stated = {name: Assumption(value=value) for name, value in STEADY.items()}
    spec = spec.model_copy(update={"assumptions": {**spec.assumptions, **stated}})
    m = laborsim.LaborMarket(spec, rng=1, scale=0.03)
    start = look(m)
    m.run_for(12 * YEARS)
    return start, look(m), m.frame()


def of_all(start, now, name):
    """Share at the start and now, both among as many people of each sex and age as at the start."""
    if start[name].size == 1:
        return float(start[name][0]), float(now[name][0])
    weight = start["people"] / start["people"].sum()
    return float(start[name] @ weight), float(now[name] @ weight)


LEVEL = {  # most that each may move in ten years; of three seeds none moved by more than 0.9 of it
    "participation": 0.012, "disabled": 0.005, "carers": 0.005, "students": 0.005, "retired": 0.007,
    "self-employed": 0.012, "limited": 0.01, "enrolled": 0.006, "alone": 0.015, "children per woman of 20 to 44": 0.09,
    "homes with a child under six, of those with children": 0.04, "lone parents, of homes with children": 0.04,
    "degrees at 25 to 34": 0.05,
}  # fmt: skip


@pytest.mark.parametrize("name", LEVEL)
def test_shares_keep_their_level_at_given_ages(decade, name):
    start, now, _ = decade
    before, after = of_all(start, now, name)
    assert after == pytest.approx(before, abs=LEVEL[name]), name


def test_participation_keeps_its_level_at_every_age_of_many_people(decade):
    start, now, _ = decade
    many = start["people"] > 1500
    assert many.sum() >= 10
    np.testing.assert_allclose(now["participation"][many], start["participation"][many], atol=0.065)


def test_people_grow_as_the_region_did_and_families_replace_their_children(decade):
    """Census estimates of the region: 0.8 per cent a year in 2010-19, 0.6 in 2020-23."""
    start, now, frame = decade
    growth = np.log(now["people"].sum() / start["people"].sum()) / YEARS
    assert 0.005 < growth < 0.011
    for flow in ("births", "youth_entering", "out_migration"):
        a, b = frame.series(flow)[:24].mean(), frame.series(flow)[-24:].mean()
        assert b == pytest.approx(a, rel=0.15), flow
    coming = frame.series("in_migration").reshape(YEARS, 12).sum(axis=1)
    assert coming.max() / coming.min() < 1.25
    assert frame.series("childcare_slots")[-12:].mean() > 0.78 * frame.series("childcare_slots")[:12].mean()


def test_what_is_compared_is_there(decade):
    """Shares of the start lie where a region's do."""
    start, _, _ = decade
    assert 0.6 < of_all(start, start, "participation")[0] < 0.75
    assert 0.01 < of_all(start, start, "disabled")[0] < 0.1 and 0.1 < of_all(start, start, "alone")[0] < 0.25
