"""Careers at the start: tenure, skill, wages, histories, benefits, what people know of.

Wages follow the rule of the market's yearly review, so that the first year of a run does not begin by mending
them; tenure and unemployment durations are stationary distributions of stated hazards.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import (
    CREDENTIAL_FIELDS,
    KNOWS_PROGRAM_BIT,
    PART_TIME,
    PART_TIME_INVOLUNTARY,
    PROGRAM_KINDS,
    RETIRED,
    SELF_EMPLOYED,
    STUDENT,
    TEMPORARY_LAYOFF,
    TRAIT_UI_CLAIMS,
    UNEMPLOYED,
    WEEKS_A_MONTH,
)
from laborsim.market.draws import bits, more_bits, to_unit
from laborsim.market.economy import Economy
from laborsim.market.pay import FIT_MOST, learning_months, log_worths, terms
from laborsim.market.size import by_size
from laborsim.region.employers import Employers
from laborsim.region.keyed import Part, exp, log, normal_quantiles, part_key, uniforms
from laborsim.region.margins import band_of
from laborsim.region.tables import RATE_AGES

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
People = dict[str, NDArray[Any]]

MOST_ABILITY = 4.0  # standard deviations
_HORIZON = 600  # months of tenure considered


def tenure_survival(s: dict[str, Any], pace: float = 1.0) -> F8:
    """(600,) share of hires still with the employer after k months, by `pace` times the declared hazard."""
    k = np.arange(_HORIZON)
    hazard = s["tenure_floor"] + s["tenure_new"] * exp(-np.log(2.0) * k / s["tenure_half_life"])
    hazard = np.minimum(pace * hazard, 0.9)
    survival: F8 = np.concatenate([[1.0], np.cumprod(1.0 - hazard)[:-1]])
    return survival


def tenures(age: NDArray[Any], employed: I8, seed: int, s: dict[str, Any], pace: F8 | None = None) -> I8:
    """Months since hire (0 is this month's start) of the employed, cut at the years since 16.

    `pace` (n,) is how often jobs like theirs end, relative to others.
    """
    most = np.clip((age[employed].astype(np.int64) - 16) * 12 + 6, 1, _HORIZON)
    u = uniforms(part_key(seed, Part.TENURE), employed)
    paces, kind = np.unique(np.ones(employed.size) if pace is None else pace, return_inverse=True)
    out = np.zeros(employed.size, np.int64)
    for k, value in enumerate(paces.tolist()):
        cumulated, at = np.cumsum(tenure_survival(s, value)), kind == k
        out[at] = np.searchsorted(cumulated, u[at] * cumulated[most[at] - 1], side="right")
    return out


def durations(rows: I8, temporary: NDArray[np.bool_], seed: int, s: dict[str, Any]) -> I8:
    """Full months already unemployed: a mixture of a fast and a slow geometric."""
    key = part_key(seed, Part.DURATION)
    slow = uniforms(key, rows + (1 << 40)) < s["duration_long_share"]
    hazard = np.where(temporary, s["duration_waiting"], np.where(slow, s["duration_slow"], s["duration_fast"]))
    u = np.maximum(1.0 - uniforms(key, rows), 1e-12)
    return np.minimum(np.floor(log(u) / log(1.0 - hazard)), 96).astype(np.int64)


@njit(cache=True)
def _histories(key, rows, attached, gap, stay, out):  # type: ignore[no-untyped-def]
    """Months employed before the present spell: attached people mostly, others rarely, in spells."""
    for k in range(rows.size):
        b = bits(key, rows[k])
        employed = attached[k]
        stay_in = stay[0] if attached[k] else stay[2]
        stay_out = stay[1] if attached[k] else stay[3]
        word = np.uint64(0)
        for j in range(32):
            if j < gap[k]:
                continue
            if employed:
                word |= np.uint64(1) << np.uint64(j)
            u = to_unit(more_bits(b, j + 1))
            employed = u < stay_in if employed else u >= stay_out
        out[k] = np.uint32(word & np.uint64(0xFFFFFFFF))


@njit(cache=True)
def _knows(key, occupation, education, major, level, near, any_share, other, programs, out):  # type: ignore[no-untyped-def]
    n_major = near.shape[1]
    for i in range(out.size):
        b = bits(key, i)
        o = occupation[i]
        own = major[o]
        word = np.uint32(1) << np.uint32(own)
        for g in range(n_major):
            reach = any_share if abs(level[g] - education[i]) <= 1.0 else other * any_share
            if to_unit(more_bits(b, g + 1)) < max(near[o, g], reach):
                word |= np.uint32(1) << np.uint32(g)
        for t in range(programs.size):
            if to_unit(more_bits(b, 64 + t)) < programs[t]:
                word |= np.uint32(1) << np.uint32(22 + t)
        out[i] = word


def knows(economy: Economy, occupation: NDArray[np.uint8], education: NDArray[np.uint8], seed: int,
          s: dict[str, Any]) -> NDArray[np.uint32]:
    """Consideration set of everyone: the own field, those people move to from it, some of like schooling."""
    n_major = len(economy.major_codes)
    to_major = np.zeros((economy.occupations, n_major))
    for o in range(economy.occupations):
        moves = np.delete(economy.mobility[o], o)
        to_major[o] = np.bincount(np.delete(economy.occ_major, o), moves / max(moves.sum(), 1e-12), n_major)
    level = np.bincount(economy.occ_major, economy.occ_education.astype(float), n_major) / np.maximum(
        np.bincount(economy.occ_major, minlength=n_major), 1
    )
    near = np.minimum(s["knows_near"] * to_major, 0.97)
    programs = np.asarray(s["knows_program"], np.float64)[: len(PROGRAM_KINDS)]
    assert KNOWS_PROGRAM_BIT + programs.size <= 32
    out = np.zeros(occupation.size, np.uint32)
    _knows(part_key(seed, Part.CONSIDERATION), occupation.astype(np.int64), education.astype(np.int64),
           economy.occ_major.astype(np.int64), level, near, float(s["knows_any"]), float(s["knows_other_schooling"]),
           programs, out)
    return out


def credentials(economy: Economy, occupation: NDArray[np.uint8], worked: NDArray[np.bool_], seed: int,
                s: dict[str, Any]) -> NDArray[np.uint16]:
    """Bits of credentials held: some of those who work in an occupation of the field."""
    out = np.zeros(occupation.size, np.uint16)
    holds = worked & (uniforms(part_key(seed, Part.CREDENTIALS), np.arange(occupation.size)) < s["credential_share"])
    own = np.array(economy.major_codes)[economy.occ_major]
    for k, name in enumerate(economy.credential_fields[:16]):
        mine = np.isin(own, CREDENTIAL_FIELDS.get(name, ()))
        out[holds & mine[occupation]] |= np.uint16(1 << k)
    return out


def going_rates(economy: Economy, occupation: NDArray[np.uint8], offset: F8) -> F8:
    """(O,) hourly rate at no premium at which the median worker of each occupation earns its median wage.

    Parameters
    ----------
    occupation : (n,) of payroll workers.
    offset : (n,) log premium of the employer plus what the worker's own ability, skill and tenure add.
    """
    order = np.lexsort((offset, occupation))
    count = np.bincount(occupation, minlength=economy.occupations)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    middle = np.zeros(economy.occupations)
    some = count > 0
    middle[some] = offset[order][(first + count // 2)[some]]
    if some.any():
        middle[~some] = float(np.sort(offset)[offset.size // 2])
    return np.asarray(economy.occ_wage * exp(-middle))


def fitted_pay(percentiles: F8, occupation: NDArray[np.uint8], pay: F8) -> F8:
    """Log wages with each occupation's own spread: every worker keeps his rank among those of the occupation.

    Between the percentiles log wages are linear in the standard normal quantile of the rank; beyond the first and
    last the neighbouring slope goes on. What yearly reviews pay for skill, seniority and the employer leaves of an
    occupation's spread is put into its workers' ability, so that a run does not begin by mending wages.

    Parameters
    ----------
    percentiles : (O, 5) hourly p10, p25, p50, p75, p90.
    occupation, pay : (n,) of payroll workers; log wage that only ranks them.

    Returns
    -------
    (n,) log wages.

    Examples
    --------
    >>> q = np.array([[10.0, 12.0, 15.0, 20.0, 30.0]])
    >>> np.exp(fitted_pay(q, np.zeros(101, np.uint8), np.arange(101.0))[[10, 50, 90]]).round(1).tolist()
    [10.0, 15.0, 30.0]
    """
    order = np.lexsort((pay, occupation))
    count = np.bincount(occupation, minlength=len(percentiles))
    first = np.cumsum(count) - count
    rank = np.empty(pay.size)
    rank[order] = np.arange(pay.size) - first[occupation[order]]
    z = normal_quantiles((rank + 0.5) / count[occupation])
    knots = normal_quantiles(np.array([0.10, 0.25, 0.50, 0.75, 0.90]))
    level = log(np.maximum(percentiles, 0.01))
    slope = np.diff(level, axis=1) / np.diff(knots)
    piece = np.clip(np.searchsorted(knots, z, side="right") - 1, 0, len(knots) - 2)
    return np.asarray(level[occupation, piece] + slope[occupation, piece] * (z - knots[piece]))


def careers(economy: Economy, people: People, state: NDArray[np.uint8], job: NDArray[np.int32],
            occupation: NDArray[np.uint8], employers: Employers, ability: F8, percentiles: F8,
            seed: int, rooms: dict[str, dict[str, Any]], turnover: F8, turnover_size: F8) -> tuple[People, F8]:
    """Columns that tell each person's working life so far.

    Parameters
    ----------
    people, state, job, occupation, ability : everyone, as settled before; hours must be decided.
    employers : establishments and cells.
    percentiles : (O, 5) hourly p10, p25, p50, p75, p90 of occupations.
    rooms : parameter values of the rooms synthesis, search, wages and insurance.
    turnover, turnover_size : (S,) and by size class, how often jobs end relative to others.

    Returns
    -------
    columns : ability (moved for payroll workers, see `fitted_pay`), since, hired, skill, fit, wage, hours, history,
        reservation, ui_weeks, ui_benefit, knows, credentials.
    posted : (C,) posted wage of each cell.
    """
    s, search, wages = rooms["synthesis"], rooms["search"], rooms["wages"]
    n = state.size
    age = people["age"].astype(np.int64)
    rows = np.arange(n)
    employed = np.flatnonzero(state <= SELF_EMPLOYED)
    jobless = np.flatnonzero((state == TEMPORARY_LAYOFF) | (state == UNEMPLOYED))
    out = np.flatnonzero(state > UNEMPLOYED)

    tenure = np.zeros(n, np.int64)
    at = employers.establishment[np.maximum(job[employed], 0)]
    ends = turnover[employers.sector[at]] * by_size(turnover_size, employers.stands[at])
    # Only part of what ends jobs differs by sector and size.
    pace = np.where(job[employed] >= 0, ends ** s["tenure_by_turnover"], 1.0)
    tenure[employed] = tenures(age, employed, seed, s, pace)
    waiting = state[jobless] == TEMPORARY_LAYOFF
    idle = np.zeros(n, np.int64)
    idle[jobless] = durations(jobless, waiting, seed, s)
    u = uniforms(part_key(seed, Part.DURATION), out)
    retired = 12.0 * np.maximum(age[out] - s["retired_from"], 1)
    student, others = s["idle_months"]
    usual = np.select([state[out] == RETIRED, state[out] == STUDENT], [retired, student], others)
    idle[out] = np.minimum(-log(np.maximum(1.0 - u, 1e-9)) * usual, 12.0 * np.maximum(age[out] - 15, 1)).astype(
        np.int64
    )
    since = -1 - np.where(state <= SELF_EMPLOYED, tenure, idle)
    # what people had before the present spell: a former job of some length
    former = np.zeros(n, np.int64)
    not_at_work = np.flatnonzero(state > SELF_EMPLOYED)
    former[not_at_work] = tenures(age, not_at_work, seed, s)
    hired = np.where(state <= SELF_EMPLOYED, since, since - 1 - former)

    skill = _skill(economy, age, tenure + former, occupation, seed, s, search)
    fit = _fit(tenure, employed, n, seed, s)
    pay_terms = terms(economy, search)
    seniority = wages["tenure_return"] * np.minimum(tenure // 12, wages["tenure_years"])

    def worth() -> F8:
        """What ability, skill, fit and tenure add to the log of the posted wage, less a usual employer's discount."""
        return np.asarray(
            log_worths(ability, skill, fit, occupation, people["sex"], people["race"], pay_terms) + seniority
        )

    own = worth()
    at = np.flatnonzero(state < SELF_EMPLOYED)
    premium = employers.premium[employers.establishment]
    going = going_rates(economy, occupation[at], premium[job[at]] + own[at])
    floors = economy.minimum_wage[0]
    posted = np.maximum(going[employers.occupation] * exp(premium),
                        floors[employers.zone[employers.establishment]])
    pay = going[occupation]
    pay[at] = posted[job[at]]
    ability = ability.copy()
    scale = pay_terms.ability[occupation[at]]
    if float(search["ability_return"]) >= 0.05:
        raised = fitted_pay(percentiles, occupation[at], log(pay[at]) + own[at]) - log(pay[at]) - own[at]
        ability[at] = np.clip(ability[at] + raised / scale, -MOST_ABILITY, MOST_ABILITY)
        own[at] = worth()[at]
    pay[state > SELF_EMPLOYED] *= s["displaced_wage"]
    floor = floors[people["zone"]]
    floor[at] = floors[employers.zone[employers.establishment[job[at]]]]
    wage = np.maximum(pay * exp(own), floor)

    hours = np.full(n, 40, np.uint8)
    hours[state == PART_TIME] = s["hours_part_time"][0]
    hours[state == PART_TIME_INVOLUNTARY] = s["hours_part_time"][1]
    low = uniforms(part_key(seed, Part.HOURS), rows) < s["last_part_time"]
    hours[(state > SELF_EMPLOYED) & low] = s["hours_part_time"][1]

    attached = np.ones(n, bool)
    h = part_key(seed, Part.HISTORY)
    came_from_job = uniforms(h, rows + (1 << 40)) < s["worked_before"]
    attached[jobless] = came_from_job[jobless] | waiting
    recently = np.asarray(s["inactive_worked"], float)[band_of(age, RATE_AGES)]
    attached[out] = uniforms(h, out + (1 << 41)) < recently[out]
    attached[employed] = uniforms(h, employed + (1 << 42)) < np.where(age[employed] < 22, *s["history_steady"])
    history = np.zeros(n, np.uint32)
    months_since_16 = np.maximum((age - 16) * 12 + 6 - np.where(state <= SELF_EMPLOYED, tenure, idle), 0)
    gap = np.where(attached, 0, 6).astype(np.int64)
    _histories(h, rows, attached, gap, np.asarray(s["history_stay"], float), history)
    able = np.where(months_since_16 >= 32, np.uint64(0xFFFFFFFF),
                    (np.uint64(1) << np.minimum(months_since_16, 32).astype(np.uint64)) - np.uint64(1))
    history &= able.astype(np.uint32)

    weeks, benefit = _insurance(economy, people, state, idle, history, wage, hours, seed, rooms)
    reservation = np.where(state > SELF_EMPLOYED, np.maximum(
        np.maximum(search["reservation_start"] - search["reservation_fall"] * idle, search["reservation_floor"])
        * wage, floor), floor)
    return {
        "ability": ability, "since": since.astype(np.int16), "hired": np.maximum(hired, -32000).astype(np.int16),
        "skill": skill, "fit": fit, "wage": wage, "hours": hours, "history": history, "reservation": reservation,
        "ui_weeks": weeks, "ui_benefit": benefit,
        "knows": knows(economy, occupation, people["education"], seed, s),
        "credentials": credentials(economy, occupation, (state <= UNEMPLOYED), seed, s),
    }, posted


def _skill(economy: Economy, age: I8, tenure: I8, occupation: NDArray[np.uint8], seed: int, s: dict[str, Any],
           search: dict[str, Any]) -> F8:
    """Skill in the occupation: grows with tenure and earlier experience at the rate of the yearly review."""
    before = np.maximum((age - 18) * 12 - tenure, 0)
    u = uniforms(part_key(seed, Part.SKILL), np.arange(age.size))
    experience = tenure + before * np.minimum(1.0, 2.0 * s["prior_experience"] * u)
    months = learning_months(economy, search)[occupation]
    return np.asarray(1.0 - (1.0 - search["skill_floor"]) * exp(-experience / months))


def _fit(tenure: I8, employed: I8, n: int, seed: int, s: dict[str, Any]) -> NDArray[np.int8]:
    """Fit of the employed with their jobs: the best of some draws, more of them the longer they have stayed."""
    out = np.zeros(n, np.int8)
    draws = s["fit_draws"] + s["fit_draws_stayed"] * (1.0 - exp(-tenure[employed] / s["fit_months"]))
    best = exp(log(np.maximum(uniforms(part_key(seed, Part.FIT), employed), 1e-12)) / draws)
    out[employed] = np.rint(FIT_MOST * (2.0 * best - 1.0))
    return out


def _insurance(economy: Economy, people: People, state: NDArray[np.uint8], idle: I8, history: NDArray[np.uint32],
               wage: F8, hours: NDArray[np.uint8], seed: int, rooms: dict[str, dict[str, Any]]
               ) -> tuple[NDArray[np.uint8], F8]:
    """Weeks left and weekly benefit of those who draw: job losers with enough work who claim."""
    n = state.size
    room, s = rooms["insurance"], rooms["synthesis"]
    weeks, benefit = np.zeros(n, np.uint8), np.zeros(n)
    worked = np.bitwise_count(history & np.uint32((1 << 15) - 1))
    lost = uniforms(part_key(seed, Part.HISTORY), np.arange(n) + (1 << 43)) < s["job_losers_share"]
    zone = people["zone"]
    draws = (
        ((state == TEMPORARY_LAYOFF) | ((state == UNEMPLOYED) & lost))
        & ((people["traits"] & TRAIT_UI_CLAIMS) > 0)
        & (worked >= room["base_months"]) & (worked * wage * hours * WEEKS_A_MONTH >= room["base_earnings"])
    )
    left = np.floor(economy.ui_weeks[0][zone] - WEEKS_A_MONTH * idle)
    draws &= left > 0
    weeks[draws] = np.minimum(left[draws], 250).astype(np.uint8)
    amount = np.minimum(economy.ui_replacement[zone] * wage * hours, economy.ui_maximum[0][zone])
    benefit[draws] = amount[draws]
    return weeks, benefit
