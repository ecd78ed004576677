"""Priority of service, and who may have an OJT contract while at work."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from laborsim.market import applications, own_staff, participants, training
from laborsim.market import codes as k
from laborsim.market.counts import LOST, PIPELINE
from laborsim.market.draws import Stream, uniform
from laborsim.market.month import Month
from laborsim.market.needs import needed_wage, over_need
from laborsim.market.priority import after_others
from laborsim.scenario.programs import load_programs
from trainees import APPRENTICE, CLASS, OJT, eager

STEP = {name: i for i, name in enumerate(PIPELINE)}


def with_column(month: Month, **columns: float) -> Month:
    """The same month with fields of all programs set."""
    pr = month.programs
    month.programs = replace(pr, **{n: np.full(len(pr), v).astype(getattr(pr, n).dtype) for n, v in columns.items()})
    return month


def test_low_income_little_schooling_and_dislocated_workers_come_first_on_the_share_that_adult_funds_pay():
    month = with_column(eager(seed=4), priority=0.6)
    p, share = month.world.people, month.room("training")["priority_income"]
    rows = np.flatnonzero(p.state[: p.size] != k.GONE)[:3000]
    after = after_others(month, rows, np.full(rows.size, CLASS))
    earned, key = over_need(month, rows), month.key(Stream.SERVICE_PRIORITY)
    for i, over, found in zip(rows.tolist(), earned.tolist(), after.tolist(), strict=True):
        claims = p.state[i] in (k.TEMPORARY_LAYOFF, k.UNEMPLOYED) and p.ui_weeks[i] > 0
        first = over < share or p.education[i] < k.HS or claims
        assert found == (not first and uniform(key, p.id[i]) < 0.6)
    assert 0.1 < after.mean() < 0.6
    assert not after_others(with_column(month, priority=0.0), rows, np.full(rows.size, CLASS)).any()


def test_priority_is_an_order_of_the_queue_and_no_bar():
    def enrolled(priority: float, seats: int) -> tuple[np.ndarray, int]:
        month = with_column(eager(seed=6), priority=priority, seats=0.0)
        month.levers.program_seats[CLASS] = seats
        rows, program, late = training.applicants(month)
        may = np.isin(program, CLASS)
        rows, program, late = rows[may], program[may], late[may]
        own, added = np.zeros(int(month.programs.family.max()) + 1, np.int64), np.zeros(len(month.programs), np.int64)
        added[CLASS] = seats
        training._enrol(month, rows, program, late, own, added)
        p = month.world.people
        return np.flatnonzero(p.program[: p.size] == CLASS), np.unique(rows).size

    few, asked = enrolled(1.0, 15)
    assert few.size == 15 < asked
    month = eager(seed=6)
    after = after_others(with_column(month, priority=1.0), few, np.full(few.size, CLASS))
    assert after.mean() < 0.35
    all_of_them, asked = enrolled(1.0, 10_000)
    assert all_of_them.size == asked  # with room for everyone nobody is left out


def test_people_at_work_have_contracts_only_below_a_self_sufficiency_wage():
    def offered(low_paid: int) -> tuple[Month, set[int], int]:
        month = with_column(eager(seed=9, attention_employed=0.5), low_paid=low_paid)
        rows, program, _ = applications.applicants(month)
        return month, set(rows[program == OJT].tolist()), int(month.counts.lost[OJT, LOST["income"]])

    month, everyone, none = offered(0)
    _, let_in, refused = offered(1)
    p, all_rows = month.world.people, np.array(sorted(everyone))
    week = p.wage[all_rows].astype(float) * p.hours[all_rows]
    fits = (p.state[all_rows] > k.SELF_EMPLOYED) | (week < 40.0 * needed_wage(month, all_rows))
    assert let_in == set(all_rows[fits].tolist()) and none == 0 < refused <= (~fits).sum() * 2
    assert 0 < len(let_in) < len(everyone)


def test_employers_choose_their_trainees():
    month = with_column(eager(seed=3), priority=0.0)
    rows, program, late = training.applicants(month)
    mine = (program == OJT) & ~late
    rows, program, late = rows[mine], program[mine], late[mine]
    rank = own_staff.preference(month, rows, program)
    own = np.zeros(int(month.programs.family.max()) + 1, np.int64)
    own[month.programs.family[OJT]] = 10
    training._enrol(month, rows, program, late, own, np.zeros(len(month.programs), np.int64))
    p = month.world.people
    taken = np.isin(rows, np.flatnonzero(p.program[: p.size] == OJT))
    assert 3 < taken.sum() <= 10 < rows.size
    assert rank[taken].max() < rank[~taken].min()


def test_a_trial_leaves_sponsors_their_places_for_own_staff():
    def named(share: float | None) -> tuple[int, int]:
        month = eager(seed=7, staff_share=0.5)
        if share is not None:
            participants.bar(month, np.ones(len(month.programs), np.bool_), share)
        own, added = np.zeros(int(month.programs.family.max()) + 1, np.int64), np.zeros(len(month.programs), np.int64)
        added[APPRENTICE] = 12
        rows, _, on_added = own_staff.named(month, own, added, training._hosted(month))
        assert on_added.all() and np.unique(rows).size == rows.size
        return rows.size, int(month.counts.pipeline[APPRENTICE, STEP["eligible"]])

    free, asked = named(None)
    half, twice = named(0.5)
    assert free == asked == 6
    assert twice == 12 and 3 <= half <= 6  # about half of twice as many, never more than there are places
    assert named(1.0)[0] == 0


def test_contracts_are_wioas_and_courses_in_part():
    types = {t.code: t for t in load_programs()}
    assert all(t.priority == 1.0 and t.low_paid and t.recruits for t in types.values() if t.kind == "ojt")
    assert {t.priority for t in types.values() if t.kind == "classroom"} == {0.45}
    assert not any(t.priority for t in types.values() if t.kind not in ("ojt", "classroom"))
