"""Who is kept on when a training contract ends and the employer pays the whole wage.

An employer keeps a trainee who is worth the wage: skill reached and ability, less what a match that has turned out
bad loses, plus the cost of replacing the worker, spread over the time that people stay. Of those it would keep, no more
than the cell has room for; who is let go is discharged and may draw insurance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import posts
from laborsim.market.bad_matches import kept
from laborsim.market.draws import Stream
from laborsim.market.insurance import insure
from laborsim.market.month import Month
from laborsim.market.pipeline import draws, ordinal
from laborsim.market.transitions import move

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]


def turned_out_bad(month: Month, rows: I8) -> B1:
    """(n,) matches that are bad and by now seen to be, of people on payroll; the draw that `leaving` ends them by."""
    p = month.world.people
    tenure = np.maximum(month.index - p.hired[rows], 0)
    seen = 1.0 - np.exp(-tenure / month.parameters["separations.learning_months"])
    return np.asarray((kept(month)[rows] != 0) & (draws(month.key(Stream.CONTRACT_END), p.id[rows]) < seen))


def gain_of_keeping(month: Month, rows: I8) -> F8:
    """(n,) log worth of each worker to the employer beyond the wage, the cost of a replacement included."""
    q, p = month.room("training"), month.world.people
    worth = posts.newcomer_wage(month, rows, p.job[rows].astype(np.int64)) / np.maximum(p.wage[rows], 1e-6)
    saved = month.parameters["indicators.turnover_cost_share"] * 12.0 / q["keep_horizon"]
    u = np.clip(draws(month.key(Stream.CONTRACT_END) + np.uint64(1), p.id[rows]), 1e-12, 1.0 - 1e-12)
    judged = q["keep_spread"] * np.log(u / (1.0 - u))
    return np.asarray(np.log(worth) + saved - q["bad_match_loss"] * turned_out_bad(month, rows) + judged)


def contracts_end(month: Month, rows: I8, program: I8) -> B1:
    """(n,) whether each trainee at work is kept on; the others are discharged. Counts both by program.

    Parameters
    ----------
    rows, program : (n,) people, ascending, whose contract ends, in the job they train in.
    """
    if rows.size == 0:
        return np.zeros(0, np.bool_)
    p, c, size = month.world.people, month.world.cells, len(month.programs)
    gain = gain_of_keeping(month, rows)
    job = p.job[rows].astype(np.int64)
    over = np.maximum(c.filled[job] - c.target[job], 0)
    kept = (gain > 0.0) & (ordinal(job, gain, p.id[rows]) >= over)
    month.counts.kept += np.bincount(program[kept], minlength=size)
    month.counts.not_kept += np.bincount(program[~kept], minlength=size)
    gone = rows[~kept]
    insure(month, gone)
    move(month, gone, np.full(gone.size, k.UNEMPLOYED, np.uint8), np.full(gone.size, k.DISCHARGE, np.uint8))
    return np.asarray(kept)


__all__ = ["contracts_end", "gain_of_keeping", "turned_out_bad"]
