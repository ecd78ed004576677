"""What a raise leaves a household: taxes take part of it, and benefits fall or end as earnings rise."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final

import numpy as np

from laborsim.market.codes import FULL_TIME_YEAR
from laborsim.region.budget import benefits
from laborsim.region.budget.figures import Place
from laborsim.region.budget.household import F8, Household
from laborsim.region.budget.resources import net_resources
from laborsim.region.budget.states import STATE_TAX
from laborsim.region.budget.types import ages_of, stack
from laborsim.region.budget.zones import household_of, zone_places
from laborsim.region.pack import Pack

STEP: Final = 1000.0  # dollars a year of household earnings to a bin
BINS: Final = 300  # households above are taken as in the last


def kept(gross: F8, rise: float, who: Household, place: Place, takeup: Sequence[float]) -> tuple[F8, F8]:
    """Chance that less than half of a raise is left, and the share of it that is left in the mean.

    Who gets a benefit is not known of a household: each is drawn on by the share `takeup` of those eligible,
    independently of the others, and all sixteen combinations are weighed. Whoever draws on a benefit keeps it as
    long as the rules of entry are met: limits at exit that are higher, and transitional benefits, are left out.

    Parameters
    ----------
    gross : earnings of the household before the raise, `rise` the raise, dollars of 2019 a year.
    who, place : broadcast with `gross`.
    takeup : shares of those eligible who draw on SNAP, childcare subsidy, Medicaid or CHIP, and a housing voucher.

    Returns
    -------
    Two arrays of the shape of `gross` and `who` broadcast.
    """
    ends = (gross, gross + rise)
    pay = [net_resources(g / who.adults, 1.0, who, place) for g in ends]
    aid = [
        (
            benefits.snap(g, who, place.state),
            benefits.care_subsidy(g, who, place.state),
            benefits.medicaid(g, who, place.state),
            benefits.rent_support(g, who, place.median_income),
        )
        for g in ends
    ]
    falls = [after - before for before, after in zip(*aid, strict=True)]
    less, left = np.zeros(np.shape(pay[0])), np.zeros(np.shape(pay[0]))
    for drawn in product((0, 1), repeat=len(falls)):
        weight = float(np.prod([t if d else 1.0 - t for d, t in zip(drawn, takeup, strict=True)]))
        share = (pay[1] - pay[0] + sum(f for f, d in zip(falls, drawn, strict=True) if d)) / rise
        less += weight * (share < 0.5)
        left += weight * share
    return less, left


def raise_table(pack: Pack, hourly: float, takeup: Sequence[float]) -> F8:
    """What a full-time raise leaves, for every zone, kind of household and level of its earnings.

    Parameters
    ----------
    hourly : the raise, dollars of 2019 an hour; `takeup` as in `kept`.

    Returns
    -------
    (2, Z, 2, 4, 2, BINS) chance that less than half is left, and share left; by zone, adults - 1, children (3 for three
    or more), youngest under six, and earnings of the household in steps of STEP a year, at the middle of each. The mean
    over the ages a kind holds. Empty where the tax rules of a state of the region are not known.
    """
    if any(z.state not in STATE_TAX for z in pack.inside):
        return np.zeros(0)
    gross: F8 = STEP * (np.arange(BINS, dtype=np.float64) + 0.5)[:, None]
    out = np.full((2, len(pack.zones), 2, 4, 2, BINS), np.nan)
    for z, place in enumerate(zone_places(pack).values()):
        for adults, children, young in product((1, 2), range(4), (0, 1)):
            if place.state in STATE_TAX:
                who = stack([household_of(adults, ages, place) for ages in ages_of(children, bool(young))])
                both = kept(gross, hourly * FULL_TIME_YEAR, who, place, takeup)
                out[:, z, adults - 1, children, young] = [x.mean(axis=1) for x in both]
    return out


__all__ = ["BINS", "STEP", "kept", "raise_table"]
