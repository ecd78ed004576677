"""Training within the whole month: placement needs vacancies."""

from __future__ import annotations

import numpy as np

import worlds
from laborsim.market.counts import PIPELINE
from laborsim.market.month import Month
from laborsim.market.plan import standard_plan

COURSE, OCCUPATION = 2, 3  # nursing assistant course, healthcare support


def outcome(vacancies: bool, months: int = 24) -> np.ndarray:
    """Pipeline of the course over the whole plan, with or without vacancies in its occupation."""
    month: Month = worlds.month(people=12_000, seed=3, overrides={"training.taste": 3.0})
    w = month.world
    w.people.knows[: w.people.size] = np.uint32(0xFFFFFFFF)
    month.economy.occ_wage[OCCUPATION] *= 3.0  # completers would go on looking where they are worth more
    plan = standard_plan()
    plan.prepare(month)
    if not vacancies:
        post = next(s for s in plan if s.name == "vacancies")
        usual = post.run

        def shut(m: Month) -> None:
            usual(m)
            c = m.world.cells
            c.vacancies[: c.size][c.occupation[: c.size] == OCCUPATION] = 0

        post.run = shut
    total = np.zeros(len(PIPELINE), np.int64)
    for t in range(months):
        month.index = t
        month.counts.reset()
        plan.run(month)
        p = month.world.people
        p.last[: p.size] = p.state[: p.size]
        total += month.counts.pipeline[COURSE]
    worlds.check(month.world)
    return total


def test_training_for_an_occupation_without_vacancies_places_almost_nobody():
    placed, completed = PIPELINE.index("placed"), PIPELINE.index("completed")
    usual, shut = outcome(True), outcome(False)
    assert usual[completed] > 50 and usual[placed] > 0.06 * usual[completed]
    # those left were in the occupation already
    assert shut[placed] <= 0.03 * max(shut[completed], 1)
