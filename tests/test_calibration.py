"""Calibration: known parameters are found again, intervals cover them, and what is stored is not simulated again."""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import calibration_market
import laborsim
from laborsim.region.conditions import behaviour
from laborsim.region.pack import PackError, load_pack
from laborsim.report.calibration import assumptions, fits, page
from laborsim.scenario.problems import InputError
from laborsim.scenario.starter import starter
from laborsim.study.calibration import calibrate as study
from laborsim.study.calibration.estimate import estimate, fit_probability, weight_of
from laborsim.study.calibration.moments import REGION, Free, definitions
from laborsim.study.calibration.own import own_figures, with_behaviour
from laborsim.study.calibration.posterior import load

OWN = {"participation": 0.68, "unemployment": 0.036}
MODEL = "calibration_market:MadeMarket"
LINE = np.random.Generator(np.random.Philox(3)).normal(0.0, 1.0, (6, 3))


def straight(x):
    """Six moments of three parameters, a little bent, the same at two seeds but for a constant."""
    moments = x @ LINE.T + 0.05 * (x**2) @ np.abs(LINE.T)
    return np.stack([moments + 0.01, moments - 0.01], axis=1)


def test_bent_moments_are_met_exactly_where_they_can_be():
    truth = np.array([0.4, -0.3, 0.2])
    target = straight(truth[None])[0].mean(axis=0)
    found = estimate(straight, np.zeros(3), np.full(3, 50.0), target, np.full(6, 0.01), 12)
    assert found.x == pytest.approx(truth, abs=0.01)
    assert found.missed < 0.1
    assert all(a >= b for a, b in zip(found.objective, found.objective[1:], strict=False))
    assert found.sources_of_information().sum(axis=1) == pytest.approx(np.ones(3))


def test_intervals_cover_and_the_fit_probability_is_fair():
    """Of 200 times three 90% intervals, 510 to 570 cover but once in a million; p-values are uniform likewise."""
    truth, spread = np.array([0.1, -0.1, 0.05]), np.full(6, 0.05)
    exact = straight(truth[None])[0].mean(axis=0)
    draw = np.random.Generator(np.random.Philox(11))
    covered, chances = 0, []
    for _ in range(200):
        found = estimate(lambda x: straight(x)[:, :1] - 0.01, np.zeros(3), np.full(3, 50.0),
                         exact + draw.normal(0.0, spread), spread, 6)  # fmt: skip
        covered += int((np.abs(found.x - truth) <= 1.645 * found.standard_errors).sum())
        chances.append(fit_probability(found))
    assert 505 <= covered <= 575
    assert abs(np.mean(chances) - 0.5) < 5.0 / math.sqrt(12 * 200)


def test_the_prior_keeps_what_moments_do_not_move():
    still = lambda x: np.stack([x[:, :1] * 2.0] * 2, axis=1)  # noqa: E731
    found = estimate(still, np.zeros(2), np.array([1.0, 0.3]), np.array([0.5]), np.array([0.001]))
    assert found.x[0] == pytest.approx(0.25, abs=1e-3)
    assert found.x[1] == 0.0
    assert found.informed[1] == pytest.approx(0.0, abs=1e-9)
    assert found.standard_errors[1] == pytest.approx(0.3)


def test_weight_of_few_seeds_can_be_inverted_and_falls_with_noise():
    draw = np.random.Generator(np.random.Philox(5)).normal(0.0, 1.0, (3, 8))
    weight = weight_of(np.full(8, 0.1), draw)
    assert np.linalg.eigvalsh(weight).min() > 0
    assert np.all(np.diag(weight_of(np.full(8, 0.1), draw * 3)) < np.diag(weight))


def test_not_a_number_is_said():
    with pytest.raises(ValueError, match="not a number"):
        estimate(lambda x: np.full((len(x), 1, 1), np.nan), np.zeros(1), np.ones(1), np.ones(1), np.ones(1))


def test_definitions_name_declared_parameters_and_months_simulated():
    free, moments = definitions(24, OWN)
    assert len(free) < sum(m.fitted for m in moments)
    assert {m.target for m in moments} >= set(OWN.values())
    with pytest.raises(ValueError, match="from month 12 on"):
        definitions(12, OWN)


def test_a_factor_multiplies_lists_and_keeps_shares_below_one():
    f = Free("x", ("vacancies.decided_in_month", "search.on_the_job"), 0.5, "")
    values = {"vacancies.decided_in_month": [0.7, 0.4], "search.on_the_job": 0.02}
    made = dict(f.settings(math.log(2.0), values))
    assert made["vacancies.decided_in_month"] == [0.98, 0.8]
    assert made["search.on_the_job"] == pytest.approx(0.04)


@pytest.fixture
def spec(tmp_path):
    file = tmp_path / "s.toml"
    file.write_text(starter("Made up", "kansas-city", ("29095-east",), file.name))
    return laborsim.load_scenario(file)


