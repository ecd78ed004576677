"""Charts of what policies do: outcomes by segment, training funnel, spending."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart, key_line
from laborsim.report.wording import (
    CAVEAT,
    NOT_DISTINGUISHABLE,
    each,
    lower,
    money,
    place_and_period,
    policy_title,
    region_title,
)
from laborsim.study.outcomes import TRAINING_STAGES, group_name, outcome, shown
from laborsim.study.statistics import discoveries, paired
from laborsim.study.task import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

PAYER_GREYS = ("#4d4d4d", "#7f7f7f", "#b3b3b3", "#d0d0d0", "#e3e3e3")
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
    rows = []
    for indicator in SEGMENT_ROWS:
        for group in groups:
            if (indicator, group) not in results:
                continue
            base = results.last_year(indicator, group, months=months)
            if not np.isfinite(base).any():
                continue
            for policy in policies:
                p = paired(base, results.last_year(indicator, group, policy, months))
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
    data["distinguishable"] = discoveries(data["p"])
    panels = [i for i in SEGMENT_ROWS if i in set(data["indicator"])]
    heights = [max(1, data[data["indicator"] == i]["group"].nunique()) for i in panels]
    block = ROW * len(policies) + 0.14
    title, alt = _segments_finding(results, data)
    subtitle = (
        f"Policy less baseline by segment of workers, mean of the last {months} months to {results.months[-1]}, "
        f"{region_title(results)}. Segments overlap"
    )
    note = (
        f"Dots: mean difference of {results.replicates} pairs of model runs; lines: 90% confidence intervals. Hollow: "
        f"{NOT_DISTINGUISHABLE}, allowing for the number of comparisons. {CAVEAT}"
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
            above=0.66,
            height_ratios=heights,
            hspace=gap / mean_height,
        )
        for k, indicator in enumerate(panels):
            ax = axes[k] if len(panels) > 1 else axes
            _segment_panel(ax, results, data[data["indicator"] == indicator], policies, block)
        first = axes[0] if len(panels) > 1 else axes
        key_line(first, results, policies, lift=20)
    return Chart("segments", title, alt, figure, data)


def funnel(results: Results) -> Chart | None:
    """The training pipeline from awareness to retention; None if nothing is counted."""
    import pandas as pd

    stages = [s for s in TRAINING_STAGES if (f"pipeline_{s}", "all") in results]
    rows = []
    for policy in results.policies:
        before = math.nan
        for stage in stages:
            total = np.nansum(results.series(f"pipeline_{stage}", "all", policy), axis=1)
            done = [r.replicate for r in results.records if r.policy == policy and r.done]
            mean = float(total[done].mean()) if done else math.nan
            rows.append(
                {
                    "policy": policy,
                    "stage": stage,
                    "people": mean,
                    "share_of_stage_before": mean / before if before else math.nan,
                }
            )
            before = mean
    data = pd.DataFrame(rows)
    if data.empty or not (data["people"] > 0).any():
        return None
    policies = list(results.policies)
    wide: Any = data.pivot(index="stage", columns="policy", values="people").reindex(stages)
    others = [p for p in policies if p != BASELINE]
    shown_policies = [BASELINE, *[p for p in others if any(_differs(results, p, stage) for stage in stages)]]
    title, alt = _funnel_finding(results, wide, stages, shown_policies)
    subtitle = (
        f"People passing each stage of training programs, all programs together, whole region, "
        f"{place_and_period(results)}"
    )
    quiet = [policy_title(results, p) for p in policies if p not in shown_policies]
    note = (
        f"Dots: mean of {results.replicates} model runs. One person may pass a stage more than once; those who pass "
        "a stage late in the period have not reached the next ones yet. Logarithmic scale."
    )
    if quiet:
        note += f" Not drawn, no stage changed by more than chance and 2%: {', '.join(quiet)}."
    note += f" {CAVEAT}"
    block = max(0.42, 0.17 * len(shown_policies) + 0.12)
    with theme.style():
        figure, axes = theme.canvas(
            title, subtitle, note, block * len(stages) + 0.2, left=1.15, right=0.6, below=0.25, above=0.5
        )
        top = float(np.nanmax(wide.to_numpy()))
        positive = wide.to_numpy()[wide.to_numpy() > 0]
        floor = 10 ** math.floor(math.log10(max(1.0, float(positive.min()) * 0.6)))
        axes.set_xscale("log")
        axes.set_xlim(floor, top * 1.5)
        axes.set_ylim(-len(stages), 0)
        thick = 0.86 / len(shown_policies)
        for k, stage in enumerate(stages):
            if k:
                axes.axhline(-k, color=theme.RULE, linewidth=0.8)
            for j, policy in enumerate(shown_policies):
                people = float(wide.loc[stage, policy])
                y = -(k + 0.07 + thick * (j + 0.5))
                ink = theme.colour(policies, policy)
                if people > 0:
                    axes.plot([people], [y], "o", color=ink, markersize=6.0)
                axes.annotate(
                    f"{people:,.0f}",
                    (max(people, floor), y),
                    xytext=(7, 0),
                    textcoords="offset points",
                    fontsize=7.8,
                    va="center",
                    color=ink,
                    annotation_clip=False,
                )
            axes.annotate(
                stage.capitalize(),
                (0, -(k + 0.5)),
                xycoords=("axes fraction", "data"),
                xytext=(-8, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=9,
                annotation_clip=False,
            )
            share = data[(data["policy"] == BASELINE) & (data["stage"] == stage)]["share_of_stage_before"].iloc[0]
            if math.isfinite(share):
                axes.annotate(
                    f"{100 * share:.0f}%",
                    (1, -(k + 0.5)),
                    xycoords=("axes fraction", "data"),
                    xytext=(0.6 * 72, 0),
                    textcoords="offset points",
                    fontsize=8,
                    color=theme.GREY,
                    va="center",
                    ha="right",
                    annotation_clip=False,
                )
        axes.annotate(
            "of the stage before,\nbaseline",
            (1, 1),
            xycoords="axes fraction",
            xytext=(0.6 * 72, 5),
            textcoords="offset points",
            fontsize=7.8,
            color=theme.GREY,
            ha="right",
            annotation_clip=False,
        )
        axes.set_yticks([])
        axes.xaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
        axes.xaxis.set_minor_formatter("")
        axes.tick_params(which="minor", length=0)
        axes.grid(False, axis="y")
        key_line(axes, results, shown_policies)
    return Chart("funnel", title, alt, figure, data)


def spending(results: Results) -> Chart | None:
    """Money by policy, its owner and payer, in all and by year; None if nothing was spent."""
    table = results.spending
    policies = [p for p in results.policies if p != BASELINE]
    if table.empty or not policies or float(table["dollars"].sum()) <= 0:
        return None
    runs = {p: max(1, sum(r.done for r in results.records if r.policy == p)) for p in policies}
    table = table.assign(year=table["month"].astype(str).str[:4])
    data = table.groupby(["policy", "year", "payer", "item"], as_index=False, sort=True)[["units", "dollars"]].sum()
    for column in ("units", "dollars"):
        data[column] = [v / runs[p] for v, p in zip(data[column], data["policy"], strict=True)]
    data.insert(1, "owner", [results.about["policies"][p].get("owner", "") for p in data["policy"]])
    payers = sorted(set(data["payer"]), key=lambda p: -float(data[data["payer"] == p]["dollars"].sum()))
    totals = data.groupby("policy")["dollars"].sum()
    dearest = str(totals.idxmax())
    top_payer = payers[0]
    by_payer = data[data["payer"] == top_payer]["dollars"].sum() / totals.sum()
    title = (
        f"Most is spent on {lower(policy_title(results, dearest))}, {money(float(totals[dearest]))} over the period; "
        f"the {top_payer} pays {100 * by_payer:.0f}% of all"
        if len(policies) > 1
        else f"{money(float(totals[dearest]))} is spent on {lower(policy_title(results, dearest))} over the period"
    )
    subtitle = (
        f"Dollars of {results.about.get('dollar_year', 2019)} spent by policy and its owner. Left: in all, by payer. "
        f"Right: by year. {place_and_period(results)}"
    )
    note = f"Mean of {results.replicates} model runs; money booked when places, seats and contacts are used. {CAVEAT}"
    # greys: the colours belong to the policies
    inks = {payer: PAYER_GREYS[k % len(PAYER_GREYS)] for k, payer in enumerate(payers)}
    block = 0.9
    with theme.style():
        figure, axes = theme.canvas(
            title,
            subtitle,
            note,
            max(1.7, block * len(policies)) + 0.25,
            columns=2,
            left=0.1,
            right=0.2,
            below=0.35,
            width_ratios=[1.0, 1.15],
            wspace=0.22,
        )
        bars, years = axes
        unit, suffix = _money_unit(float(totals.max()))
        for k, policy in enumerate(policies):
            start, shares = 0.0, []
            whole = float(totals.get(policy, 0.0))
            for payer in payers:
                part = float(data[(data["policy"] == policy) & (data["payer"] == payer)]["dollars"].sum())
                if part > 0:
                    bars.barh(-(k + 0.6), part / unit, left=start, height=0.24, color=inks[payer], linewidth=0)
                    start += part / unit
                    shares.append((payer, part / whole))
            owner = results.about["policies"][policy].get("owner", "")
            texts = (
                (0.13, policy_title(results, policy), 8.5, theme.colour(results.policies, policy), "bold"),
                (0.34, owner, 7.5, theme.GREY, "normal"),
                (0.84, ", ".join(f"{payer} {100 * x:.0f}%" for payer, x in shares), 7.5, theme.INK, "normal"),
            )
            for down, text, size, ink, weight in texts:
                bars.annotate(
                    text,
                    (0, -(k + down)),
                    va="center",
                    fontsize=size,
                    color=ink,
                    fontweight=weight,
                    annotation_clip=False,
                )
            bars.annotate(
                money(whole),
                (start, -(k + 0.6)),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
                annotation_clip=False,
            )
        bars.set_ylim(-len(policies), 0)
        bars.set_xlim(0, float(totals.max()) / unit * 1.22)
        bars.set_yticks([])
        bars.xaxis.get_major_locator().set_params(nbins=5)
        bars.xaxis.set_major_formatter(lambda v, _: f"${v:g}{suffix}")
        bars.grid(False, axis="y")
        _yearly(years, results, data, policies)
    alt = (
        " ".join(
            f"{policy_title(results, p)} ({results.about['policies'][p].get('owner', '')}): "
            f"{money(float(totals.get(p, 0.0)))}."
            for p in policies
        )
        + f" Payers: {', '.join(p for p in payers if p)}."
    )
    return Chart("spending", title, alt, figure, data)


def _money_unit(most: float) -> tuple[float, str]:
    return (1e9, "bn") if most >= 1e9 else (1e6, "M") if most >= 1e6 else (1e3, "k") if most >= 1e3 else (1.0, "")


def _yearly(axes: Any, results: Results, data: pd.DataFrame, policies: list[str]) -> None:
    years = sorted({m[:4] for m in results.months})
    per_year = data.groupby(["policy", "year"])["dollars"].sum()
    unit, suffix = _money_unit(float(per_year.max()))
    wide = 0.8 / len(policies)
    for j, policy in enumerate(policies):
        values = [float(per_year.get((policy, y), 0.0)) / unit for y in years]
        axes.bar(
            np.arange(len(years)) - 0.4 + wide * (j + 0.5),
            values,
            width=wide * 0.9,
            color=theme.colour(results.policies, policy),
            linewidth=0,
        )
    every = max(1, len(years) // 8)
    axes.set_xticks(range(0, len(years), every), years[::every])
    axes.yaxis.set_major_formatter(lambda v, _: f"${v:g}{suffix}")
    axes.grid(False, axis="x")


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


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _differs(results: Results, policy: str, stage: str) -> bool:
    """Whether a policy changes how many pass a stage, by more than chance and by more than 2%."""
    series = (results.series(f"pipeline_{stage}", "all", p) for p in (BASELINE, policy))
    base, other = (np.where(np.isfinite(x).any(axis=1), np.nansum(x, axis=1), np.nan) for x in series)
    p = paired(base, other)
    far = abs(p.difference) > 0.02 * max(p.base, 1.0)
    return far and (p.distinguishable or p.replicates < 2)


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
    elif results.replicates > 1:
        title = f"What the policies change for any segment is {NOT_DISTINGUISHABLE}"
    else:
        title = "What the policies change by segment, in one run"
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


def _funnel_finding(results: Results, wide: Any, stages: list[str], drawn: list[str]) -> tuple[str, str]:
    base = wide[BASELINE]
    enrolled, completed = (float(base.get(s, math.nan)) for s in ("enrolled", "completed"))
    title = f"In the baseline {enrolled:,.0f} enroll, {completed:,.0f} complete"
    if "retained" in stages:
        title += f" and {float(base['retained']):,.0f} are still with their employer a year after placement"
    others = [p for p in drawn if p != BASELINE and _differs(results, p, "enrolled")]
    if others:
        best = max(others, key=lambda p: float(wide.loc["enrolled", p]))
        extra = float(wide.loc["enrolled", best]) - enrolled
        title += f"; {abs(extra):,.0f} {'more' if extra > 0 else 'fewer'} enroll with "
        title += lower(policy_title(results, best))
    alt = "; ".join(
        f"{policy_title(results, p)}: " + ", ".join(f"{s} {float(wide.loc[s, p]):,.0f}" for s in stages)
        for p in results.policies
    )
    return title, alt + "."
