"""Those enrolled and those who have completed: drop-out, skill, wage steps, credentials, placement, retention."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import hire_classes, keeping, pay, posts
from laborsim.market import participants as log
from laborsim.market.codes import (
    APPRENTICESHIP,
    KNOWS_PROGRAM_BIT,
    NEVER,
    NO_PROGRAM,
    OJT,
    SELF_EMPLOYED,
    UNEMPLOYED,
)
from laborsim.market.counts import LOST, PIPELINE
from laborsim.market.draws import Stream
from laborsim.market.floors import floor_by_zone
from laborsim.market.learning import taught, worth
from laborsim.market.month import Month
from laborsim.market.needs import needed_wage
from laborsim.market.pipeline import draws
from laborsim.market.schedule import wage_share
from laborsim.market.skill import skills, write
from laborsim.market.sponsors import joint
from laborsim.market.terrain import carried
from laborsim.market.transitions import move

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]
STEP = {name: i for i, name in enumerate(PIPELINE)}
# Reasons of the columns of `troubles`; the last is being young.
TROUBLES = (log.CHILDCARE, log.TRANSPORT, log.MONEY, log.REPRESENTATION, log.OTHER)


def in_trade(month: Month, rows: I8, program: I8) -> B1:
    """Whether each person's payroll job is in an occupation of the program."""
    p, c = month.world.people, month.world.cells
    works = (p.state[rows] <= k.PART_TIME_INVOLUNTARY) & (p.job[rows] >= 0)
    occupation = c.occupation[np.maximum(p.job[rows], 0)]
    return np.asarray(works & (month.programs.occupations[program, occupation] > 0))


def _trains(month: Month, rows: I8, kind: NDArray[np.uint8]) -> B1:
    """(n,) whether the employers of people who changed job go on training them: sponsors do with apprentices."""
    p, w = month.world.people, month.world
    owner = w.cells.establishment[np.maximum(p.job[rows], 0)]
    sponsor = (w.establishments.practices[owner] & k.PRACTICE_SPONSOR) > 0
    return np.asarray((kind == APPRENTICESHIP) & (p.job[rows] >= 0) & sponsor)


def troubles(month: Month, rows: I8, program: I8) -> tuple[F8, F8]:
    """What raises each trainee's drop-out hazard: factors (n, 5) by `TROUBLES`, and the program's own hazard, less what
    supports take away, (n,)."""
    q, pr, w = month.room("training"), month.programs, month.world
    p, h, c = w.people, w.households, w.cells
    hh = p.household[rows]
    factors = np.ones((rows.size, len(TROUBLES)))
    no_place = (h.children[hh] > 0) & (month.index - h.youngest[hh] < 72) & (h.care[hh] == k.CARE_PARENT)
    factors[:, 0] = np.where(no_place, q["trouble_childcare"], 1.0)
    factors[:, 1] = np.where(h.car[hh] == 0, q["trouble_no_car"], 1.0)
    employed = p.state[rows] <= SELF_EMPLOYED
    poor = np.where(employed, p.wage[rows] < needed_wage(month, rows), h.earners[hh] == 0)
    factors[:, 2] = np.where(poor, q["trouble_money"], 1.0)
    factors[:, 4] = np.where(month.index - p.birth[rows] < 21 * 12, q["trouble_young"], 1.0)
    alone = (pr.kind[program] == APPRENTICESHIP) & employed & (p.job[rows] >= 0)
    alone[alone] = ~joint(month, c.establishment[p.job[rows[alone]]])
    factors[:, 3] = np.where(alone, q["trouble_no_voice"], 1.0)
    helped = np.clip(month.levers.program_supports[program], 0.0, 1.0)
    return factors, np.asarray(pr.dropout[program] * (1.0 - pr.supports[program]) * (1.0 - helped))


def hazards(month: Month, rows: I8, program: I8) -> F8:
    """Drop-out hazard of each trainee this month, from the program's own and the trainee's troubles."""
    factors, own = troubles(month, rows, program)
    return np.asarray(own * factors.prod(axis=1))


