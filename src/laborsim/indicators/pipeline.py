"""The training pipeline: people at each step this month, those lost and why, and what own places cost.

Steps by the provider's zone, by kind and by program; losses and costs by kind.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.groups import Members, add_rows
from laborsim.indicators.row import Row
from laborsim.indicators.snapshot import Snapshot
from laborsim.market.codes import PAYERS, PROGRAM_KINDS
from laborsim.market.counts import LOSSES, PIPELINE, SCALAR
from laborsim.market.programs import Programs

F8 = NDArray[np.float64]
ENROLLED = PIPELINE.index("enrolled")


def program_names(programs: Programs) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Programs whatever the provider's zone ("apprentice_repair:29047" is "apprentice_repair"), and each row's."""
    bare = [code.split(":")[0] for code in programs.codes]
    names = tuple(dict.fromkeys(bare))
    return names, np.array([names.index(b) for b in bare], np.int64)


class _Groups(NamedTuple):
    """Groups of programs: those of each zone, kind and program whatever the zone; all and of each kind."""

    names: tuple[str, ...]  # of places, kinds and programs
    members: Members  # of zones, kinds and programs
    kind_names: tuple[str, ...]
    kinds: Members


def _groups(s: Snapshot) -> _Groups:
    programs = s.month.programs
    codes, which = program_names(programs)
    present = np.unique(programs.kind)
    kinds = [np.flatnonzero(programs.kind == k) for k in present]
    kind_names = [f"kind:{PROGRAM_KINDS[k]}" for k in present]
    zones = [np.flatnonzero(programs.zone == z) for z in range(s.month.economy.zones)]
    each = [np.flatnonzero(which == i) for i in range(len(codes))]
    return _Groups(
        (*s.place_names, *kind_names, *(f"program:{code}" for code in codes)), Members.of([*zones, *kinds, *each]),
        ("all", *kind_names), Members.of([np.arange(len(programs)), *kinds]),
    )  # fmt: skip


def fill(s: Snapshot, row: Row) -> None:
    """Counts at full scale; seats are the programs' own and those a policy adds this month."""
    c, scale, programs, zones = s.month.counts, s.scale, s.month.programs, s.month.economy.zones
    groups: _Groups = s.month.table("indicators.programs", lambda: _groups(s))
    names = groups.names

    def total(x: NDArray[Any]) -> F8:
        sums = add_rows(groups.members, x)
        return np.concatenate([s.places @ sums[:zones], sums[zones:]]).T

    steps = total(c.pipeline)
    for step, people in zip(PIPELINE, steps, strict=True):
        row.put(f"pipeline_{step}", names, people, scale)
    dropouts, trainees, kept, let_go = total(np.stack([c.dropouts, c.seat_months, c.kept, c.not_kept], axis=1))
    row.put("pipeline_dropouts", names, dropouts, scale)
    row.put("pipeline_kept", names, kept, scale)
    row.put("pipeline_not_kept", names, let_go, scale)
    row.put("trainees", names, trainees, scale)
    (seats,) = total((np.asarray(programs.seats, np.float64) + s.month.levers.program_seats)[:, None])
    row.put("seats", names, seats)
    row.put("seat_use", names, steps[ENROLLED] / scale, seats)
    row.put("kept_in_school", "all", c.scalars[SCALAR["kept_in_school"]], scale)
    for reason, people in zip(LOSSES, add_rows(groups.kinds, c.lost).T, strict=True):
        row.put(f"lost_{reason}", groups.kind_names, people, scale)
    for payer, cents in zip(PAYERS, add_rows(groups.kinds, c.program_cents).T, strict=True):
        row.put(f"program_cost_{payer}", groups.kind_names, cents / 100.0, scale)


__all__ = ["fill", "program_names"]
