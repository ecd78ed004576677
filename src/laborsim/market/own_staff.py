"""Apprentices that sponsors take from their own staff, and how sponsors rank those who apply from outside.

Many apprentices are registered by an employer they already work for: young staff in the trade who have not learnt it
yet. No vacancy is filled then; they stay in their job, learn as the program teaches and are paid by its schedule if
that is more. The other places go to applicants, whom sponsors rank as employers rank applicants for any job.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import participants, search, sponsors
from laborsim.market.codes import APPRENTICESHIP, NO_PROGRAM
from laborsim.market.counts import PIPELINE
from laborsim.market.draws import Stream
from laborsim.market.headcount import by_employer
from laborsim.market.layoffs import people_of
from laborsim.market.matching import LOGISTIC_UNIT
from laborsim.market.month import Month
from laborsim.market.pipeline import draws, ordinal
from laborsim.market.seats import first_served
from laborsim.market.skill import skills
from laborsim.market.terrain import carried

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]
STEP = {name: i for i, name in enumerate(PIPELINE)}


class _Entry(NamedTuple):
    """Who may enter each program, (P,); see `programs.Programs`."""

    ready: NDArray[Any]
    least_age: NDArray[Any]
    most_age: NDArray[Any]
    education: NDArray[Any]
    background_check: NDArray[Any]


@njit(cache=True, nogil=True)
def _who_may(rows, p, program, month, outside, q):  # type: ignore[no-untyped-def]
    """Keep, in place, the residents who may enter the program of their job, and are in none; returns how many."""
    n = 0
    for i in rows:
        g = program[p.job[i]]
        age = (month - np.int64(p.birth[i])) // 12
        traits = p.traits[i]
        schooled = p.education[i] >= q.education[g] or (q.ready[g] > 0 and traits & k.TRAIT_READY)
        checked = q.background_check[g] == 0 or not traits & k.TRAIT_RECORD
        free = p.program[i] == NO_PROGRAM and p.zone[i] < outside
        rows[n] = i
        n += free and schooled and checked and q.least_age[g] <= age <= q.most_age[g]
    return n


def candidates(month: Month) -> tuple[I8, I8]:
    """Staff of sponsors in a trade who have not learnt it yet, and the program each would enter: rows, programs."""
    pr, w = month.programs, month.world
    program = np.full(w.cells.size, -1, np.int64)
    cells, trade = sponsors.hosts(month, APPRENTICESHIP, w.cells.filled, k.PRACTICE_SPONSOR)
    program[cells] = trade
    rows = people_of(month, program >= 0, k.FULL_TIME, k.PART_TIME_INVOLUNTARY)
    entry = _Entry(pr.ready, pr.least_age, pr.most_age, pr.education, pr.background_check)
    rows = rows[: _who_may(rows, w.people.columns, program, month.index, month.economy.outside, entry)]
    rows = rows[skills(month, rows) < month.room("training")["staff_skill"]]
    return rows, program[w.people.job[rows]]


def named(month: Month, own: I8, added: I8, hosted: I8) -> tuple[I8, I8, B1]:
    """Whom sponsors register of their own staff: rows ascending, programs, and whether the place is an added one.

    They take a share of the places, the young first, as far as each sponsor has room.

    Parameters
    ----------
    own, added : (families,) and (P,) places of this month.
    hosted : (E,) apprentices each establishment has.
    """
    q, pr, w = month.room("training"), month.programs, month.world
    p, c, e = w.people, w.cells, w.establishments
    key = month.key(Stream.SPONSOR_STAFF)
    trades = np.bincount(pr.family[pr.kind == APPRENTICESHIP], minlength=own.size) > 0
    family = np.arange(own.size, dtype=np.uint64)
    share = q["staff_share"]
    # A share of the places that come up in a month: those kept open for want of applicants stay open to applicants.
    fresh = np.bincount(pr.family, weights=pr.seats, minlength=own.size) * month.scale
    mine = np.where(trades, np.floor(fresh * share + draws(key + np.uint64(1), family)), 0).astype(np.int64)
    of_kind = pr.kind == APPRENTICESHIP
    more = np.floor(added * share + draws(key + np.uint64(2), np.arange(len(pr), dtype=np.uint64))).astype(np.int64)
    mine, more = np.minimum(mine, own), np.where(of_kind, np.minimum(more, added), 0)
    none = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_)
    if not (mine.any() or more.any()):
        return none
    rows, program = candidates(month)
    if rows.size == 0:
        return none
    older = np.maximum(0.0, (month.index - p.birth[rows].astype(np.float64)) / 12.0 - q["older_from"])
    score = draws(key, p.id[rows]) + q["older_apprentices"] * older
    owner = c.establishment[p.job[rows]].astype(np.int64)
    size, _ = by_employer(month)
    part = draws(month.key(Stream.SPONSOR_OPENING, fixed=True), e.id[owner])
    room = np.floor(e.host[owner] * size[owner] + part).astype(np.int64) - hosted[owner]
    # A trial refuses some of those named. Sponsors name so many more, or their staff's places would go to applicants
    # from outside, and the trial would be of others than take part without it.
    refused = participants.refused(month)
    spread = 1.0 / np.where(refused < 1.0, 1.0 - refused, 1.0)
    families = np.ones(own.size)
    np.maximum.at(families, pr.family, spread)
    fits = ordinal(owner, score, p.id[rows]) < room * spread[program]
    rows, program, score, owner, room = rows[fits], program[fits], score[fits], owner[fits], room[fits]
    wanted = np.ceil(mine * families).astype(np.int64), np.ceil(more * spread).astype(np.int64)
    takes, _ = first_served(pr, program, score, p.id[rows], *wanted)
    rows, program, score, owner, room = rows[takes], program[takes], score[takes], owner[takes], room[takes]
    asked = np.bincount(program, minlength=len(pr))
    for step in ("aware", "applied", "eligible"):
        month.counts.pipeline[:, STEP[step]] += asked
    for step in ("applied", "eligible"):
        participants.note(month, step, rows, program)
    may = participants.admitted(month, rows, program)
    may[may] = ordinal(owner[may], score[may], p.id[rows[may]]) < room[may]
    rows, program, score = rows[may], program[may], score[may]
    takes, on_added = first_served(pr, program, score, p.id[rows], mine, more)
    return rows[takes], program[takes], on_added[takes]


def preference(month: Month, rows: I8, program: I8) -> F8:
    """(n,) place in (0, 1) of each applicant in the order in which employers would take them, the best lowest.

    What a usual employer sees of them (`search.standings`), with skill as it carries over to the trade, and noise.
    """
    p, pr = month.world.people, month.programs
    carry: NDArray[Any] = carried(month)
    kinds, which = np.unique(program, return_inverse=True)
    there = np.stack([carry[:, pr.occupations[g] > 0].max(axis=1) for g in kinds]) if kinds.size else np.empty((0, 0))
    skill = skills(month, rows) * there[which, p.occupation[rows]] if rows.size else np.empty(0)
    u = draws(month.key(Stream.TRAINING_RANK), p.id[rows]) + 2.0**-54
    noise = month.parameters["matching.noise"] * LOGISTIC_UNIT * np.log(u / (1.0 - u))
    # The logistic keeps places in (0, 1) and an order that does not depend on who else applies.
    return np.asarray(1.0 / (1.0 + np.exp(search.standings(month, rows, skill) + noise)))


__all__ = ["candidates", "named", "preference"]
