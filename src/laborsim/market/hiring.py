"""Hiring: this month's search, the matching, and what follows from it.

Those matched start their job; those from out of the labor force who found nothing go back, or go on as unemployed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import coaching, quality
from laborsim.market.codes import (
    CARER,
    FEMALE,
    FULL_TIME,
    NO_PROGRAM,
    PART_TIME,
    PART_TIME_INVOLUNTARY,
    PRACTICE_RECORD_SCREEN,
    SELF_EMPLOYED,
    TRAIT_ENROLLED,
    UNEMPLOYED,
)
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, bits, more_bits, to_unit, uniforms
from laborsim.market.matching import Keys, MatchingParameters, Terrain, Vacancies, match
from laborsim.market.month import Month
from laborsim.market.search import behaviour, commute_cost, floor_by_zone, gather_seekers
from laborsim.market.transitions import hire, learnt, months_out, move


@njit(cache=True, nogil=True)
def _terms(  # type: ignore[no-untyped-def]
    p,
    h,
    c,
    rows,
    cells,
    month,
    key,
    part_time,
    wants,
    unwanted,
    floor,
    major,
    group,
    far,
    skill_floor,
    idle_decay,
    ability_return,
    skill_return,
    steps,
    pace,
    states,
    wages,
    hours,
):
    """Occupation, skill, wage and hours of each new job; writes skill and occupation to people."""
    for k in range(rows.size):
        i = rows[k]
        cell = cells[k]
        o = c.occupation[cell]
        skill = np.float64(p.skill[i])
        if p.state[i] < SELF_EMPLOYED and p.program[i] == NO_PROGRAM:
            skill = learnt(skill, month - p.hired[i], pace[steps[p.job[i]], p.occupation[i]])
        if p.state[i] > SELF_EMPLOYED:
            skill *= (1.0 - idle_decay) ** min(months_out(p.history[i], month - p.since[i]), 120)
        if o != p.occupation[i]:
            skill *= group if major[o] == major[p.occupation[i]] else far
            p.occupation[i] = o
        skill = max(skill, skill_floor)
        p.skill[i] = skill
        wage = c.posted[cell] * np.exp(ability_return * p.ability[i] + skill_return * (skill - 1.0))
        wages[k] = max(wage, floor[c.zone[cell]])
        hh = p.household[i]
        b = bits(key, p.id[i])
        age = (month - p.birth[i]) // 12
        if p.traits[i] & TRAIT_ENROLLED:
            want = wants[0]
        elif age >= 65:
            want = wants[3]
        elif p.sex[i] == FEMALE and h.children[hh] > 0 and month - h.youngest[hh] < 72:
            want = wants[2]
        else:
            want = wants[1]
        share = part_time[c.sector[cell]]
        # Wants and offers sort: those who want part-time mostly find it.
        if to_unit(b) < want * (0.4 + 0.6 * min(1.0, 3.0 * share)):
            states[k] = PART_TIME
            hours[k] = 20
        elif to_unit(more_bits(b, 1)) < share * unwanted:
            states[k] = PART_TIME_INVOLUNTARY
            hours[k] = 24
        else:
            states[k] = FULL_TIME
            hours[k] = 40
        p.ui_weeks[i] = 0


def open_vacancies(month: Month) -> Vacancies:
    """Vacancies that can be filled this month, as the matching kernel wants them.

    Recruiting takes time: a share of a cell's open vacancies, by the schooling the occupation asks for, comes to a
    decision within the month; a keyed draw rounds it.
    """
    w = month.world
    c, e = w.cells, w.establishments
    cell = np.flatnonzero(c.vacancies[: c.size] > 0).astype(np.int32)
    share = np.asarray(month.parameters["vacancies.decided_in_month"], np.float64)[month.economy.occ_education]
    expected = c.vacancies[cell] * share[c.occupation[cell]]
    ready = np.floor(expected + uniforms(month.key(Stream.SELECTION), cell.astype(np.uint64))).astype(np.int32)
    cell, ready = cell[ready > 0], ready[ready > 0]
    est = c.establishment[cell]
    return Vacancies(
        cell=cell,
        open=ready,
        posted=c.posted[cell],
        occupation=c.occupation[cell],
        zone=c.zone[cell],
        needs=c.needs[cell],
        screens_record=((e.practices[est] & PRACTICE_RECORD_SCREEN) > 0).astype(np.uint8),
        amenity=(quality.response(month, "acceptance") * quality.centred(quality.uses(month).acceptance[cell])).astype(
            np.float32
        ),
        bias=quality.fairness_factor(month)[est].astype(np.float32),
        experience=np.zeros(cell.size, np.float32),
    )


def terrain(month: Month) -> Terrain:
    """Nearness of zones and occupations; people without a car look less far.

    Observed moves between occupations already reflect how large the destination is. Divided by its share of jobs
    they are nearness per vacancy, so that with vacancies in proportion to jobs searchers look where movers go.
    """
    e = month.economy
    shares = month.memory["demand"]["shares"]
    near = month.table("hiring.near", lambda: np.ascontiguousarray(e.mobility / np.maximum(shares, 1e-4)))
    reach = np.exp(-np.maximum(e.commute_minutes - 20.0, 0.0) / month.parameters["search.no_car_minutes"])
    return Terrain(
        e.commute_weight, commute_cost(month), near, e.occ_major, np.ascontiguousarray(e.commute_weight * reach)
    )


def stage(month: Month) -> None:
    """Search, match and hire."""
    w = month.world
    rows, seekers = gather_seekers(month)
    vacancies = open_vacancies(month)
    q = month.room("matching")
    parameters = MatchingParameters(
        rounds=int(q["rounds"]),
        redraws=int(q["redraws"]),
        noise=float(q["noise"]),
        fit_weight=float(q["fit_weight"]),
        attraction=float(q["attraction"]),
        filters=True,
    )
    keys = Keys(
        month.key(Stream.APPLICATION_MARKET), month.key(Stream.APPLICATION_VACANCY), month.key(Stream.APPLICANT_NOISE)
    )
    matches = match(seekers, vacancies, terrain(month), parameters, keys, month.crew)
    _count(month, vacancies, matches.filled, matches.applications)
    coaching.count_openings(month, vacancies.cell, matches.filled, matches.applications)
    state = w.people.state[rows]
    got = matches.vacancy_index >= 0
    _remember_chances(month, state, got)
    _start_jobs(month, rows[got], vacancies.cell[matches.vacancy_index[got]])
    taken = vacancies.cell[matches.filled > 0]
    w.cells.vacancies[taken] -= matches.filled[matches.filled > 0]
    w.cells.age[taken[w.cells.vacancies[taken] == 0]] = 0.0
    _go_on_looking(month, rows[~got & (state >= CARER)])


def _start_jobs(month: Month, rows: NDArray[np.int64], cells: NDArray[np.int32]) -> None:
    w, e = month.world, month.economy
    s = month.room("search")
    b = month.table("search.behaviour", lambda: behaviour(month))
    states, wages, hours = np.empty(rows.size, np.uint8), np.empty(rows.size, np.float32), np.empty(rows.size, np.uint8)
    old = w.people.occupation[rows].copy()
    changed = (w.people.state[rows] <= SELF_EMPLOYED) & (old != w.cells.occupation[cells])
    month.counts.replacement += np.bincount(old[changed], minlength=e.occupations)
    _terms(
        w.people.columns,
        w.households.columns,
        w.cells.columns,
        rows,
        cells,
        month.index,
        month.key(Stream.HOURS),
        np.asarray(s["part_time_share"], np.float64),
        np.asarray(s["wants_part_time"], np.float64),
        float(s["unwanted_part_time"]),
        floor_by_zone(month),
        e.occ_major,
        float(s["skill_transfer_group"]),
        float(s["skill_transfer_far"]),
        b.skill_floor,
        b.idle_decay,
        b.ability_return,
        b.skill_return,
        quality.uses(month).learning,
        quality.learning_pace(month),
        states,
        wages,
        hours,
    )
    moved = hire(month, rows, cells, states, wages, hours)
    month.counts.scalars[SCALAR["job_to_job"]] += moved


def _go_on_looking(month: Month, rows: NDArray[np.int64]) -> None:
    """Of those out of the labor force who looked and found nothing, some count as unemployed from now on."""
    w = month.world
    share = month.parameters["participation.active_share"]
    key = month.key(Stream.ACTIVE_SEARCH)
    stay = uniforms(key, w.people.id[rows]) < share
    r = rows[stay]
    w.people.ui_weeks[r] = 0
    move(month, r, np.full(r.size, UNEMPLOYED, np.uint8), np.zeros(r.size, np.uint8))


class _Openings(NamedTuple):
    """Where openings are counted; S sectors, Z zones of work, O occupations."""

    filled: NDArray[np.int64]  # (S, Z)
    applications: NDArray[np.int64]  # (S, Z)
    fill_age: NDArray[np.int64]  # (S, Z) months open of those filled, times 256
    by_occupation: NDArray[np.int64]  # (O,) filled
    good_filled: NDArray[np.int64]  # (Z,)
    good_open: NDArray[np.int64]  # (Z,)
    open: NDArray[np.int64]  # (O,)


@njit(cache=True, nogil=True)
def _count_openings(c, cells, cell, filled, applications, good_wage, out):  # type: ignore[no-untyped-def]
    for k in range(cells):
        out.open[c.occupation[k]] += c.vacancies[k]
        if c.posted[k] >= good_wage:
            out.good_open[c.zone[k]] += c.vacancies[k]
    for v in range(cell.size):
        k = cell[v]
        s, z, n = c.sector[k], c.zone[k], filled[v]
        out.applications[s, z] += applications[v]
        if n > 0:
            out.filled[s, z] += n
            out.fill_age[s, z] += np.int64(np.rint(n * np.float64(c.age[k]) * 256.0))
            out.by_occupation[c.occupation[k]] += n
            if c.posted[k] >= good_wage:
                out.good_filled[z] += n


@njit(cache=True, nogil=True)
def _count_found(state, got, out):  # type: ignore[no-untyped-def]
    """Seekers and those of them who got a job, unemployed, employed and out of the labor force, into (3, 2)."""
    for k in range(state.size):
        s = state[k]
        kind = np.uint64(1 if s <= SELF_EMPLOYED else 0 if s <= UNEMPLOYED else 2)
        out[kind, 0] += 1
        out[kind, 1] += got[k]


def _count(month: Month, v: Vacancies, filled: NDArray[np.int32], applications: NDArray[np.int32]) -> None:
    """Openings, applications and fills by sector and zone, and those of good jobs."""
    c, counts, e = month.world.cells, month.counts, month.economy
    open_now = np.zeros(e.occupations, np.int64)
    into = _Openings(
        counts.openings_filled, counts.applications, counts.fill_age, counts.filled, counts.good_filled,
        counts.good_openings, open_now,
    )  # fmt: skip
    _count_openings(c.columns, c.size, v.cell, filled, applications, float(e.good_job_wage), into)
    month.memory["search"]["open"] = open_now.astype(np.float64)


def _remember_chances(month: Month, state: NDArray[np.uint8], got: NDArray[np.bool_]) -> None:
    """Chance of finding a job for the unemployed, the employed and those out of the labor force."""
    memory = month.memory["search"]
    found = np.zeros((3, 2), np.int64)
    _count_found(state, got, found)
    some = found[:, 0] > 0
    memory["finding"][some] = found[some, 1] / found[some, 0]
    if month.index < 0:  # settling: what is usual is the mean of its last months
        memory["usual"] += (memory["finding"] - memory["usual"]) * 0.25


def prepare(month: Month) -> None:
    """Chances of finding a job before anyone has looked: equal to the usual."""
    n = month.economy.occupations
    month.memory["search"] = {"finding": np.full(3, 0.4), "usual": np.full(3, 0.4), "open": np.zeros(n)}
