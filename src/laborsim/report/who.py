"""Groups of people better and worse off: one rule and one measure for the first page, the appendix and the charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from laborsim.study.named_groups import LEAST_SIMULATED, ZONE_EFFECT, enough, simulated, zones
from laborsim.study.outcomes import shown

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.compare import Comparison
    from laborsim.study.results import Results

NOBODY: Final = "no group by more than chance"


def changed(comparison: Comparison, side: int) -> pd.DataFrame:
    """Changes of groups for the better (side 1) or the worse (-1), by more than chance, of groups that may be named."""
    return comparison.gains if side > 0 else comparison.losses


def who(results: Results, comparison: Comparison, side: int, most: int = 4, figures: int = 2) -> str:
    """Groups better off (side 1) or worse off (-1) by more than chance, with people simulated and what changes."""
    table = changed(comparison, side)
    if len(table) == 0:
        return NOBODY
    by_group: dict[str, list[str]] = {}
    for row in table.to_dict("records"):
        change = f"{row['label']} {shown(row['difference'], row['kind'], signed=True)}"
        by_group.setdefault(str(row["group"]), []).append(change)
    names = dict(zip(table["group"], table["who"], strict=True))
    # groups that change in most ways first; the list says how many are left out
    order = sorted(by_group, key=lambda group: -len(by_group[group]))
    both = set(map(str, changed(comparison, -side)["group"]))
    said = []
    for g in order[:most]:
        people = simulated(results, g)
        inside = [] if people is None else [f"{people:,}"]
        inside += [", ".join(by_group[g][: max(figures, 1) if g in both else figures])]
        text = "; ".join(x for x in inside if x)
        said.append(f"{names[g]} ({text})" if text else str(names[g]))
    more = len(order) - most
    return "; ".join(said) + (f"; and {more} more group{'s' if more > 1 else ''}" if more > 0 else "")


__all__ = ["LEAST_SIMULATED", "ZONE_EFFECT", "changed", "enough", "simulated", "who", "zones"]
