"""Which assumptions flip the recommendation, and why should I trust this?

The recommendation is the policy that adds most self-sufficient workers for a dollar. Each assumption goes to both ends
of its declared range, one at a time, with the same random draws; it flips where another policy is higher.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.parameters.registry import declared as parameters
from laborsim.scenario.schema import BASELINE
from laborsim.study.questions import QUESTIONS
from laborsim.study.questions.answer import Answer, Picture, Sheet
from laborsim.study.questions.bench import Arm
from laborsim.study.questions.common import BASE, Simulated, basis, filled, place, simulate
from laborsim.study.questions.effects import cell, dollars, per_million, rate_cell, totals
from laborsim.study.questions.probes import Choice, choose, declared, own, tested
from laborsim.study.statistics import FEWEST_RUNS, Paired, paired
from laborsim.study.validation.facts import Found, find
from laborsim.study.words import CAVEAT, NOT_DISTINGUISHABLE, in_runs, join, lower, money, only, two_digits

if TYPE_CHECKING:
    from laborsim.scenario.schema import Scenario
    from laborsim.study.questions.bench import Bench
    from laborsim.study.results import Results

F8 = NDArray[np.float64]
INDICATOR = "self_sufficient_workers"
MOST_RUNS = 3  # replicates at each end of a range: the same seeds as the first runs at the scenario's values


@dataclass
class End:
    """One assumption at one end of its range.

    Attributes
    ----------
    name, value, side : which; side is "low" or "high".
    lead : (R,) by how much the recommended policy leads the other, in workers' years a million dollars.
    """

    name: str
    value: float
    side: str
    lead: F8


def answer(bench: Bench) -> Answer:
    """Assumptions one at a time at both ends of their range; the model's record on facts."""
    spec = bench.spec
    choice = _candidates(spec)
    s = simulate(bench, choice)
    results = s.results
    spent = {n: dollars(results, n) for n in s.names}
    gain = totals(results, s.names, INDICATOR, per=12.0)
    rate = {n: per_million(gain[n], spent[n])[0] for n in s.names}
    order = sorted((n for n in s.names if math.isfinite(rate[n])), key=lambda n: -rate[n])
    found = Answer("trust", QUESTIONS["trust"], [], basis(results), len(results.records))
    if len(order) < 2:
        found.said = ["Fewer than two policies spent money: there is no recommendation to flip."]
        return filled(found, s, bench)
    best, second = order[:2]
    names = _assumptions(spec)
    count = min(MOST_RUNS, results.replicates)
    base = _lead(results, best, second)[:count]
    moves = [(name, side, value) for name in names for side, value in _range(spec, name).items()]
    bench.make([arm for n, _, v in moves for arm in _arms(s, best, second, n, v)], s.choice.extra, count=count)
    ends = [_end(bench, s, best, second, move, count) for move in moves]
    flips = [e for e in ends if float(np.nanmean(e.lead)) < 0]
    certain = [e for e in flips if paired(0.0 * e.lead, e.lead, 0.90).high < 0]
    facts = find(results) if results.months[0] == "2018-01" else []
    lead = paired(0.0 * base, base, 0.90)
    found.runs += 3 * count * len(ends)
    found.basis = basis(results) + f" The ranges add {3 * count * len(ends)} runs ({count} at each end)."
    found.said = [
        _recommendation(s, best, second, rate, _lead(results, best, second), gain[best].low > 0),
        _flips(names, flips, certain, lower(s.short(second))),
        _record(facts),
    ]
    found.sheets = [
        _sheet_policies(s, gain, spent),
        Sheet(
            "Lead of the recommended policy, one assumption at an end of its range, worker-years for each $1 million",
            {"label": "Assumption", "low": "At its low end (90% range)", "high": "At its high end (90% range)",
             "flips": "Flips", "grade": "Evidence"},
            [_line(name, [e for e in ends if e.name == name]) for name in names],
            "Flips: the other policy is higher at that end.",
        ),
        Sheet("The model's record: facts its baseline must show",
              {"label": "Fact", "mean": "Here", "accepted": "Accepted", "inside": "Inside", "source": "Source"},
              [{"label": f.fact.label, "mean": f"{f.mean:.4g}", "accepted": f"{f.fact.low:g} to {f.fact.high:g}",
                "inside": "yes" if f.inside else "NO", "source": f.fact.source}
               for f in sorted(facts, key=lambda f: f.inside)],
              "Accepted ranges are the nation's; worked out from the baseline runs of this scenario."),
    ]  # fmt: skip
    found.picture = _picture(results, ends, lead, s.title(best), s.title(second), len(flips),
                             gain[best].low > 0)  # fmt: skip
    found.notes.append(
        f"{len(names)} assumptions are tried, those listed for this in probes.toml and those this scenario states a "
        f"range "
        "for; interactions between assumptions are not: `laborsim sensitivity` shows them."
    )
    return filled(found, s, bench)


