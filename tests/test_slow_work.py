"""Kernels of posts and jobs against the same done one by one: posting, search, hours, layoffs, recalls, insurance."""

from __future__ import annotations

import math

import numpy as np
import pytest

import worlds
from laborsim.market import coaching, codes, demand, hiring, insurance, layoffs, quality, search, vacancies
from laborsim.market.bad_matches import bad_matches
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, mix
from laborsim.market.participation import by_age
from laborsim.market.transitions import inactive_reason
from stages import draw, ready


def test_posts_are_opened_kept_and_withdrawn_one_cell_after_the_other():
    m = worlds.month(people=4_000, seed=4, index=7)
    q, c = m.room("vacancies"), m.world.cells
    rng = np.random.default_rng(2)
    n = c.size
    c.target[:n] = np.maximum(c.filled[:n] + rng.integers(-6, 9, n), 0)
    c.target[:n:11] = 0
    c.vacancies[:n], c.recall[:n] = rng.integers(0, 6, n), rng.integers(0, 3, n)
    c.age[:n] = np.where(c.vacancies[:n] > 0, rng.uniform(0, 6, n), 0.0)
    post, withdraw = m.key(Stream.VACANCY_POST), m.key(Stream.VACANCY_WITHDRAW)
    shape = (m.economy.sectors, m.economy.zones)
    want, age, posted, withdrawn = [], [], np.zeros(shape, int), np.zeros(shape, int)
    for k in range(n):
        had = int(c.vacancies[k])
        ahead = math.floor(c.filled[k] * q["notice_share"] + draw(post, k))  # who will leave is hired for in time
        held = math.floor(q["recall_hold"] * c.recall[k] + 0.5)
        room = int(c.target[k]) - int(c.filled[k]) + ahead - held
        gone = new = 0
        if c.target[k] <= 0:
            gone = had
        elif had > room:
            gone = had - max(room, 0)
        elif 0 < had < room:
            gone = math.floor(q["withdrawal_share"] * had + draw(withdraw, k))
        if c.target[k] > 0 and room > had and gone == 0:
            new = math.floor(q["posting_share"] * (room - had) + draw(post, k, 1))
        total = had - gone + new
        want.append(total)
        age.append(((had - gone) * (float(c.age[k]) + 1.0) + new * 0.5) / total if total else 0.0)
        posted[c.sector[k], c.zone[k]] += new
        withdrawn[c.sector[k], c.zone[k]] += gone
    vacancies.stage(m)
    np.testing.assert_array_equal(c.vacancies[:n], want)
    np.testing.assert_allclose(c.age[:n], age, rtol=1e-6)
    np.testing.assert_array_equal(m.counts.openings_posted, posted)
    np.testing.assert_array_equal(m.counts.openings_withdrawn, withdrawn)
    assert posted.sum() > 50 and withdrawn.sum() > 50


def test_establishments_close_and_entrants_come_one_after_the_other():
    m = worlds.month(people=6_000, seed=9, index=20, overrides={"demand.exit_small": 0.6})
    q, est = m.room("demand"), m.world.establishments
    n, reentry = est.size, int(q["reentry_months"])
    est.closed[:n:7] = m.index - reentry + np.arange(est.closed[:n:7].size) % 3  # some come this month
    usual, dearer = 1 - (1 - q["exit_small"]) ** (1 / 12), np.linspace(0.0, 0.1, n)
    shock = q["growth_shock"] * np.linspace(0.5, 2.0, n)
    keys = [m.key(s) for s in (Stream.ESTABLISHMENT_GROWTH, Stream.ESTABLISHMENT_EXIT, Stream.ENTRANT_PREMIUM)]
    want, entered, left = {}, 0, 0

    def normal(key, agent):
        u, v = draw(key, agent), draw(key, agent, 1)
        return math.sqrt(-2 * math.log(1 - u)) * math.cos(2 * math.pi * v)

    for j in range(n):
        ident, closed, growth, premium = int(est.id[j]), int(est.closed[j]), float(est.growth[j]), float(est.premium[j])
        if closed != codes.OPEN:
            if m.index >= closed + reentry:
                ident = int(mix(np.uint64((ident + m.index + 1) % 2**64)))
                closed, growth, entered = codes.OPEN, 0.0, entered + 1
                premium = q["entrant_keeps"] * premium + q["entrant_spread"] * normal(keys[2], ident)
        else:
            growth = q["growth_persistence"] * growth + float(shock[j]) * normal(keys[0], ident)
            u = draw(keys[1], ident) / float(est.frail[j])
            if u < usual + dearer[j]:
                closed, left = m.index, left + 1
                growth = growth if u < usual else -99.0
        want[j] = ident, closed, growth, premium
    renewed = est.premium[:n].copy() - est.renewed[:n]
    found = demand._establishments(0, n, 0, est.columns, m.index, keys[0], keys[1], shock,
                                   q["growth_persistence"], np.full(n, usual), dearer, reentry, keys[2],
                                   q["entrant_keeps"], q["entrant_spread"])  # fmt: skip
    assert found == (left, entered) and left > 10 and entered > 5
    assert any(g == -99.0 for _, _, g, _ in want.values()) and not all(g == -99.0 for _, c, g, _ in want.values()
                                                                       if c == m.index)  # fmt: skip
    for j, (ident, closed, growth, premium) in want.items():
        assert (int(est.id[j]), int(est.closed[j])) == (ident, closed)
        assert est.growth[j] == pytest.approx(growth, abs=1e-5) and est.premium[j] == pytest.approx(premium, abs=1e-5)
    assert est.premium[:n] - est.renewed[:n] == pytest.approx(renewed, abs=1e-5)


