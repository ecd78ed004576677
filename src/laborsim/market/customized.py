"""Customized training of workers an employer has: it asks for a course and pays part of it (`hire_classes`: new hires).

An employer asks for its own reasons (vacancies that stay open, workers short of skill) and because part of the cost is
paid. Part of what is learnt is worth something with this employer only and is lost when the worker leaves. Pay follows
at the yearly reviews, as for any skill.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import participants as log
from laborsim.market.codes import CUSTOMIZED
from laborsim.market.counts import LOST, PIPELINE
from laborsim.market.draws import Stream
from laborsim.market.layoffs import people_of
from laborsim.market.learning import taught, worth
from laborsim.market.month import Month
from laborsim.market.pipeline import draws, ordinal
from laborsim.market.seats import first_served, intake
from laborsim.market.skill import skills, write
from laborsim.market.sponsors import hosts, logistic

I8 = NDArray[np.int64]
STEP = {name: i for i, name in enumerate(PIPELINE)}
# Skill that is lost on leaving the employer.
SPECIFIC = (("id", np.uint64), ("row", np.int64), ("employer", np.uint64), ("loss", np.float32))


def prepare(month: Month) -> None:
    """Nobody has specific skill from courses at the start."""
    month.memory["specific_skill"] = {name: np.empty(0, dtype) for name, dtype in SPECIFIC}


def _employer(month: Month, rows: I8) -> NDArray[np.uint64]:
    p, c, e = month.world.people, month.world.cells, month.world.establishments
    found = np.full(rows.size, log.NO_EMPLOYER, np.uint64)
    # Those on temporary layoff still have one.
    has = p.job[rows] >= 0
    found[has] = e.id[c.establishment[p.job[rows[has]]]]
    return found


def requests(month: Month, cells: I8) -> NDArray[np.bool_]:
    """Which job cells' employers ask for a course this month, (n,)."""
    q, c, e = month.room("training"), month.world.cells, month.world.establishments
    paid = max(float(q["customized_base_share"]), month.levers.customized_share)
    chance = logistic(
        q["customized_log_odds"]
        + q["customized_share_effect"] * paid
        + q["customized_size"] * np.log(np.maximum(c.filled[cells], 1) / 10.0)
        + q["customized_vacancies"] * (c.vacancies[cells] > 0)
    )
    agent = e.id[c.establishment[cells]] ^ (c.occupation[cells].astype(np.uint64) << np.uint64(48))
    return np.asarray(draws(month.key(Stream.CUSTOMIZED_REQUEST), agent) < chance)


def enrol(month: Month, own: I8, added: I8) -> I8:
    """Give seats to the workers employers name; returns the starts on own seats by family."""
    pr, p, w, counts = month.programs, month.world.people, month.world, month.counts
    c, e = w.cells, w.establishments
    used = np.zeros(own.size, np.int64)
    mine = (pr.kind == CUSTOMIZED) & (pr.hires == 0) & intake(month)
    if not (own[pr.family[mine]].any() or added[mine].any()):
        return used
    q, size = month.room("training"), len(pr)
    cells, table = hosts(month, CUSTOMIZED, c.filled)
    ask = requests(month, cells)
    of_cell = np.full(c.size, -1, np.int64)
    of_cell[cells[ask]] = table[ask]
    jobs = people_of(month, of_cell >= 0, k.PAYROLL[0], k.PAYROLL[-1])
    inside = month.memory["participants"]
    busy = inside["id"][inside["how"] == log.ENROLLED]
    jobs = jobs[(p.program[jobs] == k.NO_PROGRAM) & ~np.isin(p.id[jobs], busy)]
    # The least skilled first, a class at most, and not more than the work can spare.
    owner = p.job[jobs].astype(np.int64)
    place = ordinal(owner, skills(month, jobs), p.id[jobs])
    spared = np.minimum(np.ceil(q["customized_spared"] * c.filled[owner]), q["customized_class"])
    named = place < spared
    rows, program, owner, place = jobs[named], of_cell[owner[named]], owner[named], place[named]
    asked = np.bincount(program, minlength=size)
    counts.pipeline[:, STEP["aware"]] += asked
    counts.pipeline[:, STEP["applied"]] += asked
    may = log.admitted(month, rows, program)
    counts.pipeline[:, STEP["eligible"]] += asked
    for step in ("applied", "eligible"):
        log.note(month, step, rows, program)
    rows, program, owner, place = rows[may], program[may], owner[may], place[may]
    agent = e.id[c.establishment[owner]] ^ (c.occupation[owner].astype(np.uint64) << np.uint64(48))
    rank = draws(month.key(Stream.CUSTOMIZED_REQUEST) + np.uint64(1), agent) + 1e-9 * place
    takes, on_added = first_served(pr, program, rank, p.id[rows], own, added)
    counts.lost[:, LOST["no_seat"]] += np.bincount(program[~takes], minlength=size)
    rows, program, on_added = rows[takes], program[takes], on_added[takes]
    counts.pipeline[:, STEP["enrolled"]] += np.bincount(program, minlength=size)
    counts.added_starts += np.bincount(program[on_added], minlength=size)
    log.enter(month, rows, program, on_added)
    return np.bincount(pr.family[program[~on_added]], minlength=own.size)


