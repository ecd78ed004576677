"""Policies that answer a question: the scenario's own, or a standard package where it has none.

Standard packages are declared in scenario/probes.toml: one for each instrument, at the same money a year.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import laborsim.scenario
from laborsim.scenario.fields import month_number
from laborsim.scenario.schema import Policy, Scenario
from laborsim.study.questions.bench import Arm
from laborsim.study.words import money

FILE = Path(laborsim.scenario.__file__).with_name("probes.toml")
PREFIX = "standard_"
LEAD = 12  # months after the start at which standard packages begin if the scenario has no policy


@dataclass(frozen=True)
class Probe:
    """A standard package.

    Attributes
    ----------
    name, title, note : as declared.
    kind : what it is an example of ("childcare", "training" ...).
    mix : whether it is a candidate of a mix.
    policy : without its start.
    """

    name: str
    title: str
    kind: str
    mix: bool
    policy: dict[str, Any]


@cache
def declared() -> tuple[dict[str, Any], tuple[Probe, ...]]:
    """Settings all packages share, and the packages."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))
    shared = found["all"]
    own = {"kind", "mix"}
    probes = tuple(
        Probe(name, p["title"], p["kind"], bool(p.get("mix", True)), {k: v for k, v in p.items() if k not in own})
        for name, p in found["packages"].items()
    )
    return shared, probes


@cache
def kinds() -> dict[str, tuple[str, ...]]:
    """Types of instrument of each kind of policy."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))["kinds"]
    return {kind: tuple(types) for kind, types in found.items()}


@cache
def tested() -> tuple[str, ...]:
    """Parameters whose range is looked at when a recommendation is doubted."""
    return tuple(tomllib.loads(FILE.read_text(encoding="utf-8"))["trust"]["assumptions"])


def budget() -> float:
    """Dollars a year of a standard package."""
    return float(declared()[0]["budget"])


def standard(spec: Scenario, probe: Probe, **changes: Any) -> Policy:
    """A standard package as a policy of a scenario: it starts with the first of the scenario's own policies."""
    shared, _ = declared()
    data = {**shared, **probe.policy, "start": start_of(spec), **changes}
    return Policy.model_validate(data)


def start_of(spec: Scenario) -> str:
    """Month in which standard packages start."""
    starts = [p.start or spec.start for p in spec.policies.values() if not p.combine]
    first = min(starts, key=month_number) if starts else spec.month_label(min(LEAD, spec.months // 3))
    return str(first)


def own(spec: Scenario, *wanted: str) -> list[str]:
    """The scenario's policies with an instrument of one of some kinds and a budget; not those that combine others."""
    types = {t for kind in wanted for t in kinds().get(kind, ())}
    return [
        name
        for name, p in spec.policies.items()
        if not p.combine and p.budget and any(i.type in types for i in p.instruments)
    ]


@dataclass
class Choice:
    """Policies that a question compares.

    Attributes
    ----------
    arms : one for each; extra : those of them that are standard packages.
    kind_of : kind each stands for.
    """

    arms: list[Arm]
    extra: dict[str, Policy]
    kind_of: dict[str, str]

    def titles(self) -> dict[str, str]:
        """Name -> title, with "(standard package)" where it is one."""
        return {a.name: a.title + (" (standard package)" if a.name in self.extra else "") for a in self.arms}

    @property
    def names(self) -> list[str]:
        """Names of the arms."""
        return [a.name for a in self.arms]

    def remark(self, spec: Scenario) -> str:
        """That standard packages were used, and which; empty if none was."""
        if not self.extra:
            return ""
        return (
            f"The scenario has no policy of its own for {', '.join(self.extra[n].title.lower() for n in self.extra)}: "
            f"standard packages of {money(budget())} a year from {start_of(spec)} stand in."
        )


def choose(spec: Scenario, wanted: Sequence[str], always_standard: bool = False) -> Choice:
    """For each kind the scenario's own policies, or all standard packages of the kind.

    Parameters
    ----------
    wanted : kinds, in order.
    always_standard : take standard packages even if the scenario has policies of its own, so that money is alike.
    """
    arms: list[Arm] = []
    extra: dict[str, Policy] = {}
    kind_of: dict[str, str] = {}
    for kind in wanted:
        mine = [] if always_standard else own(spec, kind)
        for name in (n for n in mine if n not in kind_of):
            arms.append(Arm(name, spec.policies[name].title or name, name))
            kind_of[name] = kind
        if mine:
            continue
        for probe in declared()[1]:
            if probe.kind == kind:
                name = PREFIX + probe.name
                extra[name] = standard(spec, probe)
                arms.append(Arm(name, probe.title, name))
                kind_of[name] = kind
    return Choice(arms, extra, kind_of)


def choose_side(spec: Scenario, wanted: Sequence[str]) -> Choice:
    """One side of a comparison: the scenario's own policies of any of some kinds; standard packages if it has none."""
    mine = [kind for kind in wanted if own(spec, kind)]
    return choose(spec, mine or wanted[:2])


def both(one: Choice, other: Choice) -> Choice:
    """Two sides together; a policy that is on both belongs to the first."""
    rest = [a for a in other.arms if a.name not in one.names]
    return Choice([*one.arms, *rest], one.extra | other.extra, other.kind_of | one.kind_of)


__all__ = [
    "Choice", "Probe", "both", "budget", "choose", "choose_side", "declared", "kinds", "own", "standard", "start_of",
    "tested",
]  # fmt: skip
