"""The first page of the brief: decision, answer, range, cost, who gains and who loses, how sure, what is assumed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from laborsim.report import known as facts
from laborsim.report.deciding import a_year, packages
from laborsim.report.known import PLURALS, asked
from laborsim.report.who import NOBODY, who
from laborsim.report.wording import (
    FEW,
    MOST,
    NOT_DISTINGUISHABLE,
    in_runs,
    join,
    lower,
    money,
    month_name,
    policy_title,
    price,
    target_name,
    two_digits,
    verdict,
)
from laborsim.study.findings import JUDGED, POWER, STOCKS, TESTED_TO, Findings, detectable
from laborsim.study.outcomes import shown
from laborsim.study.scorecard import attainable
from laborsim.study.statistics import FEWEST_RUNS
from laborsim.study.uncertainty import drawn, uncertainty
from laborsim.study.words import TOO_FEW, capital

if TYPE_CHECKING:
    from laborsim.study.compare import Comparison
    from laborsim.study.results import Results

FEW_POLICIES = 4  # more of them are written smaller, with less about each
MOST_POLICIES = 7  # rows of the first page; the appendix has all
MOST_NAMED = 3  # policies and pairs that get a sentence of their own
MOST_CHANGES = 3
NOT_TESTED = "not tested"  # groups better and worse off under a policy that did nothing


def decision(results: Results, policies: Sequence[str]) -> str:
    """What is to be decided; the board's own question, if the scenario states one."""
    question, _ = asked(results)
    if question and policies:
        return f"{question} Judged by {month_name(results.months[-1])}, {len(policies)} polic" + (
            "y." if len(policies) == 1 else "ies.")  # fmt: skip
    horizon = month_name(results.months[-1])
    if not policies:
        return f"No policy was simulated: this is where the region stands by {horizon} if nothing new is done."
    if len(policies) > MOST_NAMED:
        return f"Which of {len(policies)} policies to back, judged by {horizon}."
    owners = sorted({str(results.about["policies"][p].get("owner") or "") for p in policies} - {""})
    by = f" (owned by {join(owners)})" if owners else ""
    names = [lower(policy_title(results, p)) for p in policies]
    if len(names) == 1:
        return f"Whether to back {names[0]}{by}, judged by {horizon}."
    return f"Which to back: {join(names, 'or')}{by}, judged by {horizon}."


def answer(results: Results, findings: Findings) -> list[str]:
    """The answer in a few sentences: about one outcome, the same whatever is found; says so when it may be chance."""
    policies = findings.tested
    name = {p: lower(policy_title(results, p)) for p in findings.comparisons}
    nothing = [f"Not tested: {name[p]}, as it {why}." for p, why in findings.idle.items()]
    if len(nothing) > MOST_NAMED:
        nothing = [f"Not tested: {len(nothing)} policies that spent or changed nothing (see the annex)."]
    if not policies:
        return nothing
    runs = results.replicates
    if runs < FEWEST_RUNS:
        return [
            f"{'One run' if runs == 1 else f'{runs} runs'} of each policy cannot tell what it does from chance: more "
            f"replicates are needed for an answer, {FEWEST_RUNS} at the least.",
            *nothing,
        ]
    stock = findings.stock
    if stock is None:
        return ["The results have none of the numbers of people the policies are judged by."]
    sure = [p for p in policies if (p, stock) in findings.found]
    said = []
    if not sure:
        others = " (or from the others)" if len(policies) > 1 and not findings.apart else ""
        said.append(
            f"No {'tested ' if findings.idle else ''}policy can be told from the baseline{others}: "
            f"what each adds to the number of {PLURALS[stock]} is "
            f"{NOT_DISTINGUISHABLE} with {runs} runs of each."
        )
    by_size = sorted(sure, key=lambda p: -float(findings.row(p)["additional"]))
    for p in by_size[:MOST_NAMED]:
        row = findings.row(p)
        more, share = ("more", row["up"]) if row["additional"] > 0 else ("fewer", row["down"])
        said.append(
            f"With {name[p]} there are {size(row)} {more} {PLURALS[stock]} than in the baseline "
            f"(middle about {two_digits(abs(row['additional']))}; {more} {in_runs(share, int(row['replicates']))}): "
            "more than chance."
        )
    if len(sure) > MOST_NAMED:
        said.append(f"{len(sure) - MOST_NAMED} more policies change that number by more than chance.")
    rest = [name[p] for p in policies if p not in sure]
    if sure and rest:
        which = join(rest) if len(rest) <= MOST_NAMED else f"each of {len(rest)} other policies"
        adds = "add" if 1 < len(rest) <= MOST_NAMED else "adds"
        said.append(f"What {which} {adds} is {NOT_DISTINGUISHABLE}.")
    if sure and len(policies) > 1:  # of policies that may do nothing it is not said which does more
        said.append(between(findings, name))
    said += packages(results, findings)
    said += nothing
    return said


