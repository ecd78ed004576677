"""Placement: programs bring completers before partner employers of the field.

Partners are ordinary employers of the field, the same from month to month whatever they pay. A completer has one
interview at a time. An introduction is worth nothing where there is no vacancy or the pay is too low, and whoever is
hired takes a vacancy that others wanted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import hiring, posts
from laborsim.market import participants as log
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws
from laborsim.market.skill import skills

I8 = NDArray[np.int64]


def introductions(
    skill: NDArray[np.floating[Any]], wants: list[list[int]], open_: dict[int, int]
) -> list[tuple[int, int]]:
    """Who is hired where: employers take the most skilled of those who would come, as far as their vacancies go.

    Parameters
    ----------
    skill : (n,) of the people introduced; wants : cells each would go to, best first; open_ : vacancies by cell.
    """
    left, found = dict(open_), []
    for i in np.argsort(-skill, kind="stable").tolist():
        for cell in wants[i]:
            if left.get(cell, 0) > 0:
                left[cell] -= 1
                found.append((i, cell))
                break
    return sorted(found)


def partners(month: Month, family: int, cells: I8) -> NDArray[np.bool_]:
    """(n,) whether the employer of each cell is a partner of a type of program: a keyed draw that holds for the run."""
    e = month.world.establishments
    key = month.key(Stream.TRAINING_PARTNER, fixed=True) + np.uint64(family)
    share = float(month.parameters["training.partner_share"])
    return np.asarray(draws(key, e.id[month.world.cells.establishment[cells]]) < share)


def stage(month: Month) -> None:
    """Introduce completers who have no job of the field yet to partner employers."""
    q, p, pr, c, eco = month.room("training"), month.world.people, month.programs, month.world.cells, month.economy
    e, table = month.world.establishments, month.memory["participants"]
    if not pr.placement.any():
        return
    at = np.flatnonzero((table["how"] == log.COMPLETED) & (table["after"] == log.FOLLOWED))
    at = at[(table["placed"][at] == k.NEVER) & (pr.placement[table["program"][at]] > 0)]
    rows = table["row"][at]
    at = at[
        (p.id[rows] == table["id"][at])
        & (p.program[rows] == k.NO_PROGRAM)
        & ((p.state[rows] <= k.UNEMPLOYED) | (p.state[rows] == k.OTHER_INACTIVE))
    ]
    key = month.key(Stream.TRAINING_PLACEMENT)
    at = at[draws(key, table["id"][at]) < pr.placement[table["program"][at]]]
    at = at[np.argsort(table["row"][at], kind="stable")]
    at = at[np.unique(table["row"][at], return_index=True)[1]]
    rows, program = table["row"][at], table["program"][at]
    if rows.size == 0:
        return
    families = np.unique(pr.family[program], return_index=True)
    wanted = pr.occupations[program[families[1]]] > 0
    cells = np.flatnonzero((c.vacancies[: c.size] > 0) & (c.zone[: c.size] < eco.outside))
    cells = cells[wanted.any(axis=0)[c.occupation[cells]]]
    field = {}
    for f, fits in zip(families[0].tolist(), wanted, strict=True):
        own = cells[fits[c.occupation[cells]]]
        field[f] = own[partners(month, f, own)]
    asked = dict(zip(cells.tolist(), hiring.certificates_asked(month, cells), strict=True))
    lot, ends = draws(key + np.uint64(1), p.id[rows]), draws(key + np.uint64(2), p.id[rows])
    decides = dict(zip(cells.tolist(), hiring.decided(month, cells).tolist(), strict=True))
    wants: list[list[int]] = []
    for i, f, u, end in zip(rows.tolist(), pr.family[program].tolist(), lot.tolist(), ends.tolist(), strict=True):
        near = field[f][eco.commute_minutes[p.zone[i], c.zone[field[f]]] <= q["partner_minutes"]]
        fit = c.needs[near] <= p.education[i]
        certified = [bool(asked[cell] & p.credentials[i]) for cell in near.tolist()]
        fit |= (c.needs[near] <= k.ASSOCIATE) & np.array(certified, np.bool_)
        if p.traits[i] & k.TRAIT_RECORD:
            fit &= e.practices[c.establishment[near]] & k.PRACTICE_RECORD_SCREEN == 0
        near = near[fit]
        wants.append([])
        if near.size == 0:
            continue
        # One interview a month, at one vacancy like any other; whether it pays enough shows there.
        edges = np.cumsum(c.vacancies[near].astype(np.int64))
        cell = near[int(np.searchsorted(edges, int(u * edges[-1]), side="right"))]
        if end >= decides[int(cell)]:
            continue  # selection takes its time for them as for others
        least = np.float32(p.wage[i]) if p.state[i] <= k.SELF_EMPLOYED else p.reservation[i]
        if posts.newcomer_wage(month, np.array([i]), np.array([cell]))[0] > least:
            wants[-1].append(int(cell))
    open_ = dict(zip(cells.tolist(), c.vacancies[cells].tolist(), strict=True))
    found = introductions(skills(month, rows), wants, open_)
    if not found:
        return
    who = rows[[i for i, _ in found]]
    where = np.array([cell for _, cell in found], np.int64)
    posts.fill(month, who, where, posts.newcomer_wage(month, who, where))


__all__ = ["introductions", "partners", "stage"]
