"""Charts and brief: from stored results only, the same bytes each time, honest words."""

from __future__ import annotations

import csv
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest

from laborsim.market.counts import PIPELINE
from laborsim.report import charts_targets, front, terminal, wording
from laborsim.report.brief import brief_html
from laborsim.report.charts_segments import segments
from laborsim.report.plots import CHARTS, Plotter
from laborsim.report.publish import publish
from laborsim.study.outcomes import TRAINING_STAGES, shown
from laborsim.study.results import Results
from studies import scenario, study

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", CHARTS)
def test_each_chart_has_picture_data_and_description(folder: Path, name: str) -> None:
    charts = folder / "charts"
    root = ET.parse(charts / f"{name}.svg").getroot()
    title, text = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and text is not None
    assert len(title.text or "") > 20 and len(text.text or "") > 40
    assert root.get("role") == "img" and title.get("id") in (root.get("aria-labelledby") or "")
    assert (charts / f"{name}.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    with (charts / f"{name}.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) > 1
    assert (charts / f"{name}.txt").read_text().startswith(title.text or "?")


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_the_same_bytes_each_time(results: Results, folder: Path, name: str) -> None:
    matplotlib.rcParams["font.size"] = 30  # whatever the user's settings
    try:
        chart = getattr(Plotter(results), name)()
        again = chart.svg(), chart.png()
    finally:
        matplotlib.rcdefaults()
    stored = (folder / "charts" / f"{name}.svg").read_text().split("?>\n", 1)[1]
    assert again[0] == stored
    assert again[1] == (folder / "charts" / f"{name}.png").read_bytes()


def test_no_text_leaves_the_figure(results: Results) -> None:
    from matplotlib.text import Text

    for chart in Plotter(results).all():
        chart.png(50)
        width, height = chart.figure.canvas.get_width_height()
        renderer = chart.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        # labels of ticks beyond the axis exist but are not drawn
        ticks = {id(x) for ax in chart.figure.axes for x in (*ax.get_xticklabels(), *ax.get_yticklabels())}
        for text in chart.figure.findobj(Text):
            if id(text) not in ticks and text.get_visible() and text.get_text().strip():
                box = text.get_window_extent(renderer)
                assert box.x0 > -2 and box.x1 < width + 2, (chart.name, text.get_text())
                assert box.y0 > -2 and box.y1 < height + 2, (chart.name, text.get_text())


def test_a_study_without_policies_or_with_one_run_can_be_drawn(tmp_path: Path) -> None:
    found = study(tmp_path, policies=["baseline"], replicates=1)
    names = [c.name for c in Plotter(found).all()]
    assert names == ["targets", "unemployment", "participation", "funnel", "beveridge", "snapshots", "equity"]
    assert segments(found) is None
    page = brief_html(found, [])
    assert "No policy was simulated" in page
    one = study(tmp_path, replicates=1)
    assert [c.name for c in Plotter(one).all()] == [*CHARTS, "snapshots", "equity"]
    assert "more replicates are needed" in brief_html(one, [])


def test_a_short_study_can_be_drawn(tmp_path: Path) -> None:
    found = study(tmp_path, spec=scenario(tmp_path, **{"2025-12": "2018-03", "2019-0": "2018-0", "2018-06": "2018-02"}))
    names = [c.name for c in Plotter(found).all()]
    assert "beveridge" in names and "unemployment" in names
    assert found.targets()["value"].notna().all()
    assert len(brief_html(found, Plotter(found).all())) > 10_000


def test_a_failed_policy_is_named_and_left_out(tmp_path: Path) -> None:
    found = study(tmp_path, "fail:training", out=tmp_path / "out", finish=publish)
    page = (tmp_path / "out" / "brief.html").read_text()
    assert "4 runs failed" in page and "made to fail" in page
    assert len(found.failed) == 4


def test_the_beveridge_title_claims_no_direction(results: Results) -> None:
    chart = Plotter(results).beveridge()
    assert "peaks at" in chart.title and "with openings at" in chart.title
    assert "clockwise" not in chart.title + chart.alt


