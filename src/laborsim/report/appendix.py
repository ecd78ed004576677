"""Everything behind the first page of the brief: options in full, targets, owners, assumptions."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from laborsim.report.front import NOT_TESTED, interval, middle, price_of, spent
from laborsim.report.known import PLURALS
from laborsim.report.who import who
from laborsim.report.wording import (
    against_goal,
    goal_words,
    judged,
    money,
    month_name,
    policy_title,
    price,
    sentence,
    stops,
    target_name,
    target_rows,
    verdict,
)
from laborsim.scenario.tested import untested
from laborsim.study.findings import JUDGED, STOCKS, Findings
from laborsim.study.outcomes import shown
from laborsim.study.verdicts import SAME

if TYPE_CHECKING:
    from laborsim.study.results import Results

OWNER_ROWS = (*SAME, *JUDGED)


def options(results: Results, findings: Findings) -> list[dict[str, Any]]:
    """Each policy with all numbers of people it may add, and their prices."""
    out = []
    for policy, comparison in findings.comparisons.items():
        lines = []
        for stock in STOCKS:
            row = findings.row(policy, stock)
            if row is None or policy in findings.idle:
                continue
            sure = (policy, stock) in findings.found
            prices = []
            if sure and math.isfinite(row["per_additional"]):
                prices.append(f"{price_of(row, sure)} per person")
            if sure and math.isfinite(row["per_person_year"]):
                each_year = (row["per_person_year"], row["per_person_year_low"], row["per_person_year_high"])
                prices.append(f"{price(*each_year)} per person-year")
            lines.append(
                {
                    "stock": PLURALS[stock],
                    "interval": interval(row),
                    "additional": middle(row),
                    "sure": sure,
                    "price": "; ".join(prices),
                }
            )
        out.append(
            {
                "policy": policy,
                "title": policy_title(results, policy),
                "owner": results.about["policies"][policy].get("owner") or "",
                "spent": spent(results, policy, comparison),
                "idle": findings.idle.get(policy, ""),
                "untested": untested_words(results, policy),
                "costs": lines,
                "gains": NOT_TESTED if policy in findings.idle else who(results, comparison, 1),
                "losses": NOT_TESTED if policy in findings.idle else who(results, comparison, -1),
            }
        )
    return out


def untested_words(results: Results, policy: str) -> str:
    """Which instruments of a policy do what no held-out study has tested; empty if all are tested."""
    plans, types, left = results.about["policies"], [], [policy]
    while left:
        plan = plans.get(left.pop(0)) or {}
        types += [str(i["type"]) for i in plan.get("instruments") or ()]
        left += plan.get("combine") or ()
    names = [i.replace("_", " ") for i in untested(types)]
    return f"Effect not tested against a held-out study: {', '.join(names)}" if names else ""


def targets(results: Results) -> list[dict[str, Any]]:
    """Each target with what every policy reaches."""
    out = []
    for name, first, kind, rows in target_rows(results):
        cells = []
        for row in rows:
            known = math.isfinite(row["value"])
            ranged = known and row["runs"] > 1
            cells.append(
                {
                    "value": against_goal(row["value"], row["goal"], kind) if known else "no figure",
                    "range": f"{shown(row['low'], kind)} to {shown(row['high'], kind)}" if ranged else "",
                    "chance": judged(row) if known else str(row["remark"]),
                    "way": way(row),
                    "met": verdict(row["probability"]) == "met",
                }
            )
        out.append(
            {
                "name": target_name(name, first["indicator"]),
                "goal": goal_words(first["goal"], kind),
                "by": month_name(first["by"]),
                "source": first["source"],
                "cells": cells,
                "short": short(rows[0], kind),
                "remark": first["remark"],
            }
        )
    return out


def short(base: Any, kind: str) -> str:
    """By how much the baseline misses a goal."""
    if not base["gap"] > 0.0:
        return ""
    return f"the baseline misses it by {shown(float(base['gap']), kind, signed=True).lstrip('+')}"


def way(row: Any) -> str:
    """Which part of what the baseline misses a policy closes."""
    if not math.isfinite(row["closed"]):
        return ""
    if not row["moved"]:
        return "moved by no more than chance"
    if row["closed"] < 0.0:
        return "moved away from the goal"
    return "closes the gap" if row["closed"] >= 1.0 else f"closes {100 * row['closed']:.0f}% of the gap"


def owners(results: Results, findings: Findings) -> list[dict[str, Any]]:
    """A section for each owner of policies."""
    found: dict[str, list[dict[str, Any]]] = {}
    for policy, comparison in findings.comparisons.items():
        plan = results.about["policies"][policy]
        table = comparison.differences.set_index("indicator")
        table["distinguishable"] = [findings.sure(policy, str(i)) for i in table.index]
        runs = [r for r in results.records if r.policy == policy and r.done]
        remarks = [f"in the first run {said}" for said in stops(runs[0].remarks)] if runs else []
        idle = findings.idle.get(policy, "")
        effects = [(table.loc[i, "label"], sentence(table.loc[i])) for i in OWNER_ROWS if i in table.index]
        found.setdefault(str(plan.get("owner") or "No owner named"), []).append(
            {
                "title": policy_title(results, policy),
                "note": plan.get("note") or "",
                "effects": [("Effect", f"not tested: it {idle}")] if idle else effects,
                "terms": terms(plan),
                "spent": spent(results, policy, comparison),
                "remarks": remarks[:4],
                "more_remarks": max(0, len(remarks) - 4),
                "gains": NOT_TESTED if policy in findings.idle else who(results, comparison, 1),
                "losses": NOT_TESTED if policy in findings.idle else who(results, comparison, -1),
            }
        )
    return [{"owner": owner, "policies": policies} for owner, policies in found.items()]


def terms(plan: dict[str, Any]) -> list[tuple[str, str]]:
    """When a policy starts, what it may spend, who pays, what it does."""
    found = []
    if plan.get("start"):
        text = month_name(plan["start"])
        if plan.get("adoption_delay_months"):
            text += f", {plan['adoption_delay_months']} months until it is adopted"
        if plan.get("ramp_months"):
            text += f", full after {plan['ramp_months']} more months"
        found.append(("Start", text))
    if plan.get("budget") is not None:
        per = "a year" if plan.get("budget_per", "year") == "year" else "in all"
        found.append(("Budget", f"{money(plan['budget'])} {per}"))
    payer = plan.get("payer")
    if payer and not plan.get("combine"):  # its parts have payers of their own
        text = payer if isinstance(payer, str) else ", ".join(f"{k} {100 * v:.0f}%" for k, v in payer.items())
        found.append(("Payer", text))
    tools = ", ".join(i["type"].replace("_", " ") for i in plan.get("instruments") or ())
    if plan.get("combine"):
        tools = "combines " + ", ".join(plan["combine"])
    if tools:
        found.append(("What it does", tools))
    return found


def assumption(row: dict[str, Any]) -> dict[str, Any]:
    """One line of the list of what is only assumed."""
    value = row["value"]
    if isinstance(value, float):
        value = f"{value:.6g}"
    elif isinstance(value, list):
        value = ", ".join(f"{v:.4g}" if isinstance(v, float) else str(v) for v in value[:8]) + (
            " ..." if len(value) > 8 else ""
        )
    span = f"{row['low']:g} to {row['high']:g}" if row["low"] is not None and row["high"] is not None else ""
    text = str(value)
    return {
        "name": row["name"],
        "label": row["label"],
        "value": text if len(text) <= 120 else text[:117] + "...",
        "unit": row["unit"],
        "range": span,
        "source": row["source"],
        "set_here": row["set_here"],
    }


def rooms(names: list[str]) -> str:
    """Parameters by the part of the model they belong to, most first."""
    counts: dict[str, int] = {}
    for name in names:
        room = name.partition(".")[0].replace("_", " ")
        counts[room] = counts.get(room, 0) + 1
    return ", ".join(f"{room} {n}" for room, n in sorted(counts.items(), key=lambda x: (-x[1], x[0])))


def paragraphs(notes: str) -> list[str]:
    """Paragraphs of a text; single line breaks are only the file's."""
    return [" ".join(p.split()) for p in re.split(r"\n\s*\n", notes.strip()) if p.strip()]
