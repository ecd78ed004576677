"""What moves an outcome: Morris's screening, Sobol's indices, and each assumption alone (a tornado).

Every method is a design of its own, made by the sweep: same store, executors, seeds and resuming. A failed run takes
out the smallest group of runs its estimator can do without, and is named.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.problems import InputError
from laborsim.study.analysis.answers import Answers
from laborsim.study.analysis.sampling import problem, salib, trajectories
from laborsim.study.design import TAILS, design_seed
from laborsim.study.reuse import RESULTS
from laborsim.study.run import MODEL, Progress
from laborsim.study.statistics import discoveries, paired
from laborsim.study.sweep import Swept, sweep

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.executor import Executor
    from laborsim.study.experiment import Experiment

F8 = NDArray[np.float64]
KINDS = {"morris": "morris", "sobol": "saltelli", "tornado": "one_at_a_time"}  # method -> design
RESAMPLES = 1_000  # of the bootstrap behind the intervals


class NothingVaried(InputError):
    """The experiment has nothing whose influence could be told."""


@dataclass(frozen=True)
class Sensitivity:
    """What moves the outcomes of an experiment.

    Attributes
    ----------
    experiment : with the method's design.
    method : "morris", "sobol" or "tornado".
    level : confidence level of the intervals (of each by itself).
    swept : the runs.
    table : policy, outcome, factor, and by method
        morris: mu (mean elementary effect: the change as the factor goes over its range), mu_star (mean of its size)
        with low, high, sigma (spread over places: interaction, bends), and chance: the mu_star that the luck of the
        seeds alone would give a factor without influence (NaN with one replicate);
        sobol: first (share of the variance it explains alone) and total (with all interactions), each with _low, _high;
        tornado: setting_low, setting_high, base with base_low and base_high, at_low, at_high (outcome), change_low,
        change_high (against the scenario as it is, same seeds) with their intervals, clear_low and clear_high (the
        change is more than chance, allowing for all ends that are looked at: of those so called one in ten is luck),
        and turns (an end has the other sign than the base, both distinguishable from zero).
    groups : policy, outcome, groups (trajectories, blocks or ends), used, mean, spread, and chance: share of the
        outcome's variance over the design that is due to seeds (NaN with one replicate).
    failed : failed runs with the samples they take out.
    """

    experiment: Experiment
    method: str
    level: float
    swept: Swept
    table: pd.DataFrame
    groups: pd.DataFrame
    failed: pd.DataFrame


def designed(experiment: Experiment, method: str) -> Experiment:
    """The experiment with the design of a method.

    Raises
    ------
    NothingVaried
        If it varies too little.
    """
    asked = experiment.sensitivity
    factors = [f for f in experiment.factors if method != "tornado" or f.kind == "uncertainty"]
    if not factors:
        raise NothingVaried(f"{experiment.name}: there is nothing to vary; allowed: [uncertainties]"
                            + ("" if method == "tornado" else " or [levers]"))  # fmt: skip
    if method == "tornado":
        return replace(experiment, kind=KINDS[method], samples=0, levels=0, points=())
    if method == "morris":
        return replace(experiment, kind=KINDS[method], samples=asked.trajectories, levels=asked.levels, points=())
    return replace(experiment, kind=KINDS[method], samples=asked.samples, levels=0, points=())


def default_store(experiment: Experiment, method: str) -> Path:
    """results/sweeps/<experiment>-<method>.sqlite."""
    return RESULTS / "sweeps" / f"{experiment.name}-{method}.sqlite"


def sensitivity(
    experiment: Experiment,
    method: str | None = None,
    store: Path | None = None,
    executor: Executor | None = None,
    fresh: bool = False,
    retry: bool = False,
    progress: Progress | None = None,
    model: str = MODEL,
) -> Sensitivity:
    """Make the runs a method needs, as `laborsim.study.sweep.sweep` does, and work out what moves the outcomes.

    Parameters
    ----------
    experiment : as `load_experiment` reads it; its [sensitivity] says how many trajectories or samples.
    method : "morris", "sobol" or "tornado"; None for the experiment's.
    store : None for results/sweeps/<experiment>-<method>.sqlite.
    executor, fresh, retry, progress, model : as for a sweep.

    Raises
    ------
    InputError, StoreFailed, Interrupted
        As a sweep does.

    Examples
    --------
    >>> sensitivity(load_experiment("experiments/quick.toml"), "morris").table  # doctest: +SKIP
    """
    method = method or experiment.sensitivity.method
    if method not in KINDS:
        raise InputError(f"no method {method!r}; allowed: {', '.join(KINDS)}")
    asked = designed(experiment, method)
    path = store or default_store(experiment, method)
    swept = sweep(replace(asked, stopping=None), path, executor, fresh, retry, progress, model)
    return analysed(asked, method, swept)


def analysed(experiment: Experiment, method: str, swept: Swept) -> Sensitivity:
    """What the runs of a method's design say."""
    import pandas as pd

    answers = Answers(experiment, swept.frame())
    level = experiment.sensitivity.level
    work = {"morris": _morris, "sobol": _sobol, "tornado": _tornado}[method]
    rows: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    for policy in experiment.policies:
        for m in experiment.measures:
            if m.against == policy:
                continue
            values = answers.values(m.name, policy)
            found, of, used = work(experiment, values, level)
            head = {"policy": policy, "outcome": m.name}
            rows += [head | row for row in found if _acts(experiment, row["factor"], policy)]
            mean = values.mean(axis=1)  # a sample without one of its runs has no mean: same seeds at all or none
            groups.append(head | {"groups": of, "used": used, "mean": _mean(mean), "spread": _spread(mean),
                                  "chance": _chance(values)})  # fmt: skip
    return Sensitivity(experiment, method, level, swept, pd.DataFrame(rows), pd.DataFrame(groups), answers.failed())


