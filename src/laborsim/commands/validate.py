"""`laborsim validate`: a region's baseline against facts and statistics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from laborsim.commands.calibrate import Region
from laborsim.commands.options import Debug, Json, Quiet, emit_json
from laborsim.commands.sweep import Fresh, Jobs, Kind, Retry, Scheduler

if TYPE_CHECKING:
    from laborsim.study.validation.validate import Validation

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of official statistics. Without it only facts are looked at."),
]
Replicates = Annotated[int, typer.Option("--replicates", metavar="N", help="Runs.", min=2, max=1000)]
Scale = Annotated[float, typer.Option("--scale", metavar="X", help="Share of people simulated.", min=0.001, max=1.0)]
Every = Annotated[
    int, typer.Option("--origins-every", metavar="N", help="Months between origins of forecasts; 0 makes none.", min=0,
                      max=12)
]  # fmt: skip
OriginRuns = Annotated[
    int, typer.Option("--origin-replicates", metavar="N", help="Runs from every origin.", min=2, max=1000)
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where to write. Default: results/validation/<region>.")
]


def command(
    region: Region,
    data: Data = None,
    replicates: Replicates = 20,
    scale: Scale = 0.05,
    origins_every: Every = 3,
    origin_replicates: OriginRuns = 5,
    jobs: Jobs = None,
    executor: Kind = "local",
    scheduler: Scheduler = None,
    out: Out = None,
    fresh: Fresh = False,
    retry: Retry = False,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Set a region's baseline against stylised facts, its own statistics since 2018, and simple forecasts.

    Writes report.md, what fails first, charts, and every forecast made. Runs are kept in a run store, runs.sqlite: a
    validation that was stopped goes on, one that is finished is read.

    Example: laborsim validate kansas-city --data statistics
    """
    from laborsim.commands.study import executing
    from laborsim.loading import scenario_of_region
    from laborsim.report.forecast import forecast_chart
    from laborsim.report.validation import hindcast_chart, page
    from laborsim.study.storage import write_atomically
    from laborsim.study.tables import write_csv
    from laborsim.study.validation.validate import folder_of, validate

    spec = scenario_of_region(region)
    with executing(executor, jobs, scheduler, quiet) as (where, bar):
        found = validate(spec, data, replicates, scale, where, out, bar, origins_every, origin_replicates, fresh, retry)
    folder = out or folder_of(region)
    if found.series:
        hindcast_chart(found).save(folder / "charts")
    if found.forecast is not None and len(found.forecast.table):
        forecast_chart([found.forecast]).save(folder / "charts")
        write_csv(folder / "forecasts.csv", found.forecast.table)
    write_atomically(folder / "report.md", page(found))
    if json_:
        emit_json(_summary(found, folder))
        return
    _show(found)
    inside = len(found.facts) - len(found.missed)
    print(f"{inside} of {len(found.facts)} facts inside their range")
    print(f"report: {folder / 'report.md'}")


def _summary(v: Validation, folder: Path) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "region": v.region,
        "out": str(folder),
        "facts": [
            {"name": f.fact.name, "mean": f.mean, "low": f.low, "high": f.high, "accepted": [f.fact.low, f.fact.high],
             "inside": f.inside, "share_inside": f.share_inside, "source": f.fact.source}
            for f in v.facts
        ],
        "hindcast": [
            {"drivers": drivers, "series": name, "span": e.span, "months": e.months, "rmse": e.rmse, "bias": e.bias,
             "correlation": e.correlation, "coverage": e.coverage, "coverage_by_chance": e.by_seeds}
            for (drivers, name), errors in v.errors.items() for e in errors
        ],
        "forecast": [] if v.forecast is None else [
            {"kind": s.kind, "months_ahead": s.horizon, "method": s.method, "origins": s.origins, "rmse": s.rmse,
             "crps": s.crps, "our_rmse": s.our_rmse, "our_crps": s.our_crps, "p": s.test.p, "verdict": s.verdict}
            for s in v.forecast.scores()
        ],
    }  # fmt: skip


def _show(v: Validation) -> None:
    from rich.table import Table

    from laborsim.report.terminal import console

    table = Table(title=f"Facts, {v.region}", title_justify="left")
    for name in ("fact", "mean", "accepted", "inside"):
        table.add_column(name, justify="left" if name == "fact" else "right")
    for f in sorted(v.facts, key=lambda f: f.inside):
        accepted = f"{f.fact.low:g} to {f.fact.high:g}"
        table.add_row(f.fact.label, f"{f.mean:.4g}", accepted, "yes" if f.inside else "NO")
    console().print(table)
    for drivers in v.runs:
        for e in v.errors.get((drivers, "unemployment"), []):
            print(f"unemployment {e.span}, {drivers} indices: RMSE {e.rmse:.2f} points, bias {e.bias:+.2f} "
                  f"({e.months} months)")  # fmt: skip
    if v.forecast is not None:
        scores = v.forecast.scores()
        for verdict, said in (("win", "beaten"), ("tie", "not told apart"), ("lose", "better")):
            names = [f"{s.method} {s.horizon} ({s.kind})" for s in scores if s.verdict == verdict]
            if names:
                print(f"forecasts {said}: {', '.join(names)}")
