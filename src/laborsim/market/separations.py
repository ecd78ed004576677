"""Separations: how jobs end.

In this order: recalls (employers with room call back people on temporary layoff first), people who leave work for
school, family or other reasons, matches that turn out bad, the self-employed who give up, and layoffs where a cell
holds more people than it wants (none, where the establishment has closed). Who is laid off within a cell goes by
seniority with keyed noise; which layoffs are temporary depends on how sudden the sector's fall is. Unemployment
insurance is worked out here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import (
    CARE_PARENT,
    CLOSURE,
    DISCHARGE,
    FEMALE,
    FULL_TIME,
    LAYOFF,
    LAYOFF_TEMPORARY,
    MALE,
    N_STATES,
    PART_TIME,
    PART_TIME_INVOLUNTARY,
    QUIT_TO_INACTIVE,
    QUIT_TO_UNEMPLOYED,
    SELF_EMPLOYED,
    TEMPORARY_LAYOFF,
    TRAIT_ENROLLED,
    TRAIT_UI_CLAIMS,
    UNEMPLOYED,
)
from laborsim.market.draws import Stream, bits, more_bits, to_unit, uniforms
from laborsim.market.month import Month
from laborsim.market.participation import MAX_AGE, USUALLY_LEFT, by_age, childcare_terms, inactive_reason
from laborsim.market.scan import bounds_by_state, scan
from laborsim.market.transitions import gather, hire, move, shifted_history

MOST = 0.35  # nobody leaves with a higher monthly hazard
USUAL_START = 0.045  # mean of 0.5^(months / half-life) over the employed, per month of half-life, at usual turnover
FATHERHOOD = 20  # age from which a man in a household with children counts as a father
CHILDBEARING = 55  # years of age up to which a young child of the household may be one's own


PAYROLL = (FULL_TIME, PART_TIME, PART_TIME_INVOLUNTARY)


class Behaviour(NamedTuple):
    """Separation parameters as a kernel wants them."""

    leave: NDArray[np.float64]  # (2, 121) monthly hazard by sex and age
    enrolled: float
    young_child: float
    father: float  # at most 1
    no_place: float
    childcare_elasticity: float
    tenure_shape: NDArray[np.float64]  # (64,) factor by months of tenure
    quality: NDArray[np.float64]  # (256,) factor by mean job quality score
    bad_share: NDArray[np.float64]  # (64,) share of bad matches among those hired k months before the start
    bad_hazard: NDArray[np.float64]  # (64,) hazard of a bad match by months of tenure
    discharge: float
    self_employed: float
    quality_most: float  # largest entry of quality
    bound: NDArray[np.uint32]  # most anyone of the state and sex could face, see `scan`


@njit(cache=True, inline="always")
def _hazards(i, age, p, cell_quality, month, match_key, b):  # type: ignore[no-untyped-def]
    """Employee i's hazard of leaving work, young children apart, without and factor of job quality; that of a bad match
    by tenure, and whether the match is bad."""
    tenure = np.uint64(min(max(month - p.hired[i], 0), 63))
    out = b.leave[np.uint64(p.sex[i]), age] * b.tenure_shape[tenure]
    if p.traits[i] & TRAIT_ENROLLED:
        out *= b.enrolled
    match = bits(match_key, p.id[i] ^ (np.uint64(p.hired[i] + 4096) << np.uint64(32)))
    bad = to_unit(match) < b.bad_share[np.uint64(min(max(-p.hired[i], 0), 63))]
    quality = b.quality[cell_quality[np.uint64(max(p.job[i], 0))]]  # the self-employed have none
    return out, quality, b.bad_hazard[tenure], bad


@njit(cache=True, nogil=True)
def _near(lo, hi, p, h, cell_quality, month, leave_key, match_key, b, rows):  # type: ignore[no-untyped-def]
    """Rows of those who leave but for young children, of mothers of such, and of the self-employed.

    After the scan, and like it without branches, which would be guessed wrong half the time.
    """
    n = np.uint64(lo)
    for k in range(lo, lo + scan(lo, hi, p, leave_key, b.bound, rows)):
        i = np.uint64(rows[k])
        g, state = np.uint64(p.household[i]), p.state[i]
        age = np.uint64(min(max((month - p.birth[i]) // 12, 0), MAX_AGE - 1))
        mother = (p.sex[i] == FEMALE) & (h.children[g] > 0) & (month - h.youngest[g] < 72)
        out, quality, end, bad = _hazards(i, age, p, cell_quality, month, match_key, b)
        rows[n] = i
        most = out * quality + end * np.float64(bad)
        n += np.uint64((to_unit(bits(leave_key, p.id[i])) < most) | mother | (state == SELF_EMPLOYED))
    return np.int64(n) - lo


@njit(cache=True, nogil=True, error_model="numpy")
def _leave(  # type: ignore[no-untyped-def]
    lo,
    hi,
    chunk,
    p,
    h,
    cell_quality,
    month,
    leave_key,
    match_key,
    b,
    cost,
    rows,
    states,
    reasons,
):
    """Quits out of work, bad matches and the self-employed who give up."""
    moved = 0
    for k in range(lo, lo + _near(lo, hi, p, h, cell_quality, month, leave_key, match_key, b, rows)):
        i = np.uint64(rows[k])  # unsigned: no test for negative indices
        s = p.state[i]
        first = bits(leave_key, p.id[i])
        u = to_unit(first)
        age = min(max((month - p.birth[i]) // 12, 0), MAX_AGE - 1)
        sex = p.sex[i]
        traits = p.traits[i]
        if s == SELF_EMPLOYED:
            out = b.leave[sex, age] * 0.5
            if u < out + b.self_employed:
                hh = p.household[i]
                young = h.children[hh] > 0 and month - h.youngest[hh] < 72
                rows[lo + moved] = i
                states[lo + moved] = inactive_reason(traits, age, young, sex, False) if u < out else UNEMPLOYED
                reasons[lo + moved] = 0
                moved += 1
            continue
        out, quality, end, bad = _hazards(i, age, p, cell_quality, month, match_key, b)
        if (sex != FEMALE or age > CHILDBEARING) and u >= out * b.quality_most + end:
            continue
        out *= quality
        end *= bad
        hh = p.household[i]
        young = h.children[hh] > 0 and month - h.youngest[hh] < 72
        if young and sex == FEMALE:
            left = max(1.0 - cost[hh] / max(p.wage[i] * p.hours[i] * 4.33, np.float32(1.0)), 0.05) / USUALLY_LEFT
            out *= b.young_child * left ** (-b.childcare_elasticity)
            if h.care[hh] == CARE_PARENT and h.earners[hh] == h.adults[hh]:
                out *= b.no_place
        elif h.children[hh] > 0 and sex != FEMALE and FATHERHOOD <= age:
            out *= b.father
        if u < min(out + end, MOST):
            rows[lo + moved] = i
            if u < out:
                states[lo + moved] = inactive_reason(traits, age, young, sex, False)
                reasons[lo + moved] = QUIT_TO_INACTIVE
            else:
                states[lo + moved] = UNEMPLOYED
                fired = to_unit(more_bits(first, 1)) < b.discharge
                reasons[lo + moved] = DISCHARGE if fired else QUIT_TO_UNEMPLOYED
            moved += 1
    return moved


@njit(cache=True, nogil=True)
def _collect(lo, hi, chunk, p, flag, first, last, rows):  # type: ignore[no-untyped-def]
    """Rows of states `first` to `last` whose cell is flagged; `flag` has one entry more, for no job, in front."""
    n = np.uint64(lo)
    if first == last:  # few are waiting: list them first
        for row in range(lo, hi):
            rows[n] = row
            n += np.uint64(p.state[np.uint64(row)] == first)
        listed = n
        n = np.uint64(lo)
        for k in range(lo, listed):
            i = np.uint64(rows[k])
            rows[n] = i
            n += np.uint64(flag[np.uint64(p.job[i] + 1)])
        return np.int64(n) - lo
    for row in range(lo, hi):
        i = np.uint64(row)  # unsigned: no test for negative indices
        rows[n] = row
        n += np.uint64(flag[np.uint64(p.job[i] + 1)] & (first <= p.state[i]) & (p.state[i] <= last))
    return np.int64(n) - lo


def _flagged(condition: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Flags of cells as `_collect` wants them."""
    return np.concatenate([np.zeros(1, np.uint8), condition.view(np.uint8)])


