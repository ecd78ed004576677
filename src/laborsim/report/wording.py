"""How findings are said: shares of runs, never certainty; nothing claimed that chance could explain."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.indicators.targets import meets
from laborsim.scenario.fields import parse_goal
from laborsim.study.outcomes import outcome, shown
from laborsim.study.statistics import FEWEST_RUNS
from laborsim.study.words import (
    CAVEAT,
    FEW,
    MOST,
    NOT_DISTINGUISHABLE,
    RANGES,
    in_runs,
    join,
    lower,
    money,
    month_name,
    only,
    price,
    two_digits,
    verdict,
)

if TYPE_CHECKING:
    from laborsim.study.results import Results


def chance(share: float, runs: int) -> str:
    """A probability as it stands in a table.

    Examples
    --------
    >>> chance(0.84, 50), chance(0.625, 8), chance(1.0, 1)
    ('84%', '5 of 8 runs', '1 of 1 run')
    """
    return f"{100 * share:.0f}%" if runs >= 20 else f"{round(share * runs)} of {runs} run{'s' if runs != 1 else ''}"


def target_name(name: str, indicator: str) -> str:
    """A target as it is shown: ranks rest on peers whose figures are assumed.

    Examples
    --------
    >>> target_name("Top ten: GDP", "peer_rank_gdp")
    "Top ten: GDP (peers' figures assumed)"
    """
    return f"{name} (peers' figures assumed)" if indicator.startswith("peer_rank_") else name


def sentence(row: Any) -> str:
    """One paired difference in words.

    Parameters
    ----------
    row : a row of `Comparison.differences` (attributes label, kind, difference, low, high, distinguishable, up,
        down, replicates).
    """
    change = shown(row.difference, row.kind, signed=True)
    if row.replicates < FEWEST_RUNS:
        return f"{change} {only(row.replicates)}"
    interval = f"{shown(row.low, row.kind, signed=True)} to {shown(row.high, row.kind, signed=True)}"
    if not row.distinguishable:
        return f"{NOT_DISTINGUISHABLE} ({change}, 90% range {interval})"
    side, share = ("higher", row.up) if row.difference > 0 else ("lower", row.down)
    return f"{change} (90% range {interval}; {side} {in_runs(share, row.replicates)})"


def place_and_period(results: Results) -> str:
    """ "Kansas City MO-KS, January 2018 to December 2025"."""
    return f"{region_title(results)}, {month_name(results.months[0])} to {month_name(results.months[-1])}"


def region_title(results: Results) -> str:
    """Name of the region as a reader knows it."""
    given = results.about["scenario"].get("region_title")
    if given:
        return str(given)
    name = str(results.about["scenario"]["region"]).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return name.replace("-", " ").replace("_", " ").title()


def lines_note(runs: int, bands: str) -> str:
    """What lines are, and the bands round them where there are runs enough.

    Examples
    --------
    >>> lines_note(2, "bands: 5% to 95% of runs"), lines_note(1, "")
    ('Lines: mean of 2 model runs, too few for bands.', 'Lines: one model run.')
    """
    if runs == 1:
        return "Lines: one model run."
    return f"Lines: mean of {runs} model runs" + (f"; {bands}." if runs >= FEWEST_RUNS else ", too few for bands.")


def runs_note(results: Results, bands: str = "bands: 5% to 95% of runs") -> str:
    """What lines and bands are; ends with the caveat."""
    return f"{lines_note(results.replicates, bands)} {100 * results.about['scale']:g}% of people simulated. {CAVEAT}"


def policy_title(results: Results, policy: str) -> str:
    """Title of a policy as the scenario gives it."""
    return str(results.about["policies"][policy].get("title") or policy)


def goal_words(goal: str, kind: str) -> str:
    """A goal in the indicator's own unit.

    Examples
    --------
    >>> goal_words(">= 0.62", "share"), goal_words("<= 30", "days")
    ('at least 62%', 'at most 30 days')
    """
    comparison, number = parse_goal(goal)
    words = {">=": "at least", ">": "above", "<=": "at most", "<": "below"}[comparison]
    if kind == "share":
        return f"{words} {100 * number:.4g}%"
    if kind == "days":
        return f"{words} {number:.4g} days"
    if kind == "rank":
        return f"{words} {number:.4g}"
    return f"{words} {shown(number, kind)}"


def against_goal(value: float, goal: str, kind: str) -> str:
    """A figure with as many digits as it takes to see whether it meets its goal.

    Examples
    --------
    >>> against_goal(0.02409, "<= 0.024", "share"), against_goal(0.031, "<= 0.024", "share")
    ('2.41%', '3.1%')
    >>> against_goal(10.2, "<= 10", "rank"), against_goal(10.0, "<= 10", "rank")
    ('10.2', '10')
    """
    text = shown(value, kind)
    if not math.isfinite(value):
        return text
    factor, digits = (100.0, 1) if kind == "share" else (1.0, {"wage": 2, "days": 1}.get(kind, 0))
    comparison, number = parse_goal(goal)
    dollar, unit = "$" if kind in ("wage", "dollars") else "", {"share": "%", "days": " days"}.get(kind, "")
    met = bool(meets(np.array([value]), goal)[0])

    def same(said: float) -> bool:
        return bool(meets(np.array([said]), f"{comparison} {round(factor * number, 9)}")[0]) == met

    if same(float(re.sub(r"[^0-9.+-]", "", text))):
        return text
    for more in range(digits + 1, digits + 6):
        if same(round(factor * value, more)):
            return f"{'-' if value < 0 else ''}{dollar}{abs(factor * value):,.{more}f}{unit}"
    return text


def judged(row: Any) -> str:
    """A row of the scorecard in words: "toss-up: met in 2 of 4 runs"."""
    said = verdict(row["probability"])
    return f"{said + ': ' if said != 'met' else ''}met {in_runs(row['probability'], int(row['runs']))}"


def shorten(text: str, most: int = 30) -> str:
    """Text cut to at most so many characters, with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def stops(remarks: Sequence[str]) -> list[str]:
    """What ran out, each thing once: when first, and how often.

    Examples
    --------
    >>> stops(["2022-01: places are taken", "2022-05: places are taken", "2023-02: money is spent"])
    ['places are taken (from 2022-01, 2 times)', 'money is spent (from 2023-02)']
    """
    months: dict[str, list[str]] = {}
    for remark in remarks:
        month, _, said = remark.partition(": ")
        months.setdefault(said, []).append(month)
    return [
        f"{said} (from {min(when)}{f', {len(when)} times' if len(when) > 1 else ''})" for said, when in months.items()
    ]


def each(table: Any) -> list[Any]:
    """Rows of a table as named tuples."""
    return list(table.itertuples())


def target_rows(results: Results) -> list[tuple[str, Any, str, list[Any]]]:
    """Each target once: its name, its first row, the kind of its figure, its rows in the order of the policies."""
    table = results.targets()
    out = []
    for name in dict.fromkeys(table["target"]):
        rows = table[table["target"] == name]
        first = rows.iloc[0]
        ordered = [rows[rows["policy"] == policy].iloc[0] for policy in results.policies]
        out.append((str(name), first, outcome(first["indicator"], first["unit"]).kind, ordered))
    return out


__all__ = [
    "CAVEAT",
    "FEW",
    "MOST",
    "NOT_DISTINGUISHABLE",
    "RANGES",
    "against_goal",
    "chance",
    "each",
    "goal_words",
    "in_runs",
    "join",
    "judged",
    "lines_note",
    "lower",
    "money",
    "month_name",
    "place_and_period",
    "policy_title",
    "price",
    "region_title",
    "runs_note",
    "sentence",
    "shorten",
    "stops",
    "target_name",
    "target_rows",
    "two_digits",
    "verdict",
]
