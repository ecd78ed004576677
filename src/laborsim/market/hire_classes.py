"""Customized training of people hired to a curriculum: an employer promises vacancies to those who complete.

Employers whose vacancies stay open and who see few skilled seekers for them ask a provider for a class; part of its
cost is paid. People apply as to any course, are selected, and train without pay. A promised place is not posted
meanwhile. Whoever completes is hired into it, at the pay of a newcomer with that skill, unless the place has gone or
the trainee has something better; then they are as other completers.

`month.memory["promises"]` holds id, row and cell of each promise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import posts
from laborsim.market.codes import CUSTOMIZED
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws, ordinal
from laborsim.market.skill import skills
from laborsim.market.sponsors import hosting_table, logistic

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]
PROMISES = (("id", np.uint64), ("row", np.int64), ("cell", np.int64))


def prepare(month: Month) -> None:
    """Nothing is promised at the start."""
    month.memory["promises"] = {name: np.empty(0, dtype) for name, dtype in PROMISES}


def _asked(month: Month, cells: I8) -> F8:
    """(n,) chance that an employer asks for a class this month, by job cell with a vacancy."""
    q, c, memory = month.room("training"), month.world.cells, month.memory["training"]
    o = c.occupation[cells]
    skilled = np.log((memory["seekers"][o] + 1.0) / (memory["vacancies"][o] + 1.0))
    chance = logistic(
        q["class_log_odds"]
        + q["customized_share_effect"] * max(float(q["customized_base_share"]), month.levers.class_share)
        + q["class_vacancy_age"] * (c.age[cells] - q["class_wait"])
        - q["class_skilled"] * skilled
    )
    return np.where(c.age[cells] >= q["class_wait"], chance, 0.0)


def places(month: Month) -> tuple[I8, I8, F8]:
    """Vacancies promised to completers of a class this month: cells, programs and rank, one entry per place."""
    c, e, pr = month.world.cells, month.world.establishments, month.programs
    if not (pr.hires > 0).any():
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    at = np.flatnonzero(c.vacancies[: c.size] > 0)
    program = hosting_table(month, CUSTOMIZED, True)[c.zone[at], c.occupation[at]]
    keep = (program >= 0) & (c.zone[at] < month.economy.outside)
    at, program = at[keep], program[keep]
    agent = e.id[c.establishment[at]] ^ (c.occupation[at].astype(np.uint64) << np.uint64(48))
    key = month.key(Stream.HIRE_CLASS)
    asks = draws(key, agent) < _asked(month, at)
    at, program, agent = at[asks], program[asks], agent[asks]
    each = np.minimum(c.vacancies[at], month.room("training")["customized_class"]).astype(np.int64)
    # An employer's places are filled together: it is a class.
    rank = draws(key + np.uint64(1), agent)
    return np.repeat(at, each), np.repeat(program, each), np.repeat(rank, each)


def promise(month: Month, rows: I8, cells: I8) -> None:
    """Promise one vacancy of each cell to a person who starts to train; it is open to nobody else."""
    c, counts, held = month.world.cells, month.counts, month.memory["promises"]
    if rows.size == 0:
        return
    np.subtract.at(c.vacancies, cells, 1)
    np.add.at(counts.openings_withdrawn, (c.sector[cells], c.zone[cells]), 1)
    c.age[cells[c.vacancies[cells] == 0]] = 0.0
    for (name, dtype), new in zip(PROMISES, (month.world.people.id[rows], rows, cells), strict=True):
        held[name] = np.concatenate([held[name], new.astype(dtype)])


def tidy(month: Month) -> None:
    """Forget promises to people who have left their class: employers post the place again."""
    p, pr, held = month.world.people, month.programs, month.memory["promises"]
    if held["id"].size == 0:
        return
    row = held["row"]
    program = p.program[row]
    inside = (p.id[row] == held["id"]) & (program != k.NO_PROGRAM)
    inside &= np.append(pr.hires > 0, np.zeros(k.NO_PROGRAM + 1 - len(pr), np.bool_))[program]
    for name, _ in PROMISES:
        held[name] = held[name][inside]


def held(month: Month) -> I8:
    """(cells,) places promised."""
    size = month.world.cells.size
    if "promises" not in month.memory:
        return np.zeros(size, np.int64)
    return np.asarray(np.bincount(month.memory["promises"]["cell"], minlength=size)[:size])


def promised(month: Month, rows: I8) -> I8:
    """(n,) cell promised to each person, -1 none."""
    held = month.memory["promises"]
    out = np.full(rows.size, -1, np.int64)
    if held["row"].size:
        order = np.argsort(held["row"], kind="stable")
        near = order[np.minimum(np.searchsorted(held["row"][order], rows), order.size - 1)]
        mine = (held["row"][near] == rows) & (held["id"][near] == month.world.people.id[rows])
        out[mine] = held["cell"][near[mine]]
    return out


def hire(month: Month, rows: I8, cells: I8) -> B1:
    """(n,) who of those who completed is hired into the place promised; nobody where the cell is -1.

    Parameters
    ----------
    rows : (n,) people, ascending. cells : (n,) as `promised` gives them; the promises end.
    """
    p, c, counts = month.world.people, month.world.cells, month.counts
    hired = np.zeros(rows.size, np.bool_)
    due = np.flatnonzero(cells >= 0)
    if due.size == 0:
        return hired
    who, where = rows[due], cells[due]
    wage = posts.newcomer_wage(month, who, where)
    wants = (p.job[who] != where) & ((p.state[who] > k.SELF_EMPLOYED) | (p.wage[who] < wage))
    wants &= ~k.among(p.state[who], (k.RETIRED, k.DISABLED, k.GONE))
    due, who, where, wage = due[wants], who[wants], where[wants], wage[wants]
    turn = ordinal(where, -skills(month, who), p.id[who])
    fits = turn < c.target[where] - c.filled[where]
    due, who, where, wage = due[fits], who[fits], where[fits], wage[fits]
    np.add.at(c.vacancies, where, 1)
    np.add.at(counts.openings_posted, (c.sector[where], c.zone[where]), 1)
    posts.fill(month, who, where, wage)
    hired[due] = True
    held = month.memory["promises"]
    over = np.isin(held["row"], rows[cells >= 0])
    for name, _ in PROMISES:
        held[name] = held[name][~over]
    return hired


__all__ = ["held", "hire", "places", "prepare", "promise", "promised", "tidy"]
