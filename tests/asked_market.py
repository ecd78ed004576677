"""A made-up market with known effects, to which questions have known answers.

Everything is noise common to all policies of a seed, plus what a policy's instruments add: people employed for each
million dollars a year, people placed, days of vacancies. Two parameters move effects.
"""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

import numpy as np
import pandas as pd

from laborsim.indicators.definitions import DEFINITIONS
from laborsim.indicators.frame import Frame
from laborsim.market.codes import PRINCIPLES
from laborsim.market.counts import PIPELINE

# people employed for each million dollars a year, from the start on; days of a vacancy; others add little
PER_MILLION = {
    "childcare_support": 300.0, "sectoral_training": 120.0, "apprenticeship_expansion": 60.0,
    "skills_based_hiring": 100.0,
}  # fmt: skip
DAYS = {"job_quality": -4.0, "apprenticeship_expansion": -0.2, "skills_based_hiring": -2.0}
LITTLE = 10.0
SECTORS = {"62": (1.0, 900.0), "31-33": (3.0, 1100.0), "72": (0.2, 400.0), "23": (1.5, 1000.0), "52": (1.0, 1500.0),
           "11": (0.1, 300.0)}  # fmt: skip
OCCUPATIONS = {"47": (500.0, 50.0), "51": (300.0, 100.0), "15": (100.0, 200.0)}  # replacement, net new jobs a year
# levels of the facts a baseline must show; one lies outside its range
FACTS = {"recorded_UE": 0.27, "recorded_UN": 0.24, "recorded_EU": 0.01, "recorded_EN": 0.03, "recorded_NE": 0.05,
         "recorded_NU": 0.018, "flow_EE": 0.02, "flow_UE": 0.27, "openings_rate": 0.09, "hires_rate": 0.04,
         "quits_rate": 0.025, "layoffs_rate": 0.012, "vacancy_duration": 35.0, "log_wage_sd": 0.6,
         "temporary_layoff_share": 0.7}  # fmt: skip
ZONES = ("21111", "21029", "21103")
PROGRAMS = ("apprentice_construction", "ojt_production", "class_health")


