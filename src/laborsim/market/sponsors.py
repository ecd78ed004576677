"""Employers as hosts of trainees: who becomes an apprenticeship sponsor, and which vacancies are open to trainees."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import APPRENTICESHIP, OJT, OPEN, PRACTICE_SPONSOR
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream
from laborsim.market.headcount import by_employer
from laborsim.market.month import Month
from laborsim.market.pipeline import draws, ordinal
from laborsim.market.scaling import scaled_count

CONSTRUCTION = "23"  # NAICS
MOST_UNITS = 50  # vacancies of a cell that are drawn for in a month: each has a key of its own, few have room
I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]


def logistic(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + np.exp(-x))


def peer_share(month: Month, has: B1, among: B1) -> F8:
    """Share of `has` among the establishments of each one's sector and zone that are in `among`; shape (E,)."""
    e = month.world.establishments
    n = e.size
    group = e.zone[:n].astype(np.int64) * month.economy.sectors + e.sector[:n]
    groups = month.economy.zones * month.economy.sectors
    total = np.bincount(group[among], minlength=groups)
    have = np.bincount(group[has & among], minlength=groups)
    share = have / np.maximum(total, 1)
    return np.asarray(share[group])


def hosting_table(month: Month, kind: int, hires: bool = False) -> I8:
    """Program of a kind that a vacancy of occupation o in zone z belongs to, (Z, O); -1 none.

    Only programs with promised vacancies, or without (`hires`). A zone without a provider is served by the nearest one
    of the same family.
    """

    def make() -> I8:
        pr, eco = month.programs, month.economy
        table = np.full((eco.zones, eco.occupations), -1, np.int64)
        of_kind = np.flatnonzero((pr.kind == kind) & ((pr.hires > 0) == hires))
        for family in np.unique(pr.family[of_kind]):
            members = of_kind[pr.family[of_kind] == family]
            for z in range(eco.zones):
                if z < eco.outside:
                    g = members[int(np.argmin(eco.commute_minutes[z, pr.zone[members]]))]
                    table[z, pr.occupations[g] > 0] = g
        return table

    return month.table(f"training.hosting.{kind}{hires:d}", make)  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _hosts(size, c, e, number, practice, table, cells, program):  # type: ignore[no-untyped-def]
    n = np.uint64(0)
    for row in range(size):
        k = np.uint64(row)  # unsigned: no test for negative indices
        if number[k] > 0:
            g = table[np.uint64(c.zone[k]), np.uint64(c.occupation[k])]
            cells[n] = row
            program[n] = g
            n += np.uint64((g >= 0) & (e.practices[np.uint64(c.establishment[k])] & practice == practice))
    return n


def hosts(month: Month, kind: int, number: NDArray[np.int32], practice: int = 0) -> tuple[I8, I8]:
    """Cells, ascending, whose vacancies belong to a program of a kind (`hosting_table`), and that program.

    Parameters
    ----------
    number : (cells,) people or vacancies; only cells with some.
    practice : bits of codes.PRACTICE_* that the employer has.
    """
    w = month.world
    cells, program = np.empty(w.cells.size, np.int64), np.empty(w.cells.size, np.int64)
    n = _hosts(w.cells.size, w.cells.columns, w.establishments.columns, number, np.uint8(practice),
               hosting_table(month, kind), cells, program)  # fmt: skip
    return cells[:n], program[:n]


def joint(month: Month, rows: I8) -> B1:
    """(n,) whether sponsors train in a joint program with a union: a fixed draw, likelier in construction and with
    representation.

    Parameters
    ----------
    rows : (n,) establishments.
    """
    e, q = month.world.establishments, month.room("training")
    builds = np.array([code == CONSTRUCTION for code in month.economy.sector_codes])[e.sector[rows]]
    share = np.where(builds, q["joint_share_construction"], q["joint_share"])
    chance = np.clip(2.0 * share * e.quality[rows, 3] / 255.0, 0.0, 1.0)
    return np.asarray(draws(month.key(Stream.JOINT_SPONSOR, fixed=True), e.id[rows]) < chance)


def _apprenticeable(month: Month) -> B1:
    """Establishments with a job cell in an apprenticeable occupation, (E,)."""
    c, e = month.world.cells, month.world.establishments

    def make() -> B1:
        table = hosting_table(month, APPRENTICESHIP)
        fits = np.zeros(e.size, np.bool_)
        fits[c.establishment[: c.size][table[c.zone[: c.size], c.occupation[: c.size]] >= 0]] = True
        return fits

    # Plants announced during the run add cells.
    return month.table(f"training.apprenticeable.{c.size}", make)  # type: ignore[no-any-return]


