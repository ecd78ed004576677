"""Commuting: who lives and works where, and how long the way is.

Flows of Census 2000, raked to residents employed and jobs at the start. Where the data folder holds only some of a
county's flows, a gravity model stands in: the weight of another county's jobs falls exponentially with
distance. Its three constants were fitted to the flows of Missouri's and Kentucky's counties (own share of
workers: correlation 0.74, mean leaving 28.6% against 25.9%).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.region.build_force import zone_labor_force
from laborsim.region.build_jobs import zone_jobs
from laborsim.region.build_population import EXACT, Builder
from laborsim.region.pack import Zone
from laborsim.region.places import centroid, kilometres
from laborsim.region.rake import ipf
from laborsim.region.sources import figure

F8 = NDArray[np.float64]
_PULL: Final = 0.467  # weight of a worker's place elsewhere at no distance
_REACH: Final = 14.55  # kilometres at which it has fallen to 1/e
_OWN: Final = 0.565  # power of the own county's size
_MISFIT: Final = 0.002  # of residents at work, that raking may leave
_LONGEST: Final = 240.0  # minutes one way; places further apart are as good as that
#: Flows at hand are taken as whole if they make up this share of what the gravity model expects to leave.
_WHOLE: Final = 0.5


@dataclass(frozen=True)
class Balance:
    """Workers by home and work, outside included, and the size of the outside zone."""

    flows: F8  # (Z, Z)
    outside_people: float
    outside_jobs: float


def balance(b: Builder) -> Balance:
    """Commuting at the start: Census 2000 flows raked to employed payroll residents and jobs.

    The in-commuters close the balance: jobs less employed residents plus out-commuters; where zones have few links
    among them, they and the out-commuters give way zone by zone. The outside zone
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
    inner = ipf(seed, [((0,), home - leaving), ((1,), work - coming)], EXACT, 500)
    if np.abs(inner.sum(axis=1) / (home - leaving) - 1).max() > _MISFIT:
        # zones with few links among them: the flows across the border give way, by zone
        inner, leaving, coming = _close(seed, leaving, coming, home, work)
    outside_jobs = 2 * leaving.sum()
    total = np.zeros((n + 1, n + 1))
    total[:n, :n] = inner
    total[:n, n], total[n, :n], total[n, n] = leaving, coming, outside_jobs / 2
    rate = lf["outside"]
    employed = (coming.sum() + outside_jobs / 2) / (1 - rate["self_employed"])
    adults = employed / (1 - rate["unemployment"]) / rate["participation"]
    share_adult = float(b.zone_population["outside"][16:].sum())
    return Balance(total, adults / share_adult, outside_jobs)


def _close(seed: F8, leaving: F8, coming: F8, home: F8, work: F8) -> tuple[F8, F8, F8]:
    """Flows inside, out and in, scaled by zone until they add up to residents at work and to jobs."""
    inner = seed * home.sum() / max(float(seed.sum() + leaving.sum()), 1e-9)
    for _ in range(2000):
        rows = home / (inner.sum(axis=1) + leaving)
        inner, leaving = inner * rows[:, None], leaving * rows
        columns = work / (inner.sum(axis=0) + coming)
        inner, coming = inner * columns[None, :], coming * columns
        if max(np.abs(rows - 1).max(), np.abs(columns - 1).max()) < 1e-6:
            break
    return inner, leaving, coming


def known_flows(b: Builder) -> set[str]:
    """Counties whose flows of 2000 the data folder holds in full: by county, or by state as a whole."""

    def make() -> set[str]:
        model = _gravity(b)
        values = model.to_numpy()
        expected = pd.Series(values.sum(axis=1) - np.diag(values), index=model.index)
        there = b.data.commuting.groupby("home_fips")["workers_2000"].sum().reindex(model.index).fillna(0.0)
        state = model.index.str[:2]
        whole = there.groupby(state).sum() >= _WHOLE * expected.groupby(state).sum()
        return {c for c in model.index if whole[c[:2]] or there[c] >= _WHOLE * expected[c]}

    made: set[str] = b.once("known flows", make)
    return made


