"""`laborsim discover`: the conditions under which a policy fails."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from laborsim.commands.options import Debug, Json, Quiet, emit_json, remark
from laborsim.commands.sweep import ExperimentFile, Fresh, Jobs, Kind, Retry, Scheduler, StoreFile

Outcome = Annotated[str | None, typer.Option("--outcome", metavar="NAME", help="Outcome that says what failing is.")]
Policy = Annotated[str | None, typer.Option("--policy", "-p", metavar="NAME", help="Policy that may fail.")]
Fails = Annotated[
    str | None, typer.Option("--fails", metavar="GOAL", help='When a state counts as failed, such as "< 500".')
]
Density = Annotated[
    float | None, typer.Option("--density", metavar="X", min=0.01, max=1.0, help="Share of failures wanted in the box.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Tables and charts. Default: results/studies/<experiment>-discover."),
]


def command(
    experiment: ExperimentFile,
    policy: Policy = None,
    outcome: Outcome = None,
    fails: Fails = None,
    density: Density = None,
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
    """Conditions under which a policy fails: limits of assumptions, how many failures they hold, how pure they are.

    Uses the runs of `laborsim sweep`, and makes those that are not there. The more states of the world the experiment
    samples, the more can be told: 100 are a start.

    Example: laborsim discover experiments/quick.toml --policy childcare --outcome mothers_and_fathers --fails "< 0.001"
    """
    from laborsim.commands.study import asked_of, executing
    from laborsim.report.charts_discovery import chart, finding, tried
    from laborsim.report.study_words import save
    from laborsim.study.analysis.discovery import discover, wanted
    from laborsim.study.reuse import RESULTS

    asked = asked_of(experiment, quiet)
    question = wanted(asked, policy=policy, outcome=outcome, fails=fails, density=density)
    with executing(executor, jobs, scheduler, quiet) as (where, bar):
        found = discover(asked, question, store, where, fresh, retry, bar)
    folder = out or RESULTS / "studies" / f"{asked.name}-discover"
    picture = chart(found)
    save([] if picture is None else [picture],
         {"limits": found.limits, "trajectory": found.trajectory, "states": found.points, "failed": found.failed},
         folder)  # fmt: skip
    if json_:
        emit_json(_summary(found, finding(found), folder))
    else:
        _show(found)
        print(finding(found))
        if not found.limits.empty:
            print(tried(found))
            if found.note:
                print(found.note)
        swept = found.swept
        print(f"{swept.made} runs made in {swept.seconds:.1f} seconds, {swept.kept} kept, {swept.failed} failed")
        print(f"tables and charts: {folder}")
    if len(found.failed):
        remark(f"{len(found.failed)} runs failed ({found.failed['error'].iloc[0]}); their states of the world are left "
               f"out: {folder / 'failed.csv'} names them, --retry makes them again")  # fmt: skip
        raise typer.Exit(1)


def _summary(found: Any, said: str, folder: Path) -> dict[str, Any]:
    return {
        "experiment": found.experiment.name, "policy": found.policy, "outcome": found.outcome, "fails": found.fails,
        "out": str(folder), "store": str(found.swept.store), "finding": said, "note": found.note, "cases": found.cases,
        "failures": found.failures, "coverage": found.coverage, "density": found.density, "inside": found.inside,
        "held_coverage": found.held_coverage, "held_density": found.held_density,
        "limits": found.limits.to_dict("records"), "failed": found.swept.failed, "made": found.swept.made,
        "errors": found.failed.to_dict("records"),
    }  # fmt: skip


def _show(found: Any) -> None:
    from rich.table import Table

    from laborsim.report.study_words import factor_name, setting
    from laborsim.report.terminal import console
    from laborsim.report.wording import each

    if found.limits.empty:
        return
    table = Table(title=f"Where {found.policy} fails ({found.outcome} {found.fails})", title_justify="left")
    for name in ("factor", "at least", "at most", "sampled", "p"):
        table.add_column(name, justify="left" if name == "factor" else "right")
    for row in each(found.limits):
        p = [x for x in (row.p_low, row.p_high) if x == x]
        ends = [row.values or setting(row.low), setting(row.high)]
        cells = ["" if e == "nan" else e for e in ends]
        span = "" if row.values else f"{setting(row.sampled_low)} to {setting(row.sampled_high)}"
        table.add_row(factor_name(found.experiment, row.factor), *cells, span, f"{min(p):.2g}" if p else "")
    console().print(table)
