"""The target scorecard: what each policy reaches, how sure that is, and how far it is from the goal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.indicators.targets import outcome, window_mean
from laborsim.scenario.schema import BASELINE
from laborsim.study.statistics import FEWEST_RUNS
from laborsim.study.words import lower

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from laborsim.study.results import Results

COLUMNS = [
    "target",
    "policy",
    "value",
    "low",
    "high",
    "goal",
    "probability",
    "met",
    "gap",
    "closed",
    "moved",
    "indicator",
    "group",
    "by",
    "unit",
    "runs",
    "source",
    "remark",
]


def scorecard(results: Results) -> pd.DataFrame:
    """Targets of the scenario under every policy.

    One row per target and policy: target, policy, value (mean over runs), low and high (5% and 95% of runs), goal,
    probability (share of runs that meet it), met (probability at least one half), gap (how much is missing, in the
    indicator's unit; negative if there is room to spare), closed (share of what the baseline misses that the policy
    closes; negative if it goes the other way, NaN if the baseline misses nothing), moved (whether the policy changes
    the value by more than chance), indicator, group, by, unit, runs, source, remark.
    """
    import pandas as pd

    targets = results.about["targets"]
    arms = [{p: target_values(results, t, p)[0] for p in results.policies} for t in targets]
    rows = []
    for target, pairs in zip(targets, results.verdicts().figures(arms), strict=True):
        missing = math.nan
        for policy in results.policies:
            row = _row(results, target, policy) | {"closed": math.nan, "moved": False}
            if policy == BASELINE:
                missing = float(row["gap"])
            elif policy in pairs:
                row["moved"] = pairs[policy].distinguishable
                if missing > 0.0:
                    row["closed"] = 1.0 - float(row["gap"]) / missing
            rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


@dataclass(frozen=True)
class Step:
    """How far a target that the baseline falls short of can be moved by the policies tested.

    Attributes
    ----------
    target, indicator, unit : of the target.
    missing : by how much the baseline falls short, in the indicator's unit.
    policy, closed : the policy that closes most of that and the share; among those that move it by more than chance,
        if any does ("" and NaN if none goes towards the goal).
    sure : whether it is more than chance.
    """

    target: str
    indicator: str
    unit: str
    missing: float
    policy: str
    closed: float
    sure: bool


def steps(table: pd.DataFrame) -> list[Step]:
    """What is attainable, for every target of a scorecard that the baseline falls short of."""
    out = []
    for name in dict.fromkeys(table["target"]):
        rows: Any = table[table["target"] == name].to_dict("records")
        base = next(r for r in rows if r["policy"] == BASELINE)
        if not base["gap"] > 0.0:
            continue
        towards = [r for r in rows if r["closed"] > 0.0]
        best = max([r for r in towards if r["moved"]] or towards, key=lambda r: float(r["closed"]), default=None)
        found = ("", math.nan, False) if best is None else (best["policy"], float(best["closed"]), bool(best["moved"]))
        out.append(Step(name, base["indicator"], base["unit"], float(base["gap"]), *found))
    return out


def attainable(table: pd.DataFrame, titles: Mapping[str, str], most: int = 3) -> str:
    """In words, how far the policies move the targets that the baseline falls short of; empty if there is none.

    Parameters
    ----------
    table : a scorecard of several runs and policies. titles : of the policies. most : targets that are named.
    """
    found = steps(table)
    if not found or not table["closed"].notna().any() or table["runs"].max() < FEWEST_RUNS:
        return ""
    sure = sorted((s for s in found if s.sure), key=lambda s: -s.closed)
    goals = f"the {len(found)} goals" if len(found) > 1 else "the goal"
    if not sure:
        none = f"None of {goals}" if len(found) > 1 else "The one goal"
        no = "" if len(found) > 1 else "not "
        return f"{none} that the baseline's mean misses is {no}brought closer by a policy by more than chance."
    named = [
        f"{lower(s.target)} ({'all' if s.closed >= 1.0 else f'{100 * s.closed:.0f}%'} of the way with "
        f"{lower(titles[s.policy])})"
        for s in sure[:most]
    ]
    more = f"; and {len(sure) - most} more" if len(sure) > most else ""
    said = "; ".join(named)
    return f"Of {goals} that the baseline's mean misses, policies bring closer by more than chance: {said}{more}."


def _row(results: Results, target: dict[str, Any], policy: str) -> dict[str, Any]:
    values, unit, remark = target_values(results, target, policy)
    summary = outcome(values, target["goal"])
    if summary.runs < FEWEST_RUNS:
        summary = summary._replace(low=math.nan, high=math.nan)
    said = {name: target[name] for name in ("goal", "indicator", "group", "by", "source")}
    return {"target": target["name"], "policy": policy, **summary._asdict(), **said, "unit": unit, "remark": remark}


def target_values(results: Results, target: dict[str, Any], policy: str) -> tuple[NDArray[np.float64], str, str]:
    """(R,) value of a target in each run: the mean of its window up to its month; unit; remark.

    Ranks among peers already rest on a year's figures: theirs is the value of the month itself.
    """
    key = (target["indicator"], target["group"])
    if key not in results:
        return np.full(results.replicates, np.nan), "", "no such figure in these runs"
    window = 1 if target["indicator"].startswith("peer_rank_") else int(target["window_months"])
    values = window_mean(results.series(*key, policy=policy), results.months[0], target["by"], window)
    inside = results.months[0] <= target["by"] <= results.months[-1]
    return values, results.units[key], "" if inside else f"{target['by']} is not among the months simulated"
