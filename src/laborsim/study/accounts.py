"""Observers that a study puts into a model: wage records of participants, and the accounts of residents."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from laborsim.indicators.money import Accounts, Budgets, wage_grid
from laborsim.indicators.watch import Watch
from laborsim.region.budget import Rules
from laborsim.region.budget.zones import net_by_zone
from laborsim.region.pack import load_pack

# What all who are eligible are taken to have; vouchers and childcare subsidies are rationed and left out.
SUPPORT = Rules(credits=True, snap=True, medicaid=True)


@lru_cache(maxsize=4)
def budgets(region: str) -> Budgets:
    """Taxes and support by zone and kind of household, from a region's pack."""
    pack = load_pack(region)
    return Budgets(net_by_zone(pack, wage_grid()), net_by_zone(pack, wage_grid(), SUPPORT))


def accounts(model: Any) -> Accounts:
    """Accounts of a model's residents, already looking on."""
    made = Accounts(
        model.economy.outside, budgets(model.spec.region), float(model.parameters["indicators.turnover_cost_share"])
    )
    model.observers.append(made)
    return made


def watch(model: Any, ids: Any = (), participants: bool = True, money: bool = False) -> Watch:
    """Wage records of people of a model, already being kept.

    Parameters
    ----------
    ids : people to follow; `participants` follows everyone who enrols as well.
    money : taxes and support of their households too.
    """
    known = budgets(model.spec.region) if money else None
    made = Watch(model.spec.months, model.economy.start, ids, participants, known)
    model.observers.append(made)
    return made


__all__ = ["SUPPORT", "accounts", "budgets", "watch"]
