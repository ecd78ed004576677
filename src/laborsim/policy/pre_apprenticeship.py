"""Pre-apprenticeship: seats whose completers can enter apprenticeships that ask for a diploma."""

from __future__ import annotations

from laborsim.market import codes
from laborsim.policy.paid_seats import SeatBuyer
from laborsim.policy.place import Setting
from laborsim.scenario.instruments import PreApprenticeship as Settings


class PreApprenticeship(SeatBuyer):
    """Levers: program_seats, program_supports, program_awareness."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        super().__init__(settings, setting, codes.PRE_APPRENTICESHIP, "pre-apprenticeship")
