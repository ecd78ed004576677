"""Figures worked out from the monthly series of one run: curves, elasticities, hazards."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
Series = Callable[..., F8]  # (indicator, group="all") -> (T,) of one run
NORMAL = 24  # months before the pandemic
TENURE_EDGES = (1, 3, 6, 12, 24, 60)  # months of tenure at which classes begin; the last is open
CARE_SUBSIDY = 0.25  # of every family's price in the run with cheaper care
SELF_CONTAINED = 2.0 / 3.0  # residents who work in their own zone; the least of UK travel-to-work areas (ONS)
LATE_CARE = slice(36, 60)  # months in which families have had time to answer to a price


def beveridge_slope(series: Series, cycle: Series) -> float:
    """Slope of log openings on log unemployment over an ordinary cycle (`laborsim.study.validation.cycle`)."""
    u, v = cycle("unemployment_rate")[:60], cycle("openings_rate")[:60]
    return float(np.polyfit(np.log(u), np.log(v), 1)[0])


def beveridge_turn(series: Series, cycle: Series) -> float:
    """Twice the area that the curve encloses in an ordinary cycle, in logs; positive if it turns counter-clockwise.

    Openings are lower on the way down than on the way up at the same unemployment if it turns so.
    """
    u, v = np.log(cycle("unemployment_rate")[12:60]), np.log(cycle("openings_rate")[12:60])
    return float((u * np.roll(v, -1) - np.roll(u, -1) * v).sum())


def matching_elasticity(series: Series) -> float:
    """Elasticity of matches with respect to unemployment: 1 less the slope of log job finding on log tightness.

    New jobs of the unemployed who do not wait for recall, and openings for each of these: recalls are no matches
    (Blanchard and Diamond 1989; Fujita and Moscarini 2017).
    """
    tight = np.log(series("openings_rate")[:60] / series("looking_rate")[:60])
    return 1.0 - float(np.polyfit(tight, np.log(series("new_job_finding")[:60]), 1)[0])


def recovery(series: Series) -> float:
    """Share of the jobs lost from February to April 2020 that are back in August."""
    jobs = series("jobs")
    return float((jobs[31] - jobs[27]) / max(jobs[25] - jobs[27], 1e-9))


def returns_to_scale(series: Series, half: Series) -> float:
    """Returns to scale of matching in unemployment and openings: the whole region against one with half of everyone.

    1 + what job finding gains when everything doubles, tightness held: its difference is taken out with an elasticity
    of job finding to tightness of 0.4, which hardly matters, since tightness is nearly the same.
    """

    def logs(s: Series) -> tuple[float, float]:
        u, v = s("unemployment_rate")[:NORMAL].mean(), s("openings_rate")[:NORMAL].mean()
        return float(np.log(s("flow_UE")[:NORMAL].mean())), float(np.log(v / u))

    (found, tight), (found_half, tight_half) = logs(series), logs(half)
    return 1.0 + (found - found_half - 0.4 * (tight - tight_half)) / float(np.log(2.0))


def steady_gap(series: Series) -> float:
    """Mean unemployment rate of 2019 less that at which its true flows would leave the three states, in points."""
    p = np.zeros((3, 3))
    for i, a in enumerate("EUN"):
        for j, b in enumerate("EUN"):
            if a != b:
                p[i, j] = float(np.nanmean(series(f"flow_{a}{b}")[12:24]))
        p[i, i] = 1.0 - p[i].sum()
    system = np.vstack([p.T - np.eye(3), np.ones(3)])
    e, u, _ = np.linalg.lstsq(system, np.array([0.0, 0.0, 0.0, 1.0]), rcond=None)[0]
    return 100.0 * float(series("unemployment_rate")[12:24].mean() - u / (e + u))


def wage_curve(series: Series) -> float:
    """Elasticity of zones' pay to their unemployment rate, yearly, 2018 to 2022, zone and year effects out.

    Pay is that of residents, like for like (`laborsim.study.validation.local.LikePay`); zones are those that are labor
    markets of their own, as the areas of published curves are. NaN for a region of fewer than four such zones.
    """
    own = [(z, np.nanmean(series("works_in_own_zone", z)[:NORMAL])) for z in zone_groups(series)]
    zones = [z for z, share in own if share >= SELF_CONTAINED]
    if len(zones) < 4:
        return float("nan")

    def yearly(indicator: str) -> F8:
        return np.array([series(indicator, z)[:60].reshape(5, 12).mean(axis=1) for z in zones])

    weight = yearly("labor_force").mean(axis=1)[:, None]
    u, w = np.log(yearly("unemployment_rate")), yearly("like_pay")

    def within(x: F8) -> F8:
        x = x - x.mean(axis=1, keepdims=True)
        return np.asarray(x - (weight * x).sum(axis=0) / weight.sum())

    x, y = within(u), within(w)
    spread = float((weight * x * x).sum())
    return float((weight * x * y).sum()) / spread if spread > 0.0 else float("nan")


def zone_groups(series: Series) -> list[str]:
    """Groups of zones that have figures, counties made of several zones left out."""
    names = [g for g in getattr(series, "groups", ()) if g.startswith("zone:")]
    return [g for g in names if not any(other.startswith(f"{g}-") for other in names)]


def hazard_ratio(series: Series) -> float:
    """Monthly hazard of a job's end in years three to five over that of its first half-year."""
    early = np.mean([series("tenure_hazard", f"months:{m}")[0] for m in (1, 3)])
    return float(series("tenure_hazard", "months:24")[0] / early)


def ends_within_a_year(series: Series) -> float:
    """Share of new jobs that end within twelve months, from hazards by tenure."""
    stays = 1.0
    for low, high in pairwise(TENURE_EDGES):
        if low < 12:
            stays *= (1.0 - float(series("tenure_hazard", f"months:{low}")[0])) ** (min(high, 12) - low)
    return 1.0 - stays


def care_elasticity(series: Series, cheaper: Series) -> float:
    """Change of log employment of mothers of children under six per change of the log price that families pay."""
    employed = [float(np.nanmean(s("mothers_employment")[LATE_CARE])) for s in (series, cheaper)]
    price = [float(np.nanmean(s("childcare_price")[LATE_CARE])) for s in (series, cheaper)]
    paid = np.log((1.0 - CARE_SUBSIDY) * price[1] / price[0])
    return float(np.log(employed[1] / employed[0]) / paid)
