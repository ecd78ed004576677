"""Apprenticeship, on-the-job or customized training for our retirements?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.schema import BASELINE
from laborsim.study.judging import judge
from laborsim.study.questions import QUESTIONS
from laborsim.study.questions.answer import Answer, Picture, Sheet
from laborsim.study.questions.common import Simulated, basis, filled, place, simulate
from laborsim.study.questions.effects import cell, dollars, per_million, rate_cell, totals
from laborsim.study.questions.probes import choose
from laborsim.study.statistics import Paired, paired
from laborsim.study.words import CAVEAT, NOT_DISTINGUISHABLE, in_runs, join, lower, money, two_digits

if TYPE_CHECKING:
    from laborsim.study.questions.bench import Bench
    from laborsim.study.results import Results

KINDS = ("apprenticeship", "ojt", "customized")
# first letters of the codes of each kind's programs
PROGRAMS = {
    "apprenticeship": ("apprentice_",), "ojt": ("ojt_",), "customized": ("custom_",),
    "partnership": ("sector_", "class_"), "training": ("class_", "sector_", "path_"),
    "youth": ("cte_", "work_", "pre_"),
}  # fmt: skip
# SOC major groups that entry-level training of these kinds leads to: the replacement jobs it can fill
MAJORS = {
    "11": "Management", "13": "Business and finance", "15": "Computers and mathematics",
    "17": "Architecture and engineering", "19": "Science", "21": "Community and social service", "23": "Legal",
    "25": "Education", "27": "Arts and media", "29": "Health practitioners", "31": "Health support",
    "33": "Protective service", "35": "Food", "37": "Building and grounds", "39": "Personal care", "41": "Sales",
    "43": "Office", "45": "Farming", "47": "Construction", "49": "Installation and repair", "51": "Production",
    "53": "Transport",
}  # fmt: skip
MOST = 12  # occupation groups drawn


def openings(results: Results) -> list[dict[str, Any]]:
    """Replacement openings and new jobs a year by occupation group in the baseline, the most replacement first.

    New jobs are the net change of filled jobs, as in occupational projections: employers that grow while others shrink
    open more.
    """
    rows = []
    years = max(1.0, (len(results.months) - 12) / 12.0)
    for _, group in [k for k in results.keys if k[0] == "replacement_openings" and k[1].startswith("occupation:")]:
        replacement, gross = (_a_year(results, i, group) for i in ("replacement_openings", "growth_openings"))
        filled = results.series("jobs", group, BASELINE)
        jobs = float(np.nanmean(filled[:, -12:]))
        growth = (jobs - float(np.nanmean(filled[:, :12]))) / years
        code = group.split(":")[1]
        rows.append({"code": code, "group": group, "name": MAJORS.get(code, code), "replacement": replacement,
                     "growth": growth, "gross": gross, "jobs": jobs,
                     "rate": replacement / jobs if jobs > 0 else math.nan,
                     "filled": _mean(results.last_year("share_openings_filled", group))})  # fmt: skip
    return sorted(rows, key=lambda r: -r["replacement"])


def _mean(values: NDArray[np.float64]) -> float:
    """Mean of what there is; NaN where nothing opened."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def programs_of(results: Results, kind: str) -> list[str]:
    """Groups of the programs of a kind; "all" if it has none of its own."""
    starts = tuple(f"program:{start}" for start in PROGRAMS.get(kind, ()))
    own = [g for i, g in results.keys if i == "pipeline_placed" and starts and g.startswith(starts)]
    return own or ["all"]


def trained(results: Results, kind: str, policy: str) -> NDArray[np.float64]:
    """(R,) people placed by programs of a kind over all months; of all programs if the kind has none of its own.

    Of customized training, those who complete: employers send workers they have.
    """
    stage = "pipeline_completed" if kind == "customized" else "pipeline_placed"
    parts = [np.nansum(results.series(stage, g, policy), axis=1) for g in programs_of(results, kind)]
    return np.asarray(sum(parts), np.float64)


def placed(results: Results, kinds: dict[str, str]) -> dict[str, Paired]:
    """People placed (see `trained`) by policies beyond the baseline, judged together.

    Parameters
    ----------
    kinds : policy -> the kind of training it stands for.
    """
    arms = {kind: {p: trained(results, kind, p) for p in results.policies} for kind in set(kinds.values())}
    return dict(zip(kinds, judge([(arms[kind], BASELINE, n) for n, kind in kinds.items()]), strict=True))


def _a_year(results: Results, indicator: str, group: str) -> float:
    values: NDArray[np.float64] = results.series(indicator, group, BASELINE)
    return float(np.nanmean(np.nanmean(values, axis=1))) * 12.0


