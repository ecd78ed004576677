"""Posted wages, reviews and hours, cell by cell and person by person in plain Python."""

from __future__ import annotations

import math

import numpy as np

import worlds
from laborsim.market import codes as k
from laborsim.market import local_pay, pay, quality, wages
from laborsim.market.draws import Stream, uniform
from laborsim.market.floors import floor_by_zone
from stages import ready


def test_posted_wages_move_towards_the_going_rate_one_cell_after_the_other():
    m = ready(index=9)
    c, e, w, q = m.world.cells, m.economy, m.world.establishments, m.room("wages")
    c.age[: c.size] = np.where(c.vacancies[: c.size] > 0, np.arange(c.size) % 12, 0.0)
    c.posted[: c.size] *= np.linspace(0.7, 1.3, c.size).astype(np.float32)
    m.levers.childcare_wage_supplement[:] = (1.5, 0.0, 0.0)
    before = c.posted[: c.size].copy()
    wages.stage(m)
    going, near, floor = m.memory["wages"]["now"], local_pay.factor(m), floor_by_zone(m)
    waited = paid = 0
    for j in range(c.size):
        goal = going[c.occupation[j]] * math.exp(w.premium[c.establishment[j]]) * near[c.zone[j]]
        if c.vacancies[j] > 0 and c.age[j] > 2.0:
            goal *= 1.0 + min(q["age_raise"] * (c.age[j] - 2.0), q["age_raise_most"])
            waited += 1
        if c.sector[j] == e.childcare_sector:
            goal += m.levers.childcare_wage_supplement[c.zone[j]]
            paid += c.zone[j] == 0
        want = max(before[j] * (goal / before[j]) ** q["posted_adjustment"], floor[c.zone[j]])
        assert c.posted[j] == np.float32(want) or math.isclose(c.posted[j], want, rel_tol=1e-6)
    assert waited > 20 and paid > 0


def test_reviews_and_hours_one_person_after_the_other():
    m = ready(index=18, people=6_000, overrides={"wages.hours_cut": 0.05})
    p, c, e, q = m.world.people, m.world.cells, m.economy, m.room("wages")
    n = p.size
    p.wage[:n] *= np.linspace(0.6, 1.4, n).astype(np.float32)
    m.memory["demand"]["path"][1] *= 1.01  # jobs have fallen: hours are cut more often
    m.scratch["wages.floor"] = floor_by_zone(m)
    fall, slip = math.log(1.01), e.price_level[m.now - 12] / e.price_level[m.now]
    state, wage, skill = p.state[:n].copy(), p.wage[:n].copy(), p.skill[:n].copy()
    able = {i: worlds.skill_now(m, i) for i in range(n) if state[i] < k.SELF_EMPLOYED}
    held = p.hired[:n].copy(), p.job[:n].copy(), p.occupation[:n].copy()
    wages.stage(m)  # posts move first: reviews go by the new posted wages
    terms, fair = pay.terms(e, m.room("search")), quality.fairness_factor(m)
    floor, key = floor_by_zone(m), m.key(Stream.UNDEREMPLOYMENT)
    cut = q["hours_cut"] * (1.0 + q["hours_cut_slump"] * fall)
    raised = lowered = reviewed = slipped = 0
    for i in range(n):
        s, chance = int(state[i]), 0.0
        if s == k.FULL_TIME:
            chance = cut
        elif s == k.PART_TIME_INVOLUNTARY:
            chance = q["hours_raised"]
        if uniform(key, p.id[i]) < chance:
            other = k.PART_TIME_INVOLUNTARY if s == k.FULL_TIME else k.FULL_TIME
            assert p.state[i] == other and p.hours[i] == q["hours_after"][int(s == k.FULL_TIME)]
            lowered, raised = lowered + (s == k.FULL_TIME), raised + (s != k.FULL_TIME)
        else:
            assert p.state[i] == s
        tenure = m.index - int(held[0][i])
        program = int(p.program[i])
        taught = program < len(m.programs) and m.programs.kind[program] in (k.APPRENTICESHIP, k.OJT)
        if s >= k.SELF_EMPLOYED or tenure <= 0 or tenure % 12 or taught:
            assert p.wage[i] == wage[i] and p.skill[i] == skill[i]
            continue
        assert math.isclose(p.skill[i], able[i], rel_tol=1e-5) and p.counted[i] == m.index
        j, o = int(held[1][i]), int(held[2][i])
        if c.occupation[j] != o:
            assert p.wage[i] == wage[i]
            continue
        worth = terms.ability[o] * p.ability[i] + terms.skill[o] * (able[i] - 1.0) + terms.match[o] * p.fit[i] / 127.0
        worth -= fair[c.establishment[j]] * terms.discount[p.sex[i], p.race[i]]
        goal = c.posted[j] * math.exp(worth + q["tenure_return"] * min(tenure // 12, q["tenure_years"]))
        if goal > wage[i]:
            want = wage[i] + q["review_pass"] * (goal - wage[i])
            reviewed += 1
        else:
            want = max(goal, wage[i] * slip, floor[c.zone[j]])
            slipped += 1
        assert math.isclose(p.wage[i], want, rel_tol=1e-5)
    assert min(raised, lowered) > 5 and min(reviewed, slipped) > 20
