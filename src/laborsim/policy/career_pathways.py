"""Career pathways: seats at the next level for holders of the credential before."""

from __future__ import annotations

from laborsim.market import codes
from laborsim.policy.paid_seats import SeatBuyer
from laborsim.policy.place import Setting
from laborsim.scenario.instruments import CareerPathways as Settings


class CareerPathways(SeatBuyer):
    """Levers: program_seats, program_supports, program_awareness."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        super().__init__(settings, setting, codes.PATHWAY, "pathway")
