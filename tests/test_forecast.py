"""Forecasts: scores and tests against what is known of them, no look ahead, benchmarks on made-up series."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from laborsim.region.conditions import sector_index
from laborsim.region.pack import PackError, load_pack
from laborsim.report.forecast import forecast_chart, headline, pooled, section, tally
from laborsim.study.validation import benchmarks, series
from laborsim.study.validation.benchmarks import Known
from laborsim.study.validation.forecast import OURS, Benchmark, Paths, origins_of, scores
from laborsim.study.validation.scores import crps_normal, diebold_mariano
from official_data import DATA

SPAN = pd.period_range("2005-01", "2022-12", freq="M").astype(str)
statsmodels = pytest.mark.skipif(
    __import__("importlib.util").util.find_spec("statsmodels") is None, reason="needs the extra `study`"
)


def rates(seed=1, size=SPAN.size):
    """A slow autoregression with a season."""
    draw = np.random.Generator(np.random.Philox(seed))
    level = np.zeros(size)
    for t in range(1, size):
        level[t] = 0.95 * level[t - 1] + draw.normal(0, 0.15)
    season = np.array([0.4, 0.2, 0, 0, 0, 0.3, 0.3, 0, -0.3, -0.3, -0.3, -0.3])
    return pd.Series(5.0 + level + season[[int(m[5:]) - 1 for m in SPAN[:size]]], index=SPAN[:size])


def known(origin="2017-06", conditional=False, seed=1):
    jobs = pd.Series(150_000.0 * np.exp(0.001 * np.arange(SPAN.size) + 0.001 * np.sin(np.arange(SPAN.size))), SPAN)
    return Known.at(origin, rates(seed), rates(seed), jobs, conditional)


def test_crps_is_the_mean_absolute_error_less_half_the_spread():
    """CRPS = E|X - y| - E|X - X'|/2: by simulation, within four standard errors."""
    draw = np.random.Generator(np.random.Philox(2)).normal(1.0, 2.0, (2, 400_000))
    by_hand = np.abs(draw[0] - 2.5) - 0.5 * np.abs(draw[0] - draw[1])
    assert crps_normal(1.0, 2.0, 2.5) == pytest.approx(by_hand.mean(), abs=4 * by_hand.std() / math.sqrt(400_000))
    assert crps_normal(1.0, 0.0, 2.5) == 1.5


def test_diebold_mariano_without_overlap_is_the_t_test():
    from scipy.stats import ttest_1samp

    draw = np.random.Generator(np.random.Philox(3))
    a, b = draw.normal(1.0, 0.4, 30) ** 2, draw.normal(1.2, 0.4, 30) ** 2
    mine, theirs = diebold_mariano(a, b, np.arange(30), 1), ttest_1samp(a - b, 0.0)
    # one step ahead, the correction of Harvey, Leybourne and Newbold makes it the t-test
    assert mine.statistic == pytest.approx(theirs.statistic) and mine.p == pytest.approx(theirs.pvalue)


def test_diebold_mariano_holds_its_size_with_overlap():
    """Equal losses that overlap over four steps: at 10%, 4% to 18% of 400 tests reject."""
    draw = np.random.Generator(np.random.Philox(5))
    rejected = 0
    for _ in range(400):
        shock = draw.normal(0, 1, 44)
        d = np.convolve(shock, np.ones(4), "valid")
        rejected += diebold_mariano(d, np.zeros(41), np.arange(41), 4).p < 0.10
    assert 16 <= rejected <= 72


def test_too_few_or_equal_losses_say_nothing():
    assert diebold_mariano([1.0, 2.0], [2.0, 1.0], [0, 1], 1).p == 1.0
    assert diebold_mariano([1.0] * 6, [1.0] * 6, range(6), 1).p == 1.0


