"""The best mix of policies under limits: NSGA-II over the levers, its front tried again with fresh seeds.

Every mix is tried in the same states of the world with the same seeds. The search is fixed by the experiment's seed
and asks a run store for its runs, so one that was stopped is gone on with by asking again: it takes the same path, and
the runs that are there cost nothing.

The best of many noisy figures is best by luck too (the winner's curse). So the front is made again with seeds that the
search never saw, and only these figures are reported as what a mix does.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.fields import parse_goal
from laborsim.scenario.problems import InputError
from laborsim.study.analysis.answers import Answers
from laborsim.study.analysis.sampling import MissingAnalysis
from laborsim.study.analysis.tables import MIX, OptimizeTable
from laborsim.study.design import cube, design_seed, from_cube, located
from laborsim.study.executor import Executor, make_executor
from laborsim.study.factors import Factor
from laborsim.study.reuse import RESULTS
from laborsim.study.run import MODEL, Interrupted, Progress
from laborsim.study.statistics import apart, paired
from laborsim.study.store import Store, load
from laborsim.study.sweep import NotAsked, tasks_of, versions

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.experiment import Experiment

F8 = NDArray[np.float64]
Row = dict[str, Any]
LEVEL = 0.90  # of the intervals of the front


class NothingToSet(InputError):
    """The experiment does not say what the mix is to reach, or has no levers."""


class NothingFound(RuntimeError):
    """No mix that was tried keeps the limits, or all runs failed."""


@dataclass(frozen=True)
class Mixes:
    """What a search for a policy mix found.

    Attributes
    ----------
    experiment : what was run; asked : its [optimize]; policy : whose levers were set; store : of the runs.
    trials : every mix tried: trial, generation, the levers, each outcome of objectives and limits (mean over states and
        seeds of the search), within (keeps the limits), front, failed.
    front : the mixes of the front (name "A", "B" ... by the first objective from low to high, and "plan": the
        scenario's own settings): name, trial, the levers, and for each outcome NAME_search (NaN for the plan), NAME,
        NAME_low, NAME_high with fresh seeds; within (keeps the limits by its mean), sure (in the share of the fresh
        seeds), stays (within, and no other of the front is as good in all objectives and better in one).
    curse : for each objective how much better the front looked in the search than with fresh seeds, on average over its
        mixes: outcome, better, low, high (of the seeds, which all mixes share).
    failed : failed runs with the samples they belong to.
    made, kept : runs made now and runs that were there.
    study : Optuna's study.
    """

    experiment: Experiment
    asked: OptimizeTable
    policy: str
    store: Path
    trials: pd.DataFrame
    front: pd.DataFrame
    curse: pd.DataFrame
    failed: pd.DataFrame
    made: int
    kept: int
    study: Any


def default_store(experiment: Experiment) -> Path:
    """results/sweeps/<experiment>-mix.sqlite."""
    return RESULTS / "sweeps" / f"{experiment.name}-mix.sqlite"


def optimize(
    experiment: Experiment,
    store: Path | None = None,
    executor: Executor | None = None,
    fresh: bool = False,
    retry: bool = False,
    progress: Progress | None = None,
    model: str = MODEL,
) -> Mixes:
    """Search for the settings of the levers that reach the objectives of [optimize] best within its limits.

    Parameters
    ----------
    experiment : as `load_experiment` reads it.
    store : None for results/sweeps/<experiment>-mix.sqlite.
    executor, fresh, retry, progress, model : as for a sweep.

    Raises
    ------
    NothingToSet
        If the experiment has no [optimize].
    NothingFound
        If nothing that was tried keeps the limits.
    InputError, StoreFailed, Interrupted
        As a sweep does.

    Examples
    --------
    >>> optimize(load_experiment("experiments/policy-mix.toml")).front  # doctest: +SKIP
    """
    asked = experiment.optimize
    if asked is None:
        raise NothingToSet(f"{experiment.name}: what is the mix to reach? allowed: [optimize] with objectives, such as "
                           f'{{ {experiment.measures[0].name} = "max" }}')  # fmt: skip
    policy = asked.policy or MIX
    levers = [f for f in experiment.factors if f.kind == "lever" and policy in f.policies]
    optuna = optuna_module()
    references = {m.against for m in experiment.measures if m.against}
    policies = tuple(p for p in experiment.policies if p == policy or p in references)
    whole = replace(
        experiment, policies=policies, kind="search", samples=0, levels=0, points=(), stopping=None,
        replicates=experiment.replicates + asked.fresh,
    )  # fmt: skip
    path = store or default_store(experiment)
    with Store(path, whole.about(), versions(whole.spec, policies, model), [], fresh) as place:
        bench = _Bench(whole, place, executor or make_executor(), progress or Progress(), model, retry)
        try:
            search = _Search(optuna, whole, asked, policy, levers, bench, experiment.replicates)
            search.run()
            return search.report()
        except KeyboardInterrupt:
            bench.executor.close()
            done = sum(s == "done" for s in place.statuses().values())
            raise Interrupted(done, bench.kept + bench.made, path) from None
        except BaseException:
            bench.executor.close()
            raise


class _Bench:
    """Runs of rows, each made once and kept in the store."""

    def __init__(
        self, experiment: Experiment, store: Store, executor: Executor, progress: Progress, model: str, retry: bool
    ) -> None:
        self.experiment, self.store, self.executor = experiment, store, executor
        self.progress, self.model = progress, model
        self.rows: list[Row] = []
        there = store.statuses()
        self.there = {k for k, s in there.items() if not (retry and s == "failed")}
        self.seen: set[str] = set()
        self.made = self.kept = 0

    def make(self, rows: Sequence[Row], replicates: Sequence[int]) -> Answers:
        """All runs of these rows with these seeds."""
        self.rows += [r for r in rows if r not in self.rows]
        points, _ = located(self.experiment, self.rows)
        self.store.add_points(points)
        wanted = {n for w in located(self.experiment, [*self.rows, *rows])[1][len(self.rows):] for n in w.values()}
        tasks, point_of = tasks_of(self.experiment, [p for p in points if p.number in wanted], self.model)
        tasks = [t for t in tasks if t.replicate in replicates]
        todo = [t for t in tasks if t.key not in self.there]
        self.kept += sum(t.key in self.there and t.key not in self.seen for t in tasks)
        self.seen |= {t.key for t in tasks}
        if todo:
            self.progress.started(todo, 0, self.executor.jobs)
        for record in self.executor.run(todo):
            if record.wrong_input:
                raise NotAsked(record.error.partition(": ")[2] or record.error)
            self.store.add(record, point_of[record.key])
            self.there.add(record.key)
            self.made += 1
            self.progress.finished(record)
        return self.answers(rows)

    def answers(self, rows: Sequence[Row]) -> Answers:
        """Outcomes of rows that were made; numbers of points are those of the whole search."""
        found = Answers(self.experiment, load(self.store.path), [*self.rows, *rows])
        found.rows, found.where = found.rows[len(self.rows):], found.where[len(self.rows):]
        return found


class _Search:
    """NSGA-II over the levers, one generation at a time."""

    def __init__(
        self, optuna: Any, experiment: Experiment, asked: OptimizeTable, policy: str, levers: list[Factor],
        bench: _Bench, replicates: int,
    ) -> None:  # fmt: skip
        self.optuna, self.experiment, self.asked, self.policy = optuna, experiment, asked, policy
        self.levers, self.bench = levers, bench
        self.seeds = range(replicates)
        self.fresh = range(replicates, replicates + asked.fresh)
        self.states = self._states()
        # the plan's points come first: their numbers do not depend on how long the search is
        bench.rows += self.states
        self.outcomes = list(dict.fromkeys([*asked.objectives, *asked.limits]))
        self.sign = np.array([1.0 if way == "max" else -1.0 for way in asked.objectives.values()])
        self.by_trial = hasattr(optuna.trial.Trial, "set_constraint")  # Optuna 5; before that a function of the sampler
        more: dict[str, Any] = {}
        if asked.limits and not self.by_trial:
            more["constraints_func"] = lambda trial: trial.user_attrs["excess"]
        sampler = optuna.samplers.NSGAIISampler(
            population_size=asked.population, seed=design_seed(experiment.seed), **more
        )
        directions = ["maximize" if s > 0 else "minimize" for s in self.sign]
        self.study = optuna.create_study(study_name=experiment.name, sampler=sampler, directions=directions)
        self.records: list[dict[str, Any]] = []

    def _states(self) -> list[Row]:
        """States of the world every mix is tried in; one: the scenario's own values."""
        uncertain = [f for f in self.experiment.factors if f.kind == "uncertainty"]
        if self.asked.states == 1 or not uncertain:
            return [{}]
        shares = cube("latin_hypercube", self.asked.states, len(uncertain), self.experiment.seed)
        return list(from_cube(uncertain, shares))

    def run(self) -> None:
        """All generations."""
        own = {f.name: present(self.experiment, f) for f in self.levers}
        if all(_allowed(f, own[f.name]) for f in self.levers):
            self.study.enqueue_trial(own)
        for generation in range(self.asked.generations):
            trials = [self.study.ask() for _ in range(self.asked.population)]
            settings = [{f.name: _suggest(trial, f) for f in self.levers} for trial in trials]
            values = self.values(settings, self.seeds).mean(axis=2)
            for trial, mix, value in zip(trials, settings, values, strict=True):
                self.tell(trial, generation, mix, dict(zip(self.outcomes, value, strict=True)))

    def values(self, settings: Sequence[Row], seeds: Sequence[int]) -> F8:
        """(mixes, outcomes, seeds) outcomes, the mean over states; NaN where a run of them failed."""
        rows = [state | mix for mix in settings for state in self.states]
        answers = self.bench.make(rows, seeds)
        shape = (len(settings), len(self.states), len(seeds))
        found = [answers.values(o, self.policy, seeds).reshape(shape).mean(axis=1) for o in self.outcomes]
        return np.stack(found, axis=1)

    def excess(self, value: dict[str, float]) -> list[float]:
        """How far each limit is overstepped, as a share of it; 0 or less if it is kept."""
        out = []
        for name, goal in self.asked.limits.items():
            comparison, bound = parse_goal(goal)
            out.append((value[name] - bound) * (1.0 if comparison[0] == "<" else -1.0) / max(abs(bound), 1e-12))
        return out

    def tell(self, trial: Any, generation: int, mix: Row, value: dict[str, float]) -> None:
        failed = not all(np.isfinite(v) for v in value.values())
        excess = [] if failed else self.excess(value)
        record = {"trial": trial.number, "generation": generation, **mix, **value, "failed": failed,
                  "within": not failed and all(e <= 0 for e in excess)}  # fmt: skip
        self.records.append(record)
        if failed:
            self.study.tell(trial, state=self.optuna.trial.TrialState.FAIL)
            return
        if self.by_trial:
            for name, e in zip(self.asked.limits, excess, strict=True):
                trial.set_constraint(name, e)
        else:
            trial.set_user_attr("excess", excess)
        self.study.tell(trial, [value[o] for o in self.asked.objectives])

    def report(self) -> Mixes:
        """The front with fresh seeds."""
        import pandas as pd

        trials = pd.DataFrame(self.records)
        names = [f.name for f in self.levers]
        good = trials[trials["within"]].drop_duplicates(names)
        if good.empty:
            failed = int(trials["failed"].sum())
            raise NothingFound(f"none of {len(trials)} mixes keeps the limits ({failed} failed); wider limits, lower "
                               f"bounds of levers or more generations may; runs are kept in {self.bench.store.path}")
        objectives = list(self.asked.objectives)
        on = nondominated(good[objectives].to_numpy(np.float64) * self.sign)
        front = good[on].sort_values(objectives, kind="stable")
        trials["front"] = trials["trial"].isin(front["trial"])
        settings: list[Row] = [*({n: row[n] for n in names} for row in front.to_dict("records")), {}]
        again = self.values(settings, self.fresh)
        rows = []
        for k, mix in enumerate(settings):
            plan = k == len(settings) - 1
            seen = None if plan else front.iloc[k]
            row: dict[str, Any] = {"name": "plan" if plan else _letter(k),
                                   "trial": -1 if seen is None else int(seen["trial"])}  # fmt: skip
            row |= {f.name: present(self.experiment, f) if plan else mix[f.name] for f in self.levers}
            for j, o in enumerate(self.outcomes):
                p = paired(np.zeros(len(self.fresh)), again[k, j], LEVEL)
                row |= {f"{o}_search": np.nan if seen is None else float(seen[o]), o: p.difference,
                        f"{o}_low": p.low, f"{o}_high": p.high}  # fmt: skip
            means = {o: row[o] for o in self.outcomes}
            row["within"] = all(e <= 0 for e in self.excess(means))
            each = [self.excess(dict(zip(self.outcomes, again[k, :, r], strict=True))) for r in range(len(self.fresh))]
            row["sure"] = float(np.mean([all(e <= 0 for e in one) for one in each]))
            rows.append(row)
        table = pd.DataFrame(rows)
        best = nondominated(np.where(table["within"].to_numpy()[:, None], table[objectives] * self.sign, -np.inf))
        table["stays"] = table["within"] & best & (table["name"] != "plan")
        return Mixes(
            self.experiment, self.asked, self.policy, self.bench.store.path, trials, table,
            self._curse(self.values(settings[:-1], self.seeds), again[:-1]),
            self.bench.answers(self.bench.rows).failed(), self.bench.made, self.bench.kept, self.study,
        )  # fmt: skip

    def _curse(self, searched: F8, again: F8) -> pd.DataFrame:
        """Mean of the front by seed, in the search and afresh: (mixes, outcomes, seeds) each."""
        import pandas as pd

        rows = []
        for o, sign in zip(self.asked.objectives, self.sign, strict=True):
            j = self.outcomes.index(o)
            better, low, high = apart(sign * searched[:, j].mean(axis=0), sign * again[:, j].mean(axis=0), LEVEL)
            rows.append({"outcome": o, "better": better, "low": low, "high": high})
        return pd.DataFrame(rows)


def nondominated(values: F8) -> NDArray[np.bool_]:
    """(N,) which rows no other row is as good as in all columns and better than in one; more is better.

    Examples
    --------
    >>> nondominated(np.array([[1.0, 3.0], [2.0, 2.0], [1.0, 2.0]])).tolist()
    [True, True, False]
    """
    v = np.asarray(values, np.float64)
    as_good = (v[:, None, :] >= v[None, :, :]).all(axis=2)
    better = (v[:, None, :] > v[None, :, :]).any(axis=2)
    return np.asarray(~(as_good & better).any(axis=0), np.bool_)


def present(experiment: Experiment, factor: Factor) -> Any:
    """The scenario's own value of a lever."""
    from laborsim.study.vary import instrument_at

    name, _, where = factor.name.partition(".")
    policy = experiment.spec.policies[name]
    kind, dot, setting = where.partition(".")
    return getattr(policy.instruments[instrument_at(policy, kind)], setting) if dot else getattr(policy, kind)


def keep(study: Any, path: Path) -> None:
    """Write an Optuna study to an SQLite file, for Optuna's own tools."""
    optuna = optuna_module()
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    url = f"sqlite:///{temporary}"
    optuna.copy_study(from_study_name=study.study_name, from_storage=study._storage, to_storage=url)
    os.replace(temporary, path)


def optuna_module() -> Any:
    """Optuna, quiet.

    Raises
    ------
    MissingAnalysis
        If it is not installed.
    """
    try:
        optuna = import_module("optuna")
    except ImportError:
        raise MissingAnalysis('a policy mix needs Optuna: pip install "laborsim[study]"') from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _suggest(trial: Any, factor: Factor) -> Any:
    if factor.distribution == "choice":
        return trial.suggest_categorical(factor.name, list(factor.values))
    log = factor.distribution == "loguniform"
    if factor.whole:
        return trial.suggest_int(factor.name, round(factor.low), round(factor.high), log=log)
    # ten digits, so that a run has the same id on every machine
    return float(f"{trial.suggest_float(factor.name, factor.low, factor.high, log=log):.10g}")


def _allowed(factor: Factor, value: Any) -> bool:
    if factor.distribution == "choice":
        return value in factor.values
    return isinstance(value, int | float) and factor.low <= value <= factor.high


def _letter(k: int) -> str:
    """A, B ... Z, AA, AB ..."""
    return chr(65 + k) if k < 26 else _letter(k // 26 - 1) + chr(65 + k % 26)
