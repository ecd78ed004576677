"""Tables about people: population, attainment, race, families, cars, traits, the labor force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.market.codes import EDUCATION, RACES, SEXES
from laborsim.region import schedules
from laborsim.region.pack import Zone
from laborsim.region.places import Part, part_ratios
from laborsim.region.sources import Data
from laborsim.region.tables import EDUCATION_AGES, RACE_AGES, RATE_AGES, REASONS

F8 = NDArray[np.float64]
TOP = 85
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
#: Living with an unmarried partner, by RATE_AGES; living alone (men, women). America's Families 2018.
_PARTNER = np.array([0.015, 0.105, 0.150, 0.090, 0.065, 0.050, 0.035, 0.020])
_ALONE = {
    "male": (0.006, 0.065, 0.115, 0.105, 0.130, 0.180, 0.200, 0.240),
    "female": (0.006, 0.055, 0.085, 0.070, 0.100, 0.165, 0.260, 0.440),
}
_MARRIED = {
    "male": (0.004, 0.07, 0.38, 0.61, 0.64, 0.665, 0.72, 0.66),
    "female": (0.010, 0.12, 0.46, 0.64, 0.635, 0.61, 0.565, 0.32),
}
#: Traits by RATE_AGES (men, women).
_TRAITS = {
    "disability": (
        (0.035, 0.040, 0.046, 0.058, 0.092, 0.150, 0.220, 0.42),
        (0.027, 0.034, 0.042, 0.060, 0.098, 0.150, 0.210, 0.45),
    ),
    "record": (
        (0.010, 0.060, 0.125, 0.145, 0.140, 0.120, 0.080, 0.04),
        (0.002, 0.012, 0.030, 0.038, 0.034, 0.025, 0.012, 0.006),
    ),
    "carer": (
        (0.030, 0.045, 0.050, 0.070, 0.110, 0.130, 0.110, 0.080),
        (0.040, 0.060, 0.070, 0.105, 0.170, 0.190, 0.140, 0.090),
    ),
}
#: Reasons of non-participation, RATE_AGES x REASONS, men then women.
_REASONS = {
    "male": (
        (0.02, 0.93, 0.00, 0.02, 0.01, 0.02),
        (0.05, 0.68, 0.00, 0.10, 0.04, 0.13),
        (0.14, 0.27, 0.005, 0.35, 0.06, 0.175),
        (0.17, 0.07, 0.02, 0.53, 0.05, 0.16),
        (0.12, 0.02, 0.09, 0.62, 0.04, 0.11),
        (0.04, 0.005, 0.50, 0.39, 0.02, 0.045),
        (0.01, 0.00, 0.89, 0.08, 0.003, 0.017),
        (0.002, 0.00, 0.945, 0.045, 0.001, 0.007),
    ),
    "female": (
        (0.04, 0.91, 0.00, 0.02, 0.01, 0.02),
        (0.20, 0.60, 0.00, 0.08, 0.03, 0.09),
        (0.58, 0.14, 0.005, 0.18, 0.02, 0.075),
        (0.62, 0.05, 0.01, 0.24, 0.02, 0.06),
        (0.44, 0.03, 0.06, 0.40, 0.02, 0.05),
        (0.16, 0.005, 0.46, 0.33, 0.01, 0.035),
        (0.03, 0.00, 0.88, 0.075, 0.002, 0.013),
        (0.007, 0.00, 0.94, 0.045, 0.001, 0.007),
    ),
}
#: Parents' participation at an age relative to that of all parents; RATE_AGES.
_PARENT_AGE = np.array([0.72, 0.93, 1.00, 1.02, 1.00, 0.92, 0.45, 0.25])
#: Usual part-time work by choice and for economic reasons, shares of the employed; CPS 2018.
_PART_TIME, _INVOLUNTARY, _US_RATE = 0.143, 0.031, 0.039
RATE_FLOORS = np.array([16, 20, 25, 35, 45, 55, 65, 75])


def rake(seed: F8, rows: F8, columns: F8, rounds: int = 500) -> F8:
    """Iterative proportional fitting of a matrix to row and column totals (of equal sum)."""
    out = seed.astype(np.float64).copy()
    for _ in range(rounds):
        before = out.copy()
        out *= np.divide(rows, out.sum(axis=1), out=np.zeros_like(rows), where=out.sum(axis=1) > 0)[:, None]
        out *= np.divide(columns, out.sum(axis=0), out=np.zeros_like(columns), where=out.sum(axis=0) > 0)[
            None, :
        ]
        if np.abs(out - before).max() <= 1e-10 * max(out.max(), 1e-300):
            break
    return out


@dataclass
class Builder:
    """What the table makers share: the data, the zones, the parts of split counties."""

    data: Data
    zones: tuple[Zone, ...]
    split: Mapping[str, Sequence[Part]]
    start: str = "2018-01"

    @property
    def inside(self) -> tuple[Zone, ...]:
        return self.zones[:-1]

    @cached_property
    def counties(self) -> list[str]:
        return list(dict.fromkeys(z.county for z in self.inside))

    @cached_property
    def states(self) -> list[str]:
        return list(dict.fromkeys(z.state for z in self.inside))

    def ratios(self, measure: str, weight: str = "people") -> dict[str, float]:
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
    single = data.single_age[
        (data.single_age["fips"] == fips) & (data.single_age["year"] == 2020)
    ].sort_values("age")
    if len(single):
        return single[["male", "female"]].to_numpy(dtype=np.float64)
    rows = data.age_groups[(data.age_groups["fips"] == fips) & (data.age_groups["year"] == 2020)]
    out = np.zeros((TOP + 1, 2))
    for group, male, female in rows[["age_group", "male", "female"]].to_numpy():
        low = int(str(group).rstrip("+").split("-")[0])
        high = TOP if "+" in str(group) else int(str(group).split("-")[1])
        out[low : high + 1] = np.array([male, female]) / (high - low + 1)
    return out


def population_source(b: Builder, fips: str) -> str:
    return "pep2023" if (b.data.single_age["fips"] == fips).any() else "pep_age_groups"


def age_sex(b: Builder, outside_people: float) -> pd.DataFrame:
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
    p, a = b.data.profile.loc[fips], b.data.acs_county.loc[fips]
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
    margins = zone_attainment(b)
    shares: dict[str, F8] = {}
    for z in b.inside:
        state = state_attainment(b.data, z.state)
        people = b.zone_population[z.code]
        weights = np.array(
            [
                [people[lo:hi, s].sum() for lo, hi in ((25, 35), (35, 45), (45, 65), (65, TOP + 1))]
                for s in (0, 1)
            ]
        )
        seed = (state[:, 2:] * weights[..., None]).reshape(8, 6)
        fitted = rake(seed, weights.reshape(8), margins[z.code] * weights.sum())
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
        p = b.data.profile.loc[z.county]
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
    edges = ((0, 16), (16, 25), (25, 45), (45, 65), (65, TOP + 1))
    shares: dict[str, F8] = {}
    for code, total in zone_races(b).items():
        people = np.array([b.zone_population[code][lo:hi].sum() for lo, hi in edges])
        seed = people[:, None] * total[None, :] * _US_RACE[:-1] / _US_RACE[-1]
        fitted = rake(seed, people, total * people.sum())
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
    margins = zone_attainment(b)
    shares: dict[str, F8] = {}
    for z in b.inside:
        own = margins[z.code]
        table = np.tile(own, (len(RACES), 1))
        for k, r in enumerate(RACES):
            if r not in _ACS_RACE:
                continue
            high, bachelor = (
                _race_share(b, z.county, f"pct_edu_{level}_{_ACS_RACE[r]}") for level in ("hsplus", "baplus")
            )
            if np.isnan(high) or np.isnan(bachelor):
                continue
            bachelor = min(bachelor, high - 0.02)
            table[k] = np.r_[
                1 - high, own[1:4] / own[1:4].sum() * (high - bachelor), own[4:] / own[4:].sum() * bachelor
            ]
        races = zone_races(b)[z.code]  # together they make up the zone's own attainment
        fitted = rake(np.maximum(table, 1e-4) * races[:, None], races, own)
        shares[z.code] = fitted / fitted.sum(axis=1, keepdims=True)
    shares["outside"] = b.region_mean(shares)
    rows = [
        (
            z.code,
            r,
            level,
            float(shares[z.code][k, j]),
            "outside_mean" if z.kind == "outside" else "race_education",
        )
        for z in b.zones
        for k, r in enumerate(RACES)
        for j, level in enumerate(EDUCATION)
    ]
    return pd.DataFrame(rows, columns=["zone", "race", "education", "share", "source"])


def _race_share(b: Builder, fips: str, column: str) -> float:
    """A county's share, drawn towards the region's where the group is small (a few hundred people)."""
    group = column.rsplit("_", 1)[1]
    frame = b.data.acs_county.loc[b.counties]
    size = frame[f"pop_{group}"].astype(float).fillna(0)
    value = frame[column].astype(float)
    mean = (
        float((value * size).sum() / size[value.notna()].sum())
        if size[value.notna()].sum() > 0
        else float("nan")
    )
    if np.isnan(value[fips]):
        return mean
    weight = size[fips] / (size[fips] + 1500)
    return float(weight * value[fips] + (1 - weight) * mean)


# --- families ----------------------------------------------------------------------------------

_KINDS = ("couple", "single_mother", "single_father")
_B11003 = {
    "couple": "Married-couple family",
    "single_mother": "Other family > Female householder, no husband present",
    "single_father": "Other family > Male householder, no wife present",
}


@dataclass(frozen=True)
class FamilyFacts:
    """Families with own children of a group of states: kinds (3,), numbers (3, 3), youngest (3, 4), parents' ages."""

    kinds: F8
    children: F8
    youngest: F8
    mothers: F8  # (8,) share of mothers by RATE_AGES
    fathers: F8

    @property
    def per_family(self) -> F8:
        """(3,) own children per family of each kind (3 or more counts 3.45)."""
        return np.asarray(self.children @ np.array([1.0, 2.0, 3.45]))


