"""A policy mix under limits: the front with fresh seeds, and the settings of its mixes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.study_words import factor_name, figure, kind_of, measure_of, outcome_label, place, setting
from laborsim.report.wording import CAVEAT, each, goal_words, money

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.analysis.mix import Mixes

FRONT = 8  # mixes whose settings are drawn


def best(m: Mixes) -> Any:
    """The mix of the front that reaches most of the first objective and stays with fresh seeds; None without one."""
    stays = m.front[m.front["stays"]]
    if stays.empty:
        return None
    first, way = next(iter(m.asked.objectives.items()))
    return stays.sort_values(first, ascending=way == "min", kind="stable").iloc[0]


def finding(m: Mixes) -> str:
    """The result in one sentence."""
    row = best(m)
    limits = " and ".join(f"{outcome_label(m.experiment, measure_of(m.experiment, o))} "
                          f"{goal_words(g, kind_of(measure_of(m.experiment, o)))}"
                          for o, g in m.asked.limits.items())  # fmt: skip
    within = f" with {limits}" if limits else ""
    if row is None:
        return f"No mix found{within} holds with fresh seeds"
    first, way = next(iter(m.asked.objectives.items()))
    o = measure_of(m.experiment, first)
    label = outcome_label(m.experiment, o)
    span = f"{figure(o, row[f'{first}_low'])} to {figure(o, row[f'{first}_high'])}"
    if o.against:
        clear = row[f"{first}_low"] > 0 if way == "max" else row[f"{first}_high"] < 0
        if not clear:
            does = "raises" if way == "max" else "lowers"
            return f"No mix found{within} clearly {does} {label}: the best comes to {figure(o, row[first])} ({span})"
    return f"Best mix found{within}: {figure(o, row[first])} {label} ({span})"


def _scale(kind: str, values: Any) -> tuple[float, str]:
    top = float(np.nanmax(np.abs(np.asarray(values, float)), initial=0.0))
    if kind == "dollars":
        return (1e-6, "million dollars") if top >= 1e6 else (1.0, "dollars")
    if kind == "share":
        return 100.0, "percentage points"
    return 1.0, {"people": "people", "days": "days"}.get(kind, "")


def chart(m: Mixes) -> Chart:
    """Mixes by two outcomes, the front with intervals, and the settings of its mixes."""
    names = list(dict.fromkeys([*m.asked.objectives, *m.asked.limits]))
    up = names[0]
    across = names[1] if len(names) > 1 else "trial"
    a, b = (measure_of(m.experiment, across) if across != "trial" else None), measure_of(m.experiment, up)
    front: pd.DataFrame = m.front[m.front["name"] != "plan"]
    fx, ux = _scale(kind_of(a), m.trials[across]) if a else (1.0, "order in the search")
    fy, uy = _scale(kind_of(b), m.trials[up])
    levers = [c for c in m.front.columns if any(f.name == c for f in m.experiment.factors)]
    drawn = _spread(m, front[front["stays"]] if front["stays"].any() else front)
    title = finding(m)
    below = 0.35 + 0.26 * (len(drawn) + 1)
    gap = 0.95  # inches for the upper axis' own title and the names of the levers
    with theme.style():
        figure_, axes = theme.canvas(
            title,
            f"{_head(outcome_label(m.experiment, b))}{' less baseline' if b.against else ''}"
            + (f" against {outcome_label(m.experiment, a)}" if a else "")
            + f", {place(m.experiment)}. Below: the settings of the mixes that stay",
            f"Dots: {len(m.trials)} mixes tried in the search (pale: over a limit). Letters: the front made again with "
            f"{m.asked.fresh} fresh seeds, lines: 90% intervals; hollow: no longer on the front. "
            f"{100 * m.experiment.spec.scale:g}% of people simulated. {CAVEAT}",
            2.6 + gap + below, rows=2, left=0.75, right=0.6, below=0.1, above=0.4,
            height_ratios=[2.6, below], hspace=gap / (0.5 * (2.6 + below)),
        )  # fmt: skip
        top, table = axes
        for ok, ink, size in ((False, "#dddddd", 8), (True, "#9a9a9a", 10)):
            rows = m.trials[(m.trials["within"] == ok) & ~m.trials["failed"]]
            top.scatter(rows[across] * fx, rows[up] * fy, s=size, color=ink, linewidths=0)
        for row in each(m.front):
            _mark(top, row, m.front.columns, across, up, fx, fy, set(drawn["name"]))
        for o, goal in m.asked.limits.items():
            if o == across:
                bound = _number(goal) * fx
                top.axvline(bound, color=theme.PALETTE[1], linewidth=1.0)
                top.annotate("limit", (bound, 1.0), xycoords=("data", "axes fraction"), xytext=(-3, -2), ha="right",
                             va="top", textcoords="offset points", fontsize=8, color=theme.PALETTE[1])  # fmt: skip
        top.set_xlabel(ux)
        top.set_title(uy, loc="left", fontsize=8.5, color=theme.GREY)
        _settings(table, m, drawn, levers)
    row = best(m)
    how = "" if row is None else " Its settings: " + ", ".join(
        f"{factor_name(m.experiment, n)} {setting(row[n])}" for n in levers) + "."  # fmt: skip
    alt = (f"{len(m.trials)} mixes were tried, {len(front)} made the front, {int(front['stays'].sum())} stay on it "
           f"with fresh seeds. {title}.{how}")  # fmt: skip
    return Chart("mix", title, alt, figure_, m.front)


def _spread(m: Mixes, front: pd.DataFrame) -> pd.DataFrame:
    """A few mixes from one end of the front to the other, the best one among them."""
    if len(front) <= FRONT:
        return front
    at = set(np.linspace(0, len(front) - 1, FRONT).round().astype(int).tolist())
    top = best(m)
    names = front["name"].tolist()
    if top is not None and top["name"] in names:
        at = (at - {min(at, key=lambda k: abs(k - names.index(top["name"])))}) | {names.index(top["name"])}
    return front.iloc[sorted(at)]


def _head(text: str) -> str:
    return text[:1].upper() + text[1:]


def _number(goal: str) -> float:
    from laborsim.scenario.fields import parse_goal

    return parse_goal(goal)[1]


def _mark(axes: Any, row: Any, columns: Any, across: str, up: str, fx: float, fy: float, named: set[str]) -> None:
    """One mix of the front with its interval, or the scenario's plan."""
    value = dict(zip(columns, row[1:], strict=True))
    if across == "trial" and value["name"] == "plan":
        return
    x, y = value[across] * fx, value[up] * fy
    plan = value["name"] == "plan"
    ink = theme.BASE if plan else theme.PALETTE[0]
    if math.isfinite(value[f"{up}_low"]):
        axes.plot([x, x], [value[f"{up}_low"] * fy, value[f"{up}_high"] * fy], color=ink, linewidth=1.1)
    axes.plot(x, y, "D" if plan else "o", color=ink, markersize=5.5,
              markerfacecolor=ink if plan or value["stays"] else "white")  # fmt: skip
    if not plan and value["name"] not in named:
        return
    side = (5, 3) if plan else (-5, 6)
    axes.annotate("as planned" if plan else value["name"], (x, y), xytext=side, textcoords="offset points",
                  ha="left" if plan else "right", fontsize=8.5, color=ink, zorder=6,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8})  # fmt: skip


