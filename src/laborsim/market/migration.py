"""Migration: households leave with a hazard by age of the head; others arrive, more where jobs are many for the people.

Arrivals are drawn from the region itself: a keyed resident of the same zone and of an age at which people move is
the donor, and the whole household (a grown child: alone) is copied with new ids, so that joint
distributions hold. A donor's job is not copied: some arrive with a job lined up, that is they take an open vacancy of
the donor's occupation, and the rest look for one.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import housing
from laborsim.market.codes import GONE, GROWN, NO_PROGRAM, PART_TIME_INVOLUNTARY, TEMPORARY_LAYOFF, UNEMPLOYED
from laborsim.market.draws import Stream, bits, mix, more_bits, to_unit, uniform
from laborsim.market.families import new_households, new_people
from laborsim.market.floors import floor_by_zone
from laborsim.market.month import Month
from laborsim.market.posts import newcomer_wage
from laborsim.market.products import product
from laborsim.market.skill import skills, write
from laborsim.market.transitions import hire

F8 = NDArray[np.float64]
TRIES = 256
MOST_ADULTS = 12
CREDENTIAL_DRAW = 4096  # counter of the newcomers' draws of credentials, beyond those of the search for donors


def relative_rate(migrant_age: F8, people_by_age: F8) -> F8:
    """Mobility by age relative to the average adult's, shape (121,): migrants' shares over residents'.

    Shares are pooled over seven ages; the result is capped at 4 and averages 1 over the residents.
    """
    ages = np.arange(121)
    near = np.abs(ages[:, None] - ages[None, :]) <= 3
    adult = (ages >= 16).astype(float)
    movers = product(near, migrant_age * adult)
    here = product(near, people_by_age * adult)
    ratio = np.divide(movers, here, out=np.zeros(121), where=here > 0)
    for _ in range(3):
        mean = (ratio * people_by_age).sum() / max(1e-12, people_by_age.sum())
        ratio = np.minimum(ratio / max(mean, 1e-12), 4.0)
    return np.asarray(ratio)


def response(month: Month) -> float:
    """Factor on arrivals from the gap in jobs, smoothed, against the start: exp(migration_jobs x gap), bounded."""
    room, gap = month.room("demography"), month.memory["demography"]["jobs_gap"]
    low, high = room["migration_range"]
    return float(np.clip(np.exp(room["migration_jobs"] * float(gap[0] - gap[1])), low, high))


def credentials_at_start(month: Month) -> dict[str, NDArray[np.generic]]:
    """Which credentials people of each occupation held at the start: what newcomers bring, whatever is taught here.

    Returns
    -------
    dict
        "credential_sets" (K,) bits that occur; "credential_shares" (O, K) cumulative shares of them by occupation.
    """
    p, n = month.world.people, month.world.people.size
    here = p.state[:n] != GONE
    sets, which = np.unique(p.credentials[:n][here], return_inverse=True)
    size = month.economy.occupations * sets.size
    counts = np.bincount(p.occupation[:n][here].astype(np.int64) * sets.size + which, minlength=size)
    shares = counts.reshape(-1, sets.size).cumsum(axis=1)
    return {"credential_sets": sets, "credential_shares": shares / np.maximum(shares[:, -1:], 1)}


def working_share(month: Month) -> float:
    """Share of residents who would be in the labor force at the nation's rates for their ages and sexes."""
    p, n, e = month.world.people, month.world.people.size, month.economy
    count = np.zeros((2, 121), np.int64)
    _by_sex_and_age(n, p.columns, month.index, e.outside, count)
    return float((count.ravel() * e.participation.ravel()).sum()) / max(float(count.sum()), 1.0)


