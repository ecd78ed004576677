"""Targets over runs, the observation model, ranks among peers, quantiles: properties and known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laborsim.indicators import Frame
from laborsim.indicators.frame import month_index, month_labels
from laborsim.indicators.observation import classification, recorded_joint, recorded_stocks, transition_rates
from laborsim.indicators.peers import distribution, own_ratio, ranks, with_ranks
from laborsim.indicators.targets import meets, outcome, window_mean
from laborsim.indicators.wages import quantiles
from laborsim.scenario.parameters import Parameters
from laborsim.scenario.peers import Peers

values_ = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30)


@given(values_, st.floats(-1e3, 1e3))
def test_a_goal_and_its_opposite_share_all_runs(values: list[float], goal: float) -> None:
    x = np.array(values)
    up, down = outcome(x, f">= {goal:.6f}"), outcome(x, f"< {goal:.6f}")
    assert up.probability + down.probability == pytest.approx(1.0)
    assert up.low <= up.high and up.low >= x.min() - 1e-9 and up.high <= x.max() + 1e-9
    assert up.gap == pytest.approx(-down.gap)
    assert up.runs == len(values)


@given(values_, st.floats(-1e3, 1e3), st.floats(0, 100))
def test_a_harder_goal_is_never_likelier(values: list[float], goal: float, more: float) -> None:
    x = np.array(values)
    easy, hard = outcome(x, f">= {goal:.6f}"), outcome(x, f">= {goal + more:.6f}")
    assert hard.probability <= easy.probability


@given(st.lists(st.floats(0, 1), min_size=24, max_size=24), st.integers(0, 23), st.integers(1, 36))
def test_window_mean_is_the_mean_of_its_months(series: list[float], last: int, window: int) -> None:
    by = month_labels("2018-01", 24)[last]
    want = np.mean(series[max(0, last - window + 1) : last + 1])
    assert window_mean(np.array(series), "2018-01", by, window) == pytest.approx(want)


def test_targets_of_missing_values() -> None:
    x = np.array([np.nan, 0.4, 0.6, np.nan])
    assert window_mean(x, "2018-01", "2018-04", 12) == pytest.approx(0.5)
    assert math.isnan(window_mean(x, "2018-01", "2019-01", 12))  # beyond the horizon
    assert math.isnan(window_mean(x, "2018-01", "2017-01", 12))
    nothing = outcome(np.array([np.nan]), "<= 0.05")
    assert nothing.runs == 0 and math.isnan(nothing.probability) and not nothing.met
    assert not meets(np.array([np.nan]), "< 1").any()
    assert month_index("2018-01", "2017-12") == -1


shares = st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3)


@given(st.lists(st.floats(0.0, 1e6), min_size=9, max_size=9), st.tuples(shares, shares, shares))
def test_recording_keeps_people_and_rows_are_probabilities(joint: list[float], rows: tuple[list[float], ...]) -> None:
    true = np.array(joint).reshape(3, 3)
    matrix = np.array(rows)
    matrix /= matrix.sum(axis=1, keepdims=True)
    seen = recorded_joint(true, matrix)
    assert seen.sum() == pytest.approx(true.sum(), abs=1e-6)
    np.testing.assert_allclose(seen.sum(axis=0), recorded_stocks(true.sum(axis=0), matrix), rtol=1e-9, atol=1e-6)
    rates = transition_rates(seen).sum(axis=1)
    assert np.all(np.isnan(rates) | np.isclose(rates, 1.0))


def test_no_error_records_the_truth_and_published_errors_inflate_flows_through_n() -> None:
    true = np.array([[60.0, 0.5, 0.7], [0.8, 1.5, 0.3], [0.6, 0.4, 35.0]])
    np.testing.assert_allclose(recorded_joint(true, np.eye(3)), true)
    seen = transition_rates(recorded_joint(true, classification(Parameters().room("observation"))))
    rates = transition_rates(true)
    assert seen[1, 2] > rates[1, 2] and seen[2, 1] > rates[2, 1] and seen[0, 2] > rates[0, 2]
    with pytest.raises(ValueError, match="sum to 1"):
        classification({"employed_recorded": [1, 1, 0], "unemployed_recorded": [0, 1, 0],
                        "inactive_recorded": [0, 0, 1]})  # fmt: skip


@given(st.lists(st.integers(0, 50), min_size=5, max_size=5), st.floats(0.01, 0.99), st.floats(0.0, 0.5))
def test_quantiles_stay_on_the_grid_and_rise(counts: list[int], share: float, more: float) -> None:
    edges = np.array([4.0, 5.0, 7.0, 11.0, 20.0, 40.0])
    low = quantiles(np.array([counts], float), edges, share)[0]
    if sum(counts) == 0:
        assert math.isnan(low)
        return
    high = quantiles(np.array([counts], float), edges, min(share + more, 1.0))[0]
    assert edges[0] <= low <= high + 1e-9 <= edges[-1] + 1e-9


def peers(own: float = 100.0, sd: float = 0.0) -> Peers:
    metros = [{"metro": f"M{i}", "level": 100.0 + 10 * (i - 2), "growth_mean": 0.01 * i, "growth_sd": sd,
               "source": "test"} for i in range(5)]  # fmt: skip
    measure = {"name": "jobs", "title": "Jobs", "unit": "jobs", "indicator": "jobs",
               "own": {"level": own, "source": "test"}, "metros": metros}  # fmt: skip
    return Peers.model_validate({"title": "t", "base": "2018-01", "source": "test", "measures": [measure]})


def test_ranks_without_uncertainty() -> None:
    """Peers of 80, 90, 100, 110, 120 growing by 0, 1, 2, 3, 4 per cent a year, us from 105 by 2.5 per cent."""
    series = 105.0 * 1.025 ** (np.arange(60) / 12)
    level, growth = ranks(peers(105.0).measures[0], series, 0, 0.0, seed=1)
    assert np.isnan(level[:11]).all() and level[11] == 3.0 and level[59] == 3.0
    assert np.isnan(growth[11]) and (growth[12:] == 3.0).all()
    behind, _ = ranks(peers(105.0).measures[0], np.full(60, 7.0), 0, 0.0, seed=1)
    assert behind[59] == 4.0  # the peer at 100 has passed 105 after four years at 2 per cent


@given(st.integers(0, 1000), st.floats(0.0, 0.05))
def test_more_growth_never_lowers_our_rank(seed: int, more: float) -> None:
    series = np.linspace(1.0, 1.1, 48)
    faster = series * (1.0 + more) ** (np.arange(48) / 12)
    measure = peers(100.0, sd=0.02).measures[0]
    for a, b in zip(ranks(measure, series, 0, 0.5, seed), ranks(measure, faster, 0, 0.5, seed), strict=True):
        known = np.isfinite(a)
        assert (b[known] <= a[known]).all()
        assert ((a[known] >= 1) & (a[known] <= 6)).all()


def test_ranks_join_the_frame_and_repeat_with_the_seed() -> None:
    frame = Frame([("jobs", "all")], ["jobs"], np.linspace(50, 60, 36)[:, None], "2018-01")
    assert with_ranks(frame, None, 1) is frame
    a, b = with_ranks(frame, peers(sd=0.02), 7), with_ranks(frame, peers(sd=0.02), 7)
    np.testing.assert_array_equal(a.values, b.values)
    assert a.keys[1:] == [("peer_rank_jobs_level", "all"), ("peer_rank_jobs_growth", "all")]
    assert a.units[1:] == ["rank", "rank"]
    found = np.array([with_ranks(frame, peers(sd=0.02), s).value("peer_rank_jobs_level", "all", "2020-12")
                      for s in range(40)])  # fmt: skip
    assert sum(distribution(found).values()) == pytest.approx(1.0)
    assert len(distribution(found)) > 1  # the peers' paths are uncertain


def test_own_ratio_skips_months_without_a_value() -> None:
    series = np.where(np.arange(36) % 3 == 2, 1.0 + np.arange(36) // 12, np.nan)
    ratio = own_ratio(series, 0)
    assert np.isnan(ratio[:11]).all() and ratio[11] == 1.0 and ratio[23] == 2.0 and ratio[35] == 3.0
    assert np.isnan(own_ratio(series, 30)).all()


def test_frame_selects_and_tells_its_months() -> None:
    keys = [("jobs", "all"), ("jobs", "sector:23"), ("jobs", "sector:62"), ("hires_rate", "all")]
    frame = Frame(keys, ["jobs", "jobs", "jobs", "share"], np.arange(8.0).reshape(2, 4), "2018-12")
    assert frame.months == ["2018-12", "2019-01"]
    assert frame.select(["jobs"], ["sector:"]).keys == keys[1:3]
    assert frame.value("jobs", "sector:62", "2019-01") == 6.0
    tidy = frame.to_frame()
    assert len(tidy) == 8 and list(tidy.columns) == ["month", "indicator", "group", "value", "unit"]
    assert tidy.iloc[5].tolist() == ["2019-01", "jobs", "sector:23", 5.0, "jobs"]
    with pytest.raises(ValueError):
        Frame(keys, ["jobs"], np.zeros((2, 4)), "2018-01")
