"""`laborsim region`: list, show and build region packs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from laborsim.commands import region_fetch, region_import
from laborsim.commands.options import Debug, Json, Quiet, emit_json, remark

app = typer.Typer(
    help="List, show and build region packs.\n\nExample: laborsim region show kansas-city",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("fetch")(region_fetch.fetch)
app.command("import")(region_import.import_)

Counties = Annotated[
    str,
    typer.Option(
        "--counties",
        metavar="FIPS,...",
        help="Counties, by five-digit FIPS code; a state's postal code stands for all its counties.",
    ),
]
Commuting = Annotated[
    str,
    typer.Option(
        "--commuting",
        metavar="FIPS,...",
        help="Counties beyond the region that are zones of their own, not residents.",
    ),
]
GroupBy = Annotated[
    str,
    typer.Option(
        "--group-by",
        metavar="workforce|area",
        help="Put counties together as zones: Missouri's workforce regions (list not verified), or the metropolitan "
        "and nonmetropolitan areas of LAUS.",
    ),
]
Group = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="NAME=FIPS,...", help="Put these counties together as one zone."),
]
Apart = Annotated[
    str, typer.Option("--apart", metavar="FIPS,...", help="Counties that stay zones of their own all the same.")
]
LabelBy = Annotated[
    str,
    typer.Option(
        "--label-by",
        metavar="workforce|area",
        help="Keep county zones, and report results by these areas too.",
    ),
]
Split = Annotated[
    list[str] | None,
    typer.Option(
        "--split",
        metavar="FIPS=PART:PEOPLE:JOBS,PART",
        help="Split a county into zones by shares of its people and jobs (an assumption), as in "
        "29095=east:0.43:0.30,west.",
    ),
]
Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="Folder of the official statistics.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the new pack.")]
Profile = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write the profile too: profile.html and charts/.")
]
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="Name of the pack. Default: DIR's name.")]
Title = Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Title of the pack.")]


@app.command("list")
def list_(json_: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """List the region packs at hand.

    Example: laborsim region list
    """
    from laborsim.region.pack import list_packs, load_pack
    from laborsim.report.region_evidence import evidence

    packs: list[dict[str, Any]] = []
    for name in list_packs():
        pack = _loaded(load_pack, name)
        people = pack["age_sex"]
        packs.append(
            {
                "name": name,
                "title": pack.title,
                "zones": len(pack.inside),
                "people": round(float(people[people["zone"].isin([z.code for z in pack.inside])]["people"].sum())),
                "assumed_share": evidence(pack).assumed_share,
            }
        )
    if json_:
        emit_json({"regions": packs})
        return
    if not packs:
        remark("no region packs; `laborsim region build` makes one", quiet)
        return
    from rich import box
    from rich.table import Table

    from laborsim.report.terminal import console

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("name", "title"):
        table.add_column(column)
    for column in ("zones", "people", "assumed"):
        table.add_column(column, justify="right")
    for row in packs:
        table.add_row(
            row["name"], row["title"], str(row["zones"]), f"{row['people']:,}", f"{100 * row['assumed_share']:.1f}%"
        )
    console().print(table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a pack, or its folder.", show_default=False)],
    out: Profile = None,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show a region: people, work, jobs, pay, commuting, childcare, self-sufficiency wages, and how they are known.

    With --out also writes the profile: one page with a map of the zones, charts/ with picture, data and description.

    Example: laborsim region show kansas-city --out profile
    """
    from laborsim.region.pack import load_pack
    from laborsim.report.region_evidence import evidence
    from laborsim.report.region_figures import as_dict, profile
    from laborsim.scenario.problems import InputError

    if out is not None and out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: is not a folder")
    pack = _loaded(load_pack, name)
    about = _loaded(profile, pack)
    known = evidence(pack)
    if out is not None:
        from laborsim.report.region_page import publish

        charts = publish(about, known, out)
    if json_:
        written = {} if out is None else {"out": str(out), "charts": [c.name for c in charts]}
        emit_json({**as_dict(about, known), **written})
        return
    print_profile(pack)
    if out is None:
        remark("--out DIR writes this as a page with a map and charts", quiet)
    else:
        print(f"written to {out / 'profile.html'}")


@app.command()
def build(
    counties: Counties,
    data: Data,
    out: Out,
    split: Split = None,
    commuting: Commuting = "",
    group_by: GroupBy = "",
    group: Group = None,
    apart: Apart = "",
    label_by: LabelBy = "",
    name: Name = None,
    title: Title = None,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Build a region pack from official statistics.

    Example: laborsim region build --counties 29095,20091 --data path/to/data --out scenarios/regions/mine
    """
    from laborsim.region.checks import STATE_FIPS
    from laborsim.region.pack import describe
    from laborsim.scenario.problems import InputError

    problems = []
    for option, text in (("--counties", counties), ("--commuting", commuting), ("--apart", apart)):
        codes = [c.strip() for c in text.split(",") if c.strip()]
        wrong = [c for c in codes if not (len(c) == 5 and c.isdigit()) and c not in STATE_FIPS.values()]
        if wrong or (option == "--counties" and not codes):
            problems.append(
                f"{option}: {', '.join(wrong) or 'empty'}: allowed: five-digit FIPS codes or "
                f"{', '.join(STATE_FIPS.values())}, joined by commas"
            )
    if not data.is_dir():
        problems.append(f"--data {data}: no such folder")
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "pack.toml").exists())):
        problems.append(f"--out {out}: holds something else than a region pack")
    if problems:
        raise InputError("\n".join(problems))
    from laborsim.region.build import build_pack

    pack = _loaded(
        build_pack,
        counties,
        data,
        split=_splits(split or []),
        name=name or out.resolve().name,
        title=title or "",
        commuting=commuting,
        group_by=group_by,
        apart=apart,
        groups=_groups(group or []),
        label_by=label_by,
    )
    pack.save(out)
    if json_:
        emit_json(describe(pack))
    else:
        print_profile(pack)
        print(f"written to {out}")


def print_profile(pack: Any) -> None:
    """Print what a pack says of its region."""
    from laborsim.report.region_evidence import evidence
    from laborsim.report.region_figures import profile
    from laborsim.report.region_terminal import print_profile as print_all
    from laborsim.report.terminal import console

    print_all(_loaded(profile, pack), evidence(pack), console())
    print(f"hash {pack.hash()}")


def _splits(texts: list[str]) -> dict[str, Any]:
    """Splits as the builder takes them."""
    from laborsim.region.places import parse_split

    return {code: parts for text in texts for code, parts in parse_split(text).items()}


def _groups(texts: list[str]) -> dict[str, list[str]]:
    """Zones of several counties, by name."""
    from laborsim.scenario.problems import InputError

    out: dict[str, list[str]] = {}
    for text in texts:
        name, _, codes = text.partition("=")
        if not name.strip() or not codes.strip() or name.strip() in out:
            raise InputError(f"--group {text!r}: write NAME=FIPS,FIPS, each name once")
        out[name.strip()] = [c.strip() for c in codes.split(",") if c.strip()]
    return out


def _loaded(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Call; what is wrong with a pack is wrong input."""
    from laborsim.region.pack import PackError
    from laborsim.scenario.problems import InputError

    try:
        return function(*args, **kwargs)
    except PackError as error:
        raise InputError(str(error)) from None
