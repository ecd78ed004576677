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
def _earned(p, people, out):  # type: ignore[no-untyped-def]
    """Add what people earn to their households'; in row order."""
    for row in range(people):
        i = np.uint64(row)  # unsigned: no test for negative indices
        g = np.uint64(max(p.household[i], 0))
        if p.state[i] <= SELF_EMPLOYED:
            out[g] += np.float64(p.wage[i]) * p.hours[i] * WEEKS_A_MONTH


def earned(month: Month) -> F8:
    """Dollars a month that each household earns by work, (households,)."""
    p, out = month.world.people, np.zeros(month.world.households.size)
    _earned(p.columns, p.size, out)
    return out


@njit(cache=True, nogil=True)
def _earned_by(homes, p, head, ring, out):  # type: ignore[no-untyped-def]
    """What the members of each of `homes` earn, added up in row order as `_earned` does."""
    rows = np.empty(256, np.int64)  # households.adults is a byte
    for k in range(homes.size):
        n, i = 0, np.int64(head[homes[k]])
        while i >= 0:
            at = n
            while at > 0 and rows[at - 1] > i:
                rows[at] = rows[at - 1]
                at -= 1
            rows[at] = i
            n += 1
            i = np.int64(ring[i])
            if i == head[homes[k]]:
                break
        for j in range(n):
            i = rows[j]
            if p.state[i] <= SELF_EMPLOYED:
                out[k] += np.float64(p.wage[i]) * p.hours[i] * WEEKS_A_MONTH


def earned_by(month: Month, homes: NDArray[Any]) -> F8:
    """(n,) dollars a month that these households, rows of households, earn by work."""
    memory = month.memory.get("demography")
    if memory is None:  # no one has noted who the members are
        return np.asarray(earned(month)[homes])
    out = np.zeros(homes.size)
    _earned_by(homes, month.world.people.columns, memory["head"], memory["ring"], out)
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
    return np.asarray(earned_by(month, homes) / (needed_wage(month, rows) * adults * (FULL_TIME_YEAR / 12.0)))


__all__ = ["earned", "earned_by", "needed_wage", "over_need"]
