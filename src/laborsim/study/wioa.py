"""The WIOA table of a study: each run's figures, over replicates, with small cells suppressed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from laborsim.study.small_cells import limits, too_few
from laborsim.study.statistics import spread

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

VALUES = ("gross", "counterfactual", "net")
COLUMNS = (
    "policy", "program", "population", "group", "indicator", "unit", "runs", "people", "gross", "gross_low",
    "gross_high", "counterfactual", "net", "net_low", "net_high", "suppressed",
)  # fmt: skip


def wioa_table(
    runs: Iterable[tuple[str, list[dict[str, Any]]]], scale: float, small: float, few: int
) -> pd.DataFrame:
    """WIOA figures over runs.

    Parameters
    ----------
    runs : (policy, rows of `indicators.wioa.rows`) of each finished run.
    scale : share of people simulated.
    small : a cell with fewer people than this at full scale, over all runs' mean, is suppressed.
    few : so is one with fewer people simulated than this in all runs together: it would be chance.

    Returns
    -------
    One row per policy, program, population, group and indicator: `people` is the mean number at full scale; means over
    runs with 5% and 95% of runs; the figures of suppressed cells are NaN.
    """
    import pandas as pd

    cells: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    finished: dict[str, int] = {}
    for policy, rows in runs:
        finished[policy] = finished.get(policy, 0) + 1
        for row in rows:
            key = (policy, *(str(row[name]) for name in COLUMNS[1:6]))
            cells.setdefault(key, []).append(row)
    out = []
    for cell, found in cells.items():
        simulated = sum(float(r["people"]) for r in found)
        people = simulated / finished[cell[0]] / scale
        hidden = not simulated or too_few([people] * finished[cell[0]], scale, (small, few))
        line: dict[str, Any] = dict(zip(COLUMNS, cell, strict=False))
        line |= {"runs": len(found), "people": people, "suppressed": int(hidden)}
        for name in VALUES:
            values = [_known(r[name]) for r in found]
            mean, low, high = (math.nan,) * 3 if hidden else spread(values)
            line |= {name: mean} if name == "counterfactual" else {name: mean, f"{name}_low": low, f"{name}_high": high}
        out.append(line)
    return pd.DataFrame(out, columns=list(COLUMNS))


def of_results(results: Results) -> pd.DataFrame:
    """The WIOA table of a study."""
    rules = limits(results.about)
    runs = [(r.policy, r.wioa) for r in results.records if r.done]
    return wioa_table(runs, float(results.about["scale"]), *rules)


def _known(value: Any) -> float:
    return math.nan if value is None else float(value)


__all__ = ["COLUMNS", "of_results", "wioa_table"]