def answer(bench: Bench) -> Answer:
    """Replacement against growth openings, and trained people placed for each million dollars."""
    s = simulate(bench, choose(bench.spec, KINDS))
    results = s.results
    groups = openings(results)
    new, old = sum(g["growth"] for g in groups), sum(g["replacement"] for g in groups)
    spent = {n: dollars(results, n) for n in s.names}
    more = placed(results, {n: s.choice.kind_of[n] for n in s.names})
    jobs = totals(results, s.names, "jobs", per=12.0)
    found = Answer("retirements", QUESTIONS["retirements"], [], basis(results), len(results.records))
    most = join([lower(g["name"]) for g in groups[:3]])
    left = f"{two_digits(old)} openings a year are left by people who leave work or the occupation (most in {most})"
    against = f"{old / new:.0f} for each net new job" if new > 0.01 * old else "while the number of jobs does not grow"
    found.said = [f"{left}, {against}.", _which(s, more, spent)]
    found.sheets = [
        Sheet(
            "Training for replacement, all months together",
            {"policy": "Policy", "spent": "Spent", "placed": "Placed after training, more than without (90% range)",
             "rate": "Placed for each $1 million", "jobs": "Job-years filled, more than without",
             "job_rate": "Job-years for each $1 million"},
            [{"policy": s.title(n), "spent": money(spent[n]), "placed": cell(more[n]),
              "rate": rate_cell(more[n], spent[n]), "jobs": cell(jobs[n]), "job_rate": rate_cell(jobs[n], spent[n])}
             for n in s.names],
            "Apprentices who start late in the period have not completed by its end. Of customized training, workers "
            "who complete: employers send those they have.",
        ),
        Sheet(
            "Openings a year by occupation group, baseline",
            {"name": "Occupation group", "replacement": "Replacement", "growth": "Net new jobs",
             "gross": "Openings of employers that grow", "jobs": "Jobs",
             "rate": "Replacement / jobs", "filled": "Share of openings filled in the month"},
            [{"name": g["name"], "replacement": two_digits(g["replacement"]),
              "growth": two_digits(g["growth"], True), "gross": two_digits(g["gross"]),
              "jobs": two_digits(g["jobs"]), "rate": f"{100 * g['rate']:.1f}%", "filled": f"{100 * g['filled']:.0f}%"}
             for g in groups],
            "Replacement: left by people who leave the labor force or the occupation. Net new jobs: change from the "
            "first to the last year.",
        ),
    ]  # fmt: skip
    found.picture = Picture(
        "pairs", f"{two_digits(old)} openings a year are left by people who leave, {two_digits(new)} are net new jobs",
        f"Openings a year by occupation group in the baseline, {place(results)}",
        [{"label": g["name"], "one": g["replacement"], "two": g["growth"],
          "said": f"{two_digits(g['replacement'])}; {two_digits(g['growth'], True)}"} for g in groups[:MOST]],
        f"Mean of {results.replicates} model runs; the {min(MOST, len(groups))} groups with most replacement. {CAVEAT}",
        ("Replacement", "Net new jobs"),
    )  # fmt: skip
    return filled(found, s, bench)


def _which(s: Simulated, more: dict[str, Paired], spent: dict[str, float]) -> str:
    """Which kind of training places most people for a dollar, and whether that is more than chance."""
    able = [n for n in s.names if spent[n] > 0 and math.isfinite(spent[n])]
    if not able:
        return "No training spent money in these runs: there is nothing to compare."
    rate = {n: per_million(more[n], spent[n]) for n in able}
    order = sorted(able, key=lambda n: -rate[n][0])
    best = order[0]
    people = two_digits(rate[best][0], True)
    said = f"{lower(s.short(best))} places {people.lstrip('+')} more trained people for each million dollars"
    if math.isfinite(rate[best][1]):
        said += f" ({two_digits(rate[best][1], True)} to {two_digits(rate[best][2], True)})"
    if not more[best].distinguishable:
        return f"No training adds placements by more than chance: {said}, {NOT_DISTINGUISHABLE}."
    if len(order) == 1:
        return f"Only one of the three was compared: {said}."
    second = order[1]
    runs = _per_run(s, best, spent[best]), _per_run(s, second, spent[second])
    p = paired(runs[1], runs[0], 0.90)
    other = f"{lower(s.short(second))} {two_digits(rate[second][0], True)}"
    if p.distinguishable:
        return f"Per dollar {said}, {other}: more {in_runs(p.up, p.replicates)}."
    return f"Per dollar {said}, {other}; the difference between the two is {NOT_DISTINGUISHABLE}."


def _per_run(s: Simulated, name: str, spent: float) -> NDArray[np.float64]:
    kind = s.choice.kind_of[name]
    more = trained(s.results, kind, name) - trained(s.results, kind, BASELINE)
    return np.asarray(more * 1e6 / spent, np.float64)
