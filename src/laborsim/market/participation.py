"""Participation: who starts looking for work and who stops.

People out of the labor force look around with a hazard that depends on why they are out, on the chance
of finding a job, and for parents on what childcare leaves of a wage. Those who look apply this month; if
nothing comes of it, some go on as unemployed. The unemployed stop looking with a hazard that depends on age,
on unemployment insurance and on expected recall.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import (
    AGE_BAND_FLOORS,
    CARER,
    DISABLED,
    DISCOURAGED,
    FEMALE,
    GONE,
    N_STATES,
    NO_PROGRAM,
    OTHER_INACTIVE,
    RETIRED,
    SELF_EMPLOYED,
    STUDENT,
    TEMPORARY_LAYOFF,
    TRAIT_CARER,
    TRAIT_DISABILITY,
    TRAIT_ENROLLED,
    UNEMPLOYED,
)
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, bits, more_bits, to_unit
from laborsim.market.month import Month
from laborsim.market.scan import bounds_by_state, scan
from laborsim.market.transitions import gather, move

MAX_AGE = 121
REASONS_OUT = ("carer", "student", "retired", "disabled", "discouraged", "other")  # in the order of the states
USUALLY_LEFT = 0.75  # share of a parent's pay left after care, the scale of its effect


class Behaviour(NamedTuple):
    """Participation parameters as a kernel wants them."""

    look: NDArray[np.float64]  # (6,) monthly hazard by reason, from CARER on
    stop: NDArray[np.float64]  # (121,) monthly hazard by age in years
    retired: NDArray[np.float64]  # (121,) factor on looking by the retired, by age
    childcare_elasticity: float
    no_place: float
    ui_factor: float
    recall_factor: float
    discouraged: float
    self_employment: float
    chance: float  # factor on looking from the chance of finding a job
    bound: NDArray[np.uint32]  # most that anyone of the state could look, see `scan`; the unemployed all go on


def by_age(bands: list[float]) -> NDArray[np.float64]:
    """Values by age band (codes.AGE_BANDS) spread to single years of age, shape (121,)."""
    ages = np.arange(MAX_AGE)
    index = np.clip(np.searchsorted(AGE_BAND_FLOORS, ages, side="right") - 1, 0, len(bands) - 1)
    return np.asarray(bands, np.float64)[index]


@njit(cache=True, inline="always")
def inactive_reason(traits: int, age: int, young_child: bool, sex: int, discouraged: bool) -> int:
    """State out of the labor force of someone who stops working or looking."""
    if traits & TRAIT_ENROLLED:
        return STUDENT
    if age >= 64:
        return RETIRED
    if traits & TRAIT_DISABILITY:
        return DISABLED
    if (young_child and sex == FEMALE) or traits & TRAIT_CARER:
        return CARER
    return DISCOURAGED if discouraged else OTHER_INACTIVE


@njit(cache=True, nogil=True, error_model="numpy")
def _participate(  # type: ignore[no-untyped-def]
    lo,
    hi,
    chunk,
    p,
    h,
    month,
    start_key,
    stop_key,
    b,
    cost,
    chance,
    need_hours,
    looking,
    looking_counts,
    outside,
    supplement,
    benefits,
    rows,
    states,
    reasons,
):
    moved = 0
    found = 0
    for k in range(lo, lo + scan(lo, hi, p, start_key, b.bound, rows)):
        i = np.uint64(rows[k])  # unsigned: no test for negative indices
        s = p.state[i]
        u = to_unit(bits(start_key, p.id[i]))
        hh = p.household[i]
        if s <= UNEMPLOYED:
            drawing = p.ui_weeks[i] > 0
            if drawing:
                used = 4 + (month % 3 == 2)  # thirteen weeks a quarter
                if p.zone[i] < outside:
                    benefits[chunk, 0] += 1
                    benefits[chunk, 1] += int(min(used, p.ui_weeks[i]) * (p.ui_benefit[i] + supplement) * 100.0)
                p.ui_weeks[i] = p.ui_weeks[i] - used if p.ui_weeks[i] > used else 0
            first = bits(stop_key, p.id[i])
            age = min(max((month - p.birth[i]) // 12, 0), MAX_AGE - 1)
            hazard = b.stop[age]
            if drawing:
                hazard *= b.ui_factor
            if s == TEMPORARY_LAYOFF:
                hazard *= b.recall_factor
            if to_unit(first) < hazard:
                young = h.children[hh] > 0 and month - h.youngest[hh] < 72
                rows[lo + moved] = i
                states[lo + moved] = inactive_reason(
                    p.traits[i], age, young, p.sex[i], to_unit(more_bits(first, 1)) < b.discouraged
                )
                reasons[lo + moved] = 0
                moved += 1
            elif s == UNEMPLOYED and to_unit(more_bits(first, 2)) < b.self_employment:
                rows[lo + moved] = i
                states[lo + moved] = SELF_EMPLOYED
                reasons[lo + moved] = 0
                moved += 1
            continue
        if p.program[i] != NO_PROGRAM:
            continue
        hazard = b.look[s - CARER] * b.chance
        if s == RETIRED:
            hazard *= b.retired[min(max((month - p.birth[i]) // 12, 0), MAX_AGE - 1)]
        if s == CARER and h.children[hh] > 0 and month - h.youngest[hh] < 72:
            pay = max(p.wage[i], np.float32(7.25)) * need_hours
            # What is left of a month's pay after care, against the usual share.
            left = max(1.0 - cost[hh] / pay, 0.05) / USUALLY_LEFT
            hazard *= left**b.childcare_elasticity
            if cost[hh] > 0.0:
                found_place = chance[h.zone[hh]]
                hazard *= found_place + (1.0 - found_place) * b.no_place
        if u < hazard:
            looking[lo + found] = i
            found += 1
    looking_counts[chunk] = found
    return moved


def stage(month: Month) -> None:
    """Decide who stops looking and who, out of the labor force, looks for a job this month.

    Leaves the rows of those who look in ``month.scratch["looking"]`` for the search stage.
    """
    q = month.room("participation")
    n = month.world.people.size
    finding = month.memory["search"]["finding"]
    usual = month.memory["search"]["usual"]
    chance = float((max(finding[2], 0.02) / max(usual[2], 0.02)) ** q["chance_elasticity"])
    look = np.array([q[f"look_{reason}"] for reason in REASONS_OUT])
    most = np.zeros(N_STATES)
    most[CARER:GONE] = look * chance
    # What is left of pay after care is at most all of it.
    most[CARER] *= (1.0 / USUALLY_LEFT) ** q["childcare_elasticity"]
    most[[TEMPORARY_LAYOFF, UNEMPLOYED]] = 1.0
    b = Behaviour(
        look=look,
        retired=np.minimum(1.0, np.exp(-(np.arange(float(MAX_AGE)) - 65.0) / q["retired_fade"])),
        stop=month.table("participation.stop", lambda: by_age(q["stop_by_age"])),
        childcare_elasticity=q["childcare_elasticity"],
        no_place=q["no_place_factor"],
        ui_factor=q["stop_ui_factor"],
        recall_factor=q["stop_recall_factor"],
        discouraged=q["discouraged_share"],
        self_employment=q["self_employment_entry"],
        chance=chance,
        bound=bounds_by_state(most),
    )
    cost, chance_of_place = childcare_terms(month)
    rows, states, reasons = month.buffers()
    looking = month.table("participation.looking", lambda: np.empty(month.world.people.capacity, np.int64))
    if looking.size < n:
        looking = month.scratch["participation.looking"] = np.empty(month.world.people.capacity, np.int64)
    counts = np.zeros(month.crew.chunks(n), np.int64)
    benefits = np.zeros((counts.size, 2), np.int64)
    e = month.economy
    moved = month.crew.map(
        _participate,
        n,
        month.world.people.columns,
        month.world.households.columns,
        month.index,
        month.key(Stream.START_LOOKING),
        month.key(Stream.STOP_LOOKING),
        b,
        cost,
        chance_of_place,
        150.0,
        looking,
        counts,
        e.outside,
        float(e.ui_supplement[month.now] + month.levers.ui_supplement),
        benefits,
        rows,
        states,
        reasons,
    )
    recipients, cents = benefits.sum(axis=0)
    month.counts.scalars[SCALAR["ui_recipients"]] += recipients
    month.counts.scalars[SCALAR["ui_cents"]] += cents
    (month.scratch["looking"],) = gather(list(counts), looking)
    move(month, *gather(moved, rows, states, reasons))


def childcare_terms(month: Month) -> tuple[Any, Any]:
    """What care costs, or would cost, each household with all adults at work, and the chance of a place.

    Returns
    -------
    cost : (households,) float32, dollars a month.
    chance : (Z,) share of households looking for a place that get one.
    """
    cost = month.scratch.get("childcare.cost")
    if cost is None:
        cost = month.table("childcare.no_cost", lambda: np.zeros(month.world.households.capacity, np.float32))
    chance = month.memory.get("childcare", {}).get("chance")
    return cost, np.ones(month.economy.zones) if chance is None else chance
