"""What a study found: every run's figures, as tables; read from memory or from a results directory."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.schema import BASELINE
from laborsim.study.judging import RATE
from laborsim.study.statistics import mean_of_known
from laborsim.study.storage import MANIFEST, RUNS, ResultsError, load_run, run_file
from laborsim.study.task import RunRecord

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.compare import Comparison
    from laborsim.study.findings import Findings
    from laborsim.study.verdicts import Verdicts

F8 = NDArray[np.float64]
# what a manifest must hold
HELD = {"scenario": dict, "policies": dict, "targets": list, "assumptions": list, "months": list, "runs": list,
        "replicates": int, "seed": int, "scale": float | int, "versions": dict}  # fmt: skip


class Results:
    """Runs of a scenario's baseline and policies.

    Attributes
    ----------
    about : dict
        The manifest: scenario, policies, targets, assumptions, versions, seeds.
    records : list of RunRecord
        One for each run, failed ones included.
    path : Path or None
        Directory the runs are stored in.
    """

    # set by the report package, which draws; this package only computes
    plotter: Callable[[Results], Any] | None = None

    def __init__(self, about: dict[str, Any], records: Sequence[RunRecord], path: Path | None = None) -> None:
        self.about = about
        self.records = sorted(records, key=lambda r: (self._rank(r.policy), r.replicate))
        self.path = path
        self._figures: dict[tuple[str, int], F8] = {}
        self._verdicts: dict[tuple[int, float], Verdicts] = {}

    def _rank(self, policy: str) -> int:
        return list(self.about["policies"]).index(policy)

    def __repr__(self) -> str:
        return (
            f"Results({self.about['scenario']['name']!r}, policies={list(self.policies)}, "
            f"replicates={self.replicates}, months={len(self.months)}, failed={len(self.failed)})"
        )

    @property
    def policies(self) -> tuple[str, ...]:
        """Names, the baseline first."""
        return tuple(self.about["policies"])

    @property
    def replicates(self) -> int:
        """Runs of each policy."""
        return int(self.about["replicates"])

    @property
    def months(self) -> tuple[str, ...]:
        """ "YYYY-MM" of each month simulated."""
        return tuple(self.about["months"])

    @property
    def failed(self) -> list[RunRecord]:
        """Runs that did not finish, with their errors."""
        return [r for r in self.records if not r.done]

    @cached_property
    def keys(self) -> list[tuple[str, str]]:
        """All (indicator, group) pairs."""
        first = self._first()
        return list(first.keys) if first is not None else []

    @cached_property
    def units(self) -> dict[tuple[str, str], str]:
        """Unit of each (indicator, group)."""
        first = self._first()
        return dict(zip(first.keys, first.units, strict=True)) if first is not None else {}

    @cached_property
    def _position(self) -> dict[tuple[str, str], int]:
        return {key: k for k, key in enumerate(self.keys)}

    def _first(self) -> RunRecord | None:
        return next((r for r in self.records if r.done), None)

    def __contains__(self, key: tuple[str, str]) -> bool:
        return key in self._position

    def groups(self, family: str) -> list[str]:
        """Groups of a family, in the order they are stored: "segment" gives "segment:unemployed" ..."""
        return list(dict.fromkeys(g for _, g in self.keys if g == family or g.startswith(family + ":")))

    def figures(self, record: RunRecord) -> F8:
        """(T, K) figures of one run, read from disk when first asked for."""
        if record.values is not None:
            return record.values
        key = (record.policy, record.replicate)
        if key not in self._figures:
            assert self.path is not None
            stored = load_run(run_file(self.path / RUNS, record.policy, record.replicate)).values
            assert stored is not None
            self._figures[key] = stored
        return self._figures[key]

    def series(self, indicator: str, group: str = "all", policy: str = BASELINE) -> F8:
        """(R, T) monthly values of one indicator; a failed replicate is a row of NaN.

        Raises
        ------
        KeyError
            If the runs have no such indicator for that group, or no such policy.
        """
        if policy not in self.policies:
            raise KeyError(f"no policy {policy!r}; there are {', '.join(self.policies)}")
        try:
            column = self._position[indicator, group]
        except KeyError:
            raise KeyError(f"no indicator {indicator!r} for group {group!r}") from None
        values = np.full((self.replicates, len(self.months)), np.nan)
        for record in self.records:
            if record.policy == policy and record.done:
                values[record.replicate] = self.figures(record)[:, column]
        return values

    def last_year(self, indicator: str, group: str = "all", policy: str = BASELINE, months: int = 12) -> F8:
        """(R,) mean over the last `months` months (those with a value)."""
        return mean_of_known(self.series(indicator, group, policy)[:, -months:], axis=1)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Tidy table of everything: policy, replicate, month, indicator, group, value, unit."""
        import pandas as pd

        done = [r for r in self.records if r.done]
        t, k = len(self.months), len(self.keys)
        names = list(dict.fromkeys(i for i, _ in self.keys))
        groups = list(dict.fromkeys(g for _, g in self.keys))
        units = list(dict.fromkeys(self.units.values()))
        block = t * k
        name_code = {n: c for c, n in enumerate(names)}
        group_code = {n: c for c, n in enumerate(groups)}
        unit_code = {n: c for c, n in enumerate(units)}

        def per_key(codes: list[int]) -> NDArray[np.int16]:
            return np.tile(np.repeat(np.array(codes, np.int16), t), len(done))

        policy = np.repeat(np.array([self.policies.index(r.policy) for r in done], np.int16), block)
        frame = {
            "policy": _labels(policy, self.policies),
            "replicate": np.repeat(np.array([r.replicate for r in done], np.int32), block),
            "month": _labels(np.tile(np.arange(t, dtype=np.int16), k * len(done)), self.months),
            "indicator": _labels(per_key([name_code[i] for i, _ in self.keys]), names),
            "group": _labels(per_key([group_code[g] for _, g in self.keys]), groups),
            "value": np.concatenate([self.figures(r).T.ravel() for r in done]) if done else np.zeros(0),
            "unit": _labels(per_key([unit_code[self.units[x]] for x in self.keys]), units),
        }
        return pd.DataFrame(frame)

    @cached_property
    def spending(self) -> pd.DataFrame:
        """Money by policy, replicate, month, payer and item: units bought and dollars, at full scale."""
        import pandas as pd

        parts = []
        for record in self.records:
            if record.done and record.spending is not None and len(record.spending):
                part = record.spending.drop(columns=["policy", "replicate"], errors="ignore").copy()
                part.insert(0, "policy", record.policy)
                part.insert(1, "replicate", record.replicate)
                if part["month"].dtype.kind in "iu":  # months since the start
                    part["month"] = [self.months[m] for m in part["month"]]
                parts.append(part)
        columns = ["policy", "replicate", "month", "payer", "item", "units", "dollars"]
        return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)

    def dollars(self, policy: str) -> F8:
        """(R,) dollars spent by a policy over all months."""
        total = np.zeros(self.replicates)
        table = self.spending
        for replicate, dollars in table[table["policy"] == policy].groupby("replicate")["dollars"].sum().items():
            total[int(str(replicate))] = dollars
        return total

    def targets(self) -> pd.DataFrame:
        """Scorecard: target, policy, value with 5-95% over runs, goal, probability met, gap."""
        from laborsim.study.scorecard import scorecard

        return scorecard(self)

    def wioa(self) -> pd.DataFrame:
        """The six WIOA primary indicators: gross and, where simulated, counterfactual and net; small cells are NaN."""
        from laborsim.study.wioa import of_results

        return of_results(self)

    def benefit_cost(self) -> pd.DataFrame:
        """Benefits and costs of the policies by who has them; see `laborsim.study.benefit_cost`."""
        from laborsim.study.benefit_cost import of_results

        return of_results(self)

    def compare(
        self,
        policy: str,
        against: str = BASELINE,
        by: str | None = None,
        indicators: Sequence[str] | None = None,
        months: int = 12,
    ) -> Comparison:
        """Paired differences between two policies; see `laborsim.study.compare.compare`."""
        from laborsim.study.compare import compare

        return compare(self, policy, against, by=by, indicators=indicators, months=months)

    def verdicts(self, months: int = 12, rate: float = RATE) -> Verdicts:
        """Differences between policies, judged in families; see `laborsim.study.verdicts`."""
        from laborsim.study.verdicts import Verdicts

        key = (months, round(rate, 9))
        if key not in self._verdicts:
            self._verdicts[key] = Verdicts(self, *key)
        return self._verdicts[key]

    @cached_property
    def findings(self) -> Findings:
        """What may be said of the policies, allowing for the number of comparisons."""
        from laborsim.study.findings import findings

        return findings(self)

    @property
    def plot(self) -> Any:
        """Charts: `results.plot.beveridge()`, `.unemployment()`, `.participation()`, `.targets()` ..."""
        if Results.plotter is None:
            raise RuntimeError("charts belong to laborsim.report: import it, or use laborsim.run")
        return Results.plotter(self)


