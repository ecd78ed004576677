"""Region packs: format, reading and writing, faults with file, line and field."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from laborsim.region.pack import (
    Pack,
    PackError,
    describe,
    find_pack,
    list_packs,
    load_national,
    load_pack,
    validate,
)

REGIONS = Path(__file__).parents[1] / "scenarios" / "regions"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("kansas-city")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(REGIONS / "kansas-city", tmp_path / "kc")
    return tmp_path / "kc"


def edit(folder: Path, name: str, line: int, old: str, new: str) -> None:
    path = folder / name
    lines = path.read_text().split("\n")
    assert old in lines[line - 1], lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("\n".join(lines))


def problems(folder: Path) -> list[str]:
    with pytest.raises(PackError) as error:
        load_pack(folder)
    return error.value.problems


def test_round_trip_keeps_every_byte_and_the_hash(pack: Pack, tmp_path: Path) -> None:
    saved = pack.save(tmp_path / "again")
    again = load_pack(saved)
    assert again.hash() == pack.hash()
    for path in sorted((REGIONS / "kansas-city").iterdir()):
        assert path.read_bytes() == (saved / path.name).read_bytes(), path.name
    pack.save(saved)  # over what is there
    assert load_pack(saved / "pack.toml").hash() == pack.hash()
    assert [p.name for p in tmp_path.iterdir()] == ["again"]


def test_national_round_trip(tmp_path: Path) -> None:
    national = load_national()
    assert national.national and load_pack(national.save(tmp_path / "n")).hash() == national.hash()


def test_hash_follows_the_content(pack: Pack) -> None:
    tables = dict(pack.tables)
    tables["cars"] = tables["cars"].assign(share_no_car=0.1)
    assert replace(pack, tables=tables).hash() != pack.hash()


def test_committed_packs_are_small_and_every_row_has_a_source() -> None:
    for name in ("national", *list_packs()):
        folder = REGIONS / name
        sizes = [p.stat().st_size for p in folder.iterdir()]
        assert max(sizes) < 300_000 and sum(sizes) < 1_000_000, name
        made = load_pack(folder)
        used = {s for t in made.tables.values() for s in t["source"]}
        assert used | {f.source for f in made.fallbacks} == set(made.sources)
        assert all(s.publisher and s.series for s in made.sources.values())


def test_list_and_describe(pack: Pack) -> None:
    assert "kansas-city" in list_packs() and "national" not in list_packs()
    facts = describe(pack)
    assert [z["code"] for z in facts["zones"]] == list(pack.zone_codes)
    assert facts["hash"] == pack.hash() and facts["sources"]


@pytest.mark.parametrize(
    ("name", "line", "old", "new", "field", "says"),
    [
        ("age_sex.csv", 3, ",0,", ",-4,", "age", "below 0"),
        ("age_sex.csv", 3, "male", "man", "sex", "not one of"),
        ("age_sex.csv", 2, "29095-east", "29095-eats", "zone", "not a zone"),
        ("cars.csv", 2, "29095-east,0.", "29095-east,1.", "share_no_car", "above 1"),
        ("cars.csv", 3, "acs_cars", "hearsay", "source", "not a [sources"),
        ("cars.csv", 2, "29095-east,0.", "29095-east,x0.", "share_no_car", "is not a number"),
        ("education.csv", 2, "0.", "0.9", "share", "sum to"),
        ("rules.csv", 2, "2018-01", "2018-13", "month", "not a month"),
        ("needs.csv", 2, ",1,", ",1.5,", "adults", "not a whole number"),
        ("cars.csv", 3, "29095-west", "29095-east", "zone", "repeats"),
    ],
)
def test_faults_name_file_line_and_field(
    copy: Path, name: str, line: int, old: str, new: str, field: str, says: str
) -> None:
    edit(copy, name, line, old, new)
    found = problems(copy)
    assert any(f"{name}:{line}: {field}:" in p and says in p for p in found), found


def test_structural_faults_are_all_told_at_once(copy: Path) -> None:
    (copy / "income.csv").unlink()
    edit(copy, "migration.csv", 1, "in_rate", "inrate")
    edit(copy, "cars.csv", 1, "source", "source,colour")
    text = " ".join(problems(copy))
    for part in (
        "income.csv: missing",
        "migration.csv:1: in_rate: column is missing",
        "inrate: unknown column",
        "cars.csv:1: colour",
    ):
        assert part in text


@pytest.mark.parametrize("content", [b"", b"not = = toml", b"\xff\xfe\x00", b"name = 3\n"])
def test_bad_pack_toml(copy: Path, content: bytes) -> None:
    (copy / "pack.toml").write_bytes(content)
    assert all("pack.toml" in p for p in problems(copy))


def test_bad_sources_and_zones(copy: Path) -> None:
    text = (copy / "pack.toml").read_text()
    (copy / "pack.toml").write_text(
        text.replace('grade = "measured"', 'grade = "certain"', 1).replace(
            'kind = "outside"', 'kindly = "outside"', 1
        )
    )
    found = " ".join(problems(copy))
    assert "'certain' is not one of measured, published, calibrated, assumed" in found and "kindly: unknown" in found


def test_zones_must_be_places(copy: Path) -> None:
    text = (copy / "pack.toml").read_text()
    (copy / "pack.toml").write_text(
        text.replace('county = "29047"', 'county = "99047"', 1)
        .replace('kind = "county"', 'kind = "country"', 1)
        .replace("people_share = 0.43", "people_share = -0.43", 1)
    )
    found = " ".join(problems(copy))
    assert "'29047': '99047' is not the FIPS code of a county of 'MO'" in found
    assert "'country' is not one of county, part, group, commuting, outside" in found
    assert "people_share is not between 0 and 1" in found


def test_fallbacks_are_checked(copy: Path) -> None:
    text = (copy / "pack.toml").read_text()
    (copy / "pack.toml").write_text(text.replace("why = ", "reason = ", 1))
    found = problems(copy)
    line = 1 + text.split("\n").index("[[fallbacks]]")
    assert any(f"pack.toml:{line}: fallbacks[0].reason: unknown" in p for p in found), found
    assert any("fallbacks[0].why: missing" in p for p in found)


def test_unknown_region_suggests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # two folders up from here is no folder `etc`
    with pytest.raises(PackError, match="did you mean kansas-city"):
        find_pack("kansas-cty")
    with pytest.raises(PackError, match="no such region"):
        load_pack("../../etc")


def test_missing_zone_and_invalid_pack_cannot_be_saved(pack: Pack, tmp_path: Path) -> None:
    tables = dict(pack.tables)
    tables["cars"] = tables["cars"].iloc[:-1].reset_index(drop=True)
    tables["income"] = tables["income"].assign(per_capita_income=-1.0)
    broken = replace(pack, tables=tables)
    found = validate(broken)
    assert any("no rows for 'outside'" in p for p in found) and any("is below 0" in p for p in found)
    assert any("more rows like these" in p for p in found)
    with pytest.raises(PackError):
        broken.save(tmp_path / "broken")
    assert not (tmp_path / "broken").exists()
    assert any("missing" in p for p in validate(replace(pack, tables={})))


def test_a_pack_that_cannot_be_replaced_stays(pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pack.save(tmp_path / "kept")
    rename = Path.rename

    def refuses(path: Path, to: Path) -> Path:
        if to == folder and not path.name.endswith("-old"):
            raise OSError("disk full")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", refuses)
    with pytest.raises(OSError, match="disk full"):
        pack.save(folder)
    assert load_pack(str(folder)).hash() == pack.hash() and [p.name for p in tmp_path.iterdir()] == ["kept"]


def test_numbers_are_written_the_same_on_every_platform(pack: Pack) -> None:
    frame = pd.DataFrame(
        {"zone": list(pack.zone_codes), "share_no_car": np.linspace(0, 1, 9) / 3, "source": "acs_cars"}
    )
    text = replace(pack, tables={**pack.tables, "cars": frame}).files()["cars.csv"]
    assert text.split("\n")[2] == "29095-west,0.0416667,acs_cars"
