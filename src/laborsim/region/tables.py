"""Declared tables of region packs and of the national pack: columns, allowed values, what must add up.

The `source` column, an id of `pack.toml`'s `[sources.<id>]`, ends every table and is not repeated here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from laborsim.market.codes import EDUCATION, RACES, SEXES

#: Sectors in order: NAICS two-digit private sectors, child day care apart, government by level.
SECTORS: Final = (
    "11",
    "21",
    "22",
    "23",
    "31-33",
    "42",
    "44-45",
    "48-49",
    "51",
    "52",
    "53",
    "54",
    "55",
    "56",
    "61",
    "62",
    "6244",
    "71",
    "72",
    "81",
    "GF",
    "GS",
    "GL",
)
RACE_AGES: Final = ("0-15", "16-24", "25-44", "45-64", "65+")
EDUCATION_AGES: Final = ("16-19", "20-24", "25-34", "35-44", "45-64", "65+")
RATE_AGES: Final = ("16-19", "20-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
FAMILY_KINDS: Final = ("all", "couple", "single_mother", "single_father")
CHILDREN: Final = ("all", "none", "under_6", "6_17")


@dataclass(frozen=True)
class Field:
    """One column: `kind` is text, zone, int, number, month or choice (one of `allowed`)."""

    name: str
    kind: str = "number"
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """Columns of one table; `unique` identifies a row; `sums` says whose shares must add up to 1."""

    fields: tuple[Field, ...]
    unique: tuple[str, ...]
    sums: tuple[tuple[tuple[str, ...], str], ...] = ()
    label: str = ""
    complete: bool = False  # every zone must appear
    optional: bool = False  # a pack may do without


def _zone(name: str = "zone") -> Field:
    return Field(name, "zone")


def _choice(name: str, allowed: tuple[str, ...]) -> Field:
    return Field(name, "choice", allowed=allowed)


def _number(name: str, low: float | None = 0.0, high: float | None = None) -> Field:
    return Field(name, "number", low, high)


def _share(name: str = "share") -> Field:
    return Field(name, "number", 0.0, 1.0)


_SEX = _choice("sex", SEXES)
_AGE = Field("age", "int", 0, 120)
_OCC = Field("occupation", "text")
_SECTOR = _choice("sector", SECTORS)
_MONTH = Field("month", "month")

LABOR_FORCE: Final = (
    "population_16",
    "labor_force",
    "participation",
    "unemployment",
    "part_time",
    "part_time_involuntary",
    "self_employed",
)
# the region's own factors, and the parameter that multiplies each in a run
BEHAVIOUR: Final = {name: f"region.{name}_factor" for name in ("posts", "looking", "selection")}
REASONS: Final = ("carer", "student", "retired", "disabled", "discouraged", "other")

REGION_TABLES: Final[dict[str, Layout]] = {
    "age_sex": Layout(
        (_zone(), _AGE, _SEX, _number("people")),
        ("zone", "age", "sex"),
        complete=True,
        label="civilian household population at the start; 85 is 85 and over",
    ),
    "education": Layout(
        (_zone(), _choice("age_band", EDUCATION_AGES), _SEX, _choice("education", EDUCATION), _share()),
        ("zone", "age_band", "sex", "education"),
        ((("zone", "age_band", "sex"), "share"),),
        "attainment of zone x age band x sex",
        True,
    ),
    "race": Layout(
        (_zone(), _choice("age_band", RACE_AGES), _choice("race", RACES), _share()),
        ("zone", "age_band", "race"),
        ((("zone", "age_band"), "share"),),
        "race and ethnicity",
        True,
    ),
    "race_education": Layout(
        (_zone(), _choice("race", RACES), _choice("education", EDUCATION), _share()),
        ("zone", "race", "education"),
        ((("zone", "race"), "share"),),
        "attainment of people 25 and over by race",
        True,
    ),
    "families": Layout(
        (
            _zone(),
            _choice("kind", FAMILY_KINDS),
            Field("measure", "text"),
            Field("key", "text"),
            _number("value"),
        ),
        ("zone", "kind", "measure", "key"),
        (),
        "families and living arrangements",
        True,
    ),
    "cars": Layout((_zone(), _share("share_no_car")), ("zone",), (), "households without a vehicle", True),
    "traits": Layout(
        (
            _choice("age_band", RATE_AGES),
            _SEX,
            _choice("measure", ("disability", "record", "enrolled", "carer")),
            _share(),
        ),
        ("age_band", "sex", "measure"),
        (),
        "prevalence of traits",
    ),
    "labor_force": Layout(
        (_zone(), _choice("measure", LABOR_FORCE), _number("value")),
        ("zone", "measure"),
        (),
        "labor force at the start",
        True,
    ),
    "participation": Layout(
        (_choice("age_band", RATE_AGES), _SEX, _choice("children", CHILDREN), _share("rate")),
        ("age_band", "sex", "children"),
        (),
        "participation rates, relative levels",
    ),
    "unemployment": Layout(
        (_choice("dimension", ("age_sex", "race", "education")), Field("key", "text"), _number("relative")),
        ("dimension", "key"),
        (),
        "unemployment rate relative to all",
    ),
    "nilf": Layout(
        (_choice("age_band", RATE_AGES), _SEX, _choice("reason", REASONS), _share()),
        ("age_band", "sex", "reason"),
        ((("age_band", "sex"), "share"),),
        "reasons of non-participation",
    ),
    "jobs": Layout(
        (_zone(), _SECTOR, _number("jobs"), _number("establishments"), _number("weekly_wage")),
        ("zone", "sector"),
        (),
        "wage and salary jobs by place of work",
        True,
    ),
    "commuting": Layout(
        (_zone("home"), _zone("work"), _number("workers")),
        ("home", "work"),
        (),
        "wage and salary workers by home and place of work",
    ),
    "minutes": Layout(
        (_zone("home"), _zone("work"), _number("minutes", 0.0, 300.0)),
        ("home", "work"),
        (),
        "one-way travel time",
    ),
    "occupation_wages": Layout(
        (_OCC, *(_number(p) for p in ("p10", "p25", "p50", "p75", "p90")), _share("employment")),
        ("occupation",),
        (((), "employment"),),
        "hourly wages and share of jobs",
    ),
    "childcare": Layout(
        (
            _zone(),
            _choice("age_group", ("infant", "toddler_preschool", "school")),
            _number("price_month"),
            _number("capacity"),
        ),
        ("zone", "age_group"),
        (),
        "full price a month per child and licensed places per child of that age",
        True,
    ),
    "needs": Layout(
        (
            _zone(),
            Field("adults", "int", 1, 2),
            Field("children", "int", 0, 3),
            Field("young", "int", 0, 1),
            _number("hourly"),
            *(_number(p) for p in ("housing", "food", "childcare", "transport", "health", "other")),
            _number("taxes", None),
        ),
        ("zone", "adults", "children", "young"),
        (),
        "self-sufficiency wage of each adult; parts in dollars a month for the household",
        True,
    ),
    "rules": Layout(
        (
            _zone(),
            _MONTH,
            _choice("measure", ("minimum_wage", "ui_weeks", "ui_maximum", "ui_replacement")),
            _number("value"),
        ),
        ("zone", "month", "measure"),
        (),
        "rules in force from a month on; nominal dollars",
        True,
    ),
    "income": Layout(
        (_zone(), _number("per_capita_income"), _number("median_household_income")),
        ("zone",),
        (),
        "income a year",
        True,
    ),
    "migration": Layout(
        (_zone(), _share("in_rate"), _share("out_rate")), ("zone",), (), "yearly moves per resident", True
    ),
    "behaviour": Layout(
        (
            _choice("measure", tuple(BEHAVIOUR)),
            _number("factor", 0.5, 2.0),
            _number("low", 0.0),
            _number("high", 0.0),
        ),
        ("measure",),
        (),
        "factors on behaviour that the region's own statistics call for, with 90% intervals",
        optional=True,
    ),
}

NATIONAL_TABLES: Final[dict[str, Layout]] = {
    "sectors": Layout(
        (
            _choice("code", SECTORS),
            Field("name", "text"),
            Field("ces", "text"),
            Field("state_series", "text"),
            Field("traded", "int", 0, 1),
        ),
        ("code",),
        (),
        "sectors",
    ),
    "sector_jobs": Layout((_SECTOR, _share()), ("sector",), (((), "share"),), "sectors' shares of US nonfarm jobs"),
    "sector_index": Layout(
        (_MONTH, _SECTOR, _number("index")),
        ("month", "sector"),
        (),
        "US employment relative to 2018-01, seasonally adjusted",
    ),
    "posts": Layout(
        (_MONTH, _number("posts")), ("month",), (), "US posts, filled and open, for each job, relative to 2018-01"
    ),
    "labor_force": Layout(
        (_MONTH, _number("labor_force")), ("month",), (), "US labor force relative to 2018-01, adjusted"
    ),
    "sector_index_state": Layout(
        (Field("state", "text"), _MONTH, Field("series", "text"), _number("index")),
        ("state", "month", "series"),
        (),
        "employment of state and US supersectors relative to 2018-01, adjusted",
    ),
    "occupations": Layout(
        (
            Field("code", "text"),
            Field("title", "text"),
            _choice("education", EDUCATION),
            _number("training_months"),
            _share("exit_rate"),
            _share("transfer_rate"),
            _share("ai_exposure"),
            _number("wage"),
            _number("sigma"),
        ),
        ("code",),
        (),
        "SOC minor groups",
    ),
    "staffing": Layout(
        (_SECTOR, _OCC, _share()),
        ("sector", "occupation"),
        ((("sector",), "share"),),
        "occupations of each sector's jobs",
    ),
    "mobility": Layout(
        (Field("from", "text"), Field("to", "text"), _share()),
        ("from", "to"),
        ((("from",), "share"),),
        "yearly moves between occupations, stayers on the diagonal",
    ),
    "mortality": Layout(
        (_SEX, _AGE, _share("probability")), ("sex", "age"), (), "yearly probability of death"
    ),
    "schedules": Layout(
        (
            _choice("measure", ("fertility", "retirement", "disability_onset", "enrolment", "migrant_age")),
            _AGE,
            _share("value"),
        ),
        ("measure", "age"),
        (),
        "schedules by single age",
    ),
    "price_level": Layout(
        (Field("year", "int", 1990, 2100), _number("cpi")), ("year",), (), "CPI-U, 1982-84 = 100"
    ),
    "supplements": Layout(
        (
            Field("state", "text"),
            _MONTH,
            _number("ui_supplement"),
            Field("ui_all", "int", 0, 1),
            _number("ui_extra_weeks"),
        ),
        ("state", "month"),
        (),
        "federal UI rules from that month on, US and states that differ; supplement a week, nominal",
    ),
    "flows": Layout(
        (Field("flow", "text"), _choice("sex", ("all", *SEXES)), _share("probability")),
        ("flow", "sex"),
        (),
        "mean monthly CPS transition rates, of all and by sex; targets, not inputs",
    ),
}
