"""Exact checks: models with known results, run through the production matching and the keyed draws.

The urn-ball model of del Rio-Chanona et al. (2021), "Occupational mobility and automation: a data-driven
network model", J. R. Soc. Interface 18: 20200898, has a mean-field form with a known steady state and
business cycle. `urn_ball_mean_field` is that form; `urn_ball_agents` is the same economy with whole persons
who apply through `laborsim.market.matching`. Two-state and three-state Markov labor markets complete the set.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from laborsim.market.draws import Stream, bits, stream_key, uniform
from laborsim.market.matching import Keys, MatchingParameters, Seekers, Terrain, Vacancies, match
from laborsim.market.month import CHUNK, Crew

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

LONG_TERM = 4  # steps of unemployment, the present one included
_EMPLOYED = np.int8(-1)
_JUST_SEPARATED = np.int8(-2)


class UrnBall(NamedTuple):
    """Paths by occupation, (steps + 1, n): employed, unemployed, vacancies, unemployed four steps or more."""

    employed: F8
    unemployed: F8
    vacancies: F8
    long_term: F8


class SteadyState(NamedTuple):
    """Steady state of the urn-ball model on a complete network, as shares."""

    unemployment: float  # u / (u + e)
    vacancy_rate: float  # v / (v + e)
    job_finding: float  # per step
    long_term: float  # unemployed four steps or more / (u + e)


def _checked(employed: ArrayLike, mobility: ArrayLike, demand: ArrayLike, du: float, dv: float,
             gamma: float) -> tuple[F8, F8, F8]:
    e, a, d = (np.ascontiguousarray(x, np.float64) for x in (employed, mobility, demand))
    n = e.size
    if e.shape != (n,) or a.shape != (n, n) or d.ndim != 2 or d.shape[1] != n:
        raise ValueError("shapes must be employed (n,), mobility (n, n), demand (steps, n)")
    if (e < 0).any() or (a < 0).any() or not np.allclose(a.sum(axis=1), 1.0, atol=1e-9):
        raise ValueError("employed must not be negative and the rows of mobility must sum to 1")
    if not (0 <= du <= 1 and 0 <= dv <= 1 and 0 <= gamma):
        raise ValueError("du and dv must be probabilities and gamma must not be negative")
    return e, a, d


def _ratio(x: F8, y: F8) -> F8:
    out = np.zeros(np.broadcast_shapes(x.shape, y.shape))
    return np.divide(x, y, out=out, where=y > 0)


def urn_ball_mean_field(employed: ArrayLike, mobility: ArrayLike, demand: ArrayLike, du: float = 0.016,
                        dv: float = 0.012, gamma: float = 0.16) -> UrnBall:
    """Expected paths of the urn-ball labor market, for large numbers.

    Parameters
    ----------
    employed : (n,) persons employed at the start; unemployed start at du * employed, vacancies at dv * employed.
    mobility : (n, n) weight of a vacancy in occupation j for the unemployed of i; rows sum to 1.
    demand : (steps, n) target number of jobs, filled and vacant.
    du, dv : spontaneous separations and openings per step.
    gamma : speed at which jobs adjust to their target.

    Returns
    -------
    UrnBall
        Four arrays (steps + 1, n), the start first.

    Raises
    ------
    ValueError
        If shapes do not agree or rows of `mobility` do not sum to 1.

    Examples
    --------
    >>> e, u, v, ltu = urn_ball_mean_field([1e6], [[1.0]], np.full((400, 1), 1.016e6))
    >>> bool(abs(u[-1, 0] / 1.016e6 - 0.041066) < 1e-5)
    True
    """
    e, a, target = _checked(employed, mobility, demand, du, dv, gamma)
    u, v = du * e, dv * e
    waited = [u, np.zeros_like(e), np.zeros_like(e), np.zeros_like(e)]  # unsuccessful searches: 0, 1, 2, 3 or more
    paths = [(e, u, v, waited[3])]
    for d in target:
        separated = du * e + (1 - du) * np.minimum(e, gamma * np.maximum(0.0, e + v - d))
        opened = dv * e + (1 - dv) * np.minimum(e, gamma * np.maximum(0.0, d - e - v))
        pull = v * a
        sent = u[:, None] * _ratio(pull, pull.sum(axis=1, keepdims=True))
        received = sent.sum(axis=0)
        hired = v * -np.expm1(-_ratio(received, v))
        flow = sent * _ratio(hired, received)
        finding = _ratio(flow.sum(axis=1), u)
        waited = [separated, waited[0] * (1 - finding), waited[1] * (1 - finding),
                  (waited[2] + waited[3]) * (1 - finding)]
        filled = flow.sum(axis=0)
        e, u, v = e + filled - separated, u + separated - flow.sum(axis=1), v + opened - filled
        paths.append((e, u, v, waited[3]))
    return UrnBall(*(np.array(p) for p in zip(*paths, strict=True)))


def urn_ball_steady_state(du: float = 0.016, dv: float = 0.012, gamma: float = 0.16) -> SteadyState:
    """Steady state on a complete network with constant demand equal to the labor force.

    Solves v (1 - exp(-u/v)) = du e and u - v = e (du - dv) / ((1 - dv) gamma) by bisection on v, with e = 1.
    """
    gap = (du - dv) / ((1 - dv) * gamma)
    low, high = max(0.0, -gap) + 1e-12, 1.0
    for _ in range(200):
        v = 0.5 * (low + high)
        low, high = (v, high) if v * -np.expm1(-(v + gap) / v) < du else (low, v)
    u = v + gap
    finding = du / u
    return SteadyState(u / (1 + u), v / (1 + v), finding, u * (1 - finding) ** (LONG_TERM - 1) / (1 + u))


def business_cycle(jobs: ArrayLike, steps: int, amplitude: float = 0.065, period: float = 103.0,
                   shift: float = 80.0) -> F8:
    """Demand (steps, n) that is constant for `shift` steps and then a sine of the paper's size and period."""
    t = np.arange(steps)[:, None]
    wave = np.where(t >= shift, amplitude * np.sin(2 * np.pi * (t + shift) / period), 0.0)
    demand: F8 = np.asarray(jobs, np.float64)[None, :] * (1 - wave)
    return demand


