"""Applications and places of training: the kernels against slow, obvious Python."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import worlds
from laborsim.market import codes as k
from laborsim.market import seats, training
from laborsim.market.draws import Stream, uniform
from laborsim.market.month import Month
from laborsim.market.pipeline import APPLIED, ELIGIBLE, consider, draws, ordinal
from laborsim.market.programs import Programs


def oracle(month: Month, q, n: int):
    """`consider` one person at a time in plain Python (one chunk)."""
    from math import exp

    from laborsim.market.draws import bits, more_bits, to_unit

    p, h = month.world.people, month.world.households
    e, c = month.world.establishments, month.world.cells
    key = month.key(Stream.TRAINING_APPLY)
    knows = [int(x) for x in p.knows[:n]]
    tally = np.zeros((2, len(month.programs)), np.int64)
    found, seekers = [], [0] * month.economy.occupations

    def pick(available: int, draw: float) -> int:
        held = [b for b in range(32) if available >> b & 1]
        return 1 << held[int(draw * len(held))] if held else 0

    def walk(rates, total: float, draw: float) -> int:
        x = draw * total
        for b in range(32):
            x -= rates[b]
            if x < 0:
                return 1 << b
        return 0

    for i in range(n):
        if i // 8 % 3 != month.index % 3:
            continue
        s = int(p.state[i])
        if q.attention[s] == 0:
            continue
        if s in (k.UNEMPLOYED, k.TEMPORARY_LAYOFF):
            seekers[int(p.occupation[i])] += 1
        first = np.uint64(bits(key, p.id[i]))
        draw = [to_unit(first)] + [to_unit(np.uint64(more_bits(first, j))) for j in range(1, 8)]
        if draw[0] >= 1 - q.learn - q.outreach_total:
            if draw[0] < 1 - q.learn:
                knows[i] |= walk(q.outreach, q.outreach_total, draw[1])
            elif draw[1] < q.nearby:
                b = int(more_bits(first, 2))
                job = int(p.job[i])
                if b & 1 and job >= 0 and e.practices[c.establishment[job]] & k.PRACTICE_SPONSOR:
                    knows[i] |= 1 << (k.KNOWS_PROGRAM_BIT + k.APPRENTICESHIP)
                else:
                    step = 1 + (b >> 8) % 3
                    j = i - step if b & 2 else i + step
                    if 0 <= j < n:
                        told = knows[j]
                        g = int(p.program[j])
                        if g != k.NO_PROGRAM:
                            told |= int(q.kind_bit[g]) | int(q.field_bits[g])
                        knows[i] |= pick(told & ~knows[i], draw[3])
            else:
                knows[i] |= walk(q.random, q.random.sum(), draw[3])
        if draw[0] >= q.attention[s] or p.program[i] != k.NO_PROGRAM or p.zone[i] == q.outside:
            continue
        employed = s <= k.SELF_EMPLOYED
        wage = max(float(p.wage[i]), q.least_wage)
        if employed and wage >= q.low_wage:
            continue
        z, hh, age = int(p.zone[i]), int(p.household[i]), (month.index - int(p.birth[i])) // 12
        now = wage * 152.0 * (q.time_in_work if employed else q.chance[p.occupation[i]])
        if employed and p.hours[i] < 35:
            now *= p.hours[i] / 40.0
        entries: list[tuple[int, int, int]] = []
        for table, look, decide, late in ((q.visible, draw[4], draw[5], 0), (q.added, draw[6], draw[7], 1)):
            g = next((j for j in range(q.value.size) if table[z, j] > look), None)
            if g is None or (late and entries and entries[0][0] == g):
                continue
            kind = knows[i] & int(q.kind_bit[g]) or q.recruits[g]
            if not (kind and knows[i] & int(q.field_bits[g])) and not p.credentials[i] & q.requires[g]:
                tally[0, g] += 1
                continue
            burden = q.travel[z, g] * (1.0 if h.car[hh] else q.no_car)
            if h.children[hh] > 0 and month.index - h.youngest[hh] < 72 and h.care[hh] == k.CARE_PARENT:
                burden += q.care[z] * q.time[g]
            idle = q.lock_in_employed if employed else q.lock_in
            burden += now - q.pay[g] if q.pay[g] > 0 else now * q.time[g] * idle
            gain = min(q.horizon, max(0.0, (q.work_until - age) * 12)) * (q.value[g] - now)
            odds = q.taste + (gain - q.price[g] - q.months[g] * burden) / q.scale
            if decide * (1 + exp(-odds)) >= 1:
                tally[1, g] += 1
                continue
            ready = q.ready[g] and p.traits[i] & k.TRAIT_READY
            if p.education[i] < q.education[g] and not ready:
                entry = 8
            elif not q.least_age[g] <= age <= q.most_age[g]:
                entry = 16
            elif q.check[g] and p.traits[i] & k.TRAIT_RECORD:
                entry = 32
            elif q.requires[g] and not p.credentials[i] & q.requires[g]:
                entry = 64
            else:
                entry = ELIGIBLE
            entries.append((g, APPLIED | entry, late))
        if entries:
            first, second = ([e[:2] for e in entries if e[2] == which] or [(0, 0)] for which in (0, 1))
            found.append((i, *first[0], *second[0]))
    return found, knows, seekers, tally


@given(st.integers(0, 2**32), st.booleans())
def test_the_kernel_agrees_with_the_oracle(seed: int, outreach: bool):
    from laborsim.market.applications import _buffers, choice

    often = {"attention_unemployed": 0.5, "attention_employed": 0.3, "learn_rate": 0.2}
    settings = {f"training.{name}": value for name, value in often.items()}
    month = worlds.month(people=400, seed=seed % 7, run_seed=seed, overrides=settings)
    month.programs = replace(
        month.programs, background_check=np.array([0, 0, 1, 0], np.uint8), ready=np.array([1, 0, 1, 0], np.uint8),
        requires=np.array([0, 0, 0, 3], np.uint16), most_age=np.array([40, 120, 120, 30]),
        recruits=np.array([0, 1, 0, 0], np.uint8),
    )  # fmt: skip
    training.prepare(month)
    month.world.people.traits[: month.world.people.size : 3] |= np.uint8(k.TRAIT_READY)
    if outreach:
        month.levers.program_seats[:] = [4, 0, 9, 1]
        month.levers.awareness[:] = 0.01
        month.levers.program_awareness[:] = 0.02
    p = month.world.people
    n = p.size
    p.knows[:n] |= np.uint32(3 << k.KNOWS_PROGRAM_BIT | 1 << (k.KNOWS_PROGRAM_BIT + 2))
    q = choice(month, np.full(month.economy.occupations, 0.8))
    expected, knows, seekers, tally = oracle(month, q, n)
    out = _buffers(month)
    counted = np.zeros((1, month.economy.occupations), np.int64)
    looks = np.zeros((1, 2, len(month.programs)), np.int64)
    w = month.world
    found = consider(
        0, n, 0, w.people.columns, w.households.columns, w.establishments.columns, w.cells.columns, month.index,
        month.key(Stream.TRAINING_APPLY), q, out, counted, looks,
    )  # fmt: skip
    got = [tuple(int(column[j]) for column in out) for j in range(found)]
    assert got == expected and got
    assert p.knows[:n].tolist() == knows
    assert counted[0].tolist() == seekers
    np.testing.assert_array_equal(looks[0], tally)


@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1)), max_size=40))
def test_ordinal_ranks_within_groups(pairs: list[tuple[int, float]]):
    group = np.array([g for g, _ in pairs], np.int64)
    score = np.array([s for _, s in pairs], np.float64)
    tie = np.arange(len(pairs), dtype=np.uint64)
    expected = [
        sum((s, j) < (score[i], i) for j, (g, s) in enumerate(pairs) if g == group[i]) for i in range(len(pairs))
    ]
    assert ordinal(group, score, tie).tolist() == expected


def test_vector_draws_are_the_keyed_draws():
    key = np.uint64(12345)
    ids = np.array([0, 1, 2**63, 17], np.uint64)
    assert draws(key, ids).tolist() == [uniform(key, i) for i in ids]


def many(zones: int = 3) -> Programs:
    """A course, an apprenticeship and OJT, each in several zones."""
    one = worlds.programs()
    at = np.repeat([2, 0, 1], zones)
    columns = {f.name: getattr(one, f.name) for f in fields(Programs)}
    made = {n: v[at] for n, v in columns.items() if isinstance(v, np.ndarray) and v.shape[:1] == (4,)}
    made |= {"codes": tuple(map(str, at)), "titles": tuple(map(str, at)), "family": np.repeat([0, 1, 2], zones),
             "zone": np.tile(np.arange(zones), 3).astype(np.uint8), "labor_force": np.ones(zones)}  # fmt: skip
    return Programs(**made)


def one_after_the_other(programs, near, wanted, own, added, offers, people=None):
    """What `assign` does, in plain Python."""
    pool, more, left, served = own.tolist(), added.tolist(), [list(cells) for cells in offers], set()
    gets, cell, late = [-1] * len(wanted), [-1] * len(wanted), [False] * len(wanted)
    for i, want in enumerate(wanted):
        who = i if people is None else people[i]
        family = programs.family[want]
        for g in [] if who in served else near[want]:
            if (programs.needs_employer[g] and not left[g]) or (pool[family] == 0 and more[g] == 0):
                continue
            if pool[family] > 0:
                pool[family] -= 1
            else:
                more[g], late[i] = more[g] - 1, True
            gets[i] = g
            served.add(who)
            if programs.needs_employer[g]:
                cell[i] = left[g].pop(0)
            break
    return gets, cell, late


@given(
    st.lists(st.integers(0, 8), max_size=30),
    st.lists(st.integers(0, 4), min_size=3, max_size=3),
    st.lists(st.integers(0, 3), min_size=9, max_size=9),
    st.lists(st.integers(0, 4), min_size=9, max_size=9),
)
def test_places_go_by_rank_and_none_twice(wanted, own, added, offered):
    programs = many()
    minutes = np.array([[5.0, 20, 30], [20, 5, 15], [30, 15, 5]])
    near = training.nearest(programs, minutes)
    assert near[1] == [1, 2, 0]
    offers, cell = [], 0
    for n in offered:
        offers.append(list(range(cell, cell + n)))
        cell += n
    args = (np.array(own), np.array(added), seats.flat(offers))
    gets, cells, on_added = training.assign(programs, near, np.array(wanted, np.int64), *args)
    family = programs.family
    slow = one_after_the_other(programs, near, wanted, *args[:2], offers)
    assert [x.tolist() for x in (gets, cells, on_added)] == list(slow)
    placed = gets >= 0
    assert (family[gets[placed]] == family[np.array(wanted, np.int64)[placed]]).all()
    twice = [100 + i // 2 for i in range(len(wanted))]  # everyone applies twice
    got = training.assign(programs, near, np.array(wanted, np.int64), *args, np.array(twice, np.int64))
    slow = one_after_the_other(programs, near, wanted, *args[:2], offers, twice)
    assert [x.tolist() for x in got] == list(slow)
    used = cells[cells >= 0]
    assert np.unique(used).size == used.size, "no vacancy given twice"
    at_work = np.isin(programs.kind[gets[placed]], (k.APPRENTICESHIP, k.OJT))
    np.testing.assert_array_equal(cells[placed] >= 0, at_work)
    on_own = np.bincount(family[gets[placed & ~on_added]], minlength=3)
    assert (on_own <= own).all()
    over = np.bincount(gets[on_added], minlength=9) - added
    assert over.max() <= 0
    # one more seat of the course serves one more applicant, if there is one
    more = training.assign(programs, near, np.array(wanted, np.int64), args[0] + [1, 0, 0], *args[1:])[0]
    waiting = sum(family[w] == 0 for w in wanted) - (family[gets[placed]] == 0).sum()
    assert (more >= 0).sum() - placed.sum() == (1 if waiting > 0 else 0)
    # nobody is passed over for someone ranked lower who wanted the same course
    for program in range(3):
        mine = [placed[i] for i, w in enumerate(wanted) if w == program]
        assert mine == sorted(mine, reverse=True)


def test_own_places_go_before_added_ones_to_the_first_in_rank():
    pr = worlds.programs(worlds.economy())
    rng = np.random.default_rng(2)
    program, score = rng.integers(0, 4, 90), np.round(rng.random(90), 1)
    ids = rng.permutation(90).astype(np.uint64)
    own, added = np.array([5, 0, 9, 3])[: int(pr.family.max()) + 1], np.array([2, 4, 0, 1])
    takes, on_added = seats.first_served(pr, program, score, ids, own, added)
    left, more, want = own.tolist(), added.tolist(), {}
    for i in sorted(range(90), key=lambda i: (score[i], ids[i])):
        if left[pr.family[program[i]]] > 0:
            left[pr.family[program[i]]] -= 1
            want[i] = False
        elif more[program[i]] > 0:
            more[program[i]] -= 1
            want[i] = True
    assert {int(i): bool(on_added[i]) for i in np.flatnonzero(takes)} == want and 10 < len(want) < 40
    assert not on_added[~takes].any()
