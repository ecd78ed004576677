"""Carries out many runs, here or in worker processes, and survives those that fail or die."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any

from laborsim.study.task import RunRecord, Task, execute, execute_in_worker, ignore_interrupt
from laborsim.study.warm import compile_ahead, first_months

Progress = Callable[[RunRecord], None]


def run_all(
    tasks: Sequence[Task], jobs: int = 1, cold: bool = False, on_month: Callable[[int], None] | None = None
) -> Iterator[RunRecord]:
    """Make all runs; yield each record as it is finished, in any order.

    Parameters
    ----------
    tasks : the runs.
    jobs : worker processes; 1 makes the runs in this process, one after the other.
    cold : nothing is compiled or synthesized yet: two workers do it first, for all runs.
    on_month : progress inside a run, called only with jobs = 1.

    Notes
    -----
    A worker that is killed (out of memory, say) takes its pool with it: the runs that were not finished
    start again in a new pool. After a second death each remaining run gets a pool of its own, and the one
    that kills it becomes a failed record.
    """
    if jobs <= 1 or len(tasks) <= 1:
        for task in tasks:
            yield execute(task, on_month)
        return
    left = list(tasks)
    if cold:
        with suppress(BrokenProcessPool):
            for _ in _parallel([(_warm_up, first_months, left[0]), (_warm_up, compile_ahead, left[-1])], jobs):
                pass
    left = yield from _pool(left, jobs)
    if left:
        left = yield from _pool(left, jobs)
    for task in left:
        for _ in (yield from _pool([task], 2)):
            record = RunRecord(task.policy, task.replicate, task.seed, task.key, status="failed")
            record.error = "the worker process was killed (out of memory?)"
            yield record


def _pool(tasks: Iterable[Task], jobs: int) -> Generator[RunRecord, None, list[Task]]:
    """Yield the records of `tasks` from one pool; return the tasks left."""
    left = {task.key or str(id(task)): task for task in tasks}
    with suppress(BrokenProcessPool):
        for name, record in _parallel([(_tagged, name, task) for name, task in left.items()], jobs):
            del left[name]
            yield record
    return list(left.values())


def _parallel(calls: Iterable[tuple[Any, ...]], jobs: int) -> Iterator[Any]:
    """Results of calls (function, arguments...) made in worker processes, in any order."""
    import joblib

    # threads of a worker's libraries: two workers with two threads each would fight over two cores
    with joblib.parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
        pool = joblib.Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs")
        yield from pool([joblib.delayed(function)(*arguments) for function, *arguments in calls])


def _tagged(name: str, task: Task) -> tuple[str, RunRecord]:
    return name, execute_in_worker(task)


def _warm_up(try_out: Callable[[Task], object], task: Task) -> None:
    ignore_interrupt()
    try_out(task)


def close() -> None:
    """End idle worker processes."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True, kill_workers=True)


def cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
