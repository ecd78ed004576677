"""Sensitivity: known functions through the sweep's own machinery; failed runs; what the command gives."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fake_market import SCENARIO
from known_functions import ARGUMENTS, FIRST, ISHIGAMI, TOTAL
from laborsim import cli
from laborsim.report.charts_sensitivity import chart
from laborsim.study.analysis.sensitivity import NothingVaried, sensitivity
from laborsim.study.experiment import load_experiment
from laborsim.study.local import Local
from laborsim.study.store import content

pytest.importorskip("SALib")
FUNCTION, LINE = "known_functions:Ishigami", "known_functions:Line"


def asked(folder: Path, text: str = ISHIGAMI, notes: str = "", **changes: str):
    (folder / "made-up.toml").write_text(SCENARIO.replace("NOTES", notes))
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / "known.toml").write_text(text)
    return load_experiment(folder / "known.toml")


def found(folder: Path, method: str, model: str, notes: str = "", **changes: str):
    store = folder / f"{method}.sqlite"
    return sensitivity(asked(folder, notes=notes, **changes), method, store, Local(1), model=model)


def test_indices_of_ishigami_lie_in_their_intervals(tmp_path: Path) -> None:
    done = found(tmp_path, "sobol", FUNCTION)
    assert done.swept.done == 1024 * 5
    table = done.table.set_index("factor").loc[list(ARGUMENTS)]
    for name, known in (("first", FIRST), ("total", TOTAL)):
        low, high = table[f"{name}_low"].to_numpy(), table[f"{name}_high"].to_numpy()
        assert ((low - 1e-12 <= known) & (known <= high + 1e-12)).all(), (name, known, low, high)
        assert (np.abs(table[name] - known) < 0.05).all() and (high - low < 0.3).all()
    assert done.groups[["groups", "used"]].to_numpy().tolist() == [[1024, 1024]] and done.failed.empty


def test_failed_runs_take_out_their_block_and_are_named(tmp_path: Path) -> None:
    done = found(tmp_path, "sobol", FUNCTION, "fail:1.45", **{"samples = 1024": "samples = 64"})
    assert done.swept.failed > 0 and len(done.failed) == done.swept.failed
    bad = {(s - 1) // 5 for samples in done.failed["samples"] for s in samples}
    group = done.groups.iloc[0]
    assert group["groups"] == 64 and group["used"] == 64 - len(bad) and 0 < len(bad) < 64
    assert done.failed["error"].unique().tolist() == ["ArithmeticError: made to fail"]
    assert np.isfinite(done.table["first"]).all()
    # nothing left to estimate from: no figure rather than a wrong one
    none = found(tmp_path, "morris", FUNCTION, "fail:0.0")
    assert none.groups["used"].tolist() == [0] and none.table["mu_star"].isna().all()


def test_a_screening_finds_slopes_and_what_does_nothing(tmp_path: Path) -> None:
    done = found(tmp_path, "morris", LINE, **{"replicates = 1": "replicates = 3"})
    table = done.table.set_index("factor")
    assert table.loc["matching.noise", "mu"] == pytest.approx(3.0)
    assert table.loc["matching.fit_weight", "mu"] == pytest.approx(-1.0)
    assert table.loc["matching.fit_weight", "mu_star"] == pytest.approx(1.0)
    assert table.loc["demand.growth_shock", "mu_star"] == pytest.approx(0.0, abs=1e-12)
    assert (table["sigma"] < 1e-9).all()  # straight lines
    assert done.groups["chance"].iloc[0] == pytest.approx(0.0, abs=1e-12)  # seeds shift all samples alike


def test_a_screening_tells_luck_from_influence(tmp_path: Path) -> None:
    """Where seeds alone move the outcome no factor is named, however large the sizes; a steep one is."""
    more = {"replicates = 1": "replicates = 4", "trajectories = 6": "trajectories = 30", "level = 0.99": "level = 0.9"}
    (tmp_path / "b").mkdir()
    done = found(tmp_path, "morris", "known_functions:Luck", **more)
    size = done.table["mu_star"].to_numpy()
    # a normal difference with error sqrt(2) / sqrt(4 seeds) over a step of 2/3, sqrt(2 / pi) of it on the mean
    assert done.table["chance"].to_numpy() == pytest.approx(np.full(3, 1.5 * math.sqrt(1 / math.pi)), rel=0.15)
    assert size == pytest.approx(done.table["chance"].to_numpy(), rel=0.4) and (done.table["low"] > 0).all()
    assert "by more than chance" in chart(done, "height", "baseline").title
    steep = found(tmp_path / "b", "morris", "known_functions:Luck", "steep", **more)
    row = steep.table.set_index("factor").loc["matching.noise"]
    assert row["low"] > row["chance"] and chart(steep, "height", "baseline").title.startswith("Noise moves")


def test_an_end_of_a_tornado_is_clear_only_allowing_for_their_number(tmp_path: Path) -> None:
    """Of studies of luck alone at most one in ten names an end: more than 5 of 15 by chance in 0.2% of such tests."""
    more = {"replicates = 1": "replicates = 4"}
    named = 0
    for seed in range(15):
        (tmp_path / str(seed)).mkdir()
        luck = found(tmp_path / str(seed), "tornado", "known_functions:Luck", **more, **{"seed = 5": f"seed = {seed}"})
        clear = luck.table[["clear_low", "clear_high"]].to_numpy().any()
        named += clear
        none = chart(luck, "height", "baseline").title.startswith("No assumption alone clearly moves")
        assert none == (not clear)
    assert named <= 5
    (tmp_path / "b").mkdir()
    steep = found(tmp_path / "b", "tornado", "known_functions:Luck", "steep", **more)
    table = steep.table.set_index("factor")
    assert table.loc["matching.noise", ["clear_low", "clear_high"]].all()
    assert chart(steep, "height", "baseline").title.startswith("Noise moves unemployment rate most")
    # one that is clear, beside longer ones that are not, is not said to move it most
    size = luck.table[["change_low", "change_high"]].abs().max(axis=1)
    short = luck.table.assign(clear_low=size == size.min(), clear_high=False)
    assert "longer bars may be chance" in chart(replace(luck, table=short), "height", "baseline").title


def test_a_trajectory_without_one_run_is_left_out(tmp_path: Path) -> None:
    done = found(tmp_path, "morris", FUNCTION, "fail:1.49")
    bad = {(s - 1) // 4 for samples in done.failed["samples"] for s in samples}
    assert 0 < len(bad) < 6 and done.groups["used"].tolist() == [6 - len(bad)]


def test_the_ends_of_a_tornado_are_paired_with_the_scenario(tmp_path: Path) -> None:
    done = found(tmp_path, "tornado", LINE, **{"replicates = 1": "replicates = 4"})
    assert done.swept.done == 7 * 4
    row = done.table.set_index("factor").loc["matching.noise"]
    own = done.experiment.spec.parameters()["matching.noise"]
    assert (row["setting_low"], row["setting_high"]) == (pytest.approx(0.55), pytest.approx(1.45))
    assert row["change_low"] == pytest.approx(3.0 * (0.55 - own))
    assert row["change_low_high"] == pytest.approx(row["change_low"])  # seeds shift both alike: nothing left to chance
    assert row["at_high"] - row["base"] == pytest.approx(row["change_high"])


def test_what_does_not_vary_has_no_shares(tmp_path: Path) -> None:
    changes = {"samples = 1024": "samples = 8", '"unemployment_rate"': '"employment"'}
    done = found(tmp_path, "sobol", FUNCTION, **changes)
    assert done.table["first"].isna().all() and done.groups["used"].tolist() == [8]


def test_more_samples_are_added_to_the_store_of_a_sobol_design(tmp_path: Path) -> None:
    found(tmp_path, "sobol", FUNCTION, **{"samples = 1024": "samples = 8"})
    more = found(tmp_path, "sobol", FUNCTION, **{"samples = 1024": "samples = 16"})
    assert (more.swept.kept, more.swept.made) == (40, 40)
    whole = sensitivity(more.experiment, "sobol", tmp_path / "whole.sqlite", Local(1), model=FUNCTION)
    assert content(whole.swept.store) == content(tmp_path / "sobol.sqlite")
    assert whole.table.equals(more.table)


def test_nothing_varied_is_said(tmp_path: Path) -> None:
    text = ISHIGAMI.split("[uncertainties]")[0] + "[design]" + ISHIGAMI.split("[design]")[1]
    text = text.replace('kind = "sobol"\nsamples = 8', 'kind = "full_factorial"')
    with pytest.raises(NothingVaried, match=r"nothing to vary; allowed: \[uncertainties\]"):
        sensitivity(asked(tmp_path, text), "tornado", tmp_path / "x", Local(1), model=FUNCTION)


# --- charts and the command ------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`laborsim sensitivity` on a function."""
    import laborsim.study.analysis.sensitivity as module

    real = module.sweep
    monkeypatch.setattr(module, "sweep", lambda *a: real(*a[:-1], LINE))
    monkeypatch.chdir(tmp_path)
    asked(tmp_path, **{"replicates = 1": "replicates = 3", "samples = 1024": "samples = 16"})
    return lambda *more: CliRunner().invoke(cli.app, ["sensitivity", "known.toml", "--jobs", "1", *map(str, more)])


