"""People to jobs: commuting flows, then occupations by education, sex and age, then cells.

For every place of work a table of worker types by occupation is raked to who works there and which jobs
there are; workers get occupations by quota, and pair with cells in an order that sorts a little by ability.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import EDUCATION, FULL_TIME, SELF_EMPLOYED, TEMPORARY_LAYOFF
from laborsim.market.economy import Economy
from laborsim.region.employers import Employers
from laborsim.region.keyed import Part, exp, normals, part_key, uniforms
from laborsim.region.margins import Margins
from laborsim.region.rake import ipf, quota, round_table

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
People = dict[str, NDArray[Any]]

N_TYPES = len(EDUCATION) * 2 * 2


def worker_type(people: People, rows: I8) -> I8:
    """Type of each worker: education x sex x (under 25 or not)."""
    young = people["age"][rows] < 25
    return (people["education"][rows].astype(np.int64) * 2 + people["sex"][rows]) * 2 + young


def affinity(economy: Economy, s: dict[str, Any]) -> F8:
    """(types, O) prior weight of a type of worker in an occupation."""
    gap = np.arange(len(EDUCATION))[:, None] - economy.occ_education.astype(float)[None, :]
    log_weight = -s["over_education"] * np.maximum(gap, 0) - s["under_education"] * np.maximum(-gap, 0)
    share = np.asarray(s["women_by_major"], float)[economy.occ_major]
    sex = np.stack([1.0 - share, share])
    entry = 1.0 / (1.0 + economy.occ_training_months / 6.0) * (economy.occ_education <= 1)
    youth = np.stack([np.ones(entry.size), exp(s["youth_pull"] * (2.0 * entry - 0.3))])
    weight: F8 = exp(log_weight)[:, None, None, :] * sex[None, :, None, :] * youth[None, None, :, :]
    return weight.reshape(N_TYPES, -1)


def commuting(m: Margins, workers: I8, jobs: I8) -> I8:
    """Whole workers by home and place of work: the pack's flows raked to these row and column sums."""
    seed = np.maximum(m.commuting, 0.0)
    # a pair without observed flow stays possible, so that any margin can be met
    seed = seed + 1e-6 * max(seed.sum(), 1.0) / seed.size
    table = ipf(seed, [((0,), workers.astype(float)), ((1,), jobs.astype(float))], 1e-9, 2000)
    return round_table(table, workers, jobs)


def place_of_work(m: Margins, people: People, rows: I8, jobs: I8, seed: int) -> I8:
    """Zone of work of each payroll worker (rows ascending, so sorted by home)."""
    home = people["zone"][rows].astype(np.int64)
    n_zones = len(m.zones)
    flows = commuting(m, np.bincount(home, minlength=n_zones), jobs)
    order = np.lexsort((uniforms(part_key(seed, Part.COMMUTE_ORDER), rows), home))
    work = np.empty(rows.size, np.int64)
    work[order] = np.repeat(np.tile(np.arange(n_zones), n_zones), flows.ravel())
    return work


