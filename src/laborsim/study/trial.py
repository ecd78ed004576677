"""In-silico randomised trials: the runs, the effects with their intervals, and what published trials found."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from laborsim.scenario.schema import BASELINE
from laborsim.study import benefit_cost
from laborsim.study.additional import CALLED, MONTHS, Additional, additional
from laborsim.study.executor import cores
from laborsim.study.local import Local
from laborsim.study.manifest import describe, manifest_text, plain
from laborsim.study.names import check_threads
from laborsim.study.run import MODEL, Interrupted, Progress, settle
from laborsim.study.small_cells import limits
from laborsim.study.storage import code_fingerprint, write_atomically
from laborsim.study.store import StoreFailed
from laborsim.study.tables import write_csv
from laborsim.study.task import RunRecord, Task, replicate_seeds
from laborsim.study.trial_design import PAIRED, SERVICE, Design, design
from laborsim.study.trial_estimates import Estimate, estimate, over_runs, ratio_over_runs
from laborsim.study.trial_evidence import Beside, arms, as_row, beside, reach
from laborsim.study.trial_run import TrialRun, run_trial
from laborsim.study.trial_store import Replicates
from laborsim.study.wioa import wioa_table

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES = {"earnings": "dollars a year", "employed": "share of months", "sufficient": "share of months",
            "benefit": "dollars a year"}  # fmt: skip
LABELS = {
    "earnings": "Earnings", "employed": "Employment", "sufficient": "At a self-sufficiency wage",
    "benefit": "Unemployment insurance",
}  # fmt: skip
RUNS = {PAIRED: 2}
LABEL = ("placement", "self_sufficient")


@dataclass
class Trial:
    """A finished trial.

    Attributes
    ----------
    design : what was tried. about : manifest of the scenario. runs : one for each replicate that finished.
    failed : records of those that did not. level : confidence level of intervals.
    """

    design: Design
    about: dict[str, Any]
    runs: list[TrialRun]
    failed: list[RunRecord] = field(default_factory=list)
    level: float = 0.90

    @property
    def randomised(self) -> bool:
        """Whether anybody was."""
        return any(r.sample is not None and r.sample.ids.size for r in self.runs)

    @property
    def quarters(self) -> int:
        """Quarters after the application that most people are seen through."""
        return reach(self.runs)

    def effect(self, outcome: str, first: int, last: int, who: str = "all", paired: bool = True) -> Estimate:
        """Effect on the mean quarter of first .. last - 1 after the application."""
        return estimate(arms(self.runs, outcome, first, last, who), self.level, paired)

    @cached_property
    def by_quarter(self) -> pd.DataFrame:
        """Effects by quarter after the application: outcome, quarter, itt, tot with intervals, base."""
        return self._effects([(f"quarter {k + 1}", k, k + 1) for k in range(self.quarters)], ("earnings", "employed"))

    @cached_property
    def effects(self) -> pd.DataFrame:
        """Effects by year after the application; dollars are a year's. See `_effects` for the columns."""
        years = self.quarters // 4
        periods = [(f"year {y + 1}", 4 * y, 4 * y + 4) for y in range(years)]
        if not periods and self.quarters:
            periods = [(f"first {3 * self.quarters} months", 0, self.quarters)]
        table = self._effects(periods, tuple(OUTCOMES))
        if periods:
            import pandas as pd

            last = periods[-1:]
            parts = [self._effects(last, ("earnings", "employed"), who) for who in ("female", "male")]
            table = pd.concat([table, *parts], ignore_index=True)
        return table

    def _effects(
        self, periods: Sequence[tuple[str, int, int]], outcomes: Sequence[str], who: str = "all"
    ) -> pd.DataFrame:
        """Effects by period: columns outcome, group, unit, period, months_from, months_to; itt and tot with intervals;
        without (what the enrolled have without), relative, enrolled, people, p, distinguishable; raw_itt (unpaired)."""
        import pandas as pd

        rows = []
        for outcome in outcomes:
            factor = 4.0 if OUTCOMES[outcome].startswith("dollars") else 1.0
            for period, first, last in periods:
                found = self.effect(outcome, first, last, who)
                plainly = self.effect(outcome, first, last, who, paired=False)
                rows.append(
                    {
                        "outcome": outcome, "group": who, "unit": OUTCOMES[outcome], "period": period,
                        "months_from": 3 * first, "months_to": 3 * last,
                        "itt": factor * found.itt, "itt_low": factor * found.itt_low,
                        "itt_high": factor * found.itt_high, "tot": factor * found.tot,
                        "tot_low": factor * found.tot_low, "tot_high": factor * found.tot_high,
                        "without": factor * found.base,
                        "relative": found.tot / found.base if found.base else math.nan,
                        "enrolled": found.enrolled, "people": found.people, "p": found.p,
                        "distinguishable": found.distinguishable, "raw_itt": factor * plainly.itt,
                        "raw_itt_low": factor * plainly.itt_low, "raw_itt_high": factor * plainly.itt_high,
                    }
                )  # fmt: skip
        return pd.DataFrame(rows)

    @cached_property
    def lock_in(self) -> dict[str, float]:
        """Effect on the earnings of the enrolled, dollars a month, over the mean time they take part."""
        none = {"dollars_a_month": math.nan, "low": math.nan, "high": math.nan, "people": 0, "months": math.nan}
        if self.design.mode == SERVICE or not self.randomised:
            return none  # a service has no end that is known: its effect is that of the first year
        months = [np.minimum(r.cohort.left, r.months) - r.cohort.took for r in self.runs]
        every = np.concatenate(months) if months else np.empty(0)
        if not every.size:
            return none
        length = float(every.mean())
        found = self.effect("earnings", 0, min(max(1, round(length / 3)), self.quarters))
        return {"dollars_a_month": found.tot / 3, "low": found.tot_low / 3, "high": found.tot_high / 3,
                "people": found.people, "months": length}  # fmt: skip

    @cached_property
    def displacement(self) -> pd.DataFrame:
        """Who gains and who loses work and pay where some, and where all, may take part, against nobody."""
        import pandas as pd

        rows = []
        for run in [name for name in ("trial", "all") if all(name in r.gains for r in self.runs) and self.runs]:
            for k, (outcome, unit, factor) in enumerate(
                (("employed", "person-years", 1 / 12), ("earnings", "dollars", 1.0))
            ):
                for who in self.runs[0].gains[run]:
                    values = [factor * r.gains[run][who][k] for r in self.runs]
                    mean, low, high = over_runs(values, self.level)
                    rows.append({"run": run, "outcome": outcome, "unit": unit, "who": who, "mean": mean, "low": low,
                                 "high": high})  # fmt: skip
        return pd.DataFrame(rows, columns=["run", "outcome", "unit", "who", "mean", "low", "high"])

    @cached_property
    def displaced_share(self) -> tuple[float, float, float]:
        """Of the work that participants gain where all may take part, the share that others lose; with interval."""
        gained = [r.gains["all"]["participants"][0] for r in self.runs]
        lost = [-r.gains["all"]["others"][0] for r in self.runs]
        mean_gain, gain_low, _ = over_runs(gained, self.level)
        if not self.runs or not mean_gain > 0 or (len(gained) > 1 and not gain_low > 0):
            return math.nan, math.nan, math.nan
        return ratio_over_runs(lost, gained, self.level)

    @cached_property
    def evidence(self) -> list[Beside]:
        """Published figures beside the simulated ones."""
        rules = [i for p in self.design.spec.package(self.design.policy).values() for i in p.instruments]
        subsidy = max((float(getattr(i, "subsidy_share", 0.0)) for i in rules), default=0.0)
        level = prices(int(self.about.get("dollar_year", 2019)))
        return beside(self.runs, self.design.evidence, level, subsidy, self.design.arm)

    @cached_property
    def wioa(self) -> pd.DataFrame:
        """WIOA indicators of those who took part where all may: gross, counterfactual, net."""
        name = self.design.policy if self.design.policy != BASELINE else self.design.name
        return wioa_table([(name, r.wioa) for r in self.runs], float(self.about["scale"]), *limits(self.about))

    @cached_property
    def benefit_cost(self) -> pd.DataFrame:
        """Benefits and costs of the places taken during intake, by who has them."""
        import pandas as pd

        q = benefit_cost.parameters(self.about)
        flows = [_flows(r) for r in self.runs]
        scopes = (benefit_cost.TAKING_PART, benefit_cost.EVERYONE) if self.randomised else (benefit_cost.EVERYONE,)
        parts = [benefit_cost.table(self.design.name, flows, q, self.level, scope) for scope in scopes]
        sources = {benefit_cost.EVERYONE: "net", benefit_cost.TAKING_PART: "gross"}
        parts += [
            benefit_cost.prices(
                self.design.name,
                {name: self.additional[sources[scope], of] for name, of in zip(CALLED.values(), LABEL, strict=True)},
                scope,
            )
            for scope in scopes
        ]
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def break_even(self) -> float:
        """Share of participants' additional work that others could lose before society does."""
        q = benefit_cost.parameters(self.about)
        return benefit_cost.break_even([_flows(r) for r in self.runs], q) if self.randomised else math.nan

    @cached_property
    def costs(self) -> dict[str, float]:
        """Dollars in all and per participant, per additional placement and per additional self-sufficient worker.

        Net of displacement, as `laborsim.study.additional` defines them; gross counts those who take part alone. Prices
        are NaN where the number is not distinguishable from zero.
        """
        dollars = [r.program_dollars + sum(r.dollars.values()) for r in self.runs]
        places = [r.places for r in self.runs]
        spent, taking = over_runs(dollars, self.level)[0], over_runs(places, self.level)[0]
        out = {"dollars": spent, "participants": taking,
               "per_participant": spent / taking if taking else math.nan}  # fmt: skip
        for (who, label), found in self.additional.items():
            out |= {f"{who}_{label}": found.people, f"{who}_{label}_low": found.low, f"{who}_{label}_high": found.high,
                    f"per_{who}_{label}": found.each, f"per_{who}_{label}_low": found.each_low,
                    f"per_{who}_{label}_high": found.each_high}  # fmt: skip
        return out

    @cached_property
    def additional(self) -> dict[tuple[str, str], Additional]:
        """("net" or "gross", "placement" or "self_sufficient") -> additional people and their price."""
        dollars = [r.program_dollars + sum(r.dollars.values()) for r in self.runs]
        return {
            (who, label): additional([_last_year(r, source, name) for r in self.runs], dollars, self.level)
            for name, label in (("employed", "placement"), ("sufficient", "self_sufficient"))
            for who, source in (("gross", "participants"), ("net", "all"))
        }

    def to_json(self) -> dict[str, Any]:
        """Everything a program wants to read."""
        share = self.displaced_share
        return {
            "scenario": self.about["scenario"]["name"],
            "program": self.design.name,
            "mode": self.design.mode,
            "randomised": self.design.randomised,
            "without": self.design.without,
            "policy": self.design.policy,
            "replicates": len(self.runs),
            "scale": self.about["scale"],
            "people_randomised": sum(r.sample.ids.size for r in self.runs if r.sample is not None),
            "people_enrolled": sum(r.cohort.ids.size for r in self.runs),
            "months_followed": 3 * self.quarters,
            "level": self.level,
            "effects": self.effects.to_dict("records"),
            "by_quarter": self.by_quarter.to_dict("records"),
            "lock_in": self.lock_in,
            "displacement": self.displacement.to_dict("records"),
            "displaced_share": {"mean": share[0], "low": share[1], "high": share[2]},
            "evidence": [as_row(b) for b in self.evidence],
            "costs": self.costs,
            "break_even_displacement": self.break_even,
            "benefit_cost": self.benefit_cost.to_dict("records"),
            "wioa": self.wioa.to_dict("records"),
            "state_hash": [r.hashes for r in self.runs],
            "failed": [{"replicate": r.replicate, "error": r.error} for r in self.failed],
        }


