"""Sweeps: resuming, failures, kills, interruption, and the same results wherever runs are made."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from laborsim import cli
from laborsim.study import distributed as distributed_runs
from laborsim.study.distributed import ClusterLost
from laborsim.study.executor import make_executor
from laborsim.study.local import Local
from laborsim.study.names import ExecutorError
from laborsim.study.run import Interrupted, Progress
from laborsim.study.store import content, load
from laborsim.study.sweep import NotAsked, summary, sweep
from sweeps import EXPERIMENT, MODEL, TABLES, experiment, swept

TESTS = Path(__file__).parent
PATHS = os.pathsep.join(p for p in (str(TESTS), os.environ.get("PYTHONPATH", "")) if p)
CODE = (
    f"import sys; sys.path.insert(0, {str(TESTS)!r})\n"
    "from pathlib import Path\nfrom sweeps import load_experiment, swept\n"
    "if __name__ == '__main__':\n"
    "    swept(load_experiment(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))\n"
)
LISTED = EXPERIMENT.split("[uncertainties]")[0] + (
    '[levers]\npolicy = ["baseline"]\n[design]\nkind = "list"\n'
    + "".join(f'[[design.points]]\n"demand.growth_shock" = {x}\n' for x in (0.02, 0.075, 0.03))
    + '[outcomes.unemployment]\nindicator = "unemployment_rate"\n'
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Content of the store of an uninterrupted sweep in one process."""
    folder = tmp_path_factory.mktemp("whole")
    return content(swept(experiment(folder), folder / "s.sqlite").store)


@pytest.fixture
def in_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Workers started now can import the made-up market, and have this test's environment."""
    monkeypatch.setenv("PYTHONPATH", PATHS)
    Local(2).close()
    yield
    Local(2).close()


class Told(Progress):
    def __init__(self) -> None:
        self.kept, self.keys = -1, []

    def started(self, tasks, kept, jobs) -> None:
        self.kept, self.jobs = kept, jobs

    def finished(self, record) -> None:
        self.keys.append(record.key)


# --- results and resuming -------------------------------------------------------------------------


def test_effects_of_parameters_and_levers_are_found_in_pairs(tmp_path: Path) -> None:
    asked = experiment(tmp_path)
    done = swept(asked, tmp_path / "s.sqlite")
    assert (done.runs, done.done, done.failed, done.made, done.kept) == (24, 24, 0, 24, 0)
    frame = done.frame()
    # the same seeds everywhere: what differs between states is what the parameter does, and nothing else
    wide = frame[frame["policy"] == "baseline"].pivot_table(
        index=["matching.rounds", "replicate"], columns="demand.growth_shock", values="unemployment"
    )
    np.testing.assert_allclose(wide[0.06] - wide[0.02], 0.1 * 0.04, rtol=1e-9)
    gains = frame[frame["policy"] == "childcare"].pivot_table(
        index=["state", "replicate"], columns="childcare.childcare_support.places", values="gain"
    )
    np.testing.assert_allclose(gains[1000.0] - gains[500.0], 500.0, rtol=1e-9)
    assert (frame.loc[frame["policy"] == "baseline", "gain"] == 0).all()
    assert (frame["dollars"] > 0).tolist() == (frame["policy"] == "childcare").tolist()
    table = summary(frame, asked).set_index(["policy", "outcome"])
    assert table.loc[("childcare", "gain"), "runs"] == 16
    assert table.loc[("childcare", "gain"), "mean"] == pytest.approx(frame["gain"][frame["gain"] != 0].mean())


def test_what_is_done_is_not_made_again(tmp_path: Path) -> None:
    asked, path = experiment(tmp_path), tmp_path / "s.sqlite"
    swept(asked, path)
    told = Told()
    again = swept(asked, path, progress=told)
    assert (again.made, again.kept, told.kept, told.keys) == (0, 24, 24, [])
    more = swept(experiment(tmp_path, **{"replicates = 2": "replicates = 3"}), path)
    assert (more.made, more.kept) == (12, 24)
    assert swept(asked, path, fresh=True).made == 24
    assert len(load(path)) == 24


