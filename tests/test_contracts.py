"""Contracts that end: trainees at work kept on or let go, and new hires promised a place if they complete."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import worlds
from laborsim.market import codes as k
from laborsim.market import hire_classes, keeping, posts, training, vacancies
from laborsim.market import participants as log
from laborsim.market.bad_matches import bad_matches
from laborsim.market.counts import LOST, PIPELINE
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws
from laborsim.scenario.programs import load_programs

STEP = {name: i for i, name in enumerate(PIPELINE)}
OJT = 1


def contracts(seed: int = 3, trainees: int = 40, **overrides: Any) -> tuple[Month, np.ndarray]:
    """A month in which people at work in production have reached the end of an OJT contract."""
    month = worlds.month(people=12_000, seed=seed, overrides={f"training.{k}": v for k, v in overrides.items()})
    training.prepare(month)
    p, c = month.world.people, month.world.cells
    rows = np.flatnonzero((p.state[: p.size] <= k.PART_TIME_INVOLUNTARY) & (p.job[: p.size] >= 0))
    rows = rows[(c.occupation[p.job[rows]] == 8) & (c.zone[p.job[rows]] < 2)][:trainees]
    assert rows.size > 20
    p.hired[rows] = -4
    c.target[: c.size] = np.maximum(c.target[: c.size], c.filled[: c.size])
    return month, rows


def test_the_gain_of_keeping_is_worth_beyond_the_wage_less_bad_matches():
    month, rows = contracts()
    p, q = month.world.people, month.room("training")
    watched = month.parameters["separations.watched_race"]
    sectors, sizes = (month.parameters[f"separations.turnover_by_{of}"] for of in ("sector", "size"))
    gain = keeping.gain_of_keeping(month, rows)
    bad = keeping.turned_out_bad(month, rows)
    share = bad_matches(month)[1]
    saved = month.parameters["indicators.turnover_cost_share"] * 12 / q["keep_horizon"]
    one = np.empty(1, np.uint64)

    def draw(key: np.uint64, agent: int) -> float:
        one[0] = agent
        return float(draws(key, one)[0])

    fixed, now = month.key(Stream.MATCH_QUALITY, fixed=True), month.key(Stream.CONTRACT_END)
    for j, i in enumerate(rows.tolist()):
        hired, ident = int(p.hired[i]), int(p.id[i])
        u = draw(fixed, ident ^ ((hired + 4096) << 32))
        e, job = month.world.establishments, p.job[i]
        size = sum(e.stands[month.world.cells.establishment[job]] >= edge for edge in (10, 50, 250, 1000))
        turnover = np.float32(sectors[month.world.cells.sector[job]] * sizes[size])
        is_bad = u < share[max(-hired, 0)] * watched[int(p.race[i])] * turnover
        is_bad &= draw(now, ident) < 1 - math.exp(
            -(month.index - hired) / month.parameters["separations.learning_months"]
        )
        assert bool(bad[j]) == bool(is_bad)
        at = rows[j : j + 1]
        worth = float(posts.newcomer_wage(month, at, p.job[at].astype(np.int64))[0])
        v = draw(now + np.uint64(1), ident)
        want = math.log(worth / float(p.wage[i])) + saved - q["bad_match_loss"] * is_bad
        assert gain[j] == pytest.approx(want + q["keep_spread"] * math.log(v / (1 - v)), abs=1e-5)
    assert 0 < bad.sum() < rows.size


def test_those_kept_stay_and_the_others_are_discharged():
    month, rows = contracts()
    p, c = month.world.people, month.world.cells
    filled = int(c.filled[: c.size].sum())
    gain = keeping.gain_of_keeping(month, rows)
    kept = keeping.contracts_end(month, rows, np.full(rows.size, OJT))
    np.testing.assert_array_equal(kept, gain > 0)
    assert 0 < kept.sum() < rows.size
    assert (p.state[rows[~kept]] == k.UNEMPLOYED).all() and (p.state[rows[kept]] <= k.PART_TIME_INVOLUNTARY).all()
    assert month.counts.kept[OJT] == kept.sum() and month.counts.not_kept[OJT] == (~kept).sum()
    assert month.counts.separations[k.DISCHARGE].sum() == (~kept).sum() == filled - c.filled[: c.size].sum()
    worlds.check(month.world)


def test_more_skill_keeps_more_and_lower_targets_fewer():
    def kept(skill: float, cut: int = 0) -> int:
        month, rows = contracts()
        p, c = month.world.people, month.world.cells
        p.skill[rows] = skill
        p.wage[rows] = c.posted[p.job[rows]]
        jobs = np.unique(p.job[rows])
        c.target[jobs] = np.maximum(c.target[jobs] - cut, 0)
        return int(keeping.contracts_end(month, rows, np.full(rows.size, OJT)).sum())

    assert kept(0.2) < kept(0.6) < kept(1.0)
    assert kept(1.0, cut=2) < kept(1.0)


def test_the_pipeline_places_those_kept_and_says_who_was_not():
    month, rows = contracts(bad_match_loss=0.6)
    p = month.world.people
    p.program[: p.size] = k.NO_PROGRAM
    log.enter(month, rows, np.full(rows.size, OJT), np.zeros(rows.size, np.bool_))
    p.program[rows], p.enrolled[rows] = OJT, -4
    month.programs = replace(month.programs, dropout=np.zeros(4), seats=np.zeros(4))
    training.stage(month)
    steps, counts = month.counts.pipeline[OJT], month.counts
    assert steps[STEP["completed"]] == rows.size == counts.kept[OJT] + counts.not_kept[OJT]
    assert steps[STEP["placed"]] == counts.kept[OJT]
    table = month.memory["participants"]
    let_go = table["reason"] == log.NOT_KEPT
    assert let_go.sum() == counts.not_kept[OJT] > 0 and (table["placed"][let_go] == log.NEVER).all()
    month.index = 12
    month.counts.reset()
    training.stage(month)
    assert month.counts.lost[OJT, LOST["not_kept"]] == let_go.sum()


# --- new hires ---------------------------------------------------------------------------------------------


def classes(seed: int = 5, **overrides: Any) -> Month:
    """A world whose third program (healthcare support) is a class of new hires, and the only one with seats."""
    overrides = {"class_wait": 1.0, "class_log_odds": -1.0} | overrides
    month = worlds.month(people=12_000, seed=seed, overrides={f"training.{k}": v for k, v in overrides.items()})
    pr = month.programs
    columns = {"kind": k.CUSTOMIZED, "hires": 1, "seats": 40.0, "dropout": 0.0, "months": 2, "recruits": 1,
               "education": 0, "price": 0.0}  # fmt: skip
    new = {}
    for name, value in columns.items():
        new[name] = np.asarray(getattr(pr, name)).copy()
        if name == "seats":
            new[name][:] = 0
        new[name][2] = value
    month.programs = replace(pr, **new)
    training.prepare(month)
    month.world.people.knows[: month.world.people.size] = np.uint32(0xFFFFFFFF)
    c = month.world.cells
    mine = c.occupation[: c.size] == 3
    c.vacancies[: c.size] = np.where(mine, 3, 0)
    c.target[: c.size] = c.filled[: c.size] + np.where(mine, 3, 0)
    c.age[: c.size] = np.where(mine, 4.0, 0.0)
    return month


def test_completers_are_hired_into_the_place_promised():
    month = classes()
    p, c = month.world.people, month.world.cells
    before = int(c.vacancies[: c.size].sum())
    training.stage(month)
    held = month.memory["promises"]
    assert held["id"].size == month.counts.pipeline[2, STEP["enrolled"]] > 5
    assert before - c.vacancies[: c.size].sum() == held["id"].size, "a promised place is open to nobody else"
    assert (p.state[held["row"]] > k.PART_TIME_INVOLUNTARY).any() and (p.program[held["row"]] == 2).all()
    rows, cells = held["row"].copy(), held["cell"].copy()
    open_ = c.vacancies[: c.size].copy()
    month.counts.reset()
    vacancies.stage(month)
    full = c.target[: c.size] - c.filled[: c.size] - np.bincount(cells, minlength=c.size)
    assert (c.vacancies[: c.size][cells] <= np.maximum(full[cells], 0)).all()
    c.vacancies[: c.size] = open_
    month.programs = replace(month.programs, seats=np.zeros(4))
    for month.index in (1, 2):
        month.counts.reset()
        training.stage(month)
    hired = (p.job[rows] == cells) & (p.hired[rows] == 2)
    assert month.counts.pipeline[2, STEP["completed"]] == rows.size
    assert hired.sum() == month.counts.pipeline[2, STEP["placed"]] > 0
    assert month.memory["promises"]["id"].size == 0
    free = p.state[rows] == k.UNEMPLOYED
    assert not free.any(), "whoever was out of work has the job that was promised"
    worlds.check(month.world)


def test_a_promise_ends_with_the_place_or_with_the_course():
    month = classes()
    p, c = month.world.people, month.world.cells
    training.stage(month)
    held = month.memory["promises"]
    rows, cells = held["row"].copy(), held["cell"].copy()
    c.target[cells] = c.filled[cells]  # demand has fallen
    p.program[rows[0]] = k.NO_PROGRAM
    log.leave(month, rows[:1], log.DROPPED_OUT)
    month.programs = replace(month.programs, seats=np.zeros(4))
    month.index = 1
    hire_classes.tidy(month)
    assert rows[0] not in month.memory["promises"]["row"]
    month.index = 2
    month.counts.reset()
    training.stage(month)
    assert month.counts.pipeline[2, STEP["completed"]] == rows.size - 1
    assert month.counts.pipeline[2, STEP["placed"]] == 0 == month.memory["promises"]["id"].size


def test_employers_short_of_skilled_people_ask_sooner_and_share_paid_helps():
    month = classes(class_log_odds=-3.0)
    c = month.world.cells
    training.stage(month)
    cells = np.flatnonzero(c.occupation[: c.size] == 3)
    c.age[cells] = 4.0
    usual = hire_classes._asked(month, cells)
    month.levers.class_share = 0.9
    assert (hire_classes._asked(month, cells) > usual).all()
    month.levers.class_share = 0.0
    month.memory["training"]["seekers"][3] *= 10.0
    assert (hire_classes._asked(month, cells) < usual).all()
    c.age[cells] = 0.5
    assert not hire_classes._asked(month, cells).any(), "vacancies must have been open for a while"


def test_only_customized_training_can_promise_places(tmp_path: Any):
    hires = [t for t in load_programs() if t.hires]
    assert hires and {t.kind for t in hires} == {"customized"}
    text = (
        'title="x"\nkind="classroom"\noccupations=["51-1"]\nstarts=0.1\nmonths=2\nhours=3\ndropout=0.1\nfit=1\n'
        'experience=12\nhires=true\nsource="s"\ngrade="assumed"\n'
    ).replace("starts=0.1", "starts=0.01")
    (tmp_path / "p.toml").write_text("[course]\n" + text)
    with pytest.raises(ValueError, match="course: only customized"):
        load_programs(tmp_path / "p.toml")
