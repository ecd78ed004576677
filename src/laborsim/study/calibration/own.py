"""A region's own figures, and its pack with the factors on behaviour that they call for."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from laborsim.study.calibration.calibrate import Calibration
from laborsim.study.calibration.estimate import Z90

if TYPE_CHECKING:
    from laborsim.region.pack import Pack

SOURCE = "own_calibration"  # id among the pack's sources


def own_figures(region: str, data: Path | None = None, months: int = 24) -> dict[str, float]:
    """Participation, unemployment, openings (shares), labor force and people of 16 and more of a region.

    Parameters
    ----------
    region : name, or path of a pack. Zones beyond its border are left out.
    data : folder of official statistics, for mean unemployment (LAUS, adjusted) and openings (JOLTS of its states) of
        the published months from its start on; without it unemployment is that of its pack's start, and there are no
        openings.
    months : looked at, from the start.

    Raises
    ------
    InputError
        If the folder has no unemployment of the region.
    """
    from laborsim.region.conditions import months_from
    from laborsim.region.pack import load_pack

    pack = load_pack(region)
    inside = {z.code for z in pack.inside}
    table = pack["labor_force"]
    table = table[table["zone"].isin(inside)].pivot(index="zone", columns="measure", values="value")
    force = table["labor_force"].sum()
    own = {
        "participation": float(force / table["population_16"].sum()),
        "unemployment": float((table["unemployment"] * table["labor_force"]).sum() / force),
        "labor_force": float(force),
        "population_16": float(table["population_16"].sum()),
    }
    if data is not None:
        from laborsim.study.validation.observed import observed

        calendar = months_from(str(pack.meta["start"]), months)
        for series in observed(data, pack):
            known = series.actual[series.actual.index.isin(calendar)].dropna()
            if series.name in ("unemployment", "openings") and len(known):
                own[series.name] = float(known.mean()) / 100.0
    return own


def with_behaviour(pack: Pack, found: Calibration) -> Pack:
    """The pack with its table `behaviour` renewed: what it had, times what a calibration of its own factors found.

    Factors that were not free stay as they were.

    Raises
    ------
    ValueError
        If the calibration was of something else than a region's own factors.
    """
    import pandas as pd

    from laborsim.region.conditions import behaviour, months_from
    from laborsim.region.pack import Source
    from laborsim.region.tables import BEHAVIOUR

    measures = {parameter: measure for measure, parameter in BEHAVIOUR.items()}
    before, rows = behaviour(pack), []
    if other := [name for free in found.free for name in free.parameters if name not in measures]:
        raise ValueError(f"not a region's own factor: {', '.join(other)}; these are {', '.join(measures)}")
    for free, x, s in zip(found.free, found.found.x, found.found.standard_errors, strict=True):
        for name in free.parameters:
            measure = measures[name]
            factors = (before[measure] * math.exp(float(x + z * s)) for z in (0.0, -Z90, Z90))
            rows.append((measure, *(round(f, 5) for f in factors), SOURCE))
    table = pd.DataFrame(rows, columns=["measure", "factor", "low", "high", "source"])
    if "behaviour" in pack.tables:
        held = pack["behaviour"]
        table = pd.concat([held[~held["measure"].isin(table["measure"])], table], ignore_index=True)
    calendar = months_from(str(pack.meta["start"]), found.months)
    source = Source(
        "laborsim", "calibrate --own", f"{calendar[0]} to {calendar[-1]}", "calibrated",
        "fitted to the region's LAUS unemployment (BLS) and participation; see docs/calibration.md",
    )  # fmt: skip
    return replace(pack, tables={**pack.tables, "behaviour": table}, sources={**pack.sources, SOURCE: source})


__all__ = ["SOURCE", "own_figures", "with_behaviour"]
