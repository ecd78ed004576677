"""How findings are said: shares of runs, never certainty; nothing claimed that chance could explain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from laborsim.study.outcomes import outcome, shown

if TYPE_CHECKING:
    from laborsim.study.results import Results

NOT_DISTINGUISHABLE = "not distinguishable from zero"
CAVEAT = "Synthetic region, not a forecast."


def in_runs(share: float, runs: int) -> str:
    """A probability as it may be said.

    Examples
    --------
    >>> in_runs(0.84, 50), in_runs(0.875, 8), in_runs(1.0, 1)
    ('in 84% of runs', 'in 7 of 8 runs', 'in the only run')
    """
    if runs <= 1:
        return "in the only run" if share > 0.5 else "not in the only run"
    if runs < 20:
        return f"in {round(share * runs)} of {runs} runs"
    return f"in {100 * share:.0f}% of runs"


def sentence(row: Any) -> str:
    """One paired difference in words.

    Parameters
    ----------
    row : a row of `Comparison.differences` (attributes label, kind, difference, low, high, distinguishable, up,
        down, replicates).
    """
    change = shown(row.difference, row.kind, signed=True)
    if row.replicates < 2:
        return f"{change} in the only run (one run gives no interval)"
    interval = f"{shown(row.low, row.kind, signed=True)} to {shown(row.high, row.kind, signed=True)}"
    if not row.distinguishable:
        return f"{NOT_DISTINGUISHABLE} ({change}, 90% interval {interval})"
    side, share = ("higher", row.up) if row.difference > 0 else ("lower", row.down)
    return f"{change} (90% interval {interval}; {side} {in_runs(share, row.replicates)})"


def place_and_period(results: Results) -> str:
    """ "Kansas City MO-KS, January 2018 to December 2025"."""
    return f"{region_title(results)}, {month_name(results.months[0])} to {month_name(results.months[-1])}"


def region_title(results: Results) -> str:
    """Name of the region as a reader knows it."""
    given = results.about["scenario"].get("region_title")
    if given:
        return str(given)
    name = results.about["scenario"]["region"].replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return name.replace("-", " ").replace("_", " ").title()


def month_name(month: str) -> str:
    """
    Examples
    --------
    >>> month_name("2025-12")
    'December 2025'
    """
    names = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
             "November", "December")
    return f"{names[int(month[5:7]) - 1]} {month[:4]}"


def runs_note(results: Results, bands: str = "bands: 5% to 95% of runs") -> str:
    """What lines and bands are; ends with the caveat."""
    runs = results.replicates
    what = "Lines: one model run." if runs == 1 else f"Lines: mean of {runs} model runs; {bands}."
    return f"{what} {100 * results.about['scale']:g}% of people simulated. {CAVEAT}"


def policy_title(results: Results, policy: str) -> str:
    """Title of a policy as the scenario gives it."""
    return str(results.about["policies"][policy].get("title") or policy)


def titles(results: Results, policies: Sequence[str]) -> str:
    """Titles joined for a sentence.

    """
    names = [policy_title(results, p) for p in policies]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def label(indicator: str) -> str:
    """Name of an indicator, with a capital."""
    text = outcome(indicator).label
    return text[0].upper() + text[1:]
