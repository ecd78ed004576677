"""Facts that a baseline must show, each worked out from one run, with the range it must lie in and where that is from.

Years 2018 and 2019 unless said. Facts of the nation are asked of a region's baseline as it is: a region whose people
differ misses some for that reason alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.study.validation.curves import (
    NORMAL,
    Series,
    beveridge_slope,
    beveridge_turn,
    care_elasticity,
    ends_within_a_year,
    hazard_ratio,
    matching_elasticity,
    recovery,
    returns_to_scale,
    steady_gap,
    wage_curve,
)

F8 = NDArray[np.float64]
APRIL_2020 = 27


@dataclass(frozen=True)
class Fact:
    """One fact.

    Attributes
    ----------
    name, label : short name, and what it says.
    low, high : accepted range.
    source : of the range.
    of : the figure of one run, from its monthly series, and those of its pair if it needs one. NaN where a region has
        no such figure.
    months : months that must be simulated.
    pair : the other runs it needs: "cheaper" care, "half" the people, an ordinary "cycle"; "" for none.
    """

    name: str
    label: str
    low: float
    high: float
    source: str
    of: Callable[..., float]
    months: int = NORMAL
    pair: str = ""

    @property
    def group(self) -> str:
        """Either "calibrated" (a moment that calibration fits), "input" (set elsewhere, or given) or "test"."""
        return "calibrated" if self.name in CALIBRATED else "input" if self.name in SET else "test"


def _mean(indicator: str, group: str = "all") -> Callable[[Series], float]:
    return lambda series: float(np.nanmean(series(indicator, group)[:NORMAL]))


def _ratio(indicator: str, above: str, below: str) -> Callable[[Series], float]:
    def of(series: Series) -> float:
        return float(np.nanmean(series(indicator, above)[:NORMAL]) / np.nanmean(series(indicator, below)[:NORMAL]))

    return of


def _whole(indicator: str, group: str = "all") -> Callable[[Series], float]:
    """A figure of the whole run, the same in every month."""
    return lambda series: float(series(indicator, group)[0])


GROUPS = {
    "calibrated": "moments that calibration fits",
    "input": "figures set elsewhere, or that follow what is given",
    "test": "tests",
}
# Moments of calibration/moments.toml: of flows that it fits by sex, both together.
CALIBRATED = frozenset(
    ("ue", "un", "eu", "en", "ne", "nu", "ee", "openings", "hires", "quits", "layoffs", "duration", "retention")
)
# What else is no test, and why.
SET = {
    "health": "selection_by_sector is fitted to openings by industry",
    "wages": "wages are drawn from the percentiles of packs",
    "sizes": "sizes are drawn with such a tail",
    "decay": "commuting is drawn from flows between counties in packs",
    "steady": "an identity of stocks and flows",
    "recall": "temporary_slope is set after April 2020",
    "rebound": "jobs follow the sector indices given",
    "new_jobs": "hazards by tenure are set with it",
    "tenure": "tenure_shape is set after the same study",
    "care_price": "childcare_elasticity is set for it",
    "displaced_1": "tenure_return is set in view of it",
    "displaced_5": "tenure_return is set in view of it",
    "occupations": "look_elsewhere is set for it",
    "wage_curve": "local_elasticity is set after the same studies",
}
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
    Fact("beveridge", "Slope of the Beveridge curve in an ordinary cycle, logs", -1.1, -0.5,
         "JOLTS and CPS; -0.70 for 2010-19", beveridge_slope, 60, "cycle"),
    Fact("loop", "Area of the Beveridge loop in an ordinary cycle, positive if counter-clockwise", 0.0, 10.0,
         "Blanchard and Diamond 1989", beveridge_turn, 60, "cycle"),
    Fact("elasticity", "Elasticity of matches with respect to unemployment, 2018-22", 0.4, 0.7,
         "Petrongolo and Pissarides 2001", matching_elasticity, 60),
    Fact("recall", "Unemployed on temporary layoff in April 2020", 0.65, 0.85, "CPS (BLS): 78% nationally",
         lambda series: float(series("temporary_layoff_share")[APRIL_2020]), 28),
    Fact("rebound", "Jobs lost from February to April 2020 that are back in August", 0.40, 0.65,
         "CES (BLS): about half nationally", recovery, 32),
    Fact("scale", "Returns to scale of matching", 0.95, 1.05,
         "Petrongolo and Pissarides 2001: constant returns in most estimates", returns_to_scale, NORMAL, "half"),
    Fact("steady", "Unemployment less what the flows of 2019 imply, points", -0.3, 0.3,
         "an identity but for entry and moves; Elsby, Hobijn and Sahin 2015", steady_gap),
    Fact("tenure", "Job-ending hazard in years three to five over that of the first half-year", 0.03, 0.25,
         "Farber 1999: the hazard peaks within months and falls for years; range assumed", hazard_ratio),
    Fact("new_jobs", "New jobs that end within a year", 0.4, 0.6, "Farber 1999: about half", ends_within_a_year),
    Fact("displaced_1", "Earnings that displaced workers lose in the next year", 0.25, 0.45,
         "von Wachter, Song and Manchester 2009: 30% at first; Jacobson, LaLonde and Sullivan 1993", _whole(
             "displaced_loss", "year:1")),
    Fact("displaced_5", "Earnings that displaced workers lose in the fifth year after", 0.10, 0.25,
         "Jacobson, LaLonde and Sullivan 1993: 25%; von Wachter, Song and Manchester 2009: 20% after 15 years", _whole(
             "displaced_loss", "year:5"), 72),
    Fact("occupations", "Employed who work in another major occupation group a year later", 0.05, 0.15,
         "CPS ASEC of the 2010s: 6.3%, seen over less than a year (Kambourov and Manovskii 2013); PSID: 15% (Kambourov "
         "and Manovskii 2008)", _whole("occupation_changed", "yearly")),
    Fact("reallocation", "Hired from unemployment into another major occupation group", 0.3, 0.5,
         "SIPP: 44% (Carrillo-Tudela and Visschers 2023); range assumed round it",
         _whole("occupation_changed", "from_unemployment")),
    Fact("wage_curve", "Wage curve: elasticity of zones' median wage to unemployment", -0.15, -0.03,
         "Blanchflower and Oswald 1994: -0.1; Nijkamp and Poot 2005: -0.07", wage_curve, 60),
    Fact("sizes", "Tail exponent of establishment sizes", 0.95, 1.15, "Axtell 2001: 1.06 for firms",
         _whole("size_tail")),
    Fact("decay", "Log commuters per minute between zones", -0.10, -0.02,
         "Ahlfeldt et al. 2015: -0.07 (unverified); Marinescu and Rathelot 2018: -35% applications at 10 miles",
         _whole("commuting_decay")),
    Fact("child_penalty", "Employment that women lose over three years after a first birth, men's less", 0.12, 0.30,
         "Kleven 2022, US; range assumed round it", _whole("child_penalty"), 72),
    Fact("care_price", "Elasticity of mothers' employment to the price of care, years four and five", -0.25, -0.05,
         "Morrissey 2017", care_elasticity, 60, "cheaper"),
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


def find(results: Any, pairs: Mapping[str, Any] | None = None, policy: str = "baseline") -> list[Found]:
    """All facts for which enough months were simulated and what they need was watched.

    Parameters
    ----------
    results : `laborsim.study.results.Results` of a scenario that starts in 2018-01.
    pairs : "cheaper", "half" and "cycle" -> the same runs with cheaper care, of half the people, with ordinary demand.

    Raises
    ------
    ValueError
        If it starts in another month: ranges are of 2018 and after.
    """
    if results.months[0] != "2018-01":
        raise ValueError(f"facts are of 2018 and after; the runs start in {results.months[0]}")
    done = [r.replicate for r in results.records if r.done and r.policy == policy]
    plain = _reader(results, policy)
    others = {name: _reader(other, policy) for name, other in (pairs or {}).items()}
    found = []
    for fact in FACTS:
        if len(results.months) < fact.months or (fact.pair and fact.pair not in others):
            continue
        try:
            pair = [others[fact.pair]] if fact.pair else []
            values = np.array([fact.of(plain(r), *(other(r) for other in pair)) for r in done])
        except KeyError:  # not watched in these runs
            continue
        if not np.isfinite(values).any():
            continue
        values = values[np.isfinite(values)]
        low, high = np.quantile(values, [0.05, 0.95])
        mean = float(values.mean())
        within = (fact.low <= values) & (values <= fact.high)
        found.append(
            Found(fact, mean, float(low), float(high), fact.low <= mean <= fact.high, float(within.mean()))
        )
    return found


class _Reader:
    """The series of one run; figures of all runs are read once."""

    def __init__(self, results: Any, policy: str, replicate: int, held: dict[tuple[str, str], F8]) -> None:
        self.results, self.policy, self.replicate, self.held = results, policy, replicate, held
        self.groups = tuple(dict.fromkeys(g for i, g in results.keys if i == "unemployment_rate"))

    def __call__(self, indicator: str, group: str = "all") -> F8:
        if (indicator, group) not in self.held:
            self.held[indicator, group] = self.results.series(indicator, group, self.policy)
        return np.asarray(self.held[indicator, group][self.replicate], float)


def _reader(results: Any, policy: str) -> Callable[[int], Series]:
    held: dict[tuple[str, str], F8] = {}
    return lambda replicate: _Reader(results, policy, replicate, held)
