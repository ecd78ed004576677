"""Scenario discovery: a box that is known is found, with its coverage, density and quasi-p; what is not is said."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from fake_market import SCENARIO
from known_functions import ISHIGAMI
from laborsim import cli
from laborsim.report.charts_discovery import chart, finding, tried
from laborsim.study.analysis.discovery import NothingToDiscover, crossed, discover, peel, wanted
from laborsim.study.experiment import load_experiment
from laborsim.study.local import Local

pytest.importorskip("ema_workbench")
LINE = "known_functions:Line"
ASKED = """
[discover]
outcome = "workforce"
fails = "< 0"
density = 0.95
[outcomes.workforce]
indicator = "employment"
"""


def asked(folder: Path, more: str = ASKED, notes: str = "", **changes: str):
    (folder / "made-up.toml").write_text(SCENARIO.replace("NOTES", notes))
    text = ISHIGAMI.replace("samples = 8", "samples = 128") + more
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / "known.toml").write_text(text)
    return load_experiment(folder / "known.toml")


def test_a_known_box_is_found(tmp_path: Path) -> None:
    """People are negative where noise is above 1.1 and fit_weight above 1.0: a fifth of the states."""
    done = discover(asked(tmp_path), store=tmp_path / "s.sqlite", executor=Local(1), model=LINE)
    assert (done.cases, done.policy) == (128, "baseline") and 20 <= done.failures <= 31
    limits = done.limits.set_index("factor")
    assert set(limits.index[limits["sure"]]) == {"matching.noise", "matching.fit_weight"}
    assert limits.loc["matching.noise", "low"] == pytest.approx(1.1, abs=0.06)
    assert limits.loc["matching.fit_weight", "low"] == pytest.approx(1.0, abs=0.06)
    assert limits.loc[["matching.noise", "matching.fit_weight"], "high"].isna().all()
    assert done.density >= 0.8 and done.coverage >= 0.8
    # a true box holds on states it was not drawn from, if less so
    assert 0.5 <= done.held_density <= 1.0 and 0.5 <= done.held_coverage <= 1.0 and "five folds" in tried(done)
    points = done.points
    assert done.inside == points["inside"].sum()
    assert done.density == pytest.approx(points.loc[points["inside"], "fails"].mean())
    assert done.coverage == pytest.approx(points.loc[points["fails"], "inside"].mean())
    # the quasi-p of Bryant and Lempert: how likely as many failures would be were the limit not there
    from scipy.stats import binomtest

    low = limits.loc["matching.noise", "low"]
    others = points[(points["matching.fit_weight"] >= limits.loc["matching.fit_weight", "low"])]
    for name in limits.index.difference(["matching.noise", "matching.fit_weight"]):
        others = others[others[name].between(*(np.nan_to_num(limits.loc[name, ["low", "high"]].astype(float),
                                                             nan=n) for n in (-1e9, 1e9)))]  # fmt: skip
    hits, inside = int(done.points.query("inside")["fails"].sum()), done.inside
    known = binomtest(hits, inside, others["fails"].mean(), alternative="greater").pvalue
    assert low > 1.0 and limits.loc["matching.noise", "p_low"] == pytest.approx(known, rel=0.05, abs=1e-12)
    assert "noise is at least 1.1" in finding(done).replace("1.09", "1.1").replace("1.11", "1.1")
    assert chart(done) is not None


def test_states_whose_runs_failed_are_left_out_and_named(tmp_path: Path) -> None:
    done = discover(asked(tmp_path, ASKED.replace('"workforce"', '"height"').replace("< 0", "< 6"), "fail:1.45"),
                    store=tmp_path / "s.sqlite", executor=Local(1), model="known_functions:Ishigami")  # fmt: skip
    assert len(done.failed) == done.swept.failed > 0
    assert done.cases == 128 - done.swept.failed
    assert done.points["matching.fit_weight"].max() <= 1.45


@pytest.mark.parametrize(("goal", "words"), [("< -2000", "fails in no state"), ("< 2000", "fails in every state")])
def test_nothing_to_find_is_said(tmp_path: Path, goal: str, words: str) -> None:
    more = ASKED.replace("< 0", goal)
    done = discover(asked(tmp_path, more), store=tmp_path / "s.sqlite", executor=Local(1), model=LINE)
    assert done.limits.empty and words in done.note and chart(done) is None and words in finding(done)
    assert math.isnan(done.density)


def test_failures_without_a_reason_have_no_sure_limits() -> None:
    rng = np.random.default_rng(3)
    x = pd.DataFrame(rng.random((200, 2)), columns=["a.b", "c.d"]).assign(**{"e.f": rng.choice(["x", "y"], 200)})
    box, steps = peel(x, rng.random(200) < 0.3, 0.8, 0.05)
    assert len(steps) >= 2
    assert box is None or all(p >= 0.05 for limits in box.p.values() for p in limits if p == p)
    known, _ = peel(x, (x["e.f"] == "y").to_numpy() & (x["a.b"] > 0.5).to_numpy(), 0.8, 0.05)
    assert known is not None and known.values["e.f"] == ("y",) and known.coverage == 1.0 and known.density > 0.8


def test_a_box_of_chance_is_found_out_on_other_states() -> None:
    """Where nothing matters, a box is dense on the states it was drawn from and no denser than all on others."""
    rng = np.random.default_rng(11)
    all_, fit, held = [], [], []
    for _ in range(8):
        x, fails = pd.DataFrame(rng.random((60, 4)), columns=["a.b", "c.d", "e.f", "g.h"]), rng.random(60) < 0.3
        box, _ = peel(x, fails, 0.8, 0.05)
        assert box is not None
        all_.append(fails.mean())
        fit.append(box.density)
        held.append(crossed(x, fails, 0.8, 0.05)[1])
    assert np.mean(fit) > np.mean(all_) + 0.08
    assert np.mean(held) < np.mean(all_) + 0.04
    x, fails = pd.DataFrame({"a.b": np.arange(8.0), "c.d": 1.0}), np.arange(8) == 3
    assert crossed(x, fails, 0.8, 0.05)[0] == 0.0  # a lone failure is in no box drawn without it


def test_what_failing_is_must_be_said(tmp_path: Path) -> None:
    plain = asked(tmp_path, "")
    with pytest.raises(NothingToDiscover, match=r"\[discover\] with outcome = \"height\""):
        discover(plain, store=tmp_path / "s", executor=Local(1), model=LINE)
    with pytest.raises(NothingToDiscover, match="'500' is not a goal"):
        wanted(plain, outcome="height", fails="500")
    assert wanted(plain, outcome="height", fails="< 1").policy == "baseline"


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import laborsim.study.analysis.discovery as module

    real = module.sweep
    monkeypatch.setattr(module, "sweep", lambda *a: real(*a[:-1], LINE))
    monkeypatch.chdir(tmp_path)
    asked(tmp_path)
    said = CliRunner().invoke(cli.app, ["discover", "known.toml", "--jobs", "1"])
    assert said.exit_code == 0, said.output
    folder = tmp_path / "results" / "studies" / "known-discover"
    for ending in ("svg", "png", "csv", "txt"):
        assert (folder / "charts" / f"discovery-workforce-baseline.{ending}").stat().st_size > 50
    again = json.loads(CliRunner().invoke(cli.app, ["discover", "known.toml", "--jobs", "1", "--json"]).stdout)
    assert again["made"] == 0 and len(again["limits"]) >= 2 and again["finding"] in said.stdout
    wrong = CliRunner().invoke(cli.app, ["discover", "known.toml", "--policy", "baselin"])
    assert wrong.exit_code == 2 and "did you mean 'baseline'" in wrong.stderr
