"""Vacancies that training fills: apprentices, on-the-job trainees, completers brought before partner employers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import pay
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream
from laborsim.market.floors import floor_by_zone
from laborsim.market.month import Month
from laborsim.market.quality import fairness_factor
from laborsim.market.skill import skills
from laborsim.market.terrain import carried
from laborsim.market.transitions import hire

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


def fill(month: Month, rows: I8, cells: I8, wages: F8, hours: I8 | None = None) -> None:
    """Fill one vacancy of each cell with a person; their skill carries over in part from another occupation.

    Parameters
    ----------
    rows : (n,) people, ascending, each once.
    cells : (n,) job cells with a vacancy for each.
    wages : (n,) dollars an hour; raised to the legal wage.
    hours : (n,) hours a week, 40 if not given; below 35 is part-time by choice.
    """
    w, counts = month.world, month.counts
    p, c = w.people, w.cells
    # Someone may already work in the cell that would take them: no vacancy is used then.
    new = p.job[rows] != cells
    hours = np.full(rows.size, 40, np.int64) if hours is None else hours
    rows, wages, cells, hours = rows[new], wages[new], cells[new], hours[new]
    if rows.size == 0:
        return
    floor = floor_by_zone(month)[c.zone[cells]]
    occupation = c.occupation[cells]
    p.skill[rows] = skill_there(month, rows, cells)
    p.occupation[rows] = occupation
    states = np.where(hours >= 35, k.FULL_TIME, k.PART_TIME).astype(np.uint8)
    counts.scalars[SCALAR["job_to_job"]] += hire(
        month,
        rows,
        cells.astype(np.int32),
        states,
        np.maximum(wages, floor).astype(np.float32),
        hours.astype(np.uint8),
    )
    np.subtract.at(c.vacancies, cells, 1)
    np.add.at(counts.openings_filled, (c.sector[cells], c.zone[cells]), 1)
    np.add.at(counts.fill_age, (c.sector[cells], c.zone[cells]), (c.age[cells] * 256.0).astype(np.int64))
    np.add.at(counts.filled, occupation, 1)
    good = c.posted[cells] >= month.economy.good_job_wage
    np.add.at(counts.good_filled, c.zone[cells[good]], 1)


def skill_there(month: Month, rows: I8, cells: I8) -> F8:
    """(n,) skill that people have this month in the occupations of these cells."""
    p, occupation = month.world.people, month.world.cells.occupation[cells]
    carries = carried(month)[p.occupation[rows], occupation]
    return np.asarray(np.maximum(skills(month, rows) * carries, month.parameters["search.skill_floor"]))


def newcomer_wage(month: Month, rows: I8, cells: I8) -> F8:
    """(n,) hourly wage at hire: posted, and what ability and skill add to it."""
    p, c = month.world.people, month.world.cells
    fairness = fairness_factor(month)[c.establishment[cells]]
    terms = pay.terms(month.economy, month.room("search"))
    there = skill_there(month, rows, cells)
    fit = pay.fits(p.id[rows], cells, month.key(Stream.JOB_TASTE, fixed=True))
    worth = pay.log_worths(p.ability[rows], there, fit, c.occupation[cells], p.sex[rows], p.race[rows], terms,
                           fairness)  # fmt: skip
    return np.asarray(c.posted[cells] * np.exp(worth))


__all__ = ["fill", "newcomer_wage"]
