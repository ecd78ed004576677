"""Who training brings where: screens of placement, pay at the start of a contract, classes of workers; one by one."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import worlds
from laborsim.market import certificates, customized, hiring, learning, pay, placement, posts, search, training
from laborsim.market import codes as k
from laborsim.market import participants as log
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, uniform
from laborsim.market.matching import MatchingParameters, Referrals, match
from laborsim.market.skill import skills
from laborsim.market.terrain import terrain

COURSE, OJT = 2, 1


def completers(seed: int = 4, people: int = 9_000):
    """A month in which some people of all kinds have completed the course; its partners have vacancies."""
    month = worlds.month(people=people, seed=seed, index=6)
    month.programs = replace(month.programs, placement=np.array([0.0, 0.0, 0.6, 0.0]))
    training.prepare(month)
    p, c = month.world.people, month.world.cells
    fits = np.isin(p.state[: p.size], (k.FULL_TIME, k.UNEMPLOYED, k.OTHER_INACTIVE, k.STUDENT))
    rows = np.flatnonzero(fits & (p.program[: p.size] == k.NO_PROGRAM) & (p.zone[: p.size] < 2))[::12]
    p.traits[rows[::3]] |= np.uint8(k.TRAIT_RECORD)
    p.education[rows[1::4]] = k.LESS_THAN_HS
    p.credentials[rows[::2]] |= np.uint16(1)
    month.index = 5
    log.enter(month, rows, np.full(rows.size, COURSE), np.zeros(rows.size, np.bool_))
    log.leave(month, rows, log.COMPLETED)
    month.index = 6
    c.vacancies[: c.size] = np.where(c.occupation[: c.size] == 3, 1, 0)
    return month, rows


def sent(month, rows, v) -> dict[int, int]:
    """Person -> cell of the interview, one person after the other; `v` vacancies that come to a decision."""
    p, c, e, pr = month.world.people, month.world.cells, month.world.establishments, month.programs
    q, key = month.room("training"), month.key(Stream.TRAINING_PLACEMENT)
    family = int(pr.family[COURSE])
    partner = month.key(Stream.TRAINING_PARTNER, fixed=True) + np.uint64(family)
    mine = [
        j for j in range(c.size)
        if c.vacancies[j] > 0 and c.zone[j] < month.economy.outside and pr.occupations[COURSE, c.occupation[j]] > 0
        and uniform(partner, e.id[c.establishment[j]]) < q["partner_share"]
        and e.premium[c.establishment[j]] >= q["partner_premium"]
    ]  # fmt: skip
    asked = certificates.certificates_asked(month, np.arange(c.size))
    ready = dict(zip(v.cell.tolist(), v.open.tolist(), strict=True))
    found = {}
    for i in (int(i) for i in rows):
        looks = p.state[i] <= k.UNEMPLOYED or p.state[i] == k.OTHER_INACTIVE
        if not looks or uniform(key, p.id[i]) >= pr.placement[COURSE]:
            continue
        urn = []
        for j in mine:
            if month.economy.commute_minutes[p.zone[i], c.zone[j]] > q["partner_minutes"]:
                continue
            certified = c.needs[j] <= k.ASSOCIATE and int(asked[j]) & int(p.credentials[i]) != 0
            if c.needs[j] > p.education[i] and not certified:
                continue
            if p.traits[i] & k.TRAIT_RECORD and e.practices[c.establishment[j]] & k.PRACTICE_RECORD_SCREEN:
                continue
            urn += [j] * int(c.vacancies[j])
        if not urn:
            continue
        j = urn[int(uniform(key + np.uint64(1), p.id[i]) * len(urn))]
        if uniform(key + np.uint64(2), p.id[i]) < ready.get(j, 0) / c.vacancies[j]:
            found[i] = j
    return found


@pytest.mark.parametrize("seed", [4, 5])
def test_completers_are_sent_to_posts_of_partners_whose_screens_they_pass(seed: int):
    month, rows = completers(seed)
    month.world.cells.vacancies[: month.world.cells.size] *= 3
    v = hiring.open_vacancies(month)
    got = placement.interviews(month, v)
    want = sent(month, rows, v)
    assert dict(zip(got.rows.tolist(), v.cell[got.vacancy].tolist(), strict=True)) == want and len(want) > 5
    assert (np.diff(got.rows) > 0).all()


def test_an_interview_is_one_application_more_and_the_only_one_of_those_who_do_not_look():
    month, _ = completers()
    month.memory["wages"] = {"now": month.economy.occ_wage.copy()}
    month.scratch["looking"] = np.empty(0, np.int64)
    v = hiring.open_vacancies(month)
    got = placement.interviews(month, v)
    plain, usual = search.gather_seekers(month)
    usual = dict(zip(plain.tolist(), usual.applications.tolist(), strict=True))
    rows, s = search.gather_seekers(month, got.rows)
    only = np.setdiff1d(got.rows, plain)
    assert only.size > 0 and set(rows.tolist()) == set(plain.tolist()) | set(only.tolist())
    before = s.applications.copy()
    assert before.tolist() == [usual.get(i, 0) for i in rows.tolist()]
    other = Referrals(np.array([0]), np.array([0]), np.array([0], np.int32))
    out = placement.refer(rows, s, got, other)
    assert rows[out.seeker[1:]].tolist() == got.rows.tolist() and out.vacancy[1:].tolist() == got.vacancy.tolist()
    assert ((s.applications - before) == np.isin(rows, got.rows)).all()
    assert (out.turn[1:] == before[out.seeker[1:]]).all() and out.seeker[0] == out.turn[0] == out.vacancy[0] == 0
    assert placement.refer(rows, s, placement.NONE, other) is other


@pytest.mark.parametrize("better", [0.0, 50.0])
def test_the_post_goes_to_whoever_the_employer_ranks_first(better: float):
    """A completer and another applicant at one vacancy; the employer's view of the other decides."""
    month, _ = completers()
    month.memory["wages"] = {"now": month.economy.occ_wage.copy()}
    month.scratch["looking"] = np.empty(0, np.int64)
    v = hiring.open_vacancies(month)
    got = placement.interviews(month, v)
    one = placement.Interviews(got.rows[:1], got.vacancy[:1])
    v.open[one.vacancy[0]] = 1
    rows, s = search.gather_seekers(month, one.rows)
    s.applications[:] = 0
    out = placement.refer(rows, s, one, Referrals(np.empty(0, int), np.empty(0, int), np.empty(0, np.int32)))
    rival = int(np.flatnonzero(~np.isin(rows, one.rows))[0])
    s.applications[rival] = 1
    at = np.array([int(out.seeker[0]), rival])
    both = Referrals(at, np.zeros(2, np.int64), np.repeat(one.vacancy, 2).astype(np.int32))
    s.reservation[at], s.hold[at], s.cell[at], s.education[at], s.skill[at] = 0.0, -np.inf, -1, 5, 1.0
    s.occupation[at], s.record[at], s.bias[at], s.score[at] = v.occupation[one.vacancy[0]], 0, 0.0, (25.0, better)
    keys = hiring.Keys(np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4))
    made = match(s, v, terrain(month), MatchingParameters(), keys, None, both)
    winner = at[1] if better > 25.0 else at[0]
    assert np.flatnonzero(made.vacancy_index >= 0).tolist() == [winner]


