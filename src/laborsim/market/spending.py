"""Spending: what the region's people earn and what things cost move what employers can sell.

The sector index holds what the nation's households spend. Where residents earn more or less than the indices of their
sectors and real growth make of their earnings in the first month (a plant has come, posts stay empty), sectors that
are not traded follow, by a share. Spending falls where people live and near it: weights of commuting times the jobs in
such sectors. What a sector pays beyond its reference path (`labor_cost`) its customers pay in prices, and they spend
the same dollars on it. Where pay rises beyond that path the dollars of sales are the same, so somebody else is paid
less: of what is left for others part are profits, and owners who live here spend so much less. Prices and incomes take
some months to tell; employers look at their sales once a quarter.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from laborsim.market.codes import PAYROLL, SELF_EMPLOYED
from laborsim.market.labor_cost import QUARTER
from laborsim.market.month import Month
from laborsim.market.products import product

F8 = NDArray[np.float64]


@njit(cache=True, nogil=True)
def _earnings(lo, hi, chunk, p, out):  # type: ignore[no-untyped-def]
    """Weekly dollars that the employed of each zone earn on payrolls, into row `chunk` of out (chunks, Z)."""
    into = out[chunk]
    for row in range(lo, hi):
        i = np.uint64(row)  # unsigned: no test for negative indices
        paid = np.float32(p.state[i] < SELF_EMPLOYED)
        into[np.uint64(p.zone[i])] += np.float64(paid * p.wage[i] * np.float32(p.hours[i]))


def earnings(month: Month) -> F8:
    """(Z,) dollars a week earned on payrolls, by zone of residence."""
    people = month.world.people
    out = np.zeros((month.crew.chunks(people.size), month.economy.zones))
    month.crew.map(_earnings, people.size, people.columns, out)
    return np.asarray(out.sum(axis=0))


def local_sectors(month: Month) -> NDArray[np.bool_]:
    """(S,) sectors that live on the region's earnings: not traded, and not paid for from beyond the region."""
    elsewhere = {code.strip() for code in str(month.room("spending")["paid_elsewhere"]).split(",")}
    e = month.economy
    return np.array([not t and s not in elsewhere for s, t in zip(e.sector_codes, e.sector_traded, strict=True)])


def start(month: Month) -> dict[str, F8]:
    """What earnings are compared with: those of now by home and sector, and where people of each zone spend."""
    w, e = month.world, month.economy
    p, c = w.people, w.cells
    rows = np.flatnonzero((p.state[: p.size] <= PAYROLL[-1]) & (p.job[: p.size] >= 0))
    site = p.zone[rows].astype(np.int64) * e.sectors + c.sector[p.job[rows]]
    pay = np.bincount(site, weights=p.wage[rows] * p.hours[rows].astype(np.float64), minlength=e.zones * e.sectors)
    local = local_sectors(month)[c.sector[: c.size]]
    jobs = np.bincount(c.zone[: c.size][local], weights=c.base[: c.size][local], minlength=e.zones)
    where = e.commute_weight * np.maximum(jobs, 1e-9)[None, :]
    return {
        "pay": pay.reshape(e.zones, e.sectors),
        "where": where / where.sum(axis=1, keepdims=True),
        "pull": np.zeros((e.sectors, e.zones)),  # log of sales relative to the path of the indices
    }


def owners_loss(month: Month, dearer: F8) -> float:
    """What owners who live here spend less for labor that is dearer, as a share of the payroll.

    Pay up by x for the same work: prices rise by labor_in_price * x and so much less is sold for the same dollars. The
    wage bill is up by x (1 - labor_in_price), and what is left of the sales for others is down by as much.

    Parameters
    ----------
    dearer : as in `factor`.
    """
    e, q = month.economy, month.room("spending")
    nobody = {code.strip() for code in str(q["without_owners"]).split(",")}
    owned = np.array([code not in nobody for code in e.sector_codes])
    excess = float(dearer[owned, : e.outside, 0].sum()) / max(float(dearer[:, : e.outside, 1].sum()), 1e-9)
    bill = (1.0 - q["labor_in_price"]) * excess
    return float(bill * q["profit_share"] * q["owners_here"] * q["owners_spend"])


def factor(month: Month, dearer: F8) -> F8:
    """(S, Z) factor on what employers want from what they can sell; call once a month.

    Parameters
    ----------
    dearer : (S, Z, 2) log of labor cost beyond the reference path by sector and zone, sum and weight.
    """
    e, q = month.economy, month.room("spending")
    if month.index < 0:
        return np.ones((e.sectors, e.zones))
    memory = month.memory.setdefault("spending", {})
    if not memory:
        memory.update(start(month))
    if month.index % QUARTER:
        return np.asarray(np.exp(memory["pull"]))
    inside = slice(0, e.outside)
    growth = (1.0 + month.parameters["wages.real_growth"]) ** (month.index / 12.0)
    growth *= np.exp(-q["growth_lag"] * min(month.index / 12.0, 1.0))
    usual = product(memory["pay"], e.sector_index[month.now]) * growth
    income = earnings(month)[inside] - owners_loss(month, dearer) * usual[inside]
    spent = np.maximum(product(memory["where"][inside].T, income), 1e-9)
    expected = np.maximum(product(memory["where"][inside].T, usual[inside]), 1e-9)
    goal = -q["labor_in_price"] * dearer[:, :, 0] / np.maximum(dearer[:, :, 1], 1e-9)
    goal[np.ix_(local_sectors(month), np.arange(e.zones) < e.outside)] += (
        q["local_share"] * np.log(spent / expected)[None, inside]
    )
    part = 1.0 - (1.0 - 2.0 / (q["smoothing_months"] + 1.0)) ** QUARTER
    memory["pull"] += part * (np.clip(goal, -1.0, 1.0) - memory["pull"])
    return np.asarray(np.exp(memory["pull"]))
