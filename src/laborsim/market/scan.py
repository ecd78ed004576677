"""Scans: find the few rows that a monthly hazard may strike, at a fraction of a nanosecond a row.

A pass that draws, looks up a hazard and branches for every person spends nearly all its time on people to whom
nothing happens. A scan does it in two steps, a block of rows at a time: the draws of the block alone, a loop
without branches that the compiler turns into vector instructions; then each draw is compared with the largest
hazard that anyone of the person's state and sex may face, and the rows below it are listed. The caller takes the
careful decision for the rows listed, with the full draw and the person's own hazard, so that a bound that is too
large costs time and changes nothing. Bounds must never be too small.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.draws import bits

BLOCK = 1024  # rows of a block: its draws stay in the nearest cache
KINDS = 16  # places for states in a table of bounds
_TOP = np.uint64(33)  # draws are compared by their upper 31 bits, so that a bound of 1 fits 32 bits


def bounds(most: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Hazards as bounds of the upper 31 bits of a draw, rounded up: 0 lets nobody through, 1 everybody.

    Examples
    --------
    >>> bounds(np.array([0.0, 0.25, 1.0])).tolist()
    [0, 536870912, 2147483648]
    """
    return np.ceil(np.clip(most, 0.0, 1.0) * 2.0**31).astype(np.uint32)


def bounds_by_state(most: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Bounds as `scan` wants them, (2 * KINDS,), of hazards by state, or by sex and state.

    Parameters
    ----------
    most : (states,) or (2, states) largest hazard anyone may face; a trifle is added for rounding.
    """
    out = np.zeros((2, KINDS), np.uint32)
    out[:, : most.shape[-1]] = bounds(most * (1.0 + 1e-9))
    return out.ravel()


@njit(cache=True, nogil=True)
def draw_block(key: Any, ids: Any, lo: Any, n: Any, out: Any, less: Any = np.uint64(0)) -> None:  # noqa: B008
    """Upper 31 bits of the draws of rows lo to lo + n, less `less` (round the circle), into `out`."""
    mine, into = ids[lo:lo + n], out[:n]
    for k in range(mine.size):
        into[k] = np.uint32((bits(key, mine[k]) - less) >> _TOP)


@njit(cache=True, nogil=True)
def scan(lo: Any, hi: Any, p: Any, key: Any, bound: Any, rows: Any, less: Any = np.uint64(0)) -> Any:  # noqa: B008
    """List the people [lo, hi) whose draw is below the bound of their state and sex, in row order.

    Parameters
    ----------
    p : columns of people.
    key : key of the decision's draws; bound : (2 * KINDS,) as `bounds_by_state` makes it.
    rows : written from `lo` on.
    less : taken from all 64 bits of the draws first, so that the highest draws come before the lowest.

    Returns
    -------
    int : how many rows are listed.
    """
    draw = np.empty(BLOCK, np.uint32)
    n = np.uint64(lo)
    for start in range(lo, hi, BLOCK):
        size = min(BLOCK, hi - start)
        draw_block(key, p.id, start, size, draw, less)
        state, sex = p.state[start:start + size], p.sex[start:start + size]
        for row in range(size):
            k = np.uint64(row)  # unsigned: no test for negative indices
            rows[n] = start + row
            n += np.uint64(draw[k] < bound[np.uint64(state[k] + sex[k] * KINDS)])
    return np.int64(n) - lo
