"""Settings of instruments on how employers hire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from laborsim.scenario.instruments.base import Count, Dollars, InstrumentModel, Share, Zones


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