def test_failed_runs_are_rows_and_made_again_when_asked(tmp_path: Path) -> None:
    asked, path = experiment(tmp_path, LISTED), tmp_path / "s.sqlite"
    first = swept(asked, path)
    assert (first.done, first.failed) == (4, 2)
    frame = first.frame()
    bad = frame[frame["demand.growth_shock"] == 0.075]
    assert bad["error"].tolist() == ["ArithmeticError: made to fail"] * 2 and bad["unemployment"].isna().all()
    assert swept(asked, path).made == 0
    again = swept(asked, path, retry=True)
    assert (again.made, again.kept, again.failed) == (2, 4, 2)


def test_a_figure_no_run_has_ends_the_sweep_at_once(tmp_path: Path) -> None:
    changes = {'indicator = "unemployment_rate"': 'indicator = "unemployment_rate"\ngroup = "race:asian"'}
    asked, path = experiment(tmp_path, **changes), tmp_path / "s.sqlite"
    with pytest.raises(NotAsked, match=r"outcomes\.unemployment\.group: .* no group 'race:asian'; allowed: all"):
        swept(asked, path)
    assert len(load(path)) == 0


def test_side_by_side_as_one_after_the_other(tmp_path: Path, whole: str, in_workers: None) -> None:
    done = swept(experiment(tmp_path), tmp_path / "s.sqlite", jobs=2)
    assert content(done.store) == whole
    assert len(set(done.frame()["worker"])) == 2


def test_a_model_is_freed_when_its_run_is_over(tmp_path: Path) -> None:
    """Not when Python next looks for cycles: tables of a hundred megabytes would pile up until then."""
    TABLES.clear()
    gc.disable()
    try:
        swept(experiment(tmp_path), tmp_path / "s.sqlite")
        assert len(TABLES) == 24 and not any(table() is not None for table in TABLES)
    finally:
        gc.enable()


# --- kills and interruptions -----------------------------------------------------------------------


