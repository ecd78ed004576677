"""What may be said of a study: the differences that stand after allowing for all that its brief shows.

One rule for the brief and the titles of its charts, so that they never claim different things.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

from laborsim.scenario.schema import BASELINE
from laborsim.study.statistics import student_t_quantile
from laborsim.study.verdicts import SAME, STOCKS

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.compare import Comparison
    from laborsim.study.results import Results

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
    verdicts = results.verdicts()
    stock = verdicts.stock if comparisons else None
    idle = {p: why for p, why in verdicts.idle.items() if p in comparisons}
    names = (*STOCKS, *JUDGED)
    found = {
        (p, name)
        for p in verdicts.tested
        for name in names
        if (pair := verdicts.of(p, BASELINE, name)) is not None and pair.distinguishable
    }
    apart = []
    for k, one in enumerate(verdicts.tested if stock else ()):
        for other in verdicts.tested[k + 1 :]:
            pair = verdicts.of(one, other, stock or "")
            if pair is not None and pair.distinguishable:
                apart.append((one, other) if pair.difference > 0 else (other, one))
    return Findings(comparisons, stock, frozenset(found), tuple(apart), idle)


def detectable(findings: Findings) -> float:
    """Smallest effect on the answer's number of people that these runs would show, with a power of 80%.

    (t for the level of the intervals shown + z for the power) x standard error, its square averaged over the policies
    tested. NaN without two runs.
    """
    rows = [row for p in findings.tested if (row := findings.row(p)) is not None and row["error"] > 0.0]
    if not rows:
        return math.nan
    error = math.sqrt(sum(row["error"] ** 2 for row in rows) / len(rows))
    t = student_t_quantile(1.0 - 0.5 * float(rows[0]["alpha"]), int(rows[0]["df"]))
    return (t + NormalDist().inv_cdf(POWER)) * error


def reliable(findings: Findings, policy: str) -> bool:
    """Whether a policy's effect on the answer's number of people is more than chance and as large as these runs show.

    What is found below `detectable` is found by luck too often to be acted on: of small effects only those that chance
    made too large are seen (Gelman and Carlin 2014, type M error).
    """
    row = findings.row(policy)
    if row is None or not findings.sure(policy, findings.stock or ""):
        return False
    least = detectable(findings)
    return not abs(float(row["additional"])) < least


def stock_row(costs: pd.DataFrame, stock: str) -> Any:
    """The row of one stock of people, or None."""
    rows = costs[costs["outcome"] == stock] if len(costs) else costs
    return rows.iloc[0] if len(rows) else None


__all__ = ["JUDGED", "POWER", "STOCKS", "TESTED_TO", "Findings", "detectable", "findings", "reliable", "stock_row"]
