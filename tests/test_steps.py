"""People counted once for each step of training, whatever the number of their applications; co-enrolment; delivery."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import laborsim
from laborsim.indicators.steps import Steps
from laborsim.market.codes import NEVER, PROGRAM_KINDS
from laborsim.market.participants import COMPLETED, DROPPED_OUT, NOT_KNOWN, RETAINED

SCENARIO = Path(__file__).parents[1] / "scenarios" / "independence-works-2025.toml"

APPRENTICESHIP, OJT = (PROGRAM_KINDS.index(k) for k in ("apprenticeship", "ojt"))


@pytest.fixture(scope="module")
def spec() -> laborsim.Scenario:
    return laborsim.load_scenario(SCENARIO)


def simulated(spec: laborsim.Scenario, months: int) -> laborsim.LaborMarket:
    model = laborsim.LaborMarket(spec, scale=0.004, rng=3)
    model.run_for(months)
    return model


def made_log() -> dict[str, np.ndarray]:
    """Person 1 in two apprenticeships, the second completed and retained; 2 in an OJT contract, dropped out; 3 under
    way at the start."""
    return {
        "id": np.array([1, 1, 2, 3], np.uint64), "program": np.array([0, 0, 1, 0], np.uint8),
        "enrolled": np.array([2, 20, 5, 0], np.int16), "exit": np.array([8, NEVER, 9, 30], np.int16),
        "how": np.array([DROPPED_OUT, COMPLETED, DROPPED_OUT, COMPLETED], np.uint8),
        "credential": np.array([255, 4, 255, 4], np.uint8), "placed": np.array([NEVER, 30, NEVER, 31], np.int16),
        "after": np.array([0, RETAINED, 0, RETAINED], np.uint8), "state": np.array([0, 0, 4, NOT_KNOWN], np.uint8),
    }  # fmt: skip


def spells(ids: list[int], begun: list[int], left: list[int]) -> dict[str, np.ndarray]:
    return {"id": np.array(ids, np.uint64), "enrolled": np.array(begun), "exit": np.array(left)}


def test_a_person_counts_once_a_step_and_those_under_way_do_not() -> None:
    rows = Steps(np.array([APPRENTICESHIP, OJT])).rows(made_log(), spells([2, 9], [7, 0], [7, 3]))
    got = {(r["kind"], r["step"]): r["people"] for r in rows}
    assert got["all", "enrolled"] == 2 and got["apprenticeship", "enrolled"] == 1 and got["ojt", "enrolled"] == 1
    # nobody was noted as applying: those who enroll have
    assert got["all", "applied"] == got["all", "eligible"] == 2
    assert got["all", "completed"] == got["all", "placed"] == got["all", "credentialed"] == got["all", "retained"] == 1
    # person 2 had a contract and, during it, a visit; person 9 the job center only
    assert got["job_center_services", "enrolled"] == 2
    assert got["ojt+job_center_services", "both"] == got["ojt+job_center_services", "together"] == 1
    assert got["several", "both"] == 1 and got["several", "enrolled"] == 3
    assert ("apprenticeship+ojt", "both") not in got


def test_one_after_the_other_is_not_together() -> None:
    rows = Steps(np.array([APPRENTICESHIP, OJT])).rows(made_log(), spells([2], [12], [14]))
    got = {(r["kind"], r["step"]): r["people"] for r in rows}
    assert got["ojt+job_center_services", "both"] == 1 and got["ojt+job_center_services", "together"] == 0


def test_people_are_no_more_than_times_and_no_more_at_a_later_step(spec: laborsim.Scenario) -> None:
    from laborsim.study.task import Task, execute

    record = execute(Task(spec, "baseline", 0, 3, 0.004, 8))
    assert record.done, record.trace
    got = {(r["kind"], r["step"]): r["people"] for r in record.steps}
    assert record.values is not None
    times = {i: record.values[:, k].sum() * 0.004 for k, (i, g) in enumerate(record.keys) if g == "all"}
    for step in ("applied", "eligible", "enrolled"):
        assert 0 < got["all", step] <= times[f"pipeline_{step}"] + 1e-6
    assert got["all", "applied"] < times["pipeline_applied"]  # some apply again
    assert got["all", "enrolled"] <= got["all", "eligible"] <= got["all", "applied"]
    kinds = [k for k, s in got if s == "applied" and k != "all"]
    assert got["all", "applied"] <= sum(got[k, "applied"] for k in kinds)
    # the same run without anyone looking on ends the same
    assert record.state_hash == simulated(spec, 8).state_hash()


def test_nothing_is_delivered_without_a_policy(spec: laborsim.Scenario) -> None:
    frame = simulated(spec, 2).frame()
    for name in ("center_came", "center_served", "screens_announced", "outreach_contacts"):
        assert frame.series(name).sum() == pytest.approx(0.0)
