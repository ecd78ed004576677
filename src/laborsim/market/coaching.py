"""Coaching on job quality: who is asked, who adopts practices, how scores rise, and what peers copy.

Coaches visit employers, those short of people sooner. The willing adopt practices on the principles coached; in a pilot
a keyed draw keeps a share of them as controls for some months. Between agreement and start lies a time of preparation,
in which an employer's own turnover and vacancies are counted: what it is compared with later. Scores rise slowly, to
what fidelity allows. Peers of the same sector and zone copy practices that lowered turnover. Without coaching nothing
here holds state or draws.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import quality
from laborsim.market.codes import NEVER, OPEN, PART_TIME_INVOLUNTARY, PRINCIPLES
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream
from laborsim.market.levers import Coaching
from laborsim.market.month import Month
from laborsim.market.pipeline import draws
from laborsim.market.scaling import scaled_count
from laborsim.market.sponsors import contacted, logistic, peer_share

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]

ARMS = ("adopters", "treated", "control", "peers")  # arm 0 is nobody's
NOBODY, ADOPTER, TREATED, CONTROL, PEER = range(5)
LEFT, QUIT, HIRED = range(3)  # columns of `flows`
FILLED, FILL_AGE, APPLICATIONS, OPENINGS = range(4)  # columns of `openings`

# What is remembered of each establishment.
_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("arm", "u1", 0),
    ("start", "i2", NEVER),  # first month of the practices, of controls that of the others of their trial
    ("ends", "i2", NEVER),  # month in which its trial ends
    ("principles", "u1", 0),  # bits
    ("fidelity", "f4", 0),
    ("raise", "f4", 0),  # log points of pay raised so far
    ("before_left", "f4", 0),  # people who left, people employed and vacancies, summed over months of preparation
    ("before_staff", "f4", 0),
    ("before_open", "f4", 0),
    ("after_left", "f4", 0),  # the same since the start
    ("after_staff", "f4", 0),
)


def _memory(month: Month) -> dict[str, Any]:
    """What coaching remembers, as long as the table of establishments; made when first needed."""
    n = month.world.establishments.size
    m: dict[str, Any] = month.memory.setdefault("coaching", {})
    if not m:
        m |= {name: np.full(n, fill, kind) for name, kind, fill in _COLUMNS}
        m |= {"raised": np.zeros((n, 8), np.uint8), "flows": np.zeros((n, 3), np.int32),
              "openings": np.zeros((len(ARMS) + 1, 4), np.int64)}  # fmt: skip
    elif m["arm"].size < n:  # plants announced during the run
        more = n - m["arm"].size
        for name, kind, fill in _COLUMNS:
            m[name] = np.concatenate([m[name], np.full(more, fill, kind)])
        for name in ("raised", "flows"):
            m[name] = np.concatenate([m[name], np.zeros((more, m[name].shape[1]), m[name].dtype)])
    return m


def arms(month: Month) -> NDArray[np.uint8]:
    """(E,) arm of each establishment whose practices, or those of its trial, have begun; 0 of the others."""
    m = month.memory["coaching"]
    return np.where(m["start"] <= month.index, m["arm"], NOBODY).astype(np.uint8)


def staff_and_vacancies(month: Month) -> tuple[F8, F8]:
    """People employed and vacancies by establishment, (E,) each."""
    c, n = month.world.cells, month.world.establishments.size
    at = c.establishment[: c.size]
    staff = np.bincount(at, weights=c.filled[: c.size], minlength=n)
    vacancies = np.bincount(at, weights=c.vacancies[: c.size], minlength=n)
    return staff.astype(np.float64), vacancies.astype(np.float64)


@njit(cache=True, nogil=True)
def _newcomers(p, n, c, month, out):  # type: ignore[no-untyped-def]
    """Count people hired in the last twelve months by establishment."""
    for i in range(n):
        if p.state[i] <= PART_TIME_INVOLUNTARY and p.job[i] >= 0 and month - p.hired[i] < 12:
            out[c.establishment[p.job[i]]] += 1


@njit(cache=True, nogil=True)
def _pay(p, n, c, arm, out):  # type: ignore[no-untyped-def]
    """Employees, cents an hour and cents a week by arm, into (arms, 3)."""
    for i in range(n):
        if p.state[i] <= PART_TIME_INVOLUNTARY and p.job[i] >= 0:
            a = arm[c.establishment[p.job[i]]]
            out[a, 0] += 1
            out[a, 1] += np.int64(p.wage[i] * 100.0 + 0.5)
            out[a, 2] += np.int64(p.wage[i] * p.hours[i] * 100.0 + 0.5)


def pay_by_arm(month: Month) -> I8:
    """(5, 3) employees, cents an hour and cents a week, by arm."""
    out = np.zeros((len(ARMS) + 1, 3), np.int64)
    w = month.world
    _pay(w.people.columns, w.people.size, w.cells.columns, arms(month), out)
    return out


def represented(month: Month) -> B1:
    """Establishments whose workers are represented, (E,): the best scores of empowerment hold the jobs stated."""
    e = month.world.establishments
    staff, _ = staff_and_vacancies(month)
    score = e.quality[: e.size, PRINCIPLES.index("empowerment_and_representation")]
    order = np.lexsort((e.id[: e.size], -score.astype(np.int64)))
    out = np.zeros(e.size, np.bool_)
    out[order[np.cumsum(staff[order]) <= month.parameters["quality.represented_share"] * staff.sum()]] = True
    return out


def _reset_closed(month: Month, m: dict[str, Any]) -> None:
    """Entrants take neither the practices of the establishment whose place they take nor its arm."""
    e = month.world.establishments
    shut = np.flatnonzero((m["arm"] > 0) & (e.closed[: e.size] != OPEN))
    e.quality[shut] -= m["raised"][shut]
    e.premium[shut] -= m["raise"][shut]
    m["raised"][shut] = 0
    for name, _, fill in _COLUMNS:
        m[name][shut] = fill


def _follow(month: Month, m: dict[str, Any]) -> None:
    """Add last month's turnover to what is known of each employer; end trials."""
    on = np.flatnonzero(m["arm"] > 0)
    staff, vacancies = staff_and_vacancies(month)
    before = on[m["start"][on] >= month.index]
    after = on[m["start"][on] < month.index]
    m["before_left"][before] += m["flows"][before, LEFT]
    m["before_staff"][before] += staff[before].astype(np.float32)
    m["before_open"][before] += vacancies[before].astype(np.float32)
    m["after_left"][after] += m["flows"][after, LEFT]
    m["after_staff"][after] += staff[after].astype(np.float32)
    m["flows"][:] = 0
    m["openings"][:] = 0
    over = m["ends"] <= month.index
    released = over & (m["arm"] == CONTROL)
    m["start"][released] = month.index
    for name in ("after_left", "after_staff"):
        m[name][released] = 0.0
    m["arm"][over & (m["arm"] > 0)] = ADOPTER
    m["ends"][over] = NEVER


