"""The whole model on the shipped scenario: reproducibility, common random numbers, what people look at."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import mesa
import numpy as np
import pytest

import laborsim
import worlds
from laborsim.market import codes
from laborsim.market.codes import OPEN
from laborsim.scenario.starter import starter

SCENARIO = Path(__file__).parents[1] / "scenarios" / "independence-works-2025.toml"
SCALE = 0.01


@pytest.fixture(scope="module")
def spec():
    return laborsim.load_scenario(SCENARIO)


def simulated(spec, months: int = 20, **kwargs) -> laborsim.LaborMarket:
    model = laborsim.LaborMarket(spec, scale=SCALE, **{"rng": 1, **kwargs})
    model.run_for(months)
    return model


def test_is_a_mesa_model_with_a_printable_timed_plan(spec):
    model = simulated(spec, 2)
    assert isinstance(model, mesa.Model)
    assert [s.name for s in model.plan] == [
        "calendar", "practices", "quality", "demography", "demand", "childcare", "services", "participation",
        "separations", "vacancies", "matching", "wages", "training", "accounts",
    ]  # fmt: skip
    assert all(s.seconds > 0 for s in model.plan)
    assert "matching" in repr(model.plan)
    frame = model.datacollector.get_model_vars_dataframe()
    assert len(frame) == 2
    assert 0.02 < frame["unemployment_rate"].iloc[-1] < 0.06


def test_rows_frames_and_selections_agree(spec):
    model = simulated(spec, 1)
    workers = model.workers
    frame = workers.to_frame()
    assert len(frame) == len(workers)
    assert workers[42].wage == pytest.approx(frame.wage.iloc[42])
    young = workers.select(lambda w: w.unemployed & (w.age < 25))
    want = frame[frame.state.isin(["unemployed", "temporary_layoff"]) & (frame.age < 25)]
    assert len(young) == len(want)
    assert workers[42].state in codes.STATES
    with pytest.raises(AttributeError, match="columns are"):
        _ = workers.salary


def test_rows_and_views_can_be_explored_in_a_notebook(spec):
    model = simulated(spec, 1)
    for seen in (model.workers, model.workers[42]):
        assert {"wage", "zone", "age", "employed"} <= set(dir(seen))
        assert all(hasattr(seen, name) for name in dir(seen))
        assert not hasattr(seen, "_repr_html_") and not hasattr(seen, "__array__")
    employer = model.establishments[0]
    assert "sector" in dir(employer) and "age" not in dir(employer)
    with pytest.raises(AttributeError, match="columns are"):
        _ = employer.age


def test_wrong_arguments_are_named(spec):
    with pytest.raises(ValueError, match=r"no policy 'childcar': did you mean 'childcare'.*baseline, education"):
        laborsim.LaborMarket(spec, policy="childcar", scale=SCALE)
    with pytest.raises(ValueError, match="no policy 'zzz': its policies are"):
        laborsim.LaborMarket(spec, policy="zzz", scale=SCALE)
    for wrong in (-1, 1.5, None, True):
        with pytest.raises(ValueError, match=r"rng is .* whole number, 0 or more"):
            laborsim.LaborMarket(spec, rng=wrong, scale=SCALE)


def test_same_seed_same_hash_on_one_and_two_threads_and_twice(spec, monkeypatch):
    monkeypatch.setattr("laborsim.market.month.SHARED", 0)  # a small region's lists are shared out as well
    hashes = {simulated(spec, threads=t).state_hash() for t in (1, 2, 1)}
    assert len(hashes) == 1
    assert simulated(spec, rng=2).state_hash() not in hashes


def test_same_hash_in_another_process(spec):
    code = (
        "import laborsim,sys;"
        f"m=laborsim.LaborMarket(laborsim.load_scenario({str(SCENARIO)!r}),rng=1,scale={SCALE});"
        "m.run_for(3);print(m.state_hash())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert run.stdout.strip() == simulated(spec, 3).state_hash()


def test_pickled_in_the_middle_goes_on_the_same(spec):
    model = simulated(spec, 5)
    copy = pickle.loads(pickle.dumps(model))
    model.run_for(4)
    copy.run_for(4)
    assert copy.state_hash() == model.state_hash()
    np.testing.assert_array_equal(copy.frame().values, model.frame().values)


def test_golden_baseline(spec):
    """Figures of the shipped baseline; a change here is a change of results (CHANGELOG, "Changes results")."""
    golden = json.loads((Path(__file__).parent / "golden.json").read_text())
    model = simulated(spec, golden["months"], rng=golden["seed"])
    frame = model.frame()
    got = {name: float(frame.series(name)[-1]) for name in golden["figures"]}
    assert got == pytest.approx(golden["figures"], rel=1e-9)


@pytest.mark.parametrize("policy", ["apprenticeships", "childcare", "skills_hiring"])
def test_zero_budget_is_the_baseline_to_the_byte(spec, policy):
    packages = {n: p.model_copy(update={"budget": 0.0}) for n, p in spec.policies.items()}
    broke = spec.model_copy(update={"policies": packages})
    assert simulated(broke, 24, policy=policy).state_hash() == simulated(spec, 24).state_hash()


def test_policies_change_nothing_before_they_start(spec):
    start = min(spec.policy_start(p) for p in spec.policies.values() if not p.combine)
    assert start > 2
    base = simulated(spec, start)
    for name in spec.policies:
        assert simulated(spec, start, policy=name).state_hash() == base.state_hash()


def test_people_beyond_the_border_are_counted_nowhere(tmp_path):
    """A region with several zones of commuters: every group of residents adds up to those who live in it."""
    file = tmp_path / "s.toml"
    file.write_text(starter("Louisville", "kentuckianaworks", ("21111",), file.name))
    model = laborsim.LaborMarket(laborsim.load_scenario(file), rng=1, scale=0.01)
    model.step()
    e, p, n = model.economy, model.world.people, model.world.people.size
    assert e.zones - e.outside > 1
    residents = (p.state[:n] != codes.GONE) & (p.zone[:n] < e.outside)
    frame = model.frame()
    for state, indicator in ((codes.UNEMPLOYED, "labor_force"), (codes.SELF_EMPLOYED, "employment")):
        want = 100 * (residents & (p.state[:n] <= state)).sum()
        by_sex = [frame.series(indicator, g)[-1] for g in ("sex:male", "sex:female")]
        assert frame.series(indicator)[-1] == sum(by_sex) == want


def test_books_hold_every_month(spec):
    model = laborsim.LaborMarket(spec, rng=3, scale=SCALE, policy="childcare")
    for _ in range(30):
        model.step()
        worlds.check(model.world)
        w = model.world
        closed = w.establishments.closed[w.cells.establishment[: w.cells.size]] != OPEN
        assert np.all(w.cells.filled[: w.cells.size][closed] == 0)
        frame = model.frame()
        row = model.months - 1
        people = sum(frame.series(k)[row] for k in ("employment", "unemployment"))
        assert people == pytest.approx(frame.series("labor_force")[row])


def test_common_random_numbers_reduce_the_variance_of_differences(spec):
    """Paired differences vary less than differences between independent seeds."""
    seeds = range(1, 6)
    base = [simulated(spec, 36, rng=s).frame().series("employment")[-6:].mean() for s in seeds]
    skills = {"policy": "skills_hiring"}
    policy = [simulated(spec, 36, rng=s, **skills).frame().series("employment")[-6:].mean() for s in seeds]
    paired = np.var(np.subtract(policy, base), ddof=1)
    independent = np.var(base, ddof=1) + np.var(policy, ddof=1)
    assert paired < independent


def test_scale_changes_noise_not_level(spec):
    """Participation at 2% and 4% scale: within six standard errors of the smaller sample."""
    small = laborsim.LaborMarket(spec, rng=1, scale=0.02)
    large = laborsim.LaborMarket(spec, rng=1, scale=0.04)
    for model in (small, large):
        model.run_for(12)
    a, b = (m.frame().series("participation_rate")[6:].mean() for m in (small, large))
    people = small.frame().series("population")[-1] * 0.02
    assert abs(a - b) < 4 * np.sqrt(0.68 * 0.32 / people) * 1.5
