"""Trials: gates, designs, the runs of a replicate, published ranges, and the command with what it writes."""

from __future__ import annotations

import csv
import errno
import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import worlds
from laborsim.cli import app
from laborsim.loading import load_scenario
from laborsim.market import gate
from laborsim.scenario.ledger import Study, ledger
from laborsim.scenario.problems import InputError
from laborsim.study import trial as trials
from laborsim.study import trial_evidence
from laborsim.study.store import StoreFailed
from laborsim.study.trial_design import APPLICANTS, PAIRED, SERVICE, design
from laborsim.study.trial_run import by_quarter
from test_wioa import panel

SCENARIO = Path(__file__).parents[1] / "scenarios" / "independence-works-2025.toml"

SHORT = """
[scenario]
title = "A short trial"
region = "kansas-city"
start = "2018-01"
horizon = "2020-12"
[assumptions]
"evaluation.intake_start" = 3
"evaluation.intake_months" = 12
[policies.care]
title = "Care"
owner = "Nobody"
budget = 0
[[policies.care.instruments]]
type = "childcare_support"
subsidy_share = 0.5
places = 500
[policies.centers]
title = "Job centers"
owner = "Nobody"
budget = 9_000_000
[[policies.centers.instruments]]
type = "job_center_services"
places_per_month = 2000
[policies.travel]
title = "Travel"
owner = "Nobody"
budget = 9_000_000
[[policies.travel.instruments]]
type = "transport_support"
places = 2000
paid = 1.0
"""


# --- gates ------------------------------------------------------------------------------------------------


def test_without_a_gate_everyone_is_admitted_and_nothing_is_kept():
    month = worlds.month(people=300)
    ids = month.world.people.id[:50]
    assert gate.admit(month, "transport_support", ids, np.arange(50)).all()
    gate.serve(month, "transport_support", ids)
    assert "gates" not in month.memory


def test_a_gate_refuses_the_same_people_every_month_and_logs_each_once():
    month = worlds.month(people=4000)
    gate.open_gate(month, "transport_support", 0.5, until=2)
    ids, rows = month.world.people.id[:2000], np.arange(2000)
    first = gate.admit(month, "transport_support", ids[:1500], rows[:1500])
    month.index = 1
    second = gate.admit(month, "transport_support", ids, rows)
    np.testing.assert_array_equal(first, second[:1500])
    assert abs(first.mean() - 0.5) < 0.05
    month.index = 5  # after the intake nobody is added, and those refused stay so
    np.testing.assert_array_equal(gate.admit(month, "transport_support", ids, rows), second)
    log = month.memory["gates"]["transport_support"]
    assert log["id"].size == 2000 and (log["refused"] == ~second).all()
    assert log["month"].tolist() == [0] * 1500 + [1] * 500
    gate.serve(month, "transport_support", ids[:10])
    month.index = 6
    gate.serve(month, "transport_support", ids[5:12])
    assert log["taken"][:13].tolist() == [5] * 10 + [6, 6, gate.NEVER]


def test_services_have_draws_of_their_own_and_households_stay_together():
    month = worlds.month(people=4000)
    for service in ("childcare_support", "transport_support"):
        gate.open_gate(month, service, 0.5, 9)
    ids = month.world.people.id[:1000]
    a = gate.admit(month, "childcare_support", ids, np.arange(1000))
    b = gate.admit(month, "transport_support", ids, np.arange(1000))
    assert 0.4 < (a == b).mean() < 0.6
    month = worlds.month(people=4000)
    gate.open_gate(month, "childcare_support", 0.5, 9)
    units, members, of = month.world.people.id[:3], np.array([0, 1, 2, 7, 8]), np.array([0, 1, 2, 0, 2])
    gate.admit(month, "childcare_support", units, members, of)
    log = month.memory["gates"]["childcare_support"]
    assert log["unit"].tolist() == units[of].tolist()
    assert log["id"].tolist() == month.world.people.id[members].tolist()
    with pytest.raises(ValueError, match="no gate"):
        gate.open_gate(month, "no_such", 0.5, 9)


# --- design -----------------------------------------------------------------------------------------------


