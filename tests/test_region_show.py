"""Profiles of regions: every pack shows; the page holds the pack's figures; the map's circles do not overlap."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import packs
from laborsim.cli import app
from laborsim.region.pack import GRADES, Pack, PackError, Zone, list_packs, load_national, load_pack
from laborsim.region.tables import SECTORS
from laborsim.report import region_map
from laborsim.report.figures import Chart
from laborsim.report.region_charts import charts
from laborsim.report.region_charts_work import gathered
from laborsim.report.region_evidence import evidence
from laborsim.report.region_figures import ADULT, PARTS, STATUS, Profile, profile, short_names, status_by_age
from laborsim.report.region_page import profile_html, publish

NAMES = list_packs()
FIVE = {"kansas-city", "kentucky", "kentuckianaworks", "lane", "missouri"}


def rows(name: str, table: str) -> pd.DataFrame:
    """A table as it stands in the repository, without the code under test."""
    folder = Path(__file__).parents[1] / "scenarios" / "regions" / name
    return pd.read_csv(folder / f"{table}.csv", dtype={"zone": str, "home": str, "work": str, "sector": str})


def call(*args: object) -> Any:
    return CliRunner().invoke(app, [str(a) for a in args])


def many(n: int) -> Pack:
    """A made-up pack of `n` zones on a spiral, sizes far apart, tables copied from the small pack."""
    pack, _, _ = packs.region()
    k = np.arange(n)
    size = 1.0 / (1.0 + k)
    zones = [
        Zone(f"{10001 + 2 * i}", f"Place {i}", f"{10001 + 2 * i}", "MO", latitude=39 + 0.02 * i * math.cos(2.4 * i),
             longitude=-94 + 0.02 * i * math.sin(2.4 * i))
        for i in range(n)
    ]  # fmt: skip
    tables = {}
    for name, frame in pack.tables.items():
        if "home" in frame:
            codes = [*(z.code for z in zones), "outside"]
            measure = next(c for c in frame.columns if c not in ("home", "work", "source"))
            tables[name] = pd.DataFrame(
                [(a, b, 50.0 + i + j, "made") for i, a in enumerate(codes) for j, b in enumerate(codes)],
                columns=["home", "work", measure, "source"],
            )
        elif "zone" in frame:
            one = frame[frame["zone"] == "10001"]
            parts = [one.assign(zone=z.code) for z in zones]
            if name == "age_sex":
                parts = [p.assign(people=p["people"] * s) for p, s in zip(parts, size, strict=True)]
            tables[name] = pd.concat([*parts, frame[frame["zone"] == "outside"]], ignore_index=True)
        else:
            tables[name] = frame
    return dataclasses.replace(pack, zones=(*zones, pack.zones[-1]), tables=tables)


def overlaps(chart: Chart) -> float:
    """Smallest distance between the rims of two circles of a map; infinite for one."""
    data = chart.data
    xy, r = data[["x", "y"]].to_numpy(), data["radius"].to_numpy()
    d = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) - r[:, None] - r[None]
    return float(d[~np.eye(len(d), dtype=bool)].min()) if len(d) > 1 else math.inf


def texts_of_labels(chart: Chart) -> list[tuple[float, float, float, float]]:
    """Boxes in pixels of what is written on a map's axes."""
    figure = chart.figure
    figure.canvas.draw()
    boxes = [t.get_window_extent(figure.canvas.get_renderer()) for t in figure.axes[0].texts if "%" in t.get_text()]
    return [(b.x0, b.y0, b.x1, b.y1) for b in boxes]


def test_the_five_regions_are_at_hand() -> None:
    assert set(NAMES) >= FIVE


@pytest.fixture(scope="module", params=NAMES)
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Profile, Path]:
    """Each pack with the folder of its profile."""
    p = profile(load_pack(request.param))
    folder = tmp_path_factory.mktemp(request.param)
    publish(p, evidence(p.pack), folder)
    return p, folder


