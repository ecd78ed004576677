"""Where a policy fails: the box of assumptions, within what was sampled."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.report import theme
from laborsim.report.charts_sensitivity import ROW, factor_axis
from laborsim.report.figures import Chart
from laborsim.report.study_words import (
    brief,
    factor_name,
    kind_of,
    measure_of,
    plain_label,
    runs_note,
    setting,
    subtitle,
    title_of,
)
from laborsim.report.wording import each, goal_words, join, lower

if TYPE_CHECKING:
    from laborsim.study.analysis.discovery import Discovery


def finding(d: Discovery) -> str:
    """The result in one sentence."""
    m = measure_of(d.experiment, d.outcome)
    change = "the change in " if m.against else ""
    policy = brief(title_of(d.experiment, d.policy))
    fails = f"{change}{plain_label(m)} is {goal_words(d.fails, kind_of(m))}"
    if d.limits.empty:
        return f"{policy}: {fails} in {d.failures} of {d.cases} states of the world; {d.note or 'no condition found'}"
    said = [_condition(d, r) for r in each(d.limits)]
    return (f"{policy}: {fails} in {100 * d.density:.0f}% of states where {join(said[:3])}, and there lie "
            f"{100 * d.coverage:.0f}% of all such states")  # fmt: skip


def tried(d: Discovery) -> str:
    """How the box does where it was not drawn from."""
    if not math.isfinite(d.held_coverage):
        return ""
    if not math.isfinite(d.held_density):
        return "Drawn from four fifths of the states at a time, no box holds any of the others: take it for chance"
    return (f"Tried on states the box was not drawn from (five folds): {100 * d.held_density:.0f}% of those inside "
            f"fail, {100 * d.held_coverage:.0f}% of the failures are inside")  # fmt: skip


def _condition(d: Discovery, row: Any) -> str:
    name = lower(factor_name(d.experiment, row.factor))
    if row.values:
        return f"{name} is {row.values}"
    low, high = math.isfinite(row.low), math.isfinite(row.high)
    if low and high:
        return f"{name} is {setting(row.low)} to {setting(row.high)}"
    return f"{name} is at least {setting(row.low)}" if low else f"{name} is at most {setting(row.high)}"


def chart(d: Discovery) -> Chart | None:
    """Each factor of the box over its sampled range, with every state of the world as a dot; None without a box."""
    if d.limits.empty:
        return None
    m = measure_of(d.experiment, d.outcome)
    rows = each(d.limits)
    title = finding(d)
    few = f" {d.note[:1].upper()}{d.note[1:]}." if d.note else ""
    with theme.style():
        figure, axes = theme.canvas(
            title,
            subtitle(d.experiment, m, d.policy) + f". {d.failures} of {d.cases} states of the world fail",
            f"Band: where failures crowd (PRIM). Dots: states, orange if they fail. p: chance to do as well without "
            f"the limit; hollow band: p above 0.05. {d.inside} states inside. {tried(d)}.{few} "
            f"{runs_note(d.experiment)}",
            1.35 * ROW * len(rows) + 0.15, left=2.75, right=0.85,
        )  # fmt: skip
        for k, row in enumerate(rows):
            _row(axes, d, row, k)
        factor_axis(axes, d.experiment, [r.factor for r in rows])
        axes.set_xlim(-0.04, 1.04)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.grid(False)
    said = "; ".join(f"{_condition(d, r)} (p {_p(r)})" for r in rows)
    alt = (f"Bands on the range of each assumption: {said}. Inside the box {100 * d.density:.0f}% of states fail; "
           f"it holds {100 * d.coverage:.0f}% of all failures. {tried(d)}.")  # fmt: skip
    return Chart(f"discovery-{d.outcome}-{d.policy}", title, alt, figure, d.limits)


def _row(axes: Any, d: Discovery, row: Any, k: int) -> None:
    """One factor from 0 to 1 of its sampled range."""
    values = d.points[row.factor]
    if row.values:
        names = sorted({str(v) for v in values})
        x = np.array([names.index(str(v)) for v in values]) / max(1, len(names) - 1)
        band = [names.index(v) / max(1, len(names) - 1) for v in row.values.split(" or ")]
        low, high = min(band) - 0.03, max(band) + 0.03
    else:
        start = row.sampled_low
        span = row.sampled_high - start or 1.0
        x = (values.to_numpy(float) - start) / span
        low = 0.0 if math.isnan(row.low) else (row.low - start) / span
        high = 1.0 if math.isnan(row.high) else (row.high - start) / span
        for at, value, side in ((low, row.low, "left"), (high, row.high, "right")):
            if math.isfinite(value):
                axes.annotate(setting(value), (at, k), xytext=(0, 13), textcoords="offset points", ha="center",
                              fontsize=8, color=theme.INK)  # fmt: skip
            else:
                end = start if side == "left" else row.sampled_high
                axes.annotate(setting(end), (at, k), xytext=(0, 13), textcoords="offset points", ha="center",
                              fontsize=7.5, color=theme.GREY)  # fmt: skip
    axes.plot([0, 1], [k, k], color=theme.RULE, linewidth=1.0, zorder=1)
    axes.barh(k, high - low, left=low, height=0.36, color="#f7dcc8" if row.sure else "white",
              edgecolor=theme.PALETTE[1], linewidth=1.0, zorder=2)  # fmt: skip
    # dots in lanes by their order, so that those alike do not hide one another
    lane = k + 0.11 * (np.arange(len(x)) % 3 - 1)
    fails = d.points["fails"].to_numpy(bool)
    axes.scatter(x[~fails], lane[~fails], s=7, color=theme.GREY, alpha=0.65, linewidths=0, zorder=3)
    axes.scatter(x[fails], lane[fails], s=10, color=theme.PALETTE[1], linewidths=0, zorder=4)
    axes.annotate(f"p {_p(row)}", (1.0, k), xycoords=("axes fraction", "data"), xytext=(8, 0), fontsize=8,
                  textcoords="offset points", va="center", color=theme.GREY, annotation_clip=False)  # fmt: skip


def _p(row: Any) -> str:
    known = [p for p in (row.p_low, row.p_high) if math.isfinite(p)]
    if not known:
        return "n/a"
    return "below 0.001" if min(known) < 0.001 else f"{min(known):.2g}"
