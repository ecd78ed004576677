"""What seekers foresee is what hiring pays; screens know experience and credentials by field."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import worlds
from laborsim.market import (
    certificates,
    codes,
    demand,
    demography,
    hiring,
    matching,
    migration,
    participation,
    pay,
    quality,
    search,
    terrain,
    wages,
)
from laborsim.market.draws import Stream, bits, more_bits, to_unit
from laborsim.market.month import Month


def ready(people: int = 3000, index: int = 3, **kwargs) -> Month:
    m = worlds.month(people=people, **kwargs)
    for stage in (demand, participation, hiring, wages):
        stage.prepare(m)
    m.index = index
    m.scratch["sector_shock"] = np.ones((m.economy.sectors, m.economy.zones))
    m.scratch["looking"] = np.flatnonzero(m.world.people.state[: m.world.people.size] == codes.CARER)[::3]
    return m


def test_selection_by_sector_decides_how_many_vacancies_can_be_filled():
    plain = ready(overrides={"vacancies.selection_by_sector": [1.0] * 23})
    c = plain.world.cells
    sector = c.sector[: c.size]
    most = int(np.bincount(sector, c.vacancies[: c.size]).argmax())
    slow = ready(overrides={"vacancies.selection_by_sector": [0.3 if s == most else 1.0 for s in range(23)]})

    def open_(m):
        found = hiring.open_vacancies(m)
        return np.bincount(sector[found.cell], weights=found.open, minlength=plain.economy.sectors)

    a, b = open_(plain), open_(slow)
    assert a[most] > 10 and b[most] < 0.7 * a[most]
    np.testing.assert_array_equal(np.delete(a, most), np.delete(b, most))
    quick = ready(overrides={"vacancies.selection_by_sector": [3.0] * 23})
    assert hiring.decided(quick, np.arange(quick.world.cells.size)).max() == 1.0
    slower = {"vacancies.selection_by_sector": [0.8] * 23, "vacancies.selection_by_size": [0.7] * 5}
    usual, half = ready(overrides=slower), ready(overrides=slower)
    half.economy = dataclasses.replace(half.economy, selection=0.5)
    np.testing.assert_allclose(hiring.decided(half, np.arange(c.size)), 0.5 * hiring.decided(usual, np.arange(c.size)))


def test_seekers_foresee_what_hiring_pays():
    m = ready()
    rows, s = search.gather_seekers(m)
    vacancies = hiring.open_vacancies(m)
    ground = terrain.terrain(m)
    b = m.table("search.behaviour", lambda: None)
    pick = np.random.Generator(np.random.Philox(3)).integers(0, vacancies.cell.size, rows.size)
    cells = vacancies.cell[pick]
    there = vacancies.occupation[pick]
    kept = s.skill * ground.carried[s.occupation, there]
    worth = ground.pay.ability[there] * s.ability + ground.pay.skill[there] * (np.maximum(kept, b.skill_floor) - 1.0)
    worth -= s.discount * vacancies.bias[pick]
    fit = pay.fits(s.id, cells, m.key(Stream.JOB_TASTE, fixed=True)) / 127.0
    assert fit.std() > 0.5 and abs(fit.mean()) < 0.1
    worth += ground.pay.match[there] * fit
    assert s.discount.max() > 0.0 and vacancies.bias.std() > 0.0
    foreseen = np.maximum(vacancies.posted[pick] * np.exp(worth), vacancies.floor[pick])
    changed = there != s.occupation
    assert changed.sum() > 50 and (~changed).sum() > 5
    hiring._start_jobs(m, rows, cells)
    assert m.world.people.wage[rows] == pytest.approx(foreseen, rel=2e-5)
    assert m.world.people.fit[rows] / 127.0 == pytest.approx(fit)


def test_skill_carries_over_by_nearness():
    m = ready()
    mobility = m.economy.mobility.copy()
    mobility[0] = 0.0
    mobility[0, [0, 1, 2]] = 0.6, 0.39, 0.01
    m.economy = dataclasses.replace(m.economy, mobility=mobility)
    m.memory["demand"]["shares"] = np.full(m.economy.occupations, 0.1)
    carried, q = terrain.carried(m), m.room("search")
    assert (np.diag(carried) == 1.0).all()
    assert carried[0, 1] == pytest.approx(q["skill_transfer_group"])
    root = math.sqrt(0.01 / 0.39)
    far, group = q["skill_transfer_far"], q["skill_transfer_group"]
    assert carried[0, 2] == pytest.approx(far + (group - far) * root)
    assert carried[0, 3:] == pytest.approx(far)


def test_describe_matches_plain_python():
    m = ready()
    p, h = m.world.people.copy(), m.world.households
    rows, s = search.gather_seekers(m)
    q, e = m.room("search"), m.economy
    usual, scores = m.memory["wages"]["now"], quality.uses(m)
    taste_key, effort_key = (m.key(k, fixed=f) for k, f in ((search.Stream.JOB_TASTE, True),
                                                            (search.Stream.SEARCH_EFFORT, False)))
    worth = quality.response(m, "acceptance")
    assert rows.size > 100
    for k, i in enumerate(rows):
        state, job, o = int(p.state[i]), int(p.job[i]), int(p.occupation[i])
        idle = int(search.months_out(p.history[i], m.index - p.since[i])) if state > codes.SELF_EMPLOYED else 0
        skill = max(worlds.skill_now(m, i), q["skill_floor"])
        assert s.skill[k] == pytest.approx(skill, rel=1e-6)
        assert s.ability[k] == pytest.approx(float(p.ability[i]), rel=1e-6)
        assert (s.trained[k], s.credentials[k]) == (e.occ_education[o], p.credentials[i])
        assert s.travel[k] == h.car[p.household[i]]
        discount = q["pay_discount_sex"][p.sex[i]] + q["pay_discount_race"][p.race[i]]
        assert s.discount[k] == pytest.approx(discount, rel=1e-6)
        returns = q["skill_return"] * e.occ_spread[o]
        able = q["ability_return"] * e.occ_spread[o] * float(p.ability[i])
        factor = math.exp(able + returns * (skill - 1.0) - discount)
        last = min(float(p.wage[i]), usual[o] * factor)
        if state <= codes.SELF_EMPLOYED:
            likes = 2.0 * to_unit(np.uint64(more_bits(np.uint64(bits(taste_key, p.id[i])), job + 1))) - 1.0
            hold = math.log(max(float(p.wage[i]), 1.0)) + worth * (scores.acceptance[job] - 127.5) / 127.5
            hold += q["taste"] * likes
            hold -= q["commute_cost"] / 30.0 * e.commute_minutes[p.zone[i], m.world.cells.zone[job]]
            hold -= q["part_time_worth"] * (state == codes.PART_TIME_INVOLUNTARY)
            assert s.hold[k] == pytest.approx(hold, abs=1e-5)
            assert s.reservation[k] == 0 and s.applications[k] == m.parameters["matching.applications_employed"]
        elif state <= codes.UNEMPLOYED:
            r = max(q["reservation_start"] - q["reservation_fall"] * idle, q["reservation_floor"]) * last
            n = m.parameters["matching.applications_unemployed"]
            if p.ui_weeks[i] > 0:
                r += q["reservation_benefit"] * float(p.ui_benefit[i]) / q["full_time_week"]
                rate = min(float(p.ui_benefit[i]) / max(float(p.wage[i]) * p.hours[i], 1.0), q["benefit_most"])
                n -= to_unit(np.uint64(bits(effort_key, p.id[i]))) < q["benefit_effort"] * rate
            assert s.reservation[k] == pytest.approx(r, rel=1e-5) and s.applications[k] == n
            assert s.hold[k] == -np.inf


SCREENED = matching.MatchingParameters(rounds=1, redraws=1, experience_passes=0.6)


def lets_through(**seeker) -> bool:
    """Whether a vacancy of occupation 1 that asks for an associate degree in field 1 considers this applicant."""
    who = {"occupation": 1, "education": codes.HS, "trained": 0, "credentials": 0, "skill": 1.0} | seeker
    one = {
        "id": 7, "zone": 0, "applications": 1, "knows": 2**32 - 1, "reservation": 0.0, "ability": 0.0, "score": 0.0,
        "record": 0, "travel": 0, "hold": -np.inf, "cell": -1, "bias": 0.0, "discount": 0.0, **who,
    }  # fmt: skip
    s = matching.Seekers(**{name: np.array([one[name]]) for name in matching.Seekers._fields})
    job = {"cell": 0, "open": 1, "posted": 20.0, "floor": 8.0, "occupation": 1, "zone": 0, "needs": codes.ASSOCIATE,
           "fields": 2, "screens_record": 0, "amenity": 0.0, "bias": 1.0, "experience": 0.0}  # fmt: skip
    v = matching.Vacancies(**{name: np.array([job[name]]) for name in matching.Vacancies._fields})
    carried = np.where(np.eye(3) > 0, 1.0, 0.4)
    carried[2, 1] = 0.7
    ground = matching.Terrain(np.ones((1, 1, 1)), np.zeros((1, 1, 1)), np.ones((3, 3)) / 3, np.zeros(3, "u1"), carried)
    keys = matching.Keys(*(np.uint64(k) for k in (1, 2, 3)))
    found = matching.match(s, v, ground, SCREENED, keys)
    assert found.applications_sent.tolist() == [1]
    return bool(found.vacancy_index[0] == 0)


def test_a_credential_passes_in_its_field_and_experience_where_it_carries_over():
    assert not lets_through()
    assert lets_through(education=codes.ASSOCIATE)
    assert lets_through(credentials=2) and not lets_through(credentials=4 | 1), "of its own field only"
    assert lets_through(trained=codes.ASSOCIATE) and lets_through(trained=codes.BACHELOR)
    assert not lets_through(trained=codes.SOME_COLLEGE), "not for more than the occupation's own schooling"
    assert not lets_through(trained=codes.ASSOCIATE, skill=0.5), "beginners"
    assert lets_through(occupation=2, trained=codes.BACHELOR), "a near occupation"
    assert not lets_through(occupation=0, trained=codes.BACHELOR), "a far one"


def test_fields_follow_occupations_and_programs():
    m = ready()
    e, pr = m.economy, m.programs
    asked = certificates.credentials_asked(m)
    for o in range(e.occupations):
        taught = {int(c) for c, t in zip(pr.credential, pr.occupations[:, o], strict=True) if t and c < 16}
        named = {i for i, name in enumerate(e.credential_fields)
                 if e.major_codes[e.occ_major[o]] in codes.CREDENTIAL_FIELDS.get(name, ())}
        assert {i for i in range(16) if int(asked[o]) >> i & 1} == taught | named
    assert (asked > 0).any() and (asked == 0).any()


def test_newcomers_bring_the_credentials_of_the_start():
    m = ready()
    p, e = m.world.people, m.economy
    n = p.size
    p.credentials[:n] = np.where(np.arange(n) % 10 == 0, 2, 0)
    start = migration.credentials_at_start(m)
    p.credentials[:n] = 4  # everyone is trained later on
    demography.prepare(m)
    m.memory["demography"].update(start)
    migration.list_donors(m)
    m.memory["demography"]["jobs_gap"][:] = 0.0
    before = p.size
    migration.arrive(m, np.bincount(p.zone[:n], minlength=e.zones) * 60)
    new = np.flatnonzero((p.since[: p.size] == m.index) & (p.id[: p.size] >> np.uint64(63) == 1))
    assert new.size > 200 and before <= p.size
    assert not (p.credentials[new] & 4).any()
    assert (p.credentials[new] == 2).mean() == pytest.approx(0.1, abs=0.05)


def test_good_jobs_that_newcomers_had_lined_up_count_as_filled():
    m = ready(overrides={"demography.job_lined_up": 1.0})
    p, c, e = m.world.people, m.world.cells, m.economy
    m.economy = dataclasses.replace(e, good_job_wage=float(np.median(c.posted[: c.size])))
    c.vacancies[: c.size] = 5
    demography.prepare(m)
    m.memory["demography"] |= migration.credentials_at_start(m)
    migration.list_donors(m)
    m.memory["demography"]["jobs_gap"][:] = 0.0
    migration.arrive(m, np.bincount(p.zone[: p.size], minlength=e.zones) * 60)
    taken = 5 - c.vacancies[: c.size].astype(int)
    good = c.posted[: c.size] >= m.economy.good_job_wage
    assert 0 < taken[good].sum() < taken.sum() == m.counts.openings_filled.sum()
    want = np.bincount(c.zone[: c.size][good], weights=taken[good], minlength=m.counts.good_filled.size)
    assert m.counts.good_filled.tolist() == want.tolist()
