"""The pack's tables as arrays in the order of the codes: what synthesis rakes to.

Z zones (the last is outside), S sectors, O occupations, B age bands of `tables.RATE_AGES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.market.codes import EDUCATION, RACES, SEXES
from laborsim.market.economy import Economy
from laborsim.region.pack import Pack
from laborsim.region.tables import CHILDREN, EDUCATION_AGES, LABOR_FORCE, RACE_AGES, RATE_AGES, REASONS, SECTORS

F8 = NDArray[np.float64]

KINDS = ("couple", "single_mother", "single_father")
YOUNGEST = ("0-2", "3-5", "6-12", "13-17")
TOP_AGE = 85


def floors(bands: Sequence[str]) -> NDArray[np.int64]:
    """Lowest age of each band such as "16-19" or "65+".

    Examples
    --------
    >>> floors(("16-19", "20-24", "65+")).tolist()
    [16, 20, 65]
    """
    return np.array([int(b.split("-")[0].rstrip("+")) for b in bands])


def band_of(age: NDArray[Any], bands: Sequence[str]) -> NDArray[np.int64]:
    """Index of the band each age falls in (ages below the first band give 0)."""
    return np.maximum(np.searchsorted(floors(bands), age, side="right") - 1, 0)


def array(frame: pd.DataFrame, axes: Sequence[tuple[str, Sequence[Any]]], value: str, fill: float = 0.0) -> F8:
    """Values of a tidy frame as an array with one axis per (column, labels); absent rows hold `fill`.

    Rows whose label is not listed are left out.
    """
    out = np.full(tuple(len(labels) for _, labels in axes), fill)
    index = []
    keep = np.ones(len(frame), bool)
    for column, labels in axes:
        place = {label: i for i, label in enumerate(labels)}
        where = np.array([place.get(x, -1) for x in frame[column].tolist()], dtype=np.int64)
        keep &= where >= 0
        index.append(where)
    out[tuple(i[keep] for i in index)] = frame[value].to_numpy(float)[keep]
    return out


@dataclass(frozen=True)
class Margins:
    """Targets of synthesis.

    Attributes
    ----------
    zones : codes of the Z zones.
    people : (Z, 86, 2) by single age and sex; 85 is 85 and over.
    education : (Z, 6 bands of EDUCATION_AGES, 2, 6) shares. race : (Z, 5 bands of RACE_AGES, 5) shares.
    race_education : (Z, 5, 6) shares of people 25 and over; their odds tie the two together.
    parent, coupled, alone : (Z, 2, B) shares of people by sex and age band.
    kind : (Z, 3) families with own children under 18 by KINDS; children (Z, 3, 3) by number 1, 2, 3+;
        youngest (Z, 3, 4) by age of the youngest, YOUNGEST.
    adults_per_household, no_car : (Z,).
    traits : measure -> (B, 2) shares.
    labor_force : measure -> (Z,).
    participation : (B, 2, 4) rates by presence of children, tables.CHILDREN; NaN where not given.
    unemployment_age, unemployment_race, unemployment_education : (2, B), (5,), (6,) relative rates.
    reasons : (B, 2, 6) shares of those out of the labor force, tables.REASONS.
    jobs, establishments, weekly_wage : (Z, S).
    commuting : (Z, Z) workers, home x work.
    staffing : (S, O) shares. percentiles : (O, 5) hourly wages.
    """

    zones: tuple[str, ...]
    people: F8
    education: F8
    race: F8
    race_education: F8
    parent: F8
    coupled: F8
    alone: F8
    kind: F8
    children: F8
    youngest: F8
    adults_per_household: F8
    no_car: F8
    traits: dict[str, F8]
    labor_force: dict[str, F8]
    participation: F8
    unemployment_age: F8
    unemployment_race: F8
    unemployment_education: F8
    reasons: F8
    jobs: F8
    establishments: F8
    weekly_wage: F8
    commuting: F8
    staffing: F8
    percentiles: F8

    @property
    def adults(self) -> F8:
        """(Z,) people 16 and over."""
        total: F8 = self.people[:, 16:].sum(axis=(1, 2))
        return total


def margins(pack: Pack, national: Pack, economy: Economy) -> Margins:
    """Read all targets of a region.

    Parameters
    ----------
    pack, national : the region's pack and the national one.
    economy : gives the order of occupations and sectors.

    Raises
    ------
    ValueError
        If the zones of pack and economy differ.
    """
    zones = tuple(z.code for z in pack.zones)
    if zones != economy.zone_codes:
        raise ValueError(f"zones of the pack {zones} are not those of the economy {economy.zone_codes}")
    t = pack.tables
    zone = ("zone", zones)
    families = t["families"]

    def by_sex_age(measure: str) -> F8:
        rows = families[(families["kind"] == "all") & (families["measure"] == measure)]
        keys = [f"{s}:{b}" for s in SEXES for b in RATE_AGES]
        return array(rows, [zone, ("key", keys)], "value").reshape(len(zones), 2, len(RATE_AGES))

    def of_all(measure: str) -> F8:
        rows = families[(families["kind"] == "all") & (families["measure"] == measure)]
        return array(rows, [zone], "value")

    def by_kind(measure: str, keys: Sequence[str]) -> F8:
        rows = families[families["measure"] == measure]
        return array(rows, [zone, ("kind", KINDS), ("key", keys)], "value")

    rates = t["unemployment"]

    def relative(dimension: str, keys: Sequence[str]) -> F8:
        return array(rates[rates["dimension"] == dimension], [("key", keys)], "relative", 1.0)

    occupations = ("occupation", economy.occ_codes)
    cells = [zone, ("sector", SECTORS)]
    wages = t["occupation_wages"]
    return Margins(
        zones=zones,
        people=array(t["age_sex"], [zone, ("age", range(TOP_AGE + 1)), ("sex", SEXES)], "people"),
        education=array(
            t["education"],
            [zone, ("age_band", EDUCATION_AGES), ("sex", SEXES), ("education", EDUCATION)], "share",
        ),
        race=array(t["race"], [zone, ("age_band", RACE_AGES), ("race", RACES)], "share"),
        race_education=array(t["race_education"], [zone, ("race", RACES), ("education", EDUCATION)], "share"),
        parent=by_sex_age("parent"),
        coupled=by_sex_age("coupled"),
        alone=by_sex_age("alone"),
        kind=by_kind("families", ("all",))[:, :, 0],
        children=by_kind("children", ("1", "2", "3")),
        youngest=by_kind("youngest", YOUNGEST),
        adults_per_household=of_all("adults_per_household"),
        no_car=array(t["cars"], [zone], "share_no_car"),
        traits={
            m: array(t["traits"][t["traits"]["measure"] == m], [("age_band", RATE_AGES), ("sex", SEXES)], "share")
            for m in ("disability", "record", "enrolled", "carer")
        },
        labor_force={
            m: array(t["labor_force"][t["labor_force"]["measure"] == m], [zone], "value") for m in LABOR_FORCE
        },
        participation=array(
            t["participation"], [("age_band", RATE_AGES), ("sex", SEXES), ("children", CHILDREN)], "rate", np.nan
        ),
        unemployment_age=relative("age_sex", [f"{s}:{b}" for s in SEXES for b in RATE_AGES]).reshape(2, -1),
        unemployment_race=relative("race", RACES),
        unemployment_education=relative("education", EDUCATION),
        reasons=array(
            t["nilf"], [("age_band", RATE_AGES), ("sex", SEXES), ("reason", REASONS)], "share"
        ),
        jobs=array(t["jobs"], cells, "jobs"),
        establishments=array(t["jobs"], cells, "establishments"),
        weekly_wage=array(t["jobs"], cells, "weekly_wage"),
        commuting=array(t["commuting"], [("home", zones), ("work", zones)], "workers"),
        staffing=array(national.tables["staffing"], [("sector", SECTORS), occupations], "share"),
        percentiles=np.stack(
            [array(wages, [occupations], p) for p in ("p10", "p25", "p50", "p75", "p90")], axis=1
        ),
    )
