"""Households: couples, families, people alone, adult children at home, elders and people who share.

Works zone by zone on the adults of `people.adults`. Who is coupled, a parent or alone follows the pack's
shares by sex and age; the number of households follows its mean of adults per household.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import FEMALE, MALE
from laborsim.region.families import LEAVING, NUMBERS, family_table
from laborsim.region.keyed import Part, normals, part_key, uniforms
from laborsim.region.margins import Margins, band_of
from laborsim.region.rake import shift_to_mean, shift_to_total, systematic
from laborsim.region.tables import RATE_AGES

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

HEAD, PARTNER, CHILD, OTHER = range(4)
NONE, UNDER_SIX, SIX_TO_17 = range(3)
N_BANDS = len(RATE_AGES)
BLOCK = 48  # couples are matched on race and education within blocks of this many of like age


class _Zone:
    """Adults of one zone and the households being formed; all arrays are local to the zone."""

    def __init__(self, people: dict[str, NDArray[Any]], rows: slice, seed: int) -> None:
        self.ids = np.arange(rows.start, rows.stop)
        self.age = people["age"][rows].astype(np.int64)
        self.sex = people["sex"][rows].astype(np.int64)
        self.race = people["race"][rows].astype(np.int64)
        self.education = people["education"][rows].astype(np.int64)
        self.band = band_of(self.age, RATE_AGES)
        self.cell = self.sex * N_BANDS + self.band
        self.seed = seed
        n = self.ids.size
        self.household = np.full(n, -1, np.int64)
        self.role = np.full(n, OTHER, np.uint8)
        self.households = 0
        self.kids: list[tuple[I8, I8, I8, I8]] = []  # households, number, age of youngest, month of birth

    def uniform(self, part: Part) -> F8:
        return uniforms(part_key(self.seed, part), self.ids)

    def normal(self, part: Part, rows: I8) -> F8:
        return normals(part_key(self.seed, part), self.ids[rows])

    def new(self, count: int) -> I8:
        """Numbers of `count` new households."""
        first = self.households
        self.households += count
        return np.arange(first, first + count)

    def pick(self, probability: F8, order: I8, part: Part) -> I8:
        """Rows chosen with these probabilities, by systematic sampling along `order`."""
        start = float(uniforms(part_key(self.seed, part), self.ids[:1] + (1 << 40))[0])
        return order[systematic(np.minimum(probability[order], 1.0), start) > 0]


def _couples(z: _Zone, m: Margins, zone: int, s: dict[str, Any]) -> tuple[I8, I8]:
    """Women and men who live together, row by row."""
    share = m.coupled[zone].reshape(-1)
    young = np.select([z.age == 16, z.age == 17, z.age == 18], s["coupled_teenagers"], 0.0)
    odds = young + np.log(np.array(s["coupled_race_odds"]))[z.race] + s["coupled_old"] * np.maximum(z.age - 75, 0)
    target = np.where((share > 0) & (share < 1), share, np.nan)
    probability = shift_to_mean(odds, z.cell, target, 2 * N_BANDS)
    probability[share[z.cell] <= 0] = 0.0
    total = np.bincount(z.sex, probability, 2)
    wanted = 0.5 * total.sum()
    # as many women as men: both sides meet half way
    for sex in (MALE, FEMALE):
        mine = z.sex == sex
        p = probability[mine]
        logit = np.log(np.maximum(p, 1e-12) / np.maximum(1 - p, 1e-12))
        mean = np.array([wanted / max(1, mine.sum())])
        probability[mine] = np.where(p > 0, shift_to_mean(logit, np.zeros(p.size, np.int64), mean, 1), 0.0)
    order = np.lexsort((z.uniform(Part.PARTNERED), z.age, z.sex))
    chosen = z.pick(probability, order, Part.PARTNERED)
    women, men = chosen[z.sex[chosen] == FEMALE], chosen[z.sex[chosen] == MALE]
    count = min(women.size, men.size)
    women, men = women[:count], men[:count]

    def like_by_like(rows: I8, older: float) -> I8:
        chance = s["partner_age_spread"] * z.normal(Part.PARTNER_AGE, rows)
        by_age = rows[np.argsort(z.age[rows] + older + chance, kind="stable")]
        block = np.arange(count) // BLOCK
        closeness = z.education[by_age] + s["partner_education_spread"] * z.normal(Part.PARTNER_EDUCATION, by_age)
        return by_age[np.lexsort((closeness, z.race[by_age], block))]

    return like_by_like(women, s["partner_age_gap"]), like_by_like(men, 0.0)


def _parents(z: _Zone, m: Margins, zone: int, women: I8, men: I8, scale: float, spacing: int,
             s: dict[str, Any]) -> None:
    """Give couples and lone parents their children; makes those households."""
    n_couples = women.size
    couple_households = z.new(n_couples)
    z.household[women] = couple_households
    z.household[men] = couple_households
    z.role[women], z.role[men] = HEAD, PARTNER
    single = np.flatnonzero((z.household < 0) & (z.age >= 17))
    mothers, fathers = single[z.sex[single] == FEMALE], single[z.sex[single] == MALE]
    groups = (women, mothers, fathers)
    holders = np.stack([np.bincount(z.band[g], minlength=N_BANDS).astype(float) for g in groups])
    table = family_table(m, zone, holders, scale, spacing, s)
    u = uniforms(part_key(z.seed, Part.FAMILY_TYPE), np.array([zone]))
    # the age of the youngest outermost: children of every single age hold best
    counts = systematic(table.transpose(3, 0, 1, 2).ravel(), float(u[0])).reshape(
        LEAVING, len(groups), N_BANDS, NUMBERS
    ).transpose(1, 2, 0, 3)
    made: list[tuple[I8, I8, I8]] = []
    for kind, group in enumerate(groups):
        in_band = z.band[group]
        for b in range(N_BANDS):
            people = group[in_band == b]
            types = np.repeat(np.arange(LEAVING * NUMBERS), counts[kind, b].ravel())[: people.size]
            if types.size == 0:
                continue
            # within a band, parents crowd towards the middle of life
            noise = z.normal(Part.FAMILY_ORDER, people)
            pull = 1.0 if b < 2 else (-1.0 if b > 3 else 0.0)
            heads = people[np.argsort(-(pull * z.age[people] + 3.0 * noise), kind="stable")[: types.size]]
            heads = heads[np.argsort(z.age[heads] + 3.0 * z.normal(Part.CHILD_MONTH, heads), kind="stable")]
            if kind == 0:
                at = z.household[heads]
            else:
                at = z.new(heads.size)
                z.household[heads] = at
                z.role[heads] = HEAD
            made.append((at, types, heads))
    if made:
        at, types, heads = (np.concatenate(c) for c in zip(*made, strict=True))
        z.kids.append((at, types % NUMBERS + 1, types // NUMBERS, _birth_months(z, types, heads)))


def _birth_months(z: _Zone, types: I8, heads: I8) -> I8:
    """Month of birth of each youngest child, 0..11: spread evenly over the families of a type, in keyed order.

    With it goes the age of elder siblings, so that children of every single age hold.
    """
    key = part_key(z.seed, Part.CHILD_MONTH)
    order = np.lexsort((uniforms(key, z.ids[heads] + (1 << 41)), types))
    count = np.bincount(types)
    rank = np.arange(types.size) - (np.cumsum(count) - count)[types[order]]
    start = uniforms(key, np.arange(count.size) + (1 << 43) + int(z.ids[0]) * count.size)
    month = np.empty(types.size, np.int64)
    month[order] = np.floor(12.0 * ((rank + start[types[order]]) / count[types[order]]))
    return month


def _teenagers(z: _Zone, spacing: int) -> None:
    """Put 16 and 17 year olds in the places their parents' families keep for them."""
    if not z.kids:
        return
    at, number, youngest, month = (np.concatenate(c) for c in zip(*z.kids, strict=True))
    places = []
    for j in range(NUMBERS):
        age = 12 * youngest + month + spacing * j
        places.append(at[(j < number) & (age >= 192) & (age < 216)])
    place = np.concatenate(places)
    teens = np.flatnonzero((z.household < 0) & (z.age < LEAVING))
    if place.size == 0 or teens.size == 0:
        return
    head_race = np.zeros(z.households, np.int64)
    heads = np.flatnonzero(z.role == HEAD)
    head_race[z.household[heads]] = z.race[heads]
    u = uniforms(part_key(z.seed, Part.PARENT_ORDER), place + (1 << 42))
    place = place[np.lexsort((u, head_race[place]))]
    teens = teens[np.lexsort((z.uniform(Part.PARENT_ORDER)[teens], z.race[teens]))]
    left_place, left_teens = [], []
    for race in range(5):
        p, t = place[head_race[place] == race], teens[z.race[teens] == race]
        both = min(p.size, t.size)
        z.household[t[:both]] = p[:both]
        z.role[t[:both]] = CHILD
        left_place.append(p[both:])
        left_teens.append(t[both:])
    p, t = np.concatenate(left_place), np.concatenate(left_teens)
    both = min(p.size, t.size)
    z.household[t[:both]] = p[:both]
    z.role[t[:both]] = CHILD


