"""Job quality: each principle acts on its own, weighted scores follow the scores, pay follows the wage premium."""

from __future__ import annotations

import math

import numpy as np
import pytest

import worlds
from laborsim.market import bad_matches, coaching, codes, layoffs, leaving, quality, transitions
from laborsim.market.counts import SCALAR
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
    month = with_demand(leaving=one("benefits", 0.3))
    e, c = month.world.establishments, month.world.cells
    e.quality[: e.size] = np.where(np.arange(e.size)[:, None] % 2, 255, 0)
    best = e.quality[c.establishment[: c.size], 0] == 255
    usual = bad_matches.turnover(month)
    factor = leaving._behaviour(month).cell / usual
    np.testing.assert_allclose(factor[best], math.exp(-0.3), rtol=1e-6)
    np.testing.assert_allclose(factor[~best], math.exp(0.3), rtol=1e-6)
    assert best.any() and not best.all() and usual.min() < 1.0 < usual.max()


def with_demand(**overrides: object) -> Month:
    from laborsim.market import demand, hiring

    month = month_of(**overrides)
    demand.prepare(month)
    hiring.prepare(month)
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


# --- coaching ------------------------------------------------------------------------------------
def coached(month: Month, **changes: object) -> Month:
    from laborsim.market.levers import Coaching

    given = {"contacts": 300, "principles": (1, 5), "zones": (1, 1, 0), "fidelity": 1.0} | changes
    month.levers.coaching = (Coaching(**given),)  # type: ignore[arg-type]
    return month


def ask(month: Month) -> dict[str, np.ndarray]:
    coaching.stage(month)
    month.levers.coaching = ()
    return month.memory["coaching"]


def test_without_coaching_nothing_is_remembered():
    month = month_of()
    before = month.world.establishments.quality.copy()
    coaching.stage(month)
    assert "coaching" not in month.memory
    np.testing.assert_array_equal(before, month.world.establishments.quality)


def test_scores_of_adopters_rise_in_steps_to_the_gain_on_their_principles_alone():
    month = coached(month_of(adoption_log_odds=5.0, preparation_months=2, ramp_months=4, gain=40.0))
    e = month.world.establishments
    e.quality[: e.size] = 100
    m = ask(month)
    on = m["arm"] == coaching.ADOPTER
    assert on.sum() > 20 and month.counts.scalars[SCALAR["quality_willing"]] == on.sum()
    for index, points in ((1, 0), (2, 10), (3, 20), (4, 30), (5, 40), (6, 40)):
        month.index = index
        coaching.stage(month)
        want = np.full((e.size, 8), 100)
        want[np.ix_(on, [1, 5])] += points
        want[:, quality.PAY] = e.quality[: e.size, quality.PAY]
        np.testing.assert_array_equal(e.quality[: e.size], want)


def test_pay_is_raised_through_the_premium():
    changed = {"adoption_log_odds": 5.0, "preparation_months": 1, "ramp_months": 2, "pay_raise": 0.1}
    month = coached(month_of(**changed), principles=(6,))
    e = month.world.establishments
    before = e.premium[: e.size].copy()
    on = ask(month)["arm"] > 0
    for index, rise in ((1, 0.05), (2, 0.1), (3, 0.1)):
        month.index = index
        coaching.stage(month)
        assert e.premium[: e.size][on] - before[on] == pytest.approx(rise, abs=1e-6)
        np.testing.assert_array_equal(e.premium[: e.size][~on], before[~on])


def test_a_pilot_keeps_the_share_stated_as_controls_until_it_ends():
    trial = {"control_share": 0.5, "control_months": 6, "contacts": 10_000}
    month = coached(month_of(30_000, adoption_log_odds=5.0, preparation_months=1), **trial)
    e = month.world.establishments
    scores = e.quality[: e.size].copy()
    m = ask(month)
    control = m["arm"] == coaching.CONTROL
    assert 0.4 < control.sum() / (m["arm"] > 0).sum() < 0.6
    assert month.counts.scalars[SCALAR["quality_controls"]] == control.sum()
    for month.index in range(1, 7):
        coaching.stage(month)
        np.testing.assert_array_equal(e.quality[: e.size][control], scores[control])
    month.index = 7  # the pilot is over: controls adopt as well
    coaching.stage(month)
    assert np.all(m["arm"][m["arm"] > 0] == coaching.ADOPTER) and np.all(m["start"][control] == 7)
    assert np.all(e.quality[: e.size, 1][control] >= scores[control, 1])
    assert np.any(e.quality[: e.size, 1][control] > scores[control, 1])


