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

    The first month fixes the keys; each later month must put the same figures in the same order.
    """

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.units: list[str] = []
        self.values: F8 = np.empty(0)
        self._parts: list[F8] = []
        self._fixed = False
        self._at = 0

    def put(self, indicator: str, groups: str | Sequence[str], values: ArrayLike) -> None:
        """Add one indicator for some groups; `values` has one number per group."""
        array = np.atleast_1d(np.asarray(values, np.float64))
        if self._fixed:
            self.values[self._at : self._at + array.size] = array
            self._at += array.size
            return
        names = [groups] if isinstance(groups, str) else list(groups)
        if len(names) != array.size:
            raise ValueError(f"{indicator}: {len(names)} groups, {array.size} values")
        self.keys += [(indicator, n) for n in names]
        self.units += [DEFINITIONS[indicator].unit] * len(names)
        self._parts.append(array)

    def close(self) -> F8:
        """End the month; (K,) values, valid until the next one begins."""
        if not self._fixed:
            self.values = np.concatenate(self._parts) if self._parts else np.empty(0)
            self._parts = []
            self._fixed = True
            if len(set(self.keys)) != len(self.keys):
                raise ValueError("an indicator was put twice for a group")
        elif self._at != self.values.size:
            raise ValueError(f"{self._at} figures put, {self.values.size} expected")
        self._at = 0
        return self.values


def ratio(part: ArrayLike, whole: ArrayLike) -> F8:
    """part / whole, NaN where the whole is not positive (an empty group)."""
    a, b = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    a, b = np.broadcast_arrays(a, b)
    out = np.full(a.shape, np.nan)
    np.divide(a, b, out=out, where=b > 0)
    return out


__all__ = ["Row", "ratio"]
