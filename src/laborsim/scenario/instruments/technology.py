"""Settings of instruments on AI and technology."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from laborsim.scenario.instruments.base import Count, Dollars, InstrumentModel, Share


class AIAdoption(InstrumentModel):
    """AI adoption faster or slower, and cushions for the displaced: shared work, redeployment, wage insurance."""

    type: Literal["ai_adoption"]
    speed: Annotated[
        float, Field(ge=0.0, le=10.0, description="Yearly growth of adoption relative to the scenario's own.")
    ] = 1.0
    speed_cost: Annotated[
        Dollars, Field(description="Dollars a month while adoption is sped up or slowed. Default assumed.")
    ] = 20_000.0
    work_sharing: Annotated[
        Share, Field(description="Share of those about to be laid off for technology who stay on shared work.")
    ] = 0.0
    work_sharing_cost: Annotated[
        Dollars, Field(description="Dollars for one person kept and month: part of a benefit. Default assumed.")
    ] = 400.0
    redeployment: Annotated[
        Share, Field(description="Share of those displaced who may take another post with their employer.")
    ] = 0.0
    redeployment_cost: Annotated[
        Dollars, Field(description="Dollars for one person redeployed, training on the job. Default assumed.")
    ] = 5_000.0
    places: Annotated[
        Count, Field(description="People a month, at most, on shared work and as many redeployed.")
    ] = 1_000.0
    wage_insurance: Annotated[
        float, Field(ge=0.0, le=0.9, description="Share of the loss of wage paid to the displaced in a new job.")
    ] = 0.0
    wage_insurance_months: Annotated[
        int, Field(ge=1, le=36, description="Months after the loss of the job in which it is paid.")
    ] = 24
    wage_insurance_most: Annotated[
        float, Field(gt=0.0, le=10_000.0, description="Dollars a month for one person, at most. Default assumed.")
    ] = 420.0
