"""U.S. Department of Labor, Women's Bureau: National Database of Childcare Prices, counties by year.

https://www.dol.gov/agencies/wb/topics/featured-childcare, .xlsx or .csv; about 34,000 rows and 227 columns (the
workbook takes about half a minute to read). Headings are in mixed case up to 2018 and in capitals from 2022.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from laborsim.region.official.files import Faults, delimited, sheet
from laborsim.region.official.table import Column, read

MISSING = ("", "NA", ".", "N/A")
PRICES = ("mcsa", "mfccsa", "mc_infant", "mc_toddler", "mc_preschool", "mfcc_infant", "mfcc_toddler", "mfcc_preschool")
_COUNTS = (
    "total_pop",
    "households",
    "h_under6_both_work",
    "h_under6_f_work",
    "h_under6_m_work",
    "h_under6_single_m",
    "h_6to17_both_work",
    "h_6to17_fwork",
    "h_6to17_mwork",
    "h_6to17_single_m",
)
_MONEY = ("mhi_2018", "me_2018", "fme_2018", "mme_2018")
_SHARES = (
    "unr_16",
    "funr_16",
    "munr_16",
    "unr_20to64",
    "funr_20to64",
    "munr_20to64",
    "flfpr_20to64",
    "flfpr_20to64_under6",
    "flfpr_20to64_6to17",
    "flfpr_20to64_under6_6to17",
    "mlfpr_20to64",
    "pr_f",
    "pr_p",
    "one_race",
    "one_race_w",
    "one_race_b",
    "one_race_i",
    "one_race_a",
    "one_race_h",
    "one_race_other",
    "two_races",
    "hispanic",
    "emp_m",
    "memp_m",
    "femp_m",
    "emp_service",
    "memp_service",
    "femp_service",
    "emp_sales",
    "memp_sales",
    "femp_sales",
    "emp_n",
    "memp_n",
    "femp_n",
    "emp_p",
    "memp_p",
    "femp_p",
)
COLUMNS = (
    Column("fips", "county FIPS", ("County_FIPS_Code",), kind="int", low=1000, high=78999),
    Column("county_name", "name", ("County_Name",)),
    Column("state_abbreviation", "postal code", ("State_Abbreviation",)),
    Column("study_year", "year of the price survey", ("StudyYear",), kind="int", low=2000, high=2100),
    *(Column(n, "dollars a week per child, median", (n,), "number", missing=MISSING, low=0) for n in PRICES),
    *(Column(n, "count", (n,), "number", missing=MISSING, optional=True) for n in _COUNTS),
    *(Column(n, "dollars of 2018", (n,), "number", missing=MISSING, optional=True) for n in _MONEY),
    *(Column(n, "percent", (n,), "number", missing=MISSING, optional=True) for n in _SHARES),
)


def prices(path: str | Path) -> pd.DataFrame:
    """Weekly prices of full-time care by county, year, kind of provider and age, with the county's households.

    Returns
    -------
    DataFrame
        fips, county_name, state_abbreviation, study_year, the prices (mc_ centers, mfcc_ family homes; sa is school
        age; dollars of the year a week, NaN where not published) and those of the other columns that are in the file.
        `attrs["missing"]` counts the prices not published.

    Raises
    ------
    ScenarioError
        The file is not of this format; with line and column.
    """
    path, faults = Path(path), Faults(path)
    rows = sheet(path, faults) if path.suffix.lower() in (".xlsx", ".zip") else delimited(path, faults, latin=True)
    frame = read(rows, COLUMNS, faults, unique=("fips", "study_year"))
    out = frame.reset_index(drop=True)
    out["fips"] = out["fips"].astype(str).str.zfill(5)
    out.attrs = dict(frame.attrs)
    return out
