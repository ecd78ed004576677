"""AI adoption: what it does to targets, to the experience employers ask for, and to those it displaces.

Adoption grows by a path of its own, faster or slower by policy. In exposed occupations targets fall and newcomers feel
it first: a growing share of cells asks for experience. Layoffs come later. Whoever is laid off for it is remembered for
three years. Cushions are shared work, a new post with the same employer, and insurance of the wage.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from laborsim.market import bad_matches, posts
from laborsim.market.codes import PART_TIME_INVOLUNTARY, UNEMPLOYED, WEEKS_A_MONTH
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, uniforms
from laborsim.market.matching import Seekers
from laborsim.market.month import Month
from laborsim.market.pay import fits as fits_of
from laborsim.market.pipeline import draws, ordinal
from laborsim.market.scaling import scaled_count

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

DISPLACED = (("id", "u8"), ("row", "i8"), ("month", "i2"), ("occupation", "u1"), ("wage", "f4"))


def _begin(month: Month) -> int:
    """Month in which adoption begins, counted from the start."""
    start, begin = month.economy.start, str(month.parameters["demand.ai_start"])
    return (int(begin[:4]) - int(start[:4])) * 12 + int(begin[5:7]) - int(start[5:7])


def stage(month: Month) -> None:
    """Remember how far policy has moved the path; forget those displaced long ago."""
    extra = month.memory.get("adoption")
    if month.levers.ai_speed != 1.0 or extra is not None:
        if extra is None:
            extra = month.memory["adoption"] = np.zeros(month.economy.months + 1)
        ahead = (month.levers.ai_speed - 1.0) / 12.0 if month.index >= _begin(month) else 0.0
        extra[month.now + 1 :] = extra[month.now] + ahead
    held = month.memory.get("displaced")
    if held is not None:
        keep = held["month"] > month.index - int(month.parameters["demand.displaced_months"])
        month.memory["displaced"] = {name: held[name][keep] for name, _ in DISPLACED}


def years(month: Month, index: int) -> float:
    """Years of adoption at the scenario's own speed up to month `index`, policy included."""
    own = max(0.0, (index - _begin(month)) / 12.0)
    extra = month.memory.get("adoption")
    moved = 0.0 if extra is None or index < 0 else float(extra[min(index, extra.size - 1)])
    return max(0.0, own + moved)


def adopted(month: Month, index: int) -> float:
    """Share of exposed tasks adopted by month `index`."""
    return 1.0 - math.exp(-float(month.parameters["demand.ai_adoption_rate"]) * years(month, index))


def technology(month: Month, index: int, shares: F8) -> F8:
    """Factor on the targets of each occupation from AI adoption up to month `index`, shape (O,).

    Exposed tasks adopted lower a cell's target; part of the work comes back in less exposed occupations, in
    proportion to their size.
    """
    return _targets_with(month, adopted(month, index), shares)


def in_indices(month: Month, index: int, mix: F8, shares: F8) -> F8:
    """(S,) factor on the employment of each sector that its index of month `index` holds already.

    The nation's employment is what it is with the adoption of `ai_in_indices` a year. Divided by this, adoption as fast
    as that moves jobs between the occupations of a sector and leaves its total to the index; what is faster or slower
    here, by policy or assumption, moves the total as well.

    Parameters
    ----------
    mix : (S, O) share of each occupation in the sector's jobs. shares : (O,) the same of all sectors together.
    """
    own = max(0.0, (index - _begin(month)) / 12.0)
    usual = 1.0 - math.exp(-float(month.parameters["demand.ai_in_indices"]) * own)
    # Sums along rows, not a matrix product: its rounding would depend on the library.
    return np.asarray((mix * (_targets_with(month, usual, shares) - 1.0)).sum(axis=1) + 1.0)


def _targets_with(month: Month, share: float, shares: F8) -> F8:
    """(O,) factor on targets where this share of exposed tasks is adopted."""
    q, e = month.room("demand"), month.economy
    lost = np.asarray(e.occ_ai) * share * q["ai_labor_saving"]
    sheltered = (1.0 - np.asarray(e.occ_ai)) * shares
    back = q["ai_reinstatement"] * float((lost * shares).sum()) * sheltered / max(float(sheltered.sum()), 1e-12)
    return np.asarray(1.0 - lost + back / np.maximum(shares, 1e-12))


def obsolescence(month: Month) -> F8:
    """Monthly rate at which what a curriculum teaches goes out of date, by occupation, (O,): faster where tasks change.

    The field's own rate is not part of it; it is what adoption adds in this month.
    """
    news = max(adopted(month, month.index) - adopted(month, month.index - 1), 0.0)
    factor = float(month.parameters["technology.obsolescence"])
    return np.asarray(np.minimum(factor * news * np.asarray(month.economy.occ_ai), 1.0))


