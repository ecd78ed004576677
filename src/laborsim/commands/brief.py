"""`laborsim brief`: charts and brief again from stored results."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from laborsim.commands.options import Debug, Json, Quiet, emit_json

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Directory that `laborsim run` wrote.", show_default=False)]


class Format(StrEnum):
    """What the brief is written as."""

    html = "html"
    pdf = "pdf"
    docx = "docx"


Form = Annotated[Format, typer.Option("--format", help="pdf and docx need the extra 'report'.")]


def command(
    folder: Folder,
    format_: Form = Format.html,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make the brief and its charts again from stored results; nothing is simulated.

    Example: laborsim brief results/independence-works-2025/6x-scale0.05-seed2025-3fa92c10 --format pdf
    """
    from laborsim.report.brief import annex_html
    from laborsim.report.documents import make, pdf
    from laborsim.report.publish import publish
    from laborsim.study.results import load_results
    from laborsim.study.storage import write_atomically

    results = load_results(folder)
    if all(not r.done for r in results.records):
        typer.echo("no run finished: there is nothing to report", err=True)
        raise typer.Exit(1)
    charts = publish(results, folder)
    brief = folder / f"brief.{format_}"
    if format_ is not Format.html:
        write_atomically(brief, make(results, charts, format_))
    if format_ is Format.pdf:
        write_atomically(folder / "annex.pdf", pdf(annex_html(results, charts)))
    if json_:
        emit_json({"brief": str(brief), "charts": [str(folder / "charts" / f"{c.name}.svg") for c in charts]})
    else:
        print(brief)
