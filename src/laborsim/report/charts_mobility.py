"""Who moves up: where people stand a year later, by wage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report import cells, theme
from laborsim.report.figures import Chart
from laborsim.report.sections_people import shares_of_moves
from laborsim.report.wording import CAVEAT, place_and_period

if TYPE_CHECKING:
    from laborsim.study.results import Results

FIFTHS: Final = {"q1": "Lowest fifth of pay", "q2": "Second", "q3": "Third", "q4": "Fourth", "q5": "Highest fifth",
                 "none": "Without a job"}  # fmt: skip


def mobility(results: Results) -> Chart | None:
    """Matrix of wage fifths a year apart; None where it was not counted."""
    import pandas as pd

    labels = list(FIFTHS)
    if ("mobility_wage", "move:q1>q1") not in results:
        return None
    shares = shares_of_moves(results, "mobility_wage", labels)
    if not np.isfinite(shares).all():
        return None
    up = float(shares[0, 1:5].sum())
    out = float(shares[0, 5])
    title = (
        f"Of those in the lowest fifth of pay {100 * up:.0f}% stand higher a year later, {100 * out:.0f}% have no job"
    )
    subtitle = "Where people stand a year later (columns), of each 100 by where they stood (rows); baseline, "
    subtitle += place_and_period(results)
    note = f"Mean over years and {results.replicates} model runs. Fifths of hourly pay of those on a payroll. {CAVEAT}"
    with theme.style():
        figure, axes = theme.canvas(title, subtitle, note, 0.3 * len(labels), left=1.7, right=0.1, below=0.05,
        above=0.5)
        cells.draw(axes, shares / shares.max(), [[f"{100 * x:.0f}" for x in row] for row in shares], size=8.2)
        cells.heads(axes, list(FIFTHS.values()), 12)
        cells.names(axes, list(FIFTHS.values()))
    rows: list[dict[str, Any]] = [
        {"from": a, "to": b, "share": shares[i, j]} for i, a in enumerate(labels) for j, b in enumerate(labels)
    ]
    alt = f"Of the lowest fifth {100 * shares[0, 0]:.0f}% stay, of the highest {100 * shares[4, 4]:.0f}%."
    return Chart("mobility", title, alt, figure, pd.DataFrame(rows))


__all__ = ["FIFTHS", "mobility"]