def _wanted(z: _Zone, m: Margins, zone: int) -> float:
    """Households the zone should have."""
    per = float(m.adults_per_household[zone])
    return z.ids.size / per if per > 0 else z.households + 0.3 * float((z.household < 0).sum())


def _alone(z: _Zone, m: Margins, zone: int) -> None:
    """People who live alone, by sex and age."""
    free = (z.household < 0) & (z.age >= LEAVING)
    everyone = np.bincount(z.cell, minlength=2 * N_BANDS)
    eligible = np.bincount(z.cell[free], minlength=2 * N_BANDS)
    share = np.minimum(0.97, m.alone[zone].reshape(-1) * everyone / np.maximum(eligible, 1))
    # the number of households goes before: 15 to 95% of the others live at home with someone, the rest in pairs
    alone, unattached = float((share * eligible).sum()), float(free.sum())
    short = _wanted(z, m, zone) - z.households
    fewest, most = (short - 0.425 * unattached) / 0.575, (short - 0.025 * unattached) / 0.975
    bounded = float(np.clip(alone, max(fewest, 0.0), max(most, 0.0)))
    if bounded != alone:
        share = shift_to_total(share, eligible.astype(np.float64), bounded)
    order = np.flatnonzero(free)
    order = order[np.lexsort((z.uniform(Part.SHARING)[order], z.age[order], z.sex[order]))]
    chosen = z.pick(share[z.cell], order, Part.SHARING)
    z.household[chosen] = z.new(chosen.size)
    z.role[chosen] = HEAD


