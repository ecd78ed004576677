"""One run's indicators: a name and a group for each column, a month for each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

F8 = NDArray[np.float64]
Key = tuple[str, str]


def month_labels(start: str, months: int) -> list[str]:
    """Labels "YYYY-MM" of `months` months from `start`.

    Examples
    --------
    >>> month_labels("2018-11", 3)
    ['2018-11', '2018-12', '2019-01']
    """
    first = int(start[:4]) * 12 + int(start[5:7]) - 1
    return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, first + months)]


def month_index(start: str, month: str) -> int:
    """Months from `start` to `month`, both "YYYY-MM"; negative if `month` is earlier."""
    return (int(month[:4]) - int(start[:4])) * 12 + int(month[5:7]) - int(start[5:7])


@dataclass
class Frame:
    """Indicators of one run.

    Attributes
    ----------
    keys : list of (indicator, group), K of them, each once.
    units : list of K units.
    values : (T, K) float64; NaN where a group is empty or a figure is not yet defined.
    start : first month, "YYYY-MM".
    """

    keys: list[Key]
    units: list[str]
    values: F8
    start: str
    _position: dict[Key, int] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.keys) or len(self.units) != len(self.keys):
            raise ValueError("values must have one column per key, and each key a unit")
        self._position = {key: k for k, key in enumerate(self.keys)}

    @property
    def months(self) -> list[str]:
        """Labels of the rows, "YYYY-MM"."""
        return month_labels(self.start, self.values.shape[0])

    def __contains__(self, key: object) -> bool:
        return key in self._position

    def position(self, indicator: str, group: str = "all") -> int:
        """Column of a figure; KeyError if it is not there."""
        return self._position[(indicator, group)]

    def series(self, indicator: str, group: str = "all") -> F8:
        """(T,) values of one figure."""
        return self.values[:, self.position(indicator, group)]

    def value(self, indicator: str, group: str, month: str) -> float:
        """One figure in one month."""
        return float(self.series(indicator, group)[month_index(self.start, month)])

    def select(self, indicators: Iterable[str] | None = None, groups: Iterable[str] | None = None) -> Frame:
        """The columns of some indicators and groups; a group ending in ":" stands for all of its kind."""
        wanted = None if indicators is None else set(indicators)
        names = None if groups is None else tuple(groups)

        def has(group: str) -> bool:
            return names is None or any(group == n or (n.endswith(":") and group.startswith(n)) for n in names)

        keep = [k for k, (i, g) in enumerate(self.keys) if (wanted is None or i in wanted) and has(g)]
        return self.take(keep)

    def take(self, columns: Sequence[int]) -> Frame:
        """The columns at these positions."""
        return Frame(
            [self.keys[k] for k in columns],
            [self.units[k] for k in columns],
            self.values[:, list(columns)],
            self.start,
        )

    def to_frame(self) -> pd.DataFrame:
        """Tidy table: month, indicator, group, value, unit."""
        import pandas as pd

        months, k = self.values.shape
        return pd.DataFrame(
            {
                "month": np.repeat(self.months, k),
                "indicator": [i for i, _ in self.keys] * months,
                "group": [g for _, g in self.keys] * months,
                "value": self.values.ravel(),
                "unit": self.units * months,
            }
        )


__all__ = ["Frame", "Key", "month_index", "month_labels"]
