"""Validation: facts worked out from known series, errors against known rates, the report, the command."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from laborsim.cli import app
from laborsim.loading import scenario_of_region
from laborsim.model import LaborMarket
from laborsim.report.validation import hindcast_chart, overview, page
from laborsim.scenario.problems import InputError
from laborsim.study import calibration
from laborsim.study.uncertainty import opposite_variances
from laborsim.study.validation import curves, facts, hindcast, known_error
from laborsim.study.validation.cycle import OrdinaryCycle, demand
from laborsim.study.validation.observed import Observed
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
        self.keys = [("unemployment_rate", g) for g in ("all", "zone:a", "zone:a-1", "zone:b", "zone:c", "zone:d")]

    def series(self, indicator, group="all", policy="baseline"):
        wave = np.exp(0.01 * np.sin(np.arange(len(self.months))))
        value = self.given.get((indicator, group), self.given.get(indicator, wave))
        one = np.broadcast_to(np.asarray(value, float), (len(self.months),))
        return np.stack([one, one * 1.0001])


def test_beveridge_slope_and_turn():
    angle = np.linspace(0, 4 * np.pi, 60)
    u, v = np.exp(-3 + 0.3 * np.cos(angle)), np.exp(-3 + 0.3 * np.sin(angle))
    assert curves.beveridge_turn(made(), made(unemployment_rate=u, openings_rate=v)) > 0
    assert curves.beveridge_turn(made(), made(unemployment_rate=u[::-1], openings_rate=v[::-1])) < 0
    line = np.exp(np.linspace(-4, -2, 60))
    slope = curves.beveridge_slope(made(), made(unemployment_rate=line, openings_rate=line**-0.8))
    assert slope == pytest.approx(-0.8)


def test_the_ordinary_cycle_falls_and_comes_back(tmp_path):
    """Demand of every sector follows the wave; nobody draws the insurance of 2020; the shared start is left alone."""
    path = demand(72)
    assert path.min() == path[36] == 1.0 - 0.063 and (path[:13] == 1.0).all() and (path[60:] == 1.0).all()
    spec = scenario_of_region("kansas-city").model_copy(update={"targets": (), "policies": {}})
    spec = spec.with_settings(horizon="2022-12")
    market, plain = OrdinaryCycle(spec, rng=3, scale=0.01), LaborMarket(spec, rng=3, scale=0.01)
    assert np.array_equal(market.month.economy.sector_index[:, 3], demand(60)) and not market.economy.ui_all.any()
    assert not np.array_equal(plain.economy.sector_index[:, 3], demand(60))
    market.run_for(13)
    plain.run_for(13)
    assert market.state_hash() != plain.state_hash()
    assert market.month.memory["demand"]["path"][0] == pytest.approx(np.ones(market.economy.sectors))


def test_matching_elasticity_of_a_cobb_douglas_market():
    draw = np.random.Generator(np.random.Philox(1))
    u, v = np.exp(draw.normal(-3, 0.3, 60)), np.exp(draw.normal(-3, 0.3, 60))
    matches = 0.5 * u**0.55 * v**0.45
    got = curves.matching_elasticity(made(looking_rate=u, openings_rate=v, new_job_finding=matches / u))
    assert got == pytest.approx(0.55)


def test_recovery_is_the_share_of_lost_jobs_back_in_august():
    jobs = np.full(60, 100.0)
    jobs[27], jobs[31] = 80.0, 90.0
    assert curves.recovery(made(jobs=jobs)) == pytest.approx(0.5)


def test_returns_to_scale_of_known_matching():
    """Job finding of a market twice as large is 2^(returns - 1) times as large at the same tightness."""
    stocks = {"unemployment_rate": np.full(60, 0.04), "openings_rate": np.full(60, 0.05)}
    whole, half = made(flow_UE=np.full(60, 0.27 * 2**0.08), **stocks), made(flow_UE=np.full(60, 0.27), **stocks)
    assert curves.returns_to_scale(whole, half) == pytest.approx(1.08)


def test_steady_state_of_known_flows():
    p = np.array([[0.96, 0.01, 0.03], [0.27, 0.49, 0.24], [0.05, 0.02, 0.93]])
    pi = np.linalg.matrix_power(p, 2000)[0]
    flows = {f"flow_{a}{b}": np.full(60, p[i, j]) for i, a in enumerate("EUN") for j, b in enumerate("EUN") if i != j}
    rate = pi[1] / (pi[0] + pi[1])
    assert curves.steady_gap(made(**flows, unemployment_rate=np.full(60, rate))) == pytest.approx(0.0, abs=1e-9)
    assert curves.steady_gap(made(**flows, unemployment_rate=np.full(60, rate + 0.01))) == pytest.approx(1.0)


def test_wage_curve_finds_a_known_elasticity_across_zones():
    draw = np.random.Generator(np.random.Philox(4))
    zones = [f"zone:{k}" for k in range(6)]
    u = {z: np.repeat(np.exp(draw.normal(-3, 0.3, 5)), 12) for z in zones}
    level, year = dict(zip(zones, draw.normal(3, 0.2, 6), strict=True)), np.repeat(draw.normal(0, 0.1, 5), 12)

    def series(indicator, group="all"):
        if indicator == "unemployment_rate":
            return u[group]
        if indicator in ("labor_force", "works_in_own_zone"):
            return np.full(60, 1e5 if indicator == "labor_force" else 0.5 if group in linked else 0.8)
        return level[group] + year - 0.1 * np.log(u[group])

    linked = set()

    series.groups = (*zones, "all", "zone:0-1")
    u["zone:0-1"] = u["zone:0"]
    level["zone:0-1"] = level["zone:0"]
    assert curves.zone_groups(series) == [*zones[1:], "zone:0-1"]
    assert curves.wage_curve(series) == pytest.approx(-0.1, abs=1e-9)
    linked.update(zones[1:3])  # parts of a larger labor market: too few are left
    assert curves.wage_curve(series) == pytest.approx(-0.1, abs=1e-9)
    linked.add(zones[3])
    assert np.isnan(curves.wage_curve(series))


def test_tenure_and_care_figures_of_known_hazards():
    hazard = {1: 0.1, 3: 0.08, 6: 0.04, 12: 0.02, 24: 0.009, 60: 0.006}
    series = lambda i, g: np.full(3, hazard[int(g.split(":")[1])])  # noqa: E731
    assert curves.hazard_ratio(series) == pytest.approx(0.1)
    assert curves.ends_within_a_year(series) == pytest.approx(1 - 0.9**2 * 0.92**3 * 0.96**6)
    base = made(mothers_employment=np.full(60, 0.6), childcare_price=np.full(60, 700.0))
    cheap = made(mothers_employment=np.full(60, 0.63), childcare_price=np.full(60, 720.0))
    said = np.log(1.05) / np.log(0.75 * 720 / 700)
    assert curves.care_elasticity(base, cheap) == pytest.approx(said)


def test_facts_over_runs_are_inside_or_outside():
    found = {f.fact.name: f for f in facts.find(Made({"openings_rate": 0.045, "hires_rate": 0.06}))}
    assert found["openings"].inside and found["openings"].share_inside == 1.0
    assert not found["hires"].inside and found["hires"].share_inside == 0.0
    assert found["hires"].low <= found["hires"].mean <= found["hires"].high
    few = {f.fact.name for f in facts.find(Made(months=MONTHS[:24]))}
    assert few == {f.name for f in facts.FACTS if f.months <= 24 and not f.pair}
    pairs = {"half": Made(), "cheaper": Made(), "cycle": Made()}
    named = {f.fact.name for f in facts.find(Made({"openings_rate": 0.045}), pairs)}
    assert named >= {"scale", "care_price", "beveridge", "loop"}
    with pytest.raises(ValueError, match="start in 2019-01"):
        facts.find(Made(months=tuple(str(m) for m in pd.period_range("2019-01", periods=24, freq="M"))))


def test_every_fact_has_a_range_and_a_source():
    assert len({f.name for f in facts.FACTS}) == len(facts.FACTS)
    assert all(f.low < f.high and f.source for f in facts.FACTS)


def test_errors_against_known_rates():
    runs = np.stack([np.full(60, 5.0), np.full(60, 5.0)])
    actual = pd.Series(4.0, index=MONTHS[:24]).add(pd.Series(np.tile([0.2, -0.2], 12), index=MONTHS[:24]))
    errors, calm = hindcast.compare(MONTHS, runs, actual, 0.4)
    assert (errors.span, errors.months) == ("2018-19", 24) and calm.rmse == errors.rmse
    assert errors.bias == pytest.approx(1.0)
    assert errors.rmse == pytest.approx(np.sqrt(1.0 + 0.04))
    assert errors.coverage == 0.0
    near = hindcast.compare(MONTHS, runs - 1.0, actual, 0.4)[0]
    assert near.coverage == 1.0
    storm = pd.Series(9.0, index=MONTHS[26:32])
    assert hindcast.compare(MONTHS, runs, storm, 0.4)[-1].span == "2020-22", "March to August 2020 is left out of CALM"


def test_bands_of_opposite_draws_tell_chance_from_parameters():
    """Pairs c + s + p and c + s' - p: the mean stays, chance has its own variance, both together the sum."""
    draw = np.random.Generator(np.random.Philox(8))
    chance, doubt = draw.normal(0, 0.2, (400, 24)), np.repeat(draw.normal(0, 0.5, (200, 24)), 2, axis=0)
    doubt[1::2] *= -1.0
    runs = 5.0 + chance + doubt
    alone, both = opposite_variances(runs)
    assert alone.mean() == pytest.approx(0.04, rel=0.05) and both.mean() == pytest.approx(0.29, rel=0.05)
    assert runs.mean() == pytest.approx(5.0, abs=0.02)
    assert np.isnan(opposite_variances(runs[:3])[0]).all()
    actual = pd.Series(5.6, index=MONTHS[:24])
    (errors, _) = hindcast.compare(MONTHS[:24], runs, actual, 0.0, opposite=True)
    assert errors.coverage == 1.0 and errors.by_seeds == 0.0
    plain = hindcast.compare(MONTHS[:24], runs, actual, 0.0)[0]
    assert plain.coverage == plain.by_seeds == 1.0


