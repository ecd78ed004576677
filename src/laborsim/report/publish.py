"""Charts and brief of a results directory."""

from __future__ import annotations

import os
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
    from laborsim.study.storage import write_atomically
    from laborsim.study.tables import write_csv

    if not any(r.done for r in results.records):
        return []
    charts = Plotter(results).all()
    said = content(results, charts)
    pages = {f"{name}.html": filled(f"{name}.html.j2", said) for name in ("brief", "annex")}
    # What is there stays until all of the new is: a brief made again may be stopped, or find no room on the disk.
    place, fresh = folder / "charts", folder / f".charts.{os.getpid()}.part"
    try:
        fresh.mkdir()
        for chart in charts:
            chart.save(fresh)
        for section in said["sections"]:
            for table in section["tables"]:
                write_csv(fresh / f"{table.name}.csv", table.data)
        if place.exists():
            shutil.rmtree(place)
        os.replace(fresh, place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    for name, page in pages.items():
        write_atomically(folder / name, page)
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
