"""Effects from outcome tables whose truth is known: a planted effect is found, nothing is found where nothing is."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from laborsim.study import trial_evidence
from laborsim.study.statistics import student_t_quantile
from laborsim.study.trial_estimates import Arm, estimate, incidence, over_runs, ratio_over_runs, window


def toy(rng, n=300, effect=0.0, uptake=0.6, noise=1.0, persistence=0.9, hidden=0.0):
    """Outcomes of one replicate: able people earn more and take part more often; `effect` for those who do."""
    able = rng.normal(0.0, 3.0, n)
    treated = rng.random(n) < 0.5
    would = rng.random(n) < np.clip(uptake + 0.1 * np.sign(able), 0, 1)
    took = treated & would
    own = 10.0 + able + rng.normal(0.0, noise, n)
    without = 10.0 + able + persistence * (own - 10.0 - able) + rng.normal(0.0, 0.1, n)
    return Arm(treated, took, own + took * (effect + hidden * able), without)


def test_a_planted_effect_is_found_by_both_comparisons():
    rng = np.random.Generator(np.random.PCG64(1))
    arms = [toy(rng, 400, effect=2.0) for _ in range(4)]
    for paired in (True, False):
        found = estimate(arms, 0.90, paired)
        assert found.tot_low < 2.0 < found.tot_high
        assert found.itt == pytest.approx(found.tot * found.enrolled)
        assert found.people == 1600 and found.replicates == 4
    close, wide = estimate(arms), estimate(arms, paired=False)
    assert close.itt_high - close.itt_low < 0.4 * (wide.itt_high - wide.itt_low)
    assert close.distinguishable and abs(close.tot - 2.0) < 0.1


def test_selection_into_taking_part_does_not_bias_the_effect_on_the_enrolled():
    # the able take part more often: comparing participants with the others would find 2 + their ability
    rng = np.random.Generator(np.random.PCG64(5))
    found = [estimate([toy(rng, 500, effect=2.0)], paired=False) for _ in range(60)]
    assert np.mean([f.tot for f in found]) == pytest.approx(2.0, abs=0.15)
    inside = np.mean([f.tot_low < 2.0 < f.tot_high for f in found])
    assert inside >= 0.80  # 90 per cent intervals, 60 trials


@pytest.mark.parametrize(("paired", "replicates"), [(True, 1), (False, 1), (True, 4), (False, 4)])
def test_a_program_without_effect_is_rarely_said_to_have_one(paired, replicates):
    rng = np.random.Generator(np.random.PCG64(11))
    alarms = [
        estimate([toy(rng, 80) for _ in range(replicates)], 0.90, paired).distinguishable for _ in range(400)
    ]
    # one in ten by design; 400 trials: 0.10 +- 0.045 is three standard errors
    assert np.mean(alarms) < 0.145
    assert np.mean(alarms) > 0.03  # intervals are not so wide that nothing could ever be found


def test_replicates_that_differ_widen_the_interval():
    rng = np.random.Generator(np.random.PCG64(2))
    same = estimate([toy(rng, 400, effect=1.0) for _ in range(5)])
    apart = estimate([toy(rng, 400, effect=e) for e in (-1.0, 0.0, 1.0, 2.0, 3.0)])
    assert apart.itt_high - apart.itt_low > 3 * (same.itt_high - same.itt_low)


@pytest.mark.parametrize("replicates", [4, 6, 10])
@pytest.mark.parametrize("between", [0.0, 0.1, 0.2])
def test_intervals_cover_whether_replicates_differ_or_not(replicates, between):
    """Persons' standard error of a replicate is about 0.1; sizes differ by half.

    600 trials: 0.85 to 0.95 is four standard errors about 0.90, so that one of the eighteen figures of intervals that
    cover as they say lies outside for about one seed in a thousand.
    """
    rng = np.random.Generator(np.random.PCG64(replicates + int(100 * between)))
    covered, enrolled, normal = [], [], []
    for _ in range(600):
        arms = []
        for effect, n in zip(rng.normal(0.3, between, replicates), rng.integers(60, 140, replicates), strict=True):
            treated = rng.random(n) < 0.5
            took = treated & (rng.random(n) < 0.6)
            arms.append(Arm(treated, took, effect * treated + rng.normal(0.0, 0.5, n), np.zeros(n)))
        found = estimate(arms)
        covered.append(found.itt_low < 0.3 < found.itt_high)
        enrolled.append(found.tot_low < 0.5 < found.tot_high)
        narrow = (found.itt_high - found.itt) * 1.645 / student_t_quantile(0.95, replicates - 1)
        normal.append(abs(found.itt - 0.3) < narrow)
        assert (found.p < 0.10) == found.distinguishable
    assert 0.85 < np.mean(covered) < 0.95 and 0.85 < np.mean(enrolled) < 0.95
    if replicates == 4:
        assert np.mean(normal) < 0.85  # what degrees of freedom from persons would give: the bounds can be missed


def test_the_interval_over_replicates_by_hand():
    """Effects 1, 2, 4 of equal precision: mean 7/3, standard error sqrt(7/9), Student's t with 2 degrees of freedom."""
    treated = np.array([1, 1, 0, 0], bool)
    arms = [Arm(treated, treated, np.array([e + 0.5, e - 0.5, 0.5, -0.5]), np.zeros(4)) for e in (1.0, 2.0, 4.0)]
    found = estimate(arms)
    assert found.itt == pytest.approx(7 / 3)
    assert found.itt_high - found.itt == pytest.approx(2.919986 * math.sqrt(7 / 9))
    t = 7 / 3 / math.sqrt(7 / 9)
    assert found.p == pytest.approx(1 - t / math.sqrt(2 + t * t))  # distribution function of t with 2, in closed form
    assert (found.tot, found.tot_low) == pytest.approx((found.itt, found.itt_low))


