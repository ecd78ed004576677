"""Training: progress, drop-out and completion of those enrolled, then applications and enrolment under scarce seats.

Three ways in. A course takes the eligible applicants that keyed draws rank first, up to its seats and instructors. An
apprenticeship also needs a sponsor with room for one more trainee: some are the sponsor's own staff (`own_staff`), the
others are hired into an open vacancy in the trade, the best applicants first, at a share of the wage. On-the-job
training needs an employer who gives a vacancy to the best who applies for part of the wage; a class of new hires one
who promises a vacancy to those who complete (`hire_classes`).
Employers' own workers (`customized`) and students (`youth`) have stages of their own.
What a program is worth is not written anywhere: completers have the skill, the
credential and the occupation, and the labor market does the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import customized, hire_classes, own_staff, participants, posts, sponsors, youth
from laborsim.market.applications import applicants
from laborsim.market.codes import APPRENTICESHIP, NO_PROGRAM, OJT, PAYERS, WEEKS_A_MONTH
from laborsim.market.counts import LOST, SCALAR
from laborsim.market.draws import Stream
from laborsim.market.floors import floor_by_zone
from laborsim.market.headcount import by_employer
from laborsim.market.month import Month
from laborsim.market.needs import needed_wage
from laborsim.market.pipeline import draws, ordinal
from laborsim.market.priority import after_others
from laborsim.market.progress import STEP, follow, progress
from laborsim.market.scaling import scaled_count
from laborsim.market.schedule import wage_share
from laborsim.market.seats import assign, curricula, instructors_at_start, keep, nearest, open_now
from laborsim.market.skill import skills

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]


def prepare(month: Month) -> None:
    """Memory of the stage, and the apprentices already under way at the start."""
    pr, eco, c = month.programs, month.economy, month.world.cells
    capacity = instructors_at_start(month)
    month.memory["training"] = {
        "fit": pr.fit.astype(np.float64).copy(),
        "capacity": capacity,
        "unused": np.zeros(capacity.size, np.int64),
        "hours": np.zeros(capacity.size),
        "waiting": np.zeros(len(pr), np.int64),
        "vacancies": np.zeros(eco.occupations),
        "seekers": np.zeros(eco.occupations),
        "last_seekers": np.zeros(eco.occupations, np.int64),
        "jobs": np.bincount(c.occupation[: c.size], weights=c.base[: c.size], minlength=eco.occupations) + 1e-6,
    }
    participants.prepare(month)
    customized.prepare(month)
    hire_classes.prepare(month)
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
    score = draws(key, p.id[rows]) + month.room("training")["older_apprentices"] * np.maximum(
        0, -p.birth[rows].astype(np.float64) / 12.0 - month.room("training")["older_from"]
    )
    owner = c.establishment[p.job[rows]].astype(np.int64)
    size, _ = by_employer(month)
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
    hire_classes.tidy(month)
    curricula(month)
    sponsors.stage(month)
    follow(month)
    progress(month)
    youth.progress(month)
    customized.progress(month)
    found = applicants(month)
    own, added = open_now(month)
    started = int(month.memory["participants"]["id"].size)
    used = _enrol(month, *found, own, added)
    used += youth.enrol(month, own, added)
    used += customized.enrol(month, own, added)
    keep(month, used)
    _cost(month, started)


def _enrol(month: Month, rows: I8, program: I8, late: B1, own: I8, added: I8) -> I8:
    """Give the places to the applicants ranked first, and hire those who train at work; starts on own seats by family.

    Those drawn by added seats come after the others.
    """
    pr, p = month.programs, month.world.people
    own, added, staff = _staff(month, own, added)
    on_staff = np.bincount(pr.family[staff[1][~staff[2]]], minlength=own.size)
    free = p.program[rows] == NO_PROGRAM
    rows, program, late = rows[free], program[free], late[free]
    may = participants.admitted(month, rows, program)
    rows, program, late = rows[may], program[may], late[may]
    score = draws(month.key(Stream.TRAINING_RANK), p.id[rows])
    hired = k.among(pr.kind[program], (APPRENTICESHIP, OJT))  # whoever trains at work is chosen by employers
    score[hired] = own_staff.preference(month, rows[hired], program[hired])
    score += after_others(month, rows, program)  # places of a score of 0 to 1 are drawn or ranked
    score += 2.0 * late
    order = np.lexsort((p.id[rows], score))
    rows, program = rows[order], program[order]
    enrolled = participants.enrolled(month)
    near = month.table("training.near", lambda: nearest(pr, month.economy.commute_minutes))
    offers = _offers(month)
    offers = _reassign(month, enrolled, near, offers)
    gets, cell, on_added = assign(pr, near, program, own, added, offers, rows)
    used = np.bincount(pr.family[gets[(gets >= 0) & ~on_added]], minlength=own.size)
    # Without a place although there were seats: no employer offered one.
    elsewhere = (gets < 0) & np.isin(rows, rows[gets >= 0])
    month.counts.lost[:, LOST["other_program"]] += np.bincount(program[elsewhere], minlength=len(pr))
    without = program[(gets < 0) & ~elsewhere]
    at_work = pr.needs_employer[without] & ((own - used)[pr.family[without]] > 0)
    month.counts.lost[:, LOST["no_employer"]] += np.bincount(without[at_work], minlength=len(pr))
    month.counts.lost[:, LOST["no_seat"]] += np.bincount(without[~at_work], minlength=len(pr))
    takes = np.flatnonzero(gets >= 0)
    takes = takes[np.argsort(rows[takes], kind="stable")]
    rows, gets, cell, on_added = rows[takes], gets[takes], cell[takes], on_added[takes]
    _best_to_joint(month, rows, gets, cell)
    month.counts.seat_months += np.bincount(p.program[enrolled], minlength=len(pr)) + np.bincount(
        gets, minlength=len(pr)
    )
    _count_starts(month, *(np.concatenate(both) for both in zip(staff, (rows, gets, on_added), strict=True)))
    participants.enter(month, rows, gets, on_added)
    later = (cell >= 0) & (pr.hires[gets] > 0)
    hire_classes.promise(month, rows[later], cell[later])
    at_work = (cell >= 0) & ~later
    share = pr.wage_share[gets[at_work]] + _joint_wage(month, gets[at_work], cell[at_work])
    posts.fill(month, rows[at_work], cell[at_work], month.world.cells.posted[cell[at_work]] * share)
    _contracts(month, rows[at_work], gets[at_work], cell[at_work], on_added[at_work])
    p.program[rows] = gets
    p.enrolled[rows] = month.index
    return np.asarray(used + on_staff)


def _staff(month: Month, own: I8, added: I8) -> tuple[I8, I8, tuple[I8, I8, B1]]:
    """Enrol sponsors' own staff; places left, (families,) and (P,), and rows, programs, whether on an added place."""
    pr, p, c = month.programs, month.world.people, month.world.cells
    rows, program, on_added = own_staff.named(month, own, added, _hosted(month))
    participants.enter(month, rows, program, on_added)
    cells = p.job[rows].astype(np.int64)
    share = pr.wage_share[program] + _joint_wage(month, program, cells)
    p.skill[rows] = skills(month, rows)  # from here on it grows as the program teaches
    p.counted[rows] = month.index
    p.wage[rows] = np.maximum(p.wage[rows], (share * c.posted[cells]).astype(np.float32))
    p.program[rows] = program
    p.enrolled[rows] = month.index
    used = np.bincount(pr.family[program[~on_added]], minlength=own.size)
    return own - used, added - np.bincount(program[on_added], minlength=len(pr)), (rows, program, on_added)


