"""What is known of each policy whatever chance does: what the money buys, whom it reaches, what they do with it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from laborsim.report import paid_starts
from laborsim.report.sections_training import KINDS, kinds_of, participants
from laborsim.report.wioa import figure
from laborsim.report.wording import join, lower, money, policy_title, two_digits
from laborsim.scenario.schema import BASELINE
from laborsim.study.findings import Findings, reliable
from laborsim.study.judging import judge
from laborsim.study.questions.effects import cell, dollars
from laborsim.study.statistics import FEWEST_RUNS

if TYPE_CHECKING:
    from laborsim.study.results import Results
    from laborsim.study.statistics import Paired

MOST_TIMES: Final = 2.0  # of what was run: effects of more are not proportional
# what is spent on that reaches people or employers: item of spending -> what it is called, and how many of it make one
REACHED: Final = {
    "apprentice grants": ("apprentices whose employer gets a grant", 1.0),
    "apprentice seats": ("seats of related instruction", 1.0),
    "career and technical education seats": ("seats of career education", 1.0),
    "work experience seats": ("places of work experience", 1.0),
    "pre-apprenticeship seats": ("places of pre-apprenticeship", 1.0),
    "pathway seats": ("seats at the next credential", 1.0),
    "sectoral training seats": ("seats of sectoral training", 1.0),
    "classroom seats": ("seats in courses", 1.0),
    "wages reimbursed (contracts)": ("on-the-job contracts", 1.0),
    "customized training seats": ("workers in customized training", 1.0),
    "childcare subsidies (child months)": ("children subsidized for a year", 12.0),
    "added childcare places (months)": ("childcare places kept a year", 12.0),
    "people served at job centers": ("months of service at job centers", 1.0),
    "people helped to claim": ("people helped to claim insurance", 1.0),
    "employers visited": ("visits to employers", 1.0),
    "outreach contacts": ("people told of work and training", 1.0),
    "rides (user months)": ("people brought to work for a year", 12.0),
    "help with travel (user months)": ("people helped with travel for a year", 12.0),
    "employer contacts": ("employers asked to drop screens", 1.0),
    "job quality coaching": ("coaching visits to employers", 1.0),
    "job quality grants": ("grants to employers who adopt", 1.0),
    "start-ups helped": ("start-ups helped", 1.0),
    "incentives to employers who come (jobs)": ("jobs of employers who come", 1.0),
    "redeployment (people)": ("workers redeployed", 1.0),
    "work sharing (people)": ("workers on shared work", 1.0),
    "wage insurance (months)": ("people with wage insurance for a year", 12.0),
}  # fmt: skip
YEAR: Final = 12.0
MUCH: Final = 0.1  # share of the money that is not passed over
FEWEST: Final = 30  # people simulated in a run below which a share of them is not put on the first page
PLURALS: Final = {
    "worker at a self-sufficiency wage": "workers at a self-sufficiency wage",
    "employed resident": "employed residents",
    "worker in a good job": "workers in good jobs",
}


def asked(results: Results) -> tuple[str, float | None]:
    """The board's question and the dollars a year it is about, as the scenario states them."""
    stated = results.about.get("brief") or {}
    return str(stated.get("question") or ""), stated.get("money")


def round_money(dollars: float) -> str:
    """Dollars of a question, without a decimal that says nothing.

    Examples
    --------
    >>> round_money(2e6), round_money(2.5e6)
    ('$2 million', '$2.5 million')
    """
    return money(dollars).replace(".0 ", " ")


