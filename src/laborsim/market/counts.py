"""What happened this month, counted as it happened: the raw material of indicators and of the books.

Integer counts (people, vacancies, contacts) and fixed-point money, so that sums do not depend on order.
Stages add; `reset` clears at the start of a month.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import PAYERS, REASONS

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


@dataclass
class Counts:
    """Counts of one month; S sectors, Z zones of work, O occupations, P programs.

    hires, recalls : (S, Z) JOLTS hires are the sum of both.
    separations : (reasons, S, Z) by codes.REASONS; JOLTS layoffs and discharges are layoff + temporary_layoff
        + closure + discharge; other separations are retirement, death, disability, moves away.
    openings_posted, openings_withdrawn, openings_filled : (S, Z).
    fill_age : (S, Z) months waited by the vacancies filled, in 1/256 month.
    good_openings, good_filled : (Z,) vacancies at or above the good-job wage at the time of matching, and filled.
    applications : (S, Z).
    replacement : (O,) openings left by people leaving the labor force or the occupation; transfers : (O,) the latter.
    growth : (O,) openings from a higher target.
    filled : (O,) vacancies filled.
    ai_displaced : (O,) people laid off because adoption lowered their cell's target.
    births, deaths, youth, in_migrants, out_migrants, retirements : (Z,) people by zone of residence.
    childcare_* : (Z,) children in formal places, subsidised, wanting a place and not finding one; parents kept at home.
    pipeline : (P, 8) aware, applied, eligible, enrolled, completed, credentialed, placed, retained this month.
    lost : (P, reasons) people who did not go on, where and why, by LOSSES.
    vouchers : (P,) starts whose fee a policy paid.
    kept, not_kept : (P,) trainees whose contract ended whom the employer kept on, and let go.
    program_cents : (P, payers) cost of starts on the programs' own places by codes.PAYERS, cents, simulated people.
    dropouts : (P,).  seat_months : (P,) people enrolled.  added_starts : (P,) starts beyond the program's own seats.
    sponsor_contacts, sponsors_won, screen_contacts, screens_announced, screens_removed : employers.
    usage_dollars : dict of money actually triggered by a lever this month, by lever name, model dollars.
    """

    hires: I8
    recalls: I8
    separations: I8
    openings_posted: I8
    openings_withdrawn: I8
    openings_filled: I8
    fill_age: I8
    applications: I8
    good_openings: I8
    good_filled: I8
    replacement: I8
    transfers: I8
    growth: I8
    filled: I8
    ai_displaced: I8
    births: I8
    deaths: I8
    youth: I8
    in_migrants: I8
    out_migrants: I8
    retirements: I8
    childcare_enrolled: I8
    childcare_subsidized: I8
    childcare_unmet: I8
    childcare_kept_home: I8
    pipeline: I8
    dropouts: I8
    seat_months: I8
    scalars: I8  # see SCALARS
    added_starts: I8
    lost: I8
    program_cents: I8
    vouchers: I8
    kept: I8
    not_kept: I8

    @classmethod
    def empty(cls, sectors: int, zones: int, occupations: int, programs: int) -> Counts:
        """Zero counts for a region of this size."""
        shapes = {
            "good_openings": (zones,), "good_filled": (zones,), "replacement": (occupations,),
            "transfers": (occupations,),
            "growth": (occupations,), "filled": (occupations,), "ai_displaced": (occupations,),
            "births": (zones,), "deaths": (zones,), "youth": (zones,), "in_migrants": (zones,),
            "out_migrants": (zones,), "retirements": (zones,), "childcare_enrolled": (zones,),
            "childcare_subsidized": (zones,), "childcare_unmet": (zones,), "childcare_kept_home": (zones,),
            "pipeline": (programs, 8), "dropouts": (programs,), "seat_months": (programs,),
            "added_starts": (programs,), "vouchers": (programs,), "kept": (programs,), "not_kept": (programs,),
            "lost": (programs, len(LOSSES)),
            "program_cents": (programs, len(PAYERS)),
            "scalars": (len(SCALARS),),
            "separations": (len(REASONS), sectors, zones),
        }
        return cls(**{f.name: np.zeros(shapes.get(f.name, (sectors, zones)), np.int64) for f in fields(cls)})

    def reset(self) -> None:
        """Set every count to zero, in place."""
        for f in fields(self):
            getattr(self, f.name)[...] = 0


SCALARS = (
    "sponsor_contacts", "sponsors_won", "screen_contacts", "screens_announced", "screens_removed",
    "apprentice_starts_granted", "ojt_starts", "ojt_wage_cents", "childcare_subsidy_cents",
    "childcare_supplement_cents", "record_contacts", "establishments_opened", "establishments_closed",
    "job_to_job", "ui_cents", "ui_recipients",
    "records_agreed", "quality_contacts", "quality_willing", "quality_controls", "quality_grants",
    "work_shared", "redeployed", "wages_insured", "wage_insurance_cents",
    "center_aware", "center_came", "center_called", "center_no_shows", "center_served", "center_served_uninsured",
    "center_turned_away", "prospect_contacts", "prospect_openings", "travel_users", "travel_riders",
    "outreach_contacts", "outreach_learnt", "rent_families", "rent_cents",
    "ui_supplement_cents", "ui_extra_cents", "ui_helped", "startups_helped", "prospects_won_cents",
    "prospects_won_jobs", "prospects_tipped_jobs", "kept_in_school", "center_found_ineligible",
)
SCALAR = {name: i for i, name in enumerate(SCALARS)}
PIPELINE = ("aware", "applied", "eligible", "enrolled", "completed", "credentialed", "placed", "retained")
# Where people leave the pipeline, in its order: before applying, before a seat, before completing, before retention.
LOSSES = (
    "did_not_know", "did_not_apply", "education", "age", "record", "credential", "income", "screened_out",
    "no_seat", "no_employer", "other_program",
    "childcare", "transport", "money", "job", "representation", "lost_job", "left_labor_force", "other", "left_region",
    "no_credential", "not_kept", "no_vacancy", "not_hired", "left_employer",
)
LOST = {name: i for i, name in enumerate(LOSSES)}
