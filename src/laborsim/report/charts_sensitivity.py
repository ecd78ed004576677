"""What moves an outcome: screening, shares of the variance, and a tornado of assumptions."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.study_words import (
    brief,
    change,
    factor_label,
    factor_name,
    figure,
    kind_of,
    measure_of,
    plain_label,
    runs_note,
    setting,
    subtitle,
    title_of,
)
from laborsim.report.wording import each, join, lower

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.analysis.sensitivity import Sensitivity
    from laborsim.study.experiment import Experiment

MOST = 12  # factors drawn; the table has all
ROW = 0.46  # inches
LABEL = 48  # characters on a line of a factor's name


def chart(found: Sensitivity, outcome: str, policy: str) -> Chart | None:
    """The method's chart of one outcome under one policy; None if no run gave a figure."""
    data = found.table[(found.table["outcome"] == outcome) & (found.table["policy"] == policy)].copy()
    draw = {"morris": _morris, "sobol": _sobol, "tornado": _tornado}[found.method]
    return draw(found, data, outcome, policy) if len(data) else None


def _about(found: Sensitivity, outcome: str, policy: str) -> tuple[Any, str]:
    """The outcome's measure, and how its subject stands in a title."""
    m = measure_of(found.experiment, outcome)
    if m.against:
        return m, f"the effect of {lower(brief(title_of(found.experiment, policy)))} on {plain_label(m)}"
    return m, plain_label(m)


def _left_out(found: Sensitivity, outcome: str, policy: str, unit: str) -> str:
    g = found.groups
    row = g[(g["outcome"] == outcome) & (g["policy"] == policy)].iloc[0]
    lost = int(row["groups"] - row["used"])
    gone = f" {lost} left out for failed runs." if lost else ""
    return f"{int(row['used'])} of {int(row['groups'])} {unit}.{gone}"


def _chance(found: Sensitivity, outcome: str, policy: str) -> str:
    """How much of the variance over the design is the luck of the seeds, where that is much or not known."""
    g = found.groups
    share = float(g[(g["outcome"] == outcome) & (g["policy"] == policy)]["chance"].iloc[0])
    if not math.isfinite(share):
        return " One seed: how much of it is chance is not known." if found.experiment.replicates < 2 else ""
    return f" {100 * share:.0f}% of the variance over the design is chance (seeds)." if share >= 0.05 else ""


def factor_axis(axes: Any, experiment: Experiment, names: list[str]) -> None:
    """Rows of a chart named by factors, the first on top."""
    axes.set_yticks(range(len(names)), [""] * len(names))
    for k, n in enumerate(names):
        name, _, more = factor_label(experiment, n).partition("\n")
        lines = textwrap.wrap(more, LABEL)
        for j, (line, size, ink) in enumerate([(name, 8.5, theme.INK), *((x, 6.8, theme.GREY) for x in lines)]):
            up = 5.0 * len(lines) - 9.5 * j
            axes.annotate(line, (0.0, k), xycoords=("axes fraction", "data"), xytext=(-8, up), fontsize=size, color=ink,
                          textcoords="offset points", ha="right", va="center", annotation_clip=False)  # fmt: skip
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(False, axis="y")


def _scaled(kind: str) -> tuple[float, str]:
    return (100.0, "percentage points") if kind == "share" else (1.0, {"dollars": "dollars", "days": "days",
            "people": "people", "wage": "dollars an hour"}.get(kind, ""))  # fmt: skip


def _morris(found: Sensitivity, data: pd.DataFrame, outcome: str, policy: str) -> Chart | None:
    data = data[np.isfinite(data["mu_star"])].sort_values("mu_star", ascending=False, kind="stable")
    if data.empty:
        return None
    data = data.head(MOST)
    m, subject = _about(found, outcome, policy)
    factor, unit = _scaled(kind_of(m))
    first: Any = data.iloc[0]
    names = data["factor"].tolist()
    # an interval that seeds alone would reach tells nothing; of one seed, nothing is known
    told = data[(data["mu_star"] > 0) & ~(data["low"] <= data["chance"])]
    if len(told):
        first, data_ = told.iloc[0], told
        # those whose intervals reach the first one's are not told apart from it
        near = [factor_name(found.experiment, r.factor) for r in each(data_) if r.high >= first["low"]][:3]
        said = join([near[0], *map(lower, near[1:])])
        size = change(m, first["mu_star"]).lstrip("+")
        title = (f"{said} moves {subject} most: by {size} over its range" if len(near) == 1 else
                 f"{said} move {subject} most: by up to {size} over their ranges")  # fmt: skip
    elif first["mu_star"] > 0:
        title = f"Nothing that was varied clearly moves {subject} by more than chance does"
    else:
        title = f"Nothing that was varied moves {subject}"
    with theme.style():
        figure_, axes = theme.canvas(
            title,
            subtitle(found.experiment, m, policy)
            + ". Mean size of the change as one assumption goes over its range, the others anywhere",
            f"Morris screening, {_left_out(found, outcome, policy, 'trajectories')} Lines: "
            f"{100 * found.level:.0f}% intervals. Grey bars: the size that the luck of the seeds alone would give; "
            f"hollow: not told apart from it.{_chance(found, outcome, policy)} {runs_note(found.experiment)}",
            ROW * len(data) + 0.15, left=2.75, right=1.15,
        )  # fmt: skip
        for k, row in enumerate(each(data)):
            sure = not row.low <= row.chance
            ink = _ink(row) if sure else theme.GREY
            if math.isfinite(row.chance):
                axes.barh(k, row.chance * factor, height=0.62, color="#e6e6e6", zorder=0)
            axes.plot([row.low * factor, row.high * factor], [k, k], color=ink, linewidth=1.2)
            axes.plot(row.mu_star * factor, k, "o", color=ink, markersize=6.5,
                      markerfacecolor=ink if sure else "white")  # fmt: skip
            way = _way(row) if sure or not row.mu_star > 0 else "may be chance"
            axes.annotate(way, (row.high * factor, k), xytext=(7, 0), textcoords="offset points", va="center",
                          fontsize=8, color=ink)  # fmt: skip
        axes.set_xlim(0, None)
        axes.set_xlabel(unit)
        factor_axis(axes, found.experiment, names)
    said = "; ".join(f"{factor_name(found.experiment, r.factor)} {change(m, r.mu_star).lstrip('+')} ({_way(r)})"
                     for r in each(data.head(5)))  # fmt: skip
    alt = f"Dots with intervals, largest first: {said}."
    return Chart(f"screening-{outcome}-{policy}", title, alt, figure_, data.drop(columns=["policy", "outcome"]))


