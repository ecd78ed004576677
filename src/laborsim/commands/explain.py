"""`laborsim explain`: every assumption behind a scenario."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from laborsim.commands.options import Debug, Json, Quiet, ScenarioFile, emit_json, remark


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
    from laborsim.evidence import ledger
    from laborsim.loading import load_scenario
    from laborsim.scenario import explain

    spec = load_scenario(scenario)
    rows = ledger(spec)
    if json_ or format_ is Format.json:
        emit_json(explain.as_json(spec, rows))
    elif format_ is Format.csv:
        sys.stdout.write(explain.as_csv(rows))
    else:
        sys.stdout.write(explain.as_markdown(spec, rows))
    count = explain.count((r.kind, r.grade) for r in rows)
    remark(f"ASSUMED without a measurement: {count.assumed_parameters} of {count.parameters} parameters", quiet)
