"""Family budgets: what a household must spend, what is left of a wage, and the wage that covers the budget.

`parts` prices the budget, `resources` gives what a wage leaves after taxes, credits and benefits, and its inverse, the
self-sufficiency wage; `types` lists the kinds of household a region pack knows.
"""

from laborsim.region.budget.figures import Place, figures, local_tax, rents
from laborsim.region.budget.household import Household
from laborsim.region.budget.parts import Budget, budget
from laborsim.region.budget.resources import Rules, net_resources, self_sufficiency_wage, taxes
from laborsim.region.budget.types import household_needs

__all__ = [
    "Budget",
    "Household",
    "Place",
    "Rules",
    "budget",
    "figures",
    "household_needs",
    "local_tax",
    "net_resources",
    "rents",
    "self_sufficiency_wage",
    "taxes",
]
