"""Calibration of a region: the moments of its baseline are brought to their targets, run by run into a run store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from laborsim.scenario.problems import InputError
from laborsim.scenario.schema import Scenario
from laborsim.study.calibration.estimate import F8, Estimate, estimate
from laborsim.study.calibration.moments import Free, Moment, definitions, point_settings
from laborsim.study.calibration.posterior import Posterior
from laborsim.study.design import Point, settings_text
from laborsim.study.executor import Executor, make_executor
from laborsim.study.reuse import RESULTS
from laborsim.study.run import MODEL, Interrupted, Progress
from laborsim.study.storage import code_fingerprint, region_fingerprint
from laborsim.study.store import Store, load
from laborsim.study.sweep import versions
from laborsim.study.task import BASELINE, Task, replicate_seeds, run_key

MONTHS = 24


@dataclass(frozen=True)
class Calibration:
    """What was fitted, to what, and what was found; `estimate` is of the fitted moments, in their order."""

    region: str
    free: list[Free]
    moments: list[Moment]
    before: F8  # (all moments,) at the start
    after: F8  # at the estimate
    found: Estimate
    scale: float
    seeds: int
    months: int
    runs: int
    store: Path
    values: dict[str, Any]  # present values of the parameters

    def settings(self) -> dict[str, Any]:
        """Estimated parameters by name."""
        return dict(setting for f, x in zip(self.free, self.found.x, strict=True)
                    for setting in f.settings(float(x), self.values))  # fmt: skip


class CalibrationFailed(RuntimeError):
    """A run that the calibration needs failed."""


def default_store(region: str) -> Path:
    """results/calibration/<region>.sqlite."""
    return RESULTS / "calibration" / f"{Path(region).name}.sqlite"


def own_figures(region: str) -> dict[str, float]:
    """Participation and unemployment of a region at its start, from its pack, outside zones left out."""
    from laborsim.region.pack import load_pack

    pack = load_pack(region)
    inside = {z.code for z in pack.zones if z.kind != "outside"}
    table = pack["labor_force"]
    table = table[table["zone"].isin(inside)].pivot(index="zone", columns="measure", values="value")
    force = table["labor_force"].sum()
    return {
        "participation": float(force / table["population_16"].sum()),
        "unemployment": float((table["unemployment"] * table["labor_force"]).sum() / force),
    }


def calibrate(
    spec: Scenario,
    own: dict[str, float],
    scale: float = 0.05,
    seeds: int = 3,
    iterations: int = 4,
    months: int = MONTHS,
    store: Path | None = None,
    executor: Executor | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    model: str = MODEL,
) -> Calibration:
    """Fit the free factors of moments.toml to a region's baseline.

    Parameters
    ----------
    spec : a scenario of the region; its baseline is simulated.
    own : the region's figures that targets refer to, as `own_figures` gives them.
    scale, seeds, months : share of people, runs at each point, months from the start.
    iterations : most moves.
    store : run store; None for results/calibration/<region>.sqlite. Runs in it are not made again.
    executor, fresh, progress, model : as for `laborsim.study.sweep.sweep`.

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        If the store is of another calibration or version.
    CalibrationFailed
        If a run fails.
    Interrupted
        After Ctrl-C; runs are kept, and the same call goes on from them.
    """
    if spec.months < months:
        raise InputError(f"{months} months are calibrated on, and the scenario has {spec.months}")
    if seeds < 1 or iterations < 1:
        raise InputError("seeds and iterations are whole numbers, 1 or more")
    free, moments = definitions(months, own)
    values = {p: spec.parameters()[p] for f in free for p in f.parameters}
    path = store or default_store(spec.region)
    about = _about(spec, free, moments, scale, seeds, months)
    executor = executor or make_executor()
    fitted = np.array([m.fitted for m in moments])
    with Store(path, about, versions(spec, (BASELINE,), model), [], fresh) as place:
        runs = _Runs(spec, free, moments, values, scale, seeds, months, model, place, executor, progress or Progress())
        try:
            before = runs(np.zeros((1, len(free))))[0].mean(axis=0)
            found = estimate(
                lambda x: runs(x)[:, :, fitted],
                np.zeros(len(free)),
                np.array([f.spread for f in free]),
                np.array([m.target for m in moments])[fitted],
                np.array([m.spread for m in moments])[fitted],
                iterations,
            )
            after = runs(found.x[None, :])[0].mean(axis=0)
        except KeyboardInterrupt:
            executor.close()
            raise Interrupted(len(place.statuses()), len(place.statuses()), path) from None
        made = len(place.statuses())
    return Calibration(spec.region, free, moments, before, after, found, scale, seeds, months, made, path, values)


class _Runs:
    """Moments of points, each run made once and kept in the store."""

    def __init__(
        self, spec: Scenario, free: list[Free], moments: list[Moment], values: Any, scale: float, seeds: int,
        months: int, model: str, store: Store, executor: Executor, progress: Progress,
    ) -> None:  # fmt: skip
        self.spec, self.free, self.moments, self.values = spec, free, moments, values
        self.scale, self.months, self.model = scale, months, model
        self.seeds = replicate_seeds(spec.seed, seeds)
        self.store, self.executor, self.progress = store, executor, progress
        self.points: dict[str, int] = {}
        self.known: dict[str, list[float]] = {}
        frame = load(store.path)
        names = [m.name for m in moments]
        for key, status, row in zip(frame["run"], frame["status"], frame[names].to_numpy(), strict=True):
            if status == "done":
                self.known[key] = row.tolist()
        self.content = spec.run_hash(BASELINE) + region_fingerprint(spec.region)
        self.code = code_fingerprint() + model

    def __call__(self, x: F8) -> F8:
        """(K, S, M) moments at (K, P) log factors."""
        tasks = [self._tasks(row) for row in x]
        todo = [t for row in tasks for t in row if t.key not in self.known]
        if todo:
            self.progress.started(todo, 0, self.executor.jobs)
        for record in self.executor.run(todo):
            self.store.add(record, self.points[record.key])
            self.progress.finished(record)
            if not record.done:
                raise CalibrationFailed(record.error)
            self.known[record.key] = record.outcomes
        return np.array([[self.known[t.key] for t in row] for row in tasks])

    def _tasks(self, x: Sequence[float]) -> list[Task]:
        settings = point_settings(self.free, x, self.values)
        text = settings_text(settings)
        content = hashlib.sha256((self.content + text).encode()).hexdigest()
        number = self.points.setdefault(text, len(set(self.points.values())))
        self.store.add_points([Point(number, number, BASELINE, settings, ())])
        measures = tuple(m.measure for m in self.moments)
        out = []
        for replicate, seed in enumerate(self.seeds):
            key = run_key(content, BASELINE, seed, self.scale, self.months, self.code)
            self.points[key] = number
            out.append(Task(self.spec, BASELINE, replicate, seed, self.scale, self.months, 1, key, self.model,
                            settings, (), measures))  # fmt: skip
        return out


def _about(
    spec: Scenario, free: list[Free], moments: list[Moment], scale: float, seeds: int, months: int
) -> dict[str, Any]:
    """What the runs of a calibration depend on, for the store."""
    return {
        "name": f"calibration of {spec.region}", "scale": scale, "replicates": seeds, "months": months,
        "design": {"kind": "calibration"}, "factors": [p for f in free for p in f.parameters],
        "outcomes": {m.name: {"indicator": m.measure.indicator, "group": m.measure.group, "against": ""}
                     for m in moments},
    }  # fmt: skip


def posterior(c: Calibration) -> Posterior:
    """The estimates with their covariance, for runs that draw parameters."""
    source = f"calibrated on {c.region} by simulated moments, {c.runs} runs at {c.scale:.0%}"
    return Posterior(tuple(c.free), c.found.x, c.found.covariance, dict(c.values), source)


def as_json(c: Calibration) -> str:
    """Everything that was found, as JSON text."""
    fitted = [m.name for m in c.moments if m.fitted]
    return json.dumps({
        "region": c.region, "scale": c.scale, "seeds": c.seeds, "months": c.months, "runs": c.runs,
        "objective": c.found.objective, "missed": c.found.missed, "free_moments": c.found.free_moments,
        "parameters": c.settings(),
        "factors": {f.name: {"log": float(x), "se": float(s), "informed": float(i)} for f, x, s, i in zip(
            c.free, c.found.x, c.found.standard_errors, c.found.informed, strict=True)},
        "moments": {m.name: {"target": m.target, "spread": m.spread, "before": float(b), "after": float(a),
                             "fitted": m.fitted, "source": m.source}
                    for m, b, a in zip(c.moments, c.before, c.after, strict=True)},
        "fitted": fitted, "covariance": c.found.covariance.tolist(), "jacobian": c.found.jacobian.tolist(),
        "information": c.found.sources_of_information().tolist(),
    }, indent=1)  # fmt: skip


__all__ = ["Calibration", "CalibrationFailed", "as_json", "calibrate", "default_store", "own_figures", "posterior"]
