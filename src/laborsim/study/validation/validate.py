"""The study behind a validation: a region's baseline watched, set against facts, statistics and simple forecasts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from laborsim.scenario.problems import InputError
from laborsim.study.draws import opposite_pairs
from laborsim.study.executor import Executor, make_executor
from laborsim.study.kept import KeptRuns
from laborsim.study.results import Results
from laborsim.study.reuse import RESULTS
from laborsim.study.run import MODEL, Progress
from laborsim.study.validation.cycle import CYCLE
from laborsim.study.validation.facts import Found, find
from laborsim.study.validation.forecast import EVERY, RATE, Benchmark, Paths, benchmark
from laborsim.study.validation.hindcast import CALM, Errors, compare
from laborsim.study.validation.observed import Observed, observed

STORE = "runs.sqlite"
WATCHED = "laborsim.study.validation.observer:ObservedMarket"
CHEAPER = "laborsim.study.validation.observer:CheaperCare"
LAST = {"national": "2023-12", "state": "2022-12", "cheaper": "2022-12", "cycle": "2022-12", "half": "2019-12"}


@dataclass(frozen=True)
class Validation:
    """What was found.

    Attributes
    ----------
    region : its name.
    facts : stylised facts.
    runs : by drivers of demand, the runs.
    series : published series, none without statistics.
    errors : (drivers, name of the series) -> errors by years.
    forecast : forecasts from rolling origins; None if not asked for.
    draws : where parameters were drawn from, "" if they were not.
    """

    region: str
    facts: list[Found]
    runs: dict[str, Results]
    series: list[Observed] = field(default_factory=list)
    errors: dict[tuple[str, str], list[Errors]] = field(default_factory=dict)
    forecast: Benchmark | None = None
    draws: str = ""

    @property
    def missed(self) -> list[Found]:
        """Facts outside their range."""
        return [f for f in self.facts if not f.inside]

    def calm(self, drivers: str, series: str = "unemployment") -> Errors | None:
        """Errors outside the first half year of the pandemic; None where nothing is published."""
        return next((e for e in self.errors.get((drivers, series), []) if e.span == CALM), None)

    @property
    def unemployment(self) -> Observed | None:
        """The published unemployment rate."""
        return next((o for o in self.series if o.name == "unemployment"), None)


def folder_of(region: str) -> Path:
    """results/validation/<region>."""
    return RESULTS / "validation" / Path(region).name


def validate(
    spec: Any, data: Path | None = None, replicates: int = 20, scale: float = 0.05, executor: Executor | None = None,
    out: Path | None = None, progress: Progress | None = None, origins_every: int = EVERY, origin_replicates: int = 5,
    fresh: bool = False, retry: bool = False, draw: bool = True, model: str = MODEL,
) -> Validation:  # fmt: skip
    """Run the baseline and set it against facts, published series and simple forecasts.

    Parameters
    ----------
    spec : a scenario of the region that starts in 2018-01.
    data : folder of official statistics; without it only facts are looked at.
    replicates, scale : of the runs. Runs in the store of an earlier validation are not made again.
    executor : where runs are made; None for worker processes here, one a core.
    out : folder that keeps the runs, in its run store runs.sqlite; None for results/validation/<region>.
    progress : told what happens.
    origins_every : months between the origins of forecasts; 0 makes none.
    origin_replicates : runs from every origin; with the parameters' own values.
    fresh : throw away the runs that are there.
    retry : make failed runs again.
    draw : draw the parameters that a calibration fits with every seed (`laborsim.study.draws.opposite_pairs`), so that
        bands hold what is not known of them.

    Returns
    -------
    Validation

    Raises
    ------
    InputError
        If the folder has no unemployment of the region, forecasts need a library that is not installed, or the store
        is of another validation or version.
    RunsFailed
        If runs failed, after the others of their set were made.
    Interrupted
        After Ctrl-C; runs are kept, and the same call goes on from them.
    """
    series: list[Observed] = []
    if data is not None:
        from laborsim.region.pack import load_pack

        series = observed(data, load_pack(spec.region))
        if origins_every:
            _needs_statsmodels()
    place = out or folder_of(spec.region)
    bare = spec.model_copy(update={"targets": (), "policies": {}}).with_settings(scale=scale)
    production = model == MODEL
    drawn = opposite_pairs(bare, replicates) if draw else None
    errors: dict[tuple[str, str], list[Errors]] = {}
    forecast = None
    with KeptRuns(place / STORE, "validation", bare, executor or make_executor(), fresh, retry, progress) as kept:

        def simulate(name: str, by: str, **settings: Any) -> Results:
            last = min(LAST[name], str(spec.horizon))
            return kept.results(name, bare.with_settings(horizon=last, **settings), replicates, by, drawn)

        runs = {"national": simulate("national", WATCHED if production else model, drivers="national")}
        pairs = {"half": simulate("half", model, scale=0.5 * scale)}
        if production:
            pairs["cheaper"] = simulate("cheaper", CHEAPER)
            pairs["cycle"] = simulate("cycle", CYCLE)
        if series:
            runs["state"] = simulate("state", model, drivers="state")
            for drivers, results in runs.items():
                for o in series:
                    paired = draw and replicates >= 4
                    errors[drivers, o.name] = compare(results.months, o.simulated(results), o.actual, o.noise, paired)
        if data is not None and origins_every:
            paths = Paths(runs["national"].months, 100.0 * runs["national"].series(RATE))
            forecast = benchmark(bare, data, paths, kept, origin_replicates, origins_every, model=model)
    return Validation(spec.region, find(runs["national"], pairs), runs, series, errors, forecast,
                      drawn.source if drawn else "")  # fmt: skip


def _needs_statsmodels() -> None:
    from importlib.util import find_spec

    if find_spec("statsmodels") is None:
        raise InputError('forecasts need statsmodels: pip install "laborsim[study]", or --origins-every 0')


__all__ = ["CHEAPER", "WATCHED", "Validation", "folder_of", "validate"]