def family_facts(data: Data, states: Sequence[str]) -> FamilyFacts:
    """Families with own children from ACS B11003 and the CPS tax units of these states."""
    acs = data.acs_state[(data.acs_state["table"] == "B11003") & data.acs_state["state"].isin(list(states))]
    count = acs.groupby("label")["estimate"].sum()
    with_own = "With own children of the householder under 18 years"
    kinds, under6 = [], []
    for kind in _KINDS:
        base = f"Total > {_B11003[kind]} > {with_own}"
        total = float(count[base])
        kinds.append(total)
        under6.append(1 - float(count[f"{base} > 6 to 17 years only"]) / total)
    units = data.tax_units
    units = units[units["state"].isin(list(states)) & (units["nu18"] > 0)]
    married = units["MARS"] == 2
    weight = units["weight_2019"]
    children, youngest = np.zeros((3, 3)), np.zeros((3, 4))
    for k, mine in enumerate((married, ~married, ~married)):
        for n in (1, 2, 3):
            children[k, n - 1] = weight[mine & (units["nu18"].clip(upper=3) == n)].sum()
        teens = weight[mine & (units["nu13"] == 0)].sum() / weight[mine & (units["nu06"] == 0)].sum()
        toddlers = 0.56  # of families with a child under six, the youngest is under three: assumed from CPS family data
        youngest[k] = [
            under6[k] * toddlers,
            under6[k] * (1 - toddlers),
            (1 - under6[k]) * (1 - teens),
            (1 - under6[k]) * teens,
        ]
    children /= children.sum(axis=1, keepdims=True)
    head, spouse = units["age_head"].astype(float), units["age_spouse"].astype(float)
    share_single = np.array(kinds) / sum(kinds)

    def ages(age: pd.Series, mask: pd.Series) -> F8:
        band = np.searchsorted(RATE_FLOORS, age[mask].to_numpy(), side="right") - 1
        out = np.bincount(np.clip(band, 0, 7), weights=weight[mask].to_numpy(), minlength=8)
        return out / out.sum()

    single = ages(head, ~married & (units["MARS"] == 4))
    younger = ages(pd.concat([head, spouse], axis=1).min(axis=1), married & (spouse > 0))
    elder = ages(pd.concat([head, spouse], axis=1).max(axis=1), married & (spouse > 0))
    mothers = younger * share_single[0] + single * share_single[1]
    fathers = elder * share_single[0] + single * share_single[2]
    return FamilyFacts(share_single, children, youngest, mothers / mothers.sum(), fathers / fathers.sum())


