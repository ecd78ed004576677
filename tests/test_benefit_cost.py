"""Benefits and costs worked out by hand: who has them, what they sum to, discounting, fading."""

from __future__ import annotations

import numpy as np
import pytest

from laborsim.study.benefit_cost import (
    EVERYONE,
    PERSPECTIVES,
    TAKING_PART,
    Flows,
    break_even,
    ledger,
    present_value,
    table,
)

Q = {
    "discount_rate": 0.0, "effect_decay": 0.5, "extrapolated_years": 2, "fringe_share": 0.2, "employer_tax": 0.1,
    "output_share": 1.0, "deadweight": 0.25, "leisure_share": 0.0,
}  # fmt: skip
NAMES = ("earnings", "taxes", "support", "unemployment_insurance")


def some(*values):
    return dict(zip(NAMES, (np.array([float(v)]) for v in values), strict=True))


def flows(participants=(1000, 200, -50, -30), others=(-400, -80, 20, 0), turnover=-60.0, **paid):
    paid = {k: np.array([float(v)]) for k, v in (paid or {"participant": 100, "employer": 70, "state": 300}).items()}
    return Flows(some(*participants), some(*others), np.array([turnover]), paid)


def net(book, who):
    return sum(float(v[0]) for (whose, _), v in book.items() if whose == who)


def test_everybodys_part_by_hand():
    book = ledger(flows(), Q)
    # 1000 earned, 200 of benefits from employers, 200 taxes, support and insurance fall by 80, 100 paid
    assert net(book, "participants") == 1000 + 200 - 200 - 50 - 30 - 100
    assert net(book, "others") == -400 - 80 + 80 + 20
    # taxes +120, payroll taxes on 600 net, support and insurance fall by 60, 300 paid
    assert net(book, "taxpayers") == 120 + 60 + 60 - 300
    assert net(book, "employers") == 60 - 70  # pay is what work is worth: turnover and the program alone
    # society: output 600 * 1.3, turnover, 470 of program; raising a net 60 of taxes loses a quarter of it
    assert net(book, "society") == pytest.approx(600 * 1.3 + 60 - 470 - 0.25 * 60)


def test_parts_sum_to_society():
    rng = np.random.Generator(np.random.PCG64(9))
    for _ in range(50):
        years = int(rng.integers(1, 6))
        q = Q | {"output_share": float(rng.uniform(0.9, 1.3)), "leisure_share": float(rng.uniform(0, 0.5))}
        own, rest = ({name: rng.normal(0, 100, years) for name in NAMES} for _ in range(2))
        x = Flows(own, rest, rng.normal(0, 50, years), {"state": rng.uniform(0, 90, years)})
        book = ledger(x, q)
        parts = sum(v for (who, _), v in book.items() if who != "society")
        whole = sum(v for (who, item), v in book.items() if who == "society" and item != "loss from raising taxes")
        np.testing.assert_allclose(parts, whole, atol=1e-9)
        assert (book["society", "loss from raising taxes"] <= 0).all()


def test_discounting_and_fading():
    yearly = np.array([100.0, 80.0])
    assert present_value(yearly, Q, False) == 180.0
    assert present_value(yearly, Q, True) == 180.0 + 40.0 + 20.0  # halves each year, two years
    q = Q | {"discount_rate": 0.25}
    assert present_value(yearly, q, True) == pytest.approx(100 + 80 / 1.25 + 40 / 1.25**2 + 20 / 1.25**3)


def test_the_table_counts_runs_and_never_extrapolates_costs():
    good, bad = flows(), flows(participants=(100, 20, 0, 0))
    found = table("x", [good, good, bad], Q)
    at = found.set_index(["perspective", "item", "horizon"])
    assert at.loc[("society", "net", "run"), "probability"] == pytest.approx(2 / 3)
    assert set(found["perspective"]) == set(PERSPECTIVES)
    for who, payer in (("participants", "participant"), ("taxpayers", "state")):
        item = f"program, paid by {payer}"
        assert at.loc[(who, item, "run"), "mean"] == at.loc[(who, item, "extrapolated"), "mean"] < 0
    earned = at.loc[("participants", "earnings", "extrapolated"), "mean"]
    assert earned == pytest.approx(at.loc[("participants", "earnings", "run"), "mean"] * 1.75)
    for horizon in ("run", "extrapolated"):
        rows = at.xs(horizon, level="horizon")["mean"]
        for who in PERSPECTIVES:
            assert rows[who, "net"] == pytest.approx(rows[who, "benefits"] + rows[who, "costs"])


def test_participants_alone_and_the_displacement_at_which_society_breaks_even():
    alone = table("x", [flows()], Q, scope=TAKING_PART)
    assert "others" not in set(alone["perspective"]) and set(alone["scope"]) == {TAKING_PART}
    assert set(table("x", [flows()], Q)["scope"]) == {EVERYONE}
    plain = Q | {"deadweight": 0.0}
    # output of 1300 less 470 paid: 830 of 1300 may be at others' expense
    assert break_even([flows()], plain) == pytest.approx(830 / 1300)
    displaced = flows(others=(-830 / 1.3, 0, 0, 0), turnover=0.0)
    assert net(ledger(displaced, plain), "society") == pytest.approx(0.0)
    assert break_even([flows(participants=(100, 0, 0, 0))], plain) < 0
    assert np.isnan(break_even([flows(participants=(0, 0, 0, 0))], plain))
