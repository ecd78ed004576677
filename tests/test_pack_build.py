"""Building packs from the statistics: the committed ones come out again; other counties work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from laborsim.region.build import REGIONS, build_pack
from laborsim.region.build_population import rake
from laborsim.region.national import build_national, seasonal_factors
from laborsim.region.pack import PackError, load_national, load_pack, validate
from laborsim.region.pay import pooled_quantiles
from laborsim.region.places import parse_split
from laborsim.region.sources import Data

DATA = Path(__file__).parents[1].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the statistics are not here")


@pytest.fixture(scope="module")
def data() -> Data:
    return Data(DATA)


@needs_data
@pytest.mark.parametrize("name", REGIONS)
def test_packs_come_out_as_committed(name: str, data: Data) -> None:
    asked = REGIONS[name]
    made = build_pack(asked.counties, data, name=name, title=asked.title, **asked.options)
    there = load_pack(name)
    assert {k: v for k, v in made.files().items() if v != there.files()[k]} == {}
    assert made.hash() == there.hash()


@needs_data
def test_national_comes_out_as_committed() -> None:
    assert build_national(DATA).hash() == load_national().hash()


@needs_data
@pytest.mark.parametrize("counties", ["41039", "21111,21029,21103,21185,21211,21215,21223", "18097", "20183"])
def test_other_counties(counties: str) -> None:
    pack = build_pack(counties, DATA, name="other")
    assert validate(pack) == []
    share = pack["labor_force"].query("measure == 'participation'")["value"]
    assert share.between(0.4, 0.8).all()


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


def test_rake_meets_both_margins() -> None:
    seed = np.array([[1.0, 2, 3], [4, 1, 1]])
    rows, columns = np.array([10.0, 20]), np.array([6.0, 9, 15])
    out = rake(seed, rows, columns)
    assert_allclose(out.sum(axis=1), rows)
    assert_allclose(out.sum(axis=0), columns)
    odds = out[0, 0] * out[1, 1] / (out[0, 1] * out[1, 0])
    assert_allclose(odds, 1 * 1 / (2 * 4))  # the seed's odds are kept


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
