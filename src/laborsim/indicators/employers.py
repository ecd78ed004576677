"""Jobs of the region: hires and separations (JOLTS), vacancies, wages paid, quality, turnover."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.row import Row, ratio
from laborsim.indicators.snapshot import Snapshot
from laborsim.market.codes import (
    CLOSURE,
    DISCHARGE,
    LAYOFF,
    LAYOFF_TEMPORARY,
    PRINCIPLES,
    QUIT_TO_INACTIVE,
    QUIT_TO_JOB,
    QUIT_TO_UNEMPLOYED,
)
from laborsim.market.counts import I8

F8 = NDArray[np.float64]
QUITS = (QUIT_TO_JOB, QUIT_TO_INACTIVE, QUIT_TO_UNEMPLOYED)
LAYOFFS = (LAYOFF, LAYOFF_TEMPORARY, CLOSURE, DISCHARGE)
DAYS = 365.25 / 12.0


class _Sites:
    """Sums over (sector, zone) by place of work, then by sector over the region."""

    def __init__(self, s: Snapshot) -> None:
        self.inside = s.places[0]
        self.places = s.places
        self.names = [*s.place_names, *(f"sector:{c}" for c in s.month.economy.sector_codes)]

    def __call__(self, table: I8 | F8) -> F8:
        t = np.asarray(table, np.float64)
        return np.concatenate([self.places @ t.sum(axis=0), t @ self.inside])


def fill(s: Snapshot, row: Row) -> None:
    """Figures by place of work and by sector."""
    c, scale, site = s.month.counts, s.scale, _Sites(s)
    jobs, open_ = site(s.cells.filled), site(s.cells.vacancies)
    hires, recalls = site(c.hires), site(c.recalls)
    names = site.names
    row.put("jobs", names, jobs, scale)
    row.put("openings", names, open_, scale)
    row.put("openings_rate", names, open_, open_ + jobs)
    row.put("hires_rate", names, hires + recalls, jobs)
    reasons = np.stack([site(table) for table in c.separations])
    quits, layoffs, all_ = (
        reasons[list(QUITS)].sum(axis=0),
        reasons[list(LAYOFFS)].sum(axis=0),
        reasons.sum(axis=0),
    )
    row.put("quits_rate", names, quits, jobs)
    row.put("layoffs_rate", names, layoffs, jobs)
    row.put("other_separations_rate", names, all_ - quits - layoffs, jobs)
    row.put("separations_rate", names, all_, jobs)
    filled = site(c.openings_filled)
    row.put("vacancy_duration", names, DAYS * ratio(open_, filled))
    row.put("time_to_fill", names, DAYS / 256.0 * ratio(site(c.fill_age), filled))
    row.put("applications_per_vacancy", names, site(c.applications), open_ + filled)
    pay = site(s.people.pay) / 100.0
    row.put("payroll", names, 52.0 * pay, scale)
    row.put("weekly_wage", names, pay, jobs)
    _turnover(s, row, site)
    places = list(s.place_names)
    row.put("quality_jobs", places, s.places @ s.people.good_jobs.sum(axis=0), scale)
    row.put("good_openings", places, s.places @ c.good_openings, scale)
    row.put("good_vacancy_fill_rate", places, s.places @ c.good_filled, s.places @ c.good_openings)
    _new_hires(s, row, hires[: len(places)])
    _establishments(s, row)
    totals = jobs[: len(places), None] * 255.0
    quality = ratio(s.places @ s.cells.quality, totals)
    for q, principle in enumerate(PRINCIPLES):
        row.put(f"quality_{principle}", places, quality[:, q])
    _occupations(s, row)


def _turnover(s: Snapshot, row: Row, site: _Sites) -> None:
    """Separations at the mean annual wage of their sector and zone, times what it takes to replace a worker."""
    annual = 52.0 * ratio(s.people.pay / 100.0, s.cells.filled)
    annual = np.where(np.isnan(annual), 0.0, annual)
    cost = s.month.counts.separations.sum(axis=0) * annual * float(s.room["turnover_cost_share"])
    row.put("turnover_cost", site.names, 12.0 * site(cost) / s.scale)


def _new_hires(s: Snapshot, row: Row, hired: F8) -> None:
    past = s.history.setdefault("hires", {})
    past[s.month.index] = hired
    then = past.pop(s.month.index - 12, None)
    kept = s.places @ s.people.kept.sum(axis=0)
    missing = np.full(len(s.place_names), np.nan)
    row.put("retention_12_month_new_hires", s.place_names, missing if then is None else ratio(kept, then))


def _establishments(s: Snapshot, row: Row) -> None:
    e, now, zones = s.month.world.establishments, s.month.index, s.month.economy.zones
    n = e.size
    alive = (e.opened[:n] <= now) & (e.closed[:n] > now)
    by_zone = np.bincount(e.zone[:n][alive], minlength=zones)
    row.put("establishments", s.place_names, s.places @ by_zone / s.scale)


def _occupations(s: Snapshot, row: Row) -> None:
    """Openings by reason and by SOC major group; counts of the region and its commuting belt together."""
    eco, c, scale = s.month.economy, s.month.counts, s.scale
    majors = len(eco.major_codes)
    names = ["all", *(f"occupation:{m}" for m in eco.major_codes)]

    def by_major(x: I8) -> F8:
        parts = np.bincount(eco.occ_major, weights=x.astype(np.float64), minlength=majors)
        return np.concatenate([[parts.sum()], parts])

    row.put("replacement_openings", names, by_major(c.replacement), scale)
    row.put("growth_openings", names, by_major(c.growth), scale)
    row.put("ai_displaced", names, by_major(c.ai_displaced), scale)
    filled = by_major(c.filled)
    row.put("share_openings_filled", names, filled, filled + by_major(s.cells.vacancies_by_occupation))
    row.put("jobs", names[1:], by_major(s.cells.filled_by_occupation)[1:], scale)


__all__ = ["DAYS", "LAYOFFS", "QUITS", "fill"]
