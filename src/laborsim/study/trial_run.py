"""One replicate of a trial: the runs in which some, none and all of those eligible may take part, same draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.indicators import wioa
from laborsim.indicators.clients import SERVICE as SERVICE_OF_CLIENTS
from laborsim.indicators.money import TOTALS
from laborsim.indicators.watch import Panel
from laborsim.market import codes, gate, participants
from laborsim.study.counterfactual import of_family
from laborsim.study.evaluation import with_clients
from laborsim.study.manifest import plain
from laborsim.study.trial_design import APPLICANTS, PAIRED, SERVICE, Design

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
B1 = NDArray[np.bool_]

OUTCOMES = ("earnings", "employed", "sufficient", "benefit", "taxes", "support")


@dataclass
class Sample:
    """People in a trial, N of them, and what they do by quarter since they became eligible, K quarters.

    Attributes
    ----------
    ids, assigned (month), treated (may take part), took (month they took part, -1 never), left (month of exit).
    unit : id that the draw was by: the person's own, or that of the household's head.
    values : outcome -> (N, K): dollars of the quarter, or share of its months; NaN beyond the run or after a move away.
    without : the same in the run where nobody takes part; NaN for people who are not there.
    traits : sex, race, age at assignment; of applicants also employed (1), education and record (1) before it.
    """

    ids: NDArray[np.uint64]
    assigned: I8
    treated: B1
    took: I8
    left: I8
    values: dict[str, F8]
    without: dict[str, F8]
    traits: dict[str, I8]
    unit: NDArray[np.uint64]


@dataclass
class TrialRun:
    """What one replicate of a trial gives.

    Attributes
    ----------
    sample : people of the randomised run (None where nobody was randomised).
    cohort : those who took part where all may: `treated` is True for all of them.
    totals : run -> total -> (T,) of all residents, at full scale.
    gains : run -> who ("participants", "others", "all") -> months of employment and dollars of earnings more than where
        nobody takes part, from the first month of intake on, at full scale; participants' against those refused.
    flows : "participants" and "all" (residents), where all may take part -> name -> (T,) dollars of the month, people
        for "employed" and "sufficient", more than where nobody does; full scale.
    wioa : rows of the WIOA table of the cohort.
    dollars : policy money by payer, full scale, of the run where all may, less that of the one where nobody does.
    starts, program_dollars, price_dollars : places taken in existing programs from intake on, what they cost all payers
        and what participants paid of that; full scale.
    places : people who took part from intake on, full scale.
    lasted, finished, followed, family : (n,) of all of the cohort, months from enrolment to exit (-1 not yet), whether
        completed, months from enrolment to the end of the run, and type of program (row of `load_programs`).
    """

    sample: Sample | None
    cohort: Sample
    totals: dict[str, dict[str, F8]]
    gains: dict[str, dict[str, tuple[float, float]]]
    flows: dict[str, dict[str, F8]]
    wioa: list[dict[str, Any]]
    dollars: dict[str, float]
    starts: float
    program_dollars: float
    price_dollars: float
    places: float
    scale: float
    months: int
    first: int
    people: int = 0
    lasted: I8 = field(default_factory=lambda: np.empty(0, np.int64))
    finished: B1 = field(default_factory=lambda: np.empty(0, bool))
    followed: I8 = field(default_factory=lambda: np.empty(0, np.int64))
    family: I8 = field(default_factory=lambda: np.empty(0, np.int64))
    hashes: dict[str, str] = field(default_factory=dict)


@dataclass
class _Seen:
    """One run of a replicate."""

    panel: Panel
    totals: dict[str, F8]
    log: dict[str, Any]
    enrolments: dict[str, Any]
    clients: dict[str, Any]
    spending: dict[str, float]
    hash: str
    people: int


def run_trial(task: Any, on_month: Callable[[int], None] | None, design: Design) -> TrialRun:
    """Make the runs of one replicate; `laborsim.study.task` calls it in whatever process it finds itself in.

    Parameters
    ----------
    task : Task; its seed, scale and threads are used.
    on_month : told the months done of all runs together.
    """
    spec = design.spec
    q = spec.parameters().room("evaluation")
    first = min(int(q["intake_start"]), spec.months - 1)
    until = min(first + int(q["intake_months"]), spec.months)
    share = 1.0 - float(q["treated_share"])
    build = _Builder(task, design, first, until, on_month)
    trial = build.run("trial", share) if design.mode != PAIRED else None
    everyone = build.run("all", 0.0)
    ids = np.unique(np.concatenate([s.panel.traits["id"] for s in (trial, everyone) if s is not None]))
    nobody = build.run("none", 1.0, ids)
    sample = None if trial is None else _sample(design, trial, nobody, build.chosen, until)
    cohort = _cohort(design, everyone, nobody, build.chosen, first, until)
    seen = {"none": nobody, "all": everyone} | ({} if trial is None else {"trial": trial})
    flows = {"all": {name: everyone.totals[name] - nobody.totals[name] for name in TOTALS}}
    gains: dict[str, dict[str, tuple[float, float]]] = {}
    own: dict[str, F8] = {}
    if trial is not None and sample is not None:
        own = participants_gain(trial.panel, nobody.panel, sample, task.scale)
        takers = int((sample.took >= 0).sum())
        gains["trial"] = _gains(own, trial, nobody, first)
        # Where all may take part there are more of them: each gains what those of the trial do.
        own = {name: values * (cohort.ids.size / takers if takers else 0.0) for name, values in own.items()}
    gains["all"] = _gains(own, everyone, nobody, first)
    flows["participants"] = own
    costs = build.costs(everyone, first)
    lasted, finished, followed, family = _ended(design, everyone, build, first)
    return TrialRun(
        sample=sample,
        cohort=cohort,
        totals={name: s.totals for name, s in seen.items()},
        gains=gains,
        flows=flows,
        wioa=_wioa(design, everyone, nobody, build, first),
        dollars=_less(everyone.spending, nobody.spending),
        starts=costs["starts"],
        program_dollars=costs["program_dollars"],
        price_dollars=costs["price_dollars"],
        places=costs["places"],
        scale=task.scale,
        months=spec.months,
        first=first,
        people=everyone.people,
        lasted=lasted,
        finished=finished,
        followed=followed,
        family=family,
        hashes={name: s.hash for name, s in seen.items()},
    )


class _Builder:
    """Makes the runs of a replicate."""

    def __init__(
        self, task: Any, design: Design, first: int, until: int, on_month: Callable[[int], None] | None
    ) -> None:
        self.task, self.design, self.first, self.until, self.on_month = task, design, first, until, on_month
        self.done = 0
        self.chosen: B1 = np.empty(0, bool)
        self.kinds: I8 = np.empty(0, np.int64)
        self.family: I8 = np.empty(0, np.int64)
        self.cost: F8 = np.empty(0)
        self.price: F8 = np.empty(0)

    def run(self, arm: str, refused: float, ids: Any = ()) -> _Seen:
        """One run to the horizon."""
        from laborsim.scenario.schema import BASELINE
        from laborsim.study import accounts
        from laborsim.study.task import load_model

        task, design = self.task, self.design
        off = arm == "none" and design.policy != BASELINE
        policy = None if off or design.policy == BASELINE else design.policy
        model = load_model(task.model)(design.spec, policy=policy, rng=task.seed, scale=task.scale,
                                       threads=task.threads)  # fmt: skip
        try:
            self._read(model)
            watch = accounts.watch(model, ids, participants=arm != "none", money=True)
            totals = accounts.accounts(model)
            self._go(model, self.first)
            # The program is closed where the policy is not there as well: participants' gains are of the whole program.
            if design.mode == APPLICANTS:
                participants.bar(model.month, self.chosen, refused)
            elif design.mode == SERVICE and not off:
                gate.open_gate(model.month, design.service, refused, self.until)
            self._go(model, self.until - self.first)
            memory = model.month.memory
            log = memory.get("trial", {}) if design.mode == APPLICANTS else memory.get("gates", {}).get(design.service)
            log = dict(log or {})
            if design.mode == APPLICANTS:
                # After intake nobody new is admitted in any of the runs: later places would have no time to pay off.
                participants.bar(model.month, self.chosen, 1.0)
            self._go(model, design.spec.months - self.until)
            if design.mode == SERVICE and not off:
                log = dict(memory["gates"][design.service])
            money = model.spending()
            return _Seen(
                watch.panel(), totals.totals(), log, watch.enrolments(), watch.clients(),
                {str(k): float(v) for k, v in money.groupby("payer")["dollars"].sum().items()},
                model.state_hash(), model.people,
            )  # fmt: skip
        finally:
            model.__dict__.clear()

    def _go(self, model: Any, months: int) -> None:
        for _ in range(months):
            model.step()
            self.done += 1
            if self.on_month is not None and self.done % 6 == 0:
                self.on_month(self.done)

    def _read(self, model: Any) -> None:
        if self.kinds.size:
            return
        pr = model.programs
        self.kinds, self.cost, self.price = np.asarray(pr.kind, np.int64), pr.cost.copy(), pr.price.copy()
        self.family = np.asarray(pr.family, np.int64)
        self.chosen = np.zeros(len(pr), bool)
        for name in self.design.programs:
            self.chosen |= of_family(pr, name)

    def costs(self, seen: _Seen, first: int) -> dict[str, float]:
        """Places in existing programs from intake on, and what they cost; added places are in a policy's spending."""
        e, scale = seen.enrolments, self.task.scale
        mine = (e["enrolled"] >= first) & (e["under_way"] == 0)
        if self.design.mode == APPLICANTS:
            mine &= self.chosen[e["program"]]
            own = mine & (e["added"] == 0)
            starts, places = float(own.sum()), float(mine.sum())
            dollars, price = float(self.cost[e["program"][own]].sum()), float(self.price[e["program"][own]].sum())
        else:
            starts = dollars = price = 0.0
            taken = np.asarray(seen.log.get("taken", np.empty(0)))
            served = np.asarray(seen.log.get("unit", np.empty(0)))[taken != gate.NEVER]
            places = float(np.unique(served).size)
        return {
            "starts": starts / scale, "program_dollars": dollars / scale, "price_dollars": price / scale,
            "places": places / scale,
        }  # fmt: skip


