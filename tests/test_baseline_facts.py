"""The baseline keeps to its facts: a small validation of one region, which fails when a fact leaves its range.

Four runs of two years with 2% of Kansas City. A fact fails where its mean over runs is further outside its accepted
range than three standard errors. The errors are those of twelve runs at this scale, measured once and kept here, so
that four runs need not say how much they vary. Were a fact's true value at the very edge of its range, a change that
does not concern it (other draws) would fail it once in 740; for all fourteen together less than 1.9%, and far less
where facts lie inside. Left out are facts that need longer or paired runs, and those that a region of so few people
misses for its size alone (thinner markets: more openings, fewer seekers) or that the full validation says are missed,
among them flows into work (where many take part, those who do not come and go often): see
docs/validation.md.
"""

from __future__ import annotations

import math

import pytest

from laborsim.loading import scenario_of_region
from laborsim.study.run import run
from laborsim.study.validation import facts
from laborsim.study.validation.validate import WATCHED
from laborsim.study.vary import vary

RUNS, SCALE, FAR = 4, 0.02, 3.0
SPREAD = {  # standard deviation between runs at this scale
    "un": 0.0022, "eu": 0.00041, "en": 0.00025, "nu": 0.0008, "hires": 0.0013,
    "quits": 0.00065, "layoffs": 0.0007, "duration": 1.2, "wages": 0.0015, "dependence": 0.027, "retention": 0.0068,
    "tenure": 0.0052, "sizes": 0.011, "decay": 0.001,
}  # fmt: skip


def measured(parameters=(), runs=RUNS):
    """Facts of a few small runs, with other values of some parameters."""
    spec = scenario_of_region("kansas-city").model_copy(update={"targets": (), "policies": {}})
    spec = vary(spec.with_settings(horizon="2019-12", seed=7), parameters)
    results = run(spec, [], runs, scale=SCALE, jobs=1, threads=1, model=WATCHED)
    assert not results.failed
    return {f.fact.name: f for f in facts.find(results)}


def left(f, runs=RUNS):
    """Whether a fact is out of its range by more than chance."""
    slack = FAR * SPREAD[f.fact.name] / math.sqrt(runs)
    return not f.fact.low - slack <= f.mean <= f.fact.high + slack


@pytest.fixture(scope="module")
def found():
    return measured()


@pytest.mark.parametrize("name", SPREAD)
def test_fact_is_in_its_range(found, name):
    f = found[name]
    assert not left(f), f"{f.fact.label}: {f.mean:.4g}, accepted {f.fact.low:g} to {f.fact.high:g} ({f.fact.source})"


def test_other_behaviour_leaves_the_range():
    """With six new matches in ten bad, whatever their fit, turnover is far too high, and one run says so."""
    found = measured((("separations.bad_match_share", 0.6), ("separations.bad_fit", 0.0)), 1)
    assert left(found["retention"], 1) and left(found["hires"], 1)
