"""The lock file: a version with its hashes for all that is asked for, within the bounds asked for, and no address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; [^\\]+)? \\$", re.MULTILINE)


def name_of(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def test_the_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = (ROOT / "requirements.lock").read_text()
    pinned: dict[str, list[str]] = {}
    for name, version in PIN.findall(lock):
        pinned.setdefault(name_of(name), []).append(version)
    assert sum(map(len, pinned.values())) == len(re.findall(r"^\S+==", lock, re.MULTILINE)) > 100
    for extra in (project["dependencies"], *project["optional-dependencies"].values()):
        for text in extra:
            asked = Requirement(text)
            if asked.name == project["name"]:
                continue
            versions = pinned.get(name_of(asked.name), [])
            assert versions, f"{text}: not in the lock"
            assert all(asked.specifier.contains(v) for v in versions), (text, versions)


def test_every_pin_has_its_hashes_and_none_says_from_where() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    entries = re.split(r"^(?=\S+==)", lock, flags=re.MULTILINE)[1:]
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry) for entry in entries)
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", lock)
