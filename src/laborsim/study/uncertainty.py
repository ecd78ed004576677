"""What of the spread over runs is chance, and what is not known of the parameters (law of total variance)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from laborsim.scenario.schema import BASELINE
from laborsim.study.draws import SEEDS
from laborsim.study.statistics import spread

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

F8 = NDArray[np.float64]
HEADLINES = ("unemployment_rate", "participation_rate", "employment_rate", "openings_rate", "wage_median",
             "share_self_sufficient")  # fmt: skip
COLUMNS = ["what", "policy", "kind", "indicator", "group", "mean", "low", "high", "seed_sd", "parameter_sd", "total_sd",
           "parameter_share", "runs", "draws"]  # fmt: skip


@dataclass(frozen=True)
class Parts:
    """Standard deviations over runs: of chance, of parameters, of both; share of the variance due to parameters.

    NaN where no draw has two runs, or there is one draw only.
    """

    mean: float
    seed_sd: float
    parameter_sd: float
    total_sd: float
    share: float
    runs: int
    draws: int


def decompose(values: ArrayLike, draw: ArrayLike) -> Parts:
    """One-way random effects: E[Var(y | parameters)] within draws, Var(E[y | parameters]) between them.

    Parameters
    ----------
    values : (R,) one figure of each run; missing ones are left out.
    draw : (R,) number of each run's draw.

    Examples
    --------
    >>> p = decompose([1.0, 1.2, 3.0, 3.2], [0, 0, 1, 1])
    >>> round(p.seed_sd, 3), round(p.parameter_sd, 3)
    (0.141, 1.411)
    """
    y, d = np.asarray(values, float), np.asarray(draw, int)
    known = np.isfinite(y)
    y, d = y[known], d[known]
    n = y.size
    nan = math.nan
    if n == 0:
        return Parts(nan, nan, nan, nan, nan, 0, 0)
    _, d, sizes = np.unique(d, return_inverse=True, return_counts=True)
    k = sizes.size
    means = np.bincount(d, y) / sizes
    mean = float(y.mean())
    if k < 2 or n <= k:
        return Parts(mean, nan, nan, nan, nan, n, k)
    within = float(((y - means[d]) ** 2).sum()) / (n - k)
    between = float((sizes * (means - mean) ** 2).sum()) / (k - 1)
    size = (n - float((sizes**2).sum()) / n) / (k - 1)
    parameters = max(0.0, (between - within) / size)
    total = within + parameters
    share = parameters / total if total > 0.0 else nan
    return Parts(mean, math.sqrt(within), math.sqrt(parameters), math.sqrt(total), share, n, k)


def draw_of(results: Results) -> NDArray[np.int64]:
    """(R,) number of each replicate's draw."""
    about = results.about.get("draws") or {}
    return np.arange(results.replicates) // int(about.get("seeds_per_draw", SEEDS))


def drawn(results: Results) -> bool:
    """Whether parameters were drawn for these runs."""
    return bool(results.about.get("draws"))


def uncertainty(results: Results) -> pd.DataFrame:
    """Targets and main figures of the last year under every policy, and what policies change, split in two.

    One row for each: what, policy, kind ("level", or "effect": policy less baseline of the same replicate), indicator,
    group, mean, low and high (5% and 95% of runs, both kinds of uncertainty together), seed_sd, parameter_sd,
    total_sd, parameter_share (of the variance), runs, draws.
    """
    import pandas as pd

    from laborsim.study.scorecard import target_values

    whole: list[tuple[str, str, str, Any]] = []
    for target in results.about["targets"]:
        values = {p: target_values(results, target, p)[0] for p in results.policies}
        whole.append((str(target["name"]), str(target["indicator"]), str(target.get("group") or "all"), values))
    for indicator in HEADLINES:
        if (indicator, "all") in results:
            values = {p: results.last_year(indicator, "all", p) for p in results.policies}
            whole.append((f"{indicator.replace('_', ' ')}, last year", indicator, "all", values))
    draw = draw_of(results)
    rows = []
    for what, indicator, group, values in whole:
        for policy in results.policies:
            kinds = [("level", values[policy])]
            if policy != BASELINE:
                kinds.append(("effect", values[policy] - values[BASELINE]))
            for kind, figures in kinds:
                known = figures[np.isfinite(figures)]
                if not known.size:
                    continue
                parts = decompose(figures, draw)
                _, low, high = spread(known)
                rows.append([what, policy, kind, indicator, group, parts.mean, float(low), float(high), parts.seed_sd,
                             parts.parameter_sd, parts.total_sd, parts.share, parts.runs, parts.draws])  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def by_month(values: F8, draw: NDArray[np.int64]) -> tuple[F8, F8, F8]:
    """Mean, and standard deviations of chance and of both, month by month; values are (R, T)."""
    parts = [decompose(column, draw) for column in np.asarray(values, float).T]
    each = ([p.mean for p in parts], [p.seed_sd for p in parts], [p.total_sd for p in parts])
    return np.array(each[0]), np.array(each[1]), np.array(each[2])


def opposite_variances(values: F8) -> tuple[F8, F8]:
    """Variance of chance, and of chance and parameters, of runs in pairs with opposite draws (R, T), (T,) each.

    With y = c + s + p and y' = c + s' - p for the two of a pair, the mean of a pair has half the variance of chance,
    and half the difference squared has the other half and that of parameters. What parameters do beyond linear effects
    counts as chance. NaN for fewer than two pairs.
    """
    y = np.asarray(values, float)
    pairs = len(y) // 2
    if pairs < 2:
        nan = np.full(y.shape[1], np.nan)
        return nan, nan
    first, second = y[0 : 2 * pairs : 2], y[1 : 2 * pairs : 2]
    halves = ((first + second) / 2.0).var(axis=0, ddof=1)
    apart = (((first - second) / 2.0) ** 2).mean(axis=0)
    return 2.0 * halves, np.maximum(halves + apart, 2.0 * halves)


__all__ = ["COLUMNS", "Parts", "by_month", "decompose", "draw_of", "drawn", "opposite_variances", "uncertainty"]