def _hosted(month: Month) -> I8:
    """(E,) apprentices each establishment has."""
    pr, p, w = month.programs, month.world.people, month.world
    enrolled = participants.enrolled(month)
    trainees = enrolled[(pr.kind[p.program[enrolled]] == APPRENTICESHIP) & (p.job[enrolled] >= 0)]
    return np.bincount(w.cells.establishment[p.job[trainees]], minlength=w.establishments.size)


def _contracts(month: Month, rows: I8, program: I8, cells: I8, added: B1) -> None:
    """Pay OJT trainees as others with their training, experience and skill (WIOA section 181(a)(1)), and add up the
    wages of contracts that a policy pays for."""
    p, pr = month.world.people, month.programs
    mine = pr.kind[program] == OJT
    rows, program, cells, added = rows[mine], program[mine], cells[mine], added[mine]
    zone, new = month.world.cells.zone[cells], p.hired[rows] == month.index
    wage = np.maximum(pr.wage_share[program] * posts.newcomer_wage(month, rows, cells), floor_by_zone(month)[zone])
    p.wage[rows[new]] = wage[new].astype(np.float32)
    scalars = month.counts.scalars
    scalars[SCALAR["ojt_starts"]] += rows.size
    bill = p.wage[rows[added]].astype(np.float64) * pr.months[program[added]] * 40.0 * WEEKS_A_MONTH
    scalars[SCALAR["ojt_wage_cents"]] += int(np.floor(bill * 100.0).astype(np.int64).sum())


