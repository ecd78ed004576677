"""High-school career and technical education, and work experience of youth: beside school, by cohort.

Students do not weigh pay against fees: schools offer fields, and those interested choose by what they see. Interest in
a field goes by how many of one's own sex work in it today, so that a field's present composition reproduces itself
unless something changes it. Seats go by ranked draws within reach of home. Completers have some skill, know the field
and, after work experience, an employer who knows them.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import participants as log
from laborsim.market import posts
from laborsim.market.codes import CTE, NO_PROGRAM, TRAIT_ENROLLED, WORK_EXPERIENCE
from laborsim.market.counts import LOST, PIPELINE
from laborsim.market.draws import Stream
from laborsim.market.learning import taught, worth
from laborsim.market.month import Month
from laborsim.market.pipeline import draws
from laborsim.market.seats import assign, intake, nearest
from laborsim.market.skill import skills, write

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
STEP = {name: i for i, name in enumerate(PIPELINE)}


@njit(cache=True)
def _at_work(n, p, out):  # type: ignore[no-untyped-def]
    """Count the employed by sex and occupation."""
    for row in range(n):
        i = np.uint64(row)  # unsigned: no test for negative indices
        out[np.uint64(p.sex[i]), np.uint64(p.occupation[i])] += p.state[i] <= k.SELF_EMPLOYED


def own_sex_share(month: Month) -> F8:
    """(2, P) share of each sex among those now employed in a program's occupations; a half where nobody is."""
    p, pr, n = month.world.people, month.programs, month.world.people.size
    both = np.zeros((2, month.economy.occupations), np.int64)
    _at_work(n, p.columns, both)
    field = (both @ pr.occupations.T.astype(np.int64)).astype(np.float64)  # whole numbers: exact in any order
    return np.asarray((field + 1.0) / (field.sum(axis=0) + 2.0))


def _candidates(month: Month, kind: int) -> I8:
    """Rows of those a kind is for: students without a diploma (CTE), young people out of work (work experience)."""
    p, pr, n = month.world.people, month.programs, month.world.people.size
    mine = pr.kind == kind
    youngest, oldest = int(pr.least_age[mine].min()), int(pr.most_age[mine].max())
    birth = p.birth[:n]
    rows = np.flatnonzero((birth > month.index - 12 * (oldest + 1)) & (birth <= month.index - 12 * youngest))
    state = p.state[rows]
    fit = (state != k.GONE) & (p.zone[rows] < month.economy.outside) & (p.program[rows] == NO_PROGRAM)
    if kind == CTE:
        fit &= ((p.traits[rows] & TRAIT_ENROLLED) > 0) & (p.education[rows] < k.HS)
    else:
        fit &= (state > k.SELF_EMPLOYED) & (state != k.DISABLED)
    rows = rows[fit]
    table = month.memory["participants"]
    inside = table["id"][(table["how"] == log.ENROLLED) & k.among(pr.kind[table["program"]], (CTE, WORK_EXPERIENCE))]
    return np.asarray(rows[~np.isin(p.id[rows], inside)])


def choose(weight: F8, first: F8) -> I8:
    """(n,) column drawn in proportion to each row of `weight` (n, m); -1 where all are zero.

    Parameters
    ----------
    first : (n,) uniform draws.
    """
    edges = np.cumsum(weight, axis=1)
    picked = (first[:, None] * edges[:, -1:] >= edges).sum(axis=1)
    return np.where(edges[:, -1] > 0, np.minimum(picked, weight.shape[1] - 1), -1)


def enrol(month: Month, own: I8, added: I8) -> I8:
    """Start this month's cohorts; returns the starts on own seats by family."""
    pr = month.programs
    used = np.zeros(own.size, np.int64)
    open_ = intake(month)
    for kind in (CTE, WORK_EXPERIENCE):
        mine = np.flatnonzero((pr.kind == kind) & open_)
        if mine.size and (own[pr.family[mine]].any() or added[mine].any()):
            used += _cohort(month, kind, mine, own, added)
    return used


