"""Building a region pack from a folder of official statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from laborsim.region import build_jobs, build_living, build_people, build_population
from laborsim.region.build_population import Builder
from laborsim.region.pack import Pack, PackError
from laborsim.region.places import Part, make_zones, parse_split
from laborsim.region.sources import DATA_SOURCES, Data

#: Regions of the repository: title, counties, split.
REGIONS = {
    "kansas-city": (
        "Kansas City, seven core counties of Missouri and Kansas",
        ("29095", "29047", "29165", "29037", "20091", "20209", "20103"),
        "29095=east:0.43:0.30,west",
    ),
}


def build_pack(
    counties: Sequence[str] | str,
    data_dir: str | Path,
    split: str | Mapping[str, Sequence[Part]] = "",
    name: str = "region",
    title: str = "",
) -> Pack:
    """Build a region pack for the given counties.

    Parameters
    ----------
    counties : five-digit FIPS codes, a sequence or text with commas.
    data_dir : folder with the statistics (see `sources.Data`).
    split : counties shown as parts, "29095=east:0.43:0.30,west" (share of people, of jobs; the last takes the rest).
    name, title : of the pack.

    Returns
    -------
    Pack
        Start month 2018-01, money in 2019 dollars. Save it with `pack.save(folder)`.

    Raises
    ------
    PackError
        If a county is unknown or lacks the statistics a pack needs.

    Examples
    --------
    >>> pack = build_pack("41039", "path/to/data", name="lane")  # doctest: +SKIP
    """
    codes = [c.strip() for c in counties.split(",")] if isinstance(counties, str) else list(counties)
    parts = parse_split(split) if isinstance(split, str) else dict(split)
    try:
        data = Data(data_dir)
    except FileNotFoundError as error:
        raise PackError([str(error)]) from None
    _check(data, codes, parts)
    b = Builder(data, make_zones(data, codes, parts), parts)
    made = build_jobs.balance(b)
    tables = {
        "age_sex": build_population.age_sex(b, made.outside_people),
        "education": build_population.education(b),
        "race": build_population.race(b),
        "race_education": build_population.race_education(b),
        "families": build_people.families(b),
        "cars": build_people.cars(b),
        "traits": build_people.traits(),
        "labor_force": build_people.labor_force(b, made.outside_people),
        "participation": build_people.participation(b),
        "unemployment": build_people.unemployment(b),
        "nilf": build_people.nilf(),
        "jobs": build_jobs.jobs(b, made),
        "commuting": build_jobs.commuting(b, made),
        "minutes": build_jobs.minutes(b, made),
        "occupation_wages": build_jobs.occupation_wages(b),
        "childcare": build_living.childcare(b, made),
        "needs": build_living.needs(b),
        "rules": build_living.rules(b),
        "income": build_living.income(b),
        "migration": build_living.migration(b),
    }
    used = sorted({s for t in tables.values() for s in t["source"]})
    meta = {
        "start": b.start,
        "dollar_year": 2019,
        "counties": codes,
        "wage_area": build_jobs.wage_area(b),
        "split": "; ".join(f"{c}: " + ", ".join(f"{p.code}" for p in ps) for c, ps in parts.items()),
    }
    return Pack(name, title or name, b.zones, meta, {k: DATA_SOURCES[k] for k in used}, tables)


def _check(data: Data, counties: Sequence[str], split: Mapping[str, Sequence[Part]]) -> None:
    problems = []
    if not counties or len(set(counties)) != len(counties):
        problems.append("counties: give at least one FIPS code, each once")
    for c in counties:
        lacking = [
            what
            for what, there in (
                ("profile", c in data.profile.index),
                ("age groups", (data.age_groups["fips"] == c).any()),
                ("ACS figures", c in data.acs_county.index),
                ("labor force", (data.laus_annual["fips"] == c).any()),
                ("migration", c in data.migration.index),
            )
            if not there
        ]
        if lacking:
            problems.append(f"county {c!r}: no {', '.join(lacking)} in {data.folder}")
    problems += [f"split: county {c!r} is not among the counties" for c in split if c not in counties]
    if problems:
        raise PackError(problems)
