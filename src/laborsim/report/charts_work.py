"""Jobs: who leaves them and what grows, sectors, the months of a shock, and the quality of work."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report import cells, theme
from laborsim.report.figures import Chart, key_line, key_room
from laborsim.report.wording import (
    CAVEAT,
    NOT_DISTINGUISHABLE,
    RANGES,
    lines_note,
    lower,
    month_name,
    place_and_period,
    policy_title,
    region_title,
    two_digits,
)
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import outcome, shown
from laborsim.study.questions.answer import Sheet
from laborsim.study.statistics import FEWEST_RUNS, quantiles_of_known

if TYPE_CHECKING:
    from laborsim.study.results import Results

SNAPSHOTS: Final = {  # indicator, group -> heading of a panel
    ("unemployment_rate", "all"): "Unemployment",
    ("temporary_layoff_share", "all"): "Unemployed on temporary layoff",
    ("jobs", "all"): "Payroll jobs",
    ("openings_rate", "all"): "Job openings rate",
    ("ui_recipiency", "all"): "Unemployed who draw benefits",
    ("participation_rate", "all"): "Labor force participation",
}
BEFORE: Final = "2020-02"
SHOWN: Final = ("2020-02", "2020-03", "2020-04", "2020-05", "2020-06", "2020-08", "2020-10", "2020-12")


def replacement(results: Results) -> Chart | None:
    """Heatmap of openings left by leavers, as a share of jobs, by occupation group and year; net new jobs beside."""
    import pandas as pd

    from laborsim.study.questions.retirements import openings

    if len(results.months) < 24:
        return None
    groups = [g for g in openings(results) if math.isfinite(g["rate"])]
    years = sorted({m[:4] for m in results.months})
    years = [y for y in years if sum(m.startswith(y) for m in results.months) == 12]
    if not groups or not years:
        return None
    shares = np.zeros((len(groups), len(years)))
    for k, group in enumerate(groups):
        left = np.nanmean(results.series("replacement_openings", group["group"]), axis=0)
        jobs = np.nanmean(results.series("jobs", group["group"]), axis=0)
        for j, year in enumerate(years):
            inside = [m.startswith(year) for m in results.months]
            shares[k, j] = left[inside].sum() / max(float(jobs[inside].mean()), 1e-9)
    low, high = float(np.nanmin(shares)), float(np.nanmax(shares))
    old, new = sum(g["replacement"] for g in groups), sum(g["growth"] for g in groups)
    top = groups[0]
    against = f", {old / new:.0f} for each net new job" if new > 0.01 * old else "; jobs do not grow in all"
    title = f"{two_digits(old)} openings a year are left by people who leave{against}; most in {lower(top['name'])}"
    subtitle = (
        "Openings left by people who leave work or the occupation, as a share of the group's jobs, by year; right: a "
        "year on "
        f"average, and net new jobs. Baseline, {place_and_period(results)}"
    )
    note = f"Mean of {results.replicates} model run{'s' if results.replicates != 1 else ''}. {CAVEAT}"
    with theme.style():
        figure, axes = theme.canvas(title, subtitle, note, 0.25 * len(groups) + 0.05, left=1.85, right=1.25, below=0.05,
                                    above=0.45)  # fmt: skip
        texts = [[f"{100 * x:.0f}" for x in row] for row in shares]
        cells.draw(axes, (shares - low) / ((high - low) or 1.0), texts, size=7.0)
        cells.heads(axes, [f"{y[2:]}" if len(years) > 10 else y for y in years], 6)
        cells.names(axes, [g["name"] for g in groups])
        for text, across in (("Left\na year", 0.55), ("Net new\na year", 1.2)):
            axes.annotate(text, (1, 0), xycoords=("axes fraction", "data"), xytext=(72 * across, 5),
                          textcoords="offset points", ha="right", va="bottom", fontsize=7.4, color=theme.GREY,
                          annotation_clip=False)  # fmt: skip
        for k, g in enumerate(groups):
            for text, across in ((two_digits(g["replacement"]), 0.55), (two_digits(g["growth"], True), 1.2)):
                axes.annotate(text, (1, -(k + 0.5)), xycoords=("axes fraction", "data"), xytext=(72 * across, 0),
                              textcoords="offset points", ha="right", va="center", fontsize=7.6,
                              annotation_clip=False)  # fmt: skip
        axes.annotate("Per cent of jobs, 20..", (0, 0), xytext=(-6, 5), textcoords="offset points", ha="right",
                      va="bottom", fontsize=7.4, color=theme.GREY, annotation_clip=False)  # fmt: skip
    data = pd.DataFrame(
        [{"occupation": g["code"], "name": g["name"], "replacement_a_year": g["replacement"],
          "net_new_a_year": g["growth"],
          **{y: shares[k, j] for j, y in enumerate(years)}} for k, g in enumerate(groups)]
    )  # fmt: skip
    alt = "; ".join(f"{g['name']}: {two_digits(g['replacement'])} left, {two_digits(g['growth'], True)} net "
                    f"new" for g in groups)
    return Chart("replacement", title, alt + ".", figure, data)


def sector_scores(results: Results) -> Chart | None:
    """The sector scorecard with the share of weightings in which each is among the first three."""
    from laborsim.report.answers import drawn
    from laborsim.study.questions.sectors import picture, rank

    if ("share_self_sufficient", "sector:62") not in results or len(results.months) < 24:
        return None
    found = drawn("sectors", picture(rank(results), results))
    return found


def sector_sheet(results: Results) -> Sheet | None:
    """The figures behind it."""
    from laborsim.study.questions.sectors import rank, scorecard

    if ("share_self_sufficient", "sector:62") not in results or len(results.months) < 24:
        return None
    return scorecard(rank(results), results.about.get("dollar_year", 2019))


def snapshots(results: Results) -> Chart | None:
    """A dashboard of the baseline through the shock of 2020, as a board would have read it month by month."""
    import pandas as pd

    have = [k for k in SNAPSHOTS if k in results]
    months = list(results.months)
    if len(have) < 3 or not {"2019-07", "2021-12"} <= set(months):
        return None
    first, last = months.index("2019-07"), months.index("2021-12")
    rows = 2 if len(have) > 3 else 1
    rates = np.nanmean(results.series("unemployment_rate"), axis=0)
    jobs = np.nanmean(results.series("jobs"), axis=0)
    at = {m: months.index(m) for m in (BEFORE, "2020-04", "2020-08")}
    lost = jobs[at[BEFORE]] - jobs[at["2020-04"]]
    back = (jobs[at["2020-08"]] - jobs[at["2020-04"]]) / lost if lost > 0 else math.nan
    title = (
        f"February to April 2020: unemployment from {100 * rates[at[BEFORE]]:.1f}% to "
        f"{100 * rates[at['2020-04']]:.1f}%, "
        f"{two_digits(lost)} jobs lost" + (f", {100 * back:.0f}% of them back by August" if math.isfinite(back) else "")
    )
    subtitle = f"Baseline, July 2019 to December 2021, {region_title(results)}; vertical line: February 2020"
    note = f"{lines_note(results.replicates, 'bands: 5% to 95% of runs')} {CAVEAT}"
    with theme.style():
        figure, grid = theme.canvas(
            title, subtitle, note, 1.25 * rows + 0.45 * (rows - 1), rows=rows, columns=3, left=0.3, right=0.1,
            below=0.25, above=0.35, hspace=0.55, wspace=0.28,
        )  # fmt: skip
        t = np.arange(last - first + 1)
        for axes, key in zip(np.ravel(grid), have, strict=False):
            values = results.series(*key)[:, first : last + 1]
            band = quantiles_of_known(values, (0.05, 0.95))
            axes.fill_between(t, *band, color=theme.BASE, alpha=0.2, linewidth=0)
            axes.plot(t, np.nanmean(values, axis=0), color=theme.BASE)
            axes.axvline(months.index(BEFORE) - first, color=theme.PALETTE[1], linewidth=0.9)
            kind = outcome(key[0], results.units[key]).kind
            axes.yaxis.set_major_formatter(
                (lambda v, _: f"{100 * v:.3g}%") if kind == "share" else (lambda v, _: f"{v / 1000:,.0f}k")
            )
            axes.yaxis.get_major_locator().set_params(nbins=4)
            axes.set_xticks([months.index(f"{y}-01") - first for y in (2020, 2021)], ["2020", "2021"])
            axes.set_xlim(0, len(t) - 1)
            axes.tick_params(labelsize=7.5)
            axes.annotate(SNAPSHOTS[key], (0, 1), xycoords="axes fraction", xytext=(-18, 6), textcoords="offset points",
                          fontsize=8.2, fontweight="bold", annotation_clip=False)  # fmt: skip
        for axes in np.ravel(grid)[len(have) :]:
            axes.set_axis_off()
    columns: dict[str, Any] = {"month": months[first : last + 1]}
    for i, g in have:
        columns[i] = np.nanmean(results.series(i, g)[:, first : last + 1], axis=0)
    data = pd.DataFrame(columns)
    alt = "; ".join(f"{month_name(m)}: unemployment {100 * rates[months.index(m)]:.1f}%" for m in SHOWN if m in months)
    return Chart("snapshots", title, alt + ".", figure, data)


def snapshot_sheet(results: Results) -> Sheet | None:
    """The dashboard as figures, month by month."""
    have = [k for k in SNAPSHOTS if k in results]
    months = list(results.months)
    shown_ = [m for m in SHOWN if m in months]
    if len(have) < 3 or len(shown_) < len(SHOWN):
        return None
    rows: list[dict[str, str]] = []
    for key in have:
        kind = outcome(key[0], results.units[key]).kind
        mean = np.nanmean(results.series(*key), axis=0)
        row = {"what": SNAPSHOTS[key]}
        row |= {m: shown(float(mean[months.index(m)]), kind) for m in shown_}
        rows.append(row)
    columns = {"what": ""} | {m: m for m in shown_}
    return Sheet("Snapshots of 2020: baseline, mean over runs", columns, rows)


def quality(results: Results) -> Chart | None:
    """Scores on the eight principles under each policy that moves them; None if no policy is about job quality."""
    import pandas as pd

    from laborsim.market.codes import PRINCIPLES

    about = results.about["policies"]
    asked = [p for p in results.policies if p != BASELINE and about_quality(about, p)]
    have = [q for q in PRINCIPLES if (f"quality_{q}", "all") in results]
    if not asked or not have:
        return None
    rows: list[dict[str, Any]] = []
    arms = [{p: results.last_year(f"quality_{q}", "all", p) for p in results.policies} for q in have]
    for q, pairs in zip(have, results.verdicts().figures(arms), strict=True):
        for p in (p for p in asked if p in pairs):
            pair = pairs[p]
            rows.append({"principle": q, "policy": p, "baseline": pair.base, "score": pair.policy,
                         "change": pair.difference, "low": pair.low, "high": pair.high,
                         "sure": pair.distinguishable})  # fmt: skip
    if not rows:
        return None
    data: Any = pd.DataFrame(rows)
    asked = [p for p in asked if p in set(data["policy"])]
    best = data.loc[data["change"].idxmax()]
    title = (
        f"{policy_title(results, best['policy'])} raises {_principle(best['principle']).lower()} most: "
        f"{best['change']:+.3f} on a scale from 0 to 1, mean over all jobs"
        if best["change"] > 0 and best["sure"]
        else "No policy raises a principle of job quality by more than chance, over all jobs"
    )
    subtitle = f"Change of the mean score over all jobs in the last 12 months; {place_and_period(results)}"
    note = f"Mean of {results.replicates} paired model runs; lines: {RANGES}. Hollow: {NOT_DISTINGUISHABLE}. {CAVEAT}"
    block = 0.13 * len(asked) + 0.16
    with theme.style():
        figure, axes = theme.canvas(title, subtitle, note, block * len(have) + 0.1, left=2.3, right=0.4, below=0.3,
                                    above=0.75 + key_room(results, asked))  # fmt: skip
        axes.set_ylim(-block * len(have), 0)
        axes.set_yticks([])
        axes.grid(False, axis="y")
        axes.axvline(0, color=theme.INK, linewidth=0.9)
        for k, q in enumerate(have):
            axes.annotate(_principle(q), (0, -block * (k + 0.5)), xycoords=("axes fraction", "data"), xytext=(-6, 0),
                          textcoords="offset points", ha="right", va="center", fontsize=8,
                          annotation_clip=False)  # fmt: skip
            for j, p in enumerate(asked):
                row = data[(data["principle"] == q) & (data["policy"] == p)].iloc[0]
                y, ink = -block * k - 0.12 - 0.13 * j, theme.colour(results.policies, p)
                if math.isfinite(row["low"]):
                    axes.plot([row["low"], row["high"]], [y, y], color=ink, linewidth=1.8, alpha=0.5)
                solid = row["sure"] or results.replicates < FEWEST_RUNS
                axes.plot([row["change"]], [y], "o", color=ink, markersize=4.5,
                          markerfacecolor=ink if solid else "white")  # fmt: skip
        axes.xaxis.set_major_formatter(lambda v, _: f"{v:+.3g}" if v else "0")
        axes.xaxis.get_major_locator().set_params(nbins=5)
        key_line(axes, results, asked)
    alt = "; ".join(
        f"{_principle(r['principle'])}, {policy_title(results, r['policy'])}: {r['change']:+.3f}"
        for r in rows
    )  # fmt: skip
    return Chart("quality", title, alt + ".", figure, data)


def _principle(name: str) -> str:
    text = name.replace("_", " ")
    return {"deia": "Diversity, equity, inclusion, accessibility"}.get(name, text[:1].upper() + text[1:])


def about_quality(about: dict[str, Any], policy: str) -> bool:
    """Whether a policy, or one it combines, is about job quality."""
    plan = about[policy]
    own = any(i["type"] == "job_quality" for i in plan.get("instruments") or ())
    return own or any(p in about and about_quality(about, p) for p in plan.get("combine") or ())


def mean_of_months(x: Any) -> Any:
    """(R,) mean over the months that have a figure."""
    known = np.isfinite(x)
    count = known.sum(axis=1)
    return np.where(count > 0, np.where(known, x, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
