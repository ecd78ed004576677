"""Studies: statistics, replicated runs, failures, interruption and resumption, storage, comparison."""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laborsim.study.compare import compare
from laborsim.study.names import UnknownName, WrongOption
from laborsim.study.outcomes import outcome, shown
from laborsim.study.results import Results, load_results
from laborsim.study.run import Interrupted, default_out, settle
from laborsim.study.statistics import apart, discoveries, paired, spread, student_t_cdf, student_t_quantile
from laborsim.study.storage import ResultsDirectory, ResultsError, load_run
from laborsim.study.tables import blocks, chosen_keys, write_indicators, write_yearly
from laborsim.study.task import Task, replicate_seeds
from laborsim.study.warm import compile_ahead
from studies import scenario, study

TESTS = Path(__file__).parent


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return study(tmp_path_factory.mktemp("study"))


# --- statistics ----------------------------------------------------------------------------------


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 8, 19, 30, 101])
def test_student_t_agrees_with_scipy(df: int) -> None:
    from scipy import stats

    for p in (0.55, 0.9, 0.95, 0.975, 0.999):
        assert student_t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-9)
        assert student_t_quantile(1 - p, df) == pytest.approx(-student_t_quantile(p, df), rel=1e-6)
    for t in (-3.0, -0.2, 0.0, 1.3, 12.0):
        assert student_t_cdf(t, df) == pytest.approx(stats.t.cdf(t, df), abs=1e-12)


def test_interval_of_samples_apart_is_welchs() -> None:
    from scipy import stats

    rng = np.random.default_rng(3)
    a, b = rng.normal(1.0, 1.0, 400), rng.normal(0.0, 3.0, 300)
    known = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.90)
    difference, low, high = apart(a, [*b, float("nan")])
    assert difference == pytest.approx(a.mean() - b.mean())
    assert (low, high) == (pytest.approx(known.low, rel=1e-4), pytest.approx(known.high, rel=1e-4))
    assert apart([1.0] * 3, [0.0] * 3) == (1.0, 1.0, 1.0) and math.isnan(apart([1.0], [0.0, 2.0])[1])


def test_paired_interval_is_that_of_scipy() -> None:
    from scipy import stats

    rng = np.random.default_rng(1)
    a = rng.normal(5, 1, 12)
    b = a + rng.normal(0.3, 0.2, 12)
    p = paired(a, b)
    low, high = stats.t.interval(0.9, 11, loc=(b - a).mean(), scale=stats.sem(b - a))
    assert (p.low, p.high) == pytest.approx((low, high))
    assert p.variance_reduction == pytest.approx((a.var(ddof=1) + b.var(ddof=1)) / (b - a).var(ddof=1))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.floats(-1e3, 1e3))
def test_a_constant_difference_is_found_whatever_the_noise(values: list[float], shift: float) -> None:
    p = paired(values, np.array(values) + shift)
    assert p.difference == pytest.approx(shift, abs=1e-6)
    assert p.replicates == len(values)
    assert not (p.distinguishable and len(values) == 1)


def test_missing_replicates_are_left_out_in_pairs() -> None:
    p = paired([1.0, math.nan, 3.0], [2.0, 5.0, math.nan])
    assert (p.replicates, p.difference) == (1, 1.0)
    assert paired([math.nan], [1.0]).replicates == 0
    assert math.isnan(spread([math.nan])[0])


# --- runs ----------------------------------------------------------------------------------------


def test_replicates_have_unrelated_seeds_that_do_not_depend_on_how_many() -> None:
    assert replicate_seeds(5, 4) == replicate_seeds(5, 9)[:4]
    assert len(set(replicate_seeds(5, 200)) | set(replicate_seeds(6, 200))) == 400
    assert all(0 <= s < 2**63 for s in replicate_seeds(2**63 - 1, 5))


def test_policies_of_a_replicate_share_its_seed(results: Results) -> None:
    seeds = {(r.policy, r.replicate): r.seed for r in results.records}
    assert len(results.records) == 3 * 4
    for r in range(4):
        assert len({seeds[p, r] for p in results.policies}) == 1


def test_series_and_tidy_table_hold_the_same_figures(results: Results) -> None:
    table = results.indicators
    assert list(table.columns) == ["policy", "replicate", "month", "indicator", "group", "value", "unit"]
    assert len(table) == 12 * 96 * len(results.keys)
    chosen = table.query(
        "policy == 'childcare' and replicate == 2 and indicator == 'wage_median' and group == 'sex:female'"
    )
    assert list(chosen["month"]) == list(results.months)
    np.testing.assert_array_equal(chosen["value"], results.series("wage_median", "sex:female", "childcare")[2])


