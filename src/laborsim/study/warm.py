"""First runs on a machine: kernels are compiled once, in two processes that share the work.

The first run of a study compiles the kernels as it meets them. Meanwhile an otherwise idle worker compiles those
that the first run meets late, by trying out the month's later stages; both keep what they compile on disk, where the
other one and all later runs find it. Nothing but time depends on it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from laborsim.study.storage import code_fingerprint
from laborsim.study.task import BASELINE, Task, load_model

# what the first run compiles in its first half; a helper meets these last
EARLY = ("practices", "demography", "demand", "separations")


def stamp(task: Task) -> Path:
    """File that says this program's kernels are compiled and this region synthesized on this machine.

    Only a hint that lets all workers start at once; a wrong one costs time, never a result.
    """
    folder = os.environ.get("LABORSIM_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "laborsim"
    )
    text = "\0".join((code_fingerprint(), task.model, task.spec.region, repr(task.scale), sys.version, sys.prefix,
                      os.environ.get("NUMBA_CACHE_DIR", "")))  # fmt: skip
    return Path(folder) / "warm" / hashlib.sha256(text.encode()).hexdigest()[:20]


def set_stamp(path: Path) -> None:
    """Leave the hint; a place that cannot be written to only costs time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError:
        pass


def compile_ahead(task: Task) -> None:
    """Try out the stages of one month, the later ones first, on a model that is thrown away.

    A stage that cannot run without the ones before it is passed over: the run that needs it compiles it.
    """
    try:
        policy = None if task.policy == BASELINE else task.policy
        model = load_model(task.model)(task.spec, policy=policy, rng=task.seed, scale=task.scale, threads=1)
        stages = sorted(model.plan, key=lambda s: s.name in EARLY)
    except Exception:
        return
    for stage in stages:
        try:
            stage.run(model.month)
        except Exception:
            continue
