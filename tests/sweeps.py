"""Small experiments on a made-up market, for tests."""

from __future__ import annotations

import os
import random
import time
import weakref
from pathlib import Path

import numpy as np

from fake_market import SCENARIO, FakeMarket
from laborsim.study.executor import Executor
from laborsim.study.experiment import Experiment, load_experiment
from laborsim.study.local import Local
from laborsim.study.sweep import Swept, sweep

MODEL = "sweeps:VariedMarket"
TABLES: list[weakref.ref] = []  # a table of every model made in this process
EXPERIMENT = """\
[experiment]
scenario = "made-up.toml"
scale = 0.02
replicates = 2
seed = 5
months = 24

[uncertainties]
"matching.rounds" = { low = 2, high = 4 }
"demand.growth_shock" = { low = 0.02, high = 0.06 }

[levers]
policy = ["baseline", "childcare"]
"childcare.childcare_support.places" = [500, 1000]

[design]
kind = "full_factorial"
levels = 2

[outcomes.unemployment]
indicator = "unemployment_rate"
start = "2019-01"
end = "2019-12"

[outcomes.gain]
indicator = "employment"
statistic = "last"
against = "baseline"

[outcomes.dollars]
indicator = "spending"
statistic = "sum"
"""


class VariedMarket(FakeMarket):
    """The made-up market, whose unemployment follows two parameters and whose employment follows a lever.

    The file named in LABORSIM_TEST_DEATHS, if it exists, is taken away by the run that finds it, which is then killed.
    """

    def __init__(self, spec, policy=None, rng=0, scale=None, threads=1):
        super().__init__(spec, policy, rng, scale, threads)
        assert threads == 1
        self.itself = self  # as a real model, which its plan and its month know
        self.table = np.zeros(10)
        TABLES.append(weakref.ref(self.table))

    def run_for(self, months):
        deaths = os.environ.get("LABORSIM_TEST_DEATHS")
        if deaths and Path(deaths).exists():
            Path(deaths).unlink(missing_ok=True)
            os.kill(os.getpid(), 9)
        time.sleep(float(os.environ.get("LABORSIM_TEST_SLEEP", "0")) * random.random())
        if self.spec.parameters()["demand.growth_shock"] > 0.07:
            raise ArithmeticError("made to fail")
        super().run_for(months)

    def frame(self):
        frame = super().frame()
        parameters = self.spec.parameters()
        more = 0.1 * parameters["demand.growth_shock"]
        frame.values[:, frame.position("unemployment_rate")] += more
        package = self.spec.package(self.policy or "baseline")
        places = package["childcare"].instruments[0].places if "childcare" in package else 0.0
        frame.values[:, frame.position("employment")] += places
        return frame


def experiment(folder: Path, text: str = EXPERIMENT, notes: str = "", **changes: str) -> Experiment:
    """The experiment on the made-up scenario, with texts replaced."""
    (folder / "made-up.toml").write_text(SCENARIO.replace("NOTES", notes))
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "trial.toml"
    path.write_text(text)
    return load_experiment(path)


def swept(asked: Experiment, store: Path, jobs: int = 1, where: Executor | None = None, **options) -> Swept:
    """Make its runs."""
    return sweep(asked, store, where or Local(jobs), model=MODEL, **options)
