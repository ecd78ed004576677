"""Search and matching: sampled applications and truncated deferred acceptance on occupation x zone markets.

Each seeker looks at `applications` vacancies. A market (zone of work, then occupation) is drawn with weight
mobility x commuting x open vacancies x attractiveness, then one of the market's open vacancies uniformly.
Employers rank who applied and passes their screens; for up to R rounds every open slot goes to the best
applicant not yet asked, and seekers hold the best offer. With one application, one round, no filters and
nothing but noise in the ranking this is the urn-ball model that `laborsim.exact` checks.

All three choices walk down a shallow tree of weights (16 children a node) with one keyed draw per level
instead of inverting one long cumulative sum. The distribution is the same, but one more vacancy then changes
the choice of few seekers instead of shifting every boundary behind it, which keeps baseline and policy runs
comparable, and a node is one cache line.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.draws import bits, mix, more_bits, to_unit
from laborsim.market.month import CHUNK, Crew

F8 = NDArray[np.float64]
F4 = NDArray[np.float32]
I4 = NDArray[np.int32]
U1 = NDArray[np.uint8]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]

ARITY = 16
SLOTS = 64  # leaves of a market's tree of vacancies; a vacancy's leaf is a hash of its cell
VOID = np.int32(-(2**31))  # an application that was not sent
MAX_REDRAWS = 32
_WHOLE = 1 << 30  # running shares in a node are whole numbers of 2**-30, so that a choice is integer comparisons
_LOGISTIC_UNIT = np.sqrt(3.0) / np.pi  # makes the logistic noise have standard deviation 1


class Seekers(NamedTuple):
    """Who looks for a job this month; n seekers.

    Attributes
    ----------
    id : (n,) persistent ids, the keys of all draws.
    occupation, zone, education, record, car : (n,) as in the people table; record and car are 0/1.
    applications : (n,) vacancies looked at.
    knows : (n,) consideration set, bits of SOC major groups.
    reservation : (n,) lowest own wage accepted, dollars an hour.
    factor : (n,) own wage offered, relative to the posted wage.
    score : (n,) what employers see besides the fit to the occupation, in s.d. of `noise`-free quality.
    hold : (n,) utility of the present job in log-wage units, -inf if none.
    cell : (n,) present cell, -1 if none; it is never applied to.
    """

    id: U8
    occupation: NDArray[Any]
    zone: NDArray[Any]
    education: U1
    applications: U1
    knows: U4
    reservation: F4
    factor: F4
    score: F4
    record: U1
    car: U1
    hold: F4
    cell: I4


class Vacancies(NamedTuple):
    """Cells with open vacancies, ascending; m cells.

    Attributes
    ----------
    cell : (m,) rows of the cells table.
    open : (m,) open vacancies, at least 1.
    posted : (m,) posted hourly wage.
    occupation, zone : (m,) the market.
    needs : (m,) lowest education let through; screens_record : (m,) 1 if records are screened out.
    amenity : (m,) job quality in log-wage units.
    """

    cell: I4
    open: I4
    posted: F4
    occupation: NDArray[Any]
    zone: NDArray[Any]
    needs: U1
    screens_record: U1
    amenity: F4


class Terrain(NamedTuple):
    """Where and what seekers look at: Z zones, O occupations.

    Attributes
    ----------
    commute_weight : (Z, Z) weight of a vacancy in zone of work j for a seeker living in i.
    commute_cost : (Z, Z) cost of the commute in log-wage units.
    mobility : (O, O) nearness of occupations.
    occ_major : (O,) SOC major group of each occupation.
    commute_weight_nocar : (Z, Z) the weight for people without a car; None if the same.
    """

    commute_weight: F8
    commute_cost: F8
    mobility: F8
    occ_major: U1
    commute_weight_nocar: F8 | None = None


class MatchingParameters(NamedTuple):
    """Behaviour of search and hiring; see scenario/parameters/matching.toml."""

    rounds: int = 3
    redraws: int = 6
    noise: float = 1.0
    fit_weight: float = 1.0
    attraction: float = 0.0
    filters: bool = True


class Keys(NamedTuple):
    """Keys of the month's draws (`Month.key`): choice of market, choice of vacancy, employers' noise."""

    market: np.uint64
    vacancy: np.uint64
    noise: np.uint64


class Matches(NamedTuple):
    """What came of it.

    Attributes
    ----------
    vacancy_index : (n,) row of `vacancies` that hired the seeker, -1 if none.
    applications_sent : (n,) applications sent; those an employer's screen threw out are among them.
    filled : (m,) vacancies filled, at most `open`.
    applications : (m,) applications received.
    """

    vacancy_index: I4
    applications_sent: U1
    filled: I4
    applications: I4


_OFFER = np.dtype(
    [("value", "f8"), ("posted", "f4"), ("cell", "i4"), ("occupation", "u2"), ("zone", "u1"), ("needs", "u1"),
     ("screens_record", "u1")],
    align=True,
)


class _Choices(NamedTuple):
    """Trees of weights, one per row: running shares of the groups of 16 leaves, then of the leaves in each group."""

    by_zone: I4  # (2 * O * Z, width(Z)): car x occupation x home
    by_occupation: I4  # (O * Z, width(O)): occupation x zone of work
    by_slot: I4  # (Z * O, width(SLOTS)): market
    reachable: U1  # (2 * O * Z,) 1 where any market has a positive weight
    slot_start: I4  # (Z * O * SLOTS + 1,) first unit of a slot
    units: I4  # vacancy index of every open vacancy, by market, slot, cell
    closeness: F4  # (O, O)
    offers: NDArray[Any]  # (m,) _OFFER; value is log posted wage + amenity


class _Applications(NamedTuple):
    """Applications in order of seekers; row of seeker i's first is `first[i]`."""

    first: NDArray[np.int64]
    vacancy: I4
    seeker: U4
    score: F8
    utility: F8
    sent: U1
    passed: U4


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
    _fill_node(tree, row, 0, top, sums, total)
    return total


