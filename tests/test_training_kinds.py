"""Kinds of program beside courses, apprenticeship and OJT: students, employers' own workers, placement, entry rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import worlds
from laborsim.market import applications, customized, hiring, needs, placement, seats, training, youth
from laborsim.market import codes as k
from laborsim.market import participants as log
from laborsim.market.counts import LOSSES, LOST, PIPELINE
from laborsim.market.month import Month
from laborsim.market.pipeline import draws
from laborsim.scenario.programs import load_programs, stacks

STEP = {name: i for i, name in enumerate(PIPELINE)}


def world(kind: int, seed: int = 1, people: int = 8_000, **columns: Any) -> Month:
    """A world whose third program (healthcare support) is of one kind, and the only one with seats."""
    month = worlds.month(people=people, seed=seed)
    pr = month.programs
    kinds = pr.kind.copy()
    kinds[2] = kind
    changes: dict[str, Any] = {"kind": kinds, "seats": np.array([0.0, 0.0, 40.0, 0.0])}
    for name, value in columns.items():
        column = np.asarray(getattr(pr, name)).copy()
        column[2] = value
        changes[name] = column
    month.programs = replace(pr, **changes)
    training.prepare(month)
    return month


def run(month: Month, months: int) -> np.ndarray:
    total = np.zeros((4, len(PIPELINE)), np.int64)
    for _ in range(months):
        month.counts.reset()
        training.stage(month)
        total += month.counts.pipeline
        month.index += 1
    return total


# --- youth -----------------------------------------------------------------------------------------


def test_students_start_in_their_month_and_stay_out_of_the_program_column():
    intakes = np.arange(1, 13) == 3
    month = world(k.CTE, intakes=intakes, months=6, most_age=18, dropout=0.0)
    p = month.world.people
    p.skill[: p.size] = 0.1
    assert run(month, 2)[2, STEP["enrolled"]] == 0
    started = run(month, 1)[2, STEP["enrolled"]]
    table = month.memory["participants"]
    assert 0 < started <= 3 * 40 + 3, "seats wait for the intake"
    rows = table["row"]
    assert (p.program[rows] == k.NO_PROGRAM).all()
    age = (2 - p.birth[rows]) // 12
    assert (age >= 16).all() and (age <= 18).all() and (p.traits[rows] & k.TRAIT_ENROLLED > 0).all()
    after = run(month, 6)
    assert after[2, STEP["enrolled"]] == 0 and after[2, STEP["completed"]] > 0
    done = rows[table["how"] == log.COMPLETED]
    free = done[p.state[done] > k.SELF_EMPLOYED]
    assert (p.occupation[free] == 3).mean() > 0.9 and (p.skill[free] > 0.25).mean() > 0.9


def test_the_sexes_choose_fields_as_those_at_work_are_divided():
    month = world(k.CTE)
    p = month.world.people
    month.programs = replace(month.programs, kind=np.full(4, k.CTE, np.uint8), seats=np.full(4, 10.0))
    care, build = 2, 0
    at_work = p.state[: p.size] <= k.SELF_EMPLOYED
    p.sex[: p.size][at_work & (p.occupation[: p.size] == 3)] = k.FEMALE
    p.sex[: p.size][at_work & (p.occupation[: p.size] == 7)] = k.MALE
    share = youth.own_sex_share(month)
    assert share[k.FEMALE, care] > 0.95 and share[k.MALE, build] > 0.95
    np.testing.assert_allclose(share.sum(axis=0), 1.0)
    training.prepare(month)
    month.scratch.clear()
    run(month, 1)
    table = month.memory["participants"]
    girls = p.sex[table["row"]] == k.FEMALE
    assert (table["program"][girls] == care).sum() > (table["program"][girls] == build).sum()
    assert (table["program"][~girls] == build).sum() > (table["program"][~girls] == care).sum()


@given(st.lists(st.lists(st.floats(0, 5), min_size=3, max_size=3), min_size=1, max_size=9), st.integers(0, 2**40))
def test_choice_is_in_proportion_to_the_weights(weights: list[list[float]], seed: int):
    w = np.array(weights)
    u = draws(np.uint64(seed), np.arange(len(weights), dtype=np.uint64))
    got = youth.choose(w, u)
    for row, x, c in zip(weights, u, got, strict=True):
        if sum(row) == 0:
            assert c == -1
            continue
        edge, expected = 0.0, 2
        for j, part in enumerate(row):
            edge += part
            if x * np.cumsum(row)[-1] < edge:
                expected = j
                break
        assert c == expected


def test_hosts_are_drawn_one_young_person_after_the_other():
    rng = np.random.default_rng(4)
    n, m = 30, 12
    home, program, lot = rng.integers(0, 2, n), rng.integers(0, 3, n), rng.random(n)
    left, occupation, zone = rng.integers(0, 3, m), rng.integers(0, 4, m), rng.integers(0, 2, m)
    field, weight, cells = rng.integers(0, 2, (3, 4)), rng.random((2, 2)), np.arange(100, 100 + m)
    chosen, rest, want = np.full(n, -1), left.copy(), []
    youth._hosts(home, program, lot, rest, occupation, zone, field, weight, cells, chosen)
    for i in range(n):
        odds = [int(left[j]) * int(field[program[i], occupation[j]]) * weight[home[i], zone[j]] for j in range(m)]
        running = np.cumsum(odds)
        want.append(-1)
        if running[-1] > 0:
            j = int(np.searchsorted(running, lot[i] * running[-1], side="right"))
            left[j] -= 1
            want[-1] = 100 + j
    assert chosen.tolist() == want and rest.tolist() == left.tolist() and -1 in want and max(want) > 0


def test_hosts_keep_young_people_only_where_they_have_a_vacancy():
    def hired(open_: bool) -> int:
        month = world(k.WORK_EXPERIENCE, months=2, most_age=21, dropout=0.0, people=20_000)
        month.parameters = worlds.month(people=200, overrides={"training.host_keeps": 0.3}).parameters
        c = month.world.cells
        c.vacancies[: c.size] = np.where(c.occupation[: c.size] == 3, 5 * open_, 0)
        total = run(month, 4)
        worlds.check(month.world)
        assert total[2, STEP["completed"]] > 20
        return int(month.world.cells.filled[: c.size].sum())

    assert hired(True) > hired(False)


# --- employers' own workers ---------------------------------------------------------------------------


def test_employers_train_their_least_skilled_and_specific_skill_is_lost_with_the_job():
    month = world(k.CUSTOMIZED, months=2, dropout=0.0, experience=12.0, specific=0.5)
    p, c = month.world.people, month.world.cells
    month.levers.customized_share = 1.0
    month.levers.program_seats[2] = 40
    p.skill[: p.size] = np.linspace(0.3, 0.9, p.size)
    skill = p.skill[: p.size].copy()
    total = run(month, 1)
    table = month.memory["participants"]
    rows = table["row"]
    assert total[2, STEP["enrolled"]] == rows.size > 0
    assert (c.occupation[p.job[rows]] == 3).all() and (p.program[rows] == k.NO_PROGRAM).all()
    for cell in np.unique(p.job[rows]):
        others = np.flatnonzero((p.job[: p.size] == cell) & (p.state[: p.size] <= k.PART_TIME_INVOLUNTARY))
        mine = np.intersect1d(others, rows)
        rest = np.setdiff1d(others, rows)
        assert mine.size <= np.ceil(0.3 * c.filled[cell])
        assert rest.size == 0 or skill[mine].max() <= skill[rest].min()
    run(month, 2)
    done = table["row"][table["how"] == log.COMPLETED]
    gain = p.skill[done] - skill[done]
    assert done.size > 0 and (gain > 0).all()
    one = int(done[0])
    had = float(p.skill[one])
    worlds_cell = int(np.flatnonzero(c.establishment[: c.size] != c.establishment[p.job[one]])[0])
    p.job[one] = worlds_cell
    customized._forget(month)
    lost = had - float(p.skill[one])
    assert 0.2 * float(gain[0]) < lost < 0.5 * float(gain[0]), "what was learnt at work meanwhile is kept"


def test_more_of_the_cost_paid_brings_more_requests():
    month = world(k.CUSTOMIZED)
    cells = np.arange(month.world.cells.size)
    low = customized.requests(month, cells)
    month.levers.customized_share = 0.9
    high = customized.requests(month, cells)
    assert high.sum() > low.sum() and (high | ~low).all()


# --- selection, entry and placement ---------------------------------------------------------------------


def test_selection_takes_the_abler_and_about_the_declared_share():
    month = world(k.SECTORAL, screen=0.3, seed=5)
    p = month.world.people
    rows = np.arange(4000)
    from laborsim.market.applications import _screened

    out = _screened(month, rows, np.full(rows.size, 2))
    assert (~out).mean() == pytest.approx(0.3, abs=0.03)
    assert p.ability[rows[~out]].mean() > p.ability[rows[out]].mean() + 0.3


def test_pre_apprenticeship_stands_in_for_the_diploma():
    def entered(ready: bool) -> tuple[int, int]:
        month = world(k.CLASSROOM, ready=1, education=5)
        p = month.world.people
        p.knows[: p.size] = np.uint32(0xFFFFFFFF)
        p.education[: p.size] = k.LESS_THAN_HS
        p.traits[: p.size] |= np.uint8(k.TRAIT_READY * ready)
        month.counts.reset()
        training.stage(month)
        return int(month.counts.pipeline[2, STEP["eligible"]]), int(month.counts.lost[2, LOST["education"]])

    out, refused = entered(False)
    let_in, none = entered(True)
    assert out == 0 < refused and none == 0 < let_in


def test_a_program_with_an_income_limit_lets_in_those_whose_household_earns_little():
    def entered(limit: float) -> tuple[Any, Any, int]:
        month = world(k.SECTORAL, income_limit=limit, recruits=1, education=0, seed=8, people=24_000)
        p, w = month.world.people, month.world
        p.knows[: p.size] = np.uint32(0xFFFFFFFF)
        rows, program, _ = applications.applicants(month)
        earns = np.zeros(w.households.size)
        for i in range(p.size):
            if p.state[i] <= k.SELF_EMPLOYED:
                earns[p.household[i]] += float(p.wage[i]) * int(p.hours[i]) * 52.0 / 12.0
        mine = rows[program == 2]
        need = needs.needed_wage(month, mine) * np.clip(w.households.adults[p.household[mine]], 1, 2) * 2080.0 / 12.0
        return mine, earns[p.household[mine]] / need, int(month.counts.lost[2, LOST["income"]])

    everyone, over, nobody = entered(0.0)
    poor, under, refused = entered(0.5)
    assert nobody == 0 < refused and poor.size > 5
    assert set(poor.tolist()) == set(everyone[over <= 0.5].tolist()) and (under <= 0.5).all()
    assert refused == (over > 0.5).sum()


def test_without_vacancies_there_are_no_interviews():
    def sent(open_: bool) -> int:
        month = world(k.SECTORAL, placement=1.0, seed=6)
        p, c = month.world.people, month.world.cells
        c.vacancies[: c.size] = np.where(c.occupation[: c.size] == 3, 3 * open_, 0)
        c.needs[: c.size] = 0
        rows = np.flatnonzero(p.state[: p.size] == k.UNEMPLOYED)[:20]
        log.enter(month, rows, np.full(rows.size, 2), np.zeros(rows.size, np.bool_))
        log.leave(month, rows, log.COMPLETED)
        month.index = 1
        return placement.interviews(month, hiring.open_vacancies(month)).rows.size

    assert sent(True) > 0 == sent(False)


# --- seats -------------------------------------------------------------------------------------------


def test_seats_wait_for_the_months_of_intake():
    month = world(k.CLASSROOM, intakes=np.isin(np.arange(1, 13), (6, 12)))
    own = []
    for _ in range(12):
        open_, _ = seats.open_now(month)
        own.append(int(open_[2]))
        seats.keep(month, open_)
        month.index += 1
    assert [x > 0 for x in own] == [m in (6, 12) for m in range(1, 13)]
    assert sum(own) == pytest.approx(12 * 40, abs=12)


def test_a_demand_signal_moves_seats_to_fields_with_vacancies_and_keeps_their_number():
    month = world(k.CLASSROOM)
    month.programs = replace(month.programs, kind=np.full(4, k.CLASSROOM, np.uint8), seats=np.full(4, 10.0),
                             employer_input=np.zeros(4, np.uint8))  # fmt: skip
    memory = month.memory["training"]
    memory["seekers"][:] = 100.0
    memory["vacancies"][3], memory["vacancies"][7] = 400.0, 50.0
    month.levers.seat_shift = 0.5
    moved = seats.shifted(month)
    assert moved.sum() == pytest.approx(40.0) and moved[2] > 10.0 > moved[0]
    month.levers.seat_shift = 0.0
    assert seats.shifted(month) is month.programs.seats


def test_sites_differ_only_where_they_are_said_to():
    month = world(k.SECTORAL, site_spread=0.2)
    quality = seats.site_quality(month)
    assert quality[2] != 1.0 and (np.delete(quality, 2) == 1.0).all()


# --- books -------------------------------------------------------------------------------------------


def test_costs_of_own_places_are_booked_to_those_who_bear_them():
    payers = np.zeros(6)
    payers[k.PAYERS.index("state")], payers[k.PAYERS.index("federal")] = 0.25, 0.75
    month = world(k.CLASSROOM, payers=payers, price=500.0, cost=2500.0, seed=3)
    p = month.world.people
    p.knows[: p.size] = np.uint32(0xFFFFFFFF)
    month.levers.program_seats[2] = 10
    training.stage(month)
    starts, added = month.counts.pipeline[2, STEP["enrolled"]], month.counts.added_starts[2]
    cents = month.counts.program_cents[2]
    assert starts > added > 0 or starts > 0
    assert cents[k.PAYERS.index("participant")] == starts * 500 * 100
    assert cents[k.PAYERS.index("state")] == (starts - added) * 2000 * 25
    assert cents[k.PAYERS.index("federal")] == (starts - added) * 2000 * 75


def test_nobody_is_lost_without_a_reason():
    month = world(k.CLASSROOM, seed=4)
    p = month.world.people
    p.knows[: p.size] = np.uint32(0xFFFFFFFF)
    steps, lost = np.zeros((4, len(PIPELINE)), np.int64), np.zeros((4, len(LOSSES)), np.int64)
    for _ in range(18):
        month.counts.reset()
        training.stage(month)
        steps += month.counts.pipeline
        lost += month.counts.lost
        month.index += 1
    at = {name: lost[2, LOST[name]] for name in LOSSES}
    assert steps[2, STEP["aware"]] == steps[2, STEP["applied"]] + at["did_not_apply"]
    entry = sum(at[n] for n in ("education", "age", "record", "credential", "income", "screened_out"))
    assert steps[2, STEP["applied"]] == steps[2, STEP["eligible"]] + entry
    refused = at["no_seat"] + at["no_employer"] + at["other_program"]
    assert steps[2, STEP["eligible"]] == steps[2, STEP["enrolled"]] + refused
    inside = (month.memory["participants"]["how"] == log.ENROLLED).sum()
    out = sum(at[r] for r in log.REASONS[1:] if r != "not_kept")
    assert steps[2, STEP["enrolled"]] == steps[2, STEP["completed"]] + out + inside
    followed = (month.memory["participants"]["how"] == log.COMPLETED) & (month.memory["participants"]["after"] == 0)
    ends = at["not_hired"] + at["no_vacancy"] + at["not_kept"] + at["left_employer"] + steps[2, STEP["retained"]]
    assert steps[2, STEP["completed"]] == ends + followed.sum()


def test_declared_kinds_and_pathways():
    types = load_programs()
    assert {t.kind for t in types} == set(k.PROGRAM_KINDS)
    graph = stacks(types)
    assert "class_health" in graph["path_nursing"] and "path_nursing" in graph["path_registered_nurse"]
