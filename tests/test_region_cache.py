"""Regions kept on disk: the last ones used, up to a limit."""

from __future__ import annotations

import os
from pathlib import Path

from laborsim.region.cache import remove_old


def region(base: Path, name: str, size: int, used: int) -> Path:
    folder = base / name
    folder.mkdir(parents=True)
    (folder / "people.age.npy").write_bytes(bytes(size - 2))
    (folder / "content.json").write_text("{}")
    os.utime(folder / "content.json", (used, used))
    return folder


def test_the_regions_used_longest_ago_go_first(tmp_path: Path) -> None:
    for k in range(5):
        region(tmp_path, f"r{k}", 1000, used=100 - k if k else 1)  # r0 is the oldest
    (tmp_path / "kernels").mkdir()
    remove_old(tmp_path, kept=tmp_path / "r4", limit=3000)
    assert {p.name for p in tmp_path.iterdir()} == {"r1", "r2", "r4", "kernels"}


def test_the_region_just_made_stays_however_large(tmp_path: Path) -> None:
    region(tmp_path, "old", 1000, used=1)
    kept = region(tmp_path, "new", 9000, used=2)
    remove_old(tmp_path, kept, limit=5000)
    assert [p.name for p in tmp_path.iterdir()] == ["new"]


def test_within_the_limit_nothing_goes(tmp_path: Path) -> None:
    kept = [region(tmp_path, f"r{k}", 1000, used=k) for k in range(4)]
    remove_old(tmp_path, kept[-1], limit=4000)
    assert all(p.is_dir() for p in kept)
