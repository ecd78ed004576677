"""The training pipeline: people at each step this month, those lost and why, and what own places cost.

Steps by the provider's zone, by kind and by program; losses and costs by kind.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from laborsim.indicators.row import Row
from laborsim.indicators.snapshot import Snapshot
from laborsim.market.codes import PAYERS, PROGRAM_KINDS
from laborsim.market.counts import LOSSES, PIPELINE
from laborsim.market.programs import Programs

F8 = NDArray[np.float64]
ENROLLED = PIPELINE.index("enrolled")


def program_names(programs: Programs) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Programs whatever the provider's zone ("apprentice_repair:29047" is "apprentice_repair"), and each row's."""
    bare = [code.split(":")[0] for code in programs.codes]
    names = tuple(dict.fromkeys(bare))
    return names, np.array([names.index(b) for b in bare], np.int64)


def fill(s: Snapshot, row: Row) -> None:
    """Counts at full scale; seats are the programs' own and those a policy adds this month."""
    c, scale, programs = s.month.counts, s.scale, s.month.programs
    codes, which = program_names(programs)
    zones = s.month.economy.zones
    kinds = np.unique(programs.kind)
    kind_names = [f"kind:{PROGRAM_KINDS[k]}" for k in kinds]
    names = [*s.place_names, *kind_names, *(f"program:{code}" for code in codes)]

    def total(x: ArrayLike) -> F8:
        by_program = np.bincount(which, weights=x, minlength=len(codes))
        by_zone = s.places @ np.bincount(programs.zone, weights=x, minlength=zones)
        return np.concatenate([by_zone, by_kind(x), by_program])

    def by_kind(x: ArrayLike) -> F8:
        return np.asarray(np.bincount(programs.kind, weights=x, minlength=len(PROGRAM_KINDS))[kinds])

    def whole(x: ArrayLike) -> F8:
        return np.concatenate([[np.sum(x)], by_kind(x)])

    steps = [total(c.pipeline[:, k]) for k in range(len(PIPELINE))]
    for step, people in zip(PIPELINE, steps, strict=True):
        row.put(f"pipeline_{step}", names, people, scale)
    row.put("pipeline_dropouts", names, total(c.dropouts), scale)
    row.put("trainees", names, total(c.seat_months), scale)
    seats = total(np.asarray(programs.seats, np.float64) + s.month.levers.program_seats)
    row.put("seats", names, seats)
    row.put("seat_use", names, steps[ENROLLED] / scale, seats)
    for reason, people in zip(LOSSES, c.lost.T, strict=True):
        row.put(f"lost_{reason}", ["all", *kind_names], whole(people), scale)
    for payer, cents in zip(PAYERS, c.program_cents.T, strict=True):
        row.put(f"program_cost_{payer}", ["all", *kind_names], whole(cents / 100.0), scale)


__all__ = ["fill", "program_names"]
