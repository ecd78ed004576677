"""Practices on job quality: turnover, time to fill, applicants and pay by arm of the pilots, and what employers gain.

Arms are employers who adopted outside a pilot, the treated and the controls of pilots while they last, and peers who
copied. Savings compare an employer's turnover and vacancies with its own in the months before: employers are coached
when they are short of people, so that part of the fall would have come anyway. The controls show how much.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators.row import Row, ratio
from laborsim.indicators.snapshot import Snapshot
from laborsim.market.coaching import (
    APPLICATIONS,
    ARMS,
    CONTROL,
    FILL_AGE,
    FILLED,
    LEFT,
    OPENINGS,
    QUIT,
    arms,
    pay_by_arm,
    staff_and_vacancies,
)
from laborsim.market.codes import WEEKS_A_MONTH

F8 = NDArray[np.float64]
DAYS = 365.25 / 12.0
NAMES = tuple(f"arm:{a}" for a in ARMS)
RATES = (
    "pilot_turnover_rate", "pilot_quits_rate", "pilot_time_to_fill", "pilot_applications_per_vacancy", "pilot_wage",
)  # fmt: skip
MONEY = ("employer_quality_cost", "employer_turnover_savings", "employer_vacancy_savings", "employer_quality_net")


def fill(s: Snapshot, row: Row) -> None:
    """Figures by arm; money over all arms but controls as well."""
    memory = s.month.memory.get("coaching")
    none = np.zeros(len(ARMS))
    if memory is None:
        row.put("pilot_establishments", NAMES, none)
        row.put("pilot_jobs", NAMES, none)
        for name in RATES:
            row.put(name, NAMES, none, none)
        for name in MONEY:
            row.put(name, ["all", *NAMES], np.zeros(len(ARMS) + 1))
        return
    arm = arms(s.month)

    def by_arm(x: NDArray[np.generic]) -> F8:
        return np.asarray(np.bincount(arm, weights=x, minlength=len(ARMS) + 1)[1:], np.float64)

    staff, vacancies = staff_and_vacancies(s.month)
    jobs, flows = by_arm(staff), memory["flows"]
    openings = memory["openings"][1:].astype(np.float64)
    people, hourly, weekly = pay_by_arm(s.month)[1:].T.astype(np.float64)
    row.put("pilot_establishments", NAMES, by_arm(np.ones(arm.size)), s.scale)
    row.put("pilot_jobs", NAMES, jobs, s.scale)
    row.put("pilot_turnover_rate", NAMES, by_arm(flows[:, LEFT]), jobs)
    row.put("pilot_quits_rate", NAMES, by_arm(flows[:, QUIT]), jobs)
    row.put("pilot_time_to_fill", NAMES, DAYS / 256.0 * openings[:, FILL_AGE], openings[:, FILLED])
    row.put("pilot_applications_per_vacancy", NAMES, openings[:, APPLICATIONS], openings[:, OPENINGS])
    row.put("pilot_wage", NAMES, hourly / 100.0, people)
    pay = WEEKS_A_MONTH * weekly / 100.0 / np.maximum(people, 1.0)  # dollars a month for each employee
    for name, money in zip(MONEY, _money(s, staff, vacancies, by_arm, pay), strict=True):
        dollars = 12.0 * money / s.scale
        total = dollars.sum() - dollars[CONTROL - 1]
        row.put(name, ["all", *NAMES], np.concatenate([[total], dollars]))


def _money(s: Snapshot, staff: F8, vacancies: F8, by_arm, pay: F8) -> tuple[F8, F8, F8, F8]:  # type: ignore[no-untyped-def]
    """Dollars this month by arm: cost, savings in turnover, savings in vacancies, and what is left."""
    q, m = s.month.room("quality"), s.month.memory["coaching"]
    per_worker = np.zeros(staff.size)
    for k, dollars in enumerate(q["cost"]):
        per_worker += dollars * m["raised"][:, k] / 127.5
    cost = by_arm(staff * per_worker)
    began = (m["start"] == s.month.index) & (arms(s.month) != CONTROL)
    cost += float(q["setup_cost"]) * by_arm(staff * began)
    cost += by_arm(staff * np.expm1(m["raise"])) * pay  # the principle of pay is paid in wages
    known = m["before_staff"] > 0
    usual_left = np.where(known, ratio(m["before_left"], m["before_staff"]), 0.0) * staff
    usual_open = np.where(known, ratio(m["before_open"], m["before_staff"]), 0.0) * staff
    turnover = by_arm(np.where(known, usual_left - m["flows"][:, LEFT], 0.0))
    turnover *= 12.0 * pay * float(s.room["turnover_cost_share"])
    vacancy = by_arm(np.where(known, usual_open - vacancies, 0.0)) * pay * float(q["vacancy_cost"])
    return cost, turnover, vacancy, turnover + vacancy - cost


__all__ = ["MONEY", "NAMES", "RATES", "fill"]
