"""A stand-in for the market that is fast and made up, with the face of the real model: for tests of studies and
reports, which only see figures."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd

from laborsim.indicators.definitions import DEFINITIONS
from laborsim.indicators.frame import Frame
from laborsim.market.counts import PIPELINE

GROUPS = (
    "zone:a",
    "zone:b",
    "sex:male",
    "sex:female",
    "race:white",
    "race:black",
    "age:25-34",
    "education:hs",
    "parent:under_six",
    "segment:low_skilled",
    "segment:high_skilled",
    "zone:29095-east",
)
PERSON = (
    "employment_rate",
    "unemployment_rate",
    "participation_rate",
    "share_self_sufficient",
    "share_good_jobs",
    "wage_median",
)
LEVEL = {
    "unemployment_rate": 0.04,
    "participation_rate": 0.68,
    "employment_rate": 0.65,
    "openings_rate": 0.045,
    "hires_rate": 0.038,
    "quits_rate": 0.024,
    "layoffs_rate": 0.012,
    "share_self_sufficient": 0.55,
    "share_good_jobs": 0.48,
    "wage_median": 20.0,
    "employment": 1_060_000.0,
    "labor_force": 1_100_000.0,
    "self_sufficient_workers": 580_000.0,
    "good_vacancy_fill_rate": 0.5,
    "time_to_fill": 34.0,
    "vacancy_duration": 33.0,
    "retention_12_month": 0.78,
    "applications_per_vacancy": 3.1,
    "over_education_share": 0.21,
    "part_time_involuntary_share": 0.03,
    "u6_rate": 0.075,
    "carers_kept_out": 9_000.0,
    "childcare_unmet": 7_000.0,
    "turnover_cost": 4.0e8,
    "jobs": 990_000.0,
    "quality_jobs": 480_000.0,
    "household_income_median": 52_000.0,
    "underemployment_rate": 0.2,
    "seats": 700.0,
    "trainees": 5_000.0,
}
EFFECT = {
    "unemployment_rate": -0.0015,
    "participation_rate": 0.002,
    "employment_rate": 0.003,
    "share_self_sufficient": 0.004,
    "share_good_jobs": 0.001,
    "wage_median": 0.12,
    "employment": 4_500.0,
    "self_sufficient_workers": 6_000.0,
    "carers_kept_out": -1_500.0,
    "childcare_unmet": -900.0,
}


class FakeMarket:
    """Noise around levels, a recession in 2020, and effects that grow after a policy's start."""

    def __init__(self, spec, policy=None, rng=0, scale=None, threads=1):
        self.spec, self.policy, self.seed = spec, policy, rng
        self.people, self.employers = int(1_600_000 * (scale or spec.scale)), int(50_000 * (scale or spec.scale))
        self.pack_hash = "fake"
        self.month = 0
        self.plan = SimpleNamespace(seconds=lambda: {"matching": 0.2, "demography": 0.1})
        stops = [] if policy is None else [(policy, "2021-05", "money for seats")]
        self.package = SimpleNamespace(stops=lambda: stops)

    def run_for(self, months):
        self.month += months
        notes = self.spec.notes
        if f"fail:{self.policy}" in notes:
            raise ArithmeticError("made to fail")
        if f"die:{self.policy}" in notes:
            os.kill(os.getpid(), signal.SIGKILL)
        if f"slow:{self.policy}" in notes:
            time.sleep(60)
        if f"interrupt:{self.policy}" in notes:
            raise KeyboardInterrupt

    def frame(self):
        t = np.arange(self.month)
        shock = np.exp(-0.5 * ((t - 27) / 1.2) ** 2) + 0.35 * (t >= 28) * np.exp(-(t - 28) / 8.0)
        strength = 0.0
        package = self.spec.package(self.policy or "baseline")
        for k, policy in enumerate(package.values()):
            on = np.clip((t - self.spec.policy_start(policy)) / 18.0, 0.0, 1.0)
            strength = strength + on * (1.0 - 0.35 * (list(self.spec.policies).index(self.policy) + k))
            if policy.budget == 0:
                strength = strength * 0.0
        keys, columns = [], []
        order = [*LEVEL, *[f"pipeline_{s}" for s in PIPELINE], "segment_size"]
        for n, name in enumerate(order):
            groups = ["all"] + (list(GROUPS) if name in PERSON else [])
            if name == "segment_size":
                groups = [
                    f"segment:{s}"
                    for s in ("unemployed", "underemployed", "low_skilled", "high_skilled", "out_of_labor_force")
                ]
            for g, group in enumerate(groups):
                draw = np.random.Generator(np.random.Philox(key=[self.seed % 2**63, n * 100 + g]))
                level = LEVEL.get(name, 60_000.0 / (1 + order.index(name) % 9))
                if name.startswith("pipeline"):
                    level = 4_000.0 / 2.2 ** PIPELINE.index(name[9:])
                level *= 1.0 + 0.1 * np.sin(g)
                noise = draw.normal(0.0, 0.01 * level) + draw.normal(0.0, 0.01, self.month) * level
                swing = {
                    "unemployment_rate": 0.09,
                    "participation_rate": -0.02,
                    "employment_rate": -0.09,
                    "openings_rate": -0.02,
                    "layoffs_rate": 0.05,
                }.get(name, 0.0)
                effect = EFFECT.get(name, 0.05 * level if name.startswith("pipeline") else 0.0)
                effect *= 1.0 + 0.3 * np.cos(g + (0 if self.policy is None else len(self.policy)))
                if np.ndim(strength):
                    own = np.random.Generator(
                        np.random.Philox(key=[self.seed % 2**63, 7 * n + g + 1000 * len(self.policy)])
                    )
                    noise = noise + own.normal(0.0, 0.003, self.month) * level * (strength > 0)
                columns.append(level + noise + swing * shock + effect * strength)
                keys.append((name, group))
        return Frame(keys, [DEFINITIONS[i].unit for i, _ in keys], np.column_stack(columns), self.spec.start)

    def spending(self):
        rows = []
        for name, policy in self.spec.package(self.policy or "baseline").items():
            first = self.spec.policy_start(policy)
            for m in range(max(0, first), self.month):
                for k, item in enumerate(("seats", "navigators")):
                    if policy.budget:
                        rows.append(
                            {
                                "policy": name,
                                "month": self.spec.month_label(m),
                                "payer": "board" if k else "state",
                                "item": item,
                                "units": 10.0 + k,
                                "dollars": policy.budget / 24.0,
                            }
                        )
        return pd.DataFrame(rows, columns=["policy", "month", "payer", "item", "units", "dollars"])

    def state_hash(self):
        zero = all(p.budget == 0 for p in self.spec.package(self.policy or "baseline").values())
        text = f"{self.seed} {self.month} {'' if zero else self.policy}"
        return hashlib.sha256(text.encode()).hexdigest()


SCENARIO = """
[scenario]
title = "A made-up region"
region = "kansas-city"
start = "2018-01"
horizon = "2025-12"
scale = 0.05
replicates = 4
seed = 11
notes = '''NOTES'''

[[targets]]
name = "Unemployment"
indicator = "unemployment_rate"
goal = "<= 0.0395"
by = "2025-12"

[[targets]]
name = "Self-sufficiency"
indicator = "share_self_sufficient"
goal = ">= 0.60"
by = "2025-12"
source = "the initiative"

[policies.training]
title = "Apprenticeship expansion"
owner = "Workforce Training & Supports"
start = "2019-01"
ramp_months = 12
budget = 3000000.0
payer = "state"
[[policies.training.instruments]]
type = "apprenticeship_expansion"
navigators = 4
seats_per_year = 400

[policies.childcare]
title = "Childcare support"
owner = "Social Services & Faith"
start = "2019-06"
budget = 5000000.0
payer = "board"
[[policies.childcare.instruments]]
type = "childcare_support"
subsidy_share = 0.5
places = 800
"""
