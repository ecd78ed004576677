"""Charts of the labor market over time: rates with bands, and the Beveridge curve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.wording import (
    NOT_DISTINGUISHABLE,
    RANGES,
    in_runs,
    lower,
    place_and_period,
    policy_title,
    runs_note,
)
from laborsim.scenario.schema import BASELINE
from laborsim.study.judging import course
from laborsim.study.outcomes import group_name, outcome, shown
from laborsim.study.statistics import FEWEST_RUNS, Paired, paired, quantiles_of_known

if TYPE_CHECKING:
    from laborsim.study.results import Results

F8 = NDArray[np.float64]


def unemployment(results: Results, group: str = "all") -> Chart:
    """Unemployment rate: the baseline's course with its band, and what each policy changes."""
    return rate(results, "unemployment_rate", group, "unemployment")


def participation(results: Results, group: str = "all") -> Chart:
    """Labor force participation rate, likewise."""
    return rate(results, "participation_rate", group, "participation")


def rate(results: Results, indicator: str, group: str = "all", name: str | None = None) -> Chart:
    """Any share over time: baseline with a band over runs above, differences by policy below.

    Parameters
    ----------
    results : Results
    indicator, group : what is drawn; the indicator must be a share.
    name : file name of the chart.
    """
    import pandas as pd
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    said = outcome(indicator)
    months = results.months
    x = np.arange(len(months))
    policies = [p for p in results.policies if p != BASELINE]
    base = results.series(indicator, group)
    changes = _changes(results, indicator, group)
    rows = [_course(results, indicator, group, p, changes[p]) for p in results.policies]
    title, alt = _rate_finding(results, indicator, group)
    who = "" if group == "all" else f", {group_name(group)}"
    subtitle = f"{said.label[0].upper()}{said.label[1:]}{who}, {place_and_period(results)}. "
    subtitle += "Above: baseline, monthly." if policies else "Baseline, monthly."
    if _floor(base, base) is None:
        subtitle += " The axis does not start at zero."
    if policies:
        subtitle += " Below: policy less baseline, mean of the 12 months to date, percentage points."
    height, ratio = (4.2, [1.25, 1.0]) if policies else (2.9, [1.0])
    with theme.style():
        figure, axes = theme.canvas(
            title,
            subtitle,
            _note(results, bool(policies)),
            height,
            rows=len(ratio),
            left=0.45,
            right=1.45,
            below=0.25,
            height_ratios=ratio,
            hspace=0.24,
        )
        upper = axes[0] if policies else axes
        mean, low, high = _mean_and_band(base)
        upper.fill_between(x, 100 * low, 100 * high, color=theme.BASE, alpha=0.18, linewidth=0)
        upper.plot(x, 100 * mean, color=theme.BASE)
        if (floor := _floor(np.fmin(low, mean), np.fmax(high, mean))) is not None:
            upper.set_ylim(bottom=floor)
        upper.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}%"))
        upper.yaxis.set_major_locator(MaxNLocator(6))
        theme.months_axis(upper, months)
        ends = _finite(base[:, -1])
        theme.label_ends(upper, x[-1], [(100 * float(mean[-1]), f"Baseline\n{100 * ends:.1f}%", theme.BASE)])
        if policies:
            under = axes[1]
            labels = []
            for policy in policies:
                ink = theme.colour(results.policies, policy)
                d, d_low, d_high = (100 * v for v in changes[policy])
                if results.replicates >= FEWEST_RUNS:
                    under.fill_between(x, d_low, d_high, color=ink, alpha=0.14, linewidth=0)
                under.plot(x, d, color=ink)
                labels.append((float(d[-1]), theme.wrapped(policy_title(results, policy), 19), ink))
            under.axhline(0, color=theme.BASE, linewidth=1.0)
            under.yaxis.set_major_formatter(FuncFormatter(_signed))
            under.yaxis.set_major_locator(MaxNLocator(5))
            theme.months_axis(under, months)
            theme.label_ends(under, x[-1], labels, 8.0)
    data = pd.DataFrame([r for block in rows for r in block])
    return Chart(name or indicator, title, alt, figure, data)


