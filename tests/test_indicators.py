"""Indicators against a slow, obvious reading of the same tables."""

from __future__ import annotations

import math
import pickle
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import worlds
from laborsim.indicators import wages
from laborsim.indicators.collector import Collector
from laborsim.indicators.definitions import DEFINITIONS, HEADLINES
from laborsim.market import codes as k
from laborsim.market.counts import PIPELINE
from laborsim.market.month import CHUNK, Crew, Month
from laborsim.market.transitions import months_out

E, U, N = "E", "U", "N"


def stir(m: Month, seed: int, share: float = 0.1) -> None:
    """Give some people another state last month, some a new job, some an older or younger one; fill the counts."""
    rng = np.random.default_rng(seed)
    p, n = m.world.people, m.world.people.size
    p.last[:n] = p.state[:n]
    moved = rng.random(n) < share
    p.last[:n][moved] = rng.integers(0, k.N_STATES, moved.sum())
    p.hired[:n] = m.index - rng.choice([0, 1, 5, 12, 13, 40], n, p=[0.05, 0.05, 0.2, 0.1, 0.1, 0.5])
    for array in vars(m.counts).values():
        array[...] = rng.integers(0, 40, array.shape)
    m.counts.good_openings[...] += m.counts.good_filled
    m.memory["childcare"] = {"price": rng.uniform(400, 1200, (m.economy.zones, 3))}


def table(m: Month, spell: np.ndarray[Any, Any] | None = None) -> pd.DataFrame:
    """Residents one row each, with everything the figures need."""
    eco, w = m.economy, m.world
    n, h = w.people.size, w.households
    d = pd.DataFrame({c: w.people.arrays[c][:n].copy() for c in w.people.arrays})
    for c in ("adults", "children", "youngest"):
        d[c] = h.arrays[c][d["household"]]
    d["spell"] = 0 if spell is None else spell[:n]
    d["idle"] = [0 if s < 4 else months_out(h, m.index - e) for s, h, e in d[["state", "history", "since"]].to_numpy()]
    lookup = [E] * 4 + [U] * 2 + [N] * 6 + ["absent"]
    d["now"] = [lookup[s] for s in d["state"]]
    d["was"] = [lookup[s] for s in d["last"]]
    age = (m.index - d["birth"].astype(int)) // 12
    d["band"] = [max(i for i, f in enumerate(k.AGE_BAND_FLOORS) if f <= max(a, 16)) for a in age]
    small = (d["children"] > 0) & (d["youngest"].astype(int) > m.index - 72)
    d["parent"] = small & age.between(18, 54)
    d["payroll"] = d["state"] <= k.PART_TIME_INVOLUNTARY
    d["work"] = [int(w.cells.zone[j]) if pay else -1 for j, pay in zip(d["job"], d["payroll"], strict=True)]
    d["need"] = [
        np.float32(eco.household_need[z, int(a > 1), min(c, 3), int(y)])
        for z, a, c, y in zip(d["zone"], d["adults"], d["children"], small, strict=True)
    ]
    asks = eco.occ_education[d["occupation"]].astype(int)
    long = eco.occ_training_months[d["occupation"]] >= 36
    inside, edu = d["now"] != N, d["education"].astype(int)
    inside &= d["now"] != "absent"
    d["high"] = (edu >= k.BACHELOR) | (inside & ((asks >= k.ASSOCIATE) | long))
    d["low"] = (edu <= k.HS) & ~d["high"] & (~inside | (asks <= k.HS))
    d["over"] = (d["now"] == E) & (edu - asks >= 2)
    d["under"] = (d["now"] == E) & (d["over"] | (d["state"] == k.PART_TIME_INVOLUNTARY))
    return d[d["zone"] != eco.outside]


def members(d: pd.DataFrame, group: str, eco: Any) -> pd.Series:
    kind, _, code = group.partition(":")
    if kind == "all":
        return pd.Series(True, index=d.index)
    if kind == "zone":
        zones = [z for z in range(eco.zones) if code in (eco.zone_codes[z], eco.zone_county[z])]
        return d["zone"].isin(zones)
    if kind == "parent":
        return d["parent"]
    if kind == "segment":
        return {"low_skilled": d["low"], "high_skilled": d["high"], "underemployed": d["under"]}[code]
    names = {"sex": k.SEXES, "race": k.RACES, "age": k.AGE_BANDS, "education": k.EDUCATION}[kind]
    return d["band" if kind == "age" else kind] == names.index(code)


