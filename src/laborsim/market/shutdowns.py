"""Shutdowns: a sudden fall of a sector does not take the same share from every employer.

Most of it falls on places that shut for a while, the rest on all. Those that shut lose everyone at once, also where
posts stood open, which they close; those that do not go on recruiting. When the sector comes back those shut open
again, those that shut last first, and call their people back. Large places shut in part: some of their job cells.
The others take over what these wanted, so that the sector keeps its path (`market/allocation.py` says what wins). A
height of before is remembered in full for some months and then less and less: places that never open again hand their
part to the others step by step. A slow fall shuts nobody.
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
    sectors = month.economy.sectors
    month.memory["shutdowns"] = {"path": np.ones((weights(month).size, sectors)), "fall": np.zeros(sectors)}


def weights(month: Month) -> F8:
    """How much of a sector's height is remembered after so many months: all of it, then less by as much every month."""
    q = month.room("demand")
    full, fades = int(q["shutdown_memory"]), int(q["shutdown_fade"])
    return np.concatenate([np.ones(full), 1.0 - np.arange(1, fades + 1) / (fades + 1.0)])


def fall(month: Month, path: F8) -> F8:
    """(S,) sudden fall of each sector, beyond what all places share, as far as it is not made good nor forgotten.

    Sudden is what is lost within two months. It stays while the sector is as far below its height of before.

    Parameters
    ----------
    path : (S,) employment of the sectors relative to the start, this month; it is remembered.
    """
    memory = month.memory["shutdowns"]
    held: F8 = memory["path"]
    held[1:] = held[:-1].copy()
    held[0] = path
    height = path + (weights(month)[:, None] * (held - path)).max(axis=0)
    below = 1.0 - path / np.maximum(height, 1e-9)
    sudden = 1.0 - path / np.maximum(held[:3].max(axis=0), 1e-9) - month.room("demand")["shutdown_from"]
    memory["fall"] = np.minimum(np.maximum(memory["fall"], sudden), below)
    return np.asarray(memory["fall"])


def shut(month: Month) -> F8:
    """(S,) part of each sector that is shut this month."""
    return np.asarray(month.room("demand")["shutdown_share"] * month.memory["shutdowns"]["fall"])


def parts(month: Month) -> F8:
    """(establishments,) part of their job cells that large places shut; those smaller shut as a whole or not at all."""
    e = month.world.establishments
    large = e.stands[: e.size] >= month.room("demand")["shutdown_largest"]
    return np.asarray(np.where(large, shut(month)[e.sector[: e.size]], 0.0))


def factor(month: Month, path: F8, wanted: F8) -> F8 | None:
    """What each establishment takes over of those that shut, (establishments,); None if no sector has fallen.

    Zero for those shut; large places want less by their `parts`.

    Parameters
    ----------
    path : (S,) employment of the sectors relative to the start, this month.
    wanted : (establishments,) what each wants if nobody shuts; those open take it over in proportion to their own.
    """
    e = month.world.establishments
    if not fall(month, path).any():
        return None
    sector, part = e.sector[: e.size], parts(month)
    rank = draws(month.key(Stream.SHUTDOWN, fixed=True), e.id[: e.size])
    stays = np.where(part > 0.0, 1.0 - part, rank >= shut(month)[sector])
    total = np.bincount(sector, weights=wanted, minlength=path.size)
    left = np.bincount(sector, weights=wanted * stays, minlength=path.size)
    return np.asarray(stays * (total / np.maximum(left, 1e-9))[sector])