@njit(cache=True, nogil=True)
def _separate(lo, hi, chunk, occupation, waited, leave, opening, key, rows, left, opened):  # type: ignore[no-untyped-def]
    """List who searches this step, and draw whose job ends and whose job brings an opening.

    One draw per employed person: its upper half decides the separation, the lower half the opening;
    `leave` and `opening` are the probabilities in units of 2**-32.
    """
    n = 0
    low = np.uint64(0xFFFFFFFF)
    for person in range(lo, hi):
        i: Any = np.uint64(person)
        w = waited[i]
        if w != _EMPLOYED:
            waited[i] = max(w, 0)  # those separated in the step before search from now on
            rows[lo + n] = i
            n += 1
            continue
        o = occupation[i]
        b = bits(key, i)
        if b >> np.uint64(32) < leave[o]:
            left[chunk, o] += 1
            waited[i] = _JUST_SEPARATED
        if b & low < opening[o]:
            opened[chunk, o] += 1
    return n


@njit(cache=True, nogil=True)
def _settle(lo, hi, chunk, seekers, index, vacancy_occupation, occupation, waited, hired_from,  # type: ignore[no-untyped-def]
            hired_to, long_term):
    """Book this step's hires, add a step of waiting to everyone else who searched."""
    for k in range(lo, hi):
        i = seekers[k]
        if index[k] >= 0:
            o = vacancy_occupation[index[k]]
            hired_from[chunk, occupation[i]] += 1
            hired_to[chunk, o] += 1
            occupation[i] = o
            waited[i] = _EMPLOYED
        else:
            waited[i] = min(waited[i] + 1, LONG_TERM - 1)
            long_term[chunk, occupation[i]] += waited[i] == LONG_TERM - 1


def _whole(x: F8) -> I8:
    """Round to whole persons so that the total is right to one."""
    return np.diff(np.rint(np.cumsum(x)), prepend=0.0).astype(np.int64)


