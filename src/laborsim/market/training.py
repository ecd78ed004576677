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
from laborsim.market import participants, sponsors
from laborsim.market.applications import applicants
from laborsim.market.codes import APPRENTICESHIP, NO_PROGRAM, OJT
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws, ordinal
from laborsim.market.programs import Programs
from laborsim.market.progress import STEP, follow, progress, wage_share
from laborsim.market.scaling import scaled_count
from laborsim.market.transitions import hire

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
WEEKS_A_MONTH = 52.0 / 12.0


def prepare(month: Month) -> None:
    """Memory of the stage, and the apprentices already under way at the start."""
    pr, eco, c = month.programs, month.economy, month.world.cells
    months_open = (1.0 + month.room("training")["instructor_slack"]) * np.bincount(pr.family, weights=pr.seats)
    month.memory["training"] = {
        "fit": pr.fit.astype(np.float64).copy(),
        "capacity": months_open,
        "unused": np.zeros(months_open.size, np.int64),
        "vacancies": np.zeros(eco.occupations),
        "seekers": np.zeros(eco.occupations),
        "last_seekers": np.zeros(eco.occupations, np.int64),
        "jobs": np.bincount(c.occupation[: c.size], weights=c.base[: c.size], minlength=eco.occupations) + 1e-6,
    }
    participants.prepare(month)
    _seed_apprentices(month)


def _seed_apprentices(month: Month) -> None:
    """Enrol sponsors' younger staff in the trades as the apprentices of the months before the start."""
    pr, w = month.programs, month.world
    p, c, e = w.people, w.cells, w.establishments
    n = p.size
    # A constant hazard of leaving, all causes together, gives how many are left of each month's starts.
    stay = (1.0 - month.room("training")["cancellation"]) ** np.arange(int(pr.months.max()))
    under_way = np.array([pr.seats[g] * stay[: pr.months[g]].sum() for g in range(len(pr))])
    under_way[pr.kind != APPRENTICESHIP] = 0.0
    sponsors.enlist(month, under_way * month.scale)
    rows = np.flatnonzero(
        (p.state[:n] <= k.PART_TIME_INVOLUNTARY)
        & (p.job[:n] >= 0)
        & (p.program[:n] == NO_PROGRAM)
        & (p.birth[:n] > -45 * 12)
    )
    job = p.job[rows]
    rows = rows[((e.practices[c.establishment[job]] & k.PRACTICE_SPONSOR) > 0) & (c.zone[job] < month.economy.outside)]
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
    wanted = np.array([scaled_count(x, month.scale, key, (1 << 40) + g) for g, x in enumerate(under_way)], np.int64)
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
    participants.reconcile(month)
    _curricula(month)
    sponsors.stage(month)
    follow(month)
    progress(month)
    _enrol(month, *applicants(month))


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
    """Places open this month: the families' own, with unused ones of before, and the added ones that instructors can be
    found for; (families,) and (P,)."""
    q, pr, capacity = month.room("training"), month.programs, month.memory["training"]["capacity"]
    key = month.key(Stream.TRAINING_SEATS)
    # The rounding of `scaled_count`, for all programs at once.
    seats = np.floor(pr.seats * month.scale + draws(key, np.arange(len(pr), dtype=np.uint64)))
    own = np.bincount(pr.family, weights=seats).astype(np.int64) + month.memory["training"]["unused"]
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
    pr, lv, p = month.programs, month.levers, month.world.people
    own, added = _seats(month)
    may = participants.admitted(month, rows, program)
    rows, program = rows[may], program[may]
    score = draws(month.key(Stream.TRAINING_RANK), p.id[rows])
    order = np.lexsort((p.id[rows], score))
    rows, program = rows[order], program[order]
    enrolled = np.flatnonzero(p.program[: p.size] != NO_PROGRAM)
    near = month.table("training.near", lambda: nearest(pr, month.economy.commute_minutes))
    offers = _offers(month, enrolled)
    _reassign(month, enrolled, near, offers)
    extra = scaled_count(lv.ojt_places, month.scale, month.key(Stream.TRAINING_SEATS), 4 << 32)
    gets, cell, on_added = assign(pr, near, program, own, added, offers, extra)
    memory = month.memory["training"]
    used = np.bincount(pr.family[gets[(gets >= 0) & ~on_added]], minlength=own.size)
    pool = np.bincount(pr.family, weights=pr.seats) * month.scale
    # Seats that found nobody can be given later, for some months.
    memory["unused"] = np.minimum(own - used, np.ceil(month.room("training")["seat_carry"] * pool).astype(np.int64))
    takes = np.flatnonzero(gets >= 0)
    takes = takes[np.argsort(rows[takes], kind="stable")]
    rows, gets, cell, on_added = rows[takes], gets[takes], cell[takes], on_added[takes]
    month.counts.seat_months += np.bincount(p.program[enrolled], minlength=len(pr)) + np.bincount(
        gets, minlength=len(pr)
    )
    _count_starts(month, gets, cell, on_added)
    participants.enter(month, rows, gets, on_added)
    at_work = cell >= 0
    _hire_trainees(month, rows[at_work], pr.wage_share[gets[at_work]], cell[at_work])
    p.program[rows] = gets
    p.enrolled[rows] = month.index


