"""The core stages of the month against slow, obvious Python, on small worlds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from laborsim.market import (
    calendar,
    codes,
    demand,
    hiring,
    layoffs,
    participation,
    quality,
    separations,
    skill,
    transitions,
    vacancies,
    wages,
)
from laborsim.market.draws import Stream, uniform
from laborsim.market.floors import floor_by_zone
from stages import childcare, draw, ready, u64


# --- transitions ---------------------------------------------------------------------------------
@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.booleans())
def test_history_shifts_by_the_months_that_passed(history, elapsed, employed):
    want = history
    for _ in range(elapsed):
        want = ((want << 1) | int(employed)) & 0xFFFFFFFF
    assert int(transitions.shifted_history(np.uint32(history), elapsed, employed)) == want


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 60))
def test_moves_and_hires_keep_the_books(seed, count):
    m = ready(people=400)
    pick = np.random.Generator(np.random.Philox(seed))
    p, c = m.world.people, m.world.cells
    for _ in range(4):
        m.index += 1
        alive = np.flatnonzero(p.state[: p.size] != codes.GONE)
        rows = np.sort(pick.choice(alive, min(count, alive.size), replace=False))
        leaving = rows[p.state[rows] <= codes.SELF_EMPLOYED]
        states = pick.choice([codes.UNEMPLOYED, codes.CARER, codes.RETIRED, codes.TEMPORARY_LAYOFF], leaving.size)
        states[(p.job[leaving] < 0) & (states == codes.TEMPORARY_LAYOFF)] = codes.UNEMPLOYED
        transitions.move(m, leaving, states.astype(np.uint8), np.full(leaving.size, codes.LAYOFF, np.uint8))
        worlds.check(m.world)
        back = rows[p.state[rows] > codes.SELF_EMPLOYED]
        cells = pick.integers(0, c.size, back.size).astype(np.int32)
        transitions.hire(
            m,
            back,
            cells,
            np.zeros(back.size, np.uint8),
            np.full(back.size, 15.0, np.float32),
            np.full(back.size, 40, np.uint8),
        )
        worlds.check(m.world)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1)), max_size=40, unique_by=lambda x: x[1]),
    st.lists(st.integers(0, 4), min_size=6, max_size=6),
)
def test_scarce_places_go_to_the_lowest_scores(candidates, places):
    cell = np.array([c for c, _ in candidates], np.int32)
    score = np.array([s for _, s in candidates], np.float64)
    taken = layoffs.choose(score, cell, np.array(places, np.int32))
    for c in range(6):
        own = [k for k in range(len(candidates)) if cell[k] == c]
        best = sorted(own, key=lambda k: (score[k], k))[: places[c]]
        assert sorted(best) == [k for k in own if taken[k]]


@given(st.integers(0, 2**32 - 1), st.integers(0, 60))
def test_months_out_go_back_to_the_last_job_whatever_lies_between(history, elapsed):
    bits_ = [history >> k & 1 for k in range(32)]
    want = elapsed + (bits_.index(1) if 1 in bits_ else 0)
    assert transitions.months_out(np.uint32(history), elapsed) == want


def test_looking_without_working_does_not_restart_the_clock():
    m = ready()
    p = m.world.people
    i = np.flatnonzero(p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY)[:1]
    p.since[i], p.history[i] = m.index - 20, 0
    none = np.zeros(1, np.uint8)
    for month, state in ((10, codes.UNEMPLOYED), (14, codes.OTHER_INACTIVE), (19, codes.UNEMPLOYED)):
        m.index = month
        transitions.move(m, i, np.array([state], np.uint8), none)
    m.index = 22
    assert transitions.months_out(p.history[i[0]], m.index - p.since[i[0]]) == 12


def test_skill_goes_along_through_jobs_spells_and_training():
    m = ready()
    p, c, none = m.world.people, m.world.cells, np.zeros(1, np.uint8)
    i = np.flatnonzero(p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY)[:1]
    k, job = int(i[0]), int(p.job[i[0]])
    step = quality.uses(m).learning[job]
    pace = float(quality.learning_pace(m)[step, c.occupation[job]])
    p.occupation[i], p.skill[i], p.counted[i], p.program[i] = c.occupation[job], 0.4, m.index - 6, codes.NO_PROGRAM
    learnt = 1 - 0.6 * math.exp(-6 * pace)
    assert skill.skills(m, i) == pytest.approx(learnt) and worlds.skill_now(m, k) == pytest.approx(learnt)
    p.occupation[i] = (c.occupation[job] + 1) % m.economy.occupations
    assert skill.skills(m, i) == pytest.approx(0.4), "work in the old job teaches nothing about another occupation"
    p.occupation[i] = c.occupation[job]
    decay, start = 1.0 - m.parameters["search.idle_decay"], m.index
    transitions.move(m, i, np.array([codes.UNEMPLOYED], np.uint8), none)
    for state, later in ((codes.CARER, 5), (codes.UNEMPLOYED, 40), (codes.CARER, 45)):
        m.index = start + later
        transitions.move(m, i, np.array([state], np.uint8), none)
    m.index = start + 50
    assert skill.skills(m, i) == pytest.approx(learnt * decay**50, rel=1e-5), "whatever spells lie between"
    skill.write(m, i, np.array([0.5]))
    assert skill.skills(m, i) == pytest.approx(0.5)
    m.index += 2
    left = pytest.approx(0.5 * decay**2)
    assert skill.skills(m, i) == left and worlds.skill_now(m, k) == left


# --- participation -------------------------------------------------------------------------------
def test_participation_matches_plain_python():
    m = ready(overrides={"participation.self_employment_entry": 0.9})
    p = m.world.people
    idle = np.flatnonzero((p.state[: p.size] == codes.UNEMPLOYED) | (p.state[: p.size] == codes.TEMPORARY_LAYOFF))
    p.ui_weeks[idle] = np.arange(idle.size) % 3 * 9  # some draw insurance
    out = np.flatnonzero(p.state[: p.size] >= codes.CARER)
    p.program[out[::3]] = np.arange(out[::3].size) % len(m.programs)  # some are enrolled
    p, h = p.copy(), m.world.households.copy()
    q = m.room("participation")
    m.memory["search"]["finding"][2] = 0.3
    chance = (0.3 / 0.4) ** q["chance_elasticity"]
    cost, chance_of_place = childcare(m)
    look = {
        codes.CARER: q["look_carer"],
        codes.STUDENT: q["look_student"],
        codes.RETIRED: q["look_retired"],
        codes.DISABLED: q["look_disabled"],
        codes.DISCOURAGED: q["look_discouraged"],
        codes.OTHER_INACTIVE: q["look_other"],
    }
    pull = m.memory["participation"]["pull"] = np.array([1.4, 0.7, 1.0])
    start, stop = m.key(Stream.START_LOOKING), m.key(Stream.STOP_LOOKING)
    # Room for a third more own businesses than there are, of which a quarter is taken up in a month.
    own = sum(int(s) == codes.SELF_EMPLOYED for s in p.state[: p.size])
    jobs = float(m.memory["demand"]["path"][0] @ m.memory["demand"]["jobs"])
    m.memory["own_start"] = {"held": np.array(own * 4.0 / 3.0), "jobs": np.array(jobs)}
    wait = sum(int(s) == codes.TEMPORARY_LAYOFF and int(j) < 0 for s, j in zip(p.state[: p.size], p.job, strict=False))
    gap = int(own * 4.0 / 3.0 * (1.0 + m.parameters["separations.self_employed_leave"] / 0.25)) - own - wait
    business = 0.25 * gap / sum(int(s) == codes.UNEMPLOYED for s in p.state[: p.size])
    assert 0.0 < business < q["self_employment_entry"] == 0.9 and q["self_employment_taken"] == 0.25
    looking, moves, enrolled = [], {}, 0
    for i in range(p.size):
        s = int(p.state[i])
        if s <= codes.SELF_EMPLOYED or s == codes.GONE:
            continue
        age = (m.index - int(p.birth[i])) // 12
        hh = int(p.household[i])
        child_age = (m.index - int(h.youngest[hh])) // 12
        young = h.children[hh] > 0 and child_age < 6
        if s <= codes.UNEMPLOYED:
            band = max(b for b, floor in enumerate(codes.AGE_BAND_FLOORS) if age >= floor)
            hazard = q["stop_by_age"][band]
            hazard *= q["stop_ui_factor"] if p.ui_weeks[i] > 0 else 1.0
            hazard *= q["stop_recall_factor"] if s == codes.TEMPORARY_LAYOFF else 1.0
            if draw(stop, p.id[i]) < hazard:
                moves[i] = "out"
            elif s == codes.UNEMPLOYED and draw(stop, p.id[i], 2) < business:
                moves[i] = codes.SELF_EMPLOYED
        else:
            older = max(b for b, floor in enumerate((16, 20, 25, 35, 45, 55, 65, 75)) if age >= floor)
            by_sex = q["look_women"] if p.sex[i] == codes.FEMALE else q["look_men"]
            usual = look[s] * by_sex[older]
            if s == codes.RETIRED:
                usual *= min(1.0, math.exp(-(age - 65) / q["retired_fade"]))
            hazard = min(usual, 1.0) * chance * pull[p.zone[i]]
            g = int(p.program[i])
            if g != codes.NO_PROGRAM and m.programs.kind[g] in (codes.APPRENTICESHIP, codes.OJT):
                hazard = 0.0
            elif g != codes.NO_PROGRAM:
                week = min(float(m.programs.hours[g]) / 40.0, 1.0)
                hazard *= 1.0 - (1.0 - m.parameters["search.enrolled_share"]) * week
                enrolled += draw(start, p.id[i]) < hazard
            if young and s == codes.CARER:
                left = max(1 - cost[hh] / (max(p.wage[i], 7.25) * 150.0), 0.05) / 0.75
                hazard *= left ** q["childcare_elasticity"]
                if cost[hh] > 0:
                    place = chance_of_place[h.zone[hh]]
                    hazard *= place + (1 - place) * q["no_place_factor"]
            if draw(start, p.id[i]) < hazard:
                looking.append(i)
    before = m.world.people.ui_weeks.copy()
    participation.stage(m)
    assert m.scratch["looking"].tolist() == looking and enrolled > 3
    after = m.world.people.state
    changed = {i for i in range(p.size) if after[i] != p.state[i]}
    assert changed == set(moves)
    for i, kind in moves.items():
        assert after[i] == codes.SELF_EMPLOYED if kind != "out" else after[i] >= codes.CARER
    drawing = (
        (before[: p.size] > 0) & (p.state[: p.size] > codes.SELF_EMPLOYED) & (p.state[: p.size] <= codes.UNEMPLOYED)
    )
    on = m.world.people.state[: p.size][drawing] <= codes.UNEMPLOYED  # who stops looking or starts out has no claim
    on &= m.world.people.state[: p.size][drawing] > codes.SELF_EMPLOYED
    want = np.where(on, np.maximum(before[: p.size][drawing].astype(int) - 4, 0), 0)
    np.testing.assert_array_equal(m.world.people.ui_weeks[: p.size][drawing], want)
    assert on.any() and not on.all()
    worlds.check(m.world)


def test_pull_explains_who_takes_part_at_the_start():
    m = ready()
    p, e = m.world.people, m.economy
    found = participation.pull(m)
    odds = e.participation / (1 - e.participation)
    for z in range(e.zones):
        here = [i for i in range(p.size) if p.zone[i] == z and p.state[i] != codes.GONE]
        active = sum(p.state[i] <= codes.UNEMPLOYED for i in here)
        expected = 0.0
        for i in here:
            x = found[z] * odds[p.sex[i], min((m.index - int(p.birth[i])) // 12, 120)]
            expected += x / (1 + x)
        assert expected == pytest.approx(active, rel=1e-6)


# --- wages ---------------------------------------------------------------------------------------
def test_reviews_come_once_a_year_and_pay_in_dollars_does_not_fall():
    m = ready(index=6)
    p = m.world.people
    m.scratch["wages.floor"] = floor_by_zone(m)
    before, skill = p.wage[: p.size].copy(), p.skill[: p.size].copy()
    hours_state = p.state[: p.size].copy()
    wages.stage(m)
    payroll = hours_state <= codes.PART_TIME_INVOLUNTARY
    tenure = m.index - p.hired[: p.size].astype(int)
    due = payroll & (tenure % 12 == 0) & (tenure > 0)
    e = m.economy
    slip = e.price_level[max(m.now - 12, 0)] / e.price_level[m.now]
    assert np.all(p.wage[: p.size] >= before * slip * (1 - 1e-6))
    assert np.all(p.wage[: p.size][~due] == before[~due])
    assert np.all(p.skill[: p.size][due] >= skill[due])
    assert np.all(p.skill[: p.size][~due] == skill[~due])


def test_floors_bind_at_once():
    m = ready(index=6)
    m.levers.wage_floor[:] = 30.0
    wages.stage(m)
    p, c = m.world.people, m.world.cells
    payroll = p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY
    assert p.wage[: p.size][payroll].min() >= 30.0
    assert c.posted[: c.size].min() >= 30.0


def test_posted_wages_rise_where_vacancies_are_many():
    m = ready(index=12)
    memory = m.memory
    n = m.economy.occupations
    memory["wages"]["usual_open"][:] = 100.0
    memory["wages"]["open"][:] = 100.0
    memory["search"]["open"] = np.full(n, 100.0)
    memory["search"]["open"][0] = 2000.0
    rate = wages.going_rate(m) / m.economy.occ_wage
    assert rate[0] > rate[1:].max()


# --- a whole month of the core -------------------------------------------------------------------
@pytest.mark.parametrize("threads", [1, 2])
def test_core_months_conserve_people_and_jobs(threads):
    m = ready(people=6000, index=0)
    m.crew = type(m.crew)(threads)
    alive = int((m.world.people.state[: m.world.people.size] != codes.GONE).sum())
    for t in range(6):
        m.index = t
        m.counts.reset()
        for stage in (calendar, demand, participation, separations, vacancies, hiring, wages):
            stage.stage(m)
            worlds.check(m.world)
    assert int((m.world.people.state[: m.world.people.size] != codes.GONE).sum()) == alive
    c = m.world.cells
    assert c.vacancies[: c.size].min() >= 0
    assert m.counts.openings_filled.sum() == m.counts.hires.sum()


def test_more_vacancies_change_only_what_follows():
    """Common random numbers: decisions that do not see the change keep their draws."""

    def after(extra: int) -> np.ndarray:
        m = ready(people=6000, index=0)
        for stage in (demand, participation, separations, vacancies):
            stage.stage(m)
        m.world.cells.vacancies[int(np.argmax(m.world.cells.target[: m.world.cells.size]))] += extra
        hiring.stage(m)
        return m.world.people.job[: m.world.people.size].copy()

    base, more = after(0), after(12)
    assert 0 < (base != more).sum() < 0.02 * base.size


def test_uniform_is_the_first_of_bits():
    key = u64(12345)
    assert uniform(key, u64(7)) == draw(key, 7)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("n", [0, 7, 20_000, 70_001])
def test_a_crew_does_every_row_once_and_hands_back_results_in_order(threads, n):
    from laborsim.market.month import FEW, Crew

    done, crew = np.zeros(n, np.int64), Crew(threads)

    def kernel(lo, hi, chunk, by):
        done[lo:hi] += by
        return chunk, hi - lo

    results = crew.map(kernel, n, 3, size=FEW)
    assert [c for c, _ in results] == list(range(crew.chunks(n, FEW))) and sum(m for _, m in results) == n
    assert np.all(done == 3)


def test_a_crew_passes_on_what_goes_wrong():
    from laborsim.market.month import FEW, Crew

    def kernel(lo, hi, chunk):
        if chunk == 3:
            raise ValueError("in chunk 3")

    for threads in (1, 3):
        with pytest.raises(ValueError, match="in chunk 3"):
            Crew(threads).map(kernel, 40_000, size=FEW)
