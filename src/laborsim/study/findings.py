"""What may be said of a study: the differences that stand after allowing for all that its brief shows.

One rule for the brief and the titles of its charts, so that they never claim different things.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.scenario.fields import month_number
from laborsim.study.statistics import discoveries, student_t_cdf, student_t_quantile
from laborsim.study.task import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.compare import Comparison
    from laborsim.study.results import Results

# the answer is about the first of these that a study has, whatever its results; the others stand beside it
STOCKS: Final = ("worker at a self-sufficiency wage", "employed resident", "worker in a good job")
# figures that are judged beside those numbers of people
JUDGED: Final = (
    "unemployment_rate",
    "participation_rate",
    "share_self_sufficient",
    "wage_median",
    "good_vacancy_fill_rate",
    "time_to_fill",
    "carers_kept_out",
)
# the last year whose published statistics the model has been tested against
TESTED_TO: Final = 2022
POWER: Final = 0.8  # chance with which an effect of the size called detectable is seen
# indicators that are one of the stocks
SAME: Final = {"self_sufficient_workers": "worker at a self-sufficiency wage", "employment": "employed resident"}


@dataclass(frozen=True)
class Findings:
    """Policies against the baseline.

    Attributes
    ----------
    comparisons : by policy, those with a finished run only.
    stock : the outcome the answer is about; None if the study does not count any.
    found : (policy, indicator or stock) of the differences that are more than chance; at most one in ten is.
    apart : pairs of policies whose numbers of that outcome differ by more than chance, the higher one first.
    idle : policies whose runs are those of the baseline, with the reason; nothing was tested about them.
    """

    comparisons: dict[str, Comparison]
    stock: str | None
    found: frozenset[tuple[str, str]]
    apart: tuple[tuple[str, str], ...]
    idle: Mapping[str, str] = field(default_factory=dict)

    @property
    def tested(self) -> list[str]:
        """Policies that did something."""
        return [p for p in self.comparisons if p not in self.idle]

    def sure(self, policy: str, indicator: str) -> bool:
        """Whether a policy changes an indicator (or stock) by more than chance."""
        return (policy, SAME.get(indicator, indicator)) in self.found

    def row(self, policy: str, stock: str | None = None) -> Any:
        """The line of the cost table about one stock; None without it."""
        return stock_row(self.comparisons[policy].costs, stock or self.stock or "")


def findings(results: Results) -> Findings:
    """Compare all policies of a study with the baseline and with each other."""
    finished = {r.policy for r in results.records if r.done}
    comparisons = {p: results.compare(p) for p in results.policies if p != BASELINE and p in finished}
    tables = [c.costs for c in comparisons.values()]
    stock = next((s for s in STOCKS if tables and all(stock_row(t, s) is not None for t in tables)), None)
    idle = {p: reason for p in comparisons if (reason := idle_because(results, p))}
    tested = {p: c for p, c in comparisons.items() if p not in idle}
    apart = () if stock is None else _apart(results, stock, list(tested))
    return Findings(comparisons, stock, _found(tested), apart, idle)


def idle_because(results: Results, policy: str) -> str:
    """Why all runs of a policy are those of the baseline; empty if one differs, so that there is an effect to test."""
    done = {(r.policy, r.replicate): r for r in results.records if r.done}
    pairs = [(done[BASELINE, n], r) for (p, n), r in done.items() if p == policy and (BASELINE, n) in done]
    spent = float(results.dollars(policy).sum())
    if policy == BASELINE or not pairs or (spent > 0 and any(a.state_hash != b.state_hash for a, b in pairs)):
        return ""
    if not all(np.array_equal(results.figures(a), results.figures(b), equal_nan=True) for a, b in pairs):
        return ""
    plan, last = results.about["policies"][policy], month_number(results.months[-1])
    what = "spent nothing" if spent == 0 else "changed nothing"
    delay = int(plan.get("adoption_delay_months") or 0)
    ahead = last - month_number(plan["start"]) if plan.get("start") else len(results.months) - 1
    if plan.get("combine"):
        return f"{what}: the policies it combines did nothing"
    if plan.get("budget") == 0:
        return f"{what}: its budget is 0"
    if ahead - delay < 12:
        adopted = f" and is adopted {delay} months later" if delay else ""
        return f"{what}: it starts in {plan['start']}{adopted}, {_before(ahead)} the horizon"
    return f"{what}: its budget of ${float(plan.get('budget') or 0.0):,.0f} pays for nothing"


def _before(months: int) -> str:
    """
    Examples
    --------
    >>> _before(2), _before(-3), _before(0)
    ('2 months before', '3 months after', 'in the month of')
    """
    if months == 0:
        return "in the month of"
    return f"{abs(months)} month{'s' if abs(months) != 1 else ''} {'before' if months > 0 else 'after'}"


def detectable(findings: Findings) -> float:
    """Smallest effect on the answer's number of people that these runs would show, with a power of 80%.

    (z for the level of the intervals + z for the power) x standard error of the paired difference, its square averaged
    over the policies tested. NaN without two runs.
    """
    squares, level = [], 0.0
    for policy in findings.tested:
        row, level = findings.row(policy), findings.comparisons[policy].level
        if row is None or row["replicates"] < 2 or not math.isfinite(row["low"]):
            continue
        half = 0.5 * (float(row["high"]) - float(row["low"]))
        squares.append((half / student_t_quantile(0.5 + level / 2, int(row["replicates"]) - 1)) ** 2)
    if not squares:
        return math.nan
    z = NormalDist().inv_cdf
    return (z(0.5 + level / 2) + z(POWER)) * math.sqrt(sum(squares) / len(squares))


def stock_row(costs: pd.DataFrame, stock: str) -> Any:
    """The row of one stock of people, or None."""
    rows = costs[costs["outcome"] == stock] if len(costs) else costs
    return rows.iloc[0] if len(rows) else None


def _found(comparisons: dict[str, Comparison]) -> frozenset[tuple[str, str]]:
    """Differences that are more than chance by their own spread over runs and by that usual among the policies.

    With a few runs some policy's differences lie close together by luck, and look certain; runs drift apart about as
    much under any policy, so the mean spread of an outcome over the policies tested says more (as in Smyth 2004).
    """
    keys: list[tuple[str, str]] = []
    own: list[float] = []
    seen: list[tuple[float, float, int]] = []  # difference, its standard error, degrees of freedom
    for policy, comparison in comparisons.items():
        judged = comparison.differences[comparison.differences["indicator"].isin(JUDGED)]
        for table, name, value in ((comparison.costs, "outcome", "additional"), (judged, "indicator", "difference")):
            for _, row in table.iterrows():
                df = max(int(row["replicates"]) - 1, 0)
                half = 0.5 * (float(row["high"]) - float(row["low"]))
                error = half / student_t_quantile(0.5 + comparison.level / 2.0, df) if df else math.nan
                keys.append((policy, str(row[name])))
                own.append(float(row["p"]))
                seen.append((float(row[value]), error, df))
    p = []
    for (_, outcome), alone, (difference, _, _) in zip(keys, own, seen, strict=True):
        alike = [s for k, s in zip(keys, seen, strict=True) if k[1] == outcome and math.isfinite(s[1])]
        usual = math.sqrt(sum(e * e for _, e, _ in alike) / len(alike)) if alike else 0.0
        shared = 2.0 * student_t_cdf(-abs(difference) / usual, sum(df for _, _, df in alike)) if usual > 0.0 else alone
        p.append(max(alone, shared))
    return frozenset(k for k, sure in zip(keys, discoveries(p), strict=True) if sure)


def _apart(results: Results, stock: str, policies: list[str]) -> tuple[tuple[str, str], ...]:
    pairs, p = [], []
    for k, one in enumerate(policies):
        for other in policies[k + 1 :]:
            row = stock_row(results.compare(one, other).costs, stock)
            pairs.append((one, other) if row["additional"] > 0 else (other, one))
            p.append(float(row["p"]))
    return tuple(pair for pair, sure in zip(pairs, discoveries(p), strict=True) if sure)