@njit(cache=True)
def _by_sex_and_age(n, p, month, outside, out):  # type: ignore[no-untyped-def]
    """Count residents by sex and years of age."""
    for row in range(n):
        i = np.uint64(row)  # unsigned: no test for negative indices
        if p.state[i] != GONE and p.zone[i] < outside:
            out[np.uint64(p.sex[i]), min(max((month - np.int64(p.birth[i])) // 12, 0), 120)] += 1


def follow_jobs(month: Month, adults: float) -> None:
    """Update the smoothed gap in jobs that arrivals respond to; its level before the first month is the usual one.

    People choose between places: what draws them is posts that employers want here for each resident who would work,
    next to the same in the nation, whose posts and labor force are given. Targets are those of the month before: this
    month's are set later.
    """
    memory, room, e, c = month.memory["demography"], month.room("demography"), month.economy, month.world.cells
    if month.index % 12 == 0 or "working_share" not in memory:
        memory["working_share"] = working_share(month)
    wanted = float(c.target[: c.size][c.zone[: c.size] < e.outside].sum())
    workers = adults * memory["working_share"]
    then = max(month.now - 1, 0)
    nation = math.log(float(e.nation_posts[then] / e.nation_labor[then]))
    gap = math.log(max(wanted, 1.0) / max(workers, 1.0)) - nation
    held = memory["jobs_gap"]
    if math.isnan(held[1]) or month.index <= 0:  # demand finds its level while the region settles
        held[:] = gap
    held[0] += 2.0 / (float(room["migration_smoothing"]) + 1.0) * (gap - held[0])


@njit(cache=True)
def _party(i, p, head, ring, out, at):  # type: ignore[no-untyped-def]
    """Rows of those who come with donor i, into out from `at` on: a grown child comes alone, anyone else with the
    household, its head first. Returns their number (at most MOST_ADULTS)."""
    k = head[p.household[i]]
    if p.birth[i] - p.birth[k] >= GROWN:
        out[at] = i
        return 1
    n = 0
    j = k
    while n < MOST_ADULTS:
        out[at + n] = j
        n += 1
        j = ring[j]
        if j == k:
            break
    return n


@njit(cache=True)
def companions(rows, p, head, ring, month, out):  # type: ignore[no-untyped-def]
    """Add to out (A, A) the ages (columns) of those who would come with each of `rows` as donor (its age, the row)."""
    party = np.empty(MOST_ADULTS, np.int64)
    for i in rows:
        n = _party(i, p, head, ring, party, np.int64(0))  # a bare 0 is compiled on its own
        own = min((month - p.birth[i]) // 12, 120)
        for j in range(n):
            out[own, min((month - p.birth[party[j]]) // 12, 120)] += 1.0


@njit(cache=True)
def _donors(zone, target, p, head, ring, rows, lo, hi, month, key, accept, counts, party):  # type: ignore[no-untyped-def]
    """Choose donors among rows[lo:hi] until at least `target` adults are found.

    counts : number of adults of each party; party : their rows, one after the other. Returns the number of parties;
    the caller keeps the last one or not, so that the expected number is right.
    """
    n = 0
    adults = np.int64(0)
    while adults < target:
        start = bits(key, np.uint64(zone) * np.uint64(1 << 20) + np.uint64(n))
        counts[n] = 0
        for k in range(TRIES):
            i = np.int64(rows[lo + np.int64(to_unit(more_bits(start, 2 * k + 1)) * (hi - lo))])
            if p.state[i] == GONE or p.zone[i] != zone:
                continue
            age = min((month - p.birth[i]) // 12, 120)
            if to_unit(more_bits(start, 2 * k + 2)) < accept[age]:
                counts[n] = _party(i, p, head, ring, party, adults)
                break
        if counts[n] == 0:
            break
        adults += counts[n]
        n += 1
    return n


@njit(cache=True)
def _settle(counts, party, homes, rows, p, h, head, ring, zone, month, key, look_wage, sets, shares):  # type: ignore[no-untyped-def]
    """Copy each party of donors into free rows; newcomers hold no job. Children come along with the donors' head.

    Credentials are not the donor's: they are drawn from `sets` by the cumulative `shares` of the occupation.
    """
    at = 0
    for n in range(counts.size):
        g = homes[n]
        donor = p.household[party[at]]
        start = bits(key, np.uint64(zone) * np.uint64(1 << 20) + np.uint64(n))
        family = head[donor] == party[at]
        h.zone[g] = zone
        h.adults[g] = counts[n]
        h.earners[g] = 0
        h.children[g] = h.children[donor] if family else 0
        h.youngest[g] = h.youngest[donor] if family else 0
        h.eldest[g] = h.eldest[donor] if family else 0
        h.car[g] = h.car[donor]
        h.care[g] = h.care[donor]
        h.subsidized[g] = 0
        head[g] = rows[at]
        for k in range(counts[n]):
            i, d = rows[at], party[at]
            ring[i] = rows[at + 1] if k + 1 < counts[n] else head[g]
            at += 1
            p.id[i] = mix(start ^ np.uint64(0xA5A5A5A500000001 + k)) | np.uint64(1 << 63)
            p.household[i] = g
            p.birth[i] = p.birth[d]
            p.sex[i] = p.sex[d]
            p.race[i] = p.race[d]
            p.education[i] = p.education[d]
            p.zone[i] = zone
            p.traits[i] = p.traits[d]
            p.last[i] = GONE
            s = p.state[d]
            p.state[i] = UNEMPLOYED if s <= TEMPORARY_LAYOFF else s
            p.since[i] = month
            p.job[i] = -1
            p.hired[i] = 0
            p.occupation[i] = p.occupation[d]
            p.hours[i] = p.hours[d]
            p.wage[i] = p.wage[d]
            p.reservation[i] = min(p.reservation[d], p.wage[d] * np.float32(look_wage))
            p.ability[i] = p.ability[d]
            p.skill[i] = p.skill[d]
            p.history[i] = p.history[d]
            p.knows[i] = p.knows[d]
            p.ui_weeks[i] = 0
            p.ui_benefit[i] = 0.0
            p.program[i] = NO_PROGRAM
            p.enrolled[i] = 0
            p.credentials[i] = 0
            u = to_unit(more_bits(start, CREDENTIAL_DRAW + k))
            for c in range(sets.size):
                if u < shares[p.occupation[i], c]:
                    p.credentials[i] = sets[c]
                    break


@njit(cache=True)
def _lined_up(  # type: ignore[no-untyped-def]
    rows,
    donors,
    p,
    c,
    open_cells,
    starts,
    key,
    share,
    near,
    out_row,
    out_cell,
    out_state,
    out_hours,
    filled,
    vacancies_filled,
    fill_age,
):
    """Give some of the newcomers whose donors worked an open vacancy of the donor's occupation.

    The occupation's open cells are tried from a keyed start on; commuting weight decides whether a cell is near
    enough. One vacancy less for each placed; returns how many were.
    """
    n = 0
    for k in range(rows.size):
        i, d = rows[k], donors[k]
        if p.state[d] > PART_TIME_INVOLUNTARY:
            continue
        first = bits(key, p.id[i])
        if to_unit(first) >= share:
            continue
        a, b = starts[p.occupation[i]], starts[p.occupation[i] + 1]
        start = a + np.int64(to_unit(more_bits(first, 1)) * (b - a))
        for j in range(min(b - a, TRIES)):
            x = start + j
            if x >= b:
                x -= b - a
            x = open_cells[x]
            if c.vacancies[x] <= 0 or c.needs[x] > p.education[i]:
                continue
            if to_unit(more_bits(first, 2 + j)) >= near[p.zone[i], c.zone[x]]:
                continue
            c.vacancies[x] -= 1
            out_row[n] = i
            out_cell[n] = x
            out_state[n] = p.state[d]
            out_hours[n] = p.hours[d]
            filled[c.occupation[x]] += 1
            vacancies_filled[c.sector[x], c.zone[x]] += 1
            fill_age[c.sector[x], c.zone[x]] += np.int64(c.age[x] * np.float32(256.0))
            n += 1
            break
    return n


def list_donors(month: Month) -> None:
    """Once a year: a quarter of the people, another one each year, by zone, among whom donors are looked for."""
    w, memory = month.world, month.memory["demography"]
    rows = np.arange(month.index // 12 % 4, w.people.size, 4)
    rows = rows[w.people.state[rows] != GONE]
    zone = w.people.zone[rows]
    memory["donors"] = rows[np.argsort(zone, kind="stable")].astype(np.int32)
    memory["donor_start"] = np.concatenate([[0], np.cumsum(np.bincount(zone, minlength=month.economy.zones))])


def arrive(month: Month, adults: NDArray[np.int64]) -> None:
    """Let this month's in-migrants settle.

    Parameters
    ----------
    adults : (Z,) people 16 and over by zone of residence.
    """
    e, w, memory = month.economy, month.world, month.memory["demography"]
    factor = response(month) * housing.arrivals(month)
    key, traits = month.key(Stream.IN_MIGRATION), month.key(Stream.MIGRANT_TRAITS)
    accept = memory["arrivals"]
    newcomers, donors = [], []
    for z in range(e.zones):
        rate = e.in_migration[z] * factor / 12.0 * int(adults[z])
        target = math.floor(rate + float(uniform(key, np.uint64(z))))
        lo, hi = int(memory["donor_start"][z]), int(memory["donor_start"][z + 1])
        if target <= 0 or hi <= lo:
            continue
        counts, party = np.empty(target + 1, np.int64), np.empty(target + MOST_ADULTS, np.int64)
        n = _donors(z, target, w.people.columns, memory["head"], memory["ring"], memory["donors"], lo, hi,
                    month.index, traits, accept, counts, party)  # fmt: skip
        # The last household is taken with the chance that makes the expected number right.
        over = int(counts[:n].sum()) - target
        if n and over > 0 and float(uniform(key, np.uint64(1000 + z))) < over / float(counts[n - 1]):
            n -= 1
        if n == 0:
            continue
        counts = counts[:n]
        total = int(counts.sum())
        homes, rows = new_households(month, n), new_people(month, total)
        _settle(counts, party, homes, rows, w.people.columns, w.households.columns, memory["head"], memory["ring"], z,
                month.index, traits, float(month.room("demography")["migrant_reservation"]), memory["credential_sets"],
                memory["credential_shares"])  # fmt: skip
        write(month, rows, skills(month, party[:total]))
        month.counts.in_migrants[z] += total
        newcomers.append(rows)
        donors.append(party[:total])
    if newcomers:
        _place(month, np.concatenate(newcomers), np.concatenate(donors))


def _place(month: Month, rows: NDArray[np.int64], donors: NDArray[np.int64]) -> None:
    """Hire the newcomers who had a job lined up."""
    e, w, counts, room = month.economy, month.world, month.counts, month.room("demography")
    n = rows.size
    near = e.commute_weight / np.maximum(e.commute_weight.max(axis=1, keepdims=True), 1e-300)
    at, cell, state = np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.uint8)
    hours = np.empty(n, np.uint8)
    c, size = w.cells.columns, w.cells.size
    open_cells = np.flatnonzero(c.vacancies[:size] > 0)
    open_cells = open_cells[np.argsort(c.occupation[open_cells], kind="stable")]
    starts = np.searchsorted(c.occupation[open_cells], np.arange(e.occupations + 1))
    k = _lined_up(rows, donors, w.people.columns, c, open_cells, starts, month.key(Stream.MIGRANT_JOB),
                  float(room["job_lined_up"]), near, at, cell, state, hours, counts.filled,
                  counts.openings_filled, counts.fill_age)  # fmt: skip
    order = np.argsort(at[:k], kind="stable")
    who, where = at[order], cell[order]
    good = c.posted[where] >= e.good_job_wage
    np.add.at(counts.good_filled, c.zone[where[good]], 1)
    paid = np.maximum(newcomer_wage(month, who, where.astype(np.int64)), floor_by_zone(month)[c.zone[where]])
    hire(month, who, where, state[order], paid.astype(np.float32), hours[order])
