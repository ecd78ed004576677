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
from laborsim.market import families, housing, lifecourse, migration, rows, school_ties, schooling, stationary
from laborsim.market.coming_of_age import come_of_age
from laborsim.market.draws import Stream, bits, more_bits, to_unit
from laborsim.market.lifecourse import Hazards
from laborsim.market.month import Month
from laborsim.market.stationary import by_knots, monthly
from laborsim.market.transitions import gather, move

I8 = NDArray[np.int64]
AGES = 121
STAYS = 255  # no change of state


# --- before the first month ------------------------------------------------------------------------
def prepare(month: Month) -> None:
    """Find heads and free rows, and take from the residents what must not drift: attainment, mobility by age,
    first jobs and fields of study, records, care for relatives, spacing of births."""
    w, e, room = month.world, month.economy, month.room("demography")
    n, p = w.people.size, w.people.columns
    rows.prepare(month)
    head = np.full(w.households.capacity, -1, np.int32)
    ring = np.full(w.people.capacity, -1, np.int32)
    families.find_members(p, n, head, ring)
    month.memory["demography"] = {
        "head": head,
        "ring": ring,
        "jobs_gap": np.array([np.nan, np.nan]),
        **stationary.tables(month, head, ring),
        **migration.credentials_at_start(month),
        **schooling.tables(p, n, month.index, e.enrolment, room),
    }


def hazards(month: Month) -> Hazards:
    """Monthly hazards and yearly birthday probabilities from the given conditions and the parameters."""
    e, q, memory = month.economy, month.room("demography"), month.memory["demography"]
    age = np.arange(AGES)
    death, onset, recovery = monthly(e.mortality), monthly(memory["onset"]), monthly(memory["recovery"])
    disabling = monthly(memory["disabling"])
    retire = monthly(e.retirement * q["retirement_factor"])
    retire_out = monthly(by_knots(q["retire_out_ages"], q["retire_out"]))
    retire_disabled = np.where(age >= q["disabled_retire_age"], q["disabled_retire"], 0.0)
    births, birth = stationary.birth_factors(q), monthly(memory["birth"])
    most = death.copy()
    most[k.FEMALE] += birth * float(births.max())
    limits = np.stack([onset, recovery + disabling])[:, None, None, :]
    leaving = np.zeros((lifecourse.KINDS, death.shape[1]))  # by kind of state; the retired have retired
    leaving[0], leaving[1] = retire * memory["occupation"].max(), np.maximum(retire_out, retire_disabled)
    total = limits + most[None, :, None, :] + leaving
    total[:, :, lifecourse.KINDS - 1] = 0.0  # nothing strikes those gone
    bound = lifecourse.bounds_by_age(total)
    grown = age >= 18
    home, union = memory["leave_home"] * grown, memory["union"] * grown
    split = by_knots(q["split_ages"], q["split"]) * grown
    care, stop = memory["care"], float(q["relative_care_ends"])
    return Hazards(
        bound=bound,
        death=death,
        birth=birth,
        births=births,
        onset=onset,
        onset_exit=float(q["onset_exit"]),
        recovery=recovery,
        disabling=disabling,
        retire=retire,
        retire_out=retire_out,
        retire_disabled=retire_disabled,
        occupation=memory["occupation"],
        finish=memory["finish"],
        return_=memory["return_"],
        leave=memory["leave"],
        enter=memory["enter"],
        ability_weight=float(q["ability_schooling"]),
        ability_center=memory["ability_center"],
        studied_skill=float(q["studied_skill"]),
        late_leave=float(q["late_school_leave"]),
        record=memory["record"],
        care_start=np.minimum(0.5, stop * care / np.maximum(1.0 - care, 0.1)),
        care_stop=stop,
        away=memory["away"],
        home=home,
        split=split,
        union=union,
        moves=np.maximum(np.maximum(home + memory["away"], split), union.max(axis=0)),
        fields=memory["fields"],
    )


# --- the month -----------------------------------------------------------------------------------
def stage(month: Month) -> None:
    """One month of demography."""
    if "demography" not in month.memory:
        prepare(month)
    families.make_room(month)
    w, memory, q = month.world, month.memory["demography"], month.room("demography")
    mobility = memory["mobility"] * memory["household_moves"] / memory["mobility_of_heads"]
    out = np.minimum(0.9, month.economy.out_migration[:, None] * mobility)
    n, n_h = w.people.size, w.households.size
    if month.index % 12 == 0 or "donors" not in memory:
        migration.list_donors(month)
        schooling.adjust(month, q)
        stationary.adjust(month)
        month.scratch.pop("demography.hazards", None)
    t = month.table("demography.hazards", lambda: hazards(month))
    youth = _scratch(month, "youth", w.households.capacity, np.int64)
    moving = _scratch(month, "moving", w.households.capacity, np.int64)
    chunks = month.crew.chunks(n_h)
    adults, moves = np.zeros((chunks, month.economy.zones), np.int64), np.zeros(chunks, np.int64)
    due = np.zeros((chunks, 2))
    found = month.crew.map(
        lifecourse.household_pass,
        n_h,
        w.households.columns,
        w.people.columns,
        memory["head"],
        month.index,
        month.key(Stream.OUT_MIGRATION),
        out,
        youth,
        adults,
        memory["mobility"],
        due,
        moving,
        moves,
    )
    (grown,) = gather(found, youth)
    mobile, asked = due.sum(axis=0)
    # Rates are per resident whatever the ages: heads' mobility is measured anew, a twelfth of the region a month.
    memory["mobility_of_heads"] += (mobile / max(asked, 1.0) - memory["mobility_of_heads"]) / 12.0 * (asked > 0)
    tied = school_ties.students(month)
    at, kinds, _ = month.buffers()
    found = month.crew.map(
        lifecourse.month_of_life,
        n,
        w.people.columns,
        w.households.columns,
        memory["head"],
        month.index,
        month.key(Stream.DEATH),
        month.key(Stream.SCHOOL),
        t,
        month.economy.occ_major,
        at,
        kinds,
    )
    at, kinds = gather(found, at, kinds)
    at, kinds = school_ties.keep(month, tied, at, kinds, lifecourse.LEFT_SCHOOL)
    if month.index < 0:  # settling: those who will live at the start do, and no one else
        alive = (kinds != lifecourse.DEATH) & (kinds != lifecourse.BIRTH)
        at, kinds = at[alive], kinds[alive]
    (homes,) = gather(list(moves), moving)
    _move_away(month, housing.stay(month, homes))
    here = w.people.state[at] != k.GONE
    _apply(month, at[here], kinds[here], q)
    come_of_age(month, grown, q)
    migration.follow_jobs(month, float(adults.sum(axis=0)[: month.economy.outside].sum()))
    migration.arrive(month, adults.sum(axis=0))


