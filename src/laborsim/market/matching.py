"""Search and matching: sampled applications and truncated deferred acceptance on occupation x zone markets.

Each seeker looks at `applications` vacancies. A market (zone of work, then occupation) is drawn with weight
mobility x commuting x open vacancies x attractiveness, then one of the market's open vacancies uniformly.
They judge a vacancy by what they would be paid there: skill carries over only in part to another occupation.
Employers rank who applied and passes their screens; for up to R rounds every open slot goes to the best
applicant not yet asked, and seekers hold the best offer. With one application, one round, no filters and
nothing but noise in the ranking this is the urn-ball model that `laborsim.exact` checks.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import ASSOCIATE
from laborsim.market.columns import AHEAD, fetch
from laborsim.market.draws import bits, more_bits, to_unit
from laborsim.market.month import CHUNK, Crew
from laborsim.market.offers import assign
from laborsim.market.pay import FIT_MOST, Pay, liking, pair, suits
from laborsim.market.sampling import MAX_REDRAWS, VOID, choices_of, sample

F8 = NDArray[np.float64]
F4 = NDArray[np.float32]
I4 = NDArray[np.int32]
U1 = NDArray[np.uint8]
U4 = NDArray[np.uint32]
U8 = NDArray[np.uint64]

LOGISTIC_UNIT = np.sqrt(3.0) / np.pi  # makes the logistic noise have standard deviation 1


class Seekers(NamedTuple):
    """Who looks for a job this month; n seekers.

    Attributes
    ----------
    id : (n,) persistent ids, the keys of all draws.
    occupation, zone, education, record : (n,) as in the people table; record is 0/1.
    trained : (n,) schooling that experience stands for where it carries over, as education; 0 none.
    credentials : (n,) bits of fields in which a credential is held.
    applications : (n,) vacancies looked at.
    knows : (n,) consideration set, bits of SOC major groups.
    reservation : (n,) lowest own wage accepted, dollars an hour.
    ability : (n,) general ability, standard deviations.
    skill : (n,) skill in the own occupation, 1 is full.
    score : (n,) what employers see besides the fit to the occupation, in s.d. of `noise`-free quality.
    travel : (n,) class of travel, row of the terrain's commuting tables.
    hold : (n,) utility of the present job in log-wage units, -inf if none.
    cell : (n,) present cell, -1 if none; it is never applied to.
    bias : (n,) by how much a usual employer's biases lower the score; discount : (n,) and the log of pay.
    """

    id: U8
    occupation: NDArray[Any]
    zone: NDArray[Any]
    education: U1
    trained: U1
    credentials: NDArray[np.uint16]
    applications: U1
    knows: U4
    reservation: F4
    ability: F4
    skill: F4
    score: F4
    record: U1
    travel: U1
    hold: F4
    cell: I4
    bias: F4
    discount: F4


class Vacancies(NamedTuple):
    """Cells with open vacancies, ascending; m cells.

    Attributes
    ----------
    cell : (m,) rows of the cells table.
    open : (m,) open vacancies, at least 1.
    posted : (m,) posted hourly wage; floor : (m,) legal wage, paid at least.
    occupation, zone : (m,) the market.
    needs : (m,) lowest education let through; fields : (m,) bits of fields whose credentials pass for an associate
        degree there; screens_record : (m,) 1 if records are screened out.
    amenity : (m,) job quality in log-wage units.
    bias : (m,) factor of the employer on the seekers' biases.
    experience : (m,) least skill let through, as far as it carries over.
    """

    cell: I4
    open: I4
    posted: F4
    floor: F4
    occupation: NDArray[Any]
    zone: NDArray[Any]
    needs: U1
    fields: NDArray[np.uint16]
    screens_record: U1
    amenity: F4
    bias: F4
    experience: F4


class Terrain(NamedTuple):
    """Where and what seekers look at: Z zones, O occupations, C classes of travel.

    Attributes
    ----------
    commute_weight : (C, Z, Z) weight of a vacancy in zone of work j for a seeker living in i.
    commute_cost : (C, Z, Z) cost of the commute in log-wage units.
    mobility : (O, O) nearness of occupations.
    occ_major : (O,) SOC major group of each occupation.
    carried : (O, O) share of skill carried over to another occupation; None if all is.
    pay : terms of pay by occupation; None pays everyone what is posted.
    """

    commute_weight: F8
    commute_cost: F8
    mobility: F8
    occ_major: U1
    carried: NDArray[Any] | None = None
    pay: Pay | None = None


class MatchingParameters(NamedTuple):
    """Behaviour of search and hiring; see scenario/parameters/matching.toml."""

    rounds: int = 3
    redraws: int = 6
    noise: float = 1.0
    fit_weight: float = 1.0
    attraction: float = 0.0
    filters: bool = True
    taste: float = 0.0
    skill_floor: float = 0.0
    experience_passes: float = 1.0


class Keys(NamedTuple):
    """Keys of draws (`Month.key`): choice of market, choice of vacancy, employers' noise, taste for a job (fixed)."""

    market: np.uint64
    vacancy: np.uint64
    noise: np.uint64
    taste: np.uint64 = np.uint64(0)


