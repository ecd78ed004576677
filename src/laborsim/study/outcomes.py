"""Names a reader sees for indicators, and which way is better: the vocabulary of comparisons and reports."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from laborsim.indicators.definitions import DEFINITIONS


@dataclass(frozen=True)
class Outcome:
    """How one indicator is spoken of.

    Attributes
    ----------
    label : what stands in a sentence ("unemployment rate").
    better : 1 if more is better, -1 if less is better, 0 if neither.
    kind : "share" (0 to 1, shown in per cent), "wage" (dollars an hour), "days", "people", "dollars", "rank", "number".
    """

    label: str
    better: int
    kind: str


# what training programs count, from awareness to retention, in order; not all studies have all of them
TRAINING_STAGES: Final = ("aware", "applied", "eligible", "enrolled", "completed", "credentialed", "placed", "retained")

OUTCOMES: Final[dict[str, Outcome]] = {
    "employment": Outcome("employed residents", 1, "people"),
    "labor_force": Outcome("labor force", 0, "people"),
    "employment_rate": Outcome("employment rate", 1, "share"),
    "unemployment_rate": Outcome("unemployment rate", -1, "share"),
    "participation_rate": Outcome("labor force participation", 1, "share"),
    "prime_age_participation_rate": Outcome("participation at ages 25 to 54", 1, "share"),
    "u6_rate": Outcome("slack (U-6)", -1, "share"),
    "self_sufficient_workers": Outcome("workers at a self-sufficiency wage", 1, "people"),
    "quality_jobs": Outcome("good jobs", 1, "people"),
    "segment_size": Outcome("people in the segment", 0, "people"),
    "share_self_sufficient": Outcome("share of workers at a self-sufficiency wage", 1, "share"),
    "share_good_jobs": Outcome("share of workers in good jobs", 1, "share"),
    "gap_wage_median": Outcome("gap in median wages", 1, "share"),
    "wage_median": Outcome("median hourly wage", 1, "wage"),
    "wage_p10": Outcome("10th percentile wage", 1, "wage"),
    "over_education_share": Outcome("workers over-educated for their job", -1, "share"),
    "part_time_involuntary_share": Outcome("part-time, wanting full-time", -1, "share"),
    "long_term_unemployed_share": Outcome("long-term share of the unemployed", -1, "share"),
    "good_vacancy_fill_rate": Outcome("good vacancies filled in the month", 1, "share"),
    "time_to_fill": Outcome("time to fill", -1, "days"),
    "vacancy_duration": Outcome("vacancy duration", -1, "days"),
    "applications_per_vacancy": Outcome("applications per vacancy", 1, "number"),
    "openings_rate": Outcome("job openings rate", 0, "share"),
    "hires_rate": Outcome("hires rate", 0, "share"),
    "quits_rate": Outcome("quits rate", 0, "share"),
    "layoffs_rate": Outcome("layoffs and discharges rate", -1, "share"),
    "retention_12_month": Outcome("still with the same employer after 12 months", 1, "share"),
    "turnover_cost": Outcome("turnover cost", -1, "dollars"),
    "carers_kept_out": Outcome("parents kept from work by childcare", -1, "people"),
    "childcare_unmet": Outcome("children without a place", -1, "people"),
    "childcare_slots": Outcome("childcare places in use", 1, "people"),
    "childcare_price": Outcome("childcare price", -1, "dollars"),
    "raise_mostly_lost": Outcome("workers to whom a raise leaves less than half", -1, "share"),
}

COUNTS: Final = ("people", "children", "jobs", "places", "establishments")

# shown first, in this order, where a table or chart needs a few
HEADLINES: Final = (
    "employment",
    "self_sufficient_workers",
    "employment_rate",
    "unemployment_rate",
    "participation_rate",
    "share_self_sufficient",
    "share_good_jobs",
    "wage_median",
    "good_vacancy_fill_rate",
    "time_to_fill",
    "retention_12_month",
    "over_education_share",
    "part_time_involuntary_share",
    "u6_rate",
    "openings_rate",
    "applications_per_vacancy",
    "carers_kept_out",
    "childcare_unmet",
)
BY_GROUP: Final = (
    "unemployment_rate",
    "employment_rate",
    "participation_rate",
    "share_self_sufficient",
    "wage_median",
    "share_good_jobs",
)

GROUP_NAMES: Final = {
    "all": "everyone",
    "parent:under_six": "parents of a child under six",
    "sex:female": "women",
    "sex:male": "men",
    "segment:unemployed": "unemployed",
    "segment:underemployed": "underemployed",
    "segment:low_skilled": "low-skilled",
    "segment:high_skilled": "highly skilled",
    "segment:out_of_labor_force": "out of the labor force",
    "race:white": "white",
    "race:black": "Black",
    "race:hispanic": "Hispanic",
    "race:asian": "Asian",
    "race:other": "other race",
    "education:less_than_hs": "no high-school diploma",
    "education:hs": "high-school diploma",
    "education:some_college": "some college",
    "education:associate": "associate degree",
    "education:bachelor": "bachelor's degree",
    "education:graduate": "graduate degree",
    "household:one_adult": "one adult, no children",
    "household:one_adult_older_children": "one adult, youngest child six or older",
    "household:one_adult_child_under_six": "one adult, a child under six",
    "household:two_adults": "two or more adults, no children",
    "household:two_adults_older_children": "two or more adults, youngest child six or older",
    "household:two_adults_child_under_six": "two or more adults, a child under six",
}


def outcome(indicator: str, unit: str = "") -> Outcome:
    """How an indicator is spoken of; one that is not in the list speaks for itself, its kind from its unit.

    Examples
    --------
    >>> outcome("unemployment_rate").label
    'unemployment rate'
    >>> outcome("births", "people").kind
    'people'
    """
    known = OUTCOMES.get(indicator)
    if known is not None:
        return known
    definition = DEFINITIONS.get(indicator)
    text = (unit or (definition.unit if definition else "")).lower()
    label = _small(definition.label) if definition else indicator.replace("_", " ")
    kind = (
        "share"
        if text in ("share", "points")
        else "wage"
        if text == "dollars per hour"
        else "dollars"
        if "dollars" in text
        else "days"
        if text == "days"
        else "people"
        if text in COUNTS
        else "rank"
        if text == "rank"
        else "number"
    )
    return Outcome(label, 0, kind)


def _small(label: str) -> str:
    """A label inside a sentence: first letter small unless the word is an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def group_name(group: str, places: Mapping[str, str] | None = None) -> str:
    """A group as a reader would say it; `places` gives names of zones by code.

    Examples
    --------
    >>> group_name("age:25-34"), group_name("sex:female")
    ('ages 25-34', 'women')
    """
    if group in GROUP_NAMES:
        return GROUP_NAMES[group]
    family, _, name = group.partition(":")
    if family == "zone" and places and name in places:
        return places[name]
    if family == "pay":
        low, _, high = name.rstrip("+").partition("-")
        return f"paid ${low} an hour or more" if not high else f"paid ${low} to ${high}"
    if family == "age":
        return f"ages {name}"
    return name.replace("_", " ") or family


