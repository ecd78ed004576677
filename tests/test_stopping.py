"""The stopping rule: how often its interval covers the truth, what it costs, what it says, and in a sweep."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from laborsim import cli
from laborsim.study.analysis.stopping import look, looks, replicate_until, replicates_for
from laborsim.study.analysis.tables import Stopping
from sweeps import EXPERIMENT, MODEL, experiment, swept

RULE = '[stopping]\noutcome = "gain"\nhalf_width = {}\nfloor = 6\nbatch = 2\n\n[design]'


@pytest.mark.parametrize("draw", ["normal", "skewed"])
def test_the_interval_covers_the_truth_about_as_often_as_it_says(draw: str) -> None:
    """2,000 sequences; what is asked for takes about 30 replicates. Skewed: an exponential distribution."""
    rule = Stopping(outcome="x", half_width=0.3, floor=10, batch=2)
    covered, made = 0, []
    for seed in range(2000):
        rng = np.random.default_rng(seed)
        values = rng.normal(1.0, 1.0, 200) if draw == "normal" else rng.exponential(1.0, 200)
        seen, _ = replicate_until(lambda a, b, x=values: {"p": x[a:b]}, rule, 200)
        covered += abs(seen.difference - 1.0) <= 0.3
        made.append(seen.replicates)
    # the rule's own width is what is promised, which is a little more than the interval's at the stop
    assert covered / 2000 > (0.88 if draw == "normal" else 0.82)
    known = (1.645 / 0.3) ** 2
    assert known * 0.85 < np.mean(made) < known * 1.25


def test_looks_and_reasons() -> None:
    assert list(looks(10, 5, 23)) == [10, 15, 20, 23]
    assert list(looks(5, 5, 5)) == [5]
    seen = look({"a": [1.0, 1.1, 0.9, 1.0], "b": [5.0, math.nan, 1.0, 3.0]}, 0.5, most=4)
    assert (seen.policy, seen.enough) == ("b", False)
    assert "all 4 replicates made and not close enough" in seen.reason and "1 of them without a figure" in seen.reason
    assert not look({"a": [1.0, math.nan]}, 1e9).enough  # one pair has no interval
    assert look({"a": [2.0] * 5}, 0.1).enough
    n = replicates_for([0.0, 1.0, 2.0], 0.5)  # spread 1: n differences of the same spread are just enough
    even = np.linspace(-1.0, 1.0, n)
    assert look({"a": even / even.std(ddof=1)}, 0.5).enough and not look({"a": even / even.std(ddof=1)}, 0.47).enough


def test_a_sweep_stops_when_the_difference_is_known(tmp_path: Path) -> None:
    text = EXPERIMENT.replace("replicates = 2", "replicates = 40")
    free = swept(experiment(tmp_path, text), tmp_path / "free.sqlite").frame()
    gains = free[free["policy"] == "childcare"].groupby("replicate")["gain"].mean().to_numpy()

    def half(n: int) -> float:
        return look({"p": gains[:n]}, 1.0).half_width

    rule = 0.5 * (half(10) + half(12))
    expected = next(n for n in looks(6, 2, 40) if half(n) <= rule)
    assert 6 < expected < 40
    asked = experiment(tmp_path, text.replace("[design]", RULE.format(rule)))
    path = tmp_path / "s.sqlite"
    done = swept(asked, path)
    assert done.replicates == expected and done.runs == done.made == 12 * expected
    assert f"stopped after {expected} replicates: half-width" in done.stopped
    assert len(done.frame()) == 12 * expected
    again = swept(asked, path)
    assert (again.made, again.replicates, again.stopped) == (0, expected, done.stopped)
    # a store with more replicates than the rule asks for: the rule sees those it would have made
    more = swept(asked, tmp_path / "free.sqlite")
    assert (more.made, more.replicates, len(more.frame())) == (0, expected, 12 * expected)
    short = text.replace("[design]", RULE.format(1e-3)).replace("= 40", "= 8")
    never = swept(experiment(tmp_path, short), tmp_path / "n.sqlite")
    assert never.replicates == 8 and "all 8 replicates made and not close enough" in never.stopped


def test_the_command_says_how_many_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import laborsim.study.sweep as module

    real = module.sweep
    monkeypatch.setattr(module, "sweep", lambda *a, **k: real(*a, **k, model=MODEL))
    monkeypatch.chdir(tmp_path)
    text = EXPERIMENT.replace("replicates = 2", "replicates = 8").replace("[design]", RULE.format(1e9))
    experiment(tmp_path, text)
    said = json.loads(CliRunner().invoke(cli.app, ["sweep", "trial.toml", "--jobs", "1", "--json"]).stdout)
    assert said["replicates"] == 6 and said["stopped"].startswith("stopped after 6 replicates")
    (tmp_path / "trial.toml").write_text(text.replace('outcome = "gain"', 'outcome = "dollars"'))
    wrong = CliRunner().invoke(cli.app, ["sweep", "trial.toml"])
    assert wrong.exit_code == 2 and "stopping.outcome: no outcome against a policy 'dollars'" in wrong.stderr
