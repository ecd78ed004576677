"""Sections of the brief that appear where results hold what they show: regions, sectors, jobs, quality, groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from asked_market import OCCUPATIONS, SCENARIO
from laborsim.loading import load_scenario
from laborsim.report import charts_pilots, charts_regions, charts_work
from laborsim.report.brief import annex_html, brief_html
from laborsim.report.plots import Plotter
from laborsim.report.sections import purchases, sections
from laborsim.study.results import Results
from laborsim.study.run import run

QUALITY = """
[policies.better_jobs]
title = "Better jobs"
owner = "Academy"
start = "2019-01"
budget = 1000000.0
[[policies.better_jobs.instruments]]
type = "job_quality"
principles = ["benefits"]
contacts_per_month = 20

[policies.both]
title = "Both"
owner = "Academy"
combine = ["childcare", "better_jobs"]
"""


def study(folder: Path, text: str = SCENARIO + QUALITY) -> Results:
    path = folder / "asked.toml"
    path.write_text(text.replace("NOTES", ""))
    return run(load_scenario(path), jobs=1, model="asked_market:AskedMarket")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return study(tmp_path_factory.mktemp("sections"))


def test_sections_have_their_charts_and_tables_once(results: Results, tmp_path: Path) -> None:
    charts = Plotter(results).all()
    found = {s["title"]: s for s in sections(results, charts)}
    assert {"Regions side by side", "Road map: which strategy where", "Target sectors", "Jobs of those who leave",
            "The eight Good Jobs principles", "Snapshots of a shock"} <= set(found)  # fmt: skip
    page, annex = brief_html(results, charts), annex_html(results, charts)
    for chart in charts:
        chart.save(tmp_path)
        assert (page + annex).count(f'id="{chart.name}-title"') == 1, chart.name
        assert chart.alt and (tmp_path / f"{chart.name}.csv").stat().st_size > 20
    for title, s in found.items():
        assert f"<h2>{title}</h2>" in page
        for t in s["tables"]:
            assert t.title and all(len(row) == len(t.heads) for row in t.rows) and len(t.data) > 0, t.name
    assert "What the money bought" in annex and len(purchases(results)) == 4


def test_road_map_is_bold_where_a_policy_is_known_to_work(results: Results) -> None:
    chart = charts_regions.road_map(results)
    assert chart is not None
    rows = chart.data.set_index(["zone", "policy"])
    # childcare works in two zones and not in the third
    assert rows.loc[("21111", "childcare"), "more_than_chance"] and rows.loc[("21029", "childcare"), "more_than_chance"]
    assert not rows.loc[("21103", "childcare"), "more_than_chance"]
    assert rows.loc[("21111", "childcare"), "more"] > 1.3 * rows.loc[("21029", "childcare"), "more"] > 0
    assert "Jefferson" in chart.title and "childcare support" in chart.title


def test_comparisons_judge_zones_by_the_road_maps_measure(results: Results) -> None:
    found = results.compare("childcare")
    zones = found.groups[found.groups["group"].str.startswith("zone:")]
    assert set(zones["indicator"]) == {"self_sufficient_workers"} and len(zones) == 3
    # of two zones where it works one has 1,000 people simulated, the other 500: too few to be named
    sure = zones[zones["distinguishable"]].set_index("group")["better"]
    assert dict(sure) == {"zone:21111": 1, "zone:21029": 0}
    assert "zone:21111" in set(found.gains["group"]) and "zone:21029" not in set(found.gains["group"])
    by_zone = results.compare("childcare", by="zone")
    assert set(by_zone.differences["indicator"]) == {"self_sufficient_workers"}
    asked = results.compare("childcare", by="zone", indicators=["unemployment_rate"])
    assert set(asked.differences["indicator"]) == {"unemployment_rate"}


def test_side_by_side_and_map_agree_with_the_runs(results: Results) -> None:
    sheet = charts_regions.side_by_side(results)
    assert sheet is not None
    rows = {r["zone"]: r for r in sheet.rows}
    assert rows["Jefferson County, KY"]["unemployment_rate"] == "3.0%"
    assert rows["Henry County, KY"]["unemployment_rate"] == "5.0%"
    chart = charts_regions.regions(results)
    assert chart is not None and "highest in Henry County" in chart.title
    assert list(chart.data["people"]) == sorted(chart.data["people"], reverse=True)


def test_replacement_is_the_share_of_jobs_left_in_a_year(results: Results) -> None:
    chart = charts_work.replacement(results)
    assert chart is not None
    row = chart.data.set_index("occupation").loc["47"]
    assert row["2018"] == pytest.approx(OCCUPATIONS["47"][0] / 5000.0, rel=0.02)
    assert row["net_new_a_year"] == pytest.approx(OCCUPATIONS["47"][1], rel=0.05)


def test_pilots_set_treated_beside_controls(results: Results) -> None:
    pilot = charts_pilots.pilots(results)
    assert pilot is not None and "quits a month -1.00 pp" in pilot.title
    row = pilot.data.set_index(["policy", "indicator"]).loc[("better_jobs", "pilot_quits_rate")]
    assert row["controls"] == pytest.approx(0.03, rel=0.01) and row["treated"] == pytest.approx(0.02, rel=0.01)
    assert row["low"] < -0.0099 < row["high"] + 0.0005 < 0 and row["outside_zero"]
    assert set(pilot.data["policy"]) == {"better_jobs", "both"}
    chart = charts_work.quality(results)
    assert chart is not None and "benefits" in chart.title
    assert set(chart.data["policy"]) == {"better_jobs", "both"} and (chart.data["baseline"] > 0).all()


def test_nothing_appears_without_its_data(tmp_path: Path) -> None:
    text = SCENARIO.replace('start = "2018-01"', 'start = "2022-01"').replace('"2019-01"', '"2023-01"')
    results = study(tmp_path, text)
    names = {c.name for c in Plotter(results).all()}
    assert "snapshots" not in names and "quality" not in names and "equity" not in names
    assert charts_work.snapshot_sheet(results) is None and charts_pilots.pilots(results) is None
