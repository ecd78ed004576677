"""Vacancies: opened where a cell wants more people than it has, aged, and withdrawn."""

from __future__ import annotations

import numpy as np
from numba import njit

from laborsim.market.draws import Stream, bits, more_bits, to_unit
from laborsim.market.month import FEW, Month


@njit(cache=True, nogil=True)
def _post(lo, hi, chunk, c, post_key, withdraw_key, posting, withdrawal, hold, notice, posted, withdrawn):  # type: ignore[no-untyped-def]
    """Vacancies of cells [lo, hi); those posted and withdrawn are added to the chunk's counts by sector and zone."""
    for k in range(lo, hi):
        open_now = c.vacancies[k]
        if c.target[k] <= 0:
            if open_now > 0:
                withdrawn[chunk, c.sector[k], c.zone[k]] += open_now
                c.vacancies[k] = 0
                c.age[k] = 0.0
            continue
        b = bits(post_key, np.uint64(k))
        ahead = int(c.filled[k] * notice + to_unit(b))
        room = c.target[k] - c.filled[k] + ahead - int(hold * c.recall[k] + 0.5)
        if room == open_now:
            if open_now > 0:
                c.age[k] += 1.0
            continue
        gone = 0
        if open_now > room:
            gone = open_now - max(room, 0)
        elif open_now > 0:
            # A keyed draw rounds the share, so that single vacancies are withdrawn now and then.
            gone = int(withdrawal * open_now + to_unit(bits(withdraw_key, np.uint64(k))))
        kept = open_now - gone
        new = 0
        if room > kept and gone == 0:
            new = int(posting * (room - kept) + to_unit(more_bits(b, 1)))
        withdrawn[chunk, c.sector[k], c.zone[k]] += gone
        posted[chunk, c.sector[k], c.zone[k]] += new
        total = kept + new
        c.age[k] = (kept * (c.age[k] + 1.0) + new * 0.5) / total if total > 0 else 0.0
        c.vacancies[k] = total


def stage(month: Month) -> None:
    """Open, keep or withdraw vacancies in every cell; a new one is half a month old at matching."""
    q, w = month.room("vacancies"), month.world
    # Places promised to people in training are not posted.
    promised = month.memory["promises"]["cell"] if "promises" in month.memory else np.empty(0, np.int64)
    np.add.at(w.cells.filled, promised, 1)
    chunks = month.crew.chunks(w.cells.size, FEW)
    posted, withdrawn = np.zeros((2, chunks, *month.counts.openings_posted.shape), np.int64)
    month.crew.map(
        _post,
        w.cells.size,
        w.cells.columns,
        month.key(Stream.VACANCY_POST),
        month.key(Stream.VACANCY_WITHDRAW),
        q["posting_share"],
        q["withdrawal_share"],
        q["recall_hold"],
        q["notice_share"],
        posted,
        withdrawn,
        size=FEW,
    )
    month.counts.openings_posted += posted.sum(axis=0)
    month.counts.openings_withdrawn += withdrawn.sum(axis=0)
    np.subtract.at(w.cells.filled, promised, 1)
