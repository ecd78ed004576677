"""The run store: one SQLite file per experiment, one row per run, written by the parent alone.

Each run is written in a transaction of its own as soon as it is finished, in write-ahead mode: a parent killed at any
moment leaves a store with all runs finished before, and the next sweep makes only what is missing. Outcomes are
columns, so that any SQLite reader can use them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laborsim.scenario.problems import InputError
from laborsim.study.design import Point
from laborsim.study.storage import hold
from laborsim.study.task import RunRecord

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
APPLICATION = 0x6C736D31  # "lsm1": marks the file as ours
# what may grow without making the runs there are worthless
_MAY_GROW = ("replicates", "design.samples")
_OWN = ("run", "point", "replicate", "seed", "status", "error", "trace", "seconds", "worker", "state_hash", "people",
        "employers")  # fmt: skip


class StoreError(InputError):
    """The store cannot serve this experiment."""


class StoreFailed(RuntimeError):
    """The store could not be written while runs were made (a full disk, say); what was written before is safe."""


class Store:
    """A run store, open.

    Parameters
    ----------
    path : the file; made if it does not exist.
    about : what the runs depend on (`Experiment.about()`); a store made for anything else is refused.
    versions : program versions and hashes that the runs depend on as well.
    points : all points of the design.
    fresh : throw away what is there.

    Raises
    ------
    StoreError
        If the file is no store, is another experiment's or version's, is in use, or cannot be written.

    Examples
    --------
    >>> with Store(Path("x.sqlite"), about, versions, points) as store:  # doctest: +SKIP
    ...     store.add("id", point, replicate, record)
    """

    def __init__(
        self, path: Path, about: dict[str, Any], versions: dict[str, str], points: Sequence[Point], fresh: bool = False
    ) -> None:
        self.path = path
        self.outcomes = list(about["outcomes"])
        try:
            if path.is_dir():
                raise StoreError(f"{path}: is a directory; --store names a file")
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = hold(path.with_name(path.name + ".lock"), "another study is writing this store", path)
        except OSError as error:
            raise StoreError(f"{path}: cannot be written ({error.strerror})") from None
        try:
            self._open(about, versions, points, fresh)
        except BaseException:
            self.close()
            raise

    def _open(self, about: dict[str, Any], versions: dict[str, str], points: Sequence[Point], fresh: bool) -> None:
        path = self.path
        if path.exists() and not _empty(path):
            if fresh:
                _remove(path)
            else:
                with contextlib.closing(_read_only(path)) as there:
                    said = _differences(there, about, versions)
                if said:
                    raise StoreError("\n".join([f"{path}: made for something else:", *said, "another --store, or "
                                                "--fresh to start over, keeps them apart"]))  # fmt: skip
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=5.0)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")  # a run takes seconds: waiting for the disk costs nothing
            self._set_up(about, versions, points)
        except sqlite3.Error as error:
            raise StoreError(f"{path}: cannot be written ({error})") from None

    def _set_up(self, about: dict[str, Any], versions: dict[str, str], points: Sequence[Point]) -> None:
        columns = ", ".join(f"{_quoted(name)} REAL" for name in self.outcomes)
        with self._transaction():
            self._db.execute(f"PRAGMA application_id={APPLICATION}")
            self._db.execute("CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS points (point INTEGER PRIMARY KEY, state INTEGER NOT NULL, "
                "policy TEXT NOT NULL, parameters TEXT NOT NULL, levers TEXT NOT NULL, against TEXT NOT NULL)"
            )
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS runs (run TEXT PRIMARY KEY, point INTEGER NOT NULL, "
                "replicate INTEGER NOT NULL, seed INTEGER NOT NULL, status TEXT NOT NULL, error TEXT NOT NULL, "
                "trace TEXT NOT NULL, seconds REAL NOT NULL, worker TEXT NOT NULL, state_hash TEXT NOT NULL, "
                f"people INTEGER NOT NULL, employers INTEGER NOT NULL{', ' if columns else ''}{columns})"
            )
            self._db.execute("CREATE INDEX IF NOT EXISTS runs_of_points ON runs (point, replicate)")
            self._db.execute("DROP VIEW IF EXISTS results")
            self._db.execute(_view(about))
            said = {"format": FORMAT, "experiment": about, "versions": versions}
            rows = [(k, json.dumps(v)) for k, v in said.items()]
            self._db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)
            self.add_points(points)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close; the write-ahead log becomes part of the file."""
        if hasattr(self, "_db"):
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
            del self._db
        self._lock.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def add_points(self, points: Iterable[Point]) -> None:
        """Add points, or check those that are there: the same number must be the same point.

        Raises
        ------
        StoreError
            If the store has another point under a number.
        """
        there = {row[0]: row[1:] for row in self._db.execute("SELECT * FROM points")}
        new = []
        for p in points:
            row = (p.state, p.policy, *(json.dumps(x) for x in (p.parameters, p.levers, p.against)))
            if there.get(p.number, row) != row:
                raise StoreError(f"{self.path}: its point {p.number} is another one; --fresh starts over")
            if p.number not in there:
                new.append((p.number, *row))
        self._db.executemany("INSERT INTO points VALUES (?, ?, ?, ?, ?, ?)", new)

    def points(self) -> dict[int, Any]:
        """Parameters of every point that is there: number -> list of [name, value]."""
        rows = self._db.execute("SELECT point, parameters FROM points ORDER BY point")
        return {int(number): json.loads(parameters) for number, parameters in rows}

    def statuses(self) -> dict[str, str]:
        """Status of every run that is there: id -> "done" or "failed"."""
        return dict(self._db.execute("SELECT run, status FROM runs"))

    def add(self, record: RunRecord, point: int) -> None:
        """Write one finished or failed run; it is on the disk when this returns.

        Raises
        ------
        StoreFailed
            If it cannot be written; the runs before are safe.
        """
        outcomes = record.outcomes if record.done else [math.nan] * len(self.outcomes)
        values: list[Any] = [record.key, point, record.replicate, record.seed, record.status, record.error,
                             record.trace, round(record.seconds, 4), record.worker, record.state_hash,
                             record.people, record.employers]  # fmt: skip
        values += [float(x) if math.isfinite(x) else None for x in outcomes]
        names = ", ".join([*_OWN, *map(_quoted, self.outcomes)])
        marks = ", ".join("?" * len(values))
        try:
            with self._transaction():
                self._db.execute(f"INSERT OR REPLACE INTO runs ({names}) VALUES ({marks})", values)
        except sqlite3.Error as error:
            full = "full" in str(error) or "I/O" in str(error)  # a limit on the size of a file is told as the latter
            why = "the disk is full?" if full else str(error)
            raise StoreFailed(
                f"{self.path}: cannot be written ({why}); the runs finished before are in it, and the same command "
                "goes on from them"
            ) from None


