"""BLS Local Area Unemployment Statistics: the county files, yearly (laucntyYY) and of 14 months (laucntycur14).

https://www.bls.gov/lau/tables.htm, as text or .xlsx. People of 16 and over by place of residence. The yearly
text file is in columns set apart by blanks, that of 14 months by bars; both end with a footer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from laborsim.region.official.files import Faults, Row, lines, sheet
from laborsim.region.official.table import Column, blame, plain, read

MISSING = ("", "N.A.", "NA", "-", "--", "(n)", "n")
_CODE = re.compile(r"\s*CN\d{13}\b")
_PERIOD = re.compile(r"([A-Z][a-z]{2})[a-z]*-(\d{2})\s*\(?([a-z]?)\)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STAMP = re.compile(r"(\d{4})-(\d{2})-\d{2}")
_FIGURES = (
    Column("labor_force", "people", ("Labor Force",), "number", missing=MISSING, low=0),
    Column("employed", "people", ("Employed",), "number", missing=MISSING, low=0),
    Column("unemployed", "people", ("Unemployed Level",), "number", missing=MISSING, low=0),
    Column(
        "unemp_rate_pct", "percent of the labor force", ("Unemployed Rate",), "number", missing=MISSING, low=0, high=100
    ),
)
_PLACE = (
    Column("area_code", "LAUS area", ("LAUS Code",)),
    Column("state", "state FIPS", ("State FIPS Code",), "code", 2),
    Column("county_code", "county FIPS within the state", ("County FIPS Code",), "code", 3),
    Column("county", "name", ("County Name/State Abbreviation",)),
)
ANNUAL = (*_PLACE, Column("year", "year", ("Year",), "int", low=1970, high=2100), *_FIGURES)
MONTHLY = (*_PLACE, Column("period", "month", ("Period",)), *_FIGURES)
#: What the stacked headings say, column by column.
_HEADS = (
    r"laus",
    r"state|code",
    r"county|code",
    r"name|title",
    r"year|period",
    r"force",
    r"(?<!un)employed",
    r"unemployed|level",
    r"rate",
)


def annual(path: str | Path) -> pd.DataFrame:
    """County annual averages, laucntyYY.txt or .xlsx.

    Returns
    -------
    DataFrame
        fips, county, year, labor_force, employed, unemployed (people), unemp_rate_pct. `attrs["released"]` is the
        date in the footer, `attrs["missing"]` counts figures given as not available.

    Raises
    ------
    ScenarioError
        The file is not of this format; with line and column.

    Examples
    --------
    >>> annual("laucnty14.txt").query("fips == '41039'")  # doctest: +SKIP
    """
    frame = _read(Path(path), ANNUAL)
    return _select(frame, ["fips", "county", "year", "labor_force", "employed", "unemployed", "unemp_rate_pct"])


def monthly(path: str | Path) -> pd.DataFrame:
    """County figures of the last 14 months, not seasonally adjusted, laucntycur14.txt or .xlsx.

    Returns
    -------
    DataFrame
        fips, county, month (YYYY-MM), labor_force, employed, unemployed (people), unemp_rate_pct, preliminary.

    Raises
    ------
    ScenarioError
        The file is not of this format; with line and column.
    """
    frame = _read(Path(path), MONTHLY)
    return _select(
        frame,
        ["fips", "county", "month", "labor_force", "employed", "unemployed", "unemp_rate_pct", "preliminary"],
    )


def _select(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    out = frame[columns].reset_index(drop=True)
    out.attrs = dict(frame.attrs)
    return out


def _read(path: Path, columns: tuple[Column, ...]) -> pd.DataFrame:
    faults = Faults(path)
    excel = path.suffix.lower() in (".xlsx", ".zip")
    text = _Around()
    rows = text.sheet_rows(sheet(path, faults)) if excel else text.text_rows(lines(path, faults))
    found = list(rows)
    if not found:
        raise faults.fail(1, "", "no line begins with a LAUS county code", "lines beginning CN and 13 digits")
    _headings(text, found[0], faults)
    if not text.after:
        faults.add(found[-1][0], "", "the file ends without its footer: it may be cut short", "SOURCE: BLS, LAUS")
    at = text.columns or list(range(9))
    width = len(found[0][1]) if excel else 9
    frame = read(found, columns, faults, at=at, width=width)
    out = frame.assign(fips=frame["state"] + frame["county_code"])
    if "period" in out:
        out["month"], out["preliminary"] = _months(out["period"], faults)
        when = "month"
    else:
        when = "year"
    gap = (out["labor_force"] - out["employed"] - out["unemployed"]).abs()
    blame(faults, out["labor_force"], gap > 1, "Labor Force", "is not Employed plus Unemployed: columns may have moved")
    blame(faults, out["fips"], out.duplicated(["fips", when]), "LAUS Code", f"is there twice in the same {when}")
    faults.check()
    out.attrs = {**frame.attrs, "released": text.released()}
    return out


class _Around:
    """The rows of counties, and the text before and after them."""

    def __init__(self) -> None:
        self.before: list[list[str]] = []
        self.after: list[str] = []
        self.columns: list[int] = []

    def text_rows(self, source: Iterator[str]) -> Iterator[Row]:
        seen = False
        for number, line in enumerate(source, 1):
            if _CODE.match(line):
                seen = True
                cells = line.split("|") if "|" in line else re.split(r"\s{2,}", line.strip())
                yield number, [c.strip() for c in cells]
            elif line.strip(" |-=\r\n\t"):
                if seen:
                    self.after.append(line.strip())
                else:
                    self.before.append([c.strip() for c in (line.split("|") if "|" in line else [line])])

    def sheet_rows(self, source: Iterator[Row]) -> Iterator[Row]:
        seen = False
        for number, cells in source:
            if _CODE.match(cells[0]):
                seen = True
                yield number, cells
            elif any(cells):
                if seen:
                    self.after.append(" ".join(c for c in cells if c))
                else:
                    self.before.append(cells)

    def released(self) -> str:
        """Date of the release, YYYY-MM-DD, or ""."""
        for text in self.after:
            for month, day, year in re.findall(r"\b([A-Z][a-z]{2})[a-z]* (\d{1,2}), (\d{4})", text):
                if month in _MONTHS:
                    return f"{year}-{_MONTHS.index(month) + 1:02d}-{int(day):02d}"
        return ""


def _headings(text: _Around, first: Row, faults: Faults) -> None:
    """Check the stacked headings; find the columns of a sheet, which may hold empty ones."""
    line, cells = first
    if len(cells) > 9 or any(len(b) >= 9 for b in text.before):  # a sheet, or bars: column by column
        width = len(cells)
        stacked = [" ".join(b[i] for b in text.before if len(b) == width and b[i]) for i in range(width)]
        filled = [i for i in range(width) if cells[i] or stacked[i]]
        if len(filled) != 9:
            raise faults.fail(line, "", f"{len(filled)} columns", "nine, LAUS code to unemployment rate")
        heads = [stacked[i] for i in filled]
        text.columns = filled
    else:  # blanks between: the last line of headings has one for each column
        last = text.before[-1][0] if text.before else ""
        heads = re.split(r"\s{2,}", last)
    wanted = [c.heads[0] for c in ANNUAL]
    if len(heads) != 9:
        raise faults.fail(line - 1, "", f"headings are {' | '.join(heads)!r}", " | ".join(wanted))
    for i, (head, pattern) in enumerate(zip(heads, _HEADS, strict=True)):
        if not re.search(pattern, plain(head).replace("unemployment", "unemployed ")):
            faults.add(line - 1, f"column {i + 1}", f"heading is {head!r}", wanted[i])
    faults.check()


def _months(period: pd.Series, faults: Faults) -> tuple[pd.Series, pd.Series]:
    month, preliminary = {}, {}
    for text in period.unique():
        found, stamp = _PERIOD.fullmatch(text), _STAMP.match(text)
        if found and found[1] in _MONTHS:
            century = 1900 if found[2] >= "70" else 2000
            month[text] = f"{century + int(found[2])}-{_MONTHS.index(found[1]) + 1:02d}"
        elif stamp:
            month[text] = f"{stamp[1]}-{stamp[2]}"
        else:
            blame(faults, period, period == text, "Period", "is not a month", "such as Jun-17 or Jul-18 p")
        preliminary[text] = bool(found and found[3] == "p")
    return period.map(month), period.map(preliminary).astype(bool)
