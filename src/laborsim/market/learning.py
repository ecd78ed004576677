"""Skill from training: a program counts as so many months of work in the occupation.

People learn in courses as they learn at work, from what they can already do: the gap to full skill closes at the
occupation's own pace. A short course is a start in an occupation that takes years, and more of one learnt in months.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.month import Month
from laborsim.market.pay import learning_months
from laborsim.market.seats import site_quality

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


def worth(month: Month, program: I8) -> F8:
    """(n,) months of work that completing each program is worth here: less where the curriculum does not fit.

    The provider's own quality counts, too.
    """
    miss = 1.0 - month.memory["training"]["fit"][program]
    experience = month.programs.experience[program] * site_quality(month)[program]
    return np.asarray(experience * (1.0 - month.parameters["training.skill_fit"] * miss))


def taught(month: Month, skill: NDArray[Any], occupation: NDArray[Any], months: F8, most: float = 1.0) -> F8:
    """(n,) skill after so many months' worth of training in an occupation, from the skill had there before.

    Parameters
    ----------
    skill : (n,) at the start; at least that of a newcomer counts.
    occupation : (n,).
    months : (n,) of work that the training is worth.
    most : skill that is approached; whoever has more keeps it.
    """
    search = month.room("search")
    before = np.maximum(np.asarray(skill, np.float64), search["skill_floor"])
    left = np.exp(-months / learning_months(month.economy, search)[occupation])
    return np.asarray(before + np.maximum(most - before, 0.0) * (1.0 - left))


def promised(month: Month) -> F8:
    """(P,) skill that someone new to it expects from completing each program, over its occupations by their jobs."""
    pr = month.programs
    weight = pr.occupations * month.memory["training"]["jobs"]
    weight = weight / weight.sum(axis=1, keepdims=True)
    search = month.room("search")
    months = (pr.experience * month.memory["training"]["fit"])[:, None]
    left = np.exp(-months / learning_months(month.economy, search)[None, :])
    return np.asarray((weight * (1.0 - (1.0 - search["skill_floor"]) * left)).sum(axis=1))


__all__ = ["promised", "taught", "worth"]