def urn_ball_agents(employed: ArrayLike, mobility: ArrayLike, demand: ArrayLike, du: float = 0.016,
                    dv: float = 0.012, gamma: float = 0.16, rng: int | np.random.Generator = 1,
                    threads: int = 1) -> UrnBall:
    """The urn-ball labor market with whole persons, through the production search and matching.

    Every person is a row with an occupation and the length of the spell. Each step every employed person draws
    whether the job ends and whether it brings an opening (so separations and openings are binomial); every
    unemployed person applies once, to a market drawn in proportion to mobility x vacancies and a vacancy of it
    drawn uniformly; every vacancy with applicants hires one at random. Those newly separated and the newly opened
    vacancies wait for the next step.

    Parameters
    ----------
    employed, mobility, demand, du, dv, gamma : as for `urn_ball_mean_field`.
    rng : seed of the keyed draws, or a generator to take one from.
    threads : number of threads; results do not depend on it.

    Returns
    -------
    UrnBall
        Whole numbers, as floats, (steps + 1, n).

    Raises
    ------
    ValueError
        As for `urn_ball_mean_field`.
    """
    expected, a, target = _checked(employed, mobility, demand, du, dv, gamma)
    seed = int(rng.integers(2**63)) if isinstance(rng, np.random.Generator) else int(rng)
    n = expected.size
    e, u, v = _whole(expected), _whole(du * expected), _whole(dv * expected)
    occupation = np.repeat(np.tile(np.arange(n), 2), np.concatenate((e, u))).astype(np.uint16)
    people = occupation.size
    waited = np.repeat(np.array([_EMPLOYED, 0], np.int8), [e.sum(), u.sum()])
    crew = Crew(threads)
    chunks = Crew.chunks(people)
    rows = np.empty(max(people, 1), np.int64)
    one = np.zeros((1, 1))
    terrain = Terrain(one[None] + 1.0, one[None], a, np.zeros(n, np.uint8))
    parameters = MatchingParameters(rounds=1, redraws=1, noise=1.0, fit_weight=0.0, attraction=0.0, filters=False)
    paths = [(e, u, v, np.zeros(n, np.int64))]
    for step, d in enumerate(target):
        def key(stream: Stream, step: int = step) -> np.uint64:
            return np.uint64(stream_key(seed, int(stream), step))

        jobs = e.astype(np.float64)
        leave = du + (1 - du) * _ratio(np.minimum(jobs, gamma * np.maximum(0.0, e + v - d)), jobs)
        opening = dv + (1 - dv) * _ratio(np.minimum(jobs, gamma * np.maximum(0.0, d - e - v)), jobs)
        left, opened = np.zeros((2, chunks, n), np.int64)
        counts = crew.map(_separate, people, occupation, waited, _in_bits(leave), _in_bits(opening),
                          key(Stream.URN_SEPARATION), rows, left, opened)
        seekers = np.concatenate([rows[c * CHUNK:c * CHUNK + k] for c, k in enumerate(counts)])
        matches, vacancy_occupation = _urn_match(seekers, occupation, v, terrain, parameters, crew, Keys(
            key(Stream.URN_APPLICATION), key(Stream.URN_OPENING), key(Stream.URN_HIRE)))
        hired_from, hired_to, long_term = np.zeros((3, chunks, n), np.int64)
        crew.map(_settle, seekers.size, seekers, matches.vacancy_index, vacancy_occupation, occupation, waited,
                 hired_from, hired_to, long_term)
        w, came, went = left.sum(axis=0), hired_to.sum(axis=0), hired_from.sum(axis=0)
        e, u, v = e + came - w, u + w - went, v + opened.sum(axis=0) - came
        paths.append((e, u, v, long_term.sum(axis=0)))
    return UrnBall(*(np.array(p, np.float64) for p in zip(*paths, strict=True)))


def _in_bits(probability: F8) -> NDArray[np.uint64]:
    return np.rint(probability * 2.0**32).astype(np.uint64)