_SMALLEST: Final = {"share": 0.5e-4, "wage": 0.005, "dollars": 0.5, "days": 0.05, "rank": 0.5, "people": 0.5}


def shown(value: float, kind: str, signed: bool = False) -> str:
    """A figure with its unit, as it stands in text and tables.

    Shares become per cent (a signed one, percentage points); nothing is shown with more digits than a reader
    can use.

    Examples
    --------
    >>> shown(0.0412, "share"), shown(-0.0031, "share", signed=True), shown(1234567.0, "dollars")
    ('4.1%', '-0.31 pp', '$1,234,567')
    >>> shown(-0.00001, "share", signed=True)
    '0.00 pp'
    """
    if value is None or not math.isfinite(value):
        return "n/a"
    if signed and abs(value) < _SMALLEST.get(kind, 0.0):
        value = 0.0  # what is shown as nothing has no sign
    plus = "+" if signed and value > 0 else ""
    if kind == "share":
        return f"{plus}{100 * value:.2f} pp" if signed else f"{100 * value:.1f}%"
    if kind == "wage":
        return f"{plus}{'-' if value < 0 else ''}${abs(value):.2f}"
    if kind == "dollars":
        return f"{plus}{'-' if value < 0 else ''}${abs(value):,.0f}"
    if kind == "days":
        return f"{plus}{value:.1f} days"
    if kind == "rank":
        return f"{plus}{value:.0f}"
    if kind == "people":
        return f"{plus}{value:,.0f}"
    return f"{plus}{value:,.3g}" if abs(value) < 1000 else f"{plus}{value:,.0f}"