def test_by_hand():
    arm = Arm(
        np.array([1, 1, 1, 1, 0, 0], bool), np.array([1, 1, 0, 0, 0, 0], bool),
        np.array([5.0, 7.0, 2.0, 2.0, 3.0, 1.0]), np.array([4.0, 2.0, 2.0, 2.0, 3.0, 1.0]),
    )  # fmt: skip
    raw, paired = estimate([arm], paired=False), estimate([arm])
    assert raw.itt == 2.0 and raw.tot == 4.0 and raw.enrolled == 0.5
    assert paired.itt == 1.5 and paired.tot == 3.0  # (1 + 5) / 4 over a half: the enrolled gain 1 and 5
    assert paired.base == 3.0  # the enrolled without the program
    # the same people, nobody differs: no effect, and no doubt about it
    none = estimate([arm._replace(value=arm.without)])
    assert (none.itt, none.itt_low, none.itt_high, none.p) == (0.0, 0.0, 0.0, 1.0)
    assert not none.distinguishable


def test_arms_that_are_too_small_say_nothing():
    empty = Arm(np.ones(3, bool), np.ones(3, bool), np.ones(3), np.ones(3))
    found = estimate([empty])
    assert math.isnan(found.itt) and found.people == 0 and not found.distinguishable
    assert math.isnan(over_runs([])[0]) and over_runs([2.0])[0] == 2.0
    mean, low, high = over_runs([1.0, 2.0, 3.0])
    assert mean == 2.0 and low == pytest.approx(2.0 - 2.92 / math.sqrt(3), abs=1e-3) and high > 3.0


def test_windows_need_every_quarter():
    quarters = np.array([[1.0, 2.0, 3.0], [1.0, np.nan, 3.0]])
    assert window(quarters, 0, 2).tolist()[0] == 1.5 and math.isnan(window(quarters, 0, 2)[1])
    assert np.isnan(window(quarters, 1, 4)).all()


def test_people_of_one_household_are_not_counted_as_independent():
    rng = np.random.Generator(np.random.PCG64(4))

    def family(clustered):
        shared = np.repeat(rng.normal(0.0, 2.0, 60), 3)
        treated = np.repeat(rng.random(60) < 0.5, 3)
        value = shared + rng.normal(0.0, 0.5, 180)
        unit = np.repeat(np.arange(60, dtype=np.uint64), 3) if clustered else None
        return Arm(treated, treated, value, np.zeros(180), unit)

    alarms = {c: np.mean([estimate([family(c)], 0.90).distinguishable for _ in range(300)]) for c in (True, False)}
    assert alarms[True] < 0.15 < 0.2 < alarms[False]


def _registered(growth: float, window: int | None, measure: str, programs: tuple[str, ...] = ()) -> float:
    """The figure of 1,000 apprentices who entered over three years, some still there."""
    rng = np.random.default_rng(3)
    followed = rng.integers(1, 37, 1000)
    exit_after, finished = rng.integers(1, 31, 1000), rng.random(1000) < 0.3
    lasted = np.where(exit_after < followed, exit_after, -1)
    run = SimpleNamespace(lasted=lasted, finished=finished & (lasted >= 0), followed=followed,
                          family=(np.arange(1000) % 2))  # fmt: skip
    study = SimpleNamespace(measure=measure, programs=programs, horizon_months=window, entry_growth=growth)
    return trial_evidence._of_exits(study, [run])[0]


def test_exits_are_those_of_people_seen_for_long_enough():
    """Exits are even over 30 months, three in ten of them completions, whatever the month in which people entered."""
    assert _registered(0.0, None, "completion") == pytest.approx(0.3, abs=0.04)
    assert _registered(0.0, None, "cancellation") == pytest.approx(0.7, abs=0.04)
    gone = np.mean([min(since / 30.0, 1.0) for since in range(1, 61)])  # share gone, of entries even over five years
    assert _registered(0.0, 60, "cancellation") == pytest.approx(0.7 * gone, abs=0.05)
    assert _registered(0.0, 60, "completion") == pytest.approx(0.3 * gone, abs=0.05)
    assert _registered(0.3, 60, "completion") < _registered(0.0, 60, "completion"), "more entered lately"
    assert math.isnan(_registered(0.0, 60, "completion", ("apprentice_metal",))), "nobody of that type"


