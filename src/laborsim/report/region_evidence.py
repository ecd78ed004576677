"""What stands behind the figures of a pack: measured, published, assumed, stand-ins, and how old each source is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from laborsim.region.pack import GRADES
from laborsim.region.tables import NATIONAL_TABLES, REGION_TABLES

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.region.pack import Pack
    from laborsim.region.tables import Layout

UNVERIFIED = "not yet checked"  # what notes of sources say that were written down from general knowledge


@dataclass(frozen=True)
class Evidence:
    """How the figures of a pack are known. A figure is one number of a table, keys not counted.

    Attributes
    ----------
    figures : of the region's own zones and of the region as a whole; those of `outside` alone are not counted.
    by_grade : measured, published, calibrated, assumed -> figures.
    unverified : figures whose source was written down from general knowledge and not yet checked.
    stand_ins : figures that stand in for what a county lacks, or the area does not publish.
    sources : id, publisher, series, vintage, grade, note, tables, figures; those with most figures first.
    fallbacks : table, source, why, counties (how many), of (all counties, those of commuting zones too), figures.
    parts : zones that are parts of a county, by assumed shares of its people and jobs.
    """

    figures: int
    by_grade: dict[str, int]
    unverified: int
    stand_ins: int
    sources: list[dict[str, Any]]
    fallbacks: list[dict[str, Any]]
    parts: list[dict[str, Any]]

    @property
    def assumed_share(self) -> float:
        """Share of figures that are only assumed."""
        return self.by_grade["assumed"] / self.figures

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {**vars(self), "assumed_share": self.assumed_share}


def evidence(pack: Pack) -> Evidence:
    """Count the figures of a region's pack by the grade of their source.

    Shares of people and jobs of zones that are parts of a county are assumed figures too: two for each.
    """
    counts: dict[tuple[str, str], int] = {}
    for table, layout in (NATIONAL_TABLES if pack.national else REGION_TABLES).items():
        if table not in pack.tables:
            continue
        numbers = width(layout)
        for source, rows in own_rows(pack, pack[table])["source"].value_counts().items():
            counts[table, str(source)] = int(rows) * numbers
    parts = [
        {"code": z.code, "name": z.name, "people_share": z.people_share, "jobs_share": z.jobs_share}
        for z in pack.inside
        if z.kind == "part"
    ]
    by_grade = dict.fromkeys(GRADES, 0)
    sources: list[dict[str, Any]] = []
    for key, source in pack.sources.items():
        tables = [t for t, s in counts if s == key]
        figures = sum(counts[t, key] for t in tables)
        by_grade[source.grade] += figures
        sources.append({"id": key, **vars(source), "tables": tables, "figures": figures})
    by_grade["assumed"] += 2 * len(parts)
    counties = len({c for z in pack.zones for c in (z.counties or (z.county,)) if c})
    fallbacks: list[dict[str, Any]] = [
        {
            "table": f.table,
            "source": f.source,
            "why": f.why,
            "counties": len(f.counties),
            "of": counties,
            "figures": counts.get((f.table, f.source), 0),
        }
        for f in pack.fallbacks
    ]
    return Evidence(
        sum(by_grade.values()),
        by_grade,
        sum(s["figures"] for s in sources if UNVERIFIED in s["note"]),
        sum(f["figures"] for f in fallbacks),
        sorted(sources, key=lambda s: (-s["figures"], s["id"])),
        fallbacks,
        parts,
    )


def width(layout: Layout) -> int:
    """How many figures a row of a table holds: its numbers that are no keys."""
    return len([f for f in layout.fields if f.kind in ("number", "int") and f.name not in layout.unique])


def own_rows(pack: Pack, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the region's own zones or of the region as a whole; of two zones, one must be its own."""
    inside = {z.code for z in pack.inside}
    if "zone" in frame.columns:
        return frame[frame["zone"].isin(inside)]
    if "home" in frame.columns:
        return frame[frame["home"].isin(inside) | frame["work"].isin(inside)]
    return frame
