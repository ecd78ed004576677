"""Small statistics for a handful of replicates: intervals of a mean, paired differences, ranges.

Replicates are few (8 to 100), so intervals use Student's t; the quantile is computed here to keep scipy
out of what a planner must install.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Runs from which on a range is shown. Of two runs Student's t has one degree of freedom and no mean: their interval
# is six times as far as they lie apart, beyond all that is possible; and 5% to 95% of two runs are the two.
FEWEST_RUNS: Final = 3


def student_t_cdf(t: float, df: int) -> float:
    """Distribution function of Student's t for a whole number of degrees of freedom.

    Finite series of Abramowitz and Stegun (1964), 26.7.3 and 26.7.4.

    Parameters
    ----------
    t : float
    df : int, at least 1.

    Examples
    --------
    >>> round(student_t_cdf(1.8945786, 7), 6)
    0.95
    """
    if df < 1:
        raise ValueError("degrees of freedom must be at least 1")
    theta = math.atan2(t, math.sqrt(df))
    cos, sin = math.cos(theta), math.sin(theta)
    if df % 2:
        total, term = 0.0, cos
        for k in range(1, df - 1, 2):
            total += term
            term *= cos * cos * (k + 1) / (k + 2)
        both_tails = 2.0 / math.pi * (theta + (sin * total if df > 1 else 0.0))
    else:
        total, term = 0.0, 1.0
        for k in range(0, df - 1, 2):
            total += term
            term *= cos * cos * (k + 1) / (k + 2)
        both_tails = sin * total
    return 0.5 + 0.5 * both_tails


@lru_cache(maxsize=256)
def student_t_quantile(p: float, df: int) -> float:
    """Quantile of Student's t by bisection; p in (0, 1).

    Examples
    --------
    >>> round(student_t_quantile(0.95, 7), 4)
    1.8946
    """
    if not 0.0 < p < 1.0:
        raise ValueError("p must lie between 0 and 1")
    if p < 0.5:
        return -student_t_quantile(1.0 - p, df)
    low, high = 0.0, 1.0
    while student_t_cdf(high, df) < p:
        high *= 2.0
    for _ in range(200):
        mid = 0.5 * (low + high)
        if mid in (low, high):
            break
        if student_t_cdf(mid, df) < p:
            low = mid
        else:
            high = mid
    return 0.5 * (low + high)


@dataclass(frozen=True)
class Paired:
    """Difference between two runs that share every draw, over replicates.

    Attributes
    ----------
    base, policy : mean over replicates.
    difference, low, high : mean difference and its confidence interval (NaN bounds with fewer than FEWEST_RUNS).
    replicates : pairs used (pairs with a missing value are left out).
    up, down : shares of the replicates in which the policy's value is higher, lower.
    variance_reduction : how many times as many independent runs would be needed for the same precision:
        (Var a + Var b) / Var(a - b). Infinite if all differences are equal, NaN with fewer than two pairs.
    p : two-sided p-value of no difference; 1 with fewer than FEWEST_RUNS pairs.
    error, df, alpha : standard error, its degrees of freedom and 1 - level of the interval, where several were judged
        together (`laborsim.study.judging`).
    """

    base: float
    policy: float
    difference: float
    low: float
    high: float
    replicates: int
    up: float
    down: float
    variance_reduction: float
    p: float = 1.0
    error: float = math.nan
    df: int = 0
    alpha: float = math.nan

    @property
    def distinguishable(self) -> bool:
        """True if the interval leaves zero out."""
        return self.replicates >= FEWEST_RUNS and (self.low > 0.0 or self.high < 0.0)


def paired(base: ArrayLike, policy: ArrayLike, level: float = 0.90) -> Paired:
    """Paired comparison of one figure per replicate.

    Parameters
    ----------
    base, policy : (R,) values, the same replicate in the same place.
    level : confidence level of the interval.

    Examples
    --------
    >>> p = paired([1.0, 2.0, 3.0], [1.5, 2.4, 3.6])
    >>> round(p.difference, 3), p.distinguishable
    (0.5, True)
    """
    a, b = np.asarray(base, float), np.asarray(policy, float)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError("base and policy must have one value per replicate each")
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    n = len(a)
    if n == 0:
        nan = math.nan
        return Paired(nan, nan, nan, nan, nan, 0, nan, nan, nan)
    d = b - a
    mean = float(d.mean())
    low = high = reduction = variance = math.nan
    p = 1.0
    if n > 1:
        variance = float(d.var(ddof=1))
        apart = float(a.var(ddof=1) + b.var(ddof=1))
        if variance > 0.0:
            reduction = apart / variance
        elif apart > 0.0:
            reduction = math.inf
    if n >= FEWEST_RUNS:
        half = student_t_quantile(0.5 + level / 2.0, n - 1) * math.sqrt(variance / n)
        low, high = mean - half, mean + half
        if variance > 0.0:
            p = 2.0 * student_t_cdf(-abs(mean) / math.sqrt(variance / n), n - 1)
        elif mean != 0.0:
            p = 0.0
    up, down = float((d > 0).mean()), float((d < 0).mean())
    return Paired(float(a.mean()), float(b.mean()), mean, low, high, n, up, down, reduction, p)


def apart(a: ArrayLike, b: ArrayLike, level: float = 0.90) -> tuple[float, float, float]:
    """Mean of `a` less mean of `b`, with its interval: samples that share nothing, of unlike spread.

    Source: Welch (1947), degrees of freedom rounded down. NaN bounds with fewer than FEWEST_RUNS values in either.

    Examples
    --------
    >>> [round(x, 2) for x in apart([2.0, 3.0, 4.0], [1.0, 2.0, 3.0])]
    [1.0, -0.74, 2.74]
    """
    x, y = (np.asarray(v, float)[np.isfinite(v)] for v in (a, b))
    if not len(x) or not len(y):
        return math.nan, math.nan, math.nan
    difference = float(x.mean() - y.mean())
    if min(len(x), len(y)) < FEWEST_RUNS:
        return difference, math.nan, math.nan
    u, v = float(x.var(ddof=1)) / len(x), float(y.var(ddof=1)) / len(y)
    if u + v == 0.0:
        return difference, difference, difference
    df = max(1, int((u + v) ** 2 / (u**2 / (len(x) - 1) + v**2 / (len(y) - 1))))
    half = student_t_quantile(0.5 + level / 2.0, df) * math.sqrt(u + v)
    return difference, difference - half, difference + half


def sign_test(up: int, down: int) -> float:
    """Two-sided exact p-value that as many pairs go one way as the other (McNemar's exact test).

    Parameters
    ----------
    up, down : pairs that differ one way and the other; those that do not differ say nothing.

    Examples
    --------
    >>> sign_test(5, 0), sign_test(1, 0)
    (0.0625, 1.0)
    """
    n = up + down
    tail = sum(math.comb(n, k) for k in range(min(up, down) + 1)) / 2.0**n
    return min(1.0, 2.0 * tail)


def discoveries(p: ArrayLike, rate: float = 0.10) -> NDArray[np.bool_]:
    """Which of many comparisons to report, so that at most a share `rate` of those reported is chance.

    Benjamini and Hochberg (1995), step-up.

    Examples
    --------
    >>> discoveries([0.001, 0.04, 0.2, 0.9]).tolist()
    [True, True, False, False]
    """
    values = np.asarray(p, float)
    n = len(values)
    if n == 0:
        return np.zeros(0, bool)
    order = np.argsort(values, kind="stable")
    passed = np.flatnonzero(values[order] <= rate * np.arange(1, n + 1) / n)
    found = np.zeros(n, bool)
    if len(passed):
        found[order[: passed[-1] + 1]] = True
    return found


def spread(values: ArrayLike, low: float = 0.05, high: float = 0.95) -> tuple[float, float, float]:
    """Mean and quantiles over runs, leaving out missing values; quantiles are NaN with fewer than FEWEST_RUNS.

    Examples
    --------
    >>> spread([1.0, 2.0, 3.0])
    (2.0, 1.1, 2.9)
    """
    x = np.asarray(values, float)
    x = x[np.isfinite(x)]
    if len(x) == 0:
        return math.nan, math.nan, math.nan
    if len(x) < FEWEST_RUNS:
        return float(x.mean()), math.nan, math.nan
    return float(x.mean()), float(np.quantile(x, low)), float(np.quantile(x, high))


def mean_of_known(values: ArrayLike, axis: int) -> NDArray[np.float64]:
    """Mean along an axis of the values that exist; NaN where none does.

    Examples
    --------
    >>> mean_of_known([[1.0, math.nan], [3.0, math.nan]], axis=0).tolist()
    [2.0, nan]
    """
    x = np.asarray(values, float)
    known = np.isfinite(x)
    count = known.sum(axis=axis)
    return np.where(count > 0, np.where(known, x, 0.0).sum(axis=axis) / np.maximum(count, 1), np.nan)


def quantiles_of_known(values: ArrayLike, quantiles: Sequence[float]) -> NDArray[np.float64]:
    """(Q, K) quantiles of each column of (R, K) values, leaving out those missing; NaN with fewer than FEWEST_RUNS.

    Examples
    --------
    >>> quantiles_of_known([[1.0, math.nan], [3.0, 5.0], [2.0, 6.0]], [0.5]).tolist()
    [[2.0, nan]]
    """
    x = np.asarray(values, float)
    out = np.full((len(quantiles), x.shape[1]), np.nan)
    known = np.isfinite(x)
    whole = known.all(axis=0) & (len(x) >= FEWEST_RUNS)
    out[:, whole] = np.quantile(x[:, whole], quantiles, axis=0)
    for k in np.flatnonzero((known.sum(axis=0) >= FEWEST_RUNS) & ~whole):
        out[:, k] = np.quantile(x[known[:, k], k], quantiles)
    return out
