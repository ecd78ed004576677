"""Calibration of a region: the moments of its baseline are brought to their targets, run by run into a run store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from laborsim.scenario.problems import InputError
from laborsim.scenario.schema import BASELINE, Scenario
from laborsim.study.calibration.estimate import F8, Estimate, estimate
from laborsim.study.calibration.moments import NATION, Free, Moment, definitions, point_settings
from laborsim.study.calibration.posterior import Posterior
from laborsim.study.design import Point, settings_text
from laborsim.study.executor import Executor, make_executor
from laborsim.study.measures import Measure
from laborsim.study.reuse import RESULTS
from laborsim.study.run import MODEL, Interrupted, Progress
from laborsim.study.storage import code_fingerprint, region_fingerprint
from laborsim.study.store import Store, load
from laborsim.study.sweep import versions
from laborsim.study.task import Task, replicate_seeds, run_key

MONTHS = 24


@dataclass(frozen=True)
class Place:
    """A region to calibrate on: a scenario of it, its own figures (`own_figures`), share of people simulated."""

    spec: Scenario
    own: dict[str, float]
    scale: float

    @property
    def name(self) -> str:
        """Of the region."""
        return Path(self.spec.region).name


@dataclass(frozen=True)
class Calibration:
    """What was fitted, to what, and what was found; `estimate` is of the fitted moments, in their order."""

    regions: tuple[str, ...]
    free: list[Free]
    moments: list[Moment]
    before: F8  # (all moments,) at the start
    after: F8  # at the estimate
    found: Estimate
    scales: tuple[float, ...]
    seeds: int
    months: int
    runs: int
    store: Path
    values: dict[str, Any]  # present values of the parameters

    @property
    def region(self) -> str:
        """All regions, in words."""
        return ", ".join(self.regions)

    @property
    def share(self) -> str:
        """Share of people simulated, in words."""
        return ", ".join(dict.fromkeys(f"{s:.1%}" for s in self.scales))

    def settings(self) -> dict[str, Any]:
        """Estimated parameters by name."""
        return dict(setting for f, x in zip(self.free, self.found.x, strict=True)
                    for setting in f.settings(float(x), self.values))  # fmt: skip


class CalibrationFailed(RuntimeError):
    """A run that the calibration needs failed."""


def default_store(*regions: str, own: bool = False) -> Path:
    """results/calibration/<regions>.sqlite; <region>-own.sqlite for factors of a region's own."""
    return RESULTS / "calibration" / ("+".join(Path(r).name for r in regions) + ("-own" if own else "") + ".sqlite")


def joint(months: int, places: Sequence[Place], file: Path = NATION) -> tuple[list[Free], list[Moment]]:
    """Free factors and moments of some regions together; own targets are those of the mean over regions.

    Means over regions are weighted by labor force.
    """
    shares = weights(places)
    mean = {figure: float(sum(w * p.own[figure] for w, p in zip(shares, places, strict=True)))
            for figure in places[0].own if all(figure in p.own for p in places)}  # fmt: skip
    return definitions(months, mean, file)


def weights(places: Sequence[Place]) -> F8:
    """Shares of the regions in the labor force of all, (R,)."""
    force = np.array([p.own.get("labor_force", 1.0) for p in places])
    return np.asarray(force / force.sum())


