"""Labor cost: employers want fewer people where labor has become dearer than their sector's path allows for.

The sector index is the path of an employer whose pay follows real growth. What a cell's labor costs beyond its own
cost of the first month times that growth (tightness, vacancies that stay open, the employer's policy, the wage floor)
lowers what it wants by a constant elasticity, step by step; what a policy pays of its wages raises it. Employers look
at their costs once a quarter.

The cost is that of a unit of labor of given skill: the posted wage, what a wage floor adds for those whose skill and
ability would bring less (pay being spread log-normally in a cell, the mean of the larger of pay and floor), and what
the employer's job quality costs beside pay.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import quality
from laborsim.market.codes import HOURS_A_MONTH, PAYROLL
from laborsim.market.floors import floor_by_zone
from laborsim.market.month import Month

F8 = NDArray[np.float64]
QUARTER = 3  # months between looks at cost and sales
STEPS, MOST = 192, 3.0  # grid of the floor relative to the mean wage
ABOVE_FLOOR = 1.001  # pay below this multiple of the floor is held up by it


def floor_effect(spread: F8) -> F8:
    """Mean pay under a floor relative to that without, (O, STEPS + 1), for floors from 0 to MOST times the mean.

    Parameters
    ----------
    spread : (O,) standard deviation of log pay within a cell.

    Notes
    -----
    E[max(w, r)] of log-normal w with mean 1: r P(z < d) + P(z < s - d) with d = log(r)/s + s/2.

    Examples
    --------
    >>> floor_effect(np.array([0.3]))[0, [0, STEPS]].round(2).tolist()
    [1.0, 3.0]
    """
    floors = np.linspace(0.0, MOST, STEPS + 1)
    out = np.ones((spread.size, floors.size))
    for o, s in enumerate(np.maximum(spread, 0.02)):
        for k, r in enumerate(floors):
            if r > 0.0:
                d = math.log(r) / s + s / 2.0
                out[o, k] = r * _below(d) + _below(s - d)
    return out


@lru_cache(maxsize=8)
def _floor_effect(spread: bytes) -> F8:
    """`floor_effect` of an array given by its bytes: runs that begin alike share it."""
    return floor_effect(np.frombuffer(spread))


def _below(z: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def pay_spread(month: Month) -> tuple[F8, F8]:
    """(O,) mean pay relative to the posted wage, and standard deviation of its log, of the people of each occupation.

    People whose wage is held up by the floor are left out.
    """
    w, n = month.world, month.economy.occupations
    p, c = w.people, w.cells
    rows = np.flatnonzero((p.state[: p.size] <= PAYROLL[-1]) & (p.job[: p.size] >= 0))
    cell = p.job[rows]
    free = p.wage[rows] > floor_by_zone(month)[c.zone[cell]] * ABOVE_FLOOR
    rows, cell = rows[free], cell[free]
    ratio = np.log(p.wage[rows].astype(np.float64) / c.posted[cell].astype(np.float64))
    occupation = c.occupation[cell]
    count = np.maximum(np.bincount(occupation, minlength=n), 1)
    mean = np.bincount(occupation, weights=ratio, minlength=n) / count
    square = np.bincount(occupation, weights=ratio**2, minlength=n) / count
    level = np.bincount(occupation, weights=np.exp(ratio), minlength=n) / count
    some = np.bincount(occupation, minlength=n) > 1
    return np.where(some, level, 1.0), np.where(some, np.sqrt(np.maximum(square - mean**2, 0.0)), 0.2)


@njit(cache=True, inline="always")
def _cost(posted, floor, level, effect, burden, supplement, least):  # type: ignore[no-untyped-def]
    """What a unit of labor costs, in dollars an hour of the posted wage; `effect` (STEPS + 1,) of the occupation."""
    at = min(floor / (posted * level), MOST) * (STEPS / MOST)
    low = min(int(at), STEPS - 1)
    part = at - low
    cost = posted * (effect[np.uint64(low)] * (1.0 - part) + effect[np.uint64(low + 1)] * part)
    if supplement != 0.0:
        cost = max(cost - supplement, least * cost)
    return max(cost + burden, least * cost)


@njit(cache=True, nogil=True, error_model="numpy")
def _adjust(  # type: ignore[no-untyped-def]
    n, c, floor, level, effect, burden, sector, supplement, least, path, elasticity, speed, by_employer,
    by_place,
):
    """Move every cell's answer toward that to its present cost.

    A cell without a reference yet takes its present cost for one. Sums of (base x log of cost beyond the reference
    path, base) go into by_employer (establishments, 2), the same weighted by pay into by_place (S, Z, 2).
    """
    # Columns are taken out of their tuple once: in the loop every access would count references.
    occupation, zone, sectors, establishment, posted = c.occupation, c.zone, c.sector, c.establishment, c.posted
    base, reference, answer = c.base, c.reference, c.answer
    for row in range(n):
        k = np.uint64(row)  # unsigned: no test for negative indices
        o, z, s, e = np.uint64(occupation[k]), np.uint64(zone[k]), np.uint64(sectors[k]), np.uint64(establishment[k])
        paid = supplement[z] if s == sector else 0.0
        cost = _cost(np.float64(posted[k]), floor[z], level[o], effect[o], burden[e], paid, least)
        if reference[k] <= 0.0:
            reference[k] = cost / path[e]
        excess = math.log(cost / (reference[k] * path[e]))
        answer[k] += speed * (math.exp(-elasticity * excess) - answer[k])
        pay = base[k] * reference[k]
        by_employer[e, 0] += base[k] * excess
        by_employer[e, 1] += base[k]
        by_place[s, z, 0] += pay * excess
        by_place[s, z, 1] += pay


def adjust(month: Month) -> tuple[F8, F8]:
    """Bring the cells' answers to labor cost up to date, once a quarter; call every month.

    Returns
    -------
    (establishments,) log of labor cost relative to the reference path, mean of the cells; the same weighted by pay, by
    sector and zone, (S, Z, 2): sum and weight. As of the last look.
    """
    q, e, w = month.room("demand"), month.economy, month.world
    m, memory = w.establishments.size, month.memory["demand"]
    if month.index >= 0 and month.index % QUARTER == 0:
        if "pay_level" not in memory:
            memory["pay_level"], memory["pay_spread"] = pay_spread(month)
        effect = month.table("labor_cost.effect", lambda: _floor_effect(memory["pay_spread"].tobytes()))
        growth = (1.0 + month.parameters["wages.real_growth"]) ** (month.index / 12.0)
        by_employer, by_place = np.zeros((m, 2)), np.zeros((e.sectors, e.zones, 2))
        _adjust(
            w.cells.size,
            w.cells.columns,
            floor_by_zone(month),
            memory["pay_level"],
            effect,
            quality.cost_per_worker(month) / HOURS_A_MONTH,
            e.childcare_sector,
            month.levers.childcare_wage_supplement,
            float(q["cost_least"]),
            growth * np.exp(w.establishments.renewed[:m].astype(np.float64)),
            float(q["cost_elasticity"]),
            1.0 - (1.0 - q["cost_adjustment"]) ** QUARTER,
            by_employer,
            by_place,
        )
        memory["dearer"] = by_employer[:, 0] / np.maximum(by_employer[:, 1], 1e-9)
        memory["dearer_places"] = by_place
    if "dearer" not in memory:
        memory["dearer"], memory["dearer_places"] = np.zeros(m), np.zeros((e.sectors, e.zones, 2))
    known = memory["dearer"]
    return np.concatenate([known, np.zeros(m - known.size)]), memory["dearer_places"]
