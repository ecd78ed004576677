"""Benefits and costs for readers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.report.wording import chance, money, policy_title
from laborsim.scenario.schema import BASELINE
from laborsim.study.additional import price
from laborsim.study.benefit_cost import PERSPECTIVES

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

WHO = {"participants": "residents"}  # a study does not say who of them takes part


def signed(dollars: float) -> str:
    """Dollars with their sign."""
    return ("-" if dollars < 0 else "+") + money(abs(dollars))


def nets(table: pd.DataFrame, names: dict[str, str] | None = None) -> list[dict[str, str]]:
    """Net present values by who has them: who, run, interval, extrapolated, chance of more than zero."""
    out = []
    for who in PERSPECTIVES:
        mine = table[(table["perspective"] == who) & (table["item"] == "net")]
        if not len(mine):
            continue
        run, later = (mine[mine["horizon"] == h].iloc[0] for h in ("run", "extrapolated"))
        interval = "-" if not math.isfinite(run["low"]) else f"{signed(run['low'])} to {signed(run['high'])}"
        out.append(
            {
                "who": (names or {}).get(who, who),
                "run": signed(run["mean"]),
                "interval": interval,
                "extrapolated": signed(later["mean"]),
                "chance": chance(float(run["probability"]), int(run["runs"])),
            }
        )
    return out


def sections(results: Results) -> list[dict[str, Any]]:
    """Benefits and costs of each policy of a study; nothing where its runs have no accounts."""
    table = results.benefit_cost()
    out = []
    for policy in results.policies:
        own = table[table["policy"] == policy]
        if len(own):
            title, price = policy_title(results, policy), _price(results, policy)
            out.append({"title": title, "rows": nets(own, WHO), "price": price})
    return out


def _price(results: Results, policy: str) -> str:
    """What one more person in training costs; empty for a policy that adds none by more than chance."""
    if ("pipeline_enrolled", "all") not in results:
        return ""
    known = {p: results.series("pipeline_enrolled", policy=p) for p in results.policies}
    sums = {p: np.where(np.isfinite(x).any(axis=1), np.nansum(x, axis=1), np.nan) for p, x in known.items()}
    more = results.verdicts().figures([sums])[0].get(policy)
    if more is None:
        return ""
    both = np.isfinite(sums[policy]) & np.isfinite(sums[BASELINE])
    spent = float((results.dollars(policy) - results.dollars(BASELINE))[both].mean()) if both.any() else math.nan
    each, low, high = price(spent, more.difference, more.low, more.high)
    if not math.isfinite(each):
        return ""
    return (
        f"All spending over additional people in training ({more.difference:,.0f}): {money(each)} each ({money(low)} "
        f"to {money(high)})."
    )


__all__ = ["nets", "sections", "signed"]