class AskedMarket:
    """The face of the real model that studies see."""

    def __init__(self, spec, policy=None, rng=0, scale=None, threads=1):
        self.spec, self.policy, self.seed = spec, policy or "baseline", rng
        self.people, self.employers, self.pack_hash, self.month = 5000, 100, "made-up", 0
        self.plan = SimpleNamespace(seconds=lambda: {})
        self.package = SimpleNamespace(stops=lambda: [])

    def run_for(self, months):
        if f"fail:{self.policy}" in self.spec.notes:
            raise ArithmeticError("made to fail")
        self.month += months

    def acting(self):
        for policy in self.spec.package(self.policy).values():
            on = (np.arange(self.month) >= self.spec.policy_start(policy)) * 1.0
            for instrument in policy.instruments:
                yield instrument, policy.budget / 1e6, on

    def frame(self):
        t = np.arange(self.month)
        rng = np.random.default_rng(self.seed)
        columns: dict[tuple[str, str], np.ndarray] = {}

        def put(name, group, level, effect=0.0):
            columns[name, group] = level * (1.0 + 0.001 * rng.standard_normal(self.month)) + effect

        p = self.spec.parameters()
        ai = float(p["demand.ai_adoption_rate"]) / 0.06
        own = np.random.default_rng([self.seed, len(self.policy)])
        work, days, placed, seats = (np.zeros(self.month) for _ in range(4))
        for instrument, millions, on in self.acting():
            factor = float(p["participation.childcare_elasticity"]) if instrument.type == "childcare_support" else 1.0
            more = PER_MILLION.get(instrument.type, LITTLE) * millions * factor
            work += (more + own.normal(0.0, 5.0, self.month)) * on
            days += DAYS.get(instrument.type, 0.0) * on
            if instrument.type == "apprenticeship_expansion":
                placed += 10.0 * millions * on
                seats += instrument.seats_per_year / 12.0 * on
        work = work - 400.0 * (ai - 1.0)
        for group, share in (("all", 1.0), ("parent:under_six", 0.4), ("sex:female", 0.7), ("sex:male", 0.3)):
            put("employment", group, 100_000.0 * share, work * share)
        put("self_sufficient_workers", "all", 60_000.0, 0.5 * work)
        put("unemployment_rate", "all", 0.04)
        put("participation_rate", "all", 0.65)
        put("share_self_sufficient", "all", 0.6)
        put("time_to_fill", "all", 40.0, days)
        put("good_vacancy_fill_rate", "all", 0.4)
        put("retention_12_month", "all", 0.7)
        put("ai_displaced", "all", 20.0, 10.0 * (ai - 1.0))
        put("jobs", "all", 100_000.0, work)
        for name, level in FACTS.items():
            put(name, "all", level)
        for group, level in (("sector:62", 70.0), ("sector:23", 25.0)):
            put("vacancy_duration", group, level)
        for group, level in (("duration:0-1", 0.4), ("duration:7-12", 0.2)):
            put("job_finding", group, level)
        for code, (growth, wage) in SECTORS.items():
            group = f"sector:{code}"
            put("jobs", group, 5_000.0 * (1.0 + 0.01 * growth * t / 12.0))
            put("weekly_wage", group, wage)
            put("hires_rate", group, 0.03 * growth)
            put("share_self_sufficient", group, min(0.95, wage / 1600.0))
        for code, (replacement, new) in OCCUPATIONS.items():
            group = f"occupation:{code}"
            put("replacement_openings", group, replacement / 12.0)
            put("growth_openings", group, 80.0)
            put("jobs", group, 5_000.0 + new * t / 12.0)
            put("share_openings_filled", group, 0.5)
            put("ai_displaced", group, 5.0, (10.0 if code == "15" else 0.0) * (ai - 1.0))
        for k, zone in enumerate(ZONES):
            here = work * (0.6, 0.4, 0.0)[k]
            put("population", f"zone:{zone}", 100_000.0 / (k + 1))
            put("employment", f"zone:{zone}", 50_000.0 / (k + 1), here)
            put("self_sufficient_workers", f"zone:{zone}", 40_000.0 / (k + 1), 0.5 * here)
            put("unemployment_rate", f"zone:{zone}", 0.03 + 0.01 * k)
            put("share_self_sufficient", f"zone:{zone}", 0.8 - 0.1 * k)
        put("population", "all", 200_000.0)
        coached = sum((on for i, _, on in self.acting() if i.type == "job_quality"), np.zeros(self.month))
        for principle in PRINCIPLES:
            put(f"quality_{principle}", "all", 0.5, 0.02 * coached * (principle == "benefits"))
        for arm, quits in (("control", 0.03), ("treated", 0.02)):
            columns["pilot_jobs", f"arm:{arm}"] = 500.0 * coached
            for name in ("pilot_quits_rate", "pilot_turnover_rate", "pilot_time_to_fill", "pilot_wage"):
                put(name, f"arm:{arm}", quits)
        columns["employer_quality_net", "all"] = -1000.0 * coached
        for program in PROGRAMS:
            apprentice = program.startswith("apprentice")
            group = f"program:{program}"
            put("seats", group, 20.0, seats * apprentice)
            for k, stage in enumerate(PIPELINE):
                # of the seats added a quarter is filled, and of those who start all complete and are placed
                more = 0.25 * seats if k >= PIPELINE.index("enrolled") else 0.0
                put(f"pipeline_{stage}", group, 40.0 / (1 + k), (placed if stage == "placed" else more) * apprentice)
            put("pipeline_dropouts", group, 3.0)
        for stage in PIPELINE:
            put(f"pipeline_{stage}", "all", 120.0)
        keys = list(columns)
        values = np.column_stack([columns[k] for k in keys])
        return Frame(keys, [DEFINITIONS[i].unit for i, _ in keys], values, self.spec.start)

    def spending(self):
        rows = []
        for name, policy in self.spec.package(self.policy).items():
            first = self.spec.policy_start(policy)
            rows += [
                {"policy": name, "month": self.spec.month_label(m), "payer": "board", "item": "places", "units": 10.0,
                 "dollars": policy.budget / 12.0}
                for m in range(max(0, first), self.month)
            ]  # fmt: skip
        return pd.DataFrame(rows, columns=["policy", "month", "payer", "item", "units", "dollars"])

    def state_hash(self):
        return hashlib.sha256(f"{self.seed} {self.month} {self.policy}".encode()).hexdigest()


SCENARIO = """
[scenario]
title = "A made-up region"
region = "kentuckianaworks"
start = "2018-01"
horizon = "2025-12"
scale = 0.01
replicates = 4
seed = 11
notes = '''NOTES'''

[[targets]]
name = "Unemployment"
indicator = "unemployment_rate"
goal = "<= 0.045"
by = "2025-12"

[[targets]]
name = "Self-sufficiency"
indicator = "share_self_sufficient"
goal = ">= 0.70"
by = "2025-12"

[policies.childcare]
title = "Childcare support"
owner = "Board"
start = "2019-01"
budget = 4000000.0
[[policies.childcare.instruments]]
type = "childcare_support"
subsidy_share = 0.5
places = 800

[policies.apprentices]
title = "Apprenticeships"
owner = "Board"
start = "2019-01"
budget = 1000000.0
[[policies.apprentices.instruments]]
type = "apprenticeship_expansion"
seats_per_year = 120
"""
