"""Tables about jobs: QCEW by zone and sector, commuting, travel times, wages of occupations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.region.build_people import zone_labor_force
from laborsim.region.build_population import Builder, rake
from laborsim.region.national import occupation_codes, us_sectors
from laborsim.region.pack import Zone
from laborsim.region.pay import hourly, minor_group, pooled_quantiles, wage_to_2019
from laborsim.region.sources import figure
from laborsim.region.tables import SECTORS

F8 = NDArray[np.float64]
_GOVERNMENT = {"GF": 1, "GS": 2, "GL": 3}
#: Sectors that sit where people live rather than where jobs gather: parts get shares between the two.
_LOCAL = ("44-45", "6244", "72", "81", "GL", "23")


@dataclass(frozen=True)
class CountyJobs:
    """One county by sector (S,): jobs, establishments, weekly wage, and whether BLS suppressed the cell."""

    jobs: F8
    establishments: F8
    wage: F8
    estimated: NDArray[np.bool_]
    assumed: bool = False  # the county publishes nothing


def _mean_size(b: Builder) -> tuple[F8, F8]:
    """Jobs per establishment and weekly wage by sector over all counties at hand that publish them."""
    q = b.data.qcew
    size, wage = np.ones(len(SECTORS)), np.zeros(len(SECTORS))
    for i, s in enumerate(SECTORS):
        rows = _rows(b, q, s)
        rows = rows[rows["annual_avg_emp"].notna() & (rows["annual_avg_estabs"] > 0)]
        if len(rows):
            size[i] = rows["annual_avg_emp"].sum() / rows["annual_avg_estabs"].sum()
            wage[i] = (rows["annual_avg_emp"] * rows["avg_weekly_wage"]).sum() / max(
                rows["annual_avg_emp"].sum(), 1
            )
    return size, wage


def _rows(b: Builder, frame: pd.DataFrame, sector: str) -> pd.DataFrame:
    if sector in _GOVERNMENT:
        return frame[(frame["own_code"] == _GOVERNMENT[sector]) & (frame["industry_code"] == "10")]
    if sector == "6244":
        frame = b.data.qcew_detail
    return frame[(frame["own_code"] == 5) & (frame["industry_code"] == sector)]


def county_jobs(b: Builder, fips: str) -> CountyJobs:
    """QCEW 2016 of one county; suppressed cells share the residual of the private total by usual size."""
    size, wage_mean = _mean_size(b)
    mine = b.data.qcew[b.data.qcew["area_fips"] == fips]
    n = len(SECTORS)
    if mine.empty:  # as many jobs as residents employed, allowing for the self-employed, in the nation's mix
        annual = b.data.laus_annual.query("fips == @fips and year == 2016")["employed"]
        mix = (
            us_sectors(b.data, raw=True)
            .loc["2016-01":"2016-12"]
            .mean()[list(SECTORS)]
            .to_numpy(dtype=np.float64)
        )
        guess = 0.92 * float(annual.iloc[0]) * mix / mix.sum()
        return CountyJobs(guess, guess / size, wage_mean, np.ones(n, bool), assumed=True)
    jobs, places, wage = np.full(n, np.nan), np.zeros(n), np.full(n, np.nan)
    for i, s in enumerate(SECTORS):
        rows = _rows(b, mine, s)
        rows = rows[rows["area_fips"] == fips]
        if len(rows):
            jobs[i], places[i], wage[i] = rows.iloc[0][
                ["annual_avg_emp", "annual_avg_estabs", "avg_weekly_wage"]
            ]
    day, health = SECTORS.index("6244"), SECTORS.index("62")
    if np.isnan(jobs[day]):  # a usual share of health care and social assistance
        places[day] = places[day] or round(0.04 * places[health])
        jobs[day] = places[day] * size[day]
        day_estimated = True
    else:
        day_estimated = False
    estimated = np.isnan(jobs) & (places > 0)
    private = mine[(mine["own_code"] == 5) & (mine["industry_code"] == "10")].iloc[0]
    residual = float(private["annual_avg_emp"]) - np.nansum(
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
    estimated[day] = day_estimated
    return CountyJobs(jobs, places, np.where(np.isnan(wage) | (wage <= 0), wage_mean, wage), estimated)


def growth_to_start(b: Builder) -> dict[str, F8]:
    """County -> (S,) growth of jobs from 2016 to the year around the start.

    National sector growth (CES), times a county factor that meets the QCEW quarterly totals where there are
    any, and the mean of the region's counties that have them elsewhere.
    """
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
            c.estimated,
            c.assumed,
        )
    return out


@dataclass(frozen=True)
class Balance:
    """Workers by home and work, outside included, and the size of the outside zone."""

    flows: F8  # (Z, Z)
    outside_people: float
    outside_jobs: float


def balance(b: Builder) -> Balance:
    """Commuting at the start: Census 2000 flows raked to employed payroll residents and jobs.

    The in-commuters close the balance: jobs less employed residents plus out-commuters. The outside zone
    holds the commuting belt only: its jobs are twice the out-commuters, half of them held by its own people.
    """
    zones, n = b.inside, len(b.inside)
    jobs = zone_jobs(b)
    work = np.array([jobs[z.code].jobs.sum() for z in zones])
    lf = zone_labor_force(b)
    home = np.array(
        [
            lf[z.code]["labor_force"] * (1 - lf[z.code]["unemployment"]) * (1 - lf[z.code]["self_employed"])
            for z in zones
        ]
    )
    flows, out_2000, in_2000, employed_2000 = _flows_2000(b)
    counties = b.counties
    out_share = np.array(
        [out_2000[counties.index(z.county)] / employed_2000[counties.index(z.county)] for z in zones]
    )
    leaving = home * out_share
    coming_total = work.sum() - home.sum() + leaving.sum()
    floor = 0.25 * work.sum() * in_2000.sum() / employed_2000.sum()
    if coming_total < floor:  # residents would outnumber jobs: more of them work beyond the border
        leaving *= (leaving.sum() + floor - coming_total) / leaving.sum()
        coming_total = floor
    into = np.array([in_2000[counties.index(z.county)] * z.jobs_share for z in zones])
    coming = np.minimum(into / into.sum() * coming_total, 0.6 * work)
    coming *= coming_total / coming.sum()
    seed = np.zeros((n, n))
    for i, h in enumerate(zones):
        for j, w in enumerate(zones):
            base = flows[counties.index(h.county), counties.index(w.county)]
            value = base * h.people_share * w.jobs_share
            if h.county == w.county and h.kind == "part":  # neighbours stay nearer home: assumed
                value *= 1.8 if i == j else 0.65
            seed[i, j] = value
    inner = rake(seed, home - leaving, work - coming)
    outside_jobs = 2 * leaving.sum()
    total = np.zeros((n + 1, n + 1))
    total[:n, :n] = inner
    total[:n, n], total[n, :n], total[n, n] = leaving, coming, outside_jobs / 2
    rate = lf["outside"]
    employed = (coming.sum() + outside_jobs / 2) / (1 - rate["self_employed"])
    adults = employed / (1 - rate["unemployment"]) / rate["participation"]
    share_adult = float(b.zone_population["outside"][16:].sum())
    return Balance(total, adults / share_adult, outside_jobs)


def _flows_2000(b: Builder) -> tuple[F8, F8, F8, F8]:
    """Census 2000 flows between the counties (the diagonal from employed residents), out, in, employed."""
    counties = b.counties
    frame = b.data.commuting
    n = len(counties)
    flows, leave, come = np.zeros((n, n)), np.zeros(n), np.zeros(n)
    where = {c: i for i, c in enumerate(counties)}
    mine = frame[frame["home_fips"].isin(counties) | frame["work_fips"].isin(counties)]
    for h, w, x in mine[["home_fips", "work_fips", "workers_2000"]].to_numpy():
        if h in where and w in where:
            flows[where[h], where[w]] = float(x)
        elif h in where:
            leave[where[h]] += float(x)
        else:
            come[where[w]] += float(x)
    annual = b.data.laus_annual.query("year == 2000").set_index("fips")["employed"]
    employed = np.array([float(annual[c]) for c in counties])
    for beyond in (
        leave,
        come,
    ):  # no flows at hand (a few counties): a fifth of workers cross the border, assumed
        if beyond.sum() == 0:
            beyond += 0.2 * employed
    for i in range(n):
        flows[i, i] = max(employed[i] - flows[i].sum() - leave[i], 0.25 * employed[i])
    return flows, leave, come, employed


def jobs(b: Builder, made: Balance) -> pd.DataFrame:
    by_zone = zone_jobs(b)
    rows = []
    total = np.sum([v.jobs for v in by_zone.values()], axis=0)
    places = np.sum([v.establishments for v in by_zone.values()], axis=0)
    wage = np.sum([v.jobs * v.wage for v in by_zone.values()], axis=0) / np.maximum(total, 1e-9)
    for z in b.zones:
        if z.kind == "outside":
            scale = made.outside_jobs / total.sum()
            c = CountyJobs(total * scale, np.maximum(places * scale, 1.0), wage, np.zeros(len(SECTORS), bool))
        else:
            c = by_zone[z.code]
        for i, s in enumerate(SECTORS):
            source = "jobs_assumed" if c.assumed else "qcew2016_estimated" if c.estimated[i] else "qcew2016"
            places_now = max(float(c.establishments[i]), 1.0) if c.jobs[i] > 0.5 else 0.0
            rows.append(
                (
                    z.code,
                    s,
                    round(float(c.jobs[i]), 1) if places_now else 0.0,
                    round(places_now, 1),
                    round(float(c.wage[i]), 1),
                    "outside_jobs" if z.kind == "outside" else source,
                )
            )
    return pd.DataFrame(rows, columns=["zone", "sector", "jobs", "establishments", "weekly_wage", "source"])


def commuting(b: Builder, made: Balance) -> pd.DataFrame:
    rows = [
        (
            h.code,
            w.code,
            round(float(made.flows[i, j]), 1),
            "outside_jobs" if "outside" in (h.kind, w.kind) else "flows2000",
        )
        for i, h in enumerate(b.zones)
        for j, w in enumerate(b.zones)
    ]
    return pd.DataFrame(rows, columns=["home", "work", "workers", "source"])


def _distance(a: Zone, c: Zone) -> float:
    """Kilometres between centroids (great circle)."""
    p, q = math.radians(a.latitude), math.radians(c.latitude)
    d = math.radians(c.longitude - a.longitude)
    return 6371.0 * math.acos(min(1.0, math.sin(p) * math.sin(q) + math.cos(p) * math.cos(q) * math.cos(d)))


def minutes(b: Builder, made: Balance) -> pd.DataFrame:
    """One-way minutes: a fixed part and one that grows with distance, scaled to the mean of the ACS."""
    zones, n = b.zones, len(b.zones)
    km = np.zeros((n, n))
    for i, h in enumerate(zones):
        for j, w in enumerate(zones):
            if "outside" in (h.kind, w.kind):
                km[i, j] = 45.0 if h.code != w.code else 12.0
            elif i == j:
                area = figure(b.data.profile, h.county, "joc_area (km^2)") * h.people_share
                km[i, j] = 0.36 * math.sqrt(min(area, 700.0))  # people cluster: no more than a city's spread
            else:
                km[i, j] = _distance(h, w)
    target = float(
        b.region_mean({z.code: figure(b.data.profile, z.county, "acs2017_MeanCommute") for z in b.inside})
    )
    flows = made.flows[: n - 1]
    fixed = 8.0
    slope = (target - fixed) * flows.sum() / (flows * km[: n - 1]).sum()
    rows = [
        (h.code, w.code, round(fixed + slope * km[i, j], 1), "minutes")
        for i, h in enumerate(zones)
        for j, w in enumerate(zones)
    ]
    return pd.DataFrame(rows, columns=["home", "work", "minutes", "source"])


#: County -> OEWS area of May 2025.
AREAS = {
    "28140": (
        "20091",
        "20103",
        "20107",
        "20121",
        "20209",
        "29013",
        "29025",
        "29037",
        "29047",
        "29049",
        "29095",
        "29107",
        "29165",
        "29177",
    ),
    "21660": ("41039",),
    "31140": ("18019", "18043", "18061", "21029", "21103", "21111", "21185", "21211", "21215"),
    "21060": ("21093", "21123"),
    "41180": ("29071", "29099", "29113", "29183", "29189", "29219", "29510"),
    "44180": ("29043", "29059", "29077", "29167", "29225"),
    "30460": ("21017", "21049", "21067", "21113", "21209", "21239"),
}
_STATE_AREA = {"29": "2900000", "21": "2100000", "41": "4100000"}


def wage_area(b: Builder) -> str:
    """OEWS area with most of the region's people: its metropolitan area, else the state, else the nation."""
    size: dict[str, float] = {}
    for c in b.counties:
        area = next((a for a, members in AREAS.items() if c in members), _STATE_AREA.get(c[:2], "0"))
        size[area] = size.get(area, 0.0) + float(b.population[c].sum())
    return max(sorted(size), key=lambda a: size[a])


