"""One rule of what is more than chance, for briefs, tables, charts and questions."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from laborsim.report import terminal
from laborsim.report.front import answer
from laborsim.report.plots import Plotter
from laborsim.scenario.schema import BASELINE
from laborsim.study.judging import course, judge, turned, usual
from laborsim.study.results import Results
from laborsim.study.statistics import discoveries, paired, quantiles_of_known, spread
from laborsim.study.verdicts import STOCKS, Verdicts
from studies import study


def made_up(rng: np.random.Generator, figures: int, policies: int, runs: int, effect: float, unlike: float):
    """Figures of a study by arm, and which differences from arm 0 are real: (policy, figure) -> bool."""
    out, real = [], {}
    for k in range(figures):
        shared = 3.0 * rng.normal(size=runs)
        arms = {"0": shared + rng.normal(size=runs)}
        for p in range(1, policies + 1):
            works = effect > 0.0 and rng.random() < 0.2
            real[str(p), k] = works
            wide = math.exp(unlike * rng.normal())
            arms[str(p)] = shared + wide * rng.normal(size=runs) + effect * works
        out.append(arms)
    return out, real


@pytest.mark.parametrize(("runs", "unlike"), [(3, 0.0), (4, 0.4), (8, 0.4)])
def test_of_the_differences_named_one_in_ten_is_chance_and_many_are_found(runs: int, unlike: float) -> None:
    rng = np.random.default_rng(runs)
    false, power, alarms, alone = [], [], [], []
    for _ in range(60):
        figures, real = made_up(rng, 8, 5, runs, 5.0, unlike)
        wanted = [(arms, "0", p) for arms in figures for p in list(arms)[1:]]
        true = np.array([real[p, k] for k, arms in enumerate(figures) for p in list(arms)[1:]])
        named = np.array([p.distinguishable for p in judge(wanted)])
        false.append((named & ~true).sum() / max(1, named.sum()))
        power.append((named & true).sum() / max(1, true.sum()))
        own = discoveries([paired(a["0"], a[p]).p for a, _, p in wanted])
        alone.append((own & true).sum() / max(1, true.sum()))
        nothing, _ = made_up(rng, 8, 5, runs, 0.0, unlike)
        alarms.append(any(p.distinguishable for p in judge([(a, "0", p) for a in nothing for p in list(a)[1:]])))
    assert np.mean(false) < 0.1 and np.mean(alarms) < 0.2
    assert np.mean(power) > 0.7 and np.mean(power) > np.mean(alone)


def test_ranges_leave_zero_out_exactly_where_a_difference_is_named() -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        figures, _ = made_up(rng, 4, 3, 4, 4.0, 0.3)
        found = judge([(a, "0", p) for a in figures for p in list(a)[1:]])
        named = discoveries([p.p for p in found])
        assert [p.distinguishable for p in found] == named.tolist()
        assert {round(p.alpha, 12) for p in found} == {round(0.1 * max(1, named.sum()) / len(found), 12)}


def test_a_policy_whose_few_runs_lie_close_by_luck_is_not_named() -> None:
    base = np.array([10.0, 20.0, 30.0, 40.0])
    lucky = base + np.array([4.2, 4.3, 4.4, 4.3])
    wide = {f"p{k}": base + 8.0 * np.roll([-1.0, 0.3, 1.1, -0.4], k) for k in range(4)}
    close = {f"p{k}": base + 0.1 * np.roll([-1.0, 0.3, 1.1, -0.4], k) for k in range(4)}
    for others, sure in ((wide, False), (close, True), ({}, True)):
        arms = {"0": base, "lucky": lucky} | others
        named = judge([(arms, "0", p) for p in list(arms)[1:]])[0]
        assert named.distinguishable is sure and named.difference == pytest.approx(4.3)
    # and one whose own runs spread more than usual is held to its own spread
    unlucky = close | {"0": base, "lucky": base + np.array([0.2, 8.4, -3.0, 11.6])}
    p = judge([(unlucky, "0", "lucky")])[0]
    assert not p.distinguishable and p.error == pytest.approx(np.std([0.2, 8.4, -3.0, 11.6], ddof=1) / 2.0)


def test_usual_spread_is_that_of_a_randomized_block_experiment() -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(2)
    arms = {str(k): rng.normal(size=6) + 5.0 * np.arange(6) for k in range(4)}
    variance, df = usual(arms)
    assert df == 15
    # two arms: the residual variance is half that of their difference, and the test is the paired t-test
    two = {k: arms[k] for k in ("0", "1")}
    assert usual(two)[0] == pytest.approx(np.var(arms["1"] - arms["0"], ddof=1) / 2.0)
    assert judge([(two, "0", "1")])[0].p == pytest.approx(stats.ttest_rel(arms["1"], arms["0"]).pvalue)
    # an arm that is another one again, or has no values, adds nothing; a run missing in one arm is left out of all
    assert usual(arms | {"same": arms["0"], "failed": np.full(6, np.nan)}) == (variance, 15)
    assert usual(arms | {"4": np.where(np.arange(6) == 2, np.nan, arms["3"] ** 2)})[1] == 4 * 4
    assert usual({"0": arms["0"]})[1] == 0 == usual({k: v[:1] for k, v in arms.items()})[1]


def test_what_did_not_change_in_any_run_is_no_comparison() -> None:
    same = {"0": np.arange(3.0), "1": np.arange(3.0)}
    moved = {"0": np.zeros(3), "1": np.array([1.0, 1.1, 1.2])}
    found = judge([(moved, "0", "1"), *[(same, "0", "1")] * 50])
    assert found[0].distinguishable and found[0].alpha == pytest.approx(0.1)
    assert not found[1].distinguishable and found[1].p == 1.0 and (found[1].low, found[1].high) == (0.0, 0.0)
    one = judge([({"0": np.ones(1), "1": np.zeros(1)}, "0", "1")])[0]
    assert one.difference == -1.0 and math.isnan(one.low) and not one.distinguishable


def test_the_range_of_a_course_ends_in_that_of_its_verdict() -> None:
    rng = np.random.default_rng(8)
    courses = {str(k): rng.normal(size=(5, 30)) + 0.1 * k * np.arange(30) for k in range(4)}
    found = judge([({k: v[:, -1] for k, v in courses.items()}, "0", "3")])[0]
    mean, low, high = course(courses, "0", "3", found)
    assert (mean[-1], low[-1], high[-1]) == pytest.approx((found.difference, found.low, found.high))
    assert np.isnan(course({k: v[:1] for k, v in courses.items()}, "0", "3", found)[1]).all()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return study(tmp_path_factory.mktemp("judged"))


def test_all_that_is_shown_of_a_study_comes_from_the_same_verdicts(results: Results) -> None:
    verdicts, plots = results.verdicts(), Plotter(results)
    assert verdicts is results.verdicts() and verdicts is not results.verdicts(6)
    seen = 0
    for policy in verdicts.tested:
        c = results.compare(policy)
        for row in (*c.differences.to_dict("records"), *c.groups.to_dict("records")):
            pair = verdicts.of(policy, BASELINE, row["indicator"], row["group"])
            assert pair is not None and (row["low"], row["high"]) == (pair.low, pair.high)
            assert row["distinguishable"] == pair.distinguishable == (pair.low > 0 or pair.high < 0)
        costs = c.costs.set_index("outcome")
        for stock in costs.index:
            pair = verdicts.of(policy, BASELINE, stock)
            assert pair is not None and results.findings.sure(policy, stock) == pair.distinguishable
            assert (costs.loc[stock, "low"], costs.loc[stock, "high"]) == (pair.low, pair.high)
            assert math.isfinite(costs.loc[stock, "per_additional"]) == (pair.low > 0)
        for chart, flag, name in ((plots.segments(), "distinguishable", "group"), (plots.equity(), "more_than_chance",
                                  "group"), (plots.road_map(), "more_than_chance", "zone")):  # fmt: skip
            rows = chart.data[chart.data["policy"] == policy].to_dict("records") if chart else []
            for row in rows:
                group = f"zone:{row['zone']}" if name == "zone" else row["group"]
                pair = verdicts.of(policy, BASELINE, row.get("indicator", "self_sufficient_workers"), group)
                assert pair is not None and row[flag] == pair.distinguishable
                seen += 1
    assert seen > 40


def test_turning_a_comparison_round_turns_its_verdict(results: Results) -> None:
    one, two = results.compare("training"), results.compare(BASELINE, "training")
    assert one.costs["low"].to_numpy() == pytest.approx(-two.costs["high"].to_numpy())
    a, b = (results.compare(*pair).differences for pair in (("training", "childcare"), ("childcare", "training")))
    assert a["distinguishable"].tolist() == b["distinguishable"].tolist()
    p = results.verdicts().of("training", BASELINE, "employment")
    assert p is not None and turned(turned(p)) == p and turned(p).up == p.down


def test_the_number_an_answer_is_about_is_judged_among_the_policies_alone(results: Results) -> None:
    verdicts = Verdicts(results, 12, 0.10)
    assert verdicts.stock == next(iter(STOCKS))
    found = [verdicts.of(p, BASELINE, verdicts.stock) for p in verdicts.tested]
    assert {round(0.1 / p.alpha) for p in found if p is not None} <= {1, len(found)}
    assert verdicts.of("training", BASELINE, "no such figure") is None


def test_a_study_of_one_run_names_nothing(tmp_path: Path) -> None:
    one = study(tmp_path, replicates=1)
    assert not one.findings.found and not one.findings.apart
    assert Plotter(one).segments() is not None


def test_two_runs_have_no_range_anywhere(tmp_path: Path) -> None:
    assert math.isnan(paired([1.0, 2.0], [1.5, 2.7]).low) and not paired([1.0, 2.0], [1.5, 2.5]).distinguishable
    assert math.isfinite(paired([1.0, 2.0, 3.0], [1.5, 2.7, 3.1]).low)
    assert np.isnan(spread([1.0, 2.0])[1:]).all() and np.isnan(quantiles_of_known([[1.0], [2.0]], (0.05,))).all()
    two = study(tmp_path, replicates=2)
    found = two.compare("training")
    assert len(found.differences) and found.differences[["low", "high"]].isna().all(axis=None)
    assert found.costs[["low", "high"]].isna().all(axis=None)
    assert two.targets()[["low", "high"]].isna().all(axis=None)
    assert not two.findings.found and "2 runs of each policy cannot tell" in " ".join(answer(two, two.findings))
    for chart in Plotter(two).all():
        for column in {"low", "high", "low_5", "high_95", "difference_low"} & set(chart.data.columns):
            assert chart.data[column].isna().all(), (chart.name, column)
    screen = io.StringIO()
    Console(file=screen, width=200).print(terminal.differences(two, found))
    assert "too few runs" in screen.getvalue()
