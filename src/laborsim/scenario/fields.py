"""Types of the fields of a scenario: months, goals, groups, payers."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

MONTH = re.compile(r"(\d{4})-(\d{2})")
GOAL = re.compile(r"\s*(>=|<=|>|<)\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(%?)\s*")
FIRST_YEAR, LAST_YEAR = 2009, 2060
MOST_MONTHS = 600

PAYERS = (
    "participant",
    "employer",
    "provider",
    "board",
    "city",
    "county",
    "state",
    "federal",
    "philanthropy",
)
GROUP_KINDS = (
    "zone",
    "county",
    "sex",
    "race",
    "age",
    "education",
    "segment",
    "parent",
    "sector",
    "occupation",
    "program",
    "duration",
    "principle",
    "size",
)
SEGMENTS = ("unemployed", "underemployed", "low_skilled", "high_skilled", "out_of_labor_force")
# Groups that every region has alike; the others depend on it or on the figure.
GROUPS = {
    "segment": SEGMENTS,
    "sex": ("female", "male"),
    "race": ("white", "black", "hispanic", "asian", "other"),
    "age": ("16-19", "20-24", "25-34", "35-44", "45-54", "55-64", "65+"),
    "education": ("less_than_hs", "hs", "some_college", "associate", "bachelor", "graduate"),
    "parent": ("under_six",),
}


def wrong(message: str, allowed: str = "", meant: str = "") -> PydanticCustomError:
    """An error of a field: what is wrong, what is allowed, what was probably meant."""
    context = {"message": message, "allowed": allowed, "meant": meant}
    return PydanticCustomError("laborsim", "{message}", context)


def month_number(month: str) -> int:
    """Months since year 0 of "YYYY-MM".

    Examples
    --------
    >>> month_number("2018-03") - month_number("2018-01")
    2
    """
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_text(number: int) -> str:
    """ "YYYY-MM" of months since year 0."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _month(value: str) -> str:
    found = MONTH.fullmatch(value)
    if found is None:
        loose = re.fullmatch(r"(\d{4})[-/. ](\d{1,2})(?:[-/. ]\d{1,2})?", value.strip())
        meant = f"{loose[1]}-{int(loose[2]):02d}" if loose and 1 <= int(loose[2]) <= 12 else ""
        raise wrong(f"{value[:40]!r} is not a month", 'a month written as "YYYY-MM"', meant)
    if not 1 <= int(found[2]) <= 12:
        raise wrong(f"{value!r} is not a month: there is no month {found[2]}", "months 01 to 12")
    if not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise wrong(f"year {found[1]} is out of reach", f"years {FIRST_YEAR} to {LAST_YEAR}")
    return value


def _goal(value: str) -> str:
    if GOAL.fullmatch(value) is None:
        number = re.fullmatch(r"\s*=?\s*([+-]?\d+(?:\.\d+)?)\s*", value)
        meant = f">= {number[1]}" if number else ""
        raise wrong(
            f"{value[:40]!r} is not a goal",
            'a comparison and a number, such as ">= 0.62" or "<= 0.05"',
            meant,
        )
    return value


def parse_goal(goal: str) -> tuple[str, float]:
    """Comparison and number of a goal; "%" divides by 100.

    Examples
    --------
    >>> parse_goal("<= 5%")
    ('<=', 0.05)
    """
    found = GOAL.fullmatch(goal)
    if found is None:
        raise ValueError(f"not a goal: {goal!r}")
    number = float(found[2])
    return found[1], number / 100.0 if found[3] else number


def _group(value: str) -> str:
    from laborsim.scenario.problems import nearest

    if value == "all":
        return value
    kind, colon, code = value.partition(":")
    if not colon or not code.strip():
        meant = nearest(value, ["all", *(f"segment:{s}" for s in SEGMENTS), "sex:female", "sex:male"], 0.5)
        raise wrong(
            f"{value[:40]!r} is not a group",
            '"all" or kind:code, such as "zone:29095" or "sex:female"',
            meant,
        )
    if kind not in GROUP_KINDS:
        near = nearest(kind, GROUP_KINDS)
        raise wrong(
            f"unknown kind of group {kind[:40]!r}", ", ".join(GROUP_KINDS), f"{near}:{code}" if near else ""
        )
    if kind in GROUPS and code not in GROUPS[kind]:
        near = nearest(code, GROUPS[kind], 0.4)
        what = kind if kind == "segment" else f"{kind} group"
        raise wrong(f"unknown {what} {code[:40]!r}", ", ".join(GROUPS[kind]), f"{kind}:{near}" if near else "")
    return value


Text = Annotated[str, Field(min_length=1, max_length=400)]
LongText = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Month = Annotated[
    str, AfterValidator(_month), Field(examples=["2018-01"], json_schema_extra={"pattern": MONTH.pattern})
]
Goal = Annotated[str, AfterValidator(_goal), Field(examples=[">= 0.62", "<= 0.05"])]
Group = Annotated[str, AfterValidator(_group), Field(examples=["all", "zone:29095", "segment:unemployed"])]
