"""Training: progress, drop-out and completion of those enrolled, then applications and enrolment under scarce seats.

Three ways in. A course takes the eligible applicants that keyed draws rank first, up to its seats and instructors. An
apprenticeship also needs a sponsor with an open vacancy in the trade and room for one more trainee: the apprentice
is hired into it at a share of the wage. On-the-job training needs an employer who gives a vacancy to someone without
the skill for part of the wage. What a program is worth is not written anywhere: completers have the skill, the
credential and the occupation, and the labor market does the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import sponsors
from laborsim.market.applications import applicants
from laborsim.market.codes import APPRENTICESHIP, NO_PROGRAM, OJT
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws, ordinal
from laborsim.market.progress import FOLLOWED, STEP, follow, progress
from laborsim.market.scaling import scaled_count
from laborsim.market.transitions import hire

I8 = NDArray[np.int64]
WEEKS_A_MONTH = 52.0 / 12.0


def prepare(month: Month) -> None:
    """Memory of the stage, and the apprentices already under way at the start."""
    pr, eco = month.programs, month.economy
    months_open = (1.0 + month.room("training")["instructor_slack"]) * np.bincount(pr.family, weights=pr.seats)
    month.memory["training"] = {
        "fit": pr.fit.astype(np.float64).copy(),
        "capacity": months_open,
        "vacancies": np.zeros(eco.occupations),
        "seekers": np.zeros(eco.occupations),
        **{f"followed_{name}": np.empty(0, dtype) for name, dtype in FOLLOWED},
    }
    _seed_apprentices(month)


def _seed_apprentices(month: Month) -> None:
    """Enrol sponsors' younger staff in the trades as the apprentices of the months before the start."""
    pr, w = month.programs, month.world
    p, c, e = w.people, w.cells, w.establishments
    n = p.size
    rows = np.flatnonzero(
        (p.state[:n] <= k.PART_TIME_INVOLUNTARY)
        & (p.job[:n] >= 0)
        & (p.program[:n] == NO_PROGRAM)
        & (p.birth[:n] > -45 * 12)
    )
    job = p.job[rows]
    rows = rows[((e.practices[c.establishment[job]] & k.PRACTICE_SPONSOR) > 0) & (c.zone[job] != month.economy.outside)]
    job = p.job[rows]
    program = sponsors.hosting_table(month, APPRENTICESHIP)[c.zone[job], c.occupation[job]]
    rows, program = rows[program >= 0], program[program >= 0]
    if rows.size == 0:
        return
    key = month.key(Stream.TRAINING_STOCK, fixed=True)
    score = draws(key, p.id[rows]) + 0.02 * np.maximum(0, -p.birth[rows].astype(np.float64) / 12.0 - 22.0)
    owner = c.establishment[p.job[rows]].astype(np.int64)
    size = np.bincount(c.establishment[: c.size], weights=c.filled[: c.size], minlength=e.size)
    room = np.floor(e.host[owner] * size[owner] + 0.5).astype(np.int64)
    fits = ordinal(owner, score, p.id[rows]) < room
    rows, program, score = rows[fits], program[fits], score[fits]
    hazard = 0.02  # all causes together, within the published 0.014-0.022 a month
    stay = (1.0 - hazard) ** np.arange(int(pr.months.max()))
    wanted = np.array(
        [
            scaled_count(pr.seats[g] * stay[: pr.months[g]].sum(), month.scale, key, (1 << 40) + g)
            if pr.kind[g] == APPRENTICESHIP
            else 0
            for g in range(len(pr))
        ]
    )
    chosen = ordinal(program, score, p.id[rows]) < wanted[program]
    rows, program = rows[chosen], program[chosen]
    since = draws(key + np.uint64(1), p.id[rows])
    for g in np.unique(program):
        mine = program == g
        passed = np.cumsum(stay[: pr.months[g]])
        months = np.searchsorted(passed / passed[-1], since[mine], side="right")
        p.enrolled[rows[mine]] = month.index - np.minimum(months + 1, pr.months[g] - 1)
    p.program[rows] = program


