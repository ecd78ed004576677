"""Traits and labor-force states at the start, raked to the pack.

Each decision is a log-odds model of a few terms (declared in the room "synthesis"), shifted until the means
of the pack hold, then drawn by systematic sampling, so that the shares hold in whole people too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import (
    CARER,
    FEMALE,
    FULL_TIME,
    PART_TIME,
    PART_TIME_INVOLUNTARY,
    SELF_EMPLOYED,
    STUDENT,
    TEMPORARY_LAYOFF,
    TRAIT_CARER,
    TRAIT_DISABILITY,
    TRAIT_ENROLLED,
    TRAIT_RECORD,
    TRAIT_UI_CLAIMS,
    UNEMPLOYED,
)
from laborsim.market.codes import (
    DISABLED as OUT_DISABLED,
)
from laborsim.region.households import NONE, SIX_TO_17, UNDER_SIX
from laborsim.region.keyed import Part, log, part_key, uniforms
from laborsim.region.margins import Margins, band_of
from laborsim.region.rake import ipf, quota, shift_to_mean, systematic
from laborsim.region.tables import RATE_AGES, REASONS

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
People = dict[str, NDArray[Any]]

N_BANDS = len(RATE_AGES)
_PART_OF = {
    "disability": Part.DISABILITY, "record": Part.RECORD, "enrolled": Part.ENROLLED, "carer": Part.CARER,
}
_BIT = {
    "disability": TRAIT_DISABILITY, "record": TRAIT_RECORD, "enrolled": TRAIT_ENROLLED, "carer": TRAIT_CARER,
}


def draw(p: F8, sort_by: tuple[NDArray[Any], ...], rows: I8, seed: int, part: Part) -> NDArray[np.bool_]:
    """Systematic draw with probabilities `p`, along an order that keeps `sort_by` (first is outermost).

    Returns
    -------
    (n,) chosen or not. Every contiguous block of the order gets its expected number to within one.
    """
    key = part_key(seed, part)
    order = np.argsort(uniforms(key, rows), kind="stable")
    cell = np.zeros(p.size, np.int64)
    for values in sort_by:
        cell = cell * (int(values.max(initial=0)) + 1) + values
    short = cell.astype(np.uint16) if int(cell.max(initial=0)) < 1 << 16 else cell  # sorted by radix
    order = order[np.argsort(short[order], kind="stable")]
    start = float(uniforms(key, np.array([1 << 44]))[0])
    chosen = np.zeros(p.size, bool)
    chosen[order] = systematic(p[order], start) > 0
    return chosen


def traits(m: Margins, people: People, seed: int, s: dict[str, Any]) -> NDArray[np.uint8]:
    """Bits of codes.TRAIT_* for everyone; shares by age band and sex are the pack's."""
    age, sex, race, education = (people[k].astype(np.int64) for k in ("age", "sex", "race", "education"))
    band = band_of(age, RATE_AGES)
    cell = band * 2 + sex
    rows = np.arange(age.size)
    bits = np.zeros(age.size, np.uint8)
    school_age = np.select([age == 16, age == 17, age == 18], s["school_ages"], 0.0)
    school_age -= s["school_fall"] * (age - band * 5 - 16) * (band == 1)
    odds = {
        "disability": -s["disability_education"] * (education - 2.0),
        "record": -s["record_education"] * (education - 2.0) + np.array(s["record_race"])[race],
        "enrolled": school_age,
        "carer": np.zeros(age.size),
    }
    for measure, share in m.traits.items():
        target = share.reshape(-1)
        p = shift_to_mean(odds[measure], cell, np.where((target > 0) & (target < 1), target, np.nan), cell.max() + 1)
        p = np.where(target[cell] <= 0, 0.0, np.where(target[cell] >= 1, 1.0, p))
        chosen = draw(p, (cell, people["zone"]), rows, seed, _PART_OF[measure])
        bits |= np.where(chosen, _BIT[measure], 0).astype(np.uint8)
    claims = draw(np.full(age.size, float(s["ui_claims"])), (people["zone"],), rows, seed, Part.UI_CLAIMS)
    bits |= np.where(claims, TRAIT_UI_CLAIMS, 0).astype(np.uint8)
    return bits


