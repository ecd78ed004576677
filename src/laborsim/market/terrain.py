"""Where and what people look at: zones by commute, occupations by nearness, skill carried from one to another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import travel
from laborsim.market.matching import Terrain
from laborsim.market.month import Month
from laborsim.market.pay import terms


def nearness(month: Month) -> NDArray[np.float64]:
    """Nearness of occupations per vacancy of the destination, (O, O).

    Yearly moves between occupations, for each job that people of the occupation leave: where jobs end often people
    change occupation often without looking further. Observed moves already reflect how large the destination is.
    Divided by its share of jobs they are nearness per vacancy, so that with vacancies in proportion to jobs searchers
    look where movers go.
    """
    e = month.economy

    def make() -> NDArray[np.float64]:
        memory = month.memory["demand"]
        near = month.parameters["matching.look_elsewhere"] * e.mobility / turnover(month)[:, None]
        np.fill_diagonal(near, 1.0)
        return np.ascontiguousarray(near / near.sum(axis=1, keepdims=True) / np.maximum(memory["shares"], 1e-4))

    return month.table("hiring.near", make)  # type: ignore[no-any-return]


def turnover(month: Month) -> NDArray[np.float64]:
    """(O,) how often jobs of an occupation end, relative to all: the sectors' that employ it at the start."""
    memory = month.memory["demand"]
    jobs = memory["mix"] * memory["jobs"][:, None]
    pace = np.asarray(month.parameters["separations.turnover_by_sector"], np.float64)[: month.economy.sectors]
    usual = float((jobs.sum(axis=1) * pace).sum() / jobs.sum())
    total = jobs.sum(axis=0)
    return np.where(total > 0, (jobs * pace[:, None]).sum(axis=0) / np.maximum(total, 1e-12) / usual, 1.0)


def carried(month: Month) -> NDArray[np.float32]:
    """Share of skill carried over from one occupation to another, (O, O); paid at hiring and foreseen by seekers.

    All of it within an occupation, `skill_transfer_group` within a major group and to the nearest other occupation,
    down to `skill_transfer_far` where nobody moves; in between with the root of nearness.
    """
    e, q = month.economy, month.room("search")

    def make() -> NDArray[np.float32]:
        near = nearness(month).copy()
        np.fill_diagonal(near, 0.0)
        close = np.sqrt(near / np.maximum(near.max(axis=1, keepdims=True), 1e-300))
        close[e.occ_major[:, None] == e.occ_major[None, :]] = 1.0
        out = q["skill_transfer_far"] + (q["skill_transfer_group"] - q["skill_transfer_far"]) * close
        np.fill_diagonal(out, 1.0)
        return np.ascontiguousarray(out, np.float32)

    return month.table("hiring.carried", make)  # type: ignore[no-any-return]


def terrain(month: Month) -> Terrain:
    """Nearness of zones and occupations; people without a car look less far."""
    weight, cost = travel.tables(month)
    pay = terms(month.economy, month.room("search"))
    return Terrain(weight, cost, nearness(month), month.economy.occ_major, carried(month), pay)


__all__ = ["carried", "nearness", "terrain"]
