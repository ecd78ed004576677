"""Income taxes of the five states less their credits, as the law of 2019 has them, and what city or county takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from laborsim.region.budget.federal import Federal, eitc
from laborsim.region.budget.figures import value
from laborsim.region.budget.household import F8, Household, brackets

Rule = Callable[[F8, Household, Federal, bool], F8]


def _poverty(h: Household) -> F8:
    first, more = value("poverty")
    return np.asarray(h.poverty(first, more), np.float64)


def missouri(gross: F8, h: Household, us: Federal, credits: bool) -> F8:
    """Each of a couple is taxed on half of the income; part of the federal tax is deducted."""
    m = value("missouri")
    share = np.asarray(m["federal_shares"])[np.searchsorted(m["federal_edges"], gross, side="left")]
    tax = np.maximum(us.income - us.eitc, 0.0)
    deducted = np.minimum(share * tax, np.where(h.married, m["federal_most"][1], m["federal_most"][0]))
    taxable = np.maximum(gross - h.by_status(value("federal_deduction")) - deducted, 0.0)
    return np.asarray(h.adults * brackets(taxable / h.adults, m["edges"], m["rates"]))


def kansas(gross: F8, h: Household, us: Federal, credits: bool) -> F8:
    """Nothing is due below a taxable income; EITC refundable, care and food sales tax credits are not."""
    k = value("kansas")
    scale = np.where(h.married, 2.0, 1.0)
    exempt = k["exemption"] * (h.size + h.head)
    taxable = np.maximum(gross - h.by_status(k["deduction"]) - exempt, 0.0)
    tax = scale * brackets(taxable / scale, k["edges"], k["rates"])
    tax = np.where(taxable <= k["exempt_below"] * scale, 0.0, tax)
    if not credits:
        return tax
    left = np.maximum(tax - k["care"] * us.care, 0.0) - k["eitc"] * us.eitc
    food = k["food"] * h.size * ((np.asarray(h.children) > 0) & (gross <= k["food_limit"]))
    return np.asarray(np.where(left > 0, np.maximum(left - food, 0.0), left))


def kentucky(gross: F8, h: Household, us: Federal, credits: bool) -> F8:
    """Flat; each of a couple takes the deduction; the family size credit takes the tax off the poor."""
    k = value("kentucky")
    tax = k["rate"] * np.maximum(gross - k["deduction"] * np.asarray(h.adults), 0.0)
    if not credits:
        return np.asarray(tax)
    first, more = value("poverty")
    line = first + more * (np.minimum(h.size, k["family_most"]) - 1)
    share = np.asarray(k["family_shares"])[np.searchsorted(k["family_edges"], gross / line, side="left")]
    return np.asarray(np.maximum(tax * (1.0 - share) - k["care"] * us.care, 0.0))


def indiana(gross: F8, h: Household, us: Federal, credits: bool) -> F8:
    """Flat, of the base the county taxes too (`indiana_base`)."""
    i = value("indiana")
    tax = i["rate"] * indiana_base(gross, h)
    own = eitc(gross, h, most_children=2, married=False) * (us.eitc > 0) if credits else 0.0
    return np.asarray(tax - i["eitc"] * own)


def indiana_base(gross: F8, h: Household) -> F8:
    """Income less exemptions and the renter's deduction."""
    i = value("indiana")
    exempt = i["exemption"] * h.size + i["child"] * np.asarray(h.children) + np.minimum(h.rent, i["renter"])
    return np.asarray(np.maximum(gross - exempt, 0.0))


def oregon(gross: F8, h: Household, us: Federal, credits: bool) -> F8:
    """Federal tax is subtracted up to a limit; exemption credits; EITC and care credit are refundable; transit tax."""
    o = value("oregon")
    wide = np.where(h.married | h.head, 2.0, 1.0)
    taxable = np.maximum(
        gross - h.by_status(o["deduction"]) - np.minimum(us.income, o["federal_most"]), 0.0
    )
    tax = wide * brackets(taxable / wide, o["edges"], o["rates"])
    exempt = o["exemption"] * h.size * (gross <= o["exemption_limit"] * wide)
    due = np.maximum(tax - exempt, 0.0) + o["transit"] * gross
    if not credits:
        return np.asarray(due)
    share = np.where(np.asarray(h.youngest) < 3, o["eitc_young"], o["eitc"])
    return np.asarray(due - share * us.eitc - _oregon_care(gross, h))


def _oregon_care(gross: F8, h: Household) -> F8:
    o = value("oregon")
    row = np.ceil(10.0 * gross / _poverty(h)).astype(np.int64) - 1
    table = np.stack([np.append(o[k], 0.0) for k in ("care_under_3", "care_under_6", "care_under_13")])
    group = np.digitize(h.youngest, (3, 6))
    rate = table[group, np.clip(row, 0, table.shape[1] - 1)]
    children = np.asarray(h.under_13)
    most = o["care_most"] * np.minimum(children, 2)
    return np.asarray(rate * np.minimum(np.minimum(h.care, most), gross / h.adults))


#: State -> its income tax less credits, dollars a year.
STATE_TAX: Final[Mapping[str, Rule]] = {
    "IN": indiana, "KS": kansas, "KY": kentucky, "MO": missouri, "OR": oregon,
}  # fmt: skip


def local(gross: F8, h: Household, state: str, rate: float | F8) -> F8:
    """City or county tax on earnings; in Indiana on the state's base."""
    base = indiana_base(gross, h) if state == "IN" else gross
    return np.asarray(rate * base)

