"""Census Bureau LEHD Origin-Destination Employment Statistics (LODES): where people live and where they work.

https://lehd.ces.census.gov/data/lodes/: SS_od_PART_JTnn_YYYY.csv.gz by state SS of work; PART is main (home in the
same state) or aux (home in another). Pairs of census blocks, 15 digits with leading zeros; jobs, one per person in
JT01 and all in JT00. Counts are of jobs covered by unemployment insurance, with noise added by the publisher.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pandas as pd

from laborsim.region.official.files import Faults, delimited
from laborsim.region.official.table import Column, positions

COLUMNS = (
    Column("w_geocode", "census block of work", kind="code", width=15),
    Column("h_geocode", "census block of home", kind="code", width=15),
    Column("S000", "jobs", kind="int", low=0),
)
_NAME = re.compile(r"([a-z]{2})_od_(main|aux)_(JT\d\d)_(\d{4})", re.IGNORECASE)


def origin_destination(path: str | Path) -> pd.DataFrame:
    """Jobs by county of home and of work.

    Parameters
    ----------
    path : .csv or .csv.gz under the name it is published with.

    Returns
    -------
    DataFrame
        home_fips, work_fips, jobs, year, job_type (JT00 all jobs, JT01 primary), part (main or aux); sorted.

    Raises
    ------
    ScenarioError
        The file is not of this format; with line and column.
    """
    path, faults = Path(path), Faults(path)
    named = _NAME.search(path.name)
    if not named:
        raise faults.fail(0, "", "the name does not say state, part, job type and year", "mo_od_main_JT00_2018.csv.gz")
    rows = delimited(path, faults)
    line, header = next(rows, (1, []))
    work_at, home_at, jobs_at = positions(header, COLUMNS, faults, line)
    width, total = len(header), defaultdict[tuple[str, str], int](int)
    for line, row in rows:  # millions of lines: summed as they pass
        if len(row) != width:
            faults.add(line, "", f"{len(row)} cells (the file may be cut short)", f"{width} as in the header")
            continue
        work, home, jobs = row[work_at], row[home_at], row[jobs_at]
        if len(work) == 15 == len(home) and work.isdecimal() and home.isdecimal() and jobs.isdecimal():
            total[home[:5], work[:5]] += int(jobs)
        else:
            for c, cell in zip(COLUMNS, (work, home, jobs), strict=True):
                _blame(line, c, cell, faults)
    if not total and not faults.found:
        faults.add(0, "", "no data rows")
    faults.check()
    keys = sorted(total)
    out = pd.DataFrame(
        {
            "home_fips": [h for h, _ in keys],
            "work_fips": [w for _, w in keys],
            "jobs": [total[k] for k in keys],
            "year": int(named[4]),
            "job_type": named[3].upper(),
            "part": named[2].lower(),
        }
    )
    out.attrs["missing"] = {}
    return out


def _blame(line: int, c: Column, cell: str, faults: Faults) -> None:
    if c.kind == "code" and not (len(cell) == c.width and cell.isdecimal()):
        lost = " (a leading zero is lost: read as a number on the way?)" if re.fullmatch(r"\d{14}(\.0)?", cell) else ""
        faults.add(line, c.name, f"{cell!r} is not allowed{lost}", f"{c.width} digits")
    elif c.kind == "int" and not cell.isdecimal():
        faults.add(line, c.name, f"{cell!r} is not allowed", "a whole number")
