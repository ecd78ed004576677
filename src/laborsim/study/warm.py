"""The first study on a machine: two workers compile the kernels together, before the runs start.

Each tries out the month on a model that is thrown away: one synthesizes the region, settles it and goes on from the
first stage; the other, on a small region that is not settled, goes back from the stage that the first one meets last.
A kernel is kept on disk by whoever compiles it and found there by the other one and by all later runs, so the two
share the work however long each stage takes to compile. Nothing but time depends on it.
"""

from __future__ import annotations

import hashlib
import sys
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from laborsim.cached import cache_folder, kernel_base, kernel_hash
from laborsim.scenario.schema import Assumption
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
        _model(task).run_for(min(MONTHS, task.months))


def compile_ahead(task: Task) -> list[str]:
    """Try out the stages of one month on a small region, those met last first; returns their names.

    A stage that cannot run out of order is passed over: whoever needs its kernels compiles them.
    """
    tried: list[str] = []
    with suppress(Exception):
        at_once = {**task.spec.assumptions, "model.settle_months": Assumption(value=0)}
        spec = task.spec.model_copy(update={"assumptions": at_once})
        model = _model(replace(task, spec=spec, scale=min(task.scale, SMALL)))
        month = model.month
        model.package.write(month.levers, month)
        first = [s for s in model.plan if s.name in FIRST]
        # the other worker meets the stages of settling before all others
        met = sorted((s for s in model.plan if s.name not in FIRST), key=lambda s: not s.settles)
        for stage in (*first, *reversed(met)):
            with suppress(Exception):
                stage.run(month)
                tried.append(stage.name)
    return tried


def _model(task: Task) -> Any:
    policy = None if task.policy == BASELINE else task.policy
    return load_model(task.model)(task.spec, policy=policy, rng=task.seed, scale=task.scale, threads=1)
