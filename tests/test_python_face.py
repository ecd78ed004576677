"""The Python interface, line by line as it is promised to users of notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mesa
import pandas as pd
import pytest

SCENARIO = """
[scenario]
title = "A short run"
region = "kansas-city"
start = "2018-01"
horizon = "2018-12"
scale = 0.005
replicates = 1
seed = 3

[[targets]]
name = "Unemployment"
indicator = "unemployment_rate"
goal = "<= 0.05"
by = "2018-12"

[policies.childcare]
title = "Childcare support"
owner = "Social Services & Faith"
start = "2018-02"
budget = 9000000.0
payer = "state"
[[policies.childcare.instruments]]
type = "childcare_support"
subsidy_share = 0.5
places = 2000
"""

LINES = """
import laborsim
spec = laborsim.load_scenario("scenarios/county.toml")
model = laborsim.LaborMarket(spec, rng=1)
model.step(); model.run_for(11)
frame = model.workers.to_frame(); wage = model.workers[42].wage; out = model.workers.select(lambda w: w.unemployed)
plan = model.plan
headlines = model.datacollector.get_model_vars_dataframe()
digest = model.state_hash()
results = laborsim.run(spec, policies=["childcare"], replicates=2)
indicators = results.indicators; targets = results.targets(); compared = results.compare("childcare")
chart = results.plot.beveridge()
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Names after the lines have run, in a directory of a user's own."""
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "county.toml").write_text(SCENARIO)
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(LINES, names)
    names["folder"] = folder
    return names


def test_the_model_and_its_tables(said: dict[str, Any]) -> None:
    assert isinstance(said["model"], mesa.Model)
    assert isinstance(said["frame"], pd.DataFrame) and len(said["frame"]) == len(said["model"].workers)
    assert said["wage"] >= 0.0
    assert 0 < len(said["out"]) < len(said["frame"])
    stages = [(s.name, s.seconds) for s in said["plan"]]
    assert stages[0][0] == "calendar" and all(seconds > 0 for _, seconds in stages)
    assert len(said["headlines"]) == 12
    assert int(said["digest"], 16) >= 0


def test_results_of_a_study(said: dict[str, Any]) -> None:
    assert list(said["indicators"].columns) == [
        "policy", "replicate", "month", "indicator", "group", "value", "unit",
    ]  # fmt: skip
    assert set(said["indicators"]["policy"]) == {"baseline", "childcare"}
    assert {"all", "zone:29095", "sex:female", "segment:underemployed"} <= set(said["indicators"]["group"])
    assert set(said["indicators"]["replicate"]) == {0, 1}
    assert {"target", "policy", "value", "low", "high", "goal", "probability", "met", "gap"} <= set(said["targets"])
    assert said["compared"].policy == "childcare" and len(said["compared"].differences) > 10
    assert said["chart"]._repr_png_()[:4] == b"\x89PNG"
    assert [p.name for p in said["folder"].iterdir()] == ["scenarios"], "nothing is written unless asked for"


@pytest.mark.parametrize(
    "name", ["beveridge", "unemployment", "participation", "targets", "segments", "funnel", "spending"]
)
def test_every_chart_can_be_asked_for_by_name(said: dict[str, Any], name: str) -> None:
    chart = getattr(said["results"].plot, name)()
    assert chart is None or len(chart.title) > 20


def test_stored_results_can_be_read_or_used_again(said: dict[str, Any], tmp_path: Path) -> None:
    laborsim, spec = said["laborsim"], said["spec"]
    first = laborsim.run(spec, policies=["childcare"], out=tmp_path / "out")
    stored = laborsim.load_results(tmp_path / "out")
    again = laborsim.run(spec, policies=["childcare"], out=tmp_path / "out", reuse=True)
    assert again.about["state_hash"] == first.about["state_hash"] == stored.about["state_hash"]
    assert (again.series("employment") == stored.series("employment")).all()
    assert repr(again) == repr(stored)
