"""Work experience: paid places for young people, mostly in summer."""

from __future__ import annotations

from laborsim.market import codes
from laborsim.policy.paid_seats import SeatBuyer
from laborsim.policy.place import Setting
from laborsim.scenario.instruments import WorkExperience as Settings


class WorkExperience(SeatBuyer):
    """Levers: program_seats, program_supports, program_awareness."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        super().__init__(settings, setting, codes.WORK_EXPERIENCE, "work experience")