def _attach(z: _Zone, rows: I8, s: dict[str, Any]) -> I8:
    """Attach people to a family a generation older (the young) or younger (elders); returns those left over."""
    hosts = np.flatnonzero((z.role == HEAD) & (z.household < z.family_households) & (z.age >= 34))  # type: ignore[attr-defined]
    if hosts.size == 0 or rows.size == 0:
        return rows
    hosts = hosts[np.lexsort((z.uniform(Part.PARENT_ORDER)[hosts], z.age[hosts], z.race[hosts]))]
    generation = np.where(z.age[rows] >= 62, -s["generation_years"], s["generation_years"])
    wanted = z.age[rows] + generation + s["generation_spread"] * z.normal(Part.PARENT_AGE, rows)
    wanted = np.clip(np.rint(wanted), 34, 90).astype(np.int64)
    bucket = z.race[rows] * 128 + wanted
    host_bucket = z.race[hosts] * 128 + np.minimum(z.age[hosts], 90)
    first = np.searchsorted(host_bucket, bucket, side="left")
    size = np.searchsorted(host_bucket, bucket, side="right") - first
    order = np.lexsort((z.uniform(Part.AT_HOME)[rows], bucket))
    # position of each person among those who ask for the same bucket
    sorted_bucket = bucket[order]
    starts = np.searchsorted(sorted_bucket, sorted_bucket, side="left")
    position = np.empty(rows.size, np.int64)
    position[order] = np.arange(rows.size) - starts
    asked = np.empty(rows.size, np.int64)
    asked[order] = np.searchsorted(sorted_bucket, sorted_bucket, side="right") - starts
    found = size > 0
    spread = first + np.where(asked > size, position % np.maximum(size, 1), position * size // np.maximum(asked, 1))
    nearest = np.clip(first, 0, hosts.size - 1)  # empty bucket: the next household in the order of race and age
    chosen = hosts[np.where(found, np.minimum(spread, hosts.size - 1), nearest)]
    z.household[rows] = z.household[chosen]
    z.role[rows] = np.where(z.age[rows] >= 62, OTHER, CHILD)
    return rows[:0]


def _others(z: _Zone, m: Margins, zone: int, s: dict[str, Any]) -> None:
    """At home with parents, with grown children, or sharing; the number of households decides how many."""
    rest = np.flatnonzero(z.household < 0)
    if rest.size == 0:
        return
    at_home = np.clip((rest.size - 2.0 * (_wanted(z, m, zone) - z.households)) / rest.size, 0.15, 0.97)
    odds = np.array(s["at_home_log_odds"])[z.band[rest]]
    odds[z.age[rest] < LEAVING] += 4.0
    p = np.zeros(z.ids.size)
    p[rest] = shift_to_mean(odds, np.zeros(rest.size, np.int64), np.array([at_home]), 1)
    order = rest[np.lexsort((z.uniform(Part.AT_HOME)[rest], z.age[rest], z.sex[rest]))]
    chosen = z.pick(p, order, Part.AT_HOME)
    _attach(z, chosen, s)
    rest = np.flatnonzero(z.household < 0)
    rest = rest[np.argsort(z.age[rest] + 4.0 * z.normal(Part.SHARING_ORDER, rest), kind="stable")]
    pair = np.arange(rest.size) // 2
    z.household[rest] = z.new(int(pair[-1]) + 1 if rest.size else 0)[pair]
    z.role[rest[::2]] = HEAD


def form(m: Margins, people: dict[str, NDArray[Any]], scale: float, seed: int, spacing: int,
         settings: dict[str, Any]) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Put everyone in a household.

    Parameters
    ----------
    m : targets.
    people : columns of `people.adults`.
    scale, seed : share of people simulated; of the region.
    spacing : months between siblings.
    settings : values of the room "synthesis".

    Returns
    -------
    people, households : people sorted so that households are contiguous and zones ascend, with columns
        household, role and parent (NONE, UNDER_SIX, SIX_TO_17: by the youngest own child under 18) added;
        households with zone, adults, children (under 16), youngest and eldest (birth months).
    """
    added: dict[str, list[NDArray[Any]]] = {k: [] for k in ("household", "role", "parent")}
    made: dict[str, list[NDArray[Any]]] = {k: [] for k in ("zone", "children", "youngest", "eldest")}
    edges = np.searchsorted(people["zone"], np.arange(len(m.zones) + 1))
    first = 0
    for zone in range(len(m.zones)):
        z = _Zone(people, slice(int(edges[zone]), int(edges[zone + 1])), seed)
        if z.ids.size == 0:
            continue
        women, men = _couples(z, m, zone, settings)
        _parents(z, m, zone, women, men, scale, spacing, settings)
        z.family_households = z.households  # type: ignore[attr-defined]
        _teenagers(z, spacing)
        _alone(z, m, zone)
        _others(z, m, zone, settings)

        children = np.zeros(z.households, np.uint8)
        youngest, eldest = np.zeros(z.households, np.int64), np.zeros(z.households, np.int64)
        kind = np.zeros(z.households, np.uint8)
        if z.kids:
            at, number, age, month = (np.concatenate(c) for c in zip(*z.kids, strict=True))
            months = 12 * age + month
            kind[at] = np.where(age < 6, UNDER_SIX, SIX_TO_17)
            for j in range(NUMBERS):
                children[at] += (j < number) & (months + spacing * j < 192)
            youngest[at] = np.where(children[at] > 0, -months, 0)
            eldest[at] = np.where(children[at] > 0, -months - spacing * (children[at].astype(np.int64) - 1), 0)
        parent = np.where((z.role <= PARTNER), kind[z.household], NONE)
        # households in shuffled order, so that no kind of household lies together in the tables
        shuffled = np.argsort(uniforms(part_key(seed, Part.PERSON_ORDER), np.arange(z.households) + first),
                              kind="stable")
        place = np.empty(z.households, np.int64)
        place[shuffled] = np.arange(z.households)
        added["household"].append(place[z.household] + first)
        added["role"].append(z.role)
        added["parent"].append(parent.astype(np.uint8))
        made["zone"].append(np.full(z.households, zone, np.uint8))
        made["children"].append(children[shuffled])
        made["youngest"].append(youngest[shuffled])
        made["eldest"].append(eldest[shuffled])
        first += z.households
    columns = {**people, **{k: np.concatenate(v) for k, v in added.items()}}
    order = np.lexsort((columns["role"], columns["household"]))
    columns = {k: v[order] for k, v in columns.items()}
    households = {k: np.concatenate(v) for k, v in made.items()}
    households["adults"] = np.bincount(columns["household"], minlength=first).astype(np.uint8)
    return columns, households
