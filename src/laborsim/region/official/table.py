"""Rows of a published file to a tidy frame: which columns, of what kind, what stands for a missing figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from laborsim.region.official.files import Faults, Row
from laborsim.scenario.problems import listed, nearest

_SHOWN = 5  # bad cells of one column named one by one


@dataclass(frozen=True)
class Column:
    """One column of a published table.

    Attributes
    ----------
    name : name in the tidy frame.
    unit : what it holds; for the documentation.
    heads : headings it goes by in the file, of any vintage; its name where empty.
    kind : text, int, number, or code (text of `width` digits).
    width : digits of a code.
    missing : what stands for a figure that is suppressed or not available; becomes NaN and is counted.
    optional : may be absent from the file; then NaN or "".
    low, high : allowed range.
    pattern, allowed : regular expression a text must match in whole, and how to say it.
    """

    name: str
    unit: str = ""
    heads: tuple[str, ...] = ()
    kind: str = "text"
    width: int = 0
    missing: tuple[str, ...] = ()
    optional: bool = False
    low: float | None = None
    high: float | None = None
    pattern: str = ""
    allowed: str = ""


def plain(head: str) -> str:
    """A heading without case, spaces and punctuation, for comparing."""
    return re.sub(r"[^a-z0-9]", "", head.lower())


def positions(header: Sequence[str], columns: Sequence[Column], faults: Faults, line: int = 1) -> list[int]:
    """Position of each column in the header, -1 if optional and absent."""
    where: dict[str, int] = {}
    for i, head in enumerate(header):
        where.setdefault(plain(head), i)
    out = []
    taken = {plain(h) for c in columns for h in c.heads or (c.name,)}
    for c in columns:
        heads = c.heads or (c.name,)
        at = next((where[plain(h)] for h in heads if plain(h) in where), -1)
        if at < 0 and not c.optional:
            near = nearest(heads[0], [h for h in header if h.strip() and plain(h) not in taken])
            faults.add(line, heads[0], "column is missing", f"columns here are {listed(list(header), 20)}", near)
        out.append(at)
    faults.check()
    return out


def read(
    rows: Iterable[Row],
    columns: Sequence[Column],
    faults: Faults,
    *,
    at: Sequence[int] | None = None,
    width: int = 0,
    keep: Callable[[list[str]], bool] | None = None,
    unique: Sequence[str] = (),
) -> pd.DataFrame:
    """Checked frame of the rows.

    Parameters
    ----------
    rows : (line, cells); the first is the header unless `at` gives the positions.
    columns : what to take.
    width : cells every row must have; the header's where there is one.
    keep : rows to take, by their cells; all if None.
    unique : columns that identify a row.

    Returns
    -------
    DataFrame
        Columns in the order declared, the index the line in the file; int64 where `int` and nothing can be missing,
        float64 for figures. `attrs["missing"]` counts the cells without a figure, by column.

    Raises
    ------
    ScenarioError
        All problems with line and column.
    """
    stream = iter(rows)
    if at is None:
        line, header = next(stream, (0, []))
        if not header:
            raise faults.fail(1, "", "no header")
        at = positions(header, columns, faults, line)
        width = len(header)
    found, cells = _gather(stream, at, width, keep, faults)
    if not found:
        faults.check()
        raise faults.fail(0, "", "no data rows", f"rows of {listed([c.name for c in columns], 20)}")
    number = pd.Index(found, name="line")
    out, gone = {}, {}
    for c, position, column in zip(columns, at, cells, strict=True):
        if position < 0:
            out[c.name] = pd.Series("" if c.kind in ("text", "code") else np.nan, index=number)
        else:
            out[c.name], gone[c.name] = _convert(pd.Series(column, index=number, dtype="str").str.strip(), c, faults)
    frame = pd.DataFrame(out)
    if unique:
        twice = frame.duplicated(list(unique))
        if twice.any():
            keys = [", ".join(map(str, k)) for k in frame[list(unique)].itertuples(index=False, name=None)]
            blame(faults, pd.Series(keys, index=frame.index), twice, "/".join(unique), "is there twice")
    faults.check()
    frame.attrs["missing"] = {k: n for k, n in gone.items() if n}
    return frame


def _gather(
    stream: Iterator[Row], at: Sequence[int], width: int, keep: Callable[[list[str]], bool] | None, faults: Faults
) -> tuple[list[int], list[list[str]]]:
    found: list[int] = []
    cells: list[list[str]] = [[] for _ in at]
    takes = [(out, i) for out, i in zip(cells, at, strict=True) if i >= 0]
    for line, row in stream:
        if len(row) != width:
            short = " (the file may be cut short)" if len(row) < width else ""
            faults.add(line, "", f"{len(row)} cells{short}", f"{width} as in the header")
            continue
        if keep is not None and not keep(row):
            continue
        found.append(line)
        for out, i in takes:
            out.append(row[i])
    return found, cells


def blame(faults: Faults, values: pd.Series, wrong: Any, head: str, message: str, allowed: str = "") -> None:
    """Name the first few values that are wrong, by line (the index), and count the rest."""
    lines = values.index[np.asarray(wrong, dtype=bool)]
    for line in lines[:_SHOWN]:
        value: Any = values.at[line]
        shown = repr(value) if isinstance(value, str) else format(float(value), ".10g")
        faults.add(int(line), head, f"{shown} {message}", allowed)
    if len(lines) > _SHOWN:
        faults.add(int(lines[_SHOWN]), head, f"and {len(lines) - _SHOWN} more such cells from here", allowed)


def _convert(text: pd.Series, c: Column, faults: Faults) -> tuple[pd.Series, int]:
    head = (c.heads or (c.name,))[0]
    no = "is not allowed"
    if c.kind == "text":
        if c.pattern:
            blame(faults, text, ~text.str.fullmatch(c.pattern), head, no, c.allowed)
        return text, 0
    if c.kind == "code":
        blame(faults, text, ~text.str.fullmatch(rf"\d{{{c.width}}}"), head, no, f"{c.width} digits")
        return text, 0
    gone = text.isin(c.missing)
    value = pd.to_numeric(text.where(~gone).str.replace(",", "", regex=False), errors="coerce").astype("float64")
    value = value.where(np.isfinite(value))
    blame(
        faults, text, value.isna() & ~gone, head, no, "a number" + "".join(f" or {m or 'nothing'}" for m in c.missing)
    )
    if c.kind == "int":
        blame(faults, text, value.notna() & (value % 1 != 0), head, no, "a whole number")
    if c.low is not None:
        blame(faults, text, value < c.low, head, no, f"at least {c.low:g}")
    if c.high is not None:
        blame(faults, text, value > c.high, head, no, f"at most {c.high:g}")
    if c.kind == "int" and not c.missing and value.notna().all():
        return value.astype("int64"), 0
    return value, int(gone.sum())
