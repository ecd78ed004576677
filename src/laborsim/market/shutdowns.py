"""Shutdowns: a sudden fall of a sector does not take the same share from every employer.

Part of it falls on places that shut for a while, the rest on all. Those that shut lose everyone at once, also where
posts stood open; when the sector comes back they open again, those that shut last first, and call their people back.
The others take over what these wanted, so that the sector keeps its path (`market/allocation.py` says what wins). A
height of before is remembered in full for some months and then less and less: places that never open again hand their
part to the others step by step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws

F8 = NDArray[np.float64]


def prepare(month: Month) -> None:
    """Remember the sectors' paths of the last months; none has fallen yet."""
    month.memory["shutdowns"] = np.ones((weights(month).size, month.economy.sectors))


def weights(month: Month) -> F8:
    """How much of a sector's height is remembered after so many months: all of it, then less by as much every month."""
    q = month.room("demand")
    full, fades = int(q["shutdown_memory"]), int(q["shutdown_fade"])
    return np.concatenate([np.ones(full), 1.0 - np.arange(1, fades + 1) / (fades + 1.0)])


def fall(month: Month, path: F8) -> F8:
    """(S,) fall of each sector below its height as far as that is remembered, beyond what all places share.

    Parameters
    ----------
    path : (S,) employment of the sectors relative to the start, this month; it is remembered.
    """
    held: F8 = month.memory["shutdowns"]
    held[1:] = held[:-1].copy()
    held[0] = path
    height = path + (weights(month)[:, None] * (held - path)).max(axis=0)
    below = 1.0 - path / np.maximum(height, 1e-9)
    return np.asarray(np.maximum(below - month.room("demand")["shutdown_from"], 0.0))


def factor(month: Month, path: F8, wanted: F8) -> F8 | None:
    """What each establishment takes over of those that shut, (establishments,); None if no sector has fallen.

    Zero for those shut. Places of `shutdown_largest` people or more do not shut.

    Parameters
    ----------
    path : (S,) employment of the sectors relative to the start, this month.
    wanted : (establishments,) what each wants if nobody shuts; those open take it over in proportion to their own.
    """
    q, e = month.room("demand"), month.world.establishments
    shut = q["shutdown_share"] * fall(month, path)
    if not shut.any():
        return None
    sector = e.sector[: e.size]
    rank = draws(month.key(Stream.SHUTDOWN, fixed=True), e.id[: e.size])
    closes = (rank < shut[sector]) & (e.stands[: e.size] < q["shutdown_largest"])
    total = np.bincount(sector, weights=wanted, minlength=path.size)
    lost = np.bincount(sector, weights=wanted * closes, minlength=path.size)
    others = total / np.maximum(total - lost, 1e-9)
    return np.where(closes, 0.0, others[sector])