def test_errors_made_elsewhere_widen_the_band_to_its_nominal_share():
    """Regions whose model errs by a tenth beside noise of 0.3: of 30 x 60 months 90% are covered within 3 points."""
    draw = np.random.Generator(np.random.Philox(5))
    found = {}
    for k in range(30):
        level = draw.uniform(3.0, 9.0, 60)
        actual = pd.Series(level + draw.normal(0.0, 1.0, 60) * np.hypot(0.1 * level, 0.3), index=MONTHS)
        runs = level + draw.normal(0.0, 1e-3, (8, 60))
        found[f"r{k}"] = hindcast.compare(MONTHS, runs, actual, noise=0.3)[-1]
    own = {name: {"national": hindcast.model_error([e])} for name, e in found.items()}
    error = known_error.elsewhere("r0", "national", own)
    assert error == pytest.approx(0.1, abs=0.006)
    wider = {**own, "r0": {"national": 9.0}}
    assert known_error.elsewhere("r0", "national", wider) == error, "its own error never widens a region's band"
    assert known_error.elsewhere("r0", "state", own) is None
    assert np.mean([e.covered(error) for e in found.values()]) == pytest.approx(0.90, abs=0.03)
    assert np.mean([e.coverage for e in found.values()]) < 0.7
    assert hindcast.model_error([]) == 0.0


