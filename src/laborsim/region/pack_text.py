"""The canonical text of region packs: the same pack is the same bytes, which its hash and reviewers rely on."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from laborsim.region.pack import Pack

FORMAT = 1


def _number(x: float) -> str:
    return f"{x:.6g}" if abs(x) < 1e6 else f"{x:.0f}"


def table(frame: pd.DataFrame) -> str:
    """A table as tidy CSV; numbers with six digits."""
    out = frame.copy()
    for c in out.columns:
        if pd.api.types.is_float_dtype(out[c]):
            out[c] = [_number(float(x)) for x in out[c]]
    buffer = io.StringIO()
    out.to_csv(buffer, index=False, lineterminator="\n")
    return buffer.getvalue()


def _value(x: Any) -> str:
    if isinstance(x, bool):
        return "true" if x else "false"
    if isinstance(x, int):
        return str(x)
    if isinstance(x, float):
        text = f"{x:.8g}"
        return text if any(ch in text for ch in ".en") else text + ".0"
    if isinstance(x, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in x) + "]"
    text = str(x).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{text}"'


def head(pack: Pack) -> str:
    """pack.toml: names, facts of the build, zones, what stands in for missing figures, sources."""
    lines = [
        f"format = {FORMAT}",
        f"name = {_value(pack.name)}",
        f"title = {_value(pack.title)}",
        "",
        "[meta]",
    ]
    lines += [f"{k} = {_value(v)}" for k, v in pack.meta.items()]
    for z in pack.zones:
        facts = {k: v for k, v in vars(z).items() if k not in ("area", "counties") or v}
        lines += ["", "[[zones]]"] + [f"{k} = {_value(v)}" for k, v in facts.items()]
    for f in pack.fallbacks:
        lines += ["", "[[fallbacks]]"] + [f"{k} = {_value(v)}" for k, v in vars(f).items()]
    for key, s in sorted(pack.sources.items()):
        lines += ["", f"[sources.{key}]"] + [f"{k} = {_value(v)}" for k, v in vars(s).items() if v != ""]
    return "\n".join(lines) + "\n"


__all__ = ["head", "table"]