def test_nothing_after_the_origin_is_used():
    """Forecasts stay the same to the last bit when every later month changes."""
    own, changed = rates(), rates()
    changed[changed.index > "2017-06"] += 50.0
    jobs = pd.Series(150_000.0, SPAN).mul(1.0 + 0.001 * np.sin(np.arange(SPAN.size)))
    later = jobs.where(SPAN <= "2017-06", 1.0)
    for name, method in benchmarks.methods().items():
        if name in ("random walk", "seasonal naive") or __import__("importlib.util").util.find_spec("statsmodels"):
            if name == "ARDL":
                continue  # is given later employment by design
            months = benchmarks.ahead("2017-06", 12)
            first = method(Known.at("2017-06", own, own, jobs, False), months)
            second = benchmarks.methods()[name](Known.at("2017-06", changed, changed, later, False), months)
            assert np.array_equal(first[0], second[0]) and np.array_equal(first[1], second[1]), name
    paths = Paths(tuple(SPAN[120:]), np.full((3, SPAN.size - 120), 5.0))
    a = paths.forecast(Known.at("2017-06", own, own, jobs, True), benchmarks.ahead("2017-06", 6))
    b = paths.forecast(Known.at("2017-06", changed, changed, jobs, True), benchmarks.ahead("2017-06", 6))
    assert np.array_equal(a[0], b[0]) and np.array_equal(a[1], b[1])


def test_the_models_path_is_moved_by_its_mean_miss_and_given_the_season():
    k = known()
    months = benchmarks.ahead(k.origin, 6)
    truth = series.adjusted(rates(), k.factors)
    simulated = np.stack([truth.loc["2015-01":].to_numpy() - 0.7] * 3)
    mean, sd = Paths(tuple(SPAN[120:]), simulated).forecast(k, months)
    assert mean == pytest.approx(rates()[months].to_numpy(), abs=1e-9)
    assert sd == pytest.approx(0.0, abs=1e-9)


@statsmodels
def test_benchmarks_are_near_where_they_should_be():
    """Of an autoregression, ARIMA's and the VAR's error one step ahead is near its innovation, as their spread says."""
    for name in ("ARIMA", "VAR", "ARDL"):
        errors, spreads = [], []
        method = benchmarks.methods()[name]
        for origin in SPAN[120:180:3]:
            k = known(origin, True)
            mean, sd = method(k, benchmarks.ahead(origin, 3))
            errors.append(mean[0] - rates()[benchmarks.ahead(origin, 1)[0]])
            spreads.append(sd[0])
        assert 0.08 < np.std(errors) < 0.30, name
        assert np.mean(spreads) == pytest.approx(0.16, abs=0.06), name


def test_seasons_are_found_and_the_pandemic_is_left_out():
    made = rates()
    shock = made.copy()
    shock.loc["2020-04":"2020-06"] += 10.0
    a, b = series.seasons(made, "2019-12"), series.seasons(shock, "2022-12")
    assert a[0] - a[3] == pytest.approx(0.4, abs=0.12) and abs(a.mean()) < 1e-12
    assert np.abs(a - b).max() < 0.15
    with pytest.raises(ValueError, match="every calendar month"):
        series.seasons(made.iloc[:10], "2005-10")


def table(ours=0.2, theirs=0.4, regions=1):
    """Made-up forecasts: errors of these sizes at twenty origins."""
    draw = np.random.Generator(np.random.Philox(6))
    rows = []
    for kind in ("forecast", "conditional"):
        for horizon in (3, 12):
            for origin in SPAN[150:210:3]:
                for method, size in ((OURS, ours), ("random walk", theirs)):
                    rows.append({"kind": kind, "origin": origin, "horizon": horizon, "month": origin, "method": method,
                                 "mean": 5.0 + draw.normal(0, size), "sd": size, "actual": 5.0})  # fmt: skip
    return pd.DataFrame(rows)


