"""The interactive page: levers, what a simulation shows, and the server itself."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fake_market import SCENARIO
from laborsim.app.levers import levers, with_levers
from laborsim.app.simulate import Course, simulate
from laborsim.cli import app
from laborsim.scenario.problems import InputError
from studies import MODEL, scenario


def test_levers_are_budgets_and_what_instruments_are_given(tmp_path: Path) -> None:
    found = {lever.id: lever for lever in levers(scenario(tmp_path))}
    assert list(found) == [
        "training__all__budget", "training__0__navigators", "training__0__seats_per_year",
        "childcare__all__budget", "childcare__0__subsidy_share", "childcare__0__places",
    ]  # fmt: skip
    share = found["childcare__0__subsidy_share"]
    assert (share.value, share.low, share.high) == (0.5, 0.0, 1.0) and "price" in share.label


def test_levers_that_do_not_move_change_nothing(tmp_path: Path) -> None:
    spec = scenario(tmp_path)
    same = with_levers(spec, {lever.id: lever.value for lever in levers(spec)})
    assert same.hash() == spec.hash() and same.name == spec.name


def test_a_moved_lever_is_the_scenario_with_that_number(tmp_path: Path) -> None:
    moved = with_levers(scenario(tmp_path), {"training__0__navigators": 7, "childcare__all__budget": 0})
    (tmp_path / "other").mkdir()
    changes = {"navigators = 4": "navigators = 7", "budget = 5000000.0": "budget = 0.0"}
    written = scenario(tmp_path / "other", **changes)
    assert moved.hash() == written.hash()


def test_all_wrong_values_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        with_levers(scenario(tmp_path), {"childcare__0__subsidy_share": 1.5, "training__all__budget": None})
    said = str(raised.value).splitlines()
    assert len(said) == 2
    assert "Apprenticeship expansion" in said[0] and "nothing; allowed: a number from 0 to 1,000,000,000,000" in said[0]
    assert "Childcare support" in said[1] and "1.5; allowed: a number from 0 to 1" in said[1]


def test_a_simulation_shows_answer_table_and_charts(tmp_path: Path) -> None:
    course = Course()
    shown = simulate(scenario(tmp_path), ["training"], {"training__all__budget": 0}, 3, 0.01, course, MODEL)
    assert "16,000 people" in shown.head and course.done == 6
    assert [r["title"] for r in shown.rows] == ["Apprenticeship expansion"]
    assert shown.rows[0]["interval"] == "spent nothing: its budget is 0", "no money, no effect"
    assert "unemployment" in [c.name for c in shown.charts] and shown.failed == []


def test_failures_of_a_simulation(tmp_path: Path) -> None:
    spec = scenario(tmp_path, "fail:training")
    shown = simulate(spec, ["training", "childcare"], {}, 2, 0.01, None, MODEL)
    assert len(shown.failed) == 2 and [r["title"] for r in shown.rows] == ["Childcare support"]
    with pytest.raises(InputError, match="replicates"):
        simulate(spec, [], {}, 0, 0.01, None, MODEL)
    with pytest.raises(RuntimeError, match="made to fail"):
        simulate(scenario(tmp_path, "fail:None fail:training"), ["training"], {}, 1, 0.01, None, MODEL)


# --- the server ------------------------------------------------------------------------------------


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Address of a server on the made-up market; stopped as a user stops it."""
    pytest.importorskip("shiny", reason="extra: app")
    (tmp_path / "made-up.toml").write_text(SCENARIO.replace("NOTES", ""))
    arguments = ["laborsim", "serve", str(tmp_path / "made-up.toml"), "--port", "0", "--json"]
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import laborsim.app.page as page\n"
        f"page.build.__defaults__ = ({MODEL!r},)\n"
        "from laborsim.cli import main\n"
        f"sys.argv = {arguments!r}\n"
        "main()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())["address"]
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in said


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_the_page_is_served_here_and_asks_nothing_of_the_internet(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")
    began = time.monotonic()
    while True:
        try:
            page = urllib.request.urlopen(address, timeout=10).read().decode()
            break
        except OSError:
            assert time.monotonic() - began < 30
            time.sleep(0.1)
    for said in ("A made-up region", "Apprenticeship expansion", "Synthetic region, not a forecast", "navigators"):
        assert said in page
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links and not [x for x in links if x.startswith(("http", "//"))]
    for link in links:
        if not link.startswith("data:"):
            assert urllib.request.urlopen(f"{address}/{link}", timeout=10).status == 200


def test_a_port_that_is_taken_is_wrong_input(tmp_path: Path) -> None:
    pytest.importorskip("shiny", reason="extra: app")
    import socket

    (tmp_path / "made-up.toml").write_text(SCENARIO.replace("NOTES", ""))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(app, ["serve", str(tmp_path / "made-up.toml"), "--port", str(port)])
    assert done.exit_code == 2 and f"--port {port}: cannot listen" in done.stderr


def test_without_the_extra_the_message_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made-up.toml").write_text(SCENARIO.replace("NOTES", ""))
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = CliRunner().invoke(app, ["serve", str(tmp_path / "made-up.toml")])
    assert done.exit_code == 2 and "serve needs the extra 'app': pip install 'laborsim[app]'" in done.stderr