def test_in_workers_as_in_this_process(results: Results, tmp_path: Path) -> None:
    side_by_side = study(tmp_path, jobs=2)
    assert side_by_side.about["state_hash"] == results.about["state_hash"]
    for policy in results.policies:
        np.testing.assert_array_equal(
            side_by_side.series("employment", policy=policy), results.series("employment", policy=policy)
        )


def test_only_the_policies_named_run_and_the_baseline_always(tmp_path: Path) -> None:
    assert study(tmp_path, policies=["childcare"], replicates=1).policies == ("baseline", "childcare")
    assert study(tmp_path, policies=["baseline"], replicates=1).policies == ("baseline",)
    with pytest.raises(UnknownName, match="did you mean 'childcare'"):
        study(tmp_path, policies=["child-care"])


@pytest.mark.parametrize(
    "options", [{"replicates": 0}, {"scale": 0.0}, {"scale": 1.5}, {"scale": math.nan}, {"seed": -1}, {"threads": 0}]
)
def test_options_out_of_range_are_wrong_input(tmp_path: Path, options: dict[str, float]) -> None:
    with pytest.raises(WrongOption, match=f"--{next(iter(options))}"):
        study(tmp_path, **options)


def test_settings_of_the_study_replace_those_of_the_scenario(tmp_path: Path) -> None:
    spec = settle(scenario(tmp_path), replicates=2, seed=9, scale=0.5)
    assert (spec.replicates, spec.seed, spec.scale) == (2, 9, 0.5)
    assert default_out(spec) != default_out(scenario(tmp_path))
    assert default_out(spec).parts[:2] == ("results", "made-up")


def test_a_failing_run_is_a_record_and_the_others_go_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = study(tmp_path, "fail:training", out=out)
    assert [r.policy for r in found.failed] == ["training"] * 4
    assert found.failed[0].error == "ArithmeticError: made to fail"
    rows = json.loads((out / "manifest.json").read_text())["runs"]
    assert [r["status"] for r in rows] == ["done"] * 4 + ["failed"] * 4 + ["done"] * 4
    assert np.isnan(load_results(out).series("employment", policy="training")).all()
    assert load_results(out).targets().query("policy == 'training'")["runs"].sum() == 0


def test_a_killed_worker_costs_only_its_own_run(tmp_path: Path) -> None:
    found = study(tmp_path, "die:training", jobs=2, replicates=1)
    assert [r.policy for r in found.failed] == ["training"]
    assert "killed" in found.failed[0].error
    assert sum(r.done for r in found.records) == 2


def test_all_runs_failing_still_gives_a_manifest(tmp_path: Path) -> None:
    found = study(tmp_path, "fail:None fail:training fail:childcare", out=tmp_path / "out")
    assert len(found.failed) == 12
    assert not (tmp_path / "out" / "targets.csv").exists()


# --- the results directory -------------------------------------------------------------------------


def test_stored_results_are_the_results(tmp_path: Path) -> None:
    fresh = study(tmp_path, out=tmp_path / "out")
    stored = load_results(tmp_path / "out")
    assert stored.policies == fresh.policies
    assert stored.keys == fresh.keys
    np.testing.assert_allclose(stored.series("employment"), study(tmp_path).series("employment"), rtol=1e-7)
    assert stored.dollars("training").tolist() == pytest.approx(fresh.dollars("training").tolist())
    assert not (tmp_path / "out.partial").exists()
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "manifest.json", "indicators.csv", "yearly.csv", "targets.csv", "spending.csv", "runs",
    }  # fmt: skip


