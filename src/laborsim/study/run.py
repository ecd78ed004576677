"""Baseline and policies of a scenario, replicated with common random numbers."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from laborsim.scenario.schema import BASELINE
from laborsim.study.design import settings_text
from laborsim.study.draws import Draws, make_draws
from laborsim.study.executor import cores as usable_cores
from laborsim.study.local import Local
from laborsim.study.manifest import describe, manifest_text
from laborsim.study.names import WrongOption, all_at_once, check_threads, in_range, known
from laborsim.study.results import Results
from laborsim.study.reuse import RESULTS, find, studies_of
from laborsim.study.storage import MANIFEST, ResultsDirectory, code_fingerprint, region_fingerprint, write_atomically
from laborsim.study.tables import write_csv, write_indicators, write_spending, write_yearly
from laborsim.study.task import RunRecord, Task, replicate_seeds, run_key
from laborsim.study.uncertainty import drawn, uncertainty
from laborsim.study.vary import Settings
from laborsim.study.without_event import opening

MODEL = "laborsim.model:LaborMarket"
Finish = Callable[[Results, Path], None]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with what was kept of the study.

    Attributes
    ----------
    done, wanted : runs finished and kept, runs asked for.
    path : directory that holds them, or None if they were in memory only.
    """

    def __init__(self, done: int, wanted: int, path: Path | None) -> None:
        super().__init__(f"{done} of {wanted} runs were finished")
        self.done, self.wanted, self.path = done, wanted, path


class Progress:
    """What a study tells while it runs; the methods do nothing here."""

    def reused(self, place: Path) -> None:
        """Nothing is simulated: the runs are read from this directory."""

    def started(self, tasks: Sequence[Task], kept: int, jobs: int) -> None:
        """Tasks to make, runs kept from before, worker processes."""

    def month(self, task_months: int) -> None:
        """Months done of the run under way (only when runs are made in this process)."""

    def finished(self, record: RunRecord) -> None:
        """A run is finished."""

    def writing(self, what: str) -> None:
        """A file is being written."""


def run(
    spec: Any,
    policies: Sequence[str] | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    scale: float | None = None,
    threads: int | None = None,
    jobs: int | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    finish: Finish | None = None,
    reuse: bool = False,
    wioa: bool = False,
    draws: str | Draws | None = None,
    model: str = MODEL,
) -> Results:
    """Simulate a scenario's baseline and policies.

    Replicate r of every policy has the same seed, so runs differ only by what the policy changes. The
    region's people and employers are those of the scenario's seed in every run.

    Parameters
    ----------
    spec : Scenario, or the path of a scenario file.
    policies : names; None for all of the scenario. The baseline is always run.
    replicates, seed, scale : None takes the scenario's.
    threads : processor cores to use; None for all.
    jobs : worker processes; None makes as many runs side by side as there are threads.
    out : directory to write to as runs finish; None keeps everything in memory.
    progress : told what happens.
    finish : called with the results and the unfinished directory before everything moves to `out`
        (charts and the brief are made then).
    reuse : read the runs instead, if a finished study that has them all is stored in `out` or, where `out` is not
        given or the default, in results/<scenario>/.
    wioa : make every run once more without any program, for counterfactual and net in wioa.csv.
    draws : draw parameters anew for every two runs: "posterior", "ranges" or a posterior.json, as
        `laborsim.study.draws.make_draws` takes it, or draws made already; uncertainty.csv then tells chance from
        parameters.
    model : "module:class" of the model.

    Returns
    -------
    Results
        Failed runs are in `results.failed`; they never end the study.

    Raises
    ------
    InputError
        If an option is out of range or names nothing.
    Interrupted
        After Ctrl-C; finished runs are kept in `<out>.partial`, and the same call goes on from them.

    Examples
    --------
    >>> results = run("scenarios/independence-works-2025.toml", replicates=2, scale=0.01)  # doctest: +SKIP
    """
    began = time.perf_counter()
    progress = progress or Progress()
    if isinstance(spec, str | os.PathLike):
        from laborsim.loading import load_scenario

        spec = load_scenario(spec)
    given = spec
    spec = settle(spec, replicates, seed, scale, lambda: choose(given, policies), lambda: check_threads(threads))
    cores = threads or usable_cores()
    about = describe(spec, choose(spec, policies))
    tasks = _tasks(spec, about, model, wioa)
    if draws is not None:
        made = make_draws(spec, draws, spec.replicates) if isinstance(draws, str) else draws
        tasks = _with_draws(tasks, about, made)
    if reuse:
        anywhere = out is None or Path(out) == default_out(spec, policies, draws if isinstance(draws, str) else None)
        stored = find(tasks, studies_of(str(spec.name)) if anywhere else [Path(str(out))])
        if stored is not None:
            progress.reused(stored[0])
            return Results(_with_runs(about, stored[1], began), stored[1], stored[0])
    if out is None:
        records = _make(tasks, cores, jobs, progress, None)
        return Results(_with_runs(about, records, began), records)
    with ResultsDirectory(Path(out)) as place:
        records = _make(tasks, cores, jobs, progress, place)
        results = Results(_with_runs(about, records, began), records, place.partial)
        try:
            progress.writing("tables")
            write_tables(results, place.partial)
            if finish is not None:
                finish(results, place.partial)
            about["seconds"] = round(time.perf_counter() - began, 3)
            # Half a manifest would pass for a study that is complete.
            write_atomically(place.partial / MANIFEST, manifest_text(about))
            place.finish()
        except KeyboardInterrupt:
            raise Interrupted(len(records) - len(results.failed), len(records), place.kept_in) from None
        results.path = place.path
    return results


