"""The month's plan: named stages in order, each timed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter

from laborsim.market import (
    calendar,
    childcare,
    demand,
    demography,
    hiring,
    participation,
    practices,
    separations,
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
            stage.run(month)
            stage.seconds += perf_counter() - begin

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
            Stage(
                "demography",
                "deaths, births, youth, retirement, migration",
                demography.stage,
                demography.prepare,
            ),
            Stage("demand", "targets of job cells, entry and exit", demand.stage, demand.prepare),
            Stage("childcare", "places and prices by zone", childcare.stage, childcare.prepare),
            Stage("participation", "who starts and stops looking", participation.stage),
            Stage("separations", "recalls, quits, bad matches, layoffs", separations.stage),
            Stage("vacancies", "opened, aged, withdrawn", vacancies.stage),
            Stage("matching", "search, applications, offers, hires", hiring.stage, hiring.prepare),
            Stage("wages", "posted wages, reviews, skill, hours", wages.stage, wages.prepare),
            Stage(
                "training",
                "applications, seats, progress, credentials",
                training.stage,
                training.prepare,
            ),
        ]
    )
