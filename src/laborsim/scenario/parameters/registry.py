"""Reading and holding declared parameters."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from laborsim.scenario.parameters.elements import ELEMENTS

GRADES = ("measured", "published", "calibrated", "assumed")
_KEYS = {"default", "unit", "label", "source", "grade", "low", "high", "choices"}
# Units whose values cannot leave 0..1 whatever a scenario says.
_BOUNDED = ("share", "probability", "fraction")


@dataclass(frozen=True)
class Parameter:
    """Declaration of one parameter.

    Attributes
    ----------
    name : "room.parameter".
    default : number, bool, string or list of numbers.
    unit, label, source : text; `source` names the original publisher or says why the value was assumed.
    low, high : plausible range, in the same unit; of each element for a list.
    grade : one of measured, published, calibrated, assumed.
    choices : values allowed for a string.
    """

    name: str
    default: Any
    unit: str
    label: str
    source: str
    grade: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def element(self, number: int) -> str:
        """What one number of a list stands for, from 1.

        Examples
        --------
        >>> declared()["search.bias_race"].element(3)
        'Hispanic'
        """
        names = ELEMENTS.get(self.name)
        if isinstance(names, str):
            ages = self.default if names == self.name else declared()[names].default
            return f"age {ages[number - 1]:g}"
        return names[number - 1] if names else f"element {number} of {len(self.default)}"

    @property
    def kind(self) -> str:
        """What a value must be, in words."""
        if isinstance(self.default, bool):
            return "true or false"
        if isinstance(self.default, int):
            return "a whole number"
        if isinstance(self.default, float):
            return "a number"
        if isinstance(self.default, str):
            return "text"
        return f"a list of {len(self.default)} numbers"

    def fault(
        self, value: Any, low: float | None = None, high: float | None = None
    ) -> tuple[str, str] | None:
        """What is wrong with a value and what is allowed; None if nothing is.

        Parameters
        ----------
        low, high : a range to hold the value to instead of the declared one.
        """
        default = self.default
        if isinstance(default, bool) or isinstance(value, bool):
            ok = isinstance(default, bool) and isinstance(value, bool)
            return None if ok else (f"must be {self.kind}, is {_shown(value)}", self.kind)
        if isinstance(default, str):
            if not isinstance(value, str):
                return f"must be text, is {_shown(value)}", ", ".join(self.choices) or "text"
            if self.choices and value not in self.choices:
                return f"{_shown(value)} is not a choice", ", ".join(self.choices)
            return None
        if isinstance(default, list):
            if (
                not isinstance(value, list)
                or len(value) != len(default)
                or any(not _number(v) for v in value)
            ):
                return f"must be {self.kind}, is {_shown(value)}", self.kind
            numbers = value
        elif not _number(value) or (isinstance(default, int) and value != int(value)):
            return f"must be {self.kind}, is {_shown(value)}", f"{self.kind}{self._span(low, high)}"
        else:
            numbers = [value]
        bottom, top = self.range(low, high)
        for v in numbers:
            if (bottom is not None and v < bottom) or (top is not None and v > top):
                return f"{_shown(v)} is outside its range", f"{self._span(low, high).strip()} ({self.unit})"
        return None

    def range(self, low: float | None = None, high: float | None = None) -> tuple[float | None, float | None]:
        """Range a value must lie in: a scenario's own if it states one, else the declared one."""
        bottom = self.low if low is None else low
        top = self.high if high is None else high
        if self.unit.split(" ")[0] in _BOUNDED and not isinstance(self.default, str):
            bottom = (
                0.0 if bottom is None else max(bottom, min(0.0, self.low if self.low is not None else 0.0))
            )
            top = 1.0 if top is None else min(top, max(1.0, self.high if self.high is not None else 1.0))
        return bottom, top

    def _span(self, low: float | None, high: float | None) -> str:
        bottom, top = self.range(low, high)
        if bottom is None and top is None:
            return ""
        if top is None:
            return f" from {bottom:g} up"
        return f" up to {top:g}" if bottom is None else f" from {bottom:g} to {top:g}"


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


@cache
def declared() -> Mapping[str, Parameter]:
    """All declared parameters by name, in the order of the files.

    Raises
    ------
    ValueError
        If a declaration lacks a key, has an unknown one, or its default is outside its own range.
    """
    found: dict[str, Parameter] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        found |= read_room(path)
    return MappingProxyType(found)


def read_room(path: Path) -> dict[str, Parameter]:
    """Declarations of one room's file."""
    found: dict[str, Parameter] = {}
    for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        where = f"{path.name}: {key}"
        if (
            not isinstance(entry, dict)
            or set(entry) - _KEYS
            or {"default", "unit", "label", "source"} - set(entry)
        ):
            raise ValueError(
                f"{where}: needs default, unit, label, source, grade; may have low, high, choices"
            )
        if entry.get("grade") not in GRADES:
            raise ValueError(f"{where}: grade must be one of {', '.join(GRADES)}")
        for text in ("unit", "label", "source"):
            if not isinstance(entry[text], str) or not entry[text].strip():
                raise ValueError(f"{where}: {text} must be text")
        choices = tuple(entry.get("choices", ()))
        parameter = Parameter(name=f"{path.stem}.{key}", **(entry | {"choices": choices}))
        if parameter.low is not None and parameter.high is not None and parameter.low > parameter.high:
            raise ValueError(f"{where}: low is above high")
        fault = parameter.fault(parameter.default)
        if fault is not None:
            raise ValueError(f"{where}: default {fault[0]}; allowed: {fault[1]}")
        found[parameter.name] = parameter
    return found


class Parameters(Mapping[str, Any]):
    """Values of all parameters: defaults, with a scenario's overrides.

    Parameters
    ----------
    overrides : "room.parameter" -> value.
    dated : "room.parameter" -> {"YYYY-MM": value from that month on}. Read with `at`.

    Examples
    --------
    >>> p = Parameters()
    >>> p["matching.applications"] == declared()["matching.applications"].default  # doctest: +SKIP
    True
    """

    def __init__(
        self, overrides: Mapping[str, Any] | None = None, dated: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self._values = {name: p.default for name, p in declared().items()}
        self._rooms: dict[str, dict[str, Any]] = {}
        self._dated = {name: dict(sorted(values.items())) for name, values in (dated or {}).items()}
        for name, value in (overrides or {}).items():
            if name not in self._values:
                raise KeyError(name)
            # A whole number written for a float parameter must not change a kernel's argument type.
            self._values[name] = _like(value, self._values[name])

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def room(self, room: str) -> dict[str, Any]:
        """Values of one room, by short name; {} if nothing is declared for it."""
        if room not in self._rooms:
            start = room + "."
            self._rooms[room] = {k[len(start) :]: v for k, v in self._values.items() if k.startswith(start)}
        return dict(self._rooms[room])

    def dated(self) -> dict[str, dict[str, Any]]:
        """Values that hold only from a month on."""
        return {name: dict(values) for name, values in self._dated.items()}

    def at(self, month: str) -> Parameters:
        """Values in force in a month ("YYYY-MM"): itself when nothing is dated."""
        if not self._dated:
            return self
        now = dict(self._values)
        for name, values in self._dated.items():
            past = [v for since, v in values.items() if since <= month]
            if past:
                now[name] = _like(past[-1], now[name])
        return Parameters(now)


def _like(value: Any, default: Any) -> Any:
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(default, int) and not isinstance(default, bool) and isinstance(value, float):
        return int(value)
    if isinstance(default, list) and default and isinstance(default[0], float):
        return [float(v) for v in value]
    return value
