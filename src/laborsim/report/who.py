"""Groups of people better and worse off: one rule and one measure for the first page, the appendix and the charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from laborsim.study.outcomes import shown

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.compare import Comparison
    from laborsim.study.results import Results

LEAST_SIMULATED: Final = 1_000  # people of a group; what happens to fewer of them is not named
ZONE_EFFECT: Final = "self_sufficient_workers"  # zones are judged by the number the road map shows, not by rates
NOBODY: Final = "no group by more than chance"


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


def changed(results: Results, comparison: Comparison, side: int) -> pd.DataFrame:
    """Changes of groups for the better (side 1) or the worse (-1), by more than chance, of groups that may be named."""
    import pandas as pd

    table = comparison.gains if side > 0 else comparison.losses
    if not len(table):
        table = pd.DataFrame(columns=["group", "who", "label", "kind", "difference"])
    own = table[np.array([not str(g).startswith("zone:") for g in table["group"]], bool)]
    known = [g for g in zones(results) if (ZONE_EFFECT, g) in results]
    if known:
        by_zone = results.compare(comparison.policy, comparison.against, by="zone", indicators=[ZONE_EFFECT])
        zone = by_zone.differences
        sure = zone["distinguishable"].astype(bool) & (zone["better"] == side) & zone["group"].isin(known)
        if sure.any():
            own = pd.concat([own, zone[sure]], ignore_index=True) if len(own) else zone[sure]
    return own[np.array([enough(results, str(g)) for g in own["group"]], bool)]


def who(results: Results, comparison: Comparison, side: int, most: int = 4, figures: int = 2) -> str:
    """Groups better off (side 1) or worse off (-1) by more than chance, with people simulated and what changes."""
    table = changed(results, comparison, side)
    if len(table) == 0:
        return NOBODY
    by_group: dict[str, list[str]] = {}
    for row in table.to_dict("records"):
        change = f"{row['label']} {shown(row['difference'], row['kind'], signed=True)}"
        by_group.setdefault(str(row["group"]), []).append(change)
    names = dict(zip(table["group"], table["who"], strict=True))
    # groups that change in most ways first; the list says how many are left out
    order = sorted(by_group, key=lambda group: -len(by_group[group]))
    both = set(map(str, changed(results, comparison, -side)["group"]))
    said = []
    for g in order[:most]:
        people = simulated(results, g)
        inside = [] if people is None else [f"{people:,}"]
        inside += [", ".join(by_group[g][: max(figures, 1) if g in both else figures])]
        text = "; ".join(x for x in inside if x)
        said.append(f"{names[g]} ({text})" if text else str(names[g]))
    more = len(order) - most
    return "; ".join(said) + (f"; and {more} more group{'s' if more > 1 else ''}" if more > 0 else "")


__all__ = ["LEAST_SIMULATED", "changed", "enough", "simulated", "who", "zones"]
