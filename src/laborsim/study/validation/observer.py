"""A model that is watched while it runs: people are followed by id, as a panel survey or tax records would.

`ObservedMarket` is the production model with columns added to its figures; nothing of what it watches goes back into
the market, so the state is that of a run that is not watched. `CheaperCare` is the same with a subsidy on all care.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.frame import Frame
from laborsim.market.codes import FEMALE, GONE, MALE, PART_TIME_INVOLUNTARY, SELF_EMPLOYED, TEMPORARY_LAYOFF
from laborsim.market.levers import Levers
from laborsim.market.month import Month
from laborsim.model import LaborMarket
from laborsim.study.validation.curves import CARE_SUBSIDY, TENURE_EDGES
from laborsim.study.validation.local import LikePay, NewMatches
from laborsim.study.validation.movers import Movers

F8 = NDArray[np.float64]

TENURE_MONTHS = 24  # watched from the start
DISPLACED_MONTHS = 12  # layoffs of the first year are followed
LONG_TENURE = 36  # months of tenure before displacement (Jacobson, LaLonde and Sullivan 1993 ask for six years)
AGES = (25, 50)
SHRUNK = 0.7  # employers that keep less of their largest headcount lay off en masse
LEAST_SIZE = 20
FOLLOWED_YEARS = 6
BIRTHS_FROM, BIRTHS_TO = 12, 36  # months whose first births are followed
CHILD_YEARS = 3
PICTURE = 23  # month of which the structure is measured


class Before:
    """What a month begins with: id, state, job, hire month and weekly pay of every row."""

    def __init__(self, month: Month) -> None:
        p = month.world.people
        n = p.size
        self.id, self.state, self.job, self.hired = (
            p.id[:n].copy(), p.state[:n].copy(), p.job[:n].copy(), p.hired[:n].copy()
        )  # fmt: skip
        self.occupation, self.zone = p.occupation[:n].copy(), p.zone[:n].copy()
        self.pay = np.where(p.state[:n] <= SELF_EMPLOYED, p.wage[:n] * p.hours[:n], 0.0).astype(np.float64)


class Tenure:
    """Separations by tenure at the start of the month."""

    def __init__(self) -> None:
        self.risk, self.left = np.zeros(len(TENURE_EDGES)), np.zeros(len(TENURE_EDGES))

    def see(self, before: Before, month: Month, held: NDArray[np.bool_], left: NDArray[np.bool_]) -> None:
        """Count a month's jobs that were held and those of them left."""
        if not 0 <= month.index < TENURE_MONTHS:
            return
        tenure = month.index - before.hired.astype(np.int64)
        kind = np.searchsorted(TENURE_EDGES, np.maximum(tenure, 1), side="right") - 1
        self.risk += np.bincount(kind[held], minlength=len(TENURE_EDGES))
        self.left += np.bincount(kind[held & left], minlength=len(TENURE_EDGES))


class Followed:
    """People whose earnings are added up by calendar year, as in tax records."""

    def __init__(self) -> None:
        self.rows, self.ids, self.base = np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0)
        self.sums, self.here = np.zeros(0), np.zeros(0, bool)
        self.kept: list[float] = []  # earnings of each year relative to those before, per month

    def add(self, rows: NDArray[np.int64], ids: NDArray[np.uint64], base: F8) -> None:
        """Follow some more people, with their weekly pay of before."""
        self.rows, self.ids = np.concatenate([self.rows, rows]), np.concatenate([self.ids, ids])
        self.base = np.concatenate([self.base, base])

    def drop(self, ids: NDArray[np.uint64]) -> None:
        """Follow some no longer."""
        stays = ~np.isin(self.ids, ids)
        self.rows, self.ids, self.base = self.rows[stays], self.ids[stays], self.base[stays]

    def see(self, p: Any, month: int) -> None:
        """Add a month; at the end of a year take those still here who earned something in it."""
        if month % 12 == 0:
            self.sums, self.here = np.zeros(self.rows.size), np.ones(self.rows.size, bool)
        state = p.state[self.rows]
        self.here &= (p.id[self.rows] == self.ids) & (state != GONE)
        pay = p.wage[self.rows].astype(np.float64) * p.hours[self.rows]
        self.sums += np.where(self.here & (state <= SELF_EMPLOYED), pay, 0.0)
        if month % 12 == 11:
            counted = self.here & (self.sums > 0.0)
            base = 12.0 * float(self.base[counted].sum())
            self.kept.append(float(self.sums[counted].sum()) / base if base > 0 else float("nan"))


