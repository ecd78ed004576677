"""Shutdowns against slow, obvious Python: who shuts when a sector falls, and what the others want instead."""

from __future__ import annotations

import numpy as np
import pytest

import worlds
from laborsim.market import shutdowns
from laborsim.market.draws import Stream, uniform
from laborsim.market.month import Month


def ready(**changes: float) -> Month:
    given = {"shutdown_share": 0.6, "shutdown_from": 0.02, "shutdown_memory": 3, "shutdown_fade": 0} | changes
    m = worlds.month(people=3000, overrides={f"demand.{k}": v for k, v in given.items()})
    shutdowns.prepare(m)
    return m


def base(m: Month) -> np.ndarray:
    """What each establishment wants while nobody has grown, closed or shut."""
    e = m.world.establishments
    return e.base[: e.size].astype(float)


def oracle(m: Month, path: np.ndarray, highest: np.ndarray) -> np.ndarray:
    q, e = m.room("demand"), m.world.establishments
    key = m.key(Stream.SHUTDOWN, fixed=True)
    out = np.ones(e.size)
    for s in range(path.size):
        share = q["shutdown_share"] * max(1.0 - path[s] / highest[s] - q["shutdown_from"], 0.0)
        rows = [j for j in range(e.size) if e.sector[j] == s]
        stays = {}
        for j in rows:
            if e.stands[j] >= q["shutdown_largest"]:
                stays[j] = 1.0 - share
            else:
                stays[j] = 0.0 if uniform(key, e.id[j]) < share else 1.0
        left = sum(float(e.base[j]) * stays[j] for j in rows)
        for j in rows:
            out[j] = stays[j] * sum(float(e.base[x]) for x in rows) / left if left else 0.0
    return out


def test_nothing_shuts_while_no_sector_falls_much():
    m = ready()
    for level in (1.0, 1.01, 0.995):
        assert shutdowns.factor(m, np.full(m.economy.sectors, level), base(m)) is None


def test_a_fall_shuts_some_and_the_sector_keeps_its_path():
    m = ready()
    n, e = m.economy.sectors, m.world.establishments
    path = np.full(n, 0.5)
    got = shutdowns.factor(m, path, base(m))
    assert got is not None
    np.testing.assert_allclose(got, oracle(m, path, np.ones(n)), rtol=1e-12)
    shut = got == 0.0
    assert 0.1 < shut.mean() < 0.5
    for s in range(n):
        rows = e.sector[: e.size] == s
        if rows.any() and not shut[rows].all():
            assert (base(m) * got)[rows].sum() == pytest.approx(base(m)[rows].sum())


def test_places_open_again_as_the_sector_comes_back():
    m = ready()
    n = m.economy.sectors
    first = shutdowns.factor(m, np.full(n, 0.5), base(m))
    second = shutdowns.factor(m, np.full(n, 0.8), base(m))
    assert first is not None and second is not None
    assert set(np.flatnonzero(second == 0.0)) < set(np.flatnonzero(first == 0.0))
    # the height before the fall is forgotten after three months
    for _ in range(3):
        last = shutdowns.factor(m, np.full(n, 0.8), base(m))
    assert last is None


def test_large_places_shut_in_part():
    m = ready(shutdown_largest=50)
    e = m.world.establishments
    e.stands[: e.size] = np.where(np.arange(e.size) % 3 == 0, 80.0, 5.0)
    path = np.full(m.economy.sectors, 0.3)
    got = shutdowns.factor(m, path, base(m))
    assert got is not None and (got[::3] > 0.0).all() and (got == 0.0).any()
    np.testing.assert_allclose(got, oracle(m, path, np.ones(path.size)), rtol=1e-12)
    share = 0.6 * (0.7 - 0.02)
    np.testing.assert_allclose(shutdowns.parts(m), np.where(np.arange(e.size) % 3 == 0, share, 0.0))


def test_a_slow_fall_shuts_nobody_and_a_sudden_one_counts_once():
    m = ready(shutdown_memory=12)
    n = m.economy.sectors
    for step in range(1, 20):
        assert shutdowns.factor(m, np.full(n, 1.0 - 0.008 * step), base(m)) is None
    low = 1.0 - 0.008 * 19
    for _ in range(4):  # two months on nothing falls any more, and nothing comes back
        assert shutdowns.fall(m, np.full(n, low * 0.8))[0] == pytest.approx(1.0 - low * 0.8 / (low + 0.008) - 0.02)


def test_a_height_is_forgotten_step_by_step():
    m = ready(shutdown_memory=3, shutdown_fade=4, shutdown_from=0.0)
    n = m.economy.sectors
    falls = [shutdowns.fall(m, np.full(n, 0.8))[0] for _ in range(9)]
    assert falls[:2] == pytest.approx([0.2] * 2)
    # in full for two months, then a fifth of the height less every month
    want = [1.0 - 0.8 / (0.8 + 0.2 * left) for left in (0.8, 0.6, 0.4, 0.2)]
    assert falls[2:6] == pytest.approx(want) and falls[6:] == pytest.approx([0.0] * 3)
