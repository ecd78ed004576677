"""Leaving, layoffs, recalls and insurance against slow, obvious Python, on small worlds."""

from __future__ import annotations

import math

import numpy as np
import pytest

import worlds
from laborsim.market import (
    bad_matches,
    codes,
    demand,
    insurance,
    layoffs,
    leaving,
    skill,
    transitions,
)
from laborsim.market.draws import Stream, bits, to_unit
from stages import childcare, draw, ready, u64


def test_leaving_matches_plain_python():
    sectors = np.linspace(0.5, 1.9, 23)
    m = ready(index=7, overrides={"separations.turnover_by_sector": sectors.tolist(),
                                      "separations.turnover_by_size": [1.0] * 5,
                                      "separations.leave_young_child_factor": 3.0})  # fmt: skip
    w = m.world
    p, h = w.people, w.households
    child = (h.children > 0) & (m.index - h.youngest < 72)
    women = np.flatnonzero(child[p.household[: p.size]] & (p.sex[: p.size] == codes.FEMALE))
    p.birth[women[::2]] = m.index - 12 * (50 + np.arange(women[::2].size) % 12)  # mothers and grandmothers
    q = m.room("separations")
    b = leaving._behaviour(m)
    cost, _ = childcare(m)
    leave, match = m.key(Stream.LEAVE_LABOR_FORCE), m.key(Stream.MATCH_QUALITY, fixed=True)
    weights = m.parameters["quality.leaving"]
    scores = w.establishments.quality[: w.establishments.size].astype(float)
    quality = [int(sum(a * b for a, b in zip(row, weights, strict=True)) / sum(weights) + 0.5) for row in scores]
    quality = np.array(quality, np.uint8)
    want = {}
    settling = int(m.parameters["model.settle_months"])
    bad_by_tenure = [q["bad_match_share"]]
    for k in range(64):
        ends = q["bad_match_hazard"] * (1 - math.exp(-k / q["learning_months"]))
        bad_by_tenure.append(bad_by_tenure[-1] * (1 - ends))
    for i in range(p.size):
        s = int(p.state[i])
        if s > codes.SELF_EMPLOYED:
            continue
        age = (m.index - int(p.birth[i])) // 12
        band = max(b for b, floor in enumerate(codes.AGE_BAND_FLOORS) if age >= floor)
        usual = 1 + leaving.USUAL_START * q["tenure_shape"] * q["tenure_half_life"]
        base = q["leave_by_age"][band] / usual
        base *= q["leave_women_factor"] if p.sex[i] == codes.FEMALE else 1.0
        u = draw(leave, p.id[i])
        if s == codes.SELF_EMPLOYED:
            own = base * q["leave_self_employed_factor"]
            if u < own + b.self_employed:
                want[i] = "inactive" if u < own else "unemployed"
            continue
        tenure = min(max(m.index - int(p.hired[i]), 0), 63)
        score = (quality[w.cells.establishment[p.job[i]]] - 127.5) / 127.5
        out = base * (1 + q["tenure_shape"] * 0.5 ** (tenure / q["tenure_half_life"]))
        stands = w.establishments.stands[w.cells.establishment[p.job[i]]]
        size = sum(stands >= edge for edge in (10, 50, 250, 1000))
        turnover = np.float32(sectors[w.cells.sector[p.job[i]]] * q["turnover_by_size"][size])
        out *= float(np.float32(math.exp(-sum(weights) * score) * turnover))
        out *= q["leave_enrolled_factor"] if p.traits[i] & codes.TRAIT_ENROLLED else 1.0
        hh = int(p.household[i])
        young = h.children[hh] > 0 and m.index - h.youngest[hh] < 72
        if young and p.sex[i] == codes.FEMALE and age <= q["mother_to"]:
            left = max(1 - cost[hh] / max(float(p.wage[i]) * float(p.hours[i]) * codes.WEEKS_A_MONTH, 1.0), 0.05) / 0.75
            out *= q["leave_young_child_factor"] * left ** -m.parameters["participation.childcare_elasticity"]
            if h.care[hh] == codes.CARE_PARENT and h.earners[hh] == h.adults[hh]:
                out *= q["leave_no_place_factor"]
        elif h.children[hh] > 0 and p.sex[i] == codes.MALE and age >= q["father_from"]:
            out *= q["leave_father_factor"]
        end = 0.0
        if tenure < 63:
            key = u64(p.id[i]) ^ (u64(int(p.hired[i]) + 4096) << u64(32))
            still = bad_by_tenure[max(min(-int(p.hired[i]), 63) - settling, 0)]
            watched = q["watched_race"][p.race[i]] * (1.0 - q["bad_fit"] * float(p.fit[i]) / 127.0)
            if to_unit(u64(bits(match, key))) < watched * turnover * still / (still + 1 - q["bad_match_share"]):
                end = q["bad_match_hazard"] * (1 - math.exp(-tenure / q["learning_months"]))
        if u < min(out + end, leaving.MOST):
            want[i] = "inactive" if u < out else "unemployed"
    rows, states, reasons = m.buffers()
    moved = m.crew.map(
        leaving._leave,
        p.size,
        p.columns,
        h.columns,
        m.index,
        leave,
        b,
        cost,
        rows,
        states,
        reasons,
    )
    r, s, _ = transitions.gather(moved, rows, states, reasons)
    got = {int(i): "inactive" if k >= codes.CARER else "unemployed" for i, k in zip(r, s, strict=True)}
    assert got == want


