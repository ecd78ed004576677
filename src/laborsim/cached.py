"""What is kept on the user's disk between runs: where, and the folder of compiled kernels.

Numba stamps what it keeps with the one file that defines a kernel, so that a change of a helper or constant in
another file would be met by old machine code. Kernels are therefore kept in a folder named by a hash of all files that
kernels are made of.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path

KERNELS = "kernels"
KEPT = 3  # folders of kernels of this and earlier versions of the program
RECENT = 86_400.0  # seconds: a folder used since may be in use by a running process and is never removed
_MADE_OF = ("market/*.py", "region/*.py", "indicators/*.py", "exact.py")


def cache_folder() -> Path:
    """Folder of what is kept: LABORSIM_CACHE, or the user's cache folder of the platform."""
    given = os.environ.get("LABORSIM_CACHE")
    if given:
        return Path(given)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local")))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")))
    return base / "laborsim"


def kernel_hash() -> str:
    """Hash of the files kernels are made of; numba itself tells its own versions and processors apart."""
    root = Path(__file__).parent
    digest = hashlib.blake2b(digest_size=10)
    for pattern in _MADE_OF:
        for path in sorted(root.glob(pattern)):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\0".encode() + content)
    return digest.hexdigest()


def kernel_base() -> Path:
    """Where folders of kernels are: in NUMBA_CACHE_DIR if the user has set it, else in `cache_folder()`.

    A process started by another one is given the folder its parent uses; its base is the same.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    if not given:
        return cache_folder() / KERNELS
    path = Path(given)
    if path.parent.name == KERNELS and re.fullmatch("[0-9a-f]{20}", path.name):
        return path.parent
    return path / KERNELS


def keep_kernels() -> Path | None:
    """Have numba keep kernels in the folder of this version of the program; before any kernel is defined.

    Returns
    -------
    Path or None
        The folder; None if it cannot be written, and numba is left to its own ways.
    """
    try:
        folder = Path(os.path.abspath(kernel_base())) / kernel_hash()
        new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            return None
        if new:
            _remove_old(folder)
        os.utime(folder)  # the last ones used are kept
    except (OSError, RuntimeError):  # RuntimeError: there is no home folder
        return None
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    numba = sys.modules.get("numba")
    if numba is not None and hasattr(numba, "config"):
        numba.config.CACHE_DIR = str(folder)
    return folder


def _remove_old(folder: Path) -> None:
    """Remove all but the last folders used and those used in the last day; not what another program put there."""
    import shutil
    import time

    found = []
    lately = time.time() - RECENT
    for other in folder.parent.iterdir():
        if other != folder and re.fullmatch("[0-9a-f]{20}", other.name):
            try:
                found.append((other.stat().st_mtime, other))
            except OSError:  # another process was first
                continue
    for used, other in sorted(found)[: max(len(found) - (KEPT - 1), 0)]:
        if used < lately:
            shutil.rmtree(other, ignore_errors=True)
