"""How many placements are truly additional?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from laborsim.scenario.schema import BASELINE
from laborsim.study.questions import QUESTIONS
from laborsim.study.questions.answer import Answer, Picture, Sheet
from laborsim.study.questions.common import Simulated, basis, filled, headline, note, place, simulate
from laborsim.study.questions.effects import at_end, cell, dollars, price_each, span, totals
from laborsim.study.questions.probes import choose, own
from laborsim.study.questions.retirements import placed, programs_of
from laborsim.study.statistics import FEWEST_RUNS, Paired
from laborsim.study.words import NOT_DISTINGUISHABLE, join, lower, money, only, two_digits

if TYPE_CHECKING:
    from laborsim.study.questions.bench import Bench

PLACING = ("training", "apprenticeship", "ojt", "partnership", "search")


def answer(bench: Bench) -> Answer:
    """Gross placements of programs against the net change in employed residents."""
    wanted = [k for k in PLACING if own(bench.spec, k)] or list(PLACING)
    s = simulate(bench, choose(bench.spec, wanted))
    results = s.results
    kind = s.choice.kind_of
    gross = placed(results, kind)
    net = totals(results, s.names, "employment", per=12.0)
    work = {n: _years_in_place(s, n) for n in s.names}
    end = at_end(results, s.names, "employment")
    spent = {n: dollars(results, n) for n in s.names}
    found = Answer("additional", QUESTIONS["additional"], [], basis(results), len(results.records))
    counted = [n for n in s.names if (gross[n].low > 0 or gross[n].replicates < FEWEST_RUNS) and work[n] > 0]
    if counted:
        best = max(counted, key=lambda n: gross[n].difference)
        found.said = [_one(s, best, gross[best], net[best], work[best])]
        clear = [n for n in counted if net[n].low > 0]
        if len(counted) > 1:
            found.said.append(
                f"Of {len(counted)} policies that place people, {len(clear)} add"
                f"{'s' if len(clear) == 1 else ''} work for the region by more than chance"
                + (f" ({join([lower(s.short(n)) for n in clear])})." if clear else ".")
            )
    else:
        found.said = [_none(s, gross)]
    found.sheets = [Sheet(
        "Gross and net, all months together",
        {"policy": "Policy", "spent": "Spent", "gross": "Placements, more than without (gross)",
         "work": "Years those placed could work by the end", "net": "Person-years of work added in the region (net)",
         "share": "Net / gross years", "end": "More employed in the last year", "price": "Price of a net person-year"},
        [{"policy": s.title(n), "spent": money(spent[n]), "gross": cell(gross[n]), "work": two_digits(work[n]),
          "net": cell(net[n]), "share": _share(net[n], work[n]), "end": cell(end[n]),
          "price": price_each(net[n], spent[n]) or NOT_DISTINGUISHABLE} for n in s.names],
        "Gross: people placed by programs beyond those of the baseline; each could have worked from then to the end "
        "of the "
        "runs. Net: what all residents together work more, after those who would have found work anyway and those "
        "whose "
        "place was taken.",
    )]  # fmt: skip
    rows = [
        {"label": s.short(n), "sub": f"{s.origin(n)}{two_digits(gross[n].difference)} placed", "panel": "",
         "middle": net[n].difference, "low": net[n].low, "high": net[n].high,
         "said": f"net {cell(net[n])}; gross {two_digits(work[n])}", "sure": net[n].distinguishable, "mark": work[n]}
        for n in s.names
    ]  # fmt: skip
    found.picture = Picture(
        "ranges", headline(found.said[0], map(s.short, s.names)),
        "Person-years of work added in the region (dot) beside the years that those placed could work by the end "
        f"(diamond), {place(results)}", rows, note(results) + " Diamonds: gross.",
    )  # fmt: skip
    found.notes = ["Placements are those the programs count; help that has no program (search help, hiring "
                   "practices) shows "
                   "in the net figure only."]  # fmt: skip
    return filled(found, s, bench)


def _years_in_place(s: Simulated, name: str) -> float:
    """Person-years from placement to the last month of those placed beyond the baseline's, mean over runs."""
    groups = programs_of(s.results, s.choice.kind_of[name])
    extra = [sum(s.results.series("pipeline_placed", g, p) for g in groups) for p in (BASELINE, name)]
    more = np.nanmean(np.asarray(extra[1]) - np.asarray(extra[0]), axis=0)
    left = np.arange(len(more) - 1, -1, -1) / 12.0
    return float((more * left).sum())


def _one(s: Simulated, name: str, gross: Paired, net: Paired, work: float) -> str:
    placed = f"{s.short(name)} places {two_digits(gross.difference)} more people through programs than without"
    if net.replicates < FEWEST_RUNS or not math.isfinite(net.low):
        years = two_digits(net.difference, True)
        return f"{placed}; net of displacement it is {years} person-years of work {only(net.replicates)}."
    if not net.distinguishable or work <= 0:
        return (
            f"{placed}; how many of those are additional is not known: work added in the whole region is "
            f"{NOT_DISTINGUISHABLE} ({two_digits(net.low, True)} to {two_digits(net.high, True)} person-years, against "
            f"{two_digits(work)} that those placed could work)."
        )
    if net.difference > work:
        return (
            f"{placed}; work added in the whole region ({two_digits(net.low, True)} to {two_digits(net.high, True)} "
            f"person-years) is more than those placed could work ({two_digits(work)}): the policy does more than place "
            "people, or chance is large, so no share is additional placements alone."
        )
    share, low, high = (max(-9.99, x / work) for x in (net.difference, net.low, net.high))
    return (
        f"{placed}; about {100 * share:.0f}% of their years at work are additional for the region "
        f"({100 * low:.0f}% to {100 * high:.0f}%), the rest would have been worked anyway, by them or by others."
    )


def _none(s: Simulated, gross: dict[str, Paired]) -> str:
    best = max(s.names, key=lambda n: gross[n].difference)
    return (
        "No policy places more people through programs than without by more than chance: there is nothing of which a "
        f"share could be additional. Most are placed with {lower(s.short(best))} "
        f"({two_digits(gross[best].difference, True)} people, range {span(gross[best])})."
    )


def _share(net: Paired, work: float) -> str:
    if work <= 0 or not math.isfinite(net.low):
        return ""
    if not net.distinguishable:
        return NOT_DISTINGUISHABLE
    return f"{100 * net.difference / work:.0f}% ({100 * net.low / work:.0f}% to {100 * net.high / work:.0f}%)"
