"""The baseline once more without a plant that opens in it: same people, same draws.

Before and after cannot tell: much else happens meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from laborsim.scenario.schema import PlantOpening

MONTHS: Final = 12  # figures are means of so many last months
SECTION: Final = "plant"  # of the brief
FIGURES: Final = (
    "jobs", "unemployment_rate", "employment_rate", "wage_median", "share_good_jobs", "good_vacancy_fill_rate",
    "time_to_fill", "openings", "works_in_own_zone", "mean_commute",
)  # fmt: skip


def opening(spec: Any) -> int | None:
    """Place of the plant among a scenario's events whose effect the brief shows; None if it shows none."""
    if spec.brief.sections and SECTION not in spec.brief.sections:
        return None
    for k, event in enumerate(spec.events):
        if isinstance(event, PlantOpening) and 0 <= spec.month_index(event.month) < spec.months:
            return k
    return None


def leave_out(spec: Any, event: int) -> Any:
    """The scenario without one of its events."""
    return spec.model_copy(update={"events": (*spec.events[:event], *spec.events[event + 1 :])})


def rows(build: Callable[[], Any], months: int, zone: str) -> list[dict[str, Any]]:
    """Figures of the zone and of the whole region in the last months of a run: indicator, group, value.

    Parameters
    ----------
    build : makes the model without the event.
    """
    model = build()
    try:
        model.run_for(months)
        frame = model.frame()
    finally:
        vars(model).clear()
    out = []
    for indicator in FIGURES:
        for group in (f"zone:{zone}", "all"):
            if (indicator, group) in frame.keys:
                values = np.asarray(frame.values[-MONTHS:, frame.keys.index((indicator, group))], float)
                known = values[np.isfinite(values)]
                out.append({"indicator": indicator, "group": group,
                            "value": float(known.mean()) if known.size else None})  # fmt: skip
    return out


def figure(results: Any, indicator: str, group: str) -> Any:
    """(R,) a figure of the baseline without the event; NaN where no such run was made."""
    from laborsim.scenario.schema import BASELINE

    out = np.full(results.replicates, np.nan)
    for record in results.records:
        if record.done and record.policy == BASELINE:
            for row in record.without_event:
                if (row["indicator"], row["group"]) == (indicator, group) and row["value"] is not None:
                    out[record.replicate] = row["value"]
    return out


__all__ = ["FIGURES", "figure", "leave_out", "opening", "rows"]
