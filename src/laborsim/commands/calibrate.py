"""`laborsim calibrate`: a region's behaviour parameters fitted to moments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from laborsim.commands.options import Debug, Json, Quiet
from laborsim.commands.sweep import Fresh, Jobs, Kind, Scheduler

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


def command(
    region: Regions,
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

    With several regions, national targets are those of their mean, weighted by labor force; each region's own rates
    are targets of their own.

    Writes report.md (what missed, moments, parameters with intervals, identification), assumptions.toml for scenario
    files, posterior.json for `laborsim run --draws`, and calibration.json. Runs are kept: a calibration that was
    stopped goes on.

    Example: laborsim calibrate kansas-city lane --people 80000
    """
    from laborsim.commands.study import executing
    from laborsim.loading import scenario_of_region
    from laborsim.report.calibration import assumptions, fits, page
    from laborsim.study.calibration.calibrate import (
        Place,
        as_json,
        calibrate,
        default_store,
        own_figures,
        posterior,
    )
    from laborsim.study.storage import write_atomically

    places = []
    for name in region:
        spec = scenario_of_region(name)
        own = own_figures(spec.region)
        places.append(Place(spec, own, scale if people is None else share_of(people, own)))
    with executing(executor, jobs, scheduler, quiet) as (where, bar):
        found = calibrate(places, seeds, iterations, months, store, where, fresh, bar)
    folder = out or default_store(*region).with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("report.md", page(found)), ("assumptions.toml", assumptions(found)),
                       ("calibration.json", as_json(found)), ("posterior.json", posterior(found).text())):  # fmt: skip
        write_atomically(folder / name, text)
    if json_:
        print(json.dumps({"out": str(folder), **json.loads(as_json(found))}))
        return
    inside, of = fits(found)
    _show(found)
    print(f"{inside} of {of} fitted moments within two spreads of their target; {found.runs} runs")
    print(f"report: {folder / 'report.md'}")


def share_of(people: int, own: dict[str, float]) -> float:
    """Share of a region's people of 16 and more that makes about so many."""
    return min(1.0, float(f"{people / own['population_16']:.3g}"))


def _show(found: Any) -> None:
    from rich.table import Table

    from laborsim.report.terminal import console

    table = Table(title="Moments", title_justify="left")
    for name in ("moment", "target", "before", "after", "off by spreads"):
        table.add_column(name, justify="left" if name == "moment" else "right")
    for m, before, after in zip(found.moments, found.before, found.after, strict=True):
        label = m.name if m.fitted else f"{m.name} (not fitted)"
        off = (after - m.target) / m.spread
        table.add_row(label, f"{m.target:.4g}", f"{before:.4g}", f"{after:.4g}", f"{off:+.1f}")
    console().print(table)
