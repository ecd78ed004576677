"""The brief: decision, answer, range, cost, who gains and who loses, on one page made from stored results."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.report.wording import (
    NOT_DISTINGUISHABLE,
    each,
    goal_words,
    in_runs,
    lower,
    money,
    month_name,
    place_and_period,
    policy_title,
    sentence,
    stops,
)
from laborsim.study.outcomes import outcome, shown
from laborsim.study.task import BASELINE

if TYPE_CHECKING:
    from laborsim.report.figures import Chart
    from laborsim.study.compare import Comparison
    from laborsim.study.results import Results

TEMPLATES = Path(__file__).parent / "templates"
# what the answer is about: the first stock whose change is distinguishable, in this order
STOCKS = ("worker at a self-sufficiency wage", "employed resident", "worker in a good job")
PLURALS = {
    "worker at a self-sufficiency wage": "workers at a self-sufficiency wage",
    "employed resident": "employed residents",
    "worker in a good job": "workers in good jobs",
}
CABINET_ROWS = (
    "self_sufficient_workers",
    "employment",
    "unemployment_rate",
    "participation_rate",
    "share_self_sufficient",
    "wage_median",
    "good_vacancy_fill_rate",
    "time_to_fill",
    "carers_kept_out",
)


def brief_html(results: Results, charts: Sequence[Chart]) -> str:
    """The brief as one HTML file with its charts inside.

    Parameters
    ----------
    results : at least one run must be finished.
    charts : drawn in the order given.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("brief.html.j2").render(**content(results, charts))


def content(results: Results, charts: Sequence[Chart]) -> dict[str, Any]:
    """Everything the template shows, in words and figures."""
    policies = [p for p in results.policies if p != BASELINE]
    comparisons = {p: results.compare(p) for p in policies if any(r.done and r.policy == p for r in results.records)}
    about = results.about
    assumed = [a for a in about["assumptions"] if a["grade"] == "assumed"]
    parameters = [a for a in about["assumptions"] if a["kind"] == "parameter"]
    loose = [a for a in parameters if a["grade"] == "assumed"]
    return {
        "title": about["scenario"]["title"],
        "place": place_and_period(results),
        "decision": _decision(results, list(comparisons)),
        "answer": _answer(results, comparisons),
        "options": [_option(results, p, c) for p, c in comparisons.items()],
        "targets": _targets(results),
        "policies": [(p, policy_title(results, p)) for p in results.policies],
        "charts": [{"name": c.name, "svg": c.svg(), "alt": c.alt} for c in charts],
        "cabinets": _cabinets(results, comparisons),
        "notes": _paragraphs(about["scenario"]["notes"]),
        "assumed": sorted((_assumption(a) for a in assumed), key=lambda a: (not a["set_here"], a["name"])),
        "loose": len(loose),
        "parameters": len(parameters),
        "loose_rooms": _rooms(loose),
        "failed": [f"{policy_title(results, r.policy)}, replicate {r.replicate}: {r.error}" for r in results.failed],
        "replicates": results.replicates,
        "about": about,
        "precision": _precision(comparisons),
    }


def _decision(results: Results, policies: list[str]) -> str:
    horizon = month_name(results.months[-1])
    if not policies:
        return f"No policy was simulated: this is where the region stands by {horizon} if nothing new is done."
    owners = sorted({str(results.about["policies"][p].get("owner") or "") for p in policies} - {""})
    by = f" (owned by {_and(owners)})" if owners else ""
    names = [lower(policy_title(results, p)) for p in policies]
    if len(names) == 1:
        return f"Whether to back {names[0]}{by}, judged by {horizon}."
    return f"Which to back: {', '.join(names[:-1])} or {names[-1]}{by}, judged by {horizon}."