def families(b: Builder) -> pd.DataFrame:
    facts = family_facts(b.data, b.states)
    ratio = b.ratios("single_parent")
    couples_us = facts.kinds[0] * facts.per_family[0] / (facts.kinds @ facts.per_family)
    single_us = 1 - couples_us
    rows: list[tuple[str, str, str, str, float, str]] = []
    homes = {z.code: _adults_per_household(b, z) for z in b.inside}
    homes["outside"] = float(b.region_mean(homes))
    singles = {
        z.code: float(b.data.profile.loc[z.county, "joc_health.% Children in Single-Parent Households"])
        / 100
        * ratio[z.code]
        for z in b.inside
    }
    singles["outside"] = float(b.region_mean(singles))
    for z in b.zones:
        code, outside = z.code, z.kind == "outside"
        source = "outside_mean" if outside else "acs_families"
        people = b.zone_population[code]
        # share of children with one parent -> share of families of each kind
        odds = singles[code] / (1 - singles[code]) / (single_us / couples_us)
        kinds = facts.kinds * np.array([1.0, odds, odds])
        kinds = kinds / kinds.sum()
        per_family = float(kinds @ facts.per_family)
        for k, kind in enumerate(_KINDS):
            rows.append((code, kind, "families", "all", float(kinds[k]), source))
            rows += [
                (code, kind, "children", str(n + 1), float(facts.children[k, n]), "cps_families")
                for n in range(3)
            ]
            rows += [
                (code, kind, "youngest", key, float(facts.youngest[k, n]), source)
                for n, key in enumerate(("0-2", "3-5", "6-12", "13-17"))
            ]
        total = people[:18].sum() * 0.965 / per_family  # the rest live with other relatives or in care
        for i, sex in enumerate(SEXES):
            alone, dist = (kinds[2], facts.fathers) if sex == "male" else (kinds[1], facts.mothers)
            parents = total * (kinds[0] + alone) * dist
            adults = np.add.reduceat(people[16:, i], RATE_FLOORS - 16)
            for j, band in enumerate(RATE_AGES):
                parent = min(float(parents[j] / adults[j]), 0.85)
                partner = min(_MARRIED[sex][j] + _PARTNER[j], 0.92)
                # a place with fewer one-parent families has more couples
                partner = partner * (0.5 + 0.5 * (1 - singles[code]) / couples_us)
                rows.append(
                    (
                        code,
                        "all",
                        "parent",
                        f"{sex}:{band}",
                        parent,
                        "outside_mean" if outside else "cps_families",
                    )
                )
                rows.append((code, "all", "coupled", f"{sex}:{band}", min(partner, 0.93), "cohabitation"))
                rows.append((code, "all", "alone", f"{sex}:{band}", _ALONE[sex][j], "cohabitation"))
        rows.append((code, "all", "children_per_family", "all", per_family, "cps_families"))
        rows.append(
            (
                code,
                "all",
                "adults_per_household",
                "all",
                homes[code],
                "outside_mean" if outside else "acs_households",
            )
        )
    return pd.DataFrame(rows, columns=["zone", "kind", "measure", "key", "value", "source"])


