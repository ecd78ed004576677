"""Coming of age: the eldest child of a household becomes a person of sixteen."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market import codes as k
from laborsim.market import families
from laborsim.market.draws import Stream, bits, mix, more_bits, to_unit
from laborsim.market.month import Month

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]


class _Sixteen(NamedTuple):
    """What those who turn sixteen are like; O occupations, Z zones."""

    first_jobs: F8  # (O,) cumulative
    occ_major: NDArray[np.uint8]  # (O,)
    occ_wage: F8  # (O,)
    floor: F8  # (Z,) legal wage
    girls: float
    enrolled: float
    looks: F8  # (2,) share in the labor force
    limited: float
    inherited: float
    claims: float
    skill: float
    pay: float
    hours: int


def come_of_age(month: Month, homes: I8, q: dict[str, Any]) -> None:
    """The eldest child of each of these households becomes a person of sixteen.

    Parameters
    ----------
    homes : rows of households whose eldest turned sixteen this month, some of which may have moved away since.
    q : parameters of the room demography.
    """
    w, e, memory = month.world, month.economy, month.memory["demography"]
    homes = homes[(w.households.adults[homes] > 0) & (memory["head"][homes] >= 0)]
    # A row freed by those who moved away may be another family's by now.
    due = w.households.eldest[homes].astype(np.int64) <= month.index - k.GROWN
    homes = homes[(w.households.children[homes] > 0) & due]
    if homes.size == 0:
        return
    at = families.new_people(month, homes.size)
    p, h = w.people.columns, w.households.columns
    terms = _Sixteen(
        first_jobs=memory["first_jobs"],
        occ_major=e.occ_major,
        occ_wage=e.occ_wage,
        floor=np.ascontiguousarray(e.minimum_wage[month.now]),
        girls=float(q["girls"]),
        enrolled=float(e.enrolment[16]),
        looks=np.ascontiguousarray(e.participation[:, 16]),
        limited=float(memory["limited_at_sixteen"][0]),
        inherited=float(q["ability_inherited"]),
        claims=float(memory["claims"][0]),
        skill=float(q["first_skill"]),
        pay=float(q["first_pay"]),
        hours=int(q["first_hours"]),
    )
    _grow_up(homes, at, p, h, memory["head"], memory["ring"], month.index, month.key(Stream.YOUTH_TRAITS), terms)
    month.counts.youth += np.bincount(p.zone[at], minlength=e.zones).astype(np.int64)


@njit(cache=True)
def _grow_up(homes, at, p, h, head, ring, month, key, t):  # type: ignore[no-untyped-def]
    """Write the rows `at` of those who turn sixteen in `homes`, and take them out of the children there."""
    for n in range(homes.size):
        g, i = homes[n], at[n]
        parent = head[g]
        first = bits(key, mix(p.id[parent] ^ np.uint64(h.children[g])))
        p.id[i] = mix(p.id[parent] + np.uint64(month + 1) * np.uint64(0x9E3779B97F4A7C15)) & np.uint64((1 << 63) - 1)
        if p.id[i] < np.uint64(1 << 32):
            p.id[i] |= np.uint64(1 << 62)
        p.household[i] = g
        p.birth[i] = month - k.GROWN
        p.sex[i] = 1 if to_unit(first) < t.girls else 0
        p.race[i] = p.race[parent]
        p.education[i] = 0
        p.zone[i] = h.zone[g]
        school = to_unit(more_bits(first, 1)) < t.enrolled
        p.traits[i] = k.TRAIT_ENROLLED if school else 0
        if to_unit(more_bits(first, 2)) < t.claims:
            p.traits[i] |= k.TRAIT_UI_CLAIMS
        if to_unit(more_bits(first, 6)) < t.limited:
            p.traits[i] |= k.TRAIT_DISABILITY
        p.state[i] = k.STUDENT if school else k.OTHER_INACTIVE
        if to_unit(more_bits(first, 7)) < t.looks[p.sex[i]]:  # as many as take part at sixteen
            p.state[i] = k.UNEMPLOYED
        p.last[i] = k.GONE
        p.since[i] = month
        p.job[i] = -1
        p.hired[i] = 0
        o = min(np.searchsorted(t.first_jobs, to_unit(more_bits(first, 3)), side="right"), t.first_jobs.size - 1)
        p.occupation[i] = o
        p.hours[i] = t.hours
        p.wage[i] = max(t.floor[h.zone[g]], t.pay * t.occ_wage[o])
        p.reservation[i] = t.floor[h.zone[g]]
        normal = np.sqrt(-2.0 * np.log(1.0 - to_unit(more_bits(first, 4)))) * np.cos(
            6.283185307179586 * to_unit(more_bits(first, 5))
        )
        p.ability[i] = t.inherited * p.ability[parent] + np.sqrt(1.0 - t.inherited * t.inherited) * normal
        p.skill[i] = t.skill
        p.history[i] = 0
        p.knows[i] = (np.uint32(1) << np.uint32(t.occ_major[o])) | (
            np.uint32(1) << np.uint32(t.occ_major[p.occupation[parent]])
        )
        p.ui_weeks[i] = 0
        p.ui_benefit[i] = 0.0
        p.program[i] = k.NO_PROGRAM
        p.enrolled[i] = 0
        p.credentials[i] = 0
        ring[i] = ring[parent]
        ring[parent] = i
        h.adults[g] += 1
        h.children[g] -= 1
        if h.children[g] == 0:
            h.youngest[g] = 0
            h.eldest[g] = 0
        else:  # those between eldest and youngest are spaced evenly; of two, the other is the youngest
            h.eldest[g] += (h.youngest[g] - h.eldest[g]) // h.children[g]


__all__ = ["come_of_age"]
