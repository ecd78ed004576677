"""Scores of forecasts: CRPS of a normal, and the test of equal accuracy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from laborsim.study.statistics import student_t_cdf

F8 = NDArray[np.float64]


def crps_normal(mean: ArrayLike, sd: ArrayLike, actual: ArrayLike) -> F8:
    """Continuous ranked probability score of a normal forecast; the absolute error where sd is 0.

    Gneiting and Raftery (2007), eq. 21, with the sign turned so that smaller is better.

    Examples
    --------
    >>> crps_normal(0.0, 1.0, 0.0).round(4)
    np.float64(0.2337)
    """
    m, s, y = np.broadcast_arrays(np.asarray(mean, float), np.asarray(sd, float), np.asarray(actual, float))
    z = (y - m) / np.where(s > 0.0, s, 1.0)
    density = np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi)
    below = 0.5 * (1.0 + np.vectorize(math.erf, otypes=[float])(z / math.sqrt(2.0)))
    score = s * (z * (2.0 * below - 1.0) + 2.0 * density - 1.0 / math.sqrt(math.pi))
    return np.asarray(np.where(s > 0.0, score, np.abs(y - m)))


@dataclass(frozen=True)
class Test:
    """Diebold-Mariano test of equal loss: mean difference, statistic, two-sided p; NaN statistic if too few."""

    difference: float
    statistic: float
    p: float
    n: int


def diebold_mariano(ours: ArrayLike, theirs: ArrayLike, at: ArrayLike, reach: int) -> Test:
    """Is the mean loss the same? Negative differences say that ours is smaller.

    Diebold and Mariano (1995) with the small-sample factor and Student's t of Harvey, Leybourne and Newbold (1997).
    Errors `reach` apart overlap, so their covariances up to reach - 1 count; where these make the variance negative,
    they are weighted down as Newey and West (1987) do.

    Parameters
    ----------
    ours, theirs : (N,) losses.
    at : (N,) places of the origins, whole numbers; gaps are allowed.
    reach : steps between origins that a forecast spans, 1 or more.

    Examples
    --------
    >>> diebold_mariano([1.0, 1.2, 0.9, 1.1], [2.0, 2.3, 2.1, 1.8], [0, 1, 2, 3], 1).p < 0.05
    True
    """
    d = np.asarray(ours, float) - np.asarray(theirs, float)
    place = np.asarray(at, int)
    n = d.size
    mean = float(d.mean()) if n else math.nan
    if n < 4 or not np.any(d != d[0] if n else False):
        return Test(mean, math.nan, 1.0, n)
    centred = d - mean
    index = {int(t): k for k, t in enumerate(place)}

    def covariance(lag: int) -> float:
        pairs = [(k, index[int(t) - lag]) for k, t in enumerate(place) if int(t) - lag in index]
        return float(sum(float(centred[a] * centred[b]) for a, b in pairs) / n)

    lags = range(1, min(reach, n))
    variance = covariance(0) + 2.0 * sum(covariance(k) for k in lags)
    if variance <= 0.0:
        variance = covariance(0) + 2.0 * sum((1.0 - k / reach) * covariance(k) for k in lags)
    if variance <= 0.0:
        return Test(mean, math.nan, 1.0, n)
    shrink = (n + 1 - 2 * reach + reach * (reach - 1) / n) / n
    statistic = mean / math.sqrt(variance / n) * math.sqrt(max(shrink, 0.0))
    return Test(mean, statistic, 2.0 * student_t_cdf(-abs(statistic), n - 1), n)


__all__ = ["Test", "crps_normal", "diebold_mariano"]
