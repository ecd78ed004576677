"""The same run without a program: same people, same draws, its applicants refused and nobody served at job centers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.clients import SERVICE
from laborsim.indicators.watch import Panel, Watch
from laborsim.market import gate, participants
from laborsim.market.programs import Programs

B1 = NDArray[np.bool_]
Build = Callable[[], Any]


def without_programs(build: Build, ids: Any, months: int, programs: B1 | None = None) -> Panel:
    """Wage records of some people in a run where nobody new is admitted to some programs, or served at a job center if
    all programs are closed.

    Those already under way at the start go on. Every other draw is that of the run with the programs.

    Parameters
    ----------
    build : makes the model, as it was made for the run with the programs.
    ids : people to follow.
    months : months to simulate.
    programs : (P,) programs that are closed; all if None.
    """
    from laborsim.study.accounts import watch

    model = build()
    try:
        close(model, programs)
        if programs is None:
            gate.open_gate(model.month, SERVICE, 1.0, 0)
        seen: Watch = watch(model, ids, participants=False)
        model.run_for(months)
        return seen.panel()
    finally:
        model.__dict__.clear()


def close(model: Any, programs: B1 | None = None) -> None:
    """Admit nobody new to some programs of a model (all if None) from now on."""
    chosen = np.ones(len(model.programs), np.bool_) if programs is None else np.asarray(programs, np.bool_)
    participants.bar(model.month, chosen, 1.0)


def of_family(programs: Programs, name: str) -> B1:
    """(P,) programs of a kind, a family ("class_nursing") or a code ("class_nursing:29095-west").

    Raises
    ------
    KeyError
        If there is none.
    """
    from laborsim.market.codes import PROGRAM_KINDS

    kinds = [PROGRAM_KINDS[k] for k in programs.kind]
    chosen = np.array([name in (kind, code, code.partition(":")[0]) for kind, code in zip(kinds, programs.codes,
                                                                                         strict=True)])  # fmt: skip
    if not chosen.any():
        raise KeyError(name)
    return chosen


__all__ = ["Build", "close", "of_family", "without_programs"]
