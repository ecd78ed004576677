"""The rows of each of the builder's tables, from the frames of the official readers.

One function a table: (frames by adapter, statistics laid under) -> rows with the table's columns, and remarks. Where
a table of the builder is of one year or vintage, rows of others are left out, with a remark. `attrs["whole"]` lists
the places of which these rows are all there is: no older row of theirs is kept beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from laborsim.region.official.addresses import POSTAL
from laborsim.region.official.pep import AGE_GROUPS

Frames = dict[str, pd.DataFrame]
Base = Callable[[str], pd.DataFrame | None]
Made = tuple[pd.DataFrame, list[str]]

QCEW_YEAR, OEWS_YEAR, ACS_YEAR = 2016, 2025, 2018
_LAUS = ["labor_force", "employed", "unemployed", "unemp_rate_pct"]


def _whole(rows: pd.DataFrame, places: Iterable[str]) -> pd.DataFrame:
    rows.attrs["whole"] = sorted(set(places))
    return rows


def _latest(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One row for each key: of the last release, then of the last file by name."""
    return frame.sort_values([*keys, "released", "file"], kind="stable").drop_duplicates(keys, keep="last")


def laus_annual(frames: Frames, base: Base) -> Made:
    """fips, county, year, labor force figures, source: yearly files, and yearly means of the time series."""
    parts = []
    if "laus-series" in frames:
        series = frames["laus-series"]
        parts.append(series[series["month"] == ""].assign(county=""))
    if "laus-annual" in frames:
        parts.append(frames["laus-annual"])
    frame = _latest(pd.concat(parts, ignore_index=True).dropna(subset=_LAUS), ["fips", "year"])
    frame["source"] = "BLS " + frame["file"] + _when(frame)
    return frame[["fips", "county", "year", *_LAUS, "source"]], []


def laus_monthly(frames: Frames, base: Base) -> Made:
    """fips, county, month, labor force figures, preliminary, vintage, srcfile."""
    parts = []
    if "laus-series" in frames:
        series = frames["laus-series"]
        parts.append(series[series["month"] != ""].assign(county=""))
    if "laus-monthly" in frames:
        parts.append(frames["laus-monthly"])
    frame = _latest(pd.concat(parts, ignore_index=True).dropna(subset=_LAUS), ["fips", "month"])
    frame["vintage"], frame["srcfile"] = frame["released"].str[:7], frame["file"]
    return frame[["fips", "county", "month", *_LAUS, "preliminary", "vintage", "srcfile"]], []


def _when(frame: pd.DataFrame) -> pd.Series:
    return frame["released"].map(lambda r: f" ({r})" if r else "")


def _qcew_annual(frames: Frames) -> Made:
    """Annual averages of `QCEW_YEAR` from four quarters or the annual file, as the builder's tables have them."""
    q = frames["qcew"]
    years = sorted(set(q["year"]) - {QCEW_YEAR})
    remarks = [f"takes {QCEW_YEAR} alone; {', '.join(map(str, years))} only in the quarterly totals"] if years else []
    q = q[(q["year"] == QCEW_YEAR) & q["area_fips"].str.fullmatch(r"\d{5}")]
    keys = ["area_fips", "own_code", "industry_code", "agglvl_code"]
    titles = ["area_title", "own_title", "industry_title"]
    quarters = q[q["quarter"] > 0].drop_duplicates([*keys, "quarter"], keep="last")
    by = quarters.groupby(keys, as_index=False)
    made = by.agg(
        **{t: (t, "last") for t in titles},
        annual_avg_estabs=("establishments", "mean"),
        nq=("quarter", "size"),
        suppressed_quarters=("suppressed", "sum"),
        jobs=("employment", "sum"),
        wages=("total_wages", "sum"),
    )
    whole = (made["suppressed_quarters"] == 0) & (made["nq"] == 4)
    made["annual_avg_emp"] = (made["jobs"] / 4).where(whole)
    made["total_wages"] = made["wages"].where(whole)
    short = int((made.groupby("area_fips")["nq"].max() < 4).sum())
    if short:
        remarks.append(f"{short} counties have fewer than four quarters of {QCEW_YEAR} and are left out")
    made = made[made.groupby("area_fips")["nq"].transform("max") == 4]
    yearly = q[(q["quarter"] == 0) & ~q["area_fips"].isin(made["area_fips"])].drop_duplicates(keys, keep="last")
    given = yearly.rename(columns={"establishments": "annual_avg_estabs", "employment": "annual_avg_emp"})
    given = given.assign(nq=4, suppressed_quarters=given["suppressed"] * 4)
    out = pd.concat([made, given], ignore_index=True)
    out["avg_weekly_wage"] = (out["total_wages"] / 52 / out["annual_avg_emp"].where(out["annual_avg_emp"] > 0)).round()
    out[["annual_avg_estabs", "annual_avg_emp"]] = out[["annual_avg_estabs", "annual_avg_emp"]].astype(float).round(1)
    columns = [
        "area_fips", "area_title", "own_code", "own_title", "industry_code", "industry_title", "agglvl_code",
        "annual_avg_estabs", "annual_avg_emp", "total_wages", "nq", "suppressed_quarters", "avg_weekly_wage",
    ]  # fmt: skip
    return out.sort_values(keys)[columns].reset_index(drop=True), remarks