def _offers(month: Month, enrolled: I8) -> list[list[int]]:
    """Job cells offered to trainees by program, the first to be filled first."""
    pr, p, e = month.programs, month.world.people, month.world.establishments
    trainees = enrolled[(pr.kind[p.program[enrolled]] == APPRENTICESHIP) & (p.job[enrolled] >= 0)]
    hosted = np.bincount(month.world.cells.establishment[p.job[trainees]], minlength=e.size)
    offers: list[list[int]] = [[] for _ in range(len(pr))]
    given: dict[int, int] = {}  # a vacancy is offered once, to apprentices first
    for kind in (APPRENTICESHIP, OJT):
        cells, programs, rank = sponsors.places(month, kind, hosted)
        order = np.lexsort((cells, rank))
        cells, programs = cells[order], programs[order]
        vacancies = month.world.cells.vacancies[cells]
        for cell, program, most in zip(cells.tolist(), programs.tolist(), vacancies.tolist(), strict=True):
            before = given.get(cell, 0)
            if before < most:
                given[cell] = before + 1
                offers[program].append(cell)
    return offers


def _reassign(month: Month, enrolled: I8, near: list[list[int]], offers: list[list[int]]) -> None:
    """Apprentices out of work go to another sponsor of their family, before anyone new; takes from `offers`."""
    pr, p = month.programs, month.world.people
    rows = enrolled[(pr.kind[p.program[enrolled]] == APPRENTICESHIP) & (p.state[enrolled] > k.TEMPORARY_LAYOFF)]
    rows = rows[np.lexsort((p.id[rows], draws(month.key(Stream.TRAINING_RANK), p.id[rows])))]
    program = p.program[rows].astype(np.int64)
    none = np.zeros(len(pr), np.int64)
    seats = np.full(int(pr.family.max()) + 1, rows.size)
    _, cell, _ = assign(pr, near, program, seats, none, offers, 0)
    for i, g in enumerate(program):
        if cell[i] >= 0:
            for other in np.flatnonzero(pr.family == pr.family[g]):
                if cell[i] in offers[other]:
                    offers[other].remove(int(cell[i]))
                    break
    found = np.flatnonzero(cell >= 0)
    found = found[np.argsort(rows[found], kind="stable")]
    rows, program = rows[found], program[found]
    share = wage_share(pr, program, (month.index - p.enrolled[rows]) // 12 * 12)
    _hire_trainees(month, rows, share, cell[found])


def nearest(pr: Programs, minutes: NDArray[np.float64]) -> list[list[int]]:
    """For each program, the programs of its family from the nearest provider on, itself first."""
    found = []
    for g in range(len(pr)):
        members = np.flatnonzero(pr.family == pr.family[g])
        away = minutes[pr.zone[g], pr.zone[members]] - (members == g) * 1e6
        found.append([int(x) for x in members[np.argsort(away, kind="stable")]])
    return found


def assign(
    pr: Programs, near: list[list[int]], wanted: I8, own: I8, added: I8, offers: list[list[int]], extra_ojt: int
) -> tuple[I8, I8, NDArray[np.bool_]]:
    """Places for applicants, one after the other in the order of their rank.

    The programs' own seats are one pool for all providers of a family; added seats belong to a program. An applicant
    takes a place of the program applied to, or else of the same family's nearest provider that has one.

    Parameters
    ----------
    near : by program, as `nearest` gives it.
    wanted : (n,) program of each applicant, by rank.
    own, added : (families,) and (P,) seats.
    offers : by program, job cells open to trainees; only programs at work use them.
    extra_ojt : OJT contracts beyond the seats.

    Returns
    -------
    gets, cell, on_added : (n,) program or -1, job cell or -1, and whether the seat is an added one.
    """
    pool, more, families = own.tolist(), added.tolist(), pr.family.tolist()
    left = [list(reversed(cells)) for cells in offers]
    needs_offer = ((pr.kind == APPRENTICESHIP) | (pr.kind == OJT)).tolist()
    gets = np.full(wanted.size, -1, np.int64)
    cell = np.full(wanted.size, -1, np.int64)
    on_added = np.zeros(wanted.size, np.bool_)
    for beyond in (False, True):
        for i, want in enumerate(wanted.tolist()):
            family = families[want]
            if gets[i] >= 0 or (beyond and (pr.kind[want] != OJT or extra_ojt <= 0)):
                continue
            for g in near[want]:
                if needs_offer[g] and not left[g]:
                    continue
                if beyond:
                    if extra_ojt <= 0:
                        break
                    extra_ojt -= 1
                    on_added[i] = True
                elif pool[family] > 0:
                    pool[family] -= 1
                elif more[g] > 0:
                    more[g] -= 1
                    on_added[i] = True
                else:
                    continue
                gets[i] = g
                if needs_offer[g]:
                    cell[i] = left[g].pop()
                break
        if extra_ojt <= 0:
            break
    return gets, cell, on_added


def _count_starts(month: Month, program: I8, cell: I8, on_added: NDArray[np.bool_]) -> None:
    """Starts, and what they cost that a policy pays for."""
    pr, lv, counts = month.programs, month.levers, month.counts
    starts = np.bincount(program, minlength=len(pr))
    counts.pipeline[:, STEP["enrolled"]] += starts
    counts.added_starts += np.bincount(program[on_added], minlength=len(pr))
    paid = np.floor(pr.price * np.clip(lv.program_price_share, 0.0, 1.0) * 100.0).astype(np.int64)
    counts.scalars[SCALAR["training_price_cents"]] += int((starts * paid).sum())
    if lv.sponsor_grant > 0:
        apprentices = program[pr.kind[program] == APPRENTICESHIP]
        granted = int((lv.sponsor_closed[pr.zone[apprentices]] == 0).sum())
        limit = scaled_count(lv.sponsor_grant_places, month.scale, month.key(Stream.TRAINING_SEATS), 5 << 32)
        counts.scalars[SCALAR["apprentice_starts_granted"]] += min(granted, limit)
    ojt = pr.kind[program] == OJT
    counts.scalars[SCALAR["ojt_starts"]] += int(ojt.sum())
    billed = ojt & on_added
    bill = month.world.cells.posted[cell[billed]].astype(np.float64) * pr.months[program[billed]] * 40.0 * WEEKS_A_MONTH
    counts.scalars[SCALAR["ojt_wage_cents"]] += int(np.floor(bill * 100.0).astype(np.int64).sum())


def _hire_trainees(month: Month, rows: I8, share: F8, cells: I8) -> None:
    """Fill vacancies with trainees at their share of the posted wage."""
    w, counts = month.world, month.counts
    p, c = w.people, w.cells
    # Someone may already work in the cell that would take them: no vacancy is used then.
    new = p.job[rows] != cells
    rows, share, cells = rows[new], share[new], cells[new]
    if rows.size == 0:
        return
    floor = month.economy.minimum_wage[month.now, c.zone[cells]]
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


__all__ = ["prepare", "stage"]
