"""Benefits and costs by who has them: participants, others, taxpayers, employers, society.

Everything is a difference between two runs with the same draws, so displacement is in it: what other residents lose is
beside what participants gain. Work is worth its output; pay, benefits of employers and taxes are how it is shared out.
The parts of participants, others, taxpayers and employers sum to society's, but for the loss from raising taxes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.study.additional import CALLED, Additional
from laborsim.study.trial_estimates import over_runs

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

F8 = NDArray[np.float64]
PERSPECTIVES = ("participants", "others", "taxpayers", "employers", "society")
# Whose gains are counted: of everyone in the region, displacement included, or of those who take part alone.
EVERYONE, TAKING_PART = "all residents", "participants only"
COLUMNS = (
    "policy", "scope", "perspective", "item", "horizon", "mean", "low", "high", "probability", "runs",
)  # fmt: skip
NET, BENEFITS, COSTS = "net", "benefits", "costs"
PRICES = "prices"  # perspective of the rows of `prices`


@dataclass(frozen=True)
class Flows:
    """Yearly dollars of one run beyond another, at full scale, Y years each.

    Attributes
    ----------
    participants, others : earnings, taxes, support, unemployment_insurance of them.
    turnover : cost of replacing workers, more than in the other run.
    paid : payer -> dollars of programs and policies. `participant` is what participants pay.
    """

    participants: Mapping[str, F8]
    others: Mapping[str, F8]
    turnover: F8
    paid: Mapping[str, F8] = field(default_factory=dict)

    def alone(self) -> Flows:
        """The same without what happens to others and to turnover."""
        nothing = np.zeros(self.years)
        return Flows(self.participants, dict.fromkeys(self.others, nothing), nothing, self.paid)

    @property
    def years(self) -> int:
        """Years."""
        return int(self.turnover.size)


def ledger(flows: Flows, q: Mapping[str, Any]) -> dict[tuple[str, str], F8]:
    """(perspective, item) -> (Y,) undiscounted dollars: benefits are positive, costs negative.

    Parameters
    ----------
    flows : Flows
    q : parameters of the room `money`.
    """
    out: dict[tuple[str, str], F8] = {}
    fringe, tax = float(q["fringe_share"]), float(q["employer_tax"])
    earned = np.zeros(flows.years)
    public = np.zeros(flows.years)
    for who, x in (("participants", flows.participants), ("others", flows.others)):
        out[who, "earnings"] = x["earnings"]
        out[who, "benefits from employers"] = fringe * x["earnings"]
        out[who, "taxes less credits"] = -x["taxes"]
        out[who, "support"] = x["support"]
        out[who, "unemployment insurance"] = x["unemployment_insurance"]
        if float(q["leisure_share"]):
            out[who, "time given up"] = -float(q["leisure_share"]) * x["earnings"]
        earned = earned + x["earnings"]
        public = public + x["taxes"] - x["support"] - x["unemployment_insurance"]
    out["taxpayers", "taxes less credits"] = flows.participants["taxes"] + flows.others["taxes"]
    out["taxpayers", "payroll taxes of employers"] = tax * earned
    out["taxpayers", "support"] = -(flows.participants["support"] + flows.others["support"])
    insurance = flows.participants["unemployment_insurance"] + flows.others["unemployment_insurance"]
    out["taxpayers", "unemployment insurance"] = -insurance
    labor = earned * (1.0 + fringe + tax)
    out["employers", "output less pay"] = (float(q["output_share"]) - 1.0) * labor
    out["employers", "turnover"] = -flows.turnover
    public = public + tax * earned
    for payer, dollars in flows.paid.items():
        who = {"participant": "participants", "employer": "employers"}.get(payer, "taxpayers")
        out[who, f"program, paid by {payer}"] = -dollars
        if who == "taxpayers":
            public = public - dollars
    for (who, item), values in list(out.items()):
        if who != "society":
            out["society", item] = out.get(("society", item), np.zeros(flows.years)) + values
    # what one gives another is nobody's gain
    for key in [k for k, v in out.items() if k[0] == "society" and not np.any(np.abs(v) > 1e-6)]:
        del out[key]
    out["society", "loss from raising taxes"] = float(q["deadweight"]) * np.minimum(public, 0.0)
    return out


def present_value(yearly: F8, q: Mapping[str, Any], extrapolate: bool) -> float:
    """Sum of yearly dollars, discounted to the first year; with fading effects of the last year after the end.

    Examples
    --------
    >>> round(present_value(np.array([100.0, 100.0]), {"discount_rate": 0.25}, False), 6)
    180.0
    """
    rate = float(q["discount_rate"])
    years = np.arange(yearly.size)
    total = float((yearly / (1.0 + rate) ** years).sum())
    if extrapolate and yearly.size:
        later = 1 + np.arange(int(q["extrapolated_years"]))
        fade = (1.0 - float(q["effect_decay"])) ** later
        total += float(yearly[-1] * (fade / (1.0 + rate) ** (yearly.size - 1 + later)).sum())
    return total


def table(
    name: str, runs: Sequence[Flows], q: Mapping[str, Any], level: float = 0.90, scope: str = EVERYONE
) -> pd.DataFrame:
    """Benefits and costs over runs.

    Parameters
    ----------
    name : of the policy or program.
    runs : one for each replicate.
    q : parameters of the room `money`.
    level : confidence level.
    scope : EVERYONE, or TAKING_PART to leave out what happens to others.

    Returns
    -------
    One row per perspective, item and horizon ("run", "extrapolated"): mean over runs with its interval, for the items
    "benefits", "costs" and "net" as well; `probability` is the share of runs in which the net is above zero.
    Program costs are never extrapolated.
    """
    import pandas as pd

    books = [ledger(flows if scope == EVERYONE else flows.alone(), q) for flows in runs]
    items = list(dict.fromkeys(key for book in books for key in book))
    rows = []
    for horizon in ("run", "extrapolated"):
        sums: dict[tuple[str, str], list[float]] = {}
        for key in items:
            further = horizon == "extrapolated" and not key[1].startswith("program, ")
            values = [present_value(b[key], q, further) if key in b else 0.0 for b in books]
            sums[key] = values
        for who in PERSPECTIVES:
            own = [(key[1], values) for key, values in sums.items() if key[0] == who and any(values)]
            if not own:
                continue
            own = [*own, *_totals(own)]
            for item, values in own:
                mean, low, high = over_runs(values, level)
                chance = float(np.mean(np.asarray(values) > 0)) if item == NET else math.nan
                rows.append((name, scope, who, item, horizon, mean, low, high, chance, len(values)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _totals(own: list[tuple[str, list[float]]]) -> list[tuple[str, list[float]]]:
    """Benefits, costs and net of each run; an item is a benefit or a cost by its mean."""
    runs = len(own[0][1])
    sums = {BENEFITS: [0.0] * runs, COSTS: [0.0] * runs, NET: [0.0] * runs}
    for _, values in own:
        side = BENEFITS if float(np.mean(values)) >= 0 else COSTS
        for name in (side, NET):
            sums[name] = [a + b for a, b in zip(sums[name], values, strict=True)]
    return list(sums.items())


# --- from a study ---------------------------------------------------------------------------------------


def prices(name: str, found: Mapping[str, Additional], scope: str = EVERYONE) -> pd.DataFrame:
    """Rows of additional people and of dollars for each, by what they are called; see `laborsim.study.additional`.

    A price has no figures where the number is not distinguishable from zero.
    """
    import pandas as pd

    rows = []
    for called, one in found.items():
        same = (name, scope, PRICES)
        rows.append((*same, f"{called}s", "run", one.people, one.low, one.high, one.up, one.runs))
        rows.append((*same, f"dollars per {called}", "run", one.each, one.each_low, one.each_high, math.nan, one.runs))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def of_results(results: Results) -> pd.DataFrame:
    """Benefits and costs of every policy of a study against its baseline; empty if the runs have no accounts.

    All residents are counted as participants: who takes part in a policy is not said by a study (a trial says it).
    """
    import pandas as pd

    from laborsim.scenario.schema import BASELINE
    from laborsim.study.compare import costs

    q = parameters(results.about)
    by_key = {(r.policy, r.replicate): r for r in results.records if r.done and r.accounts}
    parts = []
    for policy in results.policies:
        if policy == BASELINE:
            continue
        runs = []
        for replicate in range(results.replicates):
            one, base = by_key.get((policy, replicate)), by_key.get((BASELINE, replicate))
            if one is not None and base is not None:
                runs.append(_flows(one, base, results))
        if runs:
            parts.append(table(policy, runs, q))
            bought = costs(results, policy).set_index("outcome")
            found = {name: _additional(bought.loc[stock]) for stock, name in CALLED.items() if stock in bought.index}
            parts.append(prices(policy, found))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def _additional(row: Any) -> Additional:
    """A row of `compare.costs`."""
    names = ("additional", "low", "high", "p", "up", "down", "replicates", "dollars", "per_additional",
             "per_additional_low", "per_additional_high")  # fmt: skip
    return Additional(*(row[name] for name in names))


def _flows(one: Any, base: Any, results: Results) -> Flows:
    """Years of a policy's run beyond the baseline's, from the first year in which the policy may act."""
    more = {name: np.asarray(one.accounts[name]) - np.asarray(base.accounts[name]) for name in one.accounts}
    years = sorted({m[:4] for m in results.months})
    start = str(results.about["policies"][one.policy].get("start") or years[0])[:4]
    first = min(years.index(start) if start in years else 0, len(years) - 1)
    zero = np.zeros(len(years) - first)
    own = {name: more[name][first:] for name in ("earnings", "taxes", "support", "unemployment_insurance")}
    table = one.spending
    paid: dict[str, F8] = {}
    if table is not None and len(table):
        labels = [results.months[m] if isinstance(m, int | np.integer) else str(m) for m in table["month"]]
        for payer, month, dollars in zip(table["payer"], labels, table["dollars"], strict=True):
            if payer:
                at = max(years.index(month[:4]) - first, 0)
                paid.setdefault(str(payer), zero.copy())[at] += float(dollars)
    return Flows(own, dict.fromkeys(own, zero), more["turnover"][first:], paid)


def break_even(runs: Sequence[Flows], q: Mapping[str, Any]) -> float:
    """Share of participants' additional work that could be at others' expense before society loses; over the run.

    Below 0 it loses even if nobody is displaced; NaN if participants gain no work.
    """
    net = gain = 0.0
    for flows in runs:
        book = ledger(flows.alone(), q)
        net += sum(present_value(v, q, False) for (who, _), v in book.items() if who == "society")
        labor = 1.0 + float(q["fringe_share"]) + float(q["employer_tax"])
        gain += present_value(flows.participants["earnings"] * labor, q, False)
    return net / gain if gain > 0 else math.nan


def parameters(about: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of the room `money` as a study's assumptions have them."""
    from laborsim.scenario.parameters.registry import declared

    said = {row["name"]: row["value"] for row in about.get("assumptions", ())}
    own = {name: p.default for name, p in declared().items() if name.startswith("money.")}
    return {name.partition(".")[2]: said.get(name, default) for name, default in own.items()}


__all__ = [
    "COLUMNS",
    "EVERYONE",
    "PERSPECTIVES",
    "TAKING_PART",
    "Flows",
    "break_even",
    "ledger",
    "of_results",
    "parameters",
    "present_value",
    "prices",
    "table",
]