# --- people -------------------------------------------------------------------------------------------


def _sample(design: Design, trial: _Seen, nobody: _Seen, chosen: B1, until: int) -> Sample:
    """Those randomised, by their first application within the months of intake."""
    log = trial.log
    ids, at = np.unique(log["id"], return_index=True)  # the first row of each person
    within = np.asarray(log["month"][at] < until)
    ids, at = ids[within], at[within]
    refused = np.asarray(log["barred" if design.mode == APPLICANTS else "refused"][at], bool)
    assigned = log["month"][at].astype(np.int64)
    if design.mode == APPLICANTS:
        took, left = _enrolled(trial, chosen, ids, assigned)
    else:
        taken = log["taken"][at].astype(np.int64)
        took = np.where(taken == gate.NEVER, -1, taken)
        left = np.full(ids.size, trial.panel.horizon)
    unit = ids if design.mode == APPLICANTS else log["unit"][at]
    sample = _of_people(trial, nobody, ids, assigned, ~refused, took, left, unit)
    if design.mode == APPLICANTS:
        sample.traits["employed"] = (log["state"][at] <= codes.SELF_EMPLOYED).astype(np.int64)
        sample.traits |= {name: log[name][at].astype(np.int64) for name in ("education", "record")}
    return sample


def _cohort(design: Design, everyone: _Seen, nobody: _Seen, chosen: B1, first: int, until: int) -> Sample:
    """Those who took part where all may, within the months of intake."""
    e = everyone.enrolments
    if design.mode == APPLICANTS:
        mine = np.flatnonzero(
            (e["under_way"] == 0) & chosen[e["program"]] & (e["enrolled"] >= first) & (e["enrolled"] < until)
        )
        ids, at = np.unique(e["id"][mine], return_index=True)
        assigned, left = e["enrolled"][mine][at], e["exit"][mine][at]
    elif design.mode == SERVICE:
        log = everyone.log
        served = np.flatnonzero((log["taken"] != gate.NEVER) & (log["taken"] < until))
        ids, at = np.unique(log["id"][served], return_index=True)
        assigned = log["taken"][served][at].astype(np.int64)
        left = np.full(ids.size, everyone.panel.horizon)
    else:
        ids, assigned, left = np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int64)
    there = everyone.panel.find(ids) >= 0
    ids, assigned, left = ids[there], assigned[there].astype(np.int64), left[there].astype(np.int64)
    return _of_people(everyone, nobody, ids, assigned, np.ones(ids.size, bool), assigned.copy(), left, ids)


