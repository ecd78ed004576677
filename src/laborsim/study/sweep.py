"""A sweep: every point of an experiment, with the same seeds at each, kept in a run store."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.scenario.problems import InputError
from laborsim.study.analysis.stopping import look, looks
from laborsim.study.design import Point, plan, settings_text
from laborsim.study.executor import Executor, make_executor
from laborsim.study.reuse import RESULTS
from laborsim.study.run import MODEL, Interrupted, Progress
from laborsim.study.storage import code_fingerprint, region_fingerprint
from laborsim.study.store import Store, load
from laborsim.study.task import Task, replicate_seeds, run_key

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.scenario.schema import Scenario
    from laborsim.study.experiment import Experiment


class NotAsked(InputError):
    """What the experiment asks for cannot be given by any run."""


@dataclass(frozen=True)
class Swept:
    """What a sweep came to.

    Attributes
    ----------
    store : the file.
    runs, done, failed : runs of the design, and how they stand in the store.
    made : runs made now; kept : runs that were there.
    seconds : of this sweep.
    replicates : of each point.
    stopped : why there are so many, if the experiment has a stopping rule.
    """

    store: Path
    runs: int
    done: int
    failed: int
    made: int
    kept: int
    seconds: float
    replicates: int = 0
    stopped: str = ""

    @property
    def rate(self) -> float:
        """Runs made a second."""
        return self.made / self.seconds if self.seconds > 0 else 0.0

    def frame(self) -> pd.DataFrame:
        """Tidy results; see `laborsim.study.store.load`. Replicates a rule did not ask for are left out."""
        frame = load(self.store)
        return frame[frame["replicate"] < self.replicates].reset_index(drop=True) if self.replicates else frame


def default_store(experiment: Experiment) -> Path:
    """results/sweeps/<experiment>.sqlite."""
    return RESULTS / "sweeps" / f"{experiment.name}.sqlite"


def sweep(
    experiment: Experiment,
    store: Path | None = None,
    executor: Executor | None = None,
    fresh: bool = False,
    retry: bool = False,
    progress: Progress | None = None,
    model: str = MODEL,
) -> Swept:
    """Make all runs of an experiment that its store does not have yet.

    Parameters
    ----------
    experiment : as `load_experiment` reads it.
    store : file of the run store; None for results/sweeps/<experiment>.sqlite.
    executor : where runs are made; None for worker processes here, one a core.
    fresh : throw away what the store has.
    retry : make failed runs again.
    progress : told what happens.
    model : "module:class" of the model.

    Returns
    -------
    Swept

    Raises
    ------
    InputError
        If the store is another experiment's, or an outcome asks for a figure that the runs do not have.
    StoreFailed
        If the store can no longer be written; finished runs are safe.
    Interrupted
        After Ctrl-C; finished runs are kept, and the same call goes on from them.

    Examples
    --------
    >>> sweep(load_experiment("experiments/quick.toml")).frame()  # doctest: +SKIP
    """
    began = time.perf_counter()
    progress = progress or Progress()
    path = store or default_store(experiment)
    points = plan(experiment)
    with Store(path, experiment.about(), versions(experiment.spec, experiment.policies, model), points, fresh) as place:
        executor = executor or make_executor()
        tasks, point_of = tasks_of(experiment, points, model)
        there = place.statuses()
        kept = [t.key for t in tasks if t.key in there and not (retry and there[t.key] == "failed")]
        wanted = set(kept)
        made, seen = 0, None
        rule = experiment.stopping
        most = experiment.replicates
        before = 0
        try:
            for upto in looks(rule.floor, rule.batch, most) if rule else [most]:
                todo = [t for t in tasks if before <= t.replicate < upto and t.key not in wanted]
                progress.started(todo, len(kept) if before == 0 else 0, executor.jobs)
                for record in executor.run(todo):
                    if record.wrong_input:
                        raise NotAsked(record.error.partition(": ")[2] or record.error)
                    place.add(record, point_of[record.key])
                    made += 1
                    progress.finished(record)
                before = upto
                if rule:
                    seen = look(_differences(experiment, load(path), upto), rule.half_width, rule.level, most)
                    if seen.enough:
                        break
        except KeyboardInterrupt:
            executor.close()
            raise Interrupted(sum(s == "done" for s in place.statuses().values()), len(tasks), path) from None
        except BaseException:
            executor.close()
            raise
        now = place.statuses()
    tasks = [t for t in tasks if t.replicate < before]
    statuses = [now[t.key] for t in tasks]
    return Swept(path, len(tasks), statuses.count("done"), statuses.count("failed"), made, len(tasks) - made,
                 time.perf_counter() - began, before, seen.reason if seen else "")  # fmt: skip


def _differences(experiment: Experiment, frame: pd.DataFrame, upto: int) -> dict[str, Any]:
    """(upto,) change of the rule's outcome in each replicate, by policy: the mean over all points of the policy."""
    rule = experiment.stopping
    assert rule is not None
    against = next(m.against for m in experiment.measures if m.name == rule.outcome)
    policies = [rule.policy] if rule.policy else [p for p in experiment.policies if p != against]
    known = frame[frame["replicate"] < upto]
    table = known.pivot_table(index="policy", columns="replicate", values=rule.outcome, dropna=False,
                              aggfunc=lambda x: x.mean(skipna=False))  # fmt: skip
    return {p: table.loc[p].to_numpy() for p in policies}


