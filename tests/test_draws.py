"""Drawn parameters: reproducible, within bounds, kept where the scenario says so; chance told from parameters."""

from __future__ import annotations

import csv
import json
import math

import numpy as np
import pytest
from typer.testing import CliRunner

import laborsim
from laborsim.cli import app
from laborsim.report.charts_uncertainty import fan
from laborsim.report.front import held
from laborsim.scenario.parameters.registry import declared
from laborsim.scenario.problems import InputError
from laborsim.scenario.schema import Assumption
from laborsim.study.calibration.moments import Free
from laborsim.study.calibration.posterior import Posterior, load
from laborsim.study.draws import make_draws, opposite_pairs, ranges
from laborsim.study.run import run
from laborsim.study.uncertainty import by_month, decompose, uncertainty
from studies import MODEL, scenario

FREE = (Free("jobs", ("search.on_the_job",), 0.5, "search"), Free("ends", ("participation.stop_by_age",), 0.5, "stop"))


@pytest.fixture
def posterior():
    base = {p: declared()[p].default for f in FREE for p in f.parameters}
    return Posterior(FREE, np.array([0.1, -0.2]), np.array([[0.04, 0.01], [0.01, 0.09]]), base, "made up")


def test_a_posterior_is_read_as_it_was_written(posterior, tmp_path):
    file = tmp_path / "posterior.json"
    file.write_text(posterior.text())
    again = load(file)
    assert again.text() == posterior.text() and again.parameters == posterior.parameters
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "none.json")
    file.write_text("{")
    with pytest.raises(InputError, match="damaged"):
        load(file)
    wrong = json.loads(posterior.text())
    wrong["factors"]["jobs"]["parameters"] = ["search.on_the_jobs"]
    file.write_text(json.dumps(wrong))
    with pytest.raises(InputError, match=r"not parameters of this version: search\.on_the_jobs"):
        load(file)
    wrong["mean"] = [0.0]
    file.write_text(json.dumps(wrong))
    with pytest.raises(InputError, match="not a posterior"):
        load(file)


def test_draws_have_the_mean_and_covariance_of_the_posterior(posterior, tmp_path):
    file = tmp_path / "posterior.json"
    file.write_text(posterior.text())
    draws = make_draws(scenario(tmp_path), str(file), 4000)
    x = np.array([[math.log(dict(s)["search.on_the_job"] / posterior.base["search.on_the_job"]),
                   math.log(dict(s)[FREE[1].parameters[0]][3] / posterior.base[FREE[1].parameters[0]][3])]
                  for s in draws.settings])  # fmt: skip
    assert x.mean(axis=0) == pytest.approx([0.1, -0.2], abs=4 * 0.3 / math.sqrt(2000))
    assert np.cov(x.T) == pytest.approx(posterior.covariance, abs=0.015)
    center = dict(posterior.settings([0.5, 0.5]))
    assert center["search.on_the_job"] == pytest.approx(posterior.base["search.on_the_job"] * math.exp(0.1), rel=1e-5)
    low, high = posterior.interval("search.on_the_job")
    assert math.log(high / low) == pytest.approx(2 * 1.645 * 0.2, abs=1e-3)


def test_draws_are_the_same_whatever_their_number_and_stay_in_range(tmp_path):
    spec = scenario(tmp_path)
    few, many = make_draws(spec, "ranges", 4), make_draws(spec, "ranges", 9)
    assert few.settings == many.settings[:2] and len(many.settings) == 5
    assert many.of(0) is many.of(1) and many.of(8) is many.settings[4]
    for settings in many.settings:
        for name, value in settings:
            p = declared()[name]
            assert p.low <= value <= p.high and p.grade == "assumed" and p.fault(value) is None
    other = spec.model_copy(update={"scenario": spec.scenario.model_copy(update={"seed": 12})})
    assert make_draws(other, "ranges", 4).settings != few.settings


