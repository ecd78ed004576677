"""One simulation asked for on the page, and what the page shows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from laborsim.app.levers import with_levers
from laborsim.report import front, known
from laborsim.report.figures import Chart
from laborsim.report.plots import Plotter
from laborsim.scenario.schema import Scenario
from laborsim.study.run import MODEL, Progress, run, settle
from laborsim.study.task import RunRecord, Task


@dataclass
class Course(Progress):
    """How far a simulation is, read by the page while it goes on."""

    done: int = 0
    of: int = 0
    doing: str = ""

    def started(self, tasks: Sequence[Task], kept: int, jobs: int) -> None:
        self.done, self.of, self.doing = kept, kept + len(tasks), "simulating"

    def finished(self, record: RunRecord) -> None:
        self.done += 1

    def __str__(self) -> str:
        return f"{self.doing}: {self.done} of {self.of} runs" if self.of else self.doing


@dataclass(frozen=True)
class Shown:
    """What the page shows of finished runs.

    Attributes
    ----------
    head : how many people, employers and runs.
    answer, targets : sentences.
    stock : the outcome the policies are judged by.
    rows : one line for each policy, as on the first page of the brief.
    charts : drawn charts.
    failed : runs that failed.
    """

    head: str
    answer: list[str]
    stock: str
    rows: list[dict[str, Any]]
    targets: str
    charts: list[Chart] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def simulate(
    spec: Scenario,
    policies: Sequence[str],
    values: Mapping[str, float | None],
    replicates: int,
    scale: float,
    course: Course | None = None,
    model: str = MODEL,
) -> Shown:
    """Simulate the baseline and some policies with their levers moved.

    Raises
    ------
    InputError
        If a value is not allowed.
    RuntimeError
        If no run finished.
    """
    course = course or Course()
    asked = settle(with_levers(spec, values), replicates=replicates, scale=scale)
    results = run(asked, list(policies), progress=course, model=model)
    failed = [f"{r.policy}, replicate {r.replicate}: {r.error}" for r in results.failed]
    if len(failed) == len(results.records):
        raise RuntimeError(failed[0])
    course.doing, course.of = "drawing charts", 0
    findings = results.findings
    about = results.about
    return Shown(
        f"{about['people']:,} people and {about['employers']:,} employers simulated ({100 * about['scale']:g}% of the "
        f"region), {len(results.records)} runs, {about['seconds']:.0f} seconds",
        [*front.answer(results, findings), *filter(None, [front.others(results, findings)])],
        known.PLURALS.get(str(findings.stock), ""),
        front.rows(results, findings),
        front.targets_line(results),
        Plotter(results).all(),
        failed,
    )
