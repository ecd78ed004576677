"""Settings of instruments on childcare."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from laborsim.scenario.instruments.base import Count, Dollars, InstrumentModel, Share, Zones


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
