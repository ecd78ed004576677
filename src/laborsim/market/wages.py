"""Wages, skill and hours of those in work.

Posted wages move towards a goal set by the occupation's going rate, the employer's own policy, real growth,
tightness of the occupation's market, unemployment round the place of work, and how long vacancies have stayed open;
never below the floor. An employer's policy moves too: slowly up where many posts stay open, down where few do.
Incumbents are reviewed once a year, in the month they were hired: skill has grown with use, tenure counts, and part of
the gap to what a newcomer would get is closed. Pay in dollars does not fall, but prices rise. Floors bind at once.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import adoption, local_pay, own_business, skill
from laborsim.market.codes import (
    FULL_TIME,
    N_STATES,
    PART_TIME_INVOLUNTARY,
    SELF_EMPLOYED,
)
from laborsim.market.columns import AHEAD, fetch
from laborsim.market.draws import Stream, uniform
from laborsim.market.floors import floor_by_zone
from laborsim.market.headcount import by_employer
from laborsim.market.month import Month
from laborsim.market.pay import log_worth
from laborsim.market.quality import fairness_factor
from laborsim.market.scan import BLOCK, bounds_by_state, scan
from laborsim.market.search import behaviour
from laborsim.market.skill import skill_now


@njit(cache=True, nogil=True)
def _post(lo, hi, chunk, c, premium, going, local, speed, age_raise, age_most, floor, childcare_sector, supplement):  # type: ignore[no-untyped-def]
    for row in range(lo, hi):
        k = np.uint64(row)  # unsigned: no test for negative indices
        goal = going[c.occupation[k]] * premium[c.establishment[k]] * local[c.zone[k]]
        if c.vacancies[k] > 0 and c.age[k] > 2.0:
            goal *= 1.0 + min(age_raise * (c.age[k] - 2.0), age_most)
        if c.sector[k] == childcare_sector:
            goal += supplement[c.zone[k]]
        posted = c.posted[k] * (goal / c.posted[k]) ** speed
        c.posted[k] = max(posted, floor[c.zone[k]])
    return 0


@njit(cache=True, nogil=True)
def _anniversaries(lo, hi, p, month, rows):  # type: ignore[no-untyped-def]
    """List employees hired in this month of an earlier year; rows are written from `lo` on."""
    due = np.empty(BLOCK, np.uint8)
    n = np.uint64(lo)
    for start in range(lo, hi, BLOCK):
        size = min(BLOCK, hi - start)
        state, hired = p.state[start:start + size], p.hired[start:start + size]
        for k in range(size):  # first all that vector instructions can do
            tenure = np.uint32(max(int(month - hired[k]), 0))
            whole = tenure // np.uint32(12) * np.uint32(12) == tenure
            due[k] = (state[k] < SELF_EMPLOYED) & whole & (tenure > 0)
        for row in range(size):
            rows[n] = start + row
            n += np.uint64(due[np.uint64(row)])  # unsigned: no test for negative indices
    return np.int64(n) - lo


@njit(cache=True, nogil=True)
def _review(  # type: ignore[no-untyped-def]
    lo,
    hi,
    chunk,
    p,
    c,
    month,
    key,
    floor,
    binding,
    learning,
    pass_on,
    slip,
    tenure_return,
    fairness,
    pay,
    hours_change,
    hours_after,
    tenure_years,
    bound,
    rows,
):
    """Hours cut and raised, then reviews of wages, then the floor where it has risen."""
    for k in range(lo, lo + scan(lo, hi, p, key, bound, rows)):
        i = np.uint64(rows[k])  # unsigned: no test for negative indices
        s = p.state[i]
        if uniform(key, p.id[i]) < hours_change[s]:
            p.state[i] = FULL_TIME if s == PART_TIME_INVOLUNTARY else PART_TIME_INVOLUNTARY
            p.hours[i] = hours_after[0] if s == PART_TIME_INVOLUNTARY else hours_after[1]
    last = lo + _anniversaries(lo, hi, p, month, rows) - 1
    for k in range(lo, last + 1):
        i = np.uint64(rows[k])
        fetch(p, rows[min(k + 2 * AHEAD, last)])
        job = np.uint64(p.job[rows[min(k + AHEAD, last)]])
        fetch(c.posted, job)
        fetch(c.establishment, job)
        fetch(c.occupation, job)
        fetch(c.zone, job)
        if not learning.taught[np.uint64(p.program[i])]:  # these wages follow their program's steps
            tenure = month - p.hired[i]
            job = np.uint64(p.job[i])
            skill = skill_now(i, p, c, learning)
            p.skill[i] = skill
            p.counted[i] = month
            if c.occupation[job] != p.occupation[i]:  # trained for another occupation: paid here as before
                continue
            worth = log_worth(i, p, p.occupation[i], skill, p.fit[i], fairness[c.establishment[job]], pay)
            goal = c.posted[job] * np.exp(worth + tenure_return * min(tenure // 12, tenure_years))
            if goal > p.wage[i]:
                p.wage[i] += pass_on * (goal - p.wage[i])
            else:  # pay in dollars does not fall, but its worth does
                p.wage[i] = max(goal, p.wage[i] * slip, floor[c.zone[job]])
    if binding:
        for row in range(lo, hi):
            i = np.uint64(row)
            if p.state[i] < SELF_EMPLOYED and p.wage[i] < floor[c.zone[p.job[i]]]:
                p.wage[i] = floor[c.zone[p.job[i]]]
    return 0


def going_rate(month: Month) -> NDArray[np.float64]:
    """Going hourly wage of each occupation this month, shape (O,): median, real growth and tightness."""
    q = month.room("wages")
    memory = month.memory["wages"]
    open_now = month.memory["search"]["open"]
    smooth = memory["open"]
    if not smooth.any():
        smooth[:] = open_now
    smooth += (open_now - smooth) * q["tightness_update"]
    rate = memory["going"] * (1.0 + q["real_growth"]) ** (max(month.index, 0) / 12.0)
    if month.index < 0:  # settling: what is usual is seen at its end
        memory["usual_open"][:] = smooth
        return np.asarray(rate)
    # Vacancies of the occupation per unemployed person of the region, relative to the start.
    tight = (smooth + 1.0) / (memory["usual_open"] + 1.0) / local_pay.slack(month)
    return np.asarray(rate * tight ** q["tightness_elasticity"])


def going_at_start(month: Month) -> NDArray[np.float64]:
    """(O,) rate each occupation's cells post at the start, net of their employers' premiums: the median of its cells.

    Below the median wage where those in the job have more skill, ability or tenure than a newcomer. Cells held up by
    the wage floor tell nothing of it and are left out; an occupation without others goes by its median wage.
    """
    e, w = month.economy, month.world
    c = w.cells.size
    posted = w.cells.posted[:c].astype(np.float64)
    premium = w.establishments.premium[w.cells.establishment[:c]].astype(np.float64)
    free = posted > floor_by_zone(month)[w.cells.zone[:c]] + 0.005
    rate, occupation = posted[free] * np.exp(-premium[free]), w.cells.occupation[:c][free]
    order = np.lexsort((rate, occupation))
    count = np.bincount(occupation, minlength=e.occupations)
    some = count > 0
    out = np.array(e.occ_wage, np.float64)
    out[some] = rate[order][(np.cumsum(count) - count + count // 2)[some]]
    return out


def prepare(month: Month) -> None:
    """Remember the rates of the start, and open vacancies by occupation, smoothed."""
    n = month.economy.occupations
    going = going_at_start(month)
    month.memory["wages"] = {"open": np.zeros(n), "usual_open": np.ones(n), "going": going, "now": going.copy()}
    local_pay.prepare(month)


def _adjust_premiums(month: Month, speed: float) -> None:
    """Employers with more of their posts open than the region has raise their wage policy; the others let it slip."""
    w = month.world
    est, m = w.establishments, w.establishments.size
    filled, open_posts = by_employer(month)
    posts = open_posts + filled
    usual = open_posts.sum() / max(posts.sum(), 1.0)
    short = np.divide(open_posts, posts, out=np.full(m, usual), where=posts > 0) - usual
    est.premium[:m] += (speed * short).astype(np.float32)


def stage(month: Month) -> None:
    """Reprice posted wages; yearly reviews; hours of involuntary part-timers."""
    q, e, w = month.room("wages"), month.economy, month.world
    floor = floor_by_zone(month)
    _adjust_premiums(month, float(q["policy_adjustment"]))
    month.memory["wages"]["now"] = going_rate(month)
    premium = np.exp(w.establishments.premium[: w.establishments.size].astype(np.float64))
    month.crew.map(
        _post,
        w.cells.size,
        w.cells.columns,
        premium,
        month.memory["wages"]["now"],
        local_pay.factor(month),
        float(q["posted_adjustment"]),
        float(q["age_raise"]),
        float(q["age_raise_most"]),
        floor,
        e.childcare_sector,
        month.levers.childcare_wage_supplement,
    )
    b = month.table("search.behaviour", lambda: behaviour(month))
    before = month.scratch.get("wages.floor")
    binding = before is None or bool(np.any(floor > before))
    month.scratch["wages.floor"] = floor
    hours_change = np.zeros(N_STATES)  # chance of other hours, by state; cuts are many in a slump
    hours_change[PART_TIME_INVOLUNTARY] = q["hours_raised"]
    hours_change[FULL_TIME] = q["hours_cut"] * (1.0 + q["hours_cut_slump"] * own_business.fall(month))
    month.crew.map(
        _review,
        w.people.size,
        w.people.columns,
        w.cells.columns,
        month.index,
        month.key(Stream.UNDEREMPLOYMENT),
        floor,
        binding,
        skill.terms(month),
        float(q["review_pass"]),
        float(e.price_level[max(month.now - 12, 0)] / e.price_level[month.now]),
        float(q["tenure_return"]),
        fairness_factor(month),
        b.pay_terms,
        hours_change,
        np.asarray(q["hours_after"], np.uint8),
        int(q["tenure_years"]),
        bounds_by_state(hours_change),
        month.buffers()[0],
    )
    adoption.pay_supplements(month)
