"""Tables of who lives where: population by age and sex, attainment, race and ethnicity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.market.codes import EDUCATION, RACES, SEXES
from laborsim.region import schedules
from laborsim.region.pack import Zone
from laborsim.region.places import Part, part_ratios
from laborsim.region.rake import ipf
from laborsim.region.sources import Data, figure
from laborsim.region.tables import EDUCATION_AGES, RACE_AGES

F8 = NDArray[np.float64]
TOP = 85
EXACT = 1e-10  # of raking: well below what a pack rounds to
#: Share of civilians' age group living in institutions: (from age, men, women). Census 2010 and ACS levels, assumed.
_INSTITUTIONS = (
    (0, 0.000, 0.000),
    (16, 0.012, 0.002),
    (20, 0.016, 0.002),
    (65, 0.010, 0.009),
    (75, 0.022, 0.030),
    (85, 0.075, 0.115),
)
#: Attainment at 18-19, and at 16-17 (all below high school): shares over EDUCATION. Assumed from CPS.
_TEENS = np.array([0.66, 0.21, 0.128, 0.002, 0.0, 0.0])
_TEENS_OLDER = np.array([0.34, 0.40, 0.255, 0.005, 0.0, 0.0])
#: Race shares of the United States by RACE_AGES (rows) and all ages (last), over RACES; PEP 2018.
_US_RACE = np.array(
    [
        [0.502, 0.137, 0.256, 0.050, 0.055],
        [0.540, 0.141, 0.224, 0.056, 0.039],
        [0.563, 0.130, 0.208, 0.072, 0.027],
        [0.667, 0.122, 0.136, 0.053, 0.022],
        [0.769, 0.092, 0.084, 0.044, 0.011],
        [0.604, 0.125, 0.183, 0.057, 0.031],
    ]
)


@dataclass
class Builder:
    """What the table makers share: the data, the zones, the parts of split counties."""

    data: Data
    zones: tuple[Zone, ...]
    split: Mapping[str, Sequence[Part]]
    start: str = "2018-01"
    _made: dict[str, Any] = field(default_factory=dict, repr=False)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, worked out the first time `name` is asked for; nobody may change it."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    @property
    def inside(self) -> tuple[Zone, ...]:
        """Zones of the region, the outside left out."""
        return self.zones[:-1]

    @cached_property
    def counties(self) -> list[str]:
        """FIPS codes of the counties, each once."""
        return list(dict.fromkeys(z.county for z in self.inside))

    @cached_property
    def states(self) -> list[str]:
        """Two-letter codes of the states, each once."""
        return list(dict.fromkeys(z.state for z in self.inside))

    def ratios(self, measure: str, weight: str = "people") -> dict[str, float]:
        """Zone -> a measure relative to its county; 1 where a county is one zone."""
        return part_ratios(self.zones, self.split, measure, weight)

    # --- population ---

    @cached_property
    def population(self) -> dict[str, F8]:
        """County -> (86, 2) civilian household population by age and sex at the start."""
        return {c: household_population(self.data, c) for c in self.counties}

    @cached_property
    def zone_population(self) -> dict[str, F8]:
        """Zone -> (86, 2); the outside zone has the region's profile at its own size (see `size_outside`)."""
        out = {z.code: self.population[z.county] * z.people_share for z in self.inside}
        total = sum(out.values())
        assert not isinstance(total, int)
        out["outside"] = total / total.sum()
        return out

    def region_mean(self, values: Mapping[str, F8 | float], adults: bool = True) -> Any:
        """People-weighted mean over the region's zones."""
        first = 16 if adults else 0
        w = {z.code: self.zone_population[z.code][first:].sum() for z in self.inside}
        total = sum(w.values())
        return sum(np.asarray(values[c]) * w[c] for c in w) / total


