"""Loading scenarios: every problem of a file at once, each with its line.

`load_scenario` knows nothing of regions, indicators and programs; callers that do pass what they know.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from laborsim.scenario.checks import assumptions, cross_checks
from laborsim.scenario.messages import field_problems
from laborsim.scenario.places import Place
from laborsim.scenario.problems import Problem, ScenarioError
from laborsim.scenario.reading import read_document
from laborsim.scenario.schema import Scenario


class UnknownRegion(LookupError):
    """No such region; `known` are the names there are."""

    def __init__(self, region: str, known: Collection[str] = ()) -> None:
        super().__init__(region)
        self.known = tuple(known)


@dataclass(frozen=True)
class RegionFacts:
    """What a scenario may refer to in a region. An empty tuple leaves the references unchecked.

    Attributes
    ----------
    zones, sectors : codes.
    name : the pack's name.
    traded : codes of the sectors that sell beyond the region.
    """

    zones: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    name: str = ""
    traded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What a caller knows beyond the scenario; empty or None leaves it unchecked.

    Attributes
    ----------
    regions : region name or path -> RegionFacts; raises UnknownRegion.
    indicators : names of indicators that targets may use.
    shares : those of them that lie between 0 and 1.
    programs : code of each training program -> its kind.
    """

    regions: Callable[[str], RegionFacts] | None = None
    indicators: Collection[str] = field(default=())
    shares: Collection[str] = field(default=())
    programs: Mapping[str, str] = field(default_factory=dict)


def load_scenario(
    path: str | Path, regions: Callable[[str], RegionFacts] | None = None, known: Known | None = None
) -> Scenario:
    """Read a scenario file and check all of it.

    Parameters
    ----------
    path : TOML file; `extends` in it is followed.
    regions : short for `known=Known(regions=regions)`.
    known : what else to check references against.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every problem found; `str()` gives one line each: `file:line: field: what is wrong; allowed; did you mean`.

    Examples
    --------
    >>> spec = load_scenario("scenarios/independence-works-2025.toml")  # doctest: +SKIP
    >>> spec.months  # doctest: +SKIP
    96
    """
    document = read_document(Path(path), str(path))
    if "experiment" in document.data and "scenario" not in document.data:
        where = document.place.find(["experiment"])
        allowed = "a scenario here; an experiment in sweep, sensitivity, optimize, discover"
        said = "this is an experiment, not a scenario"
        raise ScenarioError([Problem(where.file, where.line, "experiment", said, allowed)])
    known = known or Known(regions=regions)
    return build(document.data, Path(path), tuple(document.files), document.place, known)


def build(
    data: dict[str, Any],
    path: Path | None,
    files: tuple[Path, ...] = (),
    place: Place | None = None,
    known: Known | None = None,
) -> Scenario:
    """A scenario from tables.

    Parameters
    ----------
    data : tables as in the file.
    path : file they come from, if any.
    place : where the keys stand.

    Raises
    ------
    ScenarioError
    """
    place = place or Place(str(path) if path else "scenario", 0)
    problems: list[Problem] = []
    tables = dict(data)
    if "assumptions" in tables:
        tables["assumptions"] = assumptions(tables["assumptions"], place, problems)
    scenario, faults = field_problems(Scenario, tables, place)
    problems += faults
    problems += cross_checks(tables, place, path, known or Known())
    if problems or scenario is None:
        raise ScenarioError(problems)
    scenario._path = path
    scenario._files = files
    return scenario
