"""Sums of products in numpy's own order of adding.

`@` hands float tables to a linear algebra library, whose rounding depends on the library, on the processor it finds
and on its threads; what the market remembers must not.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


def product(table: NDArray[Any], weights: NDArray[Any]) -> Any:
    """Sum of `table` (..., n) times `weights` (n,) along the last axis: `table @ weights`.

    Examples
    --------
    >>> import numpy as np
    >>> product(np.array([[1.0, 2.0], [0.5, 4.0]]), np.array([10.0, 1.0])).tolist()
    [12.0, 9.0]
    """
    return (table * weights).sum(axis=-1)


__all__ = ["product"]
