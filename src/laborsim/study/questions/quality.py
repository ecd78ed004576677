"""Does job quality fill jobs faster than training?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from laborsim.study.outcomes import shown
from laborsim.study.questions import QUESTIONS
from laborsim.study.questions.answer import Answer, Picture, Sheet
from laborsim.study.questions.common import Simulated, basis, filled, headline, note, place, simulate, started
from laborsim.study.questions.effects import cell, differences, dollars, since, totals
from laborsim.study.questions.probes import both, choose, choose_side
from laborsim.study.statistics import FEWEST_RUNS, Paired
from laborsim.study.words import NOT_DISTINGUISHABLE, capital, in_runs, lower, money, only

if TYPE_CHECKING:
    from laborsim.study.questions.bench import Bench

QUALITY, TRAINING = ("quality",), ("training", "apprenticeship", "ojt", "customized", "partnership")


def answer(bench: Bench) -> Answer:
    """Days that vacancies stay open under better jobs and under more training, and what a day less costs."""
    s = simulate(bench, both(choose(bench.spec, QUALITY), choose_side(bench.spec, TRAINING)))
    results = s.results
    first = {n: started(results, n) for n in s.names}
    days, fill, kept = (
        since(results, first, i) for i in ("time_to_fill", "good_vacancy_fill_rate", "retention_12_month")
    )
    work = totals(results, s.names, "employment", per=12.0)
    spent = {n: dollars(results, n) for n in s.names}
    quality = [n for n in s.names if s.choice.kind_of[n] in QUALITY]
    training = [n for n in s.names if n not in quality]
    found = Answer("quality", QUESTIONS["quality"], [], basis(results), len(results.records))
    if quality and training:
        best = [min(of, key=lambda n: days[n].difference) for of in (quality, training)]
        found.said = [_between(s, best[0], best[1], days), _cost(s, best, days, spent)]
    else:
        found.said = ["One of the two sides has no policy: there is nothing to compare."]
    found.sheets = [Sheet(
        "Filling jobs, mean since each policy's start",
        {"policy": "Policy", "spent": "Spent", "days": "Time to fill (90% range)",
         "fill": "Good vacancies filled in the month",
         "kept": "Still with the employer after 12 months", "work": "Person-years of work added"},
        [{"policy": s.title(n), "spent": money(spent[n]), "days": _shown(days[n], "days"),
          "fill": _shown(fill[n], "share"),
          "kept": _shown(kept[n], "share"), "work": cell(work[n])} for n in s.names],
        "Changes against the baseline; less time is better.",
    )]  # fmt: skip
    rows = [
        {"label": s.short(n), "sub": f"{s.origin(n)}{money(spent[n])} spent", "panel": "", "middle": days[n].difference,
         "low": days[n].low, "high": days[n].high, "said": _shown(days[n], "days"), "sure": days[n].distinguishable}
        for n in s.names
    ]  # fmt: skip
    found.picture = Picture(
        "ranges", headline(found.said[0], map(s.short, s.names)),
        f"Change in the days it takes to fill a vacancy, {place(results)}", rows,
        note(results) + " Left of the line: faster.", form="days",
    )  # fmt: skip
    return filled(found, s, bench)


def _shown(p: Paired, kind: str) -> str:
    """A change with its interval."""
    middle = shown(p.difference, kind, signed=True)
    return f"{middle} ({shown(p.low, kind, signed=True)} to {shown(p.high, kind, signed=True)})" if math.isfinite(
        p.low) else middle  # fmt: skip


def _between(s: Simulated, quality: str, training: str, days: dict[str, Paired]) -> str:
    one, two = (lower(s.short(n)) for n in (quality, training))
    levels = f"{one} changes time to fill by {_shown(days[quality], 'days')}, {two} by {_shown(days[training], 'days')}"
    month = max(started(s.results, n) for n in (quality, training))
    ends = {n: s.results.last_year("time_to_fill", "all", n, max(1, len(s.results.months) - month))
            for n in s.results.policies}  # fmt: skip
    p = differences([quality], ends, training)[quality]
    if p.replicates < FEWEST_RUNS:
        return f"{capital(only(p.replicates))}, {levels}."
    helps = [n for n in (quality, training) if days[n].high < 0]
    if not helps:
        return f"Neither fills jobs faster by more than chance: {levels}; both are {NOT_DISTINGUISHABLE} or slower."
    if p.distinguishable:
        first, share = ("Job quality", p.down) if p.difference < 0 else ("Training", p.up)
        return f"{first} fills jobs faster, {in_runs(share, p.replicates)}: {levels}."
    return f"The two cannot be told apart (their difference is {NOT_DISTINGUISHABLE}): {levels}."


def _cost(s: Simulated, names: list[str], days: dict[str, Paired], spent: dict[str, float]) -> str:
    parts = []
    for n in names:
        p = days[n]
        name = lower(s.short(n))
        if p.high < 0 and spent[n] > 0:
            each = [float(f"{-spent[n] / x:.2g}") for x in (p.difference, p.low, p.high)]
            parts.append(f"{name} costs about {money(each[0])} for each day less ({money(each[1])} to "
                         f"{money(each[2])})")
        else:
            parts.append(f"{name} has no price of a day less ({money(spent[n])} spent)")
    return f"Over all months {'; '.join(parts)}."
