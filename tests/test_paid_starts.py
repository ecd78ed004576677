"""Of the starts a policy pays for, those that would not have been made anyway."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from laborsim.report import paid_starts
from laborsim.report.known import REACHED
from laborsim.study.judging import Paired
from laborsim.study.statistics import paired

RUNS = 4
MONTHS = 10


class Made:
    """Grants for 300 starts a run, in a study whose policy adds `extra` of them to 1,000."""

    def __init__(self, extra: float, units: float = 300.0, item: str = "apprentice grants") -> None:
        self.policies, self.replicates, self.months = ("baseline", "trades"), RUNS, ("2020-01",) * MONTHS
        self.about = {"scale": 0.05, "assumptions": [], "policies": {"trades": {"title": "Trades"}}}
        self.records = [SimpleNamespace(policy=p, replicate=n, done=True) for p in self.policies for n in range(RUNS)]
        rows = [("trades", n, item, units / 2, 150_000.0) for n in range(RUNS) for _ in range(2)]
        rows += [("trades", n, "navigators (months)", 1.0, 100_000.0) for n in range(RUNS)]
        self.spending = pd.DataFrame(rows, columns=["policy", "replicate", "item", "units", "dollars"])
        noise = np.random.default_rng(1).normal(0.0, 3.0, (2, RUNS))
        starts = {"baseline": 1_000.0 + noise[0], "trades": 1_000.0 + noise[0] + extra + 0.1 * noise[1]}
        self.starts = {p: np.repeat(x[:, None] / MONTHS, MONTHS, axis=1) for p, x in starts.items()}

    def __contains__(self, key: Any) -> bool:
        return key == ("pipeline_enrolled", "kind:apprenticeship")

    def series(self, indicator: str, group: str, policy: str) -> Any:
        return self.starts[policy]

    def dollars(self, policy: str) -> Any:
        return np.full(RUNS, 400_000.0 if policy == "trades" else 0.0)

    def verdicts(self) -> Any:
        return SimpleNamespace(tested=["trades"])


def test_of_the_starts_paid_for_those_beyond_the_baseline_are_additional() -> None:
    made: Any = Made(120.0)
    (row,) = paid_starts.additional(made)
    pair: Paired = row["pair"]
    assert row["paid"] == pytest.approx([300.0] * RUNS)
    alone = paired(made.starts["baseline"].sum(axis=1), made.starts["trades"].sum(axis=1))
    assert pair.difference == pytest.approx(alone.difference) == pytest.approx(120.0, abs=1.0) and pair.distinguishable
    table: Any = paid_starts.paid_starts(made)
    assert "of 300 apprentices" in table.title and "+120 starts more" in table.title
    assert table.rows[0][4] == "$1,330" and table.rows[0][5].startswith("$3,3")  # 400,000 / 300 and / 120
    assert paid_starts.short(made, "trades") in table.title and paid_starts.short(made, "none") == ""


def test_grants_that_add_nothing_have_no_price_and_small_cells_are_left_out() -> None:
    table: Any = paid_starts.paid_starts(Made(0.0))  # type: ignore[arg-type]
    assert "not distinguishable from zero" in table.title and table.rows[0][5].startswith("no price")
    assert paid_starts.paid_starts(Made(120.0, units=8.0)) is None  # type: ignore[arg-type]
    assert paid_starts.paid_starts(Made(120.0, item="apprentice seats")) is None  # type: ignore[arg-type]


def test_what_is_paid_for_is_among_what_money_buys() -> None:
    assert set(paid_starts.PAID) <= set(REACHED)
