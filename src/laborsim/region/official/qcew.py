"""BLS Quarterly Census of Employment and Wages, by-area CSV: quarters and annual averages.

https://www.bls.gov/cew/downloadable-data-files.htm ("by area", with titles) and the data slices of
https://www.bls.gov/cew/additional-resources/open-data/ (without titles). Payroll jobs covered by unemployment
insurance, by place of work. A cell with disclosure code N is published with zeros: it is missing here. One with - has
no establishments in that quarter: its jobs are none.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from laborsim.region.official.files import Faults, delimited
from laborsim.region.official.table import Column, plain, read

_KEYS = (
    Column("area_fips", "county FIPS, or area code"),
    Column("area_title", "name of the area", optional=True),
    Column("own_code", "0 all, 1 federal, 2 state, 3 local, 5 private", kind="int", low=0, high=9),
    Column("own_title", "ownership", optional=True),
    Column("industry_code", "NAICS, 10 for all industries"),
    Column("industry_title", "industry", optional=True),
    Column("agglvl_code", "aggregation level; 70-78 are counties", kind="int", low=0, high=99),
    Column("size_code", "size class; 0 is all", kind="int", low=0, high=9),
    Column("year", "year", kind="int", low=1975, high=2100),
    Column("qtr", "quarter 1-4, A for annual averages", pattern="[1-4Aa]", allowed="1, 2, 3, 4 or A"),
    Column("disclosure_code", "N suppressed, - without establishments", pattern="[N-]?", allowed="nothing, N or -"),
)
QUARTERLY = (
    *_KEYS,
    Column("establishments", "count", ("qtrly_estabs_count", "qtrly_estabs"), "number", low=0),
    Column("month1", "jobs in the first month", ("month1_emplvl",), "number", low=0),
    Column("month2", "jobs in the second month", ("month2_emplvl",), "number", low=0),
    Column("month3", "jobs in the third month", ("month3_emplvl",), "number", low=0),
    Column("total_wages", "dollars in the quarter", ("total_qtrly_wages",), "number", low=0),
    Column("weekly_wage", "dollars", ("avg_wkly_wage",), "number", low=0),
    Column(
        "jobs_change_pct",
        "month 3, percent over the year",
        ("oty_month3_emplvl_pct_chg", "oty_month3_emplvl_pct"),
        "number",
        missing=("",),
        optional=True,
    ),
    Column(
        "wage_change_pct",
        "weekly wage, percent over the year",
        ("oty_avg_wkly_wage_pct_chg", "oty_avg_wkly_wage_pct"),
        "number",
        missing=("",),
        optional=True,
    ),
)
ANNUAL = (
    *_KEYS,
    Column("establishments", "count", ("annual_avg_estabs_count", "annual_avg_estabs"), "number", low=0),
    Column("employment", "jobs, mean of the months", ("annual_avg_emplvl",), "number", low=0),
    Column("total_wages", "dollars in the year", ("total_annual_wages",), "number", low=0),
    Column("weekly_wage", "dollars", ("annual_avg_wkly_wage",), "number", low=0),
)
_MONTHS = ["month1", "month2", "month3"]
_HIDDEN = [*_MONTHS, "employment", "total_wages", "weekly_wage", "jobs_change_pct", "wage_change_pct"]
COLUMNS = [
    "area_fips",
    "area_title",
    "own_code",
    "own_title",
    "industry_code",
    "industry_title",
    "agglvl_code",
    "year",
    "quarter",
    "establishments",
    *_HIDDEN,
    "suppressed",
]


def by_area(path: str | Path) -> pd.DataFrame:
    """One by-area file, of quarters or of annual averages.

    Parameters
    ----------
    path : .csv, .csv.gz, or a zip of one.

    Returns
    -------
    DataFrame
        area_fips, area_title, own_code, own_title, industry_code, industry_title (without its code), agglvl_code,
        year, quarter (0 for the year), establishments, month1, month2, month3 (jobs; missing for the year),
        employment (jobs, mean of the months), total_wages, weekly_wage (dollars), jobs_change_pct,
        wage_change_pct (over the year), suppressed. `attrs["missing"]` counts the suppressed cells.

    Raises
    ------
    ScenarioError
        The file is not of this format; with line and column.

    Examples
    --------
    >>> by_area("2016.q1-q4 41039 Lane County, Oregon.csv.gz").query("agglvl_code == 70")  # doctest: +SKIP
    """
    faults = Faults(path)
    rows = delimited(Path(path), faults)
    first = next(rows, (1, []))
    yearly = "annualavgemplvl" in {plain(h) for h in first[1]}
    columns = ANNUAL if yearly else QUARTERLY
    keys = ("area_fips", "own_code", "industry_code", "agglvl_code", "size_code", "year", "qtr")
    frame = read(chain([first], rows), columns, faults, unique=keys)
    quarter = frame["qtr"].str.upper().map({"1": 1, "2": 2, "3": 3, "4": 4, "A": 0})
    code = frame["disclosure_code"]
    frame = frame[frame["size_code"] == 0].copy()
    frame["quarter"] = quarter[frame.index].astype("int64")
    frame["suppressed"] = code[frame.index] == "N"
    if yearly:
        frame[[*_MONTHS, "jobs_change_pct", "wage_change_pct"]] = np.nan
    else:
        frame["employment"] = frame[_MONTHS].mean(axis=1)
    frame.loc[frame["suppressed"], _HIDDEN] = np.nan
    frame.loc[code[frame.index] == "-", _HIDDEN[-3:]] = np.nan  # no establishments in the quarter: no jobs, no wage
    frame["industry_title"] = [
        t.removeprefix(f"{c} ").removeprefix(f"NAICS {c} ")
        for t, c in zip(frame["industry_title"], frame["industry_code"], strict=True)
    ]
    out = frame[COLUMNS].reset_index(drop=True)
    out.attrs["missing"] = {"suppressed cells": int(out["suppressed"].sum())}
    return out
