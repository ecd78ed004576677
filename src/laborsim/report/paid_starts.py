"""Starts of training that a policy pays for, and how many of them would have been made anyway (deadweight)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report.tables import Table, change, said
from laborsim.report.wording import lower, money, policy_title, two_digits
from laborsim.scenario.schema import BASELINE
from laborsim.study.judging import judge
from laborsim.study.questions.effects import dollars
from laborsim.study.small_cells import hidden
from laborsim.study.words import TOO_FEW

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from laborsim.study.results import Results

    F8 = NDArray[np.float64]

# what employers are paid for each start -> kind of program, what a start is called
PAID: Final = {
    "apprentice grants": ("apprenticeship", "apprentices whose employer gets a grant"),
    "wages reimbursed (contracts)": ("ojt", "on-the-job contracts"),
}


def paid(results: Results, policy: str, item: str) -> F8:
    """(R,) starts that a policy pays for, all months; NaN for runs that failed."""
    table: Any = results.spending
    own = table[(table["policy"] == policy) & (table["item"] == item)].groupby("replicate")["units"].sum()
    done = {r.replicate for r in results.records if r.done and r.policy == policy}
    return np.array([float(own.get(n, 0.0)) if n in done else math.nan for n in range(results.replicates)])


def additional(results: Results) -> list[dict[str, Any]]:
    """Starts paid for, and starts of that kind beyond the same draws without the policy; judged together.

    policy, item, paid (R,), pair (`Paired`: starts without and with), spent (dollars of the whole policy, as navigators
    and seats bring starts too). Sponsors and seats of the policy are in the additional starts.
    """
    found: list[dict[str, Any]] = []
    wanted = []
    for policy in results.verdicts().tested:
        if results.about["policies"][policy].get("combine"):
            continue
        for item, (kind, _) in PAID.items():
            key, starts = ("pipeline_enrolled", f"kind:{kind}"), paid(results, policy, item)
            if key not in results or not np.nansum(starts) > 0 or hidden(results.about, starts):
                continue
            series = {p: results.series(*key, p) for p in results.policies}
            arms = {p: np.where(np.isfinite(x).any(axis=1), np.nansum(x, axis=1), np.nan) for p, x in series.items()}
            wanted.append((arms, BASELINE, policy))
            found.append({"policy": policy, "item": item, "paid": starts, "spent": dollars(results, policy)})
    for row, pair in zip(found, judge(wanted), strict=True):
        row["pair"] = pair
    return found


def short(results: Results, policy: str) -> str:
    """For page 1: of how many starts paid for how many are additional; empty if a policy pays for none."""
    rows = [r for r in additional(results) if r["policy"] == policy]
    return "; ".join(f"of {two_digits(float(np.nanmean(r['paid'])))} {PAID[r['item']][1]}, {_more(r)}" for r in rows)


def _more(row: dict[str, Any]) -> str:
    """How many starts are additional, in words."""
    pair = row["pair"]
    if not math.isfinite(pair.low):
        return f"{two_digits(pair.difference, True)} starts more than without ({TOO_FEW})"
    if not pair.distinguishable:
        return "additional starts not distinguishable from zero"
    return f"{two_digits(pair.difference, True)} starts more than without"


def paid_starts(results: Results) -> Table | None:
    """Starts paid for beside additional ones, with what each costs."""
    import pandas as pd

    found = additional(results)
    if not found:
        return None
    rows: list[list[Any]] = []
    data: list[dict[str, Any]] = []
    for r in found:
        starts, pair = float(np.nanmean(r["paid"])), r["pair"]
        sure = pair.distinguishable and pair.difference > 0
        none = "no price: may be zero" if math.isfinite(pair.low) else f"no price: {TOO_FEW}"
        rows.append([policy_title(results, r["policy"]), PAID[r["item"]][1], said(starts, "people"),
                     change(pair, "people"), money(r["spent"] / starts),
                     money(r["spent"] / pair.difference) if sure else none])  # fmt: skip
        data.append({"policy": r["policy"], "item": r["item"], "paid_for": starts, "starts_without": pair.base,
                     "starts_with": pair.policy, "additional": pair.difference, "low": pair.low, "high": pair.high,
                     "more_than_chance": pair.distinguishable, "spent": r["spent"]})  # fmt: skip
    first = max(found, key=lambda r: float(np.nanmean(r["paid"])))
    count = two_digits(float(np.nanmean(first["paid"])))
    title = f"{policy_title(results, first['policy'])}: of {count} {lower(PAID[first['item']][1])}, {_more(first)}"
    heads = ["Policy", "Pays for", "Starts paid for", "Starts of that kind beyond the baseline",
             "Spending for each start paid for", "For each additional start"]  # fmt: skip
    return Table("paid_starts", title, heads, rows, pd.DataFrame(data),
                 "All months. Paid for but not additional: employers who would have taken someone anyway (deadweight). "
                 "Additional: all starts of that kind less those of the same draws without the policy; more than are "
                 "paid for where navigators and seats bring starts without a grant. Spending: the whole "
                 "policy's.")  # fmt: skip


__all__ = ["PAID", "additional", "paid", "paid_starts", "short"]
