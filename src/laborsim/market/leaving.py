"""Leaving: work given up for school, family or other reasons, matches that turn out bad, the self-employed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import own_business, quality
from laborsim.market.codes import (
    CARE_PARENT,
    DISCHARGE,
    FEMALE,
    MALE,
    N_STATES,
    PAYROLL,
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
from laborsim.market.participation import MAX_AGE, USUALLY_LEFT, by_age, childcare_terms, inactive_reason
from laborsim.market.pay import FIT_MOST
from laborsim.market.scan import bounds_by_state, scan
from laborsim.market.size import by_size
from laborsim.market.transitions import gather, move

MOST = 0.65  # nobody leaves with a higher monthly hazard
USUAL_START = 0.045  # mean of 0.5^(months / half-life) over the employed, per month of half-life, at usual turnover
LEAST_LEFT = 0.05  # share of pay that care leaves, at least
FATHERHOOD = 20  # age from which a man in a household with children counts as a father
NEAR = 40  # bit of a row number that marks who is near leaving whatever the household, see `_near`
CHILDBEARING = 55  # years of age up to which a young child of the household may be one's own


class Matches(NamedTuple):
    """Which matches are bad, as a kernel wants it."""

    share: NDArray[np.float64]  # (64,) of those hired k months before the start, white and of a middling fit
    watched: NDArray[np.float64]  # (5,) factor by race
    fit: float  # fall of the share per step of fit, relative
    turnover: NDArray[np.float32]  # (cells,) factor of the employer's sector
    key: np.uint64


class Behaviour(NamedTuple):
    """Parameters of leaving as a kernel wants them."""

    leave: NDArray[np.float64]  # (2, 121) monthly hazard by sex and age
    enrolled: float
    young_child: float
    father: float  # at most 1
    no_place: float
    childcare_elasticity: float
    tenure_shape: NDArray[np.float64]  # (64,) factor by months of tenure
    cell: NDArray[np.float32]  # (cells,) factor of job quality and of the sector's turnover
    matches: Matches
    bad_hazard: NDArray[np.float64]  # (64,) hazard of a bad match by months of tenure
    discharge: float
    self_employed: float
    slump: float  # share of the self-employed whose work stops this month and who wait for it
    cell_most: float  # largest entry of cell
    most: NDArray[np.float64]  # (2,) largest factor on `leave` and tenure that anyone of the sex may have
    bound: NDArray[np.uint32]  # most anyone of the state and sex could face, see `scan`


@njit(cache=True, inline="always")
def is_bad(i, p, m):  # type: ignore[no-untyped-def]
    """Whether the match of employee i and his or her job is bad: a draw of the two, kept while the job lasts."""
    match = bits(m.key, p.id[i] ^ (np.uint64(p.hired[i] + 4096) << np.uint64(32)))
    share = m.share[np.uint64(min(max(-p.hired[i], 0), 63))] * m.watched[np.uint64(p.race[i])]
    return to_unit(match) < share * (1.0 - m.fit * p.fit[i]) * m.turnover[np.uint64(max(p.job[i], 0))]


@njit(cache=True, inline="always")
def _hazards(i, age, p, month, b):  # type: ignore[no-untyped-def]
    """Employee i's hazard of leaving work, young children apart, without and factor of the job's cell; that of a bad
    match by tenure, and whether the match is bad."""
    tenure = np.uint64(min(max(month - p.hired[i], 0), 63))
    out = b.leave[np.uint64(p.sex[i]), age] * b.tenure_shape[tenure]
    if p.traits[i] & TRAIT_ENROLLED:
        out *= b.enrolled
    cell = np.float64(b.cell[np.uint64(max(p.job[i], 0))])  # the self-employed have none
    return out, cell, b.bad_hazard[tenure], is_bad(i, p, b.matches)


@njit(cache=True, nogil=True)
def _near(lo, hi, p, h, month, leave_key, b, rows):  # type: ignore[no-untyped-def]
    """Rows of those who leave but for young children, of mothers of such, and of the self-employed.

    After the scan, and like it without branches, which would be guessed wrong half the time. First without a look at
    household and job, which few need; then at the household of those who would stay unless they have a young child.
    """
    n = np.uint64(lo)
    for k in range(lo, lo + scan(lo, hi, p, leave_key, b.bound, rows)):
        i = np.uint64(rows[k])
        sex, tenure = np.uint64(p.sex[i]), np.uint64(min(max(month - p.hired[i], 0), 63))
        age = np.uint64(min(max((month - p.birth[i]) // 12, 0), MAX_AGE - 1))
        u = to_unit(bits(leave_key, p.id[i]))
        out = b.leave[sex, age] * b.tenure_shape[tenure]
        end = b.bad_hazard[tenure]
        own = (age <= CHILDBEARING) | (u < out * b.most[MALE] + end)  # see `_leave`
        end *= np.float64(is_bad(i, p, b.matches))
        near = (u < out * b.most[MALE] + end) | (p.state[i] == SELF_EMPLOYED)
        mother = (sex == FEMALE) & own & (u < out * b.most[FEMALE] + end)
        rows[n] = i | (np.uint64(near) << np.uint64(NEAR))
        n += np.uint64(near | mother)
    listed = n
    n = np.uint64(lo)
    for k in range(lo, listed):
        near = np.uint64(rows[k]) >> np.uint64(NEAR)
        i = np.uint64(rows[k]) ^ (near << np.uint64(NEAR))
        g = np.uint64(p.household[i])
        rows[n] = i
        n += near | np.uint64((h.children[g] > 0) & (month - h.youngest[g] < 72))
    listed = n
    n = np.uint64(lo)
    for k in range(lo, listed):
        i = np.uint64(rows[k])
        g, state = np.uint64(p.household[i]), p.state[i]
        age = np.uint64(min(max((month - p.birth[i]) // 12, 0), MAX_AGE - 1))
        mother = (p.sex[i] == FEMALE) & (h.children[g] > 0) & (month - h.youngest[g] < 72)
        out, cell, end, bad = _hazards(i, age, p, month, b)
        rows[n] = i
        most = out * cell + end * np.float64(bad)
        n += np.uint64((to_unit(bits(leave_key, p.id[i])) < most) | mother | (state == SELF_EMPLOYED))
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
            out = b.leave[sex, age] * 0.5
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
        if (sex != FEMALE or age > CHILDBEARING) and u >= out * b.cell_most + end:
            continue
        out *= cell
        end *= bad
        hh = p.household[i]
        young = h.children[hh] > 0 and month - h.youngest[hh] < 72
        if young and sex == FEMALE:
            pay = max(p.wage[i] * p.hours[i] * WEEKS_A_MONTH, np.float32(1.0))
            left = max(1.0 - cost[hh] / pay, LEAST_LEFT) / USUALLY_LEFT
            out *= b.young_child * left ** (-b.childcare_elasticity)
            if h.care[hh] == CARE_PARENT and h.earners[hh] == h.adults[hh]:
                out *= b.no_place
        elif h.children[hh] > 0 and sex != FEMALE and FATHERHOOD <= age:
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


def bad_matches(month: Month) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Monthly hazard of a bad match by tenure, and share bad among those hired k months before the start, (64,) each.

    Bad matches made before settling have partly ended already; those made while settling end in the model.
    """
    q = month.room("separations")
    hazard = q["bad_match_hazard"] * (1.0 - np.exp(-np.arange(64) / q["learning_months"]))
    hazard[63] = 0.0  # stands for all longer tenures: bad matches have ended
    still = q["bad_match_share"] * np.concatenate([[1.0], np.cumprod(1.0 - hazard)[:-1]])
    share = still / (still + 1.0 - q["bad_match_share"])
    settling = min(int(month.parameters["model.settle_months"]), 63)
    return hazard, share[np.maximum(np.arange(64) - settling, 0)]


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


