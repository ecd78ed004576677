"""Rows of the tables given back and taken again: lowest free row first, so that reuse is the same in every run.

The free rows of people and households are sorted arrays in `month.memory["rows"]` (part of the state hash).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import GONE
from laborsim.market.month import Month
from laborsim.market.tables import Table

GROWTH = 1.06  # a full table is enlarged by this factor


def prepare(month: Month) -> None:
    """Find the rows that are free at the start."""
    people, households = month.world.people, month.world.households
    month.memory["rows"] = {
        "people": np.flatnonzero(people.state[: people.size] == GONE).astype(np.int32),
        "households": np.flatnonzero(households.adults[: households.size] == 0).astype(np.int32),
    }


def take(month: Month, name: str, n: int) -> NDArray[np.int64]:
    """Take `n` rows of table `name` ("people" or "households"), ascending; the table grows when none is free."""
    table: Table = getattr(month.world, name)
    free = month.memory["rows"][name]
    used = free[:n]
    month.memory["rows"][name] = free[n:].copy()
    fresh = n - used.size
    if fresh > 0:
        need = table.size + fresh
        if need > table.capacity:
            table.grow(max(need, int(table.capacity * GROWTH) + 16))
        rows = np.concatenate([used.astype(np.int64), np.arange(table.size, need, dtype=np.int64)])
        table.size = need
        return rows
    return np.asarray(used, np.int64)


def give_back(month: Month, name: str, rows: NDArray[np.int64]) -> None:
    """Return rows to the free ones; they may be taken at once."""
    if rows.size:
        free = month.memory["rows"][name]
        month.memory["rows"][name] = np.sort(np.concatenate([free, rows.astype(np.int32)]))
