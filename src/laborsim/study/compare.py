"""Policy against baseline: paired differences, what an additional outcome costs, who gains and who loses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.scenario.schema import BASELINE
from laborsim.study.additional import price
from laborsim.study.judging import RATE
from laborsim.study.named_groups import ZONE_EFFECT, enough, zones
from laborsim.study.outcomes import BY_GROUP, HEADLINES, group_name, outcome
from laborsim.study.statistics import Paired
from laborsim.study.verdicts import FAMILIES, STOCKS, YEARS

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

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


@dataclass
class Comparison:
    """Outcome of a comparison, by the verdicts of the study (`laborsim.study.verdicts`).

    Attributes
    ----------
    policy, against : names.
    level : share of the named differences whose interval holds the truth, and 1 - the share that may be chance.
    months : the last months the figures are means of.
    differences : one row per indicator and group: indicator, group, unit, base, policy, difference, low, high,
        distinguishable, better (1 better for residents, -1 worse, 0 not said), up (share of runs higher),
        variance_reduction, replicates. Intervals allow for the number of comparisons.
    costs : one row per stock of people: outcome, additional (at the end), low, high, person_years (over all months),
        p (of no additional people), up and down (shares of the runs with more, with fewer), replicates, dollars,
        per_additional, per_person_year with ranges; NaN where the gain is not distinguishable from zero. Of the
        number additional also error (standard error), df and alpha (1 - level of its own interval).
    groups : as differences, for every group; those distinguishable come first. Zones have one figure, the number the
        road map shows. `better` is 0 for groups of which too few people are simulated to name them.
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
    level: float = 1.0 - RATE,
) -> Comparison:
    """Compare two policies run with common random numbers.

    Parameters
    ----------
    results : Results
    policy, against : names of policies in the results.
    by : family of groups ("segment", "sex", "zone" ...) to break the figures down by, or None for everyone.
    indicators : names; None takes the headlines (for groups, those known by group).
    months : the figure of a run is its mean over this many last months.
    level : 1 - the share of the differences named that may be chance.

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
        indicators = HEADLINES if by is None else _figures_of(results, by) or BY_GROUP
        if by == "zone":
            groups = zones(results) or groups
    else:
        for name in indicators:
            known(name, list(dict.fromkeys(i for i, _ in results.keys)), "indicator")
    asked = [(i, g) for i in indicators for g in groups]
    families = [f for f in FAMILIES if f != by] + ([by] if by and by not in FAMILIES else [])
    everyone = [
        (i, g)
        for f in ([by] if by else families)
        for i in _figures_of(results, f)
        for g in (zones(results) if f == "zone" else results.groups(f))
    ]
    rate = 1.0 - level
    differences = _table(results, policy, against, asked, months, rate)
    per_group = _table(results, policy, against, everyone, months, rate)
    if len(per_group):
        few = [not enough(results, str(g)) for g in per_group["group"]]
        per_group.loc[few, "better"] = 0  # what happens to so few simulated people is not named
        per_group = per_group.sort_values("distinguishable", ascending=False, kind="stable", ignore_index=True)
    return Comparison(
        policy, against, level, months, differences, costs(results, policy, against, months, level), per_group
    )


def _figures_of(results: Results, family: str) -> tuple[str, ...]:
    """Figures by which the groups of a family are judged; none for zones whose number of people is not counted."""
    if family != "zone":
        return BY_GROUP
    return (ZONE_EFFECT,) if any((ZONE_EFFECT, g) in results for g in results.groups("zone")) else ()


def _table(
    results: Results, policy: str, against: str, keys: Sequence[tuple[str, str]], months: int, rate: float
) -> pd.DataFrame:
    """Rows of COLUMNS; figures without a pair of runs are left out."""
    import pandas as pd

    verdicts = results.verdicts(months, rate)
    keys = [key for key in keys if key in results]
    found = [verdicts.of(policy, against, *key) for key in keys]
    alone = iter(verdicts.alone(policy, against, [k for k, p in zip(keys, found, strict=True) if p is None]))
    pairs = [next(alone) if p is None else p for p in found]
    rows = [_row(results, *key, p) for key, p in zip(keys, pairs, strict=True) if p.replicates]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(results: Results, indicator: str, group: str, p: Paired) -> dict[str, Any]:
    """One row of COLUMNS."""
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
    results: Results, policy: str, against: str = BASELINE, months: int = 12, level: float = 1.0 - RATE
) -> pd.DataFrame:
    """Additional people of each stock and what one of them costs, see `laborsim.study.additional`."""
    import pandas as pd

    verdicts = results.verdicts(months, 1.0 - level)
    done = {(r.policy, r.replicate) for r in results.records if r.done}
    use = [r for r in range(results.replicates) if (policy, r) in done and (against, r) in done]
    spent = (results.dollars(policy) - results.dollars(against))[use]
    dollars = float(spent.mean()) if use else math.nan
    rows = []
    for name in STOCKS:
        end, years = (verdicts.of(policy, against, key) for key in (name, name + YEARS))
        if end is None or years is None:
            continue
        row: dict[str, Any] = {
            "outcome": name, "additional": end.difference, "low": end.low, "high": end.high, "p": end.p, "up": end.up,
            "down": end.down, "replicates": end.replicates, "error": end.error, "df": end.df, "alpha": end.alpha,
            "person_years": years.difference, "person_years_low": years.low, "person_years_high": years.high,
            "dollars": dollars,
        }  # fmt: skip
        for column, p in (("per_additional", end), ("per_person_year", years)):
            each = price(dollars, p.difference, p.low, p.high)
            row |= dict(zip((column, f"{column}_low", f"{column}_high"), each, strict=True))
        rows.append(row)
    return pd.DataFrame(rows)
