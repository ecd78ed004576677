"""The command line: help without imports, exit codes, check, explain, new."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bad_scenarios import GOOD
from laborsim import cli
from laborsim.scenario.parameters.registry import declared

RUN = CliRunner()


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "good.toml"
    file.write_text(GOOD)
    return file


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv=['laborsim','--help']\n"
        "from laborsim.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([m for m in ('numpy','pandas','numba','mesa','matplotlib','pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip().endswith("[]"), done.stdout + done.stderr
    for name in cli.COMMANDS:
        assert name in done.stdout


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = RUN.invoke(cli.app, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f"laborsim {name}" in result.output


def test_unknown_command_is_suggested() -> None:
    result = RUN.invoke(cli.app, ["chek"])
    assert result.exit_code == 2 and "did you mean 'check'" in result.output


def test_version() -> None:
    result = RUN.invoke(cli.app, ["--version"])
    assert result.exit_code == 0 and result.output.startswith("laborsim ")


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (RuntimeError("no room left"), 1, "no room left"),
        (KeyError("x"), 1, "KeyError"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ValueError(), 1, "ValueError"),
    ],
)
def test_boundary(error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    import typer

    def fails(debug: bool = False) -> None:
        raise error

    with pytest.raises(typer.Exit) as raised:
        cli.boundary(fails)(debug=False)
    assert raised.value.exit_code == code
    said = capsys.readouterr().err
    assert words in said and "Traceback" not in said
    if code == 1:
        with pytest.raises(typer.Exit):
            cli.boundary(fails)(debug=True)
        assert "Traceback" in capsys.readouterr().err


def test_errors_as_json(tmp_path: Path) -> None:
    result = RUN.invoke(cli.app, ["explain", str(tmp_path / "none.toml"), "--json"])
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert found["ok"] is False and found["problems"][0]["message"] == "no such file"


# --- check ---------------------------------------------------------------------------------------
def test_check_good(good: Path) -> None:
    result = RUN.invoke(cli.app, ["check", str(good)])
    assert result.exit_code == 0 and f"{good}: ok" in result.stdout


def test_check_json_and_several_files(good: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(GOOD.replace("scale = 0.02", "scale = 2.0"))
    result = RUN.invoke(cli.app, ["check", str(good), str(bad), "--json"])
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert [f["ok"] for f in found["files"]] == [True, False]
    problem = found["files"][1]["problems"][0]
    assert (problem["line"], problem["field"]) == (6, "scenario.scale")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('goal = "<= 0.05"', 'goal = ">= 0.05"', "targets[0].goal: '>= 0.05' asks for the worse: less"),
        ('start = "2018-06"', 'start = "2020-06"', "policies.childcare.start: acts from 2020-06, less than 12 months"),
        ("budget = 1_000_000", "budget = 2", "policies.childcare.budget: $2 a year pays for next to nothing"),
        ("ramp_months = 6", "adoption_delay_months = 40", "policies.childcare.start: acts from 2021-10, after"),
        ("subsidy_share = 0.5\n", "", "policies.childcare.instruments[0].places: 300 places are subsidised by nothing"),
    ],
)  # fmt: skip
def test_check_remarks_on_what_is_odd(good: Path, old: str, new: str, said: str) -> None:
    assert "asks" not in RUN.invoke(cli.app, ["check", str(good)]).stderr
    assert RUN.invoke(cli.app, ["check", str(good)]).stderr.count("policies.") == 0
    good.write_text(GOOD.replace(old, new))
    result = RUN.invoke(cli.app, ["check", str(good)])
    assert result.exit_code == 0 and said in result.stderr
    assert said in json.loads(RUN.invoke(cli.app, ["check", str(good), "--json"]).stdout)["files"][0]["remarks"][0]


def test_check_schema() -> None:
    result = RUN.invoke(cli.app, ["check", "--schema"])
    assert result.exit_code == 0 and "$defs" in json.loads(result.stdout)


def test_check_without_a_file() -> None:
    assert RUN.invoke(cli.app, ["check"]).exit_code == 2


# --- explain -------------------------------------------------------------------------------------
def test_explain_csv_has_every_parameter(good: Path) -> None:
    result = RUN.invoke(cli.app, ["explain", str(good), "--format", "csv", "--quiet"])
    assert result.exit_code == 0 and result.stderr == ""
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    by_name = {r["name"]: r for r in rows}
    assert set(declared()) <= set(by_name)
    shock = by_name["demand.growth_shock"]
    default = str(declared()["demand.growth_shock"].default)
    assert (shock["value"], shock["set_here"], shock["default"]) == ("0.04", "True", default)
    assert {r["kind"] for r in rows} >= {
        "parameter",
        "setting",
        "policy",
        "target",
        "event",
        "program",
        "region",
    }
    assert all(r["source"] and r["grade"] for r in rows)
    assert by_name["kansas-city.29095-east.people_share"]["grade"] == "assumed"


def test_explain_json(good: Path) -> None:
    for arguments in (["--format", "json"], ["--json"]):
        result = RUN.invoke(cli.app, ["explain", str(good), *arguments])
        found = json.loads(result.stdout)
        assert found["scenario"] == "good" and sum(found["grades"].values()) == len(found["assumptions"])


def test_explain_md_says_loudly_what_is_assumed(good: Path) -> None:
    result = RUN.invoke(cli.app, ["explain", str(good)])
    assert result.stdout.startswith("# A county: assumptions")
    assert "## ASSUMED" in result.stdout and "**ASSUMED**" in result.stdout
    assert "ASSUMED without a measurement" in result.stderr
    default = declared()["demand.growth_shock"].default
    assert f"here (default {default})" in result.stdout


# --- new -----------------------------------------------------------------------------------------
def test_new_passes_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = RUN.invoke(cli.app, ["new", "My County 2030", "--region", "kansas-city"])
    assert result.exit_code == 0 and result.stdout.strip() == "my-county-2030.toml"
    assert RUN.invoke(cli.app, ["check", "my-county-2030.toml"]).exit_code == 0
    text = Path("my-county-2030.toml").read_text()
    assert 'title = "My County 2030"' in text and "29095-east" in text
    again = RUN.invoke(cli.app, ["new", "My County 2030", "--region", "kansas-city"])
    assert again.exit_code == 2 and "already there" in again.output
    assert RUN.invoke(cli.app, ["new", "My County 2030", "--region", "kansas-city", "--force"]).exit_code == 0


def test_new_examples_in_remarks_are_right(tmp_path: Path) -> None:
    """With every remark of code uncommented, the starter still passes."""
    out = tmp_path / "x.toml"
    RUN.invoke(cli.app, ["new", 'A "quoted" \\ name', "--region", "kansas-city", "--out", str(out)])
    lines = []
    for line in out.read_text().split("\n"):
        code = line.removeprefix("# ")
        is_code = line.startswith("# ") and (code.startswith("[") or " = " in code.split("#")[0])
        plain = is_code and "payer = {" not in line and not code.startswith(("group:", "A "))
        lines.append(code if plain else line)
    assert sum(a != b for a, b in zip(lines, out.read_text().split("\n"), strict=True)) > 15
    out.write_text("\n".join(lines))
    result = RUN.invoke(cli.app, ["check", str(out)])
    assert result.exit_code == 0, result.output
    assert 'title = "A \\"quoted\\" \\\\ name"' in out.read_text()


def test_new_with_the_path_of_a_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = Path(__file__).parents[1] / "scenarios" / "regions" / "kansas-city"
    monkeypatch.chdir(tmp_path)
    result = RUN.invoke(cli.app, ["new", "x", "--region", str(pack), "--out", "y.toml"])
    assert result.exit_code == 0, result.output
    assert RUN.invoke(cli.app, ["check", "y.toml"]).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x", "--region", "kansas-cty"], "did you mean kansas-city"),
        (["///", "--region", "kansas-city"], "cannot name a scenario"),
        (["x", "--region", "national"], "no such region"),
        (["x", "--region", "kansas-city", "--out", "nowhere/x.toml"], "no folder"),
        (["x"], "--region"),
    ],
)
def test_new_with_wrong_input(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = RUN.invoke(cli.app, ["new", *arguments])
    assert result.exit_code == 2 and words in result.output
    assert list(tmp_path.iterdir()) == []
