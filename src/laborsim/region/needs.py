"""What a household must earn to pay its own way: a monthly budget from parts, and the wage that covers it.

The method is that of the self-sufficiency standards (Pearce; MIT's living wage): housing, food,
childcare, transport, health and other spending at modest levels, and taxes less credits. Levels are
those of 2019 from general knowledge of the publishers named at each constant; they are assumptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

HOURS: Final = 2080  # full-time hours a year
#: Rent and utilities of two bedrooms where the median household has REFERENCE_INCOME; HUD fair market rent.
RENT: Final = 940.0
REFERENCE_INCOME: Final = 68_000.0
RENT_ELASTICITY: Final = 0.35
_BEDROOMS: Final = {1: 0.80, 2: 1.0, 3: 1.34}
#: USDA low-cost plan a month: adult, child under six, older child; factor by size of household.
_FOOD: Final = (232.0, 138.0, 205.0)
_FOOD_SIZE: Final = (0.0, 1.20, 1.10, 1.05, 1.0, 0.95)
#: Consumer Expenditure Survey: transport of the first adult, of the second, per child.
_TRANSPORT: Final = (430.0, 400.0, 85.0)
#: Employee's premium and out-of-pocket, MEPS and CEX: adult, couple, per child.
_HEALTH: Final = (235.0, 500.0, 100.0)
#: Clothing, household, phone, personal care and the like: a share of housing and food, and a part per adult; CEX.
_OTHER: Final = 0.22
_OTHER_ADULT: Final = 125.0
#: Paid care: the share of the year-round price spent on a school-age child (part of the day, holidays full).
_SCHOOL_SHARE: Final = 0.70


@dataclass(frozen=True)
class Need:
    """Dollars a month by part for the household, and the hourly wage of each adult working full-time."""

    hourly: float
    housing: float
    food: float
    childcare: float
    transport: float
    health: float
    other: float
    taxes: float


def household_need(
    adults: int,
    children: int,
    young: bool,
    median_income: float,
    price: Mapping[str, float],
    state: str,
    local_tax: float = 0.0,
) -> Need:
    """Budget and self-sufficiency wage of one kind of household.

    Parameters
    ----------
    adults : 1 or 2, all working full-time.
    children : 0..3 (3 stands for three or more); `young` if the youngest is under six.
    median_income : median household income of the place, dollars a year, moves rents.
    price : full price of care a month by age group (infant, toddler_preschool, school).
    state : postal code, for income taxes; `local_tax` share of earnings taken by the city.

    Returns
    -------
    Need
        2019 dollars; `taxes` may be negative (credits).
    """
    rooms = 1 if children == 0 else 2 if children <= 2 else 3
    housing = RENT * _BEDROOMS[rooms] * (median_income / REFERENCE_INCOME) ** RENT_ELASTICITY
    little = 1 if young else 0
    food = (adults * _FOOD[0] + little * _FOOD[1] + (children - little) * _FOOD[2]) * _FOOD_SIZE[
        min(adults + children, 5)
    ]
    care = 0.0
    if children:
        first = (
            price["infant"] / 3 + price["toddler_preschool"] * 2 / 3
            if young
            else price["school"] * _SCHOOL_SHARE
        )
        care = first + (children - 1) * price["school"] * _SCHOOL_SHARE
    transport = sum(_TRANSPORT[:adults]) + children * _TRANSPORT[2]
    health = _HEALTH[adults - 1] + children * _HEALTH[2]
    other = _OTHER * (housing + food) + _OTHER_ADULT * adults
    spent = 12 * (housing + food + care + transport + health + other)
    low, high = 0.5 * spent, 3.0 * spent
    for _ in range(60):  # net income rises with gross: bisection
        middle = (low + high) / 2
        if middle - taxes(middle, adults, children, state, local_tax, 12 * care) < spent:
            low = middle
        else:
            high = middle
    gross = (low + high) / 2
    return Need(
        *(
            round(x, 3)
            for x in (
                gross / HOURS / adults,
                housing,
                food,
                care,
                transport,
                health,
                other,
                (gross - spent) / 12,
            )
        )
    )


#: Federal brackets of 2019: single, head of household, married (upper edge, rate).
_BRACKETS: Final = {
    "single": ((9_700, 0.10), (39_475, 0.12), (84_200, 0.22), (160_725, 0.24), (float("inf"), 0.32)),
    "head": ((13_850, 0.10), (52_850, 0.12), (84_200, 0.22), (160_700, 0.24), (float("inf"), 0.32)),
    "married": ((19_400, 0.10), (78_950, 0.12), (168_400, 0.22), (321_450, 0.24), (float("inf"), 0.32)),
}
_STANDARD: Final = {"single": 12_200, "head": 18_350, "married": 24_400}
#: EITC 2019 by children: rate in, most, start of phase-out (one adult), rate out; couples' start is higher by 5,790.
_EITC: Final = (
    (0.0765, 529, 8_650, 0.0765),
    (0.34, 3_526, 19_030, 0.1598),
    (0.40, 5_828, 19_030, 0.2106),
    (0.45, 6_557, 19_030, 0.2106),
)
#: State: (allowance one adult, couple), (edge, rate) of the brackets. 2019 rules, simplified.
_STATE: Final = {
    "MO": ((12_200, 24_400), ((8_424, 0.035), (float("inf"), 0.054))),
    "KS": ((5_250, 12_000), ((15_000, 0.031), (30_000, 0.0525), (float("inf"), 0.057))),
    "KY": ((2_590, 2_590), ((float("inf"), 0.05),)),
    "OR": ((2_270, 4_545), ((3_550, 0.05), (8_900, 0.07), (float("inf"), 0.09))),
    "IN": ((1_000, 2_000), ((float("inf"), 0.0323),)),
}


def taxes(gross: float, adults: int, children: int, state: str, local_tax: float, care: float) -> float:
    """Payroll, federal, state and city taxes less credits, dollars a year, 2019 rules kept simple.

    Credits: child tax credit (2,000 a child, 1,400 of it refundable), EITC, child and dependent care credit.
    """
    status = "married" if adults == 2 else "head" if children else "single"
    income = _brackets(max(gross - _STANDARD[status], 0.0), _BRACKETS[status])
    limit = 3_000 * min(children, 2)
    rate = max(0.20, 0.35 - 0.01 * max(0.0, -(-(gross - 15_000) // 2_000)))
    income = max(income - rate * min(care, limit), 0.0)
    child = 2_000.0 * children
    used = min(child, income)
    refund = min(child - used, 1_400.0 * children, 0.15 * max(gross - 2_500, 0.0))
    phase_in, most, start, phase_out = _EITC[min(children, 3)]
    start += 5_790 if adults == 2 else 0
    eitc = max(min(phase_in * gross, most) - phase_out * max(gross - start, 0.0), 0.0)
    allowance, edges = _STATE.get(state, _STATE["KY"])
    own = _brackets(max(gross - allowance[adults - 1] - 2_250 * children * (state == "KS"), 0.0), edges)
    return gross * (0.0765 + local_tax) + income - used - refund - eitc + own


def _brackets(income: float, edges: tuple[tuple[float, float], ...]) -> float:
    tax, below = 0.0, 0.0
    for edge, rate in edges:
        tax += rate * max(min(income, edge) - below, 0.0)
        below = edge
    return tax
