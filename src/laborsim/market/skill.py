"""Skill at any moment: what was learnt at work since it was last written down, what was lost out of work.

People learn in the occupation they work in, at its own pace and their employer's; apprentices and on-the-job trainees
as their program teaches (`learning`). Out of work skill decays with the months in the present state. Whoever changes
state or job takes along what this comes to.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import APPRENTICESHIP, NO_PROGRAM, OJT, SELF_EMPLOYED
from laborsim.market.month import Month
from laborsim.market.quality import learning_pace, uses

MOST_IDLE = 120  # months out of work after which nothing more is lost


class Learning(NamedTuple):
    """How skill grows and decays, as a kernel wants it."""

    month: int
    taught: NDArray[np.uint8]  # (256,) 1 for programs at work, whose trainees learn as these teach
    steps: NDArray[np.uint8]  # (cells,) step of the employer's job quality
    left: NDArray[np.float64]  # (STEPS, 13, O) share of the gap to full skill left after so many months at work
    kept: NDArray[np.float64]  # (MOST_IDLE + 1,) share of skill left after so many months out of work


def terms(month: Month) -> Learning:
    """How skill grows and decays this month."""

    def left() -> NDArray[np.float64]:
        return np.exp(-np.arange(13.0)[None, :, None] * learning_pace(month)[:, None, :])

    def at_work() -> NDArray[np.uint8]:
        out = np.zeros(256, np.uint8)
        kind = month.programs.kind
        out[: kind.size] = (kind == APPRENTICESHIP) | (kind == OJT)
        assert out[NO_PROGRAM] == 0
        return out

    def kept() -> NDArray[np.float64]:
        return np.asarray((1.0 - month.parameters["search.idle_decay"]) ** np.arange(MOST_IDLE + 1.0))

    return Learning(
        month=month.index,
        taught=month.table("skill.taught", at_work),
        steps=uses(month).learning,
        left=month.table("skill.left", left),
        kept=month.table("skill.kept", kept),
    )


@njit(cache=True, inline="always")
def skill_now(i, p, c, t):  # type: ignore[no-untyped-def]
    """Skill of person i in his or her occupation this month."""
    skill = np.float64(p.skill[i])
    state = p.state[i]
    if state > SELF_EMPLOYED:
        return skill * t.kept[np.uint64(min(max(t.month - p.since[i], 0), MOST_IDLE))]
    if state == SELF_EMPLOYED or t.taught[np.uint64(p.program[i])]:
        return skill
    job = np.uint64(p.job[i])
    if c.occupation[job] != p.occupation[i]:  # trained for another occupation, and still in the old job
        return skill
    months = np.uint64(min(max(t.month - p.counted[i], 0), 12))
    return skill + max(1.0 - skill, 0.0) * (1.0 - t.left[np.uint64(t.steps[job]), months, np.uint64(p.occupation[i])])


@njit(cache=True, nogil=True)
def _now(p, c, rows, t, out):  # type: ignore[no-untyped-def]
    for k in range(rows.size):
        out[k] = skill_now(rows[k], p, c, t)


def skills(month: Month, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n,) skill of these people in their occupations this month, see `skill_now`."""
    out = np.empty(rows.size)
    _now(month.world.people.columns, month.world.cells.columns, rows, terms(month), out)
    return out


def write(month: Month, rows: NDArray[np.int64], skill: NDArray[np.float64]) -> None:
    """Set the skill that these people have this month."""
    p, t = month.world.people, terms(month)
    idle = np.where(p.state[rows] > SELF_EMPLOYED, np.clip(month.index - p.since[rows], 0, MOST_IDLE), 0)
    p.skill[rows] = skill / t.kept[idle]  # whose spell goes on loses from its beginning when it ends
    p.counted[rows] = month.index


__all__ = ["Learning", "skill_now", "skills", "terms", "write"]