def _scratch(month: Month, name: str, size: int, dtype: Any) -> NDArray[Any]:
    held: NDArray[Any] | None = month.scratch.get("demography." + name)
    if held is None or held.size < size:
        held = np.empty(size, dtype)
        month.scratch["demography." + name] = held
    return held


def _move_away(month: Month, homes: I8) -> None:
    """Households leave the region."""
    w, memory = month.world, month.memory["demography"]
    size = int(w.households.adults[homes].astype(np.int64).sum())
    at = np.empty(size, np.int64)
    families.members(homes, memory["head"], memory["ring"], at)
    at.sort()
    month.counts.out_migrants += np.bincount(w.people.zone[at], minlength=month.economy.zones).astype(np.int64)
    move(month, at, np.full(size, k.GONE, np.uint8), np.full(size, k.MOVED_AWAY, np.uint8))
    _depart(month, at)


def _depart(month: Month, gone: I8) -> None:
    """Take people who died or left out of their households and free their rows."""
    w, memory = month.world, month.memory["demography"]
    freed = np.empty(gone.size, np.int64)
    n = families.remove(gone, w.people.columns, w.households.columns, memory["head"], memory["ring"], freed)
    rows.give_back(month, "people", gone)
    rows.give_back(month, "households", freed[:n])


def _apply(month: Month, at: I8, kinds: NDArray[np.uint8], q: dict[str, Any]) -> None:
    """Carry out the events found, in row order."""
    _own_homes(month, at[kinds == lifecourse.BIRTH], q)
    w, e, counts = month.world, month.economy, month.counts
    p, h = w.people.columns, w.households.columns
    new, reason = np.empty(at.size, np.uint8), np.empty(at.size, np.uint8)
    shortage = month.memory.get("childcare", {}).get("shortage", np.zeros(e.zones))
    _decide(at, kinds, p, h, month.index, month.key(Stream.CARE_LEAVE), month.key(Stream.SCHOOL),
            float(q["maternity_exit"]), float(q["maternity_exit_partner"]), float(q["maternity_exit_no_place"]),
            shortage, float(q["leavers_look"]), e.minimum_wage[month.now], new, reason,
            counts.births, counts.deaths, counts.out_migrants, counts.retirements, counts.replacement)  # fmt: skip
    change = new != STAYS
    move(month, at[change], new[change], reason[change])
    _depart(month, at[(kinds == lifecourse.DEATH) | (kinds == lifecourse.MOVED)])
    leaves = at[(kinds == lifecourse.LEAVES_HOME) | (kinds == lifecourse.SPLIT)]
    families.move_out(month, leaves, float(q["car_share"]))
    singles = at[(kinds == lifecourse.SINGLE) | (kinds == lifecourse.LEAVES_HOME)]
    age = (month.index - p.birth[singles].astype(np.int64)) // 12
    families.pair(month, singles, np.where(kinds[np.searchsorted(at, singles)] == lifecourse.SINGLE, 1.0,
                                           month.memory["demography"]["union"][0, age]))  # fmt: skip


def _own_homes(month: Month, mothers: I8, q: dict[str, Any]) -> None:
    """Daughters at home who have a child set up a household with it, like the lone parents of the start."""
    p, head = month.world.people, month.memory["demography"]["head"]
    lead = head[p.household[mothers]]
    at_home = (lead != mothers) & (p.birth[mothers].astype(np.int64) - p.birth[lead] >= k.GROWN)
    families.move_out(month, mothers[at_home], float(q["car_share"]))


@njit(cache=True)
def _decide(  # type: ignore[no-untyped-def]
    at,
    kinds,
    p,
    h,
    month,
    birth_key,
    school_key,
    alone,
    partner,
    no_place,
    shortage,
    looks,
    floor,
    new,
    reason,
    births,
    deaths,
    out_migrants,
    retirements,
    replacement,
):
    """New state (STAYS if none) and reason of each event; births are entered in the household and counted.

    Mothers who leave work at once do so more often with a partner who earns and where childcare is short. Students
    who leave school mostly look for work. Openings left behind (`replacement`) are exits from the labor force, not
    moves away: another region's labor force gains.
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
            if h.children[g] == 0:
                h.eldest[g] = month
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
