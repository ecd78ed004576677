"""What every instrument is: it writes levers before the month and charges for what happened after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from laborsim.market.counts import Counts
from laborsim.market.levers import Levers
from laborsim.policy.budget import Budget, Charge
from laborsim.policy.whole import split

Weight = NDArray[np.float64]


@dataclass
class Asked:
    """What instruments of a package asked of one lever this month: own weights, and those of the ones before and all.

    Counts of what happened are shared out by them, in a fixed order, so that the parts sum to the count.
    """

    before: dict[str, Weight] = field(default_factory=dict)
    own: dict[str, Weight] = field(default_factory=dict)
    everyone: dict[str, Weight] = field(default_factory=dict)

    def part(self, name: str, total: int, at: int = 0) -> int:
        """This instrument's part of a count."""
        if name not in self.own:
            return 0
        return split(
            int(total), float(self.before[name][at]), float(self.own[name][at]), float(self.everyone[name][at])
        )

    def parts(self, name: str, totals: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same of every entry of `totals`."""
        out = np.zeros(totals.size, np.int64)
        for at in np.flatnonzero(totals):
            out[at] = self.part(name, int(totals[at]), int(at))
        return out


class Instrument(Protocol):
    """One instrument of a policy."""

    def write(self, levers: Levers, month: int, budget: Budget) -> dict[str, Weight]:
        """Set levers within the money left; returns what was asked, by name, for sharing out the counts."""

    def book(self, counts: Counts, month: int, budget: Budget, asked: Asked) -> list[Charge]:
        """Charges for what happened."""


def close(field: NDArray[np.float64], zones: NDArray[np.bool_], first: bool) -> None:
    """Shut the zones an instrument leaves out, unless another one serves them."""
    shut = (~zones).astype(np.float64)
    field[:] = shut if first else np.minimum(field, shut)