def participation(m: Margins, people: People, bits: NDArray[np.uint8], seed: int,
                  s: dict[str, Any]) -> NDArray[np.bool_]:
    """Who is in the labor force; each zone's rate is the pack's."""
    # States are those of the beginning of settling, when everyone is younger by as much.
    age = np.maximum(people["age"].astype(np.int64) - int(s["younger_by"]), 16)
    sex = people["sex"].astype(np.int64)
    zone = people["zone"].astype(np.int64)
    band = band_of(age, RATE_AGES)
    child = np.array([1, 2, 3])[people["parent"]]  # NONE, UNDER_SIX, SIX_TO_17 in the order of tables.CHILDREN
    rate = m.participation[band, sex, child]
    rate = np.where(np.isnan(rate), m.participation[band, sex, 0], rate)
    rate = np.clip(np.where(np.isnan(rate), 0.5, rate), 0.005, 0.995)
    disabled = (bits & TRAIT_DISABILITY) > 0
    enrolled = ((bits & TRAIT_ENROLLED) > 0) & (age < 30)
    odds = (
        log(rate / (1.0 - rate))
        + np.array(s["participation_education"])[people["education"]] * (~enrolled)
        + s["participation_disability"] * disabled
        + s["participation_enrolled"] * enrolled
        - s["participation_age"] * (age - 60) * ((age >= 55) & (age < 65))
        - s["participation_age"] * (age - 69) * ((age >= 65) & (age < 75))
        - s["participation_age"] * (age - 79) * (age >= 75)
        + s["participation_teenagers"] * (age - 17.5) * (age < 20)
    )
    # the terms above must not move the group's own level
    cell = (band * 2 + sex) * 3 + people["parent"]
    n_cells = N_BANDS * 6
    target = np.bincount(cell, rate, n_cells) / np.maximum(np.bincount(cell, minlength=n_cells), 1)
    p = shift_to_mean(odds, cell, np.where(target > 0, target, np.nan), n_cells)
    p = np.clip(p, 1e-9, 1 - 1e-9)
    p = shift_to_mean(log(p / (1 - p)), zone, m.labor_force["participation"], len(m.zones))
    return draw(p, (zone, sex, age), np.arange(age.size), seed, Part.PARTICIPATION)


def unemployment(m: Margins, people: People, active: NDArray[np.bool_], seed: int) -> NDArray[np.bool_]:
    """Who of the labor force is out of work; each zone's rate is the pack's."""
    rows = np.flatnonzero(active)
    sex, race, education = (people[k][rows].astype(np.int64) for k in ("sex", "race", "education"))
    zone = people["zone"][rows].astype(np.int64)
    band = band_of(people["age"][rows], RATE_AGES)
    relative = (
        m.unemployment_age[sex, band]
        * m.unemployment_race[race]
        * np.where(band >= 2, m.unemployment_education[education], 1.0)  # schooling's rates are of people 25+
    )
    p = np.clip(0.04 * np.maximum(relative, 0.05), 1e-6, 0.9)
    p = shift_to_mean(log(p / (1 - p)), zone, m.labor_force["unemployment"], len(m.zones))
    out = np.zeros(active.size, bool)
    out[rows] = draw(p, (zone, sex, people["age"][rows]), rows, seed, Part.UNEMPLOYMENT)
    return out


