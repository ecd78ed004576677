"""What the families read: one month's counts, added up by group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.groups import Groups
from laborsim.indicators.tally import (
    EVENTS,
    FACTS,
    GOOD,
    JOB_TO_JOB,
    LONG_TERM,
    OTHERS,
    OVER,
    STAYED,
    SUFFICIENT,
    CellTally,
    Tally,
)
from laborsim.market.codes import (
    DISCOURAGED,
    PART_TIME_INVOLUNTARY,
    SELF_EMPLOYED,
    TEMPORARY_LAYOFF,
    UNEMPLOYED,
)
from laborsim.market.month import Month

F8 = NDArray[np.float64]
_FACT = np.arange(FACTS)


@dataclass
class Stocks:
    """Simulated people by group, (G,) each: stocks at the end of the month and facts of the employed."""

    population: F8
    employed: F8
    unemployed: F8
    temporary: F8
    long_term: F8
    discouraged: F8
    states: F8  # (G, 13)
    payroll: F8
    involuntary: F8
    over_educated: F8
    underemployed: F8
    sufficient: F8
    good: F8
    stayed: F8
    sufficient_under: F8  # underemployed at or above the self-sufficiency wage
    good_under: F8
    flows: F8  # (G, 3, 3) last x now, present in both months
    job_to_job: F8

    @property
    def labor_force(self) -> F8:
        """Employed and unemployed."""
        return self.employed + self.unemployed


def stocks(code: F8, event: F8) -> Stocks:
    """Stocks and flows of groups from their sums of the cross-tables.

    Parameters
    ----------
    code : (G, CODES).
    event : (G, EVENTS).
    """
    groups = code.shape[0]
    work = code[:, : 4 * FACTS].reshape(groups, 4, FACTS)
    states = np.zeros((groups, 13))
    states[:, :4] = work.sum(axis=2)
    states[:, 4:12] = code[:, OTHERS + 4 : OTHERS + 12]
    facts = work.sum(axis=1)

    def having(bit: int, of: F8 = facts) -> F8:
        return np.asarray(of[:, (_FACT & bit) > 0].sum(axis=1), np.float64)

    # the underemployed: all part-time wanting full-time, and the over-educated of the other states
    under = work.copy()
    under[:, [s for s in range(4) if s != PART_TIME_INVOLUNTARY]] *= (_FACT & OVER) > 0
    under_facts = under.sum(axis=1)
    employed = states[:, :4].sum(axis=1)
    unemployed = states[:, TEMPORARY_LAYOFF] + states[:, UNEMPLOYED]
    inactive = states[:, 6:12].sum(axis=1)
    changes = event[:, :16].reshape(groups, 4, 4)
    flows = changes[:, :3, :3].copy()
    now = np.stack([employed, unemployed, inactive], axis=1)
    for x in range(3):  # those who are where they were: present now less those who came from elsewhere
        flows[:, x, x] = now[:, x] - changes[:, :, x].sum(axis=1)
    return Stocks(
        population=employed + unemployed + inactive, employed=employed, unemployed=unemployed,
        temporary=states[:, TEMPORARY_LAYOFF], long_term=event[:, LONG_TERM], discouraged=states[:, DISCOURAGED],
        states=states, payroll=employed - states[:, SELF_EMPLOYED], involuntary=states[:, PART_TIME_INVOLUNTARY],
        over_educated=having(OVER), underemployed=under_facts.sum(axis=1), sufficient=having(SUFFICIENT),
        good=having(GOOD), stayed=having(STAYED),
        sufficient_under=having(SUFFICIENT, under_facts), good_under=having(GOOD, under_facts),
        flows=flows, job_to_job=event[:, JOB_TO_JOB],
    )  # fmt: skip


@dataclass
class Snapshot:
    """One month for the families.

    Attributes
    ----------
    month : the month's context (counts, levers, memory).
    groups, place_names, places : groups of residents; places of work and their zones.
    people, cells : counts without the slot axis.
    stocks : by group; prime: the same for people of 25 to 54.
    wages : (G + 1, bins) wage histograms by group, the last of the underemployed.
    earnings : histogram of household labor income, or None in months when it is not worked out.
    history : the families' own memory between months, by family.
    room : parameters of the room `indicators`; observation: of `observation`.
    """

    month: Month
    groups: Groups
    place_names: tuple[str, ...]
    places: F8
    people: Tally
    cells: CellTally
    stocks: Stocks
    prime: Stocks
    wages: F8
    room: dict[str, Any]
    observation: dict[str, Any]
    history: dict[str, Any] = field(default_factory=dict)

    @property
    def scale(self) -> float:
        """Share of people simulated."""
        return self.month.scale


__all__ = ["EVENTS", "Snapshot", "Stocks", "stocks"]