def _enrolled(seen: _Seen, chosen: B1, ids: NDArray[np.uint64], assigned: I8) -> tuple[I8, I8]:
    """Month in which each person first enrolled in the trial's programs after the application (-1), and of exit."""
    e = seen.enrolments
    took, left = np.full(ids.size, -1, np.int64), np.full(ids.size, -1, np.int64)
    for k in np.flatnonzero((e["under_way"] == 0) & chosen[e["program"]])[::-1]:  # the first one is written last
        at = int(np.searchsorted(ids, e["id"][k]))
        if at < ids.size and ids[at] == e["id"][k] and e["enrolled"][k] >= assigned[at]:
            took[at], left[at] = e["enrolled"][k], e["exit"][k]
    return took, left


def _of_people(
    seen: _Seen, nobody: _Seen, ids: NDArray[np.uint64], assigned: I8, treated: B1, took: I8, left: I8,
    unit: NDArray[np.uint64],
) -> Sample:
    here, there = seen.panel.find(ids), nobody.panel.find(ids)
    quarters = max((seen.panel.horizon - 1 - int(assigned.min())) // 3, 0) if ids.size else 0
    values = by_quarter(seen.panel, here, assigned, quarters)
    without = by_quarter(nobody.panel, there, assigned, quarters)
    traits = {name: seen.panel.traits[name][here].astype(np.int64) for name in ("sex", "race")}
    traits["age"] = (assigned - seen.panel.traits["birth"][here].astype(np.int64)) // 12
    return Sample(ids, assigned, treated, took, left, values, without, traits, unit)


def by_quarter(panel: Panel, person: I8, assigned: I8, quarters: int) -> dict[str, F8]:
    """Outcomes by quarter since assignment, outcome -> (N, K); quarter 0 is the three months after that month.

    Dollars are sums of the quarter, shares are means of its months; NaN unless all three months are known.
    """
    n, horizon = person.size, panel.horizon
    if n == 0 or quarters == 0 or panel.size == 0:
        return {name: np.full((n, quarters), np.nan) for name in OUTCOMES}
    months = assigned[:, None] + 1 + np.arange(3 * quarters)
    inside = (months < horizon) & (person >= 0)[:, None]
    at = np.minimum(months, horizon - 1)
    row = np.maximum(person, 0)[:, None]
    known = inside & panel.present[row, at]
    out = {}
    for name in OUTCOMES:
        source = panel.employed if name == "employed" else panel.months[name]
        monthly = np.where(known, source[row, at].astype(np.float64), np.nan).reshape(n, quarters, 3)
        out[name] = monthly.mean(axis=2) if name in ("employed", "sufficient") else monthly.sum(axis=2)
    return out


# --- sums ---------------------------------------------------------------------------------------------


def participants_gain(trial: Panel, nobody: Panel, s: Sample, scale: float) -> dict[str, F8]:
    """What those who may take part do beyond those who may not, name -> (T,) of each month, at full scale.

    Both are differences between two runs. People are taken in for what they are in one run (out of work, say), and are
    less so in the other: the differences of those refused say by how much, and are taken off (per person).
    """
    here, there = trial.find(s.ids), nobody.find(s.ids)
    both = (here >= 0) & (there >= 0)
    here, there, treated = here[both], there[both], s.treated[both]
    counted = np.arange(trial.horizon) >= trial.traits["first"][here][:, None]
    weight = treated / scale - (~treated) * (treated.sum() / max(int((~treated).sum()), 1)) / scale
    out = {}
    for name in ("earnings", "taxes", "support", "benefit", "employed", "sufficient"):
        a, b = ((p.employed if name == "employed" else p.months[name])[r].astype(np.float64)
                for p, r in ((trial, here), (nobody, there)))  # fmt: skip
        out["unemployment_insurance" if name == "benefit" else name] = weight @ ((a - b) * counted)
    return out


def _gains(own: dict[str, F8], seen: _Seen, nobody: _Seen, first: int) -> dict[str, tuple[float, float]]:
    """Months of employment and dollars of earnings beyond the run with nobody: of participants, others and all."""
    out: dict[str, tuple[float, float]] = {}
    pairs = []
    for name in ("employed", "earnings"):
        whole = float((seen.totals[name][first:] - nobody.totals[name][first:]).sum())
        mine = float(own[name][first:].sum()) if own else 0.0
        pairs.append((mine, whole - mine, whole))
    for k, who in enumerate(("participants", "others", "all")):
        out[who] = (pairs[0][k], pairs[1][k])
    return out


def _ended(design: Design, seen: _Seen, build: _Builder, first: int) -> tuple[I8, B1, I8, I8]:
    """Of those who took part: months they stayed (-1 if they still do), whether they completed, months they could be
    seen, type of program; (n,) each."""
    none = np.empty(0, np.int64)
    if design.mode != APPLICANTS:
        return none, np.empty(0, bool), none, none
    e = seen.enrolments
    mine = (e["under_way"] == 0) & build.chosen[e["program"]] & (e["enrolled"] >= first)
    began = e["enrolled"][mine].astype(np.int64)
    left = e["exit"][mine] < seen.panel.horizon
    lasted = np.where(left, e["exit"][mine] - began, -1)
    return lasted, left & (e["completed"][mine] > 0), seen.panel.horizon - began, build.family[e["program"][mine]]


def _less(a: dict[str, float], b: dict[str, float]) -> dict[str, float]:
    return {k: a.get(k, 0.0) - b.get(k, 0.0) for k in sorted({*a, *b}) if k}


def _wioa(design: Design, everyone: _Seen, nobody: _Seen, build: _Builder, first: int) -> list[dict[str, Any]]:
    if design.mode == APPLICANTS:
        e = everyone.enrolments
        mine = build.chosen[e["program"]] & (e["enrolled"] >= first)
    elif design.service == SERVICE_OF_CLIENTS:
        e = everyone.clients
        mine = e["enrolled"] >= first
    else:
        return []
    log = {name: column[mine] for name, column in e.items()}
    found: list[dict[str, Any]] = plain(wioa.rows(everyone.panel, log, with_clients(build.kinds), nobody.panel))
    return found


__all__ = ["OUTCOMES", "TOTALS", "Sample", "TrialRun", "by_quarter", "run_trial"]