def _answer(results: Results, comparisons: dict[str, Comparison]) -> list[str]:
    """The answer in a few sentences; says so when chance could explain everything."""
    if not comparisons:
        return []
    if results.replicates < 2:
        return [
            "One run of each policy shows no more than one possible course: more replicates are needed for an answer."
        ]
    for stock in STOCKS:
        found = []
        for policy, comparison in comparisons.items():
            rows = comparison.costs[comparison.costs["outcome"] == stock]
            if len(rows) and rows.iloc[0]["low"] > 0:
                found.append((policy, rows.iloc[0]))
        if not found:
            continue
        most = max(found, key=lambda f: float(f[1]["additional"]))
        said = [
            f"Most {PLURALS[stock]} are added by {lower(policy_title(results, most[0]))}: "
            f"{most[1]['additional']:+,.0f} (90% interval {most[1]['low']:+,.0f} to {most[1]['high']:+,.0f})."
        ]
        priced = [f for f in found if math.isfinite(f[1]["per_additional"])]
        if priced:
            cheap = min(priced, key=lambda f: float(f[1]["per_additional"]))
            row = cheap[1]
            same = "The same policy" if cheap[0] == most[0] else policy_title(results, cheap[0])
            span = f"({money(row['per_additional_low'])} to {money(row['per_additional_high'])})"
            said.append(
                f"{same} has the lowest cost among those that can be told from chance: "
                f"{money(row['per_additional'])} for each {span}."
                if len(priced) > 1
                else f"Each costs {money(row['per_additional'])} {span}."
            )
        rest = [p for p in comparisons if p not in [f[0] for f in found]]
        if rest:
            said.append(f"Change with {_and([lower(policy_title(results, p)) for p in rest])}: {NOT_DISTINGUISHABLE}.")
        return said
    return [
        f"None of them changes the number of workers at a self-sufficiency wage, of employed residents or of workers "
        f"in good jobs by more than chance: every change is {NOT_DISTINGUISHABLE}."
    ]


def _option(results: Results, policy: str, comparison: Comparison) -> dict[str, Any]:
    """One row of the table of options."""
    costs = []
    for stock in STOCKS:
        rows = comparison.costs[comparison.costs["outcome"] == stock]
        if len(rows) == 0:
            continue
        row = rows.iloc[0]
        sure = row["low"] > 0 or row["high"] < 0
        interval = f"{row['low']:+,.0f} to {row['high']:+,.0f}" if math.isfinite(row["low"]) else "one run"
        price = (
            f"{money(row['per_additional'])} ({money(row['per_additional_low'])} "
            f"to {money(row['per_additional_high'])})"
            if math.isfinite(row["per_additional"])
            else ""
        )
        costs.append(
            {
                "stock": PLURALS[stock],
                "additional": f"{row['additional']:+,.0f}",
                "interval": interval,
                "sure": sure,
                "price": price,
            }
        )
    spent = (
        float(comparison.costs["dollars"].iloc[0]) if len(comparison.costs) else float(results.dollars(policy).mean())
    )
    return {
        "policy": policy,
        "title": policy_title(results, policy),
        "owner": results.about["policies"][policy].get("owner") or "",
        "spent": money(spent),
        "costs": costs,
        "gains": _who(comparison, 1),
        "losses": _who(comparison, -1),
    }


def _who(comparison: Comparison, side: int, most: int = 4) -> str:
    table = comparison.gains if side > 0 else comparison.losses
    if len(table) == 0:
        return "no group by more than chance"
    by_group: dict[str, list[str]] = {}
    for row in each(table):
        by_group.setdefault(row.who, []).append(f"{row.label} {shown(row.difference, row.kind, signed=True)}")
    # groups that change in most ways first; the list says how many are left out
    order = sorted(by_group, key=lambda who: -len(by_group[who]))
    text = "; ".join(f"{who} ({', '.join(by_group[who][:2])})" for who in order[:most])
    return text + (f"; and {len(order) - most} more groups" if len(order) > most else "")


