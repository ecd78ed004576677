"""Taxes and credits of 2019 worked out one household at a time, with the law's tables typed in anew."""

from __future__ import annotations

import math


def by_brackets(income: float, table: list[tuple[float, float]]) -> float:
    """Table of (from, rate)."""
    tax = 0.0
    for i, (start, rate) in enumerate(table):
        end = table[i + 1][0] if i + 1 < len(table) else math.inf
        if income > start:
            tax += rate * (min(income, end) - start)
    return tax


SINGLE = [(0, 0.10), (9700, 0.12), (39475, 0.22), (84200, 0.24), (160725, 0.32), (204100, 0.35), (510300, 0.37)]
HEAD = [(0, 0.10), (13850, 0.12), (52850, 0.22), (84200, 0.24), (160700, 0.32), (204100, 0.35), (510300, 0.37)]
MARRIED = [(0, 0.10), (19400, 0.12), (78950, 0.22), (168400, 0.24), (321450, 0.32), (408200, 0.35), (612350, 0.37)]


def eitc(gross: float, children: int, couple: bool) -> float:
    if children == 0:
        earned, top, rate, out = 6920, 529, 0.0765, 0.0765
        start = 14450 if couple else 8650
    elif children == 1:
        earned, top, rate, out = 10370, 3526, 0.34, 0.1598
        start = 24820 if couple else 19030
    else:
        top, rate = (5828, 0.40) if children == 2 else (6557, 0.45)
        earned, out = 14570, 0.2106
        start = 24820 if couple else 19030
    credit = top if gross >= earned else min(rate * gross, top)
    if gross > start:
        credit -= out * (gross - start)
    return max(credit, 0.0)


def federal(gross: float, adults: int, ages: list[int], care: float) -> tuple[float, float, float, float, float]:
    """Payroll, income tax after non-refundable credits, care credit used, child credit paid out, EITC."""
    couple, n = adults == 2, len(ages)
    deduction, table = (24400, MARRIED) if couple else (18350, HEAD) if n else (12200, SINGLE)
    tax = by_brackets(max(gross - deduction, 0), table)
    small = [a for a in ages if a < 13]
    rate = 0.35
    for step in range(15):  # a point less for each 2,000 dollars or part above 15,000, not below 20
        if gross > 15000 + 2000 * step:
            rate = 0.35 - 0.01 * (step + 1)
    spent = min(care, {0: 0, 1: 3000}.get(len(small), 6000), gross / adults)
    used_care = min(rate * spent, tax)
    tax -= used_care
    credit = 2000 * sum(a < 17 for a in ages) + 500 * sum(a == 17 for a in ages)
    limit = 400000 if couple else 200000
    if gross > limit:
        credit = max(credit - 50 * math.ceil((gross - limit) / 1000), 0)
    used = min(credit, tax)
    tax -= used
    paid = min(credit - used, 1400 * sum(a < 17 for a in ages), 0.15 * max(gross - 2500, 0))
    each = gross / adults
    payroll = adults * (0.062 * min(each, 132900) + 0.0145 * each)
    payroll += 0.009 * max(gross - (250000 if couple else 200000), 0)
    return payroll, tax, used_care, paid, eitc(gross, n, couple)


def state_tax(state: str, gross: float, adults: int, ages: list[int], care: float, rent: float) -> float:
    _, tax, care_credit, _, earned = federal(gross, adults, ages, care)
    return {"MO": _mo, "KS": _ks, "KY": _ky, "IN": _in, "OR": _or}[state](
        gross, adults, ages, care, rent, tax, care_credit, earned
    )


def _mo(gross, adults, ages, care, rent, tax, care_credit, earned):
    steps = ((25000, 0.35), (50000, 0.25), (100000, 0.15), (125000, 0.05))
    share = next((part for limit, part in steps if gross <= limit), 0.0)
    off = min(share * max(tax - earned, 0), 10000 if adults == 2 else 5000)
    taxable = max(gross - (24400 if adults == 2 else 18350 if ages else 12200) - off, 0)
    each = taxable / adults
    whole = [0, 16, 37, 63, 95, 132, 174, 221, 274]  # the chart's own rounded amounts, to check the brackets
    due, rate = 0.0, 0.015
    for i in range(9):
        if each > 1053 * i:
            due, rate = whole[i], 0.015 + 0.005 * i if i < 8 else 0.054
            start = 1053 * i
    return adults * (due + rate * (each - start)) if each > 0 else 0.0


def _ks(gross, adults, ages, care, rent, tax, care_credit, earned):
    couple, head, n = adults == 2, adults == 1 and bool(ages), adults + len(ages)
    taxable = max(gross - (7500 if couple else 5500 if head else 3000) - 2250 * (n + head), 0)
    scale = 2 if couple else 1
    due = by_brackets(taxable, [(0, 0.031), (15000 * scale, 0.0525), (30000 * scale, 0.057)])
    if taxable <= 2500 * scale:
        due = 0.0
    due = max(due - 0.1875 * care_credit, 0) - 0.17 * earned
    if due > 0 and ages and gross <= 30615:
        due = max(due - 125 * n, 0)
    return due


def _ky(gross, adults, ages, care, rent, tax, care_credit, earned):
    due = 0.05 * max(gross - 2590 * adults, 0)
    line = {1: 12490, 2: 16910, 3: 21330, 4: 25750}[min(adults + len(ages), 4)]
    for limit, share in ((1.00, 1.0), (1.04, 0.9), (1.08, 0.8), (1.12, 0.7), (1.16, 0.6), (1.20, 0.5), (1.24, 0.4),
                         (1.27, 0.3), (1.30, 0.2), (1.33, 0.1)):
        if gross <= limit * line:
            due *= 1 - share
            break
    return max(due - 0.2 * care_credit, 0)


def _in(gross, adults, ages, care, rent, tax, care_credit, earned):
    base = max(gross - 1000 * (adults + len(ages)) - 1500 * len(ages) - min(rent, 3000), 0)
    own = eitc(gross, min(len(ages), 2), False) if earned > 0 else 0
    return 0.0323 * base - 0.09 * own


def _or(gross, adults, ages, care, rent, tax, care_credit, earned):
    couple, wide = adults == 2, 2 if adults == 2 or ages else 1
    taxable = max(gross - (4545 if couple else 3655 if ages else 2270) - min(tax, 6800), 0)
    due = by_brackets(taxable, [(0, 0.05), (3550 * wide, 0.07), (8900 * wide, 0.09), (125000 * wide, 0.099)])
    if gross <= 100000 * wide:
        due = max(due - 206 * (adults + len(ages)), 0)
    due += 0.001 * gross - (0.11 if ages and min(ages) < 3 else 0.08) * earned
    small = sum(a < 13 for a in ages)
    if small:
        tenth = math.ceil(10 * gross / (12490 + 4420 * (adults + len(ages) - 1)))
        rate = 0.0
        if tenth <= 30:
            young, middle = min(ages) < 3, min(ages) < 6
            top = [10, 20, 30, 40, 50, 55, 60, 65, 70, 75, 75, 71, 66, 61, 55, 50, 47, 47, 47, 47, 45, 40, 35]
            top += [30, 20, 10]
            i = max(tenth, 1) - 1
            if i < 26:
                rate = (top[i] - (0 if young else 2 if middle else 5)) / 100
            else:
                rate = 0.06 if i < 28 and middle else 0.04
        due -= rate * min(care, 12000 * min(small, 2), gross / adults)
    return due