def others(results: Results, findings: Findings) -> str:
    """What else changes by more than chance; empty if nothing does."""
    changes = other_changes(results, findings) if results.replicates >= FEWEST_RUNS and findings.stock else []
    if not changes:
        return ""
    more_changes = f"; {len(changes) - MOST_CHANGES} more in the annex" if len(changes) > MOST_CHANGES else ""
    return f"Other changes by more than chance: {'; '.join(changes[:MOST_CHANGES])}{more_changes}."


def box(results: Results, findings: Findings) -> list[tuple[str, str]]:
    """The answer of page 1 as paragraphs with headings: what is known first where nothing can be told.

    Either the answer, then what else is known; or what is known, then what is not.
    """
    said, money = answer(results, findings), facts.answer(results, findings)
    known = [facts.filling(results, findings), *facts.facts(results, findings), others(results, findings)]
    known = [x for x in known if x]
    sure = any(findings.sure(p, str(findings.stock)) for p in findings.tested)
    if sure and money:  # which it cannot be told from is said there
        said = [x for x in said if not x.startswith(("Told from", "What ", "No policy can be told from another"))]
    if sure or not known:
        lines = [money, *said] if money else said
        out = list(zip(["Answer", *[""] * len(lines)], lines, strict=False))
        return out + ([("Also known", " ".join(known))] if known else [])
    lines = [money, *said] if money else said
    return [("What is known", " ".join(known)), *zip(["Answer: what cannot be told", *[""] * len(lines)], lines,
                                                     strict=False)]  # fmt: skip


def between(findings: Findings, name: dict[str, str]) -> str:
    """Which policies differ from each other by more than chance."""
    if not findings.apart:
        return "No policy can be told from another one."
    if len(findings.apart) <= MOST_NAMED:
        pairs = "; ".join(f"more with {name[a]} than with {name[b]}" for a, b in findings.apart)
        return f"Told from each other: {pairs}."
    over: dict[str, list[str]] = {}
    for more, fewer in findings.apart:
        over.setdefault(more, []).append(name[fewer])
    said = [
        f"more with {name[p]} than with {join(over[p])}" for p in sorted(over, key=lambda p: -len(over[p]))[:MOST_NAMED]
    ]
    rest = "; the others are in `laborsim compare`" if len(over) > MOST_NAMED else ""
    return f"Told from each other: {'; '.join(said)}{rest}."


def other_changes(results: Results, findings: Findings) -> list[str]:
    """What else the policies change by more than chance, each with its range."""
    out = []
    for policy in findings.tested:
        comparison, name = findings.comparisons[policy], lower(policy_title(results, policy))
        for stock in STOCKS:
            row = findings.row(policy, stock)
            if stock != findings.stock and row is not None and (policy, stock) in findings.found:
                out.append(f"{PLURALS[stock]} {interval(row)} ({middle(row)}) with {name}")
        for row in comparison.differences.to_dict("records"):
            if row["indicator"] in JUDGED and findings.sure(policy, row["indicator"]):
                change, low, high = (shown(row[c], row["kind"], signed=True) for c in ("difference", "low", "high"))
                out.append(f"{row['label']} {change} ({low} to {high}) with {name}")
    return out


def interval(row: Any) -> str:
    """Range of an additional number of people, to two digits."""
    if not math.isfinite(row["low"]):
        return TOO_FEW
    return f"between {two_digits(row['low'], True)} and {two_digits(row['high'], True)}"


def middle(row: Any) -> str:
    """Mean of an additional number of people, to two digits."""
    said = two_digits(row["additional"])
    return f"middle about {said}" if math.isfinite(row["low"]) else said


