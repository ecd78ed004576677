"""A made-up market whose moments are known functions of a few parameters: calibration must find these again."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

import numpy as np
import pandas as pd

from laborsim.indicators.frame import Frame
from laborsim.scenario.parameters.registry import declared
from laborsim.study.calibration.moments import definitions

FREE, MOMENTS = definitions(24, {"participation": 0.68, "unemployment": 0.036})
KEYS = list(dict.fromkeys((m.measure.indicator, m.measure.group) for m in MOMENTS))
# how log moments move with log parameters
PULL = np.random.Generator(np.random.Philox(7)).normal(0.0, 0.4, (len(KEYS), len(FREE)))
LEVEL = np.array([next(m.target for m in MOMENTS if (m.measure.indicator, m.measure.group) == key) for key in KEYS])


def logs(parameters) -> np.ndarray:
    """Logs of the free parameters relative to their declared values; of lists the last number, far from any bound."""
    names = [f.parameters[0] for f in FREE]
    now = [np.atleast_1d(np.asarray(parameters[n], float))[-1] for n in names]
    usual = [np.atleast_1d(np.asarray(declared()[n].default, float))[-1] for n in names]
    return np.log(np.array(now) / np.array(usual))


class MadeMarket:
    """Moments as LEVEL x exp(PULL x), with noise that depends on the seed alone."""

    def __init__(self, spec, policy=None, rng=0, scale=None, threads=1):
        self.x, self.seed, self.months = logs(spec.parameters()), rng, 0
        self.people, self.employers, self.pack_hash = 1000, 50, "made"
        self.plan = SimpleNamespace(seconds=dict)
        self.start = spec.start

    def run_for(self, months):
        self.months += months

    def frame(self):
        noise = np.random.Generator(np.random.Philox(key=self.seed % 2**63)).normal(0.0, 0.002, LEVEL.size)
        row = LEVEL * np.exp(PULL @ self.x + noise)
        return Frame(KEYS, ["share"] * len(KEYS), np.repeat(row[None], self.months, 0), self.start)

    def spending(self):
        return pd.DataFrame(columns=["month", "payer", "item", "units", "dollars"])

    def state_hash(self):
        return hashlib.sha256(self.x.tobytes()).hexdigest()


OWN_LEVEL = np.array([0.036, 0.68])  # unemployment, participation
OWN_PULL = np.array([[-5.0, 0.5], [0.2, 0.05]])  # by log posts and looking


class OwnMarket(MadeMarket):
    """Unemployment and participation follow a region's own factors on posts and looking."""

    def __init__(self, spec, policy=None, rng=0, scale=None, threads=1):
        super().__init__(spec, policy, rng, scale, threads)
        parameters = spec.parameters()
        self.x = np.log([parameters["region.posts_factor"], parameters["region.looking_factor"]])

    def frame(self):
        row = OWN_LEVEL * np.exp(OWN_PULL @ self.x)
        keys = [("recorded_unemployment_rate", "all"), ("participation_rate", "all")]
        return Frame(keys, ["share"] * 2, np.repeat(row[None], self.months, 0), self.start)