def _way(row: Any) -> str:
    """Which way a factor moves the outcome, from its mean against the mean of its size."""
    if not row.mu_star > 0:
        return "does nothing"
    share = row.mu / row.mu_star
    return "raises it" if share > 0.9 else "lowers it" if share < -0.9 else "either way"


def _ink(row: Any) -> str:
    return {"raises it": theme.PALETTE[0], "lowers it": theme.PALETTE[1]}.get(_way(row), theme.GREY)


def _sobol(found: Sensitivity, data: pd.DataFrame, outcome: str, policy: str) -> Chart | None:
    data = data[np.isfinite(data["total"])].sort_values("total", ascending=False, kind="stable").head(MOST)
    if data.empty:
        return None
    m, subject = _about(found, outcome, policy)
    first: Any = data.iloc[0]
    names = data["factor"].tolist()
    sure = first["first_low"] > 0
    title = (
        f"{factor_name(found.experiment, names[0])} explains {100 * first['first']:.0f}% of the variation of {subject}"
        if sure else f"No single assumption clearly explains the variation of {subject}"
    )  # fmt: skip
    with theme.style():
        figure_, axes = theme.canvas(
            title,
            subtitle(found.experiment, m, policy) + ". Share of the variance over the design",
            f"Sobol indices, {_left_out(found, outcome, policy, 'blocks')} Lines: {100 * found.level:.0f}% intervals, "
            f"which may reach below 0 and above 100.{_chance(found, outcome, policy)} {runs_note(found.experiment)}",
            ROW * len(data) + 0.15, left=2.75, right=0.5, above=0.42,
        )  # fmt: skip
        for k, row in enumerate(each(data)):
            for shift, name, ink, face in ((-0.13, "first", theme.PALETTE[0], theme.PALETTE[0]),
                                           (0.13, "total", theme.PALETTE[1], "white")):  # fmt: skip
                x, low, high = (getattr(row, name + end) for end in ("", "_low", "_high"))
                axes.plot([100 * low, 100 * high], [k + shift] * 2, color=ink, linewidth=1.1)
                axes.plot(100 * x, k + shift, "o", color=ink, markerfacecolor=face, markersize=5.5)
        axes.axvline(0, color=theme.INK, linewidth=0.8)
        axes.set_xlabel("per cent of the variance")
        factor_axis(axes, found.experiment, names)
        for text, ink, x in (("\N{BLACK CIRCLE} alone", theme.PALETTE[0], 0.0),
                             ("\N{WHITE CIRCLE} with interactions", theme.PALETTE[1], 0.16)):  # fmt: skip
            axes.text(x, 1.02, text, transform=axes.transAxes, color=ink, fontsize=8.5, va="bottom")
    said = "; ".join(
        f"{factor_name(found.experiment, r.factor)} {100 * r.first:.0f}% alone, {100 * r.total:.0f}% with interactions"
        for r in each(data.head(5))
    )
    return Chart(f"shares-{outcome}-{policy}", title, f"Pairs of dots, largest first: {said}.", figure_,
                 data.drop(columns=["policy", "outcome"]))  # fmt: skip


