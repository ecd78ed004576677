"""Settings of instruments on job quality."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from laborsim.scenario.instruments.base import Count, Dollars, InstrumentModel, Share, Zones

Principle = Literal[
    "recruitment_and_hiring",
    "benefits",
    "deia",
    "empowerment_and_representation",
    "job_security_and_working_conditions",
    "organizational_culture",
    "pay",
    "skills_and_career_advancement",
]


class JobQuality(InstrumentModel):
    """Coaching on the Good Jobs principles: employers adopt practices, some in a randomised pilot, and peers copy."""

    type: Literal["job_quality"]
    contacts_per_month: Annotated[Count, Field(description="Employers coaches visit in a month.")] = 0.0
    cost_per_contact: Annotated[
        Dollars, Field(description="Dollars for one employer visited and coached. Default assumed.")
    ] = 2_000.0
    principles: Annotated[
        tuple[Principle, ...],
        Field(strict=False, min_length=1, max_length=8, description="Principles of the practices coached."),
    ]
    adoption_grant: Annotated[
        Dollars, Field(description="Dollars paid to an employer that adopts the practices.")
    ] = 0.0
    fidelity: Annotated[
        Share, Field(description="Share of a practice's effect that comes about, when fully ramped.")
    ] = 0.6
    control_share: Annotated[
        float,
        Field(ge=0.0, le=0.9, description="Share of willing employers a draw keeps as controls; 0: no pilot."),
    ] = 0.0
    control_months: Annotated[
        int, Field(ge=6, le=60, description="Months of the pilot; after them the controls adopt, too.")
    ] = 24
    sectors: Annotated[
        tuple[str, ...],
        Field(strict=False, max_length=30, description="NAICS sectors it is limited to; none: every sector."),
    ] = ()
    workers: Annotated[
        Literal["any", "represented", "not_represented"],
        Field(description="Limit it to employers whose workers are, or are not, represented."),
    ] = "any"
    zones: Zones = ()
