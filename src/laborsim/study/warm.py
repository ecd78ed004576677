"""The first study on a machine: two workers compile the kernels together, before the runs start.

Each tries out the month on a model that is thrown away: one from the first stage on, after it has synthesized the
region; the other, on a small region, from the last stage back. A kernel is kept on disk by whoever compiles it and
found there by the other one and by all later runs, so the two share the work however long each stage takes to
compile. Nothing but time depends on it.
"""

from __future__ import annotations

import hashlib
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from laborsim.cached import cache_folder, kernel_base, kernel_hash
from laborsim.study.storage import code_fingerprint
from laborsim.study.task import BASELINE, Task, load_model

MONTHS = 3  # tried out from the first stage on: some kernels are first met in the second or third month
SMALL = 0.01  # share of people in the region of the one that works back
FIRST = ("calendar", "participation")  # stages that others cannot do without: they leave what those take up


def stamp(task: Task) -> Path:
    """File that says this program's kernels are compiled and this region synthesized on this machine.

    Only a hint that lets all workers start at once; a wrong one costs time, never a result.
    """
    kernels = str(kernel_base() / kernel_hash())
    text = "\0".join((code_fingerprint(), task.model, task.spec.region, repr(task.scale), sys.version, sys.prefix,
                      version("numba"), kernels))  # fmt: skip
    return cache_folder() / "warm" / hashlib.sha256(text.encode()).hexdigest()[:20]


def set_stamp(path: Path) -> None:
    """Leave the hint; a place that cannot be written to only costs time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError:
        pass


def first_months(task: Task) -> None:
    """Synthesize the task's region and try out some months."""
    with suppress(Exception):
        _model(task, task.scale).run_for(min(MONTHS, task.months))


def compile_ahead(task: Task) -> list[str]:
    """Try out the stages of one month on a small region, the last ones first; returns their names.

    A stage that cannot run out of order is passed over: whoever needs its kernels compiles them.
    """
    tried: list[str] = []
    with suppress(Exception):
        model = _model(task, min(task.scale, SMALL))
        month = model.month
        model.package.write(month.levers, month)
        stages = list(model.plan)
        first = [s for s in stages if s.name in FIRST]
        for stage in (*first, *(s for s in reversed(stages) if s not in first)):
            with suppress(Exception):
                stage.run(month)
                tried.append(stage.name)
    return tried


def _model(task: Task, scale: float) -> Any:
    policy = None if task.policy == BASELINE else task.policy
    return load_model(task.model)(task.spec, policy=policy, rng=task.seed, scale=scale, threads=1)
