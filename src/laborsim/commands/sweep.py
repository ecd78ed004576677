"""`laborsim sweep`: the runs of an experiment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from laborsim.commands.options import Debug, Json, Quiet, emit_json, remark

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.experiment import Experiment
    from laborsim.study.sweep import Swept

ExperimentFile = Annotated[
    Path, typer.Argument(metavar="EXPERIMENT", help="Experiment file (TOML).", show_default=False)
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", metavar="N", help="Runs made side by side here. Default: one a core.")
]
Kind = Annotated[str, typer.Option("--executor", metavar="KIND", help="local, or dask: a cluster that is running.")]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Dask scheduler, such as tcp://127.0.0.1:8786.")
]
StoreFile = Annotated[
    Path | None,
    typer.Option("--store", metavar="FILE", help="Run store. Default: results/sweeps/<experiment>.sqlite."),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Start over: throw away the runs in the store.")]
Retry = Annotated[bool, typer.Option("--retry", help="Make the runs that failed again.")]
Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Also write the results here, one line a run.")
]


def command(
    experiment: ExperimentFile,
    jobs: Jobs = None,
    executor: Kind = "local",
    scheduler: Scheduler = None,
    store: StoreFile = None,
    fresh: Fresh = False,
    retry: Retry = False,
    csv: Csv = None,
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make the runs of an experiment side by side; what is in its store already is not made again.

    A sweep can be stopped (Ctrl-C) or killed at any moment: the same command goes on from the runs that were finished.
    A run that fails is a row with its error.

    Example: laborsim sweep experiments/quick.toml --jobs 2
    """
    from laborsim.commands.study import asked_of, executing
    from laborsim.study.sweep import sweep

    asked = asked_of(experiment, quiet)
    with executing(executor, jobs, scheduler, quiet) as (where, bar):
        swept = sweep(asked, store, where, fresh, retry, bar)
    frame = swept.frame()
    if csv is not None:
        _write(frame, csv)
    if json_:
        emit_json(_summary(asked, swept, frame))
    else:
        _show(asked, swept, frame)
    if swept.failed:
        failed = frame[frame["status"] == "failed"]
        remark(f"{swept.failed} of {swept.runs} runs failed ({failed['error'].iloc[0]}); --retry makes them again")
        raise typer.Exit(1)


def _summary(asked: Experiment, swept: Swept, frame: pd.DataFrame) -> dict[str, Any]:
    """What `--json` prints."""
    from laborsim.study.sweep import summary

    return {
        "experiment": asked.name,
        "store": str(swept.store),
        "runs": swept.runs,
        "done": swept.done,
        "failed": swept.failed,
        "made": swept.made,
        "kept": swept.kept,
        "seconds": round(swept.seconds, 3),
        "runs_per_second": round(swept.rate, 4),
        "replicates": swept.replicates,
        "stopped": swept.stopped,
        "outcomes": summary(frame, asked).to_dict("records"),
        "errors": [
            {"run": r.run, "point": r.point, "policy": r.policy, "replicate": r.replicate, "error": r.error}
            for r in frame[frame["status"] == "failed"].itertuples()
        ],
    }


def _show(asked: Experiment, swept: Swept, frame: pd.DataFrame) -> None:
    """A table of the outcomes, and where everything is."""
    from rich.table import Table

    from laborsim.report.terminal import console
    from laborsim.study.outcomes import outcome, shown
    from laborsim.study.sweep import summary

    table = Table(title=f"{asked.title}: mean over runs, and 5% to 95% of them", title_justify="left")
    for name in ("outcome", "policy", "mean", "5%", "95%", "runs"):
        table.add_column(name, justify="left" if name in ("outcome", "policy") else "right")
    rows = summary(frame, asked)
    for m in asked.measures:
        kind = "dollars" if m.indicator == "spending" else outcome(m.indicator).kind
        for row in rows[rows["outcome"] == m.name].to_dict("records"):
            if row["policy"] == m.against:
                continue
            label = f"{m.name}, change against {m.against}" if m.against else m.name
            figures = (shown(row[c], kind, signed=bool(m.against)) for c in ("mean", "low", "high"))
            table.add_row(label, row["policy"], *figures, str(row["runs"]))
    console().print(table)
    print(
        f"{swept.made} runs made in {swept.seconds:.1f} seconds ({swept.rate:.2f} a second), {swept.kept} kept, "
        f"{swept.failed} failed; spread over runs is that of the design and of chance, not a forecast"
    )
    if swept.stopped:
        print(swept.stopped)
    print(f"store: {swept.store}")


def _write(frame: pd.DataFrame, path: Path) -> None:
    from laborsim.study.storage import write_atomically
    from laborsim.study.store import StoreError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, frame.to_csv(index=False))
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror})") from None