def test_layoffs_take_the_lowest_scores_and_some_expect_recall():
    m = ready(people=6_000, index=9, seed=3, overrides={"quality.hoarding": 0.0, "separations.waiting_leave": 0.5})
    p, c, h, est = m.world.people, m.world.cells, m.world.households, m.world.establishments
    q, n = m.room("separations"), c.size
    c.target[:n] = np.maximum(c.filled[:n] - np.arange(n) % 4, 0)
    est.closed[: est.size : 8] = m.index
    c.target[:n][est.closed[c.establishment[:n]] != codes.OPEN] = 0
    path = m.memory["demand"]["path"]
    path[0] *= np.linspace(0.7, 1.0, m.economy.sectors)
    fairness, security = quality.fairness_factor(m), quality.security_factor(m)
    pick, kind = m.key(Stream.LAYOFF_PICK), m.key(Stream.LAYOFF_KIND)
    jobs = m.memory["demand"]["jobs"]
    everyone = math.log(sum(path[2] * jobs) / sum(path[0] * jobs))
    leave = by_age(q["laid_off_leave"])
    by_cell: dict[int, list[tuple[float, int]]] = {}
    for i in range(p.size):
        if p.state[i] <= codes.PART_TIME_INVOLUNTARY and p.job[i] >= 0:
            months = max(m.index - int(p.hired[i]), 0)
            held = q["layoff_bias_race"][p.race[i]] * fairness[c.establishment[p.job[i]]]
            score = draw(pick, p.id[i]) + q["seniority"] * months / (months + q["seniority_months"]) - held
            by_cell.setdefault(int(p.job[i]), []).append((score, i))
    want = {}
    for cell, people in by_cell.items():
        for _, i in sorted(people)[: max(int(c.filled[cell] - c.target[cell]), 0)]:
            j, s = int(c.establishment[cell]), int(c.sector[cell])
            beyond = max(max(math.log(path[2][s] / path[0][s]), everyone) - q["temporary_threshold"], 0.0)
            share = min(q["temporary_base"] + q["temporary_slope"] * beyond, q["temporary_most"])
            kept = share * security[j]
            waits = est.closed[j] > m.index and draw(kind, p.id[i]) < kept / (kept + 1 - share)
            age = (m.index - int(p.birth[i])) // 12
            stops = draw(kind, p.id[i], 1) < leave[age] * (q["waiting_leave"] if waits else 1.0)
            young = h.children[p.household[i]] > 0 and m.index - h.youngest[p.household[i]] < 72
            out = int(inactive_reason(p.traits[i], age, bool(young), p.sex[i], False))
            want[i] = out if stops else codes.TEMPORARY_LAYOFF if waits else codes.UNEMPLOYED
    before = p.state[: p.size].copy()
    layoffs.layoffs(m)
    changed = np.flatnonzero(p.state[: p.size] != before)
    assert {int(i): int(p.state[i]) for i in changed} == want
    found = list(want.values())
    assert min(found.count(codes.TEMPORARY_LAYOFF), found.count(codes.UNEMPLOYED)) > 20 and max(found) > 5
    assert m.counts.separations[codes.CLOSURE].sum() > 0
    worlds.check(m.world)