def test_totals_are_sums_of_the_pack(shown: tuple[Profile, Path]) -> None:
    p, _ = shown
    name, inside = p.pack.name, [z.code for z in p.pack.zones if z.kind not in ("outside", "commuting")]
    people = rows(name, "age_sex").query("zone in @inside")
    force = rows(name, "labor_force").query("zone in @inside").pivot(index="zone", columns="measure", values="value")
    flows = rows(name, "commuting")
    home, work = flows["home"].isin(inside), flows["work"].isin(inside)
    t = p.totals
    assert t["people"] == pytest.approx(people["people"].sum())
    assert t["labor_force"] == pytest.approx(force["labor_force"].sum())
    assert t["participation"] == pytest.approx(force["labor_force"].sum() / force["population_16"].sum())
    assert t["unemployment"] == pytest.approx(np.average(force["unemployment"], weights=force["labor_force"]))
    assert t["jobs"] == pytest.approx(rows(name, "jobs").query("zone in @inside")["jobs"].sum())
    assert t["leaving"] == pytest.approx(flows["workers"][home & ~work].sum())
    assert t["coming"] == pytest.approx(flows["workers"][~home & work].sum())
    assert t["working"] == pytest.approx(flows["workers"][home].sum())


def test_pyramid_adds_up_to_people_labor_force_and_unemployed(shown: tuple[Profile, Path]) -> None:
    p, _ = shown
    by_age, t = p.pyramid, p.totals
    assert (by_age[list(STATUS)] >= 0).all(axis=None)
    assert by_age[list(STATUS)].sum().sum() == pytest.approx(t["people"])
    # participation times people of 16 and over of age_sex, which may differ by rounding from population_16
    assert by_age[["employed", "unemployed"]].sum().sum() == pytest.approx(t["labor_force"], rel=2e-3)
    assert by_age["unemployed"].sum() == pytest.approx(t["unemployed"], rel=2e-3)
    assert status_by_age(p.pack)[:ADULT, :, 1:].sum() == 0


def test_sectors_are_shares_beside_the_nation(shown: tuple[Profile, Path]) -> None:
    p, _ = shown
    data = p.sectors
    assert list(data["code"]) == list(SECTORS)
    assert data["share"].sum() == pytest.approx(1) and data["us_share"].sum() == pytest.approx(1, abs=1e-4)
    assert data["jobs"].sum() == pytest.approx(p.totals["jobs"])
    assert data["share"].isna().tolist() == [c == "11" for c in data["code"]]


def test_self_sufficiency_wages_pay_for_their_parts(shown: tuple[Profile, Path]) -> None:
    p, _ = shown
    data = p.needs
    assert len(data) == 14 and ((data["low"] <= data["hourly"] + 1e-9) & (data["hourly"] <= data["high"] + 1e-9)).all()
    month = data["hourly"] * data["adults"] * 2080 / 12
    assert np.allclose(month, data[list(PARTS)].sum(axis=1), rtol=2e-3)


def test_childcare_and_wages_follow_the_tables(shown: tuple[Profile, Path]) -> None:
    p, _ = shown
    name, inside = p.pack.name, [z.code for z in p.pack.inside]
    infants = rows(name, "age_sex").query("zone in @inside and age < 2").groupby("zone")["people"].sum()
    care = rows(name, "childcare").query("age_group == 'infant'").set_index("zone").loc[inside]
    got = p.childcare.set_index("age_group").loc["infant"]
    assert got["places"] == pytest.approx((care["capacity"] * infants).sum())
    assert care["price_month"].min() <= got["price_month"] <= care["price_month"].max()
    groups = p.groups
    assert groups["employment"].sum() == pytest.approx(1, abs=2e-3)
    assert (groups[["p10", "p25", "p50", "p75", "p90"]].diff(axis=1).iloc[:, 1:] > 0).all(axis=None)


