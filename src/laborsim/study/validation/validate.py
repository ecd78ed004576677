"""The study behind a validation: a region's baseline, run with the nation's and with the states' sector indices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.study.results import Results
from laborsim.study.reuse import RESULTS
from laborsim.study.run import MODEL, Progress, run
from laborsim.study.validation.facts import Found, find
from laborsim.study.validation.hindcast import Errors, compare, published

if TYPE_CHECKING:
    import pandas as pd

DRIVERS = ("national", "state")


@dataclass(frozen=True)
class Validation:
    """Facts, and by drivers of demand the runs and their errors; `actual` is None without statistics."""

    region: str
    facts: list[Found]
    runs: dict[str, Results]
    errors: dict[str, list[Errors]]
    actual: pd.Series | None

    @property
    def missed(self) -> list[Found]:
        """Facts outside their range."""
        return [f for f in self.facts if not f.inside]


def folder_of(region: str) -> Path:
    """results/validation/<region>."""
    return RESULTS / "validation" / Path(region).name


def validate(
    spec: Any, data: Path | None = None, replicates: int = 20, scale: float = 0.05, jobs: int | None = None,
    out: Path | None = None, progress: Callable[[], Progress] = Progress, model: str = MODEL,
) -> Validation:  # fmt: skip
    """Run the baseline and set it against facts and statistics.

    Parameters
    ----------
    spec : a scenario of the region that starts in 2018-01.
    data : folder of official statistics; without it only facts are looked at.
    replicates, scale, jobs : of the runs. Runs stored by an earlier validation are read.
    out : folder that keeps the runs; None for results/validation/<region>.

    Returns
    -------
    Validation
    """
    actual = None
    if data is not None:
        from laborsim.region.pack import load_pack

        actual = published(data, load_pack(spec.region).meta["counties"])
    place = out or folder_of(spec.region)
    runs: dict[str, Results] = {}
    errors: dict[str, list[Errors]] = {}
    for drivers in DRIVERS if actual is not None else DRIVERS[:1]:
        results = run(spec.with_settings(drivers=drivers), [], replicates, scale=scale, jobs=jobs,
                      out=place / f"runs-{drivers}", progress=progress(), reuse=True, model=model)  # fmt: skip
        runs[drivers] = results
        if actual is not None:
            errors[drivers] = compare(results.months, results.series("recorded_unemployment_rate"), actual)
    return Validation(spec.region, find(runs["national"]), runs, errors, actual)
