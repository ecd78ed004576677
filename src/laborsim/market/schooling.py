"""Schooling as a stationary chain: who finishes a level, who leaves school and who goes back, by age.

Everyone is looked at once a year, on the birthday, so that school leavers come evenly through the year. The
yearly probabilities are solved from two things the region gives: the attainment of its residents aged 25 to 34
(by sex and race) and the share enrolled by age. Followed through the chain, a cohort of sixteen-year-olds reaches
that attainment and that enrolment at every age, so the age profile does not drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import ASSOCIATE, BACHELOR, EDUCATION, GRADUATE, HS, LESS_THAN_HS, SOME_COLLEGE

F8 = NDArray[np.float64]
FIRST_AGE, LAST_AGE = 16, 60
AGES = LAST_AGE + 1
CAP = 0.95
COMPLETERS = 3.0  # those who have just finished a degree leave this many times as readily as those midway
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
    leave : (61, 3) of leaving school: without a diploma, midway, having just finished a degree.
    enter : (61,) of enrolling again, for someone with a diploma and less than a graduate degree.
    shares : (61, 6, 2) share of the cohort by level and enrolment that results.
    """

    finish: F8
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
    finish, leave, enter = np.zeros((AGES, 6)), np.zeros((AGES, 3)), np.zeros(AGES)
    shares = np.zeros((AGES, 6, 2))
    now = np.zeros((6, 2))
    now[LESS_THAN_HS] = 1 - enrolment[FIRST_AGE], enrolment[FIRST_AGE]
    shares[FIRST_AGE] = now
    for age in range(FIRST_AGE + 1, AGES):
        just = np.zeros(6)  # enrolled people who reached the level this year
        for level in (GRADUATE, BACHELOR, ASSOCIATE, SOME_COLLEGE, HS):
            have = now[level:].sum() + just[level:].sum()
            pool = sum(now[s, 1] for s in SOURCES[level])
            if pool <= 1e-12:
                continue
            p = min(CAP, max(0.0, final[level] * reached[age, level] - have) / pool)
            finish[age, level] = p
            for s in SOURCES[level]:
                just[level] += p * now[s, 1]
                now[s, 1] *= 1 - p
        without = now[LESS_THAN_HS, 1]
        midway = now[HS:, 1].sum() + just[SOME_COLLEGE]
        done = just.sum() - just[SOME_COLLEGE]
        surplus = now[:, 1].sum() + just.sum() - enrolment[age] - dropout * without
        rate = _leaving_rate(midway, done, surplus)
        leave[age] = dropout, min(CAP, rate), min(CAP, COMPLETERS * rate)
        for level in range(6):
            stay = 1 - leave[age, 0 if level == LESS_THAN_HS else 1]
            out = now[level, 1] * (1 - stay)
            now[level] += (out, -out)
            gone = just[level] * leave[age, 1 if level == SOME_COLLEGE else 2]
            now[level] += (gone, just[level] - gone)
        missing = enrolment[age] - now[:, 1].sum()
        idle = now[HS:GRADUATE, 0].sum()
        if missing > 1e-12 and idle > 1e-9:
            enter[age] = min(0.5, missing / idle)
            back = enter[age] * now[HS:GRADUATE, 0]
            now[HS:GRADUATE, 0] -= back
            now[HS:GRADUATE, 1] += back
        shares[age] = now
    return Chain(finish, leave, enter, shares)


def _leaving_rate(midway: float, done: float, surplus: float) -> float:
    """Rate r with r * midway + min(CAP, 3 r) * done = surplus, capped."""
    if surplus <= 0 or midway + done <= 1e-12:
        return 0.0
    rate = surplus / (midway + COMPLETERS * done)
    if COMPLETERS * rate > CAP:
        rate = max(CAP / COMPLETERS, (surplus - CAP * done) / midway if midway > 1e-12 else CAP)
    return min(CAP, rate)


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
    """Arrays for the kernels, by sex and race: finish quantiles (2,5,61,6), leave (2,5,61,3), enter (2,5,61)."""
    reached = reached_by_age(room)
    final = final_attainment(people, size, month, reached, float(room["attainment_prior"]))
    chains = [[solve(final[s, r], reached, enrolment, float(room["dropout"])) for r in range(5)] for s in range(2)]
    return {
        "finish": normal_quantile(np.array([[c.finish for c in row] for row in chains])),
        "leave": np.array([[c.leave for c in row] for row in chains]),
        "enter": np.array([[c.enter for c in row] for row in chains]),
    }
