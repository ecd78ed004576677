"""Seats: what programs have open this month, the instructors that limit them, and the age of their curricula."""

from __future__ import annotations

from itertools import chain

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import OJT
from laborsim.market.draws import Stream
from laborsim.market.month import Month
from laborsim.market.pipeline import draws, ordinal
from laborsim.market.programs import Programs
from laborsim.market.scaling import scaled_count
from laborsim.scenario.fields import month_number

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]


def instructors_at_start(month: Month) -> F8:
    """(families,) starts a month that the instructors at hand can serve, full scale."""
    pr = month.programs
    usual = 1.0 + float(month.room("training")["instructor_slack"])
    each = np.where(np.isnan(pr.instructors), usual, pr.instructors)
    return np.asarray(np.bincount(pr.family, weights=pr.seats * each), np.float64)


def curricula(month: Month) -> None:
    """Curricula age, unless employers teach or are asked; asked, they come nearer to what employers want."""
    q, pr, fit, lv = month.room("training"), month.programs, month.memory["training"]["fit"], month.levers
    ages = pr.employer_input == 0
    kept = (1.0 - q["fit_decay"]) ** (1.0 / 12.0)
    fit[ages] = np.maximum(fit[ages] * kept, np.minimum(q["fit_floor"], fit[ages]))
    goal = np.minimum(1.0, pr.fit + lv.curriculum_fit)
    heard = lv.curriculum_fit > 0
    fit[heard] += np.maximum(goal[heard] - fit[heard], 0.0) * q["fit_mending"]


def site_quality(month: Month) -> F8:
    """(P,) factor on the skill a provider's completers reach; a fixed draw of each site."""
    pr = month.programs

    def make() -> F8:
        key, ids = month.key(Stream.TRAINING_SITE, fixed=True), np.arange(len(pr), dtype=np.uint64)
        first, second = draws(key, ids), draws(key + np.uint64(1), ids)
        normal = np.sqrt(-2.0 * np.log1p(-first)) * np.cos(2.0 * np.pi * second)
        return np.asarray(np.clip(1.0 + pr.site_spread * normal, 0.3, 1.5))

    return month.table("training.site_quality", make)  # type: ignore[no-any-return]


def intake(month: Month) -> B1:
    """(P,) whether cohorts start this month."""
    first = month.table("training.first_month", lambda: month_number(month.economy.start) % 12)
    return np.asarray(month.programs.intakes[:, (first + month.index) % 12] > 0)


def shifted(month: Month) -> F8:
    """(P,) own seats a month, moved in part to courses whose field has vacancies where employers tell providers.

    Students' and employers' own courses stay as they are.
    """
    pr, share = month.programs, month.levers.seat_shift
    if share <= 0.0:
        return pr.seats
    memory = month.memory["training"]
    movable = (pr.employer_input == 0) & ~pr.beside
    want = (pr.occupations * memory["vacancies"]).sum(axis=1) / ((pr.occupations * memory["seekers"]).sum(axis=1) + 1.0)
    weight = pr.seats * want ** month.room("training")["shift_elasticity"] * movable
    moved = share * pr.seats * movable
    if weight.sum() <= 0.0:
        return pr.seats
    return np.asarray(pr.seats - moved + moved.sum() * weight / weight.sum())


def open_now(month: Month) -> tuple[I8, I8]:
    """Places for starts this month: the families' own, with unused ones of before, and the added ones that instructors
    can be found for; (families,) and (P,). None outside the months of intake: they wait for the next."""
    q, pr, memory = month.room("training"), month.programs, month.memory["training"]
    capacity, key, starts = memory["capacity"], month.key(Stream.TRAINING_SEATS), intake(month)
    # The rounding of `scaled_count`, for all programs at once.
    seats = np.floor(shifted(month) * month.scale + draws(key, np.arange(len(pr), dtype=np.uint64)))
    memory["unused"] += np.bincount(pr.family, weights=seats).astype(np.int64)
    own = np.where(np.bincount(pr.family, weights=starts) > 0, memory["unused"], 0).astype(np.int64)
    asked = np.maximum(month.levers.program_seats, 0).astype(np.float64)
    if asked.any():
        own_full = np.bincount(pr.family, weights=pr.seats)
        more = np.bincount(pr.family, weights=asked, minlength=own_full.size)
        # Any provider can open a class a year.
        anywhere = np.bincount(pr.family) * q["new_class"] / 12.0
        room = np.maximum(capacity - own_full, anywhere)
        # Hours not used for starts in one month can be used in the next ones.
        hours = memory["hours"]
        hours[:] = np.minimum(hours + room, np.maximum(q["instructor_reserve"] * room, room + 1.0 / month.scale))
        share = np.minimum(1.0, hours / np.maximum(more, 1e-9))
        for g in np.flatnonzero(asked):
            # Employers themselves teach there.
            part = 1.0 if pr.kind[g] == OJT or pr.hires[g] else share[pr.family[g]]
            memory["waiting"][g] += scaled_count(asked[g] * part, month.scale, key, (1 << 33) + int(g))
        short = more > hours
        hours -= np.minimum(more, hours)
        # Instructors come from the trade: the tighter its labor market, the fewer.
        first = np.unique(pr.family, return_index=True)[1]
        wanted = (pr.occupations[first] * memory["vacancies"]).sum(axis=1)
        idle = (pr.occupations[first] * memory["seekers"]).sum(axis=1)
        ease = ((idle + 1.0) / (wanted + 1.0)) ** q["instructor_tightness"]
        grown = np.maximum(capacity, own_full + anywhere) * (1.0 + q["instructor_growth"] * np.minimum(ease, 2.0))
        capacity[short] = grown[short]
    return own, np.where(starts, memory["waiting"], 0)


