"""Runs of the baseline against published months: no local series enters after the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.problems import InputError
from laborsim.study.uncertainty import opposite_variances

if TYPE_CHECKING:
    import pandas as pd

F8 = NDArray[np.float64]
# county sets whose totals are in laus_region_monthly.csv; whole states by the number of their counties
TOTALS = {
    "kc_core7": {"29095", "29047", "29165", "29037", "20091", "20209", "20103"},
    "kentuckianaworks_7co": {"21111", "21029", "21103", "21185", "21211", "21215", "21223"},
    "lane_or_41039": {"41039"},
}
STATES = {("21", 120): "kentucky_21", ("29", 115): "missouri_29"}
SPANS = (("2018-19", "2018-01", "2019-12"), ("2020-22", "2020-01", "2022-12"), ("2021-22", "2021-01", "2022-12"))
CALM = "2018-22 but March to August 2020"
STORM = ("2020-03", "2020-08")


@dataclass(frozen=True)
class Errors:
    """Simulated against published over some months, in the unit of the series.

    Attributes
    ----------
    span, months : which, and how many have a published figure.
    rmse, bias, correlation : of the mean over runs.
    coverage : share of months in which the published figure lies within the runs' 90% band, widened by what the
        published series holds beside (`noise`).
    by_seeds : the same with a band of chance alone, where parameters were drawn with the seeds; else the coverage.
    gaps, spreads, levels : (months,) simulated less published, standard deviation of the band, simulated.
    """

    span: str
    months: int
    rmse: float
    bias: float
    correlation: float
    coverage: float
    by_seeds: float
    gaps: tuple[float, ...] = ()
    spreads: tuple[float, ...] = ()
    levels: tuple[float, ...] = ()

    def covered(self, model_error: float) -> float:
        """Share of months inside the 90% band if it also holds an error of the model, a share of what is simulated."""
        gap, spread, level = np.array(self.gaps), np.array(self.spreads), np.array(self.levels)
        return float((np.abs(gap) <= 1.645 * np.hypot(spread, model_error * level)).mean())


def model_error(errors: Sequence[Errors]) -> float:
    """Standard deviation of what the model leaves out, a share of the level: mean squares beyond what the bands hold.

    Of the level, since a rate of 7 per cent is missed by more points than one of 3.

    Parameters
    ----------
    errors : of other places or times than those it is used for, or the figure is no test.

    Examples
    --------
    >>> of_two = Errors("2019", 2, 0.0, 0.0, 0.0, 0.0, 0.0, gaps=(0.5, -0.5), spreads=(0.3, 0.3), levels=(4.0, 4.0))
    >>> model_error([of_two])
    0.1
    """
    gap = np.array([g for e in errors for g in e.gaps])
    spread = np.array([s for e in errors for s in e.spreads])
    level = np.array([x for e in errors for x in e.levels])
    return float(np.sqrt(max(((gap**2 - spread**2) / level**2).mean(), 0.0))) if gap.size else 0.0


def published(data: Path, counties: Sequence[str]) -> pd.Series:
    """Unemployment rate by month of some counties together (BLS LAUS, not seasonally adjusted), as a share.

    Only months in which every county has a figure.

    Raises
    ------
    InputError
        If the folder has no such file, or no month with all the counties.
    """
    import pandas as pd

    from laborsim.region.sources import Data

    total = total_of(set(counties))
    file = data / "laus_region_monthly.csv"
    if total is not None and file.exists():
        table = pd.read_csv(file)
        table = table[(table["region"] == total) & (table["n_counties"] == table["expected_counties"])]
        if len(table):
            return (table.set_index("month")["unemp_rate_pct"] / 100.0).sort_index()
    try:
        table = Data(data).laus_monthly
    except (FileNotFoundError, OSError) as error:
        raise InputError(f"--data {data}: {error}") from None
    table = table[table["fips"].isin(list(counties))]
    by_month = table.groupby("month").agg(
        unemployed=("unemployed", "sum"), force=("labor_force", "sum"), counties=("fips", "nunique")
    )
    whole = by_month[by_month["counties"] == len(set(counties))]
    if whole.empty:
        raise InputError(f"--data {data}: no month has unemployment of all {len(set(counties))} counties")
    return (whole["unemployed"] / whole["force"]).sort_index()


def total_of(counties: set[str]) -> str | None:
    """Name under which the total of exactly these counties is published, if it is."""
    states = {c[:2] for c in counties}
    if len(states) == 1 and (whole := STATES.get((states.pop(), len(counties)))):
        return whole
    return next((name for name, those in TOTALS.items() if those == counties), None)


def compare(
    months: Sequence[str], runs: F8, actual: pd.Series, noise: float, opposite: bool = False
) -> list[Errors]:
    """Errors before and after the start of the pandemic, and outside its first half year.

    Parameters
    ----------
    months : (T,) "YYYY-MM"; runs : (R, T) simulated, missing where there is none.
    actual : published, by month, in the same unit.
    noise : standard deviation of what the published series holds and no model could know, in that unit.
    opposite : whether parameters were drawn with the seeds, in pairs (`laborsim.study.draws.opposite_pairs`).
    """
    mean = runs.mean(axis=0)
    both = chance = runs.var(axis=0, ddof=1 if len(runs) > 1 else 0)
    if opposite:
        chance, both = opposite_variances(runs)
    spread, narrow = np.sqrt(both + noise**2), np.sqrt(chance + noise**2)
    position = {m: k for k, m in enumerate(months) if np.isfinite(mean[k])}
    known = [(str(m), position[str(m)], float(v)) for m, v in actual.items() if m in position]
    chosen = [(span, [(k, v) for m, k, v in known if first <= m <= last]) for span, first, last in SPANS]
    calm = [(k, v) for m, k, v in known if "2018-01" <= m <= "2022-12" and not STORM[0] <= m <= STORM[1]]
    return [_errors(span, at, mean, spread, narrow) for span, at in [*chosen, (CALM, calm)] if len(at) >= 3]


def _errors(span: str, at: list[tuple[int, float]], mean: F8, spread: F8, narrow: F8) -> Errors:
    k, real = np.array([a for a, _ in at]), np.array([b for _, b in at])
    gap = mean[k] - real
    together = float(np.corrcoef(mean[k], real)[0, 1]) if real.std() > 0 and mean[k].std() > 0 else float("nan")
    coverage, by_seeds = (float((np.abs(gap) <= 1.645 * sd[k]).mean()) for sd in (spread, narrow))
    rmse, bias = float(np.sqrt((gap**2).mean())), float(gap.mean())
    return Errors(
        span, len(at), rmse, bias, together, coverage, by_seeds, tuple(gap.tolist()), tuple(spread[k].tolist()),
        tuple(mean[k].tolist()),
    )