@pytest.fixture
def in_reach(monkeypatch):
    """Targets that the made-up market meets at known factors."""
    free, moments = definitions(24, OWN)
    truth = np.random.Generator(np.random.Philox(5)).normal(0.0, 0.06, len(free))
    level = dict(zip(calibration_market.KEYS,
                     calibration_market.LEVEL * np.exp(calibration_market.PULL @ truth), strict=True))  # fmt: skip
    moments = [replace(m, target=float(level[m.measure.indicator, m.measure.group]),
                       spread=0.01 * level[m.measure.indicator, m.measure.group])
               for m in moments]  # fmt: skip
    monkeypatch.setattr(study, "definitions", lambda months, own, file: (free, moments))
    return truth


def test_known_parameters_are_found_again_and_nothing_is_made_twice(spec, in_reach, tmp_path):
    given = {"seeds": 2, "iterations": 8, "store": tmp_path / "c.sqlite", "model": MODEL,
             "executor": study.make_executor("local", 1)}  # fmt: skip
    first = study.calibrate([study.Place(spec, OWN, 0.01)], **given)
    assert np.abs(first.found.x - in_reach).max() < 3.0 * first.found.standard_errors.max()
    assert np.all(np.abs(first.found.x - in_reach) < 4.0 * first.found.standard_errors)
    inside, of = fits(first)
    assert inside == of
    again = study.calibrate([study.Place(spec, OWN, 0.01)], **{**given, "executor": Refuses()})
    assert study.as_json(again) == study.as_json(first)


def test_other_targets_take_the_place_of_published_ones(spec, tmp_path):
    targets = {"ue": 0.3, "hires": 0.05}
    c = study.calibrate([study.Place(spec, OWN, 0.01)], 1, 1, store=tmp_path / "c.sqlite", model=MODEL,
                        executor=study.make_executor("local", 1), targets=targets)  # fmt: skip
    usual = {m.name: m.target for m in definitions(24, OWN)[1]}
    assert {m.name: m.target for m in c.moments} == usual | targets


def test_targets_of_several_regions_are_those_of_their_mean(spec, tmp_path):
    other = spec.model_copy(update={"scenario": spec.scenario.model_copy(update={"region": "lane"})})
    own = {"participation": 0.60, "unemployment": 0.046, "labor_force": 1.0}
    places = [study.Place(spec, {**OWN, "labor_force": 3.0}, 0.01), study.Place(other, own, 0.02)]
    _, moments = study.joint(24, places)
    target = {m.name: m.target for m in moments}
    assert target["unemployment"] == pytest.approx(0.75 * OWN["unemployment"] + 0.25 * 0.046)
    assert target["ue"] == next(m.target for m in definitions(24, OWN)[1] if m.name == "ue")
    c = study.calibrate(places, 1, 1, store=tmp_path / "c.sqlite", model=MODEL,
                        executor=study.make_executor("local", 1))  # fmt: skip
    assert c.regions == ("kansas-city", "lane") and c.scales == (0.01, 0.02)
    assert len(c.before) == len(moments) and "kansas-city, lane" in page(c)
    with pytest.raises(InputError, match="named twice"):
        study.calibrate([places[0], places[0]], model=MODEL)


def test_means_over_regions_are_weighted_by_labor_force(spec):
    moments = definitions(24, OWN)[1]
    runs = object.__new__(study.Runs)
    runs.measures, runs.weights = study.measures_of(moments), np.array([0.75, 0.25])
    raw = np.zeros((1, 2, 1, len(runs.measures)))
    raw[0, 0], raw[0, 1] = 1.0, 3.0
    assert runs.moment(moments[0], raw)[0, 0] == pytest.approx(1.5)


