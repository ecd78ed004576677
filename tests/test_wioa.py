"""WIOA indicators: figures of small groups worked out by hand, suppression, and a run that is watched."""

from __future__ import annotations

import math

import numpy as np
import pytest

import worlds
from laborsim.indicators import wioa
from laborsim.indicators.watch import MONTHLY, NEVER, NO_EMPLOYER, UNKNOWN, Panel, Watch
from laborsim.market import codes as k
from laborsim.market import participants, training
from laborsim.market.counts import PIPELINE
from laborsim.study.wioa import wioa_table

APPRENTICE, OJT_, CLASS = 0, 1, 2
KINDS = np.array([k.APPRENTICESHIP, k.OJT, k.CLASSROOM])
MONTHS = 48
EAGER = {"training.attention_unemployed": 0.6, "training.taste": 2.0}


def panel(pay, employers=None, school=None, ages=None, states=None, start="2018-01", **traits):
    """Wage records of a few people, from what they earn every month, (N, T)."""
    pay = np.asarray(pay, float)
    n, t = pay.shape
    months = {name: np.full((n, t), empty, dtype) for name, dtype, empty in MONTHLY}
    months["earnings"][:] = pay
    months["state"][:] = np.where(pay > 0, k.FULL_TIME, k.UNEMPLOYED)
    if states is not None:
        months["state"][:] = np.where(np.asarray(states) >= 0, states, months["state"])
    known = np.broadcast_to(7 if employers is None else employers, pay.shape).astype(np.uint64)
    months["employer"][:] = np.where(pay > 0, known, NO_EMPLOYER)
    if school is not None:
        months["school"][:] = school
    own = {
        "id": np.arange(n, dtype=np.uint64) + np.uint64(100),
        "birth": -12 * np.asarray([40] * n if ages is None else ages).astype(np.int16),
        "sex": np.arange(n, dtype=np.uint8) % 2, "race": np.zeros(n, np.uint8), "education": np.ones(n, np.uint8),
        "zone": np.zeros(n, np.uint8), "first": np.zeros(n, np.int64),
    }  # fmt: skip
    return Panel(own | traits, months, start)


def enrolled(program, start, end, completed=None, credential=None, laid_off=None, under_way=None, ids=None):
    """The log of as many enrolments."""
    n = len(program)
    default = {"completed": 0, "credential": 255, "laid_off": NEVER, "under_way": 0}
    given = {"completed": completed, "credential": credential, "laid_off": laid_off, "under_way": under_way}
    return {
        "id": np.asarray(range(n) if ids is None else ids, np.uint64) + np.uint64(100),
        "program": np.asarray(program, np.uint8), "enrolled": np.asarray(start), "exit": np.asarray(end),
        "added": np.zeros(n, np.uint8), "before": np.full(n, UNKNOWN, np.uint8),
        **{name: np.full(n, default[name]) if x is None else np.asarray(x) for name, x in given.items()},
    }  # fmt: skip


def test_quarters_are_counted_from_the_quarter_of_exit():
    # exit in March 2018 (month 2): second quarter after exit is July to September (months 6 to 8), fourth January on
    q = wioa.Quarters("2018-01")
    assert q.first_month(np.array([0, 1, 2, 3, 11]), 2).tolist() == [6, 6, 6, 9, 15]
    assert q.first_month(np.array([2]), 4).tolist() == [12]
    # a run from February 2018: month 1 is March, the quarter began a month before the run
    assert wioa.Quarters("2018-02").first_month(np.array([1]), 2).tolist() == [5]
    assert q.program_year(np.array([0, 5, 6, 17, 18])).tolist() == [0, 0, 1, 1, 2]


