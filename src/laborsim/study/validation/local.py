"""Figures of a watched run that published studies measure otherwise than the model's own indicators.

Pay by zone, like for like: who has work changes over a cycle, so wage curves are estimated on people's wages given what
they are (Blanchflower and Oswald 1994). New jobs of those who look: recalls pass no market, so estimates of matching
leave them and those who wait for them out (Blanchard and Diamond 1989; Fujita and Moscarini 2017).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import PART_TIME_INVOLUNTARY, SELF_EMPLOYED, UNEMPLOYED
from laborsim.market.month import Month

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
ROUNDS = 20  # of fitting occupations and kinds of people in turn
AGE_BANDS = 7


class LikePay:
    """Mean log wage of each zone's residents on a payroll, less what their occupation and kind pay in the first month.

    A kind is sex, band of ten years of age and education.
    """

    def __init__(self, zone_codes: tuple[str, ...], outside: int) -> None:
        self.codes = zone_codes[:outside]
        self.fit: tuple[F8, F8] | None = None
        self.months: list[F8] = []

    def see(self, month: Month) -> None:
        """Add a month."""
        p = month.world.people
        n = p.size
        on = (p.state[:n] <= PART_TIME_INVOLUNTARY) & (p.job[:n] >= 0) & (p.zone[:n] < month.economy.outside)
        rows = np.flatnonzero(on)
        occupation, kind = p.occupation[rows].astype(np.int64), kinds(p, rows, month.index)
        pay = np.log(np.maximum(p.wage[rows].astype(np.float64), 1.0))
        if self.fit is None:
            self.fit = additive(pay, occupation, kind, 256, 2 * AGE_BANDS * 8)
        rest = pay - self.fit[0][occupation] - self.fit[1][kind]
        zone, zones = p.zone[rows].astype(np.int64), month.economy.outside
        count = np.bincount(zone, minlength=zones).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            self.months.append(np.bincount(zone, weights=rest, minlength=zones) / count)

    def columns(self, rows: int) -> dict[tuple[str, str], F8]:
        """Series by zone."""
        table = np.array(self.months[:rows]).reshape(rows, len(self.codes))
        return {("like_pay", f"zone:{code}"): table[:, z] for z, code in enumerate(self.codes)}


class NewMatches:
    """Chance of a job for the unemployed who do not wait for recall, and their share of the labor force, by month."""

    def __init__(self) -> None:
        self.found: list[float] = []
        self.rate: list[float] = []

    def see(self, before_id: NDArray[np.uint64], before_state: NDArray[np.uint8], month: Month) -> None:
        """Add a month, from ids and states at its beginning."""
        p, n, outside = month.world.people, before_id.size, month.economy.outside
        looked = (before_state == UNEMPLOYED) & (p.id[:n] == before_id) & (p.zone[:n] < outside)
        self.found.append(float((p.state[:n][looked] <= SELF_EMPLOYED).mean()) if looked.any() else float("nan"))
        state = p.state[: p.size][p.zone[: p.size] < outside]
        self.rate.append(float((state == UNEMPLOYED).sum()) / max(int((state <= UNEMPLOYED).sum()), 1))

    def columns(self, rows: int) -> dict[tuple[str, str], F8]:
        """The two series."""
        return {("new_job_finding", "all"): np.array(self.found[:rows]),
                ("looking_rate", "all"): np.array(self.rate[:rows])}  # fmt: skip


def kinds(p: Any, rows: I8, month: int) -> I8:
    """Number of each person's sex, band of age and education."""
    age = (month - p.birth[rows].astype(np.int64)) // 12
    band = np.clip((age - 15) // 10, 0, AGE_BANDS - 1)
    return np.asarray((p.sex[rows].astype(np.int64) * AGE_BANDS + band) * 8 + p.education[rows])


def additive(y: F8, first: I8, second: I8, firsts: int, seconds: int) -> tuple[F8, F8]:
    """Effects a, b of two classifications that fit y = a[first] + b[second] best, (firsts,) and (seconds,)."""
    a, b = np.zeros(firsts), np.zeros(seconds)
    size_a, size_b = np.bincount(first, minlength=firsts), np.bincount(second, minlength=seconds)
    for _ in range(ROUNDS):
        a = np.bincount(first, weights=y - b[second], minlength=firsts) / np.maximum(size_a, 1)
        b = np.bincount(second, weights=y - a[first], minlength=seconds) / np.maximum(size_b, 1)
    return a, b


__all__ = ["LikePay", "NewMatches", "additive", "kinds"]
