"""Census Bureau API, American Community Survey: detailed tables as JSON arrays, and their labels.

https://api.census.gov/data/YEAR/acs/acs5 (or acs1)?get=NAME,group(B08201)&for=county:*&in=state:29. The answer is an
array of arrays, headings first, every cell text; estimates end in E, margins of error (90%) in M. Codes such as
-666666666 stand for figures that could not be made. Files are named acs5_2018_B08201_29.json: data set, year, table.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from laborsim.region.official.files import Faults, load_json

#: Special values: https://www.census.gov/data/developers/data-sets/acs-1year/notes-on-acs-estimate-and-annotation-values.html
FLAGS = {
    -666666666: "too few sample cases",
    -999999999: "too few sample cases in the area",
    -888888888: "not applicable",
    -222222222: "too few sample cases for a margin of error",
    -333333333: "median in an open-ended interval",
    -555555555: "controlled: no margin of error",
}
_VARIABLE = re.compile(r"([BCS]\d{5}[A-Z]{0,3})_(?:C\d\d_)?(\d{3})(E|M|EA|MA)")
_NAME = re.compile(r"acs([15])_(\d{4})_", re.IGNORECASE)
_PLACES = (
    "us",
    "region",
    "division",
    "state",
    "county",
    "place",
    "tract",
    "metropolitan statistical area/micropolitan statistical area",
)
COLUMNS = ["dataset", "year", "level", "fips", "name", "table", "variable", "estimate", "moe", "flag"]


def estimates(path: str | Path) -> pd.DataFrame:
    """Estimates and margins of error of one answer of the API, of any number of tables.

    Parameters
    ----------
    path : acs5_YYYY_*.json or acs1_YYYY_*.json.

    Returns
    -------
    DataFrame
        dataset (acs1, acs5), year (the last, of five), level (us, state, county ...), fips (codes of the place
        joined), name, table, variable (with E), estimate, moe (90%; NaN where there is none), flag (what a special
        value says, or ""). `attrs["missing"]` counts the special values by meaning.

    Raises
    ------
    ScenarioError
        Not such an answer (an error page, cut short, an unknown special value); with row and column.
    """
    path, faults = Path(path), Faults(path)
    named = _NAME.match(path.name)
    if not named:
        raise faults.fail(0, "", "the name does not say data set and year", "such as acs5_2018_B08201_29.json")
    data, text = load_json(path, faults)
    if not (isinstance(data, list) and len(data) > 1 and all(isinstance(r, list) for r in data)):
        raise faults.fail(1, "", "is not an answer of the Census API", "an array of rows, headings first")
    header = [str(h) for h in data[0]]
    figures = {i: m for i, h in enumerate(header) if (m := _VARIABLE.fullmatch(h))}
    found = [i for i, m in figures.items() if m[3] == "E"]
    places = [i for i, h in enumerate(header) if h in _PLACES]
    if not found:
        faults.add(1, "", f"no estimates among the headings {', '.join(header[:8])}", "such as B08201_001E")
    if not places:
        faults.add(1, "", "no place among the headings", "state, county ...")
    faults.check()
    step = 1 if text.count("\n") >= len(data) - 1 else 0  # the API writes one row a line
    where = {h: i for i, h in enumerate(header)}
    level = "_".join(header[places[-1]].split()[:1])
    rows = []
    for number, row in enumerate(data[1:], 2):
        line = number if step else 1
        if len(row) != len(header):
            faults.add(line, "", f"row {number} has {len(row)} cells", f"{len(header)} as in the headings")
            continue
        fips = "".join(str(row[i]) for i in places if header[i] != "us") or "0"
        name = str(row[where["NAME"]]) if "NAME" in where else ""
        for i in found:
            variable = header[i]
            estimate, flag = _figure(row[i], line, variable, faults)
            margin = where.get(variable[:-1] + "M", -1)
            moe, doubt = _figure(row[margin], line, header[margin], faults) if margin >= 0 else (None, "")
            rows.append(
                (
                    f"acs{named[1]}",
                    int(named[2]),
                    level,
                    fips,
                    name,
                    figures[i][1],
                    variable,
                    estimate,
                    moe,
                    flag or doubt,
                )
            )
    faults.check()
    out = pd.DataFrame(rows, columns=COLUMNS)
    out[["estimate", "moe"]] = out[["estimate", "moe"]].astype("float64")
    out.attrs["missing"] = {str(k): int(n) for k, n in out["flag"][out["flag"] != ""].value_counts().items()}
    return out


def _figure(cell: Any, line: int, variable: str, faults: Faults) -> tuple[float | None, str]:
    """Value and what a special value says."""
    if cell is None or cell == "":
        return None, ""
    try:
        value = float(cell)
    except (TypeError, ValueError):
        faults.add(line, variable, f"{cell!r} is not allowed", "a number or null")
        return None, ""
    if value in FLAGS:
        return None, FLAGS[int(value)]
    if value <= -111111111:
        faults.add(line, variable, f"{cell!r} is an unknown special value", ", ".join(str(k) for k in FLAGS))
        return None, ""
    return value, ""


def labels(path: str | Path) -> pd.DataFrame:
    """What the variables of a table are, groups/B08201.json of the API.

    Returns
    -------
    DataFrame
        table, variable, label (levels joined by " > ", as in "Total > Male").

    Raises
    ------
    ScenarioError
        Not such an answer.
    """
    path, faults = Path(path), Faults(path)
    data, _ = load_json(path, faults)
    variables = data.get("variables") if isinstance(data, dict) else None
    if not isinstance(variables, dict):
        raise faults.fail(1, "variables", "missing", "the answer to .../groups/TABLE.json")
    rows = []
    for variable, about in sorted(variables.items()):
        match = _VARIABLE.fullmatch(variable)
        if match and match[3] == "E":
            parts = [p.rstrip(":") for p in str(about.get("label", "")).split("!!")]
            rows.append((match[1], variable, " > ".join(p for p in parts if p not in ("Estimate", ""))))
    if not rows:
        raise faults.fail(1, "variables", "no estimates among them", "such as B08201_001E")
    return pd.DataFrame(rows, columns=["table", "variable", "label"])
