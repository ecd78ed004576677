"""The training pipeline: people at each step this month, by program."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.row import Row
from laborsim.indicators.snapshot import Snapshot
from laborsim.market.counts import PIPELINE

F8 = NDArray[np.float64]
ENROLLED = PIPELINE.index("enrolled")


def _with_total(x: F8) -> F8:
    return np.concatenate([[x.sum()], x])


def fill(s: Snapshot, row: Row) -> None:
    """Counts at full scale; seats are the program's own and those a policy adds this month."""
    c, scale, programs = s.month.counts, s.scale, s.month.programs
    names = ["all", *(f"program:{code}" for code in programs.codes)]
    for k, step in enumerate(PIPELINE):
        row.put(f"pipeline_{step}", names, _with_total(c.pipeline[:, k] / scale))
    row.put("pipeline_dropouts", names, _with_total(c.dropouts / scale))
    row.put("trainees", names, _with_total(c.seat_months / scale))
    seats = np.asarray(programs.seats, np.float64) + s.month.levers.program_seats
    row.put("seats", names, _with_total(seats))
    row.put("seat_use", names, _with_total(c.pipeline[:, ENROLLED] / scale), _with_total(seats))


__all__ = ["fill"]
