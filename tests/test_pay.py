"""Pay: worth of skill by occupation, years of learning, and what employers take off or hold against groups."""

import math

import numpy as np
import pytest

import worlds
from laborsim.market import codes, demand, hiring, layoffs, participation, pay, quality, wages
from laborsim.market.month import Month


def ready(index: int) -> Month:
    m = worlds.month(people=4000)
    for stage in (demand, participation, hiring, wages):
        stage.prepare(m)
    m.index = index
    m.scratch["sector_shock"] = np.ones((m.economy.sectors, m.economy.zones))
    return m


def test_a_review_pays_skill_by_occupation_and_takes_the_discount_off():
    m = ready(12)
    p = m.world.people
    p.fit[: p.size] = np.arange(p.size) % 255 - 127
    p, e, q, w = m.world.people, m.economy, m.room("search"), m.room("wages")
    due = np.flatnonzero((p.state[: p.size] < codes.SELF_EMPLOYED) & ((m.index - p.hired[: p.size]) % 12 == 0)
                         & (p.hired[: p.size] < m.index) & (p.program[: p.size] == codes.NO_PROGRAM))  # fmt: skip
    before = {int(i): (float(p.wage[i]), worlds.skill_now(m, i)) for i in due}
    fair = quality.fairness_factor(m)
    wages.stage(m)
    c = m.world.cells
    slip = e.price_level[max(m.now - 12, 0)] / e.price_level[m.now]
    for i, (wage, skill) in before.items():
        job, o = int(p.job[i]), int(p.occupation[i])
        assert float(p.skill[i]) == pytest.approx(skill, rel=1e-6) and p.counted[i] == m.index
        worth = e.occ_spread[o] * (q["ability_return"] * float(p.ability[i]) + q["skill_return"] * (skill - 1.0))
        taken = q["pay_discount_sex"][p.sex[i]] + q["pay_discount_race"][p.race[i]]
        worth += e.occ_spread[o] * q["match_return"] * float(p.fit[i]) / 127.0
        worth -= fair[c.establishment[job]] * taken
        worth += w["tenure_return"] * min((m.index - int(p.hired[i])) // 12, 15)
        goal = float(c.posted[job]) * math.exp(worth)
        floor = e.minimum_wage[m.now, c.zone[job]]
        want = wage + w["review_pass"] * (goal - wage) if goal > wage else max(goal, wage * slip, floor)
        assert float(p.wage[i]) == pytest.approx(max(want, floor), rel=1e-5)
    assert len(before) > 30


def test_whoever_trained_for_another_occupation_is_paid_in_the_old_job_as_before():
    m = ready(12)
    p, c = m.world.people, m.world.cells
    work = np.flatnonzero((p.state[: p.size] < codes.SELF_EMPLOYED) & (p.program[: p.size] == codes.NO_PROGRAM))
    p.hired[work], p.counted[work], p.skill[work] = 0, 0, 0.3
    trained = work[::2]
    p.occupation[trained] = (c.occupation[p.job[trained]] + 1) % m.economy.occupations
    before, floor = p.wage[work].copy(), m.economy.minimum_wage[m.now, c.zone[p.job[work]]]
    wages.stage(m)
    same = np.isclose(p.wage[work], np.maximum(before, floor))
    assert same[::2].all() and not same[1::2].all()
    assert (p.skill[trained] == np.float32(0.3)).all() and (p.skill[work[1::2]] > 0.3).mean() > 0.9


def test_skill_is_learnt_for_longer_where_schooling_and_training_are_long():
    m = ready(1)
    e, q = m.economy, m.room("search")
    months = pay.learning_months(e, q)
    for o in range(e.occupations):
        want = q["skill_months"] + q["skill_schooling_months"][e.occ_education[o]]
        assert months[o] == pytest.approx(want + q["skill_training_months"] * e.occ_training_months[o])
    assert quality.learning_pace(m).mean(axis=0) == pytest.approx(1.0 / months, rel=0.1)


def test_without_discounts_sex_and_race_do_not_enter_pay():
    m = ready(1)
    search = m.room("search") | {"pay_discount_sex": [0.0, 0.0], "pay_discount_race": [0.0] * 5}
    terms = pay.terms(m.economy, search)
    ones = np.ones(10)
    by_group = [pay.log_worths(ones, ones, ones, np.zeros(10, int), np.full(10, s), np.full(10, r), terms)
                for s in range(2) for r in range(5)]  # fmt: skip
    assert np.ptp(by_group) == 0.0


@pytest.mark.parametrize("bias", [0.0, 3.0])
def test_layoffs_fall_on_those_an_employer_holds_something_against(bias):
    """With a large weight everyone of the group goes before anyone else; without one race does not count."""
    m = ready(1)
    p, c = m.world.people, m.world.cells
    rows = np.flatnonzero(p.state[: p.size] < codes.SELF_EMPLOYED)
    p.hired[rows] = -100
    p.race[: p.size] = np.arange(p.size) % 2
    n, score = rows.size, np.zeros(rows.size)
    fair = np.ones(m.world.establishments.size)
    key, biases = np.uint64(9), np.array([0, bias, 0, 0, 0.0])
    layoffs._scores(0, n, 0, p.columns, c.columns, rows, key, 1, 2.5, 24.0, biases, fair, score)
    plain = np.zeros(n)
    layoffs._scores(0, n, 0, p.columns, c.columns, rows, key, 1, 2.5, 24.0, np.zeros(5), fair, plain)
    assert plain - score == pytest.approx(bias * (p.race[rows] == 1))
