"""Sponsors of apprentices: their own staff, how they rank those from outside, and pay after the term."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from laborsim.market import codes as k
from laborsim.market import own_staff, participants, posts, progress, schedule, sponsors, training
from laborsim.market.draws import Stream, uniform
from laborsim.market.skill import skills
from laborsim.market.terrain import carried
from laborsim.market.transitions import months_out
from trainees import APPRENTICE, eager


def test_sponsors_register_their_own_young_staff_who_keep_job_and_pay():
    month = eager(seed=7, staff_share=1.0)
    month.levers.program_seats[APPRENTICE] = 40
    c, p, e = month.world.cells, month.world.people, month.world.establishments
    rows, program = own_staff.candidates(month)
    assert rows.size > 20 and (program == APPRENTICE).all()
    skill = skills(month, rows)
    q = month.room("training")
    for i, s in zip(rows.tolist(), skill.tolist(), strict=True):
        assert p.program[i] == 255 and s < q["staff_skill"] and p.state[i] <= k.PART_TIME_INVOLUNTARY
        assert month.programs.occupations[APPRENTICE][c.occupation[p.job[i]]] == 1
        assert e.practices[c.establishment[p.job[i]]] & k.PRACTICE_SPONSOR
    pr, table = month.programs, sponsors.hosting_table(month, k.APPRENTICESHIP)
    want = []
    for i in range(p.size):
        j, age = int(p.job[i]), (month.index - int(p.birth[i])) // 12
        if p.state[i] > k.PART_TIME_INVOLUNTARY or j < 0 or p.program[i] != 255 or p.zone[i] >= month.economy.outside:
            continue
        g = table[c.zone[j], c.occupation[j]]
        if g < 0 or not e.practices[c.establishment[j]] & k.PRACTICE_SPONSOR:
            continue
        schooled = p.education[i] >= pr.education[g] or (pr.ready[g] and p.traits[i] & k.TRAIT_READY)
        clean = not pr.background_check[g] or not p.traits[i] & k.TRAIT_RECORD
        if schooled and clean and pr.least_age[g] <= age <= pr.most_age[g]:
            want.append(i)
    want = np.array(want)
    assert rows.tolist() == want[skills(month, want) < q["staff_skill"]].tolist()
    places = training.open_now(month)
    own, added = (x.copy() for x in places)
    job, wage, vacancies = p.job.copy(), p.wage.copy(), c.vacancies.copy()
    left, more, (staff, _, on_added) = training._staff(month, own, added)
    new = rows[p.program[rows] == APPRENTICE]
    assert 0 < new.size == staff.size and set(new.tolist()) == set(staff.tolist())
    assert new.size == (own - left).sum() + (added - more).sum() and (added - more).sum() == on_added.sum()
    np.testing.assert_array_equal(p.job, job)
    np.testing.assert_array_equal(c.vacancies, vacancies)
    joint = sponsors.joint(month, c.establishment[job[new]])
    schedule = (0.5 + 0.05 * joint) * c.posted[job[new]]
    np.testing.assert_allclose(p.wage[new], np.maximum(wage[new], schedule), rtol=1e-6)
    hosted = np.bincount(c.establishment[job[np.flatnonzero(p.program[: p.size] == APPRENTICE)]], minlength=e.size)
    size = np.bincount(c.establishment[: c.size], weights=c.filled[: c.size], minlength=e.size)
    registers = np.bincount(c.establishment[job[new]], minlength=e.size) > 0
    assert np.all(hosted[registers] <= (e.host[: e.size] * size + 1.0)[registers])


def test_sponsors_rank_applicants_as_employers_do():
    month = eager(seed=5)
    p, q, pr = month.world.people, month.room("search"), month.programs
    rows = np.arange(0, 900, 3)
    program = np.full(rows.size, APPRENTICE)
    got = own_staff.preference(month, rows, program)
    carry, now = carried(month), skills(month, rows)
    key = month.key(Stream.TRAINING_RANK)
    for n, i in enumerate(rows.tolist()):
        trades = [o for o in range(carry.shape[1]) if pr.occupations[APPRENTICE][o]]
        skill = max(now[n] * max(float(carry[p.occupation[i], o]) for o in trades), q["skill_floor"])
        u = uniform(key, p.id[i]) + 2.0**-54
        score = month.parameters["matching.noise"] * math.sqrt(3) / math.pi * math.log(u / (1 - u))
        score += q["skill_weight"] * skill + q["ability_weight"] * float(p.ability[i])
        if p.state[i] <= k.SELF_EMPLOYED:
            score += q["employed_bonus"]
        elif p.state[i] <= k.UNEMPLOYED:
            idle = int(months_out(p.history[i], month.index - p.since[i]))
            score -= q["duration_penalty"] * min(idle, q["duration_months"])
        else:
            score -= q["inactive_penalty"]
        score -= q["bias_race"][p.race[i]] + q["bias_record"] * bool(p.traits[i] & k.TRAIT_RECORD)
        score -= q["bias_age"] * ((month.index - int(p.birth[i])) // 12 >= q["bias_age_from"])
        assert got[n] == pytest.approx(1 / (1 + math.exp(score)), rel=1e-6)


def test_own_staff_keep_their_reviews_where_the_schedule_gives_less():
    month = eager(seed=7)
    month.programs = replace(month.programs, dropout=np.zeros(4))
    p, c = month.world.people, month.world.cells
    mine = np.flatnonzero(p.program[: p.size] == APPRENTICE)
    mine = mine[p.state[mine] <= k.PART_TIME_INVOLUNTARY]
    staff = np.arange(mine.size) % 2 == 0
    p.enrolled[mine] = month.index - 12
    p.hired[mine] = np.where(staff, month.index - 30, month.index - 12)
    p.wage[mine] = 9.0
    participants.reconcile(month)
    month.counts.reset()
    progress.progress(month)
    program = np.full(mine.size, APPRENTICE)
    last = month.room("training")["last_wage_share"]
    share = schedule.wage_share(month.programs, program, np.full(mine.size, 12), last)
    paid = np.maximum(share * c.posted[p.job[mine]], 9.0)
    np.testing.assert_allclose(p.wage[mine][~staff], paid[~staff], rtol=1e-5)
    job = p.job[mine].astype(np.int64)
    usual = posts.newcomer_wage(month, mine, job) * np.exp(2 * month.parameters["wages.tenure_return"])
    more = np.maximum(usual - paid, 0.0) * month.parameters["wages.review_pass"]
    np.testing.assert_allclose(p.wage[mine][staff], (paid + more)[staff], rtol=1e-5)
    assert (more[staff] > 0).any()


def test_after_the_term_apprentices_are_paid_as_others_are():
    month = eager(seed=7)
    month.programs = replace(month.programs, dropout=np.zeros(4))
    p = month.world.people
    mine = np.flatnonzero(p.program[: p.size] == APPRENTICE)
    mine = mine[p.state[mine] <= k.PART_TIME_INVOLUNTARY]
    length = int(month.programs.months[APPRENTICE])
    p.enrolled[mine] = month.index - length
    p.wage[mine] = 99.0  # whatever the schedule paid
    participants.reconcile(month)
    month.counts.reset()
    progress.progress(month)
    done = mine[p.program[mine] == 255]
    assert done.size > 5
    tenure = np.minimum((month.index - p.hired[done]) // 12, 15)
    usual = posts.newcomer_wage(month, done, p.job[done].astype(np.int64))
    usual = np.maximum(usual * np.exp(month.parameters["wages.tenure_return"] * tenure), 8.6)
    np.testing.assert_allclose(p.wage[done], usual, rtol=1e-5)