def experience_asked(month: Month, cell: NDArray[np.int32]) -> NDArray[np.float32]:
    """Least skill each of these cells lets through, (m,); 0 where newcomers are welcome.

    A cell's own fixed draw decides when it begins to ask: cells that ask go on asking while adoption grows, but do
    without while their posts have stayed open for long: requirements fall where people are hard to find.
    """
    share = float(month.parameters["technology.experience_share"]) * adopted(month, month.index)
    if share <= 0.0:
        return np.zeros(cell.size, np.float32)
    exposure = np.asarray(month.economy.occ_ai)[month.world.cells.occupation[cell]]
    asks = uniforms(month.key(Stream.AI_EXPERIENCE, fixed=True), cell.astype(np.uint64)) < share * exposure
    asks &= month.world.cells.age[cell] <= month.parameters["technology.experience_patience"]
    return np.where(asks, month.parameters["technology.experience_level"], 0.0).astype(np.float32)


def _lower(month: Month) -> F8:
    """(C,) by what part of its target each cell wants fewer people for technology."""
    c = month.world.cells
    factor = month.memory["demand"]["technology"][c.occupation[: c.size]]
    return np.asarray(np.maximum(1.0 / factor - 1.0, 0.0))


def share_work(month: Month, excess: NDArray[np.int32]) -> None:
    """Shared work: of those about to be laid off for technology, part stay; lowers `excess` (C,) in place."""
    lv = month.levers
    places = scaled_count(lv.work_sharing_places, month.scale, month.key(Stream.AI_CUSHION), 6 << 32)
    if lv.work_sharing <= 0.0 or places <= 0:
        return
    c = month.world.cells
    over = np.flatnonzero((excess > 0) & (_lower(month) > 0.0) & (c.target[: c.size] > 0))
    key = month.key(Stream.AI_CUSHION)
    draw = uniforms(key, over.astype(np.uint64))
    due = np.minimum(excess[over], np.ceil(c.target[over] * _lower(month)[over]).astype(np.int64))
    kept = np.minimum(np.floor(due * lv.work_sharing + draw).astype(np.int64), due)
    # Scarce places go by a keyed order of cells.
    order = np.argsort(uniforms(key + np.uint64(1), over.astype(np.uint64)), kind="stable")
    left = np.maximum(places - (np.cumsum(kept[order]) - kept[order]), 0)
    kept[order] = np.minimum(kept[order], left)
    excess[over] -= kept.astype(np.int32)
    month.counts.scalars[SCALAR["work_shared"]] += int(kept.sum())


def displaced(month: Month, rows: I8) -> NDArray[np.bool_]:
    """Which of those to be laid off (ascending rows) lose their job for technology.

    As many of a cell as its target is lower for technology, drawn by lot.
    """
    c, p = month.world.cells, month.world.people
    job = p.job[rows]
    lower = _lower(month)
    hit = np.flatnonzero(lower[job] > 0.0)
    if hit.size == 0:
        return np.zeros(rows.size, np.bool_)
    cells = np.unique(job[hit])
    draw = uniforms(month.key(Stream.TARGET_ROUNDING, fixed=True), cells.astype(np.uint64))
    lost = np.floor(c.target[cells] * lower[cells] + draw).astype(np.int64)
    ids = p.id[rows[hit]]
    place = ordinal(job[hit].astype(np.int64), draws(month.key(Stream.AI_CUSHION) + np.uint64(2), ids), ids)
    out = np.zeros(rows.size, np.bool_)
    out[hit] = place < lost[np.searchsorted(cells, job[hit])]
    return out


def remember(month: Month, who: I8) -> None:
    """Count those displaced (ascending rows, still in their jobs) and remember them for three years."""
    if not who.size:
        return
    p = month.world.people
    month.counts.ai_displaced += np.bincount(p.occupation[who], minlength=month.economy.occupations).astype(np.int64)
    new = {"id": p.id[who], "row": who, "month": np.full(who.size, month.index), "occupation": p.occupation[who],
           "wage": p.wage[who]}  # fmt: skip
    held = month.memory.get("displaced")
    month.memory["displaced"] = {
        n: np.concatenate([np.empty(0, t) if held is None else held[n], new[n].astype(t)]) for n, t in DISPLACED
    }


