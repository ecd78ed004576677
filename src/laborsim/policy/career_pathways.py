"""Career pathways: seats at the next level for holders of the credential before, and on first steps for the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.market import codes
from laborsim.market.programs import Programs
from laborsim.policy.paid_seats import PaidSeats, SeatBuyer
from laborsim.policy.place import Setting
from laborsim.scenario.instruments import CareerPathways as Settings


class CareerPathways(SeatBuyer):
    """Levers: program_seats, program_supports, program_awareness."""

    def __init__(self, settings: Settings, setting: Setting) -> None:
        super().__init__(settings, setting, codes.PATHWAY, "pathway")
        first = first_steps(setting.programs, self.shares > 0) & self.zones[setting.programs.zone]
        if first.any() and settings.first_steps > 0:
            weight = np.where(first, np.maximum(setting.programs.seats, 1e-9), 0.0)
            part = settings.first_steps
            self.shares = (1.0 - part) * self.shares + part * weight / weight.sum()
            self.seats = PaidSeats(self.shares, setting, "pathway seats")


def first_steps(programs: Programs, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(P,) courses open to anyone whose credential opens the lowest of the pathways chosen, (P,).

    A credential that a pathway gives itself is a higher step's.
    """
    has = programs.credential != 255
    bit = np.where(has, 1 << programs.credential.clip(0, 15).astype(np.int64), 0)
    given = int(np.bitwise_or.reduce(bit[programs.kind == codes.PATHWAY], initial=0))
    asked = int(np.bitwise_or.reduce(programs.requires[chosen].astype(np.int64), initial=0))
    opens = (bit & (asked & ~given)) != 0
    return np.asarray(opens & (programs.kind == codes.CLASSROOM) & (programs.requires == 0))


__all__ = ["CareerPathways", "first_steps"]
