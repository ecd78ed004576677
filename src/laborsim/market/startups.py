"""Start-ups: people helped to open an establishment, and coached while it is young.

Of the places that stand empty until an entrant comes, those helped are filled at once: help brings entry forward. What
they earn and whom they employ is as in any other establishment.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import OPEN
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, uniforms
from laborsim.market.month import Month
from laborsim.market.scaling import scaled_count
from laborsim.market.size import size_class


def help_entry(month: Month, reentry: int) -> None:
    """Let those helped this month open; call before entries are worked out."""
    lv, est = month.levers, month.world.establishments
    n = est.size
    places = scaled_count(lv.startup_places, month.scale, month.key(Stream.STARTUP), 1 << 40)
    if places <= 0:
        return
    empty = (est.closed[:n] != OPEN) & (month.index < est.closed[:n] + reentry)
    empty &= size_class(est.stands[:n]) == 0  # a start-up is small, however few people are simulated
    rows = np.flatnonzero(empty & np.isin(est.zone[:n], lv.startup_zones))
    order = np.argsort(uniforms(month.key(Stream.STARTUP), est.id[rows]), kind="stable")
    chosen = rows[order[:places]]
    est.closed[chosen] = month.index - reentry
    helped = month.memory.setdefault("startups", {"row": np.empty(0, np.int64), "until": np.empty(0, np.int64)})
    months = int(month.parameters["demand.coaching_months"])
    helped["row"] = np.concatenate([helped["row"], chosen])
    helped["until"] = np.concatenate([helped["until"], np.full(chosen.size, month.index + months)])
    month.counts.scalars[SCALAR["startups_helped"]] += chosen.size


def survival(month: Month) -> NDArray[np.float64]:
    """(establishments,) factor of coaching on the hazard of exit."""
    out = np.ones(month.world.establishments.size)
    helped = month.memory.get("startups")
    if helped is not None:
        young = helped["until"] > month.index
        helped["row"], helped["until"] = helped["row"][young], helped["until"][young]
        out[helped["row"]] = 1.0 - month.levers.startup_survival
    return out


__all__ = ["help_entry", "survival"]
