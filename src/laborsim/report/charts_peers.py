"""Rank among peer metros: the range over runs, the goal, and what was published."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.indicators.targets import meets
from laborsim.report import theme
from laborsim.report.figures import Chart
from laborsim.report.tables import Cell, Table, ranged
from laborsim.report.wording import CAVEAT, chance, lines_note, lower, policy_title
from laborsim.scenario.schema import BASELINE
from laborsim.study.statistics import quantiles_of_known

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laborsim.study.results import Results

    F8 = NDArray[np.float64]

GOAL: Final = 10
WAYS: Final = {"level": "Level", "growth": "Growth since the base year"}


def _measures(results: Results) -> list[dict[str, Any]]:
    peers = results.about.get("peers") or {}
    return [m for m in peers.get("measures") or () if (f"peer_rank_{m['name']}_level", "all") in results]


def _goal(results: Results, name: str) -> tuple[str, str]:
    """Goal and date of a rank, from the targets; the last month without one."""
    for t in results.about["targets"]:
        if t["indicator"] == name:
            return str(t["goal"]), str(t["by"])
    return f"<= {GOAL}", results.months[-1]


def _at(results: Results, name: str, policy: str, month: str) -> F8:
    """(R,) mean rank of the 12 months up to a month."""
    at = list(results.months).index(month) if month in results.months else len(results.months) - 1
    with np.errstate(invalid="ignore"):
        series = results.series(name, "all", policy)[:, max(0, at - 11) : at + 1]
        known = np.isfinite(series).any(axis=1)
        return np.asarray(np.where(known, np.nansum(series, axis=1) / np.maximum(np.isfinite(series).sum(axis=1), 1),
                                   np.nan), np.float64)  # fmt: skip


def _likely(results: Results, name: str, policy: str) -> float:
    goal, by = _goal(results, name)
    ranks = _at(results, name, policy, by)
    ranks = ranks[np.isfinite(ranks)]
    return float(meets(ranks, goal).mean()) if ranks.size else math.nan


def peers(results: Results) -> Chart | None:
    """Rank on level by month, 5% to 95% of runs, with published ranks; one panel for each measure."""
    import pandas as pd

    measures = _measures(results)
    if not measures:
        return None
    of = len(measures[0]["metros"]) + 1
    likely = {m["name"]: _likely(results, f"peer_rank_{m['name']}_level", BASELINE) for m in measures}
    runs = results.replicates
    # a goal met in all or none of a few runs is not certain
    title = f"Among the first {GOAL} of {of} metros: " + "; ".join(
        f"{lower(str(m['title']))} in {chance(likely[m['name']], runs)}" for m in measures)  # fmt: skip
    of_whom = results.about["peers"].get("title", "peers")
    subtitle = f"Rank on level, {of_whom}, baseline; dashed: the goal; diamonds: published"
    note = (
        f"{lines_note(runs, 'bands: 5% to 95% of runs')} Peers' growth is drawn anew in each. Most figures of peers "
        f"are recalled or assumed, not looked up. {CAVEAT}"
    )
    months = list(results.months)
    t = np.array([int(m[:4]) + (int(m[5:7]) - 0.5) / 12 for m in months])
    rows: list[dict[str, Any]] = []
    with theme.style():
        figure, grid = theme.canvas(title, subtitle, note, 2.0, columns=len(measures), left=0.35, right=0.1, below=0.25,
                                    above=0.35, wspace=0.22)  # fmt: skip
        for axes, m in zip(np.ravel(grid), measures, strict=True):
            series = results.series(f"peer_rank_{m['name']}_level", "all", BASELINE)
            known = np.isfinite(series).any(axis=0)
            mean = np.full(len(months), np.nan)
            band = np.full((2, len(months)), np.nan)
            mean[known] = np.nanmean(series[:, known], axis=0)
            band[:, known] = quantiles_of_known(series[:, known], (0.05, 0.95))
            axes.fill_between(t, *band, color=theme.BASE, alpha=0.2, linewidth=0)
            axes.plot(t, mean, color=theme.BASE)
            axes.axhline(GOAL, color=theme.PALETTE[1], linewidth=1.2, linestyle="--")
            published = [(int(p["year"]) + 0.5, int(p["rank"])) for p in m.get("published") or ()]
            for x, y in published:
                axes.plot([x], [y], "D", color=theme.PALETTE[0], markersize=5)
            ends = [GOAL - 3, *(y for _, y in published), *band[np.isfinite(band)].tolist()]
            axes.set_ylim(min(of, max(ends) + 2), max(0.5, min(ends) - 2))
            axes.set_xlim(min([t[0], *(x - 0.5 for x, _ in published)]), t[-1])
            axes.xaxis.get_major_locator().set_params(nbins=5, integer=True)
            axes.yaxis.get_major_locator().set_params(nbins=6, integer=True)
            axes.tick_params(labelsize=7.5)
            axes.annotate(str(m["title"]), (0, 1), xycoords="axes fraction", xytext=(-18, 6), textcoords="offset "
                                                            "points",
                          fontsize=8.4, fontweight="bold", annotation_clip=False)  # fmt: skip
            rows += [{"measure": m["name"], "month": month, "rank": mean[k], "low": band[0, k], "high": band[1, k]}
                     for k, month in enumerate(months)]  # fmt: skip
    alt = "; ".join(f"{m['title']}: goal met in {chance(likely[m['name']], runs)}" for m in measures)
    return Chart("peers", title, alt + ".", figure, pd.DataFrame(rows))


def peer_table(results: Results) -> Table | None:
    """Rank and probability of the goal by measure, on level and growth, in the baseline and with the best policy."""
    import pandas as pd

    measures = _measures(results)
    if not measures:
        return None
    rows: list[list[Any]] = []
    data = []
    for m in measures:
        for way, label in WAYS.items():
            name = f"peer_rank_{m['name']}_{way}"
            if (name, "all") not in results:
                continue
            _, by = _goal(results, name)
            chances = {p: _likely(results, name, p) for p in results.verdicts().tested}
            best = max(chances, key=lambda p: chances[p]) if chances else ""
            base = _likely(results, name, BASELINE)
            published = ", ".join(f"{p['rank']} ({p['year']})" for p in m.get("published")
                or ()) if way == "level" else ""
            gain = chances[best] > base if best else False
            more = Cell(chance(chances[best], results.replicates), policy_title(results,
                best)) if gain else "none does better"
            rows.append([f"{m['title']}: {lower(label)}", published, ranged(_at(results, name, BASELINE, by), "number"),
                         chance(base, results.replicates), *([more] if chances else [])])  # fmt: skip
            data.append({"measure": m["name"], "way": way, "by": by, "rank": float(np.nanmean(_at(results, name,
                BASELINE,
                         by))), "probability": base, "best_policy": best if gain else "",
                         "best_probability": chances.get(best, math.nan)})  # fmt: skip
    low = sum(d["probability"] <= 0.2 for d in data)
    title = f"{low} of {len(data)} goals on rank are met in at most one run of five"
    heads = ["", "Published", "Rank at the goal's date", "Top ten, baseline", "Top ten, best policy"]
    return Table("peer_ranks", title, heads[: len(rows[0])], rows, pd.DataFrame(data),
                 "Range: 5% to 95% of runs. All policies of a run meet the same peers; a difference of one or two "
                 "runs may be "
                 "chance.")  # fmt: skip


__all__ = ["peer_table", "peers"]
