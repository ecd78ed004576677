"""Finished runs that are there already: a study whose every run is stored need not be simulated again.

A run is known by its key, a hash of everything it depends on: what the scenario says of it, region, policy, seed,
scale, months and program. So a stored study serves a new one with fewer policies or replicates too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from laborsim.study.storage import MANIFEST, RUNS, ResultsError, load_run, run_file
from laborsim.study.task import RunRecord, Task

RESULTS = Path("results")


def studies_of(name: str) -> list[Path]:
    """Directories of finished studies of a scenario, the latest first."""
    found = (RESULTS / name).glob(f"*/{MANIFEST}")
    return [p.parent for p in sorted(found, key=lambda p: p.stat().st_mtime, reverse=True)]


def find(tasks: Sequence[Task], places: Iterable[Path]) -> tuple[Path, list[RunRecord]] | None:
    """The first of `places` that holds every run wanted, with those runs (their figures are read when asked for)."""
    wanted = {task.key for task in tasks}
    for place in places:
        if wanted <= _keys(place):
            try:
                records = [load_run(run_file(place / RUNS, t.policy, t.replicate), figures=False) for t in tasks]
            except ResultsError:
                continue
            if {r.key for r in records} == wanted:
                return place, records
    return None


def _keys(place: Path) -> set[str]:
    """Keys of the finished runs of a directory, by its manifest; none if it cannot be read."""
    try:
        runs = json.loads((place / MANIFEST).read_text(encoding="utf-8"))["runs"]
        return {str(r["key"]) for r in runs if r["status"] == "done"}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
