"""Sampled choice: which vacancies each seeker looks at.

First a zone of work, with weight commuting x what the zone offers someone of that occupation; then an occupation
there, with weight mobility x open vacancies x attractiveness; then one of that market's open vacancies uniformly.
Nobody looks at the own job or at the same job twice: such a look is drawn anew, for where few employers are simulated
it would be a common one.

All three choices walk down a shallow tree of weights (16 children a node) with one keyed draw per level
instead of inverting one long cumulative sum. The distribution is the same, but one more vacancy then changes
the choice of few seekers instead of shifting every boundary behind it, which keeps baseline and policy runs
comparable, and a node is one cache line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.draws import bits, more_bits, to_unit
from laborsim.market.nodes import ARITY, below

if TYPE_CHECKING:
    from laborsim.market.matching import Seekers, Terrain, Vacancies

I4 = NDArray[np.int32]
U1 = NDArray[np.uint8]
F4 = NDArray[np.float32]

SLOTS = 64  # leaves of a market's tree of vacancies; a vacancy's leaf is a hash of its cell
VOID = np.int32(-(2**31))  # an application that was not sent
MAX_REDRAWS = 32
ELSEWHERE = 4  # times that a look at the own job, or at a job looked at already, is drawn anew
TURN = 1 << 20  # counters of draws between one time and the next
_WHOLE = 1 << 30  # running shares in a node are whole numbers of 2**-30, so that a choice is integer comparisons


_OFFER = np.dtype(
    [("pay", "f4"), ("floor", "f4"), ("amenity", "f4"), ("bias", "f4"), ("experience", "f4"), ("cell", "i4"),
     ("occupation", "u2"), ("fields", "u2"), ("zone", "u1"), ("needs", "u1"), ("screens_record", "u1")],
    align=True,
)


class Choices(NamedTuple):
    """Trees of weights, one per row: running shares of the groups of 16 leaves, then of the leaves in each group."""

    by_zone: I4  # (C * O * Z, width(Z)): class of travel x occupation x home
    by_occupation: I4  # (O * Z, width(O)): occupation x zone of work
    by_slot: I4  # (Z * O, width(SLOTS)): market
    reachable: U1  # (C * O * Z,) 1 where any market has a positive weight
    slot_start: I4  # (Z * O * SLOTS + 1,) first unit of a slot
    units: I4  # vacancy index of every open vacancy, by market, slot, cell
    closeness: F4  # (O, O)
    offers: NDArray[Any]  # (m,) _OFFER; pay and floor are logs of the posted and the legal wage


def _width(leaves: int) -> int:
    """Columns of a tree: one running share per group, padded to whole nodes, and one per leaf."""
    groups = -(-leaves // ARITY)
    return (-(-groups // ARITY) + groups) * ARITY


@njit(cache=True)
def _fill_node(tree, row, begin, end, weights, total):  # type: ignore[no-untyped-def]
    """Running shares of `weights`; the last positive one and all behind it are whole, so that no draw passes it."""
    running = 0.0
    for k in range(weights.size):
        running += weights[k]
        share = running / total if total > 0.0 else 1.0
        tree[row, begin + k] = _WHOLE if running >= total else np.int64(np.rint(share * _WHOLE))
    for k in range(begin + weights.size, end):
        tree[row, k] = _WHOLE


@njit(cache=True)
def _fill_tree(tree, row, weights):  # type: ignore[no-untyped-def]
    """Write the running shares of `weights` into a row; returns the total weight."""
    groups = (weights.size + ARITY - 1) // ARITY
    top = (groups + ARITY - 1) // ARITY * ARITY
    sums = np.zeros(groups)
    total = 0.0
    for g in range(groups):
        inside = weights[g * ARITY:(g + 1) * ARITY]
        for w in inside:
            sums[g] += w
        _fill_node(tree, row, top + g * ARITY, top + (g + 1) * ARITY, inside, sums[g])
        total += sums[g]
    _fill_node(tree, row, np.int64(0), top, sums, total)  # a bare 0 is compiled on its own
    return total


@njit(cache=True, nogil=True)
def _build(choices, vacancies, weight, mobility, searched, attraction):  # type: ignore[no-untyped-def]
    """Fill the trees; `searched` (C, O, Z) marks who looks from where, `weight` is (C, Z, Z)."""
    classes, zones = weight.shape[0], weight.shape[1]
    occupations = mobility.shape[0]
    start, units, offers = choices.slot_start, choices.units, choices.offers
    m = vacancies.cell.size

    no_key: Any = np.uint64(0)  # the slot of a cell never changes
    start[:] = 0
    pull = np.zeros((zones, occupations))
    slot_of = np.empty(m, np.int32)
    for v in range(m):
        market = vacancies.zone[v] * occupations + vacancies.occupation[v]
        slot = np.int64(bits(no_key, vacancies.cell[v] + 1) & np.uint64(SLOTS - 1))
        slot_of[v] = market * SLOTS + slot
        start[slot_of[v] + 1] += vacancies.open[v]
        log_posted = np.log(max(np.float64(vacancies.posted[v]), 1e-6))
        pull[vacancies.zone[v], vacancies.occupation[v]] += vacancies.open[v] * log_posted
        offers[v].pay = log_posted
        offers[v].floor = np.log(max(np.float64(vacancies.floor[v]), 1e-6))
        offers[v].amenity = vacancies.amenity[v]
        offers[v].cell = vacancies.cell[v]
        offers[v].occupation = vacancies.occupation[v]
        offers[v].fields = vacancies.fields[v]
        offers[v].zone = vacancies.zone[v]
        offers[v].needs = vacancies.needs[v]
        offers[v].screens_record = vacancies.screens_record[v]
        offers[v].bias = vacancies.bias[v]
        offers[v].experience = vacancies.experience[v]
    in_slots = np.empty(SLOTS)
    # weight of a market: its open vacancies x (geometric mean posted wage) ** attraction
    for z in range(zones):
        for o in range(occupations):
            first = (z * occupations + o) * SLOTS
            for k in range(in_slots.size):
                in_slots[k] = start[first + 1 + k]
            open_ = _fill_tree(choices.by_slot, z * occupations + o, in_slots)
            if open_ > 0.0:
                pull[z, o] = open_ * np.exp(attraction * pull[z, o] / open_)
    for s in range(start.size - 1):
        start[s + 1] += start[s]
    cursor = start[:-1].copy()
    for v in range(m):
        s = slot_of[v]
        for _ in range(vacancies.open[v]):
            units[cursor[s]] = v
            cursor[s] += 1
    totals = np.zeros(zones)
    for o in range(occupations):
        if not searched[:, o].any():
            continue
        top = mobility[o].max()
        for other in range(occupations):
            choices.closeness[o, other] = np.sqrt(mobility[o, other] / top) if top > 0.0 else 0.0
        choices.closeness[o, o] = 1.0
        for z in range(zones):
            totals[z] = _fill_tree(choices.by_occupation, o * zones + z, mobility[o] * pull[z])
        for travel in range(classes):
            for home in range(zones):
                if searched[travel, o, home]:
                    row = (travel * occupations + o) * zones + home
                    choices.reachable[row] = _fill_tree(choices.by_zone, row, weight[travel, home] * totals) > 0.0


@njit(cache=True, forceinline=True)
def _pick(tree, row, groups, b):  # type: ignore[no-untyped-def]
    """Leaf drawn in proportion to its weight with 64 random bits `b`, one half per level; `tree` is flat."""
    top = (groups + ARITY - 1) // ARITY * ARITY
    base = row * (top + groups * ARITY)
    group = np.int64(0)
    if groups > 1:
        upper = np.int32(b >> np.uint64(34))
        for node in range(base, base + top, ARITY):
            group += below(tree, node, upper)
    leaves = base + top + group * ARITY
    return group * ARITY + below(tree, leaves, np.int32((b & np.uint64(0xFFFFFFFF)) >> np.uint64(2)))


@njit(cache=True)
def _draw_markets(todo, n_todo, turn, seekers, choices, zones, major, redraws, key, out):  # type: ignore[no-untyped-def]
    """Write a market (or VOID) for the applications todo[:n_todo] into out.vacancy; changes `todo`."""
    occupations = major.size
    zone_groups = (zones + ARITY - 1) // ARITY
    occupation_groups = (occupations + ARITY - 1) // ARITY
    by_zone, by_occupation = choices.by_zone.ravel(), choices.by_occupation.ravel()
    first, vacancy, seeker = out.first, out.vacancy, out.seeker
    ids, occupation, zone, travel, considers = (seekers.id, seekers.occupation, seekers.zone, seekers.travel,
                                                seekers.knows)
    # unsigned row numbers throughout: signed ones cost numba a test for negative indices at every access
    # one pass per attempt: a branch on `known` inside the draw would stall it
    for t in range(redraws):
        for k in range(n_todo):
            p = np.uint64(todo[k])
            i = np.uint64(seeker[p])
            counter = ((np.int64(p) - first[i]) * MAX_REDRAWS + t) * 2 + 1 + turn * TURN
            row = (np.int64(travel[i]) * occupations + occupation[i]) * zones + zone[i]
            vacancy[p] = _pick(by_zone, row, zone_groups, more_bits(bits(key, ids[i]), counter))
        again: Any = 0
        for k in range(n_todo):
            p = np.uint64(todo[k])
            i = np.uint64(seeker[p])
            counter = ((np.int64(p) - first[i]) * MAX_REDRAWS + t) * 2 + 2 + turn * TURN
            z = np.int64(vacancy[p])
            row = np.int64(occupation[i]) * zones + z
            o = _pick(by_occupation, row, occupation_groups, more_bits(bits(key, ids[i]), counter))
            known = np.int64((considers[i] >> major[np.uint64(o)]) & 1)
            vacancy[p] = known * (z * occupations + o - VOID) + VOID  # a select, not a branch
            todo[again] = p
            again += 1 - known
        n_todo = again


@njit(cache=True)
def _draw_vacancies(todo, n_todo, turn, seekers, choices, key, out):  # type: ignore[no-untyped-def]
    """Turn the markets of todo[:n_todo] in out.vacancy into vacancies, each open one with equal probability."""
    by_slot, slot_start, units = choices.by_slot.ravel(), choices.slot_start, choices.units
    first, vacancy, seeker, ids = out.first, out.vacancy, out.seeker, seekers.id
    for k in range(n_todo):
        p = np.uint64(todo[k])
        market = np.int64(vacancy[p])
        if market != VOID:
            i = np.uint64(seeker[p])
            b = bits(key, ids[i])
            counter = (np.int64(p) - first[i]) * 2 + 1 + turn * TURN
            slot = market * SLOTS + _pick(by_slot, market, SLOTS // ARITY, more_bits(b, counter))
            unit = slot_start[np.uint64(slot)]
            among = slot_start[np.uint64(slot + 1)] - unit
            vacancy[p] = units[np.uint64(unit + np.int64(to_unit(more_bits(b, counter + 1)) * among))]


@njit(cache=True)
def _vain(todo, n_todo, seekers, choices, out):  # type: ignore[no-untyped-def]
    """Keep those of todo[:n_todo] that are the seeker's own job, or a job looked at before; returns how many."""
    first, vacancy, seeker, own, offers = out.first, out.vacancy, out.seeker, seekers.cell, choices.offers
    kept: Any = 0
    for k in range(n_todo):
        p = np.uint64(todo[k])
        v = vacancy[p]
        if v != VOID:
            i = np.uint64(seeker[p])
            vain = offers[np.uint64(v)].cell == own[i]
            for other in range(first[i], np.int64(p)):
                vain |= vacancy[np.uint64(other)] == v
            todo[kept] = p
            kept += np.int64(vain)
    return kept


