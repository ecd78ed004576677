"""Sections of the brief: those a scenario names, in its order, else all; each appears where the results hold it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from laborsim.report import (
    charts_peers,
    charts_regions,
    charts_work,
    paid_starts,
    sections_jobs,
    sections_people,
    sections_training,
)
from laborsim.report.tables import Cell, Table, of_sheet
from laborsim.report.wording import policy_title
from laborsim.scenario.brief import SECTIONS as NAMES
from laborsim.scenario.schema import BASELINE
from laborsim.study.questions.effects import bought

if TYPE_CHECKING:
    from laborsim.report.figures import Chart
    from laborsim.study.results import Results


MOST_SECTORS: Final = 10  # of the scorecard that the brief shows


@dataclass(frozen=True)
class Section:
    """One section: its title, its charts by name and what makes its tables."""

    title: str
    charts: tuple[str, ...] = ()
    tables: tuple[Callable[[Results], Table | None], ...] = ()


def _side_by_side(results: Results) -> Table | None:
    sheet = charts_regions.side_by_side(results)
    return None if sheet is None else of_sheet("side_by_side", sheet)


def _sectors(results: Results) -> Table | None:
    sheet = charts_work.sector_sheet(results)
    if sheet is None:
        return None
    table = of_sheet("sector_scorecard", sheet)
    more = f" The first {MOST_SECTORS}; all are in the data." if len(table.rows) > MOST_SECTORS else ""
    return replace(table, rows=table.rows[:MOST_SECTORS], note=f"{table.note}{more}", title="The figures behind the "
                                                            "scores")


def _snapshots(results: Results) -> Table | None:
    sheet = charts_work.snapshot_sheet(results)
    return None if sheet is None else of_sheet("snapshots_of_2020", sheet)


SECTIONS: Final = {
    "employers": Section("Employers: jobs they cannot fill, people they cannot keep", (), (sections_jobs.employers,)),
    "segments": Section("Segments of workers", (), (sections_people.segments,)),
    "groups": Section("Groups beside everyone", ("equity",)),
    "leadership": Section("State of the workforce by group", (), (sections_people.leadership,)),
    "self_sufficiency": Section(
        "Self-sufficiency and what stands in its way", (), (sections_people.self_sufficiency, sections_people.needs)
    ),
    "raises": Section("What a raise leaves", ("raises",), (sections_people.raises,)),
    "peers": Section("Rank among peer metros", ("peers",), (charts_peers.peer_table,)),
    "traded": Section("New employers, and jobs that sell beyond the region", (), (sections_jobs.traded,)),
    "regions": Section("Regions side by side", ("regions",), (_side_by_side, sections_jobs.commuting)),
    "road_map": Section("Road map: which strategy where", ("road_map",)),
    "sectors": Section("Target sectors", ("sectors",), (_sectors,)),
    "regional_sectors": Section("Target sectors, region by region", (), (sections_jobs.regional_sectors,)),
    "replacement": Section(
        "Jobs of those who leave", ("replacement",), (sections_jobs.exits, sections_jobs.who_fills)
    ),
    "training_kinds": Section(
        "Apprenticeship, on-the-job and customized training", (),
        (sections_training.training_kinds, paid_starts.paid_starts),
    ),
    "youth": Section("Youth: from school into work", (), (sections_people.youth,)),
    "pipeline": Section("The training pipeline", ("funnel",), (sections_training.steps,)),
    "awareness": Section(
        "Who hears of training, and who gets in", (), (sections_training.losses, sections_training.access)
    ),
    "mobility": Section("Moving up", ("mobility",), (sections_people.upward,)),
    "ai": Section(
        "Technology: who is displaced", (), (sections_people.displaced, sections_people.after_displacement)
    ),
    "uninsured": Section("Looking for work without insurance", (), (sections_people.uninsured,)),
    "job_centers": Section(
        "Job centers: take-up, waiting, co-enrollment", (),
        (sections_training.job_centers, sections_training.co_enrolment),
    ),
    "snapshots": Section("Snapshots of a shock", ("snapshots",), (_snapshots,)),
    "quality": Section("The eight Good Jobs principles", ("quality",)),
    "pilots": Section("Pilots beside their controls", ("pilots",)),
    "quality_or_training": Section("Better jobs or more training?", (), (sections_jobs.quality_or_training,)),
    "industries": Section("The industries in question", (), (sections_jobs.industries,)),
    "plant": Section("Where the plant opens", (), (sections_jobs.plant,)),
    "owners": Section("Who does what, when, for how much", (), (sections_jobs.timeline,)),
    "spending": Section("Where the money goes", ("spending",)),
}  # fmt: skip
assert set(SECTIONS) == set(NAMES), "a section that scenarios may name is missing"
FIRST: Final = Section("What participants do, with and without their program", (),
    (sections_training.with_and_without,))


def named(results: Results) -> list[str]:
    """Sections of a study: those its scenario names, else all."""
    return list((results.about.get("brief") or {}).get("sections") or NAMES)


def sections(results: Results, charts: Sequence[Chart]) -> list[dict[str, Any]]:
    """Sections that have a chart or a table.

    Each: title, charts (name, svg, alt, chart), tables (`Table`).
    """
    drawn = {c.name: c for c in charts}
    out = []
    for s in (FIRST, *(SECTIONS[n] for n in named(results))):
        pictures = [{"name": n, "svg": drawn[n].svg(), "alt": drawn[n].alt, "chart": drawn[n]} for n in s.charts
                    if n in drawn]  # fmt: skip
        tables = [t for of in s.tables if (t := of(results)) is not None]
        if pictures or tables:
            out.append({"title": s.title, "charts": pictures, "tables": tables})
    return out


def shown_charts(results: Results) -> frozenset[str]:
    """Charts that stand in sections of the brief."""
    return frozenset(c for n in named(results) for c in SECTIONS[n].charts)


def purchases(results: Results) -> list[tuple[str, str]]:
    """What the money of each policy bought: title, items."""
    done = {r.policy for r in results.records if r.done}
    return [(policy_title(results, p), bought(results, p)) for p in results.policies if p != BASELINE and p in done]


__all__ = ["SECTIONS", "Cell", "Section", "named", "purchases", "sections", "shown_charts"]
