"""Offers: employers rank who applied and the places go out in rounds of truncated deferred acceptance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from laborsim.market.draws import bits, mix, more_bits
from laborsim.market.month import FEW, Crew


@njit(cache=True, inline="always")
def _ticket(key, who, cell):  # type: ignore[no-untyped-def]
    """Keyed bits of a pair of seeker and cell: the first tie-break."""
    return mix(more_bits(bits(key, who), cell + 1))


@njit(cache=True)
def _ahead(score_a, a, score_b, b, cell, seeker, ids, key):  # type: ignore[no-untyped-def]
    """Whether application a ranks before b at the same cell."""
    if score_a != score_b:
        return score_a > score_b
    ticket_a = _ticket(key, ids[seeker[a]], cell)
    ticket_b = _ticket(key, ids[seeker[b]], cell)
    if ticket_a != ticket_b:
        return ticket_a > ticket_b
    return a < b


@njit(cache=True)
def _rank(order, score, lo, hi, cell, seeker, ids, key):  # type: ignore[no-untyped-def]
    """Sort order[lo:hi] and score[lo:hi] best first: insertion up to 24 entries, else heap sort."""
    if hi - lo <= 24:
        for j in range(lo + 1, hi):
            a, s = order[j], score[j]
            k = j
            while k > lo and _ahead(s, a, score[k - 1], order[k - 1], cell, seeker, ids, key):
                order[k], score[k] = order[k - 1], score[k - 1]
                k -= 1
            order[k], score[k] = a, s
        return
    n = hi - lo
    first = n // 2 - 1
    end = n - 1
    while end > 0:  # heap with the worst on top, moved to the end one by one
        if first >= 0:
            root = first
            first -= 1
        else:
            order[lo], order[lo + end] = order[lo + end], order[lo]
            score[lo], score[lo + end] = score[lo + end], score[lo]
            end -= 1
            root = 0
        while 2 * root + 1 <= end:
            child = 2 * root + 1
            if child < end and _ahead(score[lo + child], order[lo + child], score[lo + child + 1],
                                      order[lo + child + 1], cell, seeker, ids, key):
                child += 1
            if not _ahead(score[lo + root], order[lo + root], score[lo + child], order[lo + child],
                          cell, seeker, ids, key):
                break
            order[lo + root], order[lo + child] = order[lo + child], order[lo + root]
            score[lo + root], score[lo + child] = score[lo + child], score[lo + root]
            root = child


@njit(cache=True, nogil=True)
def _by_cell(vacancy, given, passed, thrown_out, start, received, order, score):  # type: ignore[no-untyped-def]
    """Applications of each cell together, in order of seekers: those of cell v from `start[v]` on, with the scores."""
    m = received.size
    for p in passed:
        start[np.uint64(vacancy[p] + 1)] += 1
    for p in thrown_out:
        received[~vacancy[p]] += 1
    for v in range(m):
        received[v] += start[v + 1]
        start[v + 1] += start[v]
    turn = start[:m].copy()
    for p in passed:
        at = np.uint64(vacancy[p])
        place = np.uint64(turn[at])
        order[place] = p
        score[place] = given[p]
        turn[at] += 1


@njit(cache=True, nogil=True)
def _rank_cells(lo, hi, chunk, start, order, score, cell, seeker, ids, key):  # type: ignore[no-untyped-def]
    """Rank the applicants of cells [lo, hi)."""
    for v in range(lo, hi):
        _rank(order, score, start[v], start[v + 1], cell[v], seeker, ids, key)


@njit(cache=True, nogil=True)
def _rounds(applications, start, order, ids, cell, open_, rounds, key, vacancy_index, filled):  # type: ignore[no-untyped-def]
    """Offers by ranked applicants; fills the last two arrays."""
    vacancy, seeker, utility = applications.vacancy, applications.seeker, applications.utility
    m = cell.size
    turn = start[:m].copy()
    active = np.empty(m, np.int64)
    n_active = 0
    for v in range(m):
        active[n_active] = v
        n_active += start[v + 1] > start[v]
    held = np.full(vacancy_index.size, -1, np.int32)  # application whose offer the seeker holds
    slots = open_.copy()
    back = np.zeros(m, np.int32)  # slots refused or given up in this round: offered again in the next
    for _ in range(rounds):
        for k in range(n_active):
            v = active[k]
            while slots[v] > 0 and turn[v] < start[v + 1]:
                a: Any = np.int64(order[turn[v]])
                turn[v] += 1
                slots[v] -= 1
                i: Any = np.uint64(seeker[a])
                h = held[i]
                if h < 0:
                    held[i] = a
                    continue
                w = vacancy[h]
                better = utility[a] > utility[h]
                if utility[a] == utility[h]:
                    mine, theirs = _ticket(key, ids[i], cell[v]), _ticket(key, ids[i], cell[w])
                    better = mine > theirs if mine != theirs else v < w
                if better:
                    held[i] = a
                    back[w] += 1
                else:
                    back[v] += 1
        kept = offering = 0
        for k in range(n_active):
            v = active[k]
            slots[v] += back[v]
            back[v] = 0
            offering += slots[v] > 0 and turn[v] < start[v + 1]
            if turn[v] < start[v + 1]:  # without a free slot too: one may be given back later
                active[kept] = v
                kept += 1
        n_active = kept
        if offering == 0:
            break
    for i in range(vacancy_index.size):
        vacancy_index[i] = -1
        if held[i] >= 0:
            vacancy_index[i] = vacancy[held[i]]
            filled[vacancy_index[i]] += 1


def assign(
    applications: Any, passed: Any, thrown_out: Any, ids: Any, cell: Any, open_: Any, rounds: int, key: np.uint64,
    vacancy_index: Any, filled: Any, received: Any, crew: Crew,
) -> None:  # fmt: skip
    """Rank applicants of every cell and run the rounds; fills `vacancy_index`, `filled` and `received`.

    In a round every cell offers its free places to its best applicants not yet asked; each seeker holds the best
    offer, and places refused or given up are offered in the next round. All offers of a round count as simultaneous,
    so the order of cells does not matter; equal scores and utilities are told apart by keyed bits.
    """
    start = np.zeros(cell.size + 1, np.int64)
    order, score = np.empty(passed.size, np.uint32), np.empty(passed.size)
    _by_cell(applications.vacancy, applications.score, passed, thrown_out, start, received, order, score)
    crew.map(_rank_cells, cell.size, start, order, score, cell, applications.seeker, ids, key, size=FEW)
    _rounds(applications, start, order, ids, cell, open_, rounds, key, vacancy_index, filled)
