"""What households earn by work and what they need to be self-sufficient."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import FULL_TIME_YEAR, SELF_EMPLOYED, WEEKS_A_MONTH
from laborsim.market.month import Month

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


@njit(cache=True, nogil=True)
def _earned(p, people, asked, out):  # type: ignore[no-untyped-def]
    """Add what people earn to their households', of those asked; in row order."""
    for row in range(people):
        i = np.uint64(row)  # unsigned: no test for negative indices
        g = np.uint64(max(p.household[i], 0))
        if (p.state[i] <= SELF_EMPLOYED) & asked[g]:
            out[g] += np.float64(p.wage[i]) * p.hours[i] * WEEKS_A_MONTH


def earned(month: Month, households: NDArray[Any] | None = None) -> F8:
    """Dollars a month that each household earns by work, (households,); 0 but for `households` (n,) where given."""
    p, size = month.world.people, month.world.households.size
    asked, out = np.full(size, households is None), np.zeros(size)
    if households is not None:
        asked[households] = True
    _earned(p.columns, p.size, asked, out)
    return out


def needed_wage(month: Month, rows: I8) -> F8:
    """(n,) hourly wage that each adult of the person's household must earn full-time, model dollars."""
    p, h = month.world.people, month.world.households
    hh = p.household[rows]
    children = np.minimum(h.children[hh], 3)
    young = ((month.index - h.youngest[hh]) < 72) & (children > 0)
    return np.asarray(
        month.economy.household_need[
            p.zone[rows], np.minimum(np.maximum(h.adults[hh], 1), 2) - 1, children, young.astype(np.int64)
        ]
    )


def over_need(month: Month, rows: I8) -> F8:
    """(n,) what each person's household earns by work over what it needs to be self-sufficient."""
    p, h = month.world.people, month.world.households
    homes = p.household[rows]
    adults = np.clip(h.adults[homes], 1, 2)
    return np.asarray(earned(month, homes)[homes] / (needed_wage(month, rows) * adults * (FULL_TIME_YEAR / 12.0)))


__all__ = ["earned", "needed_wage", "over_need"]
