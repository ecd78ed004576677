"""From a scenario to what a run starts with: given conditions, programs, people and employers, dated events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from laborsim.market.economy import Economy
from laborsim.market.events import PLANT_CLOSURE, PLANT_OPENING, SECTOR_SHOCK, Event
from laborsim.market.programs import Programs
from laborsim.market.tables import World
from laborsim.scenario.parameters import Parameters
from laborsim.scenario.schema import BenefitRule, PlantClosure, PlantOpening, Scenario, SectorShock


@dataclass(frozen=True)
class Start:
    """What a run starts with. `world` is shared between runs: copy it before changing it."""

    economy: Economy
    programs: Programs
    parameters: Parameters
    world: World
    events: tuple[Event, ...]
    pack_hash: str


def start_of(spec: Scenario, scale: float | None = None) -> Start:
    """Given conditions and the synthesized region of a scenario; the last few are kept in memory.

    Parameters
    ----------
    spec : Scenario
    scale : share of people simulated; the scenario's own if None.
    """
    return _start(_Key(spec), spec.scale if scale is None else scale)


class _Key:
    """A scenario, compared by what can change a run."""

    def __init__(self, spec: Scenario) -> None:
        self.spec, self._hash = spec, (spec.run_hash(), spec.region)

    def __hash__(self) -> int:
        return hash(self._hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._hash == other._hash


@lru_cache(maxsize=2)
def _start(key: _Key, scale: float) -> Start:
    from laborsim.market.programs import regional_programs
    from laborsim.region.cache import load_or_synthesize
    from laborsim.region.conditions import conditions
    from laborsim.region.pack import load_pack
    from laborsim.scenario.programs import load_programs

    spec = key.spec
    parameters = spec.parameters()
    pack, national = load_pack(spec.region), load_pack("national")
    economy = conditions(pack, national, spec.start, spec.months, drivers=spec.scenario.drivers, parameters=parameters)
    economy = with_rules(economy, spec)
    world = load_or_synthesize(pack, national, economy, parameters, scale, spec.seed)
    programs = regional_programs(load_programs(), economy, world, scale)
    return Start(economy, programs, parameters, world, events(spec, economy), f"{pack.hash()}+{national.hash()}")


def events(spec: Scenario, economy: Economy) -> tuple[Event, ...]:
    """Dated events of a scenario as the market knows them."""
    found: list[Event] = []
    for e in spec.events:
        if isinstance(e, BenefitRule):
            continue
        zone = -1 if e.zone is None else economy.zone_codes.index(e.zone)
        common: dict[str, Any] = {
            "month": spec.month_index(e.month),
            "zone": zone,
            "sector": economy.sector_codes.index(e.sector),
            "ramp": max(e.ramp_months, 1),
        }
        if isinstance(e, PlantOpening):
            found.append(Event(PLANT_OPENING, jobs=e.jobs, wage_premium=e.wage_premium, **common))
        elif isinstance(e, PlantClosure):
            found.append(Event(PLANT_CLOSURE, jobs=e.jobs, **common))
        elif isinstance(e, SectorShock):
            until = {} if e.until is None else {"until": spec.month_index(e.until)}
            found.append(Event(SECTOR_SHOCK, factor=e.factor, **until, **common))
    return tuple(found)


def with_rules(economy: Economy, spec: Scenario) -> Economy:
    """The economy with the benefit rules and wage floors that a scenario's events set."""
    for e in spec.events:
        if not isinstance(e, BenefitRule):
            continue
        first = max(spec.month_index(e.month), 0)
        last = economy.months if e.until is None else min(spec.month_index(e.until) + 1, economy.months)
        zones = [economy.zone_codes.index(z) for z in e.zones] or list(range(economy.zones))
        value: Any = np.array(getattr(economy, e.rule))
        if e.rule == "ui_replacement":
            value[zones] = e.value
        elif e.rule in ("ui_supplement", "ui_all"):
            value[first:last] = e.value
        else:
            value[first:last, zones] = e.value
        economy = replace(economy, **{e.rule: value})
    return economy
