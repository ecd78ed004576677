"""Schooling as a stationary chain: who finishes a level, who leaves school and who goes back, by age.

Everyone is looked at once a year, on the birthday, so that school leavers come evenly through the year. The
yearly probabilities are solved from two things the region gives: the attainment of its residents aged 25 to 34
(by sex and race) and the share enrolled by age. Followed through the chain, a cohort of sixteen-year-olds reaches
that attainment and that enrolment at every age, so the age profile does not drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import (
    ASSOCIATE,
    BACHELOR,
    EDUCATION,
    GONE,
    GRADUATE,
    HS,
    LESS_THAN_HS,
    SOME_COLLEGE,
    TRAIT_ENROLLED,
)
from laborsim.market.month import Month
from laborsim.market.school_ties import set_back

F8 = NDArray[np.float64]
FIRST_AGE, LAST_AGE = 16, 60
AGES = LAST_AGE + 1
CAP = 0.95
_FITTED = ("plan_finish", "plan_return", "plan_leave", "fit_finish", "fit_return", "leave", "enter")
SOURCES = {  # levels from which a level is reached in one year
    GRADUATE: (BACHELOR,),
    BACHELOR: (SOME_COLLEGE, ASSOCIATE),
    ASSOCIATE: (SOME_COLLEGE,),
    SOME_COLLEGE: (HS,),
    HS: (LESS_THAN_HS,),
}


@dataclass(frozen=True)
class Chain:
    """Yearly probabilities of one group; rows are ages 0..60.

    finish : (61, 6) of reaching the level, for an enrolled person one step below.
    return_ : (61, 6) the same for someone not enrolled, who comes back part-time and finishes within the year.
    leave : (61, 6) of leaving school, for an enrolled person who now has the level.
    enter : (61,) of enrolling again, for someone with a diploma and less than a graduate degree.
    shares : (61, 6, 2) share of the cohort by level and enrolment that results.
    """

    finish: F8
    return_: F8
    leave: F8
    enter: F8
    shares: F8


def solve(final: F8, reached: F8, enrolment: F8, dropout: float) -> Chain:
    """Solve the chain of one group.

    Parameters
    ----------
    final : (6,) share of the cohort that ends with at least each level (final[0] = 1).
    reached : (61, 6) share of those who will reach a level that have reached it by each age.
    enrolment : (121,) share enrolled by age.
    dropout : yearly probability that an enrolled person without a diploma leaves (age 17 and over).
    """
    finish, back, leave = np.zeros((AGES, 6)), np.zeros((AGES, 6)), np.zeros((AGES, 6))
    enter, shares = np.zeros(AGES), np.zeros((AGES, 6, 2))
    now = np.zeros((6, 2))  # share of the cohort by level; not enrolled, enrolled
    now[LESS_THAN_HS] = 1 - enrolment[FIRST_AGE], enrolment[FIRST_AGE]
    shares[FIRST_AGE] = now
    for age in range(FIRST_AGE + 1, AGES):
        just = np.zeros((6, 2))
        for level in (GRADUATE, BACHELOR, ASSOCIATE, SOME_COLLEGE, HS):
            have = now[level:].sum() + just[level:].sum()
            missing = max(0.0, final[level] * reached[age, level] - have)
            for table, column in ((finish, 1), (back, 0)):
                pool = sum(now[s, column] for s in SOURCES[level])
                p = min(CAP, missing / pool) if pool > 1e-9 else 0.0
                table[age, level] = p
                missing = max(0.0, missing - p * pool)
                for s in SOURCES[level]:
                    just[level, column] += p * now[s, column]
                    now[s, column] *= 1 - p
        now += just
        leave[age] = _leaving(now, final, enrolment[age], dropout)
        out = leave[age] * now[:, 1]
        now[:, 0] += out
        now[:, 1] -= out
        missing = enrolment[age] - now[:, 1].sum()
        idle = now[HS:GRADUATE, 0].sum()
        if missing > 1e-12 and idle > 1e-9:
            enter[age] = min(0.5, missing / idle)
            returns = enter[age] * now[HS:GRADUATE, 0]
            now[HS:GRADUATE, 0] -= returns
            now[HS:GRADUATE, 1] += returns
        shares[age] = now
    return Chain(finish, back, leave, enter, shares)


@lru_cache(maxsize=40)
def _solved(final: bytes, reached: bytes, enrolment: bytes, dropout: float) -> Chain:
    """`solve` of arrays given by their bytes: all runs of a region begin alike, and solving takes as long as months."""
    return solve(np.frombuffer(final), np.frombuffer(reached).reshape(AGES, 6), np.frombuffer(enrolment), dropout)


def _leaving(now: F8, final: F8, enrolled: float, dropout: float) -> F8:
    """(6,) chance of leaving by level, so that `enrolled` remain; those who have still a level to reach stay rather."""
    out = np.zeros(6)
    out[LESS_THAN_HS] = dropout
    at_least = np.cumsum(now.sum(axis=1)[::-1])[::-1]
    ahead = np.append(np.maximum(final[1:] - at_least[1:], 0.0), 0.0)  # still to cross the next boundary
    weight = np.clip(1.0 - ahead / np.maximum(now[:, 1], 1e-9), 0.03, 1.0)
    surplus = now[:, 1].sum() - enrolled - dropout * now[LESS_THAN_HS, 1]
    low, high = 0.0, 40.0
    for _ in range(50 if surplus > 0 else 0):
        rate = 0.5 * (low + high)
        if float((np.minimum(CAP, rate * weight[HS:]) * now[HS:, 1]).sum()) < surplus:
            low = rate
        else:
            high = rate
    if surplus > 0:
        out[HS:] = np.minimum(CAP, high * weight[HS:])
    return out


def reached_by_age(room: dict[str, Any]) -> F8:
    """(61, 6) share of final attainment reached by age, from the declared profiles."""
    table = np.ones((AGES, 6))
    ages = np.asarray(room["attainment_ages"], float)
    for level, name in enumerate(EDUCATION):
        if level:
            table[:, level] = np.interp(np.arange(AGES), ages, np.asarray(room[f"reached_{name}"], float))
    return table


def final_attainment(people: Any, size: int, month: int, reached: F8, prior: float) -> F8:
    """(2, 5, 6) share of each sex and race that ends with at least each level.

    Taken from those aged 25 to 34, raised for what they have still to reach; small groups are drawn towards
    the whole region by `prior` people.
    """
    age = (month - people.birth[:size].astype(np.int64)) // 12
    young = (age >= 25) & (age < 35) & (people.state[:size] != 12)
    group = people.sex[:size][young].astype(np.int64) * 5 + people.race[:size][young]
    counts = np.zeros((10, 6))
    np.add.at(counts, (group, people.education[:size][young]), 1.0)
    total = counts.sum(axis=0)
    overall = total / max(1.0, total.sum()) if total.sum() else np.full(6, 1 / 6)
    share = (counts + prior * overall) / (counts.sum(axis=1, keepdims=True) + prior)
    at_least = np.cumsum(share[:, ::-1], axis=1)[:, ::-1]
    final = at_least / reached[25:35].mean(axis=0)
    final[:, 0] = 1.0
    final = np.minimum.accumulate(np.minimum(final, 0.995 if final.size else 1.0), axis=1)
    final[:, 0] = 1.0
    return np.asarray(final.reshape(2, 5, 6))


def normal_quantile(p: F8) -> F8:
    """Standard normal quantiles; -9 for 0 and 9 for 1."""
    inverse = NormalDist().inv_cdf
    flat = [-9.0 if x <= 0 else 9.0 if x >= 1 else inverse(float(x)) for x in p.ravel()]
    return np.array(flat).reshape(p.shape)


def tables(people: Any, size: int, month: int, enrolment: F8, room: dict[str, Any]) -> dict[str, F8]:
    """Arrays by sex and race: final (2, 5, 6), probabilities plan_finish, plan_return, plan_leave (2, 5, 61, 6) and
    plan_enter (2, 5, 61) of the chain, and what the kernels use, which `adjust` keeps up to date: quantiles of finish
    and return_, leave, enter."""
    reached = reached_by_age(room)
    final = final_attainment(people, size, month, reached, float(room["attainment_prior"]))
    given = (reached.tobytes(), np.asarray(enrolment, np.float64).tobytes(), float(room["dropout"]))
    chains = [[_solved(final[s, r].tobytes(), *given) for r in range(5)] for s in range(2)]
    finish, back, leave, enter = (
        np.array([[getattr(c, name) for c in row] for row in chains])
        for name in ("finish", "return_", "leave", "enter")
    )
    return {
        "final": final,
        "plan_finish": finish,
        "plan_return": back,
        "plan_leave": leave,
        "plan_enter": enter,
        "fit_finish": finish.copy(),
        "fit_return": back.copy(),
        "finish": normal_quantile(finish),
        "return_": normal_quantile(back),
        "leave": leave.copy(),
        "enter": enter.copy(),
    }


@njit(cache=True)
def _in_school(p, size, month, outside, out):  # type: ignore[no-untyped-def]
    """Count residents aged 16 to 44 by sex, age, race, level and enrolment."""
    state, zone, birth = p.state, p.zone, p.birth
    for i in range(size):
        age = (month - birth[i]) // 12
        if age < 45 and state[i] != GONE and zone[i] < outside:
            enrolled = 1 if p.traits[i] & TRAIT_ENROLLED else 0
            out[p.sex[i], age, p.race[i], p.education[i], enrolled] += 1


def adjust(month: Month, room: dict[str, Any]) -> None:
    """Once a year: fit the chain's probabilities to the people who are in school now, so that shares by age are met.

    Migrants and the start do not have the chain's own mix of levels and enrolment. For each sex and age, the numbers
    who reach a level, leave or return are those still missing (or too many) among people of that age, between none and
    three times the chain's own.
    """
    memory, people, enrolment = month.memory["demography"], month.world.people, month.economy.enrolment
    tally = np.zeros((2, AGES, 5, 6, 2), np.int64)
    _in_school(people.columns, people.size, month.index, month.economy.outside, tally)
    set_back(month, tally)
    count = tally.astype(float)
    reached = reached_by_age(room)
    _fit(memory, count[:, FIRST_AGE:44], reached, enrolment)
    memory["finish"][...] = normal_quantile(memory["fit_finish"])
    memory["return_"][...] = normal_quantile(memory["fit_return"])


def _fit(memory: dict[str, F8], now: F8, reached: F8, enrolment: F8) -> None:
    """Fit every sex and age at once from `now` (2, ages, 5, 6, 2), people a year younger by race, level and enrolment.

    Where there is nobody, the tables stay as they are.
    """
    ages = slice(FIRST_AGE + 1, FIRST_AGE + 1 + now.shape[1])
    some = now.sum(axis=(2, 3, 4)) >= 1
    held = {name: memory[name][:, :, ages].swapaxes(1, 2)[some] for name in _FITTED}  # (K, 5, 6), enter (K, 5)
    now = now[some]
    sex, age = np.nonzero(some)
    total = now.sum(axis=(1, 2, 3))
    weight = now.sum(axis=(2, 3))
    want = (weight[:, :, None] * memory["final"][sex]).sum(axis=1) * reached[ages][age]
    enrolled_share = enrolment[ages][age]
    done = np.zeros(now.shape)
    left = now.copy()
    for level in (GRADUATE, BACHELOR, ASSOCIATE, SOME_COLLEGE, HS):
        have = left[:, :, level:].sum(axis=(1, 2, 3)) + done[:, :, level:].sum(axis=(1, 2, 3))
        sources = list(SOURCES[level])
        pool = left[:, :, sources].sum(axis=2)  # (K, 5, 2)
        p = np.stack([held["plan_return"][:, :, level], held["plan_finish"][:, :, level]], axis=2)
        expected = (pool * p).sum(axis=(1, 2))
        factor = np.clip((want[:, level] - have) / np.maximum(expected, 1e-9), 0.0, 3.0)
        p = np.minimum(0.98, p * np.where(expected > 1e-9, factor, 1.0)[:, None, None])
        held["fit_return"][:, :, level], held["fit_finish"][:, :, level] = p[:, :, 0], p[:, :, 1]
        for s in sources:
            done[:, :, level] += p * left[:, :, s]
            left[:, :, s] -= p * left[:, :, s]
    left += done
    enrolled = left[:, :, :, 1].sum(axis=(1, 2))
    plan, leave = held["plan_leave"], held["leave"]
    surplus = enrolled - enrolled_share * total - (plan[:, :, 0] * left[:, :, 0, 1]).sum(axis=1)
    expected = (plan[:, :, HS:] * left[:, :, HS:, 1]).sum(axis=(1, 2))
    factor = np.clip(surplus / np.maximum(expected, 1e-9), 0.0, 3.0)
    fitted = np.minimum(CAP, plan[:, :, HS:] * factor[:, None, None])
    leave[:, :, HS:] = np.where((expected > 1e-9)[:, None, None], fitted, leave[:, :, HS:])
    staying = enrolled - (leave * left[:, :, :, 1]).sum(axis=(1, 2))
    idle = left[:, :, HS:GRADUATE, 0].sum(axis=(1, 2))
    share = np.clip((enrolled_share * total - staying) / np.maximum(idle, 1.0), 0.0, 0.3)
    held["enter"][...] = share[:, None]
    for name in ("fit_finish", "fit_return", "leave", "enter"):
        memory[name][:, :, ages].swapaxes(1, 2)[some] = held[name]