def _cohort(month: Month, kind: int, programs: I8, own: I8, added: I8) -> I8:
    q, p, pr, eco = month.room("training"), month.world.people, month.programs, month.economy
    counts, size = month.counts, len(month.programs)
    rows = _candidates(month, kind)
    key = month.key(Stream.YOUTH_PROGRAM) + np.uint64(8 * kind)
    # The nearest provider of each family, and its field's appeal.
    near = month.table("training.near", lambda: nearest(pr, eco.commute_minutes))
    families = np.unique(pr.family[programs])
    at = np.empty((eco.zones, families.size), np.int64)
    for f, family in enumerate(families):
        members = programs[pr.family[programs] == family]
        at[:, f] = members[np.argmin(eco.commute_minutes[:, pr.zone[members]], axis=1)]
    seats = own[families] + np.array([added[programs[pr.family[programs] == f]].sum() for f in families])
    share = own_sex_share(month)[:, at[0]]
    weight = (seats * share ** q["own_sex_appeal"])[p.sex[rows]]
    field = choose(weight, draws(key, p.id[rows]))
    rows, field = rows[field >= 0], field[field >= 0]
    program = at[p.zone[rows], field]
    interest = q["cte_interest"] if kind == CTE else q["work_experience_interest"]
    keen = draws(key + np.uint64(1), p.id[rows]) < interest
    rows, program = rows[keen], program[keen]
    age = (month.index - p.birth[rows]) // 12
    right = (age >= pr.least_age[program]) & (age <= pr.most_age[program])
    counts.pipeline[:, STEP["aware"]] += np.bincount(program, minlength=size)
    counts.pipeline[:, STEP["applied"]] += np.bincount(program, minlength=size)
    counts.pipeline[:, STEP["eligible"]] += np.bincount(program[right], minlength=size)
    counts.lost[:, LOST["age"]] += np.bincount(program[~right], minlength=size)
    log.note(month, "applied", rows, program)
    rows, program = rows[right], program[right]
    log.note(month, "eligible", rows, program)
    may = log.admitted(month, rows, program)
    rows, program = rows[may], program[may]
    order = np.lexsort((p.id[rows], draws(key + np.uint64(2), p.id[rows])))
    rows, program = rows[order], program[order]
    none = np.empty(0, np.int64), np.zeros(size + 1, np.int64)
    gets, _, on_added = assign(pr, near, program, own, added, none)
    counts.lost[:, LOST["no_seat"]] += np.bincount(program[gets < 0], minlength=size)
    takes = np.flatnonzero(gets >= 0)
    takes = takes[np.argsort(rows[takes], kind="stable")]
    rows, gets, on_added = rows[takes], gets[takes], on_added[takes]
    counts.pipeline[:, STEP["enrolled"]] += np.bincount(gets, minlength=size)
    counts.added_starts += np.bincount(gets[on_added], minlength=size)
    log.enter(month, rows, gets, on_added)
    return np.bincount(pr.family[gets[~on_added]], minlength=own.size)


def progress(month: Month) -> None:
    """Those in school programs go on, drop out or complete."""
    p, pr, table = month.world.people, month.programs, month.memory["participants"]
    at = np.flatnonzero((table["how"] == log.ENROLLED) & k.among(pr.kind[table["program"]], (CTE, WORK_EXPERIENCE)))
    if at.size == 0:
        return
    rows, program = table["row"][at], table["program"][at].astype(np.int64)
    elapsed = month.index - table["enrolled"][at]
    month.counts.seat_months += np.bincount(program, minlength=len(pr))
    cte = pr.kind[program] == CTE
    finished_school = cte & (p.education[rows] >= k.HS)
    left_school = cte & ~finished_school & ((p.traits[rows] & TRAIT_ENROLLED) == 0)
    left = left_school | (draws(month.key(Stream.YOUTH_PROGRAM) + np.uint64(4), p.id[rows]) < pr.dropout[program])
    done = ~left & ((elapsed >= pr.months[program]) | (finished_school & (2 * elapsed >= pr.months[program])))
    left |= finished_school & ~done
    out = left & ~done
    month.counts.dropouts += np.bincount(program[out], minlength=len(pr))
    month.counts.lost[:, LOST["other"]] += np.bincount(program[out], minlength=len(pr))
    for kind in (CTE, WORK_EXPERIENCE):
        log.leave(month, rows[out & (pr.kind[program] == kind)], log.DROPPED_OUT, log.OTHER, beside=kind)
    _complete(month, rows[done], program[done])