def _gravity(b: Builder) -> pd.DataFrame:
    """Workers of 2000 between all counties at hand by the gravity model, home x work."""
    made: pd.DataFrame = b.once("gravity", lambda: _gravity_flows(b))
    return made


def _employed_2000(b: Builder) -> pd.Series:
    annual = b.data.laus_annual.query("year == 2000").set_index("fips")["employed"].astype(float)
    return annual.loc[[c for c in b.data.profile.index if c in annual.index]]


def _gravity_flows(b: Builder) -> pd.DataFrame:
    employed = _employed_2000(b)
    codes = list(employed.index)
    size = employed.to_numpy(np.float64)
    place = np.radians(np.array([centroid(b.data, c) for c in codes]))
    latitude, longitude = place[:, 0], place[:, 1]
    cosine = np.sin(latitude)[:, None] * np.sin(latitude) + np.cos(latitude)[:, None] * np.cos(latitude) * np.cos(
        longitude[:, None] - longitude
    )
    weight = _PULL * size[None, :] * np.exp(-6371.0 / _REACH * np.arccos(np.clip(cosine, -1.0, 1.0)))
    np.fill_diagonal(weight, size**_OWN * np.median(size) ** (1 - _OWN))
    flows = size[:, None] * weight / weight.sum(axis=1, keepdims=True)
    return pd.DataFrame(flows, index=codes, columns=codes)


def _flows_2000(b: Builder) -> tuple[F8, F8, F8, F8]:
    """Flows of 2000 between the counties (the diagonal from employed residents), out, in, employed."""
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
    annual = _employed_2000(b)
    employed = np.array([float(annual[c]) for c in counties])
    known = known_flows(b)
    if not set(counties) <= known:
        model = _gravity(b)
        unknown = [c for c in model.index if c not in known]
        for c in (c for c in counties if c not in known):
            for other in unknown:
                if other == c:
                    continue
                if other in where:
                    flows[where[c], where[other]] = figure(model, c, other)
                else:
                    leave[where[c]] += figure(model, c, other)
                    come[where[c]] += figure(model, other, c)
    for i in range(n):
        flows[i, i] = max(employed[i] - flows[i].sum() - leave[i], 0.25 * employed[i])
    return flows, np.maximum(leave, 0.01 * employed), np.maximum(come, 0.01 * employed), employed


def commuting(b: Builder, made: Balance) -> pd.DataFrame:
    """Table `commuting`: workers by zone of home and of work, the outside included."""
    known = known_flows(b)

    def source(h: Zone, w: Zone) -> str:
        if "outside" in (h.kind, w.kind):
            return "outside_jobs"
        return "flows2000" if h.county in known or w.county in known else "flows_gravity"

    rows = [
        (h.code, w.code, round(float(made.flows[i, j]), 1), source(h, w))
        for i, h in enumerate(b.zones)
        for j, w in enumerate(b.zones)
    ]
    return pd.DataFrame(rows, columns=["home", "work", "workers", "source"])


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
                km[i, j] = kilometres((h.latitude, h.longitude), (w.latitude, w.longitude))
    target = float(
        b.region_mean({z.code: figure(b.data.profile, z.county, "acs2017_MeanCommute") for z in b.inside})
    )
    flows = made.flows[: n - 1]
    fixed = 8.0
    slope = (target - fixed) * flows.sum() / (flows * km[: n - 1]).sum()
    rows = [
        (h.code, w.code, round(min(fixed + slope * km[i, j], _LONGEST), 1), "minutes")
        for i, h in enumerate(zones)
        for j, w in enumerate(zones)
    ]
    return pd.DataFrame(rows, columns=["home", "work", "minutes", "source"])
