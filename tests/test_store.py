"""The run store: what goes in comes out; other experiments, foreign files, full disks and read-only places."""

from __future__ import annotations

import math
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from laborsim.study.design import plan
from laborsim.study.storage import ResultsError
from laborsim.study.store import Store, StoreError, StoreFailed, content, load
from laborsim.study.sweep import tasks_of, versions
from laborsim.study.task import RunRecord
from sweeps import MODEL, experiment, swept

TESTS = Path(__file__).parent


def opened(asked, path: Path, **options) -> Store:
    return Store(path, asked.about(), versions(asked.spec, asked.policies, MODEL), plan(asked), **options)


def record(task, outcomes: list[float], **more) -> RunRecord:
    return RunRecord(task.policy, task.replicate, task.seed, task.key, outcomes=outcomes, seconds=1.0, **more)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    asked, path = experiment(tmp_path), tmp_path / "s.sqlite"
    tasks, point_of = tasks_of(asked, plan(asked), MODEL)
    with opened(asked, path) as store:
        for k, task in enumerate(tasks[:6]):  # state 0: baseline twice, childcare of two sizes twice each
            store.add(record(task, [0.1 * k, 100.0 + k, math.nan if k == 1 else k]), point_of[task.key])
        store.add(RunRecord("baseline", 0, 1, tasks[6].key, "failed", "ValueError: no"), point_of[tasks[6].key])
        assert list(store.statuses().values()) == ["done"] * 6 + ["failed"]
    frame = load(path)
    assert list(frame.columns) == [
        "run", "point", "state", "policy", "replicate", "seed", "status", "error", "seconds", "worker",
        "matching.rounds", "demand.growth_shock", "childcare.childcare_support.places",
        "unemployment", "gain", "dollars",
    ]  # fmt: skip
    np.testing.assert_allclose(frame["unemployment"][:6], [0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    # against the baseline of the same state and replicate
    np.testing.assert_allclose(frame["gain"][:6], [0.0, 0.0, 2.0, 2.0, 4.0, 4.0])
    assert math.isnan(frame["dollars"][1]) and math.isnan(frame["gain"][6])
    assert frame["childcare.childcare_support.places"].isna().tolist()[:4] == [True, True, False, False]
    assert frame["matching.rounds"].tolist() == [2] * 6 + [2]
    assert frame["error"][6] == "ValueError: no"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed = 5": "seed = 6"}, "seed: 5 in the store, 6 now"),
        ({"high = 0.06": "high = 0.05"}, "factors.demand.growth_shock.high: 0.06 in the store, 0.05 now"),
        ({'"last"': '"max"'}, "outcomes.gain.statistic: last in the store, max now"),
        ({"replicates = 2": "replicates = 1"}, "replicates: 2 in the store, 1 now"),
        ({"levels = 2": "levels = 3"}, "design.levels: 2 in the store, 3 now"),
        ({'"childcare"]': '"training", "childcare"]'}, "policies: "),
    ],
)
def test_the_store_of_another_experiment_is_refused(tmp_path: Path, change: dict[str, str], words: str) -> None:
    path = tmp_path / "s.sqlite"
    opened(experiment(tmp_path), path).close()
    before = content(path)
    with pytest.raises(StoreError, match="made for something else") as raised:
        opened(experiment(tmp_path, **change), path)
    assert words in str(raised.value) and "--fresh" in str(raised.value)
    assert content(path) == before
    opened(experiment(tmp_path, **change), path, fresh=True).close()
    assert content(path) != before


def test_the_store_of_another_version_is_refused(tmp_path: Path) -> None:
    asked, path = experiment(tmp_path), tmp_path / "s.sqlite"
    Store(path, asked.about(), versions(asked.spec, asked.policies) | {"laborsim": "0.0.1"}, plan(asked)).close()
    with pytest.raises(StoreError, match=r"laborsim: 0\.0\.1 in the store"):
        Store(path, asked.about(), versions(asked.spec, asked.policies), plan(asked))


def test_more_replicates_and_more_of_a_sequence_may_be_added(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    old = 'kind = "full_factorial"\nlevels = 2'
    sobol = {old: 'kind = "sobol"\nsamples = 4'}
    opened(experiment(tmp_path, **sobol), path).close()
    more = experiment(tmp_path, **{"replicates = 2": "replicates = 5", old: 'kind = "sobol"\nsamples = 7'})
    with opened(more, path) as store:
        assert store._db.execute("SELECT count(*) FROM points").fetchone()[0] == len(plan(more))
    with pytest.raises(StoreError, match=r"design\.samples: 7 in the store, 4 now"):
        opened(experiment(tmp_path, **sobol), path)


def test_only_one_sweep_writes_a_store(tmp_path: Path) -> None:
    asked, path = experiment(tmp_path), tmp_path / "s.sqlite"
    with opened(asked, path), pytest.raises(ResultsError, match=r"s\.sqlite: another study is writing this store"):
        opened(asked, path)
    opened(asked, path).close()


def test_a_store_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    asked, path = experiment(tmp_path), tmp_path / "s.sqlite"
    tasks, point_of = tasks_of(asked, plan(asked), MODEL)
    with opened(asked, path) as store:
        for k, task in enumerate(tasks[:3]):
            store.add(record(task, [1.0, 2.0, 3.0]), point_of[task.key])
            assert len(load(path)) == k + 1


@pytest.mark.parametrize("text", [b"a letter, not a store" * 400, b"x"])
def test_a_foreign_file_is_left_alone(tmp_path: Path, text: bytes) -> None:
    asked, path = experiment(tmp_path), tmp_path / "letter"
    path.write_bytes(text)
    for fresh in (False, True):
        with pytest.raises(StoreError, match="not a run store"):
            opened(asked, path, fresh=fresh)
    assert path.read_bytes() == text
    with pytest.raises(StoreError, match="no such store"):
        load(tmp_path / "none")
    with pytest.raises(StoreError, match="is a directory"):
        opened(asked, tmp_path)


def test_a_database_of_someone_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "books.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE books (title)")
    for fresh in (False, True):
        with pytest.raises(StoreError, match="not a run store"):
            opened(experiment(tmp_path), path, fresh=fresh)
    assert sqlite3.connect(path).execute("SELECT count(*) FROM books").fetchone() == (0,)


