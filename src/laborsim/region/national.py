"""Building the national pack: sectors and occupations with what all regions share besides: schedules, rules, prices."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from laborsim.market.codes import SEXES
from laborsim.region import schedules
from laborsim.region.citations import DATA_SOURCES
from laborsim.region.national_occupations import mobility, occupations, staffing
from laborsim.region.national_sectors import (
    BASE_MONTH,
    SECTOR_FACTS,
    index_table,
    labor_force_table,
    posts_table,
    sector_jobs,
    state_table,
)
from laborsim.region.pack import Pack
from laborsim.region.sources import Data
from laborsim.region.tables import NATIONAL_TABLES, SECTORS

DOLLAR_YEAR: Final = 2019

CPI: Final = {
    2013: 232.957,
    2014: 236.736,
    2015: 237.017,
    2016: 240.007,
    2017: 245.120,
    2018: 251.107,
    2019: 255.657,
    2020: 258.811,
    2021: 270.970,
    2022: 292.655,
    2023: 304.702,
    2024: 313.689,
    2025: 321.9,
}
#: state, month from which it holds, dollars a week, widened eligibility, extra weeks
_SUPPLEMENTS: Final = (
    ("US", "2016-01", 0.0, 0, 0),
    ("US", "2020-03", 0.0, 1, 0),
    ("US", "2020-04", 600.0, 1, 13),
    ("US", "2020-08", 0.0, 1, 13),
    ("US", "2021-01", 300.0, 1, 24),
    ("US", "2021-03", 300.0, 1, 53),
    ("US", "2021-09", 0.0, 0, 0),
    ("MO", "2021-07", 0.0, 0, 0),
    ("IN", "2021-07", 0.0, 0, 0),
)


def _schedules(data: Data) -> pd.DataFrame:
    bands = ("55-59", "60-64", "65-69", "70-74", "75+")
    rates = tuple(data.cps_rate("Labor Force Participation Rate", band) for band in bands)
    made = {
        "fertility": (schedules.fertility(), "nchs_births"),
        "retirement": (schedules.retirement(rates), "retirement"),
        "disability_onset": (schedules.disability_onset(), "assumed"),
        "enrolment": (schedules.enrolment(), "nces_enrolment"),
        "migrant_age": (schedules.migrant_age(), "assumed"),
    }
    return pd.concat(
        [
            pd.DataFrame({"measure": m, "age": schedules.AGES, "value": v, "source": s})
            for m, (v, s) in made.items()
        ],
        ignore_index=True,
    )


def _flows(data: Data) -> pd.DataFrame:
    frame = data.flows
    frame = frame[(frame["month"] >= "2018-01") & (frame["month"] <= "2019-12")]
    stock = data.not_in_labor_force[["2018", "2019"]].mean()  # N to N is not published: the stock is
    rows = []
    for a in "EUN":
        mine = frame[frame["from"] == a]
        for b in "EUN":
            if a != b:
                rows.append(
                    (a + b, mine[f"n_to_{b}_000s"].mean() / stock if a == "N" else mine[f"p_to_{b}"].mean())
                )
    out = pd.DataFrame(rows, columns=["flow", "probability"]).assign(sex="all", source="cps_flows")
    return pd.concat([out, _flows_by_sex(data)], ignore_index=True)[["flow", "sex", "probability", "source"]]


def _flows_by_sex(data: Data) -> pd.DataFrame:
    """Transition rates of men and women in the last two months before the pandemic, seasonally adjusted."""
    frame = data.flows_by_sex
    frame = frame[(frame["seasonal"] == "S") & frame["month"].isin(["2020-01", "2020-02"])]
    means = frame.groupby(["sex", "from"])[["p_to_E", "p_to_U", "p_to_N"]].mean()
    rows = [
        (a + b, sex, means.loc[(title, a), f"p_to_{b}"])
        for title, sex in (("Men", "male"), ("Women", "female"))
        for a in "EUN"
        for b in "EUN"
        if a != b
    ]
    return pd.DataFrame(rows, columns=["flow", "sex", "probability"]).assign(source="cps_flows_by_sex")


def build_national(data_dir: str | Path) -> Pack:
    """Build the national pack from a folder of official statistics.

    Parameters
    ----------
    data_dir : path
        Folder with the tables named in `sources.Data`.

    Returns
    -------
    Pack
        Named "national"; save it with `pack.save(folder)`.
    """
    data = Data(data_dir)
    mortality = schedules.mortality()
    facts = pd.DataFrame(
        [(c, *SECTOR_FACTS[c], "naics") for c in SECTORS],
        columns=["code", "name", "ces", "state_series", "traded", "source"],
    )
    tables: dict[str, pd.DataFrame] = {
        "sectors": facts,
        "sector_jobs": sector_jobs(data),
        "sector_index": index_table(data),
        "posts": posts_table(data),
        "labor_force": labor_force_table(data),
        "sector_index_state": state_table(data),
        "occupations": occupations(data),
        "staffing": staffing(data),
        "mobility": mobility(data),
        "mortality": pd.DataFrame(
            [(s, a, mortality[i, a], "nchs_mortality") for i, s in enumerate(SEXES) for a in schedules.AGES],
            columns=["sex", "age", "probability", "source"],
        ),
        "schedules": _schedules(data),
        "price_level": pd.DataFrame({"year": list(CPI), "cpi": list(CPI.values()), "source": "cpi"}),
        "supplements": pd.DataFrame(
            _SUPPLEMENTS, columns=["state", "month", "ui_supplement", "ui_all", "ui_extra_weeks"]
        ).assign(source="cares"),
        "flows": _flows(data),
    }
    used = {s for name in NATIONAL_TABLES for s in tables[name]["source"]}
    return Pack(
        "national",
        "United States: facts shared by all regions",
        (),
        {"base_month": BASE_MONTH, "dollar_year": DOLLAR_YEAR},
        {k: DATA_SOURCES[k] for k in sorted(used)},
        tables,
    )
