"""What most answers share: simulating a choice of policies, and saying what an answer rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from laborsim.scenario.fields import month_number
from laborsim.scenario.schema import BASELINE
from laborsim.study.questions.answer import Answer
from laborsim.study.questions.bench import Arm
from laborsim.study.questions.effects import bought
from laborsim.study.statistics import FEWEST_RUNS
from laborsim.study.words import CAVEAT, TOO_FEW, lower, month_name

if TYPE_CHECKING:
    from laborsim.study.questions.bench import Bench
    from laborsim.study.questions.probes import Choice
    from laborsim.study.results import Results

BASE = Arm(BASELINE, "Baseline", BASELINE)


@dataclass
class Simulated:
    """Runs of the baseline and of a choice of policies."""

    results: Results
    choice: Choice

    @property
    def names(self) -> list[str]:
        """Policies compared, without the baseline."""
        return self.choice.names

    def title(self, name: str) -> str:
        """Title of a policy, with "(standard package)" where it is one."""
        return self.choice.titles()[name]

    def short(self, name: str) -> str:
        """Title of a policy as it stands in a sentence."""
        return next(a.title for a in self.choice.arms if a.name == name)

    def origin(self, name: str) -> str:
        """ "standard package; " of one that is not the scenario's own."""
        return "standard package; " if name in self.choice.extra else ""

    def idle(self, name: str) -> bool:
        """Whether a policy did nothing: all its runs end as the baseline's."""
        records = [(r.policy, r.replicate, r.state_hash) for r in self.results.records if r.done]
        base = {n: h for p, n, h in records if p == BASELINE}
        return all(base.get(n) == h for p, n, h in records if p == name)


def simulate(bench: Bench, choice: Choice, first: int = 0, count: int | None = None) -> Simulated:
    """The baseline and all policies of a choice."""
    return Simulated(bench.results([BASE, *choice.arms], choice.extra, first, count), choice)


def basis(results: Results, what: str = "") -> str:
    """How many runs of what an answer rests on."""
    runs, arms = results.replicates, len(results.policies)
    done = sum(r.done for r in results.records)
    of = f"{runs} of each of {arms} courses" if arms > 1 else "all of the baseline"
    people = next((r.people for r in results.records if r.done), 0)
    failed = len(results.records) - done
    return (
        f"Rests on {done} model runs ({of}{': ' + what if what else ''}), {people:,} people simulated "
        f"({100 * results.about['scale']:g}% of the region), {month_name(results.months[0])} to "
        f"{month_name(results.months[-1])}" + (f"; {failed} runs failed and are left out" if failed else "")
        + f". Ranges hold chance between runs, not doubt about assumptions (`ask trust`). {CAVEAT}"
    )  # fmt: skip


def started(results: Results, policy: str) -> int:
    """Month index from which a policy acts."""
    plan = results.about["policies"][policy]
    begins = plan.get("start") or results.months[0]
    month = month_number(begins) - month_number(results.months[0]) + int(plan.get("adoption_delay_months") or 0)
    return int(np.clip(month, 0, len(results.months) - 1))


def filled(answer: Answer, s: Simulated, bench: Bench) -> Answer:
    """The answer with its policies, what their money bought, and the remark on standard packages."""
    answer.policies |= s.choice.titles()
    answer.bought += [f"{s.title(n)}: {bought(s.results, n)}." for n in s.names]
    if remark := s.choice.remark(bench.spec):
        answer.said.append(remark)
    answer.notes += [
        f"{s.title(n)} did nothing in these runs: its budget or sizes pay for nothing." for n in s.names if s.idle(n)
    ]
    if s.results.replicates < FEWEST_RUNS:
        answer.notes.append(f"Fewer than {FEWEST_RUNS} runs of each show possible courses, no range: use --replicates.")
    return answer


def headline(sentence: str, titles: Iterable[str] = ()) -> str:
    """The finding of an answer's first sentence, as the title of its chart: up to a colon that is of no policy's title.

    Examples
    --------
    >>> headline("Neither fills jobs faster by more than chance: a changes (-1 to +2).")
    'Neither fills jobs faster by more than chance'
    >>> headline("Youth: into jobs places 170 more: of those 50.", ["Youth: into jobs"])
    'Youth: into jobs places 170 more'
    """
    hidden = sentence
    for title in titles:
        for text in (title, lower(title)):
            hidden = hidden.replace(text, "-" * len(text))
    at = hidden.find(": ")
    return (sentence[:at] if at > 0 else sentence).rstrip(".")


def place(results: Results) -> str:
    """Region and months, for subtitles."""
    title = str(results.about["scenario"].get("region_title") or results.about["scenario"]["region"])
    return f"{title}, {month_name(results.months[0])} to {month_name(results.months[-1])}"


def note(results: Results) -> str:
    """What marks of a chart with ranges are."""
    runs = results.replicates
    what = "Dots: one model run." if runs == 1 else f"Dots: mean of {runs} paired model runs; " + (
        f"{TOO_FEW} for a range." if runs < FEWEST_RUNS else "lines: 90% range of it.")
    return f"{what} {100 * results.about['scale']:g}% of people simulated. {CAVEAT}"
