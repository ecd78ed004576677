"""Outcomes of a swept design, row by row: what each sample came to under a policy, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.study.design import located, samples

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.experiment import Experiment

F8 = NDArray[np.float64]


class Answers:
    """Outcomes of an experiment's samples.

    Parameters
    ----------
    experiment : Experiment
    frame : its runs, as `laborsim.study.store.load` reads them.
    rows : samples; None for those of the experiment's design.

    Attributes
    ----------
    rows : values of the factors in each sample.
    where : number of the point of each sample under each policy.
    """

    def __init__(
        self, experiment: Experiment, frame: pd.DataFrame, rows: Sequence[dict[str, Any]] | None = None
    ) -> None:
        self.experiment, self.frame = experiment, frame
        self.rows = list(samples(experiment) if rows is None else rows)
        self.where = located(experiment, self.rows)[1]
        self._runs: Any = frame.set_index(["point", "replicate"])

    def values(self, outcome: str, policy: str, replicates: Sequence[int] | None = None) -> F8:
        """(samples, replicates) values of an outcome; NaN where a run failed, was not made, or had no figure."""
        wanted = range(self.experiment.replicates) if replicates is None else replicates
        keys = [(w[policy], r) for w in self.where for r in wanted]
        found: F8 = self._runs[outcome].reindex(keys).to_numpy(np.float64)
        return found.reshape(len(self.rows), len(wanted))

    def failed(self) -> pd.DataFrame:
        """Failed runs with the samples they belong to: run, policy, replicate, error, samples (from 1)."""
        bad: Any = self.frame[self.frame["status"] == "failed"]
        at: dict[int, list[int]] = {}
        for k, w in enumerate(self.where):
            for point in w.values():
                at.setdefault(point, []).append(k + 1)
        columns = ["run", "policy", "replicate", "error"]
        found: pd.DataFrame = bad[columns].reset_index(drop=True)
        found["samples"] = [at.get(point, []) for point in bad["point"]]
        return found
