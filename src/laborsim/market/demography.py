"""Demography: deaths, births, children growing up, youth entering, school, health, retirement, households, migration.

Who meets what is found by the kernels of `lifecourse`; here their lists are applied in row order. State between months
is in `month.memory["demography"]`: the head of each household and tables taken from the residents at the start.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import families, lifecourse, migration, rows, schooling
from laborsim.market.draws import Stream, bits, mix, more_bits, to_unit
from laborsim.market.lifecourse import Hazards
from laborsim.market.month import Month
from laborsim.market.transitions import gather, move

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
AGES = 121
STAYS = 255  # no change of state


def monthly(yearly: Any) -> F8:
    """Monthly hazard of a yearly probability: 1 - (1 - p)^(1/12)."""
    return np.asarray(1.0 - (1.0 - np.minimum(np.asarray(yearly, float), 0.999)) ** (1.0 / 12.0))


def by_knots(ages: Any, values: Any) -> F8:
    """A schedule by single age, shape (121,), linear between knots and flat beyond them."""
    return np.asarray(np.interp(np.arange(AGES), np.asarray(ages, float), np.asarray(values, float)))


def age_band(age: Any) -> Any:
    """Index into codes.AGE_BANDS."""
    return np.clip(np.searchsorted(k.AGE_BAND_FLOORS, age, side="right") - 1, 0, len(k.AGE_BANDS) - 1)


# --- before the first month ------------------------------------------------------------------------
def prepare(month: Month) -> None:
    """Find heads and free rows, and take from the residents what must not drift: attainment, mobility by age,
    first jobs and fields of study, records, care for relatives, spacing of births."""
    w, e, room = month.world, month.economy, month.room("demography")
    n, p, h = w.people.size, w.people.columns, w.households.columns
    rows.prepare(month)
    head = np.full(w.households.capacity, -1, np.int32)
    families.find_heads(p, n, head)
    here = np.flatnonzero((p.state[:n] != k.GONE) & (p.zone[:n] != e.outside))
    if here.size == 0:
        here = np.flatnonzero(p.state[:n] != k.GONE)
    age = np.clip((month.index - p.birth[here].astype(np.int64)) // 12, 0, AGES - 1)
    mobility = migration.relative_rate(e.migrant_age, np.bincount(age, minlength=AGES).astype(float))
    zone_rows = np.zeros((e.zones, 2), np.int64)
    for z in range(e.zones):
        there = np.flatnonzero(p.zone[:n] == z)
        if there.size:
            zone_rows[z] = there[0], there[-1] + 1
    month.memory["demography"] = {
        "head": head,
        "mobility": mobility,
        "zone_rows": zone_rows,
        "unemployment": np.array([np.nan, np.nan]),
        "record": _record_by_group(p, here, age, float(room["attainment_prior"])),
        "care": _care_by_group(p, here, age),
        "claims": np.array([float(np.mean(p.traits[here] & k.TRAIT_UI_CLAIMS > 0)) if here.size else 0.5]),
        "ability_center": _center(p, here, age),
        "first_jobs": _occupations(p, here, e, (age < 22) & (p.state[here] <= k.PART_TIME_INVOLUNTARY))[0],
        "fields": _occupations(p, here, e, (age < 45) & (p.state[here] <= k.PART_TIME_INVOLUNTARY))[1],
        "occupation": _retirement_by_occupation(p, here, age, e.occ_exit, float(room["occupation_power"])),
        "birth": _births(p, h, here, age, month.index, e.fertility, _spacing(room)),
        **schooling.tables(p, n, month.index, e.enrolment, room),
    }


def _spacing(room: dict[str, Any]) -> F8:
    return np.asarray(room["birth_spacing"], float)


def _births(p: Any, h: Any, here: I8, age: Any, month: int, fertility: F8, spacing: F8) -> F8:
    """Yearly births by age, divided by the mean factor of spacing so that the total is the schedule's."""
    woman = (p.sex[here] == k.FEMALE) & (age >= 14) & (age < 50)
    home = p.household[here[woman]]
    gap = np.clip((month - h.youngest[home].astype(np.int64)) // 12, 0, 9)
    factor = np.where(h.children[home] > 0, spacing[gap], 1.0)
    factor[h.children[home] >= lifecourse.MOST_CHILDREN] = 0.0
    near = np.abs(np.arange(AGES)[:, None] - np.arange(AGES)[None, :]) <= 3
    count = near @ np.bincount(age[woman], minlength=AGES)
    total = near @ np.bincount(age[woman], weights=factor, minlength=AGES)
    mean = np.where(count > 0, total / np.maximum(count, 1), 1.0)
    return np.asarray(fertility / np.maximum(mean, 0.2))


def _record_by_group(p: Any, here: I8, age: Any, prior: float) -> F8:
    """(2, 5) yearly chance of a first record at 18 to 25 that leads to the share held at 25 to 39."""
    grown = (age >= 25) & (age < 40)
    group = p.sex[here][grown].astype(np.int64) * 5 + p.race[here][grown]
    has = (p.traits[here][grown] & k.TRAIT_RECORD > 0).astype(float)
    mean = has.mean() if has.size else 0.0
    share = (np.bincount(group, has, minlength=10) + prior * mean) / (np.bincount(group, minlength=10) + prior)
    years = lifecourse.RECORD_AGES[1] - lifecourse.RECORD_AGES[0]
    return np.asarray(1.0 - (1.0 - np.minimum(share, 0.9)) ** (1.0 / years)).reshape(2, 5)


def _care_by_group(p: Any, here: I8, age: Any) -> F8:
    """(2, 7) share who look after a relative, by sex and age band."""
    group = p.sex[here].astype(np.int64) * 7 + age_band(age)
    has = (p.traits[here] & k.TRAIT_CARER > 0).astype(float)
    return np.asarray(np.bincount(group, has, minlength=14) / np.maximum(1, np.bincount(group, minlength=14))
                      ).reshape(2, 7)


def _center(p: Any, here: I8, age: Any) -> F8:
    """(6,) mean ability of the young by level of education, drawn a little to zero."""
    young = age < 30
    level = p.education[here][young]
    total = np.bincount(level, p.ability[here][young].astype(float), minlength=6)
    return np.asarray(total / (np.bincount(level, minlength=6) + 20.0))


def _occupations(p: Any, here: I8, e: Any, which: Any) -> tuple[F8, F8]:
    """Cumulative distributions of occupations: of all those chosen (O,), and by education (6, O)."""
    rows_ = here[which]
    count = np.full((6, e.occupations), 0.01)
    np.add.at(count, (p.education[rows_], p.occupation[rows_]), 1.0)
    total = count.sum(axis=0)
    return np.cumsum(total) / total.sum(), np.cumsum(count, axis=1) / count.sum(axis=1, keepdims=True)


def _retirement_by_occupation(p: Any, here: I8, age: Any, occ_exit: F8, power: float) -> F8:
    """(O,) factor on retirement, averaging one over those employed at 50 and over."""
    older = (age >= 50) & (p.state[here] <= k.SELF_EMPLOYED)
    weight = np.bincount(p.occupation[here][older], minlength=occ_exit.size).astype(float) + 1e-9
    factor = np.clip(occ_exit / max(1e-9, float(occ_exit.mean())), 0.3, 3.0) ** power
    return np.asarray(factor / ((factor * weight).sum() / weight.sum()))


def hazards(month: Month) -> Hazards:
    """Monthly hazards and yearly birthday probabilities from the given conditions and the parameters."""
    e, q, memory = month.economy, month.room("demography"), month.memory["demography"]
    age = np.arange(AGES)
    death, onset = monthly(e.mortality), monthly(e.disability_onset * q["onset_factor"])
    recovery = monthly(by_knots(q["recovery_ages"], q["recovery"]))
    disabling = np.where(age < 65, q["disabling"], 0.0)
    retire = monthly(e.retirement * q["retirement_factor"])
    retire_out = monthly(by_knots(q["retire_out_ages"], q["retire_out"]))
    retire_disabled = np.where(age >= q["disabled_retire_age"], q["disabled_retire"], 0.0)
    spacing, birth = _spacing(q), monthly(memory["birth"])
    most = death.copy()
    most[k.FEMALE] += birth * max(1.0, float(spacing.max()))
    most += np.maximum(onset, recovery + disabling)
    leaving = np.maximum(retire * memory["occupation"].max(), np.maximum(retire_out, retire_disabled))
    bound = (np.minimum(np.concatenate([most + leaving, most]), 1.0) * 2.0**64 * (1 - 2.0**-50)).astype(np.uint64)
    home, split, union = (by_knots(q[f"{x}_ages"], q[x]) for x in ("leave_home", "split", "union"))
    under = age < 18
    home[under], split[under], union[under] = 0.0, 0.0, 0.0
    care, stop = memory["care"], float(q["relative_care_ends"])
    return Hazards(
        bound=bound.ravel() + np.uint64(4096), death=death, birth=birth, spacing=spacing, onset=onset, onset_exit=float(q["onset_exit"]),
        recovery=recovery, disabling=disabling, retire=retire, retire_out=retire_out,
        retire_disabled=retire_disabled, occupation=memory["occupation"], finish=memory["finish"],
        leave=memory["leave"], enter=memory["enter"], ability_weight=float(q["ability_schooling"]),
        ability_center=memory["ability_center"], record=memory["record"],
        care_start=np.minimum(0.5, stop * care / np.maximum(1.0 - care, 0.1)), care_stop=stop,
        home=home, split=split, union=union, moves=np.maximum(np.maximum(home, split), union),
        fields=memory["fields"],
    )  # fmt: skip


# --- the month -----------------------------------------------------------------------------------
def stage(month: Month) -> None:
    """One month of demography."""
    if "demography" not in month.memory:
        prepare(month)
    families.grow_heads(month)
    w, memory, q = month.world, month.memory["demography"], month.room("demography")
    t = month.table("demography.hazards", lambda: hazards(month))
    out = month.table("demography.out", lambda: np.minimum(
        0.9, month.economy.out_migration[:, None] * memory["mobility"][None, :]))
    n, n_h = w.people.size, w.households.size
    mark = _scratch(month, "mark", w.households.capacity, np.uint8)
    youth = _scratch(month, "youth", w.households.capacity, np.int64)
    adults = np.zeros((month.crew.chunks(n_h), month.economy.zones), np.int64)
    spacing = int(q["sibling_spacing_months"])
    sixteen = np.clip(month.index - 192 + spacing * (np.arange(256) - 1), -32768, 32767).astype(np.int16)
    sixteen[0] = -32768
    found = month.crew.map(lifecourse.household_pass, n_h, w.households.columns, w.people.columns, memory["head"],
                           month.index, month.key(Stream.OUT_MIGRATION), out, sixteen, mark, youth, adults)
    (grown,) = gather(found, youth)
    at, kinds, _ = month.buffers()
    idle = np.zeros((month.crew.chunks(n), 2), np.int64)
    found = month.crew.map(lifecourse.month_of_life, n, w.people.columns, w.households.columns, memory["head"], mark,
                           month.index, month.key(Stream.DEATH), month.key(Stream.SCHOOL), t,
                           month.economy.occ_major, at, kinds, idle)
    at, kinds = gather(found, at, kinds)
    _apply(month, at, kinds, q)
    _come_of_age(month, grown, q)
    unemployed, force = idle.sum(axis=0)
    migration.follow_jobs(month, unemployed, force)
    migration.arrive(month, adults.sum(axis=0))


def _scratch(month: Month, name: str, size: int, dtype: Any) -> NDArray[Any]:
    held: NDArray[Any] | None = month.scratch.get("demography." + name)
    if held is None or held.size < size:
        held = np.empty(size, dtype)
        month.scratch["demography." + name] = held
    return held


def _apply(month: Month, at: I8, kinds: NDArray[np.uint8], q: dict[str, Any]) -> None:
    """Carry out the events found, in row order."""
    w, e, counts, memory = month.world, month.economy, month.counts, month.memory["demography"]
    p, h = w.people.columns, w.households.columns
    new, reason = np.empty(at.size, np.uint8), np.empty(at.size, np.uint8)
    shortage = month.memory.get("childcare", {}).get("shortage", np.zeros(e.zones))
    _decide(at, kinds, p, h, month.index, month.key(Stream.CARE_LEAVE), month.key(Stream.SCHOOL),
            float(q["maternity_exit"]), float(q["maternity_exit_partner"]), float(q["maternity_exit_no_place"]),
            shortage, float(q["leavers_look"]), e.minimum_wage[min(month.index, e.months - 1)], new, reason,
            counts.births, counts.deaths, counts.out_migrants, counts.retirements, counts.replacement)  # fmt: skip
    change = new != STAYS
    move(month, at[change], new[change], reason[change])
    gone = at[(kinds == lifecourse.DEATH) | (kinds == lifecourse.MOVED)]
    freed = np.empty(gone.size, np.int64)
    n = families.remove(gone, p, h, memory["head"], freed)
    rows.give_back(month, "people", gone)
    rows.give_back(month, "households", freed[:n])
    families.take_over(at[kinds == lifecourse.HEAD], p, memory["head"])
    leaves = at[(kinds == lifecourse.LEAVES_HOME) | (kinds == lifecourse.SPLIT)]
    families.move_out(month, leaves, float(q["car_share"]))
    families.pair(month, at[kinds == lifecourse.SINGLE])


@njit(cache=True)
def _decide(at, kinds, p, h, month, birth_key, school_key, alone, partner, no_place, shortage, looks, floor,  # type: ignore[no-untyped-def]
            new, reason, births, deaths, out_migrants, retirements, replacement):
    """New state (STAYS if none) and reason of each event; births are entered in the household and counted.

    Mothers who leave work at once do so more often with a partner who earns and where childcare is short. Students
    who leave school mostly look for work. Openings left behind (`replacement`) are exits from the labor force, not moves
    away: another region's labor force gains.
    """
    for j in range(at.size):
        i, kind = at[j], kinds[j]
        s, zone = p.state[i], p.zone[i]
        new[j] = STAYS
        reason[j] = 0
        if kind == lifecourse.DEATH:
            new[j] = k.GONE
            reason[j] = k.DEATH
            deaths[zone] += 1
        elif kind == lifecourse.MOVED:
            new[j] = k.GONE
            reason[j] = k.MOVED_AWAY
            out_migrants[zone] += 1
        elif kind == lifecourse.RETIREMENT:
            new[j] = k.RETIRED
            reason[j] = k.RETIREMENT
            if s <= k.UNEMPLOYED:
                retirements[zone] += 1
        elif kind == lifecourse.DISABLING:
            new[j] = k.DISABLED
            reason[j] = k.DISABILITY
        elif kind == lifecourse.RECOVERY:
            new[j] = k.OTHER_INACTIVE
        elif kind == lifecourse.ENTERED_SCHOOL:
            new[j] = k.STUDENT
        elif kind == lifecourse.LEFT_SCHOOL:
            if to_unit(more_bits(bits(school_key, p.id[i]), 9)) < looks:
                new[j] = k.UNEMPLOYED
                p.reservation[i] = max(p.reservation[i], np.float32(floor[zone]))
            else:
                new[j] = k.OTHER_INACTIVE
        elif kind == lifecourse.BIRTH:
            g = p.household[i]
            h.children[g] += 1
            h.youngest[g] = month
            births[zone] += 1
            if s == k.DISCOURAGED or s == k.OTHER_INACTIVE:
                new[j] = k.CARER
            elif s <= k.UNEMPLOYED:
                others = h.earners[g] - (1 if s <= k.SELF_EMPLOYED else 0)
                leaves = (partner if others > 0 else alone) + no_place * shortage[zone]
                if to_unit(bits(birth_key, p.id[i])) < leaves:
                    new[j] = k.CARER
                    reason[j] = k.QUIT_TO_INACTIVE
        left = kind == lifecourse.RETIREMENT or kind == lifecourse.DEATH or kind == lifecourse.DISABLING
        if left and s <= k.SELF_EMPLOYED:
            replacement[p.occupation[i]] += 1


def _come_of_age(month: Month, homes: I8, q: dict[str, Any]) -> None:
    """The eldest child of each of these households becomes a person of sixteen."""
    w, e, memory = month.world, month.economy, month.memory["demography"]
    homes = homes[(w.households.adults[homes] > 0) & (memory["head"][homes] >= 0)]
    homes = homes[w.households.children[homes] > 0]
    if homes.size == 0:
        return
    at = rows.take(month, "people", homes.size)
    p, h = w.people.columns, w.households.columns
    floor = e.minimum_wage[min(month.index, e.months - 1)]
    _grow_up(homes, at, p, h, memory["head"], month.index, month.key(Stream.YOUTH_TRAITS), memory["first_jobs"],
             e.occ_major, e.occ_wage, floor, float(e.enrolment[16]), float(q["ability_inherited"]),
             float(memory["claims"][0]))  # fmt: skip
    month.counts.youth += np.bincount(p.zone[at], minlength=e.zones).astype(np.int64)


@njit(cache=True)
def _grow_up(homes, at, p, h, head, month, key, first_jobs, occ_major, occ_wage, floor, enrolled, inherited, claims):  # type: ignore[no-untyped-def]
    for n in range(homes.size):
        g, i = homes[n], at[n]
        parent = head[g]
        eldest = month - 192
        first = bits(key, mix(p.id[parent] ^ np.uint64(h.children[g])))
        p.id[i] = mix(p.id[parent] + np.uint64(month + 1) * np.uint64(0x9E3779B97F4A7C15)) & np.uint64((1 << 63) - 1)
        if p.id[i] < np.uint64(1 << 32):
            p.id[i] |= np.uint64(1 << 62)
        p.household[i] = g
        p.birth[i] = eldest
        p.sex[i] = 1 if to_unit(first) < 0.488 else 0
        p.race[i] = p.race[parent]
        p.education[i] = 0
        p.zone[i] = h.zone[g]
        school = to_unit(more_bits(first, 1)) < enrolled
        p.traits[i] = (8 if school else 0) | (16 if to_unit(more_bits(first, 2)) < claims else 0)
        p.state[i] = 7 if school else 11
        p.last[i] = 12
        p.since[i] = month
        p.job[i] = -1
        p.hired[i] = 0
        o = min(np.searchsorted(first_jobs, to_unit(more_bits(first, 3)), side="right"), first_jobs.size - 1)
        p.occupation[i] = o
        p.hours[i] = 20
        pay = max(floor[h.zone[g]], 0.75 * occ_wage[o])
        p.wage[i] = pay
        p.reservation[i] = floor[h.zone[g]]
        normal = np.sqrt(-2.0 * np.log(1.0 - to_unit(more_bits(first, 4)))) * np.cos(
            6.283185307179586 * to_unit(more_bits(first, 5)))
        p.ability[i] = inherited * p.ability[parent] + np.sqrt(1.0 - inherited * inherited) * normal
        p.skill[i] = 0.3
        p.history[i] = 0
        p.knows[i] = (np.uint32(1) << np.uint32(occ_major[o])) | (
            np.uint32(1) << np.uint32(occ_major[p.occupation[parent]]))
        p.ui_weeks[i] = 0
        p.ui_benefit[i] = 0.0
        p.program[i] = 255
        p.enrolled[i] = 0
        p.credentials[i] = 0
        h.adults[g] += 1
        h.children[g] -= 1
        if h.children[g] == 0:
            h.youngest[g] = 0
