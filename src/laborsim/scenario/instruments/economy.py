"""Settings of instruments on the rules and employers of a region: wage floor, insurance, start-ups, attraction."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from laborsim.scenario.instruments.base import Count, Dollars, InstrumentModel, Share, Zones

Wage = Annotated[float, Field(ge=0.0, le=100.0)]


class WageFloor(InstrumentModel):
    """A wage floor above the law: everyone who works in the zones is paid at least so much."""

    type: Literal["wage_floor"]
    dollars: Annotated[Wage, Field(description="Dollars an hour, in the model's dollars, when phased in.")] = 0.0
    start_dollars: Annotated[Wage, Field(description="Dollars an hour in the first month.")] = 0.0
    phase_in_months: Annotated[
        int, Field(ge=0, le=240, description="Months from the first floor to the last.")
    ] = 0
    enforcement_cost: Annotated[
        Dollars, Field(description="Dollars a month for information and enforcement. Default assumed.")
    ] = 15_000.0
    zones: Zones = ()


class UIRules(InstrumentModel):
    """Unemployment insurance: more weeks, dollars on top, and help to claim for those who would not."""

    type: Literal["ui_rules"]
    extra_weeks: Annotated[
        int, Field(ge=0, le=200, description="Weeks added for those who lose work meanwhile.")
    ] = 0
    supplement: Annotated[float, Field(ge=0.0, le=2000.0, description="Dollars a week on top of benefits.")] = 0.0
    takeup_help: Annotated[
        Share, Field(description="Share of those eligible who would not claim and are helped to.")
    ] = 0.0
    cost_per_help: Annotated[
        Dollars, Field(description="Dollars for one person helped to claim. Default assumed.")
    ] = 150.0


class StartupSupport(InstrumentModel):
    """Start-ups: grants and coaching for people who open a small establishment."""

    type: Literal["startup_support"]
    startups_per_year: Annotated[Count, Field(description="Establishments helped to open in a year.")] = 0.0
    cost_per_startup: Annotated[
        Dollars, Field(description="Dollars for one of them, grant and coaching. Default assumed.")
    ] = 6_000.0
    survival: Annotated[
        Share, Field(description="Share by which coaching lowers their hazard of closing while it lasts.")
    ] = 0.1
    zones: Zones = ()


class BusinessAttraction(InstrumentModel):
    """Attraction of employers who sell beyond the region: courted, paid per job if they come."""

    type: Literal["business_attraction"]
    prospects_per_year: Annotated[float, Field(ge=0.0, le=200.0, description="Employers courted in a year.")] = 0.0
    jobs: Annotated[int, Field(ge=1, le=100_000, description="Jobs of each.")] = 200
    incentive_per_job: Annotated[Dollars, Field(description="Dollars paid per job if it comes.")] = 0.0
    staff_cost: Annotated[Dollars, Field(description="Dollars a month for staff. Default assumed.")] = 20_000.0
    sector: Annotated[str, Field(description="NAICS sector; it must be a traded one.")] = "31-33"
    ramp_months: Annotated[int, Field(ge=1, le=120, description="Months until it has all its jobs.")] = 12
    wage_premium: Annotated[float, Field(ge=-0.5, le=1.0, description="Log wage premium it pays.")] = 0.05
    zones: Zones = ()
