"""What may be said of a study: the differences that stand after allowing for all that its brief shows.

One rule for the brief and the titles of its charts, so that they never claim different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from laborsim.study.statistics import discoveries
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
    """

    comparisons: dict[str, Comparison]
    stock: str | None
    found: frozenset[tuple[str, str]]
    apart: tuple[tuple[str, str], ...]

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
    apart = () if stock is None else _apart(results, stock, list(comparisons))
    return Findings(comparisons, stock, _found(comparisons), apart)


def stock_row(costs: pd.DataFrame, stock: str) -> Any:
    """The row of one stock of people, or None."""
    rows = costs[costs["outcome"] == stock] if len(costs) else costs
    return rows.iloc[0] if len(rows) else None


def _found(comparisons: dict[str, Comparison]) -> frozenset[tuple[str, str]]:
    keys: list[tuple[str, str]] = []
    p: list[float] = []
    for policy, comparison in comparisons.items():
        judged = comparison.differences[comparison.differences["indicator"].isin(JUDGED)]
        for table, name in ((comparison.costs, "outcome"), (judged, "indicator")):
            if len(table):
                keys += [(policy, str(x)) for x in table[name]]
                p += [float(x) for x in table["p"]]
    return frozenset(k for k, sure in zip(keys, discoveries(p), strict=True) if sure)


def _apart(results: Results, stock: str, policies: list[str]) -> tuple[tuple[str, str], ...]:
    pairs, p = [], []
    for k, one in enumerate(policies):
        for other in policies[k + 1 :]:
            row = stock_row(results.compare(one, other).costs, stock)
            pairs.append((one, other) if row["additional"] > 0 else (other, one))
            p.append(float(row["p"]))
    return tuple(pair for pair, sure in zip(pairs, discoveries(p), strict=True) if sure)
