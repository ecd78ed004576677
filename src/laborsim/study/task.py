"""One run: a policy of a scenario with one seed, made in whatever process it finds itself in."""

from __future__ import annotations

import hashlib
import importlib
import os
import platform
import signal
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.scenario.problems import InputError
from laborsim.scenario.schema import BASELINE
from laborsim.study.measures import Measure, measure
from laborsim.study.vary import Settings, vary

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

KILLED = "the worker process was killed (out of memory?)"


@dataclass(frozen=True)
class Task:
    """What one run needs.

    Attributes
    ----------
    spec : the scenario.
    policy : name of a policy package, or "baseline".
    replicate : 0, 1, ...
    seed : seed of the run: the same for the same replicate of every policy.
    scale : share of people simulated.
    months : months to simulate.
    threads : threads inside the run.
    key : identifies the run for resuming (scenario, region, policy, parameters, seed, scale, program).
    model : "module:class" of the model.
    parameters, levers : values in place of the scenario's; see `laborsim.study.vary`.
    measures : outcomes to work out where the run is made; if there are any, only they come back, not all figures.
    without : make a second run without any program, for the WIOA table's counterfactual.
    no_event : make the baseline a second time without this event of the scenario, for what it does.
    work : what to do instead of one run, such as the runs of a trial: `work(task, on_month)` gives the record's `made`.
    """

    spec: Any
    policy: str
    replicate: int
    seed: int
    scale: float
    months: int
    threads: int = 1
    key: str = ""
    model: str = "laborsim.model:LaborMarket"
    parameters: Settings = ()
    levers: Settings = ()
    measures: tuple[Measure, ...] = ()
    without: bool = False
    no_event: int | None = None
    work: Callable[[Task, Any], Any] | None = None


@dataclass
class RunRecord:
    """Outcome of one run. `status` is "done" or "failed"; a failed run has `error` and `trace` only.

    Attributes
    ----------
    keys : (K,) pairs (indicator, group); units (K,); values (T, K) float64.
    spending : columns month, payer, item, units, dollars.
    remarks : what the policy had to say (money or seats ran out).
    stages : seconds by stage of the month.
    outcomes : values of the task's measures.
    wioa : rows of `laborsim.indicators.wioa.rows`: what became of those who enrolled.
    steps : rows of `laborsim.indicators.steps.Steps.rows`: people by step of the pipeline, each once.
    without_event : rows of `laborsim.study.without_event.rows`: the run without an event.
    made : what the task's `work` gave.
    accounts : yearly totals of residents, by name of `laborsim.indicators.money.TOTALS`, dollars at full scale.
    worker : the process that made the run.
    wrong_input : the run failed because of what was asked for; all runs like it will.
    """

    policy: str
    replicate: int
    seed: int
    key: str = ""
    status: str = "done"
    error: str = ""
    trace: str = ""
    seconds: float = 0.0
    state_hash: str = ""
    pack_hash: str = ""
    people: int = 0
    employers: int = 0
    stages: dict[str, float] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    keys: list[tuple[str, str]] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    values: NDArray[np.float64] | None = None
    spending: pd.DataFrame | None = None
    outcomes: list[float] = field(default_factory=list)
    wioa: list[dict[str, Any]] = field(default_factory=list)
    accounts: dict[str, list[float]] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    without_event: list[dict[str, Any]] = field(default_factory=list)
    made: Any = None
    worker: str = ""
    wrong_input: bool = False

    @property
    def done(self) -> bool:
        """Whether the run was finished."""
        return self.status == "done"