def test_evidence_counts_every_figure_once(shown: tuple[Profile, Path]) -> None:
    p, _ = shown
    name, inside = p.pack.name, {z.code for z in p.pack.inside}
    grade = {k: s.grade for k, s in p.pack.sources.items()}
    want = dict.fromkeys(("measured", "published", "calibrated", "assumed"), 0)
    keys = {"zone", "home", "work", "source", "month", "sector", "age", "adults", "children", "young"}
    for table in p.pack.tables:
        frame = rows(name, table)
        if "zone" in frame:
            frame = frame[frame["zone"].isin(inside)]
        if "home" in frame:
            frame = frame[frame["home"].isin(inside) | frame["work"].isin(inside)]
        numbers = [c for c in frame.select_dtypes("number").columns if c not in keys or (c, table) == ("jobs", "jobs")]
        if table in ("participation", "families"):
            numbers = [c for c in numbers if c in ("rate", "value")]
        for source, n in frame["source"].value_counts().items():
            want[grade[source]] += n * len(numbers)
    want["assumed"] += 2 * sum(z.kind == "part" for z in p.pack.inside)
    e = evidence(p.pack)
    assert e.by_grade == want and e.figures == sum(want.values())
    assert [f["why"] for f in e.fallbacks] == [f.why for f in p.pack.fallbacks]
    assert all(f["counties"] <= f["of"] for f in e.fallbacks)
    assert {s["id"] for s in e.sources} == set(p.pack.sources)


def test_files_of_the_profile(shown: tuple[Profile, Path]) -> None:
    p, folder = shown
    page = (folder / "profile.html").read_text(encoding="utf-8")
    for svg in re.findall(r"<svg.*?</svg>", page, re.S):
        assert 'role="img"' in svg[:300]
        assert re.search(r"<title [^>]*>[^<]+</title>\s*<desc [^>]*>[^<]{40,}</desc>", svg)
    names = {f.stem for f in (folder / "charts").iterdir()}
    assert names >= {"map", "pyramid", "sectors", "wages", "commuting", "self_sufficiency"}
    assert ("zones" in names) == (len(p.inside) > 1)
    assert page.count("<svg ") == len(names)
    for name in names:
        text = (folder / "charts" / f"{name}.txt").read_text(encoding="utf-8")
        assert len(text.split("\n\n", 1)[1]) > 40
        assert len(pd.read_csv(folder / "charts" / f"{name}.csv")) > 0
        assert (folder / "charts" / f"{name}.png").stat().st_size > 5_000
        assert "<desc" in (folder / "charts" / f"{name}.svg").read_text(encoding="utf-8")
    assert (folder / "profile.html").stat().st_size < 4_000_000
    assert not re.search(r'(?:src|href)="https?:', page)  # nothing comes from the network


def test_first_page_stands_alone_in_print(shown: tuple[Profile, Path]) -> None:
    weasyprint = pytest.importorskip("weasyprint")
    _, folder = shown
    pages = weasyprint.HTML(folder / "profile.html").render().pages
    said = [" ".join(b.text for b in p._page_box.descendants() if hasattr(b, "text")) for p in pages]
    starts = [k for k, text in enumerate(said) if "More of the region" in text]
    assert starts == [1] and "of this region are known" in said[0]


def test_page_holds_the_packs_figures_sources_and_stand_ins(shown: tuple[Profile, Path]) -> None:
    p, folder = shown
    page = (folder / "profile.html").read_text(encoding="utf-8")
    said = re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", page, flags=re.S)).replace("&#39;", "'")
    inside = [z.code for z in p.pack.inside]
    people = rows(p.pack.name, "age_sex").groupby("zone")["people"].sum()
    for code in inside:
        assert f"{people[code]:,.0f}" in said
    assert f"{people[inside].sum():,.0f}" in said
    for key, source in p.pack.sources.items():
        assert (source.vintage.replace("&", "&amp;") in said) and source.publisher in said, key
    for fallback in p.pack.fallbacks:
        assert fallback.why in said
    for state in {z.state for z in p.pack.inside}:
        wage = rows(p.pack.name, "rules").query("measure == 'minimum_wage' and zone == @inside[0]")["value"].iloc[0]
        assert f"{state} minimum wage" in said and f"${wage:.2f}" in said


