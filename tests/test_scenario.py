"""Scenario files that are right: loading, extends, hashes, places of keys, the ledger, the registry."""

from __future__ import annotations

import json
import pickle
import tomllib
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import laborsim
from bad_scenarios import GOOD
from laborsim.scenario import explain
from laborsim.scenario.fields import parse_goal
from laborsim.scenario.instruments import INSTRUMENTS
from laborsim.scenario.ledger import ledger, read_ledger, studies
from laborsim.scenario.load import load_scenario
from laborsim.scenario.parameters.registry import Parameter, Parameters, declared, read_room
from laborsim.scenario.places import Place, scan
from laborsim.scenario.problems import ScenarioError, nearest
from laborsim.scenario.schema import Scenario, json_schema

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.toml"))


def read(folder: Path, text: str, name: str = "x.toml") -> Scenario:
    (folder / name).write_text(text, encoding="utf-8")
    return load_scenario(folder / name)


# --- what readers get ----------------------------------------------------------------------------
def test_properties(tmp_path: Path) -> None:
    spec = read(tmp_path, GOOD)
    assert (spec.name, spec.title, spec.region, spec.start, spec.months) == (
        "x", "A county", "kansas-city", "2018-01", 36,
    )  # fmt: skip
    assert spec.month_index("2018-06") == 5 and spec.month_label(5) == "2018-06"
    childcare = spec.policies["childcare"]
    assert childcare.payers == {"state": 0.7, "city": 0.3}
    assert spec.policies["apprenticeships"].payers == {"board": 1.0}
    assert spec.policy_start(childcare) == 5
    assert childcare.instruments[0].places == 300.0
    assert spec.package("baseline") == {} and list(spec.package("childcare")) == ["childcare"]
    assert spec.parameters()["demand.growth_shock"] == 0.04
    assert spec.parameters().room("demand")["growth_shock"] == 0.04
    assert spec.targets[0].comparison == "<=" and spec.targets[0].goal == "<= 0.05"
    with pytest.raises(KeyError):
        spec.package("nothing")


def test_pickles_with_its_path(tmp_path: Path) -> None:
    spec = read(tmp_path, GOOD)
    again = pickle.loads(pickle.dumps(spec))
    assert again == spec and again.path == spec.path and again.hash() == spec.hash()


def test_combined_policy(tmp_path: Path) -> None:
    text = GOOD + '\n[policies.both]\ntitle = "Both"\nowner = "Board"\ncombine = ["childcare", "apprenticeships"]\n'
    assert list(read(tmp_path, text).package("both")) == ["childcare", "apprenticeships"]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda p: p.stem)
def test_shipped_scenarios_are_right(path: Path) -> None:
    spec = laborsim.load_scenario(path)
    assert spec.targets and spec.policies and spec.notes
    jsonschema.validate(tomllib.loads(path.read_text(encoding="utf-8")), json_schema())


def test_independence_owners_and_peers() -> None:
    spec = laborsim.load_scenario(SCENARIOS[[p.stem for p in SCENARIOS].index("independence-works-2025")])
    assert [p.owner for p in spec.policies.values()] == [
        "Education", "Workforce Training & Supports", "Social Services & Faith", "Industry Employers",
        "Innovators & Entrepreneurs", "Steering committee and council",
    ]  # fmt: skip
    assert spec.peers is not None
    ranks = {}
    for measure in spec.peers.measures:
        assert len(measure.metros) == 30
        ranks[measure.name] = 1 + sum(m.level > measure.own.level for m in measure.metros)
    assert ranks == {"gdp": 20, "quality_jobs": 14, "household_income": 16}
    published = {m.name: [r.rank for r in m.published] for m in spec.peers.measures}
    assert published == {
        "gdp": [15, 17, 20], "quality_jobs": [12, 12, 13], "household_income": [12, 14, 16],
    }  # fmt: skip
    said = {row.name: row for row in explain.rows(spec) if row.kind == "peer"}
    for measure in spec.peers.measures:
        assert said[f"peers.{measure.name}.own.extra_growth"].source == measure.formula
        for rank in measure.published:
            row = said[f"peers.{measure.name}.published.{rank.year}"]
            assert (row.value, row.source, row.grade) == (rank.rank, rank.source, "published")


