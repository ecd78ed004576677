"""The design of an experiment: the points that are run.

A *sample* gives every factor a value. Its uncertainties are a *state* of the world, in which each policy is run: a
*point* is a state, a policy, and the values of the levers that act on that policy. Points that are alike are run once,
so the baseline of a state is shared by all settings of the levers.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.problems import InputError
from laborsim.study.factors import Factor
from laborsim.study.vary import Settings, levers_of

if TYPE_CHECKING:
    from laborsim.study.experiment import Experiment

F8 = NDArray[np.float64]
TAILS = (0.05, 0.95)  # shares of a distribution below its low and its high end, where one is varied alone
_DESIGN = 0x0DE516  # a child of the experiment's seed of its own: the design shares no number with any run


class MissingLibrary(InputError):
    """A library of the extra `study` is not installed."""


@dataclass(frozen=True)
class Point:
    """One point of the design.

    Attributes
    ----------
    number : of the point, from 0.
    state : number of the state of the world: the same for points that differ in policy and levers only.
    policy : name, or "baseline".
    parameters, levers : (name, value), in the order of the experiment's factors.
    against : (policy, number of the point under that policy) of the policies that outcomes are set against.
    """

    number: int
    state: int
    policy: str
    parameters: Settings
    levers: Settings
    against: tuple[tuple[str, int], ...] = ()


def plan(experiment: Experiment) -> list[Point]:
    """All points of an experiment.

    Raises
    ------
    MissingLibrary
        If the design needs scipy and it is not installed.
    """
    return points_of(experiment, samples(experiment))


def points_of(experiment: Experiment, rows: Sequence[dict[str, Any]]) -> list[Point]:
    """The points of samples, each a table of factor -> value; factors left out keep the scenario's value.

    Methods that choose their samples as they go (calibration, search for a policy mix) call this too: more samples
    never change the points of those before.
    """
    return located(experiment, rows)[0]


def located(
    experiment: Experiment, rows: Sequence[dict[str, Any]]
) -> tuple[list[Point], list[dict[str, int]]]:
    """The points of samples, and for each sample the number of its point under each policy."""
    uncertain = [f.name for f in experiment.factors if f.kind == "uncertainty"]
    levers = [f.name for f in experiment.factors if f.kind == "lever"]
    references = sorted({m.against for m in experiment.measures if m.against})
    states: dict[Settings, int] = {}
    numbers: dict[tuple[int, str, Settings], int] = {}
    found: list[tuple[int, str, Settings, Settings, dict[str, int]]] = []
    where: list[dict[str, int]] = []
    for row in rows:
        parameters = tuple((n, row[n]) for n in uncertain if n in row)
        state = states.setdefault(parameters, len(states))
        given = {n: row[n] for n in levers if n in row}
        here: dict[str, int] = {}
        for policy in experiment.policies:
            acting = tuple(levers_of(experiment.spec, policy, given).items())
            key = (state, policy, acting)
            if key not in numbers:
                numbers[key] = len(found)
                found.append((state, policy, parameters, acting, {}))
            here[policy] = numbers[key]
        for policy in experiment.policies:
            for reference in references:
                found[here[policy]][4].setdefault(reference, here[reference])
        where.append(here)
    return [
        Point(n, state, policy, parameters, acting, tuple(against.items()))
        for n, (state, policy, parameters, acting, against) in enumerate(found)
    ], where


def samples(experiment: Experiment) -> list[dict[str, Any]]:
    """Values of all factors in each sample of the design."""
    factors = experiment.factors
    if experiment.kind == "list":
        return [dict(p) for p in experiment.points]
    if experiment.kind == "full_factorial":
        levels = [f.levels(experiment.levels) for f in factors]
        return [dict(zip((f.name for f in factors), row, strict=True)) for row in itertools.product(*levels)]
    if experiment.kind == "one_at_a_time":
        return list(one_at_a_time(factors))
    if experiment.kind in ("morris", "saltelli"):
        from laborsim.study.analysis.sampling import saltelli, trajectories

        seed = design_seed(experiment.seed)
        if experiment.kind == "morris":
            return list(from_cube(factors, trajectories(len(factors), experiment.samples, experiment.levels, seed)))
        return list(from_cube(factors, saltelli(len(factors), experiment.samples, seed)))
    return list(from_cube(factors, cube(experiment.kind, experiment.samples, len(factors), experiment.seed)))


def one_at_a_time(factors: Sequence[Factor]) -> Iterator[dict[str, Any]]:
    """The scenario as it is, then each uncertainty alone at the low and at the high end of its distribution."""
    yield {}
    for factor in factors:
        if factor.kind == "uncertainty":
            for share in TAILS:
                yield {factor.name: factor.quantile(share)}


def design_seed(seed: int) -> int:
    """Seed of a library's own sampler, 1 to 2**32 - 1: SALib takes 0 for no seed."""
    child = np.random.SeedSequence(entropy=seed, spawn_key=(_DESIGN,))
    return max(1, int(child.generate_state(1)[0]))


def from_cube(factors: Sequence[Factor], rows: F8) -> Iterator[dict[str, Any]]:
    """Samples whose shares of each factor's distribution are the columns of `rows`, (N, factors) in 0..1."""
    for row in rows:
        yield {f.name: f.quantile(float(u)) for f, u in zip(factors, row, strict=True)}


def cube(kind: str, n: int, dimensions: int, seed: int) -> F8:
    """(n, dimensions) points in the unit cube.

    Parameters
    ----------
    kind : "latin_hypercube" or "sobol" (scrambled). The first n points of a Sobol sequence do not depend on how many
        are taken; its balance is best with a power of 2.

    Source: McKay, Beckman and Conover (1979); Sobol (1967), scrambled after Owen (1998), as in scipy.stats.qmc.
    """
    try:
        from scipy.stats import qmc
    except ImportError:
        raise MissingLibrary(f'a {kind} design needs scipy: pip install "laborsim[study]"') from None
    rng = np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(_DESIGN,)))
    if kind == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(dimensions, rng=rng).random(n), np.float64)
    if kind == "sobol":
        whole = qmc.Sobol(dimensions, scramble=True, rng=rng).random_base2(max(0, math.ceil(math.log2(n))))
        return np.asarray(whole[:n], np.float64)
    raise ValueError(f"no design {kind!r}")


def settings_text(settings: Settings) -> str:
    """Settings as one text, the same for the same values."""
    return json.dumps([[n, v] for n, v in sorted(settings)], separators=(",", ":"), ensure_ascii=True)
