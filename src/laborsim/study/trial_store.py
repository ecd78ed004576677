"""Finished replicates of a trial on disk, so that one that was stopped goes on where it was.

One .npz file for each replicate: arrays, and the rest as JSON. Its name holds a hash of all that the replicate depends
on (scenario, region, program, seed, scale, code), so that another trial never reads it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from laborsim.study.storage import code_fingerprint, region_fingerprint, write_atomically
from laborsim.study.store import StoreFailed
from laborsim.study.task import Task, run_key
from laborsim.study.trial_design import Design
from laborsim.study.trial_run import Sample, TrialRun

KINDS = {c.__name__: c for c in (Sample, TrialRun)}


class Replicates:
    """Finished replicates in a folder.

    Parameters
    ----------
    folder : where they are; made when the first is written. None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def key(self, task: Task, design: Design) -> str:
        """Hash of all that a replicate depends on."""
        spec = design.spec
        scenario = spec.run_hash(task.policy) + region_fingerprint(spec.region)
        about = "\0".join((design.name, design.mode, *design.programs, design.service))
        code = code_fingerprint() + task.model + hashlib.sha256(about.encode()).hexdigest()
        return run_key(scenario, task.policy, task.seed, task.scale, spec.months, code)

    def _file(self, task: Task, design: Design) -> Path | None:
        return None if self.folder is None else self.folder / f"{task.replicate}-{self.key(task, design)[:16]}.npz"

    def read(self, task: Task, design: Design) -> TrialRun | None:
        """A replicate, or None if it is not there or damaged."""
        file = self._file(task, design)
        if file is None or not file.is_file():
            return None
        try:
            with np.load(file, allow_pickle=False) as held:
                found = _unpacked(json.loads(str(held["about"])), held)
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
            return None
        return found if isinstance(found, TrialRun) else None

    def write(self, task: Task, design: Design, run: TrialRun) -> None:
        """Keep a replicate; it is wholly there or not at all.

        Raises
        ------
        StoreFailed
            If it cannot be written (a full disk, say); the replicates before are safe.
        """
        file = self._file(task, design)
        if file is None:
            return
        arrays: dict[str, Any] = {}
        about = json.dumps(_packed(run, arrays))
        into = io.BytesIO()
        np.savez_compressed(into, about=np.array(about), **arrays)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, into.getvalue())
        except OSError as error:
            raise StoreFailed(f"{file.parent}: cannot be written ({error.strerror}); the replicates finished before "
                              "are in it, and the same command goes on from them") from None  # fmt: skip


def _packed(value: Any, arrays: dict[str, Any]) -> Any:
    """JSON of nested dataclasses, dicts, lists and tuples; arrays are put aside by number."""
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _packed(getattr(value, f.name), arrays) for f in dataclasses.fields(value)}
        return {"kind": type(value).__name__, "fields": fields}
    if isinstance(value, dict):
        return {"dict": [[k, _packed(v, arrays)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        return {"tuple" if isinstance(value, tuple) else "list": [_packed(v, arrays) for v in value]}
    return value.item() if isinstance(value, np.generic) else value


def _unpacked(value: Any, arrays: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]]
    if "kind" in value:
        return KINDS[value["kind"]](**{name: _unpacked(v, arrays) for name, v in value["fields"].items()})
    if "dict" in value:
        return {key: _unpacked(v, arrays) for key, v in value["dict"]}
    if "tuple" in value:
        return tuple(_unpacked(v, arrays) for v in value["tuple"])
    return [_unpacked(v, arrays) for v in value["list"]]


__all__ = ["Replicates"]
