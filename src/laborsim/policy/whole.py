"""Whole units: places, seats and contacts of the real region as whole simulated ones, without drift."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


class Flow:
    """A monthly flow of fractional units, given out whole; what is left over is owed to the next month.

    Examples
    --------
    >>> flow = Flow(2)
    >>> [flow.take([0.25, 0.25]).sum() for month in range(4)]
    [0, 1, 0, 1]
    """

    def __init__(self, size: int = 1) -> None:
        self.owed = np.zeros(size)

    def take(self, wanted: ArrayLike, limit: int | None = None) -> I8:
        """Whole units for this month, most owed first; at most `limit` in all, and what it cuts is not owed later."""
        self.owed = self.owed + np.asarray(wanted, np.float64)
        total = math.floor(float(self.owed.sum()) + 1e-9)
        if limit is not None:
            total = min(total, limit)
        given = np.zeros(self.owed.size, np.int64)
        if total > 0:
            whole = np.maximum(np.floor(self.owed), 0).astype(np.int64)
            if whole.sum() >= total:
                # Cut by the limit: in proportion, largest remainder first.
                given = level(self.owed.clip(0) * (total / self.owed.clip(0).sum()))
            else:
                given = whole
                rest = self.owed - given
                given[np.argsort(-rest, kind="stable")[: total - int(given.sum())]] += 1
        self.owed = self.owed - given
        left = float(self.owed.sum())
        if left >= 1.0:
            self.owed *= (left - math.floor(left)) / left
        return given


def level(wanted: ArrayLike) -> I8:
    """Whole units nearest to a standing number of fractional ones, their total kept (largest remainders).

    Examples
    --------
    >>> level([0.5, 0.3, 1.2]).tolist()
    [1, 0, 1]
    """
    w = np.asarray(wanted, np.float64)
    given = np.floor(w + 1e-9).astype(np.int64)
    more = math.floor(float(w.sum()) + 1e-9) - int(given.sum())
    if more > 0:
        given[np.argsort(-(w - given), kind="stable")[:more]] += 1
    return given


def full_scale(units: int, scale: float) -> int:
    """The count at full scale that stands for whole simulated units, never for more.

    Examples
    --------
    >>> full_scale(3, 0.05)
    60
    """
    return math.floor(units / scale + 1e-9)


def split(total: int, before: float, own: float, everyone: float) -> int:
    """One party's part of an integer total, by weights taken in a fixed order: the parts sum to the total.

    Parameters
    ----------
    before, own, everyone : weight of the parties that come earlier, of this one, and of all.
    """
    if everyone <= 0.0:
        return 0
    last = math.floor(total * min(1.0, before / everyone) + 0.5)
    return math.floor(total * min(1.0, (before + own) / everyone) + 0.5) - last