def test_a_store_whose_making_was_cut_short_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")  # as far as a sweep may get before its first transaction
    assert path.stat().st_size > 0
    opened(experiment(tmp_path), path).close()
    assert len(load(path)) == 0


def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    """A real limit on the size of files, in a process of its own."""
    experiment(tmp_path)
    path = tmp_path / "s.sqlite"
    code = (
        f"import sys; sys.path.insert(0, {str(TESTS)!r})\n"
        "import resource, signal\nfrom pathlib import Path\nfrom sweeps import load_experiment, swept\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, 80_000))\n"
        f"swept(load_experiment({str(tmp_path / 'trial.toml')!r}), Path({str(path)!r}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 1 and "StoreFailed" in done.stderr and "goes on from them" in done.stderr, done.stderr
    kept = len(load(path))
    assert 0 < kept < 24
    after = swept(experiment(tmp_path), path)
    assert (after.kept, after.done) == (kept, 24)
    assert content(path) == content(swept(experiment(tmp_path), tmp_path / "other.sqlite").store)


def test_a_full_database_is_said(tmp_path: Path) -> None:
    asked, path = experiment(tmp_path), tmp_path / "s.sqlite"
    tasks, point_of = tasks_of(asked, plan(asked), MODEL)
    with opened(asked, path) as store:
        store.add(record(tasks[0], [1.0, 2.0, 3.0]), 0)
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StoreFailed, match="disk is full"):
            for task in tasks[1:]:
                store.add(record(task, [1.0, 2.0, 3.0], trace="x" * 4000), point_of[task.key])
    assert len(load(path)) >= 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="permissions of POSIX")
@pytest.mark.parametrize("lock", [0o444, 0o666])
def test_a_read_only_place_is_said(tmp_path: Path, lock: int) -> None:
    """As a user who may read the store and not write it."""
    asked = experiment(tmp_path)
    with tempfile.TemporaryDirectory() as folder:  # others cannot get to tmp_path
        path = Path(folder) / "s.sqlite"
        swept(asked, path)
        before = content(path)
        path.chmod(0o444)
        Path(f"{path}.lock").chmod(lock)
        path.parent.chmod(0o555)
        said = _as_nobody(lambda: swept(asked, path))
        path.parent.chmod(0o755)
        assert said.startswith("StoreError") and "cannot be written" in said, said
        assert content(path) == before


def _as_nobody(call) -> str:
    """What a call raises, made by a process without root's rights."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            call()
            said = "nothing"
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


def test_content_is_all_but_time_and_place(tmp_path: Path) -> None:
    asked = experiment(tmp_path)
    first = swept(asked, tmp_path / "a.sqlite").store
    assert content(first) == content(swept(asked, tmp_path / "b.sqlite").store)
    shutil.copy(first, tmp_path / "c.sqlite")
    with sqlite3.connect(tmp_path / "c.sqlite") as db:
        db.execute("UPDATE runs SET seconds = 9, worker = 'elsewhere'")
    assert content(tmp_path / "c.sqlite") == content(first)
    with sqlite3.connect(tmp_path / "c.sqlite") as db:
        db.execute("UPDATE runs SET unemployment = unemployment * (1 + 1e-12) WHERE point = 1")
    assert content(tmp_path / "c.sqlite") != content(first)


def test_any_reader_of_sqlite_finds_what_load_gives(tmp_path: Path) -> None:
    path = swept(experiment(tmp_path), tmp_path / "s.sqlite").store
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as db:
        found = pd.read_sql_query("SELECT * FROM results ORDER BY point, replicate", db)
    frame = load(path).astype({"status": str, "error": str})
    assert list(found) == list(frame)
    pd.testing.assert_frame_equal(found.astype(frame.dtypes.to_dict()), frame, rtol=1e-12, check_dtype=False)
    assert 0 < found["gain"].abs().max() < 10_000 < frame["dollars"].max()  # a change, not the level of employment
    # one that has no partner has no difference
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM runs WHERE point = 0 AND replicate = 0")
        lost = pd.read_sql_query("SELECT gain, policy FROM results WHERE gain IS NULL", db)
    assert len(lost) == int(load(path)["gain"].isna().sum()) > 0
