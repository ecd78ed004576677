"""What policies do to the segments of workers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart, key_line, key_room
from laborsim.report.wording import (
    CAVEAT,
    NOT_DISTINGUISHABLE,
    RANGES,
    each,
    lower,
    policy_title,
    region_title,
)
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import group_name, outcome, shown
from laborsim.study.statistics import FEWEST_RUNS
from laborsim.study.words import TOO_FEW

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

ROW = 0.2  # inches for one dot
# what is drawn for each segment: people in it, and rates of those it has rates for
SEGMENT_ORDER = ("unemployed", "underemployed", "low_skilled", "high_skilled", "out_of_labor_force")
SEGMENT_ROWS = ("segment_size", "employment_rate", "share_self_sufficient")


def segments(results: Results, months: int = 12) -> Chart | None:
    """What each policy changes for the segments of workers; None without a policy or without segments."""
    import pandas as pd

    policies = [p for p in results.policies if p != BASELINE]
    groups = sorted(
        results.groups("segment"), key=lambda g: SEGMENT_ORDER.index(g[8:]) if g[8:] in SEGMENT_ORDER else 99
    )
    verdicts, rows = results.verdicts(months), []
    for indicator in SEGMENT_ROWS:
        for group in groups:
            if (indicator, group) not in results:
                continue
            if not np.isfinite(results.last_year(indicator, group, months=months)).any():
                continue
            for policy in policies:
                p = verdicts.of(policy, BASELINE, indicator, group)
                assert p is not None  # a figure of segments
                rows.append(
                    {
                        "indicator": indicator,
                        "group": group,
                        "policy": policy,
                        "baseline": p.base,
                        "policy_value": p.policy,
                        "difference": p.difference,
                        "low": p.low,
                        "high": p.high,
                        "distinguishable": p.distinguishable,
                        "p": p.p,
                        "replicates": p.replicates,
                    }
                )
    if not rows:
        return None
    data = pd.DataFrame(rows)
    panels = [i for i in SEGMENT_ROWS if i in set(data["indicator"])]
    heights = [max(1, data[data["indicator"] == i]["group"].nunique()) for i in panels]
    block = ROW * len(policies) + 0.14
    title, alt = _segments_finding(results, data)
    subtitle = (
        f"Policy less baseline by segment of workers, mean of the last {months} months to {results.months[-1]}, "
        f"{region_title(results)}. Segments overlap"
    )
    note = (
        f"Dots: mean difference of {results.replicates} pairs of model runs; lines: {RANGES}. Hollow: "
        f"{NOT_DISTINGUISHABLE}. {CAVEAT}"
    )
    # each panel has a heading and an axis with its own unit
    gap = 0.62
    total = block * sum(heights) + gap * (len(panels) - 1)
    with theme.style():
        mean_height = block * sum(heights) / len(panels)
        figure, axes = theme.canvas(
            title,
            subtitle,
            note,
            total + 0.3,
            rows=len(panels),
            left=2.2,
            right=0.75,
            below=0.3,
            above=0.66 + key_room(results, policies),
            height_ratios=heights,
            hspace=gap / mean_height,
        )
        for k, indicator in enumerate(panels):
            ax = axes[k] if len(panels) > 1 else axes
            _segment_panel(ax, results, data[data["indicator"] == indicator], policies, block)
        first = axes[0] if len(panels) > 1 else axes
        key_line(first, results, policies, lift=20)
    return Chart("segments", title, alt, figure, data)


def _segment_panel(axes: Any, results: Results, data: pd.DataFrame, policies: list[str], block: float) -> None:
    indicator = str(data["indicator"].iloc[0])
    said = outcome(indicator, results.units[indicator, str(data["group"].iloc[0])])
    groups = list(dict.fromkeys(data["group"]))
    factor = 100.0 if said.kind == "share" else 1.0
    axes.axvline(0, color=theme.INK, linewidth=1.0)
    bounds = [0.0]
    for k, group in enumerate(groups):
        for j, policy in enumerate(policies):
            row = data[(data["group"] == group) & (data["policy"] == policy)].iloc[0]
            y = -(k * block + 0.07 + ROW * (j + 0.5))
            ink = theme.colour(results.policies, policy)
            at, lo, hi = (factor * row[c] for c in ("difference", "low", "high"))
            if not math.isfinite(at):
                continue
            if math.isfinite(lo):
                axes.plot([lo, hi], [y, y], color=ink, linewidth=2.0, alpha=0.45, solid_capstyle="butt")
                bounds += [lo, hi]
            solid = row["distinguishable"] or row["replicates"] < 2
            axes.plot(
                [at],
                [y],
                "o",
                color=ink,
                markersize=5.2,
                markerfacecolor=ink if solid else "white",
                markeredgewidth=1.2,
            )
            bounds.append(at)
            axes.annotate(
                shown(row["difference"], said.kind, signed=True),
                (1, y),
                xycoords=("axes fraction", "data"),
                xytext=(6, 0),
                textcoords="offset points",
                fontsize=7.5,
                color=ink,
                va="center",
                annotation_clip=False,
            )
        level = shown(float(data[data["group"] == group]["baseline"].mean()), said.kind)
        middle = -(k * block + block / 2)
        axes.annotate(
            _capital(group_name(group)),
            (0, middle),
            xycoords=("axes fraction", "data"),
            xytext=(-2.2 * 72, 1),
            textcoords="offset points",
            fontsize=8.5,
            va="bottom",
            annotation_clip=False,
        )
        axes.annotate(
            f"baseline {level}",
            (0, middle),
            xycoords=("axes fraction", "data"),
            xytext=(-2.2 * 72, -1),
            textcoords="offset points",
            fontsize=7.5,
            color=theme.GREY,
            va="top",
            annotation_clip=False,
        )
        if k:
            axes.axhline(-k * block, color=theme.RULE, linewidth=0.8)
    wide = max(bounds) - min(bounds) or 1.0
    axes.set_xlim(min(bounds) - 0.06 * wide, max(bounds) + 0.06 * wide)
    axes.set_ylim(-len(groups) * block, 0)
    axes.set_yticks([])
    unit = {"share": " pp", "wage": "", "people": ""}.get(said.kind, "")
    dollar = "$" if said.kind == "wage" else ""
    axes.xaxis.set_major_formatter(
        lambda v, _: "0" if abs(v) < 1e-12 else f"{'+' if v > 0 else chr(0x2212)}{dollar}{abs(v):,.6g}{unit}"
    )
    axes.xaxis.get_major_locator().set_params(nbins=6)
    axes.set_title(_capital(said.label), loc="left", fontsize=8.8, fontweight="bold", pad=5)


def _segments_finding(results: Results, data: pd.DataFrame) -> tuple[str, str]:
    sure = data[data["distinguishable"]]
    rates = sure[sure["indicator"] != "segment_size"]
    pool = rates if len(rates) else sure
    if len(pool):
        sizes = (pool["difference"] / pool["baseline"].abs().clip(lower=1e-9)).abs()
        row = pool.iloc[int(sizes.to_numpy().argmax())]
        said = outcome(row["indicator"])
        change = shown(row["difference"], said.kind, signed=True)
        title = (
            f"Largest change for a segment, with {lower(policy_title(results, row['policy']))}: "
            f"{_of(said.label, row['group'])} {change}"
        )
    elif results.replicates >= FEWEST_RUNS:
        title = f"What the policies change for any segment is {NOT_DISTINGUISHABLE}"
    else:
        title = f"What the policies change by segment: {TOO_FEW} to say how sure"
    alt = f"{len(sure)} of {len(data)} differences between a policy and the baseline are distinguishable from zero. "
    alt += " ".join(
        f"{policy_title(results, r.policy)}, {group_name(r.group)}, {outcome(r.indicator).label}: "
        f"{shown(r.difference, outcome(r.indicator).kind, signed=True)}."
        for r in each(sure.head(12))
    )
    return title, alt.strip()


def _of(label: str, group: str) -> str:
    who = group_name(group)
    who = who + " workers" if who in ("low-skilled", "highly skilled", "underemployed") else f"those {who}"
    return f"number of {who}" if label == "people in the segment" else f"{label} of {who}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
