"""Self-sufficiency wages of real counties against the living wage and ALICE (statistics outside the project)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from laborsim.region.budget import Place, household_needs, self_sufficiency_wage
from laborsim.region.budget.parts import household
from laborsim.region.budget.resources import NO_CREDITS
from laborsim.region.budget.types import stack
from laborsim.region.build_needs import needs, places
from laborsim.region.build_population import Builder
from laborsim.region.national import CPI
from laborsim.region.places import make_zones, parse_split
from laborsim.region.sources import Data
from official_data import DATA

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the statistics are not here")
KANSAS_CITY = ("29095", "29047", "29165", "29037", "20091", "20209", "20103")
OTHERS = ("41039", "21111", "21029", "21185", "21211", "21093", "29510", "18019")
KINDS = {
    "living_wage_1adult_0kids_hr": (1, ()),
    "living_wage_2adults_both_work_0kids_hr": (2, ()),
    "living_wage_2adults_both_work_2kids_hr": (2, (4, 9)),
}


@pytest.fixture(scope="module")
def data() -> Data:
    return Data(DATA)


def at(data: Data, counties: tuple[str, ...], split: str = "") -> dict[str, Place]:
    parts = parse_split(split)
    return places(Builder(data, make_zones(data, counties, parts), parts))


def test_within_15_percent_of_the_living_wage(data: Data) -> None:
    """Without tax credits, which the living wage leaves out; it is made of statistics of 2020."""
    where = {**at(data, KANSAS_CITY), **at(data, OTHERS)}
    ratio: dict[str, list[float]] = {k: [] for k in KINDS}
    for fips in (*KANSAS_CITY, *OTHERS):
        made = [household(a, ages, where[fips]) for a, ages in KINDS.values()]
        spending = np.array([12 * b.total for _, b in made])
        wage = self_sufficiency_wage(spending, stack([h for h, _ in made]), where[fips], NO_CREDITS)
        for kind, w in zip(KINDS, wage, strict=True):
            ratio[kind].append(float(w) / (float(data.living_wage.loc[fips, kind]) * CPI[2019] / CPI[2020]))
    for kind, values in ratio.items():
        assert 0.88 < np.median(values) < 1.10, (kind, values)
        assert 0.83 < min(values) and max(values) < 1.15, (kind, values)


def test_counties_where_needs_weigh_more_have_more_households_below_alice(data: Data) -> None:
    alice = pd.read_csv(DATA / "alice_county_2023_OR_KS_IN.csv", dtype={"FIPS": str}).set_index("FIPS")
    counties = tuple(c for c in data.profile.index if c[:2] == "20")
    where = at(data, counties)
    rows = [household(2, (4, 9), where[c]) for c in counties]
    burden = {}
    for c, (h, b) in zip(counties, rows, strict=True):
        wage = float(self_sufficiency_wage(12 * b.total, h, where[c])[0])
        burden[c] = 2 * 2080 * wage / where[c].median_income
    ranks = pd.Series(burden).rank()
    assert ranks.corr(alice.loc[list(counties), "Combined_Vulnerability_Pct"].rank()) > 0.55


def test_parts_of_a_county_and_the_land_beyond(data: Data) -> None:
    where = at(data, KANSAS_CITY, "29095=east:0.43:0.30,west")
    east, west, beyond = where["29095-east"], where["29095-west"], where["outside"]
    assert (east.local_tax, west.local_tax) == (0.0, 0.01) and east.rent[1] > west.rent[1]
    rents = [p.rent[1] for code, p in where.items() if code != "outside"]
    assert min(rents) < beyond.rent[1] < max(rents) and beyond.state == "MO"
    assert household_needs(east)[0].hourly != household_needs(west)[0].hourly


def test_the_table_of_a_region(data: Data) -> None:
    table = needs(Builder(data, make_zones(data, KANSAS_CITY, {}), {}))
    assert len(table) == 8 * 14 and not table.duplicated(["zone", "adults", "children", "young"]).any()
    hourly = table.set_index(["zone", "adults", "children", "young"])["hourly"]
    assert hourly["29095", 1, 2, 1] > hourly["29095", 1, 1, 1] > hourly["29095", 1, 0, 0]
    assert set(table["source"]) == {"needs", "outside_mean"}