def test_goals() -> None:
    assert parse_goal(">= 0.62") == (">=", 0.62)
    assert parse_goal("<5%") == ("<", 0.05)
    with pytest.raises(ValueError, match="not a goal"):
        parse_goal("0.62")


# --- changed copies and hashes -------------------------------------------------------------------
def test_hash_is_of_the_content(tmp_path: Path) -> None:
    spec = read(tmp_path, GOOD)
    spaced = read(tmp_path, "# remark\n" + GOOD.replace(" = ", "   =  ").replace("1_000_000", "1000000.0"))
    assert spaced.hash() == spec.hash()
    assert read(tmp_path, GOOD.replace("seed = 7", "seed = 8")).hash() != spec.hash()


def test_run_hash_ignores_what_cannot_change_a_run(tmp_path: Path) -> None:
    spec = read(tmp_path, GOOD)
    said = read(tmp_path, GOOD.replace("A county", "Another title").replace("<= 0.05", "<= 0.06"))
    assert said.run_hash("childcare") == spec.run_hash("childcare") and said.hash() != spec.hash()
    more = read(tmp_path, GOOD.replace("replicates = 2", "replicates = 9"))
    assert more.run_hash("childcare") == spec.run_hash("childcare")
    dearer = read(tmp_path, GOOD.replace("budget = 500_000", "budget = 600_000"))
    assert dearer.run_hash("childcare") == spec.run_hash("childcare")
    assert dearer.run_hash("apprenticeships") != spec.run_hash("apprenticeships")
    other = read(tmp_path, GOOD.replace('growth_shock" = 0.04', 'growth_shock" = 0.05'))
    assert other.run_hash() != spec.run_hash()


def test_settings_are_checked_again(tmp_path: Path) -> None:
    spec = read(tmp_path, GOOD)
    assert spec.with_settings(scale=0.5, seed=None).scale == 0.5
    assert spec.with_settings(scale=0.5).path == spec.path
    assert spec.with_settings(scale=spec.scale).hash() == spec.hash()
    with pytest.raises(ScenarioError, match="out of range"):
        spec.with_settings(scale=5.0)
    with pytest.raises(ScenarioError, match="outside the simulated months"):
        spec.with_settings(horizon="2019-06")


# --- extends -------------------------------------------------------------------------------------
def test_extends_merges_tables_policies_and_targets_by_name(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(GOOD)
    spec = read(
        tmp_path,
        """
extends = "base.toml"
[scenario]
title = "A variant"
scale = 0.01
[[targets]]
name = "Unemployment"
goal = "<= 0.04"
[[targets]]
name = "Wages"
indicator = "wage_median"
goal = ">= 20"
by = "2020-12"
[assumptions]
"demand.growth_persistence" = { value = 0.9, source = "a survey" }
[policies.childcare]
budget = 2_000_000
""",
    )
    assert (spec.title, spec.scale, spec.seed) == ("A variant", 0.01, 7)
    assert [(t.name, t.goal, t.group) for t in spec.targets] == [
        ("Unemployment", "<= 0.04", "sex:female"),
        ("Wages", ">= 20", "all"),
    ]
    assert spec.policies["childcare"].budget == 2_000_000 and spec.policies["childcare"].owner.startswith("Social")
    assert set(spec.assumptions) == {"demand.growth_shock", "demand.growth_persistence"}
    assert len(spec.events) == 1 and [p.name for p in spec.files] == ["x.toml", "base.toml"]


def test_extends_across_folders_reports_the_file_at_fault(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "b.toml").write_text(GOOD.replace("scale = 0.02", "scale = 3.0"))
    (tmp_path / "x.toml").write_text('extends = "base/b.toml"\n[scenario]\nseed = -1\n')
    with pytest.raises(ScenarioError) as raised:
        load_scenario(tmp_path / "x.toml")
    assert [(Path(p.file).name, p.line, p.field) for p in raised.value.problems] == [
        ("b.toml", 6, "scenario.scale"),
        ("x.toml", 3, "scenario.seed"),
    ]


def test_a_mistake_mended_above_is_none(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(GOOD.replace("scale = 0.02", "scale = 3.0"))
    assert read(tmp_path, 'extends = "b.toml"\n[scenario]\nscale = 0.1\n').scale == 0.1


def test_path_of_a_region_is_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "packs" / "mine").mkdir(parents=True)
    spec = read(tmp_path, GOOD.replace('"kansas-city"', '"packs/mine"'))
    assert spec.region == str(tmp_path / "packs" / "mine")


# --- assumptions ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "written",
    [
        '"demand.growth_shock" = 0.05',
        "demand.growth_shock = 0.05",
        "demand = { growth_shock = 0.05 }",
        '"demand.growth_shock" = { value = 0.05, source = "x" }',
        "[assumptions.demand]\ngrowth_shock = 0.05",
        '[assumptions.demand.growth_shock]\nvalue = 0.05\nlow = 0.01\nhigh = 0.06\nsource = "x"',
    ],
)
def test_ways_to_write_an_assumption(tmp_path: Path, written: str) -> None:
    spec = read(tmp_path, GOOD.replace('"demand.growth_shock" = 0.04', written))
    assert spec.parameters()["demand.growth_shock"] == 0.05


