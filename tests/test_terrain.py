"""Where people look: nearness of occupations against a slow count."""

from __future__ import annotations

import numpy as np
import pytest

import worlds
from laborsim.market import demand, terrain


def test_looks_elsewhere_follow_yearly_moves_and_turnover():
    m = worlds.month()
    e, c, q = m.economy, m.world.cells, m.parameters
    rate = q["separations.turnover_by_sector"]
    jobs = [[0.0, 0.0] for _ in range(e.occupations)]
    for k in range(c.size):
        jobs[c.occupation[k]][0] += c.base[k]
        jobs[c.occupation[k]][1] += c.base[k] * rate[c.sector[k]]
    total = [sum(x[0] for x in jobs), sum(x[1] for x in jobs)]
    demand.prepare(m)
    near = terrain.nearness(m)
    for o, (held, ended) in enumerate(jobs):
        pace = (ended / held) / (total[1] / total[0]) if held else 1.0
        looks = [q["matching.look_elsewhere"] * move / pace for move in e.mobility[o]]
        looks[o] = 1.0
        for j in range(e.occupations):
            share = max(jobs[j][0] / total[0], 1e-4)
            assert near[o, j] == pytest.approx(looks[j] / sum(looks) / share)


def test_nobody_leaves_an_occupation_that_nobody_left():
    m = worlds.month()
    demand.prepare(m)
    m.economy.mobility[2] = np.eye(m.economy.occupations)[2]
    assert np.count_nonzero(terrain.nearness(m)[2]) == 1
