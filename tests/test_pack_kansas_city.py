"""The Kansas City pack, the national pack and the conditions made of them: sizes and sanity."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from laborsim.market.economy import Economy
from laborsim.region.conditions import (
    behaviour,
    commute_weight,
    conditions,
    months_from,
    nation_jobs,
    nation_labor,
    posts,
)
from laborsim.region.pack import Pack, PackError, load_national, load_pack
from laborsim.region.schedules import fertility, migrant_age, mortality
from laborsim.region.tables import SECTORS
from laborsim.scenario.parameters import Parameters

START, MONTHS = "2018-01", 96


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("kansas-city")


@pytest.fixture(scope="module")
def national() -> Pack:
    return load_national()


@pytest.fixture(scope="module")
def economy(pack: Pack, national: Pack) -> Economy:
    return conditions(pack, national, START, MONTHS)


def at(month: str) -> int:
    return months_from(START, MONTHS).index(month)


def inside(pack: Pack, table: str, value: str) -> float:
    frame = pack[table]
    return float(frame.loc[frame["zone"] != "outside", value].sum())


def test_region_totals(pack: Pack) -> None:
    assert pack.zone_codes == (
        "29095-east",
        "29095-west",
        "29047",
        "29165",
        "29037",
        "20091",
        "20209",
        "20103",
        "outside",
    )
    adults = pack["age_sex"].query("zone != 'outside' and age >= 16")["people"].sum()
    assert 1.50e6 < adults < 1.60e6
    lf = pack["labor_force"].query("zone != 'outside'").pivot(index="zone", columns="measure", values="value")
    assert 1.05e6 < lf["labor_force"].sum() < 1.09e6
    rate = (lf["labor_force"] * lf["unemployment"]).sum() / lf["labor_force"].sum()
    assert abs(rate - 0.0355) < 0.002
    assert 0.97e6 < inside(pack, "jobs", "jobs") < 1.02e6
    assert lf["participation"].between(0.58, 0.76).all()


def test_parts_of_a_county_make_it_up(pack: Pack) -> None:
    people = pack["age_sex"].groupby("zone")["people"].sum()
    assert_allclose(people["29095-east"] / (people["29095-east"] + people["29095-west"]), 0.43, atol=1e-4)
    jobs = pack["jobs"].groupby("zone")["jobs"].sum()
    assert_allclose(jobs["29095-east"] / (jobs["29095-east"] + jobs["29095-west"]), 0.30, atol=1e-3)


def test_commuting_closes_on_residents_and_jobs(pack: Pack) -> None:
    codes = list(pack.zone_codes)
    flows = (
        pack["commuting"]
        .pivot(index="home", columns="work", values="workers")
        .reindex(index=codes, columns=codes)
    )
    lf = pack["labor_force"].pivot(index="zone", columns="measure", values="value").reindex(codes)
    payroll = lf["labor_force"] * (1 - lf["unemployment"]) * (1 - lf["self_employed"])
    assert_allclose(flows.sum(axis=1), payroll, rtol=2e-3)
    assert_allclose(flows.sum(axis=0), pack["jobs"].groupby("zone")["jobs"].sum().reindex(codes), rtol=2e-3)
    assert flows.loc["20091", ["29095-east", "29095-west"]].sum() > 30_000  # across the state line
    minutes = (
        pack["minutes"]
        .pivot(index="home", columns="work", values="minutes")
        .reindex(index=codes, columns=codes)
    )
    mean = (flows * minutes).iloc[:-1].to_numpy().sum() / flows.iloc[:-1].to_numpy().sum()
    assert 20 < mean < 25


def test_national_tables(national: Pack) -> None:
    occupations = national["occupations"]
    assert (
        len(occupations) == 94
        and occupations["code"].is_unique
        and occupations["code"].is_monotonic_increasing
    )
    assert occupations["training_months"].between(1, 60).all()
    table = national["flows"].set_index(["sex", "flow"])["probability"]
    flows = table["all"]
    assert table["male"]["EN"] < flows["EN"] < table["female"]["EN"]
    assert_allclose(
        flows[["UE", "UN", "EU", "EN", "NE", "NU"]], [0.276, 0.244, 0.0095, 0.0297, 0.048, 0.0175], atol=6e-4
    )
    staffing = national["staffing"].pivot(index="sector", columns="occupation", values="share").fillna(0)
    assert staffing.loc["6244", "39-9000"] > 0.2 and staffing.loc["23", "47-2000"] > 0.35
    assert staffing.loc["62", ["29-1000", "31-1000"]].sum() > 0.4
    assert set(national["sectors"]["code"]) == set(SECTORS)


def test_shapes_and_ranges(economy: Economy) -> None:
    z, o, s = economy.zones, economy.occupations, economy.sectors
    assert (z, o, s, economy.months) == (9, 94, 23, MONTHS)
    shapes = {
        "commute_minutes": (z, z),
        "commute_weight": (z, z),
        "mobility": (o, o),
        "sector_index": (MONTHS, s),
        "posts": (MONTHS,),
        "household_need": (z, 2, 4, 2),
        "childcare_price": (z, 3),
        "minimum_wage": (MONTHS, z),
        "ui_weeks": (MONTHS, z),
        "ui_maximum": (MONTHS, z),
        "ui_replacement": (z,),
        "ui_supplement": (MONTHS,),
        "ui_all": (MONTHS,),
        "mortality": (2, 121),
        "fertility": (121,),
        "retirement": (121,),
        "disability_onset": (121,),
        "enrolment": (121,),
        "migrant_age": (121,),
        "in_migration": (z,),
        "price_level": (MONTHS,),
        "occ_wage": (o,),
    }
    for name, shape in shapes.items():
        array = getattr(economy, name)
        assert array.shape == shape, name
        assert np.isfinite(array).all() and array.flags.c_contiguous, name
    assert (
        economy.zone_codes[economy.outside] == "outside"
        and economy.sector_codes[economy.childcare_sector] == "6244"
    )
    assert_allclose(economy.mobility.sum(axis=1), 1)
    assert 0.05 < 1 - float(np.diag(economy.mobility).mean()) < 0.09
    assert len(economy.credential_fields) <= 16
    assert all(
        economy.major_codes[m] == c[:2] for c, m in zip(economy.occ_codes, economy.occ_major, strict=True)
    )


def test_demand_path(economy: Economy, pack: Pack, national: Pack) -> None:
    index = economy.sector_index
    assert_allclose(index[0], 1)
    leisure, retail = SECTORS.index("72"), SECTORS.index("44-45")
    assert index[at("2020-04"), leisure] < 0.6 < 0.8 < index[at("2020-04"), retail]
    jobs = (
        pack["jobs"]
        .query("zone != 'outside'")
        .groupby("sector")["jobs"]
        .sum()
        .reindex(list(SECTORS))
        .to_numpy()
    )
    level = index @ jobs / jobs.sum()
    assert (
        -0.15 < level[at("2020-04")] / level[at("2020-02")] - 1 < -0.13
    )  # the nation's path times the local mix
    state = conditions(pack, national, START, MONTHS, "state").sector_index @ jobs / jobs.sum()
    assert -0.125 < state[at("2020-04")] / state[at("2020-02")] - 1 < -0.10
    growth = np.diff(np.log(state))
    assert np.abs(growth[: at("2020-01")]).max() < 0.01  # no season left


def test_posts_follow_the_nations_openings_and_then_stay(economy: Economy, national: Pack) -> None:
    own = behaviour(load_pack("kansas-city"))["posts"]
    path = economy.posts / own
    assert path[0] == 1.0 and path.argmax() in range(at("2021-10"), at("2022-07"))
    assert 1.025 < path.max() < 1.045 and 0.98 < path[: at("2021-01")].min()
    assert (path[at("2025-05") :] == path[at("2025-05")]).all()
    cut = posts(national, [f"20{y}-{m:02d}" for y in (18, 19, 20) for m in range(1, 13)], known_to="2019-12")
    assert (cut[24:] == cut[23]).all() and np.allclose(cut[:24], path[:24], rtol=1e-12)


def test_the_nations_labor_force_is_known_for_a_while_and_then_goes_with_its_jobs(national: Pack) -> None:
    months = [f"20{y}-{m:02d}" for y in range(18, 28) for m in range(1, 13)]
    path, jobs = nation_labor(national, months, 0.01), nation_jobs(national, months, 0.01)
    assert path[0] == 1.0 and -0.055 < path[at("2020-04")] / path[at("2020-02")] - 1 < -0.02
    known = national["labor_force"].set_index("month")["labor_force"]
    last = months.index(known.index[-1])
    assert_allclose(path[: last + 1], known.loc[months[0] :].to_numpy(), rtol=1e-12)
    assert_allclose(path[last:] / path[last], jobs[last:] / jobs[last])
    cut = nation_labor(national, months, 0.01, known_to="2019-12")
    assert_allclose(cut[23:], cut[23] * 1.01 ** (np.arange(len(months) - 23) / 12))


def test_demand_beyond_the_data_follows_the_declared_trend(pack: Pack, national: Pack) -> None:
    p = Parameters({"region.trend_growth": 0.02, "region.inflation": 0.0})
    later = conditions(pack, national, "2024-01", 60, parameters=p)
    assert_allclose(later.sector_index[-1] / later.sector_index[-13], 1.02)
    assert later.price_level[-1] == later.price_level[-13]
    assert_allclose(later.sector_index[0], 1)


def test_rules_and_prices(economy: Economy) -> None:
    east, johnson = 0, economy.zone_codes.index("20091")
    nominal = economy.minimum_wage * economy.price_level[:, None]
    assert_allclose(
        nominal[[at("2018-06"), at("2019-01"), at("2023-05"), at("2025-12")], east],
        [7.85, 8.60, 12.00, 13.75],
    )
    assert_allclose(nominal[:, johnson], 7.25)
    assert abs(economy.price_level[at("2019-06") : at("2019-08")].mean() - 1) < 0.002
    nominal_supplement = economy.ui_supplement * economy.price_level
    assert_allclose(
        nominal_supplement[[at("2020-03"), at("2020-05"), at("2020-09"), at("2021-05")]], [0, 600, 0, 300]
    )
    assert 0 < nominal_supplement[at("2021-08")] < 300  # Missouri had left, Kansas not
    assert (
        economy.ui_all[at("2020-05")] == 1
        and economy.ui_all[at("2019-05")] == economy.ui_all[at("2022-05")] == 0
    )
    assert (
        economy.ui_weeks[0, east]
        == 20
        < economy.ui_weeks[at("2020-05"), east]
        < economy.ui_weeks[at("2021-05"), east]
    )
    assert 14 < economy.good_job_wage < 20


def test_needs_grow_with_the_household(economy: Economy) -> None:
    need = economy.household_need
    assert (need > 6).all() and (need < 45).all()
    assert (np.diff(need[:, :, :, 0], axis=2) > 0).all()
    assert (need[:, :, 1:, 1] > need[:, :, 1:, 0]).all()  # care of the little ones costs more
    assert (need[:, 0] > need[:, 1]).all()  # two earners share


def test_commute_weight_gives_back_the_flows() -> None:
    flows = np.array([[50.0, 30, 20], [5, 200, 15], [10, 40, 60]])
    weight = commute_weight(flows)
    drawn = weight * flows.sum(axis=0)
    assert_allclose(drawn / drawn.sum(axis=1, keepdims=True), flows / flows.sum(axis=1, keepdims=True))
    assert (commute_weight(np.array([[1.0, 0], [0, 1]]), 0.01) > 0).all()


def test_schedules_are_plausible() -> None:
    death = mortality()
    assert (death[0, 15:100] > death[1, 15:100]).all() and (np.diff(death[:, 30:]) >= 0).all()
    assert 1.6 < fertility().sum() < 1.85  # total fertility rate of 2018: 1.73
    assert_allclose(migrant_age().sum(), 1)
    assert migrant_age()[:16].sum() == 0


def test_start_outside_the_index_and_unknown_drivers(pack: Pack, national: Pack) -> None:
    with pytest.raises(PackError, match="outside the sector index"):
        conditions(pack, national, "2010-01", 12)
    with pytest.raises(PackError, match="not one of national, state"):
        conditions(pack, national, START, 12, "county")  # type: ignore[arg-type]
