"""Collects every indicator at the end of each month of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators import (
    delivery,
    employers,
    equity,
    household,
    labor_force,
    mobility,
    observation,
    pipeline,
    population,
    quality,
    raises,
    replacement,
    technology,
    wages,
)
from laborsim.indicators.definitions import HEADLINES
from laborsim.indicators.frame import Frame
from laborsim.indicators.groups import add_rows, places, resident_groups
from laborsim.indicators.row import Row
from laborsim.indicators.segments import skill_codes
from laborsim.indicators.snapshot import Snapshot, stocks
from laborsim.indicators.tally import Tables, empty_tables, given, tally_cells, tally_people
from laborsim.market.codes import TEMPORARY_LAYOFF, UNEMPLOYED
from laborsim.market.economy import Economy
from laborsim.market.month import Month
from laborsim.market.programs import Programs

FAMILIES = (
    labor_force.fill, labor_force.fill_flows, observation.fill, wages.fill, household.fill, raises.fill, employers.fill,
    population.fill, pipeline.fill, equity.fill, quality.fill,
    mobility.fill, replacement.fill, technology.fill, delivery.fill,
)  # fmt: skip


class Collector:
    """Indicators of one run, month by month.

    Parameters
    ----------
    economy, programs : the run's given conditions and programs.
    parameters : mapping with `.room(name)`; the rooms `indicators` and `observation` are read.
    months : months of the run, rows of the frame.

    Notes
    -----
    Call `collect` once at the end of every month, while `people.last` still holds the states of the month
    before. Nothing that the market does depends on it, and it changes none of the market's columns.
    """

    def __init__(self, economy: Economy, programs: Programs, parameters: Mapping[str, Any], months: int) -> None:
        self.economy = economy
        self.programs = programs
        self.room: dict[str, Any] = parameters.room("indicators")  # type: ignore[attr-defined]
        self.observation: dict[str, Any] = parameters.room("observation")  # type: ignore[attr-defined]
        self.groups = resident_groups(economy)
        self.place_names, self.places = places(economy)
        self._skill = skill_codes(economy, self.room)
        self._spell: NDArray[np.uint8] | None = None
        self._tally: Tables | None = None
        self._row = Row()
        self._values = np.full((months, 0), np.nan)
        self._history: dict[str, Any] = {}
        self._headlines: list[int] = []  # where the headline figures stand in a row
        self.collected = 0

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_tally": None}  # scratch space

    def collect(self, month: Month) -> None:
        """Work out and keep this month's figures.

        Raises
        ------
        IndexError
            If the month is beyond those of the run.
        """
        if not 0 <= month.index < self._values.shape[0]:
            raise IndexError(f"month {month.index} is outside the run's {self._values.shape[0]} months")
        snapshot = self._snapshot(month)
        for family in FAMILIES:
            family(snapshot, self._row)
        values = self._row.close()
        if self._values.shape[1] != values.size:
            self._values = np.full((self._values.shape[0], values.size), np.nan)
        self._values[month.index] = values
        self.collected = month.index + 1

    def _snapshot(self, month: Month) -> Snapshot:
        slots = month.crew.threads
        if self._tally is None or self._tally.code.shape[0] != slots:
            self._tally = empty_tables(slots, self.economy.zones, self.economy.sectors)
        people = tally_people(month, given(month, self._skill, self.room), self._spells(month), self._tally)
        members, prime = self.groups.members, self.groups.prime
        wages = np.empty((len(self.groups) + 1, people.wage.shape[1]))
        wages[:-1] = add_rows(members, people.wage)
        wages[-1] = people.wage[-1]
        return Snapshot(
            month=month, groups=self.groups, place_names=self.place_names, places=self.places, people=people,
            cells=tally_cells(month), stocks=stocks(add_rows(members, people.code), add_rows(members, people.event)),
            prime=stocks(add_rows(prime, people.code), add_rows(prime, people.event)), wages=wages, room=self.room,
            observation=self.observation, history=self._history,
        )  # fmt: skip

    def _spells(self, month: Month) -> NDArray[np.uint8]:
        """Months unemployed so far, one number per row of people; from `since` when first asked for."""
        p = month.world.people
        if self._spell is None:
            self._spell = np.zeros(p.capacity, np.uint8)
            n = p.size
            jobless = (p.last[:n] == UNEMPLOYED) | (p.last[:n] == TEMPORARY_LAYOFF)
            self._spell[:n] = np.where(jobless, np.clip(month.index - p.since[:n].astype(np.int64), 1, 255), 0)
        elif self._spell.size < p.capacity:
            self._spell = np.concatenate([self._spell, np.zeros(p.capacity - self._spell.size, np.uint8)])
        return self._spell

    def frame(self) -> Frame:
        """All figures so far; months not yet collected are NaN."""
        return Frame(list(self._row.keys), list(self._row.units), self._values.copy(), self.economy.start)

    def reporters(self) -> dict[str, float]:
        """Headline figures of the last month collected, by name; empty before the first."""
        if not self.collected:
            return {}
        if not self._headlines:
            at = {key: k for k, key in enumerate(self._row.keys)}
            self._headlines = [at[(name, "all")] for name in HEADLINES]
        return dict(zip(HEADLINES, self._values[self.collected - 1, self._headlines].tolist(), strict=True))


__all__ = ["FAMILIES", "Collector"]
