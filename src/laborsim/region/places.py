"""Zones of a pack under construction: counties, their parts, and what is assumed of the parts."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from laborsim.region.checks import STATE_FIPS
from laborsim.region.pack import PackError, Zone
from laborsim.region.sources import Data, figure

STATES = STATE_FIPS
_COMPASS = {"east": (0, 1), "west": (0, -1), "north": (1, 0), "south": (-1, 0)}


@dataclass(frozen=True)
class Part:
    """Part of a county.

    Attributes
    ----------
    code : suffix of the zone code ("east").
    people, jobs : share of the county's people and jobs; the last part takes the rest.
    name : reading name.
    latitude, longitude : centroid; 0 puts it a quarter of the county's width that way.
    ratios : assumed ratio of the part's figure to the county's, by measure (black, hispanic, asian,
        single_parent, no_car, unemployment, income, bachelor); the last part closes the county's total.
    """

    code: str
    people: float = 0.0
    jobs: float = 0.0
    name: str = ""
    latitude: float = 0.0
    longitude: float = 0.0
    ratios: Mapping[str, float] = field(default_factory=dict)


#: Eastern Jackson County stands for Independence; Kansas City proper is the west. From general knowledge of the cities.
JACKSON = (
    Part(
        "east",
        0.43,
        0.30,
        "Eastern Jackson County (Independence)",
        39.06,
        -94.36,
        {
            "black": 0.45,
            "hispanic": 0.75,
            "asian": 0.70,
            "single_parent": 0.80,
            "no_car": 0.55,
            "unemployment": 0.88,
            "income": 1.05,
            "bachelor": 0.88,
        },
    ),
    Part("west", 0.0, 0.0, "Western Jackson County (Kansas City)", 39.05, -94.57),
)


def kilometres(a: tuple[float, float], c: tuple[float, float]) -> float:
    """Great-circle distance of two places given by latitude and longitude in degrees.

    >>> round(kilometres((39.0, -94.0), (39.0, -93.0)))
    86
    """
    p, q = math.radians(a[0]), math.radians(c[0])
    d = math.radians(c[1] - a[1])
    return 6371.0 * math.acos(min(1.0, math.sin(p) * math.sin(q) + math.cos(p) * math.cos(q) * math.cos(d)))


def centroid(data: Data, fips: str) -> tuple[float, float]:
    """Latitude and longitude of a county, degrees."""
    row: Any = data.profile.loc[fips]
    return float(row["joc_latitude (deg)"]), -abs(float(row["joc_longitude (deg)"]))


def nearest(data: Data, counties: Sequence[str], candidates: Sequence[str], count: int) -> list[str]:
    """The `count` candidates nearest to any of the counties, nearest first."""
    mine = [centroid(data, c) for c in counties]

    def gap(c: str) -> tuple[float, str]:
        return min(kilometres(centroid(data, c), m) for m in mine), c

    return sorted(candidates, key=gap)[:count]


def parse_split(text: str) -> dict[str, tuple[Part, ...]]:
    """Parts written as "29095=east:0.43:0.30,west"; several counties are parted by ";".

    Raises
    ------
    PackError
        If the text cannot be read or shares do not leave a remainder for the last part.
    """
    out: dict[str, tuple[Part, ...]] = {}
    for item in filter(None, (t.strip() for t in text.split(";"))):
        county, _, rest = item.partition("=")
        parts = []
        try:
            for entry in rest.split(","):
                code, *shares = entry.strip().split(":")
                people, jobs = ([float(x) for x in shares] + [0.0, 0.0])[:2]
                parts.append(Part(code, people, jobs))
        except (ValueError, TypeError):
            raise PackError([f"split {item!r}: write COUNTY=PART:PEOPLE:JOBS,...,LAST"]) from None
        if len(parts) < 2 or not all(p.code for p in parts) or not county:
            raise PackError([f"split {item!r}: write COUNTY=PART:PEOPLE:JOBS,...,LAST"])
        known = JACKSON if county == "29095" and parts[0] == Part("east", 0.43, 0.30) else tuple(parts)
        out[county] = known
        if any(sum(getattr(p, m) for p in parts[:-1]) >= 1 for m in ("people", "jobs")):
            raise PackError([f"split {item!r}: shares must leave something for {parts[-1].code!r}"])
    return out


def make_zones(
    data: Data,
    counties: Sequence[str],
    split: Mapping[str, Sequence[Part]],
    commuting: Sequence[str] = (),
    areas: Mapping[str, str] | None = None,
) -> tuple[Zone, ...]:
    """Zones in order: counties as given (parts in place of split ones), commuting zones, and the outside zone.

    `areas` labels zones by county.
    """
    zones: list[Zone] = []
    labels = areas or {}
    for fips in [*counties, *commuting]:
        state = STATES[fips[:2]]
        name = f"{str(data.profile.at[fips, 'name']).title()}, {state}"
        lat, lon = centroid(data, fips)
        parts = list(split.get(fips, ()))
        area = slug(labels[fips]) if fips in labels else ""
        if not parts:
            kind = "commuting" if fips in commuting else "county"
            zones.append(Zone(fips, name, fips, state, kind, 1.0, 1.0, lat, lon, area))
            continue
        side = math.sqrt(figure(data.profile, fips, "joc_area (km^2)"))
        people = jobs = 0.0
        for i, p in enumerate(parts):
            last = i == len(parts) - 1
            shares = (1 - people, 1 - jobs) if last else (p.people, p.jobs)
            people, jobs = people + p.people, jobs + p.jobs
            north, east = _COMPASS.get(p.code, (0, 0))
            place = (
                p.latitude or lat + north * side / 4 / 111,
                p.longitude or lon + east * side / 4 / (111 * math.cos(math.radians(lat))),
            )
            zones.append(
                Zone(
                    f"{fips}-{p.code}",
                    p.name or f"{p.code.title()} {name}",
                    fips,
                    state,
                    "part",
                    round(shares[0], 6),
                    round(shares[1], 6),
                    round(place[0], 4),
                    round(place[1], 4),
                    area,
                )
            )
    zones.append(Zone("outside", "Beyond the region's border", "", "", "outside", 1.0, 1.0))
    return tuple(zones)


def slug(name: str) -> str:
    """Code of a named area: "St. Louis City" -> "st-louis-city"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