def calibrate(
    places: Sequence[Place],
    seeds: int = 3,
    iterations: int = 4,
    months: int = MONTHS,
    store: Path | None = None,
    executor: Executor | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    model: str = MODEL,
    file: Path = NATION,
    targets: Mapping[str, float] | None = None,
) -> Calibration:
    """Fit the free factors of moments.toml to the baselines of one or several regions.

    Parameters
    ----------
    places : the regions, with the share of people simulated in each.
    seeds, months : runs of every region at each point, months from the start.
    iterations : most moves.
    store : run store; None for results/calibration/<regions>.sqlite. Runs in it are not made again.
    executor, fresh, progress, model : as for `laborsim.study.sweep.sweep`.
    file : what is fitted to what: NATION or REGION of `laborsim.study.calibration.moments`.
    targets : figures to fit in place of published ones, by moment, such as simulated ones of known factors.

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
    for place in places:
        if place.spec.months < months:
            raise InputError(f"{months} months are calibrated on, and the scenario has {place.spec.months}")
    if len({p.name for p in places}) < len(places):
        raise InputError("a region is named twice")
    if seeds < 1 or iterations < 1:
        raise InputError("seeds and iterations are whole numbers, 1 or more")
    free, moments = joint(months, places, file)
    moments = [replace(m, target=float((targets or {}).get(m.name, m.target))) for m in moments]
    spec = places[0].spec
    values = {p: spec.parameters()[p] for f in free for p in f.parameters}
    path = store or default_store(*(p.spec.region for p in places))
    about = _about(places, free, moments, seeds, months)
    executor = executor or make_executor()
    fitted = np.array([m.fitted for m in moments])
    with Store(path, about, versions(spec, (BASELINE,), model), [], fresh) as kept:
        runs = Runs(places, free, moments, values, seeds, months, model, kept, executor, progress or Progress())
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
            raise Interrupted(len(kept.statuses()), len(kept.statuses()), path) from None
        made = len(kept.statuses())
    return Calibration(tuple(p.name for p in places), free, moments, before, after, found,
                       tuple(p.scale for p in places), seeds, months, made, path, values)  # fmt: skip


class Runs:
    """Moments of points, each run made once and kept in the store."""

    def __init__(
        self, places: Sequence[Place], free: list[Free], moments: list[Moment], values: Any, seeds: int, months: int,
        model: str, store: Store, executor: Executor, progress: Progress,
    ) -> None:  # fmt: skip
        self.places, self.free, self.moments, self.values = places, free, moments, values
        self.measures = measures_of(moments)
        self.months, self.model, self.seeds = months, model, seeds
        self.store, self.executor, self.progress = store, executor, progress
        self.points: dict[str, int] = {}
        self.known: dict[str, list[float]] = {}
        frame = load(store.path)
        names = [m.name for m in self.measures]
        for key, status, row in zip(frame["run"], frame["status"], frame[names].to_numpy(), strict=True):
            if status == "done":
                self.known[key] = row.tolist()
        self.content = [p.spec.run_hash(BASELINE) + region_fingerprint(p.spec.region) for p in places]
        self.code = code_fingerprint() + model
        self.weights = weights(places)

    def __call__(self, x: F8) -> F8:
        """(K, S, M) moments at (K, P) log factors."""
        tasks = [self._tasks(row) for row in x]
        todo = [t for row in tasks for region in row for t in region if t.key not in self.known]
        if todo:
            self.progress.started(todo, 0, self.executor.jobs)
        for record in self.executor.run(todo):
            self.store.add(record, self.points[record.key])
            self.progress.finished(record)
            if not record.done:
                raise CalibrationFailed(record.error)
            self.known[record.key] = record.outcomes
        # (K, region, S, measure)
        raw = np.array([[[self.known[t.key] for t in region] for region in row] for row in tasks])
        return np.stack([self.moment(m, raw) for m in self.moments], axis=2)

    def moment(self, moment: Moment, raw: F8) -> F8:
        """(K, S) one moment from (K, region, S, measure): the mean over regions."""
        column = raw[..., [m.name for m in self.measures].index(moment.measure.name)]
        return np.asarray((column * self.weights[None, :, None]).sum(axis=1))

    def _tasks(self, x: Sequence[float]) -> list[list[Task]]:
        settings = point_settings(self.free, x, self.values)
        text = settings_text(settings)
        number = self.points.setdefault(text, len(set(self.points.values())))
        self.store.add_points([Point(number, number, BASELINE, settings, ())])
        out = []
        for k, place in enumerate(self.places):
            content = hashlib.sha256((self.content[k] + text).encode()).hexdigest()
            row = []
            for replicate, seed in enumerate(replicate_seeds(place.spec.seed, self.seeds)):
                key = run_key(content, BASELINE, seed, place.scale, self.months, self.code)
                self.points[key] = number
                row.append(Task(place.spec, BASELINE, k * self.seeds + replicate, seed, place.scale, self.months, 1,
                                key, self.model, settings, (), self.measures))  # fmt: skip
            out.append(row)
        return out


def measures_of(moments: Sequence[Moment]) -> tuple[Measure, ...]:
    """How moments are taken from one run, each once."""
    return tuple({m.measure.name: m.measure for m in moments}.values())


def _about(
    places: Sequence[Place], free: list[Free], moments: list[Moment], seeds: int, months: int
) -> dict[str, Any]:
    """What the runs of a calibration depend on, for the store."""
    return {
        "name": f"calibration of {', '.join(p.name for p in places)}",
        "scale": places[0].scale if len(places) == 1 else [p.scale for p in places], "replicates": seeds,
        "months": months, "design": {"kind": "calibration"}, "factors": [p for f in free for p in f.parameters],
        "outcomes": {m.name: {"indicator": m.indicator, "group": m.group, "against": ""} for m in measures_of(moments)},
    }  # fmt: skip


def posterior(c: Calibration) -> Posterior:
    """The estimates with their covariance, for runs that draw parameters."""
    source = f"calibrated on {c.region} by simulated moments, {c.runs} runs at {c.share} of the people"
    return Posterior(tuple(c.free), c.found.x, c.found.covariance, dict(c.values), source)


def as_json(c: Calibration) -> str:
    """Everything that was found, as JSON text."""
    fitted = [m.name for m in c.moments if m.fitted]
    return json.dumps({
        "region": c.region, "regions": list(c.regions), "scales": list(c.scales),
        "seeds": c.seeds, "months": c.months, "runs": c.runs,
        "objective": c.found.objective, "missed": c.found.missed, "free_moments": c.found.free_moments,
        "parameters": c.settings(),
        "factors": {f.name: {"log": float(x), "se": float(s), "informed": float(i)} for f, x, s, i in zip(
            c.free, c.found.x, c.found.standard_errors, c.found.informed, strict=True)},
        "moments": {m.name: {"target": m.target, "spread": m.spread, "before": float(b), "after": float(a),
                             "fitted": m.fitted, "source": m.source}
                    for m, b, a in zip(c.moments, c.before, c.after, strict=True)},
        "fitted": fitted, "covariance": c.found.covariance.tolist(), "jacobian": c.found.jacobian.tolist(),
        "weight": c.found.weight.tolist(),
        "information": c.found.sources_of_information().tolist(),
    }, indent=1)  # fmt: skip


__all__ = ["Calibration", "CalibrationFailed", "Place", "Runs", "as_json", "calibrate", "default_store", "joint",
           "posterior"]  # fmt: skip
