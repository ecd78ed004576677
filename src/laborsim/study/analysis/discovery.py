"""Scenario discovery: the conditions under which a policy fails, as a box of assumptions (PRIM).

The runs are those of the experiment's own sweep. Each state of the world is one case: it fails or not by the mean of
the outcome over its replicates. Only a narrow part of ema-workbench is used, so that its versions do not matter.
"""

from __future__ import annotations

import inspect
import logging
import math
import warnings
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.targets import meets
from laborsim.scenario.problems import InputError
from laborsim.study.analysis.answers import Answers
from laborsim.study.analysis.sampling import MissingAnalysis
from laborsim.study.analysis.tables import DiscoverTable
from laborsim.study.run import MODEL, Progress
from laborsim.study.sweep import Swept, sweep

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.executor import Executor
    from laborsim.study.experiment import Experiment

FEW = 20  # cases below which a box says little
SURE = 0.05  # quasi-p from which on a limit may be chance
FOLDS = 5  # parts of the states, each tried with a box drawn from the others


class NothingToDiscover(InputError):
    """The experiment does not say what failing is, or has no states of the world to tell apart."""


@dataclass(frozen=True)
class Discovery:
    """Conditions under which a policy fails.

    Attributes
    ----------
    experiment, swept : the runs.
    outcome, policy, fails : what failing is, such as "< 500".
    cases, failures : states of the world with all their runs, and those that fail.
    coverage : share of all failures inside the box; density : share of the cases inside that fail;
    inside : cases in the box. NaN and 0 if there is no box.
    held_coverage, held_density : the same on states that the box was not drawn from (five folds): the box of a peeling
        fits the states it was drawn from better than others. Density is NaN if no state left out lies in a box.
    limits : one row for each factor the box restricts: factor, low, high (NaN where not limited), sampled_low and
        sampled_high, values (of a choice), p_low, p_high (quasi-p: the chance to do as well without the limit; Bryant
        and Lempert 2010), sure (one below 0.05).
    trajectory : coverage, density, inside, factors of every box of the peeling.
    points : the factors of each case, its outcome, fails, inside.
    note : why there is no box, or what to beware of; may be empty.
    failed : failed runs with the samples they take out.
    """

    experiment: Experiment
    swept: Swept
    outcome: str
    policy: str
    fails: str
    cases: int
    failures: int
    coverage: float
    density: float
    inside: int
    held_coverage: float
    held_density: float
    limits: pd.DataFrame
    trajectory: pd.DataFrame
    points: pd.DataFrame
    note: str
    failed: pd.DataFrame


@dataclass(frozen=True)
class _Box:
    lows: dict[str, float]
    highs: dict[str, float]
    values: dict[str, tuple[Any, ...]]
    p: dict[str, tuple[float, float]]
    coverage: float
    density: float
    inside: int


def wanted(experiment: Experiment, **changes: Any) -> DiscoverTable:
    """The experiment's [discover] with changes.

    Raises
    ------
    NothingToDiscover
        If it says no outcome or not what failing is.
    """
    given = {} if experiment.discover is None else experiment.discover.model_dump()
    given |= {k: v for k, v in changes.items() if v is not None}
    if not given.get("outcome") or not given.get("fails"):
        first = experiment.measures[0].name
        raise NothingToDiscover(f'{experiment.name}: what is it to fail? allowed: [discover] with outcome = "{first}" '
                                'and fails = "< 500", or --outcome and --fails')  # fmt: skip
    from pydantic import ValidationError

    from laborsim.study.names import known

    try:
        table = DiscoverTable.model_validate(given)
    except ValidationError as error:
        said = error.errors()[0].get("ctx") or {}
        raise NothingToDiscover(f"--fails: {said.get('message', error)}; allowed: {said.get('allowed', '')}") from None
    known(table.outcome, [m.name for m in experiment.measures], "outcome")
    against = next(m.against for m in experiment.measures if m.name == table.outcome)
    there = [p for p in experiment.policies if p != against]
    policy = table.policy or next((p for p in there if p != "baseline"), there[0])
    return table.model_copy(update={"policy": known(policy, there, "policy")})


