"""Labor income of households, and workers whose household covers its budget with it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.indicators.row import Row
from laborsim.indicators.snapshot import Snapshot
from laborsim.indicators.wages import quantiles
from laborsim.market.codes import FULL_TIME_YEAR, SELF_EMPLOYED
from laborsim.market.month import Month

STEP = 1000.0  # dollars a year to a bin
BINS = 501
EDGES = STEP * np.arange(BINS + 1, dtype=np.float64)
YOUNG_MONTHS = 72


class Incomes(NamedTuple):
    """Households by what they earn, (Z, BINS), and (Z, 2) workers: whose household covers its budget, and all."""

    earnings: NDArray[np.int64]
    workers: NDArray[np.int64]


@njit(cache=True, nogil=True)
def _earn(n, p, dollars):  # type: ignore[no-untyped-def]
    """Yearly labor income of every household, added to `dollars`."""
    none = np.int32(0)
    for row in range(n):
        i = np.uint64(row)  # unsigned: no test for negative indices
        earned = np.int32(p.wage[i] * np.float32(p.hours[i]) * np.float32(52.0))
        # no branch, which would be guessed wrong a third of the time; those gone have no household
        dollars[np.uint64(max(p.household[i], none))] += earned * np.int32(p.state[i] <= SELF_EMPLOYED)


@njit(cache=True, nogil=True)
def _sort(lo, hi, chunk, h, need, month, hours, outside, dollars, out):  # type: ignore[no-untyped-def]
    """Histogram of `dollars` by zone into out[chunk]; each then becomes 1 where it covers the household's budget."""
    for row in range(lo, hi):
        k = np.uint64(row)  # unsigned: no test for negative indices
        z, income = h.zone[k], dollars[k]
        dollars[k] = 0
        if z < outside and income > 0:
            out[chunk, z, min(income // 1000, out.shape[2] - 1)] += 1
            adults = min(max(int(h.adults[k]), 1), 2)
            children = min(int(h.children[k]), 3)
            young = 1 if children > 0 and h.youngest[k] > month - YOUNG_MONTHS else 0
            dollars[k] = income >= need[z, adults - 1, children, young] * hours * adults


@njit(cache=True, nogil=True)
def _cover(lo, hi, chunk, p, covered, out):  # type: ignore[no-untyped-def]
    """Workers by zone of residence: in a household with `covered` 1, and all of them, into out[chunk].

    Neighbours in the table are of one zone: they are counted in turn into four tables, or each would wait for the last.
    """
    none, zones = np.int32(0), np.uint64(out.shape[1])
    lanes = np.zeros(4 * out.shape[1], np.int64)  # those covered, and 2**32 for every worker
    for row in range(lo, hi):
        i = np.uint64(row)
        works = np.int64(p.state[i] <= SELF_EMPLOYED)  # no branch either
        found = works * (np.int64(1 << 32) + covered[np.uint64(max(p.household[i], none))])
        lanes[(i & np.uint64(3)) * zones + np.uint64(p.zone[i])] += found
    for k in range(lanes.size):
        out[chunk, k % out.shape[1], 0] += lanes[k] & np.int64((1 << 32) - 1)
        out[chunk, k % out.shape[1], 1] += lanes[k] >> 32


def household_incomes(month: Month, scratch: NDArray[np.int32]) -> Incomes:
    """What households earn, and the workers whose household covers its budget with it.

    A household's budget is what its kind needs there (`economy.household_need`): that wage, full-time, for one adult,
    or for each of two; those with more adults are held to that of two. Income from work only, at this month's pay.

    Parameters
    ----------
    scratch : a row per household, zeros, handed back so.
    """
    w, eco = month.world, month.economy
    p, h, crew = w.people, w.households, month.crew
    earnings = np.zeros((crew.chunks(h.size), eco.zones, BINS), np.int64)
    workers = np.zeros((crew.chunks(p.size), eco.zones, 2), np.int64)
    _earn(p.size, p.columns, scratch)
    crew.map(_sort, h.size, h.columns, eco.household_need, month.index, FULL_TIME_YEAR, eco.outside, scratch, earnings)
    crew.map(_cover, p.size, p.columns, scratch, workers)
    scratch[: h.size] = 0
    found = Incomes(earnings.sum(axis=0), workers.sum(axis=0))
    found.workers[eco.outside :] = 0
    return found


def fill(s: Snapshot, row: Row) -> None:
    """By zone, in the last month of each quarter from the start; NaN in the others.

    Earnings cannot be added up on several threads (members of a household may be far apart), so not every month.
    """
    none = np.full(len(s.place_names), np.nan)
    income, covered, workers = none, none, np.ones(none.size)
    if s.month.index % 3 == 2:
        memory: dict[str, Any] = s.history.setdefault("household", {})
        capacity = s.month.world.households.capacity
        if memory.get("scratch", np.empty(0)).size < capacity:
            memory["scratch"] = np.zeros(capacity, np.int32)
        found = household_incomes(s.month, memory["scratch"])
        income = quantiles(s.places @ found.earnings.astype(np.float64), EDGES, 0.5)
        covered, workers = (s.places @ found.workers).T
    row.put("household_income_median", s.place_names, income)
    row.put("share_in_self_sufficient_household", s.place_names, covered, workers)


__all__ = ["BINS", "EDGES", "Incomes", "household_incomes"]