def _targets(results: Results) -> list[dict[str, Any]]:
    table = results.targets()
    out = []
    for name in dict.fromkeys(table["target"]):
        rows = table[table["target"] == name]
        first = rows.iloc[0]
        kind = outcome(first["indicator"], first["unit"]).kind
        cells = []
        for policy in results.policies:
            row = rows[rows["policy"] == policy].iloc[0]
            known = math.isfinite(row["value"])
            cells.append(
                {
                    "value": shown(row["value"], kind) if known else "no figure",
                    "range": f"{shown(row['low'], kind)} to {shown(row['high'], kind)}"
                    if known and row["runs"] > 1
                    else "",
                    "chance": f"met {in_runs(row['probability'], int(row['runs']))}" if known else str(row["remark"]),
                    "met": bool(row["met"]),
                }
            )
        out.append(
            {
                "name": name,
                "goal": goal_words(first["goal"], kind),
                "by": month_name(first["by"]),
                "source": first["source"],
                "cells": cells,
                "remark": first["remark"],
            }
        )
    return out


def _cabinets(results: Results, comparisons: dict[str, Comparison]) -> list[dict[str, Any]]:
    """A section for each owner of policies."""
    owners: dict[str, list[dict[str, Any]]] = {}
    for policy, comparison in comparisons.items():
        plan = results.about["policies"][policy]
        table = comparison.differences.set_index("indicator")
        effects = [(table.loc[i, "label"], sentence(table.loc[i])) for i in CABINET_ROWS if i in table.index]
        runs = [r for r in results.records if r.policy == policy and r.done]
        remarks = [f"in the first run {said}" for said in stops(runs[0].remarks)] if runs else []
        owners.setdefault(str(plan.get("owner") or "No owner named"), []).append(
            {
                "title": policy_title(results, policy),
                "note": plan.get("note") or "",
                "effects": effects,
                "terms": _terms(plan),
                "spent": _option(results, policy, comparison)["spent"],
                "remarks": remarks[:4],
                "more_remarks": max(0, len(remarks) - 4),
                "gains": _who(comparison, 1),
                "losses": _who(comparison, -1),
            }
        )
    return [{"owner": owner, "policies": policies} for owner, policies in owners.items()]


def _terms(plan: dict[str, Any]) -> list[tuple[str, str]]:
    terms = []
    if plan.get("start"):
        text = month_name(plan["start"])
        if plan.get("adoption_delay_months"):
            text += f", {plan['adoption_delay_months']} months until it is adopted"
        if plan.get("ramp_months"):
            text += f", full after {plan['ramp_months']} more months"
        terms.append(("Start", text))
    if plan.get("budget") is not None:
        per = "a year" if plan.get("budget_per", "year") == "year" else "in all"
        terms.append(("Budget", f"{money(plan['budget'])} {per}"))
    payer = plan.get("payer")
    if payer:
        text = payer if isinstance(payer, str) else ", ".join(f"{k} {100 * v:.0f}%" for k, v in payer.items())
        terms.append(("Payer", text))
    tools = ", ".join(i["type"].replace("_", " ") for i in plan.get("instruments") or ())
    if plan.get("combine"):
        tools = "combines " + ", ".join(plan["combine"])
    if tools:
        terms.append(("What it does", tools))
    return terms


def _assumption(row: dict[str, Any]) -> dict[str, Any]:
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


def _rooms(rows: list[dict[str, Any]]) -> str:
    counts: dict[str, int] = {}
    for row in rows:
        room = row["name"].partition(".")[0].replace("_", " ")
        counts[room] = counts.get(room, 0) + 1
    return ", ".join(f"{room} {n}" for room, n in sorted(counts.items(), key=lambda x: (-x[1], x[0])))


def _precision(comparisons: dict[str, Comparison]) -> str:
    """Typical gain from comparing runs that share their draws."""
    gains = sorted(
        float(v) for c in comparisons.values() for v in c.differences["variance_reduction"] if math.isfinite(v)
    )
    if not gains:
        return ""
    middle = gains[len(gains) // 2]
    return (
        f"Runs share every random draw a policy does not touch; for the headline figures this is worth "
        f"{middle:.1f} times as many independent runs (median over indicators and policies)."
    )


def _paragraphs(notes: str) -> list[str]:
    """Paragraphs of a text; single line breaks are only the file's."""
    return [" ".join(p.split()) for p in re.split(r"\n\s*\n", notes.strip()) if p.strip()]


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
