"""Declared types of training program: what `programs.toml` says, checked."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Kind = Literal["apprenticeship", "ojt", "classroom", "customized", "sectoral", "pre_apprenticeship", "pathway", "cte"]
Education = Literal["less_than_hs", "hs", "some_college", "associate", "bachelor", "graduate"]


class ProgramType(BaseModel):
    """One type of program, offered by providers in several zones.

    Attributes
    ----------
    code, title, kind : labels; kind is one of codes.PROGRAM_KINDS.
    occupations : first four characters of the SOC minor groups trained for, such as "47-2".
    starts : starts a year per person in the labor force, without any policy.
    months, hours : length and hours a week.
    education : least education to enter; least_age in years; background_check keeps out people with a record.
    price, cost : dollars a participant is charged; dollars a start costs all payers together.
    wage_share : wage while training as a share of the job's posted wage; 0 unpaid.
    dropout : monthly drop-out hazard of a trainee without any trouble.
    fit, skill : fit of the curriculum to vacancies and skill reached at completion, 0..1.
    credential : field of the credential earned, "" none.
    source, grade : where the figures come from and how good they are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    kind: Kind
    occupations: Annotated[tuple[str, ...], Field(min_length=1)]
    starts: Annotated[float, Field(ge=0.0, le=0.05)]
    months: Annotated[int, Field(ge=1, le=72)]
    hours: Annotated[float, Field(gt=0.0, le=60.0)]
    education: Education = "less_than_hs"
    least_age: Annotated[int, Field(ge=14, le=30)] = 18
    background_check: bool = False
    price: Annotated[float, Field(ge=0.0)] = 0.0
    cost: Annotated[float, Field(ge=0.0)] = 0.0
    wage_share: Share = 0.0
    dropout: Share
    fit: Share
    skill: Share
    credential: str = ""
    source: str
    grade: Literal["measured", "published", "calibrated", "assumed"]


def load_programs(path: Path | None = None) -> tuple[ProgramType, ...]:
    """Types of program declared in a TOML file (the package's own by default).

    Raises
    ------
    ValueError
        If a field is missing or out of range, a code is repeated, or two apprenticeships (or two OJT programs)
        train for the same occupation.
    """
    path = path or Path(__file__).with_name("programs.toml")
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    types = tuple(ProgramType(code=code, **entry) for code, entry in found.items())
    for kind in ("apprenticeship", "ojt"):
        # An employer's vacancy belongs to one such program.
        seen: dict[str, str] = {}
        for t in types:
            for occupation in t.occupations if t.kind == kind else ():
                if occupation in seen:
                    raise ValueError(f"{path.name}: {seen[occupation]} and {t.code} both train for {occupation}")
                seen[occupation] = t.code
    return types
