"""The log of participants: what it says agrees with the people, the counts and the draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from laborsim.market import codes as k
from laborsim.market import participants as log
from laborsim.market import training
from laborsim.market.counts import PIPELINE
from laborsim.market.draws import Stream, uniform
from laborsim.market.progress import TROUBLES, _reasons
from trainees import CLASS, OJT, eager, run

STEP = {name: i for i, name in enumerate(PIPELINE)}


def test_the_log_holds_every_enrolment_and_exit_once():
    month = eager()
    p = month.world.people
    start = int((p.program[: p.size] != k.NO_PROGRAM).sum())
    seen = run(month, 24)
    table = month.memory["participants"]
    assert {x.size for x in table.values()} == {start + int(seen["pipeline"][:, :, STEP["enrolled"]].sum())}
    assert (table["state"][:start] == log.NOT_KNOWN).all() and (table["state"][start:] < k.N_STATES).all()
    inside = table["how"] == log.ENROLLED
    assert inside.sum() == seen["stock"][-1].sum()
    np.testing.assert_array_equal(p.program[table["row"][inside]], table["program"][inside])
    assert (table["how"] == log.COMPLETED).sum() == seen["pipeline"][:, :, STEP["completed"]].sum()
    left = table["how"] == log.DROPPED_OUT
    assert left.sum() == seen["dropouts"].sum() and (table["reason"][left] != log.NONE).all()
    assert (table["credential"] != 255).sum() == seen["pipeline"][:, :, STEP["credentialed"]].sum()
    assert (table["placed"] != log.NEVER).sum() == seen["pipeline"][:, :, STEP["placed"]].sum()
    assert (table["after"] == log.RETAINED).sum() == seen["pipeline"][:, :, STEP["retained"]].sum()
    assert (table["exit"][~inside] >= table["enrolled"][~inside]).all()


def test_those_who_die_or_move_are_logged_as_gone():
    month = eager(seed=2)
    p = month.world.people
    run(month, 2)
    rows = np.flatnonzero(p.program[: p.size] == CLASS)[:3]
    p.program[rows] = k.NO_PROGRAM
    run(month, 1)
    table = month.memory["participants"]
    gone = table["how"] == log.LEFT_REGION
    assert set(table["row"][gone].tolist()) == set(rows.tolist()) and (table["exit"][gone] == 1).all()


def test_what_people_did_before_is_what_they_did_before_being_hired():
    month = eager(seed=7)
    p, c, e = month.world.people, month.world.cells, month.world.establishments
    before = month.world.copy()
    training.stage(month)
    table = month.memory["participants"]
    new = np.flatnonzero(table["state"] != log.NOT_KNOWN)
    rows = table["row"][new]
    assert (month.programs.kind[p.program[rows]] == k.APPRENTICESHIP).any()
    for name in ("state", "wage", "occupation", "education"):
        np.testing.assert_array_equal(table[name][new], before.people.arrays[name][rows])
    worked = before.people.state[rows] <= k.PART_TIME_INVOLUNTARY
    np.testing.assert_array_equal(table["employer"][new] != log.NO_EMPLOYER, worked)
    np.testing.assert_array_equal(
        table["employer"][new][worked], e.id[c.establishment[before.people.job[rows[worked]]]]
    )


def test_reasons_share_the_hazard_among_the_troubles():
    factors = np.array([[1.6, 1.0, 1.5, 1.0, 1.0]])
    n = 20_000
    at = (np.arange(n) + 0.5) / n
    reason = _reasons(np.repeat(factors, n, axis=0), at)
    share = {r: float((reason == r).mean()) for r in (*TROUBLES, log.OTHER)}
    own = 1 / 2.4
    assert abs(share[log.OTHER] - own) < 1e-3
    assert abs(share[log.CHILDCARE] - (1 - own) * 0.6 / 1.1) < 1e-3
    assert abs(share[log.MONEY] - (1 - own) * 0.5 / 1.1) < 1e-3
    assert share[log.TRANSPORT] == 0


def test_a_trial_refuses_a_drawn_half_and_logs_both():
    month = eager(seed=3)
    about = np.arange(4) == CLASS
    log.bar(month, about, 0.5)
    run(month, 6)
    trial, p = month.memory["trial"], month.world.people
    assert trial["id"].size > 50 and (trial["program"] == CLASS).all()
    key = month.key(Stream.TRIAL, fixed=True)
    assert trial["barred"].tolist() == [int(uniform(key, i) < 0.5) for i in trial["id"]]
    barred = np.unique(trial["id"][trial["barred"] == 1])
    took = month.memory["participants"]
    new = took["state"] != log.NOT_KNOWN
    assert not np.isin(took["id"][new & (took["program"] == CLASS)], barred).any()
    assert np.isin(p.id[trial["row"]], trial["id"]).all()


def test_a_trial_can_name_the_people_it_refuses():
    month, free = eager(seed=3), eager(seed=3)
    run(free, 1)
    table = free.memory["participants"]
    chosen = table["id"][(table["state"] != log.NOT_KNOWN) & (table["program"] == CLASS)][:2]
    log.bar(month, np.arange(4) == CLASS, ids=chosen)
    run(month, 1)
    got = month.memory["participants"]["id"]
    assert chosen.size == 2 and not np.isin(chosen, got).any()


def test_a_trial_that_refuses_nobody_changes_nothing():
    month, free = eager(seed=4), eager(seed=4)
    log.bar(month, np.ones(4, np.bool_), 0.0)
    run(month, 3), run(free, 3)
    for ours, theirs in zip(month.world.tables(), free.world.tables(), strict=True):
        for c in ours.declared:
            np.testing.assert_array_equal(ours.arrays[c.name], theirs.arrays[c.name])


def test_who_takes_a_course_beside_training_at_work_has_two_entries():
    """Each ends by itself, whichever began first."""
    month = eager(seed=3)
    p, kind = month.world.people, month.programs.kind.copy()
    kind[OJT] = k.CUSTOMIZED
    month.programs = replace(month.programs, kind=kind)
    rows = np.flatnonzero((p.state[: p.size] == k.FULL_TIME) & (p.program[: p.size] == k.NO_PROGRAM))[:2]
    none = np.zeros(1, np.bool_)
    log.enter(month, rows[:1], np.array([OJT]), none)
    log.enter(month, rows, np.array([CLASS, CLASS]), np.zeros(2, np.bool_))
    log.enter(month, rows[1:], np.array([OJT]), none)
    p.program[rows], p.enrolled[rows] = CLASS, month.index
    month.index = 3
    log.pause(month, rows)
    assert log.served(month, rows).tolist() == [2, 2]
    at = log.leave(month, rows, log.DROPPED_OUT, log.MONEY)
    table = month.memory["participants"]
    p.program[rows] = k.NO_PROGRAM
    assert (table["program"][at] == CLASS).all() and (table["how"] == log.DROPPED_OUT).sum() == 2
    month.index = 4
    log.reconcile(month)
    inside = table["how"] == log.ENROLLED
    assert (table["program"][inside & np.isin(table["row"], rows)] == OJT).all()
    assert not (table["how"] == log.LEFT_REGION).any()
    at = log.leave(month, rows, log.COMPLETED, beside=k.CUSTOMIZED)
    assert (table["program"][at] == OJT).all() and (table["exit"][at] == 4).all()
    with pytest.raises(ValueError, match="no entry"):
        log.leave(month, rows, log.COMPLETED)
