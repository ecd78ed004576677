"""Unemployment insurance: who is eligible on losing work, for how many weeks and how much."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import (
    SELF_EMPLOYED,
    TRAIT_UI_CLAIMS,
)
from laborsim.market.month import Month
from laborsim.market.transitions import shifted_history


@njit(cache=True, nogil=True)
def _insure(p, rows, month, base_months, hours_floor, weeks, maximum, replacement, extra_weeks, widened):  # type: ignore[no-untyped-def]
    """Set weeks and benefit of people just laid off; call before their state changes."""
    for k in range(rows.size):
        i = rows[k]
        p.ui_weeks[i] = 0
        p.ui_benefit[i] = 0.0
        if not p.traits[i] & TRAIT_UI_CLAIMS:
            continue
        history = shifted_history(p.history[i], month - p.since[i], p.state[i] <= SELF_EMPLOYED)
        worked = 0
        for m in range(15):
            worked += (history >> np.uint32(m)) & np.uint32(1)
        if not widened and (worked < base_months or p.hours[i] < hours_floor or p.state[i] == SELF_EMPLOYED):
            continue
        z = p.zone[i]
        p.ui_weeks[i] = min(int(weeks[z] + extra_weeks), 250)
        p.ui_benefit[i] = min(replacement[z] * p.wage[i] * p.hours[i], maximum[z])


def insure(month: Month, rows: NDArray[np.int64]) -> None:
    """Unemployment insurance for people losing work; call before `move`."""
    q, e = month.room("insurance"), month.economy
    t = month.now
    _insure(
        month.world.people.columns,
        rows,
        month.index,
        int(q["base_months"]),
        int(q["hours_floor"]),
        e.ui_weeks[t],
        e.ui_maximum[t],
        e.ui_replacement,
        float(month.levers.ui_extra_weeks),
        bool(e.ui_all[t]),
    )
