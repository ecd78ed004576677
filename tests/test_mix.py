"""The policy mix: a known front, limits, luck undone by fresh seeds, the same path after an interruption."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from fake_market import SCENARIO
from known_functions import TOY, best_gain
from laborsim import cli
from laborsim.report.charts_mix import finding
from laborsim.study.analysis.mix import NothingFound, NothingToSet, nondominated, optimize
from laborsim.study.experiment import load_experiment
from laborsim.study.local import Local
from laborsim.study.run import Interrupted, Progress
from laborsim.study.store import content

pytest.importorskip("optuna")
TOY_MODEL = "known_functions:Toy"
SHORT = {"population = 24": "population = 8", "generations = 16": "generations = 3"}


def asked(folder: Path, notes: str = "", **changes: str):
    (folder / "made-up.toml").write_text(SCENARIO.replace("NOTES", notes))
    text = TOY
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / "toy.toml").write_text(text)
    return load_experiment(folder / "toy.toml")


def mixed(folder: Path, name: str = "s.sqlite", notes: str = "", progress: Progress | None = None, **changes: str):
    return optimize(asked(folder, notes, **changes), folder / name, Local(1), progress=progress, model=TOY_MODEL)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory):
    return mixed(tmp_path_factory.mktemp("mix"))


def test_the_front_is_the_known_one(found) -> None:
    front = found.front[found.front["stays"]]
    assert len(front) >= 5
    # of all gains that could be had for these dollars, nearly all, over the whole span up to the limit
    share = front["gain"] / best_gain(front["dollars"])
    assert share.min() > 0.85 and share.max() < 1.2
    assert front["dollars"].min() < 0.5e6 and 3.4e6 < front["dollars"].max() <= 4e6
    inner = front[front["dollars"] > 1e6]
    assert (inner["training.budget"] / inner["dollars"]).median() == pytest.approx(0.8, abs=0.15)
    assert (found.trials["dollars"] > 4e6).any() and not found.trials.loc[found.trials["dollars"] > 4e6, "within"].any()
    assert (found.front["dollars_high"] - found.front["dollars_low"]).max() < 1.0  # no luck in the dollars


def test_fresh_seeds_undo_the_winners_curse(found) -> None:
    """Luck has a spread of 150 / sqrt(4 seeds) = 75: the search picks mixes that had it."""
    curse = found.curse.set_index("outcome")
    assert curse.loc["gain", "low"] > 0 and 20 < curse.loc["gain", "better"] < 200
    assert curse.loc["dollars", "better"] == pytest.approx(0.0, abs=1e-6)
    mixes = found.front[found.front["name"] != "plan"]
    assert (mixes["gain_search"] - mixes["gain"]).mean() == pytest.approx(curse.loc["gain", "better"])
    truth = 1000 * (2 * np.sqrt(mixes["training.budget"] / 1e6) + np.sqrt(mixes["childcare.budget"] / 1e6))
    inside = ((mixes["gain_low"] <= truth) & (truth <= mixes["gain_high"])).mean()
    assert inside > 0.7  # of 90% intervals
    plan = found.front[found.front["name"] == "plan"].iloc[0]
    assert (plan["training.budget"], plan["childcare.budget"], plan["within"]) == (3e6, 5e6, False)


def test_a_front_that_may_be_luck_is_not_called_a_gain(found) -> None:
    assert finding(found).startswith("Best mix found with dollars")
    front = found.front.assign(gain_low=-1.0)
    assert finding(replace(found, front=front)).startswith("No mix found with dollars")
    assert "clearly raises" in finding(replace(found, front=front))


def test_an_interrupted_search_takes_the_same_path(tmp_path: Path) -> None:
    class Stop(Progress):
        made = 0

        def finished(self, record) -> None:
            self.made += 1
            if self.made == 50:
                raise KeyboardInterrupt

    whole = mixed(tmp_path, "whole.sqlite", **SHORT)
    with pytest.raises(Interrupted, match="50 of"):
        mixed(tmp_path, progress=Stop(), **SHORT)
    again = mixed(tmp_path, **SHORT)
    assert again.kept == 50 and again.made == whole.made - 50
    assert content(tmp_path / "s.sqlite") == content(tmp_path / "whole.sqlite")
    pd.testing.assert_frame_equal(again.front, whole.front)
    pd.testing.assert_frame_equal(again.trials, whole.trials)
    # more generations go on from the ones that are there
    more = mixed(tmp_path, **(SHORT | {"generations = 16": "generations = 4"}))
    pd.testing.assert_frame_equal(more.trials.iloc[:24].drop(columns="front"), whole.trials.drop(columns="front"))
    assert more.made <= 8 * 4 + len(more.front) * 6


def test_states_of_the_world_are_averaged(tmp_path: Path) -> None:
    uncertain = '[uncertainties]\n"matching.rounds" = { low = 2, high = 4 }\n\n[levers]'
    done = mixed(tmp_path, **SHORT, **{"[levers]": uncertain, "[optimize]\n": "[optimize]\nstates = 3\n"})
    runs = done.trials[["training.budget", "childcare.budget"]].drop_duplicates()
    assert done.made == 3 * 4 * (len(runs) + 1) + 3 * 6 * len(done.front) + 3 * 6  # baselines too


def test_failed_runs_fail_their_mix_and_are_named(tmp_path: Path) -> None:
    done = mixed(tmp_path, notes="fail", **SHORT, **{"<= 4e6": "<= 8e6"})
    failed = done.trials[done.trials["failed"]]
    assert len(failed) and (failed["childcare.budget"] > 3.5e6).all() and not failed["front"].any()
    assert set(done.failed["error"]) == {"ArithmeticError: made to fail"}


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    with pytest.raises(NothingFound, match="none of 24 mixes keeps the limits"):
        mixed(tmp_path, **SHORT, **{'"<= 4e6"': '"<= -1"'})
    with pytest.raises(NothingToSet, match=r"\[optimize\] with objectives"):
        optimize(load_experiment(_without(tmp_path)), tmp_path / "x", Local(1), model=TOY_MODEL)
    for change, words in (
        ({'["training", "childcare"]': '["trainin", "childcare"]'}, "no policy 'trainin' to combine"),
        ({'gain = "max"': 'gian = "max"'}, "no outcome 'gian' in this experiment"),
        ({'"baseline", "mix"]': '"baseline", "training", "childcare"]'}, "'mix', which [optimize] combines, is not"),
        ({"fresh = 6": "states = 3"}, "no uncertainties for states"),
        ({"population = 24": "population = 2"}, "4 or more"),
    ):
        with pytest.raises(ValueError, match=words.replace("[", r"\[").replace("]", r"\]")):
            asked(tmp_path, **change)


def _without(folder: Path) -> Path:
    asked(folder)
    path = folder / "plain.toml"
    path.write_text(TOY.split("[optimize]")[0].replace('["baseline", "mix"]', '["baseline", "training", "childcare"]'))
    return path


def test_domination() -> None:
    values = np.array([[1.0, 1.0], [2.0, 0.0], [2.0, 0.0], [0.0, 2.0], [0.5, 0.5]])
    assert nondominated(values).tolist() == [True, True, True, True, False]


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import laborsim.study.analysis.mix as module

    real = module.optimize
    monkeypatch.setattr(module, "optimize", lambda *a: real(*a, model=TOY_MODEL))
    monkeypatch.chdir(tmp_path)
    asked(tmp_path, **SHORT)
    said = CliRunner().invoke(cli.app, ["optimize", "toy.toml", "--jobs", "1"])
    assert said.exit_code == 0, said.output
    folder = tmp_path / "results" / "studies" / "toy-mix"
    for name in ("charts/mix.svg", "charts/mix.png", "charts/mix.csv", "charts/mix.txt", "front.csv", "trials.csv"):
        assert (folder / name).stat().st_size > 50
    assert "Best mix found with dollars spent at most $4,000,000" in said.stdout and "look better by" in said.stdout
    import optuna

    stored = optuna.load_study(study_name="toy", storage=f"sqlite:///{folder / 'optuna.sqlite'}")
    assert len(stored.trials) == 24
    again = json.loads(CliRunner().invoke(cli.app, ["optimize", "toy.toml", "--jobs", "1", "--json"]).stdout)
    assert again["made"] == 0 and again["finding"] in said.stdout and again["front"][-1]["name"] == "plan"