def test_what_the_scenario_sets_is_kept_unless_it_states_a_range(tmp_path, posterior):
    spec = scenario(tmp_path)
    name = ranges(spec)[0][0].name
    fixed = spec.model_copy(update={"assumptions": {name: Assumption(value=declared()[name].default)}})
    factors, kept = ranges(fixed)
    assert kept == (name,) and name not in {f.name for f in factors}
    low, high = declared()[name].low, declared()[name].default
    ranged = spec.model_copy(update={"assumptions": {name: Assumption(value=high, low=low, high=high)}})
    assert next(f for f in ranges(ranged)[0] if f.name == name).high == high
    file = tmp_path / "posterior.json"
    file.write_text(posterior.text())
    own = spec.model_copy(update={"assumptions": {"search.on_the_job": Assumption(value=0.02)}})
    draws = make_draws(own, str(file), 2)
    assert draws.kept == ("search.on_the_job",) and [n for n, _ in draws.settings[0]] == [FREE[1].parameters[0]]
    free = make_draws(spec, str(file), 40)
    assert [dict(s)[FREE[1].parameters[0]] for s in draws.settings] == [dict(free.of(0))[FREE[1].parameters[0]]]


def test_a_stated_range_is_drawn_from_whatever_the_others_are_drawn_from(tmp_path, posterior):
    """One of the posterior's parameters and another one: both within what the scenario states, its value likeliest."""
    file = tmp_path / "posterior.json"
    file.write_text(posterior.text())
    stated = {"search.on_the_job": Assumption(value=0.02, low=0.01, high=0.03),
              "demand.cost_elasticity": Assumption(value=0.6, low=0.5, high=0.7)}  # fmt: skip
    own = scenario(tmp_path).model_copy(update={"assumptions": stated})
    for draws in (make_draws(own, "ranges", 60), make_draws(own, str(file), 60), opposite_pairs(own, 30)):
        assert not {*stated} & {*draws.kept}
        for name, a in stated.items():
            values = [dict(s)[name] for s in draws.settings]
            assert a.low <= min(values) < a.value < max(values) <= a.high and len(set(values)) == 30
        assert all(len(s) == len(dict(s)) for s in draws.settings), "each parameter is set once"


def test_two_sources_of_spread_are_told_apart():
    """Known standard deviations 2 and 1 are found again over 2,000 draws of two runs, within four standard errors."""
    generator = np.random.Generator(np.random.Philox(8))
    draw = np.repeat(np.arange(2000), 2)
    y = 5.0 + np.repeat(generator.normal(0, 2.0, 2000), 2) + generator.normal(0, 1.0, 4000)
    p = decompose(y, draw)
    assert p.parameter_sd == pytest.approx(2.0, abs=0.15) and p.seed_sd == pytest.approx(1.0, abs=0.07)
    assert p.share == pytest.approx(0.8, abs=0.04) and p.total_sd**2 == pytest.approx(p.seed_sd**2 + p.parameter_sd**2)
    alone = decompose(generator.normal(0, 1.0, 4000), draw)
    assert alone.share < 0.1
    assert math.isnan(decompose([1.0, 2.0], [0, 1]).share), "one run of each draw tells nothing"
    assert decompose([1.0, math.nan, 3.0, 3.5], [0, 0, 1, 1]).runs == 3
    mean, seed, total = by_month(np.stack([y, 2 * y], axis=1), draw)
    assert mean[1] == pytest.approx(2 * mean[0]) and seed[1] == pytest.approx(2 * seed[0]) and total[0] > seed[0]