@njit(cache=True, nogil=True)
def _lowest(score, cell, order, places, taken):  # type: ignore[no-untyped-def]
    """Mark the `places[cell]` lowest scores of each cell; `order` sorts by score."""
    for k in order:
        c = cell[k]
        if places[c] > 0:
            places[c] -= 1
            taken[k] = True


def choose(score: NDArray[np.float64], cell: NDArray[np.int32], places: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Scarce places go to the lowest scores of each cell, whatever the order of rows.

    Parameters
    ----------
    score, cell : (n,) keyed score and cell of each candidate.
    places : (cells,) places per cell; used up in place.
    """
    taken = np.zeros(score.size, np.bool_)
    # Keyed scores do not tie (those of infinity are never taken), so the fast sort gives one order.
    _lowest(score, cell, np.argsort(score), places, taken)
    return taken


@njit(cache=True, nogil=True)
def _scores(p, rows, key, month, seniority, out):  # type: ignore[no-untyped-def]
    for k in range(rows.size):
        i = rows[k]
        months = max(month - p.hired[i], 0)
        out[k] = to_unit(bits(key, p.id[i])) + seniority * months / (months + 24.0)


@njit(cache=True, nogil=True)
def _after_layoff(p, h, c, e, rows, kind_key, temporary, leave, waiting_leave, month, states, reasons):  # type: ignore[no-untyped-def]
    for k in range(rows.size):
        i = rows[k]
        b = bits(kind_key, p.id[i])
        age = min(max((month - p.birth[i]) // 12, 0), MAX_AGE - 1)
        hh = p.household[i]
        young = h.children[hh] > 0 and month - h.youngest[hh] < 72
        if e.closed[c.establishment[p.job[i]]] <= month:
            states[k] = UNEMPLOYED
            reasons[k] = CLOSURE
        elif to_unit(b) < temporary[c.sector[p.job[i]]]:
            states[k] = TEMPORARY_LAYOFF
            reasons[k] = LAYOFF_TEMPORARY
        else:
            states[k] = UNEMPLOYED
            reasons[k] = LAYOFF
        out = leave[age] if reasons[k] != LAYOFF_TEMPORARY else leave[age] * waiting_leave
        if to_unit(more_bits(b, 1)) < out:
            states[k] = inactive_reason(p.traits[i], age, young, p.sex[i], False)
            if reasons[k] == LAYOFF_TEMPORARY:
                reasons[k] = LAYOFF


@njit(cache=True, nogil=True)
def _insure(p, rows, month, base_months, hours_floor, weeks, maximum, replacement, extra_weeks, widened):  # type: ignore[no-untyped-def]
    """Set weeks and benefit of people just laid off; call before their state changes."""
    for k in range(rows.size):
        i = rows[k]
        p.ui_weeks[i] = 0
        p.ui_benefit[i] = 0.0
        if not p.traits[i] & TRAIT_UI_CLAIMS:
            continue
        history = shifted_history(p.history[i], month - p.since[i], p.state[i] <= SELF_EMPLOYED)
        worked = 0
        for m in range(15):
            worked += (history >> np.uint32(m)) & np.uint32(1)
        if not widened and (worked < base_months or p.hours[i] < hours_floor or p.state[i] == SELF_EMPLOYED):
            continue
        z = p.zone[i]
        p.ui_weeks[i] = min(int(weeks[z] + extra_weeks), 250)
        p.ui_benefit[i] = min(replacement[z] * p.wage[i] * p.hours[i], maximum[z])


@njit(cache=True, nogil=True)
def _recall_hazard(p, rows, key, lost_key, month, hazard, fade, lost, back, gone, score):  # type: ignore[no-untyped-def]
    for k in range(rows.size):
        i = rows[k]
        b = bits(key, p.id[i])
        waited = max(month - p.since[i] - 1, 0)
        back[k] = to_unit(b) < hazard * fade**waited
        gone[k] = to_unit(bits(lost_key, p.id[i])) < lost
        score[k] = to_unit(more_bits(b, 1))


def bad_matches(month: Month) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Monthly hazard of a bad match by tenure, and share bad among those hired k months before the start, (64,) each.

    Bad matches made before settling have partly ended already; those made while settling end in the model.
    """
    q = month.room("separations")
    hazard = q["bad_match_hazard"] * (1.0 - np.exp(-np.arange(64) / q["learning_months"]))
    hazard[63] = 0.0  # stands for all longer tenures: bad matches have ended
    still = q["bad_match_share"] * np.concatenate([[1.0], np.cumprod(1.0 - hazard)[:-1]])
    share = still / (still + 1.0 - q["bad_match_share"])
    settling = min(int(month.parameters["model.settle_months"]), 63)
    return hazard, share[np.maximum(np.arange(64) - settling, 0)]


@njit(cache=True, nogil=True)
def _mean_quality(quality, establishment, mean, out):  # type: ignore[no-untyped-def]
    for e in range(mean.size):
        total = np.uint32(0)
        for q in range(quality.shape[1]):
            total += quality[e, q]
        mean[e] = total // np.uint32(quality.shape[1])
    for k in range(out.size):
        out[k] = mean[np.uint64(establishment[k])]


def quality_of_cells(month: Month) -> NDArray[np.uint8]:
    """Mean job quality score of each cell's employer, whole numbers rounded down, (cells,)."""
    e, c = month.world.establishments, month.world.cells
    out = np.empty(c.size, np.uint8)
    _mean_quality(e.quality, c.establishment, np.empty(e.size, np.uint8), out)
    return out


def _behaviour(month: Month) -> Behaviour:
    q = month.room("separations")
    months = np.arange(64)
    leave = by_age(q["leave_by_age"])
    shape = 1.0 + q["tenure_shape"] * 0.5 ** (months / q["tenure_half_life"])
    bad_hazard, bad_share = bad_matches(month)
    score = (np.arange(256) - 127.5) / 127.5
    path, jobs = month.memory["demand"]["path"], month.memory["demand"]["jobs"]
    fall = max(0.0, float(np.log((path[1] @ jobs) / (path[0] @ jobs))))
    giving_up = q["self_employed_leave"] + q["self_employed_loss_exposure"] * fall
    usual_shape = 1.0 + USUAL_START * q["tenure_shape"] * q["tenure_half_life"]
    by_sex = np.stack([leave, leave * q["leave_women_factor"]]) / usual_shape
    quality = np.exp(-q["quality_elasticity"] * 0.5 * score)
    most = np.zeros((2, N_STATES))
    usual_most = max(q["leave_enrolled_factor"], 1.0) * float(quality.max()) * (1.0 + 1e-9)
    most[MALE, list(PAYROLL)] = min(by_sex[MALE].max() * shape.max() * usual_most + bad_hazard.max(), MOST)
    most[FEMALE, list(PAYROLL)] = MOST
    most[:, SELF_EMPLOYED] = giving_up + 0.5 * by_sex.max(axis=1)
    return Behaviour(
        quality_most=float(np.exp(q["quality_elasticity"] * 0.5)),
        bound=bounds_by_state(most),
        leave=by_sex,
        enrolled=q["leave_enrolled_factor"],
        young_child=q["leave_young_child_factor"],
        father=q["leave_father_factor"],
        no_place=q["leave_no_place_factor"],
        childcare_elasticity=month.parameters["participation.childcare_elasticity"],
        tenure_shape=shape,
        quality=quality,
        bad_share=bad_share,
        bad_hazard=bad_hazard,
        discharge=q["discharge_share"],
        self_employed=giving_up,
    )


def _recalls(month: Month) -> None:
    """Call back people on temporary layoff where their cell has room; some layoffs turn permanent."""
    q = month.room("separations")
    w = month.world
    p = w.people.columns
    rows, _, _ = month.buffers()
    waiting = _flagged(w.cells.recall[: w.cells.size] > 0)
    found = month.crew.map(_collect, w.people.size, p, waiting, TEMPORARY_LAYOFF, TEMPORARY_LAYOFF, rows)
    (candidates,) = gather(found, rows)
    candidates = candidates.copy()
    if not candidates.size:
        return
    back, gone = np.zeros(candidates.size, np.bool_), np.zeros(candidates.size, np.bool_)
    score = np.zeros(candidates.size)
    key = month.key(Stream.RECALL)
    _recall_hazard(
        p,
        candidates,
        key,
        month.key(Stream.LAYOFF_KIND),
        month.index,
        q["recall_hazard"],
        q["recall_fade"],
        q["recall_lost"],
        back,
        gone,
        score,
    )
    cells = w.people.job[candidates]
    gone |= w.establishments.closed[w.cells.establishment[cells]] <= month.index
    room = np.maximum(w.cells.target[: w.cells.size] - w.cells.filled[: w.cells.size], 0).astype(np.int32)
    score[~back] = np.inf
    called = choose(score, cells, room) & back
    r = candidates[called]
    hours = w.people.hours[r]
    states = np.where(hours >= 35, FULL_TIME, PART_TIME).astype(np.uint8)
    hired = w.people.hired[r].copy()  # recall keeps seniority
    w.people.ui_weeks[r] = 0
    hire(month, r, cells[called].astype(np.int32), states, w.people.wage[r], hours, recall=True)
    w.people.hired[r] = hired
    lost = candidates[gone & ~called]
    move(month, lost, np.full(lost.size, UNEMPLOYED, np.uint8), np.zeros(lost.size, np.uint8))


def _layoffs(month: Month) -> None:
    """Bring cells that hold more people than they want down to their target."""
    q = month.room("separations")
    w = month.world
    p = w.people.columns
    excess = _excess(month)
    rows, _, _ = month.buffers()
    found = month.crew.map(_collect, w.people.size, p, _flagged(excess > 0), PAYROLL[0], PAYROLL[-1], rows)
    (candidates,) = gather(found, rows)
    candidates = candidates.copy()
    score = np.zeros(candidates.size)
    _scores(p, candidates, month.key(Stream.LAYOFF_PICK), month.index, q["seniority"], score)
    r = candidates[choose(score, w.people.job[candidates], excess)]
    path = month.memory["demand"]["path"]
    fall = np.log(path[2] / path[0])
    temporary = np.clip(
        q["temporary_base"] + q["temporary_slope"] * np.maximum(fall - 0.02, 0.0), 0.0, q["temporary_most"]
    )
    leave = month.table("separations.laid_off_leave", lambda: by_age(q["laid_off_leave"]))
    states, reasons = np.empty(r.size, np.uint8), np.empty(r.size, np.uint8)
    _after_layoff(
        p,
        w.households.columns,
        w.cells.columns,
        w.establishments.columns,
        r,
        month.key(Stream.LAYOFF_KIND),
        temporary,
        leave,
        float(q["waiting_leave"]),
        month.index,
        states,
        reasons,
    )
    _count_displaced(month, r)
    insure(month, r[(states == UNEMPLOYED) | (states == TEMPORARY_LAYOFF)])
    move(month, r, states, reasons)


def _excess(month: Month) -> NDArray[np.int32]:
    """People to lay off by cell: filled beyond target, and beyond the slack given to technology (demand).

    The cell's own draw rounds the slack as it rounds the target, so that a little slack spares few.
    """
    c = month.world.cells
    n = c.size
    slack = month.memory["demand"]["slack"][c.occupation[:n]]
    allowed = c.target[:n].copy()
    eased = np.flatnonzero((slack > 1.0) & (c.filled[:n] > c.target[:n]))
    draw = uniforms(month.key(Stream.TARGET_ROUNDING, fixed=True), eased.astype(np.uint64))
    allowed[eased] += np.floor(c.target[eased] * (slack[eased] - 1.0) + draw).astype(np.int32)
    return np.asarray(np.maximum(c.filled[:n] - allowed, 0), np.int32)


def _count_displaced(month: Month, rows: NDArray[np.int64]) -> None:
    """Of those laid off, as many as their cell's target is lower for technology count as displaced by it."""
    c = month.world.cells
    n = c.size
    laid_off = np.bincount(month.world.people.job[rows], minlength=n)
    lower = 1.0 / month.memory["demand"]["technology"][c.occupation[:n]] - 1.0
    hit = np.flatnonzero((laid_off > 0) & (lower > 0.0))
    draw = uniforms(month.key(Stream.TARGET_ROUNDING, fixed=True), hit.astype(np.uint64))
    lost = np.minimum(laid_off[hit], np.floor(c.target[hit] * lower[hit] + draw)).astype(np.int64)
    month.counts.ai_displaced += np.bincount(
        c.occupation[hit], weights=lost, minlength=month.economy.occupations
    ).astype(np.int64)


def insure(month: Month, rows: NDArray[np.int64]) -> None:
    """Unemployment insurance for people losing work; call before `move`."""
    q, e = month.room("insurance"), month.economy
    t = month.now
    _insure(
        month.world.people.columns,
        rows,
        month.index,
        int(q["base_months"]),
        int(q["hours_floor"]),
        e.ui_weeks[t],
        e.ui_maximum[t],
        e.ui_replacement,
        float(month.levers.ui_extra_weeks),
        bool(e.ui_all[t]),
    )


def stage(month: Month) -> None:
    """Recalls, leaving, bad matches, layoffs; benefits for those laid off."""
    w = month.world
    _recalls(month)
    b = _behaviour(month)
    rows, states, reasons = month.buffers()
    moved = month.crew.map(
        _leave,
        w.people.size,
        w.people.columns,
        w.households.columns,
        quality_of_cells(month),
        month.index,
        month.key(Stream.LEAVE_LABOR_FORCE),
        month.key(Stream.MATCH_QUALITY, fixed=True),
        b,
        childcare_terms(month)[0],
        rows,
        states,
        reasons,
    )
    r, s, why = (a.copy() for a in gather(moved, rows, states, reasons))
    w.people.ui_weeks[r] = 0
    if month.economy.ui_all[month.now]:
        insure(month, r[(s == UNEMPLOYED) & (w.people.state[r] == SELF_EMPLOYED)])
    move(month, r, s, why)
    _layoffs(month)


__all__ = ["bad_matches", "choose", "insure", "quality_of_cells", "stage"]
