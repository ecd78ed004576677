"""Reading scenario files: bytes to tables with line numbers, and `extends`."""

from __future__ import annotations

import re
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from laborsim.scenario.places import Key, Place, scan
from laborsim.scenario.problems import Problem, ScenarioError, nearest

LARGEST = 1_000_000  # bytes
DEEPEST = 10  # tables within tables
MOST_EXTENDS = 16

# Arrays of tables whose elements are told apart by their name when a file extends another.
NAMED_LISTS = ("targets", "events", "peers.measures")


@dataclass
class Document:
    """Tables of a file merged with those it extends, with the place of every key."""

    data: dict[str, Any]
    place: Place
    files: list[Path] = field(default_factory=list)


def read_document(path: Path, shown: str = "", chain: tuple[Path, ...] = ()) -> Document:
    """Read a file and the files it extends.

    Parameters
    ----------
    path : the file.
    shown : how messages name it; as given by default.
    chain : files being read, to find a circle.

    Raises
    ------
    ScenarioError
        If a file cannot be read, is not TOML, or extends itself.
    """
    shown = shown or str(path)
    text = read_text(path, shown)
    data = parse(text, shown)
    place = scan(text, shown)
    own = Document(data, place, [path])
    if "extends" not in data:
        return own
    base_name = data.pop("extends")
    line = place.find(["extends"]).line
    if not isinstance(base_name, str) or not base_name.strip():
        raise fail(
            shown, line, "extends", "must be the path of one scenario file", 'text such as "base.toml"'
        )
    base_path = path.parent / base_name
    here = (*chain, path.resolve())
    if base_path.resolve() in here:
        names = [p.name for p in here[here.index(base_path.resolve()) :]] + [base_path.name]
        raise fail(
            shown, line, "extends", f"circular: {' -> '.join(names)}", "a file that does not lead back"
        )
    if len(here) >= MOST_EXTENDS:
        raise fail(shown, line, "extends", f"more than {MOST_EXTENDS} files extend one another")
    if not base_path.exists():
        near = nearest(base_path.name, _toml_names(base_path.parent))
        raise fail(shown, line, "extends", f"no such file: {base_name}", "a path relative to this file", near)
    base = read_document(base_path, str(Path(shown).parent / base_name), here)
    merged, places = _merge(base.data, base.place, own.data, own.place, ())
    return Document(merged, places, [*own.files, *base.files])