def _complete(month: Month, rows: I8, program: I8) -> None:
    q, p, pr, memory = month.room("training"), month.world.people, month.programs, month.memory["training"]
    if rows.size == 0:
        return
    counts, size = month.counts, len(pr)
    key = month.key(Stream.TRAINING_CREDENTIAL)
    fit = memory["fit"][program]
    passes = draws(key, p.id[rows]) < q["credential_pass"] * (1.0 - q["credential_fit"] * (1.0 - fit))
    earns = passes & (pr.credential[program] != 255)
    bit = np.uint16(1) << pr.credential[program].clip(0, 15).astype(np.uint16)
    p.credentials[rows[earns]] |= bit[earns]
    odds = memory["jobs"] * pr.occupations[program]
    occupation = choose(odds, draws(key + np.uint64(1), p.id[rows]))
    p.knows[rows] |= np.uint32(1) << month.economy.occ_major[occupation].astype(np.uint32)
    skill = taught(month, np.zeros(rows.size), occupation, worth(month, program)).astype(np.float32)
    free = (p.state[rows] > k.SELF_EMPLOYED) & (skills(month, rows) < skill)
    write(month, rows[free], skill[free])
    p.occupation[rows[free]] = occupation[free]
    # Months worked with an employer are seen as such by the next one.
    worked = (pr.kind[program] == WORK_EXPERIENCE) & (p.state[rows] > k.SELF_EMPLOYED)
    p.history[rows[worked]] |= np.uint32(1)
    counts.pipeline[:, STEP["completed"]] += np.bincount(program, minlength=size)
    counts.pipeline[:, STEP["credentialed"]] += np.bincount(program[earns], minlength=size)
    credential = np.where(earns, pr.credential[program], 255)
    for kind in (CTE, WORK_EXPERIENCE):
        mine = pr.kind[program] == kind
        log.leave(month, rows[mine], log.COMPLETED, credential=credential[mine], beside=kind)
    _kept_on(month, rows[worked], program[worked])


@njit(cache=True)
def _hosts(home, program, lot, left, occupation, zone, field, weight, cells, chosen):  # type: ignore[no-untyped-def]
    """Draw for each young person one of the vacancies `left` of the program's field, by commuting, into `chosen`."""
    running = np.empty(cells.size)
    for n in range(home.size):
        total = 0.0
        for j in range(cells.size):
            total += left[j] * field[program[n], occupation[j]] * weight[home[n], zone[j]]
            running[j] = total
        if total > 0.0:
            j = np.searchsorted(running, lot[n] * total, side="right")
            left[j] -= 1
            chosen[n] = cells[j]


def _kept_on(month: Month, rows: I8, program: I8) -> None:
    """Hosts of work experience keep some of the young people on, where they have a vacancy in the field."""
    p, pr, c, eco = month.world.people, month.programs, month.world.cells, month.economy
    key = month.key(Stream.YOUTH_PROGRAM)
    wanted = draws(key + np.uint64(5), p.id[rows]) < month.room("training")["host_keeps"]
    rows, program = rows[wanted], program[wanted]
    if rows.size == 0:
        return
    cells = np.flatnonzero((c.vacancies[: c.size] > 0) & (c.zone[: c.size] < eco.outside))
    chosen = np.full(rows.size, -1, np.int64)
    _hosts(p.zone[rows], program, draws(key + np.uint64(6), p.id[rows]), c.vacancies[cells].copy(),
           c.occupation[cells], c.zone[cells], pr.occupations, eco.commute_weight, cells, chosen)  # fmt: skip
    found = chosen >= 0
    hours = np.where((p.traits[rows[found]] & TRAIT_ENROLLED) > 0, 20, 40)
    wages = posts.newcomer_wage(month, rows[found], chosen[found])
    posts.fill(month, rows[found], chosen[found], wages, hours)


__all__ = ["choose", "enrol", "own_sex_share", "progress"]
