"""Labor supply: employers who could be anywhere settle and grow where people are to be had.

Sectors that are not traded follow what the region's people spend (`market/spending.py`). Traded sectors sell elsewhere:
what they see of the region is how easily they find people. Where employers within reach of a zone want more posts for
each person of the labor force than they did at the start, next to the same in the nation, traded sectors plan less
there, year after year while it lasts; where they want fewer, more. So what is planned answers more people and fewer
posts alike, settles when people and posts are in balance again, and nothing feeds on itself: people whom jobs drew
(`market/migration.py`) end the want of them. Plans take years; they are looked at once a quarter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market.labor_cost import QUARTER
from laborsim.market.local_pay import unemployment
from laborsim.market.month import Month

F8 = NDArray[np.float64]


def labor_force(month: Month) -> F8:
    """(Z,) people employed, on temporary layoff or unemployed, by zone of residence."""
    return np.asarray(unemployment(month)[1])


def tightness(month: Month) -> F8:
    """(zones inside,) log of posts wanted for each person of the labor force, around each zone of work.

    People look by the weights of commuting; the posts that count around a zone are those that the people within its
    reach can choose from.
    """
    e, c = month.economy, month.world.cells
    inside = slice(0, e.outside)
    reach = e.commute_weight[inside, inside]
    wanted = np.bincount(c.zone[: c.size], weights=c.target[: c.size], minlength=e.zones)[inside]
    people = labor_force(month)[inside]
    return np.asarray(np.log(np.maximum((reach @ wanted) @ reach, 1e-9) / np.maximum(people @ reach, 1e-9)))


def factor(month: Month) -> F8:
    """(S, Z) factor on the posts that employers want, for the labor to be had; call once a month.

    Returns
    -------
    ndarray
        1 for sectors that are not traded, outside the region and before the first month.
    """
    e, q = month.economy, month.room("demand")
    memory = month.memory.setdefault("labor_supply", {})
    if month.index <= 0 or not memory:
        memory["start"] = tightness(month)
        memory["lead"] = np.zeros(e.outside)  # log of what is planned beyond the sector index
    elif month.index % QUARTER == 0:
        then = month.now - 1  # the posts that count are last month's
        nation = np.log(e.nation_posts[then] / e.nation_labor[then])
        gap = np.clip(tightness(month) - memory["start"] - nation, -0.5, 0.5)
        memory["lead"] = np.clip(memory["lead"] - float(q["labor_response"]) * QUARTER / 12.0 * gap, -1.0, 1.0)
    out = np.ones((e.sectors, e.zones))
    traded = np.asarray(e.sector_traded, dtype=bool)
    out[np.ix_(traded, np.arange(e.zones) < e.outside)] = np.exp(memory["lead"])[None, :]
    return out