class Displaced:
    """Earnings of workers with tenure whose employer lays off en masse, beside those of others like them.

    Displaced in the first year; earnings by calendar year after it, of those who earn something in the year (Jacobson,
    LaLonde and Sullivan 1993; Davis and von Wachter 2011).
    """

    def __init__(self, establishments: int) -> None:
        self.largest = np.zeros(establishments)
        self.hit, self.others = Followed(), Followed()

    def see(self, before: Before, month: Month, held: NDArray[np.bool_], left: NDArray[np.bool_]) -> None:
        """Pick the month's displaced in the first year; follow both groups afterwards."""
        p, w, now = month.world.people, month.world, month.index
        n = before.id.size
        if now < DISPLACED_MONTHS:
            size = _headcount(month)
            self.largest = np.maximum(self.largest, size)
            age = (now - p.birth[:n].astype(np.int64)) // 12
            stable = held & (now - before.hired.astype(np.int64) >= LONG_TENURE)
            stable &= (age >= AGES[0]) & (age <= AGES[1])
            rows = np.flatnonzero(stable & left)
            employer = w.cells.establishment[before.job[rows]]
            mass = (self.largest[employer] >= LEAST_SIZE) & (size[employer] <= SHRUNK * self.largest[employer])
            rows = rows[mass]
            if now == 0:
                rest = np.flatnonzero(stable)
                self.others.add(rest, before.id[rest], before.pay[rest])
            self.others.drop(before.id[rows])
            self.hit.add(rows, before.id[rows], before.pay[rows])
        else:
            self.hit.see(p, now)
            self.others.see(p, now)

    def loss(self, year: int) -> float:
        """Share of earnings missing in a year after the layoff, relative to what the others earn; NaN if unseen."""
        if len(self.hit.kept) < year:
            return float("nan")
        return 1.0 - self.hit.kept[year - 1] / self.others.kept[year - 1]


class Parents:
    """Employment of women and men round a first birth."""

    def __init__(self) -> None:
        self.past: list[tuple[NDArray[np.uint64], NDArray[np.bool_]]] = []
        self.groups: list[tuple[int, int, NDArray[np.int64], NDArray[np.uint64], NDArray[np.bool_]]] = []
        self.now, self.then = np.zeros((2, CHILD_YEARS)), np.zeros((2, CHILD_YEARS))
        self.mothers: list[float] = []

    def see(self, month: Month) -> None:
        """Find the month's first births; count who of earlier ones work now and did a year before the birth."""
        p, h, now = month.world.people, month.world.households, month.index
        n = p.size
        state, home = p.state[:n], p.household[:n]
        works, here = state <= SELF_EMPLOYED, (state != GONE) & (home >= 0)
        age = (now - p.birth[:n].astype(np.int64)) // 12
        kids = np.where(here, h.children[np.maximum(home, 0)], 0)
        youngest = h.youngest[np.maximum(home, 0)].astype(np.int64)
        mother = here & (p.sex[:n] == FEMALE) & (kids > 0) & (now - youngest < 72) & (age >= 18) & (age <= 50)
        mother &= p.zone[:n] < month.economy.outside
        self.mothers.append(float(works[mother].mean()) if mother.any() else float("nan"))
        if BIRTHS_FROM <= now < BIRTHS_TO and len(self.past) == 12:
            born = here & (kids == 1) & (youngest == now) & (age >= 20)
            ids, worked = self.past[0]
            for sex, oldest in ((MALE, 55), (FEMALE, 45)):
                rows = np.flatnonzero(born & (p.sex[:n] == sex) & (age <= oldest))
                rows = rows[rows < ids.size]
                rows = rows[ids[rows] == p.id[rows]]
                self.groups.append((now, sex, rows, p.id[rows].copy(), worked[rows]))
        for born_at, sex, rows, their_ids, before in self.groups:
            year = (now - born_at - 1) // 12
            if 0 <= year < CHILD_YEARS:
                same = (p.id[rows] == their_ids) & (p.state[rows] != GONE)
                self.now[sex, year] += np.count_nonzero(works[rows[same]])
                self.then[sex, year] += np.count_nonzero(before[same])
        self.past = [*self.past[-11:], (p.id[:n].copy(), works.copy())]

    def penalty(self) -> float:
        """Share of their employment that women lose over the years after a first birth, less that of men."""
        then = self.then.sum(axis=1)
        if not (then > 0).all():
            return float("nan")
        kept = self.now.sum(axis=1) / then
        return float(kept[MALE] - kept[FEMALE])


