"""If we double apprenticeships, where does the pipeline break?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.schema import BASELINE
from laborsim.study.questions import QUESTIONS
from laborsim.study.questions.answer import Answer, Picture, Sheet
from laborsim.study.questions.bench import Arm
from laborsim.study.questions.common import BASE, Simulated, basis, filled, place
from laborsim.study.questions.effects import cell, differences, span
from laborsim.study.questions.probes import Choice, declared, standard, start_of
from laborsim.study.statistics import FEWEST_RUNS, Paired
from laborsim.study.words import CAVEAT, NOT_DISTINGUISHABLE, money, two_digits

if TYPE_CHECKING:
    from laborsim.study.questions.bench import Bench
    from laborsim.study.results import Results

NAME = "doubled_apprenticeships"
STAGES = ("aware", "applied", "eligible", "enrolled", "completed", "credentialed", "placed", "retained")
WORDS = {
    "unfilled": "before the first day (seats that no sponsor and applicant fill)",
    "dropouts": "between the first day and completion (apprentices who drop out)",
    "unplaced": "between completion and placement",
}


def passing(results: Results, policy: str, stage: str, first: int) -> NDArray[np.float64]:
    """(R,) people passing a stage of all apprenticeships from a month on; `stage` may be "seats" or "dropouts"."""
    name = stage if stage == "seats" else f"pipeline_{stage}"
    groups = [g for i, g in results.keys if i == name and g.startswith("program:apprentice_")]
    if not groups:
        return np.zeros(results.replicates)
    return np.asarray(sum(np.nansum(results.series(name, g, policy)[:, first:], axis=1) for g in groups), np.float64)


def answer(bench: Bench) -> Answer:
    """Apprentice seats doubled with sponsors won and grants paid: where the additional people are lost."""
    spec = bench.spec
    first = max(0, spec.month_index(start_of(spec)))
    base = bench.results([BASE])
    years = max(1.0, (spec.months - first) / 12.0)
    starts = float(np.nanmean(passing(base, BASELINE, "enrolled", first))) / years
    found = Answer("funnel", QUESTIONS["funnel"], [], basis(base), len(base.records))
    if starts < 1.0:
        found.said = ["Nobody starts an apprenticeship in the baseline of these runs: there is nothing to double."]
        found.notes = ["Simulate more people: --scale."]
        return found
    probe = next(p for p in declared()[1] if p.kind == "apprenticeship")
    settings = dict(probe.policy["instruments"][0])
    navigators = float(max(2, round(starts / 60.0)))
    settings |= {"seats_per_year": float(round(starts)), "navigators": navigators}
    each = settings["grant_per_apprentice"] + settings.get("cost_per_seat", 2_800.0)
    # twice the grants: they go to those who would have started as well
    budget = round(1.2 * (2.0 * starts * each + navigators * 85_000.0), -3)
    policy = standard(spec, probe, title="Apprenticeships doubled", budget=budget, instruments=[settings])
    arm = Arm(NAME, "Apprenticeships doubled", NAME)
    choice = Choice([arm], {NAME: policy}, {NAME: "apprenticeship"})
    s = Simulated(bench.results([BASE, arm], choice.extra), choice)
    results = s.results
    people = {
        stage: differences([NAME], {p: passing(results, p, stage, first) for p in results.policies})[NAME]
        for stage in ("seats", *STAGES, "dropouts")
    }
    lost = _lost(people)
    found.basis, found.runs = basis(results), len(results.records)
    found.said = _said(people, lost)
    found.sheets = [
        Sheet(
            "The pipeline, all apprenticeships from the start of the policy",
            {"stage": "Stage", "base": "Baseline", "doubled": "Doubled", "more": "More (90% range)", "ratio": "Times"},
            [{"stage": stage.capitalize(), "base": two_digits(p.base), "doubled": two_digits(p.policy), "more": cell(p),
              "ratio": f"{p.policy / p.base:.2f}" if p.base > 0 else ""} for stage, p in people.items()],
            "Aware to retained: people passing the stage, some more than once. Apprenticeships last one to four "
            "years: many "
            "who start late are still in training at the end.",
        ),
        Sheet("Where the additional people are lost", {"where": "Where", "people": "People"},
              [{"where": WORDS[k], "people": two_digits(v)} for k, v in lost.items()]),
    ]  # fmt: skip
    found.picture = Picture(
        "pairs", found.said[0].split("; ")[0], f"People passing each stage of registered apprenticeship from "
                                               f"{start_of(spec)}, "
                                f"{place(results)}",
        [{"label": stage.capitalize(), "one": p.base, "two": p.policy,
          "said": f"{two_digits(p.base)} and {two_digits(p.policy)}"
          + (f", {p.policy / p.base:.2f} times" if p.base > 0 else "")} for stage, p in people.items()],
        f"Mean of {results.replicates} model runs. Logarithmic scale. {CAVEAT}", ("Baseline", "Doubled"), form="log",
    )  # fmt: skip
    said = list(found.said)
    filled(found, s, bench)
    found.said = said  # doubling is a package of its own, described below
    found.notes.append(
        f"Doubling is simulated by a standard package from {start_of(spec)}: {two_digits(starts)} seats a year more, "
        f"{navigators:.0f} navigators who win sponsors, grants of ${settings['grant_per_apprentice']:,.0f}, up to "
        f"{money(budget)} a year."
    )
    return found


def _lost(people: dict[str, Paired]) -> dict[str, float]:
    """People lost on the way, of those the doubling was to add."""
    more: dict[str, Any] = {k: p.difference for k, p in people.items()}
    return {
        "unfilled": max(0.0, more["seats"] - more["enrolled"]),
        "dropouts": max(0.0, more["dropouts"]),
        "unplaced": max(0.0, more["completed"] - more["placed"]),
    }


def _said(people: dict[str, Paired], lost: dict[str, float]) -> list[str]:
    enrolled = people["enrolled"]
    if people["seats"].difference <= 0:
        return ["The seats added are fewer than one simulated person: simulate more people (--scale)."]
    ratio = enrolled.policy / enrolled.base if enrolled.base > 0 else math.nan
    if not enrolled.distinguishable and enrolled.replicates >= FEWEST_RUNS:
        return [
            f"With seats doubled the pipeline breaks {WORDS['unfilled']}; the change in starts is "
            f"{NOT_DISTINGUISHABLE} ({two_digits(enrolled.difference, True)}, range {span(enrolled)}, for "
            f"{two_digits(people['seats'].difference)} seats added).",
            _brake(people),
        ]
    where = max(lost, key=lambda k: lost[k])
    done = people["completed"].policy / max(people["completed"].base, 1e-9)
    return [
        f"With seats doubled the pipeline breaks {WORDS[where]}; {two_digits(lost[where])} people are lost there, of "
        f"{two_digits(people['seats'].difference)} seats added. Starts rise to {ratio:.2f} times the baseline "
        f"({two_digits(enrolled.difference, True)}, range {span(enrolled)}), completions by the end to {done:.2f} "
        "times.",
        _brake(people),
    ]


def _brake(people: dict[str, Paired]) -> str:
    """Whether applicants or sponsors are short, by eligible applicants for each seat."""
    seats, eligible = people["seats"].policy, people["eligible"].policy
    applied = people["applied"].policy
    per_seat = eligible / seats if seats > 0 else math.nan
    barred = 100 * (1 - eligible / applied) if applied > 0 else math.nan
    if not math.isfinite(per_seat):
        return "There are no seats to fill."
    if per_seat >= 1.0:
        return (
            f"There are {per_seat:.1f} eligible applicants for each seat, so employers who hire apprentices are "
            f"short, not "
            f"applicants; {barred:.0f}% of applicants do not meet entry rules."
        )
    return (
        f"There are only {per_seat:.1f} eligible applicants for each seat, so applicants are short; {barred:.0f}% of "
        f"those "
        "who apply do not meet entry rules."
    )
