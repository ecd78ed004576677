"""The target scorecard: what each policy reaches, how sure that is, and how far it is from the goal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.scenario.fields import parse_goal
from laborsim.study.statistics import spread

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

COLUMNS = ["target", "policy", "value", "low", "high", "goal", "probability", "met", "gap", "indicator", "group",
           "by", "unit", "runs", "source", "remark"]


def scorecard(results: Results) -> pd.DataFrame:
    """Targets of the scenario under every policy.

    One row per target and policy: target, policy, value (mean over runs), low and high (5% and 95% of runs), goal,
    probability (share of runs that meet it), met (probability at least one half), gap (how much is missing, in the
    indicator's unit; negative if there is room to spare), indicator, group, by, unit, runs, source, remark.
    """
    import pandas as pd

    rows = [_row(results, target, policy) for target in results.about["targets"] for policy in results.policies]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(results: Results, target: dict[str, Any], policy: str) -> dict[str, Any]:
    comparison, goal = parse_goal(target["goal"])
    values, unit, remark = target_values(results, target, policy)
    values = values[np.isfinite(values)]
    mean, low, high = spread(values)
    met = {">=": values >= goal, ">": values > goal, "<=": values <= goal, "<": values < goal}[comparison]
    probability = float(met.mean()) if len(values) else math.nan
    sign = 1.0 if comparison in (">=", ">") else -1.0
    return {
        "target": target["name"], "policy": policy, "value": mean, "low": low, "high": high, "goal": target["goal"],
        "probability": probability, "met": bool(probability >= 0.5), "gap": sign * (goal - mean),
        "indicator": target["indicator"], "group": target["group"], "by": target["by"], "unit": unit,
        "runs": len(values), "source": target["source"], "remark": remark,
    }


def target_values(results: Results, target: dict[str, Any], policy: str) -> tuple[Any, str, str]:
    """(R,) value of a target in each run: the mean of its window up to its month; unit; remark."""
    key = (target["indicator"], target["group"])
    if key not in results:
        return np.full(results.replicates, np.nan), "", "no such indicator in these runs"
    series = results.series(*key, policy=policy)
    months = list(results.months)
    last, remark = len(months), ""
    if target["by"] in months:
        last = months.index(target["by"]) + 1
    else:
        remark = f"runs end {months[-1]}, before the target month" if target["by"] > months[-1] else "before the start"
        if target["by"] < months[0]:
            return np.full(results.replicates, np.nan), results.units[key], remark
    window = series[:, max(0, last - int(target["window_months"])):last]
    known = np.isfinite(window)
    count = known.sum(axis=1)
    total = np.where(known, window, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan), results.units[key], remark