def buys(results: Results, policy: str, amount: float, most: int = 2) -> str:
    """What so many dollars buy of a policy at the prices of the runs: whom it reaches, most money first; and what most
    of the rest goes to, if that is much."""
    table: Any = results.spending
    rows = table[(table["policy"] == policy) & (table["dollars"] > 0)]
    whole = float(rows["dollars"].sum())
    if rows.empty or whole <= 0:
        return ""
    items = rows.groupby("item")[["units", "dollars"]].sum().sort_values("dollars", ascending=False)
    said: list[str] = []
    rest = items.copy()
    for item, r in items.iterrows():
        if item in REACHED and len(said) < most:
            name, each = REACHED[str(item)]
            said.append(f"{two_digits(float(r['units']) / each * amount / whole)} {name}")
            rest = rest.drop(index=item)
    left = float(rest["dollars"].sum()) / whole
    if not said or left < MUCH:
        return join(said) if said else ""
    largest = str(rest.index[0]).split(" (")[0]
    return f"{join(said)}; {100 * left:.0f}% goes to {largest}{' and others' if len(rest) > 1 else ''}"


def reached(results: Results) -> dict[str, dict[str, Paired]]:
    """People more in the programs that each policy adds to than without it: enrolled and placed, all months.

    Of the programs' own people, so that chance elsewhere is not in it. Judged together.
    """
    wanted, keys = [], []
    for policy in results.verdicts().tested:
        if results.about["policies"][policy].get("combine"):
            continue
        kinds = [f"kind:{k}" for k in kinds_of(results, policy)]
        kinds = [k for k in kinds if ("pipeline_enrolled", k) in results]
        for step in ("enrolled", "placed") if kinds else ():
            arms = {p: sum(_sum(results, f"pipeline_{step}", k, p) for k in kinds) for p in results.policies}
            wanted.append((arms, BASELINE, policy))
            keys.append((policy, step))
    out: dict[str, dict[str, Paired]] = {}
    for (policy, step), pair in zip(keys, judge(wanted), strict=True):
        out.setdefault(policy, {})[step] = pair
    return out


def _sum(results: Results, indicator: str, group: str, policy: str) -> Any:
    series = results.series(indicator, group, policy)
    return np.where(np.isfinite(series).any(axis=1), np.nansum(series, axis=1), np.nan)


def facts(results: Results, findings: Findings) -> list[str]:
    """Sentences of what these runs do tell: price of a place, participants with and without, counts that move."""
    said = []
    more = reached(results)
    price: dict[str, tuple[float, Paired]] = {}
    for policy, steps in more.items():
        spent = dollars(results, policy)
        pair = steps.get("enrolled")
        if pair is not None and pair.distinguishable and pair.difference > 0 and spent > 0:
            price[policy] = (spent / pair.difference, pair)
    if price:
        order = sorted(price, key=lambda p: price[p][0])
        parts = [f"{lower(policy_title(results, p))} {two_digits(price[p][1].difference)} more "
                 f"({money(float(f'{price[p][0]:.2g}'))} each)" for p in order[:3]]  # fmt: skip
        said.append(f"People who enroll, all months: {'; '.join(parts)}.")
    own = [r for r in participants(results) if r["people"] * float(results.about["scale"]) >= FEWEST]
    own = sorted(own, key=lambda r: -r["work"][2])[:3]
    if own:
        parts = []
        kinds = [r["kind"] for r in own]
        for r in own:
            gross, without, net, low, high = r["work"]
            of = f" ({lower(policy_title(results, r['policy']))})" if kinds.count(r["kind"]) > 1 else ""
            parts.append(f"{lower(KINDS[r['kind']])}{of} {figure(gross, 'share')} against {figure(without, 'share')} "
                         f"without ({figure(net, 'share', True)}"
                         + (f"; {figure(low, 'share', True)} to {figure(high, 'share', True)})"
                            if math.isfinite(low) else ")"))  # fmt: skip
        said.append("At work (16 to 24: or in school or training) half a year after leaving a program, the same people "
                    f"with and without it: {'; '.join(parts)}.")
    return said


