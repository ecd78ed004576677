"""Technology: where those it displaced are a year later, and work in exposed occupations by age."""

from __future__ import annotations

import numpy as np

from laborsim.indicators.census import census
from laborsim.indicators.row import Row
from laborsim.indicators.snapshot import Snapshot
from laborsim.market.codes import GONE, RACES, SELF_EMPLOYED, SEXES, UNEMPLOYED

OUTCOMES = ("same_occupation", "other_occupation", "unemployed", "out_of_labor_force")
_NAMES = ["all", *(f"sex:{n}" for n in SEXES), *(f"race:{n}" for n in RACES)]
_EXPOSURE = [f"exposure:{e}|age:{a}" for e in ("low", "high") for a in ("22-25", "26+")]


def outcomes(s: Snapshot) -> np.ndarray[tuple[int, int, int], np.dtype[np.int64]]:
    """(sexes, races, 4) where those are who were displaced twelve months ago and still live here."""
    out = np.zeros((len(SEXES), len(RACES), len(OUTCOMES)), np.int64)
    held, p = s.month.memory.get("displaced"), s.month.world.people
    if held is None:
        return out
    rows, then = held["row"], held["occupation"]
    at = (held["month"] == s.month.index - 12) & (p.id[rows] == held["id"]) & (p.state[rows] != GONE)
    at &= p.zone[rows] < s.month.economy.outside
    rows, then = rows[at], then[at]
    state = p.state[rows]
    kind = np.select([state > UNEMPLOYED, state > SELF_EMPLOYED, p.occupation[rows] != then], [3, 2, 1], 0)
    np.add.at(out, (p.sex[rows], p.race[rows], kind), 1)
    return out


def fill(s: Snapshot, row: Row) -> None:
    """Shares of those displaced 12 to 23 months ago, each looked at twelve months on; work by exposure, yearly."""
    past = s.history.setdefault("displaced", [])
    past.append(outcomes(s))
    del past[:-12]
    year = np.sum(past, axis=0)
    groups = np.concatenate([year.sum(axis=(0, 1))[None], year.sum(axis=1), year.sum(axis=0)])
    for k, name in enumerate(OUTCOMES):
        row.put(f"ai_displaced_{name}", _NAMES, groups[:, k], groups.sum(axis=1))
    c = census(s)
    jobs = np.zeros(4) if c is None else c.exposure.ravel()
    row.put("employment_by_exposure", _EXPOSURE, jobs, np.full(4, np.nan if c is None else s.scale))


__all__ = ["OUTCOMES", "fill", "outcomes"]
