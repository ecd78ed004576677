"""Readers of official statistics: files as published, and what is wrong with files that are not."""

from __future__ import annotations

import gzip
import random
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import official_files as make
from laborsim.region.official import ADAPTERS, acs, collect, find, laus, lodes, ndcp, oews, pep, qcew, series
from laborsim.scenario.problems import InputError, ScenarioError
from official_data import DATA

published = pytest.mark.skipif(not (DATA / "raw").is_dir(), reason="the statistics are not at hand")


def problems(read: Callable[[Path], object], path: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(path)
    assert isinstance(caught.value, InputError) and caught.value.exit_code == 2
    assert all(p.file.startswith(str(path)) for p in caught.value.problems)
    return [str(p).removeprefix(str(path)) for p in caught.value.problems]


# --- the samples as published ---------------------------------------------------------------------


@published
@pytest.mark.parametrize("kind", ["annual", "monthly"])
def test_published_laus_agrees_with_the_statistics(kind: str) -> None:
    if kind == "annual":
        frame, when = laus.annual(DATA / "raw" / "laucnty_2014.txt"), "year"
        assert len(frame) == 3219 and frame.attrs["released"] == "2020-04-17"
    else:
        frame, when = laus.monthly(DATA / "raw" / "laucntycur14_2018-09.xlsx"), "month"
        assert len(frame) == 14 * 3219 and frame["month"].nunique() == 14
        assert set(frame.loc[frame["preliminary"], "month"]) == {"2018-07"}
    table = pd.read_csv(DATA / f"laus_county_{kind}_MO_KS_KY_IN_OR.csv.gz", dtype={"fips": str})
    table = table[table["year"] == 2014] if kind == "annual" else table[table["vintage"] == "2018-09"]
    both = table.merge(frame, on=["fips", when], suffixes=("", "_read"))
    assert len(both) == len(table) > 400
    for column in ("county", "labor_force", "employed", "unemployed", "unemp_rate_pct"):
        assert (both[column] == both[column + "_read"]).all(), column


@published
def test_published_qcew_agrees_with_the_statistics() -> None:
    frame = qcew.by_area(DATA / "raw" / "2016.q1-q4 41039 Lane County, Oregon.csv.gz")
    assert frame.attrs["missing"] == {"suppressed cells": 3296}
    hidden = frame[frame["suppressed"]]
    assert hidden[["employment", "month1", "total_wages", "weekly_wage"]].isna().all().all()
    assert hidden["establishments"].notna().all()
    table = pd.read_csv(
        DATA / "qcew_2016_monthly_emp_regions_sector.csv.gz", dtype={"area_fips": str, "industry_code": str}
    )
    table = table[(table["area_fips"] == "41039") & (table["emp"] > 0)]
    keys = ["own_code", "industry_code", "agglvl_code", "month"]
    read = frame.melt(["own_code", "industry_code", "agglvl_code", "quarter"], ["month1", "month2", "month3"])
    read["month"] = [
        f"2016-{3 * (q - 1) + int(m[-1]):02d}" for q, m in zip(read["quarter"], read["variable"], strict=True)
    ]
    both = table.merge(read, on=keys)
    assert len(both) == len(table) > 500 and (both["emp"] == both["value"]).all()


# --- formats --------------------------------------------------------------------------------------


def test_laus_text_bars_and_workbook(tmp_path: Path) -> None:
    text = laus.annual(make.laus_text(tmp_path / "laucnty18.txt"))
    assert text.iloc[0].tolist() == ["29095", "Jackson County, MO", 2018, 364675, 347200, 17475, 4.8]
    bars = laus.monthly(make.laus_bars(tmp_path / "laucntycur14.txt"))
    assert bars["month"].tolist() == ["2019-11", "2019-11", "2019-12", "2019-12"]
    assert bars["preliminary"].tolist() == [False, False, True, True] and bars.attrs["released"] == "2020-01-29"
    book = laus.annual(make.laus_workbook(tmp_path / "laucnty19.xlsx"))
    assert book["fips"].tolist() == ["29095", "41039", "72115"]
    assert book["labor_force"].isna().tolist() == [False, False, True]
    assert book.attrs["missing"]["employed"] == 1


def test_laus_says_line_and_column(tmp_path: Path) -> None:
    path = make.laus_text(tmp_path / "laucnty18.txt")
    good = path.read_text()
    path.write_text(good.replace("347,200", "347,2o0").replace("   4.9", " 104.9"))
    found = problems(laus.annual, path)
    assert found[0].startswith(":7: Employed: '347,2o0' is not allowed; allowed: a number or")
    assert found[1] == ":8: Unemployed Rate: '104.9' is not allowed; allowed: at most 100"
    path.write_text(good.replace("182,001", "999,999"))
    assert problems(laus.annual, path) == [
        ":8: Labor Force: 999999 is not Employed plus Unemployed: columns may have moved"
    ]
    path.write_text(good.replace("Employed    Level    Rate", "Level    Employed    Rate"))
    assert ":6: column 7: heading is 'Level'; allowed: Employed" in problems(laus.annual, path)
    path.write_text(good[: good.index("SOURCE") - 30])
    assert any("without its footer: it may be cut short" in f for f in problems(laus.annual, path))
    make.laus_bars(path := tmp_path / "laucntycur14.txt")
    path.write_text(path.read_text().replace("Nov-19", "Nvo-19"))
    assert problems(laus.monthly, path)[0].startswith(":6: Period: 'Nvo-19' is not a month")


def test_qcew_slices_and_annual_files(tmp_path: Path) -> None:
    frame = qcew.by_area(make.qcew_slice(tmp_path / "qcew_2016_3_18043.csv", quarter=3))
    assert frame["quarter"].unique().tolist() == [3]
    farm = frame[frame["industry_code"] == "11"].iloc[0]
    assert farm["suppressed"] and np.isnan(farm["employment"]) and farm["establishments"] == 4
    none = frame[frame["industry_code"] == "55"].iloc[0]
    assert not none["suppressed"] and none["employment"] == 0 and np.isnan(none["weekly_wage"])
    year = qcew.by_area(make.qcew_annual(tmp_path / "2016.annual 21093 Hardin County, Kentucky.csv"))
    assert year["industry_title"].tolist() == ["Total, all industries", "Finance and insurance"]
    assert year["employment"].tolist()[0] == 45000 and np.isnan(year["employment"].iloc[1])
    assert year["quarter"].tolist() == [0, 0] and list(year.columns) == list(frame.columns)


def test_qcew_names_every_fault(tmp_path: Path) -> None:
    path = make.qcew_slice(tmp_path / "qcew_2016_1_18043.csv")
    good = path.read_text()
    path.write_text(
        good.replace('"5","11","74","0","2016","1",""', '"5","11","74","0","2016","7","X"').replace(",1400,", ",many,")
    )
    assert problems(qcew.by_area, path) == [
        ":2: qtrly_estabs_count: 'many' is not allowed; allowed: a number",
        ":4: disclosure_code: 'X' is not allowed; allowed: nothing, N or -",
        ":4: qtr: '7' is not allowed; allowed: 1, 2, 3, 4 or A",
    ]
    path.write_text(good.replace("month2_emplvl", "month2_empl"))
    (found,) = problems(qcew.by_area, path)
    assert found.startswith(":1: month2_emplvl: column is missing") and "did you mean month2_empl?" in found
    rows = good.splitlines()
    path.write_text("\n".join([*rows, rows[1], ""]))
    assert "is there twice" in problems(qcew.by_area, path)[0]
    path.write_text(good[:-40])
    assert problems(qcew.by_area, path)[0].startswith(":6: ") and "cut short" in problems(qcew.by_area, path)[0]


def test_population_by_single_age_and_by_race(tmp_path: Path) -> None:
    frame = pep.single_age(make.pep_single(tmp_path / "cc-est2023-syasex-18.csv"))
    assert set(frame["county"]) == {"Floyd County", "Doña Ana County"}  # ISO 8859-1
    assert set(zip(frame["year"], frame["reference"], strict=True)) == {(2020, "base"), (2020, "july"), (2023, "july")}
    row = frame.query("fips == '18043' and year == 2023 and age == 85").iloc[0]
    assert (row["male"], row["female"]) == (190, 195)
    race = pep.by_race(make.pep_race(tmp_path / "cc-est2023-alldata-29.csv"))
    assert set(race["group"]) == {"all", *pep.GROUPS} and race["age_group"].unique().tolist() == list(pep.AGE_GROUPS)
    assert race.query("group == 'all' and age_group == '85+' and year == 2023")["male"].tolist() == [28]
    assert pep.dates(2019)[12] == (2019, "july") and pep.dates(2024)[6] == (2024, "july")
    assert pep.dates(2020)[14] == (2020, "july") and 13 not in pep.dates(2019)


def test_population_faults(tmp_path: Path) -> None:
    path = make.pep_single(tmp_path / "cc-est2023-syasex-18.csv")
    good = path.read_bytes()
    path.write_bytes(
        good.replace(b",1,3,213,104,109", b",9,3,213,104,109", 1).replace(b",1,4,215,105,110", b",1,4,999,105,110", 1)
    )
    assert problems(pep.single_age, path) == [
        ":5: YEAR: 9 is not a date of vintage 2023; allowed: 1 to 5",
        ":6: TOT_POP: 999 is not TOT_MALE plus TOT_FEMALE",
    ]
    path.write_bytes(b"".join(x + b"\n" for x in good.splitlines() if b",5,40," not in x))
    assert "ages are missing" in problems(pep.single_age, path)[0]
    other = tmp_path / "population.csv"
    other.write_bytes(good)
    assert "vintage" in problems(pep.single_age, other)[0]


def test_lodes_sums_blocks_to_counties(tmp_path: Path) -> None:
    path = make.lodes(tmp_path / "al_od_main_JT00_2018.csv.gz", [("01001", "01003", 70), ("01001", "01001", 5)])
    frame = lodes.origin_destination(path)
    assert frame[["home_fips", "work_fips", "jobs"]].to_numpy().tolist() == [
        ["01001", "01001", 5],
        ["01003", "01001", 70],
    ]
    assert frame["part"].unique().tolist() == ["main"] and frame["year"].unique().tolist() == [2018]
    lost = make.lodes(tmp_path / "al_od_aux_JT00_2018.csv", [("01001", "01003", 70)], digits=14)
    assert problems(lodes.origin_destination, lost)[0] == (
        ":2: h_geocode: '10030001001001' is not allowed (a leading zero is lost: read as a number on the way?); "
        "allowed: 15 digits"
    )


def test_lodes_stops_after_fifty_faults(tmp_path: Path) -> None:
    path = make.lodes(tmp_path / "al_od_main_JT00_2018.csv", [("01001", "01003", -90)] * 100)
    found = problems(lodes.origin_destination, path)
    assert len(found) == 51 and any("reading stopped after 50 problems" in f for f in found)


def test_childcare_prices_in_either_case_and_as_workbook(tmp_path: Path) -> None:
    text = ndcp.prices(make.ndcp_text(tmp_path / "ndcp2018.csv"))
    capitals = ndcp.prices(make.ndcp_text(tmp_path / "ndcp2022.csv", capitals=True))
    book = ndcp.prices(
        make.workbook(tmp_path / "nationaldatabaseofchildcareprices.xlsx", [make.NDCP_HEAD, *make.NDCP_ROWS])
    )
    pd.testing.assert_frame_equal(text, capitals)
    pd.testing.assert_frame_equal(text, book)
    assert text["fips"].tolist() == ["01001", "18019", "18043"] and text["mc_infant"].isna().tolist() == [
        False,
        True,
        False,
    ]
    assert text.attrs["missing"]["mc_infant"] == 1 and text["households"].tolist() == [21115, 44000, 29500]
    assert text["pr_f"].isna().all()  # not in this file


def test_occupational_wages(tmp_path: Path) -> None:
    frame = oews.tables(make.oews_zip(tmp_path / "oesm25ma.zip"))
    assert frame["area_code"].unique().tolist() == ["28140"] and frame["year"].unique().tolist() == [2025]
    doctors = frame[frame["soc"] == "29-1216"].iloc[0]
    assert np.isnan(doctors["emp"]) and doctors["h_p10"] == 60 and np.isnan(doctors["h_p90"])
    assert frame.attrs["missing"]["emp"] == 1 and frame.attrs["missing"]["h_median"] == 1
    head = [h for h in make.OEWS_HEAD if h not in ("AREA", "AREA_TITLE", "AREA_TYPE", "PRIM_STATE", "NAICS")]
    head[head.index("O_GROUP")] = "OCC_GROUP"
    rows = [r[4:] for r in make.oews_rows("99", "U.S.")]
    nation = oews.tables(make.workbook(tmp_path / "national_M2018_dl.xlsx", [head, *[r[1:] for r in rows]]))
    assert nation["area_code"].unique().tolist() == ["99"] and nation["naics"].unique().tolist() == ["000000"]
    bad = make.workbook(
        tmp_path / "MSA_M2019_dl.xlsx",
        [
            make.OEWS_HEAD,
            *make.oews_rows("28140", "KC")[:1],
            (*make.oews_rows("28140", "KC")[2][:11], "5 thousand", *make.oews_rows("28140", "KC")[2][12:]),
        ],
    )
    assert problems(oews.tables, bad)[0].startswith(":3: TOT_EMP: '5 thousand' is not allowed")


def test_acs_estimates_margins_and_special_values(tmp_path: Path) -> None:
    frame = acs.estimates(make.acs(tmp_path / "acs5_2018_B08201_29.json"))
    assert frame["fips"].tolist() == ["29095", "29095", "29047", "29047"]
    assert frame["table"].unique().tolist() == ["B08201"] and frame["level"].unique().tolist() == ["county"]
    assert np.isnan(frame["moe"][0]) and frame["flag"][0].startswith("controlled")
    assert frame["moe"][1] == 890 and np.isnan(frame["estimate"][3]) and frame["flag"][3] == "too few sample cases"
    assert sum(frame.attrs["missing"].values()) == 2
    names = acs.labels(make.labels(tmp_path / "acs1_2018_labels_B15001.json", "B15001", ["Total", "Total > Male"]))
    assert names.to_numpy().tolist() == [["B15001", "B15001_001E", "Total"], ["B15001", "B15001_002E", "Total > Male"]]


def test_acs_faults(tmp_path: Path) -> None:
    rows = [list(r) for r in make.ACS]
    rows[1][1], rows[2][1] = "-777777777", "n/a"
    rows.append(["Platte County, Missouri", "1"])
    path = make.acs(tmp_path / "acs5_2018_B08201_29.json", rows)
    found = problems(acs.estimates, path)
    assert found[0].startswith(":2: B08201_001E: '-777777777' is an unknown special value")
    assert found[1:] == [
        ":3: B08201_001E: 'n/a' is not allowed; allowed: a number or null",
        ":4: row 4 has 2 cells; allowed: 10 as in the headings",
    ]
    path.write_text("error: unknown variable 'B08201_999E'")
    assert "it begins \"error: unknown variable 'B08201_999E'\"" in problems(acs.estimates, path)[0]
    make.acs(path).write_text(path.read_text()[:-60])
    assert (
        problems(acs.estimates, path)[0].startswith(":3: column")
        and "is not whole JSON" in problems(acs.estimates, path)[0]
    )


def test_time_series_files(tmp_path: Path) -> None:
    path = make.flat(
        tmp_path / "jt.data.1.AllItems",
        [
            ("JTS000000000000000JOR", 2019, "M01", "4.7", ""),
            ("JTS000000290000000QUL", 2019, "M12", "65", "P"),
            ("JTU000000000000000HIR", 2019, "M13", "3.9", ""),
            ("JTU000000000000000HIR", 2019, "M02", "-", "7"),
        ],
    )
    frame = series.jolts(path)
    assert frame["element"].tolist() == ["job openings", "quits", "hires"]
    assert frame["month"].tolist() == ["2019-01", "2019-12", "2019-02"] and frame["state"].tolist() == [
        "00",
        "29",
        "00",
    ]
    assert frame["preliminary"].tolist() == [False, True, False] and np.isnan(frame["value"][2])
    assert frame.attrs["missing"] == {"value": 1} and len(series.jolts(path, ["JTS"])) == 2
    county = make.flat(
        tmp_path / "la.data.64.County",
        [
            (f"LAUCN29095000000000{c}", 2019, p, v, "")
            for c, v in (("3", "3.7"), ("4", "13000"), ("5", "345000"), ("6", "358000"))
            for p in ("M01", "M13")
        ],
    )
    wide = series.laus(county)
    assert wide["month"].tolist() == ["", "2019-01"] and wide["labor_force"].tolist() == [358000, 358000]
    assert (
        series.ces(make.flat(tmp_path / "ce.data.0", [("CES0000000001", 2019, "M01", "150000", "")]))["industry"][0]
        == "00000000"
    )
    sm = series.state_employment(
        make.flat(tmp_path / "sm.data.1", [("SMU29281400000000001", 2019, "M01", "1090.1", "")])
    )
    assert sm[["state", "area", "data_type"]].iloc[0].tolist() == ["29", "28140", "01"]
    oe = make.flat(
        tmp_path / "oe.data.0.Current",
        [
            (f"OEUM002814000000047211{d}", 2025, "A01", v, "")
            for d, v in (("101", "5120"), ("108", "31.5"), ("110", "-"))
        ],
    )
    wages = oews.series(oe)
    assert wages[["area_code", "soc", "emp", "h_median"]].iloc[0].tolist() == ["28140", "47-2111", 5120, 31.5]
    assert np.isnan(wages["h_p90"][0])
    path.write_text(path.read_text().replace("JTS000000290000000QUL", "JTS29QUL"))
    assert problems(series.jolts, path) == [":3: series_id: 'JTS29QUL' is not allowed; allowed: JT and 19 characters"]
    listed = tmp_path / "jt.series"
    listed.write_text("series_id\tseasonal\tbegin_year\nJTS000000000000000JOR         \tS\t2000\n")
    assert series.series_list(listed)["series_id"].tolist() == ["JTS000000000000000JOR"]


# --- what is not the file it should be ------------------------------------------------------------

FILES: dict[str, Callable[[Path], Path]] = {
    "laucnty18.txt": make.laus_text,
    "laucntycur14.txt": make.laus_bars,
    "laucnty19.xlsx": make.laus_workbook,
    "qcew_2016_1_18043.csv": make.qcew_slice,
    "oesm25ma.zip": make.oews_zip,
    "acs5_2018_B08201_29.json": make.acs,
    "acs5_2018_labels_B08201.json": lambda p: make.labels(p, "B08201", ["Total"]),
    "cc-est2023-syasex-18.csv": make.pep_single,
    "cc-est2023-alldata-29.csv": make.pep_race,
    "mo_od_main_JT00_2018.csv.gz": lambda p: make.lodes(p, [("29095", "29047", 9)] * 3000),
    "ndcp2018.csv": make.ndcp_text,
    "jt.data.1.AllItems": lambda p: make.flat(p, [("JTS000000000000000JOR", 2019, "M01", "4.7", "")]),
    "la.data.64.County": lambda p: make.flat(p, [("LAUCN290950000000003", 2019, "M01", "4.7", "")]),
    "jt.series": lambda p: p.write_text("series_id\tseasonal\nJTS000000000000000JOR\tS\n") and p,
}


@pytest.mark.parametrize("name", FILES)
def test_every_reader_refuses_what_is_not_its_file(name: str, tmp_path: Path) -> None:
    path = FILES[name](tmp_path / name)
    (adapter,) = find(tmp_path)[0]
    read = ADAPTERS[adapter].read
    whole = path.read_bytes()
    assert len(read(path)) > 0
    path.write_bytes(b"<!DOCTYPE html>\n<html><title>Access Denied</title></html>\n")
    assert problems(read, path) == [
        ":1: is a web page, not data; allowed: the file itself; publishers answer with a page when refusing"
    ]
    path.write_bytes(b"")
    assert problems(read, path) == [": the file is empty"]
    path.write_bytes(b"\xff\xfe" + "some,text\n1,2\n".encode("utf-16-le"))
    assert problems(read, path)
    path.write_bytes(b"some;other,table\n1;2,3\n")
    assert problems(read, path)
    path.write_bytes(gzip.compress(b"<html>Service unavailable</html>"))
    assert problems(read, path)
    path.unlink()
    assert problems(read, path) == [": no such file"]
    for share in (0.35, 0.6, 0.9):
        path.write_bytes(whole[: int(len(whole) * share)])
        try:  # text may be cut at the end of a line: then it reads, as fewer rows
            read(path)
            assert path.suffix not in (".gz", ".zip", ".xlsx", ".json")
        except ScenarioError as error:
            assert error.problems


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_read_or_refused(name: str, tmp_path: Path) -> None:
    path = FILES[name](tmp_path / name)
    read = ADAPTERS[next(iter(find(tmp_path)[0]))].read
    whole, draw = path.read_bytes(), random.Random(name)
    refused = 0
    for _ in range(12):
        data = bytearray(whole)
        for _ in range(draw.choice((1, 3, 30))):
            at = draw.randrange(len(data))
            new = draw.choice(
                (b"", b",", b'"', b"\n", b"\x00", b"nan", b"1e999", b"\t", b"\xff", bytes(data[at : at + 90]))
            )
            data[at : at + draw.randrange(3)] = new
        path.write_bytes(data)
        try:
            read(path)
        except ScenarioError as error:
            refused += 1
            assert str(error).startswith(str(path))
    assert refused


def test_wrong_encoding_names_the_byte(tmp_path: Path) -> None:
    path = make.ndcp_text(tmp_path / "ndcp.csv")
    qcew_path = make.qcew_annual(tmp_path / "2016.annual 21093 Hardin County, Kentucky.csv")
    qcew_path.write_bytes(qcew_path.read_bytes().replace(b"Finance and", b"Finan\xe7e and"))
    (found,) = problems(qcew.by_area, qcew_path)
    assert found.startswith(":3: column ") and "byte 0xe7 is not UTF-8" in found
    assert len(ndcp.prices(path)) == 3


def test_excel_without_openpyxl_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make.laus_workbook(tmp_path / "laucnty19.xlsx")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert 'pip install "laborsim[data]"' in problems(laus.annual, path)[0]


def test_collect_reads_a_folder_and_tells_all_problems_of_all_files(tmp_path: Path) -> None:
    make.laus_text(tmp_path / "laucnty18.txt")
    (tmp_path / "below").mkdir()
    make.laus_text(tmp_path / "below" / "laucnty17.txt", year=2017)
    make.qcew_slice(tmp_path / "qcew_2016_3_18043.csv", quarter=3)
    (tmp_path / "notes.txt").write_text("mine")
    frames = collect(tmp_path)
    assert set(frames) == {"laus-annual", "qcew"} and sorted(frames["laus-annual"]["year"].unique()) == [2017, 2018]
    assert frames["laus-annual"]["file"].unique().tolist() == ["laucnty17.txt", "laucnty18.txt"]
    assert frames["qcew"].attrs["missing"] == {"suppressed cells": 1}
    assert [p.name for p in find(tmp_path)[1]] == ["notes.txt"]
    for name in ("laucnty18.txt", "qcew_2016_3_18043.csv"):
        (tmp_path / name).write_text("<html>no</html>")
    with pytest.raises(ScenarioError) as caught:
        collect(tmp_path)
    assert {Path(p.file).name for p in caught.value.problems} == {"laucnty18.txt", "qcew_2016_3_18043.csv"}
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "readme.txt").write_text("nothing official")
    with pytest.raises(ScenarioError, match="no official file here"):
        collect(folder)
