"""Building packs from the statistics: the committed ones come out again; other counties work."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from typer.testing import CliRunner

from laborsim.cli import app
from laborsim.indicators.groups import zone_groups
from laborsim.region.build import REGIONS, build_pack
from laborsim.region.conditions import conditions
from laborsim.region.national import build_national
from laborsim.region.national_sectors import seasonal_factors
from laborsim.region.pack import Pack, PackError, describe, load_national, load_pack, validate
from laborsim.region.pay import pooled_quantiles
from laborsim.region.places import parse_split
from laborsim.region.sources import Data
from laborsim.study.calibration.own import SOURCE
from official_data import DATA

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the statistics are not here")


@pytest.fixture(scope="module")
def data() -> Data:
    return Data(DATA)


@needs_data
@pytest.mark.parametrize("name", REGIONS)
def test_packs_come_out_as_committed(name: str, data: Data) -> None:
    asked = REGIONS[name]
    made = build_pack(asked.counties, data, name=name, title=asked.title, **asked.options)
    there = without_own_calibration(load_pack(name))
    assert {k: v for k, v in made.files().items() if v != there.files()[k]} == {}
    assert made.hash() == there.hash()


def without_own_calibration(pack: Pack) -> Pack:
    """The pack as it is built: the table of behaviour is fitted to runs of the model afterwards."""
    assert set(pack["behaviour"]["source"]) == {SOURCE}
    sources = {k: v for k, v in pack.sources.items() if k != SOURCE}
    return replace(pack, tables={k: v for k, v in pack.tables.items() if k != "behaviour"}, sources=sources)


@needs_data
def test_national_comes_out_as_committed() -> None:
    assert build_national(DATA).hash() == load_national().hash()


def closes(pack: Pack) -> None:
    """No faults; rates are plausible; commuters add up to jobs and to residents at work; fallbacks name their rows."""
    assert validate(pack) == []
    lf = pack["labor_force"].pivot(index="zone", columns="measure", values="value")
    assert lf["participation"].between(0.25, 0.86).all() and lf["unemployment"].between(0.01, 0.15).all()
    flows = pack["commuting"].pivot(index="home", columns="work", values="workers")
    jobs = pack["jobs"].groupby("zone")["jobs"].sum()
    assert_allclose(flows.sum(axis=0)[jobs.index], jobs, rtol=0.01, atol=5)
    employed = lf["labor_force"] * (1 - lf["unemployment"]) * (1 - lf["self_employed"])
    inside = [z.code for z in pack.zones if z.kind != "outside"]
    assert_allclose(flows.sum(axis=1)[inside], employed[inside], rtol=0.01)
    assert (pack["childcare"]["price_month"] > 100).all() and (pack["needs"]["hourly"] > 5).all()
    for f in pack.fallbacks:
        assert f.why and f.source in pack.sources
        assert set(f.counties) <= {c for z in pack.zones for c in (z.county, *z.counties)}


@needs_data
@pytest.mark.parametrize("count", [1, 1, 1, 2, 5, 12])
def test_any_counties_make_a_region(count: int, data: Data, request: pytest.FixtureRequest) -> None:
    """Drawn at random from the 468, others for each case."""
    draw = random.Random(request.node.name)
    closes(build_pack(draw.sample(list(data.profile.index), count), data))


@needs_data
def test_what_stands_in_for_missing_figures_is_named(data: Data) -> None:
    pack = build_pack("18097,18057,29047", data)  # Indianapolis and a suburb; Clay in Missouri
    closes(pack)
    found = {(f.table, f.source): f for f in pack.fallbacks}
    indiana = ("18097", "18057")
    assert found["jobs", "jobs_assumed"].counties == found["commuting", "flows_gravity"].counties == indiana
    assert found["labor_force", "laus_annual"].counties == ("29047",)
    assert found["childcare", "ndcp_neighbour"].counties == (*indiana, "29047")
    assert pack.sources["jobs_assumed"].grade == "assumed"
    made = pack["jobs"].query("zone == '18097'").set_index("sector")["jobs"]
    missouri = pack["jobs"].query("zone == '29047'").set_index("sector")["jobs"]
    assert made["31-33"] / made.sum() > 0.12 and missouri["31-33"] / missouri.sum() > 0.05  # Indiana makes things
    assert made["44-45"] > 0 and (made >= 0).all()
    # the whole of the other area's flows is there, Lane County's own too
    assert not any(f.source == "flows_gravity" for f in load_pack("lane").fallbacks)


@needs_data
def test_zones_of_several_counties_add_up(data: Data) -> None:
    counties = "29047,29165,29095"
    single, joint = build_pack(counties, data), build_pack(counties, data, groups={"North Land": ["29047", "29165"]})
    closes(joint)
    assert joint.zone_codes == ("north-land", "29095", "outside")
    north = joint.zones[0]
    assert (north.kind, north.county, north.counties, north.state) == ("group", "", ("29047", "29165"), "MO")
    two = ["29047", "29165"]
    for table, column in (("age_sex", "people"), ("jobs", "jobs"), ("jobs", "establishments")):
        parts, whole = (p[table].groupby("zone")[column].sum() for p in (single, joint))
        assert_allclose(whole["north-land"], parts[two].sum(), rtol=1e-6)
        assert_allclose(whole[["29095", "outside"]], parts[["29095", "outside"]])
    lf, joined = (p["labor_force"].pivot(index="zone", columns="measure", values="value") for p in (single, joint))
    force = lf.loc[two, "labor_force"]
    assert_allclose(joined.loc["north-land", "labor_force"], force.sum())
    assert_allclose(
        joined.loc["north-land", "unemployment"], (force * lf.loc[two, "unemployment"]).sum() / force.sum()
    )
    assert_allclose(
        joined.loc["north-land", "participation"], force.sum() / lf.loc[two, "population_16"].sum(), rtol=1e-4
    )
    flows = single["commuting"].set_index(["home", "work"])["workers"]
    inner = joint["commuting"].set_index(["home", "work"])["workers"]["north-land", "north-land"]
    assert_allclose(inner, sum(flows[a, b] for a in two for b in two))
    adults = single["age_sex"].query("age >= 16").groupby("zone")["people"].sum()
    per = [p["families"].query("measure == 'adults_per_household'").set_index("zone")["value"] for p in (single, joint)]
    assert_allclose(adults[two].sum() / per[1]["north-land"], (adults / per[0])[two].sum(), rtol=1e-6)
    rules = [p["rules"].query(f"zone == {z!r}")["value"] for p, z in ((single, "29047"), (joint, "north-land"))]
    assert_allclose(rules[1], rules[0])


@needs_data
def test_labels_of_county_zones_are_groups_of_results(data: Data) -> None:
    pack = build_pack("29047,29165,29175", data, label_by="workforce")
    assert [z.area for z in pack.zones] == [*["kansas-city-vicinity-east-jackson"] * 2, "northeast", ""]
    economy = conditions(pack, load_national(), "2018-01", 1)
    assert ("zone:kansas-city-vicinity-east-jackson", [0, 1]) in zone_groups(economy)
    assert "not verified" in pack.meta["note"]


@needs_data
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"groups": {"A": ["29047", "20091"]}}, "one state"),
        ({"groups": {"A": ["29047"], "B": ["29047"]}}, "two of them"),
        ({"groups": {"A": ["29001"]}}, "not among the counties"),
        ({"group_by": "colour"}, "is not one of workforce, area"),
        ({"group_by": "workforce"}, "knows no area of 20091"),
        ({"apart": "29001"}, "not among the counties"),
        ({"commuting": "29047"}, "each once"),
        ({"commuting": "18999"}, "counties of that state are 18001"),
    ],
)
def test_wrong_zones(options: dict[str, Any], says: str, data: Data) -> None:
    with pytest.raises(PackError, match=says):
        build_pack("29047,20091", data, **options)


@needs_data
def test_the_command_groups_and_adds_commuting_zones(tmp_path: Path) -> None:
    command = ["region", "build", "--data", str(DATA), "--quiet", "--counties", "21093,21123,21163"]
    done = CliRunner().invoke(
        app, [*command, "--out", str(tmp_path / "fort"), "--group", "Around=21123,21163", "--commuting", "21179"]
    )
    assert done.exit_code == 0, done.output
    made = load_pack(tmp_path / "fort")
    assert made.zone_codes == ("21093", "around", "21179", "outside")
    assert [z.kind for z in made.zones] == ["county", "group", "commuting", "outside"]
    for wrong in (["--group", "21123"], ["--commuting", "Nelson"], ["--group-by", "colour"]):
        assert CliRunner().invoke(app, [*command, "--out", str(tmp_path / "no"), *wrong]).exit_code == 2
    assert not (tmp_path / "no").exists()


def test_commuting_zones_are_beyond_the_region() -> None:
    pack = load_pack("kentuckianaworks")
    economy = conditions(pack, load_national(), "2018-01", 1)
    assert economy.outside == 7 == len(pack.inside) and len(pack.zones) == 13
    assert [z.kind for z in pack.zones[7:]] == ["commuting"] * 5 + ["outside"]
    groups = dict(zone_groups(economy))
    assert "zone:21111" in groups and "zone:18019" not in groups
    flows = pack["commuting"].set_index(["home", "work"])["workers"]
    assert flows["18019", "21111"] > 10_000  # Clark County to Louisville
    assert describe(pack)["people"] < 1_100_000


@needs_data
@pytest.mark.parametrize(
    ("counties", "split", "says"),
    [
        ("99999", "", "county '99999'"),
        ("", "", "counties"),
        ("20091,20091", "", "each once"),
        ("20091", "29095=east:0.4:0.3,west", "not among the counties"),
        ("20091", "20091=a:x,b", "write COUNTY"),
        ("20091", "20091=a:0.9:0.2,b:0.2:0.1,c", "must leave something"),
    ],
)
def test_wrong_requests(counties: str, split: str, says: str) -> None:
    with pytest.raises(PackError, match=says):
        build_pack(counties, DATA, split)


def test_no_data_folder(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="does not hold the statistics"):
        build_pack("20091", tmp_path)


def test_split_text() -> None:
    parts = parse_split("20091=north:0.5:0.2,south; 20209=a:0.1:0.1,b:0.2:0.2,c")
    assert [p.code for p in parts["20091"]] == ["north", "south"] and len(parts["20209"]) == 3
    assert parse_split("") == {}


def test_pooled_quantiles_of_one_group_are_its_own() -> None:
    import pandas as pd

    one = pd.DataFrame(
        {
            "emp": [100.0],
            "h_p10": [10.0],
            "h_p25": [13.0],
            "h_median": [18.0],
            "h_p75": [25.0],
            "h_p90": [40.0],
        }
    )
    assert_allclose(pooled_quantiles(one, (0.1, 0.5, 0.9)), [10, 18, 40], rtol=0.01)
    two = pd.concat([one, one * [1, 2, 2, 2, 2, 2]])
    assert 18 < pooled_quantiles(two, (0.5,))[0] < 36


def test_seasonal_factors_find_a_season() -> None:
    import pandas as pd

    months = pd.date_range("2011-01", "2020-12", freq="MS").strftime("%Y-%m")
    season = np.tile(1 + 0.05 * np.sin(2 * np.pi * np.arange(12) / 12), 10)
    series = pd.Series(100 * 1.001 ** np.arange(120) * season, index=months)
    assert_allclose(seasonal_factors(series).to_numpy(), season[:12], atol=0.002)
