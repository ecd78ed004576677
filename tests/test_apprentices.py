"""Apprentices' terms: months out of the trade, moves to other employers, posts kept for them, the pay ahead."""

from __future__ import annotations

import math

import numpy as np
import pytest

from laborsim.market import codes as k
from laborsim.market import participants, progress, schedule, sponsors
from laborsim.market.draws import Stream, uniform
from laborsim.market.search import empty_seekers
from trainees import APPRENTICE, OJT, eager


def _enrolled(month, program):
    p = month.world.people
    return np.flatnonzero(p.program[: p.size] == program)


def test_months_out_of_the_trade_do_not_count_to_the_term():
    month = eager(seed=3, apprentice_grace=12)
    month.programs.dropout[:] = 0.0
    p = month.world.people
    rows = _enrolled(month, APPRENTICE)
    p.enrolled[rows] = month.index - 5
    participants.reconcile(month)
    out, stays = rows[:3], rows[3:]
    p.state[out], p.job[out], p.since[out] = k.UNEMPLOYED, -1, month.index
    for _ in range(3):
        month.counts.reset()
        progress.progress(month)
        month.index += 1
    assert (p.program[out] == APPRENTICE).all()
    assert (participants.served(month, out) == 5).all() and (participants.served(month, stays) == 8).all()


@pytest.mark.parametrize("sponsor", [True, False])
def test_who_moves_to_an_employer_that_does_not_train_gives_up(sponsor):
    month = eager(seed=3)
    month.programs.dropout[:] = 0.0
    p, c, e = month.world.people, month.world.cells, month.world.establishments
    rows = _enrolled(month, APPRENTICE)
    rows = rows[p.state[rows] <= k.PART_TIME_INVOLUNTARY]
    p.enrolled[rows] = month.index - 5
    participants.reconcile(month)
    trade = np.flatnonzero(month.programs.occupations[APPRENTICE][c.occupation[: c.size]] > 0)
    trains = (e.practices[c.establishment[trade]] & k.PRACTICE_SPONSOR) > 0
    moves = rows[:4]
    p.job[moves], p.hired[moves] = trade[trains == sponsor][0], month.index
    wage = p.wage[moves].copy()
    month.counts.reset()
    progress.progress(month)
    assert (p.program[moves] == (APPRENTICE if sponsor else k.NO_PROGRAM)).all()
    assert (p.program[rows[4:]] == APPRENTICE).all()
    if not sponsor:
        log = month.memory["participants"]
        gone = np.isin(log["row"], moves)
        assert (log["reason"][gone] == participants.JOB).all()
        np.testing.assert_array_equal(p.wage[moves], wage)  # what the new employer offered


def test_sponsors_keep_as_many_posts_as_there_are_places():
    month = eager(seed=3)
    c, e, pr, q = month.world.cells, month.world.establishments, month.programs, month.room("training")
    cells = np.flatnonzero(c.vacancies[: c.size] > 0)
    month.memory["training"]["unused"][pr.family[APPRENTICE]] = 3
    kept = sponsors.kept(month, cells)
    trains = (e.practices[c.establishment[cells]] & k.PRACTICE_SPONSOR) > 0
    trade = (pr.occupations[APPRENTICE][c.occupation[cells]] > 0) & (c.zone[cells] < month.economy.outside)
    mine = trains & trade
    assert kept[~mine].sum() == 0 < kept.sum() and (kept <= c.vacancies[cells]).all()
    same = pr.family == pr.family[APPRENTICE]
    wanted = 3 + pr.seats[same].sum() * month.scale * (1.0 - q["staff_share"])
    share = min(wanted / (q["apprentice_share"] * c.vacancies[cells[mine]].sum()), q["apprentice_share"])
    key = month.key(Stream.SPONSOR_KEEPS)
    for cell, n in zip(cells[mine].tolist(), kept[mine].tolist(), strict=True):
        assert n == math.floor(share * c.vacancies[cell] + uniform(key, np.uint64(cell)))
    month.memory["training"]["unused"][:] = 0
    pr.seats[:] = 0.0
    assert sponsors.kept(month, cells).sum() == 0


def test_apprentices_hold_on_for_the_pay_their_schedule_promises():
    month = eager(seed=3)
    p, c, pr, q = month.world.people, month.world.cells, month.programs, month.room("training")
    participants.reconcile(month)
    rows = np.union1d(_enrolled(month, APPRENTICE), np.arange(0, 900, 7))
    rows = rows[p.program[rows] != OJT]
    seekers = empty_seekers(rows.size)
    seekers.hold[:] = 1.0
    schedule.hold_on(month, rows, seekers)
    raised = 0
    for n, i in enumerate(rows.tolist()):
        if p.program[i] != APPRENTICE or p.state[i] > k.PART_TIME_INVOLUNTARY:
            assert seekers.hold[n] == 1.0
            continue
        ahead = []
        for t in range(1, int(q["horizon_months"]) + 1):
            reached = month.index - int(p.enrolled[i]) + t
            part = min(reached // 12 * 12 / pr.months[APPRENTICE], 1.0)
            share = pr.wage_share[APPRENTICE] + (q["last_wage_share"] - pr.wage_share[APPRENTICE]) * part
            share = share if reached < pr.months[APPRENTICE] else 1.0
            ahead.append(max(float(p.wage[i]), share * float(c.posted[p.job[i]])))
        assert seekers.hold[n] == pytest.approx(1.0 + math.log(np.mean(ahead) / p.wage[i]), abs=1e-5)
        raised += seekers.hold[n] > 1.0
    assert raised > 3


def test_apprentices_look_for_another_job_by_the_pay_their_schedule_promises():
    month = eager(seed=3)
    p, q = month.world.people, float(month.parameters["search.on_the_job_pay"])
    participants.reconcile(month)
    rows = np.arange(p.size)
    mine = _enrolled(month, APPRENTICE)
    mine = mine[p.state[mine] <= k.PART_TIME_INVOLUNTARY]
    seekers = empty_seekers(mine.size)
    stays = looks = 0
    for _ in range(30):
        month.index += 1
        found = schedule.restless(month, rows)
        assert found[np.setdiff1d(rows, mine)].all()
        seekers.hold[:] = 0.0
        schedule.hold_on(month, mine, seekers)
        pay = dict(zip(mine.tolist(), np.exp(seekers.hold.astype(float)).tolist(), strict=True))
        key = month.key(Stream.SEARCH_ON_JOB) + np.uint64(1)
        for i in mine.tolist():
            assert found[i] == (uniform(key, p.id[i]) < pay[i] ** -q)
            looks, stays = looks + found[i], stays + (not found[i])
    assert looks > 20 and stays > 20
