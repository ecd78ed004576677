"""The commands run, compare, brief and region, as a planner calls them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fake_market import SCENARIO
from laborsim.cli import app
from laborsim.study import run as study_run
from studies import MODEL

ROOT = Path(__file__).parents[1]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands on the made-up market."""
    monkeypatch.setitem(study_run.run.__kwdefaults__ or {}, "model", MODEL)
    defaults = list(study_run.run.__defaults__ or ())
    monkeypatch.setattr(study_run.run, "__defaults__", tuple([*defaults[:-1], MODEL]))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "made-up.toml"
    path.write_text(SCENARIO.replace("NOTES", ""))
    return path


def call(*args: object):
    return CliRunner().invoke(app, [str(a) for a in args])


def test_run_writes_everything_and_prints_the_scorecard(fake: None, file: Path, tmp_path: Path) -> None:
    done = call("run", file, "--out", tmp_path / "out", "--threads", 1)
    assert done.exit_code == 0, done.output
    assert "Self-sufficiency" in done.stdout and "96 months" in done.stdout and "Traceback" not in done.output
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert names == {
        "manifest.json", "indicators.csv", "yearly.csv", "targets.csv", "spending.csv", "charts", "brief.html", "runs",
    }  # fmt: skip
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["scenario"]["hash"] and manifest["versions"]["numba"] and manifest["stage_seconds"]["matching"] > 0
    assert {len(h) for h in manifest["state_hash"].values()} == {4}


def test_run_json_has_the_agreed_shape(fake: None, file: Path, tmp_path: Path) -> None:
    done = call("run", file, "--out", tmp_path / "out", "--policy", "childcare", "-n", 2, "--threads", 1, "--json")
    assert done.exit_code == 0, done.output
    out = json.loads(done.stdout)
    assert set(out) == {
        "scenario", "out", "people", "employers", "months", "seconds", "state_hash", "targets",
    }  # fmt: skip
    assert out["scenario"] == "made-up" and out["months"] == 96 and out["people"] == 80_000
    assert list(out["state_hash"]) == ["baseline", "childcare"] and len(out["state_hash"]["baseline"]) == 2
    assert set(out["targets"][0]) == {"name", "policy", "value", "low", "high", "goal", "probability", "met"}
    assert len(out["targets"]) == 4


