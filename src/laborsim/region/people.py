"""People: the joint table of age, sex, race and education by zone, as whole people.

The joint table keeps the odds ratios between race and education, forbids degrees at ages at which nobody
has them, and is raked to age x sex, band x sex x education and band x race (see `rake`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import EDUCATION, RACES
from laborsim.region.keyed import Part, log, part_key, uniforms
from laborsim.region.margins import TOP_AGE, Margins, band_of
from laborsim.region.rake import quota, systematic
from laborsim.region.tables import EDUCATION_AGES, RACE_AGES

F8 = NDArray[np.float64]

ADULT = 16
AGES = np.arange(ADULT, TOP_AGE + 1)
_EDUCATION_BAND = band_of(AGES, EDUCATION_AGES)
_RACE_BAND = band_of(AGES, RACE_AGES)


def possible_education() -> F8:
    """(ages, 6) prior weight of each attainment at each age: schooling takes its years."""
    weight = np.ones((AGES.size, len(EDUCATION)))
    earliest = (16, 17, 18, 19, 21, 23)  # ages below which almost nobody has reached it
    for e, age in enumerate(earliest):
        below = AGES < age
        weight[below, e] = 1e-4
        weight[age == AGES, e] = 0.25
        weight[age + 1 == AGES, e] = 0.6
    weight[AGES == 16, 0], weight[AGES == 17, 0], weight[AGES == 18, 0] = 1.0, 1.0, 0.6
    weight[(AGES > 18), 0] = 0.3
    weight[AGES >= 25] = 1.0
    return weight


def joint_table(m: Margins, zone: int) -> F8:
    """Expected adults of one zone by age (16..85), sex, race and education.

    Returns
    -------
    (70, 2, 5, 6) array whose margins are those of the pack.
    """
    people = m.people[zone, ADULT:]
    n_bands = len(EDUCATION_AGES)
    in_band = np.zeros((n_bands, AGES.size))
    in_band[_EDUCATION_BAND, np.arange(AGES.size)] = 1.0
    in_race_band = np.zeros((len(RACE_AGES), AGES.size))
    in_race_band[_RACE_BAND, np.arange(AGES.size)] = 1.0
    by_band = in_band @ people  # (bands, 2)
    education = by_band[:, :, None] * m.education[zone]
    race = (in_race_band @ people.sum(1))[:, None] * m.race[zone]

    table = (
        people[:, :, None, None]
        * m.race[zone][_RACE_BAND][:, None, :, None]
        * np.maximum(m.race_education[zone], 1e-4)[None, None, :, :]
        * possible_education()[:, None, None, :]
    )
    for _ in range(60):
        have_race = np.einsum("ba,asre->br", in_race_band, table)
        table *= _ratio(race, have_race)[_RACE_BAND][:, None, :, None]
        have_education = np.einsum("ba,asre->bse", in_band, table)
        table *= _ratio(education, have_education)[_EDUCATION_BAND][:, :, None, :]
        factor = _ratio(people, table.sum(axis=(2, 3)))
        table *= factor[:, :, None, None]
        if np.abs(factor[people > 0] - 1.0).max() < 1e-7:
            break
    return np.asarray(table)


def _ratio(want: F8, have: F8) -> F8:
    return np.divide(want, have, out=np.zeros_like(have), where=have > 0)


def adults(m: Margins, scale: float, seed: int) -> dict[str, NDArray[Any]]:
    """Whole people 16 and over of every zone.

    Parameters
    ----------
    m : targets.
    scale : share of people simulated.
    seed : of the region.

    Returns
    -------
    dict of columns zone, age (years, 85 and over spread out), sex, race, education; sorted by zone, sex, age.
    """
    start = uniforms(part_key(seed, Part.PERSON_ROUNDING), np.arange(len(m.zones)))
    columns: dict[str, list[NDArray[Any]]] = {k: [] for k in ("zone", "age", "sex", "race", "education")}
    n_races, n_education = len(RACES), len(EDUCATION)
    for z in range(len(m.zones)):
        table = joint_table(m, z).transpose(1, 0, 2, 3).reshape(-1, n_races * n_education)  # sex, age
        counts = systematic(table.sum(1) * scale, float(start[z]))
        block = np.repeat(np.arange(counts.size), counts)
        shares = _ratio(table, np.repeat(table.sum(1, keepdims=True), table.shape[1], axis=1))
        key = np.uint64(part_key(seed, Part.EDUCATION_ORDER) + np.uint64(z))
        kind = quota(shares, block, key, power=16)
        columns["zone"].append(np.full(block.size, z, np.uint8))
        columns["sex"].append((block // AGES.size).astype(np.uint8))
        columns["age"].append((block % AGES.size + ADULT).astype(np.int16))
        columns["race"].append((kind // n_education).astype(np.uint8))
        columns["education"].append((kind % n_education).astype(np.uint8))
    out = {k: np.concatenate(v) for k, v in columns.items()}
    out["age"] = spread_oldest(out["age"], seed)
    return out


def spread_oldest(age: NDArray[Any], seed: int) -> NDArray[np.int16]:
    """Ages with the open class 85+ spread out: each further year is reached by five in six, up to 104."""
    u = uniforms(part_key(seed, Part.OLD_AGE), np.arange(age.size))
    years = np.minimum(np.floor(log(np.maximum(u, 1e-9)) / np.log(5.0 / 6.0)), 19)
    return np.where(age >= TOP_AGE, TOP_AGE + years, age).astype(np.int16)
