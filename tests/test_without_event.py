"""A plant beside the same region and draws without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fake_market import SCENARIO, FakeMarket
from laborsim.indicators.frame import Frame
from laborsim.report.sections_jobs import plant
from laborsim.scenario.load import load_scenario
from laborsim.study.results import load_results
from laborsim.study.run import run
from laborsim.study.without_event import figure, leave_out, opening

EVENTS = """
[[events]]
type = "sector_shock"
month = "2020-01"
sector = "72"
factor = 0.9
until = "2020-06"

[[events]]
type = "plant_opening"
name = "A plant"
month = "2021-01"
zone = "29095-east"
sector = "31-33"
jobs = 500
"""
ZONE = "zone:29095-east"
ADDS = 300.0  # jobs of the zone in the made-up market, of 500 planned


class PlantMarket(FakeMarket):
    """The made-up market whose zone loses 1,000 jobs meanwhile, whatever its events, and gains some by a plant."""

    def frame(self) -> Frame:
        made = super().frame()
        t = np.arange(self.month)
        jobs = 5_000.0 - 1_000.0 * (t >= 40) + 10.0 * np.random.default_rng(self.seed).normal(size=self.month)
        for event in self.spec.events:
            if event.type == "plant_opening":
                jobs = jobs + ADDS * (t >= self.spec.month_index(event.month))
        own = {("jobs", ZONE): jobs}
        keys = [*made.keys, *own]
        return Frame(keys, [*made.units, "jobs"], np.column_stack([made.values, *own.values()]), made.start)


def scenario(folder: Path, **changes: str) -> Any:
    text = SCENARIO.replace("NOTES", "") + EVENTS
    for old, new in changes.items():
        text = text.replace(old, new)
    path = folder / "plant.toml"
    path.write_text(text)
    return load_scenario(str(path))


def test_what_a_plant_does_is_told_from_what_else_happens(tmp_path: Path) -> None:
    found = run(scenario(tmp_path), replicates=3, jobs=1, model="test_without_event:PlantMarket", out=tmp_path / "out")
    again = load_results(tmp_path / "out")  # as stored
    for results in (found, again):
        less = results.last_year("jobs", ZONE) - figure(results, "jobs", ZONE)
        assert less == pytest.approx([ADDS] * 3, rel=1e-3)
        table: Any = plant(results)
        assert table.rows[0][0] == "Jobs in the zone" and "Without the plant" in table.heads
        assert str(table.rows[0][4]).startswith("+300") and "+300 jobs" in table.title and "without it" in table.title
        row = table.data[(table.data["row"] == "Jobs in the zone") & (table.data["group"] == ZONE)].iloc[0]
        assert row["last_year"] < row["before"] and row["more_than_chance"]
    made = {r.policy: len(r.without_event) for r in found.records}
    assert made["baseline"] > 0 and made["training"] == 0


def test_without_it_there_is_no_second_run(tmp_path: Path) -> None:
    spec = scenario(tmp_path)
    assert opening(spec) == 1 and [e.type for e in leave_out(spec, 1).events] == ["sector_shock"]
    other = '[brief]\nsections = ["pipeline"]\n\n[[targets]]\nname = "Unemployment"'
    assert opening(scenario(tmp_path, **{'[[targets]]\nname = "Unemployment"': other})) is None
