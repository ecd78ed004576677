"""Runs that questions ask for, each made once and kept by its key; those of stored studies serve as well."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from laborsim.scenario.schema import BASELINE, Policy, Scenario
from laborsim.study.executor import cores
from laborsim.study.local import Local
from laborsim.study.manifest import describe
from laborsim.study.results import Results
from laborsim.study.reuse import RESULTS, studies_of
from laborsim.study.run import MODEL, Interrupted, Progress
from laborsim.study.storage import (
    MANIFEST,
    RUNS,
    ResultsError,
    code_fingerprint,
    load_run,
    region_fingerprint,
    run_file,
    save_run,
)
from laborsim.study.task import RunRecord, Task, replicate_seeds, run_key
from laborsim.study.vary import Settings, vary


class NoRuns(RuntimeError):
    """All runs of something that is compared failed."""


@dataclass(frozen=True)
class Arm:
    """One thing that is simulated beside others.

    Attributes
    ----------
    name, title : in the results.
    policy : of the scenario, or "baseline".
    parameters : values in place of the scenario's.
    """

    name: str
    title: str
    policy: str
    parameters: Settings = ()


class Bench:
    """Makes runs and keeps them.

    Parameters
    ----------
    spec : the scenario, with the scale, seed and replicates of the study.
    kept : folder of single runs; None for results/<scenario>/ask/runs.
    threads : processor cores to use; None for all.
    progress : told what happens.
    fresh : simulate even what is stored.
    model : "module:class" of the model.
    """

    def __init__(
        self,
        spec: Scenario,
        kept: Path | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
        fresh: bool = False,
        model: str = MODEL,
    ) -> None:
        self.spec = spec
        self.kept = kept or RESULTS / spec.name / "ask" / RUNS
        self.cores = threads or cores()
        self.progress = progress or Progress()
        self.model = model
        self.made = self.read = 0
        self.failed: list[RunRecord] = []
        self._there = {} if fresh else _stored(spec.name)
        self._fresh: set[str] | None = set() if fresh else None  # keys made now, while what is stored is not to serve

    def arms(self, policies: Sequence[str]) -> list[Arm]:
        """The baseline and policies of the scenario as they are."""
        named = {p: self.spec.policies[p].title or p for p in policies}
        return [Arm(BASELINE, "Baseline", BASELINE), *(Arm(p, title, p) for p, title in named.items())]

    def results(
        self, arms: Sequence[Arm], extra: dict[str, Policy] | None = None, first: int = 0, count: int | None = None
    ) -> Results:
        """Runs of all arms with common random numbers.

        Parameters
        ----------
        arms : what is compared; the first is what the others are compared with, by the name "baseline".
        extra : policies beyond the scenario's.
        first, count : replicates; those beyond the scenario's have seeds of their own.

        Raises
        ------
        NoRuns
            If all runs of an arm failed.
        Interrupted
            After Ctrl-C; finished runs are kept.
        """
        spec = self._with(extra)
        count = spec.replicates if count is None else count
        wanted = self.make(arms, extra, first, count)
        records = [self._record(arm, r, task) for arm, r, task in wanted]
        about = describe(spec, [a.policy for a in arms if a.policy != BASELINE])
        about["policies"] = {a.name: about["policies"][a.policy] | {"title": a.title} for a in arms}
        about["replicates"] = count
        results = Results(about, records)
        for arm in arms:
            if not any(r.done for r in records if r.policy == arm.name):
                error = next(r.error for r in records if r.policy == arm.name)
                raise NoRuns(f"all runs of {arm.title!r} failed: {error}")
        return results

    def make(
        self, arms: Sequence[Arm], extra: dict[str, Policy] | None = None, first: int = 0, count: int | None = None
    ) -> list[tuple[Arm, int, Task]]:
        """Make the runs of arms that are not there, without reading them: for many that are looked at few at a time.

        Returns
        -------
        Every run wanted: its arm, replicate (from 0) and task.
        """
        spec = self._with(extra)
        count = spec.replicates if count is None else count
        wanted = [(arm, r, task) for arm in arms for r, task in enumerate(self._tasks(spec, arm, first, count))]
        self._make([t for _, _, t in wanted])
        return wanted

    def _with(self, extra: dict[str, Policy] | None) -> Scenario:
        return self.spec.model_copy(update={"policies": {**self.spec.policies, **(extra or {})}})

    def _tasks(self, spec: Scenario, arm: Arm, first: int, count: int) -> list[Task]:
        varied = vary(spec, arm.parameters)
        content = varied.run_hash(arm.policy) + region_fingerprint(spec.region)
        code = code_fingerprint() + self.model
        seeds = replicate_seeds(spec.seed, first + count)[first:]
        return [
            Task(varied, arm.policy, first + r, seed, spec.scale, spec.months, model=self.model,
                 key=run_key(content, arm.policy, seed, spec.scale, spec.months, code))
            for r, seed in enumerate(seeds)
        ]  # fmt: skip

    def _make(self, tasks: Sequence[Task]) -> None:
        """Make the runs that are not there."""
        missing = {t.key: t for t in tasks if not self._is_there(t.key)}
        self.read += len({t.key for t in tasks}) - len(missing)
        if not missing:
            return
        jobs = max(1, min(self.cores, len(missing)))
        todo = [replace(t, threads=max(1, self.cores // jobs)) for t in missing.values()]
        self.progress.started(todo, 0, jobs)
        executor = Local(jobs)
        done = 0
        try:
            for record in executor.run(todo, self.progress.month if jobs == 1 else None):
                if record.done:
                    save_run(self._file(record.key), record)
                    if self._fresh is not None:
                        self._fresh.add(record.key)
                    done += 1
                else:
                    self.failed.append(record)
                self.made += 1
                self.progress.finished(record)
        except KeyboardInterrupt:
            executor.close()
            raise Interrupted(done, len(todo), self.kept) from None

    def _file(self, key: str) -> Path:
        return self._there.get(key, self.kept / f"{key}.npz")

    def _is_there(self, key: str) -> bool:
        if self._fresh is not None:
            return key in self._fresh
        return key in self._there or self._file(key).exists()

    def _record(self, arm: Arm, replicate: int, task: Task) -> RunRecord:
        try:
            record = load_run(self._file(task.key))
        except ResultsError as error:
            found = next((r for r in self.failed if r.key == task.key), None)
            said = found.error if found is not None else str(error)
            return RunRecord(arm.name, replicate, task.seed, task.key, status="failed", error=said)
        record.policy, record.replicate = arm.name, replicate
        return record


def _stored(name: str) -> dict[str, Path]:
    """Finished runs of stored studies of a scenario, by key."""
    found: dict[str, Path] = {}
    for folder in studies_of(name):
        try:
            runs: list[dict[str, Any]] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["runs"]
            for run in runs:
                file = run_file(folder / RUNS, str(run["policy"]), int(run["replicate"]))
                if run["status"] == "done" and file.exists():
                    found.setdefault(str(run["key"]), file)
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


__all__ = ["Arm", "Bench", "NoRuns"]