@njit(cache=True, nogil=True)
def _build(choices, vacancies, weight, mobility, searched, attraction):  # type: ignore[no-untyped-def]
    """Fill the trees; `searched` (2, O, Z) marks who looks from where, `weight` is (2, Z, Z)."""
    zones = weight.shape[1]
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
        offers[v].value = log_posted + vacancies.amenity[v]
        offers[v].posted = vacancies.posted[v]
        offers[v].cell = vacancies.cell[v]
        offers[v].occupation = vacancies.occupation[v]
        offers[v].zone = vacancies.zone[v]
        offers[v].needs = vacancies.needs[v]
        offers[v].screens_record = vacancies.screens_record[v]
    # weight of a market: its open vacancies x (geometric mean posted wage) ** attraction
    for z in range(zones):
        for o in range(occupations):
            first = (z * occupations + o) * SLOTS
            open_ = _fill_tree(choices.by_slot, z * occupations + o, start[first + 1:first + SLOTS + 1])
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
        for car in range(2):
            for home in range(zones):
                if searched[car, o, home]:
                    row = (car * occupations + o) * zones + home
                    choices.reachable[row] = _fill_tree(choices.by_zone, row, weight[car, home] * totals) > 0.0


@njit(cache=True, inline="always")
def _below(shares, begin, end, x):  # type: ignore[no-untyped-def]
    """How many running shares of a node are at most x."""
    count = np.int64(0)
    for k in range(begin, end):
        count += shares[np.uint64(k)] <= x
    return count


@njit(cache=True)
def _pick(tree, row, groups, arity, b):  # type: ignore[no-untyped-def]
    """Leaf drawn in proportion to its weight with 64 random bits `b`, one half per level.

    `tree` is flat; `arity` is ARITY, passed so that LLVM keeps the loop and vectorises it.
    """
    top = (groups + ARITY - 1) // ARITY * ARITY
    base = row * (top + groups * ARITY)
    group = np.int64(0)
    if groups > 1:
        group = _below(tree, base, base + top, np.int32(b >> np.uint64(34)))
    first = base + top + group * ARITY
    return group * ARITY + _below(tree, first, first + arity, np.int32((b & np.uint64(0xFFFFFFFF)) >> np.uint64(2)))