def _acts(experiment: Experiment, name: str, policy: str) -> bool:
    factor = next(f for f in experiment.factors if f.name == name)
    return factor.kind == "uncertainty" or policy in factor.policies


Found = tuple[list[dict[str, Any]], int, int]


def _morris(experiment: Experiment, values: F8, level: float) -> Found:
    """Elementary effects over whole trajectories: one without all its runs is left out."""
    n = len(experiment.factors)
    seed = design_seed(experiment.seed)
    x = trajectories(n, experiment.samples, experiment.levels, seed)
    whole = _whole(values, n + 1)
    keep = np.repeat(whole, n + 1)
    used = int(whole.sum())
    nothing = dict.fromkeys(("mu", "mu_star", "low", "high", "sigma", "chance"), math.nan)
    if used < 2:
        return [{"factor": f.name} | nothing for f in experiment.factors], len(whole), used
    y = values[keep].mean(axis=1)
    luck = _luck(x[keep], values[keep], n)
    found = salib("analyze.morris").analyze(problem(n), x[keep], y, num_resamples=RESAMPLES, conf_level=level,
                                            num_levels=experiment.levels, seed=seed)  # fmt: skip
    return [
        {"factor": f.name, "mu": float(found["mu"][k]), "mu_star": float(found["mu_star"][k]),
         "low": max(0.0, float(found["mu_star"][k] - found["mu_star_conf"][k])),
         "high": float(found["mu_star"][k] + found["mu_star_conf"][k]), "sigma": float(found["sigma"][k]),
         "chance": float(luck[k])}
        for k, f in enumerate(experiment.factors)
    ], len(whole), used  # fmt: skip


def _luck(x: F8, values: F8, factors: int) -> F8:
    """(factors,) mean size of elementary effects that come from seeds alone.

    An effect is a mean over seeds; were it zero but for luck, its size would be that of a normal draw with its standard
    error, sqrt(2 / pi) of it on the mean. The error is that of the seeds' differences between two neighbouring points.
    """
    if values.shape[1] < 2:
        return np.full(factors, math.nan)
    steps = np.flatnonzero((np.arange(len(x)) + 1) % (factors + 1))  # the last point of a trajectory has no next one
    moved = x[steps + 1] - x[steps]
    which = np.abs(moved).argmax(axis=1)
    effects = (values[steps + 1] - values[steps]) / moved[np.arange(len(steps)), which][:, None]
    error = np.sqrt(effects.var(axis=1, ddof=1) / values.shape[1])
    return np.array([math.sqrt(2.0 / math.pi) * error[which == k].mean() for k in range(factors)])