def test_the_six_figures_of_four_people_by_hand():
    pay = np.zeros((4, MONTHS))
    # all leave in March 2018: Q2 is months 6 to 8, Q4 months 12 to 14
    pay[0, 6:15] = 3000.0  # employed in both: 9,000 a quarter
    pay[1, 8] = 1000.0  # one month's pay is employment in the quarter; nothing in Q4
    pay[2, 12:15] = 2000.0  # nothing in Q2, employed in Q4
    employers = np.full((4, MONTHS), 7)
    employers[0, 12:] = 8  # another employer in Q4
    pay[3, 6:15] = 5000.0
    people = panel(pay, employers)
    log = enrolled([CLASS] * 4, [0] * 4, [2] * 4, completed=[1, 1, 0, 1], credential=[3, 255, 255, 3])
    found = wioa.exits(people, log, KINDS)
    everyone = np.ones(4, bool)
    assert found.q2.tolist() == [1, 1, 0, 1] and found.q4.tolist() == [1, 0, 1, 1]
    assert wioa.figure(found, "employment_q2", everyone) == (0.75, 4)
    assert wioa.figure(found, "employment_q4", everyone) == (0.75, 4)
    assert wioa.figure(found, "median_earnings_q2", everyone) == (9000.0, 3)  # of 1,000, 9,000 and 15,000
    assert wioa.figure(found, wioa.SUPPLEMENT, everyone)[0] == pytest.approx((9000 + 1000 + 15000) / 4)
    assert wioa.figure(found, "credential_attainment", everyone) == (0.5, 4)
    # of the three employed in Q2, one has the same employer in Q4, one another, one none
    assert wioa.figure(found, "retention_same_employer", everyone) == (pytest.approx(1 / 3), 3)
    # enrolled and left within the program year to June 2018: three completed in it
    assert wioa.figure(found, "measurable_skill_gains", everyone) == (0.75, 4)


def slow_attainment(e, kind, quarters, horizon):
    """`wioa._attainment` of the own run, an enrolment and a year at a time."""
    credential, gains, years = [], [], []
    over = int(quarters.program_year(horizon)) - 1
    for j in range(kind.size):
        left = e["exit"][j] < horizon
        earned = any(
            e["id"][m] == e["id"][j] and e["credential"][m] != 255 and e["exit"][m] < horizon
            and e["enrolled"][j] <= e["exit"][m] <= e["exit"][j] + 12
            for m in range(kind.size)
        )  # fmt: skip
        whole = left and (e["exit"][j] + 12 < horizon or earned)
        trained = kind[j] not in (k.OJT, k.CUSTOMIZED, wioa.CLIENTS)
        credential.append(float(earned) if whole and trained else np.nan)
        last = min(int(quarters.program_year(min(e["exit"][j], horizon - 1))), over)
        of = range(int(quarters.program_year(e["enrolled"][j])), last + 1) if kind[j] != wioa.CLIENTS else range(0)
        gained = 0
        for year in of:
            done = left and (e["completed"][j] or e["credential"][j] != 255)
            finished = done and quarters.program_year(e["exit"][j]) == year
            steps = [e["enrolled"][j] + 12 * n for n in range(1, 7)] if kind[j] == k.APPRENTICESHIP else []
            stepped = any(quarters.program_year(s) == year and s < e["exit"][j] and s < horizon for s in steps)
            gained += bool(finished or stepped)
        years.append(len(of))
        gains.append(gained if len(of) else np.nan)
    return credential, gains, years


@pytest.mark.parametrize("start", ["2018-01", "2019-08"])
def test_attainment_and_gains_of_many_the_slow_way(start):
    rng = np.random.default_rng(5)
    n, horizon = 400, 60
    begin = rng.integers(0, horizon, n)
    e = {
        "id": rng.integers(0, 150, n).astype(np.uint64), "enrolled": begin,
        "exit": np.minimum(begin + rng.integers(0, 70, n), horizon),
        "completed": rng.integers(0, 2, n).astype(np.uint8),
        "credential": np.where(rng.random(n) < 0.3, 4, 255).astype(np.uint8),
    }  # fmt: skip
    kind = rng.integers(0, wioa.CLIENTS + 1, n)
    quarters = wioa.Quarters(start)
    found, expected = wioa._attainment(e, kind, quarters, horizon, True), slow_attainment(e, kind, quarters, horizon)
    for got, slow in zip(found, expected, strict=True):
        np.testing.assert_array_equal(got, slow)
    assert np.nansum(expected[0]) > 20 and np.nansum(expected[1]) > 50


