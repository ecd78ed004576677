"""What policies deliver, month by month: who comes to job centers, what employers announce and what they do.

Announced is not implemented: of the screens that employers say they drop only a part is dropped.
"""

from __future__ import annotations

from typing import Final

from laborsim.indicators.row import Row
from laborsim.indicators.snapshot import Snapshot
from laborsim.market.counts import SCALAR

COUNTED: Final = (
    "center_came", "center_served", "center_served_uninsured", "center_turned_away", "center_no_shows",
    "screen_contacts", "screens_announced", "screens_removed", "outreach_contacts", "outreach_learnt",
)  # fmt: skip


def fill(s: Snapshot, row: Row) -> None:
    """Counts of the month at full scale."""
    counts = s.month.counts.scalars
    for name in COUNTED:
        row.put(name, "all", counts[SCALAR[name]], s.scale)


__all__ = ["COUNTED", "fill"]
