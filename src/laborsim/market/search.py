"""Search: who applies for jobs this month, how often, and what they would accept.

Seekers are the unemployed, part of those waiting for recall, those out of the labor force who look around
(participation), and employed people who want something better. Everything employers and the matching kernel need to
know about them is gathered here, one row per seeker.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import adoption, pay, quality, schedule, skill, travel
from laborsim.market.bad_matches import kept
from laborsim.market.codes import (
    FULL_TIME,
    N_STATES,
    PART_TIME,
    PART_TIME_INVOLUNTARY,
    SELF_EMPLOYED,
    TEMPORARY_LAYOFF,
    TRAIT_RECORD,
    UNEMPLOYED,
)
from laborsim.market.columns import AHEAD, fetch
from laborsim.market.draws import Stream, bits, to_unit, uniform
from laborsim.market.leaving import of_cells
from laborsim.market.matching import Seekers
from laborsim.market.month import Month
from laborsim.market.pay import Pay, liking, log_worth, pair
from laborsim.market.programs import while_enrolled
from laborsim.market.scan import bounds_by_state, scan
from laborsim.market.skill import Learning, skill_now
from laborsim.market.transitions import gather, months_out

# Steps of wages from $1 an hour: the top of the float's own bits.
WAGE_SHIFT = 19
WAGE_FIRST = int(np.float32(1.0).view(np.uint32)) >> WAGE_SHIFT
WAGE_STEPS = 160


class Standing(NamedTuple):
    """What employers see of applicants: numbers only, for arrays handed on for each person are counted each time."""

    duration_penalty: float
    employed_bonus: float
    inactive_penalty: float
    skill_weight: float
    ability_weight: float
    bias_record: float
    bias_age: float
    duration_months: int
    old: int


class Behaviour(NamedTuple):
    """Search parameters as a kernel wants them."""

    on_the_job: float
    pay: float
    tenure: NDArray[np.float64]  # (64,)
    layoff_share: float
    enrolled: NDArray[np.float64]  # (256,) by people.program; 1 for no program
    reservation_start: float
    reservation_fall: float
    reservation_floor: float
    reservation_benefit: float
    standing: Standing
    bias_race: NDArray[np.float64]
    pay_terms: Pay
    skill_floor: float
    benefit_effort: float
    bad_match: float
    amenity: float
    taste: float
    hours_wanted: float
    part_time: float
    full_time_week: float
    most_benefit: float
    most: NDArray[np.float64]  # (states,) most that anyone of the state searches
    bound: NDArray[np.uint32]  # the same, see `scan`


class Employed(NamedTuple):
    """What the employed compare their job with this month."""

    usual_wage: NDArray[np.float64]  # (O,)
    by_occupation: NDArray[np.float64]  # (O,) usual wage ** pay
    by_wage: NDArray[np.float64]  # (WAGE_STEPS,) most that own wage ** -pay can be, by the top bits of the wage
    cell: NDArray[np.float32]  # (cells,) factor of job quality and of the sector's turnover
    bad: NDArray[np.uint8]  # (people,) see `bad_matches.kept`


@njit(cache=True, inline="always")
def _own(i, s, p, month, e, b):  # type: ignore[no-untyped-def]
    """Factors of the job's cell, of tenure, of hours wanted and of a match found bad on employee i's search."""
    tenure = min(max(month - p.hired[i], 0), 63)
    # The match of separations: those who have found it bad look for another.
    bad = (0 < tenure) & (tenure < 63) & (e.bad[np.uint64(i)] != 0)
    cell = np.float64(e.cell[np.uint64(max(p.job[i], 0))])  # some have none, and do not come here
    return (cell, b.tenure[np.uint64(tenure)], b.hours_wanted if s == PART_TIME_INVOLUNTARY else 1.0,
            b.bad_match if bad else 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _near(lo, hi, p, wage_bits, month, key, e, b, rows):  # type: ignore[no-untyped-def]
    """Rows of those who may search: a scan, then, without branches, the chance of the employed with wages in steps."""
    n = np.uint64(lo)
    for k in range(lo, lo + scan(lo, hi, p, key, b.bound, rows)):
        i = np.uint64(rows[k])
        s = p.state[i]
        cell, tenure, hours, bad = _own(i, s, p, month, e, b)
        step = min(max(int(wage_bits[i] >> np.uint32(WAGE_SHIFT)) - WAGE_FIRST, 0), WAGE_STEPS - 1)
        pay = e.by_occupation[np.uint64(p.occupation[i])] * e.by_wage[np.uint64(step)]
        rows[n] = i
        n += np.uint64((uniform(key, p.id[i]) < b.on_the_job * pay * cell * tenure * hours * bad)
                       | (s >= TEMPORARY_LAYOFF))
    return np.int64(n) - lo


@njit(cache=True, nogil=True, error_model="numpy")
def _who(lo, hi, chunk, p, wage_bits, month, key, e, b, rows):  # type: ignore[no-untyped-def]
    """Rows of the employed and unemployed who search."""
    found = 0
    for k in range(lo, lo + _near(lo, hi, p, wage_bits, month, key, e, b, rows)):
        i = np.uint64(rows[k])  # unsigned: no test for negative indices
        s = p.state[i]
        u = uniform(key, p.id[i])
        if u >= b.most[s]:
            continue
        if s == UNEMPLOYED:
            chance = 1.0
        elif s == TEMPORARY_LAYOFF:
            chance = b.layoff_share
        else:
            cell, tenure, hours, bad = _own(i, s, p, month, e, b)
            relative = e.usual_wage[p.occupation[i]] / max(p.wage[i], np.float32(1.0))
            chance = b.on_the_job * relative**b.pay * cell * tenure * hours * bad
        chance *= b.enrolled[np.uint64(p.program[i])]
        if u < chance:
            rows[lo + found] = i
            found += 1
    return found


@njit(cache=True, nogil=True)
def _merge(a, b, out):  # type: ignore[no-untyped-def]
    """All of `a` and `b`, which are ascending, in ascending order."""
    i = j = 0
    for k in range(out.size):
        first = j == b.size or (i < a.size and a[i] <= b[j])
        out[k] = a[i] if first else b[j]
        i += first
        j += not first


@njit(cache=True, inline="always")
def _standing(i, idle, skill, bias, month, p, b):  # type: ignore[no-untyped-def]
    """What employers see of person i besides nearness, `idle` months out of work, and a usual employer's bias, of which
    `bias` is that by race."""
    state = p.state[i]
    score = 0.0
    if state <= SELF_EMPLOYED:
        score += b.employed_bonus
    elif state <= UNEMPLOYED:
        score -= b.duration_penalty * min(idle, b.duration_months)
    else:
        score -= b.inactive_penalty
    score += b.skill_weight * skill + b.ability_weight * p.ability[i]
    if p.traits[i] & TRAIT_RECORD:
        bias += b.bias_record
    if (month - p.birth[i]) // 12 >= b.old:
        bias += b.bias_age
    return score, bias


@njit(cache=True)
def _standings(rows, skill, month, p, b, out):  # type: ignore[no-untyped-def]
    for k in range(rows.size):
        i = rows[k]
        idle = 0 if p.state[i] <= SELF_EMPLOYED else months_out(p.history[i], month - p.since[i])
        score, bias = _standing(i, idle, max(skill[k], b.skill_floor), b.bias_race[p.race[i]], month, p, b.standing)
        out[k] = score - bias


def standings(month: Month, rows: NDArray[np.int64], skill: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) what a usual employer sees of applicants, its bias included; `skill` (n,) as it carries over to the job.

    Hiring adds the nearness of occupations and noise (`matching`).
    """
    b = month.table("search.behaviour", lambda: behaviour(month))
    out = np.empty(rows.size)
    _standings(rows, np.ascontiguousarray(skill, np.float64), month.index, month.world.people.columns, b, out)
    return out


