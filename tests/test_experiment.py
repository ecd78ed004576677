"""Experiment files: what they say, what is wrong with them; distributions; designs."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from laborsim.scenario.problems import ScenarioError
from laborsim.study.design import cube, plan, points_of, samples
from laborsim.study.experiment import load_experiment, remarks
from laborsim.study.factors import Factor
from laborsim.study.sweep import tasks_of
from laborsim.study.vary import vary
from sweeps import EXPERIMENT, experiment

SHARES = st.floats(0.0, 1.0)
FACTORS = {
    "uniform": (Factor("a.b", "uncertainty", "uniform", 2.0, 5.0), stats.uniform(2.0, 3.0)),
    "loguniform": (Factor("a.b", "uncertainty", "loguniform", 0.1, 10.0), stats.loguniform(0.1, 10.0)),
    "triangular": (
        Factor("a.b", "uncertainty", "triangular", 1.0, 5.0, mode=2.0), stats.triang(0.25, loc=1.0, scale=4.0)
    ),
    "normal": (
        Factor("a.b", "uncertainty", "normal", -1.0, 2.0, mean=0.5, sd=1.0), stats.truncnorm(-1.5, 1.5, loc=0.5)
    ),
}  # fmt: skip


# --- distributions -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FACTORS)
def test_quantiles_are_those_of_scipy(name: str) -> None:
    factor, known = FACTORS[name]
    for u in np.linspace(0.0, 1.0, 41):
        assert factor.quantile(float(u)) == pytest.approx(known.ppf(u), rel=1e-8, abs=1e-9)


@given(SHARES, SHARES)
def test_quantiles_rise_and_stay_within_bounds(u: float, v: float) -> None:
    for factor, _ in FACTORS.values():
        low, high = factor.quantile(min(u, v)), factor.quantile(max(u, v))
        assert factor.low <= low <= high <= factor.high


def test_whole_numbers_and_choices_are_drawn_alike() -> None:
    whole = Factor("a.b", "uncertainty", low=1, high=4, whole=True)
    grid = (np.arange(1000) + 0.5) / 1000
    values, counts = np.unique([whole.quantile(u) for u in grid], return_counts=True)
    assert values.tolist() == [1, 2, 3, 4] and counts.tolist() == [250] * 4
    weighted = Factor("a.b", "lever", "choice", values=("x", "y", "z"), weights=(1.0, 0.0, 3.0))
    drawn = [weighted.quantile(u) for u in grid]
    assert (drawn.count("x"), drawn.count("y"), drawn.count("z")) == (250, 0, 750)
    assert weighted.quantile(1.0) == "z"


def test_levels_of_a_factorial() -> None:
    assert Factor("a.b", "lever", low=1, high=4, whole=True).levels(9) == [1, 2, 3, 4]
    assert Factor("a.b", "lever", low=1, high=4, whole=True).levels(2) == [1, 4]
    assert Factor("a.b", "lever", "loguniform", 1.0, 100.0).levels(3) == [1.0, 10.0, 100.0]
    assert Factor("a.b", "lever", low=0.0, high=1.0).levels(1) == [0.5]


# --- designs -------------------------------------------------------------------------------------


def test_a_latin_hypercube_has_one_point_in_every_row_of_every_factor() -> None:
    points = cube("latin_hypercube", 16, 3, seed=4)
    for column in points.T:
        assert sorted((column * 16).astype(int)) == list(range(16))
    assert (cube("latin_hypercube", 16, 3, seed=4) == points).all()
    assert (cube("latin_hypercube", 16, 3, seed=5) != points).any()


def test_a_sobol_sequence_goes_on_where_it_stopped() -> None:
    assert (cube("sobol", 5, 2, seed=1) == cube("sobol", 64, 2, seed=1)[:5]).all()
    assert stats.qmc.discrepancy(cube("sobol", 256, 2, seed=1)) < 1e-4


def test_points_that_are_alike_are_one(tmp_path: Path) -> None:
    points = plan(experiment(tmp_path))
    assert [p.number for p in points] == list(range(12))  # 4 states, each a baseline and two sizes of the policy
    assert [p.policy for p in points] == ["baseline", "childcare", "childcare"] * 4
    assert [p.state for p in points] == [s for s in range(4) for _ in range(3)]
    for p in points:
        (name, number), = p.against  # fmt: skip
        assert name == "baseline" and points[number].policy == "baseline" and points[number].state == p.state
        assert (p.levers == ()) == (p.policy == "baseline")


def test_more_samples_leave_the_points_before_as_they_are(tmp_path: Path) -> None:
    asked = experiment(tmp_path)
    rows = samples(asked)
    assert points_of(asked, rows[:3]) == points_of(asked, rows)[: len(points_of(asked, rows[:3]))]


def test_every_point_has_the_same_seeds(tmp_path: Path) -> None:
    asked = experiment(tmp_path)
    tasks, point_of = tasks_of(asked, plan(asked))
    assert len({t.key for t in tasks}) == len(tasks) == 24
    seeds = {t.replicate: t.seed for t in tasks}
    assert all(t.seed == seeds[t.replicate] for t in tasks) and len(set(seeds.values())) == 2
    assert sorted(point_of.values()) == sorted(2 * list(range(12)))


def test_a_run_keeps_its_id_while_nothing_it_depends_on_changes(tmp_path: Path) -> None:
    def ids(**changes: str) -> set[str]:
        asked = experiment(tmp_path, **changes)
        return {t.key for t in tasks_of(asked, plan(asked))[0]}

    first = ids()
    assert ids(**{"replicates = 2": "replicates = 3"}) > first
    assert ids(**{'statistic = "last"': 'statistic = "max"'}) == first
    assert len(ids(**{"[500, 1000]": "[500, 2000]"}) & first) == 16  # all but those with 1,000 places
    for change in ({"seed = 5": "seed = 6"}, {"scale = 0.02": "scale = 0.03"}, {"months = 24": "months = 25"}):
        assert not ids(**change) & first
    assert ids() == first
    (tmp_path / "made-up.toml").write_text((tmp_path / "made-up.toml").read_text().replace("5000000.0", "5000001.0"))
    asked = load_experiment(tmp_path / "trial.toml")
    changed = {t.key for t in tasks_of(asked, plan(asked))[0]}
    assert len(changed & first) == 8  # the baseline's: another policy's budget is nothing to it


def test_a_list_design_runs_its_points_and_no_others(tmp_path: Path) -> None:
    text = EXPERIMENT.split("[uncertainties]")[0] + (
        '[levers]\npolicy = ["childcare"]\n[design]\nkind = "list"\n[[design.points]]\n"matching.rounds" = 5\n'
        '[[design.points]]\n"search.bias_race[2]" = 0.3\n"childcare.budget" = 1e6\n'
        "[[design.points]]\n[outcomes.u]\nindicator = \"unemployment_rate\"\n"
    )
    asked = experiment(tmp_path, text)
    points = plan(asked)
    assert [(p.parameters, p.levers) for p in points] == [
        ((("matching.rounds", 5),), ()),
        ((("search.bias_race[2]", 0.3),), (("childcare.budget", 1e6),)),
        ((), ()),
    ]
    spec = vary(asked.spec, points[1].parameters, points[1].levers)
    assert spec.parameters()["search.bias_race"][1] == 0.3
    assert spec.parameters()["search.bias_race"][0] == asked.spec.parameters()["search.bias_race"][0]
    assert spec.policies["childcare"].budget == 1e6
    assert asked.spec.policies["childcare"].budget == 5e6


def test_a_lever_acts_on_its_policy_and_those_that_combine_it(tmp_path: Path) -> None:
    asked = experiment(tmp_path, **{'["baseline", "childcare"]': '["baseline", "training", "childcare"]'})
    assert asked.factors[-1].policies == ("childcare",)
    assert sum(p.policy == "training" for p in plan(asked)) == 4


# --- files ---------------------------------------------------------------------------------------


def test_what_is_not_stated_is_the_scenarios(tmp_path: Path) -> None:
    text = EXPERIMENT
    for line in ("scale = 0.02\n", "replicates = 2\n", "seed = 5\n", "months = 24\n"):
        text = text.replace(line, "")
    asked = experiment(tmp_path, text.replace('policy = ["baseline", "childcare"]\n', ""))
    assert (asked.spec.scale, asked.replicates, asked.seed, asked.months) == (0.05, 4, 11, 96)
    assert asked.policies == ("baseline", "training", "childcare")
    gain = next(m for m in asked.measures if m.name == "gain")
    assert (gain.first, gain.last, gain.against) == (0, 95, "baseline")


def test_windows_of_outcomes(tmp_path: Path) -> None:
    asked = experiment(tmp_path, **{'start = "2019-01"\nend = "2019-12"\n': ""})
    assert (asked.measures[0].first, asked.measures[0].last) == (12, 23)  # the last year
    asked = experiment(tmp_path, **{'start = "2019-01"\nend = "2019-12"\n': 'end = "2018-06"\n'})
    assert (asked.measures[0].first, asked.measures[0].last) == (0, 5)


def test_bounds_are_the_declared_range_or_the_scenarios_own(tmp_path: Path) -> None:
    asked = experiment(tmp_path, **{"{ low = 0.02, high = 0.06 }": "{}"})
    assert (asked.factors[1].low, asked.factors[1].high) == (0.01, 0.08)
    (tmp_path / "made-up.toml").write_text(
        (tmp_path / "made-up.toml").read_text()
        + '\n[assumptions]\n"demand.growth_shock" = {value = 0.03, low = 0.02, high = 0.04, source = "a study"}\n'
    )
    factor = load_experiment(tmp_path / "trial.toml").factors[1]
    assert (factor.low, factor.high) == (0.02, 0.04)


def test_nested_tables_and_dotted_names_are_the_same(tmp_path: Path) -> None:
    plain = experiment(tmp_path)
    nested = EXPERIMENT.replace('"demand.growth_shock" = {', "demand.growth_shock = {").replace(
        '"childcare.childcare_support.places" = [500, 1000]',
        "[levers.childcare.childcare_support]\nplaces = [500, 1000]",
    )
    assert experiment(tmp_path, nested).about() == plain.about()


WRONG = {
    "a parameter that does not exist": ('"matching.rounds"', '"matching.round"', 9, "did you mean matching.rounds"),
    "a bound outside the declared range": (
        "low = 0.02, high = 0.06", "low = 0.02, high = 0.6", 10, "from 0.01 to 0.08",
    ),
    "bounds the wrong way round": ("low = 0.02, high = 0.06", "low = 0.05, high = 0.02", 10, "low is not below high"),
    "a misspelt key of a factor": ("low = 0.02, high", "lwo = 0.02, high", 10, "did you mean low"),
    "a distribution that does not exist": (
        "{ low = 0.02, high = 0.06 }", '{ distribution = "uniformly" }', 10, "did you mean uniform",
    ),
    "a mode of a uniform": ("{ low = 0.02,", "{ mode = 0.03, low = 0.02,", 10, "mode belongs to a triangular"),
    "a mode outside": (
        "low = 0.02, high = 0.06", 'distribution = "triangular", low = 0.02, high = 0.06, mode = 0.07', 10,
        "must lie between low and high",
    ),
    "a log of nothing": (
        '"matching.rounds" = { low = 2',
        '"search.bias_record" = { distribution = "loguniform", low = 0.0', 9, "above 0",
    ),
    "a normal without its spread": (
        "low = 0.02, high", 'distribution = "normal", low = 0.02, high', 10, "needs its sd",
    ),
    "a list as a whole": (
        '"matching.rounds" = { low = 2, high = 4 }', '"search.bias_race" = {}', 9, "vary its elements",
    ),
    "an element too many": (
        '"matching.rounds" = { low = 2, high = 4 }', '"search.bias_race[9]" = {}', 9, "has no element 9",
    ),
    "half a round": ('"matching.rounds" = { low = 2, high = 4 }', '"matching.rounds" = [1.5, 2]', 9, "whole number"),
    "a policy that does not exist": ('["baseline", "childcare"]', '["baseline", "child_care"]', 13, "childcare"),
    "a lever of no policy": (
        '"childcare.childcare_support', '"childcar.childcare_support', 14, "did you mean childcare",
    ),
    "a lever of no instrument": (
        "childcare_support.places", "childcare_suport.places", 14, "childcare.childcare_support",
    ),
    "a setting that does not exist": ("support.places", "support.place", 14, "childcare.childcare_support.places"),
    "a lever of a policy not run": (
        '"childcare.childcare_support.places"', '"training.budget"', 14, "no policy that is",
    ),
    "a value a policy cannot have": ("[500, 1000]", "[500, -1]", 14, "0 or more"),
    "a lever without bounds": ("[500, 1000]", "{}", 14, "needs its bounds"),
    "a design that does not exist": ('"full_factorial"', '"factorial"', 17, "full_factorial"),
    "a design without its samples": ('"full_factorial"', '"sobol"', 16, "number of samples"),
    "an indicator that does not exist": (
        '"unemployment_rate"', '"unemployed_rate"', 21, "did you mean unemployment_rate",
    ),
    "a month not simulated": ('end = "2019-12"', 'end = "2021-12"', 23, "2018-01 to 2019-12"),
    "a statistic that does not exist": ('"last"', '"latest"', 27, "did you mean last"),
    "a policy to compare with that does not exist": ('against = "baseline"', 'against = "base"', 28, "baseline"),
    "an outcome with the name of a column": ("[outcomes.gain]", "[outcomes.seconds]", 25, "another column"),
    "a group that does not exist": (
        'indicator = "unemployment_rate"', 'indicator = "unemployment_rate"\ngroup = "zone:1"', 22, "no zone '1'",
    ),
    "a scenario that does not exist": ('"made-up.toml"', '"made-down.toml"', 2, "no such file"),
    "more months than there are": ("months = 24", "months = 240", 6, "up to 96"),
    "a scale out of range": ("scale = 0.02", "scale = 2.0", 3, "1 or less"),
    "an unknown table": ("[design]", "[desing]", 16, "did you mean design"),
    "an unknown setting at the top": ("[experiment]", "sclae = 1\n[experiment]", 1, "experiment.scale"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_mistakes_are_named_with_their_line(tmp_path: Path, name: str) -> None:
    old, new, line, words = WRONG[name]
    with pytest.raises(ScenarioError) as raised:
        experiment(tmp_path, **{old: new})
    problems = raised.value.problems
    text = str(raised.value)
    assert words in text, text
    assert any(p.line == line and words in str(p) for p in problems), text
    assert all(p.file.endswith(("trial.toml", "made-up.toml")) for p in problems)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    changes = {name: WRONG[name] for name in (
        "a parameter that does not exist", "a bound outside the declared range", "a policy that does not exist",
        "a setting that does not exist", "a design that does not exist", "a month not simulated",
    )}  # fmt: skip
    text = EXPERIMENT
    for old, new, _, _ in changes.values():
        text = text.replace(old, new)
    with pytest.raises(ScenarioError) as raised:
        experiment(tmp_path, text)
    assert {p.line for p in raised.value.problems} == {line for _, _, line, _ in changes.values()}


def test_problems_of_the_scenario_are_told_with_its_own_lines(tmp_path: Path) -> None:
    experiment(tmp_path)
    file = tmp_path / "made-up.toml"
    file.write_text(file.read_text().replace("budget = 3000000.0", "budget = -3"))
    with pytest.raises(ScenarioError, match=r"made-up\.toml:\d+: policies\.training\.budget"):
        load_experiment(tmp_path / "trial.toml")


def test_beyond_the_declared_range_with_a_source(tmp_path: Path) -> None:
    asked = experiment(tmp_path, **{"high = 0.06 }": 'high = 0.2, source = "a study" }'})
    assert asked.factors[1].high == 0.2


def test_settings_that_are_not_numbers_are_chosen(tmp_path: Path) -> None:
    asked = experiment(
        tmp_path, **{'"childcare.childcare_support.places" = [500, 1000]': '"childcare.start" = ["2018-02", "2019-01"]'}
    )
    assert {p.levers for p in plan(asked)} == {(), (("childcare.start", "2018-02"),), (("childcare.start", "2019-01"),)}


OURS = sorted((Path(__file__).parents[1] / "experiments").glob("*.toml"))


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.stem)
def test_experiments_of_the_repository_are_right(path: Path) -> None:
    asked = load_experiment(path)
    points = plan(asked)
    assert points and all(math.isfinite(v) for p in points for _, v in p.parameters if isinstance(v, float))


def test_what_is_hardly_meant_is_said(tmp_path: Path) -> None:
    assert remarks(experiment(tmp_path)) == []
    short = {"months = 24": "months = 12", 'start = "2019-01"\nend = "2019-12"': ""}
    assert remarks(experiment(tmp_path, **short)) == [
        "'childcare' begins in 2019-06, after the last of 12 months: it changes nothing"
    ]
    early = {'statistic = "last"': 'statistic = "mean"\nstart = "2018-01"\nend = "2018-12"'}
    assert remarks(experiment(tmp_path, **early)) == ["'childcare' begins in 2019-06, after the months of gain"]
    places = '"childcare.childcare_support.places" = [500, 1000]'
    moved = {**short, places: '"childcare.start" = ["2018-02", "2019-06"]'}
    assert remarks(experiment(tmp_path, **moved)) == []
