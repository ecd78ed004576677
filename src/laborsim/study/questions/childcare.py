"""Does childcare or training bring back more workers per dollar, and for whom?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import group_name
from laborsim.study.questions import QUESTIONS
from laborsim.study.questions.answer import Answer, Picture, Sheet
from laborsim.study.questions.common import Simulated, basis, filled, headline, note, place, simulate
from laborsim.study.questions.effects import by_group, cell, dollars, per_million, price_each, rate_cell, span, totals
from laborsim.study.questions.probes import both, choose, choose_side
from laborsim.study.statistics import FEWEST_RUNS, Paired, paired
from laborsim.study.words import NOT_DISTINGUISHABLE, capital, in_runs, join, lower, money, only, two_digits

if TYPE_CHECKING:
    from laborsim.study.questions.bench import Bench

TRAINING = ("training", "apprenticeship", "ojt", "customized", "youth", "partnership")
GROUPS = ("parent:under_six", "sex:female", "sex:male", "segment:low_skilled", "race:black", "race:hispanic",
          "age:20-24", "age:25-34")  # fmt: skip
YEARS = 12.0


def answer(bench: Bench) -> Answer:
    """Person-years of work added for each million dollars, over all months, for everyone and by group."""
    s = simulate(bench, both(choose(bench.spec, ["childcare"]), choose_side(bench.spec, TRAINING)))
    results = s.results
    kind = s.choice.kind_of
    gain = totals(results, s.names, "employment", per=YEARS)
    spent = {n: dollars(results, n) for n in s.names}
    rate = {n: per_million(gain[n], spent[n]) for n in s.names}
    known = [n for n in s.names if math.isfinite(rate[n][0])]
    care = [n for n in known if kind[n] == "childcare"]
    other = [n for n in known if kind[n] != "childcare"]
    found = Answer("childcare", QUESTIONS["childcare"], [], basis(results), len(results.records))
    if care and other:
        best = [_best(of, rate, gain) for of in (care, other)]
        found.said = [_between(s, best[0], best[1], rate, spent), _groups(s, best)]
    else:
        found.said = ["One side spent nothing in these runs: there is nothing to compare."]
    found.sheets = [
        Sheet(
            "Work added, all months together",
            {"policy": "Policy", "spent": "Spent", "gain": "Person-years of work added (90% range)",
             "rate": "For each $1 million", "price": "Price of a person-year"},
            [{"policy": s.title(n), "spent": money(spent[n]), "gain": cell(gain[n]),
              "rate": rate_cell(gain[n], spent[n]),
              "price": price_each(gain[n], spent[n]) or NOT_DISTINGUISHABLE} for n in s.names],
        ),
        _by_group(s, spent),
    ]  # fmt: skip
    rows = [
        {"label": s.short(n), "sub": f"{s.origin(n)}{money(spent[n])} "
                                     f"spent", "panel": "", "middle": rate[n][0], "low": rate[n][1],
         "high": rate[n][2], "said": rate_cell(gain[n], spent[n]), "sure": gain[n].distinguishable}
        for n in known
    ]  # fmt: skip
    found.picture = Picture(
        "ranges", headline(found.said[0], map(s.short, s.names)),
        f"Person-years of work added for each million dollars, {place(results)}", rows, note(results),
    )  # fmt: skip
    return filled(found, s, bench)


def _best(names: list[str], rate: dict[str, tuple[float, float, float]], gain: dict[str, Paired]) -> str:
    """Who stands for a side: who adds most for a dollar of those known to add; else who is known best.

    The highest of several that may be nothing is mostly the one that spent least.
    """
    known = [n for n in names if gain[n].low > 0]
    if known or any(not math.isfinite(rate[n][1]) for n in names):
        return max(known or names, key=lambda n: rate[n][0])
    return min(names, key=lambda n: rate[n][2] - rate[n][1])


def _between(s: Simulated, care: str, other: str, rate: dict[str, tuple[float, float, float]],
             spent: dict[str, float]) -> str:  # fmt: skip
    """Which of the two adds more for a dollar, run by run."""
    ones = {}
    for n in (care, other):
        series = s.results.series("employment", "all", n) - s.results.series("employment", "all", BASELINE)
        ones[n] = series.sum(axis=1) / YEARS * 1e6 / spent[n]
    p: Paired = paired(ones[other], ones[care], 0.90)
    a, b = lower(s.short(care)), lower(s.short(other))
    levels = (
        f"{a} adds {two_digits(rate[care][0], True)} person-years of work for each million dollars "
        f"({two_digits(rate[care][1], True)} to {two_digits(rate[care][2], True)}), {b} "
        f"{two_digits(rate[other][0], True)} ({two_digits(rate[other][1], True)} to {two_digits(rate[other][2], True)})"
    )
    if p.replicates < FEWEST_RUNS:
        return f"{capital(only(p.replicates))}, {levels}."
    if p.distinguishable:
        more, share = ("Childcare", p.up) if p.difference > 0 else ("Training", p.down)
        return f"{more} brings back more workers per dollar, {in_runs(share, p.replicates)}: {levels}."
    return (
        f"Which brings back more workers per dollar cannot be told from these runs (the difference is "
        f"{NOT_DISTINGUISHABLE}): {levels}."
    )


def _groups(s: Simulated, names: list[str]) -> str:
    """For whom: groups whose work grows by more than chance, allowing for the number of groups."""
    parts = []
    for n in names:
        found = _of_groups(s, n)
        sure = sorted(((g, p) for g, p in found.items() if p.distinguishable), key=lambda x: -x[1].difference)
        if sure:
            whom = [f"{group_name(g)} ({two_digits(p.difference, True)} person-years)" for g, p in sure[:3]]
            parts.append(f"with {lower(s.short(n))}, {join(whom)}")
        else:
            parts.append(f"with {lower(s.short(n))}, no group by more than chance")
    return f"For whom: {'; '.join(parts)}."


def _of_groups(s: Simulated, name: str) -> dict[str, Paired]:
    """Person-years of work added by group, judged together."""
    known = [g for g in GROUPS if ("employment", g) in s.results]
    found = by_group(s.results, name, [("employment", g) for g in known], per=YEARS)
    return dict(zip(known, found, strict=True))


def _by_group(s: Simulated, spent: dict[str, float]) -> Sheet:
    rows = []
    found = {n: _of_groups(s, n) for n in s.names}
    for g in found[s.names[0]]:
        row = {"group": group_name(g)}
        for n in s.names:
            p = found[n][g]
            row[n] = f"{rate_cell(p, spent[n])}" if math.isfinite(spent[n]) and spent[n] > 0 else span(p)
        rows.append(row)
    columns = {"group": "Group"} | {n: s.title(n) for n in s.names}
    return Sheet("For whom: person-years of work added for each $1 million, by group", columns, rows,
                 "Groups overlap.")  # fmt: skip
