"""Bad matches: which employees and jobs do not fit, which both sides find out with time.

A match is drawn once, by the two who meet, and stays as it is while the job lasts. It is worked out when a job begins
and kept, a byte a person: it is asked for every month of everyone at work. What is kept follows from the tables and is
no state: it is worked out anew where it is missing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.columns import AHEAD, fetch
from laborsim.market.draws import Stream, bits, to_unit
from laborsim.market.month import Month
from laborsim.market.pay import FIT_MOST
from laborsim.market.size import by_size

KEPT = "bad_matches.kept"


class Matches(NamedTuple):
    """Which matches are bad, as a kernel wants it."""

    share: NDArray[np.float64]  # (64,) of those hired k months before the start, white and of a middling fit
    watched: NDArray[np.float64]  # (5,) factor by race
    fit: float  # fall of the share per step of fit, relative
    turnover: NDArray[np.float32]  # (cells,) factor of the employer's sector
    key: np.uint64


@njit(cache=True, inline="always")
def is_bad(i, p, m):  # type: ignore[no-untyped-def]
    """Whether the match of employee i and his or her job is bad: a draw of the two, kept while the job lasts."""
    match = bits(m.key, p.id[i] ^ (np.uint64(p.hired[i] + 4096) << np.uint64(32)))
    share = m.share[np.uint64(min(max(-p.hired[i], 0), 63))] * m.watched[np.uint64(p.race[i])]
    return to_unit(match) < share * (1.0 - m.fit * p.fit[i]) * m.turnover[np.uint64(max(p.job[i], 0))]


@njit(cache=True, nogil=True)
def _all(lo, hi, chunk, p, m, out):  # type: ignore[no-untyped-def]
    for i in range(lo, hi):
        out[i] = p.job[i] >= 0 and is_bad(i, p, m)


@njit(cache=True, nogil=True)
def _some(p, rows, m, out):  # type: ignore[no-untyped-def]
    last = rows.size - 1
    for k in range(rows.size):
        fetch(out, rows[min(k + AHEAD, last)])
        i = rows[k]
        out[i] = p.job[i] >= 0 and is_bad(i, p, m)


def bad_matches(month: Month) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Monthly hazard of a bad match by tenure, and share bad among those hired k months before the start, (64,) each.

    Bad matches made before settling have partly ended already; those made while settling end in the model.
    """
    q = month.room("separations")
    hazard = q["bad_match_hazard"] * (1.0 - np.exp(-np.arange(64) / q["learning_months"]))
    hazard[63] = 0.0  # stands for all longer tenures: bad matches have ended
    still = q["bad_match_share"] * np.concatenate([[1.0], np.cumprod(1.0 - hazard)[:-1]])
    share = still / (still + 1.0 - q["bad_match_share"])
    settling = min(int(month.parameters["model.settle_months"]), 63)
    return hazard, share[np.maximum(np.arange(64) - settling, 0)]


def turnover(month: Month) -> NDArray[np.float32]:
    """(cells,) how often jobs end by leaving, by search and as bad matches, by the employer's sector and size."""
    c, e = month.world.cells, month.world.establishments
    held = month.scratch.get("separations.turnover")
    if held is None or held.size != c.size:  # plants bring cells
        sector = np.asarray(month.parameters["separations.turnover_by_sector"], np.float64)[c.sector[: c.size]]
        size = by_size(month.parameters["separations.turnover_by_size"], e.stands[c.establishment[: c.size]])
        held = month.scratch["separations.turnover"] = (sector * size).astype(np.float32)
    return np.asarray(held)


def matches(month: Month) -> Matches:
    """Terms of `is_bad`."""
    q = month.room("separations")
    watched = np.asarray(q["watched_race"], np.float64)
    key = month.key(Stream.MATCH_QUALITY, fixed=True)
    return Matches(bad_matches(month)[1], watched, q["bad_fit"] / FIT_MOST, turnover(month), key)


def kept(month: Month) -> NDArray[np.uint8]:
    """(people,) 1 where someone has a job, or waits for recall to one, that is a bad match; not to be written to."""
    p, usual = month.world.people, turnover(month)
    held = month.scratch.get(KEPT)
    if held is None or held[0] is not usual or held[2].size != p.capacity:
        out, terms = np.zeros(p.capacity, np.uint8), matches(month)
        month.crew.map(_all, p.size, p.columns, terms, out)
        held = month.scratch[KEPT] = usual, terms, out
    return np.asarray(held[2])


def note(month: Month, rows: NDArray[np.int64]) -> None:
    """Work out anew the matches of people (n,) who have just got another job."""
    held = month.scratch.get(KEPT)
    if held is not None and held[0] is turnover(month) and held[2].size == month.world.people.capacity:
        _some(month.world.people.columns, rows, held[1], held[2])


__all__ = ["Matches", "bad_matches", "is_bad", "kept", "matches", "note", "turnover"]