def over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan


def expected(d: pd.DataFrame, m: Month) -> dict[str, float]:
    """Figures of one group of residents, worked out from its rows."""
    here, now, was = d[d["now"] != "absent"], d["now"], d["was"]
    emp, une = here[here["now"] == E], here[here["now"] == U]
    force = len(emp) + len(une)
    disc = int((here["state"] == k.DISCOURAGED).sum())
    inv = int((emp["state"] == k.PART_TIME_INVOLUNTARY).sum())
    prime = here[here["band"].isin([2, 3, 4])]
    out = {
        "population": len(here) / m.scale,
        "labor_force": force / m.scale,
        "employment": len(emp) / m.scale,
        "unemployment": len(une) / m.scale,
        "unemployment_rate": over(len(une), force),
        "participation_rate": over(force, len(here)),
        "employment_rate": over(len(emp), len(here)),
        "prime_age_participation_rate": over((prime["now"] != N).sum(), len(prime)),
        "prime_age_employment_rate": over((prime["now"] == E).sum(), len(prime)),
        "u6_rate": over(len(une) + disc + inv, force + disc),
        "underemployment_rate": over(emp["under"].sum(), len(emp)),
        "over_education_share": over(emp["over"].sum(), len(emp)),
        "part_time_involuntary_share": over(inv, len(emp)),
        "self_employed_share": over((emp["state"] == k.SELF_EMPLOYED).sum(), len(emp)),
        "long_term_unemployed_share": over((une["idle"] >= 6).sum(), len(une)),
        "temporary_layoff_share": over((une["state"] == k.TEMPORARY_LAYOFF).sum(), len(une)),
        "share_self_sufficient": over((emp["wage"] >= emp["need"]).sum(), len(emp)),
        "self_sufficient_workers": (emp["wage"] >= emp["need"]).sum() / m.scale,
        "share_good_jobs": over((emp["wage"] >= m.economy.good_job_wage).sum(), len(emp)),
        "carers_out_of_labor_force": (here["state"] == k.CARER).sum() / m.scale,
        "discouraged_workers": disc / m.scale,
    }
    both = d[(now != "absent") & (was != "absent")]
    for a in (E, U, N):
        start = both[both["was"] == a]
        for b in (E, U, N):
            if a != b:
                out[f"flow_{a}{b}"] = over((start["now"] == b).sum(), len(start))
    start = both[both["was"] == E]
    jtj = (start["now"] == E) & start["payroll"] & (start["hired"] == m.index)
    out["flow_EE"] = over(jtj.sum(), len(start))
    return out


@pytest.fixture(scope="module")
def year() -> tuple[Month, Collector, list[pd.DataFrame]]:
    """Fourteen months of a stirred world, with the residents' tables of each."""
    m = worlds.month(people=4000, scale=0.25)
    c = Collector(m.economy, m.programs, m.parameters, 14)
    tables = []
    for t in range(14):
        m.index = t
        stir(m, 100 + t)
        c.collect(m)
        tables.append(table(m, c._spell))
    return m, c, tables


def test_residents_against_a_plain_reading(year: tuple[Month, Collector, list[pd.DataFrame]]) -> None:
    m, c, tables = year
    frame = c.frame()
    checked = 0
    for group in c.groups.names:
        d = tables[-1][members(tables[-1], group, m.economy)]
        for indicator, want in expected(d, m).items():
            if (indicator, group) in frame:
                got = frame.series(indicator, group)[-1]
                assert got == pytest.approx(want, nan_ok=True), (indicator, group)
                checked += 1
    assert checked > 500


