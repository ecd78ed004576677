"""Synthesis: a whole region of people, households, employers and jobs from a region pack.

    people -> households -> traits and states -> employers -> who works where -> hours -> careers

Every draw is keyed by the region's seed, the decision and the row, and every margin is kept by quota, so that the
same pack, parameters, scale and seed give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import (
    CARE_FAMILY,
    CARE_FORMAL,
    CARE_NOT_NEEDED,
    CARE_PARENT,
    FULL_TIME,
    SELF_EMPLOYED,
    TEMPORARY_LAYOFF,
)
from laborsim.market.economy import Economy
from laborsim.market.tables import Table, World
from laborsim.region.allocate import assign
from laborsim.region.careers import careers
from laborsim.region.employers import Employers, build
from laborsim.region.households import form
from laborsim.region.keyed import Part, normals, part_key, uniforms
from laborsim.region.labor import draw, part_time, states
from laborsim.region.margins import Margins, margins
from laborsim.region.pack import Pack
from laborsim.region.people import adults
from laborsim.region.rake import shift_to_mean

ROOMS = ("synthesis", "search", "wages", "insurance")
SPACING, SCHOOLING = "demography.sibling_spacing_months", "demography.ability_schooling"
TURNOVER, TURNOVER_SIZE = "separations.turnover_by_sector", "separations.turnover_by_size"
#: Parameters beyond whole rooms that a region depends on.
SINGLE = (SPACING, SCHOOLING, TURNOVER, TURNOVER_SIZE)


def rooms_of(parameters: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Values of the parameter rooms that synthesis reads."""
    out: dict[str, dict[str, Any]] = {room: {} for room in ROOMS}
    for name, value in parameters.items():
        room, _, short = name.partition(".")
        if room in out:
            out[room][short] = value
    return out


def synthesize(pack: Pack, national: Pack, economy: Economy, parameters: Mapping[str, Any], scale: float,
               seed: int) -> World:
    """Make a region.

    Parameters
    ----------
    pack, national : region pack and national pack.
    economy : given conditions of the same pack (`laborsim.region.conditions`).
    parameters : "room.parameter" -> value.
    scale : share of people simulated, in (0, 1].
    seed : of the region.

    Returns
    -------
    World
        Tables without spare rows. Households are contiguous and zones ascend.

    Raises
    ------
    ValueError
        If `scale` is out of range, or the pack does not fit the economy.
    """
    if not 0.0 < scale <= 1.0:
        raise ValueError(f"scale must be in (0, 1], got {scale}")
    rooms = rooms_of(parameters)
    s = rooms["synthesis"]
    m = margins(pack, national, economy)
    spacing = int(parameters[SPACING])
    people, households = form(m, adults(m, scale, seed), scale, seed, spacing, s)
    state = states(m, people, seed, s)
    rows = np.arange(state.size)
    ability = general_ability(people["education"], seed, float(parameters[SCHOOLING]))

    employers = build(m, economy, scale, int((state == FULL_TIME).sum()), seed, s)
    job, occupation = assign(m, economy, people, state, employers, ability, seed, s)
    sector = employers.sector[employers.establishment[np.maximum(job, 0)]]
    part_time(m, people, state, sector, np.asarray(rooms["search"]["part_time_share"], float), seed, s)
    life, posted = careers(economy, people, state, job, occupation, employers, ability, m.percentiles, seed, rooms,
                           np.asarray(parameters[TURNOVER], float), np.asarray(parameters[TURNOVER_SIZE], float))

    month = np.floor(uniforms(part_key(seed, Part.BIRTH_MONTH), rows) * 12.0)
    columns = {
        "id": rows.astype(np.uint64), "household": people["household"],
        "birth": -(12 * people["age"].astype(np.int64) + month.astype(np.int64)), "sex": people["sex"],
        "race": people["race"], "education": people["education"], "zone": people["zone"],
        "traits": people["traits"], "state": state, "last": state, "job": job, "occupation": occupation,
        "ability": ability, **life,
    }
    world = World.empty(state.size, households["zone"].size, employers.size.size, employers.filled.size)
    _fill(world.people, columns)
    _fill(world.households, _household_columns(m, people, households, state, seed, s))
    _fill_employers(world, employers, posted, job, state)
    return world


