"""What some people do, month by month: the wage records that evaluations read.

A `Watch` looks on at the end of every month (`LaborMarket.observers`) and changes nothing: a run that is watched has
the state hash of one that is not. It follows people named in advance, everyone who enrols in a program from the first
month on, and the applicants of a trial, each from the month they are first seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.indicators.clients import enrolments as client_spells
from laborsim.indicators.money import Budgets
from laborsim.market.codes import (
    GONE,
    NO_PROGRAM,
    PART_TIME_INVOLUNTARY,
    SELF_EMPLOYED,
    TEMPORARY_LAYOFF,
    TRAIT_ENROLLED,
    UNEMPLOYED,
    WEEKS_A_MONTH,
)
from laborsim.market.month import FEW, Month

I8 = NDArray[np.int64]
U8 = NDArray[np.uint64]
F4 = NDArray[np.float32]

NO_EMPLOYER = np.uint64(2**64 - 1)
NOBODY = np.uint64(2**64 - 1)  # id of no one
NEVER = -9999  # month of a layoff that did not happen
UNKNOWN = 255  # state before enrolment that is not known

# Kept every month for everyone followed; the value stands for months before that, or after death or a move away.
MONTHLY: tuple[tuple[str, Any, Any], ...] = (
    ("state", np.uint8, GONE),
    ("earnings", np.float32, 0.0),
    ("employer", np.uint64, NO_EMPLOYER),
    ("benefit", np.float32, 0.0),
    ("school", np.uint8, 0),
    ("sufficient", np.uint8, 0),
    ("program", np.uint8, NO_PROGRAM),
    ("gross", np.float32, 0.0),
    ("taxes", np.float32, 0.0),
    ("support", np.float32, 0.0),
)
TRAITS = ("id", "birth", "sex", "race", "education", "zone")
ENROLMENTS = (
    ("id", np.uint64),
    ("program", np.uint8),
    ("enrolled", np.int64),
    ("exit", np.int64),
    ("completed", np.uint8),
    ("credential", np.uint8),
    ("added", np.uint8),
    ("under_way", np.uint8),
    ("laid_off", np.int64),
    ("before", np.uint8),
)


@dataclass(frozen=True)
class Panel:
    """People followed through T months; N people, in the order they were first seen.

    Attributes
    ----------
    traits : column -> (N,): id, birth (month), sex, race, education, zone when first seen, `first` month seen.
    months : column -> (N, T): state, earnings (dollars of the month, model dollars), employer (establishments.id),
        benefit (unemployment insurance, dollars of the month), school (1 at school or in a program), sufficient (1 at a
        wage that covers the household's needs), program, and of the whole household gross earnings, taxes less credits
        and support (food stamps, health care), dollars of the month.
    start : first month, "YYYY-MM".
    """

    traits: dict[str, NDArray[Any]]
    months: dict[str, NDArray[Any]]
    start: str

    @property
    def size(self) -> int:
        """People."""
        return int(self.traits["id"].size)

    @property
    def horizon(self) -> int:
        """Months."""
        return int(self.months["state"].shape[1])

    @property
    def present(self) -> NDArray[np.bool_]:
        """(N, T) whether the person is followed and alive in the region."""
        return np.asarray(self.months["state"] != GONE)

    @property
    def employed(self) -> NDArray[np.bool_]:
        """(N, T) whether at work or self-employed."""
        return np.asarray(self.months["state"] <= SELF_EMPLOYED)

    def find(self, ids: U8) -> I8:
        """Row of each id, -1 where it was never seen."""
        own = self.traits["id"]
        if own.size == 0:
            return np.full(len(ids), -1, np.int64)
        order = np.argsort(own, kind="stable")
        at = np.minimum(np.searchsorted(own[order], ids), own.size - 1)
        row = order[at]
        return np.asarray(np.where(own[row] == ids, row, -1), np.int64)


class Watch:
    """Follows people through a run; put it into `model.observers`.

    Parameters
    ----------
    months : months of the run.
    start : first month, "YYYY-MM".
    ids : people to follow from the first month they are there.
    participants : follow everyone who enrols as well, and everyone served at a job center.
    budgets : taxes and support by household; without it they stay 0.

    Examples
    --------
    >>> watch = Watch(model.spec.months, model.economy.start)  # doctest: +SKIP
    >>> model.observers.append(watch)  # doctest: +SKIP
    """

    def __init__(
        self, months: int, start: str, ids: Any = (), participants: bool = True, budgets: Budgets | None = None
    ) -> None:
        self.start, self.participants, self.budgets = start, participants, budgets
        self._wanted = np.unique(np.asarray(ids, np.uint64))
        self._rows = np.empty(0, np.int64)
        self._traits: dict[str, list[NDArray[Any]]] = {name: [] for name in (*TRAITS, "first")}
        self._ids = np.empty(0, np.uint64)
        self._followed = np.empty(0, np.uint64)  # id of the one followed, by row
        self._kept: list[dict[str, NDArray[Any]]] = []
        self._months = months
        self._first = -1
        self._log_seen = self._trial_seen = 0
        self._layoff = np.empty(0, np.int16)
        self._layoff_id = np.empty(0, np.uint64)
        self._laid_off: list[I8] = []
        self._before: list[NDArray[np.uint8]] = []
        self._log: dict[str, NDArray[Any]] = {}
        self._visits: dict[str, list[NDArray[Any]]] = {"id": [], "month": [], "laid_off": [], "before": []}
        self._programs = 0

    def __call__(self, month: Month) -> None:
        """Look on at the end of a month."""
        if self._first < 0:
            self._first = month.index
        self._note_layoffs(month)
        self._find_new(month)
        self._kept.append(self._look(month))

    # --- whom to follow ----------------------------------------------------------------------------
    def _note_layoffs(self, month: Month) -> None:
        """Remember the month of everyone's last layoff, by row and id."""
        p = month.world.people
        if self._layoff.size < p.capacity:
            more = p.capacity - self._layoff.size
            self._layoff = np.concatenate([self._layoff, np.full(more, NEVER, np.int16)])
            self._layoff_id = np.concatenate([self._layoff_id, np.zeros(more, np.uint64)])
            self._followed = np.concatenate([self._followed, np.full(more, NOBODY)])
        rows = month.scratch.get("layoffs.rows")
        if rows is not None and rows.size:
            self._layoff[rows] = month.index
            self._layoff_id[rows] = p.id[rows]

    def _find_new(self, month: Month) -> None:
        p = month.world.people
        if self._wanted.size:
            here = np.flatnonzero(np.isin(p.id[: p.size], self._wanted) & (p.state[: p.size] != GONE))
            self._follow(month, here)
            self._wanted = self._wanted[~np.isin(self._wanted, p.id[here])]
        log = month.memory.get("participants")
        if log is not None:
            new = slice(self._log_seen, log["id"].size)
            self._log_seen = log["id"].size
            rows, ids = log["row"][new], log["id"][new]
            self._laid_off.append(self._last_layoff(rows, ids))
            self._before.append(np.where(p.id[rows] == ids, p.last[rows], UNKNOWN).astype(np.uint8))
            self._log = log
            if self.participants:
                self._follow(month, rows[p.id[rows] == ids])
        self._programs = len(month.programs)
        served = month.scratch.get("services.served")
        if self.participants and served is not None and served.size:
            self._visits["id"].append(p.id[served].copy())
            self._visits["month"].append(np.full(served.size, month.index, np.int64))
            self._visits["laid_off"].append(self._last_layoff(served, p.id[served]))
            self._visits["before"].append(p.last[served].copy())
            self._follow(month, served)
        for gate in month.memory.get("gates", {}).values():
            rows, ids = gate["row"], gate["id"]
            self._follow(month, rows[p.id[rows] == ids])
        trial = month.memory.get("trial")
        if trial is not None:
            rows, ids = trial["row"][self._trial_seen :], trial["id"][self._trial_seen :]
            self._trial_seen = trial["id"].size
            self._follow(month, rows[p.id[rows] == ids])

    def _last_layoff(self, rows: I8, ids: U8) -> I8:
        return np.where(self._layoff_id[rows] == ids, self._layoff[rows].astype(np.int64), NEVER)

    def _follow(self, month: Month, rows: I8) -> None:
        """Follow the people of these rows from now on, those who are not followed yet."""
        p = month.world.people
        rows = np.unique(rows[self._followed[rows] != p.id[rows]])
        if rows.size == 0:
            return
        self._followed[rows] = p.id[rows]
        for name in TRAITS:
            self._traits[name].append(p.arrays[name][rows].copy())
        self._traits["first"].append(np.full(rows.size, month.index))
        self._rows = np.concatenate([self._rows, rows])
        self._ids = np.concatenate([self._ids, p.id[rows]])

    # --- what they do ------------------------------------------------------------------------------
    def _look(self, month: Month) -> dict[str, NDArray[Any]]:
        w, rows = month.world, self._rows
        seen = _Seen(*(np.empty(rows.size, dtype) for name, dtype, _ in MONTHLY[: len(_Seen._fields)]))
        need = month.economy.household_need.astype(np.float32)
        supplement = np.float32(month.economy.ui_supplement[month.now] + month.levers.ui_supplement)
        month.crew.map(_see, rows.size, rows, self._ids, w.people.columns, w.cells.columns, w.establishments.columns,
                       w.households.columns, need, supplement, month.index, seen, size=FEW)  # fmt: skip
        kept = seen._asdict()
        if self.budgets is None or rows.size == 0:
            return kept
        gross, taxes, support = self.budgets.of_people(month, rows)
        return kept | {
            name: np.where(seen.state != GONE, x, 0.0).astype(np.float32)
            for name, x in (("gross", gross), ("taxes", taxes), ("support", support))
        }

    # --- what was seen -----------------------------------------------------------------------------
    def panel(self) -> Panel:
        """Everyone followed, all months so far."""
        n, t = self._rows.size, len(self._kept)
        # zeros cost nothing until they are written over
        months = {
            name: np.full((n, t), empty, dtype) if empty else np.zeros((n, t), dtype) for name, dtype, empty in MONTHLY
        }
        for k, seen in enumerate(self._kept):
            for name, column in seen.items():
                months[name][: column.size, k] = column
        empty: dict[str, Any] = {"id": np.uint64, "birth": np.int16, "first": np.int64}
        traits = {
            name: np.concatenate(parts) if parts else np.empty(0, empty.get(name, np.uint8))
            for name, parts in self._traits.items()
        }
        return Panel(traits, months, self.start)

    def enrolments(self) -> dict[str, NDArray[Any]]:
        """The log of participants so far, columns of `ENROLMENTS`; `exit` is a month, or the run's length if enrolled.

        `under_way` is 1 for those enrolled before the first month; `laid_off` the month of the last layoff before;
        `before` the state at the end of the month before, UNKNOWN if not known.
        """
        from laborsim.market.codes import NEVER as NO_EXIT
        from laborsim.market.participants import COMPLETED

        log = self._log
        if not log:
            return {name: np.empty(0, dtype) for name, dtype in ENROLMENTS}
        exit_ = log["exit"].astype(np.int64)
        found = {
            "id": log["id"], "program": log["program"], "enrolled": log["enrolled"],
            "exit": np.where(exit_ == NO_EXIT, self._months, exit_),
            "completed": log["how"] == COMPLETED, "credential": log["credential"], "added": log["added"],
            "under_way": log["enrolled"] < self._first, "laid_off": np.concatenate(self._laid_off),
            "before": np.concatenate(self._before),
        }  # fmt: skip
        return {name: found[name].astype(dtype) for name, dtype in ENROLMENTS}

    def clients(self) -> dict[str, NDArray[Any]]:
        """Spells of those served at job centers, columns of `ENROLMENTS`; their program is the number of programs."""
        empty: dict[str, Any] = {"id": np.uint64, "month": np.int64, "laid_off": np.int64, "before": np.uint8}
        visits = {name: np.concatenate([np.empty(0, empty[name]), *x]) for name, x in self._visits.items()}
        found = client_spells(visits, len(self._kept), self._months, self._programs)
        return {name: found[name].astype(dtype) for name, dtype in ENROLMENTS}


class _Seen(NamedTuple):
    """What is seen of people in a month, the first of `MONTHLY`."""

    state: NDArray[np.uint8]
    earnings: F4
    employer: U8
    benefit: F4
    school: NDArray[np.uint8]
    sufficient: NDArray[np.uint8]
    program: NDArray[np.uint8]


@njit(cache=True, nogil=True)
def _see(lo, hi, chunk, rows, ids, p, c, e, h, need, supplement, month, out):  # type: ignore[no-untyped-def]
    """Fill `out` for [lo, hi) of those followed; `need` (Z, 2, 4, 2) float32. Those who are gone have nothing.

    supplement : dollars a week on top of everyone's benefits.
    """
    for row in range(lo, hi):
        k = np.uint64(row)  # unsigned: no test for negative indices
        i = np.uint64(rows[k])
        here = p.id[i] == ids[k] and p.state[i] != GONE
        state, job = p.state[i] if here else np.uint8(GONE), p.job[i]
        out.state[k], out.program[k] = state, p.program[i] if here else np.uint8(NO_PROGRAM)
        out.employer[k] = NO_EMPLOYER
        if state <= PART_TIME_INVOLUNTARY and job >= 0:
            out.employer[k] = e.id[np.uint64(c.establishment[np.uint64(job)])]
        out.school[k] = here and ((p.traits[i] & TRAIT_ENROLLED) > 0 or p.program[i] != NO_PROGRAM)
        out.earnings[k], out.benefit[k], out.sufficient[k] = 0.0, 0.0, 0
        if state <= SELF_EMPLOYED:
            hh = np.uint64(p.household[i])
            out.earnings[k] = p.wage[i] * np.float32(p.hours[i]) * np.float32(WEEKS_A_MONTH)
            children = min(h.children[hh], np.uint8(3))
            young = np.uint64(children > 0 and month - h.youngest[hh] < 72)
            adults = np.uint64(h.adults[hh] > 1)
            out.sufficient[k] = p.wage[i] >= need[np.uint64(p.zone[i]), adults, np.uint64(children), young]
        elif (state == UNEMPLOYED or state == TEMPORARY_LAYOFF) and p.ui_weeks[i] > 0:
            out.benefit[k] = (p.ui_benefit[i] + supplement) * np.float32(WEEKS_A_MONTH)


def needs(month: Month, rows: I8) -> F4:
    """(n,) hourly wage that each person's household needs of each adult, model dollars."""
    p, h = month.world.people, month.world.households
    at = p.household[rows]
    children = np.minimum(h.children[at], 3).astype(np.int64)
    young = ((month.index - h.youngest[at]) < 72) & (children > 0)
    adults = np.clip(h.adults[at], 1, 2).astype(np.int64) - 1
    need = month.economy.household_need.astype(np.float32)
    return np.asarray(need[p.zone[rows], adults, children, young.astype(np.int64)])


__all__ = [
    "ENROLMENTS", "MONTHLY", "NEVER", "NO_EMPLOYER", "UNKNOWN", "WEEKS_A_MONTH", "Panel", "Watch", "needs",
]  # fmt: skip
