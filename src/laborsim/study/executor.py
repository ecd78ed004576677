"""Where runs are made: one interface, carried out by worker processes here (`local`) or by a Dask cluster
(`distributed`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from laborsim.scenario.problems import nearest
from laborsim.study.names import ExecutorError
from laborsim.study.task import RunRecord, Task

EXECUTORS = ("local", "dask")


class Executor(Protocol):
    """Makes runs, each in one process with the threads its task says.

    Attributes
    ----------
    jobs : runs made side by side.
    """

    jobs: int

    def run(self, tasks: Sequence[Task], on_month: Callable[[int], None] | None = None) -> Iterator[RunRecord]:
        """Make all runs; yield each record as it is finished, in any order.

        A run that fails, or whose process is killed again when it is made alone, is a failed record; the others go on.
        `on_month` is told the months done inside a run where runs are made in this process.
        """

    def close(self) -> None:
        """Give up what is under way and leave no process behind."""


def make_executor(kind: str = "local", jobs: int | None = None, scheduler: str | None = None) -> Executor:
    """An executor by name.

    Parameters
    ----------
    kind : "local" or "dask".
    jobs : worker processes here; None for one a core.
    scheduler : address of a running Dask scheduler, such as "tcp://127.0.0.1:8786".

    Raises
    ------
    ExecutorError

    Examples
    --------
    >>> make_executor("local", jobs=2).jobs
    2
    """
    if kind == "local":
        from laborsim.study.local import Local

        if scheduler is not None:
            raise ExecutorError("--scheduler belongs to --executor dask")
        if jobs is not None and not 1 <= jobs <= 1024:
            raise ExecutorError(f"--jobs {jobs}: allowed: 1 to 1024")
        return Local(jobs or cores())
    if kind == "dask":
        from laborsim.study.distributed import Dask

        if jobs is not None:
            raise ExecutorError("--jobs belongs to --executor local: a Dask cluster has its own workers")
        if scheduler is None:
            raise ExecutorError("--executor dask needs --scheduler ADDRESS, such as tcp://127.0.0.1:8786")
        return Dask(scheduler)
    near = nearest(kind, EXECUTORS, 0.4)
    raise ExecutorError(f"no executor {kind!r}; allowed: {', '.join(EXECUTORS)}" + (f"; did you mean {near}?" if near
                        else ""))  # fmt: skip


def cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
