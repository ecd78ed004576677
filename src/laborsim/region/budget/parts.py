"""The budget of a household by part, at modest levels, before taxes."""

from __future__ import annotations

from typing import NamedTuple

from laborsim.region.budget.figures import MONTHS, Place, value
from laborsim.region.budget.household import Household, of_ages


class Budget(NamedTuple):
    """Dollars of 2019 a month; `health_children` is part of `health`."""

    housing: float
    food: float
    childcare: float
    transport: float
    health: float
    other: float
    health_children: float

    @property
    def total(self) -> float:
        """Before taxes."""
        return self.housing + self.food + self.childcare + self.transport + self.health + self.other


def budget(adults: int, ages: tuple[int, ...], place: Place) -> Budget:
    """What a household must spend when every adult works full-time.

    Parameters
    ----------
    adults : 1 or 2.
    ages : of the children in years, any order; three rooms are enough for any number.
    place : its rents, prices of care, minutes to work.
    """
    housing = rent(len(ages), place)
    eat, size = value("food_child_month"), value("food_size")
    food = (adults * value("food_adult_month") + sum(eat[a] for a in ages)) * size[min(adults + len(ages), 5)]
    care = sum(care_price(a, place) for a in ages)
    drive = transport(adults, len(ages), place)
    own, children = health(adults, len(ages), place.state)
    return Budget(housing, food, care, drive, own + children, other(adults, len(ages)), children)


def rent(children: int, place: Place) -> float:
    """Dollars a month for the bedrooms a household needs."""
    rooms = value("rent_bedrooms")
    return place.rent[rooms[min(children, len(rooms) - 1)] - 1]


def care_price(age: int, place: Place) -> float:
    """Dollars a month paid for a child of this age while the parents work full-time."""
    infant, preschool, school = value("care_ages")
    if age < infant:
        return place.care["infant"]
    if age < preschool:
        return place.care["toddler_preschool"]
    return place.care["school"] * value("care_school_share") if age < school else 0.0


def transport(adults: int, children: int, place: Place) -> float:
    """Dollars a month: a car for each adult, miles to work by the county's minutes and speed, errands."""
    speed = value("speed")[min(place.rural, 4) - 1]
    work = adults * 2.0 * value("work_days") * place.minutes / 60.0 * speed
    home, second, child = value("errand_miles")
    miles = work + home + second * (adults - 1) + child * children
    return float((adults * value("car_fixed_year") + miles * value("car_mile")) / MONTHS)


def health(adults: int, children: int, state: str) -> tuple[float, float]:
    """Dollars a month for adults and for children: the employee's premium through work and out-of-pocket spending."""
    single = value("premium_single")[state]
    spent_adult, spent_child = value("out_of_pocket")
    own = adults * (single + spent_adult)
    premium = value("premium_plus_one")[state] if adults + children == 2 else value("premium_family")
    more = max(premium - adults * single, 0.0) if children else 0.0
    return own / MONTHS, (more + children * spent_child) / MONTHS


def other(adults: int, children: int) -> float:
    """Dollars a month for clothing, household goods, phone, personal care, recreation and the like."""
    level = value("other_level")
    mean = level["adults"] + level["child"] * level["children"]
    scale = ((adults + level["child"] * children) / mean) ** level["power"]
    return float(level["share"] * scale * sum(value("other_year").values()) / MONTHS)


def household(adults: int, ages: tuple[int, ...], place: Place) -> tuple[Household, Budget]:
    """The household as taxes and benefits see it, with what it pays, and its budget."""
    b = budget(adults, ages, place)
    paid = {
        "care": b.childcare, "rent": b.housing,
        "health_adults": b.health - b.health_children, "health_children": b.health_children,
    }  # fmt: skip
    return of_ages(adults, ages, **{k: MONTHS * v for k, v in paid.items()}), b