def test_a_parent_killed_at_any_moment_loses_no_finished_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LABORSIM_TEST_KILLS says how often; .ci/run asks for 20."""
    kills = int(os.environ.get("LABORSIM_TEST_KILLS", "5"))
    more = {"replicates = 2": f"replicates = {max(2, kills // 2)}"}
    asked = experiment(tmp_path, **more)
    all_at_once = swept(asked, tmp_path / "whole.sqlite")
    path = tmp_path / "s.sqlite"
    monkeypatch.setenv("LABORSIM_TEST_SLEEP", "0.05")
    chance, counts = random.Random(8), [0]
    for _ in range(kills):
        child = subprocess.Popen([sys.executable, "-c", CODE, str(tmp_path / "trial.toml"), str(path), "1"])
        began = time.monotonic()
        while _rows(path) <= counts[-1] and child.poll() is None and time.monotonic() - began < 60:
            time.sleep(0.005)
        time.sleep(0.15 * chance.random())
        child.kill()
        child.wait()
        counts.append(_rows(path))
    assert counts == sorted(counts) and 0 < counts[1] < all_at_once.runs, counts
    done = swept(asked, path)
    assert (done.done, done.kept) == (all_at_once.runs, counts[-1])
    assert content(path) == content(tmp_path / "whole.sqlite")


def test_a_parent_killed_while_the_store_is_made(tmp_path: Path, whole: str) -> None:
    """Stopped by the kernel before one of the first writes to the disk, whichever it is."""
    experiment(tmp_path)
    path = tmp_path / "s.sqlite"
    code = CODE.replace(
        "if __name__",
        "import sqlite3, os\nfrom laborsim.study import store\nkept = sqlite3.connect\n"
        "def connect(*a, **k):\n    db = kept(*a, **k); left = [int(sys.argv[4])]\n"
        "    def trace(said):\n        left[0] -= 1\n        if left[0] < 0: os.kill(os.getpid(), 9)\n"
        "    db.set_trace_callback(trace); return db\nstore.sqlite3.connect = connect\nif __name__",
    )
    for statements in (1, 4, 9):
        arguments = [str(tmp_path / "trial.toml"), str(path), "1", str(statements)]
        assert subprocess.run([sys.executable, "-c", code, *arguments], check=False, timeout=60).returncode == -9
    assert content(swept(experiment(tmp_path), path).store) == whole


def test_a_killed_worker_costs_nothing(
    tmp_path: Path, whole: str, in_workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaths = tmp_path / "death"
    monkeypatch.setenv("LABORSIM_TEST_DEATHS", str(deaths))
    monkeypatch.setenv("LABORSIM_TEST_SLEEP", "0.2")  # runs are still to begin when the file appears

    class Deadly(Told):
        def finished(self, record) -> None:
            super().finished(record)
            if len(self.keys) in (3, 14):  # far enough apart: a second kill while a run is made alone is its own
                deaths.touch()

    told = Deadly()
    done = swept(experiment(tmp_path), tmp_path / "s.sqlite", jobs=2, progress=told)
    assert not deaths.exists()
    assert (done.done, done.failed) == (24, 0) and len(told.keys) == len(set(told.keys)) == 24
    assert content(done.store) == whole


def test_a_run_that_kills_its_worker_is_a_failed_row(tmp_path: Path, in_workers: None) -> None:
    asked = experiment(tmp_path, notes="die:childcare", **{"[500, 1000]": "[500]", "levels = 2": "levels = 1"})
    done = swept(asked, tmp_path / "s.sqlite", jobs=2)
    frame = done.frame()
    assert (done.done, done.failed) == (2, 2)
    assert frame["error"][frame["policy"] == "childcare"].str.contains("killed").all()


def test_interrupted_workers_are_gone_and_the_store_goes_on(
    tmp_path: Path, whole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABORSIM_TEST_SLEEP", "0.4")
    monkeypatch.setenv("PYTHONPATH", PATHS)
    experiment(tmp_path)
    path = tmp_path / "s.sqlite"
    for how in (signal.SIGINT, signal.SIGKILL):
        before = _rows(path)
        child = subprocess.Popen([sys.executable, "-c", CODE, str(tmp_path / "trial.toml"), str(path), "2"],
                                 stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        began = time.monotonic()
        while _rows(path) <= before and child.poll() is None and time.monotonic() - began < 60:
            time.sleep(0.02)
        if how is signal.SIGINT:
            os.killpg(child.pid, how)  # as a terminal does: to all of them
        else:
            child.kill()
        child.wait(timeout=30)
        assert before < _rows(path) < 24
        _wait_until(lambda group=child.pid: not _group(group))
    assert swept(experiment(tmp_path), path).done == 24
    assert content(path) == whole


def test_workers_that_have_not_begun_end_with_their_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABORSIM_TEST_SLEEP", "9")
    monkeypatch.setenv("PYTHONPATH", PATHS)
    experiment(tmp_path)
    child = subprocess.Popen([sys.executable, "-c", CODE, str(tmp_path / "trial.toml"), str(tmp_path / "s"), "2"],
                             stderr=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
    try:
        _wait_until(lambda: any("LokyProcess" in said for said in _group(child.pid)))
    finally:
        child.kill()
        child.wait()
    _wait_until(lambda: not _group(child.pid))


def test_interruption_says_what_is_kept(tmp_path: Path) -> None:
    class Stop(Told):
        def finished(self, record) -> None:
            super().finished(record)
            if len(self.keys) == 5:
                raise KeyboardInterrupt

    path = tmp_path / "s.sqlite"
    with pytest.raises(Interrupted, match="5 of 24 runs") as stop:
        swept(experiment(tmp_path), path, progress=Stop())
    assert stop.value.path == path and len(load(path)) == 5


def _rows(path: Path) -> int:
    try:
        with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM runs").fetchone()[0])
    except sqlite3.Error:
        return 0


def _group(number: int) -> list[str]:
    """Processes of a session that are alive."""
    found = subprocess.run(["ps", "-eww", "-o", "pid,sess,stat,args"], capture_output=True, text=True, check=True)
    rows = [line.split(None, 3) for line in found.stdout.splitlines()[1:]]
    return [row[3] for row in rows if row[1] == str(number) and not row[2].startswith("Z")]


def _wait_until(true, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "still not so"
        time.sleep(0.05)


# --- a Dask cluster --------------------------------------------------------------------------------


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """A scheduler and two workers, each a process of its own on this machine."""
    distributed = pytest.importorskip("distributed")
    environment = os.environ | {"PYTHONPATH": PATHS, "NUMBA_NUM_THREADS": "1",
                                "LABORSIM_TEST_DEATHS": str(tmp_path / "death"),
                                "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}  # fmt: skip
    where = tmp_path / "scheduler.json"
    common = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path,
              "start_new_session": True}  # fmt: skip
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
            "--no-dashboard", "--no-show", "--scheduler-file", str(where)]  # fmt: skip
    processes = [subprocess.Popen(dask, **common)]
    try:
        _wait_until(lambda: where.exists() and where.read_text().strip().endswith("}"))
        address = json.loads(where.read_text())["address"]
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard",
                  "--host", "127.0.0.1"]  # fmt: skip
        processes += [subprocess.Popen(worker, **common) for _ in range(2)]
        yield address
    finally:
        with suppress(Exception):
            distributed.Client(json.loads(where.read_text())["address"], timeout=5).shutdown()
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=3)
            with suppress(ProcessLookupError):  # the group is gone with its last process
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_scheduler_that_is_lost_fails_no_run(
    tmp_path: Path, whole: str, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dask, distributed = pytest.importorskip("dask"), pytest.importorskip("distributed")
    monkeypatch.setattr("laborsim.study.distributed._PATIENCE", 5)
    path = tmp_path / "s.sqlite"

    class Lost(Told):
        def finished(self, record) -> None:
            super().finished(record)
            if len(self.keys) == 5:
                with distributed.Client(cluster, timeout=5, set_as_default=False) as other, suppress(Exception):
                    other.run_on_scheduler(lambda: os._exit(1))

    with dask.config.set({"distributed.comm.timeouts.connect": "2s"}):
        with pytest.raises(ClusterLost, match=f"scheduler at {cluster} is gone; the runs finished before are kept"):
            swept(experiment(tmp_path), path, where=make_executor("dask", scheduler=cluster), progress=Lost())
    frame = load(path)
    assert 5 <= len(frame) < 24 and (frame["status"] == "done").all()
    assert content(swept(experiment(tmp_path), path).store) == whole


@pytest.mark.parametrize("error", [ConnectionResetError("gone"), TimeoutError("late"), asyncio.CancelledError()])
def test_a_connection_lost_while_a_record_is_fetched_is_no_failed_run(error: BaseException) -> None:
    class Future:
        def result(self) -> Any:
            raise error

    task: Any = SimpleNamespace(policy="baseline", replicate=0, seed=1, key="k")
    assert distributed_runs._record(Future(), task) is None
    error = FileNotFoundError("of the worker")
    failed = distributed_runs._record(Future(), task)
    assert failed is not None and failed.status == "failed" and "FileNotFoundError" in failed.error


def test_on_a_cluster_as_here(tmp_path: Path, whole: str, cluster: str) -> None:
    asked = experiment(tmp_path)
    where = make_executor("dask", scheduler=cluster)
    try:
        _wait_until(lambda: where._workers() == 2)
        done = swept(asked, tmp_path / "s.sqlite", where=where)
        assert content(done.store) == whole
        assert len(set(done.frame()["worker"])) == 2
        # a worker that is killed in the middle of a run
        (tmp_path / "death").touch()
        again = swept(asked, tmp_path / "again.sqlite", where=where)
        assert not (tmp_path / "death").exists()
        assert content(again.store) == whole
        # a run that kills every worker it meets
        deadly = experiment(tmp_path, notes="die:childcare", **{"[500, 1000]": "[500]", "levels = 2": "levels = 1"})
        died = swept(deadly, tmp_path / "died.sqlite", where=where)
        assert (died.done, died.failed) == (2, 2)
        assert died.frame()["error"].str.contains("killed").sum() == 2
    finally:
        where.close()


def test_a_worker_with_other_code_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    from laborsim.study.distributed import work
    from laborsim.study.storage import code_fingerprint
    from laborsim.study.sweep import plan, tasks_of

    asked = experiment(tmp_path)
    task = tasks_of(asked, plan(asked), MODEL)[0][0]
    for checks, words in ((("other", ""), "other code"), ((code_fingerprint(), "other"), "other region pack")):
        record = work(task, checks)
        assert record.wrong_input and not record.done and words in record.error


def test_executors_that_cannot_be() -> None:
    with pytest.raises(ExecutorError, match="did you mean local"):
        make_executor("lokal")
    with pytest.raises(ExecutorError, match="needs --scheduler"):
        make_executor("dask")
    with pytest.raises(ExecutorError, match="--jobs 0"):
        make_executor("local", jobs=0)
    with pytest.raises(ExecutorError, match="belongs to --executor dask"):
        make_executor("local", scheduler="tcp://127.0.0.1:1")


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    from laborsim.study import distributed

    monkeypatch.setattr(distributed, "_PATIENCE", 1)
    with pytest.raises(ExecutorError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        make_executor("dask", scheduler="tcp://127.0.0.1:9")


# --- the command -----------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`laborsim sweep` on the made-up market."""
    import laborsim.study.sweep as sweeps

    made_up = sweep
    monkeypatch.setattr(sweeps, "sweep", lambda *a, **k: made_up(*a, **k, model=MODEL))
    monkeypatch.chdir(tmp_path)
    experiment(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli.app, ["sweep", "trial.toml", *map(str, arguments)])


