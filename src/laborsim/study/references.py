"""What an experiment refers to: parameters, policies and their settings, indicators, months.

Checked against the scenario, on tables whose fields may be wrong themselves, so that all problems come at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from laborsim.scenario.fields import PAYERS, Group
from laborsim.scenario.load import Known
from laborsim.scenario.messages import field_name
from laborsim.scenario.places import Key, Place
from laborsim.scenario.problems import Problem, listed, nearest
from laborsim.scenario.schema import BASELINE, Scenario
from laborsim.study.factors import Factor
from laborsim.study.inputs import Fault, lever_factor, parameter_factor
from laborsim.study.measures import SPENDING, Measure
from laborsim.study.variation import OutcomeTable, Variation
from laborsim.study.vary import parameter_of

M = TypeVar("M", bound=BaseModel)
YEAR = 12  # months a mean is taken over unless the outcome says otherwise
MOST_POINTS = 1_000_000


@dataclass
class Found:
    """What the references of an experiment amount to."""

    policies: tuple[str, ...] = ()
    factors: tuple[Factor, ...] = ()
    measures: tuple[Measure, ...] = ()
    months: int = 0
    problems: list[Problem] = field(default_factory=list)


def flat(written: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Factors by their full dotted name, whether written `"a.b" = ...`, `a.b = ...` or in tables; lists as choices."""
    found: dict[str, Any] = {}
    for name, value, at in _leaves(written, place, ""):
        found[name] = {"values": value} if isinstance(value, list) else value
        if isinstance(value, list):
            at.parts = {"values": Place(at.file, at.line, at.parts)}
        place.parts[name] = at
    return found


def _leaves(written: Mapping[str, Any], place: Place, before: str) -> Iterator[tuple[str, Any, Place]]:
    for key, value in written.items():
        name, at = f"{before}{key}", place.parts.get(key, place)
        room = isinstance(value, dict) and value and not set(value) & set(Variation.model_fields)
        # the name of a parameter has two parts, an entry under it is its own, even if misspelt
        if room and all(isinstance(v, dict | list) for v in value.values()):
            yield from _leaves(value, at, name + ".")
        else:
            yield name, value, at


def check_references(tables: dict[str, Any], place: Place, spec: Scenario, known: Known) -> tuple[Found, list[Problem]]:
    """Factors, policies and outcomes of an experiment, with all that is wrong in them.

    Parameters
    ----------
    tables : as in the file, factors by their full name.
    place : where the keys stand.
    """
    check = _Check(tables, place, spec, known)
    check.run()
    return check.found, check.found.problems


