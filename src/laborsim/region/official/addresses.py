"""Which official files a set of counties needs, and where each is: nothing is fetched here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from laborsim.region.official.registry import ADAPTERS
from laborsim.scenario.problems import InputError, listed, nearest

KEY_VARIABLE: Final = "CENSUS_API_KEY"
#: What `fetch` gets unless told otherwise; the other files are national and large.
USUAL: Final = ("laus-annual", "laus-monthly", "qcew", "oews", "acs", "acs-labels", "pep-single-age", "lodes", "ndcp")
#: Years the builder reads; `--years` says others.
YEARS: Final = {
    "laus-annual": (2000, 2015, 2016, 2017, 2018),
    "qcew": (2016, 2017, 2018),
    "oews": (2025,),
    "acs": (2018,),
    "acs-labels": (2018,),
    "pep-single-age": (2023,),
    "pep-race": (2023,),
    "lodes": (2018,),
}
#: Tables of the ACS: of the state, one year; of the counties, five years.
STATE_TABLES: Final = ("B11003", "B15001")
COUNTY_TABLES: Final = ("B03002", "B08201", "B15003", "C15002B", "C15002D", "C15002H", "C15002I")
_OEWS: Final = ("ma", "st", "nat", "in4")
POSTAL: Final = dict(
    pair.split(":")
    for pair in (
        "01:AL 02:AK 04:AZ 05:AR 06:CA 08:CO 09:CT 10:DE 11:DC 12:FL 13:GA 15:HI 16:ID 17:IL 18:IN 19:IA 20:KS 21:KY "
        "22:LA 23:ME 24:MD 25:MA 26:MI 27:MN 28:MS 29:MO 30:MT 31:NE 32:NV 33:NH 34:NJ 35:NM 36:NY 37:NC 38:ND 39:OH "
        "40:OK 41:OR 42:PA 44:RI 45:SC 46:SD 47:TN 48:TX 49:UT 50:VT 51:VA 53:WA 54:WV 55:WI 56:WY 72:PR"
    ).split()
)


@dataclass(frozen=True)
class Item:
    """One file to fetch.

    Attributes
    ----------
    adapter : its reader.
    places : (name it is kept under, address without any key); later ones are tried where an earlier one is not there.
    keyed : the address takes the key of the Census Bureau, if there is one.
    """

    adapter: str
    places: tuple[tuple[str, str], ...]
    keyed: bool = False

    @property
    def file(self) -> str:
        """Name of the first place."""
        return self.places[0][0]


def plan(counties: Sequence[str], only: Sequence[str] = (), years: Sequence[int] = ()) -> list[Item]:
    """Files for these counties.

    Parameters
    ----------
    counties : five-digit FIPS codes.
    only : names of adapters; `USUAL` if empty.
    years : instead of the years the builder reads (`YEARS`).

    Raises
    ------
    InputError
        An unknown county code, state or adapter.

    Examples
    --------
    >>> [i.file for i in plan(["41039"], ["lodes"])]
    ['or_od_main_JT00_2018.csv.gz', 'or_od_aux_JT00_2018.csv.gz']
    """
    codes = list(dict.fromkeys(counties))
    wrong = [c for c in codes if not re.fullmatch(r"\d{5}", c) or c[:2] not in POSTAL]
    if wrong or not codes:
        raise InputError(f"counties: {', '.join(wrong) or 'none'}: allowed: five-digit FIPS codes of US counties")
    names = list(dict.fromkeys(only)) or list(USUAL)
    for name in names:
        if name not in ADAPTERS:
            near = nearest(name, ADAPTERS)
            hint = f"; did you mean {near}?" if near else ""
            raise InputError(f"--only {name}: allowed: {listed(list(ADAPTERS), 20)}{hint}")
    return [i for name in names for i in _items(name, codes, tuple(years) or YEARS.get(name, (0,)))]


def _items(name: str, codes: list[str], years: tuple[int, ...]) -> Iterator[Item]:
    states = list(dict.fromkeys(c[:2] for c in codes))
    for year in years:
        if name in ("pep-single-age", "pep-race", "lodes"):
            for state in states:
                for part in ("main", "aux") if name == "lodes" else ("",):
                    yield _item(name, year=year, state=state, postal=POSTAL[state].lower(), table=part)
        elif name == "qcew":
            for code in codes:
                for quarter in "1234":
                    file = f"qcew_{year}_{quarter}_{code}.csv"
                    yield _item(name, file, year=year, quarter=quarter, fips=code)
        elif name == "oews":
            for part in _OEWS:
                yield _item(name, year=year, table=part)
        elif name == "acs":
            yield from _acs(year, codes, states)
        elif name == "acs-labels":
            for dataset, tables in (("acs1", STATE_TABLES), ("acs5", COUNTY_TABLES)):
                for table in tables:
                    file = f"{dataset}_{year}_labels_{table}.json"
                    yield _item(name, file, year=year, dataset=dataset, table=table)
        else:
            yield _item(name, year=year)
            if name not in YEARS:  # one file, not one a year
                return


def _acs(year: int, codes: list[str], states: list[str]) -> Iterator[Item]:
    for state in states:
        for table in STATE_TABLES:
            url = f"https://api.census.gov/data/{year}/acs/acs1?get=NAME,group({table})&for=state:{state}"
            yield Item("acs", ((f"acs1_{year}_{table}_{state}.json", url),), keyed=True)
        inside = ",".join(c[2:] for c in codes if c[:2] == state)
        for table in COUNTY_TABLES:
            # the counties are part of the name: another choice of counties is another file
            file = f"acs5_{year}_{table}_{state}_{inside.replace(',', '-')}.json"
            if len(file) > 120:
                inside, file = "*", f"acs5_{year}_{table}_{state}_all.json"
            yield _item("acs", file, year=year, dataset="acs5", table=table, counties=inside, state=state, keyed=True)


def _item(name: str, file: str = "", keyed: bool = False, year: int = 0, **parts: str) -> Item:
    urls = [u.format(year=year, yy=f"{year % 100:02d}", **parts) for u in ADAPTERS[name].urls]
    places = tuple((file or u.rsplit("/", 1)[1], quote(u, safe=":/?&=(),*%")) for u in urls)
    return Item(name, places, keyed)
