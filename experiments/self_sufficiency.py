"""Renew the tables of docs/self-sufficiency.md from the statistics: wages by county, checks, sources.

python experiments/self_sufficiency.py DATA_FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from laborsim.region.budget import Place, figures, net_resources, self_sufficiency_wage
from laborsim.region.budget.parts import household
from laborsim.region.budget.resources import ALL_BENEFITS, NO_CREDITS, WITH_CREDITS
from laborsim.region.build_needs import places
from laborsim.region.build_population import Builder
from laborsim.region.national import CPI
from laborsim.region.places import STATES, make_zones
from laborsim.region.sources import Data

HERE = Path(__file__).resolve().parents[1]
PAGE = HERE / "docs" / "self-sufficiency.md"
BEGIN, END = "<!-- tables: made by experiments/self_sufficiency.py -->", "<!-- end of tables -->"
#: Kinds the living-wage table knows: adults, ages, its column.
KINDS = {
    "1 adult": (1, (), "living_wage_1adult_0kids_hr"),
    "2 adults": (2, (), "living_wage_2adults_both_work_0kids_hr"),
    "2 adults, children of 4 and 9": (2, (4, 9), "living_wage_2adults_both_work_2kids_hr"),
}
LONE = (1, (2, 8))
#: The living wage of 2021 is made of statistics of 2020.
MIT_YEAR = 2020
COUNTIES = {
    "Kansas City": ("29095", "29047", "29165", "29037", "20091", "20209", "20103"),
    "Lane": ("41039",),
    "KentuckianaWorks": ("21111", "21029", "21103", "21185", "21211", "21215", "21223"),
    "Missouri, beside Kansas City": ("29510", "29189", "29077", "29019", "29097", "29201", "29069"),
    "Kentucky, beside Louisville": ("21093", "21067", "21117", "21227", "21195"),
}


def county_places(data: Data) -> dict[str, Place]:
    """What budgets depend on in every county of the data, each state built as one region."""
    out = {}
    for fips in STATES:
        counties = [c for c in data.profile.index if c[:2] == fips]
        made = places(Builder(data, make_zones(data, counties, {}), {}))
        out |= {c: made[c] for c in counties}
    return out


def wages(where: dict[str, Place]) -> pd.DataFrame:
    """Self-sufficiency wages by county, with and without tax credits."""
    rows = []
    for fips, place in where.items():
        row: dict[str, object] = {"fips": fips}
        for name, (adults, ages, _) in {**KINDS, "lone": (*LONE, "")}.items():
            h, b = household(adults, ages, place)
            row[name] = float(self_sufficiency_wage(12 * b.total, h, place)[0])
            row[name, "plain"] = float(self_sufficiency_wage(12 * b.total, h, place, NO_CREDITS)[0])
        rows.append(row)
    return pd.DataFrame(rows).set_index("fips")


def ratios(table: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Wage without tax credits over the living wage (which leaves them out), both in dollars of 2019."""
    mit = data.living_wage * CPI[2019] / CPI[MIT_YEAR]
    return pd.DataFrame({k: table[k, "plain"] / mit.loc[table.index, c] for k, (_, _, c) in KINDS.items()})


def county_table(table: pd.DataFrame, ratio: pd.DataFrame, data: Data) -> list[str]:
    head = ["region", "county", *KINDS, "1 adult, children of 2 and 8", *(f"{k}: to MIT's" for k in KINDS)]
    out = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]
    for region, counties in COUNTIES.items():
        for c in counties:
            name = f"{str(data.profile.loc[c, 'name']).title()}, {STATES[c[:2]]}"
            cells = [region, name, *(f"{table.loc[c, k]:.2f}" for k in (*KINDS, "lone"))]
            cells += [f"{ratio.loc[c, k]:.2f}" for k in KINDS]
            out.append("| " + " | ".join(cells) + " |")
    return out


