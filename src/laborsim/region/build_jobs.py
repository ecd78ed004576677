"""Jobs by zone and sector: QCEW 2016 moved to the start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.region.build_population import Builder
from laborsim.region.national_sectors import us_sectors
from laborsim.region.places import STATES
from laborsim.region.sources import figure
from laborsim.region.tables import SECTORS

F8 = NDArray[np.float64]
_GOVERNMENT = {"GF": 1, "GS": 2, "GL": 3}
#: Sectors that sit where people live rather than where jobs gather: parts get shares between the two.
_LOCAL = ("44-45", "6244", "72", "81", "GL", "23")


#: States whose counties QCEW 2016 holds in full, and sectors of ACS table C24050 by the model's.
_FULL = ("MO", "KY", "OR", "KS")
_ACS_SECTORS = {
    "Agriculture, forestry, fishing and hunting, and mining": ("11", "21"),
    "Construction": ("23",),
    "Manufacturing": ("31-33",),
    "Wholesale trade": ("42",),
    "Retail trade": ("44-45",),
    "Transportation and warehousing, and utilities": ("22", "48-49"),
    "Information": ("51",),
    "Finance and insurance, and real estate, and rental and leasing": ("52", "53"),
    "Professional, scientific, and management, and administrative, and waste management services": ("54", "55", "56"),
    "Educational services, and health care and social assistance": ("61", "62", "6244"),
    "Arts, entertainment, and recreation, and accommodation and food services": ("71", "72"),
    "Other services, except public administration": ("81",),
}


@dataclass(frozen=True)
class CountyJobs:
    """One county or zone by sector (S,): jobs, establishments, weekly wage, and the source of each."""

    jobs: F8
    establishments: F8
    wage: F8
    source: tuple[str, ...]


def _rows(b: Builder, sector: str) -> pd.DataFrame:
    """QCEW 2016 of all counties for one sector, by county."""

    def make() -> pd.DataFrame:
        if sector in _GOVERNMENT:
            frame, own, industry = b.data.qcew, _GOVERNMENT[sector], "10"
        else:
            frame, own, industry = b.data.qcew_detail if sector == "6244" else b.data.qcew, 5, sector
        mine = frame[(frame["own_code"] == own) & (frame["industry_code"] == industry)]
        return mine.drop_duplicates("area_fips").set_index("area_fips")[_QCEW]

    rows: pd.DataFrame = b.once(f"qcew {sector}", make)
    return rows


_QCEW = ["annual_avg_emp", "annual_avg_estabs", "avg_weekly_wage"]


def _usual(b: Builder) -> tuple[F8, F8]:
    """Jobs per establishment and weekly wage by sector over all counties at hand that publish them."""

    def make() -> tuple[F8, F8]:
        size, wage = np.ones(len(SECTORS)), np.zeros(len(SECTORS))
        for i, s in enumerate(SECTORS):
            rows = _rows(b, s)
            rows = rows[rows["annual_avg_emp"].notna() & (rows["annual_avg_estabs"] > 0)]
            if len(rows):
                size[i] = rows["annual_avg_emp"].sum() / rows["annual_avg_estabs"].sum()
                wage[i] = (rows["annual_avg_emp"] * rows["avg_weekly_wage"]).sum() / max(
                    rows["annual_avg_emp"].sum(), 1
                )
        return size, wage

    made: tuple[F8, F8] = b.once("usual size and wage", make)
    return made


def county_jobs(b: Builder, fips: str) -> CountyJobs:
    """QCEW 2016 of one county; suppressed cells share the residual of the private total by usual size."""
    made: CountyJobs = b.once(f"county jobs {fips}", lambda: _county_jobs(b, fips))
    return made


def state_mix(b: Builder, state: str) -> F8:
    """(S,) shares of jobs in a state without QCEW here: that of the states with it, tilted by residents' industries."""
    mix = np.array([_rows(b, s)["annual_avg_emp"].sum() for s in SECTORS])
    acs = b.data.acs_state[b.data.acs_state["table"] == "C24050"]
    acs = acs.assign(label=acs["label"].str.removeprefix("Total > "))
    acs = acs[acs["label"].isin(list(_ACS_SECTORS))]
    share = {
        name: rows.groupby("label")["estimate"].sum() / rows["estimate"].sum()
        for name, rows in (("own", acs[acs["state"] == state]), ("full", acs[acs["state"].isin(_FULL)]))
    }
    for label, sectors in _ACS_SECTORS.items():
        here = [SECTORS.index(s) for s in sectors]
        mix[here] *= float(share["own"][label] / share["full"][label])
    return np.asarray(mix / mix.sum())