def test_beyond_the_declared_range_needs_a_source(tmp_path: Path) -> None:
    entry = '"demand.growth_shock" = { value = 0.5, low = 0.1, high = 0.6, source = "a crisis" }'
    spec = read(tmp_path, GOOD.replace('"demand.growth_shock" = 0.04', entry))
    assert spec.assumptions["demand.growth_shock"].high == 0.6


def test_dated_values(tmp_path: Path) -> None:
    entry = '"demand.growth_shock" = { value = 0.03, dated = { "2019-01" = 0.05, "2020-01" = 0.06 } }'
    values = read(tmp_path, GOOD.replace('"demand.growth_shock" = 0.04', entry)).parameters()
    got = [values.at(m)["demand.growth_shock"] for m in ("2018-12", "2019-01", "2019-12", "2020-05")]
    assert got == [0.03, 0.05, 0.05, 0.06]


# --- the registry --------------------------------------------------------------------------------
def test_every_declared_default_is_in_its_range_and_keeps_its_type() -> None:
    values = Parameters()
    assert len(values) == len(declared()) > 100
    for name, parameter in declared().items():
        assert parameter.fault(values[name]) is None, name
        assert type(values[name]) is type(parameter.default)


def test_whole_numbers_become_floats_where_floats_are_declared() -> None:
    name = next(n for n, p in declared().items() if isinstance(p.default, float) and p.fault(1) is None)
    assert type(Parameters({name: 1})[name]) is float


def test_parameter_faults() -> None:
    share = Parameter("a.b", 0.5, "share", "x", "y", "assumed", 0.1, 0.9)
    assert share.fault(0.9) is None and share.fault(0.95) is not None and share.fault(0.95, 0.0, 1.0) is None
    assert share.fault(1.2, 0.0, 2.0) is not None  # a share stays a share whatever range is stated
    assert share.fault(True) is not None and share.fault("x") is not None and share.fault([0.5]) is not None
    assert share.fault(float("nan")) is not None
    whole = Parameter("a.c", 3, "rounds", "x", "y", "assumed", 1, 9)
    assert whole.fault(4) is None and whole.fault(4.0) is None and whole.fault(4.5) is not None
    assert Parameter("a.d", [1.0, 2.0], "x", "x", "y", "assumed", 0, 3).fault([1.0, 4.0]) is not None
    assert Parameter("a.e", "urn", "", "x", "y", "assumed", choices=("urn", "full")).fault("fill") is not None


@pytest.mark.parametrize("line", ['grade = "guess"', "low = 2.0", "defalt = 1", 'label = ""'])
def test_wrong_declarations_are_refused(tmp_path: Path, line: str) -> None:
    good = {
        "default": "1.0",
        "unit": '"x"',
        "label": '"x"',
        "source": '"x"',
        "grade": '"assumed"',
        "high": "1.5",
    }
    key, value = line.split(" = ")
    text = "[p]\n" + "".join(f"{k} = {v}\n" for k, v in (good | {key: value}).items())
    (tmp_path / "room.toml").write_text(text)
    with pytest.raises(ValueError, match=r"room\.toml: p"):
        read_room(tmp_path / "room.toml")


