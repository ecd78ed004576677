"""A study as the commands make it: progress, charts at the end, and what is kept when it is stopped."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.commands.options import remark

if TYPE_CHECKING:
    from laborsim.commands.progress import Bar
    from laborsim.study.executor import Executor
    from laborsim.study.experiment import Experiment
    from laborsim.study.results import Results


def study(
    spec: Any,
    policies: Sequence[str] | None,
    threads: int | None,
    out: Path | None,
    quiet: bool,
    reuse: bool = False,
    wioa: bool = False,
    draws: str | None = None,
) -> Results:
    """Run with progress, write tables, charts and the brief; after Ctrl-C say what was kept.

    Parameters
    ----------
    out : directory of the results; None takes results/<scenario>/<run-id>.
    reuse : read finished runs instead of simulating them again.
    wioa : make every run once more without programs, for counterfactual and net of the WIOA table.
    draws : where parameters are drawn from; None for the scenario's values in every run.
    """
    from laborsim.commands.progress import Bar
    from laborsim.report.publish import prefetch, publish
    from laborsim.study import run as runs

    place = runs.default_out(spec, policies, draws) if out is None else out
    # this process waits for its workers: charts' libraries are read meanwhile
    threading.Thread(target=prefetch, daemon=True).start()
    with Bar(quiet) as bar, terminated_as_interrupted():

        def finish(done: Results, folder: Path) -> None:
            bar.writing("charts")
            publish(done, folder)

        try:
            return runs.run(
                spec, policies, threads=threads, out=place, progress=bar, finish=finish, reuse=reuse, wioa=wioa,
                draws=draws,
            )
        except runs.Interrupted as stop:
            text = str(stop)
            if stop.path is not None:
                text += f" and are kept in {stop.path}; the same command goes on from them"
            remark(text)
            raise


def asked_of(path: Path, quiet: bool) -> Experiment:
    """The experiment of a file; what is hardly meant in it is said on stderr."""
    from laborsim.study.experiment import load_experiment, remarks

    experiment = load_experiment(path)
    for said in remarks(experiment):
        remark(f"{path}: {said}", quiet)
    return experiment


@contextmanager
def executing(kind: str, jobs: int | None, scheduler: str | None, quiet: bool) -> Iterator[tuple[Executor, Bar]]:
    """An executor and a progress bar for many runs; after Ctrl-C says what is kept, and leaves a cluster."""
    from laborsim.commands.progress import Bar
    from laborsim.study.executor import make_executor
    from laborsim.study.run import Interrupted

    with Bar(quiet, rate=True) as bar, terminated_as_interrupted():
        where = make_executor(kind, jobs, scheduler)
        try:
            yield where, bar
        except Interrupted as stop:
            remark(f"{stop} and are kept in {stop.path}; the same command goes on from them")
            raise
        finally:
            if kind != "local":
                where.close()


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Treat a polite kill (SIGTERM) as Ctrl-C: workers are ended, and what is kept is said."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
