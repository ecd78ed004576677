"""Runs on a Dask cluster that is already there: native futures, so that a task that kills its workers is reported in
seconds and the others go on.

Each worker makes one run at a time with one thread, finds its region in its own cache (or synthesizes it once), and
refuses to work for a parent that has other code or another region pack.
"""

from __future__ import annotations

import asyncio
import os
import platform
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from functools import lru_cache
from importlib import import_module
from typing import Any

from laborsim.study.names import ExecutorError
from laborsim.study.storage import code_fingerprint, region_fingerprint
from laborsim.study.task import KILLED, RunRecord, Task, execute

_PATIENCE = 30  # seconds to wait for a scheduler, and for its first worker
_AGAIN = 3  # times a run is sent again whose record was lost on the way
_one_run = threading.Lock()  # of a worker that was started with several threads


class ClusterLost(RuntimeError):
    """The scheduler can't be reached: what it had of the runs is lost, and no run is to blame."""


class Dask:
    """An existing Dask cluster.

    Parameters
    ----------
    scheduler : its address, such as "tcp://127.0.0.1:8786".

    Raises
    ------
    ExecutorError
        If Dask is not installed, or no scheduler or worker answers.
    """

    def __init__(self, scheduler: str) -> None:
        try:
            distributed: Any = import_module("distributed")  # without types
        except ImportError:
            raise ExecutorError('--executor dask needs Dask: pip install "laborsim[study]"') from None
        self._scheduler = scheduler
        try:
            self._client: Any = distributed.Client(scheduler, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ExecutorError(f"no Dask scheduler answers at {scheduler} ({said})") from None
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            self._client.close()
            raise ExecutorError(f"the Dask scheduler at {scheduler} has no workers: start some with "
                                f"`dask worker {scheduler} --nthreads 1`") from None  # fmt: skip
        self.jobs = self._workers()

    def _workers(self) -> int:
        return max(1, len(self._client.scheduler_info(n_workers=-1).get("workers", ())))

    def run(self, tasks: Sequence[Task], on_month: Callable[[int], None] | None = None) -> Iterator[RunRecord]:
        """Make all runs; see `Executor.run`. Workers may join and leave meanwhile.

        Dask blames a death on all runs its worker held. So those it gives up are made again at the end, one at a time:
        only a run that kills its workers then too is a failed record.

        Raises
        ------
        ClusterLost
            If the scheduler ends or can no longer be reached; runs it had are to be made again.
        """
        suspects: list[Task] = []
        for task, record in self._make(tasks):
            if record.error == KILLED:
                suspects.append(task)
            else:
                yield record
        for suspect in suspects:
            for _, record in self._make([suspect]):
                yield record

    def _make(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, RunRecord]]:
        """Tasks with their records, in any order."""
        waiting = iter(tasks)
        regions = {region: region_fingerprint(region) for region in {t.spec.region for t in tasks}}
        under_way: dict[str, Task] = {}
        lost: Counter[str] = Counter()
        finished: Any = import_module("distributed").as_completed(loop=self._client.loop)

        def send(task: Task | None) -> bool:
            if task is None:
                return False
            # a name of its own for every call: results of an earlier sweep are never taken for this one's
            name = f"laborsim-{task.key or task.replicate}-{os.urandom(6).hex()}"
            checks = (code_fingerprint(), regions[task.spec.region])
            future = self._client.submit(work, task, checks, key=name, pure=False)
            under_way[future.key] = task
            finished.add(future)
            return True

        # a few more than there are workers: none waits, and the scheduler never holds the whole sweep
        while len(under_way) < 2 * self.jobs + 2 and send(next(waiting, None)):
            pass
        for future in finished:
            task = under_way.pop(future.key)
            record = None if future.status in ("cancelled", "lost") else _record(future, task)
            if record is None:  # lost on the way: with a worker that died, or with the connection
                run = f"{task.key} {task.policy} {task.replicate}"
                lost[run] += 1
                if lost[run] > _AGAIN or not self._reached():
                    raise ClusterLost(f"the Dask scheduler at {self._scheduler} is gone; the runs finished before are "
                                      "kept, and the same command goes on from them")  # fmt: skip
                send(task)
                continue
            yield task, record
            future.release()
            self.jobs = self._workers()
            while len(under_way) < 2 * self.jobs + 2 and send(next(waiting, None)):
                pass

    def _reached(self) -> bool:
        """Whether the scheduler answers, now or after the client has connected again."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and self._client.status not in ("closing", "closed"):
            try:
                self._client.run_on_scheduler(int)
                return True
            except (OSError, TimeoutError, ValueError, asyncio.CancelledError, futures.CancelledError):
                time.sleep(0.1)
        return False

    def close(self) -> None:
        """Leave the cluster; runs not begun are given up, one under way on a worker is ended there unread."""
        self._client.close(timeout=5)


def _record(future: Any, task: Task) -> RunRecord | None:
    """The record of a run that ended; None where the connection was lost while it was fetched: no fault of the run."""
    try:
        found: RunRecord = future.result()
        return found
    except (ConnectionError, TimeoutError, asyncio.CancelledError, futures.CancelledError):
        return None
    except Exception as error:  # KilledWorker, a library that is missing there
        kind = type(error).__name__
        if kind == "CommClosedError":
            return None
        record = RunRecord(task.policy, task.replicate, task.seed, task.key, status="failed")
        record.error = KILLED if kind == "KilledWorker" else f"{kind}: {error}"
        return record


def work(task: Task, checks: tuple[str, str]) -> RunRecord:
    """Of a worker: make one run, if this is the program and the region that the parent has."""
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")  # Dask does not set it; of use if numba is not loaded yet
    with _one_run:
        if (code_fingerprint(), _region(task.spec.region)) == checks:
            return execute(task)
    record = RunRecord(task.policy, task.replicate, task.seed, task.key, status="failed", wrong_input=True)
    what = "code of laborsim" if code_fingerprint() != checks[0] else f"region pack {task.spec.region!r}"
    record.error = f"the Dask worker on {platform.node()} has other {what} than this machine: install the same there"
    return record


@lru_cache(maxsize=8)
def _region(region: str) -> str:
    """Fingerprint of a worker's region pack, read once."""
    return region_fingerprint(region)
