"""A world whose core stages are ready to run, for their tests."""

from __future__ import annotations

import numpy as np

import worlds
from laborsim.market import (
    demand,
    hiring,
    participation,
    wages,
)
from laborsim.market.draws import bits, more_bits, to_unit
from laborsim.market.month import Month

PEOPLE = 3000


def ready(people: int = PEOPLE, index: int = 1, **kwargs) -> Month:
    """A world whose stages have set up what they remember, some months in."""
    m = worlds.month(people=people, **kwargs)
    for stage in (demand, participation, hiring, wages):
        stage.prepare(m)
    m.index = index
    m.scratch["sector_shock"] = np.ones((m.economy.sectors, m.economy.zones))
    return m


def childcare(m: Month) -> tuple[np.ndarray, np.ndarray]:
    """Some cost of care for each household and chance of a place by zone."""
    n = m.world.households.capacity
    m.scratch["childcare.cost"] = np.where(np.arange(n) % 3 == 0, 0.0, 400.0 + np.arange(n) % 900).astype(np.float32)
    m.memory["childcare"] = {"chance": np.linspace(0.5, 1.0, m.economy.zones)}
    return m.scratch["childcare.cost"], m.memory["childcare"]["chance"]


def u64(x) -> np.uint64:
    return np.uint64(x)


def draw(key, person, counter=0):
    first = u64(bits(key, u64(person)))
    return to_unit(first) if counter == 0 else to_unit(u64(more_bits(first, counter)))
