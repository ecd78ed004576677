"""The ten questions: answers that follow from known effects, runs made once, words that promise nothing."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from asked_market import DAYS, PER_MILLION, SCENARIO
from laborsim.cli import app
from laborsim.loading import load_scenario
from laborsim.report.answers import chart
from laborsim.scenario.instruments import INSTRUMENTS
from laborsim.scenario.parameters.registry import declared as parameters
from laborsim.study.questions import QUESTIONS, ask
from laborsim.study.questions.answer import Answer
from laborsim.study.questions.bench import Bench, NoRuns
from laborsim.study.questions.common import BASE
from laborsim.study.questions.probes import budget, choose, declared, kinds, own, standard
from laborsim.study.questions.sectors import robustness
from laborsim.study.run import run, settle

CARE = PER_MILLION["childcare_support"] * parameters()["participation.childcare_elasticity"].default
MODEL = "asked_market:AskedMarket"


def scenario(folder: Path, text: str = SCENARIO, notes: str = ""):
    path = folder / "asked.toml"
    path.write_text(text.replace("NOTES", notes))
    return load_scenario(path)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("ask")
    return Bench(scenario(folder), kept=folder / "runs", threads=1, model=MODEL)


@pytest.fixture(scope="module")
def answers(bench: Bench) -> dict[str, Answer]:
    return {name: ask(name, bench) for name in QUESTIONS}


def test_every_question_is_answered_with_a_chart_and_a_table(answers: dict[str, Answer], tmp_path: Path) -> None:
    assert list(QUESTIONS) == ["target", "mix", "retirements", "funnel", "childcare", "sectors", "ai", "additional",
                               "quality", "trust"]  # fmt: skip
    for name, answer in answers.items():
        assert answer.said and answer.sheets and answer.sheets[0].rows and answer.runs > 0, name
        drawn = chart(answer)
        assert drawn is not None, name
        drawn.save(tmp_path)
        assert {p.suffix for p in tmp_path.glob(f"{name}.*")} == {".svg", ".png", ".csv", ".txt"}
        assert json.loads(json.dumps(answer.as_dict()))["answer"]


def test_answers_promise_nothing_and_say_what_they_rest_on(answers: dict[str, Answer]) -> None:
    for name, answer in answers.items():
        text = " ".join([*answer.said, answer.basis, *answer.notes, *(s.note for s in answer.sheets)])
        assert not re.search(r"\bwill\b|guarantee|certainly|nan\b", text), name
        assert "model runs" in answer.basis and "not a forecast" in answer.basis, name


def test_childcare_against_training_by_known_effects(answers: dict[str, Answer]) -> None:
    answer = answers["childcare"]
    assert answer.said[0].startswith("Childcare brings back more workers per dollar")
    rows = {r["policy"]: r for r in answer.sheets[0].rows}
    # people employed for each million dollars a year are person-years for each million
    got = float(rows["Childcare support"]["rate"].split(" ")[0].replace(",", ""))
    assert got == pytest.approx(CARE, rel=0.03)
    assert "parents of a child under six" in answer.said[1] or "women" in answer.said[1]
    assert set(answer.policies) == {"childcare", "apprentices"}  # the scenario's own: no package stands in
    assert "standard" not in " ".join(answer.said)


def test_quality_uses_a_standard_package_and_says_so(answers: dict[str, Answer]) -> None:
    answer = answers["quality"]
    assert any(n.startswith("standard_") for n in answer.policies)
    assert any("standard packages of $2.0 million a year" in s for s in answer.said)
    days = {r["policy"]: r["days"] for r in answer.sheets[0].rows}
    fastest = min(days, key=lambda p: float(days[p].split(" ")[0]))
    assert answer.said[0].startswith("Job quality fills jobs faster")
    assert float(days[fastest].split(" ")[0]) == pytest.approx(min(DAYS.values()), abs=0.1)


def test_mix_finds_what_adds_most_and_looks_again(answers: dict[str, Answer], bench: Bench) -> None:
    answer = answers["mix"]
    best = answer.sheets[0].rows[0]
    assert "childcare support" in answer.said[0].lower() and "adds most" in answer.said[0]
    # half of those employed earn enough; 2 million a year for seven years
    assert float(best["gain"].split(" ")[0].replace(",", "")) == pytest.approx(0.5 * 2 * CARE * 7, rel=0.03)
    tried = [r["mix"] for r in answer.sheets[1].rows]
    assert len(tried) == len(set(tried)) > len(answer.sheets[0].rows)
    first = bench.results([BASE]).records
    again = bench.results([BASE], first=bench.spec.replicates).records
    assert not {r.seed for r in first} & {r.seed for r in again}


def test_retirements_tell_replacement_from_net_new_jobs(answers: dict[str, Answer]) -> None:
    rows = answers["retirements"].sheets[1].rows
    assert [r["name"] for r in rows] == ["Construction", "Production", "Computers and mathematics"]
    assert rows[0]["replacement"] == "500" and float(rows[0]["growth"]) == pytest.approx(50, abs=5)
    assert "900 openings a year" in answers["retirements"].said[0]


def test_funnel_breaks_where_seats_stay_empty(answers: dict[str, Answer]) -> None:
    answer = answers["funnel"]
    assert "breaks before the first day" in answer.said[0]
    where = {r["where"].split(" (")[0]: r["people"] for r in answer.sheets[1].rows}
    seats = next(r for r in answer.sheets[0].rows if r["stage"] == "Seats")
    added = float(seats["more"].split(" ")[0].replace(",", ""))
    assert float(where["before the first day"].replace(",", "")) == pytest.approx(0.75 * added, rel=0.03)


def test_additional_sets_net_against_gross(answers: dict[str, Answer]) -> None:
    row = next(r for r in answers["additional"].sheets[0].rows if r["policy"] == "Apprenticeships")
    # 10 placed a month for seven years; each then works to the end
    assert float(row["gross"].split(" ")[0].replace(",", "")) == pytest.approx(10 * 84, rel=0.02)
    assert float(row["net"].split(" ")[0].replace(",", "")) == pytest.approx(60 * 7, rel=0.15)
    assert "additional for the region" in answers["additional"].said[0]


def test_faster_ai_costs_what_it_costs_and_hits_whom_it_hits(answers: dict[str, Answer]) -> None:
    answer = answers["ai"]
    assert answer.sheets[0].rows[0]["name"] == "Computers and mathematics"
    change = float(answer.sheets[0].rows[0]["people"].split(" ")[0].replace(",", ""))
    assert change == pytest.approx(10 * 96, rel=0.02)
    assert "The best cushion here is sectoral training" in answer.said[1]


def test_trust_finds_the_assumption_that_turns_the_recommendation(answers: dict[str, Answer]) -> None:
    answer = answers["trust"]
    rows = {r["name"]: r for r in answer.sheets[1].rows}
    assert rows["demand.ai_labor_saving"]["flips"] == "no"  # moves nothing in this market
    flips = {n for n, r in rows.items() if r["flips"] != "no"}
    name = "participation.childcare_elasticity"
    least = PER_MILLION["childcare_support"] * parameters()[name].low
    assert flips == (set() if least > PER_MILLION["apprenticeship_expansion"] else {name})
    facts = answer.sheets[2].rows
    assert next(r for r in facts if r["label"] == "Openings rate")["inside"] == "NO"
    assert next(r for r in facts if r["label"] == "Hires rate")["inside"] == "yes"
    assert re.search(r"On record: \d+ of \d+ facts", answer.said[2])


def test_trust_sees_a_flip(tmp_path: Path) -> None:
    """With a policy whose lead rests on one parameter, that parameter turns it, and no other."""
    text = SCENARIO.replace("[[targets]]", '[assumptions]\n"participation.childcare_elasticity" = '
                            '{value = 1.0, low = 0.05, high = 1.5, source = "a test"}\n[[targets]]', 1)  # fmt: skip
    answer = ask("trust", Bench(scenario(tmp_path, text), kept=tmp_path / "runs", threads=1, model=MODEL))
    flips = {r["name"]: r["flips"] for r in answer.sheets[1].rows if r["flips"] != "no"}
    assert flips == {"participation.childcare_elasticity": "low"}
    assert "1 of " in answer.said[1] and "by more than chance" in answer.said[1]


def test_target_counts_runs(answers: dict[str, Answer]) -> None:
    said = answers["target"].said[0]
    assert "1 of 2 targets is met in at least 80% of 4 runs" in said and "self-sufficiency" in said
    assert "None of the 2 policies changes how many are met" in answers["target"].said[1]


def test_robustness_is_the_share_of_weightings_by_brute_force() -> None:
    rng = np.random.default_rng(3)
    scores = rng.random((2, 7, 3))
    got = robustness(scores)
    assert got.sum() == pytest.approx(3.0)
    # a fine grid over the weights, every run alike
    grid = [(i, j, 40 - i - j) for i, j in itertools.product(range(41), repeat=2) if i + j <= 40]
    count = np.zeros(7)
    for run_, weights in itertools.product(range(2), grid):
        total = scores[run_] @ np.array(weights, float)
        count[np.argsort(-total)[:3]] += 1
    assert got == pytest.approx(count / (2 * len(grid)), abs=0.04)
    ahead = np.zeros((1, 5, 4))
    ahead[0, 2] = 1.0
    assert robustness(ahead)[2] == 1.0


def test_runs_are_made_once_and_stored_studies_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    spec = scenario(tmp_path)
    run(spec, jobs=1, model=MODEL, out=tmp_path / "results" / spec.name / "study")
    one = Bench(spec, threads=1, model=MODEL)
    ask("childcare", one)
    assert one.made == 0 and one.read == 12  # three courses of four runs, all from the study
    more = Bench(settle(spec, replicates=5), threads=1, model=MODEL)
    ask("childcare", more)
    assert more.made == 3 and more.read == 12
    again = Bench(settle(spec, replicates=5), threads=1, model=MODEL)
    ask("additional", again)
    assert again.made == 0
    fresh = Bench(spec, threads=1, model=MODEL, fresh=True)
    ask("childcare", fresh)
    assert fresh.made == 12 and fresh.read == 0


def test_a_course_whose_runs_all_fail_is_an_error(tmp_path: Path) -> None:
    spec = scenario(tmp_path, notes="fail:childcare")
    with pytest.raises(NoRuns, match=r"Childcare support.*made to fail"):
        ask("childcare", Bench(spec, kept=tmp_path / "runs", threads=1, model=MODEL))


def test_standard_packages_are_policies_at_the_same_money(tmp_path: Path) -> None:
    spec = scenario(tmp_path)
    types = {t for ts in kinds().values() for t in ts}
    assert types <= set(INSTRUMENTS)
    for probe in declared()[1]:
        policy = standard(spec, probe)
        assert policy.budget == budget() and policy.start == "2019-01"
        assert probe.kind in kinds() and any(i.type in kinds()[probe.kind] for i in policy.instruments)
    assert own(spec, "childcare") == ["childcare"]
    assert choose(spec, ["childcare"]).extra == {}
    assert len(choose(spec, ["childcare"], always_standard=True).extra) >= 1


def test_a_policy_of_two_kinds_stands_for_both(tmp_path: Path) -> None:
    more = """