def test_a_disk_that_fills_up_with_the_manifest_loses_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a manifest would be taken for a study that is complete, and its runs thrown away."""
    whole = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if "manifest" in path.name:
            whole(path, data[: len(data) // 2])
            raise OSError(28, "No space left on device")
        return whole(path, data)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space left"):
            study(tmp_path, replicates=1, out=tmp_path / "out")
    partial = tmp_path / "out.partial"
    made = {p.name: p.stat().st_mtime_ns for p in (partial / "runs").iterdir()}
    assert len(made) == 3 and not (partial / "manifest.json").exists() and not (tmp_path / "out").exists()
    study(tmp_path, replicates=1, out=tmp_path / "out")
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "out" / "runs").iterdir()} == made
    assert load_results(tmp_path / "out").replicates == 1


def test_csv_files_can_be_read_by_anyone(tmp_path: Path) -> None:
    found = study(tmp_path, replicates=1, out=tmp_path / "out")
    with (tmp_path / "out" / "indicators.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 96 * len(found.keys)
    row = next(r for r in rows if r["indicator"] == "unemployment_rate" and r["group"] == "zone:a")
    assert row["month"] == "2018-01" and row["policy"] == "baseline" and row["unit"] == "share"
    assert float(row["value"]) == pytest.approx(found.series("unemployment_rate", "zone:a")[0, 0], rel=1e-5)
    with (tmp_path / "out" / "spending.csv").open(newline="") as file:
        spent = list(csv.DictReader(file))
    assert sum(float(r["dollars"]) for r in spent) == pytest.approx(
        float(found.dollars("training")[0] + found.dollars("childcare")[0])
    )
    assert {r["owner"] for r in spent} == {"Workforce Training & Supports", "Social Services & Faith"}


def test_a_large_study_writes_what_is_asked_for_most_in_whole_blocks(results: Results, tmp_path: Path) -> None:
    parts = blocks(results)
    assert sorted(k for part in parts for k in part) == sorted(results.keys)
    asked = {("unemployment_rate", "all"), ("share_self_sufficient", "all")}
    assert asked <= set(parts[0]) and ("segment_size", "segment:unemployed") in parts[1]
    assert {i for i, _ in parts[2]} == {"unemployment_rate"} and ("unemployment_rate", "zone:29095-east") in parts[2]
    fit = len(parts[0]) + len(parts[1])
    few = chosen_keys(results, rows=12 * 96 * (fit + 1))
    assert set(few) == {*parts[0], *parts[1]}
    assert chosen_keys(results, rows=10**9) == results.keys
    assert set(chosen_keys(results, rows=1)) == set(parts[0])
    assert write_indicators(tmp_path / "i.csv", results, rows=12 * 96 * fit) == fit
    assert sum(1 for _ in (tmp_path / "i.csv").open()) == 1 + 12 * 96 * fit


def test_yearly_has_every_figure_as_mean_and_range_over_runs(tmp_path: Path) -> None:
    found = study(tmp_path, "fail:training", out=tmp_path / "out")
    with (tmp_path / "out" / "yearly.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 8 * len(found.keys)  # a policy without a finished run has no rows
    chosen = ("childcare", "2021", "wage_median", "sex:female")
    row = next(r for r in rows if (r["policy"], r["year"], r["indicator"], r["group"]) == chosen)
    values = found.series("wage_median", "sex:female", "childcare")[:, 36:48].mean(axis=1)
    assert float(row["mean"]) == pytest.approx(values.mean(), rel=1e-5)
    assert float(row["low"]) == pytest.approx(np.quantile(values, 0.05), rel=1e-5)
    assert float(row["high"]) == pytest.approx(np.quantile(values, 0.95), rel=1e-5)
    assert row["unit"] == "dollars per hour"


def test_figures_no_run_has_are_left_out(results: Results, tmp_path: Path) -> None:
    column = results.keys.index(("turnover_cost", "all"))
    kept = [r.values.copy() for r in results.records]
    for record in results.records:
        record.values[:, column] = math.nan
    try:
        assert ("turnover_cost", "all") not in chosen_keys(results)
        write_yearly(tmp_path / "y.csv", results)
    finally:
        for record, values in zip(results.records, kept, strict=True):
            record.values[...] = values
    assert "turnover_cost" not in (tmp_path / "y.csv").read_text()


def test_missing_figures_are_empty_fields(results: Results, tmp_path: Path) -> None:
    record = results.records[0]
    assert record.values is not None
    kept = record.values.copy()
    record.values[5, 0] = math.nan
    try:
        write_indicators(tmp_path / "i.csv", results)
    finally:
        record.values[...] = kept
    line = (tmp_path / "i.csv").read_text().splitlines()[6]
    assert line.split(",")[5] == ""


def test_interrupted_study_goes_on_from_what_was_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    spec = scenario(tmp_path, "interrupt:childcare")
    with pytest.raises(Interrupted, match="2 of 12 runs") as stop:
        study(tmp_path, spec=spec, out=out)
    assert stop.value.path == tmp_path / "out.partial"
    assert not out.exists()
    kept = sorted(p.name for p in (tmp_path / "out.partial" / "runs").iterdir())
    assert kept == ["baseline-000.npz", "training-000.npz"]
    before = (tmp_path / "out.partial" / "runs" / kept[0]).stat().st_mtime_ns
    # notes are no part of what a run depends on: this is the same study without the interruption
    found = study(tmp_path, out=out)
    assert len(found.records) == 12 and not found.failed
    assert (out / "runs" / kept[0]).stat().st_mtime_ns == before
    assert found.about["state_hash"] == study(tmp_path).about["state_hash"]


def test_runs_of_another_study_or_damaged_ones_are_not_taken(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(Interrupted):
        study(tmp_path, "interrupt:childcare", out=out)
    (tmp_path / "out.partial" / "runs" / "training-000.npz").write_bytes(b"PK damaged")
    found = study(tmp_path, seed=99, out=out)
    assert {r.seed for r in found.records} == set(replicate_seeds(99, 4))
    np.testing.assert_allclose(
        found.series("employment", policy="training"),
        study(tmp_path, seed=99).series("employment", policy="training"), rtol=1e-7,
    )  # fmt: skip


def test_a_directory_of_someone_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ResultsError, match="not results"):
        study(tmp_path, out=tmp_path / "mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    with pytest.raises(ResultsError, match="is a file"):
        study(tmp_path, out=tmp_path / "mine" / "letter.txt")


def test_a_new_study_replaces_results_and_keeps_other_files(tmp_path: Path) -> None:
    study(tmp_path, replicates=3, out=tmp_path / "out")
    (tmp_path / "out" / "my notes.txt").write_text("keep")
    study(tmp_path, replicates=1, out=tmp_path / "out")
    assert (tmp_path / "out" / "my notes.txt").read_text() == "keep"
    assert len(list((tmp_path / "out" / "runs").iterdir())) == 3


def test_two_studies_never_write_the_same_directory(tmp_path: Path) -> None:
    with ResultsDirectory(tmp_path / "out"), pytest.raises(ResultsError, match="another run"):
        study(tmp_path, out=tmp_path / "out")


def test_what_is_not_a_results_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no such"):
        load_results(tmp_path / "none")
    with pytest.raises(ResultsError, match="not a results directory"):
        load_results(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ResultsError, match="damaged"):
        load_results(tmp_path)
    (tmp_path / "x.npz").write_bytes(b"")
    with pytest.raises(ResultsError, match="damaged"):
        load_run(tmp_path / "x.npz")


def test_a_killed_study_leaves_only_whole_runs(tmp_path: Path) -> None:
    """Killed at once, with no chance to clean up: finished runs are there and can be used."""
    code = (
        "import os, sys; from pathlib import Path\n"
        f"sys.path.insert(0, {str(TESTS)!r})\n"
        "from studies import study\n"
        "from laborsim.study.run import Progress\n"
        "class Kill(Progress):\n"
        "    def finished(self, record):\n"
        "        if record.policy == 'training': os.kill(os.getpid(), 9)\n"
        f"study(Path({str(tmp_path)!r}), out={str(tmp_path / 'out')!r}, progress=Kill())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, env={**os.environ}, timeout=120)
    assert done.returncode == -9
    assert len(list((tmp_path / "out.partial" / "runs").glob("*.npz"))) == 2
    assert len(study(tmp_path, out=tmp_path / "out").records) == 12


def test_compiling_ahead_never_matters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first study on a machine: same results, a hint left behind, and no harm where nothing can be tried out."""
    monkeypatch.setenv("LABORSIM_CACHE", str(tmp_path / "cache"))
    first = study(tmp_path, jobs=2, replicates=2)
    assert len(list((tmp_path / "cache" / "warm").iterdir())) == 1
    assert first.about["state_hash"] == study(tmp_path, jobs=2, replicates=2).about["state_hash"]
    task = Task(scenario(tmp_path), "training", 0, 1, 0.05, 3, model="fake_market:Nothing")
    compile_ahead(task)


