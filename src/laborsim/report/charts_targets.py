"""The target scorecard as a chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart, key_line, key_room
from laborsim.report.wording import (
    against_goal,
    goal_words,
    in_runs,
    judged,
    lower,
    policy_title,
    region_title,
    runs_note,
    target_name,
    verdict,
)
from laborsim.scenario.fields import parse_goal
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import outcome
from laborsim.study.scorecard import target_values
from laborsim.study.statistics import FEWEST_RUNS, discoveries, sign_test

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from laborsim.study.results import Results


TITLE: Final = 40  # characters of a target's name in one line


def targets(results: Results) -> Chart | None:
    """Dots with ranges against each goal, and the probability of meeting it; None without targets."""
    table = results.targets()
    if table.empty:
        return None
    policies = list(results.policies)
    ranked = table["indicator"].astype(str).str.startswith("peer_rank_")
    # ranks are no distance in per cent: they come last, in figures
    names = list(dict.fromkeys([*table[~ranked]["target"], *table[ranked]["target"]]))
    step = 0.09
    block = max(0.4, step * len(policies) + 0.1) + (0.13 if any(len(n) > TITLE for n in names) else 0.0)
    title, alt = finding(results, table)
    subtitle = (
        f"Distance from each goal in per cent of the goal (right of the line: met), {region_title(results)}, at the "
        "date each target names; at the right, the share of runs that meet it"
    )
    note = runs_note(results, "lines through them: 5% to 95% of runs").replace("Lines: mean", "Dots: mean")
    note = note.replace("Lines: one", "Dots: one") + " Arrows: further away than the chart is wide."
    left, column = 2.95, min(0.54, 2.3 / len(policies))  # room for the axis, however many policies
    narrow = column < 0.5
    columns = column * len(policies) + 0.05
    with theme.style():
        figure, axes = theme.canvas(
            title, subtitle, note, block * len(names), left=left, right=columns, below=0.3,
            above=0.5 + key_room(results, policies),
        )  # fmt: skip
        rows = [r for name in names for r in _against_goal(table[table["target"] == name], policies)]
        near = [abs(x) for r in rows for x in (r["at"], r["lo"], r["hi"]) if math.isfinite(x) and r["kind"] != "rank"]
        limit = min(60.0, max(10.0, 1.1 * float(np.quantile(near, 0.85)))) if near else 60.0
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
            text = target_name(text, first["indicator"])
            lines = theme.wrapped(name, TITLE)
            down = 5.0 * lines.count("\n")
            for line, up, size, ink, weight in (
                (lines, 1.0 - down, 8.0, theme.INK, "bold"),
                (text, -10.0 - down, 7.5, theme.GREY, "normal"),
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
            rank = base["kind"] == "rank"
            if rank:
                axes.axhspan(top - block, top, color="white", linewidth=0, zorder=3)
                ranks = [str(r["value"]) for r in rows if r["target"] == name]
                said = f"rank {ranks[0]}"
                if len(set(ranks)) > 1:
                    said += f"; with policies {_span(ranks[1:])}"
                axes.text(0, top - block / 2, said, ha="center", va="center", fontsize=7.5, color=theme.GREY, zorder=4)
            for j, r in enumerate(r for r in rows if r["target"] == name):
                ink = theme.colour(policies, r["policy"])
                y = top - block / 2 - step * (j - (len(policies) - 1) / 2)
                if not rank:
                    _goal_dot(axes, r, y, limit, ink)
                axes.annotate(
                    r["chance"].replace(" of ", "/") if narrow else r["chance"],
                    (1, top - block / 2),
                    xycoords=("axes fraction", "data"),
                    va="center",
                    ha="right",
                    xytext=(column * 72 * (j + 1), 0),
                    textcoords="offset points",
                    fontsize=7.4 if narrow else 8.2,
                    color=ink,
                    fontweight="bold",
                    annotation_clip=False,
                )
        axes.set_yticks([])
        axes.grid(True, axis="x")
        axes.xaxis.get_major_locator().set_params(nbins=5 if len(policies) < 5 else 3, steps=[1, 2.5, 5, 10])
        axes.xaxis.set_major_formatter(lambda v, _: "goal" if v == 0 else f"{v:+g}%".replace("-", "\N{MINUS SIGN}"))
        key_line(axes, results, policies)
        axes.annotate(
            "runs that meet it",
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


def _span(ranks: list[str]) -> str:
    """
    Examples
    --------
    >>> _span(["14.2", "13.8", "14.0"]), _span(["9", "9"])
    ('13.8 to 14.2', '9')
    """
    ends = sorted(set(ranks), key=lambda r: float(r) if r.replace(".", "", 1).isdigit() else math.inf)
    return ends[0] if len(ends) == 1 else f"{ends[0]} to {ends[-1]}"


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
                "value": against_goal(row["value"], row["goal"], kind) if math.isfinite(row["value"]) else "no figure",
                "chance": (
                    f"{100 * row['probability']:.0f}%"
                    if row["runs"] >= 20
                    else f"{round(row['probability'] * row['runs'])} of {row['runs']}"
                )
                if math.isfinite(row["probability"])
                else "n/a",
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
        side = "<" if row["at"] < 0 else ">"
        axes.plot([math.copysign(limit, row["at"]) * 0.965], [y], side, color=ink, markersize=4.6)


def finding(results: Results, table: pd.DataFrame) -> tuple[str, str]:
    """Title and description: how many targets the baseline meets, and which policies change that."""
    known = table[table["probability"].notna()]
    names = list(dict.fromkeys(known["target"]))
    base = known[known["policy"] == BASELINE]
    classes = [verdict(p) for p in base["probability"]]
    met, open_, missed = (classes.count(c) for c in ("met", "toss-up", "missed"))
    title = f"In the baseline {met} of {len(names)} targets met, {open_} toss-up{'s' if open_ != 1 else ''}, "
    title += f"{missed} missed"
    changed = _changed(results)
    if changed:
        said = [
            f"{lower(policy_title(results, p))}: {target} {in_runs(share, runs)}" for p, target, share, runs in changed
        ]
        title += f"; changed by more than chance with {'; '.join(said[:2])}"
        title += f" and {len(said) - 2} more" if len(said) > 2 else ""
    elif len(results.policies) > 1 and results.replicates >= FEWEST_RUNS:
        title += "; no policy alone changes that by more than chance"
    parts = []
    for name in names:
        row = base[base["target"] == name].iloc[0]
        kind = outcome(row["indicator"], row["unit"]).kind
        parts.append(
            f"{target_name(name, row['indicator'])}: goal {goal_words(row['goal'], kind)}, baseline "
            f"{against_goal(row['value'], row['goal'], kind)}, {judged(row)}"
        )
    return title, "; ".join(parts) + "."


def _changed(results: Results) -> list[tuple[str, str, float, int]]:
    """Targets met in more or fewer of a policy's runs than of the baseline's, by more than chance.

    Exact sign test of the pairs of runs, allowing for the number of targets and policies: policy, target, share of
    the policy's runs that meet it, runs.
    """
    found, p = [], []
    for target in results.about["targets"]:
        base, _, _ = target_values(results, target, BASELINE)
        for policy in results.policies:
            if policy == BASELINE:
                continue
            values, _, _ = target_values(results, target, policy)
            both = np.isfinite(base) & np.isfinite(values)
            if not both.any():
                continue
            before, after = (_meets(x[both], target["goal"]) for x in (base, values))
            p.append(sign_test(int((after & ~before).sum()), int((before & ~after).sum())))
            found.append((policy, str(target["name"]), float(after.mean()), int(both.sum())))
    return [row for row, sure in zip(found, discoveries(p), strict=True) if sure]


def _meets(values: NDArray[np.float64], goal: str) -> NDArray[np.bool_]:
    comparison, number = parse_goal(goal)
    meets = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less}[comparison]
    return np.asarray(meets(values, number), bool)