class Referrals(NamedTuple):
    """Applications that someone else chose, (r,): row of the seeker, which of the applications, row of the vacancy."""

    seeker: NDArray[np.int64]
    turn: NDArray[np.int64]
    vacancy: I4


class Matches(NamedTuple):
    """What came of it.

    Attributes
    ----------
    vacancy_index : (n,) row of `vacancies` that hired the seeker, -1 if none.
    applications_sent : (n,) applications sent; those an employer's screen threw out are among them.
    filled : (m,) vacancies filled, at most `open`.
    applications : (m,) applications received.
    """

    vacancy_index: I4
    applications_sent: U1
    filled: I4
    applications: I4


class _Applications(NamedTuple):
    """Applications in order of seekers; row of seeker i's first is `first[i]`."""

    first: NDArray[np.int64]
    vacancy: I4
    seeker: U4
    score: F8
    utility: F8
    sent: U1
    passed: U4


class _Terms(NamedTuple):
    """What `_screen` weighs."""

    cost: F8
    carried: F4
    filters: bool
    taste: float
    ability_return: F8
    skill_return: F8
    match_return: F8
    skill_floor: float
    experience_passes: float
    noise: float
    fit_weight: float
    noise_key: np.uint64
    taste_key: np.uint64


@njit(cache=True, nogil=True)
def _screen(lo, hi, chunk, seekers, choices, terms, out):  # type: ignore[no-untyped-def]
    """Keep the applications seekers send (screened ones as ~v), and score those employers consider.

    Lists those that employers consider in out.passed, from the chunk's first row up, and those they throw out from
    its last row down; returns how many of each.
    """
    offers, first, vacancy, value, sent = choices.offers, out.first, out.vacancy, out.utility, out.sent
    passed, cost, carried, filters = out.passed, terms.cost, terms.carried, terms.filters
    own, ability, skills, least = seekers.cell, seekers.ability, seekers.skill, seekers.reservation
    discounts = seekers.discount
    education, trained, credentials = seekers.education, seekers.trained, seekers.credentials
    record, zone, travel, holds, occupations = (seekers.record, seekers.zone, seekers.travel, seekers.hold,
                                                seekers.occupation)
    returns, floor, passes, taste = terms.skill_return, terms.skill_floor, terms.experience_passes, terms.taste
    n: Any = first[lo]
    below: Any = first[hi] - 1
    last = below
    for person in range(lo, hi):
        i = np.uint64(person)
        begin = first[i]
        count: Any = 0
        hold = np.float64(holds[i])
        reservation = np.log(np.float64(least[i])) if filters & (least[i] > 0.0) else -np.inf
        base, skill, discount = np.float64(ability[i]), np.float64(skills[i]), np.float64(discounts[i])
        tastes = bits(terms.taste_key, seekers.id[i])
        for application in range(begin, first[i + np.uint64(1)]):
            p = np.uint64(application)
            v = np.int64(vacancy[p])
            fetch(offers, max(vacancy[np.uint64(min(application + AHEAD, last))], 0))
            if v == VOID:
                continue
            offer = offers[np.uint64(v)]
            again = offer.cell == own[i]
            for other in range(begin, application):
                q = np.uint64(other)
                again |= (vacancy[q] == v) | (vacancy[q] == ~v)
            mine = skill * np.float64(carried[np.uint64(occupations[i]), np.uint64(offer.occupation)])
            word = pair(tastes, offer.cell)
            o = np.uint64(offer.occupation)
            worth = (terms.ability_return[o] * base + returns[o] * (max(mine, floor) - 1.0) - discount * offer.bias
                     + terms.match_return[o] * suits(word))
            pay = max(np.float64(offer.pay) + worth, np.float64(offer.floor))
            utility = (pay + np.float64(offer.amenity) + taste * liking(word)
                       - cost[np.uint64(travel[i]), np.uint64(zone[i]), np.uint64(offer.zone)])
            # bit operations, not `and`: whether someone applies is a coin toss that no branch predictor wins
            sends = np.int64((not again) & (utility > hold) & (pay >= reservation))
            # experience passes where it carries over, a credential in its field
            schooled = ((offer.needs <= education[i]) | ((mine >= passes) & (offer.needs <= trained[i]))
                        | (((offer.fields & credentials[i]) != 0) & (offer.needs <= ASSOCIATE)))
            screened = np.int64(filters & ((not schooled) | ((offer.screens_record != 0) & (record[i] != 0))
                                           | (mine < offer.experience)))
            vacancy[p] = sends * (v + screened * (-2 * v - 1) - VOID) + VOID
            value[p] = utility
            count += sends
            # both lists get the entry, one of them moves on; they cannot meet before the last entry is written
            passed[np.uint64(below)] = p
            below -= sends & screened
            passed[np.uint64(n)] = p
            n += sends & (1 - screened)
        sent[i] = count
    closeness, seeker, score = choices.closeness, out.seeker, out.score
    ids, quality, bias = seekers.id, seekers.score, seekers.bias
    for k in range(first[lo], n):
        p = np.uint64(passed[np.uint64(k)])
        i = np.uint64(seeker[p])
        offer = offers[np.uint64(vacancy[p])]
        u = to_unit(more_bits(bits(terms.noise_key, ids[i]), offer.cell + 1)) + 2.0**-54
        score[p] = (quality[i] - np.float64(bias[i]) * offer.bias
                    + terms.fit_weight * closeness[np.uint64(occupations[i]), np.uint64(offer.occupation)]
                    + terms.noise * LOGISTIC_UNIT * np.log(u / (1.0 - u)))
    return n - first[lo], first[hi] - 1 - below


