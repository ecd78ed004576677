"""Designs of sensitivity analysis in the unit cube, made by SALib."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.problems import InputError

F8 = NDArray[np.float64]


class MissingAnalysis(InputError):
    """A library of the extra `study` is not installed."""


def problem(dimensions: int) -> dict[str, Any]:
    """SALib's description of the unit cube."""
    return {"num_vars": dimensions, "names": [f"x{k}" for k in range(dimensions)], "bounds": [[0.0, 1.0]] * dimensions}


def salib(what: str) -> Any:
    """A module of SALib.

    Raises
    ------
    MissingAnalysis
        If it is not installed.
    """
    from importlib import import_module

    try:
        return import_module(f"SALib.{what}")
    except ImportError:
        raise MissingAnalysis('sensitivity analysis needs SALib: pip install "laborsim[study]"') from None


def trajectories(dimensions: int, n: int, levels: int, seed: int) -> F8:
    """(n * (dimensions + 1), dimensions) points of Morris's design: each trajectory moves every factor once.

    Source: Morris (1991); Campolongo, Cariboni and Saltelli (2007).
    """
    made = salib("sample.morris").sample(problem(dimensions), n, num_levels=levels, seed=seed)
    return np.asarray(made, np.float64)


def saltelli(dimensions: int, n: int, seed: int) -> F8:
    """(n * (dimensions + 2), dimensions) points for first-order and total Sobol indices.

    Blocks of a base point, of it with one factor from another point at a time, and of that other point. The first
    blocks do not depend on how many are taken.

    Source: Saltelli (2002), on a scrambled Sobol sequence.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # balance of a sequence whose length is no power of 2
        made = salib("sample.sobol").sample(problem(dimensions), n, calc_second_order=False, seed=seed)
    return np.asarray(made, np.float64)
