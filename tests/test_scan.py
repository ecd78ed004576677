"""The scan against the plain reading of its rule, one person at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from laborsim.market import codes as k
from laborsim.market.draws import Stream, bits, uniform
from laborsim.market.scan import BLOCK, KINDS, bounds, bounds_by_state, draw_block, scan


def plain(p, lo, hi, key, most, less=0):
    """Rows whose draw, turned by `less`, is below the hazard of their sex and state."""
    found = []
    for i in range(lo, hi):
        draw = ((int(bits(key, p.id[i])) - less) % 2**64) / 2.0**64
        if draw < most[p.sex[i], p.state[i]]:
            found.append(i)
    return found


@pytest.mark.parametrize(("lo", "hi"), [(0, 0), (0, 1), (3, BLOCK + 3), (5, 2 * BLOCK + 77)])
def test_scan_lists_all_whom_the_hazard_may_strike(lo, hi):
    m = worlds.month(3000)
    p, key = m.world.people, m.key(Stream.LEAVE_LABOR_FORCE)
    most = np.random.default_rng(1).uniform(0.0, 0.3, (2, k.N_STATES))
    most[:, k.UNEMPLOYED], most[:, k.RETIRED] = 1.0, 0.0
    rows = np.full(p.capacity, -1, np.int64)
    n = scan(lo, hi, p.columns, key, bounds_by_state(most), rows)
    listed, due = rows[lo : lo + n].tolist(), plain(p, lo, hi, key, most)
    assert set(due) <= set(listed) and len(listed) <= len(due) + 2  # bounds are rounded up by less than 2**-30
    assert listed == sorted(listed)
    assert (rows[:lo] == -1).all() and (rows[max(hi, lo + 1) :] == -1).all()


def test_turned_draws_put_the_highest_first():
    m = worlds.month(2000)
    p, key = m.world.people, m.key(Stream.TRAINING_APPLY)
    most = np.full((2, k.N_STATES), 0.2)
    top = int(0.9 * 2**64)  # the highest tenth and the lowest tenth
    rows = np.empty(p.capacity, np.int64)
    n = scan(0, p.size, p.columns, key, bounds_by_state(most), rows, np.uint64(top))
    u = np.array([uniform(key, i) for i in p.id[: p.size]])
    assert rows[:n].tolist() == np.flatnonzero((u < 0.1) | (u >= 0.9)).tolist() == plain(p, 0, p.size, key, most, top)


@settings(max_examples=40)
@given(st.integers(0, 2**63), st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20))
def test_blocks_hold_the_upper_bits_of_the_draws(key, ids):
    out = np.zeros(len(ids), np.uint32)
    draw_block(np.uint64(key), np.array(ids, np.uint64), 0, len(ids), out)
    assert out.tolist() == [int(bits(np.uint64(key), np.uint64(i))) >> 33 for i in ids]


def test_bounds_let_nobody_everybody_and_never_too_few_through():
    most = np.array([0.0, 1e-12, 0.1, 1.0 - 1e-12, 1.0, 7.0])
    got = bounds(most)
    assert got[0] == 0 and got[-1] == got[-2] == 2**31
    assert (got >= np.minimum(most, 1.0) * 2.0**31).all() and (got <= np.minimum(most, 1.0) * 2.0**31 + 1).all()
    by_state = bounds_by_state(most).reshape(2, KINDS)
    assert (by_state[0] == by_state[1]).all() and (by_state[:, most.size :] == 0).all()
    assert (by_state[:, : most.size] >= got).all()
