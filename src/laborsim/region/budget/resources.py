"""What a wage leaves a household after taxes, credits and benefits, and its inverse: the self-sufficiency wage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from laborsim.market.codes import FULL_TIME_YEAR
from laborsim.region.budget import benefits
from laborsim.region.budget.federal import federal
from laborsim.region.budget.figures import Place
from laborsim.region.budget.household import F8, Household
from laborsim.region.budget.states import STATE_TAX, local

_GRID: Final = 400
_HALVINGS: Final = 30


@dataclass(frozen=True)
class Rules:
    """What counts as resources.

    Attributes
    ----------
    credits : federal and state tax credits (child, earned income, care and the states' own).
    snap, childcare_subsidy, medicaid, rent_support : benefits taken as given to all who are eligible.
    """

    credits: bool = True
    snap: bool = False
    childcare_subsidy: bool = False
    medicaid: bool = False
    rent_support: bool = False


WITH_CREDITS: Final = Rules()
NO_CREDITS: Final = Rules(credits=False)
ALL_BENEFITS: Final = Rules(True, True, True, True, True)


class Taxes(NamedTuple):
    """Dollars a year less credits; federal, state and local may be negative where credits are paid out."""

    payroll: F8
    federal: F8
    state: F8
    local: F8

    @property
    def total(self) -> F8:
        """All together."""
        return np.asarray(self.payroll + self.federal + self.state + self.local)


def taxes(gross: F8 | float, household: Household, place: Place, credits: bool = True) -> Taxes:
    """Taxes less credits on yearly wages; adults earn the same, couples file jointly.

    Parameters
    ----------
    gross : wages of the whole household, dollars of 2019 a year.
    household : broadcasts with `gross`.
    place : its state and local tax are used.
    credits : False leaves every credit out.
    """
    pay = np.asarray(gross, np.float64)
    us = federal(pay, household, credits)
    return Taxes(
        us.payroll,
        us.income - us.child - us.eitc,
        STATE_TAX[place.state](pay, household, us, credits),
        local(pay, household, place.state, place.local_tax),
    )


def net_resources(
    wage: F8 | float, hours: F8 | float, household: Household, place: Place, rules: Rules = WITH_CREDITS
) -> F8:
    """Dollars a year a household has for its budget at a wage.

    Parameters
    ----------
    wage : dollars of 2019 an hour of each adult; `hours` a year of each adult.
    household, place, rules : who, where, and which credits and benefits count.

    Returns
    -------
    Wages less taxes, plus credits, plus what the benefits spare the family. Falls where a credit or benefit ends at
    a limit: the cliffs.

    Raises
    ------
    ValueError
        If the state's rules are not known.

    Examples
    --------
    >>> from laborsim.region.budget.household import of_ages
    >>> place = Place("KS", 0.0, (700, 850, 1100), {}, 20, 1)
    >>> round(float(net_resources(15.0, 2080.0, of_ages(1, ()), place)))
    25687
    """
    if place.state not in STATE_TAX:
        raise ValueError(f"state {place.state!r}: tax rules are known for {', '.join(STATE_TAX)}")
    gross = np.asarray(np.asarray(wage, np.float64) * hours * household.adults)
    out = gross - taxes(gross, household, place, rules.credits).total
    if rules.snap:
        out = out + benefits.snap(gross, household, place.state)
    if rules.childcare_subsidy:
        out = out + benefits.care_subsidy(gross, household, place.state)
    if rules.medicaid:
        out = out + benefits.medicaid(gross, household, place.state)
    if rules.rent_support:
        out = out + benefits.rent_support(gross, household, place.median_income)
    return np.asarray(out)


def self_sufficiency_wage(
    spending: F8 | float, household: Household, place: Place, rules: Rules = WITH_CREDITS, hours: float = FULL_TIME_YEAR
) -> F8:
    """Hourly wage of each adult from which on net resources cover the spending.

    Where resources fall at a limit (a cliff) they may cover the spending below it and not above: the wage given is
    the one from which on they always do, but for dips narrower than a step of the search (1% of the budget, 0.05% in
    the fifth above the wage).

    Parameters
    ----------
    spending : the budget before taxes, dollars of 2019 a year, one a household.
    """
    need = np.atleast_1d(np.asarray(spending, np.float64))
    adults = np.asarray(household.adults, np.float64)
    low, step = np.zeros_like(need), 4.0 * need / (hours * adults) / _GRID  # no tax takes three quarters
    for finer in (1.0, 0.05):  # the second time round for dips between two steps, a fifth of the wage upwards
        step = step * finer
        grid = low + np.arange(_GRID + 1)[:, None] * step
        short = net_resources(grid, hours, household, place, rules) < need
        last = np.where(short.any(axis=0), _GRID - np.argmax(short[::-1], axis=0), 0)
        low = low + step * last
    high = low + step
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        below = net_resources(middle, hours, household, place, rules) < need
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(high)