def enlist(month: Month, stock: F8) -> None:
    """Add sponsors at the start until they have room for the apprentices under way.

    Most sponsors take part in the program of a group (a joint committee, an association) and are not counted as
    programs in the statistics. Larger employers in the trade are drawn sooner.

    Parameters
    ----------
    stock : (P,) apprentices under way at the simulated scale.
    """
    q, w = month.room("training"), month.world
    c, e = w.cells, w.establishments
    n = e.size
    cells = np.arange(c.size)
    program = hosting_table(month, APPRENTICESHIP)[c.zone[cells], c.occupation[cells]]
    at, program = c.establishment[cells[program >= 0]], program[program >= 0]
    filled = c.filled[: c.size][hosting_table(month, APPRENTICESHIP)[c.zone[cells], c.occupation[cells]] >= 0]
    alive = (e.closed[:n] == OPEN) & (e.zone[:n] < month.economy.outside)
    key = month.key(Stream.TRAINING_STOCK, fixed=True) + np.uint64(2)
    for g in np.flatnonzero(stock > 0):
        mine = program == g
        trade = np.bincount(at[mine], weights=filled[mine], minlength=n).astype(np.float64)
        sponsor = (e.practices[:n] & PRACTICE_SPONSOR) > 0
        wanted = q["sponsor_room"] * stock[g] - float((trade * e.host[:n])[sponsor].sum())
        others = np.flatnonzero(alive & ~sponsor & (trade > 0))
        order = others[race(trade[others], e.id[others], key + np.uint64(g))]
        room = np.cumsum(trade[order] * np.maximum(e.host[order], q["host_share"]))
        new = order[: int(np.searchsorted(room, wanted)) + 1] if wanted > 0 else order[:0]
        e.practices[new] |= np.uint8(PRACTICE_SPONSOR)
        e.host[new] = np.maximum(e.host[new], np.float32(q["host_share"]))


def _trade_vacancies(month: Month) -> tuple[F8, F8]:
    """Open vacancies in apprenticeable occupations by establishment, and their mean age in months; both (E,)."""
    c, e = month.world.cells, month.world.establishments
    open_now = np.flatnonzero(c.vacancies[: c.size] > 0)
    table = hosting_table(month, APPRENTICESHIP)
    open_now = open_now[table[c.zone[open_now], c.occupation[open_now]] >= 0]
    v = c.vacancies[open_now].astype(np.float64)
    at = c.establishment[open_now]
    total = np.bincount(at, weights=v, minlength=e.size)
    age = np.bincount(at, weights=v * c.age[open_now], minlength=e.size)
    return total.astype(np.float64), age / np.maximum(total, 1.0)


def contacted(weight: F8, ids: NDArray[np.uint64], key: np.uint64, n: int) -> I8:
    """The `n` agents visited first, those with more weight sooner; ascending places in `ids`.

    An exponential race of keyed draws: one more contact adds one agent and changes no other.
    """
    if n <= 0 or ids.size == 0:
        return np.empty(0, np.int64)
    return np.sort(race(weight, ids, key)[:n])


def race(weight: F8, ids: NDArray[np.uint64], key: np.uint64) -> I8:
    """Order of arrival of agents whose rates of arrival are `weight`."""
    arrival = -np.log1p(-draws(key, ids)) / np.maximum(weight, 1e-9)
    return np.lexsort((ids, arrival))


def stage(month: Month) -> None:
    """Sponsors lapse and spread among peers; navigators visit employers and win some."""
    q, w = month.room("training"), month.world
    e = w.establishments
    n = e.size
    fits = _apprenticeable(month)
    ids = e.id[:n]
    alive = e.closed[:n] == OPEN
    sponsor = (e.practices[:n] & PRACTICE_SPONSOR) > 0
    share = peer_share(month, sponsor, fits & alive)
    lapse = 1.0 - (1.0 - q["sponsor_lapse"]) ** (1.0 / 12.0)
    u = draws(month.key(Stream.SPONSOR_LAPSE), ids)
    ends = sponsor & (u < lapse)
    follows = ~sponsor & fits & alive & (u < lapse * share / np.maximum(1.0 - share, 0.05))
    won = np.zeros(n, np.bool_)
    visits = scaled_count(month.levers.sponsor_contacts, month.scale, month.key(Stream.TRAINING_SEATS), 1 << 32)
    if visits > 0:
        vacancies, age = _trade_vacancies(month)
        open_zone = month.levers.sponsor_closed[e.zone[:n]] == 0
        asked = np.flatnonzero(
            ~sponsor & ~follows & fits & alive & open_zone & (e.zone[:n] < month.economy.outside) & (vacancies > 0)
        )
        asked = asked[contacted(vacancies[asked], ids[asked], month.key(Stream.SPONSOR), visits)]
        size = by_employer(month)[0][asked]
        odds = (
            q["sponsor_log_odds"]
            + q["sponsor_size"] * np.log(np.maximum(size, 1.0) / 10.0)
            + q["sponsor_vacancies"] * np.log(vacancies[asked])
            + q["sponsor_vacancy_age"] * age[asked]
            + q["sponsor_grant"] * month.levers.sponsor_grant / 1000.0
            + q["sponsor_peers"] * share[asked]
        )
        won[asked] = draws(month.key(Stream.SPONSOR) + np.uint64(1), ids[asked]) < logistic(odds)
        month.counts.scalars[SCALAR["sponsor_contacts"]] += asked.size
        month.counts.scalars[SCALAR["sponsors_won"]] += int(won.sum())
    e.practices[:n][ends] &= np.uint8(255 - PRACTICE_SPONSOR)
    new = follows | won
    e.practices[:n][new] |= np.uint8(PRACTICE_SPONSOR)
    e.host[:n][new] = np.maximum(e.host[:n][new], np.float32(q["host_share"]))


