"""Placement: programs bring completers before partner employers of the field, those who pay best.

An introduction is worth nothing where there is no vacancy, and whoever is hired takes a vacancy that others wanted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import participants as log
from laborsim.market import posts
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws
from laborsim.market.skill import skills


def introductions(
    skill: NDArray[np.floating[Any]], wants: list[list[int]], open_: dict[int, int]
) -> list[tuple[int, int]]:
    """Who is hired where: the most skilled first, each to the first cell on the own list that still has a vacancy.

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


def stage(month: Month) -> None:
    """Introduce completers who have no job of the field yet to partner employers."""
    q, p, pr, c, eco = month.room("training"), month.world.people, month.programs, month.world.cells, month.economy
    e, table = month.world.establishments, month.memory["participants"]
    if not pr.placement.any():
        return
    at = np.flatnonzero((table["how"] == log.COMPLETED) & (table["after"] == log.FOLLOWED))
    at = at[(table["placed"][at] == log.NEVER) & (pr.placement[table["program"][at]] > 0)]
    rows = table["row"][at]
    at = at[
        (p.id[rows] == table["id"][at])
        & (p.program[rows] == k.NO_PROGRAM)
        & ((p.state[rows] <= k.UNEMPLOYED) | (p.state[rows] == k.OTHER_INACTIVE))
    ]
    at = at[draws(month.key(Stream.TRAINING_PLACEMENT), table["id"][at]) < pr.placement[table["program"][at]]]
    at = at[np.argsort(table["row"][at], kind="stable")]
    at = at[np.unique(table["row"][at], return_index=True)[1]]
    rows, program = table["row"][at], table["program"][at]
    if rows.size == 0:
        return
    families = np.unique(pr.family[program], return_index=True)
    wanted = pr.occupations[program[families[1]]] > 0
    cells = np.flatnonzero(c.vacancies[: c.size] > 0)
    cells = cells[wanted.any(axis=0)[c.occupation[cells]] & (c.zone[cells] < eco.outside)]
    cells = cells[np.argsort(-e.premium[c.establishment[cells]], kind="stable")]
    field = {f: cells[fits[c.occupation[cells]]] for f, fits in zip(families[0].tolist(), wanted, strict=True)}
    wants: list[list[int]] = []
    for i, f in zip(rows.tolist(), pr.family[program].tolist(), strict=True):
        # Partners are the best paying part of the employers with a vacancy.
        partners = field[f][: int(np.ceil(q["partner_share"] * field[f].size))]
        near = partners[eco.commute_minutes[p.zone[i], c.zone[partners]] <= q["partner_minutes"]]
        least = np.float32(p.wage[i]) if p.state[i] <= k.SELF_EMPLOYED else p.reservation[i]
        paid = posts.newcomer_wage(month, np.full(near.size, i), near)
        fit = (paid > least) & (c.needs[near] <= p.education[i])
        if p.traits[i] & k.TRAIT_RECORD:
            fit &= e.practices[c.establishment[near]] & k.PRACTICE_RECORD_SCREEN == 0
        wants.append(near[fit].tolist())
    open_ = dict(zip(cells.tolist(), c.vacancies[cells].tolist(), strict=True))
    found = introductions(skills(month, rows), wants, open_)
    if not found:
        return
    who = rows[[i for i, _ in found]]
    where = np.array([cell for _, cell in found], np.int64)
    posts.fill(month, who, where, posts.newcomer_wage(month, who, where))


__all__ = ["introductions", "stage"]
