"""Wrong input: one clear error each, with its line, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bad_scenarios import BAD, GOOD, Bad
from laborsim.cli import app
from laborsim.indicators.definitions import DEFINITIONS
from laborsim.scenario.load import Known, RegionFacts, UnknownRegion, load_scenario
from laborsim.scenario.parameters.registry import declared
from laborsim.scenario.problems import ScenarioError
from laborsim.scenario.programs import load_programs
from laborsim.scenario.reading import read_document

ZONES = ("29095-east", "29095-west", "29047", "20091")
SECTORS = ("23", "31-33", "62", "6244")
TRADED = ("31-33",)


def regions(name: str) -> RegionFacts:
    if name != "kansas-city":
        raise UnknownRegion(name, ["kansas-city", "lane-county"])
    return RegionFacts(ZONES, SECTORS, name, TRADED)


SHARES = frozenset(name for name, d in DEFINITIONS.items() if d.unit == "share")
KNOWN = Known(regions, frozenset(DEFINITIONS), SHARES, {p.code: p.kind for p in load_programs()})


def test_fifty_or_more() -> None:
    assert len({b.name for b in BAD}) == len(BAD) >= 50


def test_good_file_is_good(tmp_path: Path) -> None:
    file = tmp_path / "good.toml"
    file.write_text(GOOD)
    assert load_scenario(file, known=KNOWN).months == 36


@pytest.mark.parametrize("bad", BAD, ids=lambda b: b.name)
def test_one_clear_error(bad: Bad, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(bad.content)
    with pytest.raises(ScenarioError) as raised:
        load_scenario(file, known=KNOWN)
    text = str(raised.value)
    assert len(raised.value.problems) == 1, text
    problem = raised.value.problems[0]
    assert problem.line == bad.line, text
    assert text.startswith(f"{file}:{bad.line}: " if bad.line else f"{file}: ")
    for word in bad.words:
        assert word in text, text
    assert "\n" not in text


@pytest.mark.parametrize("bad", BAD, ids=lambda b: b.name)
def test_command_line_exits_2(bad: Bad, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(bad.content)
    result = CliRunner().invoke(app, ["check", str(file)])
    assert result.exit_code == 2
    assert str(file) in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", ["check", "explain", "run"])
@pytest.mark.parametrize("what", ["missing", "directory", "pipe", "binary"])
def test_no_traceback_from_a_process(command: str, what: str, tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    if what == "directory":
        file.mkdir()
    elif what == "pipe":
        os.mkfifo(file)
    elif what == "binary":
        file.write_bytes(b"\x00\x01\x02")
    done = subprocess.run(
        [sys.executable, "-m", "laborsim.cli", command, str(file)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert str(file) in done.stdout + done.stderr


def test_all_problems_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace("horizon =", "horizn =").replace("scale = 0.02", "scale = 2").replace("places", "plases")
    )
    text = text.replace('"31-33"', '"99"').replace("growth_shock", "growth_shok")
    file = tmp_path / "many.toml"
    file.write_text(text)
    with pytest.raises(ScenarioError) as raised:
        load_scenario(file, known=KNOWN)
    fields = [p.field for p in raised.value.problems]
    assert fields == [
        "scenario.horizn",
        "scenario.scale",
        "events[1].sector",
        "assumptions.demand.growth_shok",
        "policies.childcare.instruments[1].plases",
    ]
    lines = [p.line for p in raised.value.problems]
    assert lines == sorted(lines)


def test_circle_of_three_files(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{name}.toml").write_text(f'extends = "{other}.toml"\n')
    with pytest.raises(ScenarioError, match=r"a\.toml -> b\.toml -> c\.toml -> a\.toml") as raised:
        load_scenario(tmp_path / "a.toml")
    assert raised.value.problems[0].file == str(tmp_path / "c.toml")


def test_file_name_is_suggested(tmp_path: Path) -> None:
    (tmp_path / "kansas.toml").write_text(GOOD)
    with pytest.raises(ScenarioError, match=r"kansas\.toml"):
        load_scenario(tmp_path / "kanzas.toml")


def test_a_thousand_mistakes_are_quick_and_cut(tmp_path: Path) -> None:
    file = tmp_path / "long.toml"
    file.write_text(GOOD + "".join(f"\n[nonsense{i}]\nx = 1\n" for i in range(5000)))
    with pytest.raises(ScenarioError) as raised:
        load_scenario(file, known=KNOWN)
    assert len(raised.value.problems) == 5000
    assert "4900 more problems" in str(raised.value)


def _keys() -> list[str]:
    text = [line for line in GOOD.split("\n") if "=" in line and not line.startswith('"')]
    return sorted({line.split(" =")[0] for line in text if len(line.split(" =")[0]) >= 4})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_mangled_key_yields_a_suggestion(tmp_path: Path, data: st.DataObject) -> None:
    """One letter dropped, doubled, replaced or two swapped: the message names the key that was meant."""
    key = data.draw(st.sampled_from(_keys()))
    at = data.draw(st.integers(0, len(key) - 2))
    how = data.draw(st.sampled_from(["drop", "double", "swap", "replace", "capital"]))
    mangled = {
        "drop": key[:at] + key[at + 1 :],
        "double": key[: at + 1] + key[at:],
        "swap": key[:at] + key[at + 1] + key[at] + key[at + 2 :],
        "replace": key[:at] + "q" + key[at + 1 :],
        "capital": key.upper(),
    }[how]
    if mangled == key:
        return
    file = tmp_path / "mangled.toml"
    file.write_text(GOOD.replace(f"\n{key} =", f"\n{mangled} =", 1))
    with pytest.raises(ScenarioError) as raised:
        load_scenario(file, known=KNOWN)
    meant = [p.suggestion for p in raised.value.problems if p.field.endswith("." + mangled)]
    assert meant == [key], str(raised.value)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(declared())), st.integers(0, 100))
def test_any_mangled_parameter_yields_a_suggestion(name: str, where: int) -> None:
    from laborsim.scenario.problems import nearest

    room, short = name.split(".")
    if len(short) < 6:
        return
    at = where % len(short)
    assert nearest(f"{room}.{short[:at]}{short[at + 1 :]}", declared()) != ""


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_give_problems_or_a_document(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "noise.toml"
    file.write_bytes(content)
    try:
        read_document(file)
    except ScenarioError as error:
        assert str(error)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_of_any_type_is_reported_at_its_line(tmp_path: Path, data: st.DataObject) -> None:
    lines = GOOD.split("\n")
    at = data.draw(st.sampled_from([i for i, line in enumerate(lines) if " = " in line]))
    value = data.draw(
        st.sampled_from(["-1", "1e400", '""', "[]", "{}", "true", "2018-01-01", "'x'", "[[1]]", "nan"])
    )
    lines[at] = f"{lines[at].split(' = ')[0]} = {value}"
    file = tmp_path / "typed.toml"
    file.write_text("\n".join(lines))
    try:
        load_scenario(file, known=KNOWN)
    except ScenarioError as error:
        assert all(p.line and p.message for p in error.problems)