def redeploy(month: Month, rows: I8) -> NDArray[np.bool_]:
    """New posts with the same employer for some of those displaced: which of `rows` got one.

    To the vacancy of the establishment in the nearest occupation whose screen the person passes; pay stays. It is
    neither a quit nor a hire.
    """
    lv, c, p, e = month.levers, month.world.cells, month.world.people, month.economy
    out = np.zeros(rows.size, np.bool_)
    places = scaled_count(lv.redeployment_places, month.scale, month.key(Stream.AI_CUSHION), 7 << 32)
    if lv.redeployment <= 0.0 or places <= 0 or rows.size == 0:
        return out
    u = draws(month.key(Stream.AI_CUSHION) + np.uint64(3), p.id[rows])
    order = [k for k in np.lexsort((p.id[rows], u)) if u[k] < lv.redeployment]
    open_now = np.flatnonzero(c.vacancies[: c.size] > 0)
    by_employer: dict[int, list[int]] = {}
    for k in open_now[np.isin(c.establishment[open_now], c.establishment[p.job[rows]])]:
        by_employer.setdefault(int(c.establishment[k]), []).append(int(k))
    for k in order:
        if places == 0:
            break
        i = rows[k]
        old = p.occupation[i]
        fits = [j for j in by_employer.get(int(c.establishment[p.job[i]]), ())
                if c.vacancies[j] > 0 and c.occupation[j] != old and c.needs[j] <= p.education[i]]  # fmt: skip
        if not fits:
            continue
        to = max(fits, key=lambda j: (e.mobility[old, c.occupation[j]], -j))
        c.filled[p.job[i]] -= 1
        c.filled[to] += 1
        c.vacancies[to] -= 1
        new = c.occupation[to]
        who, there = rows[k : k + 1], np.array([to])
        p.skill[who] = posts.skill_there(month, who, there)
        p.fit[who] = fits_of(p.id[who], there, month.key(Stream.JOB_TASTE, fixed=True))
        p.occupation[i], p.job[i], p.counted[i] = new, to, month.index
        bad_matches.note(month, who)
        out[k] = True
        places -= 1
    month.counts.scalars[SCALAR["redeployed"]] += int(out.sum())
    return out


def _insured(month: Month) -> tuple[I8, F8]:
    """Rows of those displaced whose wage is insured this month, ascending, and the wage insured."""
    held, lv = month.memory.get("displaced"), month.levers
    if held is None or lv.wage_insurance <= 0.0 or not held["id"].size:
        return np.empty(0, np.int64), np.empty(0)
    p = month.world.people
    at = np.flatnonzero((held["month"] > month.index - lv.wage_insurance_months) & (p.id[held["row"]] == held["id"]))
    at = at[np.argsort(held["row"][at], kind="stable")]
    last = np.r_[held["row"][at][1:] != held["row"][at][:-1], True] if at.size else np.empty(0, np.bool_)
    at = at[last]  # of those displaced twice the later wage counts
    return held["row"][at], held["wage"][at].astype(np.float64)


def insure_wages(month: Month, rows: I8, seekers: Seekers) -> None:
    """Those whose wage is insured accept less: the supplement makes up for part of the loss."""
    who, wage = _insured(month)
    if not who.size or not rows.size:
        return
    at = np.minimum(np.searchsorted(rows, who), rows.size - 1)
    looks = (rows[at] == who) & (month.world.people.state[who] == UNEMPLOYED)
    at, wage, share = at[looks], wage[looks], min(month.levers.wage_insurance, 0.9)
    asks = seekers.reservation[at].astype(np.float64)
    # What pays w gives w + share x (wage - w): enough where that is the reservation wage.
    eased = np.where(asks < wage, np.maximum((asks - share * wage) / (1.0 - share), 0.0), asks)
    seekers.reservation[at] = eased
    month.world.people.reservation[rows[at]] = seekers.reservation[at]


def pay_supplements(month: Month) -> None:
    """Pay the insured who have taken a job for less; where money is short a fixed lot decides who is served."""
    who, wage = _insured(month)
    lv, p = month.levers, month.world.people
    if not who.size:
        return
    works = (p.state[who] <= PART_TIME_INVOLUNTARY) & (p.job[who] >= 0) & (p.wage[who] < wage)
    who, wage = who[works], wage[works]
    places = scaled_count(lv.wage_insurance_places, month.scale, month.key(Stream.AI_CUSHION), 8 << 32)
    lot = draws(month.key(Stream.AI_CUSHION, fixed=True), p.id[who])
    served = np.lexsort((who, lot))[:places]
    who, wage = who[served], wage[served]
    month_hours = p.hours[who] * WEEKS_A_MONTH
    dollars = np.minimum(lv.wage_insurance * (wage - p.wage[who]) * month_hours, lv.wage_insurance_most)
    month.counts.scalars[SCALAR["wages_insured"]] += who.size
    month.counts.scalars[SCALAR["wage_insurance_cents"]] += int(np.rint(dollars * 100.0).astype(np.int64).sum())


__all__ = [
    "DISPLACED", "adopted", "displaced", "experience_asked", "in_indices", "insure_wages", "obsolescence",
    "pay_supplements", "redeploy", "remember", "share_work", "stage", "technology", "years",
]  # fmt: skip
