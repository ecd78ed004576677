"""The page of instruments says what the declarations say."""

from pathlib import Path

from laborsim.scenario.instruments import INSTRUMENTS
from laborsim.scenario.reference import instruments_page
from laborsim.scenario.tested import ARMS, standing, trial_of, untested, verdicts
from laborsim.scenario.tested import TRIALS as TRIED

PAGE = Path(__file__).parents[1] / "docs" / "instruments.md"
TRIALS = PAGE.with_name("trials.md").read_text(encoding="utf-8")


def test_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == instruments_page(TRIALS), "run experiments/instruments_page.py"


def test_every_instrument_and_setting_is_described():
    page = instruments_page(TRIALS)
    for name, model in INSTRUMENTS.items():
        section = page.split(f"## {name}\n")[1].split("\n## ")[0]
        assert model.__doc__ is not None and model.__doc__.split("\n")[0] in section
        for key, field in model.model_fields.items():
            if key != "type":
                assert f"| `{key}` |" in section
                assert field.description, f"{name}.{key} has no description"


def test_the_table_says_what_the_trials_say():
    page = instruments_page(TRIALS)
    found = verdicts(TRIALS)
    assert {trial for trial, _ in found} == {*TRIED.values(), *ARMS.values()}
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `") and line.count("|") == 7}
    assert set(rows) == set(INSTRUMENTS)
    for name in INSTRUMENTS:
        held = standing(name).held_out
        assert not held or any((trial_of(name, s), s.outcome) in found for s in held)
        for study in held:  # none is called tested that the page of trials does not show
            assert found.get((trial_of(name, study), study.outcome), "not measured") in rows[name], (name, study.name)
    assert "outside" in rows["job_center_services"]


def test_which_effects_are_untested():
    assert untested(["childcare_support", "transport_support", "wage_floor", "wage_floor"]) == [
        "transport_support", "wage_floor",
    ]  # fmt: skip
    assert standing("transport_support").status == "input" and standing("housing_support").status == "fitted"
    assert standing("career_pathways").status == standing("cte").status == "tested"
    assert standing("startup_support").status == "none" and len(standing("startup_support").waiting) == 1


def test_every_program_code_is_listed():
    from laborsim.scenario.programs import load_programs

    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| `{t.code}` |" in page for t in load_programs())
