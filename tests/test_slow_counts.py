"""Small kernels against the same done one by one: who waits, who is found, who is new, what households earn."""

from __future__ import annotations

import math

import numpy as np
import pytest

import worlds
from laborsim.indicators import household
from laborsim.market import (
    coaching,
    coming_of_age,
    demography,
    hiring,
    layoffs,
    migration,
    own_business,
    participants,
    search,
    wages,
)
from laborsim.market import codes as k
from laborsim.market.draws import Stream, bits, more_bits, to_unit, uniform
from laborsim.market.headcount import by_employer
from laborsim.region import careers


def draw(key, agent, counter):
    """The keyed draw with this counter."""
    return float(to_unit(np.uint64(more_bits(np.uint64(bits(key, np.uint64(agent))), counter))))


@pytest.mark.parametrize("now", [0.84, 0.92])
def test_the_self_employed_come_back_with_the_jobs_or_give_up(now: float):
    m = worlds.month(people=9_000, seed=6, index=5, overrides={"separations.recall_lost": 0.4})
    p, jobs = m.world.people, np.ones(m.economy.sectors)
    path = np.ones((3, m.economy.sectors))
    m.memory["demand"] |= {"path": path, "jobs": jobs}
    m.memory["own_business"] = {"most": np.array(float(m.economy.sectors))}
    path[1], path[0] = 0.80, now  # a fifth of all jobs lost a month ago, part of them back
    own = np.flatnonzero(p.state[: p.size] == k.SELF_EMPLOYED)
    wait = own[::2]
    p.state[wait], p.last[wait] = k.TEMPORARY_LAYOFF, k.TEMPORARY_LAYOFF
    np.subtract.at(m.world.households.columns.earners, p.household[wait], 1)
    p.ui_weeks[wait] = 7
    employers = np.flatnonzero((p.state[: p.size] == k.TEMPORARY_LAYOFF) & (p.job[: p.size] >= 0))
    share = (now - 0.80) / (1.0 - 0.80)
    key, lost = m.key(Stream.RECALL), m.key(Stream.LAYOFF_KIND)
    want = {}
    for i in wait.tolist():
        if uniform(key, p.id[i]) < share:
            want[i] = k.SELF_EMPLOYED
        elif uniform(lost, p.id[i]) < m.parameters["separations.recall_lost"]:
            want[i] = k.UNEMPLOYED
        else:
            want[i] = k.TEMPORARY_LAYOFF
    own_business.come_back(m)
    assert {i: int(p.state[i]) for i in wait.tolist()} == want
    assert len(set(want.values())) == 3
    for i, state in want.items():
        assert p.ui_weeks[i] == (0 if state == k.SELF_EMPLOYED else 7)
        assert p.since[i] == m.index or state == k.TEMPORARY_LAYOFF
    assert (p.state[employers] == k.TEMPORARY_LAYOFF).all(), "an employer calls its own people back"
    worlds.check(m.world)


def test_people_of_marked_cells():
    m = worlds.month(people=9_000, seed=2)
    p, c = m.world.people, m.world.cells
    marked = np.arange(c.size) % 3 == 0
    for first, last in ((k.PAYROLL[0], k.PAYROLL[-1]), (k.TEMPORARY_LAYOFF, k.TEMPORARY_LAYOFF)):
        want = [i for i in range(p.size) if first <= p.state[i] <= last and p.job[i] >= 0 and marked[p.job[i]]]
        assert layoffs.people_of(m, marked, first, last).tolist() == want and want


def test_openings_and_those_found_are_counted():
    m = worlds.month(people=4_000, seed=3)
    hiring.prepare(m)
    c, e, counts = m.world.cells, m.economy, m.counts
    cell = np.flatnonzero(c.vacancies[: c.size] > 0).astype(np.int32)
    rng = np.random.default_rng(1)
    filled = rng.integers(0, c.vacancies[cell] + 1).astype(np.int32)
    sent = (filled + rng.integers(0, 5, cell.size)).astype(np.int32)
    none = np.zeros(1)
    v = hiring.Vacancies(*(none for _ in hiring.Vacancies._fields))._replace(cell=cell)
    hiring._count(m, v, filled, sent)
    want = {n: np.zeros((e.sectors, e.zones)) for n in ("openings_filled", "applications", "fill_age")}
    by_occupation, good, good_open = np.zeros(e.occupations), np.zeros(e.zones), np.zeros(e.zones)
    open_now = np.zeros(e.occupations)
    for j in range(c.size):
        open_now[c.occupation[j]] += c.vacancies[j]
        good_open[c.zone[j]] += c.vacancies[j] * (c.posted[j] >= e.good_job_wage)
    for n, j in enumerate(cell.tolist()):
        at = c.sector[j], c.zone[j]
        want["openings_filled"][at] += filled[n]
        want["applications"][at] += sent[n]
        want["fill_age"][at] += round(int(filled[n]) * float(c.age[j]) * 256.0)
        by_occupation[c.occupation[j]] += filled[n]
        good[c.zone[j]] += filled[n] * (c.posted[j] >= e.good_job_wage)
    for name, table in want.items():
        np.testing.assert_array_equal(getattr(counts, name), table)
    np.testing.assert_array_equal(counts.filled, by_occupation)
    np.testing.assert_array_equal(counts.good_filled, good)
    np.testing.assert_array_equal(counts.good_openings, good_open)
    np.testing.assert_array_equal(m.memory["search"]["open"], open_now)