def test_controls_are_drawn_whatever_else_is_done():
    def control(contacts: int) -> np.ndarray:
        month = coached(month_of(adoption_log_odds=9.0), control_share=0.4, control_months=12, contacts=contacts)
        return ask(month)["arm"]

    few, many = control(100), control(200)
    both = few > 0
    np.testing.assert_array_equal(few[both], many[both])
    assert (many > 0).sum() > both.sum()


def test_filters_of_sector_zone_and_representation():
    month = coached(month_of(adoption_log_odds=9.0), sectors=(1, 3), zones=(0, 1, 0), represented=True, contacts=10_000)
    e = month.world.establishments
    has = coaching.represented(month)
    on = ask(month)["arm"] > 0
    assert on.any() and np.all(np.isin(e.sector[: e.size][on], (1, 3))) and np.all(e.zone[: e.size][on] == 1)
    assert np.all(has[on]) and not has.all()


def test_employers_short_of_people_adopt_more():
    month = coached(month_of(30_000, adoption_log_odds=-1.0, adoption_turnover=0.0), contacts=100_000)
    c = month.world.cells
    short = month.world.establishments.id[: month.world.establishments.size] % np.uint64(2) == 0
    c.vacancies[: c.size] = np.where(short[c.establishment[: c.size]], c.filled[: c.size] // 2, 0)
    on = ask(month)["arm"] > 0
    assert on[short].mean() > on[~short].mean() + 0.1


def test_leavers_are_counted_by_employer_and_layoffs_are_not():
    month = coached(month_of(), contacts=0)
    m = ask(month)
    p, c = month.world.people, month.world.cells
    rows = np.flatnonzero((p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY) & (p.job[: p.size] >= 0))[:60]
    at = c.establishment[p.job[rows]]
    reason = np.array([codes.QUIT_TO_INACTIVE, codes.LAYOFF, codes.RETIREMENT] * 20, np.uint8)
    transitions.move(month, rows, np.full(60, codes.OTHER_INACTIVE, np.uint8), reason)
    size = month.world.establishments.size
    np.testing.assert_array_equal(m["flows"][:, coaching.LEFT], np.bincount(at[reason != codes.LAYOFF], minlength=size))
    np.testing.assert_array_equal(
        m["flows"][:, coaching.QUIT], np.bincount(at[reason == codes.QUIT_TO_INACTIVE], minlength=size)
    )


def test_peers_copy_only_those_whose_turnover_fell():
    def peers(after_left: float) -> int:
        month = coached(month_of(adoption_log_odds=9.0, imitation=1.0, preparation_months=1), contacts=60)
        m = ask(month)
        on = m["arm"] > 0
        m["before_staff"][on], m["before_left"][on] = 1e6, 5e4
        m["after_staff"][on], m["after_left"][on] = 1e6, after_left
        month.index = 14
        coaching.stage(month)
        return int((m["arm"] == coaching.PEER).sum())

    assert peers(8e4) == 0 and peers(2e4) > 0


def test_an_entrant_has_none_of_the_practices_of_its_predecessor():
    changed = {"adoption_log_odds": 9.0, "preparation_months": 1, "ramp_months": 1, "pay_raise": 0.1}
    month = coached(month_of(**changed), principles=(1, 6))
    e = month.world.establishments
    before, paid = e.quality[: e.size].copy(), e.premium[: e.size].copy()
    m = ask(month)
    month.index = 1
    coaching.stage(month)
    row = int(np.flatnonzero(m["raised"].sum(axis=1))[0])
    assert e.premium[row] == pytest.approx(paid[row] + 0.1, abs=1e-6)
    e.closed[row], month.index = 2, 2
    coaching.stage(month)
    assert m["arm"][row] == 0 and e.premium[row] == pytest.approx(paid[row], abs=1e-6)
    np.testing.assert_array_equal(e.quality[row], before[row])


def test_settings_name_the_principles_of_the_market():
    from typing import get_args

    from laborsim.scenario.instruments.quality import Principle

    assert get_args(Principle) == codes.PRINCIPLES
