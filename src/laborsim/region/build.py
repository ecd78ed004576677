"""Building a region pack from a folder of official statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from laborsim.region import (
    build_commuting,
    build_force,
    build_jobs,
    build_living,
    build_needs,
    build_people,
    build_population,
    build_wages,
)
from laborsim.region.build_population import Builder
from laborsim.region.citations import DATA_SOURCES, FALLBACKS
from laborsim.region.merge import merge_zones
from laborsim.region.pack import Fallback, Pack, PackError
from laborsim.region.places import STATES, Part, grouping, make_zones, parse_split, slug
from laborsim.region.sources import Data


@dataclass(frozen=True)
class Request:
    """What `build_pack` was asked for, as recorded for the packs of the repository.

    Attributes
    ----------
    title, counties, split, commuting, group_by, apart, label_by : arguments of `build_pack`.
    """

    title: str
    counties: str
    options: Mapping[str, str] = field(default_factory=dict)


#: Packs of the repository.
REGIONS: Final[dict[str, Request]] = {
    "kansas-city": Request(
        "Kansas City, seven core counties of Missouri and Kansas",
        "29095,29047,29165,29037,20091,20209,20103",
        {"split": "29095=east:0.43:0.30,west"},
    ),
    "lane": Request("Lane County, Oregon", "41039"),
    "kentuckianaworks": Request(
        "KentuckianaWorks: Louisville, seven counties of Kentucky",
        "21111,21029,21103,21185,21211,21215,21223",
        {"commuting": "18019,18043,18061,18143,18175"},
    ),
    "missouri": Request("Missouri by workforce region", "MO", {"group_by": "workforce"}),
    "kentucky": Request(
        "Kentucky by labor market area, Hardin County apart", "KY", {"group_by": "area", "apart": "21093"}
    ),
}


def build_pack(
    counties: Sequence[str] | str,
    data_dir: str | Path | Data,
    split: str | Mapping[str, Sequence[Part]] = "",
    name: str = "region",
    title: str = "",
    commuting: Sequence[str] | str = (),
    group_by: str = "",
    apart: Sequence[str] | str = (),
    groups: Mapping[str, Sequence[str]] | None = None,
    label_by: str = "",
) -> Pack:
    """Build a region pack for any counties of the data folder.

    Parameters
    ----------
    counties : five-digit FIPS codes or postal codes of states (all their counties), a sequence or text with commas.
    data_dir : folder with the statistics, or a `sources.Data` of it that has been read already.
    split : counties shown as parts, "29095=east:0.43:0.30,west" (share of people, of jobs; the last takes the rest).
    name, title : of the pack.
    commuting : counties beyond the region that are zones of their own: people who live or work there are simulated,
        but are not residents. The rest of the commuting belt is the outside zone.
    group_by : put counties together as zones: "workforce" or "area" (see `places.grouping`).
    apart : counties that stay zones of their own all the same.
    groups : name of a zone -> its counties, instead of `group_by` or beside it.
    label_by : label county zones by "workforce" or "area", so that results are reported by them too.

    Returns
    -------
    Pack
        Start month 2018-01, money in 2019 dollars. Save it with `pack.save(folder)`. What stands in for figures
        that a county lacks is in `pack.fallbacks`.

    Raises
    ------
    PackError
        If a county is unknown or named twice, or zones cannot be put together.

    Examples
    --------
    >>> pack = build_pack("41039", "path/to/data", name="lane")  # doctest: +SKIP
    """
    try:
        data = data_dir if isinstance(data_dir, Data) else Data(data_dir)
    except FileNotFoundError as error:
        raise PackError([str(error)]) from None
    codes, beyond, alone = (_codes(data, x) for x in (counties, commuting, apart))
    parts = parse_split(split) if isinstance(split, str) else dict(split)
    _check(data, codes, beyond, parts, alone, groups or {})
    labels = grouping(data, label_by, codes) if label_by else {}
    b = Builder(data, make_zones(data, codes, parts, beyond, labels), parts)
    tables = _tables(b)
    found = _fallbacks(b, tables)
    zones = b.zones
    merged = _groups(data, codes, group_by, alone, groups or {})
    if merged:
        tables, zones = merge_zones(tables, zones, merged)
    used = sorted({s for t in tables.values() for s in t["source"]} | {f.source for f in found})
    meta: dict[str, Any] = {
        "start": b.start,
        "dollar_year": 2019,
        "counties": codes,
        "wage_area": build_wages.wage_area(b)[0],
        "split": "; ".join(f"{c}: " + ", ".join(f"{p.code}" for p in ps) for c, ps in parts.items()),
    }
    extra = {"commuting": beyond, "group_by": group_by, "apart": alone, "label_by": label_by}
    meta |= {k: v for k, v in extra.items() if v}
    if "workforce" in (group_by, label_by):
        meta["note"] = "The list of Missouri's workforce regions by county was typed from memory and is not verified."
    return Pack(name, title or name, zones, meta, {k: DATA_SOURCES[k] for k in used}, tables, found)


def _tables(b: Builder) -> dict[str, pd.DataFrame]:
    made = build_commuting.balance(b)
    return {
        "age_sex": build_population.age_sex(b, made.outside_people),
        "education": build_population.education(b),
        "race": build_population.race(b),
        "race_education": build_population.race_education(b),
        "families": build_people.families(b),
        "cars": build_people.cars(b),
        "traits": build_force.traits(b),
        "labor_force": build_force.labor_force(b, made.outside_people),
        "participation": build_force.participation(b),
        "unemployment": build_force.unemployment(b),
        "nilf": build_force.nilf(),
        "jobs": build_jobs.jobs(b, made.outside_jobs),
        "commuting": build_commuting.commuting(b, made),
        "minutes": build_commuting.minutes(b, made),
        "occupation_wages": build_wages.occupation_wages(b),
        "childcare": build_living.childcare(b),
        "needs": build_needs.needs(b),
        "rules": build_living.rules(b),
        "income": build_living.income(b),
        "migration": build_living.migration(b),
    }


def _fallbacks(b: Builder, tables: Mapping[str, pd.DataFrame]) -> tuple[Fallback, ...]:
    """What stands in for figures that counties lack, from the sources of the rows."""
    county = {z.code: z.county for z in b.zones}
    out = []
    for name, frame in tables.items():
        place = next((c for c in ("zone", "home") if c in frame.columns), None)
        for source in sorted(set(frame["source"]) & set(FALLBACKS)):
            rows = frame[frame["source"] == source]
            mine = {county[z] for z in rows[place]} if place else set()
            out.append(Fallback(name, source, tuple(c for c in b.counties if c in mine), FALLBACKS[source]))
    return tuple(out)


def _codes(data: Data, given: Sequence[str] | str) -> list[str]:
    """FIPS codes; a state's postal code stands for all its counties."""
    names = {state: fips for fips, state in STATES.items()}
    items = [x.strip() for x in given.split(",") if x.strip()] if isinstance(given, str) else list(given)
    return [c for x in items for c in ([f for f in data.profile.index if f[:2] == names[x]] if x in names else [x])]