def test_seekers_are_sorted_out_and_what_they_took_is_gone():
    m = worlds.month(people=4_000, seed=3)
    hiring.prepare(m)
    p, c, rng = m.world.people, m.world.cells, np.random.default_rng(1)
    rows = np.sort(rng.choice(p.size, 300, replace=False))
    state = p.state[rows] = rng.integers(0, 12, 300).astype(np.uint8)
    cell = np.flatnonzero(c.vacancies[: c.size] > 0).astype(np.int32)
    index = np.where(rng.random(300) < 0.3, rng.integers(0, cell.size, 300), -1).astype(np.int32)
    got = index >= 0
    hired, cells, others, found = hiring._outcome(m, rows, index, cell)
    assert hired.tolist() == rows[got].tolist() and cells.tolist() == cell[index[got]].tolist()
    assert others.tolist() == [i for i, s, g in zip(rows, state, got, strict=True) if s >= k.CARER and not g]
    filled, before, age = rng.integers(0, c.vacancies[cell] + 1).astype(np.int32), c.vacancies.copy(), c.age.copy()
    hiring._take(c.columns, cell, filled)
    for n, j in enumerate(cell.tolist()):
        assert c.vacancies[j] == before[j] - filled[n]
        assert c.age[j] == (0.0 if filled[n] and c.vacancies[j] == 0 else age[j])
    hiring._remember_chances(m, found)
    kinds = [0 if s in (4, 5) else 1 if s <= 3 else 2 for s in state]
    for kind in range(3):
        mine = [bool(g) for g, q in zip(got, kinds, strict=True) if q == kind]
        assert m.memory["search"]["finding"][kind] == pytest.approx(sum(mine) / len(mine))


def test_newcomers_of_a_year_by_employer():
    m = worlds.month(people=3_000, seed=2, index=30)
    p, c, n = m.world.people, m.world.cells, m.world.establishments.size
    p.hired[: p.size] = np.arange(p.size) % 40 - 5
    want = np.zeros(n, np.int64)
    for i in range(p.size):
        if p.state[i] <= k.PART_TIME_INVOLUNTARY and 30 - p.hired[i] < 12:
            want[c.establishment[p.job[i]]] += 1
    out = np.zeros(n, np.int64)
    coaching._newcomers(p.columns, p.size, c.columns, 30, out)
    np.testing.assert_array_equal(out, want)
    assert want.sum() > 50


