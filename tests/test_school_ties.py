"""Students with a tie to school (CTE, work experience) drop out less, and the chain of schooling does not undo it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

import worlds
from laborsim.market import codes as k
from laborsim.market import participants as log
from laborsim.market import school_ties
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws
from laborsim.market.schooling import AGES

LEFT, OTHER = 7, 3  # kinds of events
CTE, WORK = 0, 1


def tied(people: int = 6000, added: bool = True, **overrides: Any) -> tuple[Month, np.ndarray]:
    """Students of 17 without a diploma, half in CTE and half in work experience."""
    month = worlds.month(people=people, index=3, overrides={f"training.{n}": v for n, v in overrides.items()})
    month.programs = replace(
        month.programs, kind=np.array([k.CTE, k.WORK_EXPERIENCE, k.CLASSROOM, k.CLASSROOM], np.uint8)
    )
    log.prepare(month)
    month.memory["demography"] = {}
    p = month.world.people
    rows = np.flatnonzero((p.zone[: p.size] < 2) & (p.state[: p.size] > k.UNEMPLOYED))[:200]
    p.traits[rows] |= np.uint8(k.TRAIT_ENROLLED)
    p.education[rows], p.state[rows], p.birth[rows] = k.LESS_THAN_HS, k.STUDENT, 3 - 17 * 12
    program = np.where(np.arange(rows.size) % 2 == 0, CTE, WORK)
    log.enter(month, rows, program, np.full(rows.size, added))
    return month, rows


def drop_out(month: Month, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the month's schooling does to drop-outs: their events, with one of another kind for each third."""
    p = month.world.people
    p.traits[rows] &= np.uint8(255 - k.TRAIT_ENROLLED)
    kinds = np.where(np.arange(rows.size) % 3 == 0, OTHER, LEFT).astype(np.uint8)
    return rows.copy(), kinds


def test_a_share_of_the_tied_stays_by_one_keyed_draw():
    month, rows = tied(cte_keeps=0.6, work_experience_keeps=0.2)
    p = month.world.people
    who = school_ties.students(month)
    np.testing.assert_array_equal(who.rows, rows)
    at, kinds = drop_out(month, rows)
    left, _ = school_ties.keep(month, who, at, kinds, LEFT)
    chance = np.where(np.arange(rows.size) % 2 == 0, 0.6, 0.2)
    want = draws(month.key(Stream.SCHOOL_TIE), p.id[rows]) < chance
    np.testing.assert_array_equal((p.traits[rows] & k.TRAIT_ENROLLED) > 0, want)
    assert month.counts.scalars[SCALAR["kept_in_school"]] == want.sum() > 20
    # only the event of leaving school is taken back
    gone = np.setdiff1d(rows, left)
    np.testing.assert_array_equal(gone, rows[want & (kinds == LEFT)])


def test_who_has_a_tie():
    month, rows = tied()
    p = month.world.people
    p.education[rows[0]] = k.HS
    p.traits[rows[1]] &= np.uint8(255 - k.TRAIT_ENROLLED)
    p.id[rows[2]] += 10**6  # somebody else has the row now
    for at, kind in ((4, k.CTE), (5, k.WORK_EXPERIENCE)):
        log.leave(month, rows[at:8:2], log.COMPLETED, beside=kind)  # in turn
    assert set(rows[[0, 1, 2, 4, 6]]) == set(rows) - set(school_ties.students(month).rows)
    month.index += school_ties.AFTER
    assert set(rows[4:8]).isdisjoint(school_ties.students(month).rows), "work experience ties for a year"


def test_those_kept_on_added_places_count_as_drop_outs_for_the_chain():
    for added in (True, False):
        month, rows = tied(added=added, cte_keeps=0.8, work_experience_keeps=0.6)
        p = month.world.people
        school_ties.keep(month, school_ties.students(month), *drop_out(month, rows), LEFT)
        kept = rows[(p.traits[rows] & k.TRAIT_ENROLLED) > 0]
        p.education[kept[::2]] = k.HS
        tally = np.zeros((2, AGES, 5, 6, 2), np.int64)
        np.add.at(tally, (p.sex[kept], 17, p.race[kept], p.education[kept], 1), 1)
        before = tally.copy()
        school_ties.set_back(month, tally)
        if not added:
            np.testing.assert_array_equal(tally, before)
            continue
        assert tally[..., k.HS, :].sum() == 0 == tally[..., 1].sum()
        assert tally[..., k.LESS_THAN_HS, 0].sum() == kept.size == tally.sum()


def test_without_ties_nothing_is_drawn_or_stored():
    month, rows = tied(cte_keeps=0.0, work_experience_keeps=0.0)
    at, kinds = drop_out(month, rows)
    left, same = school_ties.keep(month, school_ties.students(month), at, kinds, LEFT)
    assert left is at and same is kinds and month.memory["demography"] == {}
