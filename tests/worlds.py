"""Small random worlds that keep every rule of the column tables, for tests of all rooms.

`month(people=2000)` gives a ready `Month` with two zones and an outside zone, ten occupations, seven sectors
and four programs; `check(world)` asserts the books. Figures are plausible, not of any place. Everything is
drawn by numpy's PCG64 from `seed`: use these worlds for invariants and oracles, not for stored results.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from laborsim.market import codes as k
from laborsim.market import quality
from laborsim.market.counts import Counts
from laborsim.market.economy import Economy
from laborsim.market.levers import Levers
from laborsim.market.month import Crew, Month
from laborsim.market.programs import Programs
from laborsim.market.tables import World
from laborsim.scenario.parameters.registry import Parameters

OCCUPATIONS = (
    "11-1000",
    "25-2000",
    "29-1000",
    "31-1000",
    "35-3000",
    "39-9000",
    "41-2000",
    "47-2000",
    "51-4000",
    "53-3000",
)
MAJORS = ("11", "25", "29", "31", "35", "39", "41", "47", "51", "53")
SECTORS = ("23", "31-33", "44-45", "62", "6244", "72", "GL")
# share of each sector's jobs by occupation (rows: SECTORS, columns: OCCUPATIONS)
STAFFING = np.array(
    [
        [0.08, 0, 0, 0, 0, 0, 0.02, 0.85, 0, 0.05],
        [0.08, 0, 0, 0, 0, 0, 0.02, 0.03, 0.75, 0.12],
        [0.06, 0, 0.01, 0, 0, 0, 0.83, 0, 0, 0.10],
        [0.06, 0.02, 0.50, 0.40, 0.02, 0, 0, 0, 0, 0],
        [0.05, 0.25, 0, 0, 0.02, 0.68, 0, 0, 0, 0],
        [0.06, 0, 0, 0, 0.90, 0, 0.04, 0, 0, 0],
        [0.15, 0.60, 0.05, 0, 0.05, 0.05, 0, 0.05, 0, 0.05],
    ]
)
SECTOR_SHARE = np.array([0.08, 0.14, 0.20, 0.20, 0.03, 0.15, 0.20])


def schedules() -> dict[str, np.ndarray[Any, Any]]:
    """Smooth yearly schedules by single age (0..120), US-like: deaths, births, retirement, onset, school."""
    age = np.arange(121.0)
    male = np.minimum(1.0, 0.0004 + 2.6e-5 * np.exp(0.092 * age) + 0.0009 * (age > 15) * (age < 60))
    female = np.minimum(1.0, 0.0002 + 1.25e-5 * np.exp(0.098 * age) + 0.0003 * (age > 15) * (age < 60))
    fertility = 0.112 * np.exp(-(((age - 29.0) / 6.6) ** 2)) * (age >= 15) * (age <= 47)
    retirement = np.select(
        [age < 50, age < 55, age < 60, age < 62, age < 65, age < 67, age < 70, age < 75],
        [0.0, 0.008, 0.025, 0.06, 0.12, 0.20, 0.22, 0.22],
        0.28,
    )
    onset = np.where(age < 16, 0.0, np.minimum(0.05, 0.0015 * np.exp(0.045 * (age - 16))))
    enrolment = np.interp(
        age,
        [5, 6, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 30, 35, 50, 60],
        [0.9, 0.98, 0.96, 0.93, 0.75, 0.56, 0.52, 0.48, 0.34, 0.25, 0.18, 0.12, 0.07, 0.04, 0.02, 0.0],
    )
    enrolment[age < 5] = 0.0
    migrant = np.interp(
        age,
        [0, 5, 15, 18, 22, 27, 35, 45, 60, 75, 90, 120],
        [1.6, 1.1, 0.8, 1.4, 2.8, 2.7, 1.5, 0.8, 0.5, 0.3, 0.3, 0.0],
    )
    return {
        "mortality": np.stack([male, female]),
        "fertility": fertility,
        "retirement": retirement,
        "disability_onset": onset,
        "enrolment": enrolment,
        "migrant_age": migrant / migrant.sum(),
    }


def economy(months: int = 36) -> Economy:
    """Two zones and an outside zone; flat sector indices unless replaced (`dataclasses.replace`)."""
    z, o, s, t = 3, len(OCCUPATIONS), len(SECTORS), months
    wage = np.array([48.0, 26.0, 36.0, 15.0, 11.5, 12.0, 15.5, 27.0, 21.0, 19.0])
    mobility = np.full((o, o), 0.08 / (o - 1))
    np.fill_diagonal(mobility, 0.92)
    need = np.empty((z, 2, 4, 2))
    for a, base in enumerate((15.0, 9.5)):
        for c in range(4):
            for y in range(2):
                need[:, a, c, y] = base + c * (3.0 + 2.0 * y)
    sched = schedules()
    return Economy(
        start="2018-01",
        months=t,
        dollar_year=2019,
        zone_codes=("10001", "10003", "outside"),
        zone_names=("Adams", "Baker", "Outside"),
        zone_county=("10001", "10003", ""),
        outside=2,
        commute_minutes=np.array([[15.0, 35, 60], [35, 15, 50], [60, 50, 20]]),
        commute_weight=np.array([[1.0, 0.35, 0.08], [0.4, 1.0, 0.15], [0.15, 0.2, 1.0]]),
        occ_codes=OCCUPATIONS,
        major_codes=MAJORS,
        occ_major=np.array([MAJORS.index(c[:2]) for c in OCCUPATIONS], np.uint8),
        occ_education=np.array([4, 4, 4, 1, 0, 1, 0, 1, 1, 0], np.uint8),
        occ_training_months=np.array([36.0, 24, 36, 6, 2, 3, 3, 36, 12, 6]),
        occ_exit=np.array([0.03, 0.04, 0.03, 0.06, 0.08, 0.08, 0.07, 0.03, 0.035, 0.05]),
        occ_ai=np.array([0.5, 0.5, 0.4, 0.2, 0.1, 0.1, 0.5, 0.05, 0.2, 0.1]),
        occ_wage=wage,
        occ_spread=np.array([1.2, 0.9, 0.8, 0.7, 0.5, 0.5, 0.7, 0.9, 0.8, 0.6]),
        mobility=mobility,
        sector_codes=SECTORS,
        sector_traded=np.array([0, 1, 0, 0, 0, 0, 0], np.uint8),
        sector_index=np.ones((t, s)),
        posts=np.ones(t),
        nation_posts=np.ones(t),
        nation_labor=np.ones(t),
        childcare_sector=SECTORS.index("6244"),
        household_need=need,
        childcare_price=np.tile([950.0, 760.0, 420.0], (z, 1)),
        minimum_wage=np.full((t, z), 8.6),
        ui_weeks=np.full((t, z), 20.0),
        ui_maximum=np.full((t, z), 330.0),
        ui_replacement=np.full(z, 0.5),
        ui_supplement=np.zeros(t),
        ui_all=np.zeros(t, np.uint8),
        participation=np.full((2, 121), 0.63),
        in_migration=np.full(z, 0.034),
        out_migration=np.full(z, 0.030),
        price_level=1.02 ** (np.arange(t) / 12 - 1),
        good_job_wage=17.0,
        credential_fields=("health", "trades", "technology", "transport"),
        **sched,
    )


def programs(eco: Economy | None = None) -> Programs:
    """An apprenticeship (construction), OJT (metal), classroom (health support), pre-apprenticeship."""
    eco = eco or economy()
    occ = np.zeros((4, eco.occupations), np.uint8)
    for row, code in enumerate(("47-2000", "51-4000", "31-1000", "47-2000")):
        occ[row, OCCUPATIONS.index(code)] = 1
    kinds = (k.APPRENTICESHIP, k.OJT, k.CLASSROOM, k.PRE_APPRENTICESHIP)
    titles = (
        "Construction apprenticeship",
        "Production OJT",
        "Nursing assistant course",
        "Pre-apprenticeship",
    )
    return Programs(
        codes=("apprentice_construction", "ojt_production", "classroom_health", "pre_construction"),
        titles=titles,
        kind=np.array(kinds, np.uint8),
        zone=np.array([0, 0, 1, 0], np.uint8),
        seats=np.array([6.0, 5.0, 8.0, 3.0]),
        months=np.array([48, 4, 4, 3]),
        occupations=occ,
        education=np.array([1, 0, 1, 0], np.uint8),
        price=np.array([0.0, 0.0, 1500.0, 0.0]),
        cost=np.array([5800.0, 4000.0, 5000.0, 3000.0]),
        hours=np.array([40.0, 40.0, 20.0, 25.0]),
        wage_share=np.array([0.5, 0.85, 0.0, 0.0]),
        dropout=np.array([0.018, 0.05, 0.06, 0.06]),
        fit=np.array([0.9, 0.8, 0.7, 0.7]),
        experience=np.array([60.0, 8.0, 8.0, 5.0]),
        credential=np.array([1, 255, 0, 255], np.uint8),
    )


def world(eco: Economy | None = None, people: int = 2000, seed: int = 1) -> World:
    """A consistent random world of about `people` persons (never fewer)."""
    eco = eco or economy()
    rng = np.random.Generator(np.random.PCG64(seed))
    z = eco.zones
    # households: head, maybe a spouse, maybe one other adult (grown child or relative)
    n_h = int(people / 1.7)
    while True:
        zone = np.sort(rng.choice(z, n_h, p=[0.55, 0.35, 0.10])).astype(np.uint8)
        head_age = _adult_ages(rng, n_h)
        couple = rng.random(n_h) < np.interp(head_age, [18, 25, 35, 65, 85], [0.05, 0.35, 0.62, 0.62, 0.30])
        third = (rng.random(n_h) < np.interp(head_age, [38, 42, 55, 65, 80], [0.02, 0.35, 0.40, 0.10, 0.05])) & (
            n_h > 0
        )
        adults = 1 + couple + third
        if adults.sum() >= people:
            break
        n_h = int(n_h * 1.05) + 1
    n = int(adults.sum())
    first = np.concatenate([[0], np.cumsum(adults)[:-1]])
    w = World.empty(int(n * 1.1) + 16, int(n_h * 1.1) + 16, max(8, n // 12) + 4, max(24, n // 4) + 16)
    h, p = w.households.columns, w.people.columns
    w.households.size, w.people.size = n_h, n
    h.zone[:n_h], h.adults[:n_h] = zone, adults
    h.car[:n_h] = rng.random(n_h) < 0.93
    p.household[:n] = np.repeat(np.arange(n_h), adults)
    p.zone[:n] = np.repeat(zone, adults)
    p.id[:n] = np.arange(n)
    place = np.arange(n) - np.repeat(first, adults)  # 0 head, 1 spouse or other, 2 other
    is_couple = np.repeat(couple, adults)
    spouse = is_couple & (place == 1)
    other = (place > 0) & ~spouse
    age = np.repeat(head_age, adults)
    age[spouse] = np.clip(age[spouse] + rng.normal(0, 3, spouse.sum()), 18, 95)
    age[other] = np.clip(age[other] - rng.uniform(20, 36, other.sum()), 16, 40)
    p.birth[:n] = -(age * 12 + rng.integers(0, 12, n)).astype(np.int16)
    sex = rng.integers(0, 2, n)
    head_sex = np.repeat(sex[first], adults)
    sex[spouse] = 1 - head_sex[spouse]
    p.sex[:n] = sex
    p.race[:n] = np.repeat(rng.choice(5, n_h, p=[0.72, 0.13, 0.09, 0.03, 0.03]), adults)
    # children of households with a woman (or a lone man, seldom) of child-rearing age
    parent_age = np.where(couple, head_age, head_age)
    rate = np.interp(parent_age, [17, 21, 30, 38, 46, 54], [0.03, 0.25, 0.62, 0.68, 0.35, 0.0])
    rate = rate * np.where(couple, 1.15, 0.55)
    has = rng.random(n_h) < rate
    h.children[:n_h] = np.where(has, rng.choice([1, 2, 3], n_h, p=[0.46, 0.38, 0.16]), 0)
    young = np.clip(rng.uniform(0, 192, n_h), 0, np.maximum(1, (parent_age - 17) * 12)).astype(np.int64)
    spacing = 30
    h.children[:n_h] = np.minimum(h.children[:n_h], 1 + (191 - young) // spacing)
    h.youngest[:n_h] = np.where(h.children[:n_h] > 0, -young, 0)
    h.eldest[:n_h] = np.where(h.children[:n_h] > 0, -young - spacing * (h.children[:n_h] - 1), 0)
    _person_traits(rng, p, n, age, eco)
    _states(rng, p, n, age, np.repeat(h.children[:n_h] > 0, adults))
    _employers(rng, w, eco, n)
    for row, at in ((h.earners, p.household[:n][p.state[:n] <= k.SELF_EMPLOYED]),):
        np.add.at(row, at, 1)
    small = (h.children[:n_h] > 0) & (-h.youngest[:n_h] < 156)
    home = small & (h.earners[:n_h] < h.adults[:n_h])
    h.care[:n_h] = np.where(
        ~small,
        k.CARE_NOT_NEEDED,
        np.where(home, k.CARE_PARENT, np.where(rng.random(n_h) < 0.6, k.CARE_FORMAL, k.CARE_FAMILY)),
    )
    return w


def _adult_ages(rng: np.random.Generator, n: int) -> np.ndarray[Any, Any]:
    grid = np.arange(19, 96)
    weight = np.interp(grid, [19, 22, 27, 35, 62, 75, 85, 95], [0.35, 0.8, 1.1, 1.2, 1.15, 0.7, 0.25, 0.05])
    return rng.choice(grid, n, p=weight / weight.sum()).astype(float)


def _person_traits(rng: np.random.Generator, p: Any, n: int, age: Any, eco: Economy) -> None:
    p.ability[:n] = rng.normal(0, 1, n)
    rank = 0.6 * p.ability[:n] + 0.8 * rng.normal(0, 1, n)
    edu = np.searchsorted(np.quantile(rank, [0.10, 0.37, 0.58, 0.66, 0.88]), rank).astype(np.uint8)
    edu = np.where(age < 19, np.minimum(edu, 0 if n == 0 else 1), np.where(age < 23, np.minimum(edu, 2), edu))
    edu = np.where(age < 18, 0, edu)
    p.education[:n] = edu
    enrolled = rng.random(n) < eco.enrolment[np.clip(age, 0, 120).astype(int)]
    traits = np.where(rng.random(n) < 0.06, k.TRAIT_CARER, 0)
    traits |= np.where(
        rng.random(n) < np.interp(age, [16, 40, 65, 90], [0.03, 0.06, 0.22, 0.45]), k.TRAIT_DISABILITY, 0
    )
    traits |= np.where(rng.random(n) < 0.08, k.TRAIT_RECORD, 0)
    traits |= np.where(enrolled, k.TRAIT_ENROLLED, 0)
    traits |= np.where(rng.random(n) < 0.5, k.TRAIT_UI_CLAIMS, 0)
    p.traits[:n] = traits
    p.skill[:n] = np.clip(rng.normal(0.8, 0.25, n), 0.1, 1.3)
    p.occupation[:n] = rng.integers(0, eco.occupations, n)
    p.knows[:n] = (np.uint32(1) << eco.occ_major[p.occupation[:n]].astype(np.uint32)) | rng.integers(
        0, 1 << 10, n
    ).astype(np.uint32)
    p.wage[:n] = eco.occ_wage[p.occupation[:n]] * np.exp(rng.normal(0, 0.25, n))
    p.reservation[:n] = 0.8 * p.wage[:n]
    p.history[:n] = rng.integers(0, 1 << 32, n, dtype=np.uint64).astype(np.uint32)


def _states(rng: np.random.Generator, p: Any, n: int, age: Any, parent: Any) -> None:
    work = np.interp(
        age,
        [16, 18, 22, 27, 50, 58, 62, 66, 70, 80],
        [0.25, 0.45, 0.66, 0.8, 0.8, 0.72, 0.52, 0.27, 0.16, 0.03],
    )
    work = np.where((p.traits[:n] & k.TRAIT_DISABILITY) > 0, 0.4 * work, work)
    work = np.where(parent & (p.sex[:n] == k.FEMALE), 0.85 * work, work)
    u = rng.random(n)
    state = np.full(n, k.OTHER_INACTIVE)
    kind = rng.choice(
        [k.FULL_TIME, k.PART_TIME, k.PART_TIME_INVOLUNTARY, k.SELF_EMPLOYED], n, p=[0.745, 0.14, 0.035, 0.08]
    )
    state = np.where(u < work, kind, state)
    jobless = (u >= work) & (u < work * 1.04)
    state = np.where(jobless, np.where(rng.random(n) < 0.12, k.TEMPORARY_LAYOFF, k.UNEMPLOYED), state)
    out = u >= work * 1.04
    enrolled = (p.traits[:n] & k.TRAIT_ENROLLED) > 0
    disabled = (p.traits[:n] & k.TRAIT_DISABILITY) > 0
    reason = np.where(rng.random(n) < 0.06, k.DISCOURAGED, k.OTHER_INACTIVE)
    reason = np.where(parent & (p.sex[:n] == k.FEMALE) & (age < 50), k.CARER, reason)
    reason = np.where(disabled & (age < 67), k.DISABLED, reason)
    reason = np.where(age >= 60, np.where(disabled & (age < 65), k.DISABLED, k.RETIRED), reason)
    reason = np.where(enrolled & (age < 30), k.STUDENT, reason)
    p.state[:n] = np.where(out, reason, state)
    p.last[:n] = p.state[:n]
    p.since[:n] = -rng.geometric(np.where(p.state[:n] == k.UNEMPLOYED, 0.28, 0.03)).clip(1, 400)
    p.hired[:n] = p.since[:n]
    p.hours[:n] = np.where(p.state[:n] == k.FULL_TIME, 40, 20)


def _employers(rng: np.random.Generator, w: World, eco: Economy, n: int) -> None:
    """Establishments and cells; payroll people and those on temporary layoff get a cell."""
    p = w.people.columns
    held = np.flatnonzero((p.state[:n] <= k.PART_TIME_INVOLUNTARY) | (p.state[:n] == k.TEMPORARY_LAYOFF))
    n_e = max(3 * len(SECTORS), n // 20)
    w.establishments.grow(n_e)
    w.cells.grow(3 * n_e + 8)
    e, c = w.establishments.columns, w.cells.columns
    sector = np.concatenate([np.tile(np.arange(len(SECTORS)), 3), rng.choice(len(SECTORS), n_e, p=SECTOR_SHARE)])[:n_e]
    zone = np.concatenate([np.repeat(np.arange(3), len(SECTORS)), rng.choice(3, n_e, p=[0.6, 0.3, 0.1])])[:n_e]
    order = np.lexsort((sector, zone))
    sector, zone = sector[order], zone[order]
    w.establishments.size = n_e
    e.id[:n_e] = np.arange(n_e) + 1_000_000_000
    e.zone[:n_e], e.sector[:n_e] = zone, sector
    e.premium[:n_e] = rng.normal(0, 0.12, n_e)
    e.host[:n_e] = 0.05
    e.quality[:n_e] = rng.integers(60, 200, (n_e, 8))
    e.opened[:n_e] = -rng.integers(1, 400, n_e)
    bits = np.where(rng.random(n_e) < 0.05, k.PRACTICE_SPONSOR, 0)
    bits |= np.where(rng.random(n_e) < 0.4, k.PRACTICE_RECORD_SCREEN, 0)
    bits |= np.where(rng.random(n_e) < 0.3, k.PRACTICE_CREDENTIAL_SCREEN, 0)
    bits |= np.where(eco.sector_traded[sector] > 0, k.PRACTICE_TRADED, 0)
    bits |= np.where(sector == eco.childcare_sector, k.PRACTICE_CHILDCARE, 0)
    e.practices[:n_e] = bits
    cells = [(i, o) for i in range(n_e) for o in _cell_occupations(rng, int(sector[i]))]
    m = len(cells)
    w.cells.size = m
    c.establishment[:m] = [i for i, _ in cells]
    c.occupation[:m] = [o for _, o in cells]
    c.zone[:m] = zone[c.establishment[:m]]
    c.sector[:m] = sector[c.establishment[:m]]
    size = rng.pareto(1.3, n_e) + 1.0
    share = STAFFING[c.sector[:m], c.occupation[:m]] * size[c.establishment[:m]]
    # people to cells by commuting weight and the cells' sizes
    work = np.empty(held.size, np.int64)
    jobs = np.bincount(c.zone[:m], share, minlength=3)
    u = rng.random(held.size)
    for home in range(3):
        mine = p.zone[held] == home
        weight = eco.commute_weight[home] * jobs
        work[mine] = np.minimum(np.searchsorted(np.cumsum(weight) / weight.sum(), u[mine]), 2)
    for zone_ in range(3):
        mine = np.flatnonzero(work == zone_)
        rows = np.flatnonzero(c.zone[:m] == zone_)
        p.job[held[mine]] = rng.choice(rows, mine.size, p=share[rows] / share[rows].sum())
    job = p.job[held]
    p.occupation[held] = c.occupation[job]
    p.knows[held] |= np.uint32(1) << eco.occ_major[p.occupation[held]].astype(np.uint32)
    p.wage[held] = eco.occ_wage[c.occupation[job]] * np.exp(
        e.premium[c.establishment[job]] + 0.15 * p.ability[held] + rng.normal(0, 0.15, held.size)
    )
    p.wage[held] = np.maximum(p.wage[held], 8.6)
    off = p.state[held] == k.TEMPORARY_LAYOFF
    c.filled[:m] = np.bincount(job[~off], minlength=m)
    c.recall[:m] = np.bincount(job[off], minlength=m)
    c.vacancies[:m] = rng.poisson(0.047 * c.filled[:m])
    c.target[:m] = c.filled[:m] + c.vacancies[:m]
    c.base[:m] = c.target[:m]
    e.base[:n_e] = np.bincount(c.establishment[:m], c.base[:m], minlength=n_e)
    e.stands[:n_e] = e.base[:n_e]
    e.frail[:n_e] = np.where(e.base[:n_e] < 500, np.sqrt(10 / np.maximum(e.base[:n_e], 10)), 0)
    c.posted[:m] = np.maximum(8.6, eco.occ_wage[c.occupation[:m]] * np.exp(e.premium[c.establishment[:m]]))
    c.age[:m] = np.where(c.vacancies[:m] > 0, rng.exponential(1.2, m), 0.0)
    c.needs[:m] = eco.occ_education[c.occupation[:m]]


def _cell_occupations(rng: np.random.Generator, sector: int) -> list[int]:
    some = np.flatnonzero(STAFFING[sector] > 0)
    main = int(STAFFING[sector].argmax())
    more = rng.choice(some, min(2, some.size), replace=False)
    return sorted({main, *(int(o) for o in more)})


def month(
    people: int = 2000,
    seed: int = 1,
    index: int = 0,
    threads: int = 1,
    scale: float = 1.0,
    eco: Economy | None = None,
    overrides: dict[str, Any] | None = None,
    run_seed: int = 42,
) -> Month:
    """A `Month` over a fresh small world. `overrides` sets parameters by "room.name"."""
    eco = eco or economy()
    prog = programs(eco)
    made = Month(
        index=index,
        seed=run_seed,
        world=world(eco, people, seed),
        economy=eco,
        programs=prog,
        levers=Levers.neutral(eco.zones, len(prog), len(eco.major_codes)),
        counts=Counts.empty(eco.sectors, eco.zones, eco.occupations, len(prog)),
        parameters=Parameters(overrides),
        crew=Crew(threads),
        scale=scale,
    )
    c = made.world.cells
    jobs = np.bincount(c.occupation[: c.size], weights=c.base[: c.size], minlength=eco.occupations)
    c, e = made.world.cells, made.economy
    mix = np.zeros((e.sectors, e.occupations))
    np.add.at(mix, (c.sector[: c.size], c.occupation[: c.size]), c.base[: c.size])
    made.memory["demand"] = {  # all that stages besides demand read of it
        "shares": jobs / jobs.sum(),
        "mix": mix / np.maximum(mix.sum(axis=1, keepdims=True), 1e-12),
        "jobs": mix.sum(axis=1),
    }
    return made


def skill_now(m: Month, i: int) -> float:
    """Plain-Python skill of a person this month: learnt at work since it was written, or lost out of work."""
    p, q = m.world.people, m.room("search")
    skill, state, o = float(p.skill[i]), int(p.state[i]), int(p.occupation[i])
    if state > k.SELF_EMPLOYED:
        return skill * (1.0 - q["idle_decay"]) ** min(max(m.index - int(p.since[i]), 0), 120)
    program = int(p.program[i])
    taught = program < len(m.programs) and m.programs.kind[program] in (k.APPRENTICESHIP, k.OJT)
    if state == k.SELF_EMPLOYED or taught or m.world.cells.occupation[p.job[i]] != o:
        return skill
    pace = quality.learning_pace(m)[quality.uses(m).learning[p.job[i]], o]
    months = min(max(m.index - int(p.counted[i]), 0), 12)
    return skill + max(1.0 - skill, 0.0) * (1.0 - math.exp(-months * pace))


def check(w: World) -> None:
    """Assert the books: headcounts of cells, adults and earners of households, links, free rows."""
    n, n_h, m = w.people.size, w.households.size, w.cells.size
    p, h, c = w.people.columns, w.households.columns, w.cells.columns
    state, job, home = p.state[:n], p.job[:n], p.household[:n]
    here = state != k.GONE
    assert (state < k.N_STATES).all()
    payroll = state <= k.PART_TIME_INVOLUNTARY
    off = state == k.TEMPORARY_LAYOFF
    assert (job[payroll] >= 0).all() and (job[payroll] < m).all(), "payroll people have a job"
    assert (job[~(payroll | off)] == -1).all(), "no job outside payroll and temporary layoff"
    np.testing.assert_array_equal(np.bincount(job[payroll], minlength=m), c.filled[:m])
    np.testing.assert_array_equal(np.bincount(job[off & (job >= 0)], minlength=m), c.recall[:m])
    assert (home[here] >= 0).all() and (home[here] < n_h).all(), "everyone lives somewhere"
    np.testing.assert_array_equal(np.bincount(home[here], minlength=n_h), h.adults[:n_h])
    np.testing.assert_array_equal(np.bincount(home[here & (state <= k.SELF_EMPLOYED)], minlength=n_h), h.earners[:n_h])
    assert (p.zone[:n][here] == h.zone[home[here]]).all(), "people live in their household's zone"
    assert np.unique(p.id[:n][here]).size == here.sum(), "ids are unique"
    assert (h.children[:n_h][h.adults[:n_h] == 0] == 0).all(), "no child without an adult"
    assert (c.vacancies[:m] >= 0).all()
    assert (c.establishment[:m] < w.establishments.size).all()
