"""Employers: establishments of heavy-tailed sizes and their job cells.

Sizes follow a shifted Pareto law, P(size > x) = (1 + (x - 1)/sigma)^-alpha, with one tail exponent for all (Axtell
2001) and a sigma for each zone and sector that gives its jobs and its number of establishments.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import (
    ASSOCIATE,
    BACHELOR,
    HS,
    LESS_THAN_HS,
    PRACTICE_CHILDCARE,
    PRACTICE_CREDENTIAL_SCREEN,
    PRACTICE_RECORD_SCREEN,
    PRACTICE_SECOND_CHANCE,
    PRACTICE_SPONSOR,
    PRACTICE_TRADED,
    PRINCIPLES,
)
from laborsim.market.draws import bits, to_unit
from laborsim.market.economy import Economy
from laborsim.region.keyed import Part, exp, log, normals, part_key, uniforms
from laborsim.region.margins import Margins
from laborsim.region.rake import largest_remainder, systematic

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass
class Employers:
    """Establishments and cells as columns; see market.tables for meanings.

    Attributes
    ----------
    zone, sector, size, stands, frail, premium, host, practices, quality : (E,) establishments; see `Establishments`.
    establishment, occupation, filled, vacancies, age, needs : (C,) cells, sorted by establishment.
    unposted : (C,) places just left, for which no vacancy is open yet.
    """

    zone: NDArray[np.uint8]
    sector: NDArray[np.uint8]
    size: I8
    stands: F8
    frail: F8
    premium: F8
    host: F8
    practices: NDArray[np.uint8]
    quality: NDArray[np.uint8]
    establishment: I8
    occupation: NDArray[np.uint8]
    filled: I8
    vacancies: I8
    unposted: I8
    age: F8
    needs: NDArray[np.uint8]


def tail_sizes(jobs: float, establishments: float, exponent: float, largest: float) -> F8:
    """Sizes of the establishments of one zone and sector at full scale, ascending, as expectations.

    Parameters
    ----------
    jobs, establishments : totals; sizes sum to `jobs`.
    exponent : tail exponent of the counter-cumulative distribution.
    largest : cap on a size, people.

    Returns
    -------
    (n,) sizes of at least one, n = establishments rounded, and not more than the jobs.

    Examples
    --------
    >>> s = tail_sizes(1000.0, 50.0, 1.06, 5000.0)
    >>> s.size, round(float(s.sum()))
    (50, 1000)
    """
    n = int(min(max(round(establishments), 1), max(1, round(jobs))))
    if jobs <= n:
        return np.full(n, jobs / n)
    u = (np.arange(n) + 0.5) / n
    shape = exp(-log(1.0 - u) / exponent) - 1.0
    cap = min(max(largest, jobs / n), max(2.0 * jobs / n, 0.35 * jobs))
    low, high = 0.0, jobs
    for _ in range(60):
        sigma = 0.5 * (low + high)
        if np.minimum(1.0 + sigma * shape, cap).sum() > jobs:
            high = sigma
        else:
            low = sigma
    sizes: F8 = np.minimum(1.0 + high * shape, cap)
    return np.asarray(sizes * (jobs / sizes.sum()))


def sample_sizes(sizes: F8, scale: float) -> I8:
    """Whole sizes of the establishments simulated: neighbours in size share one representative.

    At scale 0.05, twenty neighbours in the order of size are stood for by one establishment of their mean
    size, so that jobs and establishments are both scaled and small employers stay small.

    Examples
    --------
    >>> int(sample_sizes(np.full(40, 5.0), 0.5).sum()), sample_sizes(np.full(40, 5.0), 0.5).size
    (100, 20)
    """
    jobs = round(float(sizes.sum()) * scale)
    if jobs == 0:
        return np.zeros(0, np.int64)
    n = min(max(1, round(sizes.size * scale)), jobs)
    edges = np.linspace(0.0, sizes.size, n + 1)
    cumulated = np.concatenate([[0.0], np.cumsum(sizes)])
    mean = np.diff(np.interp(edges, np.arange(sizes.size + 1), cumulated)) * (n / sizes.size)
    return 1 + largest_remainder(np.maximum(mean - 1.0, 0.0), jobs - n) if jobs > n else np.ones(n, np.int64)


def represented(sizes: F8, n: int, values: F8) -> F8:
    """Mean, over jobs, of `values` (one per establishment) among those that each of `n` representatives stands for.

    Examples
    --------
    >>> represented(np.array([1.0, 3.0, 6.0, 6.0]), 2, np.array([0.0, 4.0, 1.0, 3.0])).tolist()
    [3.0, 2.0]
    """
    edges, rows = np.linspace(0.0, sizes.size, n + 1), np.arange(sizes.size + 1)
    sums = [np.diff(np.interp(edges, rows, np.concatenate([[0.0], np.cumsum(x)]))) for x in (sizes * values, sizes)]
    return np.asarray(sums[0] / sums[1])


def frailty(sizes: F8, s: dict[str, Any]) -> F8:
    """Chance of closing relative to the smallest, by size: falls with its root; the largest do not close by chance.

    Parameters
    ----------
    s : values of the room "synthesis".

    Examples
    --------
    >>> frailty(np.array([3.0, 40.0, 800.0]), {"frail_size": 10.0, "firm_size": 500.0}).tolist()
    [1.0, 0.5, 0.0]
    """
    rarer = np.sqrt(s["frail_size"] / np.maximum(sizes, s["frail_size"]))
    return np.where(sizes < s["firm_size"], rarer, 0.0)


@njit(cache=True)
def _staff(sizes, larger, shares, ahead, terms, key, first_id, carry, est_out, occ_out, count_out):  # type: ignore[no-untyped-def]
    """Occupations of each establishment, block by block; totals by occupation follow `shares`.

    From the last to the first: the smallest come last and take what rounding has left over. No occupation gets
    more than `ahead` of its share. Cells are as large as where there are `larger` times as many people: what employers
    do to a cell depends on its size, at any scale. `terms`: block over the root of the staff, noise, and pull to
    occupations that are there already.
    """
    k = shares.size
    counts = np.zeros(k, np.int64)
    made = 0
    for e in range(sizes.size - 1, -1, -1):
        left = sizes[e]
        block = max(1, int(np.sqrt(left * larger[e]) * terms[0]))
        counts[:] = 0
        draw = bits(key, first_id + e)
        step = 0
        while left > 0:
            take = min(block, left)
            best, most = 0, -1e300
            for c in range(k):
                carry[c] += shares[c] * take
                if carry[c] > carry[best]:
                    best = c
            for c in range(k):
                if shares[c] > 0.0:
                    step += 1
                    if carry[c] < take - ahead[c]:
                        continue
                    noise = to_unit(bits(draw, step))
                    # what an occupation is owed, with noise and a pull to those already here
                    score = carry[c] + block * (terms[1] * noise + (terms[2] if counts[c] > 0 else 0.0))
                    if score > most:
                        most = score
                        best = c
            carry[best] -= take
            counts[best] += take
            left -= take
        for c in range(k):
            if counts[c] > 0:
                est_out[made] = first_id + e
                occ_out[made] = c
                count_out[made] = counts[c]
                made += 1
    return made


def establishments(m: Margins, scale: float, workers: int, s: dict[str, Any]) -> tuple[I8, I8, I8, F8, F8]:
    """Zone, sector, size, `stands` and `frail` of every establishment simulated; sizes sum to `workers`.

    The region has the jobs of the pack; the outside zone takes the balance between people at work and jobs.
    Only if that would leave it less than 0.3 or more than 1.7 times its own jobs are the region's jobs scaled.

    Parameters
    ----------
    workers : payroll workers simulated.

    Raises
    ------
    ValueError
        If there are no jobs at all.
    """
    outside = len(m.zones) - 1
    own = float(m.jobs[:outside].sum()) * scale
    beyond = float(m.jobs[outside].sum()) * scale
    if own + beyond <= 0:
        raise ValueError("the pack has no jobs")
    factor = np.full(len(m.zones), 1.0)
    rest = float(np.clip(workers - own, 0.3 * beyond, 1.7 * beyond))
    factor[:outside] = (workers - rest) / max(own, 1e-9)
    factor[outside] = rest / max(beyond, 1e-9)
    if abs(factor[0] - 1.0) < 1e-6:
        factor[:outside] = 1.0
    zone, sector, size, stands, frail = [], [], [], [], []
    for z in range(len(m.zones)):
        for k in range(m.jobs.shape[1]):
            jobs, count = m.jobs[z, k] * factor[z], m.establishments[z, k] * factor[z]
            if jobs < 0.5:
                continue
            full = tail_sizes(jobs, max(count, 1.0), s["size_exponent"], s["size_largest"])
            sizes = sample_sizes(full, scale)
            zone.append(np.full(sizes.size, z))
            sector.append(np.full(sizes.size, k))
            size.append(sizes)
            if sizes.size:
                # what depends on size does not depend on how few establishments are simulated
                stands.append(exp(represented(full, sizes.size, log(full))))
                frail.append(represented(full, sizes.size, frailty(full, s)))
    zones, sectors, sizes = np.concatenate(zone), np.concatenate(sector), np.concatenate(size)
    # rounding: the last few places are found in the largest establishments, outside first
    order = np.lexsort((-sizes, zones != outside))
    short = workers - int(sizes.sum())
    while short != 0:
        step = np.sign(short)
        fit = order[sizes[order] + step >= 1][: abs(short)]
        sizes[fit] += step
        short -= int(step) * fit.size
    return zones, sectors, sizes, np.concatenate(stands), np.concatenate(frail)


def cells(zone: I8, sector: I8, size: I8, stands: F8, staffing: F8, seed: int, s: dict[str, Any]) -> tuple[I8, I8, I8]:
    """Establishment, occupation and headcount of every job cell; `s` has the values of the room "synthesis"."""
    key = part_key(seed, Part.STAFFING)
    terms = np.array([s["staff_block"], s["staff_noise"], s["staff_pull"]])
    group = zone * staffing.shape[0] + sector
    edges = np.concatenate([[0], np.flatnonzero(np.diff(group)) + 1, [group.size]])
    larger = np.clip(stands / size, 1.0, 4.0)  # more would leave occupations' totals to few cells
    capacity = int(np.minimum(size, 3 * np.sqrt(size) + 3).sum()) + 100
    est, occ, count = (np.empty(capacity, np.int64) for _ in range(3))
    made = 0
    carries = np.zeros(staffing.shape)  # carried from zone to zone, so that regional totals hold
    ahead = np.maximum(0.004 * staffing * np.bincount(sector, size, staffing.shape[0])[:, None], 0.5)
    for a, b in pairwise(edges):
        k = int(sector[a])
        made += _staff(size[a:b], larger[a:b], staffing[k], ahead[k], terms, key, int(a), carries[k],
                       est[made:], occ[made:], count[made:])  # fmt: skip
    order = np.argsort(est[:made], kind="stable")
    return est[:made][order], occ[:made][order], count[:made][order]


def build(m: Margins, economy: Economy, scale: float, workers: int, seed: int, s: dict[str, Any]) -> Employers:
    """All employers of the region at the start.

    Parameters
    ----------
    m, economy : targets and given conditions.
    scale, seed : share of people simulated; of the region.
    workers : payroll workers simulated; there are as many filled jobs.
    s : values of the room "synthesis".
    """
    zone, sector, size, stands, frail = establishments(m, scale, workers, s)
    est, occ, filled = cells(zone, sector, size, stands, m.staffing, seed, s)
    n = size.size
    ids = np.arange(n)
    key = part_key(seed, Part.ESTABLISHMENT_TRAITS)

    def normal(k: int) -> F8:
        return normals(key, ids + (k << 40))

    def uniform(k: int) -> F8:
        return uniforms(key, ids + (k << 40))

    premium = _premium(m, economy, zone, sector, size, stands, est, occ, filled, normal(0), s)
    dispersion = max(float(s["premium_dispersion"]), 1e-6)
    z = np.clip(premium / dispersion, -3.0, 3.0)
    pay = s["quality_of_pay"]
    common = s["quality_pay"] * z + (1 - s["quality_pay"] ** 2) ** 0.5 * normal(1)
    quality = np.empty((n, len(PRINCIPLES)))
    for k, principle in enumerate(PRINCIPLES):
        own = normal(10 + k)
        mixed = pay[0] * z + pay[1] * own if principle == "pay" else s["quality_common"] * common + (
            1 - s["quality_common"] ** 2) ** 0.5 * own
        quality[:, k] = 127.5 + s["quality_spread"] * mixed
    large = log(stands) / np.log(s["practice_size"])
    practices = np.zeros(n, np.uint8)

    largest_first = np.argsort(-size, kind="stable")

    def practice(bit: int, probability: F8, k: int) -> None:
        practices[even_choice(probability, size.astype(float), sector, largest_first, uniform(k))] |= bit

    practice(PRACTICE_CREDENTIAL_SCREEN, np.full(n, float(s["credential_screen_share"])), 20)
    by_size = (1.0 - s["record_screen_size"]) + s["record_screen_size"] * large
    practice(PRACTICE_RECORD_SCREEN, np.clip(s["record_screen_share"] * by_size, 0, 0.98), 21)
    screened = (practices & PRACTICE_RECORD_SCREEN) > 0
    practice(PRACTICE_SECOND_CHANCE, np.where(screened, 0.0, float(s["second_chance_share"])), 22)
    trades = np.isin(np.array(economy.sector_codes), ("23", "31-33"))[sector]
    sponsor = np.where(trades, s["sponsor_share_trades"], s["sponsor_share"]) * np.clip(large, *s["sponsor_size_range"])
    practice(PRACTICE_SPONSOR, np.clip(sponsor, 0.0, 0.9), 23)
    practices[economy.sector_traded[sector] > 0] |= PRACTICE_TRADED
    practices[sector == economy.childcare_sector] |= PRACTICE_CHILDCARE

    vacancies, unposted = _vacancies(sector[est], economy.occ_major[occ], premium[est], filled, seed, s)
    wait = uniforms(part_key(seed, Part.VACANCY_AGE), np.arange(est.size))
    months = -log(np.maximum(1.0 - wait, 1e-9)) * s["vacancy_age_months"]
    return Employers(
        zone=zone.astype(np.uint8), sector=sector.astype(np.uint8), size=size, stands=stands, frail=frail,
        premium=premium,
        host=np.clip(s["host_share"] * exp(s["host_spread"] * normal(3)), 0.0, s["host_most"]), practices=practices,
        quality=np.clip(np.rint(quality), 0, 255).astype(np.uint8), establishment=est,
        occupation=occ.astype(np.uint8), filled=filled, vacancies=vacancies, unposted=unposted,
        age=np.where(vacancies > 0, months, 0.0),
        needs=_needs(economy, occ, filled, (practices[est] & PRACTICE_CREDENTIAL_SCREEN) > 0, seed, s),
    )


def _premium(m: Margins, economy: Economy, zone: I8, sector: I8, size: I8, stands: F8, est: I8, occ: I8,
             filled: I8, noise: F8, s: dict[str, Any]) -> F8:
    """Log wage premium of each establishment: size, sector and its own; mean zero over the region's jobs."""
    n_sectors = m.jobs.shape[1]
    predicted = np.bincount(sector[est], filled * log(economy.occ_wage)[occ], n_sectors)
    jobs = np.maximum(np.bincount(sector[est], filled, n_sectors), 1e-9)
    total = m.jobs.sum(0)
    weekly = np.divide((m.jobs * m.weekly_wage).sum(0), total, out=np.ones(n_sectors), where=total > 0)
    # weekly pay mixes rates and hours: only part of the gap between sectors is a premium
    gap = log(np.maximum(weekly, 1.0)) - predicted / jobs
    gap = np.where((jobs > 1) & (weekly > 1), gap, np.nan)
    gap = np.nan_to_num(gap - np.nansum(gap * jobs) / jobs[~np.isnan(gap)].sum())
    weight = np.bincount(est, filled, size.size).astype(np.float64)
    noise = _evened(noise, weight, (zone, sector))
    most = s["premium_sector_most"]
    premium = (
        s["premium_size"] * log(stands)
        + np.clip(s["premium_sector"] * gap, -most, most)[sector]
        + s["premium_dispersion"] * noise
    )
    # centred within each occupation's mix as a whole: the mean over jobs is nil
    return np.asarray(premium - float((premium * weight).cumsum()[-1] / weight.sum()))


