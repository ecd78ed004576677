"""Pay where many of the people within reach are out of work: the wage curve.

Employers post less where the unemployment of those who work at their place, weighed by where these live, has risen more
than the region's, and more where it has risen less. What the whole region's market does to pay is in the going rates
(wages); here is only how places differ, relative to how they differed at the start.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import PAYROLL, SELF_EMPLOYED, UNEMPLOYED
from laborsim.market.month import Month
from laborsim.market.products import product

F8 = NDArray[np.float64]
SLACK_MOST = 5.0
LANES = 4  # a power of two
MOST = 2.0  # of a place's unemployment relative to its usual: few people in a small sample say little


@njit(cache=True, nogil=True)
def _count(lo, hi, chunk, p, out):  # type: ignore[no-untyped-def]
    """Employed, unemployed and others by zone of residence, into out[chunk], (Z * 3,).

    People of a zone lie together: they are counted in turn into LANES tables, or each would wait for the last.
    """
    state, zone, into = p.state[lo:hi], p.zone[lo:hi], out[chunk]
    size = np.uint64(into.size)
    lanes = np.zeros(LANES * into.size, np.int64)
    for row in range(hi - lo):
        k = np.uint64(row)  # unsigned: no test for negative indices
        s = state[k]
        kind = np.uint64(s > SELF_EMPLOYED) + np.uint64(s > UNEMPLOYED)
        lanes[(k & np.uint64(LANES - 1)) * size + np.uint64(zone[k]) * np.uint64(3) + kind] += 1
    for at in range(lanes.size):
        into[at % into.size] += lanes[at]


def unemployment(month: Month) -> F8:
    """Unemployed and labor force by zone of residence, (2, Z)."""
    people, zones = month.world.people, month.economy.zones
    counts = np.zeros((month.crew.chunks(people.size), zones * 3), np.int64)
    month.crew.map(_count, people.size, people.columns, counts)
    employed, unemployed = counts.sum(axis=0).reshape(zones, 3).T[:2].astype(np.float64)
    return np.stack([unemployed, employed + unemployed])


def reach(month: Month) -> F8:
    """Share of the workers of each zone of work who live in each zone of the region, (Z work, Z home).

    Zones where no resident works, and those beyond the region, have zeros.
    """
    w, e = month.world, month.economy
    n = w.people.size
    state, job = w.people.state[:n], w.people.job[:n]
    rows = np.flatnonzero((state >= PAYROLL[0]) & (state <= PAYROLL[-1]) & (job >= 0) & (w.people.zone[:n] < e.outside))
    work, home = w.cells.zone[job[rows]].astype(np.int64), w.people.zone[rows].astype(np.int64)
    out = np.bincount(work * e.zones + home, minlength=e.zones**2).reshape(e.zones, e.zones).astype(np.float64)
    out[e.outside :] = 0.0
    return np.asarray(out / np.maximum(out.sum(axis=1, keepdims=True), 1.0))


def prepare(month: Month) -> None:
    """Remember from where people come to work in each zone."""
    month.memory["local_pay"] = {"reach": reach(month), "usual": np.ones(month.economy.zones),
                                   "region": 0.0, "usual_region": 0.0}  # fmt: skip


def factor(month: Month) -> F8:
    """What posted wages go for in each zone of work, relative to the region's going rates, (Z,)."""
    memory = month.memory["local_pay"]
    unemployed, force = unemployment(month)
    inside = month.economy.outside
    region = unemployed[:inside].sum() / max(force[:inside].sum(), 1.0)
    around = product(memory["reach"], unemployed) / np.maximum(product(memory["reach"], force), 1e-9)
    known = memory["reach"].any(axis=1) & (region > 0.0)
    relative = np.where(known, around / max(region, 1e-9), 1.0)
    memory["region"] = region
    if month.index < 0:  # settling: what is usual is the mean of its last months
        memory["usual"] += (relative - memory["usual"]) * 0.25
        memory["usual_region"] = 0.25 * region + 0.75 * (memory["usual_region"] or region)
        return np.ones(relative.size)
    if not memory["usual_region"]:  # nothing settled: the first month seen is usual
        memory["usual"], memory["usual_region"] = relative, region
    moved = np.clip(relative / np.maximum(memory["usual"], 1e-9), 1.0 / MOST, MOST)
    return np.asarray(moved ** -month.room("wages")["local_elasticity"])


def slack(month: Month) -> float:
    """The region's unemployment last month relative to that of the start."""
    memory = month.memory["local_pay"]
    usual = float(memory["usual_region"])
    return float(np.clip(float(memory["region"]) / usual, 1.0 / SLACK_MOST, SLACK_MOST)) if usual > 0.0 else 1.0


__all__ = ["factor", "prepare", "reach", "slack", "unemployment"]
