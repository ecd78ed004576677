"""The differences that a study judges together, so that brief, tables and charts never claim different things.

Three families of a study: the number of people its answer is about (one difference a policy), everyone's other figures,
and groups of people (`laborsim.study.judging` says how each is judged). Between two policies the first holds all pairs
of policies, the others the pair asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from laborsim.scenario.fields import month_number
from laborsim.scenario.schema import BASELINE
from laborsim.study.additional import at_end
from laborsim.study.judging import Arms, judge, turned
from laborsim.study.outcomes import BY_GROUP, HEADLINES
from laborsim.study.statistics import Paired

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laborsim.study.results import Results

    F8 = NDArray[np.float64]

# Numbers of people that are priced: name, indicator, share of it (or None). The answer of a brief is about the first
# that a study has, whatever its results; the others stand beside it.
STOCKS: Final[Mapping[str, tuple[str, str | None]]] = {
    "worker at a self-sufficiency wage": ("self_sufficient_workers", None),
    "employed resident": ("employment", None),
    "worker in a good job": ("employment", "share_good_jobs"),
}
# indicators that are one of the stocks
SAME: Final[Mapping[str, str]] = {own: stock for stock, (own, share) in STOCKS.items() if share is None}
YEARS: Final = ", person-years"  # of a stock over all months
FAMILIES: Final = ("segment", "sex", "race", "age", "education", "zone", "parent")
# figures of groups beside those of all groups
OF_FAMILY: Final[Mapping[str, tuple[str, ...]]] = {"segment": ("segment_size",), "zone": ("self_sufficient_workers",)}


def people(results: Results, stock: str, policy: str) -> F8:
    """(R, T) number of people of a stock."""
    indicator, share = STOCKS[stock]
    count = results.series(indicator, "all", policy)
    return count if share is None else count * results.series(share, "all", policy)


def has(results: Results, stock: str) -> bool:
    """Whether a study counts a stock."""
    return all((name, "all") in results for name in STOCKS[stock] if name)


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
        return f"{what}: it starts in {plan.get('start') or results.months[0]}{adopted}, {_before(ahead)} the horizon"
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


class Verdicts:
    """Differences between the policies of a study, judged in families.

    Parameters
    ----------
    results : Results
    months : the figure of a run is its mean over this many last months.
    rate : share of the differences named in a family that may be chance.
    """

    def __init__(self, results: Results, months: int, rate: float) -> None:
        self.results, self.months, self.rate = results, months, rate
        finished = {r.policy for r in results.records if r.done}
        self.idle = {p: why for p in results.policies if p in finished and (why := idle_because(results, p))}
        self.tested = [p for p in results.policies if p in finished and p != BASELINE and p not in self.idle]
        self.stock = next((s for s in STOCKS if has(results, s)), None)
        self._arms = cache(self._figures)
        self._judged = cache(self._family)

    def of(self, policy: str, against: str, indicator: str, group: str = "all") -> Paired | None:
        """One difference, judged with its family; None if it belongs to none.

        `indicator` may be the name of a stock, or that and `YEARS`.
        """
        key = (SAME.get(indicator, indicator) if group == "all" else indicator, group)
        order = list(self.results.policies)
        back = order.index(against) > order.index(policy)
        one, two = (policy, against) if back else (against, policy)
        if key not in self._kinds:
            return None
        if one != two and {one, two} <= {BASELINE, *self.tested}:
            found = self._judged(self._kinds[key], *((BASELINE, "") if one == BASELINE else (one, two)))[one, two, *key]
        else:  # a policy that did nothing has the baseline's runs, one that failed none
            found = judge([(self._arms(*key), one, two)], self.rate)[0]
        return turned(found) if back else found

    def alone(self, policy: str, against: str, keys: Iterable[tuple[str, str]]) -> list[Paired]:
        """Differences that belong to no family of the study, judged as one of their own."""
        return judge([(self._arms(*key), against, policy) for key in keys], self.rate)

    def figures(self, arms: Iterable[Arms]) -> list[dict[str, Paired]]:
        """All policies tested against the baseline in figures of another kind, judged as a family: by policy."""
        arms = list(arms)
        found = iter(judge([(a, BASELINE, p) for a in arms for p in self.tested], self.rate))
        return [{p: next(found) for p in self.tested} for _ in arms]

    def _family(self, kind: str, one: str, two: str) -> dict[tuple[str, str, str, str], Paired]:
        """Policies against the baseline, or two policies, in all figures of a kind."""
        pairs = [(BASELINE, p) for p in self.tested] if one == BASELINE else [(one, two)]
        if kind == "answer" and one != BASELINE:
            pairs = [(a, b) for k, a in enumerate(self.tested) for b in self.tested[k + 1 :]]
        wanted = [(a, b, *key) for key, its in self._kinds.items() if its == kind for a, b in pairs]
        found = judge([(self._arms(*key), a, b) for a, b, *key in wanted], self.rate)
        return dict(zip(wanted, found, strict=True))

    @cached_property
    def _kinds(self) -> dict[tuple[str, str], str]:
        """Figure and group -> the family it belongs to."""
        r = self.results
        stocks = [s for s in STOCKS if has(r, s)]
        found = {(i, "all"): "figures" for i in (*stocks, *HEADLINES) if i in stocks or (i, "all") in r}
        found = {key: kind for key, kind in found.items() if key[0] not in SAME}
        if self.stock:
            found[self.stock, "all"] = "answer"
        found |= {(s + YEARS, "all"): "person-years" for s in stocks}
        for family in FAMILIES:
            names = (*BY_GROUP, *OF_FAMILY.get(family, ()))
            found |= {(i, g): "groups" for g in r.groups(family) for i in names if (i, g) in r}
        return found

    def _figures(self, name: str, group: str) -> dict[str, F8]:
        """One figure a run, by policy; runs that failed have none."""
        stock = name.removesuffix(YEARS)
        if group != "all" or stock not in STOCKS:
            return {p: self.results.last_year(name, group, p, self.months) for p in self.results.policies}
        series = {p: people(self.results, stock, p) for p in self.results.policies}
        if stock != name:
            known = {p: np.isfinite(x).any(axis=1) for p, x in series.items()}
            return {p: np.where(known[p], np.nansum(x, axis=1) / 12.0, np.nan) for p, x in series.items()}
        return {p: at_end(x, self.months) for p, x in series.items()}


__all__ = ["FAMILIES", "SAME", "STOCKS", "YEARS", "Verdicts", "has", "idle_because", "people"]
