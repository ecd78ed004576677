"""Policy against baseline: paired differences, what an additional outcome costs, who gains and who loses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.study.additional import additional, at_end
from laborsim.study.outcomes import BY_GROUP, HEADLINES, group_name, outcome
from laborsim.study.statistics import discoveries, paired
from laborsim.study.task import BASELINE

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from laborsim.study.results import Results

# stocks of people whose additional number is priced: name, indicator, share of it (or None)
STOCKS = (
    ("employed resident", "employment", None),
    ("worker at a self-sufficiency wage", "self_sufficient_workers", None),
    ("worker in a good job", "employment", "share_good_jobs"),
)
COLUMNS = [
    "indicator",
    "group",
    "unit",
    "label",
    "who",
    "kind",
    "base",
    "policy",
    "difference",
    "low",
    "high",
    "distinguishable",
    "better",
    "up",
    "down",
    "variance_reduction",
    "p",
    "replicates",
]
FAMILIES = ("segment", "sex", "race", "age", "education", "zone", "parent")


@dataclass
class Comparison:
    """Outcome of a comparison.

    Attributes
    ----------
    policy, against : names.
    level : confidence level of the intervals.
    months : the last months the figures are means of.
    differences : one row per indicator and group: indicator, group, unit, base, policy, difference, low, high,
        distinguishable, better (1 better for residents, -1 worse, 0 not said), up (share of runs higher),
        variance_reduction, replicates.
    costs : one row per stock of people: outcome, additional (at the end), low, high, person_years (over all months),
        p (of no additional people), up and down (shares of the runs with more, with fewer), replicates, dollars,
        per_additional, per_person_year with ranges; NaN where the gain is not distinguishable from zero.
    groups : as differences, for every group; "distinguishable" and "better" allow for the number of comparisons
        (at most 1 - level of those reported are chance), and those reported come first.
    """

    policy: str
    against: str
    level: float
    months: int
    differences: pd.DataFrame
    costs: pd.DataFrame
    groups: pd.DataFrame

    @property
    def gains(self) -> pd.DataFrame:
        """Groups better off, by more than chance."""
        return self.groups[self.groups["distinguishable"] & (self.groups["better"] > 0)]

    @property
    def losses(self) -> pd.DataFrame:
        """Groups worse off, by more than chance."""
        return self.groups[self.groups["distinguishable"] & (self.groups["better"] < 0)]


def compare(
    results: Results,
    policy: str,
    against: str = BASELINE,
    by: str | None = None,
    indicators: Sequence[str] | None = None,
    months: int = 12,
    level: float = 0.90,
) -> Comparison:
    """Compare two policies run with common random numbers.

    Parameters
    ----------
    results : Results
    policy, against : names of policies in the results.
    by : family of groups ("segment", "sex", "zone" ...) to break the figures down by, or None for everyone.
    indicators : names; None takes the headlines (for groups, those known by group).
    months : the figure of a run is its mean over this many last months.
    level : confidence level.

    Raises
    ------
    UnknownName
        If the results have no such policy, group family or indicator.
    """
    from laborsim.study.names import known

    for name in (policy, against):
        known(name, results.policies, "policy")
    groups = ["all"]
    if by:
        groups = results.groups(by)
        if not groups:
            known(by, sorted({g.partition(":")[0] for _, g in results.keys}), "group")
    if indicators is None:
        indicators = HEADLINES if by is None else BY_GROUP
    else:
        for name in indicators:
            known(name, list(dict.fromkeys(i for i, _ in results.keys)), "indicator")
    differences = _table(results, policy, against, indicators, groups, months, level)
    families = [f for f in FAMILIES if f != by] + ([by] if by and by not in FAMILIES else [])
    everyone = [g for f in ([by] if by else families) for g in results.groups(f)]
    per_group = _table(results, policy, against, BY_GROUP, everyone, months, level)
    # nearly two hundred comparisons: one in ten would look like a finding by chance
    found = discoveries(per_group["p"], 1.0 - level)
    rows: Any = per_group.itertuples()
    per_group["better"] = np.where(found, [_better(r.indicator, r.unit, r.difference) for r in rows], 0)
    per_group["distinguishable"] = found
    if len(per_group):
        per_group = per_group.sort_values("distinguishable", ascending=False, kind="stable", ignore_index=True)
    return Comparison(
        policy, against, level, months, differences, costs(results, policy, against, months, level), per_group
    )


def _table(
    results: Results,
    policy: str,
    against: str,
    indicators: Sequence[str],
    groups: Sequence[str],
    months: int,
    level: float,
) -> pd.DataFrame:
    import pandas as pd

    rows = [
        row
        for indicator in indicators
        for group in groups
        if (indicator, group) in results
        and (row := _difference(results, policy, against, indicator, group, months, level)) is not None
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _difference(
    results: Results, policy: str, against: str, indicator: str, group: str, months: int, level: float
) -> dict[str, Any] | None:
    """One row of COLUMNS; None if no pair of runs has a figure."""
    p = paired(
        results.last_year(indicator, group, against, months), results.last_year(indicator, group, policy, months), level
    )
    if p.replicates == 0:
        return None
    unit = results.units[indicator, group]
    said = outcome(indicator, unit)
    return {
        "indicator": indicator,
        "group": group,
        "unit": unit,
        "label": said.label,
        "who": group_name(group, results.about.get("zones")),
        "kind": said.kind,
        "better": _better(indicator, unit, p.difference) if p.distinguishable else 0,
        "distinguishable": p.distinguishable,
        **asdict(p),
    }


def _better(indicator: str, unit: str, difference: float) -> int:
    """1 if a difference is good for residents, -1 if bad, 0 if neither is said."""
    return outcome(indicator, unit).better * int(np.sign(difference))


def costs(
    results: Results, policy: str, against: str = BASELINE, months: int = 12, level: float = 0.90
) -> pd.DataFrame:
    """Additional people of each stock and what one of them costs, see `laborsim.study.additional`."""
    import pandas as pd

    dollars = results.dollars(policy) - results.dollars(against)
    done = {(r.policy, r.replicate) for r in results.records if r.done}
    use = [r for r in range(results.replicates) if (policy, r) in done and (against, r) in done]
    rows = []
    for name, indicator, share in STOCKS:
        if (indicator, "all") not in results or (share is not None and (share, "all") not in results):
            continue
        extra = _stock(results, indicator, share, policy) - _stock(results, indicator, share, against)
        end = additional(at_end(extra[use], months), dollars[use], level)
        years = additional(np.nansum(extra[use], axis=1) / 12.0, dollars[use], level)
        rows.append(
            {
                "outcome": name, "additional": end.people, "low": end.low, "high": end.high, "p": end.p, "up": end.up,
                "down": end.down, "replicates": end.runs, "person_years": years.people,
                "person_years_low": years.low, "person_years_high": years.high, "dollars": end.dollars,
                "per_additional": end.each, "per_additional_low": end.each_low, "per_additional_high": end.each_high,
                "per_person_year": years.each, "per_person_year_low": years.each_low,
                "per_person_year_high": years.each_high,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _stock(results: Results, indicator: str, share: str | None, policy: str) -> NDArray[np.float64]:
    people = results.series(indicator, "all", policy)
    return people if share is None else people * results.series(share, "all", policy)
