"""The training pipeline as a chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.indicators.steps import STEPS
from laborsim.report import theme
from laborsim.report.figures import Chart, key_line, key_room
from laborsim.report.sections_training import counted, people
from laborsim.report.wording import (
    CAVEAT,
    lower,
    place_and_period,
    policy_title,
)
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import TRAINING_STAGES
from laborsim.study.statistics import FEWEST_RUNS

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results


MOST_DRAWN: Final = 3  # policies beside the baseline


def funnel(results: Results) -> Chart | None:
    """The training pipeline from awareness to retention; None if nothing is counted."""
    stages = [s for s in TRAINING_STAGES if (f"pipeline_{s}", "all") in results]
    data = _passing(results, stages)
    if data.empty or not (data["people"] > 0).any():
        return None
    policies = list(results.policies)
    wide: Any = data.pivot(index="stage", columns="policy", values="people").reindex(stages)
    others = [p for p in policies if p != BASELINE]
    movers = [p for p in others if any(_differs(results, p, stage) for stage in stages)]
    if "enrolled" in wide.index:  # those that change most how many enroll
        far = abs(wide.loc["enrolled"] - wide.loc["enrolled", BASELINE])
        most = sorted(movers, key=lambda p: -float(far[p]))[:MOST_DRAWN]
        movers = [p for p in movers if p in most]
    shown_policies = [BASELINE, *movers]
    title, alt = _funnel_finding(results, wide, stages, shown_policies)
    once = counted(results)
    what = "People, each once a stage" if once else "Times that people pass each stage"
    subtitle = f"{what}, all programs together, whole region, {place_and_period(results)}"
    quiet = [policy_title(results, p) for p in policies if p not in shown_policies]
    note = (
        f"Dots: mean of {results.replicates} model runs. "
        + ("Aware: looks at a program by people who know of it, who may look often. " if once else
           "One person may pass a stage more than once. ")
        + "Those who pass a stage late in the period have not reached the next ones yet. Logarithmic scale. *Placed: "
          "of "
        "those who completed, as not all programs give a credential."
    )
    if quiet:
        note += f" Not drawn, as they change less: {', '.join(quiet)}."
    note += f" {CAVEAT}"
    block = max(0.42, 0.17 * len(shown_policies) + 0.12)
    with theme.style():
        figure, axes = theme.canvas(
            title, subtitle, note, block * len(stages) + 0.2, left=1.15, right=0.6, below=0.25,
            above=0.5 + key_room(results, shown_policies),
        )
        _funnel_panel(axes, results, data, wide, stages, shown_policies)
    return Chart("funnel", title, alt, figure, data)


def _passing(results: Results, stages: list[str]) -> pd.DataFrame:
    """People passing each stage over the whole period, mean over runs: policy, stage, people, share_of_stage_before."""
    import pandas as pd

    rows = []
    for policy in results.policies:
        before = math.nan
        for stage in stages:
            total = reach(results, stage, policy)
            mean = float(np.nanmean(total)) if np.isfinite(total).any() else math.nan
            if stage == "applied" and counted(results):  # looks and people do not divide
                before = math.nan
            rows.append(
                {
                    "policy": policy,
                    "stage": stage,
                    "people": mean,
                    "share_of_stage_before": mean / before if before else math.nan,
                }
            )
            if stage != "credentialed":  # not all programs give a credential: the placed are some of the completers
                before = mean
    return pd.DataFrame(rows)


def reach(results: Results, stage: str, policy: str) -> Any:
    """(R,) people who reach a stage, each once; where that was not counted, and for `aware`, the times it is passed."""
    if stage in STEPS and counted(results):
        return people(results, "all", stage, policy)
    series = results.series(f"pipeline_{stage}", "all", policy)
    return np.where(np.isfinite(series).any(axis=1), np.nansum(series, axis=1), np.nan)


def _funnel_panel(
    axes: Any, results: Results, data: pd.DataFrame, wide: Any, stages: list[str], drawn: list[str]
) -> None:
    policies = list(results.policies)
    top = float(np.nanmax(wide.to_numpy()))
    positive = wide.to_numpy()[wide.to_numpy() > 0]
    floor = 10 ** math.floor(math.log10(max(1.0, float(positive.min()) * 0.6)))
    axes.set_xscale("log")
    axes.set_xlim(floor, top * 1.5)
    axes.set_ylim(-len(stages), 0)
    thick = 0.86 / len(drawn)
    for k, stage in enumerate(stages):
        if k:
            axes.axhline(-k, color=theme.RULE, linewidth=0.8)
        for j, policy in enumerate(drawn):
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
            "Aware (looks)" if stage == "aware" and counted(results) else stage.capitalize(),
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
        "of the stage before*,\nbaseline",
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
    key_line(axes, results, drawn)


def _differs(results: Results, policy: str, stage: str) -> bool:
    """Whether a policy changes how many pass a stage, by more than chance and by more than 2%."""
    sums = {p: reach(results, stage, p) for p in results.policies}
    found = results.verdicts().figures([sums])[0]
    if policy not in found:
        return False
    p = found[policy]
    far = abs(p.difference) > 0.02 * max(p.base, 1.0)
    return far and (p.distinguishable or p.replicates < FEWEST_RUNS)


def _funnel_finding(results: Results, wide: Any, stages: list[str], drawn: list[str]) -> tuple[str, str]:
    base = wide[BASELINE]
    enrolled, completed = (float(base.get(s, math.nan)) for s in ("enrolled", "completed"))
    who = " people" if counted(results) else ""
    title = f"In the baseline {enrolled:,.0f}{who} enroll, {completed:,.0f} complete"
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