@njit(cache=True, nogil=True)
def sample(lo, hi, chunk, seekers, choices, zones, major, redraws, key_market, key_vacancy, out):  # type: ignore[no-untyped-def]
    """Write the vacancy each application goes to, or VOID, into out.vacancy, and its seeker into out.seeker."""
    first, vacancy, seeker, occupations = out.first, out.vacancy, out.seeker, major.size
    size = first[hi] - first[lo]
    todo, again = np.empty(size + 1, np.uint32), np.empty(size + 1, np.uint32)
    n: Any = 0
    for person in range(lo, hi):
        i = np.uint64(person)
        row = (np.int64(seekers.travel[i]) * occupations + seekers.occupation[i]) * zones + seekers.zone[i]
        reachable = choices.reachable[np.uint64(row)]
        for application in range(first[i], first[i + np.uint64(1)]):
            p = np.uint64(application)
            seeker[p] = i
            vacancy[p] = VOID
            todo[n] = p
            n += reachable
    for turn in range(ELSEWHERE):
        again[:n] = todo[:n]
        _draw_markets(again, n, turn, seekers, choices, zones, major, redraws, key_market, out)
        _draw_vacancies(todo, n, turn, seekers, choices, key_vacancy, out)
        n = _vain(todo, n, seekers, choices, out)
        if n == 0:
            break


