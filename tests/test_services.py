"""Job centers, help with travel, outreach, help with rent: who gets it, what it does, what it costs."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import worlds
from laborsim.market import (
    codes,
    demand,
    demography,
    hiring,
    housing,
    needs,
    outreach,
    participation,
    search,
    services,
    terrain,
    travel,
    wages,
)
from laborsim.market.counts import SCALAR
from laborsim.market.draws import bits, more_bits, to_unit
from laborsim.market.levers import JobCenters, Outreach, RentSupport, TravelSupport
from laborsim.market.month import Month
from laborsim.market.transitions import move

ECONOMY = worlds.economy(months=36)
PROGRAMS = worlds.programs(ECONOMY)
HERE = (1, 1, 0)
SCENARIO = "scenarios/independence-works-2025.toml"


def ready(people: int = 3000, seed: int = 42, seek_help: float = 1.0, **levers) -> Month:
    """A world in its third month with one in six out of work, all of whom ask for help if they come."""
    m = worlds.month(people=people, overrides={"services.seek_help": seek_help})
    for stage in (demography, demand, participation, hiring, wages):
        stage.prepare(m)
    m.index, m.seed = 3, seed
    m.scratch["sector_shock"] = np.ones((m.economy.sectors, m.economy.zones))
    m.scratch["looking"] = np.empty(0, np.int64)
    p = m.world.people
    lost = np.flatnonzero(p.state[: p.size] <= codes.PART_TIME_INVOLUNTARY)[::6]
    move(m, lost, np.full(lost.size, codes.UNEMPLOYED, np.uint8), np.full(lost.size, codes.LAYOFF, np.uint8))
    m.levers = dataclasses.replace(m.levers, **levers)
    return m


def centers(**settings) -> tuple[JobCenters, ...]:
    return (JobCenters(**({"places": 40, "zones": HERE, "centers": HERE} | settings)),)


def count(m: Month, name: str) -> int:
    return int(m.counts.scalars[SCALAR[name]])


def gathered(m: Month):
    rows, s = search.gather_seekers(m)
    visited = services.prospected(m)
    return rows, s, hiring.open_vacancies(m, visited), terrain.terrain(m), visited


# --- job centers ---------------------------------------------------------------------------------
def test_places_are_scarce_and_some_are_kept_for_people_without_insurance():
    m = ready(job_centers=centers(places=30, uninsured_share=0.5, advertising=1.0))
    p = m.world.people
    idle = np.flatnonzero(p.state[: p.size] == codes.UNEMPLOYED)
    p.ui_weeks[idle] = np.where(np.arange(idle.size) % 5 == 0, 0, 20)  # few have no insurance
    services.serve(m, *gathered(m))
    assert count(m, "center_served") == 30
    assert count(m, "center_served_uninsured") >= 15
    assert count(m, "center_came") == count(m, "center_served") + count(m, "center_turned_away")
    assert count(m, "center_aware") >= count(m, "center_came")
    plain = ready(job_centers=centers(places=30, advertising=1.0))
    p = plain.world.people
    p.ui_weeks[idle] = np.where(np.arange(idle.size) % 5 == 0, 0, 20)
    services.serve(plain, *gathered(plain))
    assert count(plain, "center_served_uninsured") < 15


def test_only_who_asks_for_help_wants_a_place():
    came = []
    for share in (1.0, 0.25):
        m = ready(seek_help=share, job_centers=centers(places=10_000, advertising=1.0))
        services.serve(m, *gathered(m))
        assert count(m, "center_turned_away") == 0
        came.append(count(m, "center_came"))
    assert came[1] / came[0] == pytest.approx(0.25, abs=0.1)


def test_one_more_place_serves_one_more_and_changes_nobody_else():
    def served(places: int) -> set[int]:
        m = ready(job_centers=centers(places=places, applications=3.0))
        rows, s, v, ground, visited = gathered(m)
        before = s.applications.copy()
        services.serve(m, rows, s, v, ground, visited)
        return set(rows[s.applications > before].tolist())

    ten, eleven = served(10), served(11)
    assert len(ten) == 10 and len(eleven) == 11 and ten < eleven


def test_those_turned_away_come_first_next_month_unless_they_drop_off():
    m = ready(job_centers=centers(places=10, advertising=1.0))
    rows, s, v, ground, visited = gathered(m)
    services.serve(m, rows, s, v, ground, visited)
    waiting = m.memory["services"]["row"]
    assert waiting.size == count(m, "center_turned_away") > 20
    m.index += 1
    m.counts.reset()
    rows, s, v, ground, visited = gathered(m)
    before = s.applications.copy()
    m.levers = dataclasses.replace(m.levers, job_centers=centers(places=10, applications=2.0, advertising=1.0))
    services.serve(m, rows, s, v, ground, visited)
    assert np.isin(rows[s.applications > before], waiting).all()
    assert count(m, "center_came") < waiting.size + 200


def test_the_benefit_of_claimants_called_in_is_suspended_until_they_come():
    m = ready(job_centers=centers(places=10_000, called=1.0))
    p = m.world.people
    idle = np.flatnonzero((p.state[: p.size] == codes.UNEMPLOYED) & (p.zone[: p.size] < 2))
    p.ui_weeks[idle], p.since[idle] = 20, m.index - 1
    services.serve(m, *gathered(m))
    called, away = count(m, "center_called"), count(m, "center_no_shows")
    assert called == idle.size
    assert away / called == pytest.approx(1 - m.parameters["services.comply"], abs=0.08)
    assert (p.ui_weeks[idle] == 0).sum() == away
    assert count(m, "center_served") >= called - away
    gone = idle[p.ui_weeks[idle] == 0]
    # One finds work, one stops looking, one loses a job again: none of their claims goes on.
    p.state[gone[0]], p.state[gone[1]], p.since[gone[2]] = codes.FULL_TIME, codes.DISCOURAGED, m.index
    m.levers = dataclasses.replace(m.levers, job_centers=centers(places=0))
    paid = []
    for m.index in range(4, 12):
        before = set(gone[p.ui_weeks[gone] > 0].tolist())
        services.serve(m, *gathered(m))
        now = set(gone[p.ui_weeks[gone] > 0].tolist())
        assert before <= now
        paid.append(len(now))
    assert 0 < paid[0] < paid[-1] <= away - 3
    chance = m.parameters["services.comply_again"]
    assert paid[0] / (away - 3) == pytest.approx(chance, abs=0.2)
    back = gone[p.ui_weeks[gone] > 0]
    assert (p.ui_weeks[back] == 20).all() and not np.isin(gone[:3], back).any()
    assert m.memory["suspended"]["row"].size == away - 3 - paid[-1]


def test_without_a_sanction_nobody_called_in_loses_a_week():
    m = ready(job_centers=centers(places=10_000, called=1.0, sanction=False))
    p = m.world.people
    idle = np.flatnonzero((p.state[: p.size] == codes.UNEMPLOYED) & (p.zone[: p.size] < 2))
    p.ui_weeks[idle], p.since[idle] = 20, m.index - 1
    services.serve(m, *gathered(m))
    assert count(m, "center_no_shows") > 0 and (p.ui_weeks[idle] == 20).all()
    assert "suspended" not in m.memory


def test_a_review_suspends_some_benefits_and_the_others_keep_up_their_search():
    m = ready(job_centers=centers(places=10_000, called=1.0, walk_in=False, review=0.3, applications=0.0))
    p = m.world.people
    idle = np.flatnonzero((p.state[: p.size] == codes.UNEMPLOYED) & (p.zone[: p.size] < 2))[::2]
    p.ui_weeks[: p.size] = 0
    p.ui_weeks[idle], p.since[idle] = 20, m.index - 1
    rows, s, v, ground, visited = gathered(m)
    usual = int(m.parameters["matching.applications_unemployed"])
    s.applications[np.isin(rows, idle)] = usual - 1  # benefits lower effort
    services.serve(m, rows, s, v, ground, visited)
    away, out = count(m, "center_no_shows"), count(m, "center_found_ineligible")
    assert count(m, "center_came") == idle.size - away == count(m, "center_served")
    assert out / (idle.size - away) == pytest.approx(0.3, abs=0.1)
    assert (p.ui_weeks[idle] == 0).sum() == away + out
    kept = np.isin(rows, idle[p.ui_weeks[idle] > 0])
    assert (s.applications[kept] == usual).all()
    assert (s.applications[np.isin(rows, idle) & ~kept] == usual - 1).all()
    why = m.memory["suspended"]["why"]
    assert (why == services.STAYED_AWAY).sum() == away and (why == services.INELIGIBLE).sum() == out


def test_help_goes_on_for_the_months_stated_while_people_look():
    m = ready(job_centers=centers(places=30, applications=2.0, months=3))
    served: list[np.ndarray] = []
    for m.index in range(3, 7):
        m.counts.reset()
        rows, s, v, ground, visited = gathered(m)
        before = s.applications.copy()
        services.serve(m, rows, s, v, ground, visited)
        new = m.scratch["services.served"]
        assert new.size == count(m, "center_served") <= 30
        expected = set(np.concatenate([*served[-2:], new]).tolist())
        assert {int(r) for r in rows[s.applications == before + 2]} == expected
        assert not set(new.tolist()) & set(np.concatenate([*served[-2:], new[:0]]).tolist())
        served.append(new)
    assert ready().memory.get("services") is None


def test_cheaper_trips_are_more_trips_and_only_low_wages_may_ask():
    order = TravelSupport(10_000, HERE, paid=1.0, wage_limit=14.0)
    m = ready(travel=(order,))
    rows, s = search.gather_seekers(m)
    before = s.applications.copy()
    travel.help_seekers(m, rows, s)
    p = m.world.people
    out = p.state[rows] > codes.SELF_EMPLOYED
    asks = out & (np.array(HERE)[p.zone[rows]] > 0) & (p.wage[rows] < 14.0)
    assert (s.travel[asks] >= 2).all() and (s.travel[~asks] < 2).all() and asks.sum() > 50
    assert (s.applications[~asks] == before[~asks]).all()
    rise = (1 - m.parameters["search.travel_money"]) ** -m.parameters["services.trips_elasticity"] - 1
    want = float((before[asks] * rise).sum())
    assert float((s.applications[asks] - before[asks]).sum()) == pytest.approx(want, abs=4 * math.sqrt(asks.sum()) / 2)


def test_service_adds_applications_fields_and_lowers_what_is_asked_for():
    m = ready(job_centers=centers(places=10_000, applications=2.0, fields=1, coaching=1.0, advertising=1.0))
    p, q = m.world.people, m.room("search")
    p.knows[: p.size] = np.uint32(1) << m.economy.occ_major[p.occupation[: p.size]].astype(np.uint32)
    rows, s, v, ground, visited = gathered(m)
    old = type(s)(*(c.copy() for c in s))
    services.serve(m, rows, s, v, ground, visited)
    served = s.applications > old.applications
    assert served.sum() == count(m, "center_served") > 50
    assert (s.applications[served] == old.applications[served] + 2).all()
    fields = np.array([bin(k).count("1") for k in s.knows])
    assert (fields[served] == 2).all() and (fields[~served] == 1).all()
    assert (p.knows[rows[served]] == s.knows[served]).all()
    usual = m.memory["wages"]["now"][s.occupation]
    spread = m.economy.occ_spread[s.occupation]
    worth = q["ability_return"] * s.ability + q["skill_return"] * (s.skill - 1.0)
    own = usual * np.exp(spread * worth - s.discount)
    least = q["reservation_floor"] * np.minimum(p.wage[rows], own)
    assert s.reservation[served] == pytest.approx(np.minimum(old.reservation, least)[served], rel=1e-5)
    assert (s.reservation[~served] == old.reservation[~served]).all()


def test_the_field_shown_is_that_with_most_vacancies_near():
    m = ready(job_centers=centers())
    _, s, v, ground, _ = gathered(m)
    reach = services._Reach(ground.mobility, ground.commute_weight, services._open(v, ground), ground.occ_major,
                            ground.carried)  # fmt: skip
    s.knows[:] = 1
    services._show_fields(np.arange(20), s, reach, 1)
    for i in range(20):
        score = [0.0] * 32
        for j in range(v.cell.size):
            score[m.economy.occ_major[v.occupation[j]]] += (
                ground.mobility[s.occupation[i], v.occupation[j]] * v.open[j]
                * ground.commute_weight[s.travel[i], s.zone[i], v.zone[j]]
            )  # fmt: skip
        score[0] = 0.0
        assert s.knows[i] == 1 | 1 << int(np.argmax(score))


def test_referrals_match_plain_python():
    m = ready(people=1500, job_centers=centers(places=10_000, applications=1.0, referrals=2, advertising=1.0,
                                               employer_contacts=20))  # fmt: skip
    p, cells = m.world.people, m.world.cells
    p.education[: p.size : 2], p.credentials[: p.size : 4] = codes.HS, 0xFFFF
    m.economy.occ_education[:] = codes.ASSOCIATE
    cells.needs[: cells.size : 2] = codes.ASSOCIATE
    rows, s, v, ground, visited = gathered(m)
    before = s.applications.copy()
    sent = services.serve(m, rows, s, v, ground, visited)
    served = np.flatnonzero(s.applications > before)
    c, q = m.world.cells, m.room("services")
    key = m.key(services.Stream.CENTER_REFERRAL)
    want, opened = [], 0
    for i in served:
        first = np.uint64(bits(key, np.uint64(s.id[i]) ^ np.uint64(0x5555)))
        waits = []
        for j in range(v.cell.size):
            o, other = int(s.occupation[i]), int(v.occupation[j])
            pull = (1.0 + float(c.age[v.cell[j]])) ** q["crowding"]
            if visited[c.establishment[v.cell[j]]]:
                pull *= q["prospect_pull"]
            weight = ground.mobility[o, other] * ground.commute_weight[s.travel[i], s.zone[i], v.zone[j]]
            weight *= int(v.open[j]) * pull
            skill = float(s.skill[i]) * float(ground.carried[o, other])
            passes = v.needs[j] <= s.education[i] or (skill >= m.parameters["search.experience_passes"]
                                                      and v.needs[j] <= s.trained[i])  # fmt: skip
            held = v.needs[j] <= codes.ASSOCIATE and (int(v.fields[j]) & int(s.credentials[i])) != 0
            opened += held and not passes
            passes = passes or held
            knows = int(s.knows[i]) >> int(m.economy.occ_major[other]) & 1
            if weight > 0 and knows and passes and not (v.screens_record[j] and s.record[i]):
                u = to_unit(np.uint64(more_bits(first, int(v.cell[j]) + 1)))
                waits.append((-math.log(1.0 - u) / weight, j))
        for turn, (_, j) in enumerate(sorted(waits)[: min(2, int(s.applications[i]))]):
            want.append((int(i), int(s.applications[i]) - 1 - turn, j))
    assert len(want) > 50 and opened > 20
    assert list(zip(*(a.tolist() for a in sent), strict=True)) == want


def test_prospected_employers_post_and_decide_sooner():
    m = ready(job_centers=centers(employer_contacts=30))
    c = m.world.cells
    c.target[: c.size] = c.filled[: c.size] + 2
    c.recall[: c.size] = 0
    c.vacancies[: c.size] = 1
    visited = services.prospected(m)
    assert visited.sum() == count(m, "prospect_contacts") == 30
    mine = visited[c.establishment[: c.size]]
    assert (c.vacancies[: c.size][mine] == 2).all() and (c.vacancies[: c.size][~mine] == 1).all()
    assert count(m, "prospect_openings") == mine.sum() == m.counts.openings_posted.sum()
    plain, quick = hiring.open_vacancies(m), hiring.open_vacancies(m, visited)
    ready_now = dict(zip(quick.cell.tolist(), quick.open.tolist(), strict=True))
    assert all(ready_now[k] == 2 for k in np.flatnonzero(mine))
    assert quick.open.sum() > plain.open.sum()


def test_placements_are_mostly_at_the_expense_of_others():
    """With vacancies as they are, help moves people ahead in line: net gain at most half of the gross one."""
    gross = net = base = total = 0
    for seed in range(12):
        found, mine = [], None
        for order in ((), centers(places=120, applications=2.0, coaching=0.5, referrals=1, advertising=1.0)):
            m = ready(people=6000, seed=seed, job_centers=order)
            rows, s = search.gather_seekers(m)
            rows0, applications = rows.copy(), s.applications.copy()
            p = m.world.people
            idle = p.state[rows0] > codes.SELF_EMPLOYED
            if order:
                visited = services.prospected(m)
                services.serve(m, rows, s, hiring.open_vacancies(m), terrain.terrain(m), visited)
                mine = s.applications > applications
                m = ready(people=6000, seed=seed, job_centers=order)
                p = m.world.people
            hiring.stage(m)
            found.append(idle & (p.state[rows0] <= codes.SELF_EMPLOYED))
        gross += int(found[1][mine].sum()) - int(found[0][mine].sum())
        net += int(found[1].sum()) - int(found[0].sum())
        base, total = base + int(found[0][mine].sum()), total + int(mine.sum())
    assert total > 1000 and base > 50
    assert gross > 3 * math.sqrt(base), "those served find jobs sooner"
    assert net <= gross / 2


# --- travel --------------------------------------------------------------------------------------
def test_cheaper_travel_lets_people_look_further():
    m = ready(travel=(TravelSupport(50, HERE, paid=0.8),))
    weight, cost = travel.tables(m)
    assert weight.shape == cost.shape == (4, 3, 3)
    share = weight / weight.sum(axis=2, keepdims=True)
    away = m.economy.commute_minutes[:2].argmax(axis=1)
    for base, helped in ((0, 2), (1, 3)):
        assert (share[helped, [0, 1], away] > share[base, [0, 1], away]).all(), "farther zones gain weight"
        assert (cost[helped] < cost[base]).all()
    m.levers = dataclasses.replace(m.levers, travel=())
    plain, _ = travel.tables(m)
    assert (plain == weight[:2]).all()
    reach = np.exp(-np.maximum(m.economy.commute_minutes - 20.0, 0.0) / m.parameters["search.no_car_minutes"])
    assert plain[0] == pytest.approx(m.economy.commute_weight * reach)


def test_rides_make_people_without_a_car_look_as_others_do_and_users_are_counted():
    m = ready(travel=(TravelSupport(25, HERE, paid=0.5, rides=True, only_without_car=True),))
    m.world.households.car[: m.world.households.size] = np.arange(m.world.households.size) % 2
    rows, s = search.gather_seekers(m)
    before = s.travel.copy()
    travel.help_seekers(m, rows, s)
    changed = s.travel != before
    assert changed.sum() == 25 and (before[changed] == travel.NO_CAR).all() and (s.travel[changed] == 3).all()
    assert count(m, "travel_users") == count(m, "travel_riders") == 25
    held = m.memory["travel"]["row"]
    p = m.world.people
    p.state[held[:10]], p.since[held[:10]] = codes.FULL_TIME, m.index  # ten find a job
    p.state[held[10:15]] = codes.RETIRED  # five give up
    m.counts.reset()
    m.index += 1
    m.scratch["looking"] = np.empty(0, np.int64)
    rows, s = search.gather_seekers(m)
    travel.help_seekers(m, rows, s)
    now = m.memory["travel"]["row"]
    assert np.isin(held[:10], now).all() and not np.isin(held[10:15], now).any() and now.size == 25
    m.index += int(m.parameters["services.travel_months"])
    rows, s = search.gather_seekers(m)
    travel.help_seekers(m, rows, s)
    assert not np.isin(held[:10], m.memory["travel"]["row"]).any()


# --- outreach ------------------------------------------------------------------------------------
def test_outreach_teaches_the_groups_named_and_they_apply_there():
    trade = ECONOMY.major_codes.index("47")
    m = ready(outreach=(Outreach(400, HERE, majors=(trade,), kinds=(0,), sexes=(codes.FEMALE,), ages=(18, 40)),))
    p, n = m.world.people, m.world.people.size
    before = p.knows[:n].copy()
    outreach.stage(m)
    learnt = p.knows[:n] != before
    assert count(m, "outreach_contacts") == 400
    assert 100 < learnt.sum() == count(m, "outreach_learnt") < 300
    age = (m.index - p.birth[:n][learnt]) // 12
    assert (p.sex[:n][learnt] == codes.FEMALE).all() and (age >= 18).all() and (age <= 40).all()
    bits_ = np.uint32(1 << trade | 1 << codes.KNOWS_PROGRAM_BIT)
    assert (p.knows[:n][learnt] & bits_ == bits_).all()


def test_awareness_opens_a_field_to_applications():
    trade = ECONOMY.major_codes.index("47")
    hired = []
    for told in (False, True):
        m = ready(people=6000)
        p, n = m.world.people, m.world.people.size
        women = (p.sex[:n] == codes.FEMALE) & (p.state[:n] == codes.UNEMPLOYED)
        rows = np.flatnonzero(women)
        p.knows[rows] &= np.uint32(~np.uint32(1 << trade))
        if told:
            p.knows[rows] |= np.uint32(1 << trade)
        c = m.world.cells
        cells = c.occupation[: c.size] == worlds.OCCUPATIONS.index("47-2000")
        c.needs[: c.size][cells], c.vacancies[: c.size][cells] = 0, 5
        hiring.stage(m)
        found = p.occupation[rows[p.state[rows] <= codes.SELF_EMPLOYED]]
        hired.append(int((m.economy.occ_major[found] == trade).sum()))
    assert hired[0] == 0 < hired[1]


def test_under_represented_groups_are_those_with_less_than_their_share():
    m = ready()
    p, n = m.world.people, m.world.people.size
    trade = ECONOMY.major_codes.index("47")
    groups = outreach.under_represented(m, (trade,))
    for sex in range(2):
        for race in range(5):
            mine = (p.sex[:n] == sex) & (p.race[:n] == race) & (p.zone[:n] < 2)
            force = (p.state[:n] <= codes.UNEMPLOYED) & (p.zone[:n] < 2)
            field = (p.state[:n] <= codes.SELF_EMPLOYED) & (ECONOMY.occ_major[p.occupation[:n]] == trade)
            field &= p.zone[:n] < 2
            less = (mine & field).sum() / field.sum() < (mine & force).sum() / force.sum()
            assert groups[sex, race] == less


# --- rent ----------------------------------------------------------------------------------------
def test_what_households_earn_is_the_sum_over_their_members_at_work():
    m = ready()
    p, size = m.world.people, m.world.households.size
    expected = [0.0] * size
    for i in range(p.size):
        if p.state[i] <= codes.SELF_EMPLOYED:
            expected[p.household[i]] += float(p.wage[i]) * int(p.hours[i]) * needs.WEEKS_A_MONTH
    earned = needs.earned(m)
    assert earned.tolist() == expected and sum(expected) > 0.0
    some = np.arange(0, size, 3)
    assert (needs.earned_by(m, some) == earned[some]).all()


def test_rent_help_falls_with_earnings_and_goes_to_low_earners():
    m = ready(rent=(RentSupport(100, HERE, rent=900.0, income_limit=2_000.0),))
    earned = needs.earned(m)
    housing.stage(m)
    held, paid = m.memory["housing"], m.scratch["housing.paid"]
    assert held["row"].size == 100 == count(m, "rent_families")
    assert (earned[held["row"]] < 2_000.0).all() and (m.world.households.zone[held["row"]] < 2).all()
    assert paid[held["row"]] == pytest.approx(np.maximum(900.0 - 0.3 * earned[held["row"]], 0.0))
    assert count(m, "rent_cents") == np.rint(paid * 100).astype(int).sum()
    housing.stage(m)
    assert (m.memory["housing"]["row"] == held["row"]).mean() > 0.9, "families keep their help"


def test_rent_help_lowers_looking_and_raises_what_is_asked_for():
    m = ready(people=6000, rent=(RentSupport(10_000, HERE, rent=1_500.0, income_limit=9_000.0),))
    p, n = m.world.people, m.world.people.size
    out = np.flatnonzero((p.state[:n] >= codes.CARER) & (p.state[:n] < codes.GONE))
    assert (housing.discouraged(m, out) == 0.0).all() and housing.thin(m, out).size == out.size
    working = (p.state[:n] <= codes.UNEMPLOYED).sum()
    housing.stage(m)
    assert (p.state[:n] <= codes.UNEMPLOYED).sum() <= working
    less = housing.discouraged(m, out)
    helped = m.scratch["housing.paid"][p.household[out]] > 0
    assert (less[helped] > 0).all() and (less[~helped] == 0).all() and (less < 1).all()
    left = housing.thin(m, out)
    assert left.size / out.size == pytest.approx(1 - less.mean(), abs=0.03)
    rows, s = search.gather_seekers(m)
    before = s.reservation.copy()
    housing.raise_reservation(m, rows, s)
    paid = m.scratch["housing.paid"][p.household[rows]] > 0
    asks = before > 0
    assert (s.reservation[paid & asks] > before[paid & asks]).all() and (s.reservation[~paid] == before[~paid]).all()
    homes = m.memory["housing"]["row"]
    assert housing.stay(m, homes).size < homes.size and housing.arrivals(m) > 1.0
