"""Shipping a calibration: an entry of a room gets another default, source and grade, and nothing else changes."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import pytest

from laborsim.scenario.parameters.registry import read_room

HERE = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def ship():
    spec = importlib.util.spec_from_file_location("ship", HERE / "experiments" / "ship_calibration.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_fitted_parameter_can_be_renewed(ship, tmp_path):
    from laborsim.study.calibration.moments import definitions

    free, _ = definitions(24, {"participation": 0.68, "unemployment": 0.036})
    for name in (p for f in free for p in f.parameters):
        room, _, short = name.partition(".")
        text = (ship.ROOMS / f"{room}.toml").read_text(encoding="utf-8")
        before = tomllib.loads(text)
        old = before[short]["default"]
        new = [v * 1.01 for v in old] if isinstance(old, list) else old * 1.01
        file = tmp_path / f"{room}.toml"
        file.write_text(ship.with_default(text, short, new, "calibrated on x, see y"), encoding="utf-8")
        after = tomllib.loads(file.read_text(encoding="utf-8"))
        assert after[short] == {**before[short], "default": new, "source": "calibrated on x, see y",
                                "grade": "calibrated"}  # fmt: skip
        assert {k: v for k, v in after.items() if k != short} == {k: v for k, v in before.items() if k != short}
        assert read_room(file)[name].grade == "calibrated"


def test_what_is_not_there_is_refused(ship):
    with pytest.raises(SystemExit, match="no parameter"):
        ship.with_default("[a]\ndefault = 1\n", "b", 2, "")


def test_the_page_has_a_place_for_the_report(ship):
    text = (HERE / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert 0 < text.index(ship.BEGIN) < text.index(ship.END)
