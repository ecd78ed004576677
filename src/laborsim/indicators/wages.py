"""Wages, self-sufficiency, good jobs, retention, commuting and household income of residents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.row import Row, ratio
from laborsim.indicators.snapshot import Snapshot
from laborsim.indicators.tally import WAGE_EDGES

F8 = NDArray[np.float64]
_MIDDLES = np.log(0.5 * (WAGE_EDGES[1:] + WAGE_EDGES[:-1]))


def quantiles(histogram: F8, edges: F8, share: float) -> F8:
    """Quantile of each row of a histogram, wages taken as evenly spread within a bin.

    Parameters
    ----------
    histogram : (G, B) counts.
    edges : (B + 1,) ascending.
    share : between 0 and 1.

    Returns
    -------
    (G,); NaN for an empty row.

    Examples
    --------
    >>> quantiles(np.array([[2.0, 2.0]]), np.array([10.0, 20.0, 30.0]), 0.5)
    array([20.])
    """
    total = np.cumsum(histogram, axis=1)
    size = total[:, -1]
    want = share * size
    at = np.minimum((total < want[:, None]).sum(axis=1), histogram.shape[1] - 1)
    rows = np.arange(histogram.shape[0])
    inside = histogram[rows, at]
    part = ratio(want - (total[rows, at] - inside), inside)
    value = edges[at] + np.clip(part, 0.0, 1.0) * (edges[at + 1] - edges[at])
    return np.asarray(np.where(size > 0, value, np.nan), np.float64)


def log_sd(histogram: F8) -> F8:
    """(G,) standard deviation of log wages from histograms on the wage grid; NaN for fewer than two people."""
    size = histogram.sum(axis=1)
    mean = ratio(histogram @ _MIDDLES, size)
    square = ratio(histogram @ _MIDDLES**2, size)
    return np.asarray(np.where(size > 1, np.sqrt(np.maximum(square - mean**2, 0.0)), np.nan), np.float64)


def fill(s: Snapshot, row: Row) -> None:
    """Wages and what follows from them, by group."""
    names, st, scale = s.groups.names, s.stocks, s.scale
    wide = s.groups.where("all", "zone", "sex")
    under = "segment:underemployed"
    row.put("wage_median", (*names, under), quantiles(s.wages, WAGE_EDGES, 0.5))
    for indicator, share in (("wage_p10", 0.1), ("wage_p90", 0.9)):
        row.put(indicator, [names[i] for i in wide], quantiles(s.wages[wide], WAGE_EDGES, share))
    row.put("log_wage_sd", [names[i] for i in wide], log_sd(s.wages[wide]))
    row.put("share_self_sufficient", names, st.sufficient, st.employed)
    row.put("share_self_sufficient", under, st.sufficient_under[0], st.underemployed[0])
    row.put("self_sufficient_workers", names, st.sufficient, scale)
    # by sector of the job: residents on a payroll, wherever they work
    sectors = [f"sector:{c}" for c in s.month.economy.sector_codes]
    payroll = s.people.commute.sum(axis=(0, 2))
    row.put("share_self_sufficient", sectors, s.people.sufficient.sum(axis=1), payroll)
    row.put("share_good_jobs", names, st.good, st.employed)
    row.put("share_good_jobs", under, st.good_under[0], st.underemployed[0])
    _retention(s, row)
    _commuting(s, row)


def _retention(s: Snapshot, row: Row) -> None:
    """Those on a payroll who were hired 12 months ago or more, over those on a payroll then.

    Groups are today's in the numerator and those of a year ago in the denominator.
    """
    past = s.history.setdefault("payroll", {})
    past[s.month.index] = s.stocks.payroll
    then = past.pop(s.month.index - 12, None)
    missing = np.full(len(s.groups), np.nan)
    row.put("retention_12_month", s.groups.names, missing if then is None else ratio(s.stocks.stayed, then))


def _commuting(s: Snapshot, row: Row) -> None:
    eco = s.month.economy
    trips = s.people.commute.sum(axis=1).astype(np.float64)
    zones = [s.groups.names.index(n) for n in s.place_names]
    names = [s.groups.names[i] for i in zones]
    total = s.places @ trips.sum(axis=1)
    row.put("mean_commute", names, s.places @ (trips * eco.commute_minutes).sum(axis=1), total)
    row.put("works_in_own_zone", names, s.places @ np.diag(trips), total)
    row.put("works_outside", names, s.places @ trips[:, eco.outside :].sum(axis=1), total)
    states = [county[:2] if len(county) == 5 and county.isdigit() else "" for county in eco.zone_county]
    across = np.array([[a != b and bool(a) and bool(b) for b in states] for a in states])
    row.put("works_in_other_state", names, s.places @ (trips * across).sum(axis=1), total)


__all__ = ["fill", "log_sd", "quantiles"]
