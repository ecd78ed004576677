"""`laborsim brief`: charts and brief again from stored results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from laborsim.commands.options import Debug, Json, Quiet, emit_json

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Directory that `laborsim run` wrote.", show_default=False)]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="html.")]


def command(
    folder: Folder,
    format_: Format = "html",
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make the brief and its charts again from stored results; nothing is simulated.

    Example: laborsim brief results/independence-works-2025/8x-scale0.05-seed1-3fa92c10
    """
    from laborsim.report.publish import publish
    from laborsim.study.names import known
    from laborsim.study.results import load_results

    known(format_, ("html",), "format")
    results = load_results(folder)
    charts = publish(results, folder)
    if not charts:
        typer.echo("no run finished: there is nothing to report", err=True)
        raise typer.Exit(1)
    brief = folder / "brief.html"
    if json_:
        emit_json({"brief": str(brief), "charts": [str(folder / "charts" / f"{c.name}.svg") for c in charts]})
    else:
        print(brief)
