"""Outcomes of an experiment: one number of a run, worked out where the run was made.

Only these numbers travel back to the parent, so that a sweep of thousands of runs stays small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.problems import InputError, listed, nearest

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.indicators.frame import Frame

F8 = NDArray[np.float64]
SPENDING = "spending"  # dollars spent by the policy; the group is a payer, or "all"

STATISTICS: dict[str, Callable[[F8], float]] = {
    "last": lambda x: float(x[-1]),
    "mean": lambda x: float(x.mean()),
    "min": lambda x: float(x.min()),
    "max": lambda x: float(x.max()),
    "sum": lambda x: float(x.sum()),
}


class NoSuchFigure(InputError):
    """An outcome asks for a figure that the runs do not have: all of them would fail alike."""


@dataclass(frozen=True)
class Measure:
    """One outcome.

    Attributes
    ----------
    name : of the outcome, chosen by the analyst.
    indicator, group : figure it is made of.
    statistic : one of STATISTICS, over the months `first` to `last` (numbers from 0, both included) that have a value.
    against : "" for the figure itself; a policy for the change against it, paired by state and replicate.
    """

    name: str
    indicator: str
    group: str = "all"
    statistic: str = "mean"
    first: int = 0
    last: int = 0
    against: str = ""


def measure(measures: Sequence[Measure], frame: Frame, spending: pd.DataFrame | None) -> list[float]:
    """Outcomes of one run, in the order of `measures`; NaN where no month has a value.

    A change against another policy is worked out later, from the outcomes of both runs.

    Raises
    ------
    NoSuchFigure
        If the run has no such figure.
    """
    out: list[float] = []
    for m in measures:
        if m.indicator == SPENDING:
            series = _dollars(spending, m.group, frame.values.shape[0], frame.start)
        elif (m.indicator, m.group) in frame:
            series = frame.series(m.indicator, m.group)
        else:
            raise NoSuchFigure(_missing(m, frame))
        part = series[m.first : m.last + 1]
        part = part[np.isfinite(part)]
        out.append(STATISTICS[m.statistic](part) if part.size else float("nan"))
    return out


def _missing(m: Measure, frame: Frame) -> str:
    groups = [g for i, g in frame.keys if i == m.indicator]
    if not groups:
        near = nearest(m.indicator, {i for i, _ in frame.keys})
        return f"outcomes.{m.name}.indicator: the runs have no {m.indicator!r}" + (
            f"; did you mean {near}?" if near else ""
        )
    near = nearest(m.group, groups, 0.4)
    meant = f"; did you mean {near}?" if near else ""
    return f"outcomes.{m.name}.group: {m.indicator} has no group {m.group!r}; allowed: {listed(groups, 30)}{meant}"


def _dollars(spending: pd.DataFrame | None, payer: str, months: int, start: str) -> F8:
    """(T,) dollars booked in each month."""
    from laborsim.indicators.frame import month_index

    out = np.zeros(months)
    if spending is None:
        return out
    rows = zip(spending["month"], spending["payer"], spending["dollars"], strict=True)
    for month, by, dollars in rows:
        at = month if not isinstance(month, str) else month_index(start, month)
        if payer in ("all", by) and 0 <= at < months:
            out[at] += dollars
    return out
