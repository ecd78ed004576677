"""Allocation: how what a sector wants is shared out among its establishments.

Three things pull them apart: their own growth, closures, and places that shut when their sector falls. One rule says
what wins, and it stands here alone, in `shares`:

1. Who is open: not those closed (`market/demand.py`), nor those shut for a while (`market/shutdowns.py`). What places
   closed for their labor cost wanted is gone; what all others wanted goes to those open in the same sector.
2. Those open of a sector whose others shut take over what these wanted, however much that is.
3. Own growth then moves jobs among them: each zone is brought to its own (its shut places apart), then each sector to
   its path, by at most `carried_most` up or down. A sector's path so goes before a zone's.
4. What some could not carry, all others do: the region's path goes before everything.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import shutdowns
from laborsim.market.codes import OPEN
from laborsim.market.draws import Stream, normals
from laborsim.market.month import Month

F8 = NDArray[np.float64]

PRICED_OUT = np.float32(-99.0)  # own growth of an establishment that closed for its labor cost, until an entrant comes


@njit(cache=True, nogil=True)
def _factors(growth, drift, out):  # type: ignore[no-untyped-def]
    for j in range(out.size):
        out[j] = math.exp(growth[j] - drift[j])


def churn(month: Month) -> F8:
    """(establishments,) how much more of own growth and closures there is in the sector than in others."""
    e = month.world.establishments
    return np.asarray(np.asarray(month.room("demand")["churn_by_sector"], np.float64)[e.sector[: e.size]])


def _drift(month: Month) -> F8:
    """(establishments,) half the stationary variance of own growth, by which it would raise mean demand."""
    q = month.room("demand")
    return np.asarray(0.5 * (q["growth_shock"] * churn(month)) ** 2 / (1.0 - q["growth_persistence"] ** 2))


def prepare(month: Month) -> None:
    """Give every establishment an own deviation from the stationary spread; what it wants at the start stays the same.

    Otherwise deviations, and the layoffs and vacancies they cause, would spread during the first years.
    """
    w = month.world
    n, m = w.establishments.size, w.cells.size
    drift = _drift(month)
    key = month.key(Stream.ESTABLISHMENT_GROWTH, fixed=True)
    w.establishments.growth[:n] = np.sqrt(2.0 * drift) * normals(key, w.establishments.id[:n])
    factor = np.exp(w.establishments.growth[:n].astype(np.float64) - drift)
    before = w.establishments.base[:n].astype(np.float64)
    w.establishments.base[:n] /= factor
    w.cells.base[:m] /= factor[w.cells.establishment[:m]]
    month.memory["allocation"] = {"path": before / np.maximum(w.establishments.base[:n], 1e-9)}
    shutdowns.prepare(month)


def _path(month: Month) -> F8:
    """(establishments,) factor on the base of each that its sector's path starts from; 0 where labor cost closed it."""
    e = month.world.establishments
    path = np.ones(e.size)  # plants that came later have no growth of their own at first
    known = month.memory["allocation"]["path"]
    path[: known.size] = known
    return np.asarray(path * (e.growth[: e.size] != PRICED_OUT))


def shares(month: Month, sector_path: F8) -> F8:
    """What each establishment wants, relative to its base and its sector's index, (establishments,).

    Parameters
    ----------
    sector_path : (S,) employment of the sectors relative to the start; a sudden fall shuts places.
    """
    q, e = month.room("demand"), month.world.establishments
    n, most = e.size, float(q["carried_most"])
    base, path = e.base[:n].astype(np.float64), _path(month)
    own = np.empty(n)
    _factors(e.growth[:n], _drift(month), own)
    own *= e.closed[:n] == OPEN
    place_path = path
    taken_over = shutdowns.factor(month, sector_path, base * path)
    if taken_over is not None:
        own *= taken_over
        place_path = path * taken_over
    for row, groups, aim in ((e.zone, month.economy.zones, place_path), (e.sector, month.economy.sectors, path)):
        paths, wanted = (np.bincount(row[:n], weights=base * x, minlength=groups) for x in (aim, own))
        ratio = np.divide(paths, wanted, out=np.ones(groups), where=wanted > 0.0)
        own *= np.clip(ratio, 1.0 / most, most)[row[:n]]
    own *= (base * path).sum() / max(float((base * own).sum()), 1e-9)
    return own


__all__ = ["PRICED_OUT", "churn", "prepare", "shares"]
