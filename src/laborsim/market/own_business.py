"""The self-employed whose work has stopped in a slump and who wait for it.

They count as on temporary layoff, as in the surveys of 2020. Their customers come back as the jobs lost by all sectors
do; some give up, as those waiting for recall do.
"""

from __future__ import annotations

import numpy as np

from laborsim.market.codes import SELF_EMPLOYED, TEMPORARY_LAYOFF, UNEMPLOYED
from laborsim.market.draws import Stream, uniforms
from laborsim.market.month import Month
from laborsim.market.transitions import move


def fall(month: Month) -> float:
    """Log fall of all sectors' employment together since the month before; 0 if it has risen."""
    path, jobs = month.memory["demand"]["path"], month.memory["demand"]["jobs"]
    return max(0.0, float(np.log((path[1] @ jobs) / (path[0] @ jobs))))


def regained(month: Month) -> float:
    """Share of what all sectors together lacked last month of their highest employment that they have regained."""
    path, jobs = month.memory["demand"]["path"], month.memory["demand"]["jobs"]
    now, before = float(path[0] @ jobs), float(path[1] @ jobs)
    most = month.memory.setdefault("own_business", {"most": np.array(max(now, before))})["most"]
    most[...] = max(float(most), before)
    lacked = float(most) - before
    return min(max(now - before, 0.0) / lacked, 1.0) if lacked > 0.0 else 1.0


def come_back(month: Month) -> None:
    """Those who wait for their own work to come back start again, or give up waiting."""
    w, share = month.world, regained(month)
    n = w.people.size
    rows = np.flatnonzero((w.people.state[:n] == TEMPORARY_LAYOFF) & (w.people.job[:n] < 0))
    if not rows.size:
        return
    ids = w.people.id[rows]
    back = uniforms(month.key(Stream.RECALL), ids) < share
    lost = uniforms(month.key(Stream.LAYOFF_KIND), ids) < month.parameters["separations.recall_lost"]
    w.people.ui_weeks[rows[back]] = 0
    goes = back | lost
    r = rows[goes]
    move(month, r, np.where(back[goes], SELF_EMPLOYED, UNEMPLOYED).astype(np.uint8), np.zeros(r.size, np.uint8))


__all__ = ["come_back", "fall", "regained"]
