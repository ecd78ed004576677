"""Tables about living: childcare prices, rules, income, migration."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from laborsim.region import schedules
from laborsim.region.build_jobs import zone_jobs
from laborsim.region.build_population import Builder
from laborsim.region.national import CPI
from laborsim.region.pay import FEDERAL_MINIMUM
from laborsim.region.places import nearest
from laborsim.region.sources import figure
from laborsim.region.tables import SECTORS

#: Share of paid places in centers (the rest are family homes), by age group; places per worker of NAICS 6244.
_CENTERS: Final = {"infant": 0.62, "toddler_preschool": 0.75, "school": 0.70}
_PLACES_PER_WORKER: Final = 6.5
_PLACES: Final = {"infant": 0.15, "toddler_preschool": 0.60, "school": 0.25}
_AGES: Final = {"infant": (0, 2), "toddler_preschool": (2, 6), "school": (6, 13)}
#: State -> (month, dollars an hour).
MINIMUM_WAGE: Final = {
    "MO": (
        ("2018-01", 7.85),
        ("2019-01", 8.60),
        ("2020-01", 9.45),
        ("2021-01", 10.30),
        ("2022-01", 11.15),
        ("2023-01", 12.00),
        ("2024-01", 12.30),
        ("2025-01", 13.75),
        ("2026-01", 15.00),
    ),
    "OR": (
        ("2017-07", 10.25),
        ("2018-07", 10.75),
        ("2019-07", 11.25),
        ("2020-07", 12.00),
        ("2021-07", 12.75),
        ("2022-07", 13.50),
        ("2023-07", 14.20),
        ("2024-07", 14.70),
        ("2025-07", 15.05),
    ),
}
#: State -> (weeks at most, dollars a week at most).
UI: Final = {"MO": (20, 320), "KS": (16, 474), "KY": (26, 552), "OR": (26, 648), "IN": (26, 390)}
REPLACEMENT: Final = 0.50


def county_prices(b: Builder, fips: str) -> dict[str, float] | None:
    """Dollars of 2019 a month per child by age group, or None if the county is not in the price database."""

    def latest() -> dict[str, Any]:
        rows = b.data.childcare.sort_values("study_year", kind="stable").dropna(subset=["mc_infant"])
        return {str(r["fips"]): r for r in rows.drop_duplicates("fips", keep="last").to_dict("records")}

    r = b.once("latest childcare prices", latest).get(fips)
    if r is None:
        return None
    index = CPI[2019] / CPI[min(max(int(r["study_year"]), 2013), 2018)]
    centers = {
        "infant": r["mc_infant"],
        "toddler_preschool": r["mc_toddler"] / 3 + r["mc_preschool"] * 2 / 3,
        "school": r["mcsa"],
    }
    homes = {
        "infant": r["mfcc_infant"],
        "toddler_preschool": r["mfcc_toddler"] / 3 + r["mfcc_preschool"] * 2 / 3,
        "school": r["mfccsa"],
    }
    return {
        g: float(_CENTERS[g] * centers[g] + (1 - _CENTERS[g]) * homes[g]) * 52 / 12 * index for g in _CENTERS
    }


def prices(b: Builder) -> dict[str, tuple[dict[str, float], str]]:
    """Zone -> (prices by age group, source); counties without prices take others', moved with income.

    Others are the region's counties with prices, else the ten nearest with prices.
    """
    made: dict[str, tuple[dict[str, float], str]] = b.once("childcare prices", lambda: _prices(b))
    return made


def _prices(b: Builder) -> dict[str, tuple[dict[str, float], str]]:
    known = {c: p for c in b.counties if (p := county_prices(b, c)) is not None}
    if not known:
        every = b.data.childcare.query("study_year == 2018").dropna(subset=["mc_infant"])["fips"].unique()
        near = nearest(b.data, b.counties, [c for c in every if c in b.data.profile.index], 10)
        known = {c: p for c in near if (p := county_prices(b, c)) is not None}
    weight = {c: figure(b.data.profile, c, "joc_population.2018") for c in known}
    mean = {g: sum(known[c][g] * weight[c] for c in known) / sum(weight.values()) for g in _CENTERS}
    typical = sum(_income(b, c) * weight[c] for c in known) / sum(weight.values())
    out = {}
    for z in b.inside:
        if z.county in b.counties and z.county in known:
            out[z.code] = (known[z.county], "ndcp")
        else:
            factor = (_income(b, z.county) / typical) ** 0.4
            out[z.code] = ({g: v * factor for g, v in mean.items()}, "ndcp_neighbour")
    out["outside"] = (
        {g: float(b.region_mean({c: v[0][g] for c, v in out.items()})) for g in _CENTERS},
        "outside_mean",
    )
    return out


def _income(b: Builder, fips: str) -> float:
    return figure(b.data.profile, fips, "saipe_MEDHHINC_2019")


def childcare(b: Builder) -> pd.DataFrame:
    """Table `childcare`: monthly price (dollars) and places by zone and age group."""
    price, jobs = prices(b), zone_jobs(b)
    day = SECTORS.index("6244")
    rows, capacity = [], {}
    for z in b.inside:
        places = float(jobs[z.code].jobs[day]) * _PLACES_PER_WORKER
        for g, (lo, hi) in _AGES.items():
            capacity[z.code, g] = min(
                places * _PLACES[g] / float(b.zone_population[z.code][lo:hi].sum()), 1.0
            )
    for g in _AGES:
        capacity["outside", g] = float(b.region_mean({z.code: capacity[z.code, g] for z in b.inside}))
    for z in b.zones:
        rows += [(z.code, g, price[z.code][0][g], capacity[z.code, g], price[z.code][1]) for g in _AGES]
    return pd.DataFrame(rows, columns=["zone", "age_group", "price_month", "capacity", "source"])


def rules(b: Builder) -> pd.DataFrame:
    """Table `rules`: minimum wages and insurance rules by zone, from the month in which they hold; nominal dollars."""
    rows: list[tuple[str, str, str, float, str]] = []
    for z in b.zones:
        state = z.state or max(b.states, key=lambda s: sum(x.people_share for x in b.inside if x.state == s))
        source = "outside_mean" if z.kind == "outside" else "rules"
        wage = MINIMUM_WAGE.get(state, (("2018-01", FEDERAL_MINIMUM),))
        rows += [(z.code, m, "minimum_wage", v, source) for m, v in wage]
        weeks, most = UI.get(state, (26, 450))
        rows += [
            (z.code, "2018-01", "ui_weeks", float(weeks), source),
            (z.code, "2018-01", "ui_maximum", float(most), source),
            (z.code, "2018-01", "ui_replacement", REPLACEMENT, source),
        ]
    return pd.DataFrame(rows, columns=["zone", "month", "measure", "value", "source"])


def income(b: Builder) -> pd.DataFrame:
    """Table `income`: income per person and of the median household by zone, dollars of 2019 a year."""
    ratio = b.ratios("income")
    head = {
        z.code: figure(b.data.profile, z.county, "acs2017_IncomePerCap")
        * CPI[2019]
        / CPI[2017]
        * ratio[z.code]
        for z in b.inside
    }
    home = {z.code: _income(b, z.county) * ratio[z.code] for z in b.inside}
    head["outside"] = float(b.region_mean(head, adults=False))
    home["outside"] = float(b.region_mean(home))
    return pd.DataFrame(
        [(c, round(head[c]), round(home[c]), "outside_mean" if c == "outside" else "income") for c in head],
        columns=["zone", "per_capita_income", "median_household_income", "source"],
    )


#: Movers across county or state lines that stay inside a region of several counties; the young move more than 25+.
_INSIDE: Final = 0.30
#: A region with at least this share of a state's people takes in-state movers as its own by that share.
_STATEWIDE: Final = 0.5
_YOUNG: Final = 1.15


def natural_growth(b: Builder, county: str) -> float:
    """Births less deaths a year per resident of a county: its people under one year, the nation's life table."""
    people, death = b.population[county], schedules.mortality().T  # by age and sex; the last age is open
    last = people.shape[0] - 1
    living = np.cumprod(np.vstack([np.ones(2), 1.0 - death[last:-1]]), axis=0)
    of_age = np.vstack([death[:last], (living * death[last:]).sum(axis=0) / living.sum(axis=0)])
    return float((people[0].sum() - (people * of_age).sum()) / people.sum())