def _lists(applications: _Applications, sizes: list[tuple[int, int]]) -> tuple[U4, U4]:
    """Applications that employers consider and those they throw out, from what each chunk listed."""
    n = applications.sent.size
    kept, thrown_out = [], []
    for chunk, (a, b) in enumerate(sizes):
        begin, end = applications.first[chunk * CHUNK], applications.first[min((chunk + 1) * CHUNK, n)]
        kept.append(applications.passed[begin:begin + a])
        thrown_out.append(applications.passed[end - b:end])
    return np.concatenate(kept), np.concatenate(thrown_out)


_SEEKER_TYPES = ("u8", "u2", "u1", "u1", "u1", "u2", "u1", "u4", "f4", "f4", "f4", "f4", "u1", "u1", "f4", "i4", "f4",
                 "f4")
_VACANCY_TYPES = ("i4", "i4", "f4", "f4", "u2", "u1", "u1", "u2", "u1", "f4", "f4", "f4")


def match(seekers: Seekers, vacancies: Vacancies, terrain: Terrain, parameters: MatchingParameters,
          keys: Keys, crew: Crew | None = None, referrals: Referrals | None = None) -> Matches:
    """Draw applications, rank applicants and fill vacancies.

    Parameters
    ----------
    seekers : n people looking for a job.
    vacancies : m cells with open vacancies, ascending by cell.
    terrain, parameters, keys : geography and nearness, behaviour, keys of the draws.
    crew : threads for the drawing of applications; the result does not depend on them.
    referrals : applications that go to a named vacancy instead of a drawn one.

    Returns
    -------
    Matches

    Raises
    ------
    ValueError
        If an occupation or zone is out of range, or rounds or redraws are.

    Notes
    -----
    Seekers do not apply to their own cell, below their reservation wage, or for less than they hold.
    Screens are the employer's: an application they throw out was sent. Linear in seekers and vacancies.

    Sources: urn-ball search after del Rio-Chanona et al. (2021), J. R. Soc. Interface 18: 20200898; deferred
    acceptance after Gale and Shapley (1962), truncated to R rounds.
    """
    s = Seekers(*(np.ascontiguousarray(a, t) for a, t in zip(seekers, _SEEKER_TYPES, strict=True)))
    j = Vacancies(*(np.ascontiguousarray(a, t) for a, t in zip(vacancies, _VACANCY_TYPES, strict=True)))
    cost = np.ascontiguousarray(terrain.commute_cost, np.float64)
    n, m, occupations, zones = s.id.size, j.cell.size, len(terrain.mobility), cost.shape[1]
    if not 1 <= parameters.redraws <= MAX_REDRAWS or parameters.rounds < 1:
        raise ValueError(f"rounds must be at least 1 and redraws from 1 to {MAX_REDRAWS}")
    sent, received, filled = np.zeros(n, np.uint8), np.zeros(m, np.int32), np.zeros(m, np.int32)
    index = np.full(n, -1, np.int32)
    if n == 0 or m == 0:
        return Matches(index, sent, filled, received)
    if max(s.occupation.max(), j.occupation.max()) >= occupations or max(s.zone.max(), j.zone.max()) >= zones:
        raise ValueError("occupation or zone out of range")
    if s.travel.max() >= len(cost):
        raise ValueError(f"class of travel out of range: the terrain has {len(cost)}")
    choices = choices_of(s, j, terrain, float(parameters.attraction))
    first = np.zeros(n + 1, np.int64)
    np.cumsum(s.applications, out=first[1:])
    total = int(first[n])
    applications = _Applications(first, np.empty(total, np.int32), np.empty(total, np.uint32), np.empty(total),
                                 np.empty(total), sent, np.empty(max(total, 1), np.uint32))
    crew = crew or Crew()
    crew.map(sample, n, s, choices, zones, np.ascontiguousarray(terrain.occ_major, np.uint8), int(parameters.redraws),
             np.uint64(keys.market), np.uint64(keys.vacancy), applications)
    if referrals is not None and referrals.seeker.size:
        applications.vacancy[first[referrals.seeker] + referrals.turn] = referrals.vacancy
    carried = np.ones((occupations, occupations)) if terrain.carried is None else terrain.carried
    nothing = np.zeros(occupations)
    pay = terrain.pay or Pay(nothing, nothing, nothing, np.zeros((2, 5)))
    terms = _Terms(cost, np.ascontiguousarray(carried, np.float32), bool(parameters.filters), float(parameters.taste),
                   pay.ability, pay.skill, pay.match / FIT_MOST, float(parameters.skill_floor),
                   float(parameters.experience_passes), float(parameters.noise), float(parameters.fit_weight),
                   np.uint64(keys.noise), np.uint64(keys.taste))
    sizes = crew.map(_screen, n, s, choices, terms, applications)
    passed, thrown_out = _lists(applications, sizes)
    assign(applications, passed, thrown_out, s.id, j.cell, j.open, int(parameters.rounds), np.uint64(keys.noise),
            index, filled, received, crew)
    return Matches(index, sent, filled, received)