def discover(
    experiment: Experiment,
    asked: DiscoverTable | None = None,
    store: Path | None = None,
    executor: Executor | None = None,
    fresh: bool = False,
    retry: bool = False,
    progress: Progress | None = None,
    model: str = MODEL,
) -> Discovery:
    """Make the experiment's runs, those that are not there yet, and find where a policy fails.

    Parameters
    ----------
    experiment : as `load_experiment` reads it; its design should sample (Sobol or Latin hypercube).
    asked : as `wanted` gives it; None for the experiment's [discover].
    store : None for the sweep's own, results/sweeps/<experiment>.sqlite.
    executor, fresh, retry, progress, model : as for a sweep.

    Raises
    ------
    InputError, StoreFailed, Interrupted
        As a sweep does; NothingToDiscover if it is not said what failing is.

    Examples
    --------
    >>> discover(load_experiment("experiments/independence-works-2025.toml")).limits  # doctest: +SKIP
    """
    asked = asked or wanted(experiment)
    assert asked.policy is not None
    if not [f for f in experiment.factors if f.kind == "uncertainty" or asked.policy in f.policies]:
        raise NothingToDiscover(f"{experiment.name}: nothing that acts on {asked.policy!r} is varied")
    prim_module()
    swept = sweep(experiment, store, executor, fresh, retry, progress, model)
    return found(experiment, asked, swept)


def found(experiment: Experiment, asked: DiscoverTable, swept: Swept) -> Discovery:
    """The box in the runs of a sweep."""
    import pandas as pd

    assert asked.policy is not None
    answers = Answers(experiment, swept.frame())
    values = answers.values(asked.outcome, asked.policy, range(swept.replicates)).mean(axis=1)
    names = [f.name for f in experiment.factors if f.kind == "uncertainty" or asked.policy in f.policies]
    points = pd.DataFrame([{n: row[n] for n in names} for row in answers.rows])
    points["outcome"] = values
    # samples that differ only in what does not act on the policy are one case
    points = points[np.isfinite(values)].drop_duplicates(ignore_index=True)
    fails = np.asarray(meets(points["outcome"].to_numpy(), asked.fails), bool)
    x = points[names]
    x = x[[n for n in names if x[n].nunique() > 1]]
    cases, failures = len(points), int(fails.sum())
    note, box, trajectory = _reason(cases, failures), None, pd.DataFrame()
    if 0 < failures < cases and len(x.columns):
        box, trajectory = peel(x, fails, asked.density, asked.smallest)
        if box is not None and not any(_sure(p) for p in box.p.values()):
            box = None
        if box is None:
            note = "no box holds more failures than chance: no condition tells them apart"
        elif box.density < asked.density:
            note = f"no box reaches the density of {asked.density:.0%} that was asked for; this is the densest"
    within = _inside(x, box) if box is not None else np.zeros(cases, bool)
    held = crossed(x, fails, asked.density, asked.smallest) if box is not None else (math.nan, math.nan)
    points = points.assign(fails=fails, inside=within)
    return Discovery(
        experiment, swept, asked.outcome, asked.policy, asked.fails, cases, failures,
        box.coverage if box else math.nan, box.density if box else math.nan, int(within.sum()),
        *held, _limits(x, box), trajectory, points, note, answers.failed(),
    )  # fmt: skip


def _reason(cases: int, failures: int) -> str:
    if failures == 0:
        return "the policy fails in no state of the world"
    if failures == cases:
        return "the policy fails in every state of the world"
    return f"only {cases} states of the world: more samples would say more" if cases < FEW else ""


