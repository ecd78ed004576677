"""Targets, entry and exit, vacancies against slow, obvious Python, on small worlds."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import worlds
from laborsim.market import (
    adoption,
    allocation,
    codes,
    demand,
    layoffs,
    shutdowns,
    vacancies,
)
from laborsim.market.draws import Stream
from stages import draw, ready


def allocated(m, taken_over=None):
    """Plain Python: own growth, brought to the path of the zone, then of the sector, then of all.

    taken_over : what each carries of those that shut (0: it is shut), None if nobody does.
    """
    q, e = m.room("demand"), m.world.establishments
    churn = np.array(q["churn_by_sector"])[e.sector[: e.size]]
    spread = (q["growth_shock"] * churn) ** 2 / (1 - q["growth_persistence"] ** 2)  # the stationary one
    rows = range(e.size)
    paths = [float(e.base[j]) * float(m.memory["allocation"]["path"][j]) for j in rows]
    own = [math.exp(float(e.growth[j]) - spread[j] / 2) if e.closed[j] == codes.OPEN else 0.0 for j in rows]
    if taken_over is not None:
        own = [x * float(t) for x, t in zip(own, taken_over, strict=True)]
    for group in (e.zone, e.sector):
        aims = paths
        if taken_over is not None and group is e.zone:  # a zone is not to make good for its own shut places
            aims = [x * float(t) for x, t in zip(paths, taken_over, strict=True)]
        for g in set(group[: e.size].tolist()):
            mine = [j for j in rows if group[j] == g]
            wanted = sum(float(e.base[j]) * own[j] for j in mine)
            ratio = sum(aims[j] for j in mine) / wanted if wanted else 1.0
            for j in mine:
                own[j] *= min(max(ratio, 1 / q["carried_most"]), q["carried_most"])
    total = sum(paths) / sum(float(e.base[j]) * own[j] for j in rows)
    return [x * total for x in own]


def test_targets_match_plain_python():
    m = ready(index=6)
    w, e = m.world, m.economy
    est, c = w.establishments, w.cells
    before = est.growth[: est.size].copy()
    demand.stage(m)
    q = m.room("demand")
    key = m.key(Stream.ESTABLISHMENT_GROWTH)
    for j in range(0, est.size, 7):
        u1, u2 = draw(key, est.id[j]), draw(key, est.id[j], 1)
        normal = math.sqrt(-2 * math.log(1 - u1)) * math.cos(2 * math.pi * u2)
        if est.closed[j] == codes.OPEN:
            shock = q["growth_shock"] * q["churn_by_sector"][est.sector[j]]
            want = q["growth_persistence"] * before[j] + shock * normal
            assert est.growth[j] == pytest.approx(want, abs=1e-5)
    closed = est.closed[: est.size] != codes.OPEN
    own = allocated(m)
    technology = adoption.technology(m, m.index, m.memory["demand"]["shares"])
    rounding = m.key(Stream.TARGET_ROUNDING, fixed=True)
    for k in range(0, c.size, 5):
        j = c.establishment[k]
        x = c.base[k] * e.sector_index[6, c.sector[k]] * technology[c.occupation[k]]
        x *= own[j] * c.answer[k]
        x *= math.exp(m.memory["spending"]["pull"][c.sector[k], c.zone[k]])
        want = 0 if closed[j] else int(x + draw(rounding, k))
        assert c.target[k] == want or abs(x + draw(rounding, k) - round(x + draw(rounding, k))) < 1e-4


def test_large_places_shut_by_job_cell():
    m = ready(index=6, overrides={"demand.shutdown_largest": 60})
    halved = m.economy.sector_index.copy()
    halved[6] *= 0.5
    m.economy = dataclasses.replace(m.economy, sector_index=halved)
    demand.stage(m)
    w = m.world
    est, c, parts = w.establishments, w.cells, shutdowns.parts(m)
    large = est.stands[: est.size] >= 60
    assert large.any() and (parts[large] > 0.3).all() and not parts[~large].any()
    own = allocated(m, shutdowns.factor(m, m.memory["demand"]["path"][0],
                                        est.base[: est.size] * m.memory["allocation"]["path"]))  # fmt: skip
    technology = adoption.technology(m, m.index, m.memory["demand"]["shares"])
    part, rounding = m.key(Stream.SHUTDOWN_PART, fixed=True), m.key(Stream.TARGET_ROUNDING, fixed=True)
    shut = 0
    for k in np.flatnonzero(large[c.establishment[: c.size]]):
        j = c.establishment[k]
        if est.closed[j] != codes.OPEN or draw(part, k) < parts[j]:
            assert c.target[k] == 0
            shut += 1
            continue
        x = c.base[k] * halved[6, c.sector[k]] * technology[c.occupation[k]] * own[j] * c.answer[k]
        x *= math.exp(m.memory["spending"]["pull"][c.sector[k], c.zone[k]]) / (1.0 - parts[j])
        assert c.target[k] == int(x + draw(rounding, k)) or abs(x + draw(rounding, k) - c.target[k]) < 1.01e-4
    assert 0 < shut < np.count_nonzero(large[c.establishment[: c.size]])


def test_shut_places_own_growth_and_closures_are_shared_out_by_one_rule():
    m = ready(overrides={"demand.carried_most": 1.1})
    e, n = m.world.establishments, m.economy.sectors
    e.closed[: e.size : 9] = m.index
    path = np.full(n, 0.5)
    got = allocation.shares(m, path)
    base = e.base[: e.size].astype(float)
    wanted = base * m.memory["allocation"]["path"]
    taken_over = shutdowns.factor(m, path, wanted)
    np.testing.assert_allclose(got, allocated(m, taken_over), rtol=1e-9)
    assert 0 < (taken_over == 0.0).sum() < e.size and (got[taken_over == 0.0] == 0.0).all()
    assert (got[: e.size : 9] == 0.0).all()
    # the region keeps its path whatever few can carry, and sectors do where their establishments can carry it
    assert (base * got).sum() == pytest.approx(wanted.sum())
    m = ready(overrides={"demand.carried_most": 2.0})
    got = allocation.shares(m, path)
    e = m.world.establishments
    wanted = e.base[: e.size] * m.memory["allocation"]["path"]
    for s in range(n):
        mine = e.sector[: e.size] == s
        assert (e.base[: e.size] * got)[mine].sum() == pytest.approx(wanted[mine].sum(), rel=1e-6)


def test_own_growth_starts_at_its_stationary_spread_and_moves_no_target():
    m = worlds.month()
    wanted = m.world.cells.base[: m.world.cells.size].copy()
    demand.prepare(m)
    q, est, c = m.room("demand"), m.world.establishments, m.world.cells
    growth = est.growth[: est.size].astype(float)
    churn = np.array(q["churn_by_sector"])[est.sector[: est.size]]
    spread = (q["growth_shock"] * churn) ** 2 / (1 - q["growth_persistence"] ** 2)
    # the sample variance of n normals is within 5 standard errors but once in a million
    assert (growth / np.sqrt(spread)).var() == pytest.approx(1.0, rel=5 * math.sqrt(2 / est.size))
    now = c.base[: c.size] * np.exp((growth - spread / 2)[c.establishment[: c.size]])
    np.testing.assert_allclose(now, wanted, rtol=1e-5)


def test_technology_moves_jobs_between_occupations_and_hiring_slows_first():
    m = ready()
    m.levers.ai_speed = 8.0
    m.economy = dataclasses.replace(m.economy, months=120)
    for m.index in range(111):
        adoption.stage(m)
    shares = m.memory["demand"]["shares"]
    factor = adoption.technology(m, 110, shares)
    exposed = m.economy.occ_ai
    assert np.corrcoef(factor, exposed)[0, 1] < -0.5
    lost = (1 - factor) @ shares
    assert 0 <= lost < 0.1
    assert np.all(adoption.technology(m, 98, shares)[exposed > 0.5] >= factor[exposed > 0.5])


def test_what_the_indices_hold_of_adoption_is_not_taken_off_again():
    m = ready()
    m.economy = dataclasses.replace(m.economy, months=120)
    memory, c = m.memory["demand"], m.world.cells
    shares, mix = memory["shares"], memory["mix"]
    np.testing.assert_allclose(mix.sum(axis=1)[np.unique(c.sector[: c.size])], 1.0)
    np.testing.assert_array_equal(adoption.in_indices(m, 59, mix, shares), 1.0)
    now, held = adoption.technology(m, 110, shares), adoption.in_indices(m, 110, mix, shares)
    for s in np.unique(c.sector[: c.size]):
        mine = np.flatnonzero(c.sector[: c.size] == s)
        start = sum(float(x) for x in mix[s])
        kept = sum(float(mix[s, o] * now[o]) for o in range(now.size)) / held[s]
        assert mine.size and kept == pytest.approx(start)  # jobs move within the sector alone
    assert np.ptp(now) > 0.01
    # faster here than what the indices hold: fewer in all
    m.levers.ai_speed = 3.0
    for m.index in range(111):
        adoption.stage(m)
    faster = (mix * adoption.technology(m, 110, shares)).sum(axis=1) / held
    assert (faster - 1.0) @ memory["jobs"] < 0.0


def test_closed_establishments_let_everyone_go_and_come_back():
    m = ready()
    est, c, p = m.world.establishments, m.world.cells, m.world.people
    demand.stage(m)
    staff = np.flatnonzero((p.job[: p.size] >= 0) & (p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY))
    own = staff[c.establishment[p.job[staff]] == 0]
    est.closed[0] = m.index
    closed = int((est.closed[c.establishment[p.job[staff]]] == m.index).sum())
    identity = int(est.id[0])
    c.target[: c.size][c.establishment[: c.size] == 0] = 0
    layoffs.layoffs(m)
    assert own.size > 0
    assert c.filled[: c.size][c.establishment[: c.size] == 0].sum() == 0
    assert not np.any(p.state[own] == codes.TEMPORARY_LAYOFF)
    assert m.counts.separations[codes.CLOSURE].sum() == closed
    worlds.check(m.world)
    m.index += int(m.room("demand")["reentry_months"])
    demand.stage(m)
    assert est.closed[0] == codes.OPEN
    assert int(est.id[0]) != identity


def test_vacancies_never_exceed_room_and_age_by_a_month():
    m = ready()
    demand.stage(m)
    c = m.world.cells
    old, age = c.vacancies[: c.size].copy(), c.age[: c.size].copy()
    vacancies.stage(m)
    n = c.size
    q = m.room("vacancies")
    ahead = np.floor(c.filled[:n] * q["notice_share"]) + 1
    assert np.all(c.vacancies[:n] <= np.maximum(c.target[:n] - c.filled[:n] + ahead, 0))
    assert np.all(c.vacancies[:n][c.target[:n] == 0] == 0)
    same = (old == c.vacancies[:n]) & (old > 0)
    room = c.target[:n] - c.filled[:n]
    untouched = same & (room == old)
    grown = c.age[:n][untouched] - age[untouched]
    assert np.all(grown <= 1.0 + 1e-5)
    total = m.counts.openings_posted.sum() - m.counts.openings_withdrawn.sum()
    assert c.vacancies[:n].sum() - old.sum() == total
