"""Which figures rest on too few people to be shown: one rule for every table, chart and file of a study."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

SUPPRESSED = "suppressed"  # what stands in place of the figure


def limits(about: Mapping[str, Any]) -> tuple[float, int]:
    """Smallest cell shown, in people at full scale and in people simulated, as the study's assumptions say."""
    from laborsim.scenario.parameters.registry import declared

    values = {row["name"]: row["value"] for row in about.get("assumptions", ())}
    names = ("evaluation.small_cell", "evaluation.small_sample")
    small, few = (values.get(name, declared()[name].default) for name in names)
    return float(small), int(few)


def too_few(people: ArrayLike, scale: float, limits: tuple[float, int]) -> bool:
    """Whether a figure that rests on these people is withheld; nobody at all is no cell, and may be said.

    Parameters
    ----------
    people : (R,) at full scale, of each run that counted them.
    scale : share of people simulated.
    limits : people at full scale, mean over runs, and people simulated, in all runs together: fewer are not shown.

    Examples
    --------
    >>> rule = (10.0, 10)
    >>> too_few([200.0, 300.0], 0.01, rule), too_few([600.0, 500.0], 0.01, rule), too_few([0.0], 1.0, rule)
    (True, False, False)
    """
    known = np.asarray(people, float)
    known = known[np.isfinite(known)]
    if not known.size or not known.any():
        return False
    return bool(known.mean() < limits[0] or known.sum() * scale < limits[1] - 1e-9)


def hidden(about: Mapping[str, Any], people: ArrayLike) -> bool:
    """`too_few` by the rules of a study."""
    return too_few(people, float(about["scale"]), limits(about))


def without(about: Mapping[str, Any], value: float, people: ArrayLike) -> float:
    """A figure, or NaN if it rests on too few people."""
    return math.nan if hidden(about, people) else value


__all__ = ["SUPPRESSED", "hidden", "limits", "too_few", "without"]