def run(
    spec: Any,
    program: str,
    replicates: int | None = None,
    scale: float | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    model: str = MODEL,
    keep: Path | None = None,
) -> Trial:
    """Try a program or policy on randomised people.

    Parameters
    ----------
    spec : Scenario, or the path of a scenario file.
    program : a kind of program, a family of programs, a type of instrument, or a policy of the scenario.
    replicates, scale, seed : None takes the scenario's.
    threads : processor cores to use; None for all.
    progress : told what happens.
    model : "module:class" of the model.
    keep : folder in which replicates are kept as they finish; those it has are not made again.

    Raises
    ------
    InputError
        If an option is out of range or names nothing.
    StoreFailed
        If a replicate cannot be kept (a full disk, say); those finished before are in `keep`.
    Interrupted
        After Ctrl-C; replicates that were finished are in `keep`.

    Examples
    --------
    >>> trial = run("scenarios/independence-works-2025.toml", "classroom", replicates=2, scale=0.01)  # doctest: +SKIP
    """
    if isinstance(spec, str | Path):
        from laborsim.loading import load_scenario

        spec = load_scenario(spec)
    given = spec
    spec = settle(spec, replicates, seed, scale, lambda: design(given, program), lambda: check_threads(threads))
    chosen = design(spec, program)
    progress = progress or Progress()
    runs = RUNS.get(chosen.mode, 3)
    about = describe(chosen.spec, [] if chosen.policy == BASELINE else [chosen.policy])
    tasks = [
        Task(chosen.spec, BASELINE if chosen.policy == BASELINE else chosen.policy, r, s, spec.scale,
             runs * spec.months, model=model, work=partial(run_trial, design=chosen))
        for r, s in enumerate(replicate_seeds(spec.seed, spec.replicates))
    ]  # fmt: skip
    use = threads or cores()
    jobs = max(1, min(use, len(tasks)))
    tasks = [replace(t, threads=max(1, use // jobs)) for t in tasks]
    held, store = [], Replicates(keep)
    for task in tasks:
        made = store.read(task, chosen)
        if made is not None:
            held.append(RunRecord(task.policy, task.replicate, task.seed, task.key, made=made))
    wanted, by_replicate = len(tasks), {t.replicate: t for t in tasks}
    tasks = [t for t in tasks if t.replicate not in {r.replicate for r in held}]
    progress.started(tasks, len(held), jobs)
    executor, records = Local(jobs), list(held)
    try:
        for record in executor.run(tasks, progress.month if jobs == 1 else None) if tasks else ():
            if record.done and record.made is not None:
                store.write(by_replicate[record.replicate], chosen, record.made)
            progress.finished(record)
            records.append(record)
    except KeyboardInterrupt:
        executor.close()
        raise Interrupted(len(records), wanted, keep if records else None) from None
    except BaseException:
        executor.close()
        raise
    records.sort(key=lambda r: r.replicate)
    done = [r.made for r in records if r.done]
    about["people"] = done[0].people if done else 0
    about["program_fingerprint"] = code_fingerprint()
    return Trial(chosen, about, done, [r for r in records if not r.done])


def write(trial: Trial, folder: Path, finish: Callable[[Trial, Path], object] | None = None) -> None:
    """Write trial.json, effects.csv, quarters.csv, displacement.csv, evidence.csv, benefit_cost.csv and wioa.csv.

    manifest.json goes last: a folder that has it is complete.

    Parameters
    ----------
    finish : writes what else belongs into the folder (charts, the page).

    Raises
    ------
    StoreFailed
        If something cannot be written (a full disk, say); the folder is then without a manifest.
    """
    try:
        _write(trial, folder, finish)
    except OSError as error:
        raise StoreFailed(f"{error.filename or folder}: cannot be written ({error.strerror}); replicates are kept in "
                          f"{folder}, and the same command goes on from them") from None  # fmt: skip


def _write(trial: Trial, folder: Path, finish: Callable[[Trial, Path], object] | None) -> None:
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    tables = {
        "effects": trial.effects, "quarters": trial.by_quarter, "displacement": trial.displacement,
        "evidence": pd.DataFrame([as_row(b) for b in trial.evidence]), "benefit_cost": trial.benefit_cost,
        "wioa": trial.wioa,
    }  # fmt: skip
    for name, table in tables.items():
        write_csv(folder / f"{name}.csv", table)
    write_atomically(folder / "trial.json", json.dumps(plain(trial.to_json()), indent=1, ensure_ascii=False) + "\n")
    if finish is not None:
        finish(trial, folder)
    write_atomically(folder / "manifest.json", manifest_text(trial.about))


def prices(dollar_year: int) -> Any:
    """Model dollars per dollar of a year, by CPI-U; the nearest year known for years that are not."""
    from laborsim.region.pack import load_pack

    known: dict[Any, Any] = load_pack("national")["price_level"].set_index("year")["cpi"].to_dict()
    earlier = {2010: 218.056, 2011: 224.939, 2012: 229.594}  # BLS CPI-U, annual averages

    def level(year: int) -> float:
        table = {int(y): float(v) for y, v in (earlier | known).items()}
        nearest = min(table, key=lambda y: abs(y - year))
        return table[dollar_year] / table[nearest]

    return level


def _flows(r: TrialRun) -> benefit_cost.Flows:
    """Years from the first month of intake; the rest of residents are others."""
    months = np.arange(r.months - r.first) // 12

    def yearly(x: Any) -> Any:
        return np.bincount(months, weights=np.asarray(x)[r.first :])

    names = ("earnings", "taxes", "support", "unemployment_insurance")
    own = {name: yearly(r.flows["participants"].get(name, np.zeros(r.months))) for name in names}
    rest = {name: yearly(r.flows["all"][name]) - own[name] for name in names}
    turnover = yearly(r.flows["all"]["turnover"])
    first = np.zeros_like(turnover)
    paid = {}
    public = r.program_dollars - r.price_dollars
    for payer, dollars in (("participant", r.price_dollars), ("programs", public), *r.dollars.items()):
        if abs(dollars) > 0:
            paid[payer] = first.copy()
            paid[payer][0] += dollars
    return benefit_cost.Flows(own, rest, turnover, paid)


def _last_year(r: TrialRun, source: str, name: str) -> float:
    """People employed (self-sufficient) in the last twelve months beyond the run without, at full scale."""
    values = r.flows[source].get(name)
    return 0.0 if values is None else float(values[-MONTHS:].mean())


__all__ = ["LABELS", "OUTCOMES", "Trial", "prices", "run", "write"]