class _Check:
    def __init__(self, tables: dict[str, Any], place: Place, spec: Scenario, known: Known) -> None:
        self.tables, self.place, self.spec, self.known = tables, place, spec, known
        self.too_long: Problem | None = None
        self.found = Found(months=self.months())

    def problem(self, path: Sequence[Key], message: str, allowed: str = "", meant: str = "") -> None:
        where = self.place.find(path)
        self.found.problems.append(Problem(where.file, where.line, field_name(path), message, allowed, meant))

    def table(self, name: str) -> dict[str, Any]:
        value = self.tables.get(name)
        return value if isinstance(value, dict) else {}

    def months(self) -> int:
        given = self.table("experiment").get("months")
        if isinstance(given, int) and given > self.spec.months:
            where = self.place.find(("experiment", "months"))
            self.too_long = Problem(
                where.file, where.line, "experiment.months", f"{given} is more than the scenario has",
                f"up to {self.spec.months} (to {self.spec.horizon})",
            )  # fmt: skip
        return min(given, self.spec.months) if isinstance(given, int) and given > 0 else self.spec.months

    def run(self) -> None:
        if self.too_long is not None:
            self.found.problems.append(self.too_long)
        self.policies()
        design = self.table("design")
        if design.get("kind") == "list":
            self.points(design)
        else:
            self.factors(design)
        self.measures()

    # --- policies ------------------------------------------------------------------------------------
    def policies(self) -> None:
        allowed = [BASELINE, *self.spec.policies]
        given = self.tables.get("policies")
        names: list[str] = list(given) if isinstance(given, list | tuple) else allowed
        for k, name in enumerate(names):
            if isinstance(name, str) and name not in allowed:
                where = self.place.find(("policies", k))
                text = f"the scenario has no policy {name!r}"
                self.found.problems.append(
                    Problem(where.file, where.line, f"levers.policy[{k + 1}]", text, listed(allowed),
                            nearest(name, allowed))
                )  # fmt: skip
        against = [o.get("against") for o in self.table("outcomes").values() if isinstance(o, dict)]
        wanted = [n for n in (*names, *against) if isinstance(n, str) and n in allowed]
        self.found.policies = tuple(dict.fromkeys(wanted))

    # --- factors -------------------------------------------------------------------------------------
    def factors(self, design: dict[str, Any]) -> None:
        factors: list[Factor] = []
        written = len(self.table("uncertainties")) + len(self.table("levers"))
        for kind in ("uncertainties", "levers"):
            for name, entry in self.table(kind).items():
                variation = _valid(Variation, entry)
                factor = self.factor(kind, name, variation or Variation(), (kind, name), variation is None)
                if factor is not None:
                    factors.append(factor)
        if not written and design.get("kind") in ("latin_hypercube", "sobol"):
            self.problem(("design", "kind"), "there is nothing to sample", "[uncertainties] or [levers]")
        self.found.factors = tuple(factors)
        if design.get("kind") == "full_factorial" and isinstance(levels := design.get("levels", 3), int):
            size = 1
            for factor in factors:
                size *= len(factor.levels(max(levels, 1)))
                if size > MOST_POINTS:
                    self.problem(("design", "levels"), "makes too many points", f"up to {MOST_POINTS:,} in all")
                    break

    def factor(
        self, kind: str, name: str, variation: Variation, path: Sequence[Key], name_only: bool = False
    ) -> Factor | None:
        """The factor, or None with what is wrong; `name_only` if its entry is known to be wrong."""
        try:
            if kind == "uncertainties":
                return parameter_factor(self.spec, name, variation)
            return lever_factor(self.spec, name, variation, self.found.policies)
        except Fault as fault:
            if not (name_only and fault.key != ""):
                here = (*path, fault.key) if fault.key and fault.key in self.place.find(path).parts else path
                self.problem(here, fault.message, fault.allowed, fault.meant)
            return None

    def points(self, design: dict[str, Any]) -> None:
        """Factors of a list: all that its points name, each a choice of the values it takes."""
        values: dict[str, list[Any]] = {}
        points = design.get("points")
        for k, point in enumerate(points if isinstance(points, list | tuple) else ()):
            for name, value in (point if isinstance(point, dict) else {}).items():
                if isinstance(value, dict | list):
                    continue  # the field check says so
                kind = "uncertainties" if parameter_of(name) or not _is_policy(self.spec, name) else "levers"
                one = Variation(values=(value,), source="a point of the list")
                if self.factor(kind, name, one, ("design", "points", k, name)) is not None:
                    values.setdefault(name, []).append(value)
        factors = []
        for name, taken in values.items():
            choice = Variation(values=tuple(dict.fromkeys(taken)))
            kind = "uncertainties" if parameter_of(name) else "levers"
            try:
                make = parameter_factor if kind == "uncertainties" else None
                factors.append(
                    make(self.spec, name, choice) if make
                    else lever_factor(self.spec, name, choice, self.found.policies)
                )  # fmt: skip
            except Fault:
                continue  # said above
        self.found.factors = tuple(sorted(factors, key=lambda f: f.kind != "uncertainty"))

    # --- outcomes ------------------------------------------------------------------------------------
    def measures(self) -> None:
        found = []
        for name, entry in self.table("outcomes").items():
            outcome = _valid(OutcomeTable, entry)
            at = ("outcomes", name)
            if not name.isidentifier():
                self.problem(at, f"{name!r} cannot be a column's name", "letters, digits and _")
            if name in _COLUMNS or name in {f.name for f in self.found.factors}:
                self.problem(at, f"{name!r} is the name of another column", "another name")
            if outcome is None:
                continue
            before = len(self.found.problems)
            self.indicator(outcome, at)
            first, last = self.window(outcome, at)
            allowed = [BASELINE, *self.spec.policies]
            if outcome.against is not None and outcome.against not in allowed:
                self.problem((*at, "against"), f"the scenario has no policy {outcome.against!r}", listed(allowed),
                             nearest(outcome.against, allowed))  # fmt: skip
            if len(self.found.problems) == before:
                found.append(Measure(name, outcome.indicator, outcome.group, outcome.statistic, first, last,
                                     outcome.against or ""))  # fmt: skip
        self.found.measures = tuple(found)

    def indicator(self, outcome: OutcomeTable, at: Sequence[Key]) -> None:
        if outcome.indicator == SPENDING:
            if outcome.group not in ("all", *PAYERS):
                self.problem((*at, "group"), f"unknown payer {outcome.group!r}", listed(["all", *PAYERS]),
                             nearest(outcome.group, PAYERS, 0.5))  # fmt: skip
            return
        ranks = self.spec.peers.indicators() if self.spec.peers else ()
        names = [SPENDING, *sorted(self.known.indicators), *ranks]
        if self.known.indicators and outcome.indicator not in names:
            self.problem((*at, "indicator"), f"no such indicator: {outcome.indicator!r}", listed(names, 80),
                         nearest(outcome.indicator, names, 0.5))  # fmt: skip
        try:
            TypeAdapter(Group).validate_python(outcome.group)
        except ValidationError as error:
            said = error.errors()[0].get("ctx") or {}
            self.problem((*at, "group"), str(said.get("message", "is not a group")), str(said.get("allowed", "")),
                         str(said.get("meant", "")))  # fmt: skip
            return
        kind, _, code = outcome.group.partition(":")
        if kind in ("zone", "sector") and self.known.regions is not None:
            facts = self.known.regions(self.spec.region)
            codes = facts.zones if kind == "zone" else facts.sectors
            if codes and code not in codes:
                self.problem((*at, "group"), f"no {kind} {code!r} in this region", listed(codes, 30),
                             nearest(code, codes, 0.5))  # fmt: skip

    def window(self, outcome: OutcomeTable, at: Sequence[Key]) -> tuple[int, int]:
        """First and last month looked at."""
        last = self.found.months - 1
        first = max(0, last + 1 - YEAR) if outcome.statistic == "mean" else 0
        allowed = f"{self.spec.start} to {self.spec.month_label(last)}"
        bounds = {"start": first, "end": last}
        for key in bounds:
            given = getattr(outcome, key)
            if given is None:
                continue
            bounds[key] = self.spec.month_index(given)
            if not 0 <= bounds[key] <= last:
                self.problem((*at, key), f"{given} is outside the simulated months", allowed)
        if outcome.start is None and outcome.end is not None and outcome.statistic == "mean":
            bounds["start"] = max(0, bounds["end"] + 1 - YEAR)
        if bounds["start"] > bounds["end"]:
            self.problem((*at, "end"), f"{outcome.end} is before the start")
        return bounds["start"], bounds["end"]


_COLUMNS = ("run", "point", "state", "replicate", "policy", "seed", "status", "error", "trace", "seconds", "worker",
            "state_hash", "people", "employers")  # fmt: skip


def _is_policy(spec: Scenario, name: str) -> bool:
    return name.partition(".")[0] in spec.policies


def _valid(model: type[M], entry: Any) -> M | None:
    """An entry of a table if its fields are right; what is wrong is said by the field check."""
    try:
        return model.model_validate(entry)
    except ValidationError:
        return None


__all__ = ["Found", "check_references", "flat"]
