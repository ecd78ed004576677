"""Pilots: employers who try a practice beside their controls."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report import theme
from laborsim.report.charts_work import mean_of_months
from laborsim.report.figures import Chart
from laborsim.report.wording import CAVEAT, lower, place_and_period, policy_title
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import outcome, shown
from laborsim.study.statistics import FEWEST_RUNS, paired
from laborsim.study.words import TOO_FEW

if TYPE_CHECKING:
    from laborsim.study.results import Results

FIGURES: Final = {"pilot_quits_rate": "Quits a month", "pilot_turnover_rate": "All who leave, a month",
                  "pilot_time_to_fill": "Time to fill", "pilot_applications_per_vacancy": "Applications per vacancy",
                  "pilot_wage": "Mean hourly wage"}  # fmt: skip


def pilots(results: Results) -> Chart | None:
    """Treated less controls while the pilot lasts, with the 90% range over runs; None without a pilot."""
    import pandas as pd

    if ("pilot_jobs", "arm:control") not in results:
        return None
    rows: list[dict[str, Any]] = []
    for policy in results.policies:
        both = results.series("pilot_jobs", "arm:control", policy) > 0
        both &= results.series("pilot_jobs", "arm:treated", policy) > 0
        if policy == BASELINE or not both.any():
            continue
        for name, label in FIGURES.items():
            if (name, "arm:control") not in results:
                continue
            one, two = (mean_of_months(np.where(both, results.series(name, f"arm:{a}", policy), np.nan))
                        for a in ("control", "treated"))  # fmt: skip
            pair = paired(one, two, 0.90)
            rows.append({"policy": policy, "indicator": name, "label": label, "controls": pair.base,
                "treated": pair.policy,
                         "difference": pair.difference, "low": pair.low, "high": pair.high, "runs": pair.replicates,
                         "outside_zero": pair.distinguishable, "months": int(both.any(axis=0).sum())})  # fmt: skip
    data = pd.DataFrame(rows)
    if not rows or not np.isfinite(data["difference"]).any():
        return None
    policies = list(dict.fromkeys(data["policy"]))
    names = [n for n in FIGURES if n in set(data["indicator"])]
    title = _title(results, data, policies[0])
    subtitle = f"Treated less controls while both exist ({data['months'].max()} months); {place_and_period(results)}"
    note = (
        f"Dots: mean of {results.replicates} model runs; lines: 90% range; figures: controls to "
        f"treated. Both are "
        f"drawn from "
        f"the same willing employers, so that the difference is what the practice does. {CAVEAT}"
    )
    with theme.style():
        figure, grid = theme.canvas(title, subtitle, note, 0.42 * len(policies) + 0.2, columns=len(names), left=1.5,
                                    right=0.05, below=0.25, above=0.35, wspace=0.18)  # fmt: skip
        for axes, name in zip(np.ravel(grid), names, strict=True):
            _panel(axes, results, data[data["indicator"] == name], policies, name)
        first = np.ravel(grid)[0]
        for k, p in enumerate(policies):
            first.annotate(theme.wrapped(policy_title(results, p), 24), (0, -(k + 0.5)), xycoords=("axes "
                                                            "fraction", "data"),
                           xytext=(-6, 0), textcoords="offset points", ha="right", va="center", fontsize=7.6,
                           annotation_clip=False)  # fmt: skip
    alt = "; ".join(f"{policy_title(results, r['policy'])}, {r['label'].lower()}: {r['difference']:+.3g}" for r in rows)
    return Chart("pilots", title, alt + ".", figure, data)


def _panel(axes: Any, results: Results, data: Any, policies: list[str], name: str) -> None:
    kind = outcome(name, results.units[name, "arm:control"]).kind
    axes.set_ylim(-len(policies), 0)
    axes.set_yticks([])
    axes.grid(False, axis="y")
    axes.axvline(0, color=theme.INK, linewidth=0.9)
    far = [0.0]
    for k, p in enumerate(policies):
        row = data[data["policy"] == p].iloc[0]
        if not math.isfinite(row["difference"]):
            continue
        ink = theme.PALETTE[0] if row["outside_zero"] else theme.GREY
        if math.isfinite(row["low"]):
            axes.plot([row["low"], row["high"]], [-(k + 0.5)] * 2, color=ink, linewidth=2.0, alpha=0.6)
            far += [row["low"], row["high"]]
        axes.plot([row["difference"]], [-(k + 0.5)], "o", color=ink, markersize=5)
        far.append(row["difference"])
        ends = [shown(row[c], kind).replace(" days", "") for c in ("controls", "treated")]
        text = " to ".join(ends).replace("$", r"\$")  # a pair of dollar signs would be read as a formula
        axes.annotate(text, (0.5, -(k + 0.86)),
                      xycoords=("axes fraction", "data"), ha="center", va="center", fontsize=6.4, color=theme.GREY,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6}, annotation_clip=False)  # fmt: skip
    reach = 1.15 * max(abs(x) for x in far) or 1.0
    axes.set_xlim(-reach, reach)
    axes.xaxis.get_major_locator().set_params(nbins=3)
    axes.xaxis.set_major_formatter(lambda v, _: tick(100 * v if kind == "share" else v))
    axes.tick_params(labelsize=7)
    unit = {"share": "points", "days": "days", "wage": "dollars"}.get(kind, "")
    head = theme.wrapped(f"{FIGURES[name]}" + (f" ({unit})" if unit else ""), 16)
    axes.annotate(head, (0, 1), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", fontsize=7.2,
                  fontweight="bold", annotation_clip=False)  # fmt: skip


def tick(value: float) -> str:
    """A difference at a mark of the axis, never in powers of ten.

    Examples
    --------
    >>> tick(-250.0), tick(0.0), tick(2.5)
    ('-250', '0', '+2.5')
    """
    return "0" if abs(value) < 1e-12 else f"{value:+,.6g}"


def _title(results: Results, data: Any, policy: str) -> str:
    own = data[(data["policy"] == policy)].set_index("indicator")
    sure = [n for n in own.index if own.loc[n, "outside_zero"]]
    if results.replicates < FEWEST_RUNS:
        return f"Treated employers beside their controls: {TOO_FEW} to tell them apart"
    if not sure:
        return "The pilot does not tell treated employers from their controls: every range holds zero"
    said = []
    for n in sure[:2]:
        kind = outcome(n, results.units[n, "arm:control"]).kind
        said.append(f"{lower(FIGURES[n])} {shown(own.loc[n, 'difference'], kind, True)}")
    more = f"; {len(sure) - 2} more figures differ" if len(sure) > 2 else ""
    return f"Against their controls, treated employers have {' and '.join(said)}{more}"


__all__ = ["FIGURES", "pilots", "tick"]
