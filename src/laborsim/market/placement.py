"""Placement: programs bring completers before partner employers of the field.

Programs choose their partners among the employers of the field that pay at least its usual wage, and keep them. A
completer has one
interview a month. It is one more application, sent where the program says: the post goes to whoever the employer ranks
first of all who applied. An interview is worth nothing where there is no vacancy or the pay is too low, and whoever is
hired takes a vacancy that others wanted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import participants as log
from laborsim.market.certificates import certificates_asked
from laborsim.market.draws import Stream
from laborsim.market.matching import Referrals, Seekers, Vacancies
from laborsim.market.month import Month
from laborsim.market.pipeline import draws

I8 = NDArray[np.int64]


class Interviews(NamedTuple):
    """Who has an interview this month, (n,): rows of people, ascending, and of this month's vacancies."""

    rows: I8
    vacancy: I8


NONE = Interviews(np.empty(0, np.int64), np.empty(0, np.int64))


def partners(month: Month, family: int, cells: I8) -> NDArray[np.bool_]:
    """(n,) whether the employer of each cell is a partner of a type of program: a keyed draw that holds for the run,
    and a wage premium as programs want it of partners."""
    e, room = month.world.establishments, month.room("training")
    key = month.key(Stream.TRAINING_PARTNER, fixed=True) + np.uint64(family)
    at = month.world.cells.establishment[cells]
    return np.asarray((draws(key, e.id[at]) < room["partner_share"]) & (e.premium[at] >= room["partner_premium"]))


def invited(month: Month) -> tuple[I8, I8]:
    """Completers without a job of the field yet whom their program sends to an employer: rows, ascending, programs."""
    p, pr, table = month.world.people, month.programs, month.memory.get("participants")
    if table is None or not pr.placement.any():
        return np.empty(0, np.int64), np.empty(0, np.int64)
    at = np.flatnonzero((table["how"] == log.COMPLETED) & (table["after"] == log.FOLLOWED))
    at = at[(table["placed"][at] == k.NEVER) & (pr.placement[table["program"][at]] > 0)]
    rows = table["row"][at]
    at = at[
        (p.id[rows] == table["id"][at])
        & (p.program[rows] == k.NO_PROGRAM)
        & ((p.state[rows] <= k.UNEMPLOYED) | (p.state[rows] == k.OTHER_INACTIVE))
    ]
    at = at[draws(month.key(Stream.TRAINING_PLACEMENT), table["id"][at]) < pr.placement[table["program"][at]]]
    at = at[np.argsort(table["row"][at], kind="stable")]
    at = at[np.unique(table["row"][at], return_index=True)[1]]
    return table["row"][at], table["program"][at].astype(np.int64)


def interviews(month: Month, vacancies: Vacancies) -> Interviews:
    """Interviews that come to a decision this month: each at one open post of a partner near enough, of the field,
    whose screens the completer passes; selection takes its time for them as for others.

    Parameters
    ----------
    vacancies : those that can be filled this month; a cell has more that are open.
    """
    q, p, pr, c, eco = month.room("training"), month.world.people, month.programs, month.world.cells, month.economy
    rows, program = invited(month)
    if rows.size == 0:
        return NONE
    e, family, key = month.world.establishments, pr.family[program], month.key(Stream.TRAINING_PLACEMENT)
    cells = np.flatnonzero((c.vacancies[: c.size] > 0) & (c.zone[: c.size] < eco.outside))
    field = {}
    for f, first in zip(*np.unique(family, return_index=True), strict=True):
        own = cells[pr.occupations[program[first]][c.occupation[cells]] > 0]
        field[int(f)] = own[partners(month, int(f), own)]
    asked = {f: certificates_asked(month, own) for f, own in field.items()}
    lot, ends = draws(key + np.uint64(1), p.id[rows]), draws(key + np.uint64(2), p.id[rows])
    index = np.full(rows.size, -1, np.int64)
    for n, (i, f) in enumerate(zip(rows.tolist(), family.tolist(), strict=True)):
        near = eco.commute_minutes[p.zone[i], c.zone[field[f]]] <= q["partner_minutes"]
        own, certified = field[f][near], (asked[f][near] & p.credentials[i]) != 0
        fit = (c.needs[own] <= p.education[i]) | ((c.needs[own] <= k.ASSOCIATE) & certified)
        if p.traits[i] & k.TRAIT_RECORD:
            fit &= e.practices[c.establishment[own]] & k.PRACTICE_RECORD_SCREEN == 0
        own = own[fit]
        if own.size == 0:
            continue
        edges = np.cumsum(c.vacancies[own].astype(np.int64))
        cell = own[int(np.searchsorted(edges, int(lot[n] * edges[-1]), side="right"))]
        at = int(np.searchsorted(vacancies.cell, cell))
        if at == vacancies.cell.size or vacancies.cell[at] != cell:
            continue
        if ends[n] * c.vacancies[cell] < vacancies.open[at]:
            index[n] = at
    return Interviews(rows[index >= 0], index[index >= 0])


def refer(rows: I8, seekers: Seekers, sent: Interviews, others: Referrals) -> Referrals:
    """The interviews as applications besides those people send anyway, changes `seekers.applications`.

    Parameters
    ----------
    rows : (n,) rows of people in the order of `seekers`; those who have an interview are among them.
    others : applications that someone else chose.
    """
    if sent.rows.size == 0:
        return others
    at = np.searchsorted(rows, sent.rows)
    turn = seekers.applications[at].astype(np.int64)
    seekers.applications[at] += 1
    return Referrals(
        np.concatenate([others.seeker, at]),
        np.concatenate([others.turn, turn]),
        np.concatenate([others.vacancy, sent.vacancy.astype(np.int32)]),
    )


__all__ = ["NONE", "Interviews", "interviews", "invited", "partners", "refer"]