class ObservedMarket(LaborMarket):
    """The production model, watched. Arguments as for `laborsim.model.LaborMarket`."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self._tenure = Tenure()
        self._displaced = Displaced(self.world.establishments.capacity)
        self._parents = Parents()
        self._pay = LikePay(self.economy.zone_codes, self.economy.outside)
        self._matches = NewMatches()
        self._movers = Movers()
        self._structure: dict[tuple[str, str], float] = {}

    def step(self) -> None:
        """Simulate one month and watch it."""
        before = Before(self.month)
        super().step()
        month, p = self.month, self.world.people
        n = before.id.size
        held = (before.state <= PART_TIME_INVOLUNTARY) & (before.job >= 0)
        same = (p.id[:n] == before.id) & (p.state[:n] != GONE)
        stays = (p.state[:n] <= PART_TIME_INVOLUNTARY) | (p.state[:n] == TEMPORARY_LAYOFF)
        left = ~(stays & (p.hired[:n] == before.hired) & (p.job[:n] >= 0))
        held &= same
        self._tenure.see(before, month, held, left)
        self._displaced.see(before, month, held, left)
        self._parents.see(month)
        self._pay.see(month)
        self._matches.see(before.id, before.state, month)
        self._movers.see(before, month)
        if month.index == PICTURE:
            self._structure = structure(month)

    def frame(self) -> Frame:
        """Indicators, and what was seen; a figure of the whole run stands in every row."""
        plain = super().frame()
        rows = plain.values.shape[0]
        whole = {**self._structure, ("child_penalty", "all"): self._parents.penalty()}
        with np.errstate(invalid="ignore", divide="ignore"):
            hazard = self._tenure.left / self._tenure.risk
        for low, value in zip(TENURE_EDGES, hazard, strict=True):
            whole["tenure_hazard", f"months:{low}"] = float(value)
        for year in range(1, FOLLOWED_YEARS + 1):
            whole["displaced_loss", f"year:{year}"] = self._displaced.loss(year)
        whole |= self._movers.shares()
        monthly = {("mothers_employment", "all"): np.array(self._parents.mothers[:rows]), **self._pay.columns(rows),
                   **self._matches.columns(rows)}  # fmt: skip
        columns = [*(np.full(rows, v) for v in whole.values()), *monthly.values()]
        values = np.hstack([plain.values, *(c[:, None] for c in columns)])
        units = ["log dollars" if name == "like_pay" else "share" for name, _ in (*whole, *monthly)]
        return Frame([*plain.keys, *whole, *monthly], [*plain.units, *units], values, plain.start)


class CheaperCare(ObservedMarket):
    """The same with a quarter of every family's price of care paid, from the first month on."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        write = self.package.write

        def cheaper(levers: Levers, month: Month | int) -> None:
            write(levers, month)
            levers.childcare_subsidy_share[:] = CARE_SUBSIDY
            levers.childcare_subsidy_places[:] = 10**9
            levers.childcare_income_limit[:] = 1e9

        self.package.write = cheaper  # type: ignore[method-assign]


def structure(month: Month) -> dict[tuple[str, str], float]:
    """Figures of a single month: tail of establishments' sizes, decay of commuting with minutes.

    The tail exponent is the slope of log(rank - 1/2) on log size from 20 jobs up (Gabaix and Ibragimov 2011); the decay
    is the slope of log commuters, relative to workers at home and jobs at work, on minutes between zones.
    """
    size = _headcount(month)
    size = np.sort(size[size >= LEAST_SIZE])[::-1]
    tail = float("nan")
    if size.size >= 30:
        rank = np.arange(1, size.size + 1) - 0.5
        tail = -float(np.polyfit(np.log(size), np.log(rank), 1)[0])
    return {("size_tail", "all"): tail, ("commuting_decay", "all"): commuting_decay(month)}


def commuting_decay(month: Month) -> float:
    """Semi-elasticity of commuting with respect to minutes, between zones of the region; NaN for too few zones."""
    p, e = month.world.people, month.economy
    rows = np.flatnonzero((p.state[: p.size] <= PART_TIME_INVOLUNTARY) & (p.job[: p.size] >= 0))
    home, work = p.zone[rows].astype(int), month.world.cells.zone[p.job[rows]].astype(int)
    z = e.outside
    inside = (home < z) & (work < z)
    flows = np.zeros((z, z))
    np.add.at(flows, (home[inside], work[inside]), 1.0)
    i, j = np.nonzero((flows > 0) & ~np.eye(z, dtype=bool))
    if z < 4 or i.size < 8:
        return float("nan")
    expected = flows.sum(axis=1)[i] * flows.sum(axis=0)[j] / flows.sum()
    y, x, weight = np.log(flows[i, j] / expected), np.asarray(e.commute_minutes)[i, j], np.sqrt(flows[i, j])
    return float(np.polyfit(x, y, 1, w=weight)[0])


def _headcount(month: Month) -> F8:
    """Jobs filled of every establishment."""
    c, n = month.world.cells, month.world.cells.size
    most = month.world.establishments.capacity
    return np.bincount(c.establishment[:n], weights=c.filled[:n], minlength=most).astype(np.float64)


__all__ = ["CheaperCare", "ObservedMarket", "commuting_decay", "structure"]
