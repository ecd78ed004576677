"""Effects from a randomised trial: intention to treat, effect on the enrolled, intervals over replicates.

A person's outcome is compared between arms as it is, and less what the same person does in the run in which nobody
takes part. That run shares every draw but the treatment, so it takes most of the chance out; as treatment is drawn
and not chosen, both comparisons are of the same effect.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from laborsim.study.statistics import student_t_cdf, student_t_quantile

F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]


class Arm(NamedTuple):
    """One replicate: outcomes of those randomised, NaN where not known.

    treated : (N,) may take part; took : (N,) took part; value : (N,) outcome; without : (N,) the same person's outcome
    in the run where nobody takes part. unit : (N,) what was randomised, such as the household; None if each person was.
    """

    treated: B1
    took: B1
    value: F8
    without: F8
    unit: NDArray[np.uint64] | None = None


@dataclass(frozen=True)
class Estimate:
    """An effect with its interval.

    Attributes
    ----------
    itt, itt_low, itt_high : intention to treat: difference between those who may and those who may not take part.
    tot, tot_low, tot_high : effect on those who take part: itt over the difference in the shares who do (Wald).
    base : mean outcome of the enrolled without the program. enrolled : share of the treated who take part.
    people : persons randomised whose outcome is known, in all replicates. replicates : those with both arms; with one
        the intervals are over persons alone.
    p : of no effect, two-sided.
    """

    itt: float
    itt_low: float
    itt_high: float
    tot: float
    tot_low: float
    tot_high: float
    base: float
    enrolled: float
    people: int
    replicates: int
    p: float

    @property
    def distinguishable(self) -> bool:
        """True if the interval of the effect leaves zero out."""
        return self.itt_low > 0.0 or self.itt_high < 0.0


_NO = math.nan
NOTHING = Estimate(_NO, _NO, _NO, _NO, _NO, _NO, _NO, _NO, 0, 0, 1.0)


def estimate(arms: Sequence[Arm], level: float = 0.90, paired: bool = True) -> Estimate:
    """Effect over replicates, with the interval of Hartung, Knapp, Sidik and Jonkman.

    Parameters
    ----------
    arms : one for each replicate.
    level : confidence level.
    paired : compare what each person does beyond the run without the program; False compares outcomes as they are.

    Notes
    -----
    A replicate's effect varies by its persons (difference of two means, unequal variances) and by what replicates
    differ by beyond that (DerSimonian and Laird 1986). It weighs one over the sum of both; persons' variance is taken
    per person from all replicates, so that weights do not follow outcomes. The variance of the weighted mean is that
    of the effects seen, and quantiles and p-value are Student's with one degree of freedom less than replicates
    (Hartung and Knapp 2001; Sidik and Jonkman 2002): the interval covers as often as it says whether replicates differ
    or not. The effect on the enrolled is a ratio of two weighted means, its variance that of effect less ratio times
    uptake (delta method).

    With one replicate the interval is over persons alone (Welch and Satterthwaite): it lacks what replicates differ by.
    """
    effects, variances, residuals, sizes, uptake, base = [], [], [], [], [], []
    people, freedom = 0, 1.0
    for arm in arms:
        value = arm.value - arm.without if paired else arm.value
        known = np.isfinite(value)
        t, c = known & arm.treated, known & ~arm.treated
        n_t, n_c = int(t.sum()), int(c.sum())
        if n_t < 2 or n_c < 2:
            continue
        people += n_t + n_c
        took = arm.took.astype(np.float64)
        gap = float(took[t].mean() - took[c].mean())
        of = np.arange(value.size) if arm.unit is None else arm.unit
        mean, v, freedom = _difference(value[t], value[c], of[t], of[c])
        effects.append(mean)
        variances.append(v)
        sizes.append(n_t * n_c / (n_t + n_c))
        uptake.append(gap)
        who = t & arm.took & np.isfinite(arm.without)
        base.append((float(arm.without[who].sum()), int(who.sum())))
        left = value - (mean / gap if gap > 0 else 0.0) * took
        residuals.append(_difference(left[t], left[c], of[t], of[c])[1])
    if not effects:
        return NOTHING
    d, n, shares = np.array(effects), np.array(sizes), np.array(uptake)
    w = n / n.sum()
    persons = float(w @ (n * np.array(variances))) / n
    between = _between(d, persons)
    w = 1.0 / (persons + between) if between > 0 else n
    w = w / w.sum()
    itt, gap = float(w @ d), float(w @ shares)
    tot = itt / gap if gap > 0 else math.nan
    if len(effects) > 1:
        df = len(effects) - 1
        variance, beyond = float(w @ (d - itt) ** 2) / df, float(w @ (d - tot * shares) ** 2) / df
    else:
        df, variance, beyond = max(1, int(freedom)), variances[0], residuals[0]
    half, p = _half(variance, df, level, itt)
    tot_half = _half(beyond, df, level, itt)[0] / gap if gap > 0 else math.nan
    total = sum(count for _, count in base)
    without = sum(x for x, _ in base) / total if total else math.nan
    ends = (itt - half, itt + half, tot, tot - tot_half, tot + tot_half)
    return Estimate(itt, *ends, without, gap, people, len(effects), p)


def over_runs(values: Sequence[float], level: float = 0.90) -> tuple[float, float, float]:
    """Mean over replicates with its interval (Student's t); NaN bounds with one replicate."""
    x = np.asarray([v for v in values if math.isfinite(v)], float)
    if x.size == 0:
        return math.nan, math.nan, math.nan
    if x.size == 1:
        return float(x[0]), math.nan, math.nan
    half = student_t_quantile(0.5 + level / 2.0, x.size - 1) * float(x.std(ddof=1)) / math.sqrt(x.size)
    return float(x.mean()), float(x.mean()) - half, float(x.mean()) + half


def ratio_over_runs(above: Sequence[float], below: Sequence[float], level: float = 0.90) -> tuple[float, float, float]:
    """Ratio of two means over replicates with its interval (jackknife, Student's t); NaN if the lower is not positive.

    Replicates in which little is below count for little, where the mean of their ratios would be decided by them.

    Examples
    --------
    >>> ratio_over_runs([1.0, 2.0], [2.0, 4.0])
    (0.5, 0.5, 0.5)
    """
    x, y = np.asarray(above, float), np.asarray(below, float)
    n = x.size
    if n == 0 or not y.sum() > 0:
        return math.nan, math.nan, math.nan
    ratio = float(x.sum() / y.sum())
    without = y.sum() - y
    if n == 1 or (without <= 0).any():
        return ratio, math.nan, math.nan
    pseudo = n * ratio - (n - 1) * (x.sum() - x) / without
    half = student_t_quantile(0.5 + level / 2.0, n - 1) * float(pseudo.std(ddof=1)) / math.sqrt(n)
    return ratio, ratio - half, ratio + half


def incidence(lasted: NDArray[np.int64], followed: NDArray[np.int64], finished: B1, months: int) -> tuple[F8, F8]:
    """Chance of having completed, and of having left without, by months since enrolment; (months + 1,) each.

    Those still there at the end of the run count for as long as they are seen (Aalen and Johansen 1978): without that
    late entrants, of whom only the early exits are seen, would weigh like the others.

    Parameters
    ----------
    lasted : (n,) months from enrolment to exit, -1 not yet; followed : (n,) months to the end of the run.
    finished : (n,) whether the exit was a completion.

    Examples
    --------
    >>> done, left = incidence(np.array([2, 1, -1]), np.array([5, 5, 1]), np.array([True, False, False]), 3)
    >>> done.round(2).tolist(), left.round(2).tolist()
    ([0.0, 0.0, 0.67, 0.67], [0.0, 0.33, 0.33, 0.33])
    """
    gone = lasted >= 0
    seen = np.where(gone, lasted, followed)
    done, left, there = np.zeros(months + 1), np.zeros(months + 1), 1.0
    for t in range(months + 1):
        if t:
            done[t], left[t] = done[t - 1], left[t - 1]
        at_risk, now = int((seen >= t).sum()), gone & (lasted == t)
        if at_risk:
            completes, leaves = int((now & finished).sum()) / at_risk, int((now & ~finished).sum()) / at_risk
            done[t] += there * completes
            left[t] += there * leaves
            there *= 1.0 - completes - leaves
    return done, left


def window(quarters: F8, first: int, last: int) -> F8:
    """(N,) mean over quarters first .. last - 1 of (N, K) outcomes; NaN unless all of them are known."""
    if quarters.shape[1] < last:
        return np.full(quarters.shape[0], np.nan)
    return np.asarray(quarters[:, first:last].mean(axis=1))


def _difference(a: F8, b: F8, of_a: NDArray[Any], of_b: NDArray[Any]) -> tuple[float, float, float]:
    """Difference of two means, its variance and degrees of freedom (Welch), persons of a unit not independent."""
    va, units_a = _variance(a, of_a)
    vb, units_b = _variance(b, of_b)
    df = units_a + units_b - 2.0
    if va + vb > 0:
        df = (va + vb) ** 2 / (va**2 / max(units_a - 1, 1) + vb**2 / max(units_b - 1, 1))
    return float(a.mean() - b.mean()), va + vb, df


def _variance(values: F8, unit: NDArray[Any]) -> tuple[float, int]:
    """Variance of a mean from sums by unit (Liang and Zeger 1986), and the number of units."""
    _, of = np.unique(unit, return_inverse=True)
    sums = np.bincount(of, weights=values - values.mean())
    units = sums.size
    return float((sums**2).sum()) / values.size**2 * (units / max(units - 1, 1)), units


def _between(effects: F8, variances: F8) -> float:
    """Variance of the true effects of replicates (DerSimonian and Laird), 0 where persons explain all of it."""
    if effects.size < 2 or (variances <= 0).any():
        return float(effects.var(ddof=1)) if effects.size > 1 and (variances <= 0).any() else 0.0
    w = 1.0 / variances
    mean = float(w @ effects / w.sum())
    spread = float(w @ (effects - mean) ** 2)
    return max(0.0, (spread - (effects.size - 1)) / float(w.sum() - (w**2).sum() / w.sum()))


def _half(variance: float, df: int, level: float, effect: float) -> tuple[float, float]:
    """Half width of an interval, and the p-value of no effect (Student's t)."""
    if variance <= 0.0:
        return 0.0, 1.0 if effect == 0.0 else 0.0
    error = math.sqrt(variance)
    if df < 200:
        return (student_t_quantile(0.5 + level / 2.0, df) * error, 2.0 * student_t_cdf(-abs(effect) / error, df))
    # from some hundred degrees of freedom on Student's t is the normal distribution
    return NormalDist().inv_cdf(0.5 + level / 2.0) * error, 2.0 * NormalDist().cdf(-abs(effect) / error)


__all__ = ["Arm", "Estimate", "estimate", "incidence", "over_runs", "ratio_over_runs", "window"]