def test_layoffs_bring_cells_to_target_and_take_the_newest_first():
    m = ready(overrides={"quality.hoarding": 0.0})
    demand.stage(m)
    c = m.world.cells
    c.target[: c.size] = np.maximum(c.filled[: c.size] - 1, 0)
    layoffs.layoffs(m)
    assert np.all(c.filled[: c.size] <= c.target[: c.size])
    worlds.check(m.world)
    assert m.counts.separations[codes.LAYOFF].sum() + m.counts.separations[codes.LAYOFF_TEMPORARY].sum() > 0


def test_recall_fills_room_from_those_waiting_and_keeps_seniority():
    m = ready(index=3)
    p, c = m.world.people, m.world.cells
    rows = np.flatnonzero((p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY) & (p.job[: p.size] >= 0))[::5]
    hired = p.hired[rows].copy()
    p.fit[rows] = fit = (np.arange(rows.size) % 100).astype(np.int8)
    transitions.move(
        m,
        rows,
        np.full(rows.size, codes.TEMPORARY_LAYOFF, np.uint8),
        np.full(rows.size, codes.LAYOFF_TEMPORARY, np.uint8),
    )
    demand.stage(m)
    c.target[: c.size] = c.filled[: c.size] + c.recall[: c.size]
    m.index = 4
    now = skill.skills(m, rows)
    layoffs.recalls(m)
    back = p.state[rows] <= codes.PART_TIME_INVOLUNTARY
    assert 0.3 < back.mean() < 0.8
    assert np.all(p.hired[rows][back] == hired[back]) and np.all(p.fit[rows][back] == fit[back])
    assert p.skill[rows][back] == pytest.approx(now[back]), "what a month out of work cost is not forgotten"
    assert back.sum() <= m.counts.recalls.sum() <= back.sum() + 5  # a few waited from the start
    worlds.check(m.world)


def test_insurance_needs_a_work_history():
    m = ready()
    p, e = m.world.people, m.economy
    rows = np.flatnonzero(p.state[: p.size] == codes.FULL_TIME)[:50]
    p.traits[rows] |= codes.TRAIT_UI_CLAIMS
    p.since[rows], p.hours[rows] = m.index, 40
    p.history[rows] = 0b111111
    p.history[rows[:10]] = 0b11111
    insurance.insure(m, rows)
    assert np.all(p.ui_weeks[rows[:10]] == 0)
    assert np.all(p.ui_weeks[rows[10:]] > 0)
    r = rows[20]
    z = p.zone[r]
    want = min(e.ui_replacement[z] * p.wage[r] * 40, e.ui_maximum[m.index, z])
    assert p.ui_benefit[r] == pytest.approx(want, rel=1e-6)


def test_matches_kept_are_those_the_draws_say_before_and_after_a_hire():
    m = ready(index=7)
    p, q, terms = m.world.people, m.room("separations"), bad_matches.matches(m)

    def plain():
        want = []
        for i in range(p.size):
            hired, job = int(p.hired[i]), int(p.job[i])
            watched = q["watched_race"][p.race[i]] * (1 - q["bad_fit"] * float(p.fit[i]) / 127.0)
            key = u64(p.id[i]) ^ (u64(hired + 4096) << u64(32))
            share = terms.share[min(max(-hired, 0), 63)] * watched * terms.turnover[max(job, 0)]
            want.append(job >= 0 and bool(to_unit(u64(bits(terms.key, key))) < share))
        return want

    before, held = plain(), bad_matches.kept(m)
    assert (held[: p.size] != 0).tolist() == before and 0 < sum(before) < p.size
    rows = np.flatnonzero(p.state[: p.size] == codes.UNEMPLOYED)[:40]
    cells = np.arange(rows.size, dtype=np.int32) % m.world.cells.size
    transitions.hire(m, rows, cells, np.full(rows.size, codes.FULL_TIME, np.uint8),
                     np.full(rows.size, 20, np.float32), np.full(rows.size, 40, np.uint8))  # fmt: skip
    assert bad_matches.kept(m) is held and plain() != before
    assert (held[: p.size] != 0).tolist() == plain()


def test_the_scan_of_leaving_lists_few_and_all_who_leave():
    m = ready(index=7)
    p, h, b = m.world.people, m.world.households, leaving._behaviour(m)
    key = m.key(Stream.LEAVE_LABOR_FORCE)
    rows, states, reasons = m.buffers()
    near = rows.copy()
    listed = set(near[: leaving._scan(0, p.size, p.columns, m.index, key, b, near)].tolist())
    moved = m.crew.map(leaving._leave, p.size, p.columns, h.columns, m.index, key, b, childcare(m)[0], rows, states,
                       reasons)  # fmt: skip
    gone = set(transitions.gather(moved, rows, states, reasons)[0].tolist())
    assert gone <= listed and len(listed) < 0.2 * p.size
    assert all(p.state[i] <= codes.SELF_EMPLOYED for i in listed)
