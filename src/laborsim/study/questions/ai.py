"""Who is displaced if AI adoption speeds up, and what cushions it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from laborsim.scenario.parameters.registry import declared as parameters
from laborsim.scenario.schema import BASELINE
from laborsim.study.outcomes import group_name
from laborsim.study.questions import QUESTIONS
from laborsim.study.questions.answer import Answer, Picture, Sheet
from laborsim.study.questions.bench import Arm
from laborsim.study.questions.common import BASE, Simulated, basis, filled, note, place
from laborsim.study.questions.effects import by_group, cell, change, dollars, rate_cell, totals
from laborsim.study.questions.probes import Choice, choose
from laborsim.study.questions.retirements import MAJORS
from laborsim.study.statistics import FEWEST_RUNS, Paired
from laborsim.study.words import NOT_DISTINGUISHABLE, join, lower, money, only, two_digits

if TYPE_CHECKING:
    from laborsim.study.questions.bench import Bench

FASTER = "ai_doubled"
CUSHIONS = ("cushion", "training", "search", "insurance")
MOST_CUSHIONS = 6
RATE = "demand.ai_adoption_rate"
GROUPS = ("education:less_than_hs", "education:hs", "education:some_college", "education:associate",
          "education:bachelor", "education:graduate", "age:20-24", "age:25-34", "age:55-64", "sex:female", "sex:male",
          "segment:low_skilled", "segment:high_skilled")  # fmt: skip


def answer(bench: Bench) -> Answer:
    """AI adoption at twice the assumed rate, alone and with each cushion."""
    spec = bench.spec
    declared = parameters()[RATE]
    own = spec.assumptions.get(RATE)
    rate = float(own.value if own else declared.default)  # type: ignore[arg-type]
    twice = min(2.0 * rate, float(declared.high or 1.0))
    faster = ((RATE, twice),)
    chosen = choose(spec, CUSHIONS)
    arms = [Arm(f"{FASTER}+{a.name}", a.title, a.policy, faster) for a in chosen.arms[:MOST_CUSHIONS]]
    used = {a.policy for a in arms}
    choice = Choice(arms, {n: p for n, p in chosen.extra.items() if n in used}, {})
    speed = Arm(FASTER, f"AI adoption at {100 * twice:.0f}% a year", BASELINE, faster)
    results = bench.results([BASE, speed, *arms], choice.extra)
    s = Simulated(results, choice)
    lost = totals(results, [FASTER], "employment", per=12.0)[FASTER]
    displaced = totals(results, [FASTER], "ai_displaced")[FASTER]
    majors = [g for i, g in results.keys if i == "ai_displaced" and g.startswith("occupation:")]
    found_ = zip(majors, by_group(results, FASTER, [("ai_displaced", g) for g in majors]), strict=True)
    by_major = sorted(found_, key=lambda x: -x[1].difference)
    known = [g for g in GROUPS if ("employment", g) in results]
    whom = dict(zip(known, by_group(results, FASTER, [("employment", g) for g in known], per=12.0), strict=True))
    losers = sorted((g for g, p in whom.items() if p.high < 0), key=lambda g: whom[g].difference)
    hurt = [f"{group_name(g)} ({two_digits(whom[g].difference)})" for g in losers]
    jobs = {g: float(np.nanmean(results.last_year("jobs", g))) for g, _ in by_major}
    top = [f"{lower(MAJORS.get(g[11:], g))} ({two_digits(p.difference)})" for g, p in by_major[:3] if p.difference > 0]
    found = Answer("ai", QUESTIONS["ai"], [], basis(results), len(results.records))
    first = f"With AI adopted twice as fast ({100 * twice:.0f}% of exposed tasks a year instead of {100 * rate:.0f}%), "
    first += f"{change(displaced, 'people laid off because of it')}"
    first += f", most in {join(top)}; " if top else "; "
    first += f"work in the region changes by {cell(lost)} person-years"
    first += f", {NOT_DISTINGUISHABLE}" if not lost.distinguishable and lost.replicates >= FEWEST_RUNS else ""
    if hurt:
        more = f", and {len(hurt) - 3} more" if len(hurt) > 3 else ""
        first += f". Groups that lose most work, by more than chance: {join(hurt[:3])} person-years{more}."
    else:
        first += "; no group loses work by more than chance."
    gain = totals(results, [a.name for a in arms], "employment", against=FASTER, per=12.0)
    spent = {a.name: dollars(results, a.name, FASTER) for a in arms}
    good = sorted((n for n in gain if gain[n].low > 0), key=lambda n: -gain[n].difference)
    if good:
        best = good[0]
        cushion = f"The best cushion here is {lower(s.short(best))}: {change(gain[best], 'person-years of work')}."
    else:
        cushion = f"None of {len(arms)} cushions adds work by more than chance in that course." if arms else ""
    found.said = [first, cushion] if cushion else [first]
    begins = str(spec.parameters()["demand.ai_start"])
    if spec.horizon <= begins:
        found.said = [f"Nobody within these months: adoption is assumed to begin in {begins}, and they end in "
                      f"{spec.horizon}.", "The cushions below are what the policies add without AI."]  # fmt: skip
    found.sheets = [
        Sheet("Laid off because of AI beyond the baseline, by occupation group",
              {"name": "Occupation group", "people": "People (90% range)", "share": "Of its jobs"},
              [{"name": MAJORS.get(g[11:], g), "people": cell(p),
                "share": f"{100 * p.difference / jobs[g]:.2f}%" if jobs[g] > 0 else ""} for g, p in by_major]),
        Sheet("Work lost by group, "
              "person-years", {"name": "Group", "work": "Change (90% range)", "sure": "More than chance"},
              [{"name": group_name(g), "work": cell(p), "sure": "yes" if p.distinguishable else "no"}
               for g, p in whom.items()], "Groups overlap."),
        Sheet("Cushions, with AI at twice the rate",
              {"name": "Cushion", "spent": "Spent", "work": "Person-years of work "
                                                            "added", "rate": "For each $1 million"},
              [{"name": s.title(a.name), "spent": money(spent[a.name]), "work": cell(gain[a.name]),
                "rate": rate_cell(gain[a.name], spent[a.name])} for a in arms]),
    ]  # fmt: skip
    rows = [{"label": speed.title, "sub": "against the baseline", "panel": "", "middle": lost.difference,
             "low": lost.low, "high": lost.high, "said": cell(lost), "sure": lost.distinguishable}]  # fmt: skip
    rows += [
        {"label": s.short(a.name), "sub": f"{s.origin(a.name)}against faster AI alone; "
                                          f"{money(spent[a.name])}", "panel": "",
         "middle": gain[a.name].difference, "low": gain[a.name].low, "high": gain[a.name].high,
         "said": cell(gain[a.name]), "sure": gain[a.name].distinguishable}
        for a in arms
    ]  # fmt: skip
    found.picture = Picture("ranges", _title(lost, good, s), f"Person-years of work lost to faster AI, and added by "
                                                             f"cushions, "
                            f"{place(results)}", rows, note(results))  # fmt: skip
    filled(found, s, bench)
    found.policies = {FASTER: speed.title} | found.policies
    found.notes.append(
        "AI in the model is assumed, not measured: exposure by occupation is published, the speed of adoption, the "
        "labor it "
        "saves and the work it brings back are assumptions (demand.ai_*)."
    )
    return found


def _title(lost: Paired, good: list[str], s: Simulated) -> str:
    work = "takes work" if lost.high < 0 else "adds work" if lost.low > 0 else "changes work by no more than chance"
    if lost.replicates < FEWEST_RUNS:
        work = f"changes work by {two_digits(lost.difference, True)} person-years {only(lost.replicates)}"
    cushion = f"; {lower(s.short(good[0]))} cushions most" if good else "; no cushion adds work by more than chance"
    return f"AI adopted twice as fast {work}{cushion}"
