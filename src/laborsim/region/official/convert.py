"""Tables for the builder from official files: the names and columns that `sources.Data` reads.

A table holds the rows of the official files and, of the statistics it is laid over, those the files do not
have. The remaining tables are copied from there. Which is which: `TABLES`, and docs/data.md.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from laborsim.region.official.registry import collect, find
from laborsim.region.official.tidy import (
    acs_county,
    acs_state,
    age_groups,
    childcare,
    commuting,
    laus_annual,
    laus_monthly,
    oews_industry,
    oews_wages,
    qcew_detail,
    qcew_quarterly,
    qcew_sector,
    single_age,
)
from laborsim.scenario.problems import InputError

Frames = dict[str, pd.DataFrame]
Base = Callable[[str], pd.DataFrame | None]


@dataclass(frozen=True)
class Table:
    """A table of the builder that official files can fill.

    Attributes
    ----------
    file : its name in the data folder.
    adapters : readers it can come from.
    keys : columns that identify a row.
    make : (frames, statistics laid under) -> rows, and remarks on what could not be used.
    place : column of the place (or industry). Those of `attrs["whole"]` of the rows lose all their old rows.
    """

    file: str
    adapters: tuple[str, ...]
    keys: tuple[str, ...]
    make: Callable[[Frames, Base], tuple[pd.DataFrame, list[str]]]
    place: str = "fips"


TABLES: tuple[Table, ...] = (
    Table("laus_county_annual_MO_KS_KY_IN_OR.csv.gz", ("laus-annual", "laus-series"), ("fips", "year"), laus_annual),
    Table(
        "laus_county_monthly_MO_KS_KY_IN_OR.csv.gz", ("laus-monthly", "laus-series"), ("fips", "month"), laus_monthly
    ),
    Table(
        "qcew_2016_annual_all_counties_MO_KY_OR_KS_sector.csv.gz",
        ("qcew",),
        ("area_fips", "own_code", "industry_code", "agglvl_code"),
        qcew_sector,
        "area_fips",
    ),
    Table(
        "qcew_2016_annual_regions_naics_to4digit.csv.gz",
        ("qcew",),
        ("area_fips", "own_code", "industry_code", "agglvl_code"),
        qcew_detail,
        "area_fips",
    ),
    Table("qcew_large_counties_quarterly_2010_2022.csv", ("qcew",), ("quarter_month", "fips"), qcew_quarterly),
    Table("pop_county_singleage_sex_2020_2023_regions.csv", ("pep-single-age",), ("fips", "year", "age"), single_age),
    Table(
        "pop_county_agegroup_sex_2020_2023_5states.csv.gz",
        ("pep-single-age",),
        ("fips", "year", "age_group"),
        age_groups,
    ),
    Table("commute_county_flows_census2000.csv", ("lodes",), ("home_fips", "work_fips"), commuting, "home_fips"),
    Table("childcare_ndcp_county_2008_2018.csv.gz", ("ndcp",), ("fips", "study_year"), childcare),
    Table("oews_may2025_occ_wages.csv.gz", ("oews",), ("area_code", "soc"), oews_wages, "area_code"),
    Table(
        "oews_may2025_us_industry_by_occupation.csv.gz",
        ("oews",),
        ("industry_code", "soc"),
        oews_industry,
        "industry_code",
    ),
    Table("acs1_2018_state_tables_MO_KY_OR_KS_IN.csv.gz", ("acs",), ("year", "state", "variable"), acs_state, "state"),
    Table(
        "acs_county_lf_edu_income_by_race_2018_2019.csv.gz",
        ("acs",),
        ("vintage", "stco_code"),
        acs_county,
        "stco_code",
    ),
)


@dataclass
class Report:
    """What `convert` wrote: one row a table, and what could not be used."""

    tables: list[dict[str, str | int]] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    missing: dict[str, dict[str, int]] = field(default_factory=dict)


def convert(source: str | Path, out: str | Path, base: str | Path | None = None) -> Report:
    """Write the builder's tables from a folder of official files.

    Parameters
    ----------
    source : folder of official files under their published names.
    out : folder to write; made if need be. Tables in it are replaced.
    base : statistics to lay the tables over: their rows stay where the official files have none, their other files
        are copied. Without it only the tables the official files fill are written.

    Returns
    -------
    Report
        Tables with rows and counties (or areas) from the files and in all, remarks, figures not given by the files.

    Raises
    ------
    ScenarioError
        An official file is not what it should be; all problems of all files, and nothing is written.
    InputError
        `out` is `source` or `base`, or `base` is no folder.

    Examples
    --------
    >>> convert("downloads", "mydata", base="statistics").tables  # doctest: +SKIP
    """
    source, out = Path(source), Path(out)
    below = Path(base) if base is not None else None
    if below is not None and not below.is_dir():
        raise InputError(f"{below}: no such folder")
    if out.resolve() in (source.resolve(), below.resolve() if below else None):
        raise InputError(f"{out}: allowed: another folder than the files are read from")
    used = {a for t in TABLES for a in t.adapters} | {"acs-labels"}
    unused = sorted(set(find(source)[0]) - used)
    frames = collect(source, used)
    report = Report(missing={k: f.attrs["missing"] for k, f in frames.items() if f.attrs.get("missing")})

    def given(file: str) -> pd.DataFrame | None:
        path = below / file if below else None
        return _read(path) if path and path.is_file() else None

    made: dict[str, pd.DataFrame] = {}
    for table in TABLES:
        if not any(a in frames for a in table.adapters):
            continue
        rows, remarks = table.make(frames, given)
        report.remarks += [f"{table.file}: {r}" for r in remarks]
        if rows.empty:
            continue
        whole = _lay(rows, given(table.file), table)
        made[table.file] = whole
        report.tables.append(
            {
                "file": table.file,
                "rows_from_files": len(rows),
                "places_from_files": int(rows[table.place].nunique()),
                "rows": len(whole),
                "places": int(whole[table.place].nunique()),
            }
        )
    out.mkdir(parents=True, exist_ok=True)
    for file, frame in made.items():
        _write(frame, out / file)
    if below:
        for path in sorted(p for p in below.iterdir() if p.is_file() and p.name not in made):
            shutil.copyfile(path, out / path.name)
            report.copied.append(path.name)
    report.remarks += [f"{a}: no table of the builder takes it; not read" for a in unused]
    return report


def _read(path: Path) -> pd.DataFrame:
    """A table of the statistics as text, so that what is not replaced is written as it was."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _lay(rows: pd.DataFrame, given: pd.DataFrame | None, table: Table) -> pd.DataFrame:
    """Rows over those given: same keys are replaced; columns are those given, and new ones at the end."""
    text = rows.copy()
    for name in text:
        text[name] = [_text(v) for v in text[name]]
    if given is None:
        return text
    keys = list(table.keys)
    replaced = given.set_index(keys).index.isin(text.set_index(keys).index)
    replaced |= given[table.place].isin(list(rows.attrs.get("whole", ()))).to_numpy()
    return pd.concat([given[~replaced], text], ignore_index=True).fillna("")


def _text(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else repr(round(value, 6))
    return str(value)


def _write(frame: pd.DataFrame, path: Path) -> None:
    """CSV, gzipped without a time stamp where the name says so; renamed when whole."""
    temporary = path.with_name(path.name + ".new")
    packed = {"method": "gzip", "mtime": 1} if path.suffix == ".gz" else None
    frame.to_csv(temporary, index=False, compression=packed)
    temporary.replace(path)
