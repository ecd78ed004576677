"""The validation report: a page in Markdown, what fails first, and the picture of simulated against published rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.study.validation.facts import Found
from laborsim.study.validation.validate import Validation

if TYPE_CHECKING:
    from laborsim.study.results import Results

DRIVEN = {"national": "national sector indices", "state": "the states' sector indices"}


def page(v: Validation) -> str:
    """The report in Markdown."""
    results = v.runs["national"]
    missed = v.missed
    people = results.records[0].people
    lines = [
        f"# Validation of {v.region}",
        "",
        f"{results.replicates} runs of the baseline with {people:,} people each, demand driven by national sector "
        "indices; nothing local is used after the start month.",
        "",
        f"**{len(v.facts) - len(missed)} of {len(v.facts)} facts lie inside their accepted range.**",
        "",
    ]
    if missed:
        lines += ["## What it gets wrong", "", *_table(missed), ""]
    lines += ["## What it gets right", "", *_table([f for f in v.facts if f.inside]), ""]
    lines += ["## Unemployment against the statistics", ""]
    if v.actual is None:
        lines.append("Not looked at: no folder of statistics was given (`--data`).")
    else:
        lines += [
            "Recorded unemployment of the region's counties together (BLS LAUS, not seasonally adjusted) against the "
            "simulated recorded rate, which has no seasons. Errors are of the mean over runs, in percentage points; "
            "coverage is the share of months in which the published rate lies within a 90% band of the runs, widened "
            "by 0.4 points (assumed) for seasons and survey error.",
            "",
            "| demand driven by | years | months | RMSE | bias | correlation | coverage |",
            "|---|---|---:|---:|---:|---:|---:|",
        ]
        for drivers, errors in v.errors.items():
            for e in errors:
                lines.append(
                    f"| {DRIVEN[drivers]} | {e.span} | {e.months} | {e.rmse:.2f} | {e.bias:+.2f} | "
                    f"{e.correlation:.2f} | {e.coverage:.0%} |"
                )
        lines += ["", *(_peak(v, d) for d in v.runs), "", "![Unemployment](charts/hindcast.svg)"]
    return "\n".join([*lines, ""])


def _table(facts: list[Found]) -> list[str]:
    lines = [
        "| fact | mean over runs | 5% to 95% | accepted | runs inside | source |",
        "|---|---:|---|---|---:|---|",
    ]
    for f in facts:
        lines.append(
            f"| {f.fact.label} | {f.mean:.4g} | {f.low:.4g} to {f.high:.4g} | {f.fact.low:g} to {f.fact.high:g} | "
            f"{f.share_inside:.0%} | {f.fact.source} |"
        )
    return lines


def _peak(v: Validation, drivers: str) -> str:
    assert v.actual is not None
    results = v.runs[drivers]
    if "2020-04" not in results.months:
        return ""
    simulated = results.series("recorded_unemployment_rate").mean(axis=0)[results.months.index("2020-04")]
    said = f"April 2020, driven by {DRIVEN[drivers]}: simulated {simulated:.1%}"
    real = v.actual.get("2020-04")
    return f"{said}, published {float(real):.1%}." if real is not None else f"{said}; the published rate is kept aside."


def hindcast_chart(v: Validation) -> Chart:
    """Simulated recorded unemployment with its band, by drivers of demand, and the published rate as points."""
    import pandas as pd
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    assert v.actual is not None
    results: Results = v.runs["national"]
    months = results.months
    actual = v.actual.reindex(list(months)).to_numpy(float)
    means = {d: r.series("recorded_unemployment_rate").mean(axis=0) for d, r in v.runs.items()}
    runs = results.series("recorded_unemployment_rate")
    low, high = np.quantile(runs, [0.05, 0.95], axis=0)
    known = np.isfinite(actual)
    rmse = float(np.sqrt(((means["national"] - actual)[known] ** 2).mean()))
    title = f"Simulated unemployment is {100 * rmse:.1f} points from the published rate in a typical month (RMSE)"
    subtitle = f"Unemployment rate, {v.region}, {months[0]} to {months[-1]}. Published: LAUS, not seasonally adjusted"
    note = (
        f"Grey: mean and 5% to 95% of {results.replicates} runs driven by national sector indices; dashed: by the "
        "states' indices. Points: published. Nothing local is known to the model after the first month."
    )
    x = np.arange(len(months))
    with theme.style():
        figure, axes = theme.canvas(title, subtitle, note, 3.2, left=0.45, right=1.3, below=0.25)
        axes.fill_between(x, 100 * low, 100 * high, color=theme.BASE, alpha=0.18, linewidth=0)
        axes.plot(x, 100 * means["national"], color=theme.BASE)
        if "state" in means:
            axes.plot(x, 100 * means["state"], color=theme.BASE, linestyle=(0, (3, 2)), linewidth=1.0)
        axes.plot(x, 100 * actual, linestyle="", marker="o", markersize=3, color=theme.PALETTE[0])
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}%"))
        axes.yaxis.set_major_locator(MaxNLocator(6))
        theme.months_axis(axes, months)
        theme.label_ends(axes, x[-1], [(100 * float(means["national"][-1]), "Simulated", theme.BASE)])
    data = pd.DataFrame(
        {"month": months, "published": actual, "simulated": means["national"], "low": low, "high": high}
    )
    if "state" in means:
        data["simulated_state_drivers"] = means["state"]
    alt = (
        f"{title}. Simulated unemployment of {v.region} starts at {100 * means['national'][0]:.1f}%, peaks at "
        f"{100 * means['national'].max():.1f}% in {months[int(means['national'].argmax())]} and ends at "
        f"{100 * means['national'][-1]:.1f}%; {int(known.sum())} published months are drawn as points."
    )
    return Chart("hindcast", title, alt, figure, data)


def overview(regions: list[Validation]) -> str:
    """Facts and hindcasts of several regions side by side, in Markdown; facts that most regions miss come first."""
    first = regions[0]
    inside = sum(len(v.facts) - len(v.missed) for v in regions)
    of = sum(len(v.facts) for v in regions)
    runs = first.runs["national"].replicates
    people = ", ".join(f"{v.region} {v.runs['national'].records[0].people:,}" for v in regions)
    lines = [
        "# Validation", "",
        f"**{inside} of {of} facts lie inside their accepted range** ({runs} runs of each region; people in each run: "
        f"{people}). The same behaviour parameters are used everywhere; they were set on Kansas City, so the other "
        "regions test them. Made by `python experiments/validation_page.py --data DIR`; `laborsim validate REGION` "
        "makes the report of one region.",
        "", "## Stylised facts", "",
        "Means over runs; **bold** lies outside. Ranges are the nation's: a region whose people differ misses some for "
        "that reason alone (flows into work are larger where more people take part).",
        "", f"| fact | accepted | {' | '.join(v.region for v in regions)} |", f"|---|---|{'---:|' * len(regions)}",
    ]  # fmt: skip
    order = sorted(range(len(first.facts)), key=lambda k: sum(v.facts[k].inside for v in regions))
    for k in order:
        fact = first.facts[k].fact
        cells = [f"{v.facts[k].mean:.3g}" if v.facts[k].inside else f"**{v.facts[k].mean:.3g}**" for v in regions]
        lines.append(f"| {fact.label} | {fact.low:g} to {fact.high:g} | {' | '.join(cells)} |")
    lines += [
        "", "Sources of the ranges: " + "; ".join(dict.fromkeys(f.fact.source for f in first.facts)) + ".", "",
        "## Unemployment against the statistics", "",
        "Recorded rate of each region's counties (BLS LAUS, not seasonally adjusted, while the model has no seasons). "
        "Percentage points; coverage is the share of months in which the published rate lies within the 90% band of "
        "the runs, widened by 0.4 points (assumed) for seasons and survey error: below 90% the band is too narrow. "
        "Some months and places are kept aside.",
        "", "| region | demand driven by | years | months | RMSE | bias | correlation | coverage |",
        "|---|---|---|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for v in regions:
        for drivers, errors in v.errors.items():
            for e in errors:
                lines.append(
                    f"| {v.region} | {DRIVEN[drivers]} | {e.span} | {e.months} | {e.rmse:.2f} | {e.bias:+.2f} | "
                    f"{e.correlation:.2f} | {e.coverage:.0%} |"
                )
    lines += ["", "## April 2020", ""]
    for v in regions:
        lines += [f"- {v.region}: " + " ".join(_peak(v, d) for d in v.runs)]
    return "\n".join(
        [*lines, "", "## Not yet tested", "",
         "Responses to prices and policies against published estimates, displaced workers' earnings over the years, "
         "the wage curve across zones, establishment sizes over time, employment by sector, participation and openings "
         "against the region's statistics, and forecasts against time-series models. Nothing after 2022 is looked at.",
         ""]
    )  # fmt: skip
