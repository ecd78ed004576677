"""The readers of official files: what each reads, who publishes it, and which files of a folder it is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from laborsim.region.official import acs, laus, lodes, ndcp, oews, pep, qcew, series
from laborsim.scenario.problems import Problem, ScenarioError

_BLS, _CENSUS, _DOL = (
    "U.S. Bureau of Labor Statistics",
    "U.S. Census Bureau",
    "U.S. Department of Labor, Women's Bureau",
)


@dataclass(frozen=True)
class Adapter:
    """A reader of one published format.

    Attributes
    ----------
    name : what `collect` and `laborsim region fetch --only` call it.
    read : path -> tidy frame.
    pattern : regular expression of the file names, without regard to case.
    publisher, series : whose figures.
    urls : address templates, the later ones tried where an earlier one is not there; {year}, {yy}, {quarter},
        {fips}, {state} (FIPS), {postal} (lower case), {table}, {dataset}, {counties}.
    """

    name: str
    read: Callable[[Path], pd.DataFrame]
    pattern: str
    publisher: str
    series: str
    urls: tuple[str, ...]


_TIME_SERIES = "https://download.bls.gov/pub/time.series/"
_CSV = r"\.csv(\.gz|\.zip)?$"
_LISTED = (
    Adapter(
        "laus-annual",
        laus.annual,
        r"^laucnty(?!cur)_?\d{2,4}.*\.(txt|xlsx)(\.gz)?$",
        _BLS,
        "LAUS county annual averages",
        ("https://www.bls.gov/lau/laucnty{yy}.xlsx", "https://www.bls.gov/lau/laucnty{yy}.txt"),
    ),
    Adapter(
        "laus-monthly",
        laus.monthly,
        r"^laucntycur14.*\.(txt|xlsx)(\.gz)?$",
        _BLS,
        "LAUS county figures of the last 14 months",
        ("https://www.bls.gov/web/metro/laucntycur14.txt", "https://www.bls.gov/web/metro/laucntycur14.xlsx"),
    ),
    Adapter(
        "laus-series",
        series.laus,
        r"^la\.data\..*",
        _BLS,
        "LAUS time series, counties by month since 1990",
        (_TIME_SERIES + "la/la.data.64.County",),
    ),
    Adapter(
        "qcew",
        qcew.by_area,
        rf"^(qcew_.*|\d{{4}}\.(q\d(-q\d)?|annual)( .*|\.by_area.*)){_CSV}",
        _BLS,
        "QCEW by area",
        ("https://data.bls.gov/cew/data/api/{year}/{quarter}/area/{fips}.csv",),
    ),
    Adapter(
        "oews",
        oews.tables,
        r"^((msa|bos|state|national|natsector|nat\dd.*|all_data)_m\d{4}.*\.xlsx|oesm\d{2}(ma|st|nat|in4|all).*\.zip)$",
        _BLS,
        "OEWS tables, May {year}",
        ("https://www.bls.gov/oes/special-requests/oesm{yy}{table}.zip",),
    ),
    Adapter(
        "oews-series",
        oews.series,
        r"^oe\.data\..*",
        _BLS,
        "OEWS time series",
        (_TIME_SERIES + "oe/oe.data.0.Current",),
    ),
    Adapter(
        "acs",
        acs.estimates,
        r"^acs[15]_\d{4}_(?!labels).*\.json(\.gz)?$",
        _CENSUS,
        "ACS detailed tables",
        (
            "https://api.census.gov/data/{year}/acs/{dataset}?get=NAME,group({table})&for=county:{counties}&in=state:{state}",
        ),
    ),
    Adapter(
        "acs-labels",
        acs.labels,
        r"^acs[15]_\d{4}_labels_.*\.json(\.gz)?$",
        _CENSUS,
        "ACS labels of a detailed table",
        ("https://api.census.gov/data/{year}/acs/{dataset}/groups/{table}.json",),
    ),
    Adapter(
        "pep-single-age",
        pep.single_age,
        rf"^cc-est\d{{4}}-syasex.*{_CSV}",
        _CENSUS,
        "PEP county single year of age by sex",
        (
            "https://www2.census.gov/programs-surveys/popest/datasets/2020-{year}/counties/asrh/cc-est{year}-syasex-{state}.csv",
        ),
    ),
    Adapter(
        "pep-race",
        pep.by_race,
        rf"^cc-est\d{{4}}-alldata.*{_CSV}",
        _CENSUS,
        "PEP county five-year age by sex, race and Hispanic origin",
        (
            "https://www2.census.gov/programs-surveys/popest/datasets/2020-{year}/counties/asrh/cc-est{year}-alldata-{state}.csv",
        ),
    ),
    Adapter(
        "lodes",
        lodes.origin_destination,
        rf"^[a-z]{{2}}_od_(main|aux)_jt\d\d_\d{{4}}{_CSV}",
        _CENSUS,
        "LEHD LODES origin-destination",
        ("https://lehd.ces.census.gov/data/lodes/LODES8/{postal}/od/{postal}_od_{table}_JT00_{year}.csv.gz",),
    ),
    Adapter(
        "ndcp",
        ndcp.prices,
        r"^(nationaldatabaseofchildcareprices|ndcp).*\.(xlsx|csv)(\.gz)?$",
        _DOL,
        "National Database of Childcare Prices",
        ("https://www.dol.gov/sites/dolgov/files/WB/media/nationaldatabaseofchildcareprices.xlsx",),
    ),
    Adapter(
        "jolts",
        series.jolts,
        r"^jt\.data\..*",
        _BLS,
        "JOLTS time series",
        (_TIME_SERIES + "jt/jt.data.1.AllItems",),
    ),
    Adapter(
        "ces",
        series.ces,
        r"^ce\.data\..*",
        _BLS,
        "CES time series",
        (_TIME_SERIES + "ce/ce.data.0.AllCESSeries",),
    ),
    Adapter(
        "state-employment",
        series.state_employment,
        r"^sm\.data\..*",
        _BLS,
        "State and Area Employment time series",
        (_TIME_SERIES + "sm/sm.data.1.AllData",),
    ),
    Adapter(
        "series-list",
        series.series_list,
        r"^(jt|ce|sm|la|oe)\.series(\.txt|\.gz)?$",
        _BLS,
        "Lists of time series",
        (_TIME_SERIES + "jt/jt.series",),
    ),
)
ADAPTERS: Mapping[str, Adapter] = MappingProxyType({a.name: a for a in _LISTED})


def find(folder: str | Path) -> tuple[dict[str, list[Path]], list[Path]]:
    """Official files of a folder and those below it: adapter -> files in order of name, and files no reader is for."""
    folder = Path(folder)
    if not folder.is_dir():
        raise ScenarioError([Problem(str(folder), 0, "", "no such folder")])
    found: dict[str, list[Path]] = {}
    rest = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = next((a.name for a in _LISTED if re.search(a.pattern, path.name, re.IGNORECASE)), "")
        if name:
            found.setdefault(name, []).append(path)
        elif not path.name.endswith((".part", ".part.json")) and path.name != "manifest.json":
            rest.append(path)
    return found, rest


def collect(folder: str | Path, only: Collection[str] = ()) -> dict[str, pd.DataFrame]:
    """Read every official file of a folder.

    Parameters
    ----------
    folder : files under the names they are published with, in any subfolders.
    only : adapters whose files to read; all if empty.

    Returns
    -------
    dict
        Adapter name -> its frames one below the other, with the columns file (name), released (date the file gives,
        or ""). `attrs["missing"]` adds up what the files do not give.

    Raises
    ------
    ScenarioError
        All problems of all files; or no official file in the folder.

    Examples
    --------
    >>> collect("downloads")["qcew"].query("agglvl_code == 70")  # doctest: +SKIP
    """
    found, rest = find(folder)
    problems: list[Problem] = []
    if not found:
        names = ", ".join(p.name for p in rest[:5])
        raise ScenarioError(
            [Problem(str(folder), 0, "", f"no official file here ({names or 'empty'})", "see docs/data.md")]
        )
    out = {}
    for name, paths in found.items():
        if only and name not in only:
            continue
        parts = []
        for path in paths:
            try:
                frame = ADAPTERS[name].read(path)
            except ScenarioError as error:
                problems += error.problems
                continue
            attrs = dict(frame.attrs)
            frame = frame.assign(file=path.name, released=attrs.get("released", ""))
            frame.attrs = attrs
            parts.append(frame)
        if parts:
            missing: dict[str, int] = {}
            for part in parts:
                for key, count in part.attrs.get("missing", {}).items():
                    missing[key] = missing.get(key, 0) + count
                part.attrs = {}
            out[name] = pd.concat(parts, ignore_index=True)
            out[name].attrs["missing"] = missing
    if problems:
        raise ScenarioError(problems)
    return out