[[policies.apprentices.instruments]]
type = "ojt_reimbursement"
contracts_per_year = 50
"""
    spec = scenario(tmp_path, SCENARIO + more)
    chosen = choose(spec, ["apprenticeship", "ojt"])
    assert chosen.names == ["apprentices"] and not chosen.extra


def test_scenario_without_targets_or_policies(tmp_path: Path) -> None:
    text = SCENARIO[: SCENARIO.index("[[targets]]")]
    bench = Bench(scenario(tmp_path, text), kept=tmp_path / "runs", threads=1, model=MODEL)
    assert "no targets" in ask("target", bench).said[0]
    assert all(n.startswith("standard_") for n in ask("childcare", bench).policies)


def test_wrong_question_is_wrong_input(tmp_path: Path) -> None:
    scenario(tmp_path)
    done = CliRunner().invoke(app, ["ask", "childcar", str(tmp_path / "asked.toml")])
    assert done.exit_code == 2 and "did you mean 'childcare'" in done.output


REAL = """
[scenario]
title = "Lane, a moment"
region = "lane"
start = "2018-01"
horizon = "2018-04"
scale = 0.005
replicates = 2
seed = 3
[policies.childcare]
title = "Childcare support"
owner = "Board"
start = "2018-02"
budget = 4000000.0
[[policies.childcare.instruments]]
type = "childcare_support"
subsidy_share = 0.5
places = 800
"""


def test_the_real_market_answers_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "real.toml").write_text(REAL)
    done = CliRunner().invoke(app, ["ask", "additional", "real.toml", "--json", "--quiet", "--threads", "1"])
    assert done.exit_code == 0, done.output
    out = json.loads(done.stdout)
    assert out["scenario"] == "real" and out["question"] == "additional" and out["runs"] >= 4
    assert Path(out["files"]["svg"]).exists() and json.loads(Path(out["files"]["json"]).read_text())["tables"]
    again = CliRunner().invoke(app, ["ask", "additional", "real.toml", "--threads", "1"])
    assert again.exit_code == 0 and "0 runs made" in again.output
    assert "What the money bought" in again.output
