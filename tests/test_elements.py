"""Numbers of declared lists have names, in the order of the codes the market uses."""

from __future__ import annotations

from pathlib import Path

from laborsim.indicators.segments import SEGMENTS
from laborsim.market.codes import AGE_BANDS, EDUCATION, PRINCIPLES, PROGRAM_KINDS, RACES, SEXES
from laborsim.region.tables import SECTORS
from laborsim.report.study_words import factor_name
from laborsim.scenario.fields import GROUPS
from laborsim.scenario.parameters.elements import ELEMENTS
from laborsim.scenario.parameters.registry import declared
from laborsim.study.experiment import load_experiment
from laborsim.study.questions.retirements import MAJORS
from laborsim.study.questions.sectors import NAMES


def test_every_list_names_its_numbers() -> None:
    lists = {name: p for name, p in declared().items() if isinstance(p.default, list)}
    assert set(ELEMENTS) == set(lists)
    for name, p in lists.items():
        said = [p.element(k) for k in range(1, len(p.default) + 1)]
        assert len(set(said)) == len(said), name
        names = ELEMENTS[name]
        count = len(declared()[names].default) if isinstance(names, str) else len(names)
        assert count == len(p.default), name


def test_names_stand_in_the_order_of_the_codes() -> None:
    race, sex = declared()["search.bias_race"], declared()["search.pay_discount_sex"]
    for k, code in enumerate(RACES, 1):
        assert code in race.element(k).lower()
    assert [("male", "female")[k] for k in range(2)] == list(SEXES)
    assert [sex.element(1), sex.element(2)] == ["men", "women"]
    sector, major = declared()["search.part_time_share"], declared()["synthesis.women_by_major"]
    assert [sector.element(k).lower() for k in range(1, 24)] == [NAMES[c].lower() for c in SECTORS]
    assert [major.element(k) for k in range(1, 23)] == [n.lower() for n in MAJORS.values()]
    ages = declared()["participation.stop_by_age"]
    assert [ages.element(k).removeprefix("ages ").replace(" to ", "-").replace(" and over", "+")
            for k in range(1, 8)] == list(AGE_BANDS)  # fmt: skip
    assert len(PRINCIPLES) == len(declared()["quality.leaving"].default)
    assert declared()["quality.leaving"].element(7) == PRINCIPLES[6]
    for k, kind in enumerate(PROGRAM_KINDS[:6], 1):
        assert kind.replace("_", "-") in declared()["synthesis.knows_program"].element(k).replace("on-the-job", "ojt")
    assert len(EDUCATION) == len(declared()["vacancies.decided_in_month"].default)
    ages_at = declared()["demography.attainment_ages"].default
    assert declared()["demography.reached_hs"].element(1) == f"age {ages_at[0]}"


def test_a_chart_names_the_element(tmp_path: Path) -> None:
    scenario = Path(__file__).parents[1] / "scenarios" / "lane-county.toml"
    (tmp_path / "x.toml").write_text(
        f'[experiment]\nscenario = "{scenario}"\nreplicates = 2\n[levers]\npolicy = ["baseline", "youth"]\n'
        '[uncertainties]\n"search.bias_race[2]" = { low = 0.0, high = 0.3 }\n'
        '[outcomes.unemployment]\nindicator = "unemployment_rate"\n[design]\nkind = "full_factorial"\nlevels = 2\n'
    )
    experiment = load_experiment(tmp_path / "x.toml")
    assert factor_name(experiment, "search.bias_race[2]") == "Bias race, Black"


def test_groups_a_target_may_name_are_those_of_the_figures() -> None:
    assert GROUPS["age"] == AGE_BANDS and GROUPS["race"] == RACES and GROUPS["education"] == EDUCATION
    assert set(GROUPS["sex"]) == set(SEXES) and GROUPS["segment"] == SEGMENTS