@njit(cache=True)
def _draw_markets(lo, hi, seekers, choices, zones, major, redraws, arity, key, out):  # type: ignore[no-untyped-def]
    """Write a market (or VOID) for every application into out.vacancy, and its seeker into out.seeker."""
    occupations = major.size
    zone_groups = (zones + ARITY - 1) // ARITY
    occupation_groups = (occupations + ARITY - 1) // ARITY
    by_zone, by_occupation, reach = choices.by_zone.ravel(), choices.by_occupation.ravel(), choices.reachable
    first, vacancy, seeker = out.first, out.vacancy, out.seeker
    ids, occupation, zone, car, considers = (seekers.id, seekers.occupation, seekers.zone, seekers.car,
                                             seekers.knows)
    # unsigned row numbers throughout: signed ones cost numba a test for negative indices at every access
    todo = np.empty(first[hi] - first[lo] + 1, np.uint32)
    n_todo: Any = 0
    for person in range(lo, hi):
        i = np.uint64(person)
        row = (np.int64(car[i]) * occupations + occupation[i]) * zones + zone[i]
        reachable = reach[np.uint64(row)]
        for application in range(first[i], first[i + np.uint64(1)]):
            p = np.uint64(application)
            seeker[p] = i
            vacancy[p] = VOID
            todo[n_todo] = p
            n_todo += reachable
    # one pass per attempt: a branch on `known` inside the draw would stall it
    for t in range(redraws):
        for k in range(n_todo):
            p = np.uint64(todo[k])
            i = np.uint64(seeker[p])
            counter = ((np.int64(p) - first[i]) * MAX_REDRAWS + t) * 2 + 1
            row = (np.int64(car[i]) * occupations + occupation[i]) * zones + zone[i]
            vacancy[p] = _pick(by_zone, row, zone_groups, arity, more_bits(bits(key, ids[i]), counter))
        again: Any = 0
        for k in range(n_todo):
            p = np.uint64(todo[k])
            i = np.uint64(seeker[p])
            counter = ((np.int64(p) - first[i]) * MAX_REDRAWS + t) * 2 + 2
            z = np.int64(vacancy[p])
            row = np.int64(occupation[i]) * zones + z
            o = _pick(by_occupation, row, occupation_groups, arity, more_bits(bits(key, ids[i]), counter))
            known = np.int64((considers[i] >> major[np.uint64(o)]) & 1)
            vacancy[p] = known * (z * occupations + o - VOID) + VOID  # a select, not a branch
            todo[again] = p
            again += 1 - known
        n_todo = again


