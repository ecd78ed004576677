"""Raking to margins, and turning expected numbers into whole people without losing a margin.

Three tools: iterative proportional fitting (Deming and Stephan 1940), systematic sampling along an
order (every contiguous block keeps its total to within one), and quota assignment, which draws
categories one person at a time so that each category's running total follows its expectation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.draws import uniform

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


def ipf(seed: F8, margins: Sequence[tuple[tuple[int, ...], F8]], tolerance: float = 1e-6,
        iterations: int = 200) -> F8:
    """Scale a table until its sums over the other axes equal the margins.

    Parameters
    ----------
    seed : array of any shape, non-negative; its odds ratios are kept, its zeros too.
    margins : pairs (axes kept, target of that shape). They must have the same total.
    tolerance : greatest relative error at which to stop.

    Returns
    -------
    array of the shape of `seed`.

    Raises
    ------
    ValueError
        If a margin's shape does not fit, or totals differ by more than one in a thousand.

    Examples
    --------
    >>> ipf(np.ones((2, 2)), [((0,), np.array([3.0, 1.0])), ((1,), np.array([2.0, 2.0]))]).tolist()
    [[1.5, 1.5], [0.5, 0.5]]
    """
    table = np.array(seed, float)
    total = float(margins[0][1].sum())
    for axes, target in margins:
        if target.shape != tuple(table.shape[a] for a in axes):
            raise ValueError(f"margin over axes {axes} has shape {target.shape}")
        if abs(float(target.sum()) - total) > 1e-3 * max(total, 1e-9):
            raise ValueError(f"margin over axes {axes} sums to {target.sum():.6g}, the first to {total:.6g}")
    for _ in range(iterations):
        worst = 0.0
        for axes, target in margins:
            others = tuple(a for a in range(table.ndim) if a not in axes)
            have = table.sum(axis=others)
            factor = np.divide(target, have, out=np.zeros_like(have), where=have > 0)
            # axes are ascending, so the factor only needs its summed axes back
            table *= np.expand_dims(factor, others)
            reachable = (have > 0) & (target > 0)
            if reachable.any():
                worst = max(worst, float(np.abs(factor[reachable] - 1.0).max()))
        if worst < tolerance:
            break
    return table


def systematic(expected: NDArray[Any], start: float) -> I8:
    """Whole numbers whose running sum stays within one of that of `expected`.

    Parameters
    ----------
    expected : (n,) non-negative expectations, in the order that matters (sorted by what must be kept).
    start : uniform draw in [0, 1).

    Examples
    --------
    >>> systematic(np.full(6, 0.5), 0.25).tolist()
    [0, 1, 0, 1, 0, 1]
    """
    if expected.size == 0:
        return np.zeros(0, np.int64)
    edges = np.floor(np.cumsum(expected) + start + 1e-9).astype(np.int64)
    return np.diff(edges, prepend=np.int64(np.floor(start)))


def largest_remainder(expected: NDArray[Any], total: int | None = None) -> I8:
    """Round to whole numbers with a given sum; the largest fractions are rounded up.

    Examples
    --------
    >>> largest_remainder(np.array([1.4, 1.4, 0.2]), 3).tolist()
    [2, 1, 0]
    """
    expected = np.asarray(expected, float)
    want = round(float(expected.sum())) if total is None else int(total)
    if want and expected.sum() > 0:
        expected = expected * (want / expected.sum())
    whole = np.floor(expected + 1e-9).astype(np.int64)
    short = want - int(whole.sum())
    if short > 0:
        order = np.argsort(-(expected - whole), kind="stable")
        whole[order[:short]] += 1
    return whole


def round_table(expected: F8, rows: I8, columns: I8) -> I8:
    """Round a matrix to whole numbers with exactly these row and column sums.

    Each entry is rounded down, then the largest fractions are filled where row and column are still short.

    Raises
    ------
    ValueError
        If the row and column sums differ in total.
    """
    if int(rows.sum()) != int(columns.sum()):
        raise ValueError(f"rows sum to {int(rows.sum())}, columns to {int(columns.sum())}")
    whole = np.floor(expected + 1e-9).astype(np.int64)
    # rounding noise in the raked table may exceed a margin by one: take it back first
    for _ in range(whole.size):
        over_rows = np.flatnonzero(whole.sum(1) > rows)
        over_columns = np.flatnonzero(whole.sum(0) > columns)
        if over_rows.size:
            r = over_rows[0]
            whole[r, int(np.argmax(whole[r]))] -= whole[r].sum() - rows[r]
        elif over_columns.size:
            c = over_columns[0]
            whole[int(np.argmax(whole[:, c])), c] -= whole[:, c].sum() - columns[c]
        else:
            break
    np.maximum(whole, 0, out=whole)
    short_rows, short_columns = rows - whole.sum(1), columns - whole.sum(0)
    fraction = expected - whole
    for flat in np.argsort(-fraction, axis=None, kind="stable"):
        r, c = divmod(int(flat), expected.shape[1])
        if expected[r, c] > 0 and short_rows[r] > 0 and short_columns[c] > 0:
            whole[r, c] += 1
            short_rows[r] -= 1
            short_columns[c] -= 1
    for r in np.flatnonzero(short_rows):  # what no fraction could take
        for c in np.argsort(-expected[r], kind="stable"):
            take = min(short_rows[r], short_columns[c])
            if take > 0:
                whole[r, c] += take
                short_rows[r] -= take
                short_columns[c] -= take
    return whole


@njit(cache=True)
def _quota(shares, group, order, key, doublings, carry, weight, out):  # type: ignore[no-untyped-def]
    k = shares.shape[1]
    for n in range(order.size):
        i = order[n]
        g = group[i]
        total = 0.0
        for c in range(k):
            s = shares[g, c]
            if s > 0.0:
                owed = carry[c]
                pull = 1.0 + owed if owed > 0.0 else 1.0 / (1.0 - owed)
                for _ in range(doublings):
                    pull *= pull
                total += s * pull
                carry[c] = owed + s
            weight[c] = total
        if total <= 0.0:
            continue
        u = uniform(key, i) * total
        c = 0
        while c < k - 1 and (weight[c] <= u or shares[g, c] <= 0.0):
            c += 1
        while shares[g, c] <= 0.0:  # the draw fell on the very end
            c -= 1
        carry[c] -= 1.0
        out[i] = c


def quota(shares: F8, group: NDArray[Any], key: np.uint64, order: NDArray[Any] | None = None,
          empty: int = 0, power: int = 4) -> NDArray[np.uint8]:
    """Give each person one category so that totals follow the expectations.

    Goes through the people in `order`. Each draws a category with the shares of his group, weighted by what every
    category is owed so far, (1 + owed)^power or its inverse: running totals stay within a few of their expectation,
    and categories rare in a group stay rare in it.

    Parameters
    ----------
    shares : (G, K) shares by group; rows sum to 1 (a row of zeros gives `empty`).
    group : (n,) group of each person.
    key : of the draws, one per position in `group`.
    order : (n,) permutation; sort by what must be kept, shuffled within.
    power : a power of two; higher holds totals closer and lets what is owed weigh more against a group's shares.

    Examples
    --------
    >>> int(quota(np.array([[0.75, 0.25]]), np.zeros(1000, int), np.uint64(7)).sum()) in range(245, 256)
    True
    """
    out = np.full(group.size, empty, np.uint8)
    sequence = np.arange(group.size) if order is None else np.asarray(order, np.int64)
    k = shares.shape[1]
    _quota(np.ascontiguousarray(shares, np.float64), np.ascontiguousarray(group, np.int64), sequence, key,
           power.bit_length() - 1, np.zeros(k), np.zeros(k), out)
    return out


@njit(cache=True)
def _mean_odds(log_odds, group, shift, mean, slope):  # type: ignore[no-untyped-def]
    mean[:] = 0.0
    slope[:] = 0.0
    for i in range(log_odds.size):
        g = group[i]
        p = 1.0 / (1.0 + math.exp(-(log_odds[i] + shift[g])))
        mean[g] += p
        slope[g] += p * (1.0 - p)


@njit(cache=True)
def _logistic(log_odds, group, shift, out):  # type: ignore[no-untyped-def]
    for i in range(log_odds.size):
        out[i] = 1.0 / (1.0 + math.exp(-(log_odds[i] + shift[group[i]])))


def shift_to_mean(log_odds: F8, weight_group: NDArray[Any], target: F8, minlength: int) -> F8:
    """Add one constant per group to log-odds so that each group's mean probability hits its target.

    Parameters
    ----------
    log_odds : (n,) log-odds before the shift.
    weight_group : (n,) group of each entry.
    target : (G,) mean probability wanted per group, strictly between 0 and 1; NaN leaves the group alone.

    Returns
    -------
    (n,) probabilities.

    Notes
    -----
    Newton's method between bounds that close in; constants stay within 12 of nil.
    """
    odds = np.ascontiguousarray(log_odds, np.float64)
    group = np.ascontiguousarray(weight_group, np.int64)
    count = np.maximum(np.bincount(group, minlength=minlength), 1)
    low, high = np.full(minlength, -12.0), np.full(minlength, 12.0)
    free = ~np.isnan(target)
    shift, mean, slope = np.zeros(minlength), np.zeros(minlength), np.zeros(minlength)
    for _ in range(60):
        _mean_odds(odds, group, shift, mean, slope)
        gap = np.where(free, mean / count - target, 0.0)
        high, low = np.where(gap > 0, shift, high), np.where(gap < 0, shift, low)
        if np.abs(gap).max(initial=0.0) < 1e-10 or (high - low)[free].max(initial=0.0) < 1e-10:
            break
        step = shift - gap * count / np.maximum(slope, 1e-300)
        shift = np.where(free, np.where((step > low) & (step < high), step, 0.5 * (low + high)), 0.0)
    out = np.empty(odds.size)
    _logistic(odds, group, shift, out)
    return out


def shift_to_total(share: F8, weight: F8, total: float) -> F8:
    """Multiply the odds of all shares by one factor so that their weighted sum is `total`, as near as it can be.

    Examples
    --------
    >>> shift_to_total(np.array([0.2, 0.5]), np.array([10.0, 10.0]), 10.0).round(4).tolist()
    [0.3333, 0.6667]
    """
    odds = share / np.maximum(1.0 - share, 1e-12)
    low, high = 1e-6, 1e6
    for _ in range(80):
        factor = (low * high) ** 0.5
        got = float((odds * factor / (1.0 + odds * factor) * weight).sum())
        low, high = (factor, high) if got < total else (low, factor)
    return np.asarray(odds * factor / (1.0 + odds * factor))
