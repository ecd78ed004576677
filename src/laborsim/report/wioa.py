"""The WIOA table for readers, with published medians beside it where the region has them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from laborsim.report.wording import policy_title
from laborsim.scenario.ledger import ledger

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

LABELS: Final = {
    "employment_q2": "Employed in the second quarter after exit",
    "employment_q4": "Employed in the fourth quarter after exit",
    "median_earnings_q2": "Median earnings in the second quarter",
    "credential_attainment": "Credential attained within a year of exit",
    "measurable_skill_gains": "Skill gains in a program year",
    "retention_same_employer": "Same employer in second and fourth quarter",
    "mean_earnings_q2": "Mean earnings in the second quarter, zeros included (no WIOA indicator)",
}
POPULATIONS: Final = {"adult": "adults", "dislocated": "dislocated workers", "youth": "youth"}
STATES: Final = {"KY": "kentucky"}  # states whose published levels the ledger has


def figure(value: float, unit: str, signed: bool = False) -> str:
    """A figure of the table; an en rule where there is none."""
    if value is None or not math.isfinite(value):
        return "\N{EN DASH}"
    sign = "+" if signed and value >= 0 else ""
    if unit == "dollars":
        return f"{'-' if value < 0 else sign}${abs(value):,.0f}"
    return f"{sign}{100 * value:.1f}{' pp' if signed else '%'}"


def lines(
    table: pd.DataFrame, population: str = "all", group: str = "all", program: str = "all"
) -> list[dict[str, str]]:
    """Figures of one group of exiters: label, gross, counterfactual, net, range of the net, people."""
    chosen = table[(table["population"] == population) & (table["group"] == group) & (table["program"] == program)]
    return [_line({str(k): v for k, v in row.items()}) for row in chosen.to_dict("records")]


def _line(row: Mapping[str, Any]) -> dict[str, str]:
    unit, hidden = row["unit"], bool(row["suppressed"])
    span = ""
    if math.isfinite(row["net_low"]):
        span = f"{figure(row['net_low'], unit, True)} to {figure(row['net_high'], unit, True)}"
    return {
        "label": LABELS[row["indicator"]],
        "gross": "suppressed" if hidden else figure(row["gross"], unit),
        "counterfactual": "" if hidden else figure(row["counterfactual"], unit),
        "net": "" if hidden else figure(row["net"], unit, True),
        "range": span,
        "people": "fewer than allowed" if hidden else f"{row['people']:,.0f}",
    }


def sections(results: Results) -> list[dict[str, Any]]:
    """The WIOA table of each policy of a study: everyone, then by program, population and group."""
    table = results.wioa()
    out = []
    for policy in results.policies:
        own = table[table["policy"] == policy]
        if not len(own):
            continue
        breaks = [(f"Program: {p.replace('_', ' ')}", lines(own, program=p)) for p in dict.fromkeys(own["program"])
                  if p != "all"]  # fmt: skip
        breaks += [(f"Title I {POPULATIONS[p]}", lines(own, population=p)) for p in dict.fromkeys(own["population"])
                   if p != "all"]  # fmt: skip
        breaks += [(g.replace(":", ": "), lines(own, group=g)) for g in dict.fromkeys(own["group"]) if g != "all"]
        out.append({"title": policy_title(results, policy), "all": lines(own), "breaks": breaks})
    return out


def references(results: Results) -> list[str]:
    """Published medians to read the table beside, in the model's dollars, for regions of a state that has them."""
    from laborsim.study.trial import prices

    states = [STATES[s] for s in results.about.get("states") or () if s in STATES]
    if not states:
        return []
    price = prices(int(results.about.get("dollar_year", 2019)))
    out = []
    for state in states:
        for study in ledger().values():
            if study.kind == "level" and study.name.startswith(f"wioa_{state}_"):
                now = study.estimate * price(int(study.dollar_year or 2019))
                text = f"{study.outcome}, {study.place}: ${study.estimate:,.0f} (${now:,.0f} in the model's dollars)"
                out.append(f"{text}; {study.source}")
    return out


__all__ = ["LABELS", "figure", "lines", "references", "sections"]
