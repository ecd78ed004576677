"""Whole runs in a run store: a row for each as in a sweep, and the figures of each in a file beside the store.

For studies that look at series and not at a few outcomes, as a validation does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from laborsim.scenario.schema import BASELINE, Scenario
from laborsim.study.design import Point
from laborsim.study.draws import Draws
from laborsim.study.executor import Executor
from laborsim.study.manifest import describe
from laborsim.study.measures import Measure
from laborsim.study.results import Results
from laborsim.study.run import Interrupted, Progress, with_parameters
from laborsim.study.storage import ResultsError, code_fingerprint, load_run, region_fingerprint, save_run
from laborsim.study.store import Store, StoreFailed, load
from laborsim.study.sweep import NotAsked, versions
from laborsim.study.task import RunRecord, Task, replicate_seeds, run_key

FACTORS = ("set", "horizon", "drivers", "scale", "model", "draws")  # what a row says of its run
# of the whole run, so that the store says something by itself
MEANS = {"unemployment": "recorded_unemployment_rate", "participation": "participation_rate",
         "openings": "openings_rate"}  # fmt: skip


class RunsFailed(RuntimeError):
    """Some runs that are needed failed; they are rows of the store."""


class KeptRuns:
    """Baselines of one region, replicated, each run made once.

    Parameters
    ----------
    path : file of the run store; figures are in the folder of that name without its ending, one file a run.
    name : what the runs are for; a store that is for something else is refused.
    spec : the region's scenario; its region, seed and scale are part of what the store is for.
    executor : where runs are made.
    fresh : throw away what is there.
    retry : make failed runs again.
    progress : told what happens.

    Raises
    ------
    StoreError
        If the store is something else's, or cannot be written.

    Examples
    --------
    >>> with KeptRuns(path, "validation", spec, executor) as kept:  # doctest: +SKIP
    ...     kept.results("national", spec, 20).series("unemployment_rate")
    """

    def __init__(
        self, path: Path, name: str, spec: Scenario, executor: Executor, fresh: bool = False, retry: bool = False,
        progress: Progress | None = None,
    ) -> None:  # fmt: skip
        self.path, self.executor, self.progress, self._retry = path, executor, progress or Progress(), retry
        self.folder = path.with_suffix("")
        about = {
            "name": f"{name} of {Path(spec.region).name}", "region": spec.region, "scale": spec.scale,
            "seed": spec.seed, "design": {"kind": "runs with all their figures"}, "factors": list(FACTORS),
            "outcomes": {n: vars(Measure(n, i)) for n, i in MEANS.items()},
        }  # fmt: skip
        self.store = Store(path, about, versions(spec, (BASELINE,)), [], fresh)
        if fresh:
            for file in self.folder.glob("*.npz"):
                file.unlink(missing_ok=True)

    def __enter__(self) -> KeptRuns:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def results(
        self, name: str, spec: Scenario, replicates: int, model: str, draws: Draws | None = None
    ) -> Results:
        """The baseline of a scenario, replicated: runs that are there are read.

        Parameters
        ----------
        name : of these runs, in the store's column "set".
        spec : with its scale; model : "module:class".
        draws : parameters of every run; None for the scenario's.

        Raises
        ------
        RunsFailed
            If some of them failed, after all others were made.
        StoreFailed
            If the store or a file beside it can no longer be written; finished runs are safe.
        Interrupted
            After Ctrl-C; finished runs are kept.
        """
        spec = spec.with_settings(replicates=replicates)
        said = (name, spec.horizon, spec.drivers, spec.scale, model, "none" if draws is None else draws.name)
        number = self._point(tuple(zip(FACTORS, said, strict=True)))
        tasks = self._tasks(spec, model)
        if draws is not None:
            tasks = [with_parameters(task, draws.of(task.replicate)) for task in tasks]
        self._make(tasks, number)
        records = []
        for task in tasks:
            record = load_run(self._file(task.key))
            record.policy, record.replicate = BASELINE, task.replicate
            records.append(record)
        return Results(describe(spec, []), records)

    def _point(self, parameters: tuple[tuple[str, Any], ...]) -> int:
        """Number of a set of runs, a new one if the store has it not."""
        there = self.store.points()
        found = next((n for n, p in there.items() if p == [list(pair) for pair in parameters]), None)
        if found is None:
            found = max(there, default=-1) + 1
            self.store.add_points([Point(found, found, BASELINE, parameters, ())])
        return found

    def _tasks(self, spec: Scenario, model: str) -> list[Task]:
        content = spec.run_hash(BASELINE) + region_fingerprint(spec.region)
        code = code_fingerprint() + model + "+figures"
        return [
            Task(spec, BASELINE, r, seed, spec.scale, spec.months, model=model,
                 key=run_key(content, BASELINE, seed, spec.scale, spec.months, code))
            for r, seed in enumerate(replicate_seeds(spec.seed, spec.replicates))
        ]  # fmt: skip

    def _make(self, tasks: Sequence[Task], number: int) -> None:
        there = self.store.statuses()
        todo = [t for t in tasks if not self._serves(t.key, there.get(t.key))]
        made = 0
        if todo:
            self.progress.started(todo, len(tasks) - len(todo), self.executor.jobs)
        try:
            for record in self.executor.run(todo):
                if record.wrong_input:
                    raise NotAsked(record.error.partition(": ")[2] or record.error)
                self._keep(record, number)
                made += record.done
                self.progress.finished(record)
        except KeyboardInterrupt:
            self.executor.close()
            done = sum(s == "done" for s in self.store.statuses().values())
            raise Interrupted(done, done + len(todo) - made, self.path) from None
        except BaseException:
            self.executor.close()
            raise
        now = self.store.statuses()
        failed = [t.key for t in tasks if now.get(t.key) != "done"]
        if failed:
            frame = load(self.path)
            error = frame["error"][frame["run"] == failed[0]].iloc[0]
            raise RunsFailed(f"{len(failed)} of {len(tasks)} runs failed ({error}); they are rows of {self.path}, "
                             "--retry makes them again")  # fmt: skip

    def _serves(self, key: str, status: str | None) -> bool:
        """Whether a run need not be made: it is done and can be read, or failed and is not to be tried again."""
        if status == "failed":
            return not self._retry
        if status != "done":
            return False
        with contextlib.suppress(ResultsError):
            load_run(self._file(key), figures=False)
            return True
        return False

    def _keep(self, record: RunRecord, number: int) -> None:
        """The file first: a row says that the file is there."""
        if record.done:
            assert record.values is not None
            column = {key: k for k, key in enumerate(record.keys)}
            at = [column.get((i, "all")) for i in MEANS.values()]
            record.outcomes = [_mean(record.values[:, k]) if k is not None else np.nan for k in at]
            try:
                save_run(self._file(record.key), record)
            except OSError as error:
                raise StoreFailed(f"{self.folder}: cannot be written ({error.strerror}); the runs finished before are "
                                  "kept, and the same command goes on from them") from None  # fmt: skip
        self.store.add(record, number)

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.npz"


def _mean(values: Any) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


__all__ = ["KeptRuns", "RunsFailed"]
