"""Reading and holding declared parameters."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

GRADES = ("measured", "published", "calibrated", "assumed")


@dataclass(frozen=True)
class Parameter:
    """Declaration of one parameter.

    Attributes
    ----------
    name : "room.parameter".
    default : number, bool, string or list of numbers.
    unit, label, source : text; `source` names the original publisher or says why the value was assumed.
    low, high : plausible range, in the same unit.
    grade : one of measured, published, calibrated, assumed.
    """

    name: str
    default: Any
    unit: str
    label: str
    source: str
    grade: str
    low: float | None = None
    high: float | None = None


@cache
def declared() -> Mapping[str, Parameter]:
    """All declared parameters by name, in the order of the files."""
    found: dict[str, Parameter] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            name = f"{path.stem}.{key}"
            found[name] = Parameter(name=name, **entry)
            if found[name].grade not in GRADES:
                raise ValueError(f"{path.name}: {key}: grade must be one of {', '.join(GRADES)}")
    return found


class Parameters(Mapping[str, Any]):
    """Values of all parameters: defaults, with a scenario's overrides.

    Examples
    --------
    >>> p = Parameters()
    >>> p["matching.applications"] == declared()["matching.applications"].default
    True
    """

    def __init__(self, overrides: Mapping[str, Any] | None = None) -> None:
        self._values = {name: p.default for name, p in declared().items()}
        for name, value in (overrides or {}).items():
            if name not in self._values:
                raise KeyError(name)
            self._values[name] = value

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def room(self, room: str) -> dict[str, Any]:
        """Values of one room, by short name."""
        start = room + "."
        return {k[len(start):]: v for k, v in self._values.items() if k.startswith(start)}
