"""Figures worked out once a year, against a plain reading of the tables."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import worlds
from laborsim.indicators import census, mobility, technology
from laborsim.indicators.row import Row
from laborsim.market import adoption
from laborsim.market import codes as k
from laborsim.market.month import Month


def snapshot(month: Month, **room: float) -> Any:
    given = {"mobility_sample": 10**6, "census_sample": 10**6, "upward_rise": 0.1} | room
    return SimpleNamespace(month=month, room=given, history={}, scale=1.0)


def at_year_end(people: int = 4000) -> Month:
    month = worlds.month(people=people)
    month.index = 11
    return month


def test_counts_equal_a_plain_reading():
    month = at_year_end()
    p, eco = month.world.people, month.economy
    p.program[: p.size : 17] = 2
    found = census.census(snapshot(month))
    people = np.zeros((2, 5, 4), int)
    hired = np.zeros((len(eco.major_codes), 3), int)
    for i in range(p.size):
        if p.state[i] == k.GONE or p.zone[i] >= eco.outside:
            continue
        cell = people[p.sex[i], p.race[i]]
        cell[0] += 1
        cell[3] += p.program[i] != k.NO_PROGRAM
        if p.state[i] > k.SELF_EMPLOYED:
            continue
        major = int(eco.occ_major[p.occupation[i]])
        cell[1] += 1
        cell[2] += eco.major_codes[major] == "11"
        age = (11 - int(p.birth[i])) // 12
        if p.state[i] < k.SELF_EMPLOYED and 11 - int(p.hired[i]) < 12:
            hired[major, 0 if age < 25 else 1 if age < 55 else 2] += 1
    np.testing.assert_array_equal(found.people, people)
    np.testing.assert_array_equal(found.hired, hired)
    assert found.before is None and people[..., 2].sum() > 0 and people[..., 3].sum() > 0


def test_a_sample_stands_for_everyone():
    month = at_year_end(20_000)
    all_, some = census.census(snapshot(month)), census.census(snapshot(month, census_sample=5_000))
    total, guess = all_.people.sum(axis=(0, 1)), some.people.sum(axis=(0, 1))
    assert not np.array_equal(total, guess) and guess[:2] == pytest.approx(total[:2], rel=0.1)


def test_nothing_is_looked_at_in_other_months():
    month = at_year_end()
    month.index = 10
    assert census.census(snapshot(month)) is None


def test_exposure_splits_jobs_in_two():
    s = snapshot(at_year_end())
    middle = census.median_exposure(s)
    c, exposure = s.month.world.cells, s.month.economy.occ_ai
    base, of = c.base[: c.size], exposure[c.occupation[: c.size]]
    assert base[of < middle].sum() <= base.sum() / 2 <= base[of <= middle].sum()


def two_years(stride: int = 10**6) -> tuple[Any, np.ndarray, np.ndarray]:
    month = at_year_end()
    s = snapshot(month, mobility_sample=stride)
    first = census.census(s)
    p = month.world.people
    rows = np.flatnonzero(first.now.major != census.NOT_EMPLOYED)
    p.wage[rows[::2]] *= np.float32(1.2)
    p.state[rows[1::4]] = k.UNEMPLOYED
    month.index = 23
    return s, rows[::2], rows[1::4]


def test_standings_follow_the_same_people():
    s, up, out = two_years()
    c = census.census(s)
    a, b = census.both(c.now, c.before)
    np.testing.assert_array_equal(c.now.id[a], c.before.id[b])
    rose, everyone = mobility.rises(c.now, c.before, len(s.month.economy.major_codes), 0.1)
    assert rose.sum() == up.size and everyone.sum() == np.isin(c.before.major, range(250)).sum() - out.size
    s.month.index = 35
    assert census.census(s).long_before is not None


def test_standings_meet_when_the_sample_thins_out():
    old = census.Standing(np.array([5, 0, 9, 7], np.uint64), np.zeros(4, np.uint8), np.ones(4, np.float32))
    new = census.Standing(np.array([7, 3, 0], np.uint64), np.zeros(3, np.uint8), np.ones(3, np.float32))
    a, b = census.both(new, old)
    assert a.tolist() == [0] and b.tolist() == [3]


def test_rows_of_the_matrices_are_shares_of_those_who_stood_there():
    s, _, out = two_years()
    row = Row()
    mobility.fill(s, row)
    figures = dict(zip(row.keys, row.close(), strict=True))
    for name, labels in (("mobility_wage", mobility.QUINTILES), ("mobility_occupation", mobility.CLASSES)):
        for x in labels:
            total = sum(figures[name, f"move:{x}>{y}"] for y in labels)
            assert np.isnan(total) or total == pytest.approx(1.0)
    lost = [figures["mobility_wage", f"move:{q}>none"] for q in mobility.QUINTILES[:5]]
    works = np.count_nonzero(s.history["census"]["past"][0].major != census.NOT_EMPLOYED)
    assert np.mean(lost) == pytest.approx(out.size / works, abs=0.01)


def test_every_major_group_of_soc_has_a_class():
    codes = ("11", "13", "15", "17", "19", "21", "23", "25", "27", "29", "31", "33", "35", "37", "39", "41", "43", "45",
             "47", "49", "51", "53")  # fmt: skip
    classes = mobility.occupation_classes(SimpleNamespace(major_codes=codes))  # type: ignore[arg-type]
    assert set(classes[: len(codes)].tolist()) == set(range(5)) and classes[census.NOT_EMPLOYED] == 5


def test_the_displaced_are_found_a_year_later():
    month = worlds.month(people=4000)
    p = month.world.people
    inside = p.zone[: p.size] < month.economy.outside
    rows = np.flatnonzero((p.state[: p.size] == k.FULL_TIME) & inside)[:5]
    month.index = 3
    adoption.remember(month, rows)
    p.state[rows] = [k.FULL_TIME, k.SELF_EMPLOYED, k.UNEMPLOYED, k.RETIRED, k.GONE]
    p.occupation[rows[1]] = (p.occupation[rows[1]] + 1) % 10
    for month.index, total in ((14, 0), (15, 4), (16, 0)):
        assert technology.outcomes(snapshot(month)).sum() == total
    month.index = 15
    assert technology.outcomes(snapshot(month)).sum(axis=(0, 1)).tolist() == [1, 1, 1, 1]
