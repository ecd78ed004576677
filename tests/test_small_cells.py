"""One rule of which figures rest on too few people to be shown."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from laborsim.report import sections_people, sections_training, tables
from laborsim.study.small_cells import SUPPRESSED, hidden, limits, too_few, without
from test_brief_charts import Made


@pytest.mark.parametrize(("people", "scale", "expected"), [
    ([1_000.0, 1_000.0], 0.005, False),  # ten simulated in both runs together
    ([1_000.0, 999.0], 0.005, True),
    ([9.0, 9.0], 1.0, True),  # enough simulated, fewer than ten people
    ([10.0, 10.0], 1.0, False),
    ([0.0, 0.0], 0.01, False),  # nobody is no cell
    ([math.nan, 1_000.0], 0.01, False),
])  # fmt: skip
def test_a_cell_is_small_in_people_or_in_people_simulated(people: list[float], scale: float, expected: bool) -> None:
    assert too_few(people, scale, (10.0, 10)) is expected


def test_the_rule_is_the_scenarios() -> None:
    about = {"scale": 0.01, "assumptions": [{"name": "evaluation.small_sample", "value": 4}]}
    assert limits(about) == (10.0, 4) and not hidden(about, [200.0, 200.0]) and hidden(about, [200.0, 100.0])
    assert math.isnan(without(about, 5.0, [100.0])) and without(about, 5.0, [500.0]) == 5.0


def test_no_table_and_no_file_shows_a_small_cell() -> None:
    months = 48
    few, many = 3.0 / 0.5 / months, 50.0  # three people simulated in a run, and many
    kinds = {"ojt": few, "customized": many}
    steps = {(f"pipeline_{s}", f"kind:{k}"): n for k, n in kinds.items() for s in ("enrolled", "completed", "placed",
             "kept", "not_kept")}  # fmt: skip
    paid = {("program_cost_federal", f"kind:{k}"): 1_000.0 for k in kinds}
    table: Any = sections_training.training_kinds(Made(steps | paid))  # type: ignore[arg-type]
    rows = {r[0]: [str(c) for c in r[1:]] for r in table.rows}
    for name in ("Starts a year", "Cost of a start", "Complete, of those who start", "Placed, of those who complete"):
        assert rows[name][0] == SUPPRESSED and rows[name][1] != SUPPRESSED
    data = table.data.set_index("kind")
    assert data.loc["ojt", ["starts_a_year", "completed", "placed", "cost_each"]].isna().all()
    assert data.loc["customized", "completed"] == many * months and "Customized" in table.title
    made: Any = Made({("pipeline_enrolled", "kind:cte"): few, ("pipeline_enrolled", "kind:pathway"): many})
    made.units = dict.fromkeys(made.units, "people")
    lines = [tables.Line(k, "pipeline_enrolled", f"kind:{k}", True) for k in ("cte", "pathway")]
    made_grid: Any = tables.grid(made, "x", lines)
    assert [str(r[-1]) for r in made_grid.rows] == [SUPPRESSED, "2,400"] and len(made_grid.data) == 1
    made = Made({("ai_displaced", "all"): 20.0, ("ai_displaced", "occupation:43"): 19.9, ("jobs", "occupation:43"): 1e3,
                 ("ai_displaced", "occupation:23"): few, ("jobs", "occupation:23"): 1e3})  # fmt: skip
    displaced: Any = sections_people.displaced(made)
    assert np.isnan(displaced.data.set_index("occupation").loc["23", "a_year"])
    assert all("Construction" not in str(r[0]) for r in displaced.rows)
