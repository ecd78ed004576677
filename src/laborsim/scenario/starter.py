"""The commented starter that `laborsim new` writes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from laborsim.scenario.fields import PAYERS, SEGMENTS

_TEXT = """\
# A laborsim scenario. Lines that begin with # are remarks; take the # away to use the examples.
#   laborsim check {file}      says what is wrong, if anything
#   laborsim run {file}        simulates the baseline and every policy below
#   laborsim explain {file}    lists every assumption with its source

[scenario]
title = {title}
region = {region}            # a region pack: `laborsim region list`
start = "2018-01"                    # first month
horizon = "2030-12"                  # last month
scale = 0.05                         # share of people simulated: 0.05 is one in twenty, 1.0 is everyone
replicates = 8                       # runs of each policy; more runs, narrower intervals
seed = 1
drivers = "national"                 # demand follows national sector indices times the local mix; or "state"
notes = '''
What this scenario is about, for whom, and what it leaves out.
'''
# Zones of this region: {zones}

# --- What the brief is about ---------------------------------------------------------------------
# Page 1 answers the question; `sections` names those you want, in order (docs/results.md lists them): all without.

[brief]
question = "We have $2 million a year: on what?"
money = 2_000_000

# --- What you want to reach, and by when -------------------------------------------------------
# Rates are shares from 0 to 1. The value compared is the mean of `window_months` (12) up to `by`.
# group: "all", "zone:CODE", "sex:female", "race:black", "age:25-34", "education:hs", "parent:under_six",
#        "segment:..." with one of {segments}

[[targets]]
name = "Unemployment"
indicator = "unemployment_rate"
group = "all"
goal = "<= 0.04"
by = "2025-12"
source = "set by the scenario"

[[targets]]
name = "Self-sufficiency"
indicator = "share_self_sufficient"
group = "all"
goal = ">= 0.80"
by = "2025-12"
source = "set by the scenario"

# --- What happens from outside -----------------------------------------------------------------
# [[events]]
# type = "plant_opening"             # or plant_closure, sector_shock, benefit_rule
# name = "Battery plant"
# month = "2023-06"
# zone = {zone}
# sector = "31-33"
# jobs = 2000
# ramp_months = 18
# source = "who announced it, and when"

# --- What you assume differently ---------------------------------------------------------------
# Any parameter that `laborsim explain` lists, as a value or with its source and range.
# [assumptions]
# "{parameter}" = {{ value = {value}, source = "local survey, 2024" }}

# --- What you would do -------------------------------------------------------------------------
# Each policy has an owner, a start, a budget in dollars and a payer:
# {payers}.
# A payer may be a table of shares: payer = {{ state = 0.6, employer = 0.4 }}

[policies.childcare]
title = "Childcare support for working parents"
owner = "Workforce board"
start = "2021-01"
adoption_delay_months = 3            # until the board has decided
ramp_months = 12                     # until it works as planned
budget = 2_000_000                   # dollars, for each year
budget_per = "year"                  # or "total"
payer = "state"

[[policies.childcare.instruments]]
type = "childcare_support"
subsidy_share = 0.5                  # share of the price paid
places = 400                         # children at a time
income_limit = 1.0                   # eligible below this multiple of the self-sufficiency wage
slots = 100                          # licensed places providers are paid to add
wage_supplement = 1.0                # dollars an hour for childcare staff

[policies.apprenticeships]
title = "More registered apprenticeships"
owner = "Workforce board"
start = "2021-01"
adoption_delay_months = 3
ramp_months = 12
budget = 1_500_000
payer = "federal"

[[policies.apprenticeships.instruments]]
type = "apprenticeship_expansion"
navigators = 4
contacts_per_month = 10              # employers visited by each navigator
grant_per_apprentice = 3000          # dollars to the employer
seats_per_year = 150

# [policies.skills_hiring]
# title = "Skills-based and second-chance hiring"
# owner = "Employers' council"
# start = "2021-01"
# budget = 300_000
# payer = "employer"
#
# [[policies.skills_hiring.instruments]]
# type = "skills_based_hiring"
# contacts_per_month = 20
# fidelity = 0.3                     # share of employers announcing it who carry it out
# second_chance = true
"""


def starter(title: str, region: str, zones: Sequence[str], file: str) -> str:
    """Text of a starter scenario.

    Parameters
    ----------
    title, region : as they should stand in the file.
    zones : zone codes of the region, for the remarks.
    file : path that the remarks name.
    """
    from laborsim.scenario.parameters.registry import declared

    example = next((p for p in declared().values() if isinstance(p.default, float)), None)
    name, value = (example.name, f"{example.default:g}") if example else ("room.parameter", "1.0")
    return _TEXT.format(
        file=file,
        title=_quoted(title),
        region=_quoted(region),
        zones=", ".join(zones[:12]) + (" ..." if len(zones) > 12 else ""),
        zone=_quoted(zones[0] if zones else "29095"),
        segments=", ".join(SEGMENTS),
        payers=", ".join(PAYERS),
        parameter=name,
        value=value,
    )


def _quoted(text: str) -> str:
    """A TOML string. JSON's escapes are TOML's, for printable text."""
    return json.dumps(text, ensure_ascii=False)
