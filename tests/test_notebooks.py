"""The notebooks: clean in the repository, and every one runs from top to bottom at small scale."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_outputs_are_cleared(path: Path) -> None:
    code = [c for c in cells(path) if c["cell_type"] == "code"]
    assert code and all(c["outputs"] == [] and c["execution_count"] is None for c in code)
    text = "".join("".join(c["source"]) for c in code)
    assert "LABORSIM_SMALL" in text and not re.search(r"['\"]/(home|root|tmp|work)", text)
    assert path.stat().st_size < 20_000


@pytest.mark.skipif("LABORSIM_SMALL" not in os.environ, reason="minutes: LABORSIM_SMALL=1 asks for it, as .ci/run does")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    """In a kernel of its own, from the folder of the notebooks; an error in a cell is raised here."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    if path.stem[0] in "45":
        for library in ("SALib", "ema_workbench", "optuna"):
            pytest.importorskip(library)
    book = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(book, timeout=1200, resources={"metadata": {"path": str(path.parent)}}).execute()
    kinds = {k for c in book.cells if c.cell_type == "code" for o in c.outputs for k in o.get("data", ())}
    assert "image/png" in kinds
    if folder := os.environ.get("LABORSIM_NOTEBOOK_OUT"):
        nbformat.write(book, Path(folder) / path.name)


def test_there_are_five() -> None:
    assert [p.stem[0] for p in NOTEBOOKS] == list("12345")
