"""Loading a scenario with all that the program knows: regions, indicators, training programs.

`laborsim.scenario` may not import those; this is the loader everyone else calls.
"""

from __future__ import annotations

import csv
import os
import tempfile
import tomllib
from pathlib import Path

from laborsim.scenario.load import Known, RegionFacts, UnknownRegion
from laborsim.scenario.load import load_scenario as _load
from laborsim.scenario.problems import InputError, listed, nearest
from laborsim.scenario.schema import Scenario


def load_scenario(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario file and check all of it, references to region, indicators and programs included.

    Parameters
    ----------
    path : TOML file.

    Raises
    ------
    laborsim.scenario.problems.ScenarioError
        With every problem found, each with its line.

    Examples
    --------
    >>> load_scenario("scenarios/independence-works-2025.toml").months  # doctest: +SKIP
    96
    """
    return _load(os.fspath(path), known=known())


def known() -> Known:
    """What scenarios may refer to."""
    from laborsim.indicators.definitions import DEFINITIONS
    from laborsim.scenario.programs import load_programs

    shares = frozenset(name for name, d in DEFINITIONS.items() if d.unit == "share")
    return Known(region_facts, frozenset(DEFINITIONS), shares, {p.code: p.kind for p in load_programs()})


def region_facts(region: str) -> RegionFacts:
    """Zones and sectors of a region pack, from its head alone.

    Raises
    ------
    UnknownRegion
        If there is no such pack.
    ValueError
        If its head cannot be read.
    """
    from laborsim.region.pack import PackError, find_pack, list_packs
    from laborsim.region.tables import SECTORS

    try:
        folder = find_pack(region)
    except PackError:
        raise UnknownRegion(region, list_packs()) from None
    head = tomllib.loads((Path(folder) / "pack.toml").read_text(encoding="utf-8"))
    zones = tuple(str(z["code"]) for z in head.get("zones", ()) if z.get("kind") not in ("commuting", "outside"))
    if not zones:
        raise UnknownRegion(region, list_packs())  # the national pack is no region
    with (find_pack("national") / "sectors.csv").open(encoding="utf-8", newline="") as file:
        traded = tuple(row["code"] for row in csv.DictReader(file) if row["traded"] == "1")
    return RegionFacts(zones, tuple(SECTORS), str(head.get("name", region)), traded)


def asked_region(region: str, option: str) -> RegionFacts:
    """Facts of a region that a person named on the command line.

    Parameters
    ----------
    region : name, or path of a pack.
    option : where it was named, for the message.

    Raises
    ------
    InputError
        If there is no such region, with the nearest spelling.
    """
    try:
        return region_facts(region)
    except UnknownRegion as error:
        near = nearest(region, error.known, 0.4)
        meant = f"; did you mean {near}?" if near else ""
        raise InputError(f"{option}: no such region: {region!r}; allowed: {listed(error.known)}{meant}") from None


def scenario_of_region(region: str) -> Scenario:
    """The starter scenario of a region, for studies of its baseline.

    Raises
    ------
    InputError
        If there is no such region.

    Examples
    --------
    >>> scenario_of_region("lane").region
    'lane'
    """
    from laborsim.scenario.starter import starter

    facts = asked_region(region, "REGION")
    name = str(Path(region).resolve()) if "/" in region and Path(region).is_dir() else region
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "baseline.toml"
        file.write_text(starter("Baseline", name, facts.zones, file.name), encoding="utf-8")
        return load_scenario(file)
