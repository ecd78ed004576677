"""With $2 million a year, which mix adds most self-sufficient workers?

Every standard package alone at the full money, then pairs of the best at half the money each; what is found best is run
again with fresh seeds, as the best of many is partly luck.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from laborsim.scenario.schema import Policy
from laborsim.study.questions import QUESTIONS
from laborsim.study.questions.answer import Answer, Picture, Sheet
from laborsim.study.questions.bench import Arm
from laborsim.study.questions.common import BASE, Simulated, basis, filled, note, place, started
from laborsim.study.questions.effects import at_end, cell, differences, dollars, price_each, sums, totals
from laborsim.study.questions.probes import PREFIX, Choice, budget, declared, standard
from laborsim.study.statistics import FEWEST_RUNS, Paired
from laborsim.study.words import NOT_DISTINGUISHABLE, capital, in_runs, lower, money, only, two_digits

if TYPE_CHECKING:
    from laborsim.study.questions.bench import Bench

PAIRED = 3  # of the best packages alone, all pairs are tried
AGAIN = 3  # mixes run again with fresh seeds
INDICATOR = "self_sufficient_workers"
HALF = ", half each"


def answer(bench: Bench) -> Answer:
    """Self-sufficient workers added by every package and by pairs of the best, re-evaluated with fresh seeds."""
    spec = bench.spec
    probes = [p for p in declared()[1] if p.mix]
    alone = {PREFIX + p.name: standard(spec, p) for p in probes}
    singles = [Arm(n, p.title, n) for n, p in alone.items()]
    results = bench.results([BASE, *singles], alone)
    gain = totals(results, alone, INDICATOR, per=12.0)
    order = sorted(gain, key=lambda n: -gain[n].difference)[:PAIRED]
    pairs, extra = _pairs(alone, order)
    second = bench.results([BASE, *pairs], alone | extra) if pairs else results
    gain |= totals(second, [a.name for a in pairs], INDICATOR, per=12.0)
    title = {a.name: a.title for a in [*singles, *pairs]}
    finalists = sorted(gain, key=lambda n: -gain[n].difference)[:AGAIN]
    fresh = bench.results([BASE, *(Arm(n, title[n], n) for n in finalists)], alone | extra, first=spec.replicates)
    new = totals(fresh, finalists, INDICATOR, per=12.0)
    end = at_end(fresh, finalists, INDICATOR)
    best = max(finalists, key=lambda n: new[n].difference)
    spent = {n: dollars(second if n in extra else results, n) for n in gain}
    again = {n: dollars(fresh, n) for n in finalists}
    runs = len(results.records) + len(second.records) * (second is not results) + len(fresh.records)
    found = Answer("mix", QUESTIONS["mix"], _said(fresh, best, finalists, new, title, again), "", runs)
    found.basis = basis(fresh, f"the {len(finalists)} best of {len(gain)} mixes, with fresh seeds") + (
        f" {runs} runs were made in all."
    )
    ranking = sorted(gain, key=lambda n: -gain[n].difference)
    found.sheets = [
        Sheet("The best mixes, run again with fresh seeds",
              {"mix": "Mix", "spent": "Spent", "gain": "Person-years at a self-sufficiency wage added (90% range)",
               "end": "More such workers in the last year", "price": "Price of a person-year"},
              [{"mix": title[n], "spent": money(again[n]), "gain": cell(new[n]),
                "end": cell(end[n]),
                "price": price_each(new[n], again[n]) or NOT_DISTINGUISHABLE} for n in finalists]),
        Sheet("All mixes tried, first seeds",
              {"mix": "Mix", "spent": "Spent", "gain": "Person-years at a self-sufficiency wage added (90% range)"},
              [{"mix": title[n], "spent": money(spent[n]), "gain": cell(gain[n])} for n in ranking],
              "The highest of many is partly luck: read the table with fresh seeds."),
    ]  # fmt: skip
    rows = [
        {"label": title[n].removesuffix(HALF), "sub": _sub(n, extra, spent[n]), "panel": "",
         "middle": gain[n].difference, "low": gain[n].low, "high": gain[n].high,
         "said": cell(gain[n]) if spent[n] > 0 else "nothing spent", "sure": gain[n].distinguishable,
         "mark": new[n].difference if n in new else math.nan}
        for n in ranking
    ]  # fmt: skip
    found.picture = Picture("ranges", _title(best, new[best], title), f"Person-years at a self-sufficiency wage added, "
                                                     f"{place(results)}", rows,
                            note(results) + " Diamonds: mean with fresh seeds.")  # fmt: skip
    s = Simulated(fresh, Choice([Arm(n, title[n], n) for n in finalists], {}, {}))
    filled(found, s, bench)
    found.policies = {n: f"{title[n]} (standard package)" for n in gain}
    found.notes.append(
        f"Candidates are the standard packages of {money(budget())} a year from "
        f"{fresh.months[started(fresh, finalists[0])]}, not the scenario's own policies; only pairs of the "
        f"{len(order)} best "
        "alone were tried, at half the money each."
    )
    return found


def _pairs(alone: dict[str, Policy], order: list[str]) -> tuple[list[Arm], dict[str, Policy]]:
    """All pairs of some packages at half the money each, and the halves they are made of."""
    extra: dict[str, Policy] = {}
    arms = []
    for n in order if len(order) > 1 else ():
        extra[f"{n}_half"] = alone[n].model_copy(update={"budget": budget() / 2})
    for k, one in enumerate(order):
        for other in order[k + 1 :]:
            name = f"{one}+{other.removeprefix(PREFIX)}"
            title = f"{alone[one].title} and {lower(alone[other].title)}{HALF}"
            extra[name] = Policy(title=title, owner=alone[one].owner, combine=(f"{one}_half", f"{other}_half"))
            arms.append(Arm(name, title, name))
    return arms, extra


def _said(fresh: object, best: str, finalists: list[str], new: dict[str, Paired], title: dict[str, str],
          spent: dict[str, float]) -> list[str]:  # fmt: skip
    from laborsim.study.results import Results

    assert isinstance(fresh, Results)
    p, name = new[best], lower(title[best])
    money_ = f"{money(budget())} a year"
    if p.replicates < FEWEST_RUNS:
        return [f"{capital(only(p.replicates))}, with fresh seeds, most comes of {money_} spent on {name}: "
                f"{two_digits(p.difference, True)} "
                "person-years at a self-sufficiency wage."]  # fmt: skip
    if p.low <= 0:
        said = [
            f"No mix of {money_} can be shown to add self-sufficient workers: even the highest, {name}, is "
            f"{NOT_DISTINGUISHABLE} with fresh seeds ({two_digits(p.low, True)} to {two_digits(p.high, True)} "
            f"person-years)."
        ]
    else:
        said = [
            f"{money_} spent on {name} adds most: {two_digits(p.difference)} person-years at a self-sufficiency wage "
            f"({two_digits(p.low)} to {two_digits(p.high)}; more {in_runs(p.up, p.replicates)}), "
            f"{price_each(p, spent[best])}."
        ]
    others = [n for n in finalists if n != best]
    found = differences(others, sums(fresh, INDICATOR, per=12.0), best)
    tied = [lower(title[n]) for n in others if not found[n].distinguishable]
    if tied and p.low > 0:
        said.append(f"It cannot be told apart from {' or from '.join(tied)}.")
    elif others and p.low > 0:
        said.append(f"That is more than with the {len(others)} next best, by more than chance.")
    return said


def _sub(name: str, pairs: dict[str, Policy], spent: float) -> str:
    return f"{'half each; ' if name in pairs else ''}{money(spent)} spent; first seeds"


def _title(best: str, p: Paired, title: dict[str, str]) -> str:
    if p.replicates >= FEWEST_RUNS and p.low <= 0:
        return f"No mix of {money(budget())} a year can be shown to add self-sufficient workers"
    few = f" {only(p.replicates)}, with fresh seeds" if p.replicates < FEWEST_RUNS else ""
    return f"{money(budget())} a year adds most self-sufficient workers with {lower(title[best])}{few}"