def _joint_wage(month: Month, program: I8, cells: I8) -> F8:
    """What joint programs pay apprentices above others, as a share of the posted wage."""
    joint = sponsors.joint(month, month.world.cells.establishment[cells])
    apprentice = month.programs.kind[program] == APPRENTICESHIP
    return np.where(joint & apprentice, month.room("training")["joint_wage"], 0.0)


def _best_to_joint(month: Month, rows: I8, program: I8, cell: I8) -> None:
    """Joint programs test their applicants: of those who begin a trade together, the best by test go to them."""
    p, owner = month.world.people, month.world.cells.establishment
    seen = float(month.room("training")["screen_sees"])
    mine = np.flatnonzero(month.programs.kind[program] == APPRENTICESHIP)
    noise = 2.0 * draws(month.key(Stream.JOINT_SPONSOR), p.id[rows[mine]]) - 1.0
    score = seen * p.ability[rows[mine]] + (1.0 - seen) * noise
    others = ~sponsors.joint(month, owner[cell[mine]])
    best, first = np.lexsort((-score, program[mine])), np.lexsort((others, program[mine]))
    cell[mine[best]] = cell[mine[first]]


def _offers(month: Month) -> tuple[I8, I8]:
    """Job cells offered to trainees by program, the first to be filled first, and where each begins (P + 1,)."""
    pr, hosted = month.programs, _hosted(month)
    found = [sponsors.places(month, kind, hosted) for kind in (APPRENTICESHIP, OJT)] + [hire_classes.places(month)]
    cells, programs, rank = (np.concatenate(both) for both in zip(*found, strict=True))
    # A vacancy is offered once, to apprentices first.
    order = np.lexsort((cells, rank, np.repeat([0, 1, 2], [len(f[0]) for f in found])))
    cells, programs = cells[order], programs[order]
    turn = np.arange(cells.size, dtype=np.uint64)
    once = ordinal(cells, turn.astype(np.float64), turn) < month.world.cells.vacancies[cells]
    cells, programs = cells[once], programs[once]
    start = np.concatenate([[0], np.cumsum(np.bincount(programs, minlength=len(pr)))])
    return cells[np.argsort(programs, kind="stable")], start


