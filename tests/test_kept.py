"""Whole runs in a run store, as a validation keeps them: rows, figures beside, resuming, failures, refusals."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fake_market import SCENARIO
from laborsim.cli import app
from laborsim.scenario.load import load_scenario
from laborsim.study.draws import opposite_pairs
from laborsim.study.kept import KeptRuns, RunsFailed
from laborsim.study.local import Local
from laborsim.study.run import Interrupted, Progress
from laborsim.study.store import StoreError, StoreFailed, content, load
from laborsim.study.validation import validate as module

MODEL = "fake_market:FakeMarket"


class Told(Progress):
    """Counts runs made; Ctrl-C after so many."""

    def __init__(self, stop: int = 10**9) -> None:
        self.made, self.stop = 0, stop

    def finished(self, record) -> None:
        self.made += 1
        if self.made == self.stop:
            raise KeyboardInterrupt


def spec_of(folder: Path, notes: str = "", **settings):
    (folder / "made-up.toml").write_text(SCENARIO.replace("NOTES", notes))
    return load_scenario(str(folder / "made-up.toml")).with_settings(**settings)


def kept(folder: Path, told: Progress | None = None, notes: str = "", settings=None, **options) -> KeptRuns:
    spec = spec_of(folder, notes, **(settings or {}))
    return KeptRuns(folder / "runs.sqlite", "validation", spec, Local(1), progress=told, **options)


def test_a_row_a_run_and_its_figures_beside(tmp_path: Path) -> None:
    with kept(tmp_path) as runs:
        spec = spec_of(tmp_path)
        first = runs.results("national", spec, 3, MODEL)
        other = runs.results("half", spec.with_settings(scale=0.02), 2, MODEL)
    assert first.replicates == 3 and other.replicates == 2 and not first.failed
    rates = first.series("unemployment_rate")
    assert rates.shape == (3, spec.months) and np.isfinite(rates).all() and rates.std(axis=0).min() > 0
    frame = load(tmp_path / "runs.sqlite")
    assert frame["set"].tolist() == ["national"] * 3 + ["half"] * 2 and (frame["status"] == "done").all()
    assert frame.loc[3, "scale"] == 0.02
    # a mean over the whole run stands in the row, as any reader of SQLite finds it
    with sqlite3.connect(tmp_path / "runs.sqlite") as db:
        said = db.execute("SELECT openings FROM runs WHERE point = 0 ORDER BY replicate").fetchall()
    assert np.ravel(said) == pytest.approx(first.series("openings_rate").mean(axis=1), rel=1e-6)
    assert sorted(p.stem for p in (tmp_path / "runs").iterdir()) == sorted(frame["run"])


def test_what_was_stopped_goes_on_and_what_is_there_is_read(tmp_path: Path) -> None:
    spec = spec_of(tmp_path)
    with kept(tmp_path, Told(2)) as runs, pytest.raises(Interrupted, match="2 of 5 runs") as stop:
        runs.results("national", spec, 5, MODEL)
    assert stop.value.path == tmp_path / "runs.sqlite"
    told = Told()
    with kept(tmp_path, told) as runs:
        runs.results("national", spec, 5, MODEL)
        assert told.made == 3
        again = runs.results("national", spec, 7, MODEL)
        assert told.made == 5
        fewer = runs.results("national", spec, 4, MODEL)
        assert told.made == 5
    np.testing.assert_array_equal(fewer.series("employment"), again.series("employment")[:4])
    # a damaged or missing file is made again, to the same content
    before, files = content(tmp_path / "runs.sqlite"), sorted((tmp_path / "runs").iterdir())
    kept_bytes = [f.read_bytes() for f in files]
    files[0].unlink()
    files[1].write_bytes(b"torn")
    with kept(tmp_path, told) as runs:
        runs.results("national", spec, 7, MODEL)
    assert told.made == 7 and content(tmp_path / "runs.sqlite") == before

    def figures(data: bytes) -> bytes:
        import io
        import zipfile

        return zipfile.ZipFile(io.BytesIO(data)).read("values.npy")

    assert [figures(f.read_bytes()) for f in files] == [figures(b) for b in kept_bytes]


def test_runs_with_drawn_parameters_are_other_runs(tmp_path: Path) -> None:
    """With draws and without, and with other draws: each is a set of its own in the store."""
    spec = spec_of(tmp_path)
    drawn = opposite_pairs(spec, 4)
    fewer = replace(drawn, settings=tuple(s[:-1] for s in drawn.settings))
    told = Told()
    with kept(tmp_path, told) as runs:
        runs.results("national", spec, 2, MODEL)
        runs.results("national", spec, 2, MODEL, opposite_pairs(spec, 2))
        runs.results("national", spec, 4, MODEL, drawn)  # goes on from the two before
        assert told.made == 6
        runs.results("national", spec, 2, MODEL, fewer)
        assert told.made == 8
        runs.results("national", spec, 2, MODEL)
        assert told.made == 8
    frame = load(tmp_path / "runs.sqlite")
    assert frame.groupby("draws").size().to_dict() == {"none": 2, drawn.name: 4, fewer.name: 2}
    assert frame.groupby("draws")["point"].nunique().eq(1).all() and frame["run"].is_unique
    assert drawn.name == opposite_pairs(spec, 2).name != fewer.name


def test_failed_runs_are_rows_and_made_again_when_asked(tmp_path: Path) -> None:
    told = Told()
    said = pytest.raises(RunsFailed, match=r"3 of 3 runs failed .*made to fail")
    with kept(tmp_path, told, "fail:None") as runs, said:
        runs.results("national", spec_of(tmp_path, "fail:None"), 3, MODEL)
    frame = load(tmp_path / "runs.sqlite")
    assert (frame["status"] == "failed").all() and frame["unemployment"].isna().all() and told.made == 3
    with kept(tmp_path, told) as runs, pytest.raises(RunsFailed):
        runs.results("national", spec_of(tmp_path), 3, MODEL)
    assert told.made == 3
    with kept(tmp_path, told, retry=True) as runs:
        assert not runs.results("national", spec_of(tmp_path), 3, MODEL).failed
    assert told.made == 6 and (load(tmp_path / "runs.sqlite")["status"] == "done").all()


def test_a_store_for_something_else_is_refused_and_fresh_begins_again(tmp_path: Path) -> None:
    with kept(tmp_path) as runs:
        runs.results("national", spec_of(tmp_path), 2, MODEL)
    with pytest.raises(StoreError, match=r"scale: 0\.05 in the store, 0\.01 now"):
        kept(tmp_path, settings={"scale": 0.01})
    with kept(tmp_path, settings={"scale": 0.01}, fresh=True) as runs:
        assert not list((tmp_path / "runs").iterdir())
        runs.results("national", spec_of(tmp_path, scale=0.01), 1, MODEL)
    assert len(load(tmp_path / "runs.sqlite")) == 1


def test_figures_that_cannot_be_written_are_said(tmp_path: Path) -> None:
    with kept(tmp_path) as runs:
        runs.results("national", spec_of(tmp_path), 2, MODEL)
        real, runs.folder = runs.folder, tmp_path / "made-up.toml" / "runs"  # under a file: no folder can be made
        with pytest.raises(StoreFailed, match="cannot be written"):
            runs.results("half", spec_of(tmp_path), 2, MODEL)
        runs.folder = real
        assert runs.results("half", spec_of(tmp_path), 2, MODEL).replicates == 2


def test_the_command_keeps_its_runs_in_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    *rest, _ = module.validate.__defaults__
    monkeypatch.setattr(module.validate, "__defaults__", (*rest, "whole_market:WholeMarket"))
    few = ["--replicates", "2", "--scale", "0.01", "--jobs", "1", "--json"]
    done = CliRunner().invoke(app, ["validate", "kansas-city", *few])
    assert done.exit_code == 0, done.stderr
    store = tmp_path / json.loads(done.stdout)["out"] / "runs.sqlite"
    frame = load(store)
    assert sorted(set(frame["set"])) == ["half", "national"] and len(frame) == 4
    before, written = content(store), os.stat(store.with_suffix("")).st_mtime_ns
    again = CliRunner().invoke(app, ["validate", "kansas-city", *few])
    assert again.exit_code == 0 and json.loads(again.stdout)["facts"] == json.loads(done.stdout)["facts"]
    assert content(store) == before and os.stat(store.with_suffix("")).st_mtime_ns == written
    wrong = CliRunner().invoke(app, ["validate", "kansas-city", *few[:2], "--scale", "0.02", *few[4:]])
    assert wrong.exit_code == 2 and "scale: 0.01 in the store, 0.02 now" in wrong.stderr
