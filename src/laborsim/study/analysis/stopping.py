"""How many replicates are enough: until the paired difference is known as closely as asked.

Replicates are added in batches; after each the half-width of the interval of the mean paired difference is looked at.
Looking again and again favours moments at which the spread happens to look small, so the interval at the stop covers
the truth less often than its level says. Of 1,500 sequences at 90% that needed about 30 replicates, it did in 88% for
normal differences and 81% for very skewed (exponential) ones with a floor of 10, in 89% and 87% with a floor of 20.
That is the rule's error (`tests/test_stopping.py` bounds it): a higher floor makes it smaller.

Source: Chow and Robbins (1965); Law (2015), sequential procedures for a mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from laborsim.study.statistics import FEWEST_RUNS, paired, student_t_quantile

if TYPE_CHECKING:
    from laborsim.study.analysis.tables import Stopping

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """What a look at the replicates so far came to.

    Attributes
    ----------
    replicates : made so far.
    difference, half_width : mean paired difference and half of its interval, of the policy known least closely.
    policy : that policy.
    enough : whether the rule is met.
    reason : in words.
    """

    replicates: int
    difference: float
    half_width: float
    policy: str
    enough: bool
    reason: str


def looks(floor: int, batch: int, most: int) -> Iterator[int]:
    """Numbers of replicates at which the rule is looked at: the floor, then a batch more each, at last all.

    Examples
    --------
    >>> list(looks(10, 4, 20)), list(looks(10, 2, 6))
    ([10, 14, 18, 20], [6])
    """
    n = min(floor, most)
    while n < most:
        yield n
        n = min(n + batch, most)
    yield most


def look(differences: dict[str, ArrayLike], half_width: float, level: float = 0.90, most: int | None = None) -> Look:
    """Whether the mean of paired differences is known closely enough under every policy.

    Parameters
    ----------
    differences : policy -> (R,) difference of each replicate, NaN where a run failed.
    half_width : wanted.
    level : confidence level of the interval.
    most : replicates after which there are no more.

    Examples
    --------
    >>> look({"childcare": [510.0, 490.0, 500.0, 505.0, 495.0]}, 10.0).enough
    True
    """
    widest: tuple[float, float, str, int] | None = None
    n = 0
    for policy, values in differences.items():
        d = np.asarray(values, float)
        n = max(n, len(d))
        p = paired(np.zeros_like(d), d, level)
        half = (p.high - p.low) / 2.0 if p.replicates >= FEWEST_RUNS else math.inf
        if widest is None or half > widest[0]:
            widest = (half, p.difference, policy, p.replicates)
    if widest is None:
        raise ValueError("there are no policies to look at")
    half, mean, policy, used = widest
    enough = half <= half_width
    lost = f", {n - used} of them without a figure" if used < n else ""
    said = f"half-width {half:.4g} of the {level:.0%} interval, {policy}{lost}"
    if enough:
        reason = f"stopped after {n} replicates: {said}, within the {half_width:.4g} asked for"
    elif most is not None and n >= most:
        reason = f"all {n} replicates made and not close enough: {said}, {half_width:.4g} was asked for"
    else:
        reason = f"{n} replicates are not enough: {said}, {half_width:.4g} is asked for"
    return Look(n, mean, half, policy, enough, reason)


def replicate_until(
    make: Callable[[int, int], dict[str, ArrayLike]], rule: Stopping, most: int
) -> tuple[Look, dict[str, F8]]:
    """Make replicates until the rule is met or there are `most`.

    Parameters
    ----------
    make : called with the first replicate and the one after the last; gives their differences by policy.
    rule : half-width, level, floor, batch.
    most : replicates.

    Examples
    --------
    >>> from laborsim.study.analysis.tables import Stopping
    >>> rule = Stopping(outcome="x", half_width=0.5)
    >>> replicate_until(lambda a, b: {"p": np.arange(a, b) % 2}, rule, 50)[0].replicates
    10
    """
    parts: dict[str, list[F8]] = {}
    done, seen = 0, None
    for n in looks(rule.floor, rule.batch, most):
        for policy, values in make(done, n).items():
            parts.setdefault(policy, []).append(np.asarray(values, float))
        done = n
        seen = look({p: np.concatenate(v) for p, v in parts.items()}, rule.half_width, rule.level, most)
        if seen.enough:
            break
    assert seen is not None
    return seen, {p: np.concatenate(v) for p, v in parts.items()}


def replicates_for(differences: Sequence[float], half_width: float, level: float = 0.90, most: int = 10_000) -> int:
    """How many replicates it will take, guessed from the spread of a few.

    Examples
    --------
    >>> replicates_for([1.0, 3.0, 2.0, 4.0, 0.0], 0.5)
    29
    """
    d = np.asarray(differences, float)
    spread = float(d[np.isfinite(d)].std(ddof=1))
    for n in range(2, most):
        if student_t_quantile(0.5 + level / 2.0, n - 1) * spread / math.sqrt(n) <= half_width:
            return n
    return most