def tasks_of(experiment: Experiment, points: Sequence[Point], model: str = MODEL) -> tuple[list[Task], dict[str, int]]:
    """The runs of points, each with its id, and the point of each id.

    The runs of a state follow one another, whatever their policy, so that its region is made once. Replicate r has
    the same seed at every point: points differ by what is varied alone (common random numbers).
    """
    spec, code = experiment.spec, code_fingerprint() + model
    region = region_fingerprint(spec.region)
    contents = {p: spec.run_hash(p) + region for p in experiment.policies}
    seeds = replicate_seeds(experiment.seed, experiment.replicates)
    tasks: list[Task] = []
    point_of: dict[str, int] = {}
    for point in sorted(points, key=lambda p: (p.state, p.number)):
        varied = settings_text(point.parameters) + settings_text(point.levers)
        content = hashlib.sha256((contents[point.policy] + varied).encode()).hexdigest()
        for replicate, seed in enumerate(seeds):
            key = run_key(content, point.policy, seed, spec.scale, experiment.months, code)
            point_of[key] = point.number
            tasks.append(
                Task(spec, point.policy, replicate, seed, spec.scale, experiment.months, 1, key, model,
                     point.parameters, point.levers, experiment.measures)
            )  # fmt: skip
    return tasks, point_of


def versions(spec: Scenario, policies: Sequence[str], model: str = MODEL) -> dict[str, str]:
    """What else the runs of a scenario's policies depend on: program, scenario, region pack."""
    content = "".join(spec.run_hash(p) for p in policies)
    return {
        "laborsim": version("laborsim"),
        "code": code_fingerprint()[:16],
        "scenario content": hashlib.sha256(content.encode()).hexdigest()[:16],
        "region pack": region_fingerprint(spec.region)[:16],
        "model": model,
    }


def summary(frame: pd.DataFrame, experiment: Experiment) -> pd.DataFrame:
    """Each outcome under each policy over all finished runs: policy, outcome, runs, mean, low, high (5% and 95%)."""
    import pandas as pd

    from laborsim.study.statistics import spread

    rows: list[dict[str, Any]] = []
    done = frame[frame["status"] == "done"]
    for policy in experiment.policies:
        of = done[done["policy"] == policy]
        for m in experiment.measures:
            values = of[m.name].to_numpy()
            mean, low, high = spread(values)
            rows.append({"policy": policy, "outcome": m.name, "runs": int((values == values).sum()), "mean": mean,
                         "low": low, "high": high})  # fmt: skip
    return pd.DataFrame(rows, columns=["policy", "outcome", "runs", "mean", "low", "high"])