def test_household_incomes_one_household_after_the_other():
    m = worlds.month(people=3_000, seed=5, index=2)
    p, h, e = m.world.people, m.world.households, m.economy
    found = household.household_incomes(m, np.zeros(h.capacity, np.int32))
    earnings, workers = np.zeros_like(found.earnings), np.zeros_like(found.workers)
    for g in range(h.size):
        members = [i for i in range(p.size) if p.household[i] == g and p.state[i] <= k.SELF_EMPLOYED]
        income = sum(int(np.float32(p.wage[i] * np.float32(p.hours[i])) * np.float32(52.0)) for i in members)
        z = int(h.zone[g])
        if z == e.outside:
            continue
        adults, children = min(int(h.adults[g]), 2), min(int(h.children[g]), 3)
        young = int(children > 0 and m.index - int(h.youngest[g]) < 72)
        covers = income > 0 and income >= e.household_need[z, max(adults, 1) - 1, children, young] * 2080.0 * adults
        if income > 0:
            earnings[z, min(income // 1000, household.BINS - 1)] += 1
        workers[z] += (covers * len(members), len(members))
    np.testing.assert_array_equal(found.earnings, earnings)
    np.testing.assert_array_equal(found.workers, workers)
    assert 0 < workers[:, 0].sum() < workers[:, 1].sum()


def test_newcomers_with_a_job_lined_up_take_vacancies_near_by():
    m = worlds.month(people=6_000, seed=7, index=3)
    p, c, e = m.world.people, m.world.cells, m.economy
    c.vacancies[: c.size] = np.arange(c.size) % 2
    c.age[: c.size] = 1.5
    rows, donors = np.arange(100, 400), np.arange(1000, 1300)
    p.occupation[rows] = p.occupation[donors]
    key, share = m.key(Stream.MIGRANT_TRAITS), 0.7
    near = e.commute_weight / e.commute_weight.max(axis=1, keepdims=True)
    open_ = np.flatnonzero(c.vacancies[: c.size] > 0)
    open_ = open_[np.argsort(c.occupation[open_], kind="stable")]
    starts = np.searchsorted(c.occupation[open_], np.arange(e.occupations + 1))
    left, want = c.vacancies[: c.size].copy(), []
    for i, d in zip(rows.tolist(), donors.tolist(), strict=True):
        if p.state[d] > k.PART_TIME_INVOLUNTARY or (draw(key, p.id[i], 0) >= share and uniform(key, p.id[i]) >= share):
            continue
        if uniform(key, p.id[i]) >= share:
            continue
        mine = open_[starts[p.occupation[i]] : starts[p.occupation[i] + 1]].tolist()
        first = int(draw(key, p.id[i], 1) * len(mine))
        for j, x in enumerate((mine[first:] + mine[:first])[: migration.TRIES]):
            if left[x] <= 0 or c.needs[x] > p.education[i] or draw(key, p.id[i], 2 + j) >= near[p.zone[i], c.zone[x]]:
                continue
            left[x] -= 1
            want.append((i, x, int(p.state[d]), int(p.hours[d])))
            break
    n = rows.size
    into = np.zeros(n, np.int64), np.zeros(n, np.int32), np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    counts = np.zeros(e.occupations, np.int64), *(np.zeros((e.sectors, e.zones), np.int64) for _ in range(2))
    made = migration._lined_up(rows, donors, p.columns, c.columns, open_, starts, key, share, near, *into, *counts)
    assert list(zip(*(a[:made].tolist() for a in into), strict=True)) == want and 20 < made < 300
    np.testing.assert_array_equal(c.vacancies[: c.size], left)
    assert counts[0].sum() == counts[1].sum() == made and counts[2].sum() == made * 384
    np.testing.assert_array_equal(counts[0], np.bincount(c.occupation[into[1][:made]], minlength=e.occupations))


def test_those_who_turn_sixteen_are_drawn_one_by_one():
    m = worlds.month(people=3_000, seed=8, index=4)
    demography.prepare(m)
    p, h, e, q = m.world.people, m.world.households, m.economy, m.room("demography")
    memory = m.memory["demography"]
    homes = np.flatnonzero((h.children[: h.size] > 0) & (h.adults[: h.size] > 0))[:60]
    h.eldest[homes] = m.index - k.GROWN
    head = memory["head"][homes].copy()
    children, adults, size = h.children[homes].copy(), h.adults[homes].copy(), p.size
    coming_of_age.come_of_age(m, homes, q)
    at = np.flatnonzero((p.birth[: p.size] == m.index - 192) & (p.last[: p.size] == k.GONE))
    at = at[np.isin(p.household[at], homes)]
    assert at.size == 60 and p.size >= size
    key, first_jobs = m.key(Stream.YOUTH_TRAITS), memory["first_jobs"]
    by_home = {int(p.household[i]): int(i) for i in at}
    from laborsim.market.draws import mix

    for n, g in enumerate(homes.tolist()):
        i, parent = by_home[g], int(head[n])
        who = np.uint64(mix(np.uint64(p.id[parent]) ^ np.uint64(children[n])))
        assert p.sex[i] == (uniform(key, who) < q["girls"]) and p.race[i] == p.race[parent] and p.zone[i] == h.zone[g]
        school = draw(key, who, 1) < e.enrolment[16]
        looks = draw(key, who, 7) < e.participation[p.sex[i], 16]
        assert p.state[i] == (k.UNEMPLOYED if looks else k.STUDENT if school else k.OTHER_INACTIVE)
        assert bool(p.traits[i] & k.TRAIT_DISABILITY) == (draw(key, who, 6) < memory["limited_at_sixteen"][0])
        assert bool(p.traits[i] & k.TRAIT_ENROLLED) == school
        o = min(int(np.searchsorted(first_jobs, draw(key, who, 3), side="right")), e.occupations - 1)
        assert p.occupation[i] == o and p.skill[i] == np.float32(q["first_skill"])
        floor = e.minimum_wage[m.index, h.zone[g]]
        assert p.wage[i] == np.float32(max(floor, q["first_pay"] * e.occ_wage[o]))
        normal = math.sqrt(-2 * math.log(1 - draw(key, who, 4))) * math.cos(2 * math.pi * draw(key, who, 5))
        r = q["ability_inherited"]
        assert p.ability[i] == pytest.approx(r * float(p.ability[parent]) + math.sqrt(1 - r * r) * normal, abs=1e-5)
        majors = {int(e.occ_major[o]), int(e.occ_major[p.occupation[parent]])}
        assert p.knows[i] == sum(1 << major for major in majors)
    np.testing.assert_array_equal(h.children[homes], children - 1)
    np.testing.assert_array_equal(h.adults[homes], adults + 1)
    assert m.counts.youth.sum() == 60


def test_histories_and_what_people_know_bit_by_bit():
    key, n = np.uint64(77), 200
    rng = np.random.default_rng(3)
    rows, attached, gap = np.arange(n), rng.random(n) < 0.5, np.where(rng.random(n) < 0.5, 0, 6)
    stay = np.array([0.97, 0.7, 0.9, 0.98])
    out = np.zeros(n, np.uint32)
    careers._histories(key, rows, attached, gap, stay, out)
    for i in range(n):
        employed, word = bool(attached[i]), 0
        for month in range(int(gap[i]), 32):
            word |= int(employed) << month
            u = draw(key, i, month + 1)
            stays = stay[(0 if employed else 1) + (0 if attached[i] else 2)]
            employed = employed if u < stays else not employed
        assert out[i] == word
    majors, occupations = 5, 8
    major, level = rng.integers(0, majors, occupations), rng.uniform(0, 5, majors)
    near, programs = rng.random((occupations, majors)) * 0.5, np.array([0.2, 0.9, 0.5])
    occupation, education = rng.integers(0, occupations, n), rng.integers(0, 6, n)
    careers._knows(key, occupation, education, major, level, near, 0.4, 0.3, programs, out)
    for i in range(n):
        known = {int(major[occupation[i]])}
        for g in range(majors):
            reach = 0.4 if abs(level[g] - education[i]) <= 1.0 else 0.3 * 0.4
            if draw(key, i, g + 1) < max(near[occupation[i], g], reach):
                known.add(g)
        known |= {22 + t for t in range(3) if draw(key, i, 64 + t) < programs[t]}
        assert out[i] == sum(1 << bit for bit in known)


def test_people_and_posts_of_employers():
    m = worlds.month(people=4_000, seed=3)
    c, filled, vacancies = m.world.cells, np.zeros(m.world.establishments.size), np.zeros(m.world.establishments.size)
    for j in range(c.size):
        filled[c.establishment[j]] += c.filled[j]
        vacancies[c.establishment[j]] += c.vacancies[j]
    for got, want in zip(by_employer(m), (filled, vacancies), strict=True):
        np.testing.assert_array_equal(got, want)
        assert want.any()


def test_two_lists_of_rows_become_one():
    rng = np.random.default_rng(2)
    for sizes in ((0, 0), (0, 5), (7, 0), (40, 60)):
        a, b = (np.sort(rng.integers(0, 90, n)) for n in sizes)
        out = np.empty(a.size + b.size, np.int64)
        search._merge(a, b, out)
        assert out.tolist() == sorted([*a.tolist(), *b.tolist()])


def test_who_has_worked_a_whole_number_of_years_for_the_employer():
    m = worlds.month(people=3_000, seed=2, index=30)
    p, rows = m.world.people, np.empty(3_000, np.int64)
    p.hired[: p.size] = np.arange(p.size) % 70 - 30
    n = wages._anniversaries(0, p.size, p.columns, m.index, rows)
    want = [i for i in range(p.size) if p.state[i] <= k.PART_TIME_INVOLUNTARY
            and m.index > p.hired[i] and (m.index - int(p.hired[i])) % 12 == 0]  # fmt: skip
    assert rows[:n].tolist() == want and want


@pytest.mark.parametrize("people", [3_000, 3_003])
def test_who_is_enrolled(people):
    m = worlds.month(people=people, seed=2)
    p = m.world.people
    p.program[:] = k.NO_PROGRAM
    p.program[[3, 4, 64, p.size - 1]] = [0, 2, 1, 3]
    assert participants.enrolled(m).tolist() == [3, 4, 64, p.size - 1]
