"""Levers: all that a policy can move. Policies write them once a month; stages only read them.

Every lever has a neutral value at which the market behaves as if it did not exist. Levers that cost
money are counted in places, seats or contacts, so that a budget can cap them before they are spent.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True)
class Coaching:
    """Coaching on job quality that one instrument pays for this month; counts at full scale.

    Attributes
    ----------
    contacts : employers visited.
    principles : places in codes.PRINCIPLES that they are coached on.
    zones : (Z,) 1 for zones of work where it is on offer.
    fidelity : share of a practice's effect that comes about, 0..1.
    grant : dollars paid to an employer that adopts; grants : employers it can be paid to this month.
    control_share : share of the willing kept as controls; control_months : for how long.
    sectors : rows of economy.sector_codes, none means all.
    represented : only where workers are represented (True), are not (False), or either (None).
    """

    contacts: int
    principles: tuple[int, ...]
    zones: tuple[int, ...]
    fidelity: float
    grant: float = 0.0
    grants: int = 0
    control_share: float = 0.0
    control_months: int = 0
    sectors: tuple[int, ...] = ()
    represented: bool | None = None


@dataclass(frozen=True)
class JobCenters:
    """Service of job centers that one instrument pays for this month; counts at full scale.

    Attributes
    ----------
    places : people who can be served; zones : (Z,) 1 for zones of residence served, and of employers visited.
    centers : (Z,) 1 for zones with a center.
    applications : more applications of those served; fields : more fields of work shown to them.
    coaching : how far their reservation wage moves to the least that jobs pay them, 0..1.
    referrals : applications that go to vacancies named by caseworkers.
    uninsured_share : least share of places for people who do not draw insurance, as far as they come.
    called : share of new claimants called in; walk_in : whether others are served, too.
    review : of the claimants called who come, the share found not to meet the rules: the benefit is suspended.
    sanction : whether the benefit of claimants called is suspended until they come.
    months : for which those served are helped while they look; claimants under review keep up their search so long.
    advertising : added share of the unemployed who know of the centers.
    employer_contacts : employers visited about their vacancies.
    """

    places: int
    zones: tuple[int, ...]
    centers: tuple[int, ...]
    applications: float = 0.0
    fields: int = 0
    coaching: float = 0.0
    referrals: int = 0
    uninsured_share: float = 0.0
    called: float = 0.0
    walk_in: bool = True
    review: float = 0.0
    sanction: bool = True
    months: int = 1
    advertising: float = 0.0
    employer_contacts: int = 0


@dataclass(frozen=True)
class TravelSupport:
    """Help with travel for people who look for work: places at full scale, (Z,) 1 for zones of residence, share of the
    money of a commute paid, rides for those without a car, whether only they can have a place; last wage an hour below
    which people may ask, 0 any."""

    places: int
    zones: tuple[int, ...]
    paid: float = 0.0
    rides: bool = False
    only_without_car: bool = False
    wage_limit: float = 0.0


@dataclass(frozen=True)
class Outreach:
    """People told of fields of work (places in economy.major_codes) and kinds of training (codes.PROGRAM_KINDS).

    contacts at full scale; zones (Z,) 1 for zones of residence; sexes and races by code, none means all; ages from and
    to; `under_represented`: only groups with less than their share of the fields' jobs.
    """

    contacts: int
    zones: tuple[int, ...]
    majors: tuple[int, ...] = ()
    kinds: tuple[int, ...] = ()
    sexes: tuple[int, ...] = ()
    races: tuple[int, ...] = ()
    ages: tuple[int, int] = (16, 54)
    under_represented: bool = False


@dataclass(frozen=True)
class RentSupport:
    """Help with rent: families at full scale, (Z,) 1 for zones, rent that counts and the earnings below which a family
    may ask, dollars a month."""

    families: int
    zones: tuple[int, ...]
    rent: float
    income_limit: float


class Prospect(NamedTuple):
    """An employer whom the region courts this month: where it would come, its sector and jobs (full scale), what is
    offered per job in dollars, months to full size, its log wage premium, and a number of its own."""

    zone: int
    sector: int
    jobs: int
    incentive: float
    ramp: int
    premium: float
    number: int


@dataclass
class Levers:
    """One month's levers. Shapes: Z zones, P programs, M SOC major groups.

    Attributes
    ----------
    childcare_subsidy_share : (Z,) share of the price paid for a child on a subsidised place.
    childcare_subsidy_places : (Z,) children that can be subsidised this month.
    childcare_income_limit : (Z,) household eligible if its earners' mean wage is below this many dollars an hour.
    childcare_slots : (Z,) licensed places providers are paid to add (they still need staff).
    childcare_wage_supplement : (Z,) dollars an hour added to wages posted by child care centres.
    program_seats : (P,) seats added to a program's own, in places open this month.
    program_price_share : (P,) share of the participant's price paid for them; program_price_places : (P,) starts a
        month for which it can be paid.
    program_supports : (P,) reduction of the drop-out hazard by supports, 0..1.
    curriculum_fit : (P,) added fit of the curriculum to vacancies, 0..1.
    sponsor_contacts : employers a navigator visits this month about sponsoring apprentices.
    sponsor_grant : dollars paid to the employer for each new apprentice.
    ojt_reimbursement : share of an OJT trainee's wage repaid to the employer.
    seat_shift : share of courses' own seats that moves to fields with vacancies per seeker.
    customized_share : share of the cost of customized training paid for employers; counts above the usual share;
        class_share : the same for courses of people hired to a curriculum.
    screen_contacts : employers asked this month to drop credential screens.
    screen_fidelity : share of those who announce it and carry it out, 0..1.
    record_contacts : employers asked this month to hire people with a record.
    awareness : (M,) monthly probability that someone who does not know a field of work learns of it.
    program_awareness : (P,) the same for a program.
    wage_floor : (Z,) hourly minimum on top of the law; 0 none.
    ui_takeup : share of those eligible who would not claim insurance and are helped to claim.
    startup_places : people helped this month to open an establishment, in startup_zones; startup_survival : share by
        which coaching lowers the exit of those establishments while it lasts.
    prospects : employers courted this month.
    ui_extra_weeks : weeks added to regular UI; ui_supplement : dollars a week added.
    ai_speed : yearly growth of AI adoption relative to the scenario's own, 1 neutral.
    sponsor_grant_places : new apprentices for whom the grant can be paid this month.
    sponsor_closed, screen_closed : (Z,) 1 for zones of work where sponsor contacts and grants, or contacts about
        screens, are not on offer.
    coaching : what coaches on job quality do, one entry per instrument.
    work_sharing : share of those about to be laid off for technology who stay on shared work, 0..1;
        work_sharing_places : people this month.
    redeployment : share of those displaced who may take another post of their employer; redeployment_places : people.
    wage_insurance : share of the loss of wage paid to those displaced who take a job for less, 0..1;
        wage_insurance_months : for how long after the loss; wage_insurance_most : dollars a month at most;
        wage_insurance_places : people this month.
    job_centers, travel, outreach, rent : services to people, one entry per instrument.
    """

    childcare_subsidy_share: F8
    childcare_subsidy_places: I8
    childcare_income_limit: F8
    childcare_slots: F8
    childcare_wage_supplement: F8
    program_seats: I8
    program_price_share: F8
    program_price_places: I8
    program_supports: F8
    curriculum_fit: F8
    awareness: F8
    program_awareness: F8
    wage_floor: F8
    sponsor_closed: F8
    screen_closed: F8
    sponsor_contacts: int = 0
    sponsor_grant: float = 0.0
    ojt_reimbursement: float = 0.0
    screen_contacts: int = 0
    screen_fidelity: float = 0.0
    record_contacts: int = 0
    ui_extra_weeks: float = 0.0
    ui_supplement: float = 0.0
    ai_speed: float = 1.0
    sponsor_grant_places: int = 0
    coaching: tuple[Coaching, ...] = ()
    seat_shift: float = 0.0
    customized_share: float = 0.0
    class_share: float = 0.0
    work_sharing: float = 0.0
    work_sharing_places: int = 0
    redeployment: float = 0.0
    redeployment_places: int = 0
    wage_insurance: float = 0.0
    wage_insurance_months: int = 0
    wage_insurance_most: float = 0.0
    wage_insurance_places: int = 0
    job_centers: tuple[JobCenters, ...] = ()
    travel: tuple[TravelSupport, ...] = ()
    outreach: tuple[Outreach, ...] = ()
    rent: tuple[RentSupport, ...] = ()
    ui_takeup: float = 0.0
    startup_places: int = 0
    startup_survival: float = 0.0
    startup_zones: tuple[int, ...] = ()
    prospects: tuple[Prospect, ...] = ()

    @classmethod
    def neutral(cls, zones: int, programs: int, majors: int) -> Levers:
        """Levers at which nothing is done."""
        z, p = np.zeros(zones), np.zeros(programs)
        zi, pi = np.zeros(zones, np.int64), np.zeros(programs, np.int64)
        return cls(
            childcare_subsidy_share=z.copy(), childcare_subsidy_places=zi.copy(), childcare_income_limit=z.copy(),
            childcare_slots=z.copy(), childcare_wage_supplement=z.copy(), program_seats=pi.copy(),
            program_price_share=p.copy(), program_price_places=pi.copy(), program_supports=p.copy(),
            curriculum_fit=p.copy(), awareness=np.zeros(majors), program_awareness=p.copy(), wage_floor=z.copy(),
            sponsor_closed=z.copy(), screen_closed=z.copy(),
        )

    def is_neutral(self) -> bool:
        """True if every lever has its neutral value."""
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, tuple):
                if value:
                    return False
                continue
            neutral = 1.0 if f.name == "ai_speed" else 0.0
            if np.any(np.asarray(value) != neutral):
                return False
        return True
