"""Line numbers of the keys of a TOML document.

`tomllib` gives values without positions. This scanner walks text that tomllib has already accepted, so it
only has to find where each key and array element begins, not to check anything.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field

Key = str | int


@dataclass
class Place:
    """Where a value stands, and where its parts stand."""

    file: str
    line: int
    parts: dict[Key, Place] = field(default_factory=dict)

    def find(self, path: Iterable[Key]) -> Place:
        """The place of a key path, or of its nearest known ancestor."""
        here = self
        for key in path:
            if key not in here.parts:
                break
            here = here.parts[key]
        return here


def scan(text: str, file: str) -> Place:
    """Places of all keys in a valid TOML document.

    Parameters
    ----------
    text : a document that `tomllib.loads` accepts.
    file : name to report.

    Examples
    --------
    >>> scan('[a]\\n\\nb = 1\\n', "x.toml").find(["a", "b"]).line
    3
    """
    return _Scanner(text.replace("\r\n", "\n"), file).document()


_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_ATOM = re.compile(r"[^\s,\]}#]+(?:[ ][0-9][^\s,\]}#]*)?")  # a date and its time may stand apart
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.S)


class _Scanner:
    def __init__(self, text: str, file: str) -> None:
        self.text, self.file, self.at = text, file, 0
        self._seen, self._line = 0, 1

    def line(self) -> int:
        self._line += self.text.count("\n", self._seen, self.at)
        self._seen = self.at
        return self._line

    def skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return found.group()

    def place(self) -> Place:
        return Place(self.file, self.line())

    def document(self) -> Place:
        root = Place(self.file, 1)
        here = root
        while self.skip(_BLANK) is not None and self.at < len(self.text):
            if self.text.startswith("[[", self.at):
                here = self.header(root, array=True)
            elif self.text[self.at] == "[":
                here = self.header(root, array=False)
            else:
                self.pair(here)
        return root

    def header(self, root: Place, array: bool) -> Place:
        new = self.place()
        self.at += 2 if array else 1
        self.skip(_SPACE)
        keys = self.keys()
        self.skip(_SPACE)
        self.at += 2 if array else 1
        here = root
        for key in keys[:-1]:
            here = self.latest(here.parts.setdefault(key, Place(self.file, new.line)))
        last = keys[-1]
        if array:
            rows = here.parts.setdefault(last, Place(self.file, new.line))
            rows.parts[len(rows.parts)] = new
            return new
        known = here.parts.get(last)
        if known is None:
            here.parts[last] = new
            return new
        known.line = new.line  # the table was implied by a table under it
        return known

    @staticmethod
    def latest(place: Place) -> Place:
        """Of an array of tables, its last table so far."""
        last = len(place.parts) - 1
        return place.parts[last] if last >= 0 and last in place.parts else place

    def keys(self) -> list[str]:
        found = []
        while True:
            self.skip(_SPACE)
            if self.text[self.at] in "\"'":
                found.append(str(tomllib.loads("k = " + self.skip(_STRING))["k"]))
            else:
                found.append(self.skip(_BARE))
            self.skip(_SPACE)
            if self.text[self.at : self.at + 1] != ".":
                return found
            self.at += 1

    def pair(self, table: Place) -> None:
        start = self.place()
        keys = self.keys()
        self.at += 1  # "="
        self.skip(_SPACE)
        for key in keys[:-1]:
            table = table.parts.setdefault(key, Place(self.file, start.line))
        table.parts[keys[-1]] = start
        self.value(start)

    def value(self, place: Place) -> None:
        first = self.text[self.at]
        if first in "\"'":
            self.skip(_STRING)
        elif first == "[":
            self.at += 1
            while self.skip(_BLANK) is not None and self.text[self.at] != "]":
                element = self.place()
                place.parts[len(place.parts)] = element
                self.value(element)
                self.comma()
            self.at += 1
        elif first == "{":
            self.at += 1
            while self.skip(_BLANK) is not None and self.text[self.at] != "}":
                self.pair(place)
                self.comma()
            self.at += 1
        else:
            self.skip(_ATOM)

    def comma(self) -> None:
        self.skip(_BLANK)
        if self.text[self.at] == ",":
            self.at += 1