def test_partners_are_the_same_each_month_and_some_of_those_that_pay_enough():
    month = worlds.month(people=60_000, seed=3, index=6)
    c, e, n = month.world.cells, month.world.establishments, month.world.cells.size
    every = np.arange(n)
    first = placement.partners(month, 0, every)
    month.index = 9
    np.testing.assert_array_equal(placement.partners(month, 0, every), first)
    assert (placement.partners(month, 1, every) != first).any(), "types of program have their own"
    share = month.parameters["training.partner_share"]
    for x in np.unique(c.establishment[:n]):
        assert np.unique(first[c.establishment[:n] == x]).size == 1, "employers, not cells"
    enough, chosen = e.premium[: e.size] >= month.parameters["training.partner_premium"], np.zeros(e.size, bool)
    chosen[c.establishment[:n][first]] = True
    assert not chosen[~enough].any() and (~enough).sum() > 100
    assert abs(chosen[enough].mean() - share) < 4.0 * math.sqrt(share * (1.0 - share) / enough.sum())


def test_a_certificate_opens_posts_that_ask_the_usual_and_a_share_of_those_above_an_associate_degree():
    month = worlds.month(people=20_000, seed=3, index=6)
    occupations = month.programs.occupations.copy()
    occupations[COURSE, :] = 0
    occupations[COURSE, [2, 3]] = 1  # a bachelor's degree is typical of the one, a diploma of the other
    month.programs = replace(month.programs, occupations=occupations)
    c, share = month.world.cells, month.parameters["search.certificate_posts"]
    c.needs[: c.size : 3] = k.ASSOCIATE  # more than a diploma
    key = month.key(Stream.CERTIFICATE_POST, fixed=True)
    bit = 1 << int(month.programs.credential[COURSE])
    asked = certificates.certificates_asked(month, np.arange(c.size)) & bit
    for j in range(c.size):
        o = int(c.occupation[j])
        usual = o == 3 and c.needs[j] <= month.economy.occ_education[o]
        assert asked[j] == (bit if usual or (o == 2 and uniform(key, j) < share) else 0)
    ordinary = asked[c.occupation[: c.size] == 3] > 0
    assert ordinary.any() and not ordinary.all()
    above = asked[c.occupation[: c.size] == 2] > 0
    assert above.size > 20 and above.any() and not above.all()