def filling(results: Results, findings: Findings) -> str:
    """What policies do to the filling of jobs, where a brief asks for better jobs or more training; else empty."""
    sections = (results.about.get("brief") or {}).get("sections") or ()
    if "quality_or_training" not in sections or ("good_vacancy_fill_rate", "all") not in results:
        return ""
    if results.replicates < FEWEST_RUNS or not findings.tested:
        return ""
    level = float(np.nanmean(results.last_year("good_vacancy_fill_rate")))
    moved = []
    for p in findings.tested:
        rows: Any = findings.comparisons[p].differences.set_index("indicator")
        if findings.sure(p, "good_vacancy_fill_rate"):
            change = figure(float(rows.loc["good_vacancy_fill_rate", "difference"]), "share", True)
            moved.append(f"{change} with {lower(policy_title(results, p))}")
    what = "; ".join(moved) if moved else "no policy changes that by more than chance"
    return f"Of vacancies of good jobs {100 * level:.0f}% are filled in a month in the baseline: {what}."


def columns(results: Results, policy: str) -> dict[str, str]:
    """What stands of a policy in the table of page 1: what the money buys, and who enrolls more."""
    _, amount = asked(results)
    plan = results.about["policies"][policy]
    combined = bool(plan.get("combine"))
    text = "" if combined else buys(results, policy, amount or 1e6)
    pair = reached(results).get(policy, {}).get("enrolled")
    spent = dollars(results, policy)
    enrolled = ""
    if pair is not None and spent > 0 and math.isfinite(pair.difference) and pair.distinguishable:
        enrolled = f"{cell(pair)} enrolled in all"
    if starts := paid_starts.short(results, policy):
        enrolled = f"{enrolled}; {starts}" if enrolled else starts
    return {"buys": text or ("its parts together" if combined else ""), "enrolled": enrolled}


def answer(results: Results, findings: Findings) -> str:
    """On what the money of the question does most, if the runs can tell; empty without a question of money."""
    amount = asked(results)[1]
    if not amount or not findings.tested or findings.stock is None:
        return ""
    stock = PLURALS[findings.stock]
    best: list[tuple[float, str, Any]] = []
    for p in findings.tested:
        row = findings.row(p)
        own = not results.about["policies"][p].get("combine")
        if own and reliable(findings, p) and row["additional"] > 0 and row["dollars"] > 0:
            best.append((float(row["additional"]) / float(row["dollars"]), p, row))
    file = f"{results.about['scenario']['name']}.toml"
    ask = f"`laborsim ask mix {file}` tries it on every kind of policy"
    if not best:
        return f"On what {round_money(amount)} a year adds most {stock} these runs cannot tell; {ask}."
    best.sort(key=lambda x: -x[0])
    _, p, row = best[0]
    name, times = lower(policy_title(results, p)), float(amount) / (_a_year(results, p) or math.nan)
    said = f"On {name}: it alone adds {stock} by more than chance"
    if len(best) > 1:
        said = f"On {name}: of {len(best)} policies that add {stock} by more than chance it adds most for a dollar"
    if times > MOST_TIMES:
        said += f"; it spends {money(float(amount) / times)} a year, and what more of it would add was not run"
    elif math.isfinite(times):
        low, mid, high = (two_digits(max(0.0, float(row[c])) * times) for c in ("low", "additional", "high"))
        said += f", at its prices about {mid} ({low} to {high}) more in the last year for {round_money(amount)} a year"
    tied = [lower(policy_title(results, q)) for q in findings.tested if q != p and (p, q) not in findings.apart
            and not results.about["policies"][q].get("combine")]  # fmt: skip
    if tied:
        said += ". It cannot be told from " + (join(tied, "or") if len(tied) <= 3 else f"{len(tied)} others")
    return f"{said}; {ask}."


def _a_year(results: Results, policy: str) -> float:
    table = results.spending
    own = table[(table["policy"] == policy) & (table["dollars"] > 0)]
    if own.empty:
        return math.nan
    months = len(results.months) - results.months.index(min(own["month"]))
    return YEAR * dollars(results, policy) / months


__all__ = ["PLURALS", "REACHED", "answer", "asked", "buys", "columns", "facts", "filling", "reached", "round_money"]