def test_wages_against_sorted_wages(year: tuple[Month, Collector, list[pd.DataFrame]]) -> None:
    m, c, tables = year
    frame, d = c.frame(), tables[-1]
    for group in (*c.groups.names, "segment:underemployed"):
        wages = d.loc[members(d, group, m.economy) & d["payroll"], "wage"].to_numpy(float)
        for indicator, q in (("wage_median", 0.5), ("wage_p10", 0.1), ("wage_p90", 0.9)):
            if (indicator, group) in frame and len(wages) > 40:
                # a quantile of so few people lies somewhere between neighbours: compare ranks
                got = frame.series(indicator, group)[-1]
                assert abs((wages < got).mean() - q) < 0.025, (indicator, group)
    wages = d.loc[d["payroll"], "wage"].to_numpy(float)
    assert frame.series("log_wage_sd")[-1] == pytest.approx(np.log(wages).std(), abs=0.005)
    assert frame.series("wage_median")[-1] == pytest.approx(np.median(wages), rel=0.01)


def test_recorded_flows_are_the_expectation_of_drawn_answers(
    year: tuple[Month, Collector, list[pd.DataFrame]],
) -> None:
    m, c, tables = year
    d = tables[-1]
    d = d[(d["now"] != "absent") & (d["was"] != "absent")]
    room = m.room("observation")
    matrix = np.array([room["employed_recorded"], room["unemployed_recorded"], room["inactive_recorded"]])
    matrix /= matrix.sum(axis=1, keepdims=True)
    order = np.array([E, U, N])
    now, was = (np.array([np.flatnonzero(order == s)[0] for s in d[c]]) for c in ("now", "was"))
    joint = np.zeros((3, 3))
    for a, b in zip(was, now, strict=True):  # every pair of answers a person may give, with its probability
        joint += np.outer(matrix[a], matrix[b])
    for a in range(3):
        for b in range(3):
            if a != b:
                got = c.frame().series(f"recorded_{order[a]}{order[b]}")[-1]
                assert got == pytest.approx(joint[a, b] / joint[a].sum())
    present = tables[-1][tables[-1]["now"] != "absent"]
    true = np.array([(present["now"] == s).sum() for s in order]) @ matrix
    assert c.frame().series("recorded_unemployment_rate")[-1] == pytest.approx(true[1] / true[:2].sum())


def test_job_finding_by_months_unemployed() -> None:
    """Spells are counted in month ends, across temporary layoff, and start afresh after work."""
    m = worlds.month(people=600)
    p, n = m.world.people, m.world.people.size
    c = Collector(m.economy, m.programs, m.parameters, 30)
    inside = np.flatnonzero((p.zone[:n] != m.economy.outside) & (p.state[:n] == k.OTHER_INACTIVE))[:3]
    p.state[:n][(p.state[:n] == k.UNEMPLOYED) | (p.state[:n] == k.TEMPORARY_LAYOFF)] = k.OTHER_INACTIVE
    a, b, other = inside
    paths = {a: [6, 5, 5, 5, 5, 3], b: [6, 4, 5, 3, 5, 3], other: [6] * 6}
    found: list[Any] = []
    for t in range(6):
        p.last[:n] = p.state[:n]
        for i, path in paths.items():
            p.state[i] = k.OTHER_INACTIVE if path[t] == 6 else path[t]
        m.index = t
        c.collect(m)
        found.append(
            {d: c.frame().value("job_finding", f"duration:{d}", c.frame().months[t]) for d in ("0-1", "2-3", "4-6")}
        )
    assert found[2]["0-1"] == 0.0  # both unemployed for one month, neither found work
    assert found[3]["2-3"] == 0.5  # both for two months; one found work
    assert found[5]["0-1"] == 1.0 and found[5]["4-6"] == 1.0
    assert math.isnan(found[1]["0-1"])


def test_self_sufficiency_by_sector_counts_residents_on_payrolls(
    year: tuple[Month, Collector, list[pd.DataFrame]],
) -> None:
    m, c, tables = year
    d = tables[-1][tables[-1]["payroll"] & (tables[-1]["now"] == E)]
    job = m.world.people.job[d.index.to_numpy()]
    sector = m.world.cells.sector[job]
    for at, code in enumerate(m.economy.sector_codes):
        own = d[sector == at]
        want = (own["wage"] >= own["need"]).mean() if len(own) else np.nan
        got = c.frame().series("share_self_sufficient", f"sector:{code}")[-1]
        assert got == pytest.approx(want, nan_ok=True), code
    assert len(set(sector)) > 1