class Sight(NamedTuple):
    """What seekers are described by besides their own columns; Z zones, O occupations, C classes of travel."""

    month: int
    supplement: float  # dollars a week on top of benefits
    applications: NDArray[np.int64]  # (3,) by the employed, the unemployed, those out of the labor force
    cost: NDArray[np.float64]  # (C, Z, Z) of commuting, log wage
    cell_zone: NDArray[np.uint8]
    cell_quality: NDArray[np.uint8]  # as it counts for acceptance
    usual_wage: NDArray[np.float64]  # (O,)
    typical: NDArray[np.uint8]  # (O,) schooling
    learning: Learning
    effort_key: np.uint64
    taste_key: np.uint64


@njit(cache=True, nogil=True, error_model="numpy")
def _describe(lo, hi, chunk, rows, p, h, c, b, t, s):  # type: ignore[no-untyped-def]
    """Fill the seekers' columns `s` for `rows` of people."""
    for row in range(lo, hi):
        k = np.uint64(row)  # unsigned: no test for negative indices
        i = np.uint64(rows[k])
        fetch(p, rows[min(row + 2 * AHEAD, hi - 1)])
        ahead = np.uint64(rows[min(row + AHEAD, hi - 1)])
        next_job = max(p.job[ahead], 0)
        fetch(c.occupation, next_job)
        fetch(t.cell_zone, next_job)
        fetch(t.cell_quality, next_job)
        fetch(t.learning.steps, next_job)
        fetch(h.car, max(p.household[ahead], 0))
        state, job, occupation, zone = p.state[i], p.job[i], p.occupation[i], p.zone[i]
        idle = 0 if state <= SELF_EMPLOYED else months_out(p.history[i], t.month - p.since[i])
        skill = max(skill_now(i, p, c, t.learning), b.skill_floor)
        s.id[k] = p.id[i]
        s.occupation[k] = occupation
        s.zone[k] = zone
        s.education[k] = p.education[i]
        s.trained[k] = t.typical[occupation]
        s.credentials[k] = p.credentials[i]
        s.knows[k] = p.knows[i]
        s.record[k] = 1 if p.traits[i] & TRAIT_RECORD else 0
        s.travel[k] = h.car[p.household[i]]
        s.ability[k] = p.ability[i]
        s.discount[k] = b.pay_terms.discount[p.sex[i], p.race[i]]
        s.skill[k] = skill
        # People judge offers by the last wage, but not by more than their kind of work pays.
        factor = np.exp(log_worth(i, p, occupation, skill, 0, 1.0, b.pay_terms))
        last = min(p.wage[i], t.usual_wage[occupation] * factor)
        s.cell[k] = job
        s.reservation[k] = 0.0
        s.hold[k] = -np.inf
        if state <= SELF_EMPLOYED:
            s.applications[k] = t.applications[0]
            if job >= 0:
                s.hold[k] = (
                    np.log(max(p.wage[i], np.float32(1.0)))
                    + b.amenity * (t.cell_quality[job] - 127.5) / 127.5
                    + b.taste * liking(pair(bits(t.taste_key, p.id[i]), job))
                    - t.cost[s.travel[k], zone, t.cell_zone[job]]
                    - (b.part_time if state == PART_TIME_INVOLUNTARY else 0.0)
                )
        elif state <= UNEMPLOYED:
            s.applications[k] = t.applications[1]
            r = max(b.reservation_start - b.reservation_fall * idle, b.reservation_floor) * last
            if p.ui_weeks[i] > 0:
                benefit = p.ui_benefit[i] + t.supplement
                r += b.reservation_benefit * benefit / b.full_time_week
                # Benefits relative to former pay lower the effort of those who draw them.
                eased = b.benefit_effort * min(benefit / max(p.wage[i] * p.hours[i], np.float32(1.0)), b.most_benefit)
                if to_unit(bits(t.effort_key, p.id[i])) < eased:
                    s.applications[k] -= 1
            # The legal wage is paid whatever the offer: it is no reason to refuse one.
            s.reservation[k] = r
        else:
            s.applications[k] = t.applications[2]
            s.reservation[k] = b.reservation_floor * last
        s.score[k], s.bias[k] = _standing(i, idle, skill, b.bias_race[p.race[i]], t.month, p, b.standing)
        p.reservation[i] = s.reservation[k]
    return 0


