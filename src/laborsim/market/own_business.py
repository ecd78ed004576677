"""Own businesses: how many can live here, and the self-employed whose work has stopped and who wait for it.

There is room for as many as at the start, more or fewer as all sectors' demand rises or falls: who goes to work for
himself or herself takes up a customer's work that somebody else could have had. Those whose work has stopped count as
on temporary layoff, as in the surveys of 2020. Their customers come back as the jobs lost by all sectors do; some give
up, as those waiting for recall do.
"""

from __future__ import annotations

import numpy as np

from laborsim.market.codes import SELF_EMPLOYED, TEMPORARY_LAYOFF, UNEMPLOYED
from laborsim.market.draws import Stream, uniforms
from laborsim.market.month import Month
from laborsim.market.products import product
from laborsim.market.transitions import move


def room(month: Month) -> int:
    """Own businesses that could live here beyond those that do, with those who wait; the first month is the measure."""
    p, memory, q = month.world.people, month.memory["demand"], month.parameters
    state, n = p.state, p.size
    held = int(np.count_nonzero(state[:n] == SELF_EMPLOYED))
    held += int(np.count_nonzero((state[:n] == TEMPORARY_LAYOFF) & (p.job[:n] < 0)))
    jobs = float(product(memory["path"][0], memory["jobs"]))
    start = month.memory.setdefault("own_start", {"held": np.array(float(held)), "jobs": np.array(jobs)})
    # Entry fills part of the room each month: in the steady state some is always free.
    free = 1.0 + q["separations.self_employed_leave"] / q["participation.self_employment_taken"]
    return max(int(float(start["held"]) * jobs / max(float(start["jobs"]), 1e-9) * free) - held, 0)


def entry(month: Month) -> float:
    """Chance that someone unemployed goes to work for himself or herself this month."""
    q, p = month.room("participation"), month.world.people
    seekers = max(np.count_nonzero(p.state[: p.size] == UNEMPLOYED), 1)
    return float(min(q["self_employment_taken"] * room(month) / seekers, q["self_employment_entry"]))


def fall(month: Month) -> float:
    """Log fall of all sectors' employment together since the month before; 0 if it has risen."""
    now, before, _ = product(month.memory["demand"]["path"], month.memory["demand"]["jobs"])
    return max(0.0, float(np.log(before / now)))


def regained(month: Month) -> float:
    """Share of what all sectors together lacked last month of their highest employment that they have regained."""
    now, before, _ = product(month.memory["demand"]["path"], month.memory["demand"]["jobs"]).tolist()
    most = month.memory.setdefault("own_business", {"most": np.array(max(now, before))})["most"]
    most[...] = max(float(most), before)
    lacked = float(most) - before
    return min(max(now - before, 0.0) / lacked, 1.0) if lacked > 0.0 else 1.0


def come_back(month: Month) -> None:
    """Those who wait for their own work to come back start again, or give up waiting."""
    w, share = month.world, regained(month)
    n = w.people.size
    rows = np.flatnonzero((w.people.state[:n] == TEMPORARY_LAYOFF) & (w.people.job[:n] < 0))
    if not rows.size:
        return
    ids = w.people.id[rows]
    back = uniforms(month.key(Stream.RECALL), ids) < share
    lost = uniforms(month.key(Stream.LAYOFF_KIND), ids) < month.parameters["separations.recall_lost"]
    goes = back | lost
    r = rows[goes]
    move(month, r, np.where(back[goes], SELF_EMPLOYED, UNEMPLOYED).astype(np.uint8), np.zeros(r.size, np.uint8))


__all__ = ["come_back", "entry", "fall", "regained", "room"]
