"""Simulated effects beside published ones: which study, what it found, what the trial finds for the same thing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import EDUCATION
from laborsim.scenario.ledger import Study, studies
from laborsim.scenario.programs import load_programs
from laborsim.study.statistics import paired
from laborsim.study.trial_estimates import Arm, Estimate, estimate, incidence, over_runs, ratio_over_runs, window
from laborsim.study.trial_run import Sample, TrialRun

B1 = NDArray[np.bool_]
INSIDE, OVERLAPS, OUTSIDE, NOT_MEASURED = "inside", "interval reaches it", "outside", "not measured"
NO_POWER = "no power"
TOO_WIDE = 3.0  # times the range held to: an interval that wide which holds zero would agree with nearly any effect
QUARTERS_A_YEAR = 4
MOTHERS = (18, 54)
WHO = {
    "out_of_work": "of those out of work before",
    "hard_to_employ": "of those out of work with a justice record or without schooling beyond high school",
    "female": "of women",
    "male": "of men",
}
LEAST_PEOPLE = 40  # randomised and seen to the end of the period: below it one person moves a share by five points


@dataclass(frozen=True)
class Beside:
    """A published figure and the simulated one.

    Attributes
    ----------
    study : the entry of the ledger. low, high : range the simulated figure is held to (discounted to published, in the
        model's dollars); published_low, published_high : the published interval in the model's dollars.
    value, value_low, value_high : simulated, with its 90% interval. p : of no effect; NaN of rates. months : months
        after the start it is measured over, (first, last]. verdict : INSIDE, OVERLAPS, OUTSIDE, NOT_MEASURED, or
        NO_POWER (in place of the first two where the interval holds zero and is `TOO_WIDE`). note : why, or what
        differs.
    """

    study: Study
    low: float
    high: float
    published: float
    published_low: float
    published_high: float
    value: float
    value_low: float
    value_high: float
    p: float
    months: tuple[int, int]
    verdict: str
    note: str = ""


def arms(runs: Sequence[TrialRun], outcome: str, first: int, last: int, who: str = "all") -> list[Arm]:
    """The randomised people of each replicate with their mean outcome over quarters first .. last - 1.

    Parameters
    ----------
    who : "all", "female", "male", "mothers" (women of an age to have young children), or of a study (`ledger`).
    """
    out = []
    for run in runs:
        s = run.sample
        if s is None:
            continue
        chosen = members(s, who)
        value, without = window(s.values[outcome], first, last), window(s.without[outcome], first, last)
        out.append(Arm(s.treated[chosen], s.took[chosen] >= 0, value[chosen], without[chosen], s.unit[chosen]))
    return out


def members(s: Sample, who: str) -> B1:
    """(N,) people of a group."""
    if who == "all":
        return np.ones(s.ids.size, bool)
    if who == "mothers":
        age = s.traits["age"]
        return np.asarray((s.traits["sex"] == 1) & (age >= MOTHERS[0]) & (age <= MOTHERS[1]))
    if who in ("out_of_work", "hard_to_employ"):
        if "employed" not in s.traits:  # of services nothing but sex, race and age is known
            return np.zeros(s.ids.size, bool)
        idle = s.traits["employed"] == 0
        little = s.traits["education"] <= EDUCATION.index("hs")
        return np.asarray(idle if who == "out_of_work" else idle & ((s.traits["record"] > 0) | little))
    return np.asarray(s.traits["sex"] == ("male", "female").index(who))


def reach(runs: Sequence[TrialRun]) -> int:
    """Quarters after assignment that at least half of the people randomised are seen through."""
    samples = [r.sample if r.sample is not None else r.cohort for r in runs]
    people = sum(s.ids.size for s in samples)
    most = max((s.values["earnings"].shape[1] for s in samples), default=0)
    for k in range(most, 0, -1):
        known = sum(
            int(np.isfinite(s.values["earnings"][:, k - 1]).sum())
            for s in samples if s.values["earnings"].shape[1] >= k
        )  # fmt: skip
        if people and known >= 0.5 * people:
            return k
    return 0


def beside(
    runs: Sequence[TrialRun], instruments: Sequence[str], price: Callable[[int], float], subsidy: float = math.nan,
    arm: str = "",
) -> list[Beside]:
    """Every published figure on some instruments that a trial can be held to.

    Parameters
    ----------
    runs : replicates of the trial.
    instruments : of the ledger.
    price : model dollars per dollar of a year.
    subsidy : share of the price of care that a trial of childcare pays.
    arm : the part of what is offered that is tried; figures of the same part are compared.
    """
    found = [s for name in instruments for s in studies(instrument=name)
             if s.kind in ("effect", "rate") and s.measure and s.arm == arm]
    return [_beside(s, runs, price, subsidy) for s in found]


def _beside(study: Study, runs: Sequence[TrialRun], price: Callable[[int], float], subsidy: float) -> Beside:
    dollars = study.unit.startswith("dollars")
    level = price(study.dollar_year) if dollars and study.dollar_year else 1.0
    low, high = study.accepted(level)
    ends = study.interval()
    shown = (study.estimate * level, ends[0] * level, ends[1] * level)
    value, months, note = _simulated(study, runs, subsidy)
    if dollars and not study.dollar_year:
        note = "; ".join(x for x in (note, "dollar year not known: not deflated") if x)
    if not math.isfinite(value[0]):
        note = note or "too few people, or too short a run"
        return Beside(study, low, high, *shown, *value, months, NOT_MEASURED, note)
    verdict = OUTSIDE
    if low - 1e-12 <= value[0] <= high + 1e-12:
        verdict = INSIDE
    elif value[1] <= high and value[2] >= low:
        verdict = OVERLAPS
    blind = value[1] <= 0.0 <= value[2] and value[2] - value[1] > TOO_WIDE * (high - low)
    if verdict != OUTSIDE and blind and math.isfinite(value[3]):
        verdict = NO_POWER
    return Beside(study, low, high, *shown, *value, months, verdict, note)


Found = tuple[float, float, float, float]  # figure, interval, p of no effect (NaN of rates)
NONE: Found = (math.nan, math.nan, math.nan, math.nan)


def _simulated(study: Study, runs: Sequence[TrialRun], subsidy: float) -> tuple[Found, tuple[int, int], str]:
    """The figure of a trial that a study's is of: value with interval and p, months measured, remark."""
    measure = study.measure
    if measure in ("completion", "cancellation", "credential"):
        return _of_exits(study, runs), (0, 0), ""
    if measure == "net_over_gross":
        return _net_over_gross(study, runs)
    if all(r.sample is None for r in runs):
        return NONE, (0, 0), "nobody is randomised: no effect on those who take part"
    have = reach(runs)
    horizon = study.horizon_months or 24
    last = max(1, round(horizon / 3))
    note = ""
    if measure.startswith("mothers"):
        first, last = 0, min(QUARTERS_A_YEAR, have)
    else:
        if last > have:
            note = f"measured {3 * have} months after the application, the study's horizon is {horizon}"
            last = have
        first = 0 if measure == "earnings_total" or last <= 2 else max(0, last - QUARTERS_A_YEAR)
    months = (3 * first, 3 * last)
    if last <= first:
        return NONE, months, note
    outcome = "earnings" if measure.startswith("earnings") else "employed"
    who = "mothers" if measure.startswith("mothers") else study.who or "all"
    if study.who:
        note = "; ".join(x for x in (note, WHO[study.who]) if x)
    found = estimate(arms(runs, outcome, first, last, who))
    if found.people < LEAST_PEOPLE:
        return NONE, months, f"only {found.people} people are seen that long"
    factor = {"earnings_year": 4.0, "earnings_total": float(last - first)}.get(measure, 1.0)
    if measure == "earnings_share":
        factor = 1.0 / found.base if found.base > 0 else math.nan
    if measure == "mothers_elasticity":
        factor = -1.0 / (found.base * subsidy) if found.base > 0 and subsidy > 0 else math.nan
    return _scaled(found, factor), months, note


def _scaled(found: Estimate, factor: float) -> Found:
    ends = sorted((found.tot_low * factor, found.tot_high * factor))
    return found.tot * factor, ends[0], ends[1], found.p


def _of_exits(study: Study, runs: Sequence[TrialRun]) -> Found:
    """Shares that completed, or left without; credentials more than without, as a share.

    Of the types of program that the study is of, and as its records count. With a horizon: of all registered within
    such a window of months, some of whom are active at its end. Without: of those who leave in a year. Entries grow as
    the study says, which gives the earlier exits more weight.
    """
    if study.measure == "credential":
        more = [_credentials(run) for run in runs]
        return *over_runs(more), paired(np.zeros(len(more)), more).p
    types = [t.code for t in load_programs()]
    wanted = [types.index(code) for code in study.programs]
    values = []
    for run in runs:
        mine = np.isin(run.family, wanted) if wanted else np.ones(run.family.size, bool)
        longest = study.horizon_months or int(run.followed.max(initial=0))
        done, left = incidence(run.lasted[mine], run.followed[mine], run.finished[mine], longest)
        weight = np.exp(-study.entry_growth * np.arange(longest + 1) / 12.0)
        if study.horizon_months:
            shares = (done if study.measure == "completion" else left) * weight
            values.append(float(shares[1:].sum() / weight[1:].sum()) if mine.any() else math.nan)
            continue
        exits = [float(np.diff(x, prepend=0.0) @ weight) for x in (done, left)]
        if study.measure == "cancellation":
            exits.reverse()
        values.append(exits[0] / sum(exits) if sum(exits) > 0 else math.nan)
    mean, low, high = over_runs(values)
    return mean, max(low, 0.0), min(high, 1.0), math.nan


def _credentials(run: TrialRun) -> float:
    """Credentials of participants more than without, as a share."""
    rows = [r for r in run.wioa if r["indicator"] == "credential_attainment" and r["program"] == "all"
            and r["population"] == "all" and r["group"] == "all"]  # fmt: skip
    gross, base = (rows[0]["gross"], rows[0]["counterfactual"]) if rows else (None, None)
    return math.nan if gross is None or not base else float(gross / base - 1.0)


def _net_over_gross(study: Study, runs: Sequence[TrialRun]) -> tuple[Found, tuple[int, int], str]:
    """Months of work added in all, over those that participants gain, from the first month of intake to the horizon."""
    if not runs or "employed" not in runs[0].flows["participants"]:
        return NONE, (0, 0), "nobody is randomised: what participants gain is not known"
    followed = runs[0].months - runs[0].first
    last = min(study.horizon_months or followed, followed)
    span = slice(runs[0].first, runs[0].first + last)
    net, gross = ([float(r.flows[who]["employed"][span].sum()) for r in runs] for who in ("all", "participants"))
    found = (*ratio_over_runs(net, gross), paired(np.zeros(len(net)), net).p)  # nil where what is added in all is nil
    return found, (0, last), "of the whole region, from the first month of intake on"


def as_row(b: Beside) -> dict[str, Any]:
    """One line of evidence.csv."""
    return {
        "study": b.study.name, "instrument": b.study.instrument, "outcome": b.study.outcome, "unit": b.study.unit,
        "use": b.study.use, "status": b.study.status, "published": b.published, "published_low": b.published_low,
        "published_high": b.published_high, "discount": b.study.discount, "accepted_low": b.low,
        "accepted_high": b.high,
        "simulated": b.value, "simulated_low": b.value_low, "simulated_high": b.value_high, "p": b.p,
        "months_from": b.months[0], "months_to": b.months[1], "verdict": b.verdict, "note": b.note,
        "source": b.study.source,
    }  # fmt: skip


__all__ = [
    "INSIDE",
    "NOT_MEASURED",
    "NO_POWER",
    "OUTSIDE",
    "OVERLAPS",
    "Beside",
    "arms",
    "as_row",
    "beside",
    "members",
    "reach",
]