def _tornado(found: Sensitivity, data: pd.DataFrame, outcome: str, policy: str) -> Chart | None:
    size = data[["change_low", "change_high"]].abs().max(axis=1)
    data = data.assign(size=size)[np.isfinite(size)].sort_values("size", ascending=False, kind="stable").head(MOST)
    if data.empty:
        return None
    m, subject = _about(found, outcome, policy)
    factor, unit = _scaled(kind_of(m))
    names = data["factor"].tolist()
    title = _tornado_title(found, data, m, subject)
    base = float(data["base"].iloc[0])
    with theme.style():
        figure_, axes = theme.canvas(
            title,
            subtitle(found.experiment, m, policy) + ". Each assumption alone at the low and the high end of its range",
            "Ends: 5% (orange) and 95% (blue) of each assumption's range. Line: the scenario as it is. Hollow: change "
            "against it may be chance (paired differences, allowing for the number of ends: of those filled one in ten "
            f"is luck).{_lost(found)}{_chance(found, outcome, policy)} {runs_note(found.experiment)}",
            ROW * len(data) + 0.15, left=2.75, right=0.55, above=0.36,
        )  # fmt: skip
        ends = [base]
        for k, row in enumerate(each(data)):
            sides = [("low", theme.PALETTE[1]), ("high", theme.PALETTE[0])]
            longest_first = sorted(sides, key=lambda s: -abs(getattr(row, f"change_{s[0]}")))
            for side, ink in longest_first:
                at = getattr(row, f"at_{side}")
                if not math.isfinite(at):
                    continue
                sure = _distinct(row, side)
                ends.append(at)
                axes.barh(k, (at - base) * factor, left=base * factor, height=0.55, color=ink if sure else "white",
                          edgecolor=ink, linewidth=1.0)  # fmt: skip
        low, high = min(ends), max(ends)
        room = 0.24 * (high - low or 1.0)
        _end_labels(axes, data, base, factor)
        axes.axvline(base * factor, color=theme.INK, linewidth=1.0)
        if low - room < 0 < high + room:
            axes.axvline(0, color=theme.GREY, linewidth=0.8, linestyle=(0, (3, 3)))
        axes.set_xlim((low - room) * factor, (high + room) * factor)
        axes.set_xlabel(unit)
        factor_axis(axes, found.experiment, names)
        axes.annotate(f"scenario: {figure(m, base)}", (base * factor, -0.5), xytext=(0, 4), textcoords="offset points",
                      ha="center", fontsize=8.5, color=theme.INK, annotation_clip=False)  # fmt: skip
    said = "; ".join(
        f"{factor_name(found.experiment, r.factor)} {figure(m, r.at_low)} at {setting(r.setting_low)}, "
        f"{figure(m, r.at_high)} at {setting(r.setting_high)}" for r in each(data.head(5))
    )  # fmt: skip
    alt = f"Bars from the scenario's {figure(m, base)}, longest first: {said}."
    return Chart(f"tornado-{outcome}-{policy}", title, alt, figure_, data.drop(columns=["policy", "outcome", "size"]))


def _end_labels(axes: Any, data: pd.DataFrame, base: float, factor: float) -> None:
    """The settings at the ends of the bars; both on one side if both ends are."""
    for k, row in enumerate(each(data)):
        sides = [(getattr(row, f"at_{s}"), setting(getattr(row, f"setting_{s}")), ink)
                 for s, ink in (("low", theme.PALETTE[1]), ("high", theme.PALETTE[0]))]  # fmt: skip
        for right in (False, True):
            here = sorted((s for s in sides if math.isfinite(s[0]) and (s[0] >= base) == right),
                          key=lambda s: abs(s[0] - base))  # fmt: skip
            if not here:
                continue
            text = ", ".join(s[1] for s in here)
            ink = here[-1][2] if len(here) == 1 else theme.GREY
            axes.annotate(text, (here[-1][0] * factor, k), xytext=(4 if right else -4, 0), textcoords="offset points",
                          ha="left" if right else "right", va="center", fontsize=7.5, color=ink)  # fmt: skip


def _tornado_title(found: Sensitivity, data: pd.DataFrame, m: Any, subject: str) -> str:
    sure = [r for r in each(data) if _distinct(r, "low") or _distinct(r, "high")]
    if not sure:
        return f"No assumption alone clearly moves {subject}"
    first = sure[0]
    ends = sorted(x for x in (first.at_low, first.at_high) if math.isfinite(x))
    # longer bars that may be chance stand above it
    most = "moves {} most" if first.factor == data["factor"].iloc[0] else "clearly moves {}, longer bars may be chance"
    lead = (f"{factor_name(found.experiment, first.factor)} {most.format(subject)}: "
            f"{figure(m, ends[0])} to {figure(m, ends[-1])}")  # fmt: skip
    if not m.against:
        return lead
    if not (first.base_low > 0 or first.base_high < 0):
        return f"{lead} (as the scenario is: not distinguishable from zero)"
    turning = [lower(factor_name(found.experiment, n)) for n in data[data["turns"]]["factor"]]
    return f"{lead}; {join(turning[:2])} can turn its sign" if turning else f"{lead}; none alone turns its sign"


def _distinct(row: Any, side: str) -> bool:
    """Whether the change at an end is more than chance."""
    return bool(getattr(row, f"clear_{side}"))


def _lost(found: Sensitivity) -> str:
    return f" {len(found.failed)} failed runs left out." if len(found.failed) else ""
