"""Changes of state: the only code that moves people between states and jobs.

Stages decide who moves (kernels over people, in any order, on any thread) and hand the rows here, in row
order; these kernels keep the books: headcounts of cells, earners of households, histories, counts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import bad_matches
from laborsim.market.codes import (
    CARER,
    CLOSURE,
    DISABLED,
    DISCOURAGED,
    FEMALE,
    GONE,
    LAYOFF,
    NO_PROGRAM,
    OTHER_INACTIVE,
    QUIT_TO_UNEMPLOYED,
    RETIRED,
    SELF_EMPLOYED,
    STUDENT,
    TEMPORARY_LAYOFF,
    TRAIT_CARER,
    TRAIT_DISABILITY,
    TRAIT_ENROLLED,
    UNEMPLOYED,
)
from laborsim.market.columns import AHEAD, fetch
from laborsim.market.draws import Stream, bits
from laborsim.market.month import FEW, Month
from laborsim.market.pay import pair, suits
from laborsim.market.skill import skill_now, terms

RETIREMENT = 62  # age from which those who stop count as retired: Social Security can be claimed
_ONE = np.uint64(1)
_NO_FLOWS = np.zeros((0, 3), np.int32)


@njit(cache=True, inline="always")
def inactive_reason(traits: int, age: int, young_child: bool, sex: int, discouraged: bool) -> int:
    """State out of the labor force of someone who stops working or looking."""
    if traits & TRAIT_ENROLLED:
        return STUDENT
    if age >= RETIREMENT:
        return RETIRED
    if traits & TRAIT_DISABILITY:
        return DISABLED
    if (young_child and sex == FEMALE) or traits & TRAIT_CARER:
        return CARER
    return DISCOURAGED if discouraged else OTHER_INACTIVE


@njit(cache=True, inline="always")
def shifted_history(history: Any, elapsed: int, employed: bool) -> Any:
    """Employment history moved on by `elapsed` months spent in one state."""
    if elapsed <= 0:
        return history
    if elapsed >= 32:
        return np.uint32(0xFFFFFFFF) if employed else np.uint32(0)
    h = np.uint64(history) << np.uint64(elapsed)
    if employed:
        h |= (_ONE << np.uint64(elapsed)) - _ONE
    return np.uint32(h & np.uint64(0xFFFFFFFF))


@njit(cache=True, inline="always")
def months_out(history, elapsed):  # type: ignore[no-untyped-def]
    """Months since someone without a job last had one, whatever spells of search lie between.

    `history` is that of the present state's beginning, `elapsed` months ago. Of those without a job in the 32 months
    before, newcomers from school among them, only the present state counts.
    """
    out = np.int64(max(elapsed, 0))
    h = np.uint32(history)
    while h != 0 and h & np.uint32(1) == 0:
        h = h >> np.uint32(1)
        out += 1
    return out


@njit(cache=True, inline="always")
def _fetch_books(p, h, c, far, near):  # type: ignore[no-untyped-def]
    """Begin to fetch person `far`, and the job and household of person `near`, who comes sooner."""
    fetch(p.state, far)
    fetch(p.job, far)
    fetch(p.household, far)
    job = max(p.job[near], 0)
    fetch(c.filled, job)
    fetch(c.sector, job)
    fetch(c.zone, job)
    fetch(h.earners, max(p.household[near], 0))


@njit(cache=True, nogil=True)
def _book_moves(p, h, c, rows, states, reasons, separations, flows):  # type: ignore[no-untyped-def]
    """Headcounts, earners and counts of moves, before the people are moved."""
    last = rows.size - 1
    for k in range(rows.size):
        i = np.uint64(rows[k])  # unsigned: no test for negative indices
        _fetch_books(p, h, c, rows[min(k + 2 * AHEAD, last)], rows[min(k + AHEAD, last)])
        old = p.state[i]
        new = states[k]
        job = p.job[i]
        if old <= SELF_EMPLOYED:
            if job >= 0:
                c.filled[job] -= 1
                separations[reasons[k], c.sector[job], c.zone[job]] += 1
                if flows.size > 0 and not LAYOFF <= reasons[k] <= CLOSURE:
                    flows[c.establishment[job], 0] += 1
                    flows[c.establishment[job], 1] += reasons[k] <= QUIT_TO_UNEMPLOYED
            if new > SELF_EMPLOYED:
                h.earners[p.household[i]] -= 1
        elif new <= SELF_EMPLOYED:
            h.earners[p.household[i]] += 1
        if old == TEMPORARY_LAYOFF and job >= 0:
            c.recall[job] -= 1
        if new == TEMPORARY_LAYOFF and job >= 0:
            c.recall[job] += 1


@njit(cache=True, nogil=True)
def _move(lo, hi, chunk, p, c, rows, states, month, learning):  # type: ignore[no-untyped-def]
    """Write the rows [lo, hi) of people moved."""
    for k in range(lo, hi):
        i = np.uint64(rows[k])
        new = states[k]
        p.history[i] = shifted_history(p.history[i], month - p.since[i], p.state[i] <= SELF_EMPLOYED)
        p.skill[i] = skill_now(i, p, c, learning)
        p.counted[i] = month
        if new != TEMPORARY_LAYOFF:
            p.job[i] = -1
        p.state[i] = new
        p.since[i] = month
        if new != TEMPORARY_LAYOFF and new != UNEMPLOYED:
            p.ui_weeks[i] = 0  # whoever finds work or stops looking has no claim left
        if new == GONE:
            p.program[i] = NO_PROGRAM


@njit(cache=True, nogil=True)
def _book_hires(p, h, c, rows, cells, separations, hires, flows):  # type: ignore[no-untyped-def]
    """Headcounts, earners and counts of hires, before the people are hired; returns how many leave another job."""
    moved = 0
    last = rows.size - 1
    for k in range(rows.size):
        i = np.uint64(rows[k])  # unsigned: no test for negative indices
        _fetch_books(p, h, c, rows[min(k + 2 * AHEAD, last)], rows[min(k + AHEAD, last)])
        ahead = cells[min(k + AHEAD, last)]
        fetch(c.filled, ahead)
        fetch(c.sector, ahead)
        fetch(c.zone, ahead)
        cell = cells[k]
        old = p.state[i]
        job = p.job[i]
        if old <= SELF_EMPLOYED:
            moved += 1
            if job >= 0:
                c.filled[job] -= 1
                separations[0, c.sector[job], c.zone[job]] += 1
                if flows.size > 0:
                    flows[c.establishment[job], 0] += 1
                    flows[c.establishment[job], 1] += 1
        else:
            h.earners[p.household[i]] += 1
            if old == TEMPORARY_LAYOFF and job >= 0:
                c.recall[job] -= 1
        c.filled[cell] += 1
        hires[c.sector[cell], c.zone[cell]] += 1
        if flows.size > 0:
            flows[c.establishment[cell], 2] += 1
    return moved


@njit(cache=True, nogil=True)
def _hire(lo, hi, chunk, p, rows, cells, states, wages, hours, month, taste_key, recall):  # type: ignore[no-untyped-def]
    """Write the rows [lo, hi) of people hired."""
    for k in range(lo, hi):
        i = np.uint64(rows[k])
        fetch(p, rows[min(k + AHEAD, hi - 1)])
        cell = cells[k]
        p.history[i] = shifted_history(p.history[i], month - p.since[i], p.state[i] <= SELF_EMPLOYED)
        p.job[i] = cell
        p.ui_weeks[i] = 0
        if not recall:
            p.fit[i] = suits(pair(bits(taste_key, p.id[i]), cell))
        p.hired[i] = month
        p.counted[i] = month
        p.state[i] = states[k]
        p.since[i] = month
        p.wage[i] = wages[k]
        p.hours[i] = hours[k]


def _employer_flows(month: Month) -> NDArray[np.int32]:
    """People who left, layoffs apart, who quit and who were hired, by establishment (E, 3); empty while nobody asks."""
    held = month.memory.get("coaching")
    return _NO_FLOWS if held is None else held["flows"]


def move(month: Month, rows: NDArray[np.int64], states: NDArray[np.uint8], reasons: NDArray[np.uint8]) -> None:
    """Move people out of work, or between states without a job.

    Parameters
    ----------
    rows : (n,) rows of people, each at most once, ascending.
    states : (n,) new states, not payroll states (SELF_EMPLOYED is allowed).
    reasons : (n,) why the job ended, codes.REASONS; ignored for those who have none.
    """
    w = month.world
    p, c = w.people.columns, w.cells.columns
    _book_moves(p, w.households.columns, c, rows, states, reasons, month.counts.separations, _employer_flows(month))
    month.crew.map(_move, rows.size, p, c, rows, states, month.index, terms(month), size=FEW)


def hire(
    month: Month,
    rows: NDArray[np.int64],
    cells: NDArray[np.int32],
    states: NDArray[np.uint8],
    wages: NDArray[np.float32],
    hours: NDArray[np.uint8],
    recall: bool = False,
) -> int:
    """Put people into jobs; returns how many came from another job.

    Vacancies and occupations are the caller's business; `recall` counts them as recalls instead of hires.
    """
    w = month.world
    into = month.counts.recalls if recall else month.counts.hires
    p, key = w.people.columns, month.key(Stream.JOB_TASTE, fixed=True)
    moved = _book_hires(p, w.households.columns, w.cells.columns, rows, cells, month.counts.separations, into,
                        _employer_flows(month))  # fmt: skip
    month.crew.map(_hire, rows.size, p, rows, cells, states, wages, hours, month.index, key, recall, size=FEW)
    if not recall:  # the job is the same as before
        bad_matches.note(month, rows)
    return int(moved)


def gather(results: list[Any], rows: NDArray[np.int64], *columns: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Join what chunked kernels wrote: chunk c wrote `results[c]` entries at its own offset `c * CHUNK`."""
    from laborsim.market.month import CHUNK

    pieces = [slice(c * CHUNK, c * CHUNK + int(n)) for c, n in enumerate(results)]
    return tuple(np.concatenate([a[s] for s in pieces]) if pieces else a[:0] for a in (rows, *columns))

