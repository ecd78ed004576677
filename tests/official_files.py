"""Small files in the formats of the publishers, made up for the tests of their readers."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

LAUS = [
    ("29", "095", "Jackson County, MO", 364675, 347200, 17475, 4.8),
    ("41", "039", "Lane County, OR", 182001, 173000, 9001, 4.9),
]


def workbook(path: Path, rows: Sequence[Sequence[object]], title: str = "Sheet1") -> Path:
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def laus_text(path: Path, year: int = 2018, footer: bool = True) -> Path:
    heads = (
        f"{'':31}Labor Force Data by County, {year} Annual Averages",
        "",
        f"{'':17}State  County{'':44}Labor{'':19}Unemployed",
        f"{'':17}FIPS   FIPS",
        "   LAUS Code     Code   Code   County Name/State Abbreviation    Year     Force    Employed    Level    Rate",
        "",
    )
    rows = [
        f"CN{s}{c}00000000   {s}     {c}   {n:<33} {year} {force:>13,} {e:>12,} {u:>10,} {r:>8}"
        for s, c, n, force, e, u, r in LAUS
    ]
    end = ["", "SOURCE:  BLS, LAUS", "April 17, 2020", ""] if footer else [""]
    path.write_text("\n".join([*heads, *rows, *end]))
    return path


def laus_bars(path: Path) -> Path:
    rule = "-" * 116
    blank = f"{'':17}| State | County | {'':19}|{'':10}|"
    lines = [
        "    Labor force data by county, not seasonally adjusted, November 2019-December 2019(p)",
        rule,
        blank + "  Civilian   |          |            | Unemploy-",
        " LAUS Area Code  | FIPS  | FIPS   | Area Title   | Period   | Labor Force | Employed | Unemployed | ment Rate",
        rule,
    ]
    for period in ("  Nov-19  ", " Dec-19(p)"):
        for s, c, n, force, e, u, r in LAUS:
            place = f" CN{s}{c}00000000 |   {s}  |   {c}  | {n:<19}|{period}|"
            lines.append(f"{place} {force:>11,} | {e:>8,} | {u:>10,} | {r:>6} ")
    lines += [rule, "(p) = preliminary.", "SOURCE: BLS, LAUS", "January 29, 2020", ""]
    path.write_text("\n".join(lines))
    return path


def laus_workbook(path: Path, year: int = 2019) -> Path:
    rows: list[Sequence[object]] = [
        (f"Labor Force Data by County, {year} Annual Averages",),
        (),
        ("", "State", "County"),
        ("LAUS", "FIPS", "FIPS", "", "", None, "Labor", "", "", "Unemployment"),
        (
            "Code",
            "Code",
            "Code",
            "County Name/State Abbreviation",
            "Year",
            None,
            "Force",
            "Employed",
            "Unemployed",
            "Rate (%)",
        ),
    ]
    for s, c, n, *figures in LAUS:
        rows.append((f"CN{s}{c}00000000", s, c, n, str(year), None, *figures))
    rows.append(("CN7211500000000", "72", "115", "Quebradillas Municipio, PR", str(year), None, *["N.A."] * 4))
    rows += [(), ("SOURCE: BLS, LAUS",), ("April 16, 2021",)]
    return workbook(path, rows)


QCEW_HEAD = (
    "area_fips", "own_code", "industry_code", "agglvl_code", "size_code", "year", "qtr", "disclosure_code"
)  # fmt: skip


def qcew_slice(path: Path, fips: str = "18043", year: int = 2016, quarter: int = 1) -> Path:
    """A quarter as the data slices have it: no titles. Sector 11 is suppressed in the third quarter."""
    head = (
        *QCEW_HEAD, "qtrly_estabs", "month1_emplvl", "month2_emplvl", "month3_emplvl", "total_qtrly_wages",
        "taxable_qtrly_wages", "qtrly_contributions", "avg_wkly_wage", "lq_disclosure_code",
        "oty_month3_emplvl_pct_chg", "oty_avg_wkly_wage_pct_chg",
    )  # fmt: skip
    farm = (4, 0, 0, 0, 0, 0) if quarter == 3 else (4, 30, 30, 30, 210000, 538)
    cells = [
        ("0", "10", "70", "", 1400, 25000 + quarter - 1, 25100, 25200, 250000000, 766),
        ("5", "10", "71", "", 1300, 22000, 22000, 22000, 210000000, 734),
        ("5", "11", "74", "N" if quarter == 3 else "", *farm),
        ("5", "6244", "76", "", 12, 200, 200, 200, 1000000, 385),
        ("2", "55", "74", "-", 0, 0, 0, 0, 0, 0),
    ]
    rows = [",".join(f'"{h}"' for h in head)]
    for own, industry, level, hidden, *n, wages, weekly in cells:
        codes = ",".join(f'"{c}"' for c in (fips, own, industry, level, "0", year, quarter, hidden))
        rows.append(f'{codes},{",".join(map(str, n))},{wages},1,1,{weekly},"",1.5,2.0')
    path.write_text("\n".join([*rows, ""]))
    return path


def qcew_annual(path: Path) -> Path:
    """Annual averages with titles, as in the by-area archives."""
    head = (
        *QCEW_HEAD, "area_title", "own_title", "industry_title", "agglvl_title", "size_title",
        "annual_avg_estabs_count", "annual_avg_emplvl", "total_annual_wages", "taxable_annual_wages",
        "annual_contributions", "annual_avg_wkly_wage", "avg_annual_pay",
    )  # fmt: skip
    place = "Hardin County, Kentucky"
    total = (place, "Total Covered", "10 Total, all industries", "County, Total Covered", "All establishment sizes")
    finance = (place, "Private", "NAICS 52 Finance and insurance", "County, Sector", "All establishment sizes")
    rows = [
        ("21093", "0", "10", "70", "0", "2016", "A", "", *total, 2500, 45000, 1800000000, 1, 1, 769, 40000),
        ("21093", "5", "52", "74", "0", "2016", "A", "N", *finance, 150, 0, 0, 0, 0, 0, 0),
    ]
    lines = [",".join(str(c) if isinstance(c, int) else f'"{c}"' for c in r) for r in (head, *rows)]
    path.write_text("\n".join([*lines, ""]))
    return path


def pep_single(path: Path) -> Path:
    rows = ["SUMLEV,STATE,COUNTY,STNAME,CTYNAME,YEAR,AGE,TOT_POP,TOT_MALE,TOT_FEMALE"]
    for county, name in ((43, "Floyd County"), (13, "Doña Ana County")):
        for code in (1, 2, 5):
            for age in range(86):
                male = 100 + age + code
                rows.append(f"050,18,{county:03d},Indiana,{name},{code},{age},{2 * male + 5},{male},{male + 5}")
    path.write_bytes("\n".join([*rows, ""]).encode("latin-1"))
    return path


def pep_race(path: Path) -> Path:
    from laborsim.region.official.pep import GROUPS

    head = "SUMLEV,STATE,COUNTY,STNAME,CTYNAME,YEAR,AGEGRP,TOT_POP,TOT_MALE,TOT_FEMALE," + ",".join(
        f"{c}_{s}" for c in GROUPS.values() for s in ("MALE", "FEMALE")
    )
    rows = [
        f"050,29,095,Missouri,Jackson County,{code},{age},30,{10 + age},{20 - age}," + ",".join(["4"] * 16)
        for code in (2, 5)
        for age in range(19)
    ]
    path.write_text("\n".join([head, *rows, ""]))
    return path


LODES_HEAD = "w_geocode,h_geocode,S000,SA01,SA02,SA03,SE01,SE02,SE03,SI01,SI02,SI03,createdate"


def lodes(path: Path, flows: Sequence[tuple[str, str, int]], digits: int = 15) -> Path:
    """Jobs by (work county, home county, jobs), split over blocks."""
    rows = [LODES_HEAD]
    for work, home, jobs in flows:
        for block, n in ((1, jobs // 3), (2, jobs - jobs // 3)):
            codes = [f"{c}0001001{block:03d}"[-digits:] for c in (work, home)]
            rows.append(f"{codes[0]},{codes[1]},{n},{n},0,0,0,{n},0,0,0,{n},20231016")
    data = "\n".join([*rows, ""])
    path.write_bytes(gzip.compress(data.encode(), mtime=0) if path.suffix == ".gz" else data.encode())
    return path


NDCP_HEAD = (
    "State_Name",
    "State_Abbreviation",
    "County_Name",
    "County_FIPS_Code",
    "StudyYear",
    "MHI_2018",
    "TotalPop",
    "Households",
    "H_Under6_BothWork",
    "MCSA",
    "MFCCSA",
    "MCInfant",
    "MCToddler",
    "MCPreschool",
    "MFCCInfant",
    "MFCCToddler",
    "MFCCPreschool",
)
NDCP_ROWS = [
    (
        "Alabama",
        "AL",
        "Autauga County",
        "1001",
        "2018",
        "58786",
        "55200",
        "21115",
        "1200",
        "80.9",
        "81.4",
        "104.95",
        "104.95",
        "85.92",
        "83.45",
        "83.45",
        "81.4",
    ),
    (
        "Indiana",
        "IN",
        "Clark County",
        "18019",
        "2018",
        "55000.5",
        "116000",
        "44000",
        "2900",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
    ),
    (
        "Indiana",
        "IN",
        "Floyd County",
        "18043",
        "2018",
        "60000",
        "77000",
        "29500",
        "1900",
        "120",
        "90",
        "210.5",
        "190",
        "170",
        "140",
        "130",
        "120",
    ),
]


def ndcp_text(path: Path, capitals: bool = False) -> Path:
    head = [h.upper() if capitals else h for h in NDCP_HEAD]
    path.write_text("\n".join(",".join(r) for r in [head, *NDCP_ROWS]) + "\n")
    return path


OEWS_HEAD = (
    "AREA",
    "AREA_TITLE",
    "AREA_TYPE",
    "PRIM_STATE",
    "NAICS",
    "NAICS_TITLE",
    "I_GROUP",
    "OWN_CODE",
    "OCC_CODE",
    "OCC_TITLE",
    "O_GROUP",
    "TOT_EMP",
    "EMP_PRSE",
    "JOBS_1000",
    "LOC_QUOTIENT",
    "PCT_TOTAL",
    "PCT_RPT",
    "H_MEAN",
    "A_MEAN",
    "MEAN_PRSE",
    "H_PCT10",
    "H_PCT25",
    "H_MEDIAN",
    "H_PCT75",
    "H_PCT90",
    "A_PCT10",
    "A_PCT25",
    "A_MEDIAN",
    "A_PCT75",
    "A_PCT90",
    "ANNUAL",
    "HOURLY",
)


def oews_rows(area: str, title: str, naics: str = "000000") -> list[tuple[object, ...]]:
    place = (area, title, "4", "MO", naics, "Cross-industry", "cross-industry", "1235")
    wages = (27.5, 57200, 0.8, 13.2, 17.0, 22.5, 32.0, 47.0, 27460, 35360, 46800, 66560, 97760, None, None)
    doctors = (150.1, 312200, 3.0, 60.0, 100.0, "#", "#", "#", 124800, 208000, "#", "#", "#", None, None)
    return [
        (*place, "00-0000", "All Occupations", "total", 1096110, 0.4, 1000, 1, None, None, *wages),
        (
            *place,
            "29-1216",
            "General Internal Medicine Physicians",
            "detailed",
            "**",
            "**",
            "**",
            "**",
            None,
            None,
            *doctors,
        ),
        (*place, "47-2111", "Electricians", "detailed", 5120, 6.1, 4.671, 1.02, None, None, *wages),
    ]


def oews_zip(path: Path, year: int = 2025) -> Path:
    inner = path.parent / f"MSA_M{year}_dl.xlsx"
    workbook(inner, [OEWS_HEAD, *oews_rows("28140", "Kansas City, MO-KS")])
    other = path.parent / "file_descriptions.xlsx"
    workbook(other, [("field", "what it is")])
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, f"oesm{year % 100}ma/{inner.name}")
        archive.write(other, f"oesm{year % 100}ma/{other.name}")
    inner.unlink()
    other.unlink()
    return path


ACS = [
    [
        "NAME",
        "B08201_001E",
        "B08201_001EA",
        "B08201_001M",
        "B08201_001MA",
        "B08201_002E",
        "B08201_002M",
        "GEO_ID",
        "state",
        "county",
    ],
    ["Jackson County, Missouri", "281000", None, "-555555555", "*****", "21075", "890", "0500000US29095", "29", "095"],
    ["Clay County, Missouri", "92000", None, "601", None, "-666666666", "-222222222", "0500000US29047", "29", "047"],
]


def acs(path: Path, rows: Sequence[Sequence[object]] = ACS) -> Path:
    path.write_text("[" + ",\n".join(json.dumps(r) for r in rows) + "]")
    return path


def labels(path: Path, table: str, names: Sequence[str]) -> Path:
    variables = {
        f"{table}_{i:03d}E": {"label": "Estimate!!" + "!!".join(n.split(" > ")), "concept": "X"}
        for i, n in enumerate(names, 1)
    }
    path.write_text(json.dumps({"variables": variables | {"GEO_ID": {"label": "Geography"}}}))
    return path


def flat(path: Path, rows: Sequence[tuple[str, int, str, str, str]]) -> Path:
    lines = ["series_id                     \tyear\tperiod\t       value\tfootnote_codes"]
    lines += [f"{i:<30}\t{y}\t{p}\t{v:>12}\t{n}" for i, y, p, v, n in rows]
    path.write_text("\r\n".join([*lines, ""]))
    return path