@pytest.mark.parametrize(("method", "name"), [("morris", "screening"), ("sobol", "shares"), ("tornado", "tornado")])
def test_the_command_writes_tables_and_a_chart(tmp_path: Path, command, method: str, name: str) -> None:
    said = command("--method", method)
    assert said.exit_code == 0, said.output
    folder = tmp_path / "results" / "studies" / f"known-{method}"
    for ending in ("svg", "png", "csv", "txt"):
        assert (folder / "charts" / f"{name}-height-baseline.{ending}").stat().st_size > 50
    text = (folder / "charts" / f"{name}-height-baseline.txt").read_text()
    assert "unemployment rate" in text.splitlines()[0] and text.splitlines()[0] in said.stdout
    assert (folder / "sensitivity.csv").exists() and (folder / "failed.csv").read_text().startswith("run,")
    again = json.loads(command("--method", method, "--json").stdout)
    assert again["made"] == 0 and again["failed"] == 0 and len(again["table"]) == 3
    assert all(math.isfinite(v) for row in again["table"] for k, v in row.items() if isinstance(v, float))


def test_what_is_wrong_is_said(tmp_path: Path, command) -> None:
    assert "allowed: morris, sobol, tornado" in command("--method", "shapley").stderr
    said = command("--outcome", "heigth")
    assert said.exit_code == 2 and "did you mean 'height'" in said.stderr
    text = (tmp_path / "known.toml").read_text()
    (tmp_path / "known.toml").write_text(text + '\n[sensitivity2]\n[discover]\noutcome = "hieght"\nfails = "500"\n')
    said = command()
    assert said.exit_code == 2
    assert "discover.outcome: no outcome 'hieght' in this experiment; allowed: height; did you" in said.stderr
    assert "discover.fails: '500' is not a goal" in said.stderr and "sensitivity2" in said.stderr
