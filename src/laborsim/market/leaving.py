"""Leaving: work given up for school, family or other reasons, matches that turn out bad, the self-employed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import own_business, quality
from laborsim.market.bad_matches import bad_matches, kept, turnover
from laborsim.market.codes import (
    CARE_PARENT,
    DISCHARGE,
    FEMALE,
    MALE,
    QUIT_TO_INACTIVE,
    QUIT_TO_UNEMPLOYED,
    SELF_EMPLOYED,
    TEMPORARY_LAYOFF,
    TRAIT_ENROLLED,
    UNEMPLOYED,
    WEEKS_A_MONTH,
)
from laborsim.market.columns import AHEAD, fetch
from laborsim.market.draws import Stream, bits, more_bits, to_unit
from laborsim.market.insurance import insure, not_for_misconduct
from laborsim.market.month import Month
from laborsim.market.participation import MAX_AGE, USUALLY_LEFT, by_age, childcare_terms
from laborsim.market.scan import BLOCK, draw_block
from laborsim.market.transitions import gather, inactive_reason, move

MOST = 0.65  # nobody leaves with a higher monthly hazard
USUAL_START = 0.045  # mean of 0.5^(months / half-life) over the employed, per month of half-life, at usual turnover
LEAST_LEFT = 0.05  # share of pay that care leaves, at least
AGES = 128  # places for years of age in a table of `_scan`


class Behaviour(NamedTuple):
    """Parameters of leaving as a kernel wants them."""

    leave: NDArray[np.float64]  # (2, 121) monthly hazard by sex and age
    enrolled: float
    young_child: float
    father: float  # at most 1
    father_from: int  # years of age from which a man in a household with children counts as their father
    mother_to: int  # and up to which a woman in one with a child under six counts as its mother
    no_place: float
    childcare_elasticity: float
    tenure_shape: NDArray[np.float64]  # (64,) factor by months of tenure
    cell: NDArray[np.float32]  # (cells,) factor of job quality and of the sector's turnover
    bad: NDArray[np.uint8]  # (people,) see `bad_matches.kept`
    young: NDArray[np.uint8]  # (households,) 1 with a child under six
    bad_hazard: NDArray[np.float64]  # (64,) hazard of a bad match by months of tenure
    discharge: float
    own_business: float  # leaving work by the self-employed relative to others
    self_employed: float
    slump: float  # share of the self-employed whose work stops this month and who wait for it
    cell_most: float  # largest entry of cell
    most: NDArray[np.float64]  # (2,) largest factor on what `_hazards` finds: others, mothers of a young child
    by_person: NDArray[np.float32]  # (3 * AGES,) largest `leave` of men, women, mothers of a young child, see `_scan`
    shape_by_spell: NDArray[np.float32]  # (384,) tenure_shape by tenure + 64 if bad; 0 for others than employees
    by_spell: NDArray[np.float32]  # (384,) what is added to it


@njit(cache=True, inline="always")
def _hazards(i, age, p, month, b):  # type: ignore[no-untyped-def]
    """Employee i's hazard of leaving work, young children apart, without and factor of the job's cell; that of a bad
    match by tenure, and whether the match is bad."""
    tenure = np.uint64(min(max(month - p.hired[i], 0), 63))
    out = b.leave[np.uint64(p.sex[i]), age] * b.tenure_shape[tenure]
    if p.traits[i] & TRAIT_ENROLLED:
        out *= b.enrolled
    cell = np.float64(b.cell[np.uint64(max(p.job[i], 0))])  # the self-employed have none
    return out, cell, b.bad_hazard[tenure], b.bad[np.uint64(i)] != 0


@njit(cache=True, nogil=True)
def _young(lo, hi, chunk, h, month, out):  # type: ignore[no-untyped-def]
    """Households with a child under six."""
    children, youngest, into = h.children[lo:hi], h.youngest[lo:hi], out[lo:hi]
    born = np.int32(month - 72)
    for k in range(into.size):
        into[k] = np.uint8(children[k] > 0) & np.uint8(np.int32(youngest[k]) > born)


@njit(cache=True, nogil=True)
def _scan(lo, hi, p, month, key, b, rows):  # type: ignore[no-untyped-def]
    """Rows of those at work whose draw is below the most that anyone of their age, sex and tenure, with or without a
    young child and a bad match, could face; like `scan.scan`, a block at a time, and never too few."""
    draw, person = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint16)
    spell, bad, young, household = np.empty(BLOCK, np.uint16), b.bad, b.young, p.household
    by_person, shape, by_spell = b.by_person, b.shape_by_spell, b.by_spell
    n: Any = np.uint64(lo)
    for start in range(lo, hi, BLOCK):
        size = min(BLOCK, hi - start)
        draw_block(key, p.id, start, size, draw)
        state, sex, birth = p.state[start:start + size], p.sex[start:start + size], p.birth[start:start + size]
        hired, mine, home = p.hired[start:start + size], bad[start:start + size], household[start:start + size]
        for k in range(size):
            age = np.uint32(max(month - birth[k], 0)) // np.uint32(12)
            person[k] = np.uint16(min(age, np.uint32(MAX_AGE - 1))) + np.uint16(sex[k]) * np.uint16(AGES)
        for k in range(size):
            tenure = np.uint16(min(max(month - hired[k], 0), 63))
            kind = min(max(state[k], np.uint8(SELF_EMPLOYED - 1)) - np.uint8(SELF_EMPLOYED - 1), 2)
            spell[k] = tenure + np.uint16(mine[k]) * np.uint16(64) + np.uint16(kind) * np.uint16(128)
        for row in range(size):
            at = np.uint64(row)  # unsigned: no test for negative indices
            mother = np.uint64(young[np.uint64(max(home[at], 0))]) * np.uint64(sex[at]) * np.uint64(AGES)
            of = np.uint64(spell[at])
            most = by_person[np.uint64(person[at]) + mother] * shape[of] + by_spell[of]
            rows[n] = start + row
            n += np.uint64(np.float32(draw[at]) < most)
    return np.int64(n) - lo


@njit(cache=True, nogil=True)
def _near(lo, hi, p, h, month, leave_key, b, rows):  # type: ignore[no-untyped-def]
    """Rows of the self-employed and of those who leave, but for what care costs; without branches, which would be
    guessed wrong half the time."""
    n: Any = np.uint64(lo)
    last = lo + _scan(lo, hi, p, month, leave_key, b, rows) - 1
    for k in range(lo, last + 1):
        i = np.uint64(rows[k])
        far, ahead = rows[min(k + 2 * AHEAD, last)], rows[min(k + AHEAD, last)]
        fetch(p.job, far)
        fetch(p.traits, far)
        fetch(b.cell, max(p.job[ahead], 0))
        age = np.uint64(min(max((month - p.birth[i]) // 12, 0), MAX_AGE - 1))
        out, cell, end, bad = _hazards(i, age, p, month, b)
        mother = np.uint64(b.young[np.uint64(max(p.household[i], 0))] & (p.sex[i] == FEMALE))
        most = out * cell * b.most[mother] + end * np.float64(bad)
        rows[n] = i
        n += np.uint64((to_unit(bits(leave_key, p.id[i])) < most) | (p.state[i] == SELF_EMPLOYED))
    return np.int64(n) - lo


@njit(cache=True, nogil=True, error_model="numpy")
def _leave(  # type: ignore[no-untyped-def]
    lo,
    hi,
    chunk,
    p,
    h,
    month,
    leave_key,
    b,
    cost,
    rows,
    states,
    reasons,
):
    """Quits out of work, bad matches, and the self-employed who give up or whose work stops for now."""
    moved = 0
    last = lo + _near(lo, hi, p, h, month, leave_key, b, rows) - 1
    for k in range(lo, last + 1):
        i = np.uint64(rows[k])  # unsigned: no test for negative indices
        ahead = rows[min(k + AHEAD, last)]
        fetch(p.traits, ahead)
        fetch(p.wage, ahead)
        fetch(p.hours, ahead)
        fetch(cost, max(p.household[ahead], 0))
        s = p.state[i]
        first = bits(leave_key, p.id[i])
        u = to_unit(first)
        age = min(max((month - p.birth[i]) // 12, 0), MAX_AGE - 1)
        sex = p.sex[i]
        traits = p.traits[i]
        if s == SELF_EMPLOYED:
            out = b.leave[sex, age] * b.own_business
            if u < out + b.self_employed + b.slump:
                hh = p.household[i]
                young = h.children[hh] > 0 and month - h.youngest[hh] < 72
                rows[lo + moved] = i
                if u < out:
                    states[lo + moved] = inactive_reason(traits, age, young, sex, False)
                else:
                    states[lo + moved] = UNEMPLOYED if u < out + b.self_employed else TEMPORARY_LAYOFF
                reasons[lo + moved] = 0
                moved += 1
            continue
        out, cell, end, bad = _hazards(i, age, p, month, b)
        mother = sex == FEMALE and age <= b.mother_to
        if not mother and u >= out * b.cell_most + end:
            continue
        out *= cell
        end *= bad
        hh = p.household[i]
        young = h.children[hh] > 0 and month - h.youngest[hh] < 72
        if young and mother:
            pay = max(p.wage[i] * p.hours[i] * WEEKS_A_MONTH, np.float32(1.0))
            left = max(1.0 - cost[hh] / pay, LEAST_LEFT) / USUALLY_LEFT
            out *= b.young_child * left ** (-b.childcare_elasticity)
            if h.care[hh] == CARE_PARENT and h.earners[hh] == h.adults[hh]:
                out *= b.no_place
        elif h.children[hh] > 0 and sex != FEMALE and b.father_from <= age:
            out *= b.father
        if u < min(out + end, MOST):
            rows[lo + moved] = i
            if u < out:
                states[lo + moved] = inactive_reason(traits, age, young, sex, False)
                reasons[lo + moved] = QUIT_TO_INACTIVE
            else:
                states[lo + moved] = UNEMPLOYED
                fired = to_unit(more_bits(first, 1)) < b.discharge
                reasons[lo + moved] = DISCHARGE if fired else QUIT_TO_UNEMPLOYED
            moved += 1
    return moved


def outlook(month: Month) -> float:
    """Chance of finding work as people at work see it, relative to the usual one.

    That of the unemployed last month; lower at once where this month's layoffs are in sight and places have gone, by
    the change of places free per seeker. What has become easier shows in the chance itself.
    """
    c, p, q = month.world.cells, month.world.people, month.room("separations")
    gap = c.target[: c.size].astype(np.int64) - c.filled[: c.size]
    seekers = np.count_nonzero(p.state[: p.size] == UNEMPLOYED) - int(np.minimum(gap, 0).sum())
    places = (int(np.maximum(gap, 0).sum()) + 1.0) / (seekers + 1.0)
    memory = month.memory.setdefault("leaving", {"places": np.array(places)})
    worse = min(places / float(memory["places"]), 1.0) ** q["outlook_elasticity"]
    memory["places"][...] = places
    finding, usual = month.memory["search"]["finding"], month.memory["search"]["usual"]
    return float(np.clip(finding[0] / max(usual[0], 1e-9) * worse, *q["outlook_range"]))


def of_cells(month: Month, use: str) -> NDArray[np.float32]:
    """(cells,) factor of job quality, as it counts for a use, "leaving" or "search", and of turnover.

    Kept until either changes.
    """
    scores, usual = getattr(quality.uses(month), use), turnover(month)
    held = month.scratch.get(f"leaving.of_cells.{use}")
    if held is None or held[0] is not scores or held[1] is not usual:
        factor = np.exp(-quality.response(month, use) * quality.centred(np.arange(256.0)))
        held = month.scratch[f"leaving.of_cells.{use}"] = scores, usual, (factor[scores] * usual).astype(np.float32)
    return np.asarray(held[2])


def _as_draws(most: NDArray[np.float64]) -> NDArray[np.float32]:
    """Hazards as bounds of the upper 31 bits of a draw; a trifle is added for the rounding of both."""
    return np.asarray((most * (1.0 + 4e-6) * 2.0**31).astype(np.float32).ravel())


def _behaviour(month: Month) -> Behaviour:
    q = month.room("separations")
    months = np.arange(64)
    leave = by_age(q["leave_by_age"])
    shape = 1.0 + q["tenure_shape"] * 0.5 ** (months / q["tenure_half_life"])
    bad_hazard, _ = bad_matches(month)
    # People give up work less where work is hard to find; employers discharge as before.
    ease = outlook(month) ** q["leave_finding_elasticity"]
    ended = q["discharge_share"] + (1.0 - q["discharge_share"]) * ease
    leave, bad_hazard = leave * ease, np.minimum(bad_hazard * ended, 1.0)
    slump = q["self_employed_loss_exposure"] * own_business.fall(month)
    usual_shape = 1.0 + USUAL_START * q["tenure_shape"] * q["tenure_half_life"]
    by_sex = np.stack([leave, leave * q["leave_women_factor"]]) / usual_shape
    h = month.world.households
    young = np.empty(h.capacity, np.uint8)
    month.crew.map(_young, h.size, h.columns, month.index, young)
    cell = of_cells(month, "leaving")
    cell_most = float(cell.max(initial=0.0))
    elasticity = float(month.parameters["participation.childcare_elasticity"])
    usual_most = max(q["leave_enrolled_factor"], 1.0) * cell_most
    # Care leaves between LEAST_LEFT and all of pay, see `_leave`; other factors on parents lower the hazard.
    mother = q["leave_young_child_factor"] * max(q["leave_no_place_factor"], 1.0)
    mother *= max((left / USUALLY_LEFT) ** -elasticity for left in (LEAST_LEFT, 1.0))
    mother = max(mother, 1.0)
    by_person = np.zeros((3, AGES))
    by_person[:, :MAX_AGE] = by_sex[[MALE, FEMALE, FEMALE]] * usual_most
    by_person[2] *= mother
    shapes, added = np.zeros((3, 2, 64)), np.zeros((3, 2, 64))  # employees, the self-employed, others
    shapes[0], added[0, 1] = shape, bad_hazard
    added[1] = q["self_employed_leave"] + slump + q["leave_self_employed_factor"] * by_sex.max()
    return Behaviour(
        cell_most=cell_most,
        most=np.array([1.0, mother]) * (1.0 + 1e-9),
        by_person=_as_draws(by_person),
        shape_by_spell=shapes.astype(np.float32).ravel(),
        by_spell=_as_draws(added),
        leave=by_sex,
        enrolled=q["leave_enrolled_factor"],
        young_child=q["leave_young_child_factor"],
        father=q["leave_father_factor"],
        father_from=int(q["father_from"]),
        mother_to=int(q["mother_to"]),
        no_place=q["leave_no_place_factor"],
        childcare_elasticity=elasticity,
        tenure_shape=shape,
        cell=cell,
        bad=kept(month),
        young=young,
        bad_hazard=bad_hazard,
        discharge=q["discharge_share"] / ended,
        own_business=q["leave_self_employed_factor"],
        self_employed=q["self_employed_leave"],
        slump=slump,
    )


def leave(month: Month) -> None:
    """People leave their work; the discharged are insured unless for misconduct, the self-employed while widened."""
    w = month.world
    b = _behaviour(month)
    rows, states, reasons = month.buffers()
    moved = month.crew.map(
        _leave,
        w.people.size,
        w.people.columns,
        w.households.columns,
        month.index,
        month.key(Stream.LEAVE_LABOR_FORCE),
        b,
        childcare_terms(month)[0],
        rows,
        states,
        reasons,
    )
    r, s, why = (a.copy() for a in gather(moved, rows, states, reasons))
    w.people.ui_weeks[r] = 0
    if month.economy.ui_all[month.now]:
        insure(month, r[((s == UNEMPLOYED) | (s == TEMPORARY_LAYOFF)) & (w.people.state[r] == SELF_EMPLOYED)])
    discharged = r[(why == DISCHARGE) & (s == UNEMPLOYED) & (w.people.state[r] != SELF_EMPLOYED)]
    insure(month, discharged[not_for_misconduct(month, discharged)])
    move(month, r, s, why)


__all__ = ["leave", "of_cells"]
