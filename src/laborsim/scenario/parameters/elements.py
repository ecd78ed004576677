"""What the numbers of a declared list stand for, one by one: names for charts and messages."""

from __future__ import annotations

from typing import Final

_RACES: Final = ("white", "Black", "Hispanic", "Asian", "other race")
_SEXES: Final = ("men", "women")
_AGES: Final = ("ages 16 to 19", "ages 20 to 24", "ages 25 to 34", "ages 35 to 44", "ages 45 to 54", "ages 55 to 64")
_AGES_7: Final = (*_AGES, "ages 65 and over")
_AGES_8: Final = (*_AGES, "ages 65 to 74", "ages 75 and over")
_SCHOOLING: Final = ("no diploma", "high school", "some college", "associate degree", "bachelor's degree",
                     "graduate degree")  # fmt: skip
_PRINCIPLES: Final = ("recruitment and hiring", "benefits", "diversity, equity, inclusion and accessibility",
                      "empowerment and representation", "job security and working conditions", "culture", "pay",
                      "skills and advancement")  # fmt: skip
_SECTORS: Final = ("agriculture", "mining", "utilities", "construction", "manufacturing", "wholesale", "retail",
                   "transport and warehousing", "information", "finance and insurance", "real estate",
                   "professional services", "headquarters", "administrative support", "private education",
                   "health care", "child care", "arts and recreation", "hotels and restaurants", "other services",
                   "federal government", "state government", "local government")  # fmt: skip
_SIZES: Final = ("1 to 9 people", "10 to 49", "50 to 249", "250 to 999", "1,000 and more")
_MAJORS: Final = ("management", "business and finance", "computers and mathematics", "architecture and engineering",
                  "science", "community and social service", "legal", "education", "arts and media",
                  "health practitioners", "health support", "protective service", "food", "building and grounds",
                  "personal care", "sales", "office", "farming", "construction", "installation and repair",
                  "production", "transport")  # fmt: skip
_STATES: Final = ("Indiana", "Kansas", "Kentucky", "Missouri", "Oregon", "elsewhere")
_CHILDREN: Final = ("under 2", "2 to 5", "6 to 12")
_RECORDED: Final = ("employed", "unemployed", "out of the labor force")
_BOUNDS: Final = ("least", "most")

# A parameter's names, or the parameter whose values they are.
ELEMENTS: Final[dict[str, tuple[str, ...] | str]] = {
    "childcare.children_per_worker": _CHILDREN,
    "childcare.family_care": _CHILDREN,
    "childcare.formal_with_family": _CHILDREN,
    "childcare.expand_range": _BOUNDS,
    "demography.birth_spacing": (*(f"youngest is {k}" for k in range(9)), "youngest is 9 or over"),
    "demography.birth_parity": ("no child", "one child", "two children", "three children", "four children",
                                "five children"),
    "demography.attainment_ages": "demography.attainment_ages",
    "demography.reached_hs": "demography.attainment_ages",
    "demography.reached_some_college": "demography.attainment_ages",
    "demography.reached_associate": "demography.attainment_ages",
    "demography.reached_bachelor": "demography.attainment_ages",
    "demography.reached_graduate": "demography.attainment_ages",
    "demography.retire_out_ages": "demography.retire_out_ages",
    "demography.retire_out": "demography.retire_out_ages",
    "demography.split_ages": "demography.split_ages",
    "demography.split": "demography.split_ages",
    "demography.migration_range": _BOUNDS,
    "insurance.denied": _STATES,
    "insurance.denied_later": _STATES,
    "insurance.claims_more": _STATES,
    "observation.employed_recorded": _RECORDED,
    "observation.unemployed_recorded": _RECORDED,
    "observation.inactive_recorded": _RECORDED,
    "participation.pull_range": _BOUNDS,
    "participation.stop_by_age": _AGES_7,
    "synthesis.reason_carer": ("no child under 18", "a child under six", "youngest 6 to 17"),
    "participation.look_men": _AGES_8,
    "participation.look_women": _AGES_8,
    "quality.leaving": _PRINCIPLES,
    "quality.search": _PRINCIPLES,
    "quality.acceptance": _PRINCIPLES,
    "quality.learning": _PRINCIPLES,
    "quality.fairness": _PRINCIPLES,
    "quality.security": _PRINCIPLES,
    "quality.cost": _PRINCIPLES,
    "search.bias_race": _RACES,
    "search.skill_schooling_months": _SCHOOLING,
    "search.pay_discount_sex": _SEXES,
    "search.pay_discount_race": _RACES,
    "search.part_time_share": _SECTORS,
    "search.wants_part_time": ("enrolled in school", "adults", "mothers of a child under six", "ages 65 and over"),
    "search.hours": ("full-time", "part-time by choice", "part-time for want of more"),
    "separations.leave_by_age": _AGES_7,
    "separations.laid_off_leave": _AGES_7,
    "separations.layoff_bias_race": _RACES,
    "separations.watched_race": _RACES,
    "synthesis.record_race": _RACES,
    "synthesis.coupled_race_odds": _RACES,
    "synthesis.coupled_teenagers": ("age 16", "age 17", "age 18"),
    "synthesis.at_home_log_odds": _AGES_8,
    "synthesis.participation_education": _SCHOOLING,
    "synthesis.quality_of_pay": ("wage premium", "chance"),
    "synthesis.sponsor_size_range": _BOUNDS,
    "synthesis.openings_by_sector": _SECTORS,
    "synthesis.openings_by_major": _MAJORS,
    "synthesis.women_by_major": _MAJORS,
    "synthesis.inactive_worked": _AGES_8,
    "synthesis.history_stay": ("work after work, steady", "no work after none, steady", "work after work, others",
                               "no work after none, others"),
    "synthesis.history_steady": ("under 22", "22 and over"),
    "synthesis.hours_part_time": ("by choice", "not by choice"),
    "synthesis.knows_program": ("apprenticeship", "on-the-job", "classroom", "customized", "sectoral",
                                "pre-apprenticeship", "pathway", "school-based"),
    "synthesis.no_car_race": _RACES,
    "separations.outlook_range": _BOUNDS,
    "demand.churn_by_sector": _SECTORS,
    "separations.turnover_by_sector": _SECTORS,
    "separations.turnover_by_size": _SIZES,
    "synthesis.idle_months": ("students", "others but the retired"),
    "synthesis.school_ages": ("age 16", "age 17", "age 18"),
    "synthesis.mother_at_birth": ("mean", "standard deviation"),
    "training.finding_range": _BOUNDS,
    "wages.hours_after": ("raised to full-time", "cut"),
    "vacancies.decided_in_month": _SCHOOLING,
    "vacancies.selection_by_sector": _SECTORS,
    "vacancies.selection_by_size": _SIZES,
}  # fmt: skip
