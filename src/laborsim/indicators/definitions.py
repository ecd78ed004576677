"""Every indicator: unit, label, whom it describes and how it is worked out.

`side` is "residents" (people 16 and over living in the region, wherever they work), "employers" (jobs in the region,
wherever their holders live; zones and sectors are those of the workplace) or "programs".
"""

from __future__ import annotations

from typing import Final, NamedTuple

from laborsim.market.codes import PAYERS, PRINCIPLES
from laborsim.market.counts import LOSSES, PIPELINE


class Definition(NamedTuple):
    """What a figure is."""

    unit: str
    label: str
    side: str
    text: str


def _r(unit: str, label: str, text: str) -> Definition:
    return Definition(unit, label, "residents", text)


def _e(unit: str, label: str, text: str) -> Definition:
    return Definition(unit, label, "employers", text)


_FLOW = {"E": "employed", "U": "unemployed", "N": "not in the labor force"}

_LOST: Final = {
    "did_not_know": "looked at a program without knowing of it", "did_not_apply": "knew of it and did not apply",
    "education": "not enough schooling", "age": "too young or too old", "record": "background check",
    "credential": "without the credential it asks for", "income": "the household earns too much",
    "screened_out": "not selected", "no_seat": "no seat",
    "no_employer": "no sponsor or employer with a vacancy", "other_program": "took another place",
    "childcare": "dropped out, childcare", "transport": "dropped out, transport", "money": "dropped out, money",
    "job": "dropped out for a job", "representation": "cancelled where nobody speaks for apprentices",
    "lost_job": "lost the job trained in", "left_labor_force": "retired or disabled", "other": "dropped out, other",
    "left_region": "died or moved away", "no_credential": "completed without the credential",
    "not_kept": "completed, not kept on by the employer and not placed elsewhere",
    "no_vacancy": "completed, no vacancy", "not_hired": "completed, not hired",
    "left_employer": "placed, left within a year",
}  # fmt: skip

