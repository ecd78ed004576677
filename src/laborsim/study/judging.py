"""Which of many differences are more than chance, and by how much: one rule for all that is said of policies.

Policies are run with common random numbers, so that replicates are the blocks of a randomized block experiment. With a
few replicates the differences of one policy lie close together by luck, and look certain. Runs drift apart about as
much under any policy, so the residual spread of all policies is known better than that of each (Fisher 1935). A
difference is judged by the larger of the two. Among all differences of a family those named are chosen so that at most
one in ten is chance (Benjamini and Hochberg 1995), and intervals are widened to hold the truth in nine of ten of those
named (Benjamini and Yekutieli 2005): an interval leaves zero out exactly where the difference is named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from laborsim.study.statistics import FEWEST_RUNS, Paired, discoveries, paired, student_t_cdf, student_t_quantile

F8 = NDArray[np.float64]
Arms = Mapping[str, F8]  # policy -> (R,) one figure, the same replicate in the same place
RATE: Final = 0.10  # share of the differences named that may be chance


def usual(arms: Arms) -> tuple[Any, int]:
    """Residual variance of one figure over all arms and replicates, and its degrees of freedom.

    Figures may be arrays: (R, ...) of each arm give (...) variances. Replicates without a value in some arm are left
    out, as are arms whose values are those of another one (nothing was done there). NaN and 0 with fewer than two of
    either.

    Examples
    --------
    >>> usual({"a": np.array([1.0, 2.0, 3.0]), "b": np.array([2.0, 2.0, 4.0])})
    (0.16..., 2)
    """
    kept: list[F8] = []
    for values in arms.values():
        if np.isfinite(values).any() and not any(np.array_equal(values, other, equal_nan=True) for other in kept):
            kept.append(np.asarray(values, float))
    if len(kept) < 2:
        return math.nan, 0
    table = np.array(kept)
    table = table[:, np.isfinite(table).all(axis=(0, *range(2, table.ndim)))]
    rows, columns = table.shape[:2]
    if columns < 2:
        return math.nan, 0
    rest = table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + table.mean(axis=(0, 1))
    df = (rows - 1) * (columns - 1)
    variance = (rest**2).sum(axis=(0, 1)) / df
    return (variance if variance.ndim else float(variance)), df


def judge(wanted: Sequence[tuple[Arms, str, str]], rate: float = RATE) -> list[Paired]:
    """Judge a family of differences together.

    Parameters
    ----------
    wanted : for each difference the figure by arm (all arms of the study, for its usual spread), and the two arms: the
        second less the first.
    rate : share of the differences named that may be chance; a family of one has an interval of level 1 - rate.

    Returns
    -------
    One `Paired` each, whose interval leaves zero out where the difference is named; with fewer than
    FEWEST_RUNS pairs it has no interval. Differences that are zero in every run are not counted as comparisons.

    Examples
    --------
    >>> arms = {"base": np.zeros(3), "a": np.array([1.0, 1.1, 1.2]), "b": np.array([-1.0, 1.2, 0.1])}
    >>> [p.distinguishable for p in judge([(arms, "base", "a"), (arms, "base", "b")])]
    [False, False]
    >>> judge([({k: arms[k] for k in ("base", "a")}, "base", "a")])[0].distinguishable
    True
    """
    spreads: dict[int, tuple[float, int]] = {}
    plain = [paired(arms[against], arms[policy], 1.0 - rate) for arms, against, policy in wanted]
    found: list[Paired] = []
    counted: list[int] = []
    for k, ((arms, _, _), p) in enumerate(zip(wanted, plain, strict=True)):
        if p.replicates < FEWEST_RUNS or (p.low == 0.0 == p.high):
            found.append(replace(p, p=1.0))
            continue
        if id(arms) not in spreads:
            spreads[id(arms)] = usual(arms)
        variance, df = spreads[id(arms)]
        alone = p.replicates - 1
        error = 0.5 * (p.high - p.low) / student_t_quantile(1.0 - 0.5 * rate, alone)
        if df > alone:
            error = max(error, math.sqrt(2.0 * variance / p.replicates))
        df = max(df, alone)
        chance = 2.0 * student_t_cdf(-abs(p.difference) / error, df) if error > 0.0 else 0.0
        found.append(replace(p, p=chance, error=error, df=df))
        counted.append(k)
    named = discoveries([found[k].p for k in counted], rate)
    each = rate * max(int(named.sum()), 1) / max(len(counted), 1)
    for k in counted:
        p = found[k]
        half = student_t_quantile(1.0 - 0.5 * each, p.df) * p.error
        found[k] = replace(p, low=p.difference - half, high=p.difference + half, alpha=each)
    return found


def course(arms: Arms, against: str, policy: str, judged: Paired) -> tuple[F8, F8, F8]:
    """Difference of two (R, T) courses with the range that the verdict on them has: mean, low and high by month.

    Errors are the larger of own and usual, month by month; how wide a range is for its error is as in `judged`. NaN
    bounds with fewer than FEWEST_RUNS pairs of runs.
    """
    one, two = arms[against], arms[policy]
    both = np.isfinite(one).all(axis=1) & np.isfinite(two).all(axis=1)
    d = (two - one)[both]
    if len(d) < FEWEST_RUNS or judged.df < 1:
        mean = d.mean(axis=0) if len(d) else np.full(one.shape[1], np.nan)
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    mean, error = d.mean(axis=0), d.std(axis=0, ddof=1) / math.sqrt(len(d))
    variance, df = usual(arms)
    if df > len(d) - 1:
        error = np.maximum(error, np.sqrt(2.0 * variance / len(d)))
    half = student_t_quantile(1.0 - 0.5 * judged.alpha, judged.df) * error
    return mean, mean - half, mean + half


def turned(p: Paired) -> Paired:
    """The same difference the other way round."""
    return replace(p, base=p.policy, policy=p.base, difference=-p.difference, low=-p.high, high=-p.low,
                   up=p.down, down=p.up)  # fmt: skip


__all__ = ["RATE", "Arms", "course", "judge", "turned", "usual"]