def test_retention_compares_with_a_year_ago(year: tuple[Month, Collector, list[pd.DataFrame]]) -> None:
    m, c, tables = year
    frame, t = c.frame(), 13
    now, then = tables[t], tables[t - 12]
    assert np.isnan(frame.series("retention_12_month")[:12]).all()
    for group in ("all", "sex:female", "zone:10001"):
        a, b = now[members(now, group, m.economy)], then[members(then, group, m.economy)]
        want = (a["payroll"] & (a["hired"] <= t - 12)).sum() / b["payroll"].sum()
        assert frame.series("retention_12_month", group)[t] == pytest.approx(want)


def test_employers_against_a_plain_reading(year: tuple[Month, Collector, list[pd.DataFrame]]) -> None:
    m, c, _ = year
    eco, w, counts = m.economy, m.world, m.counts
    frame = c.frame()
    cells = pd.DataFrame({x: w.cells.arrays[x][: w.cells.size] for x in ("zone", "sector", "filled", "vacancies",
                                                                         "occupation", "establishment")})  # fmt: skip
    n = w.people.size
    paid = np.flatnonzero(w.people.state[:n] <= k.PART_TIME_INVOLUNTARY)
    job = w.people.job[paid]
    weekly = w.people.wage[paid].astype(float) * w.people.hours[paid]
    last = {key: frame.values[-1, i] for i, key in enumerate(frame.keys)}
    sites = {"all": (None, (0, 1)), "zone:10001": (None, (0,)), "sector:62": (worlds.SECTORS.index("62"), (0, 1))}
    for name, (sector, zones) in sites.items():
        pick = (slice(None) if sector is None else [sector], list(zones))

        def total(x: Any, pick: Any = pick) -> float:
            return float(x[pick[0]][:, pick[1]].sum())

        mine = cells[cells["zone"].isin(zones) & ((cells["sector"] == sector) | (sector is None))]
        jobs, open_ = mine["filled"].sum(), mine["vacancies"].sum()
        own = np.isin(job, mine.index)
        want = {
            "jobs": jobs / m.scale,
            "openings_rate": open_ / (open_ + jobs),
            "hires_rate": (total(counts.hires) + total(counts.recalls)) / jobs,
            "quits_rate": sum(total(counts.separations[r]) for r in (0, 1, 2)) / jobs,
            "layoffs_rate": sum(total(counts.separations[r]) for r in (3, 4, 5, 6)) / jobs,
            "other_separations_rate": sum(total(counts.separations[r]) for r in (7, 8, 9, 10)) / jobs,
            "vacancy_duration": 365.25 / 12 * open_ / total(counts.openings_filled),
            "time_to_fill": 365.25 / 12 / 256 * total(counts.fill_age) / total(counts.openings_filled),
            "applications_per_vacancy": total(counts.applications) / (open_ + total(counts.openings_filled)),
            "payroll": 52 * weekly[own].sum() / m.scale,
            "weekly_wage": weekly[own].sum() / jobs,
        }
        if sector is None:
            good = w.people.wage[paid] >= eco.good_job_wage
            want["quality_jobs"] = (own & good).sum() / m.scale
            want["good_vacancy_fill_rate"] = (
                counts.good_filled[list(zones)].sum() / counts.good_openings[list(zones)].sum()
            )
            score = w.establishments.quality[mine["establishment"], 6] @ mine["filled"] / 255
            want["quality_pay"] = score / jobs
        for indicator, value in want.items():
            assert last[(indicator, name)] == pytest.approx(value, rel=1e-4), (indicator, name)
    cost = 0.0
    for s in range(eco.sectors):
        for z in (0, 1):
            there = (w.cells.sector[job] == s) & (w.cells.zone[job] == z)
            if there.any():
                cost += counts.separations[:, s, z].sum() * 52 * weekly[there].mean() * 0.21 * 12 / m.scale
    assert last[("turnover_cost", "all")] == pytest.approx(cost, rel=1e-4)
    trades = [i for i, code in enumerate(eco.occ_codes) if code.startswith("47")]
    assert last[("replacement_openings", "occupation:47")] == counts.replacement[trades].sum() / m.scale