@njit(cache=True)
def even_choice(chance, weight, group, order, u):  # type: ignore[no-untyped-def]
    """Who is chosen, each with about its chance, so that in every group the weight chosen is the weight expected.

    Along `order` (the largest first) each is more likely the more the chosen of its group lag behind: how much a few
    large establishments do of something is no luck.

    Parameters
    ----------
    chance, weight, u : (n,) chance; weight; uniform draw.
    group : (n,) group of each.
    order : (n,) rows in the order of choice.

    Returns
    -------
    (n,) booleans.

    Examples
    --------
    >>> n = np.zeros(4, np.int64)
    >>> int(even_choice(np.full(4, 0.5), np.ones(4), n, np.arange(4), np.array([0.2, 0.9, 0.6, 0.1])).sum())
    2
    """
    owed = np.zeros(group.max() + 1 if group.size else 1)
    chosen = np.zeros(chance.size, np.bool_)
    for i in order:
        g = group[i]
        owed[g] += chance[i] * weight[i]
        chosen[i] = 0.0 < chance[i] and u[i] * weight[i] < owed[g]
        if chosen[i]:
            owed[g] -= weight[i]
    return chosen


def _evened(noise: F8, weight: F8, groups: tuple[I8, ...]) -> F8:
    """Noise with mean near 0 over the jobs of each group and the spread it had.

    Where few establishments are simulated, whole sectors and places would else pay more or less than others by chance.
    """
    for _ in range(4):
        for group in groups:
            total = np.bincount(group, weight)
            mean = np.divide(np.bincount(group, weight * noise), total, out=np.zeros(total.size), where=total > 0)
            noise = noise - mean[group]
    spread = float((weight * noise**2).cumsum()[-1] / weight.sum())
    return np.asarray(noise / max(spread, 0.25) ** 0.5)