def test_recalls_fade_with_the_wait_and_go_by_a_keyed_draw():
    m = ready(people=6_000, index=9, seed=4, overrides={"separations.recall_lost": 0.3})
    p, c, q = m.world.people, m.world.cells, m.room("separations")
    rows = np.flatnonzero((p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY) & (p.job[: p.size] >= 0))[::3]
    p.state[rows] = codes.TEMPORARY_LAYOFF
    p.since[rows] = m.index - 1 - np.arange(rows.size) % 5
    np.subtract.at(c.filled, p.job[rows], 1)
    np.add.at(c.recall, p.job[rows], 1)
    waiting = [i for i in range(p.size) if p.state[i] == codes.TEMPORARY_LAYOFF and p.job[i] >= 0]
    c.target[: c.size] = c.filled[: c.size] + (c.recall[: c.size] + 1) // 2
    key, lost = m.key(Stream.RECALL), m.key(Stream.LAYOFF_KIND)
    room = {j: int(c.target[j] - c.filled[j]) for j in range(c.size)}
    want = {}
    for i in sorted(waiting, key=lambda i: draw(key, p.id[i], 1)):
        j, hazard = int(p.job[i]), q["recall_hazard"] * q["recall_fade"] ** max(m.index - int(p.since[i]) - 1, 0)
        if draw(key, p.id[i]) < hazard and room[j] > 0:
            room[j] -= 1
            want[i] = "back"
        elif draw(lost, p.id[i]) < q["recall_lost"]:
            want[i] = "lost"
        else:
            want[i] = "waits"
    jobs = p.job[: p.size].copy()
    layoffs.recalls(m)
    names = {codes.TEMPORARY_LAYOFF: "waits", codes.UNEMPLOYED: "lost"}
    assert {i: names.get(int(p.state[i]), "back") for i in waiting} == want
    assert all(p.job[i] == jobs[i] for i, what in want.items() if what == "back")
    assert min(list(want.values()).count(w) for w in ("back", "lost", "waits")) > 20


def test_insurance_one_person_after_the_other():
    m = ready(people=4_000, index=14, seed=5)
    p, e, q = m.world.people, m.economy, m.room("insurance")
    m.levers.ui_takeup, m.levers.ui_extra_weeks = 0.4, 6.0
    rows = np.flatnonzero(p.state[: p.size] <= codes.UNEMPLOYED)
    denied, more = insurance.strictness(m)
    help_key, denied_key = m.key(Stream.UI_HELP), m.key(Stream.UI_DENIED)
    want, helped = {}, 0
    for i in rows.tolist():
        z, worked = int(p.zone[i]), 0
        for ago in range(1, 16):  # months before this one
            told = ago - (m.index - int(p.since[i]))  # bit of the history, which ends when the present state began
            worked += int(p.state[i] <= codes.SELF_EMPLOYED) if told <= 0 else int(p.history[i]) >> (told - 1) & 1
        week = float(p.wage[i]) * float(p.hours[i])
        enough = worked >= q["base_months"] and worked * week * codes.WEEKS_A_MONTH >= q["base_earnings"]
        claims = bool(p.traits[i] & codes.TRAIT_UI_CLAIMS)
        u = draw(help_key, p.id[i])
        if not enough or p.state[i] == codes.SELF_EMPLOYED or not (claims or u < more[z] + (1 - more[z]) * 0.4):
            want[i] = 0, 0.0
            continue
        helped += not claims and u >= more[z]
        if draw(denied_key, p.id[i]) < denied[z]:
            want[i] = 0, 0.0
        else:
            want[i] = int(e.ui_weeks[14, z] + 6), min(e.ui_replacement[z] * week, float(e.ui_maximum[14, z]))
    insurance.insure(m, rows)
    for i, (weeks, benefit) in want.items():
        assert p.ui_weeks[i] == weeks and p.ui_benefit[i] == pytest.approx(benefit, rel=1e-5)
    assert m.counts.scalars[SCALAR["ui_helped"]] == helped > 20
    assert 100 < sum(w > 0 for w, _ in want.values()) < rows.size


