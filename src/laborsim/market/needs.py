"""What households earn by work and what they need to be self-sufficient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import SELF_EMPLOYED
from laborsim.market.month import Month

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
WEEKS_A_MONTH = 52.0 / 12.0
FULL_TIME_HOURS = 2080.0 / 12.0  # a month; the hours that the self-sufficiency wage is for


def earned(month: Month) -> F8:
    """Dollars a month that each household earns by work, (households,)."""
    p, n = month.world.people, month.world.people.size
    at_work = np.flatnonzero(p.state[:n] <= SELF_EMPLOYED)
    pay = p.wage[at_work].astype(np.float64) * p.hours[at_work] * WEEKS_A_MONTH
    return np.asarray(np.bincount(p.household[at_work], weights=pay, minlength=month.world.households.size))


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
    adults = np.clip(h.adults[p.household[rows]], 1, 2)
    return np.asarray(earned(month)[p.household[rows]] / (needed_wage(month, rows) * adults * FULL_TIME_HOURS))


__all__ = ["earned", "needed_wage", "over_need"]
