"""Codes of the column tables: what each small integer in a column stands for.

The numbers are part of the state hash and of stored regions: append, never renumber.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

NEVER: Final = 32767  # in columns of months: not (yet) happened
WEEKS_A_MONTH: Final = 52.0 / 12.0
HOURS_A_MONTH: Final = 35.0 * WEEKS_A_MONTH  # of a usual job: the mean week of all employees, part-time included (CES)
FULL_TIME_WEEK: Final = 40.0  # hours
FULL_TIME_YEAR: Final = 2080.0  # hours; those that the self-sufficiency wage is for
OPEN: Final = NEVER  # establishments.closed of those that have not closed

# --- labor-force state of a person (people.state) -------------------------------------------
# Employed states come first, so that `state <= SELF_EMPLOYED` is "employed".
FULL_TIME: Final = 0
PART_TIME: Final = 1  # part-time by choice
PART_TIME_INVOLUNTARY: Final = 2  # part-time, wants full-time
SELF_EMPLOYED: Final = 3
TEMPORARY_LAYOFF: Final = 4  # unemployed, recall expected; keeps its job cell
UNEMPLOYED: Final = 5
CARER: Final = 6
STUDENT: Final = 7
RETIRED: Final = 8
DISABLED: Final = 9
DISCOURAGED: Final = 10
OTHER_INACTIVE: Final = 11
GONE: Final = 12  # died or moved away: a free row
N_STATES: Final = 13
PAYROLL: Final = (FULL_TIME, PART_TIME, PART_TIME_INVOLUNTARY)  # states with a job cell and an employer

STATES: Final = (
    "full_time",
    "part_time",
    "part_time_involuntary",
    "self_employed",
    "temporary_layoff",
    "unemployed",
    "carer",
    "student",
    "retired",
    "disabled",
    "discouraged",
    "other_inactive",
    "gone",
)

# --- demography ------------------------------------------------------------------------------
SEXES: Final = ("male", "female")
MALE: Final = 0
FEMALE: Final = 1
RACES: Final = ("white", "black", "hispanic", "asian", "other")  # hispanic of any race, others not hispanic
EDUCATION: Final = ("less_than_hs", "hs", "some_college", "associate", "bachelor", "graduate")
LESS_THAN_HS, HS, SOME_COLLEGE, ASSOCIATE, BACHELOR, GRADUATE = range(6)
AGE_BANDS: Final = ("16-19", "20-24", "25-34", "35-44", "45-54", "55-64", "65+")
AGE_BAND_FLOORS: Final = (16, 20, 25, 35, 45, 55, 65)
GROWN: Final = 16 * 12  # months of age from which children of a household are people of their own

# people.traits is a set of bits
TRAIT_CARER: Final = 1  # looks after a relative other than an own child under 13
TRAIT_DISABILITY: Final = 2  # health limits the work that can be done
TRAIT_RECORD: Final = 4  # justice record that a background check would show
TRAIT_ENROLLED: Final = 8  # enrolled in school or college
TRAIT_READY: Final = 32  # completed a pre-apprenticeship: enters where a diploma is asked for
TRAIT_UI_CLAIMS: Final = 16  # would claim unemployment insurance when eligible

# people.knows: bits 0..21 are SOC major groups in the order of economy.major_codes,
# bits 22..31 are kinds of training program (codes.PROGRAM_KINDS)
KNOWS_PROGRAM_BIT: Final = 22

# --- training programs -----------------------------------------------------------------------
PROGRAM_KINDS: Final = ("apprenticeship", "ojt", "classroom", "customized", "sectoral", "pre_apprenticeship",
                        "pathway", "cte", "work_experience")
APPRENTICESHIP, OJT, CLASSROOM, CUSTOMIZED, SECTORAL, PRE_APPRENTICESHIP, PATHWAY, CTE, WORK_EXPERIENCE = range(9)
BESIDE: Final = (CUSTOMIZED, CTE, WORK_EXPERIENCE)  # beside work or school: people.program is left alone
PAYERS: Final = ("participant", "employer", "provider", "board", "state", "federal")  # of programs' own costs
NO_PROGRAM: Final = 255

# --- fields of credentials and the SOC major groups they belong to (economy.credential_fields) ----
CREDENTIAL_FIELDS: Final = {
    "management_business": ("11", "13"),
    "computing_engineering": ("15", "17", "19"),
    "community_legal": ("21", "23"),
    "education": ("25",),
    "arts_media": ("27",),
    "health_practice": ("29",),
    "health_support": ("31",),
    "protective": ("33",),
    "food_hospitality": ("35",),
    "building_grounds": ("37",),
    "personal_care": ("39",),
    "sales_office": ("41", "43"),
    "construction": ("45", "47"),
    "installation_repair": ("49",),
    "production": ("51",),
    "transport": ("53",),
}

# --- childcare arrangement of a household (households.care) ----------------------------------
CARE_NOT_NEEDED: Final = 0  # no child under 13
CARE_FORMAL: Final = 1  # a paid slot
CARE_FAMILY: Final = 2  # relatives, friends, split shifts
CARE_PARENT: Final = 3  # a parent at home

# --- the eight Good Jobs principles, columns of establishments.quality -----------------------
PRINCIPLES: Final = (
    "recruitment_and_hiring",
    "benefits",
    "deia",
    "empowerment_and_representation",
    "job_security_and_working_conditions",
    "organizational_culture",
    "pay",
    "skills_and_career_advancement",
)

# establishments.practices is a set of bits
PRACTICE_SPONSOR: Final = 1  # registered apprenticeship sponsor
PRACTICE_SKILLS_BASED: Final = 2  # credential screen removed in practice
PRACTICE_SKILLS_ANNOUNCED: Final = 4  # removal announced (implemented or not)
PRACTICE_SECOND_CHANCE: Final = 8  # hires people with a record
PRACTICE_RECORD_SCREEN: Final = 16  # screens records out
PRACTICE_CREDENTIAL_SCREEN: Final = 32  # asks for the credential where the work does not need it
PRACTICE_TRADED: Final = 64  # sells beyond the region
PRACTICE_CHILDCARE: Final = 128  # a child care centre

# --- why a job ended -------------------------------------------------------------------------
REASONS: Final = ("quit_to_job", "quit_to_inactive", "quit_to_unemployed", "layoff", "temporary_layoff", "closure",
                  "discharge", "retirement", "death", "disability", "moved_away")
(QUIT_TO_JOB, QUIT_TO_INACTIVE, QUIT_TO_UNEMPLOYED, LAYOFF, LAYOFF_TEMPORARY, CLOSURE,
 DISCHARGE, RETIREMENT, DEATH, DISABILITY, MOVED_AWAY) = range(11)


def among(codes: Any, members: Iterable[int]) -> Any:
    """Whether each of `codes` (bytes, any shape) is one of `members`; a look-up, many times as fast as `numpy.isin`.

    Examples
    --------
    >>> among(np.array([5, 8, 12], np.uint8), (RETIRED, GONE)).tolist()
    [False, True, True]
    """
    table = np.zeros(256, np.bool_)
    table[list(members)] = True
    return table[codes]
