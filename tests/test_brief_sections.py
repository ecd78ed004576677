"""The brief as a scenario declares it: question, money, sections; tables of findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from laborsim.loading import load_scenario
from laborsim.report import known, sections_jobs, sections_training
from laborsim.report.brief import brief_html, content
from laborsim.report.plots import Plotter
from laborsim.report.sections import SECTIONS, sections
from laborsim.report.tables import Line, grid
from laborsim.scenario.brief import SECTIONS as NAMES
from laborsim.scenario.problems import InputError
from laborsim.study.results import Results
from laborsim.study.run import _tasks
from studies import scenario, study

BRIEF = """
[brief]
question = "We have $2 million a year: on what?"
money = 2_000_000
sections = ["owners", "employers", "spending"]
participants = ["training"]

[policies.training]"""
SCENARIOS = Path(__file__).parents[1] / "scenarios"


@pytest.fixture(scope="module")
def briefed(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("briefed")
    return study(folder, spec=scenario(folder, **{"\n[policies.training]": BRIEF}))


def test_sections_stand_in_the_order_of_the_scenario(briefed: Results) -> None:
    charts = Plotter(briefed).all()
    assert [s["title"] for s in sections(briefed, charts)] == [
        SECTIONS[n].title for n in ("owners", "employers", "spending")
    ]
    page = brief_html(briefed, charts)
    assert "We have $2 million a year: on what?" in page and "$2 million a year buys" in page
    assert "laborsim ask mix" in page


def test_money_buys_in_proportion_and_what_else_it_goes_to_is_said(
    briefed: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pandas as pd

    table = briefed.spending[briefed.spending["policy"] == "training"].copy()
    briefed.spending.loc[table.index, "item"] = "apprentice seats"
    try:
        units = table["units"].sum() / table["dollars"].sum()
        one, two = (known.buys(briefed, "training", x) for x in (1e6, 2e6))
        assert two == f"{float(f'{2e6 * units:.2g}'):,.0f} seats of related instruction"
        assert float(two.split()[0].replace(",", "")) == pytest.approx(2 * float(one.split()[0].replace(",", "")),
            rel=0.06)
        dear = table.assign(item="navigators (months)", dollars=table["dollars"] / 4)
        assert "goes to" not in two
        with monkeypatch.context() as patch:
            both = pd.concat([briefed.spending, dear])
            patch.setattr(type(briefed), "spending", property(lambda _: both))
            assert known.buys(briefed, "training", 1e6).endswith("; 20% goes to navigators")
    finally:
        briefed.spending.loc[table.index, "item"] = table["item"]


def test_the_effect_of_a_small_policy_is_not_multiplied(briefed: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    amount = float(known.asked(briefed)[1] or 0)
    assert amount > 0
    monkeypatch.setattr(known, "_a_year", lambda results, policy: amount)
    assert "more in the last year for" in known.answer(briefed, briefed.findings)
    monkeypatch.setattr(known, "_a_year", lambda results, policy: amount / 3)
    said = known.answer(briefed, briefed.findings)
    assert "was not run" in said and "in the last year" not in said


def test_the_answer_of_money_names_the_best_by_dollar_only_if_it_is_sure(briefed: Results) -> None:
    said = known.answer(briefed, briefed.findings)
    sure = [p for p in briefed.findings.tested if briefed.findings.sure(p, str(briefed.findings.stock))]
    assert sure and said.startswith("On ") and "ask mix" in said
    from dataclasses import replace

    unsure = replace(briefed.findings, found=frozenset())
    assert "these runs cannot tell" in known.answer(briefed, unsure)
    lines = content(briefed, [])["box"]
    assert lines[0][0] == "Answer"


def test_only_policies_named_are_run_twice(tmp_path: Path) -> None:
    spec = scenario(tmp_path, **{"\n[policies.training]": BRIEF})
    from laborsim.study.manifest import describe

    about = describe(spec, list(spec.policies))
    tasks = _tasks(spec, about, "x:y")
    assert {t.policy for t in tasks if t.without} == {"training"}
    assert all(t.without for t in _tasks(spec, about, "x:y", wioa=True))
    plain = {(t.policy, t.replicate): t.key for t in _tasks(scenario(tmp_path),
        about | {"brief": {"participants": []}}, "x:y")}
    assert all((plain[t.policy, t.replicate] == t.key) == (t.policy != "training") for t in tasks)
    # a run does not depend on what its brief is about
    assert spec.run_hash("training") == scenario(tmp_path).run_hash("training")


@pytest.mark.parametrize(("old", "new", "said"), [
    ('"employers"', '"employer"', "did you mean employers"), ('["training"]', '["trainig"]', "did you mean training"),
])  # fmt: skip
def test_a_name_that_is_none_is_an_error(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        scenario(tmp_path, **{"\n[policies.training]": BRIEF.replace(old, new)})
    assert said in str(raised.value) and "brief." in str(raised.value)


def test_a_grid_shows_what_moves_and_says_where_nothing_does(briefed: Results) -> None:
    moved = grid(briefed, "x", [Line("Parents kept out", "carers_kept_out")])
    assert moved is not None and "Childcare support" in moved.heads
    cell = moved.rows[0][moved.heads.index("Childcare support")]
    assert cell.sure and "parents kept out down" in moved.title
    still = grid(briefed, "y", [Line("Churn", "hires_rate")], lead="Churn is usual")
    assert still is not None and "no policy changes these figures by more than chance" in still.title
    assert still.title.startswith("Churn is usual; ") and still.heads[-1].startswith("Largest change under any policy")
    assert len(still.rows[0]) == len(still.heads)
    assert set(still.data["policy"]) == {"training", "childcare"} and not still.data["more_than_chance"].any()
    # a figure that is not known in short runs is not said
    assert grid(briefed, "z", [Line("Churn", "hires_rate")], lead="nan% of people") is not None
    assert "nan" not in grid(briefed, "z", [Line("Churn", "hires_rate")], lead="nan% of people").title  # type: ignore


def test_people_by_step_are_at_full_scale_and_small_cells_hidden(briefed: Results) -> None:
    assert sections_training.steps(briefed) is None  # the made-up market counts nobody
    for record in briefed.records:
        record.steps = [
            {"kind": "ojt", "step": "applied", "people": 400}, {"kind": "ojt", "step": "enrolled", "people": 100},
            {"kind": "ojt", "step": "retained", "people": 1}, {"kind": "all", "step": "enrolled", "people": 100},
            {"kind": "several", "step": "both", "people": 20}, {"kind": "several", "step": "enrolled", "people": 110},
        ]  # fmt: skip
    try:
        table = sections_training.steps(briefed)
        assert table is not None and "25% of those who apply enroll" in table.title
        row = dict(zip(table.heads, table.rows[0], strict=True))
        assert row["Applied"] == "8,000" and row["Enrolled"] == "2,000" and row["Retained"] == "suppressed"
        assert table.data.set_index("step").loc["retained", "people"] != table.data.set_index("step").loc["retained",
            "people"]
        both = sections_training.co_enrolment(briefed)
        assert both is not None and "18.2% of participants" in both.title
        funnel = Plotter(briefed).funnel()
        assert funnel is not None and "2,000 people enroll" in funnel.title
        assert set(funnel.data[funnel.data["stage"] == "enrolled"]["people"]) == {2000.0}
    finally:
        for record in briefed.records:
            record.steps = []


def test_owners_and_dates(briefed: Results) -> None:
    table = sections_jobs.timeline(briefed)
    assert table is not None
    rows = {str(r[1].text): r for r in table.rows}
    assert rows["Apprenticeship expansion"][2:5] == ["2019-01", "2019-01", "2020-01"]
    assert "2 owners, 2 policies" in table.title


def test_every_initiative_names_sections_that_exist_and_policies_it_has() -> None:
    assert set(SECTIONS) == set(NAMES)
    files = sorted(SCENARIOS.glob("*.toml"))
    assert len(files) == 5
    for path in files:
        spec = load_scenario(path)
        assert spec.brief.question and spec.brief.money == 2_000_000
        assert len(spec.brief.sections) == len(set(spec.brief.sections)) >= 10
        assert {"owners", "spending"} <= set(spec.brief.sections)
        assert set(spec.brief.participants) <= set(spec.policies)


def test_participants_are_read_with_and_without(briefed: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    rows = []
    for indicator, gross, without in (("employment_q2", 0.8, 0.7), ("mean_earnings_q2", 9000.0, 8000.0)):
        rows.append({"policy": "training", "program": "apprenticeship", "population": "all", "group": "all",
                     "indicator": indicator, "unit": "share", "runs": 4, "people": 1000.0, "gross": gross,
                     "counterfactual": without, "net": gross - without, "net_low": 0.5 * (gross - without),
                     "net_high": 2 * (gross - without), "suppressed": 0})  # fmt: skip
    monkeypatch.setattr(briefed, "wioa", lambda: pd.DataFrame(rows))
    table = sections_training.with_and_without(briefed)
    assert table is not None
    assert "80.0% of participants work half a year after (16 to 24: or learn), 70.0% of the same people" in table.title
    assert table.rows[0][5].text == "+10.0 pp" and table.rows[0][5].sure
    said = " ".join(known.facts(briefed, briefed.findings))
    assert "registered apprenticeship 80.0% against 70.0% without (+10.0 pp; +5.0 pp to +20.0 pp)" in said
    for r in rows:  # too few are simulated for the first page
        r["people"] = 29.0 / float(briefed.about["scale"])
    assert "registered apprenticeship" not in " ".join(known.facts(briefed, briefed.findings))
    rows[0]["suppressed"] = rows[1]["suppressed"] = 1
    assert sections_training.with_and_without(briefed) is None


def test_sectors_that_sell_beyond_the_region_are_those_of_the_model() -> None:
    from laborsim.region.national_sectors import SECTOR_FACTS
    from laborsim.report.sections_jobs import sells_beyond

    assert sells_beyond() == {code for code, facts in SECTOR_FACTS.items() if facts[3]}
    assert "31-33" in sells_beyond() and "72" not in sells_beyond()


def test_a_brief_on_job_quality_says_first_what_fills_good_jobs(tmp_path: Path, briefed: Results) -> None:
    about = BRIEF.replace('"spending"', '"quality_or_training"')
    found = study(tmp_path, spec=scenario(tmp_path, **{"\n[policies.training]": about}))
    said = known.filling(found, found.findings)
    level = 100 * found.last_year("good_vacancy_fill_rate").mean()
    assert f"{level:.0f}% are filled in a month" in said and said in brief_html(found, [])
    sure = [p for p in found.findings.tested if found.findings.sure(p, "good_vacancy_fill_rate")]
    assert ("no policy changes" in said) is (not sure)
    assert known.filling(briefed, briefed.findings) == ""
