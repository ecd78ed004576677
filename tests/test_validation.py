"""Validation: facts worked out from known series, errors against known rates, the report, the command."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from laborsim.cli import app
from laborsim.report.validation import hindcast_chart, overview, page
from laborsim.scenario.problems import InputError
from laborsim.study.validation import facts, hindcast
from laborsim.study.validation.validate import Validation, validate
from official_data import DATA

MONTHS = tuple(str(m) for m in pd.period_range("2018-01", periods=60, freq="M"))


def made(**given):
    """Series of one run: those given, else ones."""
    return lambda indicator, group="all": np.asarray(given.get(indicator, np.ones(60)), float)


class Made:
    """Results of two runs with known series; indicators not given wander around one."""

    def __init__(self, series=None, months=MONTHS):
        self.months, self.replicates, self.given = months, 2, series or {}
        self.records = [SimpleNamespace(replicate=r, done=True, policy="baseline", people=1000) for r in (0, 1)]
        self.about = {"scenario": {}}

    def series(self, indicator, group="all", policy="baseline"):
        wave = np.exp(0.01 * np.sin(np.arange(len(self.months))))
        value = self.given.get((indicator, group), self.given.get(indicator, wave))
        one = np.broadcast_to(np.asarray(value, float), (len(self.months),))
        return np.stack([one, one * 1.0001])


def test_beveridge_slope_and_turn():
    angle = np.linspace(0, 4 * np.pi, 60)
    u, v = np.exp(-3 + 0.3 * np.cos(angle)), np.exp(-3 + 0.3 * np.sin(angle))
    assert facts.beveridge_turn(made(unemployment_rate=u, openings_rate=v)) > 0
    assert facts.beveridge_turn(made(unemployment_rate=u[::-1], openings_rate=v[::-1])) < 0
    line = np.exp(np.linspace(-4, -2, 60))
    slope = facts.beveridge_slope(made(unemployment_rate=line, openings_rate=line**-0.8))
    assert slope == pytest.approx(-0.8)


def test_matching_elasticity_of_a_cobb_douglas_market():
    draw = np.random.Generator(np.random.Philox(1))
    u, v = np.exp(draw.normal(-3, 0.3, 60)), np.exp(draw.normal(-3, 0.3, 60))
    matches = 0.5 * u**0.55 * v**0.45
    got = facts.matching_elasticity(made(unemployment_rate=u, openings_rate=v, flow_UE=matches / u))
    assert got == pytest.approx(0.55)


def test_recovery_is_the_share_of_lost_jobs_back_in_august():
    jobs = np.full(60, 100.0)
    jobs[27], jobs[31] = 80.0, 90.0
    assert facts.recovery(made(jobs=jobs)) == pytest.approx(0.5)


def test_facts_over_runs_are_inside_or_outside():
    found = {f.fact.name: f for f in facts.find(Made({"openings_rate": 0.045, "hires_rate": 0.06}))}
    assert found["openings"].inside and found["openings"].share_inside == 1.0
    assert not found["hires"].inside and found["hires"].share_inside == 0.0
    assert found["hires"].low <= found["hires"].mean <= found["hires"].high
    few = {f.fact.name for f in facts.find(Made(months=MONTHS[:24]))}
    assert few == {f.name for f in facts.FACTS if f.months <= 24}
    with pytest.raises(ValueError, match="start in 2019-01"):
        facts.find(Made(months=tuple(str(m) for m in pd.period_range("2019-01", periods=24, freq="M"))))


def test_every_fact_has_a_range_and_a_source():
    assert len({f.name for f in facts.FACTS}) == len(facts.FACTS)
    assert all(f.low < f.high and f.source for f in facts.FACTS)


def test_errors_against_known_rates():
    runs = np.stack([np.full(60, 0.05), np.full(60, 0.05)])
    actual = pd.Series(0.04, index=MONTHS[:24]).add(pd.Series(np.tile([0.002, -0.002], 12), index=MONTHS[:24]))
    (errors,) = hindcast.compare(MONTHS, runs, actual)
    assert (errors.span, errors.months) == ("2018-19", 24)
    assert errors.bias == pytest.approx(1.0)
    assert errors.rmse == pytest.approx(np.sqrt(1.0 + 0.04))
    assert errors.coverage == 0.0
    near = hindcast.compare(MONTHS, runs - 0.01, actual)[0]
    assert near.coverage == 1.0


def test_coverage_is_nominal_where_the_band_is_right():
    """Of 24 x 200 months, 90% are covered; four standard errors are 1.7 points."""
    draw = np.random.Generator(np.random.Philox(2))
    share = []
    for _ in range(200):
        runs = 0.05 + draw.normal(0.0, 0.003, (40, 60))
        actual = pd.Series(0.05 + draw.normal(0.0, 0.005, 24), index=MONTHS[:24])
        share.append(hindcast.compare(MONTHS, runs, actual, noise=0.004)[0].coverage)
    assert np.mean(share) == pytest.approx(0.90, abs=0.017)


@pytest.mark.skipif(not DATA.exists(), reason="needs the folder of statistics")
def test_published_rates_of_counties_and_totals():
    kansas_city = ["29095", "29047", "29165", "29037", "20091", "20209", "20103"]
    total = hindcast.published(DATA, kansas_city)
    assert 0.08 < total["2020-04"] < 0.13
    one = hindcast.published(DATA, ["20091"])
    assert 0.02 < one["2018-01"] < 0.05
    with pytest.raises(InputError, match="no month"):
        hindcast.published(DATA, ["29047", "20091"])


def test_totals_are_those_of_exactly_these_counties():
    kansas_city = {"29095", "29047", "29165", "29037", "20091", "20209", "20103"}
    assert hindcast._total(kansas_city) == "kc_core7"
    assert hindcast._total(kansas_city - {"20103"} | {"20121"}) is None
    assert hindcast._total({f"29{k:03d}" for k in range(1, 231, 2)}) == "missouri_29"
    assert hindcast._total({"41039", "41041"}) is None


def _validation(actual=None):
    given = {"recorded_unemployment_rate": 0.04, "openings_rate": 0.045}
    results = Made(given)
    errors = {} if actual is None else {"national": hindcast.compare(
        MONTHS, results.series("recorded_unemployment_rate"), actual)}  # fmt: skip
    with np.errstate(all="ignore"):
        return Validation("made-up", facts.find(results), {"national": results}, errors, actual)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_report_begins_with_what_fails():
    text = page(_validation())
    assert text.index("## What it gets wrong") < text.index("## What it gets right")
    assert "no folder of statistics was given" in text
    v = _validation(pd.Series(0.045, index=MONTHS[:30]))
    text = page(v)
    assert "| national sector indices | 2018-19 | 24 | 0.50 | -0.50 |" in text
    chart = hindcast_chart(v)
    assert chart.data["published"].notna().sum() == 30
    assert "0.5 points" in chart.title and chart.svg() == hindcast_chart(v).svg()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_overview_sets_regions_side_by_side_and_the_worst_facts_first():
    v = _validation(pd.Series(0.045, index=MONTHS[:30]))
    text = overview([v, v])
    inside = 2 * (len(v.facts) - len(v.missed))
    assert f"**{inside} of {2 * len(v.facts)} facts" in text
    facts_ = text.split("## Stylised facts")[1].split("Sources of the ranges")[0]
    rows = [line for line in facts_.splitlines() if line.startswith("| ") and " to " in line]
    bold = ["**" in row for row in rows]
    assert len(rows) == len(v.facts) and bold == sorted(bold, reverse=True)


def test_command_on_a_made_up_market(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    *rest, _ = validate.__defaults__
    monkeypatch.setattr(validate, "__defaults__", (*rest, "whole_market:WholeMarket"))
    few = ["--replicates", "2", "--scale", "0.01", "--jobs", "1", "--json"]
    done = CliRunner().invoke(app, ["validate", "kansas-city", *few])
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert (tmp_path / said["out"] / "report.md").exists()
    assert len(said["facts"]) == len(facts.FACTS) and said["hindcast"] == {}
    wrong = CliRunner().invoke(app, ["validate", "kansas-city", "--data", str(tmp_path), *few])
    assert wrong.exit_code == 2 and "--data" in wrong.stderr
