"""Priority of service: who comes first in the queue for places that WIOA's adult funds pay.

The law (WIOA section 134(c)(3)(E)) puts recipients of public assistance, others of low income and people deficient in
basic skills before others wherever adult formula funds pay for training. It is an order of the queue, not a bar: the
others have what is left. Dislocated workers have funds of their own without such an order, and those who pay for
themselves ask nobody. Low income is told by what the household earns, basic skills by schooling below a diploma.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.needs import over_need
from laborsim.market.pipeline import draws

I8 = NDArray[np.int64]
B1 = NDArray[np.bool_]


def after_others(month: Month, rows: I8, program: I8) -> B1:
    """(n,) applicants who would need a place of adult funds and come after those who have priority there.

    Parameters
    ----------
    rows, program : (n,) people and the programs they apply to.
    """
    p, share = month.world.people, month.programs.priority[program]
    out = np.zeros(rows.size, np.bool_)
    asks = share > 0.0
    asks[asks] = draws(month.key(Stream.SERVICE_PRIORITY), p.id[rows[asks]]) < share[asks]
    # Claimants of insurance stand for dislocated workers: laid off, and with earnings enough.
    dislocated = k.among(p.state[rows], (k.TEMPORARY_LAYOFF, k.UNEMPLOYED)) & (p.ui_weeks[rows] > 0)
    asked = np.flatnonzero(asks & ~dislocated & (p.education[rows] >= k.HS))
    if asked.size:
        out[asked] = over_need(month, rows[asked]) >= month.room("training")["priority_income"]
    return out


__all__ = ["after_others"]
