"""`laborsim calibrate`: a region's behaviour parameters fitted to moments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from laborsim.commands.options import Debug, Json, Quiet
from laborsim.commands.sweep import Fresh, Jobs, Kind, Scheduler
from laborsim.study.names import WrongOption

if TYPE_CHECKING:
    from laborsim.study.calibration.calibrate import Calibration

Region = Annotated[
    str, typer.Argument(metavar="REGION", help="Name of a region, or path of a pack.", show_default=False)
]
Scale = Annotated[float, typer.Option("--scale", metavar="X", help="Share of people simulated.", min=0.001, max=1.0)]
Seeds = Annotated[int, typer.Option("--seeds", metavar="N", help="Runs at every point.", min=1, max=100)]
Moves = Annotated[int, typer.Option("--iterations", metavar="N", help="Most moves of the parameters.", min=1, max=50)]
Months = Annotated[int, typer.Option("--months", metavar="N", help="Months simulated from 2018-01.", min=13, max=96)]
StoreFile = Annotated[
    Path | None,
    typer.Option("--store", metavar="FILE", help="Run store. Default: results/calibration/<region>.sqlite."),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where to write. Default: results/calibration/<region>.")
]


Regions = Annotated[
    list[str],
    typer.Argument(metavar="REGION...", help="Names of regions, or paths of packs; several are fitted together.",
                   show_default=False),
]  # fmt: skip
People = Annotated[
    int | None,
    typer.Option("--people", metavar="N", help="People simulated in each region, in place of --scale.", min=1000),
]
Own = Annotated[
    bool,
    typer.Option("--own", help="Fit each region's own factors (posts, looking for work, selection) to its own "
                 "statistics, the nation's behaviour as it is."),
]  # fmt: skip
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of official statistics: unemployment is that of the months "
                 "published, in place of the pack's start."),
]  # fmt: skip


def command(
    region: Regions,
    own: Own = False,
    data: Data = None,
    scale: Scale = 0.05,
    people: People = None,
    seeds: Seeds = 3,
    iterations: Moves = 4,
    months: Months = 24,
    jobs: Jobs = None,
    executor: Kind = "local",
    scheduler: Scheduler = None,
    store: StoreFile = None,
    out: Out = None,
    fresh: Fresh = False,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Fit behaviour parameters to flows, openings, turnover and regions' own rates (simulated moments).

    With several regions, the moments are those of their mean, weighted by labor force. With --own, each region's own
    factors are fitted by themselves.

    Writes report.md (what missed, moments, parameters with intervals, identification), assumptions.toml for scenario
    files, posterior.json for `laborsim run --draws`, and calibration.json; with --own also pack/, the region's pack
    with its table of behaviour. Runs are kept: a calibration that was stopped goes on.

    Example: laborsim calibrate kansas-city lane --people 80000

    Example: laborsim calibrate lane --own --data DIR
    """
    from laborsim.commands.study import executing
    from laborsim.loading import scenario_of_region
    from laborsim.study.calibration.calibrate import Place, calibrate, default_store
    from laborsim.study.calibration.moments import NATION, REGION
    from laborsim.study.calibration.own import own_figures

    places = []
    for name in region:
        spec = scenario_of_region(name)
        figures = own_figures(spec.region, data, months)
        places.append(Place(spec, figures, scale if people is None else share_of(people, figures)))
    groups = [[p] for p in places] if own else [places]
    if store is not None and len(groups) > 1:
        raise WrongOption("--store: with --own every region has a store of its own; name one region, or leave it out")
    said = []
    with executing(executor, jobs, scheduler, quiet) as (where, bar):
        for group in groups:
            names = [p.spec.region for p in group]
            kept = store or (default_store(*names, own=own))
            found = calibrate(group, seeds, iterations, months, kept, where, fresh, bar, file=REGION if own else NATION)
            folder = default_store(*names, own=own).with_suffix("")
            if out is not None:
                folder = out / group[0].name if len(groups) > 1 else out
            said.append(_write(found, folder, names[0] if own else None))
            if not json_:
                _show(found, folder)
    if json_:
        print(json.dumps(said[0] if len(said) == 1 else said))


def _write(found: Calibration, folder: Path, own: str | None) -> dict[str, Any]:
    """Write what was found; returns what --json says.

    Parameters
    ----------
    own : the region whose pack is written with its own factors; None for the nation's behaviour.
    """
    from laborsim.region.pack import load_pack
    from laborsim.report.calibration import assumptions, page
    from laborsim.study.calibration.calibrate import as_json, posterior
    from laborsim.study.calibration.own import with_behaviour
    from laborsim.study.storage import write_atomically

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("report.md", page(found)), ("assumptions.toml", assumptions(found)),
                       ("calibration.json", as_json(found)), ("posterior.json", posterior(found).text())):  # fmt: skip
        write_atomically(folder / name, text)
    if own is not None:
        with_behaviour(load_pack(own), found).save(folder / "pack")
    return {"out": str(folder), **json.loads(as_json(found))}


def share_of(people: int, own: dict[str, float]) -> float:
    """Share of a region's people of 16 and more that makes about so many."""
    return min(1.0, float(f"{people / own['population_16']:.3g}"))


def _show(found: Calibration, folder: Path) -> None:
    from rich.table import Table

    from laborsim.report.calibration import fits
    from laborsim.report.terminal import console

    table = Table(title=f"Moments of {found.region}", title_justify="left")
    for name in ("moment", "target", "before", "after", "off by spreads"):
        table.add_column(name, justify="left" if name == "moment" else "right")
    for m, before, after in zip(found.moments, found.before, found.after, strict=True):
        label = m.name if m.fitted else f"{m.name} (not fitted)"
        off = (after - m.target) / m.spread
        table.add_row(label, f"{m.target:.4g}", f"{before:.4g}", f"{after:.4g}", f"{off:+.1f}")
    console().print(table)
    inside, of = fits(found)
    print(f"{inside} of {of} fitted moments within two spreads of their target; {found.runs} runs")
    print(f"report: {folder / 'report.md'}")