def test_a_study_with_draws_says_what_is_chance(tmp_path):
    spec = scenario(tmp_path)
    results = run(spec, ["childcare"], 6, jobs=1, model=MODEL, out=tmp_path / "a", draws="ranges")
    again = run(spec, ["childcare"], 6, jobs=1, model=MODEL, out=tmp_path / "b", draws="ranges")
    plain = run(spec, ["childcare"], 6, jobs=1, model=MODEL, out=tmp_path / "c")
    assert results.about["draws"]["settings"] == again.about["draws"]["settings"]
    assert (tmp_path / "a" / "uncertainty.csv").read_bytes() == (tmp_path / "b" / "uncertainty.csv").read_bytes()
    assert not (tmp_path / "c" / "uncertainty.csv").exists() and "draws" not in plain.about
    assert {r.key for r in results.records}.isdisjoint(r.key for r in plain.records)
    table = uncertainty(results)
    assert set(table["kind"]) == {"level", "effect"} and (table["draws"] == 3).all()
    both = table["seed_sd"] ** 2 + table["parameter_sd"] ** 2
    assert both.to_numpy() == pytest.approx((table["total_sd"] ** 2).to_numpy())
    chart = fan(results)
    assert chart is not None and fan(plain) is None and chart.svg() == fan(results).svg()
    assert "parameters" in held(results) and "chance between runs only" in held(plain)
    with (tmp_path / "a" / "uncertainty.csv").open() as file:
        assert next(csv.reader(file))[:3] == ["what", "policy", "kind"]


def test_wrong_draws_are_said(tmp_path):
    file = tmp_path / "made-up.toml"
    scenario(tmp_path)
    wrong = CliRunner().invoke(app, ["run", str(file), "--draws", "range", "--replicates", "2"])
    assert wrong.exit_code == 2 and "did you mean ranges?" in wrong.stderr


def test_the_market_runs_with_drawn_parameters_and_the_same_bytes(tmp_path):
    from laborsim.loading import scenario_of_region

    spec = scenario_of_region("kansas-city").model_copy(update={"targets": (), "policies": {}})
    spec = spec.with_settings(horizon="2018-04")
    made = [run(spec, [], 2, scale=0.005, jobs=1, threads=t, draws="ranges") for t in (1, 2)]
    hashes = [[r.state_hash for r in m.records] for m in made]
    assert hashes[0] == hashes[1] and not made[0].failed
    plain = laborsim.LaborMarket(spec, rng=made[0].records[0].seed, scale=0.005)
    plain.run_for(4)
    assert plain.state_hash() != hashes[0][0]


def test_opposite_draws_lie_round_the_calibrated_values(tmp_path):
    """Two runs in a row: logs of their factors add up to nothing; the spread is the stated part of the prior's."""
    spec = scenario(tmp_path)
    draws = opposite_pairs(spec, 400)
    assert draws.seeds == 1 and draws.about()["seeds_per_draw"] == 1
    name, base = "search.on_the_job", declared()["search.on_the_job"].default
    logs = np.log([dict(draws.of(r))[name] / base for r in range(400)])
    assert np.allclose(logs[0::2] + logs[1::2], 0.0, atol=1e-4)
    shipped = load()
    (k,) = [k for k, f in enumerate(shipped.factors) if name in f.parameters]
    assert logs.std() == pytest.approx(math.sqrt(shipped.covariance[k, k]), rel=0.15)
    assert len(draws.settings[0]) == len({n for n, _ in draws.settings[0]}) >= 9
    assert opposite_pairs(spec, 6).settings == draws.settings[:6], "the first are the same whatever their number"
    other = opposite_pairs(spec.model_copy(update={"assumptions": {name: Assumption(value=0.05)}}), 2)
    assert other.kept == (name,) and all(name not in dict(s) for s in other.settings), "a stated value is held"


def test_runs_with_a_draw_each(tmp_path):
    spec = scenario(tmp_path)
    results = run(spec, [], 4, jobs=1, draws=opposite_pairs(spec, 4), model=MODEL)
    assert not results.failed and results.about["draws"]["seeds_per_draw"] == 1
    assert np.isnan(uncertainty(results)["parameter_sd"]).all(), "one seed a draw does not tell them apart this way"
