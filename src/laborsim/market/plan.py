"""The month's plan: named stages in order, each timed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from laborsim.market import (
    calendar,
    childcare,
    coaching,
    demand,
    demography,
    hiring,
    participation,
    practices,
    quality,
    separations,
    services,
    training,
    vacancies,
    wages,
)
from laborsim.market.month import Month


@dataclass
class Stage:
    """One named step of the month."""

    name: str
    does: str
    run: Callable[[Month], None]
    prepare: Callable[[Month], None] | None = None
    settles: bool = False  # part of the months of settling before the start
    seconds: float = 0.0


@dataclass
class Plan:
    """The month, in order. Printing it shows the stages and the seconds spent in each."""

    stages: list[Stage] = field(default_factory=list)

    def __iter__(self) -> Iterator[Stage]:
        return iter(self.stages)

    def prepare(self, month: Month) -> None:
        """Let every stage set up what it remembers, before the first month."""
        for stage in self.stages:
            if stage.prepare is not None:
                stage.prepare(month)

    def run(self, month: Month) -> None:
        """Run one month."""
        for stage in self.stages:
            begin = perf_counter()
            month.begun += 1
            stage.run(month)
            stage.seconds += perf_counter() - begin

    def settle(self, month: Month, months: int) -> None:
        """Let jobs, pay and vacancies find their level before the first month, with demand as at the start.

        Demography runs as well, so that the posts that retirement and moves leave open are there when the first month
        comes; nobody trains. These months have negative numbers, and all dates move back by as many, so that people
        have the ages they were made with when settling begins.
        """
        month.scratch["sector_shock"] = np.ones((month.economy.sectors, month.economy.zones))
        people = month.world.people
        month.world.move_dates(-months)
        for index in range(-months, 0):
            month.index = index
            month.counts.reset()
            for stage in self.stages:
                if stage.settles:
                    month.begun += 1
                    stage.run(month)
            people.last[: people.size] = people.state[: people.size]
        month.counts.reset()
        month.index = 0

    def add(self, name: str, does: str, run: Callable[[Month], None]) -> None:
        """Append a stage (the model adds its indicators last)."""
        self.stages.append(Stage(name, does, run))

    def seconds(self) -> dict[str, float]:
        """Seconds spent in each stage so far."""
        return {s.name: s.seconds for s in self.stages}

    def __repr__(self) -> str:
        total = sum(s.seconds for s in self.stages)
        lines = [f"{n:2d}. {s.name:<14} {s.seconds:8.3f} s  {s.does}" for n, s in enumerate(self.stages, 1)]
        return "\n".join([*lines, f"    {'total':<14} {total:8.3f} s"])


def standard_plan() -> Plan:
    """The month's stages but the last, the accounts, which the model adds."""
    return Plan(
        [
            Stage("calendar", "dated events: plants, shocks, benefit rules", calendar.stage),
            Stage("practices", "employers drop or keep screens", practices.stage),
            Stage("quality", "coaching, practices, scores of job quality", coaching.stage, quality.prepare),
            Stage(
                "demography",
                "deaths, births, youth, retirement, migration",
                demography.stage,
                demography.prepare,
                settles=True,
            ),
            Stage("demand", "targets of job cells, entry and exit", demand.stage, demand.prepare, settles=True),
            Stage("childcare", "places and prices by zone", childcare.stage, childcare.prepare, settles=True),
            Stage("services", "outreach, help with rent", services.stage),
            Stage(
                "participation",
                "who starts and stops looking",
                participation.stage,
                participation.prepare,
                settles=True,
            ),
            Stage("separations", "recalls, quits, bad matches, layoffs", separations.stage, settles=True),
            Stage("vacancies", "opened, aged, withdrawn", vacancies.stage, settles=True),
            Stage("matching", "search, applications, offers, hires", hiring.stage, hiring.prepare, settles=True),
            Stage("wages", "posted wages, reviews, skill, hours", wages.stage, wages.prepare, settles=True),
            Stage(
                "training",
                "applications, seats, progress, credentials",
                training.stage,
                training.prepare,
            ),
        ]
    )
