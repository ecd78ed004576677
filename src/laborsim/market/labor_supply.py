"""Labor supply: employers who could be anywhere settle and grow where people are to be had.

Sectors that are not traded follow what the region's people spend (`market/spending.py`). Traded sectors sell elsewhere:
what they see of the region is its labor. Where the labor force within reach of a zone grows by more than the one its
sector index goes with, they want more posts there in the long run, by the same share at an elasticity of one. Plans
take years, so the labor force is smoothed; they are looked at once a quarter.
The index of the nation's jobs holds the nation's labor force. An index of the state's holds what people came to the
state, too: where its jobs run ahead of the nation's, so does the labor force it goes with.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market.labor_cost import QUARTER
from laborsim.market.local_pay import unemployment
from laborsim.market.month import Month
from laborsim.market.products import product

F8 = NDArray[np.float64]


def labor_force(month: Month) -> F8:
    """(Z,) people employed, on temporary layoff or unemployed, by zone of residence."""
    return np.asarray(unemployment(month)[1])


def within_reach(month: Month) -> F8:
    """(zones inside,) labor force around each zone of work, by the weights of commuting."""
    inside = slice(0, month.economy.outside)
    return np.asarray(product(month.economy.commute_weight[inside, inside].T, labor_force(month)[inside]))


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
        memory["start"] = np.log(np.maximum(within_reach(month), 1e-9))
        memory["lead"] = np.zeros(e.outside)  # log of the labor force within reach, less that of the index; smoothed
    elif month.index % QUARTER == 0:
        given = np.log(e.nation_labor[month.now]) + e.driver_lead[month.now]
        lead = np.log(np.maximum(within_reach(month), 1e-9)) - memory["start"] - given
        part = 1.0 - (1.0 - 2.0 / (float(q["labor_smoothing"]) + 1.0)) ** QUARTER
        memory["lead"] += part * (np.clip(lead, -1.0, 1.0) - memory["lead"])
    out = np.ones((e.sectors, e.zones))
    traded = np.asarray(e.sector_traded, dtype=bool)
    out[np.ix_(traded, np.arange(e.zones) < e.outside)] = np.exp(float(q["labor_elasticity"]) * memory["lead"])[None, :]
    return out
