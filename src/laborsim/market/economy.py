"""What the month takes as given: geography, prices, rules and national facts, as arrays.

Built once per run from a region pack and the national pack (see `laborsim.region.conditions`).
Months count from the scenario's start; T months are covered (start to horizon inclusive).
Z zones (those of the region, then those beyond it), O occupations (SOC minor groups), S sectors.
All money in model dollars (the year is in `dollar_year`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
U1 = NDArray[np.uint8]


@dataclass(frozen=True)
class Economy:
    """Given conditions of a region.

    Attributes
    ----------
    start, months : first month as "YYYY-MM"; number of months T.
    zone_codes, zone_names, zone_county : labels of Z zones; county FIPS of each, or the name of the area
        that several zones make up ("" for the last).
    outside : index of the first zone beyond the region; people of zones from there on work or look for work in the
        region but are not residents: indicators by residence leave them out. The last zone has no county.
    commute_minutes : (Z, Z) one-way minutes, home x work.
    commute_weight : (Z, Z) relative weight of a vacancy in zone j for a seeker living in i.
    occ_codes : SOC minor groups such as "47-2000".
    major_codes : SOC major groups such as "47"; occ_major (O,) index into them.
    occ_education : (O,) typical entry education, codes.EDUCATION.
    occ_training_months : (O,) months to full skill, typical.
    occ_exit : (O,) yearly probability of leaving the labor force.
    occ_ai : (O,) exposure to AI, 0..1.
    occ_wage : (O,) regional median hourly wage; occ_spread (O,) log of the ninetieth over the tenth percentile.
    mobility : (O, O) share of those in occupation i who are in j a year later; rows sum to 1.
    sector_codes : NAICS sectors; sector_traded (S,) 0/1.
    sector_index : (T, S) employment relative to the start.
    posts : (T,) posts, filled and open, for each job, relative to those at the start: what employers want beyond their
        jobs. The first differs from 1 where the region's own unemployment calls for more posts than its start has.
    nation_posts : (T,) posts in all the nation's sectors relative to the start; nation_labor (T,) its labor force.
    childcare_sector : index of NAICS 6244.
    household_need : (Z, 2, 4, 2) hourly wage each adult must earn full-time for self-sufficiency:
        zone x adults (1, 2+) x children (0, 1, 2, 3+) x youngest under six (0/1).
    childcare_price : (Z, 3) full price, dollars a month per child: under 2, 2 to 5, 6 to 12.
    minimum_wage : (T, Z).
    ui_weeks, ui_maximum : (T, Z) weeks and weekly maximum; ui_replacement (Z,) share of former wage;
        ui_supplement (T,) dollars a week on top; ui_all (T,) 1 where eligibility is widened.
    mortality : (2, 121) yearly probability of death by sex and age.
    fertility : (121,) yearly probability that a woman of that age gives birth.
    retirement : (121,) yearly probability that someone in the labor force retires, by age.
    disability_onset : (121,) yearly probability of a new work-limiting condition.
    enrolment : (121,) share enrolled in school, by age.
    participation : (2, 121) the nation's share of people in the labor force by sex and age.
    in_migration, out_migration : (Z,) yearly people per resident; migrant_age (121,) shares.
    price_level : (T,) CPI relative to the dollar year (known or projected).
    good_job_wage : hourly wage of a "good job" (per-capita median income / full-time hours).
    credential_fields : names of the fields of people.credentials bits.
    zone_state : postal state of each zone, "" where not known; empty: none is.
    looking : factor on looking for work from outside the labor force that the region's own participation calls for.
    selection : factor on the vacancies whose selection ends within a month that openings of its states call for.
    raise_left : (2, Z, 2, 4, 2, B) chance that less than half of a raise is left, and share left, by kind of household
        as in `household_need` and its yearly earnings in steps of 1,000 dollars; empty: not known. Nobody acts on it.
    """

    start: str
    months: int
    dollar_year: int
    zone_codes: tuple[str, ...]
    zone_names: tuple[str, ...]
    zone_county: tuple[str, ...]
    outside: int
    commute_minutes: F8
    commute_weight: F8
    occ_codes: tuple[str, ...]
    major_codes: tuple[str, ...]
    occ_major: U1
    occ_education: U1
    occ_training_months: F8
    occ_exit: F8
    occ_ai: F8
    occ_wage: F8
    occ_spread: F8
    mobility: F8
    sector_codes: tuple[str, ...]
    sector_traded: U1
    sector_index: F8
    posts: F8
    nation_posts: F8
    nation_labor: F8
    childcare_sector: int
    household_need: F8
    childcare_price: F8
    minimum_wage: F8
    ui_weeks: F8
    ui_maximum: F8
    ui_replacement: F8
    ui_supplement: F8
    ui_all: U1
    mortality: F8
    fertility: F8
    retirement: F8
    disability_onset: F8
    enrolment: F8
    participation: F8
    in_migration: F8
    out_migration: F8
    migrant_age: F8
    price_level: F8
    good_job_wage: float
    credential_fields: tuple[str, ...]
    zone_state: tuple[str, ...] = ()
    looking: float = 1.0
    selection: float = 1.0
    raise_left: F8 = field(default_factory=lambda: np.zeros(0))

    @property
    def zones(self) -> int:
        """Number of zones, `outside` included."""
        return len(self.zone_codes)

    @property
    def occupations(self) -> int:
        """Number of occupations."""
        return len(self.occ_codes)

    @property
    def sectors(self) -> int:
        """Number of sectors."""
        return len(self.sector_codes)