def _candidates(spec: Scenario) -> Choice:
    """The scenario's own policies; standard packages where it has fewer than two."""
    every = [p.kind for p in declared()[1]]
    mine = own(spec, *dict.fromkeys(every))
    if len(mine) >= 2:
        return Choice([Arm(n, spec.policies[n].title or n, n) for n in mine], {}, {})
    return choose(spec, list(dict.fromkeys(every)))


def _assumptions(spec: Scenario) -> list[str]:
    """Parameters that are moved: those listed in probes.toml, then those whose range the scenario states."""
    stated = [n for n, a in spec.assumptions.items() if a.low is not None and a.high is not None]
    return [n for n in dict.fromkeys((*tested(), *stated)) if _range(spec, n)]


def _range(spec: Scenario, name: str) -> dict[str, float]:
    """Low and high end of a parameter's range, without one that is its present value."""
    declared_ = parameters()[name]
    own_ = spec.assumptions.get(name)
    value = own_.value if own_ is not None else declared_.default
    if isinstance(value, bool | str | list) or value is None:
        return {}
    low, high = declared_.range(*((own_.low, own_.high) if own_ is not None else (None, None)))
    ends = {"low": low, "high": high}
    whole = isinstance(declared_.default, int)
    return {k: (round(v) if whole else float(v)) for k, v in ends.items() if v is not None and v != value}


def _arms(s: Simulated, best: str, second: str, name: str, value: float) -> list[Arm]:
    moved = ((name, value),)
    return [Arm(BASE.name, BASE.title, BASELINE, moved), *(Arm(n, s.title(n), n, moved) for n in (best, second))]


def _end(bench: Bench, s: Simulated, best: str, second: str, move: tuple[str, str, float], count: int) -> End:
    """The lead of the recommended policy with one assumption moved."""
    name, side, value = move
    results = bench.results(_arms(s, best, second, name, value), s.choice.extra, count=count)
    return End(name, value, side, _lead(results, best, second))


def _lead(results: Results, best: str, second: str) -> F8:
    """(R,) worker-years at a self-sufficiency wage for each million dollars: the one policy less the other."""
    base = results.series(INDICATOR, "all", BASELINE)
    rates = []
    for n in (best, second):
        spent = dollars(results, n)
        rates.append((results.series(INDICATOR, "all", n) - base).sum(axis=1) / 12.0 * 1e6 / spent if spent > 0 else
                     np.zeros(results.replicates))  # fmt: skip
    return np.asarray(rates[0] - rates[1], np.float64)


def _recommendation(s: Simulated, best: str, second: str, rate: dict[str, float], lead: F8,
                    adds: bool) -> str:  # fmt: skip
    p = paired(0.0 * lead, lead, 0.90)
    said = (
        f"By self-sufficient workers per dollar the runs favor {lower(s.short(best))} ({two_digits(rate[best], True)} "
        f"worker-years for each million dollars) over {lower(s.short(second))} ({two_digits(rate[second], True)})"
    )
    if p.replicates < FEWEST_RUNS:
        return f"{said}, {only(p.replicates)}."
    if not p.distinguishable:
        return said + f", but that lead is {NOT_DISTINGUISHABLE}: it is no recommendation."
    if not adds:  # by the usual spread of runs, among all policies
        return said + f", but what the first adds is {NOT_DISTINGUISHABLE} itself: it is no recommendation."
    return said + f", {in_runs(p.up, p.replicates)}."