def _county_jobs(b: Builder, fips: str) -> CountyJobs:
    size, wage_mean = _usual(b)
    n = len(SECTORS)
    if fips not in b.once("qcew counties", lambda: set(b.data.qcew["area_fips"])):
        # as many jobs as residents employed, allowing for the self-employed, in the state's mix
        employed = float(b.once("employed 2016", lambda: _employed(b, 2016))[fips])
        state = STATES[fips[:2]]
        guess = 0.92 * employed * b.once(f"mix of {state}", lambda: state_mix(b, state))
        return CountyJobs(guess, guess / size, wage_mean, ("jobs_assumed",) * n)
    jobs, places, wage = np.full(n, np.nan), np.zeros(n), np.full(n, np.nan)
    for i, s in enumerate(SECTORS):
        rows = _rows(b, s)
        if fips in rows.index:
            jobs[i], places[i], wage[i] = (figure(rows, fips, c) for c in _QCEW)
    source = np.full(n, "qcew2016", dtype=object)
    day, health = SECTORS.index("6244"), SECTORS.index("62")
    if np.isnan(jobs[day]):  # a usual share of health care and social assistance
        source[day] = "qcew2016_estimated" if places[day] > 0 else "child_care_jobs"
        places[day] = places[day] or round(0.04 * places[health])
        jobs[day] = places[day] * size[day]
    estimated = np.isnan(jobs) & (places > 0)
    source[estimated] = "qcew2016_estimated"
    totals = b.data.qcew[(b.data.qcew["own_code"] == 5) & (b.data.qcew["industry_code"] == "10")]
    private = b.once("qcew private", lambda: totals.drop_duplicates("area_fips").set_index("area_fips"))
    residual = float(private.at[fips, "annual_avg_emp"]) - np.nansum(
        [jobs[i] for i, s in enumerate(SECTORS) if s not in _GOVERNMENT and s != "6244"]
    )
    fill = estimated & np.array([s not in _GOVERNMENT for s in SECTORS])
    weight = places * size * fill
    if weight.sum() > 0:
        jobs[fill] = (max(residual, 0.1 * weight.sum()) * weight / weight.sum())[fill]
    rest = estimated & ~fill
    jobs[rest] = (places * size)[rest]
    jobs = np.nan_to_num(jobs)
    jobs[health] = max(jobs[health] - jobs[day], 0.0)
    places[health] = max(places[health] - places[day], 1.0)
    return CountyJobs(jobs, places, np.where(np.isnan(wage) | (wage <= 0), wage_mean, wage), tuple(source))


def _employed(b: Builder, year: int) -> pd.Series:
    """Residents employed by county; where the year is not at hand, the last one before."""
    frame = b.data.laus_annual
    frame = frame[frame["year"] <= year].sort_values("year")
    return frame.groupby("fips")["employed"].last()


def growth_to_start(b: Builder) -> dict[str, F8]:
    """County -> (S,) growth of jobs from 2016 to the year around the start.

    National sector growth (CES), times a county factor that meets the QCEW quarterly totals where there are
    any, and the mean of the region's counties that have them elsewhere.
    """
    made: dict[str, F8] = b.once("growth of jobs", lambda: _growth_to_start(b))
    return made


