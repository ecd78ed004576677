"""BLS time-series flat files: XX.data.* and XX.series of https://download.bls.gov/pub/time.series/.

Tab-separated, cells padded with blanks; a series' identifier is its codes one after the other. Read here: jt
(JOLTS), ce (CES), sm (State and Area Employment), la (LAUS), oe (OEWS). A value given as "-" is not available.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from laborsim.region.official.files import Faults, Row, delimited
from laborsim.region.official.table import Column, blame, read

DATA = (
    Column("series_id", "identifier"),
    Column("year", "year", kind="int", low=1900, high=2100),
    Column("period", "M01-M12 months, M13 the year's mean, A01 the year", pattern=r"[AMQS]\d\d", allowed="M01 to M13"),
    Column("value", "as the series", kind="number", missing=("-", "")),
    Column("footnote_codes", "P preliminary; others in XX.footnote"),
)
#: Codes of an identifier: (name, characters), after the survey's two letters.
CODES: dict[str, tuple[tuple[str, int], ...]] = {
    "JT": (
        ("seasonal", 1),
        ("industry", 6),
        ("state", 2),
        ("area", 5),
        ("size_class", 2),
        ("element", 2),
        ("measure", 1),
    ),
    "CE": (("seasonal", 1), ("industry", 8), ("data_type", 2)),
    "SM": (("seasonal", 1), ("state", 2), ("area", 5), ("industry", 8), ("data_type", 2)),
    "LA": (("seasonal", 1), ("area", 15), ("data_type", 2)),
    "OE": (("seasonal", 1), ("area_type", 1), ("area", 7), ("industry", 6), ("occupation", 6), ("data_type", 2)),
}
#: JOLTS elements.
ELEMENTS = {
    "JO": "job openings",
    "HI": "hires",
    "TS": "total separations",
    "QU": "quits",
    "LD": "layoffs and discharges",
    "OS": "other separations",
    "UO": "unemployed persons per job opening",
}
#: LAUS data types.
LAUS = {"03": "unemp_rate_pct", "04": "unemployed", "05": "employed", "06": "labor_force"}


def flat(path: str | Path, survey: str, series: Collection[str] = ()) -> pd.DataFrame:
    """Values of one XX.data.* file.

    Parameters
    ----------
    path : the file, .gz too.
    survey : JT, CE, SM, LA or OE.
    series : beginnings of the identifiers wanted; all if empty. The larger files want it.

    Returns
    -------
    DataFrame
        series_id, its codes (see `CODES`), year, period, value (NaN where not available, counted in
        `attrs["missing"]`), preliminary.

    Raises
    ------
    ScenarioError
        The file is not of this format; with line and column.
    """
    faults = Faults(path)
    wanted = tuple(series)
    keep = (lambda row: row[0].startswith(wanted)) if wanted else None
    frame = read(
        _stripped(Path(path), faults, len(DATA)), DATA, faults, keep=keep, unique=("series_id", "year", "period")
    )
    codes = CODES[survey]
    length = 2 + sum(n for _, n in codes)
    ids = frame["series_id"]
    wrong = ~ids.str.startswith(survey) | (ids.str.len() != length)
    blame(faults, ids, wrong, "series_id", "is not allowed", f"{survey} and {length - 2} characters")
    faults.check()
    out = pd.DataFrame({"series_id": ids})
    start = 2
    for name, width in codes:
        out[name] = ids.str[start : start + width]
        start += width
    out["year"], out["period"], out["value"] = frame["year"], frame["period"], frame["value"]
    out["preliminary"] = frame["footnote_codes"].str.contains("P", regex=False)
    out = out.reset_index(drop=True)
    out.attrs = dict(frame.attrs)
    return out


def _stripped(path: Path, faults: Faults, width: int = 0) -> Iterator[Row]:
    """Rows without padding; of `width` cells, the last may be left off where it is empty."""
    for line, cells in delimited(path, faults, delimiter="\t"):
        out = [c.strip() for c in cells]
        yield line, [*out, ""] if len(out) == width - 1 else out


def _months(frame: pd.DataFrame) -> pd.DataFrame:
    """Monthly rows with month as YYYY-MM; the year's mean (M13) left out."""
    out = frame[frame["period"].str.fullmatch(r"M(0[1-9]|1[0-2])")].copy()
    out["month"] = out["year"].astype(str) + "-" + out["period"].str[1:]
    out = out.drop(columns=["series_id", "year", "period"]).reset_index(drop=True)
    out.attrs = dict(frame.attrs)
    return out


def jolts(path: str | Path, series: Collection[str] = ()) -> pd.DataFrame:
    """Job openings and labor turnover, jt.data.*: https://download.bls.gov/pub/time.series/jt/.

    Returns
    -------
    DataFrame
        seasonal (S adjusted, U not), industry, state (FIPS; 00 US, MW NE SO WE regions), area, size_class, element
        (see `ELEMENTS`), measure (R rate, percent of employment; L level, thousands), value, preliminary, month.
    """
    out = _months(flat(path, "JT", series))
    attrs = dict(out.attrs)
    out["element"] = out["element"].map(ELEMENTS).fillna(out["element"])
    out.attrs = attrs
    return out


def ces(path: str | Path, series: Collection[str] = ()) -> pd.DataFrame:
    """National employment, hours and earnings, ce.data.*; data_type 01 is all employees, thousands.

    Returns
    -------
    DataFrame
        seasonal, industry (8 digits), data_type, value, preliminary, month.
    """
    return _months(flat(path, "CE", series))


def state_employment(path: str | Path, series: Collection[str] = ()) -> pd.DataFrame:
    """State and area employment, sm.data.*; data_type 01 is all employees, thousands.

    Returns
    -------
    DataFrame
        seasonal, state (FIPS), area (00000 statewide, or CBSA), industry, data_type, value, preliminary, month.
    """
    return _months(flat(path, "SM", series))


def laus(path: str | Path, series: Collection[str] = ("LAUCN",)) -> pd.DataFrame:
    """County labor force by month and year, la.data.* (la.data.64.County has every county since 1990).

    Returns
    -------
    DataFrame
        fips, year, month (YYYY-MM, "" for the year's mean), labor_force, employed, unemployed (people),
        unemp_rate_pct, preliminary.
    """
    frame = flat(path, "LA", series)
    frame = frame[frame["area"].str.startswith("CN") & frame["data_type"].isin(list(LAUS))]
    frame = frame.assign(
        fips=frame["area"].str[2:7],
        month=(frame["year"].astype(str) + "-" + frame["period"].str[1:]).where(frame["period"] != "M13", ""),
        data_type=frame["data_type"].map(LAUS),
    )
    keys = ["fips", "year", "month"]
    out = frame.pivot(index=keys, columns="data_type", values="value").reindex(columns=list(LAUS.values())[::-1])
    out["preliminary"] = frame.groupby(keys)["preliminary"].any()
    out = out.reset_index().rename_axis(columns=None)
    out.attrs = dict(frame.attrs)
    return out


def series_list(path: str | Path) -> pd.DataFrame:
    """The list of series of a survey, XX.series, every column as text.

    Returns
    -------
    DataFrame
        series_id and the other columns of the file.
    """
    path, faults = Path(path), Faults(path)
    rows = _stripped(path, faults)
    line, header = next(rows, (1, []))
    if not header or header[0] != "series_id":
        raise faults.fail(line, "series_id", f"the first column is {(header or [''])[0]!r}", "series_id")
    columns, width = tuple(Column(h) for h in header), len(header)
    frame = read(rows, columns, faults, at=range(width), width=width, unique=("series_id",))
    return frame.reset_index(drop=True)