def run_key(scenario: str, policy: str, seed: int, scale: float, months: int, code: str) -> str:
    """Hash that says whether a stored run is the run wanted now.

    `scenario` and `code` are content hashes of the scenario with its region and of the program itself.
    """
    text = "\0".join((scenario, policy, str(seed), repr(float(scale)), str(months), code))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def replicate_seeds(seed: int, replicates: int) -> list[int]:
    """Seeds of the replicates: children of the scenario's seed, so that they are unrelated.

    Replicate r has the same seed whatever the number of replicates.

    Examples
    --------
    >>> replicate_seeds(7, 3)[:2] == replicate_seeds(7, 2)
    True
    """
    children = np.random.SeedSequence(seed).spawn(replicates)
    return [int(c.generate_state(1, np.uint64)[0] >> np.uint64(1)) for c in children]


def load_model(path: str) -> Any:
    """Class named by "module:class"."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def execute(task: Task, on_month: Any = None) -> RunRecord:
    """Make one run; a failure becomes a record with its error and never an exception.

    Parameters
    ----------
    task : Task
    on_month : called as on_month(months done) now and then; only in this process.
    """
    record = RunRecord(task.policy, task.replicate, task.seed, task.key)
    record.worker = f"{platform.node()}:{os.getpid()}"
    began = time.perf_counter()
    try:
        _execute(task, record, on_month)
    except Exception as error:
        record.status = "failed"
        record.wrong_input = isinstance(error, InputError)
        record.error = f"{type(error).__name__}: {error}"
        record.trace = traceback.format_exc()
        record.values = None
    record.seconds = time.perf_counter() - began
    return record


def ignore_interrupt() -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the parent."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _execute(task: Task, record: RunRecord, on_month: Any) -> None:
    if task.work is not None:
        record.made = task.work(task, on_month)
        return
    model = _builder(task)()
    try:
        _simulate(task, model, record, on_month)
    finally:
        # a model refers to itself: emptied, its tables are freed at once and not when Python next looks for cycles
        vars(model).clear()


def _builder(task: Task) -> Callable[[], Any]:
    """What makes the model of a task."""
    build = load_model(task.model)
    policy = None if task.policy == BASELINE else task.policy
    spec = vary(task.spec, task.parameters, task.levers)
    return lambda: build(spec, policy=policy, rng=task.seed, scale=task.scale, threads=task.threads)


def _simulate(task: Task, model: Any, record: RunRecord, on_month: Any) -> None:
    from laborsim.indicators.peers import with_ranks

    record.people, record.employers = _count(model.people), _count(model.employers)
    record.pack_hash = str(getattr(model, "pack_hash", ""))
    evaluation = None
    if hasattr(model, "observers") and not task.measures:
        from laborsim.study.evaluation import Evaluation

        evaluation = Evaluation(model)
    step = task.months if on_month is None else max(1, task.months // 24)
    done = 0
    while done < task.months:
        step = min(step, task.months - done)
        model.run_for(step)
        done += step
        if on_month is not None:
            on_month(done)
    # ranks depend on the run's seed alone: policies of a replicate meet the same peers
    frame = with_ranks(model.frame(), task.spec.peers, task.seed)
    record.state_hash = model.state_hash()
    if task.measures:
        record.outcomes = measure(task.measures, frame, model.spending())
        return
    record.keys = [(str(i), str(g)) for i, g in frame.keys]
    record.units = [str(u) for u in frame.units]
    record.values = np.asarray(frame.values, np.float64)
    record.spending = model.spending()
    record.stages = {str(k): float(v) for k, v in model.plan.seconds().items()}
    package = getattr(model, "package", None)
    record.remarks = [] if package is None else [f"{month}: {said}" for _, month, said in package.stops()]
    if evaluation is not None:
        record.accounts = evaluation.accounts()
        record.steps = evaluation.steps()
        record.wioa = evaluation.wioa(_builder(task) if task.without else None, task.months)
    if task.no_event is not None:
        from laborsim.study.without_event import leave_out, rows

        apart = replace(task, spec=leave_out(task.spec, task.no_event))
        record.without_event = rows(_builder(apart), task.months, task.spec.events[task.no_event].zone)


def _count(thing: Any) -> int:
    return int(thing) if isinstance(thing, int | np.integer) else len(thing)