def household_population(data: Data, fips: str) -> F8:
    """(86, 2) civilian household population by single age (85 is 85+) and sex at the start of 2018.

    July 2020 is taken back 2.5 years: cohorts of 30 and over, with those who died since; below 25 the
    2020 profile stays, as students and movers pass through ages; a blend between. The county's total is
    PEP 2019's. People in institutions go, and where men of 25-54 outnumber women by more than a tenth
    (prisons, barracks) so does the excess.
    """
    now = _ages_2020(data, fips)
    death = schedules.mortality()[:, : TOP + 1].T
    older = now.copy()  # the oldest stay as in 2020: the open group has no cohorts
    for a in range(TOP - 3):
        older[a] = (now[a + 2] + now[a + 3]) / 2 / np.maximum(1 - 2.5 * death[a + 1], 0.2)
    old = np.clip((np.arange(TOP + 1) - 25) / 5, 0, 1)[:, None]
    people = old * older + (1 - old) * now
    totals = data.profile.loc[fips, ["joc_population.2017", "joc_population.2018"]].astype(float)
    people *= totals.mean() / people.sum()
    floors = [r[0] for r in _INSTITUTIONS]
    row = np.searchsorted(floors, np.arange(TOP + 1), side="right") - 1
    people *= 1 - np.array([r[1:] for r in _INSTITUTIONS])[row]
    men, women = people[25:55, 0], people[25:55, 1]
    excess = men.sum() - 1.10 * women.sum()
    if excess > 0:
        people[20:60, 0] *= 1 - min(0.5, (men.sum() - 1.02 * women.sum()) / men.sum())
    return people


def _ages_2020(data: Data, fips: str) -> F8:
    single = data.ages_2020.get(fips)
    if single is not None:
        return single
    rows = data.age_groups_2020[fips]
    out = np.zeros((TOP + 1, 2))
    for group, male, female in rows[["age_group", "male", "female"]].to_numpy():
        ends = [int(x) for x in str(group).rstrip("+").split("-")]
        low, high = ends[0], TOP if "+" in str(group) else ends[-1]
        out[low : high + 1] = np.array([male, female]) / (high - low + 1)
    return out


def population_source(b: Builder, fips: str) -> str:
    """Id of the source of a county's population."""
    return "pep2023" if (b.data.single_age["fips"] == fips).any() else "pep_age_groups"


def age_sex(b: Builder, outside_people: float) -> pd.DataFrame:
    """Table `age_sex`: people by zone, single year of age and sex; `outside_people` scales the outside."""
    rows = []
    for z in b.zones:
        people = b.zone_population[z.code] * (outside_people if z.kind == "outside" else 1.0)
        source = "outside_mean" if z.kind == "outside" else population_source(b, z.county)
        rows += [
            (z.code, a, s, round(float(people[a, i]), 2), source)
            for a in range(TOP + 1)
            for i, s in enumerate(SEXES)
        ]
    return pd.DataFrame(rows, columns=["zone", "age", "sex", "people", "source"])


# --- attainment --------------------------------------------------------------------------------

_LEVELS = {
    "Less than 9th grade": 0,
    "9th to 12th grade, no diploma": 0,
    "High school graduate (includes equivalency)": 1,
    "Some college, no degree": 2,
    "Associate's degree": 3,
    "Bachelor's degree": 4,
    "Graduate or professional degree": 5,
}
_BANDS = {
    "18 to 24 years": 1,
    "25 to 34 years": 2,
    "35 to 44 years": 3,
    "45 to 64 years": 4,
    "65 years and over": 5,
}


def state_attainment(data: Data, state: str) -> F8:
    """(2, 6, 6) shares by sex, EDUCATION_AGES (16-19 and 20-24 from 18-24) and EDUCATION."""
    out = np.zeros((2, 6, 6))
    rows = data.acs_state[(data.acs_state["state"] == state) & (data.acs_state["table"] == "B15001")]
    for label, value in zip(rows["label"], rows["estimate"], strict=True):
        parts = str(label).split(" > ")
        if len(parts) == 4:
            out[SEXES.index(parts[1].lower()), _BANDS[parts[2]], _LEVELS[parts[3]]] += float(value)
    out /= np.maximum(out.sum(axis=2, keepdims=True), 1e-9)
    out[:, 0] = _TEENS
    young = out[:, 1] - (2 / 7) * _TEENS_OLDER  # 18-19 are two of the seven years of 18-24
    young = np.maximum(young, 0.002)
    out[:, 1] = young / young.sum(axis=1, keepdims=True)
    return out


