"""Charts of peers, mobility and technology on small made-up results with known figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from laborsim.report import charts_mobility, charts_peers, sections_people, sections_training
from laborsim.report.tables import mean, said


class Made:
    """Two runs of a baseline and a policy, monthly from 2018 to 2021, given as series by (indicator, group)."""

    def __init__(self, series: dict[tuple[str, str], Any], **about: Any) -> None:
        self.months = tuple(f"{y}-{m:02d}" for y in range(2018, 2022) for m in range(1, 13))
        self.data = {k: np.broadcast_to(np.asarray(v, float), (2, len(self.months))) for k, v in series.items()}
        self.keys = list(self.data)
        self.units = {k: "share" for k in self.data}
        self.policies, self.replicates = ("baseline",), 2
        self.about = {"scale": 0.5, "targets": [], "assumptions": [], "policies": {"baseline": {"title": "Baseline"}},
                      "scenario": {"region": "x", "region_title": "A region"}, **about}  # fmt: skip
        self.records = [type("R", (), {"policy": "baseline", "replicate": r, "done": True, "steps": []}) for r in (0,
            1)]

    def __contains__(self, key: tuple[str, str]) -> bool:
        return key in self.data

    def groups(self, family: str) -> list[str]:
        return list(dict.fromkeys(g for _, g in self.keys if g.startswith(f"{family}:")))

    def series(self, indicator: str, group: str = "all", policy: str = "baseline") -> Any:
        return self.data[indicator, group]

    def last_year(self, indicator: str, group: str = "all", policy: str = "baseline", months: int = 12) -> Any:
        return self.data[indicator, group][:, -months:].mean(axis=1)

    def verdicts(self) -> Any:
        return type("V", (), {"tested": [], "idle": {}, "figures": lambda _self, figures: [{} for _ in figures]})()


def test_peers_show_ranks_goal_and_what_was_published() -> None:
    ranks = np.array([[9.0] * 48, [14.0] * 48])
    measure = {"name": "gdp", "title": "Gross product", "metros": [{}] * 30, "published": [{"year": 2019, "rank": 20}]}
    made: Any = Made({("peer_rank_gdp_level", "all"): ranks, ("peer_rank_gdp_growth", "all"): ranks + 5},
                     peers={"title": "thirty peers", "measures": [measure]})  # fmt: skip
    chart = charts_peers.peers(made)
    assert chart is not None and "Among the first 10 of 31 metros: gross product in 1 of 2 runs" in chart.title
    assert chart.data["rank"].iloc[-1] == pytest.approx(11.5) and np.isnan(chart.data["low"].iloc[-1])
    table = charts_peers.peer_table(made)
    assert table is not None and [r[3] for r in table.rows] == ["1 of 2 runs", "0 of 2 runs"]
    assert table.rows[0][1] == "20 (2019)" and "1 of 2 goals" in table.title
    assert charts_peers.peers(Made({})) is None  # type: ignore[arg-type]


def test_mobility_counts_who_rises_from_the_lowest_fifth() -> None:
    labels = list(charts_mobility.FIFTHS)
    series = {("mobility_wage", f"move:{a}>{b}"): (0.5 if a == b else 0.1) for a in labels for b in labels}
    made: Any = Made(series)
    chart = charts_mobility.mobility(made)
    assert chart is not None and "40% stand higher a year later, 10% have no job" in chart.title
    assert len(chart.data) == 36
    assert charts_mobility.mobility(Made({})) is None  # type: ignore[arg-type]


def test_starters_in_exposed_jobs_are_set_against_others_of_their_age() -> None:
    yearly = np.full(48, np.nan)
    yearly[[11, 23, 35, 47]] = 100.0
    high = yearly.copy()
    months = [f"{y}-{m:02d}" for y in range(2018, 2022) for m in range(1, 13)]
    high[11] = 90.0
    made: Any = Made({("employment_by_exposure", f"exposure:{e}|age:22-25"): x for e, x in (("high", high), ("low",
        yearly))})
    assert sections_people.entry(made) == ""  # 2021-12 is the last month: nothing after it
    made.months = tuple(m.replace("2020", "2021") if m.startswith("2020") else m for m in months)
    high[47] = 80.0
    made.data["employment_by_exposure", "exposure:high|age:22-25"] = np.broadcast_to(high, (2, 48))
    assert "change by -20% against those in other jobs since 2021" in sections_people.entry(made)


def test_technology_leaves_out_occupations_of_few_displaced() -> None:
    made: Any = Made({("ai_displaced", "all"): 20.0, ("ai_displaced", "occupation:43"): 19.9,
                      ("ai_displaced", "occupation:23"): 0.1, ("jobs", "occupation:43"): 1000.0,
                      ("jobs", "occupation:23"): 1000.0})  # fmt: skip
    table = sections_people.displaced(made)
    assert table is not None and [r[0] for r in table.rows] == ["All occupations", "Office"]
    assert "240 people a year" in table.title and table.rows[1][2].text == "23.9%"


def test_training_kinds_say_who_pays_and_what_comes_of_it() -> None:
    group = "kind:ojt"
    steps = {("pipeline_enrolled", group): 10.0, ("pipeline_completed", group): 5.0, ("pipeline_placed", group): 4.0,
             ("pipeline_kept", group): 3.0, ("pipeline_not_kept", group): 1.0}  # fmt: skip
    paid = {("program_cost_federal", group): 9_000.0, ("program_cost_employer", group): 1_000.0}
    table = sections_training.training_kinds(Made(steps | paid))  # type: ignore[arg-type]
    assert table is not None
    rows = {r[0]: r[1] for r in table.rows}
    assert rows["Who pays"] == "federal 90% and employer 10%" and rows["Cost of a start"] == "$1,000"
    assert rows["Starts a year"].text == "120" and rows["Complete, of those who start"].text == "50.0%"
    assert rows["Kept by the employer"].text == "75.0%" and rows["Credential"] == "none"


def test_figures_are_said_as_precisely_as_runs_tell() -> None:
    assert said(-8.1e6, "dollars", True) == "-$8.1 million" and said(98_765.0, "people") == "98,800"
    assert math.isnan(mean([math.nan])) and mean([2.0, math.nan]) == 2.0