def _sobol(experiment: Experiment, values: F8, level: float) -> Found:
    """Indices over whole blocks: one without all its runs is left out."""
    n = len(experiment.factors)
    whole = _whole(values, n + 2)
    keep = np.repeat(whole, n + 2)
    used = int(whole.sum())
    y = values[keep].mean(axis=1)
    names = ("first", "first_low", "first_high", "total", "total_low", "total_high")
    if used < 4 or y.std() <= 1e-12 * max(1.0, float(np.abs(y).max())):  # nothing varies: no shares to tell
        return [{"factor": f.name} | dict.fromkeys(names, math.nan) for f in experiment.factors], len(whole), used
    found = salib("analyze.sobol").analyze(problem(n), y, calc_second_order=False, num_resamples=RESAMPLES,
                                           conf_level=level, seed=design_seed(experiment.seed))  # fmt: skip
    rows = []
    for k, f in enumerate(experiment.factors):
        s, sc, t, tc = (float(found[key][k]) for key in ("S1", "S1_conf", "ST", "ST_conf"))
        rows.append({"factor": f.name} | dict(zip(names, (s, s - sc, s + sc, t, t - tc, t + tc), strict=True)))
    return rows, len(whole), used


def _tornado(experiment: Experiment, values: F8, level: float) -> Found:
    """Each end against the scenario as it is, paired by seed; an end without a pair of runs has no figure."""
    base = values[0]
    zero = np.zeros_like(base)
    own = paired(zero, base, level)
    rows: list[dict[str, Any]] = []
    chances: list[float] = []
    ends = used = 0
    at = 1
    for factor in (f for f in experiment.factors if f.kind == "uncertainty"):
        row: dict[str, Any] = {"factor": factor.name, "base": own.difference, "base_low": own.low,
                               "base_high": own.high, "turns": False}  # fmt: skip
        for side, share in zip(("low", "high"), TAILS, strict=True):
            end = paired(zero, values[at], level)
            change = paired(base, values[at], level)
            row |= {f"setting_{side}": factor.quantile(share), f"at_{side}": end.difference,
                    f"change_{side}": change.difference, f"change_{side}_low": change.low,
                    f"change_{side}_high": change.high}  # fmt: skip
            chances.append(change.p)
            both = own.distinguishable and end.distinguishable
            row["turns"] = row["turns"] or (both and own.difference * end.difference < 0.0)
            ends += 1
            used += change.replicates > 0
            at += 1
        rows.append(row)
    # an end that changes nothing at all has p = 1
    clear = iter(discoveries(chances))
    for row in rows:
        row |= {f"clear_{side}": bool(next(clear)) for side in ("low", "high")}
    return rows, ends, used


def _whole(values: F8, size: int) -> NDArray[np.bool_]:
    """(groups,) whether every run of each group of `size` samples has a figure."""
    groups = values.reshape(-1, size * values.shape[1])
    return np.asarray(np.isfinite(groups).all(axis=1), np.bool_)


def _chance(values: F8) -> float:
    """Share of the variance over samples that is due to seeds: variance of a sample's mean over replicates."""
    known = values[np.isfinite(values).all(axis=1)]
    if known.shape[1] < 2 or len(known) < 2:
        return math.nan
    total = float(known.mean(axis=1).var(ddof=1))
    # seeds that shift all samples alike (common random numbers) move no comparison: taken out first
    centred = known - known.mean(axis=0)
    within = float(centred.var(axis=1, ddof=1).mean()) / known.shape[1]
    return min(1.0, within / total) if total > 0 else math.nan


def _mean(x: F8) -> float:
    known = x[np.isfinite(x)]
    return float(known.mean()) if len(known) else math.nan


def _spread(x: F8) -> float:
    known = x[np.isfinite(x)]
    return float(known.std(ddof=1)) if len(known) > 1 else math.nan


def chosen(found: Sensitivity, outcome: str | None = None, policies: Sequence[str] = ()) -> tuple[str, list[str]]:
    """The outcome and the policies to look at: those asked for, else the experiment's, else the first change.

    Raises
    ------
    UnknownName
        If there is none of that name.
    """
    from laborsim.study.names import known

    asked, experiment = found.experiment.sensitivity, found.experiment
    names = [m.name for m in experiment.measures]
    first = next((m.name for m in experiment.measures if m.against), names[0])
    name = known(outcome or asked.outcome or first, names, "outcome")
    measure = next(m for m in experiment.measures if m.name == name)
    there = [p for p in experiment.policies if p != measure.against]
    wanted = list(policies) or ([asked.policy] if asked.policy else there)
    return name, [known(p, there, "policy") for p in wanted]