#: Ways to group counties: name -> (method of Data, what it is).
GROUPINGS = ("workforce", "area")


def grouping(data: Data, by: str, counties: Sequence[str]) -> dict[str, str]:
    """County -> name of its area.

    Parameters
    ----------
    by : "workforce" (Missouri's workforce regions; the list was typed from memory and is not verified) or "area"
        (metropolitan and nonmetropolitan areas of LAUS, 2015 delineation).

    Raises
    ------
    PackError
        If `by` is neither, or does not know a county.
    """
    if by not in GROUPINGS:
        raise PackError([f"group by {by!r}: is not one of {', '.join(GROUPINGS)}"])
    known = data.workforce_regions if by == "workforce" else data.labor_areas
    lacking = [c for c in counties if c not in known]
    if lacking:
        raise PackError([f"group by {by!r}: knows no area of {', '.join(lacking)}"])
    return {c: known[c] for c in counties}


def part_ratios(
    zones: Sequence[Zone], split: Mapping[str, Sequence[Part]], measure: str, weight: str = "people"
) -> dict[str, float]:
    """Ratio of each zone's figure to its county's; parts of a county average to 1, weighted by people."""
    out = {z.code: 1.0 for z in zones}
    for fips, parts in split.items():
        mine = [z for z in zones if z.county == fips]
        left, share = 1.0, 1.0
        for z, p in zip(mine[:-1], parts[:-1], strict=True):
            w = z.people_share if weight == "people" else z.jobs_share
            out[z.code] = p.ratios.get(measure, 1.0)
            left, share = left - w * out[z.code], share - w
        if mine:
            out[mine[-1].code] = left / share
    return out
