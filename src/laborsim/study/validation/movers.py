"""Who changes occupation: the employed from one year to the next, and the unemployed when they are hired."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import GONE, PART_TIME_INVOLUNTARY, UNEMPLOYED
from laborsim.market.month import Month

if TYPE_CHECKING:
    from laborsim.study.validation.observer import Before

FROM, TO = 8, 20  # months compared, a year apart
HIRES_TO = 24  # hires from unemployment of the months before are counted


class Movers:
    """Shares of residents who change major occupation group; jobs, not training, make an occupation."""

    def __init__(self) -> None:
        self.start: tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.uint8]] | None = None
        self.year, self.hired = np.zeros(2), np.zeros(2)  # people counted, and those who changed

    def see(self, before: Before, month: Month) -> None:
        """Add a month."""
        p, major, now = month.world.people, month.economy.occ_major, month.index
        if now == FROM:
            rows = self._at_work(month)
            self.start = rows, p.id[rows].copy(), major[self._occupation(month, rows)]
        if now == TO and self.start is not None:
            rows, ids, was = self.start
            here = np.isin(rows, self._at_work(month)) & (p.id[rows] == ids)
            self.year += here.sum(), (major[self._occupation(month, rows[here])] != was[here]).sum()
        if 0 <= now < HIRES_TO:
            n = before.id.size
            new = (before.state == UNEMPLOYED) & (p.id[:n] == before.id) & (p.hired[:n] > before.hired)
            rows = np.flatnonzero(new & (p.state[:n] <= PART_TIME_INVOLUNTARY) & (p.job[:n] >= 0)
                                  & (before.zone < month.economy.outside))  # fmt: skip
            changed = major[self._occupation(month, rows)] != major[before.occupation[rows]]
            self.hired += rows.size, changed.sum()

    @staticmethod
    def _at_work(month: Month) -> NDArray[np.int64]:
        p = month.world.people
        n = p.size
        works = (p.state[:n] <= PART_TIME_INVOLUNTARY) & (p.job[:n] >= 0) & (p.state[:n] != GONE)
        return np.flatnonzero(works & (p.zone[:n] < month.economy.outside))

    @staticmethod
    def _occupation(month: Month, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        w = month.world
        return np.asarray(w.cells.occupation[w.people.job[rows]])

    def shares(self) -> dict[tuple[str, str], float]:
        """Figures of the run; NaN where nobody was counted."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return {("occupation_changed", "yearly"): float(self.year[1] / self.year[0]),
                    ("occupation_changed", "from_unemployment"): float(self.hired[1] / self.hired[0])}  # fmt: skip


__all__ = ["Movers"]