def test_ojt_trainees_start_at_their_share_of_a_newcomers_wage_and_not_below_the_floor():
    month = worlds.month(people=6_000, seed=2, index=3)
    training.prepare(month)
    p = month.world.people
    rows = np.flatnonzero(p.state[: p.size] <= k.PART_TIME_INVOLUNTARY)[:60]
    p.hired[rows] = np.where(np.arange(60) % 4, 3, -9)  # a quarter was there before
    before, cells = p.wage[rows].copy(), p.job[rows].astype(np.int64)
    month.programs = replace(month.programs, wage_share=np.array([0.5, 0.9, 1.0, 1.0]))
    month.levers.wage_floor[:] = 13.0
    added = np.arange(60) % 2 == 1
    training._contracts(month, rows, np.full(60, OJT), cells, added)
    cents = 0
    for n, i in enumerate(rows.tolist()):
        usual = float(posts.newcomer_wage(month, rows[n : n + 1], cells[n : n + 1])[0])
        dollars = max(0.9 * usual, 13.0) if n % 4 else float(before[n])
        assert p.wage[i] == pytest.approx(dollars, rel=1e-6)
        if added[n]:
            cents += math.floor(float(p.wage[i]) * month.programs.months[OJT] * 40.0 * 52.0 / 12.0 * 100.0)
    scalars = month.counts.scalars
    assert scalars[SCALAR["ojt_starts"]] == 60
    assert abs(int(scalars[SCALAR["ojt_wage_cents"]]) - cents) <= 2_000, "to a few cents in all, of some thousands each"
    assert 0 < (p.wage[rows] == np.float32(13.0)).sum() < 60


def test_courses_for_workers_teach_up_to_their_limit():
    taught = {}
    for most in (0.6, 0.9):
        month = worlds.month(people=4_000, seed=2, index=8, overrides={"training.customized_most": most})
        kind = month.programs.kind.copy()
        kind[COURSE] = k.CUSTOMIZED
        month.programs = replace(month.programs, kind=kind)
        training.prepare(month)
        p = month.world.people
        rows = np.flatnonzero(p.state[: p.size] <= k.PART_TIME_INVOLUNTARY)[:80]
        p.skill[rows], p.counted[rows] = np.linspace(0.1, 1.0, 80).astype(np.float32), month.index
        program = np.full(80, COURSE)
        log.enter(month, rows, program, np.zeros(80, np.bool_))
        had = skills(month, rows)
        worth = learning.worth(month, program)
        customized._complete(month, rows, program)
        search = month.room("search")
        pace = pay.learning_months(month.economy, search)
        for n, i in enumerate(rows.tolist()):
            start = max(float(had[n]), search["skill_floor"])
            done = 1.0 - math.exp(-float(worth[n]) / float(pace[p.occupation[i]]))
            assert p.skill[i] == pytest.approx(start + max(most - start, 0.0) * done, rel=1e-6)
        above = had >= most
        np.testing.assert_array_equal(p.skill[rows][above], had[above].astype(np.float32))
        assert (p.skill[rows][~above] > had[~above]).all() and (p.skill[rows][~above] <= most + 1e-6).all()
        taught[most] = p.skill[rows]
    assert (taught[0.9] >= taught[0.6]).all() and (taught[0.9] > taught[0.6]).any()
