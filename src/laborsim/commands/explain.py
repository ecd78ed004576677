"""`laborsim explain`: every assumption behind a scenario."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from laborsim.commands.options import Debug, Json, Quiet, ScenarioFile, emit_json, remark

if TYPE_CHECKING:
    from laborsim.scenario.explain import Row


class Format(StrEnum):
    """How the list is written."""

    md = "md"
    json = "json"
    csv = "csv"


Style = Annotated[Format, typer.Option("--format", help="How to write the list.")]


def command(
    scenario: ScenarioFile,
    format_: Style = Format.md,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """List every assumption: value, unit, default or set here, range, source, evidence grade.

    Example: laborsim explain scenarios/independence-works-2025.toml --format csv
    """
    from laborsim.loading import load_scenario
    from laborsim.scenario import explain

    spec = load_scenario(scenario)
    rows = [*explain.rows(spec), *region_rows(spec.region)]
    if json_ or format_ is Format.json:
        emit_json(explain.as_json(spec, rows))
    elif format_ is Format.csv:
        sys.stdout.write(explain.as_csv(rows))
    else:
        sys.stdout.write(explain.as_markdown(spec, rows))
    loose = sum(r.grade == "assumed" and r.kind == "parameter" for r in rows)
    total = sum(r.kind == "parameter" for r in rows)
    remark(f"ASSUMED without a measurement: {loose} of {total} parameters", quiet)


def region_rows(region: str) -> list[Row]:
    """Sources of a region pack and of the national pack: what each is, its publisher, vintage and grade."""
    from laborsim.region.pack import load_pack
    from laborsim.scenario.explain import Row

    rows = []
    for name in (region, "national"):
        pack = load_pack(name)
        used: dict[str, list[str]] = {}
        for table, frame in pack.tables.items():
            for source in sorted(set(frame["source"])) if "source" in frame else ():
                used.setdefault(str(source), []).append(table)
        for zone in pack.zones:
            for what in ("people_share", "jobs_share") if zone.kind == "part" else ():
                label = f"{zone.name}: {what.replace('_', ' ')} of county {zone.county}"
                name_ = f"{pack.name}.{zone.code}.{what}"
                value = getattr(zone, what)
                rows.append(
                    Row("region", name_, label, value, "share", None, False, None, None, "assumed", "assumed")
                )
        for key, source in sorted(pack.sources.items()):
            about = f"{source.series}, {source.vintage}" + (f". {source.note}" if source.note else "")
            tables = ", ".join(used.get(key, ())) or "not used by a table"
            rows.append(
                Row(
                    "region",
                    f"{pack.name}.{key}",
                    tables,
                    about,
                    "",
                    None,
                    False,
                    None,
                    None,
                    source.publisher,
                    source.grade,
                )
            )
    return rows