def choices_of(s: Seekers, v: Vacancies, terrain: Terrain, attraction: float) -> Choices:
    """Trees of weights for the places and occupations these seekers come from.

    Parameters
    ----------
    s, v : checked columns (`matching.match`).
    terrain : geography and nearness.
    attraction : elasticity of a market's weight to its mean posted wage.
    """
    mobility = np.ascontiguousarray(terrain.mobility, np.float64)
    weight = np.ascontiguousarray(terrain.commute_weight, np.float64)
    occupations, zones = len(mobility), weight.shape[1]
    searched = np.zeros((len(weight), occupations, zones), np.uint8)
    searched[s.travel, s.occupation, s.zone] = 1
    choices = Choices(
        by_zone=np.empty((searched.size, _width(zones)), np.int32),
        by_occupation=np.empty((occupations * zones, _width(occupations)), np.int32),
        by_slot=np.empty((zones * occupations, _width(SLOTS)), np.int32),
        reachable=np.zeros(searched.size, np.uint8),
        slot_start=np.empty(zones * occupations * SLOTS + 1, np.int32),
        units=np.empty(int(v.open.sum()), np.int32),
        closeness=np.empty((occupations, occupations), np.float32),
        offers=np.empty(v.cell.size, _OFFER),
    )
    _build(choices, v, weight, mobility, searched, attraction)
    return choices
