"""The experiment file: a scenario, what is varied (uncertainties, levers), what is looked at (outcomes), the design.

`load_experiment` reads and checks one: every problem at once, each with its line, as for scenario files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from laborsim.scenario.fields import LongText, Text, wrong
from laborsim.scenario.load import Known, load_scenario
from laborsim.scenario.messages import field_problems
from laborsim.scenario.places import Place
from laborsim.scenario.problems import Problem, ScenarioError, listed, nearest
from laborsim.scenario.reading import read_document
from laborsim.scenario.schema import BASELINE, Model, Policy, Scenario
from laborsim.study.analysis.tables import (
    MIX,
    DiscoverTable,
    OptimizeTable,
    SensitivityTable,
    Stopping,
    analysis_problems,
)
from laborsim.study.factors import Factor
from laborsim.study.measures import Measure
from laborsim.study.references import check_references, flat
from laborsim.study.variation import OutcomeTable, Value, Variation

# ways of choosing points; the last two need the extra "study"
Kind = Literal["full_factorial", "list", "latin_hypercube", "sobol"]


class Header(Model):
    """[experiment]. What is not stated is the scenario's."""

    scenario: Annotated[Text, Field(description="Scenario file, relative to this one.")]
    title: Text = ""
    notes: LongText = ""
    scale: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    replicates: Annotated[int, Field(ge=1, le=10_000, description="Runs of each point.")] | None = None
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    months: Annotated[int, Field(ge=1, le=600, description="Months simulated from the start.")] | None = None