def write_tables(results: Results, path: Path) -> None:
    """Write indicators.csv, yearly.csv, targets.csv, spending.csv, wioa.csv, benefit_cost.csv and uncertainty.csv."""
    if any(r.done for r in results.records):
        keys = write_indicators(path / "indicators.csv", results)
        results.about["indicators_csv"] = {"figures": keys, "of": len(results.keys)}
        write_yearly(path / "yearly.csv", results)
        write_csv(path / "targets.csv", results.targets())
        if any(r.wioa for r in results.records):
            write_csv(path / "wioa.csv", results.wioa())
        money = results.benefit_cost()
        if len(money):
            write_csv(path / "benefit_cost.csv", money)
        if drawn(results):
            write_csv(path / "uncertainty.csv", uncertainty(results))
    write_spending(path / "spending.csv", results)


def default_out(spec: Any, policies: Sequence[str] | None = None, draws: str | None = None) -> Path:
    """results/<scenario>/<run-id>: the same settings have the same id, so a run that was cut short is found."""
    parts = (spec.hash(), ",".join(choose(spec, policies)), code_fingerprint(), *([draws] if draws else []))
    short = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
    return RESULTS / str(spec.name) / f"{spec.replicates}x-scale{spec.scale:g}-seed{spec.seed}-{short}"


def settle(
    spec: Any, replicates: int | None = None, seed: int | None = None, scale: float | None = None,
    *checks: Callable[[], Any],
) -> Any:
    """The scenario with the settings of this study in place of its own.

    Parameters
    ----------
    checks : what else is to be looked at, so that all that is wrong is said at once.

    Raises
    ------
    WrongOption
        Naming all that are out of range.
    """
    all_at_once(
        lambda: in_range("--replicates", replicates, 1, 10_000),
        lambda: in_range("--seed", seed, 0, 2**63 - 1),
        lambda: _check_scale(scale),
        *checks,
    )
    given = {"replicates": replicates, "seed": seed, "scale": scale}
    changes = {k: v for k, v in given.items() if v is not None and v != getattr(spec, k)}
    return spec.with_settings(**changes) if changes else spec


def _check_scale(scale: float | None) -> None:
    if scale is not None and not 0.0 < scale <= 1.0:
        raise WrongOption(f"--scale {scale:g}: allowed: above 0, at most 1")


def choose(spec: Any, names: Sequence[str] | None) -> list[str]:
    """Policies to run beside the baseline: all of the scenario, or those named.

    Raises
    ------
    UnknownName
        If the scenario has no policy of a name.
    """
    allowed = [p for p in spec.policies if p != BASELINE]
    if names is None:
        return allowed
    for name in names:
        known(name, [BASELINE, *allowed], "policy")
    return [p for p in dict.fromkeys(names) if p != BASELINE]