def _raise(month: Month, m: dict[str, Any]) -> None:
    """Scores of those at work on their practices rise a step; pay rises with the employer's premium."""
    q, e = month.room("quality"), month.world.establishments
    ramp = max(int(q["ramp_months"]), 1)
    age = month.index - m["start"].astype(np.int64) + 1
    rows = np.flatnonzero((m["arm"] > 0) & (m["arm"] != CONTROL) & (age >= 1) & (age <= ramp))
    if rows.size == 0:
        return
    done = m["fidelity"][rows] * age[rows] / ramp
    for k in range(len(PRINCIPLES)):
        has = (m["principles"][rows] & (1 << k)) > 0
        at = rows[has]
        if k == quality.PAY:
            goal = q["pay_raise"] * done[has]
            e.premium[at] += (goal - m["raise"][at]).astype(np.float32)
            m["raise"][at] = goal
            continue
        goal = np.floor(q["gain"] * done[has]).astype(np.int64)
        more = np.clip(goal - m["raised"][at, k], 0, 255 - e.quality[at, k].astype(np.int64)).astype(np.uint8)
        e.quality[at, k] += more
        m["raised"][at, k] += more


def _adopt(month: Month, m: dict[str, Any], rows: I8, arm: Any, principles: Any, fidelity: float, trial: int) -> None:
    """Put establishments on the way to their practices."""
    start = month.index + int(month.parameters["quality.preparation_months"])
    m["arm"][rows] = arm
    m["start"][rows] = start
    m["ends"][rows] = start + trial if trial else NEVER
    m["principles"][rows] = principles
    m["fidelity"][rows] = fidelity


