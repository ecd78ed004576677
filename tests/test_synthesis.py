"""A synthesized region: its books, its margins, its start, its determinism, its cache."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

import packs
import worlds
from laborsim.market import codes as k
from laborsim.region import cache, careers, fit, fit_page
from laborsim.region.pack import list_packs, load_national, load_pack
from laborsim.region.synthesize import ROOMS, SINGLE, synthesize
from laborsim.region.tables import SECTORS
from laborsim.scenario.parameters.registry import Parameters


def digest(world):
    h = hashlib.blake2b()
    for table in world.tables():
        table.update_hash(h)
    return h.hexdigest()


@pytest.fixture(scope="module")
def made():
    pack, national, economy = packs.region(200_000.0)
    return synthesize(pack, national, economy, Parameters(), 1.0, 1), pack, national, economy


@pytest.fixture(scope="module")
def kansas_city():
    if "kansas-city" not in list_packs():
        pytest.skip("no Kansas City pack")
    from laborsim.region.conditions import conditions

    pack, national, parameters = load_pack("kansas-city"), load_national(), Parameters()
    economy = conditions(pack, national, "2018-01", 12, parameters=parameters)
    world = synthesize(pack, national, economy, parameters, 0.05, 1)
    return world, pack, national, economy


def test_synthesis_reads_nothing_that_is_not_in_the_key_of_the_region():
    pack, national, economy = packs.region(20_000.0)
    everything = Parameters()
    keyed = (*(f"{room}." for room in ROOMS), *SINGLE)
    some = {name: value for name, value in everything.items() if name.startswith(keyed)}
    assert digest(synthesize(pack, national, economy, some, 1.0, 1)) == digest(
        synthesize(pack, national, economy, everything, 1.0, 1)
    )

    def key(values):
        return cache.region_key(pack, national, economy, values, 1.0, 1)

    keys = {key(some | {n: [v, "moved"]}) for n, v in some.items()}
    assert len(keys) == len(some) and key(some) == key(everything) not in keys


@pytest.mark.parametrize("which", ["made", "kansas_city"])
def test_the_books_are_kept(which, request):
    world, _, _, economy = request.getfixturevalue(which)
    worlds.check(world)
    p, h, e, c = world.tables()
    assert (p.id[: p.size] == np.arange(p.size)).all() and (np.diff(p.household) >= 0).all()
    assert np.array_equal(np.bincount(p.household, minlength=h.size), h.adults) and h.adults.min() >= 1
    earners = np.bincount(p.household, p.state <= k.SELF_EMPLOYED, h.size)
    assert np.array_equal(earners, h.earners)
    assert np.array_equal(h.zone[p.household], p.zone) and (np.diff(h.zone.astype(int)) >= 0).all()
    payroll = p.state < k.SELF_EMPLOYED
    assert np.array_equal(np.bincount(p.job[payroll], minlength=c.size), c.filled)
    assert (p.job[(p.state == k.SELF_EMPLOYED) | (p.state >= k.UNEMPLOYED)] == -1).all()
    waiting = p.state == k.TEMPORARY_LAYOFF
    assert np.array_equal(np.bincount(p.job[waiting], minlength=c.size), c.recall)
    assert (c.target >= c.filled + c.vacancies).all() and c.target.sum() < 1.1 * c.filled.sum()
    assert np.array_equal(p.occupation[payroll], c.occupation[p.job[payroll]])
    assert np.array_equal(c.zone, e.zone[c.establishment]) and np.array_equal(c.sector, e.sector[c.establishment])
    assert np.unique(c.establishment).size == e.size
    assert np.array_equal(p.last, p.state)
    pair = c.establishment.astype(np.int64) * economy.occupations + c.occupation
    assert np.unique(pair).size == c.size


def test_ages_children_and_bits_make_sense(made):
    world = made[0]
    p, h = world.people, world.households
    years = -p.birth.astype(int) // 12
    assert years.min() >= 16 and years.max() < 110
    assert (h.youngest[h.children > 0] <= 0).all() and (h.youngest[h.children > 0] > -192).all()
    eldest = -h.youngest[h.children > 0].astype(int) + 30 * (h.children[h.children > 0].astype(int) - 1)
    assert eldest.max() < 192  # elder siblings implied are under 16 too
    assert ((p.traits[p.state == k.DISABLED] & k.TRAIT_DISABILITY) > 0).all()
    assert ((p.traits[p.state == k.STUDENT] & k.TRAIT_ENROLLED) > 0).all()
    assert (p.since < 0).all() and (p.hired[p.state <= 3] < 0).all()
    assert (p.ui_weeks[p.state <= k.SELF_EMPLOYED] == 0).all()
    assert ((p.history[p.state <= 3] >> 31) == 0)[years[p.state <= 3] <= 17].all()


def test_margins_of_kansas_city(kansas_city):
    world, pack, national, economy = kansas_city
    report = fit.fit_report(world, pack, economy, national, 0.05)
    tight = {"participation": 0.003, "unemployment": 0.003, "self_employed": 0.003, "part_time": 0.003,
             "commuting_share": 0.02, "no_car": 0.003}
    for margin, most in tight.items():
        part = report[(report["margin"] == margin) & (report["size"] >= 200)]
        assert len(part) and part["error"].abs().max() < most, margin
    for margin in ("age_sex", "education", "race", "children", "jobs", "households"):
        part = report[(report["margin"] == margin) & (report["size"] >= 400)]
        assert len(part) and part["error"].abs().max() < 0.03, margin
    part = report[(report["margin"] == "jobs_by_occupation") & (report["size"] >= 1000)]
    assert len(part) > 10 and part["error"].abs().max() < 0.03  # cells are as large as at full scale
    sd = report.loc[report["margin"] == "log_wage_sd", "got"].iloc[0]
    assert 0.5 < sd < 0.75
    for percentile, most in (("p10", 0.05), ("p50", 0.03), ("p90", 0.05)):
        part = report[(report["margin"] == f"wage_{percentile}") & (report["size"] >= 400)]
        assert len(part) > 15 and part["error"].abs().max() < most, percentile
    assert np.abs(world.people.ability).max() <= careers.MOST_ABILITY
    assert abs(world.people.ability.mean()) < 0.1 and 0.9 < world.people.ability.std() < 1.25
    sizes = {"people": world.people.size, "establishments": 1, "job cells": 1}
    table = fit_page.fit_table({"kansas-city": report}, {"kansas-city": sizes})
    assert "| participation | 0.3 pp | 0.0" in table
    assert "kansas-city" in fit_page.worst_table({"kansas-city": report})
    assert "| kansas-city | childcare |" in fit_page.fallback_table([pack])


def test_the_start_looks_like_a_steady_state(kansas_city):
    world = kansas_city[0]
    p, c = world.people, world.cells
    own = p.zone < p.zone.max()
    jobless = ((p.state == k.UNEMPLOYED) | (p.state == k.TEMPORARY_LAYOFF)) & own
    months = -p.since[jobless].astype(int) - 1
    # CPS 2018: 34, 29, 15 and 22 per cent at under 5, 5-14, 15-26 and 27 weeks or more
    shares = np.histogram(months, [0, 1, 3, 6, 999])[0] / months.size
    assert np.abs(shares - [0.34, 0.29, 0.15, 0.22]).max() < 0.06
    assert 0.08 < np.mean(p.state[jobless] == k.TEMPORARY_LAYOFF) < 0.17
    openings = c.vacancies.sum() / (c.vacancies.sum() + c.filled.sum())
    assert 0.04 < openings < 0.05
    tenure = -p.hired[(p.state < k.SELF_EMPLOYED)].astype(int)
    assert 30 < np.median(tenure) < 60 and 0.2 < np.mean(tenure <= 12) < 0.33
    # public 6.8 years, leisure and hospitality 2.2 (median tenure in January 2018, BLS)
    sector = c.sector[p.job[p.state < k.SELF_EMPLOYED]]
    public, leisure = (np.median(tenure[np.isin(sector, [SECTORS.index(s) for s in group])]) / 12.0
                       for group in (("GF", "GS", "GL"), ("71", "72")))  # fmt: skip
    assert 5.0 < public < 9.0 and 1.2 < leisure < 3.0


def test_women_and_the_young_sort_into_occupations(kansas_city):
    world, _, _, economy = kansas_city
    p = world.people
    at = p.state < k.SELF_EMPLOYED
    major = np.array(economy.major_codes)[economy.occ_major[p.occupation]]
    women = {m: np.mean(p.sex[at & (major == m)] == k.FEMALE) for m in ("47", "29")}
    assert women["47"] < 0.15 and women["29"] > 0.6
    young = -p.birth.astype(int) // 12 < 25
    assert np.mean(young[at & (major == "35")]) > 2 * np.mean(young[at & (major == "11")])
    degree = p.education >= k.BACHELOR
    assert np.mean(degree[at & (major == "15")]) > 0.5 > np.mean(degree[at & (major == "35")])


def test_same_seed_same_bytes_and_another_seed_another_region():
    pack, national, economy = packs.region(30_000.0)
    one, two, other = (synthesize(pack, national, economy, Parameters(), 0.5, s) for s in (1, 1, 2))
    assert digest(one) == digest(two) != digest(other)


def test_smaller_scales_keep_the_mix():
    pack, national, economy = packs.region(200_000.0)
    small = synthesize(pack, national, economy, Parameters(), 0.05, 1)
    worlds.check(small)
    report = fit.fit_report(small, pack, economy, national, 0.05)
    jobs = report[(report["margin"] == "jobs") & (report["size"] >= 100)]
    assert jobs["error"].abs().max() < 0.03
    tiny = synthesize(pack, national, economy, Parameters(), 0.004, 1)
    worlds.check(tiny)


def test_employers_are_alike_at_every_scale(made):
    full, pack, national, economy = made
    small = synthesize(pack, national, economy, Parameters(), 0.1, 1)

    def of_jobs(world):
        c, e = world.cells, world.establishments
        jobs, at = c.filled[: c.size].astype(float), c.establishment[: c.size]
        n = e.size
        bits = e.practices[:n][at]
        rows = [
            np.log(e.stands[:n])[at], e.frail[:n][at], e.premium[:n][at],
            (bits & k.PRACTICE_CREDENTIAL_SCREEN) > 0, (bits & k.PRACTICE_RECORD_SCREEN) > 0,
            c.needs[: c.size] > economy.occ_education[c.occupation[: c.size]],
        ]  # fmt: skip
        return np.array([np.average(x, weights=jobs) for x in rows])

    # log size, closing, pay, screens of credentials and records, screens beyond what is typical
    gap = np.abs(of_jobs(small) - of_jobs(full))
    assert (gap < [0.15, 0.02, 0.02, 0.03, 0.04, 0.03]).all(), gap


def test_scale_and_zones_are_checked(made):
    _, pack, national, economy = made
    with pytest.raises(ValueError, match="scale"):
        synthesize(pack, national, economy, Parameters(), 0.0, 1)
    with pytest.raises(ValueError, match="zones"):
        synthesize(pack, national, replace(economy, zone_codes=("1", "2", "3")), Parameters(), 1.0, 1)


def test_cache_gives_the_same_region_and_mends_itself(tmp_path):
    pack, national, economy = packs.region(30_000.0)

    def get(parameters=None, scale=0.5, seed=1):
        return cache.load_or_synthesize(pack, national, economy, parameters or Parameters(), scale, seed, tmp_path)

    first = get()
    (folder,) = tmp_path.iterdir()
    file = folder / "people.state.npy"
    stamp = file.stat().st_mtime_ns
    again = get()
    whole = digest(first)
    assert file.stat().st_mtime_ns == stamp and digest(again) == whole
    assert not again.people.state.flags.writeable and again.copy().people.state.flags.writeable
    # damage: other bytes, a missing file, a broken list of contents
    for spoil in (lambda: file.write_bytes(file.read_bytes()[:-1] + b"\xff"), file.unlink,
                  lambda: (folder / "content.json").write_text("{")):
        spoil()
        assert cache.load_world(folder) is None
        assert digest(get()) == whole and cache.load_world(folder) is not None
    get(seed=2)
    get(Parameters({"synthesis.ui_claims": 0.4}))
    get(Parameters({"synthesis.ui_claims": 0.4, "demand.growth_shock": 0.05}))  # not read by synthesis
    assert len(list(tmp_path.iterdir())) == 3


def test_cache_folder_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("LABORSIM_CACHE", str(tmp_path / "kept"))
    assert cache.cache_folder() == tmp_path / "kept"
    monkeypatch.delenv("LABORSIM_CACHE")
    assert cache.cache_folder().name == "laborsim"