def _labels(codes: NDArray[np.int16], names: Sequence[str]) -> Any:
    """A column of names, held as numbers: millions of rows stay small."""
    import pandas as pd

    return pd.Categorical.from_codes(codes, pd.Index(list(names)))


def load_results(path: str | Path) -> Results:
    """Results stored by `laborsim run`.

    Parameters
    ----------
    path : the directory that holds manifest.json.

    Raises
    ------
    ResultsError
        If it is not a results directory.
    """
    path = Path(path)
    manifest = path / MANIFEST
    if not path.is_dir():
        raise ResultsError(f"{path}: no such results directory")
    if not manifest.exists():
        partial = path.with_name(path.name + ".partial")
        hint = f"; {partial} holds an interrupted run" if partial.exists() else ""
        raise ResultsError(f"{path}: no {MANIFEST} in it: not a results directory{hint}")
    try:
        about = json.loads(manifest.read_text(encoding="utf-8"))
        runs = about["runs"]
        damage = [name for name, kind in HELD.items() if not isinstance(about.get(name), kind)]
        if damage:
            raise ValueError(f"missing or of another kind: {', '.join(damage)}")
    except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise ResultsError(f"{manifest}: damaged ({error}); `laborsim run` makes the results again") from None
    records = []
    for row in runs:
        if row["status"] == "done":
            record = load_run(run_file(path / RUNS, row["policy"], row["replicate"]), figures=False)
        else:
            record = RunRecord(row["policy"], row["replicate"], row["seed"], status="failed", error=row["error"])
        records.append(record)
    return Results(about, records, path)