def _round(month: Month, m: dict[str, Any], r: Coaching, number: int) -> None:
    """One instrument's coaches visit employers."""
    q, e = month.room("quality"), month.world.establishments
    n = e.size
    # each instrument of a package has agents of its own: the second does not meet the refusals of the first
    own = np.uint64(number << 8)
    visits = scaled_count(r.contacts, month.scale, month.key(Stream.QUALITY_CONTACT) + own, 4 << 32)
    if visits == 0:
        return
    staff, vacancies = staff_and_vacancies(month)
    can = (m["arm"] == NOBODY) & (e.closed[:n] == OPEN) & (staff > 0) & (np.asarray(r.zones)[e.zone[:n]] > 0)
    if r.sectors:
        can &= np.isin(e.sector[:n], r.sectors)
    if r.represented is not None:
        can &= represented(month) == r.represented
    asked = np.flatnonzero(can)
    new = np.zeros(n, np.int64)
    _newcomers(month.world.people.columns, month.world.people.size, month.world.cells.columns, month.index, new)
    key = month.key(Stream.QUALITY_CONTACT) + own
    asked = asked[contacted((q["contact_base"] + vacancies + new)[asked], e.id[asked], key, visits)]
    size = np.maximum(staff[asked], 1.0)
    has = (m["arm"] != NOBODY) & (m["arm"] != CONTROL)
    odds = (
        q["adoption_log_odds"]
        + q["adoption_vacancies"] * vacancies[asked] / (size + vacancies[asked])
        + q["adoption_turnover"] * np.minimum(new[asked] / size, 1.0)
        + q["adoption_grant"] * r.grant / (100.0 * size)
        + q["adoption_peers"] * peer_share(month, has, e.closed[:n] == OPEN)[asked]
    )
    willing = asked[draws(month.key(Stream.QUALITY_ADOPTION) + own, e.id[asked]) < logistic(odds)]
    control = draws(month.key(Stream.QUALITY_TRIAL, fixed=True), e.id[willing]) < r.control_share
    trial = r.control_months if r.control_share > 0.0 else 0
    bits = sum(1 << k for k in r.principles)
    arm = np.where(control, CONTROL, TREATED if trial else ADOPTER)
    _adopt(month, m, willing, arm, bits, r.fidelity, trial)
    scalars = month.counts.scalars
    scalars[SCALAR["quality_contacts"]] += asked.size
    scalars[SCALAR["quality_willing"]] += willing.size
    scalars[SCALAR["quality_controls"]] += int(control.sum())
    if r.grant > 0.0:
        places = scaled_count(r.grants, month.scale, key, 5 << 32)
        scalars[SCALAR["quality_grants"]] += min(willing.size - int(control.sum()), places)


def _imitate(month: Month, m: dict[str, Any]) -> None:
    """Employers copy peers whose turnover has fallen below what it was."""
    q, e = month.room("quality"), month.world.establishments
    n = e.size
    old = month.index - m["start"].astype(np.int64) >= int(q["success_months"])
    at_work = (m["arm"] != NOBODY) & (m["arm"] != CONTROL)
    better = m["after_left"] * m["before_staff"] < m["before_left"] * m["after_staff"]
    success = at_work & old & better
    if not success.any():
        return
    alive = e.closed[:n] == OPEN
    share = peer_share(month, success, alive)
    copies = np.flatnonzero(
        (m["arm"] == NOBODY) & alive
        & (draws(month.key(Stream.QUALITY_IMITATION), e.id[:n]) < q["imitation"] * share)
    )  # fmt: skip
    group = e.zone[:n].astype(np.int64) * month.economy.sectors + e.sector[:n]
    bits = np.zeros(month.economy.zones * month.economy.sectors, np.uint8)
    np.bitwise_or.at(bits, group[success], m["principles"][success])
    _adopt(month, m, copies, PEER, bits[group[copies]], float(q["peer_fidelity"]), 0)


def stage(month: Month) -> None:
    """Pay scores follow pay; practices adopted take effect; coaches visit; peers copy."""
    quality.stage(month)
    rounds = month.levers.coaching
    if not rounds and "coaching" not in month.memory:
        return
    m = _memory(month)
    _reset_closed(month, m)
    _follow(month, m)
    for number, r in enumerate(rounds):
        _round(month, m, r, number)
    _imitate(month, m)
    _raise(month, m)


def count_openings(month: Month, cell: NDArray[np.int32], filled: Any, applications: Any) -> None:
    """Add this month's openings that came to a decision to those of their employer's arm."""
    m = month.memory.get("coaching")
    if m is None:
        return
    c = month.world.cells
    arm = arms(month)[c.establishment[cell]].astype(np.int64)
    weights = (filled, np.rint(filled * c.age[cell].astype(np.float64) * 256.0), applications, c.vacancies[cell])
    for k, weight in enumerate(weights):
        m["openings"][:, k] += np.bincount(arm, weights=weight, minlength=len(ARMS) + 1).astype(np.int64)


__all__ = ["ARMS", "arms", "count_openings", "pay_by_arm", "represented", "staff_and_vacancies", "stage"]