def migration(b: Builder) -> pd.DataFrame:
    """Yearly rates per resident: ACS movers in; out-migration such that PEP growth 2016-19 comes about.

    What births and deaths do not explain of a county's growth is migration: an old county that grows has many arrivals.
    """
    inward, outward = {}, {}
    people = b.data.profile["joc_population.2018"].astype(float)
    held = {
        s: people[[c for c in b.counties if c[:2] == s]].sum() / people[people.index.str[:2] == s].sum()
        for s in {c[:2] for c in b.counties}
    }
    for z in b.inside:
        m: Any = b.data.migration.loc[z.county]
        p: Any = b.data.profile.loc[z.county]
        adults = float(b.population[z.county][25:].sum())
        share = float(held[z.county[:2]])
        if share >= _STATEWIDE:
            far = float(m["fromdiffstate_total"]) + (1 - share) * float(m["frominstate_total"])
            stay = 0.0
        else:
            far = float(m["fromdiffstate_total"]) + 0.6 * float(m["frominstate_total"])
            stay = _INSIDE if len(b.counties) > 1 else 0.0
        inward[z.code] = (far * (1 - stay) + float(m["fromabroad_total"])) / adults * _YOUNG
        growth = (float(p["joc_population.2019"]) / float(p["joc_population.2016"])) ** (1 / 3) - 1
        outward[z.code] = max(inward[z.code] - (growth - natural_growth(b, z.county)), 0.005)
    inward["outside"] = float(b.region_mean(inward, adults=False))
    outward["outside"] = float(b.region_mean(outward, adults=False))
    return pd.DataFrame(
        [(c, inward[c], outward[c], "outside_mean" if c == "outside" else "acs_migration") for c in inward],
        columns=["zone", "in_rate", "out_rate", "source"],
    ).round(6)
