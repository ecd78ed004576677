"""Tables about households: families, people who live alone, cars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from laborsim.market.codes import SEXES
from laborsim.region.build_population import Builder, household_population
from laborsim.region.places import nearest
from laborsim.region.rake import shift_to_total
from laborsim.region.sources import Data, figure
from laborsim.region.tables import RATE_AGES

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
#: Of people neither coupled, nor a lone parent, nor alone: share who live with parents, children or another family.
_AT_HOME = 0.80
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
        adults = np.add.reduceat(people[16:], RATE_FLOORS - 16)  # (8, 2)
        # a place with fewer one-parent families has more couples
        fewer = 0.5 + 0.5 * (1 - singles[code]) / couples_us
        coupled = np.stack(
            [np.minimum(np.minimum(np.array(_MARRIED[s]) + _PARTNER, 0.92) * fewer, 0.93) for s in SEXES], axis=1
        )
        lone = float(total * kinds[1:].sum())
        solitary = alone_shares(adults, coupled, lone, homes[code])
        for i, sex in enumerate(SEXES):
            alone, dist = (kinds[2], facts.fathers) if sex == "male" else (kinds[1], facts.mothers)
            parents = total * (kinds[0] + alone) * dist
            for j, band in enumerate(RATE_AGES):
                parent = min(float(parents[j] / adults[j, i]), 0.85)
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
                rows.append((code, "all", "coupled", f"{sex}:{band}", coupled[j, i], "cohabitation"))
                rows.append((code, "all", "alone", f"{sex}:{band}", solitary[j, i], "living_alone"))
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


def alone_shares(adults: F8, coupled: F8, lone_parents: float, per_household: float) -> F8:
    """Shares living alone by age band and sex: the nation's odds times one factor that makes up the households.

    Parameters
    ----------
    adults, coupled : (8, 2) people of RATE_AGES and sex; share of them in couples.
    lone_parents : families with one parent.
    per_household : adults per household; couples, lone parents, people alone and pairs of others make them up.

    Returns
    -------
    (8, 2) shares, at most what couples leave.
    """
    usual = np.stack([np.array(_ALONE[s]) for s in SEXES], axis=1)
    couples = float((adults * coupled).sum()) / 2
    others = float(adults.sum()) - 2 * couples - lone_parents
    in_pairs = (1 - _AT_HOME) / 2  # households per person neither coupled, a lone parent nor alone
    wanted = float(adults.sum()) / per_household - couples - lone_parents
    alone = (wanted - others * in_pairs) / (1 - in_pairs)
    alone = float(np.clip(alone / (adults * usual).sum(), 0.35, 1.5) * (adults * usual).sum())
    shares = shift_to_total(usual.ravel(), adults.ravel(), alone).reshape(usual.shape)
    return np.minimum(shares, 0.92 * (1 - coupled))


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
    """Table `cars`: share of households without a car by zone."""
    ratio = b.ratios("no_car")
    share = {z.code: figure(b.data.acs_county, z.county, "pct_nocar") * ratio[z.code] for z in b.inside}
    share["outside"] = float(b.region_mean(share))
    return pd.DataFrame(
        [(c, v, "outside_mean" if c == "outside" else "acs_cars") for c, v in share.items()],
        columns=["zone", "share_no_car", "source"],
    )
