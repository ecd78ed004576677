"""`laborsim run`: simulate a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from laborsim.commands.options import (
    Debug,
    Json,
    Out,
    Quiet,
    Replicates,
    Scale,
    ScenarioFile,
    Seed,
    Threads,
    emit_json,
    remark,
)
from laborsim.commands.study import study

if TYPE_CHECKING:
    from laborsim.study.results import Results

Policies = Annotated[
    list[str] | None,
    typer.Option(
        "--policy",
        "-p",
        metavar="NAME",
        help='Policy to run; several times for several. Default: all. "baseline" alone runs no policy.',
    ),
]
Wioa = Annotated[
    bool,
    typer.Option(
        "--wioa", help="Make every run once more without programs: what programs add, beside what their people do."
    ),
]
Drawn = Annotated[
    str | None,
    typer.Option(
        "--draws",
        metavar="HOW",
        help='Draw parameters anew for every two runs: from the calibrated "posterior", from the "ranges" of assumed '
        "parameters, or from a posterior.json. uncertainty.csv then tells chance from parameters.",
    ),
]


def command(
    scenario: ScenarioFile,
    policy: Policies = None,
    wioa: Wioa = False,
    draws: Drawn = None,
    replicates: Replicates = None,
    scale: Scale = None,
    seed: Seed = None,
    threads: Threads = None,
    out: Out = None,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Simulate the baseline and the policies of a scenario with common random numbers; write tables, charts, a brief.

    Runs that were finished when a study was interrupted are kept: the same command goes on from them.

    Example: laborsim run scenarios/independence-works-2025.toml --policy childcare --replicates 20
    """
    from laborsim.loading import load_scenario
    from laborsim.study.names import check_threads
    from laborsim.study.run import choose, settle

    read = load_scenario(scenario)
    spec = settle(read, replicates, seed, scale, lambda: choose(read, policy), lambda: check_threads(threads))
    results = study(spec, policy, threads, out, quiet, wioa=wioa, draws=draws)
    from laborsim.report import terminal
    from laborsim.report.wording import stops
    from laborsim.scenario.remarks import remarks
    from laborsim.study.verdicts import idle_because

    if json_:
        emit_json(summary(results))
    else:
        if results.about["targets"] and len(results.failed) < len(results.records):
            terminal.console().print(terminal.scorecard(results))
        about, runs = results.about, len(results.records)
        print(
            f"{about['people']:,} people, {about['employers']:,} employers, {len(results.months)} months, "
            f"{runs} run{'s' if runs != 1 else ''} in {about['seconds']:.1f} seconds"
        )
        print(f"results: {results.path}")
    for record in results.records:
        for said in stops(record.remarks) if record.replicate == 0 else ():
            remark(f"{record.policy}, first run: {said}", quiet)
    for odd in remarks(spec, policies=results.policies):
        remark(str(odd), quiet)
    for name in results.policies:
        if why := idle_because(results, name):
            remark(f"{name}: {why}", quiet)
    if results.failed:
        remark(f"{len(results.failed)} of {len(results.records)} runs failed; see {results.path}/manifest.json")
        if debug:
            remark(results.failed[0].trace)
        raise typer.Exit(1)


def summary(results: Results) -> dict[str, Any]:
    """What `--json` prints."""
    about = results.about
    table = results.targets() if len(results.failed) < len(results.records) else None
    columns = ("policy", "value", "low", "high", "goal", "probability", "met")
    targets = (
        []
        if table is None
        else [{"name": row["target"], **{c: row[c] for c in columns}} for row in table.to_dict("records")]
    )
    out: dict[str, Any] = {
        "scenario": about["scenario"]["name"],
        "out": str(results.path),
        "people": about["people"],
        "employers": about["employers"],
        "months": len(about["months"]),
        "seconds": about["seconds"],
        "state_hash": about["state_hash"],
        "targets": targets,
    }
    if results.failed:
        out["failed"] = [{"policy": r.policy, "replicate": r.replicate, "error": r.error} for r in results.failed]
    return out
