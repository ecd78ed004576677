"""Declared types of training program: what `programs.toml` says, checked."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Kind = Literal[
    "apprenticeship", "ojt", "classroom", "customized", "sectoral", "pre_apprenticeship", "pathway", "cte",
    "work_experience",
]
PAYERS = ("employer", "provider", "board", "state", "federal")
MonthOfYear = Annotated[int, Field(ge=1, le=12)]
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
    fit : fit of the curriculum to vacancies.
    experience : months of work in the occupation that completing the program is worth.
    credential : field of the credential earned, "" none.
    most_age : greatest age to enter, years.
    ready : a completed pre-apprenticeship stands in for the schooling asked for.
    requires : field of a credential needed to enter, "" none: credentials stack into pathways.
    degree : schooling that completers who pass hold at least, "" what they had.
    income_limit : most that an applicant's household may earn by work relative to what it needs to be self-sufficient
        (all adults full-time at the self-sufficiency wage); 0 no limit.
    low_paid : people at work may enter only if they earn less a week than the self-sufficiency wage comes to full-time.
    priority : share of applicants, dislocated workers apart, whose place adult funds of WIOA would pay: of these,
        people of low income or without basic skills come before the others in the queue for places.
    screen : share of eligible applicants who pass the program's selection.
    intakes : months of the year when cohorts start; none: any month.
    instructors : seats that instructors at hand can serve, relative to the starts; None: `training.instructor_slack`.
    supports : share by which supports that are part of the program lower the drop-out hazard.
    employer_input : the curriculum is kept up with employers and does not age.
    site_spread : standard deviation between providers of the skill their completers reach.
    placement : chance a month that a completer has an interview with one of the program's partner employers.
    specific : share of the skill that is worth something with the training employer only.
    appeal : attention a seat gets relative to that of a course; recruits : the program finds its applicants itself, so
        that they need not know of such programs.
    hires : employers promise vacancies to completers (customized training of new hires).
    payers : shares of the cost beyond what participants are charged.
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
    experience: Annotated[float, Field(ge=0.0, le=120.0)]
    credential: str = ""
    most_age: Annotated[int, Field(ge=16, le=120)] = 120
    ready: bool = False
    requires: str = ""
    degree: Literal["", "hs", "some_college", "associate", "bachelor"] = ""
    income_limit: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    low_paid: bool = False
    priority: Share = 0.0
    screen: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    intakes: tuple[MonthOfYear, ...] = ()
    instructors: Annotated[float, Field(ge=1.0, le=10.0)] | None = None
    supports: Share = 0.0
    employer_input: bool = False
    site_spread: Annotated[float, Field(ge=0.0, le=0.5)] = 0.0
    placement: Share = 0.0
    specific: Share = 0.0
    appeal: Annotated[float, Field(ge=0.0, le=50.0)] = 1.0
    recruits: bool = False
    hires: bool = False
    payers: dict[str, Share] = {"provider": 1.0}
    source: str
    grade: Literal["measured", "published", "calibrated", "assumed"]


def load_programs(path: Path | None = None) -> tuple[ProgramType, ...]:
    """Types of program declared in a TOML file (the package's own by default).

    Raises
    ------
    ValueError
        Naming the file, the program and the field, for every fault: if a field is missing, unknown or out of range.
        Then the first of these: two apprenticeships (or two OJT programs) train for the same occupation, a required
        credential is earned nowhere, payers' shares do not sum to 1, or another kind than customized has `hires`.
    """
    path = path or Path(__file__).with_name("programs.toml")
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    types = tuple(_checked(path, found))
    for kind in ("apprenticeship", "ojt"):
        # An employer's vacancy belongs to one such program.
        seen: dict[str, str] = {}
        for t in types:
            for occupation in t.occupations if t.kind == kind else ():
                if occupation in seen:
                    raise ValueError(f"{path.name}: {seen[occupation]} and {t.code} both train for {occupation}")
                seen[occupation] = t.code
    earned = {t.credential for t in types}
    for t in types:
        if t.hires and t.kind != "customized":
            raise ValueError(f"{path.name}: {t.code}: only customized training can have `hires`")
        if t.requires and t.requires not in earned:
            raise ValueError(f"{path.name}: {t.code} requires the credential {t.requires!r}, which no program gives")
        if unknown := sorted(set(t.payers) - set(PAYERS)):
            raise ValueError(f"{path.name}: {t.code} is paid by {unknown[0]!r}: payers are {', '.join(PAYERS)}")
        if abs(sum(t.payers.values()) - 1.0) > 1e-6:
            raise ValueError(f"{path.name}: the shares of the payers of {t.code} do not sum to 1")
    return types


def _checked(path: Path, found: dict[str, dict[str, Any]]) -> list[ProgramType]:
    """The types with their fields checked one by one; all faults in one error."""
    types, faults, names = [], [], list(ProgramType.model_fields)
    for code, entry in found.items():
        try:
            types.append(ProgramType(code=code, **entry))
        except ValidationError as error:
            for e in error.errors():
                at, said = ".".join(map(str, e["loc"])), e["msg"]
                if e["type"] == "extra_forbidden":
                    near = get_close_matches(at, names, 1)
                    said = "no such field" + (f"; did you mean {near[0]!r}?" if near else "")
                faults.append(f"{path.name}: {code}.{at}: {said}")
    if faults:
        raise ValueError("\n".join(faults))
    return types


def stacks(types: tuple[ProgramType, ...]) -> dict[str, tuple[str, ...]]:
    """The graph of pathways: codes of the programs whose credential opens each program that requires one."""
    return {t.code: tuple(o.code for o in types if o.credential == t.requires) for t in types if t.requires}