def qcew_sector(frames: Frames, base: Base) -> Made:
    """County totals, ownerships and NAICS sectors (levels 70, 71, 74)."""
    frame, remarks = _qcew_annual(frames)
    return _whole(frame[frame["agglvl_code"].isin([70, 71, 74])], frame["area_fips"]), remarks


def qcew_detail(frames: Frames, base: Base) -> Made:
    """All county levels down to four digits (70 to 76)."""
    frame, _ = _qcew_annual(frames)
    return _whole(frame[frame["agglvl_code"].between(70, 76)], frame["area_fips"]), []


def qcew_quarterly(frames: Frames, base: Base) -> Made:
    """County totals by quarter, jobs of the third month and establishments in thousands."""
    q = frames["qcew"]
    q = q[(q["agglvl_code"] == 70) & (q["quarter"] > 0) & ~q["suppressed"]]
    q = q.drop_duplicates(["area_fips", "year", "quarter"], keep="last")
    title = q["area_title"].map(lambda t: f"{t.split(' County,')[0]}, {_postal(t)}" if "," in t else t)
    rows = pd.DataFrame(
        {
            "quarter_month": q["year"].astype(str) + "-" + (3 * q["quarter"]).map("{:02d}".format),
            "fips": q["area_fips"],
            "county": title,
            "establishments_000s": q["establishments"] / 1000,
            "employment_month3_000s": q["month3"] / 1000,
            "emp_pct_change_yoy": q["jobs_change_pct"],
            "avg_weekly_wage_usd": q["weekly_wage"],
            "wage_pct_change_yoy": q["wage_change_pct"],
        }
    )
    return rows.sort_values(["quarter_month", "fips"]).reset_index(drop=True), []


def _postal(title: str) -> str:
    state = title.rpartition(", ")[2]
    return _STATE_NAMES.get(state, state)


_STATE_NAMES = {"Missouri": "MO", "Kansas": "KS", "Kentucky": "KY", "Indiana": "IN", "Oregon": "OR"}


def _july(frames: Frames) -> pd.DataFrame:
    frame = frames["pep-single-age"]
    frame = frame[frame["reference"] == "july"]
    return frame.sort_values(["file"], kind="stable").drop_duplicates(["fips", "year", "age"], keep="last")


def single_age(frames: Frames, base: Base) -> Made:
    """fips, county, year, age (85 is 85 and over), male, female; July of each year."""
    out: pd.DataFrame = _july(frames)[["fips", "county", "year", "age", "male", "female"]]
    return out.astype({"male": int, "female": int}), []


