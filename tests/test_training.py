"""The training stage: conservation, scarce seats, single consequences, placebos, threads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import worlds
from laborsim.market import codes as k
from laborsim.market import learning, participants, pay, seats, sponsors, training
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, uniform
from laborsim.market.progress import hazards
from laborsim.market.skill import skills
from trainees import APPRENTICE, CLASS, OJT, STEP, eager, run


def test_everyone_who_enters_leaves_once_or_is_still_there():
    month = eager()
    p = month.world.people
    start = np.bincount(p.program[: p.size][p.program[: p.size] != 255], minlength=4)
    seen = run(month, 30)
    flow = seen["pipeline"][:, :, STEP["enrolled"]] - seen["pipeline"][:, :, STEP["completed"]] - seen["dropouts"]
    np.testing.assert_array_equal(start + np.cumsum(flow, axis=0), seen["stock"])
    worlds.check(month.world)
    steps = seen["pipeline"].sum(axis=0)
    for before, after in (("aware", "applied"), ("applied", "eligible"), ("eligible", "enrolled")):
        assert (steps[:, STEP[before]] >= steps[:, STEP[after]]).all()
    assert steps[CLASS, STEP["completed"]] > 0 and steps[OJT, STEP["enrolled"]] > 0
    assert (steps[:, STEP["completed"]] >= steps[:, STEP["credentialed"]]).all()
    assert (steps[:, STEP["completed"]] >= steps[:, STEP["placed"]]).all()
    assert (steps[:, STEP["placed"]] >= steps[:, STEP["retained"]]).all()


def test_no_seat_is_used_twice():
    month = eager(seed=3)
    month.levers.program_seats[:] = [2, 1, 3, 0]
    seen = run(month, 18)
    starts = np.cumsum(seen["pipeline"][:, :, STEP["enrolled"]] - seen["added"], axis=0)
    passed = np.arange(1, 19)[:, None]
    # seats are rounded up or down by a draw, so the sum of 18 months is known within a few
    assert (starts <= month.programs.seats * passed + 6).all()
    assert (seen["added"] <= month.levers.program_seats).all()


def test_unused_seats_are_kept_for_some_months_only():
    month = eager(seed=3, staff_share=0.0)
    month.world.people.knows[:] = 0
    run(month, 12)
    limit = np.ceil(6 * month.programs.seats)
    assert (month.memory["training"]["unused"] == limit).all()


def test_one_more_seat_enrols_one_more_person_and_changes_nobody_else():
    def enrolled(extra: int) -> np.ndarray:
        month = eager(seed=5)
        month.levers.program_seats[CLASS] = extra
        training.stage(month)
        p = month.world.people
        return p.program[: p.size].copy()

    none, one, two = enrolled(0), enrolled(1), enrolled(2)
    assert (none != one).sum() == 1 and (one != two).sum() == 1
    assert set(np.flatnonzero(none == CLASS)) < set(np.flatnonzero(one == CLASS)) < set(np.flatnonzero(two == CLASS))


def test_the_seats_go_to_the_eligible_applicants_ranked_first():
    month = eager(seed=6)
    before = month.world.copy()
    offered = training.applicants(month)
    rows, program, late = offered
    month.world = before
    month.scratch.clear()
    training.prepare(month)
    month.counts.reset()
    training._enrol(month, rows, program, late, *training.open_now(month))
    p = month.world.people
    key = month.key(Stream.TRAINING_RANK)
    mine = [int(i) for i, g in zip(rows, program, strict=True) if g == CLASS]
    ranked = sorted(mine, key=lambda i: (uniform(key, p.id[i]), int(p.id[i])))
    taken = int(month.counts.pipeline[CLASS, STEP["enrolled"]])
    assert 0 < taken < len(ranked)
    assert {int(i) for i in np.flatnonzero(p.program[: p.size] == CLASS)} == set(ranked[:taken])


def test_more_seats_bring_ever_fewer_trainees():
    def starts(extra: int) -> int:
        month = eager(people=6000, seed=2)
        # Instructors are not what runs out.
        month.memory["training"]["capacity"][:] = month.memory["training"]["hours"][:] = 1000.0
        month.levers.program_seats[CLASS] = extra
        return int(run(month, 8)["pipeline"][:, CLASS, STEP["enrolled"]].sum())

    seats = [0, 20, 60, 140, 300]
    gains = np.diff([starts(x) for x in seats]) / np.diff(seats)
    assert gains[0] > 0 and gains[-1] < 0.3 * gains[0] and (np.diff(gains) <= 0.02).all()


def test_doubled_seats_bring_the_applicants_to_fill_them_and_a_program_can_start_from_nothing():
    def enrolled(extra: int, own: float) -> tuple[int, int]:
        month = eager(people=12_000, seed=2, taste=-1.0)
        month.programs = replace(month.programs, seats=np.array([6.0, 5.0, own, 3.0]))
        month.scratch.clear()
        training.prepare(month)
        month.memory["training"]["capacity"][:] = month.memory["training"]["hours"][:] = 1000.0
        month.levers.program_seats[CLASS] = extra
        steps = run(month, 4)["pipeline"].sum(axis=0)[CLASS]
        return int(steps[STEP["applied"]]), int(steps[STEP["enrolled"]])

    usual, doubled, nothing, started = enrolled(0, 8.0), enrolled(8, 8.0), enrolled(0, 0.0), enrolled(8, 0.0)
    assert doubled[0] > 1.1 * usual[0] and doubled[1] > 1.3 * usual[1]
    assert nothing[1] == 0 and started[0] > 0.3 * usual[0] and started[1] > 0.2 * usual[1]


def test_lower_fees_draw_more_applicants_and_vouchers_are_windfall_in_part():
    def steps(share: float) -> tuple[int, int, int]:
        month = eager(people=12_000, seed=2, taste=-1.0)
        month.programs = replace(month.programs, price=np.array([0.0, 0.0, 8000.0, 0.0]), seats=np.full(4, 4.0))
        month.levers.program_price_share[CLASS], month.levers.program_price_places[CLASS] = share, 3
        seen = run(month, 3)["pipeline"].sum(axis=0)[CLASS]
        return int(seen[STEP["applied"]]), int(seen[STEP["enrolled"]]), int(month.counts.vouchers[CLASS])

    free, full = steps(1.0), steps(0.0)
    assert free[0] > 1.2 * full[0]
    assert free[1] == full[1], "seats were full: whom a voucher pays would have come anyway"
    assert free[2] == 3


def test_instructors_limit_what_can_be_added_at_once():
    few, many = eager(seed=4, instructor_slack=0.1), eager(seed=4, instructor_slack=1.0)
    for month in (few, many):
        month.levers.program_seats[CLASS] = 40
    assert run(few, 1)["added"][0, CLASS] < run(many, 1)["added"][0, CLASS]


def test_apprentices_fill_vacancies_of_sponsors_at_a_share_of_the_wage():
    month = eager(seed=7, staff_share=0.0)
    c, p, e = month.world.cells, month.world.people, month.world.establishments
    vacancies = c.vacancies[: c.size].copy()
    held = set(np.flatnonzero(p.program[: p.size] == APPRENTICE).tolist())
    training.stage(month)
    new = np.array([i for i in np.flatnonzero(p.program[: p.size] == APPRENTICE) if i not in held])
    assert new.size > 0
    job = p.job[new]
    assert (month.programs.occupations[APPRENTICE][c.occupation[job]] == 1).all()
    assert (e.practices[c.establishment[job]] & k.PRACTICE_SPONSOR > 0).all()
    joint = sponsors.joint(month, c.establishment[job])
    assert joint.any() and not joint.all()
    np.testing.assert_allclose(p.wage[new], np.maximum((0.5 + 0.05 * joint) * c.posted[job], 8.6), rtol=1e-6)
    trained = np.flatnonzero((p.enrolled[: p.size] == 0) & np.isin(p.program[: p.size], (APPRENTICE, OJT)))
    trained = np.setdiff1d(trained, np.array(sorted(held)))
    used = np.bincount(p.job[trained], minlength=c.size)
    np.testing.assert_array_equal(vacancies - c.vacancies[: c.size], used)
    worlds.check(month.world)


def test_without_sponsors_nobody_is_apprenticed():
    month = eager(seed=8)
    month.world.establishments.practices[:] &= np.uint8(255 - k.PRACTICE_SPONSOR)
    month.world.people.program[:] = 255
    seen = run(month, 6)
    assert seen["pipeline"][:, APPRENTICE, STEP["applied"]].sum() > 0
    assert seen["pipeline"][:, APPRENTICE, STEP["enrolled"]].sum() == 0


def test_training_for_an_occupation_without_vacancies_takes_nobody_on_at_work():
    month = eager(seed=9, staff_share=0.0)
    c = month.world.cells
    c.vacancies[: c.size][np.isin(c.occupation[: c.size], (7, 8))] = 0
    seen = run(month, 6)
    assert seen["pipeline"][:, [APPRENTICE, OJT], STEP["enrolled"]].sum() == 0


def test_people_expect_less_of_an_occupation_without_vacancies():
    full, empty = eager(seed=10), eager(seed=10)
    c = empty.world.cells
    c.vacancies[: c.size][c.occupation[: c.size] == 3] = 0
    rich, poor = run(full, 1)["pipeline"], run(empty, 1)["pipeline"]
    assert poor[0, CLASS, STEP["aware"]] == rich[0, CLASS, STEP["aware"]]
    assert poor[0, CLASS, STEP["applied"]] < 0.5 * rich[0, CLASS, STEP["applied"]]


def test_troubles_raise_the_hazard_and_supports_lower_it():
    month = eager(seed=11)
    h, p = month.world.households, month.world.people
    rows = np.arange(200)
    program = np.full(200, CLASS)
    h.children[: h.size], h.car[: h.size] = 0, 1
    h.earners[: h.size] = 1
    p.state[rows] = k.UNEMPLOYED
    calm = hazards(month, rows, program)
    np.testing.assert_allclose(calm, month.programs.dropout[CLASS])
    h.car[: h.size] = 0
    np.testing.assert_allclose(hazards(month, rows, program) / calm, 1.35)
    h.children[: h.size], h.youngest[: h.size], h.care[: h.size] = 1, month.index, k.CARE_PARENT
    np.testing.assert_allclose(hazards(month, rows, program) / calm, 1.35 * 1.6)
    h.earners[: h.size] = 0
    np.testing.assert_allclose(hazards(month, rows, program) / calm, 1.35 * 1.6 * 1.5)
    month.levers.program_supports[CLASS] = 0.5
    np.testing.assert_allclose(hazards(month, rows, program) / calm, 0.5 * 1.35 * 1.6 * 1.5)


def test_completion_gives_occupation_skill_and_a_search():
    month = eager(seed=12, leave_for_job=0.0)
    month.programs = replace(month.programs, dropout=np.zeros(4))
    p, q = month.world.people, month.room("search")
    run(month, 1)
    mine = np.flatnonzero(p.program[: p.size] == CLASS)
    carers = mine[p.state[mine] > k.UNEMPLOYED]
    out = mine[p.state[mine] >= k.UNEMPLOYED]
    month.index = 1
    run(month, int(month.programs.months[CLASS]))
    stayed = out[p.job[out] < 0]
    assert stayed.size > 0
    changed = stayed[p.occupation[stayed] == 3]
    assert changed.size > 0 and (p.skill[changed] > q["skill_floor"]).all()
    assert (p.program[stayed] != CLASS).all() or (p.enrolled[stayed] > 0).any()
    assert carers.size == 0 or (p.state[carers] == k.UNEMPLOYED).mean() > 0.4
    assert (p.credentials[stayed] & 1).mean() > 0.4


@pytest.mark.parametrize("pays", [0.01, 100.0])
def test_completers_worth_more_in_their_occupation_of_before_keep_it_and_what_they_can_do_there(pays):
    month = eager(seed=12, leave_for_job=0.0)
    month.programs = replace(month.programs, dropout=np.zeros(4))
    p = month.world.people
    run(month, 1)
    mine = np.flatnonzero((p.program[: p.size] == CLASS) & (p.occupation[: p.size] != 3))
    before, held = p.occupation[mine].copy(), skills(month, mine)
    month.economy.occ_wage[3] *= pays
    month.programs = replace(month.programs, seats=np.zeros(4))
    month.index = 1
    run(month, int(month.programs.months[CLASS]))
    done = p.program[mine] == k.NO_PROGRAM
    assert done.sum() > 5 and (p.credentials[mine[done]] & 1).mean() > 0.4
    if pays > 1.0:
        assert (p.occupation[mine[done]] == 3).all()
    else:
        assert (p.occupation[mine[done]] == before[done]).all()
        assert (skills(month, mine[done]) > 0.9 * held[done]).all()  # idleness takes a little


def test_placement_counts_only_jobs_of_the_occupation_and_retention_the_same_employer():
    month = eager(seed=13)
    pr, p, c = month.programs, month.world.people, month.world.cells
    month.programs = replace(pr, seats=np.zeros(4))
    month.world.people.program[:] = 255
    rows = np.flatnonzero((p.state[: p.size] <= k.PART_TIME_INVOLUNTARY) & (p.job[: p.size] >= 0))
    right = rows[c.occupation[p.job[rows]] == 3][:3]
    wrong = rows[c.occupation[p.job[rows]] == 4][:2]
    both = np.r_[right, wrong].astype(np.int64)
    participants.prepare(month)
    participants.enter(month, both, np.full(5, CLASS), np.zeros(5, np.bool_))
    participants.leave(month, both, participants.COMPLETED)
    month.index = 1
    seen = run(month, 13)
    p.hired[right[0]] = 5  # too late: the year is over
    assert seen["pipeline"][0, CLASS, STEP["placed"]] == 3
    assert seen["pipeline"][:, CLASS, STEP["retained"]].tolist() == [0] * 12 + [3]
    log = month.memory["participants"]
    assert log["after"].tolist() == [participants.RETAINED] * 3 + [participants.NOT_PLACED] * 2
    assert log["placed"].tolist() == [1] * 3 + [participants.NEVER] * 2


def test_grants_go_to_starts_while_there_are_places():
    month = eager(seed=14)
    month.levers.sponsor_grant, month.levers.sponsor_grant_places = 3000.0, 2
    training.stage(month)
    assert month.counts.pipeline[APPRENTICE, STEP["enrolled"]] > 2
    assert month.counts.scalars[SCALAR["apprentice_starts_granted"]] == 2


def test_ojt_contracts_on_added_places_are_capped_and_their_wages_counted():
    base, more = eager(seed=15, ojt_take_up=3.0), eager(seed=15, ojt_take_up=3.0)
    more.levers.program_seats[OJT], more.levers.ojt_reimbursement = 3, 0.5
    for month in (base, more):
        training.stage(month)
    gained = more.counts.pipeline[OJT, STEP["enrolled"]] - base.counts.pipeline[OJT, STEP["enrolled"]]
    assert 0 < gained <= 3
    assert base.counts.scalars[SCALAR["ojt_wage_cents"]] == 0 < more.counts.scalars[SCALAR["ojt_wage_cents"]]


def test_threads_and_repetition_give_the_same_bytes():
    def state(threads: int) -> list[bytes]:
        month = eager(people=150_000, seed=16, threads=threads)
        run(month, 3)
        tables = [t.arrays[c.name][: t.size].tobytes() for t in month.world.tables() for c in t.declared]
        return tables + [np.ascontiguousarray(v).tobytes() for v in month.memory["training"].values()] + [
            v.tobytes() for v in month.memory["participants"].values()
        ]

    assert state(1) == state(2) == state(1)


def test_outreach_spreads_what_people_know():
    month = eager(seed=17, learn_rate=0.0)
    p = month.world.people
    p.knows[: p.size] = 0
    month.levers.awareness[:] = 0.005
    month.levers.program_awareness[CLASS] = 0.02
    run(month, 3)  # everyone has had a turn
    bit = np.uint32(1) << np.uint32(k.KNOWS_PROGRAM_BIT + k.CLASSROOM)
    active = np.isin(p.state[: p.size], (k.FULL_TIME, k.UNEMPLOYED, k.CARER))
    share = ((p.knows[: p.size] & bit) > 0)[active].mean()
    assert share == pytest.approx(0.06, abs=0.01)
    assert ((p.knows[: p.size] & 1) > 0)[active].mean() == pytest.approx(0.015, abs=0.006)


def test_curricula_age_unless_employers_are_heard():
    month = eager(seed=18)
    fit = month.memory["training"]["fit"]
    start = fit.copy()
    month.levers.curriculum_fit[3] = 0.2
    run(month, 24)
    assert fit[CLASS] == pytest.approx(start[CLASS] * (1 - 0.06) ** 2)
    assert fit[APPRENTICE] == start[APPRENTICE] and fit[OJT] == start[OJT]
    assert fit[3] > start[3]


def test_training_counts_as_months_of_work_at_the_occupations_own_pace():
    month = eager(seed=12)
    q, e, pr = month.room("search"), month.economy, month.programs
    occupation = np.arange(e.occupations)
    pace = pay.learning_months(e, q)
    for had in (0.0, 0.6, 1.3):
        got = learning.taught(month, np.full(e.occupations, had), occupation, np.full(e.occupations, 9.0))
        start = max(had, q["skill_floor"])
        assert got == pytest.approx(start + max(1.0 - start, 0.0) * (1.0 - np.exp(-9.0 / pace)))
    program = np.arange(len(pr))
    assert (learning.worth(month, program) <= pr.experience * seats.site_quality(month)).all()
    expected = learning.promised(month)
    assert ((expected > q["skill_floor"]) & (expected < 1.0)).all()
    longest = int(np.argmax(pr.experience))
    assert expected[longest] == expected.max(), "apprentices learn most"