def test_map_places_zones_apart_and_labels_apart(shown: tuple[Profile, Path]) -> None:
    p, _ = shown
    chart = region_map.zone_map(p)
    assert overlaps(chart) > 0
    assert chart.data["labelled"].all()
    area = chart.data["radius"] ** 2 / chart.data["people"]
    assert area.max() == pytest.approx(area.min())
    boxes = texts_of_labels(chart)
    for k, a in enumerate(boxes):
        for b in boxes[:k]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])


def test_map_keeps_directions(shown: tuple[Profile, Path]) -> None:
    p, _ = shown
    zones = [z for z in p.pack.zones if z.kind != "outside"]
    if len(zones) < 3:
        assert region_map.places(p.pack).xy.shape == (len(zones), 2)
        return
    data = region_map.zone_map(p).data
    assert np.corrcoef(data["x"], [z.longitude for z in zones])[0, 1] > 0.9
    assert np.corrcoef(data["y"], [z.latitude for z in zones])[0, 1] > 0.9


def test_the_same_pack_gives_the_same_page(shown: tuple[Profile, Path]) -> None:
    p, folder = shown
    again = profile(load_pack(p.pack.name))
    assert profile_html(again, evidence(again.pack), charts(again)) == (folder / "profile.html").read_text("utf-8")


@pytest.mark.parametrize("n", [1, 2, 30, 116])
def test_a_map_of_any_number_of_zones(n: int) -> None:
    p = Profile(many(n), load_national())
    chart = region_map.zone_map(p)
    assert overlaps(chart) > 0 and len(chart.data) == n
    assert chart.data["labelled"].sum() >= min(n, 25)
    box = texts_of_labels(chart)
    assert len(box) >= (min(n, 25) if n <= region_map.MANY else 0)
    page = profile_html(p, evidence(p.pack), charts(p))
    assert ("map_large-title" in page) == (n > region_map.MANY)
    assert "NaN" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.S)


def test_without_centroids_places_come_from_minutes() -> None:
    n = 12
    pack = many(n)
    at = np.column_stack([np.cos(np.arange(n)) * np.arange(n), np.sin(np.arange(n)) * np.arange(n)])
    codes = [z.code for z in pack.zones if z.kind != "outside"]
    way = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    minutes = pd.DataFrame(
        [(a, b, way[i, j], "made") for i, a in enumerate(codes) for j, b in enumerate(codes)],
        columns=["home", "work", "minutes", "source"],
    )
    bare = tuple(dataclasses.replace(z, latitude=0.0, longitude=0.0) for z in pack.zones)
    moved = dataclasses.replace(pack, zones=bare, tables={**pack.tables, "minutes": minutes})
    found = region_map.places(moved)
    assert found.known_by == "minutes" and region_map.places(pack).known_by == "centroids"
    again = np.hypot(*(found.xy[:, None] - found.xy[None]).transpose(2, 0, 1))
    assert np.allclose(again, way, atol=1e-6)  # distances in a plane are found again exactly
    assert "minutes" in region_map.note_of(Profile(moved, load_national()), "minutes")


def test_zones_at_one_place_are_parted() -> None:
    xy = region_map.spread(np.zeros((9, 2)), np.linspace(1, 2, 9), 0.1)
    d = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    need = np.linspace(1, 2, 9)[:, None] + np.linspace(1, 2, 9)[None]
    assert (d - need)[~np.eye(9, dtype=bool)].min() > 0


def test_circles_that_do_not_touch_stay() -> None:
    xy = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    assert np.allclose(region_map.spread(xy, np.ones(3), 0.1), xy)


def test_small_zones_are_gathered_without_losing_workers() -> None:
    p = Profile(many(40), load_national())
    table = gathered(p)
    assert len(table) == 17 and "25 other zones" in table.index
    outside_pair = float(p.flows.loc["outside", "outside"])
    assert np.nansum(table.to_numpy()) == pytest.approx(p.flows.to_numpy().sum() - outside_pair)