def test_names_find_their_trial():
    spec = load_scenario(SCENARIO)
    assert design(spec, "apprenticeship").mode == APPLICANTS and design(spec, "apprenticeship").policy == "baseline"
    assert design(spec, "class_nursing").programs == ("class_nursing",)
    policy = design(spec, "apprenticeship_expansion")
    assert policy.mode == APPLICANTS and policy.policy != "baseline" and policy.programs == ("apprenticeship",)
    care = design(spec, "childcare_support")
    assert care.mode == SERVICE
    assert {i.type for i in care.spec.policies[care.policy].instruments} == {"childcare_support"}
    hiring = design(spec, "skills_based_hiring")
    assert hiring.mode == PAIRED and "nobody" in hiring.randomised
    with pytest.raises(InputError, match="did you mean 'apprenticeship'"):
        design(spec, "aprenticeship")


def test_a_policy_under_trial_acts_from_the_intake_on():
    spec = load_scenario(SCENARIO)
    first = int(spec.parameters().room("evaluation")["intake_start"])
    tried = design(spec, "childcare_support")
    for name, rules in tried.spec.package(tried.policy).items():
        before = spec.policy_start(spec.policies[name])
        assert tried.spec.policy_start(rules) == max(before, first) >= first
    later = spec.policies[tried.policy].model_copy(update={"start": spec.month_label(first + 5)})
    kept = design(spec.model_copy(update={"policies": {**spec.policies, tried.policy: later}}), "childcare_support")
    assert kept.spec.policies[kept.policy].start == spec.month_label(first + 5)
    paired = design(spec, "skills_based_hiring")
    assert paired.spec.policies[paired.policy].start == spec.policies[paired.policy].start, "whole runs are compared"


# --- outcomes and ranges ----------------------------------------------------------------------------------


def test_quarters_begin_after_the_application():
    pay = np.zeros((2, 12))
    pay[0] = np.arange(12)
    pay[1] = 1.0
    people = panel(pay)
    people.months["state"][1, 7:] = 12  # left the region
    found = by_quarter(people, np.array([0, 1, -1]), np.array([2, 0, 0]), 3)
    assert found["earnings"][0].tolist()[:2] == [3 + 4 + 5, 6 + 7 + 8]
    assert found["earnings"][0, 2] == 9 + 10 + 11
    assert found["earnings"][1].tolist()[:2] == [3.0, 3.0] and math.isnan(found["earnings"][1, 2])
    assert np.isnan(found["earnings"][2]).all()
    beyond = by_quarter(people, np.array([0]), np.array([4]), 3)["employed"][0]
    assert beyond[:2].tolist() == [1.0, 1.0] and math.isnan(beyond[2])


def test_the_accepted_range_goes_from_the_discounted_to_the_published_interval():
    study = ledger()["sectoral_training_earnings"]
    low, high = study.accepted()
    assert (low, high) == (pytest.approx(0.12 * 0.6), pytest.approx(0.34))
    year6 = ledger()["apprenticeship_earnings_year6"]
    assert year6.accepted(1.5) == (pytest.approx(6595 * 0.7 * 1.5), pytest.approx(6595 * 1.5))
    falls = Study(**{**ledger()["housing_voucher_participation"].model_dump(), "low": -0.08, "high": -0.02})
    assert falls.accepted() == (pytest.approx(-0.08), pytest.approx(-0.02 * 0.7))
    price = trials.prices(2019)
    assert price(2019) == 1.0 and price(2010) == pytest.approx(255.657 / 218.056, rel=1e-3) and price(2024) < 1


def test_every_measured_study_is_of_an_effect_or_a_rate():
    measured = [s for s in ledger().values() if s.measure]
    assert len(measured) >= 15
    assert all(s.kind in ("effect", "rate") for s in measured)
    assert {"fitted", "held_out"} <= {s.use for s in measured}


