"""Forecasts beside simple ones: tables in Markdown, and the picture of relative errors by months ahead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.study.validation.benchmarks import LABELS
from laborsim.study.validation.forecast import HORIZONS, KINDS, TOO_FEW, Benchmark, Score, scores

if TYPE_CHECKING:
    import pandas as pd

TITLES = {
    "forecast": "Forecast: US employment known to the origin, a trend after it",
    "conditional": "Conditional: the path of US employment after the origin is known to all",
}
INTRODUCTION = (
    "Rolling origins every {every} months; at each the region's published rate (LAUS, not seasonally adjusted) is "
    "known up to the origin, and all methods use the same seasonal factors, estimated on a longer series of the metro "
    "area or state up to the origin. No local series after January 2018 enters the model's runs (state strictness of "
    "insurance was set on claims of 2020-22, regions' own factors on 2018-19): its simulated path is moved by "
    "its mean miss over the twelve months before the origin. In a forecast it knows US sector employment up to the "
    "origin and holds it on the declared trend; in a conditional forecast it knows the path, and so does ARDL. It also "
    "knows the national insurance rules of 2020-21 ahead of time, which no forecaster did. Present vintages are used "
    "throughout, by all. A ratio below 1 says that the model errs less; p is the test of equal squared errors (Diebold "
    "and Mariano 1995, with the correction of Harvey, Leybourne and Newbold 1997): *win* and *lose* at 10%, else *tie*;"
    " *too few origins* where fewer than four, or fewer than four that do not overlap, are compared. Methods that give "
    "the same forecasts (random walk and seasonal naive whole years ahead) count once. Few origins and one large shock "
    "make most differences ties."
)


def pooled(all_: Sequence[Benchmark]) -> list[Score]:
    """Scores over several regions; losses of an origin are averaged over them before testing."""
    return _ordered(scores(_together(all_), all_[0].every))


def _together(all_: Sequence[Benchmark]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([b.table.assign(region=b.region) for b in all_], ignore_index=True)


def _ordered(found: list[Score]) -> list[Score]:
    return sorted(found, key=lambda s: (KINDS.index(s.kind), s.horizon))


def tally(found: Sequence[Score]) -> str:
    """How many comparisons are won, tied and lost, in words."""
    words = {"win": "won", "tie": "tied", "lose": "lost"}
    if any(s.verdict == TOO_FEW for s in found):
        words[TOO_FEW] = "with too few origins to tell"
    return ", ".join(f"{sum(s.verdict == v for s in found)} {word}" for v, word in words.items())


def headline(all_: Sequence[Benchmark]) -> list[str]:
    """Counts over all regions, against the rival that knows as much, and region by region."""
    found = pooled(all_)
    rival = [s for s in found if s.method == "ARDL"]
    said = [f"**Forecasts of unemployment over all regions: {tally(found)}** of the comparisons with simple "
            "time-series methods"]  # fmt: skip
    if rival:
        said.append(f"; against ARDL, the one that knows the path of US employment too: **{tally(rival)}**")
    each = "; ".join(f"{b.region} {tally(b.scores())}" for b in all_)
    return ["".join([*said, f". By region: {each}." if len(all_) > 1 else "."]), ""]


def section(all_: Sequence[Benchmark]) -> list[str]:
    """The forecast part of a validation page, losses first: of one region, or of several together and then each."""
    found = pooled(all_)
    lines = [
        INTRODUCTION.format(every=all_[0].every),
        "",
        f"Of {len(found)} comparisons{' over all regions together' if len(all_) > 1 else ''}: **{tally(found)}**.",
        "",
        "Benchmarks: " + "; ".join(f"{name}: {said}" for name, said in LABELS.items()) + ".",
        "",
    ]
    lost = [s for s in found if s.verdict == "lose"]
    if lost:
        lines += ["Lost to " + ", ".join(f"{s.method} {s.horizon} months ahead ({s.kind})" for s in lost) + ".", ""]
    for kind in KINDS:
        lines += [f"### {TITLES[kind]}", "",
                  "| months ahead | against | origins | RMSE, points | its RMSE | ratio | CRPS ratio | p | |",
                  "|---:|---|---:|---:|---:|---:|---:|---:|---|"]  # fmt: skip
        for s in [s for s in found if s.kind == kind]:
            lines.append(
                f"| {s.horizon} | {s.method} | {s.origins} | {s.our_rmse:.2f} | {s.rmse:.2f} | "
                f"{_ratio(s.our_rmse, s.rmse)} | {_ratio(s.our_crps, s.crps)} | {s.test.p:.2f} | {s.verdict} |"
            )
        lines.append("")
    return [*lines, *(_by_region(all_) if len(all_) > 1 else [])]


def _by_region(all_: Sequence[Benchmark]) -> list[str]:
    """RMSE of the model over that of the best simple method of each region, by kind and months ahead."""
    lines = ["### Against the best simple method of each region", "",
             "RMSE of the model over that of the benchmark that did best there, which nobody knows beforehand.", "",
             f"| region | kind | {' | '.join(f'{h} months' for h in HORIZONS)} |",
             f"|---|---|{'---|' * len(HORIZONS)}"]  # fmt: skip
    for b in all_:
        found = b.scores()
        for kind in KINDS:
            cells = []
            for h in HORIZONS:
                here = [s for s in found if s.kind == kind and s.horizon == h]
                best = min(here, key=lambda s: s.rmse, default=None)
                said = "" if best is None else f"{_ratio(best.our_rmse, best.rmse)} ({best.method}, {best.verdict})"
                cells.append(said)
            lines.append(f"| {b.region} | {kind} | {' | '.join(cells)} |")
    return [*lines, ""]


def _ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs > 0 else ""


def forecast_chart(all_: Sequence[Benchmark]) -> Chart:
    """RMSE of the model over that of each benchmark, by months ahead; both kinds side by side."""
    import pandas as pd
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    found = pooled(all_)
    ratios = np.array([s.our_rmse / s.rmse for s in found])
    smaller = int((ratios < 1.0).sum())
    where = all_[0].region if len(all_) == 1 else f"{len(all_)} regions"
    title = f"The model errs less than simple methods in {smaller} of {len(found)} comparisons; {tally(found)}"
    subtitle = f"RMSE of monthly unemployment relative to each benchmark, {where}, rolling origins 2018 to 2022"
    note = ("Below 1 the model is nearer. Filled: the difference is told apart from zero at 10%; open: it is not. "
            "Forecast: US employment known to the origin. Conditional: its path is known to all.")  # fmt: skip
    methods = list(dict.fromkeys(s.method for s in found))
    with theme.style():
        figure, axes = theme.canvas(title, subtitle, note, 2.8, columns=len(KINDS), left=0.45, right=1.2, below=0.5,
                                    above=0.4, wspace=0.55)  # fmt: skip
        for ax, kind in zip(np.atleast_1d(axes), KINDS, strict=True):
            ends = []
            for k, method in enumerate(methods):
                here = [s for s in found if s.kind == kind and s.method == method]
                if not here:
                    continue
                colour = theme.PALETTE[k % len(theme.PALETTE)]
                x, y = [HORIZONS.index(s.horizon) for s in here], [s.our_rmse / s.rmse for s in here]
                ax.plot(x, y, color=colour, linewidth=1.0)
                for a, b, s in zip(x, y, here, strict=True):
                    ax.plot([a], [b], marker="o", markersize=4.5, markeredgecolor=colour, linestyle="",
                            markerfacecolor=colour if s.verdict in ("win", "lose") else "white")  # fmt: skip
                ends.append((y[-1], method, colour))
            ax.axhline(1.0, color=theme.INK, linewidth=0.8)
            ax.set_yscale("log")
            marks = [m for m in (0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0) if ratios.min() / 1.3 < m < ratios.max() * 1.3]
            ax.yaxis.set_major_locator(FixedLocator(marks))
            ax.yaxis.set_minor_locator(NullLocator())
            ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            ax.set_ylim(min(ratios.min(), 1.0) / 1.15, max(ratios.max(), 1.0) * 1.15)
            ax.set_xticks(range(len(HORIZONS)), [str(h) for h in HORIZONS])
            ax.set_xlabel("months ahead")
            ax.set_title(kind, loc="left", fontsize=9.0)
            ax.grid(False, axis="x")
            for value, name, colour in _apart(ends):
                ax.annotate(name, (len(HORIZONS) - 1, value), xytext=(7, 0), textcoords="offset points", color=colour,
                            fontsize=7.6, va="center", annotation_clip=False)  # fmt: skip
    data = pd.DataFrame(
        [{"kind": s.kind, "months_ahead": s.horizon, "method": s.method, "origins": s.origins, "our_rmse": s.our_rmse,
          "rmse": s.rmse, "our_crps": s.our_crps, "crps": s.crps, "p": s.test.p, "verdict": s.verdict} for s in found]
    )  # fmt: skip
    alt = f"{title}. Ratios run from {ratios.min():.2f} to {ratios.max():.2f}; points below 1 favour the model."
    return Chart("forecast", title, alt, figure, data)


def _apart(ends: list[tuple[float, str, str]], least: float = 1.09) -> list[tuple[float, str, str]]:
    """Labels on a log axis moved apart where they would overlap."""
    ordered = sorted(ends)
    places = [e[0] for e in ordered]
    for _ in range(200):
        for k in range(len(places) - 1):
            gap = places[k + 1] / places[k]
            if gap < least:
                push = (least / gap) ** 0.5
                places[k], places[k + 1] = places[k] / push, places[k + 1] * push
    return [(y, name, colour) for y, (_, name, colour) in zip(places, ordered, strict=True)]


__all__ = ["forecast_chart", "headline", "pooled", "section", "tally"]
