"""Benefits that fall as a family earns more: food, childcare, health and rent. Rules of 2019, without waiting lists.

Each gives dollars a year that the family need not pay; who in fact gets one of the rationed kinds is for the caller.
"""

from __future__ import annotations

import numpy as np

from laborsim.region.budget.figures import MONTHS, value
from laborsim.region.budget.household import F8, Household


def over_poverty(gross: F8, h: Household) -> F8:
    """Income over the poverty guideline."""
    first, more = value("poverty")
    return np.asarray(gross / h.poverty(first, more))


def snap(gross: F8, h: Household, state: str) -> F8:
    """SNAP: the most for the size of the household less 30% of what is left after deductions."""
    s = value("snap")
    size = np.minimum(h.size, len(s["most"]) - 1)
    earned = gross / MONTHS
    counted = np.maximum(
        earned * (1.0 - s["earned"]) - np.asarray(s["deduction"])[size] - np.asarray(h.care) / MONTHS, 0.0
    )
    shelter = np.clip(np.asarray(h.rent) / MONTHS - 0.5 * counted, 0.0, s["shelter_most"])
    net = np.maximum(counted - shelter, 0.0)
    amount = np.maximum(np.asarray(s["most"])[size] - s["share"] * net, 0.0)
    amount = np.where(size <= 2, np.maximum(amount, s["least"]), amount)
    poverty = over_poverty(gross, h)
    eligible = poverty <= s["gross"][state]
    if s["net_test"][state]:
        eligible &= net * MONTHS <= gross / np.maximum(poverty, 1e-9)
    return np.asarray(np.where(eligible, amount * MONTHS, 0.0))


def care_subsidy(gross: F8, h: Household, state: str) -> F8:
    """Childcare subsidy: the price less a co-payment, up to the state's income limit at entry."""
    c = value("care_subsidy")
    eligible = (over_poverty(gross, h) <= c["limit"][state]) & (np.asarray(h.under_13) > 0)
    return np.asarray(np.where(eligible, np.maximum(h.care - c["copay"] * gross, 0.0), 0.0))


def medicaid(gross: F8, h: Household, state: str) -> F8:
    """Premiums and out-of-pocket spending that Medicaid or CHIP spares the adults and the children."""
    m = value("medicaid")
    poverty = over_poverty(gross, h)
    limit = np.where(np.asarray(h.children) > 0, m["adult"][state], m["childless"][state])
    return np.asarray(
        np.where(poverty <= limit, h.health_adults, 0.0)
        + np.where(poverty <= m["child"][state], h.health_children, 0.0)
    )


def rent_support(gross: F8, h: Household, median_income: float) -> F8:
    """Housing voucher: the rent above 30% of adjusted income, up to half of the area's median income."""
    v = value("voucher")
    size = np.minimum(h.size, len(v["size"]) - 1)
    limit = v["limit"] * median_income * np.asarray(v["size"])[size]
    adjusted = np.maximum(gross - v["child"] * np.asarray(h.children) - h.care, 0.0)
    return np.asarray(np.where(gross <= limit, np.maximum(h.rent - v["share"] * adjusted, 0.0), 0.0))
