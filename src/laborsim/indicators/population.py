"""Births, deaths, migration, retirement, and childcare, by zone of residence."""

from __future__ import annotations

import numpy as np

from laborsim.indicators.row import Row, ratio
from laborsim.indicators.snapshot import Snapshot

_COUNTS = (
    ("births", "births"), ("deaths", "deaths"), ("youth_entering", "youth"), ("retirements", "retirements"),
    ("in_migration", "in_migrants"), ("out_migration", "out_migrants"), ("childcare_enrolled", "childcare_enrolled"),
    ("childcare_subsidized", "childcare_subsidized"), ("childcare_unmet", "childcare_unmet"),
    ("carers_kept_out", "childcare_kept_home"),
)  # fmt: skip


def fill(s: Snapshot, row: Row) -> None:
    """Counts of the month at full scale."""
    c, scale, names = s.month.counts, s.scale, s.place_names
    for indicator, count in _COUNTS:
        row.put(indicator, names, s.places @ getattr(c, count), scale)
    row.put("net_migration", names, s.places @ (c.in_migrants - c.out_migrants), scale)
    zones = s.month.economy.zones
    care = s.month.memory.get("childcare", {})
    price = np.asarray(care.get("price", np.full((zones, 3), np.nan)), np.float64)[:, :2].mean(axis=1)
    weight = s.places * np.maximum(c.childcare_enrolled, 1)
    known = np.where(np.isnan(price), 0.0, price)
    row.put(
        "childcare_price", names, np.where(np.isnan(price).any(), np.nan, ratio(weight @ known, weight.sum(axis=1)))
    )
    slots = np.asarray(care.get("slots", np.full(zones, np.nan)), np.float64)
    slots = slots.sum(axis=1) if slots.ndim == 2 else slots
    row.put("childcare_slots", names, np.where(np.isnan(slots).any(), np.nan, s.places @ np.nan_to_num(slots) / scale))


__all__ = ["fill"]
