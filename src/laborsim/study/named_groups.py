"""Which groups may be named, and by which figure zones are judged: one rule for comparisons, brief and charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from laborsim.study.results import Results

LEAST_SIMULATED: Final = 1_000  # people of a group; what happens to fewer of them is not named
ZONE_EFFECT: Final = "self_sufficient_workers"  # zones are judged by the number the road map shows, not by rates


def zones(results: Results) -> list[str]:
    """Zones that are shown: those of the region, without counties made of several."""
    known = [g for g in results.groups("zone") if ("population", g) in results]
    parts = {g.rpartition("-")[0] for g in known if "-" in g}
    return [g for g in known if g not in parts]


def simulated(results: Results, group: str) -> int | None:
    """People of a group in one run of the baseline, last 12 months; None where they are not counted."""
    for indicator in ("population", "segment_size"):
        if (indicator, group) in results:
            people = np.asarray(results.last_year(indicator, group), float)
            people = people[np.isfinite(people)]
            return int(people.mean() * float(results.about["scale"])) if len(people) else None
    return None


def enough(results: Results, group: str) -> bool:
    """Whether so many of a group are simulated that it may be named."""
    people = simulated(results, group)
    return people is None or people >= LEAST_SIMULATED


__all__ = ["LEAST_SIMULATED", "ZONE_EFFECT", "enough", "simulated", "zones"]