def _adults_per_household(b: Builder, z: Zone) -> float:
    frame = b.data.childcare.query("study_year == 2018").set_index("fips")["households"]
    means = {c: float(b.population[c][16:].sum() / frame[c]) for c in b.counties if c in frame.index}
    if z.county in means:
        return means[z.county]
    return float(np.mean(list(means.values()))) if means else 1.97


def cars(b: Builder) -> pd.DataFrame:
    ratio = b.ratios("no_car")
    share = {z.code: float(b.data.acs_county.loc[z.county, "pct_nocar"]) * ratio[z.code] for z in b.inside}
    share["outside"] = float(b.region_mean(share))
    return pd.DataFrame(
        [(c, v, "outside_mean" if c == "outside" else "acs_cars") for c, v in share.items()],
        columns=["zone", "share_no_car", "source"],
    )


def traits() -> pd.DataFrame:
    rows = []
    school = schedules.enrolment()
    for j, band in enumerate(RATE_AGES):
        lo = int(RATE_FLOORS[j])
        hi = int(RATE_FLOORS[j + 1]) if j + 1 < len(RATE_FLOORS) else 95
        for i, sex in enumerate(SEXES):
            rows += [(band, sex, m, float(_TRAITS[m][i][j]), "traits") for m in _TRAITS]
            rows.append((band, sex, "enrolled", float(school[lo:hi].mean()), "nces_enrolment"))
    return pd.DataFrame(rows, columns=["age_band", "sex", "measure", "share", "source"])


# --- labor force -------------------------------------------------------------------------------