def behaviour(month: Month) -> Behaviour:
    """Search parameters with their tables."""
    q = month.room("search")
    months = np.arange(64)
    most = np.zeros(N_STATES)
    most[[FULL_TIME, PART_TIME, PART_TIME_INVOLUNTARY]] = q["on_the_job_most"] * q["on_the_job"]
    most[TEMPORARY_LAYOFF], most[UNEMPLOYED] = q["layoff_search_share"], 1.0
    return Behaviour(
        on_the_job=q["on_the_job"],
        pay=q["on_the_job_pay"],
        tenure=1.0 + q["on_the_job_tenure"] * 0.5 ** (months / q["on_the_job_half_life"]),
        layoff_share=q["layoff_search_share"],
        enrolled=while_enrolled(month.programs, q["enrolled_share"]),
        reservation_start=q["reservation_start"],
        reservation_fall=q["reservation_fall"],
        reservation_floor=q["reservation_floor"],
        reservation_benefit=q["reservation_benefit"],
        standing=Standing(
            duration_penalty=q["duration_penalty"],
            employed_bonus=q["employed_bonus"],
            inactive_penalty=q["inactive_penalty"],
            skill_weight=q["skill_weight"],
            ability_weight=q["ability_weight"],
            bias_record=q["bias_record"],
            bias_age=q["bias_age"],
            duration_months=int(q["duration_months"]),
            old=int(q["bias_age_from"]),
        ),
        bias_race=np.asarray(q["bias_race"], np.float64),
        pay_terms=pay.terms(month.economy, q),
        skill_floor=q["skill_floor"],
        benefit_effort=q["benefit_effort"],
        bad_match=q["bad_match_factor"],
        amenity=quality.response(month, "acceptance"),
        taste=q["taste"],
        hours_wanted=q["part_time_search"],
        part_time=q["part_time_worth"],
        full_time_week=q["full_time_week"],
        most_benefit=q["benefit_most"],
        most=most,
        bound=bounds_by_state(most),
    )