def size(row: Any) -> str:
    """Range of a number of people that are more, or fewer, for sure."""
    ends = sorted(abs(float(row[c])) for c in ("low", "high"))
    return f"between {two_digits(ends[0])} and {two_digits(ends[1])}"


def rows(results: Results, findings: Findings) -> list[dict[str, Any]]:
    """One line for each policy, those that add most if there are too many for a page."""
    found = [(p, findings.row(p)) for p in findings.comparisons if findings.row(p) is not None]
    if len(found) > MOST_POLICIES:
        best = sorted(found, key=lambda x: (x[0] in findings.idle, -float(x[1]["additional"])))[:MOST_POLICIES]
        found = [x for x in found if any(x[0] == p for p, _ in best)]
    ends = [float(r[c]) for _, r in found for c in ("low", "high", "additional") if math.isfinite(r[c])]
    left, right = min([0.0, *ends]), max([0.0, *ends])
    wide = (right - left) or 1.0

    def at(value: float) -> float:
        return round(4.0 + 92.0 * (value - left) / wide, 2)

    figures = 1 if len(found) <= FEW_POLICIES else 0  # of the groups better and worse off
    out = []
    for policy, row in found:
        sure = findings.sure(policy, str(findings.stock))
        idle = findings.idle.get(policy, "")
        known = math.isfinite(row["low"]) and not idle
        share = row["up"] if row["additional"] > 0 else row["down"]
        side = "more" if row["additional"] > 0 else "fewer"
        out.append(
            {
                "title": policy_title(results, policy),
                "owner": results.about["policies"][policy].get("owner") or "",
                **({"buys": "", "enrolled": ""} if idle else facts.columns(results, policy)),
                "spent": spent(results, policy, findings.comparisons[policy]),
                "a_year": a_year(results, policy),
                "interval": idle or interval(row),
                "additional": "" if idle else middle(row),
                "share": f"{side} {in_runs(share, int(row['replicates']))}" if known else "",
                "sure": sure,
                "bar": {"zero": at(0.0), "at": at(row["additional"]), "low": at(row["low"]), "high": at(row["high"])}
                if known
                else None,
                "price": "no price: nothing to price" if idle else price_of(row, sure),
                "gains": NOT_TESTED if idle else who(results, findings.comparisons[policy], 1, 2, figures),
                "losses": NOT_TESTED if idle else who(results, findings.comparisons[policy], -1, 2, figures),
            }
        )
    return out


def price_of(row: Any, sure: bool) -> str:
    """Cost of an additional person, or why there is none."""
    if sure and math.isfinite(row["per_additional"]):
        return price(row["per_additional"], row["per_additional_low"], row["per_additional_high"])
    if not math.isfinite(row["low"]):
        return f"no price: {TOO_FEW}"
    if sure:
        return "no price: fewer" if row["additional"] < 0 else "no price: nothing is spent"
    return "no price: may be zero"


def spent(results: Results, policy: str, comparison: Comparison) -> str:
    """Dollars more than in the baseline, mean over runs."""
    costs = comparison.costs
    return money(float(costs["dollars"].iloc[0]) if len(costs) else float(results.dollars(policy).mean()))


def targets_line(results: Results) -> str:
    """How many targets are met, and whether a policy changes that; empty without targets."""
    from laborsim.report.charts_targets import finding

    table = results.targets()
    if table.empty:
        return ""
    title, _ = finding(results, table)
    base = table[table["policy"] == results.policies[0]]
    said = f"{title} (met: in at least {100 * MOST:.0f}% of runs; missed: in at most {100 * FEW:.0f}%)."
    for of, heading in (("missed", "Missed"), ("toss-up", "Toss-up")):
        rows = base[[verdict(p) == of for p in base["probability"]]]
        names = [lower(target_name(str(t), str(i))) for t, i in zip(rows["target"], rows["indicator"], strict=True)]
        more = f"; and {len(names) - 3} more" if len(names) > 3 else ""
        said += f" {heading}: {'; '.join(names[:3])}{more}." if names else ""
    way = attainable(table, {p: policy_title(results, p) for p in results.policies})
    return f"{said} {way}".rstrip()


