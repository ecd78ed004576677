"""The target scorecard as a chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart, key_line
from laborsim.report.wording import (
    goal_words,
    lower,
    policy_title,
    region_title,
    runs_note,
    shorten,
)
from laborsim.scenario.fields import parse_goal
from laborsim.study.outcomes import outcome, shown
from laborsim.study.task import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results


def targets(results: Results) -> Chart | None:
    """Dots with ranges against each goal, and the probability of meeting it; None without targets."""
    table = results.targets()
    if table.empty:
        return None
    policies = list(results.policies)
    names = list(dict.fromkeys(table["target"]))
    step = 0.09
    block = max(0.4, step * len(policies) + 0.1)
    title, alt = _targets_finding(results, table)
    subtitle = (
        f"Distance from each goal in per cent of the goal (right of the line: met), {region_title(results)}, at the "
        "date each target names; at the right, the share of runs that meet it"
    )
    note = runs_note(results, "lines through them: 5% to 95% of runs").replace("Lines: mean", "Dots: mean")
    note = note.replace("Lines: one", "Dots: one") + " Arrows: further away than the chart is wide."
    left, column = 3.05, 0.54
    columns = column * len(policies) + 0.05
    with theme.style():
        figure, axes = theme.canvas(
            title, subtitle, note, block * len(names), left=left, right=columns, below=0.3, above=0.5
        )
        rows = [r for name in names for r in _against_goal(table[table["target"] == name], policies)]
        near = [abs(x) for r in rows for x in (r["at"], r["lo"], r["hi"]) if math.isfinite(x) and r["kind"] != "rank"]
        limit = min(60.0, max(10.0, 1.1 * float(np.quantile(near, 0.95)))) if near else 60.0
        axes.set_xlim(-limit, limit)
        axes.set_ylim(-block * len(names), 0)
        axes.axvspan(0, limit, color=theme.GOOD, alpha=0.06, linewidth=0)
        axes.axvline(0, color=theme.INK, linewidth=1.1)
        for k, name in enumerate(names):
            top = -(k * block)
            if k:
                axes.axhline(top, color=theme.RULE, linewidth=0.7)
            first = table[table["target"] == name].iloc[0]
            base = next(r for r in rows if r["target"] == name)
            text = f"goal {goal_words(first['goal'], base['kind'])}; {policies[0]} {base['value']}"
            for line, up, size, ink, weight in (
                (shorten(name, 46), 1.0, 8.0, theme.INK, "bold"),
                (text, -10.0, 7.5, theme.GREY, "normal"),
            ):
                axes.annotate(
                    line,
                    (0, top - block / 2),
                    xycoords=("axes fraction", "data"),
                    xytext=(-left * 72, up),
                    textcoords="offset points",
                    va="bottom",
                    ha="left",
                    fontsize=size,
                    color=ink,
                    fontweight=weight,
                    annotation_clip=False,
                )
            for j, r in enumerate(r for r in rows if r["target"] == name):
                ink = theme.colour(policies, r["policy"])
                y = top - block / 2 - step * (j - (len(policies) - 1) / 2)
                _goal_dot(axes, r, y, limit, ink)
                axes.annotate(
                    r["chance"],
                    (1, top - block / 2),
                    xycoords=("axes fraction", "data"),
                    va="center",
                    ha="right",
                    xytext=(column * 72 * (j + 1), 0),
                    textcoords="offset points",
                    fontsize=8.2,
                    color=ink,
                    fontweight="bold",
                    annotation_clip=False,
                )
        axes.set_yticks([])
        axes.grid(True, axis="x")
        axes.xaxis.get_major_locator().set_params(nbins=5, steps=[1, 2.5, 5, 10])
        axes.xaxis.set_major_formatter(lambda v, _: "goal" if v == 0 else f"{v:+g}%".replace("-", "\N{MINUS SIGN}"))
        key_line(axes, results, policies)
        axes.annotate(
            "probability",
            (1, 1),
            xycoords="axes fraction",
            xytext=(columns * 72, 5),
            ha="right",
            textcoords="offset points",
            fontsize=7.8,
            color=theme.GREY,
            annotation_clip=False,
        )
    return Chart("targets", title, alt, figure, table)


def _against_goal(rows: pd.DataFrame, policies: list[str]) -> list[dict[str, Any]]:
    """Distances from the goal, positive where it is met, in per cent of it."""
    out = []
    for policy in policies:
        row = rows[rows["policy"] == policy].iloc[0]
        _, goal = parse_goal(row["goal"])
        sign = 1.0 if row["goal"].lstrip().startswith(">") else -1.0
        at, one, two = (100 * sign * (row[c] - goal) / (abs(goal) or 1.0) for c in ("value", "low", "high"))
        kind = outcome(row["indicator"], row["unit"]).kind
        out.append(
            {
                "target": row["target"],
                "policy": policy,
                "kind": kind,
                "at": at,
                "lo": min(one, two),
                "hi": max(one, two),
                "value": shown(row["value"], kind) if math.isfinite(row["value"]) else "no figure",
                "chance": f"{100 * row['probability']:.0f}%" if math.isfinite(row["probability"]) else "n/a",
            }
        )
    return out


def _goal_dot(axes: Any, row: dict[str, Any], y: float, limit: float, ink: str) -> None:
    if not math.isfinite(row["at"]):
        return
    lo, hi = max(-limit, row["lo"]), min(limit, row["hi"])
    if hi > lo:
        axes.plot([lo, hi], [y, y], color=ink, linewidth=1.8, alpha=0.45, solid_capstyle="butt")
    if abs(row["at"]) <= limit:
        axes.plot([row["at"]], [y], "o", color=ink, markersize=4.2)
    else:
        axes.plot(
            [math.copysign(limit, row["at"]) * 0.985], [y], "<" if row["at"] < 0 else ">", color=ink, markersize=4.6
        )


def _targets_finding(results: Results, table: pd.DataFrame) -> tuple[str, str]:
    known = table[table["probability"].notna()]
    names = list(dict.fromkeys(known["target"]))
    base = known[known["policy"] == BASELINE]
    likely = int((base["probability"] >= 0.5).sum())
    are = "is" if likely == 1 else "are"
    title = f"In the baseline {likely} of {len(names)} targets {are} met in at least half of the runs"
    counts = {
        p: int((known[known["policy"] == p]["probability"] >= 0.5).sum()) for p in results.policies if p != BASELINE
    }
    if counts:
        most = max(counts.values())
        best = [p for p, n in counts.items() if n == most]
        if most > likely:
            title += (
                f"; with {lower(policy_title(results, best[0])) if len(best) == 1 else 'the best policies'}, {most}"
            )
        else:
            title += "; no policy alone adds one" if len(counts) > 1 else "; the policy adds none"
    parts = []
    for name in names:
        row = base[base["target"] == name].iloc[0]
        kind = outcome(row["indicator"], row["unit"]).kind
        parts.append(
            f"{name}: goal {goal_words(row['goal'], kind)}, baseline {shown(row['value'], kind)}, met in "
            f"{100 * row['probability']:.0f}% of runs"
        )
    return title, "; ".join(parts) + "."
