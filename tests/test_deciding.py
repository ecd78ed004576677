"""What a board needs beside the effects: is the study large enough, costs a year, packages, balances of money."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from laborsim.report import charts_regions, deciding, front, who

STOCK = "worker at a self-sufficiency wage"


class Study:
    """A stored study as far as the first page asks."""

    def __init__(self, runs: int = 4, seconds: float = 2.0) -> None:
        self.replicates, self.months = runs, tuple(f"20{20 + k // 12}-{k % 12 + 1:02d}" for k in range(48))
        self.policies = ("baseline", "cheap", "dear", "both")
        titles = {p: {"title": p.title(), "combine": []} for p in self.policies}
        titles["both"]["combine"] = ["cheap", "dear"]
        self.about = {"scale": 0.02, "scenario": {"name": "here"}, "policies": titles}
        self.records = [
            SimpleNamespace(policy=p, replicate=n, done=True, seconds=seconds)
            for p in self.policies for n in range(runs)
        ]  # fmt: skip
        rows = [(p, n, "2022-01", d) for p, d in (("cheap", 1e6), ("dear", 9e6), ("both", 1e7)) for n in range(runs)]
        self.spending = pd.DataFrame(rows, columns=["policy", "replicate", "month", "dollars"])
        self.book = pd.DataFrame()

    def dollars(self, policy: str) -> Any:
        own = self.spending[self.spending["policy"] == policy]
        return np.array([own[own["replicate"] == n]["dollars"].sum() for n in range(self.replicates)], float)

    def benefit_cost(self) -> pd.DataFrame:
        return self.book


class Found:
    """Findings: who adds more than chance, and who differs from whom."""

    def __init__(self, sure: tuple[str, ...] = (), apart: tuple[tuple[str, str], ...] = (), error: float = 100.0):
        self.tested, self.idle, self.stock = ["cheap", "dear", "both"], {}, STOCK
        self._sure, self.apart, self._error = sure, apart, error

    def sure(self, policy: str, indicator: str) -> bool:
        return policy in self._sure

    def row(self, policy: str, stock: str | None = None) -> Any:
        return {"additional": 400.0, "error": self._error, "alpha": 0.1, "df": 9}


def too_small(study: Study, found: Found) -> str:
    return deciding.too_small(study, found)  # type: ignore[arg-type]


def test_a_study_too_small_to_decide_says_which_would_do() -> None:
    said = too_small(Study(), Found())
    # t(0.95, 9) + z(0.8) = 1.8331 + 0.8416, times 100; sixteen times the people and runs show a quarter
    assert "with 4 runs of each policy at 2% scale, effects under about 270 people are missed" in said
    assert "`laborsim run here.toml --scale 0.08 --replicates 16` (about 9 minutes on one core)" in said
    assert "would show effects of about 67." in said and "hidden" not in said
    assert "may stay hidden even then" in too_small(Study(), Found(error=1_000.0))
    assert too_small(Study(), Found(sure=("dear",))) == ""
    # more than chance, but less than these runs can be relied on to show
    lucky = too_small(Study(), Found(sure=("dear",), error=300.0))
    assert "effects under about 800 people are missed (power 80%), and a smaller one that is more than" in lucky
    slow = too_small(Study(seconds=600.0), Found())  # no more than twice as precise where runs take long
    assert "--scale 0.04 --replicates 8` (about 10.7 hours" in slow


def test_one_run_asks_for_more() -> None:
    said = too_small(Study(runs=1), Found(error=math.nan))
    assert "one run of each policy cannot tell an effect from chance" in said and "--replicates 8" in said


def test_spending_a_year_counts_from_the_first_dollar() -> None:
    study: Any = Study()
    assert deciding.a_year(study, "dear") == "$4.5 million"  # two of four years
    assert deciding.a_year(study, "baseline") == "-"


def test_a_package_no_better_than_a_part_says_both_costs() -> None:
    study: Any = Study()
    found: Any = Found(sure=("cheap", "dear", "both"))
    assert deciding.packages(study, found) == [
        "Both cannot be told from cheap alone, at 10 times the spending ($10 million against $1.0 million)."
    ]
    apart: Any = Found(sure=("cheap", "both"), apart=(("both", "cheap"),))
    unsure: Any = Found(sure=("both",))  # no part adds anything for sure: none can stand alone
    assert deciding.packages(study, apart) == [] == deciding.packages(study, unsure)


@pytest.fixture
def accounts() -> Iterator[Any]:
    study = Study()
    rows = [
        ("cheap", "employers", "net", "run", -2e6, -3e6, -1e6, 0.25, 8),  # more than chance
        ("cheap", "taxpayers", "net", "run", 5e6, -1e6, 11e6, 1.0, 8),  # in all runs
        ("cheap", "society", "net", "run", 5e6, -1e6, 11e6, 0.75, 8),
        ("dear", "society", "net", "run", 5e6, -1e6, 11e6, 0.5, 8),
        ("dear", "employers", "turnover", "run", -5e6, -6e6, -4e6, math.nan, 8),
    ]
    names = ["policy", "perspective", "item", "horizon", "mean", "low", "high", "probability", "runs"]
    study.book = pd.DataFrame(rows, columns=names)
    yield study


def test_balances_outside_zero_are_named(accounts: Any) -> None:
    found: Any = Found()
    said = deciding.balances(accounts, found)
    assert said[0] == ("Cheap", "employers -$2.0 million (6 of 8 runs) and taxpayers +$5.0 million (8 of 8 runs)")
    assert len(said) == 2 and said[1][1].startswith("Of 4 balances looked at, chance alone would name about 1")


def test_a_balance_must_lie_beyond_the_usual_spread_too(accounts: Any) -> None:
    found: Any = Found()
    wide = [(policy, "employers", "net", "run", 0.0, -8e6, 8e6, 0.5, 6) for policy in ("dear", "both")]
    close = ("cheap", "employers", "net", "run", 2e6, 1.5e6, 2.5e6, 1.0, 6)  # six runs that agree by luck
    accounts.book = pd.DataFrame([close, *wide], columns=accounts.book.columns)
    assert deciding.balances(accounts, found) == []
    accounts.book.loc[0, ["mean", "low", "high"]] = 9e6, 8.5e6, 9.5e6
    assert deciding.balances(accounts, found)[0] == ("Cheap", "employers +$9.0 million (6 of 6 runs)")


def test_pairs_that_can_be_told_are_named() -> None:
    pairs = (("a", "b"), ("a", "c"), ("a", "d"), ("b", "d"))
    found: Any = SimpleNamespace(apart=pairs)
    said = front.between(found, {p: p.upper() for p in "abcd"})
    assert said == "Told from each other: more with A than with B, C and D; more with B than with D."


class Counted:
    """A study that counts people by group and compares one policy."""

    about: ClassVar[Any] = {
        "scale": 0.01,
        "policies": {
            "here": {"instruments": [{"type": "cte", "zones": ["a", "29095"]}]},
            "anywhere": {"instruments": [{"type": "cte", "zones": []}]},
            "both": {"instruments": [], "combine": ["here"]},
        },
    }
    people: ClassVar[Any] = {"zone:a": 200_000.0, "zone:b": 50_000.0, "sex:male": 300_000.0, "race:other": 90_000.0}

    def groups(self, family: str) -> list[str]:
        return [g for g in self.people if g.startswith(family)]

    def __contains__(self, key: tuple[str, str]) -> bool:
        return key[0] in ("population", "self_sufficient_workers") and key[1] in self.people

    def last_year(self, indicator: str, group: str) -> Any:
        return np.full(4, self.people[group])


def change(group: str, better: int) -> dict[str, Any]:
    return {"group": group, "who": group.partition(":")[2], "label": "employment rate", "kind": "share",
            "difference": 0.01 * better, "better": better, "distinguishable": True}  # fmt: skip


def test_groups_are_named_with_the_people_simulated() -> None:
    study: Any = Counted()
    gains = pd.DataFrame([change(g, 1) for g in ("sex:male", "zone:a")])
    compared: Any = SimpleNamespace(policy="here", against="baseline", gains=gains, losses=gains.iloc[:0])
    assert who.who(study, compared, 1, figures=0) == "male (3,000); a (2,000)"
    assert who.who(study, compared, 1, most=1, figures=1) == "male (3,000; employment rate +1.00 pp); and 1 more group"
    assert who.who(study, compared, -1) == "no group by more than chance"
    assert not who.enough(study, "race:other") and who.enough(study, "sex:male")


def test_a_policy_is_offered_where_its_instruments_say() -> None:
    study: Any = Counted()
    there = {
        p: [charts_regions.offered(study, p, z) for z in ("a", "b", "29095-east")] for p in study.about["policies"]
    }
    assert there == {"here": [True, False, True], "anywhere": [True] * 3, "both": [True, False, True]}
