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
from laborsim.scenario.instruments.economy import BusinessAttraction, StartupSupport, UIRules, WageFloor
from laborsim.scenario.instruments.hiring import SkillsBasedHiring
from laborsim.scenario.instruments.quality import JobQuality
from laborsim.scenario.instruments.services import (
    AwarenessOutreach,
    HousingSupport,
    JobCenterServices,
    TransportSupport,
)
from laborsim.scenario.instruments.technology import AIAdoption
from laborsim.scenario.instruments.training import (
    CTE,
    CareerPathways,
    ClassroomTraining,
    CustomizedTraining,
    OJTReimbursement,
    PreApprenticeship,
    SectoralTraining,
    SectorPartnership,
    WorkExperience,
)

Instrument = Annotated[
    AIAdoption
    | ApprenticeshipExpansion
    | AwarenessOutreach
    | CTE
    | CareerPathways
    | BusinessAttraction
    | ChildcareSupport
    | ClassroomTraining
    | CustomizedTraining
    | HousingSupport
    | JobCenterServices
    | JobQuality
    | OJTReimbursement
    | PreApprenticeship
    | SectorPartnership
    | SectoralTraining
    | SkillsBasedHiring
    | StartupSupport
    | TransportSupport
    | UIRules
    | WageFloor
    | WorkExperience,
    Field(discriminator="type"),
]

INSTRUMENTS: dict[str, type[InstrumentModel]] = {
    "ai_adoption": AIAdoption,
    "apprenticeship_expansion": ApprenticeshipExpansion,
    "awareness_outreach": AwarenessOutreach,
    "career_pathways": CareerPathways,
    "business_attraction": BusinessAttraction,
    "childcare_support": ChildcareSupport,
    "classroom_training": ClassroomTraining,
    "cte": CTE,
    "customized_training": CustomizedTraining,
    "housing_support": HousingSupport,
    "job_center_services": JobCenterServices,
    "job_quality": JobQuality,
    "ojt_reimbursement": OJTReimbursement,
    "pre_apprenticeship": PreApprenticeship,
    "sector_partnership": SectorPartnership,
    "sectoral_training": SectoralTraining,
    "skills_based_hiring": SkillsBasedHiring,
    "transport_support": TransportSupport,
    "work_experience": WorkExperience,
    "startup_support": StartupSupport,
    "ui_rules": UIRules,
    "wage_floor": WageFloor,
}

__all__ = [
    "CTE",
    "INSTRUMENTS",
    "AIAdoption",
    "ApprenticeshipExpansion",
    "AwarenessOutreach",
    "BusinessAttraction",
    "CareerPathways",
    "ChildcareSupport",
    "ClassroomTraining",
    "CustomizedTraining",
    "HousingSupport",
    "Instrument",
    "InstrumentModel",
    "JobCenterServices",
    "JobQuality",
    "OJTReimbursement",
    "PreApprenticeship",
    "SectorPartnership",
    "SectoralTraining",
    "SkillsBasedHiring",
    "StartupSupport",
    "TransportSupport",
    "UIRules",
    "WageFloor",
    "WorkExperience",
]
