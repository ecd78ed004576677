"""Settings of instruments on training other than registered apprenticeship."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from laborsim.scenario.instruments.base import Count, Dollars, InstrumentModel, Share, Zones

Programs = Annotated[
    tuple[str, ...],
    Field(strict=False, max_length=200, description="Program codes; none: every program of the kind."),
]


class Seats(InstrumentModel):
    """Seats paid for on top of those that exist, supports for those on them, and outreach."""

    seats_per_year: Annotated[
        Count, Field(description="Seats paid for in a year, on top of those that exist.")
    ] = 0.0
    cost_per_seat: Annotated[Dollars, Field(description="Dollars for one seat, whole length.")] = 0.0
    supports: Annotated[
        Share, Field(description="Share by which supports lower the drop-out hazard of those on paid seats.")
    ] = 0.0
    supports_cost: Annotated[Dollars, Field(description="Dollars per supported trainee and month.")] = 150.0
    outreach: Annotated[
        Share,
        Field(description="Monthly chance that someone who does not know of these programs is told of them."),
    ] = 0.0
    outreach_cost: Annotated[
        Dollars, Field(description="Dollars a month the outreach costs. Default assumed.")
    ] = 4_000.0
    programs: Programs = ()
    zones: Zones = ()


class ClassroomTraining(Seats):
    """Classroom training: seats at providers, and vouchers (individual training accounts) for fees up to a limit."""

    type: Literal["classroom_training"]
    cost_per_seat: Annotated[
        Dollars, Field(description="Dollars for one seat, whole length. Default assumed.")
    ] = 6_000.0
    vouchers_per_year: Annotated[
        Count, Field(description="Starts a year whose fee is paid, also of people who would pay themselves.")
    ] = 0.0
    voucher_limit: Annotated[Dollars, Field(description="Most that a voucher pays, dollars.")] = 5_000.0


class OJTReimbursement(InstrumentModel):
    """On-the-job training contracts: part of a new worker's wage is repaid to the employer for some months."""

    type: Literal["ojt_reimbursement"]
    contracts_per_year: Annotated[
        Count, Field(description="Contracts that can start in a year, on top of those that exist.")
    ] = 0.0
    reimbursement: Annotated[
        Share, Field(description="Share of the wage repaid; by law up to 0.5, 0.75 in stated cases.")
    ] = 0.5
    cost_per_contract: Annotated[
        Dollars, Field(description="Dollars to write and watch over one contract. Default assumed.")
    ] = 600.0
    programs: Programs = ()
    zones: Zones = ()


class CustomizedTraining(Seats):
    """Customized training: employers ask for a course, for workers they have or new hires, and are paid part of it."""

    type: Literal["customized_training"]
    cost_per_seat: Annotated[
        Dollars, Field(description="Dollars the training of one worker costs in all. Default assumed.")
    ] = 1_000.0
    share_paid: Annotated[Share, Field(description="Share of the cost paid; employers bear the rest.")] = 0.5
    trainees: Annotated[
        Literal["incumbents", "new_hires"],
        Field(description="Workers they have, or people whom they promise a vacancy if they complete."),
    ] = "incumbents"


class SectoralTraining(Seats):
    """Sectoral training: seats in programs that select, support, and bring completers before the best employers."""

    type: Literal["sectoral_training"]
    cost_per_seat: Annotated[
        Dollars, Field(description="Dollars for one seat. Default: WorkAdvance sites $5,200-6,700 in 2012-13.")
    ] = 6_500.0


class PreApprenticeship(Seats):
    """Pre-apprenticeship: seats whose completers can enter apprenticeships that ask for a diploma."""

    type: Literal["pre_apprenticeship"]
    cost_per_seat: Annotated[Dollars, Field(description="Dollars for one seat. Default assumed.")] = 4_500.0


class CareerPathways(Seats):
    """Career pathways: seats at the next level for those who hold the credential before, first steps for others."""

    type: Literal["career_pathways"]
    cost_per_seat: Annotated[
        Dollars, Field(description="Dollars for one seat, mean over steps. Default assumed.")
    ] = 9_000.0
    first_steps: Annotated[
        Share,
        Field(
            description="Share of the seats that are on the ladders' first steps: short courses whose credential the "
            "next level asks for. Default assumed: most of those in programs studied took a first step."
        ),
    ] = 0.6


class CTE(Seats):
    """Career and technical education: seats for high-school students, by zone."""

    type: Literal["cte"]
    cost_per_seat: Annotated[
        Dollars, Field(description="Dollars for one student's place over its whole length. Default assumed.")
    ] = 1_800.0


class WorkExperience(Seats):
    """Paid work experience of young people, mostly in summer."""

    type: Literal["work_experience"]
    cost_per_seat: Annotated[
        Dollars, Field(description="Dollars for one place, the young person's pay included. Default assumed.")
    ] = 2_800.0


class SectorPartnership(InstrumentModel):
    """Sector partnerships: employers convened to say what they need; curricula and seats follow."""

    type: Literal["sector_partnership"]
    partnerships: Annotated[Count, Field(description="Partnerships kept up, one per field at most.")] = 0.0
    cost_per_partnership: Annotated[
        Dollars, Field(description="Dollars a year for one partnership. Default assumed.")
    ] = 80_000.0
    curriculum_fit: Annotated[
        Share, Field(description="What employers' word adds to the fit curricula can reach.")
    ] = 0.1
    demand_signal: Annotated[
        Share, Field(description="Share of courses' own seats that providers move to fields with vacancies.")
    ] = 0.2
    programs: Programs = ()
    zones: Zones = ()


__all__ = [
    "CTE",
    "CareerPathways",
    "ClassroomTraining",
    "CustomizedTraining",
    "OJTReimbursement",
    "PreApprenticeship",
    "Seats",
    "SectorPartnership",
    "SectoralTraining",
    "WorkExperience",
]