def age_groups(frames: Frames, base: Base) -> Made:
    """fips, county, year, age_group (as single ages from 15 to 19 allow), male, female."""
    frame = _july(frames)
    five = [AGE_GROUPS[1 + a // 5] if a < 85 else "85+" for a in range(86)]
    five[15], five[16:18], five[18:20] = "15", ["16-17"] * 2, ["18-19"] * 2
    frame = frame.assign(age_group=[five[a] for a in frame["age"]])
    by = frame.groupby(["fips", "county", "year", "age_group"], sort=False, as_index=False)
    out = pd.DataFrame(by.agg(male=("male", "sum"), female=("female", "sum")))
    return out.astype({"male": int, "female": int}), []


def commuting(frames: Frames, base: Base) -> Made:
    """home_fips, work_fips, workers_2000, source: shares of LODES applied to those employed in 2000.

    The builder reads flows as shares of the residents employed in 2000, so that is what the jobs of the later
    year are brought to. Homes without a figure of 2000 take the mean ratio. Off the diagonal only.
    """
    frame = frames["lodes"]
    year, kind = int(frame["year"].max()), str(frame["job_type"].min())
    remarks = []
    if len(set(zip(frame["year"], frame["job_type"], strict=True))) > 1:
        remarks.append(f"LODES files of several years or job types: {year} {kind} taken")
    frame = frame[(frame["year"] == year) & (frame["job_type"] == kind)]
    for state in sorted(set(frame["work_fips"].str[:2])):
        parts = set(frame.loc[frame["work_fips"].str[:2] == state, "part"])
        if parts != {"main", "aux"}:
            remarks.append(f"LODES {POSTAL.get(state, state)} lacks its {'aux' if 'main' in parts else 'main'} file")
    total = frame.groupby("home_fips")["jobs"].sum()
    annual = base("laus_county_annual_MO_KS_KY_IN_OR.csv.gz")
    figures = [annual] if annual is not None else []
    if "laus-annual" in frames:
        figures.append(frames["laus-annual"])
    employed = pd.Series(dtype="float64")
    for f in figures:
        mine = f[f["year"].astype(str) == "2000"].set_index("fips")["employed"].astype(float)
        employed = mine.combine_first(employed)
    inside = total.index[total.index.str[:2].isin(frame.loc[frame["part"] == "main", "work_fips"].str[:2].unique())]
    known = inside.intersection(employed.index)
    if known.empty:
        return frame.iloc[:0], [*remarks, "no LAUS employment of 2000 at hand (laucnty00): commuting not written"]
    ratio = employed[known] / total[known]
    mean = float(employed[known].sum() / total[known].sum())
    apart = frame[frame["home_fips"] != frame["work_fips"]].groupby(["home_fips", "work_fips"], as_index=False)
    flows = pd.DataFrame(apart.agg(jobs=("jobs", "sum")))
    flows["workers_2000"] = (flows["jobs"] * flows["home_fips"].map(ratio).fillna(mean)).round(1)
    flows["source"] = f"LODES {year} {kind}, shares of residents' jobs, times employment of 2000 (LAUS)"
    return _whole(flows[["home_fips", "work_fips", "workers_2000", "source"]], known), remarks


def childcare(frames: Frames, base: Base) -> Made:
    """NDCP as the builder's table: rows with at least one price."""
    frame = frames["ndcp"].drop(columns=["file", "released"])
    priced = frame[["mc_infant", "mc_toddler", "mc_preschool", "mfcc_infant"]].notna().any(axis=1)
    return frame[priced].drop_duplicates(["fips", "study_year"], keep="last"), []


def _oews(frames: Frames) -> Made:
    frame = frames["oews"]
    years = sorted(set(frame["year"]) - {OEWS_YEAR})
    remarks = [f"takes May {OEWS_YEAR} alone; {', '.join(map(str, years))} left out"] if years else []
    frame = frame[frame["year"] == OEWS_YEAR].copy()
    frame["level"] = frame["group"].map({"total": 0, "major": 0, "minor": 1, "broad": 2, "detailed": 3})
    return frame, remarks


def oews_wages(frames: Frames, base: Base) -> Made:
    """Areas' employment and wages by occupation; states as SS00000 and the nation as 0."""
    frame, remarks = _oews(frames)
    frame = frame[frame["naics"] == "000000"].copy()
    code = frame["area_code"].str.lstrip("0")
    frame["area_code"] = np.where(code == "99", "0", np.where(code.str.len() <= 2, code.str.zfill(2) + "00000", code))
    figures = [f"{p}_{x}" for p in "ha" for x in ("mean", "p10", "p25", "median", "p75", "p90")]
    order = ["h_mean", "a_mean", *(f for f in figures if not f.endswith("_mean"))]
    columns = ["area_code", "area", "soc", "occ_title", "level", "emp", "emp_prse_pct", *order]
    frame = frame.drop_duplicates(["area_code", "soc"], keep="last")
    return _whole(frame[[*columns, "jobs_per_1000", "loc_quotient"]], frame["area_code"]), remarks


def oews_industry(frames: Frames, base: Base) -> Made:
    """The nation by industry: industry_code, industry_name, soc, occ_title, occ_level, emp, annual wages."""
    frame, remarks = _oews(frames)
    frame = frame[frame["area_code"].isin(["99", "0"])].copy()
    frame = frame.rename(columns={"naics": "industry_code", "naics_title": "industry_name", "level": "occ_level"})
    known = base("oews_may2025_us_industry_by_occupation.csv.gz")
    levels = {} if known is None else dict(zip(known["industry_code"], known["display_level"], strict=True))
    frame["display_level"] = [levels.get(c, "") for c in frame["industry_code"]]
    columns = ["industry_code", "industry_name", "display_level", "soc", "occ_title", "occ_level", "emp", "a_mean"]
    frame = frame.drop_duplicates(["industry_code", "soc"], keep="last")
    rows = frame[[*columns, "a_p10", "a_p25", "a_median", "a_p75", "a_p90"]]
    return _whole(rows, frame["industry_code"]), remarks


def acs_state(frames: Frames, base: Base) -> Made:
    """year, state, table, variable, label, estimate, moe90: one-year tables of the states."""
    frame = frames["acs"]
    frame = frame[(frame["dataset"] == "acs1") & (frame["level"] == "state") & (frame["year"] == ACS_YEAR)].copy()
    if frame.empty:
        return frame, []
    label = pd.Series(dtype=str)
    if "acs-labels" in frames:
        label = frames["acs-labels"].drop_duplicates("variable").set_index("variable")["label"]
    known = base("acs1_2018_state_tables_MO_KY_OR_KS_IN.csv.gz")
    if known is not None:
        label = known.drop_duplicates("variable").set_index("variable")["label"].combine_first(label)
    frame["state"] = frame["fips"].map(POSTAL)
    frame["label"] = frame["variable"].map(label)
    bare = sorted(set(frame.loc[frame["label"].isna(), "table"]))
    remarks = [f"no labels of {', '.join(bare)} (acs1_{ACS_YEAR}_labels_TABLE.json): left out"] if bare else []
    frame = frame[~frame["table"].isin(bare)].rename(columns={"moe": "moe90"})
    frame = frame.drop_duplicates(["year", "state", "variable"], keep="last")
    return frame[["year", "state", "table", "variable", "label", "estimate", "moe90"]], remarks


#: Column of the county table -> (numerator variables, denominator variable).
_COUNTY = {
    "pop_total": (("B03002_001E",), ""),
    "pop_white": (("B03002_003E",), ""),
    "pop_black": (("B03002_004E",), ""),
    "pop_asian": (("B03002_006E",), ""),
    "pop_latino": (("B03002_012E",), ""),
    "pct_nocar": (("B08201_002E",), "B08201_001E"),
    "pct_edu_hs": (("B15003_017E", "B15003_018E"), "B15003_001E"),
    "pct_edu_somecollege": (("B15003_019E", "B15003_020E"), "B15003_001E"),
    "pct_edu_associate": (("B15003_021E",), "B15003_001E"),
    "pct_edu_ba": (("B15003_022E",), "B15003_001E"),
    "pct_edu_grad": (("B15003_023E", "B15003_024E", "B15003_025E"), "B15003_001E"),
    **{
        f"pct_edu_{level}_{group}": (tuple(f"C15002{code}_{n:03d}E" for n in cells), f"C15002{code}_001E")
        for group, code in (("white", "H"), ("black", "B"), ("asian", "D"), ("latino", "I"))
        for level, cells in (("hsplus", (4, 5, 6, 9, 10, 11)), ("baplus", (6, 11)))
    },
}


def acs_county(frames: Frames, base: Base) -> Made:
    """Population, attainment by race and households without a vehicle; other columns of the county's row stay."""
    file = "acs_county_lf_edu_income_by_race_2018_2019.csv.gz"
    frame = frames["acs"]
    frame = frame[(frame["dataset"] == "acs5") & (frame["level"] == "county") & (frame["year"] == ACS_YEAR)]
    if frame.empty:
        return frame, []
    wide = frame.drop_duplicates(["fips", "variable"], keep="last").pivot(
        index="fips", columns="variable", values="estimate"
    )
    wanted = {v for cells, below in _COUNTY.values() for v in (*cells, below) if v}
    wide = wide.reindex(columns=sorted(wanted | set(wide.columns)))
    names = frame.drop_duplicates("fips").set_index("fips")["name"]
    out = pd.DataFrame(
        {"vintage": f"acs5_{ACS_YEAR}", "stco_code": wide.index, "stco_name": names[wide.index].to_numpy()}
    )
    out.index = wide.index
    for column, (cells, below) in _COUNTY.items():
        value = wide[list(cells)].sum(axis=1, min_count=len(cells))
        out[column] = (value / wide[below].where(wide[below] > 0)) if below else value
    absent = sorted({v.split("_")[0] for v in wanted if wide[v].isna().all()})
    remarks = [f"ACS tables not among the files: {', '.join(absent)}"] if absent else []
    known = base(file)
    if known is not None:
        rows = known[known["vintage"] == f"acs5_{ACS_YEAR}"].set_index("stco_code")
        rest = [c for c in known.columns if c not in ("vintage", "stco_code")]
        old = rows.reindex(index=out.index, columns=rest)
        new = out.reindex(columns=rest)
        out = pd.concat([out[["vintage", "stco_code"]], new.astype(object).where(new.notna(), old)], axis=1)
    return out.reset_index(drop=True), remarks
