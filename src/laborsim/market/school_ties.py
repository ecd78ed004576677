"""Ties to school: students in career and technical education, or just back from work experience, drop out less.

Whoever would leave school without a diploma stays with a chance that the tie gives. Places that exist without any
policy are part of the attainment that the chain of schooling is fitted to; those kept on places that a policy added
come on top: the chain counts them as the drop-outs they would have been.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import participants as log
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws

I8 = NDArray[np.int64]
AFTER = 12  # months after work experience in which its tie holds


class Tied(NamedTuple):
    """Students without a diploma who have a tie: rows (n,), ascending; chance to stay (n,); on an added place (n,)."""

    rows: I8
    chance: NDArray[np.float64]
    added: NDArray[np.bool_]


def students(month: Month) -> Tied:
    """Those with a tie, before this month's schooling; the strongest tie of each."""
    p, pr, table = month.world.people, month.programs, month.memory.get("participants")
    if table is None or table["id"].size == 0:
        return Tied(np.empty(0, np.int64), np.empty(0), np.empty(0, np.bool_))
    q, kind = month.room("training"), pr.kind[table["program"]]
    inside = table["how"] == log.ENROLLED
    lately = (table["how"] == log.COMPLETED) & (month.index - table["exit"].astype(np.int64) < AFTER)
    at = np.flatnonzero(((kind == k.CTE) & inside) | ((kind == k.WORK_EXPERIENCE) & (inside | lately)))
    row = table["row"][at]
    fit = (p.id[row] == table["id"][at]) & (p.state[row] != k.GONE) & (p.education[row] < k.HS)
    at = at[fit & ((p.traits[row] & k.TRAIT_ENROLLED) > 0)]
    row = table["row"][at]
    chance = np.where(kind[at] == k.CTE, q["cte_keeps"], q["work_experience_keeps"])
    order = np.lexsort((at, -chance, row))
    first = order[np.unique(row[order], return_index=True)[1]]
    return Tied(row[first], chance[first], table["added"][at[first]] > 0)


def keep(month: Month, tied: Tied, at: I8, kinds: NDArray[np.uint8], left: int) -> tuple[I8, NDArray[np.uint8]]:
    """Of those tied who have just dropped out some stay after all; (at, kinds) without their events.

    Parameters
    ----------
    at, kinds : (m,) rows with an event and its kind; `left` the kind of leaving school.
    """
    p = month.world.people
    out = ((p.traits[tied.rows] & k.TRAIT_ENROLLED) == 0) & (p.education[tied.rows] < k.HS)
    stays = out & (draws(month.key(Stream.SCHOOL_TIE), p.id[tied.rows]) < tied.chance)
    rows = tied.rows[stays]
    if rows.size == 0:
        return at, kinds
    p.traits[rows] |= np.uint8(k.TRAIT_ENROLLED)
    month.counts.scalars[SCALAR["kept_in_school"]] += rows.size
    more = tied.rows[stays & tied.added]
    held = month.memory["demography"].setdefault("kept_in_school", _nobody())
    held["id"], held["row"] = np.append(held["id"], p.id[more]), np.append(held["row"], more)
    rest = ~(np.isin(at, rows) & (kinds == left))
    return at[rest], kinds[rest]


def _nobody() -> dict[str, NDArray[np.generic]]:
    return {"id": np.empty(0, np.uint64), "row": np.empty(0, np.int64)}


def set_back(month: Month, tally: NDArray[np.int64]) -> None:
    """Count those kept on added places as drop-outs in `tally` (sex, age, race, level, enrolled)."""
    held, p = month.memory["demography"].get("kept_in_school"), month.world.people
    if held is None:
        return
    rows = held["row"][(p.id[held["row"]] == held["id"]) & (p.state[held["row"]] != k.GONE)]
    rows = np.unique(rows[p.zone[rows] < month.economy.outside])
    age = (month.index - p.birth[rows].astype(np.int64)) // 12
    rows, age = rows[age < 45], age[age < 45]
    now = ((p.traits[rows] & k.TRAIT_ENROLLED) > 0).astype(np.int64)
    np.subtract.at(tally, (p.sex[rows], age, p.race[rows], p.education[rows], now), 1)
    np.add.at(tally, (p.sex[rows], age, p.race[rows], k.LESS_THAN_HS, 0), 1)


__all__ = ["Tied", "keep", "set_back", "students"]