def stage(month: Month) -> None:
    """One month of all training programs."""
    _curricula(month)
    sponsors.stage(month)
    follow(month)
    progress(month)
    _enrol(month, *applicants(month))
    p = month.world.people
    enrolled = p.program[: p.size]
    month.counts.seat_months += np.bincount(enrolled[enrolled != NO_PROGRAM], minlength=len(month.programs))


def _curricula(month: Month) -> None:
    """Curricula age, unless employers teach (apprenticeship, OJT, customized) or are asked."""
    q, fit = month.room("training"), month.memory["training"]["fit"]
    taught = ~np.isin(month.programs.kind, (APPRENTICESHIP, OJT, k.CUSTOMIZED))
    kept = (1.0 - q["fit_decay"]) ** (1.0 / 12.0)
    fit[taught] = np.maximum(fit[taught] * kept, np.minimum(q["fit_floor"], fit[taught]))
    # Employer input closes a sixth of the gap to the fit it can reach in a month.
    goal = np.minimum(1.0, month.programs.fit + month.levers.curriculum_fit)
    heard = month.levers.curriculum_fit > 0
    fit[heard] += (goal[heard] - fit[heard]) / 6.0


def _seats(month: Month) -> tuple[I8, I8]:
    """Places open this month: the programs' own and the added ones that instructors can be found for; both (P,)."""
    q, pr, capacity = month.room("training"), month.programs, month.memory["training"]["capacity"]
    key = month.key(Stream.TRAINING_SEATS)
    own = np.array([scaled_count(s, month.scale, key, g) for g, s in enumerate(pr.seats)], np.int64)
    added = np.zeros(len(pr), np.int64)
    asked = np.maximum(month.levers.program_seats, 0).astype(np.float64)
    if asked.any():
        own_full = np.bincount(pr.family, weights=pr.seats)
        more = np.bincount(pr.family, weights=asked, minlength=own_full.size)
        # At least a class of fifteen a year can be opened anywhere.
        room = np.maximum(capacity - own_full, 15.0 / 12.0)
        share = np.minimum(1.0, room / np.maximum(more, 1e-9))
        at_work = pr.kind == OJT
        for g in np.flatnonzero(asked):
            part = 1.0 if at_work[g] else share[pr.family[g]]
            added[g] = scaled_count(asked[g] * part, month.scale, key, (1 << 33) + int(g))
        capacity[more > room] *= 1.0 + q["instructor_growth"]
    return own, added