def load(path: str | Path) -> pd.DataFrame:
    """Tidy results of a store: one row per run.

    Columns: run, point, state, policy, replicate, seed, status, error, seconds, worker; the factors by name (a lever is
    empty where it does not act); the outcomes by name. An outcome "against" a policy is the change against that
    policy's run in the same state with the same seed. Failed runs are rows without outcomes.

    Raises
    ------
    StoreError
        If the file is not a store.

    Examples
    --------
    >>> frame = load("results/sweeps/quick.sqlite")  # doctest: +SKIP
    >>> frame.groupby("policy")["unemployment"].mean()  # doctest: +SKIP
    """
    import pandas as pd

    with contextlib.closing(_read_only(Path(path))) as db:
        about = json.loads(_about(db)["experiment"])
        runs = pd.read_sql_query("SELECT * FROM runs ORDER BY point, replicate", db)
        points = db.execute("SELECT point, state, policy, parameters, levers, against FROM points").fetchall()
    outcomes = list(about["outcomes"])
    rows = [
        {"point": point, "state": state, "policy": policy, "against": dict(json.loads(against)),
         **dict(json.loads(parameters)), **dict(json.loads(levers))}
        for point, state, policy, parameters, levers, against in points
    ]  # fmt: skip
    factors = list(about["factors"])
    settings = pd.DataFrame(rows, columns=["point", "state", "policy", "against", *factors])
    frame = runs.merge(settings, on="point", how="left", validate="many_to_one")
    frame[outcomes] = frame[outcomes].astype("float64")
    raw = frame.set_index(["point", "replicate"])[outcomes]
    for name in outcomes:
        other = about["outcomes"][name]["against"]
        if other:
            keys = [(a[other], r) for a, r in zip(frame["against"], frame["replicate"], strict=True)]
            frame[name] = frame[name].to_numpy() - raw[name].reindex(keys).to_numpy()
    first = ["run", "point", "state", "policy", "replicate", "seed", "status", "error", "seconds", "worker"]
    return frame[[*first, *factors, *outcomes]]