def _reasons(factors: F8, at: F8) -> NDArray[np.uint8]:
    """(n,) why people drop out: `at`, in [0, 1), is where the draw lies in the hazard. The hazard without any trouble
    comes first (no reason to name), the rest is shared by the troubles in proportion to what each adds alone."""
    own = 1.0 / factors.prod(axis=1)
    adds = np.maximum(factors - 1.0, 0.0)
    edges = own[:, None] + np.cumsum(adds, axis=1) * ((1.0 - own) / np.maximum(adds.sum(axis=1), 1e-12))[:, None]
    which = (at[:, None] >= edges).sum(axis=1).clip(0, len(TROUBLES) - 1)
    return np.where(at < own, log.OTHER, np.array(TROUBLES, np.uint8)[which]).astype(np.uint8)


def progress(month: Month) -> None:
    """Drop-out, skill and wage steps, completion."""
    q, pr, w = month.room("training"), month.programs, month.world
    p, c = w.people, w.cells
    rows = log.enrolled(month)
    program = p.program[rows].astype(np.int64)
    kind = pr.kind[program]
    at_work = (kind == APPRENTICESHIP) | (kind == OJT)
    trade = in_trade(month, rows, program)
    elapsed = log.served(month, rows)
    state = p.state[rows]
    payroll = state <= k.PART_TIME_INVOLUNTARY
    # Those out of the trade: an apprentice without a job may be placed with another sponsor for a while.
    grace = np.where(kind == APPRENTICESHIP, q["apprentice_grace"], 0)
    waiting = (state > SELF_EMPLOYED) & ((month.index - p.since[rows] < grace) | (state == k.TEMPORARY_LAYOFF))
    lost = at_work & ~trade & ~waiting
    elsewhere = at_work & trade & (p.hired[rows] == month.index) & (elapsed > 0) & ~_trains(month, rows, kind)
    lost |= k.among(state, (k.RETIRED, k.DISABLED, k.GONE))
    took_job = ~at_work & payroll & (p.since[rows] == month.index) & (pr.hours[program] >= 20)
    u = draws(month.key(Stream.TRAINING_DROPOUT), p.id[rows])
    factors, own = troubles(month, rows, program)
    trouble = own * factors.prod(axis=1)
    hazard = np.where(took_job, np.maximum(trouble, q["leave_for_job"]), trouble)
    leaves = lost | elsewhere | (u < hazard)
    reason = np.where(u < trouble, _reasons(factors, u / np.maximum(trouble, 1e-12)), log.JOB)
    reason[elsewhere] = log.JOB
    reason[lost] = log.LOST_JOB
    reason[k.among(state, (k.RETIRED, k.DISABLED))] = log.LEFT_LABOR_FORCE
    month.counts.dropouts += np.bincount(program[leaves], minlength=len(pr))
    for r in np.unique(reason[leaves]):
        month.counts.lost[:, LOST[log.REASONS[r]]] += np.bincount(program[leaves & (reason == r)], minlength=len(pr))

    reached = np.minimum(elapsed / pr.months[program], 1.0)
    learns = at_work & trade
    value = worth(month, program)
    a = rows[learns]
    write(month, a, taught(month, skills(month, a), p.occupation[a], (value / pr.months[program])[learns]))
    steps = learns & ~leaves & (kind == APPRENTICESHIP) & (elapsed > 0) & (elapsed % 12 == 0)
    part = wage_share(pr, program, elapsed, q["last_wage_share"])
    step = (part * c.posted[np.maximum(p.job[rows], 0)]).astype(np.float32)
    p.wage[rows[steps]] = np.maximum(p.wage[rows[steps]], step[steps])
    _reviewed(month, rows[steps & (p.hired[rows] < p.enrolled[rows])])
    partial = leaves & ~at_work
    in_field = pr.occupations[program, p.occupation[rows]] > 0
    some = partial & in_field
    had = (q["partial_skill"] * reached * value)[some]
    write(month, rows[some], taught(month, skills(month, rows[some]), p.occupation[rows[some]], had))
    p.program[rows[leaves]] = NO_PROGRAM
    _paid_as_others(month, rows[leaves & ~elsewhere & (kind == APPRENTICESHIP) & trade])
    log.leave(month, rows[leaves], log.DROPPED_OUT, reason[leaves])
    log.pause(month, rows[at_work & ~trade & ~leaves])

    done = ~leaves & (elapsed >= pr.months[program]) & (~at_work | trade)
    _complete(month, rows[done], program[done], trade[done])