def test_regions_that_share_counties_do_not_widen_each_others_bands():
    points = {"kentucky": 0.1, "kentuckianaworks": 9.0, "kansas-city": 0.3, "missouri": 9.0, "lane": 0.5}
    found = {name: {"national": x} for name, x in points.items()}
    without = {name: x for name, x in found.items() if name not in ("kentuckianaworks", "missouri")}
    assert known_error.elsewhere("kentucky", "national", without) == pytest.approx(np.sqrt((0.09 + 0.25) / 2))
    assert known_error.elsewhere("kentucky", "national", found) == pytest.approx(np.sqrt((0.09 + 0.25 + 81.0) / 3))
    assert known_error.elsewhere("kansas-city", "national", found) == pytest.approx(np.sqrt((0.01 + 0.25 + 81.0) / 3))
    assert known_error.elsewhere("kentuckianaworks", "national", found) == pytest.approx(
        np.sqrt((0.09 + 0.25 + 81.0) / 3)
    )


def test_every_fact_is_in_one_group_and_calibrated_ones_are_the_calibrations():
    names = {f.name for f in facts.FACTS}
    assert facts.CALIBRATED <= names and set(facts.SET) <= names and not facts.CALIBRATED & set(facts.SET)
    moments = tomllib.loads((Path(calibration.__file__).parent / "moments.toml").read_text())["moments"]
    fitted = {n.removesuffix("_men").removesuffix("_women") for n, m in moments.items() if m.get("fitted", True)}
    assert names & fitted == facts.CALIBRATED
    assert {f.group for f in facts.FACTS} == set(facts.GROUPS)


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
    assert hindcast.total_of(kansas_city) == "kc_core7"
    assert hindcast.total_of(kansas_city - {"20103"} | {"20121"}) is None
    assert hindcast.total_of({f"29{k:03d}" for k in range(1, 231, 2)}) == "missouri_29"
    assert hindcast.total_of({"41039", "41041"}) is None