def county_attainment(b: Builder, fips: str) -> F8:
    """(6,) shares of people 25 and over by EDUCATION."""
    p: Any = b.data.profile.loc[fips]
    a: Any = b.data.acs_county.loc[fips]
    e = "edu25plus_2015_19_"
    less, hs, some, ba = (
        float(p[e + k])
        for k in (
            "Less_than_a_high_school_diploma",
            "High_school_diploma_only",
            "Some_college_or_associate's_degree",
            "Bachelor's_degree_or_higher",
        )
    )
    associate = float(a["pct_edu_associate"] / (a["pct_edu_associate"] + a["pct_edu_somecollege"]))
    graduate = float(a["pct_edu_grad"] / (a["pct_edu_grad"] + a["pct_edu_ba"]))
    out = np.array([less, hs, some * (1 - associate), some * associate, ba * (1 - graduate), ba * graduate])
    return np.asarray(out / out.sum())


def zone_attainment(b: Builder) -> dict[str, F8]:
    """Zone -> (6,) attainment at 25 and over; parts move bachelor's and above by their assumed ratio."""
    ratio = b.ratios("bachelor")
    out = {}
    for z in b.inside:
        share = county_attainment(b, z.county)
        high = share[4:].sum()
        moved = min(high * ratio[z.code], 0.95)
        out[z.code] = np.r_[share[:4] * (1 - moved) / (1 - high), share[4:] * moved / high]
    return out


def education(b: Builder) -> pd.DataFrame:
    """Table `education`: shares of attainment by zone, age band and sex."""
    margins = zone_attainment(b)
    states = {s: state_attainment(b.data, s) for s in b.states}
    shares: dict[str, F8] = {}
    for z in b.inside:
        state = states[z.state]
        people = b.zone_population[z.code]
        weights = np.array(
            [
                [people[lo:hi, s].sum() for lo, hi in ((25, 35), (35, 45), (45, 65), (65, TOP + 1))]
                for s in (0, 1)
            ]
        )
        seed = (state[:, 2:] * weights[..., None]).reshape(8, 6)
        fitted = ipf(seed, [((0,), weights.reshape(8)), ((1,), margins[z.code] * weights.sum())], EXACT, 500)
        out = state.copy()
        out[:, 2:] = (fitted / fitted.sum(axis=1, keepdims=True)).reshape(2, 4, 6)
        tilt = np.sqrt(margins[z.code] / (seed.sum(axis=0) / seed.sum()))  # the young follow half-way
        out[:, :2] *= tilt
        out[:, :2] /= out[:, :2].sum(axis=2, keepdims=True)
        shares[z.code] = out
    shares["outside"] = b.region_mean(shares)
    rows = [
        (
            z.code,
            band,
            s,
            level,
            float(shares[z.code][i, j, k]),
            "outside_mean" if z.kind == "outside" else "acs_education",
        )
        for z in b.zones
        for j, band in enumerate(EDUCATION_AGES)
        for i, s in enumerate(SEXES)
        for k, level in enumerate(EDUCATION)
    ]
    return pd.DataFrame(rows, columns=["zone", "age_band", "sex", "education", "share", "source"])


# --- race --------------------------------------------------------------------------------------


def zone_races(b: Builder) -> dict[str, F8]:
    """Zone -> (5,) race and ethnicity of all people; parts by their assumed ratios."""
    ratios = {r: b.ratios(r) for r in ("black", "hispanic", "asian")}
    out = {}
    for z in b.inside:
        p: Any = b.data.profile.loc[z.county]
        both = {
            r: float(p[f"joc_race.{k}_male"] + p[f"joc_race.{k}_female"]) * ratios.get(r, {}).get(z.code, 1.0)
            for r, k in (("black", "black_alone"), ("hispanic", "hispanic"), ("asian", "asian_alone"))
        }
        white = float(
            p["joc_race.non_hispanic_white_alone_male"] + p["joc_race.non_hispanic_white_alone_female"]
        )
        county = sum(both[r] / ratios[r][z.code] for r in both)
        other = max(1 - white - county, 0.005)
        both["other"] = other
        both["white"] = max(1 - sum(both.values()), 0.01)
        share = np.array([both[r] for r in RACES])
        out[z.code] = share / share.sum()
    return out


