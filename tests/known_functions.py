"""Made-up markets whose outcomes are functions with known answers, for tests of the analyses."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd

from laborsim.indicators.frame import Frame

# Ishigami and Homma (1990), a = 7, b = 0.1: first-order and total indices of its three arguments
A, B = 7.0, 0.1
_V1 = 0.5 * (1.0 + B * math.pi**4 / 5.0) ** 2
_V2 = A**2 / 8.0
_V13 = B**2 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
_V = _V1 + _V2 + _V13
FIRST = np.array([_V1, _V2, 0.0]) / _V
TOTAL = np.array([_V1 + _V13, _V2, _V13]) / _V
ARGUMENTS = ("matching.noise", "matching.fit_weight", "demand.growth_shock")
HEAD = """\
[experiment]
scenario = "made-up.toml"
scale = 0.02
replicates = 1
seed = 5
months = 24
"""
ISHIGAMI = HEAD + """
[uncertainties]
"matching.noise" = { low = 0.5, high = 1.5 }
"matching.fit_weight" = { low = 0.5, high = 1.5 }
"demand.growth_shock" = { low = 0.02, high = 0.06 }

[levers]
policy = ["baseline"]

[design]
kind = "sobol"
samples = 8

[sensitivity]
samples = 1024
level = 0.99  # six intervals that should all hold: Bonferroni's share of 6%
trajectories = 6

[outcomes.height]
indicator = "unemployment_rate"
"""


class _Function:
    """The face of a market whose every month has the same two figures."""

    def __init__(self, spec, policy=None, rng=0, scale=None, threads=1):
        self.spec, self.policy, self.seed = spec, policy, rng
        self.people = self.employers = 1
        self.pack_hash, self.month = "function", 0
        self.plan = SimpleNamespace(seconds=dict)

    def run_for(self, months):
        self.month += months
        self.check()

    def check(self):
        pass

    def figures(self):
        raise NotImplementedError

    def dollars(self):
        return 0.0

    def frame(self):
        height, people = self.figures()
        values = np.tile([float(height), float(people)], (self.month, 1))
        keys = [("unemployment_rate", "all"), ("employment", "all")]
        return Frame(keys, ["share", "people"], values, self.spec.start)

    def spending(self):
        row = {"policy": "x", "month": self.spec.start, "payer": "board", "item": "x", "units": 1.0,
               "dollars": self.dollars()}  # fmt: skip
        return pd.DataFrame([row])

    def state_hash(self):
        return "none"


def arguments(spec):
    """Three parameters moved from their ranges in ISHIGAMI to -pi .. pi."""
    low, high = np.array([0.5, 0.5, 0.02]), np.array([1.5, 1.5, 0.06])
    values = np.array([spec.parameters()[n] for n in ARGUMENTS])
    return (-math.pi + 2 * math.pi * (values - low) / (high - low)).tolist()


class Ishigami(_Function):
    """Fails where the notes say so: "fail:" and a bound of the second argument's parameter."""

    def check(self):
        for word in self.spec.notes.split():
            if word.startswith("fail:") and self.spec.parameters()["matching.fit_weight"] > float(word[5:]):
                raise ArithmeticError("made to fail")

    def figures(self):
        x, y, z = arguments(self.spec)
        return math.sin(x) + A * math.sin(y) ** 2 + B * z**4 * math.sin(x), 0.0


class Line(_Function):
    """Height 3 a - b + noise of the seed, whatever the third argument; a jump where a and b are both high."""

    def figures(self):
        p = self.spec.parameters()
        a, b = p["matching.noise"] - 0.5, p["matching.fit_weight"] - 0.5
        jitter = np.random.Generator(np.random.Philox(key=[self.seed % 2**63, 1])).normal()
        return 3.0 * a - b + 0.1 * jitter, 1000.0 * (1.0 if not (a > 0.6 and b > 0.5) else -1.0)


class Luck(_Function):
    """Height, steep in its first argument; else the luck of seed and state, which nothing explains."""

    def figures(self):
        values = [self.spec.parameters()[n] for n in ARGUMENTS]
        key = [self.seed % 2**63, hash(tuple(values)) % 2**63]
        luck = np.random.Generator(np.random.Philox(key=key)).normal()
        slope = 100.0 if "steep" in self.spec.notes else 0.0
        return slope * values[0] + luck, 0.0


TOY = HEAD.replace("replicates = 1", "replicates = 4") + """
[levers]
policy = ["baseline", "mix"]
"training.budget" = { low = 0, high = 4e6 }
"childcare.budget" = { low = 0, high = 4e6 }

[design]
kind = "sobol"
samples = 8

[outcomes.gain]
indicator = "employment"
against = "baseline"

[outcomes.dollars]
indicator = "spending"
statistic = "sum"

[optimize]
combine = ["training", "childcare"]
objectives = { gain = "max", dollars = "min" }
limits = { dollars = "<= 4e6" }
population = 24
generations = 16
fresh = 6
"""


def best_gain(dollars):
    """Most that 2 sqrt(a) + sqrt(b) can be with a + b dollars (in millions), in thousands: a is four fifths."""
    return 1000.0 * np.sqrt(5.0 * np.asarray(dollars) / 1e6)


class Toy(_Function):
    """Two policies whose gains bend: 2 sqrt(a) + sqrt(b) of their budgets; luck of its own for every mix and seed."""

    def budgets(self):
        found = self.spec.package(self.policy or "baseline")
        return [found[n].budget / 1e6 if n in found else 0.0 for n in ("training", "childcare")]

    def check(self):
        if "fail" in self.spec.notes and self.budgets()[1] > 3.5:
            raise ArithmeticError("made to fail")

    def figures(self):
        a, b = self.budgets()
        key = [self.seed % 2**63, int(1e6 * a) * 10_000_019 + int(1e6 * b)]
        luck = np.random.Generator(np.random.Philox(key=key)).normal() if self.policy else 0.0
        return 0.05, 1000.0 * (2.0 * math.sqrt(a) + math.sqrt(b)) + 150.0 * luck

    def dollars(self):
        return 1e6 * sum(self.budgets())
