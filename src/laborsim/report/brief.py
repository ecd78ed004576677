"""The brief: decision, answer, range, cost, who gains and who loses, on one page made from stored results."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.report.wording import (
    each,
    goal_words,
    in_runs,
    lower,
    money,
    month_name,
    place_and_period,
    policy_title,
    price,
    sentence,
    stops,
    target_name,
)
from laborsim.study.outcomes import outcome, shown
from laborsim.study.statistics import discoveries
from laborsim.study.task import BASELINE

if TYPE_CHECKING:
    from laborsim.report.figures import Chart
    from laborsim.study.compare import Comparison
    from laborsim.study.results import Results

TEMPLATES = Path(__file__).parent / "templates"
# the answer is about the first of these, whatever the results; the others stand beside it
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
# indicators that are one of the stocks
SAME = {"self_sufficient_workers": "worker at a self-sufficiency wage", "employment": "employed resident"}


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
    found = _found(comparisons)
    about = results.about
    assumed = [a for a in about["assumptions"] if a["grade"] == "assumed"]
    parameters = [a for a in about["assumptions"] if a["kind"] == "parameter"]
    loose = [a for a in parameters if a["grade"] == "assumed"]
    return {
        "title": about["scenario"]["title"],
        "place": place_and_period(results),
        "decision": _decision(results, list(comparisons)),
        "answer": _answer(results, comparisons, found),
        "options": [_option(results, p, c, found) for p, c in comparisons.items()],
        "targets": _targets(results),
        "policies": [(p, policy_title(results, p)) for p in results.policies],
        "charts": [{"name": c.name, "svg": c.svg(), "alt": c.alt} for c in charts],
        "cabinets": _cabinets(results, comparisons, found),
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


def _answer(results: Results, comparisons: dict[str, Comparison], found: set[tuple[str, str]]) -> list[str]:
    """The answer in a few sentences: one outcome, the same whatever the results; says so when it may be chance."""
    if not comparisons:
        return []
    if results.replicates < 2:
        return [
            "One run of each policy shows no more than one possible course: more replicates are needed for an answer."
        ]
    rows = {p: {str(r.outcome): r for r in each(c.costs)} for p, c in comparisons.items()}
    stock = next((s for s in STOCKS if all(s in r for r in rows.values())), None)
    if stock is None:
        return ["The results have none of the numbers of people the policies are judged by."]
    runs = results.replicates
    name = {p: lower(policy_title(results, p)) for p in comparisons}
    effects = "; ".join(f"{name[p]} {r[stock].additional:+,.0f} {_interval(r[stock])}" for p, r in rows.items())
    said = [f"Change in {PLURALS[stock]} (last 12 months against the baseline, 90% interval): {effects}."]
    sure = [p for p in comparisons if (p, stock) in found]
    apart = _apart(results, stock, list(comparisons))
    if not sure:
        others = " (or from the others)" if len(comparisons) > 1 and not apart else ""
        said.append(
            f"No policy can be told from the baseline{others} with {runs} runs of each, "
            "allowing for the number of comparisons."
        )
    else:
        said.append(
            f"By more than chance, allowing for the number of comparisons: {_and([name[p] for p in sure])}"
            + (
                f"; the other policies cannot be told from the baseline with {runs} runs of each."
                if len(sure) < len(comparisons)
                else "."
            )
        )
    if apart:
        said.append(f"Told from each other: {'; '.join(f'more with {name[a]} than with {name[b]}' for a, b in apart)}.")
    elif sure and len(comparisons) > 1:
        said.append("No policy can be told from another one.")
    for policy in sure:
        row = rows[policy][stock]
        if math.isfinite(row.per_additional):
            cost = price(row.per_additional, row.per_additional_low, row.per_additional_high)
            said.append(
                f"With {name[policy]} each costs {cost}: all spending / additional people in the last 12 months."
            )
    second = _secondary(results, comparisons, found, stock)
    if second:
        said.append(f"Other changes by more than chance: {second}.")
    return said


def _interval(row: Any) -> str:
    return f"({row.low:+,.0f} to {row.high:+,.0f})" if math.isfinite(row.low) else "(one run)"


def _found(comparisons: dict[str, Comparison]) -> set[tuple[str, str]]:
    """(policy, outcome) of the differences that stand after allowing for all those the brief shows."""
    keys, p = [], []
    for policy, comparison in comparisons.items():
        for row in each(comparison.costs):
            keys.append((policy, str(row.outcome)))
            p.append(float(row.p))
        for row in each(comparison.differences):
            # the numbers of people are in the costs already
            if row.indicator in CABINET_ROWS and row.indicator not in SAME:
                keys.append((policy, str(row.indicator)))
                p.append(float(row.p))
    return {k for k, sure in zip(keys, discoveries(p), strict=True) if sure}


def _apart(results: Results, stock: str, policies: list[str]) -> list[tuple[str, str]]:
    """Pairs of policies whose numbers differ by more than chance, the higher one first."""
    pairs, rows = [], []
    for k, one in enumerate(policies):
        for other in policies[k + 1 :]:
            table = results.compare(one, other).costs
            row = table[table["outcome"] == stock].iloc[0]
            pairs.append((one, other) if row["additional"] > 0 else (other, one))
            rows.append(float(row["p"]))
    return [pair for pair, sure in zip(pairs, discoveries(rows), strict=True) if sure]


def _secondary(results: Results, comparisons: dict[str, Comparison], found: set[tuple[str, str]], stock: str) -> str:
    parts = []
    for policy, comparison in comparisons.items():
        changes = [
            f"{PLURALS[r.outcome]} {r.additional:+,.0f} {_interval(r)}"
            for r in each(comparison.costs)
            if r.outcome != stock and (policy, r.outcome) in found
        ]
        changes += [
            f"{r.label} {shown(r.difference, r.kind, signed=True)} "
            f"({shown(r.low, r.kind, signed=True)} to {shown(r.high, r.kind, signed=True)})"
            for r in each(comparison.differences)
            if (policy, r.indicator) in found
        ]
        if changes:
            parts.append(f"{lower(policy_title(results, policy))}: {', '.join(changes)}")
    return "; ".join(parts)


def _option(results: Results, policy: str, comparison: Comparison, found: set[tuple[str, str]]) -> dict[str, Any]:
    """One row of the table of options."""
    costs = []
    for stock in STOCKS:
        rows = comparison.costs[comparison.costs["outcome"] == stock]
        if len(rows) == 0:
            continue
        row = rows.iloc[0]
        sure = (policy, stock) in found
        prices = [
            f"{price(row[of], row[of + '_low'], row[of + '_high'])} per {unit}"
            for of, unit in (("per_additional", "person"), ("per_person_year", "person-year"))
            if sure and math.isfinite(row[of])
        ]
        costs.append(
            {
                "stock": PLURALS[stock],
                "additional": f"{row['additional']:+,.0f}",
                "interval": f"{row['low']:+,.0f} to {row['high']:+,.0f}" if math.isfinite(row["low"]) else "one run",
                "sure": sure,
                "price": "; ".join(prices),
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
                "name": target_name(name, first["indicator"]),
                "goal": goal_words(first["goal"], kind),
                "by": month_name(first["by"]),
                "source": first["source"],
                "cells": cells,
                "remark": first["remark"],
            }
        )
    return out


def _cabinets(
    results: Results, comparisons: dict[str, Comparison], found: set[tuple[str, str]]
) -> list[dict[str, Any]]:
    """A section for each owner of policies."""
    owners: dict[str, list[dict[str, Any]]] = {}
    for policy, comparison in comparisons.items():
        plan = results.about["policies"][policy]
        table = comparison.differences.set_index("indicator")
        table["distinguishable"] = [(policy, SAME.get(i, i)) in found for i in table.index]
        effects = [(table.loc[i, "label"], sentence(table.loc[i])) for i in CABINET_ROWS if i in table.index]
        runs = [r for r in results.records if r.policy == policy and r.done]
        remarks = [f"in the first run {said}" for said in stops(runs[0].remarks)] if runs else []
        owners.setdefault(str(plan.get("owner") or "No owner named"), []).append(
            {
                "title": policy_title(results, policy),
                "note": plan.get("note") or "",
                "effects": effects,
                "terms": _terms(plan),
                "spent": _option(results, policy, comparison, found)["spent"],
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
