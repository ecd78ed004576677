"""Faults of packs: each as "file:line: field: what is wrong", with the lines of the saved files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from laborsim.region.tables import NATIONAL_TABLES, REGION_TABLES, Field, Layout

if TYPE_CHECKING:
    from laborsim.region.pack import Pack


def validate(pack: Pack, prefix: str = "") -> list[str]:
    """Every fault of a pack, each "file:line: field: what is wrong"; lines are those of the saved files."""
    problems: list[str] = []
    problems += [f"{prefix}pack.toml:1: {fault}" for fault in _zone_faults(pack)]
    if pack.zones and (pack.zones[-1].kind != "outside" or len(set(pack.zone_codes)) != len(pack.zones)):
        problems.append(
            f"{prefix}pack.toml:1: zones: codes must differ and the last must be of kind 'outside'"
        )
    for name, layout in (NATIONAL_TABLES if pack.national else REGION_TABLES).items():
        if name not in pack.tables:
            if not prefix and not layout.optional:
                problems.append(f"{name}.csv: missing")
            continue
        problems += _validate_table(pack, f"{prefix}{name}.csv", layout, pack.tables[name])
    return problems


#: FIPS of states whose counties packs are of.
STATE_FIPS = {"18": "IN", "20": "KS", "21": "KY", "29": "MO", "41": "OR"}
KINDS = ("county", "part", "group", "commuting", "outside")


def _zone_faults(pack: Pack) -> list[str]:
    found = []
    beyond = [z.beyond for z in pack.zones]
    if beyond != sorted(beyond):
        found.append("zones: those beyond the region (commuting, outside) must come last")
    if pack.zones and not any(not x for x in beyond):
        found.append("zones: none of them lies in the region")
    for z in pack.zones:
        where = f"zones: {z.code!r}"
        if z.kind not in KINDS:
            found.append(f"{where}: kind {z.kind!r} is not one of {', '.join(KINDS)}")
        codes = z.counties or ((z.county,) if z.county else ())
        if not codes and z.kind != "outside":
            found.append(f"{where}: county or counties missing")
        for c in codes:
            digits = len(c) == 5 and c.isdigit() and 1 <= int(c[:2]) <= 56
            if not digits or STATE_FIPS.get(c[:2], z.state) != z.state:
                found.append(f"{where}: {c!r} is not the FIPS code of a county of {z.state!r}")
        for share in ("people_share", "jobs_share"):
            if not 0.0 <= getattr(z, share) <= 1.0:
                found.append(f"{where}: {share} is not between 0 and 1")
    return found


def _rows(path: str, frame: pd.DataFrame, wrong: Any, column: str, what: str) -> list[str]:
    positions = [i for i, w in enumerate(wrong) if w]
    found = [f"{path}:{i + 2}: {column}: {frame[column].iloc[i]!r} {what}" for i in positions[:5]]
    if len(positions) > 5:
        found.append(f"{path}:{positions[5] + 2}: {column}: and {len(positions) - 5} more rows like these")
    return found


def _validate_table(pack: Pack, path: str, layout: Layout, frame: pd.DataFrame) -> list[str]:
    wanted = [*(f.name for f in layout.fields), "source"]
    if list(frame.columns) != wanted:
        return [f"{path}:1: columns are {', '.join(map(str, frame.columns))}; should be {', '.join(wanted)}"]
    if frame.empty:
        return [f"{path}:1: no rows"]
    problems: list[str] = []
    for f in layout.fields:
        problems += _validate_field(pack, path, f, frame)
    problems += _rows(
        path,
        frame,
        ~frame["source"].isin(list(pack.sources)),
        "source",
        "is not a [sources.<id>] of pack.toml",
    )
    repeated = frame.duplicated(list(layout.unique))
    problems += _rows(
        path, frame, repeated, layout.unique[0], f"repeats an earlier row ({', '.join(layout.unique)})"
    )
    for by, column in layout.sums:
        totals = (
            frame.groupby(list(by), sort=False)[column].sum()
            if by
            else pd.Series({"all": frame[column].sum()})
        )
        for key, total in totals.items():
            if abs(total - 1) > 2e-3:
                match = (
                    frame[list(by)].eq(list(key) if isinstance(key, tuple) else [key]).all(axis=1)
                    if by
                    else None
                )
                line = 2 if match is None else int(match.to_numpy().argmax()) + 2
                label = ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
                problems.append(f"{path}:{line}: {column}: shares of {label} sum to {total:.4f}, not 1")
    if layout.complete:
        absent = [z for z in pack.zone_codes if z not in set(frame["zone"])]
        problems += [f"{path}:1: zone: no rows for {z!r}" for z in absent]
    return problems


def _validate_field(pack: Pack, path: str, f: Field, frame: pd.DataFrame) -> list[str]:
    values = frame[f.name]
    if f.kind == "zone":
        return _rows(path, frame, ~values.isin(list(pack.zone_codes)), f.name, "is not a zone of pack.toml")
    if f.kind == "choice":
        return _rows(path, frame, ~values.isin(f.allowed), f.name, f"is not one of {', '.join(f.allowed)}")
    if f.kind == "month":
        return _rows(
            path, frame, ~values.str.fullmatch(r"\d{4}-(0[1-9]|1[0-2])"), f.name, "is not a month (YYYY-MM)"
        )
    if f.kind == "text":
        return _rows(path, frame, values == "", f.name, "is empty")
    problems = _rows(path, frame, values.isna(), f.name, "is not a number")
    if f.low is not None:
        problems += _rows(path, frame, values < f.low, f.name, f"is below {f.low:g}")
    if f.high is not None:
        problems += _rows(path, frame, values > f.high + 1e-9, f.name, f"is above {f.high:g}")
    return problems
