"""Factors of an experiment: what is varied, over what range, with what distribution.

An *uncertainty* is not ours to choose (a declared parameter), a *lever* is (a setting of a policy). Both are given by
their quantiles, so that every design is a set of points in the unit cube.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

Kind = Literal["uncertainty", "lever"]
_STANDARD = NormalDist()


@dataclass(frozen=True)
class Factor:
    """One thing that is varied.

    Attributes
    ----------
    name : "room.parameter" (an element of a list: "room.parameter[2]"), or "policy.setting" of a lever.
    kind : "uncertainty" or "lever".
    distribution : "uniform", "loguniform", "triangular", "normal" or "choice".
    low, high : bounds; a normal distribution is cut off there.
    mode : most likely value (triangular).
    mean, sd : of the normal distribution before it is cut off.
    values, weights : what a choice is made of; no weights: each alike.
    whole : only whole numbers.
    policies : policies on which a lever acts; every other policy is the same whatever its value.
    """

    name: str
    kind: Kind
    distribution: str = "uniform"
    low: float = 0.0
    high: float = 1.0
    mode: float = 0.5
    mean: float = 0.5
    sd: float = 1.0
    values: tuple[Any, ...] = ()
    weights: tuple[float, ...] = ()
    whole: bool = False
    policies: tuple[str, ...] = ()

    def quantile(self, u: float) -> Any:
        """Value below which the share `u` of the distribution lies.

        Numbers are rounded to ten digits, so that a run has the same id on every machine.

        Examples
        --------
        >>> Factor("matching.x", "uncertainty", low=2.0, high=4.0).quantile(0.25)
        2.5
        """
        if not 0.0 <= u <= 1.0:
            raise ValueError(f"{u} is not a share")
        if self.distribution == "choice":
            return self.values[self._chosen(u)]
        if self.whole and self.distribution == "uniform":  # each whole number alike
            value = float(math.floor(self.low + u * (self.high - self.low + 1.0)))
        else:
            value = self._continuous(u)
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else float(f"{value:.10g}")

    def _continuous(self, u: float) -> float:
        low, high = self.low, self.high
        if self.distribution == "loguniform":
            return math.exp(math.log(low) + u * (math.log(high) - math.log(low)))
        if self.distribution == "triangular" and high > low:
            turn = (self.mode - low) / (high - low)
            if u < turn:
                return low + math.sqrt(u * (high - low) * (self.mode - low))
            return high - math.sqrt((1.0 - u) * (high - low) * (high - self.mode))
        if self.distribution == "normal":
            first, last = (_STANDARD.cdf((bound - self.mean) / self.sd) for bound in (low, high))
            share = first + u * (last - first)
            if share <= 0.0 or share >= 1.0:
                return low if share <= 0.0 else high
            return self.mean + self.sd * _STANDARD.inv_cdf(share)
        return low + u * (high - low)

    def _chosen(self, u: float) -> int:
        n = len(self.values)
        if not self.weights:
            return min(int(u * n), n - 1)
        total, at = sum(self.weights), 0.0
        for k, weight in enumerate(self.weights):
            at += weight / total
            if u < at:
                return k
        return max(k for k, weight in enumerate(self.weights) if weight > 0)

    def levels(self, count: int) -> list[Any]:
        """Values of a full factorial: all of a choice, all whole numbers if they are few, else evenly spread shares.

        Examples
        --------
        >>> Factor("x.y", "lever", low=0.0, high=1.0).levels(3)
        [0.0, 0.5, 1.0]
        """
        if self.distribution == "choice":
            return list(self.values)
        if self.whole and self.high - self.low < count:
            return list(range(round(self.low), round(self.high) + 1))
        shares: Sequence[float] = [0.5] if count == 1 else [k / (count - 1) for k in range(count)]
        return list(dict.fromkeys(self.quantile(u) for u in shares))
