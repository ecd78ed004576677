"""Gates before services: a trial refuses a random part of those who are eligible, and logs who was eligible.

A stage that hands out a service asks `admit` who of the eligible may be served, and tells `serve` who was. Without a
trial there is no gate: everyone is admitted, nothing is drawn and nothing is stored. Applicants of training programs
have their own in `laborsim.market.participants`.

`month.memory["gates"]` holds the open gates by service; it is hashed and pickled with the rest of the memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import NEVER
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws

I8 = NDArray[np.int64]
U8 = NDArray[np.uint64]
B1 = NDArray[np.bool_]

SERVICES = ("childcare_support", "job_center_services", "transport_support")
LOG = (
    ("unit", np.uint64, "id of the person, or of the household's head, that the draw is by"),
    ("id", np.uint64, "people.id of a member of the unit"),
    ("row", np.int64, "row in people"),
    ("month", np.int16, "month in which the unit was first eligible"),
    ("refused", np.uint8, "1 if refused by the trial's draw"),
    ("taken", np.int16, "first month served, NEVER"),
)


def open_gate(month: Month, service: str, refused: float, until: int) -> None:
    """Refuse, from now on, a share of those eligible for a service.

    Parameters
    ----------
    service : one of SERVICES.
    refused : share refused, by a draw on the unit's id that holds for the whole run.
    until : month before which eligible units are taken into the log; those refused stay so to the end.
    """
    if service not in SERVICES:
        raise ValueError(f"no gate before {service!r}; there are {', '.join(SERVICES)}")
    log = {name: np.empty(0, dtype) for name, dtype, _ in LOG}
    month.memory.setdefault("gates", {})[service] = {"refused_share": float(refused), "until": int(until)} | log


def is_open(month: Month, service: str) -> bool:
    """Whether there is a gate before a service."""
    return service in month.memory.get("gates", {})


def admit(month: Month, service: str, units: U8, rows: I8, of: I8 | None = None) -> B1:
    """(n,) whether each eligible unit may be served; logs those first seen. All, if there is no gate.

    Parameters
    ----------
    units : (n,) ids of eligible people, or of the heads of eligible households.
    rows : (m,) rows of people in them; `of` (m,) the place of each one's unit in `units`, by default the same order.
    """
    gate = month.memory.get("gates", {}).get(service)
    if gate is None or units.size == 0:
        return np.ones(units.size, np.bool_)
    # A stream of its own for each service: who is refused one is not always refused the others.
    key = month.key(Stream.SERVICE_TRIAL, fixed=True) + np.uint64(SERVICES.index(service))
    refused = draws(key, units) < gate["refused_share"]
    if month.index < gate["until"]:
        of = np.arange(units.size) if of is None else of
        fresh = ~np.isin(units[of], gate["unit"])
        if fresh.any():
            member, unit = rows[fresh], of[fresh]
            new: dict[str, Any] = {
                "unit": units[unit], "id": month.world.people.id[member], "row": member, "month": month.index,
                "refused": refused[unit], "taken": NEVER,
            }  # fmt: skip
            for name, dtype, _ in LOG:
                column = np.broadcast_to(np.asarray(new[name]), member.size).astype(dtype)
                gate[name] = np.concatenate([gate[name], column])
    return np.asarray(~refused)


def serve(month: Month, service: str, units: U8) -> None:
    """Note that these units are served this month; nothing without a gate."""
    gate = month.memory.get("gates", {}).get(service)
    if gate is None or units.size == 0:
        return
    first = (gate["taken"] == NEVER) & np.isin(gate["unit"], units)
    gate["taken"][first] = month.index


__all__ = ["LOG", "NEVER", "SERVICES", "admit", "is_open", "open_gate", "serve"]
