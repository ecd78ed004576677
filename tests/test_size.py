"""Turnover, selection and churn differ by size of the workplace and by sector."""

from __future__ import annotations

import numpy as np

import worlds
from laborsim.market import allocation, bad_matches, hiring
from laborsim.market.size import SIZE_CLASSES, by_size, size_class

FACTOR = [0.5, 0.8, 1.1, 1.3, 2.0]


def month(**overrides):
    m = worlds.month(3000, overrides={"separations.turnover_by_sector": [1.0] * 23,
                                      "vacancies.selection_by_sector": [1.0] * 23, **overrides})  # fmt: skip
    e = m.world.establishments
    e.stands[: e.size] = np.resize([3.0, 9.9, 10.0, 49.0, 50.0, 249.0, 250.0, 1000.0, 7000.0], e.size)
    return m


def test_classes_begin_at_their_edges():
    edges = np.array([1, 9, 10, 49, 50, 249, 250, 999, 1000, 9000])
    assert size_class(edges).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert by_size(FACTOR, np.array([9.0, 5000.0])).tolist() == [0.5, 2.0]
    assert len(SIZE_CLASSES) == len(FACTOR)


def test_jobs_end_and_vacancies_are_filled_at_the_pace_of_the_size():
    usual = month(**{"separations.turnover_by_size": [1.0] * 5, "vacancies.selection_by_size": [1.0] * 5})
    m = month(**{"separations.turnover_by_size": FACTOR, "vacancies.selection_by_size": [f / 2 for f in FACTOR]})
    c, e = m.world.cells, m.world.establishments
    want = [FACTOR[np.searchsorted([10, 50, 250, 1000], e.stands[c.establishment[k]], side="right")]
            for k in range(c.size)]  # fmt: skip
    np.testing.assert_allclose(bad_matches.turnover(m), np.array(want) * bad_matches.turnover(usual), rtol=1e-6)
    every = np.arange(c.size)
    np.testing.assert_allclose(hiring.decided(m, every), np.array(want) / 2 * hiring.decided(usual, every))


def test_establishments_of_restless_sectors_spread_and_close_more():
    factor = [0.5 if k % 2 else 2.0 for k in range(23)]
    m = worlds.month(6000, overrides={"demand.churn_by_sector": factor})
    e = m.world.establishments
    np.testing.assert_array_equal(allocation.churn(m), [factor[s] for s in e.sector[: e.size]])
    before = e.base[: e.size].astype(float)
    allocation.prepare(m)
    growth, restless = e.growth[: e.size], allocation.churn(m) > 1
    q = m.room("demand")
    sd = q["growth_shock"] / np.sqrt(1 - q["growth_persistence"] ** 2)
    assert abs(growth[restless].std() / (2.0 * sd) - 1) < 0.25 and abs(growth[~restless].std() / (0.5 * sd) - 1) < 0.25
    drift = 0.5 * (sd * allocation.churn(m)) ** 2
    np.testing.assert_allclose(e.base[: e.size] * np.exp(growth - drift), before, rtol=1e-5)
