"""Which sectors should we target, and how sure is the ranking?

Five criteria of the baseline, each scaled from the worst to the best sector. The ranking with equal weights is set
against that under weights drawn at random (all weightings alike likely) and under each run, so that a place in the top
three is a share of weightings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.schema import BASELINE
from laborsim.study.questions import QUESTIONS
from laborsim.study.questions.answer import Answer, Picture, Sheet
from laborsim.study.questions.common import BASE, basis, place
from laborsim.study.words import CAVEAT, join, lower, money, two_digits

if TYPE_CHECKING:
    from laborsim.study.questions.bench import Bench
    from laborsim.study.results import Results

F8 = NDArray[np.float64]
TOP = 3
WEIGHTINGS = 4000
SEED = 20250
LEAST = 0.005  # of all jobs: smaller sectors are left out, as few simulated people work there
SHOCK = ("2020-01", "2020-12")  # resilience: the least jobs of 2020 against the two months before it
CRITERIA = {
    "growth": "Growth of jobs a year",
    "wages": "Weekly wage",
    "openings": "Openings a year",
    "resilience": "Jobs kept in 2020",
    "self_sufficiency": "Workers at a self-sufficiency wage",
}
NAMES = {
    "11": "Agriculture", "21": "Mining", "22": "Utilities", "23": "Construction", "31-33": "Manufacturing",
    "42": "Wholesale", "44-45": "Retail", "48-49": "Transport and warehousing", "51": "Information",
    "52": "Finance and insurance", "53": "Real estate", "54": "Professional services", "55": "Headquarters",
    "56": "Administrative support", "61": "Private education", "62": "Health care", "6244": "Child care",
    "71": "Arts and recreation", "72": "Hotels and restaurants", "81": "Other services", "GF": "Federal government",
    "GS": "State government", "GL": "Local government",
}  # fmt: skip
PUBLIC = ("GF", "GS", "GL")  # not a sector that a board targets


@dataclass
class Ranking:
    """Scorecard of sectors.

    Attributes
    ----------
    codes : (S,) sectors; names.
    values : (R, S, 5) criteria of each run; scores : the same, from 0 (worst sector) to 1 (best).
    order : sectors by mean score with equal weights, the best first.
    top : (S,) share of weightings and runs in which a sector is among the first TOP.
    """

    codes: list[str]
    values: F8
    scores: F8
    order: list[int]
    top: F8

    def name(self, k: int) -> str:
        """Name of a sector."""
        return NAMES.get(self.codes[k], self.codes[k])


def rank(results: Results) -> Ranking:
    """The scorecard of a study's baseline.

    Examples
    --------
    >>> rank(results).top  # doctest: +SKIP
    """
    groups = [g for i, g in results.keys if i == "jobs" and g.startswith("sector:")]
    jobs = {g: results.series("jobs", g, BASELINE) for g in groups}
    whole = sum(float(np.nanmean(j)) for j in jobs.values())
    kept = [g for g in groups if g[7:] not in PUBLIC and float(np.nanmean(jobs[g])) >= LEAST * whole]
    rows = [_criteria(results, g, jobs[g]) for g in kept]
    values = np.stack(rows, axis=1)
    done = sorted(r.replicate for r in results.records if r.done and r.policy == BASELINE)
    values = values[done]
    low, high = (f.reduce(values, axis=1, keepdims=True) for f in (np.fmin, np.fmax))
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = np.nan_to_num((values - low) / (high - low), nan=0.5)
    mean = scores.mean(axis=(0, 2))
    return Ranking([g[7:] for g in kept], values, scores, [int(k) for k in np.argsort(-mean, kind="stable")],
                   robustness(scores))  # fmt: skip


def _criteria(results: Results, group: str, jobs: F8) -> F8:
    """(R, 5) criteria of one sector."""
    months = list(results.months)
    years = max(1.0, (len(months) - 12) / 12.0)
    start, end = np.nanmean(jobs[:, :12], axis=1), np.nanmean(jobs[:, -12:], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        growth = (end / start) ** (1.0 / years) - 1.0
    opened = results.series("hires_rate", group, BASELINE) * jobs
    kept = np.full(len(jobs), np.nan)
    if SHOCK[0] in months and SHOCK[1] in months:
        a, b = months.index(SHOCK[0]), months.index(SHOCK[1])
        kept = np.nanmin(jobs[:, a + 2 : b + 1], axis=1) / np.nanmean(jobs[:, a : a + 2], axis=1)
    return np.stack([
        growth, results.last_year("weekly_wage", group), 12.0 * np.nanmean(opened[:, -12:], axis=1), kept,
        results.last_year("share_self_sufficient", group),
    ], axis=1)  # fmt: skip


def robustness(scores: F8) -> F8:
    """(S,) share of weightings in which each sector is among the first TOP.

    Parameters
    ----------
    scores : (R, S, C) scores of each run. Weights are drawn evenly from all that sum to 1 (Dirichlet), each with a run.
    """
    rng = np.random.default_rng(SEED)
    weights = rng.dirichlet(np.ones(scores.shape[2]), WEIGHTINGS)
    runs = rng.integers(0, scores.shape[0], WEIGHTINGS)
    totals = (scores[runs] * weights[:, None, :]).sum(axis=2)
    best = np.argsort(-totals, axis=1, kind="stable")[:, :TOP]
    return np.bincount(best.ravel(), minlength=scores.shape[1]) / WEIGHTINGS


def answer(bench: Bench) -> Answer:
    """The sector scorecard and how often each sector is among the first three."""
    results = bench.results([BASE])
    r = rank(results)
    found = Answer("sectors", QUESTIONS["sectors"], said(r), basis(results), len(results.records))
    found.sheets = [scorecard(r, results.about.get("dollar_year", 2019))]
    found.picture = picture(r, results)
    found.notes = [
        "Criteria: growth of jobs a year over the whole period; mean weekly wage, hires a year and residents' share "
        "at a "
        "self-sufficiency wage in the last 12 months; jobs in the worst month of 2020 against those before. "
        "Government and "
        f"sectors with less than {100 * LEAST:g}% of jobs are left out.",
        "Demand by sector follows national indices up to "
        f"{results.about.get('demand_known_to') or 'the last month known'} and an assumed trend after; a sector that "
        f"grows "
        "here grew in the nation.",
    ]
    return found


def said(r: Ranking) -> list[str]:
    """The answer: the first three, and how robust that is."""
    top = r.order[:TOP]
    sure = [k for k in range(len(r.codes)) if r.top[k] >= 0.8]
    names = join([f"{lower(r.name(k))} (among the first {TOP} in {100 * r.top[k]:.0f}% of weightings)" for k in top])
    first = f"With equal weights the first {TOP} sectors are {names}."
    if len(sure) == TOP:
        second = "The ranking is robust: the same three come first under at least 80% of weightings."
    elif sure:
        second = (
            f"Only {join([lower(r.name(k)) for k in sure])} {'is' if len(sure) == 1 else 'are'} there under at least "
            f"80% of "
            "weightings; the other places depend on what the board cares for."
        )
    else:
        second = "No sector is there under 80% of weightings: the choice depends on what the board cares for."
    near = [k for k in np.argsort(-r.top, kind="stable") if k not in top and r.top[k] >= 0.2]
    if near:
        second += f" Close behind: {join([f'{lower(r.name(int(k)))} ({100 * r.top[k]:.0f}%)' for k in near[:3]])}."
    return [first, second]


def scorecard(r: Ranking, year: int) -> Sheet:
    """Criteria and robustness of every sector."""
    mean = r.values.mean(axis=0)
    rows: list[dict[str, Any]] = []
    for place_, k in enumerate(r.order):
        growth, wage, opened, kept, sufficient = (float(x) for x in mean[k])
        rows.append({
            "rank": place_ + 1, "name": r.name(k), "score": f"{r.scores[:, k].mean():.2f}",
            "top": f"{100 * r.top[k]:.0f}%", "growth": f"{100 * growth:+.1f}%", "wages": money(wage),
            "openings": two_digits(opened), "resilience": "no figure" if math.isnan(kept) else f"{100 * kept:.0f}%",
            "self_sufficiency": f"{100 * sufficient:.0f}%",
        })  # fmt: skip
    columns = {"rank": "Rank", "name": "Sector", "score": "Score (equal weights)", "top": f"Top {TOP} under",
               **CRITERIA}  # fmt: skip
    return Sheet("Sector scorecard, baseline", columns, rows,
                 f"Scores from 0 (worst sector) to 1 (best). Dollars of {year}. Top {TOP} under: share of "
                 f"{WEIGHTINGS:,} random weightings.")  # fmt: skip


def picture(r: Ranking, results: Results) -> Picture:
    """Share of weightings in the first three, by sector, with the scores of each criterion."""
    rows = [
        {"label": r.name(k), "sub": "", "share": float(r.top[k]), "said": f"{100 * r.top[k]:.0f}%",
         "sure": bool(r.top[k] >= 0.8 or r.top[k] <= 0.2), **{c: float(r.scores[:, k, j].mean())
                                                              for j, c in enumerate(CRITERIA)}}
        for k in r.order
    ]  # fmt: skip
    sure = [r.name(k) for k in range(len(r.codes)) if r.top[k] >= 0.8]
    title = f"{join(sure)} {'stays' if len(sure) == 1 else 'stay'} in the top {TOP} whatever the weights" if sure else (
        f"No sector stays in the top {TOP} whatever the weights")  # fmt: skip
    return Picture(
        "scores", title, f"Score on each criterion (dark: best sector) and share of {WEIGHTINGS:,} random weightings "
                         f"in which "
        f"the sector is among the first {TOP}, {place(results)}", rows,
        f"Baseline, {len(r.values)} model run{'s' if len(r.values) != 1 else ''}. {CAVEAT}", tuple(CRITERIA),
    )  # fmt: skip
