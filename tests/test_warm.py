"""Warming up: what is tried out before the first study, when, and that nothing depends on it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from numba import typeof

from laborsim.loading import load_scenario
from laborsim.market import matching, offers, sampling
from laborsim.model import LaborMarket
from laborsim.study import local, warm
from laborsim.study.task import Task
from studies import MODEL, scenario, study

REAL = Path(__file__).parents[1] / "scenarios" / "independence-works-2025.toml"


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Names of the ways in which workers warm up, as they are asked to."""
    asked: list[str] = []
    made = local._parallel

    def parallel(calls, jobs):
        calls = list(calls)
        asked.extend(call[1].__name__ for call in calls if call[0] is local._warm_up)
        yield from made(calls, jobs)

    monkeypatch.setattr(local, "_parallel", parallel)
    monkeypatch.setenv("LABORSIM_CACHE", str(tmp_path / "cache"))
    return asked


def test_every_stage_can_be_tried_out_from_the_last_one_back() -> None:
    """A stage that needs what an earlier one leaves would be passed over in silence, and compiled by one worker."""
    spec = load_scenario(str(REAL))
    task = Task(spec, "childcare", 0, 1, 0.005, 3)
    tried = warm.compile_ahead(task)
    plan = list(LaborMarket(spec, rng=1, scale=0.005).plan)
    assert sorted(tried) == sorted(s.name for s in plan)
    begin = [*warm.FIRST, *warm.LONGEST]
    assert tried[: len(begin)] == begin
    settled = [s.name for s in plan if s.settles and s.name not in begin]
    assert tried[-len(settled) :] == settled[::-1]


def test_the_made_up_matching_has_the_types_of_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel compiled for other types would be compiled again."""
    called: list[tuple[object, ...]] = []
    kernels = {"sample": matching, "_screen": matching, "_by_cell": offers, "_rank_cells": offers, "_rounds": offers}
    for name, room in kernels.items():
        kernel = getattr(room, name)

        def look(*arguments: object, kernel: object = kernel) -> object:
            called.append((kernel, *(typeof(a) for a in arguments)))
            return kernel(*arguments)  # type: ignore[operator]

        monkeypatch.setattr(room, name, look)
    build = sampling._build
    monkeypatch.setattr(sampling, "_build", lambda *a: (called.append((build, *map(typeof, a))), build(*a))[1])
    warm._match_nobody()
    made_up = {str(c) for c in called}
    called.clear()
    LaborMarket(load_scenario(str(REAL)), rng=1, scale=0.005).step()
    assert made_up == {str(c) for c in called} and len(made_up) == 6


def test_two_workers_warm_up_once(tmp_path: Path, ways: list[str]) -> None:
    first = study(tmp_path, jobs=2, replicates=2)
    assert ways == ["first_months", "compile_ahead"]
    assert study(tmp_path, jobs=2, replicates=2).about["state_hash"] == first.about["state_hash"]
    assert len(ways) == 2


def test_one_process_does_not_warm_up(tmp_path: Path, ways: list[str]) -> None:
    study(tmp_path, jobs=1, replicates=2)
    assert ways == [] and not (tmp_path / "cache").exists()


def die(task: Task) -> None:
    """As if memory ran out."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_warm_up_that_kills_its_worker_costs_no_run(
    tmp_path: Path, ways: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "compile_ahead", die)
    results = study(tmp_path, jobs=2, replicates=2)
    assert ways == ["first_months", "die"] and not results.failed and len(results.records) == 6


def test_what_cannot_be_tried_out_is_passed_over(tmp_path: Path) -> None:
    task = Task(scenario(tmp_path), "training", 0, 1, 0.05, 3, model="fake_market:Nothing")
    warm.first_months(task)
    assert warm.compile_ahead(task) == []


def test_the_hint_is_for_one_region_and_one_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABORSIM_CACHE", str(tmp_path))
    spec = scenario(tmp_path)
    stamps = {warm.stamp(Task(spec, "baseline", 0, 1, scale, 3, model=MODEL)) for scale in (0.05, 0.1)}
    monkeypatch.setattr(warm, "version", lambda name: "another")
    stamps.add(warm.stamp(Task(spec, "baseline", 0, 1, 0.05, 3, model=MODEL)))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    stamps.add(warm.stamp(Task(spec, "baseline", 0, 1, 0.05, 3, model=MODEL)))
    assert len(stamps) == 4


def test_a_hint_that_cannot_be_kept_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    warm.set_stamp(tmp_path / "file" / "warm" / "x")