def test_who_searches_one_person_after_the_other():
    m = ready(people=6_000, index=6, seed=8, overrides={
        "search.on_the_job": 0.15, "search.enrolled_share": 0.5,
        "separations.turnover_by_sector": np.linspace(0.4, 1.9, 23).tolist(),
        "separations.turnover_by_size": [0.5, 0.8, 1.0, 1.2, 1.5]})
    m.scratch["looking"] = np.empty(0, np.int64)
    p, e, q, usual = m.world.people, m.economy, m.room("search"), m.memory["wages"]["now"]
    cell_quality, share = quality.uses(m).search, bad_matches(m)[1]
    key, match = m.key(Stream.SEARCH_ON_JOB), m.key(Stream.MATCH_QUALITY, fixed=True)
    response, separations = quality.response(m, "search"), m.room("separations")
    sectors, c, est = np.linspace(0.4, 1.9, 23), m.world.cells, m.world.establishments
    size = [sum(est.stands[j] >= edge for edge in (10, 50, 250, 1000)) for j in c.establishment[: c.size]]
    turns = [float(np.float32(sectors[c.sector[k]] * separations["turnover_by_size"][size[k]])) for k in range(c.size)]
    want = []
    for i in range(p.size):
        state, o, tenure = int(p.state[i]), int(p.occupation[i]), m.index - int(p.hired[i])
        chance = {codes.TEMPORARY_LAYOFF: q["layoff_search_share"], codes.UNEMPLOYED: 1.0}.get(state, 0.0)
        if state <= codes.PART_TIME_INVOLUNTARY:
            chance = q["on_the_job"] * (usual[o] / max(float(p.wage[i]), 1.0)) ** q["on_the_job_pay"]
            job = int(p.job[i])
            chance *= float(np.float32(math.exp(-response * (float(cell_quality[job]) - 127.5) / 127.5) * turns[job]))
            chance *= 1 + q["on_the_job_tenure"] * 0.5 ** (min(max(tenure, 0), 63) / q["on_the_job_half_life"])
            chance *= q["part_time_search"] if state == codes.PART_TIME_INVOLUNTARY else 1.0
            fits = separations["watched_race"][p.race[i]] * (1 - separations["bad_fit"] * float(p.fit[i]) / 127)
            known = share[min(max(-int(p.hired[i]), 0), 63)] * fits * turns[job]
            if 0 < tenure < 63 and draw(match, (int(p.id[i]) ^ ((int(p.hired[i]) + 4096) << 32))) < known:
                chance *= q["bad_match_factor"]
            chance = min(chance, q["on_the_job_most"] * q["on_the_job"])
        if p.program[i] != codes.NO_PROGRAM:
            chance *= 1.0 - (1.0 - q["enrolled_share"]) * min(float(m.programs.hours[p.program[i]]) / 40.0, 1.0)
        if draw(key, p.id[i]) < chance:
            want.append(i)
    assert e.months > m.index
    rows, _ = search.gather_seekers(m)
    assert rows.tolist() == want
    at_work = p.state[rows] <= codes.PART_TIME_INVOLUNTARY
    assert at_work.sum() > 100 and (~at_work).sum() > 50


def test_hours_of_new_jobs_one_after_the_other():
    m = ready(people=6_000, index=5, seed=8)
    p, c, h, q = m.world.people, m.world.cells, m.world.households, m.room("search")
    rows = np.flatnonzero((p.state[: p.size] >= codes.UNEMPLOYED) & (p.state[: p.size] < codes.GONE))[:1500]
    rows = rows[p.job[rows] < 0]
    cells = (np.arange(rows.size) * 7 % c.size).astype(np.int32)
    key, everywhere = m.key(Stream.HOURS), q["part_time_everywhere"]
    want = {}
    for i, cell in zip(rows.tolist(), cells.tolist(), strict=True):
        young = h.children[p.household[i]] > 0 and m.index - h.youngest[p.household[i]] < 72
        kind = 2 if p.sex[i] == codes.FEMALE and young else 1
        kind = 3 if (m.index - int(p.birth[i])) // 12 >= 65 else kind
        kind = 0 if p.traits[i] & codes.TRAIT_ENROLLED else kind
        share = q["part_time_share"][c.sector[cell]]
        found = q["wants_served"] + (1 - q["wants_served"]) * min(1.0, share / everywhere)
        if draw(key, p.id[i]) < q["wants_part_time"][kind] * found:
            want[i] = codes.PART_TIME, q["hours"][1]
        elif draw(key, p.id[i], 1) < share * q["unwanted_part_time"]:
            want[i] = codes.PART_TIME_INVOLUNTARY, q["hours"][2]
        else:
            want[i] = codes.FULL_TIME, q["hours"][0]
    hiring._start_jobs(m, rows, cells)
    assert {i: (int(p.state[i]), int(p.hours[i])) for i in want} == want
    assert np.bincount(p.state[rows], minlength=3).min() > 10


def test_pay_by_arm_adds_up_cents():
    m = worlds.month(people=3_000, seed=6)
    p, c = m.world.people, m.world.cells
    arm = np.arange(m.world.establishments.size) % 5
    want = np.zeros((5, 3), np.int64)
    for i in range(p.size):
        if p.state[i] <= codes.PART_TIME_INVOLUNTARY and p.job[i] >= 0:
            a = arm[c.establishment[p.job[i]]]
            hour = float(p.wage[i]) * 100
            want[a] += 1, math.floor(hour + 0.5), math.floor(hour * p.hours[i] + 0.5)
    out = np.zeros((5, 3), np.int64)
    coaching._pay(p.columns, p.size, c.columns, arm, out)
    np.testing.assert_array_equal(out[:, 0], want[:, 0])
    np.testing.assert_allclose(out[:, 1:], want[:, 1:], rtol=1e-7)
    assert (want[:, 0] > 50).all()