def _complete(month: Month, rows: I8, program: I8, trade: B1) -> None:
    """Skill, occupation and credential of completers; those out of the labor force start to look."""
    q, pr, w, memory = month.room("training"), month.programs, month.world, month.memory["training"]
    p, c, eco = w.people, w.cells, month.economy
    pipeline = month.counts.pipeline
    pipeline[:, STEP["completed"]] += np.bincount(program, minlength=len(pr))
    if rows.size == 0:
        return
    key = month.key(Stream.TRAINING_CREDENTIAL)
    fit = memory["fit"][program]
    promised = hire_classes.promised(month, rows)
    trade = trade & (promised < 0)
    occupation = c.occupation[np.maximum(np.where(promised < 0, p.job[rows], promised), 0)].astype(np.int64)
    off = np.flatnonzero(~trade & (promised < 0))
    if off.size:
        # Courses lead to the occupations of their field in proportion to the jobs there are.
        jobs = memory["jobs"]
        u = draws(key + np.uint64(1), p.id[rows[off]])
        for g in np.unique(program[off]):
            mine = off[program[off] == g]
            odds = np.cumsum(jobs * pr.occupations[g])
            occupation[mine] = np.searchsorted(odds / odds[-1], u[program[off] == g], side="right")
    held = skills(month, rows)
    before = held * carried(month)[p.occupation[rows], occupation]
    skill = taught(month, before, occupation, worth(month, program))
    changes = trade | (promised >= 0) | (_worth_of(month, rows, occupation, skill) >= _worth_of(
        month, rows, p.occupation[rows], held))  # fmt: skip
    learns = changes & ~trade  # at work skill has grown month by month
    write(month, rows[learns], skill[learns])
    p.occupation[rows[changes]] = occupation[changes]
    passes = draws(key, p.id[rows]) < q["credential_pass"] * (1.0 - q["credential_fit"] * (1.0 - fit))
    earns = passes & (pr.credential[program] != 255)
    bit = np.uint16(1) << pr.credential[program].clip(0, 15).astype(np.uint16)
    p.credentials[rows[earns]] |= bit[earns]
    # Few courses give schooling besides their certificate, which opens posts of its field only.
    p.education[rows[earns]] = np.maximum(p.education[rows[earns]], pr.degree[program[earns]])
    ready = pr.kind[program] == k.PRE_APPRENTICESHIP
    p.traits[rows[ready]] |= np.uint8(k.TRAIT_READY)
    p.knows[rows[ready]] |= np.uint32(1 << (KNOWS_PROGRAM_BIT + APPRENTICESHIP))
    pipeline[:, STEP["credentialed"]] += np.bincount(program[earns], minlength=len(pr))
    fails = ~passes & (pr.credential[program] != 255)
    month.counts.lost[:, LOST["no_credential"]] += np.bincount(program[fails], minlength=len(pr))
    p.knows[rows] |= (np.uint32(1) << eco.occ_major[occupation].astype(np.uint32)) | (
        np.uint32(1) << (KNOWS_PROGRAM_BIT + pr.kind[program]).astype(np.uint32)
    )
    journey = trade & (pr.kind[program] == APPRENTICESHIP)
    ends = trade & (pr.kind[program] == OJT)
    stays = trade.copy()
    stays[ends] = keeping.contracts_end(month, rows[ends], program[ends])
    p.program[rows] = NO_PROGRAM
    _paid_as_others(month, rows[journey])
    state = p.state[rows]
    joins = k.among(state, (k.CARER, k.DISCOURAGED, k.OTHER_INACTIVE)) & (
        draws(key + np.uint64(2), p.id[rows]) < q["completer_joins"]
    )
    moved = rows[joins]
    move(month, moved, np.full(moved.size, UNEMPLOYED, np.uint8), np.zeros(moved.size, np.uint8))
    stays |= hire_classes.hire(month, rows, promised)
    # Trainees at work are placed where they stand; the others are followed.
    pipeline[:, STEP["placed"]] += np.bincount(program[stays], minlength=len(pr))
    table = month.memory["participants"]
    reason = np.where(trade & ~stays, log.NOT_KEPT, log.NONE)
    at = log.leave(month, rows, log.COMPLETED, reason, np.where(earns, pr.credential[program], 255))
    table["placed"][at] = np.where(stays, month.index, NEVER)
    table["hired"][at] = np.where(stays, p.hired[rows], NEVER)


