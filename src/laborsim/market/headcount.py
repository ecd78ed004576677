"""How many people work at each establishment, and how many posts it has open."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.month import Month

F8 = NDArray[np.float64]


@njit(cache=True, nogil=True)
def _by_employer(cells, c, filled, vacancies):  # type: ignore[no-untyped-def]
    for row in range(cells):
        k = np.uint64(row)  # unsigned: no test for negative indices
        owner = np.uint64(c.establishment[k])
        filled[owner] += c.filled[k]
        vacancies[owner] += c.vacancies[k]


def by_employer(month: Month) -> tuple[F8, F8]:
    """(E,) people at work and (E,) open vacancies of each establishment; whole numbers."""
    w = month.world
    filled, vacancies = np.zeros(w.establishments.size), np.zeros(w.establishments.size)
    _by_employer(w.cells.size, w.cells.columns, filled, vacancies)
    return filled, vacancies


__all__ = ["by_employer"]
