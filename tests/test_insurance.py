"""Unemployment insurance by state: claims denied, and people who claim where more do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import worlds
from laborsim.market import codes as k
from laborsim.market import insurance
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws

NONE = [0.0] * 6


def losing_work(states: tuple[str, str, str], people: int = 8000, **overrides: Any) -> tuple[Month, np.ndarray]:
    """A month in which everyone at work full-time has lost the job with a full work history."""
    eco = replace(worlds.economy(), zone_state=states)
    values = {f"insurance.{name}": value for name, value in overrides.items()}
    month = worlds.month(people=people, eco=eco, overrides=values)
    p = month.world.people
    rows = np.flatnonzero(p.state[: p.size] == k.FULL_TIME)
    p.hours[rows], p.history[rows] = 40, 0xFFFFFF
    return month, rows


def shares(states: tuple[str, str, str], **overrides: Any) -> tuple[float, float]:
    """Share insured of those who live in the first and in the second zone."""
    month, rows = losing_work(states, **overrides)
    insurance.insure(month, rows)
    p = month.world.people
    drawn = p.ui_weeks[rows] > 0
    return tuple(float(drawn[p.zone[rows] == z].mean()) for z in (0, 1))  # type: ignore[return-value]


def test_denials_and_claims_differ_by_the_state_of_residence():
    plain = shares(("KY", "OR", ""), denied=NONE, denied_later=NONE, claims_more=NONE)
    assert plain[0] == pytest.approx(0.5, abs=0.04)  # those who claim
    some = shares(("KY", "OR", ""), denied=[0, 0, 0.5, 0, 0, 0], claims_more=[0, 0, 0, 0, 0.6, 0])
    assert some[0] == pytest.approx(0.5 * plain[0], abs=0.03)
    assert some[1] == pytest.approx(plain[1] + 0.6 * (1 - plain[1]), abs=0.04)
    elsewhere = shares(("NY", "", ""), denied=[0.9] * 5 + [0.0], claims_more=NONE)
    assert elsewhere == plain


def test_each_decision_is_one_keyed_draw():
    month, rows = losing_work(("KY", "MO", ""), denied=[0, 0, 0.4, 0.1, 0, 0], claims_more=[0, 0, 0.3, 0, 0, 0])
    month.levers.ui_takeup = 0.5
    p = month.world.people
    claims = (p.traits[rows] & k.TRAIT_UI_CLAIMS) > 0
    u = draws(month.key(Stream.UI_HELP), p.id[rows])
    v = draws(month.key(Stream.UI_DENIED), p.id[rows])
    zone = p.zone[rows]
    more = np.array([0.3, 0.0, 0.0])[zone]
    asks = claims | (u < more + (1 - more) * 0.5)
    want = asks & (v >= np.array([0.4, 0.1, 0.0])[zone])
    insurance.insure(month, rows)
    np.testing.assert_array_equal(p.ui_weeks[rows] > 0, want)
    helped = ~claims & (u >= more) & asks
    assert month.counts.scalars[SCALAR["ui_helped"]] == helped.sum() > 0


def test_shares_change_with_the_year_and_not_while_all_are_covered():
    later = {"denied": NONE, "denied_later": [0, 0, 0.9, 0, 0, 0], "denied_later_from": 2018.5, "claims_more": NONE}
    month, rows = losing_work(("KY", "KY", "KY"), **later)
    assert insurance.strictness(month)[0].tolist() == [0.0] * 3
    month.index = 6
    assert insurance.strictness(month)[0].tolist() == [0.9] * 3
    insurance.insure(month, rows)
    strict = (month.world.people.ui_weeks[rows] > 0).mean()
    wide = replace(month.economy, ui_all=np.ones_like(month.economy.ui_all))
    month.economy = wide
    insurance.insure(month, rows)
    assert strict < 0.1 < 0.4 < (month.world.people.ui_weeks[rows] > 0).mean()
