"""Demand: how many people each job cell wants this month.

target = base x sector index x own growth of the establishment x technology (less what the index holds of it) x answer
to labor cost x local spending x labor to be had x childcare capacity, rounded by a fixed keyed draw per cell, so that
targets move only when their causes do. Own growth and closures move jobs within sectors and zones, not their totals:
see `market/allocation.py`.
Establishments close and entrants take their place, with their sector and zone but their own id and growth. Those who
lose their job by it do so in separations.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import allocation, labor_cost, labor_supply, shutdowns, spending, startups
from laborsim.market.adoption import in_indices, technology
from laborsim.market.allocation import PRICED_OUT
from laborsim.market.codes import OPEN
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, bits, mix, normal, uniform
from laborsim.market.month import FEW, Month

F8 = NDArray[np.float64]


@njit(cache=True, nogil=True)
def _establishments(  # type: ignore[no-untyped-def]
    lo, hi, chunk, e, month, growth_key, exit_key, shock, persistence, exits, cost_exits, reentry, entrant_key, kept,
    spread,
):  # fmt: skip
    """Own growth, exits and entries of establishments [lo, hi); returns how many closed and opened.

    shock : (n,) standard deviation of a month's own growth.
    exits, cost_exits : (n,) monthly hazard of exit of the smallest establishments, and what labor cost adds to it;
    those who exit by the latter are marked in `growth`: others do not take over their sales.
    """
    closed = 0
    opened = 0
    for j in range(lo, hi):
        if e.closed[j] != OPEN:
            if month >= e.closed[j] + reentry:
                e.id[j] = mix(e.id[j] + np.uint64(month + 1))
                e.closed[j] = OPEN
                e.opened[j] = month
                e.growth[j] = 0.0
                # The entrant keeps to its predecessor's pay only in part.
                before = e.premium[j]
                e.premium[j] = kept * before + spread * normal(bits(entrant_key, e.id[j]))
                e.renewed[j] += e.premium[j] - before
                opened += 1
            continue
        b = bits(growth_key, e.id[j])
        e.growth[j] = persistence * e.growth[j] + shock[j] * normal(b)
        u = uniform(exit_key, e.id[j])
        rarer = np.float64(e.frail[j])
        if u < (exits[j] + cost_exits[j]) * rarer:
            e.closed[j] = month
            closed += 1
            if u >= exits[j] * rarer:
                e.growth[j] = PRICED_OUT
    return closed, opened


@njit(cache=True, nogil=True)
def _targets(  # type: ignore[no-untyped-def]
    lo, hi, chunk, c, e, own, parts, index, technology, childcare, childcare_sector, rounding_key, shut_key
):
    # Columns are taken out of their tuples once: in the loop every access would count references.
    establishment, sectors, target, answer = c.establishment, c.sector, c.target, c.answer
    zones, base, occupation, closed = c.zone, c.base, c.occupation, e.closed
    for row in range(lo, hi):
        k = np.uint64(row)  # unsigned: no test for negative indices
        j = establishment[k]
        if closed[j] != OPEN:
            target[k] = 0
            continue
        if parts[j] > 0.0 and uniform(shut_key, np.uint64(k)) < parts[j]:
            target[k] = 0
            continue
        s = sectors[k]
        x = base[k] * index[s, zones[k]] * technology[occupation[k]] * own[j] * answer[k]
        if s == childcare_sector:
            x *= childcare[zones[k]]
        if parts[j] > 0.0:  # what the shut parts of a large place do not want is in `own` already
            x /= 1.0 - parts[j]
        target[k] = int(x + uniform(rounding_key, np.uint64(k)))
    return 0


def sector_index(month: Month) -> NDArray[np.float64]:
    """Posts of each sector in each zone relative to the start, dated shocks included, shape (S, Z).

    The index is of jobs; employers want as many more as stay open in the nation.
    """
    e = month.economy
    path = e.sector_index[month.now] * e.posts[month.now]
    return np.asarray(path[:, None] * month.scratch["sector_shock"])


def prepare(month: Month) -> None:
    """Remember each occupation's share of base employment; spread establishments' own growth."""
    c = month.world.cells
    shares = np.bincount(c.occupation[: c.size], weights=c.base[: c.size], minlength=month.economy.occupations)
    n, sectors = month.economy.occupations, month.economy.sectors
    pair = c.sector[: c.size].astype(np.int64) * n + c.occupation[: c.size]
    mix = np.bincount(pair, weights=c.base[: c.size], minlength=sectors * n).reshape(sectors, n)
    month.memory["demand"] = {
        "shares": shares / max(shares.sum(), 1.0),
        "mix": mix / np.maximum(mix.sum(axis=1, keepdims=True), 1e-12),
        "jobs": np.bincount(c.sector[: c.size], weights=c.base[: c.size], minlength=sectors),
        "slack": np.ones(n),
        "technology": np.ones(n),
        "path": np.ones((3, sectors)),  # of the sectors, shocks included: this month and the two before
    }
    allocation.prepare(month)


def stage(month: Month) -> None:
    """Set every cell's target; close and open establishments."""
    q, e, w = month.room("demand"), month.economy, month.world
    est, m = w.establishments.columns, w.establishments.size
    restless = allocation.churn(month)
    usual = (1.0 - (1.0 - q["exit_small"]) ** (1.0 / 12.0)) * restless
    by_employer, by_place = labor_cost.adjust(month)
    dearer = np.clip(by_employer, -0.5, 0.5)
    exits = usual * np.minimum(np.exp(q["exit_cost"] * dearer), 1.0)
    cost_exits = usual * np.maximum(np.expm1(q["exit_cost"] * dearer), 0.0)
    startups.help_entry(month, int(q["reentry_months"]))
    coached = startups.survival(month)
    changes = month.crew.map(
        _establishments,
        m,
        est,
        month.index,
        month.key(Stream.ESTABLISHMENT_GROWTH),
        month.key(Stream.ESTABLISHMENT_EXIT),
        q["growth_shock"] * restless,
        q["growth_persistence"],
        exits * coached,
        cost_exits * coached,
        int(q["reentry_months"]),
        month.key(Stream.ENTRANT_PREMIUM),
        float(q["entrant_keeps"]),
        float(q["entrant_spread"]),
        size=FEW,
    )
    month.counts.scalars[SCALAR["establishments_closed"]] += sum(closed for closed, _ in changes)
    month.counts.scalars[SCALAR["establishments_opened"]] += sum(opened for _, opened in changes)
    memory = month.memory["demand"]
    index = sector_index(month)
    memory["path"][1:] = memory["path"][:-1].copy()
    memory["path"][0] = index.mean(axis=1)
    shares = memory["shares"]
    now = technology(month, month.index, shares)
    memory["technology"] = now
    memory["slack"] = np.maximum(technology(month, month.index - int(q["ai_layoff_lag"]), shares) / now, 1.0)
    held = in_indices(month, month.index, memory["mix"], shares)
    own = allocation.shares(month, memory["path"][0])
    index = index * spending.factor(month, by_place) * labor_supply.factor(month) / held[:, None]
    childcare = month.memory.get("childcare", {}).get("target_factor")
    month.crew.map(
        _targets,
        w.cells.size,
        w.cells.columns,
        est,
        own,
        shutdowns.parts(month),
        np.ascontiguousarray(index),
        now,
        np.ones(e.zones) if childcare is None else childcare,
        e.childcare_sector,
        month.key(Stream.TARGET_ROUNDING, fixed=True),
        month.key(Stream.SHUTDOWN_PART, fixed=True),
    )
    growth = np.maximum(
        w.cells.target[: w.cells.size] - w.cells.filled[: w.cells.size] - w.cells.vacancies[: w.cells.size], 0
    )
    month.counts.growth += np.bincount(
        w.cells.occupation[: w.cells.size], weights=growth, minlength=e.occupations
    ).astype(np.int64)
