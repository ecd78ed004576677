"""What workers are paid for: ability, skill by occupation, and what employers hold against groups.

The log wage of a newcomer is that posted plus what ability and skill add, less the discount of his or her group with
this employer. An occupation's return to skill is a share of the spread of its wages: where the experienced earn
much more than beginners, skill is worth much. Skill is learnt over years, longer where training is long.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.economy import Economy

F8 = NDArray[np.float64]


class Pay(NamedTuple):
    """Terms of pay as a kernel wants them; O occupations."""

    ability: float  # log wage per standard deviation
    skill: F8  # (O,) log wage per unit of skill
    discount: F8  # (2, 5) by sex and race, with a usual employer


def skill_returns(economy: Economy, search: dict[str, Any]) -> F8:
    """(O,) log wage per unit of skill: a share of the spread between the tenth and the ninetieth percentile."""
    return np.asarray(search["skill_return"] * economy.occ_spread)


def learning_months(economy: Economy, search: dict[str, Any]) -> F8:
    """(O,) months in which the gap to full skill falls to 1/e at a usual employer."""
    return np.asarray(search["skill_months"] + search["skill_training_months"] * economy.occ_training_months)


def terms(economy: Economy, search: dict[str, Any]) -> Pay:
    """Terms of pay from the parameters of the room search."""
    sexes, races = np.asarray(search["pay_discount_sex"]), np.asarray(search["pay_discount_race"])
    return Pay(float(search["ability_return"]), skill_returns(economy, search), sexes[:, None] + races[None, :])


@njit(cache=True, inline="always")
def log_worth(i, p, occupation, skill, fairness, pay):  # type: ignore[no-untyped-def]
    """What person i's ability and skill add to the log of a wage posted for the occupation, the discount taken off.

    `fairness` is the employer's factor on biases.
    """
    discount = pay.discount[np.uint64(p.sex[i]), np.uint64(p.race[i])]
    return pay.ability * p.ability[i] + pay.skill[np.uint64(occupation)] * (skill - 1.0) - fairness * discount


def log_worths(ability: NDArray[Any], skill: NDArray[Any], occupation: NDArray[Any], sex: NDArray[Any],
               race: NDArray[Any], pay: Pay, fairness: NDArray[Any] | float = 1.0) -> F8:
    """`log_worth` of many, (n,).

    Examples
    --------
    >>> terms = Pay(0.25, np.array([0.5, 0.8]), np.array([[0.0, 0.1], [0.05, 0.15]]))
    >>> two = np.array([0, 1])
    >>> log_worths(np.array([1.0, 0.0]), np.array([1.0, 0.5]), two, two, two, terms).round(2).tolist()
    [0.25, -0.55]
    """
    worth = pay.ability * ability + pay.skill[occupation] * (skill - 1.0)
    return np.asarray(worth - fairness * pay.discount[sex, race])


__all__ = ["Pay", "learning_months", "log_worth", "log_worths", "skill_returns", "terms"]
