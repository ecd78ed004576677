"""Tables about the labor force: who is in it, out of work or idle and why, and traits that matter to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.market.codes import EDUCATION, RACES, SEXES
from laborsim.region import schedules
from laborsim.region.build_people import RATE_FLOORS, families, family_facts
from laborsim.region.build_population import Builder, population_source
from laborsim.region.rake import shift_to_total
from laborsim.region.sources import figure
from laborsim.region.tables import RATE_AGES, REASONS

F8 = NDArray[np.float64]
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
    """Table `labor_force`: people of 16 and over, participation, unemployment, part-time, self-employed, by zone."""
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
            every = b.data.cps_rate("Labor Force Participation Rate", band, sex) / 100
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
    """Table `unemployment`: unemployment of groups relative to that of everyone."""
    r = b.data.cps_rates
    base = r["(Unadj) Unemployment Rate"]
    rows = [
        (
            "age_sex",
            f"{sex}:{band}",
            b.data.cps_rate("Unemployment Rate", band, sex) / base,
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
    """Table `nilf`: shares of the reasons of those out of the labor force, by age band and sex."""
    rows = []
    for j, band in enumerate(RATE_AGES):
        for sex in SEXES:
            share = np.array(_REASONS[sex][j])
            rows += [
                (band, sex, r, float(v), "nilf_reasons")
                for r, v in zip(REASONS, share / share.sum(), strict=True)
            ]
    return pd.DataFrame(rows, columns=["age_band", "sex", "reason", "share", "source"])


def _limited(b: Builder) -> F8:
    """(8, 2) people with a condition that limits work: the nation's share, and no fewer than are idle for it.

    In a place where few are in the labor force more are out of it because of a condition.
    """
    everyone = np.sum([b.zone_population[z.code] for z in b.inside], axis=0)
    adults = np.add.reduceat(everyone[16:], RATE_FLOORS - 16)
    rates = participation(b).query("children == 'all'").pivot(index="age_band", columns="sex", values="rate")
    usual = rates.loc[list(RATE_AGES), list(SEXES)].to_numpy(np.float64)
    force = sum(v["labor_force"] for c, v in zone_labor_force(b).items() if c != "outside")
    active = shift_to_total(usual.ravel(), adults.ravel(), force).reshape(usual.shape)
    reason = np.stack([np.array([_REASONS[s][j][3] / sum(_REASONS[s][j]) for j in range(8)]) for s in SEXES], axis=1)
    national = np.array(_TRAITS["disability"]).T
    return np.asarray(np.maximum(national, np.minimum(1.02 * (1 - active) * reason, 0.9)))


def traits(b: Builder) -> pd.DataFrame:
    """Table `traits`: shares disabled, with a record, enrolled and caring, by age band and sex."""
    rows = []
    school = schedules.enrolment()
    limited = _limited(b)
    for j, band in enumerate(RATE_AGES):
        lo = int(RATE_FLOORS[j])
        hi = int(RATE_FLOORS[j + 1]) if j + 1 < len(RATE_FLOORS) else 95
        for i, sex in enumerate(SEXES):
            shares = {m: float(_TRAITS[m][i][j]) for m in _TRAITS} | {"disability": float(limited[j, i])}
            rows += [(band, sex, m, v, "traits") for m, v in shares.items()]
            rows.append((band, sex, "enrolled", float(school[lo:hi].mean()), "nces_enrolment"))
    return pd.DataFrame(rows, columns=["age_band", "sex", "measure", "share", "source"])
