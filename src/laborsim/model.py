"""The model: a Mesa model that owns the tables, runs the month's plan and collects indicators."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from laborsim.assemble import start_of
from laborsim.indicators import Collector, Frame
from laborsim.indicators.definitions import HEADLINES
from laborsim.market.codes import GONE
from laborsim.market.counts import Counts
from laborsim.market.levers import Levers
from laborsim.market.month import Crew, Month
from laborsim.market.plan import Plan, standard_plan
from laborsim.market.tables import World
from laborsim.policy.package import Package
from laborsim.scenario.problems import nearest
from laborsim.scenario.schema import BASELINE, Scenario
from laborsim.views import View

if TYPE_CHECKING:
    import pandas as pd


class LaborMarket(mesa.Model):  # type: ignore[misc]
    """The labor market of a region, month by month.

    Parameters
    ----------
    spec : Scenario
        As `laborsim.load_scenario` reads it.
    policy : str, optional
        Name of one of its policies; None or "baseline" for none.
    rng : int, default 1
        Seed of the run: every draw is a function of it.
    scale : float, optional
        Share of people simulated, instead of the scenario's.
    threads : int, default 1
        Threads of the kernels; results do not depend on it.

    Examples
    --------
    >>> import laborsim
    >>> spec = laborsim.load_scenario("scenarios/independence-works-2025.toml")  # doctest: +SKIP
    >>> model = laborsim.LaborMarket(spec, rng=1, scale=0.01)  # doctest: +SKIP
    >>> model.run_for(12)  # doctest: +SKIP
    """

    def __init__(
        self, spec: Scenario, policy: str | None = None, rng: int = 1, scale: float | None = None, threads: int = 1
    ) -> None:
        _check(spec, policy, rng)
        super().__init__(rng=rng)
        self.spec = spec
        self.policy = policy or BASELINE
        self.scale = spec.scale if scale is None else scale
        start = start_of(spec, self.scale)
        self.economy, self.programs, self.parameters = start.economy, start.programs, start.parameters
        self.pack_hash = start.pack_hash
        self.world: World = start.world.copy()
        e = self.economy
        self.month = Month(
            index=0,
            seed=rng,
            world=self.world,
            economy=e,
            programs=self.programs,
            levers=Levers.neutral(e.zones, len(self.programs), len(e.major_codes)),
            counts=Counts.empty(e.sectors, e.zones, e.occupations, len(self.programs)),
            parameters=self.parameters,
            crew=Crew(threads),
            scale=self.scale,
            events=start.events,
        )
        self.package = Package(spec, self.policy, self.economy, self.programs, self.parameters, self.scale)
        self.collector = Collector(self.economy, self.programs, self.parameters, spec.months)
        self.observers: list[Callable[[Month], None]] = []  # look on at the end of each month, change nothing
        self.plan: Plan = standard_plan()
        self.plan.add("accounts", "money booked, indicators, flows", self._accounts)
        self.plan.prepare(self.month)
        self.plan.settle(self.month, int(self.parameters["model.settle_months"]))
        self.months = 0  # months simulated so far
        self.headlines: dict[str, float] = {}  # main indicators of the last month
        self.people = int(np.count_nonzero(self.world.people.state[: self.world.people.size] != GONE))
        self.employers = self.world.establishments.size
        self.datacollector = mesa.DataCollector(model_reporters={name: partial(_headline, name) for name in HEADLINES})

    def step(self) -> None:
        """Simulate one month."""
        m, e = self.month, self.economy
        m.index = self.months
        m.counts.reset()
        m.levers = Levers.neutral(e.zones, len(self.programs), len(e.major_codes))
        self.package.write(m.levers, m)
        self.plan.run(m)
        self.months += 1
        self.headlines = self.collector.reporters()
        self.datacollector.collect(self)

    def run_for(self, months: int) -> None:
        """Simulate some months."""
        for _ in range(months):
            self.step()

    def _accounts(self, month: Month) -> None:
        """Book the money, collect the indicators, close the month."""
        self.package.book(month.counts, month)
        self.collector.collect(month)
        for look in self.observers:
            look(month)
        people = self.world.people
        people.last[: people.size] = people.state[: people.size]

    # --- what people look at ---------------------------------------------------------------------
    @property
    def workers(self) -> View:
        """Everyone 16 and over."""
        return View(self.world.people, self.economy, self.months)

    @property
    def establishments(self) -> View:
        """Employers."""
        return View(self.world.establishments, self.economy, self.months)

    @property
    def cells(self) -> View:
        """Job cells: one row per occupation of each employer."""
        return View(self.world.cells, self.economy, self.months)

    @property
    def households(self) -> View:
        """Households."""
        return View(self.world.households, self.economy, self.months)

    def frame(self) -> Frame:
        """Indicators so far."""
        whole = self.collector.frame()
        return Frame(whole.keys, whole.units, whole.values[: self.months], whole.start)

    def spending(self) -> pd.DataFrame:
        """Money booked so far: policy, month, payer, item, units, dollars."""
        return self.package.spending()

    def state_hash(self) -> str:
        """Hex digest of every column and of all that stages remember, in a fixed order."""
        digest = hashlib.blake2b(digest_size=16)
        for table in self.world.tables():
            table.update_hash(digest)
        _hash_memory(digest, self.month.memory)
        return digest.hexdigest()

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = self.__dict__.copy()
        state["month"] = _without_scratch(self.month)
        return state


def _check(spec: Scenario, policy: str | None, rng: int) -> None:
    """Say what is wrong with the arguments before anything is made."""
    if isinstance(rng, bool) or not isinstance(rng, (int, np.integer)) or not 0 <= rng < 2**63:
        raise ValueError(f"rng is {rng!r}: the seed of a run is a whole number, 0 or more")
    if policy and policy != BASELINE and policy not in spec.policies:
        known = [BASELINE, *spec.policies]
        near = nearest(policy, known)
        hint = f"did you mean {near!r}? " if near else ""
        raise ValueError(f"the scenario has no policy {policy!r}: {hint}its policies are {', '.join(known)}")


def _headline(name: str, model: LaborMarket) -> float:
    """One headline figure of the last month; a partial of this is picklable, unlike a lambda."""
    return model.headlines[name]


def _hash_memory(digest: Any, memory: dict[str, Any]) -> None:
    for name in sorted(memory):
        value = memory[name]
        digest.update(name.encode())
        if isinstance(value, dict):
            _hash_memory(digest, value)
        elif isinstance(value, np.ndarray):
            digest.update(np.ascontiguousarray(value).data)
        else:
            digest.update(repr(value).encode())


def _without_scratch(month: Month) -> Month:
    from dataclasses import replace

    return replace(month, scratch={})
