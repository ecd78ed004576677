"""Table of what households need to earn, by zone (see `budget`)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from laborsim.region import build_living
from laborsim.region.budget import Place, household_needs, local_tax, rents
from laborsim.region.budget.figures import value
from laborsim.region.budget.types import Need
from laborsim.region.build_population import Builder
from laborsim.region.pack import Zone
from laborsim.region.sources import figure


def needs(b: Builder) -> pd.DataFrame:
    """Self-sufficiency wage and budget of every kind of household in every zone."""
    rows: list[tuple[Any, ...]] = []
    for code, place in places(b).items():
        source = "outside_mean" if code not in {z.code for z in b.inside} else "needs"
        rows += [(code, *need, source) for need in household_needs(place)]
    return pd.DataFrame(rows, columns=["zone", *Need._fields, "source"])


def places(b: Builder) -> dict[str, Place]:
    """What budgets depend on in every zone; beyond the border it is the region's mean in the state with most people."""
    care = {code: price for code, (price, _) in build_living.prices(b).items()}
    ratio = b.ratios("income")
    made = {z.code: _place(b, z, care[z.code], ratio[z.code]) for z in b.inside}
    return {z.code: made[z.code] if z.code in made else _mean(b, z, made, care[z.code]) for z in b.zones}


def _place(b: Builder, z: Zone, care: dict[str, float], ratio: float) -> Place:
    profile = b.data.profile
    dearer = ratio ** value("rent_income_elasticity")
    one, two, three = (dearer * r for r in rents(z.county))
    return Place(
        z.state,
        local_tax(z.code, z.county),
        (one, two, three),
        care,
        figure(profile, z.county, "acs2017_MeanCommute"),
        int(figure(profile, z.county, "ers_Rural-urban_Continuum_Code_2013")),
        figure(profile, z.county, "saipe_MEDHHINC_2019") * ratio,
    )


def _mean(b: Builder, z: Zone, made: dict[str, Place], care: dict[str, float]) -> Place:
    mean = {
        name: b.region_mean({code: getattr(p, name) for code, p in made.items()})
        for name in ("local_tax", "minutes", "rural", "median_income")
    }
    rent = [float(b.region_mean({code: p.rent[i] for code, p in made.items()})) for i in range(3)]
    people = {s: sum(b.zone_population[x.code].sum() for x in b.inside if x.state == s) for s in b.states}
    state = z.state or max(people, key=lambda s: float(people[s]))
    return Place(
        state, float(mean["local_tax"]), (rent[0], rent[1], rent[2]), care,
        float(mean["minutes"]), round(float(mean["rural"])), float(mean["median_income"]),
    )  # fmt: skip