def _validation(actual=None):
    given = {"recorded_unemployment_rate": 0.04, "openings_rate": 0.045}
    results = Made(given)
    series, errors = [], {}
    if actual is not None:
        rate = lambda r: 100.0 * r.series("recorded_unemployment_rate")  # noqa: E731
        series = [Observed("unemployment", "Unemployment rate", "points", "made", actual, rate, 0.2)]
        errors = {("national", "unemployment"): hindcast.compare(MONTHS, rate(results), actual, 0.2)}
    with np.errstate(all="ignore"):
        return Validation("made-up", facts.find(results), {"national": results}, series, errors)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_report_begins_with_what_fails():
    text = page(_validation())
    assert text.index("## What it gets wrong") < text.index("## What it gets right")
    assert "no folder of statistics was given" in text
    v = _validation(pd.Series(6.5, index=MONTHS[:30]))
    text = page(v)
    assert "| national sector indices | 2018-19 | 24 | 2.50 | -2.50 |" in text
    wrong = text[: text.index("## What it gets right")]
    assert "outside March to August 2020 is 2.50 points (asked: 1)" in wrong and "covers 0%" in wrong
    chart = hindcast_chart(v)
    assert chart.data["published"].notna().sum() == 30
    assert "2.5 points" in chart.title and chart.svg() == hindcast_chart(v).svg()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_overview_sets_regions_side_by_side_and_the_worst_facts_first():
    v = _validation(pd.Series(4.5, index=MONTHS[:30]))
    text = overview([v, v])
    assert sum(int(n) for n in re.findall(r"\([CIT]\): \d+ of (\d+)", text)) == 2 * len(v.facts)
    tests = [f.inside for f in v.facts if f.fact.group == "test"]
    assert f"**tests (T): {2 * sum(tests)} of {2 * len(tests)}**" in text
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
    watched = {"tenure", "new_jobs", "displaced_1", "displaced_5", "wage_curve", "sizes", "decay", "child_penalty",
               "care_price", "steady", "elasticity", "beveridge", "loop", "occupations", "reallocation"}  # fmt: skip
    assert {f["name"] for f in said["facts"]} == {f.name for f in facts.FACTS} - watched
    assert said["hindcast"] == [] == said["forecast"]
    wrong = CliRunner().invoke(app, ["validate", "kansas-city", "--data", str(tmp_path), *few])
    assert wrong.exit_code == 2 and "--data" in wrong.stderr