def test_work_across_a_state_line_is_counted_where_both_states_are_known() -> None:
    trips = np.array([[50, 8, 4, 7], [5, 30, 0, 2], [1, 1, 20, 0], [0, 0, 0, 0]])  # home x work
    eco = SimpleNamespace(commute_minutes=np.ones((4, 4)), outside=3, zone_county=("29095", "20091", "area", ""))
    seen = {}
    s = SimpleNamespace(
        month=SimpleNamespace(economy=eco), people=SimpleNamespace(commute=trips[:, None, :]),
        groups=SimpleNamespace(names=["all", "zone:a", "zone:b"]), place_names=["all", "zone:a", "zone:b"],
        places=np.array([[1.0, 1, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0]]),
    )  # fmt: skip
    row = SimpleNamespace(put=lambda name, names, top, below: seen.update({name: np.asarray(top) / np.asarray(below)}))
    wages._commuting(s, row)
    assert seen["works_in_other_state"] == pytest.approx([13 / 128, 8 / 69, 5 / 37])


def test_commuting_income_and_counts(year: tuple[Month, Collector, list[pd.DataFrame]]) -> None:
    m, c, tables = year
    frame, d, eco = c.frame(), tables[-1], m.economy
    paid = d[d["payroll"]]
    minutes = [eco.commute_minutes[z, x] for z, x in zip(paid["zone"], paid["work"], strict=True)]
    assert frame.series("mean_commute")[-1] == pytest.approx(np.mean(minutes))
    assert frame.series("works_outside")[-1] == pytest.approx((paid["work"] == eco.outside).mean())
    assert frame.series("works_in_other_state")[-1] == 0.0, "both zones are of one state"
    # household income is quarterly: month 11 is a quarter's last
    at = tables[11]
    income = (
        at.assign(y=np.where(at["now"] == E, np.floor(at["wage"] * at["hours"] * np.float32(52)), 0))
        .groupby("household")["y"]
        .sum()
    )
    earning = income[income > 0]
    assert frame.series("household_income_median")[11] == pytest.approx(earning.median(), abs=1000)
    assert np.isnan(frame.series("household_income_median")[12])
    at = at.assign(income=at["household"].map(income), each=at["adults"].clip(1, 2))
    workers = at[at["now"] == E]
    covered = workers["income"] >= workers["need"] * 2080 * workers["each"]
    assert frame.series("share_in_self_sufficient_household")[11] == pytest.approx(covered.mean(), abs=1e-3)
    assert 0.0 < covered.mean() < 1.0
    assert np.isnan(frame.series("share_in_self_sufficient_household")[12])
    last = {key: frame.values[-1, i] for i, key in enumerate(frame.keys)}
    assert last[("net_migration", "all")] == (m.counts.in_migrants - m.counts.out_migrants)[:2].sum() / m.scale
    for step, name in enumerate(PIPELINE):
        assert last[(f"pipeline_{name}", "program:ojt_production")] == m.counts.pipeline[1, step] / m.scale
    seats = m.programs.seats[1] + m.levers.program_seats[1]
    assert last[("seat_use", "program:ojt_production")] == pytest.approx(m.counts.pipeline[1, 3] / m.scale / seats)
    gap = last[("unemployment_rate", "race:black")] - last[("unemployment_rate", "race:white")]
    assert last[("gap_unemployment_rate", "race:black")] == pytest.approx(gap, nan_ok=True)


def test_segments_overlap_and_add_up(year: tuple[Month, Collector, list[pd.DataFrame]]) -> None:
    m, c, tables = year
    d = tables[-1]
    here = d[d["now"] != "absent"]
    want = {"unemployed": (here["now"] == U).sum(), "underemployed": here["under"].sum(),
            "out_of_labor_force": (here["now"] == N).sum(), "low_skilled": here["low"].sum(),
            "high_skilled": here["high"].sum()}  # fmt: skip
    for name, value in want.items():
        assert c.frame().series("segment_size", f"segment:{name}")[-1] == value / m.scale
    assert not (here["low"] & here["high"]).any()
    frame = c.frame()
    parts = [frame.series("population", g)[-1] for g in c.groups.names if g.startswith("race:")]
    assert sum(parts) == pytest.approx(frame.series("population")[-1])
    e, u = frame.series("employment")[-1], frame.series("unemployment")[-1]
    out = frame.series("segment_size", "segment:out_of_labor_force")[-1]
    assert e + u + out == pytest.approx(frame.series("population")[-1])


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_do_not_matter(threads: int) -> None:
    values = []
    for crew in (Crew(1), Crew(threads)):
        m = worlds.month(people=2 * CHUNK + 1000)
        m.crew = crew
        c = Collector(m.economy, m.programs, m.parameters, 2)
        for t in range(2):
            m.index = t
            stir(m, t)
            c.collect(m)
        values.append(c.frame().values)
    np.testing.assert_array_equal(*values)