def race(b: Builder) -> pd.DataFrame:
    """Table `race`: shares by zone and age band."""
    edges = ((0, 16), (16, 25), (25, 45), (45, 65), (65, TOP + 1))
    shares: dict[str, F8] = {}
    for code, total in zone_races(b).items():
        people = np.array([b.zone_population[code][lo:hi].sum() for lo, hi in edges])
        seed = people[:, None] * total[None, :] * _US_RACE[:-1] / _US_RACE[-1]
        fitted = ipf(seed, [((0,), people), ((1,), total * people.sum())], EXACT, 500)
        shares[code] = fitted / fitted.sum(axis=1, keepdims=True)
    shares["outside"] = b.region_mean(shares, adults=False)
    rows = [
        (z.code, band, r, float(shares[z.code][j, k]), "outside_mean" if z.kind == "outside" else "race")
        for z in b.zones
        for j, band in enumerate(RACE_AGES)
        for k, r in enumerate(RACES)
    ]
    return pd.DataFrame(rows, columns=["zone", "age_band", "race", "share", "source"])


_ACS_RACE = {"white": "white", "black": "black", "hispanic": "latino", "asian": "asian"}


def race_education(b: Builder) -> pd.DataFrame:
    """Table `race_education`: attainment of people of 25 and over by zone and race."""
    margins, races = zone_attainment(b), zone_races(b)
    shares: dict[str, F8] = {}
    own: dict[tuple[str, str], bool] = {}
    for z in b.inside:
        mean = margins[z.code]
        table = np.tile(mean, (len(RACES), 1))
        for k, r in enumerate(RACES):
            if r not in _ACS_RACE:
                continue
            columns = [f"pct_edu_{level}_{_ACS_RACE[r]}" for level in ("hsplus", "baplus")]
            own[z.code, r] = all(not np.isnan(figure(b.data.acs_county, z.county, c)) for c in columns)
            high, bachelor = (_race_share(b, z.county, c) for c in columns)
            if np.isnan(high) or np.isnan(bachelor):
                continue
            bachelor = min(bachelor, high - 0.02)
            table[k] = np.r_[
                1 - high, mean[1:4] / mean[1:4].sum() * (high - bachelor), mean[4:] / mean[4:].sum() * bachelor
            ]
        # together they make up the zone's own attainment
        seed = np.maximum(table, 1e-4) * races[z.code][:, None]
        fitted = ipf(seed, [((0,), races[z.code]), ((1,), mean)], EXACT, 500)
        shares[z.code] = fitted / fitted.sum(axis=1, keepdims=True)
    shares["outside"] = b.region_mean(shares)

    def source(z: Zone, r: str) -> str:
        if z.kind == "outside":
            return "outside_mean"
        return "race_education" if own.get((z.code, r), True) else "race_education_mean"

    rows = [
        (z.code, r, level, float(shares[z.code][k, j]), source(z, r))
        for z in b.zones
        for k, r in enumerate(RACES)
        for j, level in enumerate(EDUCATION)
    ]
    return pd.DataFrame(rows, columns=["zone", "race", "education", "share", "source"])


def _race_share(b: Builder, fips: str, column: str) -> float:
    """A county's share, drawn towards the region's where the group is small (a few hundred people)."""

    def make() -> pd.Series:
        frame = b.data.acs_county.loc[b.counties]
        size = frame[f"pop_{column.rsplit('_', 1)[1]}"].astype(float).fillna(0)
        value = frame[column].astype(float)
        there = float(size[value.notna()].sum())
        mean = float((value * size).sum() / there) if there > 0 else float("nan")
        weight = size / (size + 1500)
        return (weight * value + (1 - weight) * mean).fillna(mean)

    shares: pd.Series = b.once(f"shares by race {column}", make)
    return float(shares[fips])
