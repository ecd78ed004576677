"""Nodes of trees of weights in kernels: as many shares below a draw as counting them one by one finds."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from laborsim.market.nodes import ARITY, below


def _all(shares, starts, draws):  # type: ignore[no-untyped-def]
    return [below(shares, starts[k], draws[k]) for k in range(starts.size)]


def test_a_kernel_counts_the_shares_at_most_the_draw() -> None:
    rng = np.random.default_rng(3)
    shares = rng.integers(-(2**31), 2**31, 400).astype(np.int32)
    starts = rng.integers(0, shares.size - ARITY + 1, 300)
    draws = rng.choice(np.concatenate([shares, shares - 1, [-(2**31), 2**31 - 1]]), 300).astype(np.int32)
    expected = [sum(int(x) <= int(d) for x in shares[s : s + ARITY]) for s, d in zip(starts, draws, strict=True)]
    assert njit(_all)(shares, starts, draws) == expected
    assert _all(shares, starts, draws) == expected
    assert {0, ARITY} <= set(expected)


@pytest.mark.parametrize("wrong", [np.zeros(32, np.int64), np.zeros(64, np.int32)[::2]])
def test_a_kernel_takes_only_flat_shares_of_four_bytes(wrong) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TypingError):
        njit(_all)(wrong, np.zeros(1, np.int64), np.zeros(1, np.int32))
