"""Forecasts of monthly unemployment from rolling origins: the model against simple time-series methods.

Two kinds, each method with the same information:

- `forecast`: US sector indices are known up to the origin; after it every sector follows the declared trend. One set of
  runs for every origin.
- `conditional`: US sector indices are known after the origin too, as in a scenario that states its own path of demand.
  One set of runs serves all origins; benchmarks that can use employment are given it as well.

All methods know the region's published rate up to the origin, and the same seasonal factors. The model itself knows
no local series after its start: its forecast is the simulated path moved by its mean miss over the last twelve months
known at the origin, with the season added. Its spread is that of the runs and of its misses. National rules that the
model has by month (insurance supplements of 2020-21, prices) are known to it ahead of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from laborsim.study.validation.benchmarks import CONDITIONAL, UNCONDITIONAL, Known, ahead, methods
from laborsim.study.validation.scores import Test, crps_normal, diebold_mariano
from laborsim.study.validation.series import national_jobs, reference, unemployment

if TYPE_CHECKING:
    import pandas as pd

    from laborsim.study.kept import KeptRuns

F8 = NDArray[np.float64]
HORIZONS = (3, 6, 12, 24)
OURS = "laborsim"
KINDS = ("forecast", "conditional")
RATE = "recorded_unemployment_rate"
MISSES = 12  # months of misses that the path is moved by
FEWEST_MISSES = 3
EVERY = 3  # months between origins
FEWEST_ORIGINS = 4  # fewer, or fewer that do not overlap, tell nothing
TOO_FEW = "too few origins"
SURE = 0.10  # p below which a difference counts as a win or a loss


@dataclass(frozen=True)
class Paths:
    """Simulated recorded rates, percent: months (T,) and runs (R, T)."""

    months: tuple[str, ...]
    runs: F8

    def forecast(self, known: Known, months: Sequence[str]) -> tuple[F8, F8] | None:
        """Mean and standard deviation of the rate in some months after the origin; None where it cannot be made."""
        place = {m: k for k, m in enumerate(self.months)}
        if any(m not in place for m in months):
            return None
        level = known.level
        since = ahead(known.origin, 1)[0]
        past = [m for m in self.months if m < since][-MISSES:]
        seen = [m for m in past if m in level.index]
        if len(seen) < FEWEST_MISSES:
            return None
        mean = self.runs.mean(axis=0)
        miss = np.array([level[m] - mean[place[m]] for m in seen])
        at = [place[m] for m in months]
        spread = self.runs[:, at].var(axis=0, ddof=1 if len(self.runs) > 1 else 0)
        sd = np.sqrt(spread + miss.var(ddof=1))
        return mean[at] + miss.mean() + known.season(list(months)), sd


@dataclass(frozen=True)
class Score:
    """One method at one horizon beside ours, over the origins both have.

    Attributes
    ----------
    kind, horizon, method : of the forecast.
    origins : with a published rate at the horizon.
    rmse, crps : of the method, percentage points; our_rmse, our_crps at the same origins.
    test : of equal squared errors, ours less the method's.
    independent : origins of these whose forecasts do not overlap.
    """

    kind: str
    horizon: int
    method: str
    origins: int
    rmse: float
    crps: float
    our_rmse: float
    our_crps: float
    test: Test
    independent: int

    @property
    def verdict(self) -> str:
        """"win" or "lose" where the test says so at 10%, else "tie"; TOO_FEW where nothing can be told."""
        if min(self.origins, self.independent) < FEWEST_ORIGINS:
            return TOO_FEW
        if not self.test.p < SURE:
            return "tie"
        return "win" if self.test.difference < 0 else "lose"


@dataclass(frozen=True)
class Benchmark:
    """Every forecast made: kind, origin, horizon, month, method, mean, sd, actual (percent)."""

    region: str
    longer: str  # name of the longer series
    table: pd.DataFrame
    every: int
    replicates: int

    def scores(self) -> list[Score]:
        """All methods at all horizons."""
        return scores(self.table, self.every)


def origins_of(own: pd.Series, start: str, last: str, every: int = EVERY) -> list[str]:
    """Months with a published rate, every so many, from which some horizon has one too.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.period_range("2018-01", "2018-12", freq="M").astype(str)
    >>> origins_of(pd.Series(4.0, index=months), "2018-01", "2018-12")
    ['2018-03', '2018-06', '2018-09']
    """
    out = []
    for month in own.index:
        if start <= month <= last and int(month[5:]) % every == 0:
            targets = ahead(month, max(HORIZONS))
            if any(targets[h - 1] in own.index and targets[h - 1] <= last for h in HORIZONS):
                out.append(month)
    return out


def benchmark(
    spec: Any, data: Path, conditional: Paths, kept: KeptRuns, replicates: int, every: int = EVERY,
    last: str = "2022-12", model: str | None = None,
) -> Benchmark:  # fmt: skip
    """Forecast a region's unemployment from rolling origins and set the forecasts beside simple ones.

    Parameters
    ----------
    spec : a scenario of the region, with its scale.
    data : folder of official statistics.
    conditional : paths of runs that know the sector indices of all months.
    kept : makes the runs of every origin and keeps them; replicates : how many of each.
    every : months between origins; last : last month forecast.
    """
    import pandas as pd

    from laborsim.region.pack import load_pack

    counties = load_pack(spec.region).meta["counties"]
    own = unemployment(data, counties)
    longer, name = reference(data, counties)
    jobs_us = national_jobs(data)
    rows: list[dict[str, Any]] = []
    origins = origins_of(own, spec.start, last, every)
    for kind in KINDS:
        ways = methods()
        for origin in origins:
            known = Known.at(origin, own, longer, jobs_us, kind == "conditional")
            months = [m for m in ahead(origin, max(HORIZONS)) if m <= last]
            paths = conditional
            if kind == "forecast":
                paths = origin_paths(spec, origin, months[-1], kept, replicates, model)
            made: dict[str, tuple[F8, F8] | None] = {OURS: paths.forecast(known, months)}
            for method in UNCONDITIONAL if kind == "forecast" else CONDITIONAL:
                made[method] = ways[method](known, months)
            for horizon in HORIZONS:
                if horizon > len(months) or months[horizon - 1] not in own.index:
                    continue
                month = months[horizon - 1]
                rows += [
                    {"kind": kind, "origin": origin, "horizon": horizon, "month": month, "method": method,
                     "mean": float(got[0][horizon - 1]), "sd": float(got[1][horizon - 1]), "actual": float(own[month])}
                    for method, got in made.items() if got is not None
                ]  # fmt: skip
    columns = ["kind", "origin", "horizon", "month", "method", "mean", "sd", "actual"]
    return Benchmark(spec.region, name, pd.DataFrame(rows, columns=columns), every, replicates)


def origin_paths(
    spec: Any, origin: str, last: str, kept: KeptRuns, replicates: int, model: str | None
) -> Paths:
    """Runs from the start to `last` that know the sector indices up to the origin alone."""
    from laborsim.study.run import MODEL
    from laborsim.study.vary import vary

    bare = spec.model_copy(update={"targets": (), "policies": {}})
    at = vary(bare.with_settings(horizon=last), (("region.index_known_to", origin),))
    results = kept.results(f"origin {origin}", at, replicates, model or MODEL)
    return Paths(results.months, 100.0 * results.series(RATE))


def scores(table: pd.DataFrame, every: int = EVERY) -> list[Score]:
    """Scores of all methods; `table` as in `Benchmark`, or of several regions with a column `region`.

    With several regions the losses of an origin are averaged over them before testing, so that places hit by the same
    month do not count as many.
    """
    import pandas as pd

    table = table.copy()
    table["square"] = (table["mean"] - table["actual"]) ** 2
    table["crps"] = crps_normal(table["mean"], table["sd"], table["actual"])
    keys = ["origin", "region"] if "region" in table else ["origin"]
    out = []
    for _, part in table.groupby(["kind", "horizon"], sort=False):
        kind, horizon = str(part["kind"].iloc[0]), int(part["horizon"].iloc[0])
        ours = part[part["method"] == OURS].set_index(keys)
        seen: list[pd.DataFrame] = []
        for method in [m for m in dict.fromkeys(part["method"]) if m != OURS]:
            theirs = part[part["method"] == method].set_index(keys)
            both = ours[["square", "crps"]].merge(theirs[["square", "crps"]], left_index=True, right_index=True,
                                                  suffixes=("", "_their"))  # fmt: skip
            made = theirs[["mean", "sd"]].sort_index()
            same = any(x.index.equals(made.index) and np.allclose(x, made, atol=1e-9) for x in seen)
            seen.append(made)
            if both.empty or same:  # a naive forecast a whole year ahead is the random walk's: counted once
                continue
            by_origin = both.groupby(level="origin").mean()
            number = [pd.Period(o, "M").ordinal // every for o in by_origin.index]
            test = diebold_mariano(by_origin["square"], by_origin["square_their"], number, -(-horizon // every))
            out.append(
                Score(kind, horizon, str(method), len(by_origin), _root(both["square_their"]),
                      float(both["crps_their"].mean()), _root(both["square"]), float(both["crps"].mean()), test,
                      _apart([pd.Period(o, "M").ordinal for o in by_origin.index], horizon))
            )  # fmt: skip
    return out


def _apart(months: Sequence[int], horizon: int) -> int:
    """How many of some origins lie at least a horizon apart, taken from the first on."""
    count, last = 0, -horizon
    for month in sorted(months):
        if not count or month - last >= horizon:
            count, last = count + 1, month
    return count


def _root(squares: Any) -> float:
    return float(np.sqrt(squares.mean()))


__all__ = ["HORIZONS", "KINDS", "OURS", "RATE", "Benchmark", "Paths", "Score", "benchmark", "origin_paths",
           "origins_of", "scores"]  # fmt: skip
