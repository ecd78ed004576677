"""A made-up market with every figure that facts are made of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from calibration_market import KEYS, LEVEL, MadeMarket
from laborsim.indicators.frame import Frame

MORE = {
    ("recorded_EN", "all"): 0.03, ("recorded_NE", "all"): 0.05, ("recorded_NU", "all"): 0.018,
    ("unemployment_rate", "all"): 0.04, ("vacancy_duration", "sector:62"): 40.0,
    ("vacancy_duration", "sector:23"): 20.0, ("job_finding", "duration:0-1"): 0.3,
    ("job_finding", "duration:7-12"): 0.15, ("flow_UE", "all"): 0.27, ("jobs", "all"): 1000.0,
    ("temporary_layoff_share", "all"): 0.1,
}  # fmt: skip


class WholeMarket(MadeMarket):
    """All figures wander around a level with the run's seed."""

    def frame(self):
        draw = np.random.Generator(np.random.Philox(key=self.seed % 2**63))
        keys = [*KEYS, *MORE]
        level = np.concatenate([LEVEL, list(MORE.values())])
        values = level * np.exp(draw.normal(0.0, 0.02, (self.months, level.size)))
        return Frame(keys, ["share"] * len(keys), values, self.start)

    def spending(self):
        return pd.DataFrame(columns=["month", "payer", "item", "units", "dollars"])