def read_text(path: Path, shown: str) -> str:
    """Text of a file, or one clear problem."""
    try:
        status = path.stat()
    except FileNotFoundError:
        near = nearest(path.name, _toml_names(path.parent), 0.5)
        raise fail(shown, 0, "", "no such file", "", str(Path(shown).parent / near) if near else "") from None
    except (OSError, ValueError) as error:
        raise fail(shown, 0, "", f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if stat.S_ISDIR(status.st_mode):
        raise fail(shown, 0, "", "is a directory", "a scenario file (TOML)")
    if not stat.S_ISREG(status.st_mode):
        raise fail(shown, 0, "", "is not an ordinary file", "a scenario file (TOML)")
    if status.st_size > LARGEST:
        size = status.st_size / 1e6
        raise fail(
            shown, 0, "", f"is too large for a scenario: {size:.1f} MB", f"up to {LARGEST / 1e6:.0f} MB"
        )
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise fail(shown, 0, "", f"cannot be read: {error.strerror}") from None
    if not raw.strip():
        raise fail(shown, 0, "", "is empty", "`laborsim new` writes a starter")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise fail(shown, 0, "", "is UTF-16 text", "UTF-8 text: save it again as UTF-8")
    if b"\x00" in raw:
        raise fail(shown, 0, "", "is not text (a binary file?)", "a scenario file (TOML, UTF-8 text)")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise fail(shown, line, "", "is not UTF-8 text", "UTF-8 text: save it again as UTF-8") from None


def parse(text: str, shown: str) -> dict[str, Any]:
    """Tables of a TOML text, or one problem with its line."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = re.search(r" \(at line (\d+), column (\d+)\)$", said)
        line = int(found[1]) if found else (text.count("\n") + 1 if "end of document" in said else 0)
        said = said[: found.start()] if found else re.sub(r" \(at end of document\)$", " (at the end)", said)
        written = text.split("\n")[line - 1].strip() if line else ""
        allowed, meant = _syntax_hint(written)
        quoted = f" in `{written[:60]}`" if written else ""
        message = f"not valid TOML: {said[:1].lower()}{said[1:]}{quoted}"
        raise fail(shown, line, "", message, allowed, meant) from None
    except RecursionError:
        raise fail(shown, 0, "", "is nested too deeply", f"at most {DEEPEST} tables within tables") from None
    except ValueError as error:  # a whole number of thousands of digits
        raise fail(shown, 0, "", f"not valid TOML: {str(error)[:80]}") from None
    layer: list[Any] = [data]
    for _ in range(DEEPEST):
        inner = (v for part in layer for v in (part.values() if isinstance(part, dict) else part))
        layer = [v for v in inner if isinstance(v, dict | list)]
        if not layer:
            return data
    raise fail(shown, 0, "", "is nested too deeply", f"at most {DEEPEST} tables within tables")


def _syntax_hint(line: str) -> tuple[str, str]:
    """What is allowed and what was meant, for the slips planners make most."""
    month = re.fullmatch(r"([\w.-]+)\s*=\s*(\d{4}-\d{2})\s*(?:#.*)?", line)
    if month:
        return "months in quotes", f'{month[1]} = "{month[2]}"'
    colon = re.fullmatch(r"([\w-]+)\s*:\s*(.+)", line)
    if colon:
        return "key = value", f"{colon[1]} = {colon[2]}"
    number = re.fullmatch(r"([\w.-]+)\s*=\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?)", line)
    if number:
        return "numbers without commas", f"{number[1]} = {number[2].replace(',', '_')}"
    boolean = re.fullmatch(r"([\w.-]+)\s*=\s*(true|false|yes|no|on|off)", line, re.I)
    if boolean:
        value = "true" if boolean[2].lower() in ("true", "yes", "on") else "false"
        return "true or false in small letters", f"{boolean[1]} = {value}"
    word = re.fullmatch(r"([\w.-]+)\s*=\s*([A-Za-z][^\"'#]*)", line)
    if word:
        return "text in quotes", f'{word[1]} = "{word[2].strip()}"'
    return "", ""


def fail(shown: str, line: int, name: str, message: str, allowed: str = "", meant: str = "") -> ScenarioError:
    """An error with a single problem."""
    return ScenarioError([Problem(shown, line, name, message, allowed, meant)])


def _toml_names(folder: Path) -> list[str]:
    try:
        return [p.name for p in folder.glob("*.toml")]
    except OSError:
        return []


def _merge(base: Any, base_at: Place, own: Any, own_at: Place, path: tuple[Key, ...]) -> tuple[Any, Place]:
    """Merge two values; tables deeply, named lists by name, anything else is replaced."""
    if isinstance(base, dict) and isinstance(own, dict):
        merged, at = dict(base), Place(own_at.file, own_at.line, dict(base_at.parts))
        for key, value in own.items():
            place = own_at.parts.get(key, own_at)
            if key in base and not _is_value(base[key]) and not _is_value(value):
                base_place = base_at.parts.get(key, base_at)
                merged[key], at.parts[key] = _merge(base[key], base_place, value, place, (*path, key))
            else:
                merged[key], at.parts[key] = value, place
        return merged, at
    if ".".join(map(str, path)) in NAMED_LISTS and isinstance(base, list) and isinstance(own, list):
        rows = list(base)
        at = Place(own_at.file, own_at.line, dict(base_at.parts))
        names = {
            r["name"]: i for i, r in enumerate(rows) if isinstance(r, dict) and isinstance(r.get("name"), str)
        }
        for i, value in enumerate(own):
            place = own_at.parts.get(i, own_at)
            known = names.get(value["name"], -1) if _named(value) else -1
            if known >= 0:
                base_place = base_at.parts.get(known, base_at)
                rows[known], at.parts[known] = _merge(base[known], base_place, value, place, (*path, "*"))
            else:
                at.parts[len(rows)] = place
                rows.append(value)
        return rows, at
    return own, own_at


def _named(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)


def _is_value(value: Any) -> bool:
    """A plain value, or a table that states an assumption: replaced as a whole."""
    return not isinstance(value, dict | list) or (isinstance(value, dict) and "value" in value)
