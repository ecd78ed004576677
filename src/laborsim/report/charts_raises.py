"""What a raise leaves: to whom taxes and falling benefits leave less than half of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.sections_people import raise_of
from laborsim.report.tables import capital
from laborsim.report.wording import CAVEAT, place_and_period
from laborsim.study.outcomes import group_name
from laborsim.study.small_cells import hidden
from laborsim.study.statistics import spread

if TYPE_CHECKING:
    from laborsim.study.results import Results

ROW = 0.24  # inches


def raises(results: Results) -> Chart | None:
    """Share of workers to whom a raise leaves less than half, by kind of household and pay; None if not counted."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for g in ("all", *results.groups("household"), *results.groups("pay")):
        if ("raise_mostly_lost", g) not in results:
            continue
        people = np.nansum(results.series("raise_workers", g)[:, -12:], axis=1)
        share = results.last_year("raise_mostly_lost", g)
        share = share[np.isfinite(share)]
        if not share.size or hidden(results.about, people):
            continue
        middle, low, high = spread(share)
        rows.append({"group": g, "share": middle, "low": low, "high": high,
                     "workers": float(people.mean())})  # fmt: skip
    data: Any = pd.DataFrame(rows)
    if len(data) < 3:
        return None
    worst = data[data["group"].str.startswith("household:")].sort_values("share").iloc[-1]
    everyone = float(data["share"].iloc[0])
    rise = raise_of(results)
    title = f"Less than half of a raise is left to {100 * everyone:.0f}% of workers; most often to households of "
    title += f"{group_name(worst['group'])}: {100 * worst['share']:.0f}%"
    what = "a raise" if rise is None else f"${rise:,.2f} an hour more, full-time,"
    subtitle = f"Workers to whom taxes and falling benefits would leave less than half of {what} by their household "
    subtitle += f"and pay; baseline, last 12 months, {place_and_period(results)}"
    note = f"Bars: mean of {results.replicates} model run{'s' if results.replicates > 1 else ''}"
    note += "; lines: 5% to 95% of runs." if np.isfinite(data["low"]).any() else "."
    note += " Rules of 2019; of those eligible only a part draws on each benefit. Nobody in the model acts on it. "
    note += CAVEAT
    with theme.style():
        figure, axes = theme.canvas(title, subtitle, note, ROW * len(data) + 0.1, left=3.1, right=0.5, below=0.3,
                                    above=0.15)  # fmt: skip
        y = -ROW * np.arange(len(data))
        ink = [theme.BASE if g == "all" else theme.PALETTE[g.startswith("pay:")] for g in data["group"]]
        axes.barh(y, data["share"], height=0.6 * ROW, color=ink)
        for at, low, high in zip(y, data["low"], data["high"], strict=True):
            if math.isfinite(low):
                axes.plot([low, high], [at, at], color=theme.INK, linewidth=0.9)
        for at, share, high in zip(y, data["share"], data["high"], strict=True):
            axes.annotate(f"{100 * share:.0f}%", (max(share, high) if math.isfinite(high) else share, at),
                          xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)  # fmt: skip
        names = [capital(group_name(g)).replace("$", r"\$") for g in data["group"]]  # no formula
        axes.set_yticks(y, names, fontsize=8)
        axes.set_ylim(y[-1] - 0.6 * ROW, 0.6 * ROW)
        axes.set_xlim(0, None)
        axes.grid(False, axis="y")
        axes.xaxis.set_major_formatter(lambda v, _: f"{100 * v:.0f}%")
    alt = "; ".join(f"{group_name(r['group'])}: {100 * r['share']:.0f}%" for r in rows)
    return Chart("raises", title, f"{alt}.", figure, data)


__all__ = ["raises"]