def _groups(
    data: Data, counties: Sequence[str], by: str, apart: Sequence[str], groups: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, str]]:
    """County -> (code, name) of the zone it belongs to, for counties that are not zones of their own."""
    names = grouping(data, by, counties) if by else {}
    states: dict[str, set[str]] = {}
    for c, name in names.items():
        states.setdefault(name, set()).add(STATES[c[:2]])
    for c, name in names.items():  # an area that reaches into another state is a zone in each
        names[c] = f"{name} ({STATES[c[:2]]})" if len(states[name]) > 1 else name
    names |= {c: name for name, members in groups.items() for c in members}
    return {c: (slug(name), name) for c, name in names.items() if c not in apart}


def _check(
    data: Data,
    counties: Sequence[str],
    commuting: Sequence[str],
    split: Mapping[str, Sequence[Part]],
    apart: Sequence[str],
    groups: Mapping[str, Sequence[str]],
) -> None:
    problems = []
    every = [*counties, *commuting]
    if not counties or len(set(every)) != len(every):
        problems.append("counties: give at least one FIPS code, each once")
    for c in every:
        if c not in data.profile.index:
            near = ", ".join(str(f) for f in data.profile.index if f[:2] == c[:2])
            problems.append(
                f"county {c!r}: not in {data.folder}; "
                + (f"counties of that state are {near}" if near else f"states are {', '.join(STATES.values())}")
            )
    problems += [f"split: county {c!r} is not among the counties" for c in split if c not in counties]
    problems += [f"apart: county {c!r} is not among the counties" for c in apart if c not in counties]
    grouped = [c for members in groups.values() for c in members]
    problems += [f"groups: county {c!r} is not among the counties" for c in grouped if c not in every]
    twice = sorted({c for c in grouped if grouped.count(c) > 1})
    problems += [f"groups: county {c!r} is in two of them" for c in twice]
    if len(every) > 250:
        problems.append(f"counties: {len(every)} are more than a region can hold (250)")
    if problems:
        raise PackError(problems)


__all__ = ["REGIONS", "Request", "build_pack"]
