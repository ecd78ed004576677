"""Who training brings where: screens of placement, pay at the start of a contract, classes of workers; one by one."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import worlds
from laborsim.market import codes as k
from laborsim.market import customized, hiring, learning, pay, placement, posts, training
from laborsim.market import participants as log
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, uniform
from laborsim.market.skill import skills

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


def introduced(month, rows) -> dict[int, int]:
    """Person -> cell, one person and one vacancy after the other."""
    p, c, e, pr = month.world.people, month.world.cells, month.world.establishments, month.programs
    q, key = month.room("training"), month.key(Stream.TRAINING_PLACEMENT)
    family = int(pr.family[COURSE])
    partner = month.key(Stream.TRAINING_PARTNER, fixed=True) + np.uint64(family)
    mine = [
        j for j in range(c.size)
        if c.vacancies[j] > 0 and c.zone[j] < month.economy.outside and pr.occupations[COURSE, c.occupation[j]] > 0
        and uniform(partner, e.id[c.establishment[j]]) < q["partner_share"]
    ]  # fmt: skip
    asked = hiring.certificates_asked(month, np.arange(c.size))
    comes = {}
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
        decided = month.parameters["vacancies.decided_in_month"][month.economy.occ_education[c.occupation[j]]]
        decided = min(decided * month.parameters["vacancies.selection_by_sector"][c.sector[j]], 1.0)
        least = p.wage[i] if p.state[i] <= k.SELF_EMPLOYED else p.reservation[i]
        paid = float(posts.newcomer_wage(month, np.array([i]), np.array([j]))[0])
        if uniform(key + np.uint64(2), p.id[i]) < decided and paid > least:
            comes[i] = j
    able = {int(i): float(s) for i, s in zip(rows, skills(month, rows), strict=True)}
    left = {j: int(c.vacancies[j]) for j in mine}
    found = {}
    for i in sorted(comes, key=lambda i: (-able[i], i)):
        if left[comes[i]] > 0:
            left[comes[i]] -= 1
            found[i] = comes[i]
    return found


@pytest.mark.parametrize("seed", [4, 5])
def test_completers_meet_the_screens_of_partner_employers(seed: int):
    month, rows = completers(seed)
    want = introduced(month, rows)
    p, c, e = month.world.people, month.world.cells, month.world.establishments
    job = p.job[: p.size].copy()
    placement.stage(month)
    moved = np.flatnonzero(p.job[: p.size] != job)
    want = {i: j for i, j in want.items() if job[i] != j}  # whoever works there already stays
    assert dict(zip(moved.tolist(), p.job[moved].tolist(), strict=True)) == want and len(want) > 5
    record = (p.traits[moved] & k.TRAIT_RECORD) > 0
    screens = e.practices[c.establishment[p.job[moved]]] & k.PRACTICE_RECORD_SCREEN
    assert record.any() and not (screens[record] > 0).any()
    worlds.check(month.world)


def test_partners_are_the_same_each_month_and_pay_as_others_of_the_field_do():
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
    premium, chosen = e.premium[: e.size].astype(float), np.zeros(e.size, bool)
    chosen[c.establishment[:n][first]] = True
    assert abs(chosen.mean() - share) < 4.0 * math.sqrt(share * (1.0 - share) / e.size)
    error = premium.std() * math.sqrt(1.0 / chosen.sum() + 1.0 / (~chosen).sum())
    assert abs(premium[chosen].mean() - premium[~chosen].mean()) < 4.0 * error


def test_a_certificate_opens_all_posts_up_to_an_associate_degree_and_a_share_of_those_above():
    month = worlds.month(people=20_000, seed=3, index=6)
    occupations = month.programs.occupations.copy()
    occupations[COURSE, :] = 0
    occupations[COURSE, [2, 3]] = 1  # a bachelor's degree is typical of the one, a diploma of the other
    month.programs = replace(month.programs, occupations=occupations)
    c, share = month.world.cells, month.parameters["search.certificate_posts"]
    key = month.key(Stream.CERTIFICATE_POST, fixed=True)
    bit = 1 << int(month.programs.credential[COURSE])
    asked = hiring.certificates_asked(month, np.arange(c.size)) & bit
    for j in range(c.size):
        o = int(c.occupation[j])
        assert asked[j] == (bit if o == 3 or (o == 2 and uniform(key, j) < share) else 0)
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
