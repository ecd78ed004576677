"""What a calibration leaves for later runs: the joint distribution of the parameters it fitted, as a JSON file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.scenario.parameters.registry import declared
from laborsim.scenario.problems import InputError
from laborsim.study.calibration.moments import Free
from laborsim.study.vary import Settings

F8 = NDArray[np.float64]
SHIPPED = Path(__file__).with_name("posterior.json")
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Posterior:
    """Logs of factors on parameters, jointly normal.

    Attributes
    ----------
    factors : what is multiplied.
    mean, covariance : (P,), (P, P) of the logs.
    base : values that the factors multiply.
    source : which calibration it is.
    """

    factors: tuple[Free, ...]
    mean: F8
    covariance: F8
    base: dict[str, Any]
    source: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters it holds."""
        return tuple(p for f in self.factors for p in f.parameters)

    def settings(self, shares: Sequence[float]) -> Settings:
        """Parameters at some point of the unit cube, one share for each factor; 0.5 everywhere is the mean."""
        z = np.array([_NORMAL.inv_cdf(min(max(u, 1e-9), 1.0 - 1e-9)) for u in shares])
        x = self.mean + np.linalg.cholesky(self.covariance + 1e-15 * np.eye(len(z))) @ z
        each = (f.settings(float(v), self.base) for f, v in zip(self.factors, x, strict=True))
        return tuple(setting for settings in each for setting in settings)

    def interval(self, parameter: str, level: float = 0.90) -> tuple[Any, Any]:
        """Bounds of a parameter taken alone; lists element by element."""
        z = _NORMAL.inv_cdf(0.5 + level / 2.0)
        for k, f in enumerate(self.factors):
            if parameter in f.parameters:
                sd = math.sqrt(float(self.covariance[k, k]))
                low, high = (dict(f.settings(float(self.mean[k]) + s * z * sd, self.base)) for s in (-1.0, 1.0))
                return low[parameter], high[parameter]
        raise KeyError(parameter)

    def text(self) -> str:
        """The file."""
        return json.dumps({
            "format": 1, "source": self.source,
            "factors": {f.name: {"parameters": list(f.parameters), "spread": f.spread, "label": f.label}
                        for f in self.factors},
            "mean": [_digits(v) for v in self.mean],
            "covariance": [[_digits(v) for v in row] for row in self.covariance],
            "base": self.base,
        }, indent=1) + "\n"  # fmt: skip


def _digits(value: float) -> float:
    return float(f"{value:.8g}")


def load(path: Path | None = None) -> Posterior:
    """Read a posterior; None for the shipped one.

    Raises
    ------
    InputError
        If there is no such file, or it does not hold what it should.
    """
    place = path or SHIPPED
    try:
        content: Mapping[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    except OSError:
        said = "none is shipped with this version" if path is None else f"no such file: {place}"
        raise InputError(f"--draws: {said}; `laborsim calibrate` writes posterior.json") from None
    except ValueError as error:
        raise InputError(f"{place}: damaged ({error})") from None
    try:
        factors = tuple(Free(name, tuple(f["parameters"]), float(f["spread"]), str(f["label"]))
                        for name, f in content["factors"].items())  # fmt: skip
        found = Posterior(factors, np.array(content["mean"], float), np.array(content["covariance"], float),
                          dict(content["base"]), str(content["source"]))  # fmt: skip
        n = len(factors)
        if found.mean.shape != (n,) or found.covariance.shape != (n, n):
            raise ValueError(f"{n} factors, but mean {found.mean.shape}, covariance {found.covariance.shape}")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        said = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise InputError(f"{place}: not a posterior as `laborsim calibrate` writes it ({said})") from None
    unknown = [p for p in found.parameters if p not in declared() or p not in found.base]
    if unknown:
        raise InputError(f"{place}: not parameters of this version: {', '.join(unknown)}")
    return found


__all__ = ["SHIPPED", "Posterior", "load"]
