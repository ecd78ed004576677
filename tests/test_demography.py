"""Demography: kernels against a plain oracle, the books, rates met, profiles that do not drift."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import worlds
from laborsim.market import codes as k
from laborsim.market import demography, families, lifecourse, migration, rows, schooling, stationary
from laborsim.market.draws import Stream
from laborsim.market.draws import bits as raw_bits
from laborsim.market.draws import more_bits as raw_more_bits
from laborsim.market.draws import to_unit as raw_to_unit
from laborsim.market.lifecourse import (
    BIRTH,
    DEATH,
    DISABLING,
    ENTERED_SCHOOL,
    LEAVES_HOME,
    LEFT_SCHOOL,
    MOVED,
    RECOVERY,
    RETIREMENT,
    SINGLE,
    SPLIT,
)


# Compiled functions hand 64-bit integers back as plain ints, which do not go in again as they are.
def bits(key, agent):
    return np.uint64(raw_bits(key, agent))


def more_bits(first, counter):
    return np.uint64(raw_more_bits(first, counter))


def to_unit(b):
    return float(raw_to_unit(b))


def rings(month):
    """Every ring visits exactly the members of its household."""
    w, memory = month.world, month.memory["demography"]
    for g in range(w.households.size):
        first = memory["head"][g]
        if w.households.adults[g] == 0:
            assert first == -1
            continue
        seen, i = set(), first
        while i not in seen:
            seen.add(i)
            assert w.people.household[i] == g and w.people.state[i] != k.GONE
            i = memory["ring"][i]
        assert i == first and len(seen) == w.households.adults[g]


def run(month, months):
    for index in range(months):
        month.index = index
        month.counts.reset()
        demography.stage(month)
        month.world.people.last[: month.world.people.size] = month.world.people.state[: month.world.people.size]
        yield index


def oracle_events(month, t):
    """What each person meets this month, one at a time; also the new traits and education."""
    p, h, memory = month.world.people, month.world.households, month.memory["demography"]
    key, school = month.key(Stream.DEATH), month.key(Stream.SCHOOL)
    events, traits, education = {}, p.traits.copy(), p.education.copy()
    for i in range(p.size):
        s = int(p.state[i])
        if s == k.GONE:
            continue
        months, g = month.index - int(p.birth[i]), p.household[i]
        age, sex = min(months // 12, 120), int(p.sex[i])
        u, event, edge = to_unit(bits(key, p.id[i])), 0, float(t.death[sex, age])
        limited = traits[i] & k.TRAIT_DISABILITY
        spans = [(DEATH, edge)]
        if sex == k.FEMALE and h.children[g] < lifecourse.MOST_CHILDREN:
            gap, lead = min((month.index - int(h.youngest[g])) // 12, 9), memory["head"][g]
            place = 1 if h.adults[g] == 1 else 0
            if lead != i and int(p.birth[i]) - int(p.birth[lead]) >= 192:
                place = 2
            spans.append((BIRTH, t.birth[age] * t.births[place, h.children[g], gap]))
        if limited:
            spans.append(("recovers", t.recovery[age]))
            if s not in (k.DISABLED, k.RETIRED, k.STUDENT):
                spans.append((DISABLING, t.disabling[age]))
        else:
            spans.append(("falls ill", t.onset[age]))
        if s != k.RETIRED:
            if s <= k.UNEMPLOYED:
                spans.append((RETIREMENT, t.retire[age] * t.occupation[p.occupation[i]]))
            else:
                spans.append((RETIREMENT, (t.retire_disabled if s == k.DISABLED else t.retire_out)[age]))
        total, met = 0.0, None
        for name, width in spans:
            total += width
            if u < total:
                met = name
                break
        if met == "recovers":
            traits[i] &= ~k.TRAIT_DISABILITY & 255
            event = RECOVERY if s == k.DISABLED else 0
        elif met == "falls ill":
            traits[i] |= k.TRAIT_DISABILITY
            stops = to_unit(more_bits(bits(key, p.id[i]), 1)) < t.onset_exit
            event = DISABLING if stops and s not in (k.RETIRED, k.STUDENT) and age < 65 else 0
        elif met is not None:
            event = met
        if event == 0 and months == 12 * age:
            event = oracle_birthday(month, t, i, age, school, traits, education, memory["head"])
        if event:
            events[i] = event
    return events, traits, education


def oracle_birthday(month, t, i, age, key, traits, education, head):
    p, h = month.world.people, month.world.households
    first, sex, race, e = bits(key, p.id[i]), int(p.sex[i]), int(p.race[i]), int(education[i])
    draw = {n: to_unit(more_bits(first, n)) for n in range(1, 9)}
    inside, student, event, got = bool(traits[i] & k.TRAIT_ENROLLED), p.state[i] == k.STUDENT, 0, e
    if age >= 61 or (not inside and age >= lifecourse.SCHOOL_RETURN):
        if inside and draw[5] < 0.5:
            traits[i] &= ~k.TRAIT_ENROLLED & 255
            inside = False
        event = LEFT_SCHOOL if student and not inside else 0
    else:
        q = (t.finish if inside else t.return_)[sex, race, age]

        def passes(level, n):
            x, w = q[level], t.ability_weight
            if x <= -8.9:
                return False
            z = float(p.ability[i]) - t.ability_center[e]
            return draw[n] < NormalDist().cdf((x + w * z) / math.sqrt(1 - w * w))

        if e == k.SOME_COLLEGE:
            got = k.BACHELOR if passes(k.BACHELOR, 2) else k.ASSOCIATE if passes(k.ASSOCIATE, 3) else e
        elif e < k.GRADUATE:
            got = e + 1 if passes(e + 1, 2) else e
        education[i] = got
        if inside:
            if draw[5] < t.leave[sex, race, age, got]:
                traits[i] &= ~k.TRAIT_ENROLLED & 255
                event = LEFT_SCHOOL if student else 0
        elif k.HS <= got < k.GRADUATE and draw[1] < t.enter[sex, race, age]:
            traits[i] |= k.TRAIT_ENROLLED
            event = ENTERED_SCHOOL if p.state[i] > k.UNEMPLOYED and not student else 0
        elif student:
            event = LEFT_SCHOOL
    if event:
        return event
    if 18 <= age < 26 and not traits[i] & k.TRAIT_RECORD and draw[6] < t.record[sex, race]:
        traits[i] |= k.TRAIT_RECORD
    if traits[i] & k.TRAIT_CARER:
        if draw[7] < t.care_stop:
            traits[i] &= ~k.TRAIT_CARER & 255
    elif draw[7] < t.care_start[sex, stationary.age_band(age)]:
        traits[i] |= k.TRAIT_CARER
    g = p.household[i]
    lead, x = head[g], draw[8]
    if lead == i:
        return SINGLE if h.adults[g] == 1 and x < t.union[int(h.children[g] > 0), age] else 0
    younger = int(p.birth[i]) - int(p.birth[lead])
    if younger >= 192:
        return MOVED if x < t.away[age] else LEAVES_HOME if x < t.away[age] + t.home[age] else 0
    return SPLIT if younger > -192 and x < t.split[age] else 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_events_of_a_month_equal_the_oracle(seed):
    m = worlds.month(3000, seed=seed, index=7)
    demography.prepare(m)
    t = demography.hazards(m)
    want, traits, education = oracle_events(m, t)
    at, kinds, _ = m.buffers()
    p = m.world.people
    n = lifecourse.month_of_life(0, p.size, 0, p.columns, m.world.households.columns, m.memory["demography"]["head"],
                                 m.index, m.key(Stream.DEATH), m.key(Stream.SCHOOL), t, m.economy.occ_major, at, kinds)
    assert dict(zip(at[:n].tolist(), kinds[:n].tolist(), strict=True)) == want
    np.testing.assert_array_equal(p.traits, traits)
    np.testing.assert_array_equal(p.education, education)
    assert set(want.values()) >= {DEATH, BIRTH, RETIREMENT, LEFT_SCHOOL, SINGLE, LEAVES_HOME}


def test_bound_covers_every_total():
    m = worlds.month(2000)
    demography.prepare(m)
    t = demography.hazards(m)
    bound = t.bound.reshape(2, 2, 4, -1).astype(float) / 2.0**31
    for age in range(121):
        for sex in (k.MALE, k.FEMALE):
            most = t.death[sex, age] + (t.birth[age] * t.births.max() if sex == k.FEMALE else 0.0)
            for limited, more in enumerate((t.onset[age], t.recovery[age] + t.disabling[age])):
                out = max(t.retire_out[age], t.retire_disabled[age])
                want = [t.retire[age] * t.occupation.max(), out, 0.0]
                got = bound[limited, sex, :3, age]
                assert (got >= np.minimum(most + more + np.array(want), 1.0)).all()
                assert (got <= most + more + np.array(want) + 1e-8).all()
    assert (bound[..., 121:] == bound[..., 120:121]).all() and (bound[:, :, 3] == 0).all()


def test_a_look_at_the_people_misses_nobody_whom_something_strikes():
    """Events are the same if everyone is looked at."""
    m = worlds.month(2000)
    demography.prepare(m)
    p, head, t = m.world.people, m.memory["demography"]["head"], demography.hazards(m)
    found = []
    for bound in (t.bound, np.full_like(t.bound, 2**31)):
        saved = {n: a.copy() for n, a in p.arrays.items()}
        rows, kinds, _ = m.buffers()
        n = lifecourse.month_of_life(0, p.size, 0, p.columns, m.world.households.columns, head, m.index,
                                     m.key(Stream.DEATH), m.key(Stream.SCHOOL), t._replace(bound=bound),
                                     m.economy.occ_major, rows, kinds)  # fmt: skip
        found.append((rows[:n].tolist(), kinds[:n].tolist(), p.traits[: p.size].tolist()))
        for name, a in saved.items():
            p.arrays[name][...] = a
    assert found[0] == found[1] and len(set(found[0][1])) > 3


def test_books_hold_every_month():
    m = worlds.month(1500, eco=worlds.economy(48))
    p = m.world.people
    people = int(np.sum(p.state[: p.size] != k.GONE))
    for _ in run(m, 40):
        worlds.check(m.world)
        rings(m)
        c = m.counts
        change = int((c.youth + c.in_migrants - c.deaths - c.out_migrants).sum())
        now = int(np.sum(m.world.people.state[: m.world.people.size] != k.GONE))
        assert now == people + change
        people = now
        assert (m.world.households.children[: m.world.households.size] <= 8).all()


def test_threads_and_repeats_give_the_same_bytes():
    def digest(threads):
        import hashlib

        m = worlds.month(72000, threads=threads)
        for _ in run(m, 3):
            pass
        d = hashlib.sha256()
        for table in m.world.tables():
            table.update_hash(d)
        for name, value in sorted(m.memory["demography"].items()):
            d.update(name.encode() + np.ascontiguousarray(value).tobytes())
        return d.hexdigest()

    assert digest(1) == digest(2) == digest(1)


def test_yearly_rates_are_the_schedules():
    m = worlds.month(40000, eco=worlds.economy(24))
    e, p = m.economy, m.world.people
    age = np.clip(-p.birth[: p.size].astype(int) // 12, 0, 120)
    dead = float(e.mortality[p.sex[: p.size], age].sum())
    women = p.sex[: p.size] == k.FEMALE
    born = float(e.fertility[age[women]].sum())
    out = float(e.out_migration[p.zone[: p.size]].sum())
    total = {name: 0 for name in ("births", "deaths", "out_migrants")}
    for _ in run(m, 12):
        for name in total:
            total[name] += int(getattr(m.counts, name).sum())
    assert total["deaths"] == pytest.approx(dead, rel=0.12)
    assert total["births"] == pytest.approx(born, rel=0.12)
    assert total["out_migrants"] == pytest.approx(out, rel=0.2)


def test_one_more_person_changes_only_that_person():
    """Draws are keyed: the events of everyone else stay what they were."""

    def events(extra):
        m = worlds.month(2000, index=3)
        demography.prepare(m)
        t = demography.hazards(m)
        p = m.world.people
        if extra:
            i = p.size
            for name in p.arrays:
                p.arrays[name][i] = p.arrays[name][5]
            p.id[i], p.size = np.uint64(99), i + 1
            p.household[i] = p.household[5]
        at, kinds, _ = m.buffers()
        head = m.memory["demography"]["head"]
        n = lifecourse.month_of_life(0, p.size, 0, p.columns, m.world.households.columns, head,
                                     m.index, m.key(Stream.DEATH), m.key(Stream.SCHOOL), t, m.economy.occ_major, at,
                                     kinds)  # fmt: skip
        return [(int(a), int(b)) for a, b in zip(at[:n], kinds[:n], strict=True) if a < p.size - extra]

    assert events(0) == events(1)


def test_arrivals_follow_jobs_per_person_relative_to_the_nation():
    m = worlds.month(2000, eco=worlds.economy(72))
    demography.prepare(m)
    adults, cells = 1500.0, m.world.cells
    power = float(m.room("demography")["migration_jobs"])
    target = cells.target[: cells.size].copy()
    migration.follow_jobs(m, adults)
    assert migration.response(m) == 1.0

    def after(months, people, more):
        for _ in range(months):
            cells.target[: cells.size] = target * more
            migration.follow_jobs(m, people)
        return migration.response(m)

    m.index = 1
    assert after(120, adults, 2) == pytest.approx(min(math.exp(power * math.log(2.0)), 1.6), rel=1e-6)
    assert after(200, 1.05 * adults, 1) == pytest.approx(math.exp(-power * math.log(1.05)), rel=1e-6)
    m.economy.nation_posts[:] = 1.1  # jobs as before, and a tenth more in the nation: people go elsewhere
    assert after(200, adults, 1) == pytest.approx(math.exp(-power * math.log(1.1)), rel=1e-6)
    m.economy.nation_labor[:] = 1.1  # and with a labor force that has grown as much
    assert after(200, adults, 1) == pytest.approx(1.0, rel=1e-6)


def test_newcomers_are_new_people_without_a_past_month():
    m = worlds.month(6000)
    old = set(m.world.people.id[: m.world.people.size].tolist())
    for _ in run(m, 2):
        pass
    p = m.world.people
    ids = p.id[: p.size][p.state[: p.size] != k.GONE]
    new = ids[~np.isin(ids, np.fromiter(old, np.uint64))]
    assert new.size > 20 and np.unique(ids).size == ids.size


def test_free_rows_are_taken_lowest_first():
    m = worlds.month(500)
    m.world.people.state[[7, 3, 11]] = k.GONE
    rows.prepare(m)
    size = m.world.people.size
    assert rows.take(m, "people", 2).tolist() == [3, 7]
    rows.give_back(m, "people", np.array([5]))
    assert rows.take(m, "people", 3).tolist() == [5, 11, size]
    many = m.world.people.capacity
    got = rows.take(m, "people", many)
    assert got.size == many and m.world.people.capacity >= m.world.people.size == size + 1 + many


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=10), st.data())
def test_rings_survive_departures(homes, data):
    m = worlds.month(200)
    p = m.world.people.columns
    head, ring = np.full(4, -1, np.int32), np.full(len(homes), -1, np.int32)
    p.household[: len(homes)] = homes
    p.state[: len(homes)] = k.STUDENT
    families.find_members(p, len(homes), head, ring)
    left = set(range(len(homes)))
    for i in data.draw(st.permutations(range(len(homes)))):
        families.unlink(i, homes[i], p, head, ring)
        left.discard(i)
        for g in range(4):
            want = sorted(j for j in left if homes[j] == g)
            out = np.empty(12, np.int64)
            n = families.members(np.array([g]), head, ring, out)
            assert sorted(out[:n].tolist()) == want


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.05, 0.95), min_size=5, max_size=5), st.floats(0.0, 0.06))
def test_school_chain_ends_at_its_attainment(steps, dropout):
    final = np.cumprod([1.0, *(0.4 + 0.6 * x for x in steps)])
    room = worlds.month(300).room("demography")
    reached = schooling.reached_by_age(room)
    chain = schooling.solve(final, reached, worlds.schedules()["enrolment"], dropout)
    for table in (chain.finish, chain.return_, chain.leave, chain.enter):
        assert (table >= 0).all() and (table <= 1).all()
    shares = chain.shares[16:].sum(axis=(1, 2))
    np.testing.assert_allclose(shares, 1.0, atol=1e-9)
    at_least = chain.shares[34].sum(axis=1)[::-1].cumsum()[::-1]
    assert (at_least <= final * reached[34] + 0.02).all()


def test_school_chain_meets_attainment_and_enrolment_of_a_usual_region():
    room = worlds.month(300).room("demography")
    reached, enrolment = schooling.reached_by_age(room), worlds.schedules()["enrolment"]
    final = np.array([1.0, 0.94, 0.72, 0.50, 0.41, 0.14])
    chain = schooling.solve(final, reached, enrolment, 0.02)
    for age in (20, 23, 27, 34):
        at_least = chain.shares[age].sum(axis=1)[::-1].cumsum()[::-1]
        np.testing.assert_allclose(at_least[1:], final[1:] * reached[age, 1:], atol=0.02)
        assert chain.shares[age, :, 1].sum() == pytest.approx(enrolment[age], abs=0.03)


def test_onset_and_recovery_keep_the_prevalence():
    age = np.arange(121.0)
    share = np.clip(0.03 + 0.004 * (age - 16), 0.03, 0.45)
    onset, recovery = stationary.onset_and_recovery(share, np.full(121, 0.01))
    now = share[20]
    for a in range(20, 80):
        now += onset[a] * (1 - now) - recovery[a] * now
    assert now == pytest.approx(share[80], abs=0.03)


def test_profiles_do_not_drift():
    """Five years without a labor market: living alone, limiting conditions, enrolment and attainment stay near."""
    m = worlds.month(30000, eco=worlds.economy(72), overrides={"demography.migration_jobs": 0.0})

    def profile():
        p, h, n = m.world.people, m.world.households, m.world.people.size
        here = np.flatnonzero((p.state[:n] != k.GONE) & (p.zone[:n] != m.economy.outside))
        age = (m.index - p.birth[here].astype(int)) // 12
        lone = h.adults[p.household[here]] == 1
        return [
            float(np.mean(x[(age >= a) & (age < b)]))
            for x, a, b in (
                (lone, 25, 45), (lone, 45, 65), (p.traits[here] & k.TRAIT_DISABILITY > 0, 30, 55),
                (p.traits[here] & k.TRAIT_DISABILITY > 0, 55, 80), (p.traits[here] & k.TRAIT_ENROLLED > 0, 16, 25),
                (p.education[here] >= k.BACHELOR, 25, 35), (p.education[here] >= k.HS, 25, 35),
            )
        ]  # fmt: skip

    before = profile()
    for _ in run(m, 60):
        pass
    np.testing.assert_allclose(profile(), before, atol=0.05)
    worlds.check(m.world)
