"""The core stages of the month against slow, obvious Python, on small worlds."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from laborsim.market import (
    adoption,
    calendar,
    codes,
    demand,
    hiring,
    insurance,
    layoffs,
    leaving,
    participation,
    quality,
    search,
    separations,
    skill,
    transitions,
    vacancies,
    wages,
)
from laborsim.market.draws import Stream, bits, more_bits, to_unit, uniform
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
    assert transitions.out_of_work(m, i).tolist() == [12]


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
    m = ready()
    p, h = m.world.people.copy(), m.world.households.copy()
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
    looking, moves = [], {}
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
            elif s == codes.UNEMPLOYED and draw(stop, p.id[i], 2) < q["self_employment_entry"]:
                moves[i] = codes.SELF_EMPLOYED
        elif p.program[i] == codes.NO_PROGRAM:
            older = max(b for b, floor in enumerate((16, 20, 25, 35, 45, 55, 65, 75)) if age >= floor)
            by_sex = q["look_women"] if p.sex[i] == codes.FEMALE else q["look_men"]
            hazard = look[s] * chance * by_sex[older] * pull[p.zone[i]]
            if s == codes.RETIRED:
                hazard *= min(1.0, math.exp(-(age - 65) / q["retired_fade"]))
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
    assert m.scratch["looking"].tolist() == looking
    after = m.world.people.state
    changed = {i for i in range(p.size) if after[i] != p.state[i]}
    assert changed == set(moves)
    for i, kind in moves.items():
        assert after[i] == codes.SELF_EMPLOYED if kind != "out" else after[i] >= codes.CARER
    drawing = (
        (before[: p.size] > 0) & (p.state[: p.size] > codes.SELF_EMPLOYED) & (p.state[: p.size] <= codes.UNEMPLOYED)
    )
    assert np.all(
        m.world.people.ui_weeks[: p.size][drawing] == np.maximum(before[: p.size][drawing].astype(int) - 4, 0)
    )
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


# --- separations ---------------------------------------------------------------------------------
def test_leaving_matches_plain_python():
    m = ready(index=7)
    w = m.world
    p, h = w.people, w.households
    q = m.room("separations")
    b = leaving._behaviour(m)
    cost, _ = childcare(m)
    leave, match = m.key(Stream.LEAVE_LABOR_FORCE), m.key(Stream.MATCH_QUALITY, fixed=True)
    weights = m.parameters["quality.leaving"]
    scores = w.establishments.quality[: w.establishments.size].astype(float)
    quality = [int(sum(a * b for a, b in zip(row, weights, strict=True)) / sum(weights) + 0.5) for row in scores]
    quality = np.array(quality, np.uint8)
    want = {}
    settling = int(m.parameters["model.settle_months"])
    bad_by_tenure = [q["bad_match_share"]]
    for k in range(64):
        ends = q["bad_match_hazard"] * (1 - math.exp(-k / q["learning_months"]))
        bad_by_tenure.append(bad_by_tenure[-1] * (1 - ends))
    for i in range(p.size):
        s = int(p.state[i])
        if s > codes.SELF_EMPLOYED:
            continue
        age = (m.index - int(p.birth[i])) // 12
        band = max(b for b, floor in enumerate(codes.AGE_BAND_FLOORS) if age >= floor)
        usual = 1 + leaving.USUAL_START * q["tenure_shape"] * q["tenure_half_life"]
        base = q["leave_by_age"][band] / usual
        base *= q["leave_women_factor"] if p.sex[i] == codes.FEMALE else 1.0
        u = draw(leave, p.id[i])
        if s == codes.SELF_EMPLOYED:
            if u < base * 0.5 + b.self_employed:
                want[i] = "inactive" if u < base * 0.5 else "unemployed"
            continue
        tenure = min(max(m.index - int(p.hired[i]), 0), 63)
        score = (quality[w.cells.establishment[p.job[i]]] - 127.5) / 127.5
        out = base * (1 + q["tenure_shape"] * 0.5 ** (tenure / q["tenure_half_life"]))
        out *= math.exp(-sum(weights) * score)
        out *= q["leave_enrolled_factor"] if p.traits[i] & codes.TRAIT_ENROLLED else 1.0
        hh = int(p.household[i])
        if h.children[hh] > 0 and m.index - h.youngest[hh] < 72 and p.sex[i] == codes.FEMALE:
            left = max(1 - cost[hh] / max(float(p.wage[i]) * float(p.hours[i]) * 4.33, 1.0), 0.05) / 0.75
            out *= q["leave_young_child_factor"] * left ** -m.parameters["participation.childcare_elasticity"]
            if h.care[hh] == codes.CARE_PARENT and h.earners[hh] == h.adults[hh]:
                out *= q["leave_no_place_factor"]
        elif h.children[hh] > 0 and p.sex[i] == codes.MALE and age >= leaving.FATHERHOOD:
            out *= q["leave_father_factor"]
        end = 0.0
        if tenure < 63:
            key = u64(p.id[i]) ^ (u64(int(p.hired[i]) + 4096) << u64(32))
            still = bad_by_tenure[max(min(-int(p.hired[i]), 63) - settling, 0)]
            watched = q["watched_race"][p.race[i]] * (1.0 - q["bad_fit"] * float(p.fit[i]) / 127.0)
            if to_unit(u64(bits(match, key))) < watched * still / (still + 1 - q["bad_match_share"]):
                end = q["bad_match_hazard"] * (1 - math.exp(-tenure / q["learning_months"]))
        if u < min(out + end, leaving.MOST):
            want[i] = "inactive" if u < out else "unemployed"
    rows, states, reasons = m.buffers()
    moved = m.crew.map(
        leaving._leave,
        p.size,
        p.columns,
        h.columns,
        quality[w.cells.establishment[: w.cells.size]],
        m.index,
        leave,
        b,
        cost,
        rows,
        states,
        reasons,
    )
    r, s, _ = transitions.gather(moved, rows, states, reasons)
    got = {int(i): "inactive" if k >= codes.CARER else "unemployed" for i, k in zip(r, s, strict=True)}
    assert got == want


def test_layoffs_bring_cells_to_target_and_take_the_newest_first():
    m = ready(overrides={"quality.hoarding": 0.0})
    demand.stage(m)
    c = m.world.cells
    c.target[: c.size] = np.maximum(c.filled[: c.size] - 1, 0)
    layoffs.layoffs(m)
    assert np.all(c.filled[: c.size] <= c.target[: c.size])
    worlds.check(m.world)
    assert m.counts.separations[codes.LAYOFF].sum() + m.counts.separations[codes.LAYOFF_TEMPORARY].sum() > 0


def test_recall_fills_room_from_those_waiting_and_keeps_seniority():
    m = ready(index=3)
    p, c = m.world.people, m.world.cells
    rows = np.flatnonzero((p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY) & (p.job[: p.size] >= 0))[::5]
    hired = p.hired[rows].copy()
    p.fit[rows] = fit = (np.arange(rows.size) % 100).astype(np.int8)
    transitions.move(
        m,
        rows,
        np.full(rows.size, codes.TEMPORARY_LAYOFF, np.uint8),
        np.full(rows.size, codes.LAYOFF_TEMPORARY, np.uint8),
    )
    demand.stage(m)
    c.target[: c.size] = c.filled[: c.size] + c.recall[: c.size]
    m.index = 4
    now = skill.skills(m, rows)
    layoffs.recalls(m)
    back = p.state[rows] <= codes.PART_TIME_INVOLUNTARY
    assert 0.3 < back.mean() < 0.8
    assert np.all(p.hired[rows][back] == hired[back]) and np.all(p.fit[rows][back] == fit[back])
    assert p.skill[rows][back] == pytest.approx(now[back]), "what a month out of work cost is not forgotten"
    assert back.sum() <= m.counts.recalls.sum() <= back.sum() + 5  # a few waited from the start
    worlds.check(m.world)


def test_insurance_needs_a_work_history():
    m = ready()
    p, e = m.world.people, m.economy
    rows = np.flatnonzero(p.state[: p.size] == codes.FULL_TIME)[:50]
    p.traits[rows] |= codes.TRAIT_UI_CLAIMS
    p.since[rows], p.hours[rows] = m.index, 40
    p.history[rows] = 0b111111
    p.history[rows[:10]] = 0b11111
    insurance.insure(m, rows)
    assert np.all(p.ui_weeks[rows[:10]] == 0)
    assert np.all(p.ui_weeks[rows[10:]] > 0)
    r = rows[20]
    z = p.zone[r]
    want = min(e.ui_replacement[z] * p.wage[r] * 40, e.ui_maximum[m.index, z])
    assert p.ui_benefit[r] == pytest.approx(want, rel=1e-6)


# --- demand and vacancies ------------------------------------------------------------------------
def test_targets_match_plain_python():
    m = ready(index=6)
    w, e = m.world, m.economy
    est, c = w.establishments, w.cells
    before = est.growth[: est.size].copy()
    demand.stage(m)
    q = m.room("demand")
    key = m.key(Stream.ESTABLISHMENT_GROWTH)
    for j in range(0, est.size, 7):
        u1, u2 = draw(key, est.id[j]), draw(key, est.id[j], 1)
        normal = math.sqrt(-2 * math.log(1 - u1)) * math.cos(2 * math.pi * u2)
        if est.closed[j] == demand.OPEN:
            want = q["growth_persistence"] * before[j] + q["growth_shock"] * normal
            assert est.growth[j] == pytest.approx(want, abs=1e-5)
    spread = q["growth_shock"] ** 2 / (1 - q["growth_persistence"] ** 2)  # the stationary one
    closed = est.closed[: est.size] != demand.OPEN
    open_share = 1 - est.base[: est.size][closed].sum() / est.base[: est.size].sum()
    technology = adoption.technology(m, m.index, m.memory["demand"]["shares"])
    rounding = m.key(Stream.TARGET_ROUNDING, fixed=True)
    for k in range(0, c.size, 5):
        j = c.establishment[k]
        x = c.base[k] * e.sector_index[6, c.sector[k]] / open_share * technology[c.occupation[k]]
        x *= math.exp(float(est.growth[j]) - spread / 2) * c.answer[k]
        x *= math.exp(m.memory["spending"]["pull"][c.sector[k], c.zone[k]])
        want = 0 if closed[j] else int(x + draw(rounding, k))
        assert c.target[k] == want or abs(x + draw(rounding, k) - round(x + draw(rounding, k))) < 1e-4


def test_own_growth_starts_at_its_stationary_spread_and_moves_no_target():
    m = worlds.month()
    wanted = m.world.cells.base[: m.world.cells.size].copy()
    demand.prepare(m)
    q, est, c = m.room("demand"), m.world.establishments, m.world.cells
    growth = est.growth[: est.size].astype(float)
    spread = q["growth_shock"] ** 2 / (1 - q["growth_persistence"] ** 2)
    # the sample variance of n normals is within 5 standard errors but once in a million
    assert growth.var() == pytest.approx(spread, rel=5 * math.sqrt(2 / est.size))
    now = c.base[: c.size] * np.exp(growth[c.establishment[: c.size]] - spread / 2)
    np.testing.assert_allclose(now, wanted, rtol=1e-5)


def test_technology_moves_jobs_between_occupations_and_hiring_slows_first():
    m = ready()
    m.levers.ai_speed = 8.0
    m.economy = dataclasses.replace(m.economy, months=120)
    for m.index in range(111):
        adoption.stage(m)
    shares = m.memory["demand"]["shares"]
    factor = adoption.technology(m, 110, shares)
    exposed = m.economy.occ_ai
    assert np.corrcoef(factor, exposed)[0, 1] < -0.5
    lost = (1 - factor) @ shares
    assert 0 <= lost < 0.1
    assert np.all(adoption.technology(m, 98, shares)[exposed > 0.5] >= factor[exposed > 0.5])


def test_what_the_indices_hold_of_adoption_is_not_taken_off_again():
    m = ready()
    m.economy = dataclasses.replace(m.economy, months=120)
    memory, c = m.memory["demand"], m.world.cells
    shares, mix = memory["shares"], memory["mix"]
    np.testing.assert_allclose(mix.sum(axis=1)[np.unique(c.sector[: c.size])], 1.0)
    np.testing.assert_array_equal(adoption.in_indices(m, 59, mix, shares), 1.0)
    now, held = adoption.technology(m, 110, shares), adoption.in_indices(m, 110, mix, shares)
    for s in np.unique(c.sector[: c.size]):
        mine = np.flatnonzero(c.sector[: c.size] == s)
        start = sum(float(x) for x in mix[s])
        kept = sum(float(mix[s, o] * now[o]) for o in range(now.size)) / held[s]
        assert mine.size and kept == pytest.approx(start)  # jobs move within the sector alone
    assert np.ptp(now) > 0.01
    # faster here than what the indices hold: fewer in all
    m.levers.ai_speed = 3.0
    for m.index in range(111):
        adoption.stage(m)
    faster = (mix * adoption.technology(m, 110, shares)).sum(axis=1) / held
    assert (faster - 1.0) @ memory["jobs"] < 0.0


def test_closed_establishments_let_everyone_go_and_come_back():
    m = ready()
    est, c, p = m.world.establishments, m.world.cells, m.world.people
    demand.stage(m)
    staff = np.flatnonzero((p.job[: p.size] >= 0) & (p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY))
    own = staff[c.establishment[p.job[staff]] == 0]
    est.closed[0] = m.index
    closed = int((est.closed[c.establishment[p.job[staff]]] == m.index).sum())
    identity = int(est.id[0])
    c.target[: c.size][c.establishment[: c.size] == 0] = 0
    layoffs.layoffs(m)
    assert own.size > 0
    assert c.filled[: c.size][c.establishment[: c.size] == 0].sum() == 0
    assert not np.any(p.state[own] == codes.TEMPORARY_LAYOFF)
    assert m.counts.separations[codes.CLOSURE].sum() == closed
    worlds.check(m.world)
    m.index += int(m.room("demand")["reentry_months"])
    demand.stage(m)
    assert est.closed[0] == demand.OPEN
    assert int(est.id[0]) != identity


def test_vacancies_never_exceed_room_and_age_by_a_month():
    m = ready()
    demand.stage(m)
    c = m.world.cells
    old, age = c.vacancies[: c.size].copy(), c.age[: c.size].copy()
    vacancies.stage(m)
    n = c.size
    q = m.room("vacancies")
    ahead = np.floor(c.filled[:n] * q["notice_share"]) + 1
    assert np.all(c.vacancies[:n] <= np.maximum(c.target[:n] - c.filled[:n] + ahead, 0))
    assert np.all(c.vacancies[:n][c.target[:n] == 0] == 0)
    same = (old == c.vacancies[:n]) & (old > 0)
    room = c.target[:n] - c.filled[:n]
    untouched = same & (room == old)
    grown = c.age[:n][untouched] - age[untouched]
    assert np.all(grown <= 1.0 + 1e-5)
    total = m.counts.openings_posted.sum() - m.counts.openings_withdrawn.sum()
    assert c.vacancies[:n].sum() - old.sum() == total


# --- wages ---------------------------------------------------------------------------------------
def test_reviews_come_once_a_year_and_pay_in_dollars_does_not_fall():
    m = ready(index=6)
    p = m.world.people
    m.scratch["wages.floor"] = search.floor_by_zone(m)
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