class Design(Model):
    """[design]: which points of the space of factors are run. Each is run under every policy."""

    kind: Kind
    samples: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    levels: Annotated[int, Field(ge=1, le=1_000, description="Of each factor that is not a choice.")] = 3
    points: Annotated[tuple[dict[str, Value], ...], Field(strict=False, max_length=100_000)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Design:
        sampled = self.kind in ("latin_hypercube", "sobol")
        if sampled and self.samples is None:
            raise wrong(f"a {self.kind} design needs its number of samples", "samples = ..., 1 or more")
        if not sampled and self.samples is not None:
            raise wrong(f"samples do not belong to a {self.kind} design", "latin_hypercube or sobol")
        if (self.kind == "list") != bool(self.points):
            raise wrong("points belong to a list design, and only to that", "kind = \"list\" with [[design.points]]")
        return self


class ExperimentFile(Model):
    """An experiment file as written, its factors checked one by one."""

    experiment: Header
    uncertainties: dict[str, Variation] = Field(default_factory=dict)
    levers: dict[str, Variation] = Field(default_factory=dict)
    policies: Annotated[tuple[str, ...], Field(strict=False)] | None = None
    outcomes: Annotated[dict[str, OutcomeTable], Field(min_length=1)]
    design: Design
    stopping: Stopping | None = None
    sensitivity: SensitivityTable = Field(default_factory=SensitivityTable)
    discover: DiscoverTable | None = None
    optimize: OptimizeTable | None = None


@dataclass(frozen=True)
class Experiment:
    """An experiment, read and checked.

    Attributes
    ----------
    name : file name without its ending.
    title, notes : what its author says.
    spec : the scenario, with the experiment's scale and seed.
    policies : run at every point, in this order.
    factors : what is varied; uncertainties first.
    measures : outcomes.
    kind, samples, levels, points : the design; `points` are those of a list.
    replicates : runs of each point, with the same seeds at all points; the most there may be if there is a
        stopping rule.
    months : simulated from the scenario's start.
    stopping, sensitivity, discover, optimize : what the analyses are asked; no run depends on them.
    """

    name: str
    title: str
    notes: str
    spec: Scenario
    policies: tuple[str, ...]
    factors: tuple[Factor, ...]
    measures: tuple[Measure, ...]
    kind: str
    samples: int
    levels: int
    points: tuple[dict[str, Any], ...]
    replicates: int
    months: int
    stopping: Stopping | None = None
    sensitivity: SensitivityTable = field(default_factory=SensitivityTable)
    discover: DiscoverTable | None = None
    optimize: OptimizeTable | None = None

    @property
    def seed(self) -> int:
        """Seed of the region, of the replicates and of the design."""
        return self.spec.seed

    def about(self) -> dict[str, Any]:
        """All that the runs and their outcomes depend on, in plain values; titles and notes are no part of it."""
        factors = {f.name: _said(f) for f in self.factors}
        return {
            "scenario": self.spec.name,
            "region": self.spec.scenario.region,
            "scale": self.spec.scale,
            "seed": self.seed,
            "months": self.months,
            "replicates": self.replicates,
            "policies": list(self.policies),
            "factors": factors,
            "outcomes": {m.name: {k: v for k, v in vars(m).items() if k != "name"} for m in self.measures},
            "design": {"kind": self.kind, "samples": self.samples, "levels": self.levels, "points": list(self.points)},
        }


def load_experiment(path: str | os.PathLike[str], known: Known | None = None) -> Experiment:
    """Read an experiment file and the scenario it names, and check all of both.

    Parameters
    ----------
    path : TOML file.
    known : regions, indicators and programs to check references against; None takes all the program knows.

    Raises
    ------
    laborsim.scenario.problems.ScenarioError
        With every problem found; `str()` gives one line each: `file:line: field: what is wrong; allowed; did you mean`.

    Examples
    --------
    >>> load_experiment("experiments/quick.toml").replicates  # doctest: +SKIP
    2
    """
    if known is None:
        from laborsim.loading import known as everything

        known = everything()
    path = Path(path)
    document = read_document(path, str(path))
    data, place = document.data, document.place
    if "scenario" in data and "experiment" not in data and isinstance(data["scenario"], dict):
        where, allowed = place.find(["scenario"]), "an experiment here; a scenario in run, compare, trial, ask"
        said = "this is a scenario, not an experiment"
        raise ScenarioError([Problem(where.file, where.line, "scenario", said, allowed)])
    problems: list[Problem] = []
    tables = _tables(data, place, problems)
    file, faults = field_problems(ExperimentFile, tables, place)
    problems += faults
    spec = _scenario(data, path, place, known, problems)
    if spec is None:
        raise ScenarioError(problems)
    found, faults = check_references(tables, place, spec, known)
    problems += faults
    against = {m.name: m.against for m in found.measures}
    if len(against) == len(tables.get("outcomes", ())):  # else what is wrong with them is said
        problems += analysis_problems(tables, place, found.policies, against, found.factors)
    if problems or file is None:
        raise ScenarioError(problems)
    head, design = file.experiment, file.design
    return Experiment(
        name=path.stem,
        title=head.title or path.stem,
        notes=head.notes,
        spec=spec,
        policies=found.policies,
        factors=found.factors,
        measures=found.measures,
        kind=design.kind,
        samples=design.samples or 0,
        levels=design.levels if design.kind == "full_factorial" else 0,
        points=design.points,
        replicates=spec.replicates,
        months=found.months,
        stopping=file.stopping,
        sensitivity=file.sensitivity,
        discover=file.discover,
        optimize=file.optimize,
    )


def remarks(experiment: Experiment) -> list[str]:
    """What is allowed and hardly meant: policies and outcomes that end before a policy begins.

    Examples
    --------
    >>> remarks(load_experiment("experiments/quick.toml"))  # doctest: +SKIP
    []
    """
    spec, said = experiment.spec, []
    for policy in experiment.policies:
        first = min((spec.policy_start(p) for p in spec.package(policy).values()), default=0)
        moved = (".start", ".adoption_delay_months")
        if any(f.name.endswith(moved) and policy in f.policies for f in experiment.factors):
            continue
        if first >= experiment.months:
            said.append(f"{policy!r} begins in {spec.month_label(first)}, after the last of {experiment.months} "
                        "months: it changes nothing")  # fmt: skip
            continue
        early = [m.name for m in experiment.measures if m.against and m.against != policy and m.last < first]
        if early:
            said.append(f"{policy!r} begins in {spec.month_label(first)}, after the months of {listed(early)}")
    return said


def _tables(data: dict[str, Any], place: Place, problems: list[Problem]) -> dict[str, Any]:
    """The tables with factors under their full names, and the list of policies taken out of the levers."""
    tables = dict(data)
    for kind in ("uncertainties", "levers"):
        written = tables.get(kind)
        if not isinstance(written, Mapping):
            continue
        written = dict(written)
        if kind == "levers" and "policy" in written:
            at = place.find((kind, "policy"))
            value = written.pop("policy")
            if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
                tables["policies"] = value
            else:
                allowed = 'names of policies, such as ["baseline", "childcare"]'
                problems.append(Problem(at.file, at.line, "levers.policy", "must be a list of names", allowed))
            place.parts.setdefault("policies", at)
        tables[kind] = flat(written, place.find((kind,)))
    return tables


def _scenario(
    data: dict[str, Any], path: Path, place: Place, known: Known, problems: list[Problem]
) -> Scenario | None:
    """The scenario named in the header, with the experiment's settings; its problems are added."""
    head = data.get("experiment")
    named = head.get("scenario") if isinstance(head, dict) else None
    if not isinstance(named, str) or not isinstance(head, dict):
        return None
    file = Path(os.path.normpath(path.parent / named))
    try:
        spec = load_scenario(file, known=known)
        wanted = {k: head.get(k) for k in ("scale", "replicates", "seed")}
        try:
            spec = spec.with_settings(**wanted)
        except ScenarioError:
            pass  # the field check has said what is wrong with the setting
        return _with_mix(spec, data.get("optimize"), place, problems)
    except ScenarioError as error:
        where = place.find(("experiment", "scenario"))
        problems += [
            p if p.line else Problem(where.file, where.line, "experiment.scenario", f"{p.file}: {p.message}",
                                     p.allowed, p.suggestion)
            for p in error.problems
        ]  # fmt: skip
        return None


def _with_mix(spec: Scenario, optimize: Any, place: Place, problems: list[Problem]) -> Scenario:
    """The scenario with one more policy that runs those together which [optimize] combines."""
    combine = optimize.get("combine") if isinstance(optimize, dict) else None
    if not isinstance(combine, list) or not combine:
        return spec
    plain = [name for name, policy in spec.policies.items() if not policy.combine]
    at = place.find(("optimize", "combine"))
    bad = [n for n in combine if n not in plain]
    for name in bad:
        problems.append(Problem(at.file, at.line, "optimize.combine", f"no policy {name!r} to combine", listed(plain),
                                nearest(name, plain)))  # fmt: skip
    if MIX in spec.policies:
        problems.append(Problem(at.file, at.line, "optimize.combine", f"the scenario has a policy {MIX!r} already",
                                f'policy = "{MIX}" instead of combine'))  # fmt: skip
    if bad or MIX in spec.policies:
        return spec
    mix = Policy(title="Mix of policies", owner="all of them", combine=tuple(combine))
    return spec.model_copy(update={"policies": {**spec.policies, MIX: mix}})


def _said(factor: Factor) -> dict[str, Any]:
    """What a factor's values depend on."""
    keys = {
        "choice": ("values", "weights"),
        "triangular": ("low", "high", "mode"),
        "normal": ("low", "high", "mean", "sd"),
    }.get(factor.distribution, ("low", "high"))
    return {"kind": factor.kind, "distribution": factor.distribution} | {k: getattr(factor, k) for k in keys}


__all__ = ["BASELINE", "Design", "Experiment", "ExperimentFile", "load_experiment", "remarks"]
