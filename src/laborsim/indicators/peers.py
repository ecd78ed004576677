"""Rank among peer metros, on level and on growth, with the peers' paths uncertain.

The region's own path is the model's: its level in the base year, moved by the growth of an indicator since then (mean
of the last 12 months over mean of the 12 months from the base month) and by growth the model does not simulate.
Each peer's yearly growth is drawn once a run, a keyed draw from the mean and standard deviation the scenario
states, with a part shared by all peers. Policies of the same run meet the same peers.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.frame import Frame, month_index
from laborsim.market.draws import Stream, bits, more_bits, stream_key, to_unit
from laborsim.scenario.peers import PeerMeasure, Peers

F8 = NDArray[np.float64]
WINDOW = 12
_SHARED = "shared by all peers"
_OWN = "the region itself"


def normal(seed: int, name: str) -> float:
    """Standard normal draw of a run for what `name` names: the same whatever the order of asking."""
    agent: Any = np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))
    key: Any = np.uint64(stream_key(seed, int(Stream.PEER_GROWTH), 0xFFFF))
    first: Any = np.uint64(bits(key, agent))
    second: Any = np.uint64(more_bits(first, 1))
    return math.sqrt(-2.0 * math.log(1.0 - to_unit(first))) * math.cos(2.0 * math.pi * to_unit(second))


def peer_growth(measure: PeerMeasure, correlation: float, seed: int) -> F8:
    """(P,) yearly growth of each peer in one run, no lower than -90%."""
    shared = normal(seed, f"{measure.name}/{_SHARED}")
    own = np.array([normal(seed, f"{measure.name}/{m.metro}") for m in measure.metros])
    z = math.sqrt(correlation) * shared + math.sqrt(1.0 - correlation) * own
    mean = np.array([m.growth_mean for m in measure.metros])
    sd = np.array([m.growth_sd for m in measure.metros])
    return np.asarray(np.maximum(mean + sd * z, -0.9), np.float64)


def own_ratio(series: F8, base: int) -> F8:
    """(T,) mean of the last 12 months over that of the 12 months from `base`; NaN before those have passed."""
    known = np.isfinite(series)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, series, 0.0))])
    count = np.concatenate([[0], np.cumsum(known)])
    out = np.full(series.size, np.nan)
    first = base + WINDOW - 1
    if base < 0 or first >= series.size:
        return out
    at = np.arange(first, series.size)
    n = count[at + 1] - count[at + 1 - WINDOW]
    mean = np.where(n > 0, (total[at + 1] - total[at + 1 - WINDOW]) / np.maximum(n, 1), np.nan)
    out[at] = mean / mean[0] if np.isfinite(mean[0]) and mean[0] > 0 else np.nan
    return out


def ranks(measure: PeerMeasure, series: F8, base: int, correlation: float, seed: int) -> tuple[F8, F8]:
    """Rank on level and on yearly growth since the base year, by month; 1 is best.

    Parameters
    ----------
    series : (T,) the region's indicator.
    base : month of the base, from the start of the series.
    seed : the run's.

    Returns
    -------
    level, growth : (T,); NaN before a year has passed since the base year's first month, and for growth in that month.
    """
    ratio = own_ratio(series, base)
    years = (np.arange(series.size) - (base + WINDOW - 1)) / 12.0
    extra = measure.own.extra_growth_mean + measure.own.extra_growth_sd * normal(seed, f"{measure.name}/{_OWN}")
    growth = peer_growth(measure, correlation, seed)
    ours = measure.own.level * ratio * (1.0 + extra) ** years
    theirs = np.array([m.level for m in measure.metros])[:, None] * (1.0 + growth[:, None]) ** years
    known = np.isfinite(ours)
    level = np.where(known, 1.0 + (theirs > ours).sum(axis=0), np.nan)
    later = known & (years > 0)
    rate = np.full(series.size, np.nan)
    rate[later] = (ratio[later] * (1.0 + extra) ** years[later]) ** (1.0 / years[later]) - 1.0
    return level, np.where(later, 1.0 + (growth[:, None] > rate).sum(axis=0), np.nan)


def with_ranks(frame: Frame, peers: Peers | None, seed: int) -> Frame:
    """The frame with `peer_rank_<measure>_level` and `peer_rank_<measure>_growth` beside its figures.

    Parameters
    ----------
    frame : one run's figures.
    peers : the scenario's benchmark set; None leaves the frame as it is.
    seed : the run's, the same for all policies of a replicate.

    Raises
    ------
    KeyError
        If a measure names an indicator that the frame does not have for everyone.
    """
    if peers is None:
        return frame
    base = month_index(frame.start, peers.base)
    keys, columns = list(frame.keys), [frame.values]
    for measure in peers.measures:
        pair = ranks(measure, frame.series(measure.indicator), base, peers.correlation, seed)
        for kind, values in zip(("level", "growth"), pair, strict=True):
            keys.append((f"peer_rank_{measure.name}_{kind}", "all"))
            columns.append(values[:, None])
    units = frame.units + ["rank"] * (len(keys) - len(frame.keys))
    return Frame(keys, units, np.concatenate(columns, axis=1), frame.start)


def distribution(values: F8) -> dict[int, float]:
    """Share of runs at each rank, best first; runs without a rank are left out."""
    known = values[np.isfinite(values)]
    places, counts = np.unique(known.astype(np.int64), return_counts=True)
    return {int(p): float(c / known.size) for p, c in zip(places, counts, strict=True)}


__all__ = ["distribution", "own_ratio", "peer_growth", "ranks", "with_ranks"]
