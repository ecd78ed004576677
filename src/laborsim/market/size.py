"""Size classes of workplaces, as JOLTS has them; an establishment is of the class of those it stands for."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

SIZE_EDGES: Final = (10.0, 50.0, 250.0, 1000.0)  # people at the workplace from which the next class begins
SIZE_CLASSES: Final = ("1-9", "10-49", "50-249", "250-999", "1000+")


def size_class(stands: NDArray[Any]) -> NDArray[np.int64]:
    """(n,) class of workplaces of `stands` people (column `stands` of establishments).

    Examples
    --------
    >>> size_class(np.array([3.0, 10.0, 999.0, 4000.0])).tolist()
    [0, 1, 3, 4]
    """
    return np.asarray(np.searchsorted(SIZE_EDGES, stands, side="right"), np.int64)


def by_size(factor: ArrayLike, stands: NDArray[Any]) -> NDArray[np.float64]:
    """(n,) the factor, given by class, of workplaces of `stands` people."""
    return np.asarray(np.asarray(factor, np.float64)[size_class(stands)])
