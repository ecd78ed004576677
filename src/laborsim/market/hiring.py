"""Hiring: this month's search, the matching, and what follows from it.

Those matched start their job; those from out of the labor force who found nothing go back, or go on as unemployed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import adoption, coaching, housing, placement, quality, schedule, services, skill, sponsors, travel
from laborsim.market.certificates import certificates_asked
from laborsim.market.codes import (
    CARER,
    FEMALE,
    FULL_TIME,
    PART_TIME,
    PART_TIME_INVOLUNTARY,
    PRACTICE_RECORD_SCREEN,
    SELF_EMPLOYED,
    TRAIT_ENROLLED,
    UNEMPLOYED,
)
from laborsim.market.columns import AHEAD, fetch
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, bits, more_bits, to_unit, uniforms
from laborsim.market.floors import floor_by_zone
from laborsim.market.matching import Keys, MatchingParameters, Vacancies, match
from laborsim.market.month import FEW, Month
from laborsim.market.pay import Pay, log_worth, pair, suits
from laborsim.market.search import behaviour, gather_seekers
from laborsim.market.size import by_size
from laborsim.market.skill import Learning, skill_now
from laborsim.market.terrain import carried, terrain
from laborsim.market.transitions import hire, move


class _Terms(NamedTuple):
    """What new jobs are made of; Z zones, S sectors, O occupations."""

    month: int
    key: np.uint64
    taste_key: np.uint64
    part_time: NDArray[np.float64]  # (S,) share of new jobs
    wants: NDArray[np.float64]  # (4,) part-time: enrolled, adults, mothers of a child under six, 65 and over
    hours: NDArray[np.uint8]  # (3,) full-time, part-time by choice, part-time for want of more
    served: float
    everywhere: float
    unwanted: float
    floor: NDArray[np.float64]  # (Z,)
    carried: NDArray[np.float32]  # (O, O)
    learning: Learning
    skill_floor: float
    fairness: NDArray[np.float64]  # (E,) factor of each employer on biases
    pay: Pay


@njit(cache=True, nogil=True)
def _terms(lo, hi, chunk, p, h, c, rows, cells, t, states, wages, hours):  # type: ignore[no-untyped-def]
    """Occupation, skill, wage and hours of the new jobs [lo, hi); writes skill and occupation to people."""
    for k in range(lo, hi):
        i = np.uint64(rows[k])  # unsigned: no test for negative indices
        cell = np.uint64(cells[k])
        ahead = min(k + AHEAD, hi - 1)
        fetch(p, rows[ahead])
        fetch(c.posted, cells[ahead])
        fetch(c.establishment, cells[ahead])
        fetch(c.occupation, cells[ahead])
        fetch(c.zone, cells[ahead])
        fetch(c.sector, cells[ahead])
        o = c.occupation[cell]
        skill = skill_now(i, p, c, t.learning)
        skill = max(max(skill, t.skill_floor) * t.carried[p.occupation[i], o], t.skill_floor)
        p.occupation[i] = o
        p.skill[i] = skill
        fit = suits(pair(bits(t.taste_key, p.id[i]), cell))
        wage = c.posted[cell] * np.exp(log_worth(i, p, o, skill, fit, t.fairness[c.establishment[cell]], t.pay))
        wages[k] = max(wage, t.floor[c.zone[cell]])
        hh = p.household[i]
        b = bits(t.key, p.id[i])
        age = (t.month - p.birth[i]) // 12
        if p.traits[i] & TRAIT_ENROLLED:
            want = t.wants[0]
        elif age >= 65:
            want = t.wants[3]
        elif p.sex[i] == FEMALE and h.children[hh] > 0 and t.month - h.youngest[hh] < 72:
            want = t.wants[2]
        else:
            want = t.wants[1]
        share = t.part_time[c.sector[cell]]
        # Wants and offers sort: those who want part-time mostly find it.
        if to_unit(b) < want * (t.served + (1.0 - t.served) * min(1.0, share / t.everywhere)):
            states[k] = PART_TIME
            hours[k] = t.hours[1]
        elif to_unit(more_bits(b, 1)) < share * t.unwanted:
            states[k] = PART_TIME_INVOLUNTARY
            hours[k] = t.hours[2]
        else:
            states[k] = FULL_TIME
            hours[k] = t.hours[0]


def open_vacancies(month: Month, visited: NDArray[np.bool_] | None = None) -> Vacancies:
    """Vacancies that can be filled this month, as the matching kernel wants them.

    Recruiting takes time: a share of a cell's open vacancies comes to a decision within the month (`decided`); a keyed
    draw rounds it. More of those of employers `visited` by a job center (E,) does. What sponsors keep for apprentices
    is not open to others.
    """
    w = month.world
    c, e = w.cells, w.establishments
    cell = np.flatnonzero(c.vacancies[: c.size] > 0).astype(np.int32)
    decides = decided(month, cell)
    if visited is not None and visited.any():
        quick = visited[c.establishment[cell]]
        decides = np.where(quick, np.maximum(decides, month.parameters["services.prospect_decides"]), decides)
    expected = (c.vacancies[cell] - sponsors.kept(month, cell)) * decides
    ready = np.floor(expected + uniforms(month.key(Stream.SELECTION), cell.astype(np.uint64))).astype(np.int32)
    cell, ready = cell[ready > 0], ready[ready > 0]
    est = c.establishment[cell]
    worth = quality.response(month, "acceptance") * quality.centred(quality.uses(month).acceptance[cell])
    return Vacancies(
        cell=cell,
        open=ready,
        posted=c.posted[cell],
        floor=floor_by_zone(month)[c.zone[cell]].astype(np.float32),
        occupation=c.occupation[cell],
        zone=c.zone[cell],
        needs=c.needs[cell],
        fields=certificates_asked(month, cell),
        screens_record=((e.practices[est] & PRACTICE_RECORD_SCREEN) > 0).astype(np.uint8),
        amenity=worth.astype(np.float32),
        bias=quality.fairness_factor(month)[est].astype(np.float32),
        experience=adoption.experience_asked(month, cell),
    )


def decided(month: Month, cell: NDArray[Any]) -> NDArray[np.float64]:
    """(n,) share of the vacancies of these cells whose selection ends within a month.

    By the schooling that the occupation asks for, by the employer's sector and size, and by the region's own factor.
    """
    q, c, e = month.room("vacancies"), month.world.cells, month.world.establishments
    usual = np.asarray(q["decided_in_month"], np.float64)[month.economy.occ_education[c.occupation[cell]]]
    sector = np.asarray(q["selection_by_sector"], np.float64)[c.sector[cell]]
    size = by_size(q["selection_by_size"], e.stands[c.establishment[cell]])
    return np.asarray(np.minimum(usual * sector * size * month.economy.selection, 1.0))


def stage(month: Month) -> None:
    """Search, match and hire."""
    w = month.world
    visited = services.prospected(month)
    vacancies = open_vacancies(month, visited)
    interviews = placement.interviews(month, vacancies)
    rows, seekers = gather_seekers(month, interviews.rows)
    ground = terrain(month)
    housing.raise_reservation(month, rows, seekers)
    travel.help_seekers(month, rows, seekers)
    schedule.hold_on(month, rows, seekers)
    sent_to = services.serve(month, rows, seekers, vacancies, ground, visited)
    sent_to = placement.refer(rows, seekers, interviews, sent_to)
    q, s = month.room("matching"), month.room("search")
    parameters = MatchingParameters(
        rounds=int(q["rounds"]),
        redraws=int(q["redraws"]),
        noise=float(q["noise"]),
        fit_weight=float(q["fit_weight"]),
        attraction=float(q["attraction"]),
        filters=True,
        taste=float(s["taste"]),
        skill_floor=float(s["skill_floor"]),
        experience_passes=float(s["experience_passes"]),
    )
    keys = Keys(
        month.key(Stream.APPLICATION_MARKET),
        month.key(Stream.APPLICATION_VACANCY),
        month.key(Stream.APPLICANT_NOISE),
        month.key(Stream.JOB_TASTE, fixed=True),
    )
    matches = match(seekers, vacancies, ground, parameters, keys, month.crew, sent_to)
    _count(month, vacancies, matches.filled, matches.applications)
    coaching.count_openings(month, vacancies.cell, matches.filled, matches.applications)
    hired, cells, others, found = _outcome(month, rows, matches.vacancy_index, vacancies.cell)
    _remember_chances(month, found)
    _start_jobs(month, hired, cells)
    _take(w.cells.columns, vacancies.cell, matches.filled)
    _go_on_looking(month, others)


def _start_jobs(month: Month, rows: NDArray[np.int64], cells: NDArray[np.int32]) -> None:
    w, e = month.world, month.economy
    s = month.room("search")
    b = month.table("search.behaviour", lambda: behaviour(month))
    states, wages, hours = np.empty(rows.size, np.uint8), np.empty(rows.size, np.float32), np.empty(rows.size, np.uint8)
    old = w.people.occupation[rows].copy()
    changed = (w.people.state[rows] <= SELF_EMPLOYED) & (old != w.cells.occupation[cells])
    transfers = np.bincount(old[changed], minlength=e.occupations)
    month.counts.transfers += transfers
    month.counts.replacement += transfers
    terms = _Terms(
        month=month.index,
        key=month.key(Stream.HOURS),
        taste_key=month.key(Stream.JOB_TASTE, fixed=True),
        part_time=np.asarray(s["part_time_share"], np.float64),
        wants=np.asarray(s["wants_part_time"], np.float64),
        hours=np.asarray(s["hours"], np.uint8),
        served=float(s["wants_served"]),
        everywhere=float(s["part_time_everywhere"]),
        unwanted=float(s["unwanted_part_time"]),
        floor=floor_by_zone(month),
        carried=carried(month),
        learning=skill.terms(month),
        skill_floor=b.skill_floor,
        fairness=quality.fairness_factor(month),
        pay=b.pay_terms,
    )
    month.crew.map(_terms, rows.size, w.people.columns, w.households.columns, w.cells.columns, rows, cells, terms,
                   states, wages, hours, size=FEW)  # fmt: skip
    moved = hire(month, rows, cells, states, wages, hours)
    month.counts.scalars[SCALAR["job_to_job"]] += moved


def _go_on_looking(month: Month, rows: NDArray[np.int64]) -> None:
    """Of those out of the labor force who looked and found nothing, some count as unemployed from now on."""
    w = month.world
    share = month.parameters["participation.active_share"]
    key = month.key(Stream.ACTIVE_SEARCH)
    stay = uniforms(key, w.people.id[rows]) < share
    r = rows[stay]
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
def _sort_out(rows, p, index, cell, hired, cells, others, found):  # type: ignore[no-untyped-def]
    """Seekers hired and their cells, and those out of the labor force who were not; returns how many of each.

    found (3, 2) counts seekers and those of them who got a job: unemployed, employed, out of the labor force.
    """
    n, m = np.uint64(0), np.uint64(0)
    for row in range(rows.size):
        k = np.uint64(row)  # unsigned: no test for negative indices
        i = np.uint64(rows[k])
        s, got = p.state[i], index[k] >= 0
        kind = np.uint64(1 if s <= SELF_EMPLOYED else 0 if s <= UNEMPLOYED else 2)
        found[kind, 0] += 1
        found[kind, 1] += got
        if got:
            hired[n] = i
            cells[n] = cell[np.uint64(index[k])]
            n += np.uint64(1)
        others[m] = i
        m += np.uint64((not got) & (s >= CARER))
    return n, m


def _outcome(
    month: Month, rows: NDArray[np.int64], index: NDArray[np.int32], cell: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Rows hired, their cells, rows of those out of the labor force who were not, counts (3, 2); see `_sort_out`."""
    hired, others, found = np.empty(rows.size, np.int64), np.empty(rows.size, np.int64), np.zeros((3, 2), np.int64)
    cells = np.empty(rows.size, np.int32)
    n, m = _sort_out(rows, month.world.people.columns, index, cell, hired, cells, others, found)
    return hired[:n], cells[:n], others[:m], found


@njit(cache=True, nogil=True)
def _take(c, cell, filled):  # type: ignore[no-untyped-def]
    """Take the vacancies that were filled from the cells'."""
    for v in range(cell.size):
        if filled[v] > 0:
            c.vacancies[cell[v]] -= filled[v]
            if c.vacancies[cell[v]] == 0:
                c.age[cell[v]] = 0.0


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


def _remember_chances(month: Month, found: NDArray[np.int64]) -> None:
    """Chance of finding a job for the unemployed, the employed and those out of the labor force."""
    memory = month.memory["search"]
    some = found[:, 0] > 0
    memory["finding"][some] = found[some, 1] / found[some, 0]
    if month.index < 0:  # settling: what is usual is the mean of its last months
        memory["usual"] += (memory["finding"] - memory["usual"]) * 0.25


def prepare(month: Month) -> None:
    """Chances of finding a job before anyone has looked: equal to the usual."""
    n = month.economy.occupations
    month.memory["search"] = {"finding": np.full(3, 0.4), "usual": np.full(3, 0.4), "open": np.zeros(n)}
