"""Settings of instruments that serve people: job centers, help with travel, outreach, help with rent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from laborsim.scenario.instruments.base import Count, Dollars, InstrumentModel, Share, Zones


class JobCenterServices(InstrumentModel):
    """Job centers: people served who look for work, claimants called in, employers asked for their vacancies."""

    type: Literal["job_center_services"]
    places_per_month: Annotated[Count, Field(description="People who can be served in a month.")] = 0.0
    cost_per_person: Annotated[
        Dollars, Field(description="Dollars for one person served. Default: RESEA, about $290 a claimant (DOL).")
    ] = 290.0
    applications: Annotated[
        float, Field(ge=0.0, le=10.0, description="More applications in a month of service. Default assumed.")
    ] = 2.0
    months: Annotated[
        int, Field(ge=1, le=12, description="Months for which a person served is helped while looking for work.")
    ] = 1
    fields_shown: Annotated[
        int, Field(ge=0, le=10, description="Fields of work shown to a person, near and with vacancies.")
    ] = 1
    coaching: Annotated[
        Share, Field(description="How far the wage asked for moves to the least that jobs pay the person.")
    ] = 0.5
    referrals: Annotated[
        int, Field(ge=0, le=5, description="Applications that go to vacancies a caseworker names.")
    ] = 1
    uninsured_share: Annotated[
        Share, Field(description="Least share of places for people who do not draw unemployment insurance.")
    ] = 0.0
    called: Annotated[
        Share, Field(description="Share of new claimants called in.")
    ] = 0.0
    sanction: Annotated[
        bool, Field(description="Whether the benefit of claimants called is suspended until they come.")
    ] = True
    walk_in: Annotated[bool, Field(description="Whether others than claimants called in are served.")] = True
    review: Annotated[
        Share,
        Field(
            description="Of the claimants called who come, the share found not to meet the rules: the benefit is"
            " suspended until they do. The others keep up their search while they are helped."
        ),
    ] = 0.0
    advertising: Annotated[
        Share, Field(description="Added share of the unemployed who know of the centers.")
    ] = 0.0
    employer_contacts_per_month: Annotated[
        Count, Field(description="Employers visited in a month about their vacancies.")
    ] = 0.0
    cost_per_employer: Annotated[
        Dollars, Field(description="Dollars for one employer visited. Default assumed.")
    ] = 250.0
    centers: Annotated[
        tuple[str, ...],
        Field(strict=False, max_length=200, description="Zones with a center; none: every zone served."),
    ] = ()
    zones: Zones = ()


class TransportSupport(InstrumentModel):
    """Help with travel for people who look for work and in the first months of the job they find."""

    type: Literal["transport_support"]
    places: Annotated[Count, Field(description="People who can have help at the same time.")] = 0.0
    paid: Annotated[Share, Field(description="Share of fares or fuel that is paid.")] = 0.5
    rides: Annotated[bool, Field(description="Rides for those without a car, who can then reach what others can.")] = (
        False
    )
    only_without_car: Annotated[bool, Field(description="Places only for people without a car.")] = False
    wage_limit: Annotated[
        Dollars, Field(description="Places only for people whose last wage was below this, dollars an hour; 0: any.")
    ] = 0.0
    cost_per_user: Annotated[
        Dollars, Field(description="Dollars for one user and month. Default assumed: a transit pass.")
    ] = 75.0
    cost_per_rider: Annotated[
        Dollars, Field(description="Dollars a month on top for one person given rides. Default assumed.")
    ] = 300.0
    zones: Zones = ()


class AwarenessOutreach(InstrumentModel):
    """Outreach: people are told of fields of work and kinds of training they do not know."""

    type: Literal["awareness_outreach"]
    contacts_per_month: Annotated[Count, Field(description="People told in a month.")] = 0.0
    cost_per_contact: Annotated[Dollars, Field(description="Dollars for one contact. Default assumed.")] = 40.0
    fields: Annotated[
        tuple[str, ...],
        Field(strict=False, max_length=22, description='Fields of work: SOC major groups such as "47".'),
    ] = ()
    programs: Annotated[
        tuple[
            Literal[
                "apprenticeship",
                "ojt",
                "classroom",
                "customized",
                "sectoral",
                "pre_apprenticeship",
                "pathway",
                "cte",
            ],
            ...,
        ],
        Field(strict=False, max_length=8, description="Kinds of training."),
    ] = ()
    sexes: Annotated[
        tuple[Literal["male", "female"], ...], Field(strict=False, max_length=2, description="None: both.")
    ] = ()
    races: Annotated[
        tuple[Literal["white", "black", "hispanic", "asian", "other"], ...],
        Field(strict=False, max_length=5, description="Race/ethnicity groups; none: all."),
    ] = ()
    under_represented: Annotated[
        bool, Field(description="Only groups with less than their share of the fields' jobs.")
    ] = False
    age_from: Annotated[int, Field(ge=16, le=80, description="Youngest age told.")] = 16
    age_to: Annotated[int, Field(ge=16, le=80, description="Oldest age told.")] = 54
    zones: Zones = ()

    @model_validator(mode="after")
    def _something_to_tell(self) -> AwarenessOutreach:
        if not self.fields and not self.programs:
            raise ValueError("name at least one of fields or programs that people are told of")
        if self.under_represented and not self.fields:
            raise ValueError("under_represented needs fields: it compares their jobs with the labor force")
        if self.age_from > self.age_to:
            raise ValueError("age_from is above age_to")
        return self


class HousingSupport(InstrumentModel):
    """Help with rent for families with low earnings; it falls with what they earn."""

    type: Literal["housing_support"]
    families: Annotated[Count, Field(description="Families that can have help at the same time.")] = 0.0
    rent: Annotated[
        Dollars, Field(description="Rent that counts, dollars a month; families pay 30% of what they earn of it.")
    ] = 900.0
    income_limit: Annotated[
        Dollars, Field(description="A family may ask when it earns less than this by work, dollars a month.")
    ] = 2_500.0
    cost_per_family: Annotated[
        Dollars, Field(description="Dollars a month to run it for one family. Default assumed.")
    ] = 60.0
    zones: Zones = ()