def test_a_policy_is_said_to_meet_a_target_only_by_more_than_chance(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = 10
    goal = {"name": "Jobs", "goal": ">= 5", "indicator": "x", "group": "all"}
    for better, said in ((1, False), (10, True)):

        def values(_: Any, __: Any, policy: str, better: int = better) -> Any:
            return np.where(np.arange(runs) < (better if policy == "training" else 0), 6.0, 4.0), "", ""

        monkeypatch.setattr(charts_targets, "target_values", values)
        monkeypatch.setitem(results.about, "targets", [goal])
        assert bool(charts_targets._changed(results)) == said
    monkeypatch.undo()
    title, text = charts_targets.finding(results, results.targets())
    assert re.match(r"In the baseline \d+ of \d+ targets met, \d+ toss-ups?, \d+ missed", title)
    assert "of 4 runs" in text and "% of runs" not in text


def test_ranks_are_whole_and_their_peers_assumed() -> None:
    assert shown(20.2, "rank") == "20"
    assert wording.target_name("Jobs", "peer_rank_jobs") == "Jobs (peers' figures assumed)"
    assert wording.target_name("Jobs", "quality_jobs") == "Jobs"


@pytest.mark.parametrize(
    ("value", "goal", "kind", "said"),
    [
        (0.02409, "<= 0.024", "share", "2.41%"),
        (0.0240004, "<= 2.4%", "share", "2.40004%"),
        (0.0239, "<= 0.024", "share", "2.4%"),
        (0.0239, ">= 0.024", "share", "2.39%"),
        (0.031, "<= 0.024", "share", "3.1%"),
        (0.07, ">= 0.07", "share", "7.0%"),
        (19.996, ">= 20", "wage", "$19.996"),
        (30.04, "<= 30", "days", "30.04 days"),
        (999_999.7, ">= 1000000", "people", "999,999.7"),
        (-0.0001, ">= 0", "share", "-0.01%"),
        (math.nan, ">= 0", "share", "n/a"),
    ],
)
def test_a_miss_shows_as_a_miss(value: float, goal: str, kind: str, said: str) -> None:
    assert wording.against_goal(value, goal, kind) == said


def test_targets_are_met_missed_or_a_toss_up(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    table = results.targets()
    table = pd.concat([table.assign(target=f"T{k}", probability=p) for k, p in enumerate((1.0, 0.75, 0.5, 0.25, 0.2))])
    base = table[table["policy"] == "baseline"].drop_duplicates("target")
    title, text = charts_targets.finding(results, base)
    assert title.startswith("In the baseline 1 of 5 targets met, 3 toss-ups, 1 missed")
    assert "toss-up: met in 2 of 4 runs" in text
    monkeypatch.setattr(results, "targets", lambda: base)
    line = front.targets_line(results)
    assert "Missed: T4." in line and "Toss-up: T1; T2; T3." in line
    screen = terminal.console()
    monkeypatch.undo()
    with screen.capture() as got:
        screen.print(terminal.scorecard(results))
    words_ = {wording.verdict(p) for p in results.targets()["probability"]}
    assert all(f"{w}: " in got.get() for w in words_)


def test_payers_without_a_name_are_left_out(folder: Path) -> None:
    text = (folder / "charts" / "spending.txt").read_text()
    assert "Payers: " in text and ", ." not in text and ", ," not in text


def test_plots_come_with_the_public_names(results: Results) -> None:
    import laborsim

    found = laborsim.load_results(results.path)
    assert found.plot.beveridge().figure is not None
    assert found.plot.rate("employment_rate", "sex:female").title.startswith("Employment rate")
    assert found.plot.unemployment()._repr_png_()[:4] == b"\x89PNG"


def test_stages_of_training_are_those_that_are_counted():
    assert TRAINING_STAGES == PIPELINE


def test_many_policies_leave_room_for_the_axis(tmp_path: Path) -> None:
    """A board may set many packages side by side."""
    from fake_market import SCENARIO

    one = SCENARIO[SCENARIO.index("[policies.childcare]") :]
    more = "".join(one.replace("policies.childcare", f"policies.more_{k}") for k in range(9))
    path = tmp_path / "many.toml"
    path.write_text(SCENARIO.replace("NOTES", "") + more)
    from laborsim.scenario.load import load_scenario

    found = study(tmp_path, spec=load_scenario(str(path)), replicates=2)
    chart = Plotter(found).targets()
    assert chart is not None and len(chart.figure.axes) == 1
    assert chart.figure.axes[0].get_position().width * chart.figure.get_figwidth() > 1.0
    chart.svg()


def test_marks_of_the_pilots_axis_are_plain_numbers() -> None:
    from laborsim.report.charts_pilots import tick

    assert [tick(v) for v in (-250.0, 0.0, 1e-15, 0.5, 1_200.0)] == ["-250", "0", "0", "+0.5", "+1,200"]