# --- comparison ------------------------------------------------------------------------------------


def test_comparison_finds_made_up_effects(results: Results) -> None:
    c = results.compare("training")
    table = c.differences.set_index("indicator")
    assert table.loc["employment", "distinguishable"]
    assert table.loc["employment", "low"] < 4_500 * 1.3 and table.loc["employment", "difference"] > 0
    assert table.loc["unemployment_rate", "better"] == 1 and table.loc["unemployment_rate", "difference"] < 0
    assert not table.loc["openings_rate", "distinguishable"] or abs(table.loc["openings_rate", "difference"]) < 1e-3
    assert (table["variance_reduction"] > 1).mean() > 0.8


def test_cost_of_an_additional_outcome_is_dollars_over_people(results: Results) -> None:
    c = results.compare("training")
    row = c.costs.set_index("outcome").loc["employed resident"]
    extra = results.last_year("employment", policy="training") - results.last_year("employment")
    assert row["additional"] == pytest.approx(extra.mean())
    assert row["dollars"] == pytest.approx(results.dollars("training").mean())
    assert row["per_additional"] == pytest.approx(results.dollars("training").mean() / extra.mean())
    assert row["per_additional_low"] < row["per_additional"] < row["per_additional_high"]


def test_prices_are_the_same_wherever_they_are_shown() -> None:
    from laborsim.study import benefit_cost
    from laborsim.study.additional import CALLED, additional, at_end, price

    monthly = np.array([np.r_[np.zeros(12), np.full(12, x)] for x in (90.0, 100.0, 110.0)])
    found = additional(at_end(monthly), [1e6, 1e6, 4e6])
    assert found.people == pytest.approx(100) and found.dollars == pytest.approx(2e6)
    assert found.each == pytest.approx(20_000) == price(2e6, 100, found.low, found.high)[0]
    assert found.each_low == pytest.approx(2e6 / found.high) and found.each_high == pytest.approx(2e6 / found.low)
    table = benefit_cost.prices("x", dict.fromkeys(CALLED.values(), found)).set_index("item")
    row = table.loc["dollars per additional self-sufficient worker"]
    assert (row["mean"], row["low"], row["high"]) == (found.each, found.each_low, found.each_high)
    for people in ([5.0], [-3.0, 3.0, 1.0], [-5.0, -6.0, -5.5]):
        assert not additional(people, [1e6] * len(people)).each > 0, "one run, chance, fewer: no price"


