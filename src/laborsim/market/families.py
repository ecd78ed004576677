"""Households as people move between them: grown children leave, couples form and part, heads are replaced.

`month.memory["demography"]` holds for every household its head (`head`: the row of the person whose draws decide for
it, -1 if none) and its members as a ring: `ring[i]` is the next member after person i, the last leads to the first.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import FEMALE, GONE, SELF_EMPLOYED
from laborsim.market.draws import Stream, bits, more_bits, to_unit
from laborsim.market.lifecourse import MOST_CHILDREN
from laborsim.market.month import Month
from laborsim.market.rows import give_back, take

I8 = NDArray[np.int64]


@njit(cache=True)
def find_members(p, n, head, ring):  # type: ignore[no-untyped-def]
    """Head (the first in row order) and ring of members of every household."""
    for i in range(n):
        g = p.household[i]
        if g < 0 or p.state[i] == GONE:
            continue
        if head[g] < 0:
            head[g] = i
            ring[i] = i
        else:
            ring[i] = ring[head[g]]
            ring[head[g]] = i


@njit(cache=True)
def unlink(i, g, p, head, ring):  # type: ignore[no-untyped-def]
    """Take person i out of the ring of household g; the eldest of the others becomes head if i was."""
    j = ring[i]
    if j == i:
        head[g] = -1
        return
    eldest = j
    while ring[j] != i:
        j = ring[j]
        if p.birth[j] < p.birth[eldest]:
            eldest = j
    ring[j] = ring[i]
    ring[i] = i
    if head[g] == i:
        head[g] = eldest


@njit(cache=True)
def members(homes, head, ring, out):  # type: ignore[no-untyped-def]
    """Rows of all members of `homes`, into out; returns how many (all of them, even beyond out)."""
    n = 0
    for g in homes:
        i = head[g]
        while i >= 0:
            if n < out.size:
                out[n] = i
            n += 1
            i = ring[i]
            if i == head[g]:
                break
    return n


@njit(cache=True)
def remove(rows, p, h, head, ring, freed):  # type: ignore[no-untyped-def]
    """Take people who are gone out of their households; returns how many household rows fell free."""
    n = 0
    for i in rows:
        g = p.household[i]
        unlink(i, g, p, head, ring)
        p.household[i] = -1
        h.adults[g] -= 1
        if h.adults[g] == 0:
            _clear(h, head, np.int64(g))
            freed[n] = g
            n += 1
    return n


@njit(cache=True)
def _clear(h, head, g):  # type: ignore[no-untyped-def]
    head[g] = -1
    h.earners[g] = 0
    h.children[g] = 0
    h.youngest[g] = 0
    h.eldest[g] = 0
    h.car[g] = 0
    h.care[g] = 0
    h.subsidized[g] = 0


@njit(cache=True)
def _set_up(rows, homes, p, h, head, ring, car_share, key):  # type: ignore[no-untyped-def]
    """Each of `rows` moves alone into the free household row `homes[k]` of the same zone."""
    for k in range(rows.size):
        i, g = rows[k], homes[k]
        old = p.household[i]
        works = p.state[i] <= SELF_EMPLOYED
        h.adults[old] -= 1
        if works:
            h.earners[old] -= 1
        unlink(i, old, p, head, ring)
        _clear(h, head, g)
        h.zone[g] = h.zone[old]
        h.adults[g] = 1
        h.earners[g] = 1 if works else 0
        h.car[g] = 1 if to_unit(more_bits(bits(key, p.id[i]), 1)) < car_share else 0
        p.household[i] = g
        head[g] = i
        ring[i] = i


@njit(cache=True)
def _merge(women, men, p, h, head, ring, apart, freed):  # type: ignore[no-untyped-def]
    """The k-th man moves to the k-th woman's household with his children, unless they are more than `apart` months
    apart in age; returns households freed."""
    n = 0
    for k in range(women.size):
        i, j = women[k], men[k]
        if abs(p.birth[i] - p.birth[j]) > apart:
            continue
        a, b = p.household[i], p.household[j]
        if h.children[b] > 0:
            if h.children[a] == 0 or h.youngest[b] > h.youngest[a]:
                h.youngest[a] = h.youngest[b]
            if h.children[a] == 0 or h.eldest[b] < h.eldest[a]:
                h.eldest[a] = h.eldest[b]
            h.children[a] = min(MOST_CHILDREN, h.children[a] + h.children[b])
        h.adults[a] += 1
        if p.state[j] <= SELF_EMPLOYED:
            h.earners[a] += 1
        h.car[a] = max(h.car[a], h.car[b])
        p.household[j] = a
        ring[j] = ring[i]
        ring[i] = j
        p.zone[j] = h.zone[a]
        h.adults[b] = 0
        _clear(h, head, np.int64(b))
        freed[n] = b
        n += 1
    return n


def new_households(month: Month, n: int) -> I8:
    """Take n free household rows, with room in the head array."""
    homes = take(month, "households", n)
    make_room(month)
    return homes


def new_people(month: Month, n: int) -> I8:
    """Take n free rows of people, with room in the ring array."""
    rows = take(month, "people", n)
    make_room(month)
    return rows


def make_room(month: Month) -> None:
    """Keep head and ring as long as the tables of households and people."""
    memory, w = month.memory["demography"], month.world
    for name, capacity in (("head", w.households.capacity), ("ring", w.people.capacity)):
        if memory[name].size < capacity:
            longer = np.full(capacity, -1, np.int32)
            longer[: memory[name].size] = memory[name]
            memory[name] = longer


def move_out(month: Month, rows: I8, car_share: float) -> None:
    """Grown children and partners who part get households of their own, in the same zone."""
    if rows.size == 0:
        return
    w = month.world
    home = w.people.household[rows]
    # A household keeps one adult at least: whoever would be the last stays.
    order = np.argsort(home, kind="stable")
    at = np.searchsorted(home[order], home[order])
    place = np.empty(rows.size, np.int64)
    place[order] = np.arange(rows.size) - at
    rows = rows[place < w.households.adults[home].astype(np.int64) - 1]
    homes = new_households(month, rows.size)
    _set_up(rows, homes, w.people.columns, w.households.columns, month.memory["demography"]["head"],
            month.memory["demography"]["ring"], car_share,
            month.key(Stream.HOUSEHOLD_FORMATION))  # fmt: skip


def pair(month: Month, rows: I8, chance: NDArray[np.float64]) -> None:
    """Single adults who look for a partner this month are paired by age, then zone, then a keyed draw.

    The region's people pair among themselves, those of zones beyond it among themselves.

    Parameters
    ----------
    rows, chance : (n,) people, ascending; chance that each looks (those who have just left home may or may not).
    """
    w, outside, q = month.world, month.economy.outside, month.room("demography")
    p = w.people.columns
    freed: list[I8] = []
    look = np.empty(rows.size)
    _ranks(rows, p, month.key(Stream.HOUSEHOLD_FORMATION), look, 2)
    rows = rows[(w.households.adults[p.household[rows]] == 1) & (look < chance)]
    for inside in (True, False):
        here = rows[(p.zone[rows] < outside) == inside]
        women, men = here[p.sex[here] == FEMALE], here[p.sex[here] != FEMALE]
        n = min(women.size, men.size)
        if n == 0:
            continue
        key = month.key(Stream.HOUSEHOLD_FORMATION)
        women, men = _ordered(p, women, key, round(12 * q["union_older"]), n), _ordered(p, men, key, 0, n)
        out = np.empty(n, np.int64)
        k = _merge(
            women,
            men,
            p,
            w.households.columns,
            month.memory["demography"]["head"],
            month.memory["demography"]["ring"],
            round(12 * q["union_apart"]),
            out,
        )
        freed.append(out[:k])
    if freed:
        give_back(month, "households", np.concatenate(freed))


@njit(cache=True)
def _ranks(rows, p, key, out, counter):  # type: ignore[no-untyped-def]
    for k in range(rows.size):
        out[k] = to_unit(more_bits(bits(key, p.id[rows[k]]), counter))


def _ordered(p: object, rows: I8, key: np.uint64, younger: int, n: int) -> I8:
    """The n lowest keyed draws of `rows`, sorted by age in three-year steps, zone and draw."""
    draw = np.empty(rows.size)
    _ranks(rows, p, key, draw, 3)
    keep = np.sort(np.lexsort((rows, draw))[:n])
    rows, draw = rows[keep], draw[keep]
    step = (p.birth[rows].astype(np.int64) - younger) // 36  # type: ignore[attr-defined]
    return rows[np.lexsort((rows, draw, p.zone[rows], step))]  # type: ignore[attr-defined]
