"""The figures behind budgets and rules, with their sources, and the two tables of counties."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

GRADES: Final = ("measured", "published", "published, unverified", "assumed")
_FIELDS: Final = ("value", "unit", "publisher", "series", "year", "grade")
STATES: Final = ("IN", "KS", "KY", "MO", "OR")
YEAR: Final = 2019
MONTHS: Final = 12.0


@dataclass(frozen=True)
class Figure:
    """A figure and where it comes from; `value` is a number, a list or a table of them."""

    name: str
    value: Any
    unit: str
    publisher: str
    series: str
    year: str
    grade: str
    note: str = ""


@dataclass(frozen=True)
class Place:
    """Where a household lives.

    Attributes
    ----------
    state : postal code, one of `STATES`.
    local_tax : share of earnings taken by city or county.
    rent : dollars of 2019 a month for one, two and three bedrooms, utilities included.
    care : full price of childcare, dollars of 2019 a month, by age group (infant, toddler_preschool, school).
    minutes : mean minutes to work, one way; rural : USDA rural-urban continuum code, 1..9 (transport only).
    median_income : median household income, dollars of 2019 a year (rent support only).
    """

    state: str
    local_tax: float
    rent: tuple[float, float, float]
    care: Mapping[str, float]
    minutes: float = 0.0
    rural: int = 1
    median_income: float = 0.0


@cache
def figures() -> Mapping[str, Figure]:
    """Every figure by name, as the file gives them.

    Raises
    ------
    ValueError
        If an entry lacks a field or has an unknown grade; all such entries are named.
    """
    text = resources.files(__package__).joinpath("figures.toml").read_text(encoding="utf-8")
    out, problems = {}, []
    for name, entry in tomllib.loads(text).items():
        problems += [f"{name}: no {f}" for f in _FIELDS if f not in entry]
        if entry.get("grade") not in GRADES:
            problems.append(f"{name}: grade {entry.get('grade')!r} is not one of {', '.join(GRADES)}")
        problems += [f"{name}: unknown field {f}" for f in entry if f not in (*_FIELDS, "note")]
        if not problems:
            out[name] = Figure(name, **entry)
    if problems:
        raise ValueError("figures.toml: " + "; ".join(problems))
    return out


def value(name: str) -> Any:
    """Value of a figure."""
    return figures()[name].value


@cache
def _counties() -> Mapping[str, tuple[float, ...]]:
    text = resources.files(__package__).joinpath("counties.csv").read_text(encoding="utf-8")
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    next(rows)
    return {fips: tuple(float(x) for x in rest) for fips, *rest in rows}


def rents(fips: str) -> tuple[float, float, float]:
    """Fair market rent of one, two and three bedrooms, dollars of 2019 a month.

    Raises
    ------
    KeyError
        If the county is not in the table (it holds the counties of the five states).
    """
    state = {"18": "IN", "20": "KS", "21": "KY", "29": "MO", "41": "OR"}[fips[:2]]
    one, two, three, _ = _counties()[fips]
    index = value("rent_index_areas").get(fips, value("rent_index")[state])
    return one * index, two * index, three * index


def local_tax(zone: str, fips: str) -> float:
    """Share of earnings taken by city or county; `zone` is the zone's code, which may be a part of the county."""
    parts = value("local_tax")
    return float(parts[zone]) if zone in parts else _counties()[fips][3]
