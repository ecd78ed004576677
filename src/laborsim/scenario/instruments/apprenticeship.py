"""Settings of instruments on registered apprenticeship."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from laborsim.scenario.instruments.base import Count, Dollars, InstrumentModel, Share, Zones


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