def _worth_of(month: Month, rows: I8, occupation: NDArray[Any], skill: F8) -> F8:
    """(n,) log hourly wage that people of such skill have in an occupation.

    Who is worth more in the occupation of before goes on looking there, and does not unlearn it: the certificate is
    theirs all the same.
    """
    p, terms = month.world.people, pay.terms(month.economy, month.room("search"))
    usual = np.log(month.economy.occ_wage[occupation])  # as they weighed it when they applied
    own = pay.log_worths(p.ability[rows], skill, np.zeros(rows.size), occupation, p.sex[rows], p.race[rows], terms)
    return np.asarray(usual + own)


def _paid_as_others(month: Month, rows: I8) -> None:
    """The schedule of wages ends: those who stay in the job are paid as others of their skill, ability and fit."""
    if rows.size:
        month.world.people.wage[rows] = _usual_pay(month, rows).astype(np.float32)


def _reviewed(month: Month, rows: I8) -> None:
    """Sponsors' own staff have the yearly review that others have (`wages`), where it gives more than the schedule."""
    if rows.size:
        wage = month.world.people.wage
        more = np.maximum(_usual_pay(month, rows) - wage[rows], 0.0)
        wage[rows] += (month.parameters["wages.review_pass"] * more).astype(np.float32)


def _usual_pay(month: Month, rows: I8) -> F8:
    """(n,) hourly wage the job pays others of the same skill, ability, fit and tenure, at least the legal one."""
    p, c = month.world.people, month.world.cells
    job = p.job[rows].astype(np.int64)
    tenure = np.minimum((month.index - p.hired[rows]) // 12, month.parameters["wages.tenure_years"])
    wage = posts.newcomer_wage(month, rows, job) * np.exp(month.parameters["wages.tenure_return"] * tenure)
    return np.asarray(np.maximum(wage, floor_by_zone(month)[c.zone[job]]))


def follow(month: Month) -> None:
    """Placements within some months of completion, and who is still with that employer a year later."""
    q, p, table = month.room("training"), month.world.people, month.memory["participants"]
    at = np.flatnonzero((table["how"] == log.COMPLETED) & (table["after"] == log.FOLLOWED))
    if at.size == 0:
        return
    rows, program = table["row"][at], table["program"][at].astype(np.int64)
    known = (p.id[rows] == table["id"][at]) & (p.state[rows] != k.GONE)
    waits = table["placed"][at] == NEVER
    now = waits & known & in_trade(month, rows, program)
    table["placed"][at[now]], table["hired"][at[now]] = month.index, p.hired[rows[now]]
    pipeline, size = month.counts.pipeline, len(month.programs)
    pipeline[:, STEP["placed"]] += np.bincount(program[now], minlength=size)
    due = ~waits & (month.index - table["placed"][at] >= q["retention_months"])
    payroll = (p.state[rows] <= k.PART_TIME_INVOLUNTARY) & (p.job[rows] >= 0)
    stayed = due & known & payroll & (p.hired[rows] == table["hired"][at])
    pipeline[:, STEP["retained"]] += np.bincount(program[stayed], minlength=size)
    given_up = waits & ~now & (~known | (month.index - table["exit"][at] >= q["placement_months"]))
    lost, c = month.counts.lost, month.world.cells
    table["after"][at[given_up]] = log.NOT_PLACED
    left = ~waits & (~known | due) & ~stayed
    table["after"][at[left]] = log.LEFT_BEFORE
    lost[:, LOST["left_employer"]] += np.bincount(program[left], minlength=size)
    lost[:, LOST["left_region"]] += np.bincount(program[given_up & ~known], minlength=size)
    # Those not placed: no vacancy where the field has fewer than the completers who wait for one.
    here = given_up & known
    if here.any():
        vacancies = np.bincount(c.occupation[: c.size], c.vacancies[: c.size], month.economy.occupations)
        scarce = (month.programs.occupations * vacancies).sum(axis=1) < np.bincount(program[waits], minlength=size)
        let_go = table["reason"][at] == log.NOT_KEPT
        for name, which in (
            ("not_kept", let_go), ("no_vacancy", ~let_go & scarce[program]), ("not_hired", ~let_go & ~scarce[program])
        ):  # fmt: skip
            lost[:, LOST[name]] += np.bincount(program[here & which], minlength=size)
    table["after"][at[stayed]] = log.RETAINED