def test_a_regions_own_factors_are_found_and_put_into_its_pack(spec, tmp_path):
    """Of the made-up market, whose unemployment and participation follow posts and looking in a known way."""
    given = {"seeds": 2, "iterations": 8, "store": tmp_path / "c.sqlite", "model": "calibration_market:OwnMarket",
             "executor": study.make_executor("local", 1), "file": REGION}  # fmt: skip
    truth = np.array([0.02, -0.1])
    own = dict(zip(("unemployment", "participation"),
                   (calibration_market.OWN_LEVEL * np.exp(calibration_market.OWN_PULL @ truth)).tolist(), strict=True))
    c = study.calibrate([study.Place(spec, own, 0.01)], **given)
    assert [m.name for m in c.moments] == ["unemployment", "participation"]  # openings are not known here
    assert np.all(np.abs(c.found.x[:2] - truth) < [0.002, 0.01])
    assert c.found.x[2] == 0.0  # so its factor stays as it is
    assert "no test" in page(c)
    pack = load_pack("kansas-city")
    before = behaviour(pack)
    after = behaviour(with_behaviour(pack, c))
    assert after["posts"] == pytest.approx(before["posts"] * math.exp(c.found.x[0]), abs=1e-5)
    assert after["looking"] == pytest.approx(before["looking"] * math.exp(c.found.x[1]), abs=1e-5)
    one = replace(c.found, x=c.found.x[:1], covariance=c.found.covariance[:1, :1])
    alone = replace(c, free=c.free[:1], found=one)
    assert behaviour(with_behaviour(pack, alone)) == before | {"posts": after["posts"]}
    elsewhere = replace(c, free=[replace(c.free[0], parameters=("search.on_the_job",)), *c.free[1:]])
    with pytest.raises(ValueError, match="not a region's own factor"):
        with_behaviour(pack, elsewhere)
    folder = with_behaviour(pack, c).save(tmp_path / "pack")
    assert behaviour(load_pack(folder)) == after
    (folder / "behaviour.csv").unlink()
    assert behaviour(load_pack(folder)) == {"posts": 1.0, "looking": 1.0, "selection": 1.0}
    (folder / "behaviour.csv").write_text("measure,factor,low,high,source\npost,3,1,1,own_calibration\n")
    with pytest.raises(PackError) as said:
        load_pack(folder)
    assert [p.split("behaviour.csv")[1][:12] for p in said.value.problems] == [":2: measure:", ":2: factor: "]


class Refuses:
    """An executor that has nothing left to make."""

    jobs = 1

    def run(self, tasks, on_month=None):
        assert not tasks
        return iter(())

    def close(self):
        """Nothing is under way."""


def test_report_says_what_missed_and_assumptions_are_a_scenario(spec, in_reach, tmp_path):
    c = study.calibrate([study.Place(spec, OWN, 0.01)], 1, 1, store=tmp_path / "c.sqlite", model=MODEL,
                        executor=study.make_executor("local", 1))  # fmt: skip
    off = replace(c, after=c.after * 1.5)
    text = page(off)
    assert "Outside: " in text.split("## Moments")[0]
    assert all(f"| {m.name} |" in text for m in c.moments)
    base = tmp_path / "assumptions.toml"
    base.write_text(assumptions(c))
    assert set(tomllib.loads(base.read_text())["assumptions"]) == set(c.settings())
    file = tmp_path / "next.toml"
    file.write_text('extends = "assumptions.toml"\n[scenario]\ntitle = "T"\nregion = "kansas-city"\n'
                    'start = "2018-01"\nhorizon = "2018-12"\n')  # fmt: skip
    after = laborsim.load_scenario(file).parameters()
    for name, value in c.settings().items():
        assert after[name] == pytest.approx(value)
    assert json.loads(study.as_json(c))["region"] == "kansas-city"


def test_own_figures_are_the_residents_of_the_pack():
    own = own_figures("kansas-city")
    assert 0.66 < own["participation"] < 0.72
    assert 0.03 < own["unemployment"] < 0.045
    assert "openings" not in own


def test_own_figures_of_the_months_published():
    data = Path(__file__).parents[1].parent / "shared" / "data"
    if not data.is_dir():
        pytest.skip("the official statistics are not at hand")
    own, pack = own_figures("kansas-city", data), own_figures("kansas-city")
    assert 0.030 < own["unemployment"] < 0.037 and own["unemployment"] != pack["unemployment"]
    assert 0.04 < own["openings"] < 0.06
    assert own["participation"] == pack["participation"]


def test_command_writes_report_assumptions_and_json(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from laborsim.cli import app

    monkeypatch.chdir(tmp_path)
    *first, _, file, targets = study.calibrate.__defaults__  # the model is the last but two
    monkeypatch.setattr(study.calibrate, "__defaults__", (*first, MODEL, file, targets))
    few = ["--scale", "0.01", "--seeds", "1", "--iterations", "1", "--jobs", "1", "--json"]
    done = CliRunner().invoke(app, ["calibrate", "kansas-city", *few])
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    written = {"report.md", "assumptions.toml", "posterior.json", "calibration.json"}
    assert {p.name for p in (tmp_path / said["out"]).iterdir()} == written
    posterior = load(tmp_path / said["out"] / "posterior.json")
    for name, value in posterior.settings([0.5] * len(posterior.factors)):
        assert np.asarray(value) == pytest.approx(np.asarray(said["parameters"][name]), rel=1e-5)
    both = CliRunner().invoke(app, ["calibrate", "kansas-city", "lane", "--own", "--store", "x.sqlite"])
    assert both.exit_code == 2 and "--store" in both.stderr
    wrong = CliRunner().invoke(app, ["calibrate", "kansas-cty"])
    assert wrong.exit_code == 2
    assert "did you mean kansas-city?" in wrong.stderr
