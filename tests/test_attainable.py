"""What is attainable: how far policies move the targets that the baseline misses."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from laborsim.report.appendix import short, way
from laborsim.report.front import targets_line
from laborsim.scenario.schema import BASELINE
from laborsim.study.results import Results
from laborsim.study.scorecard import attainable, steps
from studies import study

TITLES = {"baseline": "Baseline", "a": "Policy A", "b": "Policy B"}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return study(tmp_path_factory.mktemp("attainable"))


def table(*rows: tuple[str, str, float, float, bool]) -> pd.DataFrame:
    columns = ["target", "policy", "gap", "closed", "moved"]
    return pd.DataFrame(rows, columns=columns).assign(indicator="x", unit="share", runs=4)


def test_a_share_of_the_gap_is_what_a_policy_adds_to_the_baseline(results: Results) -> None:
    seen = 0
    for _, row in results.targets().iterrows():
        base = results.targets().set_index(["target", "policy"]).loc[(row["target"], BASELINE)]
        if row["policy"] == BASELINE or not base["gap"] > 0:
            assert math.isnan(row["closed"])
            continue
        assert row["closed"] == pytest.approx((base["gap"] - row["gap"]) / base["gap"])
        assert (row["closed"] > 0) == (row["gap"] < base["gap"])
        seen += 1
    assert seen > 0


def test_the_best_step_is_one_that_is_more_than_chance() -> None:
    rows = table(
        ("Far", "baseline", 0.10, math.nan, False), ("Far", "a", 0.02, 0.8, False), ("Far", "b", 0.07, 0.3, True),
        ("Near", "baseline", 0.01, math.nan, False), ("Near", "a", 0.02, -1.0, True), ("Near", "b", 0.02, -1.0, False),
        ("Met", "baseline", -0.1, math.nan, False), ("Met", "a", 0.2, math.nan, True),
        ("Met", "b", 0.1, math.nan, True),
    )  # fmt: skip
    far, near = steps(rows)
    assert (far.policy, far.closed, far.sure) == ("b", 0.3, True)
    assert (near.policy, near.sure) == ("", False) and math.isnan(near.closed)
    said = attainable(rows, TITLES)
    assert said == (
        "Of the 2 goals that the baseline's mean misses, policies bring closer by more than chance: far (30% of the "
        "way with policy B)."
    )
    none = attainable(rows.assign(moved=False), TITLES)
    assert none.startswith("None of the 2 goals that the baseline's mean misses is brought closer by a policy")
    assert attainable(rows.assign(runs=1), TITLES) == "" == attainable(rows[rows["target"] == "Met"], TITLES)


def test_the_brief_says_it_beside_every_target(results: Results) -> None:
    titles = {p: results.about["policies"][p]["title"] or p for p in results.policies}
    assert attainable(results.targets(), titles) in targets_line(results)
    assert way({"closed": math.nan, "moved": True}) == ""
    assert way({"closed": 0.24, "moved": True}) == "closes 24% of the gap"
    assert way({"closed": 1.2, "moved": True}) == "closes the gap"
    assert way({"closed": -0.2, "moved": True}) == "moved away from the goal"
    assert way({"closed": 0.9, "moved": False}) == "moved by no more than chance"
    assert short({"gap": 0.066}, "share") == "the baseline misses it by 6.60 pp" and short({"gap": -1.0}, "days") == ""


def test_one_run_says_nothing_of_what_is_attainable(tmp_path: Path) -> None:
    one = study(tmp_path, replicates=1)
    assert "by more than chance" not in targets_line(one)
