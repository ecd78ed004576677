"""Segments of workers, defined once: two overlapping axes, employment and skill.

- `unemployed`: without work and looking, or on temporary layoff.
- `underemployed`: employed part-time wanting full-time, or over-educated by at least
  `indicators.over_education_levels` levels for the occupation.
- `out_of_labor_force`: neither employed nor unemployed.
- `low_skilled`: at most a high-school diploma, and, for those in the labor force, a present or last occupation
  whose typical entry education is at most that and whose training is short.
- `high_skilled`: a bachelor's degree or more, or, for those in the labor force, an occupation that asks for an
  associate degree or more, or for at least `indicators.high_skill_training_months` of training.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import ASSOCIATE, BACHELOR, EDUCATION, HS
from laborsim.market.economy import Economy

SEGMENTS: Final = ("unemployed", "underemployed", "low_skilled", "high_skilled", "out_of_labor_force")
LOW, MIDDLE, HIGH = range(3)
OVER_EDUCATED: Final = 4  # bit beside the skill class


def skill_codes(economy: Economy, room: dict[str, Any]) -> NDArray[np.uint8]:
    """Skill class and over-education of every kind of worker.

    Parameters
    ----------
    economy : gives occ_education and occ_training_months, (O,).
    room : parameters of the room `indicators`.

    Returns
    -------
    (2, 6, O) uint8: not in / in the labor force x education x occupation. The low two bits are the class
    (0 low, 1 middle, 2 high); bit `OVER_EDUCATED` is set where education exceeds what the occupation asks for.
    """
    education = np.arange(len(EDUCATION))[:, None]
    asks = economy.occ_education.astype(np.int64)[None, :]
    trained = (economy.occ_training_months >= float(room["high_skill_training_months"]))[None, :]
    out = np.empty((2, len(EDUCATION), economy.occupations), np.uint8)
    degree = np.broadcast_to(education >= BACHELOR, out.shape[1:])
    basic = np.broadcast_to(education <= HS, out.shape[1:])
    skilled_work = (asks >= ASSOCIATE) | trained
    out[0] = np.where(degree, HIGH, np.where(basic, LOW, MIDDLE))
    out[1] = np.where(degree | skilled_work, HIGH, np.where(basic & (asks <= HS), LOW, MIDDLE))
    over = education - asks >= int(room["over_education_levels"])
    return np.asarray(out | np.where(over, OVER_EDUCATED, 0).astype(np.uint8)[None], np.uint8)


__all__ = ["HIGH", "LOW", "MIDDLE", "OVER_EDUCATED", "SEGMENTS", "skill_codes"]
