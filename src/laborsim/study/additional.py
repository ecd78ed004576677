"""What an additional placement, or an additional self-sufficient worker, costs: one definition for every table.

Additional people are residents who have it beyond the same draws without the policy (or program), whoever they are, so
that displacement is in it: an additional placement is one more employed resident, an additional self-sufficient worker
one more worker at a self-sufficiency wage, both as the mean of the last twelve months. Dollars are all that was spent
beyond the run without, by all payers. There is a price only where the number leaves zero out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from laborsim.study.statistics import paired

MONTHS: Final = 12
# Stock of people -> what one more of them is called.
CALLED: Final[Mapping[str, str]] = {
    "employed resident": "additional placement",
    "worker at a self-sufficiency wage": "additional self-sufficient worker",
}


@dataclass(frozen=True)
class Additional:
    """People beyond the run without and the price of each.

    Attributes
    ----------
    people, low, high : mean over runs and its interval (NaN bounds with one run).
    p : of none; up, down : shares of the runs with more, with fewer; runs : pairs used.
    dollars : mean spending. each, each_low, each_high : dollars for each, NaN where there is no price.
    """

    people: float
    low: float
    high: float
    p: float
    up: float
    down: float
    runs: int
    dollars: float
    each: float
    each_low: float
    each_high: float

    @property
    def distinguishable(self) -> bool:
        """True if the interval leaves zero out."""
        return self.low > 0.0 or self.high < 0.0


def at_end(monthly: ArrayLike, months: int = MONTHS) -> NDArray[np.float64]:
    """(R,) mean of the last months of (R, T) people."""
    return np.asarray(np.asarray(monthly, np.float64)[:, -months:].mean(axis=1))


def price(dollars: float, people: float, low: float, high: float) -> tuple[float, float, float]:
    """Dollars for each additional person with its range: dollars over the number and over the ends of its interval.

    NaN unless the whole interval lies above zero and something is spent: else the range would have no upper end.

    Examples
    --------
    >>> price(100.0, 4.0, 2.0, 5.0)
    (25.0, 20.0, 50.0)
    """
    if not (low > 0.0 and dollars > 0.0):
        return math.nan, math.nan, math.nan
    return dollars / people, dollars / high, dollars / low


def additional(people: ArrayLike, dollars: ArrayLike, level: float = 0.90) -> Additional:
    """Additional people and their price.

    Parameters
    ----------
    people : (R,) of each run beyond the run with the same draws and without; dollars (R,) spent beyond it.
    level : confidence level of the interval.

    Examples
    --------
    >>> found = additional([10.0, 12.0, 11.0], [110.0, 110.0, 110.0])
    >>> found.people, found.each, found.distinguishable
    (11.0, 10.0, True)
    """
    x, spent = np.asarray(people, np.float64), np.asarray(dollars, np.float64)
    pairs = paired(np.zeros(x.size), x, level)
    mean = float(spent.mean()) if spent.size else math.nan
    each = price(mean, pairs.difference, pairs.low, pairs.high)
    return Additional(
        pairs.difference, pairs.low, pairs.high, pairs.p, pairs.up, pairs.down, pairs.replicates, mean, *each
    )


__all__ = ["CALLED", "MONTHS", "Additional", "additional", "at_end", "price"]