def keep(month: Month, used: I8) -> None:
    """Seats that found nobody can be given later, for some months or until the next intake; added ones cannot.

    Parameters
    ----------
    used : (families,) starts on own seats this month.
    """
    pr, memory = month.programs, month.memory["training"]
    between = 12.0 / np.maximum(pr.intakes.sum(axis=1), 1.0)
    longest = np.zeros(used.size)
    np.maximum.at(longest, pr.family, between)
    months = np.maximum(month.room("training")["seat_carry"], np.where(longest > 1.0, longest, 0.0))
    pool = np.bincount(pr.family, weights=pr.seats) * month.scale
    memory["unused"] = np.minimum(memory["unused"] - used, np.ceil(months * pool).astype(np.int64))
    memory["waiting"][intake(month)] = 0


def nearest(pr: Programs, minutes: F8) -> list[list[int]]:
    """For each program, the programs of its family from the nearest provider on, itself first."""
    found = []
    for g in range(len(pr)):
        members = np.flatnonzero(pr.family == pr.family[g])
        away = minutes[pr.zone[g], pr.zone[members]] - (members == g) * 1e6
        found.append([int(x) for x in members[np.argsort(away, kind="stable")]])
    return found


def assign(
    pr: Programs,
    near: list[list[int]],
    wanted: I8,
    own: I8,
    added: I8,
    offers: tuple[I8, I8],
    rows: I8 | None = None,
) -> tuple[I8, I8, B1]:
    """Places for applicants, one after the other in the order of their rank.

    The programs' own seats are one pool for all providers of a family; added seats belong to a program. An applicant
    takes a place of the program applied to, or else of the same family's nearest provider that has one.

    Parameters
    ----------
    near : by program, as `nearest` gives it.
    wanted : (n,) program of each applicant, by rank.
    own, added : (families,) and (P,) seats.
    offers : job cells open to trainees, those of each program together, and where each begins (P + 1,); only programs
        that need an employer use them.
    rows : (n,) people, if some apply twice: nobody gets two places.

    Returns
    -------
    gets, cell, on_added : (n,) program or -1, job cell or -1, and whether the seat is an added one.
    """
    gets = np.full(wanted.size, -1, np.int64)
    cell = np.full(wanted.size, -1, np.int64)
    on_added = np.zeros(wanted.size, np.bool_)
    if wanted.size == 0:
        return gets, cell, on_added
    who = np.arange(wanted.size) if rows is None else np.unique(rows, return_inverse=True)[1]
    _assign(*flat(near), wanted, who, pr.family, pr.needs_employer, *offers, own.copy(), added.copy(),
            np.zeros(wanted.size, np.bool_), gets, cell, on_added)  # fmt: skip
    return gets, cell, on_added


def flat(lists: list[list[int]]) -> tuple[I8, I8]:
    """The lists one behind the other, and where each starts, (lists + 1,)."""
    start = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(x) for x in lists], out=start[1:])
    return np.fromiter(chain.from_iterable(lists), np.int64, int(start[-1])), start


@njit(cache=True)
def _assign(  # type: ignore[no-untyped-def]
    near, near_start, wanted, who, family, needs_offer, offers, offer_start, pool, more, served, gets, cell, on_added
):
    """Places one after the other; uses up `pool` (families,) and `more` (P,) and marks `served` by `who`."""
    turn = offer_start.copy()
    for i in range(wanted.size):
        want = wanted[i]
        if served[who[i]]:
            continue
        for k in range(near_start[want], near_start[want + 1]):
            g = near[k]
            if needs_offer[g] and turn[g] == offer_start[g + 1]:
                continue
            if pool[family[want]] > 0:
                pool[family[want]] -= 1
            elif more[g] > 0:
                more[g] -= 1
                on_added[i] = True
            else:
                continue
            gets[i] = g
            served[who[i]] = True
            if needs_offer[g]:
                cell[i] = offers[turn[g]]
                turn[g] += 1
            break


def first_served(
    pr: Programs, program: I8, score: F8, ids: NDArray[np.uint64], own: I8, added: I8
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who has a place where each asks for one program: the lowest scores the family's own, the next the added ones.

    Parameters
    ----------
    program, score, ids : (n,) program asked for, rank and id of each.
    own, added : (families,) and (P,) places.

    Returns
    -------
    takes, on_added : (n,) who has a place, and whether it is an added one.
    """
    family = pr.family[program]
    on_own = ordinal(family, score, ids) < own[family]
    rest = np.flatnonzero(~on_own)
    on_added = np.zeros(program.size, np.bool_)
    on_added[rest] = ordinal(program[rest], score[rest], ids[rest]) < added[program[rest]]
    return on_own | on_added, on_added


__all__ = [
    "assign", "curricula", "first_served", "flat",
    "instructors_at_start", "intake", "keep", "nearest", "open_now", "shifted", "site_quality",
]  # fmt: skip
