"""The production model in an ordinary cycle of demand, which 2018-22 was not.

Slopes of the Beveridge curve are published for ordinary cycles. All sectors keep their level for a year, fall for two
years by as much as US payroll employment did from January 2008 to February 2010 (6.3 per cent, CES), and come back in
two.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.model import LaborMarket

CYCLE = "laborsim.study.validation.cycle:OrdinaryCycle"
MONTHS = 60
STEADY = 12  # months before the fall
FALL = 0.063


def demand(months: int) -> NDArray[np.float64]:
    """Employment wanted by every sector relative to the start, (months,): level, half a wave down and up, level.

    Examples
    --------
    >>> demand(60)[[0, 12, 36]].round(3)
    array([1.   , 1.   , 0.937])
    """
    t = np.arange(months)
    wave = np.sin(np.pi * (t - STEADY) / (MONTHS - STEADY)) ** 2
    return np.where((t >= STEADY) & (t < MONTHS), 1.0 - FALL * wave, 1.0)


class OrdinaryCycle(LaborMarket):
    """The baseline with that demand, and without the insurance rules of 2020-21. Arguments as for `LaborMarket`."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        e = self.economy
        path = np.repeat(demand(len(e.sector_index))[:, None], e.sectors, axis=1)
        none, nothing = np.zeros_like(e.ui_all), np.zeros_like(e.ui_supplement)
        self.economy = self.month.economy = replace(
            e, sector_index=path, posts=np.ones_like(e.posts), ui_all=none, ui_supplement=nothing
        )


__all__ = ["CYCLE", "OrdinaryCycle", "demand"]
