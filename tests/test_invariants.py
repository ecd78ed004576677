"""The books of the whole month under random policies: people, jobs, money and seats, whatever is asked for.

All 22 instruments together, settings drawn over what a planner may write, in three policies with random money.
"""

from __future__ import annotations

import typing
from typing import Any, Literal

import numpy as np
import pytest

import laborsim
import worlds
from laborsim.loading import scenario_of_region
from laborsim.market import bad_matches, participants
from laborsim.market import codes as k
from laborsim.market.codes import PAYERS
from laborsim.policy.budget import Budget
from laborsim.scenario.instruments import INSTRUMENTS
from laborsim.scenario.schema import Policy

MONTHS, SCALE = 14, 0.01
TEXTS = {"principles": ["pay", "benefits", "organizational_culture"], "fields": ["47", "31"], "sector": "31-33"}
MOST = {"jobs": 2_000, "wage_insurance_months": 36, "dollars": 18.0, "start_dollars": 18.0, "prospects_per_year": 40.0}


def setting(draw: np.random.Generator, name: str, field: Any, zones: list[str]) -> Any:
    """A value a planner may write for one setting of an instrument."""
    kind, default = field.annotation, field.default
    if name in TEXTS:
        return TEXTS[name]
    if name in ("zones", "centers"):
        return [] if draw.random() < 0.6 else list(draw.choice(zones, 2, replace=False))
    if typing.get_origin(kind) is tuple:
        return []
    if typing.get_origin(kind) is Literal:
        return str(draw.choice(typing.get_args(kind)))
    if kind is bool:
        return bool(draw.random() < 0.5)
    limits = {b: getattr(m, b) for m in field.metadata for b in ("ge", "gt", "le") if hasattr(m, b)}
    low, high = limits.get("ge", limits.get("gt", 0)), MOST.get(name, limits["le"])
    if kind is int:
        return int(draw.integers(low, min(high, low + 60) + 1))
    if high > 1e4:  # people, places or dollars: of any order of magnitude
        return float(10 ** draw.uniform(1.5, 4.3)) if draw.random() < 0.8 else float(default)
    return float(draw.uniform(low, high)) + (0.001 if "gt" in limits else 0.0)


def policies(seed: int, zones: list[str]) -> dict[str, Policy]:
    """Every instrument once, in three policies that run together."""
    draw = np.random.default_rng(seed)
    types = draw.permutation(sorted(INSTRUMENTS))
    made = {}
    for part in range(3):
        instruments = []
        for name in types[part::3]:
            fields = INSTRUMENTS[name].model_fields
            values = {n: setting(draw, n, f, zones) for n, f in fields.items() if n != "type"}
            if "age_from" in values:
                values |= {"age_from": 16, "age_to": 60, "under_represented": False}
            if "dollars" in values:
                values["start_dollars"] = min(values["start_dollars"], values["dollars"])
            instruments.append({"type": str(name)} | values)
        shares = draw.dirichlet(np.ones(3))
        chosen = [str(payer) for payer in draw.choice(PAYERS, 3, replace=False)]
        payers = dict(zip(chosen, (shares / shares.sum()).tolist(), strict=True))
        made[f"part{part}"] = Policy(
            title="part", owner="board", budget=float(draw.choice([2e5, 5e7, 5e9])) if part else 5e9, payer=payers,
            budget_per=str(draw.choice(["year", "total"])), ramp_months=int(draw.integers(0, 7)),
            adoption_delay_months=int(draw.integers(0, 3)), instruments=instruments,
        )  # fmt: skip
    return made | {"all": Policy(title="all", owner="board", combine=tuple(made))}


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_people_jobs_money_and_seats_add_up_whatever_is_asked_for(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = scenario_of_region("kansas-city")
    zones = ["29037", "20091", "29047"]
    spec = spec.model_copy(update={"policies": policies(seed, zones)})
    market = laborsim.LaborMarket(spec, policy="all", rng=seed, scale=SCALE)
    charged: dict[str, int] = {}
    real = Budget.book

    def book(budget: Budget, month: int, charge: Any, *rest: Any) -> None:
        assert charge.cents >= 0 and charge.units >= 0 and isinstance(charge.cents, int)
        charged[budget.policy] = charged.get(budget.policy, 0) + charge.cents
        real(budget, month, charge, *rest)
        assert 0 <= budget.spent <= budget.cents, "no more than the budget"

    monkeypatch.setattr(Budget, "book", book)
    seats, starts = np.zeros(len(market.programs)), np.zeros(len(market.programs))

    def look(month: Any) -> None:
        w, e = month.world, month.economy
        worlds.check(w)  # filled = people whose job is that cell, among others
        p = w.people
        state, inside = p.state[: p.size], (p.state[: p.size] != k.GONE) & (p.zone[: p.size] < e.outside)
        kinds = np.bincount(state[inside], minlength=k.N_STATES)
        headlines = market.collector.reporters()
        figures = [headlines[n] for n in ("employment", "labor_force", "population")]
        e_, u, n = kinds[: k.SELF_EMPLOYED + 1].sum(), kinds[4:6].sum(), kinds[6 : k.GONE].sum()
        np.testing.assert_allclose(figures, np.array([e_, e_ + u, e_ + u + n]) / SCALE)
        assert np.isfinite(p.wage[: p.size]).all() and (p.skill[: p.size] >= 0).all()
        kept = bad_matches.kept(month)  # over the months: as if worked out anew
        del month.scratch[bad_matches.KEPT]
        have = np.flatnonzero(p.job[: p.size] >= 0)
        np.testing.assert_array_equal(kept[have], bad_matches.kept(month)[have])
        month.scratch[bad_matches.KEPT] = (*month.scratch[bad_matches.KEPT][:2], kept)
        c = w.cells
        assert (c.filled[: c.size] >= 0).all() and np.isfinite(c.posted[: c.size]).all()
        # seats: whoever is enrolled holds one place, and on those a policy added there are no more than it added
        log = month.memory["participants"]
        now = log["how"] == participants.ENROLLED
        pairs = np.stack([log["id"][now], log["program"][now].astype(np.uint64)])
        assert np.unique(pairs, axis=1).shape[1] == now.sum()
        beside = month.programs.beside
        alone = now & ~beside[log["program"]]
        assert np.unique(log["id"][alone]).size == alone.sum()
        assert (p.program[log["row"][alone]] == log["program"][alone]).all()
        assert np.count_nonzero(p.program[: p.size][state != k.GONE] != k.NO_PROGRAM) == alone.sum()
        seats[:] += np.ceil(month.levers.program_seats * SCALE - 1e-9)
        starts[:] += month.counts.added_starts
        family = month.programs.family
        assert (np.bincount(family, starts) <= np.bincount(family, seats)).all()
        added = (log["added"] == 1).astype(float)
        np.testing.assert_array_equal(np.bincount(log["program"], added, len(month.programs)), starts)

    market.observers.append(look)
    market.run_for(MONTHS)
    assert starts.sum() > 0
    spending = market.spending()
    booked = {name: market.package.cents(name) for name in charged}
    assert booked == charged and set(charged) == {"part0", "part1", "part2"}, "money out is money booked"
    assert sum(charged.values()) == round(100 * float(spending["dollars"].sum()))
    assert (spending["dollars"] >= 0).all()