def general_ability(education: NDArray[np.uint8], seed: int, correlation: float) -> NDArray[np.float64]:
    """Standard normal general ability, correlated with education."""
    count = np.bincount(education, minlength=6)
    share = count / count.sum()
    level = np.arange(6.0)
    mean = float((share * level).sum())
    spread = float((share * (level - mean) ** 2).sum()) ** 0.5 or 1.0
    own = normals(part_key(seed, Part.ABILITY), np.arange(education.size))
    return np.asarray(correlation * (education - mean) / spread + (1.0 - correlation**2) ** 0.5 * own)


def _fill(table: Table, columns: Mapping[str, NDArray[Any]]) -> None:
    """Copy columns into a table of exactly their length; columns not given keep their empty value."""
    for name, values in columns.items():
        table.arrays[name][: values.shape[0]] = values
    table.size = table.capacity


def _household_columns(m: Margins, people: Mapping[str, NDArray[Any]], households: dict[str, NDArray[Any]],
                       state: NDArray[np.uint8], seed: int, s: dict[str, Any]) -> dict[str, NDArray[Any]]:
    n = households["zone"].size
    rows = np.arange(n)
    earners = np.bincount(people["household"], state <= SELF_EMPLOYED, n).astype(np.int64)
    head = np.searchsorted(people["household"], rows)
    zone = households["zone"].astype(np.int64)
    odds = (
        s["no_car_alone"] * (households["adults"] == 1) + s["no_car_idle"] * (earners == 0)
        + np.asarray(s["no_car_race"], float)[people["race"][head]]
        + s["no_car_education"] * people["education"][head]
    )
    without = draw(shift_to_mean(odds, zone, m.no_car, len(m.zones)), (zone,), rows, seed, Part.CAR)
    months = -households["youngest"]
    young = (households["children"] > 0) & (months < 156)
    u = uniforms(part_key(seed, Part.CHILDCARE), rows)
    pays = u < np.where(months < 72, 1.0, s["formal_care_school_age"]) * s["formal_care_share"]
    care = np.where(
        ~young, CARE_NOT_NEEDED,
        np.where(earners < np.minimum(households["adults"], 2), CARE_PARENT, np.where(pays, CARE_FORMAL, CARE_FAMILY)),
    )
    return {
        "zone": households["zone"], "adults": households["adults"], "earners": earners,
        "children": households["children"], "youngest": households["youngest"], "eldest": households["eldest"],
        "car": ~without, "care": care,
    }


def _fill_employers(world: World, e: Employers, posted: NDArray[np.float64], job: NDArray[np.int32],
                    state: NDArray[np.uint8]) -> None:
    n = e.filled.size
    target = e.filled + e.vacancies + e.unposted
    wanted = np.bincount(e.establishment, target, e.size.size)
    _fill(world.establishments, {
        "id": np.arange(e.size.size, dtype=np.uint64), "zone": e.zone, "sector": e.sector, "base": wanted,
        "stands": e.stands, "frail": e.frail, "premium": e.premium,
        "host": e.host, "practices": e.practices, "quality": e.quality,
    })
    waiting = job[state == TEMPORARY_LAYOFF]
    _fill(world.cells, {
        "establishment": e.establishment, "occupation": e.occupation, "zone": e.zone[e.establishment],
        "sector": e.sector[e.establishment], "base": target, "target": target, "filled": e.filled,
        "recall": np.bincount(waiting[waiting >= 0], minlength=n), "vacancies": e.vacancies, "posted": posted,
        "age": e.age, "needs": e.needs,
    })