def _flips(names: list[str], flips: list[End], certain: list[End], other: str) -> str:
    if not flips:
        return f"None of {len(names)} assumptions turns that round within its range."
    known = parameters()
    sides = {n: " or ".join(e.side for e in flips if e.name == n) for n in dict.fromkeys(e.name for e in flips)}
    labels = [f"{lower(known[n].label)} ({side})" for n, side in sides.items()]
    doubt = f"{len({e.name for e in certain})} of them" if certain else "none"
    return (
        f"{len({e.name for e in flips})} of {len(names)} assumptions turn it to {other} within their range, {doubt} by "
        f"more than chance: "
        f"{join(labels[:4])}" + (f" and {len(labels) - 4} more." if len(labels) > 4 else ".")
    )


def _record(facts: list[Found]) -> str:
    if not facts:
        return "The runs do not start in 2018, so the model's facts cannot be looked at here (`laborsim validate`)."
    missed = [lower(f.fact.label) for f in facts if not f.inside]
    inside = f"{len(facts) - len(missed)} of {len(facts)}"
    said = f"On record: {inside} facts of the labor market lie inside their accepted range"
    return said + (f"; outside: {join(missed[:4])}" + (f" and {len(missed) - 4} more." if len(missed) > 4 else ".")
                   if missed else ".")  # fmt: skip


def _sheet_policies(s: Simulated, gain: dict[str, Any], spent: dict[str, float]) -> Sheet:
    return Sheet(
        "Policies at the scenario's values",
        {"policy": "Policy", "spent": "Spent", "gain": "Worker-years at a self-sufficiency wage added",
         "rate": "For each $1 million"},
        [{"policy": s.title(n), "spent": money(spent[n]), "gain": cell(gain[n]), "rate": rate_cell(gain[n], spent[n])}
         for n in s.names],
    )  # fmt: skip


def _line(name: str, ends: list[End]) -> dict[str, Any]:
    known = parameters()[name]
    said = {e.side: f"{e.value:g}: {cell(paired(0.0 * e.lead, e.lead, 0.90))}" for e in ends}
    flips = [e.side for e in ends if float(np.nanmean(e.lead)) < 0]
    return {"label": known.label, "name": name, "unit": known.unit, "low": said.get("low", "as it is"),
            "high": said.get("high", "as it is"), "flips": " and ".join(flips) or "no", "source": known.source,
            "grade": known.grade}  # fmt: skip


def _picture(results: Results, ends: list[End], base: Paired, best: str, second: str, flips: int,
             adds: bool) -> Picture:  # fmt: skip
    lead = float(base.difference)
    runs = len(ends[0].lead) if ends else 0
    known = parameters()
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys(e.name for e in ends):
        sides = {e.side: e for e in ends if e.name == name}
        means = {k: float(np.nanmean(e.lead)) for k, e in sides.items()}
        rows.append({
            "label": known[name].label, "sub": name, "low": means.get("low", lead), "high": means.get("high", lead),
            "low_said": f"{sides['low'].value:g}" if "low" in sides else "", "high_said": f"{sides['high'].value:g}"
            if "high" in sides else "", "flips": min(means.values()) < 0,
        })  # fmt: skip
    rows.sort(key=lambda r: -abs(r["high"] - r["low"]))
    title = f"{flips} of {len(ends)} ends of assumptions turn the recommendation" if flips else (
        "No assumption turns the recommendation within its range")  # fmt: skip
    if base.replicates >= FEWEST_RUNS and not (base.distinguishable and adds):
        title = f"No lead that is more than chance; {flips} of {len(ends)} ends of assumptions turn it round"
    return Picture(
        "swings", title, f"Lead of {lower(best)} over {lower(second)}, worker-years at a self-sufficiency wage for "
                         f"each million "
        f"dollars, with each assumption at the ends of its range, {place(results)}", rows,
        f"Left of the thick line at zero the other policy leads. Thin line: at the scenario's values. "
        f"Each end is a mean of {runs} run{'s' if runs != 1 else ''}, luck included. "
        f"{CAVEAT}", middle=lead,
    )  # fmt: skip
