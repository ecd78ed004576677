"""Tables about people's lives: families, cars, traits, the labor force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.market.codes import EDUCATION, RACES, SEXES
from laborsim.region import schedules
from laborsim.region.build_population import Builder, household_population, population_source
from laborsim.region.places import nearest
from laborsim.region.sources import Data, figure
from laborsim.region.tables import RATE_AGES, REASONS

F8 = NDArray[np.float64]
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
        return np.asarray(out / out.sum(), dtype=np.float64)

    single = ages(head, ~married & (units["MARS"] == 4))
    younger = ages(pd.concat([head, spouse], axis=1).min(axis=1), married & (spouse > 0))
    elder = ages(pd.concat([head, spouse], axis=1).max(axis=1), married & (spouse > 0))
    mothers = younger * share_single[0] + single * share_single[1]
    fathers = elder * share_single[0] + single * share_single[2]
    return FamilyFacts(share_single, children, youngest, mothers / mothers.sum(), fathers / fathers.sum())


def families(b: Builder) -> pd.DataFrame:
    """Families with own children, couples and people alone (see `pack`)."""
    made: pd.DataFrame = b.once("families", lambda: _families(b))
    return made


def _families(b: Builder) -> pd.DataFrame:
    facts = family_facts(b.data, b.states)
    ratio = b.ratios("single_parent")
    couples_us = facts.kinds[0] * facts.per_family[0] / (facts.kinds @ facts.per_family)
    single_us = 1 - couples_us
    rows: list[tuple[str, str, str, str, float, str]] = []
    per_household = _adults_per_household(b)
    homes = {z.code: per_household[z.county][0] for z in b.inside}
    homes["outside"] = float(b.region_mean(homes))
    singles = {
        z.code: figure(b.data.profile, z.county, "joc_health.% Children in Single-Parent Households")
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
                "outside_mean" if outside else per_household[z.county][1],
            )
        )
    return pd.DataFrame(rows, columns=["zone", "kind", "measure", "key", "value", "source"])


def _adults_per_household(b: Builder) -> dict[str, tuple[float, str]]:
    """County -> (adults per household, source): people 16 and over in households over the county's households.

    Where households are not at hand: the mean of the region's counties that have them, else of the nearest five.
    """
    table = b.data.childcare.query("study_year == 2018").set_index("fips")["households"]
    known = {c: float(b.population[c][16:].sum() / table[c]) for c in b.counties if c in table.index}
    others = known or {
        c: float(household_population(b.data, c)[16:].sum() / table[c])
        for c in nearest(b.data, b.counties, [c for c in table.index if c in b.data.profile.index], 5)
    }
    mean = float(np.mean(list(others.values())))
    return {
        c: (known[c], "acs_households") if c in known else (mean, "acs_households_mean") for c in b.counties
    }


def cars(b: Builder) -> pd.DataFrame:
    ratio = b.ratios("no_car")
    share = {z.code: figure(b.data.acs_county, z.county, "pct_nocar") * ratio[z.code] for z in b.inside}
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


#: Most of the people 16 and over who can be in the labor force; more is a fault of small counties' estimates.
_MOST_ACTIVE = 0.85


def county_labor_force(b: Builder) -> dict[str, tuple[float, float, str]]:
    """County -> (labor force, unemployment rate, source), mean of the twelve months centred on the start."""

    def make() -> dict[str, tuple[float, float, str]]:
        out = _county_labor_force(b)
        for c, (force, rate, _) in out.items():
            most = _MOST_ACTIVE * float(b.population[c][16:].sum())
            if force > most:
                out[c] = (most, rate, "laus_capped")
        return out

    made: dict[str, tuple[float, float, str]] = b.once("county labor force", make)
    return made


def _county_labor_force(b: Builder) -> dict[str, tuple[float, float, str]]:
    months = pd.period_range(end=pd.Period(b.start, "M") + 6, periods=12, freq="M").strftime("%Y-%m")
    monthly = b.data.laus_monthly[b.data.laus_monthly["month"].isin(list(months))]
    mean = monthly.groupby("fips")[["labor_force", "unemployed"]].mean()
    full = monthly.groupby("fips")["month"].nunique()
    out: dict[str, tuple[float, float, str]] = {}
    missing = []
    for c in b.counties:
        if full.get(c, 0) == len(months):
            force = figure(mean, c, "labor_force")
            out[c] = (force, figure(mean, c, "unemployed") / force, "laus")
        else:
            missing.append(c)
    annual: Any = b.data.laus_annual.set_index(["fips", "year"]).sort_index()
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
        was, now = _state_labor_force(b, c[:2], year)
        out[c] = (
            float(row["labor_force"]) * now[0] / was[0],
            float(row["unemp_rate_pct"]) / 100 * (now[1] / now[0]) / (was[1] / was[0]),
            "laus_annual",
        )
    return out


def _state_labor_force(b: Builder, state: str, year: int) -> tuple[F8, F8]:
    """(labor force, unemployed) of a state's counties in `year` and around the start: those at hand in both."""

    def make() -> tuple[F8, F8]:
        frame = b.data.laus_annual[b.data.laus_annual["fips"].str[:2] == state]
        columns = ["labor_force", "unemployed"]
        then = frame[frame["year"] == year].set_index("fips")[columns]
        start = int(b.start[:4])
        around = frame[frame["year"].isin([start - 1, start])].groupby("fips")[columns]
        now = around.mean()[around.size() == 2]
        both = then.index.intersection(now.index)
        return then.loc[both].sum().to_numpy(np.float64), now.loc[both].sum().to_numpy(np.float64)

    made: tuple[F8, F8] = b.once(f"state labor force {state} {year}", make)
    return made


def zone_labor_force(b: Builder) -> dict[str, dict[str, float]]:
    """Zone -> measures of LABOR_FORCE (population and labor force of the outside zone are set by `labor_force`)."""
    made: dict[str, dict[str, float]] = b.once("zone labor force", lambda: _zone_labor_force(b))
    return made


def _zone_labor_force(b: Builder) -> dict[str, dict[str, float]]:
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
            "self_employed": figure(b.data.profile, z.county, "acs2017_SelfEmployed") / 100,
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
    made = dict(zone_labor_force(b))
    adults = float(b.zone_population["outside"][16:].sum()) * outside_people
    made["outside"] = made["outside"] | {
        "population_16": adults,
        "labor_force": adults * made["outside"]["participation"],
    }
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
    made = families(b)
    shares: dict[Any, Any] = made[made["measure"] == "parent"].groupby("key")["value"].mean().to_dict()
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
            parent = shares[f"{sex}:{band}"]
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
