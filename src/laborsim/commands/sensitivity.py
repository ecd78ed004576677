"""`laborsim sensitivity`: what moves the outcomes of an experiment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from laborsim.commands.options import Debug, Json, Quiet, emit_json, remark
from laborsim.commands.sweep import ExperimentFile, Fresh, Jobs, Kind, Retry, Scheduler

if TYPE_CHECKING:
    from laborsim.study.analysis.sensitivity import Sensitivity

Method = Annotated[
    str | None,
    typer.Option("--method", "-m", metavar="METHOD", help="morris, sobol or tornado. Default: the experiment's."),
]
StoreFile = Annotated[
    Path | None,
    typer.Option("--store", metavar="FILE", help="Run store. Default: results/sweeps/<experiment>-<method>.sqlite."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Tables and charts. Default: results/studies/<experiment>-<method>."),
]
Outcome = Annotated[str | None, typer.Option("--outcome", metavar="NAME", help="Outcome to draw and to print.")]
Policy = Annotated[
    list[str] | None, typer.Option("--policy", "-p", metavar="NAME", help="Policy to draw and to print. Repeatable.")
]
SHOWN = 10  # rows of a printed table


def command(
    experiment: ExperimentFile,
    method: Method = None,
    outcome: Outcome = None,
    policy: Policy = None,
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
    """Which assumptions and levers move the outcomes, and by how much, with intervals.

    morris screens many factors with few runs; sobol shares out the variance, with many; tornado sets each assumption
    alone to its low and high end. Runs are made as by `laborsim sweep`: kept, and gone on with after an interruption.

    Example: laborsim sensitivity experiments/quick.toml --method tornado
    """
    from laborsim.commands.study import asked_of, executing
    from laborsim.report.charts_sensitivity import chart
    from laborsim.report.study_words import save
    from laborsim.study.analysis.sensitivity import chosen, sensitivity
    from laborsim.study.reuse import RESULTS

    asked = asked_of(experiment, quiet)
    with executing(executor, jobs, scheduler, quiet) as (where, bar):
        found = sensitivity(asked, method, store, where, fresh, retry, bar)
    name, policies = chosen(found, outcome, policy or ())
    folder = out or RESULTS / "studies" / f"{asked.name}-{found.method}"
    charts = [c for p in policies if (c := chart(found, name, p)) is not None]
    save(charts, {"sensitivity": found.table, "groups": found.groups, "failed": found.failed}, folder)
    if json_:
        emit_json(_summary(found, folder, [c.title for c in charts]))
    else:
        for p in policies:
            _show(found, name, p)
        for c in charts:
            print(c.title)
        swept = found.swept
        print(f"{swept.made} runs made in {swept.seconds:.1f} seconds, {swept.kept} kept, {swept.failed} failed")
        print(f"tables and charts: {folder}")
    if len(found.failed):
        bad = found.failed
        remark(f"{len(bad)} runs failed ({bad['error'].iloc[0]}); the groups of runs they belong to are left out: "
               f"{folder / 'failed.csv'} names them, --retry makes them again")  # fmt: skip
        raise typer.Exit(1)


def _summary(found: Sensitivity, folder: Path, findings: list[str]) -> dict[str, Any]:
    swept = found.swept
    return {
        "experiment": found.experiment.name, "method": found.method, "level": found.level, "out": str(folder),
        "store": str(swept.store), "runs": swept.runs, "done": swept.done, "failed": swept.failed, "made": swept.made,
        "kept": swept.kept, "seconds": round(swept.seconds, 3), "findings": findings,
        "table": found.table.to_dict("records"), "groups": found.groups.to_dict("records"),
        "errors": found.failed.to_dict("records"),
    }  # fmt: skip


def _show(found: Sensitivity, outcome: str, policy: str) -> None:
    from rich.table import Table

    from laborsim.report.study_words import change, factor_name, figure, measure_of, setting, subtitle
    from laborsim.report.terminal import console

    m = measure_of(found.experiment, outcome)
    rows: Any = found.table[(found.table["outcome"] == outcome) & (found.table["policy"] == policy)]
    table = Table(title=subtitle(found.experiment, m, policy), title_justify="left")
    heads = {"morris": ("size of change", "interval", "by chance", "mean"),
             "sobol": ("alone", "interval", "with interactions", "interval"),
             "tornado": ("low end", "outcome", "high end", "outcome")}[found.method]  # fmt: skip
    table.add_column("factor")
    for head in heads:
        table.add_column(head, justify="right")
    key = {"morris": rows.get("mu_star"), "sobol": rows.get("total")}.get(found.method)
    if key is None:
        key = rows[["change_low", "change_high"]].abs().max(axis=1)
    for row in rows.assign(key=key).sort_values("key", ascending=False, kind="stable").head(SHOWN).to_dict("records"):
        if found.method == "morris":
            cells = [change(m, row["mu_star"]).lstrip("+"),
                     f"{change(m, row['low']).lstrip('+')} to {change(m, row['high']).lstrip('+')}",
                     change(m, row["chance"]).lstrip("+"), change(m, row["mu"])]  # fmt: skip
        elif found.method == "sobol":
            cells = [text for c in ("first", "total") for text in (
                f"{100 * row[c]:.0f}%", f"{100 * row[c + '_low']:.0f}% to {100 * row[c + '_high']:.0f}%")]  # fmt: skip
        else:
            cells = [setting(row["setting_low"]), figure(m, row["at_low"]), setting(row["setting_high"]),
                     figure(m, row["at_high"])]  # fmt: skip
        table.add_row(factor_name(found.experiment, str(row["factor"])), *cells)
    console().print(table)