def beveridge(results: Results, policy: str = BASELINE) -> Chart:
    """Beveridge curve: openings against unemployment by quarter, the path coloured by year."""
    import pandas as pd
    from matplotlib import colormaps
    from matplotlib.ticker import FuncFormatter

    u = results.series("unemployment_rate", "all", policy).mean(axis=0)
    v = results.series("openings_rate", "all", policy).mean(axis=0)
    usable = len(u) // 3 * 3
    if usable < 6:
        usable, step = len(u), 1
    else:
        step = 3
    uq, vq = u[:usable].reshape(-1, step).mean(axis=1), v[:usable].reshape(-1, step).mean(axis=1)
    names = [results.months[k * step] for k in range(len(uq))]
    years = [int(n[:4]) for n in names]
    worst = int(np.argmax(uq))
    when = f"{years[worst]} Q{(int(names[worst][5:7]) - 1) // 3 + 1}" if step == 3 else names[worst]
    title = f"Unemployment peaks at {100 * uq[worst]:.1f}% in {when}, with openings at {100 * vq[worst]:.1f}% then"
    subtitle = (
        f"Job openings rate against unemployment rate, {'quarterly' if step == 3 else 'monthly'} means, "
        f"{policy_title(results, policy)}, {place_and_period(results)}"
    )
    ramp = colormaps["viridis"]
    distinct = sorted(set(years))

    def ink(year: int) -> Any:
        return ramp(0.02 + 0.68 * distinct.index(year) / max(1, len(distinct) - 1))

    note = runs_note(results, "no band drawn").replace("Lines:", "Points:")
    with theme.style():
        figure, axes = theme.canvas(title, subtitle, note, 4.3, left=0.55, right=0.3, below=0.5, above=0.42)
        for k in range(len(uq) - 1):
            axes.annotate(
                "",
                xy=(100 * uq[k + 1], 100 * vq[k + 1]),
                xytext=(100 * uq[k], 100 * vq[k]),
                arrowprops={
                    "arrowstyle": "-|>,head_width=0.16,head_length=0.3",
                    "color": ink(years[k + 1]),
                    "linewidth": 1.3,
                    "shrinkA": 0,
                    "shrinkB": 2.5,
                },
            )
        axes.scatter(100 * uq, 100 * vq, c=[ink(y) for y in years], s=13, zorder=3, linewidths=0)
        wide, tall = 100 * float(np.ptp(uq)) or 1.0, 100 * float(np.ptp(vq)) or 1.0
        axes.set_xlim(100 * uq.min() - 0.05 * wide, 100 * uq.max() + 0.09 * wide)
        axes.set_ylim(100 * vq.min() - 0.09 * tall, 100 * vq.max() + 0.11 * tall)
        _year_labels(axes, 100 * uq, 100 * vq, years, ink)
        percent = FuncFormatter(lambda value, _: f"{value:g}%")
        axes.xaxis.set_major_formatter(percent)
        axes.yaxis.set_major_formatter(percent)
        axes.set_xlabel("Unemployed, share of the labor force")
        axes.set_title("Openings, share of filled and open jobs", loc="left", fontsize=8.5, color=theme.GREY)
    alt = (
        f"Path of quarterly points from {names[0]} (unemployment {100 * uq[0]:.1f}%, openings {100 * vq[0]:.1f}%) to "
        f"{names[-1]} ({100 * uq[-1]:.1f}%, {100 * vq[-1]:.1f}%). Highest unemployment {100 * uq[worst]:.1f}% in "
        f"{when} with openings {100 * vq[worst]:.1f}%."
    )
    data = pd.DataFrame({"from_month": names, "unemployment_rate": uq, "openings_rate": vq})
    return Chart("beveridge", title, alt, figure, data)


def _year_labels(axes: Any, x: F8, y: F8, years: list[int], ink: Any) -> None:
    """Write each year near one of its points, where fewest points and labels are."""
    figure = axes.figure
    width, height = figure.get_size_inches() * [axes.get_position().width, axes.get_position().height] * 72
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    px, py = (x - x0) / (x1 - x0) * width, (y - y0) / (y1 - y0) * height
    # the lines between points are in the way too
    steps = np.linspace(0.0, 1.0, 6)[:-1]
    lx = np.concatenate([px[:-1, None] + np.diff(px)[:, None] * steps, px[-1:, None] + 0 * steps], axis=0).ravel()
    ly = np.concatenate([py[:-1, None] + np.diff(py)[:, None] * steps, py[-1:, None] + 0 * steps], axis=0).ravel()
    taken: list[tuple[float, float]] = []
    for year in sorted(set(years)):
        best: tuple[float, float, float] | None = None
        for k in [k for k, other in enumerate(years) if other == year]:
            for angle in range(0, 360, 30):
                for reach in (16.0, 24.0, 36.0, 50.0):
                    cx = px[k] + 1.3 * reach * math.cos(math.radians(angle))
                    cy = py[k] + reach * math.sin(math.radians(angle))
                    if not (14 < cx < width - 14 and 6 < cy < height - 6):
                        continue
                    crowd = sum(
                        math.exp(-(((cx - a) / 17) ** 2 + ((cy - b) / 9) ** 2)) for a, b in zip(lx, ly, strict=True)
                    )
                    crowd += sum(12.0 * math.exp(-(((cx - a) / 26) ** 2 + ((cy - b) / 10) ** 2)) for a, b in taken)
                    crowd += 0.012 * reach
                    if best is None or crowd < best[0]:
                        best = (crowd, cx, cy)
        if best is not None:
            taken.append(best[1:])
            axes.text(
                x0 + best[1] / width * (x1 - x0),
                y0 + best[2] / height * (y1 - y0),
                str(year),
                color=ink(year),
                fontsize=8.5,
                fontweight="bold",
                ha="center",
                va="center",
                zorder=4,
            )


