"""What a calibration fits, and to what: free factors on parameters, and moments with their targets."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from laborsim.scenario.parameters.registry import Parameters, declared
from laborsim.study.measures import Measure
from laborsim.study.vary import Settings

NATION = Path(__file__).with_name("moments.toml")
REGION = Path(__file__).with_name("region_moments.toml")


@dataclass(frozen=True)
class Free:
    """A factor on declared parameters, estimated in logs.

    Attributes
    ----------
    name : of the factor.
    parameters : that it multiplies; lists as a whole.
    spread : prior standard deviation of its log.
    label : what it stands for.
    """

    name: str
    parameters: tuple[str, ...]
    spread: float
    label: str

    def settings(self, log_factor: float, values: Mapping[str, Any]) -> Settings:
        """The parameters at a factor, kept within what their unit allows, rounded to six digits.

        Examples
        --------
        >>> Free("x", ("search.on_the_job",), 0.5, "").settings(0.0, {"search.on_the_job": 0.02})
        (('search.on_the_job', 0.02),)
        """
        out = []
        for name in self.parameters:
            old = values[name]
            new = np.asarray(old, float) * np.exp(log_factor)
            if declared()[name].unit.startswith("share"):
                new = np.minimum(new, 0.98)
            rounded = [float(f"{v:.6g}") for v in np.atleast_1d(new)]
            out.append((name, rounded if isinstance(old, list) else rounded[0]))
        return tuple(out)


@dataclass(frozen=True)
class Moment:
    """One figure of the baseline and what it should be.

    Attributes
    ----------
    measure : how it is taken from a run.
    target, spread : published value, and how far it may be off.
    fitted : whether it is fitted, or only shown; elsewhere : by what else it is fitted before, "" by nothing.
    source : of the target.
    own : which of a region's own figures the target is (of several: of their mean); "" for a figure of the nation.
    """

    measure: Measure
    target: float
    spread: float
    fitted: bool
    source: str
    own: str = ""
    elsewhere: str = ""

    @property
    def name(self) -> str:
        """Of the moment."""
        return self.measure.name


def definitions(months: int, own: Mapping[str, float], file: Path = NATION) -> tuple[list[Free], list[Moment]]:
    """Free factors and moments as declared in moments.toml.

    Parameters
    ----------
    months : simulated.
    own : the region's own figures that targets refer to; moments of figures that it lacks are left out.
    file : NATION, behaviour that all regions share, or REGION, what is a region's own.

    Raises
    ------
    ValueError
        If a moment needs months that are not simulated, or a factor's parameter is not declared.
    """
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    free = [
        Free(name, tuple(entry["parameters"]), float(entry["spread"]), entry["label"])
        for name, entry in content["free"].items()
    ]
    unknown = [p for f in free for p in f.parameters if p not in declared()]
    if unknown:
        raise ValueError(f"{file.name}: no such parameters: {', '.join(unknown)}")
    moments = []
    for name, entry in content["moments"].items():
        first = int(entry.get("start", 0))
        if first >= months:
            raise ValueError(f"moment {name} is taken from month {first} on, and {months} are simulated")
        if "of" in entry and entry["of"] not in own:
            continue
        target = float(own[entry["of"]] if "of" in entry else entry["target"])
        measure = Measure(name, entry["indicator"], entry.get("group", "all"), "mean", first, months - 1)
        moments.append(Moment(measure, target, float(entry["spread"]), entry.get("fitted", True), entry["source"],
                              entry.get("of", ""), entry.get("elsewhere", "")))  # fmt: skip
    return free, moments


def point_settings(free: list[Free], x: Any, values: Parameters) -> Settings:
    """All parameters of a point in log factors."""
    return tuple(setting for f, v in zip(free, x, strict=True) for setting in f.settings(float(v), values))
