"""Facts that a baseline must show, each worked out from one run, with the range it must lie in and where that is from.

Years 2018 and 2019 unless said. Facts of the nation are asked of a region's baseline as it is: a region whose people
differ misses some for that reason alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
Series = Callable[..., F8]  # (indicator, group="all") -> (T,) of one run
NORMAL = 24  # months before the pandemic
APRIL_2020 = 27


@dataclass(frozen=True)
class Fact:
    """One fact.

    Attributes
    ----------
    name, label : short name, and what it says.
    low, high : accepted range.
    source : of the range.
    of : the figure of one run, from its monthly series.
    months : months that must be simulated.
    """

    name: str
    label: str
    low: float
    high: float
    source: str
    of: Callable[[Series], float]
    months: int = NORMAL


def _mean(indicator: str, group: str = "all") -> Callable[[Series], float]:
    return lambda series: float(np.nanmean(series(indicator, group)[:NORMAL]))


def _ratio(indicator: str, above: str, below: str) -> Callable[[Series], float]:
    def of(series: Series) -> float:
        return float(np.nanmean(series(indicator, above)[:NORMAL]) / np.nanmean(series(indicator, below)[:NORMAL]))

    return of


def beveridge_slope(series: Series) -> float:
    """Slope of log openings on log unemployment from 2018 to 2022."""
    u, v = series("unemployment_rate")[:60], series("openings_rate")[:60]
    return float(np.polyfit(np.log(u), np.log(v), 1)[0])


def beveridge_turn(series: Series) -> float:
    """Twice the area that the curve encloses after the shock of 2020, in logs; positive if it turns counter-clockwise.

    Openings are lower on the way down than on the way up at the same unemployment if it turns so.
    """
    u, v = np.log(series("unemployment_rate")[24:60]), np.log(series("openings_rate")[24:60])
    return float((u * np.roll(v, -1) - np.roll(u, -1) * v).sum())


def matching_elasticity(series: Series) -> float:
    """Elasticity of matches with respect to unemployment: 1 less the slope of log job finding on log tightness."""
    tight = np.log(series("openings_rate")[:60] / series("unemployment_rate")[:60])
    return 1.0 - float(np.polyfit(tight, np.log(series("flow_UE")[:60]), 1)[0])


def recovery(series: Series) -> float:
    """Share of the jobs lost from February to April 2020 that are back in August."""
    jobs = series("jobs")
    return float((jobs[31] - jobs[27]) / max(jobs[25] - jobs[27], 1e-9))


_CPS = "CPS gross flows 2018-19 (BLS)"
_JOLTS = "JOLTS by state 2018-19 (BLS)"
FACTS = (
    Fact("ue", "Unemployed who find work in a month, recorded", 0.25, 0.30, _CPS, _mean("recorded_UE")),
    Fact("un", "Unemployed who leave the labor force, recorded", 0.21, 0.27, _CPS, _mean("recorded_UN")),
    Fact("eu", "Employed who become unemployed, recorded", 0.0085, 0.0115, _CPS, _mean("recorded_EU")),
    Fact("en", "Employed who leave the labor force, recorded", 0.026, 0.033, _CPS, _mean("recorded_EN")),
    Fact("ne", "Out of the labor force to work, recorded", 0.043, 0.053, _CPS, _mean("recorded_NE")),
    Fact("nu", "Out of the labor force to unemployment, recorded", 0.015, 0.020, _CPS, _mean("recorded_NU")),
    Fact("ee", "Employed who change employer in a month", 0.018, 0.027,
         "CPS (Fallick and Fleischman 2004; Fujita, Moscarini and Postel-Vinay 2020)", _mean("flow_EE")),
    Fact("openings", "Openings rate", 0.04, 0.05, _JOLTS, _mean("openings_rate")),
    Fact("hires", "Hires rate", 0.036, 0.050, _JOLTS, _mean("hires_rate")),
    Fact("quits", "Quits rate", 0.022, 0.028, _JOLTS, _mean("quits_rate")),
    Fact("layoffs", "Layoffs and discharges rate", 0.010, 0.014, _JOLTS, _mean("layoffs_rate")),
    Fact("duration", "Mean vacancy duration, days", 25.0, 50.0, "Davis, Faberman and Haltiwanger 2013; DHI-DFH",
         _mean("vacancy_duration")),
    Fact("health", "Vacancy duration in health over that in construction", 2.0, 5.0,
         "Davis, Faberman and Haltiwanger 2013", _ratio("vacancy_duration", "sector:62", "sector:23")),
    Fact("wages", "Standard deviation of log wages", 0.5, 0.75, "CPS earnings, 2010s", _mean("log_wage_sd")),
    Fact("dependence", "Job finding after 7 to 12 months over that of the newly unemployed", 0.3, 0.75,
         "CPS; Kroft, Lange and Notowidigdo 2013", _ratio("job_finding", "duration:7-12", "duration:0-1")),
    Fact("retention", "Jobholders still with the employer after twelve months", 0.70, 0.80,
         "CPS tenure supplement 2018 (BLS): 22% with a year or less", _mean("retention_12_month")),
    Fact("beveridge", "Slope of the Beveridge curve 2018-22, logs", -1.1, -0.5, "JOLTS and CPS", beveridge_slope, 60),
    Fact("loop", "Area of the Beveridge loop after 2020, positive if counter-clockwise", 0.0, 10.0,
         "Blanchard and Diamond 1989", beveridge_turn, 60),
    Fact("elasticity", "Elasticity of matches with respect to unemployment, 2018-22", 0.4, 0.7,
         "Petrongolo and Pissarides 2001", matching_elasticity, 60),
    Fact("recall", "Unemployed on temporary layoff in April 2020", 0.65, 0.85, "CPS (BLS): 78% nationally",
         lambda series: float(series("temporary_layoff_share")[APRIL_2020]), 28),
    Fact("rebound", "Jobs lost from February to April 2020 that are back in August", 0.40, 0.65,
         "CES (BLS): about half nationally", recovery, 32),
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A fact over runs: mean, 5% and 95%; whether the mean lies inside, and in what share of runs it does."""

    fact: Fact
    mean: float
    low: float
    high: float
    inside: bool
    share_inside: float


def find(results: Any, policy: str = "baseline") -> list[Found]:
    """All facts for which enough months were simulated.

    Parameters
    ----------
    results : `laborsim.study.results.Results` of a scenario that starts in 2018-01.

    Raises
    ------
    ValueError
        If it starts in another month: ranges are of 2018 and after.
    """
    if results.months[0] != "2018-01":
        raise ValueError(f"facts are of 2018 and after; the runs start in {results.months[0]}")
    found = []
    held: dict[tuple[str, str], F8] = {}

    def rows(indicator: str, group: str) -> F8:
        if (indicator, group) not in held:
            held[indicator, group] = results.series(indicator, group, policy)
        return held[indicator, group]

    done = [r.replicate for r in results.records if r.done and r.policy == policy]
    for fact in FACTS:
        if len(results.months) < fact.months:
            continue
        values = np.array([fact.of(lambda i, g="all", r=r: rows(i, g)[r]) for r in done])
        low, high = np.quantile(values, [0.05, 0.95])
        mean = float(values.mean())
        within = (fact.low <= values) & (values <= fact.high)
        found.append(
            Found(fact, mean, float(low), float(high), fact.low <= mean <= fact.high, float(within.mean()))
        )
    return found
