"""Money of residents: earnings, taxes less credits, support and unemployment insurance, month by month.

Taxes and support are read from a table by zone and kind of household (`Budgets`), made once from a region pack by the
law that self-sufficiency wages are worked out with; a month's earnings of a household stand for a twelfth of a year's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import FULL_TIME_YEAR, PART_TIME_INVOLUNTARY, SELF_EMPLOYED, WEEKS_A_MONTH
from laborsim.market.counts import SCALAR
from laborsim.market.month import Month

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

STEP = 0.5  # dollars an hour between columns of the table
MOST = 150.0
EVERY = 3  # months between looks at taxes and support, which move slowly and take the most time

# What is added up over residents every month, at full scale.
TOTALS = (
    "employed", "sufficient", "payroll_jobs", "earnings", "taxes", "support", "unemployment_insurance", "turnover",
)  # fmt: skip


def wage_grid() -> F8:
    """(W,) dollars an hour of each adult that the tables of `Budgets` are made for."""
    return np.arange(0.0, MOST + STEP / 2, STEP)


@njit(cache=True, nogil=True)
def _at_work(lo, hi, chunk, p, h, need, outside, month, pay, counts):  # type: ignore[no-untyped-def]
    """Add up residents [lo, hi) at work: their weekly pay into pay[chunk], and into counts[chunk] how many they are,
    how many earn what their household needs of each adult, and how many are on a payroll. `need` (Z, 2, 4, 2) float32.

    Without branches, which would be guessed wrong half the time.
    """
    works, sufficient, payroll, total = 0, 0, 0, 0.0
    for row in range(lo, hi):
        i = np.uint64(row)  # unsigned: no test for negative indices
        hh = np.uint64(max(p.household[i], np.int32(0)))  # those who left have none
        here = (p.zone[i] < outside) & (p.state[i] <= SELF_EMPLOYED)
        children = min(h.children[hh], np.uint8(3))
        young = (children > 0) & (month - h.youngest[hh] < 72)
        adults = np.uint64(h.adults[hh] > 1)
        enough = p.wage[i] >= need[np.uint64(p.zone[i]), adults, np.uint64(children), np.uint64(young)]
        works += here
        sufficient += here & enough
        payroll += here & (p.state[i] <= PART_TIME_INVOLUNTARY)
        total += np.float64(here) * (np.float64(p.wage[i]) * p.hours[i])
    pay[chunk] = total
    counts[chunk, 0], counts[chunk, 1], counts[chunk, 2] = works, sufficient, payroll


@njit(cache=True, nogil=True)
def _gross(p, n, gross):  # type: ignore[no-untyped-def]
    """Add a year's earnings of each person at work to those of the household; without branches, like `_at_work`."""
    for row in range(n):
        i = np.uint64(row)
        works = np.float64(p.state[i] <= SELF_EMPLOYED)
        gross[np.uint64(max(p.household[i], np.int32(0)))] += works * (np.float64(p.wage[i]) * p.hours[i] * 52.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _of_households(lo, hi, chunk, h, month, tables, gross, taxes, support):  # type: ignore[no-untyped-def]
    """Dollars of the month of households [lo, hi); `gross` comes in a year's, `tables` are those of `Budgets`."""
    paid, helped = tables
    for row in range(lo, hi):
        g = np.uint64(row)
        if h.adults[g] > 0:
            adults, children = min(h.adults[g], 2) - 1, min(h.children[g], 3)
            young = 1 if children > 0 and month - h.youngest[g] < 72 else 0
            zone = min(np.int64(h.zone[g]), paid.shape[0] - 1)
            at = min(gross[g] / (FULL_TIME_YEAR * (adults + 1)), MOST - 1e-6) / STEP
            low = np.int64(at)
            part = at - low
            column = paid[zone, adults, children, young]
            taxes[g] = (column[low] * (1.0 - part) + column[low + 1] * part) / 12.0
            column = helped[zone, adults, children, young]
            support[g] = (column[low] * (1.0 - part) + column[low + 1] * part) / 12.0
        gross[g] /= 12.0


class Budgets:
    """Taxes less credits, and support, of households by zone and kind.

    Parameters
    ----------
    after_tax : (Z, 2, 4, 2, W) dollars a year left of the wages in `wage_grid` after taxes and credits, each adult
        full-time at that wage; by zone, adults (1, 2), children (0..3), youngest under six.
    with_support : the same with the support a family is entitled to.

    Notes
    -----
    A household with more than two adults counts as two, with all their earnings; what it earns is spread evenly over
    its adults, as the tax rules of the region's budgets have it.
    """

    def __init__(self, after_tax: F8, with_support: F8) -> None:
        gross = wage_grid() * FULL_TIME_YEAR * np.array([1.0, 2.0])[:, None, None, None]
        self._taxes = np.ascontiguousarray(gross - after_tax)
        self._support = np.ascontiguousarray(with_support - after_tax)
        self._month: tuple[int, int] | None = None
        self._held: tuple[F8, F8, F8] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_month": None, "_held": None}

    def of_households(self, month: Month) -> tuple[F8, F8, F8]:
        """(H,) gross earnings, taxes less credits and support of every household, dollars of the month."""
        now = (id(month), month.index)
        if self._month != now or self._held is None:
            self._held = self._work_out(month)
            self._month = now
        return self._held

    def of_people(self, month: Month, rows: I8) -> tuple[F8, F8, F8]:
        """The same of the households of some people."""
        at = month.world.people.household[rows]
        gross, taxes, support = self.of_households(month)
        return gross[at], taxes[at], support[at]

    def _work_out(self, month: Month) -> tuple[F8, F8, F8]:
        p, h = month.world.people, month.world.households
        gross, taxes, support = np.zeros((3, h.size))
        _gross(p.columns, p.size, gross)
        month.crew.map(_of_households, h.size, h.columns, month.index, (self._taxes, self._support), gross, taxes,
                       support)  # fmt: skip
        return gross, taxes, support


class Accounts:
    """Totals of residents, month by month; put it into `model.observers`.

    Parameters
    ----------
    outside : first zone beyond the region: people who live from there on are not counted.
    budgets : taxes and support; both stay 0 without.
    turnover_share : cost of replacing a worker, as a share of a year's pay.
    """

    def __init__(self, outside: int, budgets: Budgets | None, turnover_share: float) -> None:
        self.outside, self.budgets, self.turnover_share = outside, budgets, turnover_share
        self._kept: list[F8] = []
        self._household = 0.0, 0.0

    def __call__(self, month: Month) -> None:
        """Add up a month at its end."""
        p, h = month.world.people, month.world.households
        need, chunks = month.economy.household_need.astype(np.float32), month.crew.chunks(p.size)
        by_chunk, counts = np.zeros(chunks), np.zeros((chunks, 3), np.int64)
        month.crew.map(_at_work, p.size, p.columns, h.columns, need, self.outside, month.index, by_chunk, counts)
        works, sufficient, payroll = counts.sum(axis=0).tolist()
        pay = float(by_chunk.sum())
        total = dict.fromkeys(TOTALS, 0.0)
        total["employed"], total["sufficient"], total["payroll_jobs"] = works, sufficient, payroll
        total["earnings"] = pay * WEEKS_A_MONTH
        total["unemployment_insurance"] = float(month.counts.scalars[SCALAR["ui_cents"]]) / 100.0
        if self.budgets is not None and len(self._kept) % EVERY == 0:
            _, taxes, support = self.budgets.of_households(month)
            inside = (h.zone[: h.size] < self.outside) & (h.adults[: h.size] > 0)
            self._household = float(taxes[inside].sum()), float(support[inside].sum())
        total["taxes"], total["support"] = self._household
        mean = pay * 52.0 / max(works, 1)
        total["turnover"] = float(month.counts.separations[:, :, : self.outside].sum()) * mean * self.turnover_share
        self._kept.append(np.array([total[name] for name in TOTALS]) / month.scale)

    def totals(self) -> dict[str, F8]:
        """(T,) of each of `TOTALS`: people, or dollars of the month, at full scale."""
        table = np.array(self._kept).reshape(len(self._kept), len(TOTALS))
        return {name: table[:, k].copy() for k, name in enumerate(TOTALS)}


__all__ = ["TOTALS", "Accounts", "Budgets", "wage_grid"]
