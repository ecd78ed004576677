"""Targets: the value an indicator reaches by a date, whether it meets a goal, and in how many runs."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.frame import month_index
from laborsim.scenario.fields import parse_goal

F8 = NDArray[np.float64]


class Outcome(NamedTuple):
    """A target over the runs of one policy.

    Attributes
    ----------
    value : mean over runs; low, high : 5% and 95% of runs. NaN if no run has a value.
    probability : share of runs with a value that meet the goal.
    met : whether at least half of the runs meet it.
    gap : how much is missing in the indicator's unit; negative if there is room to spare.
    runs : runs with a value.
    """

    value: float
    low: float
    high: float
    probability: float
    met: bool
    gap: float
    runs: int


def window_mean(values: F8, start: str, by: str, window: int) -> F8:
    """Mean of the `window` months up to and including `by`, months without a value left out.

    Parameters
    ----------
    values : (..., T) monthly values from `start`.
    by : "YYYY-MM".

    Returns
    -------
    (...); NaN where no month has a value, or where `by` is not simulated: a target beyond the horizon has no value,
    not that of an earlier year.

    Examples
    --------
    >>> float(window_mean(np.arange(24.0), "2018-01", "2018-12", 3))
    10.0
    """
    last = month_index(start, by)
    if not 0 <= last < values.shape[-1]:
        return np.full(values.shape[:-1], np.nan)
    part = values[..., max(0, last + 1 - window) : last + 1]
    known = np.isfinite(part)
    count = known.sum(axis=-1)
    total = np.where(known, part, 0.0).sum(axis=-1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan), np.float64)


def meets(values: F8, goal: str) -> NDArray[np.bool_]:
    """Whether each value meets a goal such as ">= 0.62"; NaN never does."""
    comparison, threshold = parse_goal(goal)
    compare = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less}[comparison]
    with np.errstate(invalid="ignore"):
        return np.asarray(compare(values, threshold), np.bool_)


def outcome(values: F8, goal: str) -> Outcome:
    """Summary of one value per run.

    Examples
    --------
    >>> outcome(np.array([0.60, 0.64, 0.66, 0.70]), ">= 0.62").probability
    0.75
    """
    comparison, threshold = parse_goal(goal)
    known = values[np.isfinite(values)]
    if known.size == 0:
        return Outcome(math.nan, math.nan, math.nan, math.nan, False, math.nan, 0)
    value = float(known.mean())
    low, high = (float(q) for q in np.quantile(known, (0.05, 0.95)))
    probability = float(meets(known, goal).mean())
    missing = threshold - value if comparison in (">=", ">") else value - threshold
    return Outcome(value, low, high, probability, probability >= 0.5, missing, int(known.size))


__all__ = ["Outcome", "meets", "outcome", "window_mean"]
