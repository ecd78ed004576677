"""How groups stand: dots for each group and policy, beside everyone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart, key_line, key_lines, key_room
from laborsim.report.who import LEAST_SIMULATED, enough
from laborsim.report.wording import CAVEAT, lower, place_and_period, policy_title
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import group_name, outcome, shown
from laborsim.study.statistics import FEWEST_RUNS

if TYPE_CHECKING:
    from laborsim.study.results import Results

PANELS: Final = ("unemployment_rate", "share_self_sufficient", "share_good_jobs", "wage_median")
FAMILIES: Final = ("sex", "race", "age", "education", "parent")
HEADS: Final = {"unemployment_rate": "Unemployment", "share_self_sufficient": "Self-sufficiency wage",
                "share_good_jobs": "In a good job", "wage_median": "Median wage"}  # fmt: skip
MOST_POLICIES: Final = 3


def equity(results: Results) -> Chart | None:
    """Dot plot of groups: baseline, and the policies that move a group by more than chance."""
    import pandas as pd

    groups = [g for f in FAMILIES for g in results.groups(f) if all((i, g) in results for i in PANELS)]
    few = [group_name(g) for g in groups if not enough(results, g)]
    groups = [g for g in groups if enough(results, g)]
    if len(groups) < 2 or any((i, "all") not in results for i in PANELS):
        return None
    verdicts, rows = results.verdicts(), []
    for policy in results.policies:
        for g in ("all", *groups):
            for i in PANELS:
                pair = verdicts.of(policy, BASELINE, i, g)
                assert pair is not None  # headlines and figures of groups are all judged
                rows.append({"policy": policy, "group": g, "who": group_name(g), "indicator": i, "value": pair.policy,
                             "change": pair.difference, "low": pair.low, "high": pair.high, "p": pair.p,
                             "more_than_chance": pair.distinguishable and enough(results, g)})  # fmt: skip
    data = pd.DataFrame(rows)
    moved = data[data["more_than_chance"] & (data["group"] != "all")].groupby("policy").size()
    movers = [p for p in results.policies if p != BASELINE and int(moved.get(p, 0)) > 0]
    most = sorted(movers, key=lambda p: -int(moved[p]))[:MOST_POLICIES]  # the one the title names is among them
    drawn = [BASELINE, *[p for p in movers if p in most]]
    title = _finding(results, data, groups, moved)
    subtitle = f"Groups beside everyone (line), mean of the last 12 months; {place_and_period(results)}"
    hidden = len([p for p in results.policies if p not in drawn])
    note = (
        f"Mean of {results.replicates} model run{'s' if results.replicates != 1 else ''}. The policies drawn are "
        f"those that move most groups by more than chance, {MOST_POLICIES} at most"
        + (f"; {hidden} {'are' if hidden != 1 else 'is'} not drawn" if hidden else "")
        + (f". Left out, fewer than {LEAST_SIMULATED:,} people simulated: {', '.join(few)}" if few else "")
        + f". {CAVEAT}"
    )
    with theme.style():
        above = 0.75 + key_room(results, drawn) + 0.13 * key_lines(results, drawn)
        figure, panels = theme.canvas(title, subtitle, note, 0.235 * len(groups) + 0.15, columns=len(PANELS), left=1.65,
                                      right=0.05, below=0.3, above=above, wspace=0.16)  # fmt: skip
        for axes, indicator in zip(panels, PANELS, strict=True):
            _panel(axes, results, data[data["indicator"] == indicator], groups, drawn, indicator)
        for k, g in enumerate(groups):
            panels[0].annotate(group_name(g), (0, -k), xycoords=("axes fraction", "data"), xytext=(-6, 0),
                               textcoords="offset points", ha="right", va="center", fontsize=8,
                               annotation_clip=False)  # fmt: skip
        key_line(panels[0], results, drawn, lift=20)
    base = data[data["policy"] == BASELINE]
    alt = "; ".join(
        f"{group_name(g)}: "
        + ", ".join(
            f"{HEADS[i].lower()} "
            f"{shown(float(base[(base['group'] == g) & (base['indicator'] == i)]['value'].iloc[0]), _kind(i))}"
            for i in PANELS
        )
        for g in groups
    )
    return Chart("equity", title, alt + ".", figure, data)


def _kind(indicator: str) -> str:
    return outcome(indicator).kind


def _panel(axes: Any, results: Results, data: Any, groups: list[str], drawn: list[str], indicator: str) -> None:
    kind = _kind(indicator)
    everyone = float(data[(data["policy"] == BASELINE) & (data["group"] == "all")]["value"].iloc[0])
    axes.set_ylim(-len(groups) + 0.4, 0.6)
    axes.set_yticks([])
    axes.grid(False, axis="y")
    axes.axvline(everyone, color=theme.INK, linewidth=0.9)
    family = ""
    for k, g in enumerate(groups):
        if family and g.partition(":")[0] != family:
            axes.axhline(-k + 0.5, color=theme.RULE, linewidth=0.8)
        family = g.partition(":")[0]
        for policy in drawn:  # the baseline below the others
            row = data[(data["policy"] == policy) & (data["group"] == g)].iloc[0]
            if not math.isfinite(row["value"]):
                continue
            base = policy == BASELINE
            if base or row["more_than_chance"]:
                axes.plot([row["value"]], [-k], "o", markersize=5.5 if base else 4.6,
                          color=theme.colour(results.policies, policy))  # fmt: skip
    axes.annotate(HEADS[indicator], (0, 1), xycoords="axes fraction", xytext=(0, 5), textcoords="offset points",
                  fontsize=7.8, fontweight="bold", annotation_clip=False)  # fmt: skip
    axes.xaxis.get_major_locator().set_params(nbins=3)
    axes.xaxis.set_major_formatter(
        (lambda v, _: f"{100 * v:.0f}%") if kind == "share" else (lambda v, _: f"${v:.0f}")
    )
    axes.tick_params(labelsize=7.5)


def _finding(results: Results, data: Any, groups: list[str], moved: Any) -> str:
    """The widest gap to everyone in self-sufficiency, and whether a policy moves groups."""
    rows = data[(data["policy"] == BASELINE) & (data["indicator"] == "share_self_sufficient")]
    base = rows.set_index("group")["value"]
    gap = {g: float(base[g] - base["all"]) for g in groups if math.isfinite(float(base[g]))}
    worst = min(gap, key=lambda g: gap[g])
    said = f"Furthest below everyone in self-sufficiency: {group_name(worst)} ({100 * gap[worst]:+.0f} points)"
    others = [p for p in results.policies if p != BASELINE and int(moved.get(p, 0)) > 0]
    if others:
        best = max(others, key=lambda p: int(moved[p]))
        return f"{said}; {lower(policy_title(results, best))} moves most groups ({len(set(_moved(data, best)))})"
    if len(results.policies) > 1 and results.replicates >= FEWEST_RUNS:
        return f"{said}; no policy moves a group by more than chance"
    return said


def _moved(data: Any, policy: str) -> list[str]:
    rows = data[(data["policy"] == policy) & data["more_than_chance"] & (data["group"] != "all")]
    return [str(g) for g in np.unique(rows["group"])]
