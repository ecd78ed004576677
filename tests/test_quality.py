"""Job quality: each principle acts on its own, weighted scores follow the scores, pay follows the wage premium."""

from __future__ import annotations

import math

import numpy as np
import pytest

import worlds
from laborsim.market import codes, layoffs, leaving, quality
from laborsim.market.month import Month


def month_of(people: int = 6000, **overrides: object) -> Month:
    month = worlds.month(people=people, overrides={f"quality.{n}": v for n, v in overrides.items()})
    quality.prepare(month)
    return month


def one(principle: str, size: float) -> list[float]:
    return [size if p == principle else 0.0 for p in codes.PRINCIPLES]


def test_weighted_scores_equal_plain_python():
    rng = np.random.default_rng(3)
    scores = rng.integers(0, 256, (50, 8)).astype(np.uint8)
    responses = rng.random(8)
    want = [
        math.floor(sum(w / responses.sum() * int(s) for w, s in zip(responses, row, strict=True)) + 0.5)
        for row in scores
    ]
    assert quality.weighted(scores, responses).tolist() == want
    even = quality.weighted(scores, np.zeros(8))
    assert even.tolist() == [math.floor(row.sum() / 8 + 0.5) for row in scores.astype(int)]


def test_only_the_principles_named_act():
    month = month_of(leaving=one("benefits", 0.4), search=one("organizational_culture", 0.6))
    e, c = month.world.establishments, month.world.cells
    at = c.establishment[: c.size]
    found = quality.uses(month)
    np.testing.assert_array_equal(found.leaving, e.quality[: e.size, 1][at])
    np.testing.assert_array_equal(found.search, e.quality[: e.size, 5][at])


def test_scores_are_worked_out_again_only_when_they_change():
    month = month_of()
    first = quality.uses(month)
    assert quality.uses(month) is first
    month.world.establishments.quality[0, 1] += 50
    again = quality.uses(month)
    assert again is not first
    own = month.world.cells.establishment[: month.world.cells.size] == 0
    assert np.all(again.leaving[own] > first.leaving[own])
    np.testing.assert_array_equal(again.leaving[~own], first.leaving[~own])


def test_leaving_falls_with_benefits_by_the_response_stated():
    b = leaving._behaviour(with_demand(leaving=one("benefits", 0.3)))
    assert b.quality[255] == pytest.approx(math.exp(-0.3)) and b.quality[0] == pytest.approx(math.exp(0.3))


def with_demand(**overrides: object) -> Month:
    from laborsim.market import demand

    month = month_of(**overrides)
    demand.prepare(month)
    month.scratch["sector_shock"] = np.ones((month.economy.sectors, month.economy.zones))
    return month


def test_skills_principle_speeds_learning():
    month = month_of(learning=one("skills_and_career_advancement", 0.5))
    pace = quality.learning_pace(month)
    low, high = quality.centred(8.0), quality.centred(248.0)
    assert pace[-1, 0] / pace[0, 0] == pytest.approx(math.exp(0.5 * (high - low)))


def test_secure_employers_postpone_layoffs_but_not_closures():
    month = with_demand(hoarding=0.8)
    e, c = month.world.establishments, month.world.cells
    n = c.size
    c.filled[:n] = 10
    c.target[:n] = 5
    c.target[:3] = 0
    e.quality[: e.size] = 0
    np.testing.assert_array_equal(layoffs._excess(month)[3:], 5)
    e.quality[: e.size] = 255
    kept = 5 - layoffs._excess(month)[3:]
    assert set(np.unique(kept)) <= {4} and np.all(layoffs._excess(month)[:3] == 10)


def test_pay_scores_follow_premiums_once_a_year():
    month = month_of()
    e = month.world.establishments
    before = e.quality[: e.size].copy()
    e.premium[: e.size] += np.float32(0.1)
    month.index = 11
    quality.stage(month)
    np.testing.assert_array_equal(before, e.quality[: e.size])
    month.index = 12
    quality.stage(month)
    gain = e.quality[: e.size].astype(int) - before
    assert np.all(gain[:, quality.PAY] == np.minimum(17, 255 - before[:, quality.PAY]))
    assert not np.delete(gain, quality.PAY, axis=1).any()


def test_cost_is_that_of_the_scores():
    month = month_of(cost=one("benefits", 100.0))
    scores = np.full((2, 8), 127.5)
    scores[1, 1] = 255.0
    assert quality.cost_per_worker(month, scores).tolist() == [0.0, 100.0]
