"""Compiled kernels on disk: never older than any file they are made of, and shared by all processes."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest

import laborsim
from laborsim import cached
from laborsim.region import cache

PACKAGE = Path(laborsim.__file__).parent
# `_uniforms` of region/keyed.py calls helpers that market/draws.py defines
DRAW = (
    "import numpy as np; from laborsim.region import keyed\n"
    "kernel, drawn = keyed._uniforms, np.empty(2)\n"
    "kernel(np.uint64(7), np.arange(2, dtype=np.uint64), drawn)\n"
    "print(drawn.tolist(), '=', sum(kernel.stats.cache_hits.values()), 'found')"
)


def _environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "PYTHONPATH")}
    return {**kept, "PYTHONPATH": str(folder), "LABORSIM_CACHE": str(folder / "cache"), **more}


def _said(program: str, environment: dict[str, str]) -> str:
    arguments = [program] if program.endswith(".py") else ["-c", program]
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the program that may be changed."""
    folder = tmp_path_factory.mktemp("program")
    ignored = shutil.ignore_patterns("__pycache__", "packs", "templates")
    shutil.copytree(PACKAGE, folder / "laborsim", ignore=ignored)
    return folder


def test_a_changed_helper_in_another_file_is_met_by_new_kernels(copy: Path) -> None:
    environment = _environment(copy)
    first, compiled = _said(DRAW, environment).split(" = ")
    assert compiled == "0 found"
    assert _said(DRAW, environment) == f"{first} = 1 found"
    helper = copy / "laborsim" / "market" / "draws.py"
    helper.write_text(helper.read_text().replace("_TO_UNIT = 2.0**-53", "_TO_UNIT = 2.0**-54"), encoding="utf-8")
    changed, compiled = _said(DRAW, environment).split(" = ")
    assert changed != first
    assert compiled == "0 found"
    assert len(list((copy / "cache" / "kernels").iterdir())) == 2


def test_all_processes_use_one_folder(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing\n"
        "from joblib.externals.loky import get_reusable_executor\n"
        "from laborsim.cached import keep_kernels\n"
        "if __name__ == '__main__':\n"
        "    found = [keep_kernels()]\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool: found.append(pool.apply(keep_kernels))\n"
        "    workers = get_reusable_executor(max_workers=2)\n"
        "    found += [f.result() for f in [workers.submit(keep_kernels) for _ in range(4)]]\n"
        "    print(len(found), *set(found))\n",
        encoding="utf-8",
    )
    environment = _environment(tmp_path, PYTHONPATH=str(PACKAGE.parent))
    for more, base in (({}, tmp_path / "cache"), ({"NUMBA_CACHE_DIR": str(tmp_path / "own")}, tmp_path / "own")):
        assert _said(str(program), {**environment, **more}) == f"6 {base / 'kernels' / cached.kernel_hash()}"


def test_only_the_last_folders_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    base = tmp_path / "kernels"
    for k in range(5):
        (base / f"{k:020x}").mkdir(parents=True)
        os.utime(base / f"{k:020x}", (1000 + k, 1000 + k))
    in_use = base / f"{9:020x}"
    in_use.mkdir()  # used just now, by a process that may still run
    os.utime(base / f"{4:020x}", (900, 900))  # made last, used first
    (base / "of another program").mkdir()
    monkeypatch.setattr(numba.config, "CACHE_DIR", numba.config.CACHE_DIR)
    folder = cached.keep_kernels()
    assert folder is not None
    assert folder == base / cached.kernel_hash()
    names = {f"{3:020x}", in_use.name, "of another program", folder.name}
    assert {path.name for path in base.iterdir()} == names


@pytest.mark.parametrize("variable", ["LABORSIM_CACHE", "NUMBA_CACHE_DIR"])
def test_a_folder_that_cannot_be_written_breaks_nothing(copy: Path, tmp_path: Path, variable: str) -> None:
    (tmp_path / "file").touch()
    environment = _environment(copy, **{variable: str(tmp_path / "file" / "below")})
    assert "found" in _said(DRAW, environment)


def test_regions_are_named_by_all_the_code_that_makes_them() -> None:
    """All that `synthesize` imports, but for what is in the name itself: packs, parameters, economy, layout."""
    in_name = {"region/pack", "market/economy", "market/tables", "scenario/parameters"}
    found, left = set(), ["region/synthesize"]
    while left:
        module = left.pop()
        if module in found:
            continue
        found.add(module)
        for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("laborsim."):
                parent = node.module.replace(".", "/").removeprefix("laborsim/")
                below = [f"{parent}/{alias.name}" for alias in node.names]
                for name in [b for b in below if (PACKAGE / f"{b}.py").exists()] or [parent]:
                    if name not in in_name:
                        left.append(name)
    assert found == set(cache._MODULES)