def _rate_finding(results: Results, indicator: str, group: str) -> tuple[str, str]:
    said = outcome(indicator)
    base = results.last_year(indicator, group)
    level = shown(_finite(base), "share")
    when = results.months[-1][:4] if results.months[-1].endswith("-12") else "the last 12 months"
    name = f"{said.label[0].upper()}{said.label[1:]}"
    opening = f"{name} averages {level} in {when} in the baseline"
    policies = [p for p in results.policies if p != BASELINE and p not in results.findings.idle]
    pairs = _pairs(results, indicator, group, policies)
    sure = {p: d for p, d in pairs.items() if d.distinguishable}
    if not policies:
        title = opening
    elif not sure and results.replicates >= FEWEST_RUNS:
        title = f"{opening}; what the policies change is {NOT_DISTINGUISHABLE}"
    else:
        best = max(sure or pairs, key=lambda p: abs(pairs[p].difference))
        d = pairs[best]
        known = d.replicates >= FEWEST_RUNS
        share = f", {in_runs(d.down if d.difference < 0 else d.up, d.replicates)}" if known else ""
        side = "lower" if d.difference < 0 else "higher"
        title = (
            f"{opening}; it is {abs(100 * d.difference):.2f} points {side} with "
            f"{lower(policy_title(results, best))}{share}"
        )
    peak = np.nanmean(results.series(indicator, group), axis=0)
    top, low = int(np.nanargmax(peak)), int(np.nanargmin(peak))
    alt = (
        f"Baseline {said.label} from {results.months[0]} to {results.months[-1]}: highest {shown(peak[top], 'share')} "
        f"in {results.months[top]}, lowest {shown(peak[low], 'share')} in {results.months[low]}, {level} over the "
        "last 12 months."
    )
    for p, d in pairs.items():
        alt += f" {policy_title(results, p)}: {shown(d.difference, 'share', signed=True)}"
        alt += ";" if p in sure or d.replicates < FEWEST_RUNS else f", {NOT_DISTINGUISHABLE};"
    return title, alt.rstrip(";") + ("." if alt.endswith(";") else "")


def _pairs(results: Results, indicator: str, group: str, policies: list[str]) -> dict[str, Paired]:
    """Policies against the baseline, judged with the figures of the brief; one it does not show as its own family."""
    verdicts = results.verdicts()
    found = {p: d for p in policies if (d := verdicts.of(p, BASELINE, indicator, group)) is not None}
    arms = {p: results.last_year(indicator, group, p) for p in results.policies}
    return found or {p: d for p, d in verdicts.figures([arms])[0].items() if p in policies}


def _course(
    results: Results, indicator: str, group: str, policy: str, change: tuple[F8, F8, F8]
) -> list[dict[str, Any]]:
    mean, low, high = _mean_and_band(results.series(indicator, group, policy))
    return [
        {
            "month": m,
            "policy": policy,
            "mean": mean[t],
            "low_5": low[t],
            "high_95": high[t],
            "difference_12_months": change[0][t],
            "difference_low": change[1][t],
            "difference_high": change[2][t],
        }
        for t, m in enumerate(results.months)
    ]


def _changes(results: Results, indicator: str, group: str) -> dict[str, tuple[F8, F8, F8]]:
    """By policy the mean over runs of the trailing 12-month mean difference, with its range."""
    arms = {p: _trailing(results.series(indicator, group, p)) for p in results.policies}
    none = paired([], [])
    pairs = _pairs(results, indicator, group, list(results.policies))
    return {p: course(arms, BASELINE, p, pairs.get(p, none)) for p in results.policies}


def _trailing(values: F8, window: int = 12) -> F8:
    """(R, T) means of the months to date, at most so many; runs that failed have none."""
    known = np.isfinite(values)
    total = np.cumsum(np.where(known, values, 0.0), axis=1)
    total[:, window:] -= total[:, :-window].copy()
    means = total / np.minimum(np.arange(values.shape[1]) + 1, window)
    return np.where(known.any(axis=1, keepdims=True), means, np.nan)


def _mean_and_band(values: F8) -> tuple[F8, F8, F8]:
    values = values[np.isfinite(values).any(axis=1)]
    if len(values) == 0:
        gone = np.full(values.shape[1], np.nan)
        return gone, gone, gone
    low, high = quantiles_of_known(values, (0.05, 0.95))
    return values.mean(axis=0), low, high


def _floor(low: F8, high: F8) -> float | None:
    """Zero where the figures are not far above it; None where an axis from zero would flatten what there is to see."""
    known = np.concatenate([low, high])[np.isfinite(np.concatenate([low, high]))]
    return 0.0 if known.size and known.min() < 0.5 * known.max() else None


def _note(results: Results, differences: bool) -> str:
    bands = "grey band: 5% to 95% of runs"
    if differences:
        bands += f"; coloured bands, of the difference: {RANGES}"
    return runs_note(results, bands)


def _signed(value: float, _: int) -> str:
    return "0" if abs(value) < 1e-12 else f"{value:+.4g}".replace("-", "\N{MINUS SIGN}")


def _finite(values: F8) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else math.nan
