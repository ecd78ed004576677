"""Policy instruments as a planner writes them: one model per type, with its settings and unit costs.

Counts are people, places, seats or employers of the real region (full scale). Money is in model dollars.
What an instrument does to the market is written in `laborsim.policy`; here is only what may be asked for.
A new type is one more model in `Instrument`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Count = Annotated[float, Field(ge=0.0, le=10_000_000.0)]
Dollars = Annotated[float, Field(ge=0.0, le=1e12)]
Zones = Annotated[
    tuple[str, ...],
    Field(
        strict=False, max_length=200, description="Zone codes it is limited to; none means the whole region."
    ),
]


class InstrumentModel(BaseModel):
    """Base of all instruments: settings are fixed once read and unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ApprenticeshipExpansion(InstrumentModel):
    """More registered apprenticeships: navigators win sponsors, grants lower their cost, providers add seats."""

    type: Literal["apprenticeship_expansion"]
    navigators: Annotated[Count, Field(description="Staff who visit employers about sponsoring.")] = 0.0
    navigator_cost: Annotated[
        Dollars, Field(description="Dollars a year for one navigator, all in. Default assumed.")
    ] = 85_000.0
    contacts_per_month: Annotated[Count, Field(description="Employers one navigator visits in a month.")] = (
        12.0
    )
    grant_per_apprentice: Annotated[
        Dollars, Field(description="Dollars paid to the employer for each new apprentice.")
    ] = 0.0
    seats_per_year: Annotated[
        Count,
        Field(description="Seats of related instruction paid for in a year, on top of those that exist."),
    ] = 0.0
    cost_per_seat: Annotated[
        Dollars,
        Field(description="Dollars for one seat of related instruction, whole length. Default assumed."),
    ] = 2_800.0
    supports: Annotated[
        Share, Field(description="Share by which supports lower the drop-out hazard of those on paid seats.")
    ] = 0.0
    supports_cost: Annotated[Dollars, Field(description="Dollars per supported apprentice and month.")] = (
        150.0
    )
    programs: Annotated[
        tuple[str, ...],
        Field(strict=False, max_length=200, description="Program codes; none: every apprenticeship program."),
    ] = ()
    zones: Zones = ()


class ChildcareSupport(InstrumentModel):
    """Childcare: part of the price paid for eligible families, new licensed places, and a wage supplement for staff."""

    type: Literal["childcare_support"]
    subsidy_share: Annotated[Share, Field(description="Share of the price paid for a child on a place.")] = (
        0.0
    )
    places: Annotated[Count, Field(description="Children who can be subsidised at the same time.")] = 0.0
    income_limit: Annotated[
        float,
        Field(
            gt=0.0,
            le=10.0,
            description="Eligible below this multiple of the household's self-sufficiency wage.",
        ),
    ] = 1.0
    slots: Annotated[
        Count, Field(description="Licensed places providers are paid to add (they need staff).")
    ] = 0.0
    cost_per_slot: Annotated[
        Dollars, Field(description="Dollars a month paid to a provider for one added place. Default assumed.")
    ] = 120.0
    wage_supplement: Annotated[
        float, Field(ge=0.0, le=50.0, description="Dollars an hour added to the wages of childcare staff.")
    ] = 0.0
    zones: Zones = ()


class SkillsBasedHiring(InstrumentModel):
    """Skills-based and second-chance hiring: employers are asked to drop credential and record screens."""

    type: Literal["skills_based_hiring"]
    contacts_per_month: Annotated[Count, Field(description="Employers asked in a month.")] = 0.0
    fidelity: Annotated[
        Share, Field(description="Share of employers announcing it who carry it out, when fully ramped.")
    ] = 0.25
    cost_per_contact: Annotated[
        Dollars, Field(description="Dollars for one employer asked and coached. Default assumed.")
    ] = 1_500.0
    second_chance: Annotated[bool, Field(description="Also ask to hire people with a justice record.")] = (
        False
    )
    zones: Zones = ()


Instrument = Annotated[
    ApprenticeshipExpansion | ChildcareSupport | SkillsBasedHiring, Field(discriminator="type")
]

INSTRUMENTS: dict[str, type[InstrumentModel]] = {
    "apprenticeship_expansion": ApprenticeshipExpansion,
    "childcare_support": ChildcareSupport,
    "skills_based_hiring": SkillsBasedHiring,
}
