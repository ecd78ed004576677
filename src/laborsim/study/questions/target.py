"""Are we on track for our targets, and with what probability?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import outcome, shown
from laborsim.study.questions import QUESTIONS
from laborsim.study.questions.answer import Answer, Picture, Sheet
from laborsim.study.questions.common import basis, place
from laborsim.study.questions.effects import bought
from laborsim.study.scorecard import attainable
from laborsim.study.words import CAVEAT, FEW, MOST, in_runs, join, lower, verdict

if TYPE_CHECKING:
    from laborsim.study.questions.bench import Bench

COLUMNS = {"target": "Target", "goal": "Goal", "by": "By", "policy": "Policy", "value": "Value (5% to 95% of runs)",
           "chance": "Runs that meet it", "verdict": "On track"}  # fmt: skip


def answer(bench: Bench) -> Answer:
    """Share of runs that meet each target, in the baseline and under each of the scenario's policies."""
    spec = bench.spec
    names = [n for n, p in spec.policies.items() if n != BASELINE]
    arms = bench.arms(names)
    results = bench.results(arms)
    title = {a.name: a.title for a in arms}
    found = Answer("target", QUESTIONS["target"], [], basis(results), len(results.records), {})
    found.policies = {n: title[n] for n in names}
    table: Any = results.targets()
    if table.empty:
        found.said = ["The scenario states no targets: there is nothing to be on track for."]
        return found
    known = table[table["probability"].notna()]
    base = known[known["policy"] == BASELINE]
    sides: dict[str, list[str]] = {"met": [], "toss-up": [], "missed": []}
    for _, row in base.iterrows():
        sides[verdict(row["probability"])].append(str(row["target"]))
    runs = results.replicates
    n, met = len(base), sides["met"]
    if not n:
        found.said = ["No target lies within the months simulated: none can be judged."]
    else:
        found.said = [_without(n, met, sides, runs), *_with(known, base, title, runs)]
        if way := attainable(known, title):
            found.said.append(way)
    rows, marks = [], []
    for _, row in table.iterrows():
        kind = outcome(row["indicator"], row["unit"]).kind
        known_ = math.isfinite(row["probability"])
        rows.append({
            "target": row["target"], "goal": _goal(row["goal"], kind), "by": row["by"], "policy": title[row["policy"]],
            "value": f"{shown(row['value'], kind)} ({shown(row['low'], kind)} to {shown(row['high'], kind)})"
            if known_ else str(row["remark"] or "no figure"),
            "chance": in_runs(row["probability"], int(row["runs"])) if known_ else "",
            "verdict": verdict(row["probability"]),
        })  # fmt: skip
        if known_ and row["policy"] == BASELINE:
            best = known[(known["target"] == row["target"])]["probability"].max()
            marks.append({
                "label": row["target"], "sub": f"{_goal(row['goal'], kind)} by {row['by']}; baseline "
                f"{shown(row['value'], kind)}", "share": row["probability"], "also": best,
                "said": in_runs(row["probability"], int(row["runs"])), "sure": verdict(row["probability"]) != "toss-up",
            })  # fmt: skip
    found.sheets = [Sheet("Targets by policy", COLUMNS, rows, "Met: in at least 80% of runs; missed: in at most 20%; "
                                                              "else "
                          "a toss-up.")]  # fmt: skip
    found.picture = Picture(
        "shares",
        f"In the baseline {len(met)} of {n} targets {'is' if len(met) == 1 else 'are'} met in at least 80% of runs",
        f"Share of {runs} baseline runs that meet each target (bar) and the most under any policy (line), "
        f"{place(results)}",
        marks, f"Blue: met or missed in at least 80% of runs; grey: toss-up. {CAVEAT}", ("runs that meet the goal",),
        form="share",
    )  # fmt: skip
    found.bought = [f"{title[p]}: {bought(results, p)}." for p in names]
    found.notes = [f"{r['target']}: {r['value']}" for r in rows if not r["chance"] and r["policy"] == title[BASELINE]]
    return found


def _without(n: int, met: list[str], sides: dict[str, list[str]], runs: int) -> str:
    are = "is" if len(met) == 1 else "are"
    said = f"Without any policy {len(met)} of {n} targets {are} met in at least {100 * MOST:.0f}% of {runs} runs"
    rest = []
    for side, words in (("toss-up", "a toss-up"), ("missed", f"met in at most {100 * FEW:.0f}%")):
        if names := sides[side]:
            rest.append(f"{len(names)} {'is' if len(names) == 1 else 'are'} {words} ({_some(names)})")
    return said + (f"; {join(rest)}." if rest else ".")


def _with(known: Any, base: Any, title: dict[str, str], runs: int) -> list[str]:
    """The policy under which most targets are met, if any changes that."""
    met = {p: int((known[known["policy"] == p]["probability"] >= MOST - 1e-9).sum()) for p in title}
    mean = {p: float(known[known["policy"] == p]["probability"].mean()) for p in title}
    others = [p for p in title if p != BASELINE]
    if not others:
        return []
    best = max(others, key=lambda p: (met[p], mean[p]))
    moved = []
    for _, row in known[known["policy"] == best].iterrows():
        before = float(base[base["target"] == row["target"]]["probability"].iloc[0])
        if row["probability"] - before >= 1.5 / max(runs, 1) and verdict(row["probability"]) != verdict(before):
            moved.append(f"{lower(str(row['target']))} {in_runs(row['probability'], runs)} instead of "
                         f"{in_runs(before, runs).removeprefix('in ')}")  # fmt: skip
    if met[best] <= met[BASELINE] and not moved:
        return [f"None of the {len(others)} policies changes how many are met." if len(others) > 1 else
                f"{title[best]} does not change how many are met."]  # fmt: skip
    most = f"most are met with {lower(title[best])}: {met[best]} of {len(base)}"
    return [f"Of the policies, {most}" + (f" ({join(moved[:3])})." if moved else
            ", a difference of at most one or two runs that chance can make.")]  # fmt: skip


def _some(names: list[str], most: int = 4) -> str:
    listed = [lower(n) for n in names[:most]]
    if any("," in n for n in names):  # "good jobs, Southeast" is one of them
        return "; ".join(listed) + (f"; and {len(names) - most} more" if len(names) > most else "")
    return join(listed) if len(names) <= most else f"{', '.join(listed)} and {len(names) - most} more"


def _goal(goal: str, kind: str) -> str:
    from laborsim.scenario.fields import parse_goal

    comparison, number = parse_goal(goal)
    words = {">=": "at least", ">": "above", "<=": "at most", "<": "below"}[comparison]
    return f"{words} {shown(number, kind)}"