def test_run_without_out_has_a_place_of_its_own(
    fake: None, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call("run", file, "-n", 1, "--threads", 1, "--json")
    place = Path(json.loads(done.stdout)["out"])
    assert place.parts[:2] == ("results", "made-up") and (place / "brief.html").exists()


def test_failing_runs_give_exit_code_one(fake: None, tmp_path: Path) -> None:
    path = tmp_path / "made-up.toml"
    path.write_text(SCENARIO.replace("NOTES", "fail:training"))
    done = call("run", path, "--out", tmp_path / "out", "--threads", 1, "--json")
    assert done.exit_code == 1
    assert len(json.loads(done.stdout)["failed"]) == 4
    assert "4 of 12 runs failed" in done.stderr and "Traceback" not in done.output
    assert "Traceback" in call("run", path, "--out", tmp_path / "out", "--threads", 1, "--debug").stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--policy", "chidcare"), "did you mean 'childcare'"),
        (("--replicates", "0"), "--replicates 0"),
        (("--scale", "2"), "--scale 2"),
        (("--threads", "0"), "--threads 0"),
        (("--seed", "-4"), "--seed -4"),
    ],
)
def test_wrong_options_are_wrong_input(
    fake: None, file: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    done = call("run", file, "--out", tmp_path / "out", *options)
    assert done.exit_code == 2
    assert said in done.stderr and "Traceback" not in done.output
    assert not (tmp_path / "out").exists() and not (tmp_path / "out.partial").exists()


def test_a_place_that_is_taken_is_refused(fake: None, file: Path, tmp_path: Path) -> None:
    done = call("run", file, "--out", tmp_path)
    assert done.exit_code == 2 and "not results" in done.stderr


def test_compare_prints_differences_costs_and_who_gains(fake: None, file: Path) -> None:
    done = call("compare", file, "--policy", "baseline", "--policy", "childcare", "--threads", 1)
    assert done.exit_code == 0, done.output
    for said in ("unemployment rate", "Cost per additional outcome", "Better off", "Worse off"):
        assert said in done.stdout
    by = call("compare", file, "--policy", "training", "--policy", "childcare", "--by", "sex", "--threads", 1, "--json")
    out = json.loads(by.stdout)
    assert out["against"] == "training" and out["policy"] == "childcare"
    assert {r["group"] for r in out["differences"]} == {"sex:male", "sex:female"}


def test_compare_reads_stored_results(fake: None, file: Path, tmp_path: Path) -> None:
    call("run", file, "--out", tmp_path / "out", "--threads", 1, "--quiet")
    stored = json.loads(call("compare", tmp_path / "out", "--policy", "childcare", "--json").stdout)
    fresh = json.loads(call("compare", file, "--policy", "childcare", "--threads", 1, "--json").stdout)
    assert stored["costs"][0]["additional"] == pytest.approx(fresh["costs"][0]["additional"], rel=1e-3)


@pytest.mark.parametrize(
    "options",
    [("--policy", "baseline"), ("--policy", "x"), ("--policy", "training", "--by", "colour"),
     ("--policy", "training", "--policy", "childcare", "--policy", "baseline")],
)  # fmt: skip
def test_compare_refuses_what_it_cannot_compare(fake: None, file: Path, options: tuple[str, ...]) -> None:
    done = call("compare", file, *options)
    assert done.exit_code == 2 and "Traceback" not in done.output


def test_brief_is_made_again_the_same(fake: None, file: Path, tmp_path: Path) -> None:
    call("run", file, "--out", tmp_path / "out", "--threads", 1, "--quiet")
    brief = tmp_path / "out" / "brief.html"
    before = brief.read_bytes()
    brief.unlink()
    done = call("brief", tmp_path / "out")
    assert done.exit_code == 0 and done.stdout.strip().endswith("brief.html")
    assert brief.read_bytes() == before
    assert call("brief", tmp_path / "none").exit_code == 2
    assert call("brief", tmp_path / "out", "--format", "htm").exit_code == 2


def test_region_list_show_and_wrong_names() -> None:
    listed = json.loads(call("region", "list", "--json").stdout)["regions"]
    assert "kansas-city" in [r["name"] for r in listed]
    shown = call("region", "show", "kansas-city")
    assert shown.exit_code == 0 and "29095-east" in shown.stdout and "publisher" in shown.stdout
    wrong = call("region", "show", "kansas-citi")
    assert wrong.exit_code == 2 and "kansas-city" in wrong.stderr and "Traceback" not in wrong.output


def test_region_build_refuses_wrong_input(tmp_path: Path) -> None:
    for counties, data in (("2909", tmp_path), ("", tmp_path), ("29095", tmp_path / "none"), ("29095", tmp_path)):
        done = call("region", "build", "--counties", counties, "--data", data, "--out", tmp_path / "new")
        assert done.exit_code == 2, (counties, done.output)
        assert "Traceback" not in done.output


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_says_what_was_kept(tmp_path: Path) -> None:
    """A real interrupt of a study in worker processes: exit code 130, no traceback, finished runs kept."""
    (tmp_path / "made-up.toml").write_text(SCENARIO.replace("NOTES", "slow:childcare"))
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from laborsim.study import run\n"
        f"run.run.__defaults__ = (*run.run.__defaults__[:-1], {MODEL!r})\n"
        "from laborsim.cli import main\n"
        f"sys.argv = ['laborsim', 'run', {str(tmp_path / 'made-up.toml')!r}, '--out', {str(tmp_path / 'out')!r}]\n"
        "main()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)  # fmt: skip
    runs = tmp_path / "out.partial" / "runs"
    waited = time.monotonic()
    while time.monotonic() - waited < 60 and len(list(runs.glob("*.npz"))) < 2:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: parent and workers alike
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "runs were finished" in said and "Traceback" not in said
    assert len(list(runs.glob("*.npz"))) >= 2


REAL = """
[scenario]
title = "A short run of the real region"
region = "kansas-city"
start = "2018-01"
horizon = "2018-08"
scale = 0.005
replicates = 2
seed = 4

[[targets]]
name = "Unemployment"
indicator = "unemployment_rate"
goal = "<= 0.04"
by = "2018-08"
window_months = 3

[policies.nothing]
title = "A policy without money"
owner = "Nobody"
start = "2018-02"
budget = 0.0
payer = "board"
[[policies.nothing.instruments]]
type = "skills_based_hiring"
contacts_per_month = 40

[policies.screens]
title = "Skills-based hiring"
owner = "Industry Employers"
start = "2018-02"
budget = 4000000.0
payer = "employer"
[[policies.screens.instruments]]
type = "skills_based_hiring"
contacts_per_month = 400
fidelity = 1.0
"""


def test_the_real_market_runs_from_a_file(tmp_path: Path) -> None:
    """Workers, this process and a zero budget give the hashes they must; everything is written."""
    import laborsim

    path = tmp_path / "real.toml"
    path.write_text(REAL)
    done = call("run", path, "--out", tmp_path / "out", "--threads", 2, "--json", "--quiet")
    assert done.exit_code == 0, done.output
    out = json.loads(done.stdout)
    hashes = out["state_hash"]
    assert hashes["nothing"] == hashes["baseline"] != hashes["screens"]
    assert len(set(hashes["baseline"])) == 2
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    seed = next(r["seed"] for r in manifest["runs"] if r["policy"] == "screens" and r["replicate"] == 1)
    model = laborsim.LaborMarket(laborsim.load_scenario(path), policy="screens", rng=seed)
    model.run_for(8)
    assert model.state_hash() == hashes["screens"][1]
    found = laborsim.load_results(tmp_path / "out")
    assert 0.005 < found.series("unemployment_rate").mean() < 0.2
    assert found.dollars("screens").min() > 0 and found.dollars("nothing").max() == 0
    assert (tmp_path / "out" / "brief.html").stat().st_size > 50_000