def test_no_price_where_the_gain_may_be_nothing(tmp_path: Path) -> None:
    found = study(tmp_path, spec=scenario(tmp_path, **{"budget = 3000000.0": "budget = 0.0"}))
    c = found.compare("training")
    assert (c.differences["difference"] == 0).all()
    assert not c.differences["distinguishable"].any()
    assert c.costs["per_additional"].isna().all()
    assert len(c.gains) == len(c.losses) == 0
    assert found.about["state_hash"]["training"] == found.about["state_hash"]["baseline"]


def test_comparison_by_group(results: Results) -> None:
    c = compare(results, "childcare", by="sex")
    assert set(c.differences["group"]) == {"sex:male", "sex:female"}
    with pytest.raises(UnknownName, match="did you mean 'sex'"):
        compare(results, "childcare", by="sexx")
    with pytest.raises(UnknownName, match="policy"):
        compare(results, "nothing")
    with pytest.raises(UnknownName, match="indicator"):
        compare(results, "childcare", indicators=["unemploymentrate"])


def test_targets_are_means_of_their_window(results: Results) -> None:
    table = results.targets().set_index(["target", "policy"])
    row = table.loc[("Unemployment", "childcare")]
    values = results.series("unemployment_rate", policy="childcare")[:, -12:].mean(axis=1)
    assert row["value"] == pytest.approx(values.mean())
    assert row["probability"] == pytest.approx((values <= 0.0395).mean())
    assert row["gap"] == pytest.approx(values.mean() - 0.0395)


def test_words_for_figures() -> None:
    assert shown(math.nan, "share") == "n/a"
    assert shown(-1234.4, "people", signed=True) == "-1,234"
    assert shown(0.5, "wage", signed=True) == "+$0.50"
    assert outcome("births").kind == "people"
    assert outcome("recorded_UE").kind == "share"


def test_public_names_load_when_asked_for() -> None:
    code = (
        "import sys, laborsim; assert not {'numba', 'pandas', 'matplotlib'} & set(sys.modules);"
        "laborsim.load_results; assert 'numba' not in sys.modules; print(sorted(dir(laborsim)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "LaborMarket" in done.stdout
    import laborsim

    with pytest.raises(AttributeError):
        _ = laborsim.nothing


def test_few_of_many_comparisons_without_an_effect_are_reported() -> None:
    """Benjamini and Hochberg: the same as scipy's, and hardly anything where nothing is."""
    from scipy.stats import false_discovery_control

    rng = np.random.default_rng(3)
    for _ in range(50):
        p = rng.uniform(size=40) ** rng.integers(1, 4)
        np.testing.assert_array_equal(discoveries(p, 0.1), false_discovery_control(p) <= 0.1)
    empty = sum(bool(discoveries(rng.uniform(size=200), 0.1).any()) for _ in range(400))
    assert empty / 400 < 0.16  # at most one study in ten names anyone, with room for chance
    assert discoveries([]).tolist() == []
