"""`laborsim trial`: an in-silico randomised trial."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

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

Program = Annotated[
    str,
    typer.Option(
        "--program",
        metavar="NAME",
        help="Kind or family of training program, type of instrument, or policy of the scenario.",
        show_default=False,
    ),
]


def command(
    scenario: ScenarioFile,
    program: Program,
    replicates: Replicates = None,
    scale: Scale = None,
    seed: Seed = None,
    threads: Threads = None,
    out: Out = None,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Randomise who may take part in a program: effects on those offered, enrolled and others, beside published ones.

    Eligible applicants are split by a draw; each replicate is also run with nobody and with everybody admitted. Writes
    tables, a chart and a page (trial.html) to --out, by default results/<scenario>/trial-<program>-.... Replicates that
    are finished are kept there: the same command again makes only what is missing.

    Example: laborsim trial scenarios/independence-works-2025.toml --program classroom --replicates 6
    """
    from laborsim.commands.progress import Bar
    from laborsim.commands.study import terminated_as_interrupted
    from laborsim.loading import load_scenario
    from laborsim.report import trial as report
    from laborsim.study import trial as study
    from laborsim.study.names import check_threads
    from laborsim.study.run import Interrupted, settle
    from laborsim.study.storage import code_fingerprint
    from laborsim.study.trial_design import design

    read = load_scenario(scenario)
    spec = settle(read, replicates, seed, scale, lambda: design(read, program), lambda: check_threads(threads))
    with Bar(quiet) as bar, terminated_as_interrupted():
        short = hashlib.sha256("\0".join((spec.hash(), program, code_fingerprint())).encode()).hexdigest()[:8]
        settings = f"{spec.replicates}x-scale{spec.scale:g}-seed{spec.seed}-{short}"
        folder = Path("results") / str(spec.name) / f"trial-{program}-{settings}" if out is None else out
        try:
            made = study.run(spec, program, threads=threads, progress=bar, keep=folder / "replicates")
        except Interrupted as stop:
            if stop.path is not None:
                remark(f"{stop} and are kept in {stop.path}; the same command goes on from them")
            raise
        if not made.runs:
            remark("no replicate finished")
            if debug and made.failed:
                remark(made.failed[0].trace)
            raise typer.Exit(1)
        bar.writing("tables and charts")
        study.write(made, folder, report.publish)
    if json_:
        emit_json({"out": str(folder), **made.to_json()})
    else:
        report.show(made)
        print(f"results: {folder}")
        if len(made.runs) < 2:
            remark("one replicate gives no interval of displacement and money: use --replicates", quiet)
    if made.failed:
        remark(f"{len(made.failed)} of {len(made.failed) + len(made.runs)} replicates failed")
        if debug:
            remark(made.failed[0].trace)
        raise typer.Exit(1)
