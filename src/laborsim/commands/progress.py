"""Progress of a study on stderr: a bar in a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from laborsim.commands.options import remark
from laborsim.study.run import Progress
from laborsim.study.task import RunRecord, Task


class Bar(Progress):
    """A rich progress bar over runs (over months, when one run is made in this process).

    Parameters
    ----------
    quiet : show nothing.
    rate : show runs a minute and the time left, as a study of many runs wants.
    """

    def __init__(self, quiet: bool, rate: bool = False) -> None:
        self._quiet, self._rate = quiet, rate
        self._show = not quiet and sys.stderr.isatty()
        self._bar: Any = None
        self._task: Any = None
        self._by_month = 0
        self._base = self._made = 0
        self._began = 0.0

    def __enter__(self) -> Bar:
        if self._show:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as RichProgress

            more = [TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), TextColumn("left")] if self._rate else []
            self._bar = RichProgress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                *more,
                console=Console(file=sys.stderr),
                transient=True,
            )
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def reused(self, place: Path) -> None:
        remark(f"nothing to simulate: these runs are in {place} (--fresh simulates again)", self._quiet)

    def started(self, tasks: Sequence[Task], kept: int, jobs: int) -> None:
        if kept:
            of = kept + len(tasks)
            remark(f"going on from an interrupted run: {kept} of {of} runs are already done", self._quiet)
        if self._bar is None or not tasks:
            return
        self._by_month = tasks[0].months if jobs == 1 and not self._rate else 0
        unit, each = ("months", self._by_month) if self._by_month else ("runs", 1)
        self._base = kept * each
        total = (len(tasks) + kept) * each
        if self._task is not None:  # more of the same study: the bar goes on
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(f"simulating, {unit}", total=total, completed=self._base, rate="")
        self._began, self._made = time.monotonic(), 0

    def month(self, task_months: int) -> None:
        if self._bar is not None and self._by_month:
            self._bar.update(self._task, completed=self._base + task_months)

    def finished(self, record: RunRecord) -> None:
        if not record.done:
            sys.stderr.write(f"failed: {record.policy}, replicate {record.replicate}: {record.error}\n")
        if self._bar is not None and self._task is not None:
            self._base += self._by_month or 1
            self._made += 1
            rate = 60.0 * self._made / max(time.monotonic() - self._began, 1e-9)
            self._bar.update(self._task, completed=self._base, rate=f"{rate:,.0f} runs a minute,")

    def writing(self, what: str) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=f"writing {what}")
