"""The validation report: a page in Markdown, what fails first, and the picture of simulated against published rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from laborsim.report import forecast, theme
from laborsim.report.figures import Chart
from laborsim.report.reasons import REASONS
from laborsim.study.validation.facts import FACTS, GROUPS, SET, Found
from laborsim.study.validation.hindcast import CALM, Errors
from laborsim.study.validation.known_error import Found as Known
from laborsim.study.validation.known_error import elsewhere, errors_of, shipped
from laborsim.study.validation.validate import Validation

if TYPE_CHECKING:
    from laborsim.study.results import Results

DRIVEN = {"national": "national sector indices", "state": "the states' sector indices"}
# what the hindcast of unemployment is held to: RMSE outside March to August 2020, miss of the peak, points
LIMITS = {"national": (1.0, 4.0), "state": (0.8, 2.5)}
STRICTER = {("kansas-city", "state"): 0.6}
LOOSE = 0.3  # correlation below which paths have nothing in common
COVERED = (0.80, 0.97)
SERIES_TEXT = (
    "Published rates are seasonally adjusted with factors of a longer series of the place; levels are taken relative "
    "to the same month of 2019, so that seasons cancel: the model has none. Errors are of the mean over runs, in "
    "points; coverage is the share of months in which the published figure lies within the 90% band of the runs, "
    "widened by the irregular part of the published series (for county rates also by what revisions change). Some "
    "months and places are kept aside and are not looked at. The regions' own factors are fitted to the mean "
    "unemployment and openings of 2018-19: those years test their paths, later ones their levels too."
)
DRAWN_TEXT = (
    "Every run has its own seed and its own draw of the behaviour parameters that a calibration fits ({source}). "
    "Draws lie opposite each other in pairs of runs, so that they hardly move the mean, and the means of pairs tell "
    "what the band would be for chance alone: the last column. Other parameters, and what the model leaves out, are in "
    "neither."
)
BANDS_TEXT = (
    "Runs know nothing of what the model leaves out. How much that is can be learned only where it was tested: in the "
    "last column the band is widened by the error found in the *other* regions (as a share of the rate: root mean "
    "square beyond what their bands hold) that share no county with it, never by the region's own."
)


KNOWN_TEXT = (
    "No local series after the start month enters a run. Parameters were set in view of later years all the same: the "
    "calibration and regions' own factors on 2018-19, state strictness of insurance (denied, denied_later, "
    "claims_more) on claims of 2020-22, shutdowns, recalls and cuts of hours on the nation's 2020. Levels of 2018-19 "
    "and the size of the fall of 2020 are not tests, or not fully."
)
LETTERS = {"calibrated": "C", "input": "I", "test": "T"}


def counts(groups: Sequence[tuple[str, bool]]) -> list[str]:
    """Facts inside their range in three groups, of which only the last tests the model; in Markdown.

    Parameters
    ----------
    groups : of every fact (of every region), and whether it lies inside.
    """
    said = []
    for group, words in GROUPS.items():
        here = [inside for g, inside in groups if g == group]
        mark = "**" if group == "test" else ""
        said.append(f"{mark}{words} ({LETTERS[group]}): {sum(here)} of {len(here)}{mark}")
    return [f"Facts inside their accepted range: {'; '.join(said)}. Only the last test the model."]  # fmt: skip


def _groups_text() -> str:
    """Which facts are no test though no calibration fits them, and why."""
    labels = {f.name: f.label for f in FACTS}
    return "I, and why: " + "; ".join(f"{labels[n][0].lower()}{labels[n][1:]} ({why})" for n, why in SET.items()) + "."


def _series_text(v: Validation) -> str:
    """What the tables of errors show, and what is in the bands."""
    return f"{SERIES_TEXT} {DRAWN_TEXT.format(source=v.draws)}" if v.draws else SERIES_TEXT


def page(v: Validation) -> str:
    """The report of one region in Markdown."""
    results = v.runs["national"]
    people = results.records[0].people
    lines = [
        f"# Validation of {v.region}",
        "",
        f"{results.replicates} runs of the baseline with {people:,} people each, demand driven by national sector "
        f"indices. {KNOWN_TEXT}",
        "",
        *counts([(f.fact.group, f.inside) for f in v.facts]),
        *([] if v.forecast is None else ["", f"Forecasts: {forecast.tally(v.forecast.scores())}."]),
        "",
    ]
    wrong = _outside(v, shipped())
    if v.missed or wrong:
        lines += ["## What it gets wrong", ""]
        lines += [*_table(v.missed), "", *_reasons([f.fact.name for f in v.missed])] if v.missed else []
        lines += [*wrong, ""] if wrong else []
    lines += ["## What it gets right", "", *_table([f for f in v.facts if f.inside]), ""]
    lines += ["## Against the region's statistics", ""]
    if not v.series:
        lines.append("Not looked at: no folder of statistics was given (`--data`).")
    else:
        lines += [_series_text(v), "", *_errors_table(v), "", *bands([v], shipped()), "",
                  *(_peak(v, d) for d in v.runs), "", "![Unemployment](charts/hindcast.svg)"]  # fmt: skip
    if v.forecast is not None and len(v.forecast.table):
        lines += ["", "## Forecasts against simple methods", "", *forecast.section([v.forecast]),
                  "![Forecasts](charts/forecast.svg)"]  # fmt: skip
    return "\n".join([*lines, ""])


def _reasons(names: Sequence[str]) -> list[str]:
    """Why facts are missed, as far as it is known."""
    labels = {f.name: f.label for f in FACTS}
    said = [f"- *{labels[name]}*: {REASONS[name]}" for name in names if name in REASONS]
    return [*said, ""] if said else []


def _table(facts: list[Found]) -> list[str]:
    lines = [
        "| fact | group | mean over runs | 5% to 95% | accepted | runs inside | source |",
        "|---|---|---:|---|---|---:|---|",
    ]
    for f in facts:
        lines.append(
            f"| {f.fact.label} | {LETTERS[f.fact.group]} | "
            f"{f.mean:.4g} | {f.low:.4g} to {f.high:.4g} | {f.fact.low:g} to {f.fact.high:g} | "
            f"{f.share_inside:.0%} | {f.fact.source} |"
        )
    return lines


def _errors_table(v: Validation) -> list[str]:
    lines = ["| series | unit | demand driven by | years | months | RMSE | bias | correlation | coverage | by chance |",
             "|---|---|---|---|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    for o in v.series:
        for drivers in v.runs:
            for e in v.errors.get((drivers, o.name), []):
                lines.append(f"| {o.label} | {o.unit} | {DRIVEN[drivers]} | {_cells(e)} |")
    return [*lines, "", "Sources: " + "; ".join(f"{o.label}: {o.source}" for o in v.series) + "."]


def _cells(e: Errors) -> str:
    together = "" if np.isnan(e.correlation) else f"{e.correlation:.2f}"
    return f"{e.span} | {e.months} | {e.rmse:.2f} | {e.bias:+.2f} | {together} | {e.coverage:.0%} | {e.by_seeds:.0%}"


def bands(regions: Sequence[Validation], found: Known) -> list[str]:
    """Months that the 90% bands of unemployment cover: of chance, with parameters, with errors made elsewhere."""
    lines = [BANDS_TEXT, "", "| region | demand driven by | months | by chance | with parameters | errors elsewhere, "
             "of the rate | with these |", "|---|---|---:|---:|---:|---:|---:|"]  # fmt: skip
    for v in regions:
        for drivers in v.runs:
            e, error = v.calm(drivers), elsewhere(v.region, drivers, found)
            if e is not None:
                wide = "| |" if error is None else f"| {error:.1%} | {e.covered(error):.0%} |"
                lines.append(f"| {v.region} | {drivers} | {e.months} | {e.by_seeds:.0%} | {e.coverage:.0%} {wide}")
    return lines


def peak_miss(v: Validation, drivers: str) -> tuple[float, float] | None:
    """Highest simulated and published rate of 2020, percent; None where April 2020 is kept aside."""
    o, results = v.unemployment, v.runs[drivers]
    if o is None or "2020-04" not in o.actual.index or "2020-04" not in results.months:
        return None
    year = [k for k, m in enumerate(results.months) if m[:4] == "2020"]
    simulated = float(o.simulated(results).mean(axis=0)[year].max())
    return simulated, float(o.actual[o.actual.index.str[:4] == "2020"].max())


def _outside(v: Validation, found: Known) -> list[str]:
    """What the hindcast of unemployment misses of what it is held to."""
    out = []
    for drivers, (limit, far) in LIMITS.items():
        e = v.calm(drivers) if drivers in v.runs else None
        if e is None:
            continue
        limit = STRICTER.get((v.region, drivers), limit)
        said = f"- {v.region}, driven by {DRIVEN[drivers]}: "
        if e.rmse > limit:
            out.append(f"{said}RMSE of unemployment outside March to August 2020 is {e.rmse:.2f} points "
                       f"(asked: {limit:g}).")  # fmt: skip
        error = elsewhere(v.region, drivers, found)
        covered = e.coverage if error is None else e.covered(error)
        if not COVERED[0] <= covered <= COVERED[1]:
            held = "" if error is None else f", errors made elsewhere in it ({error:.1%} of the rate),"
            out.append(f"{said}the 90% band{held} covers {covered:.0%} of these months (asked: {COVERED[0]:.0%} to "
                       f"{COVERED[1]:.0%}; without them: {e.coverage:.0%}).")  # fmt: skip
        peak = peak_miss(v, drivers)
        if peak is not None and abs(peak[0] - peak[1]) > far:
            out.append(f"{said}unemployment peaks at {peak[0]:.1f}%, published {peak[1]:.1f}% (asked: within {far:g} "
                       "points).")  # fmt: skip
    return out


def _peak(v: Validation, drivers: str) -> str:
    results, o = v.runs[drivers], v.unemployment
    assert o is not None
    if "2020-04" not in results.months:
        return ""
    simulated = o.simulated(results).mean(axis=0)[results.months.index("2020-04")]
    said = f"April 2020, driven by {DRIVEN[drivers]}: simulated {simulated:.1f}%"
    real = o.actual.get("2020-04")
    return f"{said}; the published rate is kept aside." if real is None else f"{said}, published {float(real):.1f}%."


def hindcast_chart(v: Validation) -> Chart:
    """Simulated recorded unemployment with its band, by drivers of demand, and the published rate as points."""
    import pandas as pd
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    o = v.unemployment
    assert o is not None
    results: Results = v.runs["national"]
    shown = len(v.runs["state"].months) if "state" in v.runs else len(results.months)
    months = results.months[:shown]
    actual = o.actual.reindex(list(months)).to_numpy(float) / 100.0
    means = {d: o.simulated(r).mean(axis=0)[:shown] / 100.0 for d, r in v.runs.items()}
    runs = o.simulated(results)[:, :shown] / 100.0
    low, high = np.quantile(runs, [0.05, 0.95], axis=0)
    known = np.isfinite(actual)
    rmse = float(np.sqrt(((means["national"] - actual)[known] ** 2).mean()))
    title = f"Simulated unemployment is {100 * rmse:.1f} points from the published rate in a typical month (RMSE)"
    subtitle = f"Unemployment rate, {v.region}, {months[0]} to {months[-1]}. Published: LAUS, seasonally adjusted here"
    note = (
        f"Grey: mean and 5% to 95% of {results.replicates} runs driven by national sector indices; dashed: by the "
        "states' indices. Points: published. No local series after the first month enters the runs."
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


def overview(regions: Sequence[Validation]) -> str:
    """Facts, hindcasts and forecasts of several regions side by side, in Markdown; what fails comes first."""
    first = regions[0]
    runs = first.runs["national"].replicates
    people = ", ".join(f"{v.region} {v.runs['national'].records[0].people:,}" for v in regions)
    benchmarks = [v.forecast for v in regions if v.forecast is not None and len(v.forecast.table)]
    own = errors_of(regions)
    wrong = [line for v in regions for line in _outside(v, own)]
    missed = list(dict.fromkeys(f.fact.name for v in regions for f in v.missed))
    lines = [
        "# Validation", "",
        *counts([(f.fact.group, f.inside) for v in regions for f in v.facts]), "",
        f"{runs} runs of each region; "
        f"people in each run: {people}. Behaviour is the same everywhere but for three "
        "factors of each region (posts wanted, looking for work, selection), fitted to its own unemployment and "
        f"participation and its states' openings to the end of 2019. {KNOWN_TEXT} Made by `python "
        "experiments/validation_page.py --data DIR`; `laborsim validate REGION` makes the report of one region.", "",
    ]  # fmt: skip
    if benchmarks:
        lines += forecast.headline(benchmarks)
    loose = [f"{v.region} ({DRIVEN[d]}: {e.correlation:.2f})" for v in regions for d in v.runs
             if (e := v.calm(d)) is not None and e.correlation < LOOSE]  # fmt: skip
    if loose:
        lines += [f"**Simulated and published unemployment are not correlated** outside March to August 2020 in "
                  f"{', '.join(loose)}.", ""]  # fmt: skip
    lines += ["## What it gets wrong", ""]
    lines += _reasons(missed)
    lines += [*wrong, ""] if wrong else []
    lines += [
        "## Stylised facts", "",
        "Means over runs; **bold** lies outside. Ranges are the nation's: a region whose people differ misses some for "
        "that reason alone (flows into work are larger where more people take part). Empty: the region has too few "
        "zones. C: a moment that calibration fits; I: set elsewhere, or follows what is given; T: a test. "
        + _groups_text(),
        "", f"| fact | group | accepted | {' | '.join(v.region for v in regions)} |",
        f"|---|---|---|{'---:|' * len(regions)}",
    ]  # fmt: skip
    found = [{f.fact.name: f for f in v.facts} for v in regions]
    facts = {f.fact.name: f.fact for v in regions for f in v.facts}
    share = {n: np.mean([here[n].inside for here in found if n in here]) for n in facts}
    for name in sorted(facts, key=lambda n: share[n]):
        fact = facts[name]
        cells = [_cell(here.get(name)) for here in found]
        lines.append(f"| {fact.label} | {LETTERS[fact.group]} | {fact.low:g} to {fact.high:g} | {' | '.join(cells)} |")
    lines += ["", "Sources of the ranges: " + "; ".join(dict.fromkeys(f.source for f in facts.values())) + ".", ""]
    lines += ["## Against the regions' statistics", "", _series_text(first), "",
              "| region | series | demand driven by | years | months | RMSE | bias | correlation | coverage | "
              "by chance |",
              "|---|---|---|---|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    for v in regions:
        for o in v.series:
            for drivers in list(v.runs)[: 1 if o.name.startswith("jobs:") else None]:
                for e in v.errors.get((drivers, o.name), []):
                    if o.name == "unemployment" or e.span == CALM:
                        lines.append(f"| {v.region} | {o.label} | {drivers} | {_cells(e)} |")
    lines += ["", "### Bands of unemployment", "", *bands(regions, own), "", "### April 2020", ""]
    for v in regions:
        if v.series:
            lines += [f"- {v.region}: " + " ".join(_peak(v, d) for d in v.runs)]
    if benchmarks:
        lines += ["", "## Forecasts against simple methods", "", *forecast.section(benchmarks)]
    return "\n".join([*lines, "Nothing after 2022 is looked at.", ""])


def _cell(found: Found | None) -> str:
    if found is None:
        return ""
    return f"{found.mean:.3g}" if found.inside else f"**{found.mean:.3g}**"