def peel(x: pd.DataFrame, fails: NDArray[np.bool_], density: float, smallest: float) -> tuple[_Box | None, Any]:
    """The box that covers most failures among those dense enough, else the densest; None if none beats the whole.

    Parameters
    ----------
    x : (cases, factors) numbers or words.
    fails : (cases,) which cases are of interest.
    density : share of failures wanted inside.
    smallest : share of the cases in the smallest box.

    Source: Friedman and Fisher (1999); Bryant and Lempert (2010) for the quasi-p.
    """
    prim = prim_module()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = x.astype({c: np.float64 for c in x.columns if x[c].dtype.kind in "iuf"})
        x = x.astype({c: str for c in x.columns if x[c].dtype.kind not in "f"})
        # above 0, which a case of interest (1) reaches and another (0) does not, and low enough to get every box back
        box = prim.Prim(x, np.asarray(fails, bool), threshold=1e-9, mass_min=smallest).find_box()
        whole = box.peeling_trajectory[["coverage", "density", "n", "res_dim"]].astype(float)
    steps = whole.rename(columns={"n": "inside", "res_dim": "factors"})
    dense = steps[steps["density"] >= density - 1e-12]
    pool = dense if len(dense) else steps[steps["density"] >= steps["density"].max() - 1e-12]
    at = int(pool.sort_values(["coverage", "factors"], ascending=[False, True], kind="stable").index[0])
    if steps.loc[at, "factors"] == 0:
        return None, steps
    limits, start, p = box.box_lims[at], box.box_lims[0], box.qp[at]
    lows: dict[str, float] = {}
    highs: dict[str, float] = {}
    values: dict[str, tuple[Any, ...]] = {}
    chances: dict[str, tuple[float, float]] = {}
    for name in x.columns:
        if name not in p:
            continue
        low, high = limits[name].iloc[0], limits[name].iloc[1]
        p_low, p_high = (math.nan if q < 0 else float(q) for q in p[name])
        chances[name] = (p_low, p_high)
        if isinstance(low, set | frozenset | list):
            values[name] = tuple(sorted(low))
            continue
        first, last = start[name].iloc[0], start[name].iloc[1]
        lows[name] = float(low) if low > first else math.nan
        highs[name] = float(high) if high < last else math.nan
    row = steps.loc[at]
    return _Box(lows, highs, values, chances, float(row["coverage"]), float(row["density"]), int(row["inside"])), steps


def crossed(x: pd.DataFrame, fails: NDArray[np.bool_], density: float, smallest: float) -> tuple[float, float]:
    """Coverage and density of boxes on states they were not drawn from, over folds with alike shares of failures.

    Source: Stone (1974), cross-validation.
    """
    order = np.random.Generator(np.random.Philox(FOLDS)).permutation(len(fails))
    fold = np.empty(len(fails), np.int64)
    for kind in (True, False):
        rows = order[fails[order] == kind]
        fold[rows] = np.arange(len(rows)) % FOLDS
    inside = hits = 0
    for k in range(FOLDS):
        rest = fold != k
        if not 0 < fails[rest].sum() < rest.sum():
            continue
        box, _ = peel(x[rest].reset_index(drop=True), fails[rest], density, smallest)
        if box is not None:
            within = _inside(x[~rest], box)
            inside += int(within.sum())
            hits += int(fails[~rest][within].sum())
    return hits / float(fails.sum()), hits / inside if inside else math.nan


def prim_module() -> Any:
    """PRIM of ema-workbench, imported without what it says of libraries that are not there.

    Raises
    ------
    MissingAnalysis
        If it is not installed, or is version 3, which has another PRIM.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            module = import_module("ema_workbench.analysis.prim")
        except ImportError:
            raise MissingAnalysis('scenario discovery needs ema-workbench: pip install "laborsim[study]"') from None
    if "threshold" not in inspect.signature(module.Prim).parameters:
        raise MissingAnalysis('scenario discovery needs ema-workbench 2, not another: pip install "laborsim[study]"')
    logging.getLogger("EMA").setLevel(logging.ERROR)
    return module


def _inside(x: pd.DataFrame, box: _Box) -> NDArray[np.bool_]:
    within = np.ones(len(x), bool)
    for name in box.p:
        if name in box.values:
            within &= x[name].astype(str).isin(box.values[name]).to_numpy()
            continue
        column = x[name].to_numpy(np.float64)
        if not math.isnan(box.lows[name]):
            within &= column >= box.lows[name]
        if not math.isnan(box.highs[name]):
            within &= column <= box.highs[name]
    return within


def _sure(p: tuple[float, float]) -> bool:
    """Whether a limit does better than chance."""
    return any(q < SURE for q in p)


def _limits(x: pd.DataFrame, box: _Box | None) -> pd.DataFrame:
    import pandas as pd

    columns = ["factor", "low", "high", "sampled_low", "sampled_high", "values", "p_low", "p_high", "sure"]
    rows = []
    for name in box.p if box is not None else ():
        assert box is not None
        p_low, p_high = box.p[name]
        number = name not in box.values
        rows.append({
            "factor": name, "low": box.lows.get(name, math.nan), "high": box.highs.get(name, math.nan),
            "sampled_low": float(x[name].min()) if number else math.nan,
            "sampled_high": float(x[name].max()) if number else math.nan,
            "values": " or ".join(box.values.get(name, ())), "p_low": p_low, "p_high": p_high,
            "sure": _sure(box.p[name]),
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    best = table[["p_low", "p_high"]].min(axis=1)
    return table.assign(best=best).sort_values("best", kind="stable", ignore_index=True).drop(columns="best")