def _urn_match(seekers: I8, occupation: NDArray[np.uint16], v: I8, terrain: Terrain,
               parameters: MatchingParameters, crew: Crew, keys: Keys) -> tuple[Any, NDArray[np.uint16]]:
    """One application each; every vacancy is a cell of its own with one place."""
    k, m = seekers.size, int(v.sum())
    nothing, jobs = np.zeros(k, np.uint8), np.zeros(m, np.uint8)
    vacancy_occupation = np.repeat(np.arange(v.size, dtype=np.uint16), v)
    matches = match(
        Seekers(id=seekers.astype(np.uint64), occupation=occupation[seekers], zone=nothing, education=nothing,
                trained=nothing, credentials=nothing.astype(np.uint16), applications=nothing + np.uint8(1),
                knows=np.full(k, 0xFFFFFFFF, np.uint32), reservation=np.zeros(k, np.float32),
                ability=np.zeros(k, np.float32), skill=np.ones(k, np.float32), score=np.zeros(k, np.float32),
                record=nothing, travel=nothing,
                hold=np.full(k, -np.inf, np.float32), cell=np.full(k, -1, np.int32),
                bias=np.zeros(k, np.float32), discount=np.zeros(k, np.float32)),
        Vacancies(cell=np.arange(m, dtype=np.int32), open=np.ones(m, np.int32), posted=np.ones(m, np.float32),
                  floor=np.zeros(m, np.float32), occupation=vacancy_occupation, zone=jobs, needs=jobs,
                  fields=jobs.astype(np.uint16), screens_record=jobs, amenity=np.zeros(m, np.float32),
                  bias=np.ones(m, np.float32), experience=np.zeros(m, np.float32)),
        terrain, parameters, keys, crew)
    return matches, vacancy_occupation


def two_state(separation: float, finding: float) -> float:
    """Steady-state unemployment rate s / (s + f).

    Examples
    --------
    >>> round(two_state(0.0095, 0.276), 4)
    0.0333
    """
    if not (0 <= separation <= 1 and 0 <= finding <= 1 and separation + finding > 0):
        raise ValueError("separation and finding must be probabilities, not both zero")
    return separation / (separation + finding)


def three_state(flows: ArrayLike) -> F8:
    """Steady-state shares of E, U and N from the matrix of monthly flow probabilities.

    Parameters
    ----------
    flows : (k, k) probability of moving from row to column; rows sum to 1. Three states or any other number.

    Returns
    -------
    (k,) shares that sum to 1.

    Examples
    --------
    >>> three_state([[0.9608, 0.0095, 0.0297], [0.276, 0.48, 0.244], [0.048, 0.0175, 0.9345]]).round(3)
    array([0.605, 0.024, 0.371])
    """
    p = np.asarray(flows, np.float64)
    if p.ndim != 2 or p.shape[0] != p.shape[1] or (p < 0).any() or not np.allclose(p.sum(axis=1), 1.0):
        raise ValueError("flows must be a square matrix of probabilities with rows that sum to 1")
    k = p.shape[0]
    system = np.vstack((p.T - np.eye(k), np.ones(k)))
    return np.asarray(np.linalg.lstsq(system, np.append(np.zeros(k), 1.0), rcond=None)[0])


@njit(cache=True, nogil=True)
def _markov_step(lo, hi, chunk, state, cumulative, key, counts):  # type: ignore[no-untyped-def]
    last = cumulative.shape[1] - 1
    for i in range(lo, hi):
        u = uniform(key, i)
        s = 0
        while s < last and u >= cumulative[state[i], s]:
            s += 1
        state[i] = s
        counts[chunk, s] += 1


def flow_agents(people: int, flows: ArrayLike, steps: int, rng: int = 1, threads: int = 1) -> F8:
    """Shares of whole persons in each state when everyone follows `flows` by keyed draws.

    Parameters
    ----------
    people : number of persons, all in the first state at the start.
    flows : (k, k) probabilities, rows sum to 1.
    steps : number of steps.

    Returns
    -------
    (steps + 1, k) shares.
    """
    p = np.asarray(flows, np.float64)
    three_state(p)  # refuses what is not a matrix of probabilities
    state = np.zeros(people, np.uint8)
    crew = Crew(threads)
    shares = [np.eye(len(p))[0]]
    cumulative = np.cumsum(p, axis=1)
    for step in range(steps):
        counts = np.zeros((Crew.chunks(people), len(p)), np.int64)
        crew.map(_markov_step, people, state, cumulative, np.uint64(stream_key(rng, int(Stream.OBSERVATION), step)),
                 counts)
        shares.append(counts.sum(axis=0) / people)
    return np.array(shares)
