"""Runs in worker processes of this machine (joblib's loky), or in this process one after the other.

Workers are started afresh (never forked, which hangs parallel kernels), read regions by memory map, and use one thread
of the libraries each. They end with their parent however it ends.
"""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any

from laborsim.study import warm
from laborsim.study.task import KILLED, RunRecord, Task, execute, ignore_interrupt

_WATCH = 1.0  # seconds between looks at whether the parent is alive


class Local:
    """Worker processes here.

    Parameters
    ----------
    jobs : runs side by side; 1 makes the runs in this process.
    """

    def __init__(self, jobs: int = 1) -> None:
        self.jobs = max(1, jobs)

    def run(self, tasks: Sequence[Task], on_month: Callable[[int], None] | None = None) -> Iterator[RunRecord]:
        """Make all runs; see `Executor.run`.

        A worker that is killed (out of memory, say) takes its pool with it: the runs under way are made again, each
        in a pool of its own, and one that kills that too becomes a failed record. A new pool takes the rest.
        """
        if self.jobs <= 1 or not tasks:
            for task in tasks:
                yield execute(task, on_month)
            return
        stamp: Any = warm.stamp(tasks[0])
        if not stamp.exists():
            self._warm_up(tasks)
        waiting = deque(tasks)
        while waiting:
            for record in self._until_broken(waiting):
                if record.done and stamp is not None:
                    warm.set_stamp(stamp)
                    stamp = None
                yield record

    def _until_broken(self, waiting: deque[Task]) -> Iterator[RunRecord]:
        """Records of tasks taken off `waiting`, until all are made or the pool breaks."""
        under_way: dict[int, Task] = {}
        count = iter(range(len(waiting)))

        def feed() -> Iterator[tuple[Any, ...]]:
            while waiting:
                number, task = next(count), waiting.popleft()
                under_way[number] = task
                yield _numbered, number, task

        try:
            for number, record in _parallel(feed(), self.jobs):
                del under_way[number]
                yield record
        except BrokenProcessPool:
            for task in list(under_way.values()):
                yield _alone(task)

    def _warm_up(self, tasks: Sequence[Task]) -> None:
        """Nothing is compiled or synthesized yet: two workers do it first, for all runs."""
        with suppress(BrokenProcessPool):
            for _ in _parallel([(_warm_up, warm.first_months, tasks[0]), (_warm_up, warm.compile_ahead, tasks[-1])],
                               self.jobs):  # fmt: skip
                pass

    def close(self) -> None:
        """End the worker processes, whatever they are at."""
        if self.jobs > 1:
            end_workers()


def end_workers() -> None:
    """End all worker processes of this process."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True, kill_workers=True)


def _alone(task: Task) -> RunRecord:
    """The record of a task made in a pool of its own."""
    with suppress(BrokenProcessPool):
        for _, record in _parallel([(_numbered, 0, task)], 2):
            return record  # type: ignore[no-any-return]
    record = RunRecord(task.policy, task.replicate, task.seed, task.key, status="failed")
    record.error = KILLED
    return record


def _parallel(calls: Iterable[tuple[Any, ...]], jobs: int) -> Iterator[Any]:
    """Results of calls (function, arguments...) made in worker processes, in any order."""
    import joblib

    # a study that ends early (a full disk, say) says so itself
    warnings.filterwarnings("ignore", r"\d+ tasks which were still being processed", UserWarning)
    # threads of a worker's libraries: two workers with two threads each would fight over two cores
    with joblib.parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
        pool = joblib.Parallel(
            return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs",
            initializer=_serve, initargs=(os.getpid(),),
        )  # fmt: skip
        yield from pool(joblib.delayed(function)(*arguments) for function, *arguments in calls)


def _numbered(number: int, task: Task) -> tuple[int, RunRecord]:
    return number, execute(task)


def _warm_up(try_out: Callable[[Task], object], task: Task) -> None:
    try_out(task)


def _serve(parent: int) -> None:
    """Of a worker, when it starts: leave Ctrl-C to the parent, and end when the parent is gone, however it went."""
    ignore_interrupt()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH)
    os._exit(1)