def test_ojt_has_no_credential_indicator_and_contracts_are_not_employment():
    pay = np.full((1, MONTHS), 1000.0)
    people = panel(pay)
    people.months["program"][0, 6:9] = OJT_  # on another contract in the second quarter
    found = wioa.exits(people, enrolled([OJT_], [0], [2]), KINDS)
    assert math.isnan(found.credential[0])
    assert found.q2[0] == 0 and found.q4[0] == 1
    people.months["program"][0, 6:9] = CLASS  # a course beside a job is no contract
    assert wioa.exits(people, enrolled([OJT_], [0], [2]), KINDS).q2[0] == 1


def test_a_credential_counts_within_a_year_of_exit():
    people = panel(np.zeros((3, MONTHS)))
    # person 0 leaves without one and earns it in a second course 12 months after the first exit; person 1 in month 13
    log = enrolled(
        [CLASS, CLASS, CLASS, CLASS], [0, 0, 10, 10], [2, 2, 14, 15], completed=[0, 0, 1, 1],
        credential=[255, 255, 3, 3], ids=[0, 1, 0, 1],
    )  # fmt: skip
    assert wioa.exits(people, log, KINDS).credential.tolist() == [1, 0, 1, 1]
    # whether a credential follows within a year is not known at the end of the run
    late = enrolled([CLASS, CLASS], [30, 30], [MONTHS - 13, MONTHS - 12])
    assert np.isnan(wioa.exits(people, late, KINDS).credential).tolist() == [False, True]


def test_youth_in_education_count_and_adults_do_not():
    people = panel(np.zeros((3, MONTHS)), school=np.ones((3, MONTHS)), ages=[20, 24, 25])
    found = wioa.exits(people, enrolled([CLASS] * 3, [0] * 3, [2] * 3), KINDS)
    assert found.q2.tolist() == [1, 1, 0]
    assert [wioa.POPULATIONS[1:][p] for p in found.population] == ["youth", "youth", "adult"]
    assert found.earnings.tolist() == [0, 0, 0]


def test_dislocated_are_those_laid_off_in_the_year_before():
    people = panel(np.zeros((4, MONTHS)), ages=[40, 40, 40, 20])
    found = wioa.exits(people, enrolled([CLASS] * 4, [14] * 4, [16] * 4, laid_off=[2, 1, NEVER, 13]), KINDS)
    assert [wioa.POPULATIONS[1:][p] for p in found.population] == ["dislocated", "adult", "adult", "youth"]


def test_people_who_left_the_region_are_in_no_figure():
    states = np.full((2, MONTHS), -1)
    states[0, 7:] = k.GONE
    people = panel(np.full((2, MONTHS), 900.0), states=states)
    found = wioa.exits(people, enrolled([CLASS] * 2, [0] * 2, [2] * 2), KINDS)
    assert np.isnan(found.q2).tolist() == [True, False] and np.isnan(found.q4).tolist() == [True, False]
    still = wioa.exits(panel(np.zeros((1, MONTHS))), enrolled([CLASS], [0], [MONTHS]), KINDS)
    assert np.isnan(still.q2[0]) and np.isnan(still.credential[0])  # still enrolled at the end


