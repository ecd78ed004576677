"""From counts at full scale to counts at the simulated scale."""

from __future__ import annotations

import math

import numpy as np

from laborsim.market.draws import uniform


def scaled_count(count: float, scale: float, key: np.uint64, agent: int) -> int:
    """`count` at full scale as whole units at `scale`, rounded up or down by a keyed draw.

    The expected value is exactly ``count * scale``; a count of 0 gives 0.
    """
    if count <= 0:
        return 0
    return math.floor(count * scale + float(uniform(key, np.uint64(agent))))