def progress(month: Month) -> None:
    """Courses end; those who left the employer meanwhile are out; skill tied to an employer is lost with the job."""
    _forget(month)
    p, pr, table = month.world.people, month.programs, month.memory["participants"]
    ours = (pr.kind == CUSTOMIZED) & (pr.hires == 0)
    at = np.flatnonzero((table["how"] == log.ENROLLED) & ours[table["program"]])
    if at.size == 0:
        return
    rows, program = table["row"][at], table["program"][at].astype(np.int64)
    size, counts = len(pr), month.counts
    counts.seat_months += np.bincount(program, minlength=size)
    gone = _employer(month, rows) != table["employer"][at]
    left = gone | (draws(month.key(Stream.CUSTOMIZED_REQUEST) + np.uint64(2), p.id[rows]) < pr.dropout[program])
    works = p.state[rows] <= k.SELF_EMPLOYED
    reason = np.where(gone, np.where(works, log.JOB, log.LOST_JOB), log.OTHER)
    counts.dropouts += np.bincount(program[left], minlength=size)
    for r in np.unique(reason[left]):
        name = log.REASONS[int(r)]
        counts.lost[:, LOST[name]] += np.bincount(program[left & (reason == r)], minlength=size)
    log.leave(month, rows[left], log.DROPPED_OUT, reason[left], beside=CUSTOMIZED)
    done = ~left & (month.index - table["enrolled"][at] >= pr.months[program])
    _complete(month, rows[done], program[done])


def _complete(month: Month, rows: I8, program: I8) -> None:
    p, pr = month.world.people, month.programs
    if rows.size == 0:
        return
    size, counts = len(pr), month.counts
    most = float(month.parameters["training.customized_most"])
    had = skills(month, rows)
    gain = (taught(month, had, p.occupation[rows], worth(month, program), most) - had).astype(np.float32)
    write(month, rows, had + gain)
    new = {
        "id": p.id[rows], "row": rows, "employer": _employer(month, rows),
        "loss": gain * pr.specific[program].astype(np.float32),
    }  # fmt: skip
    held = month.memory["specific_skill"]
    for name, dtype in SPECIFIC:
        held[name] = np.concatenate([held[name], new[name].astype(dtype)])
    counts.pipeline[:, STEP["completed"]] += np.bincount(program, minlength=size)
    counts.pipeline[:, STEP["placed"]] += np.bincount(program, minlength=size)
    table = month.memory["participants"]
    at = log.leave(month, rows, log.COMPLETED, beside=CUSTOMIZED)
    table["placed"][at], table["hired"][at] = month.index, p.hired[rows]


def _forget(month: Month) -> None:
    """Those who have left the employer who trained them lose what was worth something there only."""
    p, held = month.world.people, month.memory["specific_skill"]
    if held["id"].size == 0:
        return
    same = p.id[held["row"]] == held["id"]
    left = _employer(month, held["row"]) != held["employer"]
    lose = same & left
    np.subtract.at(p.arrays["skill"], held["row"][lose], held["loss"][lose])
    p.skill[held["row"][lose]] = np.maximum(p.skill[held["row"][lose]], np.float32(0.0))
    stay = same & ~left
    for name, _ in SPECIFIC:
        held[name] = held[name][stay]


__all__ = ["enrol", "prepare", "progress", "requests"]
