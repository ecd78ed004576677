"""Clients of job centers as participants: spells, exits, WIOA indicators, and what they do without the service."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import laborsim
from laborsim.indicators import clients, wioa
from laborsim.loading import load_scenario
from laborsim.study import counterfactual
from laborsim.study.evaluation import Evaluation
from test_wioa import KINDS, enrolled, panel

SCENARIOS = Path(__file__).parents[1] / "scenarios"


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 30)), max_size=40), st.integers(31, 40))
def test_spells_are_those_of_one_person_after_the_other(visits, horizon):
    order = sorted(visits, key=lambda v: (v[1], v[0]))  # as they happen
    ids = np.array([v[0] for v in order], np.uint64)
    months = np.array([v[1] for v in order], np.int64)
    first, begun, left = clients.spells(ids, months, horizon, 99)
    want = []
    for who in sorted({v[0] for v in visits}):
        spell: list[int] = []
        for month in [*sorted(m for w, m in visits if w == who), None]:
            if spell and (month is None or month - spell[-1] > 3):
                last = spell[-1]
                want.append((who, spell[0], last if last + 3 < horizon else 99))
                spell = []
            if month is not None:
                spell.append(month)
    assert [(int(i), int(a), int(b)) for i, a, b in zip(ids[first], begun, left, strict=True)] == want
    assert (months[first] == begun).all()


def test_clients_have_quarters_after_exit_and_no_credential():
    # three clients served in March 2018 (month 2), out of work until August: July to September is their second quarter
    pay = np.zeros((3, 24))
    pay[0, 7:], pay[1, 20:] = 3000.0, 3000.0
    kinds = np.append(KINDS, wioa.CLIENTS)
    found = wioa.exits(panel(pay), enrolled([3, 3, 3], [2, 2, 2], [2, 2, 24]), kinds)
    assert found.q2.tolist()[:2] == [1, 0] and np.isnan(found.q2[2]), "the third has not left"
    assert found.earnings[0] == 2 * 3000 and np.isnan(found.credential).all() and np.isnan(found.gains).all()
    rows = wioa.rows(panel(pay), enrolled([3, 3, 2], [2, 2, 2], [2, 2, 3]), kinds)
    of = {(r["program"], r["indicator"]): r for r in rows if r["group"] == r["population"] == "all"}
    assert of["job_center_services", "employment_q2"]["people"] == 2
    assert of["job_center_services", "employment_q2"]["gross"] == 0.5
    assert of["all", "employment_q2"]["people"] == 1, "all training: clients are apart"
    assert ("job_center_services", "credential_attainment") not in of


@pytest.fixture(scope="module")
def served():
    """A run with job centers, watched, and its WIOA table beside the run without."""
    spec = load_scenario(SCENARIOS / "kentuckianaworks.toml")
    policy = next(
        n for n, p in spec.policies.items() if any(i.type == "job_center_services" for i in p.instruments)
    )

    def build():
        return laborsim.LaborMarket(spec, policy=policy, rng=1, scale=0.005)

    model, months = build(), 40
    evaluation = Evaluation(model)
    seen = []
    model.observers.append(lambda month: seen.append(month.world.people.id[month.scratch["services.served"]].tolist()))
    model.run_for(months)
    rows = evaluation.wioa(build, months)
    plain = build()
    plain.run_for(months)
    return rows, seen, evaluation, model.state_hash(), plain.state_hash(), build, months


def test_everyone_served_is_a_participant_and_looking_changes_nothing(served):
    rows, seen, evaluation, hashed, plain, *_ = served
    people = {i for ids in seen for i in ids}
    assert len(people) > 20 and hashed == plain
    spells = evaluation._watch.clients()
    assert set(spells["id"].tolist()) == people
    assert (spells["enrolled"] <= spells["exit"]).all()
    q2 = next(r for r in rows if r["program"] == "job_center_services" and r["indicator"] == "employment_q2"
              and r["group"] == r["population"] == "all")  # fmt: skip
    assert 0.0 < q2["gross"] <= 1.0 and 0.0 <= q2["counterfactual"] <= 1.0
    assert q2["net"] == pytest.approx(q2["gross"] - q2["counterfactual"])


def test_without_programs_nobody_is_served(served):
    *_, build, months = served
    found = []
    original = laborsim.LaborMarket.run_for

    def counted(model, n):
        model.observers.append(lambda month: found.append(month.scratch["services.served"].size))
        original(model, n)

    laborsim.LaborMarket.run_for = counted
    try:
        counterfactual.without_programs(build, [], months)
    finally:
        laborsim.LaborMarket.run_for = original
    assert len(found) == months and sum(found) == 0
