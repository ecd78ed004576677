"""BLS Occupational Employment and Wage Statistics: the yearly tables (oesmYY*.zip, .xlsx) and oe.data.* flat files.

https://www.bls.gov/oes/tables.htm: MSA_MYYYY_dl.xlsx and BOS_MYYYY_dl.xlsx (metropolitan areas, and the balance of
states), state_MYYYY_dl.xlsx, national_MYYYY_dl.xlsx, natsector_/nat3d_/nat4d_ (national by industry), all_data_M....
Headings vary by vintage. Self-employed people are not in it. `*` and `**` are not available; `#` is above the top
code and has no figure either.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from laborsim.region.official.files import Faults, opened, sheet
from laborsim.region.official.series import flat
from laborsim.region.official.table import Column, read

MISSING = ("", "*", "**", "***", "#", "~", "-", "N/A")
_WAGES = {"mean": "mean", "p10": "pct10", "p25": "pct25", "median": "median", "p75": "pct75", "p90": "pct90"}
COLUMNS = (
    Column(
        "area_code", "FIPS of a state, CBSA, or area of the balance of a state; 99 is the US", ("AREA",), optional=True
    ),
    Column("area", "name", ("AREA_TITLE", "AREA_NAME", "STATE"), optional=True),
    Column("area_type", "1 US, 2 state, 3 territory, 4 metropolitan, 6 nonmetropolitan", ("AREA_TYPE",), optional=True),
    Column("naics", "industry; 000000 is all", ("NAICS",), optional=True),
    Column("naics_title", "industry", ("NAICS_TITLE",), optional=True),
    Column("own_code", "ownership", ("OWN_CODE",), optional=True),
    Column("soc", "occupation, SOC", ("OCC_CODE",), pattern=r"\d{2}-\d{4}", allowed="such as 29-1141"),
    Column("occ_title", "occupation", ("OCC_TITLE",)),
    Column(
        "group",
        "total, major, minor, broad or detailed",
        ("O_GROUP", "OCC_GROUP", "GROUP"),
        pattern=r"(?i)(total|major|minor|broad|detailed|line item)?",
        allowed="total, major, minor, broad or detailed",
    ),
    Column("emp", "jobs", ("TOT_EMP",), "number", missing=MISSING, low=0),
    Column("emp_prse_pct", "percent, relative standard error", ("EMP_PRSE",), "number", missing=MISSING, low=0),
    Column("jobs_per_1000", "of 1,000 jobs of the area", ("JOBS_1000",), "number", missing=MISSING, optional=True),
    Column("loc_quotient", "ratio", ("LOC_QUOTIENT", "LOC Q"), "number", missing=MISSING, optional=True),
    *(
        Column(f"{p}_{name}", unit, (f"{p.upper()}_{head.upper()}",), "number", missing=MISSING, low=0)
        for p, unit in (("h", "dollars an hour"), ("a", "dollars a year"))
        for name, head in _WAGES.items()
    ),
)
#: oe.data.* data types.
_TYPES = {
    "01": "emp", "02": "emp_prse_pct", "03": "h_mean", "04": "a_mean", "06": "h_p10", "07": "h_p25", "08": "h_median",
    "09": "h_p75", "10": "h_p90", "11": "a_p10", "12": "a_p25", "13": "a_median", "14": "a_p75", "15": "a_p90",
    "16": "jobs_per_1000", "17": "loc_quotient",
}  # fmt: skip
_TABLE = r"(^|/)(msa|bos|state|national|natsector|nat\dd|nat4d_owner|all_data)_m\d{4}.*\.xlsx$"


def tables(path: str | Path) -> pd.DataFrame:
    """Employment and wages by occupation of the yearly workbook, or of every table in a yearly zip.

    Returns
    -------
    DataFrame
        area_code, area, area_type, naics, naics_title, own_code, soc, occ_title, group (total, major, minor, broad,
        detailed), emp (jobs), emp_prse_pct, jobs_per_1000, loc_quotient, h_mean, h_p10, h_p25, h_median, h_p75, h_p90
        (dollars an hour), a_mean .. a_p90 (a year), year (of the May survey). Codes absent from a national table are
        filled in. `attrs["missing"]` counts figures not available or above the top code.

    Raises
    ------
    ScenarioError
        The file is not of this format; with row and column.
    """
    path, faults = Path(path), Faults(path)
    names = [""]
    if path.suffix.lower() == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                names = [n for n in archive.namelist() if re.search(_TABLE, n, re.IGNORECASE)]
        except (zipfile.BadZipFile, FileNotFoundError):
            with opened(path, faults):
                raise faults.fail(0, "", "is not a zip archive, or cut short") from None
        if not names:
            raise faults.fail(0, "", "the archive holds no OEWS table", "such as MSA_M2023_dl.xlsx")
    parts = [_table(path, name) for name in names]
    out = pd.concat(parts, ignore_index=True)
    out.attrs = {"missing": _sum([p.attrs["missing"] for p in parts])}
    return out


def _sum(counts: list[dict[str, int]]) -> dict[str, int]:
    return {k: sum(c.get(k, 0) for c in counts) for k in sorted({k for c in counts for k in c})}


def _table(path: Path, member: str) -> pd.DataFrame:
    shown = f"{path}/{member}" if member else str(path)
    faults = Faults(shown)
    year = re.search(r"_m(\d{4})", member or path.name, re.IGNORECASE)
    if not year:
        raise faults.fail(0, "", "the name does not say the year of the survey", "such as MSA_M2023_dl.xlsx")
    rows = (r for r in sheet(path, faults, re.escape(member) + "$" if member else "") if any(r[1]))
    frame = read(rows, COLUMNS, faults)
    group = frame["group"].str.lower().replace({"": "detailed", "line item": "detailed"})
    out = frame.assign(group=group, year=int(year[1]))
    out["area_code"] = out["area_code"].replace("", "99")
    out["naics"] = out["naics"].replace("", "000000")
    out.attrs = dict(frame.attrs)
    return out.reset_index(drop=True)


def series(path: str | Path, series: Collection[str] = ()) -> pd.DataFrame:
    """Employment and wages of oe.data.*, one row for each area, industry and occupation.

    Returns
    -------
    DataFrame
        area_code (as in the tables: CBSA, state FIPS, area of the balance of a state, 99 for the US), naics, soc,
        year, and the figures of `tables`; names of areas and occupations are not in the flat file.

    Raises
    ------
    ScenarioError
        The file is not of this format; with line and column.
    """
    frame = flat(path, "OE", series)
    frame = frame[frame["data_type"].isin(list(_TYPES))]
    area = frame["area"].str.lstrip("0").where(frame["area_type"] != "S", frame["area"].str[:2])
    keyed = pd.DataFrame(
        {
            "area_code": area.replace("", "99"),
            "naics": frame["industry"],
            "soc": frame["occupation"].str[:2] + "-" + frame["occupation"].str[2:],
            "year": frame["year"],
            "figure": frame["data_type"].map(_TYPES),
            "value": frame["value"],
        }
    )
    keys = ["area_code", "naics", "soc", "year"]
    out = keyed.pivot(index=keys, columns="figure", values="value").reindex(columns=list(_TYPES.values()))
    out = out.reset_index().rename_axis(columns=None)
    out.attrs = dict(frame.attrs)
    return out