def wage_steps(pay: float) -> NDArray[np.float64]:
    """Most that max(wage, 1) ** -pay can be by the top bits of the wage, (WAGE_STEPS,): 16 steps to a doubling."""
    low = (np.arange(WAGE_STEPS + 1, dtype=np.uint32) + np.uint32(WAGE_FIRST)) << np.uint32(WAGE_SHIFT)
    edges = low.view(np.float32).astype(np.float64)
    edges[-1] = np.inf
    power = edges**-pay
    return np.asarray(np.maximum(power[:-1], power[1:]) * (1.0 + 1e-9))


def gather_seekers(month: Month, invited: NDArray[np.int64] | None = None) -> tuple[NDArray[np.int64], Seekers]:
    """Rows of this month's seekers, in row order, and what is known of them.

    Parameters
    ----------
    invited : (m,) rows of people who have an interview, ascending; those who do not look otherwise send no application.

    Returns
    -------
    rows : (n,) rows of people, ascending.
    seekers : laborsim.market.matching.Seekers of the same length.
    """
    w, e = month.world, month.economy
    p = w.people.columns
    b = month.table("search.behaviour", lambda: behaviour(month))
    scores = quality.uses(month)
    usual = month.memory["wages"]["now"]
    buffer, _, _ = month.buffers()
    employed = Employed(
        usual_wage=usual,
        by_occupation=usual**b.pay,
        by_wage=month.table("search.by_wage", lambda: wage_steps(b.pay)),
        cell=of_cells(month, "search"),
        bad=kept(month),
    )
    key = month.key(Stream.SEARCH_ON_JOB)
    found = month.crew.map(
        _who, w.people.size, p, p.wage.view(np.uint32), month.index, key, employed, b, buffer
    )
    (workers,) = gather(found, buffer)
    workers = workers[schedule.restless(month, workers)]
    rows = np.empty(workers.size + month.scratch["looking"].size, np.int64)
    _merge(workers, month.scratch["looking"], rows)
    only = np.empty(0, np.int64) if invited is None else np.setdiff1d(invited, rows, assume_unique=True)
    if only.size:
        rows = np.sort(np.concatenate([rows, only]))
    seekers = empty_seekers(rows.size)
    q = month.room("matching")
    sight = Sight(
        month=month.index,
        supplement=float(e.ui_supplement[month.now] + month.levers.ui_supplement),
        applications=np.array([q[f"applications_{who}"] for who in ("employed", "unemployed", "inactive")], np.int64),
        cost=travel.tables(month)[1],
        cell_zone=w.cells.zone,
        cell_quality=scores.acceptance,
        usual_wage=usual,
        typical=e.occ_education,
        learning=skill.terms(month),
        effort_key=month.key(Stream.SEARCH_EFFORT),
        taste_key=month.key(Stream.JOB_TASTE, fixed=True),
    )
    month.crew.map(_describe, rows.size, rows, p, w.households.columns, w.cells.columns, b, sight, seekers)
    seekers.applications[np.searchsorted(rows, only)] = 0
    adoption.insure_wages(month, rows, seekers)
    return rows, seekers


def empty_seekers(n: int) -> Seekers:
    """Seekers columns of length n, to be filled."""
    kinds = {
        "id": "u8",
        "occupation": "u1",
        "zone": "u1",
        "education": "u1",
        "trained": "u1",
        "credentials": "u2",
        "applications": "u1",
        "knows": "u4",
        "reservation": "f4",
        "ability": "f4",
        "skill": "f4",
        "score": "f4",
        "record": "u1",
        "travel": "u1",
        "hold": "f4",
        "cell": "i4",
        "bias": "f4",
        "discount": "f4",
    }
    return Seekers(**{name: np.empty(n, kinds[name]) for name in Seekers._fields})