def test_scores_compare_the_same_origins_and_name_the_nearer():
    made = table()
    found = scores(made, 3)
    assert [s.origins for s in found] == [20] * 4
    first = found[0]
    mine = made[(made["kind"] == "forecast") & (made["horizon"] == 3) & (made["method"] == OURS)]
    assert first.our_rmse == pytest.approx(np.sqrt(((mine["mean"] - 5.0) ** 2).mean()))
    assert first.our_rmse < first.rmse and first.our_crps < first.crps and first.verdict == "win"
    assert scores(table(0.4, 0.2), 3)[0].verdict == "lose"
    part = made[~((made["method"] == "random walk") & (made["origin"] < SPAN[180]))]
    assert scores(part, 3)[0].origins == 10


def test_the_same_forecasts_count_once_and_few_origins_tell_nothing():
    made = table()
    twin = made[made["method"] == "random walk"].assign(method="seasonal naive")
    assert len(scores(pd.concat([made, twin]), 3)) == len(scores(made, 3)) == 4
    other = twin.assign(mean=twin["mean"] + 0.1)
    assert len(scores(pd.concat([made, other]), 3)) == 8
    short = scores(made[made["origin"] <= SPAN[177]], 3)  # ten origins, three of them a year apart
    assert {s.horizon: (s.origins, s.independent) for s in short} == {3: (10, 10), 12: (10, 3)}
    assert {s.verdict for s in short if s.horizon == 12} == {"too few origins"}
    assert "2 with too few origins to tell" in tally(short) and short[0].verdict == "win"
    rival = made[made["method"] != OURS].assign(method="ARDL", mean=5.5)
    both = [Benchmark(r, "state", pd.concat([made, rival]), 3, 5) for r in ("a", "b")]
    said = headline(both)[0]
    assert "too: **4 won, 0 tied, 0 lost**" in said and f"By region: a {tally(both[0].scores())}; b " in said


def test_report_and_chart_of_forecasts():
    made = [Benchmark(r, "state", table(), 3, 5) for r in ("a", "b")]
    text = "\n".join(section(made))
    assert "4 won, 0 tied, 0 lost" in text or "won" in text
    assert "### Against the best simple method of each region" in text
    assert "random walk" in "\n".join(section(made[:1]))
    chart = forecast_chart(made)
    assert chart.svg() == forecast_chart(made).svg() and len(chart.data) == len(pooled(made)) == 4


def test_origins_have_a_rate_at_some_horizon():
    own = rates().loc["2018-01":"2022-12"].drop(["2018-09", "2019-03"])
    found = origins_of(own, "2018-01", "2022-12", 3)
    assert "2018-09" not in found and found[-1] == "2022-09"
    assert origins_of(own.loc["2022-11":], "2018-01", "2022-12") == []


def test_indices_are_known_up_to_a_month_and_follow_the_trend_after_it():
    pack, national = load_pack("kansas-city"), load_pack("national")
    months = [str(m) for m in pd.period_range("2018-01", "2021-12", freq="M")]
    whole = sector_index(pack, national, months, "national", 0.012)
    cut = sector_index(pack, national, months, "national", 0.012, known_to="2019-12")
    assert np.array_equal(whole[:24], cut[:24])
    assert cut[36] == pytest.approx(cut[24] * 1.012) and not np.allclose(whole[30], cut[30])
    with pytest.raises(PackError, match="before the start"):
        sector_index(pack, national, months, "national", 0.012, known_to="2017-12")


@pytest.mark.skipif(not DATA.exists(), reason="needs the folder of statistics")
def test_published_series_leave_gaps_where_months_are_kept_aside():
    lane = series.unemployment(DATA, ["41039"])
    assert "2020-02" in lane.index and "2020-04" not in lane.index and "2021-12" not in lane.index
    longer, name = series.reference(DATA, ["41039"])
    assert name == "OR" and len(longer) == 216
    missouri = series.unemployment(DATA, [f"29{k:03d}" for k in range(1, 231, 2)])
    assert len(missouri.loc["2018-01":"2022-12"]) == 60
