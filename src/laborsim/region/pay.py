"""Wages of OEWS: pooled over detailed occupations, brought from May 2025 to 2019."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from laborsim.region.sources import Data

FEDERAL_MINIMUM: Final = 7.25
#: OEWS national hourly wages, all occupations: percentile -> May 2019, May 2025 (the latter in the data).
_WAGES_2019: Final = {"p10": 10.35, "p25": 13.02, "p50": 19.14, "p75": 30.88, "p90": 48.57}


def minor_group(soc: pd.Series) -> pd.Series:
    """SOC minor group ("47-2000") of detailed or broad codes ("47-2111"): the first four characters."""
    return soc.str[:4] + "000"


def wage_to_2019(hourly: Any, data: Data) -> Any:
    """Hourly wages of May 2025 in wages of May 2019, by how each national percentile moved.

    The factor falls from the middle to the bottom, where wages rose faster; between percentiles it is
    linear in the log wage. It covers prices and real wage growth both. None falls below the federal minimum.
    """
    us = data.oews_industry.query("industry_code == '000000' and soc == '00-0000'").iloc[0]
    now = (
        np.array([us[f"a_{p}"] if p != "p50" else us["a_median"] for p in _WAGES_2019], dtype=np.float64)
        / 2080
    )
    factor = np.array(list(_WAGES_2019.values())) / now
    moved = hourly * np.interp(np.log(np.maximum(hourly, 0.01)), np.log(now), factor)
    return np.maximum(moved, FEDERAL_MINIMUM)


def pooled_quantiles(detail: pd.DataFrame, probabilities: tuple[float, ...]) -> list[float]:
    """Quantiles of the pooled wages of detailed occupations, each taken as log-linear between its percentiles.

    Parameters
    ----------
    detail : frame with emp, h_p10, h_p25, h_median, h_p75, h_p90 (missing ones are bridged).
    probabilities : in (0, 1).
    """
    grid = np.linspace(np.log(5.0), np.log(600.0), 2400)
    pooled = np.zeros_like(grid)
    weight = 0.0
    knots = np.array([0.10, 0.25, 0.50, 0.75, 0.90])
    for row in detail[["emp", "h_p10", "h_p25", "h_median", "h_p75", "h_p90"]].to_numpy(dtype=np.float64):
        x, q = row[1:], knots
        ok = ~np.isnan(x)
        if np.isnan(row[0]) or ok.sum() < 2:
            continue
        x, q = np.log(x[ok]), q[ok]
        keep = np.r_[True, np.diff(x) > 1e-9]
        x, q = x[keep], q[keep]
        if len(x) < 2:
            continue
        spread = (x[-1] - x[0]) / (q[-1] - q[0])
        x = np.r_[x[0] - 0.6 * q[0] * spread, x, x[-1] + 1.2 * (1 - q[-1]) * spread]
        pooled += row[0] * np.interp(grid, x, np.r_[0.0, q, 1.0])
        weight += row[0]
    if weight == 0.0:
        return [float("nan")] * len(probabilities)
    return [float(np.exp(np.interp(p, pooled / weight, grid))) for p in probabilities]


def hourly(detail: pd.DataFrame) -> pd.DataFrame:
    """OEWS rows with hourly percentiles filled from the yearly ones (2,080 hours)."""
    out = detail.copy()
    for p in ("p10", "p25", "median", "p75", "p90"):
        out[f"h_{p}"] = out[f"h_{p}"].fillna(out[f"a_{p}"] / 2080)
    return out