# --- places --------------------------------------------------------------------------------------
PIECES = [
    "a = 1",
    'b.c = "x"',
    '"quoted key" = [1, 2,\n  3] # end',
    "s = '''\nk = 1\n[no]\n'''",
    'm = """\n"quoted" \\\\ \n"""',
    'e = """"""',
    'q = """a""""',
    "[t]\nx = 1",
    "[t.u]\ny = { z = 1, w.v = [ { p = 1 },\n { p = 2 } ] }",
    "[[rows]]\nn = 1",
    "[[rows]]\nn = 2\n[rows.deep]\nk = 3",
    "# = [ {",
    "d = 1979-05-27 07:32:00Z",
    'u = "a # b [c]"',
    "[t.'a.b'.c]\nr = 5",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_places_agree_with_the_parser(pieces: list[str], end: str) -> None:
    """Every key the parser finds has a place, on a line that names it, and no place is made up."""
    text = "\n\n".join(pieces).replace("\n", end)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = text.split("\n")

    def walk(value: object, place: Place) -> None:
        keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        assert set(place.parts) == set(keys)
        for key in keys:
            part = place.parts[key]
            if isinstance(key, str):
                assert key in lines[part.line - 1]
            walk(value[key], part)  # type: ignore[index]

    walk(data, scan(text, "x"))


# --- schema, ledger, words -----------------------------------------------------------------------
def test_json_schema_accepts_the_good_and_refuses_the_wrong() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    good = tomllib.loads(GOOD)
    jsonschema.validate(good, schema)
    jsonschema.validate({"extends": "base.toml", "scenario": {"seed": 2}}, schema)
    for path, value in (
        (("scenario", "scale"), 2),
        (("scenario", "seeed"), 1),
        (("policies", "childcare", "payer"), 5),
    ):
        wrong = json.loads(json.dumps(good))
        table = wrong
        for key in path[:-1]:
            table = table[key]
        table[path[-1]] = value
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_every_instrument_has_help_for_each_setting() -> None:
    for name, model in INSTRUMENTS.items():
        assert model.__doc__ and model.model_fields["type"].annotation.__args__ == (name,)  # type: ignore[union-attr]
        for key, field in model.model_fields.items():
            assert key == "type" or field.description, (name, key)


def test_ledger_keeps_fitted_and_held_out_apart() -> None:
    found = ledger()
    assert len(found) >= 50
    assert {s.use for s in found.values()} == {"fitted", "input", "held_out", "context"}
    for instrument in ("registered_apprenticeship", "childcare_support", "career_pathways"):
        assert studies(instrument=instrument, use="held_out") and studies(instrument=instrument)
    childcare = found["childcare_price_elasticity"]
    assert childcare.interval() == (-0.25, -0.05)
    low, high = found["minimum_wage_elasticity"].interval()
    assert low < 0 < high


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("estimate = 1.0", "estimate = 3.0", "outside its interval"),
        ('use = "fitted"', 'use = "both"', "use"),
        ("discount = 0.1", "discount = 1.5", "discount"),
        ("unit =", "units =", "units"),
    ],
)
def test_wrong_ledgers_are_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = """
[study]
instrument = "ojt"
kind = "effect"
outcome = "employment"
estimate = 1.0
low = 0.5
high = 2.0
unit = "share"
design = "trial"
population = "adults"
place = "here"
source = "someone"
status = "verified"
use = "fitted"
discount = 0.1
"""
    file = tmp_path / "ledger.toml"
    file.write_text(text)
    assert list(read_ledger(file)) == ["study"]
    file.write_text(text.replace(old, new))
    with pytest.raises(ValueError, match=words):
        read_ledger(file)


def test_nearest() -> None:
    names = ["matching.applications_employed", "matching.noise", "demand.noise_level"]
    assert nearest("matching.nois", names) == "matching.noise"
    assert nearest("Matching-Noise", names) == "matching.noise"
    assert nearest("noise", names) == "matching.noise"
    assert nearest("zebra", names) == "" and nearest(5, names) == ""
