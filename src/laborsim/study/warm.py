"""The first study on a machine: two workers compile the kernels together, before the runs start.

Each tries out the month on a model that is thrown away: one synthesizes the region, settles it and goes on from the
first stage. The other begins with the matching of a made-up market, which needs no region, and by then finds a small
one made; on that, without settling, it tries the stages that take longest to compile and then goes back from the last.
A kernel is kept on disk by whoever compiles it and found there by the other one and by all later runs. Both would
compile it if they came to it at once, so they keep apart. Nothing but time depends on it.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from laborsim.cached import cache_folder, kernel_base, kernel_hash
from laborsim.scenario.schema import BASELINE, Assumption
from laborsim.study.storage import code_fingerprint
from laborsim.study.task import Task, load_model

MONTHS = 3  # tried out from the first stage on: some kernels are first met in the second or third month
SMALL = 0.02  # share of people, at most, in the region of the other worker; as the first one's, if that is smaller
FIRST = ("calendar",)  # a stage that others cannot do without
LONGEST = ("accounts", "matching", "training")  # half of the time to compile; the first worker comes to these last


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
    """Try out the matching, then the stages of one month on a small region, in the order of `_order`; their names.

    A stage that cannot run out of order is passed over: whoever needs its kernels compiles them.
    """
    from laborsim.study.evaluation import Evaluation

    tried: list[str] = []
    with suppress(Exception):
        _match_nobody()
    with suppress(Exception):
        at_once = {**task.spec.assumptions, "model.settle_months": Assumption(value=0)}
        spec = task.spec.model_copy(update={"assumptions": at_once})
        model = _model(replace(task, spec=spec, scale=min(task.scale, SMALL)))
        Evaluation(model)  # looks on in the accounts
        month = model.month
        model.package.write(month.levers, month)
        month.scratch["looking"] = np.empty(0, np.int64)  # nobody out of the labor force looks for a job
        for stage in _order(model.plan):
            with suppress(Exception):
                stage.run(month)
                tried.append(stage.name)
    return tried


def _order(plan: Iterable[Any]) -> list[Any]:
    """Stages as the second worker tries them: what others need, the longest to compile, the rest from the last back."""
    stages = {s.name: s for s in plan}
    rest = [s for s in stages.values() if s.name not in FIRST + LONGEST]
    # the other worker meets the stages of settling before all others
    back = sorted(rest, key=lambda s: not s.settles)[::-1]
    return [*(stages[name] for name in FIRST + LONGEST if name in stages), *back]


def _match_nobody() -> None:
    """The kernels of the matching, on one seeker and one vacancy that do not fit."""
    from laborsim.market.matching import Keys, MatchingParameters, Seekers, Terrain, Vacancies, match

    none: Any = np.zeros(1)
    one = np.ones((1, 1))
    seekers = Seekers(*(none for _ in Seekers._fields))._replace(applications=none + 1.0)
    vacancies = Vacancies(*(none for _ in Vacancies._fields))._replace(open=none + 1.0)
    key = np.uint64(1)
    match(seekers, vacancies, Terrain(one[None], one[None], one, np.zeros(1, np.uint8), one.astype(np.float32)),
          MatchingParameters(), Keys(key, key, key, key))  # fmt: skip


def _model(task: Task) -> Any:
    policy = None if task.policy == BASELINE else task.policy
    return load_model(task.model)(task.spec, policy=policy, rng=task.seed, scale=task.scale, threads=1)
