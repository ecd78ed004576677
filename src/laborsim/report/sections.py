"""Sections of the appendix beyond charts of the policies: each appears where the results hold what it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from laborsim.report import charts_regions, charts_work
from laborsim.report.wording import policy_title
from laborsim.scenario.schema import BASELINE
from laborsim.study.questions.effects import bought

if TYPE_CHECKING:
    from laborsim.report.figures import Chart
    from laborsim.study.questions.answer import Sheet
    from laborsim.study.results import Results


@dataclass(frozen=True)
class Section:
    """One section: its title, what it is for, its charts by name and its tables."""

    title: str
    text: str
    charts: tuple[str, ...]
    sheets: tuple[Callable[[Results], Sheet | None], ...] = ()


SECTIONS: Final = (
    Section(
        "Regions side by side", "How the zones of the region stand without new policies.", ("regions",),
        (charts_regions.side_by_side,),
    ),
    Section(
        "Road map: which strategy where",
        "What each policy adds in each zone; what is not bold may be chance. Zones of few people have wide ranges.",
        ("road_map",),
    ),
    Section(
        "Sectors",
        "A scorecard for choosing target sectors. How often a sector stays among the first three under random weights "
        "says how much the choice rests on what the board cares for.",
        ("sectors",), (charts_work.sector_sheet,),
    ),
    Section(
        "Jobs of those who leave",
        "Openings that people leave when they retire, stop working or change occupation, beside net new jobs.",
        ("replacement",),
    ),
    Section(
        "Job quality", "Scores of all jobs on the eight Good Jobs principles, and pilots with their controls.",
        ("quality",), (charts_work.pilot_sheet,),
    ),
    Section(
        "Snapshots of a shock", "The months of 2020 as a board would have read them.", ("snapshots",),
        (charts_work.snapshot_sheet,),
    ),
    Section("Groups", "How groups stand beside everyone, and which policies move them.", ("equity",)),
)  # fmt: skip
OWNED: Final = frozenset(name for s in SECTIONS for name in s.charts)


def sections(results: Results, charts: Sequence[Chart]) -> list[dict[str, Any]]:
    """Sections that have a chart or a table.

    Each: title, text, charts (name, svg, alt), sheets (title, note, heads, rows).
    """
    drawn = {c.name: c for c in charts}
    out = []
    for s in SECTIONS:
        pictures = [{"name": n, "svg": drawn[n].svg(), "alt": drawn[n].alt} for n in s.charts if n in drawn]
        sheets = [_table(sheet) for of in s.sheets if (sheet := of(results)) is not None]
        if pictures or sheets:
            out.append({"title": s.title, "text": s.text, "charts": pictures, "sheets": sheets})
    return out


def _table(sheet: Sheet) -> dict[str, Any]:
    rows = [[str(row.get(key, "")) for key in sheet.columns] for row in sheet.rows]
    return {"title": sheet.title, "note": sheet.note, "heads": list(sheet.columns.values()), "rows": rows}


def purchases(results: Results) -> list[tuple[str, str]]:
    """What the money of each policy bought: title, items."""
    done = {r.policy for r in results.records if r.done}
    return [(policy_title(results, p), bought(results, p)) for p in results.policies if p != BASELINE and p in done]
