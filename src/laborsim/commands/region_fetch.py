"""`laborsim region fetch`: download the official files of a set of counties."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from laborsim.commands.options import Debug, Json, Quiet, emit_json, remark

Counties = Annotated[str, typer.Option("--counties", metavar="FIPS,...", help="Counties, by five-digit FIPS code.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the files and their manifest.json.")]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="NAME", help="Only these files (laus-annual, qcew, acs, lodes ...). Repeatable."),
]
Years = Annotated[
    str | None,
    typer.Option("--years", metavar="YEARS", help="Instead of the years the builder reads: 2018 or 2015-2019."),
]
Contact = Annotated[
    str,
    typer.Option(
        "--contact", metavar="EMAIL", help="Put in the User-Agent; BLS asks for one.", envvar="LABORSIM_CONTACT"
    ),
]
Mirror = Annotated[
    str,
    typer.Option(
        "--mirror", metavar="URL", help="Ask URL/HOST/PATH, an institution's copy, instead of the publishers."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="List the addresses; fetch nothing.")]


def fetch(
    counties: Counties,
    out: Out,
    only: Only = None,
    years: Years = None,
    contact: Contact = "",
    mirror: Mirror = "",
    dry_run: DryRun = False,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Download official statistics of these counties from BLS, the Census Bureau and DOL.

    Goes on where it was broken off; files at hand are checked against manifest.json and not fetched again. The key of
    the Census API is read from CENSUS_API_KEY.

    Example: laborsim region fetch --counties 29095,20091 --out downloads
    """
    from importlib.metadata import version

    from laborsim.region.official.addresses import KEY_VARIABLE, plan
    from laborsim.region.official.download import Settings
    from laborsim.region.official.download import fetch as download
    from laborsim.scenario.problems import InputError

    items = plan([c.strip() for c in counties.split(",") if c.strip()], only or (), _years(years))
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if dry_run:
        if json_:
            emit_json({"files": [{"file": f, "adapter": i.adapter, "url": u} for i in items for f, u in i.places[:1]]})
        else:
            for item in items:
                print(item.places[0][1])
        return
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: is not a folder")
    if mirror and not mirror.startswith(("https://", "http://")):
        raise InputError(f"--mirror {mirror}: allowed: an address beginning https:// or http://")
    if any(i.keyed for i in items) and not key:
        remark(f"{KEY_VARIABLE} is not set: the Census API may refuse after some requests", quiet)
    if not contact:
        remark("no --contact: BLS may refuse requests without an email address in the User-Agent", quiet)
    agent = f"laborsim/{version('laborsim')}" + (f" ({contact})" if contact else "")
    done = download(items, out, Settings(agent, key, mirror), _teller(quiet))
    for file in done.own:
        remark(f"{file}: was there and is not in manifest.json; left as it is", quiet)
    for file in done.replaced:
        remark(f"{file}: did not agree with its checksum; fetched again", quiet)
    for file, why in done.failed:
        remark(f"{file}: {why}")
    if json_:
        emit_json(
            {
                "out": str(out),
                "fetched": done.fetched,
                "kept": done.kept,
                "own": done.own,
                "failed": [{"file": f, "why": w} for f, w in done.failed],
            }
        )
    else:
        print(f"{len(done.fetched)} fetched, {len(done.kept) + len(done.own)} already there, {len(done.failed)} failed")
        print(f"in {out}")
    if done.failed:
        raise typer.Exit(1)


def _years(text: str | None) -> list[int]:
    """2018, or 2015-2019, or several joined by commas."""
    from laborsim.scenario.problems import InputError

    out: list[int] = []
    for part in (text or "").split(","):
        low, _, high = part.strip().partition("-")
        if not part.strip():
            continue
        if not (low.isdigit() and (high or low).isdigit() and 1990 <= int(low) <= int(high or low) <= 2100):
            raise InputError(f"--years {text}: allowed: a year, or a span such as 2015-2019")
        out += range(int(low), int(high or low) + 1)
    return out


def _teller(quiet: bool) -> Callable[[str, int, int], None]:
    """Progress on a line of stderr, in a terminal only."""
    if quiet or not sys.stderr.isatty():
        return lambda file, done, total: None

    def tell(file: str, done: int, total: int) -> None:
        of = f" of {total / 1e6:.1f}" if total else ""
        sys.stderr.write(f"\r\x1b[K{file}: {done / 1e6:.1f}{of} MB" + ("\r\x1b[K" if done == total else ""))
        sys.stderr.flush()

    return tell
