"""Labor income of households."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.indicators.row import Row
from laborsim.indicators.snapshot import Snapshot
from laborsim.indicators.wages import quantiles
from laborsim.market.codes import SELF_EMPLOYED
from laborsim.market.month import Month

STEP = 1000.0  # dollars a year to a bin
BINS = 501
EDGES = STEP * np.arange(BINS + 1, dtype=np.float64)


@njit(cache=True, nogil=True)
def _earnings(n, p, h, zones, outside, dollars, out):  # type: ignore[no-untyped-def]
    """Histogram of yearly labor income by zone; `dollars` is scratch of a row per household, zero at the start."""
    none = np.int32(0)
    for row in range(n):
        i = np.uint64(row)  # unsigned: no test for negative indices
        earned = np.int32(p.wage[i] * np.float32(p.hours[i]) * np.float32(52.0))
        # no branch, which would be guessed wrong a third of the time; those gone have no household
        dollars[np.uint64(max(p.household[i], none))] += earned * np.int32(p.state[i] <= SELF_EMPLOYED)
    for k in range(h):
        home = zones[k]
        income = dollars[k]
        dollars[k] = 0
        if home < outside and income > 0:
            b = income // 1000
            out[home, min(max(b, 0), out.shape[1] - 1)] += 1


def household_earnings(month: Month, scratch: NDArray[np.int32]) -> NDArray[np.int64]:
    """(Z, BINS) households with earnings by yearly labor income.

    `scratch` has a row per household, zeros, and is handed back so.
    """
    w, eco = month.world, month.economy
    out = np.zeros((eco.zones, BINS), np.int64)
    h = w.households
    _earnings(w.people.size, w.people.columns, h.size, h.zone, eco.outside, scratch, out)
    return out


def fill(s: Snapshot, row: Row) -> None:
    """Median by zone, in the last month of each quarter from the start; NaN in the others.

    The pass cannot be shared between threads (members of a household may be far apart), so it is not run every month.
    """
    if s.month.index % 3 != 2:
        row.put("household_income_median", s.place_names, np.full(len(s.place_names), np.nan))
        return
    memory: dict[str, Any] = s.history.setdefault("household", {})
    capacity = s.month.world.households.capacity
    if memory.get("scratch", np.empty(0)).size < capacity:
        memory["scratch"] = np.zeros(capacity, np.int32)
    table = np.asarray(household_earnings(s.month, memory["scratch"]), np.float64)
    row.put("household_income_median", s.place_names, quantiles(s.places @ table, EDGES, 0.5))


__all__ = ["BINS", "EDGES", "household_earnings"]