def kept(month: Month, cells: NDArray[Any]) -> I8:
    """(n,) vacancies that sponsors keep for apprentices this month, out of the search of others.

    As many in all as a trade's programs have places for applicants, among its sponsors' vacancies: a keyed draw rounds
    each cell's part.

    Parameters
    ----------
    cells : (n,) cells with vacancies.
    """
    out = np.zeros(cells.size, np.int64)
    memory, pr, w = month.memory.get("training"), month.programs, month.world
    trades = pr.kind == APPRENTICESHIP
    if memory is None or not trades.any():
        return out
    c, q = w.cells, month.room("training")
    program = hosting_table(month, APPRENTICESHIP)[c.zone[cells], c.occupation[cells]]
    mine = (program >= 0) & (c.zone[cells] < month.economy.outside)
    mine &= (w.establishments.practices[c.establishment[cells]] & PRACTICE_SPONSOR) > 0
    at = np.flatnonzero(mine)
    family = pr.family[program[at]]
    open_now = np.bincount(family, weights=c.vacancies[cells[at]], minlength=memory["unused"].size)
    coming = (pr.seats + np.maximum(month.levers.program_seats, 0)) * month.scale * (1.0 - q["staff_share"])
    wanted = memory["unused"] + np.bincount(pr.family, weights=coming + memory["waiting"])
    share = np.minimum(wanted / np.maximum(q["apprentice_share"] * open_now, 1e-9), q["apprentice_share"])
    u = draws(month.key(Stream.SPONSOR_KEEPS), cells[at].astype(np.uint64))
    out[at] = np.floor(share[family] * c.vacancies[cells[at]] + u).astype(np.int64)
    return np.asarray(np.minimum(out, c.vacancies[cells]))


def places(month: Month, kind: int, hosted: I8) -> tuple[I8, I8, F8]:
    """Vacancies that employers give to trainees of one kind this month.

    Parameters
    ----------
    kind : APPRENTICESHIP or OJT.
    hosted : (E,) apprentices and OJT trainees each establishment has.

    Returns
    -------
    cells, programs, rank : one entry per place; the lower rank is filled first.
    """
    q, w, pr = month.room("training"), month.world, month.programs
    c, e = w.cells, w.establishments
    at, program = hosts(month, kind, c.vacancies, PRACTICE_SPONSOR if kind == APPRENTICESHIP else 0)
    # A cell gives one vacancy a month to OJT; a sponsor may give several to apprentices.
    each = np.minimum(c.vacancies[at], MOST_UNITS if kind == APPRENTICESHIP else 1).astype(np.int64)
    cells, program = np.repeat(at, each), np.repeat(program, each)
    unit = np.arange(cells.size) - np.repeat(np.cumsum(each) - each, each)
    owner = c.establishment[cells].astype(np.int64)
    agent = (
        e.id[owner]
        ^ (c.occupation[cells].astype(np.uint64) << np.uint64(48))
        ^ (unit.astype(np.uint64) << np.uint64(56))
    )
    key = month.key(Stream.SPONSOR_OPENING) + np.uint64(kind)
    if kind == APPRENTICESHIP:
        granted = (month.levers.sponsor_closed[pr.zone[program]] == 0) & (month.levers.sponsor_grant_places > 0)
        grant = np.where(granted, month.levers.sponsor_grant / 1000.0, 0.0)
        base = np.log(q["apprentice_share"] / (1.0 - q["apprentice_share"]))
        chance = logistic(base + q["apprentice_grant"] * grant)
    else:
        paid = max(q["ojt_base_reimbursement"], month.levers.ojt_reimbursement)
        chance = logistic(q["ojt_take_up"] + q["ojt_reimbursement_effect"] * paid + q["ojt_vacancy_age"] * c.age[cells])
    u = draws(key, agent)
    offered = u < chance
    cells, program, owner, agent, u = cells[offered], program[offered], owner[offered], agent[offered], u[offered]
    rank = draws(key + np.uint64(16), agent)
    if kind == APPRENTICESHIP and cells.size:
        size, _ = by_employer(month)
        # The fraction of a place is decided once for an establishment, not anew every month.
        part = draws(month.key(Stream.SPONSOR_OPENING, fixed=True), e.id[owner])
        room = np.floor(e.host[owner] * size[owner] + part).astype(np.int64) - hosted[owner]
        fits = ordinal(owner, rank, agent) < room
        cells, program, rank = cells[fits], program[fits], rank[fits]
    return cells, program, rank


__all__ = [
    "APPRENTICESHIP",
    "OJT",
    "contacted",
    "enlist",
    "hosting_table",
    "hosts",
    "joint",
    "kept",
    "logistic",
    "peer_share",
    "places",
    "race",
    "stage",
]