def spread_table(ratio: pd.DataFrame) -> list[str]:
    out = ["| state | kind | counties | lowest | a tenth below | median | a tenth above | highest | within 15% |",
           "|---|---|---:|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    for fips, state in [*STATES.items(), ("", "all")]:
        mine = ratio[ratio.index.str.startswith(fips)]
        for kind in KINDS:
            q = np.quantile(mine[kind], [0, 0.1, 0.5, 0.9, 1])
            close = (np.abs(mine[kind] - 1) <= 0.15).mean()
            cells = [state, kind, str(len(mine)), *(f"{x:.2f}" for x in q), f"{close:.0%}"]
            out.append("| " + " | ".join(cells) + " |")
    return out


def alice_table(table: pd.DataFrame, where: dict[str, Place], data: Data) -> list[str]:
    """Rank correlation of our burden (need of a family of four over median income) with the share below ALICE."""
    alice = pd.read_csv(data.folder / "alice_county_2023_OR_KS_IN.csv", dtype={"FIPS": str}).set_index("FIPS")
    both = table.index.intersection(alice.index)
    income = pd.Series({c: where[c].median_income for c in both})
    need = 2 * 2080 * table.loc[both, "2 adults, children of 4 and 9"] / income
    alone = 2080 * table.loc[both, "1 adult"] / income
    low = alice.loc[both, "Combined_Vulnerability_Pct"]
    out = ["| state | counties | family of four | one adult |", "|---|---:|---:|---:|"]
    for fips, state in STATES.items():
        mine = [c for c in both if c[:2] == fips]
        if mine:
            r = [float(x[mine].rank().corr(low[mine].rank())) for x in (need, alone)]
            out.append(f"| {state} | {len(mine)} | {r[0]:.2f} | {r[1]:.2f} |")
    return out


def ladder_table(place: Place) -> list[str]:
    """What a lone parent has left of a wage in one place, with benefits and without."""
    h, b = household(*LONE, place)
    need = 12 * b.total
    out = ["| wage | after taxes and credits | with every benefit | share of the budget covered, without and with |",
           "|---:|---:|---:|---:|"]  # fmt: skip
    for wage in (9, 11, 13, 15, 17, 19, 21, 25, 30):
        own, all_of = (float(net_resources(wage, 2080, h, place, r)) for r in (WITH_CREDITS, ALL_BENEFITS))
        out.append(f"| {wage} | {own:,.0f} | {all_of:,.0f} | {own / need:.0%}, {all_of / need:.0%} |")
    return out


def source_table() -> list[str]:
    out = ["| figure | publisher | series | year | grade | note |", "|---|---|---|---|---|---|"]
    for f in figures().values():
        out.append(f"| `{f.name}` | {f.publisher} | {f.series} | {f.year} | {f.grade} | {f.note} |")
    return out


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    data = Data(Path(sys.argv[1]))
    where = county_places(data)
    table = wages(where)
    ratio = ratios(table, data)
    lines = [
        BEGIN, "", "### Wages and the living wage, by county", "",
        "Dollars of 2019 an hour for each adult, with tax credits. The last three columns compare without credits.", "",
        *county_table(table, ratio, data), "", "### Spread over all counties", "",
        "Our wage without tax credits over MIT's living wage.", "", *spread_table(ratio), "",
        "### Burden and ALICE, rank correlation over counties", "",
        "Yearly need over median household income against the share of households below ALICE's threshold in 2023.", "",
        *alice_table(table, where, data), "", "### What a wage leaves a lone parent in Jackson County, Missouri", "",
        "Children of 2 and 8, full-time, dollars of 2019 a year.", "", *ladder_table(where["29095"]), "",
        "### Sources", "", *source_table(), "", END,
    ]  # fmt: skip
    page = PAGE.read_text(encoding="utf-8")
    made = page[: page.index(BEGIN)] + "\n".join(lines) + page[page.index(END) + len(END) :]
    new = PAGE.with_suffix(".md.new")
    new.write_text(made, encoding="utf-8")
    new.replace(PAGE)


if __name__ == "__main__":
    main()
