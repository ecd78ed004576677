"""The fit report: what a synthesized region has, against what its pack says.

`fit_report` lists every margin, `summary` the worst of each kind; `fit_page` makes tables of the documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.market.codes import (
    EDUCATION,
    PART_TIME,
    PART_TIME_INVOLUNTARY,
    RACES,
    SELF_EMPLOYED,
    SEXES,
    TEMPORARY_LAYOFF,
    TRAIT_DISABILITY,
    TRAIT_ENROLLED,
    TRAIT_RECORD,
    UNEMPLOYED,
)
from laborsim.market.economy import Economy
from laborsim.market.tables import World
from laborsim.region.budget.types import SPACING
from laborsim.region.margins import TOP_AGE, Margins, band_of, margins
from laborsim.region.pack import Pack
from laborsim.region.tables import EDUCATION_AGES, RACE_AGES, RATE_AGES, REASONS, SECTORS

F8 = NDArray[np.float64]

#: Margins that are shares: their absolute error is the fit. The others are counts or wages: the relative error.
SHARES = (
    "participation", "unemployment", "self_employed", "part_time", "part_time_involuntary", "no_car", "disability",
    "record", "enrolled", "inactive", "alone",
)


class _Report:
    def __init__(self) -> None:
        self.rows: list[tuple[str, str, float, float, float, float]] = []

    def add(self, margin: str, group: str, want: float, got: float, size: float = np.nan) -> None:
        error = got - want if margin in SHARES else (got / want - 1.0 if want > 0 else np.nan)
        self.rows.append((margin, group, want, got, error, size))

    def many(self, margin: str, labels: Iterable[str], want: F8, got: F8) -> None:
        for label, w, g in zip(labels, np.ravel(want), np.ravel(got), strict=True):
            if w > 0:
                self.add(margin, label, float(w), float(g), float(w))


def _labels(*axes: Sequence[str]) -> list[str]:
    out = [""]
    for axis in axes:
        out = [f"{a}|{b}" if a else b for a in out for b in axis]
    return out


def fit_report(world: World, pack: Pack, economy: Economy, national: Pack | None = None,
               scale: float = 1.0) -> pd.DataFrame:
    """Every margin of a synthesized region against its pack.

    Parameters
    ----------
    world : as synthesized, before any month.
    pack, economy : what it was made from. national : the national pack, read if None.
    scale : share of people simulated.

    Returns
    -------
    DataFrame with columns margin, group, want, got, error, size: counts at full scale with relative error,
    shares with absolute error; worst first within a margin. `size` is the count simulated behind the figure.
    """
    from laborsim.region.pack import load_national

    m = margins(pack, national or load_national(), economy)
    report = _Report()
    _people(report, m, world, scale)
    _labor_force(report, m, world)
    _employers(report, m, economy, world, scale)
    frame = pd.DataFrame(report.rows, columns=["margin", "group", "want", "got", "error", "size"])
    counts = ~frame["margin"].map(lambda x: is_share(x) or "wage" in x)
    frame["size"] = frame["size"] * np.where(counts, scale, 1.0)
    order = frame.assign(worst=frame["error"].abs(), first=pd.factorize(frame["margin"])[0])
    return order.sort_values(["first", "worst"], ascending=[True, False], kind="stable").drop(
        columns=["worst", "first"]).reset_index(drop=True)


def _people(report: _Report, m: Margins, world: World, scale: float) -> None:
    p, h = world.people, world.households
    zones = m.zones
    n_zones = len(zones)
    zone, sex, race, education = (p.arrays[k].astype(np.int64) for k in ("zone", "sex", "race", "education"))
    years = np.minimum(-p.birth.astype(np.int64) // 12, TOP_AGE)

    def count(*parts: tuple[NDArray[Any], int]) -> F8:
        flat = np.zeros(zone.size, np.int64)
        for values, n in parts:
            flat = flat * n + values
        shape = tuple(n for _, n in parts)
        return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape) / scale

    z, s = (zone, n_zones), (sex, 2)
    five = [f"{a}-{a + 4}" if a < TOP_AGE else f"{a}+" for a in range(15, TOP_AGE + 1, 5)]
    band = np.array([max(0, (a - 15) // 5) for a in range(TOP_AGE + 1)])
    want = np.zeros((n_zones, 2, len(five)))
    for a in range(16, TOP_AGE + 1):
        want[:, :, band[a]] += m.people[:, a]
    report.many("age_sex", _labels(zones, SEXES, five), want, count(z, s, (band[years], len(five))))

    e_band = band_of(np.arange(TOP_AGE + 1), EDUCATION_AGES)
    by_band = np.zeros((n_zones, len(EDUCATION_AGES), 2))
    r_band = band_of(np.arange(TOP_AGE + 1), RACE_AGES)
    by_race_band = np.zeros((n_zones, len(RACE_AGES)))
    for a in range(16, TOP_AGE + 1):
        by_band[:, e_band[a]] += m.people[:, a]
        by_race_band[:, r_band[a]] += m.people[:, a].sum(-1)
    got = count(z, (e_band[years], len(EDUCATION_AGES)), s, (education, len(EDUCATION)))
    report.many("education", _labels(zones, EDUCATION_AGES, SEXES, EDUCATION), by_band[..., None] * m.education, got)
    got = count(z, (r_band[years], len(RACE_AGES)), (race, len(RACES)))
    report.many("race", _labels(zones, RACE_AGES, RACES), by_race_band[..., None] * m.race, got)

    adults = m.adults
    with np.errstate(invalid="ignore", divide="ignore"):
        report.many("households", zones, adults / m.adults_per_household,
                    np.bincount(h.zone, minlength=n_zones) / scale)
    report.many("children", zones, m.people[:, :16].sum((1, 2)),
                np.bincount(h.zone, h.children, n_zones) / scale)
    _children_by_age(report, m, world, scale)
    no_car = np.bincount(h.zone, h.car == 0, n_zones) / np.maximum(np.bincount(h.zone, minlength=n_zones), 1)
    _shares(report, "no_car", zones, m.no_car, no_car, np.bincount(h.zone, minlength=n_zones))

    alone = np.repeat(h.adults == 1, h.adults)  # households are contiguous
    childless = np.repeat(h.children == 0, h.adults)
    rates = band_of(years, RATE_AGES)
    cell = (zone * 2 + sex) * len(RATE_AGES) + rates
    size = np.bincount(cell, minlength=m.alone.size)
    share = np.bincount(cell, alone & childless, m.alone.size) / np.maximum(size, 1)
    _shares(report, "alone", _labels(zones, SEXES, RATE_AGES), m.alone, share, size)
    group = rates * 2 + sex
    size = np.bincount(group, minlength=2 * len(RATE_AGES))
    for name, bit in (("disability", TRAIT_DISABILITY), ("record", TRAIT_RECORD), ("enrolled", TRAIT_ENROLLED)):
        share = np.bincount(group, (p.traits & bit) > 0, size.size) / np.maximum(size, 1)
        _shares(report, name, _labels(RATE_AGES, SEXES), m.traits[name], share, size)


def _children_by_age(report: _Report, m: Margins, world: World, scale: float, spacing: int = SPACING) -> None:
    h = world.households
    got = np.zeros(16)
    for j in range(int(h.children.max(initial=0))):
        months = -h.youngest.astype(np.int64) + spacing * j
        has = (h.children > j) & (months < 192) & (months >= 0)
        got += np.bincount(months[has] // 12, minlength=16)[:16]
    report.many("children", [f"all|{a}" for a in range(16)], m.people[:, :16].sum((0, 2)), got / scale)


def _shares(report: _Report, margin: str, labels: Sequence[str], want: F8, got: F8, size: NDArray[Any]) -> None:
    for label, w, g, n in zip(labels, np.ravel(want), np.ravel(got), np.ravel(size), strict=True):
        if n > 0 and np.isfinite(w):
            report.add(margin, label, float(w), float(g), float(n))


def _labor_force(report: _Report, m: Margins, world: World) -> None:
    p = world.people
    zone, state = p.zone.astype(np.int64), p.state
    n = len(m.zones)
    people = np.bincount(zone, minlength=n)
    force = np.bincount(zone, state <= UNEMPLOYED, n)
    working = np.maximum(np.bincount(zone, state <= SELF_EMPLOYED, n), 1)
    idle = np.bincount(zone, (state == UNEMPLOYED) | (state == TEMPORARY_LAYOFF), n)
    t = m.labor_force
    _shares(report, "participation", m.zones, t["participation"], force / np.maximum(people, 1), people)
    _shares(report, "unemployment", m.zones, t["unemployment"], idle / np.maximum(force, 1), force)
    for name, code in (("self_employed", SELF_EMPLOYED), ("part_time", PART_TIME),
                       ("part_time_involuntary", PART_TIME_INVOLUNTARY)):
        _shares(report, name, m.zones, t[name], np.bincount(zone, state == code, n) / working, working)
    out = state > UNEMPLOYED
    group = (band_of(-p.birth.astype(np.int64) // 12, RATE_AGES) * 2 + p.sex)[out]
    shape = (len(RATE_AGES) * 2, len(REASONS))
    got = np.bincount(group * len(REASONS) + (state[out].astype(np.int64) - UNEMPLOYED - 1),
                      minlength=shape[0] * shape[1]).reshape(shape)
    size = np.repeat(got.sum(1, keepdims=True), shape[1], axis=1)
    _shares(report, "inactive", _labels(RATE_AGES, SEXES, REASONS), m.reasons, got / np.maximum(size, 1), size)


def _employers(report: _Report, m: Margins, economy: Economy, world: World, scale: float) -> None:
    c, e, p = world.cells, world.establishments, world.people
    n, n_sectors = len(m.zones), len(SECTORS)
    shape = (n, n_sectors)
    jobs = np.bincount(c.zone.astype(np.int64) * n_sectors + c.sector, c.filled, n * n_sectors).reshape(shape) / scale
    places = np.bincount(e.zone.astype(np.int64) * n_sectors + e.sector, minlength=n * n_sectors).reshape(shape) / scale
    report.many("jobs", _labels(m.zones, SECTORS), m.jobs, jobs)
    report.many("establishments", _labels(m.zones, SECTORS), m.establishments, places)
    by_occupation = np.bincount(c.occupation, c.filled, economy.occupations) / scale
    report.many("jobs_by_occupation", economy.occ_codes, jobs.sum(0) @ m.staffing, by_occupation)
    at = (p.state < SELF_EMPLOYED) & (p.job >= 0)
    flows = np.bincount(p.zone[at].astype(np.int64) * n + c.zone[p.job[at]], minlength=n * n).reshape(n, n)
    home = flows / np.maximum(flows.sum(1, keepdims=True), 1)
    want = m.commuting / np.maximum(m.commuting.sum(1, keepdims=True), 1e-9)
    for i, a in enumerate(m.zones):
        for j, b in enumerate(m.zones):
            report.rows.append(("commuting_share", f"{a}|{b}", float(want[i, j]), float(home[i, j]),
                                float(home[i, j] - want[i, j]), float(flows[i].sum())))
    inside = at & (p.zone < economy.outside)
    _wages(report, m, economy, p.occupation[inside], p.wage[inside].astype(float))


def _wages(report: _Report, m: Margins, economy: Economy, occupation: NDArray[Any], wage: F8) -> None:
    major = economy.occ_major[occupation]
    for k, code in enumerate(economy.major_codes):
        mine = np.flatnonzero(economy.occ_major == k)
        jobs = np.bincount(occupation, minlength=economy.occupations)[mine]
        own = wage[major == k]
        if own.size < 50 or jobs.sum() == 0:
            continue
        for q, name in enumerate(("p10", "p25", "p50", "p75", "p90")):
            want = float(np.exp((np.log(np.maximum(m.percentiles[mine, q], 0.01)) * jobs).sum() / jobs.sum()))
            got = _mean_percentile(occupation, wage, mine, jobs, int(name[1:]))
            report.add("wage_" + name, f"major:{code}", want, got, float(own.size))
    weight = np.bincount(occupation, minlength=economy.occupations) / max(occupation.size, 1)
    middle, within = np.log(m.percentiles[:, 2]), np.log(m.percentiles[:, 4] / m.percentiles[:, 0]) / 2.563
    mean = float((weight * middle).sum())
    spread = float((weight * ((middle - mean) ** 2 + within**2)).sum()) ** 0.5
    report.add("log_wage_sd", "all", spread, float(np.log(wage).std()), float(wage.size))


def _mean_percentile(occupation: NDArray[Any], wage: F8, mine: NDArray[Any], weight: NDArray[Any], q: int) -> float:
    total = 0.0
    for o, w in zip(mine, weight, strict=True):
        if w > 0:
            total += w * np.log(np.percentile(wage[occupation == o], q))
    return float(np.exp(total / weight.sum()))


def summary(report: pd.DataFrame, least: float = 200.0) -> pd.DataFrame:
    """Worst and typical error of each margin, among groups of at least `least` people, households or jobs.

    Returns
    -------
    DataFrame with columns margin, groups, mean_error, worst_error, worst_group.
    """
    rows = []
    for margin, part in report.groupby("margin", sort=False):
        part = part[part["size"] >= least]
        if part.empty:
            continue
        worst = part.iloc[int(np.argmax(part["error"].abs().to_numpy()))]
        rows.append((margin, len(part), float((part["error"].abs() * part["size"]).sum() / part["size"].sum()),
                     float(worst["error"]), worst["group"]))
    return pd.DataFrame(rows, columns=["margin", "groups", "mean_error", "worst_error", "worst_group"])


def is_share(margin: str) -> bool:
    """Whether errors of this margin are differences of shares; the others are relative."""
    return margin in SHARES or margin == "commuting_share"
