"""A made-up market with every figure that facts are made of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from calibration_market import INDICATORS, LEVEL, MadeMarket
from laborsim.indicators.frame import Frame

MORE = (("unemployment_rate", "all"), ("vacancy_duration", "sector:62"), ("vacancy_duration", "sector:23"),
        ("job_finding", "duration:0-1"), ("job_finding", "duration:7-12"), ("flow_UE", "all"), ("jobs", "all"),
        ("temporary_layoff_share", "all"))  # fmt: skip


class WholeMarket(MadeMarket):
    """All figures wander around a level with the run's seed."""

    def frame(self):
        draw = np.random.Generator(np.random.Philox(key=self.seed % 2**63))
        keys = [(name, "all") for name in INDICATORS] + list(MORE)
        level = np.concatenate([LEVEL, [0.04, 40.0, 20.0, 0.3, 0.15, 0.27, 1000.0, 0.1]])
        values = level * np.exp(draw.normal(0.0, 0.02, (self.months, level.size)))
        return Frame(keys, ["share"] * len(keys), values, self.start)

    def spending(self):
        return pd.DataFrame(columns=["month", "payer", "item", "units", "dollars"])