def assign(m: Margins, economy: Economy, people: People, state: NDArray[np.uint8], employers: Employers,
           ability: F8, seed: int, s: dict[str, Any]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Give every payroll worker a job cell, and everyone an occupation.

    Parameters
    ----------
    people, state : everyone; payroll workers have state FULL_TIME.
    employers : cells whose `filled` sum to the number of payroll workers.
    ability : (n,) general ability.

    Returns
    -------
    job : (n,) cell, -1 for those without; people on temporary layoff get the cell they wait for.
    occupation : (n,) of the present or last job.

    Raises
    ------
    ValueError
        If filled jobs and payroll workers differ in number.
    """
    rows = np.flatnonzero(state == FULL_TIME)
    cell_zone = employers.zone[employers.establishment].astype(np.int64)
    jobs = np.bincount(cell_zone, employers.filled, len(m.zones)).astype(np.int64)
    if int(jobs.sum()) != rows.size:
        raise ValueError(f"{int(jobs.sum())} filled jobs for {rows.size} payroll workers")
    work = place_of_work(m, people, rows, jobs, seed)
    kind = worker_type(people, rows)
    n_occupations = economy.occupations
    slots = np.bincount(
        cell_zone * n_occupations + employers.occupation, employers.filled, len(m.zones) * n_occupations
    ).astype(np.int64).reshape(len(m.zones), n_occupations)
    weight = affinity(economy, s)
    shuffle = uniforms(part_key(seed, Part.OCCUPATION), rows + (1 << 40))
    occ = np.zeros(rows.size, np.int64)
    for z in range(len(m.zones)):
        here = np.flatnonzero(work == z)
        if here.size == 0:
            continue
        types = np.bincount(kind[here], minlength=N_TYPES)
        table = ipf(
            weight * (types[:, None] > 0) * (slots[z] > 0),
            [((1,), slots[z].astype(float)), ((0,), types.astype(float))], 1e-7, 500,
        )
        shares = table / np.maximum(table.sum(1, keepdims=True), 1e-300)
        key = np.uint64(part_key(seed, Part.OCCUPATION) + np.uint64(z))
        got = quota(shares, kind[here], key, np.argsort(shuffle[here], kind="stable")).astype(np.int64)
        occ[here] = _settle(got, slots[z], shuffle[here])
    job = np.full(state.size, -1, np.int32)
    occupation = np.zeros(state.size, np.uint8)
    job[rows] = _pair(employers, cell_zone, rows, work, occ, ability, seed, s)
    occupation[rows] = occ

    # everyone else has the occupation of a worker of his type
    other = np.setdiff1d(np.arange(state.size), rows, assume_unique=True)
    by_type = np.bincount(kind * n_occupations + occ, minlength=N_TYPES * n_occupations).reshape(N_TYPES, -1)
    shares = by_type / np.maximum(by_type.sum(1, keepdims=True), 1)
    shares[by_type.sum(1) == 0] = by_type.sum(0) / by_type.sum()
    u = uniforms(part_key(seed, Part.LAST_OCCUPATION), other)
    order = np.lexsort((u, np.minimum(state[other], SELF_EMPLOYED + 2)))
    occupation[other] = quota(shares, worker_type(people, other), part_key(seed, Part.LAST_OCCUPATION), order)
    _recalls(people, state, rows, job, occupation, seed)
    return job, occupation


def _settle(got: I8, slots: I8, shuffle: F8) -> I8:
    """Move the few workers whom the quota left over from full occupations to short ones."""
    have = np.bincount(got, minlength=slots.size)
    over = np.maximum(have - slots, 0)
    short = np.repeat(np.arange(slots.size), np.maximum(slots - have, 0))
    order = np.lexsort((shuffle, got))
    rank = np.empty(got.size, np.int64)
    starts = np.concatenate([[0], np.cumsum(have)[:-1]])
    rank[order] = np.arange(got.size) - starts[got[order]]
    moved = np.flatnonzero(rank < over[got])
    out = got.copy()
    # the nearest occupation in the list is mostly a related one
    out[moved[np.argsort(got[moved], kind="stable")]] = short
    return out


def _pair(employers: Employers, cell_zone: I8, rows: I8, work: I8, occ: I8, ability: F8, seed: int,
          s: dict[str, Any]) -> I8:
    """Cell of each worker: places and workers of one zone and occupation side by side, sorted a little."""
    cell = np.repeat(np.arange(employers.filled.size), employers.filled)
    r = float(s["sorting"])
    rest = (1.0 - r * r) ** 0.5
    premium = employers.premium[employers.establishment[cell]]
    spread = max(float(s["premium_dispersion"]), 1e-6)
    place = r * premium / spread + rest * normals(part_key(seed, Part.JOB_ORDER), np.arange(cell.size) + (1 << 40))
    person = r * ability[rows] + rest * normals(part_key(seed, Part.JOB_ORDER), rows)
    places = np.lexsort((place, employers.occupation[cell], cell_zone[cell]))
    persons = np.lexsort((person, occ, work))
    job = np.empty(rows.size, np.int64)
    job[persons] = cell[places]
    return job


def _recalls(people: People, state: NDArray[np.uint8], rows: I8, job: NDArray[np.int32],
             occupation: NDArray[np.uint8], seed: int) -> None:
    """People on temporary layoff wait for the cell of a worker of their own zone and schooling."""
    waiting = np.flatnonzero(state == TEMPORARY_LAYOFF)
    if waiting.size == 0 or rows.size == 0:
        return
    n = len(EDUCATION)

    def group(r: I8) -> I8:
        return people["zone"][r].astype(np.int64) * n + people["education"][r]

    key = part_key(seed, Part.RECALL)
    donors = rows[np.lexsort((uniforms(key, rows), group(rows)))]
    donor_group = group(donors)
    mine = group(waiting)
    first = np.searchsorted(donor_group, mine, side="left")
    size = np.searchsorted(donor_group, mine, side="right") - first
    draw = uniforms(key, waiting + (1 << 40))
    chosen = donors[np.minimum(first + np.floor(draw * np.maximum(size, 1)).astype(np.int64), donors.size - 1)]
    job[waiting] = job[chosen]
    occupation[waiting] = occupation[chosen]
