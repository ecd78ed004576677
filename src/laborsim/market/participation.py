"""Participation: who starts looking for work and who stops.

People out of the labor force look around with a hazard that depends on why they are out, on the chance of finding a
job, on the hours of a course they take, and for parents on what childcare leaves of a wage. Those who look apply this
month; if nothing comes of it, some go on as unemployed. The unemployed stop looking with a hazard that depends on age,
on unemployment insurance and on expected recall.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import housing, own_business
from laborsim.market.codes import (
    AGE_BAND_FLOORS,
    APPRENTICESHIP,
    CARER,
    GONE,
    N_STATES,
    OJT,
    RETIRED,
    SELF_EMPLOYED,
    TEMPORARY_LAYOFF,
    UNEMPLOYED,
    among,
)
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, bits, more_bits, to_unit
from laborsim.market.insurance import added_weeks
from laborsim.market.month import Month
from laborsim.market.programs import while_enrolled
from laborsim.market.scan import bounds_by_state, scan
from laborsim.market.transitions import gather, inactive_reason, move

MAX_AGE = 121
REASONS_OUT = ("carer", "student", "retired", "disabled", "discouraged", "other")  # in the order of the states
LOOK_FLOORS = (16, 20, 25, 35, 45, 55, 65, 75)  # age bands of looking
FEDERAL_MINIMUM = np.float32(7.25)  # dollars an hour since 2009: what those whose last pay was less could earn
USUALLY_LEFT = 0.75  # share of a parent's pay left after care, the scale of its effect


class Behaviour(NamedTuple):
    """Participation parameters as a kernel wants them."""

    look: NDArray[np.float64]  # (6, 2, 121) monthly hazard by reason (from CARER on), sex and age
    pull: NDArray[np.float64]  # (Z,) factor on looking by zone of residence
    enrolled: NDArray[np.float64]  # (256,) factor on looking by people.program; 1 for no program
    stop: NDArray[np.float64]  # (121,) monthly hazard by age in years
    childcare_elasticity: float
    no_place: float
    ui_factor: float
    recall_factor: float
    discouraged: float
    self_employment: float
    bound: NDArray[np.uint32]  # most that anyone of the sex and state could look, see `scan`; the unemployed all go on


def by_age(bands: list[float]) -> NDArray[np.float64]:
    """Values by age band (codes.AGE_BANDS) spread to single years of age, shape (121,)."""
    ages = np.arange(MAX_AGE)
    index = np.clip(np.searchsorted(AGE_BAND_FLOORS, ages, side="right") - 1, 0, len(bands) - 1)
    return np.asarray(bands, np.float64)[index]


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
    added,
    granted,
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
                    paid = min(used, p.ui_weeks[i])
                    benefits[chunk, 1] += int(paid * (p.ui_benefit[i] + supplement) * 100.0)
                    benefits[chunk, 2] += int(paid * added * 100.0)
                    # The last weeks are the added ones.
                    held = np.int64(granted[i]) if granted.size > 0 else 0
                    late = paid - min(paid, max(p.ui_weeks[i] - held, 0))
                    benefits[chunk, 3] += int(late * (p.ui_benefit[i] + supplement - added) * 100.0)
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
        age = min(max((month - p.birth[i]) // 12, 0), MAX_AGE - 1)
        hazard = b.look[s - CARER, p.sex[i], age] * b.pull[p.zone[i]] * b.enrolled[np.uint64(p.program[i])]
        if s == CARER and h.children[hh] > 0 and month - h.youngest[hh] < 72:
            pay = max(p.wage[i], FEDERAL_MINIMUM) * need_hours
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


def look_by_age(q: dict[str, Any]) -> NDArray[np.float64]:
    """Monthly hazard of looking around by reason, sex and age, at the usual chance of finding a job, (6, 2, 121)."""
    ages = np.arange(float(MAX_AGE))
    band = np.clip(np.searchsorted(LOOK_FLOORS, ages, side="right") - 1, 0, len(LOOK_FLOORS) - 1)
    look = np.array([q[f"look_{reason}"] for reason in REASONS_OUT])
    out = look[:, None, None] * np.array([q["look_men"], q["look_women"]], np.float64)[None, :, band]
    out[RETIRED - CARER] *= np.minimum(1.0, np.exp(-(ages - 65.0) / q["retired_fade"]))
    return np.asarray(np.minimum(out, 1.0))


def pull(month: Month) -> NDArray[np.float64]:
    """Factor on looking by zone, (Z,): odds of participation there, relative to those of the nation's at its ages.

    Hazards of looking are the nation's. In the long run the odds of taking part are those of starting over those of
    stopping, so a zone where more take part than its ages and sexes explain keeps its level with as much more looking.
    """
    e, p = month.economy, month.world.people
    n = p.size
    here = p.state[:n] != GONE
    age = np.clip((month.index - p.birth[:n][here].astype(np.int64)) // 12, 0, MAX_AGE - 1)
    group = (p.zone[:n][here].astype(np.int64) * 2 + p.sex[:n][here]) * MAX_AGE + age
    size = e.zones * 2 * MAX_AGE
    people = np.bincount(group, minlength=size).reshape(e.zones, -1).astype(np.float64)
    active = np.bincount(group[p.state[:n][here] <= UNEMPLOYED], minlength=size).reshape(e.zones, -1).sum(axis=1)
    usual = np.clip(e.participation, 0.001, 0.999).ravel()
    odds = usual / (1.0 - usual)
    out = np.ones(e.zones)
    for _ in range(30):  # Newton's steps on the log of the factor; the expected number rises with it
        share = out[:, None] * odds / (1.0 + out[:, None] * odds)
        slope = (people * share * (1.0 - share)).sum(axis=1)
        step = (active - (people * share).sum(axis=1)) / np.maximum(slope, 1e-9)
        out *= np.exp(np.clip(step, -1.0, 1.0))
    return np.asarray(np.clip(out, *month.room("participation")["pull_range"]))


def _while_enrolled(month: Month) -> NDArray[np.float64]:
    """(256,) looking of people in each program, relative to others: students of courses look as those of them who are
    unemployed do; who trains at work and has lost the job waits for another sponsor."""
    out = while_enrolled(month.programs, month.parameters["search.enrolled_share"])
    out[np.flatnonzero(among(month.programs.kind, (APPRENTICESHIP, OJT)))] = 0.0
    return out


def prepare(month: Month) -> None:
    """Work out what draws people of each zone into the labor force, from who takes part at the start."""
    month.memory["participation"] = {"pull": pull(month) * month.economy.looking}


def stage(month: Month) -> None:
    """Decide who stops looking and who, out of the labor force, looks for a job this month.

    Leaves the rows of those who look in ``month.scratch["looking"]`` for the search stage.
    """
    q = month.room("participation")
    n = month.world.people.size
    finding = month.memory["search"]["finding"]
    usual = month.memory["search"]["usual"]
    least = float(q["chance_least"])
    chance = float((max(finding[2], least) / max(usual[2], least)) ** q["chance_elasticity"])
    look = month.table("participation.look", lambda: look_by_age(q)) * chance
    pull = month.memory["participation"]["pull"]
    most = np.zeros((2, N_STATES))
    most[:, CARER:GONE] = look.max(axis=2).T * pull.max()
    # What is left of pay after care is at most all of it.
    most[:, CARER] *= (1.0 / USUALLY_LEFT) ** q["childcare_elasticity"]
    most[:, [TEMPORARY_LAYOFF, UNEMPLOYED]] = 1.0
    b = Behaviour(
        look=look,
        pull=pull,
        enrolled=month.table("participation.enrolled", lambda: _while_enrolled(month)),
        stop=month.table("participation.stop", lambda: by_age(q["stop_by_age"])),
        childcare_elasticity=q["childcare_elasticity"],
        no_place=q["no_place_factor"],
        ui_factor=q["stop_ui_factor"],
        recall_factor=q["stop_recall_factor"],
        discouraged=q["discouraged_share"],
        self_employment=own_business.entry(month),
        bound=bounds_by_state(most),
    )
    cost, chance_of_place = childcare_terms(month)
    rows, states, reasons = month.buffers()
    looking = month.table("participation.looking", lambda: np.empty(month.world.people.capacity, np.int64))
    if looking.size < n:
        looking = month.scratch["participation.looking"] = np.empty(month.world.people.capacity, np.int64)
    counts = np.zeros(month.crew.chunks(n), np.int64)
    benefits = np.zeros((counts.size, 4), np.int64)
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
        float(month.parameters["childcare.parent_works_hours"]),
        looking,
        counts,
        e.outside,
        float(e.ui_supplement[month.now] + month.levers.ui_supplement),
        float(month.levers.ui_supplement),
        added_weeks(month),
        benefits,
        rows,
        states,
        reasons,
    )
    recipients, cents, added, extra = benefits.sum(axis=0)
    month.counts.scalars[SCALAR["ui_supplement_cents"]] += added
    month.counts.scalars[SCALAR["ui_extra_cents"]] += extra
    month.counts.scalars[SCALAR["ui_recipients"]] += recipients
    month.counts.scalars[SCALAR["ui_cents"]] += cents
    (looks,) = gather(list(counts), looking)
    month.scratch["looking"] = housing.thin(month, looks)
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
