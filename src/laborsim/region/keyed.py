"""Keyed draws for whole columns at once, and the numbers of the decisions synthesis takes.

Transcendental functions run in compiled scalar code, so that a synthesized region has the same bytes
whichever numpy (with its processor-specific vector routines) is installed.
"""

from __future__ import annotations

import math
from enum import IntEnum, unique
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.draws import Stream, bits, stream_key, to_unit, uniform

F8 = NDArray[np.float64]


@unique
class Part(IntEnum):
    """Decisions inside Stream.SYNTHESIS; they take the place of the month in the key. Append only."""

    PERSON_ROUNDING = 1
    PERSON_ORDER = 2
    BIRTH_MONTH = 3
    OLD_AGE = 4
    PARTNERED = 5
    PARTNER_AGE = 6
    PARTNER_EDUCATION = 7
    FAMILY_TYPE = 8
    FAMILY_ORDER = 9
    CHILD_MONTH = 10
    AT_HOME = 11
    PARENT_AGE = 12
    PARENT_ORDER = 13
    SHARING = 14
    SHARING_ORDER = 15
    CAR = 16
    DISABILITY = 17
    RECORD = 18
    ENROLLED = 19
    CARER = 20
    UI_CLAIMS = 21
    ABILITY = 22
    PARTICIPATION = 23
    UNEMPLOYMENT = 24
    SELF_EMPLOYED = 25
    PART_TIME = 26
    INVOLUNTARY = 27
    INACTIVE_REASON = 28
    TEMPORARY_LAYOFF = 29
    DURATION = 30
    ESTABLISHMENT_TRAITS = 33
    STAFFING = 34
    VACANCIES = 35
    VACANCY_AGE = 36
    SCREENS = 37
    COMMUTE_ORDER = 38
    JOB_ORDER = 39
    LAST_OCCUPATION = 40
    TENURE = 41
    SKILL = 42
    HISTORY = 43
    HOURS = 44
    CONSIDERATION = 45
    CREDENTIALS = 46
    CHILDCARE = 48
    RECALL = 49
    EDUCATION_ORDER = 51
    OCCUPATION = 52
    TRAIT_BALANCE = 53
    ENROLLED_BALANCE = 54
    FIT = 55


def part_key(seed: int, part: Part) -> np.uint64:
    """Key of one decision of synthesis."""
    return np.uint64(stream_key(seed, int(Stream.SYNTHESIS), int(part)))


@njit(cache=True, inline="always")
def inverse_normal(p: float) -> float:
    """Standard normal quantile (Acklam's rational approximation, relative error below 1.2e-9)."""
    if p < 0.02425:
        q = math.sqrt(-2.0 * math.log(max(p, 1e-300)))
        return (
            ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
              - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783
        ) / (
            (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
             + 3.754408661907416) * q + 1.0
        )
    if p > 1.0 - 0.02425:
        q = math.sqrt(-2.0 * math.log(max(1.0 - p, 1e-300)))
        return -(
            ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
              - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783
        ) / (
            (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
             + 3.754408661907416) * q + 1.0
        )
    q = p - 0.5
    r = q * q
    return (
        (((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
           + 1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239) * q
    ) / (
        ((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
          + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0
    )


@njit(cache=True)
def _uniforms(key, ids, out):  # type: ignore[no-untyped-def]
    for i in range(ids.size):
        out[i] = uniform(key, ids[i])


@njit(cache=True)
def _normals(key, ids, out):  # type: ignore[no-untyped-def]
    for i in range(ids.size):
        out[i] = inverse_normal(to_unit(bits(key, ids[i])))


@njit(cache=True)
def _apply(kind, x, out):  # type: ignore[no-untyped-def]
    for i in range(x.size):
        out[i] = math.exp(x[i]) if kind == 0 else math.log(x[i])


def uniforms(key: np.uint64, ids: NDArray[Any]) -> F8:
    """Uniform draws in [0, 1), one per id.

    Examples
    --------
    >>> u = uniforms(part_key(1, Part.CAR), np.arange(4))
    >>> bool(np.array_equal(u[2:], uniforms(part_key(1, Part.CAR), np.arange(2, 4))))
    True
    """
    out = np.empty(ids.size)
    _uniforms(key, np.ascontiguousarray(ids, np.uint64), out)
    return out


def normals(key: np.uint64, ids: NDArray[Any]) -> F8:
    """Standard normal draws, one per id."""
    out = np.empty(ids.size)
    _normals(key, np.ascontiguousarray(ids, np.uint64), out)
    return out


@njit(cache=True)
def _quantiles(p, out):  # type: ignore[no-untyped-def]
    for i in range(p.size):
        out[i] = inverse_normal(p[i])


def normal_quantiles(p: F8) -> F8:
    """Standard normal quantiles of probabilities in (0, 1)."""
    out = np.empty(p.size)
    _quantiles(np.ascontiguousarray(p, np.float64), out)
    return out


def exp(x: NDArray[Any]) -> F8:
    """Elementwise exponential of a one-dimensional array, the same on every processor."""
    flat = np.array(x, np.float64).ravel()
    out = np.empty(flat.size)
    _apply(0, flat, out)
    return out.reshape(np.shape(x))


def log(x: NDArray[Any]) -> F8:
    """Elementwise natural logarithm, the same on every processor."""
    flat = np.array(x, np.float64).ravel()
    out = np.empty(flat.size)
    _apply(1, flat, out)
    return out.reshape(np.shape(x))
