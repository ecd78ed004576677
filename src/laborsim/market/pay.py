"""What workers are paid for: ability, skill by occupation, and what employers hold against groups.

The log wage of a newcomer is that posted plus what ability, skill and the fit of person and job add, less the discount
of his or her group with this employer. Fit belongs to the pair: it is seen before applying, so that people move to jobs
that suit them better, and it is lost with the job. What a unit of each is worth is a share of the spread of the
occupation's wages: where some earn much more than others, experience, ability and fit are worth much. Skill is learnt
over months or years, longer where schooling and training are long.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.draws import bits, more_bits, to_unit
from laborsim.market.economy import Economy

F8 = NDArray[np.float64]
FIT_MOST = 127.0


class Pay(NamedTuple):
    """Terms of pay as a kernel wants them; O occupations."""

    ability: F8  # (O,) log wage per standard deviation
    skill: F8  # (O,) log wage per unit of skill
    match: F8  # (O,) log wage of the best fit
    discount: F8  # (2, 5) by sex and race, with a usual employer


def skill_returns(economy: Economy, search: dict[str, Any]) -> F8:
    """(O,) log wage per unit of skill: a share of the spread between the tenth and the ninetieth percentile."""
    return np.asarray(search["skill_return"] * economy.occ_spread)


def learning_months(economy: Economy, search: dict[str, Any]) -> F8:
    """(O,) months in which the gap to full skill falls to 1/e at a usual employer."""
    schooling = np.asarray(search["skill_schooling_months"], np.float64)[economy.occ_education]
    asked = search["skill_training_months"] * economy.occ_training_months
    return np.asarray(search["skill_months"] + schooling + asked)


def terms(economy: Economy, search: dict[str, Any]) -> Pay:
    """Terms of pay from the parameters of the room search."""
    sexes, races = np.asarray(search["pay_discount_sex"]), np.asarray(search["pay_discount_race"])
    return Pay(
        search["ability_return"] * economy.occ_spread,
        skill_returns(economy, search),
        search["match_return"] * economy.occ_spread,
        sexes[:, None] + races[None, :],
    )


@njit(cache=True, inline="always")
def pair(first, cell):  # type: ignore[no-untyped-def]
    """Keyed bits of a person (the `bits` of the id) and a job: the same each month."""
    return more_bits(first, cell + 1)


@njit(cache=True, inline="always")
def liking(word):  # type: ignore[no-untyped-def]
    """How someone likes a job besides pay, quality and distance, -1..1; from the upper bits of their `pair`."""
    return 2.0 * to_unit(word) - 1.0


@njit(cache=True, inline="always")
def suits(word):  # type: ignore[no-untyped-def]
    """Fit of the pair, -127..127; from the lowest bits, which `liking` leaves out."""
    return max(np.int64(word & np.uint64(255)) - 128, -127)


@njit(cache=True, inline="always")
def log_worth(i, p, occupation, skill, fit, fairness, pay):  # type: ignore[no-untyped-def]
    """What person i's ability, skill and fit add to the log of a wage posted for the occupation, less the discount.

    `fairness` is the employer's factor on biases.
    """
    discount = pay.discount[np.uint64(p.sex[i]), np.uint64(p.race[i])]
    o = np.uint64(occupation)
    worth = pay.ability[o] * p.ability[i] + pay.skill[o] * (skill - 1.0) + pay.match[o] * fit / FIT_MOST
    return worth - fairness * discount


def log_worths(ability: NDArray[Any], skill: NDArray[Any], fit: NDArray[Any], occupation: NDArray[Any],
               sex: NDArray[Any], race: NDArray[Any], pay: Pay, fairness: NDArray[Any] | float = 1.0) -> F8:
    """`log_worth` of many, (n,).

    Examples
    --------
    >>> discount = np.array([[0.0, 0.1], [0.05, 0.15]])
    >>> terms = Pay(np.array([0.25, 0.4]), np.array([0.5, 0.8]), np.array([0.2, 0.3]), discount)
    >>> two = np.array([0, 1])
    >>> fit = np.array([127, 0])
    >>> log_worths(np.array([1.0, 0.0]), np.array([1.0, 0.5]), fit, two, two, two, terms).round(2).tolist()
    [0.45, -0.55]
    """
    worth = pay.ability[occupation] * ability + pay.skill[occupation] * (skill - 1.0)
    worth = worth + pay.match[occupation] * fit / FIT_MOST
    return np.asarray(worth - fairness * pay.discount[sex, race])


@njit(cache=True, nogil=True)
def _fits(ids, cells, key, out):  # type: ignore[no-untyped-def]
    for k in range(ids.size):
        out[k] = suits(pair(bits(key, ids[k]), cells[k]))


def fits(ids: NDArray[np.uint64], cells: NDArray[Any], key: np.uint64) -> NDArray[np.int8]:
    """(n,) fit of people and jobs; `key` is that of Stream.JOB_TASTE, fixed."""
    out = np.empty(ids.size, np.int8)
    _fits(ids, cells, key, out)
    return out


__all__ = [
    "FIT_MOST", "Pay", "fits", "learning_months", "liking", "log_worth", "log_worths", "pair", "skill_returns", "suits",
    "terms",
]  # fmt: skip
