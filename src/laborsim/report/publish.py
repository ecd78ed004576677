"""Charts and brief of a results directory."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laborsim.report.figures import Chart
    from laborsim.study.results import Results


def publish(results: Results, folder: Path) -> list[Chart]:
    """Write charts/ (and the data of tables), brief.html and annex.html; nothing if no run finished."""
    from laborsim.report.brief import content, filled
    from laborsim.report.plots import Plotter

    if not any(r.done for r in results.records):
        return []
    charts = Plotter(results).all()
    place = folder / "charts"
    if place.exists():
        shutil.rmtree(place)
    for chart in charts:
        chart.save(place)
    said = content(results, charts)
    for section in said["sections"]:
        for table in section["tables"]:
            table.data.to_csv(place / f"{table.name}.csv", index=False, float_format="%.6g", lineterminator="\n")
    for name in ("brief", "annex"):
        (folder / f"{name}.html").write_text(filled(f"{name}.html.j2", said), encoding="utf-8")
    return charts


def prefetch() -> None:
    """Import what charts need, so that it is there when the last run is finished."""
    import jinja2
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_svg
    import pandas

    from laborsim.report import charts_market, charts_segments, charts_spending, charts_targets, charts_training
    from laborsim.report import sections as sections

    del jinja2, matplotlib, pandas, charts_market, charts_segments, charts_spending, charts_targets, charts_training