def _enrol(month: Month, rows: I8, program: I8) -> None:
    """Give the places to the applicants ranked first, and hire those who train at work."""
    pr, w, lv = month.programs, month.world, month.levers
    p, e = w.people, w.establishments
    own, added = _seats(month)
    score = draws(month.key(Stream.TRAINING_RANK), p.id[rows])
    place = ordinal(program, score, p.id[rows])
    kind = pr.kind[program]
    takes = (kind != APPRENTICESHIP) & (kind != OJT) & (place < (own + added)[program])
    hosted = np.zeros(e.size, np.int64)
    trainees = np.flatnonzero((p.program[: p.size] != NO_PROGRAM) & (p.job[: p.size] >= 0))
    trainees = trainees[pr.kind[p.program[trainees]] == APPRENTICESHIP]
    hosted += np.bincount(w.cells.establishment[p.job[trainees]], minlength=e.size)
    scalars = month.counts.scalars
    extra_ojt = scaled_count(lv.ojt_places, month.scale, month.key(Stream.TRAINING_SEATS), 4 << 32)
    for which in (APPRENTICESHIP, OJT):
        cells, offers, rank = sponsors.places(month, which, hosted)
        mine = np.flatnonzero(kind == which)
        if cells.size == 0 or mine.size == 0:
            continue
        at = ordinal(offers, rank, cells.astype(np.uint64))
        # The i-th ranked applicant of a program meets its i-th place.
        held = np.full((len(pr), int(at.max()) + 1), -1, np.int64)
        held[offers, at] = cells
        meets = mine[place[mine] < held.shape[1]]
        cell = held[program[meets], place[meets]]
        meets, cell = meets[cell >= 0], cell[cell >= 0]
        seats = own + added
        funded = place[meets] < own[program[meets]]
        goes = place[meets] < seats[program[meets]]
        if which == OJT and extra_ojt > 0:
            spare = np.flatnonzero(~goes)
            spare = spare[np.lexsort((p.id[rows[meets[spare]]], score[meets[spare]]))][:extra_ojt]
            goes[spare] = True
        meets, cell, funded = meets[goes], cell[goes], funded[goes]
        takes[meets] = True
        if which == APPRENTICESHIP and lv.sponsor_grant > 0:
            granted = int((lv.sponsor_closed[pr.zone[program[meets]]] == 0).sum())
            limit = scaled_count(lv.sponsor_grant_places, month.scale, month.key(Stream.TRAINING_SEATS), 5 << 32)
            scalars[SCALAR["apprentice_starts_granted"]] += min(granted, limit)
        if which == OJT:
            scalars[SCALAR["ojt_starts"]] += meets.size
            bill = w.cells.posted[cell[~funded]] * pr.months[program[meets[~funded]]] * 40.0 * WEEKS_A_MONTH
            scalars[SCALAR["ojt_wage_cents"]] += int(np.floor(bill.astype(np.float64) * 100.0).astype(np.int64).sum())
        _hire_trainees(month, rows[meets], program[meets], cell)
    starts = np.bincount(program[takes], minlength=len(pr))
    month.counts.pipeline[:, STEP["enrolled"]] += starts
    month.counts.added_starts += np.maximum(starts - own, 0)
    paid = np.floor(pr.price * np.clip(lv.program_price_share, 0.0, 1.0) * 100.0).astype(np.int64)
    scalars[SCALAR["training_price_cents"]] += int((starts * paid).sum())
    p.program[rows[takes]] = program[takes]
    p.enrolled[rows[takes]] = month.index


def _hire_trainees(month: Month, rows: I8, program: I8, cells: I8) -> None:
    """Fill vacancies with trainees: apprentices at a share of the posted wage, OJT trainees at the posted wage."""
    w, counts = month.world, month.counts
    p, c = w.people, w.cells
    order = np.argsort(rows, kind="stable")
    rows, program, cells = rows[order], program[order], cells[order]
    # Someone may already work in the cell that would take them: no vacancy is used then.
    new = p.job[rows] != cells
    rows, program, cells = rows[new], program[new], cells[new]
    if rows.size == 0:
        return
    floor = month.economy.minimum_wage[min(month.index, month.economy.months - 1), c.zone[cells]]
    share = month.programs.wage_share[program]
    wages = np.maximum(c.posted[cells] * share, np.maximum(floor, month.levers.wage_floor[c.zone[cells]]))
    occupation = c.occupation[cells]
    same = p.occupation[rows] == occupation
    near = month.economy.mobility[p.occupation[rows], occupation]
    start = np.where(same, p.skill[rows], np.minimum(p.skill[rows], 0.3 + 0.3 * np.minimum(near * 10.0, 1.0)))
    p.skill[rows] = start.astype(np.float32)
    p.occupation[rows] = occupation
    counts.scalars[SCALAR["job_to_job"]] += hire(
        month,
        rows,
        cells.astype(np.int32),
        np.full(rows.size, k.FULL_TIME, np.uint8),
        wages.astype(np.float32),
        np.full(rows.size, 40, np.uint8),
    )
    np.subtract.at(c.vacancies, cells, 1)
    np.add.at(counts.openings_filled, (c.sector[cells], c.zone[cells]), 1)
    np.add.at(counts.fill_age, (c.sector[cells], c.zone[cells]), (c.age[cells] * 256.0).astype(np.int64))
    np.add.at(counts.filled, occupation, 1)
    good = c.posted[cells] >= month.economy.good_job_wage
    np.add.at(counts.good_filled, c.zone[cells[good]], 1)


def memory_keys() -> tuple[str, ...]:
    """Names of the arrays this stage keeps between months."""
    return ("fit", "capacity", "vacancies", "seekers", "last_seekers", *(f"followed_{n}" for n, _ in FOLLOWED))


__all__ = ["memory_keys", "prepare", "stage"]
