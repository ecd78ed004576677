"""Census Bureau Population Estimates Program: county population by age and sex.

https://www.census.gov/data/datasets/time-series/demo/popest/2020s-counties-detail.html: cc-estV-syasex-SS.csv (single
years of age) and cc-estV-alldata-SS.csv (five-year groups by race and Hispanic origin); V is the vintage, SS the state.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from laborsim.region.official.files import Faults, delimited
from laborsim.region.official.table import Column, blame, read

_KEYS = (
    Column("level", "summary level; 050 is a county", ("SUMLEV",), kind="int", low=0, high=999),
    Column("state", "state FIPS", ("STATE",), kind="int", low=1, high=78),
    Column("county_code", "county FIPS", ("COUNTY",), kind="int", low=0, high=999),
    Column("county", "name", ("CTYNAME",)),
    Column("code", "date of the estimate, numbered by vintage", ("YEAR",), kind="int", low=1, high=30),
)
_MALE = Column("male", "people", ("TOT_MALE",), "number", missing=("X",), low=0)
_FEMALE = Column("female", "people", ("TOT_FEMALE",), "number", missing=("X",), low=0)
_TOTAL = Column("total", "people", ("TOT_POP",), "number", missing=("X",), low=0)
SINGLE = (*_KEYS, Column("age", "years, 85 is 85 and over", ("AGE",), "int", low=0, high=120), _TOTAL, _MALE, _FEMALE)

#: Race and origin of alldata: alone, of any origin; Hispanic of any race; white alone, not Hispanic.
GROUPS = {
    "white": "WA",
    "black": "BA",
    "native": "IA",
    "asian": "AA",
    "pacific": "NA",
    "two_or_more": "TOM",
    "hispanic": "H",
    "white_not_hispanic": "NHWA",
}
ALLDATA = (
    *_KEYS,
    Column("age", "0 all ages, 1-18 five-year groups", ("AGEGRP",), "int", low=0, high=99),
    _TOTAL,
    _MALE,
    _FEMALE,
    *(
        Column(f"{sex}:{group}", "people", (f"{code}_{sex.upper()}",), "number", missing=("X",), low=0)
        for group, code in GROUPS.items()
        for sex in ("male", "female")
    ),
)
AGE_GROUPS = ("all", *(f"{5 * i}-{5 * i + 4}" for i in range(17)), "85+")


def single_age(path: str | Path) -> pd.DataFrame:
    """Single years of age by sex, cc-estV-syasex-SS.csv.

    Returns
    -------
    DataFrame
        fips, county, year, reference (census, base or july), age (0..85, 85 is 85 and over), male, female (people).

    Raises
    ------
    ScenarioError
        The file is not of this format, or its name lacks the vintage that tells the years.
    """
    frame, faults = _read(path, SINGLE)
    ages = frame.groupby(["fips", "code"])["age"].agg(["min", "max", "count"])
    for fips, code in ages[(ages["min"] != 0) | (ages["count"] != ages["max"] + 1)].index[:5]:
        faults.add(0, "AGE", f"county {fips}, YEAR {code}: ages are missing", "every age from 0")
    faults.check()
    frame["age"] = frame["age"].clip(upper=85)
    out = frame.groupby(["fips", "county", "year", "reference", "age"], as_index=False)[["male", "female"]].sum(
        min_count=1
    )
    out.attrs = dict(frame.attrs)
    return out


def by_race(path: str | Path) -> pd.DataFrame:
    """Five-year age groups by sex, race and Hispanic origin, cc-estV-alldata-SS.csv.

    Returns
    -------
    DataFrame
        fips, county, year, reference, age_group ("all", "0-4" .. "85+"), group ("all" and the keys of `GROUPS`),
        male, female (people).

    Raises
    ------
    ScenarioError
        The file is not of this format, or its name lacks the vintage that tells the years.
    """
    frame, _ = _read(path, ALLDATA)
    frame = frame[frame["age"] < len(AGE_GROUPS)]  # 99 was the whole of age 0-17 in older vintages
    frame["age_group"] = [AGE_GROUPS[a] for a in frame["age"]]
    keys = ["fips", "county", "year", "reference", "age_group"]
    parts = [frame[[*keys, "male", "female"]].assign(group="all")]
    for group in GROUPS:
        names = {f"male:{group}": "male", f"female:{group}": "female"}
        parts.append(frame[[*keys, *names]].rename(columns=names).assign(group=group))
    out = pd.concat(parts, ignore_index=True)[[*keys, "group", "male", "female"]]
    out.attrs = dict(frame.attrs)
    return out


def dates(vintage: int) -> dict[int, tuple[int, str]]:
    """YEAR code -> (year, census, base or july) of a vintage, as its file layout numbers them."""
    if vintage >= 2021:
        return {1: (2020, "base")} | {k: (2018 + k, "july") for k in range(2, vintage - 2017)}
    known = {1: (2010, "census"), 2: (2010, "base")} | {
        k: (2007 + k, "july") for k in range(3, min(vintage, 2019) - 2006)
    }
    return known | ({13: (2020, "april"), 14: (2020, "july")} if vintage == 2020 else {})


def _read(path: str | Path, columns: tuple[Column, ...]) -> tuple[pd.DataFrame, Faults]:
    path, faults = Path(path), Faults(path)
    named = re.search(r"cc-est(\d{4})", path.name, re.IGNORECASE)
    if not named:
        raise faults.fail(0, "", "the name does not say the vintage, which numbers the years", "cc-est2023-...")
    codes = dates(int(named[1]))
    frame = read(delimited(path, faults, latin=True), columns, faults, unique=("state", "county_code", "code", "age"))
    strange = ~frame["code"].isin(list(codes))
    blame(faults, frame["code"], strange, "YEAR", f"is not a date of vintage {named[1]}", f"1 to {max(codes)}")
    gap = (frame["total"] - frame["male"] - frame["female"]).abs() > 0.5
    blame(faults, frame["total"], gap, "TOT_POP", "is not TOT_MALE plus TOT_FEMALE")
    faults.check()
    attrs = dict(frame.attrs)
    frame = frame[frame["level"] == 50].copy()
    frame["fips"] = [f"{s:02d}{c:03d}" for s, c in zip(frame["state"], frame["county_code"], strict=True)]
    frame["year"] = [codes[c][0] for c in frame["code"]]
    frame["reference"] = [codes[c][1] for c in frame["code"]]
    frame = frame.reset_index(drop=True)
    frame.attrs = {**attrs, "vintage": named[1]}
    return frame, faults
