"""Slow checks of kernels that move people between homes, states and regions, in plain Python one after the other."""

from __future__ import annotations

import numpy as np
import pytest

import worlds
from laborsim.market import codes as k
from laborsim.market import (
    coming_of_age,
    demography,
    families,
    lifecourse,
    migration,
    needs,
    places,
    schooling,
    stationary,
    transitions,
)
from laborsim.market.draws import Stream
from stages import draw


def settled(people=2500, index=5, seed=4):
    m = worlds.month(people=people, seed=seed, index=index)
    demography.prepare(m)
    return m


def members_of(m):
    """Rows of the members of each household, in row order."""
    p, out = m.world.people, {}
    for i in range(p.size):
        if p.state[i] != k.GONE:
            out.setdefault(int(p.household[i]), []).append(i)
    return out


def age_of(m, i):
    return min((m.index - int(m.world.people.birth[i])) // 12, 120)


def party_of(m, i, homes):
    """Who comes with a donor: a grown child alone, anyone else with all of the household."""
    p, head = m.world.people, m.memory["demography"]["head"]
    lead = int(head[p.household[i]])
    return {i} if int(p.birth[i]) - int(p.birth[lead]) >= k.GROWN else set(homes[int(p.household[i])])


def test_who_comes_with_whom():
    m, out = settled(), np.zeros((121, 121))
    memory, homes = m.memory["demography"], members_of(m)
    rows = np.arange(0, m.world.people.size, 3)
    migration.companions(rows, m.world.people.columns, memory["head"], memory["ring"], m.index, out)
    want = np.zeros((121, 121))
    for i in rows.tolist():
        for j in party_of(m, i, homes):
            want[age_of(m, i), age_of(m, j)] += 1
    np.testing.assert_array_equal(out, want)
    assert 0.02 < np.trace(out) / out.sum() < 0.98  # some come with people of other ages


@pytest.mark.parametrize("zone", [0, 1])
def test_donors_are_the_first_to_pass_of_keyed_tries(zone):
    m = settled()
    migration.list_donors(m)
    p, memory, homes = m.world.people, m.memory["demography"], members_of(m)
    lo, hi = (int(x) for x in memory["donor_start"][zone:zone + 2])
    rows, accept, key, target = memory["donors"], memory["arrivals"], m.key(Stream.MIGRANT_TRAITS), 40
    rows = rows.copy()
    p.state[rows[lo:hi:7]] = k.GONE  # left meanwhile
    homes = {g: [i for i in who if p.state[i] != k.GONE] for g, who in homes.items()}
    for i in rows[lo:hi:7].tolist():  # as departures do
        families.remove(np.array([i]), p.columns, m.world.households.columns, memory["head"], memory["ring"],
                        np.empty(1, np.int64))  # fmt: skip
    counts, party = np.empty(target + 1, np.int64), np.empty(target + migration.MOST_ADULTS, np.int64)
    n = migration._donors(zone, target, p.columns, memory["head"], memory["ring"], rows, lo, hi, m.index, key, accept,
                          counts, party)  # fmt: skip
    at = 0
    for x in range(n):
        agent = zone * (1 << 20) + x
        for t in range(migration.TRIES):
            i = int(rows[lo + int(draw(key, agent, 2 * t + 1) * (hi - lo))])
            if p.state[i] != k.GONE and draw(key, agent, 2 * t + 2) < accept[age_of(m, i)]:
                break
        came = party[at:at + counts[x]].tolist()
        assert set(came) == party_of(m, i, homes) and (came[0] == i or came[0] == memory["head"][p.household[i]])
        at += len(came)
    assert at >= target > at - counts[n - 1]


def test_newcomers_are_copies_of_their_donors_without_job_benefit_or_place():
    m = settled()
    w, memory, key = m.world, m.memory["demography"], m.key(Stream.MIGRANT_TRAITS)
    p, h, homes = w.people, w.households, members_of(m)
    chosen = [g for g in sorted(homes) if h.zone[g] == 0][:25]
    child = next(i for g, who in homes.items() for i in who if len(party_of(m, i, homes)) < len(who))
    parties = [[int(memory["head"][g]), *(i for i in homes[g] if i != memory["head"][g])] for g in chosen] + [[child]]
    counts = np.array([len(x) for x in parties])
    flat = np.array([i for x in parties for i in x])
    had = h.children[: h.size].copy()
    new_homes, rows = families.new_households(m, counts.size), families.new_people(m, flat.size)
    sets, shares = memory["credential_sets"], memory["credential_shares"]
    migration._settle(counts, flat, new_homes, rows, w.people.columns, w.households.columns, memory["head"],
                      memory["ring"], 1, m.index, key, 0.9, sets, shares)  # fmt: skip
    at = 0
    for x, party in enumerate(parties):
        g, old, family = int(new_homes[x]), int(p.household[party[0]]), x < len(chosen)
        assert h.adults[g] == len(party) and h.earners[g] == 0 and h.zone[g] == 1 and h.subsidized[g] == 0
        assert h.children[g] == (had[old] if family else 0)
        assert (h.youngest[g], h.eldest[g]) == ((h.youngest[old], h.eldest[old]) if family else (0, 0))
        ring, i = [], int(memory["head"][g])
        for j, d in enumerate(party):
            i = int(rows[at])
            at += 1
            ring.append(i)
            for name in ("birth", "sex", "race", "education", "traits", "occupation", "wage", "ability", "skill"):
                assert p.arrays[name][i] == p.arrays[name][d], name
            looks = p.state[d] <= k.TEMPORARY_LAYOFF
            assert p.state[i] == (k.UNEMPLOYED if looks else p.state[d]) and p.job[i] == -1 and p.ui_weeks[i] == 0
            assert p.reservation[i] == min(p.reservation[d], np.float32(p.wage[d] * np.float32(0.9)))
            u = draw(key, (1 << 20) + x, migration.CREDENTIAL_DRAW + j)
            assert p.credentials[i] == sets[int(np.searchsorted(shares[p.occupation[i]], u, side="right"))]
        assert [int(memory["ring"][i]) for i in ring] == ring[1:] + ring[:1] and memory["head"][g] == ring[0]
    assert np.unique(p.id[rows]).size == rows.size


def test_those_who_move_out_and_those_who_pair_take_what_is_theirs():
    m = settled()
    w, memory, key = m.world, m.memory["demography"], m.key(Stream.HOUSEHOLD_FORMATION)
    p, h = w.people, w.households
    homes = members_of(m)
    leaving = np.array(sorted(who[-1] for who in homes.values() if len(who) > 1 and memory["head"][p.household[who[-1]]]
                              != who[-1])[:60])  # fmt: skip
    old, before = p.household[leaving].copy(), {n: h.arrays[n].copy() for n in ("adults", "earners", "children")}
    families.move_out(m, leaving, 0.5)
    for i, g in zip(leaving.tolist(), old.tolist(), strict=True):
        own, works = int(p.household[i]), int(p.state[i] <= k.SELF_EMPLOYED)
        assert own != g and h.zone[own] == h.zone[g] and h.adults[own] == 1 and h.earners[own] == works
        assert h.children[own] == 0 and memory["head"][own] == i and memory["ring"][i] == i
        assert h.car[own] == (draw(key, int(p.id[i]), 1) < 0.5)
        assert h.adults[g] == before["adults"][g] - 1 and h.earners[g] == before["earners"][g] - works
        assert h.children[g] == before["children"][g]
    assert sorted(j for who in members_of(m).values() for j in who) == sorted(j for who in homes.values() for j in who)

    single = [i for g, who in sorted(members_of(m).items()) for i in who if len(who) == 1]
    women = [i for i in single if p.sex[i] == k.FEMALE][:40]
    men = [i for i in single if p.sex[i] != k.FEMALE][:40]
    a, b = p.household[women].astype(int), p.household[men].astype(int)
    h.children[a[::3]], h.youngest[a[::3]], h.eldest[a[::3]] = 2, -50, -90
    h.children[b[::2]], h.youngest[b[::2]], h.eldest[b[::2]] = 1, -70, -70
    kids = {n: h.arrays[n].astype(int) for n in ("children", "youngest", "eldest", "earners", "car")}
    freed = np.empty(len(men), np.int64)
    n = families._merge(np.array(women), np.array(men), w.people.columns, w.households.columns, memory["head"],
                        memory["ring"], 180, freed)  # fmt: skip
    merged = 0
    for i, j, x, y in zip(women, men, a.tolist(), b.tolist(), strict=True):
        if abs(int(p.birth[i]) - int(p.birth[j])) > 180:
            assert p.household[j] == y
            continue
        merged += 1
        both = [g for g in (x, y) if kids["children"][g] > 0]
        assert p.household[j] == x and h.adults[x] == 2 and h.adults[y] == 0 and memory["head"][y] == -1
        assert h.children[x] == sum(kids["children"][g] for g in both) and h.children[y] == 0
        if both:
            assert h.youngest[x] == max(kids["youngest"][g] for g in both)
            assert h.eldest[x] == min(kids["eldest"][g] for g in both)
        assert h.car[x] == max(kids["car"][x], kids["car"][y]) and p.zone[j] == h.zone[x]
        assert h.earners[x] == kids["earners"][x] + (p.state[j] <= k.SELF_EMPLOYED)
        assert memory["ring"][i] == j and memory["ring"][j] == i
    assert n == merged > 5 and set(freed[:n].tolist()) <= set(b.tolist())


def test_children_turn_sixteen_one_after_the_other():
    """The eldest's month is known, the others' lie evenly before the youngest's; the list holds the same homes."""
    m = settled(index=0)
    w, memory, q = m.world, m.memory["demography"], m.room("demography")
    h = w.households
    g = int(np.flatnonzero(h.adults[: h.size] > 0)[0])
    h.children[: h.size] = 0
    h.children[g], h.eldest[g], h.youngest[g] = 3, -190, -100
    turned = []
    for month in range(0, 100):
        m.index = month
        want = [int(x) for x in range(h.size) if h.children[x] > 0 and month - int(h.eldest[x]) >= 192]
        youth, moving = np.empty(h.capacity, np.int64), np.empty(h.capacity, np.int64)
        n = lifecourse.household_pass(0, h.size, 0, h.columns, w.people.columns, memory["head"], month,
                                      m.key(Stream.OUT_MIGRATION), np.zeros((m.economy.zones, 121)), youth,
                                      np.zeros((1, m.economy.zones), np.int64), memory["mobility"], np.zeros((1, 2)),
                                      moving, np.zeros(1, np.int64))  # fmt: skip
        assert youth[:n].tolist() == want
        if want:
            turned.append(month)
            coming_of_age.come_of_age(m, youth[:n].copy(), q)
    assert turned == [2, 47, 92]  # born in months -190, -145 and -100
    assert h.children[g] == 0 and h.eldest[g] == h.youngest[g] == 0
    assert places.spacing(3, -100, -190) == 45 and places.spacing(1, -5, -5) == 0


def test_a_newborn_in_a_row_taken_again_this_month_is_no_sixteen_year_old():
    m = settled(index=3)
    w, memory = m.world, m.memory["demography"]
    g = int(np.flatnonzero(memory["head"][: w.households.size] >= 0)[0])
    size = w.people.size
    w.households.children[g], w.households.eldest[g], w.households.youngest[g] = 1, m.index, m.index  # born this month
    coming_of_age.come_of_age(m, np.array([g]), m.room("demography"))
    assert w.people.size == size and w.households.children[g] == 1
    w.households.eldest[g] = w.households.youngest[g] = m.index - k.GROWN
    coming_of_age.come_of_age(m, np.array([g]), m.room("demography"))
    assert w.people.size == size + 1 and w.households.children[g] == 0


def test_households_that_move_away_are_a_keyed_draw_of_one_month_in_twelve():
    m = settled(index=29)
    w, memory = m.world, m.memory["demography"]
    p, h, key = w.people, w.households, m.key(Stream.OUT_MIGRATION)
    out = np.random.default_rng(1).uniform(0.0, 0.6, (m.economy.zones, 121))
    moving, moves, due = np.empty(h.capacity, np.int64), np.zeros(1, np.int64), np.zeros((1, 2))
    adults = np.zeros((1, m.economy.zones), np.int64)
    youth = np.empty(h.capacity, np.int64)
    lifecourse.household_pass(0, h.size, 0, h.columns, p.columns, memory["head"], m.index, key, out, youth, adults,
                              memory["mobility"], due, moving, moves)  # fmt: skip
    want, mobile, asked = [], 0.0, 0
    for g in range(m.index % 12, h.size, 12):
        if h.adults[g] > 0:
            i = int(memory["head"][g])
            mobile += memory["mobility"][age_of(m, i)] * h.adults[g]
            asked += int(h.adults[g])
            if draw(key, int(p.id[i])) < out[h.zone[g], age_of(m, i)]:
                want.append(g)
    assert moving[: moves[0]].tolist() == want and len(want) > 5
    assert due[0] == pytest.approx([mobile, asked])
    assert adults[0].tolist() == np.bincount(h.zone[: h.size], h.adults[: h.size], m.economy.zones).tolist()


def test_moves_and_hires_keep_the_books_of_cells_and_homes():
    m = settled(index=9)
    w, counts = m.world, m.counts
    p, h, c = w.people, w.households, w.cells
    rng = np.random.default_rng(6)
    rows = np.sort(rng.choice(np.flatnonzero(p.state[: p.size] != k.GONE), 300, replace=False))
    states = rng.choice([k.UNEMPLOYED, k.TEMPORARY_LAYOFF, k.STUDENT, k.SELF_EMPLOYED], rows.size).astype(np.uint8)
    states[(states == k.TEMPORARY_LAYOFF) & (p.job[rows] < 0)] = k.UNEMPLOYED
    reasons = rng.integers(0, 5, rows.size).astype(np.uint8)
    filled, recall, earners = c.filled.astype(int), c.recall.astype(int), h.earners.astype(int)
    ended = np.zeros_like(counts.separations)
    skill = {i: worlds.skill_now(m, i) for i in rows.tolist()}
    history = {}
    for i, new, why in zip(rows.tolist(), states.tolist(), reasons.tolist(), strict=True):
        old, job, g = int(p.state[i]), int(p.job[i]), int(p.household[i])
        if old <= k.SELF_EMPLOYED and job >= 0:
            filled[job] -= 1
            ended[why, c.sector[job], c.zone[job]] += 1
        if old == k.TEMPORARY_LAYOFF and job >= 0:
            recall[job] -= 1
        if new == k.TEMPORARY_LAYOFF and job >= 0:
            recall[job] += 1
        earners[g] += int(new <= k.SELF_EMPLOYED) - int(old <= k.SELF_EMPLOYED)
        spent, word = min(m.index - int(p.since[i]), 32), int(p.history[i])
        for _ in range(max(spent, 0)):
            word = (word << 1 | int(old <= k.SELF_EMPLOYED)) & 0xFFFFFFFF
        history[i] = word
    kept_job = {i: int(p.job[i]) for i in rows.tolist()}
    transitions.move(m, rows, states, reasons)
    books = (("filled", c.filled, filled), ("recall", c.recall, recall), ("earners", h.earners, earners))
    for name, have, want in books:
        np.testing.assert_array_equal(have.astype(int), want, err_msg=name)
    np.testing.assert_array_equal(counts.separations, ended)
    for i, new in zip(rows.tolist(), states.tolist(), strict=True):
        assert p.state[i] == new and p.since[i] == m.index and int(p.history[i]) == history[i]
        assert p.job[i] == (kept_job[i] if new == k.TEMPORARY_LAYOFF else -1)
        assert p.skill[i] == pytest.approx(skill[i], abs=1e-6)

    m.index = 12
    cells = rng.choice(np.flatnonzero(c.zone[: c.size] < m.economy.outside), rows.size).astype(np.int32)
    wages, hours = rng.uniform(10, 30, rows.size).astype(np.float32), np.full(rows.size, 40, np.uint8)
    payroll = np.full(rows.size, k.FULL_TIME, np.uint8)
    filled, earners, hires = c.filled.astype(int), h.earners.astype(int), np.zeros_like(counts.hires)
    recall = c.recall.astype(int)
    for i, cell in zip(rows.tolist(), cells.tolist(), strict=True):
        filled[cell] += 1
        hires[c.sector[cell], c.zone[cell]] += 1
        earners[p.household[i]] += int(p.state[i] > k.SELF_EMPLOYED)
        recall[p.job[i]] -= int(p.state[i] == k.TEMPORARY_LAYOFF and p.job[i] >= 0)
    from_work = int((p.state[rows] <= k.SELF_EMPLOYED).sum())
    assert transitions.hire(m, rows, cells, payroll, wages, hours) == from_work > 0
    np.testing.assert_array_equal(c.filled.astype(int), filled)
    np.testing.assert_array_equal(c.recall.astype(int), recall)
    np.testing.assert_array_equal(h.earners.astype(int), earners)
    np.testing.assert_array_equal(counts.hires, hires)
    assert (p.job[rows] == cells).all() and (p.wage[rows] == wages).all() and (p.hired[rows] == 12).all()


def test_pupils_are_counted_by_sex_age_race_level_and_enrolment():
    m = settled()
    p, out = m.world.people, np.zeros((2, schooling.AGES, 5, 6, 2), np.int64)
    schooling._in_school(p.columns, p.size, m.index, m.economy.outside, out)
    want = np.zeros_like(out)
    for i in range(p.size):
        age = (m.index - int(p.birth[i])) // 12
        if age < 45 and p.state[i] != k.GONE and p.zone[i] < m.economy.outside:
            want[p.sex[i], age, p.race[i], p.education[i], int(p.traits[i] & k.TRAIT_ENROLLED > 0)] += 1
    np.testing.assert_array_equal(out, want)
    assert 0 < want[..., 1].sum() < want.sum()


def test_who_would_work_at_the_nations_rates():
    m = settled()
    p, e = m.world.people, m.economy
    rates = [float(e.participation[p.sex[i], age_of(m, i)]) for i in range(p.size)
             if p.state[i] != k.GONE and p.zone[i] < e.outside]  # fmt: skip
    assert migration.working_share(m) == pytest.approx(sum(rates) / len(rates), rel=1e-12)


def test_how_residents_live_by_age():
    m = settled()
    p, h, head = m.world.people, m.world.households, m.memory["demography"]["head"]
    got = stationary.homes(m, head)
    factors = stationary.birth_factors(m.room("demography"))
    want = stationary.Homes(*(np.zeros(121) for _ in stationary.Homes._fields))
    for i in range(p.size):
        if p.state[i] == k.GONE or p.zone[i] >= m.economy.outside:
            continue
        age, g = age_of(m, i), int(p.household[i])
        want.people[age] += 1
        if h.adults[g] == 1:
            want.alone[age] += 1
            want.parents[age] += h.children[g] > 0
        if p.sex[i] == k.FEMALE and 14 <= age < 50:
            child = head[g] != i and int(p.birth[i]) - int(p.birth[head[g]]) >= k.GROWN
            gap = min(max((m.index - int(h.youngest[g])) // 12, 0), 9)
            want.women[age] += 1
            want.births[age] += factors[2 if child else int(h.adults[g] == 1), min(int(h.children[g]), 6), gap]
    for name in stationary.Homes._fields:
        np.testing.assert_array_equal(getattr(got, name), getattr(want, name))
        assert getattr(want, name).any()
    p.zone[: p.size] = m.economy.outside  # nobody lives in the region: everyone counts
    assert stationary.homes(m, head).people.sum() == np.count_nonzero(p.state[: p.size] != k.GONE)


def test_earnings_of_some_households_are_those_of_their_members():
    m = settled()
    everywhere, homes = needs.earned(m), np.arange(0, m.world.households.size, 3)
    np.testing.assert_array_equal(needs.earned_by(m, homes), everywhere[homes])
    p, want = m.world.people, np.zeros(m.world.households.size)
    for i in np.flatnonzero(p.state[: p.size] <= k.SELF_EMPLOYED):
        want[p.household[i]] += float(p.wage[i]) * int(p.hours[i]) * k.WEEKS_A_MONTH
    np.testing.assert_array_equal(everywhere, want)
    assert (want > 0).sum() > 100