def certainty(results: Results, findings: Findings, small: str) -> list[str]:
    """What the ranges hold and what they do not, what could have been seen, and how far the model is tested.

    small : what the top of the page says of a run that was too small (`deciding.too_small`), empty if it says nothing.
    """
    if results.replicates < FEWEST_RUNS or not findings.comparisons:
        few = results.replicates < FEWEST_RUNS
        said = [f"{capital(TOO_FEW)} to say how sure ({results.replicates})." if few else "No policy was compared."]
        return [*said, *reach(results)]
    return [
        f"The ranges are 90% ranges of the mean over {results.replicates} runs, wider the more is compared: of the "
        f"changes whose range leaves zero out at most one in ten is chance. {held(results)}",
        *([] if small else seen(results, findings)),
        *reach(results),
    ]


def held(results: Results) -> str:
    """What ranges over runs hold, and what they leave out."""
    region = "which region was drawn, as all runs share one synthesized region"
    if not drawn(results):
        return f"They hold chance between runs only: doubt about the assumed figures is not in them, nor {region}."
    table = uncertainty(results)
    table = table[(table["kind"] == "effect") & (table["what"].str.endswith(", last year"))]
    share = table["parameter_share"].median()
    said = "" if share != share else f"; about {100 * share:.0f}% of the variance of effects is theirs (median)"
    about = results.about["draws"]
    return (f"They hold chance and doubt about {len(about['parameters'])} parameters, drawn anew for every "
            f"{about['seeds_per_draw']} runs ({about['source']}){said}: uncertainty.csv tells them apart. Not in them "
            f"is {region}.")  # fmt: skip


def seen(results: Results, findings: Findings) -> list[str]:
    """The smallest effect these runs could have shown, and how many runs would show half of it."""
    least = detectable(findings)
    if not least > 0.0:
        return []
    n, half = results.replicates, float(two_digits(0.5 * least).replace(",", ""))
    return [
        f"With {n} runs of each at {100 * results.about['scale']:g}% scale, effects on the number of "
        f"{PLURALS[str(findings.stock)]} smaller than about {two_digits(least)} are likely to be missed (power "
        f"{100 * POWER:.0f}%); about {math.ceil(n * (least / half) ** 2)} runs would show {two_digits(half)}."
    ]


def reach(results: Results) -> list[str]:
    """The months looked at, and how far statistics reach into them."""
    months = results.months[-12:]
    text = f"Looked at: {month_name(months[0])} to {month_name(months[-1])}. The model is tested against statistics "
    text += f"only to {TESTED_TO}" + ("; nothing later has been tested." if months[-1] > f"{TESTED_TO}-12" else ".")
    known = str(results.about.get("demand_known_to") or "")
    if known and months[-1] > known:
        text += f" Demand after {month_name(known)}, the last month of the sector index, follows an assumed trend."
    return [text]


def precision(findings: Findings) -> str:
    """Typical gain from comparing runs that share their draws."""
    gains = sorted(
        float(v)
        for c in findings.comparisons.values()
        for v in c.differences["variance_reduction"]
        if math.isfinite(v)
    )
    if not gains:
        return ""
    return (
        f"Runs share every random draw a policy does not touch; for the headline figures this is worth "
        f"{gains[len(gains) // 2]:.1f} times as many independent runs (median over indicators and policies)."
    )


def sides(rows: list[dict[str, Any]]) -> str:
    """Who is better and who is worse off, in one sentence; groups that nothing is known of are not listed."""
    told = []
    for r in rows:
        parts = [f"{side} off: {r[key]}" for side, key in (("better", "gains"), ("worse", "losses"))
                 if r[key] not in (NOBODY, NOT_TESTED)]  # fmt: skip
        if parts:
            told.append(f"{lower(r['title'])}, {' and '.join(parts)}")
    if not told:
        return "Better off or worse off by more than chance: no group, under no policy."
    rest = len(rows) - len(told)
    end = f". Under the other {'policy' if rest == 1 else f'{rest} policies'} no group is" if rest else ""
    more = f"; and {len(told) - MOST_NAMED} more policies (annex)" if len(told) > MOST_NAMED else ""
    named = "; ".join(told[:MOST_NAMED])
    return f"Groups better or worse off by more than chance (people simulated): {named}{more}{end}."