def reasons(m: Margins, people: People, bits: NDArray[np.uint8], inactive: I8, seed: int,
            s: dict[str, Any]) -> NDArray[np.uint8]:
    """State of each person out of the labor force; shares by age band and sex are the pack's."""
    sex = people["sex"][inactive].astype(np.int64)
    band = band_of(people["age"][inactive], RATE_AGES)
    trait = bits[inactive]
    disabled = ((trait & TRAIT_DISABILITY) > 0).astype(np.int64)
    enrolled = ((trait & TRAIT_ENROLLED) > 0).astype(np.int64)
    carer = ((trait & TRAIT_CARER) > 0).astype(np.int64)
    parent = people["parent"][inactive].astype(np.int64)
    kind = ((disabled * 2 + enrolled) * 2 + carer) * 3 + parent  # 24 kinds
    n_kinds = 24
    prior = np.ones((n_kinds, len(REASONS)))
    for k in range(n_kinds):
        relative = s["reason_carer_relative"] if (k // 3) % 2 else 1.0
        prior[k, REASONS.index("carer")] = s["reason_carer"][k % 3] * relative
        prior[k, REASONS.index("student")] = s["reason_student"] if (k // 6) % 2 else s["reason_without"]
        prior[k, REASONS.index("disabled")] = s["reason_disabled"] if k // 12 else s["reason_without"]
    group = (band * 2 + sex) * n_kinds + kind
    shares = np.zeros((N_BANDS * 2 * n_kinds, len(REASONS)))
    count = np.bincount(group, minlength=shares.shape[0]).astype(float).reshape(-1, n_kinds)
    for g in range(N_BANDS * 2):
        total = count[g].sum()
        if total == 0:
            continue
        want = m.reasons[g // 2, g % 2]
        want = want / want.sum() if want.sum() > 0 else np.eye(len(REASONS))[-1]
        table = ipf(prior * np.maximum(want, 1e-9), [((1,), want * total), ((0,), count[g])])
        shares[g * n_kinds : (g + 1) * n_kinds] = table / np.maximum(table.sum(1, keepdims=True), 1e-12)
    u = uniforms(part_key(seed, Part.INACTIVE_REASON), inactive)
    order = np.lexsort((u, people["zone"][inactive], people["age"][inactive], sex))
    reason = quota(shares, group, part_key(seed, Part.INACTIVE_REASON), order, len(REASONS) - 1)
    return np.asarray(reason + CARER, np.uint8)


def _balance(share: F8, people: People, bits: NDArray[np.uint8], must: NDArray[np.bool_], bit: int, seed: int,
             part: Part) -> None:
    """Give a trait to those whose state needs it and take it from as many others of their age and sex."""
    bits[must] |= bit
    cell = band_of(people["age"], RATE_AGES) * 2 + people["sex"]
    n = 2 * N_BANDS
    others = np.flatnonzero(((bits & bit) > 0) & ~must)
    excess = np.bincount(cell[(bits & bit) > 0], minlength=n) - share.reshape(-1) * np.bincount(cell, minlength=n)
    p = np.clip(excess / np.maximum(np.bincount(cell[others], minlength=n), 1), 0.0, 1.0)
    drop = others[draw(p[cell[others]], (cell[others], people["zone"][others]), others, seed, part)]
    bits[drop] &= np.uint8(255 - bit)


def states(m: Margins, people: People, seed: int, s: dict[str, Any]) -> NDArray[np.uint8]:
    """Labor-force state of everyone; sets people["traits"].

    All payroll workers come out as FULL_TIME: hours need the sector and are settled by `part_time` once
    people have jobs.
    """
    bits = traits(m, people, seed, s)
    active = participation(m, people, bits, seed, s)
    idle = unemployment(m, people, active, seed)
    state = np.full(active.size, FULL_TIME, np.uint8)
    inactive = np.flatnonzero(~active)
    state[inactive] = reasons(m, people, bits, inactive, seed, s)
    for measure, code, part in (("disability", OUT_DISABLED, Part.TRAIT_BALANCE),
                                ("enrolled", STUDENT, Part.ENROLLED_BALANCE)):
        _balance(m.traits[measure], people, bits, state == code, _BIT[measure], seed, part)
    people["traits"] = bits

    jobless = np.flatnonzero(idle)
    waiting = draw(
        np.full(jobless.size, float(s["temporary_layoff_share"])),
        (people["zone"][jobless], people["age"][jobless]), jobless, seed, Part.TEMPORARY_LAYOFF,
    )
    state[jobless] = np.where(waiting, TEMPORARY_LAYOFF, UNEMPLOYED)

    working = np.flatnonzero(active & ~idle)
    age = people["age"][working].astype(float)
    odds = np.clip(s["self_employed_age"] * (age - 42.0), -2.0, 1.2)
    odds += s["self_employed_women"] * (people["sex"][working] == FEMALE)
    odds += s["self_employed_minors"] * (age < 18)
    zone = people["zone"][working].astype(np.int64)
    p = shift_to_mean(odds, zone, m.labor_force["self_employed"], len(m.zones))
    own = draw(p, (zone, people["age"][working]), working, seed, Part.SELF_EMPLOYED)
    state[working[own]] = SELF_EMPLOYED
    return state


def part_time(m: Margins, people: People, state: NDArray[np.uint8], sector: NDArray[Any], by_sector: F8,
              seed: int, s: dict[str, Any]) -> None:
    """Settle who works part-time, by choice or not; changes `state` in place.

    Parameters
    ----------
    sector : (n,) sector of each payroll worker's job; anything for others.
    by_sector : (S,) share of part-time jobs.
    """
    rows = np.flatnonzero(state == FULL_TIME)
    zone = people["zone"][rows].astype(np.int64)
    n_zones = len(m.zones)
    employed = np.bincount(people["zone"][state <= SELF_EMPLOYED], minlength=n_zones)
    payroll = np.maximum(np.bincount(zone, minlength=n_zones), 1)
    age = people["age"][rows].astype(float)
    women = people["sex"][rows] == FEMALE
    enrolled = (people["traits"][rows] & TRAIT_ENROLLED) > 0
    share = np.clip(by_sector[sector[rows]], 0.01, 0.9)
    place = log(share / (1 - share))
    parent = people["parent"][rows]
    odds = (
        place + s["part_time_enrolled"] * (enrolled & (age < 26)) + s["part_time_old"] * (age >= 65)
        + s["part_time_women"] * women + s["part_time_mothers"] * (women & (parent == UNDER_SIX))
        + s["part_time_school_age"] * s["part_time_mothers"] * (women & (parent == SIX_TO_17))
        + s["part_time_teenagers"] * (age < 20)
    )
    target = np.clip(m.labor_force["part_time"] * employed / payroll, 0.001, 0.9)
    p = shift_to_mean(odds, zone, target, n_zones)
    by_choice = draw(p, (zone, people["age"][rows]), rows, seed, Part.PART_TIME)
    state[rows[by_choice]] = PART_TIME

    rest = rows[~by_choice]
    zone = people["zone"][rest].astype(np.int64)
    odds = place[~by_choice] + s["involuntary_education"] * people["education"][rest]
    odds += s["involuntary_age"] * (people["age"][rest] - 40.0)
    target = np.clip(
        m.labor_force["part_time_involuntary"] * employed / np.maximum(np.bincount(zone, minlength=n_zones), 1),
        0.0005, 0.9,
    )
    p = shift_to_mean(odds, zone, target, n_zones)
    against = draw(p, (zone, people["age"][rest]), rest, seed, Part.INVOLUNTARY)
    state[rest[against]] = PART_TIME_INVOLUNTARY


__all__ = ["NONE", "draw", "part_time", "participation", "reasons", "states", "traits", "unemployment"]
