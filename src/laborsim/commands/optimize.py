"""`laborsim optimize`: the best mix of policies under limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from laborsim.commands.options import Debug, Json, Quiet, emit_json, remark
from laborsim.commands.sweep import ExperimentFile, Fresh, Jobs, Kind, Retry, Scheduler

if TYPE_CHECKING:
    from laborsim.study.analysis.mix import Mixes

StoreFile = Annotated[
    Path | None,
    typer.Option("--store", metavar="FILE", help="Run store. Default: results/sweeps/<experiment>-mix.sqlite."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Tables and charts. Default: results/studies/<experiment>-mix."),
]


def command(
    experiment: ExperimentFile,
    jobs: Jobs = None,
    executor: Kind = "local",
    scheduler: Scheduler = None,
    store: StoreFile = None,
    out: Out = None,
    fresh: Fresh = False,
    retry: Retry = False,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Settings of the policies that reach most within the limits, as the experiment's [optimize] asks (NSGA-II).

    The front is made again with seeds the search never saw, so that what is reported is not luck. A search that was
    stopped goes on: the same command takes the same path, and runs that are there are not made again.

    Example: laborsim optimize experiments/policy-mix.toml
    """
    from laborsim.commands.study import asked_of, executing
    from laborsim.report.charts_mix import chart, finding
    from laborsim.report.study_words import save
    from laborsim.study.analysis.mix import keep, optimize
    from laborsim.study.reuse import RESULTS

    asked = asked_of(experiment, quiet)
    with executing(executor, jobs, scheduler, quiet) as (where, bar):
        found = optimize(asked, store, where, fresh, retry, bar)
    folder = out or RESULTS / "studies" / f"{asked.name}-mix"
    tables = {"front": found.front, "trials": found.trials, "curse": found.curse, "failed": found.failed}
    save([chart(found)], tables, folder)
    keep(found.study, folder / "optuna.sqlite")
    if json_:
        emit_json({
            "experiment": asked.name, "policy": found.policy, "out": str(folder), "store": str(found.store),
            "finding": finding(found), "trials": len(found.trials), "made": found.made, "kept": found.kept,
            "front": found.front.to_dict("records"), "curse": found.curse.to_dict("records"),
            "errors": found.failed.to_dict("records"),
        })  # fmt: skip
    else:
        _show(found)
        print(finding(found))
        print(f"{len(found.trials)} mixes, {found.made} runs made, {found.kept} kept, {len(found.failed)} failed")
        print(f"tables, charts and Optuna's study: {folder}")
    if len(found.failed):
        remark(f"{len(found.failed)} runs failed ({found.failed['error'].iloc[0]}); their mixes are left out: "
               f"{folder / 'failed.csv'} names them, --retry makes them again")  # fmt: skip
        raise typer.Exit(1)


def _show(found: Mixes) -> None:
    from rich.table import Table

    from laborsim.report.study_words import change, factor_name, figure, measure_of, setting
    from laborsim.report.terminal import console

    experiment = found.experiment
    outcomes = list(dict.fromkeys([*found.asked.objectives, *found.asked.limits]))
    levers = [c for c in found.front.columns if any(f.name == c for f in experiment.factors)]
    table = Table(title=f"The front with {found.asked.fresh} fresh seeds (90% intervals)", title_justify="left")
    table.add_column("mix")
    for name in (*(factor_name(experiment, n) for n in levers), *outcomes, "within limits", "stays"):
        table.add_column(name, justify="right")
    rows: list[dict[str, Any]] = found.front.to_dict("records")  # type: ignore[assignment]
    for row in rows:
        cells = [setting(row[n]) for n in levers]
        for o in outcomes:
            m = measure_of(experiment, o)
            span = f"{figure(m, row[f'{o}_low'])} to {figure(m, row[f'{o}_high'])}"
            cells.append(f"{figure(m, row[o])}\n[dim]{span}[/dim]")
        stays = "" if row["name"] == "plan" else "yes" if row["stays"] else "no"
        table.add_row(str(row["name"]), *cells, f"{100 * row['sure']:.0f}% of seeds", stays)
    console().print(table)
    curse: list[dict[str, Any]] = found.curse.to_dict("records")  # type: ignore[assignment]
    for row in curse:
        m = measure_of(experiment, str(row["outcome"]))
        print(f"the search made {row['outcome']} of the front look better by {change(m, row['better'])} "
              f"({change(m, row['low'])} to {change(m, row['high'])}) than fresh seeds do")  # fmt: skip
