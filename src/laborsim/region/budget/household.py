"""Kinds of household, as arrays: who lives there and what they pay for care, rent and health."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
NO_CHILD = 99


class Household(NamedTuple):
    """Households, one row each; every field is a number or an array, and they broadcast.

    Attributes
    ----------
    adults : 1 or 2, all of working age.
    children : under 18.
    under_17, under_13 : of those, the ones the child credit and the care credit count.
    youngest : age of the youngest in years, NO_CHILD without children.
    care, rent : paid for childcare and rent, dollars a year.
    health_adults, health_children : premiums and out-of-pocket spending, dollars a year.
    """

    adults: Any
    children: Any
    under_17: Any
    under_13: Any
    youngest: Any
    care: Any = 0.0
    rent: Any = 0.0
    health_adults: Any = 0.0
    health_children: Any = 0.0

    @property
    def size(self) -> Any:
        """Persons."""
        return np.asarray(self.adults) + np.asarray(self.children)

    @property
    def married(self) -> Any:
        """Whether two adults file together."""
        return np.asarray(self.adults) == 2

    @property
    def head(self) -> Any:
        """Whether one adult files as head of household."""
        return (np.asarray(self.adults) == 1) & (np.asarray(self.children) > 0)

    def by_status(self, amounts: Any) -> Any:
        """Amount by filing status, from a table with single, head and married."""
        return np.where(self.married, amounts["married"], np.where(self.head, amounts["head"], amounts["single"]))

    def poverty(self, first: float, more: float) -> Any:
        """Poverty guideline, dollars a year."""
        return first + more * (self.size - 1)


def of_ages(adults: int, ages: tuple[int, ...], **paid: float) -> Household:
    """One household from the ages of its children in years.

    Examples
    --------
    >>> of_ages(1, (2, 8)).under_13
    2
    """
    return Household(
        adults, len(ages), sum(a < 17 for a in ages), sum(a < 13 for a in ages), min(ages, default=NO_CHILD), **paid
    )


def brackets(income: F8, edges: Any, rates: Any) -> F8:
    """Tax by brackets: `edges` are upper edges (one fewer than `rates`), numbers or arrays."""
    tax = np.zeros_like(income, dtype=np.float64)
    below: Any = 0.0
    for edge, rate in zip((*edges, np.inf), rates, strict=True):
        tax += rate * np.maximum(np.minimum(income, edge) - below, 0.0)
        below = edge
    return tax