def county_labor_force(b: Builder) -> dict[str, tuple[float, float, str]]:
    """County -> (labor force, unemployment rate, source), mean of the twelve months centred on the start."""
    months = pd.period_range(end=pd.Period(b.start, "M") + 6, periods=12, freq="M").strftime("%Y-%m")
    monthly = b.data.laus_monthly[b.data.laus_monthly["month"].isin(list(months))]
    mean = monthly.groupby("fips")[["labor_force", "unemployed"]].mean()
    full = monthly.groupby("fips")["month"].nunique()
    out: dict[str, tuple[float, float, str]] = {}
    missing = []
    for c in b.counties:
        if full.get(c, 0) == len(months):
            force = float(mean.at[c, "labor_force"])
            out[c] = (force, float(mean.at[c, "unemployed"]) / force, "laus")
        else:
            missing.append(c)
    annual = b.data.laus_annual.set_index(["fips", "year"])
    core = b.data.laus_region.query("region == 'kc_core7'")
    core = core[core["month"].isin(list(months))]
    seven = {"29095", "29047", "29165", "29037", "20091", "20209", "20103"}
    if missing and set(b.counties) == seven and len(core) == len(months):
        force = float(core["labor_force"].mean()) - sum(v[0] for v in out.values())
        jobless = float(core["unemployed"].mean()) - sum(v[0] * v[1] for v in out.values())
        last = {c: annual.loc[(c, int(annual.loc[c].index.max()))] for c in missing}
        forces = {
            c: force * float(r["labor_force"]) / sum(float(x["labor_force"]) for x in last.values())
            for c, r in last.items()
        }
        rates = {c: float(r["unemp_rate_pct"]) for c, r in last.items()}
        scale = jobless / sum(forces[c] * rates[c] for c in missing)
        return out | {c: (forces[c], rates[c] * scale, "laus_rest") for c in missing}
    for c in missing:
        year = min(2018, int(annual.loc[c].index.max()))
        row = annual.loc[(c, year)]
        state = annual.reset_index()
        state = state[state["fips"].str[:2] == c[:2]].groupby("year")[["labor_force", "unemployed"]].sum()
        was, now = state.loc[year], state.loc[2018]
        growth = float(now["labor_force"] / was["labor_force"])
        change = float((now["unemployed"] / now["labor_force"]) / (was["unemployed"] / was["labor_force"]))
        out[c] = (
            float(row["labor_force"]) * growth,
            float(row["unemp_rate_pct"]) / 100 * change,
            "laus_annual",
        )
    return out


def zone_labor_force(b: Builder) -> dict[str, dict[str, float]]:
    """Zone -> measures of LABOR_FORCE (the outside zone's population and labor force are set by `size_outside`)."""
    county = county_labor_force(b)
    ratio = b.ratios("unemployment")
    out: dict[str, dict[str, float]] = {}
    for z in b.inside:
        force, rate, _ = county[z.county]
        adults = float(b.zone_population[z.code][16:].sum())
        rate *= ratio[z.code]
        out[z.code] = {
            "population_16": adults,
            "labor_force": force * z.people_share,
            "participation": force * z.people_share / adults,
            "unemployment": rate,
            "part_time": _PART_TIME,
            "part_time_involuntary": _INVOLUNTARY * (rate / _US_RATE) ** 0.7,
            "self_employed": float(b.data.profile.loc[z.county, "acs2017_SelfEmployed"]) / 100,
        }
    out["outside"] = {
        m: float(b.region_mean({c: v[m] for c, v in out.items()})) for m in next(iter(out.values()))
    }
    return out


_MEASURE_SOURCE = {
    "part_time": "cps_hours",
    "part_time_involuntary": "cps_hours",
    "self_employed": "acs_class",
}


def labor_force(b: Builder, outside_people: float) -> pd.DataFrame:
    county = county_labor_force(b)
    made = zone_labor_force(b)
    adults = float(b.zone_population["outside"][16:].sum()) * outside_people
    made["outside"] |= {"population_16": adults, "labor_force": adults * made["outside"]["participation"]}
    rows = []
    for z in b.zones:
        own = "outside_mean" if z.kind == "outside" else county[z.county][2]
        for m, v in made[z.code].items():
            source = population_source(b, z.county) if m == "population_16" and z.county else own
            rows.append(
                (z.code, m, v, "outside_mean" if z.kind == "outside" else _MEASURE_SOURCE.get(m, source))
            )
    return pd.DataFrame(rows, columns=["zone", "measure", "value", "source"])