def _make(
    tasks: list[Task], cores: int, jobs: int | None, progress: Progress, place: ResultsDirectory | None
) -> list[RunRecord]:
    records: list[RunRecord] = []
    if place is not None:
        wanted = {t.key: t for t in tasks}
        for record in place.kept():
            if record.key in wanted:
                records.append(record)
                del wanted[record.key]
        tasks = list(wanted.values())
    total = len(tasks) + len(records)
    jobs = max(1, min(cores if jobs is None else jobs, len(tasks)))
    tasks = [replace(t, threads=max(1, cores // jobs)) for t in tasks]
    progress.started(tasks, len(records), jobs)
    on_month = progress.month if jobs == 1 else None
    executor = Local(jobs)
    try:
        for record in executor.run(tasks, on_month):
            if record.done:
                if place is not None:
                    place.save(record)
                    record.values = None
            records.append(record)
            progress.finished(record)
    except KeyboardInterrupt:
        executor.close()
        if place is None:
            raise Interrupted(len([r for r in records if r.done]), total, None) from None
        # The last run may have been kept and not yet noted.
        raise Interrupted(sum(1 for _ in place.kept()), total, place.partial) from None
    return records


def _tasks(spec: Any, about: dict[str, Any], model: str, wioa: bool = False) -> list[Task]:
    seeds = replicate_seeds(spec.seed, spec.replicates)
    region = region_fingerprint(spec.region)
    hashes = {policy: spec.run_hash(policy) + region for policy in about["policies"]}
    program = code_fingerprint() + model
    event = opening(spec)
    twice = set(about["policies"]) if wioa else set(about["brief"]["participants"])
    return [
        Task(
            spec,
            policy,
            r,
            seed,
            spec.scale,
            spec.months,
            model=model,
            key=run_key(
                hashes[policy], policy, seed, spec.scale, spec.months,
                program + ("+without" if policy in twice else "")
                + ("+no event" if event is not None and policy == BASELINE else ""),
            ),
            without=policy in twice,
            no_event=event if policy == BASELINE else None,
        )
        for r, seed in enumerate(seeds)
        for policy in about["policies"]
    ]


def _with_draws(tasks: list[Task], about: dict[str, Any], draws: Draws) -> list[Task]:
    """Give every replicate its draw; a run's key holds its parameters."""
    about["draws"] = draws.about()
    return [with_parameters(task, draws.of(task.replicate)) for task in tasks]


def with_parameters(task: Task, settings: Settings) -> Task:
    """The run with other parameters, and with a key of its own."""
    key = hashlib.sha256((task.key + settings_text(settings)).encode()).hexdigest()[:32]
    return replace(task, parameters=settings, key=key)


def _with_runs(about: dict[str, Any], records: list[RunRecord], began: float) -> dict[str, Any]:
    """Add what the runs said of themselves to the manifest."""
    rank = {name: k for k, name in enumerate(about["policies"])}
    records.sort(key=lambda r: (rank[r.policy], r.replicate))
    done = [r for r in records if r.done]
    stages: dict[str, float] = {}
    for record in done:
        for stage, seconds in record.stages.items():
            stages[stage] = stages.get(stage, 0.0) + seconds
    about.update(
        {
            "people": done[0].people if done else 0,
            "employers": done[0].employers if done else 0,
            "pack_hash": done[0].pack_hash if done else "",
            "stage_seconds": {k: round(v, 4) for k, v in stages.items()},
            "state_hash": {p: [r.state_hash or None for r in records if r.policy == p] for p in about["policies"]},
            "runs": [
                {
                    "policy": r.policy,
                    "replicate": r.replicate,
                    "seed": r.seed,
                    "key": r.key,
                    "status": r.status,
                    "error": r.error,
                    "trace": r.trace,
                    "seconds": round(r.seconds, 3),
                    "people": r.people,
                    "employers": r.employers,
                    "state_hash": r.state_hash,
                    "remarks": r.remarks,
                }
                for r in records
            ],
            "seconds": round(time.perf_counter() - began, 3),
        }
    )
    return about
