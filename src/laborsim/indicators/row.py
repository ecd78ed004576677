"""One month's figures being written: names once, then values in the same order every month."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from laborsim.indicators.definitions import DEFINITIONS
from laborsim.indicators.frame import Key

F8 = NDArray[np.float64]


class Row:
    """Collects the figures of a month.

    The first month fixes the keys; each later month must put the same figures in the same order. Division is left to
    the end of the month, when it is done once for all figures.
    """

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.units: list[str] = []
        self._above: F8 = np.empty(0)
        self._below: F8 = np.empty(0)
        self._parts: list[tuple[F8, F8]] = []
        self._fixed = False
        self._at = 0

    def put(self, indicator: str, groups: str | Sequence[str], values: ArrayLike, over: ArrayLike = 1.0) -> None:
        """Add one indicator for some groups: `values / over`, NaN where `over` is not positive.

        Parameters
        ----------
        groups : one name, or n names.
        values : one number per group.
        over : one number per group, or one for all.
        """
        if self._fixed:
            end = self._at + (1 if isinstance(groups, str) else len(groups))
            self._above[self._at : end] = values
            self._below[self._at : end] = over
            self._at = end
            return
        names = [groups] if isinstance(groups, str) else list(groups)
        array = np.atleast_1d(np.asarray(values, np.float64))
        if len(names) != array.size:
            raise ValueError(f"{indicator}: {len(names)} groups, {array.size} values")
        self.keys += [(indicator, n) for n in names]
        self.units += [DEFINITIONS[indicator].unit] * len(names)
        self._parts.append((array, np.broadcast_to(np.asarray(over, np.float64), array.shape)))

    def close(self) -> F8:
        """End the month; (K,) values."""
        if not self._fixed:
            if len(set(self.keys)) != len(self.keys):
                raise ValueError("an indicator was put twice for a group")
            self._above = np.concatenate([a for a, _ in self._parts])
            self._below = np.concatenate([b for _, b in self._parts])
            self._parts = []
            self._fixed = True
        elif self._at != self._above.size:
            raise ValueError(f"{self._at} figures put, {self._above.size} expected")
        self._at = 0
        return ratio(self._above, self._below)


def ratio(part: ArrayLike, whole: ArrayLike) -> F8:
    """part / whole, NaN where the whole is not positive (an empty group)."""
    b = np.asarray(whole, np.float64)
    some = b > 0
    return np.asarray(np.where(some, part / np.where(some, b, 1.0), np.nan), np.float64)


__all__ = ["Row", "ratio"]
