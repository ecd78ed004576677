"""What a raise leaves workers: to whom taxes and falling benefits leave less than half. Nobody acts on it."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.row import Row
from laborsim.indicators.snapshot import Snapshot
from laborsim.market.codes import SELF_EMPLOYED
from laborsim.market.month import Month
from laborsim.market.needs import earned

HOUSEHOLDS: Final = tuple(
    f"household:{a}{c}" for a in ("one_adult", "two_adults") for c in ("", "_older_children", "_child_under_six")
)
PAY_FLOORS: Final = (0.0, 12.0, 15.0, 20.0, 30.0)  # model dollars an hour
PAY: Final = tuple(
    f"pay:{low:.0f}" + (f"-{high:.0f}" if high else "+")
    for low, high in zip(PAY_FLOORS, (*PAY_FLOORS[1:], 0.0), strict=True)
)
GROUPS: Final = ("all", *HOUSEHOLDS, *PAY)
_STEP: Final = 1000.0  # of `economy.raise_left`


class Raises(NamedTuple):
    """(n,) workers: place in HOUSEHOLDS and PAY, chance that a raise leaves less than half, and share of it left."""

    household: NDArray[np.int64]
    pay: NDArray[np.int64]
    less: NDArray[np.float64]
    left: NDArray[np.float64]


def raises(month: Month) -> Raises:
    """What a raise would leave each resident at work, by the household's kind, zone and earnings from work."""
    eco, p, h = month.economy, month.world.people, month.world.households
    rows = np.flatnonzero((p.state[: p.size] <= SELF_EMPLOYED) & (p.zone[: p.size] < eco.outside))
    home = p.household[rows]
    bin = np.minimum(12.0 * earned(month)[home] / _STEP, eco.raise_left.shape[-1] - 1).astype(np.int64)
    adults = np.clip(h.adults[home], 1, 2).astype(np.int64) - 1
    children = np.minimum(h.children[home], 3).astype(np.int64)
    young = ((children > 0) & (month.index - h.youngest[home].astype(np.int64) < 72)).astype(np.int64)
    less, left = eco.raise_left[:, p.zone[rows], adults, children, young, bin]
    pay = np.searchsorted(PAY_FLOORS, p.wage[rows], side="right") - 1
    return Raises(3 * adults + (children > 0) + young, pay, less, left)


def fill(s: Snapshot, row: Row) -> None:
    """By kind of household and pay, in the last month of each year from the start; NaN in the others."""
    count = less = left = np.full(len(GROUPS), np.nan)
    if s.month.index % 12 == 11 and s.month.economy.raise_left.size:
        found = raises(s.month)
        count, less, left = (_by_group(found, x) for x in (np.ones(found.less.size), found.less, found.left))
    row.put("raise_workers", GROUPS, count, s.scale)
    row.put("raise_mostly_lost", GROUPS, less, count)
    row.put("raise_left", GROUPS, left, count)


def _by_group(found: Raises, value: NDArray[np.float64]) -> NDArray[np.float64]:
    parts = (
        np.bincount(found.household, value, len(HOUSEHOLDS)),
        np.bincount(found.pay, value, len(PAY)),
    )
    return np.concatenate([[value.sum()], *parts])


__all__ = ["GROUPS", "HOUSEHOLDS", "PAY", "Raises", "fill", "raises"]
