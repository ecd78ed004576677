"""Outreach: people are told of fields of work and kinds of training they do not know; they apply to what they know.

Contacts go by keyed draws to people of the groups named, or to those found less often in the field than in the labor
force. What they learn they keep, and neighbours learn it from them (see `pipeline`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import GONE, KNOWS_PROGRAM_BIT, RACES, SELF_EMPLOYED, SEXES, UNEMPLOYED
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, uniforms
from laborsim.market.levers import Outreach
from laborsim.market.month import Month
from laborsim.market.scaling import scaled_count

B1 = NDArray[np.bool_]


def under_represented(month: Month, majors: tuple[int, ...]) -> B1:
    """(sexes, races) groups with a smaller share of the jobs of these major groups than of the labor force."""
    p, n = month.world.people, month.world.people.size
    group = p.sex[:n].astype(np.int64) * len(RACES) + p.race[:n]
    size = len(SEXES) * len(RACES)
    here = p.zone[:n] < month.economy.outside
    force = np.bincount(group[here & (p.state[:n] <= UNEMPLOYED)], minlength=size)
    inside = np.isin(month.economy.occ_major[p.occupation[:n]], majors) & (p.state[:n] <= SELF_EMPLOYED) & here
    field = np.bincount(group[inside], minlength=size)
    return np.asarray(field * force.sum() < force * field.sum()).reshape(len(SEXES), len(RACES))


def _told(month: Month, order: Outreach, number: int) -> None:
    p, n, q = month.world.people, month.world.people.size, month.room("services")
    key = month.key(Stream.OUTREACH_CONTACT)
    contacts = scaled_count(order.contacts, month.scale, key, (number + 1) << 33)
    if contacts == 0:
        return
    age = (month.index - p.birth[:n].astype(np.int64)) // 12
    ask = (p.state[:n] != GONE) & (np.array(order.zones)[p.zone[:n]] > 0)
    ask &= (age >= order.ages[0]) & (age <= order.ages[1])
    groups = np.zeros((len(SEXES), len(RACES)), np.bool_)
    groups[np.ix_(order.sexes or range(len(SEXES)), order.races or range(len(RACES)))] = True
    if order.under_represented:
        groups &= under_represented(month, order.majors)
    rows = np.flatnonzero(ask & groups[p.sex[:n], p.race[:n]])
    order_of = np.lexsort((p.id[rows], uniforms(key + np.uint64(number + 1), p.id[rows])))
    rows = np.sort(rows[order_of[:contacts]])
    bits = np.uint32(0)
    for m in order.majors:
        bits |= np.uint32(1) << np.uint32(m)
    for kind in order.kinds:
        bits |= np.uint32(1) << np.uint32(KNOWS_PROGRAM_BIT + kind)
    takes = uniforms(month.key(Stream.OUTREACH_CONTACT) ^ np.uint64(1), p.id[rows]) < q["outreach_takes"]
    learns = takes & ((p.knows[rows] & bits) != bits)
    p.knows[rows[learns]] |= bits
    month.counts.scalars[SCALAR["outreach_contacts"]] += rows.size
    month.counts.scalars[SCALAR["outreach_learnt"]] += int(learns.sum())


def stage(month: Month) -> None:
    """Tell people of fields of work and of training."""
    for number, order in enumerate(month.levers.outreach):
        _told(month, order, number)


__all__ = ["stage", "under_represented"]
