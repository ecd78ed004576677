"""The target scorecard: what each policy reaches, how sure that is, and how far it is from the goal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.indicators.targets import outcome, window_mean

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
    indicator's unit; negative if there is room to spare), indicator, group, by, unit, runs, source, remark.
    """
    import pandas as pd

    rows = [_row(results, target, policy) for target in results.about["targets"] for policy in results.policies]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(results: Results, target: dict[str, Any], policy: str) -> dict[str, Any]:
    values, unit, remark = target_values(results, target, policy)
    summary = outcome(values, target["goal"])
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
