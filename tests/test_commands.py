"""The commands run, compare, brief and region, as a planner calls them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
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


@pytest.fixture
def plain(fake: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands on the made-up market, without charts."""
    monkeypatch.setattr("laborsim.report.publish.publish", lambda *_: [])
    monkeypatch.setattr(study_run, "code_fingerprint", lambda: "this program")  # also while somebody edits it


def call(*args: object):
    return CliRunner().invoke(app, [str(a) for a in args])


def test_run_writes_everything_and_prints_the_scorecard(fake: None, file: Path, tmp_path: Path) -> None:
    done = call("run", file, "--out", tmp_path / "out", "--threads", 1)
    assert done.exit_code == 0, done.output
    assert "Self-sufficiency" in done.stdout and "96 months" in done.stdout and "Traceback" not in done.output
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert names == {
        "manifest.json", "indicators.csv", "yearly.csv", "targets.csv", "spending.csv", "charts", "brief.html",
            "annex.html", "runs",
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


def test_all_wrong_options_are_said_at_once(fake: None, file: Path, tmp_path: Path) -> None:
    wrong = ("--replicates", "0", "--scale", "2", "--seed", "-4", "--threads", "0")
    asked = {
        "run": ("--policy", "chidcare"), "trial": ("--program", "clasroom"),
        "compare": ("--policy", "chidcare", "--by", "zon"),
    }  # fmt: skip
    for command, more in asked.items():
        done = call(command, file, *wrong, *more)
        assert done.exit_code == 2 and "Traceback" not in done.output
        for said in ("--replicates 0", "--scale 2", "--seed -4", "--threads 0", "did you mean"):
            assert said in done.stderr, (command, done.stderr)
    assert "did you mean 'zone'" in done.stderr and "did you mean 'childcare'" in done.stderr


def test_a_place_that_is_taken_is_refused(fake: None, file: Path, tmp_path: Path) -> None:
    done = call("run", file, "--out", tmp_path)
    assert done.exit_code == 2 and "not results" in done.stderr


def test_compare_prints_differences_costs_and_who_gains(
    plain: None, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call("compare", file, "--policy", "baseline", "--policy", "childcare", "--threads", 1)
    assert done.exit_code == 0, done.output
    for said in ("unemployment rate", "Cost per additional outcome", "Better off", "Worse off"):
        assert said in done.stdout
    by = call("compare", file, "--policy", "training", "--policy", "childcare", "--by", "sex", "--threads", 1, "--json")
    out = json.loads(by.stdout)
    assert out["against"] == "training" and out["policy"] == "childcare"
    assert {r["group"] for r in out["differences"]} == {"sex:male", "sex:female"}


def test_a_policy_that_did_nothing_is_no_comparison(
    plain: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "made-up.toml"
    path.write_text(SCENARIO.replace("budget = 3000000.0", "budget = 0").replace("NOTES", ""))
    run = call("run", path, "--threads", 1)
    assert "training: spent nothing: its budget is 0" in run.stderr and "childcare: spent" not in run.stderr
    done = call("compare", path, "--policy", "training", "--threads", 1)
    assert done.exit_code == 0, done.output
    assert "training: not tested: spent nothing: its budget is 0" in done.stdout and "range" not in done.stdout
    both = call("compare", path, "--policy", "training", "--policy", "childcare", "--threads", 1)
    assert "training: not tested" in both.stdout and "range" in both.stdout
    out = json.loads(call("compare", path, "--policy", "training", "--threads", 1, "--json").stdout)
    assert out["not_tested"] == {"training": "spent nothing: its budget is 0"}


def test_compare_reads_stored_results(fake: None, file: Path, tmp_path: Path) -> None:
    call("run", file, "--out", tmp_path / "out", "--threads", 1, "--quiet")
    stored = json.loads(call("compare", tmp_path / "out", "--policy", "childcare", "--json").stdout)
    options = ("--policy", "childcare", "--threads", 1, "--out", tmp_path / "other", "--json")
    fresh = json.loads(call("compare", file, *options).stdout)
    assert call("compare", tmp_path / "out", "--policy", "childcare", "--replicates", 2).exit_code == 2
    unused = call("compare", tmp_path / "out", "--policy", "childcare", "--threads", 1, "--fresh")
    assert unused.exit_code == 2 and "--threads, --fresh" in " ".join(unused.output.split())
    assert stored["costs"][0]["additional"] == pytest.approx(fresh["costs"][0]["additional"], rel=1e-3)


def test_compare_simulates_only_what_is_not_stored(
    plain: None, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    two = ("compare", file, "--policy", "training", "--policy", "childcare", "--threads", 1)
    call("run", file, "--threads", 1, "--quiet")
    (first,) = Path("results", "made-up").iterdir()
    again = call(*two)
    assert again.exit_code == 0 and f"nothing to simulate: these runs are in {first}" in again.stderr
    # a title is no part of what a run depends on, and the first replicates are those of a smaller study
    file.write_text(file.read_text().replace("Childcare support", "Support of parents"))
    fewer = call(*two, "--replicates", 3, "--json")
    assert "nothing to simulate" in fewer.stderr and json.loads(fewer.stdout)["replicates"] == 3
    assert "Support of parents" in call(*two).stdout
    assert call(*two, "--quiet").stderr == ""
    assert len(list(Path("results", "made-up").iterdir())) == 1
    # another seed, more runs, another scale, other settings of a policy: none of them are stored
    for options in (("--seed", 3), ("--replicates", 5), ("--scale", 0.04)):
        assert "nothing to simulate" not in call(*two, *options).stderr
        assert "nothing to simulate" in call(*two, *options).stderr
    file.write_text(file.read_text().replace("navigators = 4", "navigators = 5"))
    assert "nothing to simulate" not in call(*two).stderr
    assert len(list(Path("results", "made-up").iterdir())) == 5
    before = {p: p.stat().st_mtime_ns for p in Path("results").glob("*/*/runs/*.npz")}
    done = call(*two, "--fresh")
    assert done.exit_code == 0 and "nothing to simulate" not in done.stderr
    assert sum(p.stat().st_mtime_ns != t for p, t in before.items()) == 12


def test_a_damaged_or_failed_run_is_simulated_again(
    plain: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "made-up.toml"
    file.write_text(SCENARIO.replace("NOTES", "fail:training"))
    compared = ("compare", file, "--policy", "training", "--threads", 1)
    assert call(*compared).exit_code == 1
    file.write_text(SCENARIO.replace("NOTES", ""))
    done = call(*compared)
    assert done.exit_code == 0 and "nothing to simulate" not in done.stderr
    assert "nothing to simulate" in call(*compared).stderr
    for run in Path("results").glob("*/*/runs/training-002.npz"):
        run.write_bytes(b"PK")
    assert "nothing to simulate" not in call(*compared).stderr


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
    manifest = tmp_path / "out" / "manifest.json"
    for name, value in (("months", None), ("policies", [1]), ("runs", 3)):
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {name: value}))
        damaged = call("brief", tmp_path / "out")
        said = f"manifest.json: damaged (missing or of another kind: {name}"
        assert damaged.exit_code == 2 and said in damaged.stderr
        call("run", file, "--out", tmp_path / "out", "--threads", 1, "--quiet")
    assert call("brief", tmp_path / "out", "--format", "htm").exit_code == 2


def test_region_list_show_and_wrong_names() -> None:
    listed = json.loads(call("region", "list", "--json").stdout)["regions"]
    assert "kansas-city" in [r["name"] for r in listed]
    shown = call("region", "show", "kansas-city")
    assert shown.exit_code == 0 and "29095-east" in shown.stdout and "publisher" in shown.stdout
    wrong = call("region", "show", "kansas-citi")
    assert wrong.exit_code == 2 and "kansas-city" in wrong.stderr and "Traceback" not in wrong.output
    empty = call("region", "show", Path(__file__).parent)
    assert empty.exit_code == 2 and "no pack.toml in it" in empty.stderr


def test_region_build_refuses_wrong_input(tmp_path: Path) -> None:
    for counties, data in (("2909", tmp_path), ("", tmp_path), ("29095", tmp_path / "none"), ("29095", tmp_path)):
        done = call("region", "build", "--counties", counties, "--data", data, "--out", tmp_path / "new")
        assert done.exit_code == 2, (counties, done.output)
        assert "Traceback" not in done.output


def started(tmp_path: Path, notes: str, *options: str) -> subprocess.Popen[str]:
    """`laborsim run` on the made-up market, in a process group of its own as a terminal would start it."""
    (tmp_path / "made-up.toml").write_text(SCENARIO.replace("NOTES", notes))
    arguments = ["laborsim", "run", str(tmp_path / "made-up.toml"), "--out", str(tmp_path / "out"), *options]
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from laborsim.study import run\n"
        "run.code_fingerprint = lambda: 'this program'\n"
        f"run.run.__defaults__ = (*run.run.__defaults__[:-1], {MODEL!r})\n"
        "from laborsim.cli import main\n"
        f"sys.argv = {arguments!r}\n"
        "main()\n"
    )
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            start_new_session=True)  # fmt: skip


def wait_for(found: Callable[[], bool]) -> None:
    began = time.monotonic()
    while time.monotonic() - began < 60 and not found():
        time.sleep(0.05)


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize(("threads", "stop"), [("1", signal.SIGINT), ("2", signal.SIGINT), ("2", signal.SIGTERM)])
def test_a_stopped_run_says_what_was_kept_and_goes_on(
    plain: None, tmp_path: Path, threads: str, stop: signal.Signals
) -> None:
    """A real interrupt or kill, in one process and with workers: exit code 130, no traceback, nothing done again."""
    process = started(tmp_path, "slow:childcare", "--threads", threads)
    runs = tmp_path / "out.partial" / "runs"
    wait_for(lambda: len(list(runs.glob("*.npz"))) >= 2)
    if stop == signal.SIGINT:
        os.killpg(process.pid, stop)  # as a terminal does: parent and workers alike
    else:
        process.send_signal(stop)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    kept = {p.name: p.stat().st_mtime_ns for p in runs.glob("*.npz")}
    assert len(kept) >= 2 and "Traceback" not in said
    assert f"{len(kept)} of 12 runs were finished and are kept in {tmp_path / 'out.partial'}" in said
    assert not (tmp_path / "out").exists()
    wait_for(lambda: not alive(process.pid))
    assert not alive(process.pid), "workers outlive the command"
    (tmp_path / "made-up.toml").write_text(SCENARIO.replace("NOTES", ""))
    done = call("run", tmp_path / "made-up.toml", "--out", tmp_path / "out", "--threads", 1)
    assert done.exit_code == 0 and f"{len(kept)} of 12 runs are already done" in done.stderr
    assert {n: (tmp_path / "out" / "runs" / n).stat().st_mtime_ns for n in kept} == kept


def alive(group: int) -> bool:
    """Whether a process group still has members."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupt_while_writing_keeps_all_runs(
    plain: None, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(study_run, "write_spending", stopped)
    done = call("run", file, "--out", tmp_path / "out", "--threads", 1)
    assert done.exit_code == 130 and "12 of 12 runs were finished" in done.stderr
    assert len(list((tmp_path / "out.partial" / "runs").iterdir())) == 12


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
