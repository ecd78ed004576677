"""A sweep of many runs: runs a second, efficiency against one core, the parent's memory over time, size of the store.

    python experiments/benchmarks/sweep.py --json                      # 1,000 runs at 10% of the people, two workers
    python experiments/benchmarks/sweep.py --runs 40 --scale 0.02      # a few minutes
    python experiments/benchmarks/sweep.py --models 200 --scale 0.005  # models built, run and dropped in one process

Efficiency compares the processor seconds of a run in one process with those in workers side by side, and the wall time
of both; on cores that others use too only the former says much. Starting workers (some seconds of each) counts, so few
runs look worse than many. The load of the machine is part of the result.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from laborsim.study.experiment import load_experiment
from laborsim.study.local import Local
from laborsim.study.run import Progress
from laborsim.study.sweep import sweep
from laborsim.study.task import Task, execute

ROOT = Path(__file__).parents[2]
EXPERIMENT = """\
[experiment]
scenario = "{scenario}"
scale = {scale}
replicates = 1
months = {months}

[uncertainties]
"demand.growth_shock" = {{ low = 0.02, high = 0.06 }}
"matching.noise" = {{ low = 0.5, high = 1.5 }}

[levers]
policy = ["baseline", "childcare"]

[design]
kind = "sobol"
samples = {samples}

[outcomes.unemployment]
indicator = "unemployment_rate"

[outcomes.more_employed]
indicator = "employment"
against = "baseline"

[outcomes.dollars]
indicator = "spending"
statistic = "sum"
"""


def memory() -> float:
    """Megabytes of this process that are in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor(children: bool) -> float:
    """Processor seconds used by this process, and by children that have ended."""
    used = [resource.getrusage(resource.RUSAGE_SELF)] + (
        [resource.getrusage(resource.RUSAGE_CHILDREN)] if children else []
    )
    return sum(u.ru_utime + u.ru_stime for u in used)


class Watch(Progress):
    """Progress that keeps the parent's memory and the time of each run."""

    def __init__(self) -> None:
        self.megabytes: list[float] = []
        self.at: list[float] = []

    def finished(self, record: Any) -> None:
        self.megabytes.append(memory())
        self.at.append(time.perf_counter())


def experiment(folder: Path, runs: int, scale: float, months: int) -> Any:
    """An experiment of so many runs: half of them baselines."""
    path = folder / "benchmark.toml"
    scenario = (ROOT / "scenarios" / "independence-works-2025.toml").as_posix()
    path.write_text(EXPERIMENT.format(scenario=scenario, scale=scale, months=months, samples=runs // 2))
    return load_experiment(path)


def swept(asked: Any, store: Path, jobs: int) -> dict[str, Any]:
    """Figures of one sweep."""
    executor, watch = Local(jobs), Watch()
    before, began = processor(True), time.perf_counter()
    done = sweep(asked, store, executor, progress=watch)
    seconds = time.perf_counter() - began
    executor.close()  # so that the workers' processor time is counted
    used = processor(True) - before
    frame = done.frame()
    tenth = max(1, len(watch.megabytes) // 10)
    steady = watch.at[tenth:]
    return {
        "jobs": jobs, "runs": done.runs, "failed": done.failed, "seconds": seconds,
        "runs_per_second": done.made / seconds,
        "runs_per_second_after_a_tenth": (len(steady) - 1) / (steady[-1] - steady[0]) if len(steady) > 1 else 0.0,
        "processor_seconds_per_run": used / max(1, done.made), "seconds_per_run_inside": float(frame["seconds"].mean()),
        "parent_megabytes": {
            "after_a_tenth": watch.megabytes[tenth - 1], "half_way": watch.megabytes[len(watch.megabytes) // 2],
            "at_the_end": watch.megabytes[-1], "most": max(watch.megabytes),
        },
        "store_bytes": store.stat().st_size, "store_bytes_per_run": store.stat().st_size / done.runs,
        "load": os.getloadavg()[0],
    }  # fmt: skip


def models(count: int, scale: float, months: int) -> dict[str, Any]:
    """Growth of a process that builds, runs and drops models with different parameters."""
    with tempfile.TemporaryDirectory() as folder:
        asked = experiment(Path(folder), 2, scale, months)
    at: list[float] = []
    for k in range(count):
        parameters = (("demand.growth_shock", 0.02 + 0.04 * k / count),)
        task = Task(asked.spec, "childcare" if k % 2 else "baseline", k, 1000 + k, scale, months, parameters=parameters,
                    measures=asked.measures)  # fmt: skip
        record = execute(task)
        if not record.done:
            sys.exit(f"model {k}: {record.error}")
        gc.collect()
        at.append(memory())
    first = min(9, count - 1)
    return {"models": count, "scale": scale, "months": months, "megabytes_after_10": at[first],
            "megabytes_at_the_end": at[-1], "growth_megabytes": at[-1] - at[first],
            "growth_from_the_first": at[-1] - at[0]}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--scale", type=float, default=0.10)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--one", type=int, default=0, help="runs made in one process, to compare with; default a tenth")
    parser.add_argument("--models", type=int, default=0, help="measure growth over so many models instead")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.models:
        found = models(given.models, given.scale, given.months)
    else:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            asked = experiment(folder, given.runs, given.scale, given.months)
            # kernels and region first: they are made once on a machine
            swept(replace(asked, samples=2), folder / "warm.sqlite", given.jobs)
            many = swept(asked, folder / "many.sqlite", given.jobs)
            few = given.one or max(10, given.runs // 10)  # last: from here on this process makes models itself
            alone = swept(replace(asked, samples=max(1, few // 2)), folder / "one.sqlite", 1)
        found = {
            "runs": given.runs, "scale": given.scale, "months": given.months, "one_process": alone, "workers": many,
            "efficiency_by_processor_time": alone["processor_seconds_per_run"] / many["processor_seconds_per_run"],
            "efficiency_by_wall_time": many["runs_per_second_after_a_tenth"]
            / (given.jobs * alone["runs_per_second_after_a_tenth"]),
        }  # fmt: skip
    print(json.dumps(found, indent=None if given.json else 1))


if __name__ == "__main__":
    main()
