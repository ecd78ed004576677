"""Job centers: who comes, who is served, what the served do differently, and employers asked for their vacancies.

The unemployed come by what they know of the centers and how far away they are, and part of those who come asks for
help; claimants of insurance may be called in.
Places are scarce and go by ranked keyed draws: those turned away before first, then those called, then the others,
after a share kept for people who do not draw insurance. The benefit of claimants called in who
stay away is suspended until they come, of those found not to meet the rules until they do: no week of it is lost, but
none is paid meanwhile (`_suspend`). Whoever is served, for a month or more, sends more applications, looks
at more fields of work, near to those known and where vacancies are, asks for a wage nearer to what jobs pay, and is
sent to vacancies that have been open for long and that would let him or her through. Employers who are visited post
what they have not posted yet and decide sooner. Effects come from there: a place filled this way is one that another
seeker does not get.
Without an order nothing here holds state or draws.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import gate, hire_classes, housing, outreach
from laborsim.market.codes import ASSOCIATE, OPEN, UNEMPLOYED
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, bits, more_bits, to_unit, uniforms
from laborsim.market.levers import JobCenters
from laborsim.market.matching import Referrals, Seekers, Terrain, Vacancies
from laborsim.market.month import Month
from laborsim.market.pay import terms as pay_terms
from laborsim.market.scaling import scaled_count
from laborsim.market.sponsors import contacted

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]
SERVICE = "job_center_services"  # as trials name it
RETURNING, CALLED, OTHERS = range(3)  # order of service
STAYED_AWAY, INELIGIBLE = range(2)  # why a benefit is suspended
WAITS = -1  # in place of an order in `month.memory["services"]`: turned away, no place yet
NO_REFERRALS = Referrals(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int32))


class _Reach(NamedTuple):
    """What a caseworker sees: O occupations, M majors, C classes of travel, Z zones."""

    near: F8  # (O, O)
    weight: F8  # (C, Z, Z)
    open: F8  # (Z, O) open vacancies
    major: NDArray[np.uint8]  # (O,)
    carried: NDArray[np.float32]  # (O, O) skill


def stage(month: Month) -> None:
    """Tell people of fields of work, and help with rent; job centers and travel come with search itself."""
    outreach.stage(month)
    housing.stage(month)


def prospected(month: Month) -> B1:
    """(E,) employers visited this month; they post at once what they had not posted yet.

    Employers with more places unfilled are visited sooner.
    """
    e, c, counts = month.world.establishments, month.world.cells, month.counts
    asked = np.zeros(e.size, np.bool_)
    if not any(o.employer_contacts for o in month.levers.job_centers):
        return asked
    at, size = c.establishment[: c.size], c.size
    hold = month.parameters["vacancies.recall_hold"]
    room = c.target[:size] - c.filled[:size] - np.floor(hold * c.recall[:size] + 0.5).astype(np.int64)
    room = np.where(c.target[:size] > 0, room - hire_classes.held(month), 0)
    need = np.bincount(at, weights=np.maximum(room, 0), minlength=e.size).astype(np.float64)
    for number, order in enumerate(month.levers.job_centers):
        offered = (e.closed[: e.size] == OPEN) & (np.array(order.zones)[e.zone[: e.size]] > 0) & (need > 0) & ~asked
        rows = np.flatnonzero(offered)
        key = month.key(Stream.EMPLOYER_PROSPECT)
        visits = scaled_count(order.employer_contacts, month.scale, key, (number + 1) << 33)
        asked[rows[contacted(need[rows], e.id[rows], key, visits)]] = True
    more = np.where(asked[at], np.maximum(room - c.vacancies[:size], 0), 0)
    cells = np.flatnonzero(more)
    old, new = c.vacancies[cells], more[cells]
    c.age[cells] = (old * c.age[cells] + 0.5 * new) / (old + new)
    c.vacancies[cells] += new.astype(np.int32)
    np.add.at(counts.openings_posted, (c.sector[cells], c.zone[cells]), new)
    counts.scalars[SCALAR["prospect_contacts"]] += int(asked.sum())
    counts.scalars[SCALAR["prospect_openings"]] += int(new.sum())
    return asked


def serve(month: Month, rows: I8, s: Seekers, v: Vacancies, terrain: Terrain, visited: B1) -> Referrals:
    """Serve those who come: changes what they seek in `s` and what they know, and returns where they are sent.

    Parameters
    ----------
    rows : (n,) rows of people who look for work, in the order of `s`.
    v : vacancies that can be filled this month; visited : (E,) employers visited.
    """
    out, everyone = NO_REFERRALS, np.empty(0, np.int64)
    _resume(month)
    month.scratch["services.served"] = everyone  # for those who look on; nothing in the market reads it
    if not month.levers.job_centers:
        return out
    carried = np.asarray(terrain.carried, np.float32)
    reach = _Reach(terrain.mobility, terrain.commute_weight, _open(v, terrain), terrain.occ_major, carried)
    free = np.ones(rows.size, np.bool_)  # served by nobody yet
    turned_away = []
    helped, waits = _clients(month, rows)
    for number, order in enumerate(month.levers.job_centers):
        again = np.flatnonzero(helped == number) if order.months > 1 else np.empty(0, np.int64)
        free[again] = False
        served, turned = _places(month, order, number, rows, free, waits)
        free[served] = False
        everyone = np.concatenate([everyone, rows[served]])
        turned_away.append(turned)
        if order.months > 1:
            _remember(month, rows[served], number, order.months)
            served = np.union1d(served, again)
        sent = _help(month, order, rows, s, v, reach, served, visited)
        out = Referrals(
            np.concatenate([out.seeker, sent.seeker]),
            np.concatenate([out.turn, sent.turn]),
            np.concatenate([out.vacancy, sent.vacancy]),
        )
    month.scratch["services.served"] = everyone
    again = np.unique(np.concatenate(turned_away))
    _remember(month, rows[again[free[again]]], WAITS, 1)
    return out


def _clients(month: Month, rows: I8) -> tuple[I8, B1]:
    """(n,) order by which each of those who look is still helped from an earlier month, -1 none, and whether turned
    away last month; forgets the others."""
    helped, waits = np.full(rows.size, -1, np.int64), np.zeros(rows.size, np.bool_)
    held, p = month.memory.get("services"), month.world.people
    if held is None or rows.size == 0:
        return helped, waits
    at = np.minimum(np.searchsorted(rows, held["row"]), rows.size - 1)
    on = (rows[at] == held["row"]) & (p.id[held["row"]] == held["id"]) & (p.state[held["row"]] == UNEMPLOYED)
    waits[at[on & (held["order"] == WAITS) & (held["until"] >= month.index)]] = True
    on &= (held["until"] > month.index) & (0 <= held["order"]) & (held["order"] < len(month.levers.job_centers))
    helped[at[on]] = held["order"][on]
    month.memory["services"] = {name: values[on] for name, values in held.items()}
    return helped, waits


def _remember(month: Month, who: I8, order: int, months: int) -> None:
    """These people, `who` (rows), are helped by an order for some months more, or wait for a place (WAITS)."""
    new = {"row": who, "id": month.world.people.id[who], "order": np.full(who.size, order),
           "until": np.full(who.size, month.index + months)}  # fmt: skip
    held = month.memory.get("services")
    month.memory["services"] = {n: x if held is None else np.concatenate([held[n], x]) for n, x in new.items()}


def _suspend(month: Month, who: I8, why: int) -> None:
    """Pay these claimants, `who` (rows), nothing until they resume; their weeks are kept."""
    if who.size == 0:
        return
    p = month.world.people
    new = {"row": who, "id": p.id[who], "since": p.since[who], "weeks": p.ui_weeks[who], "why": np.full(who.size, why)}
    held = month.memory.get("suspended")
    month.memory["suspended"] = {n: x if held is None else np.concatenate([held[n], x]) for n, x in new.items()}
    p.ui_weeks[who] = 0


def _resume(month: Month) -> None:
    """Give suspended claimants who now come, or meet the rules, their weeks back; forgets those whose spell is over."""
    held = month.memory.get("suspended")
    if held is None:
        return
    p, q = month.world.people, month.room("services")
    row = held["row"]
    # Whoever found work or stopped looking has no claim that could go on.
    on = (p.id[row] == held["id"]) & (p.state[row] == UNEMPLOYED) & (p.since[row] == held["since"])
    chance = np.where(held["why"] == STAYED_AWAY, q["comply_again"], q["mended"])
    back = on & (uniforms(month.key(Stream.CLAIM_RESUMES), held["id"]) < chance)
    p.ui_weeks[row[back]] = held["weeks"][back]
    keep = on & ~back
    month.memory["suspended"] = {name: values[keep] for name, values in held.items()}


def _open(v: Vacancies, terrain: Terrain) -> F8:
    out = np.zeros((terrain.commute_weight.shape[1], len(terrain.mobility)))
    np.add.at(out, (v.zone, v.occupation), v.open)
    return out


def _places(month: Month, order: JobCenters, number: int, rows: I8, free: B1, waits: B1) -> tuple[I8, I8]:
    """Who is served and who is turned away, as places in `rows`; counts them and those who stayed away."""
    p, h, q, scalars = month.world.people, month.world.households, month.room("services"), month.counts.scalars
    inside = np.flatnonzero((p.state[rows] == UNEMPLOYED) & (np.array(order.zones)[p.zone[rows]] > 0) & free)
    who = rows[inside]
    ids, zone = p.id[who], p.zone[who]
    visit = uniforms(month.key(Stream.CENTER_VISIT), ids)
    known = uniforms(month.key(Stream.CENTER_KNOWN, fixed=True), ids) < q["known"] + order.advertising
    minutes = month.economy.commute_minutes[:, np.flatnonzero(order.centers)].min(axis=1)[zone]
    minutes = np.where(h.car[p.household[who]] > 0, minutes, q["no_car_time"] * minutes)
    # Self-service is there with and without a policy: only who asks for staff's help wants a place.
    asks_help = q["visit"] * q["seek_help"]
    comes = known & (visit < asks_help * np.exp(-minutes / q["visit_minutes"])) & order.walk_in
    insured = p.ui_weeks[who] > 0
    claims = uniforms(month.key(Stream.CENTER_RANK) + np.uint64(1), ids) < order.called
    called = insured & (month.index - p.since[who] == int(q["call_month"])) & claims
    again = uniforms(month.key(Stream.CENTER_VISIT) + np.uint64(1), ids)
    returns = waits[inside] & (again >= q["drop_off"])
    # A trial refuses people before they are called: the call itself is part of what is tried.
    may = np.ones(who.size, np.bool_)
    asks = np.flatnonzero(comes | returns | called)
    may[asks] = gate.admit(month, SERVICE, ids[asks], who[asks])
    comes, returns, called = comes & may, returns & may, called & may
    gate.serve(month, SERVICE, ids[called])
    stays_away = called & (visit >= q["comply"])
    ineligible = np.zeros(who.size, np.bool_)
    if order.review > 0:
        reviewed = np.flatnonzero(called & ~stays_away)
        ineligible[reviewed] = uniforms(month.key(Stream.CENTER_REVIEW), ids[reviewed]) < order.review
    _suspend(month, who[stays_away & order.sanction], STAYED_AWAY)
    _suspend(month, who[ineligible], INELIGIBLE)
    came = comes | returns | (called & ~stays_away)
    rank = uniforms(month.key(Stream.CENTER_RANK), ids) + np.where(returns, RETURNING, np.where(called, CALLED, OTHERS))
    places = scaled_count(order.places, month.scale, month.key(Stream.CENTER_RANK), (number + 1) << 33)
    line = np.flatnonzero(came)
    line = line[np.lexsort((ids[line], rank[line]))]
    kept = int(np.ceil(order.uninsured_share * places))
    first = line[~insured[line]][:kept]
    rest = line[~np.isin(line, first)][: max(places - first.size, 0)]
    served = np.sort(np.concatenate([first, rest]))
    gate.serve(month, SERVICE, ids[served])
    for name, value in (
        ("center_aware", known | called | returns), ("center_came", came), ("center_called", called),
        ("center_no_shows", stays_away), ("center_found_ineligible", ineligible),
    ):  # fmt: skip
        scalars[SCALAR[name]] += int(value.sum())
    scalars[SCALAR["center_served"]] += served.size
    scalars[SCALAR["center_served_uninsured"]] += int((~insured[served]).sum())
    scalars[SCALAR["center_turned_away"]] += line.size - served.size
    return inside[served], inside[np.setdiff1d(line, served)]


def _help(
    month: Month, order: JobCenters, rows: I8, s: Seekers, v: Vacancies, reach: _Reach, served: I8, visited: B1
) -> Referrals:
    """What service changes for those served, and the vacancies they are sent to."""
    p, c, q = month.world.people, month.world.cells, month.room("search")
    if served.size == 0:
        return NO_REFERRALS
    who = rows[served]
    key = month.key(Stream.CENTER_REFERRAL)
    extra = np.floor(order.applications + uniforms(key, p.id[who])).astype(np.uint8)
    if order.review > 0:  # claimants show that they search as much as others do
        claims = served[p.ui_weeks[who] > 0]
        usual = np.uint8(month.parameters["matching.applications_unemployed"])
        s.applications[claims] = np.maximum(s.applications[claims], usual)
    s.applications[served] += extra
    if order.fields > 0:
        _show_fields(served, s, reach, int(order.fields))
        p.knows[who] |= s.knows[served]
    if order.coaching > 0:
        usual = month.memory["wages"]["now"][s.occupation[served]]
        o, pay = s.occupation[served], pay_terms(month.economy, q)
        worth = pay.ability[o] * s.ability[served] + pay.skill[o] * (s.skill[served] - 1.0)
        own = usual * np.exp(worth - s.discount[served])
        least = q["reservation_floor"] * np.minimum(p.wage[who], own)
        over = np.maximum(s.reservation[served] - least, 0.0)
        s.reservation[served] -= (order.coaching * over).astype(np.float32)
        p.reservation[who] = s.reservation[served]
    if order.referrals == 0 or v.cell.size == 0:
        return NO_REFERRALS
    quick = visited[c.establishment[v.cell]]
    room = month.room("services")
    pull = (1.0 + c.age[v.cell]) ** room["crowding"] * np.where(quick, room["prospect_pull"], 1.0)
    turn, vacancy = np.full((2, served.size, order.referrals), -1, np.int64)
    terms = _Sending(np.asarray(pull, np.float64), float(q["experience_passes"]), key)
    _send(served, s, v, reach, terms, turn, vacancy)
    some = vacancy.ravel() >= 0
    seeker = np.repeat(served, order.referrals)
    return Referrals(seeker[some], turn.ravel()[some], vacancy.ravel()[some].astype(np.int32))


@njit(cache=True)
def _show_fields(served, s, reach, fields):  # type: ignore[no-untyped-def]
    """Add to what each of those served knows the fields with most vacancies near to their work and home."""
    classes, zones, _ = reach.weight.shape
    occupations = reach.major.size
    within = np.zeros((classes, zones, occupations))
    for t in range(classes):
        for home in range(zones):
            for work in range(zones):
                for o in range(occupations):
                    within[t, home, o] += reach.weight[t, home, work] * reach.open[work, o]
    for i in served:
        score = np.zeros(32)
        for o in range(occupations):
            score[reach.major[o]] += reach.near[s.occupation[i], o] * within[s.travel[i], s.zone[i], o]
        for _ in range(fields):
            best = -1
            for m in range(32):
                unknown = (s.knows[i] >> np.uint32(m)) & np.uint32(1) == 0
                if unknown and score[m] > 0.0 and (best < 0 or score[m] > score[best]):
                    best = m
            if best >= 0:
                s.knows[i] |= np.uint32(1) << np.uint32(best)


class _Sending(NamedTuple):
    pull: F8  # (m,) how much caseworkers favour a vacancy
    passes: float
    key: np.uint64


@njit(cache=True)
def _send(served, s, v, reach, terms, turn, vacancy):  # type: ignore[no-untyped-def]
    """Draw vacancies for those served with weight nearness x commute x places x pull, among those of fields they know
    whose screen lets them through: keyed races, so that one vacancy more changes few choices.

    Fills turn and vacancy (served, referrals); the last of a person's applications are sent first.
    """
    many = vacancy.shape[1]
    best = np.empty(many)
    for k in range(served.size):
        i = served[k]
        o = s.occupation[i]
        best[:] = np.inf
        first = bits(terms.key, s.id[i] ^ np.uint64(0x5555))
        for j in range(v.cell.size):
            other = v.occupation[j]
            weight = reach.near[o, other] * reach.weight[s.travel[i], s.zone[i], v.zone[j]] * v.open[j] * terms.pull[j]
            if weight <= 0.0 or (s.knows[i] >> np.uint32(reach.major[other])) & np.uint32(1) == 0:
                continue
            mine = s.skill[i] * reach.carried[o, other]
            schooled = v.needs[j] <= s.education[i] or (mine >= terms.passes and v.needs[j] <= s.trained[i])
            schooled |= (v.fields[j] & s.credentials[i]) != 0 and v.needs[j] <= ASSOCIATE
            if not schooled or mine < v.experience[j] or (v.screens_record[j] != 0 and s.record[i] != 0):
                continue
            wait = -np.log(1.0 - to_unit(more_bits(first, v.cell[j] + 1))) / weight
            at = many - 1
            if wait >= best[at]:
                continue
            while at > 0 and best[at - 1] > wait:
                best[at] = best[at - 1]
                vacancy[k, at] = vacancy[k, at - 1]
                at -= 1
            best[at] = wait
            vacancy[k, at] = j
        for r in range(many):
            if r >= s.applications[i]:
                vacancy[k, r] = -1
            turn[k, r] = np.int64(s.applications[i]) - 1 - r


__all__ = ["prospected", "serve", "stage"]