def occupation_wages(b: Builder) -> pd.DataFrame:
    """Hourly percentiles of the area's minor groups in 2019 wages, and shares of its jobs."""
    codes = occupation_codes(b.data)
    area, us = (
        {
            c: g
            for c, g in hourly(b.data.oews[(b.data.oews["area_code"] == a) & (b.data.oews["level"] == 3)])
            .assign(group=lambda f: minor_group(f["soc"]))
            .groupby("group")
        }
        for a in (wage_area(b), "0")
    )
    p = (0.10, 0.25, 0.50, 0.75, 0.90)
    national = {c: pooled_quantiles(us[c], p) for c in codes}
    local = {c: pooled_quantiles(area[c], p) for c in codes if c in area}
    local = {c: q for c, q in local.items() if not np.isnan(q).any()}
    ratio = float(np.exp(np.median([np.log(q[2] / national[c][2]) for c, q in local.items()])))
    emp = {c: float(g["emp"].sum()) for c, g in area.items()}
    us_total = sum(float(us[c]["emp"].sum()) for c in codes)
    area_total = sum(emp.values())
    rows = []
    for c in codes:
        known = c in local
        q = np.asarray(local[c] if known else [x * ratio for x in national[c]])
        count = emp.get(c, 0.0) or 0.3 * area_total * float(us[c]["emp"].sum()) / us_total
        rows.append(
            (
                c,
                *(round(float(x), 3) for x in wage_to_2019(q, b.data)),
                count,
                "oews2025" if known else "oews2025_us",
            )
        )
    out = pd.DataFrame(
        rows, columns=["occupation", "p10", "p25", "p50", "p75", "p90", "employment", "source"]
    )
    out["employment"] /= out["employment"].sum()
    return out
