"""Unemployment insurance: who is eligible on losing work, for how many weeks and how much.

Laid off or discharged, unless for misconduct, with enough months and earnings in the months before. Some who are
eligible never claim; a policy can help them to. States are more or less strict: of those who claim some are found
ineligible or give up, and in some states more claim.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import (
    SELF_EMPLOYED,
    TRAIT_UI_CLAIMS,
    WEEKS_A_MONTH,
)
from laborsim.market.counts import SCALAR
from laborsim.market.draws import Stream, uniform, uniforms
from laborsim.market.month import Month
from laborsim.market.transitions import shifted_history

MOST_WEEKS: Final = 250  # of a claim: they are kept in a byte
NO_WEEKS: Final = np.zeros(0, np.uint8)
STATES: Final = ("IN", "KS", "KY", "MO", "OR")  # of the parameters by state; one more for elsewhere


@njit(cache=True, nogil=True)
def _insure(  # type: ignore[no-untyped-def]
    p,
    rows,
    month,
    base_months,
    base_earnings,
    help_key,
    takeup,
    denied_key,
    denied,
    more,
    weeks,
    maximum,
    replacement,
    extra_weeks,
    widened,
    added,
):
    """Set weeks and benefit of people just laid off; call before their state changes. Returns how many were helped."""
    helped = 0
    for k in range(rows.size):
        i = rows[k]
        p.ui_weeks[i] = 0
        p.ui_benefit[i] = 0.0
        if added.size > 0:
            added[i] = 0
        history = shifted_history(p.history[i], month - p.since[i], p.state[i] <= SELF_EMPLOYED)
        worked = 0
        for m in range(15):
            worked += (history >> np.uint32(m)) & np.uint32(1)
        earned = worked * p.wage[i] * p.hours[i] * WEEKS_A_MONTH
        if not widened and (worked < base_months or earned < base_earnings or p.state[i] == SELF_EMPLOYED):
            continue
        z = p.zone[i]
        if not p.traits[i] & TRAIT_UI_CLAIMS:
            u = uniform(help_key, p.id[i])
            if u >= more[z] + (1.0 - more[z]) * takeup:
                continue
            helped += u >= more[z]
        if not widened and uniform(denied_key, p.id[i]) < denied[z]:
            continue
        p.ui_weeks[i] = min(int(weeks[z] + extra_weeks), MOST_WEEKS)
        if added.size > 0:
            added[i] = p.ui_weeks[i] - min(int(weeks[z]), p.ui_weeks[i])
        p.ui_benefit[i] = min(replacement[z] * p.wage[i] * p.hours[i], maximum[z])
    return helped


def strictness(month: Month) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(Z,) share of claims that come to nothing, and share of those who usually would not claim who do, by the state
    of residence."""
    q, e = month.room("insurance"), month.economy
    year = int(e.start[:4]) + (int(e.start[5:7]) - 1 + month.index) / 12.0
    denied = np.asarray(q["denied_later" if year >= q["denied_later_from"] else "denied"], np.float64)
    state = month.table(
        "insurance.state",
        lambda: np.array([STATES.index(s) if s in STATES else len(STATES) for s in e.zone_state or [""] * e.zones]),
    )
    return denied[state], np.asarray(q["claims_more"], np.float64)[state]


def added_weeks(month: Month) -> NDArray[np.uint8]:
    """Weeks that a policy added to the claim of each person, (people's capacity,); empty while none ever did.

    They are the last ones of a claim. Those of people whose claim is over say nothing.
    """
    held: NDArray[np.uint8] | None = month.memory.get("ui_added")
    if held is None and month.levers.ui_extra_weeks <= 0.0:
        return NO_WEEKS
    capacity = month.world.people.capacity
    if held is None or held.size < capacity:
        longer = np.zeros(capacity, np.uint8)
        if held is not None:
            longer[: held.size] = held
        held = month.memory["ui_added"] = longer
    return held


def insure(month: Month, rows: NDArray[np.int64]) -> None:
    """Unemployment insurance for people losing work; call before `move`."""
    q, e = month.room("insurance"), month.economy
    t = month.now
    helped = _insure(
        month.world.people.columns,
        rows,
        month.index,
        int(q["base_months"]),
        float(q["base_earnings"]),
        month.key(Stream.UI_HELP),
        float(month.levers.ui_takeup),
        month.key(Stream.UI_DENIED),
        *strictness(month),
        e.ui_weeks[t],
        e.ui_maximum[t],
        e.ui_replacement,
        float(month.levers.ui_extra_weeks),
        bool(e.ui_all[t]),
        added_weeks(month),
    )
    month.counts.scalars[SCALAR["ui_helped"]] += helped


def not_for_misconduct(month: Month, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) which of these people, just discharged, may draw insurance."""
    ids = month.world.people.id[rows]
    return np.asarray(uniforms(month.key(Stream.MISCONDUCT), ids) >= month.room("insurance")["misconduct"])
