"""Payroll and federal income tax and the three federal credits of working families, as the law of 2019 has them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from laborsim.region.budget.figures import value
from laborsim.region.budget.household import F8, Household, brackets


class Federal(NamedTuple):
    """Dollars a year: `income` is after the non-refundable credits and before the refundable ones.

    `care` is the care credit used, `child` the part of the child credit paid out, `eitc` the earned income credit.
    """

    payroll: F8
    income: F8
    care: F8
    child: F8
    eitc: F8


def federal(gross: F8, h: Household, credits: bool = True) -> Federal:
    """Federal taxes of wage earners with the standard deduction; couples file jointly and earn the same.

    Parameters
    ----------
    gross : wages of the household, dollars a year.
    h : households; broadcasts with `gross`.
    credits : False leaves every credit out.
    """
    taxable = np.maximum(gross - h.by_status(value("federal_deduction")), 0.0)
    table = value("federal_brackets")
    by_status = {s: brackets(taxable, table[s], table["rates"]) for s in ("single", "head", "married")}
    income = np.asarray(h.by_status(by_status), np.float64)
    none = np.zeros_like(income)
    if not credits:
        return Federal(payroll(gross, h), income, none, none, none)
    care = np.minimum(care_credit(gross, h), income)
    most = child_credit(gross, h)
    used = np.minimum(most, income - care)
    c = value("child_credit")
    refund = np.minimum(
        np.minimum(most - used, c["refundable"] * np.asarray(h.under_17)),
        c["rate"] * np.maximum(gross - c["floor"], 0.0),
    )
    return Federal(payroll(gross, h), income - care - used, care, refund, eitc(gross, h))


def payroll(gross: F8, h: Household) -> F8:
    """Social security and Medicare, the employee's part."""
    p = value("payroll")
    each = gross / h.adults
    extra = np.where(h.married, p["extra_married"], p["extra_single"])
    return np.asarray(
        h.adults * (p["social_security"] * np.minimum(each, p["base"]) + p["medicare"] * each)
        + p["extra"] * np.maximum(gross - extra, 0.0)
    )


def child_credit(gross: F8, h: Household) -> F8:
    """Child tax credit and credit for other dependents before the limit of the tax."""
    c = value("child_credit")
    full = c["child"] * np.asarray(h.under_17) + c["other"] * (np.asarray(h.children) - h.under_17)
    over = np.maximum(gross - np.where(h.married, c["start_married"], c["start_one"]), 0.0)
    return np.asarray(np.maximum(full - c["reduction"] * np.ceil(over / c["step"]), 0.0))


def eitc(gross: F8, h: Household, most_children: int = 3, married: bool = True) -> F8:
    """Earned income credit.

    `most_children` and `married=False` give a state's version: fewer children, no higher start for couples.
    """
    e = value("eitc")
    n = np.minimum(h.children, most_children)
    rate_in, most, start, rate_out, bonus = (
        np.asarray(e[k], np.float64)[n] for k in ("rate_in", "most", "start", "rate_out", "married")
    )
    start = start + np.where(h.married & married, bonus, 0.0)
    return np.asarray(np.maximum(np.minimum(rate_in * gross, most) - rate_out * np.maximum(gross - start, 0.0), 0.0))


def care_credit(gross: F8, h: Household) -> F8:
    """Child and dependent care credit before the limit of the tax."""
    c = value("care_credit")
    most = np.where(np.asarray(h.under_13) >= 2, c["most_two"], c["most_one"]) * (np.asarray(h.under_13) > 0)
    steps = np.ceil(np.maximum(gross - c["start"], 0.0) / c["step"])
    rate = np.maximum(c["rate"] - 0.01 * steps, c["least"])
    return np.asarray(rate * np.minimum(np.minimum(h.care, most), gross / h.adults))
