"""The directory of a study's results: runs kept as they finish, everything in place at once at the end.

While a study runs, its files are in `<DIR>.partial`; `runs/<policy>-<replicate>.npz` holds one finished run.
An interrupted study leaves that directory, and the next one with the same DIR goes on from it. At the end the
files move to DIR; what else is in DIR stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np

from laborsim.scenario.problems import InputError
from laborsim.study.task import RunRecord

MANIFEST = "manifest.json"
RUNS = "runs"
FORMAT = 1


class ResultsError(InputError):
    """Something is wrong with a results directory the user named."""


# these read results and never make any
FACES = (("app",), ("report",), ("commands",), ("cli.py",), ("study", "analysis"), ("study", "questions"))


@cache
def code_fingerprint() -> str:
    """Hash of the files that make a run, so that a stored run is never taken for one of another program."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    files = sorted(p for p in root.rglob("*") if p.suffix in (".py", ".toml"))
    for path in files:
        if any(path.relative_to(root).parts[: len(face)] == face for face in FACES):
            continue
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def region_fingerprint(region: str) -> str:
    """Hash of a region pack's files (of the national pack too); the region's name if its folder is not found."""
    from laborsim.region.pack import PackError, find_pack

    digest = hashlib.sha256()
    for name in (region, "national"):
        try:
            folder = find_pack(name)
        except (OSError, PackError):
            digest.update(name.encode())
            continue
        for path in sorted(p for p in folder.iterdir() if p.is_file()):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def run_file(runs: Path, policy: str, replicate: int) -> Path:
    """File of one run in the folder of a study's runs."""
    return runs / f"{policy}-{replicate:03d}.npz"


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a file so that it is either wholly there or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)  # on a full disk its beginning takes room
        raise


def save_run(path: Path, record: RunRecord) -> None:
    """Write one finished run: figures in single precision (7 digits), everything else as JSON."""
    assert record.values is not None
    about = {
        name: getattr(record, name)
        for name in (
            "policy",
            "replicate",
            "seed",
            "key",
            "seconds",
            "state_hash",
            "pack_hash",
            "people",
            "employers",
            "stages",
            "remarks",
            "units",
            "wioa",
            "accounts",
            "steps",
            "without_event",
        )
    }
    about["format"] = FORMAT
    about["keys"] = ["\t".join(k) for k in record.keys]
    about["spending"] = [] if record.spending is None else json.loads(record.spending.to_json(orient="records"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        # a fixed date keeps the file the same from one writing to the next
        archive.writestr(_entry("about.json"), json.dumps(about))
        figures = io.BytesIO()
        # columns by key: neighbouring months are alike, which compresses better
        np.save(figures, np.ascontiguousarray(record.values.T.astype(np.float32)))
        archive.writestr(_entry("values.npy"), figures.getvalue())
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, buffer.getvalue())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def load_run(path: Path, figures: bool = True) -> RunRecord:
    """Read one run written by `save_run`.

    Raises
    ------
    ResultsError
        If the file is not such a run, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(archive.read("about.json"))
            values = None
            if figures:
                values = np.load(io.BytesIO(archive.read("values.npy")), allow_pickle=False).T.astype(np.float64)
        if about.pop("format") != FORMAT:
            raise ValueError("another format")
        about["keys"] = [tuple(k.split("\t")) for k in about["keys"]]
        rows = about.pop("spending")
        record = RunRecord(**about)
    except FileNotFoundError:
        raise ResultsError(f"{path}: missing; the same `laborsim run` makes it again") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ResultsError(f"{path}: not a stored run, or damaged ({error})") from None
    record.values = values
    record.spending = spending_frame(rows)
    return record


def spending_frame(rows: list[dict[str, Any]]) -> Any:
    """Spending of one run as a table: month, payer, item, units, dollars (and policy, if given)."""
    import pandas as pd

    return pd.DataFrame(rows, columns=None if rows else ["policy", "month", "payer", "item", "units", "dollars"])


class ResultsDirectory:
    """Where one study writes.

    Parameters
    ----------
    path : DIR, the final place.

    Examples
    --------
    >>> with ResultsDirectory(Path("results/x")) as place:  # doctest: +SKIP
    ...     place.save(record); place.finish()
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.partial = path.with_name(path.name + ".partial")
        self._lock: IO[str] | None = None

    def __enter__(self) -> ResultsDirectory:
        if self.path.exists() and not self.path.is_dir():
            raise ResultsError(f"{self.path}: is a file; --out names a directory")
        if (self.partial / MANIFEST).exists():  # everything was written, but moving it to DIR was cut short
            with hold(self.partial / "lock"):
                self.finish()
        if self.path.is_dir() and any(self.path.iterdir()) and not (self.path / MANIFEST).exists():
            raise ResultsError(f"{self.path}: holds files that are not results; name an empty or new directory")
        try:
            self.partial.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ResultsError(f"{self.partial}: cannot be made ({error.strerror})") from None
        self._lock = hold(self.partial / "lock")
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def kept_in(self) -> Path:
        """Where the runs are: the partial directory until everything has moved to DIR."""
        return self.partial if (self.partial / RUNS).is_dir() else self.path

    def save(self, record: RunRecord) -> Path:
        """Keep a finished run; return its file."""
        path = run_file(self.partial / RUNS, record.policy, record.replicate)
        save_run(path, record)
        return path

    def kept(self) -> Iterator[RunRecord]:
        """Runs an interrupted study left (without figures); damaged files are passed over."""
        for path in sorted((self.partial / RUNS).glob("*.npz")):
            with contextlib.suppress(ResultsError):
                yield load_run(path, figures=False)

    def finish(self) -> None:
        """Move everything to DIR. The manifest goes last: a directory with a manifest is complete."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / MANIFEST).unlink(missing_ok=True)
        names = sorted((p for p in self.partial.iterdir() if p.name != "lock"), key=lambda p: p.name == MANIFEST)
        for source in names:
            target = self.path / source.name
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            os.replace(source, target)
        shutil.rmtree(self.partial, ignore_errors=True)


def hold(path: Path, taken: str = "another run is writing there", place: Path | None = None) -> IO[str]:
    """Lock a file for as long as it is open, so that two studies never write the same place: `place`, else its folder.

    Raises
    ------
    ResultsError
        Saying `taken`, if another process has it.
    """
    file = path.open("w")
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # Windows: no lock, the files are still written whole
        pass
    except OSError:
        file.close()
        raise ResultsError(f"{place or path.parent}: {taken}") from None
    return file
