"""Dated events: what happens to a region from outside, such as a plant that opens."""

from __future__ import annotations

from dataclasses import dataclass

PLANT_OPENING = "plant_opening"
PLANT_CLOSURE = "plant_closure"
SECTOR_SHOCK = "sector_shock"


@dataclass(frozen=True)
class Event:
    """One event.

    Attributes
    ----------
    kind : plant_opening, plant_closure or sector_shock.
    month : months from the start when it happens or begins.
    zone, sector : rows of the economy's zones and sectors; zone -1 is all.
    jobs : people wanted (opening) or let go (closure), at full scale.
    ramp : months over which it reaches its size, at least 1.
    wage_premium : log wage premium of an opening plant.
    factor : sector_shock: employment relative to its path.
    until : sector_shock: last month it holds; a shock for good has a large number.
    """

    kind: str
    month: int
    zone: int
    sector: int
    jobs: int = 0
    ramp: int = 1
    wage_premium: float = 0.0
    factor: float = 1.0
    until: int = 1 << 30

    def step(self, month: int) -> float:
        """Part of the event that has happened by `month`, 0 to 1."""
        return min(max((month - self.month + 1) / self.ramp, 0.0), 1.0)