def test_the_command_prints_a_table_or_json(tmp_path: Path, command) -> None:
    said = command("--jobs", 1, "--csv", "out/runs.csv")
    assert said.exit_code == 0, said.output
    assert "gain, change against baseline" in said.stdout and "24 runs made" in said.stdout
    assert "store: results/sweeps/trial.sqlite" in said.stdout
    assert len((tmp_path / "out" / "runs.csv").read_text().splitlines()) == 25
    again = json.loads(command("--json").stdout)
    assert (again["runs"], again["done"], again["made"], again["kept"]) == (24, 24, 0, 24)
    assert {o["outcome"] for o in again["outcomes"]} == {"unemployment", "gain", "dollars"} and again["errors"] == []
    experiment(tmp_path, **{"seed = 5": "seed = 6"})
    refused = command()
    assert refused.exit_code == 2 and "seed: 5 in the store, 6 now" in refused.output
    assert command("--fresh", "--jobs", 1).exit_code == 0


def test_the_command_ends_with_1_if_runs_failed_and_2_if_the_file_is_wrong(tmp_path: Path, command) -> None:
    experiment(tmp_path, LISTED)
    said = command("--jobs", 1, "--json")
    assert said.exit_code == 1 and len(json.loads(said.stdout)["errors"]) == 2
    assert "2 of 6 runs failed (ArithmeticError: made to fail); --retry" in said.stderr
    (tmp_path / "trial.toml").write_text("[experiment]\nscenario = 3\n")
    said = command()
    assert said.exit_code == 2 and "trial.toml:2: experiment.scenario: must be text" in said.stderr


def test_an_interrupted_command_ends_with_130(command, monkeypatch: pytest.MonkeyPatch) -> None:
    from laborsim.commands.progress import Bar

    def stop(self, record) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Bar, "finished", stop)
    said = command("--jobs", 1)
    assert said.exit_code == 130
    assert "1 of 24 runs were finished and are kept in results/sweeps/trial.sqlite; the same command" in said.stderr
