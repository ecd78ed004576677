"""The house: imports run one way, from the faces down to what a planner writes; none goes back up, lazily or not."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "laborsim"
# From the top; rooms of one line know nothing of each other.
FLOORS = (
    ("cli", "commands"),
    ("app",),
    ("report",),
    ("study",),
    ("model",),
    ("assemble", "loading", "evidence"),
    ("policy", "indicators", "region", "views", "exact"),
    ("market",),
    ("scenario", "cached"),
)
TOGETHER = {("cli", "commands"), ("commands", "cli")}  # one face: `cli` loads commands, which end by its exit codes
# A study's results are a face of their own: `Results` calls those who work figures out from it. Scenarios likewise are
# read by `load`, which `Scenario.with_settings` asks to check the copy.
FACES = ({"study.results"}, {"scenario.schema"})


def modules() -> dict[str, Path]:
    """Dotted name below laborsim -> file; the package's own __init__ is no room."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found[name] = path
    return found


def imports(path: Path, known: dict[str, Path]) -> set[str]:
    """Modules a file imports anywhere, those for types alone left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    types = {
        id(inner) for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" for inner in ast.walk(node)
    }  # fmt: skip
    found = set()
    for node in ast.walk(tree):
        if id(node) in types:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("laborsim"):
            base = (node.module or "").removeprefix("laborsim").lstrip(".")
            for alias in node.names:
                inner = f"{base}.{alias.name}".lstrip(".")
                found.add(inner if inner in known else base)
        elif isinstance(node, ast.Import):
            found |= {a.name.removeprefix("laborsim.") for a in node.names if a.name.startswith("laborsim.")}
    return found - {""}


def test_imports_run_one_way() -> None:
    known = modules()
    floor = {room: n for n, rooms in enumerate(FLOORS) for room in rooms}
    rooms = {name.partition(".")[0] for name in known}
    assert rooms <= set(floor), f"rooms without a floor: {rooms - set(floor)}"
    wrong = []
    for name, path in known.items():
        for other in imports(path, known):
            here, there = name.partition(".")[0], other.partition(".")[0]
            if here != there and floor[there] <= floor[here] and (here, there) not in TOGETHER:
                wrong.append(f"{name} imports {other}")
    assert not wrong, sorted(wrong)


def test_files_of_a_room_do_not_import_each_other_in_a_circle() -> None:
    known = modules()
    below = {name: imports(path, known) & set(known) for name, path in known.items()}
    faces = set().union(*FACES)

    def reached(name: str) -> set[str]:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for other in below[waiting.pop()] - seen - faces:
                seen.add(other)
                waiting.append(other)
        return seen

    circles = {name for name in known if name not in faces and name in reached(name)}
    assert not circles, sorted(circles)
