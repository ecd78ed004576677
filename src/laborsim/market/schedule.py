"""What apprentices are paid by their program's schedule, and how the raises to come weigh when they look elsewhere."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import participants
from laborsim.market.codes import APPRENTICESHIP, NO_PROGRAM, PART_TIME_INVOLUNTARY
from laborsim.market.draws import Stream
from laborsim.market.matching import Seekers
from laborsim.market.month import Month
from laborsim.market.pipeline import draws
from laborsim.market.programs import Programs

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


def wage_share(pr: Programs, program: I8, elapsed: I8, last: float) -> F8:
    """Share of the posted wage an apprentice is paid after some months: from the program's first share to `last`."""
    first = pr.wage_share[program]
    return np.asarray(first + (last - first) * np.clip(elapsed / pr.months[program], 0.0, 1.0))


@njit(cache=True)
def _ahead(served, first, term, posted, now, months, last, total):  # type: ignore[no-untyped-def]
    """Add up in `total` (n,) what each apprentice will be paid an hour in the months to come, see `wage_share`."""
    for k in range(served.size):
        for ahead in range(1, months + 1):
            reached = served[k] + ahead
            share = 1.0
            if reached < term[k]:
                share = first[k] + (last - first[k]) * min(max(reached // 12 * 12 / term[k], 0.0), 1.0)
            total[k] += max(now[k], share * posted[k])


def _apprentices(month: Month, rows: I8) -> I8:
    """Places in `rows` of apprentices at work."""
    p, pr = month.world.people, month.programs
    at = np.flatnonzero((p.program[rows] != NO_PROGRAM) & (p.state[rows] <= PART_TIME_INVOLUNTARY) & (p.job[rows] >= 0))
    return np.asarray(at[pr.kind[p.program[rows[at]]] == APPRENTICESHIP])


def promised(month: Month, who: I8) -> F8:
    """(n,) what the schedule promises apprentices an hour, relative to their pay today; at least 1.

    The schedule is part of the agreement they signed: yearly steps, and the job's wage after the term. What counts is
    the mean over the months ahead that people weigh when they apply (`training.horizon_months`).
    """
    p, c, pr, q = month.world.people, month.world.cells, month.programs, month.room("training")
    program = p.program[who].astype(np.int64)
    posted, now = c.posted[p.job[who]].astype(np.float64), np.maximum(p.wage[who].astype(np.float64), 1.0)
    served, total = participants.served(month, who), np.zeros(who.size)
    months, last = int(q["horizon_months"]), float(q["last_wage_share"])
    _ahead(served, pr.wage_share[program], pr.months[program], posted, now, months, last, total)
    return np.asarray(total / months / now)


def restless(month: Month, rows: I8) -> NDArray[np.bool_]:
    """(n,) who of those employed who would look for another job does: apprentices are not drawn to it by pay that is
    low only until the next steps of their schedule."""
    looks = np.ones(rows.size, np.bool_)
    at = _apprentices(month, rows)
    if at.size:
        key = month.key(Stream.SEARCH_ON_JOB) + np.uint64(1)
        less = promised(month, rows[at]) ** -float(month.parameters["search.on_the_job_pay"])
        looks[at] = draws(key, month.world.people.id[rows[at]]) < less
    return looks


def hold_on(month: Month, rows: I8, seekers: Seekers) -> None:
    """Apprentices who look for another job compare offers with the pay their schedule promises, not with today's.

    Parameters
    ----------
    rows : (n,) rows of people who look for work, in the order of `seekers`, whose `hold` is raised.
    """
    at = _apprentices(month, rows)
    if at.size:
        seekers.hold[at] += np.log(promised(month, rows[at])).astype(np.float32)


__all__ = ["hold_on", "promised", "restless", "wage_share"]