def test_an_apprentice_gains_a_step_each_year():
    # enrolled in July 2018 (month 6), three years, cancelled in month 40: steps in months 18 and 30, each in its year
    people = panel(np.zeros((1, 60)))
    found = wioa.exits(people, enrolled([APPRENTICE], [6], [40]), KINDS)
    # program years from July: 2018, 2019 (step in month 18), 2020 (step in month 30), none is over after month 42
    assert found.years[0] == 3 and found.gains[0] == 2
    classroom = wioa.exits(people, enrolled([CLASS], [6], [40]), KINDS)
    assert classroom.years[0] == 3 and classroom.gains[0] == 0


def test_net_is_gross_less_the_same_people_without_the_program():
    pay, other = np.zeros((4, MONTHS)), np.zeros((4, MONTHS))
    pay[:3, 6:15] = 1000.0
    other[2:, 6:15] = 500.0
    rows = wioa.rows(panel(pay), enrolled([CLASS] * 4, [0] * 4, [2] * 4), KINDS, panel(other))
    at = {r["indicator"]: r for r in rows if (r["program"], r["population"], r["group"]) == ("classroom", "all", "all")}
    assert (at["employment_q2"]["gross"], at["employment_q2"]["counterfactual"]) == (0.75, 0.5)
    assert at["employment_q2"]["net"] == pytest.approx(0.25)
    assert at["mean_earnings_q2"]["net"] == pytest.approx(3 * (3 * 1000 - 2 * 500) / 4)
    # people who are not there in the other run are in neither figure
    absent = panel(other, id=np.array([100, 101, 102, 999], np.uint64))
    rows = wioa.rows(panel(pay), enrolled([CLASS] * 4, [0] * 4, [2] * 4), KINDS, absent)
    first = next(r for r in rows if r["indicator"] == "employment_q2")
    assert (first["people"], first["gross"], first["counterfactual"]) == (3, 1.0, pytest.approx(1 / 3))


def test_people_in_another_status_before_are_not_compared():
    pay = np.zeros((3, MONTHS))
    pay[:, 8:15] = 1000.0
    other = pay.copy()
    other[0, 3] = 900.0  # at work there in the month before the enrolment
    log = enrolled([CLASS] * 3, [4] * 3, [5] * 3) | {"before": np.array([k.UNEMPLOYED] * 3, np.uint8)}
    seen = wioa.exits(panel(pay), log, KINDS, panel(other))
    assert seen.alike.tolist() == [False, True, True]
    rows = wioa.rows(panel(pay), log, KINDS, panel(other))
    first = next(r for r in rows if r["indicator"] == "employment_q2")
    assert first["people"] == 2
    log["before"][:] = k.FULL_TIME
    assert wioa.exits(panel(pay), log, KINDS, panel(other)).alike.tolist() == [True, False, False]
    log["before"][1] = UNKNOWN
    assert wioa.exits(panel(pay), log, KINDS, panel(other)).alike.tolist() == [True, True, False]


def test_small_cells_are_not_shown():
    def run(people):
        return [{"program": "ojt", "population": "all", "group": "all", "indicator": "employment_q2", "unit": "share",
                 "people": people, "gross": 0.6, "counterfactual": None, "net": None}]  # fmt: skip

    table = wioa_table([("baseline", run(6)), ("baseline", run(6))], 0.5, small=10, few=10)
    assert table["suppressed"].tolist() == [0] and table["people"].tolist() == [12.0]
    assert table["gross"].tolist() == [0.6] and math.isnan(table["net"][0])
    for people, scale in ((4, 0.5), (12, 2.0)):  # 8 people at full scale; 6 at full scale
        hidden = wioa_table([("baseline", run(people))] * 2, scale, small=10, few=5)
        assert hidden["suppressed"].tolist() == [1] and math.isnan(hidden["gross"][0])
    assert wioa_table([("baseline", run(4))] * 2, 0.01, small=10, few=10)["suppressed"].tolist() == [1]


