"""`laborsim check`: what is wrong in scenario files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from laborsim.commands.options import Debug, Json, Quiet, emit_json, remark

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="SCENARIO...", help="Scenario files (TOML).", show_default=False),
]
Schema = Annotated[
    bool, typer.Option("--schema", help="Print the JSON Schema of scenario files, for editors.")
]


def command(
    files: Files = None,
    schema: Schema = False,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say what is wrong in scenario files: file, line, field, what is allowed. Exit code 2 if anything is.

    Example: laborsim check scenarios/independence-works-2025.toml
    """
    if schema:
        from laborsim.scenario.schema import json_schema

        emit_json(json_schema())
        return
    if not files:
        raise typer.BadParameter("give at least one scenario file, or --schema", param_hint="SCENARIO...")
    from laborsim.loading import load_scenario
    from laborsim.scenario.problems import ScenarioError
    from laborsim.scenario.remarks import remarks
    from laborsim.study.outcomes import OUTCOMES

    better = {name: o.better for name, o in OUTCOMES.items()}
    results: list[dict[str, Any]] = []
    for file in files:
        result: dict[str, Any] = {"file": str(file), "ok": True, "problems": []}
        try:
            spec = load_scenario(file)
            result |= {
                "title": spec.title,
                "months": spec.months,
                "policies": list(spec.policies),
                "hash": spec.hash(),
                "remarks": [str(r) for r in remarks(spec, better)],
            }
            if not json_:
                for said in result["remarks"]:
                    remark(f"{file}: {said}", quiet)
                unread = sum(not a.source for a in spec.assumptions.values())
                about = f"{len(spec.policies)} policies, {len(spec.targets)} targets, {spec.months} months"
                print(f"{file}: ok ({about})")
                if unread:
                    remark(f"{file}: {unread} of {len(spec.assumptions)} assumptions name no source", quiet)
        except ScenarioError as error:
            result |= {"ok": False, "problems": [p.as_dict() for p in error.problems]}
            if debug:
                raise
            if not json_:
                print(error)
        results.append(result)
    good = all(r["ok"] for r in results)
    if json_:
        emit_json({"ok": good, "files": results})
    if not good:
        raise typer.Exit(2)
