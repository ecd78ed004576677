"""The fan chart that tells chance from parameters: two bands round the baseline's unemployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.wording import place_and_period, runs_note
from laborsim.study.outcomes import outcome
from laborsim.study.uncertainty import by_month, decompose, draw_of, drawn

if TYPE_CHECKING:
    from laborsim.study.results import Results

WIDE = 1.645  # standard deviations of a 90% band


def fan(results: Results, indicator: str = "unemployment_rate", group: str = "all") -> Chart | None:
    """A share under the baseline with the band of chance inside that of chance and parameters; None without draws."""
    import pandas as pd
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    if not drawn(results) or (indicator, group) not in results:
        return None
    values, draw = results.series(indicator, group), draw_of(results)
    mean, seed, total = by_month(values, draw)
    if not np.isfinite(total).any():
        return None
    last = decompose(results.last_year(indicator, group), draw)
    about = results.about["draws"]
    said = outcome(indicator)
    title = (f"{100 * last.share:.0f}% of the variance of {said.label} in the last year comes from parameters, "
             "the rest is chance")  # fmt: skip
    subtitle = f"{said.label[0].upper()}{said.label[1:]}, {place_and_period(results)}. Baseline, monthly."
    note = runs_note(results, "dark band: chance alone, 90%; light band: chance and parameters together, 90%")
    note += f" Parameters: {about['source']}; {last.draws} draws, {about['seeds_per_draw']} runs of each."
    x, months = np.arange(len(results.months)), results.months
    with theme.style():
        figure, axes = theme.canvas(title, subtitle, note, 2.9, left=0.45, right=1.45, below=0.25)
        for sd, alpha in ((total, 0.14), (seed, 0.28)):
            axes.fill_between(x, 100 * (mean - WIDE * sd), 100 * (mean + WIDE * sd), color=theme.BASE, alpha=alpha,
                              linewidth=0)  # fmt: skip
        axes.plot(x, 100 * mean, color=theme.BASE)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}%"))
        axes.yaxis.set_major_locator(MaxNLocator(6))
        theme.months_axis(axes, months)
        theme.label_ends(axes, x[-1], [(100 * float(mean[-1]), f"Baseline\n{100 * mean[-1]:.1f}%", theme.BASE)])
    data = pd.DataFrame({"month": months, "mean": mean, "seed_sd": seed, "total_sd": total})
    alt = (f"{title}. In {months[-1]} it is {100 * mean[-1]:.1f}%, with a standard deviation of {100 * seed[-1]:.2f} "
           f"points by chance alone and {100 * total[-1]:.2f} with parameters.")  # fmt: skip
    return Chart("uncertainty", title, alt, figure, data)


__all__ = ["fan"]