DEFINITIONS: Final[dict[str, Definition]] = {
    # labor force
    "population": _r("people", "Residents 16 and over", "at the end of the month"),
    "labor_force": _r("people", "Labor force", "employed and unemployed"),
    "employment": _r("people", "Employed residents", "payroll and self-employed"),
    "unemployment": _r("people", "Unemployed residents", "looking, or on temporary layoff"),
    "segment_size": _r("people", "People in the segment", "see the segments' definitions; they overlap"),
    "unemployment_rate": _r("share", "Unemployment rate", "unemployed / labor force, true states"),
    "participation_rate": _r("share", "Labor force participation rate", "labor force / population, true states"),
    "employment_rate": _r("share", "Employment-population ratio", "employed / population, true states"),
    "prime_age_participation_rate": _r("share", "Participation rate, 25 to 54", "labor force / population of 25 to 54"),
    "prime_age_employment_rate": _r("share", "Employment-population ratio, 25 to 54",
                                    "employed / population of 25 to 54"),
    "u6_rate": _r("share", "Slack (U-6 style)",
                  "(unemployed + discouraged + part-time for want of full-time) / (labor force + discouraged)"),
    "underemployment_rate": _r("share", "Underemployed",
                               "employed part-time wanting full-time, or over-educated / employed"),
    "over_education_share": _r("share", "Over-educated for the occupation",
                               "employed two levels or more above the occupation's typical entry education / employed"),
    "part_time_involuntary_share": _r("share", "Part-time wanting full-time", "/ employed"),
    "self_employed_share": _r("share", "Self-employed", "/ employed"),
    "long_term_unemployed_share": _r("share", "Long-term unemployed",
                                     "unemployed more than six months running / unemployed"),
    "temporary_layoff_share": _r("share", "On temporary layoff", "/ unemployed"),
    "carers_out_of_labor_force": _r("people", "Out of the labor force to care", "state carer"),
    "discouraged_workers": _r("people", "Discouraged", "out of the labor force, want work, have stopped looking"),
    "ui_recipiency": _r("share", "Unemployment insurance recipiency",
                        "people drawing benefits / unemployed as the month began"),
    # flows
    **{f"flow_{a}{b}": _r("share", f"Flow from {_FLOW[a]} to {_FLOW[b]}",
                          f"of those {_FLOW[a]} a month ago and still resident, share now {_FLOW[b]}; true states")
       for a in "EUN" for b in "EUN" if a != b},
    "flow_EE": _r("share", "Job-to-job moves",
                  "employed a month ago and still resident, hired by another employer this month"),
    **{f"recorded_{a}{b}": _r("share", f"Flow from {_FLOW[a]} to {_FLOW[b]}, as a survey would record it",
                              "true flows seen through the observation model")
       for a in "EUN" for b in "EUN" if a != b},
    "recorded_unemployment_rate": _r("share", "Unemployment rate, as a survey would record it", "observation model"),
    "recorded_participation_rate": _r("share", "Participation rate, as a survey would record it", "observation model"),
    "recorded_employment_rate": _r("share", "Employment-population ratio, as a survey would record it",
                                   "observation model"),
    "job_finding": _r("share", "Job finding by months unemployed",
                      "of those unemployed a month ago for that long, share now employed"),
    # wages and commuting
    "wage_median": _r("dollars per hour", "Median hourly wage", "employed by others; model dollars"),
    "wage_p10": _r("dollars per hour", "10th percentile of hourly wages", "employed by others; model dollars"),
    "wage_p90": _r("dollars per hour", "90th percentile of hourly wages", "employed by others; model dollars"),
    "log_wage_sd": _r("log points", "Standard deviation of log wages", "employed by others"),
    "share_self_sufficient": _r("share", "At or above the self-sufficiency wage",
                                "employed whose hourly wage meets their household type's need there / employed"),
    "self_sufficient_workers": _r("people", "Workers at or above the self-sufficiency wage", "employed"),
    "share_good_jobs": _r("share", "In a good job", "employed at or above the region's good-job wage / employed"),
    "retention_12_month": _r("share", "With the same employer for 12 months",
                             "on a payroll and hired 12 months ago or more / on a payroll 12 months ago"),
    "household_income_median": _r("dollars per year", "Median household labor income",
                                  "52 x weekly wages of its members; households with earnings; quarterly"),
    "share_in_self_sufficient_household": _r(
        "share", "In a household that covers its budget by work",
        "employed whose household's labor income meets what its kind needs there / employed; quarterly"),
    "raise_workers": _r("people", "Workers by kind of household and pay", "employed; yearly"),
    "raise_mostly_lost": _r(
        "share", "Workers to whom a raise leaves less than half",
        "employed whose household would lose more than half of a full-time raise (region.raise_hourly) to taxes and to "
        "benefits that fall or end, by the rules of 2019 and the share of those eligible who draw on each / employed; "
        "yearly"),
    "raise_left": _r("share", "What is left of a raise",
                     "mean over the employed, of a full-time raise, after taxes and benefits that fall or end; yearly"),
    "mean_commute": _r("minutes", "Mean commute, one way", "employed by others"),
    "works_in_own_zone": _r("share", "Work where they live",
                            "employed by others whose job is in their zone of residence"),
    "works_outside": _r("share", "Work outside the region", "employed by others whose job is outside"),
    "works_in_other_state": _r("share", "Work across a state line",
                               "employed by others whose job is in a zone of another state"),
    # employers
    "jobs": _e("jobs", "Payroll jobs in the region", "filled at the end of the month"),
    "quality_jobs": _e("jobs", "Good jobs in the region", "payroll jobs paying the good-job wage or more"),
    "payroll": _e("dollars per year", "Payroll of the region's jobs", "52 x weekly wages paid; model dollars"),
    "weekly_wage": _e("dollars per week", "Mean weekly wage", "payroll jobs"),
    "hires_rate": _e("share", "Hires rate", "JOLTS: hires and recalls in the month / jobs"),
    "quits_rate": _e("share", "Quits rate", "JOLTS: quits in the month / jobs"),
    "layoffs_rate": _e("share", "Layoffs and discharges rate",
                       "JOLTS: layoffs, temporary ones, closures, discharges / jobs"),
    "other_separations_rate": _e("share", "Other separations rate",
                                 "JOLTS: retirement, death, disability, moves / jobs"),
    "separations_rate": _e("share", "Separations rate", "JOLTS: all / jobs"),
    "openings_rate": _e("share", "Openings rate", "vacancies / (vacancies + jobs) at the end of the month"),
    "openings": _e("jobs", "Open vacancies", "at the end of the month"),
    "vacancy_duration": _e("days", "Vacancy duration", "vacancies at the end of the month / vacancies filled a day"),
    "time_to_fill": _e("days", "Time to fill", "mean age of the vacancies filled this month"),
    "applications_per_vacancy": _e("applications per vacancy", "Applications per vacancy",
                                   "applications this month / vacancies open at matching"),
    "good_openings": _e("jobs", "Vacancies for good jobs", "open at matching, at or above the good-job wage"),
    "good_vacancy_fill_rate": _e("share", "Good vacancies filled",
                                 "of vacancies for good jobs open at matching, share filled this month"),
    "retention_12_month_new_hires": _e("share", "New hires retained for 12 months",
                                       "hired 12 months ago and still there / hires then; recalls are in neither"),
    "turnover_cost": _e("dollars per year", "Cost of turnover",
                        "12 x separations this month x share of the sector's mean annual wage it takes to replace one"),
    "establishments": _e("establishments", "Establishments", "entered and not yet closed"),
    "replacement_openings": _e("jobs", "Replacement openings",
                               "left by people leaving the labor force or the occupation, this month"),
    "growth_openings": _e("jobs", "Growth openings", "from a higher target, this month"),
    "share_openings_filled": _e("share", "Openings filled", "vacancies filled this month / (filled + still open)"),
    "ai_displaced": _e("people", "Displaced by AI", "laid off because adoption lowered the target, this month"),
    **{f"quality_{p}": _e("score", f"Job quality: {p.replace('_', ' ')}", "mean score (0 to 1) over filled jobs")
       for p in PRINCIPLES},
    # practices on job quality, by arm
    "pilot_establishments": _e("establishments", "Establishments by arm", "at work on practices, or controls of those"),
    "pilot_jobs": _e("jobs", "Jobs by arm", "filled, in these establishments"),
    "pilot_turnover_rate": _e("share", "Turnover by arm", "separations but layoffs and closures this month / jobs"),
    "pilot_quits_rate": _e("share", "Quits by arm", "this month / jobs"),
    "pilot_time_to_fill": _e("days", "Time to fill by arm", "mean age of the vacancies filled this month"),
    "pilot_applications_per_vacancy": _e("applications per vacancy", "Applications per vacancy by arm",
                                         "of the vacancies that came to a decision this month"),
    "pilot_wage": _e("dollars per hour", "Mean hourly wage by arm", "people employed there; model dollars"),
    "employer_quality_cost": _e("dollars per year", "Cost of practices to employers",
                                "12 x this month's: scores raised, higher pay, setting up"),
    "employer_turnover_savings": _e("dollars per year", "Savings in turnover",
                                    "12 x (separations at the employers' own former rate - separations) x cost of "
                                    "replacing one"),
    "employer_vacancy_savings": _e("dollars per year", "Savings in vacancies",
                                   "12 x (vacancies at the employers' own former rate - vacancies) x cost of a month"),
    "employer_quality_net": _e("dollars per year", "Net benefit of practices to employers",
                               "savings in turnover and vacancies less cost; controls apart in the total"),
    # openings, mobility and technology
    "exit_openings": _e("jobs", "Replacement openings: left the labor force",
                        "part of replacement openings, this month"),
    "transfer_openings": _e("jobs", "Replacement openings: changed occupation",
                            "part of replacement openings, this month"),
    "hired_within_year": _r("people", "Hired within a year, by occupation and age",
                            "hired in the last twelve months and still there; yearly"),
    "mobility_wage": _r("share", "Wage quintile now by that of a year ago",
                        "of those who stood there a year ago; none is without a payroll job; yearly, a sample"),
    "mobility_occupation": _r("share", "Occupation group now by that of a year ago",
                              "of those who stood there a year ago; none is without a payroll job; yearly, a sample"),
    **{f"upward_mobility_{m}": _r("share", f"Wage up by a tenth or more after {m} months",
                                  "of those on a payroll both times, by the occupation they began in; yearly, a sample")
       for m in (12, 24)},
    **{f"ai_displaced_{o}": _r("share", f"Displaced by AI, a year later: {o.replace('_', ' ')}",
                               "of those laid off for it 12 to 23 months ago, where each was after twelve months")
       for o in ("same_occupation", "other_occupation", "unemployed", "out_of_labor_force")},
    "employment_by_exposure": _r("people", "Employment by exposure to AI and age",
                                 "occupations exposed more or less than the median job of the start; yearly"),
    "leadership_share": _r("share", "In management occupations", "SOC 11 / employed; yearly"),
    "training_share": _r("share", "In training", "enrolled in a program / residents; yearly"),
    # population and childcare
    "births": _r("people", "Births", "this month"),
    "deaths": _r("people", "Deaths", "this month, 16 and over"),
    "youth_entering": _r("people", "Turning 16", "this month"),
    "retirements": _r("people", "Retirements", "this month"),
    "in_migration": _r("people", "Moved in", "this month"),
    "out_migration": _r("people", "Moved away", "this month"),
    "net_migration": _r("people", "Net migration", "moved in - moved away, this month"),
    "childcare_enrolled": _r("children", "Children in formal care", "this month"),
    "childcare_subsidized": _r("children", "Children on a subsidised place", "this month"),
    "childcare_unmet": _r("children", "Children without the place wanted", "this month"),
    "childcare_price": _r("dollars per month", "Childcare price", "full price, mean of under 2 and 2 to 5"),
    "childcare_slots": _r("children", "Childcare places", "licensed and staffed, this month"),
    "carers_kept_out": _r("people", "Kept at home for want of childcare", "parents, this month"),
    # training
    **{f"pipeline_{s}": Definition("people", f"Training pipeline: {s}", "programs", "this month") for s in PIPELINE},
    "pipeline_dropouts": Definition("people", "Training pipeline: dropped out", "programs", "this month"),
    "pipeline_kept": Definition("people", "Training contracts ended: kept on", "programs", "this month"),
    "pipeline_not_kept": Definition("people", "Training contracts ended: not kept on", "programs", "this month"),
    "kept_in_school": Definition("people", "Kept in school by CTE or work experience", "programs", "this month"),
    "trainees": Definition("people", "In training", "programs", "enrolled this month"),
    "seats": Definition("places", "Seats", "programs", "starts possible this month, the program's own and those added"),
    "seat_use": Definition("share", "Seats taken", "programs", "enrolled this month / seats"),
    **{f"lost_{r}": Definition("people", f"Lost from training: {_LOST[r]}", "programs", "this month") for r in LOSSES},
    **{f"program_cost_{p}": Definition("dollars", f"Cost of programs' own places: {p}", "programs",
                                       "starts this month, whole length; not what policies pay") for p in PAYERS},
    # what policies deliver
    "center_came": _r("people", "Came to a job center", "called in or by themselves, this month"),
    "center_served": _r("people", "Served at a job center", "this month"),
    "center_served_uninsured": _r("people", "Served at a job center without unemployment insurance", "this month"),
    "center_turned_away": _r("people", "Turned away at a job center for want of a place", "this month"),
    "center_no_shows": _r("people", "Called to a job center and stayed away", "this month"),
    "screen_contacts": _e("establishments", "Employers asked to drop screens", "this month"),
    "screens_announced": _e("establishments", "Employers who announced to drop screens", "this month"),
    "screens_removed": _e("establishments", "Employers who dropped a screen", "this month"),
    "outreach_contacts": _r("people", "Told of fields of work and training", "outreach contacts, this month"),
    "outreach_learnt": _r("people", "Told of what they had not known", "of outreach contacts, this month"),
    # gaps
    **{f"gap_{i}": _r("points" if u == "share" else "ratio", f"Gap: {i.replace('_', ' ')}",
                      "group less reference (men, white)" if u == "share" else "group / reference (men, white) - 1")
       for i, u in (("unemployment_rate", "share"), ("participation_rate", "share"), ("employment_rate", "share"),
                    ("flow_UE", "share"), ("wage_median", "ratio"), ("share_self_sufficient", "share"),
                    ("share_good_jobs", "share"), ("underemployment_rate", "share"),
                    ("leadership_share", "share"), ("training_share", "share"))},
}  # fmt: skip

HEADLINES: Final = (
    "population", "labor_force", "employment", "unemployment_rate", "participation_rate", "employment_rate",
    "prime_age_participation_rate", "u6_rate", "flow_UE", "flow_UN", "flow_EU", "flow_EN", "flow_NE", "flow_NU",
    "flow_EE", "recorded_unemployment_rate", "recorded_participation_rate", "hires_rate", "quits_rate", "layoffs_rate",
    "openings_rate", "vacancy_duration", "time_to_fill", "good_vacancy_fill_rate", "wage_median",
    "share_self_sufficient", "share_good_jobs", "retention_12_month", "jobs", "openings", "net_migration",
    "carers_kept_out",
)  # fmt: skip

__all__ = ["DEFINITIONS", "HEADLINES", "Definition"]
