"""Clients of job centers as participants: from the months in which they were served to spells with an exit.

A client is a participant from the first service to the last one that no other follows within three months; that is the
month of exit (20 CFR 677.150: the last date of service, once 90 days have passed without any).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

I8 = NDArray[np.int64]
SERVICE = "job_center_services"
GAP = 3  # months without service after which a client has exited


def spells(ids: NDArray[np.uint64], months: I8, horizon: int, length: int) -> tuple[I8, I8, I8]:
    """Spells of service: the place of each one's first visit, month of the first visit, and of exit.

    Parameters
    ----------
    ids, months : (V,) who was served, and when, each person once a month.
    horizon : months seen; length : what stands for the exit of those who are still participants.

    Examples
    --------
    >>> ids = np.array([5, 5, 5, 9], np.uint64)
    >>> [x.tolist() for x in spells(ids, np.array([0, 2, 9, 11]), 13, 60)]
    [[0, 2, 3], [0, 9, 11], [2, 9, 60]]
    """
    order = np.lexsort((months, ids))
    who, when = ids[order], months[order]
    if who.size == 0:
        return (np.empty(0, np.int64),) * 3
    begins = np.r_[True, (who[1:] != who[:-1]) | (when[1:] - when[:-1] > GAP)]
    ends = np.r_[begins[1:], True]
    last = when[ends]
    exit_ = np.where(last + GAP < horizon, last, length)
    return np.asarray(order[begins]), np.asarray(when[begins]), np.asarray(exit_)


def enrolments(visits: dict[str, NDArray[Any]], horizon: int, length: int, program: int) -> dict[str, NDArray[Any]]:
    """Spells of service as enrolments, columns of `watch.ENROLMENTS`.

    Parameters
    ----------
    visits : id, month, laid_off (month of the last layoff before) and before (state a month earlier); (V,) each.
    horizon, length : as `spells` takes them. program : number that stands for the service.
    """
    first, begun, left = spells(visits["id"], visits["month"], horizon, length)
    n = first.size
    return {
        "id": visits["id"][first], "program": np.full(n, program, np.uint8), "enrolled": begun, "exit": left,
        "completed": np.zeros(n, np.uint8), "credential": np.full(n, 255, np.uint8), "added": np.ones(n, np.uint8),
        "under_way": np.zeros(n, np.uint8), "laid_off": visits["laid_off"][first],
        "before": visits["before"][first],
    }  # fmt: skip


__all__ = ["GAP", "SERVICE", "enrolments", "spells"]