@njit(cache=True)
def _draw_vacancies(lo, hi, seekers, choices, arity, key, out):  # type: ignore[no-untyped-def]
    """Turn the markets in out.vacancy into vacancies, each open vacancy of a market with equal probability."""
    by_slot, slot_start, units = choices.by_slot.ravel(), choices.slot_start, choices.units
    first, vacancy, seeker, ids = out.first, out.vacancy, out.seeker, seekers.id
    for application in range(first[lo], first[hi]):
        p = np.uint64(application)
        market = np.int64(vacancy[p])
        if market != VOID:
            i = np.uint64(seeker[p])
            b = bits(key, ids[i])
            counter = (application - first[i]) * 2 + 1
            slot = market * SLOTS + _pick(by_slot, market, SLOTS // ARITY, arity, more_bits(b, counter))
            unit = slot_start[np.uint64(slot)]
            among = slot_start[np.uint64(slot + 1)] - unit
            vacancy[p] = units[np.uint64(unit + np.int64(to_unit(more_bits(b, counter + 1)) * among))]


@njit(cache=True)
def _screen(lo, hi, seekers, choices, cost, filters, out):  # type: ignore[no-untyped-def]
    """Keep the applications seekers send (screened ones as ~v).

    Lists those that employers consider in out.passed, from the chunk's first row up, and those they throw out from
    its last row down; returns how many of each.
    """
    offers, first, vacancy, value, sent = choices.offers, out.first, out.vacancy, out.utility, out.sent
    passed = out.passed
    own, factor, least, education, record, zone, holds = (seekers.cell, seekers.factor, seekers.reservation,
                                                          seekers.education, seekers.record, seekers.zone,
                                                          seekers.hold)
    n: Any = first[lo]
    below: Any = first[hi] - 1
    for person in range(lo, hi):
        i = np.uint64(person)
        begin = first[i]
        count: Any = 0
        hold = holds[i]
        ask = np.log(np.float64(factor[i])) - hold if hold > -np.inf else np.inf
        reservation = least[i] if filters else np.float32(-np.inf)
        for application in range(begin, first[i + np.uint64(1)]):
            p = np.uint64(application)
            v = np.int64(vacancy[p])
            if v == VOID:
                continue
            offer = offers[np.uint64(v)]
            again = offer.cell == own[i]
            for other in range(begin, application):
                q = np.uint64(other)
                again |= (vacancy[q] == v) | (vacancy[q] == ~v)
            utility = offer.value - cost[np.uint64(zone[i]), np.uint64(offer.zone)]
            # bit operations, not `and`: whether someone applies is a coin toss that no branch predictor wins
            sends = np.int64((not again) & (utility + ask > 0.0)
                             & (offer.posted * factor[i] >= reservation))
            screened = np.int64(filters & ((offer.needs > education[i])
                                           | ((offer.screens_record != 0) & (record[i] != 0))))
            vacancy[p] = sends * (v + screened * (-2 * v - 1) - VOID) + VOID
            value[p] = utility
            count += sends
            # both lists get the entry, one of them moves on; they cannot meet before the last entry is written
            passed[np.uint64(below)] = p
            below -= sends & screened
            passed[np.uint64(n)] = p
            n += sends & (1 - screened)
        sent[i] = count
    return n - first[lo], first[hi] - 1 - below


@njit(cache=True, nogil=True)
def _apply(lo, hi, chunk, seekers, choices, cost, major, redraws, arity, noise, fit_weight,  # type: ignore[no-untyped-def]
           filters, key_market, key_vacancy, key_noise, out):
    _draw_markets(lo, hi, seekers, choices, cost.shape[0], major, redraws, arity, key_market, out)
    _draw_vacancies(lo, hi, seekers, choices, arity, key_vacancy, out)
    n, thrown_out = _screen(lo, hi, seekers, choices, cost, filters, out)
    begin = out.first[lo]
    closeness, offers, vacancy, seeker, score = choices.closeness, choices.offers, out.vacancy, out.seeker, out.score
    passed = out.passed
    ids, quality, occupation = seekers.id, seekers.score, seekers.occupation
    for k in range(n):
        p = np.uint64(passed[np.uint64(begin + k)])
        i = np.uint64(seeker[p])
        offer = offers[np.uint64(vacancy[p])]
        u = to_unit(more_bits(bits(key_noise, ids[i]), offer.cell + 1)) + 2.0**-54
        score[p] = (quality[i] + fit_weight * closeness[np.uint64(occupation[i]), np.uint64(offer.occupation)]
                    + noise * _LOGISTIC_UNIT * np.log(u / (1.0 - u)))
    return n, thrown_out


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
def _assign(applications, passed, thrown_out, ids, cell, open_, rounds, key, vacancy_index, filled, received):  # type: ignore[no-untyped-def]
    """Rank applicants of every cell and run the rounds; fills the last three arrays."""
    vacancy, seeker, given, utility = (applications.vacancy, applications.seeker, applications.score,
                                       applications.utility)
    m = cell.size
    start = np.zeros(m + 1, np.int64)
    for p in passed:
        start[np.uint64(vacancy[p] + 1)] += 1
    for p in thrown_out:
        received[~vacancy[p]] += 1
    for v in range(m):
        received[v] += start[v + 1]
        start[v + 1] += start[v]
    order = np.empty(start[m], np.uint32)
    score = np.empty(start[m], np.float64)
    turn = start[:m].copy()
    for p in passed:
        at = np.uint64(vacancy[p])
        place = np.uint64(turn[at])
        order[place] = p
        score[place] = given[p]
        turn[at] += 1
    active = np.empty(m, np.int64)
    n_active = 0
    for v in range(m):
        turn[v] = start[v]
        if start[v + 1] > start[v]:
            active[n_active] = v
            n_active += 1
            _rank(order, score, start[v], start[v + 1], cell[v], seeker, ids, key)
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


def _lists(applications: _Applications, sizes: list[tuple[int, int]]) -> tuple[U4, U4]:
    """Applications that employers consider and those they throw out, from what each chunk listed."""
    n = applications.sent.size
    kept, thrown_out = [], []
    for chunk, (a, b) in enumerate(sizes):
        begin, end = applications.first[chunk * CHUNK], applications.first[min((chunk + 1) * CHUNK, n)]
        kept.append(applications.passed[begin:begin + a])
        thrown_out.append(applications.passed[end - b:end])
    return np.concatenate(kept), np.concatenate(thrown_out)


_SEEKER_TYPES = ("u8", "u2", "u1", "u1", "u1", "u4", "f4", "f4", "f4", "u1", "u1", "f4", "i4")
_VACANCY_TYPES = ("i4", "i4", "f4", "u2", "u1", "u1", "u1", "f4")


def match(seekers: Seekers, vacancies: Vacancies, terrain: Terrain, parameters: MatchingParameters,
          keys: Keys, crew: Crew | None = None) -> Matches:
    """Draw applications, rank applicants and fill vacancies.

    Parameters
    ----------
    seekers : n people looking for a job.
    vacancies : m cells with open vacancies, ascending by cell.
    terrain, parameters, keys : geography and nearness, behaviour, keys of the draws.
    crew : threads for the drawing of applications; the result does not depend on them.

    Returns
    -------
    Matches

    Raises
    ------
    ValueError
        If an occupation or zone is out of range, or rounds or redraws are.

    Notes
    -----
    Seekers do not apply to their own cell, below their reservation wage, or for less than they hold.
    Screens are the employer's: an application they throw out was sent. Linear in seekers and vacancies.

    Sources: urn-ball search after del Rio-Chanona et al. (2021), J. R. Soc. Interface 18: 20200898; deferred
    acceptance after Gale and Shapley (1962), truncated to R rounds.
    """
    s = Seekers(*(np.ascontiguousarray(a, t) for a, t in zip(seekers, _SEEKER_TYPES, strict=True)))
    j = Vacancies(*(np.ascontiguousarray(a, t) for a, t in zip(vacancies, _VACANCY_TYPES, strict=True)))
    mobility = np.ascontiguousarray(terrain.mobility, np.float64)
    cost = np.ascontiguousarray(terrain.commute_cost, np.float64)
    n, m, occupations, zones = s.id.size, j.cell.size, mobility.shape[0], cost.shape[0]
    if not 1 <= parameters.redraws <= MAX_REDRAWS or parameters.rounds < 1:
        raise ValueError(f"rounds must be at least 1 and redraws from 1 to {MAX_REDRAWS}")
    sent, received, filled = np.zeros(n, np.uint8), np.zeros(m, np.int32), np.zeros(m, np.int32)
    index = np.full(n, -1, np.int32)
    if n == 0 or m == 0:
        return Matches(index, sent, filled, received)
    if max(s.occupation.max(), j.occupation.max()) >= occupations or max(s.zone.max(), j.zone.max()) >= zones:
        raise ValueError("occupation or zone out of range")
    nocar = terrain.commute_weight if terrain.commute_weight_nocar is None else terrain.commute_weight_nocar
    weight = np.stack((nocar, terrain.commute_weight)).astype(np.float64)
    searched = np.zeros((2, occupations, zones), np.uint8)
    searched[s.car, s.occupation, s.zone] = 1
    choices = _Choices(
        by_zone=np.empty((2 * occupations * zones, _width(zones)), np.int32),
        by_occupation=np.empty((occupations * zones, _width(occupations)), np.int32),
        by_slot=np.empty((zones * occupations, _width(SLOTS)), np.int32),
        reachable=np.zeros(2 * occupations * zones, np.uint8),
        slot_start=np.empty(zones * occupations * SLOTS + 1, np.int32),
        units=np.empty(int(j.open.sum()), np.int32),
        closeness=np.empty((occupations, occupations), np.float32),
        offers=np.empty(m, _OFFER),
    )
    _build(choices, j, weight, mobility, searched, float(parameters.attraction))
    first = np.zeros(n + 1, np.int64)
    np.cumsum(s.applications, out=first[1:])
    total = int(first[n])
    applications = _Applications(first, np.empty(total, np.int32), np.empty(total, np.uint32), np.empty(total),
                                 np.empty(total), sent, np.empty(max(total, 1), np.uint32))
    sizes = (crew or Crew()).map(
        _apply, n, s, choices, cost, np.ascontiguousarray(terrain.occ_major, np.uint8), int(parameters.redraws), ARITY,
        float(parameters.noise), float(parameters.fit_weight), bool(parameters.filters),
        np.uint64(keys.market), np.uint64(keys.vacancy), np.uint64(keys.noise), applications,
    )
    passed, thrown_out = _lists(applications, sizes)
    _assign(applications, passed, thrown_out, s.id, j.cell, j.open, int(parameters.rounds), np.uint64(keys.noise),
            index, filled, received)
    return Matches(index, sent, filled, received)
