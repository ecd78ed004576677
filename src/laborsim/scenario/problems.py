"""What is wrong in a planner's file: where, what, what is allowed, what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

SHOWN = 100  # problems printed at most; the rest is counted


class InputError(ValueError):
    """The input is wrong: the command line ends with exit code 2 and prints only the message."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file.

    Attributes
    ----------
    file : path as the planner gave it.
    line : line number from 1; 0 where no line applies.
    field : dotted name of the key, such as "policies.childcare.budget"; may be empty.
    message : what is wrong.
    allowed : what is allowed; may be empty.
    suggestion : what was probably meant; may be empty.
    """

    file: str
    line: int
    field: str
    message: str
    allowed: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        field = f" {self.field}:" if self.field else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        meant = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        text = f"{where}:{field} {self.message}{allowed}{meant}"
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)

    def as_dict(self) -> dict[str, Any]:
        """The problem as plain values, for JSON."""
        return {
            "file": self.file,
            "line": self.line,
            "field": self.field,
            "message": self.message,
            "allowed": self.allowed,
            "suggestion": self.suggestion,
        }


class ScenarioError(InputError):
    """All problems of a scenario; `str()` gives one line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = sorted(
            set(problems), key=lambda p: (p.file, p.line, p.field, p.message)
        )
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(p) for p in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more problems")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        return ScenarioError, (self.problems,)


def nearest(word: object, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known name most like `word`, or "" if none is near.

    Spelling in other letters, with spaces or hyphens counts as the same; so does a name's last part
    ("applications" for "matching.applications").

    Examples
    --------
    >>> nearest("Horizn", ["start", "horizon"])
    'horizon'
    >>> nearest("lane-cuonty", ["kentucky", "lane"])
    'lane'
    """
    if not isinstance(word, str) or not word or len(word) > 200:
        return ""
    names = sorted(set(known))
    plain = _plain(word)
    for name in names:
        if _plain(name) == plain:
            return name
    room, dot, tail = plain.rpartition(".")
    if dot and any(n.startswith(room + ".") for n in names):  # the room is right: look among its names
        inside = {n[len(room) + 1 :]: n for n in names if n.startswith(room + ".")}
        near = difflib.get_close_matches(tail, inside, 1, cutoff)
        return inside[near[0]] if near else ""
    for least in (max(0.8, cutoff), cutoff):
        near = difflib.get_close_matches(plain, [_plain(n) for n in names], 1, least)
        if near:
            return next(n for n in names if _plain(n) == near[0])
        headed = [n for n in names if plain.startswith(_plain(n) + "_")]  # "lane" for "lane-cuonty"
        if headed:
            return max(headed, key=len)
    tails = {n.rsplit(".", 1)[1]: n for n in names if "." in n}
    near = difflib.get_close_matches(tail, tails, 1, 0.8)
    return tails[near[0]] if near else ""


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names as a readable list, cut after `most`."""
    shown = ", ".join(names[:most])
    return shown + (f" ... ({len(names)} in all)" if len(names) > most else "")


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")