def _settings(axes: Any, m: Mixes, drawn: pd.DataFrame, levers: list[str]) -> None:
    """Settings of mixes as bars on the range of each lever, a column each."""
    rows = [*each(drawn), *each(m.front[m.front["name"] == "plan"])]
    axes.set_xlim(0, len(levers))
    axes.set_ylim(len(rows) - 0.4, -0.9)
    axes.set_yticks(range(len(rows)), [r.name if r.name != "plan" else "as planned" for r in rows])
    axes.tick_params(axis="y", labelcolor=theme.INK)
    axes.set_xticks([])
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    columns = list(m.front.columns)
    for j, name in enumerate(levers):
        f = next(f for f in m.experiment.factors if f.name == name)
        axes.text(j + 0.02, -0.75, theme.wrapped(factor_name(m.experiment, name), 120 // len(levers)), fontsize=8,
                  color=theme.GREY, va="bottom")  # fmt: skip
        for k, row in enumerate(rows):
            value = row[1:][columns.index(name)]
            number = isinstance(value, int | float) and not isinstance(value, bool)
            share = (value - f.low) / (f.high - f.low) if number and f.distribution != "choice" else 0.0
            share = min(max(share, 0.0), 1.0)
            ink = theme.BASE if row.name == "plan" else theme.PALETTE[0]
            axes.barh(k, 0.55 * share, left=j + 0.02, height=0.5, color=ink)
            text = money(value) if name.endswith(".budget") else setting(value)
            axes.text(j + 0.05 + 0.55 * share, k, text, fontsize=7.8, va="center", color=theme.INK)