def test_incidence_is_the_product_of_monthly_hazards():
    lasted, followed = np.array([1, 2, 2, 3, -1, -1]), np.array([9, 9, 9, 9, 2, 3])
    finished = np.array([False, True, False, True, False, False])
    done, left = incidence(lasted, followed, finished, 4)
    stay, slow = 1.0, ([0.0], [0.0])
    for t in range(1, 5):
        seen = [a if a >= 0 else b for a, b in zip(lasted, followed, strict=True)]
        risk = sum(x >= t for x in seen)
        for out, wanted in zip(slow, (True, False), strict=True):
            hits = sum(a == t and f == wanted for a, f in zip(lasted, finished, strict=True))
            out.append(out[-1] + (stay * hits / risk if risk else 0.0))
        stay = 1.0 - slow[0][-1] - slow[1][-1]
    np.testing.assert_allclose(done, slow[0])
    np.testing.assert_allclose(left, slow[1])


@pytest.mark.parametrize("replicates", [4, 6, 10])
@pytest.mark.parametrize("noise", [2.0, 8.0])
def test_a_ratio_of_means_has_the_interval_of_its_replicates(replicates, noise):
    rng = np.random.default_rng(replicates)
    hits = 0
    for _ in range(2000):
        below = rng.normal(10.0, 3.0, replicates)
        above = 0.4 * below + rng.normal(0.0, noise, replicates)
        found, low, high = ratio_over_runs(above, below)
        hits += low <= 0.4 <= high
    assert 0.87 < hits / 2000 < 0.945  # 2000 trials: four standard errors below 0.90; a little wide where below differs
    assert found == pytest.approx(above.sum() / below.sum())
    assert ratio_over_runs([1.0], [2.0])[0] == 0.5 and math.isnan(ratio_over_runs([1.0], [2.0])[1])
    assert all(math.isnan(x) for x in ratio_over_runs([1.0, 1.0], [1.0, -3.0]))


def test_net_over_gross_is_of_the_months_of_the_study():
    def run(net: float, gross: float) -> SimpleNamespace:
        months = np.zeros(40)
        flows = {"all": {"employed": months.copy()}, "participants": {"employed": months.copy()}}
        flows["all"]["employed"][12:32] = net
        flows["all"]["employed"][32:] = -1000.0  # beyond the horizon
        flows["participants"]["employed"][12:] = gross
        return SimpleNamespace(flows=flows, months=40, first=12)

    study = SimpleNamespace(horizon_months=20)
    found, months, _ = trial_evidence._net_over_gross(study, [run(2.0, 10.0), run(4.0, 10.0)])
    assert found[0] == pytest.approx(0.3) and months == (0, 20)
    bare = SimpleNamespace(flows={"all": {}, "participants": {}}, months=40, first=12)
    assert math.isnan(trial_evidence._net_over_gross(study, [bare])[0][0])


def _held_to(monkeypatch, low, high, found, kind="effect"):
    study = SimpleNamespace(unit="share", dollar_year=None, estimate=high, accepted=lambda _: (low, high),
                            interval=lambda: (low, high), kind=kind)  # fmt: skip
    monkeypatch.setattr(trial_evidence, "_simulated", lambda *_: (found, (0, 12), ""))
    return trial_evidence._beside(study, [], lambda _: 1.0, math.nan)


@pytest.mark.parametrize(("found", "verdict"), [
    ((0.05, -0.01, 0.11, 0.2), "inside"),  # holds zero, but no wider than three times the range
    ((0.05, -0.06, 0.16, 0.4), "no power"), ((0.20, -0.06, 0.46, 0.3), "no power"),
    ((0.15, 0.01, 0.29, 0.1), "interval reaches it"),  # as wide, but without zero
    ((0.30, -0.02, 0.02, 0.4), "outside"), ((0.05, -0.06, 0.16, math.nan), "inside"),  # no effect: a rate
])  # fmt: skip
def test_an_interval_that_agrees_with_anything_is_no_agreement(monkeypatch, found, verdict):
    made = _held_to(monkeypatch, 0.03, 0.08, found)
    assert made.verdict == verdict
    assert made.p == found[3] or math.isnan(made.p)


def test_studies_are_compared_with_the_people_they_are_of():
    traits = {"employed": [1, 0, 0, 1, 0], "education": [0, 1, 4, 4, 2], "record": [0, 0, 0, 1, 0]}
    sample = SimpleNamespace(ids=np.arange(5), traits={k: np.array(v) for k, v in traits.items()})
    assert trial_evidence.members(sample, "out_of_work").tolist() == [False, True, True, False, True]
    assert trial_evidence.members(sample, "hard_to_employ").tolist() == [False, True, False, False, False]
    services = SimpleNamespace(ids=np.arange(5), traits={})
    assert not trial_evidence.members(services, "out_of_work").any()
