"""What a policy changes, in numbers that answers compare: sums over time paired by run, and what they cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.scenario.schema import BASELINE
from laborsim.study.additional import price
from laborsim.study.judging import Arms, judge
from laborsim.study.statistics import FEWEST_RUNS, Paired
from laborsim.study.words import NOT_DISTINGUISHABLE, TOO_FEW, in_runs, join, money, only, two_digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from laborsim.study.results import Results

Paireds = dict[str, Paired]


def totals(results: Results, policies: Iterable[str], indicator: str, group: str = "all", against: str = BASELINE,
           per: float = 1.0) -> Paireds:  # fmt: skip
    """Sums over all months, divided by `per` (12: person-years of a stock), of policies judged together."""
    return differences(policies, sums(results, indicator, group, per), against)


def by_group(results: Results, policy: str, keys: Sequence[tuple[str, str]], against: str = BASELINE,
             per: float = 1.0) -> list[Paired]:  # fmt: skip
    """Sums over all months of one policy in figures of several groups, judged together."""
    return judge([(sums(results, *key, per), against, policy) for key in keys])


def at_end(results: Results, policies: Iterable[str], indicator: str, group: str = "all", against: str = BASELINE,
           months: int = 12) -> Paireds:  # fmt: skip
    """Means of the last months of policies judged together."""
    arms = {p: results.last_year(indicator, group, p, months) for p in results.policies}
    return differences(policies, arms, against)


def since(results: Results, first: Mapping[str, int], indicator: str) -> Paireds:
    """Means of each policy from a month of its own on, judged together."""
    months = {n: max(1, len(results.months) - month) for n, month in first.items()}
    wanted = [
        ({p: results.last_year(indicator, "all", p, k) for p in results.policies}, BASELINE, n)
        for n, k in months.items()
    ]
    return dict(zip(months, judge(wanted), strict=True))


def differences(policies: Iterable[str], arms: Arms, against: str = BASELINE) -> Paireds:
    """Paired differences of one figure a run, given by arm, of policies judged together."""
    policies = list(policies)
    return dict(zip(policies, judge([(arms, against, n) for n in policies]), strict=True))


def sums(results: Results, indicator: str, group: str = "all", per: float = 1.0) -> Arms:
    """Sum over all months of a figure, divided by `per`, by policy."""
    series = {p: results.series(indicator, group, p) for p in results.policies}
    return {p: np.where(np.isfinite(x).any(axis=1), np.nansum(x, axis=1), np.nan) / per for p, x in series.items()}


def dollars(results: Results, policy: str, against: str = BASELINE) -> float:
    """Mean dollars spent over all months, beyond those of `against`."""
    done = {r.replicate for r in results.records if r.policy == policy and r.done}
    use = sorted(done & {r.replicate for r in results.records if r.policy == against and r.done})
    if not use:
        return math.nan
    return float((results.dollars(policy) - results.dollars(against))[use].mean())


def per_million(p: Paired, spent: float) -> tuple[float, float, float]:
    """Middle, low and high of an effect for each million dollars; NaN if nothing was spent."""
    if not spent > 0.0:
        return math.nan, math.nan, math.nan
    return tuple(1e6 * x / spent for x in (p.difference, p.low, p.high))  # type: ignore[return-value]


def change(p: Paired, what: str) -> str:
    """An effect on a number of people in words.

    Examples
    --------
    >>> from laborsim.study.statistics import paired
    >>> change(paired([0.0, 0.0, 0.0], [10.0, 11.0, 12.0]), "people employed")
    '11 more people employed (90% range 9 to 13; more in 3 of 3 runs)'
    >>> change(paired([0.0, 0.0, 0.0], [-10.0, 12.0, 1.0]), "people employed")
    'a change in people employed not distinguishable from zero (-18 to +20)'
    >>> change(paired([0.0, 0.0], [-10.0, 12.0]), "people employed")
    '+1 people employed in the mean of 2 runs, too few for a range'
    """
    if p.replicates < FEWEST_RUNS:
        return f"{two_digits(p.difference, True)} {what} {only(p.replicates)}"
    if not p.distinguishable:
        return f"a change in {what} {NOT_DISTINGUISHABLE} ({span(p)})"
    more, share = ("more", p.up) if p.difference > 0 else ("fewer", p.down)
    ends = sorted((abs(p.low), abs(p.high)))
    return (
        f"{two_digits(abs(p.difference))} {more} {what} (90% range {two_digits(ends[0])} to {two_digits(ends[1])}; "
        f"{more} {in_runs(share, p.replicates)})"
    )


def span(p: Paired) -> str:
    """The interval of an effect on a number of people, signed."""
    return f"{two_digits(p.low, True)} to {two_digits(p.high, True)}" if math.isfinite(p.low) else TOO_FEW


def cell(p: Paired) -> str:
    """An effect as it stands in a table: middle (range).

    Examples
    --------
    >>> from laborsim.study.statistics import paired
    >>> cell(paired([0.0, 0.0, 0.0], [10.0, 12.0, 11.0]))
    '+11 (+9 to +13)'
    >>> cell(paired([0.0, 0.0], [10.0, 12.0]))
    '+11 (too few runs)'
    """
    return f"{two_digits(p.difference, True)} ({span(p)})"


def rate_cell(p: Paired, spent: float) -> str:
    """People for each million dollars, or why there is no such number."""
    middle, low, high = per_million(p, spent)
    if not math.isfinite(middle):
        return "nothing spent"
    if not math.isfinite(low):
        return f"{two_digits(middle, True)} ({TOO_FEW})"
    return f"{two_digits(middle, True)} ({two_digits(low, True)} to {two_digits(high, True)})"


def price_each(p: Paired, spent: float) -> str:
    """Dollars for each additional one; empty where the gain may be chance."""
    each, low, high = price(spent, p.difference, p.low, p.high)
    return f"about {_dollars(each)} each ({_dollars(low)} to {_dollars(high)})" if math.isfinite(each) else ""


def _dollars(x: float) -> str:
    return money(float(f"{x:.2g}"))


def bought(results: Results, policy: str, most: int = 4) -> str:
    """What a policy's money bought, mean over runs: "$14 million: 2,100 apprentice seats ($5.9 million), ..."; with who
    paid."""
    table: Any = results.spending
    rows = table[(table["policy"] == policy) & (table["dollars"] > 0)]
    runs = sum(r.done for r in results.records if r.policy == policy)
    if rows.empty or not runs:
        return "nothing was spent"
    items = rows.groupby("item")[["units", "dollars"]].sum() / runs
    items = items.sort_values("dollars", ascending=False)
    parts = [f"{two_digits(float(r.units))} {name} "
             f"({money(float(r.dollars))})" for name, r in items.head(most).iterrows()]
    more = len(items) - most
    payers = rows.groupby("payer")["dollars"].sum().sort_values(ascending=False)
    whole = float(payers.sum())
    by = join([f"{name} {100 * float(x) / whole:.0f}%" for name, x in payers.head(4).items()])
    tail = f" and {more} more items" if more > 0 else ""
    return f"{money(whole / runs)} over all months bought {join(parts)}{tail}; paid by {by}"