def test_a_watch_sees_what_people_earn_and_changes_nothing():
    def run(watched):
        month = worlds.month(people=6000, seed=2, overrides=EAGER)
        month.world.people.knows[: month.world.people.size] = np.uint32(0xFFFFFFFF)
        training.prepare(month)
        watch = Watch(6, month.economy.start, ids=month.world.people.id[:3])
        for month.index in range(6):
            month.counts.reset()
            training.stage(month)
            if watched:
                watch(month)
        return month, watch

    month, watch = run(True)
    unseen, _ = run(False)
    for a, b in zip(month.world.tables(), unseen.world.tables(), strict=True):
        for name in a.arrays:
            np.testing.assert_array_equal(a.arrays[name][: a.size], b.arrays[name][: b.size])
    seen, log = watch.panel(), watch.enrolments()
    starts = month.memory["participants"]["id"]
    assert log["id"].tolist() == starts.tolist() and len(starts) > 3
    assert set(starts) <= set(seen.traits["id"]) and set(month.world.people.id[:3]) <= set(seen.traits["id"])
    p = month.world.people
    for row, person in enumerate(seen.traits["id"]):  # the slow way: one person at a time
        at = int(np.flatnonzero(p.id[: p.size] == person)[0])
        works = p.state[at] <= k.SELF_EMPLOYED
        pay = float(p.wage[at]) * int(p.hours[at]) * 52 / 12 if works else 0.0
        assert seen.months["earnings"][row, -1] == pytest.approx(pay, rel=1e-6)
        assert (seen.months["employer"][row, -1] != NO_EMPLOYER) == (p.state[at] <= k.PART_TIME_INVOLUNTARY)
        assert seen.months["state"][row, : seen.traits["first"][row]].tolist() == [k.GONE] * seen.traits["first"][row]
    enrolled_now = seen.months["program"][:, -1] != k.NO_PROGRAM
    assert enrolled_now.sum() == (p.program[: p.size] != k.NO_PROGRAM).sum()


def test_closing_programs_refuses_everyone_new():
    month = worlds.month(people=6000, seed=2, overrides=EAGER)
    month.world.people.knows[: month.world.people.size] = np.uint32(0xFFFFFFFF)
    training.prepare(month)
    participants.bar(month, np.ones(len(month.programs), bool), 1.0)
    for month.index in range(4):
        month.counts.reset()
        training.stage(month)
        assert month.counts.pipeline[:, PIPELINE.index("enrolled")].sum() == 0
    assert month.memory["trial"]["id"].size > 0 and month.memory["trial"]["barred"].all()


def test_what_is_seen_of_people_the_slow_way():
    from laborsim.indicators.watch import needs

    month = worlds.month(people=1500, seed=11)
    w = month.world
    p, e, c = w.people, w.establishments, w.cells
    rng = np.random.default_rng(2)
    p.ui_weeks[: p.size] = rng.integers(0, 3, p.size)
    p.ui_benefit[: p.size] = 300.0
    p.program[: p.size] = np.where(rng.random(p.size) < 0.2, 1, k.NO_PROGRAM)
    everyone = np.sort(rng.choice(p.size, 900, replace=False))
    watch = Watch(12, "2018-01", p.id[everyone], participants=False)
    month.economy.ui_supplement[:] = 40.0
    month.levers.ui_supplement = 10.0
    watch(month)
    p.state[everyone[:30]], p.id[everyone[30:40]] = k.GONE, np.uint64(1)  # died; rows of others now
    month.index = 1
    watch(month)
    seen, who = watch.panel().months, watch.panel().traits["id"]
    assert who.size == 900 and (seen["state"][:, 1] == k.GONE).sum() == 40
    for j, i in enumerate(everyone):
        if p.id[i] != who[j] or p.state[i] == k.GONE:
            assert seen["earnings"][j, 1] == 0 and seen["employer"][j, 1] == NO_EMPLOYER and not seen["school"][j, 1]
            assert seen["program"][j, 1] == k.NO_PROGRAM and not seen["sufficient"][j, 1]
            continue
        state, works = p.state[i], p.state[i] <= k.SELF_EMPLOYED
        payroll = state <= k.PART_TIME_INVOLUNTARY and p.job[i] >= 0
        draws = state in (k.UNEMPLOYED, k.TEMPORARY_LAYOFF) and p.ui_weeks[i] > 0
        assert seen["state"][j, 1] == state and seen["program"][j, 1] == p.program[i]
        assert seen["earnings"][j, 1] == pytest.approx(works * p.wage[i] * p.hours[i] * 52 / 12, rel=1e-6)
        assert seen["employer"][j, 1] == (e.id[c.establishment[p.job[i]]] if payroll else NO_EMPLOYER)
        assert seen["benefit"][j, 1] == pytest.approx(350.0 * 52 / 12 if draws else 0.0)
        assert seen["school"][j, 1] == ((p.traits[i] & k.TRAIT_ENROLLED > 0) | (p.program[i] != k.NO_PROGRAM))
        assert seen["sufficient"][j, 1] == (works and p.wage[i] >= needs(month, np.array([i]))[0])
    assert seen["benefit"].any() and seen["sufficient"].any() and seen["school"].any()