def test_scale_only_multiplies_counts() -> None:
    frames = []
    for scale in (1.0, 0.5):
        m = worlds.month(people=1500, scale=scale)
        stir(m, 1)
        c = Collector(m.economy, m.programs, m.parameters, 1)
        c.collect(m)
        frames.append(c.frame())
    a, b = frames
    for (indicator, group), unit, x, y in zip(a.keys, a.units, a.values[0], b.values[0], strict=True):
        if indicator in ("seats", "seat_use"):
            continue  # seats are given at full scale
        money = indicator in ("payroll", "turnover_cost") or indicator.startswith("program_cost_")
        factor = 2.0 if unit in ("people", "jobs", "children", "establishments") or money else 1.0
        assert y == pytest.approx(factor * x, nan_ok=True), (indicator, group)


@pytest.mark.filterwarnings("error")
def test_tiny_and_empty_worlds_give_nan_not_errors() -> None:
    m = worlds.month(people=30)
    c = Collector(m.economy, m.programs, m.parameters, 4)
    c.collect(m)
    n = m.world.people.size
    m.world.people.state[:n] = k.GONE
    m.world.people.last[:n] = k.GONE
    m.world.people.job[:n] = -1
    m.world.cells.size = 0
    m.index = 2
    c.collect(m)
    frame = c.frame()
    assert frame.value("population", "all", "2018-03") == 0
    assert math.isnan(frame.value("unemployment_rate", "all", "2018-03"))
    assert not np.isinf(frame.values[[0, 2]]).any()
    with pytest.raises(IndexError):
        m.index = 4
        c.collect(m)


def test_every_figure_is_defined_and_every_definition_used(
    year: tuple[Month, Collector, list[pd.DataFrame]],
) -> None:
    _, c, _ = year
    frame = c.frame()
    assert {i for i, _ in frame.keys} == set(DEFINITIONS)
    assert len(set(frame.keys)) == len(frame.keys)
    assert all((name, "all") in frame for name in HEADLINES)
    assert list(c.reporters()) == list(HEADLINES)
    shares = [i for i, u in enumerate(frame.units) if u == "share"]
    free = ("hires", "quits", "layoffs", "sep", "other_sep", "seat", "ui_rec", "retention")  # not bounded here
    rates = [i for i in shares if not frame.keys[i][0].startswith(free)]
    values = frame.values[:, rates]
    assert ((values >= 0) & (values <= 1) | np.isnan(values)).all()


def test_collecting_changes_nothing_and_survives_pickling() -> None:
    m = worlds.month(people=1500)
    stir(m, 5)
    before = m.world.copy()
    c = Collector(m.economy, m.programs, m.parameters, 3)
    c.collect(m)
    for old, new in zip(before.tables(), m.world.tables(), strict=True):
        for name in old.arrays:
            np.testing.assert_array_equal(old.arrays[name], new.arrays[name])
    again = pickle.loads(pickle.dumps(c))
    m.index = 1
    for x in (c, again):
        x.collect(m)
    np.testing.assert_array_equal(c.frame().values, again.frame().values)


def test_zones_of_one_county_are_also_summed() -> None:
    import dataclasses

    eco = dataclasses.replace(worlds.economy(), zone_codes=("10001-east", "10001-west", "outside"),
                              zone_county=("10001", "10001", ""))  # fmt: skip
    m = worlds.month(people=1000, eco=eco)
    c = Collector(eco, m.programs, m.parameters, 1)
    c.collect(m)
    f = c.frame()
    both = f.series("population", "zone:10001-east")[0] + f.series("population", "zone:10001-west")[0]
    assert f.series("population", "zone:10001")[0] == both == f.series("population")[0]
    assert ("jobs", "zone:10001") in f
