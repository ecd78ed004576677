"""Small studies of made-up markets, for tests."""

from __future__ import annotations

from pathlib import Path

from fake_market import SCENARIO
from laborsim.scenario.load import load_scenario
from laborsim.study.run import run

MODEL = "fake_market:FakeMarket"


def scenario(folder: Path, notes: str = "", **changes: str):
    """The made-up scenario, with texts replaced."""
    text = SCENARIO.replace("NOTES", notes)
    for old, new in changes.items():
        text = text.replace(old, new)
    path = folder / "made-up.toml"
    path.write_text(text)
    return load_scenario(str(path))


def study(folder: Path, notes: str = "", jobs: int = 1, spec=None, **options):
    """Run it."""
    return run(spec or scenario(folder, notes), jobs=jobs, model=MODEL, **options)
