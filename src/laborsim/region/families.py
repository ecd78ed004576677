"""Families with children by zone: how many of which kind, with how many children of what ages.

A family type is (kind, parent's age band, number of children, age of the youngest); elder siblings follow
at the spacing the demography of the month assumes. The table of types is raked to children by single age
(every child of the zone has a home), to kinds, numbers, ages of the youngest and to parents by age band.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.region.keyed import exp
from laborsim.region.margins import KINDS, Margins

F8 = NDArray[np.float64]

LEAVING = 18  # own children are those under 18
NUMBERS = 4  # 1, 2, 3, 4 children
_BAND_MIDDLE = np.array([18.5, 22.5, 30.0, 40.0, 48.5, 58.0, 68.0, 78.0])
_YOUNGEST_EDGES = (0, 3, 6, 13, LEAVING)


def children_by_age(spacing: int) -> F8:
    """(4 numbers, 18 ages of the youngest, 18 ages) expected children of each age in a family of each type.

    Parameters
    ----------
    spacing : months between siblings.
    """
    out = np.zeros((NUMBERS, LEAVING, LEAVING))
    for k in range(NUMBERS):
        for youngest in range(LEAVING):
            for month in range(12):
                for j in range(k + 1):
                    age = (12 * youngest + month + spacing * j) // 12
                    if age < LEAVING:
                        out[k, youngest, age] += 1.0 / 12.0
    return out


def family_table(m: Margins, zone: int, holders: F8, scale: float, spacing: int, s: dict[str, Any]) -> F8:
    """Families of each type in one zone, as expectations at the scale of `holders`.

    Parameters
    ----------
    m : targets.
    zone : zone.
    holders : (3 kinds, B) people who can head a family of each kind by age band: women in couples, women
        alone, men alone.
    scale : share of people simulated.
    spacing : months between siblings.
    s : parameters of the room synthesis.

    Returns
    -------
    (3, B, 4, 18) array.
    """
    contribution = children_by_age(spacing)
    children = m.people[zone, :LEAVING].sum(1) * scale
    children[16:] *= s["teenagers_at_home"]

    at_birth = _BAND_MIDDLE[None, :] - np.array([0.0, 0.0, s["father_gap"]])[:, None]
    mean, spread = s["mother_at_birth"]
    z = (at_birth[:, :, None] - np.arange(LEAVING)[None, None, :] - 0.5 - mean) / spread
    width = np.array([4.0, 5.0, 10.0, 10.0, 10.0, 10.0, 10.0, 20.0])
    fit = exp(-0.5 * z * z * (spread**2 / (spread**2 + (width[None, :, None] / 4.0) ** 2)))
    eldest = at_birth[:, :, None, None] - (
        np.arange(LEAVING)[None, None, None, :] + (spacing / 12.0) * np.arange(NUMBERS)[None, None, :, None]
    )
    number = np.concatenate([m.children[zone][:, :2], m.children[zone][:, 2:] * (0.72, 0.28)], axis=1)
    table = (
        holders[:, :, None, None]
        * fit[:, :, None, :]
        * np.maximum(number, 1e-3)[:, None, :, None]
        * (eldest + width[None, :, None, None] / 2 > 17.0)
    )
    # a youngest so old that the next sibling would have left home is a family of one
    for k in range(1, NUMBERS):
        table[:, :, k, np.arange(LEAVING) + spacing * k / 12.0 >= LEAVING] = 0.0

    band = np.digitize(np.arange(LEAVING), _YOUNGEST_EDGES[1:-1])
    women_parents = m.parent[zone, 1] * (holders[0] + holders[1])
    for _ in range(80):
        total = table.sum()
        for i in range(len(KINDS)):
            table[i] *= m.kind[zone, i] * total / max(table[i].sum(), 1e-12)
            by_number = table[i].sum(axis=(0, 2))
            want = number[i] * by_number.sum()
            table[i] *= np.divide(want, by_number, out=np.ones(NUMBERS), where=by_number > 0)[None, :, None]
            by_youngest = np.bincount(band, table[i].sum(axis=(0, 1)), minlength=4)
            want = m.youngest[zone, i] * by_youngest.sum()
            table[i] *= np.divide(want, by_youngest, out=np.ones(4), where=by_youngest > 0)[band]
        mothers = table[:2].sum(axis=(0, 2, 3))
        factor = np.divide(women_parents, mothers, out=np.ones_like(mothers), where=mothers > 0)
        table[:2] *= np.clip(factor, 0.5, 2.0)[None, :, None, None]
        heads = table.sum(axis=(2, 3))
        table *= np.minimum(1.0, np.divide(0.96 * holders, heads, out=np.ones_like(heads), where=heads > 0))[
            :, :, None, None
        ]
        for age in range(LEAVING):  # last, so that it holds exactly: every child has a home
            share = contribution[:, :, age]
            have = float((table * share).sum())
            if have > 0:
                table *= 1.0 + (children[age] / have - 1.0) * np.minimum(1.0, share)
    return _settle_children(table, contribution, children, holders)


def _settle_children(table: F8, contribution: F8, children: F8, holders: F8) -> F8:
    """Rake the children by age alone until they fit, under the cap on heads."""
    for _ in range(100):
        worst = 0.0
        heads = table.sum(axis=(2, 3))
        table *= np.minimum(1.0, np.divide(holders, heads, out=np.ones_like(heads), where=heads > 0))[
            :, :, None, None
        ]
        for age in range(LEAVING):
            share = contribution[:, :, age]
            have = float((table * share).sum())
            if have > 0:
                factor = children[age] / have
                worst = max(worst, abs(factor - 1.0))
                table *= 1.0 + (factor - 1.0) * np.minimum(1.0, share)
        if worst < 1e-4:
            break
    return table