def _growth_to_start(b: Builder) -> dict[str, F8]:
    start = b.start
    level = us_sectors(b.data, raw=True)
    before = level.loc["2016-01":"2016-12"].mean()
    centred = pd.period_range(end=pd.Period(start, "M") + 5, periods=12, freq="M").strftime("%Y-%m")
    national = (level.loc[list(centred)].mean() / before)[list(SECTORS)].to_numpy(dtype=np.float64)
    q = b.data.qcew_quarterly
    out, factors = {}, {}
    for c in b.counties:
        mine = q[q["fips"] == c].set_index("quarter_month")["employment_month3_000s"]
        was = [mine.get(f"2016-{m}", np.nan) for m in ("03", "06", "09", "12")]
        now = [mine.get(m, np.nan) for m in ("2017-09", "2017-12", "2018-03", "2018-06")]
        if not (np.isnan(was).any() or np.isnan(now).any()):
            jobs = county_jobs(b, c).jobs
            factors[c] = float(np.mean(now) / np.mean(was) / ((jobs * national).sum() / jobs.sum()))
    mean = float(np.mean(list(factors.values()))) if factors else 1.0
    for c in b.counties:
        out[c] = national * factors.get(c, mean)
    return out


def zone_jobs(b: Builder) -> dict[str, CountyJobs]:
    """Zone -> jobs at the start; parts of a county share each sector by jobs, local services half by people."""
    made: dict[str, CountyJobs] = b.once("zone jobs", lambda: _zone_jobs(b))
    return made


def _zone_jobs(b: Builder) -> dict[str, CountyJobs]:
    growth = growth_to_start(b)
    cpi_1619 = 255.657 / 240.007
    out = {}
    for z in b.inside:
        c = county_jobs(b, z.county)
        share = np.array(
            [(z.jobs_share + z.people_share) / 2 if s in _LOCAL else z.jobs_share for s in SECTORS]
        )
        if z.kind == "part":  # the rest of the sectors keep the part's share of all jobs
            total = (c.jobs * growth[z.county]).sum()
            local = np.array([s in _LOCAL for s in SECTORS])
            held = (c.jobs * growth[z.county] * share * local).sum()
            others = (c.jobs * growth[z.county] * ~local).sum()
            share[~local] = np.clip((total * z.jobs_share - held) / others, 0.0, 1.0)
        out[z.code] = CountyJobs(
            c.jobs * growth[z.county] * share,
            c.establishments * share,
            c.wage * cpi_1619,
            c.source,
        )
    return out


def jobs(b: Builder, outside_jobs: float) -> pd.DataFrame:
    """Jobs of every zone; the outside zone has `outside_jobs` of them, in the region's mix."""
    by_zone = zone_jobs(b)
    rows = []
    total = np.sum([v.jobs for v in by_zone.values()], axis=0)
    places = np.sum([v.establishments for v in by_zone.values()], axis=0)
    wage = np.sum([v.jobs * v.wage for v in by_zone.values()], axis=0) / np.maximum(total, 1e-9)
    for z in b.zones:
        if z.kind == "outside":
            scale = outside_jobs / total.sum()
            c = CountyJobs(total * scale, np.maximum(places * scale, 1.0), wage, ("outside_jobs",) * len(SECTORS))
        else:
            c = by_zone[z.code]
        for i, s in enumerate(SECTORS):
            places_now = max(float(c.establishments[i]), 1.0) if c.jobs[i] > 0.5 else 0.0
            rows.append(
                (
                    z.code,
                    s,
                    round(float(c.jobs[i]), 1) if places_now else 0.0,
                    round(places_now, 1),
                    round(float(c.wage[i]), 1),
                    c.source[i],
                )
            )
    return pd.DataFrame(rows, columns=["zone", "sector", "jobs", "establishments", "weekly_wage", "source"])