def content(path: str | Path) -> str:
    """Hex digest of all in a store but what differs from one making to the next: seconds and workers."""
    digest = hashlib.sha256()
    with contextlib.closing(_read_only(Path(path))) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(runs)")]
        names = [c for c in columns if c not in ("seconds", "worker", "trace")]
        queries = ("SELECT * FROM about ORDER BY key", "SELECT * FROM points ORDER BY point",
                   f"SELECT {', '.join(map(_quoted, names))} FROM runs ORDER BY run")  # fmt: skip
        for query in queries:
            for row in db.execute(query):
                digest.update(repr(row).encode())
    return digest.hexdigest()


def _read_only(path: Path) -> sqlite3.Connection:
    """A store opened for reading.

    Raises
    ------
    StoreError
        If it is not there or not a store.
    """
    if not path.is_file():
        raise StoreError(f"{path}: no such store")
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)
    try:
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise StoreError(f"{path}: not a run store of laborsim")
        if json.loads(_about(db).get("format", "0")) != FORMAT:
            raise StoreError(f"{path}: a run store in another format")
    except (sqlite3.Error, StoreError) as error:
        db.close()
        if isinstance(error, StoreError):
            raise
        raise StoreError(f"{path}: not a run store of laborsim ({error})") from None
    return db


def _empty(path: Path) -> bool:
    """Whether nothing was ever written to a file: the sweep that made it was killed before its first transaction."""
    with path.open("rb") as file:
        start = file.read(16)
    if start != b"SQLite format 3\0":
        return not start
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            return not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.Error:
        return False


def _about(db: sqlite3.Connection) -> dict[str, str]:
    return dict(db.execute("SELECT key, value FROM about"))


def _differences(db: sqlite3.Connection, about: dict[str, Any], versions: dict[str, str]) -> list[str]:
    """What makes a stored experiment another one than this, a line each; nothing if it may go on."""
    stored = _about(db)
    then, now = _leaves(json.loads(stored["experiment"])), _leaves(json.loads(json.dumps(about)))
    sampled = about["design"]["kind"] in ("sobol", "saltelli", "search")
    lines = []
    for key in sorted({*then, *now}):
        old, new = then.get(key, "nothing"), now.get(key, "nothing")
        if old == new:
            continue
        if key in _MAY_GROW and (sampled or key == "replicates") and isinstance(old, int) and old < new:
            continue
        lines.append(f"  {key}: {_short(old)} in the store, {_short(new)} now")
    before = json.loads(stored["versions"])
    for key in sorted({*before, *versions}):
        if before.get(key) != versions.get(key):
            what = "code of laborsim" if key == "code" else key
            lines.append(f"  {what}: {before.get(key, 'unknown')} in the store, {versions.get(key, 'unknown')} now")
    return lines


def _leaves(value: Any, before: str = "") -> dict[str, Any]:
    """Nested tables by dotted key; lists are values."""
    if not isinstance(value, dict):
        return {before: value}
    found: dict[str, Any] = {}
    for key, inner in value.items():
        found |= _leaves(inner, f"{before}.{key}" if before else str(key))
    return found


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _view(about: dict[str, Any]) -> str:
    """The view `results`: what `load` gives, for any reader of SQLite."""
    columns = ["runs.run", "points.point", "points.state", "points.policy", "runs.replicate", "runs.seed",
               "runs.status", "runs.error", "runs.seconds", "runs.worker"]  # fmt: skip
    pair = "(SELECT json_extract(value, '$[1]') FROM json_each({0}) WHERE json_extract(value, '$[0]') = {1})"
    for name in dict.fromkeys(about["factors"]):
        both = ", ".join(pair.format(f"points.{table}", _text(name)) for table in ("parameters", "levers"))
        columns.append(f"coalesce({both}) AS {_quoted(name)}")
    for name, outcome in about["outcomes"].items():
        own = f"runs.{_quoted(name)}"
        if outcome["against"]:
            other = pair.format("points.against", _text(outcome["against"]))
            own += (f" - (SELECT other.{_quoted(name)} FROM runs AS other WHERE other.point = {other} "
                    "AND other.replicate = runs.replicate)")  # fmt: skip
        columns.append(f"{own} AS {_quoted(name)}")
    return f"CREATE VIEW results AS SELECT {', '.join(columns)} FROM runs JOIN points USING (point)"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _remove(path: Path) -> None:
    """Throw away a store, and only a store."""
    _read_only(path).close()
    for ending in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{path}{ending}")
