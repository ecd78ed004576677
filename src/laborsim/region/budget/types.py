"""The kinds of household a region pack knows, and the self-sufficiency wage of each."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np

from laborsim.market.codes import FULL_TIME_YEAR
from laborsim.region.budget.figures import MONTHS, Place
from laborsim.region.budget.household import F8, Household
from laborsim.region.budget.parts import Budget, household
from laborsim.region.budget.resources import WITH_CREDITS, Rules, self_sufficiency_wage
from laborsim.scenario.parameters.registry import declared

LEAVING: Final = 18
SPACING: Final = int(declared()["demography.sibling_spacing_months"].default)
_SCHOOL: Final = 6


class Need(NamedTuple):
    """Kind of household, hourly wage of each adult working full-time, and dollars a month by part for the household."""

    adults: int
    children: int
    young: int
    hourly: float
    housing: float
    food: float
    childcare: float
    transport: float
    health: float
    other: float
    taxes: float


@cache
def ages_of(children: int, young: bool, spacing: int = SPACING) -> tuple[tuple[int, ...], ...]:
    """Ages of the children, once for each age of the youngest: under six if `young`, else from six.

    Elder siblings follow at `spacing` months; all are under 18.

    Examples
    --------
    >>> ages_of(2, True)[:2]
    ((0, 3), (1, 4))
    """
    if not children:
        return ((),)
    out = []
    for youngest in range(_SCHOOL) if young else range(_SCHOOL, LEAVING):
        ages = tuple((12 * youngest + 6 + spacing * j) // 12 for j in range(children))
        if ages[-1] < LEAVING:
            out.append(ages)
    return tuple(out)


def stack(households: list[Household]) -> Household:
    """One record of arrays from several households."""
    return Household(*(np.array(column) for column in zip(*households, strict=True)))


def household_needs(place: Place, rules: Rules = WITH_CREDITS) -> list[Need]:
    """Self-sufficiency wage and budget of every kind: 1 or 2 adults, 0..3 children, youngest under six or not.

    A kind holds children of several ages: wage and parts are means over the ages of the youngest. Three children
    stand for three or more.
    """
    kinds, rows, budgets = [], [], []
    for adults in (1, 2):
        for children in range(4):
            for young in (0, 1)[: 2 if children else 1]:
                for ages in ages_of(children, bool(young)):
                    h, b = household(adults, ages, place)
                    kinds.append((adults, children, young))
                    rows.append(h)
                    budgets.append(b)
    wage = self_sufficiency_wage(MONTHS * np.array([b.total for b in budgets]), stack(rows), place, rules)
    return [_mean(kind, kinds, budgets, wage) for kind in dict.fromkeys(kinds)]


def _mean(
    kind: tuple[int, int, int], kinds: list[tuple[int, int, int]], budgets: list[Budget], wage: F8
) -> Need:
    at = [i for i, k in enumerate(kinds) if k == kind]
    parts = np.array([budgets[i][:6] for i in at]).mean(axis=0)
    hourly = float(wage[at].mean())
    left = hourly * FULL_TIME_YEAR * kind[0] / MONTHS - parts.sum()
    return Need(*kind, *(round(float(x), 3) for x in (hourly, *parts, left)))
