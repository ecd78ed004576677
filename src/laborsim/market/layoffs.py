"""Layoffs and recalls: employers with more people than they want, and those with room again.

Employers with room call back people on temporary layoff before anyone else. A cell that holds more people than it wants
lays off down to its target (all, where the establishment has closed), the newest first with keyed noise; which layoffs
are temporary depends on how sudden the fall of the sector, or of all sectors together, is.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import adoption, quality
from laborsim.market.codes import (
    CLOSURE,
    FULL_TIME,
    LAYOFF,
    LAYOFF_TEMPORARY,
    PART_TIME,
    PAYROLL,
    TEMPORARY_LAYOFF,
    UNEMPLOYED,
)
from laborsim.market.draws import Stream, bits, more_bits, to_unit, uniforms
from laborsim.market.insurance import insure
from laborsim.market.month import FEW, Month
from laborsim.market.participation import MAX_AGE, by_age
from laborsim.market.products import product
from laborsim.market.skill import skills
from laborsim.market.transitions import gather, hire, inactive_reason, move


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


def people_of(month: Month, cells: NDArray[np.bool_], first: int, last: int) -> NDArray[np.int64]:
    """Rows, ascending, of the people in states `first` to `last` whose cell is marked in `cells` (cells,)."""
    people, rows = month.world.people, month.buffers()[0]
    flag = np.concatenate([np.zeros(1, np.uint8), cells.view(np.uint8)])
    (found,) = gather(month.crew.map(_collect, people.size, people.columns, flag, first, last, rows), rows)
    return found


@njit(cache=True, nogil=True)
def _lowest(cell, order, places, taken):  # type: ignore[no-untyped-def]
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
    _lowest(cell, np.argsort(score), places, taken)
    return taken


@njit(cache=True, nogil=True)
def _scores(lo, hi, chunk, p, c, rows, key, month, seniority, half, bias, fairness, out):  # type: ignore[no-untyped-def]
    """Who of rows [lo, hi) goes first: the lowest by chance, tenure and what the employer holds against the group."""
    for k in range(lo, hi):
        i = rows[k]
        months = max(month - p.hired[i], 0)
        held = bias[p.race[i]] * fairness[c.establishment[p.job[i]]]
        out[k] = to_unit(bits(key, p.id[i])) + seniority * months / (months + half) - held


@njit(cache=True, nogil=True)
def _after_layoff(  # type: ignore[no-untyped-def]
    lo, hi, chunk, p, h, c, e, rows, kind_key, temporary, secure, leave, waiting_leave, month, states, reasons
):
    for k in range(lo, hi):
        i = rows[k]
        b = bits(kind_key, p.id[i])
        age = min(max((month - p.birth[i]) // 12, 0), MAX_AGE - 1)
        hh = p.household[i]
        young = h.children[hh] > 0 and month - h.youngest[hh] < 72
        if e.closed[c.establishment[p.job[i]]] <= month:
            states[k] = UNEMPLOYED
            reasons[k] = CLOSURE
        else:
            share = temporary[c.sector[p.job[i]]]
            kept = share * secure[c.establishment[p.job[i]]]
            stays = to_unit(b) < kept / max(kept + 1.0 - share, 1e-9)
            states[k] = TEMPORARY_LAYOFF if stays else UNEMPLOYED
            reasons[k] = LAYOFF_TEMPORARY if stays else LAYOFF
        out = leave[age] if reasons[k] != LAYOFF_TEMPORARY else leave[age] * waiting_leave
        if to_unit(more_bits(b, 1)) < out:
            states[k] = inactive_reason(p.traits[i], age, young, p.sex[i], False)
            if reasons[k] == LAYOFF_TEMPORARY:
                reasons[k] = LAYOFF


@njit(cache=True, nogil=True)
def _recall_hazard(p, rows, key, lost_key, month, hazard, fade, lost, back, gone, score):  # type: ignore[no-untyped-def]
    for k in range(rows.size):
        i = rows[k]
        b = bits(key, p.id[i])
        waited = max(month - p.since[i] - 1, 0)
        back[k] = to_unit(b) < hazard * fade**waited
        gone[k] = to_unit(bits(lost_key, p.id[i])) < lost
        score[k] = to_unit(more_bits(b, 1))


def recalls(month: Month) -> None:
    """Call back people on temporary layoff where their cell has room; some layoffs turn permanent."""
    q = month.room("separations")
    w = month.world
    p = w.people.columns
    candidates = people_of(month, w.cells.recall[: w.cells.size] > 0, TEMPORARY_LAYOFF, TEMPORARY_LAYOFF)
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
    w.people.skill[r] = skills(month, r)
    hire(month, r, cells[called].astype(np.int32), states, w.people.wage[r], hours, recall=True)
    w.people.hired[r] = hired
    lost = candidates[gone & ~called]
    move(month, lost, np.full(lost.size, UNEMPLOYED, np.uint8), np.zeros(lost.size, np.uint8))


def layoffs(month: Month) -> None:
    """Bring cells that hold more people than they want down to their target."""
    q = month.room("separations")
    w = month.world
    p = w.people.columns
    excess = _excess(month)
    candidates = people_of(month, excess > 0, PAYROLL[0], PAYROLL[-1])
    score = np.zeros(candidates.size)
    bias, fairness = np.asarray(q["layoff_bias_race"], np.float64), quality.fairness_factor(month)
    pick = month.key(Stream.LAYOFF_PICK)
    seniority = q["seniority"], q["seniority_months"]
    month.crew.map(_scores, candidates.size, p, w.cells.columns, candidates, pick, month.index, *seniority, bias,
                   fairness, score, size=FEW)  # fmt: skip
    r = candidates[choose(score, w.people.job[candidates], excess)]
    displaced = adoption.displaced(month, r)
    kept = np.zeros(r.size, np.bool_)
    kept[displaced] = adoption.redeploy(month, r[displaced])
    r, displaced = r[~kept], displaced[~kept]
    adoption.remember(month, r[displaced])
    path = month.memory["demand"]["path"]
    total = product(path, month.memory["demand"]["jobs"])
    # What shuts the whole economy is expected to pass, whatever one's own sector loses by it.
    fall = np.maximum(np.log(path[2] / path[0]), float(np.log(total[2] / total[0])))
    beyond = np.maximum(fall - q["temporary_threshold"], 0.0)
    temporary = np.clip(q["temporary_base"] + q["temporary_slope"] * beyond, 0.0, q["temporary_most"])
    leave = month.table("separations.laid_off_leave", lambda: by_age(q["laid_off_leave"]))
    states, reasons = np.empty(r.size, np.uint8), np.empty(r.size, np.uint8)
    month.crew.map(
        _after_layoff,
        r.size,
        p,
        w.households.columns,
        w.cells.columns,
        w.establishments.columns,
        r,
        month.key(Stream.LAYOFF_KIND),
        temporary,
        quality.security_factor(month),
        leave,
        float(q["waiting_leave"]),
        month.index,
        states,
        reasons,
        size=FEW,
    )
    month.scratch["layoffs.rows"] = r  # for those who look on; nothing in the market reads it
    final = displaced & (states == TEMPORARY_LAYOFF)  # nobody is called back to work that is no longer done
    states[final], reasons[final] = UNEMPLOYED, LAYOFF
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
    excess = np.asarray(np.maximum(c.filled[:n] - allowed, 0), np.int32)
    # Employers who offer security keep some on for another month; those who close cannot.
    keeps = quality.hoarding(month)[c.establishment[:n]]
    over = np.flatnonzero((excess > 0) & (keeps > 0.0) & (c.target[:n] > 0))
    draw = uniforms(month.key(Stream.LABOR_HOARDING), over.astype(np.uint64))
    excess[over] -= np.floor(excess[over] * keeps[over] + draw).astype(np.int32)
    adoption.share_work(month, excess)
    return excess


__all__ = ["choose", "layoffs", "people_of", "recalls"]