_CPS_SEX = {"male": "Men", "female": "Women"}


def _cps(data: Data, what: str, band: str, sex: str) -> float:
    title = f"(Unadj) {what} - "
    if band == "65-74":
        return (
            0.57 * data.cps_rates[f"{title}65-69 yrs., {sex}"]
            + 0.43 * data.cps_rates[f"{title}70-74 yrs., {sex}"]
        )
    label = "75 yrs. & over" if band == "75+" else f"{band} yrs."
    return data.cps_rates[f"{title}{label}, {sex}"]


def participation(b: Builder) -> pd.DataFrame:
    """Rates by age and sex, and by own children: parents' from the CPS family tables, the rest by difference."""
    shares = families(b)
    shares = shares[shares["measure"] == "parent"].groupby("key")["value"].mean()
    facts = family_facts(b.data, b.states)
    young = facts.kinds @ facts.youngest[:, :2].sum(axis=1)
    title = "Labor force participation rate - "
    rates = {
        ("male", "under_6"): f"{title}Men with own children under 6",
        ("male", "6_17"): f"{title}Men with own children 6 to 17, none younger",
        ("female", "under_6"): f"{title}Women with own children under 6",
        ("female", "6_17"): f"{title}Women with own children 6 to 17, none younger",
    }
    young_by_age = np.array([1.0, 0.97, 0.72, 0.36, 0.08, 0.03, 0.03, 0.03])
    rows = []
    for i, sex in enumerate(SEXES):
        dist = facts.fathers if i == 0 else facts.mothers
        u6 = np.clip(young_by_age * young / (young_by_age @ dist), 0, 1)
        for j, band in enumerate(RATE_AGES):
            every = _cps(b.data, "Labor Force Participation Rate", band, _CPS_SEX[sex]) / 100
            parent = float(shares[f"{sex}:{band}"])
            with_young, with_old = (
                min(b.data.cps_families[rates[sex, k]] / 100 * _PARENT_AGE[j], 0.975)
                for k in ("under_6", "6_17")
            )
            mixed = u6[j] * with_young + (1 - u6[j]) * with_old
            none = (every - parent * mixed) / (1 - parent)
            none = float(np.clip(none, 0.5 * every, 0.975))
            for key, value in (("all", every), ("none", none), ("under_6", with_young), ("6_17", with_old)):
                rows.append((band, sex, key, value, "cps_participation"))
    return pd.DataFrame(rows, columns=["age_band", "sex", "children", "rate", "source"])


def unemployment(b: Builder) -> pd.DataFrame:
    r = b.data.cps_rates
    base = r["(Unadj) Unemployment Rate"]
    rows = [
        (
            "age_sex",
            f"{sex}:{band}",
            _cps(b.data, "Unemployment Rate", band, _CPS_SEX[sex]) / base,
            "cps_unemployment",
        )
        for sex in SEXES
        for band in RATE_AGES
    ]
    title = "(Unadj) Unemployment Rate - "
    race_rate = {
        "white": r[f"{title}White"] * 0.95,
        "black": r[f"{title}Black or African American"],
        "hispanic": r[f"{title}Hispanic or Latino"],
        "asian": 3.0,
        "other": 5.6,
    }
    rows += [("race", k, race_rate[k] / base, "cps_unemployment") for k in RACES]
    older = r[f"{title}25 yrs. & over"]
    labels = (
        "Less than a High School Diploma",
        "High School Graduates, No College",
        "Some College, No Degree",
        "Associate Degree",
    )
    education_rate = [r[f"{title}{k}, 25 yrs. & over"] for k in labels]
    bachelor = r[f"{title}Bachelor's degree and higher, 25 yrs. & over"]
    education_rate += [bachelor * 1.06, bachelor * 0.90]
    rows += [
        ("education", k, v / older, "cps_unemployment")
        for k, v in zip(EDUCATION, education_rate, strict=True)
    ]
    return pd.DataFrame(rows, columns=["dimension", "key", "relative", "source"])


def nilf() -> pd.DataFrame:
    rows = []
    for j, band in enumerate(RATE_AGES):
        for sex in SEXES:
            share = np.array(_REASONS[sex][j])
            rows += [
                (band, sex, r, float(v), "nilf_reasons")
                for r, v in zip(REASONS, share / share.sum(), strict=True)
            ]
    return pd.DataFrame(rows, columns=["age_band", "sex", "reason", "share", "source"])
