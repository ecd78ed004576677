"""Sectoral training: seats in programs with selection, supports and placement."""

from __future__ import annotations

from laborsim.market import codes
from laborsim.policy.paid_seats import SeatBuyer
from laborsim.policy.place import Setting
from laborsim.scenario.instruments import SectoralTraining as Settings


class SectoralTraining(SeatBuyer):
    """Levers: program_seats, program_supports, program_awareness."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        super().__init__(settings, setting, codes.SECTORAL, "sectoral training")
