"""Synthesized regions on disk: one folder per region, one .npy per column, mapped into memory when read.

The folder's name is a hash of everything synthesis depends on. A folder is written under another name and
renamed when whole; one that does not match its own checksums is thrown away and made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from laborsim.cached import cache_folder as cache_folder
from laborsim.market.economy import Economy
from laborsim.market.tables import CELLS, ESTABLISHMENTS, HOUSEHOLDS, PEOPLE, Table, World
from laborsim.region.pack import Pack

LIMIT = 4 * 2**30  # bytes of regions kept: a sweep over what synthesis reads makes a region for every state
_BY_MONTH = ("minimum_wage", "ui_weeks", "ui_maximum", "ui_supplement", "ui_all")
# given by month, and the start does not read them
_AFTER_START = ("months", "price_level", "sector_index", "posts", "nation_posts", "nation_labor", "looking",
                "selection", "zone_state", "raise_left")  # fmt: skip
_NAMES = ("people", "households", "establishments", "cells")
# all that `synthesize` imports, but for what is in the key itself: packs, conditions, the layout of tables
_MODULES = ("region/keyed", "region/rake", "region/margins", "region/people", "region/families", "region/households",
            "region/labor", "region/employers", "region/allocate", "region/careers", "region/synthesize",
            "region/tables", "market/draws", "market/codes", "market/pay", "market/size")  # fmt: skip
_DECLARED = (PEOPLE, HOUSEHOLDS, ESTABLISHMENTS, CELLS)


@cache
def _code_hash() -> str:
    """Digest of the code that makes regions, so that a change of it never meets an old region."""
    digest = hashlib.blake2b(digest_size=16)
    for name in _MODULES:
        digest.update((Path(__file__).parents[1] / f"{name}.py").read_bytes())
    return digest.hexdigest()


def region_key(pack: Pack, national: Pack, economy: Economy, parameters: Mapping[str, Any], scale: float,
               seed: int) -> str:
    """Hex digest of all that a synthesized region depends on: the horizon is not part of it."""
    from laborsim.region.synthesize import SINGLE, rooms_of

    digest = hashlib.blake2b(digest_size=16)
    layout = [[(c.name, c.dtype, c.width) for c in declared] for declared in _DECLARED]
    digest.update(repr((_code_hash(), layout, pack.hash(), national.hash(), float(scale), int(seed))).encode())
    digest.update(repr(sorted((k, sorted(v.items())) for k, v in rooms_of(parameters).items())).encode())
    digest.update(repr([parameters[name] for name in SINGLE]).encode())
    for f in fields(economy):
        value = getattr(economy, f.name)
        if f.name in _AFTER_START:
            continue
        if isinstance(value, np.ndarray):
            # of conditions that change by month, only the first month counts
            first = value[:1] if f.name in _BY_MONTH else value
            digest.update(f.name.encode() + np.ascontiguousarray(first).tobytes())
        else:
            digest.update(f"{f.name}={value!r}".encode())
    return digest.hexdigest()


def save_world(world: World, folder: Path) -> None:
    """Write a world so that the folder appears whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        content: dict[str, Any] = {"sizes": {}, "files": {}}
        for name, table in zip(_NAMES, world.tables(), strict=True):
            content["sizes"][name] = table.size
            for column, values in table.arrays.items():
                used = np.ascontiguousarray(values[: table.size])
                file = f"{name}.{column}.npy"
                np.save(scratch / file, used)
                content["files"][file] = [zlib.crc32(used.data), str(used.dtype), list(used.shape)]
        (scratch / "content.json").write_text(json.dumps(content), encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
        try:
            os.replace(scratch, folder)
        except OSError:  # another process was first
            if not (folder / "content.json").exists():
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def load_world(folder: Path) -> World | None:
    """Read a world; columns are read-only and mapped from the files. None if it is absent or damaged."""
    try:
        content = json.loads((folder / "content.json").read_text(encoding="utf-8"))
        tables = []
        for name, declared in zip(_NAMES, _DECLARED, strict=True):
            size = int(content["sizes"][name])
            arrays: dict[str, Any] = {}
            for c in declared:
                file = f"{name}.{c.name}.npy"
                crc, dtype, shape = content["files"][file]
                mapped = np.load(folder / file, mmap_mode="r" if size else None, allow_pickle=False)
                values = np.asarray(mapped)
                if str(values.dtype) != dtype or list(values.shape) != shape or values.shape[0] != size:
                    return None
                if zlib.crc32(np.ascontiguousarray(values).data) != crc:
                    return None
                arrays[c.name] = values
            tables.append(Table(declared, size, size, arrays))
        return World(*tables)
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None


def load_or_synthesize(pack: Pack, national: Pack, economy: Economy, parameters: Mapping[str, Any], scale: float,
                       seed: int, folder: Path | None = None) -> World:
    """The synthesized region, from disk if it was made before.

    Parameters
    ----------
    folder : where regions are kept; `cache_folder()` if None. If it cannot be written the region is made anew.

    Returns
    -------
    World
        Columns may be read-only: use `world.copy()` before changing anything.
    """
    from laborsim.region.synthesize import synthesize

    base = cache_folder() if folder is None else folder
    place = base / f"{pack.name}-{region_key(pack, national, economy, parameters, scale, seed)}"
    world = load_world(place)
    if world is not None:
        with suppress(OSError):
            os.utime(place / "content.json")  # the last ones used are kept
        return world
    world = synthesize(pack, national, economy, parameters, scale, seed)
    try:
        save_world(world, place)
    except OSError:
        return world
    remove_old(base, place)
    return load_world(place) or world


def remove_old(base: Path, kept: Path, limit: int = LIMIT) -> None:
    """Remove the regions used longest ago until those left take up no more than `limit` bytes; never `kept`.

    A process that has one mapped goes on with it; one that is reading it makes it again.
    """
    found: list[tuple[float, int, Path]] = []
    for folder in base.iterdir():
        content = folder / "content.json"
        try:
            if folder != kept and content.is_file():
                found.append((content.stat().st_mtime, sum(f.stat().st_size for f in os.scandir(folder)), folder))
        except OSError:  # another process was first
            continue
    left = limit - sum(f.stat().st_size for f in os.scandir(kept)) if kept.is_dir() else limit
    for _, size, folder in sorted(found, reverse=True):
        left -= size
        if left < 0:
            shutil.rmtree(folder, ignore_errors=True)