def test_taxes_and_support_of_households_the_slow_way():
    from laborsim.indicators.money import EVERY, Accounts, Budgets, wage_grid
    from laborsim.indicators.watch import needs
    from laborsim.market.codes import FULL_TIME_YEAR

    rng = np.random.Generator(np.random.PCG64(3))
    month = worlds.month(people=1500, seed=4)
    grid = wage_grid()
    rate = rng.uniform(0.1, 0.3, (3, 2, 4, 2, 1))  # a flat tax by zone and kind of household
    gross = grid * FULL_TIME_YEAR * np.array([1.0, 2.0])[:, None, None, None]
    after = gross * (1.0 - rate)
    help_ = 5000.0 - np.minimum(gross * 0.1, 5000.0)
    budgets, account = Budgets(after, after + help_), None
    account = Accounts(month.economy.outside, budgets, 0.2)
    account(month)
    p, h = month.world.people, month.world.households
    taxes = support = earnings = 0.0
    for home in range(h.size):
        if h.adults[home] == 0 or h.zone[home] >= month.economy.outside:
            continue
        members = np.flatnonzero((p.household[: p.size] == home) & (p.state[: p.size] <= k.SELF_EMPLOYED))
        pay = sum(float(p.wage[i]) * int(p.hours[i]) * 52 for i in members)
        adults, children = min(max(int(h.adults[home]), 1), 2), min(int(h.children[home]), 3)
        young = int(children > 0 and month.index - int(h.youngest[home]) < 72)
        taxes += pay * rate[h.zone[home], adults - 1, children, young, 0] / 12
        support += max(5000.0 - 0.1 * pay, 0.0) / 12
        earnings += pay / 12
    totals = account.totals()
    assert totals["taxes"][0] == pytest.approx(taxes, rel=1e-6)
    assert totals["support"][0] == pytest.approx(support, rel=1e-3)  # a kink lies between two columns of the table
    assert totals["earnings"][0] == pytest.approx(earnings, rel=1e-6)
    n = p.size
    works = np.flatnonzero((p.zone[:n] < month.economy.outside) & (p.state[:n] <= k.SELF_EMPLOYED))
    assert totals["employed"][0] == works.size > 0
    assert totals["sufficient"][0] == (p.wage[works] >= needs(month, works)).sum() > 0
    assert totals["payroll_jobs"][0] == (p.state[works] <= k.PART_TIME_INVOLUNTARY).sum() > 0
    of_one = budgets.of_people(month, np.array([5]))
    assert of_one[0][0] == pytest.approx(budgets.of_households(month)[0][p.household[5]])
    p.wage[: p.size] *= 2
    for month.index in range(1, EVERY + 1):
        account(month)
    assert account.totals()["taxes"][EVERY - 1] == totals["taxes"][0] < account.totals()["taxes"][EVERY]
