"""Policy instruments as a planner writes them: one model per type, with its settings and unit costs.

What an instrument does to the market is written in `laborsim.policy`; here is only what may be asked for. A new type
is one more model in a module of its family, in `Instrument` and in `INSTRUMENTS`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from laborsim.scenario.instruments.apprenticeship import ApprenticeshipExpansion
from laborsim.scenario.instruments.base import InstrumentModel
from laborsim.scenario.instruments.childcare import ChildcareSupport
from laborsim.scenario.instruments.hiring import SkillsBasedHiring
from laborsim.scenario.instruments.quality import JobQuality
from laborsim.scenario.instruments.services import (
    AwarenessOutreach,
    HousingSupport,
    JobCenterServices,
    TransportSupport,
)
from laborsim.scenario.instruments.technology import AIAdoption

Instrument = Annotated[
    AIAdoption
    | ApprenticeshipExpansion
    | AwarenessOutreach
    | ChildcareSupport
    | HousingSupport
    | JobCenterServices
    | JobQuality
    | SkillsBasedHiring
    | TransportSupport,
    Field(discriminator="type"),
]

INSTRUMENTS: dict[str, type[InstrumentModel]] = {
    "ai_adoption": AIAdoption,
    "apprenticeship_expansion": ApprenticeshipExpansion,
    "awareness_outreach": AwarenessOutreach,
    "childcare_support": ChildcareSupport,
    "housing_support": HousingSupport,
    "job_center_services": JobCenterServices,
    "job_quality": JobQuality,
    "skills_based_hiring": SkillsBasedHiring,
    "transport_support": TransportSupport,
}

__all__ = [
    "INSTRUMENTS",
    "AIAdoption",
    "ApprenticeshipExpansion",
    "AwarenessOutreach",
    "ChildcareSupport",
    "HousingSupport",
    "Instrument",
    "InstrumentModel",
    "JobCenterServices",
    "JobQuality",
    "SkillsBasedHiring",
    "TransportSupport",
]