def _vacancies(sector: I8, major: NDArray[np.uint8], premium: F8, filled: I8, seed: int,
               s: dict[str, Any]) -> tuple[I8, I8]:
    """Open vacancies and unposted places by cell, by systematic sampling.

    Rates by sector around the region's; within a sector more of them where places are hard to fill.
    """
    relative = np.array(s["openings_by_sector"], float)
    jobs = np.bincount(sector, filled, relative.size)
    relative /= max(float((relative * jobs).cumsum()[-1] / jobs.sum()), 1e-9)
    rate = relative * s["openings_rate"]
    key = part_key(seed, Part.VACANCIES)
    start = uniforms(key, np.arange(2) + (1 << 44))
    order = np.lexsort((uniforms(key, np.arange(filled.size)), sector))
    out = np.empty((2, filled.size), np.int64)
    hard = np.asarray(s["openings_by_major"], float)[major] * exp(-s["openings_pay"] * np.clip(premium, -0.6, 0.6))
    mean = np.bincount(sector, filled * hard, rate.size) / np.maximum(jobs, 1)
    expected = filled * (rate / (1.0 - rate))[sector] * hard / np.maximum(mean, 1e-9)[sector]
    out[0, order] = systematic(expected[order], float(start[0]))
    out[1, order] = systematic((filled * (relative * s["unposted_rate"])[sector])[order], float(start[1]))
    return out[0], out[1]


def _needs(economy: Economy, occ: I8, filled: I8, screen: NDArray[np.bool_], seed: int,
           s: dict[str, Any]) -> NDArray[np.uint8]:
    """Lowest education let through: one step below the typical without a screen, inflated with one."""
    typical = economy.occ_education[occ].astype(np.int64)
    plain = np.maximum(typical - 1, LESS_THAN_HS)
    inflated = np.select(
        [typical <= LESS_THAN_HS, typical == HS, typical <= ASSOCIATE], [HS, ASSOCIATE, BACHELOR], typical
    )
    u = uniforms(part_key(seed, Part.SCREENS), np.arange(occ.size))
    largest_first = np.argsort(-filled, kind="stable")
    share = np.where(screen, s["credential_screen_jobs"], 0.0)
    applies = even_choice(share, filled.astype(float), occ, largest_first, u)
    return np.where(applies, inflated, plain).astype(np.uint8)
