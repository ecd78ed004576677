"""The calendar: dated events of this month.

A plant that opens is an establishment with cells staffed like others of its sector; it grows to its size over its ramp.
A closure takes the largest establishments of the zone and sector until the jobs named are gone. A sector shock bends
the sector's path while it lasts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import adoption
from laborsim.market.codes import PRACTICE_TRADED
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, uniform
from laborsim.market.events import PLANT_CLOSURE, PLANT_OPENING, SECTOR_SHOCK, Event
from laborsim.market.month import Month

OPENED_ID = np.uint64(1) << np.uint64(62)


def stage(month: Month) -> None:
    """Let this month's events happen."""
    adoption.stage(month)
    shock = np.ones((month.economy.sectors, month.economy.zones))
    for number, event in enumerate((*month.events, *_won(month))):
        ramping = event.month <= month.index < event.month + event.ramp
        if event.kind == PLANT_OPENING and ramping:
            _open(month, event, number)
        elif event.kind == PLANT_CLOSURE and ramping:
            _close(month, event)
        elif event.kind == SECTOR_SHOCK and event.month <= month.index <= event.until:
            where = slice(None) if event.zone < 0 else event.zone
            shock[event.sector, where] *= 1.0 + (event.factor - 1.0) * event.step(month.index)
    month.scratch["sector_shock"] = shock


def _won(month: Month) -> list[Event]:
    """Openings of employers won so far, with those of this month's prospects that come for what is offered.

    Those who would have come anyway are part of their sector's path: they are paid, and bring nothing more.
    """
    won: list[Event] = month.memory.get("calendar", {}).get("won", [])
    q, s = month.room("demand"), month.counts.scalars
    for x in month.levers.prospects:
        anyway = float(q["prospect_anyway"])
        tipped = (1.0 - anyway) * (1.0 - np.exp(-q["prospect_response"] * x.incentive / 10_000.0))
        u = float(uniform(month.key(Stream.PROSPECT), np.uint64(x.number)))
        if u >= anyway + tipped:
            continue
        s[SCALAR["prospects_won_jobs"]] += x.jobs
        s[SCALAR["prospects_won_cents"]] += round(x.jobs * x.incentive * 100.0)
        if u >= anyway:
            s[SCALAR["prospects_tipped_jobs"]] += x.jobs
            won = [*won, Event(PLANT_OPENING, month.index, x.zone, x.sector, x.jobs, x.ramp, x.premium)]
            month.memory.setdefault("calendar", {})["won"] = won
    return won


def _staffing(month: Month, sector: int) -> NDArray[np.float64]:
    """Occupations of a sector, as shares of its base jobs."""
    c = month.world.cells
    own = c.sector[: c.size] == sector
    jobs = np.bincount(c.occupation[: c.size][own], weights=c.base[: c.size][own], minlength=month.economy.occupations)
    return np.asarray(jobs / max(float(jobs.sum()), 1e-9))


def _open(month: Month, event: Event, number: int) -> None:
    """Add the plant in its first month, then grow it; base is in simulated jobs."""
    w, e = month.world, month.economy
    jobs = event.jobs * month.scale * event.step(month.index)
    memory = month.memory.setdefault("calendar", {})
    plants = memory.setdefault("plants", np.full(len(month.events), -1, np.int64))
    if plants.size <= number:
        plants = memory["plants"] = np.concatenate([plants, np.full(number + 1 - plants.size, -1, np.int64)])
    est = w.establishments
    if plants[number] < 0:
        share = _staffing(month, event.sector)
        used = np.flatnonzero(share > 0.0005)
        row, first = est.size, w.cells.size
        est.grow(max(est.capacity, row + 1))
        est.size = row + 1
        w.cells.grow(max(w.cells.capacity, first + used.size))
        w.cells.size = first + used.size
        est.id[row] = OPENED_ID + np.uint64(number)
        est.zone[row], est.sector[row] = event.zone, event.sector
        est.premium[row], est.opened[row] = event.wage_premium, month.index
        est.stands[row], est.frail[row] = event.jobs, 0.0  # a plant does not close by chance
        est.quality[row] = int(month.parameters["demand.plant_quality"])
        est.practices[row] = PRACTICE_TRADED if e.sector_traded[event.sector] else 0
        rows = slice(first, first + used.size)
        w.cells.establishment[rows], w.cells.occupation[rows] = row, used
        w.cells.zone[rows], w.cells.sector[rows] = event.zone, event.sector
        w.cells.posted[rows] = e.occ_wage[used] * np.exp(event.wage_premium)
        w.cells.needs[rows] = e.occ_education[used]
        plants[number] = row
    row = int(plants[number])
    est.base[row] = jobs
    cells = np.flatnonzero(w.cells.establishment[: w.cells.size] == row)
    share = _staffing(month, event.sector)[w.cells.occupation[cells]]
    share = np.where(share.sum() > 0, share / max(share.sum(), 1e-9), 1.0 / max(cells.size, 1))
    # A cell's own keyed draw rounds its share, so that small cells are not all lost.
    key = month.key(Stream.PLANT_CELLS, fixed=True)
    wanted = np.array([np.floor(jobs * s + uniform(key, np.uint64(k))) for k, s in zip(cells, share, strict=True)])
    w.cells.base[cells] = wanted / np.maximum(e.sector_index[month.now][event.sector] * e.posts[month.now], 1e-6)


def _close(month: Month, event: Event) -> None:
    """Let the largest establishments of the zone and sector go until the jobs named are gone."""
    w = month.world
    est, c = w.establishments, w.cells
    base = np.where(
        (est.zone[: est.size] == event.zone) & (est.sector[: est.size] == event.sector), est.base[: est.size], 0.0
    )
    left = event.jobs * month.scale / event.ramp
    for row in np.argsort(-base, kind="stable"):
        if left <= 0 or base[row] <= 0:
            break
        share = max(0.0, 1.0 - left / base[row])
        left -= base[row]
        est.base[row] *= share
        own = c.establishment[: c.size] == row
        c.base[: c.size][own] *= share
