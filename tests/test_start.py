"""The start is near the steady state: with demand that grows like the people, little moves in the first years.

Tolerances leave four standard deviations of what four triples of seeds gave when the tests were written, so that a test
fails by chance less than once in ten thousand changes of the draws.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import laborsim
import worlds
from laborsim import model as model_module
from laborsim.assemble import start_of
from laborsim.market import codes

SCENARIO = Path(__file__).parents[1] / "scenarios" / "independence-works-2025.toml"
SEEDS, SCALE, MONTHS = (1, 2, 3), 0.03, 36
BANDS = (20, 25, 35, 45, 55, 65)


def steady(spec, scale):
    """The region with demand, rules and prices of the start, demand growing 0.7% a year."""
    start = start_of(spec, scale)
    e = start.economy
    growth = 1.007 ** (np.arange(e.months) / 12.0)
    e = replace(
        e,
        sector_index=np.repeat(growth[:, None], e.sectors, 1),
        posts=np.ones_like(e.posts),
        minimum_wage=np.repeat(e.minimum_wage[:1], e.months, 0),
        ui_all=np.zeros_like(e.ui_all),
        ui_supplement=np.zeros_like(e.ui_supplement),
    )
    return replace(start, economy=e)


def taking_part(model) -> np.ndarray:
    """Share in the labor force by age band, 20 and over."""
    p, n = model.world.people, model.world.people.size
    here = (p.state[:n] != codes.GONE) & (p.zone[:n] < model.economy.outside)
    age = (model.months - p.birth[:n].astype(int)) // 12
    band = np.searchsorted(BANDS, age, side="right") - 1
    active = p.state[:n] <= codes.UNEMPLOYED
    return np.array([active[here & (band == b)].mean() for b in range(len(BANDS))])


@cache
def runs():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_module, "start_of", steady)
        spec = laborsim.load_scenario(SCENARIO)
        found = []
        for seed in SEEDS:
            model = laborsim.LaborMarket(spec, rng=seed, scale=SCALE)
            before = taking_part(model)
            model.run_for(MONTHS)
            found.append((model.frame(), before, taking_part(model)))
    return found


def mean(indicator: str, months: slice) -> float:
    return float(np.mean([np.nanmean(frame.series(indicator)[months]) for frame, _, _ in runs()]))


@pytest.mark.parametrize(("indicator", "most"), [("openings_rate", 0.15), ("hires_rate", 0.18), ("quits_rate", 0.12)])
def test_no_burn_in_of_turnover(indicator, most):
    early, later = mean(indicator, slice(0, 3)), mean(indicator, slice(9, 15))
    assert abs(early / later - 1) < most


def test_no_burn_in_of_unemployment():
    assert abs(mean("unemployment_rate", slice(0, 3)) - mean("unemployment_rate", slice(9, 15))) < 0.006


def test_participation_by_age_keeps_its_level():
    change = np.mean([after - before for _, before, after in runs()], axis=0)
    assert np.abs(change).max() < 0.03


def test_dates_move_and_births_stay():
    world = worlds.month().world
    n = world.people.size
    before = {c: getattr(world.people, c)[:n].copy() for c in ("birth", "since", "hired", "counted", "enrolled")}
    world.move_dates(-12)
    for name in ("birth", "enrolled"):
        assert np.array_equal(getattr(world.people, name)[:n], before.pop(name))
    for name, values in before.items():
        assert np.array_equal(getattr(world.people, name)[:n], values - 12)


def test_goals_of_the_scenario_stand_where_their_sources_say():
    """Levels of 2019 named in the sources of targets, rounded there; the mean of two seeds moves by half a point."""
    spec = laborsim.load_scenario(SCENARIO)
    frames = []
    for seed in (1, 2):
        model = laborsim.LaborMarket(spec, rng=seed)
        model.run_for(24)
        frames.append(model.frame())
    said = 0
    for target in spec.targets:
        found = re.search(r"level of 2019 \(([0-9]+)(%?)\)", target.source)
        if found:
            level = np.mean([np.nanmean(f.series(target.indicator, target.group)[12:24]) for f in frames])
            level *= 100 if found[2] else 1
            assert level == pytest.approx(float(found[1]), abs=1.5), target.name
            said += 1
    assert said == 6