def test_short_names_stay_different() -> None:
    zones = (
        Zone("21111", "Jefferson County, KY", "21111", "KY"), Zone("29099", "Jefferson County, MO", "29099", "MO"),
        Zone("29510", "St. Louis City, MO", "29510", "MO"), Zone("a", "East Kentucky nonmetropolitan area", "", "KY"),
        Zone("outside", "Beyond the region's border", "", "", kind="outside"),
    )  # fmt: skip
    assert list(short_names(zones).values()) == [
        "Jefferson, KY", "Jefferson, MO", "St. Louis City", "East Kentucky nonmetro", "Beyond the border",
    ]  # fmt: skip


def test_terminal_says_what_is_asked_for() -> None:
    done = call("region", "show", "lane")
    out = done.stdout
    assert done.exit_code == 0
    for part in ("labor force", "participation", "unemployment rate", "Jobs by sector", "Largest occupations",
                 "median wage", "Commuting", "Childcare", "places per 100", "Self-sufficiency wage", "minimum wage",
                 "measured", "assumed", "Stand-ins", "vintage"):  # fmt: skip
        assert part in out, part
    force = rows("lane", "labor_force").query("zone == '41039' and measure == 'labor_force'")["value"].iloc[0]
    assert f"{force:,.0f}" in out


def test_json_has_every_table(tmp_path: Path) -> None:
    done = call("region", "show", "lane", "--json", "--out", tmp_path / "page")
    about = json.loads(done.stdout)
    assert set(about) == {
        "name", "title", "hash", "meta", "zones", "people", "labor_force", "jobs", "sources", "fallbacks", "totals",
        "pyramid", "sectors", "occupations", "occupation_groups", "needs", "childcare", "commuting", "rules",
        "evidence", "out", "charts",
    }  # fmt: skip
    assert (tmp_path / "page" / "profile.html").is_file() and "map" in about["charts"]
    assert {z["code"] for z in about["zones"]} == {"41039", "outside"}
    assert {"participation", "leaving", "coming"} <= set(about["zones"][0])
    assert len(about["occupations"]) == len(rows("lane", "occupation_wages"))
    assert sum(about["evidence"][g] for g in GRADES) == about["evidence"]["figures"]
    assert all({"id", "publisher", "series", "vintage", "grade", "figures"} <= set(s) for s in about["sources"])
    flows = rows("lane", "commuting").query("home == '41039' or work == '41039'")
    assert sum(f["workers"] for f in about["commuting"]) == pytest.approx(flows["workers"].sum())


def test_list_tells_zones_people_and_what_is_assumed() -> None:
    listed = {r["name"]: r for r in json.loads(call("region", "list", "--json").stdout)["regions"]}
    for name, row in listed.items():
        pack = load_pack(name)
        assert set(row) == {"name", "title", "zones", "people", "assumed_share"}
        assert row["zones"] == len(pack.inside) and row["assumed_share"] == evidence(pack).assumed_share
        people = rows(name, "age_sex").groupby("zone")["people"].sum()
        assert row["people"] == round(people[[z.code for z in pack.inside]].sum())
    text = call("region", "list").stdout
    assert "Lane County, Oregon" in text and f"{listed['lane']['people']:,}" in text


@pytest.mark.parametrize(("name", "near"), [("kansas-citi", "kansas-city"), ("kentuky", "kentucky")])
def test_wrong_names_give_the_nearest(name: str, near: str) -> None:
    done = call("region", "show", name)
    assert done.exit_code == 2 and f"did you mean {near}" in done.stderr


def test_what_is_no_region_or_no_folder_is_refused(tmp_path: Path) -> None:
    national = call("region", "show", "national")
    assert national.exit_code == 2 and "no region" in national.stderr
    with pytest.raises(PackError):
        profile(load_national())
    (tmp_path / "file").write_text("x")
    done = call("region", "show", "lane", "--out", tmp_path / "file")
    assert done.exit_code == 2 and "not a folder" in done.stderr
