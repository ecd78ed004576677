"""What a board needs beside the effects: whether the study is large enough, costs a year, who bears them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from laborsim.report.benefits import signed
from laborsim.report.wording import chance, join, lower, money, policy_title, two_digits
from laborsim.scenario.schema import BASELINE
from laborsim.study.findings import Findings, detectable, reliable
from laborsim.study.statistics import FEWEST_RUNS

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.results import Results

MINUTES: Final = 30.0  # a larger study is proposed as long as it takes no longer, at twice the precision even longer
LEAST_SAME: Final = 8  # runs that must agree before agreeing in all says something: 4 do in one case of eight
PERSPECTIVES: Final = {"participants": "residents", "employers": "employers", "taxpayers": "taxpayers",
                       "society": "society"}  # fmt: skip


def larger(scale: float, replicates: int, times: float) -> tuple[float, int]:
    """Scale and replicates of a study with so many times the simulated people and runs, shared between both.

    Examples
    --------
    >>> larger(0.02, 4, 16.0)
    (0.08, 16)
    >>> larger(0.5, 6, 16.0)
    (1.0, 48)
    """
    share = min(1.0, float(f"{scale * math.sqrt(times):.2g}"))
    return share, math.ceil(times * scale / share * replicates - 1e-9)


def too_small(results: Results, findings: Findings) -> str:
    """What a larger study would show, where no policy can be relied on to differ from the baseline; empty otherwise.

    The smallest effect shown shrinks with the root of people and runs simulated, as chance between runs does; doubt
    about the assumed figures and the one region drawn do not shrink. Time is that of these runs, one after the other.
    """
    policies, runs, scale = findings.tested, results.replicates, float(results.about["scale"])
    if not policies or findings.stock is None or any(reliable(findings, p) for p in policies):
        return ""
    seconds = sum(r.seconds for r in results.records if r.done)
    file = f"{results.about['scenario']['name']}.toml"
    least = detectable(findings)
    if not least > 0.0:
        if runs >= FEWEST_RUNS:
            return ""
        minutes = _minutes(8.0 * seconds)
        few = "one run" if runs == 1 else f"{runs} runs"
        return (f"This study is too small to decide: {few} of each policy cannot tell an effect from chance. "
                f"`laborsim run {file} --replicates 8` (about {minutes} on one core) would say more.")  # fmt: skip
    times = next((n for n in (16.0, 9.0) if n * seconds <= 60.0 * MINUTES), 4.0)
    share, more = larger(scale, runs, times)
    times = share / scale * more / runs  # after rounding
    shown = two_digits(least / math.sqrt(times))
    lucky = any(findings.sure(p, findings.stock) for p in policies)
    rare = ", and a smaller one that is more than chance is mostly too large" if lucky else ""
    middles = [abs(float(findings.row(p)["additional"])) for p in policies if findings.row(p) is not None]
    beyond = "; what the policies add here is less in the middle of the runs, and may stay hidden even then"
    return (
        f"This study is too small to decide: with {runs} runs of each policy at {100 * scale:g}% scale, effects under "
        f"about {two_digits(least)} people are missed (power 80%){rare}. `laborsim run {file} --scale {share:g} "
        f"--replicates {more}` (about {_minutes(times * seconds)} on one core) would show effects of about {shown}"
        f"{beyond if middles and max(middles) < least / math.sqrt(times) else ''}."
    )


def _minutes(seconds: float) -> str:
    """
    Examples
    --------
    >>> _minutes(40.0), _minutes(700.0), _minutes(20_000.0)
    ('1 minute', '12 minutes', '5.6 hours')
    """
    minutes = max(1, round(seconds / 60.0))
    return f"{minutes} minute{'s' if minutes != 1 else ''}" if minutes < 120 else f"{seconds / 3600.0:.1f} hours"


def total(results: Results, policy: str) -> float:
    """Dollars more than in the baseline, mean over runs that both finished."""
    done = {(r.policy, r.replicate) for r in results.records if r.done}
    use = [n for n in range(results.replicates) if (policy, n) in done and (BASELINE, n) in done]
    spent = (results.dollars(policy) - results.dollars(BASELINE))[use]
    return float(spent.mean()) if use else math.nan


def a_year(results: Results, policy: str) -> str:
    """Spending a year: of all months from the first in which something is spent; a dash if nothing is."""
    table = results.spending
    own = table[(table["policy"] == policy) & (table["dollars"] > 0)]
    if own.empty:
        return "-"
    months = results.months.index(min(own["month"]))
    dollars = total(results, policy)
    return money(12.0 * dollars / (len(results.months) - months)) if math.isfinite(dollars) else "-"


def packages(results: Results, findings: Findings) -> list[str]:
    """Combined policies that cannot be told from a cheaper one of their parts, which itself adds more than chance."""
    out = []
    for policy in findings.tested:
        parts = [p for p in results.about["policies"][policy].get("combine") or () if p in findings.tested]
        alone = [
            p
            for p in parts
            if findings.sure(p, str(findings.stock))
            and float(findings.row(p)["additional"]) > 0.0
            and not {(p, policy), (policy, p)} & set(findings.apart)
            and 0.0 < total(results, p) < total(results, policy)
        ]
        if not alone:
            continue
        least = min(alone, key=lambda p: total(results, p))
        whole, part = total(results, policy), total(results, least)
        out.append(
            f"{policy_title(results, policy)} cannot be told from {lower(policy_title(results, least))} alone, at "
            f"{_times(whole / part)} the spending ({money(whole)} against {money(part)})."
        )
    return out


def _times(ratio: float) -> str:
    return f"{ratio:.0f} times" if ratio >= 9.5 else f"{ratio:.1f} times"


def balances(results: Results, findings: Findings) -> list[tuple[str, str]]:
    """One line a policy, its title and who is better or worse off in money: more than chance, or so in all runs.

    Each balance is judged alone, at 90%, by its own spread and by what is usual among the policies: a few runs lie
    close together by luck. The last line says how many of them chance alone would name.
    """
    table = results.benefit_cost()
    if table.empty or results.replicates < FEWEST_RUNS:
        return []
    nets = table[(table["item"] == "net") & (table["horizon"] == "run")]
    tested = nets[nets["policy"].isin(list(findings.tested))]
    usual = {who: (rows["high"] - rows["low"]).median() / 2.0 for who, rows in tested.groupby("perspective")}
    out, looked = [], 0
    for policy in findings.tested:
        own = nets[(nets["policy"] == policy) & nets["perspective"].isin(list(PERSPECTIVES))]
        looked += len(own)
        said = [_balance(own[own["perspective"] == who], name, usual.get(who, 0.0))
                for who, name in PERSPECTIVES.items()]  # fmt: skip
        if any(said):
            out.append((policy_title(results, policy), join([s for s in said if s])))
    if out:
        rate = max(0.1, 2.0 ** (1 - results.replicates) if results.replicates >= LEAST_SAME else 0.0)
        by_chance = max(1, round(rate * looked))
        out.append(("", f"Of {looked} balances looked at, chance alone would name about {by_chance}"))
    return out


def _balance(row: pd.DataFrame, name: str, usual: float) -> str:
    """Who has how much; empty where chance may be all of it."""
    if row.empty:
        return ""
    r: Any = row.iloc[0]
    runs, mean, share = int(r["runs"]), float(r["mean"]), float(r["probability"])
    same = runs >= LEAST_SAME and mean != 0.0 and share == (1.0 if mean > 0.0 else 0.0)
    sure = runs >= FEWEST_RUNS and (r["low"] > 0.0 or r["high"] < 0.0) and abs(mean) > usual
    if not (same or sure):
        return ""
    return f"{name} {signed(mean)} ({chance(share if mean > 0.0 else 1.0 - share, runs)})"


__all__ = ["a_year", "balances", "larger", "packages", "too_small", "total"]
