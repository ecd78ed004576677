"""`laborsim region import`: the builder's tables from a folder of official files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from laborsim.commands.options import Debug, Json, Quiet, emit_json, remark

From = Annotated[Path, typer.Option("--from", metavar="DIR", help="Folder of official files, as published.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the tables, for `region build --data`.")]
Base = Annotated[
    Path | None,
    typer.Option("--base", metavar="DIR", help="Statistics to lay them over; its other tables are copied."),
]


def import_(
    from_: From,
    out: Out,
    base: Base = None,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Turn official files, fetched or your own, into tables for `laborsim region build`.

    Example: laborsim region import --from downloads --base statistics --out mydata
    """
    from laborsim.region.official.convert import convert

    report = convert(from_, out, base)
    for text in report.remarks:
        remark(text, quiet)
    for adapter, counts in sorted(report.missing.items()):
        remark(f"{adapter}: not given by the publisher: {sum(counts.values()):,} figures; they stay missing", quiet)
    if json_:
        emit_json(
            {
                "out": str(out),
                "tables": report.tables,
                "copied": report.copied,
                "remarks": report.remarks,
                "missing": report.missing,
            }
        )
        return
    for table in report.tables:
        print(
            f"{table['file']}: {table['rows_from_files']:,} rows of {table['places_from_files']:,} places "
            f"from the files, {table['rows']:,} in all"
        )
    print(f"{len(report.tables)} tables written, {len(report.copied)} copied, in {out}")