# --- the runs ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The command on a short run, its JSON and its folder."""
    folder = tmp_path_factory.mktemp("trial")
    scenario = folder / "short.toml"
    scenario.write_text(SHORT)
    options = ["--program", "classroom", "--replicates", "2", "--scale", "0.02", "--threads", "1", "--json"]
    done = CliRunner().invoke(app, ["trial", str(scenario), *options, "--out", str(folder / "out"), "--quiet"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), folder / "out", scenario


def test_json_has_what_it_promises(made):
    found, folder, _ = made
    assert {
        "out", "scenario", "program", "mode", "randomised", "without", "replicates", "people_randomised", "effects",
        "by_quarter", "lock_in", "displacement", "displaced_share", "evidence", "costs", "benefit_cost", "wioa",
        "break_even_displacement", "state_hash", "failed",
    } <= set(found)  # fmt: skip
    assert found["replicates"] == 2 and found["program"] == "classroom" and found["out"] == str(folder)
    assert found["people_randomised"] > 20 and found["failed"] == []
    assert {"outcome", "period", "itt", "itt_low", "itt_high", "tot", "people"} <= set(found["effects"][0])
    assert {"study", "published", "accepted_low", "simulated", "verdict", "use"} <= set(found["evidence"][0])
    assert {r["who"] for r in found["displacement"]} == {"participants", "others", "all"}
    hashes = found["state_hash"][0]
    assert len({hashes[arm] for arm in ("trial", "none", "all")}) == 3


def test_files_and_their_columns(made):
    _, folder, _ = made
    names = {p.name for p in folder.iterdir()}
    assert {"trial.json", "effects.csv", "quarters.csv", "displacement.csv", "evidence.csv", "benefit_cost.csv",
            "wioa.csv", "trial.html", "manifest.json", "charts", "replicates"} == names  # fmt: skip
    assert (folder / "charts" / "trial.svg").exists()
    rows = list(csv.DictReader((folder / "benefit_cost.csv").open()))
    assert {r["scope"] for r in rows} == {"participants only", "all residents"}
    page = (folder / "trial.html").read_text()
    assert "Synthetic region, not a forecast" in page and "Randomised" in page


def test_the_runs_of_a_replicate_share_everything_but_the_treatment(made):
    spec = load_scenario(made[2])
    found = trials.run(spec, "classroom", replicates=1, scale=0.02, threads=1)
    (run,) = found.runs
    for name in ("employed", "earnings"):  # the same to the last digit until the intake begins
        before = {arm: run.totals[arm][name][: run.first].tolist() for arm in ("trial", "none", "all")}
        assert before["trial"] == before["none"] == before["all"]
    s = run.sample
    assert (s.took[~s.treated] < 0).all(), "nobody who was refused takes part"
    assert (s.took[s.treated] >= 0).any()
    assert 0.25 < s.treated.mean() < 0.75
    assert s.assigned.min() >= run.first and s.assigned.max() < run.first + 12
    assert run.starts >= run.cohort.ids.size / run.scale
    assert found.costs["per_participant"] > 500
    again = trials.run(spec, "classroom", replicates=1, scale=0.02, threads=1)
    assert again.runs[0].hashes == run.hashes and again.effects.equals(found.effects)


def test_a_policy_without_money_has_no_effect_at_all(made):
    found = trials.run(load_scenario(made[2]), "childcare_support", replicates=1, scale=0.02, threads=1)
    (run,) = found.runs
    assert all(gain == (0.0, 0.0) for who in run.gains.values() for gain in who.values())
    assert found.costs["dollars"] == 0.0 and not found.randomised
    table = found.benefit_cost[found.benefit_cost["perspective"] != "prices"]
    assert (table["mean"].abs() < 1e-9).all()
    prices = found.benefit_cost[found.benefit_cost["perspective"] == "prices"].set_index("item")["mean"]
    assert prices["additional placements"] == 0.0 and np.isnan(prices["dollars per additional placement"])


@pytest.mark.parametrize("service", ["job_center_services", "transport_support"])
def test_those_refused_a_service_are_never_served(made, service):
    spec = load_scenario(made[2]).with_settings(horizon="2019-12")
    found = trials.run(spec, service, replicates=1, scale=0.02, threads=1)
    (run,) = found.runs
    s = run.sample
    assert found.design.mode == SERVICE and s.ids.size > 50
    assert (s.took[~s.treated] < 0).all() and (s.took[s.treated] >= 0).any()
    assert 0.4 < s.treated.mean() < 0.6 and run.places > 0
    assert sum(run.dollars.values()) > 0 and run.hashes["none"] != run.hashes["all"]


def test_a_trial_that_was_stopped_makes_only_what_is_missing(made, tmp_path, monkeypatch):
    spec, keep = load_scenario(made[2]), tmp_path / "replicates"
    first = trials.run(spec, "classroom", replicates=1, scale=0.02, threads=1, keep=keep)
    (file,) = keep.iterdir()

    def fails(*_, **__):
        raise RuntimeError("made again")

    with monkeypatch.context() as m:
        m.setattr("laborsim.study.trial.run_trial", fails)
        again = trials.run(spec, "classroom", replicates=1, scale=0.02, threads=1, keep=keep)
        assert not again.failed and again.to_json().keys() == first.to_json().keys()
        assert again.effects.equals(first.effects) and again.benefit_cost.equals(first.benefit_cost)
        assert again.runs[0].hashes == first.runs[0].hashes and again.costs == pytest.approx(first.costs, nan_ok=True)
        assert again.wioa.equals(first.wioa) and again.displacement.equals(first.displacement)
        # another seed or program, or a file cut short, is not taken for it
        assert trials.run(spec, "classroom", replicates=1, seed=77, scale=0.02, threads=1, keep=keep).failed
        assert trials.run(spec, "sectoral", replicates=1, scale=0.02, threads=1, keep=keep).failed
        file.write_bytes(file.read_bytes()[:-200])
        assert trials.run(spec, "classroom", replicates=1, scale=0.02, threads=1, keep=keep).failed


class Disk:
    """Files written whole until `room` of them are; the next one is cut short, as on a full disk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.room, self.real = 10**9, Path.write_bytes
        monkeypatch.setattr(Path, "write_bytes", lambda path, data: self.write(path, data))

    def write(self, path: Path, data: bytes) -> int:
        if self.room == 0:
            self.real(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        self.room -= 1
        return self.real(path, data)


def test_a_full_disk_is_said_and_the_trial_goes_on_when_there_is_room(made, tmp_path, monkeypatch):
    folder, spec = tmp_path / "out", load_scenario(made[2])
    options = {"replicates": 2, "scale": 0.02, "threads": 1}
    stored = trials.run(spec, "classroom", keep=made[1] / "replicates", **options)
    made_again: list[int] = []

    def at_once(task, *_, **__):
        made_again.append(task.replicate)
        return stored.runs[task.replicate]

    monkeypatch.setattr("laborsim.study.trial.run_trial", at_once)
    disk = Disk(monkeypatch)
    disk.room = 1
    with pytest.raises(StoreFailed, match=r"replicates: cannot be written \(No space left.*goes on from them"):
        trials.run(spec, "classroom", keep=folder / "replicates", **options)
    assert [f.suffix for f in (folder / "replicates").iterdir()] == [".npz"], "whole files alone"
    disk.room = 10**9
    made_again.clear()
    found = trials.run(spec, "classroom", keep=folder / "replicates", **options)
    assert made_again == [1] and found.effects.equals(stored.effects)

    def page(trial, place):
        (place / "page.html").write_bytes(b"page")

    trials.write(found, folder, page)
    whole = {p.name for p in folder.iterdir()}
    assert {"page.html", "manifest.json", "replicates"} < whole
    for room in range(len(whole) - 1):  # whichever file the disk has no room for
        disk.room = room
        with pytest.raises(StoreFailed, match=r"No space left.*goes on from them"):
            trials.write(found, folder, page)
        names = {p.name for p in folder.iterdir()}
        assert names == whole - {"manifest.json"}, "the folder does not say that it is complete, and holds no rests"
    disk.room = 10**9
    trials.write(found, folder, page)
    assert {p.name for p in folder.iterdir()} == whole


def test_help_and_review_are_arms_of_their_own_and_compared_with_studies_of_the_same_part():
    spec = load_scenario("experiments/trials/scenario.toml")
    policies = ("job_centers", "job_centers_help", "job_centers_review", "travel")
    arms = {name: design(spec, name).arm for name in policies}
    assert arms == {"job_centers": "", "job_centers_help": "services", "job_centers_review": "sanctions", "travel": ""}
    found = {arm: {b.study.name for b in trial_evidence.beside([], ("job_search_help",), lambda _: 1.0, arm=arm)}
             for arm in ("", "services", "sanctions")}  # fmt: skip
    assert found["sanctions"] == {"rea_without_help"} and not found["services"]
    assert "rea_four_states" in found[""] and "rea_without_help" not in found[""]
