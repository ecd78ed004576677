"""`laborsim new`: a starter scenario."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from laborsim.commands.options import Debug, Json, Quiet, emit_json, remark

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the scenario.", show_default=False)]
Region = Annotated[str, typer.Option("--region", help="Region pack: its name or path.", show_default=False)]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="File to write; scenarios/NAME.toml by default.", show_default=False),
]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


def command(
    name: Name,
    region: Region,
    out: Out = None,
    force: Force = False,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a commented starter scenario that passes `check` and runs.

    Example: laborsim new my-county --region kansas-city
    """
    from laborsim.loading import asked_region, load_scenario
    from laborsim.scenario.problems import InputError
    from laborsim.scenario.starter import starter

    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not slug or not name.isprintable() or len(name) > 100:
        raise InputError(
            f"NAME: {name!r} cannot name a scenario; allowed: letters and digits, up to 100 characters"
        )
    facts = asked_region(region, "--region")
    folder = Path("scenarios") if Path("scenarios").is_dir() else Path()
    file = out or folder / f"{slug}.toml"
    if file.exists() and not force:
        raise InputError(f"{file}: is already there; --force writes over it, --out names another file")
    if not file.parent.is_dir():
        raise InputError(f"{file}: there is no folder {file.parent}")
    title = name if " " in name else name.replace("-", " ").replace("_", " ").capitalize()
    text = starter(title, _as_written(region, file), facts.zones, str(file))
    partial = file.with_name(f".{file.name}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        spec = load_scenario(partial)  # what is handed out has passed the check
        os.replace(partial, file)
    finally:
        partial.unlink(missing_ok=True)
    if json_:
        emit_json(
            {"file": str(file), "region": region, "months": spec.months, "policies": list(spec.policies)}
        )
    else:
        print(file)
        remark(f"next: laborsim run {file}", quiet)


def _as_written(region: str, file: Path) -> str:
    """A region's name as it is; the path of a pack relative to the scenario file."""
    if not Path(region).exists() or re.fullmatch(r"[\w-]+", region):
        return region
    relative = os.path.relpath(Path(region).resolve(), file.resolve().parent)
    return relative if "/" in relative else f"./{relative}"