def _reassign(month: Month, enrolled: I8, near: list[list[int]], offers: tuple[I8, I8]) -> tuple[I8, I8]:
    """Apprentices out of work go to another sponsor of their family, before anyone new; returns the offers left."""
    pr, p = month.programs, month.world.people
    rows = enrolled[(pr.kind[p.program[enrolled]] == APPRENTICESHIP) & (p.state[enrolled] > k.TEMPORARY_LAYOFF)]
    rows = rows[np.lexsort((p.id[rows], draws(month.key(Stream.TRAINING_RANK), p.id[rows])))]
    program = p.program[rows].astype(np.int64)
    none = np.zeros(len(pr), np.int64)
    seats = np.full(int(pr.family.max()) + 1, rows.size)
    _, cell, _ = assign(pr, near, program, seats, none, offers)
    found = np.flatnonzero(cell >= 0)
    cells, start = offers
    kept = np.ones(cells.size, np.bool_)
    for i in found:
        for g in near[program[i]]:  # all of its family
            mine = slice(start[g], start[g + 1])
            at = np.flatnonzero(kept[mine] & (cells[mine] == cell[i]))
            if at.size:
                kept[start[g] + at[0]] = False
                break
    left = cells[kept], np.concatenate([[0], np.cumsum(kept)])[start]
    found = found[np.argsort(rows[found], kind="stable")]
    rows, program = rows[found], program[found]
    last = float(month.room("training")["last_wage_share"])
    share = wage_share(pr, program, participants.served(month, rows) // 12 * 12, last)
    cells = cell[found]
    posts.fill(month, rows, cells, month.world.cells.posted[cells] * (share + _joint_wage(month, program, cells)))
    return left


def _count_starts(month: Month, rows: I8, program: I8, on_added: B1) -> None:
    """Starts, and what they cost that a policy pays for."""
    pr, lv, counts, size = month.programs, month.levers, month.counts, len(month.programs)
    counts.pipeline[:, STEP["enrolled"]] += np.bincount(program, minlength=size)
    counts.added_starts += np.bincount(program[on_added], minlength=size)
    counts.vouchers += np.bincount(program[_vouchers(month, rows, program)], minlength=size)
    if lv.sponsor_grant > 0:
        apprentices = program[pr.kind[program] == APPRENTICESHIP]
        granted = int((lv.sponsor_closed[pr.zone[apprentices]] == 0).sum())
        limit = scaled_count(lv.sponsor_grant_places, month.scale, month.key(Stream.TRAINING_SEATS), 5 << 32)
        counts.scalars[SCALAR["apprentice_starts_granted"]] += min(granted, limit)


def _vouchers(month: Month, rows: I8, program: I8) -> B1:
    """(n,) whose fee is paid by a policy: starters in need of it, in the order of their draws, while vouchers last.

    Whether they would have paid themselves is not asked: the windfall is part of the cost.
    """
    pr, lv, p = month.programs, month.levers, month.world.people
    limits = np.maximum(lv.program_price_places, 0)
    out = np.zeros(rows.size, np.bool_)
    if not limits.any():
        return out
    key = month.key(Stream.TRAINING_SEATS)
    left = np.array([scaled_count(int(x), month.scale, key, (6 << 32) + g) if x else 0 for g, x in enumerate(limits)])
    employed = p.state[rows] <= k.SELF_EMPLOYED
    needy = (~employed | (p.wage[rows] < needed_wage(month, rows))) & (pr.price[program] > 0)
    those = np.flatnonzero(needy)
    place = ordinal(program[those], draws(month.key(Stream.TRAINING_RANK), p.id[rows[those]]), p.id[rows[those]])
    out[those] = place < left[program[those]]
    return out


def _cost(month: Month, before: int) -> None:
    """Book what the starts on the programs' own places cost, by payer; added places are their policy's."""
    pr, table, counts = month.programs, month.memory["participants"], month.counts
    new = np.arange(before, table["id"].size)
    program, added = table["program"][new].astype(np.int64), table["added"][new] > 0
    starts = np.bincount(program, minlength=len(pr))
    own = np.bincount(program[~added], minlength=len(pr))
    # What a voucher pays is the policy's money too.
    fees = starts * pr.price - counts.vouchers * pr.price * np.clip(month.levers.program_price_share, 0.0, 1.0)
    counts.program_cents[:, PAYERS.index("participant")] += np.floor(fees * 100.0).astype(np.int64)
    rest = own * np.maximum(pr.cost - pr.price, 0.0)
    counts.program_cents += np.floor(rest[:, None] * pr.payers * 100.0).astype(np.int64)


__all__ = ["prepare", "stage"]