def turnover(month: Month) -> NDArray[np.float32]:
    """(cells,) how often jobs end by leaving, by search and as bad matches, by the employer's sector and size."""
    c, e = month.world.cells, month.world.establishments
    held = month.scratch.get("separations.turnover")
    if held is None or held.size != c.size:  # plants bring cells
        sector = np.asarray(month.parameters["separations.turnover_by_sector"], np.float64)[c.sector[: c.size]]
        size = by_size(month.parameters["separations.turnover_by_size"], e.stands[c.establishment[: c.size]])
        held = month.scratch["separations.turnover"] = (sector * size).astype(np.float32)
    return np.asarray(held)


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


def matches(month: Month) -> Matches:
    """Terms of `is_bad`."""
    q = month.room("separations")
    key = month.key(Stream.MATCH_QUALITY, fixed=True)
    watched = np.asarray(q["watched_race"], np.float64)
    return Matches(bad_matches(month)[1], watched, q["bad_fit"] / FIT_MOST, turnover(month), key)


@njit(cache=True, nogil=True)
def _bad(p, rows, m, out):  # type: ignore[no-untyped-def]
    for k in range(rows.size):
        out[k] = is_bad(rows[k], p, m)


def bad(month: Month, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) whether the matches of these employees are bad."""
    out = np.empty(rows.size, np.bool_)
    _bad(month.world.people.columns, rows, matches(month), out)
    return out


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
    cell = of_cells(month, "leaving")
    cell_most = float(cell.max(initial=0.0))
    elasticity = float(month.parameters["participation.childcare_elasticity"])
    most = np.zeros((2, N_STATES))
    usual_most = max(q["leave_enrolled_factor"], 1.0) * cell_most * (1.0 + 1e-9)
    most[MALE, list(PAYROLL)] = min(by_sex[MALE].max() * shape.max() * usual_most + bad_hazard.max(), MOST)
    most[FEMALE, list(PAYROLL)] = MOST
    most[:, SELF_EMPLOYED] = q["self_employed_leave"] + slump + 0.5 * by_sex.max(axis=1)
    # Care leaves between LEAST_LEFT and all of pay, see `_leave`; other factors on parents lower the hazard.
    mother = q["leave_young_child_factor"] * max(q["leave_no_place_factor"], 1.0)
    mother *= max((left / USUALLY_LEFT) ** -elasticity for left in (LEAST_LEFT, 1.0))
    return Behaviour(
        cell_most=cell_most,
        most=usual_most * np.array([1.0, max(mother, 1.0)]),
        bound=bounds_by_state(most),
        leave=by_sex,
        enrolled=q["leave_enrolled_factor"],
        young_child=q["leave_young_child_factor"],
        father=q["leave_father_factor"],
        no_place=q["leave_no_place_factor"],
        childcare_elasticity=elasticity,
        tenure_shape=shape,
        cell=cell,
        matches=matches(month),
        bad_hazard=bad_hazard,
        discharge=q["discharge_share"] / ended,
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


__all__ = ["Matches", "bad", "bad_matches", "is_bad", "leave", "matches", "of_cells", "turnover"]
