"""The wage floor: the law's minimum wage, or what a policy has agreed on top of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market.month import Month


def floor_by_zone(month: Month) -> NDArray[np.float64]:
    """Lowest legal or agreed wage by zone of work this month, dollars an hour, shape (Z,)."""
    e = month.economy
    return np.asarray(np.maximum(e.minimum_wage[month.now], month.levers.wage_floor))


__all__ = ["floor_by_zone"]
