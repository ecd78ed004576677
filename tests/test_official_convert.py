"""From official files to the builder's tables: what it writes agrees with the statistics, and packs build from it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import official_files as make
from laborsim.cli import app
from laborsim.region.official.convert import TABLES, convert
from laborsim.region.official.tidy import _COUNTY
from laborsim.scenario.problems import InputError, ScenarioError
from official_data import DATA

statistics = pytest.mark.skipif(not (DATA / "raw").is_dir(), reason="the statistics are not at hand")


def table(folder: Path, part: str) -> pd.DataFrame:
    (name,) = [t.file for t in TABLES if part in t.file]
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False)


def official(folder: Path) -> Path:
    """Some official files of Floyd and Clark County, Indiana."""
    folder.mkdir()
    for quarter in (1, 2, 3, 4):
        make.qcew_slice(folder / f"qcew_2016_{quarter}_18043.csv", quarter=quarter)
    make.qcew_slice(folder / "qcew_2017_1_18043.csv", year=2017)
    make.pep_single(folder / "cc-est2023-syasex-18.csv")
    make.ndcp_text(folder / "ndcp2018.csv")
    make.laus_text(folder / "laucnty00.txt", year=2000)
    make.laus_text(folder / "laucnty18.txt", year=2018)
    make.laus_bars(folder / "laucntycur14.txt")
    flows = [("29095", "29047", 300), ("29047", "29095", 1000), ("29095", "29095", 3000), ("29095", "20091", 60)]
    make.lodes(folder / "mo_od_main_JT00_2018.csv.gz", flows[:3])
    make.lodes(folder / "mo_od_aux_JT00_2018.csv.gz", flows[3:])
    return folder


def test_tables_from_files_alone(tmp_path: Path) -> None:
    report = convert(official(tmp_path / "in"), tmp_path / "out")
    out = tmp_path / "out"
    assert sorted(p.name for p in out.iterdir()) == sorted(str(t["file"]) for t in report.tables)
    annual = table(out, "laus_county_annual")
    assert annual[["fips", "year", "employed"]].to_numpy().tolist()[:2] == [
        ["29095", "2000", "347200.0"],
        ["29095", "2018", "347200.0"],
    ]
    monthly = table(out, "laus_county_monthly")
    assert monthly["vintage"].unique().tolist() == ["2020-01"] and set(monthly["month"]) == {"2019-11", "2019-12"}
    sector = table(out, "all_counties").set_index(["own_code", "industry_code"])
    assert float(sector.loc[("0", "10"), "annual_avg_emp"]) == round(
        (25000 + 25001 + 25002 + 25003) / 12 + 50300 / 3, 1
    )
    hidden = sector.loc[("5", "11")]
    assert (hidden["annual_avg_emp"], hidden["total_wages"], hidden["suppressed_quarters"]) == ("", "", "1")
    assert sector.loc[("2", "55"), "annual_avg_emp"] == "0.0" and ("5", "6244") not in sector.index
    assert "6244" in set(table(out, "naics_to4digit")["industry_code"])
    assert table(out, "quarterly")["quarter_month"].tolist() == ["2016-03", "2016-06", "2016-09", "2016-12", "2017-03"]
    groups = table(out, "agegroup").query("fips == '18043' and year == '2020'").set_index("age_group")
    assert groups.loc["16-17", "male"] == str(2 * 102 + 16 + 17) and len(groups) == 20
    prices = table(out, "childcare")
    assert prices["fips"].tolist() == ["01001", "18043"]  # a county without any price is left out
    flows = table(out, "commute").set_index(["home_fips", "work_fips"])["workers_2000"].astype(float)
    # of Jackson's 347,200 employed in 2000, 1,000 in 4,000 worked in Clay County
    assert flows["29095", "29047"] == 86_800 and ("29095", "29095") not in flows.index
    assert flows["20091", "29095"] == round(60 * 347_200 / 4_000, 1)
    assert any("2017 only in the quarterly totals" in r for r in report.remarks)
    assert report.missing["qcew"] == {"suppressed cells": 1}


def test_rows_of_the_statistics_stay_where_the_files_have_none(tmp_path: Path) -> None:
    base, out = tmp_path / "base", tmp_path / "out"
    base.mkdir()
    file = "laus_county_annual_MO_KS_KY_IN_OR.csv.gz"
    (base / "other.csv").write_text("as,it,is\n")
    old = pd.DataFrame(
        {
            "fips": ["29095", "01001"],
            "county": ["Jackson", "Autauga"],
            "year": [2018] * 2,
            "labor_force": ["1", "025"],
            "employed": ["1", "24"],
            "unemployed": ["0", "1"],
            "unemp_rate_pct": ["0.0", "4.0"],
            "source": ["old", "old"],
        }
    )
    old.to_csv(base / file, index=False)
    report = convert(official(tmp_path / "in"), out, base)
    new = table(out, "laus_county_annual").set_index(["fips", "year"])
    assert new.loc[("01001", "2018"), "labor_force"] == "025" and new.loc[("01001", "2018"), "source"] == "old"
    assert new.loc[("29095", "2018"), "labor_force"] == "364675.0" and new.index.is_unique
    assert (out / "other.csv").read_text() == "as,it,is\n" and report.copied == ["other.csv"]
    # flows of Census 2000 do not stay beside those of LODES, but where LODES has none
    commute = "commute_county_flows_census2000.csv"
    (base / commute).write_text("home_fips,work_fips,workers_2000\n29095,20209,77\n20209,29095,88\n")
    convert(tmp_path / "in", out, base)
    flows = table(out, "commute").set_index(["home_fips", "work_fips"])
    assert ("29095", "20209") not in flows.index and flows.loc[("20209", "29095"), "workers_2000"] == "88"
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    convert(tmp_path / "in", out, base)
    assert before == {p.name: p.read_bytes() for p in out.iterdir()}  # to the byte


def test_other_vintages_are_left_out_and_said(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    make.oews_zip(folder / "oesm24ma.zip", year=2024)
    (folder / "jt.data.1.AllItems").write_text("never looked at")
    report = convert(folder, tmp_path / "out")
    assert "jolts: no table of the builder takes it; not read" in report.remarks
    assert not report.tables and any("takes May 2025 alone; 2024 left out" in r for r in report.remarks)
    make.oews_zip(folder / "oesm25ma.zip")
    make.workbook(
        folder / "state_M2025_dl.xlsx",
        [make.OEWS_HEAD, *make.oews_rows("29", "Missouri"), *make.oews_rows("99", "U.S.")],
    )
    convert(folder, tmp_path / "out")
    wages = table(tmp_path / "out", "occ_wages")
    assert set(wages["area_code"]) == {"28140", "2900000", "0"} and set(wages["level"]) == {"0", "3"}
    doctors = wages.query("area_code == '28140' and soc == '29-1216'").iloc[0]
    assert doctors["emp"] == "" and doctors["h_p90"] == "" and doctors["h_p10"] == "60.0"


def test_acs_tables_of_states_and_counties(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = ["Total", "Total > Male", "Total > Male > 18 to 24 years"]
    cells = [f"B15001_{i:03d}{x}" for i in (1, 2, 3) for x in "EM"]
    missouri = ["Missouri", "100", "5", "50", "4", "20", "3", "29"]
    make.acs(folder / "acs1_2018_B15001_29.json", [["NAME", *cells, "state"], missouri])
    assert any("no labels of B15001" in r for r in convert(folder, tmp_path / "out").remarks)
    make.labels(folder / "acs1_2018_labels_B15001.json", "B15001", names)
    wanted = sorted(
        {v for cells, below in _COUNTY.values() for v in (*cells, below) if v and not v.startswith("C15002D")}
    )
    values = {v: 1000 if v.endswith("_001E") else 10 for v in wanted}
    make.acs(
        folder / "acs5_2018_all_29.json",
        [["NAME", *values, "state", "county"], ["Jackson County, Missouri", *map(str, values.values()), "29", "095"]],
    )
    report = convert(folder, tmp_path / "out")
    state = table(tmp_path / "out", "acs1_2018")
    assert state["label"].tolist() == names and state["state"].tolist() == ["MO"] * 3 and state["moe90"][0] == "5.0"
    county = table(tmp_path / "out", "acs_county").iloc[0]
    assert (county["pct_nocar"], county["pct_edu_grad"], county["pct_edu_hsplus_latino"]) == ("0.01", "0.03", "0.06")
    assert county["pct_edu_baplus_asian"] == "" and county["pop_total"] == "1000.0"
    assert any("ACS tables not among the files: C15002D" in r for r in report.remarks)


def test_nothing_is_written_when_a_file_is_wrong(tmp_path: Path) -> None:
    folder = official(tmp_path / "in")
    (folder / "ndcp2018.csv").write_text("<html>Access Denied</html>")
    with pytest.raises(ScenarioError, match="web page"):
        convert(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="another folder"):
        convert(folder, folder)
    with pytest.raises(InputError, match="no such folder"):
        convert(folder, tmp_path / "out", tmp_path / "nowhere")


def test_commuting_needs_employment_of_2000(tmp_path: Path) -> None:
    folder = official(tmp_path / "in")
    (folder / "laucnty00.txt").unlink()
    report = convert(folder, tmp_path / "out")
    assert any("no LAUS employment of 2000" in r for r in report.remarks)
    assert not (tmp_path / "out" / "commute_county_flows_census2000.csv").exists()


def test_command(tmp_path: Path) -> None:
    folder = official(tmp_path / "in")
    args = ["region", "import", "--from", str(folder), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, args)
    assert done.exit_code == 0 and "9 tables written, 0 copied" in done.stdout
    assert "qcew: not given by the publisher: 1 figures; they stay missing" in done.stderr
    said = json.loads(CliRunner().invoke(app, [*args, "--json"]).stdout)
    assert len(said["tables"]) == 9 and said["missing"]["qcew"] == {"suppressed cells": 1}
    (folder / "laucnty18.txt").write_text("<html>no</html>")
    bad = CliRunner().invoke(app, [*args, "--json"])
    assert bad.exit_code == 2 and "laucnty18.txt:1:" in bad.stderr
    assert json.loads(bad.stdout)["problems"][0]["line"] == 1


# --- against the statistics -----------------------------------------------------------------------


@statistics
def test_published_samples_give_the_statistics_again(tmp_path: Path) -> None:
    convert(DATA / "raw", tmp_path)
    for part, skip in (("all_counties", ["avg_weekly_wage"]), ("naics_to4digit", ["avg_weekly_wage"])):
        mine, theirs = table(tmp_path, part), table(DATA, part).query("area_fips == '41039'")
        keys = ["own_code", "industry_code", "agglvl_code"]
        both = theirs.merge(mine, on=keys, suffixes=("", "_made"))
        assert len(both) == len(mine) == len(theirs) > 50
        for column in set(mine) - {*keys, *skip}:
            assert (both[column] == both[column + "_made"]).all(), column
        wage, made = (pd.to_numeric(both["avg_weekly_wage" + x]) for x in ("", "_made"))
        # theirs is the mean of the quarters', ours wages over jobs, as BLS defines it
        assert (wage.isna() == made.isna()).all()
        assert ((wage - made).abs() <= np.maximum(2, 0.02 * wage))[pd.to_numeric(both["annual_avg_emp"]) > 100].all()
    mine, theirs = table(tmp_path, "laus_county_annual"), table(DATA, "laus_county_annual").query("year == '2014'")
    both = theirs.merge(mine, on=["fips", "year"], suffixes=("", "_made"))
    assert len(both) == len(theirs) and (both["employed"].astype(float) == both["employed_made"].astype(float)).all()


@statistics
def test_population_tables_give_themselves_again(tmp_path: Path) -> None:
    ages = table(DATA, "singleage").query("fips in ['29095', '29047']")
    rows = ["SUMLEV,STATE,COUNTY,STNAME,CTYNAME,YEAR,AGE,TOT_POP,TOT_MALE,TOT_FEMALE"]
    for fips, county, year, age, male, female in ages.to_numpy():
        total = int(male) + int(female)
        rows.append(f"050,{fips[:2]},{fips[2:]},Missouri,{county},{int(year) - 2018},{age},{total},{male},{female}")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "cc-est2023-syasex-29.csv").write_text("\n".join([*rows, ""]))
    convert(tmp_path / "in", tmp_path / "out")
    for part, keys in (("singleage", ["fips", "year", "age"]), ("agegroup", ["fips", "year", "age_group"])):
        theirs = table(DATA, part).query("fips in ['29095', '29047']").sort_values(keys).reset_index(drop=True)
        mine = table(tmp_path / "out", part).sort_values(keys).reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, theirs)


@statistics
def test_childcare_table_gives_itself_again(tmp_path: Path) -> None:
    theirs = table(DATA, "childcare").query("state_abbreviation == 'KY'")
    (tmp_path / "in").mkdir()
    keys = {"fips": "COUNTY_FIPS_CODE", "county_name": "COUNTY_NAME", "state_abbreviation": "STATE_ABBREVIATION"}
    head = {c: c.replace("_", "").upper() for c in theirs} | keys
    theirs.rename(columns=head).to_csv(tmp_path / "in" / "ndcp.csv", index=False)
    convert(tmp_path / "in", tmp_path / "out")
    mine = table(tmp_path / "out", "childcare")
    assert set(mine) == set(theirs)
    both = theirs.merge(mine, on=["fips", "study_year"], suffixes=("", "_made"))
    assert len(both) == len(theirs) > 1000
    for column in set(mine) - {*keys, "study_year"}:
        assert np.allclose(pd.to_numeric(both[column]), pd.to_numeric(both[column + "_made"]), equal_nan=True), column


@statistics
def test_a_pack_builds_from_tables_laid_over_the_statistics(tmp_path: Path) -> None:
    from laborsim.region.build import build_pack

    folder = tmp_path / "in"
    folder.mkdir()
    make.ndcp_text(folder / "ndcp2018.csv")  # Indiana's prices are not among the statistics
    convert(folder, tmp_path / "out", DATA)
    shutil.copytree(DATA / "raw", tmp_path / "out" / "raw")
    for name, prices in (("without", DATA), ("with", tmp_path / "out")):
        pack = build_pack(["18043"], prices, name=name)
        childcare = pack["childcare"].query("zone != 'outside'")
        assert (set(childcare["source"]) == {"ndcp"}) == (name == "with"), set(childcare["source"])
