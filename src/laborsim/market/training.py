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
from laborsim.market.codes import APPRENTICESHIP, KNOWS_PROGRAM_BIT, NO_PROGRAM, OJT, SELF_EMPLOYED, UNEMPLOYED
from laborsim.market.counts import PIPELINE, SCALAR
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import APPLIED, ELIGIBLE, HOURS_A_MONTH, Choice, consider, draws, ordinal
from laborsim.market.scaling import scaled_count
from laborsim.market.transitions import gather, hire, move

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]
STEP = {name: i for i, name in enumerate(PIPELINE)}
WEEKS_A_MONTH = 52.0 / 12.0
_FOLLOWED = (
    ("row", np.int64),
    ("id", np.uint64),
    ("program", np.int64),
    ("done", np.int64),
    ("hired", np.int64),
    ("placed", np.int64),
)  # hired and placed are -1 until placement


def prepare(month: Month) -> None:
    """Memory of the stage, and the apprentices already under way at the start."""
    pr, eco = month.programs, month.economy
    months_open = (1.0 + month.room("training")["instructor_slack"]) * np.bincount(pr.family, weights=pr.seats)
    month.memory["training"] = {
        "fit": pr.fit.astype(np.float64).copy(),
        "capacity": months_open,
        "vacancies": np.zeros(eco.occupations),
        "seekers": np.zeros(eco.occupations),
        **{f"followed_{name}": np.empty(0, dtype) for name, dtype in _FOLLOWED},
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
    _follow(month)
    _progress(month)
    _enrol(month, *_applicants(month))
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


def _in_trade(month: Month, rows: I8, program: I8) -> B1:
    """Whether each person's payroll job is in an occupation of the program."""
    p, c = month.world.people, month.world.cells
    works = (p.state[rows] <= k.PART_TIME_INVOLUNTARY) & (p.job[rows] >= 0)
    occupation = c.occupation[np.maximum(p.job[rows], 0)]
    return np.asarray(works & (month.programs.occupations[program, occupation] > 0))


def _need(month: Month, rows: I8) -> F8:
    """Hourly wage that each person's household needs, model dollars."""
    p, h = month.world.people, month.world.households
    hh = p.household[rows]
    children = np.minimum(h.children[hh], 3)
    young = ((month.index - h.youngest[hh]) < 72) & (children > 0)
    return np.asarray(
        month.economy.household_need[
            p.zone[rows], np.minimum(np.maximum(h.adults[hh], 1), 2) - 1, children, young.astype(np.int64)
        ]
    )


def hazards(month: Month, rows: I8, program: I8) -> F8:
    """Drop-out hazard of each trainee this month, from the program's own and the trainee's troubles."""
    q, pr, w = month.room("training"), month.programs, month.world
    p, h, c, e = w.people, w.households, w.cells, w.establishments
    hh = p.household[rows]
    hazard = pr.dropout[program].copy()
    no_place = (h.children[hh] > 0) & (month.index - h.youngest[hh] < 72) & (h.care[hh] == k.CARE_PARENT)
    hazard *= np.where(no_place, q["trouble_childcare"], 1.0)
    hazard *= np.where(h.car[hh] == 0, q["trouble_no_car"], 1.0)
    employed = p.state[rows] <= SELF_EMPLOYED
    poor = np.where(employed, p.wage[rows] < _need(month, rows), h.earners[hh] == 0)
    hazard *= np.where(poor, q["trouble_money"], 1.0)
    hazard *= np.where(month.index - p.birth[rows] < 21 * 12, q["trouble_young"], 1.0)
    job = np.maximum(p.job[rows], 0)
    voice = e.quality[c.establishment[job], 3] / 255.0
    hazard *= np.where((pr.kind[program] == APPRENTICESHIP) & employed, q["trouble_no_voice"] ** (1.0 - voice), 1.0)
    return np.asarray(hazard * (1.0 - np.clip(month.levers.program_supports[program], 0.0, 1.0)))


def _progress(month: Month) -> None:
    """Drop-out, skill and wage steps, completion."""
    q, pr, w = month.room("training"), month.programs, month.world
    p, c = w.people, w.cells
    rows = np.flatnonzero(p.program[: p.size] != NO_PROGRAM)
    program = p.program[rows].astype(np.int64)
    kind = pr.kind[program]
    at_work = (kind == APPRENTICESHIP) | (kind == OJT)
    trade = _in_trade(month, rows, program)
    elapsed = (month.index - p.enrolled[rows]).astype(np.int64)
    state = p.state[rows]
    payroll = state <= k.PART_TIME_INVOLUNTARY
    # Those out of the trade: an apprentice without a job may be placed with another sponsor for a while.
    grace = np.where(kind == APPRENTICESHIP, q["apprentice_grace"], 0)
    waiting = (state > SELF_EMPLOYED) & ((month.index - p.since[rows] < grace) | (state == k.TEMPORARY_LAYOFF))
    lost = at_work & ~trade & ~waiting
    lost |= np.isin(state, (k.RETIRED, k.DISABLED, k.GONE))
    took_job = ~at_work & payroll & (p.since[rows] == month.index) & (pr.hours[program] >= 20)
    u = draws(month.key(Stream.TRAINING_DROPOUT), p.id[rows])
    hazard = hazards(month, rows, program)
    hazard = np.where(took_job, np.maximum(hazard, q["leave_for_job"]), hazard)
    leaves = lost | (u < hazard)
    month.counts.dropouts += np.bincount(program[leaves], minlength=len(pr))

    reached = np.minimum(elapsed / pr.months[program], 1.0)
    learns = at_work & trade
    goal = pr.skill[program] * (0.4 + 0.6 * reached)
    p.skill[rows[learns]] = np.maximum(p.skill[rows[learns]], goal[learns].astype(np.float32))
    steps = learns & ~leaves & (kind == APPRENTICESHIP) & (elapsed > 0) & (elapsed % 12 == 0)
    share = pr.wage_share[program] + (0.95 - pr.wage_share[program]) * reached
    step = (share * c.posted[np.maximum(p.job[rows], 0)]).astype(np.float32)
    p.wage[rows[steps]] = np.maximum(p.wage[rows[steps]], step[steps])
    partial = leaves & ~at_work
    in_field = pr.occupations[program, p.occupation[rows]] > 0
    gained = q["partial_skill"] * reached * pr.skill[program]
    some = partial & in_field
    p.skill[rows[some]] = np.maximum(p.skill[rows[some]], gained[some].astype(np.float32))
    p.program[rows[leaves]] = NO_PROGRAM

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
    occupation = c.occupation[np.maximum(p.job[rows], 0)].astype(np.int64)
    off = np.flatnonzero(~trade)
    if off.size:
        # Courses lead to the occupations of their field in proportion to the jobs there are.
        jobs = np.bincount(c.occupation[: c.size], weights=c.filled[: c.size], minlength=eco.occupations) + 1e-6
        u = draws(key + np.uint64(1), p.id[rows[off]])
        for g in np.unique(program[off]):
            mine = off[program[off] == g]
            odds = np.cumsum(jobs * pr.occupations[g])
            occupation[mine] = np.searchsorted(odds / odds[-1], u[program[off] == g], side="right")
    same = p.occupation[rows] == occupation
    skill = (pr.skill[program] * (0.6 + 0.4 * fit)).astype(np.float32)
    p.skill[rows] = np.where(same, np.maximum(p.skill[rows], skill), skill)
    p.occupation[rows] = occupation
    passes = draws(key, p.id[rows]) < q["credential_pass"] * (0.7 + 0.3 * fit)
    earns = passes & (pr.credential[program] != 255)
    bit = np.uint16(1) << pr.credential[program].clip(0, 15).astype(np.uint16)
    p.credentials[rows[earns]] |= bit[earns]
    pipeline[:, STEP["credentialed"]] += np.bincount(program[earns], minlength=len(pr))
    p.knows[rows] |= (np.uint32(1) << eco.occ_major[occupation].astype(np.uint32)) | (
        np.uint32(1) << (KNOWS_PROGRAM_BIT + pr.kind[program]).astype(np.uint32)
    )
    journey = trade & (pr.kind[program] == APPRENTICESHIP)
    full = (0.98 * c.posted[np.maximum(p.job[rows], 0)]).astype(np.float32)
    p.wage[rows[journey]] = np.maximum(p.wage[rows[journey]], full[journey])
    p.program[rows] = NO_PROGRAM
    state = p.state[rows]
    joins = np.isin(state, (k.CARER, k.DISCOURAGED, k.OTHER_INACTIVE)) & (
        draws(key + np.uint64(2), p.id[rows]) < q["completer_joins"]
    )
    moved = rows[joins]
    move(month, moved, np.full(moved.size, UNEMPLOYED, np.uint8), np.zeros(moved.size, np.uint8))
    # Trainees at work are placed where they stand; the others are followed.
    pipeline[:, STEP["placed"]] += np.bincount(program[trade], minlength=len(pr))
    new = {
        "row": rows,
        "id": p.id[rows],
        "program": program,
        "done": np.full(rows.size, month.index),
        "hired": np.where(trade, p.hired[rows].astype(np.int64), -9999),
        "placed": np.where(trade, month.index, -9999),
    }
    for name, dtype in _FOLLOWED:
        memory[f"followed_{name}"] = np.concatenate([memory[f"followed_{name}"], new[name].astype(dtype)])


def _follow(month: Month) -> None:
    """Placements within some months of completion, and who is still with that employer a year later."""
    q, p, memory = month.room("training"), month.world.people, month.memory["training"]
    f = {name: memory[f"followed_{name}"] for name, _ in _FOLLOWED}
    if f["row"].size == 0:
        return
    rows, program = f["row"], f["program"]
    known = (p.id[rows] == f["id"]) & (p.state[rows] != k.GONE)
    trade = known & _in_trade(month, rows, program)
    waits = f["placed"] == -9999
    now = waits & trade
    f["placed"] = np.where(now, month.index, f["placed"])
    f["hired"] = np.where(now, p.hired[rows], f["hired"])
    pipeline, size = month.counts.pipeline, len(month.programs)
    pipeline[:, STEP["placed"]] += np.bincount(program[now], minlength=size)
    due = ~waits & (month.index - f["placed"] >= q["retention_months"])
    payroll = (p.state[rows] <= k.PART_TIME_INVOLUNTARY) & (p.job[rows] >= 0)
    stayed = due & known & payroll & (p.hired[rows] == f["hired"])
    pipeline[:, STEP["retained"]] += np.bincount(program[stayed], minlength=size)
    given_up = waits & ~now & (month.index - f["done"] >= q["placement_months"])
    keep = known & ~due & ~given_up
    for name, dtype in _FOLLOWED:
        memory[f"followed_{name}"] = f[name][keep].astype(dtype)


def _beliefs(month: Month, seekers: I8) -> F8:
    """Share of time in work that people expect by occupation, from last months' vacancies and unemployed; (O,)."""
    q, c, memory = month.room("training"), month.world.cells, month.memory["training"]
    open_now = np.flatnonzero(c.vacancies[: c.size] > 0)
    vacancies = np.bincount(c.occupation[open_now], weights=c.vacancies[open_now], minlength=month.economy.occupations)
    started = memory["seekers"].sum() > 0
    keep = q["belief_memory"] if started else 0.0
    memory["vacancies"] = keep * memory["vacancies"] + (1.0 - keep) * vacancies
    memory["seekers"] = keep * memory["seekers"] + (1.0 - keep) * seekers
    # A tenth of an (unscaled) person keeps empty occupations out of 0/0.
    tightness = memory["vacancies"] / (memory["seekers"] + 0.1)
    finding = np.clip(q["finding_at_par"] * tightness ** q["finding_elasticity"], 0.01, 0.8)
    return np.asarray(finding / (finding + 0.03))


def visibility(month: Month) -> F8:
    """Cumulative share of attention that programs get from people of each zone, (Z, P).

    By their own seats and the commute; added seats leave it alone, so that one more seat changes one enrolment.
    """
    pr, eco = month.programs, month.economy

    def make() -> F8:
        weight = pr.seats * eco.commute_weight[:, pr.zone]
        weight[eco.outside] = 0.0
        total = weight.sum(axis=1, keepdims=True)
        return np.cumsum(weight / np.maximum(total, 1e-300), axis=1)

    return month.table("training.visibility", make)  # type: ignore[no-any-return]


def _choice(month: Month, chance: F8) -> Choice:
    q, pr, eco, lv = month.room("training"), month.programs, month.economy, month.levers
    fit = month.memory["training"]["fit"]
    jobs = month.table(
        "training.jobs",
        lambda: (
            np.bincount(
                month.world.cells.occupation[: month.world.cells.size],
                weights=month.world.cells.base[: month.world.cells.size],
                minlength=eco.occupations,
            )
            + 1e-6
        ),
    )
    weight = pr.occupations * jobs
    weight = weight / weight.sum(axis=1, keepdims=True)
    value = weight @ (eco.occ_wage * chance) * HOURS_A_MONTH * (0.7 + 0.3 * pr.skill * fit)
    pay = weight @ eco.occ_wage * HOURS_A_MONTH * pr.wage_share
    attention = np.zeros(k.N_STATES)
    attention[[k.FULL_TIME, k.PART_TIME, k.SELF_EMPLOYED, k.TEMPORARY_LAYOFF]] = q["attention_employed"]
    attention[k.PART_TIME_INVOLUNTARY] = q["attention_part_time"]
    attention[k.UNEMPLOYED] = q["attention_unemployed"]
    attention[[k.CARER, k.DISCOURAGED, k.OTHER_INACTIVE]] = q["attention_inactive"]
    attention[k.STUDENT] = q["attention_student"]
    outreach = np.zeros(32)
    outreach[: len(eco.major_codes)] = lv.awareness
    kinds = np.zeros(32)
    for g in range(len(pr)):
        bit = KNOWS_PROGRAM_BIT + pr.kind[g]
        outreach[bit] = max(outreach[bit], lv.program_awareness[g])
        kinds[bit] = 1.0
    kinds[: len(eco.major_codes)] = 1.0
    total = float(outreach.sum())
    if total > 0.5:
        outreach *= 0.5 / total
        total = 0.5
    major = np.zeros((len(pr), 32), np.uint32)
    for o in range(eco.occupations):
        major[:, eco.occ_major[o]] |= pr.occupations[:, o].astype(np.uint32)
    prices = month.memory.get("childcare", {}).get("price")
    prices = eco.childcare_price if prices is None else prices
    days = pr.hours / 8.0 * WEEKS_A_MONTH
    travel = eco.commute_minutes[:, pr.zone] * 2.0 * days * q["travel_per_minute"]
    return Choice(
        attention=attention,
        outreach=outreach,
        random=kinds,
        visible=visibility(month),
        kind_bit=(np.uint32(1) << (KNOWS_PROGRAM_BIT + pr.kind).astype(np.uint32)).astype(np.uint32),
        field_bits=(major << np.arange(32, dtype=np.uint32)).sum(axis=1).astype(np.uint32),
        value=value,
        pay=pay,
        months=pr.months.astype(np.float64),
        time=np.minimum(pr.hours / 40.0, 1.0),
        price=pr.price * (1.0 - np.clip(lv.program_price_share, 0.0, 1.0)),
        education=pr.education,
        least_age=pr.least_age.astype(np.int64),
        check=pr.background_check,
        travel=np.ascontiguousarray(travel),
        chance=chance,
        care=np.ascontiguousarray(prices[:, 1], np.float64),
        learn=float(q["learn_rate"]),
        nearby=float(q["learn_nearby"]),
        outreach_total=total,
        least_wage=float(eco.minimum_wage[min(month.index, eco.months - 1)].min()),
        low_wage=float(eco.good_job_wage),
        horizon=float(q["horizon_months"]),
        scale=float(q["gain_scale"]),
        taste=float(q["taste"]),
        no_car=float(q["no_car_travel"]),
        lock_in=float(q["lock_in"]),
        outside=int(eco.outside),
    )


def _applicants(month: Month) -> tuple[I8, I8]:
    """Rows and programs of this month's eligible applicants; counts the first steps of the pipeline."""
    w, memory = month.world, month.memory["training"]
    n = w.people.size
    rows, picks, flags = month.buffers()
    seekers = np.zeros((month.crew.chunks(n), month.economy.occupations), np.int64)
    if memory["seekers"].sum() == 0:
        looking = np.isin(w.people.state[:n], (k.UNEMPLOYED, k.TEMPORARY_LAYOFF))
        first = np.bincount(w.people.occupation[:n][looking], minlength=month.economy.occupations)
        chance = _beliefs(month, first)
    else:
        chance = _beliefs(month, memory["last_seekers"])
    found = month.crew.map(
        consider,
        n,
        w.people.columns,
        w.households.columns,
        w.establishments.columns,
        w.cells.columns,
        month.index,
        month.key(Stream.TRAINING_APPLY),
        _choice(month, chance),
        rows,
        picks,
        flags,
        seekers,
    )
    memory["last_seekers"] = seekers.sum(axis=0)
    who, program, flag = gather(found, rows, picks, flags)
    program = program.astype(np.int64)
    applied, eligible = (flag & APPLIED) > 0, (flag & ELIGIBLE) > 0
    size = len(month.programs)
    pipeline = month.counts.pipeline
    pipeline[:, STEP["aware"]] += np.bincount(program, minlength=size)
    pipeline[:, STEP["applied"]] += np.bincount(program[applied], minlength=size)
    pipeline[:, STEP["eligible"]] += np.bincount(program[eligible], minlength=size)
    return who[eligible], program[eligible]


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
    return ("fit", "capacity", "vacancies", "seekers", "last_seekers", *(f"followed_{n}" for n, _ in _FOLLOWED))


__all__ = ["hazards", "memory_keys", "prepare", "stage", "visibility"]
