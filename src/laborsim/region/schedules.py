"""National schedules by single age, joined from a few published or assumed anchors.

Anchors were written down from general knowledge of the publications named in `citations.DATA_SOURCES`
and still have to be checked against them; each is a yearly probability or a share.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
AGES: Final = np.arange(121)

#: Yearly probability of death, 2018 (age, men, women).
_DEATH: Final = (
    (0, 0.00611, 0.00514),
    (1, 0.00043, 0.00036),
    (5, 0.00015, 0.00012),
    (10, 0.00011, 0.00009),
    (15, 0.00041, 0.00020),
    (20, 0.00105, 0.00040),
    (25, 0.00146, 0.00058),
    (30, 0.00172, 0.00080),
    (35, 0.00203, 0.00107),
    (40, 0.00243, 0.00146),
    (45, 0.00323, 0.00206),
    (50, 0.00484, 0.00312),
    (55, 0.00757, 0.00470),
    (60, 0.01148, 0.00697),
    (65, 0.01628, 0.00996),
    (70, 0.02354, 0.01535),
    (75, 0.03646, 0.02522),
    (80, 0.05842, 0.04257),
    (85, 0.09741, 0.07460),
    (90, 0.16330, 0.13150),
    (95, 0.25900, 0.22100),
    (100, 0.37, 0.335),
    (110, 0.60, 0.58),
    (120, 1.0, 1.0),
)
#: Births a year per woman at the middle of age groups, 2018.
_BIRTHS: Final = (
    (14, 0.0002),
    (16, 0.0060),
    (19, 0.0360),
    (22, 0.0690),
    (27, 0.0953),
    (32, 0.1000),
    (37, 0.0526),
    (42, 0.0118),
    (47, 0.0009),
    (50, 0.0),
)
#: Participation of all people by age, percent, 2018 CPS (the age groups' middles).
PARTICIPATION_AGES: Final = (57, 62, 67, 72, 79)
#: Yearly probability of a new condition that limits work.
_DISABILITY: Final = (
    (16, 0.0018),
    (25, 0.0025),
    (35, 0.0042),
    (45, 0.0080),
    (55, 0.0150),
    (62, 0.0200),
    (70, 0.0240),
    (80, 0.0500),
    (120, 0.10),
)
#: Share enrolled in school or college, October 2018.
_ENROLLED: Final = (
    (0, 0.0),
    (3, 0.40),
    (4, 0.68),
    (5, 0.86),
    (6, 0.97),
    (15, 0.98),
    (16, 0.95),
    (17, 0.92),
    (18, 0.72),
    (19, 0.60),
    (20, 0.56),
    (21, 0.52),
    (22, 0.38),
    (23, 0.28),
    (24, 0.22),
    (26, 0.14),
    (30, 0.075),
    (35, 0.045),
    (40, 0.03),
    (50, 0.015),
    (60, 0.006),
    (70, 0.002),
    (120, 0.0),
)


def _join(anchors: tuple[tuple[float, ...], ...], column: int, logs: bool = False) -> F8:
    x = [a[0] for a in anchors]
    y = np.array([a[column] for a in anchors])
    out = np.exp(np.interp(AGES, x, np.log(y))) if logs else np.interp(AGES, x, y)
    return np.asarray(out, dtype=np.float64)


def mortality() -> F8:
    """(2, 121) yearly probability of death by sex (codes.SEXES) and age."""
    return np.stack([_join(_DEATH, 1, logs=True), _join(_DEATH, 2, logs=True)])


def fertility() -> F8:
    """(121,) births a year per woman of that age; 0 outside 14..50."""
    out = _join(_BIRTHS, 1)
    out[(AGES < 14) | (AGES > 50)] = 0.0
    return out


def retirement(participation: tuple[float, ...]) -> F8:
    """(121,) yearly probability that someone in the labor force retires.

    Parameters
    ----------
    participation : participation rates (any unit) of people about 57, 62, 67, 72 and 79 years old.

    Notes
    -----
    The net fall between neighbouring groups is -d log(rate)/d age. Within each group it is spread with
    peaks at 62 and 65-66, and a tenth is added for people who come back. Before 55 a small hazard rises.
    """
    x = np.array(PARTICIPATION_AGES, dtype=np.float64)
    rate = np.log(np.array(participation))
    fall = -np.diff(rate) / np.diff(x)
    middle = (x[:-1] + x[1:]) / 2
    anchors = [
        (16.0, 0.0),
        (49.0, 0.0),
        (50.0, 0.003),
        (54.0, 0.010),
        *zip(middle, fall * 1.1, strict=True),
        (85.0, 0.20),
        (95.0, 0.40),
        (120.0, 0.5),
    ]
    out = _join(tuple(anchors), 1)
    peaks = {60: 0.85, 61: 0.80, 62: 1.45, 63: 0.95, 64: 0.95, 65: 1.30, 66: 1.25, 67: 1.0, 68: 0.9, 69: 0.9}
    for age, factor in peaks.items():
        out[age] *= factor
    return out


def disability_onset() -> F8:
    """(121,) yearly probability of a new work-limiting condition; 0 below 16."""
    out = _join(_DISABILITY, 1)
    out[AGES < 16] = 0.0
    return out


def enrolment() -> F8:
    """(121,) share enrolled in school or college."""
    return _join(_ENROLLED, 1)


def migrant_age() -> F8:
    """(121,) shares of adult migrants (16 and over; children move with them) by age; sums to 1.

    A Rogers-Castro labor-force curve peaking in the mid-twenties over a flat base, times a falling population.
    """
    a = AGES.astype(np.float64)
    curve = 0.012 + 0.16 * np.exp(-0.10 * (a - 21.5) - np.exp(-0.45 * (a - 21.5)))
    curve = curve * np.interp(a, [16, 60, 80, 100, 120], [1.0, 0.95, 0.45, 0.05, 0.0])
    curve[a < 16] = 0.0
    return np.asarray(curve / curve.sum(), dtype=np.float64)
