"""Worlds whose people train: for tests of the training stage."""

from __future__ import annotations

import numpy as np

import worlds
from laborsim.market import codes as k
from laborsim.market import training
from laborsim.market.counts import PIPELINE
from laborsim.market.month import Month

STEP = {name: i for i, name in enumerate(PIPELINE)}

CLASS = 2  # row of the nursing assistant course in worlds.programs

APPRENTICE, OJT = 0, 1


def eager(people: int = 12_000, seed: int = 1, threads: int = 1, **overrides: float) -> Month:
    """A world whose people know everything and often consider training, with sponsors and vacancies about."""
    settings = {"training.attention_unemployed": 0.6, "training.attention_inactive": 0.2, "training.taste": 2.0}
    settings |= {f"training.{name}": value for name, value in overrides.items()}
    month = worlds.month(people=people, seed=seed, threads=threads, overrides=settings)
    w = month.world
    w.people.knows[: w.people.size] = np.uint32(0xFFFFFFFF)
    w.establishments.practices[: w.establishments.size : 3] |= np.uint8(k.PRACTICE_SPONSOR)
    w.establishments.host[: w.establishments.size] = 0.2
    w.cells.vacancies[: w.cells.size] += 1
    training.prepare(month)
    return month


def run(month: Month, months: int) -> dict[str, np.ndarray]:
    """Run the stage alone; the pipeline, drop-outs and stock of every month."""
    seen = {"pipeline": [], "dropouts": [], "stock": [], "added": []}
    first = month.index
    for t in range(first, first + months):
        month.index = t
        month.counts.reset()
        training.stage(month)
        seen["pipeline"].append(month.counts.pipeline.copy())
        seen["dropouts"].append(month.counts.dropouts.copy())
        seen["stock"].append(month.counts.seat_months.copy())
        seen["added"].append(month.counts.added_starts.copy())
    return {name: np.array(values) for name, values in seen.items()}
