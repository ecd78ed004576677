"""docs/model.md lists every parameter as it is declared."""

from __future__ import annotations

from pathlib import Path

import pytest

from laborsim.report.parameters import replaced, table
from laborsim.scenario.parameters.registry import declared

PAGE = Path(__file__).parents[1] / "docs" / "model.md"


def test_the_description_lists_every_parameter_as_declared():
    text = PAGE.read_text(encoding="utf-8")
    assert replaced(text) == text, "run: python experiments/parameters_page.py"


def test_every_parameter_has_a_row_with_unit_and_source():
    rows = [line for line in table().splitlines() if line.startswith("| `")]
    assert len(rows) == len(declared())
    assert all(len(row.replace("\\|", "").split(" | ")) == 6 for row in rows)


def test_a_page_without_a_place_is_refused():
    with pytest.raises(ValueError, match="no place"):
        replaced("# The model\n")
